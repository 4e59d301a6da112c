/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: connecting, negotiating, staying connected, events. */
#include "osdep.h"

#include "qmp/qmp-client.h"

#include "qmp/qmp-client-priv.h"
#include "qmp/qmp-hint.h"
#include "util/addr.h"
#include "util/error.h"
#include "util/json.h"

/* A connection that lasts less than this counts as a failed attempt. */
#define SHORT_LIVED_MS 1000

/* Somebody who waits for the client to be ready. */
typedef struct Connector {
    QmpClient *client;
    GTask *task;
    GSource *cancel;
} Connector;

static void client_ref_drop(void *opaque)
{
    qmp_client_unref(opaque);
}

/* Notifiers may change the state again, or free the client. */
static void notify_state(QmpClient *client)
{
    if (client->notifying) {
        client->notify_again = true;
        return;
    }
    qmp_client_ref(client);
    client->notifying = true;
    do {
        client->notify_again = false;
        notifier_list_notify(&client->state_notifiers, client);
    } while (client->notify_again && !client->freed);
    client->notifying = false;
    qmp_client_unref(client);
}

static GTask *connector_free(Connector *connector)
{
    GTask *task = connector->task;

    if (connector->cancel) {
        g_source_destroy(connector->cancel);
        g_source_unref(connector->cancel);
    }
    g_free(connector);
    return task;
}

static gboolean on_connector_cancelled(GCancellable *cancellable,
                                       void *opaque)
{
    Connector *connector = opaque;
    g_autoptr(GTask) task = NULL;

    g_queue_remove(&connector->client->connectors, connector);
    task = connector_free(connector);
    g_task_return_error_if_cancelled(task);
    return G_SOURCE_REMOVE;
}

static void finish_connectors(QmpClient *client)
{
    Connector *connector;

    while ((connector = g_queue_pop_head(&client->connectors))) {
        g_autoptr(GTask) task = connector_free(connector);

        if (client->state == QMP_CLIENT_READY) {
            g_task_return_boolean(task, TRUE);
        } else {
            g_task_return_error(task, g_error_copy(client->error));
        }
    }
}

static bool same_error(const GError *a, const GError *b)
{
    if (!a || !b) {
        return a == b;
    }
    return a->domain == b->domain && a->code == b->code &&
           g_str_equal(a->message, b->message);
}

static void set_state(QmpClient *client, QmpClientState state,
                      const GError *err)
{
    bool changed = client->state != state || !same_error(client->error, err);
    GError *copy = err ? g_error_copy(err) : NULL;

    client->state = state;
    g_clear_error(&client->error);
    client->error = copy;
    if (changed) {
        notify_state(client);
    }
}

static void drop_connection(QmpClient *client)
{
    clock_timer_stop(&client->deadline);
    g_clear_pointer(&client->channel, qmp_channel_free);
    qmp_client_set_cache(client, NULL, NULL);
    client->greeted = false;
    client->oob = false;
}

/* The end of an attempt or of a connection. */
static void fail(QmpClient *client, const GError *err)
{
    qmp_request_doom(client, !client->started);
    set_state(client, QMP_CLIENT_DISCONNECTED, err);
    if (!client->freed) {
        qmp_request_fail_doomed(client, err);
    }
    if (!client->freed) {
        finish_connectors(client);
    }
}

static void on_closed(void *opaque, const GError *err)
{
    QmpClient *client = opaque;
    g_autoptr(GError) lost = NULL;
    int64_t now = clock_now_ms(client->clock);
    bool early = client->state != QMP_CLIENT_READY ||
                 now - client->ready_ms < SHORT_LIVED_MS;
    BmcError code = err->domain == BMC_ERROR ? err->code :
                    BMC_ERROR_UNAVAILABLE;

    lost = g_error_new(BMC_ERROR, code, "QMP connection to %s lost: %s",
                       client->addr_text, err->message);
    qmp_client_ref(client);
    drop_connection(client);
    if (client->options.no_reconnect) {
        client->started = false;
    } else {
        dialer_start(client->dialer, early);
    }
    fail(client, lost);
    qmp_client_unref(client);
}

