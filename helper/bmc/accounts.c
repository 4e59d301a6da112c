/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changing accounts as a whole. Only hashing takes time; everything else is
 * done in one go after it.
 */
#include "osdep.h"

#include "bmc/accounts.h"

#include "bmc/lockout.h"
#include "bmc/persist-read.h"
#include "bmc/users-priv.h"
#include "util/error.h"
#include "util/secret.h"

#define FIRST_SLOT (BMC_USER_ANONYMOUS + 1)
#define SECTION "accounts"

/*
 * Copies of what the caller gave.
 *
 * @seal: @password is the one that the account has, of which only a hash is
 *        to be kept
 * @actor: (nullable): the account of who asks
 * @generation: that account's, so @privilege, when it did
 */
typedef struct Job {
    Bmc *bmc;
    unsigned slot;
    BmcAccountChange change;
    BmcChannel channel;
    char *name;
    char *password;
    char *user;
    char *peer;
    bool seal;
    const BmcUser *actor;
    uint64_t generation;
    BmcPrivilege privilege;
} Job;

static void job_free(void *opaque)
{
    Job *job = opaque;

    g_free(job->name);
    secret_free(job->password);
    g_free(job->user);
    g_free(job->peer);
    g_free(job);
}

static bool has(const Job *job, unsigned what)
{
    return job->change.has & what;
}

static bool wants_ipmi(const Job *job)
{
    if (has(job, BMC_ACCOUNT_IPMI)) {
        return job->change.ipmi;
    }
    return !job->slot || users_slot(job->bmc, job->slot)->user.access.messaging;
}

static bool needs_hash(const Job *job)
{
    return job->seal || (has(job, BMC_ACCOUNT_PASSWORD) &&
                         (strlen(job->password) > BMC_IPMI_PASSWORD_MAX ||
                          !wants_ipmi(job)));
}

/* An account that is no longer for IPMI needs no password to be read. */
static void find_seal(Job *job)
{
    const UserSlot *at = users_slot(job->bmc, MAX(job->slot, FIRST_SLOT));

    if (job->slot && has(job, BMC_ACCOUNT_IPMI) && !job->change.ipmi &&
        !has(job, BMC_ACCOUNT_PASSWORD) && at->has_password) {
        job->password = g_strndup((const char *)at->password,
                                  sizeof(at->password));
        /* What is no text cannot be sent over Redfish, and stays */
        job->seal = users_password_matches(at, job->password) &&
                    g_utf8_validate(job->password, -1, NULL);
    }
}

/* Nobody is logged out: the password is as it was. */
static void seal(Job *job, const char *hash)
{
    UserSlot *at = users_slot(job->bmc, job->slot);

    if (job->seal && users_password_matches(at, job->password)) {
        users_clear_password(at);
        at->hash = g_strdup(hash);
        users_update(at);
        users_save(job->bmc);
        bmc_changed(job->bmc, BMC_PART_USERS);
    }
}

static bool check_password(const Job *job, GError **errp)
{
    size_t len = strlen(job->password);
    unsigned min = bmc_accounts_min_password(job->bmc);

    if (len < min || len > BMC_PASSWORD_MAX ||
        !g_utf8_validate(job->password, len, NULL)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "a password has %u to %d bytes", min, BMC_PASSWORD_MAX);
        return false;
    }
    if (len > BMC_IPMI_PASSWORD_MAX && has(job, BMC_ACCOUNT_IPMI) &&
        job->change.ipmi) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "a password for IPMI has at most %d bytes",
                    BMC_IPMI_PASSWORD_MAX);
        return false;
    }
    return true;
}

/* Who asks may have lost what let him do so. */
static bool check_actor(const Job *job, GError **errp)
{
    const BmcUser *actor = job->actor;

    if (actor && (actor->generation != job->generation || !actor->enabled ||
                  actor->privilege < job->privilege)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "the account of who asks has changed meanwhile");
        return false;
    }
    return true;
}

/* Whether the name may be that of the slot. */
static bool check_name(const Job *job, GError **errp)
{
    UserSlot *other = users_find_slot(job->bmc, job->name,
                                      strlen(job->name));
    g_autoptr(GError) err = NULL;

    if (!users_check_name(job->name, strlen(job->name), &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID, "%s", err->message);
        return false;
    }
    if (other && other->user.slot != job->slot) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                    "account %u has that name", other->user.slot);
        return false;
    }
    return true;
}

