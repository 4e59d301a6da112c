/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One update on its way: the image comes, is checked, and is staged. What is
 * being done owns the job: its callback finds out whether the hub is there
 * yet.
 */
#include "osdep.h"

#include <glib/gstdio.h>
#include <sys/statvfs.h>

#include "bmc/bmc-priv.h"
#include "bmc/media-fetch.h"
#include "bmc/media-target.h"
#include "bmc/tasks.h"
#include "bmc/update-priv.h"
#include "bmc/users.h"
#include "util/error.h"
#include "util/log.h"
#include "util/secret.h"

/* How much of a task the transfer is, in percent. */
#define TRANSFERRED 90
#define CHECKED 95
#define IMAGE_SHOWN 128

static void outcome_free(void *opaque)
{
    BmcUpdateOutcome *outcome = opaque;

    g_free(outcome->image);
    g_free(outcome);
}

static void job_free(UpdateJob *job)
{
    if (job->path) {
        g_unlink(job->path);
        g_free(job->path);
    }
    g_free(job->image);
    g_free(job->user);
    secret_free(job->password);
    g_free(job->asker);
    g_object_unref(job->stop);
    update_checked_free(job->checked);
    g_free(job->previous);
    g_free(job);
}

static void complete_waiters(BmcUpdates *updates, Clock *clock)
{
    g_autoptr(GPtrArray) done = updates->waiters;

    clock_timer_stop(&updates->wait_timer);
    updates->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < done->len; i++) {
        g_task_return_boolean(done->pdata[i], true);
    }
}

static void job_end(UpdateJob *job, const GError *err)
{
    BmcUpdates *updates = job->bmc->updates;
    Bmc *bmc = job->bmc;
    unsigned task = job->outcome ? job->outcome->task : 0;

    if (task && err) {
        g_message("update: task %u: %s", task, err->message);
    } else if (task) {
        job->outcome->step = BMC_UPDATE_STAGED;
        g_message("update: task %u: the image is staged, for the next start "
                  "of QEMU", task);
    }
    updates->job = NULL;
    job_free(job);
    update_follow(bmc);
    if (task) {
        bmc_task_finish(bmc, task, NULL, err);
    }
    bmc_changed(bmc, BMC_PART_UPDATE);
    complete_waiters(updates, bmc->clock);
}

/* Returns false if there is no hub any more: the job is freed. */
static bool job_returns(UpdateJob *job)
{
    job->busy = false;
    if (!job->bmc) {
        job_free(job);
        return false;
    }
    return true;
}

static BmcOrigin job_origin(const UpdateJob *job)
{
    return (BmcOrigin) { .channel = job->channel, .user = job->asker };
}

static void vars_staged(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    UpdateJob *job = opaque;
    bool ok = update_vars_stage_finish(res, &err);

    if (job_returns(job)) {
        job_end(job, ok ? NULL : err);
    }
}

static void stage_vars(UpdateJob *job)
{
    BmcOrigin origin = job_origin(job);
    g_autofree char *path = g_steal_pointer(&job->path);

    job->busy = true;
    /* It is staged or not, whatever is wanted by then. */
    update_vars_stage_async(job->bmc, path, &origin, NULL, vars_staged, job);
}

static void code_saved(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    UpdateJob *job = opaque;
    bool ok = bmc_flush_finish(res, &err);
    g_autofree char *file = NULL;
    Bmc *bmc = job->bmc;

    if (!job_returns(job)) {
        return;
    }
    file = g_path_get_basename(job->checked->file);
    if (g_strcmp0(bmc->updates->file, file)) {
        g_clear_error(&err);
        err = g_error_new(BMC_ERROR, BMC_ERROR_STATE,
                          "other firmware was chosen meanwhile");
        ok = false;
    } else if (ok) {
        machine_set_firmware(bmc->machine, job->checked->file);
    } else {
        g_free(bmc->updates->file);
        bmc->updates->file = g_strdup(job->previous);
        update_save(bmc);
    }
    job_end(job, ok ? NULL : err);
}

/* It is used from when the state on disk says so. */
static void stage_code(UpdateJob *job)
{
    BmcUpdates *updates = job->bmc->updates;

    /* It was renamed. */
    g_clear_pointer(&job->path, g_free);
    job->previous = updates->file;
    updates->file = g_path_get_basename(job->checked->file);
    update_save(job->bmc);
    job->busy = true;
    bmc_flush_async(job->bmc, NULL, code_saved, job);
}

