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
#include "bmc/os-info.h"
#include "bmc/secure-boot.h"
#include "bmc/sol.h"
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
