/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of UEFI Secure Boot's resources know of each other. */
#ifndef QEMU_BMC_REDFISH_RF_SECURE_BOOT_H
#define QEMU_BMC_REDFISH_RF_SECURE_BOOT_H

#include "bmc/secure-boot.h"
#include "redfish/rf-resource.h"

#define RF_SECURE_BOOT_DATABASES \
    "/redfish/v1/Systems/1/SecureBoot/SecureBootDatabases"

/**
 * rf_secure_boot_find_db: the database that a URI is about.
 *
 * @ctx: the resource
 * @db: set to it
 *
 * Returns: false if there is none
 */
bool rf_secure_boot_find_db(const RfContext *ctx, EfiDb *db);

/**
 * rf_secure_boot_find: the entry of a database that a URI is about.
 *
 * @ctx: the resource
 * @certificate: it is among the certificates
 *
 * Returns: (transfer none): the entry, or NULL
 */
const BmcSignature *rf_secure_boot_find(const RfContext *ctx,
                                        bool certificate);

/* How it is written. */
extern const RfSetter rf_secure_boot_enable;
extern const RfAction rf_secure_boot_actions[];
extern const RfAction rf_secure_boot_db_actions[];
extern const RfCreate rf_secure_boot_add_certificate;
extern const RfCreate rf_secure_boot_add_signature;
extern const RfDelete rf_secure_boot_remove;

#endif /* QEMU_BMC_REDFISH_RF_SECURE_BOOT_H */
