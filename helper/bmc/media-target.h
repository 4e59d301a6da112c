/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What images may come from: URLs, files and addresses that are allowed. */
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

/**
 * media_target_allowed: whether an address may be reached. Link-local ones
 * (which cloud metadata services have), multicast and unspecified ones are
 * refused, those of the host itself if @host does not allow them, all
 * unless they, or the name, are on the list.
 *
 * @address: the address
 * @name: the host's name in the URL
 * @allow: (nullable): the list
 * @host: who asks may reach this host
 *
 * Returns: true if it may be reached
 */
bool media_target_allowed(GInetAddress *address, const char *name,
                          const char *const *allow, bool host);

#endif /* QEMU_BMC_BMC_MEDIA_TARGET_H */
