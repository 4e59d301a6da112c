/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the files of machine-qmp share among themselves and with
 * machine-launch, which builds on it.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_QMP_PRIV_H
#define QEMU_BMC_MACHINE_MACHINE_QMP_PRIV_H

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "machine/machine.h"
#include "qmp/qmp-client.h"
#include "util/clock.h"
#include "util/notify.h"

/* A command that QEMU does not answer for that long has failed. */
#define MACHINE_QMP_COMMAND_MS 10000

typedef struct MachineCall MachineCall;
typedef struct MachineQmp MachineQmp;
typedef struct MachineQmpAgent MachineQmpAgent;

/**
 * MachineQmp: a machine driven over QMP.
 *
 * @parent: the common part
 * @clock: the clock
 * @client: the QMP client
 * @cancellable: for the commands that belong to one connection
 * @address: the QMP socket, for people
 * @client_state_notifier: in the client's list
 * @client_event_notifier: in the client's list
 * @disconnected: (nullable): called when the connection was lost, from within
 *                the client's notification
 * @started: the client connects, or will
 * @ready: commands can be sent
 * @process_alive: machine-launch knows that the process lives, whatever its
 *                 socket does
 * @fresh_process: machine-launch has just started it with -S, so the next
 *                 connection finds firmware's view of the boot order current
 * @reset_needed: boot order or media changed since the last reset, or that
 *                is unknown
 * @status_asked: number of the last query-status sent
 * @status_applied: number of the one that the state comes from
 * @status_pending: one is on its way
 * @status_stale: its answer may be older than an event that came meanwhile
 * @status_discarded: answers thrown away in a row for that reason
 * @status_timeouts: unanswered ones in a row
 * @start_status: number of the first query-status after the last command
 *                that starts the machine
 * @resets: RESET events on this connection
 * @resumes: RESUME and WAKEUP events on this connection
 * @tray_moves: DEVICE_TRAY_MOVED events on this connection
 * @unplugs: times that our USB stick was unplugged
 * @refusals: times QEMU shut down when told to reset
 * @end_reason: why QEMU is about to end, as far as it told; or NULL
 * @info_pending: facts are being asked for
 * @info_stale: they have changed again meanwhile
 * @info_asked: rounds of questions for them so far
 * @info_answered: the last one that has changed the facts
 * @info_known: the facts are those of the QEMU that is connected
 * @info_late: QEMU did not answer in time: to be asked when it does again
 * @watchdog_set: on this connection QEMU was told what to do when a watchdog
 *                expires; else only its command line tells
 * @agent: the guest agent
 * @override_events: events that told the boot override, on all connections
 * @boot_types: which boot properties a QOM type has, by type name
 * @boot_paths: (nullable): the boot devices that were listed last on this
 *              connection
 * @calls: operations under way, MachineCall
 * @calls_source: will let them look at the machine anew
 */
struct MachineQmp {
    Machine parent;
    Clock *clock;
    QmpClient *client;
    GCancellable *cancellable;
    char *address;
    Notifier client_state_notifier;
    Notifier client_event_notifier;
    void (*disconnected)(MachineQmp *q);
    bool started;
    bool ready;
    bool process_alive;
    bool fresh_process;
    bool reset_needed;
    uint64_t status_asked;
    uint64_t status_applied;
    bool status_pending;
    bool status_stale;
    unsigned status_discarded;
    unsigned status_timeouts;
    uint64_t start_status;
    uint64_t resets;
    uint64_t resumes;
    uint64_t tray_moves;
    uint64_t unplugs;
    uint64_t refusals;
    const char *end_reason;
    bool info_pending;
    bool info_stale;
    uint64_t info_asked;
    uint64_t info_answered;
    bool info_known;
    bool info_late;
    bool watchdog_set;
    MachineQmpAgent *agent;
    uint64_t override_events;
    GHashTable *boot_types;
    char *boot_paths;
    GQueue calls;
    GSource *calls_source;
};

