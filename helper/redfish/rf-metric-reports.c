/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports of metrics (DSP0268 MetricReport). One of all sensors is always
 * there, and made when somebody asks for it.
 */
#include "osdep.h"

#include "redfish/rf-metric-reports.h"

#include <math.h>

#include "redfish/rf-exchange.h"
#include "redfish/rf-readings.h"

#define REPORT_TYPE "MetricReport.v1_5_2.MetricReport"
#define SENSORS "/redfish/v1/Chassis/1/Sensors/"

void rf_metric_property(uint8_t number, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), SENSORS "%02x#/Reading",
               number);
    value->text = value->buf;
}

bool rf_report_is_built_in(const RfContext *ctx)
{
    return g_str_equal(ctx->ids[0], RF_REPORT_BUILT_IN);
}

const BmcReport *rf_report_of(const RfContext *ctx)
{
    return rf_report_is_built_in(ctx) ? NULL : bmc_report_find(ctx->bmc, ctx->ids[0]);
}

static bool is_periodic(const RfContext *ctx)
{
    const BmcReport *report = rf_report_of(ctx);

    return report && report->periodic;
}

static bool is_shown(const BmcReport *report)
{
    return !report->periodic || report->log;
}

bool rf_report_exists(const RfContext *ctx)
{
    const BmcReport *report = rf_report_of(ctx);

    return report ? is_shown(report) : rf_report_is_built_in(ctx);
}

static bool nth_report(const RfContext *ctx, unsigned n,
                       char uri[RF_URI_MAX])
{
    const BmcReport *report;
    unsigned i;

    if (n == 0) {
        g_strlcpy(uri, RF_REPORTS "/" RF_REPORT_BUILT_IN, RF_URI_MAX);
        return true;
    }
    for (i = 0; (report = bmc_report_nth(ctx->bmc, i)); i++) {
        if (is_shown(report) && --n == 0) {
            g_snprintf(uri, RF_URI_MAX, RF_REPORTS "/%s", report->id);
            return true;
        }
    }
    return false;
}

/* Properties of reports */

static unsigned count_values(const RfContext *ctx)
{
    const RfReadings *readings = ctx->prepared;

    return readings->n;
}

static uint8_t value_number(const RfContext *ctx)
{
    const RfReadings *readings = ctx->prepared;

    return readings->readings[ctx->index].number;
}

static bool get_report_name(const RfContext *ctx, RfValue *value)
{
    const BmcReport *report = rf_report_of(ctx);

    value->text = report ? report->name : "Readings of all sensors";
    return true;
}

static bool get_definition(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), RF_REPORT_DEFINITIONS "/%s",
               ctx->ids[0]);
    value->text = value->buf;
    return true;
}

static bool get_sequence(const RfContext *ctx, RfValue *value)
{
    const BmcReport *report = rf_report_of(ctx);

    if (!is_periodic(ctx)) {
        return false;
    }
    g_snprintf(value->buf, sizeof(value->buf), "%" PRIu64, report->sequence);
    value->text = value->buf;
    return true;
}

static bool get_time(const RfContext *ctx, RfValue *value)
{
    const RfReadings *readings = ctx->prepared;

    return readings->when && rf_value_set_time(value, readings->when);
}

static bool get_value_time(const RfContext *ctx, RfValue *value)
{
    const RfReadings *readings = ctx->prepared;

    return rf_value_set_time(value, readings->readings[ctx->index].when);
}

static bool get_value_id(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), RF_METRIC, value_number(ctx));
    value->text = value->buf;
    return true;
}

static bool get_value_property(const RfContext *ctx, RfValue *value)
{
    rf_metric_property(value_number(ctx), value);
    return true;
}

/* The schema has a text here, whatever the metric is. */
static bool get_value(const RfContext *ctx, RfValue *value)
{
    const RfReadings *readings = ctx->prepared;
    const BmcSensorReading *reading = &readings->readings[ctx->index].reading;

    value->null = !reading->available || !isfinite(reading->value);
    if (!value->null) {
        g_ascii_formatd(value->buf, sizeof(value->buf), "%.10g",
                        reading->value);
    }
    value->text = value->buf;
    return true;
}

/* What a periodic report has collected, as if it had just been read. */
static RfReadings *readings_of(const BmcReport *report)
{
    unsigned i, n = report->values->len;
    RfReadings *readings = g_malloc0(sizeof(*readings) +
                                     n * sizeof(readings->readings[0]));

    readings->when = report->when;
    readings->n = n;
    for (i = 0; i < n; i++) {
        const BmcReportValue *from = &g_array_index(report->values,
                                                    BmcReportValue, i);

        readings->readings[i].number = from->sensor;
        readings->readings[i].when = from->when;
        readings->readings[i].reading.available = from->available;
        readings->readings[i].reading.value = from->value;
    }
    return readings;
}

static void prepare(RfExchange *x)
{
    const BmcReport *report = rf_report_of(&x->context);

    if (report && report->periodic) {
        rf_exchange_prepared(x, readings_of(report));
    } else {
        rf_readings_prepare_some(x, report);
    }
}

/* Tables */

static const RfProperty value_properties[] = {
    { "MetricId", RF_TYPE_STRING, .get = get_value_id },
    { "MetricProperty", RF_TYPE_STRING, .get = get_value_property },
    { "MetricValue", RF_TYPE_STRING, .get = get_value },
    { "Timestamp", RF_TYPE_STRING, .get = get_value_time },
    { NULL }
};

static const RfProperty report_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_report_name },
    { "MetricReportDefinition", RF_TYPE_LINK, .get = get_definition },
    { "ReportSequence", RF_TYPE_STRING, .get = get_sequence },
    { "Timestamp", RF_TYPE_STRING, .get = get_time, .clock = true },
    { "MetricValues", RF_TYPE_OBJECTS, .members = value_properties,
      .count = count_values },
    { NULL }
};

static const RfProperty report_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Metric Report Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_report },
    { NULL }
};

enum { ROW_REPORTS, ROW_REPORT };

const RfResource rf_metric_reports_resources[] = {
    [ROW_REPORTS] = {
        .path = RF_REPORTS,
        .type = "MetricReportCollection.MetricReportCollection",
        .properties = report_collection,
        .depends = 1 << BMC_PART_REPORTS,
        .read = RF_PRIVILEGE_LOGIN },
    [ROW_REPORT] = {
        .path = RF_REPORTS "/{MetricReportId}", .type = REPORT_TYPE,
        .properties = report_properties,
        .read = RF_PRIVILEGE_LOGIN,
        .prepare = prepare,
        .exists = rf_report_exists },
    { NULL }
};

JsonObject *rf_metric_report_object(Bmc *bmc, const BmcReport *report)
{
    g_autofree RfReadings *readings = readings_of(report);
    RfContext ctx = {
        .bmc = bmc, .ids = { report->id }, .prepared = readings,
    };
    JsonObject *object;

    g_snprintf(ctx.uri, sizeof(ctx.uri), RF_REPORTS "/%s", report->id);
    object = rf_resource_object(&rf_metric_reports_resources[ROW_REPORT],
                                &ctx);
    /* It is not there to be written. */
    json_object_remove_member(object, "@odata.etag");
    return object;
}
