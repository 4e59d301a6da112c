/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system: what it shows, boot override, reset. */
#include "osdep.h"

#include "rf-fake.h"
#include "test-util.h"

static RfReply *get(RfClient *client)
{
    return rf_client_send(client, "GET", SYSTEM, NULL);
}

static bool has_text(JsonNode *node, const char *text)
{
    JsonArray *array = json_node_get_array(node);
    unsigned i;

    for (i = 0; i < json_array_get_length(array); i++) {
        if (g_str_equal(json_array_get_string_element(array, i), text)) {
            return true;
        }
    }
    return false;
}

static void test_show(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) reply = get(client);
    JsonNode *node;

    g_assert_cmpstr(rf_reply_text(reply, "/Id"), ==, "1");
    g_assert_cmpstr(rf_reply_text(reply, "/Name"), ==, "vm1");
    g_assert_cmpstr(rf_reply_text(reply, "/SystemType"), ==, "Virtual");
    g_assert_cmpstr(rf_reply_text(reply, "/UUID"), ==,
                    client->bmc->system_uuid);
    g_assert_cmpstr(rf_reply_text(reply, "/Model"), ==, "pc-q35-7.2");
    g_assert_cmpstr(rf_reply_text(reply, "/PowerState"), ==, "On");
    g_assert_cmpstr(rf_reply_text(reply, "/Status/State"), ==, "Enabled");
    g_assert_cmpstr(rf_reply_text(reply, "/Status/Health"), ==, "OK");
    g_assert_null(rf_reply_node(reply, "/LastResetTime"));
    node = rf_reply_node(reply, "/MemorySummary/TotalSystemMemoryGiB");
    g_assert_cmpuint(json_node_get_value_type(node), ==, G_TYPE_INT64);
    g_assert_cmpint(json_node_get_int(node), ==, 2);
    node = rf_reply_node(reply, "/ProcessorSummary/LogicalProcessorCount");
    g_assert_cmpint(json_node_get_int(node), ==, 2);
    g_assert_cmpstr(rf_reply_text(reply,
                                  "/Actions/#ComputerSystem.Reset/target"),
                    ==, RESET);
    node = rf_reply_node(reply, "/Actions/#ComputerSystem.Reset/"
                                "ResetType@Redfish.AllowableValues");
    g_assert_cmpuint(json_array_get_length(json_node_get_array(node)), ==,
                     BMC_POWER_ACTION__MAX);
    g_assert_cmpstr(rf_reply_text(reply, "/Boot/BootSourceOverrideMode"), ==,
                    "Legacy");
}

/* What is not known is absent or null, never made up. */
static void test_unknown(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) reply = NULL;

    client->bmc->system_uuid = NULL;
    client->bmc->machine.info.memory_bytes = 0;
    client->bmc->machine.info.n_cpus = 0;
    g_clear_pointer(&client->bmc->machine.info.machine_type, g_free);
    client->bmc->machine.state = MACHINE_STATE_UNKNOWN;
    client->bmc->power = BMC_POWER_STATE_UNKNOWN;
    reply = get(client);
    g_assert_null(rf_reply_node(reply, "/UUID"));
    g_assert_null(rf_reply_node(reply, "/Model"));
    g_assert_null(rf_reply_node(reply, "/MemorySummary"));
    g_assert_null(rf_reply_node(reply, "/ProcessorSummary"));
    g_assert_null(rf_reply_node(reply, "/Status/Health"));
    g_assert_cmpstr(rf_reply_text(reply, "/Status/State"), ==,
                    "UnavailableOffline");
    g_assert_true(JSON_NODE_HOLDS_NULL(rf_reply_node(reply, "/PowerState")));
}

