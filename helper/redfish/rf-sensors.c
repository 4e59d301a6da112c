/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sensors (DSP0268 Sensor): those with a reading. One with states has no
 * place for them in the schema; they are shown as an OEM property.
 */
#include "osdep.h"

#include <math.h>

#include "bmc/sensors.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-oem.h"
#include "redfish/rf-resource.h"
#include "util/error.h"

#define SENSORS "/redfish/v1/Chassis/1/Sensors"

#define THRESHOLDS_CAUTION \
    (1 << BMC_THRESHOLD_LOWER_NON_CRITICAL | \
     1 << BMC_THRESHOLD_UPPER_NON_CRITICAL)

/* Base units (table 43-15) as UCUM writes them, and what they measure. */
static const struct {
    uint8_t unit;
    const char *text;
    const char *type;
} units[] = {
    { SDR_UNIT_DEGREES_C, "Cel", "Temperature" },
    { 2, "[degF]", NULL }, /* a Temperature is in degrees Celsius */
    { 3, "K", NULL },
    { 4, "V", "Voltage" },
    { 5, "A", "Current" },
    { 6, "W", "Power" },
    { 7, "J", "EnergyJoules" },
    { 14, "kPa", "PressurekPa" },
    { 18, "{rev}/min", "Rotational" },
    { 19, "Hz", "Frequency" },
    { 20, "us", NULL },
    { 21, "ms", NULL },
    { 22, "s", NULL },
    { 23, "min", NULL },
    { 24, "h", NULL },
    { 25, "d", NULL },
    { 70, "By", NULL },
    { 71, "kBy", NULL },
    { SDR_UNIT_MEGABYTE, "MBy", NULL },
};

/* As in units[]; the last is for percent of whatever. */
static const char *const reading_types[] = {
    "Temperature", "Voltage", "Current", "Power", "EnergyJoules",
    "PressurekPa", "Rotational", "Frequency", "Percent", NULL,
};

static const char *const states[] = {
    "Enabled", "Disabled", "UnavailableOffline", NULL,
};
static const char *const healths[] = { "OK", "Warning", "Critical", NULL };

enum { STATE_ENABLED, STATE_DISABLED, STATE_UNAVAILABLE };
enum { HEALTH_OK, HEALTH_WARNING, HEALTH_CRITICAL };

static const BmcSensor *sensor_of(const RfContext *ctx)
{
    return bmc_sensor_find(ctx->bmc,
                           g_ascii_strtoull(ctx->ids[1], NULL, 16));
}

/* The id is the number as two lower-case hexadecimal digits. */
static bool exists_sensor(const RfContext *ctx)
{
    const char *id = ctx->ids[1];
    const BmcSensor *sensor;
    char text[3];

    if (!rf_exists_one(ctx) || strlen(id) != 2) {
        return false;
    }
    sensor = sensor_of(ctx);
    if (!sensor || sensor->event_only) {
        return false;
    }
    g_snprintf(text, sizeof(text), "%02x", sensor->number);
    return g_str_equal(id, text);
}

static bool nth_sensor(const RfContext *ctx, unsigned n,
                       char uri[RF_URI_MAX])
{
    const BmcSensor *sensor;
    unsigned i;

    for (i = 0; (sensor = bmc_sensor_nth(ctx->bmc, i)); i++) {
        if (!sensor->event_only && n-- == 0) {
            g_snprintf(uri, RF_URI_MAX, SENSORS "/%02x", sensor->number);
            return true;
        }
    }
    return false;
}

/* Reading */

static const BmcSensorReading *reading_of(const RfContext *ctx)
{
    static const BmcSensorReading none;

    return ctx->prepared ?: &none;
}

static void sensor_read(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autofree BmcSensorReading *reading = g_new0(BmcSensorReading, 1);

    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    /* Without success it stays "not available". */
    bmc_sensor_read_finish(res, reading, NULL);
    rf_exchange_prepared(x, g_steal_pointer(&reading));
}

static void prepare_reading(RfExchange *x)
{
    bmc_sensor_read_async(x->context.bmc, sensor_of(&x->context)->number,
                          x->cancellable, sensor_read, rf_exchange_ref(x));
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = sensor_of(ctx)->name;
    return true;
}

static int find_unit(const BmcSensor *sensor)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(units); i++) {
        if (units[i].unit == sensor->unit) {
            return i;
        }
    }
    return -1;
}

static bool is_percent(const BmcSensor *sensor)
{
    return bmc_sensor_is_analog(sensor) &&
           sensor->units & SDR_UNITS_PERCENT;
}

static bool get_reading_type(const RfContext *ctx, RfValue *value)
{
    const BmcSensor *sensor = sensor_of(ctx);
    int unit = find_unit(sensor);
    const char *type = NULL;

    if (is_percent(sensor)) {
        type = "Percent";
    } else if (bmc_sensor_is_analog(sensor) && unit >= 0 &&
               !(sensor->units & SDR_UNITS_PER_SECOND)) {
        type = units[unit].type;
    }
    for (value->choice = 0; type && reading_types[value->choice];
         value->choice++) {
        if (g_str_equal(reading_types[value->choice], type)) {
            return true;
        }
    }
    return false;
}

