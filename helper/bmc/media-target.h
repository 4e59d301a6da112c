/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What images may come from: URLs that are allowed. */
#ifndef QEMU_BMC_BMC_MEDIA_TARGET_H
#define QEMU_BMC_BMC_MEDIA_TARGET_H

#include <gio/gio.h>

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

#endif /* QEMU_BMC_BMC_MEDIA_TARGET_H */
