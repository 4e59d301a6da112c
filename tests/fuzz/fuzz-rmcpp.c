/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first byte chooses a cipher suite. The rest is a packet to a session
 * with it; then the payload of a packet that is sealed and must open again;
 * then, encrypted as it is and signed, what a peer with the keys can send.
 */
#include "osdep.h"

#include "codec/cipher-suite.h"
#include "codec/rmcpp.h"
#include "util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define PAYLOAD_MAX 1024

static const uint8_t iv[RMCPP_IV_LEN] = { 1, 2, 3 };

static RmcppCrypto make_crypto(const CipherSuite *suite)
{
    RmcppCrypto crypto = {
        .integrity = suite->integrity, .conf = suite->conf,
        .key_len = cipher_suite_auth(suite->auth)->code_len,
    };

    memset(crypto.k1, 0x11, crypto.key_len);
    memset(crypto.k2, 0x22, crypto.key_len);
    memset(crypto.kuid, 0x33, sizeof(crypto.kuid));
    return crypto;
}

static void try_hostile(const RmcppCrypto *crypto, const uint8_t *data,
                        size_t len)
{
    uint8_t plain[PAYLOAD_MAX];
    ByteWriter out = byte_writer(plain, sizeof(plain));
    g_autoptr(GError) err = NULL;
    RmcppPacket pkt;

    if (!rmcpp_parse(data, len, &pkt, &err)) {
        g_assert(err);
        g_assert(err->code == BMC_ERROR_PROTOCOL);
        return;
    }
    if (!rmcpp_open(crypto, &pkt, &out, &err)) {
        g_assert(err);
        g_assert(!out.len);
        return;
    }
    g_assert(!err);
    g_assert(out.len <= pkt.payload_len);
    g_assert(pkt.header.authenticated == (crypto->integrity != 0));
    g_assert(pkt.header.encrypted == (crypto->conf != 0));
}

static void try_round_trip(const RmcppCrypto *crypto, const uint8_t *data,
                           size_t len)
{
    uint8_t wire[PAYLOAD_MAX + RMCPP_OVERHEAD_MAX];
    uint8_t plain[PAYLOAD_MAX + RMCPP_OVERHEAD_MAX];
    ByteWriter w = byte_writer(wire, sizeof(wire));
    ByteWriter out = byte_writer(plain, sizeof(plain));
    RmcppHeader header = {
        .payload_type = len % 3, .session_id = 7, .sequence = len,
    };
    RmcppPacket pkt;

    len = MIN(len, PAYLOAD_MAX);
    rmcpp_seal(&w, crypto, &header, data, len, iv);
    g_assert(!w.failed);
    g_assert(rmcpp_parse(wire, w.len, &pkt, NULL));
    g_assert(rmcpp_open(crypto, &pkt, &out, NULL));
    g_assert(out.len == len);
    g_assert(!len || !memcmp(plain, data, len));
}

/* Suite 3 with input as plain text and trailer of a signed packet. */
static void try_insider(const uint8_t *data, size_t len)
{
    RmcppCrypto crypto = make_crypto(cipher_suite_by_id(3));
    uint8_t wire[512];
    ByteWriter w = byte_writer(wire, sizeof(wire));
    size_t blocks = len ? data[0] % 4 : 0;
    size_t plain_len = blocks * CRYPTO_AES_BLOCK;
    uint8_t *at;

    if (len < 1 + plain_len || len > 256) {
        return;
    }
    byte_writer_le16(&w, 0xc006);
    byte_writer_le32(&w, 7);
    byte_writer_le32(&w, 1);
    byte_writer_le16(&w, RMCPP_IV_LEN + plain_len);
    byte_writer_bytes(&w, iv, sizeof(iv));
    at = byte_writer_grow(&w, plain_len);
    crypto_aes128_cbc_encrypt(crypto.k2, iv, at, data + 1, plain_len);
    byte_writer_bytes(&w, data + 1 + plain_len, len - 1 - plain_len);
    at = byte_writer_grow(&w, 12);
    crypto_hmac(CRYPTO_SHA1, crypto.k1, crypto.key_len, wire, at - wire, at,
                12);
    try_hostile(&crypto, wire, w.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const CipherSuite *suite;
    RmcppCrypto crypto;

    if (!len) {
        return 0;
    }
    suite = cipher_suite_by_id(data[0]);
    if (!suite) {
        suite = cipher_suite_nth(data[0] % 12);
    }
    crypto = make_crypto(suite);
    try_hostile(&crypto, data + 1, len - 1);
    try_round_trip(&crypto, data + 1, len - 1);
    try_insider(data + 1, len - 1);
    return 0;
}
