/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration says of the hub's network, and of the machine. */
#include "osdep.h"

#include "configure.h"

#include "bmc/lan.h"
#include "bmc/pef.h"
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
