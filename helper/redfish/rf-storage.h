/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where the machine's disks are shown. */
#ifndef QEMU_BMC_REDFISH_RF_STORAGE_H
#define QEMU_BMC_REDFISH_RF_STORAGE_H

#include "bmc/storage.h"
#include "redfish/rf-resource.h"

/**
 * rf_nth_drive: RfProperty.nth of all drives.
 *
 * @ctx: which one
 * @n: position
 * @uri: set to the drive's URI
 *
 * Returns: false past the end
 */
bool rf_nth_drive(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX]);

/**
 * rf_drive_uri: where a disk is shown.
 *
 * @disk: the disk
 * @uri: set to its URI
 */
void rf_drive_uri(const BmcDisk *disk, char uri[RF_URI_MAX]);

/**
 * rf_storage_inline_uri: the controller as a member of its Storage resource,
 * which is what PCIeFunction links to (Storage.StorageController, deprecated
 * elsewhere).
 *
 * @storage: the controller
 * @uri: set to its URI
 */
void rf_storage_inline_uri(const BmcStorage *storage, char uri[RF_URI_MAX]);

/**
 * rf_nth_storage: RfProperty.nth of all storage.
 *
 * @ctx: which one
 * @n: position
 * @uri: set to its URI
 *
 * Returns: false past the end
 */
bool rf_nth_storage(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX]);

#endif /* QEMU_BMC_REDFISH_RF_STORAGE_H */