/**
 * MachineCall: one operation under way; embedded as the first member of what
 * an operation keeps. The list of its machine holds one reference, each
 * command under way another.
 *
 * @q: the machine, or NULL once the operation has ended
 * @cancellable: for its commands; fires when it ends
 * @update: (nullable): called when the state was asked anew, when an event
 *          may have changed it, and when the connection is lost; without
 *          it, losing the connection ends the operation
 * @free: releases what the operation keeps, and the operation itself
 */
struct MachineCall {
    MachineQmp *q;
    GCancellable *cancellable;
    void (*update)(MachineCall *call);
    void (*free)(MachineCall *call);

    /* private */
    unsigned refs;
    GList link;
    GTask *task;
    ClockTimer *timer;
    char *timeout_text;
    GSource *cancel_source;
    GSource *done_source;
    GError *error;
    void *result;
    GDestroyNotify free_result;
};

/**
 * machine_call_init: begin an operation.
 *
 * @call: zeroed, with @update and @free set; one reference is the list's
 * @q: the machine
 * @task: (transfer full): what is returned when it ends
 */
void machine_call_init(MachineCall *call, MachineQmp *q, GTask *task);

/**
 * machine_call_set_deadline: end an operation with BMC_ERROR_TIMEOUT.
 *
 * @call: the operation
 * @ms: milliseconds from now
 * @text: the error's message
 */
void machine_call_set_deadline(MachineCall *call, unsigned ms,
                               const char *text);

/**
 * machine_call_ref: take a reference, for a command's callback.
 *
 * @call: the operation
 *
 * Returns: @call
 */
void *machine_call_ref(MachineCall *call);

/**
 * machine_call_unref: drop a reference.
 *
 * @call: the operation
 */
void machine_call_unref(MachineCall *call);

/**
 * machine_call_fail: end an operation with an error.
 *
 * @call: the operation; nothing happens if it has ended
 * @error: (transfer full): the error; that of a QMP command is translated
 */
void machine_call_fail(MachineCall *call, GError *error);

/**
 * machine_call_succeed: end an operation well.
 *
 * @call: the operation; nothing happens if it has ended
 * @result: (nullable): what it returns; NULL stands for true
 * @free_result: frees @result
 */
void machine_call_succeed(MachineCall *call, void *result,
                          GDestroyNotify free_result);

/**
 * machine_call_steal: end an operation without returning its task.
 *
 * @call: the operation, not ended
 *
 * Returns: (transfer full): the task
 */
GTask *machine_call_steal(MachineCall *call);

/**
 * machine_call_require_qmp: fail an operation unless QMP answers.
 *
 * @call: the operation
 *
 * Returns: true if QMP answers
 */
bool machine_call_require_qmp(MachineCall *call);

/**
 * machine_qmp_update_calls: let each operation look at the machine anew.
 * That happens too after one has returned.
 *
 * @q: the machine
 */
void machine_qmp_update_calls(MachineQmp *q);

/**
 * machine_qmp_cancel_calls: end every operation with G_IO_ERROR_CANCELLED,
 * at once.
 *
 * @q: the machine
 */
void machine_qmp_cancel_calls(MachineQmp *q);

/**
 * machine_qmp_init: set up a machine driven over QMP.
 *
 * @q: the machine, zeroed
 * @ops: the driver
 * @addr: the QMP socket
 * @clock: the clock for timeouts
 */
void machine_qmp_init(MachineQmp *q, const MachineOps *ops,
                      GSocketAddress *addr, Clock *clock);

/**
 * machine_qmp_cleanup: release what machine_qmp_init() has set up.
 *
 * @q: the machine
 */
void machine_qmp_cleanup(MachineQmp *q);

/**
 * machine_qmp_start: connect, now or as soon as it is possible.
 *
 * @q: the machine
 */
void machine_qmp_start(MachineQmp *q);

/**
 * machine_qmp_stop: disconnect, and do not connect again. The state is not
 * changed; machine_qmp_set_gone() is to follow.
 *
 * @q: the machine
 */
void machine_qmp_stop(MachineQmp *q);

/**
 * machine_qmp_quit: tell QEMU to end.
 *
 * @q: the machine, ready
 */
void machine_qmp_quit(MachineQmp *q);

