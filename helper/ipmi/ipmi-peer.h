/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The other end of a datagram. */
#ifndef QEMU_BMC_IPMI_IPMI_PEER_H
#define QEMU_BMC_IPMI_IPMI_PEER_H

#include <netinet/in.h>
#include <stdbool.h>

/**
 * IpmiAddr: an IP address and a port.
 */
typedef union IpmiAddr {
    struct sockaddr sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
} IpmiAddr;

/**
 * IpmiPeer: who sent a datagram, and how to answer.
 *
 * @port: the socket that it came on, as a token; sessions do not change it
 * @addr: the sender's address
 * @local: our address that it was sent to, for the answer; family is
 *         AF_UNSPEC if not known
 */
typedef struct IpmiPeer {
    const void *port;
    IpmiAddr addr;
    IpmiAddr local;
} IpmiPeer;

/**
 * ipmi_peer_equal: whether two peers are the same: socket, address, port.
 *
 * @a: one
 * @b: the other
 *
 * Returns: true if they are
 */
bool ipmi_peer_equal(const IpmiPeer *a, const IpmiPeer *b);

/**
 * ipmi_peer_same_host: whether two peers have the same address; the port
 * does not matter.
 *
 * @a: one
 * @b: the other
 *
 * Returns: true if they have
 */
bool ipmi_peer_same_host(const IpmiPeer *a, const IpmiPeer *b);

/**
 * ipmi_peer_hash_host: hash a peer's address, as ipmi_peer_same_host()
 * compares them.
 *
 * @peer: the peer
 *
 * Returns: the hash
 */
unsigned ipmi_peer_hash_host(const IpmiPeer *peer);

/**
 * ipmi_peer_host: a peer's address for people, without port.
 *
 * @peer: the peer
 *
 * Returns: (transfer full): text
 */
char *ipmi_peer_host(const IpmiPeer *peer);

#endif /* QEMU_BMC_IPMI_IPMI_PEER_H */
