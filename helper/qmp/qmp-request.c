/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commands on their way: the queue in front of the connection, what is in
 * flight, timeouts and cancellation.
 */
#include "osdep.h"

#include "qmp/qmp-client-priv.h"

#include "util/error.h"

static void request_free(QmpRequest *req)
{
    clock_timer_stop(&req->timer);
    if (req->cancel) {
        g_source_destroy(req->cancel);
        g_source_unref(req->cancel);
    }
    g_clear_pointer(&req->args, json_object_unref);
    g_clear_object(&req->fds);
    g_clear_object(&req->task);
    g_free(req->name);
    g_free(req);
}

/* Nobody waits any more; the request itself stays where it is. */
static GTask *detach_task(QmpRequest *req)
{
    clock_timer_stop(&req->timer);
    if (req->cancel) {
        g_source_destroy(req->cancel);
        g_clear_pointer(&req->cancel, g_source_unref);
    }
    return g_steal_pointer(&req->task);
}

static void remove_inflight(QmpClient *client, QmpRequest *req)
{
    g_hash_table_remove(client->inflight, &req->id);
    g_queue_remove(&client->inflight_order, req);
    if (!(req->flags & QMP_EXEC_OOB)) {
        client->n_inband--;
    }
    if (req->fds) {
        client->n_fds--;
    }
}

static bool is_inflight(const QmpRequest *req)
{
    return req->id &&
           g_hash_table_lookup(req->client->inflight, &req->id) == req;
}

/*
 * Give up on a reply. What has been written keeps its place, so that its
 * late reply is known and the limit of out-of-band mode stays right.
 */
static GTask *abandon(QmpRequest *req)
{
    GTask *task = detach_task(req);

    if (!is_inflight(req)) {
        g_queue_remove(&req->client->waiting, req);
        g_queue_remove(&req->client->doomed, req);
        request_free(req);
    }
    return task;
}

static void on_timeout(void *opaque)
{
    QmpRequest *req = opaque;
    g_autofree char *name = g_strdup(req->name);
    g_autoptr(GTask) task = NULL;
    QmpClient *client = req->client;
    bool sent = is_inflight(req);

    client->metrics.timeouts++;
    task = abandon(req);
    if (sent) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_TIMEOUT,
                                "QEMU did not answer %s in time", name);
    } else if (client->error) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_TIMEOUT,
                                "%s not sent in time: %s", name,
                                client->error->message);
    } else {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_TIMEOUT,
                                "%s not sent in time", name);
    }
}

static gboolean on_cancelled(GCancellable *cancellable, void *opaque)
{
    QmpRequest *req = opaque;
    g_autoptr(GTask) task = NULL;

    req->client->metrics.cancelled++;
    task = abandon(req);
    g_task_return_error_if_cancelled(task);
    return G_SOURCE_REMOVE;
}

static bool may_send(const QmpClient *client, const QmpRequest *req)
{
    /*
     * QEMU keeps the descriptors that came last, until a command takes
     * them: a second set would replace the first.
     */
    if (req->fds && client->n_fds > 0) {
        return false;
    }
    return !client->oob || (req->flags & QMP_EXEC_OOB) ||
           client->n_inband < QMP_OOB_INFLIGHT_MAX;
}

/* In-band commands keep their order, out-of-band ones may overtake them. */
static QmpRequest *next_to_send(const QmpClient *client)
{
    QmpRequest *req;
    bool blocked = false;
    GList *l;

    for (l = client->waiting.head; l; l = l->next) {
        req = l->data;
        if (blocked && !(req->flags & QMP_EXEC_OOB)) {
            continue;
        }
        if (may_send(client, req)) {
            return req;
        }
        blocked = true;
    }
    return NULL;
}

static void send_request(QmpClient *client, QmpRequest *req)
{
    char *text = qmp_request_build(client, req->name, req->args,
                                   req->flags & QMP_EXEC_OOB, &req->id);

    g_queue_remove(&client->waiting, req);
    g_hash_table_insert(client->inflight, &req->id, req);
    g_queue_push_tail(&client->inflight_order, req);
    if (!(req->flags & QMP_EXEC_OOB)) {
        client->n_inband++;
    }
    if (req->fds) {
        client->n_fds++;
    }
    if (!(req->flags & QMP_EXEC_RETRY)) {
        g_clear_pointer(&req->args, json_object_unref);
    }
    req->sent_us = g_get_monotonic_time();
    client->metrics.commands++;
    client->metrics.bytes_out += qmp_channel_send(client->channel, text,
                                                  req->fds);
}

static void count_latency(QmpClient *client, const QmpRequest *req)
{
    uint64_t us = g_get_monotonic_time() - req->sent_us;

    client->metrics.latency_sum_us += us;
    client->metrics.latency_max_us = MAX(client->metrics.latency_max_us, us);
}

static void free_node(void *opaque)
{
    json_node_unref(opaque);
}

/* The caller may close his own at once. */
static GUnixFDList *dup_fds(GUnixFDList *fds, GError **errp)
{
    g_autoptr(GUnixFDList) copy = g_unix_fd_list_new();
    const int *fd;
    int n;
    int i;

    fd = g_unix_fd_list_peek_fds(fds, &n);
    for (i = 0; i < n; i++) {
        if (g_unix_fd_list_append(copy, fd[i], errp) < 0) {
            return NULL;
        }
    }
    return g_steal_pointer(&copy);
}

bool qmp_client_passes_fds(const QmpClient *client)
{
    return g_socket_address_get_family(client->addr) == G_SOCKET_FAMILY_UNIX;
}

