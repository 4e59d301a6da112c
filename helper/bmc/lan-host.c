/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host's addresses, routes and neighbours, as the kernel has them. */
#include "osdep.h"

#include "bmc/lan-host.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARP_COMPLETE 0x2
#define MAC_TEXT_LEN 17

bool lan_host_parse_mac(const char *text, uint8_t mac[6])
{
    unsigned i;

    if (strlen(text) != MAC_TEXT_LEN) {
        return false;
    }
    for (i = 0; i < 6; i++, text += 3) {
        if (!g_ascii_isxdigit(text[0]) || !g_ascii_isxdigit(text[1]) ||
            text[2] != (i < 5 ? ':' : '\0')) {
            return false;
        }
        mac[i] = g_ascii_xdigit_value(text[0]) << 4 |
                 g_ascii_xdigit_value(text[1]);
    }
    return true;
}

bool lan_host_parse_route(const char *text, const char *interface,
                          uint8_t gateway[4])
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned i;

    for (i = 0; lines[i]; i++) {
        unsigned destination, via, flags, mask;
        char name[IFNAMSIZ];

        if (sscanf(lines[i], "%15s %8x %8x %4x %*d %*d %*d %8x", name,
                   &destination, &via, &flags, &mask) == 5 &&
            !strcmp(name, interface) && !destination && !mask &&
            (flags & RTF_GATEWAY) && (flags & RTF_UP)) {
            uint32_t raw = via; /* as it is in memory */

            memcpy(gateway, &raw, 4);
            return true;
        }
    }
    return false;
}

bool lan_host_parse_route6(const char *text, const char *interface,
                           uint8_t router[16])
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    unsigned i, k;

    for (i = 0; lines[i]; i++) {
        char destination[33], via[33], name[IFNAMSIZ];
        unsigned prefix, flags;

        if (sscanf(lines[i], "%32[0-9a-f] %2x %*32[0-9a-f] %*x "
                   "%32[0-9a-f] %*x %*x %*x %8x %15s", destination, &prefix,
                   via, &flags, name) != 5 ||
            prefix || strcmp(name, interface) || strlen(via) != 32 ||
            !(flags & RTF_GATEWAY) || !(flags & RTF_UP)) {
            continue;
        }
        for (k = 0; k < 16; k++) {
            router[k] = g_ascii_xdigit_value(via[2 * k]) << 4 |
                        g_ascii_xdigit_value(via[2 * k + 1]);
        }
        return true;
    }
    return false;
}

bool lan_host_parse_arp(const char *text, const uint8_t address[4],
                        uint8_t mac[6])
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    char want[INET_ADDRSTRLEN];
    unsigned i;

    inet_ntop(AF_INET, address, want, sizeof(want));
    for (i = 0; lines[i]; i++) {
        char ip[INET_ADDRSTRLEN];
        char hw[MAC_TEXT_LEN + 1];
        unsigned flags;

        if (sscanf(lines[i], "%15s 0x%*x 0x%x %17s", ip, &flags, hw) == 3 &&
            !strcmp(ip, want) && (flags & ARP_COMPLETE)) {
            return lan_host_parse_mac(hw, mac);
        }
    }
    return false;
}

unsigned lan_host_hop_limit(bool ipv6)
{
    g_autofree char *text = NULL;

    if (!g_file_get_contents(ipv6 ?
                             "/proc/sys/net/ipv6/conf/default/hop_limit" :
                             "/proc/sys/net/ipv4/ip_default_ttl", &text,
                             NULL, NULL)) {
        return 0;
    }
    return MIN(g_ascii_strtoull(text, NULL, 10), 255);
}

/*
 * The source address of the default route: connecting a datagram socket
 * sends nothing. The addresses are those for documentation, which are routed
 * like any other.
 */
static bool route_source(int family, void *address)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = htons(9) };
    struct sockaddr_in6 in6 = {
        .sin6_family = AF_INET6,
        .sin6_port = htons(9),
    };
    bool v4 = family == AF_INET;
    void *sa = v4 ? (void *)&in : (void *)&in6;
    socklen_t len = v4 ? sizeof(in) : sizeof(in6);
    int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool ok;

    if (fd < 0) {
        return false;
    }
    inet_pton(AF_INET, "192.0.2.1", &in.sin_addr);
    inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
    ok = connect(fd, sa, len) == 0 && getsockname(fd, sa, &len) == 0;
    close(fd);
    if (ok) {
        memcpy(address, v4 ? (void *)&in.sin_addr : (void *)&in6.sin6_addr,
               v4 ? 4 : 16);
    }
    return ok;
}

static const uint8_t *sockaddr_bytes(const struct sockaddr *sa)
{
    return sa->sa_family == AF_INET
        ? (const uint8_t *)&((const struct sockaddr_in *)sa)->sin_addr
        : (const uint8_t *)&((const struct sockaddr_in6 *)sa)->sin6_addr;
}