static void on_deadline(void *opaque)
{
    QmpClient *client = opaque;
    g_autoptr(GError) err = NULL;

    if (client->greeted) {
        err = g_error_new(BMC_ERROR, BMC_ERROR_TIMEOUT,
                          "QEMU at QMP %s does not answer",
                          client->addr_text);
    } else {
        err = g_error_new(BMC_ERROR, BMC_ERROR_TIMEOUT,
                          "no greeting from QMP %s for %g s: another client "
                          "holds it; give qemu-bmc its own -qmp",
                          client->addr_text,
                          client->options.greeting_ms / 1000.0);
    }
    /*
     * The connection stays: it is in the backlog of the listening socket,
     * and will be served when the other client leaves.
     */
    qmp_client_ref(client);
    set_state(client, QMP_CLIENT_NEGOTIATING, err);
    if (!client->freed) {
        finish_connectors(client);
    }
    qmp_client_unref(client);
}

static void start_deadline(QmpClient *client)
{
    clock_timer_start(client->clock, &client->deadline,
                      client->options.greeting_ms, on_deadline, client);
}

static void break_protocol(QmpClient *client, const char *what)
{
    g_autoptr(GError) err = g_error_new_literal(BMC_ERROR, BMC_ERROR_PROTOCOL,
                                                what);

    on_closed(client, err);
}

static void on_greeting(QmpClient *client, const QmpMessage *message)
{
    g_autoptr(JsonObject) args = NULL;
    JsonArray *enable;

    if (client->greeted) {
        break_protocol(client, "a second greeting");
        return;
    }
    client->greeted = true;
    client->connection++;
    qmp_version_clear(&client->version);
    client->version = message->version;
    client->version.package = g_strdup(message->version.package);
    client->has_version = true;
    client->oob = message->oob && client->options.oob;
    if (client->oob) {
        args = json_object_new();
        enable = json_array_new();
        json_array_add_string_element(enable, "oob");
        json_object_set_array_member(args, "enable", enable);
    }
    start_deadline(client);
    client->metrics.bytes_out +=
        qmp_channel_send(client->channel,
                         qmp_request_build(client, "qmp_capabilities", args,
                                           false, &client->capabilities_id),
                         NULL);
}

static void on_negotiated(QmpClient *client, const QmpMessage *message)
{
    if (message->type == QMP_MESSAGE_ERROR) {
        break_protocol(client, "QEMU refused qmp_capabilities");
        return;
    }
    clock_timer_stop(&client->deadline);
    client->ready_ms = clock_now_ms(client->clock);
    client->metrics.connects++;
    if (client->metrics.connects > 1) {
        client->metrics.reconnects++;
    }
    set_state(client, QMP_CLIENT_READY, NULL);
    if (client->state == QMP_CLIENT_READY && !client->freed) {
        finish_connectors(client);
    }
    if (client->state == QMP_CLIENT_READY && !client->freed) {
        qmp_request_pump(client);
    }
}

static void on_event(QmpClient *client, const QmpMessage *message, size_t len)
{
    const QmpEvent *event = qmp_events_add(&client->events,
                                           client->connection, message, len);

    client->metrics.events++;
    g_debug("qmp: event %s", event->name);
    notifier_list_notify(&client->event_notifiers, event);
}

static void on_reply(QmpClient *client, const QmpMessage *message)
{
    if (!message->has_id) {
        break_protocol(client, "a reply without id");
    } else if (client->state == QMP_CLIENT_READY) {
        qmp_request_reply(client, message);
        if (!client->freed) {
            qmp_request_pump(client);
        }
    } else if (message->id == client->capabilities_id) {
        on_negotiated(client, message);
    } else {
        break_protocol(client, "a reply to nothing that was asked");
    }
}

