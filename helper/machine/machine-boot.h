/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a machine boots from: its bootable devices and their boot indices,
 * and the boot override that QEMU has itself when it is patched; what that
 * does is specified in docs/interop/boot-override.rst.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_BOOT_H
#define QEMU_BMC_MACHINE_MACHINE_BOOT_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Machine Machine;

/**
 * MachineBootKind: what a bootable device is to firmware.
 */
typedef enum MachineBootKind {
    MACHINE_BOOT_HDD,
    MACHINE_BOOT_CD,
    MACHINE_BOOT_NIC,
    MACHINE_BOOT_USB,
    MACHINE_BOOT_FLOPPY,
} MachineBootKind;

/**
 * MachineBootDevice: a device that has a boot index property.
 *
 * @path: QOM path of the object that has the property
 * @property: "bootindex", or "bootindexA"/"bootindexB" of isa-fdc
 * @name: the device's id, or its QOM path when it has none: for people
 * @kind: what it is
 * @index: boot index, -1 when it has none
 * @mac: (nullable): MAC address of a network card: "52:54:00:12:34:56"
 * @type: (nullable): QOM type, e.g. "virtio-blk-pci"
 * @size: bytes of what is in it now, -1 when not known
 * @pci: (nullable): of a network card or a disk: MachinePci.path of it, or
 *       of the controller that it hangs on
 * @efi: (nullable): what UEFI firmware calls it: a device path as text
 * @mtu: of a network card: the MTU that the guest is told; 0 when it is not
 */
typedef struct MachineBootDevice {
    char *path;
    char *property;
    char *name;
    MachineBootKind kind;
    int32_t index;
    char *mac;
    char *type;
    int64_t size;
    char *pci;
    char *efi;
    unsigned mtu;
} MachineBootDevice;

/**
 * MachineOverrideState: QAPI BootOverrideState.
 */
typedef enum MachineOverrideState {
    MACHINE_OVERRIDE_NONE,
    MACHINE_OVERRIDE_ARMED,
    MACHINE_OVERRIDE_CONSUMED,
} MachineOverrideState;

/**
 * MachineOverride: QAPI BootOverrideInfo, and whose it is.
 *
 * @state: its state; @persistent and @device mean nothing when there is none
 * @persistent: for all boots, not only for one
 * @device: QOM path of what has the boot index: that of the device that was
 *          named, or one below it
 * @process: (nullable): names the QEMU process, so that two have different
 *           names; NULL when that cannot be told
 */
typedef struct MachineOverride {
    MachineOverrideState state;
    bool persistent;
    char *device;
    char *process;
} MachineOverride;

/**
 * machine_list_boot_devices_async: ask for all devices with a boot index.
 *
 * @machine: the machine
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_list_boot_devices_async(Machine *machine,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     void *opaque);

/**
 * machine_list_boot_devices_finish: result of
 * machine_list_boot_devices_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish()
 *
 * Returns: (transfer full): array of MachineBootDevice that frees its
 * elements, or NULL
 */
GPtrArray *machine_list_boot_devices_finish(GAsyncResult *res, GError **errp);

/**
 * machine_set_boot_index_async: set a boot index at run time (qom-set). It
 * takes effect at the next reset. QEMU refuses an index that another device
 * has.
 *
 * @machine: the machine
 * @path: MachineBootDevice.path
 * @property: MachineBootDevice.property
 * @index: 0 and up, or -1 for none
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_set_boot_index_async(Machine *machine, const char *path,
                                  const char *property, int32_t index,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback, void *opaque);

/**
 * machine_set_boot_index_finish: result of machine_set_boot_index_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish(); BMC_ERROR_NOT_FOUND when the device is
 *        gone, BMC_ERROR_EXISTS when something else has that index
 *
 * Returns: true on success
 */
bool machine_set_boot_index_finish(GAsyncResult *res, GError **errp);

/**
 * machine_query_override_async: see to it that Machine.has_override and
 * Machine.override are known.
 *
 * @machine: the machine
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_query_override_async(Machine *machine, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, void *opaque);

/**
 * machine_query_override_finish: result of machine_query_override_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish(); BMC_ERROR_NOT_SUPPORTED when QEMU has
 *        no override of its own
 *
 * Returns: true on success
 */
bool machine_query_override_finish(GAsyncResult *res, GError **errp);

/**
 * machine_set_override_async: set, replace or clear QEMU's override. It
 * counts from the next reset on. %MACHINE_EVENT_OVERRIDE comes before the
 * end.
 *
 * @machine: the machine, which has an override
 * @device: (nullable): MachineBootDevice.path of a device that has a boot
 *          index; NULL to clear it
 * @persistent: for all boots, not only for one
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void machine_set_override_async(Machine *machine, const char *device,
                                bool persistent, GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque);

/**
 * machine_set_override_finish: result of machine_set_override_async().
 *
 * @res: as the callback got it
 * @errp: as machine_run_op_finish(); BMC_ERROR_NOT_FOUND when the device is
 *        gone, BMC_ERROR_STATE when it has no boot index, BMC_ERROR_FAILED
 *        when this machine can have no override: one without fw_cfg, or with
 *        record/replay
 *
 * Returns: true on success
 */
bool machine_set_override_finish(GAsyncResult *res, GError **errp);

/**
 * machine_override_is_of: whether an override is about a device.
 *
 * @override: the override
 * @path: MachineBootDevice.path
 *
 * Returns: true if there is an override, and it is
 */
bool machine_override_is_of(const MachineOverride *override,
                            const char *path);

/**
 * machine_override_clear: for drivers: forget an override.
 *
 * @override: freed and zeroed, which is none
 */
void machine_override_clear(MachineOverride *override);

/**
 * machine_boot_device_free: free a MachineBootDevice.
 *
 * @device: the device, or NULL
 */
void machine_boot_device_free(MachineBootDevice *device);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MachineBootDevice, machine_boot_device_free)

#endif /* QEMU_BMC_MACHINE_MACHINE_BOOT_H */