static void checked(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    UpdateJob *job = opaque;

    job->checked = update_image_check_finish(res, &err);
    if (!job_returns(job)) {
        return;
    }
    if (!job->checked) {
        job_end(job, err);
        return;
    }
    job->outcome->known = true;
    job->outcome->target = job->checked->target;
    job->outcome->step = BMC_UPDATE_STAGE;
    bmc_task_progress(job->bmc, job->outcome->task, CHECKED);
    if (job->checked->target == BMC_UPDATE_FIRMWARE) {
        stage_code(job);
    } else {
        stage_vars(job);
    }
}

static void check(UpdateJob *job)
{
    const Machine *machine = job->bmc->machine;
    UpdateCheck *what = g_new0(UpdateCheck, 1);

    job->outcome->step = BMC_UPDATE_VERIFY;
    bmc_task_progress(job->bmc, job->outcome->task, TRANSFERRED);
    what->path = g_strdup(job->path);
    what->targets = job->targets;
    for (unsigned i = 0; i < BMC_UPDATE__MAX; i++) {
        g_autoptr(GError) err = NULL;

        if (!bmc_update_possible(job->bmc, i, &err)) {
            what->problem[i] = g_strdup(err->message);
        }
    }
    what->given = g_strdup(machine->firmware_given);
    what->rom = machine->firmware_given_rom;
    what->uefi = machine->info.firmware == MACHINE_FIRMWARE_UEFI;
    what->bios = machine->info.firmware == MACHINE_FIRMWARE_BIOS;
    what->force = job->force;
    what->folder = g_strdup(machine->firmware_dir);
    what->number = ++job->bmc->updates->last;
    job->busy = true;
    update_image_check_async(what, job->stop, checked, job);
}

static void fetched(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(MediaFetched) found = media_fetch_finish(res, &err);
    UpdateJob *job = opaque;

    if (!job_returns(job)) {
        return;
    }
    if (found) {
        check(job);
    } else {
        job_end(job, err);
    }
}

static void fetch_progress(void *opaque, unsigned percent)
{
    UpdateJob *job = opaque;

    if (job->bmc) {
        bmc_task_progress(job->bmc, job->outcome->task,
                          percent * TRANSFERRED / 100);
    }
}

static void fetch(UpdateJob *job)
{
    const BmcUpdates *updates = job->bmc->updates;
    MediaFetchConfig config = {
        .image = job->image,
        .user = job->user,
        .password = job->password,
        .verify = updates->verify,
        .allow = updates->config.allow,
        .host = job->host,
        .path = job->path,
        .max_bytes = BMC_UPDATE_IMAGE_MAX,
        .max_s = updates->config.max_s,
    };

    job->busy = true;
    media_fetch_async(&config, fetch_progress, job->stop, fetched, job);
}

static void stop(void *opaque)
{
    UpdateJob *job = opaque;

    g_cancellable_cancel(job->stop);
}

/* Those whose task is gone say nothing to anybody any more. */
static void prune_outcomes(Bmc *bmc)
{
    GQueue *outcomes = &bmc->updates->outcomes;
    GList *l = outcomes->head;

    while (l) {
        BmcUpdateOutcome *outcome = l->data;
        GList *next = l->next;

        if (!bmc_task_find(bmc, outcome->task)) {
            outcome_free(outcome);
            g_queue_delete_link(outcomes, l);
        }
        l = next;
    }
}

/* What is behind a '?' may be a token. */
static char *shown_image(const char *image)
{
    g_autofree char *head = g_strndup(image, strcspn(image, "?"));

    return log_escape(head, -1, IMAGE_SHOWN);
}

