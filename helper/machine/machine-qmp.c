/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine driven over QMP: its connection, state and events. QMP events
 * say that something has changed but not what the run state is now, so each
 * of them leads to a query-status; one asked before the event came does not
 * count.
 */
#include "osdep.h"

#include "machine/machine-qmp.h"

#include "machine/machine-qmp-priv.h"
#include "qmp/qmp-cmds.h"
#include "qmp/qmp-error.h"
#include "util/addr.h"
#include "util/error.h"
#include "util/json.h"

/* Events that come faster than answers must not hide the state for ever. */
#define STATUS_DISCARD_MAX 8
/* The wait for a QEMU that hangs doubles up to an hour. */
#define STATUS_TIMEOUT_SHIFT_MAX 8

/* What a QMP event means to us; see event_table. */
typedef struct EventRow {
    const char *name;
    int type;               /* MachineEventType to tell, or -1 */
    const char *detail;     /* member that is its detail */
    unsigned flags;
} EventRow;

#define EVENT_STATUS        (1 << 0) /* may change the run state */
#define EVENT_RESUME        (1 << 1) /* vCPUs run */
#define EVENT_NO_END        (1 << 2) /* QEMU goes on, whatever it said */
#define EVENT_BOOT_CHANGED  (1 << 3) /* makes reset_needed true */
#define EVENT_RESET         (1 << 4)
#define EVENT_END           (1 << 5) /* detail tells why QEMU may end */
#define EVENT_WATCHDOG      (1 << 6)
#define EVENT_INFO          (1 << 7) /* MachineInfo may have changed */
#define EVENT_MEDIA         (1 << 8) /* operations on media wait for it */
#define EVENT_AGENT         (1 << 9) /* the guest agent may come or go */
#define EVENT_OVERRIDE      (1 << 10) /* tells QEMU's boot override */

static const EventRow event_table[] = {
    { "ACPI_DEVICE_OST", -1, NULL, EVENT_INFO },
    { "BLOCK_IO_ERROR", -1, NULL, EVENT_STATUS },
    { "BOOT_OVERRIDE_CHANGED", MACHINE_EVENT_OVERRIDE, NULL,
      EVENT_BOOT_CHANGED | EVENT_OVERRIDE },
    { "BOOT_OVERRIDE_CONSUMED", MACHINE_EVENT_OVERRIDE, NULL,
      EVENT_OVERRIDE },
    { "DEVICE_DELETED", MACHINE_EVENT_DEVICES, NULL,
      EVENT_BOOT_CHANGED | EVENT_INFO | EVENT_MEDIA | EVENT_AGENT },
    { "DEVICE_TRAY_MOVED", MACHINE_EVENT_DEVICES, NULL,
      EVENT_BOOT_CHANGED | EVENT_MEDIA },
    { "GUEST_CRASHLOADED", -1, NULL, EVENT_STATUS },
    { "GUEST_PANICKED", MACHINE_EVENT_PANIC, "action", EVENT_STATUS },
    { "MEMORY_DEVICE_SIZE_CHANGE", -1, NULL, EVENT_INFO },
    { "MIGRATION", -1, NULL, EVENT_STATUS },
    { "POWERDOWN", MACHINE_EVENT_POWERDOWN, NULL, EVENT_STATUS },
    { "RESET", MACHINE_EVENT_RESET, "reason",
      EVENT_STATUS | EVENT_RESET | EVENT_NO_END | EVENT_AGENT },
    { "RESUME", -1, NULL, EVENT_STATUS | EVENT_RESUME | EVENT_NO_END },
    { "SHUTDOWN", MACHINE_EVENT_SHUTDOWN, "reason",
      EVENT_STATUS | EVENT_END | EVENT_AGENT },
    { "STOP", -1, NULL, EVENT_STATUS | EVENT_NO_END },
    { "SUSPEND", -1, NULL, EVENT_STATUS },
    { "SUSPEND_DISK", -1, NULL, EVENT_STATUS },
    { "VSERPORT_CHANGE", -1, NULL, EVENT_AGENT },
    { "WAKEUP", -1, NULL, EVENT_STATUS | EVENT_RESUME },
    { "WATCHDOG", MACHINE_EVENT_WATCHDOG, "action",
      EVENT_STATUS | EVENT_WATCHDOG },
};