/* Whether a command can be sent or at least wait. */
static bool check_command(QmpClient *client, const QmpCommand *command,
                          GError **errp)
{
    bool ready = client->state == QMP_CLIENT_READY;
    unsigned used = client->waiting.length +
                    g_hash_table_size(client->inflight);

    if (!ready && (!client->started || (command->flags & QMP_EXEC_NOW))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE, "%s",
                    client->error ? client->error->message :
                    "not connected to QEMU");
        return false;
    }
    if (used >= client->options.queue_max) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "%u QMP commands are waiting for QEMU", used);
        return false;
    }
    if (ready && (command->flags & QMP_EXEC_OOB) && !client->oob) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "out-of-band commands are not enabled");
        return false;
    }
    if (command->fds && !qmp_client_passes_fds(client)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "descriptors can be passed over a unix socket only");
        return false;
    }
    return true;
}

void qmp_request_pump(QmpClient *client)
{
    QmpRequest *req;

    while (client->state == QMP_CLIENT_READY &&
           !qmp_channel_is_busy(client->channel)) {
        req = next_to_send(client);
        if (!req) {
            return;
        }
        send_request(client, req);
    }
}

void qmp_request_reply(QmpClient *client, const QmpMessage *message)
{
    QmpRequest *req = g_hash_table_lookup(client->inflight, &message->id);
    g_autoptr(GTask) task = NULL;

    if (!req) {
        client->metrics.late_replies++;
        g_debug("qmp: reply to nothing that was asked, id %" PRIu64,
                message->id);
        return;
    }
    g_debug("qmp: %s: %s", req->name, message->type == QMP_MESSAGE_ERROR ?
            message->name : "done");
    remove_inflight(client, req);
    count_latency(client, req);
    task = detach_task(req);
    request_free(req);
    if (message->type == QMP_MESSAGE_ERROR) {
        client->metrics.errors++;
    } else {
        client->metrics.returns++;
    }
    if (!task) {
        client->metrics.late_replies++;
    } else if (message->type == QMP_MESSAGE_ERROR) {
        g_task_return_new_error(task, QMP_ERROR,
                                qmp_error_from_class(message->name), "%s",
                                message->desc);
    } else {
        g_task_return_pointer(task, json_node_ref(message->value), free_node);
    }
}

void qmp_request_doom(QmpClient *client, bool all)
{
    QmpRequest *req;
    GQueue queued = client->waiting;
    bool was_ready = client->state == QMP_CLIENT_READY;

    g_queue_init(&client->waiting);
    while ((req = g_queue_pop_head(&client->inflight_order))) {
        g_hash_table_remove(client->inflight, &req->id);
        req->id = 0;
        if (!req->task) {
            request_free(req);
        } else if (!all && (req->flags & QMP_EXEC_RETRY)) {
            g_queue_push_tail(&client->waiting, req);
        } else {
            g_queue_push_tail(&client->doomed, req);
        }
    }
    client->n_inband = 0;
    client->n_fds = 0;
    while ((req = g_queue_pop_head(&queued))) {
        if (all || (was_ready && !(req->flags & QMP_EXEC_RETRY))) {
            g_queue_push_tail(&client->doomed, req);
        } else {
            g_queue_push_tail(&client->waiting, req);
        }
    }
}

void qmp_request_fail_doomed(QmpClient *client, const GError *err)
{
    QmpRequest *req;

    while ((req = g_queue_pop_head(&client->doomed))) {
        g_autoptr(GTask) task = detach_task(req);

        request_free(req);
        g_task_return_error(task, g_error_copy(err));
    }
}

char *qmp_request_build(QmpClient *client, const char *name,
                        JsonObject *args, bool oob, uint64_t *id)
{
    g_autofree char *trace = qmp_command_trace(name, args);

    *id = ++client->last_id;
    g_debug("qmp: %s %s, id %" PRIu64, name, trace, *id);
    return qmp_command_build(name, args, *id, oob);
}

void qmp_client_command_async(QmpClient *client, const QmpCommand *command,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = qmp_client_task_new(client, cancellable,
                                                callback, opaque);
    g_autoptr(JsonObject) args = command->args;
    g_autoptr(GUnixFDList) fds = NULL;
    g_autoptr(GError) err = NULL;
    QmpRequest *req;
    unsigned ms = command->timeout_ms ? command->timeout_ms :
                  client->options.timeout_ms;

    if (g_task_return_error_if_cancelled(task)) {
        return;
    }
    if (!check_command(client, command, &err) ||
        (command->fds && !(fds = dup_fds(command->fds, &err)))) {
        g_task_return_error(task, g_steal_pointer(&err));
        return;
    }
    req = g_new0(QmpRequest, 1);
    req->client = client;
    req->name = g_strdup(command->name);
    req->args = g_steal_pointer(&args);
    req->flags = command->flags;
    req->fds = g_steal_pointer(&fds);
    if (req->fds) {
        req->flags &= ~QMP_EXEC_RETRY;
    }
    req->task = g_steal_pointer(&task);
    clock_timer_start(client->clock, &req->timer, ms, on_timeout, req);
    if (cancellable) {
        req->cancel = g_cancellable_source_new(cancellable);
        g_source_set_callback(req->cancel, G_SOURCE_FUNC(on_cancelled), req,
                              NULL);
        g_source_attach(req->cancel, NULL);
    }
    g_queue_push_tail(&client->waiting, req);
    qmp_request_pump(client);
}

void qmp_client_execute_async(QmpClient *client, const char *name,
                              JsonObject *args, GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    QmpCommand command = { .name = name, .args = args };

    qmp_client_command_async(client, &command, cancellable, callback, opaque);
}

JsonNode *qmp_client_execute_finish(GAsyncResult *res, GError **errp)
{
    if (!qmp_client_is_alive(g_task_get_task_data(G_TASK(res)), errp)) {
        return NULL;
    }
    return g_task_propagate_pointer(G_TASK(res), errp);
}
