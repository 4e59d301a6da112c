/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RMCP header, ASF messages, IPMI 1.5 wrapper and code names. */
#include "osdep.h"

#include "codec/rmcp.h"

#include "codec/asf.h"
#include "codec/ipmi.h"
#include "codec/ipmi15.h"
#include "tests/unit/codec/codec-test.h"

static bool parse_rmcp(const uint8_t *buf, size_t len, GError **errp)
{
    RmcpMessage msg;

    return rmcp_parse(buf, len, &msg, errp);
}

static bool parse_asf(const uint8_t *buf, size_t len, GError **errp)
{
    AsfMessage msg;

    return asf_parse(buf, len, &msg, errp);
}

static bool parse_ipmi15(const uint8_t *buf, size_t len, GError **errp)
{
    Ipmi15Packet pkt;

    return ipmi15_parse(buf, len, &pkt, errp);
}

static bool parse_hex(CodecTestParse parse, const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);

    return codec_test_parse(parse, g_bytes_get_data(bytes, NULL),
                            g_bytes_get_size(bytes));
}

static void test_rmcp_parse(void)
{
    g_autoptr(GBytes) bytes = test_hex("0600ff07 0900");
    RmcpMessage msg;

    g_assert_true(rmcp_parse(g_bytes_get_data(bytes, NULL), 6, &msg, NULL));
    g_assert_cmpuint(msg.sequence, ==, RMCP_SEQ_NONE);
    g_assert_cmpuint(msg.msg_class, ==, RMCP_CLASS_IPMI);
    g_assert_false(msg.ack);
    g_assert_false(rmcp_wants_ack(&msg));
    test_assert_hex_equal(msg.data, msg.data_len, "0900");
    g_assert_true(parse_hex(parse_rmcp, "0600ff06"));
    g_assert_true(parse_hex(parse_rmcp, "0600ff08"));
    g_assert_false(parse_hex(parse_rmcp, ""));
    g_assert_false(parse_hex(parse_rmcp, "0600ff"));
    g_assert_false(parse_hex(parse_rmcp, "0500ff07"));
    g_assert_false(parse_hex(parse_rmcp, "0600ff05"));
    g_assert_false(parse_hex(parse_rmcp, "0600ff09"));
}

static void test_rmcp_ack(void)
{
    g_autoptr(GBytes) bytes = test_hex("06002a06 aa");
    RmcpMessage msg;
    uint8_t buf[RMCP_HEADER_LEN];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    g_assert_true(rmcp_parse(g_bytes_get_data(bytes, NULL), 5, &msg, NULL));
    g_assert_true(rmcp_wants_ack(&msg));
    rmcp_build_ack(&w, &msg);
    g_assert_false(w.failed);
    test_assert_hex_equal(buf, w.len, "06002a86");
    /* An acknowledge is never acknowledged. */
    g_assert_true(rmcp_parse(buf, w.len, &msg, NULL));
    g_assert_true(msg.ack);
    g_assert_cmpuint(msg.msg_class, ==, RMCP_CLASS_ASF);
    g_assert_false(rmcp_wants_ack(&msg));
    g_assert_false(parse_hex(parse_rmcp, "06002a86 00"));
}

