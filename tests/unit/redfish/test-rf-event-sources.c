/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which change of the hub becomes which event. */
#include "osdep.h"

#include "bmc/events.h"
#include "bmc/lan.h"
#include "bmc/sel.h"
#include "bmc/sensors.h"
#include "bmc/tasks.h"
#include "rf-hub.h"

#define STREAM "/redfish/v1/EventService/SSE"
#define REDFISH "/redfish/v1/"

static const BmcOrigin somebody = { .channel = BMC_CHANNEL_LAN };

/* "MessageKey@URI" of everything that has come, with blanks between. */
static char *take(RfReply *reply)
{
    g_auto(GStrv) lines = g_strsplit(reply->streamed->str, "\n", -1);
    GString *out = g_string_new(NULL);
    unsigned i, j;

    for (i = 0; lines[i]; i++) {
        g_autoptr(JsonObject) json = NULL;
        JsonArray *array;

        if (!g_str_has_prefix(lines[i], "data: ")) {
            continue;
        }
        json = json_parse_object(lines[i] + 6, strlen(lines[i] + 6), NULL);
        g_assert_nonnull(json);
        array = json_object_get_array_member(json, "Events");
        for (j = 0; j < json_array_get_length(array); j++) {
            JsonObject *event = json_array_get_object_element(array, j);
            JsonObject *origin = json_object_get_object_member(
                event, "OriginOfCondition");
            const char *id = json_object_get_string_member(event,
                                                           "MessageId");
            const char *uri = json_object_get_string_member(origin,
                                                            "@odata.id");

            g_assert_true(g_str_has_prefix(uri, REDFISH));
            g_string_append_printf(out, "%s%s@%s", out->len ? " " : "",
                                   strrchr(id, '.') + 1,
                                   uri + strlen(REDFISH));
        }
    }
    g_string_truncate(reply->streamed, 0);
    return g_string_free(out, false);
}

static RfReply *open_stream(RfHub *hub)
{
    RfRequest request = {
        .method = "GET", .path = STREAM,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
        .peer = "192.0.2.1",
    };
    RfReply *reply = rf_client_call(&hub->client, &request);

    g_assert_nonnull(reply->stream);
    return reply;
}

static unsigned request(RfHub *hub, const char *method, const char *path,
                        const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, method, path, body);

    g_test_message("%s %s: %u", method, path, reply->status);
    return reply->status;
}

/* The changes */

static void power_off(RfHub *hub)
{
    g_assert_cmpint(fixture_power(&hub->fix, BMC_POWER_FORCE_OFF), ==, -1);
}

static void boot_armed(RfHub *hub)
{
    g_assert_cmpint(fixture_boot(&hub->fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==,
                    -1);
}

static void boot_cleared(RfHub *hub)
{
    g_assert_cmpint(fixture_boot(&hub->fix, BMC_BOOT_DISABLED,
                                 BMC_BOOT_NONE), ==, -1);
}

static void boot_consumed(RfHub *hub)
{
    mock_machine_reset(hub->fix.mock, false);
    fixture_advance(&hub->fix, 60000);
}

static void identify(RfHub *hub)
{
    bmc_identify_set(hub->fix.bmc, -1, &somebody);
}

static void account_added(RfHub *hub)
{
    g_assert_cmpuint(request(hub, "POST", "/redfish/v1/AccountService/Accounts",
                             "{\"UserName\":\"new\",\"Password\":"
                             "\"password1\",\"RoleId\":\"ReadOnly\"}"),
                     ==, 201);
}

/* As IPMI does it. */
static void account_changed(RfHub *hub)
{
    fixture_set_user(&hub->fix, FIXTURE_VIEWER, true, BMC_PRIVILEGE_OPERATOR);
}

static void account_removed(RfHub *hub)
{
    g_assert_cmpuint(request(hub, "DELETE",
                             "/redfish/v1/AccountService/Accounts/7", NULL),
                     ==, 204);
}

static void log_entry(RfHub *hub)
{
    SelEvent event = {
        .evm_rev = SEL_EVM_IPMI20, .sensor_type = 0xc1, .sensor = 0xee,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC, .data = { 1, 0xff, 0xff },
    };

    bmc_sel_clear(hub->fix.bmc, &somebody);
    g_assert_true(bmc_event_receive(hub->fix.bmc, &event, 0x41, &somebody));
}

static void log_cleared(RfHub *hub)
{
    bmc_sel_clear(hub->fix.bmc, &somebody);
}

static void log_disabled(RfHub *hub)
{
    bmc_event_set_logging(hub->fix.bmc, false);
}

static void log_enabled(RfHub *hub)
{
    bmc_event_set_logging(hub->fix.bmc, true);
}

static void qemu_gone(RfHub *hub)
{
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_UNKNOWN);
}

