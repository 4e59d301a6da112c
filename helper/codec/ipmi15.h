/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The IPMI 1.5 session wrapper (IPMI 2.0 section 13.6, table 13-8). Messages
 * outside a session (Get Channel Authentication Capabilities and the like)
 * come in it with authentication type none, session id 0 and sequence 0.
 */
#ifndef QEMU_BMC_CODEC_IPMI15_H
#define QEMU_BMC_CODEC_IPMI15_H

#include <glib.h>

#include "codec/ipmi.h"
#include "util/bytes.h"

#define IPMI15_AUTH_CODE_LEN 16
/* Authentication type, sequence, session id, length; no auth code. */
#define IPMI15_HEADER_LEN 10
#define IPMI15_PAYLOAD_MAX 255

/**
 * ipmi15_parse_auth_list: read a list of authentication types as people
 * write it: "off", or some of md5, md2 and password, separated by commas.
 *
 * @text: the list
 * @types: set to a bit per IPMI_AUTH_*; 0 for "off"
 * @errp: BMC_ERROR_USAGE: says what may be in the list
 *
 * Returns: true on success
 */
bool ipmi15_parse_auth_list(const char *text, uint8_t *types, GError **errp);

/**
 * Ipmi15Packet: a packet with a 1.5 session header.
 *
 * @auth_type: IPMI_AUTH_*, never %IPMI_AUTH_RMCPP
 * @sequence: session sequence number
 * @session_id: session id, 0 outside a session
 * @auth_code: the 16 bytes, in the caller's buffer; NULL with
 *             %IPMI_AUTH_NONE. Not verified by this codec
 * @payload: the IPMI message (see ipmb.h), in the caller's buffer
 * @payload_len: its length in bytes
 */
typedef struct Ipmi15Packet {
    uint8_t auth_type;
    uint32_t sequence;
    uint32_t session_id;
    const uint8_t *auth_code;
    const uint8_t *payload;
    size_t payload_len;
} Ipmi15Packet;

/**
 * ipmi15_is_rmcpp: tell the two session wrappers apart (section 13.6: both
 * start with the authentication type).
 *
 * @buf: the data of an RMCP message of class IPMI
 * @len: its length in bytes
 *
 * Returns: true if rmcpp_parse() is to be used, false for ipmi15_parse()
 */
bool ipmi15_is_rmcpp(const uint8_t *buf, size_t len);

/**
 * ipmi15_parse: read a packet. One byte after the payload is accepted: the
 * legacy pad that section 13.6 wants for certain packet lengths.
 *
 * @buf: the data of an RMCP message of class IPMI
 * @len: its length in bytes
 * @pkt: filled; its pointers point into @buf
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success
 */
bool ipmi15_parse(const uint8_t *buf, size_t len, Ipmi15Packet *pkt,
                  GError **errp);

/**
 * ipmi15_is_sessionless: whether a packet is outside a session.
 *
 * @pkt: the packet
 *
 * Returns: true with authentication type none, session 0 and sequence 0
 */
bool ipmi15_is_sessionless(const Ipmi15Packet *pkt);

/**
 * ipmi15_build: append a packet.
 *
 * @w: where to; failed if it does not fit, if the payload is longer than
 *     %IPMI15_PAYLOAD_MAX, or if an auth code is missing
 * @pkt: what to append
 */
void ipmi15_build(ByteWriter *w, const Ipmi15Packet *pkt);

/**
 * ipmi15_auth_code: the AuthCode of a packet (section 22.17.1): the password
 * itself, or a digest over password, session id, payload, sequence and the
 * password again.
 *
 * @pkt: the packet; its auth_code is not looked at
 * @password: 16 bytes, padded with zeros
 * @code: where to; all zero with %IPMI_AUTH_NONE and %IPMI_AUTH_OEM
 */
void ipmi15_auth_code(const Ipmi15Packet *pkt,
                      const uint8_t password[IPMI_PASSWORD15_MAX],
                      uint8_t code[IPMI15_AUTH_CODE_LEN]);

/**
 * ipmi15_check: verify a packet's AuthCode, in constant time.
 *
 * @pkt: the packet
 * @password: 16 bytes, padded with zeros
 *
 * Returns: true if it is right; false with %IPMI_AUTH_NONE and
 * %IPMI_AUTH_OEM
 */
bool ipmi15_check(const Ipmi15Packet *pkt,
                  const uint8_t password[IPMI_PASSWORD15_MAX]);

#endif /* QEMU_BMC_CODEC_IPMI15_H */
