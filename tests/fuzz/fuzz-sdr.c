/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ranges of sensors, which come from configuration: factors that are found
 * span them, and each raw reading comes back from its value.
 */
#include "osdep.h"

#include "codec/sdr.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    double range[2];
    SdrFactors factors = { 0 };
    double step;
    unsigned raw;

    if (len < sizeof(range)) {
        return 0;
    }
    memcpy(range, data, sizeof(range));
    if (!sdr_factors_for_range(range[0], range[1], &factors)) {
        return 0;
    }
    g_assert(factors.m > 0 && factors.m <= 511);
    g_assert(factors.b >= -512 && factors.b <= 511);
    g_assert(factors.r_exp >= -8 && factors.r_exp <= 7);
    g_assert(factors.b_exp >= -8 && factors.b_exp <= 7);
    step = factors.m * pow(10, factors.r_exp);
    g_assert(fabs(sdr_value(&factors, 0) - range[0]) <= step * 1.01);
    g_assert(sdr_value(&factors, 255) >= range[1] - step * 1.01);
    for (raw = 0; raw < 256; raw++) {
        g_assert(sdr_raw(&factors, sdr_value(&factors, raw)) == raw);
    }
    return 0;
}
