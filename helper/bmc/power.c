/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power control. What a request means depends on the machine's state alone
 * and is looked up in a table; at most one operation is under way in QEMU,
 * and every change of state is put down to its cause.
 */
#include "osdep.h"

#include "bmc/power.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "util/error.h"
#include "util/json.h"

/* How long a guest may take to shut down before it is given up on. */
#define GRACEFUL_TIMEOUT_MS (120 * 1000)

/*
 * SeaBIOS resets the machine once or twice more within 50 ms of every warm
 * reset, and after a start from a warm state. Resets by the guest in this
 * time belong to the restart before them.
 */
#define FIRMWARE_RESETS_MS 2000

/* For how long a panic or watchdog event explains what happens next. */
#define HINT_LIFE_MS GRACEFUL_TIMEOUT_MS

#define MAX_WAITERS 32

/* What a request comes to in a state. */
typedef enum PowerStep {
    STEP_NOTHING,
    STEP_START,
    STEP_STOP,
    STEP_RESET,
    STEP_BUTTON,
    STEP_CYCLE,
    STEP_NMI,
    STEP_NO_QEMU,
    STEP_OFF,
    STEP_STOPPED,
    STEP_CRASHED,
    STEP_MIGRATION,
} PowerStep;

typedef enum PowerStage {
    STAGE_IDLE,
    STAGE_PREPARE, /* the boot order is being brought up to date */
    STAGE_OP,      /* QEMU carries out an operation */
    STAGE_INTERVAL, /* the off time of a power cycle */
} PowerStage;

/* Events that are kept apart. */
enum {
    EVENT_LAST,
    EVENT_OFF,
    EVENT_RESTART,
    EVENT__MAX,
};

typedef struct PowerRequest {
    BmcPowerAction action;
    BmcChannel channel;
} PowerRequest;

/*
 * @told: the state that was notified last
 * @events: details are owned
 * @request: what @op is for
 * @from_off: @op began with the machine off
 * @from_gone: @op starts a new QEMU process
 * @waiters: GTasks that end with @op
 * @asked: the button was pressed for @asked_request, and the guest is on
 * @known: @was_on holds, be it from an earlier helper
 * @seen: this helper has seen a state
 * @hint: what explains the next change, until @hint_until_ms
 * @settle_until_ms: a reset by the guest is firmware's own before this
 * @own_until_ms: a reset by the host is ours before this
 */
struct BmcPowerControl {
    BmcPowerState told;
    BmcPowerEvent events[EVENT__MAX];
    PowerStage stage;
    MachineOp op;
    PowerRequest request;
    bool from_off;
    bool from_gone;
    GCancellable *cancellable;
    GPtrArray *waiters;
    ClockTimer *interval_timer;
    bool asked;
    PowerRequest asked_request;
    ClockTimer *asked_timer;
    bool known;
    bool seen;
    bool was_on;
    bool was_stopped;
    BmcPowerCause hint;
    char *hint_detail;
    int64_t hint_until_ms;
    int64_t settle_until_ms;
    int64_t own_until_ms;
};

static const char *const action_names[BMC_POWER_ACTION__MAX] = {
    [BMC_POWER_ON] = "on",
    [BMC_POWER_FORCE_OFF] = "force off",
    [BMC_POWER_GRACEFUL_SHUTDOWN] = "graceful shutdown",
    [BMC_POWER_GRACEFUL_RESTART] = "graceful restart",
    [BMC_POWER_FORCE_RESTART] = "force restart",
    [BMC_POWER_CYCLE] = "power cycle",
    [BMC_POWER_NMI] = "diagnostic interrupt",
    [BMC_POWER_PUSH_BUTTON] = "power button",
};

static const char *const cause_names[] = {
    [BMC_POWER_CAUSE_UNKNOWN] = "for an unknown reason",
    [BMC_POWER_CAUSE_REQUEST] = "as requested",
    [BMC_POWER_CAUSE_GUEST] = "by the guest",
    [BMC_POWER_CAUSE_WATCHDOG] = "by the guest's watchdog",
    [BMC_POWER_CAUSE_PANIC] = "by a guest panic",
    [BMC_POWER_CAUSE_QEMU] = "by the end of QEMU",
    [BMC_POWER_CAUSE_EXTERNAL] = "by somebody else on the host",
};

