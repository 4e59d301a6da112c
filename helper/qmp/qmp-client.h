/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A client of the QEMU Machine Protocol: one connection to one monitor, kept
 * up across restarts of QEMU without polling; commands in flight side by
 * side; events.
 *
 * A client belongs to the default main context: every function is called in
 * the thread that runs it and every callback comes from it. A process may
 * hold any number of clients; they share nothing. Callbacks never come from
 * within the call that started the operation. Any of them may free the
 * client.
 *
 * QEMU serves one client per monitor socket. A second one connects and then
 * hears nothing; that is reported after the greeting deadline, see
 * qmp_client_get_error().
 */
#ifndef QEMU_BMC_QMP_QMP_CLIENT_H
#define QEMU_BMC_QMP_QMP_CLIENT_H

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "qmp/qmp-error.h"
#include "qmp/qmp-proto.h"
#include "util/clock.h"
#include "util/notify.h"

#define QMP_TIMEOUT_DEFAULT_MS 30000
#define QMP_GREETING_DEFAULT_MS 5000
#define QMP_QUEUE_DEFAULT 1024
#define QMP_EVENT_RING_DEFAULT 256
/* QEMU stops reading at 8 in-band commands when out-of-band is enabled. */
#define QMP_OOB_INFLIGHT_MAX 7

typedef struct QmpClient QmpClient;

/**
 * QmpClientState: where the connection stands.
 *
 * @QMP_CLIENT_DISCONNECTED: no connection; waiting for a reason to try
 *                           again, or not started
 * @QMP_CLIENT_CONNECTING: connect() is under way
 * @QMP_CLIENT_NEGOTIATING: connected; waiting for the greeting or for the
 *                          reply to qmp_capabilities
 * @QMP_CLIENT_READY: commands go out
 */
typedef enum QmpClientState {
    QMP_CLIENT_DISCONNECTED,
    QMP_CLIENT_CONNECTING,
    QMP_CLIENT_NEGOTIATING,
    QMP_CLIENT_READY,
} QmpClientState;

/**
 * QmpClientOptions: how a client behaves; a member that is 0 means the
 * default.
 *
 * @no_reconnect: stay disconnected once an attempt or a connection has
 *                failed, until qmp_client_start() is called again
 * @oob: enable out-of-band commands where QEMU offers them
 * @message_max: longest message accepted, bytes; %QMP_MESSAGE_MAX_DEFAULT
 * @queue_max: most commands unanswered or waiting; %QMP_QUEUE_DEFAULT
 * @event_ring: events kept for later; %QMP_EVENT_RING_DEFAULT
 * @greeting_ms: when to report a silent server; %QMP_GREETING_DEFAULT_MS
 * @timeout_ms: a command's default timeout; %QMP_TIMEOUT_DEFAULT_MS
 */
typedef struct QmpClientOptions {
    bool no_reconnect;
    bool oob;
    size_t message_max;
    unsigned queue_max;
    unsigned event_ring;
    unsigned greeting_ms;
    unsigned timeout_ms;
} QmpClientOptions;

/**
 * QmpMetrics: counters since the client was made.
 *
 * @connects: connections that became ready
 * @reconnects: those after the first
 * @commands: commands written, retries included
 * @returns: successful replies
 * @errors: error replies
 * @timeouts: commands that timed out
 * @cancelled: commands that were cancelled
 * @late_replies: replies dropped because nobody waited any more
 * @events: events received
 * @bytes_in: bytes read
 * @bytes_out: bytes written
 * @latency_sum_us: microseconds from writing to reply, over all replies
 * @latency_max_us: the longest of them
 */
typedef struct QmpMetrics {
    uint64_t connects;
    uint64_t reconnects;
    uint64_t commands;
    uint64_t returns;
    uint64_t errors;
    uint64_t timeouts;
    uint64_t cancelled;
    uint64_t late_replies;
    uint64_t events;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t latency_sum_us;
    uint64_t latency_max_us;
} QmpMetrics;

/**
 * QmpEvent: an event of QEMU.
 *
 * @seq: 1 for the client's first event; no number is left out
 * @connection: the connection it came on, see qmp_client_get_connection()
 * @name: "SHUTDOWN"
 * @data: its data, or NULL when it has none
 * @time_us: QEMU's time stamp, microseconds since 1970, or -1
 */
