/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that goes on after the answer. */
#include "osdep.h"

#include "bmc/tasks.h"

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "util/error.h"

#define SECTION "tasks"
#define MS_PER_MINUTE INT64_C(60000)

/*
 * Entry: a task and what only this file knows of it.
 *
 * @ended_ms: when it ended, on the hub's clock
 */
typedef struct Entry {
    BmcTask task;
    void (*cancel)(void *opaque);
    void *opaque;
    int64_t ended_ms;
} Entry;

/*
 * BmcTasks: all of them.
 *
 * @list: of Entry, in the order in which they began
 * @timer: running while one has ended
 */
struct BmcTasks {
    GQueue list;
    unsigned last_id;
    unsigned retention;
    ClockTimer *timer;
    NotifierList notifiers;
};

static void entry_free(void *opaque)
{
    Entry *entry = opaque;

    g_free(entry->task.name);
    g_clear_error(&entry->task.error);
    g_free(entry->task.user);
    g_free(entry->task.method);
    g_free(entry->task.target);
    g_free(entry->task.body);
    g_free(entry->task.result);
    g_free(entry);
}

bool bmc_task_ended(const BmcTask *task)
{
    return task->state >= BMC_TASK_COMPLETED;
}

static Entry *find(const Bmc *bmc, unsigned id)
{
    const GList *l;

    for (l = bmc->tasks->list.head; l; l = l->next) {
        Entry *entry = l->data;

        if (entry->task.id == id) {
            return entry;
        }
    }
    return NULL;
}

static void tell(Bmc *bmc, const Entry *entry, BmcTaskChange change)
{
    BmcTaskNotice notice = { .change = change, .task = &entry->task };

    notifier_list_notify(&bmc->tasks->notifiers, &notice);
    bmc_changed(bmc, BMC_PART_TASKS);
}

static void drop(Bmc *bmc, Entry *entry)
{
    g_queue_remove(&bmc->tasks->list, entry);
    tell(bmc, entry, BMC_TASK_CHANGE_REMOVED);
    entry_free(entry);
}

/* The task that ended first, or NULL. */
static Entry *first_ended(const Bmc *bmc)
{
    Entry *first = NULL;
    const GList *l;

    for (l = bmc->tasks->list.head; l; l = l->next) {
        Entry *entry = l->data;

        if (bmc_task_ended(&entry->task) &&
            (!first || entry->ended_ms < first->ended_ms)) {
            first = entry;
        }
    }
    return first;
}

/* Forget what has been kept long enough, and look again when the next is. */
static void expire(void *opaque)
{
    Bmc *bmc = opaque;
    BmcTasks *tasks = bmc->tasks;
    int64_t now = clock_now_ms(bmc->clock);
    Entry *entry;

    clock_timer_stop(&tasks->timer);
    while ((entry = first_ended(bmc))) {
        int64_t when = entry->ended_ms + tasks->retention * MS_PER_MINUTE;

        if (when > now) {
            clock_timer_start(bmc->clock, &tasks->timer, when - now, expire,
                              bmc);
            return;
        }
        drop(bmc, entry);
    }
}

void bmc_tasks_new(Bmc *bmc)
{
    int64_t minutes = BMC_TASK_RETENTION_DEFAULT;
    PersistReader r;

    bmc->tasks = g_new0(BmcTasks, 1);
    g_queue_init(&bmc->tasks->list);
    persist_read(&r, bmc->persist, SECTION);
    persist_read_int(&r, "retention", 1, BMC_TASK_RETENTION_MAX, &minutes);
    bmc->tasks->retention = minutes;
}

void bmc_tasks_free(Bmc *bmc)
{
    BmcTasks *tasks = bmc->tasks;

    if (!tasks) {
        return;
    }
    clock_timer_stop(&tasks->timer);
    while (tasks->notifiers.first) {
        notifier_remove(tasks->notifiers.first);
    }
    g_queue_clear_full(&tasks->list, entry_free);
    g_clear_pointer(&bmc->tasks, g_free);
}

unsigned bmc_task_new(Bmc *bmc, const BmcTaskConfig *config, GError **errp)
{
    BmcTasks *tasks = bmc->tasks;
    Entry *entry;

    if (tasks->list.length >= BMC_TASKS_MAX) {
        entry = first_ended(bmc);
        if (!entry) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                        "%u tasks are running already", BMC_TASKS_MAX);
            return 0;
        }
        drop(bmc, entry);
    }
    entry = g_new0(Entry, 1);
    entry->task.id = ++tasks->last_id;
    entry->task.name = g_strdup(config->name);
    entry->task.percent = -1;
    entry->task.start = g_get_real_time();
    entry->task.user = g_strdup(config->origin ? config->origin->user : NULL);
    entry->task.method = g_strdup(config->method);
    entry->task.target = g_strdup(config->target);
    entry->task.body = g_strdup(config->body);
    entry->cancel = config->cancel;
    entry->opaque = config->opaque;
    g_queue_push_tail(&tasks->list, entry);
    g_info("task %u: %s: begun", entry->task.id, entry->task.name);
    tell(bmc, entry, BMC_TASK_CHANGE_STARTED);
    return tasks->last_id;
}