static const char *const event_names[EVENT__MAX] = {
    [EVENT_LAST] = "last",
    [EVENT_OFF] = "off",
    [EVENT_RESTART] = "restart",
};

#define ROW(on, off, shutdown, restart, reset, cycle, nmi, button)      \
    {                                                                   \
        [BMC_POWER_ON] = STEP_##on,                                     \
        [BMC_POWER_FORCE_OFF] = STEP_##off,                             \
        [BMC_POWER_GRACEFUL_SHUTDOWN] = STEP_##shutdown,                \
        [BMC_POWER_GRACEFUL_RESTART] = STEP_##restart,                  \
        [BMC_POWER_FORCE_RESTART] = STEP_##reset,                       \
        [BMC_POWER_CYCLE] = STEP_##cycle,                               \
        [BMC_POWER_NMI] = STEP_##nmi,                                   \
        [BMC_POWER_PUSH_BUTTON] = STEP_##button,                        \
    }

/*
 * A button press reaches a paused guest as soon as it is resumed; one that
 * sleeps is woken up by it. A guest that has crashed will never see it.
 */
static const uint8_t steps[][BMC_POWER_ACTION__MAX] = {
    [MACHINE_STATE_UNKNOWN] =
        ROW(NO_QEMU, NO_QEMU, NO_QEMU, NO_QEMU,
            NO_QEMU, NO_QEMU, NO_QEMU, NO_QEMU),
    [MACHINE_STATE_GONE] =
        ROW(START, NOTHING, OFF, OFF, OFF, OFF, OFF, START),
    [MACHINE_STATE_PRELAUNCH] =
        ROW(START, NOTHING, OFF, OFF, OFF, OFF, OFF, START),
    [MACHINE_STATE_SHUTDOWN] =
        ROW(START, NOTHING, OFF, OFF, OFF, OFF, OFF, START),
    [MACHINE_STATE_RUNNING] =
        ROW(NOTHING, STOP, BUTTON, BUTTON, RESET, CYCLE, NMI, BUTTON),
    [MACHINE_STATE_SUSPENDED] =
        ROW(START, STOP, BUTTON, BUTTON, RESET, CYCLE, STOPPED, START),
    [MACHINE_STATE_PAUSED] =
        ROW(START, STOP, BUTTON, BUTTON, RESET, CYCLE, STOPPED, BUTTON),
    [MACHINE_STATE_IO_ERROR] =
        ROW(START, STOP, BUTTON, BUTTON, RESET, CYCLE, STOPPED, BUTTON),
    [MACHINE_STATE_WATCHDOG] =
        ROW(CRASHED, STOP, CRASHED, CRASHED, RESET, CYCLE, CRASHED, CRASHED),
    [MACHINE_STATE_PANICKED] =
        ROW(CRASHED, STOP, CRASHED, CRASHED, RESET, CYCLE, CRASHED, CRASHED),
    [MACHINE_STATE_INTERNAL_ERROR] =
        ROW(CRASHED, STOP, CRASHED, CRASHED, RESET, CYCLE, CRASHED, CRASHED),
    [MACHINE_STATE_INMIGRATE] =
        ROW(MIGRATION, MIGRATION, MIGRATION, MIGRATION,
            MIGRATION, MIGRATION, MIGRATION, MIGRATION),
    [MACHINE_STATE_POSTMIGRATE] =
        ROW(MIGRATION, MIGRATION, MIGRATION, MIGRATION,
            MIGRATION, MIGRATION, MIGRATION, MIGRATION),
};

#undef ROW

static const char *const step_errors[] = {
    [STEP_OFF] = "the machine is off",
    [STEP_STOPPED] = "the guest is not running",
    [STEP_CRASHED] = "the guest has crashed: restart it or switch it off",
    [STEP_MIGRATION] = "the machine is being migrated or was migrated away",
};

/* The machine is on, and the guest does not run. */
static bool state_is_stopped(MachineState state)
{
    return state == MACHINE_STATE_PAUSED || state == MACHINE_STATE_IO_ERROR ||
           state == MACHINE_STATE_WATCHDOG ||
           state == MACHINE_STATE_PANICKED ||
           state == MACHINE_STATE_INTERNAL_ERROR;
}

