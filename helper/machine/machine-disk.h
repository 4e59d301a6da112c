/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disks of a machine: drives whose medium cannot be changed. */
#ifndef QEMU_BMC_MACHINE_MACHINE_DISK_H
#define QEMU_BMC_MACHINE_MACHINE_DISK_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* QEMU's buses can hold more; nobody has that many in one machine. */
#define MACHINE_DISKS_MAX 512
/* MachineDisk.rotation_rpm of what does not rotate (ATA word 217). */
#define MACHINE_DISK_SOLID 1

/**
 * MachineDisk: a disk. A string that is not known is NULL, a number 0.
 *
 * @path: QOM path of its device
 * @name: the device's id, or its QOM path when it has none
 * @type: QOM type, e.g. "scsi-hd"
 * @controller: QOM path of the device that it hangs on, which is the same as
 *              @path for what is disk and controller in one
 * @controller_type: QOM type of that, e.g. "virtio-blk-pci"
 * @size: bytes, -1 when not known
 * @block_size: logical block size in bytes
 * @read_only: opened read-only
 * @serial: serial number
 * @wwn: world wide name
 * @rotation_rpm: %MACHINE_DISK_SOLID, or rotations per minute
 * @failed: reading or writing it has failed since the machine was started or
 *          went on
 */
typedef struct MachineDisk {
    char *path;
    char *name;
    char *type;
    char *controller;
    char *controller_type;
    int64_t size;
    unsigned block_size;
    bool read_only;
    char *serial;
    uint64_t wwn;
    unsigned rotation_rpm;
    bool failed;
} MachineDisk;

/**
 * machine_disk_free: free a disk.
 *
 * @disk: the disk, or NULL
 */
void machine_disk_free(MachineDisk *disk);

/**
 * machine_disks_equal: compare two lists of disks.
 *
 * @a: (nullable): one, of MachineDisk
 * @b: (nullable): the other
 *
 * Returns: true if they are the same
 */
bool machine_disks_equal(const GPtrArray *a, const GPtrArray *b);

/**
 * machine_disk_owner: the device that a bus belongs to.
 *
 * @bus: QOM path of the bus: "/machine/peripheral/scsi0/virtio-backend/x.0"
 *
 * Returns: (transfer full): QOM path of the device, "/machine/peripheral/
 * scsi0"; NULL if the bus is one of the board itself
 */
char *machine_disk_owner(const char *bus);

#endif /* QEMU_BMC_MACHINE_MACHINE_DISK_H */
