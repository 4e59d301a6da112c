/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's network cards and PCI devices, so that each can be found by
 * its id. What is returned is valid until the main loop runs.
 */
#ifndef QEMU_BMC_BMC_HARDWARE_H
#define QEMU_BMC_BMC_HARDWARE_H

#include <gio/gio.h>

#include "bmc/bmc.h"
#include "bmc/media.h"
#include "bmc/storage.h"
#include "machine/machine.h"

/* Id of the network card that is the host interface's. */
#define BMC_HOST_NIC "bmc-host"

/* Ids and the zero behind them. */
#define BMC_HARDWARE_ID_MAX 80

/**
 * BmcNic: a network card.
 *
 * @id: its id given to QEMU, or what tells where it is; as a URI can have it
 * @device: what it is
 * @pci: (nullable): its PCI function
 */
typedef struct BmcNic {
    char id[BMC_HARDWARE_ID_MAX];
    const MachineBootDevice *device;
    const MachinePci *pci;
} BmcNic;

/**
 * BmcPciDevice: a PCI device.
 *
 * @id: MachinePci.path without the function
 * @functions: its functions
 * @n_functions: how many
 */
typedef struct BmcPciDevice {
    char id[BMC_HARDWARE_ID_MAX];
    const MachinePci *const *functions;
    unsigned n_functions;
} BmcPciDevice;

/**
 * bmc_nic_nth: go through the network cards.
 *
 * @bmc: the hub
 * @n: position, from 0
 *
 * Returns: (nullable) (transfer none): the card, or NULL past the end
 */
const BmcNic *bmc_nic_nth(Bmc *bmc, unsigned n);

/**
 * bmc_nic_find: find a network card.
 *
 * @bmc: the hub
 * @id: its id
 *
 * Returns: (nullable) (transfer none): the card
 */
const BmcNic *bmc_nic_find(Bmc *bmc, const char *id);

/**
 * bmc_nic_of_pci: find the network card that a PCI function is.
 *
 * @bmc: the hub
 * @pci: the function
 *
 * Returns: (nullable) (transfer none): the card
 */
const BmcNic *bmc_nic_of_pci(Bmc *bmc, const MachinePci *pci);

/**
 * bmc_pci_of_disk: find the PCI function that a disk is or hangs on.
 *
 * @bmc: the hub
 * @disk: the disk
 *
 * Returns: (nullable) (transfer none): the function
 */
const MachinePci *bmc_pci_of_disk(Bmc *bmc, const BmcDisk *disk);

/**
 * bmc_disk_of_device: find the disk that a boot device is.
 *
 * @bmc: the hub
 * @device: the boot device
 *
 * Returns: (nullable) (transfer none): the disk
 */
const BmcDisk *bmc_disk_of_device(Bmc *bmc, const MachineBootDevice *device);

/**
 * bmc_media_of_device: find the slot of virtual media that a boot device is.
 *
 * @bmc: the hub
 * @device: the boot device
 *
 * Returns: (nullable) (transfer none): the slot
 */
const BmcMediaSlot *bmc_media_of_device(Bmc *bmc,
                                        const MachineBootDevice *device);

/**
 * bmc_pci_device_nth: go through the PCI devices.
 *
 * @bmc: the hub
 * @n: position, from 0
 *
 * Returns: (nullable) (transfer none): the device, or NULL past the end
 */
const BmcPciDevice *bmc_pci_device_nth(Bmc *bmc, unsigned n);

/**
 * bmc_pci_device_find: find a PCI device.
 *
 * @bmc: the hub
 * @id: its id
 *
 * Returns: (nullable) (transfer none): the device
 */
const BmcPciDevice *bmc_pci_device_find(Bmc *bmc, const char *id);

/**
 * bmc_pci_device_of: the device that a function belongs to.
 *
 * @bmc: the hub
 * @pci: the function
 *
 * Returns: (transfer none): the device
 */
const BmcPciDevice *bmc_pci_device_of(Bmc *bmc, const MachinePci *pci);

/**
 * bmc_pci_find: find a PCI function, for what else is known by its place.
 *
 * @bmc: the hub
 * @path: MachinePci.path
 *
 * Returns: (nullable) (transfer none): the function
 */
const MachinePci *bmc_pci_find(Bmc *bmc, const char *path);

/**
 * bmc_graphics_nth: go through the PCI functions that are graphics adapters.
 *
 * @bmc: the hub
 * @n: position, from 0
 *
 * Returns: (nullable) (transfer none): the function, or NULL past the end
 */
const MachinePci *bmc_graphics_nth(Bmc *bmc, unsigned n);

/**
 * bmc_hardware_refresh_async: look at the machine's hardware anew. QEMU does
 * not tell when a device is added, so this is to be called when somebody
 * wants to know; those who want to know at the same time share an answer. It
 * does not take long: when QEMU has not answered by then, that what was
 * known stays, and changes when the answer comes.
 *
 * @bmc: the hub
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_hardware_refresh_async(Bmc *bmc, GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_hardware_refresh_finish: result of bmc_hardware_refresh_async().
 *
 * @res: as the callback got it
 * @errp: G_IO_ERROR_CANCELLED only
 *
 * Returns: true unless cancelled
 */
bool bmc_hardware_refresh_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_BMC_HARDWARE_H */