static void qemu_back(RfHub *hub)
{
    mock_machine_set_state(hub->fix.mock, MACHINE_STATE_RUNNING);
}

static void nic_plugged(RfHub *hub)
{
    mock_machine_add_device(hub->fix.mock, "hot", MACHINE_BOOT_NIC, -1);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
}

static void nic_unplugged(RfHub *hub)
{
    mock_machine_remove_device(hub->fix.mock, "hot");
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
}

static void set_disks(RfHub *hub, unsigned n)
{
    GPtrArray *disks = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_disk_free);
    MachineInfo *info = &mock_machine_base(hub->fix.mock)->info;
    static const char *const names[] = { "d0", "hot" };

    for (unsigned i = 0; i < n; i++) {
        MachineDisk *disk = g_new0(MachineDisk, 1);

        disk->path = g_strconcat("/machine/peripheral/", names[i], NULL);
        disk->name = g_strdup(names[i]);
        disk->controller = g_strdup("/machine/peripheral/scsi0");
        disk->size = 512;
        g_ptr_array_add(disks, disk);
    }
    g_clear_pointer(&info->disks, g_ptr_array_unref);
    info->disks = disks;
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
}

static void disks_known(RfHub *hub)
{
    set_disks(hub, 1);
}

static void disk_plugged(RfHub *hub)
{
    set_disks(hub, 2);
}

static void subscribed(RfHub *hub)
{
    g_assert_cmpuint(request(hub, "POST",
                             "/redfish/v1/EventService/Subscriptions",
                             "{\"Destination\":\"http://192.0.2.1/\","
                             "\"Protocol\":\"Redfish\",\"MessageIds\":"
                             "[\"None.None\"]}"), ==, 201);
}

static void unsubscribed(RfHub *hub)
{
    g_assert_cmpuint(request(hub, "DELETE",
                             "/redfish/v1/EventService/Subscriptions/2",
                             NULL), ==, 204);
}

static void retry_changed(RfHub *hub)
{
    g_assert_cmpuint(request(hub, "PATCH", "/redfish/v1/EventService",
                             "{\"DeliveryRetryAttempts\":7}"), ==, 200);
}

static void task_done(RfHub *hub)
{
    BmcTaskConfig task = { .name = "Work" };

    bmc_task_finish(hub->fix.bmc, bmc_task_new(hub->fix.bmc, &task, NULL),
                    NULL, NULL);
}

/* As IPMI does it. */
static void lan_changed(RfHub *hub)
{
    static const uint8_t address[] = { 192, 0, 2, 9 };
    static const uint8_t source[] = { 1 };
    Bmc *bmc = hub->fix.bmc;

    g_assert_true(bmc_lan_set(bmc, BMC_LAN_SOURCE, source, &somebody, NULL));
    g_assert_true(bmc_lan_set(bmc, BMC_LAN_ADDRESS, address, &somebody,
                              NULL));
}

static void settings_known(RfHub *hub)
{
    Machine *machine = mock_machine_base(hub->fix.mock);
    unsigned i;

    machine->settable = MACHINE_SETTINGS_LIVE;
    machine->info.settings_there = MACHINE_SETTINGS_ALL;
    for (i = 0; i < MACHINE_SETTING__MAX; i++) {
        machine_settings_put(&machine->info.settings, i, 0);
    }
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
}

static void settings_pending(RfHub *hub)
{
    g_assert_cmpuint(request(hub, "PATCH",
                             "/redfish/v1/Systems/1/Bios/Settings",
                             "{\"Attributes\":{\"StrictBoot\":\"Enabled\"}}"),
                     ==, 200);
}

static void clock_moved(RfHub *hub)
{
    g_assert_cmpuint(request(hub, "PATCH", "/redfish/v1/Managers/1",
                             "{\"DateTimeLocalOffset\":\"+01:00\"}"), ==, 200);
}

