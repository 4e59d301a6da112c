/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What images may come from: URLs and files that are allowed. */
#ifndef QEMU_BMC_BMC_MEDIA_TARGET_H
#define QEMU_BMC_BMC_MEDIA_TARGET_H

#include <gio/gio.h>
#include <stdbool.h>

/**
 * media_target_parse: check an image's URI as far as that is possible
 * without asking anybody.
 *
 * @image: the URI
 * @errp: BMC_ERROR_INVALID or BMC_ERROR_NOT_SUPPORTED
 *
 * Returns: (transfer full): its parts, of scheme http, https or file
 */
GUri *media_target_parse(const char *image, GError **errp);

/**
 * media_target_file: find a local image. Symbolic links that lead out of the
 * folders are not followed.
 *
 * @path: its absolute path
 * @folders: (nullable): where it may be
 * @errp: BMC_ERROR_PERMISSION: it is in none of them; BMC_ERROR_NOT_FOUND
 *
 * Returns: (transfer full): its path without links
 */
char *media_target_file(const char *path, const char *const *folders,
                        GError **errp);

#endif /* QEMU_BMC_BMC_MEDIA_TARGET_H */
