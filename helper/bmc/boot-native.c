/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot override that a patched QEMU has itself. It is exact: QEMU knows
 * when firmware reads the boot order, and drops an override for one boot
 * within the next reset. What remains to be done here is to find the truth
 * again whenever QEMU was out of sight. QEMU tells what it has, and a record
 * on disk what we have given it, and which process that was:
 *
 * - the record is made durable before QEMU is told, as "arming", and before
 *   whoever has asked for the override is told that it is set, as "armed";
 * - armed in this process, and there is none: a boot has used it, and a later
 *   reset has dropped it;
 * - armed in another process, or arming: it is set (again).
 *
 * What others do to the override counts, as if they had asked us: another
 * QMP client, a snapshot that is loaded, a migration that arrives.
 */
#include "osdep.h"

#include "bmc/boot-native.h"

#include "bmc/boot-plan.h"
#include "util/crash-point.h"
#include "util/error.h"

/**
 * BootNative: what was done with QEMU's override.
 *
 * @phase: what
 * @device: (nullable): MachineBootDevice.path
 * @persistent: for all boots
 * @process: (nullable): MachineOverride.process of that QEMU
 * @followed: somebody else has set it
 * @in_charge: the override that is wanted is QEMU's
 * @to_set: the round that is under way is to set it
 * @refused: this machine can have none
 * @seen: QEMU's override was looked at since QEMU answers
 * @came_along: it was there by then
 * @booting: the machine was reset with it, and firmware has yet to read it
 */
struct BootNative {
    BootPhase phase;
    char *device;
    bool persistent;
    char *process;
    bool followed;
    bool in_charge;
    bool to_set;
    bool refused;
    bool seen;
    bool came_along;
    bool booting;
};

BootVerdict boot_native_judge(const BootNativeView *view)
{
    const MachineOverride *now = view->now;
    bool same = view->device && machine_override_is_of(now, view->device) &&
                now->persistent == view->persistent;
    bool ours = view->phase == BOOT_PHASE_ARMED && view->device &&
                !g_strcmp0(view->set_device, view->device) &&
                view->set_persistent == view->persistent;
    bool is_set = now->state == MACHINE_OVERRIDE_ARMED ||
                  (now->state == MACHINE_OVERRIDE_CONSUMED &&
                   now->persistent);

    if (!view->device) {
        if (!is_set) {
            return BOOT_VERDICT_FINE;
        }
        if (view->phase != BOOT_PHASE_NONE && view->set_device &&
            machine_override_is_of(now, view->set_device) &&
            now->persistent == view->set_persistent) {
            return BOOT_VERDICT_CLEAR;
        }
        return view->known && !view->wanted ? BOOT_VERDICT_FOLLOW :
               BOOT_VERDICT_FINE;
    }
    if (same && is_set) {
        /*
         * The same once more is set again: else a boot that has begun
         * already could use it up.
         */
        return view->phase == BOOT_PHASE_ARMED ||
               view->phase == BOOT_PHASE_ARMING ? BOOT_VERDICT_FINE :
               BOOT_VERDICT_SET;
    }
    if (same) {
        return ours ? BOOT_VERDICT_CONSUMED : BOOT_VERDICT_SET;
    }
    if (!ours || !view->same_process) {
        return BOOT_VERDICT_SET;
    }
    if (now->state != MACHINE_OVERRIDE_NONE) {
        return view->known ? BOOT_VERDICT_FOLLOW : BOOT_VERDICT_SET;
    }
    if (!view->there) {
        return BOOT_VERDICT_SET;
    }
    return view->attached && !view->persistent ? BOOT_VERDICT_CONSUMED :
           BOOT_VERDICT_CLEARED;
}

static void forget(BootNative *native)
{
    native->phase = BOOT_PHASE_NONE;
    native->persistent = false;
    native->followed = false;
    native->booting = false;
    g_clear_pointer(&native->device, g_free);
    g_clear_pointer(&native->process, g_free);
}

static void record(Bmc *bmc, BootPhase phase, const char *device,
                   bool persistent)
{
    BootNative *native = bmc->boot->native;
    char *copy = g_strdup(device);

    forget(native);
    native->phase = phase;
    native->device = copy;
    native->persistent = persistent;
    native->process = g_strdup(bmc->machine->override.process);
}

