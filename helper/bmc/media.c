/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual media. One thing at a time is done to a slot. What should be in a
 * drive is compared with what is each time the drives may have changed: what
 * is missing is put in again, what the guest has ejected is let go.
 */
#include "osdep.h"

#include "bmc/media.h"

#include "bmc/bmc-priv.h"
#include "bmc/images-priv.h"
#include "bmc/media-priv.h"
#include "bmc/users.h"
#include "util/error.h"
#include "util/log.h"

/* An export that holds QEMU up that long is ended. */
#define STALL_MS 500
#define INSERT_STALL_MS 3000
/* What has ended twice within that time is not started anew. */
#define REOPEN_MS 30000
/* How long a power-on waits for media that are being opened. */
#define QUIESCE_MS 15000

static void list_drives(Bmc *bmc);

/* A medium that is put in again is in, as far as the next power-on goes. */
static void slot_changed(MediaSlot *slot)
{
    slot->pub.inserted = slot->foreign ||
                         (slot->pub.image &&
                          (slot->in_drive || slot->restoring ||
                           machine_state_is_off(slot->bmc->machine->state)) &&
                          (slot->work == MEDIA_IDLE || slot->restoring));
    media_save(slot->bmc);
    images_sweep(slot->bmc);
    bmc_changed(slot->bmc, BMC_PART_MEDIA);
}

void bmc_media_set_verify(Bmc *bmc, const char *id, bool verify)
{
    MediaSlot *slot = media_slot_find(bmc, id);

    if (slot && slot->pub.verify != verify) {
        slot->pub.verify = slot->verified = verify;
        slot_changed(slot);
    }
}

static void end_waiters(void *opaque)
{
    Bmc *bmc = opaque;
    g_autoptr(GPtrArray) waiters = bmc->media->waiters;

    clock_timer_stop(&bmc->media->wait_timer);
    bmc->media->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < waiters->len; i++) {
        g_task_return_boolean(waiters->pdata[i], true);
    }
}

static void waited_too_long(void *opaque)
{
    g_message("media: not waiting any longer for what is being inserted");
    end_waiters(opaque);
}

static bool any_work(const Bmc *bmc)
{
    for (guint i = 0; i < bmc->media->slots->len; i++) {
        const MediaSlot *slot = bmc->media->slots->pdata[i];

        if (slot->work != MEDIA_IDLE) {
            return true;
        }
    }
    return false;
}

/* What was being done is done, or has failed. */
static void slot_end(MediaSlot *slot, const GError *err)
{
    GTask *task = g_steal_pointer(&slot->task);
    Bmc *bmc = slot->bmc;

    clock_timer_stop(&slot->timer);
    slot->work = MEDIA_IDLE;
    slot->restoring = false;
    slot_changed(slot);
    media_download_end(slot, err);
    if (task && err) {
        g_task_return_error(task, g_error_copy(err));
    } else if (task) {
        g_task_return_boolean(task, true);
    }
    g_clear_object(&task);
    if (!any_work(bmc)) {
        end_waiters(bmc);
    }
    /* It may have been missed while the slot was busy */
    if (bmc->machine->connected) {
        list_drives(bmc);
    }
}

/* What should have been put in cannot be. */
static void slot_failed(MediaSlot *slot, const GError *err)
{
    media_log(slot, slot->restoring ? MEDIA_EVENT_LOST : MEDIA_EVENT_FAILED,
              err->message);
    if (!slot->restoring) {
        slot->pub.verify = slot->verified;
    }
    media_slot_forget(slot);
    slot_end(slot, err);
}

static void export_stalls(void *opaque)
{
    MediaSlot *slot = opaque;

    if (slot->source && media_source_is_streamed(slot->source)) {
        g_message("media: %s: its server holds QEMU up, the connection to "
                  "it is ended", slot->pub.id);
        media_source_kill(slot->source);
    }
}

