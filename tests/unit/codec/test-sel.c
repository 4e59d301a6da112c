/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the System Event Log and event messages. */
#include "osdep.h"

#include "codec/sel.h"

#include "tests/unit/codec/codec-test.h"

static bool parse(const uint8_t *buf, size_t len, GError **errp)
{
    SelRecord record;

    return sel_parse(buf, len, &record, errp);
}

static void parse_hex(const char *hex, SelRecord *record)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    g_autoptr(GError) err = NULL;
    uint8_t out[SEL_RECORD_LEN];

    sel_parse(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), record,
              &err);
    g_assert_no_error(err);
    sel_build(record, out);
    test_assert_hex_equal(out, sizeof(out), hex);
}

static void test_event(void)
{
    SelRecord record;

    parse_hex("3412 02 78563412 2000 04 09 01 ef c1 02 03", &record);
    g_assert_cmphex(record.id, ==, 0x1234);
    g_assert_cmphex(record.timestamp, ==, 0x12345678);
    g_assert_cmphex(record.generator, ==, 0x0020);
    g_assert_cmphex(record.event.evm_rev, ==, 4);
    g_assert_cmphex(record.event.sensor_type, ==, 9);
    g_assert_cmphex(record.event.sensor, ==, 1);
    g_assert_cmphex(record.event.event_type, ==, 0x6f);
    g_assert_true(record.event.deassert);
    g_assert_cmphex(record.event.data[0], ==, 0xc1);
    g_assert_cmphex(record.event.data[1], ==, 2);
    g_assert_cmphex(record.event.data[2], ==, 3);
}

static void test_oem(void)
{
    SelRecord record;

    parse_hex("0100 c0 04030201 a1a2a3 010203040506", &record);
    g_assert_cmphex(record.timestamp, ==, 0x01020304);
    g_assert_cmphex(record.manufacturer[0], ==, 0xa1);
    g_assert_cmphex(record.oem[5], ==, 6);
    parse_hex("0100 df 04030201 a1a2a3 010203040506", &record);
    parse_hex("0100 e0 0102030405060708090a0b0c0d", &record);
    g_assert_cmphex(record.timestamp, ==, 0);
    g_assert_cmphex(record.oem[12], ==, 0x0d);
    parse_hex("0100 ff 0102030405060708090a0b0c0d", &record);
}

static void test_kinds(void)
{
    uint8_t bytes[SEL_RECORD_LEN] = { 0 };
    unsigned type;

    for (type = 0; type < 256; type++) {
        bytes[2] = type;
        g_assert(codec_test_parse(parse, bytes, sizeof(bytes)) ==
                 (type == 2 || type >= 0xc0));
        g_assert_cmpint(sel_kind(type), ==, type == 2 ? SEL_EVENT :
                        type >= 0xe0 ? SEL_OEM_PLAIN :
                        type >= 0xc0 ? SEL_OEM_TIMED : SEL_UNKNOWN);
    }
}

static void test_lengths(void)
{
    uint8_t bytes[SEL_RECORD_LEN + 1] = { 0, 0, SEL_TYPE_EVENT };
    ByteWriter w = byte_writer(bytes, sizeof(bytes));

    w.len = SEL_RECORD_LEN;
    codec_test_truncations(parse, &w);
    g_assert_false(codec_test_parse(parse, bytes, sizeof(bytes)));
}

static bool read_hex(const char *hex, SelEvent *event, bool *failed)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    ByteReader in = byte_reader(g_bytes_get_data(bytes, NULL),
                                g_bytes_get_size(bytes));
    bool good = sel_read_event(&in, event);

    *failed = in.failed;
    return good;
}

static void test_message(void)
{
    uint8_t out[7];
    ByteWriter w = byte_writer(out, sizeof(out));
    SelEvent event;
    bool failed;

    g_assert_true(read_hex("04 01 30 01 59 00 01", &event, &failed));
    g_assert_cmphex(event.sensor, ==, 0x30);
    g_assert_cmphex(event.event_type, ==, 1);
    g_assert_false(event.deassert);
    sel_write_event(&w, &event);
    test_assert_hex_equal(w.data, w.len, "04 01 30 01 59 00 01");
    sel_write_event(&w, &event);
    g_assert_true(w.failed);
    g_assert_true(read_hex("03 20 00 6f a1", &event, &failed));
    g_assert_cmphex(event.data[1], ==, 0xff);
    g_assert_cmphex(event.data[2], ==, 0xff);
    g_assert_false(read_hex("03 20 00 6f", &event, &failed));
    g_assert_true(failed);
    g_assert_false(read_hex("05 01 30 01 59 00 01", &event, &failed));
    g_assert_false(failed);
}

static void test_names(void)
{
    g_assert_cmpstr(sel_sensor_type_name(0x01), ==, "Temperature");
    g_assert_cmpstr(sel_sensor_type_name(0x23), ==, "Watchdog 2");
    g_assert_cmpstr(sel_sensor_type_name(0x2c), ==, "FRU State");
    g_assert_cmpstr(sel_sensor_type_name(0x2d), ==, "reserved");
    g_assert_cmpstr(sel_sensor_type_name(0xbf), ==, "reserved");
    g_assert_cmpstr(sel_sensor_type_name(0xc0), ==, "OEM");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/sel/event", test_event);
    g_test_add_func("/codec/sel/oem", test_oem);
    g_test_add_func("/codec/sel/kinds", test_kinds);
    g_test_add_func("/codec/sel/lengths", test_lengths);
    g_test_add_func("/codec/sel/message", test_message);
    g_test_add_func("/codec/sel/names", test_names);
    return g_test_run();
}
