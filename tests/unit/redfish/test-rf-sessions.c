/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Session login: making, using and ending sessions. */
#include "osdep.h"

#include "bmc/lockout.h"
#include "bmc/sessions.h"
#include "bmc/users.h"
#include "rf-hub.h"
#include "test-util.h"
#include "util/error.h"

#define SERVICE "/redfish/v1/SessionService"
#define SESSIONS SERVICE "/Sessions"
#define LOGIN "{\"UserName\":\"viewer\",\"Password\":\"password\"}"
#define WRONG "{\"UserName\":\"viewer\",\"Password\":\"Password\"}"

static const BmcOrigin inside = { .channel = BMC_CHANNEL_INTERNAL };

static unsigned status(RfHub *hub, const char *token, const char *basic,
                       const char *method, const char *path,
                       const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send_token(hub, token, basic, method,
                                                 path, body);

    g_test_message("%s %s: %u %s", method, path, reply->status,
                   reply->text ?: "");
    return reply->status;
}

static void assert_alive(RfHub *hub, const char *token, bool alive)
{
    g_assert_cmpuint(status(hub, token, NULL, "GET", SYSTEM, NULL), ==,
                     alive ? 200 : 401);
}

static void test_login(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) made = rf_hub_send(hub, NULL, "POST", SESSIONS, LOGIN);
    g_autoptr(RfReply) got = NULL;
    g_autoptr(RfReply) list = NULL;
    const char *token = rf_reply_header(made, "X-Auth-Token");
    const char *uri = rf_reply_header(made, "Location");
    JsonNode *password;

    g_assert_cmpuint(made->status, ==, 201);
    g_assert_cmpuint(strlen(token), ==, BMC_SESSION_TOKEN_LEN);
    g_assert_true(g_str_has_prefix(uri, SESSIONS "/"));
    g_assert_cmpstr(rf_reply_text(made, "/@odata.id"), ==, uri);
    g_assert_cmpstr(rf_reply_text(made, "/UserName"), ==, "viewer");
    g_assert_null(strstr(made->text, token));
    password = rf_reply_node(made, "/Password");
    g_assert_true(password && JSON_NODE_HOLDS_NULL(password));

    got = rf_hub_send_token(hub, token, NULL, "GET", uri, NULL);
    g_assert_cmpuint(got->status, ==, 200);
    g_assert_cmpstr(rf_reply_text(got, "/SessionType"), ==, "Redfish");
    g_assert_cmpstr(rf_reply_text(got, "/ClientOriginIPAddress"), ==,
                    "192.0.2.1");
    g_assert_nonnull(rf_reply_text(got, "/CreatedTime"));
    g_assert_null(strstr(got->text, token));
    list = rf_hub_send_token(hub, token, NULL, "GET", SESSIONS, NULL);
    g_assert_nonnull(strstr(list->text, uri));
    g_assert_cmpuint(status(hub, token, NULL, "DELETE", uri, NULL), ==, 204);
    assert_alive(hub, token, false);
    g_assert_cmpuint(status(hub, NULL, ADMIN, "GET", uri, NULL), ==, 404);
}

static void test_variants(void)
{
    static const struct {
        const char *path;
        const char *body;
        unsigned expected;
    } cases[] = {
        { SESSIONS "/Members", LOGIN, 201 },
        { SESSIONS "/", LOGIN, 201 },
        { SESSIONS, "{\"UserName\":\"viewer\",\"Password\":\"password\","
                    "\"Context\":\"me\"}", 201 },
        { SESSIONS, WRONG, 401 },
        { SESSIONS, "{\"UserName\":\"x\",\"Password\":\"password\"}", 401 },
        { SESSIONS, "{\"UserName\":\"\",\"Password\":\"\"}", 401 },
        { SESSIONS, "{\"UserName\":\"gone\",\"Password\":\"password\"}",
          401 },
        { SESSIONS, "{\"UserName\":\"caller\",\"Password\":\"password\"}",
          403 },
        { SESSIONS, "{\"UserName\":\"viewer\"}", 400 },
        { SESSIONS, "{\"UserName\":\"viewer\",\"Password\":12345}", 400 },
        { SESSIONS, "{\"UserName\":\"viewer\",\"Password\":\"password\","
                    "\"SessionTimeout\":30}", 400 },
        { SESSIONS, "{}", 400 },
        { SESSIONS, "", 400 },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = rf_hub_send(hub, NULL, "POST",
                                               cases[i].path, cases[i].body);

        g_test_message("%s: %s", cases[i].body, reply->text);
        g_assert_cmpuint(reply->status, ==, cases[i].expected);
        g_assert_true(reply->status == 201 ||
                      !rf_reply_header(reply, "X-Auth-Token"));
        g_assert_null(strstr(reply->text, "12345"));
    }
    g_assert_nonnull(bmc_session_nth(hub->fix.bmc, 2));
    g_assert_null(bmc_session_nth(hub->fix.bmc, 3));
}