/* QEMU names what has the index, which can be below the device. */
static int find_device(const BmcBootControl *boot,
                       const MachineOverride *override)
{
    unsigned i;

    for (i = 0; boot->devices && i < boot->devices->len; i++) {
        const MachineBootDevice *device = boot->devices->pdata[i];

        if (machine_override_is_of(override, device->path)) {
            return i;
        }
    }
    return -1;
}

static int find_set_device(const BmcBootControl *boot)
{
    unsigned i;

    for (i = 0; boot->devices && i < boot->devices->len; i++) {
        const MachineBootDevice *device = boot->devices->pdata[i];

        if (!g_strcmp0(device->path, boot->native->device)) {
            return i;
        }
    }
    return -1;
}

static BootVerdict judge(Bmc *bmc, int position)
{
    const BmcBootControl *boot = bmc->boot;
    const BootNative *native = boot->native;
    const MachineOverride *now = &bmc->machine->override;
    const MachineBootDevice *device =
        position >= 0 ? boot->devices->pdata[position] : NULL;
    int set = find_set_device(boot);
    BootNativeView view = {
        .device = device ? device->path : NULL,
        .wanted = boot_wanted_target(boot) != BMC_BOOT_NONE &&
                  boot->boot.target != BMC_BOOT_SETUP,
        .persistent = boot->boot.enabled == BMC_BOOT_CONTINUOUS,
        .phase = native->phase,
        .set_device = native->device,
        .set_persistent = native->persistent,
        .same_process = native->process &&
                        !g_strcmp0(native->process, now->process),
        .there = set >= 0 && boot->current[set] >= 0,
        .known = find_device(boot, now) >= 0,
        .attached = !native->seen,
        .now = now,
    };

    return boot_native_judge(&view);
}

static void consumed(Bmc *bmc, const char *why)
{
    BmcBootControl *boot = bmc->boot;

    forget(boot->native);
    boot_consume(bmc, why);
    boot_end_used(bmc);
    if (boot->boot.enabled != BMC_BOOT_DISABLED) {
        /* Kept: the next boot is to use it, too */
        boot->applied = false;
        boot_sync_start(bmc);
    }
    boot_store_save(bmc);
}

/* What others have set is wanted as if they had asked us. */
static void follow(Bmc *bmc)
{
    const MachineOverride *now = &bmc->machine->override;
    BmcBootControl *boot = bmc->boot;
    int position = find_device(boot, now);
    const MachineBootDevice *device = boot->devices->pdata[position];

    if (now->state == MACHINE_OVERRIDE_CONSUMED && !now->persistent) {
        forget(boot->native);
        boot_drop(bmc, "was replaced by somebody else, with what a boot has "
                  "used already");
        return;
    }
    boot_follow(bmc, now->persistent ? BMC_BOOT_CONTINUOUS : BMC_BOOT_ONCE,
                device);
    record(bmc, BOOT_PHASE_ARMED, device->path, now->persistent);
    boot->native->followed = true;
    boot->again = true;
    boot_store_save(bmc);
}

/* QEMU has what is wanted, or what is not wanted is gone. */
static void settle_record(Bmc *bmc, int position)
{
    const char *process = bmc->machine->override.process;
    BootNative *native = bmc->boot->native;

    if (position < 0 && native->phase != BOOT_PHASE_NONE) {
        forget(native);
        boot_store_save(bmc);
    } else if (position >= 0 && (native->phase != BOOT_PHASE_ARMED ||
                                 g_strcmp0(native->process, process))) {
        /* It may have come into this process by migration */
        native->phase = BOOT_PHASE_ARMED;
        g_free(native->process);
        native->process = g_strdup(process);
        boot_store_save(bmc);
    }
}

BootNative *boot_native_new(void)
{
    return g_new0(BootNative, 1);
}

void boot_native_free(BootNative *native)
{
    if (native) {
        forget(native);
        g_free(native);
    }
}

void boot_native_save(const BootNative *native, JsonObject *section)
{
    if (native->phase == BOOT_PHASE_NONE) {
        return;
    }
    json_object_set_int_member(section, "override-phase", native->phase);
    json_object_set_string_member(section, "override-device",
                                  native->device);
    json_object_set_boolean_member(section, "override-persistent",
                                   native->persistent);
    json_object_set_boolean_member(section, "override-followed",
                                   native->followed);
    if (native->process) {
        json_object_set_string_member(section, "override-process",
                                      native->process);
    }
}