static void test_states(void)
{
    static const struct {
        BmcPowerState power;
        const char *power_state;
        const char *state;
    } cases[] = {
        { BMC_POWER_STATE_ON, "On", "Enabled" },
        { BMC_POWER_STATE_OFF, "Off", "StandbyOffline" },
        { BMC_POWER_STATE_PAUSED, "Paused", "Quiesced" },
        { BMC_POWER_STATE_POWERING_ON, "PoweringOn", "Starting" },
        { BMC_POWER_STATE_POWERING_OFF, "PoweringOff", "Enabled" },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = NULL;

        client->bmc->power = cases[i].power;
        fake_bmc_changed(client->bmc, BMC_PART_POWER);
        reply = get(client);
        g_assert_cmpstr(rf_reply_text(reply, "/PowerState"), ==,
                        cases[i].power_state);
        g_assert_cmpstr(rf_reply_text(reply, "/Status/State"), ==,
                        cases[i].state);
    }
}

static void test_details(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) reply = NULL;
    JsonNode *node;

    client->bmc->name = "1";
    client->bmc->machine.state = MACHINE_STATE_PANICKED;
    client->bmc->machine.info.memory_bytes = 1536ULL << 20;
    client->bmc->restart.when = 1700000000 * (int64_t)G_USEC_PER_SEC;
    client->bmc->restart.cause = BMC_POWER_CAUSE_REQUEST;
    client->bmc->restart.action = BMC_POWER_PUSH_BUTTON;
    client->bmc->firmware = MACHINE_FIRMWARE_UEFI;
    reply = get(client);
    g_assert_cmpstr(rf_reply_text(reply, "/Name"), ==, "guest");
    g_assert_cmpstr(rf_reply_text(reply, "/Status/Health"), ==, "Critical");
    node = rf_reply_node(reply, "/MemorySummary/TotalSystemMemoryGiB");
    g_assert_true(json_node_get_double(node) == 1.5);
    g_assert_cmpstr(rf_reply_text(reply, "/LastResetTime"), ==,
                    "2023-11-14T22:13:20Z");
    g_assert_cmpstr(rf_reply_text(reply, "/LastResetCause"), ==,
                    "PowerButtonPress");
    g_assert_cmpstr(rf_reply_text(reply, "/Boot/BootSourceOverrideMode"), ==,
                    "UEFI");
}

#define E "\"BootSourceOverrideEnabled\":"
#define T "\"BootSourceOverrideTarget\":"
#define M "\"BootSourceOverrideMode\":"

