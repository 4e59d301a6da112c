/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing several settings as one, and the program that is told then. What
 * it does to the host is its own matter.
 */
#include "osdep.h"

#include "bmc/lan-priv.h"

#include "util/error.h"

#define ENV_PREFIX "BMC_LAN_"

static const char *const sources[] = {
    "unspecified", "static", "dhcp", "bios", "other"
};

static char *mac_to_string(const uint8_t *mac)
{
    return g_strdup_printf("%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
                           mac[2], mac[3], mac[4], mac[5]);
}

static char *ip_to_string(const uint8_t *bytes, GSocketFamily family)
{
    g_autoptr(GInetAddress) ip = g_inet_address_new_from_bytes(bytes,
                                                               family);

    return g_inet_address_to_string(ip);
}

char *lan_field_to_string(BmcLanField field, const uint8_t *value)
{
    g_autofree char *text = NULL;

    switch (field) {
    case BMC_LAN_SOURCE:
        return g_strdup(sources[MIN(*value, BMC_LAN_SOURCE_OTHER)]);
    case BMC_LAN_VLAN:
        return value[0] & BMC_LAN_VLAN_ENABLED ?
               g_strdup_printf("%u", (value[0] & 0x0f) << 8 | value[1]) :
               g_strdup("");
    case BMC_LAN_VLAN_PRIORITY:
    case BMC_LAN_ROUTER6_PREFIX_LEN:
        return g_strdup_printf("%u", *value);
    case BMC_LAN_MAC:
    case BMC_LAN_GATEWAY_MAC:
    case BMC_LAN_BACKUP_MAC:
    case BMC_LAN_ROUTER6_MAC:
        return mac_to_string(value);
    case BMC_LAN_ADDRESS6:
        if (!value[0]) {
            return g_strdup("");
        }
        text = ip_to_string(value + 1, G_SOCKET_FAMILY_IPV6);
        return g_strdup_printf("%s/%u", text, value[17]);
    case BMC_LAN_ROUTER6:
    case BMC_LAN_ROUTER6_PREFIX:
        return ip_to_string(value, G_SOCKET_FAMILY_IPV6);
    default:
        return ip_to_string(value, G_SOCKET_FAMILY_IPV4);
    }
}

/* BMC_LAN_GATEWAY_MAC for "gateway-mac". */
static char *variable_name(const char *name)
{
    g_autofree char *upper = g_ascii_strup(name, -1);

    g_strdelimit(upper, "-", '_');
    return g_strconcat(ENV_PREFIX, upper, NULL);
}

static void set_environment(Bmc *bmc, GSubprocessLauncher *launcher)
{
    uint8_t value[BMC_LAN_VALUE_MAX];
    unsigned i;

    for (i = 0; i < BMC_LAN_FIELD__MAX; i++) {
        g_autofree char *name = NULL;
        g_autofree char *text = NULL;

        if (lan_fields[i].host && !bmc->lan->values[i].in_band &&
            bmc_lan_get(bmc, i, value)) {
            name = variable_name(lan_fields[i].name);
            text = lan_field_to_string(i, value);
            g_subprocess_launcher_setenv(launcher, name, text, TRUE);
        }
    }
    /* They are ours, and none of its business */
    g_subprocess_launcher_unsetenv(launcher, "IPMI_PASS");
    g_subprocess_launcher_unsetenv(launcher, "NOTIFY_SOCKET");
}

static void command_ended(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;
    Bmc *bmc = opaque;

    g_subprocess_wait_check_finish(G_SUBPROCESS(source), res, &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    if (err) {
        g_warning("LAN: config-command: %s", err->message);
    }
    g_clear_object(&bmc->lan->process);
    if (!bmc->lan->in_progress) {
        lan_command_apply(bmc);
    }
}

void lan_command_apply(Bmc *bmc)
{
    g_autoptr(GSubprocessLauncher) launcher = NULL;
    g_autoptr(GError) err = NULL;
    BmcLan *lan = bmc->lan;

    if (!lan->dirty || lan->process) {
        return;
    }
    lan->dirty = false;
    if (!lan->command) {
        return;
    }
    launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    set_environment(bmc, launcher);
    lan->process = g_subprocess_launcher_spawnv(
        launcher, (const char *const *)lan->command, &err);
    if (!lan->process) {
        g_warning("LAN: config-command: %s", err->message);
        return;
    }
    g_message("LAN: config-command %s started", lan->command[0]);
    g_subprocess_wait_check_async(lan->process, lan->cancellable,
                                  command_ended, bmc);
}

void lan_command_free(Bmc *bmc)
{
    g_cancellable_cancel(bmc->lan->cancellable);
    g_clear_object(&bmc->lan->process);
}

static void set_expired(void *opaque)
{
    g_message("LAN: nobody has ended \"set in progress\"; taken as ended");
    bmc_lan_complete(opaque);
}

bool bmc_lan_begin(Bmc *bmc)
{
    if (bmc->lan->in_progress) {
        return false;
    }
    bmc->lan->in_progress = true;
    clock_timer_start(bmc->clock, &bmc->lan->set_timer, BMC_LAN_SET_MS,
                      set_expired, bmc);
    return true;
}

void bmc_lan_complete(Bmc *bmc)
{
    bmc->lan->in_progress = false;
    clock_timer_stop(&bmc->lan->set_timer);
    lan_command_apply(bmc);
}

bool bmc_lan_in_progress(const Bmc *bmc)
{
    return bmc->lan->in_progress;
}
