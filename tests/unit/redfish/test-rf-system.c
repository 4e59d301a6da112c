/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system on the real hub: what it is called, what the BMC does for it. */
#include "osdep.h"

#include "bmc/asset.h"
#include "bmc/chassis.h"
#include "bmc/os-info.h"
#include "bmc/sol.h"
#include "bmc/watchdog.h"
#include "rf-hub.h"

#define SYSTEM "/redfish/v1/Systems/1"
#define CHASSIS "/redfish/v1/Chassis/1"

static RfReply *patch(RfHub *hub, const char *who, const char *body)
{
    return rf_hub_send(hub, who, "PATCH", SYSTEM, body);
}

static void test_asset(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *longest = g_strnfill(BMC_ASSET_MAX + 1, 'x');
    g_autofree char *body = g_strdup_printf("{\"AssetTag\":\"%s\"}",
                                            longest);
    g_autoptr(RfReply) before = rf_hub_get(hub, SYSTEM);
    g_autoptr(RfReply) set = patch(hub, ADMIN, "{\"AssetTag\":\"rack 7\"}");
    g_autoptr(RfReply) chassis = rf_hub_get(hub, CHASSIS);
    g_autoptr(RfReply) viewer = NULL;
    g_autoptr(RfReply) too_long = NULL;
    g_autoptr(RfReply) empty = NULL;
    g_autoptr(RfReply) null = NULL;

    g_assert_true(JSON_NODE_HOLDS_NULL(rf_reply_node(before, "/AssetTag")));
    g_assert_cmpuint(set->status, ==, 200);
    g_assert_cmpstr(rf_reply_text(set, "/AssetTag"), ==, "rack 7");
    g_assert_cmpstr(rf_reply_text(chassis, "/AssetTag"), ==, "rack 7");
    g_assert_cmpstr(bmc_asset_get(hub->fix.bmc, BMC_ASSET_TAG), ==, "rack 7");
    viewer = patch(hub, HUB_VIEWER, "{\"AssetTag\":\"mine\"}");
    g_assert_cmpuint(viewer->status, ==, 403);
    too_long = patch(hub, ADMIN, body);
    g_assert_cmpuint(too_long->status, ==, 400);
    g_assert_cmpstr(bmc_asset_get(hub->fix.bmc, BMC_ASSET_TAG), ==, "rack 7");
    empty = rf_hub_send(hub, ADMIN, "PATCH", CHASSIS, "{\"AssetTag\":\"\"}");
    g_assert_cmpstr(rf_reply_text(empty, "/AssetTag"), ==, "");
    null = rf_hub_send(hub, ADMIN, "PATCH", CHASSIS, "{\"AssetTag\":null}");
    g_assert_cmpuint(null->status, ==, 200);
    g_assert_cmpstr(bmc_asset_get(hub->fix.bmc, BMC_ASSET_TAG), ==, "");
}

static void test_restore_policy(void)
{
    static const struct {
        const char *text;
        BmcRestorePolicy policy;
    } cases[] = {
        { "AlwaysOn", BMC_RESTORE_ON },
        { "AlwaysOff", BMC_RESTORE_OFF },
        { "LastState", BMC_RESTORE_PREVIOUS },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) before = rf_hub_get(hub, SYSTEM);
    g_autoptr(RfReply) wrong = NULL;
    unsigned i;

    g_assert_null(rf_reply_node(before, "/PowerRestorePolicy"));
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body =
            g_strdup_printf("{\"PowerRestorePolicy\":\"%s\"}",
                            cases[i].text);
        g_autoptr(RfReply) set = patch(hub, ADMIN, body);

        g_assert_cmpstr(rf_reply_text(set, "/PowerRestorePolicy"), ==,
                        cases[i].text);
        g_assert_nonnull(rf_reply_node(
            set, "/PowerRestorePolicy@Redfish.AllowableValues"));
        g_assert_cmpint(bmc_chassis_get(hub->fix.bmc)->policy, ==,
                        cases[i].policy);
    }
    wrong = patch(hub, ADMIN, "{\"PowerRestorePolicy\":\"Sometimes\"}");
    g_assert_cmpuint(wrong->status, ==, 400);
}