static unsigned free_slot(const Bmc *bmc)
{
    unsigned slot;

    for (slot = FIRST_SLOT; slot <= BMC_USERS_MAX; slot++) {
        if (!*users_slot(bmc, slot)->name) {
            return slot;
        }
    }
    return 0;
}

/* Called again after hashing: others may have changed accounts meanwhile. */
static bool check(const Job *job, GError **errp)
{
    if (!check_actor(job, errp)) {
        return false;
    }
    if (job->slot ? !*users_slot(job->bmc, job->slot)->name
                  : !free_slot(job->bmc)) {
        g_set_error(errp, BMC_ERROR,
                    job->slot ? BMC_ERROR_NOT_FOUND : BMC_ERROR_LIMIT,
                    job->slot ? "there is no such account"
                              : "all accounts are in use");
        return false;
    }
    if (has(job, BMC_ACCOUNT_NAME) && !check_name(job, errp)) {
        return false;
    }
    if (has(job, BMC_ACCOUNT_PASSWORD)) {
        return check_password(job, errp);
    }
    if (has(job, BMC_ACCOUNT_IPMI) && job->change.ipmi &&
        !bmc_account_has_ipmi_password(job->bmc, job->slot)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the account needs a new password to use IPMI");
        return false;
    }
    return true;
}

static void apply(Job *job, const char *hash)
{
    BmcOrigin origin = { job->channel, job->user, job->peer };
    const BmcAccountChange *change = &job->change;
    Bmc *bmc = job->bmc;
    bool own = job->actor && job->actor->slot == job->slot;
    bool made = !job->slot;
    BmcUserAccess access;

    if (made) {
        job->slot = free_slot(bmc);
        users_clear_slot(users_slot(bmc, job->slot));
    }
    access = users_slot(bmc, job->slot)->user.access;
    if (has(job, BMC_ACCOUNT_NAME)) {
        bmc_users_set_name(bmc, job->slot, job->name, strlen(job->name),
                           &origin, NULL);
        if (own) {
            /* He is still the same for what follows */
            origin.user = job->name;
        }
    }
    if (has(job, BMC_ACCOUNT_PRIVILEGE)) {
        access.privilege = change->privilege;
    }
    if (has(job, BMC_ACCOUNT_IPMI)) {
        access.messaging = change->ipmi;
    }
    bmc_users_set_access(bmc, job->slot, &access, &origin);
    seal(job, hash);
    if (has(job, BMC_ACCOUNT_PASSWORD)) {
        users_set_text(bmc, job->slot, hash ? NULL : job->password, hash,
                       &origin);
    }
    if (made || has(job, BMC_ACCOUNT_ENABLED)) {
        bmc_users_set_enabled(bmc, job->slot,
                              !has(job, BMC_ACCOUNT_ENABLED) ||
                              change->enabled, &origin);
    }
    if (has(job, BMC_ACCOUNT_MUST_CHANGE)) {
        bmc_users_set_must_change(bmc, job->slot, change->must_change,
                                  &origin);
    }
    if (has(job, BMC_ACCOUNT_EXPIRATION)) {
        bmc_users_set_expiration(bmc, job->slot, change->expires_us, &origin);
    }
    if (has(job, BMC_ACCOUNT_UNLOCK)) {
        bmc_lockout_enable(bmc, job->slot);
        bmc_changed(bmc, BMC_PART_USERS);
    }
}

/* What cannot be written now is tried again, and said. */
static void saved(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    Job *job = g_task_get_task_data(task);

    bmc_flush_finish(res, NULL);
    g_task_return_int(task, job->slot);
}

/* Takes the task. */
static void go_on(GTask *task, const char *hash)
{
    Job *job = g_task_get_task_data(task);
    g_autoptr(GError) err = NULL;

    if (g_task_return_error_if_cancelled(task)) {
        g_object_unref(task);
        return;
    }
    if (!check(job, &err)) {
        g_task_return_error(task, g_steal_pointer(&err));
        g_object_unref(task);
        return;
    }
    /* A new account is one event, and never half of one. */
    bmc_hold_changes(job->bmc);
    apply(job, hash);
    bmc_release_changes(job->bmc);
    bmc_flush_async(job->bmc, NULL, saved, task);
}

static void hash_thread(GTask *task, void *source, void *task_data,
                        GCancellable *cancellable)
{
    g_autoptr(GError) err = NULL;
    char *hash = secret_hash(task_data, &err);

    if (hash) {
        g_task_return_pointer(task, hash, g_free);
    } else {
        g_task_return_error(task, g_steal_pointer(&err));
    }
}

