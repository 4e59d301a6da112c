/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the hub's virtual media share. */
#ifndef QEMU_BMC_BMC_MEDIA_PRIV_H
#define QEMU_BMC_BMC_MEDIA_PRIV_H

#include "bmc/media-source.h"
#include "bmc/media.h"
#include "bmc/persist-read.h"
#include "util/tls-cert.h"

/**
 * MediaWork: what is being done to a slot.
 */
typedef enum MediaWork {
    MEDIA_IDLE,
    MEDIA_OPENING,
    MEDIA_INSERTING,
    MEDIA_EJECTING,
} MediaWork;

/**
 * MediaEvent: what has happened to a medium.
 *
 * @MEDIA_EVENT_INSERTED: it was put in
 * @MEDIA_EVENT_EJECTED: it was taken out
 * @MEDIA_EVENT_GUEST_EJECTED: the guest has taken it out
 * @MEDIA_EVENT_LOST: it was in, and cannot be read any more
 * @MEDIA_EVENT_FAILED: it could not be put in
 */
typedef enum MediaEvent {
    MEDIA_EVENT_INSERTED,
    MEDIA_EVENT_EJECTED,
    MEDIA_EVENT_GUEST_EJECTED,
    MEDIA_EVENT_LOST,
    MEDIA_EVENT_FAILED,
} MediaEvent;

/**
 * MediaCert: an authority that a slot's servers are from.
 */
typedef struct MediaCert {
    unsigned id;
    TlsCertInfo *info;
} MediaCert;

/**
 * MediaSlot: a slot.
 *
 * @pub: what everybody sees; @inserted follows from the rest
 * @bmc: the hub
 * @drive: the drive's id in QEMU; NULL while it is not known
 * @password: for the server
 * @writable: as asked for
 * @host: who asked may reach this host
 * @verified: BmcMediaSlot.verify is this again when the insertion fails
 * @source: (nullable): the image, open
 * @work: what is being done
 * @restoring: nobody has asked for it: it is put in again
 * @foreign: a medium that is not ours is in the drive
 * @in_drive: ours is in the drive
 * @task: (nullable): who waits for the work's end
 * @timer: ends an export that holds QEMU up
 * @opening: number of the last opening; what an earlier one finds is dropped
 * @cached: (nullable): file that the image is downloaded to
 * @complete: and it is there
 * @stop: (nullable): ends the download
 * @job: (nullable): the task, while it goes on
 * @method: (nullable): of the request
 * @target: (nullable): as @method
 * @channel: on which it came
 * @asker: (nullable): who asked
 * @stuck: what nobody wants any more cannot be taken out
 * @by_guest: it is being taken out because the guest has opened the tray
 * @reopened_ms: when what reads it was last started anew since it had ended
 * @certs: array of MediaCert
 * @last_cert: number of the latest of them
 */
typedef struct MediaSlot {
    BmcMediaSlot pub;
    Bmc *bmc;
    char *drive;
    char *password;
    bool writable;
    bool host;
    bool verified;
    MediaSource *source;
    MediaWork work;
    bool restoring;
    bool foreign;
    bool in_drive;
    GTask *task;
    ClockTimer *timer;
    unsigned opening;
    char *cached;
    bool complete;
    GCancellable *stop;
    unsigned job;
    char *method;
    char *target;
    BmcChannel channel;
    char *asker;
    bool stuck;
    bool by_guest;
    int64_t reopened_ms;
    GPtrArray *certs;
    unsigned last_cert;
} MediaSlot;

/**
 * BmcMedia: all slots.
 *
 * @config: what may be put in; owned
 * @slots: array of MediaSlot
 * @cancellable: fires when the hub goes
 * @listing: the drives are being asked for
 * @stale: and are to be asked for once more
 * @connected: QEMU was there when last looked at
 * @watch: runs while a power operation is under way
 * @waiters: GTasks that end when nothing is being done
 * @wait_timer: ends them anyway
 */
