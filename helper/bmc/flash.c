/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes of firmware files: the list of those that wait. One that is added
 * is looked at in a thread first, one after the other; all are made in
 * another, while power control waits with no QEMU running.
 */
#include "osdep.h"

#include "bmc/flash.h"

#include <glib/gstdio.h>

#include "bmc/flash-priv.h"
#include "bmc/users.h"
#include "util/error.h"

static const char *const chip_names[MACHINE_FLASH__MAX] = {
    [MACHINE_FLASH_CODE] = "firmware",
    [MACHINE_FLASH_VARS] = "firmware variables",
};

BmcFlashChange *flash_change_copy(const BmcFlashChange *change)
{
    BmcFlashChange *copy = g_memdup2(change, sizeof(*change));

    copy->file = g_strdup(change->file);
    copy->who = g_strdup(change->who);
    copy->problem = g_strdup(change->problem);
    copy->staged = g_strdup(change->staged);
    copy->digest = g_strdup(change->digest);
    copy->version = g_strdup(change->version);
    copy->edit = change->edit ? efi_edit_copy(change->edit) : NULL;
    return copy;
}

void flash_change_free(BmcFlashChange *change)
{
    if (change) {
        g_free(change->file);
        g_free(change->who);
        g_free(change->problem);
        g_free(change->staged);
        g_free(change->digest);
        g_free(change->version);
        efi_edit_free(change->edit);
        g_free(change);
    }
}

static char *describe_dbs(unsigned dbs)
{
    GString *text = g_string_new(NULL);

    for (int db = 0; db < EFI_DB__MAX; db++) {
        if (dbs & 1u << db) {
            g_string_append_printf(text, "%s%s", text->len ? ", " : "",
                                   efi_db_names[db]);
        }
    }
    return g_string_free(text, FALSE);
}

char *flash_change_describe(const BmcFlashChange *change)
{
    static const char *const what[EFI_EDIT__MAX] = {
        [EFI_EDIT_CLEAR] = "deletes all of",
        [EFI_EDIT_DEFAULT] = "takes the defaults for",
        [EFI_EDIT_ADD] = "adds a signature to",
        [EFI_EDIT_REMOVE] = "deletes a signature from",
    };
    const EfiEdit *edit = change->edit;
    g_autofree char *dbs = NULL;

    if (change->kind == BMC_FLASH_IMAGE) {
        return g_strdup_printf("new %s%s%s", chip_names[change->chip],
                               change->version ? " " : "",
                               change->version ? change->version : "");
    }
    if (edit->kind == EFI_EDIT_ENABLE) {
        return g_strdup(edit->enable ? "Secure Boot is enabled" :
                                       "Secure Boot is disabled");
    }
    dbs = describe_dbs(edit->dbs);
    return g_strdup_printf("Secure Boot %s %s", what[edit->kind], dbs);
}

static size_t data_of(const BmcFlashChange *change)
{
    return change->edit && change->edit->sig ?
           g_bytes_get_size(change->edit->sig->data) : 0;
}

static void changed(Bmc *bmc)
{
    bmc->machine->renew = bmc->flash->changes->len;
    flash_save(bmc);
    bmc_changed(bmc, BMC_PART_FLASH);
}

static void obsolete_saved(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GPtrArray) obsolete = opaque;

    bool ok = persist_flush_finish(res, NULL);

    for (guint i = 0; ok && i < obsolete->len; i++) {
        g_unlink(obsolete->pdata[i]);
    }
}

void flash_save(Bmc *bmc)
{
    BmcFlash *flash = bmc->flash;

    flash_store_save(bmc);
    if (flash->obsolete->len) {
        persist_flush_async(bmc->persist, 0, NULL, obsolete_saved,
                            flash->obsolete);
        flash->obsolete = g_ptr_array_new_with_free_func(g_free);
    }
}

void flash_end(Bmc *bmc, guint at, const GError *err)
{
    g_autoptr(BmcFlashChange) change =
        g_ptr_array_steal_index(bmc->flash->changes, at);
    BmcFlashNotice notice = { .change = change, .error = err };

    if (change->staged) {
        g_ptr_array_add(bmc->flash->obsolete, g_strdup(change->staged));
    }
    notifier_list_notify(&bmc->flash->notifiers, &notice);
}

guint flash_position(const BmcFlash *flash, unsigned id)
{
    guint i;

    for (i = 0; i < flash->changes->len; i++) {
        if (((BmcFlashChange *)flash->changes->pdata[i])->id == id) {
            break;
        }
    }
    return i;
}

