/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sensors: which there are, what they show, and those that can be set. */
#include "osdep.h"

#include <math.h>

#include "rf-fake.h"
#include "test-util.h"

#define SENSORS "/redfish/v1/Chassis/1/Sensors"
#define LOAD SENSORS "/20"
#define ROOM SENSORS "/80"
#define DOOR SENSORS "/81"

#define UPPER_CRITICAL BMC_THRESHOLD_UPPER_CRITICAL
#define UPPER_CAUTION BMC_THRESHOLD_UPPER_NON_CRITICAL

static RfClient *client_new(void)
{
    RfClient *client = rf_client_new();
    BmcSensor sensors[] = {
        { .number = 0x03, .name = "Restart", .event_only = true },
        { .number = 0x20, .name = "CPU Load", .units = SDR_UNITS_PERCENT,
          .event_type = BMC_EVENT_THRESHOLD, .max = 100,
          .settings.scanning = true },
        { .number = 0x22, .name = "Disk Read", .unit = SDR_UNIT_MEGABYTE,
          .units = SDR_UNITS_PER_SECOND, .max = 510,
          .event_type = BMC_EVENT_THRESHOLD, .settings.scanning = true },
        { .number = 0x80, .name = "Room", .unit = SDR_UNIT_DEGREES_C,
          .event_type = BMC_EVENT_THRESHOLD, .min = -20, .max = 60,
          .user = true, .manual = true, .settings.scanning = true },
        { .number = 0x81, .name = "Door", .units = SDR_UNITS_NONE,
          .event_type = BMC_EVENT_SENSOR_SPECIFIC, .user = true,
          .manual = true, .settings.scanning = true },
    };

    sdr_factors_for_range(-20, 60, &sensors[3].factors);
    sensors[3].settings.threshold_mask = 1 << UPPER_CRITICAL;
    sensors[3].settings.threshold[UPPER_CRITICAL] =
        sdr_raw(&sensors[3].factors, 40);
    memcpy(client->bmc->sensors, sensors, sizeof(sensors));
    return client;
}

static double number_at(const RfReply *reply, const char *pointer)
{
    JsonNode *node = rf_reply_node(reply, pointer);

    g_assert_nonnull(node);
    return json_node_get_double(node);
}

/* Those with a reading, and new ones as they come. */
static void test_collection(void)
{
    g_autoptr(RfClient) client = client_new();
    g_autoptr(RfReply) first = rf_client_send(client, "GET", SENSORS, NULL);
    g_autoptr(RfReply) second = NULL;
    JsonArray *members;

    g_assert_cmpint(number_at(first, "/Members@odata.count"), ==, 4);
    members = json_node_get_array(rf_reply_node(first, "/Members"));
    g_assert_cmpstr(json_object_get_string_member(
                        json_array_get_object_element(members, 2),
                        "@odata.id"), ==, ROOM);
    client->bmc->sensors[5].number = 0x82;
    fake_bmc_changed(client->bmc, BMC_PART_SENSORS);
    second = rf_client_send(client, "GET", SENSORS, NULL);
    g_assert_cmpint(number_at(second, "/Members@odata.count"), ==, 5);
}

static void test_ids(void)
{
    static const char *const bad[] = {
        SENSORS "/03", SENSORS "/21", SENSORS "/020", SENSORS "/2",
        SENSORS "/00", SENSORS "/+8", SENSORS "/0x", SENSORS "/%2080",
        "/redfish/v1/Chassis/2/Sensors/20", "/redfish/v1/Chassis/2/Sensors",
    };
    g_autoptr(RfClient) client = client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(RfReply) reply = rf_client_send(client, "GET", bad[i],
                                                  NULL);

        g_assert_cmpint(reply->status, ==, 404);
    }
}