struct BmcMedia {
    BmcMediaConfig config;
    GPtrArray *slots;
    GCancellable *cancellable;
    bool listing;
    bool stale;
    bool connected;
    ClockTimer *watch;
    GPtrArray *waiters;
    ClockTimer *wait_timer;
};

/**
 * media_slot_new: make an empty slot.
 *
 * @bmc: the hub
 * @kind: what it is
 * @number: from 1, among those of its kind
 *
 * Returns: (transfer none): the slot, which belongs to the hub
 */
MediaSlot *media_slot_new(Bmc *bmc, MachineDriveKind kind, unsigned number);

/**
 * media_slot_find: a slot by its id.
 *
 * @bmc: the hub
 * @id: its id
 *
 * Returns: (transfer none): the slot, or NULL
 */
MediaSlot *media_slot_find(const Bmc *bmc, const char *id);

/**
 * media_log: tell what has happened to a medium.
 *
 * @slot: the slot, which still knows its medium
 * @what: what
 * @why: (nullable): the reason
 */
void media_log(MediaSlot *slot, MediaEvent what, const char *why);

/**
 * media_shown_image: an image as logs show it: a query can be a signature
 * that lets everybody have it, and there may be a password before the host.
 *
 * @image: (nullable): the image
 *
 * Returns: (transfer full): text
 */
char *media_shown_image(const char *image);

/**
 * media_certs_new: make an empty list.
 *
 * Returns: (transfer full): array of MediaCert
 */
GPtrArray *media_certs_new(void);

/**
 * media_certs_pem: all authorities of a slot.
 *
 * @slot: the slot
 *
 * Returns: (transfer full): PEM, or NULL when there are none
 */
char *media_certs_pem(const MediaSlot *slot);

/**
 * media_certs_save: write them.
 *
 * @slot: the slot
 * @object: its part of the state
 */
void media_certs_save(const MediaSlot *slot, JsonObject *object);

/**
 * media_certs_load: read them.
 *
 * @slot: the slot
 * @r: its part of the state
 */
void media_certs_load(MediaSlot *slot, PersistReader *r);

/**
 * media_slot_clear: forget what was put in.
 *
 * @slot: the slot
 */
void media_slot_clear(MediaSlot *slot);

/**
 * media_slot_set: note what is put in.
 *
 * @slot: the slot, empty
 * @request: what
 */
void media_slot_set(MediaSlot *slot, const BmcMediaRequest *request);

/**
 * media_slot_forget: media_slot_clear(), and remove what was downloaded.
 *
 * @slot: the slot
 */
void media_slot_forget(MediaSlot *slot);

/**
 * media_download_name: where a slot's image is downloaded to, if it must be.
 *
 * @slot: the slot
 */
void media_download_name(MediaSlot *slot);

/**
 * media_download_begun: a download has begun, as a task, where somebody has
 * asked for it, who is told.
 *
 * @slot: the MediaSlot
 */
void media_download_begun(void *slot);

/**
 * media_download_progress: say how far it is.
 *
 * @slot: the MediaSlot
 * @percent: 0 to 100
 */
void media_download_progress(void *slot, unsigned percent);

/**
 * media_download_end: its task, if there is one, has ended.
 *
 * @slot: the slot
 * @err: (nullable): why it failed
 */
void media_download_end(MediaSlot *slot, const GError *err);

/**
 * media_download_clean: remove what an earlier process has left.
 *
 * @bmc: the hub, whose slots are loaded
 */
void media_download_clean(Bmc *bmc);

/**
 * media_save: write all slots to the state.
 *
 * @bmc: the hub
 */
void media_save(Bmc *bmc);

/**
 * media_load: read them.
 *
 * @bmc: the hub
 */
void media_load(Bmc *bmc);

/**
 * media_slot_free: free a slot; who waits for it gets
 * G_IO_ERROR_CANCELLED.
 *
 * @slot: the slot
 */
void media_slot_free(void *slot);

#endif /* QEMU_BMC_BMC_MEDIA_PRIV_H */
