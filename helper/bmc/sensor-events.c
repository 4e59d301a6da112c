/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Threshold events, what lets an event pass, and the timer that reads
 * sensors whose events are enabled. Nothing else reads them unasked.
 */
#include "osdep.h"

#include "bmc/sensor-priv.h"

/* Event data 1: trigger reading and trigger threshold follow. */
#define DATA_READING_AND_THRESHOLD 0x50
#define DATA_OFFSET 0x0f

/* By BmcThreshold: its event (table 42-2). */
static const struct {
    uint8_t offset;
    bool upper;
    const char *name;
} thresholds[BMC_THRESHOLD__MAX] = {
    { 0, false, "lower non-critical" },
    { 2, false, "lower critical" },
    { 4, false, "lower non-recoverable" },
    { 7, true, "upper non-critical" },
    { 9, true, "upper critical" },
    { 11, true, "upper non-recoverable" },
};

uint16_t sensor_threshold_events(uint8_t mask)
{
    uint16_t events = 0;
    BmcThreshold t;

    for (t = 0; t < BMC_THRESHOLD__MAX; t++) {
        if (mask & 1u << t) {
            events |= 1u << thresholds[t].offset;
        }
    }
    return events;
}

static bool is_beyond(bool upper, int raw, int threshold)
{
    return upper ? raw >= threshold : raw <= threshold;
}

/* Beyond it, or once beyond it and not yet back by the hysteresis. */
static bool is_asserted(const BmcSensor *sensor, BmcThreshold t, int raw)
{
    const BmcSensorSettings *settings = &sensor->settings;
    bool upper = thresholds[t].upper;
    int threshold = settings->threshold[t];

    if (sensor->asserted & 1u << thresholds[t].offset) {
        threshold += upper ? -settings->hysteresis[0]
                           : settings->hysteresis[1];
    }
    return is_beyond(upper, raw, threshold);
}

static void add_event(Bmc *bmc, const Sensor *sensor, BmcThreshold t,
                      bool deassert, const BmcSensorReading *reading)
{
    const BmcSensor *pub = &sensor->pub;
    BmcEvent event = {
        .sensor = pub->number,
        .sensor_type = pub->type,
        .event_type = BMC_EVENT_THRESHOLD,
        .deassert = deassert,
        .data = { DATA_READING_AND_THRESHOLD | thresholds[t].offset,
                  reading->raw, pub->settings.threshold[t] },
    };
    g_autofree char *text = g_strdup_printf(
        "%s: %g is %s the %s threshold of %g", sensor->name, reading->value,
        deassert ? "back from" : "at or beyond", thresholds[t].name,
        sdr_value(&pub->factors, pub->settings.threshold[t]));

    bmc_event_add(bmc, &event, text);
}

void sensor_evaluate(Bmc *bmc, Sensor *sensor, BmcSensorReading *reading)
{
    BmcSensor *pub = &sensor->pub;
    BmcThreshold t;

    for (t = 0; t < BMC_THRESHOLD__MAX; t++) {
        uint16_t bit = 1u << thresholds[t].offset;
        bool before = pub->asserted & bit;
        bool now = pub->settings.threshold_mask & 1u << t &&
                   is_asserted(pub, t, reading->raw);

        if (pub->settings.threshold_mask & 1u << t &&
            is_beyond(thresholds[t].upper, reading->raw,
                      pub->settings.threshold[t])) {
            reading->states |= 1u << t;
        }
        if (now == before) {
            continue;
        }
        if (now ? pub->settings.assert_events & bit
                : pub->settings.deassert_events & bit) {
            add_event(bmc, sensor, t, !now, reading);
        }
        pub->asserted = now ? pub->asserted | bit : pub->asserted & ~bit;
        pub->deasserted = now ? pub->deasserted & ~bit
                              : pub->deasserted | bit;
    }
}

bool bmc_sensors_note_event(Bmc *bmc, const BmcEvent *event)
{
    Sensor *sensor = bmc->sensors ? sensor_get(bmc, event->sensor) : NULL;
    uint16_t bit = 1u << (event->data[0] & DATA_OFFSET);
    BmcSensor *pub;

    if (!sensor) {
        return true;
    }
    pub = &sensor->pub;
    if (bmc_sensor_is_analog(pub)) {
        /* Whether it is wanted has been seen where it was found. */
        return pub->settings.events;
    }
    pub->asserted = event->deassert ? pub->asserted & ~bit
                                    : pub->asserted | bit;
    pub->deasserted = event->deassert ? pub->deasserted | bit
                                      : pub->deasserted & ~bit;
    /* An event that the sensor does not list cannot be disabled either. */
    return pub->settings.events &&
           (!(pub->events & bit) ||
            (event->deassert ? pub->settings.deassert_events
                             : pub->settings.assert_events) & bit);
}

/* Whether a sensor must be read unasked. */
static bool is_watched(const Bmc *bmc, const Sensor *sensor)
{
    const BmcSensorSettings *settings = &sensor->pub.settings;
    uint16_t enabled = settings->assert_events | settings->deassert_events;

    if (!sensor->present || !settings->events || !settings->scanning ||
        (sensor->kind != SENSOR_USAGE && sensor->kind != SENSOR_INPUT) ||
        !bmc_sensor_is_analog(&sensor->pub)) {
        return false;
    }
    if (sensor->kind == SENSOR_USAGE &&
        (!bmc->machine->connected ||
         machine_state_is_off(bmc->machine->state))) {
        return false;
    }
    return enabled & sensor_threshold_events(settings->threshold_mask);
}

static void timer_over(void *opaque)
{
    Bmc *bmc = opaque;
    const GPtrArray *list = bmc->sensors->list;
    unsigned i;

    for (i = 0; i < list->len; i++) {
        const Sensor *sensor = list->pdata[i];

        if (is_watched(bmc, sensor)) {
            bmc_sensor_read_async(bmc, sensor->pub.number,
                                  bmc->sensors->cancellable, NULL, NULL);
        }
    }
    sensor_timer_update(bmc);
}

void sensor_timer_update(Bmc *bmc)
{
    const GPtrArray *list = bmc->sensors->list;
    unsigned seconds = 0;
    unsigned i;

    for (i = 0; i < list->len; i++) {
        const Sensor *sensor = list->pdata[i];

        if (is_watched(bmc, sensor) &&
            (!seconds || sensor->interval_s < seconds)) {
            seconds = sensor->interval_s;
        }
    }
    clock_timer_stop(&bmc->sensors->timer);
    if (seconds) {
        clock_timer_start(bmc->clock, &bmc->sensors->timer,
                          seconds * INT64_C(1000), timer_over, bmc);
    }
}
