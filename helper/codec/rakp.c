/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages that open an RMCP+ session. */
#include "osdep.h"

#include "codec/rakp.h"

#include "util/error.h"

#define ALG_PAYLOAD_LEN 8
#define ALG_MASK 0x3f
#define ALG_TYPE_AUTH 0
#define ALG_TYPE_INTEGRITY 1
#define ALG_TYPE_CONF 2
#define PRIV_MASK 0x0f
/* Everything of RAKP 1 but the name. */
#define RAKP1_FIXED_LEN 28

static bool wrong_length(const char *what, size_t len, GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                "%s with a wrong length of %zu bytes", what, len);
    return false;
}

static void build_zero(ByteWriter *w, size_t n)
{
    uint8_t *at = byte_writer_grow(w, n);

    if (at) {
        memset(at, 0, n);
    }
}

/* Returns the status to answer with. */
static uint8_t parse_alg(ByteReader *r, uint8_t type, RakpAlg *alg)
{
    const uint8_t *at = byte_reader_take(r, ALG_PAYLOAD_LEN);

    alg->any = false;
    alg->alg = 0;
    if (!at || at[0] != type) {
        return IPMI_RAKP_STATUS_INVALID_PAYLOAD;
    }
    if (at[3] != 0 && at[3] != ALG_PAYLOAD_LEN) {
        return IPMI_RAKP_STATUS_ILLEGAL_PARAM;
    }
    alg->any = at[3] == 0;
    alg->alg = alg->any ? 0 : at[4] & ALG_MASK;
    return IPMI_RAKP_STATUS_OK;
}

static void build_alg(ByteWriter *w, uint8_t type, const RakpAlg *alg)
{
    byte_writer_u8(w, type);
    build_zero(w, 2);
    byte_writer_u8(w, alg->any ? 0 : ALG_PAYLOAD_LEN);
    byte_writer_u8(w, alg->any ? 0 : alg->alg & ALG_MASK);
    build_zero(w, 3);
}

/* Reads the rest of a message as a code of whatever length it has. */
static bool parse_code(ByteReader *r, uint8_t *code, uint8_t *code_len)
{
    size_t len = byte_reader_left(r);
    const uint8_t *at;

    if (len > CRYPTO_DIGEST_MAX) {
        return false;
    }
    at = byte_reader_take(r, len);
    if (len) {
        memcpy(code, at, len);
    }
    *code_len = len;
    return true;
}

static void build_code(ByteWriter *w, const uint8_t *code, uint8_t code_len)
{
    if (code_len > CRYPTO_DIGEST_MAX) {
        w->failed = true;
        return;
    }
    byte_writer_bytes(w, code, code_len);
}

bool rakp_parse_open_request(const uint8_t *buf, size_t len,
                             RakpOpenRequest *req, GError **errp)
{
    ByteReader r = byte_reader(buf, len);

    memset(req, 0, sizeof(*req));
    if (len != RAKP_OPEN_REQUEST_LEN) {
        return wrong_length("Open Session Request", len, errp);
    }
    req->tag = byte_reader_u8(&r);
    req->max_priv = byte_reader_u8(&r) & PRIV_MASK;
    byte_reader_take(&r, 2);
    req->console_id = byte_reader_le32(&r);
    req->status = parse_alg(&r, ALG_TYPE_AUTH, &req->auth);
    if (req->status == IPMI_RAKP_STATUS_OK) {
        req->status = parse_alg(&r, ALG_TYPE_INTEGRITY, &req->integrity);
    }
    if (req->status == IPMI_RAKP_STATUS_OK) {
        req->status = parse_alg(&r, ALG_TYPE_CONF, &req->conf);
    }
    if (req->status == IPMI_RAKP_STATUS_OK && req->max_priv > IPMI_PRIV_OEM) {
        req->status = IPMI_RAKP_STATUS_INVALID_ROLE;
    }
    return true;
}

void rakp_build_open_request(ByteWriter *w, const RakpOpenRequest *req)
{
    byte_writer_u8(w, req->tag);
    byte_writer_u8(w, req->max_priv & PRIV_MASK);
    build_zero(w, 2);
    byte_writer_le32(w, req->console_id);
    build_alg(w, ALG_TYPE_AUTH, &req->auth);
    build_alg(w, ALG_TYPE_INTEGRITY, &req->integrity);
    build_alg(w, ALG_TYPE_CONF, &req->conf);
}

