/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the System Event Log. */
#include "osdep.h"

#include "codec/sel.h"

#include "util/error.h"

#define DEASSERT 0x80
#define TYPE_MASK 0x7f
#define SENSOR_TYPE_OEM_FIRST 0xc0

static const char *const sensor_types[] = {
    "reserved",
    "Temperature",
    "Voltage",
    "Current",
    "Fan",
    "Physical Security",
    "Platform Security",
    "Processor",
    "Power Supply",
    "Power Unit",
    "Cooling Device",
    "Other Units-based Sensor",
    "Memory",
    "Drive Slot",
    "POST Memory Resize",
    "System Firmware Progress",
    "Event Logging Disabled",
    "Watchdog 1",
    "System Event",
    "Critical Interrupt",
    "Button",
    "Module",
    "Microcontroller",
    "Add-in Card",
    "Chassis",
    "Chip Set",
    "Other FRU",
    "Cable",
    "Terminator",
    "System Boot Initiated",
    "Boot Error",
    "Base OS Boot",
    "OS Stop",
    "Slot",
    "System ACPI Power State",
    "Watchdog 2",
    "Platform Alert",
    "Entity Presence",
    "Monitor ASIC",
    "LAN",
    "Management Subsystem Health",
    "Battery",
    "Session Audit",
    "Version Change",
    "FRU State",
};

static void read_event(ByteReader *in, SelEvent *event)
{
    uint8_t type;
    size_t i;

    event->evm_rev = byte_reader_u8(in);
    event->sensor_type = byte_reader_u8(in);
    event->sensor = byte_reader_u8(in);
    type = byte_reader_u8(in);
    event->event_type = type & TYPE_MASK;
    event->deassert = type & DEASSERT;
    event->data[0] = byte_reader_u8(in);
    for (i = 1; i < sizeof(event->data); i++) {
        event->data[i] = byte_reader_left(in) ? byte_reader_u8(in) : 0xff;
    }
}

SelKind sel_kind(uint8_t type)
{
    if (type >= SEL_TYPE_OEM_PLAIN) {
        return SEL_OEM_PLAIN;
    }
    if (type >= SEL_TYPE_OEM_TIMED) {
        return SEL_OEM_TIMED;
    }
    return type == SEL_TYPE_EVENT ? SEL_EVENT : SEL_UNKNOWN;
}

bool sel_parse(const uint8_t *data, size_t len, SelRecord *record,
               GError **errp)
{
    ByteReader in = byte_reader(data, len);
    SelKind kind;

    memset(record, 0, sizeof(*record));
    if (len != SEL_RECORD_LEN) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "SEL record of %zu bytes", len);
        return false;
    }
    record->id = byte_reader_le16(&in);
    record->type = byte_reader_u8(&in);
    kind = sel_kind(record->type);
    if (kind == SEL_EVENT || kind == SEL_OEM_TIMED) {
        record->timestamp = byte_reader_le32(&in);
    }
    if (kind == SEL_EVENT) {
        record->generator = byte_reader_le16(&in);
        read_event(&in, &record->event);
    } else if (kind == SEL_OEM_TIMED) {
        memcpy(record->manufacturer,
               byte_reader_take(&in, SEL_MANUFACTURER_LEN),
               SEL_MANUFACTURER_LEN);
        memcpy(record->oem, byte_reader_take(&in, SEL_OEM_TIMED_LEN),
               SEL_OEM_TIMED_LEN);
    } else if (kind == SEL_OEM_PLAIN) {
        memcpy(record->oem, byte_reader_take(&in, SEL_OEM_PLAIN_LEN),
               SEL_OEM_PLAIN_LEN);
    }
    if (kind == SEL_UNKNOWN) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "SEL record of reserved type 0x%02x",
                    record->type);
        return false;
    }
    return true;
}

void sel_build(const SelRecord *record, uint8_t out[SEL_RECORD_LEN])
{
    ByteWriter w = byte_writer(out, SEL_RECORD_LEN);

    byte_writer_le16(&w, record->id);
    byte_writer_u8(&w, record->type);
    switch (sel_kind(record->type)) {
    case SEL_EVENT:
        byte_writer_le32(&w, record->timestamp);
        byte_writer_le16(&w, record->generator);
        sel_write_event(&w, &record->event);
        break;
    case SEL_OEM_TIMED:
        byte_writer_le32(&w, record->timestamp);
        byte_writer_bytes(&w, record->manufacturer, SEL_MANUFACTURER_LEN);
        byte_writer_bytes(&w, record->oem, SEL_OEM_TIMED_LEN);
        break;
    case SEL_OEM_PLAIN:
    case SEL_UNKNOWN:
        byte_writer_bytes(&w, record->oem, SEL_OEM_PLAIN_LEN);
        break;
    }
}

bool sel_read_event(ByteReader *in, SelEvent *event)
{
    read_event(in, event);
    return !in->failed && (event->evm_rev == SEL_EVM_IPMI20 ||
                           event->evm_rev == SEL_EVM_IPMI10);
}

void sel_write_event(ByteWriter *out, const SelEvent *event)
{
    byte_writer_u8(out, event->evm_rev);
    byte_writer_u8(out, event->sensor_type);
    byte_writer_u8(out, event->sensor);
    byte_writer_u8(out, (event->event_type & TYPE_MASK) |
                   (event->deassert ? DEASSERT : 0));
    byte_writer_bytes(out, event->data, sizeof(event->data));
}

const char *sel_sensor_type_name(uint8_t type)
{
    if (type < G_N_ELEMENTS(sensor_types)) {
        return sensor_types[type];
    }
    return type >= SENSOR_TYPE_OEM_FIRST ? "OEM" : "reserved";
}
