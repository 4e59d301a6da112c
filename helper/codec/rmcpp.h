/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The RMCP+ (IPMI 2.0) session wrapper: header, trailer, integrity and
 * confidentiality (section 13.6, table 13-8; sections 13.28 and 13.29).
 */
#ifndef QEMU_BMC_CODEC_RMCPP_H
#define QEMU_BMC_CODEC_RMCPP_H

#include <glib.h>

#include "codec/crypto.h"
#include "codec/ipmi.h"
#include "util/bytes.h"

/* Authentication type, payload type, session id, sequence, length. */
#define RMCPP_HEADER_LEN 12
/* The same with OEM IANA and OEM payload id. */
#define RMCPP_HEADER_LEN_OEM 18
#define RMCPP_NEXT_HEADER 0x07
#define RMCPP_IV_LEN CRYPTO_AES_BLOCK
/* Beyond the payload: header, IV, both paddings, trailer, AuthCode. */
#define RMCPP_OVERHEAD_MAX \
    (RMCPP_HEADER_LEN_OEM + RMCPP_IV_LEN + CRYPTO_AES_BLOCK + 3 + 2 + \
     CRYPTO_DIGEST_MAX)

/**
 * RmcppHeader: the session header.
 *
 * @payload_type: IPMI_PAYLOAD_*, without the two bits below
 * @encrypted: the payload is encrypted
 * @authenticated: a session trailer with AuthCode follows the payload
 * @oem_iana: with %IPMI_PAYLOAD_OEM_EXPLICIT: enterprise, else 0
 * @oem_payload_id: with %IPMI_PAYLOAD_OEM_EXPLICIT: payload id, else 0
 * @session_id: the receiver's session id, 0 outside a session
 * @sequence: session sequence number, 0 outside a session
 */
typedef struct RmcppHeader {
    uint8_t payload_type;
    bool encrypted;
    bool authenticated;
    uint32_t oem_iana;
    uint16_t oem_payload_id;
    uint32_t session_id;
    uint32_t sequence;
} RmcppHeader;

/**
 * RmcppPacket: a packet as received; nothing is verified or decrypted yet.
 *
 * @header: session header
 * @payload: the payload as on the wire, in the caller's buffer; only to be
 *           used as it is if the packet belongs to no session
 * @payload_len: its length in bytes
 * @start: first byte that the AuthCode covers (the authentication type)
 * @len: bytes from @start to the end of the datagram
 */
typedef struct RmcppPacket {
    RmcppHeader header;
    const uint8_t *payload;
    size_t payload_len;
    const uint8_t *start;
    size_t len;
} RmcppPacket;

/**
 * RmcppCrypto: algorithms and keys of a session; made by rakp_auth_derive().
 *
 * @integrity: IPMI_INTEGRITY_*
 * @conf: IPMI_CONF_*
 * @key_len: bytes of @k1 and @k2
 * @k1: integrity key (section 13.32)
 * @k2: confidentiality key, of which AES uses the first 16 bytes
 * @kuid: the user's key, zero padded; MD5-128 alone uses it
 */
typedef struct RmcppCrypto {
    uint8_t integrity;
    uint8_t conf;
    uint8_t key_len;
    uint8_t k1[CRYPTO_DIGEST_MAX];
    uint8_t k2[CRYPTO_DIGEST_MAX];
    uint8_t kuid[IPMI_KEY_LEN];
} RmcppCrypto;

/**
 * rmcpp_parse: read a packet's header and find its payload. A packet without
 * the authenticated bit must end with its payload; one with session id 0 can
 * be neither authenticated nor encrypted. IPMI messages may come with
 * session id 0 too: ipmitool asks for the cipher suites that way.
 *
 * @buf: the data of an RMCP message of class IPMI
 * @len: its length in bytes
 * @pkt: filled; its pointers point into @buf
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success
 */
bool rmcpp_parse(const uint8_t *buf, size_t len, RmcppPacket *pkt,
                 GError **errp);

/**
 * rmcpp_open: verify a session packet's trailer and AuthCode, then, and only
 * then, decrypt its payload and check the confidentiality padding. The
 * packet must be protected exactly as the session is: a payload that is not
 * authenticated or not encrypted where the session has an algorithm for
 * that is refused, and the reverse.
 *
 * @crypto: the session's algorithms and keys
 * @pkt: a packet of rmcpp_parse()
 * @out: where the payload goes; never written unless the AuthCode is right
 * @errp: BMC_ERROR_AUTH if the AuthCode is wrong or the packet is not
 *        protected as it has to be, BMC_ERROR_PROTOCOL if its form is wrong,
 *        BMC_ERROR_LIMIT if @out is too small
 *
 * Returns: true on success
 */
bool rmcpp_open(const RmcppCrypto *crypto, const RmcppPacket *pkt,
                ByteWriter *out, GError **errp);

/**
 * rmcpp_build: append a packet outside a session (Open Session, RAKP):
 * neither encrypted nor authenticated.
 *
 * @w: where to; failed if it does not fit
 * @header: session header; its two bits are ignored
 * @payload: payload; may be NULL if @len is 0
 * @len: its length in bytes, at most 65535
 */
void rmcpp_build(ByteWriter *w, const RmcppHeader *header,
                 const uint8_t *payload, size_t len);

/**
 * rmcpp_seal: append a packet of a session: the payload encrypted, trailer
 * and AuthCode added, as the session's algorithms want it.
 *
 * @w: where to; failed if it does not fit, which takes at most @len plus
 *     %RMCPP_OVERHEAD_MAX bytes
 * @crypto: the session's algorithms and keys
 * @header: session header; its two bits are ignored
 * @payload: payload; may be NULL if @len is 0
 * @len: its length in bytes
 * @iv: fresh random bytes for each packet; not used without confidentiality
 */
void rmcpp_seal(ByteWriter *w, const RmcppCrypto *crypto,
                const RmcppHeader *header, const uint8_t *payload, size_t len,
                const uint8_t iv[RMCPP_IV_LEN]);

/**
 * rmcpp_crypto_wipe: overwrite a session's keys.
 *
 * @crypto: the algorithms and keys
 */
void rmcpp_crypto_wipe(RmcppCrypto *crypto);

#endif /* QEMU_BMC_CODEC_RMCPP_H */