static void hashed(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    GTask *task = opaque;
    char *hash = g_task_propagate_pointer(G_TASK(res), &err);

    if (hash) {
        go_on(task, hash);
        secret_free(hash);
    } else if (bmc_error_is_cancelled(err)) {
        bmc_task_cancelled(task);
    } else {
        g_task_return_error(task, g_steal_pointer(&err));
        g_object_unref(task);
    }
}

/* Nobody, where it is not an account that asks: somebody on the host. */
static void find_actor(Job *job)
{
    UserSlot *at = job->user ? users_find_slot(job->bmc, job->user,
                                               strlen(job->user)) : NULL;

    if (at) {
        job->actor = &at->user;
        job->generation = at->user.generation;
        job->privilege = at->user.privilege;
    }
}

static void free_secret(void *opaque)
{
    secret_free(opaque);
}

void bmc_account_change_async(Bmc *bmc, unsigned slot,
                              const BmcAccountChange *change,
                              const BmcOrigin *origin,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    g_autoptr(GError) err = NULL;
    Job *job = g_new0(Job, 1);
    GTask *hashing;

    g_task_set_source_tag(task, bmc_account_change_async);
    g_task_set_task_data(task, job, job_free);
    job->bmc = bmc;
    job->slot = slot;
    job->change = *change;
    job->name = g_strdup(change->name);
    job->password = g_strdup(change->password);
    job->channel = origin->channel;
    job->user = g_strdup(origin->user);
    job->peer = g_strdup(origin->peer);
    find_actor(job);
    if (!check(job, &err)) {
        g_task_return_error(task, g_steal_pointer(&err));
        g_object_unref(task);
        return;
    }
    find_seal(job);
    if (!needs_hash(job)) {
        go_on(task, NULL);
        return;
    }
    hashing = g_task_new(NULL, bmc->users->cancellable, hashed, task);
    g_task_set_task_data(hashing, g_strdup(job->password), free_secret);
    g_task_run_in_thread(hashing, hash_thread);
    g_object_unref(hashing);
}

unsigned bmc_account_change_finish(GAsyncResult *res, GError **errp)
{
    gssize slot = g_task_propagate_int(G_TASK(res), errp);

    return MAX(slot, 0);
}

static bool is_admin(const UserSlot *slot)
{
    return *slot->name && slot->user.enabled &&
           slot->user.privilege == BMC_PRIVILEGE_ADMIN &&
           (slot->has_password || slot->hash);
}

bool bmc_account_is_last_admin(const Bmc *bmc, unsigned slot)
{
    unsigned other;

    if (!is_admin(users_slot(bmc, slot))) {
        return false;
    }
    for (other = FIRST_SLOT; other <= BMC_USERS_MAX; other++) {
        if (other != slot && is_admin(users_slot(bmc, other))) {
            return false;
        }
    }
    return true;
}

bool bmc_account_has_ipmi_password(const Bmc *bmc, unsigned slot)
{
    return slot && users_slot(bmc, slot)->has_password;
}

void bmc_accounts_load(Bmc *bmc)
{
    int64_t min = 1;
    int64_t days = 0;
    PersistReader r;

    persist_read(&r, bmc->persist, SECTION);
    persist_read_int(&r, "min-password", 1, BMC_IPMI_PASSWORD_SHORT, &min);
    persist_read_int(&r, "expiration-days", 0, BMC_PASSWORD_DAYS_MAX, &days);
    bmc->users->min_password = min;
    bmc->users->expiration_days = days;
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();

    json_object_set_int_member(section, "min-password",
                               bmc->users->min_password);
    json_object_set_int_member(section, "expiration-days",
                               bmc->users->expiration_days);
    persist_set(bmc->persist, SECTION, section);
    bmc_changed(bmc, BMC_PART_USERS);
}

unsigned bmc_accounts_min_password(const Bmc *bmc)
{
    return bmc->users->min_password;
}

void bmc_accounts_set_min_password(Bmc *bmc, unsigned min,
                                   const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    g_message("users: passwords have at least %u bytes, set by %s", min,
              who);
    bmc->users->min_password = min;
    save(bmc);
}

unsigned bmc_accounts_expiration_days(const Bmc *bmc)
{
    return bmc->users->expiration_days;
}

void bmc_accounts_set_expiration_days(Bmc *bmc, unsigned days,
                                      const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    g_message("users: new passwords are good for %u days (0: for ever), set "
              "by %s", days, who);
    bmc->users->expiration_days = days;
    save(bmc);
}