static void test_show(void)
{
    g_autoptr(RfClient) client = client_new();
    g_autoptr(RfReply) load = NULL;
    g_autoptr(RfReply) read = NULL;
    g_autoptr(RfReply) door = NULL;

    client->bmc->readings[1] =
        (BmcSensorReading) { .available = true, .value = 12.5 };
    client->bmc->readings[4] =
        (BmcSensorReading) { .available = true, .states = 5 };
    load = rf_client_send(client, "GET", LOAD, NULL);
    g_assert_cmpint(load->status, ==, 200);
    g_assert_cmpstr(rf_reply_text(load, "/Id"), ==, "20");
    g_assert_cmpstr(rf_reply_text(load, "/Name"), ==, "CPU Load");
    g_assert_cmpstr(rf_reply_text(load, "/ReadingType"), ==, "Percent");
    g_assert_cmpstr(rf_reply_text(load, "/ReadingUnits"), ==, "%");
    g_assert_cmpfloat(number_at(load, "/Reading"), ==, 12.5);
    g_assert_cmpfloat(number_at(load, "/ReadingRangeMax"), ==, 100);
    g_assert_cmpstr(rf_reply_text(load, "/Status/State"), ==, "Enabled");
    g_assert_cmpstr(rf_reply_text(load, "/Status/Health"), ==, "OK");
    g_assert_null(rf_reply_node(load, "/Thresholds"));
    g_assert_null(rf_reply_node(load, "/Oem/QemuBmc/Reading"));
    /* No reading, and a unit that no type of the schema has. */
    read = rf_client_send(client, "GET", SENSORS "/22", NULL);
    g_assert_null(rf_reply_node(read, "/ReadingType"));
    g_assert_cmpstr(rf_reply_text(read, "/ReadingUnits"), ==, "MBy/s");
    g_assert_true(JSON_NODE_HOLDS_NULL(rf_reply_node(read, "/Reading")));
    g_assert_cmpstr(rf_reply_text(read, "/Status/State"), ==,
                    "UnavailableOffline");
    g_assert_null(rf_reply_node(read, "/Status/Health"));
    door = rf_client_send(client, "GET", DOOR, NULL);
    g_assert_null(rf_reply_node(door, "/Reading"));
    g_assert_null(rf_reply_node(door, "/ReadingUnits"));
    g_assert_null(rf_reply_node(door, "/Status/Health"));
    g_assert_cmpint(number_at(door, "/Oem/QemuBmc/States"), ==, 5);
}

/* A reading is never an old one. */
static void test_health(void)
{
    static const struct {
        uint16_t states;
        const char *health;
    } cases[] = {
        { 0, "OK" },
        { 1 << UPPER_CAUTION, "Warning" },
        { 1 << UPPER_CAUTION | 1 << UPPER_CRITICAL, "Critical" },
        { 1 << BMC_THRESHOLD_LOWER_NON_CRITICAL, "Warning" },
        { 1 << BMC_THRESHOLD_LOWER_NON_RECOVERABLE, "Critical" },
    };
    g_autoptr(RfClient) client = client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = NULL;

        client->bmc->readings[3] = (BmcSensorReading) {
            .available = true, .value = i, .states = cases[i].states,
        };
        reply = rf_client_send(client, "GET", ROOM, NULL);
        g_assert_cmpfloat(number_at(reply, "/Reading"), ==, i);
        g_assert_cmpstr(rf_reply_text(reply, "/Status/Health"), ==,
                        cases[i].health);
        g_assert_cmpstr(rf_reply_text(reply, "/ReadingType"), ==,
                        "Temperature");
        g_assert_cmpfloat_with_epsilon(
            number_at(reply, "/Thresholds/UpperCritical/Reading"), 40, 0.3);
        g_assert_nonnull(strstr(reply->text,
                                "\"UpperCritical\":{\"Reading\":40.16}"));
        g_assert_null(rf_reply_node(reply, "/Thresholds/UpperCaution"));
    }
}

static void test_extreme(void)
{
    g_autoptr(RfClient) client = client_new();
    BmcSensorReading *reading = &client->bmc->readings[3];
    g_autoptr(RfReply) large = NULL;
    g_autoptr(RfReply) infinite = NULL;

    *reading = (BmcSensorReading) { .available = true, .value = -1e300 };
    large = rf_client_send(client, "GET", ROOM, NULL);
    g_assert_cmpfloat(number_at(large, "/Reading"), ==, -1e300);
    reading->value = INFINITY;
    infinite = rf_client_send(client, "GET", ROOM, NULL);
    g_assert_true(JSON_NODE_HOLDS_NULL(rf_reply_node(infinite, "/Reading")));
}

/* Readings take their time; others are answered meanwhile. */
static void test_slow(void)
{
    g_autoptr(RfClient) client = client_new();
    RfRequest request = {
        .method = "GET", .path = LOAD,
        .headers[RF_HEADER_AUTHORIZATION] = ADMIN,
    };
    g_autoptr(RfReply) slow = NULL;
    g_autoptr(RfReply) other = NULL;

    client->bmc->hold = true;
    slow = rf_client_start(client, &request);
    other = rf_client_send(client, "GET", SENSORS, NULL);
    g_assert_cmpint(other->status, ==, 200);
    g_assert_false(slow->done);
    g_assert_true(fake_bmc_release(client->bmc));
    rf_reply_wait(slow);
    g_assert_cmpint(slow->status, ==, 200);
}

