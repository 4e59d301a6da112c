/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The RMCP+ session wrapper. */
#include "osdep.h"

#include "codec/rmcpp.h"

#include "tests/unit/codec/codec-test.h"
#include "tests/unit/codec/rakp-vectors.h"

#define OUT_SIZE 2048

static const uint8_t iv[RMCPP_IV_LEN] = {
    0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
    0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf,
};

static const RmcppHeader session_header = {
    .payload_type = IPMI_PAYLOAD_IPMI,
    .session_id = RAKP_VECTOR_MANAGED_ID,
    .sequence = RAKP_VECTOR_SEQUENCE,
};

static bool parse(const uint8_t *buf, size_t len, GError **errp)
{
    RmcppPacket pkt;

    return rmcpp_parse(buf, len, &pkt, errp);
}

static RmcppCrypto crypto_of(const RakpVector *v)
{
    RakpAuth auth = rakp_vector_auth(v);
    RmcppCrypto crypto;

    rakp_auth_derive(&auth, &crypto);
    return crypto;
}

/* The first vector of a suite, so with user "admin". */
static RmcppCrypto crypto_of_suite(uint8_t suite)
{
    size_t i;

    for (i = 0; rakp_vectors[i].suite != suite; i++) {
    }
    return crypto_of(&rakp_vectors[i]);
}

/* Parses and opens a copy of exactly @len bytes; -1 for no error. */
static int try_open(const RmcppCrypto *crypto, const uint8_t *buf, size_t len,
                    ByteWriter *out)
{
    g_autofree uint8_t *copy = g_malloc(len + !len);
    g_autoptr(GError) err = NULL;
    RmcppPacket pkt;
    bool good;

    memcpy(copy, buf, len);
    good = rmcpp_parse(copy, len, &pkt, &err) &&
           rmcpp_open(crypto, &pkt, out, &err);
    g_assert(good == !err);
    return good ? -1 : err->code;
}

static void test_header(void)
{
    g_autoptr(GBytes) bytes =
        test_hex("06 10 00000000 00000000 0400 01020304");
    const uint8_t *data = g_bytes_get_data(bytes, NULL);
    size_t len = g_bytes_get_size(bytes);
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    RmcppPacket pkt;

    g_assert_true(rmcpp_parse(data, len, &pkt, NULL));
    g_assert_cmphex(pkt.header.payload_type, ==, IPMI_PAYLOAD_OPEN_REQUEST);
    g_assert_false(pkt.header.encrypted || pkt.header.authenticated);
    test_assert_hex_equal(pkt.payload, pkt.payload_len, "01020304");
    rmcpp_build(&w, &pkt.header, pkt.payload, pkt.payload_len);
    test_assert_bytes_equal(buf, w.len, data, len);
    codec_test_truncations(parse, &w);
    byte_writer_u8(&w, 0);
    g_assert_false(codec_test_parse(parse, buf, w.len));
}

static void test_header_oem(void)
{
    RmcppHeader header = {
        .payload_type = IPMI_PAYLOAD_OEM_EXPLICIT, .oem_iana = 0x010203,
        .oem_payload_id = 0x0405, .session_id = 0x06070809,
        .sequence = 0x0a0b0c0d,
    };
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    RmcppPacket pkt;

    rmcpp_build(&w, &header, NULL, 0);
    test_assert_hex_equal(buf, w.len,
                          "06 02 03020100 0504 09080706 0d0c0b0a 0000");
    g_assert_cmpuint(w.len, ==, RMCPP_HEADER_LEN_OEM);
    codec_test_truncations(parse, &w);
    g_assert_true(rmcpp_parse(buf, w.len, &pkt, NULL));
    g_assert_cmphex(pkt.header.oem_iana, ==, 0x010203);
    g_assert_cmphex(pkt.header.oem_payload_id, ==, 0x0405);
    g_assert_cmphex(pkt.header.session_id, ==, 0x06070809);
    g_assert_cmphex(pkt.header.sequence, ==, 0x0a0b0c0d);
}

