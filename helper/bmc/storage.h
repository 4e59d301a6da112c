/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's disks by the controllers that they hang on. */
#ifndef QEMU_BMC_BMC_STORAGE_H
#define QEMU_BMC_BMC_STORAGE_H

#include "bmc/bmc.h"
#include "machine/machine.h"

#define BMC_STORAGE_ID_MAX 64

/**
 * BmcDisk: a disk.
 *
 * @id: made of its name, so that it stays the same and a URI can have it; no
 *      other disk has it
 * @disk: what is known of it
 * @storage: its controller
 */
typedef struct BmcDisk {
    char id[BMC_STORAGE_ID_MAX];
    const MachineDisk *disk;
    const struct BmcStorage *storage;
} BmcDisk;

/**
 * BmcStorage: a controller that has disks.
 *
 * @id: likewise, unique among controllers
 * @path: QOM path
 * @type: (nullable): QOM type
 * @disks: of BmcDisk, not empty
 */
typedef struct BmcStorage {
    char id[BMC_STORAGE_ID_MAX];
    const char *path;
    const char *type;
    GPtrArray *disks;
} BmcStorage;

/**
 * bmc_storage_nth: a controller.
 *
 * @bmc: the hub
 * @n: its position, from 0
 *
 * Returns: (transfer none) (nullable): it, valid until MachineInfo changes;
 * NULL past the end
 */
const BmcStorage *bmc_storage_nth(Bmc *bmc, unsigned n);

/**
 * bmc_storage_find: a controller by its id.
 *
 * @bmc: the hub
 * @id: the id
 *
 * Returns: (transfer none) (nullable): likewise
 */
const BmcStorage *bmc_storage_find(Bmc *bmc, const char *id);

/**
 * bmc_disk_nth: a disk, among all.
 *
 * @bmc: the hub
 * @n: its position, from 0
 *
 * Returns: (transfer none) (nullable): likewise
 */
const BmcDisk *bmc_disk_nth(Bmc *bmc, unsigned n);

/**
 * bmc_disk_find: a disk by its id.
 *
 * @bmc: the hub
 * @id: the id
 *
 * Returns: (transfer none) (nullable): likewise
 */
const BmcDisk *bmc_disk_find(Bmc *bmc, const char *id);

#endif /* QEMU_BMC_BMC_STORAGE_H */
