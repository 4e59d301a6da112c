/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FRU information: a device from another maker, and our own. */
#include "osdep.h"

#include "codec/fru.h"

#include "codec-test.h"

/* Product area only; manufacturer "ACME", the rest empty. */
#define PRODUCT \
    "01 00 00 00 01 00 00 fe" \
    "01 02 00 c4 41 43 4d 45 c0 c0 c0 c0 c0 c0 c1 e2"

static bool parse(const uint8_t *buf, size_t len, GError **errp)
{
    g_auto(FruInfo) info = { 0 };

    return fru_parse(buf, len, &info, errp);
}

static void fill(FruInfo *info)
{
    info->chassis_type = FRU_CHASSIS_OTHER;
    info->text[FRU_CHASSIS_SERIAL] = g_strdup("C-1");
    info->text[FRU_BOARD_NAME] = g_strdup("Brett");
    info->board_minutes = 0x123456;
    info->text[FRU_PRODUCT_NAME] = g_strdup("M\303\274hle"); /* u umlaut */
    info->text[FRU_PRODUCT_SERIAL] = g_strdup("7");
    fru_add_custom(info, FRU_PRODUCT, "first");
    fru_add_custom(info, FRU_PRODUCT, "second");
}

static void build(ByteWriter *w)
{
    g_auto(FruInfo) info = { 0 };

    fill(&info);
    fru_build(w, &info);
}

static void test_known(void)
{
    g_autoptr(GBytes) bytes = test_hex(PRODUCT);
    g_auto(FruInfo) info = { 0 };
    g_auto(FruInfo) wanted = { 0 };
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    size_t len;
    const uint8_t *data = g_bytes_get_data(bytes, &len);

    g_assert_true(fru_parse(data, len, &info, NULL));
    g_assert_cmpstr(info.text[FRU_PRODUCT_MANUFACTURER], ==, "ACME");
    g_assert_null(info.text[FRU_PRODUCT_NAME]);
    g_assert_null(info.custom[FRU_PRODUCT][0]);
    wanted.text[FRU_PRODUCT_MANUFACTURER] = g_strdup("ACME");
    fru_build(&w, &wanted);
    test_assert_hex_equal(buf, w.len, PRODUCT);
}

static void test_round_trip(void)
{
    uint8_t buf[512];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    g_auto(FruInfo) info = { 0 };

    build(&w);
    g_assert_true(fru_parse(buf, w.len, &info, NULL));
    g_assert_cmpint(info.chassis_type, ==, FRU_CHASSIS_OTHER);
    g_assert_cmpstr(info.text[FRU_CHASSIS_SERIAL], ==, "C-1");
    g_assert_cmphex(info.board_minutes, ==, 0x123456);
    g_assert_cmpstr(info.text[FRU_BOARD_NAME], ==, "Brett");
    g_assert_cmpstr(info.text[FRU_PRODUCT_NAME], ==, "M\303\274hle");
    g_assert_cmpstr(info.text[FRU_PRODUCT_SERIAL], ==, "7");
    g_assert_cmpstr(info.custom[FRU_PRODUCT][0], ==, "first");
    g_assert_cmpstr(info.custom[FRU_PRODUCT][1], ==, "second");
    codec_test_truncations(parse, &w);
    codec_test_short_buffers(build);
}

static void test_nothing(void)
{
    g_auto(FruInfo) info = { 0 };
    uint8_t buf[16];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    fru_build(&w, &info);
    test_assert_hex_equal(buf, w.len, "01 00 00 00 00 00 00 ff");
    g_assert_true(codec_test_parse(parse, buf, w.len));
}

/* Type/length bytes that others use: binary, BCD plus, 6-bit ASCII. */
static void test_encodings(void)
{
    static const uint8_t fields[] = {
        0x01, 0x00, 0x00,
        0x02, 0xbe, 0xef,             /* binary */
        0x42, 0x12, 0xab,             /* BCD plus */
        0x83, 0x29, 0xdc, 0xa6,       /* "IPMI" */
        0xc3, 'a', 0x1b, 'b',         /* an escape character */
        0xc0, 0xc0, 0xc0, 0xc1,
    };
    uint8_t buf[8 + 24] = { 0x01, 0, 0, 0, 1, 0, 0, 0xfe };
    g_auto(FruInfo) info = { 0 };

    memcpy(buf + 8, fields, sizeof(fields));
    buf[9] = 3;
    buf[31] = fru_checksum(buf + 8, 23);
    g_assert_true(fru_parse(buf, sizeof(buf), &info, NULL));
    g_assert_cmpstr(info.text[FRU_PRODUCT_MANUFACTURER], ==, "beef");
    g_assert_cmpstr(info.text[FRU_PRODUCT_NAME], ==, "12 -");
    g_assert_cmpstr(info.text[FRU_PRODUCT_PART], ==, "IPMI");
    g_assert_cmpstr(info.text[FRU_PRODUCT_VERSION], ==, "a b");
}

static void test_bad(void)
{
    g_autoptr(GBytes) bytes = test_hex(PRODUCT);
    size_t len;
    const uint8_t *data = g_bytes_get_data(bytes, &len);
    size_t i;

    /* Each byte counts, by a checksum at least. */
    for (i = 0; i < len; i++) {
        g_autofree uint8_t *copy = g_memdup2(data, len);

        copy[i] ^= 0x40;
        g_assert_false(codec_test_parse(parse, copy, len));
    }
}

static void test_limits(void)
{
    g_auto(FruInfo) info = { 0 };
    g_auto(FruInfo) back = { 0 };
    uint8_t buf[4096];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    unsigned i;

    info.text[FRU_PRODUCT_NAME] = g_strnfill(500, 'x');
    info.text[FRU_PRODUCT_PART] = g_strdup("\342\202\254\xff"); /* euro */
    for (i = 0; i < 2 * FRU_CUSTOM_MAX; i++) {
        fru_add_custom(&info, FRU_PRODUCT, "c");
    }
    fru_build(&w, &info);
    g_assert_false(w.failed);
    g_assert_true(fru_parse(buf, w.len, &back, NULL));
    g_assert_cmpuint(strlen(back.text[FRU_PRODUCT_NAME]), ==, FRU_TEXT_MAX);
    g_assert_cmpstr(back.text[FRU_PRODUCT_PART], ==, "??");
    g_assert_cmpstr(back.custom[FRU_PRODUCT][FRU_CUSTOM_MAX - 1], ==, "c");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/fru/known", test_known);
    g_test_add_func("/fru/round-trip", test_round_trip);
    g_test_add_func("/fru/nothing", test_nothing);
    g_test_add_func("/fru/encodings", test_encodings);
    g_test_add_func("/fru/bad", test_bad);
    g_test_add_func("/fru/limits", test_limits);
    return g_test_run();
}
