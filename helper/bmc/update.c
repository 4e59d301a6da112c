/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's firmware: what it is, what it will be. */
#include "osdep.h"

#include "bmc/update.h"

#include <glib/gstdio.h>

#include "bmc/bmc-priv.h"
#include "bmc/os-info.h"
#include "bmc/persist-read.h"
#include "bmc/update-priv.h"
#include "bmc/users.h"
#include "util/error.h"

#define SECTION "update"

char *update_path(const Bmc *bmc, const char *name)
{
    return g_build_filename(bmc->machine->firmware_dir, name, NULL);
}

void update_save(Bmc *bmc)
{
    const BmcUpdates *updates = bmc->updates;
    JsonObject *section = json_object_new();

    json_object_set_boolean_member(section, "verify", updates->verify);
    json_object_set_int_member(section, "last", updates->last);
    if (updates->file) {
        json_object_set_string_member(section, "file", updates->file);
        json_object_set_string_member(section, "instead",
                                      bmc->machine->firmware_given);
    }
    persist_set(bmc->persist, SECTION, section);
}

/* What was kept for another command line is not for this one. */
static void load_file(Bmc *bmc, PersistReader *r)
{
    const char *given = bmc->machine->firmware_given;
    g_autofree char *path = NULL;
    const char *file;
    const char *instead;

    if (!persist_read_string(r, "file", &file) || !given) {
        return;
    }
    if (!g_str_has_prefix(file, UPDATE_CODE_PREFIX) || strchr(file, '/') ||
        !persist_read_string(r, "instead", &instead)) {
        persist_read_damaged(r, "file");
        return;
    }
    path = update_path(bmc, file);
    if (!g_str_equal(instead, given)) {
        g_message("update: the command line has other firmware than it had: "
                  "%s is not used any more", path);
    } else if (!g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
        g_warning("update: %s is not there any more: the firmware of the "
                  "command line is used", path);
    } else {
        bmc->updates->file = g_strdup(file);
        machine_set_firmware(bmc->machine, path);
    }
}

static void load(Bmc *bmc)
{
    BmcUpdates *updates = bmc->updates;
    int64_t last = 0;
    PersistReader r;

    persist_read(&r, bmc->persist, SECTION);
    persist_read_bool(&r, "verify", &updates->verify);
    persist_read_int(&r, "last", 0, UINT_MAX, &last);
    updates->last = last;
    load_file(bmc, &r);
}

static bool is_path_of(const char *path, const char *name)
{
    g_autofree char *base = path ? g_path_get_basename(path) : NULL;

    return g_strcmp0(base, name) == 0;
}

/*
 * Removes what an earlier process has left of uploads, and firmware that
 * neither is used nor will be; which that is must be known.
 */
static void clean(Bmc *bmc, bool code)
{
    const BmcUpdates *updates = bmc->updates;
    const char *folder = bmc->machine->firmware_dir;
    g_autoptr(GDir) dir = folder ? g_dir_open(folder, 0, NULL) : NULL;
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = update_path(bmc, name);

        if (g_str_has_prefix(name, UPDATE_CODE_PREFIX) ?
            code && g_strcmp0(name, updates->file) &&
            !is_path_of(bmc->machine->info.firmware_file, name) :
            g_str_has_prefix(name, UPDATE_INCOMING_PREFIX) && !code) {
            g_unlink(path);
        }
    }
}

/* The views */

static void view_clear(UpdateView *view)
{
    if (view->reading) {
        g_cancellable_cancel(view->reading);
        g_clear_object(&view->reading);
    }
    g_clear_pointer(&view->path, g_free);
    g_clear_pointer(&view->image, update_image_free);
    view->pid = 0;
}

static void view_read(Bmc *bmc, UpdateView *view, GAsyncResult *res)
{
    g_autoptr(GError) err = NULL;
    BmcUpdateImage *image = update_image_read_finish(res, &err);

    if (bmc_error_is_cancelled(err)) {
        return;
    }
    g_clear_object(&view->reading);
    if (err) {
        g_info("update: %s", err->message);
    }
    view->image = image;
    bmc_changed(bmc, BMC_PART_UPDATE);
}

static void current_read(GObject *source, GAsyncResult *res, void *opaque)
{
    Bmc *bmc = opaque;

    if (!g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(res)))) {
        view_read(bmc, &bmc->updates->current, res);
    }
}

static void staged_read(GObject *source, GAsyncResult *res, void *opaque)
{
    Bmc *bmc = opaque;

    if (!g_cancellable_is_cancelled(g_task_get_cancellable(G_TASK(res)))) {
        view_read(bmc, &bmc->updates->staged, res);
    }
}

/* A process sees its own files, and has read them when it was started. */
static void view_set(Bmc *bmc, UpdateView *view, const char *path, int pid,
                     GAsyncReadyCallback callback)
{
    UpdateFile *file;

    if (g_strcmp0(view->path, path) == 0 && view->pid == pid) {
        return;
    }
    view_clear(view);
    if (path) {
        view->path = g_strdup(path);
        view->pid = pid;
        view->reading = g_cancellable_new();
        file = g_new0(UpdateFile, 1);
        file->path = g_strdup(path);
        if (pid) {
            file->root = g_strdup_printf("/proc/%d/root", pid);
            file->since = bmc->machine->info.started;
        }
        update_image_read_async(file, view->reading, callback, bmc);
    }
    bmc_changed(bmc, BMC_PART_UPDATE);
}

