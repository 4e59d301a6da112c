/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making changes of firmware files; everything here may block. */
#include "osdep.h"

#include "bmc/firmware-files.h"
#include "bmc/flash-file.h"
#include "bmc/flash-priv.h"
#include "codec/efi-vars.h"
#include "util/error.h"

/* Returns NULL where there are none. */
static EfiVars *read_defaults(const FlashJob *job)
{
    g_autofree char *path = job->code ? firmware_default_keys(job->code) :
                            NULL;
    g_autoptr(GBytes) data = path ? flash_file_read(path, NULL) : NULL;

    return data ? efi_vars_parse(g_bytes_get_data(data, NULL),
                                 g_bytes_get_size(data), NULL) : NULL;
}

/*
 * What firmware's tidying up alone would change is left as it is when the
 * edit changes nothing.
 */
static GBytes *edit_keys(const FlashJob *job, const EfiEdit *edit,
                         GBytes *content, GError **errp)
{
    size_t len;
    const uint8_t *data = g_bytes_get_data(content, &len);
    g_autoptr(EfiVars) vars = efi_vars_parse(data, len, errp);
    g_autoptr(EfiVars) defaults = NULL;
    g_autofree uint8_t *before = g_memdup2(data, len);
    g_autofree uint8_t *after = g_memdup2(data, len);

    if (edit->kind == EFI_EDIT_DEFAULT) {
        defaults = read_defaults(job);
    }
    if (!vars || !efi_vars_write(vars, before, len, errp) ||
        !efi_edit_apply(vars, edit, defaults, job->now, errp) ||
        !efi_vars_write(vars, after, len, errp)) {
        return NULL;
    }
    return memcmp(before, after, len) == 0 ? g_bytes_ref(content) :
           g_bytes_new_take(g_steal_pointer(&after), len);
}

static GBytes *read_image(const BmcFlashChange *change, size_t len,
                          GError **errp)
{
    g_autoptr(GBytes) image = flash_file_read(change->staged, errp);
    g_autofree char *digest = NULL;

    if (!image) {
        if (access(change->staged, F_OK) && errno == ENOENT) {
            g_clear_error(errp);
            g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                        "the image that was waiting is not there any more");
        }
        return NULL;
    }
    digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, image);
    if (change->digest && !g_str_equal(digest, change->digest)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the image that was waiting is damaged");
        return NULL;
    }
    if (g_bytes_get_size(image) != len) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the image has %zu bytes, and the flash chip %zu",
                    g_bytes_get_size(image), len);
        return NULL;
    }
    return g_steal_pointer(&image);
}

static GBytes *make_change(const FlashJob *job, const BmcFlashChange *change,
                           GBytes *content, GError **errp)
{
    if (change->kind == BMC_FLASH_KEYS) {
        return edit_keys(job, change->edit, content, errp);
    }
    /* Made before, and then the helper was killed */
    if (change->digest) {
        g_autofree char *digest = g_compute_checksum_for_bytes(
            G_CHECKSUM_SHA256, content);

        if (g_str_equal(digest, change->digest)) {
            return g_bytes_ref(content);
        }
    }
    return read_image(change, g_bytes_get_size(content), errp);
}

static GBytes *change_content(const uint8_t *data, size_t len, void *opaque,
                              GError **errp)
{
    g_autoptr(GBytes) content = g_bytes_new(data, len);

    return flash_job_content(opaque, content);
}

static bool check_image(BmcFlashChange *change, uint64_t size,
                        GError **errp)
{
    g_autoptr(GBytes) image = read_image(change, size, errp);
    g_autoptr(EfiVars) vars = NULL;

    if (!image || !flash_file_sync(change->staged, errp)) {
        return false;
    }
    if (change->chip == MACHINE_FLASH_VARS) {
        vars = efi_vars_parse(g_bytes_get_data(image, NULL), size, errp);
        if (!vars) {
            return false;
        }
    }
    change->size = size;
    change->digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, image);
    return true;
}

