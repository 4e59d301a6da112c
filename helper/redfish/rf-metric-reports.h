/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports of metrics. */
#ifndef QEMU_BMC_REDFISH_RF_METRIC_REPORTS_H
#define QEMU_BMC_REDFISH_RF_METRIC_REPORTS_H

#include "bmc/reports.h"
#include "redfish/rf-resource.h"

#define RF_TELEMETRY "/redfish/v1/TelemetryService"
#define RF_REPORTS RF_TELEMETRY "/MetricReports"
#define RF_REPORT_DEFINITIONS RF_TELEMETRY "/MetricReportDefinitions"
#define RF_REPORT_BUILT_IN "Sensors" /* the id of the one of all sensors */
/* Metrics are called after their sensor's number. */
#define RF_METRIC "Sensor%02x"

/**
 * rf_metric_property: the property that a metric is.
 *
 * @number: its sensor
 * @value: its text is set
 */
void rf_metric_property(uint8_t number, RfValue *value);

/**
 * rf_report_is_built_in: whether it is the report of all sensors.
 *
 * @ctx: a report or its definition
 *
 * Returns: true if it is
 */
bool rf_report_is_built_in(const RfContext *ctx);

/**
 * rf_report_of: the hub's part of it.
 *
 * @ctx: a report or its definition
 *
 * Returns: (transfer none): NULL for the one of all sensors, and where there
 * is none
 */
const BmcReport *rf_report_of(const RfContext *ctx);

/**
 * rf_report_exists: whether there is a report to be read.
 *
 * @ctx: a report or its definition
 *
 * Returns: true if there is
 */
bool rf_report_exists(const RfContext *ctx);

/**
 * rf_metric_report_object: the report that has just been made, as those get it
 * who want to be sent reports.
 *
 * @bmc: the hub
 * @report: the report, a periodic one
 *
 * Returns: (transfer full): JSON (DSP0268 MetricReport)
 */
JsonObject *rf_metric_report_object(Bmc *bmc, const BmcReport *report);

#endif /* QEMU_BMC_REDFISH_RF_METRIC_REPORTS_H */
