/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request that has waited is judged by what its account may do when its
 * turn comes, not when it came.
 */
#include "osdep.h"

#include "bmc/sessions.h"
#include "bmc/users.h"
#include "rf-hub.h"

#define ACCOUNTS "/redfish/v1/AccountService/Accounts"
#define EVENTS "/redfish/v1/EventService"
#define BY_BOB "Basic Ym9iOmJvYnBhc3M=" /* bob:bobpass */
#define BOB 7

static const BmcOrigin host = { .channel = BMC_CHANNEL_INTERNAL };

static void assert_patch(RfHub *hub, const char *path, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "PATCH", path, body);

    g_test_message("%s", reply->text);
    g_assert_cmpuint(reply->status, ==, 200);
}

/* Another administrator. @types: what its password is kept for. */
static RfHub *hub_with_bob(const char *types)
{
    RfHub *hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *body = g_strdup_printf(
        "{\"UserName\":\"bob\",\"Password\":\"bobpass\",\"RoleId\":"
        "\"Administrator\",\"AccountTypes\":[%s]}", types);
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "POST", ACCOUNTS,
                                           body);

    g_assert_cmpuint(reply->status, ==, 201);
    return hub;
}

static RfReply *start(RfHub *hub, const char *authorization,
                      const char *token, const char *method,
                      const char *path, const char *query, const char *text)
{
    g_autoptr(GBytes) body = text ? g_bytes_new(text, strlen(text)) : NULL;
    RfRequest request = {
        .method = method, .path = path, .query = query, .body = body,
        .peer = "192.0.2.1",
        .headers = { [RF_HEADER_AUTHORIZATION] = authorization,
                     [RF_HEADER_TOKEN] = token,
                     [RF_HEADER_CONTENT_TYPE] =
                         text ? "application/json" : NULL },
    };

    return rf_client_start(&hub->client, &request);
}

static void demote(RfHub *hub)
{
    BmcUserAccess access = bmc_users_get(hub->fix.bmc, BOB)->access;

    access.privilege = BMC_PRIVILEGE_USER;
    bmc_users_set_access(hub->fix.bmc, BOB, &access, &host);
}

static void disable(RfHub *hub)
{
    bmc_users_set_enabled(hub->fix.bmc, BOB, false, &host);
}

static void change_password(RfHub *hub)
{
    bmc_users_set_password(hub->fix.bmc, BOB,
                           (const uint8_t *)"bobpass\0\0\0\0\0\0\0\0\0",
                           BMC_IPMI_PASSWORD_SHORT, &host);
}

static void require_change(RfHub *hub)
{
    bmc_users_set_must_change(hub->fix.bmc, BOB, true, &host);
}

static void take_over_name(RfHub *hub)
{
    g_assert_true(bmc_users_set_name(hub->fix.bmc, BOB, "rob", 3, &host,
                                     NULL));
}

static const struct {
    void (*func)(RfHub *hub);
    unsigned status;
} changes[] = {
    { demote, 403 },
    { disable, 401 },
    { change_password, 401 },
    { require_change, 403 },
    { take_over_name, 401 },
};

/* One that waits for another that is being written to disk. */
static void test_writers(void)
{
    for (size_t i = 0; i < 2 * G_N_ELEMENTS(changes); i++) {
        g_autoptr(RfHub) hub = hub_with_bob("\"Redfish\",\"IPMI\"");
        g_autofree char *session = i % 2 ? g_strdup(BY_BOB) : NULL;
        g_autoptr(RfReply) login = rf_hub_send(
            hub, NULL, "POST", "/redfish/v1/SessionService/Sessions",
            "{\"UserName\":\"bob\",\"Password\":\"bobpass\"}");
        const char *token = i % 2 ? NULL
                                  : rf_reply_header(login, "X-Auth-Token");
        g_autoptr(RfReply) first = start(hub, ADMIN, NULL, "PATCH", EVENTS,
                                         NULL,
                                         "{\"DeliveryRetryAttempts\":5}");
        g_autoptr(RfReply) second = NULL;
        g_autoptr(RfReply) look = NULL;

        g_assert_false(first->done);
        second = start(hub, session, token, "PATCH", EVENTS, NULL,
                       "{\"DeliveryRetryAttempts\":6}");
        g_assert_false(second->done);
        changes[i / 2].func(hub);
        rf_reply_wait(first);
        rf_reply_wait(second);
        g_test_message("%zu: %s", i, second->text);
        g_assert_cmpuint(second->status, ==, changes[i / 2].status);
        look = rf_hub_get(hub, EVENTS);
        g_assert_cmpint(json_node_get_int(
            rf_reply_node(look, "/DeliveryRetryAttempts")), ==, 5);
    }
}

/* A session that somebody has ended, while its account is as it was. */
static void test_session(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *uri = NULL;
    g_autofree char *token = rf_hub_login(hub, "admin", &uri);
    g_autoptr(RfReply) first = start(hub, ADMIN, NULL, "PATCH", EVENTS, NULL,
                                     "{\"DeliveryRetryAttempts\":5}");
    g_autoptr(RfReply) second = start(hub, NULL, token, "PATCH", EVENTS,
                                      NULL, "{\"DeliveryRetryAttempts\":6}");

    g_assert_false(second->done);
    bmc_session_end(hub->fix.bmc, strrchr(uri, '/') + 1, &host);
    rf_reply_wait(first);
    rf_reply_wait(second);
    g_assert_cmpuint(second->status, ==, 401);
}

