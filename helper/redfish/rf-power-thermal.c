/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Power and temperature of the chassis (DSP0268 PowerSubsystem,
 * ThermalSubsystem, ThermalMetrics, EnvironmentMetrics). A virtual machine
 * has neither power supplies nor fans, so what there is comes from sensors:
 * the host's temperature, and what the user has defined.
 */
#include "osdep.h"

#include "redfish/rf-readings.h"

#define CHASSIS "/redfish/v1/Chassis/1"
#define UNIT_WATT 6

static const char *const states[] = { "Enabled", NULL };

/* Returns NULL past the end. */
static const BmcSensor *nth_of_unit(const Bmc *bmc, uint8_t unit, unsigned n)
{
    const BmcSensor *sensor;
    unsigned i;

    for (i = 0; (sensor = rf_nth_analog(bmc, i)); i++) {
        if (sensor->unit == unit && !(sensor->units & SDR_UNITS_PERCENT) &&
            !(sensor->units & SDR_UNITS_PER_SECOND) && n-- == 0) {
            return sensor;
        }
    }
    return NULL;
}

static void set_uri(const BmcSensor *sensor, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), CHASSIS "/Sensors/%02x",
               sensor->number);
    value->text = value->buf;
}

static void set_reading(const RfContext *ctx, const BmcSensor *sensor,
                        RfValue *value)
{
    value->null = !rf_reading_find(ctx, sensor->number, &value->number);
}

/* All temperatures */

static const BmcSensor *temperature(const RfContext *ctx)
{
    return nth_of_unit(ctx->bmc, SDR_UNIT_DEGREES_C, ctx->index);
}

static unsigned count_temperatures(const RfContext *ctx)
{
    unsigned n = 0;

    while (nth_of_unit(ctx->bmc, SDR_UNIT_DEGREES_C, n)) {
        n++;
    }
    return n;
}

static bool get_temperature_uri(const RfContext *ctx, RfValue *value)
{
    set_uri(temperature(ctx), value);
    return true;
}

static bool get_temperature_name(const RfContext *ctx, RfValue *value)
{
    value->text = temperature(ctx)->name;
    return true;
}

static bool get_temperature(const RfContext *ctx, RfValue *value)
{
    set_reading(ctx, temperature(ctx), value);
    return true;
}

/* The chassis' own: of several, none speaks for all of it */

static const BmcSensor *only_one(const RfContext *ctx, uint8_t unit)
{
    return nth_of_unit(ctx->bmc, unit, 1) ? NULL
                                          : nth_of_unit(ctx->bmc, unit, 0);
}

static bool get_only_uri(const RfContext *ctx, uint8_t unit, RfValue *value)
{
    const BmcSensor *sensor = only_one(ctx, unit);

    if (sensor) {
        set_uri(sensor, value);
    }
    return sensor;
}

static bool get_only(const RfContext *ctx, uint8_t unit, RfValue *value)
{
    const BmcSensor *sensor = only_one(ctx, unit);

    if (sensor) {
        set_reading(ctx, sensor, value);
    }
    return sensor;
}

static bool get_celsius_uri(const RfContext *ctx, RfValue *value)
{
    return get_only_uri(ctx, SDR_UNIT_DEGREES_C, value);
}

static bool get_celsius(const RfContext *ctx, RfValue *value)
{
    return get_only(ctx, SDR_UNIT_DEGREES_C, value);
}

static bool get_watts_uri(const RfContext *ctx, RfValue *value)
{
    return get_only_uri(ctx, UNIT_WATT, value);
}

static bool get_watts(const RfContext *ctx, RfValue *value)
{
    return get_only(ctx, UNIT_WATT, value);
}

/* Tables */

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { NULL }
};

static const RfProperty temperature_properties[] = {
    { "DataSourceUri", RF_TYPE_STRING, .get = get_temperature_uri },
    { "DeviceName", RF_TYPE_STRING, .get = get_temperature_name },
    { "Reading", RF_TYPE_NUMBER, .get = get_temperature },
    { NULL }
};

static const RfProperty celsius_properties[] = {
    { "DataSourceUri", RF_TYPE_STRING, .get = get_celsius_uri },
    { "Reading", RF_TYPE_NUMBER, .get = get_celsius },
    { NULL }
};

static const RfProperty watts_properties[] = {
    { "DataSourceUri", RF_TYPE_STRING, .get = get_watts_uri },
    { "Reading", RF_TYPE_NUMBER, .get = get_watts },
    { NULL }
};

static bool get_temperature_count(const RfContext *ctx, RfValue *value)
{
    value->integer = count_temperatures(ctx);
    return true;
}

static const RfProperty power_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "PowerSubsystem" },
    { "Name", RF_TYPE_STRING, .text = "Power Subsystem" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { NULL }
};

static const RfProperty thermal_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "ThermalSubsystem" },
    { "Name", RF_TYPE_STRING, .text = "Thermal Subsystem" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "ThermalMetrics", RF_TYPE_LINK,
      .text = CHASSIS "/ThermalSubsystem/ThermalMetrics" },
    { NULL }
};

static const RfProperty metrics_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "ThermalMetrics" },
    { "Name", RF_TYPE_STRING, .text = "Thermal Metrics" },
    { "TemperatureReadingsCelsius@odata.count", RF_TYPE_INTEGER,
      .get = get_temperature_count },
    { "TemperatureReadingsCelsius", RF_TYPE_OBJECTS,
      .members = temperature_properties, .count = count_temperatures },
    { NULL }
};

static const RfProperty environment_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "EnvironmentMetrics" },
    { "Name", RF_TYPE_STRING, .text = "Chassis Environment Metrics" },
    { "TemperatureCelsius", RF_TYPE_OBJECT, .members = celsius_properties },
    { "PowerWatts", RF_TYPE_OBJECT, .members = watts_properties },
    { NULL }
};

const RfResource rf_power_thermal_resources[] = {
    { .path = "/redfish/v1/Chassis/{ChassisId}/PowerSubsystem",
      .type = "PowerSubsystem.v1_1_3.PowerSubsystem",
      .properties = power_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Chassis/{ChassisId}/ThermalSubsystem",
      .type = "ThermalSubsystem.v1_5_0.ThermalSubsystem",
      .properties = thermal_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Chassis/{ChassisId}/ThermalSubsystem/"
              "ThermalMetrics",
      .type = "ThermalMetrics.v1_3_2.ThermalMetrics",
      .properties = metrics_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .prepare = rf_readings_prepare,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Chassis/{ChassisId}/EnvironmentMetrics",
      .type = "EnvironmentMetrics.v1_5_0.EnvironmentMetrics",
      .properties = environment_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .prepare = rf_readings_prepare,
      .exists = rf_exists_one },
    { NULL }
};
