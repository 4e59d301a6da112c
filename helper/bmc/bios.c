/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of the machine's firmware. */
#include "osdep.h"

#include "bmc/bios.h"

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "util/error.h"

#define SECTION "bios"

static const char *const switches[] = { "Disabled", "Enabled", NULL };

/* The order is that of machine_watchdog_actions. */
static const char *const watchdog_texts[] = {
    "Reset", "Shutdown", "PowerOff", "Pause", "Debug", "None", "InjectNmi",
    NULL,
};

static const BmcBiosAttribute attributes[MACHINE_SETTING__MAX] = {
    [MACHINE_SETTING_BOOT_MENU] = {
        "BootMenu", "Boot menu",
        "Firmware waits for a key that opens its boot menu.",
        switches, 0, 1, 0
    },
    [MACHINE_SETTING_MENU_WAIT] = {
        "BootMenuTimeout", "Time for the boot menu",
        "Milliseconds that firmware waits for that key.",
        NULL, 0, MACHINE_SETTING_WAIT_MAX, 2500
    },
    [MACHINE_SETTING_RETRY_WAIT] = {
        "BootRetryTimeout", "Time until another attempt to boot",
        "Milliseconds after which firmware resets the machine when nothing "
        "could be booted; -1: never.",
        NULL, -1, MACHINE_SETTING_WAIT_MAX, -1
    },
    [MACHINE_SETTING_STRICT_BOOT] = {
        "StrictBoot", "Strict boot order",
        "Firmware boots from devices in the boot order only.",
        switches, 0, 1, 0
    },
    [MACHINE_SETTING_SERIAL] = {
        "SerialRedirection", "Serial console redirection",
        "Firmware also uses the first serial port as its screen and "
        "keyboard.",
        switches, 0, 1, 0
    },
    [MACHINE_SETTING_WATCHDOG] = {
        "WatchdogAction", "Action of the hardware watchdog",
        "What happens when a watchdog device of the machine expires.",
        watchdog_texts, 0, G_N_ELEMENTS(watchdog_texts) - 2, 0
    },
};

/*
 * BmcBios: what follows the machine.
 *
 * @cancellable: for what was asked of it
 * @connected: QEMU answered when it was last looked at
 * @found: it was found and has not told yet which settings it has
 */
struct BmcBios {
    GCancellable *cancellable;
    bool connected;
    bool found;
};

static bool can_be(MachineSetting which, int64_t value)
{
    return value >= attributes[which].min && value <= attributes[which].max;
}

static void save(Bmc *bmc)
{
    const MachineSettings *wanted = &bmc->machine->wanted;
    JsonObject *section = json_object_new();
    unsigned i;

    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        if (wanted->known & 1u << i) {
            json_object_set_int_member(section, attributes[i].name,
                                       wanted->value[i]);
        }
    }
    persist_set(bmc->persist, SECTION, section);
}

static unsigned all_pending(const Bmc *bmc)
{
    const Machine *machine = bmc->machine;

    return machine_settings_differ(&machine->wanted,
                                   &machine->info.settings) &
           machine->info.settings_there & machine->settable;
}

static void applied_again(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    if (!machine_apply_settings_finish(res, &err) &&
        !bmc_error_is_cancelled(err)) {
        g_message("bios: settings could not be applied: %s", err->message);
    }
}

/*
 * A QEMU that we did not start knows nothing of what was set here. What it
 * has is not known before it tells.
 */
static void apply_again(Bmc *bmc)
{
    if (bmc->machine->wanted.known & bmc->machine->settable) {
        machine_apply_settings_async(bmc->machine, false,
                                     bmc->bios->cancellable, applied_again,
                                     NULL);
    }
}

static void applied(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    g_autoptr(GError) err = NULL;

    if (machine_apply_settings_finish(res, &err)) {
        g_task_return_boolean(task, true);
    } else {
        g_task_return_error(task, g_steal_pointer(&err));
    }
}

