/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration: one table of settings that the command line, the
 * environment and the configuration file all read from.
 *
 * Order: built-in < file < environment < option.
 */
#ifndef QEMU_BMC_CONFIG_H
#define QEMU_BMC_CONFIG_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>

#include "machine/machine.h"

/* Whoever knows this default may only ever reach us from the same host. */
#define CONFIG_DEFAULT_PASSWORD "password"

typedef struct Config Config;
typedef struct ConfigDevices ConfigDevices;

/**
 * ConfigKey: the settings; see the table in config.c.
 */
typedef enum ConfigKey {
    CONFIG_NAME,
    CONFIG_ADDRESS,
    CONFIG_STATE_DIR,
    CONFIG_RUN_DIR,
    CONFIG_LOG_LEVEL,
    CONFIG_QMP,
    CONFIG_SERIAL,
    CONFIG_VM_IPMI,
    CONFIG_VM_IPMI_POLICY,
    CONFIG_BOOT_MODE,
    CONFIG_POWER_ON,
    CONFIG_HOST_INTERFACE,
    CONFIG_GUEST_AGENT,
    CONFIG_BOOT_EXPIRY,
    CONFIG_BOOT_LATE,
    CONFIG_ON_COMMAND,
    CONFIG_OFF_COMMAND,
    CONFIG_OFF_MODE,
    CONFIG_COMMAND_TIMEOUT,
    CONFIG_USER,
    CONFIG_PASSWORD,
    CONFIG_REDFISH_PORT,
    CONFIG_REDFISH_CONNECTIONS,
    CONFIG_REDFISH_PER_ADDRESS,
    CONFIG_TLS,
    CONFIG_TLS_CERT,
    CONFIG_TLS_KEY,
    CONFIG_IPMI_PORT,
    CONFIG_IPMI_SUITES,
    CONFIG_IPMI_SESSIONS,
    CONFIG_IPMI15,
    CONFIG_LAN_ADDRESS,
    CONFIG_LAN_NETMASK,
    CONFIG_LAN_GATEWAY,
    CONFIG_LAN_MAC,
    CONFIG_LAN_VLAN,
    CONFIG_LAN_PORT,
    CONFIG_LAN_COMMAND,
    CONFIG_PEF_PORT,
    CONFIG_MEDIA_FOLDERS,
    CONFIG_MEDIA_ALLOW,
    CONFIG_MEDIA_CACHE_SIZE,
    CONFIG_MEDIA_UPLOAD_SIZE,
    CONFIG_MEDIA_TIMEOUT,
    CONFIG_MEDIA_WAIT,
    CONFIG_UPDATE_ALLOW,
    CONFIG_UPDATE_TIMEOUT,
    CONFIG_UPDATE_WAIT,
    CONFIG_EVENTS_ALLOW,
    CONFIG__MAX,
} ConfigKey;

/**
 * ConfigSource: where a value comes from; a later one wins.
 */
typedef enum ConfigSource {
    CONFIG_SOURCE_DEFAULT,
    CONFIG_SOURCE_FILE,
    CONFIG_SOURCE_ENVIRONMENT,
    CONFIG_SOURCE_OPTION,
} ConfigSource;

/**
 * config_new: a configuration with the built-in values.
 *
 * Returns: (transfer full): the configuration
 */
Config *config_new(void);

/**
 * config_free: wipe and free a configuration.
 *
 * @config: the configuration, or NULL
 */
void config_free(Config *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Config, config_free)

/**
 * config_set: give a setting a value, unless a stronger source has done so.
 *
 * @config: the configuration
 * @key: the setting
 * @value: the value as text
 * @source: where it comes from
 * @errp: BMC_ERROR_USAGE when the setting does not take such a value
 *
 * Returns: true on success
 */
bool config_set(Config *config, ConfigKey key, const char *value,
                ConfigSource source, GError **errp);

/**
 * config_set_option: config_set() by command line option.
 *
 * @config: the configuration
 * @option: name of the option, without dashes
 * @value: the value as text
 * @errp: as config_set()
 *
 * Returns: true on success
 */
bool config_set_option(Config *config, const char *option, const char *value,
                       GError **errp);

/**
 * config_load_file: read a configuration file (key file syntax).
 *
 * @config: the configuration
 * @path: the file
 * @errp: BMC_ERROR_USAGE: cannot be read, an unknown group or key, or a
 *        value that does not fit, with the line number
 *
 * Returns: true on success
 */
bool config_load_file(Config *config, const char *path, GError **errp);

/**
 * config_load_environment: read the environment variables.
 *
 * @config: the configuration
 * @errp: BMC_ERROR_USAGE with the name of the variable
 *
 * Returns: true on success
 */
bool config_load_environment(Config *config, GError **errp);

/**
 * config_complete: once all sources have been read: fill in the directories,
 * which depend on the name and on who we are, and check what only makes
 * sense together.
 *
 * @config: the configuration
 * @errp: BMC_ERROR_USAGE
 *
 * Returns: true on success
 */
bool config_complete(Config *config, GError **errp);

/**
 * config_get: a setting's value.
 *
 * @config: the configuration
 * @key: the setting
 *
 * Returns: (transfer none): text, "" when not set
 */
const char *config_get(const Config *config, ConfigKey key);

/**
 * config_is_set: whether a setting has been given by any source.
 *
 * @config: the configuration
 * @key: the setting
 *
 * Returns: false if it has its built-in value
 */
bool config_is_set(const Config *config, ConfigKey key);

/**
 * config_source: where a value comes from.
 *
 * @config: the configuration
 * @key: the setting
 *
 * Returns: the source
 */
ConfigSource config_source(const Config *config, ConfigKey key);

/**
 * config_get_devices: sensors and FRU devices that the file defines.
 *
 * @config: the configuration
 *
 * Returns: (transfer none): them; see config-devices.h
 */
ConfigDevices *config_get_devices(const Config *config);

/**
 * config_get_bool: value of a setting that is true or false.
 *
 * @config: the configuration
 * @key: the setting
 *
 * Returns: the value
 */
bool config_get_bool(const Config *config, ConfigKey key);

/**
 * config_get_number: a setting that is a number.
 *
 * @config: the settings
 * @key: which one
 *
 * Returns: it
 */
unsigned config_get_number(const Config *config, ConfigKey key);

/**
 * config_get_address: the address that a service shall listen on, from
 * "address" and its port.
 *
 * @config: the configuration
 * @port: %CONFIG_REDFISH_PORT or %CONFIG_IPMI_PORT
 *
 * Returns: (transfer full): the address
 */
GSocketAddress *config_get_address(const Config *config, ConfigKey port);

/**
 * config_get_boot_mode: VM_BOOT_MODE.
 *
 * @config: the configuration
 *
 * Returns: BIOS or UEFI
 */
MachineFirmware config_get_boot_mode(const Config *config);

/**
 * config_dump: the effective configuration as a configuration file, without
 * secrets.
 *
 * @config: the configuration
 *
 * Returns: (transfer full): text
 */
char *config_dump(const Config *config);

/**
 * config_option_entries: command line options for all settings. Their
 * callback expects the Config as the option group's user data.
 *
 * @callback: called with the option's name as it was given
 *
 * Returns: (transfer full): array that ends with an empty entry
 */
GOptionEntry *config_option_entries(GOptionArgFunc callback);

#endif /* QEMU_BMC_CONFIG_H */
