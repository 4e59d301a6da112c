/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BMC itself, its clock, its interfaces and protocols. */
#include "osdep.h"

#include "bmc/accounts.h"
#include "bmc/chassis.h"
#include "bmc/fru.h"
#include "bmc/lan.h"
#include "bmc/reports.h"
#include "bmc/restart.h"
#include "bmc/sel.h"
#include "bmc/sessions.h"
#include "bmc/sol.h"
#include "bmc/subscriptions.h"
#include "bmc/tasks.h"
#include "rf-hub.h"

#define MANAGER "/redfish/v1/Managers/1"
#define MANAGER_RESET MANAGER "/Actions/Manager.Reset"

static bool truth(const RfReply *reply, const char *pointer)
{
    JsonNode *node = rf_reply_node(reply, pointer);

    g_assert_nonnull(node);
    return json_node_get_boolean(node);
}

static int64_t number(const RfReply *reply, const char *pointer)
{
    JsonNode *node = rf_reply_node(reply, pointer);

    g_assert_nonnull(node);
    return json_node_get_int(node);
}

/* The service does not outlive its hub. */
static void restart(RfHub *hub)
{
    g_clear_pointer(&hub->events, rf_events_free);
    g_clear_pointer(&hub->client.service, rf_service_free);
    fixture_restart(&hub->fix);
}

static void test_manager(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = rf_hub_get(hub, MANAGER);

    g_assert_cmpstr(rf_reply_text(reply, "/ManagerType"), ==, "BMC");
    g_assert_cmpstr(rf_reply_text(reply, "/FirmwareVersion"), ==,
                    QEMU_BMC_VERSION);
    g_assert_cmpstr(rf_reply_text(reply, "/ServiceEntryPointUUID"), ==,
                    bmc_uuid(hub->fix.bmc));
    g_assert_cmpint(number(reply, "/SerialConsole/MaxConcurrentSessions"),
                    ==, 1);
    g_assert_cmpstr(rf_reply_text(reply, "/Links/ManagerInChassis/@odata.id"),
                    ==, "/redfish/v1/Chassis/1");
    g_assert_cmpstr(rf_reply_text(reply, "/LastResetTime"), !=, NULL);
}

/* As sushy sets it, and reads it back. */
static void test_clock(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) utc = NULL;
    g_autoptr(RfReply) east = NULL;
    g_autoptr(RfReply) viewer = NULL;

    utc = rf_hub_send(hub, ADMIN, "PATCH", MANAGER,
                      "{\"DateTime\":\"2031-02-03T04:05:06Z\","
                      "\"DateTimeLocalOffset\":\"+00:00\"}");
    g_assert_cmpuint(utc->status, ==, 200);
    g_assert_true(g_str_has_prefix(rf_reply_text(utc, "/DateTime"),
                                   "2031-02-03T04:05:0"));
    g_assert_true(g_str_has_suffix(rf_reply_text(utc, "/DateTime"), "Z"));
    g_assert_cmpuint(bmc_sel_time(hub->fix.bmc) - 1927857906u, <, 3);
    east = rf_hub_send(hub, ADMIN, "PATCH", MANAGER,
                       "{\"DateTime\":\"2031-02-03T04:05:06+02:00\","
                       "\"DateTimeLocalOffset\":\"+05:30\"}");
    g_assert_cmpuint(east->status, ==, 200);
    g_assert_true(g_str_has_prefix(rf_reply_text(east, "/DateTime"),
                                   "2031-02-03T07:35:0"));
    g_assert_cmpstr(rf_reply_text(east, "/DateTimeLocalOffset"), ==,
                    "+05:30");
    g_assert_cmpint(bmc_sel_utc_offset(hub->fix.bmc), ==, 330);
    viewer = rf_hub_send(hub, HUB_VIEWER, "PATCH", MANAGER,
                         "{\"DateTime\":\"2031-02-03T04:05:06Z\"}");
    g_assert_cmpuint(viewer->status, ==, 403);
    restart(hub);
    g_assert_cmpint(bmc_sel_utc_offset(hub->fix.bmc), ==, 330);
}

