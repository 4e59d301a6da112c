/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of firmware files from the inside; for helper/bmc/ only. */
#ifndef QEMU_BMC_BMC_FLASH_PRIV_H
#define QEMU_BMC_BMC_FLASH_PRIV_H

#include "bmc/bmc-priv.h"
#include "bmc/flash.h"

/**
 * BmcFlash: what waits.
 *
 * @changes: array of BmcFlashChange, in order
 * @next_id: number of the next one
 * @requests: GTasks that want to add one, which is their data
 * @looking: the first is being looked at, in a thread
 * @stale: what waits is another by now than what it is looked at with
 * @applying: changes are being made, in a thread
 * @obsolete: staged files to be deleted when the list without them is saved
 * @waiters: GTasks that end when they are
 * @cancellable: fires when the hub goes
 * @notifiers: bmc_flash_notifiers()
 */
struct BmcFlash {
    GPtrArray *changes;
    unsigned next_id;
    GQueue requests;
    bool looking;
    bool stale;
    bool applying;
    GPtrArray *waiters;
    GPtrArray *obsolete;
    GCancellable *cancellable;
    NotifierList notifiers;
};

/**
 * FlashJob: what a thread needs to know to make changes of one file.
 *
 * @file: the file
 * @code: (nullable): the machine's firmware as it is described, whose default
 *        keys are used
 * @changes: array of BmcFlashChange
 * @errors: by position in @changes: why one was not made, or NULL; one that
 *          has an error beforehand is not tried
 * @now: seconds since 1970
 * @replaces: change that the last one takes the place of, 0 for none
 * @needless: the last one changes nothing
 */
typedef struct FlashJob {
    char *file;
    char *code;
    GPtrArray *changes;
    GError **errors;
    int64_t now;
    unsigned replaces;
    bool needless;
} FlashJob;

/**
 * flash_change_copy: copy a change.
 *
 * @change: the change
 *
 * Returns: (transfer full): the copy
 */
BmcFlashChange *flash_change_copy(const BmcFlashChange *change);

/**
 * flash_change_free: free one.
 *
 * @change: the change, or NULL
 */
void flash_change_free(BmcFlashChange *change);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(BmcFlashChange, flash_change_free)

/**
 * flash_change_describe: say what it does.
 *
 * @change: the change
 *
 * Returns: (transfer full): text for people, without a full stop
 */
char *flash_change_describe(const BmcFlashChange *change);

/**
 * flash_job_new: a job for a file without changes.
 *
 * @file: the file
 * @code: (nullable): FlashJob.code
 *
 * Returns: (transfer full): the job
 */
FlashJob *flash_job_new(const char *file, const char *code);

/**
 * flash_job_free: free one.
 *
 * @job: the job, or NULL
 */
void flash_job_free(FlashJob *job);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FlashJob, flash_job_free)

/**
 * flash_job_content: what would come of a file's content; for a thread. What
 * comes after a change that is to be tried again waits with it.
 *
 * @job: the job; its errors are set
 * @content: (transfer none): what the file holds
 *
 * Returns: (transfer full): the content after all that could be made
 */
GBytes *flash_job_content(FlashJob *job, GBytes *content);

/**
 * flash_job_run: make the changes; for a thread.
 *
 * @job: the job; its errors are set
 */
void flash_job_run(FlashJob *job);

/**
 * flash_may_go_better: whether a change that was not made is tried again.
 * What is wrong with the change itself will be so the next time.
 *
 * @err: why it was not made
 *
 * Returns: true if so
 */
bool flash_may_go_better(const GError *err);

/**
 * flash_job_check: see whether the last of the changes could be made; for a
 * thread. What it would replace is read, and what it brings is synced and
 * looked at; of an image, size and digest are filled in. FlashJob.needless is
 * set.
 *
 * @job: the job
 * @errp: as bmc_flash_replace_finish() and bmc_flash_edit_finish()
 *
 * Returns: true if so
 */
bool flash_job_check(FlashJob *job, GError **errp);

/**
 * flash_job_for: a job for a chip's file without changes.
 *
 * @bmc: the hub
 * @chip: the chip
 *
 * Returns: (transfer full): the job
 */
FlashJob *flash_job_for(const Bmc *bmc, MachineFlash chip);

/**
 * flash_position: where in the list a change is.
 *
 * @flash: what waits
 * @id: its number
 *
 * Returns: its position; the list's length if there is none
 */
guint flash_position(const BmcFlash *flash, unsigned id);

/**
 * flash_end: take a change out of the list, and tell those who want to know.
 *
 * @bmc: the hub
 * @at: its position
 * @err: (nullable): why it was not made
 */
void flash_end(Bmc *bmc, guint at, const GError *err);

/**
 * flash_save: write down what waits, and delete files that nothing needs any
 * more when that is on disk.
 *
 * @bmc: the hub
 */
void flash_save(Bmc *bmc);

/**
 * flash_next_request: go on with requests for new changes.
 *
 * @bmc: the hub
 */
void flash_next_request(Bmc *bmc);

/**
 * flash_store_load: read what an earlier helper had waiting, and delete
 * staged files that nothing needs.
 *
 * @bmc: the hub
 */
void flash_store_load(Bmc *bmc);

/**
 * flash_store_save: write down what waits.
 *
 * @bmc: the hub
 */
void flash_store_save(Bmc *bmc);

/**
 * flash_store_dir: where staged files are.
 *
 * @bmc: the hub
 *
 * Returns: (transfer full): a path
 */
char *flash_store_dir(const Bmc *bmc);

#endif /* QEMU_BMC_BMC_FLASH_PRIV_H */