/* Whether it can be told at all if a machine in that state is on. */
static bool state_is_known(MachineState state)
{
    return state != MACHINE_STATE_UNKNOWN &&
           state != MACHINE_STATE_INMIGRATE &&
           state != MACHINE_STATE_POSTMIGRATE;
}

static bool op_under_way(const BmcPowerControl *power, MachineOp op)
{
    return (power->stage == STAGE_OP || power->stage == STAGE_PREPARE) &&
           power->op == op;
}

static BmcPowerState derive_state(const Bmc *bmc)
{
    const BmcPowerControl *power = bmc->power;
    MachineState state = bmc->machine->state;

    if (state == MACHINE_STATE_UNKNOWN) {
        return BMC_POWER_STATE_UNKNOWN;
    }
    if (op_under_way(power, MACHINE_OP_RESET)) {
        return BMC_POWER_STATE_ON;
    }
    if (machine_state_is_off(state)) {
        return power->stage == STAGE_INTERVAL ||
               op_under_way(power, MACHINE_OP_START) ?
               BMC_POWER_STATE_POWERING_ON : BMC_POWER_STATE_OFF;
    }
    if (op_under_way(power, MACHINE_OP_STOP)) {
        return BMC_POWER_STATE_POWERING_OFF;
    }
    return state == MACHINE_STATE_RUNNING ||
           state == MACHINE_STATE_SUSPENDED ?
           BMC_POWER_STATE_ON : BMC_POWER_STATE_PAUSED;
}

static void tell_state(Bmc *bmc)
{
    BmcPowerState state = derive_state(bmc);

    if (state != bmc->power->told) {
        bmc->power->told = state;
        bmc_changed(bmc, BMC_PART_POWER);
    }
}

static JsonObject *event_to_json(const BmcPowerEvent *event)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "cause", event->cause);
    json_object_set_int_member(object, "action", event->action);
    json_object_set_int_member(object, "channel", event->channel);
    json_object_set_int_member(object, "when", event->when);
    if (event->detail) {
        json_object_set_string_member(object, "detail", event->detail);
    }
    return object;
}

static bool get_bounded(JsonObject *object, const char *name, int64_t limit,
                        int64_t *value)
{
    return json_get_int(object, name, value) == JSON_GET_OK &&
           *value >= 0 && *value <= limit;
}

static void event_from_json(JsonObject *object, BmcPowerEvent *event)
{
    int64_t cause;
    int64_t action;
    int64_t channel;
    int64_t when;
    const char *detail = NULL;

    if (!get_bounded(object, "cause", BMC_POWER_CAUSE_EXTERNAL, &cause) ||
        !get_bounded(object, "action", BMC_POWER_ACTION__MAX - 1, &action) ||
        !get_bounded(object, "channel", BMC_CHANNEL_LOCAL, &channel) ||
        !get_bounded(object, "when", INT64_MAX, &when)) {
        return;
    }
    json_get_string(object, "detail", &detail);
    event->cause = cause;
    event->action = action;
    event->channel = channel;
    event->when = when;
    event->detail = g_strdup(detail);
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    unsigned i;

    if (bmc->power->known) {
        json_object_set_boolean_member(section, "on", bmc->power->was_on);
    }
    for (i = 0; i < EVENT__MAX; i++) {
        if (bmc->power->events[i].when) {
            json_object_set_object_member(
                section, event_names[i],
                event_to_json(&bmc->power->events[i]));
        }
    }
    persist_set(bmc->persist, "power", section);
}

static void load(Bmc *bmc)
{
    JsonObject *section = persist_get(bmc->persist, "power");
    JsonObject *object;
    unsigned i;

    if (!section) {
        return;
    }
    bmc->power->known = json_get_bool(section, "on", &bmc->power->was_on) ==
                        JSON_GET_OK;
    for (i = 0; i < EVENT__MAX; i++) {
        if (json_get_object(section, event_names[i], &object) ==
            JSON_GET_OK) {
            event_from_json(object, &bmc->power->events[i]);
        }
    }
}

