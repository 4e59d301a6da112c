/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed QMP commands: only what is used, only the members that are used.
 * Members that a version of QEMU lacks are NULL, 0 or -1 as said; members
 * not known here are ignored.
 *
 * Each operation is started by its *_async() and calls back once. The
 * commands that only ask wait until the client is ready; those that change
 * something fail at once with BMC_ERROR_UNAVAILABLE when it is not
 * (%QMP_EXEC_NOW). Errors are those of qmp_client_execute_finish(), and
 * BMC_ERROR_PROTOCOL when the reply has not the promised form.
 */
#ifndef QEMU_BMC_QMP_QMP_CMDS_H
#define QEMU_BMC_QMP_QMP_CMDS_H

#include "qmp/qmp-client.h"

/**
 * QmpRunState: QAPI RunState.
 *
 * @QMP_RUN_STATE_UNKNOWN: one that is not known here
 */
typedef enum QmpRunState {
    QMP_RUN_STATE_UNKNOWN,
    QMP_RUN_STATE_DEBUG,
    QMP_RUN_STATE_INMIGRATE,
    QMP_RUN_STATE_INTERNAL_ERROR,
    QMP_RUN_STATE_IO_ERROR,
    QMP_RUN_STATE_PAUSED,
    QMP_RUN_STATE_POSTMIGRATE,
    QMP_RUN_STATE_PRELAUNCH,
    QMP_RUN_STATE_FINISH_MIGRATE,
    QMP_RUN_STATE_RESTORE_VM,
    QMP_RUN_STATE_RUNNING,
    QMP_RUN_STATE_SAVE_VM,
    QMP_RUN_STATE_SHUTDOWN,
    QMP_RUN_STATE_SUSPENDED,
    QMP_RUN_STATE_WATCHDOG,
    QMP_RUN_STATE_GUEST_PANICKED,
    QMP_RUN_STATE_COLO,
} QmpRunState;

/**
 * qmp_run_state_to_string: name of a run state.
 *
 * @state: the state
 *
 * Returns: as QAPI has it, "guest-panicked"; "unknown"
 */
const char *qmp_run_state_to_string(QmpRunState state);

/**
 * QmpCpu: QAPI CpuInfoFast.
 *
 * @index: cpu-index
 * @qom_path: QOM path of the CPU object
 * @thread_id: the host's thread
 * @socket: props.socket-id, -1 when not told
 * @core: which core of the socket, from the ids of die, cluster and core;
 *        -1 when not told
 */
typedef struct QmpCpu {
    int64_t index;
    char *qom_path;
    int64_t thread_id;
    int64_t socket;
    int64_t core;
} QmpCpu;

/**
 * QmpBlock: a block device, from QAPI BlockInfo.
 *
 * @device: legacy name; "" for -device drives
 * @qdev: id or QOM path of the guest's device, or NULL
 * @removable: the medium can be changed
 * @locked: the guest has locked the tray
 * @has_tray: there is a tray
 * @tray_open: it is open
 * @inserted: there is a medium; the members below describe it
 * @node_name: block node, or NULL
 * @file: file name or URL, or NULL
 * @driver: block driver ("raw"), or NULL
 * @read_only: opened read-only
 * @size: virtual size in bytes, -1 when not told
 * @failed: its io-status is not "ok": reading or writing has failed
 */
typedef struct QmpBlock {
    char *device;
    char *qdev;
    bool removable;
    bool locked;
    bool has_tray;
    bool tray_open;
    bool inserted;
    char *node_name;
    char *file;
    char *driver;
    bool read_only;
    int64_t size;
    bool failed;
} QmpBlock;

/**
 * QmpProperty: QAPI ObjectPropertyInfo.
 *
 * @name: the property
 * @type: "int32", "string", "child<e1000>", "link<...>" ...
 */
typedef struct QmpProperty {
    char *name;
    char *type;
} QmpProperty;

/**
 * QmpActions: arguments of set-action; NULL leaves an action as it is.
 *
 * @reboot: "reset" or "shutdown"
 * @shutdown: "poweroff" or "pause"
 * @panic: "none", "pause", "shutdown" or "exit-failure"
 * @watchdog: "reset", "shutdown", "poweroff", "pause", "debug", "none",
 *            "inject-nmi"
 */
typedef struct QmpActions {
    const char *reboot;
    const char *shutdown;
    const char *panic;
    const char *watchdog;
} QmpActions;

/**
 * qmp_query_status_async: query-status.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_query_status_async(QmpClient *client, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_query_status_finish: its result.
 *
 * @res: as the callback got it
 * @state: set to the run state; or NULL
 * @running: set to whether vCPUs run; or NULL
 * @errp: see above
 *
 * Returns: true on success
 */
bool qmp_query_status_finish(GAsyncResult *res, QmpRunState *state,
                             bool *running, GError **errp);

/**
 * qmp_query_name_async: query-name.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_query_name_async(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_query_name_finish: its result.
 *
 * @res: as the callback got it
 * @name: (transfer full): set to the name, NULL when QEMU has none
 * @errp: see above
 *
 * Returns: true on success
 */
bool qmp_query_name_finish(GAsyncResult *res, char **name, GError **errp);

/**
 * qmp_query_uuid_async: query-uuid.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_query_uuid_async(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_query_uuid_finish: its result.
 *
 * @res: as the callback got it
 * @errp: see above
 *
 * Returns: (transfer full): the UUID, all zero when QEMU was given none; or
 * NULL
 */
char *qmp_query_uuid_finish(GAsyncResult *res, GError **errp);