static const struct {
    const char *reason;
    const char *detail;
} end_table[] = {
    { "guest-panic", "QEMU ended because the guest panicked" },
    { "guest-reset", "QEMU ended because the guest reset itself" },
    { "guest-shutdown", "QEMU ended because the guest powered off" },
    { "host-error", "QEMU ended because of an error of its own" },
    { "host-qmp-quit", "QEMU was told to quit over QMP" },
    { "host-qmp-system-reset", "QEMU ended because it was told to reset" },
    { "host-signal", "QEMU was ended by a signal" },
    { "host-ui", "QEMU was closed in its window" },
    { "watchdog-poweroff", "QEMU ended because of the watchdog's action" },
};

static const struct {
    const char *name;
    MachineState state;
} run_state_table[] = {
    { "colo", MACHINE_STATE_PAUSED },
    { "debug", MACHINE_STATE_PAUSED },
    { "finish-migrate", MACHINE_STATE_PAUSED },
    { "guest-panicked", MACHINE_STATE_PANICKED },
    { "inmigrate", MACHINE_STATE_INMIGRATE },
    { "internal-error", MACHINE_STATE_INTERNAL_ERROR },
    { "io-error", MACHINE_STATE_IO_ERROR },
    { "paused", MACHINE_STATE_PAUSED },
    { "postmigrate", MACHINE_STATE_POSTMIGRATE },
    { "prelaunch", MACHINE_STATE_PRELAUNCH },
    { "restore-vm", MACHINE_STATE_PAUSED },
    { "running", MACHINE_STATE_RUNNING },
    { "save-vm", MACHINE_STATE_PAUSED },
    { "shutdown", MACHINE_STATE_SHUTDOWN },
    { "suspended", MACHINE_STATE_SUSPENDED },
    { "watchdog", MACHINE_STATE_WATCHDOG },
};

static MachineState run_state_to_machine(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(run_state_table); i++) {
        if (g_str_equal(run_state_table[i].name, name)) {
            return run_state_table[i].state;
        }
    }
    return MACHINE_STATE_UNKNOWN;
}

/* Tells the state, and once in the log what is waited for or found. */
static void set_state(MachineQmp *q, MachineState state, bool connected,
                      const char *problem)
{
    if (problem && g_strcmp0(problem, q->parent.problem)) {
        g_message("%s", problem);
    }
    if (connected && !q->parent.connected) {
        g_info("QEMU answers on QMP socket %s: %s", q->address,
               machine_state_to_string(state));
    }
    machine_set_state(&q->parent, state, connected, problem);
}

static void status_ask(MachineQmp *q);

static void status_failed(MachineQmp *q, const GError *error)
{
    if (!g_error_matches(error, BMC_ERROR, BMC_ERROR_TIMEOUT)) {
        g_info("query-status: %s", error->message);
        return;
    }
    if (q->status_timeouts < STATUS_TIMEOUT_SHIFT_MAX) {
        q->status_timeouts++;
    }
    machine_qmp_unanswered(q);
}

static void status_apply(MachineQmp *q, JsonNode *reply)
{
    const char *name = NULL;
    MachineState state;

    if (!JSON_NODE_HOLDS_OBJECT(reply) ||
        json_get_string(json_node_get_object(reply), "status", &name) !=
        JSON_GET_OK) {
        g_info("query-status: reply without status");
        return;
    }
    state = run_state_to_machine(name);
    q->status_applied = q->status_asked;
    q->status_discarded = 0;
    q->status_timeouts = 0;
    set_state(q, state, true, NULL);
    machine_qmp_update_calls(q);
    machine_qmp_agent_state(q);
    machine_qmp_info_again(q);
}

