/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Platform events: the one way in which a part of the hub says that
 * something has happened to the machine or to the BMC itself. From here an
 * event goes to all who log it or act on it.
 */
#ifndef QEMU_BMC_BMC_EVENTS_H
#define QEMU_BMC_BMC_EVENTS_H

#include "bmc/bmc.h"
#include "bmc/sensor-ids.h"

/* Event/reading type codes (IPMI 2.0 table 42-1). */
#define BMC_EVENT_THRESHOLD 0x01
#define BMC_EVENT_SENSOR_SPECIFIC 0x6f

/**
 * BmcEvent: an event, in IPMI's terms (section 29.7).
 *
 * @sensor: BmcSensorId, or the number of a user-defined sensor
 * @sensor_type: sensor type code (table 42-3)
 * @event_type: event/reading type code, 7 bits
 * @deassert: the state has ended rather than begun
 * @data: event data 1 to 3; FFh where there is none
 */
typedef struct BmcEvent {
    uint8_t sensor;
    uint8_t sensor_type;
    uint8_t event_type;
    bool deassert;
    uint8_t data[3];
} BmcEvent;

/**
 * bmc_event_add: something has happened.
 *
 * @bmc: the hub
 * @event: what, for IPMI; copied
 * @text: what, for people: one line
 */
void bmc_event_add(Bmc *bmc, const BmcEvent *event, const char *text);

#endif /* QEMU_BMC_BMC_EVENTS_H */
