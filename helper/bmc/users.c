/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accounts. One that may use IPMI keeps its password, which RAKP needs;
 * any other is kept as a yescrypt hash. Hashing takes tens of milliseconds,
 * so it is done in a thread and its positive results are remembered for a
 * minute, as a keyed digest.
 */
#include "osdep.h"

#include "bmc/users.h"

#include <json-glib/json-glib.h>
#include <nettle/hmac.h>

#include "bmc/bmc-priv.h"
#include "util/error.h"
#include "util/json.h"
#include "util/log.h"
#include "util/secret.h"

#define FIRST_ADMIN_SLOT 2
#define CACHE_LIFE_MS (60 * 1000)
#define MAX_HASHING 2
#define MAX_WAITING 64

/*
 * An account and what is kept of its password: either @password or @hash.
 *
 * @proof: digest of a password that was right, until @proof_until_ms
 */
typedef struct UserSlot {
    BmcUser user;
    char name[BMC_USER_NAME_MAX + 1];
    char *password;
    char *hash;
    uint8_t proof[SHA256_DIGEST_SIZE];
    int64_t proof_until_ms;
} UserSlot;

struct BmcUsers {
    UserSlot slots[BMC_USERS_MAX];
    uint8_t cache_key[SHA256_DIGEST_SIZE];
    GCancellable *cancellable;
    unsigned hashing;
    GQueue waiting; /* GTasks of callers that no thread works for yet */
};

/* One check; @slot is 0 when no account has that name. */
typedef struct Verify {
    Bmc *bmc;
    unsigned slot;
    char *password;
    char *hash;
} Verify;

static void verify_free(void *opaque)
{
    Verify *verify = opaque;

    secret_free(verify->password);
    secret_free(verify->hash);
    g_free(verify);
}

static UserSlot *slot_of(const Bmc *bmc, unsigned slot)
{
    return &bmc->users->slots[slot - 1];
}

static UserSlot *find_slot(const Bmc *bmc, const char *name, size_t len)
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