static bool begin_task(UpdateJob *job, const BmcUpdateRequest *request,
                       const BmcOrigin *origin, GError **errp)
{
    BmcTaskConfig config = {
        .name = "Update firmware",
        .origin = origin,
        .method = request->method,
        .target = request->target,
        .body = request->body,
        .cancel = stop,
        .opaque = job,
    };
    g_autofree char *who = bmc_origin_to_string(origin);
    BmcUpdateOutcome *outcome;
    Bmc *bmc = job->bmc;
    unsigned task = bmc_task_new(bmc, &config, errp);

    if (!task) {
        return false;
    }
    prune_outcomes(bmc);
    outcome = g_new0(BmcUpdateOutcome, 1);
    outcome->task = task;
    outcome->image = shown_image(request->image);
    g_queue_push_tail(&bmc->updates->outcomes, outcome);
    job->outcome = outcome;
    job->image = g_strdup(request->image);
    job->user = g_strdup(request->user);
    job->password = g_strdup(request->password);
    job->force = request->force;
    g_message("update: task %u: image %s, by %s", task, outcome->image, who);
    bmc_changed(bmc, BMC_PART_UPDATE);
    return true;
}

/* Of all that is asked for, what can be. */
static unsigned possible_targets(const Bmc *bmc, unsigned targets,
                                 GError **errp)
{
    unsigned possible = 0;
    unsigned i;

    for (i = 0; i < BMC_UPDATE__MAX; i++) {
        if (targets & 1u << i &&
            bmc_update_possible(bmc, i, errp && !*errp ? errp : NULL)) {
            possible |= 1u << i;
        }
    }
    if (possible && errp) {
        g_clear_error(errp);
    }
    return possible;
}

static bool may_change(const Bmc *bmc, const BmcOrigin *origin,
                       GError **errp)
{
    if (!bmc_origin_may_reach_host(bmc, origin)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "the guest has made or changed this account, so it may "
                    "not change firmware");
        return false;
    }
    return true;
}

static bool may_begin(const Bmc *bmc, const BmcOrigin *origin, GError **errp)
{
    if (!may_change(bmc, origin, errp)) {
        return false;
    }
    if (bmc->updates->job) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_BUSY,
                    "another update is under way");
        return false;
    }
    return true;
}

static UpdateJob *job_new(Bmc *bmc, const BmcOrigin *origin, GError **errp)
{
    g_autofree char *name = g_strdup_printf(UPDATE_INCOMING_PREFIX "%08x",
                                            g_random_int());
    UpdateJob *job;

    if (g_mkdir_with_parents(bmc->machine->firmware_dir, 0700)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot make the folder for firmware: %s",
                    g_strerror(errno));
        return NULL;
    }
    job = g_new0(UpdateJob, 1);
    job->bmc = bmc;
    job->path = update_path(bmc, name);
    job->channel = origin->channel;
    job->asker = g_strdup(origin->user);
    job->host = true;
    job->stop = g_cancellable_new();
    bmc->updates->job = job;
    return job;
}

unsigned bmc_update_fetch(Bmc *bmc, const BmcUpdateRequest *request,
                          const BmcOrigin *origin, GError **errp)
{
    g_autoptr(GUri) uri = media_target_parse(request->image, errp);
    unsigned targets;
    UpdateJob *job;

    if (!uri) {
        return 0;
    }
    if (g_str_equal(g_uri_get_scheme(uri), "file")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "images can be read over http and https, not from files");
        return 0;
    }
    targets = possible_targets(bmc, request->targets, errp);
    if (!targets || !may_begin(bmc, origin, errp)) {
        return 0;
    }
    job = job_new(bmc, origin, errp);
    if (!job) {
        return 0;
    }
    job->targets = targets;
    if (!begin_task(job, request, origin, errp)) {
        bmc->updates->job = NULL;
        job_free(job);
        return 0;
    }
    fetch(job);
    return job->outcome->task;
}

/* What others write meanwhile is found out when it is written. */
static bool has_room(const Bmc *bmc, uint64_t size, GError **errp)
{
    struct statvfs fs;

    if (statvfs(bmc->machine->firmware_dir, &fs) == 0 &&
        (uint64_t)fs.f_bavail * fs.f_frsize < size) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there is no room for the image on the disk");
        return false;
    }
    return true;
}

char *bmc_update_push_begin(Bmc *bmc, uint64_t size, const BmcOrigin *origin,
                            GError **errp)
{
    UpdateJob *job;

    if (!possible_targets(bmc, BMC_UPDATE_ALL, errp) ||
        !may_begin(bmc, origin, errp)) {
        return NULL;
    }
    job = job_new(bmc, origin, errp);
    if (job && !has_room(bmc, size, errp)) {
        bmc->updates->job = NULL;
        g_clear_pointer(&job, job_free);
    }
    return job ? g_strdup(job->path) : NULL;
}

