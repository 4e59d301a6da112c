/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The audit log: each change over Redfish leaves a line that says who has
 * changed what, from where and over what, and nothing secret.
 */
#include "osdep.h"

#include "rf-hub.h"
#include "test-util.h"
#include "util/log.h"

#define MANAGER "/redfish/v1/Managers/1"
#define CHASSIS "/redfish/v1/Chassis/1"
#define ACCOUNT_SERVICE "/redfish/v1/AccountService"
#define ACCOUNTS ACCOUNT_SERVICE "/Accounts"
#define SESSION_SERVICE "/redfish/v1/SessionService"
#define EVENT_SERVICE "/redfish/v1/EventService"
#define TELEMETRY "/redfish/v1/TelemetryService"
#define TASK_SERVICE "/redfish/v1/TaskService"
#define BY " by admin at 192.0.2.1 over Redfish: "
#define SECRET "Zz9secret"

/* A row for each kind of writer; what there is no status for may fail. */
static const struct {
    const char *method;
    const char *path;
    const char *body;
    const char *line;
} rows[] = {
    { "PATCH", SYSTEM, "{\"AssetTag\":\"x\"}", " (AssetTag)" BY "200" },
    { "PATCH", SYSTEM, "{\"Boot\":{\"BootSourceOverrideEnabled\":\"Once\","
      "\"BootSourceOverrideTarget\":\"Pxe\"}}",
      " (BootSourceOverrideEnabled=Once, BootSourceOverrideTarget=Pxe)" BY
      "200" },
    { "PATCH", SYSTEM, "{\"LocationIndicatorActive\":true}",
      " (LocationIndicatorActive=true)" BY "200" },
    { "POST", RESET, "{\"ResetType\":\"ForceRestart\"}",
      " (ResetType=ForceRestart)" BY "204" },
    { "PATCH", CHASSIS, "{\"AssetTag\":\"y\"}", " (AssetTag)" BY "200" },
    { "PATCH", MANAGER, "{\"DateTime\":\"2030-01-01T00:00:00Z\"}",
      " (DateTime)" BY "200" },
    { "PATCH", MANAGER "/NetworkProtocol",
      "{\"IPMI\":{\"ProtocolEnabled\":false}}",
      " (ProtocolEnabled=false)" BY },
    { "PATCH", MANAGER "/SerialInterfaces/1",
      "{\"InterfaceEnabled\":false}", " (InterfaceEnabled=false)" BY "200" },
    { "PATCH", ACCOUNT_SERVICE, "{\"MinPasswordLength\":6}",
      " (MinPasswordLength=6)" BY "200" },
    { "POST", ACCOUNTS, "{\"UserName\":\"eve\",\"Password\":\"" SECRET "\","
      "\"RoleId\":\"Operator\"}",
      " (UserName, Password, RoleId=Operator)" BY "201" },
    { "PATCH", ACCOUNTS "/7", "{\"Password\":\"" SECRET "2\"}",
      " (Password)" BY "200" },
    { "DELETE", ACCOUNTS "/7", NULL, BY "204" },
    { "PATCH", SESSION_SERVICE, "{\"SessionTimeout\":60}",
      " (SessionTimeout=60)" BY "200" },
    { "POST", EVENT_SERVICE "/Subscriptions",
      "{\"Destination\":\"https://u:" SECRET "@192.0.2.9/\","
      "\"Protocol\":\"Redfish\",\"HttpHeaders\":[{\"X-Key\":\"" SECRET
      "\"}]}", " (Destination, Protocol=Redfish, HttpHeaders)" BY },
    { "PATCH", EVENT_SERVICE, "{\"DeliveryRetryAttempts\":5}",
      " (DeliveryRetryAttempts=5)" BY "200" },
    { "POST", EVENT_SERVICE "/Actions/EventService.SubmitTestEvent", "{}",
      BY },
    { "PATCH", TASK_SERVICE, "{\"TaskAutoDeleteTimeoutMinutes\":7}",
      " (TaskAutoDeleteTimeoutMinutes=7)" BY "200" },
    { "POST", TELEMETRY "/MetricReportDefinitions",
      "{\"Id\":\"mine\",\"MetricReportDefinitionType\":\"OnRequest\"}",
      " (Id, MetricReportDefinitionType=OnRequest)" BY },
    { "POST", SYSTEM "/LogServices/SEL/Actions/LogService.ClearLog", "{}",
      BY "204" },
    { "POST", MANAGER "/Actions/Manager.ResetToDefaults",
      "{\"ResetType\":\"PreserveNetworkAndUsers\"}",
      " (ResetType=PreserveNetworkAndUsers)" BY },
    /* What is refused, too. */
    { "PATCH", SYSTEM, "{\"Nonsense\":1}", BY "400" },
    { "DELETE", SYSTEM, NULL, BY "405" },
    { "PATCH", "/redfish/v1/Nothing", "{\"x\":1}", BY "404" },
};

