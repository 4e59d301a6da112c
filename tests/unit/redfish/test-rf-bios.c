/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bios, its settings and their registry. */
#include "osdep.h"

#include "rf-hub.h"

#define BIOS "/redfish/v1/Systems/1/Bios"
#define SETTINGS BIOS "/Settings"
#define SYSTEM_RESET "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset"
#define REGISTRY "/redfish/v1/Registries/QemuBmcBios/QemuBmcBios.1.0.0.json"

/* A machine with SeaBIOS, as a QEMU without options tells it. */
static RfHub *start(MachineState state, unsigned settable)
{
    RfHub *hub = rf_hub_new(state);
    Machine *machine = mock_machine_base(hub->fix.mock);
    unsigned i;

    machine->settable = settable;
    machine->can_start_process = settable == MACHINE_SETTINGS_ALL;
    machine->owns_process = settable == MACHINE_SETTINGS_ALL;
    machine->info.settings_there = MACHINE_SETTINGS_ALL;
    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        machine_settings_put(&machine->info.settings, i, 0);
    }
    machine->info.settings.value[MACHINE_SETTING_MENU_WAIT] = 2500;
    machine->info.settings.value[MACHINE_SETTING_RETRY_WAIT] = -1;
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    fixture_settle(&hub->fix);
    g_free(mock_machine_take_log(hub->fix.mock));
    return hub;
}

static unsigned send(RfHub *hub, const char *who, const char *method,
                     const char *path, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, who, method, path, body);

    fixture_settle(&hub->fix);
    return reply->status;
}

static char *attribute(RfHub *hub, const char *path, const char *name)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);
    g_autofree char *pointer = g_strdup_printf("/Attributes/%s", name);
    JsonNode *node = rf_reply_node(reply, pointer);

    return node ? json_to_string(node, false) : NULL;
}

#define assert_attribute(hub, path, name, value)                    \
    do {                                                            \
        g_autofree char *found_ = attribute(hub, path, name);       \
        g_assert_cmpstr(found_, ==, value);                         \
    } while (0)

static void test_shown(void)
{
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_LIVE);
    g_autoptr(RfReply) bios = rf_hub_get(hub, BIOS);
    g_autoptr(RfReply) registry = rf_hub_get(hub, REGISTRY);
    g_autoptr(RfReply) file = rf_hub_get(hub,
                                         "/redfish/v1/Registries/QemuBmcBios");
    JsonArray *list;

    g_assert_cmpstr(rf_reply_text(bios, "/AttributeRegistry"), ==,
                    rf_reply_text(file, "/Registry"));
    g_assert_nonnull(strstr(file->text, REGISTRY));
    assert_attribute(hub, BIOS, "BootMenu", "\"Disabled\"");
    assert_attribute(hub, BIOS, "BootRetryTimeout", "-1");
    list = json_node_get_array(rf_reply_node(registry,
                                             "/RegistryEntries/Attributes"));
    g_assert_cmpuint(json_array_get_length(list), ==, MACHINE_SETTING__MAX);
    for (unsigned i = 0; i < MACHINE_SETTING__MAX; i++) {
        JsonObject *entry = json_array_get_object_element(list, i);
        bool live = MACHINE_SETTINGS_LIVE & 1u << i;

        g_assert_cmpint(json_object_get_boolean_member(entry, "ReadOnly"),
                        ==, !live);
    }
}

static void test_unknown(void)
{
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_LIVE);
    Machine *machine = mock_machine_base(hub->fix.mock);

    machine->info.settings_there = 1u << MACHINE_SETTING_WATCHDOG;
    machine->info.settings.known = 0;
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    assert_attribute(hub, BIOS, "BootMenu", NULL);
    assert_attribute(hub, BIOS, "WatchdogAction", "null");
}

