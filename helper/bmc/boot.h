/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Boot override: one state with two views, Redfish Boot (DSP0268) and IPMI
 * system boot options (IPMI 2.0 section 28.12 and 28.13).
 */
#ifndef QEMU_BMC_BMC_BOOT_H
#define QEMU_BMC_BMC_BOOT_H

#include <gio/gio.h>

#include "bmc/bmc.h"

/* Room for a reference to a boot device. */
#define BMC_BOOT_REFERENCE_LEN 64

/**
 * BmcBootTarget: what to boot from. The numbers are kept on disk.
 *
 * @BMC_BOOT_DEVICE: one device, which bmc_boot_next() tells; only once
 * @BMC_BOOT_SETUP: the firmware's setup, by its key
 * @BMC_BOOT_UEFI: one device, by what UEFI firmware calls it; only once; see
 *                 bmc_boot_uefi()
 */
typedef enum BmcBootTarget {
    BMC_BOOT_NONE,
    BMC_BOOT_PXE,
    BMC_BOOT_HDD,
    BMC_BOOT_CD,
    BMC_BOOT_USB,
    BMC_BOOT_FLOPPY,
    BMC_BOOT_DEVICE,
    BMC_BOOT_SETUP,
    BMC_BOOT_UEFI,
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
 *        BMC_ERROR_INVALID for one device more than once,
 *        BMC_ERROR_FAILED with QEMU's words, or when state could not be
 *        written
 *
 * Returns: true on success
 */
bool bmc_boot_set_finish(Bmc *bmc, GAsyncResult *res, GError **errp);

/**
 * bmc_boot_reference: name a boot device in a way that lasts and that a URI
 * can have: by its id, or by what its QOM path has of it.
 *
 * @device: the device
 * @reference: filled
 */
void bmc_boot_reference(const MachineBootDevice *device,
                        char reference[BMC_BOOT_REFERENCE_LEN]);

/**
 * bmc_boot_find: find a boot device.
 *
 * @bmc: the hub
 * @reference: as bmc_boot_reference() makes it
 *
 * Returns: (nullable) (transfer none): the device; valid until the main loop
 * runs
 */
const MachineBootDevice *bmc_boot_find(const Bmc *bmc, const char *reference);

/**
 * bmc_boot_nth: the boot order without the override: which device firmware
 * tries at a position.
 *
 * @bmc: the hub
 * @n: 0 and up
 *
 * Returns: (nullable) (transfer none): the device, or NULL past the last and
 * while not known; valid until the main loop runs
 */
const MachineBootDevice *bmc_boot_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_boot_next: the device that %BMC_BOOT_DEVICE means.
 *
 * @bmc: the hub
 *
 * Returns: (nullable) (transfer none): a reference; valid until the main
 * loop runs
 */
const char *bmc_boot_next(const Bmc *bmc);

/**
 * bmc_boot_find_uefi: find a boot device by what UEFI firmware calls it.
 *
 * @bmc: the hub
 * @path: (nullable): MachineBootDevice.efi; the case does not matter
 *
 * Returns: (nullable) (transfer none): the device; valid until the main loop
 * runs
 */
const MachineBootDevice *bmc_boot_find_uefi(const Bmc *bmc, const char *path);

/**
 * bmc_boot_uefi: the device that %BMC_BOOT_UEFI means.
 *
 * @bmc: the hub
 *
 * Returns: (nullable) (transfer none): its device path; valid until the main
 * loop runs
 */
const char *bmc_boot_uefi(const Bmc *bmc);

/**
 * bmc_boot_set_uefi: choose the device that %BMC_BOOT_UEFI means. Where that
 * is the target already, bmc_boot_set_async() must follow.
 *
 * @bmc: the hub
 * @path: (nullable): its device path
 */
void bmc_boot_set_uefi(Bmc *bmc, const char *path);

/**
 * bmc_boot_console_output: what the machine has written to its serial port.
 * UEFI firmware tells there what it starts.
 *
 * @bmc: the hub
 * @buf: the bytes; anything
 * @len: their number
 */
void bmc_boot_console_output(Bmc *bmc, const uint8_t *buf, size_t len);

/**
 * bmc_boot_set_next: choose the device that %BMC_BOOT_DEVICE means. Where
 * that is the target already, bmc_boot_set_async() must follow.
 *
 * @bmc: the hub
 * @reference: (nullable): the device
 */
void bmc_boot_set_next(Bmc *bmc, const char *reference);

/**
 * bmc_boot_set_order_async: change the boot order for good. Devices that are
 * not in it follow in the order that they had. It is done when it is durable
 * and, if QEMU answers, QEMU has it; while QEMU is not there it is kept.
 *
 * @bmc: the hub
 * @references: (nullable): the devices, NULL-terminated; NULL for the order
 *              that QEMU was started with
 * @origin: who asks; copied
 * @cancellable: (nullable): stops waiting, not the change
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_boot_set_order_async(Bmc *bmc, const char *const *references,
                              const BmcOrigin *origin,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_boot_set_order_finish: result of bmc_boot_set_order_async().
 *
 * @bmc: the hub
 * @res: as the callback got it
 * @errp: BMC_ERROR_NOT_FOUND when there is no such device, else as
 *        bmc_boot_set_finish()
 *
 * Returns: true on success
 */
bool bmc_boot_set_order_finish(Bmc *bmc, GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_BMC_BOOT_H */
