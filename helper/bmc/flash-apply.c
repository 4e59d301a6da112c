/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Making the changes of firmware files that wait, while power control waits
 * with no QEMU running. They leave the list only when the files are on disk,
 * and QEMU is started only when the list is: what a crash in between leaves
 * is made once more, which changes nothing.
 */
#include "osdep.h"

#include "bmc/flash-priv.h"
#include "util/error.h"

static void jobs_free(void *opaque)
{
    g_ptr_array_unref(opaque);
}

static void complete_waiters(BmcFlash *flash)
{
    g_autoptr(GPtrArray) done = flash->waiters;

    flash->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    flash->applying = false;
    for (guint i = 0; i < done->len; i++) {
        g_task_return_boolean(done->pdata[i], true);
    }
}

static void saved(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    if (!persist_flush_finish(res, &err)) {
        if (bmc_error_is_cancelled(err)) {
            return;
        }
        g_message("flash: what was changed is not noted: %s", err->message);
    }
    complete_waiters(bmc->flash);
    flash_next_request(bmc);
}

static void attempted(Bmc *bmc, unsigned id, const GError *err)
{
    guint at = flash_position(bmc->flash, id);
    BmcFlashChange *change = bmc->flash->changes->pdata[at];
    BmcFlashNotice notice = { .error = err, .waits = true };
    g_autofree char *what = flash_change_describe(change);

    if (err && flash_may_go_better(err)) {
        g_message("flash: %s: not done, to be tried again at the next start: "
                  "%s", what, err->message);
        g_free(change->problem);
        change->problem = g_strdup(err->message);
        notice.change = change;
        notifier_list_notify(&bmc->flash->notifiers, &notice);
    } else if (err) {
        g_message("flash: %s: given up: %s", what, err->message);
        flash_end(bmc, at, err);
    } else {
        g_message("flash: %s: done", what);
        flash_end(bmc, at, NULL);
    }
}

static void applied(GObject *source, GAsyncResult *res, void *opaque)
{
    GPtrArray *jobs = g_task_get_task_data(G_TASK(res));
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    g_task_propagate_boolean(G_TASK(res), &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    for (guint i = 0; i < jobs->len; i++) {
        FlashJob *job = jobs->pdata[i];

        for (guint j = 0; j < job->changes->len; j++) {
            BmcFlashChange *change = job->changes->pdata[j];

            attempted(bmc, change->id, job->errors[j]);
        }
    }
    flash_save(bmc);
    bmc_changed(bmc, BMC_PART_FLASH);
    persist_flush_async(bmc->persist, 0, bmc->flash->cancellable, saved, bmc);
}

static void apply_thread(GTask *task, void *source, void *data,
                         GCancellable *cancellable)
{
    GPtrArray *jobs = data;

    for (guint i = 0; i < jobs->len; i++) {
        flash_job_run(jobs->pdata[i]);
    }
    g_task_return_boolean(task, true);
}

static void add_to_jobs(Bmc *bmc, GPtrArray *jobs, FlashJob *by_chip[],
                        const BmcFlashChange *change)
{
    FlashJob **job = &by_chip[change->chip];

    if (!*job) {
        *job = flash_job_for(bmc, change->chip);
        g_ptr_array_add(jobs, *job);
    }
    if (!(*job)->file) {
        g_set_error(&(*job)->errors[(*job)->changes->len], BMC_ERROR,
                    BMC_ERROR_STATE, "the machine's files are not known");
    } else if (g_strcmp0((*job)->file, change->file)) {
        g_set_error(&(*job)->errors[(*job)->changes->len], BMC_ERROR,
                    BMC_ERROR_INVALID, "the machine does not use %s any "
                    "more", change->file);
    }
    g_ptr_array_add((*job)->changes, flash_change_copy(change));
}

static void start_applying(Bmc *bmc)
{
    BmcFlash *flash = bmc->flash;
    GPtrArray *jobs = g_ptr_array_new_with_free_func(
        (GDestroyNotify)flash_job_free);
    FlashJob *by_chip[MACHINE_FLASH__MAX] = { NULL };
    g_autoptr(GTask) task = NULL;

    for (guint i = 0; i < flash->changes->len; i++) {
        add_to_jobs(bmc, jobs, by_chip, flash->changes->pdata[i]);
    }
    flash->applying = true;
    flash->stale = true;
    task = g_task_new(NULL, flash->cancellable, applied, bmc);
    g_task_set_task_data(task, jobs, jobs_free);
    g_task_run_in_thread(task, apply_thread);
}

bool bmc_flash_apply_async(Bmc *bmc, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    BmcFlash *flash = bmc->flash;

    if (!flash->applying) {
        if (!bmc->machine->renew || !flash->changes->len ||
            bmc->machine->state != MACHINE_STATE_GONE ||
            !bmc->machine->owns_process) {
            return false;
        }
        /* Once for each start, whatever comes of it */
        bmc->machine->renew = false;
        start_applying(bmc);
    }
    g_ptr_array_add(flash->waiters,
                    g_task_new(NULL, cancellable, callback, opaque));
    return true;
}

void bmc_flash_before_restart(Bmc *bmc)
{
    bmc->machine->renew = bmc->flash->changes->len;
}