/* As IPMI does it. */
static void sensor_disabled(RfHub *hub)
{
    Bmc *bmc = hub->fix.bmc;
    const BmcSensor *sensor = bmc_sensor_find(bmc, 1);
    BmcSensorSettings settings = sensor->settings;

    settings.scanning = false;
    g_assert_true(bmc_sensor_set(bmc, 1, &settings, &somebody, NULL));
}

static void watchdog(RfHub *hub)
{
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_WATCHDOG, "none");
}

/* @expected: must come, in that order; the URIs without /redfish/v1/ */
static const struct {
    const char *name;
    void (*change)(RfHub *hub);
    const char *expected;
} cases[] = {
    { "identify", identify, "ResourceChanged@Chassis/1" },
    { "identify again", identify, "" },
    { "boot armed", boot_armed, "ResourceChanged@Systems/1" },
    { "boot cleared", boot_cleared, "ResourceChanged@Systems/1" },
    { "boot armed again", boot_armed, "ResourceChanged@Systems/1" },
    { "boot consumed", boot_consumed, "ResourceChanged@Systems/1" },
    { "account added", account_added,
      "ResourceCreated@AccountService/Accounts/7" },
    { "account changed", account_changed,
      "ResourceChanged@AccountService/Accounts/4" },
    { "account removed", account_removed,
      "ResourceRemoved@AccountService/Accounts/7" },
    { "log entry", log_entry,
      "ResourceCreated@Systems/1/LogServices/SEL/Entries/1" },
    { "log cleared", log_cleared,
      "ResourceChanged@Systems/1/LogServices/SEL ResourceCreated" },
    { "log disabled", log_disabled,
      "ResourceChanged@Systems/1/LogServices/SEL" },
    { "log enabled", log_enabled,
      "ResourceChanged@Systems/1/LogServices/SEL" },
    { "NIC plugged", nic_plugged,
      "ResourceCreated@Systems/1/EthernetInterfaces/hot" },
    { "NIC unplugged", nic_unplugged,
      "ResourceRemoved@Systems/1/EthernetInterfaces/hot" },
    { "disks known", disks_known, "ResourceChanged@Chassis/1" },
    { "disk plugged", disk_plugged,
      "ResourceCreated@Systems/1/Storage/scsi0/Drives/hot" },
    { "disk unplugged", disks_known,
      "ResourceRemoved@Systems/1/Storage/scsi0/Drives/hot" },
    { "subscribed", subscribed,
      "ResourceCreated@EventService/Subscriptions/2" },
    { "unsubscribed", unsubscribed,
      "ResourceRemoved@EventService/Subscriptions/2" },
    { "retry changed", retry_changed, "ResourceChanged@EventService" },
    { "task", task_done,
      "TaskStarted@TaskService/Tasks/1 TaskCompletedOK@TaskService/Tasks/1" },
    { "LAN changed", lan_changed,
      "ResourceChanged@Managers/1/EthernetInterfaces/1" },
    { "settings known", settings_known, "ResourceChanged@Systems/1/Bios" },
    { "settings pending", settings_pending,
      "ResourceChanged@Systems/1/Bios/Settings" },
    { "clock", clock_moved, "ResourceChanged@Managers/1" },
    { "sensor", sensor_disabled, "ResourceChanged@Chassis/1/Sensors/01" },
    { "watchdog", watchdog, "ResourceErrorsDetected@Systems/1" },
    { "power off", power_off, "ResourcePoweredOff@Systems/1" },
    { "QEMU gone", qemu_gone, "ResourceStateChanged@Systems/1" },
    { "QEMU back", qemu_back, "ResourcePoweredOn@Systems/1" },
};

static void test_table(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = NULL;

        cases[i].change(hub);
        fixture_settle(&hub->fix);
        stream->stream->drained(stream->opaque);
        got = take(stream);
        g_test_message("%s: %s", cases[i].name, got);
        g_assert_true(*cases[i].expected ? strstr(got, cases[i].expected) != NULL
                                         : !*got);
    }
}

/* Nothing is told of what was only not known before. */
static void test_start(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_UNKNOWN);
    g_autoptr(RfReply) stream = open_stream(hub);
    g_autofree char *got = NULL;

    qemu_back(hub);
    fixture_settle(&hub->fix);
    got = take(stream);
    g_test_message("%s", got);
    g_assert_nonnull(strstr(got, "ResourcePoweredOn@Systems/1"));
    g_assert_null(strstr(got, "ResourceCreated@Systems/1/Ethernet"));
}

