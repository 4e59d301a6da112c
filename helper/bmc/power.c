/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power control: the state that is shown, and the requests. What a request
 * means is looked up in power-table.c, and carried out in power-run.c; at
 * most one operation is under way in QEMU.
 */
#include "osdep.h"

#include "bmc/power.h"

#include "bmc/chassis.h"
#include "bmc/power-priv.h"
#include "bmc/power-table.h"
#include "util/error.h"

/* How long a guest may take to shut down before it is given up on. */
#define GRACEFUL_TIMEOUT_MS (120 * 1000)

#define MAX_WAITERS 32

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

void power_tell_state(Bmc *bmc)
{
    BmcPowerState state = derive_state(bmc);

    if (state != bmc->power->told) {
        bmc->power->told = state;
        bmc_changed(bmc, BMC_PART_POWER);
    }
}

static void asked_too_long(void *opaque)
{
    g_autoptr(GError) err = g_error_new(
        BMC_ERROR, BMC_ERROR_TIMEOUT, "the guest has not shut down within "
        "%d s", GRACEFUL_TIMEOUT_MS / 1000);
    Bmc *bmc = opaque;

    g_message("power: the guest has not shut down within %d s of the %s; it "
              "stays on", GRACEFUL_TIMEOUT_MS / 1000,
              power_action_to_string(
                  bmc->power->asked_request.action));
    power_stop_asking(bmc->power);
    power_complete_followers(bmc->power, err);
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
    return fail(task, BMC_ERROR_STATE, power_step_error(step));
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
    bool goes_on = action == BMC_POWER_ON || action == BMC_POWER_RESUME;

    if (action == BMC_POWER_FORCE_OFF) {
        g_autoptr(GError) err = NULL;

        if (power_op_under_way(power, MACHINE_OP_STOP) &&
            power->request.action == BMC_POWER_FORCE_OFF) {
            return join(power, task);
        }
        err = g_error_new(BMC_ERROR, BMC_ERROR_BUSY,
                          "a force off has taken precedence");
        power_renounce(power);
        power_complete_waiters(power, err);
        return true;
    }
    if (bmc->machine->state == MACHINE_STATE_UNKNOWN) {
        return refuse(bmc, STEP_NO_QEMU, task);
    }
    if (goes_on && coming_up) {
        return join(power, task);
    }
    if (goes_on &&
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
    power_start_op(bmc, MACHINE_OP_BUTTON);
}

static void ask_no_more(BmcPowerControl *power)
{
    g_autoptr(GError) err = NULL;

    power_stop_asking(power);
    err = g_error_new(BMC_ERROR, BMC_ERROR_BUSY, "another request has taken "
                      "precedence");
    power_complete_followers(power, err);
}

void power_carry_out(Bmc *bmc, PowerStep step, const PowerRequest *request)
{
    static const MachineOp step_ops[] = {
        [STEP_START] = MACHINE_OP_START,
        [STEP_RESUME] = MACHINE_OP_START,
        [STEP_STOP] = MACHINE_OP_STOP,
        [STEP_RESET] = MACHINE_OP_RESET,
        [STEP_CYCLE] = MACHINE_OP_STOP,
        [STEP_NMI] = MACHINE_OP_NMI,
        [STEP_PAUSE] = MACHINE_OP_PAUSE,
    };
    BmcPowerControl *power = bmc->power;

    power->request = *request;
    power->acknowledged = false;
    power->ending = false;
    power->owed = false;
    if (step == STEP_START || step == STEP_RESET || step == STEP_CYCLE) {
        bmc_boot_before_restart(bmc, request->cause, request->action);
        bmc_flash_before_restart(bmc);
    }
    if (step == STEP_BUTTON) {
        press_button(bmc);
        return;
    }
    /* A button that was pressed while the guest was stopped acts later */
    if (step != STEP_NMI && step != STEP_PAUSE && step != STEP_RESUME) {
        ask_no_more(power);
    }
    power_start_op(bmc, step_ops[step]);
}

void power_pay(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    PowerRequest request = power->request;
    MachineState state = bmc->machine->state;
    PowerStep step;

    if (!power->owed || power->stage != STAGE_IDLE ||
        state == MACHINE_STATE_UNKNOWN) {
        return;
    }
    power->owed = false;
    step = power_table_step(state, request.action);
    if (state == MACHINE_STATE_GONE || step == STEP_NOTHING ||
        step >= STEP_NO_QEMU) {
        return;
    }
    g_message("power: QEMU answers again: going on with the %s",
              power_action_to_string(request.action));
    power_carry_out(bmc, step, &request);
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
    g_autoptr(GError) err = NULL;

    power_stop_asking(power);
    if (!restart) {
        power_complete_followers(power, NULL);
        return;
    }
    if (bmc->machine->state == MACHINE_STATE_GONE &&
        !bmc->machine->can_start_process) {
        g_message("power: QEMU has ended, and starting it again is not up "
                  "to this BMC: the graceful restart ends with the machine "
                  "off");
        err = g_error_new(BMC_ERROR, BMC_ERROR_UNAVAILABLE, "QEMU has "
                          "ended, and starting it is not up to this BMC");
        power_complete_followers(power, err);
        return;
    }
    power->request = power->asked_request;
    bmc_flash_before_restart(bmc);
    power_start_op(bmc, MACHINE_OP_START);
}

void bmc_power_new(Bmc *bmc)
{
    BmcPowerControl *power = g_new0(BmcPowerControl, 1);

    bmc->power = power;
    power->cancellable = g_cancellable_new();
    power->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    power->followers = g_ptr_array_new_with_free_func(g_object_unref);
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
    power_renounce(power);
    power_stop_asking(power);
    for (i = 0; i < power->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(power->waiters->pdata[i]));
    }
    for (i = 0; i < power->followers->len; i++) {
        bmc_task_cancelled(g_object_ref(power->followers->pdata[i]));
    }
    g_ptr_array_unref(power->waiters);
    g_ptr_array_unref(power->followers);
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
            power_interval_over(bmc);
        }
        power_pay(bmc);
        power_tell_state(bmc);
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
    g_message("power: %s by %s", power_action_to_string(action), who);
    if (power->stage != STAGE_IDLE &&
        !request_while_busy(bmc, action, task)) {
        return;
    }
    step = power_table_step(bmc->machine->state, action);
    if (action == BMC_POWER_FORCE_OFF &&
        ((step == STEP_NOTHING && starting) ||
         (step == STEP_NO_QEMU && bmc->machine->can_end_process))) {
        /*
         * The start that was given up may still reach the machine; and a
         * QEMU that hangs is ended where we can.
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
        g_ptr_array_add(power->waiters, task);
        power_carry_out(bmc, step, &request);
    }
    power_tell_state(bmc);
}

bool bmc_power_acknowledge(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    bool ending = power_op_under_way(power, MACHINE_OP_STOP) &&
                  bmc->machine->can_end_process;
    bool starting = power_op_under_way(power, MACHINE_OP_START) &&
                    power->from_gone;

    if (power->stage == STAGE_IDLE ||
        (bmc->machine->state == MACHINE_STATE_UNKNOWN && !ending &&
         !starting)) {
        return false;
    }
    power->acknowledged = true;
    return true;
}

void bmc_power_follow_async(Bmc *bmc, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    BmcPowerControl *power = bmc->power;

    g_task_set_source_tag(task, bmc_power_follow_async);
    if (!power->asked && power->stage == STAGE_IDLE) {
        succeed(task);
    } else if (power->followers->len >= MAX_WAITERS) {
        fail(task, BMC_ERROR_BUSY, "too many requests are waiting");
    } else {
        g_ptr_array_add(power->followers, task);
    }
}

bool bmc_power_follow_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

bool bmc_power_request_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}
