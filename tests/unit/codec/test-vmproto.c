/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol of QEMU's ipmi-bmc-extern. */
#include "osdep.h"

#include "codec/vmproto.h"

#include "tests/unit/codec/codec-test.h"

/* Takes one frame, which must be all of @hex. */
static VmprotoFrame decode(VmprotoDecoder *dec, const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    VmprotoFrame frame;
    size_t len = g_bytes_get_size(bytes);

    g_assert_cmpuint(vmproto_decode(dec, g_bytes_get_data(bytes, NULL), len,
                                    &frame), ==, len);
    return frame;
}

/* The bytes of QEMU 7.2 when it connects and when ipmi_si probes. */
static void test_recorded(void)
{
    VmprotoDecoder dec = { 0 };
    VmprotoFrame frame = decode(&dec, "ff01a1");

    g_assert_cmpint(frame.kind, ==, VMPROTO_COMMAND);
    g_assert_cmphex(frame.cmd, ==, VMPROTO_CMD_VERSION);
    test_assert_hex_equal(frame.data, frame.data_len, "01");
    frame = decode(&dec, "083fa1");
    g_assert_cmpint(frame.kind, ==, VMPROTO_COMMAND);
    g_assert_cmphex(frame.cmd, ==, VMPROTO_CMD_CAPABILITIES);
    test_assert_hex_equal(frame.data, frame.data_len, "3f");
    frame = decode(&dec, "001801e7a0");
    g_assert_cmpint(frame.kind, ==, VMPROTO_MESSAGE);
    g_assert_cmphex(frame.seq, ==, 0);
    g_assert_cmphex(frame.netfn, ==, 0x06);
    g_assert_cmphex(frame.lun, ==, 0);
    g_assert_cmphex(frame.cmd, ==, 0x01);
    g_assert_cmpuint(frame.data_len, ==, 0);
    /* an escaped checksum */
    frame = decode(&dec, "06183008aabaa0");
    g_assert_cmpint(frame.kind, ==, VMPROTO_MESSAGE);
    g_assert_cmphex(frame.seq, ==, 6);
    g_assert_cmphex(frame.cmd, ==, 0x30);
    test_assert_hex_equal(frame.data, frame.data_len, "08");
}

static void test_bad_frames(void)
{
    static const char *const bad[] = {
        /* checksum, too short, nothing */
        "001801e6a0", "1801e7a0", "a0", "a1", "00a0",
        /* an escape before the end, two in a row, of an ordinary byte */
        "001801e7aaa0", "001801aaaae7a0", "001801aae7a0", "ffaaa1",
    };
    VmprotoDecoder dec = { 0 };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmpint(decode(&dec, bad[i]).kind, ==, VMPROTO_BAD);
        /* the next frame is not affected */
        g_assert_cmpint(decode(&dec, "001801e7a0").kind, ==, VMPROTO_MESSAGE);
    }
}

static void test_too_long(void)
{
    VmprotoDecoder dec = { 0 };
    VmprotoFrame frame;
    uint8_t byte = 0;
    unsigned i;

    /* no end to it: takes everything, keeps a bounded part of it */
    for (i = 0; i < 100000; i++) {
        g_assert_cmpuint(vmproto_decode(&dec, &byte, 1, &frame), ==, 1);
        g_assert_cmpint(frame.kind, ==, VMPROTO_MORE);
        g_assert_cmpuint(dec.len, <=, VMPROTO_FRAME_MAX);
    }
    g_assert_cmpint(decode(&dec, "a0").kind, ==, VMPROTO_BAD);
    g_assert_cmpint(decode(&dec, "001801e7a0").kind, ==, VMPROTO_MESSAGE);
}

