/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI Secure Boot of the machine, as the variables in its flash file have
 * it. QEMU and the guest write that file; it is read, in a thread, when the
 * machine starts or is reset, when QEMU is connected, and when asked for.
 * bmc_flash_edit_async() changes it; what waits there is shown as done, but
 * for what the machine has booted with.
 */
#ifndef QEMU_BMC_BMC_SECURE_BOOT_H
#define QEMU_BMC_BMC_SECURE_BOOT_H

#include "bmc/bmc.h"
#include "codec/efi-edit.h"

/**
 * BmcSignature: an entry of a database.
 *
 * @id: bmc_signature_id(); each is in a database once
 * @type: "EFI_CERT_X509_GUID" and the like; or a GUID
 * @certificate: it is a certificate
 * @text: PEM of a certificate; else hexadecimal digits
 * @owner: GUID of who has put it there
 * @sig: all that in UEFI's terms
 */
typedef struct BmcSignature {
    char *id;
    char *type;
    bool certificate;
    char *text;
    char *owner;
    EfiSig *sig;
} BmcSignature;

/**
 * bmc_signature_id: what a signature is known by, wherever it is: that stays
 * the same when others come and go.
 *
 * @sig: the signature
 *
 * Returns: (transfer full): hexadecimal digits of a digest of it
 */
char *bmc_signature_id(const EfiSig *sig);

/**
 * bmc_secure_boot_exists: whether the machine's firmware has Secure Boot and
 * its variables can be read.
 *
 * @bmc: the hub
 *
 * Returns: true if so
 */
bool bmc_secure_boot_exists(const Bmc *bmc);

/**
 * bmc_secure_boot_enabled: whether it is enabled. It is only in force with
 * bmc_secure_boot_has_pk().
 *
 * @bmc: the hub
 *
 * Returns: true if it is
 */
bool bmc_secure_boot_enabled(const Bmc *bmc);

/**
 * bmc_secure_boot_has_pk: whether there is a platform key now: UEFI's user
 * mode, else it is in setup mode.
 *
 * @bmc: the hub
 *
 * Returns: true if there is
 */
bool bmc_secure_boot_has_pk(const Bmc *bmc);

/**
 * bmc_secure_boot_has_defaults: whether there are default keys for the
 * machine's firmware.
 *
 * @bmc: the hub
 *
 * Returns: true if there are
 */
bool bmc_secure_boot_has_defaults(const Bmc *bmc);

/**
 * bmc_secure_boot_current: whether the machine has booted with it. Not known
 * unless its last start or reset was seen.
 *
 * @bmc: the hub
 * @in_force: set to whether it has
 *
 * Returns: false when it is not known
 */
bool bmc_secure_boot_current(const Bmc *bmc, bool *in_force);

/**
 * bmc_secure_boot_nth: what is in a database.
 *
 * @bmc: the hub
 * @db: the database
 * @certificate: look at certificates, else at all others
 * @n: 0 and up
 *
 * Returns: (transfer none): the entry, or NULL past the last
 */
const BmcSignature *bmc_secure_boot_nth(const Bmc *bmc, EfiDb db,
                                        bool certificate, unsigned n);

/**
 * bmc_secure_boot_refresh_async: read the variables anew.
 *
 * @bmc: the hub
 * @callback: called when it is done, with a GTask that never fails but by
 *            G_IO_ERROR_CANCELLED, when the hub goes
 * @opaque: handed to @callback
 */
void bmc_secure_boot_refresh_async(Bmc *bmc, GAsyncReadyCallback callback,
                                   void *opaque);

#endif /* QEMU_BMC_BMC_SECURE_BOOT_H */
