/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Readings of all sensors in one report (DSP0268 TelemetryService). It is
 * made when somebody asks for it; nothing is read in between.
 */
#include "osdep.h"

#include "redfish/rf-readings.h"

#define SERVICE "/redfish/v1/TelemetryService"
#define DEFINITIONS SERVICE "/MetricDefinitions"
#define REPORTS SERVICE "/MetricReports"
#define REPORT_DEFINITIONS SERVICE "/MetricReportDefinitions"
/* Metrics are called after their sensor's number. */
#define METRIC "Sensor%02x"

static const char *const states[] = { "Enabled", NULL };
static const char *const metric_types[] = { "Gauge", NULL };
static const char *const data_types[] = { "Decimal", NULL };
static const char *const on_request[] = { "OnRequest", NULL };
static const char *const overwrite[] = { "Overwrite", NULL };

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

static void set_property(const BmcSensor *sensor, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf),
               "/redfish/v1/Chassis/1/Sensors/%02x#/Reading", sensor->number);
    value->text = value->buf;
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
    set_property(metric_sensor(ctx), value);
    return n == 0;
}

/* The report */

static bool exists_report(const RfContext *ctx)
{
    return g_str_equal(ctx->ids[0], "Sensors");
}

static bool nth_property(const RfContext *ctx, unsigned n, RfValue *value)
{
    const BmcSensor *sensor = rf_nth_analog(ctx->bmc, n);

    if (sensor) {
        set_property(sensor, value);
    }
    return sensor;
}

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

static bool get_time(const RfContext *ctx, RfValue *value)
{
    const RfReadings *readings = ctx->prepared;

    return rf_value_set_time(value, readings->when);
}

static bool get_value_id(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), METRIC, value_number(ctx));
    value->text = value->buf;
    return true;
}

static bool get_value_property(const RfContext *ctx, RfValue *value)
{
    const BmcSensor *sensor = bmc_sensor_find(ctx->bmc, value_number(ctx));

    if (sensor) {
        set_property(sensor, value);
    }
    return sensor;
}

/* The schema has a text here, whatever the metric is. */
static bool get_value(const RfContext *ctx, RfValue *value)
{
    double number;

    value->null = !rf_reading_find(ctx, value_number(ctx), &number);
    if (!value->null) {
        g_ascii_formatd(value->buf, sizeof(value->buf), "%.10g", number);
    }
    value->text = value->buf;
    return true;
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

static const RfProperty definition_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "All sensors" },
    { "MetricReportDefinitionType", RF_TYPE_ENUM, .texts = on_request,
      .get = rf_get_first },
    { "MetricReportDefinitionEnabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "ReportUpdates", RF_TYPE_ENUM, .texts = overwrite,
      .get = rf_get_first },
    { "MetricProperties", RF_TYPE_STRINGS, .item = nth_property },
    { "MetricReport", RF_TYPE_LINK, .text = REPORTS "/Sensors" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { NULL }
};

static const RfProperty value_properties[] = {
    { "MetricId", RF_TYPE_STRING, .get = get_value_id },
    { "MetricProperty", RF_TYPE_STRING, .get = get_value_property },
    { "MetricValue", RF_TYPE_STRING, .get = get_value },
    { "Timestamp", RF_TYPE_STRING, .get = get_time },
    { NULL }
};

static const RfProperty report_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Readings of all sensors" },
    { "MetricReportDefinition", RF_TYPE_LINK,
      .text = REPORT_DEFINITIONS "/Sensors" },
    { "Timestamp", RF_TYPE_STRING, .get = get_time, .clock = true },
    { "MetricValues", RF_TYPE_OBJECTS, .members = value_properties,
      .count = count_values },
    { NULL }
};

static const RfProperty metric_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Metric Definition Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_metric },
    { NULL }
};

static const RfProperty definition_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Metric Report Definition Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { REPORT_DEFINITIONS "/Sensors",
                                       NULL } },
    { NULL }
};

static const RfProperty report_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Metric Report Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { REPORTS "/Sensors", NULL } },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "TelemetryService" },
    { "Name", RF_TYPE_STRING, .text = "Telemetry Service" },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "MetricDefinitions", RF_TYPE_LINK, .text = DEFINITIONS },
    { "MetricReportDefinitions", RF_TYPE_LINK, .text = REPORT_DEFINITIONS },
    { "MetricReports", RF_TYPE_LINK, .text = REPORTS },
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
    { .path = REPORT_DEFINITIONS,
      .type = "MetricReportDefinitionCollection."
              "MetricReportDefinitionCollection",
      .properties = definition_collection,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = REPORT_DEFINITIONS "/{MetricReportDefinitionId}",
      .type = "MetricReportDefinition.v1_4_7.MetricReportDefinition",
      .properties = definition_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SENSORS,
      .exists = exists_report },
    { .path = REPORTS,
      .type = "MetricReportCollection.MetricReportCollection",
      .properties = report_collection,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = REPORTS "/{MetricReportId}",
      .type = "MetricReport.v1_5_2.MetricReport",
      .properties = report_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .prepare = rf_readings_prepare,
      .exists = exists_report },
    { NULL }
};