static void clear_hint(BmcPowerControl *power)
{
    power->hint = BMC_POWER_CAUSE_UNKNOWN;
    g_clear_pointer(&power->hint_detail, g_free);
}

static void set_hint(Bmc *bmc, BmcPowerCause cause, const char *detail)
{
    clear_hint(bmc->power);
    bmc->power->hint = cause;
    bmc->power->hint_detail = g_strdup(detail);
    bmc->power->hint_until_ms = clock_now_ms(bmc->clock) + HINT_LIFE_MS;
}

static bool has_hint(const Bmc *bmc)
{
    return bmc->power->hint != BMC_POWER_CAUSE_UNKNOWN &&
           clock_now_ms(bmc->clock) < bmc->power->hint_until_ms;
}

static void store_event(BmcPowerEvent *slot, const BmcPowerEvent *event)
{
    g_free((char *)slot->detail);
    *slot = *event;
    slot->detail = g_strdup(event->detail);
}

/* Records a change as the last event and, with @which, as one of its kind. */
static void record(Bmc *bmc, unsigned which, const char *what,
                   BmcPowerEvent *event)
{
    BmcPowerControl *power = bmc->power;

    event->when = g_get_real_time();
    store_event(&power->events[EVENT_LAST], event);
    if (which != EVENT_LAST) {
        store_event(&power->events[which], event);
    }
    g_message("power: %s %s%s%s%s", what, cause_names[event->cause],
              event->detail ? " (" : "", event->detail ? event->detail : "",
              event->detail ? ")" : "");
    clear_hint(power);
    save(bmc);
    bmc_changed(bmc, BMC_PART_POWER);
}

/* Finds out who is behind a change; @fallback when nothing tells. */
static BmcPowerEvent explain(Bmc *bmc, BmcPowerCause fallback)
{
    BmcPowerControl *power = bmc->power;
    BmcPowerEvent event = {
        .cause = fallback,
    };

    if (power->stage == STAGE_OP && power->op != MACHINE_OP_BUTTON &&
        power->op != MACHINE_OP_NMI) {
        event.cause = BMC_POWER_CAUSE_REQUEST;
        event.action = power->request.action;
        event.channel = power->request.channel;
    } else if (has_hint(bmc)) {
        event.cause = power->hint;
        event.detail = power->hint_detail;
        if (event.cause == BMC_POWER_CAUSE_REQUEST) {
            event.action = power->asked_request.action;
            event.channel = power->asked_request.channel;
        }
    }
    return event;
}

static void stop_asking(BmcPowerControl *power)
{
    power->asked = false;
    clock_timer_stop(&power->asked_timer);
}

static void asked_too_long(void *opaque)
{
    Bmc *bmc = opaque;

    g_message("power: the guest has not shut down within %d s of the %s; it "
              "stays on", GRACEFUL_TIMEOUT_MS / 1000,
              action_names[bmc->power->asked_request.action]);
    stop_asking(bmc->power);
}

static void complete_waiters(BmcPowerControl *power, const GError *err)
{
    g_autoptr(GPtrArray) done = power->waiters;
    unsigned i;

    power->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    for (i = 0; i < done->len; i++) {
        GTask *task = g_ptr_array_index(done, i);

        if (err) {
            g_task_return_error(task, g_error_copy(err));
        } else {
            g_task_return_boolean(task, true);
        }
    }
}

/* What QEMU was told stays told, but nobody listens to its answer. */
static void renounce(BmcPowerControl *power)
{
    g_cancellable_cancel(power->cancellable);
    g_object_unref(power->cancellable);
    power->cancellable = g_cancellable_new();
    clock_timer_stop(&power->interval_timer);
    power->stage = STAGE_IDLE;
}

static void follow_state(Bmc *bmc);
static void start_op(Bmc *bmc, MachineOp op);

static void interval_over(void *opaque)
{
    Bmc *bmc = opaque;

    bmc->power->stage = STAGE_IDLE;
    if (machine_state_is_off(bmc->machine->state)) {
        start_op(bmc, MACHINE_OP_START);
    } else {
        /* Somebody else has been quicker, or QEMU does not answer */
        complete_waiters(bmc->power, NULL);
    }
    tell_state(bmc);
}