static void test_header_bad(void)
{
    static const char *const bad[] = {
        "", "06", "00 00 00000000 00000000 00",
        /* authenticated or encrypted outside a session */
        "06 50 00000000 00000000 0000", "06 90 00000000 00000000 0000",
        /* one byte too few, one too many */
        "06 00 00000000 00000000 0100", "06 00 00000000 00000000 0000 00",
        "06 00 00000000 00000000 ffff 00",
    };
    RmcppHeader header = { .payload_type = IPMI_PAYLOAD_TYPE_MAX + 1 };
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GBytes) bytes = test_hex(bad[i]);

        g_assert_false(codec_test_parse(parse,
                                        g_bytes_get_data(bytes, NULL),
                                        g_bytes_get_size(bytes)));
    }
    rmcpp_build(&w, &header, NULL, 0);
    g_assert_true(w.failed);
}

static void test_vectors(void)
{
    g_autoptr(GBytes) payload = test_hex(RAKP_VECTOR_PAYLOAD);
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(rakp_vectors); i++) {
        RmcppCrypto crypto = crypto_of(&rakp_vectors[i]);
        uint8_t buf[256], plain[64];
        ByteWriter w = byte_writer(buf, sizeof(buf));
        ByteWriter out = byte_writer(plain, sizeof(plain));

        rmcpp_seal(&w, &crypto, &session_header,
                   g_bytes_get_data(payload, NULL),
                   g_bytes_get_size(payload), iv);
        g_assert_false(w.failed);
        test_assert_hex_equal(buf, w.len, rakp_vectors[i].packet);
        g_assert_cmpint(try_open(&crypto, buf, w.len, &out), ==, -1);
        test_assert_hex_equal(plain, out.len, RAKP_VECTOR_PAYLOAD);
    }
}

/* All lengths, behind an RMCP header as on the wire. */
static void test_round_trip(void)
{
    const CipherSuite *suite;
    uint8_t payload[300];
    size_t n, len, i;

    for (i = 0; i < sizeof(payload); i++) {
        payload[i] = i * 7;
    }
    for (n = 0; (suite = cipher_suite_nth(n)); n++) {
        RmcppCrypto crypto = crypto_of_suite(suite->id);

        for (len = 0; len <= sizeof(payload); len++) {
            uint8_t buf[4 + sizeof(payload) + RMCPP_OVERHEAD_MAX];
            uint8_t plain[OUT_SIZE];
            ByteWriter w = byte_writer(buf, sizeof(buf));
            ByteWriter out = byte_writer(plain, sizeof(plain));

            byte_writer_le32(&w, 0x07ff0006);
            rmcpp_seal(&w, &crypto, &session_header, payload, len, iv);
            g_assert_false(w.failed);
            g_assert_cmpint(try_open(&crypto, buf + 4, w.len - 4, &out), ==,
                            -1);
            test_assert_bytes_equal(plain, out.len, payload, len);
        }
    }
}

/* No bit of a packet may change, nothing may be cut off or added. */
static void check_tampering(const RmcppCrypto *crypto, uint8_t *buf,
                            size_t len)
{
    uint8_t plain[OUT_SIZE];
    size_t i;
    unsigned bit;

    for (i = 0; i < len; i++) {
        for (bit = 0; bit < 8; bit++) {
            ByteWriter out = byte_writer(plain, sizeof(plain));

            /* The upper half of the first byte is reserved: still signed. */
            buf[i] ^= 1 << bit;
            g_assert_cmpint(try_open(crypto, buf, len, &out), !=, -1);
            g_assert_cmpuint(out.len, ==, 0);
            buf[i] ^= 1 << bit;
        }
    }
    for (i = 0; i <= len + 40; i++) {
        ByteWriter out = byte_writer(plain, sizeof(plain));

        g_assert((try_open(crypto, buf, i, &out) == -1) == (i == len));
    }
}

static void test_tampering(void)
{
    const CipherSuite *suite;
    size_t n, len;

    for (n = 0; (suite = cipher_suite_nth(n)); n++) {
        RmcppCrypto crypto = crypto_of_suite(suite->id);

        for (len = 7; len < 12 && suite->integrity; len++) {
            uint8_t buf[256] = { 0 };
            ByteWriter w = byte_writer(buf, sizeof(buf));

            rmcpp_seal(&w, &crypto, &session_header, iv, len, iv);
            g_assert_false(w.failed);
            check_tampering(&crypto, buf, w.len);
        }
    }
}

