/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session login (DSP0268 SessionService, Session). */
#include "osdep.h"

#include "redfish/rf-service.h"

#include "bmc/sessions.h"
#include "util/secret.h"

#define SERVICE "/redfish/v1/SessionService"
#define SESSIONS SERVICE "/Sessions"

#define DEPENDS (1 << BMC_PART_SESSIONS | 1 << BMC_PART_USERS)

static const char *const healths[] = { "OK", NULL };
static const char *const session_types[] = { "Redfish", NULL };

static bool get_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_sessions_config(ctx->bmc)->enabled;
    return true;
}

static bool get_timeout(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_sessions_config(ctx->bmc)->timeout_s;
    return true;
}

static bool get_state(const RfContext *ctx, RfValue *value)
{
    value->choice = !bmc_sessions_config(ctx->bmc)->enabled;
    return true;
}

static void start_configure(RfExchange *x, const RfPatch *patch);

static const RfSetter configure = { .start = start_configure };

static void start_configure(RfExchange *x, const RfPatch *patch)
{
    const RfValue *enabled = rf_patch_get(patch, &configure,
                                          "ServiceEnabled");
    const RfValue *timeout = rf_patch_get(patch, &configure,
                                          "SessionTimeout");
    BmcSessionConfig config = *bmc_sessions_config(x->context.bmc);

    if (enabled) {
        config.enabled = enabled->boolean;
    }
    if (timeout) {
        config.timeout_s = timeout->integer;
    }
    bmc_sessions_configure(x->context.bmc, &config, &x->origin);
    rf_exchange_complete_kept(x);
}

static const BmcSession *session_of(const RfContext *ctx)
{
    return bmc_session_find(ctx->bmc, ctx->ids[0]);
}

static bool exists_session(const RfContext *ctx)
{
    return session_of(ctx);
}

static bool is_own_session(const RfExchange *x)
{
    return x->user.slot && session_of(&x->context)->slot == x->user.slot;
}

static bool nth_session(const RfContext *ctx, unsigned n,
                        char uri[RF_URI_MAX])
{
    const BmcSession *session = bmc_session_nth(ctx->bmc, n);

    if (!session) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, SESSIONS "/%s", session->id);
    return true;
}

static bool get_user_name(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_users_get(ctx->bmc, session_of(ctx)->slot)->name;
    return true;
}

static bool get_context(const RfContext *ctx, RfValue *value)
{
    value->text = session_of(ctx)->context;
    return value->text;
}

static bool get_created(const RfContext *ctx, RfValue *value)
{
    return rf_value_set_time(value, session_of(ctx)->created_us);
}

static bool get_peer(const RfContext *ctx, RfValue *value)
{
    value->text = session_of(ctx)->peer;
    return value->text && g_hostname_is_ip_address(value->text);
}

static bool nth_role(const RfContext *ctx, unsigned n, RfValue *value)
{
    const BmcUser *user = bmc_users_get(ctx->bmc, session_of(ctx)->slot);

    value->text = rf_auth_role(user->privilege);
    return n == 0 && value->text;
}

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .get = get_state,
      .texts = (const char *const[]) { "Enabled", "Disabled", NULL } },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "SessionService" },
    { "Name", RF_TYPE_STRING, .text = "Session Service" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = get_enabled,
      .setter = &configure },
    { "SessionTimeout", RF_TYPE_INTEGER, .get = get_timeout,
      .setter = &configure, .min = BMC_SESSION_TIMEOUT_MIN,
      .max = BMC_SESSION_TIMEOUT_MAX },
    { "Sessions", RF_TYPE_LINK, .text = SESSIONS },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Session Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_session },
    { NULL }
};

static const RfProperty session_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "User Session" },
    { "UserName", RF_TYPE_STRING, .get = get_user_name },
    { "Password", RF_TYPE_STRING, .get = rf_get_null },
    { "SessionType", RF_TYPE_ENUM, .texts = session_types,
      .get = rf_get_first },
    { "ClientOriginIPAddress", RF_TYPE_STRING, .get = get_peer },
    { "Context", RF_TYPE_STRING, .get = get_context },
    { "CreatedTime", RF_TYPE_STRING, .get = get_created },
    { "Roles", RF_TYPE_STRINGS, .item = nth_role },
    { NULL }
};

/* Whether the first two are needed is for start_login() to say. */
static const RfProperty login_properties[] = {
    { "UserName", RF_TYPE_STRING },
    { "Password", RF_TYPE_STRING, .secret = true },
    { "Context", RF_TYPE_STRING, .min = 0, .max = BMC_SESSION_CONTEXT_MAX },
    { NULL }
};

/* Returns false when it has answered. */
static bool service_enabled(RfExchange *x)
{
    if (!bmc_sessions_config(x->context.bmc)->enabled) {
        rf_answer_error_about(x, RF_MESSAGE_SERVICE_DISABLED, SERVICE, 0);
        return false;
    }
    return true;
}

