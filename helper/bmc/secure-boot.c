/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UEFI Secure Boot of the machine. */
#include "osdep.h"

#include "bmc/secure-boot.h"

#include "bmc/bmc-priv.h"
#include "bmc/secure-boot-read.h"
#include "util/error.h"

/*
 * BmcSecureBoot: what was read last.
 *
 * @state: it; NULL when there is nothing or it cannot be read
 * @problem: (nullable): why, as it was logged
 * @cancellable: fires when the hub goes
 * @reading: a thread reads
 * @again: what it reads is too old
 * @waiters: tasks that end when all was read
 * @late: tasks that have come while a thread reads, and want a later reading
 * @booted: the machine has begun to boot, and it is not known yet with what
 * @current_known: it is; @current holds
 * @current: Secure Boot was in force when the machine booted
 * @off: the machine was off when it was looked at last
 */
struct BmcSecureBoot {
    SecureBootState *state;
    char *problem;
    GCancellable *cancellable;
    bool reading;
    bool again;
    GPtrArray *waiters;
    GPtrArray *late;
    bool booted;
    bool current_known;
    bool current;
    bool off;
};

static SecureBootFiles *where_to_look(const Bmc *bmc)
{
    const Machine *machine = bmc->machine;
    char *const *flash = machine->info.flash;
    const BmcFlashChange *change;
    SecureBootFiles *files;

    if (!flash[MACHINE_FLASH_CODE] || !flash[MACHINE_FLASH_VARS]) {
        return NULL;
    }
    files = g_new0(SecureBootFiles, 1);
    files->pid = machine->owns_process ? 0 : machine->info.pid;
    files->pending = flash_job_for(bmc, MACHINE_FLASH_VARS);
    files->code = g_strdup(files->pending->code);
    files->vars = g_strdup(files->pending->file);
    if (!files->vars) {
        secure_boot_files_free(files);
        return NULL;
    }
    for (unsigned i = 0; (change = bmc_flash_nth(bmc, i)); i++) {
        if (machine->owns_process &&
            change->chip == MACHINE_FLASH_VARS) {
            g_ptr_array_add(files->pending->changes,
                            flash_change_copy(change));
        }
    }
    return files;
}

static void complete_waiters(BmcSecureBoot *sb)
{
    g_autoptr(GPtrArray) done = sb->waiters;

    sb->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    for (guint i = 0; i < done->len; i++) {
        g_task_return_boolean(done->pdata[i], true);
    }
}

static void found(Bmc *bmc, SecureBootState *state, const GError *err)
{
    BmcSecureBoot *sb = bmc->secure_boot;
    const char *old = sb->state ? sb->state->digest : NULL;
    bool changed = g_strcmp0(old, state ? state->digest : NULL) ||
                   sb->booted;

    if (err && g_strcmp0(err->message, sb->problem)) {
        g_info("secure boot: %s", err->message);
    }
    g_free(sb->problem);
    sb->problem = err ? g_strdup(err->message) : NULL;
    secure_boot_state_free(sb->state);
    sb->state = state;
    if (sb->booted) {
        sb->booted = false;
        sb->current_known = state;
        sb->current = state && state->in_force;
    }
    if (changed) {
        bmc_changed(bmc, BMC_PART_SECURE_BOOT);
    }
}

static void start_reading(Bmc *bmc);

static void read_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    SecureBootState *state = g_task_propagate_pointer(G_TASK(res), &err);
    BmcSecureBoot *sb;
    Bmc *bmc = opaque;

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    sb = bmc->secure_boot;
    sb->reading = false;
    if (sb->again) {
        secure_boot_state_free(state);
        start_reading(bmc);
        return;
    }
    found(bmc, state, err);
    complete_waiters(sb);
    if (sb->late->len && !sb->reading) {
        start_reading(bmc);
    }
}

static void read_thread(GTask *task, void *source, void *data,
                        GCancellable *cancellable)
{
    g_autoptr(GError) err = NULL;
    SecureBootState *state = secure_boot_read(data, &err);

    if (state) {
        g_task_return_pointer(task, state,
                              (GDestroyNotify)secure_boot_state_free);
    } else {
        g_task_return_error(task, g_steal_pointer(&err));
    }
}

