/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of the machine's firmware, as a server has them in its setup: the
 * present ones are QEMU's; others can be set, are kept, and hold from the
 * next power-on or reset that the BMC does.
 */
#ifndef QEMU_BMC_BMC_BIOS_H
#define QEMU_BMC_BMC_BIOS_H

#include "bmc/bmc.h"

/**
 * BmcBiosAttribute: a setting.
 *
 * @name: its name, for programs
 * @title: the same, for people
 * @help: what it does
 * @texts: (nullable): names of its values, NULL-terminated; else it is a
 *         number
 * @min: smallest value of a number
 * @max: largest one
 * @fallback: QEMU's default
 */
typedef struct BmcBiosAttribute {
    const char *name;
    const char *title;
    const char *help;
    const char *const *texts;
    int32_t min;
    int32_t max;
    int32_t fallback;
} BmcBiosAttribute;

/**
 * bmc_bios_attribute: describe a setting.
 *
 * @which: the setting
 *
 * Returns: (transfer none): the description
 */
const BmcBiosAttribute *bmc_bios_attribute(MachineSetting which);

/**
 * bmc_bios_exists: whether a setting means anything to the machine.
 *
 * @bmc: the hub
 * @which: the setting
 *
 * Returns: true if it does
 */
bool bmc_bios_exists(const Bmc *bmc, MachineSetting which);

/**
 * bmc_bios_settable: whether it can be changed; most can only where we start
 * QEMU.
 *
 * @bmc: the hub
 * @which: the setting
 *
 * Returns: true if it can
 */
bool bmc_bios_settable(const Bmc *bmc, MachineSetting which);

/**
 * bmc_bios_current: the value that holds now.
 *
 * @bmc: the hub
 * @which: the setting
 * @value: set to it
 *
 * Returns: false when it is not known
 */
bool bmc_bios_current(const Bmc *bmc, MachineSetting which, int32_t *value);

/**
 * bmc_bios_pending: the value that will hold after the next power-on or
 * reset.
 *
 * @bmc: the hub
 * @which: the setting
 * @value: set to it
 *
 * Returns: false when that changes nothing
 */
bool bmc_bios_pending(const Bmc *bmc, MachineSetting which, int32_t *value);

/**
 * bmc_bios_set: set some for the next power-on or reset.
 *
 * @bmc: the hub
 * @values: the settings, which exist and can be changed, and values within
 *          their limits
 * @origin: who asks
 */
void bmc_bios_set(Bmc *bmc, const MachineSettings *values,
                  const BmcOrigin *origin);

/**
 * bmc_bios_reset: set all that can be changed to QEMU's defaults, for the
 * next power-on or reset.
 *
 * @bmc: the hub
 * @origin: who asks
 */
void bmc_bios_reset(Bmc *bmc, const BmcOrigin *origin);

#endif /* QEMU_BMC_BMC_BIOS_H */
