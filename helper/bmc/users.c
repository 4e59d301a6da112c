/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounts: the list, and how it is kept. One that may use IPMI keeps its
 * password, which RAKP needs; any other is kept as a yescrypt hash.
 */
#include "osdep.h"

#include "bmc/users-priv.h"

#include <json-glib/json-glib.h>

#include "bmc/persist-read.h"
#include "bmc/sessions.h"
#include "util/error.h"
#include "util/secret.h"

#define FIRST_ADMIN_SLOT 2
#define SESSION_LIMIT_MAX 15

/* What an account has unless somebody says otherwise. */
static const BmcUserAccess default_access = {
    .privilege = BMC_PRIVILEGE_NONE,
    .messaging = true,
    .link_auth = true,
};

UserSlot *users_slot(const Bmc *bmc, unsigned slot)
{
    return &bmc->users->slots[slot - 1];
}

UserSlot *users_find_slot(const Bmc *bmc, const char *name, size_t len)
{
    unsigned i;

    for (i = 0; len > 0 && i < BMC_USERS_MAX; i++) {
        UserSlot *slot = &bmc->users->slots[i];

        if (strlen(slot->name) == len && !memcmp(slot->name, name, len)) {
            return slot;
        }
    }
    return NULL;
}

bool users_check_name(const char *name, size_t len, GError **errp)
{
    size_t i;

    if (len == 0 || len > BMC_USER_NAME_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "the user name has %zu bytes; it must have 1 to %d",
                    len, BMC_USER_NAME_MAX);
        return false;
    }
    for (i = 0; i < len; i++) {
        if (!g_ascii_isprint(name[i]) || name[i] == ':') {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "the user name may only have printable ASCII "
                        "characters, and no colon");
            return false;
        }
    }
    return true;
}

bool bmc_users_name_fits(const char *name)
{
    return users_check_name(name, strlen(name), NULL);
}

static bool check_password(const char *password, GError **errp)
{
    size_t len = strlen(password);

    if (len == 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "the password is empty");
        return false;
    }
    if (len > BMC_PASSWORD_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "the password has %zu bytes; the most is %d", len,
                    BMC_PASSWORD_MAX);
        return false;
    }
    if (!g_utf8_validate(password, len, NULL)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "the password is not UTF-8");
        return false;
    }
    return true;
}

void users_update(UserSlot *slot)
{
    slot->user.privilege = slot->user.access.privilege;
    slot->user.ipmi = slot->has_password && slot->user.access.messaging;
}

void users_clear_password(UserSlot *slot)
{
    secret_wipe(slot->password, sizeof(slot->password));
    slot->has_password = false;
    slot->password_size = 0;
    g_clear_pointer(&slot->hash, secret_free);
    users_drop_proof(slot);
}

void users_clear_slot(UserSlot *slot)
{
    users_clear_password(slot);
    memset(slot->name, 0, sizeof(slot->name));
    slot->user.enabled = false;
    slot->user.access = default_access;
    slot->user.payloads = BMC_USER_PAYLOAD_SOL;
    slot->user.in_band = false;
    slot->user.must_change = false;
    slot->user.expires_us = 0;
    users_update(slot);
}

static void init_slots(BmcUsers *users)
{
    unsigned i;

    for (i = 0; i < BMC_USERS_MAX; i++) {
        users->slots[i].user.slot = i + 1;
        users->slots[i].user.name = users->slots[i].name;
        users_clear_slot(&users->slots[i]);
    }
}

static void set_text_password(UserSlot *slot, const char *password)
{
    users_clear_password(slot);
    memcpy(slot->password, password, strlen(password));
    slot->has_password = true;
}

/* As text if it is one, so that people can read the file. */
static void password_to_json(const UserSlot *slot, JsonObject *object)
{
    char text[BMC_IPMI_PASSWORD_MAX + 1] = { 0 };
    char hex[2 * BMC_IPMI_PASSWORD_MAX + 1] = { 0 };
    size_t len;
    size_t i;

    memcpy(text, slot->password, sizeof(slot->password));
    len = strlen(text);
    for (i = len; i < sizeof(text) && !text[i]; i++) {
    }
    if (len && i == sizeof(text) && g_utf8_validate(text, len, NULL)) {
        json_object_set_string_member(object, "password", text);
    } else {
        for (i = 0; i < sizeof(slot->password); i++) {
            g_snprintf(hex + 2 * i, 3, "%02x", slot->password[i]);
        }
        json_object_set_string_member(object, "password-hex", hex);
    }
    if (slot->password_size) {
        json_object_set_int_member(object, "password-size",
                                   slot->password_size);
    }
    secret_wipe(text, sizeof(text));
    secret_wipe(hex, sizeof(hex));
}

