/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the event log (IPMI 2.0 chapter 31). */
#include "osdep.h"

#include "bmc/events.h"
#include "bmc/sel.h"

#include "ipmi/ipmi-commands.h"

#define SEL_VERSION 0x51
/* Get SEL Info: what there is besides reading and adding. */
#define SEL_CAN_ALLOCATION 0x01
#define SEL_CAN_RESERVE 0x02
#define SEL_CAN_PARTIAL_ADD 0x04
#define SEL_CAN_DELETE 0x08
#define SEL_CAN_ALL (SEL_CAN_ALLOCATION | SEL_CAN_RESERVE | \
                     SEL_CAN_PARTIAL_ADD | SEL_CAN_DELETE)
#define SEL_OVERFLOW 0x80

/* Get SEL Entry: read to the record's end. */
#define READ_ALL 0xff

/* Add SEL Entry: the record has a type that is not defined. */
#define CC_RECORD_TYPE 0x80
/* Partial Add SEL Entry: it is shorter or longer than a record. */
#define CC_RECORD_LENGTH 0x80
#define PARTIAL_LAST 0x01

/* Clear SEL. */
#define CLEAR_STATUS 0x00
#define CLEAR_INITIATE 0xaa
#define CLEAR_COMPLETE 0x01

static int get_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    BmcSelInfo info = bmc_sel_info(req->bmc);

    byte_writer_u8(out, SEL_VERSION);
    byte_writer_le16(out, info.count);
    byte_writer_le16(out, (BMC_SEL_MAX - info.count) * SEL_RECORD_LEN);
    byte_writer_le32(out, info.added);
    byte_writer_le32(out, info.erased);
    byte_writer_u8(out, SEL_CAN_ALL | (info.overflow ? SEL_OVERFLOW : 0));
    return IPMI_CC_OK;
}

/* A unit is a record. */
static int get_allocation(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    unsigned left = BMC_SEL_MAX - bmc_sel_info(req->bmc).count;

    byte_writer_le16(out, BMC_SEL_MAX);
    byte_writer_le16(out, SEL_RECORD_LEN);
    byte_writer_le16(out, left);
    byte_writer_le16(out, left);
    byte_writer_u8(out, 1);
    return IPMI_CC_OK;
}

static int reserve(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_le16(out, bmc_sel_reserve(req->bmc));
    return IPMI_CC_OK;
}

/* Only a read that continues another one needs a reservation. */
static int get_entry(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint16_t reservation = byte_reader_le16(in);
    uint16_t id = byte_reader_le16(in);
    uint8_t offset = byte_reader_u8(in);
    uint8_t n = byte_reader_u8(in);
    const BmcSelEntry *entry;
    uint16_t next;

    if (offset && !bmc_sel_reserved(req->bmc, reservation)) {
        return IPMI_CC_RESERVATION;
    }
    entry = bmc_sel_find(req->bmc, id, &next);
    if (!entry) {
        return IPMI_CC_NOT_PRESENT;
    }
    if (offset >= SEL_RECORD_LEN || !n) {
        return IPMI_CC_PARAM_RANGE;
    }
    if (n == READ_ALL) {
        n = SEL_RECORD_LEN - offset;
    }
    if (offset + n > SEL_RECORD_LEN) {
        return IPMI_CC_CANNOT_RETURN;
    }
    byte_writer_le16(out, next);
    byte_writer_bytes(out, entry->bytes + offset, n);
    return IPMI_CC_OK;
}

static int add_record(IpmiRequest *req, const uint8_t *bytes,
                      ByteWriter *out)
{
    g_autofree char *who = bmc_origin_to_string(&req->ctx->origin);
    g_autofree char *text = NULL;
    SelRecord record;
    uint16_t id;

    if (!sel_parse(bytes, SEL_RECORD_LEN, &record, NULL)) {
        return CC_RECORD_TYPE;
    }
    if (sel_kind(record.type) == SEL_EVENT) {
        text = g_strdup_printf("%s, sensor %u: added by %s",
                               sel_sensor_type_name(record.event.sensor_type),
                               record.event.sensor, who);
    } else {
        text = g_strdup_printf("OEM record %02Xh: added by %s", record.type,
                               who);
    }
    id = bmc_sel_add(req->bmc, &record, text);
    if (!id) {
        return IPMI_CC_OUT_OF_SPACE;
    }
    byte_writer_le16(out, id);
    return ipmi_request_finish_durable(req);
}

static int add_entry(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return add_record(req, byte_reader_take(in, SEL_RECORD_LEN), out);
}

/*
 * The reservation keeps others from adding meanwhile, so that the id that is
 * given out first is the one that the record will have.
 */
