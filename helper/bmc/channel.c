/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The LAN channel: access, K_g, privileges of the cipher suites. */
#include "osdep.h"

#include "bmc/channel.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "util/error.h"
#include "util/log.h"
#include "util/secret.h"

/**
 * BmcChannelState: the channel.
 *
 * @present: what holds now
 * @saved: what holds after a restart
 * @closed: nobody is to listen while @present is disabled
 * @kg: K_g; all zero for none
 * @kg_locked: it can be read and set no more
 * @suites: highest privilege by number of the cipher suite, or
 *          %BMC_CIPHER_SUITE_UNSET
 * @changes: limits log lines about changes
 */
struct BmcChannelState {
    BmcChannelAccess present;
    BmcChannelAccess saved;
    bool closed;
    uint8_t kg[BMC_KEY_LEN];
    bool kg_locked;
    uint8_t suites[BMC_CIPHER_SUITE_COUNT];
    LogLimit changes;
};

static const uint8_t no_key[BMC_KEY_LEN];

static const BmcChannelAccess default_access = {
    .mode = BMC_CHANNEL_MODE_ALWAYS,
    .alerting = true,
    .per_message_auth = true,
    .user_level_auth = true,
    .limit = BMC_PRIVILEGE_ADMIN,
};

static void save(Bmc *bmc)
{
    const BmcChannelState *channel = bmc->channel;
    const BmcChannelAccess *saved = &channel->saved;
    JsonObject *section = json_object_new();
    JsonArray *suites = json_array_new();
    g_autofree char *kg = NULL;
    unsigned i;

    json_object_set_int_member(section, "mode", saved->mode);
    json_object_set_boolean_member(section, "closed", channel->closed);
    json_object_set_boolean_member(section, "alerting", saved->alerting);
    json_object_set_boolean_member(section, "per-message-auth",
                                   saved->per_message_auth);
    json_object_set_boolean_member(section, "user-level-auth",
                                   saved->user_level_auth);
    json_object_set_int_member(section, "limit", saved->limit);
    for (i = 0; i < BMC_CIPHER_SUITE_COUNT; i++) {
        json_array_add_int_element(suites, channel->suites[i]);
    }
    json_object_set_array_member(section, "suite-privileges", suites);
    if (!secret_equal(channel->kg, BMC_KEY_LEN, no_key, BMC_KEY_LEN)) {
        kg = g_base64_encode(channel->kg, BMC_KEY_LEN);
        json_object_set_string_member(section, "kg", kg);
        secret_wipe(kg, strlen(kg));
    }
    json_object_set_boolean_member(section, "kg-locked", channel->kg_locked);
    persist_set(bmc->persist, "channel", section);
}

static void load_access(BmcChannelState *channel, PersistReader *r)
{
    BmcChannelAccess *saved = &channel->saved;
    int64_t value;

    if (persist_read_int(r, "mode", 0, UINT8_MAX, &value)) {
        if (value == BMC_CHANNEL_MODE_DISABLED ||
            value == (int64_t)default_access.mode) {
            saved->mode = value;
        } else {
            persist_read_damaged(r, "mode");
        }
    }
    if (persist_read_int(r, "limit", BMC_PRIVILEGE_CALLBACK,
                         BMC_PRIVILEGE_ADMIN, &value)) {
        saved->limit = value;
    }
    persist_read_bool(r, "closed", &channel->closed);
    persist_read_bool(r, "alerting", &saved->alerting);
    persist_read_bool(r, "per-message-auth", &saved->per_message_auth);
    persist_read_bool(r, "user-level-auth", &saved->user_level_auth);
}

