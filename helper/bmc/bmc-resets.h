/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How parts of the hub become as they were without state; see defaults.c. */
#ifndef QEMU_BMC_BMC_BMC_RESETS_H
#define QEMU_BMC_BMC_BMC_RESETS_H

#include "bmc/bmc.h"

/**
 * bmc_users_reset: the first administrator's account, as configured, is the
 * only one again.
 *
 * @bmc: the hub
 */
void bmc_users_reset(Bmc *bmc);

/**
 * bmc_lan_reset: forget all that was written.
 *
 * @bmc: the hub
 * @origin: who asks
 */
void bmc_lan_reset(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_sol_reset: the configuration is the default again.
 *
 * @bmc: the hub
 * @origin: who asks
 */
void bmc_sol_reset(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_fru_reset: drop what clients have written.
 *
 * @bmc: the hub
 */
void bmc_fru_reset(Bmc *bmc);

/**
 * bmc_asset_reset: drop what clients have written.
 *
 * @bmc: the hub
 */
void bmc_asset_reset(Bmc *bmc);

/**
 * bmc_chassis_reset: what is set up is the default again; the hours that it
 * was powered stay.
 *
 * @bmc: the hub
 */
void bmc_chassis_reset(Bmc *bmc);

/**
 * bmc_flash_reset: drop the changes of firmware files that wait.
 *
 * @bmc: the hub
 * @origin: who asks; nothing is done for one that may not make any
 */
void bmc_flash_reset(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_updates_reset: what is set up is the default again, and firmware that
 * is staged is dropped; what is in force stays.
 *
 * @bmc: the hub
 * @origin: who asks; of firmware, nothing is done for one that may not stage
 *          any
 */
void bmc_updates_reset(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_pef_reset: filters, policies and all else of PEF are the defaults
 * again.
 *
 * @bmc: the hub
 */
void bmc_pef_reset(Bmc *bmc);

#endif /* QEMU_BMC_BMC_BMC_RESETS_H */
