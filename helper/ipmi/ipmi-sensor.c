/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sensor commands (IPMI 2.0 chapter 35). All records are in the SDR
 * repository, so the device SDR commands (20h to 22h) are not there.
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/sensors.h"
#include "util/error.h"

/* Flags of Get Sensor Reading, Get Sensor Event Enable and ... Status. */
#define FLAG_EVENTS 0x80
#define FLAG_SCANNING 0x40
#define FLAG_UNAVAILABLE 0x20
/* Reserved bits of a reading's states, which are to be 1. */
#define STATES_LOW_RESERVED 0xc0
#define STATES_HIGH_RESERVED 0x80

/* Get Sensor Reading Factors: they hold for all readings. */
#define NEXT_READING_NONE 0xff
/* Get and Set Sensor Hysteresis. */
#define HYSTERESIS_MASK 0xff

/* Set Sensor Event Enable. */
#define ENABLE_OPERATION 0x30
#define ENABLE_KEEP 0x00
#define ENABLE_SELECTED 0x10
#define DISABLE_SELECTED 0x20
#define ENABLE_RESERVED 0x0f

/* Re-arm Sensor Events. */
#define REARM_SELECTED 0x80
#define THRESHOLD_RESERVED 0xf000
#define DISCRETE_RESERVED 0x8000

/* Set Sensor Reading And Event Status. */
#define CC_NOT_SETTABLE 0x80
#define CC_EVENT_DATA_NOT_SETTABLE 0x81
#define OPERATION_EVENT_DATA 0xc0
#define OPERATION_ASSERT_SHIFT 4
#define OPERATION_DEASSERT 0x0c
#define OPERATION_READING 0x03
#define READING_WRITE 0x01
#define BITS_WRITE 1
#define BITS_SET 2
#define BITS_CLEAR 3

/* Event type codes have 7 bits. */
#define EVENT_TYPE_RESERVED 0x80

/* The sensor that a request begins with. */
static const BmcSensor *take_sensor(const IpmiRequest *req, ByteReader *in)
{
    return bmc_sensor_find(req->bmc, byte_reader_u8(in));
}

/* The same, if it has thresholds; else returns why not. */
static int take_analog(const IpmiRequest *req, ByteReader *in,
                       const BmcSensor **sensor)
{
    *sensor = take_sensor(req, in);
    if (!*sensor) {
        return IPMI_CC_NOT_PRESENT;
    }
    return bmc_sensor_is_analog(*sensor) ? IPMI_CC_OK :
           IPMI_CC_ILLEGAL_FOR_SENSOR;
}

static uint8_t flags(const BmcSensor *sensor)
{
    return (sensor->settings.events ? FLAG_EVENTS : 0) |
           (sensor->settings.scanning ? FLAG_SCANNING : 0);
}

static int apply(IpmiRequest *req, const BmcSensor *sensor,
                 const BmcSensorSettings *settings)
{
    if (!bmc_sensor_set(req->bmc, sensor->number, settings,
                        &req->ctx->origin, NULL)) {
        return IPMI_CC_NOT_PRESENT;
    }
    return ipmi_request_finish_durable(req);
}

static int get_factors(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor;
    int cc = take_analog(req, in, &sensor);

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    byte_writer_u8(out, NEXT_READING_NONE);
    sdr_build_factors(out, &sensor->factors);
    return IPMI_CC_OK;
}

static int set_hysteresis(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor;
    int cc = take_analog(req, in, &sensor);
    BmcSensorSettings settings;

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    if (byte_reader_u8(in) != HYSTERESIS_MASK) {
        return IPMI_CC_INVALID_FIELD;
    }
    settings = sensor->settings;
    settings.hysteresis[0] = byte_reader_u8(in);
    settings.hysteresis[1] = byte_reader_u8(in);
    return apply(req, sensor, &settings);
}

static int get_hysteresis(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor;
    int cc = take_analog(req, in, &sensor);

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    if (byte_reader_u8(in) != HYSTERESIS_MASK) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_bytes(out, sensor->settings.hysteresis,
                      sizeof(sensor->settings.hysteresis));
    return IPMI_CC_OK;
}

