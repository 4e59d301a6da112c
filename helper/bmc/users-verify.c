/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checking names and passwords. Hashing takes tens of milliseconds, so it is
 * done in a thread and its positive results are remembered, as a keyed digest,
 * until they are not used for a minute.
 */
#include "osdep.h"

#include "bmc/users-priv.h"

#include <nettle/hmac.h>

#include "util/addr.h"
#include "util/error.h"
#include "util/secret.h"

#define CACHE_LIFE_MS (60 * 1000)
#define MAX_HASHING 2

/*
 * One check; @slot is 0 when no account has that name. @generation is the
 * account's when the check was asked for.
 */
typedef struct Verify {
    Bmc *bmc;
    unsigned slot;
    uint64_t generation;
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

/*
 * Compares with the padded password, so that only the length class of what
 * was sent shows in the time that it takes.
 */
bool users_password_matches(const UserSlot *slot, const char *password)
{
    uint8_t a[BMC_IPMI_PASSWORD_MAX + 1] = { 0 };
    uint8_t b[BMC_IPMI_PASSWORD_MAX + 1] = { 0 };
    size_t len = strlen(password);
    bool equal;

    memcpy(a, password, MIN(len, sizeof(a)));
    if (slot && slot->has_password) {
        memcpy(b, slot->password, sizeof(slot->password));
    }
    equal = secret_equal(a, sizeof(a), b, sizeof(b));
    secret_wipe(a, sizeof(a));
    secret_wipe(b, sizeof(b));
    return equal && slot && slot->has_password && len > 0;
}

void users_drop_proof(UserSlot *slot)
{
    secret_wipe(slot->proof, sizeof(slot->proof));
    slot->proof_until_ms = 0;
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
        users_drop_proof(slot);
        return false;
    }
    make_proof(bmc->users, slot, password, proof);
    equal = secret_equal(proof, sizeof(proof), slot->proof,
                         sizeof(slot->proof));
    secret_wipe(proof, sizeof(proof));
    if (equal) {
        slot->proof_until_ms = clock_now_ms(bmc->clock) + CACHE_LIFE_MS;
    }
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
    slot = users_slot(bmc, verify->slot);
    if (!slot->user.enabled ||
        slot->user.generation != verify->generation ||
        g_strcmp0(slot->hash, verify->hash)) {
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
           (outer = fair_queue_pop(users->waiting))) {
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

static void turn_away(GTask *outer)
{
    g_task_return_new_error(outer, BMC_ERROR, BMC_ERROR_LIMIT,
                            "too many logins at once");
    g_object_unref(outer);
}

bool bmc_users_verify_now(Bmc *bmc, const char *name, const char *password,
                          const BmcUser **user)
{
    UserSlot *slot = users_find_slot(bmc, name, strlen(name));
    bool right;

    if (slot && slot->hash) {
        right = proof_known(bmc, slot, password);
    } else {
        right = users_password_matches(slot, password);
    }
    *user = right && slot->user.enabled ? &slot->user : NULL;
    return *user || !any_hashed(bmc);
}

void bmc_users_verify_async(Bmc *bmc, const char *name, const char *password,
                            const char *peer, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    GTask *outer = g_task_new(NULL, cancellable, callback, opaque);
    g_autofree char *key = addr_peer_key(peer ?: "");
    const BmcUser *user;
    Verify *verify;
    UserSlot *slot;
    void *evicted;

    g_task_set_source_tag(outer, bmc_users_verify_async);
    if (bmc_users_verify_now(bmc, name, password, &user)) {
        verify_return(outer, user ? user->slot : 0);
        return;
    }
    slot = users_find_slot(bmc, name, strlen(name));
    verify = g_new0(Verify, 1);
    verify->bmc = bmc;
    verify->password = g_strndup(password, BMC_PASSWORD_MAX + 1);
    if (slot && slot->hash) {
        verify->slot = slot->user.slot;
        verify->generation = slot->user.generation;
        verify->hash = g_strdup(slot->hash);
    }
    g_task_set_task_data(outer, verify, verify_free);
    if (!fair_queue_push(bmc->users->waiting, key, outer, &evicted)) {
        turn_away(outer);
        return;
    }
    if (evicted) {
        turn_away(evicted);
    }
    start_hashing(bmc);
}

const BmcUser *bmc_users_verify_finish(Bmc *bmc, GAsyncResult *res,
                                       GError **errp)
{
    gssize slot = g_task_propagate_int(G_TASK(res), errp);

    return slot > 0 ? &users_slot(bmc, slot)->user : NULL;
}
