/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sensors from the inside; for helper/bmc/sensor*.c only. */
#ifndef QEMU_BMC_BMC_SENSOR_PRIV_H
#define QEMU_BMC_BMC_SENSOR_PRIV_H

#include "bmc/bmc-priv.h"
#include "bmc/sensors.h"

typedef struct Sensor Sensor;

/* A reading takes no longer. */
#define SENSOR_READ_MS 400

/**
 * SensorKind: what is behind a sensor.
 *
 * @SENSOR_STATES: the hub's own state
 * @SENSOR_USAGE: the machine's usage
 * @SENSOR_INPUT: a file or a command
 * @SENSOR_KEPT: a value that somebody sets
 */
typedef enum SensorKind {
    SENSOR_STATES,
    SENSOR_USAGE,
    SENSOR_INPUT,
    SENSOR_KEPT,
} SensorKind;

/**
 * SensorUsage: what is known of the machine's usage.
 *
 * @has_cpu: @cpu holds
 * @cpu: load of the vCPUs in percent
 * @has_memory: @memory holds
 * @memory: memory in use, in percent of the machine's
 * @has_block: @block_read and @block_write hold
 * @block_read: MB/s
 * @block_write: MB/s
 */
typedef struct SensorUsage {
    bool has_cpu;
    double cpu;
    bool has_memory;
    double memory;
    bool has_block;
    double block_read;
    double block_write;
} SensorUsage;

/**
 * SensorMeter: asks what the machine uses; a rate needs two samples.
 *
 * @usage: as of @usage_ms
 * @usage_ms: when, or -1
 * @sample: the last sample
 * @sample_ms: when, or -1
 * @querying: a sample has been asked for
 * @second: running until the second sample is due
 * @deadline: running while somebody waits
 * @waiters: GTasks of readings
 * @cancellable: for the machine
 */
typedef struct SensorMeter {
    SensorUsage usage;
    int64_t usage_ms;
    MachineUsage sample;
    int64_t sample_ms;
    bool querying;
    ClockTimer *second;
    ClockTimer *deadline;
    GPtrArray *waiters;
    GCancellable *cancellable;
} SensorMeter;

/**
 * SensorInput: a file or a command.
 *
 * @bmc: the hub
 * @path: the file, or NULL
 * @argv: the command, or NULL
 * @keep_ms: for how long a number is used again
 * @number: the last number
 * @number_ms: when, or -1
 * @cancellable: for what is under way; NULL when nothing is
 * @process: the command, while it runs
 * @taken: what it says has been taken
 * @timeout: ends it
 * @deadline: running while somebody waits
 * @waiters: GTasks of readings
 */
typedef struct SensorInput {
    Bmc *bmc;
    char *path;
    char **argv;
    int64_t keep_ms;
    double number;
    int64_t number_ms;
    GCancellable *cancellable;
    GSubprocess *process;
    bool taken;
    ClockTimer *timeout;
    ClockTimer *deadline;
    GPtrArray *waiters;
} SensorInput;

/**
 * Sensor: a sensor.
 *
 * @pub: what all may see
 * @name: owned
 * @kind: what is behind it
 * @present: it is shown; a sensor of the machine's usage is from the first
 *           time that it had a reading
 * @states: SENSOR_STATES: its states
 * @usage: SENSOR_USAGE: its value
 * @input: SENSOR_INPUT
 * @scale: what @input's number is multiplied by
 * @has_kept: SENSOR_KEPT: it was set
 * @kept: SENSOR_KEPT: value, or states
 * @defaults: the settings without any client's
 * @interval_s: while its events are enabled
 */
struct Sensor {
    BmcSensor pub;
    char *name;
    SensorKind kind;
    bool present;
    uint16_t (*states)(const Bmc *bmc);
    bool (*usage)(const SensorUsage *usage, double *value);
    SensorInput *input;
    double scale;
    bool has_kept;
    double kept;
    BmcSensorSettings defaults;
    unsigned interval_s;
};

/**
 * BmcSensors: all sensors.
 *
 * @list: by number
 * @numbers: of user-defined sensors, also past ones, by name
 * @meter: of the machine
 * @timer: for those whose events are enabled
 * @cancellable: for readings of the timer
 */
struct BmcSensors {
    GPtrArray *list;
    GHashTable *numbers;
    SensorMeter meter;
    ClockTimer *timer;
    GCancellable *cancellable;
};

/**
 * sensor_table_add: add the built-in sensors.
 *
 * @bmc: the hub
 */
void sensor_table_add(Bmc *bmc);

/**
 * sensor_user_add: add the user-defined sensors.
 *
 * @bmc: the hub
 * @configs: (nullable): array of BmcSensorConfig
 * @errp: BMC_ERROR_USAGE
 *
 * Returns: true on success
 */