/* A packet must be protected as its session is, neither less nor more. */
static void test_protection(void)
{
    const CipherSuite *from, *to;
    uint8_t buf[256], plain[256];
    size_t i, j;

    for (i = 0; (from = cipher_suite_nth(i)); i++) {
        RmcppCrypto sender = crypto_of_suite(from->id);
        ByteWriter w = byte_writer(buf, sizeof(buf));

        rmcpp_seal(&w, &sender, &session_header, iv, 7, iv);
        for (j = 0; (to = cipher_suite_nth(j)); j++) {
            RmcppCrypto receiver = crypto_of_suite(to->id);
            ByteWriter out = byte_writer(plain, sizeof(plain));
            int res = try_open(&receiver, buf, w.len, &out);
            bool same = from->integrity == to->integrity &&
                        from->conf == to->conf;

            g_assert((res == -1) == same);
            if (!!from->integrity != !!to->integrity ||
                from->conf != to->conf) {
                g_assert_cmpint(res, ==, BMC_ERROR_AUTH);
            }
        }
    }
}

static void test_wrong_key(void)
{
    RmcppCrypto crypto = crypto_of_suite(17);
    uint8_t buf[256], plain[256];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    ByteWriter out = byte_writer(plain, sizeof(plain));

    memset(plain, 0x55, sizeof(plain));
    rmcpp_seal(&w, &crypto, &session_header, iv, 7, iv);
    crypto.k1[31] ^= 1;
    g_assert_cmpint(try_open(&crypto, buf, w.len, &out), ==, BMC_ERROR_AUTH);
    /* nothing has been decrypted */
    g_assert_cmpuint(out.len, ==, 0);
    g_assert_cmphex(plain[0], ==, 0x55);
}

/* Signs whatever is there, as a hostile peer with the key could. */
static void sign(const RmcppCrypto *crypto, ByteWriter *w)
{
    uint8_t *code = byte_writer_grow(w, 12);

    g_assert_nonnull(code);
    crypto_hmac(CRYPTO_SHA1, crypto->k1, crypto->key_len, w->data,
                code - w->data, code, 12);
}

static int open_signed(const RmcppCrypto *crypto, const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    uint8_t buf[256], plain[256];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    ByteWriter out = byte_writer(plain, sizeof(plain));

    byte_writer_bytes(&w, g_bytes_get_data(bytes, NULL),
                      g_bytes_get_size(bytes));
    sign(crypto, &w);
    return try_open(crypto, buf, w.len, &out);
}

static void test_bad_trailer(void)
{
    RmcppCrypto crypto = crypto_of_suite(2);
    size_t i;
    static const char *const bad[] = {
        /* next header */
        "06 40 01000000 01000000 0200 aaaa 0006",
        /* pad length says more or less than there is */
        "06 40 01000000 01000000 0200 aaaa 0107",
        "06 40 01000000 01000000 0100 aa ff 0007",
        "06 40 01000000 01000000 0100 aa ff ff07",
        /* a pad of four, no trailer at all */
        "06 40 01000000 01000000 0200 aaaa ffffffff 0407",
        "06 40 01000000 01000000 0200 aaaa",
        "06 40 01000000 01000000 0200 aaaa 07",
    };

    g_assert_cmpint(open_signed(&crypto, "06 40 01000000 01000000 0200 aaaa"
                                "0007"), ==, -1);
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmpint(open_signed(&crypto, bad[i]), ==, BMC_ERROR_PROTOCOL);
    }
}

/* Encrypts and signs @plain as it is. */
static int open_encrypted(const uint8_t *plain, size_t len)
{
    RmcppCrypto crypto = crypto_of_suite(3);
    uint8_t buf[256], result[256];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    ByteWriter out = byte_writer(result, sizeof(result));
    uint8_t *at;
    int res;

    byte_writer_le16(&w, 0xc006);
    byte_writer_le32(&w, RAKP_VECTOR_MANAGED_ID);
    byte_writer_le32(&w, 1);
    byte_writer_le16(&w, RMCPP_IV_LEN + len);
    byte_writer_bytes(&w, iv, sizeof(iv));
    at = byte_writer_grow(&w, len);
    crypto_aes128_cbc_encrypt(crypto.k2, iv, at, plain, len);
    byte_writer_le16(&w, 0xffff);
    byte_writer_u8(&w, 2);
    byte_writer_u8(&w, RMCPP_NEXT_HEADER);
    sign(&crypto, &w);
    res = try_open(&crypto, buf, w.len, &out);
    g_assert(res == -1 || out.len == 0);
    return res;
}

