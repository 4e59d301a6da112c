/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The software that runs in the machine, as far as the guest agent tells, and
 * how far the machine's boot has come.
 */
#ifndef QEMU_BMC_BMC_GUEST_H
#define QEMU_BMC_BMC_GUEST_H

#include <gio/gio.h>

#include "bmc/bmc.h"
#include "machine/machine.h"

/**
 * BmcBootProgress: how far the boot has come, as far as that is known.
 *
 * @BMC_BOOT_PROGRESS_UNKNOWN: nobody has told
 * @BMC_BOOT_PROGRESS_NONE: the machine is off
 * @BMC_BOOT_PROGRESS_RUNNING: the operating system runs: its agent has
 *                             answered since the last start or reset
 */
typedef enum BmcBootProgress {
    BMC_BOOT_PROGRESS_UNKNOWN,
    BMC_BOOT_PROGRESS_NONE,
    BMC_BOOT_PROGRESS_RUNNING,
} BmcBootProgress;

/**
 * bmc_guest: what the guest agent tells.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none) (nullable): it, valid until the main loop runs;
 * NULL when there is no agent, or it does not answer
 */
const MachineGuest *bmc_guest(const Bmc *bmc);

/**
 * bmc_guest_boot_progress: how far the boot has come.
 *
 * @bmc: the hub
 *
 * Returns: how far
 */
BmcBootProgress bmc_guest_boot_progress(const Bmc *bmc);

/**
 * bmc_guest_running_since: when the operating system was found running.
 *
 * @bmc: the hub
 *
 * Returns: microseconds since 1970; 0 if it does not run, or that was before
 * the BMC looked
 */
int64_t bmc_guest_running_since(const Bmc *bmc);

/**
 * bmc_guest_boot_seconds: how long the boot took that
 * bmc_guest_running_since() is the end of.
 *
 * @bmc: the hub
 *
 * Returns: seconds, or a negative number if it is not known
 */
double bmc_guest_boot_seconds(const Bmc *bmc);

/**
 * bmc_guest_is_fresh: whether there is nothing to wait for: no agent, one
 * that was asked a moment ago, or one that is slow.
 *
 * @bmc: the hub
 *
 * Returns: true if bmc_guest_refresh_async() would call back at once
 */
bool bmc_guest_is_fresh(const Bmc *bmc);

/**
 * bmc_guest_refresh_async: ask the guest agent anew. It does not tell when an
 * address changes, so this is to be called when somebody wants to know. It
 * does not take long: when there is no answer by then, that what was known
 * stays, and changes when the answer comes.
 *
 * @bmc: the hub
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_guest_refresh_async(Bmc *bmc, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_guest_refresh_finish: result of bmc_guest_refresh_async().
 *
 * @res: as the callback got it
 * @errp: G_IO_ERROR_CANCELLED only
 *
 * Returns: true unless cancelled
 */
bool bmc_guest_refresh_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_BMC_GUEST_H */
