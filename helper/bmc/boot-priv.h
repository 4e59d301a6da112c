/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot override from the inside; for helper/bmc/boot*.c only. */
#ifndef QEMU_BMC_BMC_BOOT_PRIV_H
#define QEMU_BMC_BMC_BOOT_PRIV_H

#include "bmc/bmc-priv.h"
#include "bmc/boot-options.h"
#include "bmc/boot.h"
#include "bmc/event-source.h"
#include "bmc/power.h"

typedef struct BootNative BootNative;

/**
 * BootRecord: what was done to the boot index of one device.
 *
 * @path: MachineBootDevice.path
 * @property: MachineBootDevice.property
 * @original: the index before
 * @armed: the index that it was or is being given
 * @was: the index that it had when that began; as @armed when it has ended
 */
typedef struct BootRecord {
    char *path;
    char *property;
    int32_t original;
    int32_t armed;
    int32_t was;
} BootRecord;

/**
 * SyncGoal: what a round does.
 *
 * @GOAL_ARM: put the target first
 * @GOAL_RESTORE: undo it
 * @GOAL_EXPLICIT: give indices to a machine that has none
 */
typedef enum SyncGoal {
    GOAL_ARM,
    GOAL_RESTORE,
    GOAL_EXPLICIT,
} SyncGoal;

/**
 * BmcBootControl: the state of the boot override.
 *
 * @boot: what is wanted, which is what is reported
 * @over_ipmi: it was last set over IPMI
 * @next: (nullable): the device that BMC_BOOT_DEVICE means
 * @uefi: (nullable): that which BMC_BOOT_UEFI means
 * @order: (nullable): references: the boot order that was set
 * @order_before: (nullable): the one before the one that is being set
 * @order_new: a setter waits for @order; it is taken back if QEMU refuses it
 * @options: what IPMI software keeps besides
 * @expiry_timer: running until flags set over IPMI expire
 * @devices: as last listed, or NULL
 * @current: their indices then
 * @original: what these would be without us
 * @sequence: positions in @devices: the order without the override
 * @missing: there is no device for the override at present
 * @records: what has been or is being done to QEMU's indices
 * @native: what was done with QEMU's own override
 * @applied: QEMU has the order that @boot wants
 * @dirty: firmware may see another order at a start without a reset: an
 *         index was set since the last one, or that is not known
 * @latched: a boot is using it
 * @settle_left_ms: running time left until it counts as consumed
 * @settle_since_ms: when @settle_timer was started
 * @connected: QMP answered when last looked at
 * @was_off: whether the machine was off when last looked at
 * @busy: indices are being brought up to date
 * @again: not finished: another round is needed
 * @relist: devices have changed meanwhile: look at them afterwards
 * @rounds: rounds without an end
 * @process_pid: the QEMU process that was seen last, by this helper or an
 *               earlier one; 0 if none
 * @process_started: when it was started, as MachineInfo.started
 * @latch_loaded: @latched is an earlier helper's
 * @reset_early: the machine was reset before it was known whether QEMU has
 *               the override; it is not for one that is being set
 * @used_up: the override was used; it ends when QEMU has the order from
 *           before
 * @late: it was wanted before that process was there, and has not been used
 * @holding: the machine is held until the indices are up to date
 * @setters: GTasks of bmc_boot_set_async()
 * @quiescers: GTasks of bmc_boot_quiesce_async()
 * @keyboard: there was one when the devices were listed
 * @setup: of boot-setup.c
 */
struct BmcBootControl {
    BmcBoot boot;
    bool over_ipmi;
    char *next;
    char *uefi;
    char **order;
    char **order_before;
    bool order_new;
    BmcBootOptions options;
    ClockTimer *expiry_timer;
    GPtrArray *devices;
    int32_t *current;
    int32_t *original;
    GArray *sequence;
    bool missing;
    GPtrArray *records;
    BootNative *native;
    bool applied;
    bool dirty;
    bool latched;
    int64_t settle_left_ms;
    int64_t settle_since_ms;
    ClockTimer *settle_timer;
    bool connected;
    bool was_off;
    GCancellable *cancellable;
    bool busy;
    bool again;
    bool relist;
    unsigned rounds;
    SyncGoal goal;
    GArray *steps;
    unsigned step;
    int process_pid;
    int64_t process_started;
    bool latch_loaded;
    bool reset_early;
    bool used_up;
    bool late;
    bool holding;
    GPtrArray *setters;
    GPtrArray *quiescers;
    bool keyboard;
    struct BootSetup *setup;
};