static void on_message(void *opaque, const QmpMessage *message, size_t len)
{
    QmpClient *client = opaque;

    qmp_client_ref(client);
    client->metrics.bytes_in += len;
    if (message->type == QMP_MESSAGE_GREETING) {
        on_greeting(client, message);
    } else if (!client->greeted) {
        break_protocol(client, "no greeting first");
    } else if (message->type == QMP_MESSAGE_EVENT) {
        on_event(client, message, len);
    } else {
        on_reply(client, message);
    }
    qmp_client_unref(client);
}

static void on_writable(void *opaque)
{
    qmp_request_pump(opaque);
}

static const QmpChannelOps channel_ops = {
    .message = on_message,
    .writable = on_writable,
    .closed = on_closed,
};

static void on_dialled(void *opaque, GSocket *sock, const GError *err)
{
    QmpClient *client = opaque;

    qmp_client_ref(client);
    if (sock) {
        client->channel = qmp_channel_new(sock, client->options.message_max,
                                          &channel_ops, client);
        start_deadline(client);
        set_state(client, QMP_CLIENT_NEGOTIATING, NULL);
    } else if (!err) {
        set_state(client, QMP_CLIENT_CONNECTING, client->error);
    } else {
        g_autoptr(GError) hint = qmp_hint_connect(client->addr, err);

        if (client->options.no_reconnect) {
            client->started = false;
            dialer_stop(client->dialer);
        }
        fail(client, hint);
    }
    qmp_client_unref(client);
}

static char *describe(GSocketAddress *addr)
{
    g_autofree char *text = addr_to_string(addr);

    return g_strdup_printf("socket %s", text);
}

static void set_defaults(QmpClientOptions *options)
{
    if (!options->queue_max) {
        options->queue_max = QMP_QUEUE_DEFAULT;
    }
    if (!options->event_ring) {
        options->event_ring = QMP_EVENT_RING_DEFAULT;
    }
    if (!options->greeting_ms) {
        options->greeting_ms = QMP_GREETING_DEFAULT_MS;
    }
    if (!options->timeout_ms) {
        options->timeout_ms = QMP_TIMEOUT_DEFAULT_MS;
    }
}

static void clear_notifiers(NotifierList *list)
{
    while (list->first) {
        notifier_remove(list->first);
    }
}

QmpClient *qmp_client_ref(QmpClient *client)
{
    client->refs++;
    return client;
}

void qmp_client_unref(QmpClient *client)
{
    client->refs--;
    if (client->refs > 0) {
        return;
    }
    g_object_unref(client->addr);
    g_free(client->addr_text);
    clock_unref(client->clock);
    g_clear_error(&client->error);
    qmp_version_clear(&client->version);
    g_hash_table_unref(client->inflight);
    qmp_events_clear(&client->events);
    g_free(client);
}

void qmp_client_set_cache(QmpClient *client, void *cache,
                          GDestroyNotify cache_free)
{
    if (client->cache) {
        client->cache_free(client->cache);
    }
    client->cache = cache;
    client->cache_free = cache_free;
}

GTask *qmp_client_task_new(QmpClient *client, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_task_data(task, qmp_client_ref(client), client_ref_drop);
    return task;
}

bool qmp_client_is_alive(const QmpClient *client, GError **errp)
{
    if (client->freed) {
        g_set_error_literal(errp, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                            "the QMP client is gone");
    }
    return !client->freed;
}

QmpClient *qmp_client_new(GSocketAddress *addr, Clock *clock,
                          const QmpClientOptions *options)
{
    QmpClient *client = g_new0(QmpClient, 1);

    client->refs = 1;
    client->addr = g_object_ref(addr);
    client->addr_text = describe(addr);
    client->clock = clock_ref(clock);
    if (options) {
        client->options = *options;
    }
    set_defaults(&client->options);
    client->dialer = dialer_new(addr, clock, on_dialled, client);
    client->inflight = g_hash_table_new(g_int64_hash, g_int64_equal);
    qmp_events_init(&client->events, client->options.event_ring);
    return client;
}

