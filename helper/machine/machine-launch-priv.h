/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of machine-launch share. */
#ifndef QEMU_BMC_MACHINE_MACHINE_LAUNCH_PRIV_H
#define QEMU_BMC_MACHINE_MACHINE_LAUNCH_PRIV_H

#include <glib.h>
#include <stdbool.h>

#define LAUNCH_SERIAL_ID "serial0"

/**
 * LaunchFirmware: files of one build of OVMF without Secure Boot.
 *
 * @code: the firmware itself
 * @vars: template of its variables
 */
typedef struct LaunchFirmware {
    const char *code;
    const char *vars;
} LaunchFirmware;

/**
 * launch_firmware_find: look for OVMF where distributions put it.
 *
 * Returns: (nullable): the files
 */
const LaunchFirmware *launch_firmware_find(void);

/**
 * launch_firmware_vars_drive: the value of -drive for a machine's variables.
 *
 * @state_dir: MachineLaunchConfig.state_dir
 *
 * Returns: (transfer full): text
 */
char *launch_firmware_vars_drive(const char *state_dir);

/**
 * launch_firmware_prepare: make the writable copy of the variables, unless
 * it is there.
 *
 * @argv: the command line; nothing is done if it does not use the copy
 * @state_dir: MachineLaunchConfig.state_dir
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: true on success
 */
bool launch_firmware_prepare(const char *const *argv, const char *state_dir,
                             GError **errp);

/**
 * launch_qmp_path: the QMP socket.
 *
 * @run_dir: MachineLaunchConfig.run_dir
 *
 * Returns: (transfer full): path
 */
char *launch_qmp_path(const char *run_dir);

/**
 * launch_pid_path: QEMU's pid file, whose lock it holds until it ends.
 *
 * @run_dir: MachineLaunchConfig.run_dir
 *
 * Returns: (transfer full): path
 */
char *launch_pid_path(const char *run_dir);

#endif /* QEMU_BMC_MACHINE_MACHINE_LAUNCH_PRIV_H */
