/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ByteReader and ByteWriter at and over their ends. */
#include "osdep.h"

#include "util/bytes.h"

#include "test-util.h"

static void test_bytes_read(void)
{
    static const uint8_t data[] = { 0x01, 0xff, 0x80, 0x44, 0x33, 0x22, 0xf1 };
    ByteReader r = byte_reader(data, sizeof(data));

    g_assert_cmphex(byte_reader_u8(&r), ==, 0x01);
    g_assert_cmphex(byte_reader_le16(&r), ==, 0x80ff);
    g_assert_cmpuint(byte_reader_left(&r), ==, 4);
    g_assert_cmphex(byte_reader_le32(&r), ==, 0xf1223344);
    g_assert_cmpuint(byte_reader_left(&r), ==, 0);
    g_assert_nonnull(byte_reader_take(&r, 0));
    g_assert_false(r.failed);
    g_assert_cmphex(byte_reader_u8(&r), ==, 0);
    g_assert_true(r.failed);
}

static void test_bytes_read_over(void)
{
    static const uint8_t data[] = { 1, 2, 3 };
    ByteReader r = byte_reader(data, sizeof(data));

    g_assert_cmphex(byte_reader_le32(&r), ==, 0);
    g_assert_true(r.failed);
    /* it stays failed, though bytes were left */
    g_assert_cmpuint(byte_reader_left(&r), ==, 0);
    g_assert_null(byte_reader_take(&r, 1));
    g_assert_cmphex(byte_reader_le16(&r), ==, 0);
    r = byte_reader(data, sizeof(data));
    g_assert_null(byte_reader_take(&r, SIZE_MAX));
    g_assert_true(r.failed);
}

static void test_bytes_write(void)
{
    uint8_t buf[10];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    byte_writer_u8(&w, 0x01);
    byte_writer_le16(&w, 0x80ff);
    byte_writer_le32(&w, 0xf1223344);
    byte_writer_bytes(&w, "abc", 3);
    byte_writer_bytes(&w, NULL, 0);
    g_assert_false(w.failed);
    test_assert_hex_equal(buf, w.len, "01 ff80 443322f1 616263");
}

static void test_bytes_write_over(void)
{
    uint8_t buf[4] = { 0 };
    ByteWriter w = byte_writer(buf, 3);

    byte_writer_u8(&w, 0xaa);
    byte_writer_bytes(&w, "abc", 3);
    g_assert_true(w.failed);
    byte_writer_u8(&w, 0xbb);
    g_assert_cmpuint(w.len, ==, 1);
    test_assert_hex_equal(buf, sizeof(buf), "aa 00 00 00");
    g_assert_null(byte_writer_grow(&w, SIZE_MAX));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/bytes/read", test_bytes_read);
    g_test_add_func("/bytes/read-over", test_bytes_read_over);
    g_test_add_func("/bytes/write", test_bytes_write);
    g_test_add_func("/bytes/write-over", test_bytes_write_over);
    return g_test_run();
}
