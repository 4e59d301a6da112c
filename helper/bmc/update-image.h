/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of firmware images: what they are, and whether they fit. */
#ifndef QEMU_BMC_BMC_UPDATE_IMAGE_H
#define QEMU_BMC_BMC_UPDATE_IMAGE_H

#include "bmc/update.h"

/**
 * UpdateFile: a file to be looked at.
 *
 * @path: its name
 * @root: (nullable): folder that is the root of that
 * @since: if the file was changed later than that (microseconds since 1970),
 *         it is not what was read then; 0 for any time
 */
typedef struct UpdateFile {
    char *path;
    char *root;
    int64_t since;
} UpdateFile;

/**
 * update_file_free: free it.
 *
 * @file: the file, or NULL
 */
void update_file_free(UpdateFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UpdateFile, update_file_free)

/**
 * update_image_read_async: a thread reads a file.
 *
 * @file: (transfer full): which
 * @cancellable: stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void update_image_read_async(UpdateFile *file, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * update_image_read_finish: result of update_image_read_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_FAILED
 *
 * Returns: (transfer full): what it is, or NULL
 */
BmcUpdateImage *update_image_read_finish(GAsyncResult *res, GError **errp);

/**
 * update_image_free: free it.
 *
 * @image: the image, or NULL
 */
void update_image_free(BmcUpdateImage *image);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BmcUpdateImage, update_image_free)

/**
 * UpdateCheck: what a new image must be.
 *
 * @path: its file
 * @targets: bit 1 << BmcUpdateTarget for each that it may be for
 * @problem: by BmcUpdateTarget (nullable): why it cannot be for that
 * @given: (nullable): the firmware's present file
 * @rom: that is a ROM image and no flash chip's
 * @uefi: the machine has UEFI firmware
 * @bios: it has a BIOS
 * @force: another kind of firmware is all right
 * @folder: where firmware is kept
 * @number: of the file there
 */
typedef struct UpdateCheck {
    char *path;
    unsigned targets;
    char *problem[BMC_UPDATE__MAX];
    char *given;
    bool rom;
    bool uefi;
    bool bios;
    bool force;
    char *folder;
    unsigned number;
} UpdateCheck;

/**
 * UpdateChecked: what the image is.
 *
 * @image: what it is
 * @target: what it is for
 * @file: (nullable): firmware: its file in the folder, durable there
 */
typedef struct UpdateChecked {
    BmcUpdateImage *image;
    BmcUpdateTarget target;
    char *file;
} UpdateChecked;

/**
 * update_check_free: free it.
 *
 * @check: what was to be checked, or NULL
 */
void update_check_free(UpdateCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UpdateCheck, update_check_free)

/**
 * update_checked_free: free it.
 *
 * @checked: what was found, or NULL
 */
void update_checked_free(UpdateChecked *checked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(UpdateChecked, update_checked_free)

/**
 * update_image_check_async: a thread checks a new image, and puts firmware
 * into its folder.
 *
 * @check: (transfer full): what it must be
 * @cancellable: stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void update_image_check_async(UpdateCheck *check, GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque);

/**
 * update_image_check_finish: result of update_image_check_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_INVALID: it does not fit; BMC_ERROR_FAILED
 *
 * Returns: (transfer full): what it is, or NULL
 */
UpdateChecked *update_image_check_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_BMC_UPDATE_IMAGE_H */
