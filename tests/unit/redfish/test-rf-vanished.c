/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request is about may go away before its turn comes. */
#include "osdep.h"

#include "bmc/sessions.h"
#include "bmc/subscriptions.h"
#include "rf-hub.h"

#define ACCOUNTS "/redfish/v1/AccountService/Accounts"
#define SERVICE "/redfish/v1/EventService"
#define SUBSCRIPTIONS SERVICE "/Subscriptions"
#define ONE SUBSCRIPTIONS "/1"
#define BY_BOB "Basic Ym9iOmJvYnBhc3M=" /* bob:bobpass */
#define DEFINITIONS "/redfish/v1/TelemetryService/MetricReportDefinitions"

static void assert_created(RfHub *hub, const char *path, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "POST", path, body);

    g_assert_cmpuint(reply->status, ==, 201);
}

static RfReply *start(RfHub *hub, const char *method, const char *path,
                      const char *if_match, GBytes *body)
{
    RfRequest request = {
        .method = method, .path = path, .peer = "192.0.2.1", .body = body,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                     [RF_HEADER_IF_MATCH] = if_match },
    };

    return rf_client_start(&hub->client, &request);
}

/* @text: of a PATCH; NULL for a second DELETE. */
static void check_behind_delete(RfHub *hub, const char *path,
                                const char *text)
{
    static const char other[] = "{\"DeliveryRetryAttempts\":5}";
    g_autoptr(GBytes) body = text ? g_bytes_new_static(text, strlen(text))
                                  : NULL;
    g_autoptr(GBytes) other_body = g_bytes_new_static(other, strlen(other));
    g_autoptr(RfReply) before = start(hub, "PATCH", SERVICE, NULL,
                                      other_body);
    g_autoptr(RfReply) first = NULL;
    g_autoptr(RfReply) second = NULL;

    /* It waits until the state is on disk, and the others for it. */
    g_assert_false(before->done);
    first = start(hub, "DELETE", path, NULL, NULL);
    second = start(hub, text ? "PATCH" : "DELETE", path,
                   text ? "\"0123456789abcdef\"" : NULL, body);
    g_assert_false(first->done || second->done);
    rf_reply_wait(before);
    rf_reply_wait(first);
    rf_reply_wait(second);
    g_assert_cmpuint(before->status, ==, 200);
    g_assert_cmpuint(first->status, ==, 204);
    g_assert_cmpuint(second->status, ==, 404);
}

static void test_behind_delete(void)
{
    static const struct {
        const char *collection;
        const char *member;
        const char *create;
        const char *patch;
    } cases[] = {
        { ACCOUNTS, ACCOUNTS "/7", "{\"UserName\":\"bob\",\"Password\":"
          "\"bobpass\",\"RoleId\":\"Operator\"}", "{\"Enabled\":false}" },
        { SUBSCRIPTIONS, ONE, "{\"Destination\":\"http://192.0.2.9/\","
          "\"Protocol\":\"Redfish\"}", "{\"Context\":\"x\"}" },
        { DEFINITIONS, DEFINITIONS "/mine", "{\"Id\":\"mine\","
          "\"MetricReportDefinitionType\":\"OnRequest\"}",
          "{\"MetricReportDefinitionEnabled\":false}" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (int patch = 0; patch < 2; patch++) {
            g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

            assert_created(hub, cases[i].collection, cases[i].create);
            check_behind_delete(hub, cases[i].member,
                                patch ? cases[i].patch : NULL);
        }
    }
}

/* A subscriber that cannot be reached ends its subscription by itself. */
static void test_while_kept(void)
{
    static const char text[] = "{\"Context\":\"other\"}";
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GBytes) body = g_bytes_new_static(text, strlen(text));
    RfRequest request = {
        .method = "PATCH", .path = ONE, .peer = "192.0.2.1", .body = body,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
    };
    g_autoptr(RfReply) reply = NULL;

    assert_created(hub, SUBSCRIPTIONS, "{\"Destination\":"
                   "\"http://192.0.2.9/\",\"Protocol\":\"Redfish\"}");
    reply = rf_client_start(&hub->client, &request);
    g_assert_false(reply->done);
    bmc_subscription_remove(hub->fix.bmc, 1);
    rf_reply_wait(reply);
    g_assert_cmpuint(reply->status, ==, 404);
}

/* Hashed passwords are looked at in a thread, which takes its time. */
static void test_while_verified(void)
{
    static const char *const methods[] = { "GET", "DELETE" };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };

    assert_created(hub, ACCOUNTS, "{\"UserName\":\"bob\",\"Password\":"
                   "\"bobpass\",\"RoleId\":\"Administrator\","
                   "\"AccountTypes\":[\"Redfish\"]}");
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autofree char *uri = NULL;
        g_autofree char *token = rf_hub_login(hub, "viewer", &uri);
        RfRequest request = {
            .method = methods[i], .path = uri, .peer = "192.0.2.1",
            .headers = { [RF_HEADER_AUTHORIZATION] = BY_BOB },
        };
        g_autoptr(RfReply) reply = NULL;

        /* What was verified is not remembered that long. */
        clock_advance(hub->fix.clock, 61 * 1000);
        reply = rf_client_start(&hub->client, &request);
        g_assert_false(reply->done);
        bmc_session_end(hub->fix.bmc, strrchr(uri, '/') + 1, &origin);
        rf_reply_wait(reply);
        g_assert_cmpuint(reply->status, ==, 404);
    }
}

/*
 * And what an answer promises may not go away: it is on disk then. What is
 * in it is looked at with the main loop standing still.
 */
static void test_kept(void)
{
    static const struct {
        const char *path;
        const char *body;
        const char *text;
    } cases[] = {
        { "/redfish/v1/SessionService", "{\"SessionTimeout\":1234}", "1234" },
        { "/redfish/v1/AccountService", "{\"MinPasswordLength\":7}",
          "\"min-password\":7" },
        { "/redfish/v1/AccountService", "{\"AccountLockoutThreshold\":77}",
          "77" },
        { SYSTEM "/Bios/Settings", "{\"Attributes\":{\"BootMenuTimeout\":"
          "4321}}", "4321" },
        { "/redfish/v1/TaskService", "{\"TaskAutoDeleteTimeoutMinutes\":"
          "4242}", "4242" },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *file = test_dir_file(hub->fix.dir, "state.json");
    Machine *machine = mock_machine_base(hub->fix.mock);

    machine->settable = MACHINE_SETTINGS_ALL;
    machine->can_start_process = true;
    machine->owns_process = true;
    machine->info.settings_there = MACHINE_SETTINGS_ALL;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "PATCH",
                                               cases[i].path, cases[i].body);
        g_autofree char *text = NULL;

        g_test_message("%s: %u %s", cases[i].path, reply->status,
                       reply->text);
        g_assert_cmpuint(reply->status, ==, 200);
        g_assert_true(g_file_get_contents(file, &text, NULL, NULL));
        g_assert_nonnull(strstr(text, cases[i].text));
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/vanished/behind-delete", test_behind_delete);
    g_test_add_func("/redfish/vanished/while-kept", test_while_kept);
    g_test_add_func("/redfish/vanished/while-verified", test_while_verified);
    g_test_add_func("/redfish/vanished/kept", test_kept);
    return g_test_run();
}