void bmc_task_progress(Bmc *bmc, unsigned id, unsigned percent)
{
    Entry *entry = find(bmc, id);

    percent = MIN(percent, 100);
    if (entry && !bmc_task_ended(&entry->task) &&
        entry->task.percent != (int)percent) {
        entry->task.percent = percent;
        tell(bmc, entry, BMC_TASK_CHANGE_PROGRESS);
    }
}

static void end(Bmc *bmc, Entry *entry, BmcTaskState state)
{
    entry->task.state = state;
    entry->task.end = g_get_real_time();
    entry->ended_ms = clock_now_ms(bmc->clock);
    entry->cancel = NULL;
    tell(bmc, entry, BMC_TASK_CHANGE_ENDED);
}

void bmc_task_finish(Bmc *bmc, unsigned id, const char *result,
                     const GError *err)
{
    Entry *entry = find(bmc, id);

    if (!entry || bmc_task_ended(&entry->task)) {
        return;
    }
    if (!err) {
        entry->task.percent = 100;
        entry->task.result = g_strdup(result);
        g_info("task %u: completed", id);
        end(bmc, entry, BMC_TASK_COMPLETED);
    } else if (entry->task.state == BMC_TASK_CANCELLING) {
        g_info("task %u: cancelled", id);
        end(bmc, entry, BMC_TASK_CANCELLED);
    } else {
        entry->task.error = g_error_copy(err);
        g_message("task %u: %s: %s", id, entry->task.name, err->message);
        end(bmc, entry, BMC_TASK_EXCEPTION);
    }
    expire(bmc);
}

static bool stop(Bmc *bmc, Entry *entry, const BmcOrigin *origin,
                 GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    if (entry->task.state == BMC_TASK_CANCELLING) {
        return true;
    }
    if (!entry->cancel) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "task %u cannot be cancelled", entry->task.id);
        return false;
    }
    g_message("task %u: cancelled by %s", entry->task.id, who);
    entry->task.state = BMC_TASK_CANCELLING;
    bmc_changed(bmc, BMC_PART_TASKS);
    entry->cancel(entry->opaque);
    return true;
}

static bool not_found(unsigned id, GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND, "there is no task %u",
                id);
    return false;
}

bool bmc_task_cancel(Bmc *bmc, unsigned id, const BmcOrigin *origin,
                     GError **errp)
{
    Entry *entry = find(bmc, id);

    if (!entry) {
        return not_found(id, errp);
    }
    if (bmc_task_ended(&entry->task)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE, "task %u has ended",
                    id);
        return false;
    }
    return stop(bmc, entry, origin, errp);
}

bool bmc_task_delete(Bmc *bmc, unsigned id, const BmcOrigin *origin,
                     GError **errp)
{
    Entry *entry = find(bmc, id);

    if (!entry) {
        return not_found(id, errp);
    }
    if (!bmc_task_ended(&entry->task)) {
        if (!stop(bmc, entry, origin, errp)) {
            return false;
        }
        /* What was stopped may have ended at once. */
        entry = find(bmc, id);
        if (entry && !bmc_task_ended(&entry->task)) {
            end(bmc, entry, BMC_TASK_CANCELLED);
            entry = find(bmc, id);
        }
    }
    if (entry) {
        drop(bmc, entry);
    }
    expire(bmc);
    return true;
}

void bmc_task_delete_ended(Bmc *bmc)
{
    Entry *entry;

    while ((entry = first_ended(bmc))) {
        drop(bmc, entry);
    }
    clock_timer_stop(&bmc->tasks->timer);
}

void bmc_task_fetched(Bmc *bmc, unsigned id)
{
    Entry *entry = find(bmc, id);

    if (entry && bmc_task_ended(&entry->task) && !entry->task.fetched) {
        entry->task.fetched = true;
        bmc_changed(bmc, BMC_PART_TASKS);
    }
}

const BmcTask *bmc_task_find(const Bmc *bmc, unsigned id)
{
    const Entry *entry = find(bmc, id);

    return entry ? &entry->task : NULL;
}

const BmcTask *bmc_task_nth(const Bmc *bmc, unsigned n)
{
    const Entry *entry = g_queue_peek_nth(&bmc->tasks->list, n);

    return entry ? &entry->task : NULL;
}

unsigned bmc_task_retention(const Bmc *bmc)
{
    return bmc->tasks->retention;
}

void bmc_task_set_retention(Bmc *bmc, unsigned minutes,
                            const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    JsonObject *section = json_object_new();

    g_message("tasks that have ended are kept for %u minutes, set by %s",
              minutes, who);
    bmc->tasks->retention = minutes;
    json_object_set_int_member(section, "retention", minutes);
    persist_set(bmc->persist, SECTION, section);
    bmc_changed(bmc, BMC_PART_TASKS);
    expire(bmc);
}

NotifierList *bmc_task_notifiers(Bmc *bmc)
{
    return &bmc->tasks->notifiers;
}