/* A token counts for what it is, whatever comes with it. */
static void test_token(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *token = rf_hub_login(hub, "viewer", NULL);
    g_autofree char *other = g_strdup(token);
    g_autoptr(RfReply) wrong = NULL;
    g_autofree char *messages = NULL;

    other[0] = other[0] == '0' ? '1' : '0';
    assert_alive(hub, token, true);
    assert_alive(hub, other, false);
    assert_alive(hub, "", false);
    assert_alive(hub, "0", false);
    g_assert_cmpuint(status(hub, other, ADMIN, "GET", SYSTEM, NULL), ==,
                     401);
    g_assert_cmpuint(status(hub, token, "Basic YTpi", "GET", SYSTEM, NULL),
                     ==, 200);
    g_assert_cmpuint(status(hub, token, ADMIN, "POST", RESET,
                            "{\"ResetType\":\"ForceOff\"}"), ==, 403);
    /* What needs nobody asks for nobody. */
    g_assert_cmpuint(status(hub, other, NULL, "GET", "/redfish/v1/", NULL),
                     ==, 200);
    wrong = rf_hub_send_token(hub, other, NULL, "GET", SYSTEM, NULL);
    messages = rf_reply_messages(wrong);
    g_assert_cmpstr(messages, ==, "NoValidSession");
    g_assert_nonnull(rf_reply_header(wrong, "WWW-Authenticate"));
}

static void test_own(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *a_uri = NULL;
    g_autofree char *o_uri = NULL;
    g_autofree char *v_uri = NULL;
    g_autofree char *admin = rf_hub_login(hub, "admin", &a_uri);
    g_autofree char *oper = rf_hub_login(hub, "oper", &o_uri);
    g_autofree char *viewer = rf_hub_login(hub, "viewer", &v_uri);

    g_assert_cmpuint(status(hub, viewer, NULL, "GET", a_uri, NULL), ==, 403);
    g_assert_cmpuint(status(hub, viewer, NULL, "DELETE", o_uri, NULL), ==,
                     403);
    g_assert_cmpuint(status(hub, oper, NULL, "DELETE", v_uri, NULL), ==,
                     403);
    g_assert_cmpuint(status(hub, NULL, HUB_OPERATOR, "DELETE", o_uri, NULL),
                     ==, 204);
    assert_alive(hub, oper, false);
    assert_alive(hub, viewer, true);
    g_assert_cmpuint(status(hub, admin, NULL, "DELETE", v_uri, NULL), ==,
                     204);
    assert_alive(hub, viewer, false);
    g_assert_cmpuint(status(hub, NULL, NULL, "DELETE", a_uri, NULL), ==, 401);
    assert_alive(hub, admin, true);
}

static void test_timeout(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *token = rf_hub_login(hub, "viewer", NULL);
    g_autofree char *idle = rf_hub_login(hub, "viewer", NULL);

    g_assert_cmpuint(status(hub, NULL, HUB_OPERATOR, "PATCH", SERVICE,
                            "{\"SessionTimeout\":60}"), ==, 403);
    g_assert_cmpuint(status(hub, NULL, ADMIN, "PATCH", SERVICE,
                            "{\"SessionTimeout\":29}"), ==, 400);
    g_assert_cmpuint(status(hub, NULL, ADMIN, "PATCH", SERVICE,
                            "{\"SessionTimeout\":86401}"), ==, 400);
    g_assert_cmpuint(status(hub, NULL, ADMIN, "PATCH", SERVICE,
                            "{\"SessionTimeout\":60}"), ==, 200);
    fixture_advance(&hub->fix, 40000);
    assert_alive(hub, token, true);
    fixture_advance(&hub->fix, 20000);
    g_assert_nonnull(bmc_session_nth(hub->fix.bmc, 0));
    g_assert_null(bmc_session_nth(hub->fix.bmc, 1));
    assert_alive(hub, idle, false);
    assert_alive(hub, token, true);
    fixture_advance(&hub->fix, 59999);
    g_assert_nonnull(bmc_session_nth(hub->fix.bmc, 0));
    fixture_advance(&hub->fix, 1);
    g_assert_null(bmc_session_nth(hub->fix.bmc, 0));
    assert_alive(hub, token, false);
}

