/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sensor data records. */
#include "osdep.h"

#include "codec/sdr.h"

#include <math.h>

#include "codec/ipmi.h"

#define TYPE_FULL 0x01
#define TYPE_COMPACT 0x02
#define TYPE_EVENT_ONLY 0x03
#define TYPE_FRU_LOCATOR 0x11
#define TYPE_MC_LOCATOR 0x12

#define STRING_LATIN1 0xc0
#define LINEARIZATION_LINEAR 0x00
#define SHARING_NONE 0x01 /* one sensor has this record */
#define FRU_LOGICAL 0x80
#define FRU_DEVICE_TYPE 0x10 /* FRU inventory device */

#define M_MAX 511
#define EXP_MIN (-8)
#define EXP_MAX 7
#define RAW_MAX 255
/* A step may be so much larger than needed to be a rounder number. */
#define STEP_SLACK 1.05

static double power10(int exp)
{
    return pow(10, exp);
}

/* M and its exponent: the roundest step that spans the range. */
static bool find_step(double step, SdrFactors *factors)
{
    int exp;

    for (exp = EXP_MAX; exp >= EXP_MIN; exp--) {
        double m = MAX(ceil(step / power10(exp) - 1e-9), 1);

        if (m > M_MAX) {
            return false;
        }
        if (m * power10(exp) <= step * STEP_SLACK) {
            factors->m = m;
            factors->r_exp = exp;
            return true;
        }
    }
    return false;
}

/* B and its exponent: as exact as it can be, then as short. */
static bool find_offset(double min, double slack, SdrFactors *factors)
{
    double target = min / power10(factors->r_exp);
    int exp = EXP_MIN;
    double b;

    while (exp <= EXP_MAX && fabs(target / power10(exp)) > M_MAX) {
        exp++;
    }
    if (exp > EXP_MAX) {
        return false;
    }
    b = floor(target / power10(exp) + 1e-6);
    if (b < -M_MAX - 1 ||
        fabs(b * power10(exp) - target) * power10(factors->r_exp) > slack) {
        return false;
    }
    while (b != 0 && fmod(b, 10) == 0 && exp < EXP_MAX) {
        b /= 10;
        exp++;
    }
    factors->b = b;
    factors->b_exp = b != 0 ? exp : 0;
    return true;
}

bool sdr_factors_for_range(double min, double max, SdrFactors *factors)
{
    double step = (max - min) / RAW_MAX;

    if (!isfinite(min) || !isfinite(max) || !(step > 0)) {
        return false;
    }
    return find_step(step, factors) &&
           find_offset(min, factors->m * power10(factors->r_exp), factors);
}

double sdr_value(const SdrFactors *factors, uint8_t raw)
{
    return (factors->m * raw + factors->b * power10(factors->b_exp)) *
           power10(factors->r_exp);
}

static uint8_t clamp_raw(double raw)
{
    return raw > RAW_MAX ? RAW_MAX : raw > 0 ? (uint8_t)lround(raw) : 0;
}

uint8_t sdr_raw(const SdrFactors *factors, double value)
{
    return clamp_raw((value / power10(factors->r_exp) -
                      factors->b * power10(factors->b_exp)) / factors->m);
}

uint8_t sdr_raw_difference(const SdrFactors *factors, double value)
{
    return clamp_raw(value / power10(factors->r_exp) / factors->m);
}

void sdr_build_factors(ByteWriter *w, const SdrFactors *factors)
{
    byte_writer_u8(w, factors->m & 0xff);
    byte_writer_u8(w, factors->m >> 2 & 0xc0); /* tolerance 0 */
    byte_writer_u8(w, factors->b & 0xff);
    byte_writer_u8(w, factors->b >> 2 & 0xc0); /* accuracy 0 */
    byte_writer_u8(w, 0);
    byte_writer_u8(w, (factors->r_exp & 0x0f) << 4 |
                   (factors->b_exp & 0x0f));
}

/* A name of one byte would be a reserved type/length code. */
static void build_name(ByteWriter *w, const char *name)
{
    uint8_t buf[SDR_NAME_MAX];
    size_t len = 0;

    while (*name && len < sizeof(buf)) {
        gunichar c = g_utf8_get_char_validated(name, -1);

        if (c == (gunichar)-1 || c == (gunichar)-2) {
            c = '?';
            name++;
        } else {
            name = g_utf8_next_char(name);
        }
        buf[len++] = c < 0x100 ? c : '?';
    }
    if (len == 1) {
        buf[len++] = ' ';
    }
    byte_writer_u8(w, STRING_LATIN1 | len);
    byte_writer_bytes(w, buf, len);
}

static size_t begin(ByteWriter *w, uint16_t id, uint8_t type)
{
    size_t start = w->len;

    byte_writer_le16(w, id);
    byte_writer_u8(w, SDR_VERSION);
    byte_writer_u8(w, type);
    byte_writer_u8(w, 0); /* length, by end() */
    return start;
}