static void inserted(GObject *source, GAsyncResult *res, void *opaque)
{
    MediaSlot *slot = opaque;
    g_autoptr(GError) err = NULL;

    machine_insert_medium_finish(res, &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    if (err) {
        slot_failed(slot, err);
        return;
    }
    slot->foreign = false;
    slot->in_drive = true;
    if (slot->restoring) {
        g_message("media: %s: inserted again", slot->pub.id);
    } else {
        media_log(slot, MEDIA_EVENT_INSERTED, NULL);
    }
    slot_end(slot, NULL);
}

static void slot_insert(MediaSlot *slot)
{
    MachineMedium medium = {
        .nbd = media_source_is_streamed(slot->source),
        .path = media_source_path(slot->source),
        .fd = media_source_fd(slot->source),
        .read_only = !slot->writable,
    };

    slot->work = MEDIA_INSERTING;
    clock_timer_start(slot->bmc->clock, &slot->timer, INSERT_STALL_MS,
                      export_stalls, slot);
    machine_insert_medium_async(slot->bmc->machine, slot->drive, &medium,
                                slot->bmc->media->cancellable, inserted,
                                slot);
    media_source_handed_over(slot->source);
}

/*
 * What reads the image has ended by itself. It is started anew, but not
 * again and again; then what is in the drive is let go.
 */
static void source_ended(void *opaque)
{
    MediaSlot *slot = opaque;
    int64_t now = clock_now_ms(slot->bmc->clock);
    bool again = slot->reopened_ms && now < slot->reopened_ms + REOPEN_MS;

    if (!slot->pub.image || slot->work != MEDIA_IDLE) {
        return;
    }
    g_message("media: %s: what reads its image has ended", slot->pub.id);
    slot->reopened_ms = now;
    if (again) {
        media_log(slot, MEDIA_EVENT_LOST, "what reads it ends again and "
                  "again");
        media_slot_forget(slot);
        slot_changed(slot);
    }
    if (slot->bmc->machine->connected) {
        list_drives(slot->bmc);
    }
}

/* One opening of a slot's image. */
typedef struct Opening {
    MediaSlot *slot;
    unsigned number;
} Opening;

static void opened(GObject *object, GAsyncResult *res, void *opaque)
{
    g_autofree Opening *opening = opaque;
    MediaSlot *slot = opening->slot;
    g_autoptr(GError) err = NULL;
    MediaSource *source = media_source_open_finish(res, &err);

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    if (slot->opening != opening->number) {
        /* Ejected meanwhile */
        media_source_free(source);
        return;
    }
    if (err) {
        slot_failed(slot, err);
        return;
    }
    media_source_free(slot->source);
    slot->source = source;
    media_source_watch(source, source_ended, slot);
    slot->complete = slot->pub.download;
    slot->pub.streamed = media_source_is_streamed(source);
    if (slot->bmc->machine->connected && slot->drive) {
        slot_insert(slot);
    } else {
        /* It is put in as soon as QEMU is there */
        if (!slot->restoring) {
            media_log(slot, MEDIA_EVENT_INSERTED, NULL);
        }
        slot_end(slot, NULL);
    }
}

static void slot_open(MediaSlot *slot)
{
    MediaSourceConfig config = {
        .media = &slot->bmc->media->config,
        .image = slot->pub.image,
        .user = slot->pub.user,
        .password = slot->password,
        .verify = slot->pub.verify,
        .writable = slot->writable,
        .host = slot->host,
        .download_only = slot->pub.download,
        .begun = media_download_begun,
        .progress = media_download_progress,
        .opaque = slot,
    };
    Opening *opening = g_new0(Opening, 1);
    g_autofree char *authorities = media_certs_pem(slot);

    config.authorities = authorities;
    media_download_name(slot);
    config.download = slot->cached;
    config.downloaded = slot->complete;
    config.stop = slot->stop;

    opening->slot = slot;
    opening->number = ++slot->opening;
    slot->work = MEDIA_OPENING;
    media_source_open_async(&config, slot->bmc->media->cancellable, opened,
                            opening);
}

static bool slot_source_usable(const MediaSlot *slot)
{
    return slot->source && !media_source_is_dead(slot->source);
}

/* What should be in the drive and is not. */
static void slot_restore(MediaSlot *slot)
{
    slot->restoring = true;
    slot->in_drive = false;
    if (slot->source && media_source_is_ready(slot->source)) {
        slot_insert(slot);
    } else {
        slot_open(slot);
    }
}

/* What was uploaded, or is in a folder. */
static bool is_local(const char *image)
{
    return g_str_has_prefix(image, "file:") ||
           g_str_has_prefix(image, BMC_IMAGE_SCHEME);
}

static bool request_check(const MediaSlot *slot,
                          const BmcMediaRequest *request, GError **errp)
{
    bool uploaded = g_str_has_prefix(request->image, BMC_IMAGE_SCHEME);
    const BmcImage *image = !uploaded ? NULL :
        bmc_image_find(slot->bmc, request->image + strlen(BMC_IMAGE_SCHEME));

    if (slot->work != MEDIA_IDLE) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_BUSY,
                    "the medium is being changed");
    } else if (slot->pub.inserted || slot->pub.image) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                    "there is a medium in %s already", slot->pub.id);
    } else if (slot->bmc->machine->state == MACHINE_STATE_UNKNOWN) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                    "QEMU does not answer");
    } else if (request->writable &&
               (slot->pub.kind == MACHINE_DRIVE_CD ||
                !is_local(request->image))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "this medium cannot be written");
    } else if (uploaded && (!image || !image->complete || image->busy ||
                            image->doomed)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "there is no such image, or not all of it");
    } else {
        return true;
    }
    return false;
}

