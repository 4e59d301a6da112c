/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sensors and FRU devices in the configuration file. */
#include "osdep.h"

#include "config-devices.h"

#include <math.h>

#include "bmc/fru.h"
#include "bmc/sensors.h"
#include "util/error.h"
#include "util/secret.h"

#define SENSOR_GROUP "sensor "
#define FRU_GROUP "fru"
#define FRU_FILE_GROUP "fru "
#define INTERVAL_MAX_S 86400

struct ConfigDevices {
    GPtrArray *sensors;
    BmcFruConfig fru;
    GStringChunk *strings;
    GKeyFile *file; /* what has been read */
};

typedef bool (*KeyFunc)(ConfigDevices *devices, BmcSensorConfig *sensor,
                        const char *value, int arg, GError **errp);

typedef struct KeyRow {
    const char *key;
    KeyFunc func;
    int arg;
} KeyRow;

/* Sensor types (table 42-3) and base units (table 43-15) by name. */
typedef struct NameRow {
    const char *name;
    uint8_t code;
} NameRow;

static const NameRow types[] = {
    { "temperature", 0x01 }, { "voltage", 0x02 }, { "current", 0x03 },
    { "fan", 0x04 }, { "intrusion", 0x05 }, { "processor", 0x07 },
    { "power-supply", 0x08 }, { "power-unit", 0x09 }, { "other", 0x0b },
    { "memory", 0x0c }, { "drive", 0x0d }, { "battery", 0x29 },
    { NULL, 0 }
};

static const NameRow units[] = {
    { "none", 0 }, { "degrees-c", 1 }, { "degrees-f", 2 }, { "kelvin", 3 },
    { "volts", 4 }, { "amps", 5 }, { "watts", 6 }, { "rpm", 18 },
    { "hertz", 19 }, { "seconds", 22 }, { "minutes", 23 }, { "hours", 24 },
    { "byte", 70 }, { "kilobyte", 71 }, { "megabyte", 72 },
    { "gigabyte", 73 }, { NULL, 0 }
};

static const char *const fru_keys[FRU_FIELD__MAX] = {
    [FRU_CHASSIS_PART] = "chassis-part-number",
    [FRU_CHASSIS_SERIAL] = "chassis-serial",
    [FRU_BOARD_MANUFACTURER] = "board-manufacturer",
    [FRU_BOARD_NAME] = "board-product",
    [FRU_BOARD_SERIAL] = "board-serial",
    [FRU_BOARD_PART] = "board-part-number",
    [FRU_PRODUCT_MANUFACTURER] = "manufacturer",
    [FRU_PRODUCT_NAME] = "product",
    [FRU_PRODUCT_PART] = "part-number",
    [FRU_PRODUCT_VERSION] = "version",
    [FRU_PRODUCT_SERIAL] = "serial",
    [FRU_PRODUCT_ASSET] = "asset-tag",
};

static char *list_names(const NameRow *rows)
{
    GString *text = g_string_new(rows->name);

    while ((++rows)->name) {
        g_string_append_printf(text, ", %s", rows->name);
    }
    return g_string_free(text, FALSE);
}

static bool find_code(const NameRow *rows, const char *name, uint8_t *code,
                      GError **errp)
{
    const NameRow *all = rows;
    g_autofree char *names = NULL;
    bool hex = g_str_has_prefix(name, "0x");
    guint64 number;

    for (; rows->name; rows++) {
        if (g_str_equal(rows->name, name)) {
            *code = rows->code;
            return true;
        }
    }
    if (g_ascii_string_to_unsigned(hex ? name + 2 : name, hex ? 16 : 10, 0,
                                   255, &number, NULL)) {
        *code = number;
        return true;
    }
    names = list_names(all);
    g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                "'%s' is neither a number from 0 to 255 nor one of: %s", name,
                names);
    return false;
}

static bool parse_number(const char *value, double *number, GError **errp)
{
    char *end;

    *number = g_ascii_strtod(value, &end);
    if (end == value || *end || !isfinite(*number)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "'%s' is not a number",
                    value);
        return false;
    }
    return true;
}

static bool set_type(ConfigDevices *devices, BmcSensorConfig *sensor,
                     const char *value, int arg, GError **errp)
{
    return find_code(types, value, &sensor->type, errp);
}

static bool set_unit(ConfigDevices *devices, BmcSensorConfig *sensor,
                     const char *value, int arg, GError **errp)
{
    sensor->percent = g_str_equal(value, "percent");
    return sensor->percent || find_code(units, value, &sensor->unit, errp);
}

static bool set_reading(ConfigDevices *devices, BmcSensorConfig *sensor,
                        const char *value, int arg, GError **errp)
{
    sensor->discrete = g_str_equal(value, "states");
    if (!sensor->discrete && !g_str_equal(value, "number")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not one of number, states", value);
        return false;
    }
    return true;
}

