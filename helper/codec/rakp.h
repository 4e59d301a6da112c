/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages that open an RMCP+ session: Open Session Request and
 * Response, RAKP 1 to 4 (IPMI 2.0 sections 13.17 to 13.23), in both
 * directions. The computations are in rakp-auth.h.
 */
#ifndef QEMU_BMC_CODEC_RAKP_H
#define QEMU_BMC_CODEC_RAKP_H

#include <glib.h>

#include "codec/crypto.h"
#include "codec/ipmi.h"
#include "util/bytes.h"

#define RAKP_OPEN_REQUEST_LEN 32
#define RAKP_OPEN_RESPONSE_LEN 36
#define RAKP_MESSAGE_MAX 128
/* The role byte of RAKP 1 (table 13-11). */
#define RAKP_ROLE_PRIV_MASK 0x0f
#define RAKP_ROLE_NAME_ONLY 0x10

/**
 * RakpAlg: an algorithm payload (table 13-9).
 *
 * @any: the null form: the BMC chooses
 * @alg: the algorithm; 0 with @any
 */
typedef struct RakpAlg {
    bool any;
    uint8_t alg;
} RakpAlg;

/**
 * RakpOpenRequest: Open Session Request (table 13-9).
 *
 * @tag: message tag; the answer repeats it
 * @status: %IPMI_RAKP_STATUS_OK, or what to answer because a field is wrong;
 *          then the algorithms are not valid. Ignored when building
 * @max_priv: requested maximum privilege, IPMI_PRIV_*; 0: the highest that
 *            the algorithms allow
 * @console_id: session id that the remote console chose
 * @auth: proposed authentication algorithm
 * @integrity: proposed integrity algorithm
 * @conf: proposed confidentiality algorithm
 */
typedef struct RakpOpenRequest {
    uint8_t tag;
    uint8_t status;
    uint8_t max_priv;
    uint32_t console_id;
    RakpAlg auth;
    RakpAlg integrity;
    RakpAlg conf;
} RakpOpenRequest;

/**
 * RakpOpenResponse: Open Session Response (table 13-10).
 *
 * @tag: message tag of the request
 * @status: IPMI_RAKP_STATUS_*; unless OK, only @tag, @status, @max_priv and
 *          @console_id are on the wire
 * @max_priv: maximum privilege, IPMI_PRIV_*
 * @console_id: session id of the remote console
 * @managed_id: session id that the managed system chose
 * @auth: authentication algorithm
 * @integrity: integrity algorithm
 * @conf: confidentiality algorithm
 */
typedef struct RakpOpenResponse {
    uint8_t tag;
    uint8_t status;
    uint8_t max_priv;
    uint32_t console_id;
    uint32_t managed_id;
    uint8_t auth;
    uint8_t integrity;
    uint8_t conf;
} RakpOpenResponse;

/**
 * Rakp1: RAKP Message 1 (table 13-11).
 *
 * @tag: message tag
 * @status: %IPMI_RAKP_STATUS_OK, or what to answer because a field is wrong;
 *          then there is no name. Ignored when building
 * @managed_id: session id of the managed system
 * @console_random: the remote console's random number
 * @role: the role byte as on the wire: it goes into the key exchange as a
 *        whole
 * @name_len: bytes of @name
 * @name: user name, not terminated
 */
typedef struct Rakp1 {
    uint8_t tag;
    uint8_t status;
    uint32_t managed_id;
    uint8_t console_random[IPMI_RANDOM_LEN];
    uint8_t role;
    uint8_t name_len;
    uint8_t name[IPMI_NAME_MAX];
} Rakp1;

/**
 * Rakp2: RAKP Message 2 (table 13-12).
 *
 * @tag: message tag of RAKP 1
 * @status: IPMI_RAKP_STATUS_*; unless OK, only @tag, @status and @console_id
 *          are on the wire
 * @console_id: session id of the remote console
 * @managed_random: the managed system's random number
 * @guid: GUID of the managed system
 * @code_len: bytes of @code, 0 with RAKP-none
 * @code: key exchange authentication code
 */
typedef struct Rakp2 {
    uint8_t tag;
    uint8_t status;
    uint32_t console_id;
    uint8_t managed_random[IPMI_RANDOM_LEN];
    uint8_t guid[IPMI_GUID_LEN];
    uint8_t code_len;
    uint8_t code[CRYPTO_DIGEST_MAX];
} Rakp2;

/**
 * Rakp3: RAKP Message 3 (table 13-13).
 *
 * @tag: message tag
 * @status: IPMI_RAKP_STATUS_*; unless OK there is no code: the remote
 *          console gives up
 * @managed_id: session id of the managed system
 * @code_len: bytes of @code, 0 with RAKP-none
 * @code: key exchange authentication code
 */
