/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Updates of the machine's firmware: images are downloaded or pushed,
 * checked, and staged; the next QEMU process that a power-on, cycle or
 * restart by the BMC starts has them. Only where we start QEMU.
 *
 * An image of firmware itself is often shared by many machines, and a
 * package's file. So the file on the command line is never written: the image
 * is kept in the state directory, and QEMU is given it instead, for as long
 * as the command line names the same file. Variables are the machine's own:
 * their file is replaced, see flash.h.
 */
#ifndef QEMU_BMC_BMC_UPDATE_H
#define QEMU_BMC_BMC_UPDATE_H

#include "bmc/bmc.h"
#include "codec/firmware-image.h"

/* A longer image is none for any machine. */
#define BMC_UPDATE_IMAGE_MAX (64 * 1024 * 1024)

/**
 * BmcUpdateConfig: what images may come from, and how long it may take.
 *
 * @allow: (nullable): as BmcMediaConfig.allow
 * @max_s: how long a download may take
 * @wait_s: how long a power-on waits for one
 */
struct BmcUpdateConfig {
    const char *const *allow;
    unsigned max_s;
    unsigned wait_s;
};

/**
 * BmcUpdateTarget: what can be updated.
 *
 * @BMC_UPDATE_FIRMWARE: SeaBIOS or UEFI firmware
 * @BMC_UPDATE_VARIABLES: UEFI variables
 */
typedef enum BmcUpdateTarget {
    BMC_UPDATE_FIRMWARE,
    BMC_UPDATE_VARIABLES,
    BMC_UPDATE__MAX,
} BmcUpdateTarget;

#define BMC_UPDATE_ALL ((1u << BMC_UPDATE__MAX) - 1)

/**
 * BmcUpdateImage: an image.
 *
 * @kind: what it is
 * @version: (nullable): its version, where the image tells
 * @size: its size in bytes; 0 while not known
 * @digest: (nullable): its SHA-256, hexadecimal
 */
typedef struct BmcUpdateImage {
    FirmwareImageKind kind;
    char *version;
    uint64_t size;
    char *digest;
} BmcUpdateImage;

/**
 * BmcUpdateRequest: what is asked for; copied.
 *
 * @image: URL, or the name of what is pushed, for people
 * @user: (nullable): user for the URL's server
 * @password: (nullable): password for it
 * @targets: bit 1 << BmcUpdateTarget for each that the image may be for; the
 *           image tells which one it is
 * @force: firmware that is not of the present kind is all right
 * @method: (nullable): of the request, for the task
 * @target: (nullable): that request's path
 * @body: (nullable): that request's body, without secrets
 */
typedef struct BmcUpdateRequest {
    const char *image;
    const char *user;
    const char *password;
    unsigned targets;
    bool force;
    const char *method;
    const char *target;
    const char *body;
} BmcUpdateRequest;

/**
 * BmcUpdateStep: how far an update is, or what has failed.
 *
 * @BMC_UPDATE_TRANSFER: the image is being fetched
 * @BMC_UPDATE_VERIFY: it is being checked
 * @BMC_UPDATE_STAGE: it is being put where the next process finds it
 * @BMC_UPDATE_STAGED: it waits for that
 */
typedef enum BmcUpdateStep {
    BMC_UPDATE_TRANSFER,
    BMC_UPDATE_VERIFY,
    BMC_UPDATE_STAGE,
    BMC_UPDATE_STAGED,
} BmcUpdateStep;

/**
 * BmcUpdateOutcome: what a task of an update has come to.
 *
 * @task: the task's number
 * @image: BmcUpdateRequest.image, without what follows a '?'
 * @known: it is known what the image is for
 * @target: what it is for, if @known
 * @step: how far it has come
 */
typedef struct BmcUpdateOutcome {
    unsigned task;
    char *image;
    bool known;
    BmcUpdateTarget target;
    BmcUpdateStep step;
} BmcUpdateOutcome;

/**
 * bmc_update_exists: whether the machine has it.
 *
 * @bmc: the hub
 * @target: what
 *
 * Returns: true if it is known that it has
 */
bool bmc_update_exists(const Bmc *bmc, BmcUpdateTarget target);

/**
 * bmc_update_possible: whether it can be updated.
 *
 * @bmc: the hub
 * @target: what
 * @errp: (nullable): BMC_ERROR_NOT_SUPPORTED, with the reason, for people
 *
 * Returns: true if so
 */
bool bmc_update_possible(const Bmc *bmc, BmcUpdateTarget target,
                         GError **errp);