void bmc_media_insert_async(Bmc *bmc, const char *id,
                            const BmcMediaRequest *request,
                            const BmcOrigin *origin,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    MediaSlot *slot = media_slot_find(bmc, id);
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *image = media_shown_image(request->image);
    GError *error = NULL;

    if (!slot || !request_check(slot, request, &error)) {
        if (!slot) {
            error = g_error_new(BMC_ERROR, BMC_ERROR_NOT_FOUND,
                                "there is no drive %s", id);
        }
        g_task_return_error(task, error);
        g_object_unref(task);
        return;
    }
    g_message("media: %s: inserting %s for %s", id, image, who);
    slot->task = task;
    slot->host = bmc_origin_may_reach_host(bmc, origin);
    slot->verified = slot->pub.verify;
    slot->pub.verify = request->verify;
    media_slot_set(slot, request);
    slot->channel = origin->channel;
    slot->asker = g_strdup(origin->user);
    slot_open(slot);
}

static void ejected(GObject *source, GAsyncResult *res, void *opaque)
{
    MediaSlot *slot = opaque;
    g_autoptr(GError) err = NULL;

    machine_eject_medium_finish(res, &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    if (!err) {
        if (slot->pub.image || slot->foreign) {
            media_log(slot, slot->by_guest ? MEDIA_EVENT_GUEST_EJECTED :
                      MEDIA_EVENT_EJECTED, NULL);
        }
        media_slot_forget(slot);
        slot->foreign = false;
        slot->stuck = false;
    } else {
        slot->stuck = true;
        g_message("media: %s cannot be ejected: %s", slot->pub.id,
                  err->message);
    }
    slot->by_guest = false;
    slot_end(slot, err);
}

static void slot_eject(MediaSlot *slot)
{
    slot->work = MEDIA_EJECTING;
    clock_timer_start(slot->bmc->clock, &slot->timer, STALL_MS,
                      export_stalls, slot);
    machine_eject_medium_async(slot->bmc->machine, slot->drive,
                               slot->bmc->media->cancellable, ejected, slot);
}

/* Ejecting ends the opening of an image, which can take long. */
static void slot_give_up(MediaSlot *slot)
{
    GTask *task = g_steal_pointer(&slot->task);
    g_autoptr(GError) err = g_error_new(BMC_ERROR, BMC_ERROR_FAILED,
                                        "the medium was ejected meanwhile");

    slot->opening++;
    slot->restoring = false;
    media_download_end(slot, err);
    if (task) {
        g_task_return_error(task, g_steal_pointer(&err));
        g_object_unref(task);
    }
}

void bmc_media_eject_async(Bmc *bmc, const char *id, const BmcOrigin *origin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, opaque);
    MediaSlot *slot = media_slot_find(bmc, id);
    g_autofree char *who = bmc_origin_to_string(origin);

    if (!slot) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                                "there is no drive %s", id);
    } else if (slot->work > MEDIA_OPENING) {
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_BUSY,
                                "the medium is being changed");
    } else if (!slot->pub.image && !slot->foreign) {
        g_task_return_boolean(task, true);
    } else if (bmc->machine->connected && slot->drive) {
        g_message("media: %s: ejecting for %s", id, who);
        slot_give_up(slot);
        slot->task = g_steal_pointer(&task);
        slot_eject(slot);
    } else {
        g_message("media: %s: ejected by %s, without QEMU", id, who);
        slot_give_up(slot);
        media_log(slot, MEDIA_EVENT_EJECTED, NULL);
        media_slot_forget(slot);
        slot_end(slot, NULL);
        g_task_return_boolean(task, true);
    }
}

