/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comparing and showing peers. */
#include "osdep.h"

#include "ipmi/ipmi-peer.h"

#include <arpa/inet.h>

bool ipmi_peer_same_host(const IpmiPeer *a, const IpmiPeer *b)
{
    if (a->addr.sa.sa_family != b->addr.sa.sa_family) {
        return false;
    }
    if (a->addr.sa.sa_family == AF_INET) {
        return a->addr.in.sin_addr.s_addr == b->addr.in.sin_addr.s_addr;
    }
    return IN6_ARE_ADDR_EQUAL(&a->addr.in6.sin6_addr,
                              &b->addr.in6.sin6_addr) &&
           a->addr.in6.sin6_scope_id == b->addr.in6.sin6_scope_id;
}

bool ipmi_peer_equal(const IpmiPeer *a, const IpmiPeer *b)
{
    if (a->port != b->port || !ipmi_peer_same_host(a, b)) {
        return false;
    }
    return a->addr.sa.sa_family == AF_INET ?
           a->addr.in.sin_port == b->addr.in.sin_port :
           a->addr.in6.sin6_port == b->addr.in6.sin6_port;
}

unsigned ipmi_peer_hash_host(const IpmiPeer *peer)
{
    uint32_t hash = 0;
    uint32_t word;
    size_t i;

    if (peer->addr.sa.sa_family == AF_INET) {
        return peer->addr.in.sin_addr.s_addr;
    }
    for (i = 0; i < sizeof(struct in6_addr); i += sizeof(word)) {
        memcpy(&word, peer->addr.in6.sin6_addr.s6_addr + i, sizeof(word));
        hash = hash * 31 + word;
    }
    return hash;
}

char *ipmi_peer_host(const IpmiPeer *peer)
{
    char text[INET6_ADDRSTRLEN] = "?";
    const struct in6_addr *in6 = &peer->addr.in6.sin6_addr;

    if (peer->addr.sa.sa_family == AF_INET) {
        inet_ntop(AF_INET, &peer->addr.in.sin_addr, text, sizeof(text));
    } else if (IN6_IS_ADDR_V4MAPPED(in6)) {
        inet_ntop(AF_INET, &in6->s6_addr[12], text, sizeof(text));
    } else {
        inet_ntop(AF_INET6, in6, text, sizeof(text));
    }
    return g_strdup(text);
}