static void status_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    MachineQmp *q = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);
    bool stale;

    if (bmc_error_is_cancelled(error)) {
        return;
    }
    q->status_pending = false;
    if (!q->ready) {
        return;
    }
    if (error) {
        status_failed(q, error);
        return;
    }
    stale = q->status_stale;
    if (stale && q->status_discarded < STATUS_DISCARD_MAX) {
        q->status_discarded++;
        status_ask(q);
        return;
    }
    if (stale) {
        /* The number is given away before the next one is asked. */
        status_apply(q, reply);
        if (q->ready && !q->status_pending) {
            status_ask(q);
        }
        return;
    }
    status_apply(q, reply);
}

static void status_ask(MachineQmp *q)
{
    QmpCommand command = {
        .name = "query-status",
        .flags = QMP_EXEC_NOW,
        .timeout_ms = MACHINE_QMP_COMMAND_MS << q->status_timeouts,
    };

    q->status_asked++;
    q->status_pending = true;
    q->status_stale = false;
    qmp_client_command_async(q->client, &command, q->cancellable,
                             status_done, q);
}

uint64_t machine_qmp_refresh(MachineQmp *q)
{
    if (q->status_pending) {
        q->status_stale = true;
        return q->status_asked + 1;
    }
    status_ask(q);
    return q->status_asked;
}

static void action_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    g_autoptr(GError) error = NULL;

    if (!qmp_void_finish(res, &error) && !bmc_error_is_cancelled(error)) {
        g_message("a guest that powers off will end QEMU, which cannot be "
                  "told to stay: %s", error->message);
    }
}

static void connection_begin(MachineQmp *q)
{
    /*
     * Without this, QEMU would end when the guest powers off, and nobody
     * could switch it on again. It is what -no-shutdown does; libvirt, which
     * always uses that, is not disturbed.
     */
    static const QmpActions actions = { .shutdown = "pause" };

    q->ready = true;
    q->cancellable = g_cancellable_new();
    q->status_pending = false;
    q->status_stale = false;
    q->status_discarded = 0;
    q->status_timeouts = 0;
    q->start_status = 0;
    q->info_pending = false;
    q->info_known = false;
    q->info_late = false;
    q->watchdog_set = false;
    q->end_reason = NULL;
    q->reset_needed = !q->fresh_process;
    q->fresh_process = false;
    machine_qmp_override_forget(q);
    g_hash_table_remove_all(q->boot_types);
    g_clear_pointer(&q->boot_paths, g_free);
    qmp_set_action_async(q->client, &actions, q->cancellable, action_done,
                         NULL);
    machine_qmp_query_info(q);
    machine_qmp_refresh(q);
}

static void connection_end(MachineQmp *q)
{
    q->ready = false;
    g_cancellable_cancel(q->cancellable);
    g_clear_object(&q->cancellable);
    machine_qmp_override_forget(q);
    machine_qmp_agent_end(q);
}

/*
 * The client is not ready, for a reason that it told. That there is no QEMU
 * is no problem where it can be started.
 */
static void connection_problem(MachineQmp *q, const GError *error, bool lost)
{
    bool startable = q->parent.can_start_process;
    bool no_server = error->domain == BMC_ERROR &&
                     (error->code == BMC_ERROR_NOT_FOUND ||
                      error->code == BMC_ERROR_UNAVAILABLE);
    g_autofree char *problem = NULL;

    if (no_server && q->process_alive) {
        if (lost) {
            set_state(q, MACHINE_STATE_UNKNOWN, false,
                      "QEMU closed its QMP connection");
            machine_qmp_update_calls(q);
        }
        return;
    }
    if (no_server && lost) {
        problem = g_strdup_printf("%s; waiting for QEMU to be started again "
                                  "with its QMP socket at %s",
                                  machine_qmp_end_detail(q), q->address);
        machine_qmp_set_gone(q, machine_qmp_end_detail(q),
                             startable ? NULL : problem);
        return;
    }
    if (no_server && q->parent.state == MACHINE_STATE_GONE &&
        q->parent.problem) {
        /* Said once; that it is still so is no news. */
        return;
    }
    if (no_server) {
        machine_qmp_set_gone(q, NULL, startable ? NULL : error->message);
    } else {
        set_state(q, MACHINE_STATE_UNKNOWN, false, error->message);
        machine_qmp_update_calls(q);
    }
}

