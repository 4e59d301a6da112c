/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sensor data records, byte by byte, and raw readings. */
#include "osdep.h"

#include "codec/sdr.h"

#include <math.h>

#include "codec-test.h"

static const SdrSensor temperature = {
    .number = 0x28, .entity = 7, .instance = 1,
    .init = SDR_INIT_SCANNING, .caps = SDR_CAP_AUTO_REARM | SDR_CAP_THRESHOLDS,
    .type = 1, .event_type = 1, .assert_mask = 0x7a95,
    .deassert_mask = 0x7a95, .reading_mask = 0x3f3f,
    .base_unit = SDR_UNIT_DEGREES_C,
    .factors = { .m = 2, .b = -3, .b_exp = 2, .r_exp = -1 },
    .min = 1, .max = 0xfe, .threshold = { 6, 5, 4, 3, 2, 1 },
    .hysteresis = { 8, 9 }, .name = "Temp",
};

static void test_records(void)
{
    uint8_t buf[SDR_RECORD_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    sdr_build_full(&w, 0x1234, &temperature);
    test_assert_hex_equal(buf, w.len,
        "34 12 51 01 2f 20 00 28 07 01 01 48 01 01 95 7a 95 7a 3f 3f"
        "00 01 00 00 02 00 fd c0 00 f2 00 00 00 00 fe 01"
        "06 05 04 03 02 01 08 09 00 00 00 c4 54 65 6d 70");
    w = byte_writer(buf, sizeof(buf));
    sdr_build_compact(&w, 1, &temperature);
    test_assert_hex_equal(buf, w.len,
        "01 00 51 02 1f 20 00 28 07 01 01 48 01 01 95 7a 95 7a 3f 3f"
        "00 01 00 01 00 08 09 00 00 00 00 c4 54 65 6d 70");
    w = byte_writer(buf, sizeof(buf));
    sdr_build_event_only(&w, 1, &temperature);
    test_assert_hex_equal(buf, w.len,
        "01 00 51 03 10 20 00 28 07 01 01 01 01 00 00 00 c4 54 65 6d 70");
    w = byte_writer(buf, sizeof(buf));
    sdr_build_fru_locator(&w, 2, 3, 7, 1, "R");
    test_assert_hex_equal(buf, w.len,
        "02 00 51 11 0d 20 03 80 00 00 10 00 07 01 00 c2 52 20");
    w = byte_writer(buf, sizeof(buf));
    sdr_build_mc_locator(&w, 3, 0x8b, "BMC");
    test_assert_hex_equal(buf, w.len,
        "03 00 51 12 0e 20 00 00 8b 00 00 00 06 01 00 c3 42 4d 43");
}

static void build_all(ByteWriter *w)
{
    sdr_build_full(w, 1, &temperature);
    sdr_build_compact(w, 1, &temperature);
    sdr_build_event_only(w, 1, &temperature);
    sdr_build_fru_locator(w, 1, 1, 7, 1, "name");
    sdr_build_mc_locator(w, 1, 0, "name");
}

static void test_sizes(void)
{
    SdrSensor sensor = temperature;
    uint8_t buf[SDR_RECORD_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    codec_test_short_buffers(build_all);
    sensor.name = "a name that is far too long";
    sdr_build_full(&w, 1, &sensor);
    g_assert_false(w.failed);
    g_assert_cmpuint(w.len, ==, SDR_RECORD_MAX);
}

static void test_values(void)
{
    const SdrFactors *factors = &temperature.factors;

    g_assert_cmpfloat_with_epsilon(sdr_value(factors, 0), -30, 1e-6);
    g_assert_cmpfloat_with_epsilon(sdr_value(factors, 255), 21, 1e-6);
    g_assert_cmpint(sdr_raw(factors, -30), ==, 0);
    g_assert_cmpint(sdr_raw(factors, 0), ==, 150);
    g_assert_cmpint(sdr_raw(factors, 1e9), ==, 255);
    g_assert_cmpint(sdr_raw(factors, -1e9), ==, 0);
    g_assert_cmpint(sdr_raw(factors, NAN), ==, 0);
    g_assert_cmpint(sdr_raw_difference(factors, 1), ==, 5);
}

static void test_ranges(void)
{
    static const struct {
        double min, max;
        bool ok;
        SdrFactors factors;
    } cases[] = {
        { 0, 255, true, { 1, 0, 0, 0 } },
        { 0, 100, true, { 4, 0, 0, -1 } },
        { 0, 510, true, { 2, 0, 0, 0 } },
        { -20, 60, true, { 32, -2, 3, -2 } },
        { 0, 0, false, { 0 } },
        { 5, 1, false, { 0 } },
        { 0, INFINITY, false, { 0 } },
        { NAN, 1, false, { 0 } },
        { 1234567, 1234568, false, { 0 } },
        { 0, 1e13, false, { 0 } },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        SdrFactors f = { 0 };

        g_assert_cmpint(sdr_factors_for_range(cases[i].min, cases[i].max, &f),
                        ==, cases[i].ok);
        if (cases[i].ok) {
            g_assert_cmpint(f.m, ==, cases[i].factors.m);
            g_assert_cmpint(f.b, ==, cases[i].factors.b);
            g_assert_cmpint(f.b_exp, ==, cases[i].factors.b_exp);
            g_assert_cmpint(f.r_exp, ==, cases[i].factors.r_exp);
        }
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/sdr/records", test_records);
    g_test_add_func("/sdr/sizes", test_sizes);
    g_test_add_func("/sdr/values", test_values);
    g_test_add_func("/sdr/ranges", test_ranges);
    return g_test_run();
}
