/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol between QEMU's ipmi-bmc-extern device and a BMC. */
#include "osdep.h"

#include "codec/vmproto.h"

#include "codec/ipmb.h"
#include "codec/ipmi.h"

#define END_MESSAGE 0xa0
#define END_COMMAND 0xa1
#define ESCAPE 0xaa
#define ESCAPED_BIT 0x10

#define LUN_MASK 0x03
/* Sequence number, NetFn/LUN, command and checksum. */
#define MESSAGE_OVERHEAD 4

static bool is_special(uint8_t byte)
{
    return byte == END_MESSAGE || byte == END_COMMAND || byte == ESCAPE;
}

static void put(ByteWriter *w, uint8_t byte)
{
    if (is_special(byte)) {
        byte_writer_u8(w, ESCAPE);
        byte |= ESCAPED_BIT;
    }
    byte_writer_u8(w, byte);
}

static void put_bytes(ByteWriter *w, const uint8_t *data, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        put(w, data[i]);
    }
}

static void take_byte(VmprotoDecoder *dec, uint8_t byte)
{
    if (byte == ESCAPE) {
        dec->bad |= dec->escaped;
        dec->escaped = true;
        return;
    }
    if (dec->escaped) {
        byte &= ~ESCAPED_BIT;
        dec->bad |= !is_special(byte);
        dec->escaped = false;
    }
    if (dec->len == sizeof(dec->buf)) {
        dec->bad = true;
        return;
    }
    dec->buf[dec->len++] = byte;
}

static void end_message(VmprotoDecoder *dec, VmprotoFrame *frame)
{
    if (dec->len < MESSAGE_OVERHEAD || ipmb_checksum(dec->buf, dec->len)) {
        frame->kind = VMPROTO_BAD;
        return;
    }
    frame->kind = VMPROTO_MESSAGE;
    frame->seq = dec->buf[0];
    frame->netfn = dec->buf[1] >> 2;
    frame->lun = dec->buf[1] & LUN_MASK;
    frame->cmd = dec->buf[2];
    frame->data = dec->buf + 3;
    frame->data_len = dec->len - MESSAGE_OVERHEAD;
}

static void end_command(VmprotoDecoder *dec, VmprotoFrame *frame)
{
    if (!dec->len) {
        frame->kind = VMPROTO_BAD;
        return;
    }
    frame->kind = VMPROTO_COMMAND;
    frame->cmd = dec->buf[0];
    frame->data = dec->buf + 1;
    frame->data_len = dec->len - 1;
}

static void end_frame(VmprotoDecoder *dec, uint8_t end, VmprotoFrame *frame)
{
    if (dec->bad || dec->escaped) {
        frame->kind = VMPROTO_BAD;
    } else if (end == END_MESSAGE) {
        end_message(dec, frame);
    } else {
        end_command(dec, frame);
    }
    /* The bytes stay: the frame points at them until the next call. */
    dec->len = 0;
    dec->escaped = false;
    dec->bad = false;
}

/* @cc goes before the data of a response; NULL for a message as it is. */
static void build(ByteWriter *w, const VmprotoFrame *msg, const uint8_t *cc)
{
    uint8_t head[] = { msg->seq, msg->netfn << 2 | msg->lun, msg->cmd };
    uint8_t sum;

    if (msg->netfn > IPMI_NETFN_MAX || msg->lun > LUN_MASK ||
        msg->data_len > VMPROTO_MESSAGE_MAX - 2 - (cc ? 1 : 0)) {
        w->failed = true;
        return;
    }
    put_bytes(w, head, sizeof(head));
    sum = ipmb_checksum(head, sizeof(head));
    if (cc) {
        put(w, *cc);
        sum -= *cc;
    }
    put_bytes(w, msg->data, msg->data_len);
    put(w, sum + ipmb_checksum(msg->data, msg->data_len));
    byte_writer_u8(w, END_MESSAGE);
}

size_t vmproto_decode(VmprotoDecoder *dec, const uint8_t *buf, size_t len,
                      VmprotoFrame *frame)
{
    size_t i;

    memset(frame, 0, sizeof(*frame));
    for (i = 0; i < len; i++) {
        if (buf[i] == END_MESSAGE || buf[i] == END_COMMAND) {
            end_frame(dec, buf[i], frame);
            return i + 1;
        }
        take_byte(dec, buf[i]);
    }
    return len;
}

void vmproto_build_message(ByteWriter *w, const VmprotoFrame *msg)
{
    build(w, msg, NULL);
}

void vmproto_build_response(ByteWriter *w, const VmprotoFrame *req, uint8_t cc,
                            const uint8_t *data, size_t len)
{
    VmprotoFrame rsp = {
        .seq = req->seq,
        .netfn = req->netfn | 1,
        .lun = req->lun,
        .cmd = req->cmd,
        .data = data,
        .data_len = len,
    };

    build(w, &rsp, &cc);
}

void vmproto_build_command(ByteWriter *w, uint8_t cmd, const uint8_t *args,
                           size_t len)
{
    put(w, cmd);
    put_bytes(w, args, len);
    byte_writer_u8(w, END_COMMAND);
}
