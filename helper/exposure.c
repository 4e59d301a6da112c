/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether strangers could log in with a password that everybody knows. */
#include "osdep.h"

#include "exposure.h"

#include "bmc/persist.h"
#include "bmc/users.h"
#include "util/addr.h"
#include "util/error.h"

static bool state_exists(const Config *config)
{
    g_autofree char *path = g_build_filename(
        config_get(config, CONFIG_STATE_DIR), PERSIST_FILE, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/*
 * The default password is known to everybody, so it must not be of use from
 * another host. Before there are any accounts the configuration counts,
 * afterwards what the accounts really have.
 */
bool exposure_check(const Config *config, Bmc *bmc, bool reset_accounts,
                    GError **errp)
{
    g_autoptr(GSocketAddress) addr =
        config_get_address(config, CONFIG_REDFISH_PORT);
    bool guest = config_get_bool(config, CONFIG_HOST_INTERFACE);
    bool wide = !addr_is_local(addr);
    g_autofree char *where = wide
        ? g_strdup_printf("on address %s, which other hosts can reach",
                          config_get(config, CONFIG_ADDRESS))
        : g_strdup("where the VM can reach Redfish");
    const char *remedy = wide ? "listen on 127.0.0.1"
                              : "leave host-interface off";
    unsigned slot;

    if (!wide && !guest) {
        return true;
    }
    if (!bmc) {
        if (g_strcmp0(config_get(config, CONFIG_PASSWORD),
                      CONFIG_DEFAULT_PASSWORD) != 0 ||
            (state_exists(config) && !reset_accounts)) {
            return true;
        }
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "the default password is refused %s (set another with "
                    "IPMI_PASS, or %s)", where, remedy);
        return false;
    }
    for (slot = 1; slot <= BMC_USERS_MAX; slot++) {
        const BmcUser *user = bmc_users_get(bmc, slot);
        const BmcUser *found = NULL;

        if (user->enabled && *user->name &&
            bmc_users_verify_now(bmc, user->name,
                                 CONFIG_DEFAULT_PASSWORD, &found) && found) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "account '%s' has the default password, which is "
                        "refused %s (set IPMI_PASS and start once with "
                        "--reset-accounts, or %s)", found->name, where,
                        remedy);
            return false;
        }
    }
    return true;
}