static JsonObject *slot_to_json(const UserSlot *slot)
{
    JsonObject *object = json_object_new();
    const BmcUserAccess *access = &slot->user.access;

    json_object_set_int_member(object, "slot", slot->user.slot);
    json_object_set_string_member(object, "name", slot->name);
    json_object_set_boolean_member(object, "enabled", slot->user.enabled);
    json_object_set_int_member(object, "privilege", access->privilege);
    json_object_set_boolean_member(object, "messaging", access->messaging);
    json_object_set_boolean_member(object, "link-auth", access->link_auth);
    json_object_set_boolean_member(object, "callback-only",
                                   access->callback_only);
    json_object_set_int_member(object, "session-limit",
                               access->session_limit);
    json_object_set_int_member(object, "payloads", slot->user.payloads);
    json_object_set_boolean_member(object, "in-band", slot->user.in_band);
    json_object_set_boolean_member(object, "must-change",
                                   slot->user.must_change);
    json_object_set_int_member(object, "expires", slot->user.expires_us);
    if (slot->has_password) {
        password_to_json(slot, object);
    } else if (slot->hash) {
        json_object_set_string_member(object, "hash", slot->hash);
    }
    return object;
}

static bool slot_in_use(const UserSlot *slot)
{
    const BmcUser *user = &slot->user;
    const BmcUserAccess *access = &user->access;

    return *slot->name || slot->has_password || slot->hash ||
           user->enabled || user->in_band ||
           user->payloads != BMC_USER_PAYLOAD_SOL ||
           access->privilege != default_access.privilege ||
           access->messaging != default_access.messaging ||
           access->link_auth != default_access.link_auth ||
           access->callback_only || access->session_limit;
}

void users_save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    JsonArray *accounts = json_array_new();
    unsigned i;

    for (i = 0; i < BMC_USERS_MAX; i++) {
        UserSlot *slot = &bmc->users->slots[i];

        if (slot_in_use(slot)) {
            json_array_add_object_element(accounts, slot_to_json(slot));
        }
    }
    json_object_set_array_member(section, "accounts", accounts);
    persist_set(bmc->persist, "users", section);
}

static bool password_fits_ipmi(const char *password)
{
    return strlen(password) <= BMC_IPMI_PASSWORD_MAX;
}

static bool hex_to_password(const char *hex, uint8_t *password)
{
    size_t i;

    if (strlen(hex) != 2 * BMC_IPMI_PASSWORD_MAX) {
        return false;
    }
    for (i = 0; i < BMC_IPMI_PASSWORD_MAX; i++) {
        if (!g_ascii_isxdigit(hex[2 * i]) ||
            !g_ascii_isxdigit(hex[2 * i + 1])) {
            return false;
        }
        password[i] = g_ascii_xdigit_value(hex[2 * i]) << 4 |
                      g_ascii_xdigit_value(hex[2 * i + 1]);
    }
    return true;
}

/* Returns false for a password that makes no sense. */
static bool password_from_json(UserSlot *slot, PersistReader *r)
{
    const char *text = NULL;
    const char *hex = NULL;
    const char *hash = NULL;
    int64_t size = 0;

    persist_read_string(r, "password", &text);
    persist_read_string(r, "password-hex", &hex);
    persist_read_string(r, "hash", &hash);
    persist_read_int(r, "password-size", 0, BMC_IPMI_PASSWORD_MAX, &size);
    if (!!text + !!hex + !!hash > 1 ||
        (size != 0 && size != BMC_IPMI_PASSWORD_SHORT &&
         size != BMC_IPMI_PASSWORD_MAX)) {
        return false;
    }
    if (text) {
        if (!check_password(text, NULL) || !password_fits_ipmi(text)) {
            return false;
        }
        set_text_password(slot, text);
    } else if (hex) {
        if (!hex_to_password(hex, slot->password)) {
            return false;
        }
        slot->has_password = true;
    }
    slot->password_size = size;
    slot->hash = g_strdup(hash);
    return true;
}

/*
 * What is not there stays as it is in a new account. What is there and makes
 * no sense must not: the account could do more than it was given.
 */
