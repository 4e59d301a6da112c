/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uploading an image. */
#ifndef QEMU_BMC_TOOLS_BMCCTL_UPLOAD_H
#define QEMU_BMC_TOOLS_BMCCTL_UPLOAD_H

#include "ctl.h"

/**
 * upload_image: upload a file, or what is missing of it; a connection that
 * breaks is made anew. Shows how far it is on a terminal.
 *
 * @ctl: the connection
 * @where: UploadUri
 * @file: the file
 * @errp: BMC_ERROR_USAGE when it cannot be read, BMC_ERROR_EXISTS when there
 *        is another of that name; else as ctl_call()
 *
 * Returns: (transfer full): URI of the image, or NULL
 */
char *upload_image(Ctl *ctl, const char *where, const char *file,
                   GError **errp);

#endif /* QEMU_BMC_TOOLS_BMCCTL_UPLOAD_H */