static void build_rmcp(ByteWriter *w)
{
    rmcp_build(w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
}

static void test_rmcp_build(void)
{
    uint8_t buf[RMCP_HEADER_LEN];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    build_rmcp(&w);
    test_assert_hex_equal(buf, w.len, "0600ff07");
    codec_test_truncations(parse_rmcp, &w);
    codec_test_short_buffers(build_rmcp);
}

static void test_asf_ping(void)
{
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    AsfMessage msg;
    AsfPong pong;

    asf_build_ping(&w, 0x5a);
    test_assert_hex_equal(buf, w.len, "000011be 80 5a 00 00");
    codec_test_truncations(parse_asf, &w);
    g_assert_true(asf_parse(buf, w.len, &msg, NULL));
    g_assert_cmpuint(msg.type, ==, ASF_TYPE_PING);
    g_assert_cmpuint(msg.tag, ==, 0x5a);
    g_assert_cmpuint(msg.data_len, ==, 0);
    g_assert_false(asf_parse_pong(&msg, &pong, NULL));
    /* data that is not there, data that the length does not cover, IANA */
    g_assert_false(parse_hex(parse_asf, "000011be 80 5a 00 01"));
    g_assert_false(parse_hex(parse_asf, "000011be 80 5a 00 00 00"));
    g_assert_false(parse_hex(parse_asf, "be110000 80 5a 00 00"));
}

static void build_pong(ByteWriter *w)
{
    asf_build_pong(w, 0xfe);
}

static void test_asf_pong(void)
{
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    AsfMessage msg;
    AsfPong pong;

    build_pong(&w);
    test_assert_hex_equal(buf, w.len,
                          "000011be 40 fe 00 10"
                          "000011be 00000000 81 00 000000000000");
    codec_test_truncations(parse_asf, &w);
    codec_test_short_buffers(build_pong);
    g_assert_true(asf_parse(buf, w.len, &msg, NULL));
    g_assert_true(asf_parse_pong(&msg, &pong, NULL));
    g_assert_cmpuint(pong.oem_iana, ==, ASF_IANA);
    g_assert_cmpuint(pong.entities, ==, ASF_ENTITY_IPMI | ASF_ENTITY_ASF_1_0);
    msg.data_len--;
    g_assert_false(asf_parse_pong(&msg, &pong, NULL));
}

/* Get Channel Authentication Capabilities as ipmitool sends it first */
static void test_ipmi15_none(void)
{
    g_autoptr(GBytes) bytes =
        test_hex("00 00000000 00000000 09 20 18 c8 81 04 38 8e 04 b1");
    const uint8_t *data = g_bytes_get_data(bytes, NULL);
    size_t len = g_bytes_get_size(bytes);
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    Ipmi15Packet pkt;

    g_assert_false(ipmi15_is_rmcpp(data, len));
    g_assert_true(ipmi15_parse(data, len, &pkt, NULL));
    g_assert_true(ipmi15_is_sessionless(&pkt));
    g_assert_null(pkt.auth_code);
    test_assert_hex_equal(pkt.payload, pkt.payload_len,
                          "20 18 c8 81 04 38 8e 04 b1");
    ipmi15_build(&w, &pkt);
    test_assert_bytes_equal(buf, w.len, data, len);
    codec_test_truncations(parse_ipmi15, &w);
    /* the legacy pad is one byte, not two */
    byte_writer_u8(&w, 0);
    g_assert_true(codec_test_parse(parse_ipmi15, buf, w.len));
    byte_writer_u8(&w, 0);
    g_assert_false(codec_test_parse(parse_ipmi15, buf, w.len));
}

static void test_ipmi15_auth_code(void)
{
    static const uint8_t code[IPMI15_AUTH_CODE_LEN] = { 0xaa, 0xbb, 0xcc };
    static const uint8_t payload[] = { 1, 2, 3 };
    Ipmi15Packet in = {
        .auth_type = IPMI_AUTH_MD5, .sequence = 0x01020304,
        .session_id = 0x0a0b0c0d, .auth_code = code,
        .payload = payload, .payload_len = sizeof(payload),
    };
    Ipmi15Packet out;
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    ipmi15_build(&w, &in);
    test_assert_hex_equal(buf, w.len,
                          "02 04030201 0d0c0b0a"
                          "aabbcc00000000000000000000000000 03 010203");
    codec_test_truncations(parse_ipmi15, &w);
    g_assert_true(ipmi15_parse(buf, w.len, &out, NULL));
    g_assert_cmpuint(out.auth_type, ==, IPMI_AUTH_MD5);
    g_assert_cmpuint(out.sequence, ==, 0x01020304);
    g_assert_cmpuint(out.session_id, ==, 0x0a0b0c0d);
    g_assert_false(ipmi15_is_sessionless(&out));
    test_assert_bytes_equal(out.auth_code, 16, code, sizeof(code));
    test_assert_bytes_equal(out.payload, out.payload_len, payload, 3);
}

static void test_ipmi15_bad(void)
{
    static const uint8_t zero[IPMI15_PAYLOAD_MAX + 1];
    Ipmi15Packet pkt = { .payload = zero, .payload_len = sizeof(zero) };
    uint8_t buf[512];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    ipmi15_build(&w, &pkt);
    g_assert_true(w.failed);
    w = byte_writer(buf, sizeof(buf));
    pkt.payload_len = 1;
    pkt.auth_type = IPMI_AUTH_MD5;
    ipmi15_build(&w, &pkt);
    g_assert_true(w.failed);
    /* reserved types, and RMCP+'s */
    g_assert_false(parse_hex(parse_ipmi15, "03 00000000 00000000 00"));
    g_assert_false(parse_hex(parse_ipmi15, "07 00000000 00000000 00"));
    g_assert_false(parse_hex(parse_ipmi15, "06 00000000 00000000 00"));
    g_assert_true(parse_hex(parse_ipmi15, "00 00000000 00000000 00"));
    g_assert_true(ipmi15_is_rmcpp((const uint8_t *)"\x06", 1));
    g_assert_false(ipmi15_is_rmcpp(NULL, 0));
}

/* The digests were computed apart from this codec. */
static void test_ipmi15_verify(void)
{
    static const struct {
        uint8_t type;
        const char *code;
    } cases[] = {
        { IPMI_AUTH_MD5, "d6a956ffff37d4c920c8d2eea334f2ad" },
        { IPMI_AUTH_MD2, "427081870768501222ed1e21adf3e0a7" },
        { IPMI_AUTH_PASSWORD, "70617373776f72640000000000000000" },
    };
    static const uint8_t payload[] = {
        0x20, 0x18, 0xc8, 0x81, 0x04, 0x01, 0x7a,
    };
    static const uint8_t password[IPMI_PASSWORD15_MAX] = "password";
    static const uint8_t wrong[IPMI_PASSWORD15_MAX] = "passworD";
    uint8_t code[IPMI15_AUTH_CODE_LEN];
    Ipmi15Packet pkt = {
        .session_id = 0x12345678,
        .sequence = 0x10,
        .payload = payload,
        .payload_len = sizeof(payload),
    };
    size_t i;

    g_assert_false(ipmi15_check(&pkt, password));
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        pkt.auth_type = cases[i].type;
        ipmi15_auth_code(&pkt, password, code);
        test_assert_hex_equal(code, sizeof(code), cases[i].code);
        pkt.auth_code = code;
        g_assert_true(ipmi15_check(&pkt, password));
        g_assert_false(ipmi15_check(&pkt, wrong));
        pkt.sequence++;
        g_assert_cmpint(ipmi15_check(&pkt, password), ==,
                        cases[i].type == IPMI_AUTH_PASSWORD);
        pkt.sequence--;
    }
    pkt.auth_type = IPMI_AUTH_OEM;
    memset(code, 0, sizeof(code));
    g_assert_false(ipmi15_check(&pkt, password));
}

