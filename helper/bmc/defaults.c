/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings as they were when there was no state. */
#include "osdep.h"

#include "bmc/bmc-priv.h"
#include "bmc/accounts.h"
#include "bmc/bios.h"
#include "bmc/boot.h"
#include "bmc/channel.h"
#include "bmc/events.h"
#include "bmc/journal.h"
#include "bmc/network.h"
#include "bmc/reports.h"
#include "bmc/restart.h"
#include "bmc/sel.h"
#include "bmc/sensors.h"
#include "bmc/sessions.h"
#include "bmc/sol.h"
#include "bmc/tasks.h"
#include "bmc/trust.h"

static void remove_reports(Bmc *bmc)
{
    const BmcReport *report;

    while ((report = bmc_report_nth(bmc, 0))) {
        g_autofree char *id = g_strdup(report->id);

        bmc_report_remove(bmc, id);
    }
}

void bmc_reset_to_defaults(Bmc *bmc, BmcDefaults keep,
                           const BmcOrigin *origin)
{
    static const char *const kept[] = {
        [BMC_DEFAULTS_ALL] = "",
        [BMC_DEFAULTS_KEEP_NETWORK_AND_USERS] = " but network and accounts",
        [BMC_DEFAULTS_KEEP_NETWORK] = " but the network's",
    };
    static const BmcSessionConfig sessions = {
        .enabled = true,
        .timeout_s = BMC_SESSION_TIMEOUT_DEFAULT,
    };
    g_autofree char *who = bmc_origin_to_string(origin);
    bool closed = bmc_channel_is_closed(bmc);

    g_message("all settings%s are reset by %s", kept[keep], who);
    /* Without a machine that answers, it is cleared when there is one. */
    bmc_boot_set_async(bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE, NULL, origin,
                       NULL, NULL, NULL);
    bmc_boot_set_order_async(bmc, NULL, origin, NULL, NULL, NULL);
    bmc_pef_reset(bmc);
    bmc_sensors_reset(bmc, origin);
    bmc_event_set_receiver(bmc, BMC_EVENT_RECEIVER_SELF);
    bmc_sol_reset(bmc, origin);
    bmc_fru_reset(bmc);
    bmc_asset_reset(bmc);
    bmc_chassis_reset(bmc);
    bmc_sel_set_time(bmc, g_get_real_time() / G_USEC_PER_SEC, origin);
    bmc_sel_set_utc_offset(bmc, 0);
    bmc_subscriptions_reset(bmc);
    remove_reports(bmc);
    bmc_bios_reset(bmc, origin);
    bmc_media_reset(bmc);
    bmc_images_reset(bmc);
    bmc_flash_reset(bmc, origin);
    bmc_updates_reset(bmc, origin);
    bmc_sessions_configure(bmc, &sessions, origin);
    bmc_task_set_retention(bmc, BMC_TASK_RETENTION_DEFAULT, origin);
    if (keep == BMC_DEFAULTS_ALL) {
        bmc_lan_reset(bmc, origin);
        bmc_network_reset(bmc, origin);
    }
    if (keep != BMC_DEFAULTS_KEEP_NETWORK_AND_USERS) {
        bmc_users_reset(bmc);
        bmc_accounts_set_min_password(bmc, 1, origin);
        bmc_accounts_set_expiration_days(bmc, 0, origin);
        bmc_trust_reset(bmc);
        bmc_channel_free(bmc);
        bmc_channel_new(bmc, true);
        if (closed && keep == BMC_DEFAULTS_KEEP_NETWORK) {
            bmc_channel_set_enabled(bmc, false, origin);
        }
        bmc_changed(bmc, BMC_PART_LAN);
    }
    bmc_journal_clear(bmc, origin);
    bmc_sel_clear(bmc, origin);
}
