/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether strangers could log in with a password that everybody knows. */
#ifndef QEMU_BMC_EXPOSURE_H
#define QEMU_BMC_EXPOSURE_H

#include "bmc/bmc.h"
#include "config.h"

/**
 * exposure_check: refuse the default password where other hosts can reach
 * us. To be called before the hub is made, and again with it.
 *
 * @config: the configuration
 * @bmc: (nullable): the hub, once there is one
 * @reset_accounts: its accounts will be made anew
 * @errp: BMC_ERROR_USAGE, saying what to do
 *
 * Returns: true if there is nothing to fear
 */
bool exposure_check(const Config *config, Bmc *bmc, bool reset_accounts,
                    GError **errp);

#endif /* QEMU_BMC_EXPOSURE_H */
