/* SPDX-License-Identifier: GPL-2.0-or-later */
/* system_powerdown, SHUTDOWN, and quit when it does not come. */
#include "osdep.h"

#include "qmp/qmp-shutdown.h"

#include "qmp/qmp-client-priv.h"
#include "qmp/qmp-cmds.h"
#include "util/error.h"

/* How long QEMU may take to end after quit: it flushes its disks first. */
#define QUIT_TIMEOUT_MS 30000

typedef struct Shutdown {
    QmpClient *client;
    unsigned timeout_ms;
    bool force;
    QmpShutdownHow how;
    bool done;
    ClockTimer *timer;
    GSource *cancel;
    Notifier on_event;
    Notifier on_state;
    Notifier on_end;
} Shutdown;

static void release(Shutdown *job)
{
    job->done = true;
    notifier_remove(&job->on_event);
    notifier_remove(&job->on_state);
    notifier_remove(&job->on_end);
    clock_timer_stop(&job->timer);
    if (job->cancel) {
        g_source_destroy(job->cancel);
        g_clear_pointer(&job->cancel, g_source_unref);
    }
}

static void shutdown_free(void *opaque)
{
    Shutdown *job = opaque;

    release(job);
    qmp_client_unref(job->client);
    g_free(job);
}

static void succeed(GTask *task)
{
    Shutdown *job = g_task_get_task_data(task);

    if (!job->done) {
        release(job);
        g_task_return_boolean(task, TRUE);
        g_object_unref(task);
    }
}

static void fail(GTask *task, GError *err)
{
    Shutdown *job = g_task_get_task_data(task);

    if (job->done) {
        g_error_free(err);
        return;
    }
    release(job);
    g_task_return_error(task, err);
    g_object_unref(task);
}

static gboolean on_cancelled(GCancellable *cancellable, void *opaque)
{
    fail(opaque, g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                     "shutdown cancelled"));
    return G_SOURCE_REMOVE;
}

/* The client's owner does not want it any more. */
static void on_end(void *opaque, const void *data)
{
    fail(opaque, g_error_copy(data));
}

/*
 * A local QEMU whose connection ends has ended: that is off, too. Over a
 * network it only counts after quit.
 */
static void on_state(void *opaque, const void *data)
{
    Shutdown *job = g_task_get_task_data(opaque);
    bool local = g_socket_address_get_family(job->client->addr) ==
                 G_SOCKET_FAMILY_UNIX;

    if (qmp_client_get_state(job->client) == QMP_CLIENT_READY) {
        return;
    }
    if (local || job->how == QMP_SHUTDOWN_FORCED) {
        succeed(opaque);
    } else {
        fail(opaque, g_error_copy(qmp_client_get_error(job->client)));
    }
}

static void on_event(void *opaque, const void *data)
{
    Shutdown *job = g_task_get_task_data(opaque);
    const QmpEvent *event = data;

    /* After quit it is the end of QEMU that counts, not its announcement. */
    if (job->how == QMP_SHUTDOWN_GUEST &&
        g_str_equal(event->name, "SHUTDOWN")) {
        succeed(opaque);
    }
}

static void on_quit_timeout(void *opaque)
{
    fail(opaque, g_error_new_literal(BMC_ERROR, BMC_ERROR_TIMEOUT,
                                     "QEMU did not quit in time"));
}

static void on_quit(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    g_autoptr(GError) err = NULL;

    /* A lost connection is the wanted outcome, and on_state() has seen it. */
    if (!qmp_void_finish(res, &err)) {
        fail(task, g_steal_pointer(&err));
    }
}

static void on_guest_timeout(void *opaque)
{
    GTask *task = opaque;
    Shutdown *job = g_task_get_task_data(task);

    if (!job->force) {
        fail(task, g_error_new(BMC_ERROR, BMC_ERROR_TIMEOUT,
                               "the guest did not power off within %g s",
                               job->timeout_ms / 1000.0));
        return;
    }
    job->how = QMP_SHUTDOWN_FORCED;
    clock_timer_start(job->client->clock, &job->timer, QUIT_TIMEOUT_MS,
                      on_quit_timeout, task);
    qmp_quit_async(job->client, g_task_get_cancellable(task), on_quit,
                   g_object_ref(task));
}

static void on_powerdown(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    g_autoptr(GError) err = NULL;

    if (!qmp_void_finish(res, &err)) {
        fail(task, g_steal_pointer(&err));
    }
}

static void on_status(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    g_autoptr(GError) err = NULL;
    Shutdown *job = g_task_get_task_data(task);
    QmpRunState state;

    if (!qmp_query_status_finish(res, &state, NULL, &err)) {
        fail(task, g_steal_pointer(&err));
    } else if (!job->done && state == QMP_RUN_STATE_SHUTDOWN) {
        succeed(task);
    } else if (!job->done) {
        clock_timer_start(job->client->clock, &job->timer, job->timeout_ms,
                          on_guest_timeout, task);
        qmp_system_powerdown_async(job->client,
                                   g_task_get_cancellable(task),
                                   on_powerdown, g_object_ref(task));
    }
}

void qmp_shutdown_async(QmpClient *client, unsigned timeout_ms, bool force,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    Shutdown *job = g_new0(Shutdown, 1);
    QmpCommand command = { .name = "query-status", .flags = QMP_EXEC_NOW };

    job->client = qmp_client_ref(client);
    job->timeout_ms = timeout_ms;
    job->force = force;
    g_task_set_task_data(task, job, shutdown_free);
    if (qmp_client_get_state(client) == QMP_CLIENT_READY) {
        qmp_client_add_event_notifier(client, &job->on_event, on_event, task);
        qmp_client_add_state_notifier(client, &job->on_state, on_state, task);
    }
    notifier_list_add(&client->end_notifiers, &job->on_end, on_end, task);
    if (cancellable) {
        job->cancel = g_cancellable_source_new(cancellable);
        g_source_set_callback(job->cancel, G_SOURCE_FUNC(on_cancelled), task,
                              NULL);
        g_source_attach(job->cancel, NULL);
    }
    /* The reference taken by g_task_new() is dropped when it is done. */
    qmp_client_command_async(client, &command, cancellable, on_status,
                             g_object_ref(task));
}

bool qmp_shutdown_finish(GAsyncResult *res, QmpShutdownHow *how,
                         GError **errp)
{
    Shutdown *job = g_task_get_task_data(G_TASK(res));

    if (!qmp_client_is_alive(job->client, errp) ||
        !g_task_propagate_boolean(G_TASK(res), errp)) {
        return false;
    }
    if (how) {
        *how = job->how;
    }
    return true;
}
