/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sensor data records (IPMI 2.0 chapter 43) and the conversion between a
 * sensor's raw reading and its value (chapter 36).
 */
#ifndef QEMU_BMC_CODEC_SDR_H
#define QEMU_BMC_CODEC_SDR_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/bytes.h"

#define SDR_HEADER_LEN 5
/* Longest record that is built: a full sensor with the longest name. */
#define SDR_RECORD_MAX 64
#define SDR_NAME_MAX 16
/* "SDR Version" of all records and of the repository. */
#define SDR_VERSION 0x51

/* Entity ids (table 43-13). */
#define SDR_ENTITY_OTHER 0x01
#define SDR_ENTITY_PROCESSOR 0x03
#define SDR_ENTITY_DISK 0x04
#define SDR_ENTITY_MANAGEMENT 0x06
#define SDR_ENTITY_SYSTEM_BOARD 0x07
#define SDR_ENTITY_CHASSIS 0x17
#define SDR_ENTITY_MEMORY 0x20
#define SDR_ENTITY_OS 0x23
#define SDR_ENTITY_OEM 0xd0 /* the first that integrators define */

/* Sensor units (table 43-15). */
#define SDR_UNIT_UNSPECIFIED 0
#define SDR_UNIT_DEGREES_C 1
#define SDR_UNIT_MEGABYTE 72

/* SdrSensor.init */
#define SDR_INIT_SETTABLE 0x80
#define SDR_INIT_EVENTS 0x02
#define SDR_INIT_SCANNING 0x01

/* SdrSensor.caps */
#define SDR_CAP_AUTO_REARM 0x40
#define SDR_CAP_HYSTERESIS 0x20
#define SDR_CAP_THRESHOLDS 0x08

/* SdrSensor.units: besides the base unit */
#define SDR_UNITS_NONE 0xc0
#define SDR_UNITS_PER_SECOND 0x18
#define SDR_UNITS_PERCENT 0x01

/**
 * SdrFactors: how a raw reading becomes a value: (M * raw + B * 10^b_exp) *
 * 10^r_exp (section 36.3, linear).
 *
 * @m: -512 to 511; not 0
 * @b: -512 to 511
 * @b_exp: -8 to 7
 * @r_exp: -8 to 7
 */
typedef struct SdrFactors {
    int16_t m;
    int16_t b;
    int8_t b_exp;
    int8_t r_exp;
} SdrFactors;

/**
 * SdrSensor: what the records of sensors hold, in the form in which they
 * hold it.
 *
 * @number: sensor number
 * @entity: entity id
 * @instance: entity instance
 * @init: SDR_INIT_*
 * @caps: SDR_CAP_*
 * @type: sensor type code
 * @event_type: event/reading type code
 * @assert_mask: assertion events / lower thresholds in the reading
 * @deassert_mask: deassertion events / upper thresholds in the reading
 * @reading_mask: discrete states / settable and readable thresholds
 * @units: SDR_UNITS_*
 * @base_unit: SDR_UNIT_*
 * @factors: of an analog sensor
 * @min: least raw reading
 * @max: greatest raw reading
 * @threshold: in the order of the record: upper non-recoverable, critical,
 *             non-critical, lower non-recoverable, critical, non-critical
 * @hysteresis: raw, positive-going and negative-going
 * @oem: OEM byte
 * @name: cut off at %SDR_NAME_MAX bytes of Latin-1
 */
typedef struct SdrSensor {
    uint8_t number;
    uint8_t entity;
    uint8_t instance;
    uint8_t init;
    uint8_t caps;
    uint8_t type;
    uint8_t event_type;
    uint16_t assert_mask;
    uint16_t deassert_mask;
    uint16_t reading_mask;
    uint8_t units;
    uint8_t base_unit;
    SdrFactors factors;
    uint8_t min;
    uint8_t max;
    uint8_t threshold[6];
    uint8_t hysteresis[2];
    uint8_t oem;
    const char *name;
} SdrSensor;

/**
 * sdr_factors_for_range: find factors with which raw readings 0 to 255 span
 * a range, in steps that look well if possible.
 *
 * @min: its least value
 * @max: its greatest value
 * @factors: filled
 *
 * Returns: false if no factors fit (@max is not greater than @min, or the
 * range is too far from zero for its size, or too small or large)
 */
bool sdr_factors_for_range(double min, double max, SdrFactors *factors);

/**
 * sdr_value: what a raw reading stands for.
 *
 * @factors: the factors
 * @raw: the reading
 *
 * Returns: the value, in the sensor's unit
 */
double sdr_value(const SdrFactors *factors, uint8_t raw);

/**
 * sdr_raw: the raw reading that is nearest to a value.
 *
 * @factors: the factors
 * @value: the value; what is out of range becomes the end that is nearer
 *
 * Returns: the reading
 */
uint8_t sdr_raw(const SdrFactors *factors, double value);

/**
 * sdr_raw_difference: as sdr_raw() for a difference, such as a hysteresis.
 *
 * @factors: the factors
 * @value: the difference, not negative
 *
 * Returns: 0 to 255
 */
uint8_t sdr_raw_difference(const SdrFactors *factors, double value);

/**
 * sdr_build_factors: M, tolerance, B, accuracy and exponents, six bytes as
 * in a full sensor record and in Get Sensor Reading Factors.
 *
 * @w: where to
 * @factors: the factors
 */
void sdr_build_factors(ByteWriter *w, const SdrFactors *factors);

/**
 * sdr_build_full: a full sensor record (type 01h).
 *
 * @w: where to
 * @id: record id
 * @sensor: the sensor
 */
void sdr_build_full(ByteWriter *w, uint16_t id, const SdrSensor *sensor);

/**
 * sdr_build_compact: a compact sensor record (type 02h), of a discrete
 * sensor.
 *
 * @w: where to
 * @id: record id
 * @sensor: the sensor
 */
void sdr_build_compact(ByteWriter *w, uint16_t id, const SdrSensor *sensor);

/**
 * sdr_build_event_only: an event-only record (type 03h).
 *
 * @w: where to
 * @id: record id
 * @sensor: the sensor
 */
void sdr_build_event_only(ByteWriter *w, uint16_t id,
                          const SdrSensor *sensor);

/**
 * sdr_build_fru_locator: a FRU device locator (type 11h) of a logical FRU
 * device.
 *
 * @w: where to
 * @id: record id
 * @device: FRU device id
 * @entity: entity id
 * @instance: entity instance
 * @name: as in SdrSensor
 */
void sdr_build_fru_locator(ByteWriter *w, uint16_t id, uint8_t device,
                           uint8_t entity, uint8_t instance,
                           const char *name);

/**
 * sdr_build_mc_locator: the management controller device locator (type 12h)
 * of the BMC.
 *
 * @w: where to
 * @id: record id
 * @capabilities: as in Get Device ID
 * @name: as in SdrSensor
 */
void sdr_build_mc_locator(ByteWriter *w, uint16_t id, uint8_t capabilities,
                          const char *name);

#endif /* QEMU_BMC_CODEC_SDR_H */
