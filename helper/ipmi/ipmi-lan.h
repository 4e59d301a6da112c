/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPMI over LAN: the UDP socket around an IpmiEngine. */
#ifndef QEMU_BMC_IPMI_IPMI_LAN_H
#define QEMU_BMC_IPMI_IPMI_LAN_H

#include <gio/gio.h>

#include "ipmi/ipmi-core.h"

typedef struct IpmiLan IpmiLan;

/**
 * ipmi_lan_new: serve a core at a UDP address. Answers leave from the
 * address that was asked, also where one socket serves many.
 *
 * @core: the core; must outlive the server
 * @addr: the address; port 0 takes a free one
 * @errp: BMC_ERROR_PERMISSION or BMC_ERROR_FAILED, saying what to do
 *
 * Returns: (transfer full): the server, or NULL
 */
IpmiLan *ipmi_lan_new(IpmiCore *core, GSocketAddress *addr, GError **errp);

/**
 * ipmi_lan_free: stop serving; its sessions are closed.
 *
 * @lan: the server, or NULL
 */
void ipmi_lan_free(IpmiLan *lan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IpmiLan, ipmi_lan_free)

/**
 * ipmi_lan_address: the address that is really served.
 *
 * @lan: the server
 *
 * Returns: (transfer none): the address, with the port that was taken
 */
GSocketAddress *ipmi_lan_address(const IpmiLan *lan);

#endif /* QEMU_BMC_IPMI_IPMI_LAN_H */
