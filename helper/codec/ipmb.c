/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPMI message of LAN and IPMB. */
#include "osdep.h"

#include "codec/ipmb.h"

#include "codec/ipmi.h"
#include "util/error.h"

#define LUN_MASK 0x03
/* First address and NetFn/LUN: what the first checksum covers. */
#define HEADER_LEN 2

uint8_t ipmb_checksum(const uint8_t *buf, size_t len)
{
    uint8_t sum = 0;
    size_t i;

    for (i = 0; i < len; i++) {
        sum += buf[i];
    }
    return -sum;
}

bool ipmb_parse(const uint8_t *buf, size_t len, IpmbMessage *msg,
                GError **errp)
{
    const uint8_t *body;

    memset(msg, 0, sizeof(*msg));
    if (len < IPMB_OVERHEAD) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "IPMI message of %zu bytes", len);
        return false;
    }
    body = buf + HEADER_LEN + 1;
    /* A correct checksum makes the sum over it and what it covers zero. */
    if (ipmb_checksum(buf, HEADER_LEN + 1) ||
        ipmb_checksum(body, len - HEADER_LEN - 1)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "wrong checksum in IPMI message");
        return false;
    }
    msg->to = buf[0];
    msg->netfn = buf[1] >> 2;
    msg->to_lun = buf[1] & LUN_MASK;
    msg->from = body[0];
    msg->seq = body[1] >> 2;
    msg->from_lun = body[1] & LUN_MASK;
    msg->cmd = body[2];
    msg->data = body + 3;
    msg->data_len = len - IPMB_OVERHEAD;
    return true;
}

/* @cc goes before the data of a response; NULL for a message as it is. */
static void build(ByteWriter *w, const IpmbMessage *msg, const uint8_t *cc)
{
    size_t start = w->len;

    if (msg->netfn > IPMI_NETFN_MAX || msg->seq > IPMB_SEQ_MAX ||
        msg->to_lun > LUN_MASK || msg->from_lun > LUN_MASK) {
        w->failed = true;
        return;
    }
    byte_writer_u8(w, msg->to);
    byte_writer_u8(w, msg->netfn << 2 | msg->to_lun);
    if (!w->failed) {
        byte_writer_u8(w, ipmb_checksum(w->data + start, w->len - start));
    }
    start = w->len;
    byte_writer_u8(w, msg->from);
    byte_writer_u8(w, msg->seq << 2 | msg->from_lun);
    byte_writer_u8(w, msg->cmd);
    if (cc) {
        byte_writer_u8(w, *cc);
    }
    byte_writer_bytes(w, msg->data, msg->data_len);
    if (!w->failed) {
        byte_writer_u8(w, ipmb_checksum(w->data + start, w->len - start));
    }
}

void ipmb_build(ByteWriter *w, const IpmbMessage *msg)
{
    build(w, msg, NULL);
}

void ipmb_build_response(ByteWriter *w, const IpmbMessage *req, uint8_t cc,
                         const uint8_t *data, size_t len)
{
    IpmbMessage rsp = {
        .to = req->from,
        .netfn = req->netfn | 1,
        .to_lun = req->from_lun,
        .from = req->to,
        .seq = req->seq,
        .from_lun = req->to_lun,
        .cmd = req->cmd,
        .data = data,
        .data_len = len,
    };

    build(w, &rsp, &cc);
}
