/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UDP network between one client and one server that is as bad as asked. */
#ifndef QEMU_BMC_TESTS_UDP_PROXY_H
#define QEMU_BMC_TESTS_UDP_PROXY_H

#include <gio/gio.h>

/**
 * UdpFaults: what happens to datagrams, in percent, both ways.
 *
 * @lose: it never comes
 * @twice: it comes twice
 * @late: it comes after some of those that were sent later, or after a while
 */
typedef struct UdpFaults {
    unsigned lose;
    unsigned twice;
    unsigned late;
} UdpFaults;

typedef struct UdpProxy UdpProxy;

/**
 * udp_proxy_new: begin to forward; it runs in the default main context.
 *
 * @server: where to
 * @seed: of the faults
 *
 * Returns: (transfer full): the proxy, without faults yet
 */
UdpProxy *udp_proxy_new(GSocketAddress *server, uint32_t seed);

/**
 * udp_proxy_free: stop and free.
 *
 * @proxy: the proxy, or NULL
 */
void udp_proxy_free(UdpProxy *proxy);

/**
 * udp_proxy_address: where clients send to.
 *
 * @proxy: the proxy
 *
 * Returns: (transfer full): the address
 */
GSocketAddress *udp_proxy_address(const UdpProxy *proxy);

/**
 * udp_proxy_set_faults: change the faults.
 *
 * @proxy: the proxy
 * @faults: the faults
 */
void udp_proxy_set_faults(UdpProxy *proxy, const UdpFaults *faults);

/**
 * udp_proxy_count: how many faults there were, to see that there were any.
 *
 * @proxy: the proxy
 *
 * Returns: (transfer none): lost, doubled and late datagrams
 */
const UdpFaults *udp_proxy_count(const UdpProxy *proxy);

#endif /* QEMU_BMC_TESTS_UDP_PROXY_H */