static bool get_units(const RfContext *ctx, RfValue *value)
{
    const BmcSensor *sensor = sensor_of(ctx);
    int unit = find_unit(sensor);

    value->text = value->buf;
    if (is_percent(sensor)) {
        value->text = "%";
        return true;
    }
    if (!bmc_sensor_is_analog(sensor) || unit < 0) {
        return false;
    }
    g_snprintf(value->buf, sizeof(value->buf), "%s%s", units[unit].text,
               sensor->units & SDR_UNITS_PER_SECOND ? "/s" : "");
    return true;
}

static bool get_reading(const RfContext *ctx, RfValue *value)
{
    const BmcSensorReading *reading = reading_of(ctx);

    /* A file's number times its scale may be too much for JSON. */
    value->null = !reading->available || !isfinite(reading->value);
    value->number = reading->value;
    return bmc_sensor_is_analog(sensor_of(ctx));
}

static bool get_min(const RfContext *ctx, RfValue *value)
{
    const BmcSensor *sensor = sensor_of(ctx);

    value->number = sensor->min;
    return bmc_sensor_is_analog(sensor);
}

static bool get_max(const RfContext *ctx, RfValue *value)
{
    const BmcSensor *sensor = sensor_of(ctx);

    value->number = sensor->max;
    return bmc_sensor_is_analog(sensor);
}

static bool get_state(const RfContext *ctx, RfValue *value)
{
    if (!sensor_of(ctx)->settings.scanning) {
        value->choice = STATE_DISABLED;
    } else {
        value->choice = reading_of(ctx)->available ? STATE_ENABLED
                                                   : STATE_UNAVAILABLE;
    }
    return true;
}

/* By the thresholds; what a state means for health is not known. */
static bool get_health(const RfContext *ctx, RfValue *value)
{
    const BmcSensorReading *reading = reading_of(ctx);

    if (reading->states & ~THRESHOLDS_CAUTION) {
        value->choice = HEALTH_CRITICAL;
    } else {
        value->choice = reading->states ? HEALTH_WARNING : HEALTH_OK;
    }
    return reading->available && bmc_sensor_is_analog(sensor_of(ctx));
}

/* Thresholds: absent when not set; one of 255 steps, without binary noise */

static bool get_threshold(const RfContext *ctx, BmcThreshold threshold,
                          RfValue *value)
{
    const BmcSensor *sensor = sensor_of(ctx);
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_ascii_formatd(text, sizeof(text), "%.9g",
                    sdr_value(&sensor->factors,
                              sensor->settings.threshold[threshold]));
    value->number = g_ascii_strtod(text, NULL);
    return bmc_sensor_is_analog(sensor) &&
           sensor->settings.threshold_mask & 1u << threshold;
}

static bool get_lower_caution(const RfContext *ctx, RfValue *value)
{
    return get_threshold(ctx, BMC_THRESHOLD_LOWER_NON_CRITICAL, value);
}

static bool get_lower_critical(const RfContext *ctx, RfValue *value)
{
    return get_threshold(ctx, BMC_THRESHOLD_LOWER_CRITICAL, value);
}

static bool get_lower_fatal(const RfContext *ctx, RfValue *value)
{
    return get_threshold(ctx, BMC_THRESHOLD_LOWER_NON_RECOVERABLE, value);
}

static bool get_upper_caution(const RfContext *ctx, RfValue *value)
{
    return get_threshold(ctx, BMC_THRESHOLD_UPPER_NON_CRITICAL, value);
}

static bool get_upper_critical(const RfContext *ctx, RfValue *value)
{
    return get_threshold(ctx, BMC_THRESHOLD_UPPER_CRITICAL, value);
}

static bool get_upper_fatal(const RfContext *ctx, RfValue *value)
{
    return get_threshold(ctx, BMC_THRESHOLD_UPPER_NON_RECOVERABLE, value);
}

/* OEM: user-defined sensors, and setting them */

static bool get_user(const RfContext *ctx, RfValue *value)
{
    value->boolean = sensor_of(ctx)->user;
    return true;
}

static bool get_settable(const RfContext *ctx, RfValue *value)
{
    value->boolean = sensor_of(ctx)->manual;
    return true;
}

static bool get_set_reading(const RfContext *ctx, RfValue *value)
{
    return sensor_of(ctx)->manual && get_reading(ctx, value);
}

static bool get_states(const RfContext *ctx, RfValue *value)
{
    const BmcSensorReading *reading = reading_of(ctx);

    value->null = !reading->available;
    value->integer = reading->states;
    return !bmc_sensor_is_analog(sensor_of(ctx));
}

static const RfSetter reading_setter;

