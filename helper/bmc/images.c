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
/* Of the number before that */
#define PART_DIGITS 8

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
    image->part = g_random_int();
    for (i = 0; i < list->len; i++) {
        const BmcImage *other = list->pdata[i];

        if (strcmp(name, other->name) < 0) {
            break;
        }
    }
    g_ptr_array_insert(list, i, image);
    return image;
}

char *images_part_name(const BmcImage *image)
{
    return g_strdup_printf(PART_PREFIX "%s.%08x" PART_SUFFIX, image->name,
                           image->part);
}

bool images_has_room(const Bmc *bmc, const BmcImage *image, uint64_t total,
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

/* What the folder does not tell by itself, and what may be gone on with. */
static bool is_kept(const BmcImage *image)
{
    return image->complete ? image->tag || image->doomed
                           : image->size && !image->open_end;
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();

    for (guint i = 0; i < bmc->images->list->len; i++) {
        const BmcImage *image = bmc->images->list->pdata[i];
        JsonObject *object;

        if (!is_kept(image)) {
            continue;
        }
        object = json_object_new();
        json_object_set_int_member(object, "total", image->total);
        json_object_set_int_member(object, "part", image->part);
        json_object_set_boolean_member(object, "doomed", image->doomed);
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

/* Microseconds until nobody may go on with it any more. */
static int64_t time_left(int64_t changed)
{
    return changed - g_get_real_time() + BMC_IMAGE_KEEP_S * G_USEC_PER_SEC;
}

void images_sweep(Bmc *bmc)
{
    BmcImages *images = bmc->images;
    int64_t next = 0;

    for (guint i = 0; i < images->list->len; i++) {
        BmcImage *image = images->list->pdata[i];
        int64_t left = time_left(image->changed);

        if (image->busy) {
            continue;
        }
        if (image->doomed) {
            if (!bmc_image_in_use(bmc, image->name)) {
                images_discard(bmc, image);
            }
        } else if (!image->complete && left > 0) {
            next = next ? MIN(next, left) : left;
        } else if (!image->complete) {
            g_message("media: image %s is removed: the rest of it has not "
                      "come", image->name);
            images_discard(bmc, image);
        }
    }
    clock_timer_stop(&images->expiry);
    if (next) {
        clock_timer_start(bmc->clock, &images->expiry, next / 1000 + 1000,
                          expire, bmc);
    }
}

void images_changed(Bmc *bmc)
{
    images_sweep(bmc);
    save(bmc);
    bmc_changed(bmc, BMC_PART_IMAGES);
}

void bmc_images_reset(Bmc *bmc)
{
    for (guint i = 0; i < bmc->images->list->len; i++) {
        BmcImage *image = bmc->images->list->pdata[i];

        image->doomed = true;
    }
    images_changed(bmc);
}

/*
 * The image's name, if a file's name says that it is a part of one; also of
 * which.
 */
static char *part_of(const char *file, int64_t *part)
{
    g_autofree char *name = NULL;
    char *dot;

    *part = -1;
    if (!g_str_has_prefix(file, PART_PREFIX) ||
        !g_str_has_suffix(file, PART_SUFFIX)) {
        return NULL;
    }
    name = g_strndup(file + strlen(PART_PREFIX),
                     strlen(file) - strlen(PART_PREFIX PART_SUFFIX));
    dot = strrchr(name, '.');
    if (dot && strlen(dot + 1) == PART_DIGITS &&
        strspn(dot + 1, "0123456789abcdef") == PART_DIGITS) {
        *part = g_ascii_strtoull(dot + 1, NULL, 16);
        *dot = '\0';
    }
    return bmc_image_name_fits(name) ? g_steal_pointer(&name) : NULL;
}

/*
 * What the state knows of an image; @total is 0 if that is nothing. The
 * texts are the state's.
 */
static BmcImage look_up(const PersistReader *section, const char *name)
{
    JsonNode *node = section->object
                     ? json_object_get_member(section->object, name) : NULL;
    PersistReader r = *section;
    BmcImage known = { NULL };
    int64_t total = 0;
    int64_t part = 0;

    if (node && JSON_NODE_HOLDS_OBJECT(node)) {
        r.object = json_node_get_object(node);
        persist_read_int(&r, "total", 1, INT64_MAX, &total);
        persist_read_string(&r, "tag", (const char **)&known.tag);
        if (json_object_has_member(r.object, "part")) {
            persist_read_int(&r, "part", 0, UINT32_MAX, &part);
        }
        if (json_object_has_member(r.object, "doomed")) {
            persist_read_bool(&r, "doomed", &known.doomed);
        }
    }
    known.total = total;
    known.part = part;
    return known;
}

static void load_part(Bmc *bmc, const PersistReader *section,
                      const char *name, int64_t part, const struct stat *st,
                      const char *path)
{
    int64_t changed = st->st_mtime * G_USEC_PER_SEC;
    BmcImage known = look_up(section, name);
    BmcImage *image;

    if (images_find(bmc, name) || !st->st_size || part != known.part ||
        (uint64_t)st->st_size > known.total || time_left(changed) <= 0) {
        g_unlink(path);
        return;
    }
    image = images_add(bmc, name);
    image->size = st->st_size;
    image->total = known.total;
    image->doomed = known.doomed;
    image->tag = g_strdup(known.tag);
    image->changed = changed;
    image->part = part;
}

static void load_complete(Bmc *bmc, const PersistReader *section,
                          const char *name, const struct stat *st)
{
    BmcImage *image = images_add(bmc, name);
    BmcImage known = look_up(section, name);

    if (known.total == (uint64_t)st->st_size) {
        image->tag = g_strdup(known.tag);
        image->doomed = known.doomed;
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
        int64_t number;
        g_autofree char *part = part_of(file, &number);
        struct stat st;

        if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode)) {
            continue;
        }
        if (!complete && part) {
            load_part(bmc, section, part, number, &st, path);
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