void boot_native_load(BootNative *native, PersistReader *r)
{
    const char *device;
    const char *process;
    int64_t phase;

    if (!persist_read_int(r, "override-phase", BOOT_PHASE_NONE,
                          BOOT_PHASE__MAX - 1, &phase) ||
        !persist_read_string(r, "override-device", &device)) {
        return;
    }
    native->phase = phase;
    native->device = g_strdup(device);
    persist_read_bool(r, "override-persistent", &native->persistent);
    persist_read_bool(r, "override-followed", &native->followed);
    if (persist_read_string(r, "override-process", &process)) {
        native->process = g_strdup(process);
    }
}

int boot_native_position(const BmcBootControl *boot, int position)
{
    const BootNative *native = boot->native;
    int set = native->followed && native->phase == BOOT_PHASE_ARMED ?
              find_set_device(boot) : -1;

    if (set >= 0 && !boot_is_one_device(boot->boot.target) &&
        boot_device_target(boot->devices->pdata[set]) ==
        boot->boot.target) {
        return set;
    }
    return position;
}

BootNativePlan boot_native_plan(Bmc *bmc, int position)
{
    BmcBootControl *boot = bmc->boot;
    BootNative *native = boot->native;
    BootVerdict verdict;

    native->to_set = false;
    native->in_charge = false;
    if (!bmc->machine->has_override && native->phase != BOOT_PHASE_NONE) {
        /* It was another QEMU that had it */
        forget(native);
        boot_store_save(bmc);
    }
    if (!bmc->machine->has_override || native->refused) {
        return BOOT_NATIVE_INDICES;
    }
    if (!native->seen) {
        g_message("boot override: QEMU has one itself, which is used");
    }
    verdict = judge(bmc, position);
    if (!native->seen) {
        native->came_along = verdict == BOOT_VERDICT_FINE && position >= 0;
    }
    native->seen = true;
    switch (verdict) {
    case BOOT_VERDICT_CLEAR:
        return BOOT_NATIVE_CLEAR;
    case BOOT_VERDICT_CONSUMED:
        g_message("boot override: a boot has used it while nobody looked");
        consumed(bmc, "QEMU has dropped it");
        return BOOT_NATIVE_AGAIN;
    case BOOT_VERDICT_FOLLOW:
        follow(bmc);
        return BOOT_NATIVE_AGAIN;
    case BOOT_VERDICT_CLEARED:
        forget(native);
        boot_drop(bmc, "was cleared by somebody else");
        return BOOT_NATIVE_AGAIN;
    case BOOT_VERDICT_SET:
        native->to_set = true;
        break;
    case BOOT_VERDICT_FINE:
        if (native->came_along) {
            /* What runs was booted with it, as far as anybody can tell */
            boot->late = false;
            boot->dirty = boot->dirty &&
                          bmc->machine->state != MACHINE_STATE_RUNNING;
        }
        settle_record(bmc, position);
        break;
    }
    if (position < 0) {
        return BOOT_NATIVE_INDICES;
    }
    native->in_charge = true;
    boot->latched = false;
    return BOOT_NATIVE_OVERRIDE;
}

void boot_native_index(const BmcBootControl *boot, int position,
                       int32_t *wanted)
{
    int32_t last = -1;
    unsigned i;

    if (wanted[position] >= 0) {
        return;
    }
    for (i = 0; i < boot->devices->len; i++) {
        last = MAX(last, wanted[i]);
    }
    if (last < 0) {
        boot_plan_explicit(boot->devices, wanted);
    } else if (last < INT32_MAX) {
        wanted[position] = last + 1;
    } else {
        boot_plan_first(boot->devices, boot->original, position, wanted);
    }
}

static void was_set(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    bool ok = machine_set_override_finish(res, &err);
    BootNative *native;
    Bmc *bmc = opaque;

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    native = bmc->boot->native;
    if (ok && (native->phase == BOOT_PHASE_ARMING ||
               native->phase == BOOT_PHASE_ARMED)) {
        /* The event that came before may have told already */
        native->phase = BOOT_PHASE_ARMED;
        bmc->boot->reset_early = false;
        crash_point("boot: override set, not recorded");
        boot_store_save(bmc);
    }
    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_FAILED)) {
        g_message("boot override: QEMU's own cannot be used, boot indices "
                  "are instead: %s", err->message);
        native->refused = true;
        native->in_charge = false;
        forget(native);
        boot_store_save(bmc);
    }
    boot_sync_override_done(bmc, err);
}

