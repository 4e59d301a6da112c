/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the configuration says of the hub's network, and of the machine. */
#ifndef QEMU_BMC_CONFIGURE_H
#define QEMU_BMC_CONFIGURE_H

#include "bmc/bmc.h"
#include "config.h"

/**
 * configure_network: hand LAN parameters and the port of traps to the hub.
 *
 * @bmc: the hub
 * @config: the configuration
 * @errp: as bmc_lan_configure()
 *
 * Returns: true on success
 */
bool configure_network(Bmc *bmc, const Config *config, GError **errp);

/**
 * configure_guest_agent: tell a machine how its guest agent is found.
 *
 * @machine: the machine
 * @config: the configuration
 */
void configure_guest_agent(Machine *machine, const Config *config);

/**
 * configure_has_commands: whether commands start or end QEMU.
 *
 * @config: the configuration
 *
 * Returns: true if there is such a command
 */
bool configure_has_commands(const Config *config);

/**
 * configure_attached: a machine whose QEMU is not started by us: by commands
 * or by nobody we know.
 *
 * @config: the configuration
 * @clock: the clock
 * @errp: BMC_ERROR_USAGE
 *
 * Returns: (transfer full): the machine, or NULL
 */
Machine *configure_attached(const Config *config, Clock *clock,
                            GError **errp);

#endif /* QEMU_BMC_CONFIGURE_H */
