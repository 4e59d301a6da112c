/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The flash image in which EDK2 keeps UEFI variables (OVMF_VARS.fd): a
 * firmware volume (PI 1.7 volume 3, section 3.2.1) whose first part is EDK2's
 * authenticated variable store, followed by what its fault tolerant writes
 * need. All numbers are little-endian.
 */
#ifndef QEMU_BMC_CODEC_EFI_VARS_H
#define QEMU_BMC_CODEC_EFI_VARS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EFI_VARS_IMAGE_MAX (64 * 1024 * 1024)
#define EFI_GUID_LEN 16
#define EFI_TIME_LEN 16

/* UEFI 2.10 section 8.2.1 */
#define EFI_VAR_NON_VOLATILE 0x01
#define EFI_VAR_BOOT_ACCESS 0x02
#define EFI_VAR_RUNTIME_ACCESS 0x04
#define EFI_VAR_TIME_AUTHENTICATED 0x20

/**
 * EfiGuid: a GUID as it is in memory.
 */
typedef struct EfiGuid {
    uint8_t bytes[EFI_GUID_LEN];
} EfiGuid;

/* Whose variables they are. */
extern const EfiGuid efi_guid_global;         /* PK, KEK, Boot0000 */
extern const EfiGuid efi_guid_image_security; /* db, dbx */
extern const EfiGuid efi_guid_secure_boot;    /* EDK2's SecureBootEnable */

typedef struct EfiVars EfiVars;

/**
 * EfiVar: a variable.
 *
 * @name: UTF-16LE with its terminator
 * @name_len: bytes of @name
 * @guid: whose it is
 * @attributes: EFI_VAR_ bits and others
 * @count: monotonic count
 * @time: EFI_TIME of the last authenticated write
 * @key: index of a public key
 * @data: its value
 */
typedef struct EfiVar {
    uint8_t *name;
    size_t name_len;
    EfiGuid guid;
    uint32_t attributes;
    uint64_t count;
    uint8_t time[EFI_TIME_LEN];
    uint32_t key;
    GBytes *data;
} EfiVar;

/**
 * efi_guid_equal: compare two.
 *
 * @a: one
 * @b: the other
 *
 * Returns: true if they are the same
 */
bool efi_guid_equal(const EfiGuid *a, const EfiGuid *b);

/**
 * efi_guid_to_string: write one as people do.
 *
 * @guid: the GUID
 *
 * Returns: (transfer full): 36 characters, lower case
 */
char *efi_guid_to_string(const EfiGuid *guid);

/**
 * efi_guid_parse: read what efi_guid_to_string() has written; the case does
 * not matter.
 *
 * @text: the text
 * @guid: set to it
 *
 * Returns: false if it is none
 */
bool efi_guid_parse(const char *text, EfiGuid *guid);

/**
 * efi_vars_parse: read all variables of an image. Those that were deleted or
 * never completely written are left out.
 *
 * @data: the image
 * @len: its length, at most %EFI_VARS_IMAGE_MAX
 * @errp: BMC_ERROR_INVALID when it is no such image or damaged;
 *        BMC_ERROR_NOT_SUPPORTED for a store without authentication
 *
 * Returns: (transfer full): the variables, or NULL
 */
EfiVars *efi_vars_parse(const uint8_t *data, size_t len, GError **errp);

/**
 * efi_vars_free: free them.
 *
 * @vars: the variables, or NULL
 */
void efi_vars_free(EfiVars *vars);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EfiVars, efi_vars_free)

/**
 * efi_vars_nth: the variables in their order.
 *
 * @vars: the variables
 * @n: 0 and up
 *
 * Returns: (transfer none): the variable, or NULL past the last
 */
const EfiVar *efi_vars_nth(const EfiVars *vars, unsigned n);

/**
 * efi_vars_find: look a variable up.
 *
 * @vars: the variables
 * @name: its name, ASCII
 * @guid: whose it is
 *
 * Returns: (transfer none): the variable, or NULL
 */
const EfiVar *efi_vars_find(const EfiVars *vars, const char *name,
                            const EfiGuid *guid);

/**
 * efi_vars_set: give a variable a value; it is made if it is not there. One
 * that is there keeps its attributes.
 *
 * @vars: the variables
 * @name: its name, ASCII
 * @guid: whose it is
 * @attributes: of one that is made
 * @data: (transfer none): the value, not empty
 */
void efi_vars_set(EfiVars *vars, const char *name, const EfiGuid *guid,
                  uint32_t attributes, GBytes *data);

/**
 * efi_vars_stamp: give a variable the time stamp of an authenticated write,
 * unless it has a later one. Nothing happens if it is not there.
 *
 * @vars: the variables
 * @name: its name, ASCII
 * @guid: whose it is
 * @now: seconds since 1970
 */
void efi_vars_stamp(EfiVars *vars, const char *name, const EfiGuid *guid,
                    int64_t now);

/**
 * efi_vars_remove: delete a variable.
 *
 * @vars: the variables
 * @name: its name, ASCII
 * @guid: whose it is
 *
 * Returns: false if it was not there
 */
bool efi_vars_remove(EfiVars *vars, const char *name, const EfiGuid *guid);

/**
 * efi_vars_write: write the variables into the image that they were read
 * from, as EDK2 does when it tidies up its store. Nothing else in it is
 * changed.
 *
 * @vars: the variables
 * @data: the image
 * @len: its length
 * @errp: BMC_ERROR_LIMIT when they have no room; BMC_ERROR_STATE when
 *        firmware was interrupted while it wrote the store, and will finish
 *        that first; BMC_ERROR_INVALID when it is another image
 *
 * Returns: true on success; else the image is as it was
 */
bool efi_vars_write(const EfiVars *vars, uint8_t *data, size_t len,
                    GError **errp);

#endif /* QEMU_BMC_CODEC_EFI_VARS_H */
