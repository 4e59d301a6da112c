/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Logs: the System Event Log and the BMC's own. */
#include "osdep.h"

#include "bmc/events.h"
#include "bmc/journal.h"
#include "bmc/sel.h"
#include "bmc/sensors.h"
#include "redfish/rf-sel-values.h"
#include "rf-hub.h"

#define SEL "/redfish/v1/Systems/1/LogServices/SEL"
#define LOG "/redfish/v1/Managers/1/LogServices/Log"

static void add_event(RfHub *hub, uint8_t data1, const char *text)
{
    BmcEvent event = {
        .sensor = BMC_SENSOR_OS_STOP,
        .sensor_type = BMC_SENSOR_TYPE_OS_STOP,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .data = { data1, 0xff, 0xff },
    };

    bmc_event_add(hub->fix.bmc, &event, text);
}

static unsigned n_members(const RfReply *reply)
{
    return json_array_get_length(
        json_object_get_array_member(reply->json, "Members"));
}

static JsonObject *member(const RfReply *reply, unsigned n)
{
    return json_array_get_object_element(
        json_object_get_array_member(reply->json, "Members"), n);
}

static void test_sel(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) service = NULL;
    g_autoptr(RfReply) entry = NULL;
    unsigned before;
    const BmcSelEntry *last;
    g_autofree char *uri = NULL;

    before = bmc_sel_info(hub->fix.bmc).count;
    add_event(hub, 0x01, "Guest panic");
    last = bmc_sel_nth(hub->fix.bmc, before);
    g_assert_nonnull(last);
    service = rf_hub_get(hub, SEL);
    g_assert_cmpstr(rf_reply_text(service, "/LogEntryType"), ==, "SEL");
    g_assert_cmpstr(rf_reply_text(service, "/OverWritePolicy"), ==,
                    "NeverOverWrites");
    uri = g_strdup_printf(SEL "/Entries/%u", last->id);
    entry = rf_hub_get(hub, uri);
    g_assert_cmpstr(rf_reply_text(entry, "/EntryType"), ==, "SEL");
    g_assert_cmpstr(rf_reply_text(entry, "/EntryCode"), ==, "Assert");
    g_assert_cmpstr(rf_reply_text(entry, "/SensorType"), ==,
                    "OS Stop/Shutdown");
    g_assert_cmpstr(rf_reply_text(entry, "/Severity"), ==, "Critical");
    g_assert_cmpstr(rf_reply_text(entry, "/Message"), ==, "Guest panic");
    g_assert_cmpstr(rf_reply_text(entry, "/MessageId"), ==, "0x6F01FFFF");
    g_assert_cmpstr(rf_reply_text(entry, "/GeneratorId"), ==, "0x0020");
    g_assert_cmpstr(rf_reply_text(entry, "/Links/OriginOfCondition/@odata.id"),
                    ==, "/redfish/v1/Chassis/1/Sensors/05");
    g_assert_nonnull(rf_reply_text(entry, "/Created"));
}

/* Clients that read the collection want the entries, not references. */
static void test_expanded(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) all = NULL;
    g_autoptr(RfReply) page = NULL;
    g_autoptr(RfReply) same = NULL;
    unsigned i, n;

    for (i = 0; i < 5; i++) {
        add_event(hub, 0x01, "Again");
    }
    n = bmc_sel_info(hub->fix.bmc).count;
    all = rf_hub_get(hub, SEL "/Entries");
    g_assert_cmpuint(n_members(all), ==, n);
    g_assert_true(json_object_has_member(member(all, 0), "EntryType"));
    g_assert_cmpstr(rf_reply_text(all, "/@odata.etag"), ==,
                    rf_reply_header(all, "ETag"));
    same = rf_hub_get(hub, SEL "/Entries");
    g_assert_cmpstr(rf_reply_header(same, "ETag"), ==,
                    rf_reply_header(all, "ETag"));
    page = rf_hub_get(hub, SEL "/Entries?$skip=1&$top=2");
    g_assert_cmpuint(n_members(page), ==, 2);
    g_assert_true(json_object_has_member(member(page, 0), "EntryType"));
    g_assert_nonnull(rf_reply_text(page, "/Members@odata.nextLink"));
    g_assert_cmpint(json_object_get_int_member(page->json,
                                               "Members@odata.count"), ==, n);
}

static void test_delete(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) viewer = NULL;
    g_autoptr(RfReply) gone = NULL;
    g_autoptr(RfReply) again = NULL;
    g_autofree char *uri = NULL;
    unsigned id;

    add_event(hub, 0x01, "One");
    add_event(hub, 0x01, "Two");
    id = bmc_sel_find(hub->fix.bmc, SEL_ID_LAST, NULL)->id;
    uri = g_strdup_printf(SEL "/Entries/%u", id);
    viewer = rf_hub_send(hub, HUB_VIEWER, "DELETE", uri, NULL);
    g_assert_cmpuint(viewer->status, ==, 403);
    gone = rf_hub_send(hub, ADMIN, "DELETE", uri, NULL);
    g_assert_cmpuint(gone->status, ==, 204);
    g_assert_null(bmc_sel_find(hub->fix.bmc, id, NULL));
    again = rf_hub_send(hub, ADMIN, "DELETE", uri, NULL);
    g_assert_cmpuint(again->status, ==, 404);
    g_assert_nonnull(bmc_sel_find(hub->fix.bmc, id - 1, NULL));
}