static const struct {
    const char *boot;
    BmcBootEnabled before;
    BmcBootTarget target;
    unsigned status;
    const char *enabled_after;
    const char *target_after;
    unsigned calls;
} boot_cases[] = {
    /* as MAAS does: no mode */
    { E "\"Once\"," T "\"Pxe\"", BMC_BOOT_DISABLED, BMC_BOOT_NONE, 200,
      "Once", "Pxe", 1 },
    { E "\"Continuous\"," T "\"Hdd\"", BMC_BOOT_ONCE, BMC_BOOT_PXE, 200,
      "Continuous", "Hdd", 1 },
    { E "\"Once\"," T "\"Cd\"," M "\"Legacy\"", BMC_BOOT_DISABLED,
      BMC_BOOT_NONE, 200, "Once", "Cd", 1 },
    { E "\"Once\"," T "\"BiosSetup\"", BMC_BOOT_DISABLED, BMC_BOOT_NONE, 200,
      "Once", "BiosSetup", 1 },
    /* a target alone */
    { T "\"Pxe\"", BMC_BOOT_DISABLED, BMC_BOOT_NONE, 200, "Once", "Pxe", 1 },
    { T "\"Pxe\"", BMC_BOOT_CONTINUOUS, BMC_BOOT_HDD, 200, "Continuous",
      "Pxe", 1 },
    { T "\"None\"", BMC_BOOT_CONTINUOUS, BMC_BOOT_HDD, 200, "Disabled",
      "None", 1 },
    /* Enabled alone */
    { E "\"Disabled\"", BMC_BOOT_CONTINUOUS, BMC_BOOT_HDD, 200, "Disabled",
      "None", 1 },
    { E "\"Once\"", BMC_BOOT_CONTINUOUS, BMC_BOOT_HDD, 200, "Once", "Hdd",
      1 },
    { E "\"Once\"", BMC_BOOT_DISABLED, BMC_BOOT_NONE, 400, "Disabled",
      "None", 0 },
    /* both, one of them says off */
    { E "\"Once\"," T "\"None\"", BMC_BOOT_ONCE, BMC_BOOT_CD, 200,
      "Disabled", "None", 1 },
    { E "\"Disabled\"," T "\"Pxe\"", BMC_BOOT_ONCE, BMC_BOOT_CD, 200,
      "Disabled", "None", 1 },
    /* the mode that it has; another */
    { M "\"Legacy\"", BMC_BOOT_ONCE, BMC_BOOT_CD, 200, "Once", "Cd", 0 },
    { M "\"UEFI\"", BMC_BOOT_ONCE, BMC_BOOT_CD, 400, "Once", "Cd", 0 },
    { T "\"Pxe\"," M "\"UEFI\"", BMC_BOOT_ONCE, BMC_BOOT_CD, 400, "Once",
      "Cd", 0 },
    /* all or nothing */
    { E "\"Once\"," T "\"Pxe\",\"X\":1", BMC_BOOT_DISABLED, BMC_BOOT_NONE,
      400, "Disabled", "None", 0 },
    { E "\"Twice\"," T "\"Pxe\"", BMC_BOOT_DISABLED, BMC_BOOT_NONE, 400,
      "Disabled", "None", 0 },
    { T "\"Diags\"", BMC_BOOT_DISABLED, BMC_BOOT_NONE, 400, "Disabled",
      "None", 0 },
    { T "null", BMC_BOOT_ONCE, BMC_BOOT_CD, 400, "Once", "Cd", 0 },
    /* as read, sent back with another target */
    { E "\"Disabled\"," T "\"None\"," M "\"Legacy\",\"BootSourceOverrideMode"
      "@Redfish.AllowableValues\":[\"Legacy\"]", BMC_BOOT_ONCE, BMC_BOOT_CD,
      200, "Disabled", "None", 1 },
};

static void test_boot(void)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(boot_cases); i++) {
        g_autoptr(RfClient) client = rf_client_new();
        g_autofree char *body = g_strdup_printf("{\"Boot\":{%s}}",
                                                boot_cases[i].boot);
        g_autoptr(RfReply) reply = NULL;
        g_autoptr(RfReply) after = NULL;

        g_test_message("%s", body);
        client->bmc->boot.enabled = boot_cases[i].before;
        client->bmc->boot.target = boot_cases[i].target;
        reply = rf_client_send(client, "PATCH", SYSTEM, body);
        after = get(client);
        g_assert_cmpuint(reply->status, ==, boot_cases[i].status);
        g_assert_cmpstr(
            rf_reply_text(after, "/Boot/BootSourceOverrideEnabled"), ==,
            boot_cases[i].enabled_after);
        g_assert_cmpstr(
            rf_reply_text(after, "/Boot/BootSourceOverrideTarget"), ==,
            boot_cases[i].target_after);
        g_assert_cmpuint(client->bmc->n_boot, ==, boot_cases[i].calls);
        if (reply->status == 200) {
            g_assert_cmpstr(reply->text, ==, after->text);
            g_assert_cmpstr(rf_reply_header(reply, "ETag"), ==,
                            rf_reply_header(after, "ETag"));
        }
    }
}

