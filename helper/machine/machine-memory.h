/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The memory of a machine, piece by piece. */
#ifndef QEMU_BMC_MACHINE_MACHINE_MEMORY_H
#define QEMU_BMC_MACHINE_MACHINE_MEMORY_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/* ACPI has 256 slots; devices of virtio need none. */
#define MACHINE_MEMORY_MAX 512
/* Ids and the zero behind them. */
#define MACHINE_MEMORY_ID_MAX 80
/* Id of the memory that the machine was started with. */
#define MACHINE_MEMORY_BASE_ID "Base"

/**
 * MachineMemoryKind: what a piece of memory is.
 *
 * @MACHINE_MEMORY_BASE: what the machine was started with ("-m"). Into how
 *                       many modules QEMU's SMBIOS tables divide it depends
 *                       on QEMU's version, and no command tells
 * @MACHINE_MEMORY_DIMM: pc-dimm
 * @MACHINE_MEMORY_NVDIMM: nvdimm
 * @MACHINE_MEMORY_VIRTIO: virtio-mem
 * @MACHINE_MEMORY_PMEM: virtio-pmem
 */
typedef enum MachineMemoryKind {
    MACHINE_MEMORY_BASE,
    MACHINE_MEMORY_DIMM,
    MACHINE_MEMORY_NVDIMM,
    MACHINE_MEMORY_VIRTIO,
    MACHINE_MEMORY_PMEM,
} MachineMemoryKind;

/**
 * MachineMemory: a piece of memory.
 *
 * @id: the id given to QEMU, or what tells where it is; each has another,
 *      and a URI can have it
 * @kind: what it is
 * @bytes: what the machine has of it now
 * @slot: ACPI slot, or -1
 * @block: virtio-mem: the unit in which its size changes, else 0
 */
typedef struct MachineMemory {
    char id[MACHINE_MEMORY_ID_MAX];
    MachineMemoryKind kind;
    uint64_t bytes;
    int slot;
    uint64_t block;
} MachineMemory;

/**
 * machine_memory_parse: list the memory.
 *
 * @base: what the machine was started with, bytes; 0 if nothing
 * @reply: the answer to query-memory-devices
 *
 * Returns: (transfer full): array of MachineMemory that frees its elements,
 * the base memory first; what is malformed, or no memory for everybody
 * (enclaves), is left out. NULL if @reply is not an array
 */
GPtrArray *machine_memory_parse(uint64_t base, JsonNode *reply);

/**
 * machine_memory_is_persistent: whether it keeps what is in it when the
 * machine is off.
 *
 * @memory: a piece
 *
 * Returns: true if it does
 */
bool machine_memory_is_persistent(const MachineMemory *memory);

/**
 * machine_memory_sum: how much there is.
 *
 * @list: array of MachineMemory
 * @persistent: of which
 *
 * Returns: bytes
 */
uint64_t machine_memory_sum(const GPtrArray *list, bool persistent);

/**
 * machine_memory_equal: compare two lists.
 *
 * @a: (nullable): one
 * @b: (nullable): the other
 *
 * Returns: true if they are the same
 */
bool machine_memory_equal(const GPtrArray *a, const GPtrArray *b);

#endif /* QEMU_BMC_MACHINE_MACHINE_MEMORY_H */
