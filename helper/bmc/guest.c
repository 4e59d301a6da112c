/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The software in the machine. */
#include "osdep.h"

#include "bmc/guest.h"

#include "bmc/bmc-priv.h"
#include "bmc/machine-parts.h"
#include "bmc/power.h"

/* An agent that is well answers within some ten ms. */
#define REFRESH_MAX_MS 250
/* Each answer costs the guest something. */
#define REFRESH_AGAIN_MS 1000

/*
 * BmcGuest: what is known.
 *
 * @from_start: the machine was seen off, or being reset
 * @running: the operating system has been seen since the last start or reset
 * @since: when, microseconds since 1970, if that start or reset was seen too
 * @boot_us: from that to @since
 * @busy: the agent is being asked, since @asked_ms
 * @asked: it was
 * @waiters: GTasks
 */
struct BmcGuest {
    bool from_start;
    bool running;
    int64_t since;
    int64_t boot_us;
    bool busy;
    bool asked;
    int64_t asked_ms;
    GPtrArray *waiters;
    ClockTimer *timer;
    GCancellable *cancellable;
};

static void forget(Bmc *bmc)
{
    bmc->guest->running = false;
    bmc->guest->since = 0;
    bmc->guest->boot_us = -1;
}

static void seen(Bmc *bmc)
{
    int64_t restart = bmc_power_last_restart_event(bmc)->when;
    BmcGuest *guest = bmc->guest;

    guest->running = true;
    if (restart && guest->from_start) {
        guest->since = g_get_real_time();
        guest->boot_us = MAX(guest->since - restart, 0);
    }
}

void bmc_guest_machine_event(Bmc *bmc, const MachineEvent *event)
{
    bool was = bmc->guest->running;

    if (event->type == MACHINE_EVENT_GUEST) {
        if (bmc->machine->guest && !was) {
            seen(bmc);
        }
        bmc_changed(bmc, BMC_PART_GUEST);
        return;
    }
    if (event->type == MACHINE_EVENT_RESET ||
        (event->type == MACHINE_EVENT_STATE &&
         machine_state_is_off(bmc->machine->state))) {
        forget(bmc);
        bmc->guest->from_start = true;
        if (was) {
            bmc_changed(bmc, BMC_PART_GUEST);
        }
    }
}

const MachineGuest *bmc_guest(const Bmc *bmc)
{
    return bmc->machine->guest;
}

BmcBootProgress bmc_guest_boot_progress(const Bmc *bmc)
{
    if (machine_state_is_off(bmc->machine->state)) {
        return BMC_BOOT_PROGRESS_NONE;
    }
    return bmc->guest->running && bmc->machine->connected ?
           BMC_BOOT_PROGRESS_RUNNING : BMC_BOOT_PROGRESS_UNKNOWN;
}

int64_t bmc_guest_running_since(const Bmc *bmc)
{
    return bmc->guest->since;
}

double bmc_guest_boot_seconds(const Bmc *bmc)
{
    return bmc->guest->boot_us < 0 ? -1 :
           bmc->guest->boot_us / (double)G_USEC_PER_SEC;
}

static void tell_waiters(BmcGuest *guest)
{
    g_autoptr(GPtrArray) waiters = guest->waiters;

    guest->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    clock_timer_stop(&guest->timer);
    for (guint i = 0; i < waiters->len; i++) {
        g_task_return_boolean(waiters->pdata[i], true);
    }
}

static void waited_enough(void *opaque)
{
    tell_waiters(opaque);
}

static void refreshed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    machine_refresh_guest_finish(res, &err);
    if (!g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        bmc->guest->busy = false;
        bmc->guest->asked_ms = clock_now_ms(bmc->clock);
        tell_waiters(bmc->guest);
    }
}

bool bmc_guest_is_fresh(const Bmc *bmc)
{
    const BmcGuest *guest = bmc->guest;
    int64_t age = clock_now_ms(bmc->clock) - guest->asked_ms;

    if (!bmc->machine->connected ||
        bmc->machine->state != MACHINE_STATE_RUNNING) {
        return true;
    }
    if (guest->busy) {
        return age >= REFRESH_MAX_MS;
    }
    return guest->asked && age < REFRESH_AGAIN_MS;
}

void bmc_guest_refresh_async(Bmc *bmc, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    BmcGuest *guest = bmc->guest;

    g_task_set_source_tag(task, bmc_guest_refresh_async);
    if (bmc_guest_is_fresh(bmc)) {
        g_task_return_boolean(task, true);
        g_object_unref(task);
        return;
    }
    g_ptr_array_add(guest->waiters, task);
    if (guest->busy) {
        return;
    }
    guest->busy = true;
    guest->asked = true;
    guest->asked_ms = clock_now_ms(bmc->clock);
    clock_timer_start(bmc->clock, &guest->timer, REFRESH_MAX_MS,
                      waited_enough, guest);
    machine_refresh_guest_async(bmc->machine, guest->cancellable, refreshed,
                                bmc);
}

bool bmc_guest_refresh_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void bmc_guest_new(Bmc *bmc)
{
    bmc->guest = g_new0(BmcGuest, 1);
    bmc->guest->cancellable = g_cancellable_new();
    bmc->guest->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    forget(bmc);
    bmc->guest->from_start = machine_state_is_off(bmc->machine->state);
}

void bmc_guest_free(Bmc *bmc)
{
    BmcGuest *guest = bmc->guest;

    if (!guest) {
        return;
    }
    g_cancellable_cancel(guest->cancellable);
    clock_timer_stop(&guest->timer);
    for (guint i = 0; i < guest->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(guest->waiters->pdata[i]));
    }
    g_ptr_array_unref(guest->waiters);
    g_object_unref(guest->cancellable);
    g_clear_pointer(&bmc->guest, g_free);
}
