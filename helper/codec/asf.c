/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ASF Presence Ping and Pong. ASF's numbers are big-endian, unlike IPMI's. */
#include "osdep.h"

#include "codec/asf.h"

#include "util/error.h"

#define ASF_PONG_DATA_LEN 16
#define ASF_PONG_RESERVED_LEN 6

static uint32_t read_be32(ByteReader *r)
{
    const uint8_t *at = byte_reader_take(r, 4);

    return at ? (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
           (uint32_t)at[2] << 8 | at[3] : 0;
}

static void write_be32(ByteWriter *w, uint32_t v)
{
    byte_writer_u8(w, v >> 24);
    byte_writer_u8(w, v >> 16 & 0xff);
    byte_writer_u8(w, v >> 8 & 0xff);
    byte_writer_u8(w, v & 0xff);
}

static void build_header(ByteWriter *w, uint8_t type, uint8_t tag,
                         uint8_t data_len)
{
    write_be32(w, ASF_IANA);
    byte_writer_u8(w, type);
    byte_writer_u8(w, tag);
    byte_writer_u8(w, 0);
    byte_writer_u8(w, data_len);
}

bool asf_parse(const uint8_t *buf, size_t len, AsfMessage *msg, GError **errp)
{
    ByteReader r = byte_reader(buf, len);
    uint32_t iana;

    memset(msg, 0, sizeof(*msg));
    iana = read_be32(&r);
    msg->type = byte_reader_u8(&r);
    msg->tag = byte_reader_u8(&r);
    byte_reader_u8(&r);
    msg->data_len = byte_reader_u8(&r);
    msg->data = byte_reader_take(&r, msg->data_len);
    if (r.failed || byte_reader_left(&r)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "ASF message with a wrong length of %zu bytes", len);
        return false;
    }
    if (iana != ASF_IANA) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "ASF message of enterprise %" PRIu32, iana);
        return false;
    }
    return true;
}

void asf_build_ping(ByteWriter *w, uint8_t tag)
{
    build_header(w, ASF_TYPE_PING, tag, 0);
}

void asf_build_pong(ByteWriter *w, uint8_t tag)
{
    uint8_t *reserved;

    build_header(w, ASF_TYPE_PONG, tag, ASF_PONG_DATA_LEN);
    write_be32(w, ASF_IANA);
    write_be32(w, 0);
    byte_writer_u8(w, ASF_ENTITY_IPMI | ASF_ENTITY_ASF_1_0);
    byte_writer_u8(w, 0);
    reserved = byte_writer_grow(w, ASF_PONG_RESERVED_LEN);
    if (reserved) {
        memset(reserved, 0, ASF_PONG_RESERVED_LEN);
    }
}

bool asf_parse_pong(const AsfMessage *msg, AsfPong *pong, GError **errp)
{
    ByteReader r = byte_reader(msg->data, msg->data_len);

    memset(pong, 0, sizeof(*pong));
    if (msg->type != ASF_TYPE_PONG || msg->data_len != ASF_PONG_DATA_LEN) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "ASF message 0x%02x with %zu bytes is not a pong",
                    msg->type, msg->data_len);
        return false;
    }
    pong->oem_iana = read_be32(&r);
    pong->oem_defined = read_be32(&r);
    pong->entities = byte_reader_u8(&r);
    pong->interactions = byte_reader_u8(&r);
    return true;
}
