/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPMI messages of LAN and IPMB. */
#include "osdep.h"

#include "codec/ipmb.h"

#include "codec/ipmi.h"
#include "tests/unit/codec/codec-test.h"

static const uint8_t auth_caps[] = {
    0x20, 0x18, 0xc8, 0x81, 0x04, 0x38, 0x8e, 0x04, 0xb1,
};

static bool parse(const uint8_t *buf, size_t len, GError **errp)
{
    IpmbMessage msg;

    return ipmb_parse(buf, len, &msg, errp);
}

static void test_checksum(void)
{
    g_assert_cmpuint(ipmb_checksum(auth_caps, 2), ==, 0xc8);
    g_assert_cmpuint(ipmb_checksum(auth_caps + 3, 5), ==, 0xb1);
    g_assert_cmpuint(ipmb_checksum(NULL, 0), ==, 0);
}

static void test_request(void)
{
    uint8_t buf[32];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    IpmbMessage msg;

    g_assert_true(ipmb_parse(auth_caps, sizeof(auth_caps), &msg, NULL));
    g_assert_cmpuint(msg.to, ==, IPMI_ADDR_BMC);
    g_assert_cmpuint(msg.netfn, ==, IPMI_NETFN_APP);
    g_assert_cmpuint(msg.to_lun, ==, 0);
    g_assert_cmpuint(msg.from, ==, IPMI_ADDR_REMOTE_CONSOLE);
    g_assert_cmpuint(msg.seq, ==, 1);
    g_assert_cmpuint(msg.from_lun, ==, 0);
    g_assert_cmpuint(msg.cmd, ==, 0x38);
    test_assert_hex_equal(msg.data, msg.data_len, "8e04");
    ipmb_build(&w, &msg);
    test_assert_bytes_equal(buf, w.len, auth_caps, sizeof(auth_caps));
    codec_test_truncations(parse, &w);
}

static void test_response(void)
{
    /* LUNs 2 and 1, sequence 0x3f: every field has to find its place */
    IpmbMessage req = {
        .to = 0x20, .netfn = 0x00, .to_lun = 2, .from = 0x81, .seq = 0x3f,
        .from_lun = 1, .cmd = 0x01,
    };
    static const uint8_t data[] = { 0x21, 0x00, 0x00 };
    uint8_t buf[32];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    IpmbMessage rsp;

    ipmb_build_response(&w, &req, IPMI_CC_OK, data, sizeof(data));
    test_assert_hex_equal(buf, w.len, "81 05 7a 20 fe 01 00 210000 c0");
    codec_test_truncations(parse, &w);
    g_assert_true(ipmb_parse(buf, w.len, &rsp, NULL));
    g_assert_cmpuint(rsp.to, ==, 0x81);
    g_assert_cmpuint(rsp.netfn, ==, 0x01);
    g_assert_cmpuint(rsp.to_lun, ==, 1);
    g_assert_cmpuint(rsp.from, ==, 0x20);
    g_assert_cmpuint(rsp.from_lun, ==, 2);
    g_assert_cmpuint(rsp.seq, ==, 0x3f);
    test_assert_hex_equal(rsp.data, rsp.data_len, "00 210000");
    w = byte_writer(buf, sizeof(buf));
    ipmb_build_response(&w, &req, IPMI_CC_INVALID_CMD, NULL, 0);
    test_assert_hex_equal(buf, w.len, "81 05 7a 20 fe 01 c1 20");
}

static void test_corrupt(void)
{
    uint8_t buf[sizeof(auth_caps)];
    size_t i;
    unsigned bit;

    for (i = 0; i < sizeof(buf); i++) {
        for (bit = 0; bit < 8; bit++) {
            memcpy(buf, auth_caps, sizeof(buf));
            buf[i] ^= 1 << bit;
            g_assert_false(codec_test_parse(parse, buf, sizeof(buf)));
        }
    }
}

static void build_good(ByteWriter *w)
{
    ipmb_build_response(w, &(IpmbMessage) { .to = 0x20, .from = 0x81 }, 0,
                        auth_caps, sizeof(auth_caps));
}

static void test_build_bad(void)
{
    const IpmbMessage bad[] = {
        { .netfn = 0x40 }, { .to_lun = 4 }, { .from_lun = 4 },
        { .seq = 0x40 },
    };
    uint8_t buf[32];
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        ByteWriter w = byte_writer(buf, sizeof(buf));

        ipmb_build(&w, &bad[i]);
        g_assert_true(w.failed);
    }
    codec_test_short_buffers(build_good);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/ipmb/checksum", test_checksum);
    g_test_add_func("/codec/ipmb/request", test_request);
    g_test_add_func("/codec/ipmb/response", test_response);
    g_test_add_func("/codec/ipmb/corrupt", test_corrupt);
    g_test_add_func("/codec/ipmb/build-bad", test_build_bad);
    return g_test_run();
}
