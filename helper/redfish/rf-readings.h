/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Readings of all analog sensors, for resources that show several. */
#ifndef QEMU_BMC_REDFISH_RF_READINGS_H
#define QEMU_BMC_REDFISH_RF_READINGS_H

#include "bmc/reports.h"
#include "bmc/sensors.h"
#include "redfish/rf-resource.h"

/**
 * RfReadings: what RfContext.prepared is after rf_readings_prepare().
 *
 * @when: when they were read, microseconds since 1970
 * @n: how many there are
 * @readings: the readings, by number of their sensors, and when each was made
 */
typedef struct RfReadings {
    int64_t when;
    unsigned n;
    struct {
        uint8_t number;
        BmcSensorReading reading;
        int64_t when;
    } readings[];
} RfReadings;

/**
 * rf_readings_prepare: RfResource.prepare that reads all analog sensors.
 *
 * @x: the exchange
 */
void rf_readings_prepare(RfExchange *x);

/**
 * rf_readings_prepare_some: the same for those of a report.
 *
 * @x: the exchange
 * @report: (nullable): the report; NULL for all
 */
void rf_readings_prepare_some(RfExchange *x, const BmcReport *report);

/**
 * rf_nth_analog: walk through the analog sensors.
 *
 * @bmc: the hub
 * @n: position from 0
 *
 * Returns: (transfer none) (nullable): the sensor; NULL past the end
 */
const BmcSensor *rf_nth_analog(const Bmc *bmc, unsigned n);

/**
 * rf_reading_find: the reading of a sensor.
 *
 * @ctx: what was prepared
 * @number: the sensor
 * @value: set to it
 *
 * Returns: false if there is none at present
 */
bool rf_reading_find(const RfContext *ctx, uint8_t number, double *value);

#endif /* QEMU_BMC_REDFISH_RF_READINGS_H */