/* While the new password of somebody is hashed, too. */
static void test_hashing(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(RfHub) hub = hub_with_bob("\"Redfish\",\"IPMI\"");
        g_autoptr(RfReply) reply = start(
            hub, BY_BOB, NULL, "PATCH", ACCOUNTS "/3", NULL,
            "{\"Password\":\"a password of more than twenty bytes\","
            "\"RoleId\":\"Administrator\"}");

        g_assert_false(reply->done);
        changes[i].func(hub);
        rf_reply_wait(reply);
        g_test_message("%zu: %s", i, reply->text);
        if (changes[i].func != require_change) {
            g_assert_cmpuint(reply->status, ==, 403);
            g_assert_cmpint(bmc_users_get(hub->fix.bmc, 3)->privilege, ==,
                            BMC_PRIVILEGE_OPERATOR);
        }
    }
}

/* Who logs in by a name that the account has no more. */
static void test_verifying(void)
{
    g_autoptr(RfHub) hub = hub_with_bob("\"Redfish\"");
    g_autoptr(RfReply) reply = start(hub, BY_BOB, NULL, "GET", SYSTEM, NULL,
                                     NULL);

    g_assert_false(reply->done);
    take_over_name(hub);
    rf_reply_wait(reply);
    g_assert_cmpuint(reply->status, ==, 401);
}

/* A query that waits for its turn: four are collected for at a time. */
static void test_queries(void)
{
    g_autoptr(RfHub) hub = hub_with_bob("\"Redfish\",\"IPMI\"");
    RfReply *first[4];
    g_autoptr(RfReply) last = NULL;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(first); i++) {
        first[i] = start(hub, ADMIN, NULL, "GET", "/redfish/v1/Systems",
                         "$expand=.($levels=4)", NULL);
        g_assert_false(first[i]->done);
    }
    last = start(hub, BY_BOB, NULL, "GET", ACCOUNTS, "$expand=.", NULL);
    g_assert_false(last->done);
    disable(hub);
    for (i = 0; i < G_N_ELEMENTS(first); i++) {
        rf_reply_wait(first[i]);
        g_assert_cmpuint(first[i]->status, ==, 200);
        rf_reply_free(first[i]);
    }
    rf_reply_wait(last);
    g_assert_cmpuint(last->status, ==, 401);
}

/* A stream ends when whoever has opened it may be somebody else. */
static void test_streams(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        g_autoptr(RfHub) hub = hub_with_bob("\"Redfish\",\"IPMI\"");
        g_autoptr(RfReply) stream = start(hub, BY_BOB, NULL, "GET",
                                          EVENTS "/SSE", NULL, NULL);
        bool goes_on = changes[i].func == demote ||
                       changes[i].func == require_change;

        g_assert_nonnull(stream->stream);
        changes[i].func(hub);
        fixture_settle(&hub->fix);
        g_test_message("%zu", i);
        g_assert_true(stream->ended == !goes_on);
        if (goes_on) {
            rf_reply_hang_up(stream);
        }
    }
}

/* Who renames himself is who he was for the rest of it. */
static void test_own_name(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    const BmcUser *user = bmc_users_get(hub->fix.bmc, 2);

    g_assert_true(bmc_user_may_reach_host(user));
    assert_patch(hub, ACCOUNTS "/2", "{\"UserName\":\"root\","
                 "\"Password\":\"password2\"}");
    g_assert_cmpstr(user->name, ==, "root");
    g_assert_true(bmc_user_may_reach_host(user));
}

/* The service may be switched off while a password is looked at. */
static void test_login(void)
{
    g_autoptr(RfHub) hub = hub_with_bob("\"Redfish\"");
    BmcSessionConfig config = *bmc_sessions_config(hub->fix.bmc);
    g_autoptr(RfReply) reply = start(
        hub, NULL, NULL, "POST", "/redfish/v1/SessionService/Sessions", NULL,
        "{\"UserName\":\"bob\",\"Password\":\"bobpass\"}");

    g_assert_false(reply->done);
    config.enabled = false;
    bmc_sessions_configure(hub->fix.bmc, &config, &host);
    rf_reply_wait(reply);
    g_assert_cmpuint(reply->status, ==, 503);
    g_assert_null(bmc_session_nth(hub->fix.bmc, 0));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/rights/writers", test_writers);
    g_test_add_func("/redfish/rights/session", test_session);
    g_test_add_func("/redfish/rights/hashing", test_hashing);
    g_test_add_func("/redfish/rights/verifying", test_verifying);
    g_test_add_func("/redfish/rights/queries", test_queries);
    g_test_add_func("/redfish/rights/streams", test_streams);
    g_test_add_func("/redfish/rights/own-name", test_own_name);
    g_test_add_func("/redfish/rights/login", test_login);
    return g_test_run();
}
