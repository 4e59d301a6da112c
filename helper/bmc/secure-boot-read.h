/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of a machine with UEFI tell of Secure Boot. */
#ifndef QEMU_BMC_BMC_SECURE_BOOT_READ_H
#define QEMU_BMC_BMC_SECURE_BOOT_READ_H

#include "bmc/flash-priv.h"
#include "bmc/secure-boot.h"

/**
 * SecureBootFiles: where to look.
 *
 * @code: firmware
 * @vars: its variables
 * @pid: the process that must have @vars open, since another one's files
 *       need not be ours; 0 if they are
 * @pending: changes of @vars that wait
 */
typedef struct SecureBootFiles {
    char *code;
    char *vars;
    int pid;
    FlashJob *pending;
} SecureBootFiles;

/**
 * SecureBootState: what was found.
 *
 * @enabled: bmc_secure_boot_enabled()
 * @has_pk: bmc_secure_boot_has_pk()
 * @in_force: Secure Boot would be in force if the machine began to boot now
 * @has_defaults: bmc_secure_boot_has_defaults()
 * @sigs: by EfiDb: arrays of BmcSignature
 * @digest: of all of @vars, and of what it will be
 */
typedef struct SecureBootState {
    bool enabled;
    bool has_pk;
    bool in_force;
    bool has_defaults;
    GPtrArray *sigs[EFI_DB__MAX];
    char *digest;
} SecureBootState;

/**
 * secure_boot_files_free: free them.
 *
 * @files: the files, or NULL
 */
void secure_boot_files_free(SecureBootFiles *files);

/**
 * secure_boot_state_free: free it.
 *
 * @state: the state, or NULL
 */
void secure_boot_state_free(SecureBootState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SecureBootState, secure_boot_state_free)

/**
 * secure_boot_read: read the files; for a thread.
 *
 * @files: where to look
 * @errp: BMC_ERROR_NOT_SUPPORTED when the firmware is not known to have
 *        Secure Boot; BMC_ERROR_FAILED or BMC_ERROR_INVALID
 *
 * Returns: (transfer full): what was found, or NULL
 */
SecureBootState *secure_boot_read(const SecureBootFiles *files,
                                  GError **errp);

#endif /* QEMU_BMC_BMC_SECURE_BOOT_READ_H */