/**
 * bmc_update_current: the image that the QEMU process has, or the last one
 * had.
 *
 * @bmc: the hub
 * @target: what
 *
 * Returns: (transfer none) (nullable): what is known of it
 */
const BmcUpdateImage *bmc_update_current(const Bmc *bmc,
                                         BmcUpdateTarget target);

/**
 * bmc_update_staged: the image that the next process will have, where it is
 * another one.
 *
 * @bmc: the hub
 * @target: what
 *
 * Returns: (transfer none) (nullable): what is known of it
 */
const BmcUpdateImage *bmc_update_staged(const Bmc *bmc,
                                        BmcUpdateTarget target);

/**
 * bmc_update_replaced: whether the firmware is, or will be, another one than
 * the command line says.
 *
 * @bmc: the hub
 *
 * Returns: true if so
 */
bool bmc_update_replaced(const Bmc *bmc);

/**
 * bmc_update_fetch: begin an update with an image from a web server.
 *
 * @bmc: the hub
 * @request: what to do
 * @origin: who asks
 * @errp: BMC_ERROR_INVALID: @request->image is no URL; BMC_ERROR_NOT_SUPPORTED:
 *        not one of http or https, or nothing of @request->targets can be
 *        updated; BMC_ERROR_PERMISSION: the guest has made or changed the
 *        account; BMC_ERROR_BUSY: another update is under way;
 *        BMC_ERROR_LIMIT, BMC_ERROR_FAILED
 *
 * Returns: number of the task that goes on, or 0
 */
unsigned bmc_update_fetch(Bmc *bmc, const BmcUpdateRequest *request,
                          const BmcOrigin *origin, GError **errp);

/**
 * bmc_update_push_begin: begin an update with an image that the caller has.
 * It writes the file and calls bmc_update_push_end(). Until then no other
 * update can begin.
 *
 * @bmc: the hub
 * @size: at least so many bytes will come
 * @origin: who asks
 * @errp: as bmc_update_fetch(); BMC_ERROR_LIMIT: the disk has no room for it
 *
 * Returns: (transfer full): a file to be made, which does not exist yet, or
 * NULL
 */
char *bmc_update_push_begin(Bmc *bmc, uint64_t size, const BmcOrigin *origin,
                            GError **errp);

/**
 * bmc_update_push_end: the image is complete, or never will be.
 *
 * @bmc: the hub
 * @request: (nullable): what to do with the image; NULL: nothing, its file is
 *           removed
 * @origin: who asks
 * @errp: as bmc_update_fetch()
 *
 * Returns: number of the task that goes on, or 0
 */
unsigned bmc_update_push_end(Bmc *bmc, const BmcUpdateRequest *request,
                             const BmcOrigin *origin, GError **errp);

/**
 * bmc_update_drop: forget what is staged: the next process has what the
 * present one has.
 *
 * @bmc: the hub
 * @target: what
 * @origin: who asks
 * @errp: BMC_ERROR_PERMISSION as bmc_update_fetch(); BMC_ERROR_STATE: nothing
 *        is, or it is just being put in force
 *
 * Returns: true on success
 */
bool bmc_update_drop(Bmc *bmc, BmcUpdateTarget target,
                     const BmcOrigin *origin, GError **errp);

/**
 * bmc_update_restore: have the next process begin with the firmware of the
 * command line again.
 *
 * @bmc: the hub
 * @origin: who asks
 * @errp: BMC_ERROR_PERMISSION as bmc_update_fetch(); BMC_ERROR_STATE: it has
 *        it anyway
 *
 * Returns: true on success
 */
bool bmc_update_restore(Bmc *bmc, const BmcOrigin *origin, GError **errp);

/**
 * bmc_update_outcome: what a task of an update has come to.
 *
 * @bmc: the hub
 * @task: number of the task
 *
 * Returns: (transfer none) (nullable): the outcome, until the hub is called;
 * NULL if it is no such task
 */
const BmcUpdateOutcome *bmc_update_outcome(const Bmc *bmc, unsigned task);

/**
 * bmc_update_verify: whether certificates of web servers are checked.
 *
 * @bmc: the hub
 *
 * Returns: true if so
 */
bool bmc_update_verify(const Bmc *bmc);

/**
 * bmc_update_set_verify: change that; survives the process.
 *
 * @bmc: the hub
 * @verify: check them
 * @origin: who asks
 */
void bmc_update_set_verify(Bmc *bmc, bool verify, const BmcOrigin *origin);

#endif /* QEMU_BMC_BMC_UPDATE_H */
