/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The built-in sensors. Those of the machine's usage are shown from the
 * first time that they have a reading, so that none is there which this
 * machine can never feed.
 */
#include "osdep.h"

#include "bmc/sensor-priv.h"

#include "bmc/sel.h"

/* Power unit (type 09h) */
#define POWER_UNIT_OFF 0x0001
#define POWER_UNIT_FAILED 0x0020
/* System ACPI power state (type 22h) */
#define ACPI_S0 0x0001
#define ACPI_S3 0x0008
#define ACPI_S5 0x0020
#define ACPI_G3 0x0080
/* OS stop (type 20h): run-time critical stop, as a guest panic is */
#define OS_STOP_PANIC 0x0002

/* Event logging disabled (type 10h) */
#define EVENT_LOG_FULL 0x0010
#define EVENT_LOG_ALMOST_FULL 0x0020

/* Files with temperatures of the host, in thousandths of a degree. */
static const struct {
    const char *kind; /* what "type" or "name" beside it says */
    const char *kind_file;
    const char *value_file;
    const char *root;
} temperatures[] = {
    { "x86_pkg_temp", "type", "temp", "/sys/class/thermal" },
    { "cpu-thermal", "type", "temp", "/sys/class/thermal" },
    { "cpu_thermal", "type", "temp", "/sys/class/thermal" },
    { "coretemp", "name", "temp1_input", "/sys/class/hwmon" },
    { "k10temp", "name", "temp1_input", "/sys/class/hwmon" },
    { "acpitz", "type", "temp", "/sys/class/thermal" },
};

static uint16_t power_unit_states(const Bmc *bmc)
{
    return (machine_state_is_off(bmc->machine->state) ? POWER_UNIT_OFF : 0) |
           (bmc_power_control_failed(bmc) ? POWER_UNIT_FAILED : 0);
}

static uint16_t acpi_states(const Bmc *bmc)
{
    switch (bmc->machine->state) {
    case MACHINE_STATE_GONE:
        return ACPI_G3;
    case MACHINE_STATE_PRELAUNCH:
    case MACHINE_STATE_SHUTDOWN:
        return ACPI_S5;
    case MACHINE_STATE_SUSPENDED:
        return ACPI_S3;
    case MACHINE_STATE_UNKNOWN:
    case MACHINE_STATE_INMIGRATE:
    case MACHINE_STATE_POSTMIGRATE:
        return 0;
    default:
        return ACPI_S0;
    }
}

static uint16_t os_stop_states(const Bmc *bmc)
{
    return bmc->machine->state == MACHINE_STATE_PANICKED ? OS_STOP_PANIC : 0;
}

static uint16_t event_log_states(const Bmc *bmc)
{
    unsigned count = bmc_sel_info(bmc).count;

    return count >= BMC_SEL_MAX ? EVENT_LOG_FULL :
           count >= BMC_SEL_ALMOST_FULL ? EVENT_LOG_ALMOST_FULL : 0;
}

/*
 * Numbers and types are those of sensor-ids.h; events as they are added. None
 * of them is ever deasserted: clients that do not show the direction of an
 * event would take the end of "power off" for its begin.
 */
static const struct {
    uint8_t number;
    const char *name;
    uint8_t type;
    uint8_t entity;
    uint16_t events;
    uint16_t shown; /* states of the reading */
    uint16_t (*states)(const Bmc *bmc); /* NULL: events only */
} discrete[] = {
    { BMC_SENSOR_POWER_UNIT, "Power Unit", 0x09, SDR_ENTITY_CHASSIS, 0x0033,
      POWER_UNIT_OFF | POWER_UNIT_FAILED, power_unit_states },
    { BMC_SENSOR_ACPI_POWER, "ACPI Power", 0x22, SDR_ENTITY_SYSTEM_BOARD,
      0x04a9, ACPI_S0 | ACPI_S3 | ACPI_S5 | ACPI_G3, acpi_states },
    { BMC_SENSOR_RESTART, "Restart", 0x1d, SDR_ENTITY_SYSTEM_BOARD, 0x0080,
      0, NULL },
    { BMC_SENSOR_WATCHDOG, "Watchdog", 0x23, SDR_ENTITY_MANAGEMENT, 0x010f,
      0, NULL },
    { BMC_SENSOR_OS_STOP, "OS Stop", 0x20, SDR_ENTITY_OS, OS_STOP_PANIC,
      OS_STOP_PANIC, os_stop_states },
    { BMC_SENSOR_EVENT_LOG, "Event Log", 0x10, SDR_ENTITY_MANAGEMENT, 0x0034,
      EVENT_LOG_FULL | EVENT_LOG_ALMOST_FULL, event_log_states },
    { BMC_SENSOR_SECURITY, "Security", 0x06, SDR_ENTITY_MANAGEMENT, 0x0020,
      0, NULL },
    { BMC_SENSOR_BOOT, "Boot Override", 0xc0, SDR_ENTITY_MANAGEMENT, 0x0007,
      0, NULL },
    { BMC_SENSOR_SESSION_AUDIT, "Session Audit", 0x2a, SDR_ENTITY_MANAGEMENT,
      0x0008, 0, NULL },
};

