/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An override that was set before QEMU was there, and a QEMU that somebody
 * else has started: its first boot does not use the override. What then is
 * to happen is a setting, [boot] late-apply.
 *
 * Nobody must lose what runs in the guest for that. So a machine is reset
 * only if its QEMU process is one that no helper with this state has seen
 * before, and is so young that hardly anything but its firmware can have run.
 * A process is known by its id and the time of its start. When its first boot
 * is over cannot be told: QEMU does not say what a guest has done before
 * anybody looked, hence the limit of time. Where the process cannot be seen,
 * as over TCP or in another pid namespace, a restarted helper looks like a
 * new QEMU: there the override counts for the next reset.
 */
#include "osdep.h"

#include "bmc/boot-priv.h"
#include "util/crash-point.h"

/* A slow host takes some seconds to bring us together with a new QEMU. */
#define YOUNG_US (60 * G_USEC_PER_SEC)
/* The time of a start is worked out anew with each look. */
#define SAME_START_US (10 * G_USEC_PER_SEC)

static bool is_known_process(const BmcBootControl *boot,
                             const MachineInfo *info)
{
    return boot->process_pid == info->pid &&
           ABS(boot->process_started - info->started) < SAME_START_US;
}

/* Is never true of a process whose start is not known, or lies ahead. */
static bool is_young(const BmcBootControl *boot)
{
    int64_t age = g_get_real_time() - boot->process_started;

    return age > -SAME_START_US && age < YOUNG_US;
}

static void reset_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    /* The hub may be gone */
    if (!g_task_propagate_boolean(G_TASK(res), &err) &&
        !g_error_matches(err, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        g_message("boot override: the machine could not be reset, so that it "
                  "counts for the next reset: %s", err->message);
    }
}

static void reset_machine(Bmc *bmc)
{
    BmcOrigin origin = {
        .channel = BMC_CHANNEL_INTERNAL,
    };

    crash_point("boot: late, about to be reset");
    bmc_power_request_async(bmc, BMC_POWER_FORCE_RESTART, &origin, NULL,
                            reset_done, NULL);
}

/* The machine runs, and has begun without the override. */
static void apply_late(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    bool once = boot->boot.enabled == BMC_BOOT_ONCE;
    const char *what = boot_target_name(boot, boot->boot.target);

    if (bmc->boot_late == BMC_BOOT_LATE_NEVER && once) {
        boot_drop(bmc, "was dropped: somebody else has started QEMU without "
                  "it (late-apply=never)");
    } else if (bmc->boot_late == BMC_BOOT_LATE_RESET && is_young(boot)) {
        g_message("boot override: %s %s: somebody else has started QEMU "
                  "without it: resetting the machine (late-apply=reset)",
                  what, once ? "once" : "always");
        reset_machine(bmc);
    } else if (bmc->boot_late == BMC_BOOT_LATE_RESET) {
        g_message("boot override: %s %s: somebody else has started QEMU "
                  "without it, too long ago to reset the machine for that: "
                  "it counts for the next reset", what,
                  once ? "once" : "always");
    } else {
        g_message("boot override: %s %s: somebody else has started QEMU "
                  "without it: it counts for the next reset "
                  "(late-apply=%s)", what, once ? "once" : "always",
                  bmc->boot_late == BMC_BOOT_LATE_NEVER ? "never" : "next");
    }
}

static void decide(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (!boot->late || !boot->applied ||
        bmc->machine->state != MACHINE_STATE_RUNNING) {
        return;
    }
    boot->late = false;
    if (boot->latched) {
        return;
    }
    if (boot->dirty || boot->boot.target == BMC_BOOT_SETUP) {
        apply_late(bmc);
    } else {
        /* Its target comes first without it, too */
        boot_latch(bmc);
    }
}

static void in_place(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    if (g_task_propagate_boolean(G_TASK(res), &err)) {
        decide(opaque);
    }
}

void boot_late_follow(Bmc *bmc)
{
    const MachineInfo *info = &bmc->machine->info;
    BmcBootControl *boot = bmc->boot;

    if (!bmc->machine->connected || !info->pid || !info->started ||
        is_known_process(boot, info)) {
        decide(bmc);
        return;
    }
    boot->process_pid = info->pid;
    boot->process_started = info->started;
    if (boot->latch_loaded) {
        /* The boot that it was about is over, nobody knows how */
        boot->latched = false;
        boot->latch_loaded = false;
        clock_timer_stop(&boot->settle_timer);
    }
    boot_store_save(bmc);
    boot->late = boot_wanted_target(boot) != BMC_BOOT_NONE && !boot->latched;
    if (boot->late) {
        bmc_boot_quiesce_async(bmc, boot->cancellable, in_place, bmc);
    }
}
