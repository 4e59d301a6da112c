/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open Session and RAKP messages on the wire. */
#include "osdep.h"

#include "codec/rakp.h"

#include "tests/unit/codec/codec-test.h"

/* Open Session Request as ipmitool -C 3 sends it */
#define OPEN_REQUEST \
    "00 00 0000 a0a2a3a4" \
    "00 0000 08 01 000000" "01 0000 08 01 000000" "02 0000 08 01 000000"

static RakpOpenRequest open_request(const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    RakpOpenRequest req;

    g_assert_true(rakp_parse_open_request(g_bytes_get_data(bytes, NULL),
                                          g_bytes_get_size(bytes), &req,
                                          NULL));
    return req;
}

static bool parse_open_request(const uint8_t *buf, size_t len, GError **errp)
{
    RakpOpenRequest req;

    return rakp_parse_open_request(buf, len, &req, errp);
}

static bool parse_open_response(const uint8_t *buf, size_t len, GError **errp)
{
    RakpOpenResponse rsp;

    return rakp_parse_open_response(buf, len, &rsp, errp);
}

static bool parse_1(const uint8_t *buf, size_t len, GError **errp)
{
    Rakp1 msg;

    return rakp_parse_1(buf, len, &msg, errp);
}

static bool parse_2(const uint8_t *buf, size_t len, GError **errp)
{
    Rakp2 msg;

    return rakp_parse_2(buf, len, &msg, errp);
}

static bool parse_3(const uint8_t *buf, size_t len, GError **errp)
{
    Rakp3 msg;

    return rakp_parse_3(buf, len, &msg, errp);
}

static bool parse_4(const uint8_t *buf, size_t len, GError **errp)
{
    Rakp4 msg;

    return rakp_parse_4(buf, len, &msg, errp);
}

static void test_open_request(void)
{
    RakpOpenRequest req = open_request(OPEN_REQUEST);
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    g_assert_cmpuint(req.tag, ==, 0);
    g_assert_cmpuint(req.status, ==, IPMI_RAKP_STATUS_OK);
    g_assert_cmpuint(req.max_priv, ==, IPMI_PRIV_UNSPECIFIED);
    g_assert_cmphex(req.console_id, ==, 0xa4a3a2a0);
    g_assert_cmpuint(req.auth.alg, ==, IPMI_RAKP_HMAC_SHA1);
    g_assert_cmpuint(req.integrity.alg, ==, IPMI_INTEGRITY_HMAC_SHA1_96);
    g_assert_cmpuint(req.conf.alg, ==, IPMI_CONF_AES_CBC_128);
    g_assert_false(req.auth.any || req.integrity.any || req.conf.any);
    rakp_build_open_request(&w, &req);
    test_assert_hex_equal(buf, w.len, OPEN_REQUEST);
    codec_test_truncations(parse_open_request, &w);
    byte_writer_u8(&w, 0);
    g_assert_false(codec_test_parse(parse_open_request, buf, w.len));
}

static void test_open_request_any(void)
{
    static const char hex[] =
        "07 04 0000 01000000"
        "00 0000 00 00 000000" "01 0000 00 00 000000" "02 0000 08 3f 000000";
    RakpOpenRequest req = open_request(hex);
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    g_assert_cmpuint(req.status, ==, IPMI_RAKP_STATUS_OK);
    g_assert_cmpuint(req.max_priv, ==, IPMI_PRIV_ADMIN);
    g_assert_true(req.auth.any && req.integrity.any && !req.conf.any);
    /* an algorithm that nobody knows is the session layer's to refuse */
    g_assert_cmpuint(req.conf.alg, ==, 0x3f);
    rakp_build_open_request(&w, &req);
    test_assert_hex_equal(buf, w.len, hex);
}

/* Complete, so answered, but with a field that cannot be. */
static void test_open_request_bad(void)
{
    static const struct {
        const char *hex;
        uint8_t status;
    } bad[] = {
        { "00 00 0000 01000000 00 0000 08 01 000000"
          "02 0000 08 01 000000 02 0000 08 01 000000",
          IPMI_RAKP_STATUS_INVALID_PAYLOAD },
        { "00 00 0000 01000000 03 0000 08 01 000000"
          "01 0000 08 01 000000 02 0000 08 01 000000",
          IPMI_RAKP_STATUS_INVALID_PAYLOAD },
        { "00 00 0000 01000000 00 0000 08 01 000000"
          "01 0000 08 01 000000 02 0000 09 01 000000",
          IPMI_RAKP_STATUS_ILLEGAL_PARAM },
        { "00 06 0000 01000000 00 0000 08 01 000000"
          "01 0000 08 01 000000 02 0000 08 01 000000",
          IPMI_RAKP_STATUS_INVALID_ROLE },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        RakpOpenRequest req = open_request(bad[i].hex);

        g_assert_cmphex(req.status, ==, bad[i].status);
        g_assert_cmphex(req.console_id, ==, 1);
    }
}