bool bmc_media_finish(GAsyncResult *res, unsigned *task, GError **errp)
{
    if (task) {
        *task = GPOINTER_TO_UINT(g_task_get_task_data(G_TASK(res)));
    }
    return g_task_propagate_boolean(G_TASK(res), errp);
}

/* What QEMU says about a slot's drive. */
static void slot_told(MediaSlot *slot, const MachineDrive *drive)
{
    bool foreign = drive->inserted && !drive->ours;

    if (slot->work != MEDIA_IDLE) {
        return;
    }
    if (slot->foreign != foreign) {
        slot->foreign = foreign;
        g_clear_pointer(&slot->pub.name, g_free);
        if (foreign && !slot->pub.image && drive->file) {
            slot->pub.name = g_path_get_basename(drive->file);
            slot->pub.write_protected = drive->read_only;
        }
        slot_changed(slot);
    }
    if (!slot->pub.image) {
        if (drive->inserted && drive->ours && !slot->stuck) {
            /* Nobody wants it: it could not be put in again */
            slot_eject(slot);
        }
        return;
    }
    if (slot->in_drive && drive->ours && drive->tray_open) {
        slot->by_guest = true;
        slot_eject(slot);
    } else if (!drive->inserted || !slot_source_usable(slot) ||
               !slot->in_drive) {
        slot_restore(slot);
    }
}

/* The nth drive of a kind is in the slot of that number. */
static void drives_told(Bmc *bmc, const GPtrArray *drives)
{
    unsigned numbers[MACHINE_DRIVE_USB + 1] = { 0 };
    bool new_slot = false;

    for (guint i = 0; i < drives->len; i++) {
        const MachineDrive *drive = drives->pdata[i];
        unsigned number = ++numbers[drive->kind];
        MediaSlot *slot = NULL;

        for (guint j = 0; j < bmc->media->slots->len; j++) {
            MediaSlot *other = bmc->media->slots->pdata[j];
            const char *p = other->pub.id + strlen(other->pub.id) - 1;

            if (other->pub.kind == drive->kind &&
                (unsigned)g_ascii_digit_value(*p) == number) {
                slot = other;
            }
        }
        if (!slot && number < 9) {
            slot = media_slot_new(bmc, drive->kind, number);
            new_slot = true;
        }
        if (slot) {
            if (g_strcmp0(slot->drive, drive->id)) {
                g_free(slot->drive);
                slot->drive = g_strdup(drive->id);
            }
            slot_told(slot, drive);
        }
    }
    if (new_slot) {
        media_save(bmc);
        bmc_changed(bmc, BMC_PART_MEDIA);
    }
}

static void drives_listed(GObject *source, GAsyncResult *res, void *opaque)
{
    Bmc *bmc = opaque;
    g_autoptr(GError) err = NULL;
    g_autoptr(GPtrArray) drives = machine_list_drives_finish(res, &err);

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    bmc->media->listing = false;
    if (bmc->media->stale) {
        list_drives(bmc);
    } else if (drives) {
        drives_told(bmc, drives);
    }
}

static void list_drives(Bmc *bmc)
{
    BmcMedia *media = bmc->media;

    if (media->listing) {
        media->stale = true;
        return;
    }
    media->listing = true;
    media->stale = false;
    machine_list_drives_async(bmc->machine, media->cancellable,
                              drives_listed, bmc);
}