/* Returns true if the operation goes on with another one. */
static bool op_succeeded(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    int64_t now = clock_now_ms(bmc->clock);

    if (power->op == MACHINE_OP_STOP) {
        if (power->request.action != BMC_POWER_CYCLE) {
            return false;
        }
        power->stage = STAGE_INTERVAL;
        clock_timer_start(bmc->clock, &power->interval_timer,
                          bmc->power_cycle_interval_ms, interval_over, bmc);
        return false;
    }
    if (power->op == MACHINE_OP_START || power->op == MACHINE_OP_RESET) {
        power->was_stopped = false;
        power->settle_until_ms = now + FIRMWARE_RESETS_MS;
        power->own_until_ms = now + FIRMWARE_RESETS_MS;
    }
    if (power->op == MACHINE_OP_START && power->from_gone &&
        bmc_boot_needs_reset(bmc)) {
        /* The new process has begun with the order of its command line */
        start_op(bmc, MACHINE_OP_RESET);
        return true;
    }
    if (power->op == MACHINE_OP_START && power->from_off) {
        bmc_boot_started(bmc);
    }
    if (power->op == MACHINE_OP_RESET &&
        power->request.action == BMC_POWER_FORCE_RESTART) {
        BmcPowerEvent event = {
            .cause = BMC_POWER_CAUSE_REQUEST,
            .action = power->request.action,
            .channel = power->request.channel,
        };

        record(bmc, EVENT_RESTART, "restarted", &event);
    }
    return false;
}

/*
 * Somebody may have got there first: what was to be reached is what counts.
 */
static bool op_was_needless(const Bmc *bmc, const GError *err)
{
    return g_error_matches(err, BMC_ERROR, BMC_ERROR_STATE) &&
           bmc->power->op == MACHINE_OP_STOP &&
           machine_state_is_off(bmc->machine->state);
}

static void op_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    bool ok = machine_run_op_finish(res, &err);
    BmcPowerControl *power;
    Bmc *bmc = opaque;

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    power = bmc->power;
    if (!ok && op_was_needless(bmc, err)) {
        ok = true;
        g_clear_error(&err);
    }
    if (power->op != MACHINE_OP_RESET) {
        follow_state(bmc);
    }
    power->stage = STAGE_IDLE;
    if (ok && op_succeeded(bmc)) {
        return;
    }
    if (!ok) {
        g_message("power: %s failed: %s",
                  action_names[power->request.action], err->message);
    }
    if (!ok && power->op == MACHINE_OP_BUTTON) {
        stop_asking(power);
    }
    complete_waiters(power, err);
    follow_state(bmc);
    tell_state(bmc);
}

static void run_op(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;

    power->stage = STAGE_OP;
    machine_run_op_async(bmc->machine, power->op, power->cancellable,
                         op_done, bmc);
}

static void prepared(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (!bmc_error_is_cancelled(err)) {
        run_op(opaque);
    }
}

/* What boots from now on must find the boot order that it should. */
static void start_op(Bmc *bmc, MachineOp op)
{
    BmcPowerControl *power = bmc->power;

    power->op = op;
    power->from_off = machine_state_is_off(bmc->machine->state);
    power->from_gone = bmc->machine->state == MACHINE_STATE_GONE;
    if (op == MACHINE_OP_STOP || op == MACHINE_OP_RESET) {
        bmc_boot_before_interrupt(bmc);
    }
    if (op == MACHINE_OP_START || op == MACHINE_OP_RESET) {
        power->stage = STAGE_PREPARE;
        bmc_boot_quiesce_async(bmc, power->cancellable, prepared, bmc);
    } else {
        run_op(bmc);
    }
}

/* The guest that was asked to shut down has: a restart goes on from there. */
static void finish_asked(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    bool restart = power->asked_request.action == BMC_POWER_GRACEFUL_RESTART;

    stop_asking(power);
    if (!restart) {
        return;
    }
    if (bmc->machine->state == MACHINE_STATE_GONE &&
        !bmc->machine->can_start_process) {
        g_message("power: QEMU has ended, and starting it again is not up "
                  "to this BMC: the graceful restart ends with the machine "
                  "off");
        return;
    }
    power->request = power->asked_request;
    start_op(bmc, MACHINE_OP_START);
}