static void build_open_response(ByteWriter *w)
{
    rakp_build_open_response(w, &(RakpOpenResponse) {
        .tag = 5, .max_priv = IPMI_PRIV_ADMIN, .console_id = 0xa4a3a2a0,
        .managed_id = 0x02100d3c, .auth = 3, .integrity = 4, .conf = 1,
    });
}

static void test_open_response(void)
{
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    RakpOpenResponse rsp;

    build_open_response(&w);
    test_assert_hex_equal(buf, w.len,
                          "05 00 04 00 a0a2a3a4 3c0d1002 00 0000 08 03 000000"
                          "01 0000 08 04 000000 02 0000 08 01 000000");
    g_assert_cmpuint(w.len, ==, RAKP_OPEN_RESPONSE_LEN);
    codec_test_truncations(parse_open_response, &w);
    codec_test_short_buffers(build_open_response);
    g_assert_true(rakp_parse_open_response(buf, w.len, &rsp, NULL));
    g_assert_cmphex(rsp.managed_id, ==, 0x02100d3c);
    g_assert_cmphex(rsp.console_id, ==, 0xa4a3a2a0);
    g_assert_cmpuint(rsp.auth, ==, 3);
    g_assert_cmpuint(rsp.integrity, ==, 4);
    g_assert_cmpuint(rsp.conf, ==, 1);
    buf[20] = 2;
    g_assert_false(codec_test_parse(parse_open_response, buf, w.len));
    w = byte_writer(buf, sizeof(buf));
    rsp.status = IPMI_RAKP_STATUS_NO_SUITE_MATCH;
    rakp_build_open_response(&w, &rsp);
    test_assert_hex_equal(buf, w.len, "05 11 04 00 a0a2a3a4");
    codec_test_truncations(parse_open_response, &w);
}

static const Rakp1 rakp1 = {
    .tag = 1, .managed_id = 0x02100d3c, .console_random = { 1, 2, 3 },
    .role = RAKP_ROLE_NAME_ONLY | IPMI_PRIV_ADMIN, .name_len = 5,
    .name = "admin",
};

static void build_1(ByteWriter *w)
{
    rakp_build_1(w, &rakp1);
}

static void test_1(void)
{
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    size_t len;
    Rakp1 msg;

    build_1(&w);
    test_assert_hex_equal(buf, w.len,
                          "01 000000 3c0d1002 01020300000000000000000000000000"
                          "14 0000 05 61646d696e");
    codec_test_truncations(parse_1, &w);
    codec_test_short_buffers(build_1);
    g_assert_true(rakp_parse_1(buf, w.len, &msg, NULL));
    test_assert_bytes_equal(&msg, sizeof(msg), &rakp1, sizeof(rakp1));
    /* nothing between the name's own length and the whole field */
    memset(buf + w.len, 0, sizeof(buf) - w.len);
    for (len = w.len + 1; len < sizeof(buf); len++) {
        g_assert(codec_test_parse(parse_1, buf, len) == (len == 44));
    }
    g_assert_true(rakp_parse_1(buf, 44, &msg, NULL));
    test_assert_bytes_equal(&msg, sizeof(msg), &rakp1, sizeof(rakp1));
}

static void test_1_bad(void)
{
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    Rakp1 msg = rakp1;

    msg.name_len = IPMI_NAME_MAX + 1;
    rakp_build_1(&w, &msg);
    g_assert_true(w.failed);
    w = byte_writer(buf, sizeof(buf));
    build_1(&w);
    buf[27] = IPMI_NAME_MAX + 1;
    g_assert_true(rakp_parse_1(buf, w.len, &msg, NULL));
    g_assert_cmphex(msg.status, ==, IPMI_RAKP_STATUS_INVALID_NAME_LENGTH);
    g_assert_cmphex(msg.managed_id, ==, 0x02100d3c);
    g_assert_cmpuint(msg.name_len, ==, 0);
    buf[27] = 5;
    buf[24] = 0x16;
    g_assert_true(rakp_parse_1(buf, w.len, &msg, NULL));
    g_assert_cmphex(msg.status, ==, IPMI_RAKP_STATUS_INVALID_ROLE);
    g_assert_cmpuint(msg.name_len, ==, 0);
}

static const Rakp2 rakp2 = {
    .tag = 1, .console_id = 0xa4a3a2a0, .managed_random = { 4, 5, 6 },
    .guid = { 7, 8, 9 }, .code_len = 32, .code = { 10, 11, 12 },
};

static void build_2(ByteWriter *w)
{
    rakp_build_2(w, &rakp2);
}