unsigned bmc_update_push_end(Bmc *bmc, const BmcUpdateRequest *request,
                             const BmcOrigin *origin, GError **errp)
{
    UpdateJob *job = bmc->updates->job;

    g_return_val_if_fail(job && !job->outcome, 0);
    job->targets = request ? possible_targets(bmc, request->targets, errp) :
                   0;
    if (!job->targets || !begin_task(job, request, origin, errp)) {
        job_end(job, NULL);
        return 0;
    }
    check(job);
    return job->outcome->task;
}

/* Others */

bool bmc_update_possible(const Bmc *bmc, BmcUpdateTarget target,
                         GError **errp)
{
    const Machine *machine = bmc->machine;

    if (!machine->firmware_dir) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "QEMU reads firmware when it is started, and qemu-bmc "
                    "does not start this QEMU (attach mode)");
        return false;
    }
    if (target == BMC_UPDATE_VARIABLES) {
        return update_vars_possible(bmc, errp);
    }
    if (!machine->firmware_given) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "the firmware cannot be replaced on QEMU's command line: "
                    "%s", machine->firmware_problem ?
                    machine->firmware_problem : "nothing there gives it");
        return false;
    }
    return true;
}

const BmcUpdateImage *bmc_update_staged(const Bmc *bmc,
                                        BmcUpdateTarget target)
{
    static const BmcUpdateImage unread;
    const UpdateView *view = &bmc->updates->staged;

    if (target == BMC_UPDATE_VARIABLES) {
        return update_vars_staged(bmc);
    }
    return view->image || !view->path ? view->image : &unread;
}

bool bmc_update_drop(Bmc *bmc, BmcUpdateTarget target,
                     const BmcOrigin *origin, GError **errp)
{
    bool done;

    if (!may_change(bmc, origin, errp)) {
        return false;
    }
    done = target == BMC_UPDATE_FIRMWARE ?
           update_drop_firmware(bmc, origin) : update_vars_drop(bmc, origin);
    if (!done) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE,
                    "it is just being put in force");
    }
    return done;
}

bool bmc_update_restore(Bmc *bmc, const BmcOrigin *origin, GError **errp)
{
    if (!may_change(bmc, origin, errp)) {
        return false;
    }
    if (!update_restore_firmware(bmc, origin)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE,
                    "it is what QEMU's command line names");
        return false;
    }
    return true;
}

const BmcUpdateOutcome *bmc_update_outcome(const Bmc *bmc, unsigned task)
{
    const GList *l;

    for (l = bmc->updates->outcomes.head; l; l = l->next) {
        const BmcUpdateOutcome *outcome = l->data;

        if (outcome->task == task) {
            return outcome;
        }
    }
    return NULL;
}

static void waited_too_long(void *opaque)
{
    Bmc *bmc = opaque;

    g_message("power: going on without the image of an update, which takes "
              "more than %u s", bmc->updates->config.wait_s);
    complete_waiters(bmc->updates, bmc->clock);
}

bool bmc_update_quiesce_async(Bmc *bmc, GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    BmcUpdates *updates = bmc->updates;

    if (!updates->job || !updates->job->outcome || !updates->config.wait_s) {
        return false;
    }
    g_ptr_array_add(updates->waiters,
                    g_task_new(NULL, cancellable, callback, opaque));
    clock_timer_start(bmc->clock, &updates->wait_timer,
                      updates->config.wait_s * INT64_C(1000),
                      waited_too_long, bmc);
    return true;
}

void update_jobs_free(Bmc *bmc)
{
    BmcUpdates *updates = bmc->updates;
    UpdateJob *job = updates->job;

    clock_timer_stop(&updates->wait_timer);
    for (guint i = 0; i < updates->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(updates->waiters->pdata[i]));
    }
    g_ptr_array_unref(updates->waiters);
    g_queue_clear_full(&updates->outcomes, outcome_free);
    if (job && job->busy) {
        job->bmc = NULL;
        g_cancellable_cancel(job->stop);
    } else if (job) {
        job_free(job);
    }
}
