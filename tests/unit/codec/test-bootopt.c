/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data of the system boot options. */
#include "osdep.h"

#include "codec/bootopt.h"

#include "tests/unit/codec/codec-test.h"

static bool parse_flags(const uint8_t *buf, size_t len, GError **errp)
{
    BootoptFlags flags;

    return bootopt_parse_flags(buf, len, &flags, errp);
}

static bool parse_set(const uint8_t *buf, size_t len, GError **errp)
{
    uint8_t state;

    return bootopt_parse_set_in_progress(buf, len, &state, errp);
}

static bool parse_clearing(const uint8_t *buf, size_t len, GError **errp)
{
    uint8_t keep;

    return bootopt_parse_valid_clearing(buf, len, &keep, errp);
}

static bool parse_ack(const uint8_t *buf, size_t len, GError **errp)
{
    BootoptAck ack;

    return bootopt_parse_ack(buf, len, &ack, errp);
}

/* What ipmitool chassis bootdev sends. */
static void test_bootdev(void)
{
    static const struct {
        const char *hex;
        BootoptDevice device;
        bool persistent;
        bool efi;
    } cases[] = {
        { "80 00 000000", BOOTOPT_DEVICE_NONE, false, false },
        { "80 04 000000", BOOTOPT_DEVICE_PXE, false, false },
        { "80 08 000000", BOOTOPT_DEVICE_HDD, false, false },
        { "80 0c 000000", BOOTOPT_DEVICE_HDD_SAFE, false, false },
        { "80 10 000000", BOOTOPT_DEVICE_DIAG, false, false },
        { "80 14 000000", BOOTOPT_DEVICE_CD, false, false },
        { "80 18 000000", BOOTOPT_DEVICE_SETUP, false, false },
        { "80 3c 000000", BOOTOPT_DEVICE_FLOPPY, false, false },
        { "c0 18 000000", BOOTOPT_DEVICE_SETUP, true, false },
        { "a0 04 000000", BOOTOPT_DEVICE_PXE, false, true },
        { "e0 08 000000", BOOTOPT_DEVICE_HDD, true, true },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) bytes = test_hex(cases[i].hex);
        BootoptFlags flags;
        uint8_t out[BOOTOPT_FLAGS_LEN];

        g_assert_true(bootopt_parse_flags(g_bytes_get_data(bytes, NULL),
                                          g_bytes_get_size(bytes), &flags,
                                          NULL));
        g_assert_true(flags.valid);
        g_assert_cmpint(flags.device, ==, cases[i].device);
        g_assert(flags.persistent == cases[i].persistent);
        g_assert(flags.efi == cases[i].efi);
        memset(flags.raw, 0, sizeof(flags.raw));
        bootopt_build_flags(&flags, out);
        test_assert_hex_equal(out, sizeof(out), cases[i].hex);
    }
}

/* All values of the two bytes that mean something survive a round trip. */
static void test_flags_kept(void)
{
    uint8_t in[BOOTOPT_FLAGS_LEN] = { 0, 0, 0xa5, 0x5a, 0x1f };
    unsigned i;

    for (i = 0; i < 65536; i++) {
        unsigned device = i >> 2 & 0x0f;
        bool reserved = device == 0xa || (device >= 0xc && device <= 0xe);
        uint8_t out[BOOTOPT_FLAGS_LEN];
        BootoptFlags flags;

        in[0] = i >> 8;
        in[1] = i;
        g_assert(bootopt_parse_flags(in, sizeof(in), &flags, NULL) ==
                 !reserved);
        if (!reserved) {
            bootopt_build_flags(&flags, out);
            g_assert(!memcmp(in, out, sizeof(in)));
        }
    }
}

static void test_flags_consumed(void)
{
    g_autoptr(GBytes) bytes = test_hex("e1 85 010203");
    BootoptFlags flags;

    g_assert_true(bootopt_parse_flags(g_bytes_get_data(bytes, NULL), 5,
                                      &flags, NULL));
    flags.valid = false;
    flags.persistent = false;
    flags.efi = false;
    flags.device = BOOTOPT_DEVICE_CD;
    bootopt_build_flags(&flags, flags.raw);
    /* the bits around the fields stay */
    test_assert_hex_equal(flags.raw, sizeof(flags.raw), "01 95 010203");
}

static void test_lengths(void)
{
    static const uint8_t zero[16];
    size_t len;

    for (len = 0; len <= sizeof(zero); len++) {
        g_assert(codec_test_parse(parse_flags, zero, len) == (len == 5));
        g_assert(codec_test_parse(parse_set, zero, len) == (len == 1));
        g_assert(codec_test_parse(parse_clearing, zero, len) == (len == 1));
        g_assert(codec_test_parse(parse_ack, zero, len) == (len == 2));
    }
}

static void test_set_in_progress(void)
{
    uint8_t in, state;

    for (in = 0; in < 3; in++) {
        g_assert_true(bootopt_parse_set_in_progress(&in, 1, &state, NULL));
        g_assert_cmpuint(state, ==, in);
    }
    g_assert_false(bootopt_parse_set_in_progress(&in, 1, &state, NULL));
}

static void test_valid_clearing(void)
{
    uint8_t in = 0xe9, keep;

    g_assert_true(bootopt_parse_valid_clearing(&in, 1, &keep, NULL));
    g_assert_cmphex(keep, ==,
                    BOOTOPT_KEEP_ON_POWER_BUTTON | BOOTOPT_KEEP_ON_TIMEOUT);
}

static void test_ack(void)
{
    static const uint8_t in[] = { 0x0f, 0x55 };
    BootoptAck ack;

    g_assert_true(bootopt_parse_ack(in, sizeof(in), &ack, NULL));
    g_assert_cmphex(bootopt_apply_ack(&ack, 0xaa), ==, 0xa5);
    ack.mask = 0;
    g_assert_cmphex(bootopt_apply_ack(&ack, 0xaa), ==, 0xaa);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/codec/bootopt/bootdev", test_bootdev);
    g_test_add_func("/codec/bootopt/flags-kept", test_flags_kept);
    g_test_add_func("/codec/bootopt/flags-consumed", test_flags_consumed);
    g_test_add_func("/codec/bootopt/lengths", test_lengths);
    g_test_add_func("/codec/bootopt/set-in-progress", test_set_in_progress);
    g_test_add_func("/codec/bootopt/valid-clearing", test_valid_clearing);
    g_test_add_func("/codec/bootopt/ack", test_ack);
    return g_test_run();
}
