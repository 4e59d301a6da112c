/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot override: one state and its views. While one is set, the boot indices
 * in QEMU are changed so that its device comes first; a record of what they
 * were is made durable before the first of them is touched.
 */
#include "osdep.h"

#include "bmc/boot.h"

#include "bmc/boot-native.h"
#include "bmc/boot-plan.h"
#include "bmc/boot-priv.h"
#include "bmc/boot-setup.h"
#include "bmc/event-source.h"
#include "util/crash-point.h"
#include "util/error.h"

#define MAX_WAITERS 32

/* IPMI 2.0 table 28-14, parameter 5 */
#define FLAGS_VALID 0x80
#define FLAGS_PERSISTENT 0x40
#define FLAGS_EFI 0x20
#define FLAGS_DEVICE_MASK 0x3c
#define FLAGS_DEVICE_SHIFT 2

static const char *const target_names[BMC_BOOT_TARGET__MAX] = {
    [BMC_BOOT_NONE] = "none",
    [BMC_BOOT_PXE] = "network",
    [BMC_BOOT_HDD] = "disk",
    [BMC_BOOT_CD] = "CD",
    [BMC_BOOT_USB] = "USB device",
    [BMC_BOOT_FLOPPY] = "floppy",
    [BMC_BOOT_DEVICE] = "device",
    [BMC_BOOT_SETUP] = "firmware setup",
    [BMC_BOOT_UEFI] = "UEFI device",
};

/* IPMI 2.0 table 28-14, parameter 5, data 2: boot device selector */
static const uint8_t target_selectors[BMC_BOOT_TARGET__MAX] = {
    [BMC_BOOT_NONE] = 0,
    [BMC_BOOT_PXE] = 1,
    [BMC_BOOT_HDD] = 2,
    [BMC_BOOT_CD] = 5,
    [BMC_BOOT_USB] = 15, /* primary removable media */
    [BMC_BOOT_FLOPPY] = 15,
    [BMC_BOOT_SETUP] = 6,
};

static const BmcBootTarget kind_targets[] = {
    [MACHINE_BOOT_HDD] = BMC_BOOT_HDD,
    [MACHINE_BOOT_CD] = BMC_BOOT_CD,
    [MACHINE_BOOT_NIC] = BMC_BOOT_PXE,
    [MACHINE_BOOT_USB] = BMC_BOOT_USB,
    [MACHINE_BOOT_FLOPPY] = BMC_BOOT_FLOPPY,
};

BmcBootTarget boot_device_target(const MachineBootDevice *device)
{
    return kind_targets[device->kind];
}

/* IPMI knows kinds of devices only. */
static uint8_t selector_of(const Bmc *bmc, BmcBootTarget target)
{
    const MachineBootDevice *device;

    if (boot_is_one_device(target)) {
        device = target == BMC_BOOT_DEVICE ?
                 bmc_boot_find(bmc, bmc->boot->next) :
                 bmc_boot_find_uefi(bmc, bmc->boot->uefi);
        target = device ? boot_device_target(device) : BMC_BOOT_NONE;
    }
    return target_selectors[target];
}

/*
 * Keeps the view of IPMI in step with what is wanted. Flags that were
 * written as invalid are without effect, and stay as they were written.
 */
static void update_flags(Bmc *bmc)
{
    BmcBoot *boot = &bmc->boot->boot;
    uint8_t *flags = boot->ipmi_flags;

    if (boot->enabled == BMC_BOOT_DISABLED && !(flags[0] & FLAGS_VALID)) {
        return;
    }
    flags[0] &= ~(FLAGS_VALID | FLAGS_PERSISTENT);
    if (boot->enabled != BMC_BOOT_DISABLED) {
        flags[0] |= FLAGS_VALID;
    }
    if (boot->enabled == BMC_BOOT_CONTINUOUS) {
        flags[0] |= FLAGS_PERSISTENT;
    }
    flags[1] &= ~FLAGS_DEVICE_MASK;
    flags[1] |= selector_of(bmc, boot->target) << FLAGS_DEVICE_SHIFT;
}

static const char *enabled_name(BmcBootEnabled enabled)
{
    return enabled == BMC_BOOT_ONCE ? "once" : "always";
}

void boot_tell(Bmc *bmc, EventBoot what, const BmcBoot *boot,
               const char *end)
{
    g_autofree char *text =
        g_strdup_printf("Boot override %s %s %s",
                        boot_target_name(bmc->boot, boot->target),
                        enabled_name(boot->enabled), end);

    event_source_boot(bmc, what, selector_of(bmc, boot->target),
                      boot->enabled == BMC_BOOT_CONTINUOUS, text);
}