static void end(ByteWriter *w, size_t start)
{
    if (!w->failed) {
        w->data[start + SDR_HEADER_LEN - 1] = w->len - start -
                                              SDR_HEADER_LEN;
    }
}

static void build_key(ByteWriter *w, const SdrSensor *sensor)
{
    byte_writer_u8(w, IPMI_ADDR_BMC);
    byte_writer_u8(w, 0); /* channel and LUN */
    byte_writer_u8(w, sensor->number);
    byte_writer_u8(w, sensor->entity);
    byte_writer_u8(w, sensor->instance);
}

/* What full and compact records have in common. */
static void build_sensor(ByteWriter *w, const SdrSensor *sensor)
{
    build_key(w, sensor);
    byte_writer_u8(w, sensor->init);
    byte_writer_u8(w, sensor->caps);
    byte_writer_u8(w, sensor->type);
    byte_writer_u8(w, sensor->event_type);
    byte_writer_le16(w, sensor->assert_mask);
    byte_writer_le16(w, sensor->deassert_mask);
    byte_writer_le16(w, sensor->reading_mask);
    byte_writer_u8(w, sensor->units);
    byte_writer_u8(w, sensor->base_unit);
    byte_writer_u8(w, 0); /* modifier unit */
}

void sdr_build_full(ByteWriter *w, uint16_t id, const SdrSensor *sensor)
{
    size_t start = begin(w, id, TYPE_FULL);

    build_sensor(w, sensor);
    byte_writer_u8(w, LINEARIZATION_LINEAR);
    sdr_build_factors(w, &sensor->factors);
    byte_writer_u8(w, 0); /* neither nominal reading nor normal range */
    byte_writer_u8(w, 0);
    byte_writer_u8(w, 0);
    byte_writer_u8(w, 0);
    byte_writer_u8(w, sensor->max);
    byte_writer_u8(w, sensor->min);
    byte_writer_bytes(w, sensor->threshold, sizeof(sensor->threshold));
    byte_writer_bytes(w, sensor->hysteresis, sizeof(sensor->hysteresis));
    byte_writer_le16(w, 0);
    byte_writer_u8(w, sensor->oem);
    build_name(w, sensor->name);
    end(w, start);
}

void sdr_build_compact(ByteWriter *w, uint16_t id, const SdrSensor *sensor)
{
    size_t start = begin(w, id, TYPE_COMPACT);

    build_sensor(w, sensor);
    byte_writer_u8(w, SHARING_NONE);
    byte_writer_u8(w, 0);
    byte_writer_bytes(w, sensor->hysteresis, sizeof(sensor->hysteresis));
    byte_writer_bytes(w, "\0\0\0", 3);
    byte_writer_u8(w, sensor->oem);
    build_name(w, sensor->name);
    end(w, start);
}

void sdr_build_event_only(ByteWriter *w, uint16_t id, const SdrSensor *sensor)
{
    size_t start = begin(w, id, TYPE_EVENT_ONLY);

    build_key(w, sensor);
    byte_writer_u8(w, sensor->type);
    byte_writer_u8(w, sensor->event_type);
    byte_writer_u8(w, SHARING_NONE);
    byte_writer_u8(w, 0);
    byte_writer_u8(w, 0);
    byte_writer_u8(w, sensor->oem);
    build_name(w, sensor->name);
    end(w, start);
}

void sdr_build_fru_locator(ByteWriter *w, uint16_t id, uint8_t device,
                           uint8_t entity, uint8_t instance,
                           const char *name)
{
    size_t start = begin(w, id, TYPE_FRU_LOCATOR);

    byte_writer_u8(w, IPMI_ADDR_BMC);
    byte_writer_u8(w, device);
    byte_writer_u8(w, FRU_LOGICAL);
    byte_writer_u8(w, 0); /* channel */
    byte_writer_u8(w, 0);
    byte_writer_u8(w, FRU_DEVICE_TYPE);
    byte_writer_u8(w, 0);
    byte_writer_u8(w, entity);
    byte_writer_u8(w, instance);
    byte_writer_u8(w, 0); /* OEM */
    build_name(w, name);
    end(w, start);
}

void sdr_build_mc_locator(ByteWriter *w, uint16_t id, uint8_t capabilities,
                          const char *name)
{
    size_t start = begin(w, id, TYPE_MC_LOCATOR);

    byte_writer_u8(w, IPMI_ADDR_BMC);
    byte_writer_u8(w, 0); /* channel */
    byte_writer_u8(w, 0); /* power state and initialisation */
    byte_writer_u8(w, capabilities);
    byte_writer_bytes(w, "\0\0\0", 3);
    byte_writer_u8(w, SDR_ENTITY_MANAGEMENT);
    byte_writer_u8(w, 1);
    byte_writer_u8(w, 0); /* OEM */
    build_name(w, name);
    end(w, start);
}
