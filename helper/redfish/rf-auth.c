/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authentication. */
#include "osdep.h"

#include "redfish/rf-auth.h"

#include "bmc/lockout.h"
#include "bmc/trust.h"
#include "redfish/rf-resource.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/secret.h"

/* Longest Authorization header: far more than any name and password. */
#define HEADER_MAX 1024
#define LOGGED_NAME_MAX 32

/*
 * A password that is being checked.
 *
 * @slot: of the account that has the name, or 0
 */
typedef struct Check {
    RfAuth *auth;
    Bmc *bmc;
    GCancellable *cancellable;
    RfAuthFunc done;
    GDestroyNotify destroy;
    void *opaque;
    BmcChannel channel;
    char *peer;
    char *name;
    unsigned slot;
} Check;

static void check_free(Check *check)
{
    if (check->destroy) {
        check->destroy(check->opaque);
    }
    g_object_unref(check->cancellable);
    g_free(check->peer);
    g_free(check->name);
    g_free(check);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Check, check_free)

static bool may_log_failure(RfAuth *auth, Bmc *bmc)
{
    unsigned suppressed = 0;

    if (!log_limit_allows(&auth->log_limit, clock_now_ms(bmc_clock(bmc)),
                          &suppressed)) {
        return false;
    }
    if (suppressed) {
        g_message("%u messages about failed logins were left out",
                  suppressed);
    }
    return true;
}

static void log_failure(Check *check)
{
    g_autofree char *name = log_escape(check->name, -1, LOGGED_NAME_MAX);

    if (may_log_failure(check->auth, check->bmc)) {
        g_message("Redfish login of user \"%s\" from %s failed", name,
                  check->peer);
    }
}

static void set_user(RfUser *user, const BmcUser *account,
                     BmcChannel channel)
{
    g_strlcpy(user->name, account->name, sizeof(user->name));
    user->slot = account->slot;
    user->privileges = rf_auth_privileges(account->privilege);
    user->channel = channel;
    user->must_change = bmc_user_must_change(account);
    user->generation = account->generation;
}

static void finish(Check *check, const BmcUser *account)
{
    const BmcOrigin origin = { check->channel, check->name, check->peer };
    RfUser user = { 0 };

    /* Others may have tried while this one was being looked at. */
    if (!account || !bmc_lockout_allows(check->bmc, account->slot, &origin)) {
        if (check->slot) {
            bmc_lockout_failed(check->bmc, check->slot, &origin);
        }
        log_failure(check);
        check->done(NULL, false, check->opaque);
        return;
    }
    bmc_lockout_succeeded(check->bmc, account->slot, &origin);
    set_user(&user, account, check->channel);
    check->done(&user, false, check->opaque);
}

static void verified(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(Check) check = opaque;
    g_autoptr(GError) err = NULL;
    const BmcUser *account;

    if (g_cancellable_is_cancelled(check->cancellable)) {
        return;
    }
    account = bmc_users_verify_finish(check->bmc, res, &err);
    if (g_error_matches(err, BMC_ERROR, BMC_ERROR_LIMIT)) {
        check->done(NULL, true, check->opaque);
    } else {
        finish(check, account);
    }
}

static bool local_user(const RfRequest *request, RfUser *user)
{
    if (!request->local ||
        (request->uid != 0 && request->uid != geteuid())) {
        return false;
    }
    g_snprintf(user->name, sizeof(user->name), "uid %u",
               (unsigned)request->uid);
    user->privileges = rf_auth_privileges(BMC_PRIVILEGE_ADMIN);
    user->channel = BMC_CHANNEL_LOCAL;
    return true;
}

static bool is_base64(const char *text)
{
    size_t len = strlen(text);
    size_t data = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                               "abcdefghijklmnopqrstuvwxyz0123456789+/");

    return len && len % 4 == 0 && len - data <= 2 &&
           strspn(text + data, "=") == len - data;
}

bool rf_auth_parse_basic(const char *header, char **name, char **password)
{
    gsize len = 0;
    char *text, *colon;

    if (strlen(header) > HEADER_MAX ||
        g_ascii_strncasecmp(header, "Basic ", 6) != 0) {
        return false;
    }
    header += 6;
    header += strspn(header, " ");
    if (!is_base64(header)) {
        return false;
    }
    /* It leaves room for, and writes, no terminator: copy. */
    text = (char *)g_base64_decode(header, &len);
    colon = memchr(text, ':', len);
    if (!colon || memchr(text, '\0', len)) {
        secret_wipe(text, len);
        g_free(text);
        return false;
    }
    *name = g_strndup(text, colon - text);
    *password = g_strndup(colon + 1, text + len - (colon + 1));
    secret_wipe(text, len);
    g_free(text);
    return true;
}

unsigned rf_auth_privileges(BmcPrivilege privilege)
{
    switch (privilege) {
    case BMC_PRIVILEGE_ADMIN:
        return RF_PRIVILEGE_LOGIN | RF_PRIVILEGE_CONFIGURE_SELF |
               RF_PRIVILEGE_CONFIGURE_COMPONENTS |
               RF_PRIVILEGE_CONFIGURE_MANAGER |
               RF_PRIVILEGE_CONFIGURE_USERS;
    case BMC_PRIVILEGE_OPERATOR:
        return RF_PRIVILEGE_LOGIN | RF_PRIVILEGE_CONFIGURE_SELF |
               RF_PRIVILEGE_CONFIGURE_COMPONENTS;
    case BMC_PRIVILEGE_USER:
        return RF_PRIVILEGE_LOGIN | RF_PRIVILEGE_CONFIGURE_SELF;
    default:
        return 0;
    }
}