/* Puts a change between on and off down to its cause. */
static void follow_on_off(Bmc *bmc, bool on)
{
    BmcPowerControl *power = bmc->power;
    bool first = !power->known;
    BmcPowerCause fallback = !power->seen ? BMC_POWER_CAUSE_UNKNOWN :
                             bmc->machine->state == MACHINE_STATE_GONE ?
                             BMC_POWER_CAUSE_QEMU : BMC_POWER_CAUSE_EXTERNAL;
    BmcPowerEvent event = explain(bmc, fallback);

    power->known = true;
    power->was_on = on;
    if (first) {
        save(bmc);
    } else if (on) {
        power->settle_until_ms = clock_now_ms(bmc->clock) +
                                 FIRMWARE_RESETS_MS;
        record(bmc, EVENT_RESTART, "on", &event);
    } else {
        record(bmc, EVENT_OFF, "off", &event);
    }
}

static void follow_stopped(Bmc *bmc, bool stopped)
{
    MachineState state = bmc->machine->state;
    BmcPowerEvent event = explain(bmc, BMC_POWER_CAUSE_EXTERNAL);

    bmc->power->was_stopped = stopped;
    if (op_under_way(bmc->power, MACHINE_OP_STOP)) {
        return;
    }
    if (state == MACHINE_STATE_IO_ERROR ||
        state == MACHINE_STATE_INTERNAL_ERROR) {
        event.cause = BMC_POWER_CAUSE_UNKNOWN;
        event.detail = machine_state_to_string(state);
    }
    record(bmc, EVENT_LAST, stopped ? "paused" : "resumed", &event);
}

/* A reset takes a machine that was stopped through states of no meaning. */
static void follow_state(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    MachineState state = bmc->machine->state;
    bool on = !machine_state_is_off(state);
    bool stopped = state_is_stopped(state);

    if (!state_is_known(state) || op_under_way(power, MACHINE_OP_RESET)) {
        return;
    }
    if (!power->known || on != power->was_on) {
        power->was_stopped = stopped;
        follow_on_off(bmc, on);
    } else if (stopped != power->was_stopped) {
        follow_stopped(bmc, stopped);
    }
    power->seen = true;
    if (!on && power->asked && power->stage == STAGE_IDLE) {
        finish_asked(bmc);
    }
}

/* A reset of a machine that does not run starts nothing. */
static void machine_was_reset(Bmc *bmc, const MachineEvent *event)
{
    BmcPowerControl *power = bmc->power;
    int64_t now = clock_now_ms(bmc->clock);
    BmcPowerEvent found;

    if (bmc->machine->state != MACHINE_STATE_RUNNING ||
        op_under_way(power, MACHINE_OP_START) ||
        op_under_way(power, MACHINE_OP_STOP) ||
        op_under_way(power, MACHINE_OP_RESET) ||
        now < (event->guest ? power->settle_until_ms :
                              power->own_until_ms)) {
        return;
    }
    found = explain(bmc, event->guest ? BMC_POWER_CAUSE_GUEST :
                                        BMC_POWER_CAUSE_EXTERNAL);
    if (event->guest && power->asked &&
        power->asked_request.action == BMC_POWER_GRACEFUL_RESTART) {
        found.cause = BMC_POWER_CAUSE_REQUEST;
        found.action = power->asked_request.action;
        found.channel = power->asked_request.channel;
    }
    stop_asking(power);
    power->settle_until_ms = now + FIRMWARE_RESETS_MS;
    record(bmc, EVENT_RESTART, "restarted", &found);
}

static void machine_shut_down(Bmc *bmc, const MachineEvent *event)
{
    if (!g_strcmp0(event->detail, "guest-panic")) {
        set_hint(bmc, BMC_POWER_CAUSE_PANIC, event->detail);
    } else if (has_hint(bmc)) {
        return;
    } else if (!event->guest) {
        set_hint(bmc, BMC_POWER_CAUSE_EXTERNAL, event->detail);
    } else if (bmc->power->asked) {
        set_hint(bmc, BMC_POWER_CAUSE_REQUEST, NULL);
    } else {
        set_hint(bmc, BMC_POWER_CAUSE_GUEST, event->detail);
    }
}