static void test_settings(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *uri = NULL;
    g_autofree char *token = rf_hub_login(hub, "viewer", &uri);
    const BmcSessionConfig *config;

    g_assert_cmpuint(status(hub, NULL, ADMIN, "PATCH", SERVICE,
                            "{\"SessionTimeout\":100,"
                            "\"ServiceEnabled\":false}"), ==, 200);
    g_assert_cmpuint(status(hub, NULL, NULL, "POST", SESSIONS, LOGIN), ==,
                     503);
    g_assert_cmpuint(status(hub, token, NULL, "DELETE", uri, NULL), ==, 503);
    assert_alive(hub, token, true);
    g_clear_pointer(&hub->events, rf_events_free);
    rf_service_free(g_steal_pointer(&hub->client.service));
    fixture_restart(&hub->fix);
    config = bmc_sessions_config(hub->fix.bmc);
    g_assert_cmpuint(config->timeout_s, ==, 100);
    g_assert_false(config->enabled);
    g_assert_null(bmc_session_nth(hub->fix.bmc, 0));
}

static void test_limit(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *first = rf_hub_login(hub, "viewer", NULL);
    g_autofree char *other = NULL;
    g_autoptr(RfReply) reply = NULL;
    g_autofree char *messages = NULL;
    unsigned i;

    for (i = 1; i < BMC_SESSIONS_USER_MAX; i++) {
        g_free(rf_hub_login(hub, "viewer", NULL));
    }
    reply = rf_hub_send(hub, NULL, "POST", SESSIONS, LOGIN);
    g_assert_cmpuint(reply->status, ==, 503);
    messages = rf_reply_messages(reply);
    g_assert_cmpstr(messages, ==, "SessionLimitExceeded");
    assert_alive(hub, first, true);
    other = rf_hub_login(hub, "oper", NULL);
    assert_alive(hub, other, true);
    for (i = BMC_SESSIONS_USER_MAX + 1; i < BMC_SESSIONS_MAX; i++) {
        g_free(rf_hub_login(hub, "admin", NULL));
    }
    g_assert_cmpuint(status(hub, NULL, NULL, "POST", SESSIONS,
                            "{\"UserName\":\"oper\","
                            "\"Password\":\"password\"}"), ==, 503);
}

static void set_password(Bmc *bmc)
{
    static const uint8_t password[BMC_IPMI_PASSWORD_MAX] = "another";

    bmc_users_set_password(bmc, FIXTURE_VIEWER, password, sizeof(password),
                           &inside);
}

static void disable(Bmc *bmc)
{
    bmc_users_set_enabled(bmc, FIXTURE_VIEWER, false, &inside);
}

static void rename_it(Bmc *bmc)
{
    bmc_users_set_name(bmc, FIXTURE_VIEWER, "other", 5, &inside, NULL);
}

static void delete_it(Bmc *bmc)
{
    bmc_users_set_name(bmc, FIXTURE_VIEWER, "", 0, &inside, NULL);
}

static void restart(Bmc *bmc)
{
    bmc_restart(bmc, false);
}

static void test_account(void)
{
    static void (*const changes[])(Bmc *) = {
        set_password, disable, rename_it, delete_it, restart,
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
        g_autofree char *token = rf_hub_login(hub, "viewer", NULL);
        g_autofree char *other = rf_hub_login(hub, "oper", NULL);

        changes[i](hub->fix.bmc);
        g_test_message("%u", i);
        assert_alive(hub, token, false);
        assert_alive(hub, other, changes[i] != restart);
    }
}

/* A session has what its account has now. */
static void test_role(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *token = rf_hub_login(hub, "viewer", NULL);
    static const char reset[] = "{\"ResetType\":\"Nmi\"}";

    g_assert_cmpuint(status(hub, token, NULL, "POST", RESET, reset), ==, 403);
    fixture_set_user(&hub->fix, FIXTURE_VIEWER, true,
                     BMC_PRIVILEGE_OPERATOR);
    g_assert_cmpuint(status(hub, token, NULL, "POST", RESET, reset), ==, 204);
    fixture_set_user(&hub->fix, FIXTURE_VIEWER, true, BMC_PRIVILEGE_NONE);
    g_assert_cmpuint(status(hub, token, NULL, "GET", SYSTEM, NULL), ==, 403);
}

