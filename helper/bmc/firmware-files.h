/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What distributions say about the firmware files that they ship (QEMU's
 * docs/interop/firmware.json). Everything here blocks: for a thread.
 */
#ifndef QEMU_BMC_BMC_FIRMWARE_FILES_H
#define QEMU_BMC_BMC_FIRMWARE_FILES_H

#include <glib.h>
#include <stdbool.h>

/**
 * firmware_has_secure_boot: whether a firmware image has Secure Boot; one
 * without leaves its variables alone.
 *
 * @code: the image
 *
 * Returns: true if something says so
 */
bool firmware_has_secure_boot(const char *code);

/**
 * firmware_default_keys: find variables that have the usual keys of Secure
 * Boot, for a firmware image.
 *
 * @code: the image
 *
 * Returns: (transfer full) (nullable): path of a file that can be read
 */
char *firmware_default_keys(const char *code);

#endif /* QEMU_BMC_BMC_FIRMWARE_FILES_H */