/* An interface with this address, or one with any that is of use. */
static const struct ifaddrs *find_interface(const struct ifaddrs *all,
                                            int family, const void *address)
{
    const struct ifaddrs *at;

    for (at = all; at; at = at->ifa_next) {
        if (!at->ifa_addr || !at->ifa_netmask ||
            at->ifa_addr->sa_family != family || !(at->ifa_flags & IFF_UP)) {
            continue;
        }
        if (address ? !memcmp(sockaddr_bytes(at->ifa_addr), address,
                              family == AF_INET ? 4 : 16) :
            !(at->ifa_flags & IFF_LOOPBACK)) {
            return at;
        }
    }
    return NULL;
}

static void find_gateway(const char *interface, LanHost *host)
{
    g_autofree char *route = NULL;
    g_autofree char *arp = NULL;

    if (!g_file_get_contents("/proc/net/route", &route, NULL, NULL) ||
        !lan_host_parse_route(route, interface, host->gateway)) {
        return;
    }
    host->have_gateway = true;
    if (g_file_get_contents("/proc/net/arp", &arp, NULL, NULL)) {
        host->have_gateway_mac = lan_host_parse_arp(arp, host->gateway,
                                                    host->gateway_mac);
    }
}

static void fill_ipv4(const struct ifaddrs *all, const uint8_t *address,
                      LanHost *host)
{
    const struct ifaddrs *at = find_interface(all, AF_INET, address);

    if (!at && !address) {
        static const uint8_t loopback[4] = { 127, 0, 0, 1 };

        at = find_interface(all, AF_INET, loopback);
    }
    if (at) {
        memcpy(host->address, sockaddr_bytes(at->ifa_addr), 4);
        memcpy(host->netmask, &((struct sockaddr_in *)
                                at->ifa_netmask)->sin_addr, 4);
        host->have_netmask = true;
        find_gateway(at->ifa_name, host);
    } else if (address) {
        memcpy(host->address, address, 4);
        /* All of 127.0.0.0/8 is one network, though not all is listed */
        host->have_netmask = address[0] == 127;
        host->netmask[0] = host->have_netmask ? 0xff : 0;
    }
    host->have_address = at || address;
}

static void fill_ipv6(const struct ifaddrs *all, const uint8_t *address,
                      LanHost *host)
{
    const struct ifaddrs *at = find_interface(all, AF_INET6, address);
    g_autofree char *route = NULL;
    const uint8_t *mask;
    unsigned i;

    if (!at && !address) {
        at = find_interface(all, AF_INET6, &in6addr_loopback);
    }
    host->have_address6 = at || address;
    if (!at) {
        host->prefix6 = 128;
        if (address) {
            memcpy(host->address6, address, 16);
        }
        return;
    }
    memcpy(host->address6, sockaddr_bytes(at->ifa_addr), 16);
    if (g_file_get_contents("/proc/net/ipv6_route", &route, NULL, NULL)) {
        lan_host_parse_route6(route, at->ifa_name, host->router6);
    }
    mask = (const uint8_t *)&((struct sockaddr_in6 *)
                              at->ifa_netmask)->sin6_addr;
    host->prefix6 = 0;
    for (i = 0; i < 128 && (mask[i / 8] & 0x80 >> i % 8); i++) {
        host->prefix6++;
    }
}

void lan_host_find(GInetAddress *bound, bool dual, LanHost *host)
{
    bool v4 = g_inet_address_get_family(bound) == G_SOCKET_FAMILY_IPV4;
    const uint8_t *address = g_inet_address_to_bytes(bound);
    bool any = g_inet_address_get_is_any(bound);
    struct ifaddrs *all = NULL;
    uint8_t source[16];

    memset(host, 0, sizeof(*host));
    if (getifaddrs(&all) < 0) {
        all = NULL;
    }
    if (v4 || dual) {
        fill_ipv4(all, !any ? address :
                  route_source(AF_INET, source) ? source : NULL, host);
    }
    if (!v4) {
        fill_ipv6(all, !any ? address :
                  route_source(AF_INET6, source) ? source : NULL, host);
    }
    if (all) {
        freeifaddrs(all);
    }
}

static bool is_at(const struct sockaddr *addr, GInetAddress *ip)
{
    const uint8_t *bytes = g_inet_address_to_bytes(ip);
    size_t len = g_inet_address_get_native_size(ip);
    const void *at;

    if (!addr || addr->sa_family != (sa_family_t)
        g_inet_address_get_family(ip)) {
        return false;
    }
    at = addr->sa_family == AF_INET6 ?
         (const void *)&((const struct sockaddr_in6 *)addr)->sin6_addr :
         (const void *)&((const struct sockaddr_in *)addr)->sin_addr;
    return !memcmp(at, bytes, len);
}

bool lan_host_is_own(GInetAddress *ip)
{
    struct ifaddrs *all = NULL;
    struct ifaddrs *at;
    bool found = false;

    if (getifaddrs(&all) < 0) {
        return true;
    }
    for (at = all; at && !found; at = at->ifa_next) {
        found = is_at(at->ifa_addr, ip) ||
                ((at->ifa_flags & IFF_BROADCAST) &&
                 is_at(at->ifa_broadaddr, ip));
    }
    freeifaddrs(all);
    return found;
}
