/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket addresses as users write them. */
#ifndef QEMU_BMC_UTIL_ADDR_H
#define QEMU_BMC_UTIL_ADDR_H

#include <glib.h>
#include <gio/gio.h>
#include <stdbool.h>

/**
 * addr_parse: read an address: a path (anything with a '/'), "host:port",
 * ":port" (which means @default_host), "[v6]:port", or, with @port given, a
 * bare host. "unix:PATH" and "tcp:HOST:PORT" are understood too. A host is
 * a numeric address, "localhost" (127.0.0.1) or "*" (all addresses, IPv6
 * and IPv4); names are not looked up, because that could block.
 *
 * @text: the address
 * @default_host: (nullable): host for ":port", which is refused without it
 * @port: port for a bare host, or -1 if a port must be given
 * @errp: BMC_ERROR_USAGE, saying what is wrong with it
 *
 * Returns: (transfer full): the address, or NULL
 */
GSocketAddress *addr_parse(const char *text, const char *default_host,
                           int port, GError **errp);

/**
 * addr_to_string: "127.0.0.1:80", "[::1]:80" or a path; never blocks.
 *
 * @addr: the address, or NULL
 *
 * Returns: (transfer full): text; "local" for an unnamed unix socket
 */
char *addr_to_string(GSocketAddress *addr);

/**
 * addr_host_to_string: the same without port: "127.0.0.1", "::1", "local".
 *
 * @addr: the address, or NULL
 *
 * Returns: (transfer full): text
 */
char *addr_host_to_string(GSocketAddress *addr);

/**
 * addr_peer_key: whom what an address does counts for. Whoever has one IPv6
 * address has 2^64 of them: they count as one.
 *
 * @host: an address, as addr_host_to_string() has it
 *
 * Returns: (transfer full): the same for all addresses of one peer
 */
char *addr_peer_key(const char *host);

/**
 * addr_is_local: tell whether an address can be reached from this host only:
 * loopback or a unix socket.
 *
 * @addr: the address
 *
 * Returns: true if it is local
 */
bool addr_is_local(GSocketAddress *addr);

#endif /* QEMU_BMC_UTIL_ADDR_H */