const char *rf_auth_role(BmcPrivilege privilege)
{
    switch (privilege) {
    case BMC_PRIVILEGE_ADMIN:
        return "Administrator";
    case BMC_PRIVILEGE_OPERATOR:
        return "Operator";
    case BMC_PRIVILEGE_USER:
        return "ReadOnly";
    default:
        return NULL;
    }
}

BmcOrigin rf_auth_origin(const RfRequest *request, const char *name)
{
    return (BmcOrigin) {
        .channel = request->local ? BMC_CHANNEL_LOCAL
                   : request->guest ? BMC_CHANNEL_IN_BAND
                   : BMC_CHANNEL_REDFISH,
        .user = name,
        .peer = request->peer,
    };
}

/*
 * The password of somebody who is locked out is not looked at. No account
 * has an empty name, and that takes as long as any other wrong one.
 */
static void check_password(Check *check, const char *password)
{
    const BmcOrigin origin = { check->channel, check->name, check->peer };
    const BmcUser *account = NULL;
    const char *name = check->name;

    if (*name) {
        account = bmc_users_find(check->bmc, name, strlen(name));
    }
    check->slot = account ? account->slot : 0;
    if (account && !bmc_lockout_allows(check->bmc, account->slot, &origin)) {
        name = "";
    }
    if (bmc_users_verify_now(check->bmc, name, password, &account)) {
        finish(check, account);
        check_free(check);
    } else {
        bmc_users_verify_async(check->bmc, name, password, check->peer,
                               check->cancellable, verified, check);
    }
}

void rf_auth_login(RfAuth *auth, Bmc *bmc, const RfRequest *request,
                   const char *name, const char *password,
                   GCancellable *cancellable, RfAuthFunc done,
                   GDestroyNotify destroy, void *opaque)
{
    Check *check = g_new0(Check, 1);

    check->auth = auth;
    check->bmc = bmc;
    check->cancellable = g_object_ref(cancellable);
    check->done = done;
    check->destroy = destroy;
    check->opaque = opaque;
    check->channel = rf_auth_origin(request, NULL).channel;
    check->peer = g_strdup(request->peer);
    check->name = g_strdup(name);
    check_password(check, password);
}

static bool token_user(Bmc *bmc, const RfRequest *request, const char *token,
                       RfUser *user)
{
    const BmcSession *session = bmc_session_use(bmc, token);

    if (!session) {
        return false;
    }
    set_user(user, bmc_users_get(bmc, session->slot),
             rf_auth_origin(request, NULL).channel);
    user->certificate = session->certificate;
    g_strlcpy(user->session, session->id, sizeof(user->session));
    return true;
}

bool rf_auth_certificate(RfAuth *auth, Bmc *bmc, const RfRequest *request,
                         RfUser *user)
{
    BmcOrigin origin = rf_auth_origin(request, NULL);
    g_autoptr(GError) err = NULL;
    const BmcUser *account;

    if (!request->certificate) {
        return false;
    }
    account = bmc_trust_user(bmc, request->certificate, &err);
    if (account) {
        origin.user = account->name;
        if (bmc_lockout_allows(bmc, account->slot, &origin)) {
            set_user(user, account, origin.channel);
            user->certificate = request->certificate;
            return true;
        }
        g_set_error(&err, BMC_ERROR, BMC_ERROR_AUTH,
                    "account \"%s\" is locked", account->name);
    }
    if (may_log_failure(auth, bmc)) {
        g_message("Redfish certificate from %s does not count: %s",
                  request->peer, err->message);
    }
    return false;
}

bool rf_auth_renew(Bmc *bmc, RfUser *user)
{
    const BmcUser *account;

    if (!user->slot) {
        return true;
    }
    account = bmc_users_get(bmc, user->slot);
    if (account->generation != user->generation || !account->enabled ||
        (*user->session && !bmc_session_go_on(bmc, user->session)) ||
        (user->certificate &&
         bmc_trust_user(bmc, user->certificate, NULL) != account)) {
        return false;
    }
    set_user(user, account, user->channel);
    return true;
}

bool rf_auth_answers(Bmc *bmc, const RfRequest *request)
{
    return request->local || !bmc_trust_required(bmc) ||
           (request->certificate &&
            bmc_trust_user(bmc, request->certificate, NULL));
}

void rf_auth_check(RfAuth *auth, Bmc *bmc, const RfRequest *request,
                   GCancellable *cancellable, RfAuthFunc done,
                   GDestroyNotify destroy, void *opaque)
{
    const char *header = request->headers[RF_HEADER_AUTHORIZATION];
    const char *token = request->headers[RF_HEADER_TOKEN];
    char *name = NULL;
    char *password = NULL;
    RfUser user = { 0 };
    bool known;

    /* Who names himself wants to be treated as that user, root or not. */
    if (!token && header &&
        rf_auth_parse_basic(header, &name, &password)) {
        rf_auth_login(auth, bmc, request, name, password, cancellable, done,
                      destroy, opaque);
        g_free(name);
        secret_free(password);
        return;
    }
    if (token) {
        known = token_user(bmc, request, token, &user);
    } else {
        known = !header && (local_user(request, &user) ||
                            rf_auth_certificate(auth, bmc, request, &user));
    }
    done(known ? &user : NULL, false, opaque);
    destroy(opaque);
}