/**
 * qmp_query_version_async: query-version.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_query_version_async(QmpClient *client, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_query_version_finish: its result.
 *
 * @res: as the callback got it
 * @version: filled on success; release with qmp_version_clear()
 * @errp: see above
 *
 * Returns: true on success
 */
bool qmp_query_version_finish(GAsyncResult *res, QmpVersion *version,
                              GError **errp);

/**
 * qmp_query_target_async: query-target.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_query_target_async(QmpClient *client, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_query_target_finish: its result.
 *
 * @res: as the callback got it
 * @errp: see above
 *
 * Returns: (transfer full): the architecture, "x86_64"; or NULL
 */
char *qmp_query_target_finish(GAsyncResult *res, GError **errp);

/**
 * qmp_query_cpus_async: query-cpus-fast.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_query_cpus_async(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_query_cpus_finish: its result.
 *
 * @res: as the callback got it
 * @errp: see above
 *
 * Returns: (transfer full): array of QmpCpu that frees its elements, or NULL
 */
GPtrArray *qmp_query_cpus_finish(GAsyncResult *res, GError **errp);

/**
 * qmp_query_memory_async: query-memory-size-summary.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_query_memory_async(QmpClient *client, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_query_memory_finish: its result.
 *
 * @res: as the callback got it
 * @base: set to the memory given at start, bytes; or NULL
 * @plugged: set to the memory plugged since, bytes, 0 when the machine
 *           cannot; or NULL
 * @errp: see above
 *
 * Returns: true on success
 */
bool qmp_query_memory_finish(GAsyncResult *res, uint64_t *base,
                             uint64_t *plugged, GError **errp);

/**
 * qmp_query_block_async: query-block.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_query_block_async(QmpClient *client, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_query_block_finish: its result.
 *
 * @res: as the callback got it
 * @errp: see above
 *
 * Returns: (transfer full): array of QmpBlock that frees its elements, or NULL
 */
GPtrArray *qmp_query_block_finish(GAsyncResult *res, GError **errp);

/**
 * qmp_qom_list_async: qom-list.
 *
 * @client: the client
 * @path: the object: absolute QOM path or id
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_qom_list_async(QmpClient *client, const char *path,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_qom_list_finish: its result.
 *
 * @res: as the callback got it
 * @errp: see above
 *
 * Returns: (transfer full): array of QmpProperty that frees its elements, or
 * NULL
 */
GPtrArray *qmp_qom_list_finish(GAsyncResult *res, GError **errp);

/**
 * qmp_qom_get_async: qom-get; there is one *_finish() per type.
 *
 * @client: the client
 * @path: the object: absolute QOM path or id
 * @property: the property
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_qom_get_async(QmpClient *client, const char *path,
                       const char *property, GCancellable *cancellable,
                       GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_qom_get_finish_int: its result, for an integer.
 *
 * @res: as the callback got it
 * @value: set to the value; an unsigned one above INT64_MAX keeps its bits
 * @errp: see above
 *
 * Returns: true on success
 */
bool qmp_qom_get_finish_int(GAsyncResult *res, int64_t *value, GError **errp);

/**
 * qmp_qom_get_finish_bool: its result, for a boolean.
 *
 * @res: as the callback got it
 * @value: set to the value
 * @errp: see above
 *
 * Returns: true on success
 */
bool qmp_qom_get_finish_bool(GAsyncResult *res, bool *value, GError **errp);

/**
 * qmp_qom_get_finish_string: its result, for a string
 * or an enumeration.
 *
 * @res: as the callback got it
 * @errp: see above
 *
 * Returns: (transfer full): the value, or NULL
 */
char *qmp_qom_get_finish_string(GAsyncResult *res, GError **errp);

/**
 * qmp_qom_set_int_async: qom-set of an integer.
 *
 * @client: the client
 * @path: the object: absolute QOM path or id
 * @property: the property
 * @value: its new value
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_qom_set_int_async(QmpClient *client, const char *path,
                           const char *property, int64_t value,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_qom_set_bool_async: qom-set of a boolean.
 *
 * @client: the client
 * @path: the object: absolute QOM path or id
 * @property: the property
 * @value: its new value
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_qom_set_bool_async(QmpClient *client, const char *path,
                            const char *property, bool value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_qom_set_string_async: qom-set of a string or an enumeration.
 *
 * @client: the client
 * @path: the object: absolute QOM path or id
 * @property: the property
 * @value: its new value
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_qom_set_string_async(QmpClient *client, const char *path,
                              const char *property, const char *value,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_set_action_async: set-action.
 *
 * @client: the client
 * @actions: what to do from now on
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_set_action_async(QmpClient *client, const QmpActions *actions,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_stop_async: stop.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_stop_async(QmpClient *client, GCancellable *cancellable,
                    GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_cont_async: cont.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_cont_async(QmpClient *client, GCancellable *cancellable,
                    GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_system_reset_async: system_reset.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_system_reset_async(QmpClient *client, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_system_powerdown_async: system_powerdown.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_system_powerdown_async(QmpClient *client, GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_inject_nmi_async: inject-nmi.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_inject_nmi_async(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_quit_async: quit.
 *
 * @client: the client
 * @cancellable: ends the wait; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_quit_async(QmpClient *client, GCancellable *cancellable,
                    GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_void_finish: result of every command above that returns nothing:
 * qom-set, set-action, stop, cont, system_reset, system_powerdown,
 * inject-nmi, quit.
 *
 * @res: as the callback got it
 * @errp: see above
 *
 * Returns: true on success
 */
bool qmp_void_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_QMP_QMP_CMDS_H */
