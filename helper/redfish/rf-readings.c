/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of all analog sensors. */
#include "osdep.h"

#include "redfish/rf-readings.h"

#include <math.h>

#include "redfish/rf-exchange.h"

/*
 * @pending: sensors that have not answered, and one while they are asked
 */
typedef struct Job {
    RfExchange *x;
    RfReadings *readings;
    unsigned pending;
} Job;

/* @at: index of its reading */
typedef struct Wait {
    Job *job;
    unsigned at;
} Wait;

static void drop(Job *job)
{
    if (--job->pending) {
        return;
    }
    if (g_cancellable_is_cancelled(job->x->cancellable)) {
        g_free(job->readings);
    } else {
        rf_exchange_prepared(job->x, job->readings);
    }
    rf_exchange_unref(job->x);
    g_free(job);
}

static void was_read(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autofree Wait *wait = opaque;

    /* Without success it stays "not available". */
    bmc_sensor_read_finish(
        res, &wait->job->readings->readings[wait->at].reading, NULL);
    drop(wait->job);
}

const BmcSensor *rf_nth_analog(const Bmc *bmc, unsigned n)
{
    const BmcSensor *sensor;
    unsigned i;

    for (i = 0; (sensor = bmc_sensor_nth(bmc, i)); i++) {
        if (!sensor->event_only && bmc_sensor_is_analog(sensor) &&
            n-- == 0) {
            return sensor;
        }
    }
    return NULL;
}

/* Those that are analog, and in the report. */
static const BmcSensor *nth_wanted(const Bmc *bmc, const BmcReport *report,
                                   unsigned n)
{
    const BmcSensor *sensor;
    unsigned i;

    for (i = 0; (sensor = rf_nth_analog(bmc, i)); i++) {
        if ((!report || bmc_report_has(report, sensor->number)) &&
            n-- == 0) {
            return sensor;
        }
    }
    return NULL;
}

void rf_readings_prepare_some(RfExchange *x, const BmcReport *report)
{
    Bmc *bmc = x->context.bmc;
    Job *job = g_new0(Job, 1);
    const BmcSensor *sensor;
    unsigned i, n = 0;

    while (nth_wanted(bmc, report, n)) {
        n++;
    }
    job->x = rf_exchange_ref(x);
    job->readings = g_malloc0(sizeof(*job->readings) +
                              n * sizeof(job->readings->readings[0]));
    job->readings->when = g_get_real_time();
    job->readings->n = n;
    job->pending = 1;
    for (i = 0; i < n && (sensor = nth_wanted(bmc, report, i)); i++) {
        Wait *wait = g_new0(Wait, 1);

        wait->job = job;
        wait->at = i;
        job->readings->readings[i].number = sensor->number;
        job->readings->readings[i].when = job->readings->when;
        job->pending++;
        bmc_sensor_read_async(bmc, sensor->number, x->cancellable, was_read,
                              wait);
    }
    drop(job);
}

void rf_readings_prepare(RfExchange *x)
{
    rf_readings_prepare_some(x, NULL);
}

bool rf_reading_find(const RfContext *ctx, uint8_t number, double *value)
{
    const RfReadings *readings = ctx->prepared;
    unsigned i;

    for (i = 0; i < readings->n; i++) {
        if (readings->readings[i].number == number) {
            *value = readings->readings[i].reading.value;
            return readings->readings[i].reading.available &&
                   isfinite(*value);
        }
    }
    return false;
}
