/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command lines that qemu-bmc-run starts. */
#ifndef QEMU_BMC_TOOLS_RUN_ARGS_H
#define QEMU_BMC_TOOLS_RUN_ARGS_H

#include <glib.h>
#include <stdbool.h>

/**
 * RunArgs: what is to be run.
 *
 * @helper: the qemu-bmc program
 * @run_dir: directory for the sockets
 * @name: (nullable): name of the BMC
 * @helper_options: "NAME=VALUE" for qemu-bmc
 * @ipmi_device: give the guest an IPMI device
 * @off: start powered off
 * @binary: the QEMU program
 * @qemu_args: the user's arguments
 * @reconnect: the chardev option that makes QEMU connect again, which has
 *             changed its name between versions
 */
typedef struct RunArgs {
    char *helper;
    char *run_dir;
    char *name;
    char **helper_options;
    bool ipmi_device;
    bool off;
    char *binary;
    char **qemu_args;
    const char *reconnect;
} RunArgs;

/**
 * run_args_init: take the user's words and find out what this QEMU is.
 *
 * @args: filled in
 * @helper: as in RunArgs
 * @run_dir: as in RunArgs
 * @name: as in RunArgs
 * @helper_options: (nullable): as in RunArgs
 * @ipmi_device: as in RunArgs
 * @off: as in RunArgs
 * @words: what stood behind the options: maybe "--", maybe a program, and
 *         QEMU's arguments
 * @errp: BMC_ERROR_NOT_FOUND when the binary cannot be run, else
 *        BMC_ERROR_USAGE
 *
 * Returns: true on success
 */
bool run_args_init(RunArgs *args, const char *helper, const char *run_dir,
                   const char *name, const char *const *helper_options,
                   bool ipmi_device, bool off, const char *const *words,
                   GError **errp);

/**
 * run_args_cleanup: free what is in it.
 *
 * @args: the structure
 */
void run_args_cleanup(RunArgs *args);

/**
 * run_args_qemu: QEMU's command line.
 *
 * @args: what is to be run
 *
 * Returns: (transfer full): program and arguments
 */
char **run_args_qemu(const RunArgs *args);

/**
 * run_args_helper: the helper's command line.
 *
 * @args: what is to be run
 *
 * Returns: (transfer full): program and arguments
 */
char **run_args_helper(const RunArgs *args);

/**
 * run_args_has: whether an option is among QEMU's arguments, in either of
 * its spellings (-name, --name).
 *
 * @argv: the arguments
 * @option: the option's name without dashes
 *
 * Returns: true if it is
 */
bool run_args_has(char *const *argv, const char *option);

#endif /* QEMU_BMC_TOOLS_RUN_ARGS_H */