static void write_os_text(Bmc *bmc, BmcOsText text, uint8_t encoding,
                          const char *data, size_t len)
{
    uint8_t bytes[BMC_OS_INFO_BLOCK * 2] = { encoding, len };

    g_assert_cmpuint(len + BMC_OS_INFO_HEAD, <=, sizeof(bytes));
    memcpy(bytes + BMC_OS_INFO_HEAD, data, len);
    bmc_os_info_set_block(bmc, text, 0, bytes, BMC_OS_INFO_BLOCK);
    bmc_os_info_set_block(bmc, text, 1, bytes + BMC_OS_INFO_BLOCK,
                          BMC_OS_INFO_BLOCK);
}

/* What software tells over IPMI, in each encoding, and what is none. */
static void test_told(void)
{
    static const struct {
        uint8_t encoding;
        const char *data;
        size_t len;
        const char *text;
    } cases[] = {
        { 0, "node7", 5, "node7" },
        { 0, "caf\xe9", 4, "caf\303\251" },
        { 1, "caf\303\251", 5, "caf\303\251" },
        { 1, "bad\xff", 4, "bad\357\277\275" },
        { 2, "n\0x\0", 4, "nx" },
        { 5, "node7", 5, NULL },
        { 0, "", 0, NULL },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = NULL;

        write_os_text(hub->fix.bmc, BMC_OS_SYSTEM_NAME, cases[i].encoding,
                      cases[i].data, cases[i].len);
        write_os_text(hub->fix.bmc, BMC_OS_FIRMWARE, 0, "1.2.3", 5);
        reply = rf_hub_get(hub, SYSTEM);
        g_assert_cmpstr(rf_reply_text(reply, "/HostName"), ==,
                        cases[i].text);
        g_assert_cmpstr(rf_reply_text(reply, "/BiosVersion"), ==, "1.2.3");
    }
}

/* The longest text ends where a character does. */
static void test_told_long(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = NULL;
    uint8_t block[BMC_OS_INFO_BLOCK];
    unsigned i;

    memset(block, 0xe9, sizeof(block));
    for (i = 0; i < BMC_OS_INFO_BLOCKS; i++) {
        block[0] = i ? 0xe9 : 0;
        block[1] = i ? 0xe9 : 0xff;
        bmc_os_info_set_block(hub->fix.bmc, BMC_OS_SYSTEM_NAME, i, block,
                              sizeof(block));
    }
    reply = rf_hub_get(hub, SYSTEM);
    g_assert_true(g_utf8_validate(rf_reply_text(reply, "/HostName"), -1,
                                  NULL));
    g_assert_cmpuint(strlen(rf_reply_text(reply, "/HostName")), ==, 254);
}

static void set_smbios(RfHub *hub, MachineSmbios field, const char *text)
{
    Machine *machine = (Machine *)bmc_machine(hub->fix.bmc);

    g_free(machine->info.smbios[field]);
    machine->info.smbios[field] = g_strdup(text);
}

static void test_smbios(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = NULL;

    set_smbios(hub, MACHINE_SMBIOS_FIRMWARE_VERSION, "9.9");
    set_smbios(hub, MACHINE_SMBIOS_SYSTEM_PRODUCT, "Widget");
    set_smbios(hub, MACHINE_SMBIOS_SYSTEM_SKU, "W-1");
    fixture_set_system_uuid(&hub->fix,
                            "12345678-0000-4000-8000-000000000001");
    reply = rf_hub_get(hub, SYSTEM);
    g_assert_cmpstr(rf_reply_text(reply, "/BiosVersion"), ==, "9.9");
    g_assert_cmpstr(rf_reply_text(reply, "/Model"), ==, "Widget");
    g_assert_cmpstr(rf_reply_text(reply, "/SKU"), ==, "W-1");
}

