/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Sensors: discrete ones for what happens to the machine, analog ones for
 * what it uses, and those that a user defines. A sensor is read when
 * somebody asks, and by a timer only while its threshold events are enabled.
 */
#ifndef QEMU_BMC_BMC_SENSORS_H
#define QEMU_BMC_BMC_SENSORS_H

#include "bmc/bmc.h"
#include "bmc/events.h"
#include "codec/sdr.h"

/* Most bytes of a sensor's name. */
#define BMC_SENSOR_NAME_MAX SDR_NAME_MAX
/* Most user-defined sensors. */
#define BMC_SENSOR_USERS_MAX \
    (BMC_SENSOR_USER_LAST - BMC_SENSOR_USER_FIRST + 1)
/* Discrete states that a sensor may have. */
#define BMC_SENSOR_STATES 0x7fff
/* How often a sensor is read while its events are enabled, in seconds. */
#define BMC_SENSOR_INTERVAL_S 10

/**
 * BmcThreshold: in the order of the bits of IPMI's masks (section 35.9).
 */
typedef enum BmcThreshold {
    BMC_THRESHOLD_LOWER_NON_CRITICAL,
    BMC_THRESHOLD_LOWER_CRITICAL,
    BMC_THRESHOLD_LOWER_NON_RECOVERABLE,
    BMC_THRESHOLD_UPPER_NON_CRITICAL,
    BMC_THRESHOLD_UPPER_CRITICAL,
    BMC_THRESHOLD_UPPER_NON_RECOVERABLE,
    BMC_THRESHOLD__MAX,
} BmcThreshold;

/* All bits of a mask of thresholds, and those of the upper ones. */
#define BMC_THRESHOLDS_ALL 0x3f
#define BMC_THRESHOLDS_UPPER 0x38
/* Takes an upper threshold away: nothing is beyond it. */
#define BMC_THRESHOLD_NONE 0xff

/**
 * BmcSensorSource: where a user-defined sensor's reading comes from.
 *
 * @BMC_SENSOR_MANUAL: somebody sets it
 * @BMC_SENSOR_FILE: the number that a file begins with
 * @BMC_SENSOR_COMMAND: the number that a command's output begins with
 */
typedef enum BmcSensorSource {
    BMC_SENSOR_MANUAL,
    BMC_SENSOR_FILE,
    BMC_SENSOR_COMMAND,
} BmcSensorSource;

/**
 * BmcSensorConfig: a user-defined sensor.
 *
 * @name: its name, unique
 * @type: sensor type code (table 42-3)
 * @discrete: its reading is a mask of states; else a number
 * @unit: base unit code (table 43-15)
 * @percent: the unit is percent
 * @min: least value
 * @max: greatest value
 * @threshold: values of the thresholds in @threshold_mask
 * @threshold_mask: bits by BmcThreshold
 * @hysteresis: by how much it must come back behind a threshold
 * @source: where the reading comes from
 * @argument: path or command line
 * @scale: what the number is multiplied by
 * @interval_s: how often it is read while its events are enabled, and for
 *              how long a command's output is used again; seconds
 */
typedef struct BmcSensorConfig {
    const char *name;
    uint8_t type;
    bool discrete;
    uint8_t unit;
    bool percent;
    double min;
    double max;
    double threshold[BMC_THRESHOLD__MAX];
    uint8_t threshold_mask;
    double hysteresis;
    BmcSensorSource source;
    const char *argument;
    double scale;
    unsigned interval_s;
} BmcSensorConfig;

/**
 * BmcSensorSettings: what clients may change.
 *
 * @threshold: raw, those in @threshold_mask
 * @threshold_mask: thresholds that are set
 * @hysteresis: raw, positive-going and negative-going
 * @events: event messages are enabled at all
 * @scanning: the sensor is read at all
 * @assert_events: assertion events that are enabled
 * @deassert_events: deassertion events that are enabled
 */
typedef struct BmcSensorSettings {
    uint8_t threshold[BMC_THRESHOLD__MAX];
    uint8_t threshold_mask;
    uint8_t hysteresis[2];
    bool events;
    bool scanning;
    uint16_t assert_events;
    uint16_t deassert_events;
} BmcSensorSettings;

/**
 * BmcSensor: a sensor.
 *
 * @number: BmcSensorId, or one of a user-defined sensor
 * @name: for people
 * @type: sensor type code
 * @event_type: event/reading type code; %BMC_EVENT_THRESHOLD is analog
 * @entity: entity id
 * @instance: entity instance
 * @event_only: it has events, but no reading
 * @user: it is user-defined
 * @manual: its reading can be set
 * @unit: base unit code
 * @units: SDR_UNITS_*
 * @min: least value
 * @max: greatest value
 * @factors: of an analog sensor
 * @thresholds: thresholds that it may have, by BmcThreshold
 * @events: assertion events that it may have
 * @deasserts: deassertion events that it may have
 * @states: discrete states that its reading may show
 * @settings: as they are
 * @asserted: events that are asserted now, or were last
 * @deasserted: events that have been deasserted
 */
typedef struct BmcSensor {
    uint8_t number;
    const char *name;
    uint8_t type;
    uint8_t event_type;
    uint8_t entity;
    uint8_t instance;
    bool event_only;
    bool user;
    bool manual;
    uint8_t unit;
    uint8_t units;
    double min;
    double max;
    SdrFactors factors;
    uint8_t thresholds;
    uint16_t events;
    uint16_t deasserts;
    uint16_t states;
    BmcSensorSettings settings;
    uint16_t asserted;
    uint16_t deasserted;
} BmcSensor;

