/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images that are coming. */
#include "osdep.h"

#include "bmc/images.h"

#include "bmc/bmc-priv.h"
#include "bmc/images-priv.h"
#include "bmc/users.h"
#include "util/error.h"
#include "util/spool.h"

/*
 * BmcUpload: see bmc/images.h.
 *
 * @image: what it is about, busy meanwhile
 * @task: (nullable): who waits for what is being done to the file
 * @gone: has fired when the hub is no more
 * @ending: no more comes
 * @aborted: and nobody waits
 */
struct BmcUpload {
    Bmc *bmc;
    BmcImage *image;
    Spool *spool;
    GTask *task;
    GCancellable *gone;
    bool ending;
    bool aborted;
};

static bool begin_check(Bmc *bmc, const BmcUploadRequest *request,
                        const BmcOrigin *origin, GError **errp)
{
    const BmcImage *image = bmc_image_find(bmc, request->name);

    if (!bmc_images_quota(bmc)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "images cannot be uploaded to this BMC");
    } else if (!bmc_origin_may_reach_host(bmc, origin)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "images are not for accounts that the guest has made or "
                    "changed");
    } else if (!bmc_image_name_fits(request->name)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the name of an image has up to %u letters, digits, "
                    "'.', '_' and '-'", BMC_IMAGE_NAME_MAX);
    } else if (!request->total || request->total > INT64_MAX ||
               request->offset > request->total ||
               (request->tag && strlen(request->tag) > BMC_IMAGE_TAG_MAX)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the size of the image makes no sense");
    } else if (image && image->complete) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                    "there is an image of that name already");
    } else if (image && image->busy) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_BUSY,
                    "the image is being uploaded already");
    } else {
        return true;
    }
    return false;
}

static bool fits_to_rest(const BmcImage *image,
                         const BmcUploadRequest *request, GError **errp)
{
    if (!request->offset) {
        return true;
    }
    if (!image || image->size != request->offset) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE,
                    "%" PRIu64 " bytes of the image are there",
                    image ? image->size : 0);
        return false;
    }
    if (image->total != request->total ||
        (request->tag && g_strcmp0(image->tag, request->tag))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE,
                    "what is there is a part of another image");
        return false;
    }
    return true;
}

static bool has_room(const Bmc *bmc, const BmcImage *image, uint64_t total,
                     GError **errp)
{
    uint64_t used = bmc_images_used(bmc) - (image ? image->total : 0);
    uint64_t quota = bmc_images_quota(bmc);

    if (!image && bmc->images->list->len >= BMC_IMAGES_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there are %u images already", BMC_IMAGES_MAX);
        return false;
    }
    if (used > quota || total > quota - used) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "all images together may have %" PRIu64 " MiB, and %"
                    PRIu64 " MiB are taken", quota >> 20, used >> 20);
        return false;
    }
    return true;
}

BmcUpload *bmc_upload_begin(Bmc *bmc, const BmcUploadRequest *request,
                            const BmcOrigin *origin, GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *part = NULL;
    SpoolConfig config = {
        .folder = bmc->images->folder,
        .offset = request->offset,
        .expected = request->total,
    };
    BmcUpload *upload;
    BmcImage *image = images_find(bmc, request->name);

    if (!begin_check(bmc, request, origin, errp) ||
        !fits_to_rest(image, request, errp) ||
        !has_room(bmc, image, request->total, errp)) {
        return NULL;
    }
    if (!image) {
        image = images_add(bmc, request->name);
    }
    image->size = request->offset;
    image->total = request->total;
    image->changed = g_get_real_time();
    if (!request->offset) {
        g_free(image->tag);
        image->tag = g_strdup(request->tag);
    }
    image->busy = true;
    g_message("media: image %s is uploaded by %s: bytes %" PRIu64 " to %"
              PRIu64, image->name, who, image->size, image->total);
    part = images_part_name(image->name);
    config.name = part;
    upload = g_new0(BmcUpload, 1);
    upload->bmc = bmc;
    upload->image = image;
    upload->spool = spool_new(&config);
    upload->gone = g_object_ref(bmc->images->cancellable);
    images_changed(bmc);
    return upload;
}

static void upload_free(BmcUpload *upload)
{
    g_object_unref(upload->gone);
    spool_free(upload->spool);
    g_free(upload);
}

/* The image is nobody's any more. */
static void leave(BmcUpload *upload)
{
    upload->image->busy = false;
    upload->image->changed = g_get_real_time();
    images_changed(upload->bmc);
    upload_free(upload);
}

static void complete(BmcImage *image)
{
    image->complete = true;
    g_message("media: image %s is complete", image->name);
}

static void job_done(GObject *source, GAsyncResult *res, void *opaque)
{
    BmcUpload *upload = opaque;
    g_autoptr(GTask) task = g_steal_pointer(&upload->task);
    bool aborted = upload->aborted;
    GError *err = NULL;

    spool_finish(res, &err);
    if (g_cancellable_is_cancelled(upload->gone)) {
        upload_free(upload);
        aborted = true;
    } else {
        upload->image->size = g_error_matches(err, BMC_ERROR, BMC_ERROR_STATE)
                              ? 0 : spool_size(upload->spool);
        if (upload->ending && !err &&
            upload->image->size == upload->image->total) {
            complete(upload->image);
        }
        if (upload->ending || aborted) {
            leave(upload);
        }
    }
    if (aborted) {
        g_clear_error(&err);
        bmc_task_cancelled(g_steal_pointer(&task));
    } else if (err) {
        g_task_return_error(task, err);
    } else {
        g_task_return_boolean(task, true);
    }
}

void bmc_upload_write_async(BmcUpload *upload, GBytes *piece,
                            GAsyncReadyCallback callback, void *opaque)
{
    g_return_if_fail(!upload->task);

    upload->task = g_task_new(NULL, NULL, callback, opaque);
    if (upload->image->size + g_bytes_get_size(piece) >
        upload->image->total) {
        g_autoptr(GTask) task = g_steal_pointer(&upload->task);

        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_LIMIT,
                                "the image is longer than was said");
        return;
    }
    spool_write_async(upload->spool, piece, job_done, upload);
}

void bmc_upload_end_async(BmcUpload *upload, GAsyncReadyCallback callback,
                          void *opaque)
{
    const BmcImage *image = upload->image;

    g_return_if_fail(!upload->task);

    upload->task = g_task_new(NULL, NULL, callback, opaque);
    upload->ending = true;
    spool_sync_async(upload->spool,
                     image->size == image->total ? image->name : NULL,
                     job_done, upload);
}

bool bmc_upload_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void bmc_upload_abort(BmcUpload *upload)
{
    g_message("media: image %s: the upload has ended after %" PRIu64 " of %"
              PRIu64 " bytes", upload->image->name, upload->image->size,
              upload->image->total);
    upload->aborted = true;
    /* What is being written is to be over before the rest can follow. */
    if (!upload->task) {
        leave(upload);
    }
}