static void test_clock_bad(void)
{
    static const char *const bodies[] = {
        "{\"DateTime\":\"2031-02-03T04:05:06\"}",
        "{\"DateTime\":\"2031-02-03\"}",
        "{\"DateTime\":\"\"}",
        "{\"DateTime\":\"1969-12-31T23:59:59Z\"}",
        "{\"DateTime\":\"2107-02-03T04:05:06Z\"}",
        "{\"DateTime\":\"2031-13-03T04:05:06Z\"}",
        "{\"DateTime\":\"2031-02-03T04:05:06+99:00\"}",
        "{\"DateTime\":\"2031-02-03T04:05:06Zx+00:00\"}",
        "{\"DateTime\":\"2031-02-03T04:05:06Z\","
        "\"DateTimeLocalOffset\":\"0200\"}",
        "{\"DateTimeLocalOffset\":\"+20:00\"}",
        "{\"DateTimeLocalOffset\":\"+02:60\"}",
        "{\"DateTimeLocalOffset\":\"02:00\"}",
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "PATCH", MANAGER,
                                               bodies[i]);
        g_autofree char *keys = rf_reply_messages(reply);

        g_test_message("%s: %s", bodies[i], keys);
        g_assert_cmpuint(reply->status, ==, 400);
        g_assert_true(g_str_has_prefix(keys, "PropertyValueFormatError#"));
    }
    g_assert_cmpint(bmc_sel_utc_offset(hub->fix.bmc), ==, 0);
}

/* The clock goes on, but who has read the manager can write it. */
static void test_clock_etag(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    g_autoptr(RfReply) before = rf_hub_get(hub, MANAGER);
    g_autoptr(RfReply) after = NULL;

    bmc_sel_set_time(hub->fix.bmc, 1900000000, &origin);
    after = rf_hub_get(hub, MANAGER);
    g_assert_cmpstr(rf_reply_text(before, "/DateTime"), !=,
                    rf_reply_text(after, "/DateTime"));
    g_assert_cmpstr(rf_reply_header(before, "ETag"), ==,
                    rf_reply_header(after, "ETag"));
}

static void count_restart(void *opaque, const void *data)
{
    const BmcRestart *restart = data;

    g_assert_true(restart->cold);
    ++*(unsigned *)opaque;
}

static void test_reset(void)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    static const char *const bodies[] = {
        "{\"ResetType\":\"ForceRestart\"}",
        "{\"ResetType\":\"GracefulRestart\"}", "{}",
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) oper = NULL;
    g_autoptr(RfReply) bad = NULL;
    Notifier notifier = { 0 };
    unsigned i, n = 0;

    notifier_list_add(bmc_restart_notifiers(hub->fix.bmc), &notifier,
                      count_restart, &n);
    for (i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(RfReply) reply = NULL;

        bmc_identify_set(hub->fix.bmc, -1, &origin);
        reply = rf_hub_send(hub, ADMIN, "POST", MANAGER_RESET, bodies[i]);
        g_assert_cmpuint(reply->status, ==, 204);
        g_assert_cmpuint(n, ==, i);
        fixture_advance(&hub->fix, BMC_RESTART_DELAY_MS);
        g_assert_cmpuint(n, ==, i + 1);
        g_assert_cmpint(bmc_identify_state(hub->fix.bmc), ==, 0);
    }
    notifier_remove(&notifier);
    oper = rf_hub_send(hub, HUB_OPERATOR, "POST", MANAGER_RESET, "{}");
    g_assert_cmpuint(oper->status, ==, 403);
    bad = rf_hub_send(hub, ADMIN, "POST", MANAGER_RESET,
                      "{\"ResetType\":\"Nmi\"}");
    g_assert_cmpuint(bad->status, ==, 400);
    /* The machine has noticed nothing. */
    fixture_assert_log(&hub->fix, "");
}

static void make_changes(Bmc *bmc)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    static const uint8_t address[] = { 192, 0, 2, 99 };
    static const uint8_t fru[] = { 0 };
    static const BmcSessionConfig sessions = { true, 77 };
    BmcSolConfig sol = *bmc_sol_get(bmc);
    g_auto(BmcSubscription) subscription = { 0 };
    g_auto(BmcReport) report = { 0 };

    sol.enabled = false;
    g_assert_true(bmc_sol_set(bmc, &sol, &origin, NULL));
    g_assert_true(bmc_lan_set(bmc, BMC_LAN_ADDRESS, address, &origin, NULL));
    g_assert_true(bmc_users_set_name(bmc, 9, "extra", 5, &origin, NULL));
    g_assert_true(bmc_fru_write(bmc, BMC_FRU_MACHINE, 0, fru, 1, &origin,
                                NULL));
    bmc_chassis_set_policy(bmc, BMC_RESTORE_ON, &origin);
    bmc_sel_set_utc_offset(bmc, 60);
    subscription.destination = g_strdup("https://192.0.2.7/");
    g_assert_cmpuint(bmc_subscription_add(bmc, &subscription, &origin, NULL),
                     !=, 0);
    report.id = g_strdup("mine");
    report.name = g_strdup("mine");
    g_assert_true(bmc_report_add(bmc, &report, &origin, NULL));
    bmc_task_set_retention(bmc, 5, &origin);
    bmc_accounts_set_min_password(bmc, 4, &origin);
    bmc_sessions_configure(bmc, &sessions, &origin);
}

