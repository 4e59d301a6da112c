/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sensors: which there are, their settings, and how they are read. */
#include "osdep.h"

#include "bmc/sensors.h"

#include "bmc/sdr-repo.h"
#include "bmc/sensor-priv.h"
#include "util/error.h"

static int compare_numbers(gconstpointer a, gconstpointer b)
{
    const Sensor *const *left = a;
    const Sensor *const *right = b;

    return (*left)->pub.number - (*right)->pub.number;
}

static void sensor_free(void *opaque)
{
    Sensor *sensor = opaque;

    sensor_input_free(sensor->input);
    g_free(sensor->name);
    g_free(sensor);
}

Sensor *sensor_new(Bmc *bmc, uint8_t number, const char *name,
                   SensorKind kind)
{
    Sensor *sensor = g_new0(Sensor, 1);

    sensor->name = g_strdup(name);
    sensor->kind = kind;
    sensor->present = true;
    sensor->scale = 1;
    sensor->interval_s = BMC_SENSOR_INTERVAL_S;
    sensor->defaults.events = true;
    sensor->defaults.scanning = true;
    sensor->pub.number = number;
    sensor->pub.name = sensor->name;
    sensor->pub.instance = 1;
    g_ptr_array_add(bmc->sensors->list, sensor);
    return sensor;
}

Sensor *sensor_get(const Bmc *bmc, uint8_t number)
{
    const GPtrArray *list = bmc->sensors->list;
    unsigned i;

    for (i = 0; i < list->len; i++) {
        Sensor *sensor = list->pdata[i];

        if (sensor->pub.number == number) {
            return sensor;
        }
    }
    return NULL;
}

static Sensor *find_present(const Bmc *bmc, uint8_t number, GError **errp)
{
    Sensor *sensor = sensor_get(bmc, number);

    if (!sensor || !sensor->present) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no sensor %02xh", number);
        return NULL;
    }
    return sensor;
}

const BmcSensor *bmc_sensor_nth(const Bmc *bmc, unsigned n)
{
    const GPtrArray *list = bmc->sensors->list;
    unsigned i;

    for (i = 0; i < list->len; i++) {
        const Sensor *sensor = list->pdata[i];

        if (sensor->present && n-- == 0) {
            return &sensor->pub;
        }
    }
    return NULL;
}

const BmcSensor *bmc_sensor_find(const Bmc *bmc, uint8_t number)
{
    const Sensor *sensor = find_present(bmc, number, NULL);

    return sensor ? &sensor->pub : NULL;
}

bool bmc_sensor_is_analog(const BmcSensor *sensor)
{
    return sensor->event_type == BMC_EVENT_THRESHOLD;
}

uint16_t bmc_sensor_asserted(Bmc *bmc, uint8_t number)
{
    const Sensor *sensor = sensor_get(bmc, number);

    if (!sensor) {
        return 0;
    }
    return sensor->kind == SENSOR_STATES && !sensor->pub.event_only ?
           sensor->pub.asserted & sensor->states(bmc) : sensor->pub.asserted;
}

uint16_t bmc_sensor_kept_states(const Bmc *bmc, uint8_t number)
{
    const Sensor *sensor = sensor_get(bmc, number);

    return sensor && sensor->has_kept ? (uint16_t)sensor->kept : 0;
}

void sensor_present(Bmc *bmc, uint8_t number)
{
    Sensor *sensor = sensor_get(bmc, number);

    if (!sensor->present) {
        sensor->present = true;
        g_info("sensor: %s is there", sensor->name);
        sensor_store_save(bmc);
        bmc_sdr_update(bmc);
        bmc_changed(bmc, BMC_PART_SENSORS);
    }
}

/* Reading */

static bool get_value(Bmc *bmc, const Sensor *sensor, double *value)
{
    switch (sensor->kind) {
    case SENSOR_STATES:
        *value = sensor->states(bmc);
        return true;
    case SENSOR_USAGE:
        return sensor->usage(&bmc->sensors->meter.usage, value);
    case SENSOR_INPUT:
        *value = sensor->input->number * sensor->scale;
        return true;
    case SENSOR_KEPT:
        *value = sensor->kept;
        return sensor->has_kept;
    }
    return false;
}

static void fill_reading(Bmc *bmc, Sensor *sensor, BmcSensorReading *reading)
{
    reading->available = get_value(bmc, sensor, &reading->value);
    if (!reading->available) {
        return;
    }
    if (bmc_sensor_is_analog(&sensor->pub)) {
        reading->raw = sdr_raw(&sensor->pub.factors, reading->value);
        sensor_evaluate(bmc, sensor, reading);
    } else {
        reading->states = (uint16_t)CLAMP(reading->value, 0, G_MAXUINT16) &
                          BMC_SENSOR_STATES;
    }
}

