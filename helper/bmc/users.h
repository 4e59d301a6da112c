/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounts: one list for IPMI and Redfish. Slot 1 is the anonymous user of
 * IPMI and disabled; slot 2 is the first administrator.
 */
#ifndef QEMU_BMC_BMC_USERS_H
#define QEMU_BMC_BMC_USERS_H

#include <gio/gio.h>

#include "bmc/bmc.h"

#define BMC_USERS_MAX 16
#define BMC_USER_NAME_MAX 16      /* bytes; IPMI 2.0 section 22.28 */
#define BMC_IPMI_PASSWORD_MAX 20  /* bytes; IPMI 2.0 section 22.30 */
#define BMC_PASSWORD_MAX 256      /* bytes; ours, for hashed passwords */

/**
 * BmcPrivilege: IPMI 2.0 section 6.8; the numbers are those on the wire.
 */
typedef enum BmcPrivilege {
    BMC_PRIVILEGE_NONE = 0,
    BMC_PRIVILEGE_CALLBACK = 1,
    BMC_PRIVILEGE_USER = 2,
    BMC_PRIVILEGE_OPERATOR = 3,
    BMC_PRIVILEGE_ADMIN = 4,
} BmcPrivilege;

/**
 * BmcUser: an account.
 *
 * @slot: 1 to %BMC_USERS_MAX
 * @name: "" when the slot is not in use
 * @enabled: may log in
 * @privilege: highest privilege: READONLY is USER, OPERATOR, ADMIN
 * @ipmi: may use IPMI, which needs a retrievable password of at most
 *        %BMC_IPMI_PASSWORD_MAX bytes
 */
typedef struct BmcUser {
    unsigned slot;
    const char *name;
    bool enabled;
    BmcPrivilege privilege;
    bool ipmi;
} BmcUser;

/**
 * bmc_users_get: read a slot.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 *
 * Returns: (transfer none): the account, valid until the main loop runs; its
 * name is "" when the slot is not in use
 */
const BmcUser *bmc_users_get(const Bmc *bmc, unsigned slot);

/**
 * bmc_users_find: look an account up by name, enabled or not.
 *
 * @bmc: the hub
 * @name: the name; need not be terminated
 * @len: its length in bytes; 0 never finds anything
 *
 * Returns: (transfer none): the account, or NULL
 */
const BmcUser *bmc_users_find(const Bmc *bmc, const char *name, size_t len);

/**
 * bmc_users_ipmi_key: the password of an account that may use IPMI, as RAKP
 * uses it (IPMI 2.0 section 13.31): 20 bytes, padded with zeros.
 *
 * @bmc: the hub
 * @user: the account
 * @key: 20 bytes, to be wiped by the caller
 *
 * Returns: false if the account may not use IPMI
 */
bool bmc_users_ipmi_key(const Bmc *bmc, const BmcUser *user,
                        uint8_t key[BMC_IPMI_PASSWORD_MAX]);

/**
 * bmc_users_verify_now: check a name and password (HTTP Basic) if that can
 * be decided without hashing: the account's password is retrievable, or was
 * found right lately. What this does not decide is left to
 * bmc_users_verify_async(): as soon as one account's password is hashed,
 * that is every wrong one, so that time does not tell which names exist.
 *
 * @bmc: the hub
 * @name: the name
 * @password: the password
 * @user: set when it is decided: (transfer none): the account, or NULL when
 *        the credentials are wrong
 *
 * Returns: true if it is decided
 */
bool bmc_users_verify_now(Bmc *bmc, const char *name, const char *password,
                          const BmcUser **user);

/**
 * bmc_users_verify_async: check a name and password (HTTP Basic), whatever
 * that takes. A name that does not exist costs what a wrong password costs.
 *
 * @bmc: the hub
 * @name: the name
 * @password: the password
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done, never before this returns
 * @opaque: handed to @callback
 */
void bmc_users_verify_async(Bmc *bmc, const char *name, const char *password,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_users_verify_finish: result of bmc_users_verify_async().
 *
 * @bmc: the hub
 * @res: as the callback got it
 * @errp: BMC_ERROR_AUTH: unknown, disabled or wrong password, not told
 *        apart; BMC_ERROR_LIMIT when too many checks are waiting
 *
 * Returns: (transfer none): the account, or NULL
 */
const BmcUser *bmc_users_verify_finish(Bmc *bmc, GAsyncResult *res,
                                       GError **errp);

#endif /* QEMU_BMC_BMC_USERS_H */
