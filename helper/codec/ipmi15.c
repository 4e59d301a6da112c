/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPMI 1.5 session wrapper. */
#include "osdep.h"

#include "codec/ipmi15.h"

#include "codec/crypto.h"
#include "util/error.h"
#include "util/secret.h"

#define AUTH_TYPE_MASK 0x0f
#define LEGACY_PAD_MAX 1

static bool is_auth_type(uint8_t type)
{
    return type == IPMI_AUTH_NONE || type == IPMI_AUTH_MD2 ||
           type == IPMI_AUTH_MD5 || type == IPMI_AUTH_PASSWORD ||
           type == IPMI_AUTH_OEM;
}

static const struct {
    const char *name;
    uint8_t type;
} auth_names[] = {
    { "md5", IPMI_AUTH_MD5 },
    { "md2", IPMI_AUTH_MD2 },
    { "password", IPMI_AUTH_PASSWORD },
};

/* Returns a bit, 0 for a word that is no authentication type. */
static uint8_t auth_bit(const char *word)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(auth_names); i++) {
        if (strcmp(word, auth_names[i].name) == 0) {
            return 1 << auth_names[i].type;
        }
    }
    return 0;
}

bool ipmi15_parse_auth_list(const char *text, uint8_t *types, GError **errp)
{
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    unsigned i;

    *types = 0;
    if (strcmp(text, "off") == 0) {
        return true;
    }
    for (i = 0; words[i]; i++) {
        uint8_t bit = auth_bit(g_strstrip(words[i]));

        if (!bit || (*types & bit)) {
            break;
        }
        *types |= bit;
    }
    if (words[i] || i == 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is neither \"off\" nor a list of md5, md2 and "
                    "password", text);
        return false;
    }
    return true;
}

bool ipmi15_is_rmcpp(const uint8_t *buf, size_t len)
{
    return len && (buf[0] & AUTH_TYPE_MASK) == IPMI_AUTH_RMCPP;
}

bool ipmi15_parse(const uint8_t *buf, size_t len, Ipmi15Packet *pkt,
                  GError **errp)
{
    ByteReader r = byte_reader(buf, len);

    memset(pkt, 0, sizeof(*pkt));
    pkt->auth_type = byte_reader_u8(&r) & AUTH_TYPE_MASK;
    if (!is_auth_type(pkt->auth_type)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "authentication type 0x%x", pkt->auth_type);
        return false;
    }
    pkt->sequence = byte_reader_le32(&r);
    pkt->session_id = byte_reader_le32(&r);
    if (pkt->auth_type != IPMI_AUTH_NONE) {
        pkt->auth_code = byte_reader_take(&r, IPMI15_AUTH_CODE_LEN);
    }
    pkt->payload_len = byte_reader_u8(&r);
    pkt->payload = byte_reader_take(&r, pkt->payload_len);
    if (r.failed || byte_reader_left(&r) > LEGACY_PAD_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "IPMI 1.5 packet with a wrong length of %zu bytes", len);
        return false;
    }
    return true;
}

bool ipmi15_is_sessionless(const Ipmi15Packet *pkt)
{
    return pkt->auth_type == IPMI_AUTH_NONE && !pkt->session_id &&
           !pkt->sequence;
}

void ipmi15_build(ByteWriter *w, const Ipmi15Packet *pkt)
{
    bool has_code = pkt->auth_type != IPMI_AUTH_NONE;

    if (!is_auth_type(pkt->auth_type) || has_code != !!pkt->auth_code ||
        pkt->payload_len > IPMI15_PAYLOAD_MAX) {
        w->failed = true;
        return;
    }
    byte_writer_u8(w, pkt->auth_type);
    byte_writer_le32(w, pkt->sequence);
    byte_writer_le32(w, pkt->session_id);
    if (has_code) {
        byte_writer_bytes(w, pkt->auth_code, IPMI15_AUTH_CODE_LEN);
    }
    byte_writer_u8(w, pkt->payload_len);
    byte_writer_bytes(w, pkt->payload, pkt->payload_len);
}

/* What a digest covers, between the passwords. */
static size_t covered(const Ipmi15Packet *pkt,
                      uint8_t buf[IPMI15_PAYLOAD_MAX + 8])
{
    ByteWriter w = byte_writer(buf, IPMI15_PAYLOAD_MAX + 8);

    byte_writer_le32(&w, pkt->session_id);
    byte_writer_bytes(&w, pkt->payload, pkt->payload_len);
    byte_writer_le32(&w, pkt->sequence);
    g_assert(!w.failed);
    return w.len;
}

void ipmi15_auth_code(const Ipmi15Packet *pkt,
                      const uint8_t password[IPMI_PASSWORD15_MAX],
                      uint8_t code[IPMI15_AUTH_CODE_LEN])
{
    uint8_t buf[IPMI15_PAYLOAD_MAX + 8];

    switch (pkt->auth_type) {
    case IPMI_AUTH_PASSWORD:
        memcpy(code, password, IPMI15_AUTH_CODE_LEN);
        break;
    case IPMI_AUTH_MD5:
        crypto_md5_keyed(password, IPMI_PASSWORD15_MAX, buf,
                         covered(pkt, buf), code);
        break;
    case IPMI_AUTH_MD2:
        crypto_md2_keyed(password, IPMI_PASSWORD15_MAX, buf,
                         covered(pkt, buf), code);
        break;
    default:
        memset(code, 0, IPMI15_AUTH_CODE_LEN);
    }
}

bool ipmi15_check(const Ipmi15Packet *pkt,
                  const uint8_t password[IPMI_PASSWORD15_MAX])
{
    uint8_t code[IPMI15_AUTH_CODE_LEN];
    bool right;

    if (!pkt->auth_code || pkt->auth_type == IPMI_AUTH_OEM) {
        return false;
    }
    ipmi15_auth_code(pkt, password, code);
    right = secret_equal(code, sizeof(code), pkt->auth_code,
                         IPMI15_AUTH_CODE_LEN);
    secret_wipe(code, sizeof(code));
    return right;
}