static void test_boot_errors(void)
{
    static const struct {
        const char *body;
        const char *keys;
    } cases[] = {
        { "{\"Boot\":{" E "\"Once\"}}",
          "PropertyMissing#/Boot/BootSourceOverrideTarget" },
        { "{\"Boot\":{" E "1," T "\"Utilities\",\"X\":{}},\"Id\":\"2\","
          "\"PowerState\":\"Off\",\"Y\":[]}",
          "PropertyValueTypeError#/Boot/BootSourceOverrideEnabled "
          "PropertyValueNotInList#/Boot/BootSourceOverrideTarget "
          "PropertyUnknown#/Boot/X PropertyNotWritable#/Id "
          "PropertyNotWritable#/PowerState PropertyUnknown#/Y" },
        { "{\"Boot\":\"Pxe\"}", "PropertyValueTypeError#/Boot" },
        { "{\"Links\":{\"Chassis\":[]}}",
          "PropertyNotWritable#/Links/Chassis" },
        { "{\"Actions\":{}}", "PropertyUnknown#/Actions" },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = rf_client_send(client, "PATCH", SYSTEM,
                                                  cases[i].body);
        g_autofree char *keys = rf_reply_messages(reply);

        g_assert_cmpuint(reply->status, ==, 400);
        g_assert_cmpstr(keys, ==, cases[i].keys);
    }
}

static void test_boot_targets(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) reply = NULL;
    g_autoptr(RfReply) patch = NULL;
    JsonNode *node;

    client->bmc->no_targets = 1 << BMC_BOOT_CD;
    reply = get(client);
    node = rf_reply_node(reply, "/Boot/BootSourceOverrideTarget@Redfish."
                                "AllowableValues");
    g_assert_true(has_text(node, "None"));
    g_assert_true(has_text(node, "Pxe"));
    g_assert_true(has_text(node, "Hdd"));
    g_assert_false(has_text(node, "Cd"));
    patch = rf_client_send(client, "PATCH", SYSTEM,
                           "{\"Boot\":{" T "\"Cd\"}}");
    g_assert_cmpuint(patch->status, ==, 400);
}

/* Several setters in one request. */
static void test_indicator(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) on = rf_client_send(
        client, "PATCH", SYSTEM,
        "{\"LocationIndicatorActive\":true,\"Boot\":{" T "\"Pxe\"}}");
    g_autoptr(RfReply) bad = NULL;
    g_autoptr(RfReply) off = NULL;

    g_assert_cmpuint(on->status, ==, 200);
    g_assert_true(json_node_get_boolean(
        rf_reply_node(on, "/LocationIndicatorActive")));
    g_assert_cmpint(client->bmc->identify, ==, 2);
    g_assert_cmpuint(client->bmc->n_boot, ==, 1);
    bad = rf_client_send(client, "PATCH", SYSTEM,
                         "{\"LocationIndicatorActive\":\"no\"}");
    g_assert_cmpuint(bad->status, ==, 400);
    off = rf_client_send(client, "PATCH", SYSTEM,
                         "{\"LocationIndicatorActive\":false}");
    g_assert_cmpuint(off->status, ==, 200);
    g_assert_cmpint(client->bmc->identify, ==, 0);
}

static void test_reset(void)
{
    static const struct {
        const char *type;
        BmcPowerAction action;
    } cases[] = {
        { "On", BMC_POWER_ON },
        { "ForceOff", BMC_POWER_FORCE_OFF },
        { "GracefulShutdown", BMC_POWER_GRACEFUL_SHUTDOWN },
        { "GracefulRestart", BMC_POWER_GRACEFUL_RESTART },
        { "ForceRestart", BMC_POWER_FORCE_RESTART },
        { "PowerCycle", BMC_POWER_CYCLE },
        { "Nmi", BMC_POWER_NMI },
        { "PushPowerButton", BMC_POWER_PUSH_BUTTON },
        { "Pause", BMC_POWER_PAUSE },
        { "Resume", BMC_POWER_RESUME },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strdup_printf("{\"ResetType\":\"%s\"}",
                                                cases[i].type);
        g_autoptr(RfReply) reply = rf_client_send(client, "POST", RESET,
                                                  body);

        g_assert_cmpuint(reply->status, ==, 204);
        g_assert_null(reply->text);
        g_assert_cmpuint(client->bmc->action, ==, cases[i].action);
        g_assert_cmpuint(client->bmc->n_power, ==, i + 1);
    }
}

