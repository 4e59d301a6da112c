/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What UEFI calls a device: its device path as text (UEFI 2.10 section 10.6),
 * worked out from where QEMU has it. Only of kinds of which it is known what
 * OVMF makes of them. Pure.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_EFI_PATH_H
#define QEMU_BMC_MACHINE_MACHINE_EFI_PATH_H

#include <glib.h>
#include <stdint.h>

/**
 * MachineEfiPlace: where a device is; what is not known is NULL, a number -1.
 *
 * @pci: MachinePci.path of it, or of the controller that it hangs on
 * @type: its QOM type
 * @host: (nullable): QOM type of the device whose bus it is on
 * @bus: (nullable): QOM path of that bus
 * @port: (nullable): USB: ports on the way: "1.2"
 * @mac: (nullable): of a network card: "52:54:00:12:34:56"
 * @unit: IDE: its place on the bus
 * @channel: SCSI
 * @target: SCSI id
 * @lun: SCSI
 */
typedef struct MachineEfiPlace {
    const char *pci;
    const char *type;
    const char *host;
    const char *bus;
    const char *port;
    const char *mac;
    int64_t unit;
    int64_t channel;
    int64_t target;
    int64_t lun;
} MachineEfiPlace;

/**
 * machine_efi_path: name a device.
 *
 * @place: where it is
 *
 * Returns: (transfer full): "PciRoot(0x0)/Pci(0x4,0x0)/Scsi(0x0,0x0)"; NULL
 * when it is not known
 */
char *machine_efi_path(const MachineEfiPlace *place);

#endif /* QEMU_BMC_MACHINE_MACHINE_EFI_PATH_H */