typedef struct QmpEvent {
    uint64_t seq;
    uint64_t connection;
    const char *name;
    JsonObject *data;
    int64_t time_us;
} QmpEvent;

/**
 * qmp_client_new: make a client; nothing happens before qmp_client_start().
 *
 * @addr: the monitor's address: a path or TCP
 * @clock: the clock for timeouts and back-off
 * @options: how to behave, copied; NULL for the defaults
 *
 * Returns: (transfer full): the client
 */
QmpClient *qmp_client_new(GSocketAddress *addr, Clock *clock,
                          const QmpClientOptions *options);

/**
 * qmp_client_free: close the connection and free the client. What is
 * pending calls back with %G_IO_ERROR_CANCELLED, now or from the main loop;
 * its notifiers are removed. May be called from any callback.
 *
 * @client: the client, or NULL
 */
void qmp_client_free(QmpClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(QmpClient, qmp_client_free)

/**
 * qmp_client_start: connect, now or as soon as it is possible, and again
 * each time the connection is lost (unless told otherwise). For a path the
 * wait costs nothing: the directory is watched. Does nothing when started.
 *
 * @client: the client
 */
void qmp_client_start(QmpClient *client);

/**
 * qmp_client_stop: close the connection and stay disconnected. Whatever is
 * pending fails with BMC_ERROR_UNAVAILABLE, maybe before this returns.
 *
 * @client: the client
 */
void qmp_client_stop(QmpClient *client);

/**
 * qmp_client_connect_async: qmp_client_start(), and be told when the client
 * is ready or why it is not: why the next attempt fails or, when it was
 * started before, the last one did. A failure does not end the client's own
 * attempts.
 *
 * @client: the client
 * @cancellable: ends the wait, not the attempts; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_client_connect_async(QmpClient *client, GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_client_connect_finish: result of qmp_client_connect_async().
 *
 * @res: as the callback got it
 * @errp: as qmp_client_get_error()
 *
 * Returns: true when ready
 */
bool qmp_client_connect_finish(GAsyncResult *res, GError **errp);

/**
 * qmp_client_get_state: where the connection stands.
 *
 * @client: the client
 *
 * Returns: the state
 */
QmpClientState qmp_client_get_state(const QmpClient *client);

/**
 * qmp_client_get_error: why the client is not ready.
 *
 * @client: the client
 *
 * Returns: NULL when ready or when nothing is known yet, else an error of
 *          %BMC_ERROR, which belongs to @client until its state changes:
 *          NOT_FOUND (no socket there), PERMISSION (may not connect),
 *          UNAVAILABLE (refused, or the connection was lost), TIMEOUT (no
 *          greeting: another client holds the monitor; the state stays
 *          NEGOTIATING, since QEMU will serve us when that one leaves),
 *          PROTOCOL and LIMIT (this is not QMP)
 */
const GError *qmp_client_get_error(const QmpClient *client);

/**
 * qmp_client_get_connection: number the connections.
 *
 * @client: the client
 *
 * Returns: 0 before the first greeting, then 1, counting up with each new
 *          connection that sent a greeting
 */
uint64_t qmp_client_get_connection(const QmpClient *client);

/**
 * qmp_client_get_version: the version from the greeting.
 *
 * @client: the client
 *
 * Returns: the version of the present or the last server, or NULL before
 *          the first greeting; belongs to @client
 */
const QmpVersion *qmp_client_get_version(const QmpClient *client);

/**
 * qmp_client_get_oob: tell whether out-of-band commands can be sent.
 *
 * @client: the client
 *
 * Returns: true if they were negotiated on this connection
 */
bool qmp_client_get_oob(const QmpClient *client);

/**
 * qmp_client_get_peer_pid: the process at the other end.
 *
 * @client: the client
 *
 * Returns: its id, or 0 when not connected over a unix socket
 */
pid_t qmp_client_get_peer_pid(const QmpClient *client);

/**
 * qmp_client_get_metrics: read the counters.
 *
 * @client: the client
 *
 * Returns: the counters; they belong to @client and keep counting
 */
const QmpMetrics *qmp_client_get_metrics(const QmpClient *client);

/**
 * qmp_client_add_state_notifier: be told when qmp_client_get_state() or
 * qmp_client_get_error() changes. Pending commands of a lost connection
 * call back after that.
 *
 * @client: the client
 * @notifier: storage of the caller; notifier_remove() ends it
 * @func: called with the QmpClient as data
 * @opaque: handed to @func
 */
void qmp_client_add_state_notifier(QmpClient *client, Notifier *notifier,
                                   NotifierFunc func, void *opaque);

/**
 * qmp_client_add_event_notifier: be told of every event, in the order in
 * which they come, from the greeting on. A reply's callback may come after
 * an event that QEMU sent later than the reply.
 *
 * @client: the client
 * @notifier: storage of the caller; notifier_remove() ends it
 * @func: called with a const QmpEvent as data, valid during the call
 * @opaque: handed to @func
 */
void qmp_client_add_event_notifier(QmpClient *client, Notifier *notifier,
                                   NotifierFunc func, void *opaque);

/**
 * qmp_client_next_event: look back at the events kept.
 *
 * @client: the client
 * @after: the last number seen, or 0
 *
 * Returns: the oldest event kept whose number is greater than @after (a gap
 *          shows that older ones were dropped), or NULL; belongs to @client
 *          and is valid until the next event comes
 */
const QmpEvent *qmp_client_next_event(const QmpClient *client,
                                      uint64_t after);

/**
 * QmpExecFlags: how a command is sent.
 *
 * @QMP_EXEC_NOW: fail with BMC_ERROR_UNAVAILABLE when the client is not
 *                ready, instead of waiting until it is or the command times
 *                out. Right for everything that changes something: a
 *                "system_reset" must not hit the QEMU after next
 * @QMP_EXEC_RETRY: when the connection is lost, send it again on the next
 *                  one, within its timeout. Only for a command that
 *                  changes nothing (query-*); not with @fds
 * @QMP_EXEC_OOB: exec-oob; BMC_ERROR_NOT_SUPPORTED when not negotiated
 */
typedef enum QmpExecFlags {
    QMP_EXEC_DEFAULT = 0,
    QMP_EXEC_NOW = 1 << 0,
    QMP_EXEC_RETRY = 1 << 1,
    QMP_EXEC_OOB = 1 << 2,
} QmpExecFlags;

/**
 * qmp_client_passes_fds: whether QmpCommand.fds is possible at all.
 *
 * @client: the client
 *
 * Returns: true over a unix socket
 */
bool qmp_client_passes_fds(const QmpClient *client);

/**
 * QmpCommand: a command to send; zero what is not needed.
 *
 * @name: "query-status"
 * @args: (transfer full): its arguments, or NULL
 * @fds: (transfer none): descriptors that go with it, in the same sendmsg;
 *       the caller's may be closed at once. Or NULL. %BMC_ERROR_NOT_SUPPORTED
 *       over TCP
 * @flags: see QmpExecFlags
 * @timeout_ms: milliseconds until it fails with BMC_ERROR_TIMEOUT, waiting
 *              for the connection included; 0 for the client's default
 */
typedef struct QmpCommand {
    const char *name;
    JsonObject *args;
    GUnixFDList *fds;
    QmpExecFlags flags;
    unsigned timeout_ms;
} QmpCommand;

/**
 * qmp_client_command_async: send a command.
 *
 * @client: the client
 * @command: what to send; may be on the stack
 * @cancellable: ends the wait for the reply (QEMU may still carry the
 *               command out); or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_client_command_async(QmpClient *client, const QmpCommand *command,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_client_execute_async: qmp_client_command_async() with just a name and
 * arguments.
 *
 * @client: the client
 * @name: the command
 * @args: (transfer full): its arguments, or NULL
 * @cancellable: as there
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_client_execute_async(QmpClient *client, const char *name,
                              JsonObject *args, GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_client_execute_finish: result of either of them.
 *
 * @res: as the callback got it
 * @errp: %QMP_ERROR when QEMU returned an error; BMC_ERROR_UNAVAILABLE (not
 *        connected, or connection lost), BMC_ERROR_TIMEOUT, BMC_ERROR_LIMIT
 *        (too many commands waiting), BMC_ERROR_NOT_SUPPORTED;
 *        %G_IO_ERROR_CANCELLED when cancelled or the client was freed
 *
 * Returns: (transfer full): the returned value, or NULL
 */
JsonNode *qmp_client_execute_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_QMP_QMP_CLIENT_H */