/**
 * boot_target_name: name a target in a log line.
 *
 * @boot: the boot override
 * @target: the target
 *
 * Returns: text; valid until the override changes
 */
const char *boot_target_name(const BmcBootControl *boot,
                             BmcBootTarget target);

/**
 * boot_wanted_target: the target that QEMU is to have.
 *
 * @boot: the boot override
 *
 * Returns: the target; %BMC_BOOT_NONE also when it was used up
 */
BmcBootTarget boot_wanted_target(const BmcBootControl *boot);

/**
 * boot_is_one_device: whether a target is a certain device, not a kind.
 *
 * @target: the target
 *
 * Returns: true if so
 */
bool boot_is_one_device(BmcBootTarget target);

/**
 * boot_is_wanted: whether there is anything to do to QEMU's boot indices.
 *
 * @boot: the boot override
 *
 * Returns: true if there is an override or an order
 */
bool boot_is_wanted(const BmcBootControl *boot);

/**
 * boot_order_follow: work out the order again: devices, their indices or the
 * order that is wanted have changed.
 *
 * @boot: the boot override
 */
void boot_order_follow(BmcBootControl *boot);

/**
 * boot_order_plan: the indices that the devices are to have without the
 * override.
 *
 * @boot: the boot override
 * @wanted: filled
 */
void boot_order_plan(const BmcBootControl *boot, int32_t *wanted);

/**
 * boot_order_ended: the order that was set is in place, or is kept until
 * QEMU is there.
 *
 * @boot: the boot override
 */
void boot_order_ended(BmcBootControl *boot);

/**
 * boot_order_refused: QEMU does not take an order that was set: the one
 * before is the one that counts.
 *
 * @bmc: the hub
 * @err: why
 */
void boot_order_refused(Bmc *bmc, const GError *err);

/**
 * boot_order_free: free what boot-order.c keeps.
 *
 * @boot: the boot override
 */
void boot_order_free(BmcBootControl *boot);

/**
 * boot_position: find the device that a reference or a target means.
 *
 * @boot: the boot override
 * @indices: the devices' indices
 * @target: the target
 *
 * Returns: its position in the list, or -1 when there is none
 */
int boot_position(const BmcBootControl *boot, const int32_t *indices,
                  BmcBootTarget target);

/**
 * boot_want: change what is wanted. Does not tell QEMU nor the notifiers.
 *
 * @bmc: the hub
 * @enabled: for how long
 * @target: what to boot from
 */
void boot_want(Bmc *bmc, BmcBootEnabled enabled, BmcBootTarget target);

/**
 * boot_cause_keeps: whether parameter 3 says that a start or reset does not
 * clear the flags, which are IPMI's and for one boot.
 *
 * @bmc: the hub
 * @cause: why the machine is started or reset
 * @action: what was asked for
 *
 * Returns: true if it says so
 */
bool boot_cause_keeps(const Bmc *bmc, BmcPowerCause cause,
                      BmcPowerAction action);

/**
 * boot_refused: QEMU does not take an override that was set: it is dropped.
 *
 * @bmc: the hub
 * @err: why
 */
void boot_refused(Bmc *bmc, const GError *err);

/**
 * boot_device_target: which target a device is of.
 *
 * @device: the device
 *
 * Returns: the target
 */
BmcBootTarget boot_device_target(const MachineBootDevice *device);

/**
 * boot_follow: somebody else has set an override in QEMU: it is what is
 * wanted now.
 *
 * @bmc: the hub
 * @enabled: for how long
 * @device: the device
 */
void boot_follow(Bmc *bmc, BmcBootEnabled enabled,
                 const MachineBootDevice *device);

/**
 * boot_drop: drop an override that nobody has used.
 *
 * @bmc: the hub
 * @end: why, for people: a predicate
 */
void boot_drop(Bmc *bmc, const char *end);

/**
 * boot_options_load: read the boot options of an earlier helper.
 *
 * @bmc: the hub
 */
void boot_options_load(Bmc *bmc);

/**
 * boot_tell: write what happens to an override into the event log, and tell
 * of it.
 *
 * @bmc: the hub
 * @what: what happens
 * @boot: the override that it is about
 * @end: what happens, for people: a predicate
 */
void boot_tell(Bmc *bmc, EventBoot what, const BmcBoot *boot,
               const char *end);

