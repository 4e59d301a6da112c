/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounts: one list for IPMI and Redfish. Slot 1 is the anonymous user of
 * IPMI, whose name is always empty and who is disabled unless somebody
 * enables it; slot 2 is the first administrator.
 *
 * A change made by the guest, or by an account that the guest has made or
 * changed, marks the account that it changes: such an account never gets
 * what reaches the host. The mark goes when an administrator who has none
 * sets its password from outside.
 */
#ifndef QEMU_BMC_BMC_USERS_H
#define QEMU_BMC_BMC_USERS_H

#include <gio/gio.h>

#include "bmc/bmc.h"

#define BMC_USERS_MAX 16
#define BMC_USER_ANONYMOUS 1      /* its slot */
#define BMC_USER_NAME_MAX 16      /* bytes; IPMI 2.0 section 22.28 */
#define BMC_IPMI_PASSWORD_MAX 20  /* bytes; IPMI 2.0 section 22.30 */
#define BMC_IPMI_PASSWORD_SHORT 16 /* bytes; the form of IPMI 1.5 */
#define BMC_PASSWORD_MAX 256      /* bytes; ours, for hashed passwords */
/* Wrong passwords that may be tested in a minute by the guest and its like. */
#define BMC_USERS_GUESSES_MAX 100

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

/* BmcUser.payloads: bits are numbers of standard payload types. */
#define BMC_USER_PAYLOAD_SOL 0x0002

/**
 * BmcUserAccess: what an account may do on the LAN channel (IPMI 2.0 section
 * 22.26). System interface and Redfish have no such bits, but for
 * @privilege, which holds over Redfish too.
 *
 * @privilege: highest privilege: READONLY is USER, OPERATOR, ADMIN; NONE is
 *             "no access"
 * @messaging: may use IPMI
 * @link_auth: may be used for link authentication (PPP); only kept
 * @callback_only: may not log in by itself, so its privilege is CALLBACK
 * @session_limit: most sessions at once; 0 means that nothing but the table
 *                 of sessions limits them
 */
typedef struct BmcUserAccess {
    BmcPrivilege privilege;
    bool messaging;
    bool link_auth;
    bool callback_only;
    uint8_t session_limit;
} BmcUserAccess;

/**
 * BmcUser: an account.
 *
 * @slot: 1 to %BMC_USERS_MAX
 * @name: "" when the slot is not in use, and that of slot 1
 * @enabled: may log in
 * @privilege: that of @access
 * @ipmi: may use IPMI: has @access.messaging and a retrievable password of
 *        at most %BMC_IPMI_PASSWORD_MAX bytes
 * @access: what it may do
 * @payloads: payload types that it may activate, BMC_USER_PAYLOAD_*
 * @must_change: over Redfish it may do nothing but change its password, until
 *               that has been changed, by whom ever
 * @expires_us: when its password expires, microseconds since 1970; 0 for
 *              never. From then on it is as @must_change
 * @in_band: made or changed by the guest; see bmc_user_may_reach_host()
 * @generation: grows when who has logged in before is not known to be the
 *              same any more: another name, password or state
 */
typedef struct BmcUser {
    unsigned slot;
    const char *name;
    bool enabled;
    BmcPrivilege privilege;
    bool ipmi;
    BmcUserAccess access;
    uint16_t payloads;
    bool must_change;
    int64_t expires_us;
    bool in_band;
    uint64_t generation;
} BmcUser;

/**
 * BmcPasswordTest: result of bmc_users_test_password().
 *
 * @BMC_PASSWORD_RIGHT: it is the account's
 * @BMC_PASSWORD_WRONG: it is not
 * @BMC_PASSWORD_WRONG_SIZE: the account's was set in the other form, or does
 *                           not fit in this one
 * @BMC_PASSWORD_TOO_MANY: too many have been tested; try later
 */
typedef enum BmcPasswordTest {
    BMC_PASSWORD_RIGHT,
    BMC_PASSWORD_WRONG,
    BMC_PASSWORD_WRONG_SIZE,
    BMC_PASSWORD_TOO_MANY,
} BmcPasswordTest;

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
 * @len: its length in bytes; 0 finds slot 1, the anonymous user
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
 * bmc_users_name_fits: whether an account may have a name.
 *
 * @name: the name
 *
 * Returns: true for 1 to %BMC_USER_NAME_MAX printable ASCII characters
 * without colon
 */
bool bmc_users_name_fits(const char *name);