/* What has become known is told of from then on. */
static void test_known(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_UNKNOWN);
    g_autoptr(RfReply) stream = open_stream(hub);
    g_autofree char *before = NULL;
    g_autofree char *got = NULL;

    mock_machine_add_drive(hub->fix.mock, "cd0", MACHINE_DRIVE_CD);
    qemu_back(hub);
    fixture_settle(&hub->fix);
    stream->stream->drained(stream->opaque);
    before = take(stream);
    g_assert_null(strstr(before, "VirtualMedia"));
    mock_machine_add_drive(hub->fix.mock, "cd1", MACHINE_DRIVE_CD);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&hub->fix);
    stream->stream->drained(stream->opaque);
    got = take(stream);
    g_test_message("%s, then %s", before, got);
    g_assert_nonnull(strstr(got, "@Systems/1/VirtualMedia/CD2"));
    g_assert_nonnull(strstr(got, "@Managers/1/VirtualMedia/CD2"));
}

/* Who was there before a restart learns of it. */
static void test_restart(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    RfRequest request = {
        .method = "GET", .path = STREAM,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                     [RF_HEADER_LAST_EVENT_ID] = "5" },
        .peer = "192.0.2.1",
    };
    g_autoptr(RfReply) stream = rf_client_call(&hub->client, &request);

    g_assert_nonnull(strstr(stream->streamed->str, "EventBufferExceeded"));
    g_assert_nonnull(strstr(stream->streamed->str, "ResourceStateChanged"));
    g_assert_nonnull(strstr(stream->streamed->str,
                            "/redfish/v1/Managers/1"));
}

/* A session is told of, whatever begins and ends it. */
static void test_session(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub);
    g_autofree char *uri = NULL;
    g_autofree char *token = rf_hub_login(hub, "oper", &uri);
    g_autofree char *created = NULL, *removed = NULL, *expected = NULL;

    created = take(stream);
    expected = g_strconcat("ResourceCreated@", uri + strlen(REDFISH), NULL);
    g_assert_cmpstr(created, ==, expected);
    fixture_set_user(&hub->fix, FIXTURE_OPER, false, BMC_PRIVILEGE_OPERATOR);
    removed = take(stream);
    g_test_message("%s", removed);
    g_assert_nonnull(strstr(removed, "ResourceRemoved@SessionService/"));
}

/* All that has come. */
static char *take_all(RfHub *hub, RfReply *stream)
{
    GString *all = g_string_new(NULL);
    unsigned i;

    fixture_settle(&hub->fix);
    for (i = 0; i < 4; i++) {
        g_autofree char *got = NULL;

        stream->stream->drained(stream->opaque);
        got = take(stream);
        g_string_append(all, got);
    }
    return g_string_free(all, FALSE);
}

/* What is one change for who asks is one event. */
static void test_account(void)
{
    static const char uri[] = "/redfish/v1/AccountService/Accounts/7";
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub);
    g_autofree char *made = NULL;
    g_autofree char *changed = NULL;
    g_autofree char *removed = NULL;

    account_added(hub);
    made = take_all(hub, stream);
    g_assert_cmpstr(made, ==, "ResourceCreated@AccountService/Accounts/7");
    g_assert_cmpuint(request(hub, "PATCH", uri,
                             "{\"RoleId\":\"Operator\",\"Enabled\":false,"
                             "\"Password\":\"another1\"}"), ==, 200);
    changed = take_all(hub, stream);
    g_assert_cmpstr(changed, ==, "ResourceChanged@AccountService/Accounts/7");
    g_assert_cmpuint(request(hub, "DELETE", uri, NULL), ==, 204);
    removed = take_all(hub, stream);
    g_assert_cmpstr(removed, ==, "ResourceRemoved@AccountService/Accounts/7");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/event-sources/table", test_table);
    g_test_add_func("/redfish/event-sources/start", test_start);
    g_test_add_func("/redfish/event-sources/known", test_known);
    g_test_add_func("/redfish/event-sources/restart", test_restart);
    g_test_add_func("/redfish/event-sources/session", test_session);
    g_test_add_func("/redfish/event-sources/account", test_account);
    return g_test_run();
}
