/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot options besides the flags, and the expiry of the flags. Flags that
 * IPMI software has set for one boot and that no Chassis Control follows
 * expire (table 28-14, parameter 3), so that a reset much later does not
 * boot from the network. They do so only while the machine is on: a machine
 * that is switched off is prepared for a boot that may be days away.
 */
#include "osdep.h"

#include "bmc/boot-options.h"

#include <json-glib/json-glib.h>

#include "bmc/boot-native.h"
#include "bmc/boot-priv.h"
#include "bmc/persist-read.h"
#include "codec/bootopt.h"
#include "util/crash-point.h"

#define SECTION "boot-options"

static void save(Bmc *bmc)
{
    const BmcBootOptions *o = &bmc->boot->options;
    JsonObject *section = json_object_new();
    g_autofree char *initiator =
        g_base64_encode(o->initiator, sizeof(o->initiator));
    g_autofree char *mailbox =
        g_base64_encode(o->mailbox, sizeof(o->mailbox));

    json_object_set_int_member(section, "keep", o->keep);
    json_object_set_int_member(section, "ack", o->ack);
    json_object_set_int_member(section, "locked", o->locked);
    json_object_set_string_member(section, "initiator", initiator);
    json_object_set_string_member(section, "mailbox", mailbox);
    persist_set(bmc->persist, SECTION, section);
}

void boot_options_load(Bmc *bmc)
{
    BmcBootOptions *o = &bmc->boot->options;
    PersistReader r;

    persist_read(&r, bmc->persist, SECTION);
    persist_read_u8(&r, "keep", 0, UINT8_MAX, &o->keep);
    persist_read_u8(&r, "ack", 0, UINT8_MAX, &o->ack);
    persist_read_u8(&r, "locked", 0, UINT8_MAX, &o->locked);
    persist_read_bytes(&r, "initiator", o->initiator, sizeof(o->initiator));
    persist_read_bytes(&r, "mailbox", o->mailbox, sizeof(o->mailbox));
}

/* The bit about a cause; 0 for Chassis Control and the like. */
static uint8_t keep_bit(BmcPowerCause cause, BmcPowerAction action)
{
    bool reset = action == BMC_POWER_FORCE_RESTART;

    switch (cause) {
    case BMC_POWER_CAUSE_REQUEST:
        return action == BMC_POWER_PUSH_BUTTON ?
               BOOTOPT_KEEP_ON_POWER_BUTTON : 0;
    case BMC_POWER_CAUSE_EXTERNAL:
        return reset ? BOOTOPT_KEEP_ON_RESET_BUTTON :
               BOOTOPT_KEEP_ON_POWER_BUTTON;
    case BMC_POWER_CAUSE_GUEST:
        return BOOTOPT_KEEP_ON_RESET_BUTTON;
    case BMC_POWER_CAUSE_WATCHDOG:
        return BOOTOPT_KEEP_ON_WATCHDOG;
    case BMC_POWER_CAUSE_PEF:
        return BOOTOPT_KEEP_ON_PEF;
    default:
        return 0;
    }
}

bool boot_cause_keeps(const Bmc *bmc, BmcPowerCause cause,
                      BmcPowerAction action)
{
    return bmc->boot->over_ipmi &&
           bmc->boot->boot.enabled == BMC_BOOT_ONCE &&
           (bmc->boot->options.keep & keep_bit(cause, action));
}

static bool can_expire(const Bmc *bmc)
{
    const BmcBootControl *boot = bmc->boot;

    return bmc->boot_expiry_ms && boot->over_ipmi &&
           boot->boot.enabled == BMC_BOOT_ONCE && !boot->latched &&
           !boot_native_is_booting(boot) &&
           !boot->used_up &&
           !(boot->options.keep & BOOTOPT_KEEP_ON_TIMEOUT) &&
           bmc->machine->state != MACHINE_STATE_UNKNOWN &&
           !machine_state_is_off(bmc->machine->state);
}

static void expired(void *opaque)
{
    Bmc *bmc = opaque;
    g_autofree char *end =
        g_strdup_printf("has expired: no Chassis Control for %u s",
                        bmc->boot_expiry_ms / 1000);

    crash_point("boot: expired");
    boot_drop(bmc, end);
}

void boot_expiry_follow(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;

    if (!can_expire(bmc)) {
        clock_timer_stop(&boot->expiry_timer);
    } else if (!boot->expiry_timer) {
        clock_timer_start(bmc->clock, &boot->expiry_timer,
                          bmc->boot_expiry_ms, expired, bmc);
    }
}

void bmc_boot_expiry_restart(Bmc *bmc)
{
    clock_timer_stop(&bmc->boot->expiry_timer);
    boot_expiry_follow(bmc);
}

void bmc_boot_before_restart(Bmc *bmc, BmcPowerCause cause,
                             BmcPowerAction action)
{
    const BmcBootControl *boot = bmc->boot;

    if (boot->over_ipmi && boot->boot.enabled == BMC_BOOT_ONCE &&
        !boot->used_up && keep_bit(cause, action) &&
        !boot_cause_keeps(bmc, cause, action)) {
        boot_drop(bmc, "was cleared: no Chassis Control restarts the "
                  "machine");
    }
}

void bmc_boot_options_restart(Bmc *bmc)
{
    static const BmcBootOptions none;

    bmc_boot_options_set(bmc, &none);
}

const BmcBootOptions *bmc_boot_options_get(const Bmc *bmc)
{
    return &bmc->boot->options;
}

void bmc_boot_options_set(Bmc *bmc, const BmcBootOptions *options)
{
    if (!memcmp(&bmc->boot->options, options, sizeof(*options))) {
        return;
    }
    bmc->boot->options = *options;
    crash_point("boot options: changed, not kept");
    save(bmc);
    boot_expiry_follow(bmc);
}