/**
 * bmc_users_set_name: name an account. Taking the name away deletes the
 * account: password, access and everything else are as if it had never been.
 *
 * @bmc: the hub
 * @slot: 2 to %BMC_USERS_MAX
 * @name: printable ASCII without colon; need not be terminated
 * @len: its length in bytes, at most %BMC_USER_NAME_MAX; 0 deletes
 * @origin: who asks
 * @errp: BMC_ERROR_INVALID when the name, or the slot, cannot have it;
 *        BMC_ERROR_EXISTS when another account has that name
 *
 * Returns: true on success
 */
bool bmc_users_set_name(Bmc *bmc, unsigned slot, const char *name,
                        size_t len, const BmcOrigin *origin, GError **errp);

/**
 * bmc_users_set_password: give an account a password that IPMI can use, and
 * Redfish too if it is UTF-8 without zeros.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 * @password: @size bytes, padded with zeros; nothing but zeros takes the
 *            password away, and nobody can log in without one
 * @size: %BMC_IPMI_PASSWORD_SHORT or %BMC_IPMI_PASSWORD_MAX, which is
 *        remembered
 * @origin: who asks
 */
void bmc_users_set_password(Bmc *bmc, unsigned slot, const uint8_t *password,
                            size_t size, const BmcOrigin *origin);

/**
 * bmc_user_must_change: whether an account has to change its password now.
 *
 * @user: the account
 *
 * Returns: true if so
 */
bool bmc_user_must_change(const BmcUser *user);

/**
 * bmc_users_set_expiration: tell when an account's password expires. Another
 * password has another time; see bmc_accounts_expiration_days().
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 * @expires_us: as BmcUser has it
 * @origin: who asks
 */
void bmc_users_set_expiration(Bmc *bmc, unsigned slot, int64_t expires_us,
                              const BmcOrigin *origin);

/**
 * bmc_users_set_must_change: demand that an account's password be changed,
 * or do no longer.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 * @must_change: see BmcUser
 * @origin: who asks
 */
void bmc_users_set_must_change(Bmc *bmc, unsigned slot, bool must_change,
                               const BmcOrigin *origin);

/**
 * bmc_users_test_password: compare with an account's password, in constant
 * time. An account that has only a hash is never right. Who may not reach
 * the host must not learn the password of one who may by trying: only
 * %BMC_USERS_GUESSES_MAX wrong ones in a minute are looked at.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 * @password: @size bytes, padded with zeros
 * @size: %BMC_IPMI_PASSWORD_SHORT or %BMC_IPMI_PASSWORD_MAX
 * @origin: who asks
 *
 * Returns: the result
 */
BmcPasswordTest bmc_users_test_password(Bmc *bmc, unsigned slot,
                                        const uint8_t *password, size_t size,
                                        const BmcOrigin *origin);

/**
 * bmc_users_set_enabled: let an account log in, or not. The last enabled
 * administrator may be disabled too, as the specification has it:
 * --reset-accounts and the guest remain.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 * @enabled: whether it may log in
 * @origin: who asks
 */
void bmc_users_set_enabled(Bmc *bmc, unsigned slot, bool enabled,
                           const BmcOrigin *origin);

/**
 * bmc_users_set_access: change what an account may do.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 * @access: all of it; valid values only
 * @origin: who asks
 */
void bmc_users_set_access(Bmc *bmc, unsigned slot,
                          const BmcUserAccess *access,
                          const BmcOrigin *origin);

/**
 * bmc_users_set_payloads: change what payload types an account may activate.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 * @payloads: BMC_USER_PAYLOAD_*
 * @origin: who asks
 */
void bmc_users_set_payloads(Bmc *bmc, unsigned slot, uint16_t payloads,
                            const BmcOrigin *origin);

/**
 * bmc_user_may_reach_host: whether an account may ask for what reaches the
 * host: local image folders, addresses on loopback or link-local, firmware
 * files. Its privilege is another matter.
 *
 * @user: the account, or NULL
 *
 * Returns: false for NULL and for an account that the guest made or changed
 */
bool bmc_user_may_reach_host(const BmcUser *user);

/**
 * bmc_origin_may_reach_host: bmc_user_may_reach_host() for who sends a
 * request: never the guest; the local socket and the BMC itself always.
 *
 * @bmc: the hub
 * @origin: who asks
 *
 * Returns: whether it may
 */
bool bmc_origin_may_reach_host(const Bmc *bmc, const BmcOrigin *origin);

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
 * @peer: (nullable): who asks: each address has its turn, and only some
 *        places in the queue
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done, never before this returns
 * @opaque: handed to @callback
 */
void bmc_users_verify_async(Bmc *bmc, const char *name, const char *password,
                            const char *peer, GCancellable *cancellable,
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
