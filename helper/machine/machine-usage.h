/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine has used. */
#ifndef QEMU_BMC_MACHINE_MACHINE_USAGE_H
#define QEMU_BMC_MACHINE_MACHINE_USAGE_H

#include <stdbool.h>
#include <stdint.h>

/**
 * MachineUsage: what the machine has used so far; what cannot be told is 0
 * with its flag off.
 *
 * @has_cpu: @cpu_us holds
 * @cpu_us: microseconds that the vCPUs have run, all together
 * @has_memory: @memory_bytes holds
 * @memory_bytes: guest memory by the balloon, or else what the process
 *                occupies
 * @has_block: @read_bytes and @write_bytes hold
 * @read_bytes: read by the guest from block devices since QEMU started
 * @write_bytes: written by it
 */
typedef struct MachineUsage {
    bool has_cpu;
    uint64_t cpu_us;
    bool has_memory;
    uint64_t memory_bytes;
    bool has_block;
    uint64_t read_bytes;
    uint64_t write_bytes;
} MachineUsage;

#endif /* QEMU_BMC_MACHINE_MACHINE_USAGE_H */