static void test_refused(void)
{
    static const struct {
        const char *attributes;
        const char *message;
    } rows[] = {
        { "{\"BootMenu\": \"Enabled\"}", "PropertyNotWritable" },
        { "{\"StrictBoot\": \"Maybe\"}", "PropertyValueNotInList" },
        { "{\"StrictBoot\": true}", "PropertyValueTypeError" },
        { "{\"Fancy\": 1}", "PropertyUnknown" },
        { "7", "PropertyValueTypeError" },
        { "null", "PropertyValueTypeError" },
    };
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_LIVE);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *body = g_strdup_printf("{\"Attributes\": %s}",
                                                rows[i].attributes);
        g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "PATCH", SETTINGS,
                                               body);

        g_test_message("%s", body);
        g_assert_cmpuint(reply->status, ==, 400);
        g_assert_nonnull(strstr(reply->text, rows[i].message));
    }
    /* All or nothing */
    g_assert_cmpuint(send(hub, ADMIN, "PATCH", SETTINGS,
                          "{\"Attributes\": {\"WatchdogAction\": \"Pause\", "
                          "\"Fancy\": 1}}"), ==, 400);
    assert_attribute(hub, SETTINGS, "WatchdogAction", NULL);
    g_assert_cmpuint(send(hub, HUB_VIEWER, "PATCH", SETTINGS,
                          "{\"Attributes\": {\"StrictBoot\": "
                          "\"Enabled\"}}"), ==, 403);
}

static void test_range(void)
{
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_ALL);

    g_assert_cmpuint(send(hub, ADMIN, "PATCH", SETTINGS, "{\"Attributes\": "
                          "{\"BootMenuTimeout\": 65536}}"), ==, 400);
    g_assert_cmpuint(send(hub, ADMIN, "PATCH", SETTINGS, "{\"Attributes\": "
                          "{\"BootMenuTimeout\": 65535}}"), ==, 200);
    assert_attribute(hub, SETTINGS, "BootMenuTimeout", "65535");
}

/* Attached: what QEMU takes while it runs waits for a reset all the same. */
static void test_live(void)
{
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_LIVE);
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;

    g_assert_cmpuint(send(hub, HUB_OPERATOR, "PATCH", SETTINGS,
                          "{\"Attributes\": {\"WatchdogAction\": \"Pause\"}}"),
                     ==, 200);
    assert_attribute(hub, BIOS, "WatchdogAction", "\"Reset\"");
    assert_attribute(hub, SETTINGS, "WatchdogAction", "\"Pause\"");
    before = mock_machine_take_log(hub->fix.mock);
    g_assert_cmpstr(before, ==, "");
    g_assert_cmpuint(send(hub, ADMIN, "POST", SYSTEM_RESET,
                          "{\"ResetType\": \"ForceRestart\"}"), ==, 204);
    after = mock_machine_take_log(hub->fix.mock);
    g_assert_true(g_str_has_prefix(after, "apply"));
    g_assert_true(g_str_has_suffix(after, "reset"));
    assert_attribute(hub, BIOS, "WatchdogAction", "\"Pause\"");
    assert_attribute(hub, SETTINGS, "WatchdogAction", NULL);
}

/* Launched: a new process, which is a restart to everybody else. */
static void test_new_process(void)
{
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_ALL);
    g_autoptr(RfReply) system = NULL;
    g_autofree char *log = NULL;

    g_assert_cmpuint(send(hub, ADMIN, "PATCH", SETTINGS, "{\"Attributes\": "
                          "{\"BootMenu\": \"Enabled\"}}"), ==, 200);
    g_assert_cmpuint(send(hub, ADMIN, "POST", SYSTEM_RESET,
                          "{\"ResetType\": \"ForceRestart\"}"), ==, 204);
    log = mock_machine_take_log(hub->fix.mock);
    g_assert_true(g_str_has_prefix(log, "apply"));
    g_assert_nonnull(strstr(log, "start"));
    assert_attribute(hub, BIOS, "BootMenu", "\"Enabled\"");
    assert_attribute(hub, SETTINGS, "BootMenu", NULL);
    system = rf_hub_get(hub, "/redfish/v1/Systems/1");
    g_assert_cmpstr(rf_reply_text(system, "/PowerState"), ==, "On");
    g_assert_cmpstr(rf_reply_text(system, "/LastResetCause"), ==,
                    "ManagementCommand");
}

