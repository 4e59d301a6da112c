/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the configuration file defines besides settings: sensors
 * ("[sensor NAME]") and FRU devices ("[fru]" and "[fru NAME]").
 */
#ifndef QEMU_BMC_CONFIG_DEVICES_H
#define QEMU_BMC_CONFIG_DEVICES_H

#include <glib.h>
#include <stdbool.h>

typedef struct BmcFruConfig BmcFruConfig;

typedef struct ConfigDevices ConfigDevices;

/**
 * config_devices_new: none of them.
 *
 * Returns: (transfer full): the devices
 */
ConfigDevices *config_devices_new(void);

/**
 * config_devices_free: free all of them.
 *
 * @devices: the devices, or NULL
 */
void config_devices_free(ConfigDevices *devices);

/**
 * config_devices_has_group: whether a group of the configuration file is one
 * of theirs.
 *
 * @group: its name
 *
 * Returns: true for "fru", "fru NAME" and "sensor NAME"
 */
bool config_devices_has_group(const char *group);

/**
 * config_file_get_value: read a value of the configuration file.
 *
 * @file: the file
 * @group: its group, which is there
 * @key: its key, which is there
 * @errp: BMC_ERROR_USAGE when it is not text; the value, which may be a
 *        secret, is not in the message
 *
 * Returns: (transfer full): the value, or NULL
 */
char *config_file_get_value(GKeyFile *file, const char *group,
                            const char *key, GError **errp);

/**
 * config_devices_load: read such a group.
 *
 * @devices: where to add it
 * @file: the file
 * @group: the group
 * @bad_key: (transfer none) (nullable): the key that is wrong, if one is
 * @errp: BMC_ERROR_USAGE
 *
 * Returns: true on success
 */
bool config_devices_load(ConfigDevices *devices, GKeyFile *file,
                         const char *group, const char **bad_key,
                         GError **errp);

/**
 * config_devices_dump: all of them as a part of a configuration file.
 *
 * @devices: the devices
 *
 * Returns: (transfer full): text
 */
char *config_devices_dump(const ConfigDevices *devices);

/**
 * config_devices_sensors: the user-defined sensors, for BmcConfig.
 *
 * @devices: the devices
 *
 * Returns: (transfer none): array of BmcSensorConfig
 */
const GPtrArray *config_devices_sensors(const ConfigDevices *devices);

/**
 * config_devices_fru: the FRU devices, for BmcConfig.
 *
 * @devices: the devices
 *
 * Returns: (transfer none): the configuration; its reset flag may be set
 */
BmcFruConfig *config_devices_fru(ConfigDevices *devices);

#endif /* QEMU_BMC_CONFIG_DEVICES_H */
