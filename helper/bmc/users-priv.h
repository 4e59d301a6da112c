/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files about accounts share; for helper/bmc/users*.c only. */
#ifndef QEMU_BMC_BMC_USERS_PRIV_H
#define QEMU_BMC_BMC_USERS_PRIV_H

#include <nettle/sha2.h>

#include "bmc/bmc-priv.h"
#include "bmc/users.h"
#include "util/fair-queue.h"
#include "util/log.h"

/* Passwords that wait to be hashed, in all and from one address. */
#define USERS_WAITING_MAX 64
#define USERS_WAITING_PER_PEER 48

/**
 * UserSlot: an account and what is kept of its password: the password
 * itself, or a hash, or neither.
 *
 * @user: what others see of it
 * @name: BmcUser.name
 * @password: the password, padded with zeros; only if @has_password
 * @has_password: it has one that can be retrieved
 * @password_size: the form in which it was set, in bytes; 0 if it was not
 *                 set over IPMI, so that both forms fit
 * @hash: of a password that is for Redfish only
 * @proof: digest of a password that was right, until @proof_until_ms
 */
typedef struct UserSlot {
    BmcUser user;
    char name[BMC_USER_NAME_MAX + 1];
    uint8_t password[BMC_IPMI_PASSWORD_MAX];
    bool has_password;
    uint8_t password_size;
    char *hash;
    uint8_t proof[SHA256_DIGEST_SIZE];
    int64_t proof_until_ms;
} UserSlot;

/**
 * BmcUsers: all accounts.
 *
 * @slots: slot 1 is the first
 * @cache_key: keys UserSlot.proof
 * @cancellable: stops hashing when the hub goes
 * @hashing: threads at work
 * @waiting: GTasks of callers that no thread works for yet
 * @guesses: wrong passwords that were tested until @guesses_until_ms by who
 *           may not reach the host
 * @changes: limits log lines about changes
 * @min_password: how long a new password must be
 * @expiration_days: for how long it is good; 0 for ever
 * @first_name: the first administrator, as configured
 * @first_password: its password
 */
struct BmcUsers {
    UserSlot slots[BMC_USERS_MAX];
    uint8_t cache_key[SHA256_DIGEST_SIZE];
    GCancellable *cancellable;
    unsigned hashing;
    FairQueue *waiting;
    unsigned guesses;
    int64_t guesses_until_ms;
    LogLimit changes;
    unsigned min_password;
    unsigned expiration_days;
    char *first_name;
    char *first_password;
};

/**
 * users_slot: an account by its number.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 *
 * Returns: (transfer none): the slot
 */
UserSlot *users_slot(const Bmc *bmc, unsigned slot);

/**
 * users_find_slot: an account by its name.
 *
 * @bmc: the hub
 * @name: the name; need not be terminated
 * @len: its length in bytes; 0 never finds anything
 *
 * Returns: (transfer none): the slot, or NULL
 */
UserSlot *users_find_slot(const Bmc *bmc, const char *name, size_t len);

/**
 * users_check_name: whether a name may be given to an account.
 *
 * @name: the name; need not be terminated
 * @len: its length in bytes
 * @errp: BMC_ERROR_USAGE
 *
 * Returns: true if it may
 */
bool users_check_name(const char *name, size_t len, GError **errp);

/**
 * users_update: bring BmcUser up to date after a change of its slot.
 *
 * @slot: the slot
 */
void users_update(UserSlot *slot);

/**
 * users_clear_password: wipe what is kept of a password.
 *
 * @slot: the slot
 */
void users_clear_password(UserSlot *slot);

/**
 * users_became_another: who has logged in, or tried to, was somebody else.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 */
void users_became_another(Bmc *bmc, unsigned slot);

/**
 * users_clear_slot: make a slot as if it had never been used.
 *
 * @slot: the slot
 */
void users_clear_slot(UserSlot *slot);

/**
 * users_save: write all accounts.
 *
 * @bmc: the hub
 */
void users_save(Bmc *bmc);

/**
 * users_password_matches: compare with a slot's retrievable password, in
 * constant time.
 *
 * @slot: the slot, or NULL, which never matches
 * @password: the password
 *
 * Returns: true if it is the same, and not empty
 */
bool users_password_matches(const UserSlot *slot, const char *password);

/**
 * users_set_text: give an account a password that is text.
 *
 * @bmc: the hub
 * @slot: 1 to %BMC_USERS_MAX
 * @password: (nullable): at most %BMC_IPMI_PASSWORD_MAX bytes
 * @hash: (nullable): from secret_hash(), where there is no @password
 * @origin: who asks
 */
void users_set_text(Bmc *bmc, unsigned slot, const char *password,
                    const char *hash, const BmcOrigin *origin);

/**
 * bmc_accounts_load: load what holds for all accounts.
 *
 * @bmc: the hub
 */
void bmc_accounts_load(Bmc *bmc);

/**
 * users_drop_proof: forget that a password was right.
 *
 * @slot: the slot
 */
void users_drop_proof(UserSlot *slot);

#endif /* QEMU_BMC_BMC_USERS_PRIV_H */
