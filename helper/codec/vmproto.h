/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The protocol between QEMU's ipmi-bmc-extern device and a BMC: OpenIPMI's
 * "VM protocol", frames on a byte stream. A message is escaped bytes and A0,
 * a command escaped bytes and A1; AA escapes A0, A1 and AA.
 */
#ifndef QEMU_BMC_CODEC_VMPROTO_H
#define QEMU_BMC_CODEC_VMPROTO_H

#include <glib.h>

#include "util/bytes.h"

#define VMPROTO_VERSION 1

/* Commands in both directions. */
#define VMPROTO_CMD_NOATTN 0x00
#define VMPROTO_CMD_ATTN 0x01
#define VMPROTO_CMD_ATTN_IRQ 0x02
#define VMPROTO_CMD_POWEROFF 0x03
#define VMPROTO_CMD_RESET 0x04
#define VMPROTO_CMD_ENABLE_IRQ 0x05
#define VMPROTO_CMD_DISABLE_IRQ 0x06
#define VMPROTO_CMD_SEND_NMI 0x07
#define VMPROTO_CMD_CAPABILITIES 0x08
#define VMPROTO_CMD_GRACEFUL_SHUTDOWN 0x09
#define VMPROTO_CMD_VERSION 0xff

/* What the argument of %VMPROTO_CMD_CAPABILITIES is made of. */
#define VMPROTO_CAP_POWER 0x01
#define VMPROTO_CAP_RESET 0x02
#define VMPROTO_CAP_IRQ 0x04
#define VMPROTO_CAP_NMI 0x08
#define VMPROTO_CAP_ATTN 0x10
#define VMPROTO_CAP_GRACEFUL_SHUTDOWN 0x20

/* QEMU's MAX_IPMI_MSG_SIZE: NetFn/LUN, command and data. */
#define VMPROTO_MESSAGE_MAX 300
/* With sequence number and checksum; before escaping. */
#define VMPROTO_FRAME_MAX (VMPROTO_MESSAGE_MAX + 2)
/* With every byte escaped, and the terminator. */
#define VMPROTO_WIRE_MAX (2 * VMPROTO_FRAME_MAX + 1)

/**
 * VmprotoKind: what the decoder found.
 *
 * @VMPROTO_MORE: no complete frame yet
 * @VMPROTO_MESSAGE: an IPMI message
 * @VMPROTO_COMMAND: a command
 * @VMPROTO_BAD: a frame that is too long or too short, wrongly escaped or
 *               has a wrong checksum; it has been skipped
 */
typedef enum VmprotoKind {
    VMPROTO_MORE,
    VMPROTO_MESSAGE,
    VMPROTO_COMMAND,
    VMPROTO_BAD,
} VmprotoKind;

/**
 * VmprotoFrame: one frame.
 *
 * @kind: which; the other fields belong to messages or commands as said
 * @seq: message: sequence number; a response repeats its request's
 * @netfn: message: network function
 * @lun: message: logical unit
 * @cmd: message: IPMI command; command: VMPROTO_CMD_*
 * @data: message: data (in a response with completion code); command:
 *        arguments. Points into the decoder, until its next use
 * @data_len: its length in bytes
 */
typedef struct VmprotoFrame {
    VmprotoKind kind;
    uint8_t seq;
    uint8_t netfn;
    uint8_t lun;
    uint8_t cmd;
    const uint8_t *data;
    size_t data_len;
} VmprotoFrame;

/**
 * VmprotoDecoder: a stream being taken apart; all zero is a fresh one, for a
 * new connection.
 *
 * @buf: unescaped bytes of the frame that is coming in
 * @len: how many
 * @escaped: the byte before was the escape byte
 * @bad: the frame is broken: skip to its end
 */
typedef struct VmprotoDecoder {
    uint8_t buf[VMPROTO_FRAME_MAX];
    size_t len;
    bool escaped;
    bool bad;
} VmprotoDecoder;

/**
 * vmproto_decode: take bytes of the stream until one frame is complete. Call
 * it again with what is left until it returns all of @len with
 * %VMPROTO_MORE.
 *
 * @dec: the stream
 * @buf: bytes of the stream
 * @len: how many
 * @frame: the frame, or %VMPROTO_MORE
 *
 * Returns: how many bytes were taken; at least 1 if @len is not 0
 */
size_t vmproto_decode(VmprotoDecoder *dec, const uint8_t *buf, size_t len,
                      VmprotoFrame *frame);

/**
 * vmproto_build_message: append a message frame.
 *
 * @w: where to; failed if it does not fit, which takes at most
 *     %VMPROTO_WIRE_MAX bytes, or a field is out of its range
 * @msg: the message; its kind is not looked at
 */
void vmproto_build_message(ByteWriter *w, const VmprotoFrame *msg);

/**
 * vmproto_build_response: append the response to a message.
 *
 * @w: where to; failed if it does not fit
 * @req: the request
 * @cc: completion code
 * @data: response data after the completion code; may be NULL if @len is 0
 * @len: its length in bytes, at most %VMPROTO_MESSAGE_MAX - 3
 */
void vmproto_build_response(ByteWriter *w, const VmprotoFrame *req, uint8_t cc,
                            const uint8_t *data, size_t len);

/**
 * vmproto_build_command: append a command frame.
 *
 * @w: where to; failed if it does not fit
 * @cmd: VMPROTO_CMD_*
 * @args: arguments; may be NULL if @len is 0
 * @len: their length in bytes
 */
void vmproto_build_command(ByteWriter *w, uint8_t cmd, const uint8_t *args,
                           size_t len);

#endif /* QEMU_BMC_CODEC_VMPROTO_H */
