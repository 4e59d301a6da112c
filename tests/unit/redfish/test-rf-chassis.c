/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The chassis, its readings in several resources, and versions. */
#include "osdep.h"

#include "bmc/sensors.h"
#include "rf-hub.h"

#define CHASSIS "/redfish/v1/Chassis/1"
#define TELEMETRY "/redfish/v1/TelemetryService"

static void test_chassis(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = rf_hub_get(hub, CHASSIS);
    g_autoptr(RfReply) lit = NULL;

    g_assert_cmpstr(rf_reply_text(reply, "/PowerState"), ==, "On");
    g_assert_nonnull(rf_reply_text(reply, "/Manufacturer"));
    lit = rf_hub_send(hub, ADMIN, "PATCH", CHASSIS,
                      "{\"LocationIndicatorActive\":true}");
    g_assert_cmpuint(lit->status, ==, 200);
    g_assert_cmpint(bmc_identify_state(hub->fix.bmc), ==, 2);
}

/* The same lamp by its older name, of the system as of its chassis. */
static void test_led(void)
{
    static const struct {
        const char *body;
        int status;
        const char *led;
        bool active;
    } cases[] = {
        { "{\"IndicatorLED\":\"Lit\"}", 200, "Lit", true },
        { "{\"IndicatorLED\":\"Blinking\"}", 200, "Blinking", true },
        { "{\"IndicatorLED\":\"Unknown\"}", 400, "Blinking", true },
        { "{\"LocationIndicatorActive\":false}", 200, "Off", false },
        { "{\"LocationIndicatorActive\":true}", 200, "Lit", true },
        { "{\"IndicatorLED\":\"Off\",\"LocationIndicatorActive\":true}", 400,
          "Lit", true },
        { "{\"IndicatorLED\":\"Blinking\",\"LocationIndicatorActive\":true}",
          200, "Blinking", true },
        { "{\"IndicatorLED\":\"Off\"}", 200, "Off", false },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *path = i % 2 ? CHASSIS : "/redfish/v1/Systems/1";
        g_autoptr(RfReply) set = rf_hub_send(hub, ADMIN, "PATCH", path,
                                             cases[i].body);
        g_autoptr(RfReply) other = rf_hub_get(hub, CHASSIS);

        g_assert_cmpuint(set->status, ==, cases[i].status);
        g_assert_cmpstr(rf_reply_text(other, "/IndicatorLED"), ==,
                        cases[i].led);
        g_assert_cmpint(bmc_identify_state(hub->fix.bmc) != 0, ==,
                        cases[i].active);
    }
}

static void test_reset(void)
{
    const char *action = CHASSIS "/Actions/Chassis.Reset";
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) viewer = NULL;
    g_autoptr(RfReply) off = NULL;
    g_autoptr(RfReply) reply = NULL;

    viewer = rf_hub_send(hub, HUB_VIEWER, "POST", action,
                         "{\"ResetType\":\"ForceOff\"}");
    g_assert_cmpuint(viewer->status, ==, 403);
    off = rf_hub_send(hub, ADMIN, "POST", action,
                      "{\"ResetType\":\"ForceOff\"}");
    g_assert_cmpuint(off->status, ==, 204);
    reply = rf_hub_get(hub, CHASSIS);
    g_assert_cmpstr(rf_reply_text(reply, "/PowerState"), ==, "Off");
}

static RfHub *hub_with_sensors(void)
{
    static BmcSensorConfig sensors[] = {
        { .name = "Inlet", .type = 0x01, .unit = SDR_UNIT_DEGREES_C,
          .min = 0, .max = 100, .source = BMC_SENSOR_MANUAL, .scale = 1 },
        { .name = "Input", .type = 0x0b, .unit = 6, .min = 0, .max = 500,
          .source = BMC_SENSOR_MANUAL, .scale = 1 },
    };
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    g_autoptr(GPtrArray) array = g_ptr_array_new();
    RfHub *hub = g_new0(RfHub, 1);

    g_ptr_array_add(array, &sensors[0]);
    g_ptr_array_add(array, &sensors[1]);
    fixture_init_accounts(&hub->fix, MACHINE_STATE_RUNNING);
    hub->fix.config.sensors = array;
    fixture_start(&hub->fix);
    hub->fix.config.sensors = NULL;
    hub->client.bmc = hub->fix.bmc;
    hub->client.service = rf_service_new(hub->fix.bmc, rf_families);
    g_assert_true(bmc_sensor_set_value(hub->fix.bmc, BMC_SENSOR_USER_FIRST,
                                       25, &origin, NULL));
    g_assert_true(bmc_sensor_set_value(
        hub->fix.bmc, BMC_SENSOR_USER_FIRST + 1, 120, &origin, NULL));
    return hub;
}

