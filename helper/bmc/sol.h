/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Configuration of Serial over LAN (IPMI 2.0 section 26.3); persistent. */
#ifndef QEMU_BMC_BMC_SOL_H
#define QEMU_BMC_BMC_SOL_H

#include "bmc/bmc.h"
#include "bmc/users.h"

#define BMC_SOL_ACCUMULATE_UNIT_MS 5
#define BMC_SOL_RETRY_MAX 7
#define BMC_SOL_RETRY_UNIT_MS 10
/* Bit rates as table 26-5 numbers them: 9600 to 115200 baud. */
#define BMC_SOL_RATE_LOWEST 0x06
#define BMC_SOL_RATE_HIGHEST 0x0a

/**
 * BmcSolConfig: the configuration.
 *
 * @enabled: SOL can be activated
 * @force_encryption: only with an encrypted payload
 * @force_authentication: only with an authenticated payload
 * @privilege: least privilege that may activate it: USER, OPERATOR or ADMIN
 * @accumulate: how long characters are gathered before they are sent, in
 *              units of %BMC_SOL_ACCUMULATE_UNIT_MS, at least 1
 * @threshold: how many characters are sent at once, at least 1
 * @retries: how often a packet is sent again that is not acknowledged, up to
 *           %BMC_SOL_RETRY_MAX
 * @retry_interval: time in between, in units of %BMC_SOL_RETRY_UNIT_MS; 0
 *                  for none
 * @rate: non-volatile bit rate; a virtual line is as fast as the guest
 *        wants, so any is true
 * @volatile_rate: the bit rate until the next restart, when it becomes @rate
 */
typedef struct BmcSolConfig {
    bool enabled;
    bool force_encryption;
    bool force_authentication;
    BmcPrivilege privilege;
    uint8_t accumulate;
    uint8_t threshold;
    uint8_t retries;
    uint8_t retry_interval;
    uint8_t rate;
    uint8_t volatile_rate;
} BmcSolConfig;

/**
 * bmc_sol_get: read the configuration.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the configuration, always current
 */
const BmcSolConfig *bmc_sol_get(const Bmc *bmc);

/**
 * bmc_sol_set: change the configuration, and persist it.
 *
 * @bmc: the hub
 * @config: the new one
 * @origin: who asked
 * @errp: BMC_ERROR_INVALID if a value is not possible
 *
 * Returns: true on success
 */
bool bmc_sol_set(Bmc *bmc, const BmcSolConfig *config,
                 const BmcOrigin *origin, GError **errp);

#endif /* QEMU_BMC_BMC_SOL_H */