static void test_rows(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GString) log = g_string_new(NULL);
    unsigned i;

    test_collect_log("*", log);
    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(RfReply) reply = NULL;
        g_autofree char *line = g_strdup_printf(
            "Redfish: %s %s%s", rows[i].method, rows[i].path, rows[i].line);

        /* There is a limit to lines a minute. */
        fixture_advance(&hub->fix, 61000);
        g_string_truncate(log, 0);
        reply = rf_hub_send(hub, ADMIN, rows[i].method, rows[i].path,
                            rows[i].body);
        if (!strstr(log->str, line)) {
            g_error("not '%s': %s", line, log->str);
        }
        g_assert_null(strstr(log->str, SECRET));
    }
    test_collect_log("*", NULL);
}

/* Somebody on the host, by the number of his user. */
static void test_local(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(GBytes) body = g_bytes_new_static("{\"AssetTag\":\"x\"}", 16);
    RfRequest request = {
        .method = "PATCH", .path = SYSTEM, .body = body,
        .headers = { [RF_HEADER_CONTENT_TYPE] = "application/json" },
        .peer = "local", .local = true, .uid = geteuid(),
    };
    g_autoptr(RfReply) reply = NULL;
    g_autofree char *line = g_strdup_printf(
        "Redfish: PATCH " SYSTEM " (AssetTag) by uid %u at local over",
        geteuid());

    test_collect_log("*", log);
    reply = rf_client_call(&hub->client, &request);
    test_collect_log("*", NULL);
    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_nonnull(strstr(log->str, line));
}

/* Reading leaves none, and strangers none of this kind. */
static void test_none(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(RfReply) get = NULL;
    g_autoptr(RfReply) stranger = NULL;

    test_collect_log("Redfish: *", log);
    get = rf_hub_get(hub, SYSTEM);
    stranger = rf_hub_send(hub, NULL, "PATCH", SYSTEM, "{\"AssetTag\":\"\"}");
    test_collect_log("*", NULL);
    g_assert_cmpuint(stranger->status, ==, 401);
    g_assert_cmpstr(log->str, ==, "");
}

/* What one does many times hides nothing that another does. */
static void test_flood(void)
{
    static const struct {
        const char *by;
        const char *body;
        const char *line;
    } floods[] = {
        { HUB_VIEWER, "{\"AssetTag\":\"x\"}", "by viewer at" },
        { ADMIN, "{\"Nonsense\":1}", "by admin at" },
        { HUB_OPERATOR, "{\"AssetTag\":\"y\"}", "by oper at" },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GString) log = g_string_new(NULL);
    g_autoptr(RfReply) change = NULL;

    test_collect_log("Redfish: *", log);
    for (size_t i = 0; i < G_N_ELEMENTS(floods); i++) {
        unsigned n = 0;

        for (unsigned j = 0; j < 2 * LOG_LIMIT_PER_MINUTE; j++) {
            g_autoptr(RfReply) reply = rf_hub_send(
                hub, floods[i].by, "PATCH", SYSTEM, floods[i].body);
        }
        for (const char *p = log->str; (p = strstr(p, floods[i].line)); p++) {
            n++;
        }
        g_assert_cmpuint(n, ==, LOG_LIMIT_PER_MINUTE);
    }
    g_string_truncate(log, 0);
    change = rf_hub_send(hub, ADMIN, "PATCH", SYSTEM, "{\"AssetTag\":\"z\"}");
    test_collect_log("*", NULL);
    g_assert_cmpuint(change->status, ==, 200);
    g_assert_nonnull(strstr(log->str, "(AssetTag)" BY "200"));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/audit/rows", test_rows);
    g_test_add_func("/redfish/audit/local", test_local);
    g_test_add_func("/redfish/audit/none", test_none);
    g_test_add_func("/redfish/audit/flood", test_flood);
    return g_test_run();
}
