/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the hub's virtual media share. */
#ifndef QEMU_BMC_BMC_MEDIA_PRIV_H
#define QEMU_BMC_BMC_MEDIA_PRIV_H

#include "bmc/media-source.h"
#include "bmc/media.h"

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
 * MediaSlot: a slot.
 *
 * @pub: what everybody sees; @inserted follows from the rest
 * @bmc: the hub
 * @drive: the drive's id in QEMU; NULL while it is not known
 * @password: for the server
 * @writable: as asked for
 * @host: who asked may reach this host
 * @source: (nullable): the image, open
 * @work: what is being done
 * @restoring: nobody has asked for it: it is put in again
 * @foreign: a medium that is not ours is in the drive
 * @in_drive: ours is in the drive
 * @task: (nullable): who waits for the work's end
 * @timer: ends an export that holds QEMU up
 * @opening: number of the last opening; what an earlier one finds is dropped
 * @stuck: what nobody wants any more cannot be taken out
 */
typedef struct MediaSlot {
    BmcMediaSlot pub;
    Bmc *bmc;
    char *drive;
    char *password;
    bool writable;
    bool host;
    MediaSource *source;
    MediaWork work;
    bool restoring;
    bool foreign;
    bool in_drive;
    GTask *task;
    ClockTimer *timer;
    unsigned opening;
    bool stuck;
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
