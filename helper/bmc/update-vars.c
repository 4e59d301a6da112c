/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Updates of UEFI variables: their file is replaced, see flash.h. */
#include "osdep.h"

#include <glib/gstdio.h>

#include "bmc/bmc-priv.h"
#include "bmc/flash.h"
#include "bmc/update-priv.h"
#include "util/error.h"

bool update_vars_possible(const Bmc *bmc, GError **errp)
{
    return bmc_flash_can_change(bmc, MACHINE_FLASH_VARS, errp);
}

static void replaced(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    GError *err = NULL;

    if (bmc_flash_replace_finish(res, &err)) {
        g_task_return_boolean(task, true);
    } else {
        g_task_return_error(task, err);
    }
}

void update_vars_stage_async(Bmc *bmc, const char *path,
                             const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    g_autofree char *staged = NULL;
    GError *err = NULL;

    staged = bmc_flash_stage(bmc, &err);
    if (staged && g_rename(path, staged)) {
        err = g_error_new(BMC_ERROR, BMC_ERROR_FAILED,
                          "the image cannot be kept: %s", g_strerror(errno));
        g_unlink(staged);
    }
    if (err) {
        g_unlink(path);
        g_task_return_error(task, err);
        g_object_unref(task);
        return;
    }
    bmc_flash_replace_async(bmc, MACHINE_FLASH_VARS, staged, NULL, origin,
                            cancellable, replaced, task);
}

bool update_vars_stage_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

static const BmcFlashChange *find_change(const Bmc *bmc)
{
    const BmcFlashChange *change;

    for (unsigned i = 0; (change = bmc_flash_nth(bmc, i)); i++) {
        if (change->kind == BMC_FLASH_IMAGE &&
            change->chip == MACHINE_FLASH_VARS) {
            return change;
        }
    }
    return NULL;
}

const BmcUpdateImage *update_vars_staged(const Bmc *bmc)
{
    const BmcFlashChange *change = find_change(bmc);
    BmcUpdateImage *vars = &bmc->updates->vars;

    if (!change) {
        return NULL;
    }
    *vars = (BmcUpdateImage) {
        .kind = FIRMWARE_IMAGE_VARIABLES,
        .size = change->size,
        .digest = change->digest,
    };
    return vars;
}

bool update_vars_drop(Bmc *bmc, const BmcOrigin *origin)
{
    const BmcFlashChange *change = find_change(bmc);

    return change && bmc_flash_drop(bmc, change->id, origin);
}