static bool set_source(ConfigDevices *devices, BmcSensorConfig *sensor,
                       const char *value, int arg, GError **errp)
{
    static const struct {
        const char *prefix;
        BmcSensorSource source;
    } sources[] = {
        { "file:", BMC_SENSOR_FILE },
        { "command:", BMC_SENSOR_COMMAND },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(sources); i++) {
        size_t len = strlen(sources[i].prefix);

        if (g_str_has_prefix(value, sources[i].prefix) && value[len]) {
            sensor->source = sources[i].source;
            sensor->argument = g_string_chunk_insert(devices->strings,
                                                     value + len);
            return true;
        }
    }
    sensor->source = BMC_SENSOR_MANUAL;
    if (!g_str_equal(value, "manual")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not one of file:PATH, command:COMMAND, manual",
                    value);
        return false;
    }
    return true;
}

static bool set_min(ConfigDevices *devices, BmcSensorConfig *sensor,
                    const char *value, int arg, GError **errp)
{
    return parse_number(value, &sensor->min, errp);
}

static bool set_max(ConfigDevices *devices, BmcSensorConfig *sensor,
                    const char *value, int arg, GError **errp)
{
    return parse_number(value, &sensor->max, errp);
}

static bool set_scale(ConfigDevices *devices, BmcSensorConfig *sensor,
                      const char *value, int arg, GError **errp)
{
    return parse_number(value, &sensor->scale, errp);
}

static bool set_hysteresis(ConfigDevices *devices, BmcSensorConfig *sensor,
                           const char *value, int arg, GError **errp)
{
    return parse_number(value, &sensor->hysteresis, errp);
}

static bool set_interval(ConfigDevices *devices, BmcSensorConfig *sensor,
                         const char *value, int arg, GError **errp)
{
    guint64 number;

    if (!g_ascii_string_to_unsigned(value, 10, 1, INTERVAL_MAX_S, &number,
                                    NULL)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a number of seconds (1 to %d)", value,
                    INTERVAL_MAX_S);
        return false;
    }
    sensor->interval_s = number;
    return true;
}

static bool set_threshold(ConfigDevices *devices, BmcSensorConfig *sensor,
                          const char *value, int arg, GError **errp)
{
    sensor->threshold_mask |= 1u << arg;
    return parse_number(value, &sensor->threshold[arg], errp);
}

static const KeyRow sensor_keys[] = {
    { "type", set_type, 0 },
    { "unit", set_unit, 0 },
    { "reading", set_reading, 0 },
    { "source", set_source, 0 },
    { "min", set_min, 0 },
    { "max", set_max, 0 },
    { "scale", set_scale, 0 },
    { "hysteresis", set_hysteresis, 0 },
    { "interval", set_interval, 0 },
    { "lower-non-critical", set_threshold,
      BMC_THRESHOLD_LOWER_NON_CRITICAL },
    { "lower-critical", set_threshold, BMC_THRESHOLD_LOWER_CRITICAL },
    { "lower-non-recoverable", set_threshold,
      BMC_THRESHOLD_LOWER_NON_RECOVERABLE },
    { "upper-non-critical", set_threshold,
      BMC_THRESHOLD_UPPER_NON_CRITICAL },
    { "upper-critical", set_threshold, BMC_THRESHOLD_UPPER_CRITICAL },
    { "upper-non-recoverable", set_threshold,
      BMC_THRESHOLD_UPPER_NON_RECOVERABLE },
    { NULL, NULL, 0 }
};

static bool unknown_key(const char *group, const char *key, GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                "unknown key '%s' in group [%s]", key, group);
    return false;
}

static bool set_sensor_key(ConfigDevices *devices, BmcSensorConfig *sensor,
                           const char *group, const char *key,
                           const char *value, GError **errp)
{
    const KeyRow *row;

    for (row = sensor_keys; row->key; row++) {
        if (g_str_equal(row->key, key)) {
            return row->func(devices, sensor, value, row->arg, errp);
        }
    }
    return unknown_key(group, key, errp);
}

static bool set_fru_key(ConfigDevices *devices, const char *group,
                        const char *key, const char *value, GError **errp)
{
    unsigned i;

    for (i = 0; i < FRU_FIELD__MAX; i++) {
        if (g_strcmp0(fru_keys[i], key) == 0) {
            devices->fru.text[i] = g_string_chunk_insert(devices->strings,
                                                         value);
            return true;
        }
    }
    return unknown_key(group, key, errp);
}

/* A name is shown with at most so many characters, so it must fit. */
static bool check_name(const char *name, GError **errp)
{
    if (!*name || strlen(name) > BMC_SENSOR_NAME_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a name of 1 to %d characters", name,
                    BMC_SENSOR_NAME_MAX);
        return false;
    }
    return true;
}