static void note_firmware(Bmc *bmc)
{
    static const uint8_t none[BMC_OS_INFO_HEAD] = { 0 };
    BmcUpdates *updates = bmc->updates;
    const char *now = bmc->machine->info.firmware_file;

    if (!now || g_strcmp0(updates->running, now) == 0) {
        return;
    }
    if (updates->running) {
        g_message("update: the machine has other firmware: %s", now);
        /* What software has told of the version was about another one. */
        bmc_os_info_set_block(bmc, BMC_OS_FIRMWARE, 0, none, sizeof(none));
    }
    g_free(updates->running);
    updates->running = g_strdup(now);
}

void update_follow(Bmc *bmc)
{
    const Machine *machine = bmc->machine;
    BmcUpdates *updates = bmc->updates;
    const char *next = machine->firmware_wanted ? machine->firmware_wanted :
                       machine->firmware_given;
    const char *now = machine->info.firmware_file;
    bool there = machine->connected && machine->info.pid;

    if (there) {
        note_firmware(bmc);
        view_set(bmc, &updates->current, now, machine->info.pid,
                 current_read);
    } else if (!updates->current.path && machine->firmware_dir) {
        view_set(bmc, &updates->current, now ? now : next, 0, current_read);
    }
    view_set(bmc, &updates->staged,
             machine_firmware_pending(machine) ? next : NULL, 0,
             staged_read);
    if (there && now && !updates->job) {
        clean(bmc, true);
    }
}

void bmc_update_machine_event(Bmc *bmc, const MachineEvent *event)
{
    if (event->type == MACHINE_EVENT_INFO ||
        event->type == MACHINE_EVENT_STATE) {
        update_follow(bmc);
    }
}

void bmc_updates_new(Bmc *bmc, const BmcUpdateConfig *config)
{
    BmcUpdates *updates = g_new0(BmcUpdates, 1);

    bmc->updates = updates;
    g_queue_init(&updates->outcomes);
    updates->waiters = g_ptr_array_new_with_free_func(g_object_unref);
    if (config) {
        updates->config = *config;
        updates->config.allow = (const char *const *)
                                g_strdupv((char **)config->allow);
    }
    load(bmc);
    clean(bmc, false);
    update_follow(bmc);
}

void bmc_updates_free(Bmc *bmc)
{
    BmcUpdates *updates = bmc->updates;

    if (!updates) {
        return;
    }
    update_jobs_free(bmc);
    view_clear(&updates->current);
    view_clear(&updates->staged);
    g_strfreev((char **)updates->config.allow);
    g_free(updates->file);
    g_free(updates->running);
    g_clear_pointer(&bmc->updates, g_free);
}

bool bmc_update_exists(const Bmc *bmc, BmcUpdateTarget target)
{
    const Machine *machine = bmc->machine;

    if (target == BMC_UPDATE_VARIABLES) {
        return machine->info.flash[MACHINE_FLASH_VARS];
    }
    return bmc->updates->current.path ||
           machine->info.firmware != MACHINE_FIRMWARE_UNKNOWN;
}

const BmcUpdateImage *bmc_update_current(const Bmc *bmc,
                                         BmcUpdateTarget target)
{
    return target == BMC_UPDATE_FIRMWARE ? bmc->updates->current.image : NULL;
}

static void set_file(Bmc *bmc, const char *file)
{
    g_autofree char *path = file ? update_path(bmc, file) : NULL;

    g_free(bmc->updates->file);
    bmc->updates->file = g_strdup(file);
    update_save(bmc);
    machine_set_firmware(bmc->machine, path);
    update_follow(bmc);
    bmc_changed(bmc, BMC_PART_UPDATE);
}

bool update_drop_firmware(Bmc *bmc, const BmcOrigin *origin)
{
    const Machine *machine = bmc->machine;
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *folder = NULL;
    g_autofree char *file = NULL;

    if (!machine_firmware_pending(machine)) {
        return false;
    }
    g_message("update: staged firmware is dropped by %s", who);
    folder = g_path_get_dirname(machine->info.firmware_file);
    if (g_str_equal(folder, machine->firmware_dir)) {
        file = g_path_get_basename(machine->info.firmware_file);
    }
    set_file(bmc, file);
    return true;
}

bool bmc_update_replaced(const Bmc *bmc)
{
    return bmc->updates->file || machine_firmware_pending(bmc->machine);
}

bool update_restore_firmware(Bmc *bmc, const BmcOrigin *origin)
{
    g_autofree char *who = NULL;

    if (!bmc->updates->file) {
        return false;
    }
    who = bmc_origin_to_string(origin);
    g_message("update: the firmware of the command line is wanted again by "
              "%s", who);
    set_file(bmc, NULL);
    return true;
}

bool bmc_update_verify(const Bmc *bmc)
{
    return bmc->updates->verify;
}

void bmc_update_set_verify(Bmc *bmc, bool verify, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    g_message("update: certificates of servers are %schecked, set by %s",
              verify ? "" : "not ", who);
    bmc->updates->verify = verify;
    update_save(bmc);
    bmc_changed(bmc, BMC_PART_UPDATE);
}

void bmc_updates_reset(Bmc *bmc, const BmcOrigin *origin)
{
    bmc_update_set_verify(bmc, false, origin);
    if (bmc_origin_may_reach_host(bmc, origin)) {
        update_drop_firmware(bmc, origin);
    }
}
