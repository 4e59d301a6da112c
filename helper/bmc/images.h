/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that were uploaded, for virtual media: files in a folder of ours,
 * under a quota. One that has not come to its end stays for a day, so that
 * the rest can follow.
 */
#ifndef QEMU_BMC_BMC_IMAGES_H
#define QEMU_BMC_BMC_IMAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"

#define BMC_IMAGE_NAME_MAX 100
#define BMC_IMAGE_TAG_MAX 100
#define BMC_IMAGES_MAX 64
/* What BmcMediaRequest.image of such an image begins with. */
#define BMC_IMAGE_SCHEME "image:"
/* After the last byte, how long one that is not complete stays. */
#define BMC_IMAGE_KEEP_S (INT64_C(24) * 3600)

/**
 * BmcImage: an image.
 *
 * @name: its name
 * @size: bytes that are there
 * @total: bytes that it has when it is complete
 * @complete: it is
 * @busy: some of it is coming now, or it is being removed
 * @open_end: only its end tells how long it is; @total is what is there
 * @doomed: it goes as soon as it is in no drive
 * @tag: (nullable): what who has uploaded it knows it by
 * @changed: when something was written to it, microseconds since 1970
 * @part: as long as it is not complete, a part of its file's name, so that
 *        it never is another's
 */
typedef struct BmcImage {
    char *name;
    uint64_t size;
    uint64_t total;
    bool complete;
    bool busy;
    bool open_end;
    bool doomed;
    char *tag;
    int64_t changed;
    uint32_t part;
} BmcImage;

/**
 * BmcUploadRequest: what is to come.
 *
 * @name: the image's name
 * @offset: what comes begins there; must be what is there already, or 0 to
 *          begin anew
 * @total: bytes of the whole image
 * @open_end: only its end tells; @total does not matter, and @offset is 0.
 *            Nothing stays of one that does not come to its end
 * @tag: (nullable): see BmcImage; with an offset it may be left out, but
 *       must not be another
 */
typedef struct BmcUploadRequest {
    const char *name;
    uint64_t offset;
    uint64_t total;
    const char *tag;
    bool open_end;
} BmcUploadRequest;

typedef struct BmcUpload BmcUpload;

/**
 * bmc_image_nth: the images by name.
 *
 * @bmc: the hub
 * @n: place from 0
 *
 * Returns: (transfer none): the image, or NULL beyond the last
 */
const BmcImage *bmc_image_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_image_find: an image by its name.
 *
 * @bmc: the hub
 * @name: the name
 *
 * Returns: (transfer none): the image, or NULL
 */
const BmcImage *bmc_image_find(const Bmc *bmc, const char *name);

/**
 * bmc_image_name_fits: whether an image may have a name: letters, digits and
 * "._-", and no '.' at the start.
 *
 * @name: the name
 *
 * Returns: true if so
 */
bool bmc_image_name_fits(const char *name);

/**
 * bmc_images_quota: how much may be uploaded.
 *
 * @bmc: the hub
 *
 * Returns: bytes of all images together; 0 if nothing can be
 */
uint64_t bmc_images_quota(const Bmc *bmc);

/**
 * bmc_images_used: how much of that is taken, by what is there and what is
 * to come.
 *
 * @bmc: the hub
 *
 * Returns: bytes
 */
uint64_t bmc_images_used(const Bmc *bmc);

/**
 * bmc_image_in_use: which drive an image is in.
 *
 * @bmc: the hub
 * @name: the name
 *
 * Returns: (transfer none): id of the slot, or NULL
 */
const char *bmc_image_in_use(const Bmc *bmc, const char *name);

/**
 * bmc_upload_begin: begin to receive an image, or the rest of one.
 *
 * @bmc: the hub
 * @request: what is to come; copied
 * @origin: who asks
 * @errp: BMC_ERROR_INVALID: the name or the size; BMC_ERROR_PERMISSION: he
 *        may not; BMC_ERROR_NOT_SUPPORTED: nobody may; BMC_ERROR_EXISTS: it
 *        is there already; BMC_ERROR_BUSY: it is coming already;
 *        BMC_ERROR_STATE: something else is there than @request says;
 *        BMC_ERROR_LIMIT: there is no room for it
 *
 * Returns: (transfer full): to be ended with bmc_upload_end_async() or
 * bmc_upload_abort(), before the hub is freed; or NULL
 */
BmcUpload *bmc_upload_begin(Bmc *bmc, const BmcUploadRequest *request,
                            const BmcOrigin *origin, GError **errp);

/**
 * bmc_upload_write_async: the next piece; the one before it is written.
 *
 * @upload: the upload
 * @piece: the piece
 * @callback: called when it is written; with G_IO_ERROR_CANCELLED when the
 *            upload was aborted meanwhile
 * @opaque: handed to @callback
 */
void bmc_upload_write_async(BmcUpload *upload, GBytes *piece,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_upload_end_async: no more comes now. If the image is complete, it is
 * made durable and can be used.
 *
 * @upload: the upload, not to be used any more
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_upload_end_async(BmcUpload *upload, GAsyncReadyCallback callback,
                          void *opaque);

/**
 * bmc_upload_finish: result of both.
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_LIMIT: the disk or the quota is full, or it is more than
 *        was said; BMC_ERROR_STATE: less is there than was thought, or it is
 *        not wanted any more; BMC_ERROR_INVALID: it is empty;
 *        BMC_ERROR_FAILED
 *
 * Returns: true on success
 */
bool bmc_upload_finish(GAsyncResult *res, GError **errp);

/**
 * bmc_upload_abort: no more comes, and nobody waits. What was written stays,
 * unless it is of an image with an open end.
 *
 * @upload: the upload, not to be used any more
 */
void bmc_upload_abort(BmcUpload *upload);

/**
 * bmc_image_remove_async: remove an image.
 *
 * @bmc: the hub
 * @name: its name
 * @origin: who asks
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_image_remove_async(Bmc *bmc, const char *name,
                            const BmcOrigin *origin,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_image_remove_finish: result of bmc_image_remove_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_NOT_FOUND; BMC_ERROR_BUSY: it is in a drive, or some of
 *        it is coming; BMC_ERROR_PERMISSION; BMC_ERROR_FAILED
 *
 * Returns: true on success
 */
bool bmc_image_remove_finish(GAsyncResult *res, GError **errp);

#endif /* QEMU_BMC_BMC_IMAGES_H */
