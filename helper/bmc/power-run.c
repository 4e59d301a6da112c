/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Carrying out a request: what comes before an operation of the machine, the
 * operation, and what follows from its end.
 */
#include "osdep.h"

#include "bmc/power-priv.h"

#include "bmc/event-source.h"
#include "bmc/power-table.h"
#include "util/error.h"

static void complete(GPtrArray **tasks, const GError *err)
{
    g_autoptr(GPtrArray) done = *tasks;
    unsigned i;

    *tasks = g_ptr_array_new_with_free_func(g_object_unref);
    for (i = 0; i < done->len; i++) {
        GTask *task = g_ptr_array_index(done, i);

        if (err) {
            g_task_return_error(task, g_error_copy(err));
        } else {
            g_task_return_boolean(task, true);
        }
    }
}

void power_complete_waiters(BmcPowerControl *power, const GError *err)
{
    complete(&power->waiters, err);
    if (!power->asked) {
        complete(&power->followers, err);
    }
}

void power_complete_followers(BmcPowerControl *power, const GError *err)
{
    complete(&power->followers, err);
}

void power_renounce(BmcPowerControl *power)
{
    g_cancellable_cancel(power->cancellable);
    g_object_unref(power->cancellable);
    power->cancellable = g_cancellable_new();
    clock_timer_stop(&power->interval_timer);
    power->stage = STAGE_IDLE;
}

static void interval_timed_out(void *opaque)
{
    power_interval_over(opaque);
}

void power_interval_over(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    g_autoptr(GError) err = NULL;

    if (bmc->machine->state == MACHINE_STATE_UNKNOWN) {
        g_message("power: the power cycle goes on when QEMU answers again");
        err = g_error_new(BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                          "QEMU does not answer");
        power_complete_waiters(power, err);
        return;
    }
    power->stage = STAGE_IDLE;
    if (machine_state_is_off(bmc->machine->state)) {
        power_start_op(bmc, MACHINE_OP_START);
    } else {
        /* Somebody else has been quicker */
        power_complete_waiters(power, NULL);
    }
    power_tell_state(bmc);
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
                          bmc->power_cycle_interval_ms, interval_timed_out,
                          bmc);
        return false;
    }
    if ((power->op == MACHINE_OP_START && power->from_off) ||
        power->op == MACHINE_OP_RESET) {
        power_events_restarted(bmc);
    }
    if ((power->op == MACHINE_OP_START || power->op == MACHINE_OP_RESET) &&
        power->from_gone &&
        bmc_boot_needs_reset(bmc)) {
        /* The new process has begun with the order of its command line */
        power_start_op(bmc, MACHINE_OP_RESET);
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

/*
 * Returns true if that is not the end of it: a process of our own that hangs
 * is ended, and what was acknowledged is carried out when QEMU answers again.
 */
static bool op_lost(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;

    if (bmc->machine->state != MACHINE_STATE_UNKNOWN) {
        return false;
    }
    if (power->op == MACHINE_OP_STOP && !power->ending &&
        bmc->machine->can_end_process) {
        power->ending = true;
        power_start_op(bmc, MACHINE_OP_STOP);
        return true;
    }
    power->owed = power->acknowledged && !power->ending;
    return false;
}

static void op_failed(Bmc *bmc, const GError *err)
{
    BmcPowerControl *power = bmc->power;
    g_autofree char *text = g_strdup_printf(
        "%s failed: %s%s", power_action_to_string(power->request.action),
        err->message, power->owed ? "; it is carried out when QEMU answers" :
        "");

    g_message("power: %s", text);
    if (power->op == MACHINE_OP_START || power->op == MACHINE_OP_STOP ||
        power->op == MACHINE_OP_RESET) {
        *text = g_ascii_toupper(*text);
        event_source_power_failed(bmc, text);
    }
    if (power->op == MACHINE_OP_BUTTON) {
        power_stop_asking(power);
    }
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
    if (!ok && op_lost(bmc)) {
        return;
    }
    if (power->op == MACHINE_OP_START || power->op == MACHINE_OP_STOP) {
        power->failed = !ok;
    }
    if (ok && op_succeeded(bmc)) {
        return;
    }
    if (!ok) {
        op_failed(bmc, err);
    }
    power_complete_waiters(power, err);
    power_events_follow(bmc);
    power_tell_state(bmc);
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

void power_start_op(Bmc *bmc, MachineOp op)
{
    BmcPowerControl *power = bmc->power;

    power->op = op;
    power->from_off = machine_state_is_off(bmc->machine->state);
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