static void drop_at(Bmc *bmc, guint at, const char *why)
{
    g_autoptr(GError) err = g_error_new_literal(G_IO_ERROR,
                                                G_IO_ERROR_CANCELLED, why);

    flash_end(bmc, at, err);
}

/* Adding */

/* The request being answered, and its change. */
static void refuse(GTask *request, GError *err)
{
    BmcFlashChange *change = g_task_get_task_data(request);

    if (change->staged) {
        g_unlink(change->staged);
    }
    g_task_return_error(request, err);
    g_object_unref(request);
}

/*
 * Saving: a request whose change is being written down.
 */
typedef struct Saving {
    Bmc *bmc;
    GTask *request;
} Saving;

/* Whoever is told that it has failed does not expect it to be made. */
static void not_saved(Bmc *bmc, GTask *request)
{
    const BmcFlashChange *change = g_task_get_task_data(request);
    guint at = flash_position(bmc->flash, change->id);

    if (!bmc->flash->applying && at < bmc->flash->changes->len) {
        drop_at(bmc, at, "it could not be kept");
        bmc->flash->stale = true;
        changed(bmc);
    }
}

static void saved(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autofree Saving *saving = opaque;
    g_autoptr(GTask) request = saving->request;
    g_autoptr(GError) err = NULL;

    if (persist_flush_finish(res, &err)) {
        BmcFlashChange *change = g_task_get_task_data(request);

        g_task_return_int(request, change->id);
        return;
    }
    if (!bmc_error_is_cancelled(err)) {
        not_saved(saving->bmc, request);
    }
    g_task_return_error(request, g_steal_pointer(&err));
}

static void save(Bmc *bmc, GTask *request)
{
    Saving *saving = g_new0(Saving, 1);

    saving->bmc = bmc;
    saving->request = request;
    persist_flush_async(bmc->persist, 0, bmc->flash->cancellable, saved,
                        saving);
}

static void add(Bmc *bmc, BmcFlashChange *change)
{
    g_autofree char *what = flash_change_describe(change);
    BmcFlash *flash = bmc->flash;

    for (guint i = 0; change->kind == BMC_FLASH_IMAGE &&
         i < flash->changes->len;) {
        if (((BmcFlashChange *)flash->changes->pdata[i])->chip ==
            change->chip) {
            drop_at(bmc, i, "another image has taken its place");
        } else {
            i++;
        }
    }
    change->id = flash->next_id++;
    g_ptr_array_add(flash->changes, change);
    g_message("flash: %s, with the next start or restart by this BMC, asked "
              "for by %s", what, change->who);
    changed(bmc);
}

/* Returns the number of the change that waits then; 0 if none has to. */
static unsigned accept(Bmc *bmc, const FlashJob *job)
{
    BmcFlash *flash = bmc->flash;
    guint at = job->replaces ? flash_position(flash, job->replaces) :
               flash->changes->len;
    BmcFlashChange *change;

    if (at < flash->changes->len) {
        drop_at(bmc, at, "a later one has taken its place");
        changed(bmc);
    }
    if (job->needless) {
        return 0;
    }
    change = flash_change_copy(job->changes->pdata[job->changes->len - 1]);
    add(bmc, change);
    return change->id;
}

static void looked_at(GObject *source, GAsyncResult *res, void *opaque)
{
    FlashJob *job = g_task_get_task_data(G_TASK(res));
    g_autoptr(GError) err = NULL;
    bool ok = g_task_propagate_boolean(G_TASK(res), &err);
    Bmc *bmc = opaque;
    GTask *request;

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    bmc->flash->looking = false;
    if (bmc->flash->stale) {
        /* Its file may be another one, too. */
        flash_next_request(bmc);
        return;
    }
    request = g_queue_pop_head(&bmc->flash->requests);
    if (ok) {
        BmcFlashChange *change = g_task_get_task_data(request);

        change->id = accept(bmc, job);
        save(bmc, request);
    } else {
        g_message("flash: refused: %s", err->message);
        refuse(request, g_steal_pointer(&err));
    }
    flash_next_request(bmc);
}

static void look_thread(GTask *task, void *source, void *data,
                        GCancellable *cancellable)
{
    GError *err = NULL;

    if (flash_job_check(data, &err)) {
        g_task_return_boolean(task, true);
    } else {
        g_task_return_error(task, err);
    }
}

