/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images: a list of what is in the folder. Of one that is not complete the
 * state knows how long it is to be; a part that nobody knows is removed.
 */
#include "osdep.h"

#include "bmc/images.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "bmc/bmc-priv.h"
#include "bmc/images-priv.h"
#include "bmc/media.h"
#include "bmc/persist-read.h"
#include "bmc/users.h"
#include "util/error.h"

#define SECTION "images"
#define PART_PREFIX "."
#define PART_SUFFIX ".part"

static void image_free(void *opaque)
{
    BmcImage *image = opaque;

    g_free(image->name);
    g_free(image->tag);
    g_free(image);
}

const BmcImage *bmc_image_nth(const Bmc *bmc, unsigned n)
{
    const GPtrArray *list = bmc->images->list;

    return n < list->len ? list->pdata[n] : NULL;
}

BmcImage *images_find(const Bmc *bmc, const char *name)
{
    for (guint i = 0; i < bmc->images->list->len; i++) {
        BmcImage *image = bmc->images->list->pdata[i];

        if (g_str_equal(image->name, name)) {
            return image;
        }
    }
    return NULL;
}

const BmcImage *bmc_image_find(const Bmc *bmc, const char *name)
{
    return images_find(bmc, name);
}

bool bmc_image_name_fits(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len <= BMC_IMAGE_NAME_MAX && name[0] != '.' &&
           strspn(name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-") == len;
}

uint64_t bmc_images_quota(const Bmc *bmc)
{
    return bmc->images->folder ? bmc->images->quota : 0;
}

uint64_t bmc_images_used(const Bmc *bmc)
{
    uint64_t sum = 0;

    for (guint i = 0; i < bmc->images->list->len; i++) {
        const BmcImage *image = bmc->images->list->pdata[i];

        sum += image->total;
    }
    return sum;
}

const char *bmc_image_in_use(const Bmc *bmc, const char *name)
{
    g_autofree char *text = g_strconcat(BMC_IMAGE_SCHEME, name, NULL);
    const BmcMediaSlot *slot;

    for (unsigned i = 0; (slot = bmc_media_get(bmc, i)); i++) {
        if (g_strcmp0(slot->image, text) == 0) {
            return slot->id;
        }
    }
    return NULL;
}

BmcImage *images_add(Bmc *bmc, const char *name)
{
    GPtrArray *list = bmc->images->list;
    BmcImage *image = g_new0(BmcImage, 1);
    guint i;

    image->name = g_strdup(name);
    for (i = 0; i < list->len; i++) {
        const BmcImage *other = list->pdata[i];

        if (strcmp(name, other->name) < 0) {
            break;
        }
    }
    g_ptr_array_insert(list, i, image);
    return image;
}

char *images_part_name(const char *name)
{
    return g_strconcat(PART_PREFIX, name, PART_SUFFIX, NULL);
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();

    for (guint i = 0; i < bmc->images->list->len; i++) {
        const BmcImage *image = bmc->images->list->pdata[i];
        JsonObject *object;

        if (image->complete && !image->tag) {
            continue;
        }
        object = json_object_new();
        json_object_set_int_member(object, "total", image->total);
        if (image->tag) {
            json_object_set_string_member(object, "tag", image->tag);
        }
        json_object_set_object_member(section, image->name, object);
    }
    persist_set(bmc->persist, SECTION, section);
}

static void expire(void *opaque)
{
    images_changed(opaque);
}

/* What is too old goes; the timer is set for what will be the next. */
static void remove_old(Bmc *bmc)
{
    BmcImages *images = bmc->images;
    int64_t now = g_get_real_time();
    int64_t next = 0;

    for (guint i = images->list->len; i > 0; i--) {
        const BmcImage *image = images->list->pdata[i - 1];
        int64_t left = image->changed - now +
                       BMC_IMAGE_KEEP_S * G_USEC_PER_SEC;
        g_autofree char *name = images_part_name(image->name);
        g_autofree char *path = g_build_filename(images->folder, name, NULL);

        if (image->complete || image->busy) {
            continue;
        }
        if (left > 0) {
            next = next ? MIN(next, left) : left;
            continue;
        }
        g_message("media: image %s is removed: the rest of it has not come",
                  image->name);
        g_unlink(path);
        g_ptr_array_remove_index(images->list, i - 1);
    }
    clock_timer_stop(&images->expiry);
    if (next) {
        clock_timer_start(bmc->clock, &images->expiry, next / 1000 + 1000,
                          expire, bmc);
    }
}

void images_changed(Bmc *bmc)
{
    remove_old(bmc);
    save(bmc);
    bmc_changed(bmc, BMC_PART_IMAGES);
}

/* What a thread removes. */
typedef struct Removal {
    Bmc *bmc;
    BmcImage *image;
    char *path;
} Removal;

static void removal_free(void *opaque)
{
    Removal *removal = opaque;

    g_free(removal->path);
    g_free(removal);
}

/* The blocks of a large file are not given back at once. */
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
    g_autoptr(GTask) task = opaque;
    Removal *removal = g_task_get_task_data(G_TASK(res));
    GError *err = NULL;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (bmc_error_is_cancelled(err)) {
        bmc_task_cancelled(g_steal_pointer(&task));
        g_error_free(err);
        return;
    }
    removal->image->busy = false;
    if (err) {
        g_task_return_error(task, err);
        return;
    }
    g_ptr_array_remove(removal->bmc->images->list, removal->image);
    images_changed(removal->bmc);
    g_task_return_boolean(task, true);
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
    g_autofree char *file = NULL;
    g_autoptr(GTask) work = NULL;
    Removal *removal;
    GError *err = NULL;

    if (!remove_check(bmc, name, origin, &err)) {
        g_task_return_error(task, err);
        g_object_unref(task);
        return;
    }
    removal = g_new0(Removal, 1);
    removal->bmc = bmc;
    removal->image = images_find(bmc, name);
    file = removal->image->complete ? g_strdup(name) : images_part_name(name);
    removal->path = g_build_filename(bmc->images->folder, file, NULL);
    removal->image->busy = true;
    g_message("media: image %s is removed by %s", name, who);
    work = g_task_new(NULL, bmc->images->cancellable, removed, task);
    g_task_set_task_data(work, removal, removal_free);
    g_task_run_in_thread(work, unlink_file);
}

