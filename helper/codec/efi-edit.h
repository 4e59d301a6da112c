/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of Secure Boot in UEFI variables, as EDK2's own setup makes them.
 * Each can be made twice with the effect of once.
 */
#ifndef QEMU_BMC_CODEC_EFI_EDIT_H
#define QEMU_BMC_CODEC_EFI_EDIT_H

#include "codec/efi-sig.h"

/* EDK2 would not write a larger one (OVMF's PcdMaxAuthVariableSize). */
#define EFI_DB_DATA_MAX 0x8380

/**
 * EfiDb: a database of Secure Boot (UEFI 2.10 section 32.3).
 */
typedef enum EfiDb {
    EFI_DB_PK,
    EFI_DB_KEK,
    EFI_DB_DB,
    EFI_DB_DBX,
    EFI_DB__MAX,
} EfiDb;

#define EFI_DB_ALL ((1u << EFI_DB__MAX) - 1)

/* Names of the databases, as UEFI has them. */
extern const char *const efi_db_names[EFI_DB__MAX];

/**
 * EfiEditKind: what is done.
 *
 * @EFI_EDIT_ENABLE: Secure Boot is enabled or disabled; it is in force only
 *                   with a platform key
 * @EFI_EDIT_CLEAR: databases are emptied
 * @EFI_EDIT_DEFAULT: databases become the default ones
 * @EFI_EDIT_ADD: a signature is added to one; nothing is done if it is there
 * @EFI_EDIT_REMOVE: a signature is taken out of one, if it is there
 */
typedef enum EfiEditKind {
    EFI_EDIT_ENABLE,
    EFI_EDIT_CLEAR,
    EFI_EDIT_DEFAULT,
    EFI_EDIT_ADD,
    EFI_EDIT_REMOVE,
    EFI_EDIT__MAX,
} EfiEditKind;

/**
 * EfiEdit: a change.
 *
 * @kind: what is done
 * @enable: %EFI_EDIT_ENABLE: whether to
 * @dbs: bit 1 << EfiDb for each database; one for a signature
 * @sig: the signature, or NULL
 */
typedef struct EfiEdit {
    EfiEditKind kind;
    bool enable;
    unsigned dbs;
    EfiSig *sig;
} EfiEdit;

/**
 * efi_edit_copy: copy a change.
 *
 * @edit: the change
 *
 * Returns: (transfer full): the copy
 */
EfiEdit *efi_edit_copy(const EfiEdit *edit);

/**
 * efi_edit_free: free one.
 *
 * @edit: the change, or NULL
 */
void efi_edit_free(EfiEdit *edit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EfiEdit, efi_edit_free)

/**
 * efi_edit_apply: make a change. Without a platform key EDK2 is in setup
 * mode: when the last one goes, so does the setting of Secure Boot, and with
 * the first one it is enabled.
 *
 * @vars: the variables
 * @edit: the change
 * @defaults: (nullable): where the default databases are
 * @now: seconds since 1970: the time stamp of what is written, unless there
 *       is a later one
 * @errp: BMC_ERROR_NOT_SUPPORTED without @defaults that it needs;
 *        BMC_ERROR_LIMIT for a second platform key, or when a database
 *        becomes too large; BMC_ERROR_INVALID when one is damaged, or for a
 *        signature without data
 *
 * Returns: true on success; else @vars may have changed
 */
bool efi_edit_apply(EfiVars *vars, const EfiEdit *edit,
                    const EfiVars *defaults, int64_t now, GError **errp);

/**
 * efi_db_read: read a database.
 *
 * @vars: the variables
 * @db: the database
 * @errp: BMC_ERROR_INVALID when it is damaged
 *
 * Returns: (transfer full): array of EfiSig that frees its elements, empty
 * where there is no such variable; or NULL
 */
GPtrArray *efi_db_read(const EfiVars *vars, EfiDb db, GError **errp);

/**
 * efi_vars_have_pk: whether there is a platform key: UEFI's user mode.
 *
 * @vars: the variables
 *
 * Returns: true if there is
 */
bool efi_vars_have_pk(const EfiVars *vars);

/**
 * efi_vars_secure_boot: whether Secure Boot is enabled. Firmware makes that
 * setting when there is a platform key, and enables it then.
 *
 * @vars: the variables
 *
 * Returns: true if it is
 */
bool efi_vars_secure_boot(const EfiVars *vars);

#endif /* QEMU_BMC_CODEC_EFI_EDIT_H */
