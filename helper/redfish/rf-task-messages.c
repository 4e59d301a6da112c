/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of DMTF's TaskEvent registry (DSP8011). */
#include "osdep.h"

#include "redfish/rf-tasks.h"

#define REGISTRY "TaskEvent.1.0."

enum {
    STARTED,
    COMPLETED,
    ABORTED,
    CANCELLED,
    REMOVED,
    PROGRESS,
};

static const RfMessage messages[] = {
    [STARTED] = { "TaskStarted", 0, "OK", 1,
                  "The task with Id '%1' has started.", "None." },
    [COMPLETED] = { "TaskCompletedOK", 0, "OK", 1,
                    "The task with Id '%1' has completed.", "None." },
    [ABORTED] = { "TaskAborted", 0, "Critical", 1,
                  "The task with Id '%1' has completed with errors.",
                  "None." },
    [CANCELLED] = { "TaskCancelled", 0, "Warning", 1,
                    "Work on the task with Id '%1' was halted prior to "
                    "completion due to an explicit request.", "None." },
    [REMOVED] = { "TaskRemoved", 0, "Warning", 1,
                  "The task with Id '%1' was removed.", "None." },
    [PROGRESS] = { "TaskProgressChanged", 0, "OK", 2,
                   "The task with Id '%1' has changed to progress %2 "
                   "percent complete.", "None." },
};

static unsigned ended_message(const BmcTask *task)
{
    switch (task->state) {
    case BMC_TASK_COMPLETED:
        return COMPLETED;
    case BMC_TASK_CANCELLED:
        return CANCELLED;
    default:
        return ABORTED;
    }
}

static unsigned find_message(const BmcTask *task, BmcTaskChange change)
{
    switch (change) {
    case BMC_TASK_CHANGE_STARTED:
        return STARTED;
    case BMC_TASK_CHANGE_PROGRESS:
        return PROGRESS;
    case BMC_TASK_CHANGE_REMOVED:
        return REMOVED;
    default:
        return ended_message(task);
    }
}

JsonObject *rf_task_message(const BmcTask *task, BmcTaskChange change)
{
    g_autofree char *id = g_strdup_printf("%u", task->id);
    g_autofree char *percent = g_strdup_printf("%d", MAX(task->percent, 0));
    const char *const args[RF_MESSAGE_ARGS_MAX] = { id, percent };

    return rf_message_object(REGISTRY,
                             &messages[find_message(task, change)],
                             NULL, NULL, args);
}
