/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host's network says of the address at which we are reached.
 * Reads the kernel's tables, sends nothing, and does not wait.
 */
#ifndef QEMU_BMC_BMC_LAN_HOST_H
#define QEMU_BMC_BMC_LAN_HOST_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * LanHost: the host's side. Addresses in network byte order.
 *
 * @have_address: there is an IPv4 address
 * @address: that address
 * @have_netmask: its mask is known
 * @netmask: that mask
 * @have_gateway: it has a default gateway
 * @gateway: that gateway
 * @have_gateway_mac: and the kernel knows its MAC address now
 * @gateway_mac: that MAC address
 * @have_address6: there is an IPv6 address
 * @address6: that address
 * @prefix6: length of its prefix in bits
 * @router6: the router that it uses, zero for none
 */
typedef struct LanHost {
    bool have_address;
    uint8_t address[4];
    bool have_netmask;
    uint8_t netmask[4];
    bool have_gateway;
    uint8_t gateway[4];
    bool have_gateway_mac;
    uint8_t gateway_mac[6];
    bool have_address6;
    uint8_t address6[16];
    uint8_t prefix6;
    uint8_t router6[16];
} LanHost;

/**
 * lan_host_find: find out about an address that a service is bound to.
 *
 * @bound: the address; for "any", the source address of the default route
 *         stands in for it, else that of any interface, else loopback
 * @dual: @bound is IPv6 and takes IPv4 too
 * @host: where to
 */
void lan_host_find(GInetAddress *bound, bool dual, LanHost *host);

/**
 * lan_host_parse_route: find the default gateway in /proc/net/route.
 *
 * @text: the file
 * @interface: the interface that it must go through
 * @gateway: where to
 *
 * Returns: false if there is none
 */
bool lan_host_parse_route(const char *text, const char *interface,
                          uint8_t gateway[4]);

/**
 * lan_host_parse_route6: find the default router in /proc/net/ipv6_route.
 *
 * @text: the file
 * @interface: the interface that it must go through
 * @router: where to
 *
 * Returns: false if there is none
 */
bool lan_host_parse_route6(const char *text, const char *interface,
                           uint8_t router[16]);

/**
 * lan_host_parse_arp: find a MAC address in /proc/net/arp.
 *
 * @text: the file
 * @address: the IPv4 address
 * @mac: where to
 *
 * Returns: false if it is not known
 */
bool lan_host_parse_arp(const char *text, const uint8_t address[4],
                        uint8_t mac[6]);

/**
 * lan_host_parse_mac: read a MAC address as people write it.
 *
 * @text: six pairs of hexadecimal digits with colons
 * @mac: where to
 *
 * Returns: false if it is not one
 */
bool lan_host_parse_mac(const char *text, uint8_t mac[6]);

/**
 * lan_host_is_own: whether an address is one of the host's interfaces, or
 * the broadcast address of one.
 *
 * @ip: the address
 *
 * Returns: true if so, or if that cannot be found out
 */
bool lan_host_is_own(GInetAddress *ip);

/**
 * lan_host_hop_limit: the TTL, or hop limit, of packets that we send.
 *
 * @ipv6: of IPv6 packets
 *
 * Returns: the number, 0 if it cannot be found out
 */
unsigned lan_host_hop_limit(bool ipv6);

#endif /* QEMU_BMC_BMC_LAN_HOST_H */