/* @certificate: (nullable): it was by that, and not by a password. */
static void make_session(RfExchange *x, const RfUser *user,
                         GTlsCertificate *certificate)
{
    Bmc *bmc = x->context.bmc;
    const RfValue *context = rf_patch_get(x->patch, NULL, "Context");
    char token[BMC_SESSION_TOKEN_LEN + 1];
    g_autofree char *uri = NULL;
    const BmcSession *session;

    rf_exchange_set_user(x, user);
    if (!(user->privileges & RF_PRIVILEGE_LOGIN)) {
        rf_answer_error(x, RF_MESSAGE_INSUFFICIENT_PRIVILEGE);
        return;
    }
    session = bmc_session_make(bmc, bmc_users_get(bmc, user->slot),
                               certificate, context ? context->text : NULL, &x->origin,
                               token, NULL);
    if (!session) {
        rf_answer_error(x, RF_MESSAGE_SESSION_LIMIT_EXCEEDED);
        return;
    }
    uri = g_strdup_printf(SESSIONS "/%s", session->id);
    if (user->must_change) {
        x->notes = rf_messages_new();
        rf_add_must_change(x, x->notes);
    }
    rf_exchange_created(x, uri, "X-Auth-Token", token);
    secret_wipe(token, sizeof(token));
}

static void logged_in(const RfUser *user, bool busy, void *opaque)
{
    RfExchange *x = opaque;

    if (busy) {
        rf_answer_error_about(x, RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE,
                              "5", 0);
    } else if (!user) {
        rf_answer_error(x, RF_MESSAGE_ACCESS_UNAUTHORIZED);
    } else if (service_enabled(x)) {
        /* Somebody may have switched it off meanwhile. */
        make_session(x, user, NULL);
    }
}

static void exchange_unref(void *opaque)
{
    rf_exchange_unref(opaque);
}

/* Who has a certificate needs to say nothing more. */
static void login_by_certificate(RfExchange *x)
{
    RfUser user = { 0 };

    if (rf_auth_certificate(&x->service->auth, x->context.bmc, &x->request,
                            &user)) {
        make_session(x, &user, x->request.certificate);
    } else {
        rf_answer_error(x, RF_MESSAGE_ACCESS_UNAUTHORIZED);
    }
}

static void start_login(RfExchange *x, const RfPatch *patch)
{
    RfService *service = x->service;
    const RfValue *name = rf_patch_get(patch, NULL, "UserName");
    const RfValue *password = rf_patch_get(patch, NULL, "Password");
    g_autoptr(RfMessages) messages = rf_messages_new();

    if (!service_enabled(x)) {
        return;
    }
    if (!name && !password && x->request.certificate) {
        login_by_certificate(x);
        return;
    }
    if (!name) {
        rf_messages_add(messages,
                        RF_MESSAGE_CREATE_FAILED_MISSING_REQ_PROPERTIES,
                        "/UserName", NULL, "UserName", NULL);
    }
    if (!password) {
        rf_messages_add(messages,
                        RF_MESSAGE_CREATE_FAILED_MISSING_REQ_PROPERTIES,
                        "/Password", NULL, "Password", NULL);
    }
    if (!name || !password) {
        rf_exchange_fail(x, messages);
        return;
    }
    rf_auth_login(&service->auth, service->bmc, &x->request, name->text,
                  password->text, x->cancellable, logged_in, exchange_unref,
                  rf_exchange_ref(x));
}

static void start_logout(RfExchange *x)
{
    if (service_enabled(x)) {
        bmc_session_end(x->context.bmc, x->context.ids[0], &x->origin);
        rf_exchange_complete(x, NULL);
    }
}

static const RfCreate login = {
    .properties = login_properties,
    .start = start_login,
};

static const RfDelete logout = {
    .privilege = RF_PRIVILEGE_CONFIGURE_MANAGER |
                 RF_PRIVILEGE_CONFIGURE_SELF,
    .start = start_logout,
};

const RfResource rf_sessions_resources[] = {
    { .path = SERVICE,
      .type = "SessionService.v1_2_0.SessionService",
      .properties = service_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_MANAGER,
      .depends = DEPENDS },
    { .path = SESSIONS,
      .type = "SessionCollection.SessionCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = DEPENDS,
      .secret = true,
      .create = &login },
    { .path = SESSIONS "/{SessionId}",
      .type = "Session.v1_8_0.Session",
      .properties = session_properties,
      .read = RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_SELF,
      .depends = DEPENDS,
      .secret = true,
      .exists = exists_session,
      .is_own = is_own_session,
      .before_change = "DELETE",
      .remove = &logout },
    { NULL }
};