static bool cpu_value(const SensorUsage *usage, double *value)
{
    *value = usage->cpu;
    return usage->has_cpu;
}

static bool memory_value(const SensorUsage *usage, double *value)
{
    *value = usage->memory;
    return usage->has_memory;
}

static bool block_read_value(const SensorUsage *usage, double *value)
{
    *value = usage->block_read;
    return usage->has_block;
}

static bool block_write_value(const SensorUsage *usage, double *value)
{
    *value = usage->block_write;
    return usage->has_block;
}

/* Sensor type 0Bh: "other units-based sensor". */
static const struct {
    uint8_t number;
    const char *name;
    uint8_t type;
    uint8_t entity;
    uint8_t unit;
    uint8_t units;
    double max;
    bool (*value)(const SensorUsage *usage, double *value);
} usages[] = {
    { BMC_SENSOR_CPU_LOAD, "CPU Load", 0x0b, SDR_ENTITY_PROCESSOR,
      SDR_UNIT_UNSPECIFIED, SDR_UNITS_PERCENT, 100, cpu_value },
    { BMC_SENSOR_MEMORY, "Memory Used", 0x0b, SDR_ENTITY_MEMORY,
      SDR_UNIT_UNSPECIFIED, SDR_UNITS_PERCENT, 100, memory_value },
    { BMC_SENSOR_BLOCK_READ, "Disk Read", 0x0b, SDR_ENTITY_DISK,
      SDR_UNIT_MEGABYTE, SDR_UNITS_PER_SECOND, 510, block_read_value },
    { BMC_SENSOR_BLOCK_WRITE, "Disk Write", 0x0b, SDR_ENTITY_DISK,
      SDR_UNIT_MEGABYTE, SDR_UNITS_PER_SECOND, 510, block_write_value },
};

static void init_analog(Sensor *sensor, double min, double max)
{
    sensor->pub.event_type = BMC_EVENT_THRESHOLD;
    sensor->pub.thresholds = BMC_THRESHOLDS_UPPER;
    sensor->pub.events = sensor_threshold_events(BMC_THRESHOLDS_UPPER);
    sensor->pub.deasserts = sensor->pub.events;
    sensor->pub.min = min;
    sensor->pub.max = max;
    sdr_factors_for_range(min, max, &sensor->pub.factors);
    sensor->defaults.assert_events = 0;
    sensor->defaults.deassert_events = 0;
}

static bool kind_matches(const char *dir, const char *file, const char *kind)
{
    g_autofree char *path = g_build_filename(dir, file, NULL);
    g_autofree char *text = NULL;

    return g_file_get_contents(path, &text, NULL, NULL) &&
           g_str_equal(g_strchomp(text), kind);
}

/* Returns the file with a temperature of that kind, if the host has one. */
static char *find_temperature(unsigned i)
{
    g_autoptr(GDir) dir = g_dir_open(temperatures[i].root, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(temperatures[i].root, name,
                                                 NULL);
        g_autofree char *value = g_build_filename(
            path, temperatures[i].value_file, NULL);

        if (kind_matches(path, temperatures[i].kind_file,
                         temperatures[i].kind) &&
            g_file_test(value, G_FILE_TEST_IS_REGULAR)) {
            return g_steal_pointer(&value);
        }
    }
    return NULL;
}

static void add_temperature(Bmc *bmc)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(temperatures); i++) {
        g_autofree char *path = find_temperature(i);
        Sensor *sensor;

        if (!path) {
            continue;
        }
        sensor = sensor_new(bmc, BMC_SENSOR_HOST_TEMP, "Host Temp",
                            SENSOR_INPUT);
        sensor->pub.type = 0x01;
        sensor->pub.entity = SDR_ENTITY_OTHER;
        sensor->pub.unit = SDR_UNIT_DEGREES_C;
        init_analog(sensor, 0, 127.5);
        sensor->input = sensor_input_new(bmc, path, NULL, 0);
        sensor->scale = 0.001;
        return;
    }
}

void sensor_table_add(Bmc *bmc)
{
    Sensor *sensor;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(discrete); i++) {
        sensor = sensor_new(bmc, discrete[i].number, discrete[i].name,
                            SENSOR_STATES);
        sensor->pub.type = discrete[i].type;
        sensor->pub.event_type = BMC_EVENT_SENSOR_SPECIFIC;
        sensor->pub.entity = discrete[i].entity;
        sensor->pub.events = discrete[i].events;
        sensor->pub.states = discrete[i].shown;
        sensor->pub.units = SDR_UNITS_NONE;
        sensor->pub.event_only = !discrete[i].states;
        sensor->states = discrete[i].states;
        sensor->defaults.assert_events = discrete[i].events;
    }
    for (i = 0; i < G_N_ELEMENTS(usages); i++) {
        sensor = sensor_new(bmc, usages[i].number, usages[i].name,
                            SENSOR_USAGE);
        sensor->pub.type = usages[i].type;
        sensor->pub.entity = usages[i].entity;
        sensor->pub.unit = usages[i].unit;
        sensor->pub.units = usages[i].units;
        init_analog(sensor, 0, usages[i].max);
        sensor->usage = usages[i].value;
        sensor->present = false;
    }
    add_temperature(bmc);
}
