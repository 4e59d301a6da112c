/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sensors: show them, and set those that can be set. */
#include "osdep.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "commands.h"
#include "util/error.h"
#include "util/json.h"

#define SENSOR_OEM "Oem/QemuBmc/"

static GPtrArray *get_sensors(Ctl *ctl, GError **errp)
{
    g_autofree char *path = ctl_follow(ctl, errp, "Chassis", "Sensors",
                                       NULL);

    return path ? ctl_members(ctl, path, errp) : NULL;
}

static char *reading_text(JsonObject *sensor)
{
    double number;

    if (ctl_number(sensor, "Reading", &number)) {
        return g_strdup_printf("%g", number);
    }
    if (ctl_number(sensor, SENSOR_OEM "States", &number)) {
        return g_strdup_printf("0x%04x", (unsigned)number);
    }
    return g_strdup("-");
}

static const char *status_text(JsonObject *sensor)
{
    const char *state = ctl_text(sensor, "Status/State");

    if (state && !g_str_equal(state, "Enabled")) {
        return g_str_equal(state, "Disabled") ? "disabled" : "no reading";
    }
    return ctl_text(sensor, "Status/Health") ?: "-";
}

static bool sensor_list(Ctl *ctl, const char *data, char **args,
                        GError **errp)
{
    g_autoptr(GPtrArray) sensors = get_sensors(ctl, errp);
    unsigned i;

    if (!sensors) {
        return false;
    }
    if (ctl_json(ctl)) {
        ctl_print_all(sensors);
        return true;
    }
    printf("%-16s %12s %-10s %-10s %s\n", "NAME", "READING", "UNIT", "STATUS",
           "SET BY");
    for (i = 0; i < sensors->len; i++) {
        JsonObject *sensor = sensors->pdata[i];
        g_autofree char *reading = reading_text(sensor);
        const char *source = "the machine";

        if (ctl_true(sensor, SENSOR_OEM "Settable")) {
            source = "bmcctl";
        } else if (ctl_true(sensor, SENSOR_OEM "UserDefined")) {
            source = "configuration";
        }
        printf("%-16s %12s %-10s %-10s %s\n",
               ctl_text(sensor, "Name") ?: "-", reading,
               ctl_text(sensor, "ReadingUnits") ?: "-",
               status_text(sensor), source);
    }
    return true;
}

/* By its name, else by its name in any case if that is clear. */
static JsonObject *find_sensor(GPtrArray *sensors, const char *name)
{
    JsonObject *found = NULL;
    unsigned i;

    for (i = 0; i < sensors->len; i++) {
        const char *text = ctl_text(sensors->pdata[i], "Name");

        if (text && g_str_equal(text, name)) {
            return sensors->pdata[i];
        }
    }
    for (i = 0; i < sensors->len; i++) {
        const char *text = ctl_text(sensors->pdata[i], "Name");

        if (text && g_ascii_strcasecmp(text, name) == 0) {
            if (found) {
                return NULL;
            }
            found = sensors->pdata[i];
        }
    }
    return found;
}

static bool parse_states(const char *text, char **value, GError **errp)
{
    char *end;
    uint64_t number;

    errno = 0;
    number = g_ascii_strtoull(text, &end, 0);
    if (!g_ascii_isdigit(text[0]) || *end || errno ||
        number > G_MAXUINT16) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a mask of states, such as 0x0005", text);
        return false;
    }
    *value = g_strdup_printf("%u", (unsigned)number);
    return true;
}

/* The value as JSON has it. */
static bool parse_number(const char *text, char **value, GError **errp)
{
    char buf[G_ASCII_DTOSTR_BUF_SIZE];
    char *end;
    double number = g_ascii_strtod(text, &end);

    if (end == text || *end || !isfinite(number)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "'%s' is not a number",
                    text);
        return false;
    }
    *value = g_strdup(g_ascii_dtostr(buf, sizeof(buf), number));
    return true;
}

static bool sensor_set(Ctl *ctl, const char *data, char **args,
                       GError **errp)
{
    g_autoptr(GPtrArray) sensors = NULL;
    g_autoptr(JsonObject) answer = NULL;
    g_autoptr(JsonObject) change = NULL;
    g_autofree char *value = NULL;
    g_autofree char *body = NULL;
    JsonObject *sensor;
    bool states;

    sensors = get_sensors(ctl, errp);
    if (!sensors) {
        return false;
    }
    sensor = find_sensor(sensors, args[0]);
    if (!sensor) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no sensor '%s' (bmcctl sensor list shows "
                    "them)", args[0]);
        return false;
    }
    if (!ctl_true(sensor, SENSOR_OEM "Settable")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "'%s' cannot be set: only a [sensor NAME] of the "
                    "configuration with source=manual can", args[0]);
        return false;
    }
    states = ctl_node(sensor, SENSOR_OEM "States");
    if (!(states ? parse_states : parse_number)(args[1], &value, errp)) {
        return false;
    }
    body = g_strdup_printf("{\"Oem\":{\"QemuBmc\":{\"%s\":%s}}}",
                           states ? "States" : "Reading", value);
    change = json_parse_object(body, strlen(body), errp);
    answer = ctl_call(ctl, "PATCH", ctl_text(sensor, "@odata.id"), change,
                      errp);
    return answer;
}

const CtlCommand ctl_sensor_commands[] = {
    { "sensor list", "", "Show all sensors", sensor_list, NULL },
    { "sensor set", "NAME VALUE", "Set a sensor that has source=manual",
      sensor_set, NULL },
    { NULL }
};