/* The event and the state that it leads to come in either order. */
static void machine_gone(Bmc *bmc, const MachineEvent *event)
{
    BmcPowerControl *power = bmc->power;
    BmcPowerEvent *off = &power->events[EVENT_OFF];

    if (power->known && power->was_on) {
        if (!has_hint(bmc)) {
            set_hint(bmc, BMC_POWER_CAUSE_QEMU, event->detail);
        }
        return;
    }
    if (off->cause == BMC_POWER_CAUSE_QEMU && !off->detail &&
        event->detail) {
        BmcPowerEvent detailed = *off;

        detailed.detail = event->detail;
        store_event(off, &detailed);
        store_event(&power->events[EVENT_LAST], &detailed);
        save(bmc);
        bmc_changed(bmc, BMC_PART_POWER);
    }
}

static void machine_warned(Bmc *bmc, BmcPowerCause cause,
                           const MachineEvent *event)
{
    static const char *const harmless[] = {
        "none", "debug", "inject-nmi", "run", NULL,
    };

    if (!event->detail || !g_strv_contains(harmless, event->detail)) {
        set_hint(bmc, cause, event->detail);
    }
    g_message("power: %s: action %s", cause == BMC_POWER_CAUSE_PANIC ?
              "the guest has panicked" : "the guest's watchdog has expired",
              event->detail ? event->detail : "not known");
}

static bool fail(GTask *task, BmcError code, const char *message)
{
    g_task_return_new_error(task, BMC_ERROR, code, "%s", message);
    g_object_unref(task);
    return false;
}

static bool succeed(GTask *task)
{
    g_task_return_boolean(task, true);
    g_object_unref(task);
    return false;
}

static bool join(BmcPowerControl *power, GTask *task)
{
    if (power->waiters->len >= MAX_WAITERS) {
        return fail(task, BMC_ERROR_BUSY, "too many requests are waiting");
    }
    g_ptr_array_add(power->waiters, task);
    return false;
}

/*
 * A request while an operation is under way. Returns true if it is to be
 * carried out all the same; otherwise @task has been dealt with.
 */
static bool request_while_busy(Bmc *bmc, BmcPowerAction action, GTask *task)
{
    BmcPowerControl *power = bmc->power;
    bool coming_up = op_under_way(power, MACHINE_OP_START) ||
                     power->stage == STAGE_INTERVAL;

    if (action == BMC_POWER_FORCE_OFF) {
        g_autoptr(GError) err = NULL;

        if (op_under_way(power, MACHINE_OP_STOP) &&
            power->request.action == BMC_POWER_FORCE_OFF) {
            return join(power, task);
        }
        err = g_error_new(BMC_ERROR, BMC_ERROR_BUSY,
                          "a force off has taken precedence");
        renounce(power);
        complete_waiters(power, err);
        return true;
    }
    if (action == BMC_POWER_ON && coming_up) {
        return join(power, task);
    }
    if (action == BMC_POWER_ON && op_under_way(power, MACHINE_OP_RESET)) {
        return succeed(task);
    }
    return fail(task, BMC_ERROR_BUSY, "another power operation is under way");
}

static bool refuse(Bmc *bmc, PowerStep step, GTask *task)
{
    const char *problem = bmc->machine->problem;

    if (step == STEP_NO_QEMU) {
        return fail(task, BMC_ERROR_UNAVAILABLE,
                    problem ? problem : "QEMU does not answer");
    }
    return fail(task, BMC_ERROR_STATE, step_errors[step]);
}

static void press_button(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;

    /* The guest may be off before QEMU's answer is here */
    power->asked = true;
    power->asked_request = power->request;
    clock_timer_start(bmc->clock, &power->asked_timer, GRACEFUL_TIMEOUT_MS,
                      asked_too_long, bmc);
    start_op(bmc, MACHINE_OP_BUTTON);
}

