/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Records of the System Event Log (IPMI 2.0 chapter 32) and the event data
 * of a Platform Event Message (section 29.3).
 */
#ifndef QEMU_BMC_CODEC_SEL_H
#define QEMU_BMC_CODEC_SEL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/bytes.h"

#define SEL_RECORD_LEN 16

/* Record ids with a meaning of their own; no record has them. */
#define SEL_ID_FIRST 0x0000
#define SEL_ID_LAST 0xffff

/* Record types; C0h to DFh are OEM ones with a time, E0h to FFh without. */
#define SEL_TYPE_EVENT 0x02
#define SEL_TYPE_OEM_TIMED 0xc0
#define SEL_TYPE_OEM_PLAIN 0xe0

/* Revisions of the event message format. */
#define SEL_EVM_IPMI10 0x03
#define SEL_EVM_IPMI20 0x04

/* "Not known" as a time. */
#define SEL_TIME_NONE UINT32_C(0xffffffff)

#define SEL_MANUFACTURER_LEN 3
#define SEL_OEM_TIMED_LEN 6
#define SEL_OEM_PLAIN_LEN 13

/**
 * SelKind: what a record type means for the other bytes.
 *
 * @SEL_EVENT: system event record (section 32.1)
 * @SEL_OEM_TIMED: OEM record with a time (section 32.2)
 * @SEL_OEM_PLAIN: OEM record without one (section 32.3)
 * @SEL_UNKNOWN: reserved record type
 */
typedef enum SelKind {
    SEL_EVENT,
    SEL_OEM_TIMED,
    SEL_OEM_PLAIN,
    SEL_UNKNOWN,
} SelKind;

/**
 * SelEvent: what an event says, the same in a record, a Platform Event
 * Message and the event message buffer.
 *
 * @evm_rev: %SEL_EVM_IPMI20, or %SEL_EVM_IPMI10 from old senders
 * @sensor_type: sensor type code (table 42-3)
 * @sensor: sensor number
 * @event_type: event/reading type code, 7 bits
 * @deassert: deassertion event
 * @data: event data 1 to 3; FFh where there is none
 */
typedef struct SelEvent {
    uint8_t evm_rev;
    uint8_t sensor_type;
    uint8_t sensor;
    uint8_t event_type;
    bool deassert;
    uint8_t data[3];
} SelEvent;

/**
 * SelRecord: a record.
 *
 * @id: record id
 * @type: record type
 * @timestamp: %SEL_EVENT, %SEL_OEM_TIMED: seconds since 1970, or since the
 *             BMC's start if at most 20000000h
 * @generator: %SEL_EVENT: generator id, first byte in the low half
 * @event: %SEL_EVENT: the event
 * @manufacturer: %SEL_OEM_TIMED: IANA number, least significant byte first
 * @oem: %SEL_OEM_TIMED: the first %SEL_OEM_TIMED_LEN bytes, %SEL_OEM_PLAIN:
 *       all of them
 */
typedef struct SelRecord {
    uint16_t id;
    uint8_t type;
    uint32_t timestamp;
    uint16_t generator;
    SelEvent event;
    uint8_t manufacturer[SEL_MANUFACTURER_LEN];
    uint8_t oem[SEL_OEM_PLAIN_LEN];
} SelRecord;

/**
 * sel_kind: what a record type means.
 *
 * @type: record type
 *
 * Returns: the kind
 */
SelKind sel_kind(uint8_t type);

/**
 * sel_parse: take a record apart.
 *
 * @data: the bytes
 * @len: how many
 * @record: the record
 * @errp: BMC_ERROR_PROTOCOL if @len is not %SEL_RECORD_LEN,
 *        BMC_ERROR_INVALID for a reserved record type
 *
 * Returns: true on success
 */
bool sel_parse(const uint8_t *data, size_t len, SelRecord *record,
               GError **errp);

/**
 * sel_build: make the bytes of a record.
 *
 * @record: the record, of a type that is not reserved
 * @out: where to
 */
void sel_build(const SelRecord *record, uint8_t out[SEL_RECORD_LEN]);

/**
 * sel_read_event: read an event as a Platform Event Message has it: format
 * revision, sensor type, sensor number, direction and type, event data 1 to
 * 3. Event data that is left out reads as FFh.
 *
 * @in: where from
 * @event: the event
 *
 * Returns: false if the revision is unknown or bytes are missing, with
 * @in failed in the latter case
 */
bool sel_read_event(ByteReader *in, SelEvent *event);

/**
 * sel_write_event: the reverse of sel_read_event(), always with three bytes
 * of event data.
 *
 * @out: where to; failed if they do not fit
 * @event: the event
 */
void sel_write_event(ByteWriter *out, const SelEvent *event);

/**
 * sel_sensor_type_name: what a sensor type measures or watches (table 42-3).
 *
 * @type: sensor type code
 *
 * Returns: (transfer none): a phrase, "OEM" or "reserved"
 */
const char *sel_sensor_type_name(uint8_t type);

#endif /* QEMU_BMC_CODEC_SEL_H */