static bool access_from_json(UserSlot *slot, PersistReader *r)
{
    BmcUserAccess *access = &slot->user.access;
    int64_t privilege;
    int64_t limit = 0;
    int64_t payloads = slot->user.payloads;

    persist_read_int(r, "session-limit", 0, SESSION_LIMIT_MAX, &limit);
    persist_read_int(r, "payloads", 0, BMC_USER_PAYLOAD_SOL, &payloads);
    if (!persist_read_bool(r, "enabled", &slot->user.enabled) ||
        !persist_read_int(r, "privilege", BMC_PRIVILEGE_NONE,
                          BMC_PRIVILEGE_ADMIN, &privilege) ||
        (payloads & ~BMC_USER_PAYLOAD_SOL)) {
        return false;
    }
    access->privilege = privilege;
    access->session_limit = limit;
    slot->user.payloads = payloads;
    persist_read_bool(r, "messaging", &access->messaging);
    persist_read_bool(r, "link-auth", &access->link_auth);
    persist_read_bool(r, "callback-only", &access->callback_only);
    persist_read_bool(r, "in-band", &slot->user.in_band);
    persist_read_bool(r, "must-change", &slot->user.must_change);
    persist_read_int(r, "expires", 0, INT64_MAX, &slot->user.expires_us);
    return !r->damaged;
}

/* Returns the slot of a record that may be loaded, or NULL. */
static UserSlot *slot_for_record(Bmc *bmc, PersistReader *r,
                                 const char **name)
{
    int64_t number;
    size_t len;

    if (!persist_read_int(r, "slot", BMC_USER_ANONYMOUS, BMC_USERS_MAX,
                          &number) ||
        slot_in_use(users_slot(bmc, number)) ||
        !persist_read_string(r, "name", name)) {
        return NULL;
    }
    len = strlen(*name);
    if (len && (number == BMC_USER_ANONYMOUS ||
                !users_check_name(*name, len, NULL) ||
                users_find_slot(bmc, *name, len))) {
        return NULL;
    }
    return users_slot(bmc, number);
}

/* Returns false, leaving the slot empty, for a record that makes no sense. */
static bool slot_from_json(Bmc *bmc, PersistReader *r)
{
    const char *name;
    UserSlot *slot = slot_for_record(bmc, r, &name);

    if (!slot) {
        return false;
    }
    if (!password_from_json(slot, r) || !access_from_json(slot, r)) {
        users_clear_slot(slot);
        return false;
    }
    g_strlcpy(slot->name, name, sizeof(slot->name));
    users_update(slot);
    return true;
}

static bool has_admin(const Bmc *bmc)
{
    const BmcUser *user;
    unsigned slot;

    for (slot = BMC_USER_ANONYMOUS; slot <= BMC_USERS_MAX; slot++) {
        user = bmc_users_get(bmc, slot);
        if (user->enabled && user->privilege == BMC_PRIVILEGE_ADMIN) {
            return true;
        }
    }
    return false;
}

/* Returns the number of accounts found in the state. */
static unsigned load(Bmc *bmc)
{
    JsonArray *accounts = NULL;
    PersistReader record;
    PersistReader r;
    unsigned count = 0;
    unsigned i;

    persist_read(&r, bmc->persist, "users");
    if (!persist_read_array(&r, "accounts", UINT_MAX, &accounts)) {
        return 0;
    }
    for (i = 0; i < json_array_get_length(accounts); i++) {
        if (persist_read_element(&record, &r, "accounts", accounts, i) &&
            slot_from_json(bmc, &record)) {
            count++;
        } else {
            g_warning("state directory %s: account record %u cannot be "
                      "used and is dropped", bmc->state_dir, i + 1);
        }
    }
    if (count && count < json_array_get_length(accounts) && !has_admin(bmc)) {
        g_warning("state directory %s: no administrator's account is left "
                  "(--reset-accounts makes one)", bmc->state_dir);
    }
    return count;
}

static bool make_first_admin(Bmc *bmc, const BmcConfig *config,
                             GError **errp)
{
    UserSlot *slot = users_slot(bmc, FIRST_ADMIN_SLOT);

    if (password_fits_ipmi(config->admin_password)) {
        set_text_password(slot, config->admin_password);
    } else {
        slot->hash = secret_hash(config->admin_password, errp);
        if (!slot->hash) {
            return false;
        }
        g_message("users: the password of \"%s\" is longer than %d bytes: "
                  "the account is for Redfish only", config->admin_user,
                  BMC_IPMI_PASSWORD_MAX);
    }
    g_strlcpy(slot->name, config->admin_user, sizeof(slot->name));
    slot->user.enabled = true;
    slot->user.access.privilege = BMC_PRIVILEGE_ADMIN;
    users_update(slot);
    users_save(bmc);
    return true;
}