static void test_limits(void)
{
    uint8_t data[VMPROTO_MESSAGE_MAX];
    uint8_t buf[VMPROTO_WIRE_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    VmprotoFrame msg = { .data = data, .data_len = VMPROTO_MESSAGE_MAX - 2 };
    VmprotoDecoder dec = { 0 };
    VmprotoFrame out;

    /* the longest message, every byte of its data escaped */
    memset(data, 0xaa, sizeof(data));
    vmproto_build_message(&w, &msg);
    g_assert_false(w.failed);
    g_assert_cmpuint(vmproto_decode(&dec, buf, w.len, &out), ==, w.len);
    g_assert_cmpint(out.kind, ==, VMPROTO_MESSAGE);
    test_assert_bytes_equal(out.data, out.data_len, data, msg.data_len);
    msg.data_len++;
    w = byte_writer(buf, sizeof(buf));
    vmproto_build_message(&w, &msg);
    g_assert_true(w.failed);
    w = byte_writer(buf, sizeof(buf));
    vmproto_build_response(&w, &msg, 0, data, VMPROTO_MESSAGE_MAX - 3);
    g_assert_false(w.failed);
    w = byte_writer(buf, sizeof(buf));
    vmproto_build_response(&w, &msg, 0, data, VMPROTO_MESSAGE_MAX - 2);
    g_assert_true(w.failed);
    w = byte_writer(buf, sizeof(buf));
    vmproto_build_message(&w, &(VmprotoFrame) { .netfn = 0x40 });
    g_assert_true(w.failed);
    w = byte_writer(buf, sizeof(buf));
    vmproto_build_message(&w, &(VmprotoFrame) { .lun = 4 });
    g_assert_true(w.failed);
}

/* Each value in each place that is escaped, and byte by byte. */
static void test_round_trip(void)
{
    unsigned v;

    for (v = 0; v < 256; v++) {
        uint8_t data[] = { v, 0xa0, v, 0xa1, v, 0xaa };
        VmprotoFrame msg = {
            .seq = v, .netfn = v >> 2, .lun = v & 3, .cmd = v,
            .data = data, .data_len = sizeof(data),
        };
        uint8_t buf[64];
        ByteWriter w = byte_writer(buf, sizeof(buf));
        VmprotoDecoder dec = { 0 };
        VmprotoFrame out;
        size_t i;

        vmproto_build_message(&w, &msg);
        g_assert_false(w.failed);
        for (i = 0; i < w.len; i++) {
            g_assert_cmpuint(vmproto_decode(&dec, buf + i, 1, &out), ==, 1);
            g_assert((out.kind == VMPROTO_MORE) == (i + 1 < w.len));
        }
        g_assert_cmpint(out.kind, ==, VMPROTO_MESSAGE);
        g_assert_cmphex(out.seq, ==, v);
        g_assert_cmphex(out.netfn << 2 | out.lun, ==, v);
        g_assert_cmphex(out.cmd, ==, v);
        test_assert_bytes_equal(out.data, out.data_len, data, sizeof(data));
    }
}

static void test_response(void)
{
    VmprotoDecoder dec = { 0 };
    VmprotoFrame req = decode(&dec, "06183008aabaa0");
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    vmproto_build_response(&w, &req, 0xc1, NULL, 0);
    test_assert_hex_equal(buf, w.len, "061c30c1eda0");
    w = byte_writer(buf, sizeof(buf));
    vmproto_build_response(&w, &req, 0x00, (const uint8_t *)"\xa0\x01", 2);
    test_assert_hex_equal(buf, w.len, "061c3000aab0010da0");
}

static void build_response(ByteWriter *w)
{
    vmproto_build_response(w, &(VmprotoFrame) { .seq = 0xaa, .cmd = 0xa0 },
                           0xa1, (const uint8_t *)"\xa0\x01", 2);
}

static void test_command(void)
{
    static const uint8_t arg = 0xa1;
    uint8_t buf[8];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    vmproto_build_command(&w, VMPROTO_CMD_ENABLE_IRQ, NULL, 0);
    test_assert_hex_equal(buf, w.len, "05a1");
    w = byte_writer(buf, sizeof(buf));
    vmproto_build_command(&w, VMPROTO_CMD_CAPABILITIES, &arg, 1);
    test_assert_hex_equal(buf, w.len, "08aab1a1");
    codec_test_short_buffers(build_response);
}

/* Several frames and half of another in one read. */
static void test_stream(void)
{
    g_autoptr(GBytes) bytes = test_hex("ff01a1 083fa1 001801e7a0 0618");
    const uint8_t *data = g_bytes_get_data(bytes, NULL);
    size_t len = g_bytes_get_size(bytes);
    static const VmprotoKind kinds[] = {
        VMPROTO_COMMAND, VMPROTO_COMMAND, VMPROTO_MESSAGE, VMPROTO_MORE,
    };
    VmprotoDecoder dec = { 0 };
    VmprotoFrame frame;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
        size_t n = vmproto_decode(&dec, data, len, &frame);

        g_assert_cmpint(frame.kind, ==, kinds[i]);
        data += n;
        len -= n;
    }
    g_assert_cmpuint(len, ==, 0);
    g_assert_cmpuint(vmproto_decode(&dec, NULL, 0, &frame), ==, 0);
    g_assert_cmpint(decode(&dec, "3008aabaa0").kind, ==, VMPROTO_MESSAGE);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/vmproto/recorded", test_recorded);
    g_test_add_func("/codec/vmproto/bad-frames", test_bad_frames);
    g_test_add_func("/codec/vmproto/too-long", test_too_long);
    g_test_add_func("/codec/vmproto/limits", test_limits);
    g_test_add_func("/codec/vmproto/round-trip", test_round_trip);
    g_test_add_func("/codec/vmproto/response", test_response);
    g_test_add_func("/codec/vmproto/command", test_command);
    g_test_add_func("/codec/vmproto/stream", test_stream);
    return g_test_run();
}