/**
 * machine_qmp_reset: reset a machine that somebody else is about to start,
 * and wait for nothing.
 *
 * @q: the machine, ready
 */
void machine_qmp_reset(MachineQmp *q);

/**
 * machine_qmp_refresh: ask for the state; the answer is applied, and the
 * operations are told.
 *
 * @q: the machine, ready
 *
 * Returns: the number that @status_applied has or exceeds once the state is
 * as new as this call
 */
uint64_t machine_qmp_refresh(MachineQmp *q);

/**
 * machine_qmp_unanswered: QEMU has left a command without an answer. Its
 * state is not known from now on until it answers again.
 *
 * @q: the machine
 */
void machine_qmp_unanswered(MachineQmp *q);

/**
 * machine_qmp_end_detail: how QEMU ended, as far as its events told.
 *
 * @q: the machine
 *
 * Returns: text for people
 */
const char *machine_qmp_end_detail(const MachineQmp *q);

/**
 * machine_qmp_set_gone: QEMU is not there (any more).
 *
 * @q: the machine
 * @detail: (nullable): how it ended, to be told to the notifiers
 * @problem: (nullable): as in Machine
 */
void machine_qmp_set_gone(MachineQmp *q, const char *detail,
                          const char *problem);

/**
 * machine_qmp_query_info: ask for MachineInfo, all of it.
 *
 * @q: the machine, ready
 */
void machine_qmp_query_info(MachineQmp *q);

/**
 * machine_qmp_run_op: MachineOps.run_op.
 *
 * @machine: the machine
 * @op: what to do
 * @task: (transfer full): the task
 */
void machine_qmp_run_op(Machine *machine, MachineOp op, GTask *task);

/**
 * machine_qmp_list_boot_devices: MachineOps.list_boot_devices.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void machine_qmp_list_boot_devices(Machine *machine, GTask *task);

/**
 * machine_qmp_set_boot_index: MachineOps.set_boot_index.
 *
 * @machine: the machine
 * @path: QOM path
 * @property: property
 * @index: boot index or -1
 * @task: (transfer full): the task
 */
void machine_qmp_set_boot_index(Machine *machine, const char *path,
                                const char *property, int32_t index,
                                GTask *task);

/**
 * machine_qmp_query_override: MachineOps.query_override.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void machine_qmp_query_override(Machine *machine, GTask *task);

/**
 * machine_qmp_set_override: MachineOps.set_override.
 *
 * @machine: the machine
 * @device: (nullable): QOM path
 * @persistent: for all boots
 * @task: (transfer full): the task
 */
void machine_qmp_set_override(Machine *machine, const char *device,
                              bool persistent, GTask *task);

/**
 * machine_qmp_override_event: QEMU's boot override has changed or was
 * consumed.
 *
 * @q: the machine
 * @event: BOOT_OVERRIDE_CHANGED or BOOT_OVERRIDE_CONSUMED
 */
void machine_qmp_override_event(MachineQmp *q, const QmpEvent *event);

/**
 * machine_qmp_override_forget: what is known of it is that of another
 * connection.
 *
 * @q: the machine
 */
void machine_qmp_override_forget(MachineQmp *q);

/**
 * machine_qmp_override_parse: read QAPI BootOverrideInfo.
 *
 * @info: (nullable): the object
 * @override: filled, but for its process; what it held is freed
 *
 * Returns: false if it has not the promised form; @override is left alone
 */
bool machine_qmp_override_parse(JsonObject *info, MachineOverride *override);

/**
 * machine_qmp_query_usage: MachineOps.query_usage.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void machine_qmp_query_usage(Machine *machine, GTask *task);

/**
 * machine_qmp_send_break: MachineOps.send_break.
 *
 * @machine: the machine
 * @address: where QEMU listens with the serial line
 * @task: (transfer full): the task
 */
void machine_qmp_send_break(Machine *machine, const char *address,
                            GTask *task);

/**
 * machine_qmp_press_key: MachineOps.press_key.
 *
 * @machine: the machine
 * @key: as machine_press_key_async()
 * @task: gets the result
 */
void machine_qmp_press_key(Machine *machine, const char *key, GTask *task);