/* A code that is cut off is a shorter code, which no algorithm accepts. */
static void test_2(void)
{
    uint8_t buf[RAKP_MESSAGE_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    size_t len;
    Rakp2 msg;

    build_2(&w);
    g_assert_cmpuint(w.len, ==, 72);
    codec_test_short_buffers(build_2);
    g_assert_true(rakp_parse_2(buf, w.len, &msg, NULL));
    test_assert_bytes_equal(&msg, sizeof(msg), &rakp2, sizeof(rakp2));
    for (len = 0; len <= sizeof(buf); len++) {
        g_assert(codec_test_parse(parse_2, buf, len) ==
                 (len >= 40 && len <= 72));
        if (len >= 40 && len <= 72) {
            g_assert_true(rakp_parse_2(buf, len, &msg, NULL));
            g_assert_cmpuint(msg.code_len, ==, len - 40);
        }
    }
    w = byte_writer(buf, sizeof(buf));
    msg.status = IPMI_RAKP_STATUS_UNAUTHORIZED_NAME;
    rakp_build_2(&w, &msg);
    test_assert_hex_equal(buf, w.len, "01 0d 0000 a0a2a3a4");
    codec_test_truncations(parse_2, &w);
    g_assert_true(rakp_parse_2(buf, w.len, &msg, NULL));
    g_assert_cmphex(msg.status, ==, IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    g_assert_cmpuint(msg.code_len, ==, 0);
}

static const Rakp3 rakp3 = {
    .tag = 2, .managed_id = 0x02100d3c, .code_len = 20, .code = { 1, 2 },
};

static void build_3(ByteWriter *w)
{
    rakp_build_3(w, &rakp3);
}

static void test_3(void)
{
    uint8_t buf[RAKP_MESSAGE_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    size_t len;
    Rakp3 msg;

    build_3(&w);
    test_assert_hex_equal(buf, w.len,
                          "02 00 0000 3c0d1002"
                          "0102000000000000000000000000000000000000");
    codec_test_short_buffers(build_3);
    g_assert_true(rakp_parse_3(buf, w.len, &msg, NULL));
    test_assert_bytes_equal(&msg, sizeof(msg), &rakp3, sizeof(rakp3));
    for (len = 0; len <= sizeof(buf); len++) {
        g_assert(codec_test_parse(parse_3, buf, len) ==
                 (len >= 8 && len <= 40));
    }
    w = byte_writer(buf, sizeof(buf));
    msg.status = IPMI_RAKP_STATUS_INVALID_ICV;
    rakp_build_3(&w, &msg);
    test_assert_hex_equal(buf, w.len, "02 0f 0000 3c0d1002");
    codec_test_truncations(parse_3, &w);
}

static const Rakp4 rakp4 = {
    .tag = 3, .console_id = 0xa4a3a2a0, .icv_len = 12, .icv = { 1, 2 },
};

static void build_4(ByteWriter *w)
{
    rakp_build_4(w, &rakp4);
}

static void test_4(void)
{
    uint8_t buf[RAKP_MESSAGE_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    size_t len;
    Rakp4 msg;

    build_4(&w);
    test_assert_hex_equal(buf, w.len,
                          "03 00 0000 a0a2a3a4 010200000000000000000000");
    codec_test_short_buffers(build_4);
    g_assert_true(rakp_parse_4(buf, w.len, &msg, NULL));
    test_assert_bytes_equal(&msg, sizeof(msg), &rakp4, sizeof(rakp4));
    for (len = 0; len <= sizeof(buf); len++) {
        g_assert(codec_test_parse(parse_4, buf, len) ==
                 (len >= 8 && len <= 40));
    }
    w = byte_writer(buf, sizeof(buf));
    msg.status = IPMI_RAKP_STATUS_INVALID_ICV;
    rakp_build_4(&w, &msg);
    test_assert_hex_equal(buf, w.len, "03 0f 0000 a0a2a3a4");
    codec_test_truncations(parse_4, &w);
    msg = rakp4;
    msg.icv_len = CRYPTO_DIGEST_MAX + 1;
    rakp_build_4(&w, &msg);
    g_assert_true(w.failed);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/rakp/open-request", test_open_request);
    g_test_add_func("/codec/rakp/open-request-any", test_open_request_any);
    g_test_add_func("/codec/rakp/open-request-bad", test_open_request_bad);
    g_test_add_func("/codec/rakp/open-response", test_open_response);
    g_test_add_func("/codec/rakp/1", test_1);
    g_test_add_func("/codec/rakp/1-bad", test_1_bad);
    g_test_add_func("/codec/rakp/2", test_2);
    g_test_add_func("/codec/rakp/3", test_3);
    g_test_add_func("/codec/rakp/4", test_4);
    return g_test_run();
}
