/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power control. What a request means depends on the machine's state alone
 * and is looked up in a table; at most one operation is under way in QEMU.
 */
#include "osdep.h"

#include "bmc/power.h"

#include "bmc/chassis.h"
#include "bmc/event-source.h"
#include "bmc/power-priv.h"
#include "util/error.h"

/* How long a guest may take to shut down before it is given up on. */
#define GRACEFUL_TIMEOUT_MS (120 * 1000)

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
    STEP_DISABLED,
    STEP_MIGRATION,
} PowerStep;

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
    [STEP_DISABLED] = "the power button is disabled",
    [STEP_MIGRATION] = "the machine is being migrated or was migrated away",
};

static BmcPowerState derive_state(const Bmc *bmc)
{
    const BmcPowerControl *power = bmc->power;
    MachineState state = bmc->machine->state;

    if (state == MACHINE_STATE_UNKNOWN) {
        return BMC_POWER_STATE_UNKNOWN;
    }
    if (power_op_under_way(power, MACHINE_OP_RESET)) {
        return BMC_POWER_STATE_ON;
    }
    if (machine_state_is_off(state)) {
        return power->stage == STAGE_INTERVAL ||
               power_op_under_way(power, MACHINE_OP_START) ?
               BMC_POWER_STATE_POWERING_ON : BMC_POWER_STATE_OFF;
    }
    if (power_op_under_way(power, MACHINE_OP_STOP)) {
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

static void asked_too_long(void *opaque)
{
    Bmc *bmc = opaque;

    g_message("power: the guest has not shut down within %d s of the %s; it "
              "stays on", GRACEFUL_TIMEOUT_MS / 1000,
              action_names[bmc->power->asked_request.action]);
    power_stop_asking(bmc->power);
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

static void start_op(Bmc *bmc, MachineOp op);

static void interval_over(void *opaque)
{
    Bmc *bmc = opaque;
    BmcPowerControl *power = bmc->power;
    g_autoptr(GError) err = NULL;

    if (bmc->machine->state == MACHINE_STATE_UNKNOWN) {
        g_message("power: the power cycle goes on when QEMU answers again");
        err = g_error_new(BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                          "QEMU does not answer");
        complete_waiters(power, err);
        return;
    }
    power->stage = STAGE_IDLE;
    if (machine_state_is_off(bmc->machine->state)) {
        start_op(bmc, MACHINE_OP_START);
    } else {
        /* Somebody else has been quicker */
        complete_waiters(power, NULL);
    }
    tell_state(bmc);
}

/* Returns true if the operation goes on with another one. */
static bool op_succeeded(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;

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
        power_events_restarted(bmc);
    }
    if ((power->op == MACHINE_OP_START || power->op == MACHINE_OP_RESET) &&
        power->from_gone &&
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
            .cause = power->request.cause,
            .action = power->request.action,
            .channel = power->request.channel,
        };

        event_source_reset(bmc, &event);
        power_events_record(bmc, EVENT_RESTART, "restarted", &event);
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
    bmc_media_watch_end(bmc);
    power = bmc->power;
    if (!ok && op_was_needless(bmc, err)) {
        ok = true;
        g_clear_error(&err);
    }
    if (power->op != MACHINE_OP_RESET) {
        power_events_follow(bmc);
    }
    power->stage = STAGE_IDLE;
    if (power->op == MACHINE_OP_START || power->op == MACHINE_OP_STOP) {
        power->failed = !ok;
    }
    if (ok && op_succeeded(bmc)) {
        return;
    }
    if (!ok) {
        g_message("power: %s failed: %s",
                  action_names[power->request.action], err->message);
    }
    if (!ok && power->op == MACHINE_OP_BUTTON) {
        power_stop_asking(power);
    }
    complete_waiters(power, err);
    power_events_follow(bmc);
    tell_state(bmc);
}

static void run_op(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    MachineOp op = power->op;

    power->stage = STAGE_OP;
    power->from_gone = bmc->machine->state == MACHINE_STATE_GONE;
    if (op == MACHINE_OP_RESET && power->from_gone) {
        /* Settings or changes of firmware have ended the process */
        op = MACHINE_OP_START;
    }
    if (op == MACHINE_OP_STOP || op == MACHINE_OP_RESET) {
        bmc_media_watch(bmc);
    }
    machine_run_op_async(bmc->machine, op, power->cancellable, op_done,
                         bmc);
}

static void prepared(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (!bmc_error_is_cancelled(err)) {
        run_op(opaque);
    }
}

static void prepare_boot(Bmc *bmc)
{
    bmc_boot_quiesce_async(bmc, bmc->power->cancellable, prepared, bmc);
}

static void files_changed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (!bmc_error_is_cancelled(err)) {
        prepare_boot(opaque);
    }
}

static void change_files(Bmc *bmc)
{
    if (!bmc_flash_apply_async(bmc, bmc->power->cancellable, files_changed,
                               bmc)) {
        prepare_boot(bmc);
    }
}

static void settings_applied(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    if (err) {
        g_message("power: going on with firmware and its settings as they "
                  "are: %s", err->message);
    }
    change_files(opaque);
}

static void media_quiet(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    /* A guest that is only resumed needs its process */
    if (!bmc_bios_apply_async(bmc, bmc->power->from_off ||
                              bmc->power->op == MACHINE_OP_RESET,
                              bmc->power->cancellable, settings_applied,
                              bmc)) {
        change_files(bmc);
    }
}

static void updates_quiet(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (!bmc_error_is_cancelled(err)) {
        bmc_media_quiesce_async(bmc, bmc->power->cancellable, media_quiet,
                                bmc);
    }
}

/*
 * What boots from now on must find the media, firmware with its settings and
 * the boot order that it should.
 */
static void start_op(Bmc *bmc, MachineOp op)
{
    BmcPowerControl *power = bmc->power;

    power->op = op;
    power->from_off = machine_state_is_off(bmc->machine->state);
    if (op == MACHINE_OP_STOP || op == MACHINE_OP_RESET) {
        bmc_boot_before_interrupt(bmc);
    }
    if (op == MACHINE_OP_START || op == MACHINE_OP_RESET) {
        power->stage = STAGE_PREPARE;
        if (!bmc_update_quiesce_async(bmc, power->cancellable, updates_quiet,
                                      bmc)) {
            bmc_media_quiesce_async(bmc, power->cancellable, media_quiet,
                                    bmc);
        }
    } else {
        run_op(bmc);
    }
}

static bool fail(GTask *task, BmcError code, const char *message)
{
    g_message("power: refused: %s", message);
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

static bool refuse(Bmc *bmc, PowerStep step, GTask *task)
{
    const char *problem = bmc->machine->problem;

    if (step == STEP_NO_QEMU) {
        return fail(task, BMC_ERROR_UNAVAILABLE,
                    problem ? problem : "QEMU does not answer");
    }
    return fail(task, BMC_ERROR_STATE, step_errors[step]);
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
    bool coming_up = power_op_under_way(power, MACHINE_OP_START) ||
                     power->stage == STAGE_INTERVAL;

    if (action == BMC_POWER_FORCE_OFF) {
        g_autoptr(GError) err = NULL;

        if (power_op_under_way(power, MACHINE_OP_STOP) &&
            power->request.action == BMC_POWER_FORCE_OFF) {
            return join(power, task);
        }
        err = g_error_new(BMC_ERROR, BMC_ERROR_BUSY,
                          "a force off has taken precedence");
        renounce(power);
        complete_waiters(power, err);
        return true;
    }
    if (bmc->machine->state == MACHINE_STATE_UNKNOWN) {
        return refuse(bmc, STEP_NO_QEMU, task);
    }
    if (action == BMC_POWER_ON && coming_up) {
        return join(power, task);
    }
    if (action == BMC_POWER_ON &&
        power_op_under_way(power, MACHINE_OP_RESET)) {
        return succeed(task);
    }
    return fail(task, BMC_ERROR_BUSY, "another power operation is under way");
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
    if (step == STEP_START || step == STEP_RESET || step == STEP_CYCLE) {
        bmc_boot_before_restart(bmc, request->cause, request->action);
        bmc_flash_before_restart(bmc);
    }
    if (step == STEP_BUTTON) {
        press_button(bmc);
        return;
    }
    if (step == STEP_NMI) {
        start_op(bmc, MACHINE_OP_NMI);
        return;
    }
    power_stop_asking(power);
    start_op(bmc, step == STEP_START ? MACHINE_OP_START :
                  step == STEP_RESET ? MACHINE_OP_RESET : MACHINE_OP_STOP);
}

bool power_op_under_way(const BmcPowerControl *power, MachineOp op)
{
    return (power->stage == STAGE_OP || power->stage == STAGE_PREPARE) &&
           power->op == op;
}

void power_stop_asking(BmcPowerControl *power)
{
    power->asked = false;
    clock_timer_stop(&power->asked_timer);
}

void power_guest_is_off(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    bool restart = power->asked_request.action == BMC_POWER_GRACEFUL_RESTART;

    power_stop_asking(power);
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
    bmc_flash_before_restart(bmc);
    start_op(bmc, MACHINE_OP_START);
}

void bmc_power_new(Bmc *bmc)
{
    BmcPowerControl *power = g_new0(BmcPowerControl, 1);

    bmc->power = power;
    power->cancellable = g_cancellable_new();
    power->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    power_events_load(bmc);
    power_events_follow(bmc);
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
    power_stop_asking(power);
    for (i = 0; i < power->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(power->waiters->pdata[i]));
    }
    g_ptr_array_unref(power->waiters);
    g_object_unref(power->cancellable);
    power_events_clear(power);
    g_clear_pointer(&bmc->power, g_free);
}

void bmc_power_machine_event(Bmc *bmc, const MachineEvent *event)
{
    BmcPowerControl *power = bmc->power;

    if (event->type == MACHINE_EVENT_STATE) {
        power_events_follow(bmc);
        if (power->stage == STAGE_INTERVAL && !power->interval_timer &&
            bmc->machine->state != MACHINE_STATE_UNKNOWN) {
            interval_over(bmc);
        }
        tell_state(bmc);
    } else {
        power_events_handle(bmc, event);
    }
}

BmcPowerState bmc_power_state(const Bmc *bmc)
{
    return derive_state(bmc);
}

bool bmc_power_control_failed(const Bmc *bmc)
{
    return bmc->power->failed;
}

bool bmc_power_drive_failed(const Bmc *bmc)
{
    return bmc->machine->state == MACHINE_STATE_IO_ERROR;
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
    bmc_power_request_cause_async(bmc, action, BMC_POWER_CAUSE_REQUEST,
                                  origin, cancellable, callback, opaque);
}

void bmc_power_request_cause_async(Bmc *bmc, BmcPowerAction action,
                                   BmcPowerCause cause,
                                   const BmcOrigin *origin,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    g_autofree char *who = bmc_origin_to_string(origin);
    PowerRequest request = {
        .cause = cause,
        .action = action,
        .channel = origin->channel,
    };
    BmcPowerControl *power = bmc->power;
    bool starting = power_op_under_way(power, MACHINE_OP_START);
    PowerStep step;

    g_assert(action < BMC_POWER_ACTION__MAX);
    g_task_set_source_tag(task, bmc_power_request_async);
    g_message("power: %s by %s", action_names[action], who);
    if (power->stage != STAGE_IDLE &&
        !request_while_busy(bmc, action, task)) {
        return;
    }
    step = steps[bmc->machine->state][action];
    if (action == BMC_POWER_FORCE_OFF &&
        ((step == STEP_NOTHING && starting) ||
         (step == STEP_NO_QEMU && bmc->machine->can_start_process))) {
        /*
         * The start that was given up may still reach the machine; and a
         * QEMU of our own that hangs is ended.
         */
        step = STEP_STOP;
    }
    if (action == BMC_POWER_PUSH_BUTTON && step == STEP_BUTTON &&
        bmc_chassis_get(bmc)->button_disabled) {
        step = STEP_DISABLED;
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