static void test_ids(void)
{
    static const char *const paths[] = {
        SEL "/Entries/0", SEL "/Entries/65535", SEL "/Entries/01",
        SEL "/Entries/x", SEL "/Entries/-1", SEL "/Entries/65537",
        SEL "/Entries/4294967297", SEL "/Entries/18446744073709551617",
        "/redfish/v1/Systems/1/LogServices/Log",
        "/redfish/v1/Managers/1/LogServices/SEL/Entries",
        "/redfish/v1/Systems/2/LogServices", LOG "/Entries/0",
        LOG "/Entries/4294967295", LOG "/Entries/1x",
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    add_event(hub, 0x01, "One");
    for (i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "GET", paths[i],
                                               NULL);

        g_test_message("%s", paths[i]);
        g_assert_cmpuint(reply->status, ==, 404);
    }
}

/* As IPMI's Clear SEL: what is left is the record of that. */
static void test_clear(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    const char *action = SEL "/Actions/LogService.ClearLog";
    g_autoptr(RfReply) viewer = NULL;
    g_autoptr(RfReply) done = NULL;
    uint16_t reservation;

    add_event(hub, 0x01, "One");
    add_event(hub, 0x01, "Two");
    reservation = bmc_sel_reserve(hub->fix.bmc);
    viewer = rf_hub_send(hub, HUB_VIEWER, "POST", action, "{}");
    g_assert_cmpuint(viewer->status, ==, 403);
    done = rf_hub_send(hub, ADMIN, "POST", action, "{}");
    g_assert_cmpuint(done->status, ==, 204);
    g_assert_cmpuint(bmc_sel_info(hub->fix.bmc).count, ==, 1);
    g_assert_nonnull(strstr(bmc_sel_nth(hub->fix.bmc, 0)->text,
                            "cleared by admin"));
    g_assert_false(bmc_sel_reserved(hub->fix.bmc, reservation));
}

static void test_enable(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) off = rf_hub_send(hub, ADMIN, "PATCH", SEL,
                                         "{\"ServiceEnabled\":false}");
    unsigned n = bmc_sel_info(hub->fix.bmc).count;

    g_assert_cmpuint(off->status, ==, 200);
    g_assert_false(json_object_get_boolean_member(off->json,
                                                  "ServiceEnabled"));
    add_event(hub, 0x01, "Lost");
    g_assert_cmpuint(bmc_sel_info(hub->fix.bmc).count, ==, n);
}

