/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is set up about the chassis (IPMI 2.0 chapter 28), and for how long
 * it has been powered. All of it survives the process.
 */
#ifndef QEMU_BMC_BMC_CHASSIS_H
#define QEMU_BMC_BMC_CHASSIS_H

#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"

/**
 * BmcRestorePolicy: what becomes of a machine whose QEMU has ended, which is
 * loss of power to it, when there is a QEMU again that waits to be started
 * (section 28.8).
 */
typedef enum BmcRestorePolicy {
    BMC_RESTORE_OFF,
    BMC_RESTORE_PREVIOUS,
    BMC_RESTORE_ON,
    BMC_RESTORE_UNKNOWN,
} BmcRestorePolicy;

#define BMC_CHASSIS_ADDRESSES 5

/**
 * BmcChassis: what is set up.
 *
 * @policy: %BMC_RESTORE_UNKNOWN until it is set: then it is up to how QEMU
 *          is started
 * @button_disabled: pressing the power button of a running machine is
 *                   refused
 * @addresses: of the devices for FRU, SDR, SEL, system management and the
 *             bridge, as Get Chassis Capabilities has them; 0 for none
 */
typedef struct BmcChassis {
    BmcRestorePolicy policy;
    bool button_disabled;
    uint8_t addresses[BMC_CHASSIS_ADDRESSES];
} BmcChassis;

/**
 * bmc_chassis_get: what is set up.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): it; valid until it changes
 */
const BmcChassis *bmc_chassis_get(const Bmc *bmc);

/**
 * bmc_chassis_set_policy: set the power restore policy.
 *
 * @bmc: the hub
 * @policy: not %BMC_RESTORE_UNKNOWN
 * @origin: who asks
 */
void bmc_chassis_set_policy(Bmc *bmc, BmcRestorePolicy policy,
                            const BmcOrigin *origin);

/**
 * bmc_chassis_set_button: enable or disable the power button.
 *
 * @bmc: the hub
 * @disabled: whether it is refused
 * @origin: who asks
 */
void bmc_chassis_set_button(Bmc *bmc, bool disabled,
                            const BmcOrigin *origin);

/**
 * bmc_chassis_set_addresses: set the addresses of the chassis' devices.
 *
 * @bmc: the hub
 * @addresses: as in BmcChassis
 */
void bmc_chassis_set_addresses(
    Bmc *bmc, const uint8_t addresses[BMC_CHASSIS_ADDRESSES]);

/**
 * bmc_chassis_set_cycle_interval: set how long a power cycle stays off.
 *
 * @bmc: the hub
 * @seconds: 0 for no longer than it takes
 * @origin: who asks
 */
void bmc_chassis_set_cycle_interval(Bmc *bmc, uint8_t seconds,
                                    const BmcOrigin *origin);

/**
 * bmc_chassis_powered_s: for how long the machine has been on, all in all.
 * Written to disk at most once an hour and when the machine is switched.
 *
 * @bmc: the hub
 *
 * Returns: seconds
 */
uint64_t bmc_chassis_powered_s(Bmc *bmc);

/**
 * bmc_chassis_restore: a QEMU has been started that waits: carry out the
 * power restore policy.
 *
 * @bmc: the hub
 */
void bmc_chassis_restore(Bmc *bmc);

#endif /* QEMU_BMC_BMC_CHASSIS_H */