static void check_defaults(Bmc *bmc, BmcDefaults keep)
{
    static const uint8_t written[] = { 192, 0, 2, 99 };
    uint8_t address[BMC_LAN_VALUE_MAX];

    g_assert_true(bmc_sol_get(bmc)->enabled);
    g_assert_false(bmc_fru_written(bmc));
    g_assert_cmpint(bmc_chassis_get(bmc)->policy, ==, BMC_RESTORE_UNKNOWN);
    g_assert_cmpint(bmc_sel_utc_offset(bmc), ==, 0);
    bmc_lan_get(bmc, BMC_LAN_ADDRESS, address);
    g_assert_cmpint(memcmp(address, written, 4) == 0, ==,
                    keep != BMC_DEFAULTS_ALL);
    g_assert_cmpint(bmc_users_find(bmc, "extra", 5) != NULL, ==,
                    keep == BMC_DEFAULTS_KEEP_NETWORK_AND_USERS);
    g_assert_cmpint(bmc_users_find(bmc, "oper", 4) != NULL, ==,
                    keep == BMC_DEFAULTS_KEEP_NETWORK_AND_USERS);
    g_assert_nonnull(bmc_users_find(bmc, "admin", 5));
    g_assert_cmpuint(bmc_sel_info(bmc).count, ==, 1);
    g_assert_null(bmc_subscription_nth(bmc, 0));
    g_assert_null(bmc_report_nth(bmc, 0));
    g_assert_cmpuint(bmc_task_retention(bmc), ==, BMC_TASK_RETENTION_DEFAULT);
    g_assert_cmpuint(bmc_sessions_config(bmc)->timeout_s, ==,
                     BMC_SESSION_TIMEOUT_DEFAULT);
    g_assert_cmpuint(bmc_accounts_min_password(bmc), ==,
                     keep == BMC_DEFAULTS_KEEP_NETWORK_AND_USERS ? 4 : 1);
}

/* Settings go, and stay so when the state is read again. */
static void test_defaults(void)
{
    static const char *const bodies[] = {
        [BMC_DEFAULTS_ALL] = "{\"ResetType\":\"ResetAll\"}",
        [BMC_DEFAULTS_KEEP_NETWORK_AND_USERS] =
            "{\"ResetType\":\"PreserveNetworkAndUsers\"}",
        [BMC_DEFAULTS_KEEP_NETWORK] =
            "{\"ResetType\":\"PreserveNetwork\"}",
    };
    const char *action = MANAGER "/Actions/Manager.ResetToDefaults";
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
        g_autoptr(RfReply) missing = NULL;
        g_autoptr(RfReply) oper = NULL;
        g_autoptr(RfReply) reply = NULL;

        make_changes(hub->fix.bmc);
        missing = rf_hub_send(hub, ADMIN, "POST", action, "{}");
        g_assert_cmpuint(missing->status, ==, 400);
        oper = rf_hub_send(hub, HUB_OPERATOR, "POST", action, bodies[i]);
        g_assert_cmpuint(oper->status, ==, 403);
        reply = rf_hub_send(hub, ADMIN, "POST", action, bodies[i]);
        g_assert_cmpuint(reply->status, ==, 204);
        fixture_advance(&hub->fix, BMC_RESTART_DELAY_MS);
        check_defaults(hub->fix.bmc, i);
        restart(hub);
        check_defaults(hub->fix.bmc, i);
    }
}

