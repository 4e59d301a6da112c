/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signature databases of UEFI Secure Boot (UEFI 2.10 section 32.4.1). */
#ifndef QEMU_BMC_CODEC_EFI_SIG_H
#define QEMU_BMC_CODEC_EFI_SIG_H

#include "codec/efi-vars.h"

/**
 * EfiSigType: what a signature is.
 *
 * @name: as the UEFI specification calls it, "EFI_CERT_X509_GUID"
 * @guid: how it is known in a database
 * @len: its length; 0 when it has none
 */
typedef struct EfiSigType {
    const char *name;
    EfiGuid guid;
    size_t len;
} EfiSigType;

/* Ends with a row without name; the first one is a certificate (DER). */
extern const EfiSigType efi_sig_types[];

/**
 * EfiSig: a signature.
 *
 * @type: what it is; may be one that efi_sig_types does not have
 * @owner: who has put it there
 * @data: the signature
 */
typedef struct EfiSig {
    EfiGuid type;
    EfiGuid owner;
    GBytes *data;
} EfiSig;

/**
 * efi_sig_type_find: look a type up.
 *
 * @guid: how it is known
 *
 * Returns: (transfer none): the type, or NULL
 */
const EfiSigType *efi_sig_type_find(const EfiGuid *guid);

/**
 * efi_sig_new: make a signature.
 *
 * @type: what it is
 * @owner: who puts it there
 * @data: (transfer none): the signature
 *
 * Returns: (transfer full): the signature
 */
EfiSig *efi_sig_new(const EfiGuid *type, const EfiGuid *owner, GBytes *data);

/**
 * efi_sig_free: free one.
 *
 * @sig: the signature, or NULL
 */
void efi_sig_free(EfiSig *sig);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EfiSig, efi_sig_free)

/**
 * efi_sigs_parse: read a database.
 *
 * @data: the value of its variable
 * @len: its length
 * @errp: BMC_ERROR_INVALID
 *
 * Returns: (transfer full): array of EfiSig that frees its elements, or NULL
 */
GPtrArray *efi_sigs_parse(const uint8_t *data, size_t len, GError **errp);

/**
 * efi_sigs_build: write a database. Neighbours of one type and length share
 * a list.
 *
 * @sigs: array of EfiSig
 *
 * Returns: (transfer full): the value of its variable
 */
GBytes *efi_sigs_build(const GPtrArray *sigs);

#endif /* QEMU_BMC_CODEC_EFI_SIG_H */
