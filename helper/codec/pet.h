/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Platform Event Traps (Platform Event Trap Format Specification 1.0): an
 * event as an SNMPv1 trap.
 *
 * This is the only SNMP there is here: one kind of message, only sent, of
 * fixed structure. net-snmp would do it, but is an agent, a MIB parser and a
 * configuration language of many times this program's size with threads and
 * files of its own; what is left of BER without it is a page.
 */
#ifndef QEMU_BMC_CODEC_PET_H
#define QEMU_BMC_CODEC_PET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/bytes.h"

#define PET_PORT 162
#define PET_COMMUNITY_MAX 18
#define PET_GUID_LEN 16
#define PET_TEXT_MAX 62
/* More than any trap needs. */
#define PET_TRAP_MAX 256

/* Seconds from 1970 to 1998, where the time of a trap begins. */
#define PET_EPOCH UINT32_C(883612800)
#define PET_UTC_UNSPECIFIED 0xffff
/* Who a trap and its event come from. */
#define PET_SOURCE_FIRMWARE 0x00
#define PET_SOURCE_SMI_HANDLER 0x08
#define PET_SOURCE_SOFTWARE 0x10
#define PET_SOURCE_IPMI 0x20
#define PET_OFFSET_UNSPECIFIED 0x0f

/**
 * PetTrap: what a trap says.
 *
 * @community: SNMP community, at most %PET_COMMUNITY_MAX bytes, terminated
 * @agent: IPv4 address of the sender, zero if there is none
 * @uptime: hundredths of a second since the sender has started
 * @guid: the machine's, in the order of its text form
 * @sequence: sequence number, the same in retries
 * @timestamp: seconds since %PET_EPOCH, 0 if not known
 * @utc_offset: minutes from UTC to local time, in two's complement, or
 *              %PET_UTC_UNSPECIFIED
 * @source: PET_SOURCE_*: who the event comes from
 * @severity: as in an event filter, 0 if not known
 * @sensor_device: slave address of the sensor's controller, FFh if not known
 * @sensor: sensor number, 0 if not known
 * @sensor_type: sensor type code, 0 if not known
 * @event_type: event/reading type code, 0 if not known
 * @deassert: deassertion event
 * @offset: event offset, or %PET_OFFSET_UNSPECIFIED
 * @data: event data 1 to 3
 * @text: (nullable): alert string; bytes beyond %PET_TEXT_MAX are left out
 */
typedef struct PetTrap {
    char community[PET_COMMUNITY_MAX + 1];
    uint8_t agent[4];
    uint32_t uptime;
    uint8_t guid[PET_GUID_LEN];
    uint16_t sequence;
    uint32_t timestamp;
    uint16_t utc_offset;
    uint8_t source;
    uint8_t severity;
    uint8_t sensor_device;
    uint8_t sensor;
    uint8_t sensor_type;
    uint8_t event_type;
    bool deassert;
    uint8_t offset;
    uint8_t data[3];
    const char *text;
} PetTrap;

/**
 * pet_source: what kind of thing has made an event.
 *
 * @generator: first byte of its generator id: slave address, or software id
 *             (IPMI 2.0 table 5-4)
 *
 * Returns: PET_SOURCE_*; for software that traps have no word for, and for
 * controllers, %PET_SOURCE_IPMI, from which the event was got
 */
uint8_t pet_source(uint8_t generator);

/**
 * pet_build: make the UDP payload of a trap.
 *
 * @out: where to; %PET_TRAP_MAX bytes are always enough
 * @trap: the trap
 */
void pet_build(ByteWriter *out, const PetTrap *trap);

#endif /* QEMU_BMC_CODEC_PET_H */