static void start_reading(Bmc *bmc)
{
    BmcSecureBoot *sb = bmc->secure_boot;
    SecureBootFiles *files = where_to_look(bmc);
    g_autoptr(GTask) task = NULL;

    sb->again = false;
    g_ptr_array_extend_and_steal(sb->waiters, sb->late);
    sb->late = g_ptr_array_new_with_free_func(g_object_unref);
    if (!files) {
        found(bmc, NULL, NULL);
        complete_waiters(sb);
        return;
    }
    sb->reading = true;
    task = g_task_new(NULL, sb->cancellable, read_done, bmc);
    g_task_set_task_data(task, files,
                         (GDestroyNotify)secure_boot_files_free);
    g_task_run_in_thread(task, read_thread);
}

static void read_anew(Bmc *bmc)
{
    if (bmc->secure_boot->reading) {
        bmc->secure_boot->again = true;
    } else {
        start_reading(bmc);
    }
}

void bmc_secure_boot_new(Bmc *bmc)
{
    BmcSecureBoot *sb = g_new0(BmcSecureBoot, 1);

    bmc->secure_boot = sb;
    sb->cancellable = g_cancellable_new();
    sb->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    sb->late = g_ptr_array_new_with_free_func(g_object_unref);
    sb->off = machine_state_is_off(bmc->machine->state);
    read_anew(bmc);
}

void bmc_secure_boot_free(Bmc *bmc)
{
    BmcSecureBoot *sb = bmc->secure_boot;

    if (!sb) {
        return;
    }
    g_cancellable_cancel(sb->cancellable);
    for (guint i = 0; i < sb->waiters->len; i++) {
        bmc_task_cancelled(g_object_ref(sb->waiters->pdata[i]));
    }
    for (guint i = 0; i < sb->late->len; i++) {
        bmc_task_cancelled(g_object_ref(sb->late->pdata[i]));
    }
    g_ptr_array_unref(sb->late);
    g_ptr_array_unref(sb->waiters);
    g_object_unref(sb->cancellable);
    secure_boot_state_free(sb->state);
    g_free(sb->problem);
    g_clear_pointer(&bmc->secure_boot, g_free);
}

void bmc_secure_boot_machine_event(Bmc *bmc, const MachineEvent *event)
{
    BmcSecureBoot *sb = bmc->secure_boot;
    bool off = machine_state_is_off(bmc->machine->state);
    bool begins = event->type == MACHINE_EVENT_RESET && !off;
    bool was_known = sb->current_known;

    if (event->type == MACHINE_EVENT_STATE &&
        bmc->machine->state != MACHINE_STATE_UNKNOWN) {
        begins = sb->off && !off;
        sb->off = off;
        sb->current_known &= !off;
        sb->booted &= !off;
    } else if (event->type == MACHINE_EVENT_STATE) {
        /* What it does meanwhile is not seen. */
        sb->current_known = false;
        sb->off = false;
    }
    if (begins) {
        sb->current_known = false;
        sb->booted = true;
    }
    if (was_known && !sb->current_known) {
        bmc_changed(bmc, BMC_PART_SECURE_BOOT);
    }
    if (begins || event->type == MACHINE_EVENT_INFO ||
        event->type == MACHINE_EVENT_STATE) {
        read_anew(bmc);
    }
}

bool bmc_secure_boot_exists(const Bmc *bmc)
{
    return bmc->secure_boot->state;
}

bool bmc_secure_boot_enabled(const Bmc *bmc)
{
    return bmc->secure_boot->state && bmc->secure_boot->state->enabled;
}

bool bmc_secure_boot_has_pk(const Bmc *bmc)
{
    return bmc->secure_boot->state && bmc->secure_boot->state->has_pk;
}

bool bmc_secure_boot_has_defaults(const Bmc *bmc)
{
    return bmc->secure_boot->state && bmc->secure_boot->state->has_defaults;
}

bool bmc_secure_boot_current(const Bmc *bmc, bool *in_force)
{
    *in_force = bmc->secure_boot->current;
    return bmc->secure_boot->current_known;
}

const BmcSignature *bmc_secure_boot_nth(const Bmc *bmc, EfiDb db,
                                        bool certificate, unsigned n)
{
    const SecureBootState *state = bmc->secure_boot->state;

    for (guint i = 0; state && i < state->sigs[db]->len; i++) {
        const BmcSignature *sig = state->sigs[db]->pdata[i];

        if (sig->certificate == certificate && n-- == 0) {
            return sig;
        }
    }
    return NULL;
}

void bmc_secure_boot_refresh_async(Bmc *bmc, GAsyncReadyCallback callback,
                                   void *opaque)
{
    BmcSecureBoot *sb = bmc->secure_boot;

    g_ptr_array_add(sb->late, g_task_new(NULL, NULL, callback, opaque));
    if (!sb->reading) {
        start_reading(bmc);
    }
}