/* The service goes while a sensor is read. */
static void test_shutdown(void)
{
    RfClient *client = client_new();
    RfRequest request = {
        .method = "GET", .path = LOAD,
        .headers[RF_HEADER_AUTHORIZATION] = ADMIN,
    };
    g_autoptr(RfReply) reply = NULL;

    client->bmc->hold = true;
    reply = rf_client_start(client, &request);
    rf_client_free(client);
    g_assert_true(reply->done);
    g_assert_cmpint(reply->status, ==, 503);
    while (g_main_context_iteration(NULL, false)) {
    }
}

static void test_set(void)
{
    g_autoptr(RfClient) client = client_new();
    g_autoptr(RfReply) room = NULL;
    g_autoptr(RfReply) door = NULL;

    room = rf_client_send(client, "PATCH", ROOM,
                          "{\"Oem\":{\"QemuBmc\":{\"Reading\":31.5}}}");
    g_assert_cmpint(room->status, ==, 200);
    g_assert_cmpfloat(number_at(room, "/Reading"), ==, 31.5);
    g_assert_cmpfloat(number_at(room, "/Oem/QemuBmc/Reading"), ==, 31.5);
    g_assert_cmpstr(client->bmc->user, ==, "admin");
    door = rf_client_send(client, "PATCH", DOOR,
                          "{\"Oem\":{\"QemuBmc\":{\"States\":3}}}");
    g_assert_cmpint(door->status, ==, 200);
    g_assert_cmpint(client->bmc->readings[4].states, ==, 3);
}

static void test_set_wrong(void)
{
    static const struct {
        const char *path;
        const char *property;
        const char *messages;
    } cases[] = {
        { LOAD, "\"Reading\":1",
          "PropertyNotWritable#/Oem/QemuBmc/Reading" },
        { ROOM, "\"States\":1", "PropertyNotWritable#/Oem/QemuBmc/States" },
        { DOOR, "\"Reading\":1",
          "PropertyNotWritable#/Oem/QemuBmc/Reading" },
        { ROOM, "\"Reading\":\"1\"",
          "PropertyValueTypeError#/Oem/QemuBmc/Reading" },
        { ROOM, "\"UserDefined\":false",
          "PropertyNotWritable#/Oem/QemuBmc/UserDefined" },
        { DOOR, "\"States\":32768", "GeneralError" },
        { DOOR, "\"States\":-1", "GeneralError" },
    };
    g_autoptr(RfClient) client = client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strdup_printf(
            "{\"Oem\":{\"QemuBmc\":{%s}}}", cases[i].property);
        g_autoptr(RfReply) reply = rf_client_send(client, "PATCH",
                                                  cases[i].path, body);
        g_autofree char *messages = rf_reply_messages(reply);

        g_assert_cmpint(reply->status, >=, 400);
        g_assert_cmpstr(messages, ==, cases[i].messages);
        g_assert_null(client->bmc->user);
    }
}

static void test_privilege(void)
{
    g_autoptr(RfClient) client = client_new();
    RfRequest request = {
        .method = "PATCH", .path = ROOM,
        .headers[RF_HEADER_AUTHORIZATION] = VIEWER,
        .headers[RF_HEADER_CONTENT_TYPE] = "application/json",
    };
    g_autoptr(GBytes) body = g_bytes_new_static("{}", 2);
    g_autoptr(RfReply) reply = NULL;

    request.body = body;
    reply = rf_client_call(client, &request);
    g_assert_cmpint(reply->status, ==, 403);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/sensors/collection", test_collection);
    g_test_add_func("/redfish/sensors/ids", test_ids);
    g_test_add_func("/redfish/sensors/show", test_show);
    g_test_add_func("/redfish/sensors/health", test_health);
    g_test_add_func("/redfish/sensors/extreme", test_extreme);
    g_test_add_func("/redfish/sensors/slow", test_slow);
    g_test_add_func("/redfish/sensors/shutdown", test_shutdown);
    g_test_add_func("/redfish/sensors/set", test_set);
    g_test_add_func("/redfish/sensors/set-wrong", test_set_wrong);
    g_test_add_func("/redfish/sensors/privilege", test_privilege);
    return g_test_run();
}
