/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Operations under way on a machine: whichever comes first of result,
 * deadline, cancellation, lost connection and the machine's end ends one,
 * exactly once. Results are returned from an idle source, when nothing of
 * ours is on the stack, since the receiver may free the machine.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include "qmp/qmp-error.h"
#include "util/error.h"

/* Stops everything; the list's reference is the caller's from now on. */
static void call_detach(MachineCall *call)
{
    g_queue_unlink(&call->q->calls, &call->link);
    call->q = NULL;
    clock_timer_stop(&call->timer);
    if (call->cancel_source) {
        g_source_destroy(call->cancel_source);
        g_clear_pointer(&call->cancel_source, g_source_unref);
    }
    if (call->done_source) {
        g_source_destroy(call->done_source);
        g_clear_pointer(&call->done_source, g_source_unref);
    }
    g_cancellable_cancel(call->cancellable);
}

static gboolean calls_update(gpointer opaque)
{
    MachineQmp *q = opaque;

    g_clear_pointer(&q->calls_source, g_source_unref);
    machine_qmp_update_calls(q);
    return G_SOURCE_REMOVE;
}

/* After the receiver of a result has done whatever it wants to do next. */
static void calls_update_later(MachineQmp *q)
{
    if (q->calls_source || g_queue_is_empty(&q->calls)) {
        return;
    }
    q->calls_source = g_idle_source_new();
    g_source_set_callback(q->calls_source, calls_update, q, NULL);
    g_source_attach(q->calls_source, NULL);
}

static gboolean call_return(gpointer opaque)
{
    MachineCall *call = opaque;
    MachineQmp *q = call->q;
    g_autoptr(GTask) task = g_steal_pointer(&call->task);
    GError *error = g_steal_pointer(&call->error);
    void *result = g_steal_pointer(&call->result);
    GDestroyNotify free_result = call->free_result;

    call_detach(call);
    machine_call_unref(call);
    calls_update_later(q);
    if (error) {
        g_task_return_error(task, error);
    } else if (result) {
        g_task_return_pointer(task, result, free_result);
    } else {
        g_task_return_boolean(task, true);
    }
    return G_SOURCE_REMOVE;
}

static void call_end(MachineCall *call)
{
    clock_timer_stop(&call->timer);
    g_cancellable_cancel(call->cancellable);
    call->done_source = g_idle_source_new();
    g_source_set_priority(call->done_source, G_PRIORITY_DEFAULT);
    g_source_set_callback(call->done_source, call_return, call, NULL);
    g_source_attach(call->done_source, NULL);
}

static void call_timed_out(void *opaque)
{
    MachineCall *call = opaque;

    machine_call_fail(call, g_error_new_literal(BMC_ERROR, BMC_ERROR_TIMEOUT,
                                                call->timeout_text));
}

/* What was given up must not go on until the main loop gets to ending it. */
static bool call_is_cancelled(const MachineCall *call)
{
    return g_cancellable_is_cancelled(g_task_get_cancellable(call->task));
}

static gboolean call_cancelled(GCancellable *cancellable, gpointer opaque)
{
    MachineCall *call = opaque;

    machine_call_fail(call, g_error_new_literal(G_IO_ERROR,
                                                G_IO_ERROR_CANCELLED,
                                                "operation was cancelled"));
    return G_SOURCE_REMOVE;
}

void machine_call_init(MachineCall *call, MachineQmp *q, GTask *task)
{
    GCancellable *cancellable = g_task_get_cancellable(task);

    call->q = q;
    call->refs = 1;
    call->task = task;
    call->cancellable = g_cancellable_new();
    call->link.data = call;
    g_queue_push_tail_link(&q->calls, &call->link);
    if (cancellable) {
        call->cancel_source = g_cancellable_source_new(cancellable);
        g_source_set_callback(call->cancel_source,
                              G_SOURCE_FUNC(call_cancelled), call, NULL);
        g_source_attach(call->cancel_source, NULL);
    }
}

void machine_call_set_deadline(MachineCall *call, unsigned ms,
                               const char *text)
{
    g_free(call->timeout_text);
    call->timeout_text = g_strdup(text);
    clock_timer_start(call->q->clock, &call->timer, ms, call_timed_out, call);
}

void *machine_call_ref(MachineCall *call)
{
    call->refs++;
    return call;
}

void machine_call_unref(MachineCall *call)
{
    if (--call->refs) {
        return;
    }
    g_clear_object(&call->cancellable);
    g_clear_object(&call->task);
    g_clear_error(&call->error);
    if (call->result) {
        call->free_result(call->result);
    }
    g_free(call->timeout_text);
    call->free(call);
}

void machine_call_fail(MachineCall *call, GError *error)
{
    MachineQmp *q = call->q;
    bool unanswered;

    if (!q || call->done_source) {
        g_error_free(error);
        return;
    }
    qmp_error_to_bmc(error);
    unanswered = g_error_matches(error, BMC_ERROR, BMC_ERROR_TIMEOUT) &&
                 call->refs > 1;
    call->error = error;
    call_end(call);
    if (unanswered) {
        machine_qmp_unanswered(q);
    }
}

void machine_call_succeed(MachineCall *call, void *result,
                          GDestroyNotify free_result)
{
    if (!call->q || call->done_source) {
        if (result) {
            free_result(result);
        }
        return;
    }
    call->result = result;
    call->free_result = free_result;
    call_end(call);
}

GTask *machine_call_steal(MachineCall *call)
{
    GTask *task = g_steal_pointer(&call->task);

    call_detach(call);
    machine_call_unref(call);
    return task;
}

bool machine_call_require_qmp(MachineCall *call)
{
    const Machine *machine = &call->q->parent;

    if (machine->connected) {
        return true;
    }
    machine_call_fail(call, g_error_new(BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                                        "%s", machine->problem ?
                                        machine->problem :
                                        "QEMU has not been reached yet"));
    return false;
}

void machine_qmp_update_calls(MachineQmp *q)
{
    GList *link = q->calls.head;

    /* Nothing below removes an entry: ended ones leave by their idle. */
    while (link) {
        MachineCall *call = link->data;

        link = link->next;
        if (call->done_source || call_is_cancelled(call)) {
            continue;
        }
        if (call->update) {
            call->update(call);
        } else if (!q->ready) {
            machine_call_fail(call,
                g_error_new_literal(BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                                    "QEMU cannot be reached any more"));
        }
    }
}

void machine_qmp_cancel_calls(MachineQmp *q)
{
    if (q->calls_source) {
        g_source_destroy(q->calls_source);
        g_clear_pointer(&q->calls_source, g_source_unref);
    }
    while (q->calls.head) {
        MachineCall *call = q->calls.head->data;
        g_autoptr(GTask) task = g_steal_pointer(&call->task);

        call_detach(call);
        machine_call_unref(call);
        g_task_return_new_error(task, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                "machine was freed");
    }
}
