/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of accounts. What the guest changes is marked, and so is what an
 * account changes that is marked itself: else the guest could make itself an
 * account and have that one take the mark away.
 */
#include "osdep.h"

#include "bmc/users-priv.h"

#include "bmc/lockout.h"
#include "bmc/sessions.h"
#include "util/error.h"
#include "util/secret.h"

#define GUESSES_MS (60 * 1000)
#define US_PER_DAY (24 * 60 * 60 * (int64_t)G_USEC_PER_SEC)

static const BmcUser *find_actor(const Bmc *bmc, const BmcOrigin *origin)
{
    const char *name = origin->user ? origin->user : "";

    return bmc_users_find(bmc, name, strlen(name));
}

bool bmc_user_may_reach_host(const BmcUser *user)
{
    return user && !user->in_band;
}

bool bmc_origin_may_reach_host(const Bmc *bmc, const BmcOrigin *origin)
{
    switch (origin->channel) {
    case BMC_CHANNEL_INTERNAL:
    case BMC_CHANNEL_LOCAL:
        return true;
    case BMC_CHANNEL_LAN:
    case BMC_CHANNEL_REDFISH:
        /* An account that is gone meanwhile is nobody's */
        return bmc_user_may_reach_host(find_actor(bmc, origin));
    case BMC_CHANNEL_IN_BAND:
        break;
    }
    return false;
}

static void say(Bmc *bmc, const UserSlot *slot, const char *what,
                const char *done, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *name = log_escape(slot->name, -1, BMC_USER_NAME_MAX);
    unsigned suppressed;

    if (log_limit_allows(&bmc->users->changes, clock_now_ms(bmc->clock),
                         &suppressed)) {
        g_message("users: %s of account %u (\"%s\") %s by %s", what,
                  slot->user.slot, name, done, who);
    }
}

/*
 * Says it, writes it and tells it. @trusted is bmc_origin_may_reach_host()
 * as it was before the change, which may have been one of the actor's own
 * account.
 */
static void changed(Bmc *bmc, UserSlot *slot, const char *what,
                    const BmcOrigin *origin, bool trusted)
{
    if (!trusted) {
        slot->user.in_band = true;
    }
    users_update(slot);
    say(bmc, slot, what, "changed", origin);
    users_save(bmc);
    bmc_changed(bmc, BMC_PART_USERS);
}

void users_became_another(Bmc *bmc, unsigned slot)
{
    users_slot(bmc, slot)->user.generation++;
    bmc_lockout_enable(bmc, slot);
    bmc_sessions_account_changed(bmc, slot);
}

bool bmc_users_set_name(Bmc *bmc, unsigned slot, const char *name,
                        size_t len, const BmcOrigin *origin, GError **errp)
{
    UserSlot *at = users_slot(bmc, slot);
    bool trusted = bmc_origin_may_reach_host(bmc, origin);
    UserSlot *other;
    GError *err = NULL;

    if (len == strlen(at->name) && !memcmp(at->name, name, len)) {
        return true;
    }
    if (slot == BMC_USER_ANONYMOUS) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the anonymous user has no name");
        return false;
    }
    if (len == 0) {
        say(bmc, at, "everything", "deleted", origin);
        users_clear_slot(at);
        users_became_another(bmc, slot);
        changed(bmc, at, "name", origin, trusted);
        return true;
    }
    if (!users_check_name(name, len, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID, "%s", err->message);
        g_error_free(err);
        return false;
    }
    other = users_find_slot(bmc, name, len);
    if (other) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                    "account %u has that name", other->user.slot);
        return false;
    }
    users_became_another(bmc, slot);
    memset(at->name, 0, sizeof(at->name));
    memcpy(at->name, name, len);
    changed(bmc, at, "name", origin, trusted);
    return true;
}

static bool is_zero(const uint8_t *bytes, size_t len)
{
    uint8_t any = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        any |= bytes[i];
    }
    return !any;
}

static void set_password(Bmc *bmc, UserSlot *at, const void *password,
                         size_t len, size_t size, const char *hash,
                         const BmcOrigin *origin)
{
    bool trusted = bmc_origin_may_reach_host(bmc, origin);

    users_became_another(bmc, at->user.slot);
    users_clear_password(at);
    if (hash) {
        at->hash = g_strdup(hash);
    } else if (!is_zero(password, len)) {
        memcpy(at->password, password, len);
        at->has_password = true;
        at->password_size = size;
    }
    /* Whoever knew the old password does not know this one */
    at->user.in_band = false;
    at->user.must_change = false;
    at->user.expires_us = bmc->users->expiration_days
        ? g_get_real_time() + bmc->users->expiration_days * US_PER_DAY : 0;
    changed(bmc, at, "password", origin, trusted);
}