static void client_state_changed(void *opaque, const void *data)
{
    MachineQmp *q = opaque;
    const GError *error = qmp_client_get_error(q->client);
    bool ready = qmp_client_get_state(q->client) == QMP_CLIENT_READY;
    bool lost = q->ready && !ready;

    if (!q->started) {
        return;
    }
    if (lost) {
        connection_end(q);
    }
    if (ready && !q->ready) {
        connection_begin(q);
    } else if (!ready && error) {
        connection_problem(q, error, lost);
    } else if (lost) {
        set_state(q, MACHINE_STATE_UNKNOWN, false, NULL);
        machine_qmp_update_calls(q);
    }
    if (lost && q->disconnected) {
        q->disconnected(q);
    }
}

static const EventRow *event_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(event_table); i++) {
        if (g_str_equal(event_table[i].name, name)) {
            return &event_table[i];
        }
    }
    return NULL;
}

static const char *end_reason_find(const char *reason)
{
    for (size_t i = 0; i < G_N_ELEMENTS(end_table); i++) {
        if (g_strcmp0(end_table[i].reason, reason) == 0) {
            return end_table[i].detail;
        }
    }
    return NULL;
}

static void event_count(MachineQmp *q, unsigned flags, const char *detail)
{
    if (flags & EVENT_RESUME) {
        q->resumes++;
    }
    if (flags & EVENT_NO_END) {
        q->end_reason = NULL;
    }
    if (flags & EVENT_BOOT_CHANGED) {
        q->reset_needed = true;
    }
    if (flags & EVENT_RESET) {
        q->resets++;
        q->reset_needed = false;
    }
    if (flags & EVENT_END) {
        q->end_reason = end_reason_find(detail);
        if (g_strcmp0(detail, "host-qmp-system-reset") == 0) {
            q->refusals++;
        }
    }
    if ((flags & EVENT_WATCHDOG) && g_strcmp0(detail, "poweroff") == 0) {
        q->end_reason = end_reason_find("watchdog-poweroff");
    }
}

static void client_event(void *opaque, const void *data)
{
    MachineQmp *q = opaque;
    const QmpEvent *event = data;
    const EventRow *row = event_find(event->name);
    const char *detail = NULL;
    bool guest = false;

    if (!row) {
        return;
    }
    if (event->data && row->detail) {
        json_get_string(event->data, row->detail, &detail);
        json_get_bool(event->data, "guest", &guest);
    }
    event_count(q, row->flags, detail);
    if (q->ready && (row->flags & EVENT_STATUS)) {
        machine_qmp_refresh(q);
        machine_qmp_update_calls(q);
    }
    if (row->flags & EVENT_OVERRIDE) {
        machine_qmp_override_event(q, event);
    }
    if (q->ready && (row->flags & EVENT_MEDIA)) {
        machine_qmp_media_event(q, event);
    }
    if (q->ready && (row->flags & EVENT_AGENT)) {
        machine_qmp_agent_event(q, event);
    }
    if (q->ready && (row->flags & EVENT_INFO)) {
        machine_qmp_query_info(q);
    }
    if (row->type >= 0) {
        machine_notify(&q->parent, row->type, guest, detail);
    }
}

void machine_qmp_unanswered(MachineQmp *q)
{
    g_autofree char *problem = NULL;

    if (!q->ready) {
        return;
    }
    if (!q->status_pending) {
        status_ask(q);
    }
    problem = g_strdup_printf("QEMU on QMP socket %s does not answer (it "
                              "hangs, perhaps in slow storage)", q->address);
    set_state(q, MACHINE_STATE_UNKNOWN, false, problem);
    machine_qmp_update_calls(q);
}

