/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of the hub that its fake has nothing of: nothing is set, and
 * nothing can be.
 */
#include "osdep.h"

#include "fake-bmc.h"

#include "bmc/asset.h"
#include "bmc/chassis.h"
#include "bmc/fru.h"
#include "bmc/guest.h"
#include "bmc/os-info.h"
#include "bmc/secure-boot.h"
#include "bmc/sol.h"
#include "bmc/tasks.h"
#include "bmc/trust.h"
#include "bmc/update.h"
#include "bmc/watchdog.h"

const uint8_t *bmc_fru_data(const Bmc *bmc, unsigned id, size_t *len)
{
    return NULL;
}

char *bmc_asset_text(const Bmc *bmc, BmcAssetItem item)
{
    return g_strdup("");
}

bool bmc_asset_written(const Bmc *bmc, BmcAssetItem item)
{
    return false;
}

char *bmc_os_info_text(const Bmc *bmc, BmcOsText text)
{
    return NULL;
}

const BmcUpdateImage *bmc_update_current(const Bmc *bmc,
                                         BmcUpdateTarget target)
{
    return NULL;
}

const BmcChassis *bmc_chassis_get(const Bmc *bmc)
{
    static const BmcChassis chassis = { .policy = BMC_RESTORE_UNKNOWN };

    return &chassis;
}

const BmcSolConfig *bmc_sol_get(const Bmc *bmc)
{
    static const BmcSolConfig sol = { .enabled = true };

    return &sol;
}

void bmc_watchdog_get(const Bmc *bmc, BmcWatchdog *watchdog)
{
    *watchdog = (BmcWatchdog) { 0 };
}

bool bmc_asset_set(Bmc *bmc, BmcAssetItem item, size_t offset,
                   const uint8_t *data, size_t len, const BmcOrigin *origin,
                   GError **errp)
{
    g_assert_not_reached();
}

void bmc_chassis_set_policy(Bmc *bmc, BmcRestorePolicy policy,
                            const BmcOrigin *origin)
{
    g_assert_not_reached();
}

bool bmc_sol_set(Bmc *bmc, const BmcSolConfig *config,
                 const BmcOrigin *origin, GError **errp)
{
    g_assert_not_reached();
}

bool bmc_secure_boot_exists(const Bmc *bmc)
{
    return false;
}

bool bmc_trust_required(const Bmc *bmc)
{
    return false;
}

const BmcUser *bmc_trust_user(Bmc *bmc, GTlsCertificate *certificate,
                              GError **errp)
{
    return NULL;
}

/* Nor is there a guest agent. */

const MachineGuest *bmc_guest(const Bmc *bmc)
{
    return NULL;
}

BmcBootProgress bmc_guest_boot_progress(const Bmc *bmc)
{
    return BMC_BOOT_PROGRESS_UNKNOWN;
}

int64_t bmc_guest_running_since(const Bmc *bmc)
{
    return 0;
}

double bmc_guest_boot_seconds(const Bmc *bmc)
{
    return -1;
}

bool bmc_guest_is_fresh(const Bmc *bmc)
{
    return true;
}

void bmc_guest_refresh_async(Bmc *bmc, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    g_assert_not_reached();
}

bool bmc_guest_refresh_finish(GAsyncResult *res, GError **errp)
{
    g_assert_not_reached();
}

bool bmc_user_must_change(const BmcUser *user)
{
    return user->must_change;
}

unsigned bmc_task_new(Bmc *bmc, const BmcTaskConfig *config, GError **errp)
{
    return 1;
}

void bmc_task_finish(Bmc *bmc, unsigned id, const char *result,
                     const GError *err)
{
}
