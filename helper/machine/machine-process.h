/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process: started by us, or found running and watched. It lives on when
 * its MachineProcess is freed.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_PROCESS_H
#define QEMU_BMC_MACHINE_MACHINE_PROCESS_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "util/clock.h"

typedef struct MachineProcess MachineProcess;

/**
 * MachineProcessFunc: called once when the process has ended and has been
 * reaped; the MachineProcess may be freed from within.
 *
 * @detail: how, for people: "QEMU ended with exit status 1: <last line of
 *          its output>", "QEMU was killed by signal 9 (Killed)"; NULL when
 *          that is not known or was exit status 0
 * @opaque: as given
 */
typedef void (*MachineProcessFunc)(const char *detail, void *opaque);

/**
 * machine_process_spawn: start a process in a session of its own, so that a
 * terminal's Ctrl-C does not reach it, with nothing on its standard input,
 * and log what it writes.
 *
 * @argv: command line; the program is looked for in PATH
 * @clock: for limiting the log
 * @ended: called when it has ended
 * @opaque: handed to @ended
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: (transfer full): the process, or NULL
 */
MachineProcess *machine_process_spawn(const char *const *argv, Clock *clock,
                                      MachineProcessFunc ended, void *opaque,
                                      GError **errp);

/**
 * machine_process_adopt: watch a process that listens on a unix socket.
 *
 * @path: the socket
 * @ended: called when it has ended
 * @opaque: handed to @ended
 * @errp: BMC_ERROR_NOT_FOUND when nothing listens there, BMC_ERROR_BUSY when
 *        too many others are connecting, BMC_ERROR_FAILED
 *
 * Returns: (transfer full): the process, or NULL
 */
MachineProcess *machine_process_adopt(const char *path,
                                      MachineProcessFunc ended, void *opaque,
                                      GError **errp);

/**
 * machine_process_adopt_pid_file: watch the process that holds the lock of a
 * pid file, as QEMU does until it ends.
 *
 * @path: the pid file
 * @ended: called when it has ended
 * @opaque: handed to @ended
 * @errp: BMC_ERROR_NOT_FOUND when nobody holds it, BMC_ERROR_FAILED
 *
 * Returns: (transfer full): the process, or NULL
 */
MachineProcess *machine_process_adopt_pid_file(const char *path,
                                               MachineProcessFunc ended,
                                               void *opaque, GError **errp);

/**
 * machine_process_get_pid: its process id.
 *
 * @process: the process
 *
 * Returns: the id, or 0 when it ended as soon as it was started
 */
pid_t machine_process_get_pid(const MachineProcess *process);

/**
 * machine_process_signal: send a signal; never reaches another process that
 * got the same id.
 *
 * @process: the process
 * @signum: the signal
 */
void machine_process_signal(MachineProcess *process, int signum);

/**
 * machine_process_free: stop watching; the process lives on.
 *
 * @process: the process, or NULL
 */
void machine_process_free(MachineProcess *process);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineProcess, machine_process_free)

#endif /* QEMU_BMC_MACHINE_MACHINE_PROCESS_H */