void bmc_media_machine_event(Bmc *bmc, const MachineEvent *event)
{
    BmcMedia *media = bmc->media;

    if (media->connected != bmc->machine->connected) {
        media->connected = bmc->machine->connected;
        for (guint i = 0; i < media->slots->len; i++) {
            MediaSlot *slot = media->slots->pdata[i];

            /* What another QEMU has in its drives is not known */
            slot->in_drive = false;
            if (!media->connected && slot->work == MEDIA_IDLE) {
                slot->foreign = false;
                slot_changed(slot);
            }
        }
        if (media->connected) {
            list_drives(bmc);
        }
    } else if (event->type == MACHINE_EVENT_DEVICES && media->connected) {
        list_drives(bmc);
    }
}

static void watch_over(void *opaque)
{
    Bmc *bmc = opaque;

    for (guint i = 0; i < bmc->media->slots->len; i++) {
        export_stalls(bmc->media->slots->pdata[i]);
    }
}

void bmc_media_watch(Bmc *bmc)
{
    clock_timer_start(bmc->clock, &bmc->media->watch, STALL_MS, watch_over,
                      bmc);
}

void bmc_media_watch_end(Bmc *bmc)
{
    bool late = !bmc->media->watch;

    clock_timer_stop(&bmc->media->watch);
    if (late && bmc->machine->connected) {
        /* What was ended is opened anew */
        list_drives(bmc);
    }
}

static bool any_download(const Bmc *bmc)
{
    for (guint i = 0; i < bmc->media->slots->len; i++) {
        const MediaSlot *slot = bmc->media->slots->pdata[i];

        if (slot->work == MEDIA_OPENING && slot->pub.download) {
            return true;
        }
    }
    return false;
}

void bmc_media_quiesce_async(Bmc *bmc, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    for (guint i = 0; i < bmc->media->slots->len; i++) {
        MediaSlot *slot = bmc->media->slots->pdata[i];

        if (slot->work == MEDIA_IDLE && slot->pub.image &&
            !slot_source_usable(slot)) {
            slot->restoring = true;
            slot_open(slot);
        }
    }
    if (!any_work(bmc)) {
        g_task_return_boolean(task, true);
        g_object_unref(task);
        return;
    }
    g_ptr_array_add(bmc->media->waiters, task);
    clock_timer_start(bmc->clock, &bmc->media->wait_timer,
                      any_download(bmc) ? MAX(QUIESCE_MS,
                      bmc->media->config.wait_s * 1000) : QUIESCE_MS,
                      waited_too_long, bmc);
}

void bmc_media_new(Bmc *bmc, const BmcMediaConfig *config)
{
    BmcMedia *media = g_new0(BmcMedia, 1);

    bmc->media = media;
    media->slots = g_ptr_array_new_with_free_func(media_slot_free);
    media->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    media->cancellable = g_cancellable_new();
    if (config) {
        media->config.run_dir = g_strdup(config->run_dir);
        media->config.folders = (const char *const *)
                                g_strdupv((char **)config->folders);
        media->config.allow = (const char *const *)
                              g_strdupv((char **)config->allow);
        media->config.cache_dir = g_strdup(config->cache_dir);
        media->config.images_dir = g_strdup(config->images_dir);
        media->config.max_bytes = config->max_bytes;
        media->config.max_s = config->max_s;
        media->config.wait_s = config->wait_s;
    }
    media_load(bmc);
    media_download_clean(bmc);
    images_sweep(bmc);
    media->connected = bmc->machine->connected;
    if (media->connected) {
        list_drives(bmc);
    }
}

void bmc_media_free(Bmc *bmc)
{
    BmcMedia *media = bmc->media;

    if (!media) {
        return;
    }
    g_cancellable_cancel(media->cancellable);
    g_object_unref(media->cancellable);
    clock_timer_stop(&media->watch);
    clock_timer_stop(&media->wait_timer);
    for (guint i = 0; i < media->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(media->waiters->pdata[i]));
    }
    g_ptr_array_unref(media->waiters);
    g_ptr_array_unref(media->slots);
    g_free((char *)media->config.run_dir);
    g_free((char *)media->config.cache_dir);
    g_free((char *)media->config.images_dir);
    g_strfreev((char **)media->config.folders);
    g_strfreev((char **)media->config.allow);
    g_clear_pointer(&bmc->media, g_free);
}
