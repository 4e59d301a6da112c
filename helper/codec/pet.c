/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Platform Event Traps: BER (X.690) written from its end to its beginning. */
#include "osdep.h"

#include "codec/pet.h"

#define TAG_INTEGER 0x02
#define TAG_OCTETS 0x04
#define TAG_OID 0x06
#define TAG_SEQUENCE 0x30
#define TAG_ADDRESS 0x40
#define TAG_TICKS 0x43
#define TAG_TRAP 0xa4

#define SNMP_VERSION_1 0
#define TRAP_ENTERPRISE_SPECIFIC 6

#define LANGUAGE_UNSPECIFIED 0xff
#define FIELD_TEXT 0xc0
#define FIELDS_END 0xc1
#define EVENT_DATA_LEN 8
#define BINDINGS_MAX 110

/* 1.3.6.1.4.1.3183.1.1, and 1 below it for the binding. */
static const uint8_t enterprise[] = {
    0x2b, 0x06, 0x01, 0x04, 0x01, 0x98, 0x6f, 0x01, 0x01,
};
static const uint8_t binding[] = {
    0x2b, 0x06, 0x01, 0x04, 0x01, 0x98, 0x6f, 0x01, 0x01, 0x01,
};

/*
 * Ber: what is written so far is in data[pos .. PET_TRAP_MAX). All that goes
 * in is bounded: bindings, a community and 60 bytes around them.
 */
typedef struct Ber {
    uint8_t data[PET_TRAP_MAX];
    size_t pos;
} Ber;

static void put_bytes(Ber *ber, const void *data, size_t len)
{
    g_assert(len <= ber->pos);
    ber->pos -= len;
    memcpy(ber->data + ber->pos, data, len);
}

static void put_u8(Ber *ber, uint8_t value)
{
    put_bytes(ber, &value, 1);
}

/* The header of what has been put since @end. */
static void put_header(Ber *ber, uint8_t tag, size_t end)
{
    size_t len = end - ber->pos;

    put_u8(ber, len);
    if (len >= 0x80) {
        put_u8(ber, 0x81);
    }
    put_u8(ber, tag);
}

static void put_value(Ber *ber, uint8_t tag, const void *data, size_t len)
{
    size_t end = ber->pos;

    put_bytes(ber, data, len);
    put_header(ber, tag, end);
}

/* A number that is not negative, in as few bytes as there may be. */
static void put_number(Ber *ber, uint8_t tag, uint32_t value)
{
    size_t end = ber->pos;
    bool sign;

    do {
        put_u8(ber, value & 0xff);
        sign = value & 0x80;
        value >>= 8;
    } while (value);
    if (sign) {
        put_u8(ber, 0);
    }
    put_header(ber, tag, end);
}

static void write_be16(ByteWriter *w, uint16_t value)
{
    byte_writer_u8(w, value >> 8);
    byte_writer_u8(w, value & 0xff);
}

/* One field of FRU type/length. One letter would read as the end. */
static void write_text(ByteWriter *w, const char *text)
{
    size_t len = text ? MIN(strlen(text), PET_TEXT_MAX) : 0;

    if (len) {
        byte_writer_u8(w, FIELD_TEXT | MAX(len, 2));
        byte_writer_bytes(w, text, len);
    }
    if (len == 1) {
        byte_writer_u8(w, ' ');
    }
    byte_writer_u8(w, FIELDS_END);
}

static void write_bindings(ByteWriter *w, const PetTrap *trap)
{
    static const uint8_t unspecified[EVENT_DATA_LEN];

    byte_writer_bytes(w, trap->guid, PET_GUID_LEN);
    write_be16(w, trap->sequence);
    write_be16(w, trap->timestamp >> 16);
    write_be16(w, trap->timestamp & 0xffff);
    write_be16(w, trap->utc_offset);
    byte_writer_u8(w, PET_SOURCE_IPMI);
    byte_writer_u8(w, trap->source);
    byte_writer_u8(w, trap->severity);
    byte_writer_u8(w, trap->sensor_device);
    byte_writer_u8(w, trap->sensor);
    /* Entity and its instance. */
    byte_writer_bytes(w, unspecified, 2);
    byte_writer_bytes(w, trap->data, sizeof(trap->data));
    byte_writer_bytes(w, unspecified, EVENT_DATA_LEN - sizeof(trap->data));
    byte_writer_u8(w, LANGUAGE_UNSPECIFIED);
    /* Manufacturer and product, as Get Device ID has them. */
    byte_writer_bytes(w, unspecified, 6);
    write_text(w, trap->text);
}

uint8_t pet_source(uint8_t generator)
{
    /* By the upper three bits of a software id, which has bit 0 set */
    static const uint8_t software[8] = {
        PET_SOURCE_FIRMWARE, PET_SOURCE_SMI_HANDLER, PET_SOURCE_SOFTWARE,
        PET_SOURCE_IPMI, PET_SOURCE_IPMI, PET_SOURCE_IPMI, PET_SOURCE_IPMI,
        PET_SOURCE_IPMI,
    };

    return generator & 1 ? software[generator >> 5] : PET_SOURCE_IPMI;
}

void pet_build(ByteWriter *out, const PetTrap *trap)
{
    uint8_t bindings[BINDINGS_MAX];
    ByteWriter w = byte_writer(bindings, sizeof(bindings));
    Ber ber = { .pos = PET_TRAP_MAX };
    uint32_t specific = (uint32_t)trap->sensor_type << 16 |
                        (uint32_t)trap->event_type << 8 |
                        (trap->deassert ? 0x80 : 0) | (trap->offset & 0x0f);

    write_bindings(&w, trap);
    g_assert(!w.failed);
    put_value(&ber, TAG_OCTETS, bindings, w.len);
    put_value(&ber, TAG_OID, binding, sizeof(binding));
    put_header(&ber, TAG_SEQUENCE, PET_TRAP_MAX);
    put_header(&ber, TAG_SEQUENCE, PET_TRAP_MAX);
    put_number(&ber, TAG_TICKS, trap->uptime);
    put_number(&ber, TAG_INTEGER, specific);
    put_number(&ber, TAG_INTEGER, TRAP_ENTERPRISE_SPECIFIC);
    put_value(&ber, TAG_ADDRESS, trap->agent, sizeof(trap->agent));
    put_value(&ber, TAG_OID, enterprise, sizeof(enterprise));
    put_header(&ber, TAG_TRAP, PET_TRAP_MAX);
    put_value(&ber, TAG_OCTETS, trap->community,
              strnlen(trap->community, PET_COMMUNITY_MAX));
    put_number(&ber, TAG_INTEGER, SNMP_VERSION_1);
    put_header(&ber, TAG_SEQUENCE, PET_TRAP_MAX);
    byte_writer_bytes(out, ber.data + ber.pos, PET_TRAP_MAX - ber.pos);
}