/* Where a client that has come over Redfish finds IPMI. */
static void test_network_protocol(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GSocketAddress) addr =
        g_inet_socket_address_new_from_string("127.0.0.1", 6230);
    g_autoptr(RfReply) without = rf_hub_get(hub, MANAGER "/NetworkProtocol");
    g_autoptr(RfReply) reply = NULL;

    g_assert_false(truth(without, "/IPMI/ProtocolEnabled"));
    g_assert_null(rf_reply_node(without, "/IPMI/Port"));
    g_assert_false(truth(without, "/HTTPS/ProtocolEnabled"));
    bmc_lan_set_bound(hub->fix.bmc, addr);
    bmc_set_redfish_port(hub->fix.bmc, 8443, true);
    reply = rf_hub_get(hub, MANAGER "/NetworkProtocol");
    g_assert_true(truth(reply, "/IPMI/ProtocolEnabled"));
    g_assert_cmpint(number(reply, "/IPMI/Port"), ==, 6230);
    g_assert_true(truth(reply, "/HTTPS/ProtocolEnabled"));
    g_assert_cmpint(number(reply, "/HTTPS/Port"), ==, 8443);
    g_assert_false(truth(reply, "/HTTP/ProtocolEnabled"));
    g_assert_null(rf_reply_node(reply, "/HTTP/Port"));
    g_assert_cmpstr(rf_reply_header(reply, "ETag"), !=,
                    rf_reply_header(without, "ETag"));
}

static void test_ethernet(void)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    static const uint8_t address[] = { 192, 0, 2, 7 };
    static const uint8_t source[] = { 1 };
    static const uint8_t mac[] = { 0x52, 0x54, 0, 0xaa, 0xbb, 0xcc };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = NULL;
    Bmc *bmc = hub->fix.bmc;
    JsonObject *first;

    g_assert_true(bmc_lan_set(bmc, BMC_LAN_SOURCE, source, &origin, NULL));
    g_assert_true(bmc_lan_set(bmc, BMC_LAN_ADDRESS, address, &origin, NULL));
    g_assert_true(bmc_lan_set(bmc, BMC_LAN_MAC, mac, &origin, NULL));
    reply = rf_hub_get(hub, MANAGER "/EthernetInterfaces/1");
    g_assert_cmpstr(rf_reply_text(reply, "/MACAddress"), ==,
                    "52:54:00:aa:bb:cc");
    first = json_array_get_object_element(
        json_object_get_array_member(reply->json, "IPv4Addresses"), 0);
    g_assert_cmpstr(json_object_get_string_member(first, "Address"), ==,
                    "192.0.2.7");
    g_assert_cmpstr(json_object_get_string_member(first, "AddressOrigin"),
                    ==, "Static");
}

static void test_serial(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    const char *path = MANAGER "/SerialInterfaces/1";
    g_autoptr(RfReply) rate = NULL;
    g_autoptr(RfReply) off = NULL;
    g_autoptr(RfReply) bad = NULL;
    g_autoptr(RfReply) interface = NULL;

    rate = rf_hub_send(hub, ADMIN, "PATCH", path, "{\"BitRate\":\"38400\"}");
    g_assert_cmpuint(rate->status, ==, 200);
    g_assert_cmpstr(rf_reply_text(rate, "/BitRate"), ==, "38400");
    g_assert_cmpint(bmc_sol_get(hub->fix.bmc)->rate, ==, 0x08);
    bad = rf_hub_send(hub, ADMIN, "PATCH", path, "{\"BitRate\":\"1200\"}");
    g_assert_cmpuint(bad->status, ==, 400);
    off = rf_hub_send(hub, ADMIN, "PATCH", MANAGER,
                      "{\"SerialConsole\":{\"ServiceEnabled\":false}}");
    g_assert_cmpuint(off->status, ==, 200);
    g_assert_false(truth(off, "/SerialConsole/ServiceEnabled"));
    g_assert_false(bmc_sol_get(hub->fix.bmc)->enabled);
    interface = rf_hub_get(hub, path);
    g_assert_false(truth(interface, "/InterfaceEnabled"));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/managers/manager", test_manager);
    g_test_add_func("/redfish/managers/clock", test_clock);
    g_test_add_func("/redfish/managers/clock-bad", test_clock_bad);
    g_test_add_func("/redfish/managers/clock-etag", test_clock_etag);
    g_test_add_func("/redfish/managers/reset", test_reset);
    g_test_add_func("/redfish/managers/defaults", test_defaults);
    g_test_add_func("/redfish/managers/network-protocol",
                    test_network_protocol);
    g_test_add_func("/redfish/managers/ethernet", test_ethernet);
    g_test_add_func("/redfish/managers/serial", test_serial);
    return g_test_run();
}
