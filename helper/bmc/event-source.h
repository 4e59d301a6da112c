/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes an event of what happens; for helper/bmc/ only. */
#ifndef QEMU_BMC_BMC_EVENT_SOURCE_H
#define QEMU_BMC_BMC_EVENT_SOURCE_H

#include "bmc/boot.h"
#include "bmc/events.h"
#include "bmc/power.h"

/**
 * EventBoot: what happens to a boot override: offsets of the OEM sensor type
 * %BMC_SENSOR_TYPE_BOOT.
 */
typedef enum EventBoot {
    EVENT_BOOT_SET,
    EVENT_BOOT_CONSUMED,
    EVENT_BOOT_CLEARED,
} EventBoot;

/**
 * event_source_add: bmc_event_add() for what is in the helper's own log
 * already.
 *
 * @bmc: the hub
 * @event: what, for IPMI
 * @text: what, for people
 */
void event_source_add(Bmc *bmc, const BmcEvent *event, const char *text);

/**
 * event_source_power: the machine has been switched on or off.
 *
 * @bmc: the hub
 * @on: which
 * @why: the cause
 */
void event_source_power(Bmc *bmc, bool on, const BmcPowerEvent *why);

/**
 * event_source_power_failed: the machine was to be switched on or off, or
 * reset, and that has failed.
 *
 * @bmc: the hub
 * @text: what and why, for people
 */
void event_source_power_failed(Bmc *bmc, const char *text);

/**
 * event_source_reset: the machine has been reset.
 *
 * @bmc: the hub
 * @why: the cause
 */
void event_source_reset(Bmc *bmc, const BmcPowerEvent *why);

/**
 * event_source_boot: something has happened to the boot override.
 *
 * @bmc: the hub
 * @what: what
 * @selector: boot device selector (table 28-14)
 * @always: it is not for one boot only
 * @text: what, for people
 */
void event_source_boot(Bmc *bmc, EventBoot what, uint8_t selector,
                       bool always, const char *text);

#endif /* QEMU_BMC_BMC_EVENT_SOURCE_H */
