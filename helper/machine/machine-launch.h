/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine whose QEMU process we start, own and reap. */
#ifndef QEMU_BMC_MACHINE_MACHINE_LAUNCH_H
#define QEMU_BMC_MACHINE_MACHINE_LAUNCH_H

#include <gio/gio.h>

#include "machine/machine-host-interface.h"
#include "machine/machine.h"
#include "util/clock.h"

/**
 * MachineLaunchConfig: what to start.
 *
 * @argv: the user's QEMU command line, program first; NULL-terminated
 * @run_dir: directory for qmp.sock and qemu.pid
 * @serial: where QEMU listens with the VM's serial port: a path or host:port
 * @uefi: add pflash for OVMF unless the command line has its own
 * @state_dir: where the writable copy of OVMF's variables is kept
 * @host_interface: (nullable): the way from the guest to the BMC; none
 *                  without a program in it
 * @guest_agent: add a channel for the guest agent, unless there is one
 */
typedef struct MachineLaunchConfig {
    const char *const *argv;
    const char *run_dir;
    const char *serial;
    bool uefi;
    const char *state_dir;
    const MachineHostInterface *host_interface;
    bool guest_agent;
} MachineLaunchConfig;

/**
 * machine_launch_build_argv: the command line that will be run: the user's,
 * checked, plus what the BMC needs. Pure but for looking up OVMF's files
 * when @config->uefi is set.
 *
 * @config: what to start
 * @errp: BMC_ERROR_USAGE for an option that cannot be combined with a BMC
 *        (-qmp, -serial, -chardev id=serial0, -monitor stdio, -daemonize,
 *        -S and their spellings with two dashes), with the reason
 *
 * Returns: (transfer full): the command line, or NULL
 */
char **machine_launch_build_argv(const MachineLaunchConfig *config,
                                 GError **errp);

/**
 * machine_launch_new: a machine that runs QEMU. Nothing is started before
 * machine_launch_start_async().
 *
 * @config: what to start; copied
 * @clock: the clock for timeouts
 * @errp: as machine_launch_build_argv()
 *
 * Returns: (transfer full): the machine, or NULL
 */
Machine *machine_launch_new(const MachineLaunchConfig *config, Clock *clock,
                            GError **errp);

/**
 * machine_launch_start_async: if a QEMU of an earlier helper still answers
 * on the QMP socket in the run directory, adopt it, else start one, stopped
 * before its first instruction (-S), so it is "off". Done when QEMU answers
 * on QMP, or is known not to; the deadline is 20 s. To be called once.
 *
 * A QEMU that ends is not started again by itself, but by
 * %MACHINE_OP_START: between its first answer and the first instruction of
 * its guest, those who react to %MACHINE_EVENT_STATE by asking for boot
 * devices and setting boot indexes are waited for, and machine_hold().
 *
 * @machine: a machine of machine_launch_new()
 * @callback: called once
 * @opaque: handed to @callback
 */
void machine_launch_start_async(Machine *machine,
                                GAsyncReadyCallback callback, void *opaque);

/**
 * machine_launch_start_finish: result of machine_launch_start_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_FAILED when the program cannot be started or has ended,
 *        with the last line that it wrote; BMC_ERROR_BUSY when there is a
 *        QEMU that others talk to; BMC_ERROR_TIMEOUT
 *
 * Returns: true when QEMU answers
 */
bool machine_launch_start_finish(GAsyncResult *res, GError **errp);

/**
 * machine_launch_end_async: end the QEMU process for good: quit, and after
 * 5 s SIGKILL. The machine stays GONE afterwards.
 *
 * @machine: a machine of machine_launch_new()
 * @callback: called when the process has been reaped
 * @opaque: handed to @callback
 */
void machine_launch_end_async(Machine *machine, GAsyncReadyCallback callback,
                              void *opaque);

/**
 * machine_launch_end_finish: result of machine_launch_end_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_TIMEOUT when the process would not end
 *
 * Returns: true on success
 */
bool machine_launch_end_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_MACHINE_MACHINE_LAUNCH_H */