static BmcSensorConfig *add_sensor(ConfigDevices *devices, const char *name,
                                   GError **errp)
{
    BmcSensorConfig *sensor;

    if (!check_name(name, errp)) {
        return NULL;
    }
    sensor = g_new0(BmcSensorConfig, 1);
    sensor->name = g_string_chunk_insert(devices->strings, name);
    sensor->type = 0x0b;
    sensor->max = 255;
    sensor->scale = 1;
    sensor->interval_s = BMC_SENSOR_INTERVAL_S;
    g_ptr_array_add(devices->sensors, sensor);
    return sensor;
}

static bool load_fru_file(ConfigDevices *devices, GKeyFile *file,
                          const char *group, const char **bad_key,
                          GError **errp)
{
    const char *name = group + strlen(FRU_FILE_GROUP);
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    g_autofree char *path = NULL;
    BmcFruFile *fru;
    unsigned i;

    for (i = 0; keys && keys[i]; i++) {
        if (!g_str_equal(keys[i], "file")) {
            *bad_key = g_string_chunk_insert(devices->strings, keys[i]);
            return unknown_key(group, keys[i], errp);
        }
    }
    if (!check_name(name, errp)) {
        return false;
    }
    if (keys && keys[0]) {
        *bad_key = "file";
        path = config_file_get_value(file, group, "file", errp);
        if (!path) {
            return false;
        }
    }
    if (!path || !*path) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "[%s] needs the key 'file'", group);
        return false;
    }
    if (devices->fru.files->len >= BMC_FRUS_MAX - 1) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "there can be %d such groups at most", BMC_FRUS_MAX - 1);
        return false;
    }
    fru = g_new0(BmcFruFile, 1);
    fru->name = g_string_chunk_insert(devices->strings, name);
    g_key_file_set_string(devices->file, group, "file", path);
    fru->path = g_string_chunk_insert(devices->strings, path);
    g_ptr_array_add(devices->fru.files, fru);
    return true;
}

bool config_devices_has_group(const char *group)
{
    return g_str_has_prefix(group, SENSOR_GROUP) ||
           g_str_equal(group, FRU_GROUP) ||
           g_str_has_prefix(group, FRU_FILE_GROUP);
}

char *config_file_get_value(GKeyFile *file, const char *group,
                            const char *key, GError **errp)
{
    GError *err = NULL;
    char *value = g_key_file_get_string(file, group, key, &err);

    /* A value with a wrong escape comes together with an error. */
    if (err) {
        g_error_free(err);
        secret_free(value);
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "the value is not UTF-8, or has a backslash that is not "
                    "part of \\s, \\n, \\t, \\r or \\\\");
        return NULL;
    }
    return value;
}

bool config_devices_load(ConfigDevices *devices, GKeyFile *file,
                         const char *group, const char **bad_key,
                         GError **errp)
{
    g_auto(GStrv) keys = g_key_file_get_keys(file, group, NULL, NULL);
    BmcSensorConfig *sensor = NULL;
    unsigned i;

    *bad_key = NULL;
    if (g_str_has_prefix(group, FRU_FILE_GROUP)) {
        return load_fru_file(devices, file, group, bad_key, errp);
    }
    if (g_str_has_prefix(group, SENSOR_GROUP)) {
        sensor = add_sensor(devices, group + strlen(SENSOR_GROUP), errp);
        if (!sensor) {
            return false;
        }
    }
    for (i = 0; keys && keys[i]; i++) {
        g_autofree char *value = config_file_get_value(file, group, keys[i],
                                                       errp);

        if (!value ||
            !(sensor ? set_sensor_key(devices, sensor, group, keys[i], value,
                                      errp)
                     : set_fru_key(devices, group, keys[i], value, errp))) {
            *bad_key = g_string_chunk_insert(devices->strings, keys[i]);
            return false;
        }
        g_key_file_set_string(devices->file, group, keys[i], value);
    }
    return true;
}

char *config_devices_dump(const ConfigDevices *devices)
{
    return g_key_file_to_data(devices->file, NULL, NULL);
}

const GPtrArray *config_devices_sensors(const ConfigDevices *devices)
{
    return devices->sensors;
}

BmcFruConfig *config_devices_fru(ConfigDevices *devices)
{
    return &devices->fru;
}

ConfigDevices *config_devices_new(void)
{
    ConfigDevices *devices = g_new0(ConfigDevices, 1);

    devices->sensors = g_ptr_array_new_with_free_func(g_free);
    devices->fru.files = g_ptr_array_new_with_free_func(g_free);
    devices->strings = g_string_chunk_new(256);
    devices->file = g_key_file_new();
    return devices;
}

void config_devices_free(ConfigDevices *devices)
{
    if (!devices) {
        return;
    }
    g_ptr_array_unref(devices->sensors);
    g_ptr_array_unref(devices->fru.files);
    g_string_chunk_free(devices->strings);
    g_key_file_unref(devices->file);
    g_free(devices);
}
