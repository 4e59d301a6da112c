/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Updates of UEFI variables. */
#include "osdep.h"

#include "bmc/bmc-priv.h"
#include "bmc/update-priv.h"
#include "util/error.h"

bool update_vars_possible(const Bmc *bmc, GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED, "not yet");
    return false;
}

void update_vars_stage_async(Bmc *bmc, const char *path,
                             const BmcOrigin *origin,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                            "not yet");
}

bool update_vars_stage_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

const BmcUpdateImage *update_vars_staged(const Bmc *bmc)
{
    return NULL;
}

bool update_vars_drop(Bmc *bmc, const BmcOrigin *origin)
{
    return false;
}