void bmc_bios_new(Bmc *bmc)
{
    PersistReader r;
    unsigned i;

    bmc->bios = g_new0(BmcBios, 1);
    bmc->bios->cancellable = g_cancellable_new();
    persist_read(&r, bmc->persist, SECTION);
    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        int64_t value;

        if (persist_read_int(&r, attributes[i].name, attributes[i].min,
                             attributes[i].max, &value)) {
            machine_settings_put(&bmc->machine->wanted, i, value);
        }
    }
    bmc->machine->wanted.known &= bmc->machine->settable;
    bmc->bios->connected = bmc->machine->connected;
    bmc->bios->found = !bmc->machine->info.settings_there;
    if (bmc->bios->connected) {
        apply_again(bmc);
    }
}

void bmc_bios_free(Bmc *bmc)
{
    if (bmc->bios) {
        g_cancellable_cancel(bmc->bios->cancellable);
        g_object_unref(bmc->bios->cancellable);
        g_clear_pointer(&bmc->bios, g_free);
    }
}

void bmc_bios_machine_event(Bmc *bmc, const MachineEvent *event)
{
    bool connected = bmc->machine->connected;

    if (event->type == MACHINE_EVENT_INFO) {
        if (connected && bmc->bios->found &&
            bmc->machine->info.settings_there) {
            bmc->bios->found = false;
            apply_again(bmc);
        }
        bmc_changed(bmc, BMC_PART_BIOS);
    } else if (event->type == MACHINE_EVENT_STATE &&
               connected != bmc->bios->connected) {
        bmc->bios->connected = connected;
        bmc->bios->found = connected;
        if (connected) {
            apply_again(bmc);
        }
    }
}

bool bmc_bios_apply_async(Bmc *bmc, bool may_end, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    bool renew = may_end && (bmc->machine->renew ||
                             machine_firmware_pending(bmc->machine));
    GTask *task;

    if ((!all_pending(bmc) && !renew) || !bmc->machine->connected) {
        return false;
    }
    task = g_task_new(NULL, cancellable, callback, opaque);
    g_task_set_source_tag(task, bmc_bios_apply_async);
    machine_apply_settings_async(bmc->machine, may_end, cancellable, applied,
                                 task);
    return true;
}

const BmcBiosAttribute *bmc_bios_attribute(MachineSetting which)
{
    return &attributes[which];
}

bool bmc_bios_exists(const Bmc *bmc, MachineSetting which)
{
    return bmc->machine->info.settings_there & 1u << which;
}

bool bmc_bios_settable(const Bmc *bmc, MachineSetting which)
{
    return bmc->machine->settable & 1u << which;
}

bool bmc_bios_current(const Bmc *bmc, MachineSetting which, int32_t *value)
{
    const MachineSettings *now = &bmc->machine->info.settings;

    *value = now->value[which];
    return now->known & 1u << which && can_be(which, *value);
}

bool bmc_bios_pending(const Bmc *bmc, MachineSetting which, int32_t *value)
{
    *value = bmc->machine->wanted.value[which];
    return all_pending(bmc) & 1u << which;
}

void bmc_bios_set(Bmc *bmc, const MachineSettings *values,
                  const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    unsigned i;

    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        const BmcBiosAttribute *a = &attributes[i];
        int32_t value = values->value[i];

        if (!(values->known & 1u << i)) {
            continue;
        }
        g_assert(can_be(i, value) && bmc_bios_settable(bmc, i));
        machine_settings_put(&bmc->machine->wanted, i, value);
        if (a->texts) {
            g_message("bios: %s set to %s by %s", a->name, a->texts[value],
                      who);
        } else {
            g_message("bios: %s set to %d by %s", a->name, value, who);
        }
    }
    save(bmc);
    bmc_changed(bmc, BMC_PART_BIOS);
}

void bmc_bios_reset(Bmc *bmc, const BmcOrigin *origin)
{
    MachineSettings values = { 0 };
    unsigned i;

    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        if (bmc_bios_exists(bmc, i) && bmc_bios_settable(bmc, i)) {
            machine_settings_put(&values, i, attributes[i].fallback);
        }
    }
    bmc_bios_set(bmc, &values, origin);
}
