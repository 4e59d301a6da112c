/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User-defined sensors. A name keeps its number for as long as the state
 * lasts, so that what operators have noted down stays right.
 */
#include "osdep.h"

#include "bmc/sensor-priv.h"

#include "util/error.h"

static bool number_is_used(const Bmc *bmc, unsigned wanted)
{
    GHashTableIter iter;
    void *number;

    g_hash_table_iter_init(&iter, bmc->sensors->numbers);
    while (g_hash_table_iter_next(&iter, NULL, &number)) {
        if (GPOINTER_TO_UINT(number) == wanted) {
            return true;
        }
    }
    return false;
}

static bool is_configured(const GPtrArray *configs, const char *name)
{
    unsigned i;

    for (i = 0; i < configs->len; i++) {
        const BmcSensorConfig *config = configs->pdata[i];

        if (g_str_equal(config->name, name)) {
            return true;
        }
    }
    return false;
}

/* The numbers of sensors that are gone are kept until they are needed. */
static bool drop_unused_number(Bmc *bmc, const GPtrArray *configs)
{
    GHashTableIter iter;
    void *name;

    g_hash_table_iter_init(&iter, bmc->sensors->numbers);
    while (g_hash_table_iter_next(&iter, &name, NULL)) {
        if (!is_configured(configs, name)) {
            g_hash_table_iter_remove(&iter);
            return true;
        }
    }
    return false;
}

/* Returns 0 if there are too many. */
static unsigned get_number(Bmc *bmc, const GPtrArray *configs,
                           const char *name)
{
    void *known = g_hash_table_lookup(bmc->sensors->numbers, name);
    unsigned number;

    if (known) {
        return GPOINTER_TO_UINT(known);
    }
    do {
        for (number = BMC_SENSOR_USER_FIRST; number <= BMC_SENSOR_USER_LAST;
             number++) {
            if (!number_is_used(bmc, number)) {
                g_hash_table_insert(bmc->sensors->numbers, g_strdup(name),
                                    GUINT_TO_POINTER(number));
                sensor_store_save_numbers(bmc);
                return number;
            }
        }
    } while (drop_unused_number(bmc, configs));
    return 0;
}

static bool set_source(Bmc *bmc, Sensor *sensor,
                       const BmcSensorConfig *config, GError **errp)
{
    g_autoptr(GError) err = NULL;
    char **argv = NULL;

    sensor->scale = config->scale;
    sensor->interval_s = config->interval_s;
    sensor->pub.manual = config->source == BMC_SENSOR_MANUAL;
    switch (config->source) {
    case BMC_SENSOR_MANUAL:
        return true;
    case BMC_SENSOR_FILE:
        sensor->input = sensor_input_new(bmc, config->argument, NULL, 0);
        return true;
    case BMC_SENSOR_COMMAND:
        break;
    }
    if (!g_shell_parse_argv(config->argument, NULL, &argv, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE, "sensor '%s': %s",
                    config->name, err->message);
        return false;
    }
    sensor->input = sensor_input_new(bmc, NULL, argv,
                                     config->interval_s * INT64_C(1000));
    return true;
}

static bool set_analog(Sensor *sensor, const BmcSensorConfig *config,
                       GError **errp)
{
    BmcSensorSettings *settings = &sensor->defaults;
    uint8_t difference;
    BmcThreshold t;

    sensor->pub.event_type = BMC_EVENT_THRESHOLD;
    sensor->pub.thresholds = config->threshold_mask | BMC_THRESHOLDS_UPPER;
    sensor->pub.events = sensor_threshold_events(sensor->pub.thresholds);
    sensor->pub.deasserts = sensor->pub.events;
    if (!sdr_factors_for_range(config->min, config->max,
                               &sensor->pub.factors)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "sensor '%s': a range of %g to %g cannot be shown in 255 "
                    "steps", config->name, config->min, config->max);
        return false;
    }
    for (t = 0; t < BMC_THRESHOLD__MAX; t++) {
        if (config->threshold_mask & 1u << t) {
            settings->threshold[t] = sdr_raw(&sensor->pub.factors,
                                             config->threshold[t]);
        }
    }
    difference = sdr_raw_difference(&sensor->pub.factors, config->hysteresis);
    settings->threshold_mask = config->threshold_mask;
    settings->assert_events = sensor_threshold_events(
        config->threshold_mask);
    settings->deassert_events = settings->assert_events;
    settings->hysteresis[0] = difference;
    settings->hysteresis[1] = difference;
    return true;
}

static bool add_one(Bmc *bmc, const GPtrArray *configs,
                    const BmcSensorConfig *config, GError **errp)
{
    unsigned number = get_number(bmc, configs, config->name);
    Sensor *sensor;

    if (!number) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "sensor '%s': there can be %d user-defined sensors at "
                    "most", config->name, BMC_SENSOR_USERS_MAX);
        return false;
    }
    sensor = sensor_new(bmc, number, config->name,
                        config->source == BMC_SENSOR_MANUAL ? SENSOR_KEPT
                                                            : SENSOR_INPUT);
    sensor->pub.user = true;
    sensor->pub.type = config->type;
    sensor->pub.entity = SDR_ENTITY_OEM;
    sensor->pub.instance = number - BMC_SENSOR_USER_FIRST + 1;
    sensor->pub.unit = config->unit;
    sensor->pub.units = config->percent ? SDR_UNITS_PERCENT : 0;
    sensor->pub.min = config->min;
    sensor->pub.max = config->max;
    if (config->discrete) {
        sensor->pub.units = SDR_UNITS_NONE;
        sensor->pub.event_type = BMC_EVENT_SENSOR_SPECIFIC;
        sensor->pub.events = BMC_SENSOR_STATES;
        sensor->pub.deasserts = BMC_SENSOR_STATES;
        sensor->pub.states = BMC_SENSOR_STATES;
        sensor->pub.min = 0;
        sensor->pub.max = BMC_SENSOR_STATES;
        sensor->defaults.assert_events = BMC_SENSOR_STATES;
        sensor->defaults.deassert_events = BMC_SENSOR_STATES;
    } else if (!set_analog(sensor, config, errp)) {
        return false;
    }
    return set_source(bmc, sensor, config, errp);
}

bool sensor_user_add(Bmc *bmc, const GPtrArray *configs, GError **errp)
{
    unsigned i;

    for (i = 0; configs && i < configs->len; i++) {
        if (!add_one(bmc, configs, configs->pdata[i], errp)) {
            return false;
        }
    }
    return true;
}