static void set_recorded(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;
    BootNative *native;

    if (!persist_flush_finish(res, &err)) {
        if (!bmc_error_is_cancelled(err)) {
            boot_sync_override_done(bmc, err);
        }
        return;
    }
    native = bmc->boot->native;
    if (native->phase != BOOT_PHASE_ARMING || !bmc->machine->has_override) {
        /* Something else is wanted since, or QEMU has gone */
        bmc->boot->again = true;
        boot_sync_override_done(bmc, NULL);
        return;
    }
    crash_point("boot: override recorded, not set");
    machine_set_override_async(bmc->machine, native->device,
                               native->persistent, bmc->boot->cancellable,
                               was_set, bmc);
}

bool boot_native_set(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    const MachineBootDevice *device;
    int position;

    if (!boot->native->to_set || boot->again) {
        return false;
    }
    boot->native->to_set = false;
    position = boot_sync_position(boot);
    if (position < 0) {
        return false;
    }
    device = boot->devices->pdata[position];
    record(bmc, BOOT_PHASE_ARMING, device->path,
           boot->boot.enabled == BMC_BOOT_CONTINUOUS);
    boot_store_save(bmc);
    persist_flush_async(bmc->persist, 0, boot->cancellable, set_recorded,
                        bmc);
    return true;
}

static void was_cleared(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    bool ok = machine_set_override_finish(res, &err);
    Bmc *bmc = opaque;

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    if (ok) {
        forget(bmc->boot->native);
        boot_store_save(bmc);
    }
    boot_sync_override_cleared(bmc, err);
}

static void clear_recorded(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    if (persist_flush_finish(res, &err)) {
        crash_point("boot: override not wanted, not cleared");
        machine_set_override_async(bmc->machine, NULL, false,
                                   bmc->boot->cancellable, was_cleared, bmc);
    } else if (!bmc_error_is_cancelled(err)) {
        boot_sync_override_cleared(bmc, err);
    }
}

void boot_native_clear(Bmc *bmc)
{
    persist_flush_async(bmc->persist, 0, bmc->boot->cancellable,
                        clear_recorded, bmc);
}

void boot_native_event(Bmc *bmc)
{
    const MachineOverride *now = &bmc->machine->override;
    BmcBootControl *boot = bmc->boot;
    BootNative *native = boot->native;
    bool ours = native->device &&
                machine_override_is_of(now, native->device) &&
                now->persistent == native->persistent;

    if (!bmc->machine->has_override || native->refused || !native->seen) {
        return;
    }
    if (now->state != MACHINE_OVERRIDE_CONSUMED) {
        /* Where a reset has changed it, the RESET event is to come */
        boot->dirty = true;
    }
    if (ours && now->state == MACHINE_OVERRIDE_ARMED &&
        (native->phase == BOOT_PHASE_ARMING ||
         native->phase == BOOT_PHASE_ARMED)) {
        native->phase = BOOT_PHASE_ARMED;
        return;
    }
    if (ours && now->state == MACHINE_OVERRIDE_CONSUMED &&
        native->phase == BOOT_PHASE_ARMED) {
        native->booting = false;
        if (!now->persistent) {
            consumed(bmc, "firmware has read the boot order");
        }
        return;
    }
    if (native->phase == BOOT_PHASE_NONE &&
        (now->state == MACHINE_OVERRIDE_NONE ||
         (now->state == MACHINE_OVERRIDE_CONSUMED && !now->persistent))) {
        return;
    }
    boot_sync_start(bmc);
}

void boot_native_lost(BmcBootControl *boot)
{
    boot->native->seen = false;
    boot->native->refused = false;
    boot->native->in_charge = false;
    boot->native->booting = false;
}

void boot_native_wish_changed(BmcBootControl *boot)
{
    if (boot->native->phase != BOOT_PHASE_NONE) {
        boot->native->phase = BOOT_PHASE_STALE;
    }
    boot->native->followed = false;
    boot->native->booting = false;
}

bool boot_native_tells(const BmcBootControl *boot)
{
    return boot->native->in_charge;
}

void boot_native_boots(Bmc *bmc)
{
    bmc->boot->native->booting = true;
    boot_expiry_follow(bmc);
}

bool boot_native_is_booting(const BmcBootControl *boot)
{
    return boot->native->booting;
}

bool boot_native_is_left(const BmcBootControl *boot)
{
    return boot->native->phase != BOOT_PHASE_NONE;
}
