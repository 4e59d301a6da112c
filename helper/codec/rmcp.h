/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RMCP header (ASF 2.0 section 3.2.2.2, IPMI 2.0 section 13.1.3). */
#ifndef QEMU_BMC_CODEC_RMCP_H
#define QEMU_BMC_CODEC_RMCP_H

#include <glib.h>

#include "util/bytes.h"

#define RMCP_PORT 623
#define RMCP_VERSION_1_0 0x06
/* The sender wants no RMCP acknowledge; IPMI messages always have it. */
#define RMCP_SEQ_NONE 0xff
#define RMCP_HEADER_LEN 4

#define RMCP_CLASS_ASF 0x06
#define RMCP_CLASS_IPMI 0x07
#define RMCP_CLASS_OEM 0x08

/**
 * RmcpMessage: one RMCP datagram.
 *
 * @sequence: RMCP sequence number, or %RMCP_SEQ_NONE
 * @msg_class: RMCP_CLASS_*, without the acknowledge bit
 * @ack: it is an acknowledge; then there is no data
 * @data: what follows the header, in the caller's buffer
 * @data_len: its length in bytes
 */
typedef struct RmcpMessage {
    uint8_t sequence;
    uint8_t msg_class;
    bool ack;
    const uint8_t *data;
    size_t data_len;
} RmcpMessage;

/**
 * rmcp_parse: read a datagram's RMCP header (IPMI 2.0 table 13-1).
 *
 * @buf: the datagram
 * @len: its length in bytes
 * @msg: filled; @msg->data points into @buf
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true for RMCP 1.0 of class ASF, IPMI or OEM
 */
bool rmcp_parse(const uint8_t *buf, size_t len, RmcpMessage *msg,
                GError **errp);

/**
 * rmcp_build: append the header of a message that carries data.
 *
 * @w: where to; failed if it does not fit
 * @sequence: RMCP sequence number, or %RMCP_SEQ_NONE
 * @msg_class: RMCP_CLASS_*
 */
void rmcp_build(ByteWriter *w, uint8_t sequence, uint8_t msg_class);

/**
 * rmcp_wants_ack: whether a message asks for an acknowledge (ASF 2.0 section
 * 3.2.2.2.1).
 *
 * @msg: the message
 *
 * Returns: true if rmcp_build_ack() is to be sent
 */
bool rmcp_wants_ack(const RmcpMessage *msg);

/**
 * rmcp_build_ack: append the acknowledge of a message (IPMI 2.0 table 13-2).
 *
 * @w: where to; failed if it does not fit
 * @msg: the message that is acknowledged
 */
void rmcp_build_ack(ByteWriter *w, const RmcpMessage *msg);

#endif /* QEMU_BMC_CODEC_RMCP_H */