/* The same reading wherever it is shown; the host may have one of its own. */
static void test_readings(void)
{
    g_autoptr(RfHub) hub = hub_with_sensors();
    g_autoptr(RfReply) thermal =
        rf_hub_get(hub, CHASSIS "/ThermalSubsystem/ThermalMetrics");
    g_autoptr(RfReply) environment =
        rf_hub_get(hub, CHASSIS "/EnvironmentMetrics");
    JsonArray *all = json_object_get_array_member(
        thermal->json, "TemperatureReadingsCelsius");
    JsonObject *last = json_array_get_object_element(
        all, json_array_get_length(all) - 1);
    JsonNode *node;

    g_assert_cmpstr(json_object_get_string_member(last, "DeviceName"), ==,
                    "Inlet");
    g_assert_cmpstr(json_object_get_string_member(last, "DataSourceUri"), ==,
                    CHASSIS "/Sensors/80");
    g_assert_cmpfloat_with_epsilon(
        json_object_get_double_member(last, "Reading"), 25, 0.5);
    g_assert_cmpint(
        json_object_get_int_member(thermal->json,
                                   "TemperatureReadingsCelsius@odata.count"),
        ==, json_array_get_length(all));
    node = rf_reply_node(environment, "/PowerWatts/Reading");
    g_assert_nonnull(node);
    g_assert_cmpfloat_with_epsilon(json_node_get_double(node), 120, 2);
}

static void test_report(void)
{
    g_autoptr(RfHub) hub = hub_with_sensors();
    g_autoptr(RfReply) reply = rf_hub_get(hub,
                                          TELEMETRY "/MetricReports/Sensors");
    g_autoptr(RfReply) definition =
        rf_hub_get(hub, TELEMETRY "/MetricDefinitions/Sensor80");
    JsonArray *values = json_object_get_array_member(reply->json,
                                                     "MetricValues");
    bool found = false;
    unsigned i;

    for (i = 0; i < json_array_get_length(values); i++) {
        JsonObject *value = json_array_get_object_element(values, i);

        if (g_strcmp0(json_object_get_string_member(value, "MetricId"),
                      "Sensor80") == 0) {
            found = true;
            g_assert_cmpfloat_with_epsilon(
                g_ascii_strtod(json_object_get_string_member(
                                   value, "MetricValue"), NULL), 25, 0.5);
            g_assert_cmpstr(
                json_object_get_string_member(value, "MetricProperty"), ==,
                CHASSIS "/Sensors/80#/Reading");
        }
    }
    g_assert_true(found);
    g_assert_cmpstr(rf_reply_text(definition, "/Name"), ==, "Inlet");
}

static void test_versions(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    const char *version = bmc_machine(hub->fix.bmc)->info.qemu_version;
    const char *path = "/redfish/v1/UpdateService/SoftwareInventory/QEMU";
    g_autoptr(RfReply) bmc =
        rf_hub_get(hub, "/redfish/v1/UpdateService/FirmwareInventory/BMC");
    g_autoptr(RfReply) qemu = rf_hub_send(hub, ADMIN, "GET", path, NULL);

    g_assert_cmpstr(rf_reply_text(bmc, "/Version"), ==, QEMU_BMC_VERSION);
    g_assert_cmpuint(qemu->status, ==, version ? 200 : 404);
    if (version) {
        g_assert_cmpstr(rf_reply_text(qemu, "/Version"), ==, version);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/chassis/chassis", test_chassis);
    g_test_add_func("/redfish/chassis/led", test_led);
    g_test_add_func("/redfish/chassis/reset", test_reset);
    g_test_add_func("/redfish/chassis/readings", test_readings);
    g_test_add_func("/redfish/chassis/report", test_report);
    g_test_add_func("/redfish/chassis/versions", test_versions);
    return g_test_run();
}
