/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tasks: work that goes on after whoever asked for it has been answered. A
 * bounded table of those that run and of those that have ended lately. They
 * end with the process, as the work itself does.
 */
#ifndef QEMU_BMC_BMC_TASKS_H
#define QEMU_BMC_BMC_TASKS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"

#define BMC_TASKS_MAX 64
#define BMC_TASK_RETENTION_DEFAULT 60   /* minutes */
#define BMC_TASK_RETENTION_MAX 10080    /* minutes: a week */

/**
 * BmcTaskState: how far a task is.
 *
 * @BMC_TASK_RUNNING: it goes on
 * @BMC_TASK_CANCELLING: it was told to stop, and has not yet
 * @BMC_TASK_COMPLETED: it has ended well
 * @BMC_TASK_CANCELLED: it was stopped
 * @BMC_TASK_EXCEPTION: it has failed
 */
typedef enum BmcTaskState {
    BMC_TASK_RUNNING,
    BMC_TASK_CANCELLING,
    BMC_TASK_COMPLETED,
    BMC_TASK_CANCELLED,
    BMC_TASK_EXCEPTION,
} BmcTaskState;

/**
 * BmcTask: a task, as others may see it.
 *
 * @id: number, from 1; none is used twice
 * @name: for people: what it does
 * @state: how far it is
 * @percent: how much is done; -1 while not known
 * @start: when it began, microseconds since 1970
 * @end: when it ended; 0 while it has not
 * @error: (nullable): why it failed
 * @fetched: its result has been handed out
 * @user: (nullable): the account that asked for it
 * @method: (nullable): of the request that began it
 * @target: (nullable): that request's path
 * @body: (nullable): that request's JSON body, without secrets
 * @result: (nullable): URI of the resource that it has made
 */
typedef struct BmcTask {
    unsigned id;
    char *name;
    BmcTaskState state;
    int percent;
    int64_t start;
    int64_t end;
    GError *error;
    bool fetched;
    char *user;
    char *method;
    char *target;
    char *body;
    char *result;
} BmcTask;

/**
 * BmcTaskConfig: what bmc_task_new() makes a task of; everything is copied.
 *
 * @name: what it does
 * @origin: (nullable): who asked
 * @method: (nullable): of the request that begins it
 * @target: (nullable): that request's path
 * @body: (nullable): that request's JSON body; must not hold secrets
 * @cancel: (nullable): begins to stop it; whoever does the work still ends
 *          it with bmc_task_finish(), now or later. NULL: it cannot be
 *          stopped
 * @opaque: handed to @cancel; must be valid until bmc_task_finish()
 */
typedef struct BmcTaskConfig {
    const char *name;
    const BmcOrigin *origin;
    const char *method;
    const char *target;
    const char *body;
    void (*cancel)(void *opaque);
    void *opaque;
} BmcTaskConfig;

/**
 * BmcTaskChange: what BmcTaskNotice tells.
 */
typedef enum BmcTaskChange {
    BMC_TASK_CHANGE_STARTED,
    BMC_TASK_CHANGE_PROGRESS,
    BMC_TASK_CHANGE_ENDED,
    BMC_TASK_CHANGE_REMOVED,
} BmcTaskChange;

/**
 * BmcTaskNotice: the data of bmc_task_notifiers().
 *
 * @change: what has happened
 * @task: the task; valid while the notifier runs
 */
typedef struct BmcTaskNotice {
    BmcTaskChange change;
    const BmcTask *task;
} BmcTaskNotice;

/**
 * bmc_task_new: begin a task. Where the table is full, the one that ended
 * first makes room.
 *
 * @bmc: the hub
 * @config: what it is
 * @errp: BMC_ERROR_LIMIT when too many are running
 *
 * Returns: its number, or 0
 */
unsigned bmc_task_new(Bmc *bmc, const BmcTaskConfig *config, GError **errp);

/**
 * bmc_task_progress: say how much of a task is done. Nothing happens if it
 * does not run.
 *
 * @bmc: the hub
 * @id: its number
 * @percent: 0 to 100
 */
void bmc_task_progress(Bmc *bmc, unsigned id, unsigned percent);

/**
 * bmc_task_finish: a task has ended. Nothing happens if it is not there any
 * more, since it was deleted while it ran.
 *
 * @bmc: the hub
 * @id: its number
 * @result: (nullable): URI of the resource that it has made
 * @err: (nullable): why it failed; of a task that was told to stop, any
 *       error says that it has
 */
void bmc_task_finish(Bmc *bmc, unsigned id, const char *result,
                     const GError *err);

/**
 * bmc_task_cancel: tell a task to stop.
 *
 * @bmc: the hub
 * @id: its number
 * @origin: who asks
 * @errp: BMC_ERROR_NOT_FOUND when there is none; BMC_ERROR_STATE when it has
 *        ended; BMC_ERROR_NOT_SUPPORTED when it cannot be stopped
 *
 * Returns: true on success
 */
bool bmc_task_cancel(Bmc *bmc, unsigned id, const BmcOrigin *origin,
                     GError **errp);

/**
 * bmc_task_delete: forget a task; one that runs is told to stop first.
 *
 * @bmc: the hub
 * @id: its number
 * @origin: who asks
 * @errp: BMC_ERROR_NOT_FOUND when there is none; BMC_ERROR_NOT_SUPPORTED
 *        when it runs and cannot be stopped
 *
 * Returns: true on success
 */
bool bmc_task_delete(Bmc *bmc, unsigned id, const BmcOrigin *origin,
                     GError **errp);

/**
 * bmc_task_delete_ended: forget all tasks that have ended.
 *
 * @bmc: the hub
 */
void bmc_task_delete_ended(Bmc *bmc);

/**
 * bmc_task_fetched: the result of a task that has ended was handed out.
 *
 * @bmc: the hub
 * @id: its number
 */
void bmc_task_fetched(Bmc *bmc, unsigned id);

/**
 * bmc_task_find: look a task up.
 *
 * @bmc: the hub
 * @id: its number
 *
 * Returns: (transfer none): the task, or NULL; valid until the hub is called
 */
const BmcTask *bmc_task_find(const Bmc *bmc, unsigned id);

/**
 * bmc_task_nth: the tasks, the oldest first.
 *
 * @bmc: the hub
 * @n: 0 and up
 *
 * Returns: (transfer none): the task, or NULL past the last
 */
const BmcTask *bmc_task_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_task_ended: whether a task is over.
 *
 * @task: the task
 *
 * Returns: true if it has ended, well or not
 */
bool bmc_task_ended(const BmcTask *task);

/**
 * bmc_task_retention: how long tasks that have ended are kept.
 *
 * @bmc: the hub
 *
 * Returns: minutes
 */
unsigned bmc_task_retention(const Bmc *bmc);

/**
 * bmc_task_set_retention: change it; survives the process.
 *
 * @bmc: the hub
 * @minutes: 1 to %BMC_TASK_RETENTION_MAX
 * @origin: who asks
 */
void bmc_task_set_retention(Bmc *bmc, unsigned minutes,
                            const BmcOrigin *origin);

/**
 * bmc_task_notifiers: called with a BmcTaskNotice for each change.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the list
 */
NotifierList *bmc_task_notifiers(Bmc *bmc);

#endif /* QEMU_BMC_BMC_TASKS_H */
