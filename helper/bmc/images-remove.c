/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that go. The blocks of a large file are not given back at once, so
 * a thread removes it.
 */
#include "osdep.h"

#include "bmc/images-priv.h"

#include <glib/gstdio.h>

#include "bmc/bmc-priv.h"
#include "bmc/users.h"
#include "util/error.h"

/*
 * What a thread removes.
 *
 * @image: busy meanwhile
 * @task: (nullable): who waits
 */
typedef struct Removal {
    Bmc *bmc;
    BmcImage *image;
    GTask *task;
    char *path;
} Removal;

static void removal_free(void *opaque)
{
    Removal *removal = opaque;

    g_clear_object(&removal->task);
    g_free(removal->path);
    g_free(removal);
}

static void unlink_file(GTask *task, void *object, void *data,
                        GCancellable *cancellable)
{
    Removal *removal = data;

    if (g_unlink(removal->path) < 0 && errno != ENOENT) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_FAILED,
                                "the image cannot be removed: %s",
                                g_strerror(errno));
    } else {
        g_task_return_boolean(task, true);
    }
}

static void removed(GObject *source, GAsyncResult *res, void *opaque)
{
    Removal *removal = g_task_get_task_data(G_TASK(res));
    g_autoptr(GTask) task = g_steal_pointer(&removal->task);
    GError *err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (bmc_error_is_cancelled(err)) {
        g_error_free(err);
        if (task) {
            bmc_task_cancelled(g_steal_pointer(&task));
        }
        return;
    }
    removal->image->busy = false;
    if (err) {
        g_message("media: image %s: %s", removal->image->name, err->message);
    } else {
        g_ptr_array_remove(removal->bmc->images->list, removal->image);
        images_changed(removal->bmc);
    }
    if (task && err) {
        g_task_return_error(task, g_steal_pointer(&err));
    } else if (task) {
        g_task_return_boolean(task, true);
    }
    g_clear_error(&err);
}

static char *path_of(const Bmc *bmc, const BmcImage *image)
{
    g_autofree char *part = image->complete ? NULL : images_part_name(image);

    return g_build_filename(bmc->images->folder, part ?: image->name, NULL);
}

/* @task: (transfer full) (nullable): who waits */
static void start_removal(Bmc *bmc, BmcImage *image, GTask *task)
{
    g_autoptr(GTask) work = g_task_new(NULL, bmc->images->cancellable,
                                       removed, NULL);
    Removal *removal = g_new0(Removal, 1);

    removal->bmc = bmc;
    removal->image = image;
    removal->task = task;
    removal->path = path_of(bmc, image);
    image->busy = true;
    g_task_set_task_data(work, removal, removal_free);
    g_task_run_in_thread(work, unlink_file);
}

void images_discard(Bmc *bmc, BmcImage *image)
{
    start_removal(bmc, image, NULL);
}

void images_renew_part(Bmc *bmc, BmcImage *image)
{
    g_autoptr(GTask) work = g_task_new(NULL, NULL, NULL, NULL);
    Removal *removal = g_new0(Removal, 1);

    removal->path = path_of(bmc, image);
    image->part = g_random_int();
    g_task_set_task_data(work, removal, removal_free);
    g_task_run_in_thread(work, unlink_file);
}

static bool remove_check(Bmc *bmc, const char *name, const BmcOrigin *origin,
                         GError **errp)
{
    const BmcImage *image = bmc_image_find(bmc, name);
    const char *slot = bmc_image_in_use(bmc, name);

    if (!image) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no image of that name");
    } else if (!bmc_origin_may_reach_host(bmc, origin)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "images are not for accounts that the guest has made or "
                    "changed");
    } else if (slot) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_BUSY,
                    "the image is in %s", slot);
    } else if (image->busy) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_BUSY,
                    "the image is being uploaded or removed");
    } else {
        return true;
    }
    return false;
}

void bmc_image_remove_async(Bmc *bmc, const char *name,
                            const BmcOrigin *origin,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    g_autofree char *who = bmc_origin_to_string(origin);
    GError *err = NULL;

    if (!remove_check(bmc, name, origin, &err)) {
        g_task_return_error(task, err);
        g_object_unref(task);
        return;
    }
    g_message("media: image %s is removed by %s", name, who);
    start_removal(bmc, images_find(bmc, name), task);
}

bool bmc_image_remove_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}
