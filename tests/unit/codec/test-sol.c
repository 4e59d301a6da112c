/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SOL payloads: bytes as table 15-2 has them. */
#include "osdep.h"

#include "codec/sol.h"

#include "test-util.h"
#include "util/error.h"

static bool parse(const char *hex, SolPacket *pkt)
{
    static GBytes *bytes;
    g_autoptr(GError) err = NULL;
    const void *data;
    size_t len;
    bool ok;

    g_clear_pointer(&bytes, g_bytes_unref);
    bytes = test_hex(hex);
    data = g_bytes_get_data(bytes, &len);
    ok = sol_parse(data, len, pkt, &err);
    if (!ok) {
        g_assert_error(err, BMC_ERROR, BMC_ERROR_PROTOCOL);
    }
    return ok;
}

static void test_parse(void)
{
    SolPacket pkt;

    g_assert_true(parse("0f 0e 07 7f 61 62", &pkt));
    g_assert_cmpint(pkt.sequence, ==, 15);
    g_assert_cmpint(pkt.acked, ==, 14);
    g_assert_cmpint(pkt.accepted, ==, 7);
    g_assert_cmpint(pkt.bits, ==, 0x7f);
    test_assert_bytes_equal(pkt.data, pkt.data_len, "ab", 2);
    g_assert_true(parse("01 00 00 10", &pkt));
    g_assert_cmpint(pkt.bits, ==, SOL_OP_BREAK);
    g_assert_cmpint(pkt.data_len, ==, 0);
}

static void test_reserved(void)
{
    SolPacket pkt;

    g_assert_true(parse("f1 f2 03 ff 61", &pkt));
    g_assert_cmpint(pkt.sequence, ==, 1);
    g_assert_cmpint(pkt.acked, ==, 2);
    g_assert_cmpint(pkt.bits, ==, 0x7f);
    /* Nothing is acknowledged: the count means nothing. */
    g_assert_true(parse("01 00 09 00", &pkt));
    g_assert_cmpint(pkt.accepted, ==, 0);
    /* Characters that could not be acknowledged. */
    g_assert_true(parse("00 01 02 00 61 62", &pkt));
    g_assert_cmpint(pkt.data_len, ==, 0);
}

static void test_bad(void)
{
    static const char *const bad[] = { "", "01", "01 00", "01 00 00" };
    uint8_t buf[SOL_HEADER_LEN + SOL_DATA_MAX + 1] = { 1 };
    SolPacket pkt;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(parse(bad[i], &pkt));
    }
    g_assert_true(sol_parse(buf, sizeof(buf) - 1, &pkt, NULL));
    g_assert_cmpint(pkt.data_len, ==, SOL_DATA_MAX);
    g_assert_false(sol_parse(buf, sizeof(buf), &pkt, NULL));
}

static void test_build(void)
{
    uint8_t buf[SOL_HEADER_LEN + SOL_DATA_MAX + 1];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    SolPacket pkt = {
        .sequence = 3,
        .acked = 2,
        .accepted = 5,
        .bits = SOL_STATUS_OVERRUN,
        .data = (const uint8_t *)"ab",
        .data_len = 2,
    };

    sol_build(&w, &pkt);
    g_assert_false(w.failed);
    test_assert_hex_equal(w.data, w.len, "03 02 05 08 61 62");
    w = byte_writer(buf, 5);
    sol_build(&w, &pkt);
    g_assert_true(w.failed);
    w = byte_writer(buf, sizeof(buf));
    pkt.data = buf;
    pkt.data_len = SOL_DATA_MAX + 1;
    sol_build(&w, &pkt);
    g_assert_true(w.failed);
}

static void test_sequence(void)
{
    g_assert_cmpint(sol_next_sequence(0), ==, 1);
    g_assert_cmpint(sol_next_sequence(1), ==, 2);
    g_assert_cmpint(sol_next_sequence(14), ==, 15);
    g_assert_cmpint(sol_next_sequence(15), ==, 1);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/sol/parse", test_parse);
    g_test_add_func("/codec/sol/reserved", test_reserved);
    g_test_add_func("/codec/sol/bad", test_bad);
    g_test_add_func("/codec/sol/build", test_build);
    g_test_add_func("/codec/sol/sequence", test_sequence);
    return g_test_run();
}
