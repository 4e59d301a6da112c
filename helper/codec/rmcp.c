/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RMCP header. */
#include "osdep.h"

#include "codec/rmcp.h"

#include "util/error.h"

#define RMCP_ACK 0x80
#define RMCP_CLASS_MASK 0x1f

bool rmcp_parse(const uint8_t *buf, size_t len, RmcpMessage *msg,
                GError **errp)
{
    ByteReader r = byte_reader(buf, len);
    uint8_t version, msg_class;

    memset(msg, 0, sizeof(*msg));
    version = byte_reader_u8(&r);
    byte_reader_u8(&r);
    msg->sequence = byte_reader_u8(&r);
    msg_class = byte_reader_u8(&r);
    if (r.failed) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "RMCP header of %zu bytes", len);
        return false;
    }
    if (version != RMCP_VERSION_1_0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "RMCP version 0x%02x", version);
        return false;
    }
    msg->ack = msg_class & RMCP_ACK;
    msg->msg_class = msg_class & RMCP_CLASS_MASK;
    if (msg->msg_class < RMCP_CLASS_ASF || msg->msg_class > RMCP_CLASS_OEM) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "RMCP message class 0x%02x", msg_class);
        return false;
    }
    msg->data_len = byte_reader_left(&r);
    msg->data = byte_reader_take(&r, msg->data_len);
    if (msg->ack && msg->data_len) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "RMCP acknowledge with data");
        return false;
    }
    return true;
}

void rmcp_build(ByteWriter *w, uint8_t sequence, uint8_t msg_class)
{
    byte_writer_u8(w, RMCP_VERSION_1_0);
    byte_writer_u8(w, 0);
    byte_writer_u8(w, sequence);
    byte_writer_u8(w, msg_class);
}

bool rmcp_wants_ack(const RmcpMessage *msg)
{
    return !msg->ack && msg->sequence != RMCP_SEQ_NONE;
}

void rmcp_build_ack(ByteWriter *w, const RmcpMessage *msg)
{
    rmcp_build(w, msg->sequence, msg->msg_class | RMCP_ACK);
}