/* A severer threshold is not to be before a milder one (section 35.8). */
static bool thresholds_in_order(const BmcSensorSettings *settings)
{
    uint8_t mask = settings->threshold_mask;
    int low = -1;
    int high = 256;
    int i;

    for (i = BMC_THRESHOLD_LOWER_NON_RECOVERABLE; i >= 0; i--) {
        if (mask & 1u << i) {
            if (settings->threshold[i] < low) {
                return false;
            }
            low = settings->threshold[i];
        }
    }
    for (i = BMC_THRESHOLD_UPPER_NON_RECOVERABLE;
         i >= BMC_THRESHOLD_UPPER_NON_CRITICAL; i--) {
        if (mask & 1u << i) {
            if (settings->threshold[i] > high) {
                return false;
            }
            high = settings->threshold[i];
        }
    }
    return true;
}

static int set_thresholds(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor;
    int cc = take_analog(req, in, &sensor);
    uint8_t mask = byte_reader_u8(in);
    BmcSensorSettings settings;
    unsigned i;

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    if (mask & ~sensor->thresholds) {
        return IPMI_CC_INVALID_FIELD;
    }
    settings = sensor->settings;
    for (i = 0; i < BMC_THRESHOLD__MAX; i++) {
        uint8_t value = byte_reader_u8(in);

        if (mask & 1u << i) {
            settings.threshold[i] = value;
            settings.threshold_mask |= 1u << i;
        }
        if (mask & 1u << i & BMC_THRESHOLDS_UPPER &&
            value == BMC_THRESHOLD_NONE) {
            settings.threshold_mask &= ~(1u << i);
        }
    }
    if (!thresholds_in_order(&settings)) {
        return IPMI_CC_INVALID_FIELD;
    }
    return apply(req, sensor, &settings);
}

static int get_thresholds(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor;
    int cc = take_analog(req, in, &sensor);
    unsigned i;

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    byte_writer_u8(out, sensor->settings.threshold_mask);
    for (i = 0; i < BMC_THRESHOLD__MAX; i++) {
        uint8_t bit = 1u << i;

        byte_writer_u8(out, sensor->settings.threshold_mask & bit ?
                       sensor->settings.threshold[i] : 0);
    }
    return IPMI_CC_OK;
}

/* Masks of events may be left out from their end. */
static uint16_t take_events(ByteReader *in)
{
    uint8_t low = byte_reader_left(in) ? byte_reader_u8(in) : 0;
    uint8_t high = byte_reader_left(in) ? byte_reader_u8(in) : 0;

    return low | high << 8;
}

static int set_event_enable(IpmiRequest *req, ByteReader *in,
                            ByteWriter *out)
{
    const BmcSensor *sensor = take_sensor(req, in);
    uint8_t what = byte_reader_u8(in);
    uint16_t asserts = take_events(in);
    uint16_t deasserts = take_events(in);
    BmcSensorSettings settings;

    if (!sensor) {
        return IPMI_CC_NOT_PRESENT;
    }
    if ((what & ENABLE_RESERVED) ||
        (what & ENABLE_OPERATION) == ENABLE_OPERATION) {
        return IPMI_CC_INVALID_FIELD;
    }
    settings = sensor->settings;
    settings.events = what & FLAG_EVENTS;
    settings.scanning = what & FLAG_SCANNING;
    if ((what & ENABLE_OPERATION) != ENABLE_KEEP &&
        ((asserts & ~sensor->events) | (deasserts & ~sensor->deasserts))) {
        return IPMI_CC_INVALID_FIELD; /* events that it does not have */
    }
    if ((what & ENABLE_OPERATION) == ENABLE_SELECTED) {
        settings.assert_events |= asserts;
        settings.deassert_events |= deasserts;
    } else if ((what & ENABLE_OPERATION) == DISABLE_SELECTED) {
        settings.assert_events &= ~asserts;
        settings.deassert_events &= ~deasserts;
    }
    return apply(req, sensor, &settings);
}

