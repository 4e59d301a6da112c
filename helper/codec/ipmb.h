/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IPMI message of LAN and IPMB: two addresses, two checksums (IPMI 2.0
 * section 13.8, table 13-8; IPMB 1.0 section 2.11).
 */
#ifndef QEMU_BMC_CODEC_IPMB_H
#define QEMU_BMC_CODEC_IPMB_H

#include <glib.h>

#include "util/bytes.h"

/* Both addresses, NetFn, sequence, command and both checksums. */
#define IPMB_OVERHEAD 7
#define IPMB_SEQ_MAX 0x3f

/**
 * IpmbMessage: a request or a response. The same layout serves both, so the
 * fields are named by direction; in a response @data starts with the
 * completion code.
 *
 * @to: slave address or software id of the receiver (rsAddr of a request)
 * @netfn: network function, even in a request
 * @to_lun: logical unit at the receiver
 * @from: slave address or software id of the sender (rqAddr of a request)
 * @seq: sequence number (rqSeq), 0 to %IPMB_SEQ_MAX
 * @from_lun: logical unit at the sender
 * @cmd: command
 * @data: data, in the caller's buffer
 * @data_len: its length in bytes
 */
typedef struct IpmbMessage {
    uint8_t to;
    uint8_t netfn;
    uint8_t to_lun;
    uint8_t from;
    uint8_t seq;
    uint8_t from_lun;
    uint8_t cmd;
    const uint8_t *data;
    size_t data_len;
} IpmbMessage;

/**
 * ipmb_checksum: the two's complement checksum: the value that makes the sum
 * of all bytes 0 modulo 256.
 *
 * @buf: the bytes
 * @len: how many
 *
 * Returns: the checksum
 */
uint8_t ipmb_checksum(const uint8_t *buf, size_t len);

/**
 * ipmb_parse: read a message and verify both checksums.
 *
 * @buf: the message, without anything after it
 * @len: its length in bytes
 * @msg: filled; @msg->data points into @buf
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success
 */
bool ipmb_parse(const uint8_t *buf, size_t len, IpmbMessage *msg,
                GError **errp);

/**
 * ipmb_build: append a message with its checksums.
 *
 * @w: where to; failed if it does not fit or a field is out of its range
 * @msg: what to append
 */
void ipmb_build(ByteWriter *w, const IpmbMessage *msg);

/**
 * ipmb_build_response: append the response to a request: addresses and
 * logical units swapped, NetFn one higher, same sequence and command.
 *
 * @w: where to; failed if it does not fit
 * @req: the request
 * @cc: completion code
 * @data: response data after the completion code; may be NULL if @len is 0
 * @len: its length in bytes
 */
void ipmb_build_response(ByteWriter *w, const IpmbMessage *req, uint8_t cc,
                         const uint8_t *data, size_t len);

#endif /* QEMU_BMC_CODEC_IPMB_H */