static void load_suites(BmcChannelState *channel, PersistReader *r)
{
    JsonArray *suites;
    int64_t value;
    unsigned i;

    if (!persist_read_array(r, "suite-privileges", BMC_CIPHER_SUITE_COUNT,
                            &suites)) {
        return;
    }
    for (i = 0; i < json_array_get_length(suites); i++) {
        if (!persist_read_element_int(r, "suite-privileges", suites, i,
                                      BMC_PRIVILEGE_NONE,
                                      BMC_CIPHER_SUITE_UNSET, &value)) {
            continue;
        }
        if (value <= BMC_PRIVILEGE_ADMIN ||
            value == BMC_CIPHER_SUITE_UNSET) {
            channel->suites[i] = value;
        } else {
            persist_read_damaged(r, "suite-privileges");
        }
    }
}

/*
 * A key that cannot be read must not turn into no key, which would let in
 * whoever does not know it: then nobody comes in until it is set again.
 */
static void load_kg(Bmc *bmc, PersistReader *r)
{
    BmcChannelState *channel = bmc->channel;

    persist_read_bool(r, "kg-locked", &channel->kg_locked);
    if (!json_object_has_member(r->object, "kg")) {
        return;
    }
    if (!persist_read_bytes(r, "kg", channel->kg, BMC_KEY_LEN)) {
        g_warning("state directory %s: the channel's key K_g cannot be used "
                  "and is replaced by a random one; set it again",
                  bmc->state_dir);
        secret_random(channel->kg, BMC_KEY_LEN);
        channel->kg_locked = false;
    }
}

void bmc_channel_new(Bmc *bmc, bool reset_keys)
{
    PersistReader r;
    bool found = persist_read(&r, bmc->persist, "channel");
    BmcChannelState *channel = g_new0(BmcChannelState, 1);

    bmc->channel = channel;
    channel->saved = default_access;
    memset(channel->suites, BMC_CIPHER_SUITE_UNSET, sizeof(channel->suites));
    if (found) {
        load_access(channel, &r);
        load_suites(channel, &r);
    }
    if (found && !reset_keys) {
        load_kg(bmc, &r);
    } else if (found) {
        /* Whoever has lost the way in wants all of it back */
        channel->saved = default_access;
        channel->closed = false;
        memset(channel->suites, BMC_CIPHER_SUITE_UNSET,
               sizeof(channel->suites));
        save(bmc);
    }
    channel->present = channel->saved;
}

void bmc_channel_free(Bmc *bmc)
{
    if (bmc->channel) {
        secret_wipe(bmc->channel, sizeof(*bmc->channel));
        g_clear_pointer(&bmc->channel, g_free);
    }
}

static void changed(Bmc *bmc, const char *what, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    unsigned suppressed;

    if (log_limit_allows(&bmc->channel->changes, clock_now_ms(bmc->clock),
                         &suppressed)) {
        g_message("LAN channel: %s changed by %s", what, who);
    }
    save(bmc);
    bmc_changed(bmc, BMC_PART_LAN);
}

const BmcChannelAccess *bmc_channel_access(const Bmc *bmc)
{
    return &bmc->channel->present;
}

const BmcChannelAccess *bmc_channel_access_saved(const Bmc *bmc)
{
    return &bmc->channel->saved;
}

static bool access_equal(const BmcChannelAccess *a, const BmcChannelAccess *b)
{
    return a->mode == b->mode && a->alerting == b->alerting &&
           a->per_message_auth == b->per_message_auth &&
           a->user_level_auth == b->user_level_auth && a->limit == b->limit;
}

void bmc_channel_set_access(Bmc *bmc, bool saved,
                            const BmcChannelAccess *access,
                            const BmcOrigin *origin)
{
    BmcChannelAccess *at = saved ? &bmc->channel->saved :
                           &bmc->channel->present;

    if (access_equal(at, access)) {
        return;
    }
    *at = *access;
    if (saved && access->mode != BMC_CHANNEL_MODE_DISABLED) {
        bmc->channel->closed = false;
    }
    changed(bmc, saved ? "saved access" : "present access", origin);
}

