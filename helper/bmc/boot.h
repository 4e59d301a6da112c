/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot override: one state with two views, Redfish Boot (DSP0268) and IPMI
 * system boot options (IPMI 2.0 section 28.12 and 28.13).
 */
#ifndef QEMU_BMC_BMC_BOOT_H
#define QEMU_BMC_BMC_BOOT_H

#include <gio/gio.h>

#include "bmc/bmc.h"

/**
 * BmcBootTarget: what to boot from.
 */
typedef enum BmcBootTarget {
    BMC_BOOT_NONE,
    BMC_BOOT_PXE,
    BMC_BOOT_HDD,
    BMC_BOOT_CD,
    BMC_BOOT_TARGET__MAX,
} BmcBootTarget;

/**
 * BmcBootEnabled: for how long.
 */
typedef enum BmcBootEnabled {
    BMC_BOOT_DISABLED,
    BMC_BOOT_ONCE,
    BMC_BOOT_CONTINUOUS,
} BmcBootEnabled;

/**
 * BmcBoot: the override as it stands.
 *
 * @enabled: for how long; %BMC_BOOT_DISABLED once it has been consumed
 * @target: what to boot from; %BMC_BOOT_NONE when disabled
 * @ipmi_flags: the five bytes of boot option parameter 5 as last written
 *              over IPMI, so that the bits that have no effect here are
 *              returned (console redirection, EFI, ...); byte 0 bits 7 and 6
 *              and the device bits of byte 1 are kept in step with @enabled
 *              and @target, but as they came if they came marked invalid
 */
typedef struct BmcBoot {
    BmcBootEnabled enabled;
    BmcBootTarget target;
    uint8_t ipmi_flags[5];
} BmcBoot;

/**
 * bmc_boot_get: the override as it stands.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none): the state; valid until the main loop runs
 */
const BmcBoot *bmc_boot_get(const Bmc *bmc);

/**
 * bmc_boot_target_allowed: whether the machine can boot from a target: it
 * has such a device, or its devices are not known.
 *
 * @bmc: the hub
 * @target: the target; %BMC_BOOT_NONE is always allowed
 *
 * Returns: true if it may be set
 */
bool bmc_boot_target_allowed(const Bmc *bmc, BmcBootTarget target);

/**
 * bmc_boot_devices: the devices that the machine can boot from, as last
 * listed; %BMC_PART_INVENTORY tells when others are there.
 *
 * @bmc: the hub
 *
 * Returns: (nullable) (transfer none): array of MachineBootDevice, or NULL
 * while not known; valid until the main loop runs
 */
const GPtrArray *bmc_boot_devices(const Bmc *bmc);

/**
 * bmc_boot_mode: the firmware's mode: what the machine tells, else
 * VM_BOOT_MODE. It cannot be changed while QEMU runs.
 *
 * @bmc: the hub
 *
 * Returns: BIOS or UEFI, never unknown
 */
MachineFirmware bmc_boot_mode(const Bmc *bmc);

/**
 * bmc_boot_set_async: set or clear the override. It is done when it is
 * durable and, if QEMU answers, QEMU has it, so that any reset from then on
 * honours it. While QEMU is not there it is kept for the next boot.
 *
 * @bmc: the hub
 * @enabled: for how long
 * @target: what to boot from; %BMC_BOOT_NONE means the same as
 *          %BMC_BOOT_DISABLED, and the other way round
 * @ipmi_flags: (nullable): the five bytes, when the request came over IPMI
 * @origin: who asks; copied
 * @cancellable: (nullable): stops waiting, not the change
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_boot_set_async(Bmc *bmc, BmcBootEnabled enabled,
                        BmcBootTarget target, const uint8_t *ipmi_flags,
                        const BmcOrigin *origin, GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_boot_set_finish: result of bmc_boot_set_async().
 *
 * @bmc: the hub
 * @res: as the callback got it
 * @errp: BMC_ERROR_NOT_SUPPORTED when the machine has no such device,
 *        BMC_ERROR_FAILED with QEMU's words, or when state could not be
 *        written
 *
 * Returns: true on success
 */
bool bmc_boot_set_finish(Bmc *bmc, GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_BMC_BOOT_H */
