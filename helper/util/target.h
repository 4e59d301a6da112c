/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the helper connects to because somebody asked for it over the
 * network: never to what only the host should reach. The rules are applied
 * to each address that is connected to, after names are resolved.
 */
#ifndef QEMU_BMC_UTIL_TARGET_H
#define QEMU_BMC_UTIL_TARGET_H

#include <gio/gio.h>
#include <stdbool.h>

/**
 * target_allowed: whether an address may be connected to. Link-local
 * addresses, which those of metadata services are too, other well-known
 * addresses of such services, multicast and the unspecified address may not;
 * loopback may where whoever asked may reach the host.
 *
 * @address: the address; IPv4 mapped into IPv6 counts as IPv4, and what is
 *           translated to IPv4 on its way as both
 * @name: (nullable): the name that it was given as
 * @allow: (nullable): names and addresses that may be connected to all the
 *         same; NULL-terminated
 * @host: whoever asked may reach the host
 *
 * Returns: true if it may
 */
bool target_allowed(GInetAddress *address, const char *name,
                    const char *const *allow, bool host);

/**
 * target_new: a name or address to connect to, of which only what
 * target_allowed() says is used. It is a GNetworkAddress, so that TLS checks
 * certificates against @name.
 *
 * @name: name or address
 * @port: TCP port
 * @allow: (nullable): as for target_allowed(); copied
 * @host: as for target_allowed()
 *
 * Returns: (transfer full): the target
 */
GSocketConnectable *target_new(const char *name, guint16 port,
                               const char *const *allow, bool host);

#endif /* QEMU_BMC_UTIL_TARGET_H */
