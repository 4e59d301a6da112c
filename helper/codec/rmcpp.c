/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RMCP+ session wrapper. */
#include "osdep.h"

#include "codec/rmcpp.h"

#include "codec/cipher-suite.h"
#include "util/error.h"
#include "util/secret.h"

#define PAYLOAD_ENCRYPTED 0x80
#define PAYLOAD_AUTHENTICATED 0x40
#define AUTH_TYPE_MASK 0x0f
#define INTEGRITY_PAD_BYTE 0xff
#define INTEGRITY_PAD_MAX 3
/* Pad length and next header. */
#define TRAILER_LEN 2

static bool parse_header(ByteReader *r, RmcppHeader *header, GError **errp)
{
    uint8_t type;

    if ((byte_reader_u8(r) & AUTH_TYPE_MASK) != IPMI_AUTH_RMCPP) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "not an RMCP+ packet");
        return false;
    }
    type = byte_reader_u8(r);
    header->encrypted = type & PAYLOAD_ENCRYPTED;
    header->authenticated = type & PAYLOAD_AUTHENTICATED;
    header->payload_type = type & IPMI_PAYLOAD_TYPE_MAX;
    if (header->payload_type == IPMI_PAYLOAD_OEM_EXPLICIT) {
        header->oem_iana = byte_reader_le32(r);
        header->oem_payload_id = byte_reader_le16(r);
    }
    header->session_id = byte_reader_le32(r);
    header->sequence = byte_reader_le32(r);
    return true;
}

static void auth_code(const RmcppCrypto *crypto, const CipherIntegrity *alg,
                      const uint8_t *data, size_t len, uint8_t *out)
{
    if (alg->keyed_md5) {
        crypto_md5_keyed(crypto->kuid, sizeof(crypto->kuid), data, len, out);
    } else {
        crypto_hmac(alg->hash, crypto->k1, crypto->key_len, data, len, out,
                    alg->code_len);
    }
}

/*
 * The AuthCode is verified before anything that it covers is looked at: a
 * peer without the key learns nothing from how a packet fails.
 */
static bool check_integrity(const RmcppCrypto *crypto,
                            const CipherIntegrity *alg,
                            const RmcppPacket *pkt, GError **errp)
{
    size_t trailer_at = pkt->payload - pkt->start + pkt->payload_len;
    uint8_t code[CRYPTO_DIGEST_MAX];
    const uint8_t *end;
    size_t pad, covered;
    bool equal;

    if (pkt->len - trailer_at < (size_t)TRAILER_LEN + alg->code_len ||
        pkt->len - trailer_at >
        (size_t)INTEGRITY_PAD_MAX + TRAILER_LEN + alg->code_len) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "session trailer of %zu bytes", pkt->len - trailer_at);
        return false;
    }
    covered = pkt->len - alg->code_len;
    auth_code(crypto, alg, pkt->start, covered, code);
    equal = secret_equal(code, alg->code_len, pkt->start + covered,
                         alg->code_len);
    secret_wipe(code, sizeof(code));
    if (!equal) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_AUTH,
                    "wrong AuthCode in session packet");
        return false;
    }
    pad = covered - trailer_at - TRAILER_LEN;
    end = pkt->start + covered - TRAILER_LEN;
    if (end[0] != pad || end[1] != RMCPP_NEXT_HEADER) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "malformed session trailer");
        return false;
    }
    return true;
}

/* Returns the length of the confidentiality pad, or -1 if it is wrong. */
static int check_conf_pad(const uint8_t *data, size_t len)
{
    uint8_t pad = data[len - 1];
    unsigned i;

    if (pad >= CRYPTO_AES_BLOCK) {
        return -1;
    }
    /* The pad's bytes count up from 1 (section 13.29, table 13-20). */
    for (i = 1; i <= pad; i++) {
        if (data[len - 1 - pad + i - 1] != i) {
            return -1;
        }
    }
    return pad;
}

static bool open_aes(const RmcppCrypto *crypto, const RmcppPacket *pkt,
                     ByteWriter *out, GError **errp)
{
    size_t start = out->len;
    size_t len;
    uint8_t *plain;
    int pad;

    if (pkt->payload_len < RMCPP_IV_LEN + CRYPTO_AES_BLOCK ||
        pkt->payload_len % CRYPTO_AES_BLOCK) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "encrypted payload of %zu bytes", pkt->payload_len);
        return false;
    }
    len = pkt->payload_len - RMCPP_IV_LEN;
    plain = byte_writer_grow(out, len);
    if (!plain) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "payload of %zu bytes is too large", len);
        return false;
    }
    crypto_aes128_cbc_decrypt(crypto->k2, pkt->payload, plain,
                              pkt->payload + RMCPP_IV_LEN, len);
    pad = check_conf_pad(plain, len);
    if (pad < 0) {
        secret_wipe(plain, len);
        out->len = start;
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "malformed confidentiality padding");
        return false;
    }
    out->len = start + len - pad - 1;
    return true;
}

