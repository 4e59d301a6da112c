/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reset of the BMC. */
#include "osdep.h"

#include "bmc/restart.h"

#include "bmc/bmc-priv.h"

/*
 * BmcRestarts: resets of the BMC.
 *
 * @timer: one is about to come
 * @next: it
 * @when: bmc_restart_time()
 */
struct BmcRestarts {
    NotifierList notifiers;
    ClockTimer *timer;
    BmcRestart next;
    int64_t when;
};

void bmc_restarts_new(Bmc *bmc)
{
    bmc->restarts = g_new0(BmcRestarts, 1);
    bmc->restarts->when = g_get_real_time();
}

void bmc_restarts_free(Bmc *bmc)
{
    if (!bmc->restarts) {
        return;
    }
    clock_timer_stop(&bmc->restarts->timer);
    while (bmc->restarts->notifiers.first) {
        notifier_remove(bmc->restarts->notifiers.first);
    }
    g_clear_pointer(&bmc->restarts, g_free);
}

static void restart_now(void *opaque)
{
    Bmc *bmc = opaque;
    BmcRestart restart = bmc->restarts->next;

    bmc->restarts->next = (BmcRestart) { 0 };
    notifier_list_notify(&bmc->restarts->notifiers, &restart);
    bmc->restarts->when = g_get_real_time();
    bmc_restart(bmc, restart.cold);
}

void bmc_restart_later(Bmc *bmc, bool cold, const BmcOrigin *origin)
{
    BmcRestarts *restarts = bmc->restarts;
    g_autofree char *who = bmc_origin_to_string(origin);

    g_message("%s reset of the BMC by %s", cold ? "cold" : "warm", who);
    if (cold) {
        restarts->next.cold = true;
        restarts->next.asked_ms = clock_now_ms(bmc->clock);
    }
    clock_timer_start(bmc->clock, &restarts->timer, BMC_RESTART_DELAY_MS,
                      restart_now, bmc);
}

NotifierList *bmc_restart_notifiers(Bmc *bmc)
{
    return &bmc->restarts->notifiers;
}

int64_t bmc_restart_time(const Bmc *bmc)
{
    return bmc->restarts->when;
}