void sensor_read_return(Bmc *bmc, GTask *task, bool fresh)
{
    Sensor *sensor = sensor_get(bmc,
                                GPOINTER_TO_UINT(g_task_get_task_data(task)));
    BmcSensorReading *reading = g_new0(BmcSensorReading, 1);

    if (fresh && sensor->pub.settings.scanning) {
        fill_reading(bmc, sensor, reading);
    }
    g_task_return_pointer(task, reading, g_free);
    g_object_unref(task);
}

void sensor_waiters_return(Bmc *bmc, GPtrArray *waiters, bool fresh)
{
    g_autofree void **tasks = NULL;
    size_t n;
    size_t i;

    /* What is called back may read again. */
    tasks = g_ptr_array_steal(waiters, &n);
    for (i = 0; i < n; i++) {
        sensor_read_return(bmc, tasks[i], fresh);
    }
}

void sensor_waiters_cancel(GPtrArray *waiters)
{
    unsigned i;

    for (i = 0; i < waiters->len; i++) {
        bmc_task_cancelled(waiters->pdata[i]);
    }
    g_ptr_array_unref(waiters);
}

void bmc_sensor_read_async(Bmc *bmc, uint8_t number,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    const Sensor *sensor = find_present(bmc, number, NULL);

    g_task_set_task_data(task, GUINT_TO_POINTER(number), NULL);
    if (!sensor || sensor->pub.event_only) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                                "there is no sensor %02xh to be read",
                                number);
        g_object_unref(task);
    } else if (!sensor->pub.settings.scanning) {
        sensor_read_return(bmc, task, false);
    } else if (sensor->kind == SENSOR_USAGE) {
        sensor_meter_read(bmc, task);
    } else if (sensor->kind == SENSOR_INPUT) {
        sensor_input_read(sensor->input, task);
    } else {
        sensor_read_return(bmc, task, true);
    }
}

bool bmc_sensor_read_finish(GAsyncResult *res, BmcSensorReading *reading,
                            GError **errp)
{
    g_autofree BmcSensorReading *result =
        g_task_propagate_pointer(G_TASK(res), errp);

    if (!result) {
        return false;
    }
    *reading = *result;
    return true;
}

/* Settings */

static void apply(Sensor *sensor, const BmcSensorSettings *settings)
{
    BmcSensorSettings *now = &sensor->pub.settings;
    uint16_t fresh = settings->assert_events & ~now->assert_events;

    if (settings->events && !now->events) {
        fresh = settings->assert_events;
    }
    *now = *settings;
    now->threshold_mask &= sensor->pub.thresholds;
    now->assert_events &= sensor->pub.events;
    now->deassert_events &= sensor->pub.deasserts;
    if (bmc_sensor_is_analog(&sensor->pub)) {
        /* What is beyond its threshold already is to be told. */
        sensor->pub.asserted &= ~fresh;
    }
}

static void settings_changed(Bmc *bmc)
{
    bmc_sdr_update(bmc); /* tells which thresholds are set */
    sensor_store_save(bmc);
    sensor_timer_update(bmc);
    bmc_changed(bmc, BMC_PART_SENSORS);
}

bool bmc_sensor_set(Bmc *bmc, uint8_t number,
                    const BmcSensorSettings *settings,
                    const BmcOrigin *origin, GError **errp)
{
    Sensor *sensor = find_present(bmc, number, errp);
    g_autofree char *who = NULL;

    if (!sensor) {
        return false;
    }
    who = bmc_origin_to_string(origin);
    g_info("sensor: settings of %s changed by %s", sensor->name, who);
    apply(sensor, settings);
    settings_changed(bmc);
    return true;
}

bool bmc_sensor_rearm(Bmc *bmc, uint8_t number, uint16_t assert_events,
                      uint16_t deassert_events)
{
    Sensor *sensor = find_present(bmc, number, NULL);

    if (!sensor) {
        return false;
    }
    sensor->pub.asserted &= ~assert_events;
    sensor->pub.deasserted &= ~deassert_events;
    return true;
}

void bmc_sensors_reset(Bmc *bmc, const BmcOrigin *origin)
{
    const GPtrArray *list = bmc->sensors->list;
    g_autofree char *who = bmc_origin_to_string(origin);
    unsigned i;

    for (i = 0; i < list->len; i++) {
        Sensor *sensor = list->pdata[i];

        sensor->pub.asserted = 0;
        sensor->pub.deasserted = 0;
        apply(sensor, &sensor->defaults);
    }
    g_message("sensors: all settings reset by %s", who);
    settings_changed(bmc);
}

/* Readings that are set */