static int get_event_enable(IpmiRequest *req, ByteReader *in,
                            ByteWriter *out)
{
    const BmcSensor *sensor = take_sensor(req, in);

    if (!sensor) {
        return IPMI_CC_NOT_PRESENT;
    }
    byte_writer_u8(out, flags(sensor));
    byte_writer_le16(out, sensor->settings.assert_events);
    byte_writer_le16(out, sensor->settings.deassert_events);
    return IPMI_CC_OK;
}

/* Bits of an event mask that no sensor of that kind can have. */
static uint16_t reserved_events(const BmcSensor *sensor)
{
    return bmc_sensor_is_analog(sensor) ? THRESHOLD_RESERVED :
           DISCRETE_RESERVED;
}

static int rearm(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor = take_sensor(req, in);
    uint8_t what = byte_reader_u8(in);
    uint16_t asserts = take_events(in);
    uint16_t deasserts = take_events(in);

    if (!sensor) {
        return IPMI_CC_NOT_PRESENT;
    }
    if ((what & ~REARM_SELECTED) ||
        ((asserts | deasserts) & reserved_events(sensor))) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (!(what & REARM_SELECTED)) {
        asserts = 0xffff;
        deasserts = 0xffff;
    }
    bmc_sensor_rearm(req->bmc, sensor->number, asserts, deasserts);
    return IPMI_CC_OK;
}

/* A reading that somebody waits for. */
typedef struct ReadingRequest {
    IpmiRequest *req;
    uint8_t number;
} ReadingRequest;

static void build_reading(ByteWriter *w, const BmcSensor *sensor,
                          const BmcSensorReading *reading)
{
    bool analog = bmc_sensor_is_analog(sensor);

    byte_writer_u8(w, reading->raw);
    byte_writer_u8(w, flags(sensor) |
                   (reading->available ? 0 : FLAG_UNAVAILABLE));
    if (analog) {
        byte_writer_u8(w, reading->states | STATES_LOW_RESERVED);
    } else {
        byte_writer_u8(w, reading->states & 0xff);
        byte_writer_u8(w, reading->states >> 8 | STATES_HIGH_RESERVED);
    }
}

static void reading_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autofree ReadingRequest *wait = opaque;
    BmcSensorReading reading = { 0 };
    g_autoptr(GError) err = NULL;
    const BmcSensor *sensor;
    uint8_t buf[4];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    if (!bmc_sensor_read_finish(res, &reading, &err)) {
        ipmi_request_finish(wait->req, err);
        return;
    }
    sensor = bmc_sensor_find(wait->req->bmc, wait->number);
    if (sensor) {
        build_reading(&w, sensor, &reading);
    }
    ipmi_request_finish_data(wait->req, buf, w.len);
}

static int get_reading(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor = take_sensor(req, in);
    ReadingRequest *wait;

    if (!sensor || sensor->event_only) {
        return IPMI_CC_NOT_PRESENT;
    }
    wait = g_new0(ReadingRequest, 1);
    wait->req = req;
    wait->number = sensor->number;
    bmc_sensor_read_async(req->bmc, sensor->number, ipmi_request_defer(req),
                          reading_done, wait);
    return IPMI_DEFERRED;
}

static int get_event_status(IpmiRequest *req, ByteReader *in,
                            ByteWriter *out)
{
    const BmcSensor *sensor = take_sensor(req, in);

    if (!sensor) {
        return IPMI_CC_NOT_PRESENT;
    }
    byte_writer_u8(out, flags(sensor));
    byte_writer_le16(out, bmc_sensor_asserted(req->bmc, sensor->number));
    byte_writer_le16(out, sensor->deasserted);
    return IPMI_CC_OK;
}

static int get_type(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor = take_sensor(req, in);

    if (!sensor) {
        return IPMI_CC_NOT_PRESENT;
    }
    byte_writer_u8(out, sensor->type);
    byte_writer_u8(out, sensor->event_type);
    return IPMI_CC_OK;
}

/* What a sensor is cannot be changed; that it is so may be said again. */
static int set_type(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor = take_sensor(req, in);
    uint8_t type = byte_reader_u8(in);
    uint8_t event_type = byte_reader_u8(in);

    if (!sensor) {
        return IPMI_CC_NOT_PRESENT;
    }
    if (event_type & EVENT_TYPE_RESERVED) {
        return IPMI_CC_INVALID_FIELD;
    }
    return type == sensor->type && event_type == sensor->event_type ?
           IPMI_CC_OK : IPMI_CC_ILLEGAL_FOR_SENSOR;
}