bool bmc_image_remove_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

/* The image's name, if that is what a file's name says. */
static char *part_of(const char *file)
{
    g_autofree char *name = NULL;

    if (!g_str_has_prefix(file, PART_PREFIX) ||
        !g_str_has_suffix(file, PART_SUFFIX)) {
        return NULL;
    }
    name = g_strndup(file + strlen(PART_PREFIX),
                     strlen(file) - strlen(PART_PREFIX PART_SUFFIX));
    return bmc_image_name_fits(name) ? g_steal_pointer(&name) : NULL;
}

/* What the state knows of it; returns its total, or 0. */
static int64_t look_up(const PersistReader *section, const char *name,
                       const char **tag)
{
    JsonNode *node = section->object
                     ? json_object_get_member(section->object, name) : NULL;
    PersistReader r = *section;
    int64_t total = 0;

    if (node && JSON_NODE_HOLDS_OBJECT(node)) {
        r.object = json_node_get_object(node);
        persist_read_int(&r, "total", 1, INT64_MAX, &total);
        persist_read_string(&r, "tag", tag);
    }
    return total;
}

static void load_part(Bmc *bmc, const PersistReader *section,
                      const char *name, const struct stat *st,
                      const char *path)
{
    const char *tag = NULL;
    int64_t total = images_find(bmc, name) ? 0 : look_up(section, name, &tag);
    BmcImage *image;

    if (st->st_size > total) {
        g_unlink(path);
        return;
    }
    image = images_add(bmc, name);
    image->size = st->st_size;
    image->total = total;
    image->tag = g_strdup(tag);
    image->changed = st->st_mtime * G_USEC_PER_SEC;
}

static void load_complete(Bmc *bmc, const PersistReader *section,
                          const char *name, const struct stat *st)
{
    BmcImage *image = images_add(bmc, name);
    const char *tag = NULL;

    if (look_up(section, name, &tag) == st->st_size) {
        image->tag = g_strdup(tag);
    }
    image->size = image->total = st->st_size;
    image->complete = true;
    image->changed = st->st_mtime * G_USEC_PER_SEC;
}

/* First what is complete: a part of the same is not needed then. */
static void load(Bmc *bmc, const PersistReader *section, bool complete)
{
    const char *folder = bmc->images->folder;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *file;

    while (dir && (file = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, file, NULL);
        g_autofree char *part = part_of(file);
        struct stat st;

        if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
            continue;
        }
        if (!complete && part) {
            load_part(bmc, section, part, &st, path);
        } else if (complete && bmc_image_name_fits(file)) {
            load_complete(bmc, section, file, &st);
        }
    }
}

void bmc_images_new(Bmc *bmc, const char *folder, uint64_t quota)
{
    BmcImages *images = g_new0(BmcImages, 1);
    PersistReader section;

    bmc->images = images;
    images->list = g_ptr_array_new_with_free_func(image_free);
    images->cancellable = g_cancellable_new();
    images->folder = g_strdup(folder);
    images->quota = quota;
    persist_read(&section, bmc->persist, SECTION);
    if (folder) {
        load(bmc, &section, true);
        load(bmc, &section, false);
        remove_old(bmc);
    }
}

void bmc_images_free(Bmc *bmc)
{
    BmcImages *images = bmc->images;

    if (!images) {
        return;
    }
    g_cancellable_cancel(images->cancellable);
    g_object_unref(images->cancellable);
    clock_timer_stop(&images->expiry);
    g_ptr_array_unref(images->list);
    g_free(images->folder);
    g_clear_pointer(&bmc->images, g_free);
}
