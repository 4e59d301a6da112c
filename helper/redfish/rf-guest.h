/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest agent tells, for resources that show some of it. */
#ifndef QEMU_BMC_REDFISH_RF_GUEST_H
#define QEMU_BMC_REDFISH_RF_GUEST_H

#include "bmc/guest.h"
#include "redfish/rf-resource.h"

/**
 * rf_guest_prepare: RfResource.prepare, with RfResource.refreshes, that asks
 * the guest agent anew.
 *
 * @x: the exchange
 */
void rf_guest_prepare(RfExchange *x);

/**
 * rf_guest_prepare_with_hardware: the same, after a look at the machine's
 * hardware, as rf_hardware_prepare().
 *
 * @x: the exchange
 */
void rf_guest_prepare_with_hardware(RfExchange *x);

/**
 * rf_get_guest_host_name: RfProperty.get of the host name, without domain.
 *
 * @ctx: not used but for the hub
 * @value: set to it
 *
 * Returns: false if it is not known
 */
bool rf_get_guest_host_name(const RfContext *ctx, RfValue *value);

/**
 * rf_get_operating_system: RfProperty.get of the link to OperatingSystem.
 *
 * @ctx: not used but for the hub
 * @value: set to it
 *
 * Returns: false if there is none
 */
bool rf_get_operating_system(const RfContext *ctx, RfValue *value);

/**
 * rf_has_boot_progress: RfProperty.get of BootProgress.
 *
 * @ctx: not used but for the hub
 * @value: not used
 *
 * Returns: false if nothing is known of it
 */
bool rf_has_boot_progress(const RfContext *ctx, RfValue *value);

/* Members of the system's BootProgress. */
extern const RfProperty rf_boot_progress[];

#endif /* QEMU_BMC_REDFISH_RF_GUEST_H */