typedef struct Rakp3 {
    uint8_t tag;
    uint8_t status;
    uint32_t managed_id;
    uint8_t code_len;
    uint8_t code[CRYPTO_DIGEST_MAX];
} Rakp3;

/**
 * Rakp4: RAKP Message 4 (table 13-14).
 *
 * @tag: message tag of RAKP 3
 * @status: IPMI_RAKP_STATUS_*; unless OK there is no check value
 * @console_id: session id of the remote console
 * @icv_len: bytes of @icv, 0 with RAKP-none
 * @icv: integrity check value
 */
typedef struct Rakp4 {
    uint8_t tag;
    uint8_t status;
    uint32_t console_id;
    uint8_t icv_len;
    uint8_t icv[CRYPTO_DIGEST_MAX];
} Rakp4;

/**
 * rakp_parse_open_request: read an Open Session Request. Whoever gets one
 * that is complete but wrong answers with @req->status.
 *
 * @buf: the payload
 * @len: its length in bytes
 * @req: filled
 * @errp: BMC_ERROR_PROTOCOL: of a wrong length; not to be answered
 *
 * Returns: true if @req can be answered
 */
bool rakp_parse_open_request(const uint8_t *buf, size_t len,
                             RakpOpenRequest *req, GError **errp);

/**
 * rakp_build_open_request: append an Open Session Request.
 *
 * @w: where to; failed if it does not fit
 * @req: what to append
 */
void rakp_build_open_request(ByteWriter *w, const RakpOpenRequest *req);

/**
 * rakp_parse_open_response: read an Open Session Response.
 *
 * @buf: the payload
 * @len: its length in bytes
 * @rsp: filled
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success, also if @rsp->status is an error
 */
bool rakp_parse_open_response(const uint8_t *buf, size_t len,
                              RakpOpenResponse *rsp, GError **errp);

/**
 * rakp_build_open_response: append an Open Session Response, in the short
 * form if its status is an error.
 *
 * @w: where to; failed if it does not fit
 * @rsp: what to append
 */
void rakp_build_open_response(ByteWriter *w, const RakpOpenResponse *rsp);

/**
 * rakp_parse_1: read a RAKP Message 1, with a name field as long as the name
 * or of full length. Whoever gets one that is complete but wrong answers
 * with @msg->status.
 *
 * @buf: the payload
 * @len: its length in bytes
 * @msg: filled
 * @errp: BMC_ERROR_PROTOCOL: of a wrong length; not to be answered
 *
 * Returns: true if @msg can be answered
 */
bool rakp_parse_1(const uint8_t *buf, size_t len, Rakp1 *msg, GError **errp);

/**
 * rakp_build_1: append a RAKP Message 1.
 *
 * @w: where to; failed if it does not fit or the name is too long
 * @msg: what to append
 */
void rakp_build_1(ByteWriter *w, const Rakp1 *msg);

/**
 * rakp_parse_2: read a RAKP Message 2.
 *
 * @buf: the payload
 * @len: its length in bytes
 * @msg: filled; the length of its code is whatever came: compare
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success, also if @msg->status is an error
 */
bool rakp_parse_2(const uint8_t *buf, size_t len, Rakp2 *msg, GError **errp);

/**
 * rakp_build_2: append a RAKP Message 2, in the short form if its status is
 * an error.
 *
 * @w: where to; failed if it does not fit
 * @msg: what to append
 */
void rakp_build_2(ByteWriter *w, const Rakp2 *msg);

/**
 * rakp_parse_3: read a RAKP Message 3.
 *
 * @buf: the payload
 * @len: its length in bytes
 * @msg: filled; the length of its code is whatever came: compare
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success, also if @msg->status is an error
 */
bool rakp_parse_3(const uint8_t *buf, size_t len, Rakp3 *msg, GError **errp);

/**
 * rakp_build_3: append a RAKP Message 3, without code if its status is an
 * error.
 *
 * @w: where to; failed if it does not fit
 * @msg: what to append
 */
void rakp_build_3(ByteWriter *w, const Rakp3 *msg);

/**
 * rakp_parse_4: read a RAKP Message 4.
 *
 * @buf: the payload
 * @len: its length in bytes
 * @msg: filled; the length of its check value is whatever came: compare
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success, also if @msg->status is an error
 */
bool rakp_parse_4(const uint8_t *buf, size_t len, Rakp4 *msg, GError **errp);

/**
 * rakp_build_4: append a RAKP Message 4, without check value if its status
 * is an error.
 *
 * @w: where to; failed if it does not fit
 * @msg: what to append
 */
void rakp_build_4(ByteWriter *w, const Rakp4 *msg);

#endif /* QEMU_BMC_CODEC_RAKP_H */
