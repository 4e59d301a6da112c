/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images that cannot be streamed: downloaded before they are put in, which
 * whoever asked sees as a task, and kept as long as they are in.
 */
#include "osdep.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/media-priv.h"
#include "bmc/tasks.h"
#include "util/error.h"
#include "util/log.h"

#define FILE_PREFIX "image-"

void media_slot_forget(MediaSlot *slot)
{
    g_autofree char *cached = g_steal_pointer(&slot->cached);

    media_slot_clear(slot);
    if (cached) {
        g_unlink(cached);
    }
}

void media_download_name(MediaSlot *slot)
{
    const char *folder = slot->bmc->media->config.cache_dir;
    g_autofree char *name = NULL;

    if (slot->complete && !g_file_test(slot->cached, G_FILE_TEST_IS_REGULAR)) {
        slot->complete = false;
    }
    if (slot->complete) {
        return;
    }
    g_clear_object(&slot->stop);
    slot->stop = g_cancellable_new();
    g_clear_pointer(&slot->cached, g_free);
    if (folder) {
        name = g_strdup_printf(FILE_PREFIX "%s-%08x", slot->pub.id,
                               g_random_int());
        slot->cached = g_build_filename(folder, name, NULL);
    }
}

static void stop(void *opaque)
{
    MediaSlot *slot = opaque;

    g_cancellable_cancel(slot->stop);
}

static char *payload(const MediaSlot *slot)
{
    g_autoptr(JsonObject) body = json_object_new();
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
    /* Who may read tasks need not be allowed to read the image */
    g_autofree char *image = media_shown_image(slot->pub.image);

    json_object_set_string_member(body, "Image", image);
    json_node_set_object(node, body);
    return json_to_string(node, FALSE);
}

void media_download_begun(void *opaque)
{
    MediaSlot *slot = opaque;
    g_autofree char *name = g_strdup_printf("Insert a medium into %s",
                                            slot->pub.id);
    g_autofree char *body = payload(slot);
    BmcOrigin origin = { .channel = slot->channel, .user = slot->asker };
    BmcTaskConfig config = {
        .name = name,
        .origin = &origin,
        .method = slot->method,
        .target = slot->target,
        .body = body,
        .cancel = stop,
        .opaque = slot,
    };
    g_autoptr(GTask) task = g_steal_pointer(&slot->task);
    GError *err = NULL;

    g_message("media: %s: its image is being downloaded", slot->pub.id);
    slot->pub.download = true;
    slot->pub.streamed = false;
    if (!task) {
        return;
    }
    slot->job = bmc_task_new(slot->bmc, &config, &err);
    if (!slot->job) {
        g_cancellable_cancel(slot->stop);
        g_task_return_error(task, err);
        return;
    }
    g_task_set_task_data(task, GUINT_TO_POINTER(slot->job), NULL);
    g_task_return_boolean(task, true);
}

void media_download_progress(void *opaque, unsigned percent)
{
    MediaSlot *slot = opaque;

    if (slot->job) {
        /* It is complete when the medium is in */
        bmc_task_progress(slot->bmc, slot->job, MIN(percent, 99));
    }
}

void media_download_end(MediaSlot *slot, const GError *err)
{
    unsigned job = slot->job;

    slot->job = 0;
    if (err && slot->stop) {
        g_cancellable_cancel(slot->stop);
    }
    if (job) {
        bmc_task_finish(slot->bmc, job, NULL, err);
    }
}

static bool is_used(const Bmc *bmc, const char *path)
{
    for (guint i = 0; i < bmc->media->slots->len; i++) {
        const MediaSlot *slot = bmc->media->slots->pdata[i];

        if (g_strcmp0(slot->cached, path) == 0) {
            return true;
        }
    }
    return false;
}

void media_download_clean(Bmc *bmc)
{
    const char *folder = bmc->media->config.cache_dir;
    g_autoptr(GDir) dir = folder ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);

        if (g_str_has_prefix(name, FILE_PREFIX) && !is_used(bmc, path)) {
            g_unlink(path);
        }
    }
}