void boot_drop(Bmc *bmc, const char *end)
{
    BmcBoot unused = bmc->boot->boot;

    g_message("boot override: %s %s: %s",
              boot_target_name(bmc->boot, unused.target),
              enabled_name(unused.enabled), end);
    boot_tell(bmc, EVENT_BOOT_CLEARED, &unused, end);
    boot_want(bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    boot_sync_start(bmc);
    bmc_changed(bmc, BMC_PART_BOOT);
}

void boot_refused(Bmc *bmc, const GError *err)
{
    BmcBoot refused = bmc->boot->boot;
    g_autofree char *end =
        g_strdup_printf("cannot be set: %s", err->message);

    boot_tell(bmc, EVENT_BOOT_CLEARED, &refused, end);
    boot_want(bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

/* Another process starts with the indices of its command line. */
static void qemu_gone(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    boot_end_used(bmc);
    boot->applied = false;
    boot->dirty = false;
    boot->reset_early = false;
    clock_timer_stop(&boot->settle_timer);
    if (boot->records->len || boot->latched) {
        boot->latched = false;
        boot_store_clear(boot);
        boot_store_save(bmc);
    }
}

static void start_released(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    if (g_task_propagate_boolean(G_TASK(res), &err)) {
        bmc->boot->holding = false;
        machine_release(bmc->machine);
    }
}

/* A process that we start must not run before it has its boot order. */
static void hold_start(Bmc *bmc)
{
    if (bmc->boot->busy && !bmc->boot->holding) {
        bmc->boot->holding = true;
        machine_hold(bmc->machine);
        bmc_boot_quiesce_async(bmc, bmc->boot->cancellable, start_released,
                               bmc);
    }
}

static void machine_state_changed(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    bool connected = bmc->machine->connected;
    bool was_connected = boot->connected;
    bool was_off = boot->was_off;

    boot->connected = connected;
    boot->was_off = machine_state_is_off(bmc->machine->state);
    if (bmc->machine->state == MACHINE_STATE_GONE) {
        qemu_gone(bmc);
    }
    if (!connected) {
        boot_native_lost(boot);
    }
    if (connected && !was_connected) {
        boot_sync_start(bmc);
        hold_start(bmc);
    }
    if (was_off && bmc->machine->state == MACHINE_STATE_RUNNING &&
        (!boot->dirty || boot->boot.target == BMC_BOOT_SETUP)) {
        boot_latch(bmc);
    }
    boot_settle_follow(bmc);
    boot_expiry_follow(bmc);
    boot_late_follow(bmc);
}

static void drop_tasks(GPtrArray *tasks)
{
    unsigned i;

    for (i = 0; i < tasks->len; i++) {
        bmc_task_cancelled(g_object_ref(tasks->pdata[i]));
    }
    g_ptr_array_unref(tasks);
}

/*
 * QEMU tells of no device that is plugged in. It may be the one that is to be
 * booted from; and a machine that starts needs a reset to see it.
 */
static bool wants_a_look(const Bmc *bmc)
{
    const BmcBootControl *boot = bmc->boot;

    return bmc->machine->connected &&
           (machine_state_is_off(bmc->machine->state) ||
            (boot_is_wanted(boot) ? !boot->applied :
             boot->records->len > 0 || boot_native_is_left(boot)));
}

/* @used: a boot has begun to use the one before */
static void log_set(Bmc *bmc, const BmcBoot *before, bool used,
                    const BmcOrigin *origin)
{
    const BmcBoot *boot = &bmc->boot->boot;
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *end = NULL;

    if (boot->enabled == BMC_BOOT_DISABLED) {
        g_message("boot override: cleared by %s", who);
    } else {
        g_message("boot override: %s %s, set by %s",
                  boot_target_name(bmc->boot, boot->target),
                  enabled_name(boot->enabled), who);
    }
    if (boot->enabled == before->enabled && boot->target == before->target &&
        !boot_is_one_device(boot->target) && !used) {
        return;
    }
    if (boot->enabled == BMC_BOOT_DISABLED) {
        end = g_strdup_printf("was cleared by %s", who);
        boot_tell(bmc, EVENT_BOOT_CLEARED, before, end);
    } else {
        end = g_strdup_printf("was set by %s", who);
        boot_tell(bmc, EVENT_BOOT_SET, boot, end);
    }
}

const char *boot_target_name(const BmcBootControl *boot,
                             BmcBootTarget target)
{
    return target == BMC_BOOT_DEVICE && boot->next ? boot->next :
           target == BMC_BOOT_UEFI && boot->uefi ? boot->uefi :
           target_names[target];
}

bool boot_is_one_device(BmcBootTarget target)
{
    return target == BMC_BOOT_DEVICE || target == BMC_BOOT_UEFI;
}

void boot_want(Bmc *bmc, BmcBootEnabled enabled, BmcBootTarget target)
{
    BmcBootControl *boot = bmc->boot;

    if (boot->boot.target == BMC_BOOT_DEVICE && target != BMC_BOOT_DEVICE) {
        g_clear_pointer(&boot->next, g_free);
    }
    if (boot->boot.target == BMC_BOOT_UEFI && target != BMC_BOOT_UEFI) {
        g_clear_pointer(&boot->uefi, g_free);
    }
    boot->boot.enabled = enabled;
    boot->boot.target = target;
    boot->applied = false;
    boot->latched = false;
    boot->latch_loaded = false;
    boot->reset_early = false;
    boot->used_up = false;
    boot->late = false;
    boot_native_wish_changed(boot);
    boot->rounds = 0;
    boot_setup_stop(bmc);
    clock_timer_stop(&boot->settle_timer);
    clock_timer_stop(&boot->expiry_timer);
    update_flags(bmc);
    crash_point("boot: wanted, not kept");
    boot_store_save(bmc);
}

/* @ipmi_flags are NULL when it is not IPMI that has set the override. */
static void new_flags(Bmc *bmc, const uint8_t *ipmi_flags)
{
    BmcBootControl *boot = bmc->boot;

    boot->over_ipmi = ipmi_flags != NULL;
    memset(boot->boot.ipmi_flags, 0, sizeof(boot->boot.ipmi_flags));
    if (ipmi_flags) {
        memcpy(boot->boot.ipmi_flags, ipmi_flags,
               sizeof(boot->boot.ipmi_flags));
    } else if (bmc_boot_mode(bmc) == MACHINE_FIRMWARE_UEFI) {
        boot->boot.ipmi_flags[0] = FLAGS_EFI;
    }
}

void boot_follow(Bmc *bmc, BmcBootEnabled enabled,
                 const MachineBootDevice *device)
{
    BmcBootTarget target = boot_device_target(device);
    char reference[BMC_BOOT_REFERENCE_LEN];
    BmcBootControl *boot = bmc->boot;
    int first = boot_plan_target(boot->devices, boot->original, target);

    new_flags(bmc, NULL);
    if (enabled == BMC_BOOT_ONCE &&
        (first < 0 || boot->devices->pdata[first] != device)) {
        bmc_boot_reference(device, reference);
        g_free(boot->next);
        boot->next = g_strdup(reference);
        target = BMC_BOOT_DEVICE;
    }
    boot_want(bmc, enabled, target);
    g_message("boot override: %s %s, set by somebody else",
              boot_target_name(boot, target), enabled_name(enabled));
    boot_tell(bmc, EVENT_BOOT_SET, &boot->boot, "was set by somebody else");
    bmc_changed(bmc, BMC_PART_BOOT);
}

void bmc_boot_new(Bmc *bmc)
{
    BmcBootControl *boot = g_new0(BmcBootControl, 1);

    bmc->boot = boot;
    boot->cancellable = g_cancellable_new();
    boot->dirty = true;
    boot->native = boot_native_new();
    boot->records = g_ptr_array_new_with_free_func(boot_store_record_free);
    boot->setters = g_ptr_array_new_with_free_func(g_object_unref);
    boot->quiescers = g_ptr_array_new_with_free_func(g_object_unref);
    boot_setup_new(bmc);
    boot_store_load(bmc);
    boot_options_load(bmc);
    if (boot->boot.target == BMC_BOOT_SETUP) {
        /* The keys of an earlier helper may have been too few */
        boot->latched = false;
        boot->latch_loaded = false;
    }
    update_flags(bmc);
    machine_state_changed(bmc);
}

void bmc_boot_free(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (!boot) {
        return;
    }
    g_cancellable_cancel(boot->cancellable);
    g_object_unref(boot->cancellable);
    if (boot->holding) {
        machine_release(bmc->machine);
    }
    clock_timer_stop(&boot->expiry_timer);
    clock_timer_stop(&boot->settle_timer);
    boot_setup_free(bmc);
    drop_tasks(boot->setters);
    drop_tasks(boot->quiescers);
    g_ptr_array_unref(boot->records);
    boot_native_free(boot->native);
    boot_order_free(boot);
    g_clear_pointer(&boot->devices, g_ptr_array_unref);
    g_clear_pointer(&boot->steps, g_array_unref);
    g_clear_pointer(&bmc->boot, g_free);
}

void bmc_boot_machine_event(Bmc *bmc, const MachineEvent *event)
{
    BmcBootControl *boot = bmc->boot;

    switch (event->type) {
    case MACHINE_EVENT_STATE:
        machine_state_changed(bmc);
        break;
    case MACHINE_EVENT_RESET:
        crash_point("boot: reset");
        boot->dirty = false;
        boot_latch(bmc);
        break;
    case MACHINE_EVENT_SHUTDOWN:
        if (event->guest && boot->latched &&
            g_strcmp0(event->detail, "guest-reset")) {
            boot_consume(bmc, "the guest has powered off");
        }
        break;
    case MACHINE_EVENT_INFO:
        boot_late_follow(bmc);
        break;
    case MACHINE_EVENT_DEVICES:
        boot_sync_devices_changed(bmc);
        break;
    case MACHINE_EVENT_OVERRIDE:
        boot_native_event(bmc);
        break;
    default:
        break;
    }
    boot_setup_machine_event(bmc, event);
}

void bmc_boot_quiesce_async(Bmc *bmc, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, bmc_boot_quiesce_async);
    if (!bmc->boot->busy && wants_a_look(bmc)) {
        boot_sync_start(bmc);
    }
    if (bmc->boot->busy) {
        g_ptr_array_add(bmc->boot->quiescers, task);
    } else {
        g_task_return_boolean(task, true);
        g_object_unref(task);
    }
}

bool bmc_boot_needs_reset(const Bmc *bmc)
{
    const BmcBootControl *boot = bmc->boot;

    return boot_is_wanted(boot) &&
           (boot->busy || (boot->applied && boot->dirty));
}

const BmcBoot *bmc_boot_get(const Bmc *bmc)
{
    return &bmc->boot->boot;
}

bool bmc_boot_target_allowed(const Bmc *bmc, BmcBootTarget target)
{
    if (target == BMC_BOOT_SETUP) {
        return boot_setup_possible(bmc);
    }
    if (target == BMC_BOOT_UEFI &&
        bmc_boot_mode(bmc) != MACHINE_FIRMWARE_UEFI) {
        return false;
    }
    return target == BMC_BOOT_NONE ||
           (target < BMC_BOOT_TARGET__MAX &&
            boot_sync_has_device(bmc->boot, target));
}

const GPtrArray *bmc_boot_devices(const Bmc *bmc)
{
    return bmc->boot->devices;
}

MachineFirmware bmc_boot_mode(const Bmc *bmc)
{
    MachineFirmware firmware = bmc->machine->info.firmware;

    return firmware == MACHINE_FIRMWARE_UNKNOWN ? bmc->boot_mode : firmware;
}

void bmc_boot_set_async(Bmc *bmc, BmcBootEnabled enabled,
                        BmcBootTarget target, const uint8_t *ipmi_flags,
                        const BmcOrigin *origin, GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    BmcBootControl *boot = bmc->boot;
    BmcBoot before;
    bool used;

    g_task_set_source_tag(task, bmc_boot_set_async);
    if (!bmc_boot_target_allowed(bmc, target)) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                                "the machine has no such boot device");
        g_object_unref(task);
        return;
    }
    if (boot_is_one_device(target) && enabled == BMC_BOOT_CONTINUOUS) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_INVALID,
                                "one device can be booted from once, not "
                                "always: there is the boot order for that");
        g_object_unref(task);
        return;
    }
    if (boot->setters->len >= MAX_WAITERS) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_BUSY,
                                "too many requests are waiting");
        g_object_unref(task);
        return;
    }
    boot_end_used(bmc);
    before = boot->boot;
    used = boot->latched;
    new_flags(bmc, ipmi_flags);
    if (enabled == BMC_BOOT_DISABLED || target == BMC_BOOT_NONE) {
        boot_want(bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    } else {
        boot_want(bmc, enabled, target);
    }
    log_set(bmc, &before, used, origin);
    boot_expiry_follow(bmc);
    g_ptr_array_add(boot->setters, task);
    boot_sync_start(bmc);
    bmc_changed(bmc, BMC_PART_BOOT);
}

bool bmc_boot_set_finish(Bmc *bmc, GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}