static GBytes *content_after(FlashJob *job, guint n, GBytes *content)
{
    GBytes *now = g_bytes_ref(content);
    bool waits = false;

    for (guint i = 0; i < n; i++) {
        GBytes *next = NULL;

        if (waits && !job->errors[i]) {
            g_set_error(&job->errors[i], BMC_ERROR, BMC_ERROR_BUSY,
                        "a change that comes before it waits");
        } else if (!job->errors[i]) {
            next = make_change(job, job->changes->pdata[i], now,
                               &job->errors[i]);
        }
        if (next) {
            g_bytes_unref(now);
            now = next;
        } else if (flash_may_go_better(job->errors[i])) {
            waits = true;
        }
    }
    return now;
}

/* Firmware that is writing now will have done so by then. */
static bool check_edit(FlashJob *job, const BmcFlashChange *change,
                       GBytes *content, GError **errp)
{
    g_autoptr(GBytes) before = content_after(job, job->changes->len - 1,
                                             content);
    g_autoptr(GError) err = NULL;
    g_autoptr(GBytes) after = make_change(job, change, before, &err);

    if (!after && !g_error_matches(err, BMC_ERROR, BMC_ERROR_STATE)) {
        g_propagate_error(errp, g_steal_pointer(&err));
        return false;
    }
    job->needless = after && g_bytes_equal(before, after);
    if (job->needless && change->edit->sig) {
        bool add = change->edit->kind == EFI_EDIT_ADD;

        g_set_error(errp, BMC_ERROR,
                    add ? BMC_ERROR_EXISTS : BMC_ERROR_NOT_FOUND,
                    add ? "the signature is in the database already" :
                          "the signature is not in the database");
        return false;
    }
    return true;
}

FlashJob *flash_job_new(const char *file, const char *code)
{
    FlashJob *job = g_new0(FlashJob, 1);

    job->file = g_strdup(file);
    job->code = g_strdup(code);
    job->changes = g_ptr_array_new_with_free_func(
        (GDestroyNotify)flash_change_free);
    job->errors = g_new0(GError *, BMC_FLASH_MAX + 1);
    job->now = g_get_real_time() / G_USEC_PER_SEC;
    return job;
}

void flash_job_free(FlashJob *job)
{
    if (!job) {
        return;
    }
    for (guint i = 0; i < job->changes->len; i++) {
        g_clear_error(&job->errors[i]);
    }
    g_ptr_array_unref(job->changes);
    g_free(job->errors);
    g_free(job->file);
    g_free(job->code);
    g_free(job);
}

bool flash_may_go_better(const GError *err)
{
    return g_error_matches(err, BMC_ERROR, BMC_ERROR_BUSY) ||
           g_error_matches(err, BMC_ERROR, BMC_ERROR_STATE) ||
           g_error_matches(err, BMC_ERROR, BMC_ERROR_PERMISSION) ||
           g_error_matches(err, BMC_ERROR, BMC_ERROR_FAILED);
}

GBytes *flash_job_content(FlashJob *job, GBytes *content)
{
    return content_after(job, job->changes->len, content);
}

void flash_job_run(FlashJob *job)
{
    g_autoptr(GError) err = NULL;

    if (!job->file || flash_file_change(job->file, change_content, job, &err)) {
        return;
    }
    for (guint i = 0; i < job->changes->len; i++) {
        if (!job->errors[i]) {
            job->errors[i] = g_error_copy(err);
        }
    }
}

bool flash_job_check(FlashJob *job, GError **errp)
{
    BmcFlashChange *change = job->changes->pdata[job->changes->len - 1];
    g_autoptr(GBytes) content = NULL;
    uint64_t size;

    if (!flash_file_check(job->file, &size, errp)) {
        return false;
    }
    if (change->kind == BMC_FLASH_IMAGE) {
        return check_image(change, size, errp);
    }
    content = flash_file_read(job->file, errp);
    if (!content) {
        return false;
    }
    return check_edit(job, change, content, errp);
}