void bmc_users_set_password(Bmc *bmc, unsigned slot, const uint8_t *password,
                            size_t size, const BmcOrigin *origin)
{
    set_password(bmc, users_slot(bmc, slot), password, size, size, NULL,
                 origin);
}

void users_set_text(Bmc *bmc, unsigned slot, const char *password,
                    const char *hash, const BmcOrigin *origin)
{
    set_password(bmc, users_slot(bmc, slot), password,
                 password ? strlen(password) : 0, 0, hash, origin);
}

static BmcPasswordTest test_password(const UserSlot *at,
                                     const uint8_t *password, size_t size)
{
    uint8_t padded[BMC_IPMI_PASSWORD_MAX] = { 0 };
    bool equal;

    if ((at->password_size && at->password_size != size) ||
        !is_zero(at->password + size, sizeof(at->password) - size)) {
        return BMC_PASSWORD_WRONG_SIZE;
    }
    memcpy(padded, password, size);
    equal = secret_equal(padded, sizeof(padded), at->password,
                         sizeof(at->password));
    secret_wipe(padded, sizeof(padded));
    return equal && !at->hash ? BMC_PASSWORD_RIGHT : BMC_PASSWORD_WRONG;
}

BmcPasswordTest bmc_users_test_password(Bmc *bmc, unsigned slot,
                                        const uint8_t *password, size_t size,
                                        const BmcOrigin *origin)
{
    const UserSlot *at = users_slot(bmc, slot);
    BmcUsers *users = bmc->users;
    int64_t now = clock_now_ms(bmc->clock);
    BmcPasswordTest result;

    if (bmc_origin_may_reach_host(bmc, origin)) {
        return test_password(at, password, size);
    }
    if (now >= users->guesses_until_ms) {
        users->guesses = 0;
        users->guesses_until_ms = now + GUESSES_MS;
    }
    if (users->guesses >= BMC_USERS_GUESSES_MAX) {
        return BMC_PASSWORD_TOO_MANY;
    }
    result = test_password(at, password, size);
    users->guesses += result != BMC_PASSWORD_RIGHT;
    return result;
}

void bmc_users_set_enabled(Bmc *bmc, unsigned slot, bool enabled,
                           const BmcOrigin *origin)
{
    UserSlot *at = users_slot(bmc, slot);
    bool trusted = bmc_origin_may_reach_host(bmc, origin);

    if (enabled) {
        bmc_lockout_enable(bmc, slot);
    }
    if (at->user.enabled != enabled) {
        at->user.enabled = enabled;
        users_became_another(bmc, slot);
        changed(bmc, at, "state", origin, trusted);
    }
}

bool bmc_user_must_change(const BmcUser *user)
{
    return user->must_change ||
           (user->expires_us && g_get_real_time() >= user->expires_us);
}

void bmc_users_set_expiration(Bmc *bmc, unsigned slot, int64_t expires_us,
                              const BmcOrigin *origin)
{
    UserSlot *at = users_slot(bmc, slot);
    bool trusted = bmc_origin_may_reach_host(bmc, origin);

    if (at->user.expires_us != expires_us) {
        at->user.expires_us = expires_us;
        changed(bmc, at, "end of the password", origin, trusted);
    }
}

void bmc_users_set_must_change(Bmc *bmc, unsigned slot, bool must_change,
                               const BmcOrigin *origin)
{
    UserSlot *at = users_slot(bmc, slot);
    bool trusted = bmc_origin_may_reach_host(bmc, origin);

    if (at->user.must_change != must_change) {
        at->user.must_change = must_change;
        changed(bmc, at, "need of another password", origin, trusted);
    }
}

void bmc_users_set_access(Bmc *bmc, unsigned slot,
                          const BmcUserAccess *access,
                          const BmcOrigin *origin)
{
    UserSlot *at = users_slot(bmc, slot);
    bool trusted = bmc_origin_may_reach_host(bmc, origin);
    const BmcUserAccess *old = &at->user.access;

    if (old->privilege == access->privilege &&
        old->messaging == access->messaging &&
        old->link_auth == access->link_auth &&
        old->callback_only == access->callback_only &&
        old->session_limit == access->session_limit) {
        return;
    }
    at->user.access = *access;
    changed(bmc, at, "access", origin, trusted);
}

void bmc_users_set_payloads(Bmc *bmc, unsigned slot, uint16_t payloads,
                            const BmcOrigin *origin)
{
    UserSlot *at = users_slot(bmc, slot);
    bool trusted = bmc_origin_may_reach_host(bmc, origin);

    if (at->user.payloads != payloads) {
        at->user.payloads = payloads;
        changed(bmc, at, "payload access", origin, trusted);
    }
}