static void test_bad_conf_pad(void)
{
    uint8_t plain[32];
    unsigned i;

    for (i = 0; i < 32; i++) {
        plain[i] = i & 15;
    }
    /* 16 bytes 0 to 15: nothing but a pad of 15 */
    plain[0] = 1;
    for (i = 0; i < 15; i++) {
        plain[i] = i + 1;
    }
    plain[15] = 15;
    g_assert_cmpint(open_encrypted(plain, 16), ==, -1);
    for (i = 0; i < 15; i++) {
        plain[i] ^= 1;
        g_assert_cmpint(open_encrypted(plain, 16), ==, BMC_ERROR_PROTOCOL);
        plain[i] ^= 1;
    }
    /* longer than a block, longer than the payload */
    for (i = 16; i < 256; i++) {
        plain[15] = i;
        g_assert_cmpint(open_encrypted(plain, 16), ==, BMC_ERROR_PROTOCOL);
    }
    /* a pad of none; no block at all */
    plain[15] = 0;
    g_assert_cmpint(open_encrypted(plain, 16), ==, -1);
    g_assert_cmpint(open_encrypted(plain, 0), ==, BMC_ERROR_PROTOCOL);
}

static void test_small_output(void)
{
    static const uint8_t suites[] = { 0, 3, 17 };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        RmcppCrypto crypto = crypto_of_suite(suites[i]);
        uint8_t buf[256], plain[6];
        ByteWriter w = byte_writer(buf, sizeof(buf));
        ByteWriter out = byte_writer(plain, sizeof(plain));

        rmcpp_seal(&w, &crypto, &session_header, iv, 7, iv);
        g_assert_cmpint(try_open(&crypto, buf, w.len, &out), ==,
                        BMC_ERROR_LIMIT);
    }
}

static void test_unknown_algorithm(void)
{
    RmcppCrypto crypto = crypto_of_suite(3);
    uint8_t buf[256], plain[256];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    ByteWriter out = byte_writer(plain, sizeof(plain));

    rmcpp_seal(&w, &crypto, &session_header, iv, 7, iv);
    crypto.conf = 2;
    g_assert_cmpint(try_open(&crypto, buf, w.len, &out), ==, BMC_ERROR_AUTH);
    rmcpp_seal(&w, &crypto, &session_header, iv, 7, iv);
    g_assert_true(w.failed);
}

static void build_sealed(ByteWriter *w)
{
    RmcppCrypto crypto = crypto_of_suite(17);

    rmcpp_seal(w, &crypto, &session_header, iv, 7, iv);
}

static void test_short_buffers(void)
{
    codec_test_short_buffers(build_sealed);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/rmcpp/header", test_header);
    g_test_add_func("/codec/rmcpp/header-oem", test_header_oem);
    g_test_add_func("/codec/rmcpp/header-bad", test_header_bad);
    g_test_add_func("/codec/rmcpp/vectors", test_vectors);
    g_test_add_func("/codec/rmcpp/round-trip", test_round_trip);
    g_test_add_func("/codec/rmcpp/tampering", test_tampering);
    g_test_add_func("/codec/rmcpp/protection", test_protection);
    g_test_add_func("/codec/rmcpp/wrong-key", test_wrong_key);
    g_test_add_func("/codec/rmcpp/bad-trailer", test_bad_trailer);
    g_test_add_func("/codec/rmcpp/bad-conf-pad", test_bad_conf_pad);
    g_test_add_func("/codec/rmcpp/small-output", test_small_output);
    g_test_add_func("/codec/rmcpp/unknown-algorithm",
                    test_unknown_algorithm);
    g_test_add_func("/codec/rmcpp/short-buffers", test_short_buffers);
    return g_test_run();
}
