/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings that a server has in its firmware's setup: what QEMU tells
 * firmware at its start, and what it does when the watchdog expires.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_SETTINGS_H
#define QEMU_BMC_MACHINE_MACHINE_SETTINGS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * MachineSetting: which one.
 *
 * @MACHINE_SETTING_BOOT_MENU: firmware offers a boot menu: 0 or 1
 * @MACHINE_SETTING_MENU_WAIT: how long it waits for a key, in milliseconds
 * @MACHINE_SETTING_RETRY_WAIT: when nothing boots, the guest is reset after
 *     that many milliseconds; -1 for never
 * @MACHINE_SETTING_STRICT_BOOT: only devices with a boot index are tried: 0
 *     or 1
 * @MACHINE_SETTING_SERIAL: SeaBIOS shows its texts, and reads keys, on the
 *     first serial port too: 0 or 1
 * @MACHINE_SETTING_WATCHDOG: what QEMU does when a watchdog device of the
 *     guest's expires: index into machine_watchdog_actions
 */
typedef enum MachineSetting {
    MACHINE_SETTING_BOOT_MENU,
    MACHINE_SETTING_MENU_WAIT,
    MACHINE_SETTING_RETRY_WAIT,
    MACHINE_SETTING_STRICT_BOOT,
    MACHINE_SETTING_SERIAL,
    MACHINE_SETTING_WATCHDOG,
    MACHINE_SETTING__MAX,
} MachineSetting;

/* Those that a running QEMU takes; the others are its command line's. */
#define MACHINE_SETTINGS_LIVE \
    (1u << MACHINE_SETTING_STRICT_BOOT | 1u << MACHINE_SETTING_WATCHDOG)
#define MACHINE_SETTINGS_ALL ((1u << MACHINE_SETTING__MAX) - 1)

#define MACHINE_SETTING_WAIT_MAX 65535

/**
 * MachineSettings: values of some settings.
 *
 * @known: bit 1 << MachineSetting for each that has a value
 * @value: the values
 */
typedef struct MachineSettings {
    unsigned known;
    int32_t value[MACHINE_SETTING__MAX];
} MachineSettings;

/* As QAPI WatchdogAction has them; ends with NULL. */
extern const char *const machine_watchdog_actions[];

/**
 * machine_settings_put: set one value.
 *
 * @settings: the values
 * @which: the setting
 * @value: its value
 */
void machine_settings_put(MachineSettings *settings, MachineSetting which,
                          int32_t value);

/**
 * machine_settings_differ: which values are to change.
 *
 * @wanted: values
 * @now: other values
 *
 * Returns: bit 1 << MachineSetting for each in @wanted that @now does not
 * have, or has with another value
 */
unsigned machine_settings_differ(const MachineSettings *wanted,
                                 const MachineSettings *now);

/**
 * machine_settings_argv: write settings as options of QEMU's. Later ones on
 * a command line win over earlier ones.
 *
 * @settings: the settings
 *
 * Returns: (transfer full): options and their arguments; ends with NULL
 */
char **machine_settings_argv(const MachineSettings *settings);

/**
 * machine_settings_parse: find the watchdog's action on a command line, where
 * nothing else tells it.
 *
 * @argv: the command line; ends with NULL
 * @settings: gets the action; QEMU's default when there is none
 */
void machine_settings_parse(const char *const *argv,
                            MachineSettings *settings);

#endif /* QEMU_BMC_MACHINE_MACHINE_SETTINGS_H */