static bool check_name(const char *name, GError **errp)
{
    size_t len = strlen(name);
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

static void drop_proof(UserSlot *slot)
{
    secret_wipe(slot->proof, sizeof(slot->proof));
    slot->proof_until_ms = 0;
}

static void clear_slot(UserSlot *slot)
{
    g_clear_pointer(&slot->password, secret_free);
    g_clear_pointer(&slot->hash, secret_free);
    drop_proof(slot);
    memset(slot->name, 0, sizeof(slot->name));
    slot->user.enabled = false;
    slot->user.privilege = BMC_PRIVILEGE_NONE;
    slot->user.ipmi = false;
}

static void init_slots(BmcUsers *users)
{
    unsigned i;

    for (i = 0; i < BMC_USERS_MAX; i++) {
        users->slots[i].user.slot = i + 1;
        users->slots[i].user.name = users->slots[i].name;
    }
}

static JsonObject *slot_to_json(const UserSlot *slot)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "slot", slot->user.slot);
    json_object_set_string_member(object, "name", slot->name);
    json_object_set_boolean_member(object, "enabled", slot->user.enabled);
    json_object_set_int_member(object, "privilege", slot->user.privilege);
    if (slot->password) {
        json_object_set_string_member(object, "password", slot->password);
    } else {
        json_object_set_string_member(object, "hash", slot->hash);
    }
    return object;
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    JsonArray *accounts = json_array_new();
    unsigned i;

    for (i = 0; i < BMC_USERS_MAX; i++) {
        UserSlot *slot = &bmc->users->slots[i];

        if (*slot->name) {
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

/* Returns false, leaving the slot empty, for a record that makes no sense. */
static bool slot_from_json(Bmc *bmc, JsonObject *object)
{
    int64_t number;
    int64_t privilege;
    bool enabled;
    const char *name;
    const char *password = NULL;
    const char *hash = NULL;
    UserSlot *slot;

    if (json_get_int(object, "slot", &number) != JSON_GET_OK ||
        number < FIRST_ADMIN_SLOT || number > BMC_USERS_MAX ||
        json_get_string(object, "name", &name) != JSON_GET_OK ||
        !check_name(name, NULL) || find_slot(bmc, name, strlen(name)) ||
        json_get_bool(object, "enabled", &enabled) != JSON_GET_OK ||
        json_get_int(object, "privilege", &privilege) != JSON_GET_OK ||
        privilege < BMC_PRIVILEGE_NONE || privilege > BMC_PRIVILEGE_ADMIN) {
        return false;
    }
    json_get_string(object, "password", &password);
    json_get_string(object, "hash", &hash);
    slot = slot_of(bmc, number);
    if (*slot->name || !password == !hash ||
        (password && (!check_password(password, NULL) ||
                      !password_fits_ipmi(password)))) {
        return false;
    }
    g_strlcpy(slot->name, name, sizeof(slot->name));
    slot->password = g_strdup(password);
    slot->hash = g_strdup(hash);
    slot->user.enabled = enabled;
    slot->user.privilege = privilege;
    slot->user.ipmi = password;
    return true;
}

/* Returns the number of accounts found in the state. */
static unsigned load(Bmc *bmc)
{
    JsonObject *section = persist_get(bmc->persist, "users");
    JsonArray *accounts = NULL;
    unsigned count = 0;
    unsigned i;

    if (!section ||
        json_get_array(section, "accounts", &accounts) != JSON_GET_OK) {
        return 0;
    }
    for (i = 0; i < json_array_get_length(accounts); i++) {
        JsonNode *node = json_array_get_element(accounts, i);

        if (JSON_NODE_HOLDS_OBJECT(node) &&
            slot_from_json(bmc, json_node_get_object(node))) {
            count++;
        } else {
            g_warning("state directory %s: account record %u cannot be "
                      "used and is dropped", bmc->state_dir, i + 1);
        }
    }
    return count;
}

static bool make_first_admin(Bmc *bmc, const BmcConfig *config,
                             GError **errp)
{
    UserSlot *slot = slot_of(bmc, FIRST_ADMIN_SLOT);

    if (password_fits_ipmi(config->admin_password)) {
        slot->password = g_strdup(config->admin_password);
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
    slot->user.privilege = BMC_PRIVILEGE_ADMIN;
    slot->user.ipmi = slot->password;
    save(bmc);
    return true;
}

/*
 * Compares with the padded password, so that only the length class of what
 * was sent shows in the time that it takes.
 */
static bool password_matches(const char *password, const char *right)
{
    uint8_t a[BMC_IPMI_PASSWORD_MAX + 1] = { 0 };
    uint8_t b[BMC_IPMI_PASSWORD_MAX + 1] = { 0 };
    size_t len = strlen(password);
    bool equal;

    memcpy(a, password, MIN(len, sizeof(a)));
    if (right) {
        memcpy(b, right, strlen(right));
    }
    equal = secret_equal(a, sizeof(a), b, sizeof(b));
    secret_wipe(a, sizeof(a));
    secret_wipe(b, sizeof(b));
    return equal && right && len > 0;
}

/* The state wins; say so when the configuration says something else. */
static void compare_config(Bmc *bmc, const BmcConfig *config)
{
    UserSlot *slot = find_slot(bmc, config->admin_user,
                               strlen(config->admin_user));
    bool same;

    if (!slot) {
        g_message("users: IPMI_USER \"%s\" is not among the accounts in %s, "
                  "which are kept (--reset-accounts starts over)",
                  config->admin_user, bmc->state_dir);
        return;
    }
    if (slot->password) {
        same = password_matches(config->admin_password, slot->password);
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

/* Keyed, and over the hash too: a changed password has another digest. */
static void make_proof(const BmcUsers *users, const UserSlot *slot,
                       const char *password,
                       uint8_t proof[SHA256_DIGEST_SIZE])
{
    struct hmac_sha256_ctx ctx;
    uint8_t number = slot->user.slot;

    hmac_sha256_set_key(&ctx, sizeof(users->cache_key), users->cache_key);
    hmac_sha256_update(&ctx, 1, &number);
    hmac_sha256_update(&ctx, strlen(slot->hash) + 1,
                       (const uint8_t *)slot->hash);
    hmac_sha256_update(&ctx, strlen(password), (const uint8_t *)password);
    hmac_sha256_digest(&ctx, SHA256_DIGEST_SIZE, proof);
    secret_wipe(&ctx, sizeof(ctx));
}

static bool proof_known(Bmc *bmc, UserSlot *slot, const char *password)
{
    uint8_t proof[SHA256_DIGEST_SIZE];
    bool equal;

    if (clock_now_ms(bmc->clock) >= slot->proof_until_ms) {
        drop_proof(slot);
        return false;
    }
    make_proof(bmc->users, slot, password, proof);
    equal = secret_equal(proof, sizeof(proof), slot->proof,
                         sizeof(slot->proof));
    secret_wipe(proof, sizeof(proof));
    return equal;
}

static bool any_hashed(const Bmc *bmc)
{
    unsigned i;

    for (i = 0; i < BMC_USERS_MAX; i++) {
        if (bmc->users->slots[i].hash) {
            return true;
        }
    }
    return false;
}

static void verify_thread(GTask *task, void *source, void *task_data,
                          GCancellable *cancellable)
{
    Verify *verify = task_data;

    g_task_return_boolean(task, secret_hash_verify(verify->password,
                                                   verify->hash));
}

/* The account may have changed while the thread was busy. */
static UserSlot *verified_slot(Bmc *bmc, const Verify *verify)
{
    UserSlot *slot;

    if (!verify->slot) {
        return NULL;
    }
    slot = slot_of(bmc, verify->slot);
    if (!slot->user.enabled || g_strcmp0(slot->hash, verify->hash)) {
        return NULL;
    }
    return slot;
}

static void verify_return(GTask *outer, unsigned slot)
{
    if (slot) {
        g_task_return_int(outer, slot);
    } else {
        g_task_return_new_error(outer, BMC_ERROR, BMC_ERROR_AUTH,
                                "wrong user name or password");
    }
    g_object_unref(outer);
}

static void start_hashing(Bmc *bmc);

static void verify_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    GTask *outer = opaque;
    bool ok = g_task_propagate_boolean(G_TASK(res), &err);
    Verify *verify;
    UserSlot *slot;
    Bmc *bmc;

    if (bmc_error_is_cancelled(err)) {
        bmc_task_cancelled(outer);
        return;
    }
    verify = g_task_get_task_data(outer);
    bmc = verify->bmc;
    slot = verified_slot(bmc, verify);
    if (ok && slot) {
        make_proof(bmc->users, slot, verify->password, slot->proof);
        slot->proof_until_ms = clock_now_ms(bmc->clock) + CACHE_LIFE_MS;
    }
    bmc->users->hashing--;
    start_hashing(bmc);
    verify_return(outer, ok && slot ? slot->user.slot : 0);
}

static void start_hashing(Bmc *bmc)
{
    BmcUsers *users = bmc->users;
    GTask *outer;

    while (users->hashing < MAX_HASHING &&
           (outer = g_queue_pop_head(&users->waiting))) {
        Verify *verify = g_task_get_task_data(outer);
        Verify *copy = g_new0(Verify, 1);
        GTask *task = g_task_new(NULL, users->cancellable, verify_done,
                                 outer);

        /* The caller may free its task while the thread still reads */
        copy->password = g_strdup(verify->password);
        copy->hash = g_strdup(verify->hash);
        g_task_set_task_data(task, copy, verify_free);
        users->hashing++;
        g_task_run_in_thread(task, verify_thread);
        g_object_unref(task);
    }
}

bool bmc_users_new(Bmc *bmc, const BmcConfig *config, GError **errp)
{
    BmcUsers *users = g_new0(BmcUsers, 1);

    bmc->users = users;
    users->cancellable = g_cancellable_new();
    g_queue_init(&users->waiting);
    secret_random(users->cache_key, sizeof(users->cache_key));
    init_slots(users);
    if (!check_name(config->admin_user, errp)) {
        g_prefix_error(errp, "IPMI_USER: ");
        return false;
    }
    if (!check_password(config->admin_password, errp)) {
        g_prefix_error(errp, "IPMI_PASS: ");
        return false;
    }
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

void bmc_users_free(Bmc *bmc)
{
    BmcUsers *users = bmc->users;
    GTask *outer;
    unsigned i;

    if (!users) {
        return;
    }
    g_cancellable_cancel(users->cancellable);
    while ((outer = g_queue_pop_head(&users->waiting))) {
        bmc_task_cancelled(outer);
    }
    for (i = 0; i < BMC_USERS_MAX; i++) {
        clear_slot(&users->slots[i]);
    }
    g_object_unref(users->cancellable);
    secret_wipe(users, sizeof(*users));
    g_clear_pointer(&bmc->users, g_free);
}

const BmcUser *bmc_users_get(const Bmc *bmc, unsigned slot)
{
    g_return_val_if_fail(slot >= 1 && slot <= BMC_USERS_MAX, NULL);
    return &slot_of(bmc, slot)->user;
}

const BmcUser *bmc_users_find(const Bmc *bmc, const char *name, size_t len)
{
    UserSlot *slot = find_slot(bmc, name, len);

    return slot ? &slot->user : NULL;
}

bool bmc_users_ipmi_key(const Bmc *bmc, const BmcUser *user,
                        uint8_t key[BMC_IPMI_PASSWORD_MAX])
{
    UserSlot *slot = slot_of(bmc, user->slot);

    memset(key, 0, BMC_IPMI_PASSWORD_MAX);
    if (!slot->user.ipmi || !slot->password) {
        return false;
    }
    memcpy(key, slot->password, strlen(slot->password));
    return true;
}

bool bmc_users_verify_now(Bmc *bmc, const char *name, const char *password,
                          const BmcUser **user)
{
    UserSlot *slot = find_slot(bmc, name, strlen(name));
    bool right;

    if (slot && slot->hash) {
        right = proof_known(bmc, slot, password);
    } else {
        right = password_matches(password, slot ? slot->password : NULL);
    }
    *user = right && slot->user.enabled ? &slot->user : NULL;
    return *user || !any_hashed(bmc);
}

void bmc_users_verify_async(Bmc *bmc, const char *name, const char *password,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    GTask *outer = g_task_new(NULL, cancellable, callback, opaque);
    const BmcUser *user;
    Verify *verify;
    UserSlot *slot;

    g_task_set_source_tag(outer, bmc_users_verify_async);
    if (bmc_users_verify_now(bmc, name, password, &user)) {
        verify_return(outer, user ? user->slot : 0);
        return;
    }
    if (bmc->users->waiting.length >= MAX_WAITING) {
        g_task_return_new_error(outer, BMC_ERROR, BMC_ERROR_LIMIT,
                                "too many logins at once");
        g_object_unref(outer);
        return;
    }
    slot = find_slot(bmc, name, strlen(name));
    verify = g_new0(Verify, 1);
    verify->bmc = bmc;
    verify->password = g_strndup(password, BMC_PASSWORD_MAX + 1);
    if (slot && slot->hash) {
        verify->slot = slot->user.slot;
        verify->hash = g_strdup(slot->hash);
    }
    g_task_set_task_data(outer, verify, verify_free);
    g_queue_push_tail(&bmc->users->waiting, outer);
    start_hashing(bmc);
}

const BmcUser *bmc_users_verify_finish(Bmc *bmc, GAsyncResult *res,
                                       GError **errp)
{
    gssize slot = g_task_propagate_int(G_TASK(res), errp);

    return slot > 0 ? &slot_of(bmc, slot)->user : NULL;
}