void qmp_client_free(QmpClient *client)
{
    g_autoptr(GError) err = NULL;

    if (!client) {
        return;
    }
    client->freed = true;
    client->started = false;
    err = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_CANCELLED,
                              "the QMP client is gone");
    clear_notifiers(&client->state_notifiers);
    clear_notifiers(&client->event_notifiers);
    notifier_list_notify(&client->end_notifiers, err);
    clear_notifiers(&client->end_notifiers);
    drop_connection(client);
    g_clear_pointer(&client->dialer, dialer_free);
    qmp_request_doom(client, true);
    qmp_request_fail_doomed(client, err);
    client->state = QMP_CLIENT_DISCONNECTED;
    g_clear_error(&client->error);
    client->error = g_steal_pointer(&err);
    finish_connectors(client);
    qmp_client_unref(client);
}

void qmp_client_start(QmpClient *client)
{
    if (!client->started) {
        client->started = true;
        dialer_start(client->dialer, false);
    }
}

void qmp_client_stop(QmpClient *client)
{
    g_autoptr(GError) err = NULL;

    if (!client->started) {
        return;
    }
    err = g_error_new(BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                      "disconnected from QMP %s", client->addr_text);
    client->started = false;
    qmp_client_ref(client);
    dialer_stop(client->dialer);
    drop_connection(client);
    notifier_list_notify(&client->end_notifiers, err);
    if (!client->freed) {
        fail(client, err);
    }
    qmp_client_unref(client);
}

void qmp_client_connect_async(QmpClient *client, GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = qmp_client_task_new(client, cancellable,
                                                callback, opaque);
    Connector *connector;

    if (client->started && client->state == QMP_CLIENT_READY) {
        g_task_return_boolean(task, TRUE);
        return;
    }
    if (client->started && client->error) {
        g_task_return_error(task, g_error_copy(client->error));
        return;
    }
    qmp_client_start(client);
    connector = g_new0(Connector, 1);
    connector->client = client;
    connector->task = g_steal_pointer(&task);
    if (cancellable) {
        connector->cancel = g_cancellable_source_new(cancellable);
        g_source_set_callback(connector->cancel,
                              G_SOURCE_FUNC(on_connector_cancelled),
                              connector, NULL);
        g_source_attach(connector->cancel, NULL);
    }
    g_queue_push_tail(&client->connectors, connector);
}

bool qmp_client_connect_finish(GAsyncResult *res, GError **errp)
{
    return qmp_client_is_alive(g_task_get_task_data(G_TASK(res)), errp) &&
           g_task_propagate_boolean(G_TASK(res), errp);
}

QmpClientState qmp_client_get_state(const QmpClient *client)
{
    return client->state;
}

const GError *qmp_client_get_error(const QmpClient *client)
{
    return client->error;
}

uint64_t qmp_client_get_connection(const QmpClient *client)
{
    return client->connection;
}

const QmpVersion *qmp_client_get_version(const QmpClient *client)
{
    return client->has_version ? &client->version : NULL;
}

bool qmp_client_get_oob(const QmpClient *client)
{
    return client->state == QMP_CLIENT_READY && client->oob;
}

pid_t qmp_client_get_peer_pid(const QmpClient *client)
{
    g_autoptr(GCredentials) cred = NULL;

    if (!client->channel || g_socket_address_get_family(client->addr) !=
                            G_SOCKET_FAMILY_UNIX) {
        return 0;
    }
    cred = g_socket_get_credentials(qmp_channel_get_socket(client->channel),
                                    NULL);
    return cred ? MAX(g_credentials_get_unix_pid(cred, NULL), 0) : 0;
}

const QmpMetrics *qmp_client_get_metrics(const QmpClient *client)
{
    return &client->metrics;
}

void qmp_client_add_state_notifier(QmpClient *client, Notifier *notifier,
                                   NotifierFunc func, void *opaque)
{
    notifier_list_add(&client->state_notifiers, notifier, func, opaque);
}

void qmp_client_add_event_notifier(QmpClient *client, Notifier *notifier,
                                   NotifierFunc func, void *opaque)
{
    notifier_list_add(&client->event_notifiers, notifier, func, opaque);
}

const QmpEvent *qmp_client_next_event(const QmpClient *client,
                                      uint64_t after)
{
    return qmp_events_next(&client->events, after);
}