bool rakp_parse_open_response(const uint8_t *buf, size_t len,
                              RakpOpenResponse *rsp, GError **errp)
{
    ByteReader r = byte_reader(buf, len);
    RakpAlg auth, integrity, conf;

    memset(rsp, 0, sizeof(*rsp));
    rsp->tag = byte_reader_u8(&r);
    rsp->status = byte_reader_u8(&r);
    rsp->max_priv = byte_reader_u8(&r) & PRIV_MASK;
    byte_reader_u8(&r);
    rsp->console_id = byte_reader_le32(&r);
    if (r.failed) {
        return wrong_length("Open Session Response", len, errp);
    }
    if (rsp->status != IPMI_RAKP_STATUS_OK) {
        return true;
    }
    if (len != RAKP_OPEN_RESPONSE_LEN) {
        return wrong_length("Open Session Response", len, errp);
    }
    rsp->managed_id = byte_reader_le32(&r);
    if (parse_alg(&r, ALG_TYPE_AUTH, &auth) ||
        parse_alg(&r, ALG_TYPE_INTEGRITY, &integrity) ||
        parse_alg(&r, ALG_TYPE_CONF, &conf)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "Open Session Response with a wrong algorithm payload");
        return false;
    }
    rsp->auth = auth.alg;
    rsp->integrity = integrity.alg;
    rsp->conf = conf.alg;
    return true;
}

void rakp_build_open_response(ByteWriter *w, const RakpOpenResponse *rsp)
{
    byte_writer_u8(w, rsp->tag);
    byte_writer_u8(w, rsp->status);
    byte_writer_u8(w, rsp->max_priv & PRIV_MASK);
    byte_writer_u8(w, 0);
    byte_writer_le32(w, rsp->console_id);
    if (rsp->status != IPMI_RAKP_STATUS_OK) {
        return;
    }
    byte_writer_le32(w, rsp->managed_id);
    build_alg(w, ALG_TYPE_AUTH, &(RakpAlg) { .alg = rsp->auth });
    build_alg(w, ALG_TYPE_INTEGRITY, &(RakpAlg) { .alg = rsp->integrity });
    build_alg(w, ALG_TYPE_CONF, &(RakpAlg) { .alg = rsp->conf });
}

bool rakp_parse_1(const uint8_t *buf, size_t len, Rakp1 *msg, GError **errp)
{
    ByteReader r = byte_reader(buf, len);
    size_t name_len;

    memset(msg, 0, sizeof(*msg));
    if (len < RAKP1_FIXED_LEN || len > RAKP1_FIXED_LEN + IPMI_NAME_MAX) {
        return wrong_length("RAKP 1", len, errp);
    }
    msg->tag = byte_reader_u8(&r);
    byte_reader_take(&r, 3);
    msg->managed_id = byte_reader_le32(&r);
    memcpy(msg->console_random, byte_reader_take(&r, IPMI_RANDOM_LEN),
           IPMI_RANDOM_LEN);
    msg->role = byte_reader_u8(&r);
    byte_reader_take(&r, 2);
    name_len = byte_reader_u8(&r);
    if (name_len > IPMI_NAME_MAX) {
        msg->status = IPMI_RAKP_STATUS_INVALID_NAME_LENGTH;
        return true;
    }
    /*
     * Some consoles send only the bytes that the name has, others always
     * the whole field: table 13-11 can be read both ways.
     */
    if (len != RAKP1_FIXED_LEN + name_len &&
        len != RAKP1_FIXED_LEN + IPMI_NAME_MAX) {
        return wrong_length("RAKP 1", len, errp);
    }
    if ((msg->role & RAKP_ROLE_PRIV_MASK) > IPMI_PRIV_OEM) {
        msg->status = IPMI_RAKP_STATUS_INVALID_ROLE;
        return true;
    }
    if (name_len) {
        memcpy(msg->name, byte_reader_take(&r, name_len), name_len);
    }
    msg->name_len = name_len;
    return true;
}