static void test_ipmi15_auth_list(void)
{
    static const char *const bad[] = {
        "", "none", "MD5", "md5,", "md5,md5", "off,md5", "md5 md2",
    };
    uint8_t types = 0xff;
    size_t i;

    g_assert_true(ipmi15_parse_auth_list("off", &types, NULL));
    g_assert_cmphex(types, ==, 0);
    g_assert_true(ipmi15_parse_auth_list("password, md2,md5", &types, NULL));
    g_assert_cmphex(types, ==, 0x16);
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) err = NULL;

        g_assert_false(ipmi15_parse_auth_list(bad[i], &types, &err));
        g_assert_nonnull(err);
    }
}

static void test_names(void)
{
    unsigned i;

    g_assert_cmpstr(ipmi_cc_name(0x00), ==, "command completed normally");
    g_assert_cmpstr(ipmi_cc_name(0xc1), ==, "invalid command");
    g_assert_cmpstr(ipmi_cc_name(0xd4), ==, "insufficient privilege level");
    g_assert_cmpstr(ipmi_cc_name(0x80), ==, "command-specific completion code");
    g_assert_cmpstr(ipmi_cc_name(0x01), ==, "OEM completion code");
    g_assert_cmpstr(ipmi_cc_name(0xbf), ==, "reserved completion code");
    g_assert_cmpstr(ipmi_rakp_status_name(0x00), ==, "no errors");
    g_assert_cmpstr(ipmi_rakp_status_name(0x0d), ==, "unauthorized name");
    g_assert_cmpstr(ipmi_rakp_status_name(0x13), ==, "reserved status code");
    /* table 5-2 and table 13-15 are complete */
    for (i = 0xc0; i <= 0xd6; i++) {
        g_assert_cmpstr(ipmi_cc_name(i), !=, "reserved completion code");
    }
    for (i = 0x00; i <= 0x12; i++) {
        g_assert_cmpstr(ipmi_rakp_status_name(i), !=, "reserved status code");
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/rmcp/parse", test_rmcp_parse);
    g_test_add_func("/codec/rmcp/ack", test_rmcp_ack);
    g_test_add_func("/codec/rmcp/build", test_rmcp_build);
    g_test_add_func("/codec/asf/ping", test_asf_ping);
    g_test_add_func("/codec/asf/pong", test_asf_pong);
    g_test_add_func("/codec/ipmi15/none", test_ipmi15_none);
    g_test_add_func("/codec/ipmi15/auth-code", test_ipmi15_auth_code);
    g_test_add_func("/codec/ipmi15/bad", test_ipmi15_bad);
    g_test_add_func("/codec/ipmi15/verify", test_ipmi15_verify);
    g_test_add_func("/codec/ipmi15/auth-list", test_ipmi15_auth_list);
    g_test_add_func("/codec/ipmi/names", test_names);
    return g_test_run();
}
