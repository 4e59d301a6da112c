/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot override that a patched QEMU has itself
 * (docs/interop/boot-override.rst), which replaces changing boot indices
 * where it is there: QEMU puts the device first, tells the moment at which
 * firmware reads the order, and drops what is for one boot at the next reset.
 * For helper/bmc/boot*.c only.
 */
#ifndef QEMU_BMC_BMC_BOOT_NATIVE_H
#define QEMU_BMC_BMC_BOOT_NATIVE_H

#include <json-glib/json-glib.h>

#include "bmc/boot-priv.h"
#include "bmc/persist-read.h"

/**
 * BootPhase: what was done with QEMU's override. The numbers are kept on
 * disk.
 *
 * @BOOT_PHASE_NONE: nothing that matters any more
 * @BOOT_PHASE_STALE: set, and something else is wanted since
 * @BOOT_PHASE_ARMING: about to be set
 * @BOOT_PHASE_ARMED: set
 */
typedef enum BootPhase {
    BOOT_PHASE_NONE,
    BOOT_PHASE_STALE,
    BOOT_PHASE_ARMING,
    BOOT_PHASE_ARMED,
    BOOT_PHASE__MAX,
} BootPhase;

/**
 * BootVerdict: what follows from what is wanted, what was done and what QEMU
 * tells.
 *
 * @BOOT_VERDICT_FINE: nothing
 * @BOOT_VERDICT_SET: it is to be set
 * @BOOT_VERDICT_CLEAR: it is to be cleared
 * @BOOT_VERDICT_CONSUMED: a boot has used it
 * @BOOT_VERDICT_FOLLOW: somebody else has set another one, which counts
 * @BOOT_VERDICT_CLEARED: somebody else has cleared it
 */
typedef enum BootVerdict {
    BOOT_VERDICT_FINE,
    BOOT_VERDICT_SET,
    BOOT_VERDICT_CLEAR,
    BOOT_VERDICT_CONSUMED,
    BOOT_VERDICT_FOLLOW,
    BOOT_VERDICT_CLEARED,
} BootVerdict;

/**
 * BootNativeView: what a verdict is made of.
 *
 * @device: (nullable): MachineBootDevice.path of what is wanted; NULL when
 *          nothing is, or there is no such device
 * @wanted: an override is wanted, whether there is a device for it or not
 * @persistent: for all boots
 * @phase: what was done
 * @set_device: (nullable): for which device
 * @set_persistent: for all boots
 * @same_process: in the QEMU process that is there now, for certain
 * @there: @set_device is there, and has a boot index
 * @known: @now is about a device that we know
 * @attached: QEMU was out of sight since it was last looked at
 * @now: what QEMU tells
 */
typedef struct BootNativeView {
    const char *device;
    bool wanted;
    bool persistent;
    BootPhase phase;
    const char *set_device;
    bool set_persistent;
    bool same_process;
    bool there;
    bool known;
    bool attached;
    const MachineOverride *now;
} BootNativeView;

/**
 * boot_native_judge: see what is to be done. Pure.
 *
 * @view: what is known
 *
 * Returns: the verdict
 */
BootVerdict boot_native_judge(const BootNativeView *view);

/**
 * BootNativePlan: what a round is to do.
 *
 * @BOOT_NATIVE_INDICES: the boot indices are to do it: QEMU has no override,
 *                       or there is none to set
 * @BOOT_NATIVE_OVERRIDE: QEMU's override is to do it
 * @BOOT_NATIVE_CLEAR: it is cleared first: boot_native_clear()
 * @BOOT_NATIVE_AGAIN: something else is wanted now: another round
 */
typedef enum BootNativePlan {
    BOOT_NATIVE_INDICES,
    BOOT_NATIVE_OVERRIDE,
    BOOT_NATIVE_CLEAR,
    BOOT_NATIVE_AGAIN,
} BootNativePlan;

/**
 * boot_native_new: set up what is kept of it.
 *
 * Returns: (transfer full): nothing was done
 */
BootNative *boot_native_new(void);

/**
 * boot_native_free: free it.
 *
 * @native: what boot_native_new() has returned
 */
void boot_native_free(BootNative *native);

/**
 * boot_native_save: put what was done into the section that is kept.
 *
 * @native: what was done
 * @section: the section
 */
void boot_native_save(const BootNative *native, JsonObject *section);

/**
 * boot_native_load: read what an earlier helper has done.
 *
 * @native: filled
 * @r: the section
 */
void boot_native_load(BootNative *native, PersistReader *r);

/**
 * boot_native_position: which device is meant: that which somebody else has
 * chosen, as long as its kind is what is wanted.
 *
 * @boot: the boot override
 * @position: the device that is meant else, or -1
 *
 * Returns: a position in the list of devices, or -1
 */
int boot_native_position(const BmcBootControl *boot, int position);

/**
 * boot_native_plan: begin a round: devices and QEMU's override are known.
 *
 * @bmc: the hub
 * @position: the device, or -1
 *
 * Returns: what the round is to do
 */
BootNativePlan boot_native_plan(Bmc *bmc, int position);

/**
 * boot_native_index: see to it that the device has a boot index, which QEMU
 * wants. It gets the last one. Where no device has one, all get one in the
 * order in which firmware tries them: alone it would stay the first.
 *
 * @boot: the boot override
 * @position: the device
 * @wanted: the indices of all devices; changed
 */
void boot_native_index(const BmcBootControl *boot, int position,
                       int32_t *wanted);

/**
 * boot_native_set: all indices are as they should be: set QEMU's override if
 * that is to be done. boot_sync_override_done() is told of the end.
 *
 * @bmc: the hub
 *
 * Returns: false if there is nothing to do
 */
bool boot_native_set(Bmc *bmc);

/**
 * boot_native_clear: clear QEMU's override. boot_sync_override_cleared() is
 * told of the end.
 *
 * @bmc: the hub
 */
void boot_native_clear(Bmc *bmc);

/**
 * boot_native_event: QEMU's override has changed or was consumed.
 *
 * @bmc: the hub
 */
void boot_native_event(Bmc *bmc);

/**
 * boot_native_lost: QEMU does not answer, or is another one.
 *
 * @boot: the boot override
 */
void boot_native_lost(BmcBootControl *boot);

/**
 * boot_native_wish_changed: something else is wanted, or the same once more.
 *
 * @boot: the boot override
 */
void boot_native_wish_changed(BmcBootControl *boot);

/**
 * boot_native_tells: whether QEMU tells when the override is consumed.
 *
 * @boot: the boot override
 *
 * Returns: false if that has to be found out in another way
 */
bool boot_native_tells(const BmcBootControl *boot);

/**
 * boot_native_boots: the machine boots, and is going to use the override.
 *
 * @bmc: the hub
 */
void boot_native_boots(Bmc *bmc);

/**
 * boot_native_is_booting: whether it does.
 *
 * @boot: the boot override
 *
 * Returns: true from boot_native_boots() until firmware reads the order
 */
bool boot_native_is_booting(const BmcBootControl *boot);

/**
 * boot_native_is_left: whether QEMU may still have what is not wanted.
 *
 * @boot: the boot override
 *
 * Returns: true if so
 */
bool boot_native_is_left(const BmcBootControl *boot);

#endif /* QEMU_BMC_BMC_BOOT_NATIVE_H */