/**
 * BmcSensorReading: what a sensor says.
 *
 * @available: there is a reading; nothing else holds without it
 * @value: in the sensor's unit
 * @raw: of an analog sensor: nearest raw reading
 * @states: discrete states, or the thresholds that @raw is at or beyond, by
 *          BmcThreshold
 */
typedef struct BmcSensorReading {
    bool available;
    double value;
    uint8_t raw;
    uint16_t states;
} BmcSensorReading;

/**
 * bmc_sensor_nth: walk through the sensors that there are, by number.
 *
 * @bmc: the hub
 * @n: position from 0
 *
 * Returns: (transfer none) (nullable): the sensor; NULL past the end
 */
const BmcSensor *bmc_sensor_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_sensor_find: look a sensor up.
 *
 * @bmc: the hub
 * @number: its number
 *
 * Returns: (transfer none) (nullable): the sensor
 */
const BmcSensor *bmc_sensor_find(const Bmc *bmc, uint8_t number);

/**
 * bmc_sensor_asserted: events of a sensor that are asserted (Get Sensor Event
 * Status). One whose state has ended is not.
 *
 * @bmc: the hub
 * @number: its number
 *
 * Returns: a bit for each event
 */
uint16_t bmc_sensor_asserted(Bmc *bmc, uint8_t number);

/**
 * bmc_sensor_kept_states: what bmc_sensor_set_states() was last told.
 *
 * @bmc: the hub
 * @number: number of the sensor
 *
 * Returns: a bit for each state; 0 if nothing
 */
uint16_t bmc_sensor_kept_states(const Bmc *bmc, uint8_t number);

/**
 * bmc_sensor_is_analog: whether a sensor has a value and thresholds.
 *
 * @sensor: the sensor
 *
 * Returns: false if it has states
 */
bool bmc_sensor_is_analog(const BmcSensor *sensor);

/**
 * bmc_sensor_read_async: read a sensor. Ends within 400 ms; what has not
 * answered by then is not available.
 *
 * @bmc: the hub
 * @number: the sensor
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_sensor_read_async(Bmc *bmc, uint8_t number,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_sensor_read_finish: result of bmc_sensor_read_async().
 *
 * @res: as the callback got it
 * @reading: filled
 * @errp: BMC_ERROR_NOT_FOUND: no such sensor, or one without reading
 *
 * Returns: true on success, also when there is no reading at present
 */
bool bmc_sensor_read_finish(GAsyncResult *res, BmcSensorReading *reading,
                            GError **errp);

/**
 * bmc_sensor_set: change a sensor's settings, all at once. They are kept.
 *
 * @bmc: the hub
 * @number: the sensor
 * @settings: the new settings; events that the sensor does not have are
 *            left out
 * @origin: who asks
 * @errp: BMC_ERROR_NOT_FOUND
 *
 * Returns: true on success; bmc_flush_async() tells when it is durable
 */
bool bmc_sensor_set(Bmc *bmc, uint8_t number,
                    const BmcSensorSettings *settings,
                    const BmcOrigin *origin, GError **errp);

/**
 * bmc_sensor_rearm: forget which events a sensor has had, so that those
 * whose condition still holds come again.
 *
 * @bmc: the hub
 * @number: the sensor
 * @assert_events: assertion events
 * @deassert_events: deassertion events
 *
 * Returns: false if there is no such sensor
 */
bool bmc_sensor_rearm(Bmc *bmc, uint8_t number, uint16_t assert_events,
                      uint16_t deassert_events);

/**
 * bmc_sensor_set_value: set the reading of an analog sensor whose source is
 * "manual". Threshold events come at once.
 *
 * @bmc: the hub
 * @number: the sensor
 * @value: the reading
 * @origin: who sets it
 * @errp: BMC_ERROR_NOT_FOUND, BMC_ERROR_NOT_SUPPORTED when its reading comes
 *        from elsewhere or it is not analog, BMC_ERROR_INVALID when out of
 *        its range
 *
 * Returns: true on success; bmc_flush_async() tells when it is durable
 */
bool bmc_sensor_set_value(Bmc *bmc, uint8_t number, double value,
                          const BmcOrigin *origin, GError **errp);

/**
 * bmc_sensor_set_states: as bmc_sensor_set_value() for a discrete sensor.
 *
 * @bmc: the hub
 * @number: the sensor
 * @states: mask of states
 * @origin: who sets it
 * @errp: as bmc_sensor_set_value()
 *
 * Returns: true on success
 */
bool bmc_sensor_set_states(Bmc *bmc, uint8_t number, uint16_t states,
                           const BmcOrigin *origin, GError **errp);

/**
 * bmc_sensors_reset: set all settings back to what they were at first, and
 * re-arm all events: what the initialization agent does (section 33.6).
 *
 * @bmc: the hub
 * @origin: who asks
 */
void bmc_sensors_reset(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_sensors_note_event: an event is about to be logged: keep its status,
 * and tell whether the sensor's settings let it pass.
 *
 * @bmc: the hub
 * @event: the event
 *
 * Returns: false if its sensor has this event disabled
 */
bool bmc_sensors_note_event(Bmc *bmc, const BmcEvent *event);

#endif /* QEMU_BMC_BMC_SENSORS_H */