static bool truth(const RfReply *reply, const char *path)
{
    JsonNode *node = rf_reply_node(reply, path);

    g_assert_nonnull(node);
    return json_node_get_boolean(node);
}

static void test_serial_console(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) on = rf_hub_get(hub, SYSTEM);
    g_autoptr(RfReply) off = NULL;
    bool was = bmc_sol_get(hub->fix.bmc)->enabled;

    g_assert_true(truth(on, "/SerialConsole/IPMI/ServiceEnabled") == was);
    off = patch(hub, ADMIN,
                "{\"SerialConsole\":{\"IPMI\":{\"ServiceEnabled\":false}}}");
    g_assert_cmpuint(off->status, ==, 200);
    g_assert_false(truth(off, "/SerialConsole/IPMI/ServiceEnabled"));
    g_assert_false(bmc_sol_get(hub->fix.bmc)->enabled);
}

static void test_watchdog(void)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    BmcWatchdog settings = {
        .use = BMC_WATCHDOG_USE_SMS,
        .interrupt = BMC_WATCHDOG_INTERRUPT_NMI,
        .action = BMC_WATCHDOG_ACTION_POWER_CYCLE,
        .pre_timeout_s = 1,
        .initial = 600,
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) before = rf_hub_get(hub, SYSTEM);
    g_autoptr(RfReply) after = NULL;

    g_assert_false(truth(before, "/HostWatchdogTimer/FunctionEnabled"));
    g_assert_cmpstr(rf_reply_text(before, "/HostWatchdogTimer/Status/State"),
                    ==, "Disabled");
    bmc_watchdog_set(hub->fix.bmc, &settings, false, &origin);
    g_assert_true(bmc_watchdog_start(hub->fix.bmc, &origin));
    after = rf_hub_get(hub, SYSTEM);
    g_assert_true(truth(after, "/HostWatchdogTimer/FunctionEnabled"));
    g_assert_cmpstr(rf_reply_text(after, "/HostWatchdogTimer/TimeoutAction"),
                    ==, "PowerCycle");
    g_assert_cmpstr(rf_reply_text(after, "/HostWatchdogTimer/WarningAction"),
                    ==, "DiagnosticInterrupt");
    g_assert_cmpstr(rf_reply_text(after, "/HostWatchdogTimer/Status/State"),
                    ==, "Enabled");
}

/* QEMU's VNC server, where it has one, as long as there is a QEMU. */
static void test_graphical_console(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) none = rf_hub_get(hub, SYSTEM);
    g_autoptr(RfReply) there = NULL, gone = NULL;

    g_assert_null(rf_reply_node(none, "/GraphicalConsole"));
    mock_machine_base(hub->fix.mock)->info.vnc_port = 5901;
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    there = rf_hub_get(hub, SYSTEM);
    g_assert_nonnull(strstr(there->text, "\"GraphicalConsole\":{"
                            "\"ServiceEnabled\":true,"
                            "\"ConnectTypesSupported\":[\"KVMIP\"],"
                            "\"Port\":5901}"));
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_GONE);
    gone = rf_hub_get(hub, SYSTEM);
    g_assert_nonnull(strstr(gone->text, "\"GraphicalConsole\":{"
                            "\"ServiceEnabled\":false,"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rf-system/asset", test_asset);
    g_test_add_func("/rf-system/restore-policy", test_restore_policy);
    g_test_add_func("/rf-system/told", test_told);
    g_test_add_func("/rf-system/told-long", test_told_long);
    g_test_add_func("/rf-system/smbios", test_smbios);
    g_test_add_func("/rf-system/serial-console", test_serial_console);
    g_test_add_func("/rf-system/graphical-console", test_graphical_console);
    g_test_add_func("/rf-system/watchdog", test_watchdog);
    return g_test_run();
}
