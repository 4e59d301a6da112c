/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Authentication. */
#include "osdep.h"

#include "redfish/rf-auth.h"

#include "redfish/rf-resource.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/secret.h"

/* Longest Authorization header: far more than any name and password. */
#define HEADER_MAX 1024
#define LOGGED_NAME_MAX 32

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

static void log_failure(Check *check)
{
    g_autofree char *name = log_escape(check->name, -1, LOGGED_NAME_MAX);
    unsigned suppressed = 0;

    if (!log_limit_allows(&check->auth->log_limit,
                          clock_now_ms(bmc_clock(check->bmc)),
                          &suppressed)) {
        return;
    }
    if (suppressed) {
        g_message("%u messages about failed logins were left out",
                  suppressed);
    }
    g_message("Redfish login of user \"%s\" from %s failed", name,
              check->peer);
}

static void finish(Check *check, const BmcUser *account)
{
    RfUser user = { .channel = check->channel };

    if (!account) {
        log_failure(check);
        check->done(NULL, check->opaque);
        return;
    }
    g_strlcpy(user.name, account->name, sizeof(user.name));
    user.privileges = rf_auth_privileges(account->privilege);
    check->done(&user, check->opaque);
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
    finish(check, account);
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

void rf_auth_check(RfAuth *auth, Bmc *bmc, const RfRequest *request,
                   GCancellable *cancellable, RfAuthFunc done,
                   GDestroyNotify destroy, void *opaque)
{
    const char *header = request->headers[RF_HEADER_AUTHORIZATION];
    g_autoptr(Check) check = g_new0(Check, 1);
    char *password = NULL;
    const BmcUser *account = NULL;
    RfUser user = { 0 };

    check->auth = auth;
    check->bmc = bmc;
    check->cancellable = g_object_ref(cancellable);
    check->done = done;
    check->destroy = destroy;
    check->opaque = opaque;
    check->channel = request->local ? BMC_CHANNEL_LOCAL
                                    : BMC_CHANNEL_REDFISH;
    check->peer = g_strdup(request->peer);

    /* Who names himself wants to be treated as that user, root or not. */
    if (!header) {
        done(local_user(request, &user) ? &user : NULL, opaque);
        return;
    }
    if (!rf_auth_parse_basic(header, &check->name, &password)) {
        done(NULL, opaque);
        return;
    }
    if (bmc_users_verify_now(bmc, check->name, password, &account)) {
        finish(check, account);
    } else {
        bmc_users_verify_async(bmc, check->name, password, cancellable,
                               verified, check);
        check = NULL;
    }
    secret_free(password);
}
