/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can be measured (DSP0268 TelemetryService): each analog sensor is a
 * metric. rf-metric-reports.c has the reports.
 */
#include "osdep.h"

#include "bmc/reports.h"
#include "redfish/rf-metric-reports.h"
#include "redfish/rf-readings.h"

#define SERVICE RF_TELEMETRY
#define DEFINITIONS SERVICE "/MetricDefinitions"
#define METRIC RF_METRIC

static const char *const states[] = { "Enabled", NULL };
static const char *const metric_types[] = { "Gauge", NULL };
static const char *const data_types[] = { "Decimal", NULL };

/* Definitions: one for each analog sensor */

static const BmcSensor *metric_sensor(const RfContext *ctx)
{
    const BmcSensor *sensor;
    char id[16];
    unsigned i;

    for (i = 0; (sensor = rf_nth_analog(ctx->bmc, i)); i++) {
        g_snprintf(id, sizeof(id), METRIC, sensor->number);
        if (g_str_equal(id, ctx->ids[0])) {
            return sensor;
        }
    }
    return NULL;
}

static bool exists_metric(const RfContext *ctx)
{
    return metric_sensor(ctx);
}

static bool nth_metric(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const BmcSensor *sensor = rf_nth_analog(ctx->bmc, n);

    if (sensor) {
        g_snprintf(uri, RF_URI_MAX, DEFINITIONS "/" METRIC, sensor->number);
    }
    return sensor;
}

static bool get_max_reports(const RfContext *ctx, RfValue *value)
{
    value->integer = BMC_REPORTS_MAX + 1; /* and the one of all sensors */
    return true;
}

static bool get_metric_name(const RfContext *ctx, RfValue *value)
{
    value->text = metric_sensor(ctx)->name;
    return true;
}

static bool get_metric_min(const RfContext *ctx, RfValue *value)
{
    value->number = metric_sensor(ctx)->min;
    return true;
}

static bool get_metric_max(const RfContext *ctx, RfValue *value)
{
    value->number = metric_sensor(ctx)->max;
    return true;
}

static bool nth_metric_property(const RfContext *ctx, unsigned n,
                                RfValue *value)
{
    rf_metric_property(metric_sensor(ctx)->number, value);
    return n == 0;
}

/* Tables */

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { NULL }
};

static const RfProperty metric_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_metric_name },
    { "MetricType", RF_TYPE_ENUM, .texts = metric_types,
      .get = rf_get_first },
    { "MetricDataType", RF_TYPE_ENUM, .texts = data_types,
      .get = rf_get_first },
    { "MinReadingRange", RF_TYPE_NUMBER, .get = get_metric_min },
    { "MaxReadingRange", RF_TYPE_NUMBER, .get = get_metric_max },
    { "MetricProperties", RF_TYPE_STRINGS, .item = nth_metric_property },
    { NULL }
};

static const RfProperty metric_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Metric Definition Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_metric },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "TelemetryService" },
    { "Name", RF_TYPE_STRING, .text = "Telemetry Service" },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "MaxReports", RF_TYPE_INTEGER, .get = get_max_reports },
    { "MinCollectionInterval", RF_TYPE_STRING, .text = "PT1S" },
    { "MetricDefinitions", RF_TYPE_LINK, .text = DEFINITIONS },
    { "MetricReportDefinitions", RF_TYPE_LINK, .text = RF_REPORT_DEFINITIONS },
    { "MetricReports", RF_TYPE_LINK, .text = RF_REPORTS },
    { NULL }
};

const RfResource rf_telemetry_resources[] = {
    { .path = SERVICE,
      .type = "TelemetryService.v1_4_1.TelemetryService",
      .properties = service_properties,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = DEFINITIONS,
      .type = "MetricDefinitionCollection.MetricDefinitionCollection",
      .properties = metric_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SENSORS },
    { .path = DEFINITIONS "/{MetricDefinitionId}",
      .type = "MetricDefinition.v1_3_5.MetricDefinition",
      .properties = metric_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SENSORS,
      .exists = exists_metric },
    { NULL }
};