static void build_header(ByteWriter *w, const RmcppHeader *header,
                         uint8_t flags, size_t payload_len)
{
    if (header->payload_type > IPMI_PAYLOAD_TYPE_MAX ||
        payload_len > UINT16_MAX) {
        w->failed = true;
        return;
    }
    byte_writer_u8(w, IPMI_AUTH_RMCPP);
    byte_writer_u8(w, header->payload_type | flags);
    if (header->payload_type == IPMI_PAYLOAD_OEM_EXPLICIT) {
        byte_writer_le32(w, header->oem_iana);
        byte_writer_le16(w, header->oem_payload_id);
    }
    byte_writer_le32(w, header->session_id);
    byte_writer_le32(w, header->sequence);
    byte_writer_le16(w, payload_len);
}

static void seal_aes(ByteWriter *w, const RmcppCrypto *crypto,
                     const uint8_t *payload, size_t len, const uint8_t *iv)
{
    size_t padded = (len / CRYPTO_AES_BLOCK + 1) * CRYPTO_AES_BLOCK;
    uint8_t pad = padded - len - 1;
    uint8_t *data;
    unsigned i;

    byte_writer_bytes(w, iv, RMCPP_IV_LEN);
    data = byte_writer_grow(w, padded);
    if (!data) {
        return;
    }
    if (len) {
        memcpy(data, payload, len);
    }
    for (i = 0; i < pad; i++) {
        data[len + i] = i + 1;
    }
    data[padded - 1] = pad;
    crypto_aes128_cbc_encrypt(crypto->k2, iv, data, data, padded);
}

static void seal_trailer(ByteWriter *w, const RmcppCrypto *crypto,
                         const CipherIntegrity *alg, size_t start)
{
    uint8_t pad = -(w->len - start + TRAILER_LEN) & INTEGRITY_PAD_MAX;
    uint8_t *code;
    unsigned i;

    for (i = 0; i < pad; i++) {
        byte_writer_u8(w, INTEGRITY_PAD_BYTE);
    }
    byte_writer_u8(w, pad);
    byte_writer_u8(w, RMCPP_NEXT_HEADER);
    code = byte_writer_grow(w, alg->code_len);
    if (code) {
        auth_code(crypto, alg, w->data + start, code - w->data - start, code);
    }
}

bool rmcpp_parse(const uint8_t *buf, size_t len, RmcppPacket *pkt,
                 GError **errp)
{
    ByteReader r = byte_reader(buf, len);

    memset(pkt, 0, sizeof(*pkt));
    if (!parse_header(&r, &pkt->header, errp)) {
        return false;
    }
    pkt->payload_len = byte_reader_le16(&r);
    pkt->payload = byte_reader_take(&r, pkt->payload_len);
    if (r.failed || (!pkt->header.authenticated && byte_reader_left(&r))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "RMCP+ packet with a wrong length of %zu bytes", len);
        return false;
    }
    if (!pkt->header.session_id &&
        (pkt->header.encrypted || pkt->header.authenticated)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "protected RMCP+ packet outside a session");
        return false;
    }
    pkt->start = buf;
    pkt->len = len;
    return true;
}

bool rmcpp_open(const RmcppCrypto *crypto, const RmcppPacket *pkt,
                ByteWriter *out, GError **errp)
{
    const CipherIntegrity *alg = cipher_suite_integrity(crypto->integrity);

    if (!alg || !cipher_suite_conf_known(crypto->conf)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_AUTH,
                    "session with an unknown algorithm");
        return false;
    }
    if (pkt->header.authenticated != !!alg->code_len ||
        pkt->header.encrypted != (crypto->conf != IPMI_CONF_NONE)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_AUTH,
                    "session packet is not protected as agreed");
        return false;
    }
    if (alg->code_len && !check_integrity(crypto, alg, pkt, errp)) {
        return false;
    }
    if (pkt->header.encrypted) {
        return open_aes(crypto, pkt, out, errp);
    }
    byte_writer_bytes(out, pkt->payload, pkt->payload_len);
    if (out->failed) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "payload of %zu bytes is too large", pkt->payload_len);
        return false;
    }
    return true;
}

void rmcpp_build(ByteWriter *w, const RmcppHeader *header,
                 const uint8_t *payload, size_t len)
{
    build_header(w, header, 0, len);
    byte_writer_bytes(w, payload, len);
}

void rmcpp_seal(ByteWriter *w, const RmcppCrypto *crypto,
                const RmcppHeader *header, const uint8_t *payload, size_t len,
                const uint8_t iv[RMCPP_IV_LEN])
{
    const CipherIntegrity *alg = cipher_suite_integrity(crypto->integrity);
    bool encrypt = crypto->conf != IPMI_CONF_NONE;
    size_t start = w->len;
    size_t wire_len = len;
    uint8_t flags = 0;

    if (!alg || !cipher_suite_conf_known(crypto->conf) || len > UINT16_MAX) {
        w->failed = true;
        return;
    }
    if (alg->code_len) {
        flags |= PAYLOAD_AUTHENTICATED;
    }
    if (encrypt) {
        flags |= PAYLOAD_ENCRYPTED;
        wire_len = RMCPP_IV_LEN +
            (len / CRYPTO_AES_BLOCK + 1) * CRYPTO_AES_BLOCK;
    }
    build_header(w, header, flags, wire_len);
    if (encrypt) {
        seal_aes(w, crypto, payload, len, iv);
    } else {
        byte_writer_bytes(w, payload, len);
    }
    if (alg->code_len && !w->failed) {
        seal_trailer(w, crypto, alg, start);
    }
}

void rmcpp_crypto_wipe(RmcppCrypto *crypto)
{
    secret_wipe(crypto, sizeof(*crypto));
}
