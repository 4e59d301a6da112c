/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Threads that read firmware images. */
#include "osdep.h"

#include "bmc/update-image.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

#include "bmc/flash-file.h"
#include "codec/efi-vars.h"
#include "util/error.h"

/* Times of files and processes are not known better than that. */
#define SINCE_TOLERANCE_US (G_USEC_PER_SEC / 10)

void update_file_free(UpdateFile *file)
{
    if (file) {
        g_free(file->path);
        g_free(file->root);
        g_free(file);
    }
}

void update_image_free(BmcUpdateImage *image)
{
    if (image) {
        g_free(image->version);
        g_free(image->digest);
        g_free(image);
    }
}

void update_check_free(UpdateCheck *check)
{
    if (check) {
        for (unsigned i = 0; i < BMC_UPDATE__MAX; i++) {
            g_free(check->problem[i]);
        }
        g_free(check->path);
        g_free(check->given);
        g_free(check->folder);
        g_free(check);
    }
}

void update_checked_free(UpdateChecked *checked)
{
    if (checked) {
        update_image_free(checked->image);
        g_free(checked->file);
        g_free(checked);
    }
}

static bool fail(GError **errp, const char *path, const char *why)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED, "cannot read %s: %s",
                path, why);
    return false;
}

/* Whatever a name means, it must be a file of a sane size. */
static int open_file(const char *path, struct stat *st, GError **errp)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd < 0) {
        fail(errp, path, g_strerror(errno));
        return -1;
    }
    if (fstat(fd, st) || !S_ISREG(st->st_mode) || !st->st_size ||
        st->st_size > BMC_UPDATE_IMAGE_MAX) {
        fail(errp, path, "it is no file of a usual size");
        close(fd);
        return -1;
    }
    return fd;
}

static uint8_t *read_all(int fd, size_t len)
{
    g_autofree uint8_t *data = g_malloc(len);
    size_t done = 0;

    while (done < len) {
        ssize_t n = read(fd, data + done, len - done);

        if (n == 0 || (n < 0 && errno != EINTR)) {
            return NULL;
        }
        done += MAX(n, 0);
    }
    return g_steal_pointer(&data);
}

static uint8_t *read_file(const char *path, struct stat *st, GError **errp)
{
    int fd = open_file(path, st, errp);
    uint8_t *data;

    if (fd < 0) {
        return NULL;
    }
    data = read_all(fd, st->st_size);
    close(fd);
    if (!data) {
        fail(errp, path, "it has become shorter");
    }
    return data;
}

static BmcUpdateImage *image_new(const uint8_t *data, size_t len)
{
    BmcUpdateImage *image = g_new0(BmcUpdateImage, 1);
    FirmwareImage found;

    firmware_image_identify(data, len, &found);
    image->kind = found.kind;
    image->version = *found.version ? g_strdup(found.version) : NULL;
    image->size = len;
    image->digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, data,
                                                len);
    return image;
}

static int64_t changed_us(const struct stat *st)
{
    return st->st_ctim.tv_sec * INT64_C(1000000) +
           st->st_ctim.tv_nsec / 1000;
}

static BmcUpdateImage *read_image(const UpdateFile *file, GError **errp)
{
    g_autofree char *path = g_strconcat(file->root ? file->root : "",
                                        file->path, NULL);
    g_autofree uint8_t *data = NULL;
    struct stat st;

    data = read_file(path, &st, errp);
    if (!data) {
        return NULL;
    }
    if (file->since &&
        changed_us(&st) > file->since + SINCE_TOLERANCE_US) {
        fail(errp, path, "it is another one than QEMU has read");
        return NULL;
    }
    return image_new(data, st.st_size);
}

static void read_thread(GTask *task, void *source, void *data,
                        GCancellable *cancellable)
{
    GError *err = NULL;
    BmcUpdateImage *image = read_image(data, &err);

    if (image) {
        g_task_return_pointer(task, image,
                              (GDestroyNotify)update_image_free);
    } else {
        g_task_return_error(task, err);
    }
}

void update_image_read_async(UpdateFile *file, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_task_data(task, file, (GDestroyNotify)update_file_free);
    g_task_run_in_thread(task, read_thread);
}

BmcUpdateImage *update_image_read_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}

/* Checks of new images */

static bool refuse(GError **errp, const char *why)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID, "%s", why);
    return false;
}

