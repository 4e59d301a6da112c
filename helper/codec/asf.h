/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ASF Presence Ping and Pong (ASF 2.0 section 3.2.4, IPMI 2.0 section
 * 13.2.3 and 13.2.4): the body of an RMCP message of class ASF.
 */
#ifndef QEMU_BMC_CODEC_ASF_H
#define QEMU_BMC_CODEC_ASF_H

#include <glib.h>

#include "util/bytes.h"

#define ASF_IANA 4542
#define ASF_TYPE_PONG 0x40
#define ASF_TYPE_PING 0x80
/* Supported entities of a pong: IPMI, and ASF version 1.0. */
#define ASF_ENTITY_IPMI 0x80
#define ASF_ENTITY_ASF_1_0 0x01

/**
 * AsfMessage: an ASF message.
 *
 * @type: ASF_TYPE_*, or another type
 * @tag: message tag; a response repeats its request's
 * @data: the data, in the caller's buffer
 * @data_len: its length in bytes
 */
typedef struct AsfMessage {
    uint8_t type;
    uint8_t tag;
    const uint8_t *data;
    size_t data_len;
} AsfMessage;

/**
 * AsfPong: what a Presence Pong says (IPMI 2.0 table 13-7).
 *
 * @oem_iana: enterprise that defines @oem_defined; %ASF_IANA if there is
 *            nothing of that kind
 * @oem_defined: four bytes of that enterprise's, else 0
 * @entities: ASF_ENTITY_*
 * @interactions: supported interactions; 0 for none
 */
typedef struct AsfPong {
    uint32_t oem_iana;
    uint32_t oem_defined;
    uint8_t entities;
    uint8_t interactions;
} AsfPong;

/**
 * asf_parse: read an ASF message.
 *
 * @buf: the data of an RMCP message of class ASF
 * @len: its length in bytes
 * @msg: filled; @msg->data points into @buf
 * @errp: BMC_ERROR_PROTOCOL: too short, length field wrong, or another
 *        enterprise's than ASF's
 *
 * Returns: true on success
 */
bool asf_parse(const uint8_t *buf, size_t len, AsfMessage *msg, GError **errp);

/**
 * asf_build_ping: append a Presence Ping.
 *
 * @w: where to; failed if it does not fit
 * @tag: message tag
 */
void asf_build_ping(ByteWriter *w, uint8_t tag);

/**
 * asf_build_pong: append the Presence Pong of a BMC: IPMI supported, no OEM
 * data.
 *
 * @w: where to; failed if it does not fit
 * @tag: message tag of the ping
 */
void asf_build_pong(ByteWriter *w, uint8_t tag);

/**
 * asf_parse_pong: read the data of a Presence Pong.
 *
 * @msg: a message of asf_parse()
 * @pong: filled
 * @errp: BMC_ERROR_PROTOCOL: not a pong, or of a wrong length
 *
 * Returns: true on success
 */
bool asf_parse_pong(const AsfMessage *msg, AsfPong *pong, GError **errp);

#endif /* QEMU_BMC_CODEC_ASF_H */