const char *machine_qmp_end_detail(const MachineQmp *q)
{
    return q->end_reason ? q->end_reason : "QEMU closed its QMP connection";
}

void machine_qmp_set_gone(MachineQmp *q, const char *detail,
                          const char *problem)
{
    g_autofree char *copy = g_strdup(detail);

    q->end_reason = NULL;
    set_state(q, MACHINE_STATE_GONE, false, problem);
    machine_qmp_update_calls(q);
    if (copy) {
        machine_notify(&q->parent, MACHINE_EVENT_GONE, false, copy);
    }
}

void machine_qmp_start(MachineQmp *q)
{
    q->started = true;
    qmp_client_start(q->client);
}

void machine_qmp_stop(MachineQmp *q)
{
    q->started = false;
    if (q->ready) {
        connection_end(q);
    }
    qmp_client_stop(q->client);
}

static void quit_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    g_autoptr(GError) error = NULL;

    if (!qmp_void_finish(res, &error) && !bmc_error_is_cancelled(error)) {
        g_info("quit: %s", error->message);
    }
}

void machine_qmp_quit(MachineQmp *q)
{
    qmp_quit_async(q->client, q->cancellable, quit_done, NULL);
}

void machine_qmp_init(MachineQmp *q, const MachineOps *ops,
                      GSocketAddress *addr, Clock *clock)
{
    static const QmpClientOptions options = {
        .timeout_ms = MACHINE_QMP_COMMAND_MS,
    };

    machine_init(&q->parent, ops);
    q->clock = clock_ref(clock);
    q->address = addr_to_string(addr);
    q->boot_types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                          NULL);
    g_queue_init(&q->calls);
    machine_qmp_agent_new(q);
    q->client = qmp_client_new(addr, clock, &options);
    qmp_client_add_state_notifier(q->client, &q->client_state_notifier,
                                  client_state_changed, q);
    qmp_client_add_event_notifier(q->client, &q->client_event_notifier,
                                  client_event, q);
}

void machine_qmp_cleanup(MachineQmp *q)
{
    notifier_remove(&q->client_state_notifier);
    notifier_remove(&q->client_event_notifier);
    if (q->cancellable) {
        g_cancellable_cancel(q->cancellable);
        g_clear_object(&q->cancellable);
    }
    machine_qmp_cancel_calls(q);
    machine_qmp_agent_free(q);
    g_clear_pointer(&q->client, qmp_client_free);
    g_clear_pointer(&q->boot_types, g_hash_table_unref);
    g_clear_pointer(&q->boot_paths, g_free);
    g_clear_pointer(&q->clock, clock_unref);
    g_clear_pointer(&q->address, g_free);
    machine_cleanup(&q->parent);
}

static void attached_free(Machine *machine)
{
    MachineQmp *q = (MachineQmp *)machine;

    machine_qmp_cleanup(q);
    g_free(q);
}

static const MachineOps attached_ops = {
    .run_op = machine_qmp_run_op,
    .list_boot_devices = machine_qmp_list_boot_devices,
    .set_boot_index = machine_qmp_set_boot_index,
    .query_override = machine_qmp_query_override,
    .set_override = machine_qmp_set_override,
    .query_usage = machine_qmp_query_usage,
    .send_break = machine_qmp_send_break,
    .press_key = machine_qmp_press_key,
    .apply_settings = machine_qmp_apply_settings,
    .list_drives = machine_qmp_list_drives,
    .insert_medium = machine_qmp_insert_medium,
    .eject_medium = machine_qmp_eject_medium,
    .refresh = machine_qmp_refresh_info,
    .refresh_guest = machine_qmp_refresh_guest,
    .free = attached_free,
};

Machine *machine_qmp_new(GSocketAddress *addr, Clock *clock)
{
    MachineQmp *q = g_new0(MachineQmp, 1);

    machine_qmp_init(q, &attached_ops, addr, clock);
    q->parent.settable = MACHINE_SETTINGS_LIVE;
    machine_qmp_start(q);
    return &q->parent;
}
