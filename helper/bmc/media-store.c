/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The slots of virtual media, and what of them survives the process. */
#include "osdep.h"

#include "bmc/bmc-priv.h"
#include "bmc/media-priv.h"
#include "bmc/persist-read.h"
#include "util/secret.h"

#define SECTION "media"
#define SLOTS_PER_KIND 8

static const char *const kind_names[] = {
    [MACHINE_DRIVE_CD] = "CD",
    [MACHINE_DRIVE_FLOPPY] = "Floppy",
    [MACHINE_DRIVE_USB] = "USB",
};

MediaSlot *media_slot_find(const Bmc *bmc, const char *id)
{
    for (guint i = 0; i < bmc->media->slots->len; i++) {
        MediaSlot *slot = bmc->media->slots->pdata[i];

        if (g_str_equal(slot->pub.id, id)) {
            return slot;
        }
    }
    return NULL;
}

unsigned bmc_media_count(const Bmc *bmc)
{
    return bmc->media->slots->len;
}

const BmcMediaSlot *bmc_media_get(const Bmc *bmc, unsigned n)
{
    MediaSlot *slot = n < bmc->media->slots->len ?
                      bmc->media->slots->pdata[n] : NULL;

    return slot ? &slot->pub : NULL;
}

const BmcMediaSlot *bmc_media_find(const Bmc *bmc, const char *id)
{
    MediaSlot *slot = media_slot_find(bmc, id);

    return slot ? &slot->pub : NULL;
}

MediaSlot *media_slot_new(Bmc *bmc, MachineDriveKind kind, unsigned number)
{
    MediaSlot *slot = g_new0(MediaSlot, 1);

    slot->bmc = bmc;
    slot->pub.id = g_strdup_printf("%s%u", kind_names[kind], number);
    slot->pub.kind = kind;
    slot->certs = media_certs_new();
    g_ptr_array_add(bmc->media->slots, slot);
    return slot;
}

void media_slot_clear(MediaSlot *slot)
{
    g_clear_pointer(&slot->pub.image, g_free);
    g_clear_pointer(&slot->pub.shown, g_free);
    g_clear_pointer(&slot->pub.name, g_free);
    g_clear_pointer(&slot->pub.user, g_free);
    g_clear_pointer(&slot->password, secret_free);
    g_clear_pointer(&slot->source, media_source_free);
    slot->pub.write_protected = false;
    slot->pub.streamed = false;
    slot->pub.download = false;
    slot->complete = false;
    g_clear_pointer(&slot->cached, g_free);
    g_clear_pointer(&slot->method, g_free);
    g_clear_pointer(&slot->target, g_free);
    g_clear_pointer(&slot->asker, g_free);
    slot->in_drive = false;
    slot->writable = false;
}

void media_slot_set(MediaSlot *slot, const BmcMediaRequest *request)
{
    g_autoptr(GUri) uri = g_uri_parse(request->image, G_URI_FLAGS_ENCODED,
                                      NULL);
    g_autofree char *path = NULL;

    if (uri) {
        path = g_uri_unescape_string(g_uri_get_path(uri), "/");
        slot->pub.streamed = g_str_has_prefix(g_uri_get_scheme(uri), "http");
    }
    slot->pub.image = g_strdup(request->image);
    slot->pub.shown = g_strndup(request->image,
                                strcspn(request->image, "?#"));
    slot->pub.name = g_path_get_basename(path && *path ? path :
                                         request->image);
    slot->pub.user = g_strdup(request->user);
    slot->password = g_strdup(request->password);
    slot->writable = request->writable;
    slot->pub.download = request->download && slot->pub.streamed;
    slot->method = g_strdup(request->method);
    slot->target = g_strdup(request->target);
    slot->pub.write_protected = !request->writable;
}

void media_slot_free(void *opaque)
{
    MediaSlot *slot = opaque;

    clock_timer_stop(&slot->timer);
    if (slot->stop) {
        g_cancellable_cancel(slot->stop);
        g_object_unref(slot->stop);
    }
    if (slot->task) {
        bmc_task_cancelled(g_steal_pointer(&slot->task));
    }
    media_slot_clear(slot);
    g_ptr_array_unref(slot->certs);
    g_free(slot->pub.id);
    g_free(slot->drive);
    g_free(slot);
}

static void set_text(JsonObject *object, const char *name, const char *text)
{
    if (text) {
        json_object_set_string_member(object, name, text);
    }
}

void media_save(Bmc *bmc)
{
    JsonObject *section = json_object_new();

    for (guint i = 0; i < bmc->media->slots->len; i++) {
        const MediaSlot *slot = bmc->media->slots->pdata[i];
        JsonObject *object = json_object_new();

        json_object_set_boolean_member(object, "verify", slot->pub.verify);
        json_object_set_boolean_member(object, "writable", slot->writable);
        json_object_set_boolean_member(object, "host", slot->host);
        json_object_set_boolean_member(object, "download",
                                       slot->pub.download);
        set_text(object, "image", slot->pub.image);
        set_text(object, "file", slot->complete ? slot->cached : NULL);
        set_text(object, "user", slot->pub.user);
        set_text(object, "password", slot->password);
        media_certs_save(slot, object);
        json_object_set_object_member(section, slot->pub.id, object);
    }
    persist_set(bmc->persist, SECTION, section);
}

static void load_slot(Bmc *bmc, MachineDriveKind kind, unsigned number,
                      JsonObject *object)
{
    PersistReader r = { bmc->persist, SECTION, object, false };
    MediaSlot *slot = media_slot_new(bmc, kind, number);
    BmcMediaRequest request = { NULL };
    const char *file = NULL;

    persist_read_bool(&r, "verify", &slot->pub.verify);
    persist_read_bool(&r, "host", &slot->host);
    persist_read_bool(&r, "writable", &request.writable);
    if (json_object_has_member(object, "download")) {
        persist_read_bool(&r, "download", &request.download);
    }
    persist_read_string(&r, "file", &file);
    persist_read_string(&r, "user", &request.user);
    persist_read_string(&r, "password", &request.password);
    media_certs_load(slot, &r);
    if (persist_read_string(&r, "image", &request.image) && !r.damaged) {
        media_slot_set(slot, &request);
        slot->complete = file && slot->pub.download;
        slot->cached = slot->complete ? g_strdup(file) : NULL;
    }
}

void media_load(Bmc *bmc)
{
    PersistReader r;
    unsigned kind;

    if (!persist_read(&r, bmc->persist, SECTION)) {
        return;
    }
    for (kind = 0; kind < G_N_ELEMENTS(kind_names); kind++) {
        for (unsigned n = 1; n <= SLOTS_PER_KIND; n++) {
            g_autofree char *id = g_strdup_printf("%s%u", kind_names[kind],
                                                  n);
            JsonNode *node = json_object_get_member(r.object, id);

            if (!node || !JSON_NODE_HOLDS_OBJECT(node)) {
                break;
            }
            load_slot(bmc, kind, n, json_node_get_object(node));
        }
    }
}