/* The same count for both ways to show a password, and for IPMI. */
static void test_lockout(void)
{
    static const BmcLockoutPolicy policy = { 4, 60, 60, false };
    static const BmcOrigin lan = { BMC_CHANNEL_LAN, "viewer", "192.0.2.1" };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *token = rf_hub_login(hub, "viewer", NULL);
    Bmc *bmc = hub->fix.bmc;
    static const char basic[] = "Basic dmlld2VyOng="; /* viewer:x */

    bmc_lockout_set(bmc, &policy);
    g_assert_cmpuint(status(hub, NULL, NULL, "POST", SESSIONS, WRONG), ==,
                     401);
    g_assert_cmpuint(status(hub, NULL, basic, "GET", SYSTEM, NULL), ==, 401);
    g_assert_cmpuint(status(hub, NULL, HUB_VIEWER, "GET", SYSTEM, NULL), ==,
                     200);
    g_assert_cmpuint(status(hub, NULL, NULL, "POST", SESSIONS, WRONG), ==,
                     401);
    g_assert_cmpuint(status(hub, NULL, basic, "GET", SYSTEM, NULL), ==, 401);
    bmc_lockout_failed(bmc, FIXTURE_VIEWER, &lan);
    g_assert_true(bmc_lockout_allows(bmc, FIXTURE_VIEWER, &lan));
    g_assert_cmpuint(status(hub, NULL, basic, "GET", SYSTEM, NULL), ==, 401);
    g_assert_false(bmc_lockout_allows(bmc, FIXTURE_VIEWER, &lan));
    g_assert_cmpuint(status(hub, NULL, HUB_VIEWER, "GET", SYSTEM, NULL), ==,
                     401);
    g_assert_cmpuint(status(hub, NULL, NULL, "POST", SESSIONS, LOGIN), ==,
                     401);
    g_assert_cmpuint(status(hub, NULL, HUB_OPERATOR, "GET", SYSTEM, NULL),
                     ==, 200);
    /* That is about passwords. */
    assert_alive(hub, token, true);
    fixture_advance(&hub->fix, 60000);
    g_assert_cmpuint(status(hub, NULL, HUB_VIEWER, "GET", SYSTEM, NULL), ==,
                     200);
}

/* Each change goes into the log with who has made it, and no secret does. */
static void test_audit(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GString) log = g_string_new(NULL);
    g_autofree char *uri = NULL;
    g_autofree char *token = NULL;

    test_collect_log("*", log);
    token = rf_hub_login(hub, "oper", &uri);
    g_assert_cmpuint(status(hub, NULL, NULL, "POST", SESSIONS, WRONG), ==,
                     401);
    g_assert_cmpuint(status(hub, token, NULL, "POST", RESET,
                            "{\"ResetType\":\"Nmi\"}"), ==, 204);
    g_assert_cmpuint(status(hub, token, NULL, "PATCH", SERVICE,
                            "{\"SessionTimeout\":60}"), ==, 403);
    g_assert_cmpuint(status(hub, token, NULL, "DELETE", uri, NULL), ==, 204);
    test_collect_log(NULL, NULL);
    g_test_message("%s", log->str);
    g_assert_nonnull(strstr(log->str, "made by oper at 192.0.2.1"));
    g_assert_nonnull(strstr(log->str, "login of user \"viewer\" from "
                                      "192.0.2.1 failed"));
    g_assert_nonnull(strstr(log->str, "POST " RESET " (ResetType=Nmi) by oper "
                                      "at 192.0.2.1 over Redfish: 204"));
    g_assert_nonnull(strstr(log->str, "PATCH " SERVICE " by oper at "
                                      "192.0.2.1 over Redfish: 403"));
    g_assert_nonnull(strstr(log->str, "ended: oper at 192.0.2.1"));
    g_assert_null(strstr(log->str, token));
    g_assert_null(strstr(log->str, "assword\""));
}

/* Strangers can have little looked at. */
static void test_long_body(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *zeroes = g_strnfill(20000, '0');
    g_autofree char *body = g_strdup_printf(
        "{\"UserName\":\"admin\",\"Password\":\"%s\"}", zeroes);
    g_autoptr(RfReply) stranger = rf_hub_send(
        hub, NULL, "POST", "/redfish/v1/SessionService/Sessions", body);
    g_autoptr(RfReply) known = rf_hub_send(hub, ADMIN, "PATCH", SYSTEM, body);

    g_assert_cmpuint(stranger->status, ==, 413);
    g_assert_cmpuint(known->status, ==, 400);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/sessions/login", test_login);
    g_test_add_func("/redfish/sessions/variants", test_variants);
    g_test_add_func("/redfish/sessions/token", test_token);
    g_test_add_func("/redfish/sessions/own", test_own);
    g_test_add_func("/redfish/sessions/timeout", test_timeout);
    g_test_add_func("/redfish/sessions/settings", test_settings);
    g_test_add_func("/redfish/sessions/limit", test_limit);
    g_test_add_func("/redfish/sessions/account", test_account);
    g_test_add_func("/redfish/sessions/role", test_role);
    g_test_add_func("/redfish/sessions/lockout", test_lockout);
    g_test_add_func("/redfish/sessions/audit", test_audit);
    g_test_add_func("/redfish/sessions/long-body", test_long_body);
    return g_test_run();
}