static bool has_room(const BmcFlash *flash, const BmcFlashChange *change)
{
    size_t sum = data_of(change);

    for (guint i = 0; i < flash->changes->len; i++) {
        sum += data_of(flash->changes->pdata[i]);
    }
    return flash->changes->len < BMC_FLASH_MAX && sum <= BMC_FLASH_DATA_MAX;
}

/* A process could say anything about its command line: ours is what counts. */
static const char *file_of(const Machine *machine, MachineFlash chip)
{
    return machine->owns_process ? machine->flash_given[chip] :
           machine->info.flash[chip];
}

/* Nothing describes an update: it takes the place of what is described. */
FlashJob *flash_job_for(const Bmc *bmc, MachineFlash chip)
{
    const Machine *machine = bmc->machine;
    const char *code = machine->firmware_given &&
                       !machine->firmware_given_rom ?
                       machine->firmware_given :
                       machine->info.flash[MACHINE_FLASH_CODE];

    return flash_job_new(file_of(machine, chip), code);
}

/* Those that cannot be are answered on the way. */
static GTask *first_good_request(Bmc *bmc)
{
    BmcFlash *flash = bmc->flash;
    GTask *request;

    while ((request = g_queue_peek_head(&flash->requests))) {
        BmcFlashChange *change = g_task_get_task_data(request);
        GError *err = NULL;

        if (bmc_flash_can_change(bmc, change->chip, &err) &&
            has_room(flash, change)) {
            break;
        }
        g_queue_pop_head(&flash->requests);
        refuse(request, err ? err :
               g_error_new_literal(BMC_ERROR, BMC_ERROR_BUSY, "too many "
                                   "changes wait for the next start"));
    }
    return request;
}

static bool is_enable(const BmcFlashChange *change)
{
    return change->kind == BMC_FLASH_KEYS &&
           change->edit->kind == EFI_EDIT_ENABLE;
}

/* What waits on top of which an edit is made; an image needs nothing. */
static void add_earlier(const BmcFlash *flash, FlashJob *job,
                        const BmcFlashChange *change)
{
    const BmcFlashChange *last = NULL;

    for (guint i = 0; change->kind == BMC_FLASH_KEYS &&
         i < flash->changes->len; i++) {
        const BmcFlashChange *before = flash->changes->pdata[i];

        if (before->chip == change->chip) {
            g_ptr_array_add(job->changes, flash_change_copy(before));
            last = before;
        }
    }
    if (last && is_enable(last) && is_enable(change)) {
        job->replaces = last->id;
        g_ptr_array_set_size(job->changes, job->changes->len - 1);
    }
}

/* What is looked at stays first in the queue until it has been. */
void flash_next_request(Bmc *bmc)
{
    BmcFlash *flash = bmc->flash;
    g_autoptr(GTask) task = NULL;
    BmcFlashChange *change;
    GTask *request;
    FlashJob *job;

    request = flash->looking || flash->applying ? NULL :
              first_good_request(bmc);
    if (!request) {
        return;
    }
    flash->looking = true;
    flash->stale = false;
    change = g_task_get_task_data(request);
    job = flash_job_for(bmc, change->chip);
    g_free(change->file);
    change->file = g_strdup(job->file);
    add_earlier(flash, job, change);
    g_ptr_array_add(job->changes, flash_change_copy(change));
    task = g_task_new(NULL, flash->cancellable, looked_at, bmc);
    g_task_set_task_data(task, job, (GDestroyNotify)flash_job_free);
    g_task_run_in_thread(task, look_thread);
}

static void request_new(Bmc *bmc, BmcFlashChange *change,
                        const BmcOrigin *origin, GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque)
{
    GTask *request = g_task_new(NULL, cancellable, callback, opaque);

    change->who = bmc_origin_to_string(origin);
    change->when = g_get_real_time();
    g_task_set_task_data(request, change, (GDestroyNotify)flash_change_free);
    if (!bmc_origin_may_reach_host(bmc, origin)) {
        refuse(request, g_error_new_literal(BMC_ERROR, BMC_ERROR_AUTH,
                                            "an account that the guest has "
                                            "made or changed cannot change "
                                            "firmware files"));
        return;
    }
    if (bmc->flash->requests.length >= BMC_FLASH_MAX) {
        refuse(request, g_error_new_literal(BMC_ERROR, BMC_ERROR_BUSY,
                                            "too many requests are waiting"));
        return;
    }
    g_queue_push_tail(&bmc->flash->requests, request);
    flash_next_request(bmc);
}