/* The end of a restart is what counts. */
static void test_reset_off(void)
{
    static const char *const bodies[] = {
        "{\"ResetType\":\"ForceRestart\"}", "{\"ResetType\":\"PowerCycle\"}",
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    client->bmc->power = BMC_POWER_STATE_OFF;
    for (i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(RfReply) reply = rf_client_send(client, "POST", RESET,
                                                  bodies[i]);

        g_assert_cmpuint(reply->status, ==, 204);
        g_assert_cmpuint(client->bmc->action, ==, BMC_POWER_ON);
    }
}

static void test_reset_bad(void)
{
    static const struct {
        const char *body;
        const char *keys;
    } cases[] = {
        { NULL, "ActionParameterMissing#/ResetType" },
        { "", "ActionParameterMissing#/ResetType" },
        { "{}", "ActionParameterMissing#/ResetType" },
        { "{\"ResetType\":\"Explode\"}",
          "ActionParameterValueNotInList#/ResetType" },
        { "{\"ResetType\":\"on\"}",
          "ActionParameterValueNotInList#/ResetType" },
        { "{\"ResetType\":null}",
          "ActionParameterValueTypeError#/ResetType" },
        { "{\"ResetType\":\"On\",\"Delay\":1}",
          "ActionParameterUnknown#/Delay" },
        { "{\"ResetType\":\"On\"", "MalformedJSON" },
        { "\"On\"", "UnrecognizedRequestBody" },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = rf_client_send(client, "POST", RESET,
                                                  cases[i].body);
        g_autofree char *keys = rf_reply_messages(reply);

        g_assert_cmpuint(reply->status, ==, 400);
        g_assert_cmpstr(keys, ==, cases[i].keys);
    }
    g_assert_cmpuint(client->bmc->n_power, ==, 0);
}

static void test_failures(void)
{
    static const struct {
        BmcError code;
        unsigned status;
        const char *key;
    } cases[] = {
        { BMC_ERROR_STATE, 409, "ResourceInStandby" },
        { BMC_ERROR_BUSY, 409, "ResourceInUse" },
        { BMC_ERROR_UNAVAILABLE, 503, "ServiceTemporarilyUnavailable" },
        { BMC_ERROR_TIMEOUT, 503, "OperationTimeout" },
        { BMC_ERROR_NOT_SUPPORTED, 400, "GeneralError" },
        { BMC_ERROR_FAILED, 500, "InternalError" },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reset = NULL;
        g_autoptr(RfReply) boot = NULL;
        g_autofree char *reset_key = NULL;
        g_autofree char *boot_key = NULL;

        client->bmc->fail = cases[i].code;
        reset = rf_client_send(client, "POST", RESET,
                               "{\"ResetType\":\"On\"}");
        boot = rf_client_send(client, "PATCH", SYSTEM,
                              "{\"Boot\":{" T "\"Pxe\"}}");
        reset_key = rf_reply_messages(reset);
        boot_key = rf_reply_messages(boot);
        g_assert_cmpstr(reset_key, ==, cases[i].key);
        g_assert_cmpstr(boot_key, ==, cases[i].key);
        g_assert_cmpuint(reset->status, ==, cases[i].status);
        g_assert_cmpuint(boot->status, ==, cases[i].status);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/systems/show", test_show);
    g_test_add_func("/redfish/systems/unknown", test_unknown);
    g_test_add_func("/redfish/systems/states", test_states);
    g_test_add_func("/redfish/systems/details", test_details);
    g_test_add_func("/redfish/systems/boot", test_boot);
    g_test_add_func("/redfish/systems/boot-errors", test_boot_errors);
    g_test_add_func("/redfish/systems/boot-targets", test_boot_targets);
    g_test_add_func("/redfish/systems/indicator", test_indicator);
    g_test_add_func("/redfish/systems/reset", test_reset);
    g_test_add_func("/redfish/systems/reset-off", test_reset_off);
    g_test_add_func("/redfish/systems/reset-bad", test_reset_bad);
    g_test_add_func("/redfish/systems/failures", test_failures);
    return g_test_run();
}