/**
 * machine_qmp_apply_settings: MachineOps.apply_settings of those settings
 * that a running QEMU takes.
 *
 * @machine: the machine
 * @may_end: has no effect
 * @task: (transfer full): the task
 */
void machine_qmp_apply_settings(Machine *machine, bool may_end, GTask *task);

/**
 * machine_qmp_read_settings: fill MachineInfo.settings, but for the
 * watchdog's.
 *
 * @info: the facts; firmware and architecture are there
 * @boot: (nullable): the machine's property "boot"
 * @graphics: (nullable): its property "graphics"
 */
void machine_qmp_read_settings(MachineInfo *info, JsonNode *boot,
                               const bool *graphics);

/**
 * machine_qmp_list_drives: MachineOps.list_drives.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void machine_qmp_list_drives(Machine *machine, GTask *task);

/**
 * machine_qmp_insert_medium: MachineOps.insert_medium.
 *
 * @machine: the machine
 * @drive: the drive
 * @medium: what to put in
 * @task: (transfer full): the task
 */
void machine_qmp_insert_medium(Machine *machine, const char *drive,
                               const struct MachineMedium *medium,
                               GTask *task);

/**
 * machine_qmp_eject_medium: MachineOps.eject_medium.
 *
 * @machine: the machine
 * @drive: the drive
 * @task: (transfer full): the task
 */
void machine_qmp_eject_medium(Machine *machine, const char *drive,
                              GTask *task);

/**
 * machine_qmp_info_again: QEMU answers: ask for the facts that it did not
 * tell in time.
 *
 * @q: the machine
 */
void machine_qmp_info_again(MachineQmp *q);

/**
 * machine_qmp_refresh_info: MachineOps.refresh.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void machine_qmp_refresh_info(Machine *machine, GTask *task);

/**
 * machine_qmp_refresh_guest: MachineOps.refresh_guest.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void machine_qmp_refresh_guest(Machine *machine, GTask *task);

/**
 * machine_qmp_agent_new: set up what follows the guest agent.
 *
 * @q: the machine
 */
void machine_qmp_agent_new(MachineQmp *q);

/**
 * machine_qmp_agent_free: hang up, and free it.
 *
 * @q: the machine
 */
void machine_qmp_agent_free(MachineQmp *q);

/**
 * machine_qmp_agent_begin: look for the agent, unless that was done on this
 * connection. To be called once QEMU's process is known.
 *
 * @q: the machine, connected
 */
void machine_qmp_agent_begin(MachineQmp *q);

/**
 * machine_qmp_agent_end: the connection is lost.
 *
 * @q: the machine
 */
void machine_qmp_agent_end(MachineQmp *q);

/**
 * machine_qmp_agent_state: the machine's state was told.
 *
 * @q: the machine
 */
void machine_qmp_agent_state(MachineQmp *q);

/**
 * machine_qmp_agent_event: something has happened that has to do with the
 * guest agent.
 *
 * @q: the machine
 * @event: VSERPORT_CHANGE, DEVICE_DELETED, or one with which the guest's
 *         software ends
 */
void machine_qmp_agent_event(MachineQmp *q, const QmpEvent *event);

/**
 * machine_qmp_query_disks_async: list the disks.
 *
 * @q: the machine, connected; losing the connection ends the wait
 * @callback: called once
 * @opaque: handed to @callback
 */
void machine_qmp_query_disks_async(MachineQmp *q,
                                   GAsyncReadyCallback callback,
                                   void *opaque);

/**
 * machine_qmp_query_disks_finish: its result.
 *
 * @res: as the callback got it
 * @errp: what went wrong
 *
 * Returns: (transfer full): array of MachineDisk that frees its elements
 */
GPtrArray *machine_qmp_query_disks_finish(GAsyncResult *res, GError **errp);

/**
 * machine_qmp_media_event: a tray has moved, or a device was unplugged.
 *
 * @q: the machine
 * @event: DEVICE_TRAY_MOVED or DEVICE_DELETED
 */
void machine_qmp_media_event(MachineQmp *q, const QmpEvent *event);

#endif /* QEMU_BMC_MACHINE_MACHINE_QMP_PRIV_H */
