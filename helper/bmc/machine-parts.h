/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media and settings of firmware, as the hub's other parts see them. */
#ifndef QEMU_BMC_BMC_MACHINE_PARTS_H
#define QEMU_BMC_BMC_MACHINE_PARTS_H

#include "bmc/bmc.h"
#include "machine/machine.h"

/**
 * bmc_media_new: load what is in the drives of virtual media.
 *
 * @bmc: the hub
 * @config: (nullable): what may be put in; copied
 */
void bmc_media_new(Bmc *bmc, const BmcMediaConfig *config);

/**
 * bmc_media_free: end all that is read from servers, and free it.
 *
 * @bmc: the hub
 */
void bmc_media_free(Bmc *bmc);

/**
 * bmc_media_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_media_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_media_watch: QEMU has been told to stop or reset the machine. A read
 * that a server leaves unanswered would hold it up; so what is read from
 * servers is ended if bmc_media_watch_end() does not follow within 0.5 s.
 *
 * @bmc: the hub
 */
void bmc_media_watch(Bmc *bmc);

/**
 * bmc_media_watch_end: it has been done. What was ended is opened anew.
 *
 * @bmc: the hub
 */
void bmc_media_watch_end(Bmc *bmc);

/**
 * bmc_media_quiesce_async: wait until media that are being inserted are in,
 * for some time, so that a start or reset from then on finds them. Never
 * fails but by being cancelled.
 *
 * @bmc: the hub
 * @cancellable: stops waiting
 * @callback: called when it is done, with a GTask
 * @opaque: handed to @callback
 */
void bmc_media_quiesce_async(Bmc *bmc, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_bios_new: load the settings of firmware.
 *
 * @bmc: the hub
 */
void bmc_bios_new(Bmc *bmc);

/**
 * bmc_bios_free: stop waiting for anything.
 *
 * @bmc: the hub
 */
void bmc_bios_free(Bmc *bmc);

/**
 * bmc_bios_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_bios_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_bios_apply_async: bring settings that are pending into force, right
 * before the machine is started or reset. That, or changes of firmware files
 * that wait, may end the QEMU process: then a new one is to be started.
 *
 * @bmc: the hub
 * @may_end: it may
 * @cancellable: stops waiting
 * @callback: called when it is done, with a GTask
 * @opaque: handed to @callback
 *
 * Returns: false if there is nothing to do: @callback is not called
 */
bool bmc_bios_apply_async(Bmc *bmc, bool may_end, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_flash_new: load the changes of firmware files that wait; before
 * bmc_secure_boot_new().
 *
 * @bmc: the hub
 */
void bmc_flash_new(Bmc *bmc);

/**
 * bmc_flash_free: stop waiting for anything; what is being written goes on.
 *
 * @bmc: the hub
 */
void bmc_flash_free(Bmc *bmc);

/**
 * bmc_flash_before_restart: power control begins to start or restart the
 * machine: changes that wait are to be tried, once.
 *
 * @bmc: the hub
 */
void bmc_flash_before_restart(Bmc *bmc);

/**
 * bmc_flash_apply_async: make the changes that wait, if there is no QEMU.
 * Never fails but by being cancelled: those that could not be made are told
 * of elsewhere.
 *
 * @bmc: the hub
 * @cancellable: stops waiting, but not the work
 * @callback: called when it is done, with a GTask
 * @opaque: handed to @callback
 *
 * Returns: false if there is nothing to do: @callback is not called
 */
bool bmc_flash_apply_async(Bmc *bmc, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_hardware_new: set up the view of the machine's hardware.
 *
 * @bmc: the hub
 */
void bmc_hardware_new(Bmc *bmc);

/**
 * bmc_hardware_free: free it; those who wait for it are told.
 *
 * @bmc: the hub
 */
void bmc_hardware_free(Bmc *bmc);

/**
 * bmc_guest_new: begin to follow the guest's software.
 *
 * @bmc: the hub
 */
void bmc_guest_new(Bmc *bmc);

/**
 * bmc_guest_free: free it; those who wait for it are told.
 *
 * @bmc: the hub
 */
void bmc_guest_free(Bmc *bmc);

/**
 * bmc_guest_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_guest_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_storages_new: set up the view of the machine's disks.
 *
 * @bmc: the hub
 */
void bmc_storages_new(Bmc *bmc);

/**
 * bmc_storages_free: free it.
 *
 * @bmc: the hub
 */
void bmc_storages_free(Bmc *bmc);

/**
 * bmc_secure_boot_new: begin to follow the machine's UEFI variables.
 *
 * @bmc: the hub
 */
void bmc_secure_boot_new(Bmc *bmc);

/**
 * bmc_secure_boot_free: stop waiting for anything.
 *
 * @bmc: the hub
 */
void bmc_secure_boot_free(Bmc *bmc);

/**
 * bmc_secure_boot_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_secure_boot_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_updates_new: load which firmware the machine is to have; before QEMU is
 * started.
 *
 * @bmc: the hub
 * @config: (nullable): what updates may come from; copied
 */
void bmc_updates_new(Bmc *bmc, const BmcUpdateConfig *config);

/**
 * bmc_updates_free: end an update that is under way, and free it.
 *
 * @bmc: the hub
 */
void bmc_updates_free(Bmc *bmc);

/**
 * bmc_update_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void bmc_update_machine_event(Bmc *bmc, const MachineEvent *event);

/**
 * bmc_update_quiesce_async: wait until an update that is under way is staged
 * or has failed, for some time, so that a start or reset from then on has it.
 * Never fails but by being cancelled.
 *
 * @bmc: the hub
 * @cancellable: stops waiting
 * @callback: called when it is done, with a GTask
 * @opaque: handed to @callback
 *
 * Returns: false if there is nothing to wait for: @callback is not called
 */
bool bmc_update_quiesce_async(Bmc *bmc, GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

#endif /* QEMU_BMC_BMC_MACHINE_PARTS_H */
