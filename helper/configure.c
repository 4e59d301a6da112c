/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration says of the hub's network, and of the machine. */
#include "osdep.h"

#include "configure.h"

#include "bmc/lan.h"
#include "bmc/pef.h"
#include "machine/machine-command.h"
#include "machine/machine-qmp.h"
#include "util/addr.h"

bool configure_network(Bmc *bmc, const Config *config, GError **errp)
{
    if (!bmc_lan_configure(bmc, &(BmcLanConfig) {
            .address = config_get(config, CONFIG_LAN_ADDRESS),
            .netmask = config_get(config, CONFIG_LAN_NETMASK),
            .gateway = config_get(config, CONFIG_LAN_GATEWAY),
            .mac = config_get(config, CONFIG_LAN_MAC),
            .vlan = config_get(config, CONFIG_LAN_VLAN),
            .port = config_get_number(config, CONFIG_LAN_PORT),
            .command = config_get(config, CONFIG_LAN_COMMAND),
        }, errp)) {
        return false;
    }
    bmc_pef_set_port(bmc, config_get_number(config, CONFIG_PEF_PORT));
    return true;
}

void configure_guest_agent(Machine *machine, const Config *config)
{
    const char *how = config_get(config, CONFIG_GUEST_AGENT);
    g_autoptr(GSocketAddress) addr = NULL;

    if (!g_str_equal(how, "auto") && !g_str_equal(how, "add")) {
        addr = addr_parse(how, "127.0.0.1", -1, NULL);
    }
    machine_qmp_set_guest_agent(machine, g_str_equal(how, "off"), addr);
}

bool configure_has_commands(const Config *config)
{
    return *config_get(config, CONFIG_ON_COMMAND) ||
           *config_get(config, CONFIG_OFF_COMMAND);
}

static const char *get_command(const Config *config, ConfigKey key)
{
    const char *value = config_get(config, key);

    return *value ? value : NULL;
}

Machine *configure_attached(const Config *config, Clock *clock, GError **errp)
{
    g_autoptr(GSocketAddress) addr = addr_parse(
        config_get(config, CONFIG_QMP), "127.0.0.1", -1, errp);
    MachineCommandConfig commands = {
        .name = config_get(config, CONFIG_NAME),
        .on = get_command(config, CONFIG_ON_COMMAND),
        .off = get_command(config, CONFIG_OFF_COMMAND),
        .off_pauses = g_str_equal(config_get(config, CONFIG_OFF_MODE),
                                  "pause"),
        .timeout_ms = config_get_number(config, CONFIG_COMMAND_TIMEOUT) *
                      1000,
    };

    if (!addr) {
        return NULL;
    }
    if (!configure_has_commands(config)) {
        return machine_qmp_new(addr, clock);
    }
    return machine_command_new(&commands, addr, clock, errp);
}
