/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When an override for one boot is used up, where QEMU does not tell: one
 * with an override of its own does (boot-native.c).
 *
 * "Once" is consumed by a boot, whoever starts it. QEMU does not tell when
 * firmware reads the boot order, only of resets, and those are not boots:
 * SeaBIOS resets the machine once or twice more within 50 ms of a warm
 * reset, and an order put back before that would be the one that counts. So
 * a reset, or a start from off with the order in place, latches the
 * override, and it is consumed when the machine has then run for SETTLE_MS
 * without another reset; the clock stands still while the machine does. It
 * is consumed earlier when the guest powers off, which firmware never does.
 * Otherwise a machine that is interrupted sooner keeps it, however far it may
 * have come (on a busy host SeaBIOS takes a second): an override that applies
 * twice is annoying, one that is lost breaks a deployment. For the same
 * reason the reset that is part of a force off, after which nothing runs,
 * consumes nothing.
 */
#include "osdep.h"

#include "bmc/boot-native.h"
#include "bmc/boot-priv.h"
#include "bmc/boot-setup.h"
#include "bmc/event-source.h"
#include "util/crash-point.h"
#include "util/error.h"

#define SETTLE_MS 2000

/* Lets the next boot use it again. */
static void unlatch(Bmc *bmc)
{
    g_message("boot override: %s once: kept, since parameter 3 says so",
              boot_target_name(bmc->boot, bmc->boot->boot.target));
    bmc->boot->latched = false;
    clock_timer_stop(&bmc->boot->settle_timer);
    boot_store_save(bmc);
    boot_expiry_follow(bmc);
}

static void settled(void *opaque)
{
    Bmc *bmc = opaque;

    bmc->boot->settle_left_ms = 0;
    crash_point("boot: settled");
    boot_consume(bmc, "the machine has booted");
}

static int64_t settle_ran_ms(const Bmc *bmc)
{
    const BmcBootControl *boot = bmc->boot;
    int64_t left = boot->settle_left_ms;

    if (boot->settle_timer) {
        left -= clock_now_ms(bmc->clock) - boot->settle_since_ms;
    }
    return SETTLE_MS - left;
}

static void use_is_kept(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    persist_flush_finish(res, &err);
    if (!bmc_error_is_cancelled(err)) {
        crash_point("boot: used up, not put back");
        bmc->boot->busy = false;
        boot_sync_start(bmc);
    }
}

/*
 * Until QEMU has the order from before, the next reset would use the override
 * once more, and nobody is told otherwise. That it is used up is written down
 * first: what is half put back must not be armed again.
 */
void boot_consume(Bmc *bmc, const char *why)
{
    const BmcPowerEvent *start = bmc_power_last_restart_event(bmc);
    BmcBootControl *boot = bmc->boot;

    if (boot_cause_keeps(bmc, start->cause, start->action)) {
        unlatch(bmc);
        return;
    }
    g_info("boot override: %s once: used up: %s",
           boot_target_name(boot, boot->boot.target), why);
    boot->used_up = true;
    boot->latched = false;
    boot->applied = false;
    clock_timer_stop(&boot->settle_timer);
    boot_store_save(bmc);
    if (boot->busy) {
        boot_sync_start(bmc);
    } else {
        boot->busy = true;
        persist_flush_async(bmc->persist, 0, boot->cancellable, use_is_kept,
                            bmc);
    }
}

void boot_end_used(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    bool applied = boot->applied;
    BmcBoot used = boot->boot;

    if (!boot->used_up) {
        return;
    }
    g_message("boot override: %s once: consumed",
              boot_target_name(boot, used.target));
    boot_tell(bmc, EVENT_BOOT_CONSUMED, &used, "was consumed");
    boot_want(bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    /* The order that is set has been put in place already */
    boot->applied = applied;
    bmc_changed(bmc, BMC_PART_BOOT);
}

void boot_latch(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (boot->used_up) {
        return;
    }
    if (boot->boot.target == BMC_BOOT_SETUP && boot->applied) {
        boot_setup_begin(bmc);
    }
    if (boot->boot.enabled != BMC_BOOT_ONCE || !boot->applied) {
        boot->reset_early = !boot->setters->len;
        return;
    }
    boot->reset_early = false;
    boot->latch_loaded = false;
    if (boot->boot.target != BMC_BOOT_SETUP && boot_native_tells(boot)) {
        boot_native_boots(bmc);
        return;
    }
    crash_point("boot: about to be latched");
    if (!boot->latched) {
        boot->latched = true;
        boot_store_save(bmc);
        /* A helper that is killed now must not forget it. */
        persist_flush_async(bmc->persist, 0, boot->cancellable, NULL, NULL);
    }
    crash_point("boot: latched");
    boot_settle_begin(bmc);
    boot_expiry_follow(bmc);
}

/* For the firmware's setup boot-setup.c says when it is over. */
void boot_settle_follow(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    bool running = bmc->machine->state == MACHINE_STATE_RUNNING;

    if (boot->settle_timer && !running) {
        boot->settle_left_ms = SETTLE_MS - settle_ran_ms(bmc);
        clock_timer_stop(&boot->settle_timer);
    } else if (!boot->settle_timer && running && boot->latched &&
               boot->applied && boot->boot.target != BMC_BOOT_SETUP) {
        boot->settle_since_ms = clock_now_ms(bmc->clock);
        clock_timer_start(bmc->clock, &boot->settle_timer,
                          boot->settle_left_ms, settled, bmc);
    }
}

void boot_settle_begin(Bmc *bmc)
{
    clock_timer_stop(&bmc->boot->settle_timer);
    bmc->boot->settle_left_ms = SETTLE_MS;
    boot_settle_follow(bmc);
}

void bmc_boot_started(Bmc *bmc)
{
    bmc->boot->dirty = false;
    boot_latch(bmc);
}