/* The state wins; say so when the configuration says something else. */
static void compare_config(Bmc *bmc, const BmcConfig *config)
{
    UserSlot *slot = users_find_slot(bmc, config->admin_user,
                                     strlen(config->admin_user));
    bool same;

    if (!slot) {
        g_message("users: IPMI_USER \"%s\" is not among the accounts in %s, "
                  "which are kept (--reset-accounts starts over)",
                  config->admin_user, bmc->state_dir);
        return;
    }
    if (!slot->hash) {
        same = users_password_matches(slot, config->admin_password);
    } else {
        same = secret_hash_verify(config->admin_password, slot->hash);
        g_message("users: the account \"%s\" is for Redfish only",
                  slot->name);
    }
    if (!same) {
        g_message("users: IPMI_PASS differs from the password of \"%s\" in "
                  "%s, which is kept (--reset-accounts starts over)",
                  slot->name, bmc->state_dir);
    }
}

bool bmc_users_new(Bmc *bmc, const BmcConfig *config, GError **errp)
{
    BmcUsers *users = g_new0(BmcUsers, 1);

    bmc->users = users;
    users->cancellable = g_cancellable_new();
    users->waiting = fair_queue_new(USERS_WAITING_MAX,
                                    USERS_WAITING_PER_PEER);
    secret_random(users->cache_key, sizeof(users->cache_key));
    init_slots(users);
    bmc_accounts_load(bmc);
    if (!users_check_name(config->admin_user, strlen(config->admin_user),
                          errp)) {
        g_prefix_error(errp, "IPMI_USER: ");
        return false;
    }
    if (!check_password(config->admin_password, errp)) {
        g_prefix_error(errp, "IPMI_PASS: ");
        return false;
    }
    users->first_name = g_strdup(config->admin_user);
    users->first_password = g_strdup(config->admin_password);
    if (config->reset_accounts) {
        g_message("users: the accounts in %s are reset", bmc->state_dir);
    } else if (load(bmc) > 0) {
        if (config->admin_given) {
            compare_config(bmc, config);
        }
        return true;
    }
    return make_first_admin(bmc, config, errp);
}

/* A long password is hashed here, as at start: it happens once in a while. */
void bmc_users_reset(Bmc *bmc)
{
    BmcUsers *users = bmc->users;
    BmcConfig config = {
        .admin_user = users->first_name,
        .admin_password = users->first_password,
    };
    g_autoptr(GError) err = NULL;
    unsigned slot;

    init_slots(users);
    if (!make_first_admin(bmc, &config, &err)) {
        g_warning("users: %s", err->message);
    }
    for (slot = 1; slot <= BMC_USERS_MAX; slot++) {
        users_became_another(bmc, slot);
    }
    bmc_changed(bmc, BMC_PART_USERS);
}

void bmc_users_free(Bmc *bmc)
{
    BmcUsers *users = bmc->users;
    GTask *outer;
    unsigned i;

    if (!users) {
        return;
    }
    g_cancellable_cancel(users->cancellable);
    while ((outer = fair_queue_pop(users->waiting))) {
        bmc_task_cancelled(outer);
    }
    fair_queue_free(users->waiting, NULL);
    for (i = 0; i < BMC_USERS_MAX; i++) {
        users_clear_slot(&users->slots[i]);
    }
    g_object_unref(users->cancellable);
    if (users->first_password) {
        secret_wipe(users->first_password, strlen(users->first_password));
    }
    g_free(users->first_password);
    g_free(users->first_name);
    secret_wipe(users, sizeof(*users));
    g_clear_pointer(&bmc->users, g_free);
}

const BmcUser *bmc_users_get(const Bmc *bmc, unsigned slot)
{
    g_return_val_if_fail(slot >= 1 && slot <= BMC_USERS_MAX, NULL);
    return &users_slot(bmc, slot)->user;
}

const BmcUser *bmc_users_find(const Bmc *bmc, const char *name, size_t len)
{
    UserSlot *slot = len ? users_find_slot(bmc, name, len) :
                     users_slot(bmc, BMC_USER_ANONYMOUS);

    return slot ? &slot->user : NULL;
}

bool bmc_users_ipmi_key(const Bmc *bmc, const BmcUser *user,
                        uint8_t key[BMC_IPMI_PASSWORD_MAX])
{
    UserSlot *slot = users_slot(bmc, user->slot);

    memset(key, 0, BMC_IPMI_PASSWORD_MAX);
    if (!slot->user.ipmi) {
        return false;
    }
    memcpy(key, slot->password, BMC_IPMI_PASSWORD_MAX);
    return true;
}
