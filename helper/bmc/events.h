/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Platform events: the one way in which a part of the hub says that
 * something has happened to the machine or to the BMC itself. From here an
 * event goes to all who log it or act on it.
 */
#ifndef QEMU_BMC_BMC_EVENTS_H
#define QEMU_BMC_BMC_EVENTS_H

#include "bmc/bmc.h"
#include "bmc/power.h"
#include "bmc/sensor-ids.h"
#include "codec/sel.h"

/* Event/reading type codes (IPMI 2.0 table 42-1). */
#define BMC_EVENT_THRESHOLD 0x01
#define BMC_EVENT_SENSOR_SPECIFIC 0x6f

/* Sensor type codes of the sensors that the hub itself has events of. */
#define BMC_SENSOR_TYPE_POWER_UNIT 0x09
#define BMC_SENSOR_TYPE_DRIVE_SLOT 0x0d
#define BMC_SENSOR_TYPE_EVENT_LOG 0x10
#define BMC_SENSOR_TYPE_RESTART 0x1d
#define BMC_SENSOR_TYPE_OS_STOP 0x20
#define BMC_SENSOR_TYPE_ACPI_POWER 0x22
#define BMC_SENSOR_TYPE_WATCHDOG 0x23
#define BMC_SENSOR_TYPE_BOOT 0xc0

/* Generator ids: the BMC's, first byte in the low half (table 32-1). */
#define BMC_EVENT_GENERATOR 0x0020

/* The event receiver: the BMC itself, or nobody (section 29.1). */
#define BMC_EVENT_RECEIVER_SELF 0x20
#define BMC_EVENT_RECEIVER_NONE 0xff

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
 * BmcEventNotice: the data of bmc_event_notifiers().
 *
 * @event: what has happened
 * @generator: who says so: generator id
 * @evm_rev: format revision of its message
 * @record_id: its record in the event log, 0 if it was not logged
 * @timestamp: SEL time of it
 * @by_pef: it comes from an action of event filtering
 * @text: for people: one line
 */
typedef struct BmcEventNotice {
    BmcEvent event;
    uint16_t generator;
    uint8_t evm_rev;
    uint16_t record_id;
    uint32_t timestamp;
    bool by_pef;
    const char *text;
} BmcEventNotice;

/**
 * bmc_event_add: something has happened. Nothing comes of it while the event
 * receiver is %BMC_EVENT_RECEIVER_NONE.
 *
 * @bmc: the hub
 * @event: what, for IPMI; copied
 * @text: what, for people: one line; copied
 */
void bmc_event_add(Bmc *bmc, const BmcEvent *event, const char *text);

/**
 * bmc_event_audit: write to the helper's own log what somebody has done to
 * the event log or the event path. Software in the machine could do it all
 * the time, so no more than some lines a minute are written.
 *
 * @bmc: the hub
 * @text: what
 */
void bmc_event_audit(Bmc *bmc, const char *text);

/**
 * bmc_event_receive: somebody else says that something has happened
 * (Platform Event Message, section 29.3). What the guest says is logged even
 * while event logging is disabled (section 22.1).
 *
 * @bmc: the hub
 * @event: what
 * @generator: who says so: generator id
 * @origin: who has sent it
 *
 * Returns: false if it was to be logged and the log is full
 */
bool bmc_event_receive(Bmc *bmc, const SelEvent *event, uint16_t generator,
                       const BmcOrigin *origin);

/**
 * bmc_event_notifiers: called with a BmcEventNotice for each event, after it
 * was logged. An event that a notifier adds is told after the present one.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the list
 */
NotifierList *bmc_event_notifiers(Bmc *bmc);

/**
 * bmc_event_logging: whether events go to the event log.
 *
 * @bmc: the hub
 *
 * Returns: true at first
 */
bool bmc_event_logging(const Bmc *bmc);

/**
 * bmc_event_set_logging: let events go to the event log, or not (Set BMC
 * Global Enables). A reset or start of the machine enables it again, as
 * section 22.1 recommends.
 *
 * @bmc: the hub
 * @enabled: whether to
 */
void bmc_event_set_logging(Bmc *bmc, bool enabled);

/**
 * bmc_event_receiver: where the BMC's own events go.
 *
 * @bmc: the hub
 *
 * Returns: %BMC_EVENT_RECEIVER_SELF or %BMC_EVENT_RECEIVER_NONE
 */
uint8_t bmc_event_receiver(const Bmc *bmc);

/**
 * bmc_event_set_receiver: say where the BMC's own events go. Survives the
 * process.
 *
 * @bmc: the hub
 * @address: %BMC_EVENT_RECEIVER_SELF or %BMC_EVENT_RECEIVER_NONE
 *
 * Returns: false for another address, since there is no bus to others
 */
bool bmc_event_set_receiver(Bmc *bmc, uint8_t address);

/**
 * bmc_event_restart_cause: a restart's cause (Get System Restart Cause, IPMI
 * 2.0 section 28.11).
 *
 * @event: why the machine was started or reset
 * @channel: set to the channel of the command that did it, else 0
 *
 * Returns: restart cause, 4 bits
 */
uint8_t bmc_event_restart_cause(const BmcPowerEvent *event, uint8_t *channel);

#endif /* QEMU_BMC_BMC_EVENTS_H */