static void test_oem_record(void)
{
    static const SelRecord plain = {
        .type = SEL_TYPE_OEM_PLAIN, .oem = { 0xab, 0xcd },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned id = bmc_sel_add(hub->fix.bmc, &plain, NULL);
    g_autofree char *uri = g_strdup_printf(SEL "/Entries/%u", id);
    g_autoptr(RfReply) reply = rf_hub_get(hub, uri);

    g_assert_cmpstr(rf_reply_text(reply, "/EntryType"), ==, "SEL");
    g_assert_true(g_str_has_prefix(rf_reply_text(reply, "/Message"),
                                   "OEM record E0h: AB CD 00"));
    g_assert_null(rf_reply_node(reply, "/SensorNumber"));
    g_assert_null(rf_reply_node(reply, "/MessageId"));
    g_assert_null(rf_reply_node(reply, "/Created"));
}

/* Tables 42-1 to 42-3. */
static void test_values(void)
{
    static const struct {
        SelEvent event;
        const char *code;
        const char *severity;
    } cases[] = {
        { { 4, 1, 0x20, 0x01, false, { 0x59 } },
          "Upper Critical - going high", "Critical" },
        { { 4, 1, 0x20, 0x01, false, { 0x50 } },
          "Lower Non-critical - going low", "Warning" },
        { { 4, 1, 0x20, 0x01, true, { 0x59 } }, "Deassert", "OK" },
        { { 4, 1, 0x20, 0x01, false, { 0x0c } }, NULL, "OK" },
        { { 4, 7, 1, 0x07, false, { 0x02 } },
          "Transition to Critical from less severe", "Critical" },
        { { 4, 7, 1, 0x07, false, { 0x08 } }, "Informational", "OK" },
        { { 4, 0x1b, 1, 0x08, false, { 0x01 } },
          "Device Inserted / Device Present", "OK" },
        { { 4, 9, 1, 0x0b, false, { 0x05 } },
          "Non-redundant:Insufficient Resources", "Critical" },
        { { 4, 9, 1, 0x0c, false, { 0x03 } }, "D3 Power State", "OK" },
        { { 4, 0xc1, 1, 0x70, false, { 0x00 } }, "OEM", "OK" },
        { { 4, 9, 1, 0x0d, false, { 0x00 } }, NULL, "OK" },
        { { 4, 0x23, 4, 0x6f, false, { 0x01 } }, "Assert", "Warning" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        int code = rf_sel_code(&cases[i].event);

        g_assert_cmpstr(code < 0 ? NULL : rf_sel_codes[code], ==,
                        cases[i].code);
        g_assert_cmpstr(
            rf_sel_severities[rf_sel_severity(&cases[i].event)], ==,
            cases[i].severity);
    }
    g_assert_cmpstr(rf_sel_sensor_types[rf_sel_sensor_type(0x05)], ==,
                    "Physical Chassis Security");
    g_assert_cmpstr(rf_sel_sensor_types[rf_sel_sensor_type(0x22)], ==,
                    "System ACPI PowerState");
    g_assert_cmpstr(rf_sel_sensor_types[rf_sel_sensor_type(0x2c)], ==,
                    "FRUState");
    g_assert_cmpstr(rf_sel_sensor_types[rf_sel_sensor_type(0xc5)], ==, "OEM");
    g_assert_cmpint(rf_sel_sensor_type(0), ==, -1);
    g_assert_cmpint(rf_sel_sensor_type(0x2d), ==, -1);
}

static void test_journal(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = NULL;
    g_autoptr(RfReply) done = NULL;
    g_autoptr(RfReply) empty = NULL;
    g_autoptr(RfReply) user = NULL;
    JsonObject *found = NULL;
    unsigned n;

    g_assert_cmpint(fixture_power(&hub->fix, BMC_POWER_FORCE_OFF), ==, -1);
    reply = rf_hub_get(hub, LOG "/Entries");
    n = n_members(reply);
    g_assert_cmpuint(n, >, 0);
    while (n-- > 0 && !found) {
        JsonObject *entry = member(reply, n);

        g_assert_cmpstr(json_object_get_string_member(entry, "EntryType"),
                        ==, "Event");
        if (g_str_equal(json_object_get_string_member(entry, "MessageId"),
                        "ResourceEvent.1.4.ResourcePoweredOff")) {
            found = entry;
        }
    }
    g_assert_nonnull(found);
    g_assert_cmpstr(json_object_get_string_member(found, "Message"), ==,
                    "The resource '/redfish/v1/Systems/1' has powered off.");
    done = rf_hub_send(hub, ADMIN, "POST",
                       LOG "/Actions/LogService.ClearLog", "{}");
    g_assert_cmpuint(done->status, ==, 204);
    empty = rf_hub_get(hub, LOG "/Entries");
    g_assert_cmpuint(n_members(empty), ==, 0);
    fixture_set_user(&hub->fix, FIXTURE_VIEWER, true, BMC_PRIVILEGE_OPERATOR);
    user = rf_hub_get(hub, LOG "/Entries");
    g_assert_nonnull(strstr(user->text, "{\"OriginOfCondition\":{\"@odata.id\":"
                            "\"/redfish/v1/AccountService\"}}"));
}

static void test_journal_bounded(void)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    Bmc *bmc = hub->fix.bmc;
    unsigned i, id;

    fixture_advance(&hub->fix, BMC_JOURNAL_QUIET_MS);
    bmc_journal_clear(bmc, &origin);
    bmc_identify_set(bmc, -1, &origin);
    bmc_identify_set(bmc, 0, &origin);
    bmc_identify_set(bmc, -1, &origin);
    g_assert_nonnull(bmc_journal_nth(bmc, 0));
    g_assert_null(bmc_journal_nth(bmc, 1));
    id = bmc_journal_nth(bmc, 0)->id;
    for (i = 0; i < BMC_JOURNAL_MAX + 2; i++) {
        fixture_advance(&hub->fix, BMC_JOURNAL_QUIET_MS);
        bmc_identify_set(bmc, i & 1 ? -1 : 0, &origin);
    }
    g_assert_nonnull(bmc_journal_nth(bmc, BMC_JOURNAL_MAX - 1));
    g_assert_null(bmc_journal_nth(bmc, BMC_JOURNAL_MAX));
    g_assert_null(bmc_journal_find(bmc, id));
    g_assert_nonnull(bmc_journal_find(bmc, id + 10));
    g_assert_cmpuint(bmc_journal_find(bmc, id + 10)->id, ==, id + 10);
    g_assert_true(bmc_journal_overflown(bmc));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/logs/sel", test_sel);
    g_test_add_func("/redfish/logs/expanded", test_expanded);
    g_test_add_func("/redfish/logs/delete", test_delete);
    g_test_add_func("/redfish/logs/ids", test_ids);
    g_test_add_func("/redfish/logs/clear", test_clear);
    g_test_add_func("/redfish/logs/enable", test_enable);
    g_test_add_func("/redfish/logs/oem-record", test_oem_record);
    g_test_add_func("/redfish/logs/values", test_values);
    g_test_add_func("/redfish/logs/journal", test_journal);
    g_test_add_func("/redfish/logs/journal-bounded", test_journal_bounded);
    return g_test_run();
}