static void test_kept(void)
{
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_ALL);
    Machine *machine = mock_machine_base(hub->fix.mock);

    g_assert_cmpuint(send(hub, ADMIN, "PATCH", SETTINGS, "{\"Attributes\": "
                          "{\"BootMenuTimeout\": 900}}"), ==, 200);
    memset(&machine->wanted, 0, sizeof(machine->wanted));
    fixture_restart(&hub->fix);
    g_assert_cmpuint(machine->wanted.known, ==,
                     1u << MACHINE_SETTING_MENU_WAIT);
    g_assert_cmpint(machine->wanted.value[MACHINE_SETTING_MENU_WAIT], ==,
                    900);
}

static void test_reset_bios(void)
{
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_ALL);
    Machine *machine = mock_machine_base(hub->fix.mock);

    machine->info.settings.value[MACHINE_SETTING_MENU_WAIT] = 7;
    g_assert_cmpuint(send(hub, ADMIN, "POST", BIOS "/Actions/Bios.ResetBios",
                          "{}"), ==, 204);
    assert_attribute(hub, SETTINGS, "BootMenuTimeout", "2500");
    assert_attribute(hub, SETTINGS, "BootMenu", NULL);
}

/* What is pending when the helper starts anew is applied to QEMU at once. */
static void test_found(void)
{
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_LIVE);
    Machine *machine = mock_machine_base(hub->fix.mock);
    g_autofree char *before = NULL, *after = NULL;

    g_assert_cmpuint(send(hub, ADMIN, "PATCH", SETTINGS,
                          "{\"Attributes\":{\"StrictBoot\":\"Enabled\"}}"),
                     ==, 200);
    g_clear_pointer(&hub->events, rf_events_free);
    g_clear_pointer(&hub->client.service, rf_service_free);
    /* QEMU has not told yet what it has. */
    machine->info.settings_there = 0;
    fixture_restart(&hub->fix);
    before = mock_machine_take_log(hub->fix.mock);
    machine->info.settings_there = MACHINE_SETTINGS_ALL;
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    fixture_settle(&hub->fix);
    after = mock_machine_take_log(hub->fix.mock);
    g_test_message("'%s', then '%s'", before, after);
    g_assert_nonnull(strstr(after, "apply"));
}

static void test_apply_time(void)
{
    static const struct {
        const char *time;
        unsigned status;
    } cases[] = {
        { "\"OnReset\"", 200 },
        { "\"Immediate\"", 400 },
        { "\"AtMaintenanceWindowOnReset\"", 400 },
        { "1", 400 },
    };
    g_autoptr(RfHub) hub = start(MACHINE_STATE_RUNNING,
                                 MACHINE_SETTINGS_LIVE);
    g_autoptr(RfReply) settings = rf_hub_get(hub, SETTINGS);
    unsigned i;

    g_assert_nonnull(strstr(settings->text,
                            "\"ApplyTime@Redfish.AllowableValues\":"
                            "[\"OnReset\"]"));
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strdup_printf(
            "{\"Attributes\":{\"StrictBoot\":\"%s\"},"
            "\"@Redfish.SettingsApplyTime\":{\"@odata.type\":"
            "\"#Settings.v1_0_0.PreferredApplyTime\",\"ApplyTime\":%s}}",
            i ? "Disabled" : "Enabled", cases[i].time);

        g_test_message("%s", body);
        g_assert_cmpuint(send(hub, ADMIN, "PATCH", SETTINGS, body), ==,
                         cases[i].status);
        assert_attribute(hub, SETTINGS, "StrictBoot", "\"Enabled\"");
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rf-bios/shown", test_shown);
    g_test_add_func("/rf-bios/unknown", test_unknown);
    g_test_add_func("/rf-bios/refused", test_refused);
    g_test_add_func("/rf-bios/range", test_range);
    g_test_add_func("/rf-bios/live", test_live);
    g_test_add_func("/rf-bios/new-process", test_new_process);
    g_test_add_func("/rf-bios/kept", test_kept);
    g_test_add_func("/rf-bios/reset-bios", test_reset_bios);
    g_test_add_func("/rf-bios/apply-time", test_apply_time);
    g_test_add_func("/rf-bios/found", test_found);
    return g_test_run();
}
