/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who gets in, and by what way, as the hub's other parts see it. */
#ifndef QEMU_BMC_BMC_ACCESS_PARTS_H
#define QEMU_BMC_BMC_ACCESS_PARTS_H

#include "bmc/bmc.h"
#include "machine/machine.h"

/**
 * bmc_users_new: load the accounts, or make the first one.
 *
 * @bmc: the hub
 * @config: the first administrator
 * @errp: as bmc_new()
 *
 * Returns: true on success
 */
bool bmc_users_new(Bmc *bmc, const BmcConfig *config, GError **errp);

/**
 * bmc_users_free: wipe and free the accounts.
 *
 * @bmc: the hub
 */
void bmc_users_free(Bmc *bmc);

/**
 * bmc_lockout_new: set up the lockout after wrong passwords.
 *
 * @bmc: the hub
 * @reset: forget who was locked out: the accounts are reset
 */
void bmc_lockout_new(Bmc *bmc, bool reset);

/**
 * bmc_lockout_free: forget all failures.
 *
 * @bmc: the hub
 */
void bmc_lockout_free(Bmc *bmc);

/**
 * bmc_sessions_new: load the settings of sessions over Redfish.
 *
 * @bmc: the hub
 */
void bmc_sessions_new(Bmc *bmc);

/**
 * bmc_sessions_free: end all sessions.
 *
 * @bmc: the hub
 */
void bmc_sessions_free(Bmc *bmc);

/**
 * bmc_channel_new: load the LAN channel's settings.
 *
 * @bmc: the hub
 * @reset_keys: forget them: the accounts are reset
 */
void bmc_channel_new(Bmc *bmc, bool reset_keys);

/**
 * bmc_channel_restart: the present access is the saved one again.
 *
 * @bmc: the hub
 */
void bmc_channel_restart(Bmc *bmc);

/**
 * bmc_channel_machine_event: follow the machine: with its reset and its end,
 * so it is too (IPMI 2.0 section 22.22).
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_channel_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_channel_free: wipe and free them.
 *
 * @bmc: the hub
 */
void bmc_channel_free(Bmc *bmc);

/**
 * bmc_lan_new: load the LAN configuration; after bmc_lockout_new().
 *
 * @bmc: the hub
 */
void bmc_lan_new(Bmc *bmc);

/**
 * bmc_lan_free: free it.
 *
 * @bmc: the hub
 */
void bmc_lan_free(Bmc *bmc);

/**
 * bmc_certificate_new: set up what bmc/certificate.h is about.
 *
 * @bmc: the hub
 */
void bmc_certificate_new(Bmc *bmc);

/**
 * bmc_certificate_free: free it.
 *
 * @bmc: the hub
 */
void bmc_certificate_free(Bmc *bmc);

/**
 * bmc_lan_machine_info: the machine's UUID may have become known.
 *
 * @bmc: the hub
 */
void bmc_lan_machine_info(Bmc *bmc);

#endif /* QEMU_BMC_BMC_ACCESS_PARTS_H */
