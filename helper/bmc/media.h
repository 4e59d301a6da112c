/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Virtual media: what is put into the machine's removable drives. A medium
 * that was put in stays in: a QEMU that is started again gets it again, and
 * so does one that is found by a helper that is started again. What the
 * guest ejects is out for good, as when its disc is pressed out of a drive.
 */
#ifndef QEMU_BMC_BMC_MEDIA_H
#define QEMU_BMC_BMC_MEDIA_H

#include "bmc/bmc.h"
#include "machine/machine-media.h"

/**
 * BmcMediaConfig: what may be put in, and how.
 *
 * @run_dir: where sockets are made; NULL when nothing can be streamed
 * @folders: (nullable): absolute paths, below which local images may be
 * @allow: (nullable): hosts by name or address that may be reached although
 *         their addresses are refused otherwise
 * @cache_dir: (nullable): where images are downloaded to that cannot be
 *             streamed; nothing else is in there
 * @max_bytes: how long such an image may be
 * @max_s: how long its download may take
 * @wait_s: how long a power-on waits for it
 * @images_dir: (nullable): where uploaded images are; see images.h
 * @upload_bytes: how long all of them may be together; 0 for none
 */
struct BmcMediaConfig {
    const char *run_dir;
    const char *const *folders;
    const char *const *allow;
    const char *cache_dir;
    uint64_t max_bytes;
    unsigned max_s;
    unsigned wait_s;
    const char *images_dir;
    uint64_t upload_bytes;
};

/**
 * BmcMediaSlot: a drive, and what is in it.
 *
 * @id: "CD1", "Floppy1" or "USB1"
 * @kind: what it is
 * @inserted: the running guest sees a medium, or the next power-on will
 * @image: (nullable): where it comes from; NULL when it is none of ours
 * @shown: (nullable): the same without a query, which can be a signature that
 *         lets everybody have it
 * @name: (nullable): the last part of that, or of the file's name
 * @user: (nullable): who was named to the server
 * @write_protected: the medium cannot be written
 * @streamed: it is read from a server while it is in
 * @download: it is, or is to be, downloaded
 * @verify: the certificate of a server is checked
 */
typedef struct BmcMediaSlot {
    char *id;
    MachineDriveKind kind;
    bool inserted;
    char *image;
    char *shown;
    char *name;
    char *user;
    bool write_protected;
    bool streamed;
    bool download;
    bool verify;
} BmcMediaSlot;

/**
 * BmcMediaRequest: what to put in.
 *
 * @image: http or https URL, a file below one of the folders as file URL, or
 *         "image:NAME" of one that was uploaded
 * @user: (nullable): user for the server
 * @password: (nullable): password for it; kept in the state file, mode 0600
 * @writable: it is to be written; a file on a drive that can do it
 * @download: do not stream it from its server
 * @verify: check the certificate of the server; remembered as by
 *          bmc_media_set_verify() unless it fails
 * @method: (nullable): of the request, for a task; as in BmcTaskConfig
 * @target: (nullable): as @method
 */
typedef struct BmcMediaRequest {
    const char *image;
    const char *user;
    const char *password;
    bool writable;
    bool download;
    bool verify;
    const char *method;
    const char *target;
} BmcMediaRequest;

/**
 * bmc_media_count: how many slots there are.
 *
 * @bmc: the hub
 *
 * Returns: the number
 */
unsigned bmc_media_count(const Bmc *bmc);

/**
 * bmc_media_get: a slot by its place.
 *
 * @bmc: the hub
 * @n: place from 0
 *
 * Returns: (transfer none): the slot, or NULL beyond the last
 */
const BmcMediaSlot *bmc_media_get(const Bmc *bmc, unsigned n);

/**
 * bmc_media_find: a slot by its id.
 *
 * @bmc: the hub
 * @id: its id
 *
 * Returns: (transfer none): the slot, or NULL
 */
const BmcMediaSlot *bmc_media_find(const Bmc *bmc, const char *id);

/**
 * bmc_media_set_verify: whether the certificates of servers are checked from
 * the next insertion on. Survives the process.
 *
 * @bmc: the hub
 * @id: the slot's id
 * @verify: whether to
 */
void bmc_media_set_verify(Bmc *bmc, const char *id, bool verify);

/**
 * bmc_media_insert_async: put a medium into an empty slot. Done when it is
 * in the drive; while there is no QEMU, when it was found to be readable. A
 * download goes on as a task.
 *
 * @bmc: the hub
 * @id: the slot's id
 * @request: what to put in; copied
 * @origin: who asks
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_media_insert_async(Bmc *bmc, const char *id,
                            const BmcMediaRequest *request,
                            const BmcOrigin *origin,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_media_eject_async: take out what is in a slot; nothing happens when it
 * is empty.
 *
 * @bmc: the hub
 * @id: the slot's id
 * @origin: who asks
 * @cancellable: (nullable): stops waiting
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void bmc_media_eject_async(Bmc *bmc, const char *id, const BmcOrigin *origin,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * bmc_media_finish: result of the two above.
 *
 * @res: as the callback got it
 * @task: (nullable) (out): number of the task that goes on; 0 when it is done
 * @errp: BMC_ERROR_INVALID: no such image can be; BMC_ERROR_NOT_SUPPORTED:
 *        its protocol is not offered; BMC_ERROR_PERMISSION: the configuration
 *        does not allow it; BMC_ERROR_EXISTS: the slot is not empty;
 *        BMC_ERROR_BUSY: it is being changed; BMC_ERROR_UNAVAILABLE: QEMU or
 *        the server does not answer; BMC_ERROR_FAILED, with why
 *
 * Returns: true on success
 */
bool bmc_media_finish(GAsyncResult *res, unsigned *task, GError **errp);

#endif /* QEMU_BMC_BMC_MEDIA_H */
