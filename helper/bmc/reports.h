/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reports of sensors' readings that are made periodically, or when somebody
 * asks for one (DSP0268 MetricReportDefinition). What is to be reported
 * survives the process, the readings do not. Nothing wakes up unless a
 * periodic one is enabled.
 */
#ifndef QEMU_BMC_BMC_REPORTS_H
#define QEMU_BMC_BMC_REPORTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"

#define BMC_REPORTS_MAX 16
#define BMC_REPORT_ID_MAX 64
#define BMC_REPORT_SENSORS_MAX 255
#define BMC_REPORT_INTERVAL_MAX 86400  /* seconds */
#define BMC_REPORT_APPEND_MAX 2048     /* readings that are kept */

/**
 * BmcReportUpdates: what becomes of the readings of a periodic report when
 * there are new ones.
 *
 * @BMC_REPORT_OVERWRITE: they are dropped
 * @BMC_REPORT_WRAP: the oldest are, once there are too many
 * @BMC_REPORT_STOP: the new ones are, once there are too many
 */
typedef enum BmcReportUpdates {
    BMC_REPORT_OVERWRITE,
    BMC_REPORT_WRAP,
    BMC_REPORT_STOP,
    BMC_REPORT_UPDATES__MAX,
} BmcReportUpdates;

/**
 * BmcReportValue: a reading in a report.
 *
 * @sensor: the sensor's number
 * @available: there was a reading
 * @value: it
 * @when: when it was read, microseconds since 1970
 */
typedef struct BmcReportValue {
    uint8_t sensor;
    bool available;
    double value;
    int64_t when;
} BmcReportValue;

/**
 * BmcReport: a definition, and its latest report.
 *
 * @id: its name in URIs
 * @name: for people
 * @user: (nullable): whoever made it
 * @periodic: it is made by itself
 * @enabled: it is made at all
 * @log: the latest report is kept
 * @event: each report is sent to those who want it
 * @interval: how often a periodic one is made, as it was written (ISO 8601)
 * @interval_s: the same in seconds
 * @updates: what becomes of older readings
 * @limit: how many readings are kept where they are not overwritten
 * @sensors: numbers of those that are reported; none means all
 * @values: of BmcReportValue, the oldest first; of a periodic one
 * @when: when it was made last, 0 if it was not
 * @sequence: how often it was made
 */
typedef struct BmcReport {
    char *id;
    char *name;
    char *user;
    bool periodic;
    bool enabled;
    bool log;
    bool event;
    char *interval;
    unsigned interval_s;
    BmcReportUpdates updates;
    unsigned limit;
    GByteArray *sensors;
    GArray *values;
    int64_t when;
    uint64_t sequence;
} BmcReport;

/**
 * bmc_report_clear: free what a definition holds.
 *
 * @report: the definition
 */
void bmc_report_clear(BmcReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BmcReport, bmc_report_clear)

/**
 * bmc_report_interval: read a duration as ISO 8601 has it, "PT1M30S".
 *
 * @text: the text
 * @seconds: set to it, 1 to %BMC_REPORT_INTERVAL_MAX
 *
 * Returns: false if it is none, or not in that range
 */
bool bmc_report_interval(const char *text, unsigned *seconds);

/**
 * bmc_report_has: whether a sensor is reported.
 *
 * @report: the definition
 * @sensor: the sensor's number
 *
 * Returns: true if it is
 */
bool bmc_report_has(const BmcReport *report, uint8_t sensor);

/**
 * bmc_report_add: make a definition.
 *
 * @bmc: the hub
 * @from: what it is; what it holds is taken over on success. Its @id must be
 *        fit for a URI
 * @origin: who asks
 * @errp: BMC_ERROR_LIMIT when there are too many, BMC_ERROR_EXISTS when
 *        there is one of that id
 *
 * Returns: true on success
 */
bool bmc_report_add(Bmc *bmc, BmcReport *from, const BmcOrigin *origin,
                    GError **errp);

/**
 * bmc_report_edit: begin to change a definition; anything but its id and what
 * it has read.
 *
 * @bmc: the hub
 * @id: which
 *
 * Returns: (transfer none): the definition, or NULL
 */
BmcReport *bmc_report_edit(Bmc *bmc, const char *id);

/**
 * bmc_report_edited: a definition is changed.
 *
 * @bmc: the hub
 * @id: which
 */
void bmc_report_edited(Bmc *bmc, const char *id);

/**
 * bmc_report_remove: remove a definition, if it is there, and its report.
 *
 * @bmc: the hub
 * @id: which
 */
void bmc_report_remove(Bmc *bmc, const char *id);

/**
 * bmc_report_find: look a definition up.
 *
 * @bmc: the hub
 * @id: which
 *
 * Returns: (transfer none): the definition, or NULL; valid until the main
 * loop runs
 */
const BmcReport *bmc_report_find(const Bmc *bmc, const char *id);

/**
 * bmc_report_nth: the definitions, the oldest first.
 *
 * @bmc: the hub
 * @n: 0 and up
 *
 * Returns: (transfer none): the definition, or NULL past the last
 */
const BmcReport *bmc_report_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_report_notifiers: called with a BmcReport each time that a periodic one
 * has been made.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the list
 */
NotifierList *bmc_report_notifiers(Bmc *bmc);

#endif /* QEMU_BMC_BMC_REPORTS_H */