static void carry_out(Bmc *bmc, PowerStep step, const PowerRequest *request,
                      GTask *task)
{
    BmcPowerControl *power = bmc->power;

    power->request = *request;
    g_ptr_array_add(power->waiters, task);
    if (step == STEP_BUTTON) {
        press_button(bmc);
        return;
    }
    if (step == STEP_NMI) {
        start_op(bmc, MACHINE_OP_NMI);
        return;
    }
    stop_asking(power);
    start_op(bmc, step == STEP_START ? MACHINE_OP_START :
                  step == STEP_RESET ? MACHINE_OP_RESET : MACHINE_OP_STOP);
}

void bmc_power_new(Bmc *bmc)
{
    BmcPowerControl *power = g_new0(BmcPowerControl, 1);

    bmc->power = power;
    power->cancellable = g_cancellable_new();
    power->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    load(bmc);
    follow_state(bmc);
    power->told = derive_state(bmc);
}

void bmc_power_free(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    unsigned i;

    if (!power) {
        return;
    }
    renounce(power);
    stop_asking(power);
    for (i = 0; i < power->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(power->waiters->pdata[i]));
    }
    g_ptr_array_unref(power->waiters);
    g_object_unref(power->cancellable);
    clear_hint(power);
    for (i = 0; i < EVENT__MAX; i++) {
        g_free((char *)power->events[i].detail);
    }
    g_clear_pointer(&bmc->power, g_free);
}

void bmc_power_machine_event(Bmc *bmc, const MachineEvent *event)
{
    switch (event->type) {
    case MACHINE_EVENT_STATE:
        follow_state(bmc);
        tell_state(bmc);
        break;
    case MACHINE_EVENT_RESET:
        machine_was_reset(bmc, event);
        break;
    case MACHINE_EVENT_SHUTDOWN:
        machine_shut_down(bmc, event);
        break;
    case MACHINE_EVENT_GONE:
        machine_gone(bmc, event);
        break;
    case MACHINE_EVENT_PANIC:
        machine_warned(bmc, BMC_POWER_CAUSE_PANIC, event);
        break;
    case MACHINE_EVENT_WATCHDOG:
        machine_warned(bmc, BMC_POWER_CAUSE_WATCHDOG, event);
        break;
    default:
        break;
    }
}

BmcPowerState bmc_power_state(const Bmc *bmc)
{
    return derive_state(bmc);
}

const BmcPowerEvent *bmc_power_last_event(const Bmc *bmc)
{
    return &bmc->power->events[EVENT_LAST];
}

const BmcPowerEvent *bmc_power_last_off_event(const Bmc *bmc)
{
    return &bmc->power->events[EVENT_OFF];
}

const BmcPowerEvent *bmc_power_last_restart_event(const Bmc *bmc)
{
    return &bmc->power->events[EVENT_RESTART];
}

void bmc_power_request_async(Bmc *bmc, BmcPowerAction action,
                             const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    g_autofree char *who = bmc_origin_to_string(origin);
    PowerRequest request = {
        .action = action,
        .channel = origin->channel,
    };
    BmcPowerControl *power = bmc->power;
    bool starting = op_under_way(power, MACHINE_OP_START);
    PowerStep step;

    g_assert(action < BMC_POWER_ACTION__MAX);
    g_task_set_source_tag(task, bmc_power_request_async);
    g_message("power: %s by %s", action_names[action], who);
    if (power->stage != STAGE_IDLE &&
        !request_while_busy(bmc, action, task)) {
        return;
    }
    step = steps[bmc->machine->state][action];
    if (step == STEP_NOTHING && action == BMC_POWER_FORCE_OFF && starting) {
        /* The start that was given up may still reach the machine */
        step = STEP_STOP;
    }
    if (step == STEP_NOTHING) {
        succeed(task);
    } else if (step >= STEP_NO_QEMU) {
        refuse(bmc, step, task);
    } else if (step == STEP_START && !bmc->machine->can_start_process &&
               bmc->machine->state == MACHINE_STATE_GONE) {
        fail(task, BMC_ERROR_UNAVAILABLE,
             "QEMU is not running, and starting it is not up to this BMC");
    } else {
        carry_out(bmc, step, &request, task);
    }
    tell_state(bmc);
}

bool bmc_power_request_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}