/**
 * boot_latch: from now on a boot uses the override, if that is for one boot
 * and in place.
 *
 * @bmc: the hub
 */
void boot_latch(Bmc *bmc);

/**
 * boot_consume: a boot has used the override for one boot. It ends as soon
 * as QEMU has the order from before.
 *
 * @bmc: the hub
 * @why: how that is known, for the log
 */
void boot_consume(Bmc *bmc, const char *why);

/**
 * boot_end_used: if an override was used up, it is consumed now.
 *
 * @bmc: the hub
 */
void boot_end_used(Bmc *bmc);

/**
 * boot_late_follow: find out whether QEMU is another one, and whether an
 * override has come too late for its first boot.
 *
 * @bmc: the hub
 */
void boot_late_follow(Bmc *bmc);

/**
 * boot_expiry_follow: let the time in which flags expire run while they can,
 * and only then.
 *
 * @bmc: the hub
 */
void boot_expiry_follow(Bmc *bmc);

/**
 * boot_settle_begin: begin the time after which a boot counts as made.
 *
 * @bmc: the hub
 */
void boot_settle_begin(Bmc *bmc);

/**
 * boot_settle_follow: let that time pass while the machine runs, and only
 * then.
 *
 * @bmc: the hub
 */
void boot_settle_follow(Bmc *bmc);

/**
 * boot_store_record_free: free a BootRecord.
 *
 * @opaque: the record
 */
void boot_store_record_free(void *opaque);

/**
 * boot_store_add: add a record.
 *
 * @boot: the boot override
 * @path: as in BootRecord
 * @property: as in BootRecord
 * @original: as in BootRecord
 * @armed: as in BootRecord
 * @was: as in BootRecord
 */
void boot_store_add(BmcBootControl *boot, const char *path,
                    const char *property, int32_t original, int32_t armed,
                    int32_t was);

/**
 * boot_store_reached: all devices have the indices that they were to get.
 *
 * @bmc: the hub
 */
void boot_store_reached(Bmc *bmc);

/**
 * boot_store_clear: drop all records.
 *
 * @boot: the boot override
 */
void boot_store_clear(BmcBootControl *boot);

/**
 * boot_store_find: find the record of a device.
 *
 * @boot: the boot override
 * @device: the device
 *
 * Returns: (transfer none): the record, or NULL
 */
const BootRecord *boot_store_find(const BmcBootControl *boot,
                                  const MachineBootDevice *device);

/**
 * boot_store_save: hand the present state to persist.
 *
 * @bmc: the hub
 */
void boot_store_save(Bmc *bmc);

/**
 * boot_store_load: read the state of an earlier helper.
 *
 * @bmc: the hub
 */
void boot_store_load(Bmc *bmc);

/**
 * boot_sync_start: bring QEMU's boot indices in accord with what is wanted.
 *
 * @bmc: the hub
 */
void boot_sync_start(Bmc *bmc);

/**
 * boot_sync_position: which device the override is about.
 *
 * @boot: the boot override; its devices are known
 *
 * Returns: its position in the list, or -1
 */
int boot_sync_position(const BmcBootControl *boot);

/**
 * boot_sync_override_done: QEMU's own override was set, or cannot be.
 *
 * @bmc: the hub
 * @err: (nullable): why it cannot
 */
void boot_sync_override_done(Bmc *bmc, const GError *err);

/**
 * boot_sync_override_cleared: QEMU's own override was cleared, or cannot be.
 *
 * @bmc: the hub
 * @err: (nullable): why it cannot
 */
void boot_sync_override_cleared(Bmc *bmc, const GError *err);

/**
 * boot_sync_devices_changed: look at the devices again.
 *
 * @bmc: the hub
 */
void boot_sync_devices_changed(Bmc *bmc);

/**
 * boot_sync_same_devices: compare two lists of devices, but for their boot
 * indices.
 *
 * @a: (nullable): the older one
 * @b: the newer one
 *
 * Returns: true if they are the same
 */
bool boot_sync_same_devices(const GPtrArray *a, const GPtrArray *b);

/**
 * boot_sync_has_device: whether a target has a device, or that is not known.
 *
 * @boot: the boot override
 * @target: the target, not %BMC_BOOT_NONE
 *
 * Returns: true if so
 */
bool boot_sync_has_device(const BmcBootControl *boot, BmcBootTarget target);

#endif /* QEMU_BMC_BMC_BOOT_PRIV_H */