/* What a chip holds cannot grow or shrink: variables are beside it. */
static bool chip_fits(const UpdateCheck *check, const BmcUpdateImage *image,
                      GError **errp)
{
    struct stat st;

    if (!check->given || stat(check->given, &st)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "the present firmware cannot be read");
        return false;
    }
    if ((uint64_t)st.st_size != image->size) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the image has %" PRIu64 " bytes, and the flash chip "
                    "%" PRIu64, image->size, (uint64_t)st.st_size);
        return false;
    }
    return true;
}

static bool firmware_fits(const UpdateCheck *check,
                          const BmcUpdateImage *image, GError **errp)
{
    if (!check->rom) {
        return image->kind == FIRMWARE_IMAGE_UEFI ?
               chip_fits(check, image, errp) :
               refuse(errp, "a flash chip takes UEFI firmware only");
    }
    if (image->size % (64 * 1024) || image->size > 16 * 1024 * 1024) {
        return refuse(errp, "a ROM image has a multiple of 64 KiB, and at "
                      "most 16 MiB");
    }
    if (check->force) {
        return true;
    }
    if (check->uefi && image->kind != FIRMWARE_IMAGE_UEFI) {
        return refuse(errp, "the machine has UEFI firmware, and this is "
                      "none (ForceUpdate takes it all the same)");
    }
    if (check->bios && image->kind != FIRMWARE_IMAGE_SEABIOS) {
        return refuse(errp, "the machine has SeaBIOS, and this is none "
                      "(ForceUpdate takes it all the same)");
    }
    return true;
}

static bool find_target(const UpdateCheck *check,
                        const BmcUpdateImage *image, const uint8_t *data,
                        BmcUpdateTarget *target, GError **errp)
{
    g_autoptr(EfiVars) vars = NULL;

    if (image->kind == FIRMWARE_IMAGE_UNKNOWN) {
        return refuse(errp, "this is no firmware that is known here");
    }
    *target = image->kind == FIRMWARE_IMAGE_VARIABLES ?
              BMC_UPDATE_VARIABLES : BMC_UPDATE_FIRMWARE;
    if (check->problem[*target]) {
        return refuse(errp, check->problem[*target]);
    }
    if (!(check->targets & 1u << *target)) {
        return refuse(errp, *target == BMC_UPDATE_VARIABLES ?
                      "these are UEFI variables" :
                      "this is firmware, and no UEFI variables");
    }
    if (*target == BMC_UPDATE_FIRMWARE) {
        return firmware_fits(check, image, errp);
    }
    vars = efi_vars_parse(data, image->size, errp);
    return vars;
}

/*
 * Firmware gets a name by which the machine's kind is known, and a number, so
 * that a process that runs with another one can be told apart.
 */
static char *keep(const UpdateCheck *check, const BmcUpdateImage *image,
                  GError **errp)
{
    g_autofree char *name = g_strdup_printf(
        "code-%u%s", check->number, image->kind == FIRMWARE_IMAGE_UEFI ?
        ".fd" : "-bios-256k.bin");
    g_autofree char *path = g_build_filename(check->folder, name, NULL);

    if (g_chmod(check->path, 0600) || g_rename(check->path, path)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "the image cannot be kept: %s", g_strerror(errno));
        return NULL;
    }
    if (!flash_file_sync(path, errp)) {
        g_unlink(path);
        return NULL;
    }
    return g_steal_pointer(&path);
}

static UpdateChecked *check_image(const UpdateCheck *check, GError **errp)
{
    g_autoptr(UpdateChecked) checked = g_new0(UpdateChecked, 1);
    g_autofree uint8_t *data = NULL;
    struct stat st;

    data = read_file(check->path, &st, errp);
    if (!data) {
        return NULL;
    }
    checked->image = image_new(data, st.st_size);
    if (!find_target(check, checked->image, data, &checked->target, errp)) {
        return NULL;
    }
    if (checked->target == BMC_UPDATE_FIRMWARE) {
        checked->file = keep(check, checked->image, errp);
        if (!checked->file) {
            return NULL;
        }
    }
    return g_steal_pointer(&checked);
}

static void check_thread(GTask *task, void *source, void *data,
                         GCancellable *cancellable)
{
    GError *err = NULL;
    UpdateChecked *checked = check_image(data, &err);

    if (checked) {
        g_task_return_pointer(task, checked,
                              (GDestroyNotify)update_checked_free);
    } else {
        g_task_return_error(task, err);
    }
}

void update_image_check_async(UpdateCheck *check, GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_task_data(task, check, (GDestroyNotify)update_check_free);
    g_task_run_in_thread(task, check_thread);
}

UpdateChecked *update_image_check_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}