static uint16_t change_bits(uint16_t old, unsigned operation, uint16_t bits)
{
    switch (operation) {
    case BITS_WRITE:
        return bits;
    case BITS_SET:
        return old | bits;
    case BITS_CLEAR:
        return old & bits;
    default:
        return old;
    }
}

static int set_reading(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSensor *sensor = take_sensor(req, in);
    uint8_t what = byte_reader_u8(in);
    uint8_t raw = byte_reader_left(in) ? byte_reader_u8(in) : 0;
    unsigned bits = what >> OPERATION_ASSERT_SHIFT & 0x03;
    uint16_t states = take_events(in);
    const BmcOrigin *origin = &req->ctx->origin;
    bool analog;
    bool ok;

    if (!sensor) {
        return IPMI_CC_NOT_PRESENT;
    }
    if ((what & OPERATION_READING) > READING_WRITE) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (what & OPERATION_EVENT_DATA) {
        return CC_EVENT_DATA_NOT_SETTABLE;
    }
    analog = bmc_sensor_is_analog(sensor);
    /* An analog sensor's events follow from its reading, and only that. */
    if (!sensor->manual || what & OPERATION_DEASSERT ||
        (analog ? bits : what & OPERATION_READING)) {
        return CC_NOT_SETTABLE;
    }
    if (analog && what & READING_WRITE) {
        ok = bmc_sensor_set_value(req->bmc, sensor->number,
                                  CLAMP(sdr_value(&sensor->factors, raw),
                                        sensor->min, sensor->max),
                                  origin, NULL);
    } else if (!analog && bits) {
        uint16_t now = bmc_sensor_kept_states(req->bmc, sensor->number);

        ok = bmc_sensor_set_states(req->bmc, sensor->number,
                                   change_bits(now, bits, states), origin,
                                   NULL);
    } else {
        return IPMI_CC_INVALID_FIELD; /* nothing is asked for */
    }
    return ok ? ipmi_request_finish_durable(req) : IPMI_CC_INVALID_FIELD;
}

#define ROW(cmd, min, max, privilege, flags, handler, name) \
    { IPMI_NETFN_SENSOR, cmd, min, max, BMC_PRIVILEGE_ ## privilege, \
      IPMI_ON_ALL, flags, handler, name }

const IpmiCommand ipmi_sensor_commands[] = {
    ROW(0x23, 2, 2, USER, 0, get_factors, "Get Sensor Reading Factors"),
    ROW(0x24, 4, 4, OPERATOR, IPMI_CMD_CHANGES, set_hysteresis,
        "Set Sensor Hysteresis"),
    ROW(0x25, 2, 2, USER, 0, get_hysteresis, "Get Sensor Hysteresis"),
    ROW(0x26, 8, 8, OPERATOR, IPMI_CMD_CHANGES, set_thresholds,
        "Set Sensor Thresholds"),
    ROW(0x27, 1, 1, USER, 0, get_thresholds, "Get Sensor Thresholds"),
    ROW(0x28, 2, 6, OPERATOR, IPMI_CMD_CHANGES, set_event_enable,
        "Set Sensor Event Enable"),
    ROW(0x29, 1, 1, USER, 0, get_event_enable, "Get Sensor Event Enable"),
    ROW(0x2a, 2, 6, OPERATOR, IPMI_CMD_CHANGES, rearm,
        "Re-arm Sensor Events"),
    ROW(0x2b, 1, 1, USER, 0, get_event_status, "Get Sensor Event Status"),
    ROW(0x2d, 1, 1, USER, 0, get_reading, "Get Sensor Reading"),
    ROW(0x2e, 3, 3, OPERATOR, IPMI_CMD_CHANGES, set_type, "Set Sensor Type"),
    ROW(0x2f, 1, 1, USER, 0, get_type, "Get Sensor Type"),
    ROW(0x30, 2, 10, OPERATOR, IPMI_CMD_CHANGES, set_reading,
        "Set Sensor Reading And Event Status"),
    { .name = NULL },
};