bool bmc_flash_can_change(const Bmc *bmc, MachineFlash chip, GError **errp)
{
    if (!bmc->machine->owns_process) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "QEMU reads the %s only when it starts, and starting it "
                    "is not up to this BMC", chip_names[chip]);
        return false;
    }
    if (!file_of(bmc->machine, chip) && bmc->machine->flash_problem[chip]) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "the flash chip for the machine's %s has no file that "
                    "can be changed: %s", chip_names[chip],
                    bmc->machine->flash_problem[chip]);
        return false;
    }
    if (!file_of(bmc->machine, chip)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "the machine has no flash chip for its %s that is known "
                    "here", chip_names[chip]);
        return false;
    }
    return true;
}

void bmc_flash_replace_async(Bmc *bmc, MachineFlash chip, const char *staged,
                             const char *version, const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    BmcFlashChange *change = g_new0(BmcFlashChange, 1);

    change->kind = BMC_FLASH_IMAGE;
    change->chip = chip;
    change->staged = g_strdup(staged);
    if (version) {
        g_autofree char *cut = g_strndup(version, BMC_FLASH_VERSION_MAX);

        change->version = g_utf8_make_valid(cut, -1);
    }
    request_new(bmc, change, origin, cancellable, callback, opaque);
}

unsigned bmc_flash_replace_finish(GAsyncResult *res, GError **errp)
{
    gssize id = g_task_propagate_int(G_TASK(res), errp);

    return MAX(id, 0);
}

void bmc_flash_edit_async(Bmc *bmc, const EfiEdit *edit,
                          const BmcOrigin *origin, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    BmcFlashChange *change = g_new0(BmcFlashChange, 1);

    change->kind = BMC_FLASH_KEYS;
    change->chip = MACHINE_FLASH_VARS;
    change->edit = efi_edit_copy(edit);
    request_new(bmc, change, origin, cancellable, callback, opaque);
}

bool bmc_flash_edit_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_int(G_TASK(res), errp) >= 0;
}

const BmcFlashChange *bmc_flash_nth(const Bmc *bmc, unsigned n)
{
    const GPtrArray *changes = bmc->flash->changes;

    return n < changes->len ? changes->pdata[n] : NULL;
}

const BmcFlashChange *bmc_flash_find(const Bmc *bmc, unsigned id)
{
    return bmc_flash_nth(bmc, flash_position(bmc->flash, id));
}

bool bmc_flash_drop(Bmc *bmc, unsigned id, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    guint at = flash_position(bmc->flash, id);

    if (bmc->flash->applying || at == bmc->flash->changes->len) {
        return false;
    }
    g_message("flash: a change that waited was dropped by %s", who);
    drop_at(bmc, at, "it was dropped");
    bmc->flash->stale = true;
    changed(bmc);
    return true;
}

void bmc_flash_reset(Bmc *bmc, const BmcOrigin *origin)
{
    const BmcFlashChange *change;

    while (bmc_origin_may_reach_host(bmc, origin) &&
           (change = bmc_flash_nth(bmc, 0)) &&
           bmc_flash_drop(bmc, change->id, origin)) {
        /* The next one */
    }
}

NotifierList *bmc_flash_notifiers(Bmc *bmc)
{
    return &bmc->flash->notifiers;
}

void bmc_flash_new(Bmc *bmc)
{
    BmcFlash *flash = g_new0(BmcFlash, 1);

    bmc->flash = flash;
    flash->changes = g_ptr_array_new_with_free_func(
        (GDestroyNotify)flash_change_free);
    flash->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    flash->obsolete = g_ptr_array_new_with_free_func(g_free);
    flash->next_id = 1;
    flash->cancellable = g_cancellable_new();
    g_queue_init(&flash->requests);
    flash_store_load(bmc);
    bmc->machine->renew = flash->changes->len;
}

void bmc_flash_free(Bmc *bmc)
{
    BmcFlash *flash = bmc->flash;
    GTask *task;

    if (!flash) {
        return;
    }
    g_cancellable_cancel(flash->cancellable);
    while ((task = g_queue_pop_head(&flash->requests))) {
        bmc_task_cancelled(task);
    }
    for (guint i = 0; i < flash->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(flash->waiters->pdata[i]));
    }
    while (flash->notifiers.first) {
        notifier_remove(flash->notifiers.first);
    }
    g_ptr_array_unref(flash->waiters);
    g_ptr_array_unref(flash->obsolete);
    g_ptr_array_unref(flash->changes);
    g_object_unref(flash->cancellable);
    g_clear_pointer(&bmc->flash, g_free);
}
