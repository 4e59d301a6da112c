/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reset of the BMC (IPMI 2.0 sections 20.2 and 20.3, Redfish Manager.Reset).
 * It is no new process: what is volatile begins anew, and who serves clients
 * ends their sessions.
 */
#ifndef QEMU_BMC_BMC_RESTART_H
#define QEMU_BMC_BMC_RESTART_H

#include "bmc/bmc.h"

/* The answer leaves before what it answers comes to its end. */
#define BMC_RESTART_DELAY_MS 100

/**
 * BmcRestart: the data of bmc_restart_notifiers().
 *
 * @cold: a cold one: sessions end
 * @asked_ms: when a cold one was asked for, by clock_now_ms(); sessions that
 *            have begun since then may stay
 */
typedef struct BmcRestart {
    bool cold;
    int64_t asked_ms;
} BmcRestart;

/**
 * bmc_restart_later: reset the BMC after %BMC_RESTART_DELAY_MS. Who asks for
 * a warm one while a cold one is about to come gets the cold one.
 *
 * @bmc: the hub
 * @cold: whether it is a cold one
 * @origin: who asks
 */
void bmc_restart_later(Bmc *bmc, bool cold, const BmcOrigin *origin);

/**
 * bmc_restart_notifiers: called with a BmcRestart when the BMC is reset.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the list
 */
NotifierList *bmc_restart_notifiers(Bmc *bmc);

/**
 * bmc_restart_time: when the BMC was started or last reset.
 *
 * @bmc: the hub
 *
 * Returns: microseconds since 1970, by the host's clock
 */
int64_t bmc_restart_time(const Bmc *bmc);

/**
 * BmcDefaults: what bmc_reset_to_defaults() leaves as it is.
 *
 * @BMC_DEFAULTS_ALL: nothing
 * @BMC_DEFAULTS_KEEP_NETWORK_AND_USERS: accounts, the LAN channel and LAN
 *                                       configuration
 * @BMC_DEFAULTS_KEEP_NETWORK: LAN configuration
 */
typedef enum BmcDefaults {
    BMC_DEFAULTS_ALL,
    BMC_DEFAULTS_KEEP_NETWORK_AND_USERS,
    BMC_DEFAULTS_KEEP_NETWORK,
} BmcDefaults;

/**
 * bmc_reset_to_defaults: make settings what they were when there was no
 * state: what clients have written over IPMI and Redfish goes, what the
 * configuration says holds. The first administrator is the configuration's
 * again. The event log is cleared, which is its first record then; the
 * BMC's and the machine's identities stay.
 *
 * @bmc: the hub
 * @keep: what is left as it is
 * @origin: who asks
 */
void bmc_reset_to_defaults(Bmc *bmc, BmcDefaults keep,
                           const BmcOrigin *origin);

#endif /* QEMU_BMC_BMC_RESTART_H */
