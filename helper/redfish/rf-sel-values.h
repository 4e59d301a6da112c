/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPMI's events in the words of DSP0268 LogEntry. */
#ifndef QEMU_BMC_REDFISH_RF_SEL_VALUES_H
#define QEMU_BMC_REDFISH_RF_SEL_VALUES_H

#include "codec/sel.h"

/* LogEntryCode, SensorType and EventSeverity. */
extern const char *const rf_sel_codes[];
extern const char *const rf_sel_sensor_types[];
extern const char *const rf_sel_severities[];

/**
 * rf_sel_code: what an event says (table 42-2).
 *
 * @event: the event
 *
 * Returns: index into rf_sel_codes, or -1 for a reserved event
 */
int rf_sel_code(const SelEvent *event);

/**
 * rf_sel_sensor_type: what a sensor type is called (table 42-3).
 *
 * @type: sensor type code
 *
 * Returns: index into rf_sel_sensor_types, or -1 for a reserved type
 */
int rf_sel_sensor_type(uint8_t type);

/**
 * rf_sel_severity: how bad an event is, as far as IPMI tells.
 *
 * @event: the event
 *
 * Returns: index into rf_sel_severities
 */
unsigned rf_sel_severity(const SelEvent *event);

#endif /* QEMU_BMC_REDFISH_RF_SEL_VALUES_H */
