/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replacing a firmware file so that a crash leaves the old one or the new
 * one, and no other program is served a half of each. Everything here
 * blocks: for a thread.
 */
#ifndef QEMU_BMC_BMC_FLASH_FILE_H
#define QEMU_BMC_BMC_FLASH_FILE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * FlashFileFunc: makes the new content of a file.
 *
 * @data: the content now
 * @len: its length
 * @opaque: as handed over
 * @errp: why there is none
 *
 * Returns: (transfer full): as many bytes, or NULL
 */
typedef GBytes *(*FlashFileFunc)(const uint8_t *data, size_t len,
                                 void *opaque, GError **errp);

/**
 * flash_file_change: give a file a new content of the same length. The file
 * that a symbolic link names is changed, and the link stays. Owner, mode and
 * extended attributes are kept, and the old file beside the new one
 * (%BMC_FLASH_OLD_SUFFIX). When the content is the same, the file stays.
 *
 * @path: the file
 * @func: makes the new content; called once at most
 * @opaque: handed to @func
 * @errp: BMC_ERROR_PERMISSION when it must not or cannot be replaced: it is
 *        no plain file, has other names (hard links), is below /usr, or the
 *        system forbids it; BMC_ERROR_BUSY when another program has locked
 *        it, as QEMU does; BMC_ERROR_INVALID when its size is wrong;
 *        BMC_ERROR_FAILED; or what @func says
 *
 * Returns: true on success
 */
bool flash_file_change(const char *path, FlashFileFunc func, void *opaque,
                       GError **errp);

/**
 * flash_file_check: whether flash_file_change() could do it, as far as that
 * can be told while another program uses the file.
 *
 * @path: the file
 * @size: set to its size
 * @errp: as flash_file_change()
 *
 * Returns: true if so
 */
bool flash_file_check(const char *path, uint64_t *size, GError **errp);

/**
 * flash_file_sync: see that a file, and that it has this name, survives a
 * power failure.
 *
 * @path: the file
 * @errp: BMC_ERROR_PERMISSION, BMC_ERROR_FAILED
 *
 * Returns: true on success
 */
bool flash_file_sync(const char *path, GError **errp);

/**
 * flash_file_read: read a whole file of a sane size.
 *
 * @path: the file
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: (transfer full): its content, or NULL
 */
GBytes *flash_file_read(const char *path, GError **errp);

#endif /* QEMU_BMC_BMC_FLASH_FILE_H */
