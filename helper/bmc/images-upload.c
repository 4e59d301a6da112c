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
    } else if ((request->open_end ? request->offset > 0 :
                !request->total || request->total > INT64_MAX ||
                request->offset > request->total) ||
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

BmcUpload *bmc_upload_begin(Bmc *bmc, const BmcUploadRequest *request,
                            const BmcOrigin *origin, GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *part = NULL;
    SpoolConfig config = {
        .folder = bmc->images->folder,
        .offset = request->offset,
        .expected = request->open_end ? 0 : request->total,
    };
    BmcUpload *upload;
    BmcImage *image = images_find(bmc, request->name);

    if (!begin_check(bmc, request, origin, errp) ||
        !fits_to_rest(image, request, errp) ||
        !images_has_room(bmc, image, MAX(config.expected, 1), errp)) {
        return NULL;
    }
    if (!image) {
        image = images_add(bmc, request->name);
    } else if (!request->offset) {
        images_renew_part(bmc, image);
    }
    image->size = request->offset;
    image->total = config.expected;
    image->open_end = request->open_end;
    image->changed = g_get_real_time();
    if (!request->offset) {
        g_free(image->tag);
        image->tag = g_strdup(request->tag);
    }
    image->busy = true;
    if (image->open_end) {
        g_message("media: image %s is uploaded by %s", image->name, who);
    } else {
        g_message("media: image %s is uploaded by %s: bytes %" PRIu64 " to %"
                  PRIu64, image->name, who, image->size, image->total);
    }
    part = images_part_name(image);
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
    BmcImage *image = upload->image;

    image->busy = false;
    image->changed = g_get_real_time();
    if (!image->complete && (image->open_end || !image->size)) {
        /* There is nothing to go on with */
        images_discard(upload->bmc, image);
    }
    images_changed(upload->bmc);
    upload_free(upload);
}

static void complete(BmcImage *image)
{
    image->complete = true;
    image->open_end = false;
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
        bool first = !upload->image->size;

        upload->image->size = g_error_matches(err, BMC_ERROR, BMC_ERROR_STATE)
                              ? 0 : spool_size(upload->spool);
        if (upload->ending && !err &&
            upload->image->size == upload->image->total) {
            complete(upload->image);
        }
        if (upload->ending || aborted) {
            leave(upload);
        } else if (first && upload->image->size) {
            /* From now on it can be gone on with */
            images_changed(upload->bmc);
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

/* Nothing is done to the file; who waits is told as if it had been. */
static void fail_job(BmcUpload *upload, GError *err)
{
    g_autoptr(GTask) job = g_task_new(NULL, NULL, job_done, upload);

    g_task_return_error(job, err);
}

static bool is_wanted(const BmcUpload *upload, GError **errp)
{
    if (upload->image->doomed) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE,
                    "the BMC was reset meanwhile");
        return false;
    }
    return true;
}

/* Whether more of it may come. */
static bool write_check(BmcUpload *upload, size_t len, GError **errp)
{
    BmcImage *image = upload->image;

    if (!is_wanted(upload, errp)) {
        return false;
    }
    if (!image->open_end && len > image->total - image->size) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "the image is longer than was said");
        return false;
    }
    if (image->open_end) {
        if (!images_has_room(upload->bmc, image, image->size + len, errp)) {
            return false;
        }
        image->total = image->size + len;
    }
    return true;
}

void bmc_upload_write_async(BmcUpload *upload, GBytes *piece,
                            GAsyncReadyCallback callback, void *opaque)
{
    GError *err = NULL;

    g_return_if_fail(!upload->task);

    upload->task = g_task_new(NULL, NULL, callback, opaque);
    if (write_check(upload, g_bytes_get_size(piece), &err)) {
        spool_write_async(upload->spool, piece, job_done, upload);
    } else {
        fail_job(upload, err);
    }
}

static bool end_check(const BmcUpload *upload, GError **errp)
{
    if (!is_wanted(upload, errp)) {
        return false;
    }
    if (upload->image->open_end && !upload->image->size) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the image is empty");
        return false;
    }
    return true;
}

void bmc_upload_end_async(BmcUpload *upload, GAsyncReadyCallback callback,
                          void *opaque)
{
    const BmcImage *image = upload->image;
    GError *err = NULL;

    g_return_if_fail(!upload->task);

    upload->task = g_task_new(NULL, NULL, callback, opaque);
    upload->ending = true;
    if (end_check(upload, &err)) {
        spool_sync_async(upload->spool,
                         image->size == image->total ? image->name : NULL,
                         job_done, upload);
    } else {
        fail_job(upload, err);
    }
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
