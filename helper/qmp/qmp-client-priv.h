/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the client share; not for anybody else. */
#ifndef QEMU_BMC_QMP_QMP_CLIENT_PRIV_H
#define QEMU_BMC_QMP_QMP_CLIENT_PRIV_H

#include "qmp/qmp-channel.h"
#include "qmp/qmp-client.h"
#include "qmp/qmp-events.h"
#include "util/dialer.h"

/**
 * QmpRequest: a command on its way. It is in exactly one of the client's
 * @waiting, @inflight and @doomed.
 *
 * @client: the client; a weak pointer
 * @id: as on the wire, once it has been written
 * @name: the command
 * @args: its arguments, or NULL; dropped once written, unless it may have to
 *        be written again
 * @fds: descriptors that go with it, or NULL
 * @flags: see QmpExecFlags
 * @task: who waits, or NULL: the reply will be dropped
 * @timer: its timeout
 * @cancel: its cancellation
 * @sent_us: monotonic time of writing, microseconds
 */
typedef struct QmpRequest {
    QmpClient *client;
    uint64_t id;
    char *name;
    JsonObject *args;
    GUnixFDList *fds;
    QmpExecFlags flags;
    GTask *task;
    ClockTimer *timer;
    GSource *cancel;
    int64_t sent_us;
} QmpRequest;

/**
 * QmpClient: see qmp-client.h.
 *
 * @refs: the owner's, those of running callbacks and of GTasks; the struct
 *        outlives qmp_client_free() while there are any
 * @freed: qmp_client_free() has been called
 * @addr_text: the address for messages: "socket /run/qmp.sock"
 * @started: connect whenever possible
 * @end_notifiers: told with a const GError when the owner stops or frees the
 *                 client
 * @notifying: state notifiers are running
 * @notify_again: the state changed meanwhile
 * @deadline: for the greeting, then for the reply to qmp_capabilities
 * @greeted: the greeting has come on this connection
 * @oob_offered: it offers out-of-band commands
 * @oob: they are enabled
 * @ready_ms: when this connection became ready
 * @waiting: QmpRequests not written, in order
 * @inflight: QmpRequests by id, written and not answered
 * @inflight_order: the same, in the order of writing
 * @doomed: QmpRequests about to fail with @doom
 * @n_inband: number of those in @inflight that are in-band
 * @n_fds: number of those in @inflight that carry descriptors
 * @connectors: who waits in qmp_client_connect_async()
 * @cache: what qmp-caps has learnt on this connection
 */
struct QmpClient {
    unsigned refs;
    bool freed;
    GSocketAddress *addr;
    char *addr_text;
    Clock *clock;
    QmpClientOptions options;
    bool started;

    QmpClientState state;
    GError *error;
    NotifierList state_notifiers;
    NotifierList event_notifiers;
    NotifierList end_notifiers;
    bool notifying;
    bool notify_again;

    Dialer *dialer;
    QmpChannel *channel;
    ClockTimer *deadline;
    bool greeted;
    bool oob_offered;
    bool oob;
    uint64_t capabilities_id;
    int64_t ready_ms;
    uint64_t connection;
    QmpVersion version;
    bool has_version;
    QmpEvents events;
    QmpMetrics metrics;

    uint64_t last_id;
    GQueue waiting;
    GHashTable *inflight;
    GQueue inflight_order;
    GQueue doomed;
    unsigned n_inband;
    unsigned n_fds;
    GQueue connectors;

    void *cache;
    GDestroyNotify cache_free;
};

/**
 * qmp_client_ref: keep the struct, not the client, alive.
 *
 * @client: the client
 *
 * Returns: @client
 */
QmpClient *qmp_client_ref(QmpClient *client);

/**
 * qmp_client_unref: drop a reference.
 *
 * @client: the client
 */
void qmp_client_unref(QmpClient *client);

/**
 * qmp_client_set_cache: keep something for as long as this connection lasts.
 *
 * @client: the client
 * @cache: (transfer full): what to keep, or NULL
 * @cache_free: frees it
 */
void qmp_client_set_cache(QmpClient *client, void *cache,
                          GDestroyNotify cache_free);

/**
 * qmp_client_task_new: a GTask whose task data is a reference to a client,
 * so that its *_finish() can ask qmp_client_is_alive().
 *
 * @client: the client
 * @cancellable: cancels; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 *
 * Returns: (transfer full): the task
 */
GTask *qmp_client_task_new(QmpClient *client, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_client_is_alive: for *_finish(): has the client not been freed?
 *
 * @client: the client, of which a reference is held
 * @errp: %G_IO_ERROR_CANCELLED
 *
 * Returns: false if it has
 */
bool qmp_client_is_alive(const QmpClient *client, GError **errp);

/**
 * qmp_request_pump: write what may be written.
 *
 * @client: the client
 */
void qmp_request_pump(QmpClient *client);

/**
 * qmp_request_reply: give a reply to whom it belongs.
 *
 * @client: the client
 * @message: a RETURN or ERROR with an id
 */
void qmp_request_reply(QmpClient *client, const QmpMessage *message);

/**
 * qmp_request_doom: mark what a lost connection makes fail; what may be
 * retried goes back to the queue. qmp_request_fail_doomed() follows.
 *
 * @client: the client
 * @all: also those that wait for a connection: none will come
 */
void qmp_request_doom(QmpClient *client, bool all);

/**
 * qmp_request_fail_doomed: let them fail.
 *
 * @client: the client
 * @err: why
 */
void qmp_request_fail_doomed(QmpClient *client, const GError *err);

/**
 * qmp_request_build: build a command with a new id.
 *
 * @client: the client
 * @name: the command
 * @args: its arguments, or NULL
 * @oob: out-of-band
 * @id: set to the id
 *
 * Returns: (transfer full): the line
 */
char *qmp_request_build(QmpClient *client, const char *name,
                        JsonObject *args, bool oob, uint64_t *id);

#endif /* QEMU_BMC_QMP_QMP_CLIENT_PRIV_H */
