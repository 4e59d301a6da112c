/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LAN channel (IPMI 2.0 sections 6.6 and 22.22 to 22.25): who may come
 * in, with how much privilege, and with what keys.
 */
#ifndef QEMU_BMC_BMC_CHANNEL_H
#define QEMU_BMC_BMC_CHANNEL_H

#include "bmc/bmc.h"
#include "bmc/users.h"

#define BMC_KEY_LEN 20           /* bytes of K_g; section 13.31 */
#define BMC_CIPHER_SUITE_COUNT 20 /* numbers of suites: 0 to 19 */
/* What nobody has set: all privileges, if the suite is offered. */
#define BMC_CIPHER_SUITE_UNSET 0xff

/**
 * BmcChannelMode: access mode; the numbers are those on the wire. Those for
 * serial channels (pre-boot only, shared) have no meaning on a LAN.
 *
 * @BMC_CHANNEL_MODE_DISABLED: no new session
 * @BMC_CHANNEL_MODE_ALWAYS: always available
 */
typedef enum BmcChannelMode {
    BMC_CHANNEL_MODE_DISABLED = 0,
    BMC_CHANNEL_MODE_ALWAYS = 2,
} BmcChannelMode;

/**
 * BmcChannelAccess: access to the LAN channel (section 22.22).
 *
 * @mode: whether it is available
 * @alerting: alerts of event filters may leave on it; immediate ones always
 * @per_message_auth: IPMI 1.5: each packet of a session is authenticated,
 *                    not only its activation
 * @user_level_auth: IPMI 1.5: requests that need no more than User privilege
 *                   are authenticated too
 * @limit: highest privilege of a session, CALLBACK to ADMIN
 */
typedef struct BmcChannelAccess {
    BmcChannelMode mode;
    bool alerting;
    bool per_message_auth;
    bool user_level_auth;
    BmcPrivilege limit;
} BmcChannelAccess;

/**
 * bmc_channel_access: access as it is now.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the present, volatile settings
 */
const BmcChannelAccess *bmc_channel_access(const Bmc *bmc);

/**
 * bmc_channel_access_saved: access as it will be when the machine has been
 * reset.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the non-volatile settings
 */
const BmcChannelAccess *bmc_channel_access_saved(const Bmc *bmc);

/**
 * bmc_channel_set_access: change access. Volatile and non-volatile settings
 * are set apart, as in IPMI: the present ones hold until the machine is reset
 * or off.
 *
 * @bmc: the hub
 * @saved: change the non-volatile settings, which take effect then, rather
 *         than the present ones
 * @access: all of it; valid values only
 * @origin: who asks
 */
void bmc_channel_set_access(Bmc *bmc, bool saved,
                            const BmcChannelAccess *access,
                            const BmcOrigin *origin);

/**
 * bmc_channel_set_enabled: enable or disable the channel, now and for good.
 * Disabled that way it is closed too.
 *
 * @bmc: the hub
 * @enabled: enable it
 * @origin: who asks
 */
void bmc_channel_set_enabled(Bmc *bmc, bool enabled,
                             const BmcOrigin *origin);

/**
 * bmc_channel_is_closed: whether nobody is to listen on the channel: it was
 * disabled with bmc_channel_set_enabled(), and its access is still so.
 *
 * @bmc: the hub
 *
 * Returns: true if it is closed
 */
bool bmc_channel_is_closed(const Bmc *bmc);

/**
 * bmc_channel_ceiling: the highest privilege that an account can have in a
 * session on the LAN channel now: its own limit and the channel's, and
 * CALLBACK for one that may only be called back.
 *
 * @bmc: the hub
 * @user: the account
 *
 * Returns: the privilege; NONE if it may not log in on this channel, also
 * when the channel is disabled
 */
BmcPrivilege bmc_channel_ceiling(const Bmc *bmc, const BmcUser *user);

/**
 * bmc_channel_kg: the channel's key K_g, the second key of RMCP+ logins.
 *
 * @bmc: the hub
 * @key: 20 bytes, to be wiped by the caller; all zero if there is none
 *
 * Returns: true if there is one
 */
bool bmc_channel_kg(const Bmc *bmc, uint8_t key[BMC_KEY_LEN]);

/**
 * bmc_channel_kg_locked: whether K_g can be read and set no more.
 *
 * @bmc: the hub
 *
 * Returns: true if it is locked
 */
bool bmc_channel_kg_locked(const Bmc *bmc);

/**
 * bmc_channel_set_kg: set K_g.
 *
 * @bmc: the hub
 * @key: 20 bytes; all zero for none
 * @origin: who asks
 * @errp: BMC_ERROR_PERMISSION when it is locked
 *
 * Returns: true on success
 */
bool bmc_channel_set_kg(Bmc *bmc, const uint8_t key[BMC_KEY_LEN],
                        const BmcOrigin *origin, GError **errp);

/**
 * bmc_channel_lock_kg: lock K_g, for good: IPMI has no way back, so only
 * --reset-accounts unlocks it (and forgets it).
 *
 * @bmc: the hub
 * @origin: who asks
 */
void bmc_channel_lock_kg(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_channel_suite_privilege: the highest privilege of a session with a
 * cipher suite (LAN parameter 24).
 *
 * @bmc: the hub
 * @suite: number of the suite
 *
 * Returns: the privilege, ADMIN unless set; NONE if the suite must not be
 * used, or has no such number
 */
BmcPrivilege bmc_channel_suite_privilege(const Bmc *bmc, unsigned suite);

/**
 * bmc_channel_suite_privileges: what was set for all cipher suites.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): %BMC_CIPHER_SUITE_COUNT privileges, or
 * %BMC_CIPHER_SUITE_UNSET, by number of the suite
 */
const uint8_t *bmc_channel_suite_privileges(const Bmc *bmc);

/**
 * bmc_channel_set_suite_privileges: change them.
 *
 * @bmc: the hub
 * @privileges: as bmc_channel_suite_privileges() has them
 * @origin: who asks
 */
void bmc_channel_set_suite_privileges(
    Bmc *bmc, const uint8_t privileges[BMC_CIPHER_SUITE_COUNT],
    const BmcOrigin *origin);

#endif /* QEMU_BMC_BMC_CHANNEL_H */