void rakp_build_1(ByteWriter *w, const Rakp1 *msg)
{
    if (msg->name_len > IPMI_NAME_MAX) {
        w->failed = true;
        return;
    }
    byte_writer_u8(w, msg->tag);
    build_zero(w, 3);
    byte_writer_le32(w, msg->managed_id);
    byte_writer_bytes(w, msg->console_random, IPMI_RANDOM_LEN);
    byte_writer_u8(w, msg->role);
    build_zero(w, 2);
    byte_writer_u8(w, msg->name_len);
    byte_writer_bytes(w, msg->name, msg->name_len);
}

bool rakp_parse_2(const uint8_t *buf, size_t len, Rakp2 *msg, GError **errp)
{
    ByteReader r = byte_reader(buf, len);
    const uint8_t *random, *guid;

    memset(msg, 0, sizeof(*msg));
    msg->tag = byte_reader_u8(&r);
    msg->status = byte_reader_u8(&r);
    byte_reader_take(&r, 2);
    msg->console_id = byte_reader_le32(&r);
    if (!r.failed && msg->status != IPMI_RAKP_STATUS_OK) {
        return true;
    }
    random = byte_reader_take(&r, IPMI_RANDOM_LEN);
    guid = byte_reader_take(&r, IPMI_GUID_LEN);
    if (r.failed || !parse_code(&r, msg->code, &msg->code_len)) {
        return wrong_length("RAKP 2", len, errp);
    }
    memcpy(msg->managed_random, random, IPMI_RANDOM_LEN);
    memcpy(msg->guid, guid, IPMI_GUID_LEN);
    return true;
}

void rakp_build_2(ByteWriter *w, const Rakp2 *msg)
{
    byte_writer_u8(w, msg->tag);
    byte_writer_u8(w, msg->status);
    build_zero(w, 2);
    byte_writer_le32(w, msg->console_id);
    if (msg->status != IPMI_RAKP_STATUS_OK) {
        return;
    }
    byte_writer_bytes(w, msg->managed_random, IPMI_RANDOM_LEN);
    byte_writer_bytes(w, msg->guid, IPMI_GUID_LEN);
    build_code(w, msg->code, msg->code_len);
}

bool rakp_parse_3(const uint8_t *buf, size_t len, Rakp3 *msg, GError **errp)
{
    ByteReader r = byte_reader(buf, len);

    memset(msg, 0, sizeof(*msg));
    msg->tag = byte_reader_u8(&r);
    msg->status = byte_reader_u8(&r);
    byte_reader_take(&r, 2);
    msg->managed_id = byte_reader_le32(&r);
    if (!r.failed && msg->status != IPMI_RAKP_STATUS_OK) {
        return true;
    }
    if (r.failed || !parse_code(&r, msg->code, &msg->code_len)) {
        return wrong_length("RAKP 3", len, errp);
    }
    return true;
}

void rakp_build_3(ByteWriter *w, const Rakp3 *msg)
{
    byte_writer_u8(w, msg->tag);
    byte_writer_u8(w, msg->status);
    build_zero(w, 2);
    byte_writer_le32(w, msg->managed_id);
    if (msg->status == IPMI_RAKP_STATUS_OK) {
        build_code(w, msg->code, msg->code_len);
    }
}

bool rakp_parse_4(const uint8_t *buf, size_t len, Rakp4 *msg, GError **errp)
{
    ByteReader r = byte_reader(buf, len);

    memset(msg, 0, sizeof(*msg));
    msg->tag = byte_reader_u8(&r);
    msg->status = byte_reader_u8(&r);
    byte_reader_take(&r, 2);
    msg->console_id = byte_reader_le32(&r);
    if (!r.failed && msg->status != IPMI_RAKP_STATUS_OK) {
        return true;
    }
    if (r.failed || !parse_code(&r, msg->icv, &msg->icv_len)) {
        return wrong_length("RAKP 4", len, errp);
    }
    return true;
}

void rakp_build_4(ByteWriter *w, const Rakp4 *msg)
{
    byte_writer_u8(w, msg->tag);
    byte_writer_u8(w, msg->status);
    build_zero(w, 2);
    byte_writer_le32(w, msg->console_id);
    if (msg->status == IPMI_RAKP_STATUS_OK) {
        build_code(w, msg->icv, msg->icv_len);
    }
}