static void reading_check(const RfContext *ctx, const RfPatch *patch,
                          RfMessages *messages)
{
    static const char *const names[] = { "States", "Reading" };
    const BmcSensor *sensor = sensor_of(ctx);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *pointer = g_strconcat("/Oem/QemuBmc/", names[i],
                                               NULL);

        if (rf_patch_get(patch, &reading_setter, names[i]) &&
            (!sensor->manual || i != bmc_sensor_is_analog(sensor))) {
            rf_messages_add(messages, RF_MESSAGE_PROPERTY_NOT_WRITABLE,
                            pointer, NULL, names[i], NULL);
        }
    }
}

static bool set_states(RfExchange *x, uint8_t number, int64_t value,
                       GError **errp)
{
    if (value < 0 || value > BMC_SENSOR_STATES) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "states are a number from 0 to %d", BMC_SENSOR_STATES);
        return false;
    }
    return bmc_sensor_set_states(x->context.bmc, number, value, &x->origin,
                                 errp);
}

static void reading_start(RfExchange *x, const RfPatch *patch)
{
    const BmcSensor *sensor = sensor_of(&x->context);
    const RfValue *value = rf_patch_get(patch, &reading_setter, "Reading");
    g_autoptr(GError) err = NULL;
    bool ok;

    if (value) {
        ok = bmc_sensor_set_value(x->context.bmc, sensor->number,
                                  value->number, &x->origin, &err);
    } else {
        value = rf_patch_get(patch, &reading_setter, "States");
        ok = set_states(x, sensor->number, value->integer, &err);
    }
    if (!ok) {
        rf_exchange_complete(x, err);
        return;
    }
    rf_exchange_complete_kept(x);
}

static const RfSetter reading_setter = { reading_check, reading_start };

/* Tables */

#define THRESHOLD(name) \
    static const RfProperty name##_properties[] = { \
        { "Reading", RF_TYPE_NUMBER, .get = get_##name }, \
        { NULL } \
    }

THRESHOLD(lower_caution);
THRESHOLD(lower_critical);
THRESHOLD(lower_fatal);
THRESHOLD(upper_caution);
THRESHOLD(upper_critical);
THRESHOLD(upper_fatal);

static const RfProperty threshold_properties[] = {
    { "LowerCaution", RF_TYPE_OBJECT, .members = lower_caution_properties },
    { "LowerCritical", RF_TYPE_OBJECT, .members = lower_critical_properties },
    { "LowerFatal", RF_TYPE_OBJECT, .members = lower_fatal_properties },
    { "UpperCaution", RF_TYPE_OBJECT, .members = upper_caution_properties },
    { "UpperCritical", RF_TYPE_OBJECT, .members = upper_critical_properties },
    { "UpperFatal", RF_TYPE_OBJECT, .members = upper_fatal_properties },
    { NULL }
};

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = get_state },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = get_health },
    { NULL }
};

static const RfProperty qemu_bmc_properties[] = {
    RF_OEM_ODATA_TYPE("QemuBmcSensor"),
    { "UserDefined", RF_TYPE_BOOL, .get = get_user,
      .about = "Whether the sensor comes from the configuration file." },
    { "Settable", RF_TYPE_BOOL, .get = get_settable,
      .about = "Whether what it reads can be set." },
    { "Reading", RF_TYPE_NUMBER, .get = get_set_reading,
      .setter = &reading_setter,
      .about = "The reading of a sensor that can be set." },
    { "States", RF_TYPE_INTEGER, .get = get_states,
      .setter = &reading_setter,
      .about = "The states of a discrete sensor, as a mask of its offsets "
               "(IPMI 2.0 section 42)." },
    { NULL }
};

const RfOemType rf_sensor_oem = {
    "QemuBmcSensor", "What a sensor of a virtual machine has.",
    qemu_bmc_properties
};

static const RfProperty oem_properties[] = {
    { "QemuBmc", RF_TYPE_OBJECT, .members = qemu_bmc_properties },
    { NULL }
};

static const RfProperty sensor_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "ReadingType", RF_TYPE_ENUM, .texts = reading_types,
      .get = get_reading_type },
    { "Reading", RF_TYPE_NUMBER, .get = get_reading },
    { "ReadingUnits", RF_TYPE_STRING, .get = get_units },
    { "ReadingRangeMin", RF_TYPE_NUMBER, .get = get_min },
    { "ReadingRangeMax", RF_TYPE_NUMBER, .get = get_max },
    { "Thresholds", RF_TYPE_OBJECT, .members = threshold_properties },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "Oem", RF_TYPE_OBJECT, .members = oem_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Sensor Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_sensor },
    { NULL }
};

const RfResource rf_sensors_resources[] = {
    { .path = "/redfish/v1/Chassis/{ChassisId}/Sensors",
      .type = "SensorCollection.SensorCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SENSORS,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Chassis/{ChassisId}/Sensors/{SensorId}",
      .type = "Sensor.v1_12_0.Sensor",
      .properties = sensor_properties,
      .excerpt = (const char *const[]) { "Reading", NULL },
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      .prepare = prepare_reading,
      .known = true,
      .exists = exists_sensor },
    { NULL }
};