void bmc_channel_set_enabled(Bmc *bmc, bool enabled,
                             const BmcOrigin *origin)
{
    BmcChannelState *channel = bmc->channel;
    BmcChannelMode mode = enabled ? BMC_CHANNEL_MODE_ALWAYS
                                  : BMC_CHANNEL_MODE_DISABLED;

    if (channel->closed == !enabled && channel->present.mode == mode &&
        channel->saved.mode == mode) {
        return;
    }
    channel->closed = !enabled;
    channel->present.mode = mode;
    channel->saved.mode = mode;
    changed(bmc, "access", origin);
}

bool bmc_channel_is_closed(const Bmc *bmc)
{
    return bmc->channel->closed &&
           bmc->channel->present.mode == BMC_CHANNEL_MODE_DISABLED;
}

void bmc_channel_restart(Bmc *bmc)
{
    BmcChannelState *channel = bmc->channel;

    if (!access_equal(&channel->present, &channel->saved)) {
        channel->present = channel->saved;
        g_message("LAN channel: access is as it was saved");
        bmc_changed(bmc, BMC_PART_LAN);
    }
}

void bmc_channel_machine_event(Bmc *bmc, const MachineEvent *event)
{
    if (event->type == MACHINE_EVENT_RESET ||
        (event->type == MACHINE_EVENT_STATE &&
         machine_state_is_off(bmc->machine->state))) {
        bmc_channel_restart(bmc);
    }
}

BmcPrivilege bmc_channel_ceiling(const Bmc *bmc, const BmcUser *user)
{
    const BmcChannelAccess *access = &bmc->channel->present;
    BmcPrivilege ceiling = MIN(user->access.privilege, access->limit);

    if (access->mode == BMC_CHANNEL_MODE_DISABLED || !user->enabled ||
        !user->ipmi) {
        return BMC_PRIVILEGE_NONE;
    }
    return user->access.callback_only ? MIN(ceiling, BMC_PRIVILEGE_CALLBACK) :
           ceiling;
}

bool bmc_channel_kg(const Bmc *bmc, uint8_t key[BMC_KEY_LEN])
{
    memcpy(key, bmc->channel->kg, BMC_KEY_LEN);
    return !secret_equal(key, BMC_KEY_LEN, no_key, BMC_KEY_LEN);
}

bool bmc_channel_kg_locked(const Bmc *bmc)
{
    return bmc->channel->kg_locked;
}

bool bmc_channel_set_kg(Bmc *bmc, const uint8_t key[BMC_KEY_LEN],
                        const BmcOrigin *origin, GError **errp)
{
    BmcChannelState *channel = bmc->channel;

    if (channel->kg_locked) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "the key is locked");
        return false;
    }
    if (!secret_equal(key, BMC_KEY_LEN, channel->kg, BMC_KEY_LEN)) {
        memcpy(channel->kg, key, BMC_KEY_LEN);
        changed(bmc, "key K_g", origin);
    }
    return true;
}

void bmc_channel_lock_kg(Bmc *bmc, const BmcOrigin *origin)
{
    if (!bmc->channel->kg_locked) {
        bmc->channel->kg_locked = true;
        changed(bmc, "lock of key K_g", origin);
    }
}

BmcPrivilege bmc_channel_suite_privilege(const Bmc *bmc, unsigned suite)
{
    uint8_t privilege;

    if (suite >= BMC_CIPHER_SUITE_COUNT) {
        return BMC_PRIVILEGE_NONE;
    }
    privilege = bmc->channel->suites[suite];
    return privilege == BMC_CIPHER_SUITE_UNSET ? BMC_PRIVILEGE_ADMIN :
           privilege;
}

const uint8_t *bmc_channel_suite_privileges(const Bmc *bmc)
{
    return bmc->channel->suites;
}

void bmc_channel_set_suite_privileges(
    Bmc *bmc, const uint8_t privileges[BMC_CIPHER_SUITE_COUNT],
    const BmcOrigin *origin)
{
    BmcChannelState *channel = bmc->channel;

    if (memcmp(channel->suites, privileges, sizeof(channel->suites))) {
        memcpy(channel->suites, privileges, sizeof(channel->suites));
        changed(bmc, "privileges of the cipher suites", origin);
    }
}
