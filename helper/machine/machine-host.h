/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host's /proc tells of a QEMU process. */
#ifndef QEMU_BMC_MACHINE_MACHINE_HOST_H
#define QEMU_BMC_MACHINE_MACHINE_HOST_H

#include "machine/machine.h"

/**
 * machine_host_has_thread: whether a process has a thread.
 *
 * @pid: the process
 * @tid: the thread's id
 *
 * Returns: true if it is there and can be seen
 */
bool machine_host_has_thread(int pid, int tid);

/**
 * machine_host_read_argv: machine_smbios_parse(), machine_settings_parse(),
 * machine_flash_parse() and machine_firmware_find() of a process's command
 * line.
 *
 * @pid: the process
 * @info: its smbios, settings, flash and firmware file are filled; left alone if the
 *        command line cannot be read
 */
void machine_host_read_argv(int pid, MachineInfo *info);

/**
 * machine_host_name_process: name a process, unlike any other one that this
 * host has or has had.
 *
 * @pid: the process
 *
 * Returns: (nullable) (transfer full): the name
 */
char *machine_host_name_process(int pid);

/**
 * machine_host_started: when a process was started.
 *
 * @pid: the process
 *
 * Returns: microseconds since 1970, to some 10,000; 0 if it cannot be told
 */
int64_t machine_host_started(int pid);

/**
 * machine_host_read_cpu_us: time that threads have run, in the guest and for
 * it.
 *
 * @pid: the process
 * @threads: ids of its threads; ends with 0
 * @us: microseconds, of all together
 *
 * Returns: true if all of them could be read
 */
bool machine_host_read_cpu_us(int pid, const int *threads, uint64_t *us);

/**
 * machine_host_read_memory: memory that a process occupies.
 *
 * @pid: the process
 * @bytes: its resident set size in bytes
 *
 * Returns: true if it could be read
 */
bool machine_host_read_memory(int pid, uint64_t *bytes);

#endif /* QEMU_BMC_MACHINE_MACHINE_HOST_H */