static Sensor *find_manual(Bmc *bmc, uint8_t number, bool analog,
                           GError **errp)
{
    Sensor *sensor = find_present(bmc, number, errp);

    if (sensor && (!sensor->pub.manual ||
                   bmc_sensor_is_analog(&sensor->pub) != analog)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "the reading of %s cannot be set so", sensor->name);
        return NULL;
    }
    return sensor;
}

static void keep(Bmc *bmc, Sensor *sensor, double value,
                 const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    g_info("sensor: %s set to %g by %s", sensor->name, value, who);
    sensor->has_kept = true;
    sensor->kept = value;
    sensor_store_save(bmc);
}

bool bmc_sensor_set_value(Bmc *bmc, uint8_t number, double value,
                          const BmcOrigin *origin, GError **errp)
{
    Sensor *sensor = find_manual(bmc, number, true, errp);
    BmcSensorReading reading = { 0 };

    if (!sensor) {
        return false;
    }
    if (!(value >= sensor->pub.min && value <= sensor->pub.max)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "%g is not in the range of %s, %g to %g", value,
                    sensor->name, sensor->pub.min, sensor->pub.max);
        return false;
    }
    keep(bmc, sensor, value, origin);
    fill_reading(bmc, sensor, &reading);
    bmc_changed(bmc, BMC_PART_SENSORS);
    return true;
}

static void add_state_events(Bmc *bmc, const Sensor *sensor, uint16_t from,
                             uint16_t to)
{
    unsigned i;

    for (i = 0; i < 15; i++) {
        uint16_t bit = 1u << i;
        BmcEvent event = {
            .sensor = sensor->pub.number,
            .sensor_type = sensor->pub.type,
            .event_type = sensor->pub.event_type,
            .deassert = !(to & bit),
            .data = { i, 0xff, 0xff },
        };
        g_autofree char *text = NULL;

        if ((from ^ to) & bit) {
            text = g_strdup_printf("%s: state %u %s", sensor->name, i,
                                   to & bit ? "begins" : "ends");
            bmc_event_add(bmc, &event, text);
        }
    }
}

bool bmc_sensor_set_states(Bmc *bmc, uint8_t number, uint16_t states,
                           const BmcOrigin *origin, GError **errp)
{
    Sensor *sensor = find_manual(bmc, number, false, errp);
    uint16_t before;

    if (!sensor) {
        return false;
    }
    states &= BMC_SENSOR_STATES;
    before = bmc_sensor_kept_states(bmc, number);
    keep(bmc, sensor, states, origin);
    add_state_events(bmc, sensor, before, states);
    bmc_changed(bmc, BMC_PART_SENSORS);
    return true;
}

/* Life */

void bmc_sensors_machine_event(Bmc *bmc, const MachineEvent *event)
{
    if (event->type == MACHINE_EVENT_INFO ||
        event->type == MACHINE_EVENT_GONE) {
        sensor_meter_forget(&bmc->sensors->meter);
    }
    if ((event->type == MACHINE_EVENT_INFO ||
         event->type == MACHINE_EVENT_STATE) &&
        !sensor_get(bmc, BMC_SENSOR_CPU_LOAD)->present) {
        sensor_meter_read(bmc, NULL); /* finds out what there is */
    }
    if (event->type == MACHINE_EVENT_STATE) {
        sensor_timer_update(bmc);
        bmc_changed(bmc, BMC_PART_SENSORS);
    }
}

bool bmc_sensors_new(Bmc *bmc, const GPtrArray *configs, GError **errp)
{
    BmcSensors *sensors = g_new0(BmcSensors, 1);
    unsigned i;

    bmc->sensors = sensors;
    sensors->list = g_ptr_array_new_with_free_func(sensor_free);
    sensors->numbers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                             NULL);
    sensors->cancellable = g_cancellable_new();
    sensor_meter_init(&sensors->meter);
    sensor_table_add(bmc);
    sensor_store_load_numbers(bmc);
    if (!sensor_user_add(bmc, configs, errp)) {
        return false;
    }
    g_ptr_array_sort(sensors->list, compare_numbers);
    for (i = 0; i < sensors->list->len; i++) {
        Sensor *sensor = sensors->list->pdata[i];

        sensor->pub.settings = sensor->defaults;
    }
    sensor_store_load(bmc);
    sensor_timer_update(bmc);
    return true;
}

void bmc_sensors_free(Bmc *bmc)
{
    BmcSensors *sensors = bmc->sensors;

    if (!sensors) {
        return;
    }
    g_cancellable_cancel(sensors->cancellable);
    g_object_unref(sensors->cancellable);
    clock_timer_stop(&sensors->timer);
    sensor_meter_clear(&sensors->meter);
    g_ptr_array_unref(sensors->list);
    g_hash_table_unref(sensors->numbers);
    g_clear_pointer(&bmc->sensors, g_free);
}