bool sensor_user_add(Bmc *bmc, const GPtrArray *configs, GError **errp);

/**
 * sensor_new: add a sensor.
 *
 * @bmc: the hub
 * @number: its number
 * @name: its name; copied
 * @kind: what is behind it
 *
 * Returns: (transfer none): the sensor
 */
Sensor *sensor_new(Bmc *bmc, uint8_t number, const char *name,
                   SensorKind kind);

/**
 * sensor_get: find a sensor, present or not.
 *
 * @bmc: the hub
 * @number: its number
 *
 * Returns: (transfer none) (nullable): the sensor
 */
Sensor *sensor_get(const Bmc *bmc, uint8_t number);

/**
 * sensor_store_load: read settings, and which sensors there have been.
 *
 * @bmc: the hub
 */
void sensor_store_load(Bmc *bmc);

/**
 * sensor_store_load_numbers: read the numbers of user-defined sensors.
 *
 * @bmc: the hub
 */
void sensor_store_load_numbers(Bmc *bmc);

/**
 * sensor_store_save_numbers: keep them.
 *
 * @bmc: the hub
 */
void sensor_store_save_numbers(Bmc *bmc);

/**
 * sensor_store_save: keep settings and readings.
 *
 * @bmc: the hub
 */
void sensor_store_save(Bmc *bmc);

/**
 * sensor_threshold_events: the events of thresholds: going low at a lower
 * one, going high at an upper one (table 42-2).
 *
 * @thresholds: mask by BmcThreshold
 *
 * Returns: mask of events
 */
uint16_t sensor_threshold_events(uint8_t thresholds);

/**
 * sensor_evaluate: compare a reading with the thresholds, and add the events
 * that are enabled.
 *
 * @bmc: the hub
 * @sensor: the sensor
 * @reading: its reading; its states are filled in
 */
void sensor_evaluate(Bmc *bmc, Sensor *sensor, BmcSensorReading *reading);

/**
 * sensor_present: a sensor that there may be is there; from now on it is
 * shown.
 *
 * @bmc: the hub
 * @number: its number
 */
void sensor_present(Bmc *bmc, uint8_t number);

/**
 * sensor_timer_update: start or stop the timer, by what is enabled.
 *
 * @bmc: the hub
 */
void sensor_timer_update(Bmc *bmc);

/**
 * sensor_read_return: end a reading.
 *
 * @bmc: the hub
 * @task: (transfer full): the reading's GTask; its data is the number
 * @fresh: what is behind the sensor is up to date
 */
void sensor_read_return(Bmc *bmc, GTask *task, bool fresh);

/**
 * sensor_waiters_return: end all readings of a list.
 *
 * @bmc: the hub
 * @waiters: their GTasks; empty afterwards
 * @fresh: as in sensor_read_return()
 */
void sensor_waiters_return(Bmc *bmc, GPtrArray *waiters, bool fresh);

/**
 * sensor_waiters_cancel: end all readings because the hub goes away.
 *
 * @waiters: their GTasks; freed
 */
void sensor_waiters_cancel(GPtrArray *waiters);

/**
 * sensor_meter_init: set up the meter.
 *
 * @meter: the meter, zeroed
 */
void sensor_meter_init(SensorMeter *meter);

/**
 * sensor_meter_clear: stop it.
 *
 * @meter: the meter
 */
void sensor_meter_clear(SensorMeter *meter);

/**
 * sensor_meter_forget: the machine is another one, or has restarted.
 *
 * @meter: the meter
 */
void sensor_meter_forget(SensorMeter *meter);

/**
 * sensor_meter_read: bring the meter's usage up to date, for a reading.
 *
 * @bmc: the hub
 * @task: (nullable) (transfer full): the reading's GTask
 */
void sensor_meter_read(Bmc *bmc, GTask *task);

/**
 * sensor_input_new: an input.
 *
 * @bmc: the hub
 * @path: (nullable): the file
 * @argv: (nullable) (transfer full): the command
 * @keep_ms: as in SensorInput
 *
 * Returns: (transfer full): the input
 */
SensorInput *sensor_input_new(Bmc *bmc, const char *path, char **argv,
                              int64_t keep_ms);

/**
 * sensor_input_free: end what is under way, and free.
 *
 * @input: the input, or NULL
 */
void sensor_input_free(SensorInput *input);

/**
 * sensor_input_read: bring the input's number up to date, for a reading.
 *
 * @input: the input
 * @task: (transfer full): the reading's GTask
 */
void sensor_input_read(SensorInput *input, GTask *task);

#endif /* QEMU_BMC_BMC_SENSOR_PRIV_H */
