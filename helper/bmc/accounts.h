/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing accounts as a whole, as the account service of Redfish does. The
 * steps of it are those of users.h.
 *
 * An account that may use IPMI keeps a password of at most
 * %BMC_IPMI_PASSWORD_MAX bytes. A longer one, or one of an account that may
 * not use IPMI, is kept as a hash, and the account is for Redfish only.
 */
#ifndef QEMU_BMC_BMC_ACCOUNTS_H
#define QEMU_BMC_BMC_ACCOUNTS_H

#include "bmc/users.h"

/* Bits of BmcAccountChange.has. */
#define BMC_ACCOUNT_NAME (1 << 0)
#define BMC_ACCOUNT_PASSWORD (1 << 1)
#define BMC_ACCOUNT_PRIVILEGE (1 << 2)
#define BMC_ACCOUNT_IPMI (1 << 3)
#define BMC_ACCOUNT_ENABLED (1 << 4)
#define BMC_ACCOUNT_UNLOCK (1 << 5)
#define BMC_ACCOUNT_MUST_CHANGE (1 << 6)
#define BMC_ACCOUNT_EXPIRATION (1 << 7)

#define BMC_PASSWORD_DAYS_MAX 3650

/**
 * BmcAccountChange: what is to be changed.
 *
 * @has: which of these, BMC_ACCOUNT_*
 * @name: the new name
 * @password: the new password, UTF-8
 * @privilege: highest privilege
 * @ipmi: may use IPMI
 * @enabled: may log in
 * @must_change: has to change its password, also when @password is given
 * @expires_us: when its password expires, as BmcUser has it
 */
typedef struct BmcAccountChange {
    unsigned has;
    const char *name;
    const char *password;
    BmcPrivilege privilege;
    bool ipmi;
    bool enabled;
    bool must_change;
    int64_t expires_us;
} BmcAccountChange;

/**
 * bmc_account_change_async: make an account, or change one. Name, password
 * and privilege are needed to make one; it may use IPMI if it can, and is
 * enabled, unless @change says otherwise. What cannot be done as a whole is
 * not done at all.
 *
 * @bmc: the hub
 * @slot: 2 to %BMC_USERS_MAX; 0 makes an account in the first free one
 * @change: what; copied
 * @origin: who asks; copied
 * @cancellable: (nullable): stops it
 * @callback: called when it is done and on disk
 * @opaque: handed to @callback
 */
void bmc_account_change_async(Bmc *bmc, unsigned slot,
                              const BmcAccountChange *change,
                              const BmcOrigin *origin,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_account_change_finish: result of bmc_account_change_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_INVALID when the password is too short or too long, or
 *        the account needs another one to use IPMI, or the name cannot be
 *        used; BMC_ERROR_EXISTS when another account has it;
 *        BMC_ERROR_LIMIT when no slot is free; BMC_ERROR_NOT_FOUND when
 *        there is no such account (any more); BMC_ERROR_PERMISSION when who
 *        asks has lost what let him do so
 *
 * Returns: the slot, or 0
 */
unsigned bmc_account_change_finish(GAsyncResult *res, GError **errp);

/**
 * bmc_account_is_last_admin: whether nobody could administrate any more
 * without this account.
 *
 * @bmc: the hub
 * @slot: its slot
 *
 * Returns: true if it is the only administrator who can log in
 */
bool bmc_account_is_last_admin(const Bmc *bmc, unsigned slot);

/**
 * bmc_account_has_ipmi_password: whether an account has a password that IPMI
 * can use.
 *
 * @bmc: the hub
 * @slot: its slot
 *
 * Returns: true if it has
 */
bool bmc_account_has_ipmi_password(const Bmc *bmc, unsigned slot);

/**
 * bmc_accounts_min_password: how long a new password must be, over IPMI too.
 *
 * @bmc: the hub
 *
 * Returns: bytes, at least 1
 */
unsigned bmc_accounts_min_password(const Bmc *bmc);

/**
 * bmc_accounts_set_min_password: change that. Survives the process.
 *
 * @bmc: the hub
 * @min: 1 to %BMC_IPMI_PASSWORD_SHORT
 * @origin: who asks
 */
void bmc_accounts_set_min_password(Bmc *bmc, unsigned min,
                                   const BmcOrigin *origin);

/**
 * bmc_accounts_expiration_days: for how long a password is good that is set
 * from now on, over IPMI too.
 *
 * @bmc: the hub
 *
 * Returns: days; 0 for ever
 */
unsigned bmc_accounts_expiration_days(const Bmc *bmc);

/**
 * bmc_accounts_set_expiration_days: change that. Survives the process.
 *
 * @bmc: the hub
 * @days: 0 to %BMC_PASSWORD_DAYS_MAX
 * @origin: who asks
 */
void bmc_accounts_set_expiration_days(Bmc *bmc, unsigned days,
                                      const BmcOrigin *origin);

#endif /* QEMU_BMC_BMC_ACCOUNTS_H */