static int partial_add(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSelPartial *partial = &req->core->sel;
    uint16_t reservation = byte_reader_le16(in);
    uint16_t id = byte_reader_le16(in);
    uint8_t offset = byte_reader_u8(in);
    uint8_t progress = byte_reader_u8(in);
    size_t n = byte_reader_left(in);
    const uint8_t *bytes = byte_reader_take(in, n);

    if (progress > PARTIAL_LAST) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (!bmc_sel_reserved(req->bmc, reservation)) {
        return IPMI_CC_RESERVATION;
    }
    if (id == SEL_ID_FIRST && !offset) {
        partial->reservation = reservation;
        partial->id = bmc_sel_next_id(req->bmc);
        partial->len = 0;
    } else if (reservation != partial->reservation || id != partial->id) {
        return IPMI_CC_NOT_PRESENT;
    }
    if (offset != partial->len) {
        return IPMI_CC_PARAM_RANGE;
    }
    if (n > SEL_RECORD_LEN - partial->len ||
        (progress == PARTIAL_LAST && partial->len + n < SEL_RECORD_LEN)) {
        partial->reservation = 0;
        return CC_RECORD_LENGTH;
    }
    memcpy(partial->bytes + partial->len, bytes, n);
    partial->len += n;
    if (progress == PARTIAL_LAST) {
        partial->reservation = 0;
        return add_record(req, partial->bytes, out);
    }
    byte_writer_le16(out, partial->id);
    return IPMI_CC_OK;
}

static int delete_entry(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint16_t reservation = byte_reader_le16(in);
    uint16_t id = byte_reader_le16(in);
    g_autofree char *who = bmc_origin_to_string(&req->ctx->origin);
    g_autofree char *text = NULL;

    if (!bmc_sel_reserved(req->bmc, reservation)) {
        return IPMI_CC_RESERVATION;
    }
    id = bmc_sel_delete(req->bmc, id);
    if (!id) {
        return IPMI_CC_NOT_PRESENT;
    }
    text = g_strdup_printf("record %u deleted by %s", id, who);
    bmc_event_audit(req->bmc, text);
    byte_writer_le16(out, id);
    return ipmi_request_finish_durable(req);
}

/*
 * Clearing is done at once, and cancels the reservation; who then asks how
 * far it has come still has only that one.
 */
static int clear(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSelPartial *partial = &req->core->sel;
    uint16_t reservation = byte_reader_le16(in);
    const uint8_t *magic = byte_reader_take(in, 3);
    uint8_t action = byte_reader_u8(in);
    bool reserved = bmc_sel_reserved(req->bmc, reservation);

    if (memcmp(magic, "CLR", 3) ||
        (action != CLEAR_STATUS && action != CLEAR_INITIATE)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (!reserved && (action == CLEAR_INITIATE || !partial->cleared ||
                      reservation != partial->cleared)) {
        return IPMI_CC_RESERVATION;
    }
    byte_writer_u8(out, CLEAR_COMPLETE);
    if (action == CLEAR_STATUS) {
        return IPMI_CC_OK;
    }
    partial->cleared = reservation;
    bmc_sel_clear(req->bmc, &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static int get_time(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_le32(out, bmc_sel_time(req->bmc));
    return IPMI_CC_OK;
}

static int set_time(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint32_t seconds = byte_reader_le32(in);

    if (seconds == SEL_TIME_NONE) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_sel_set_time(req->bmc, seconds, &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static int get_utc_offset(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_le16(out, bmc_sel_utc_offset(req->bmc));
    return IPMI_CC_OK;
}

static int set_utc_offset(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    int16_t minutes = byte_reader_le16(in);

    if (!bmc_sel_set_utc_offset(req->bmc, minutes)) {
        return IPMI_CC_PARAM_RANGE;
    }
    return ipmi_request_finish_durable(req);
}

const IpmiCommand ipmi_sel_commands[] = {
    { IPMI_NETFN_STORAGE, 0x40, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_info, "Get SEL Info" },
    { IPMI_NETFN_STORAGE, 0x41, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_allocation, "Get SEL Allocation Info" },
    { IPMI_NETFN_STORAGE, 0x42, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL,
      IPMI_CMD_INTERFACE | IPMI_CMD_CHANGES, reserve, "Reserve SEL" },
    { IPMI_NETFN_STORAGE, 0x43, 6, 6, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_entry, "Get SEL Entry" },
    { IPMI_NETFN_STORAGE, 0x44, SEL_RECORD_LEN, SEL_RECORD_LEN,
      BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL, IPMI_CMD_ROUTINE, add_entry,
      "Add SEL Entry" },
    { IPMI_NETFN_STORAGE, 0x45, 7, 22, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_ROUTINE, partial_add, "Partial Add SEL Entry" },
    { IPMI_NETFN_STORAGE, 0x46, 4, 4, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, delete_entry, "Delete SEL Entry" },
    { IPMI_NETFN_STORAGE, 0x47, 6, 6, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, clear, "Clear SEL" },
    { IPMI_NETFN_STORAGE, 0x48, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_time, "Get SEL Time" },
    { IPMI_NETFN_STORAGE, 0x49, 4, 4, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_time, "Set SEL Time" },
    { IPMI_NETFN_STORAGE, 0x5c, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_utc_offset, "Get SEL Time UTC Offset" },
    { IPMI_NETFN_STORAGE, 0x5d, 2, 2, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_utc_offset, "Set SEL Time UTC Offset" },
    { .name = NULL },
};
