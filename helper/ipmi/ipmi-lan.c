/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The UDP socket. Datagrams are read with recvmsg() itself rather than
 * through GSocket, because only that tells which of our addresses a datagram
 * was sent to, and an answer from another one would be ignored by its peer.
 */
#include "osdep.h"

#include "ipmi/ipmi-lan.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "ipmi/ipmi-engine.h"
#include "util/addr.h"
#include "util/error.h"

/* Datagrams per turn of the main loop, so that a flood starves nobody. */
#define BUDGET 64

/*
 * What a flood sends while we are busy must not push out what others send.
 * The kernel may allow less.
 */
#define RECEIVE_BUFFER (1024 * 1024)

struct IpmiLan {
    IpmiEngine *engine;
    GSocket *socket;
    GSocketAddress *address;
    GSource *source;
    int fd;
};

/* An IPv6 socket tells of an IPv4 datagram in both ways. */
typedef union Control {
    struct cmsghdr header;
    char both[CMSG_SPACE(sizeof(struct in_pktinfo)) +
              CMSG_SPACE(sizeof(struct in6_pktinfo))];
} Control;

/*
 * Which of our addresses was asked. A datagram to everybody is answered from
 * whichever the kernel takes; for IPv4 only IP_PKTINFO knows that it was one.
 */
static void read_local(struct msghdr *msg, IpmiPeer *peer)
{
    struct cmsghdr *c;
    struct in_pktinfo in;
    struct in6_pktinfo in6;

    for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
        if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            memcpy(&in, CMSG_DATA(c), sizeof(in));
            peer->local.in.sin_family = AF_INET;
            peer->local.in.sin_addr = in.ipi_spec_dst;
        } else if (c->cmsg_level == IPPROTO_IPV6 &&
                   c->cmsg_type == IPV6_PKTINFO &&
                   peer->local.sa.sa_family == AF_UNSPEC) {
            memcpy(&in6, CMSG_DATA(c), sizeof(in6));
            if (IN6_IS_ADDR_MULTICAST(&in6.ipi6_addr)) {
                continue;
            }
            peer->local.in6.sin6_family = AF_INET6;
            peer->local.in6.sin6_addr = in6.ipi6_addr;
            peer->local.in6.sin6_scope_id = in6.ipi6_ifindex;
        }
    }
}

static void write_local(struct msghdr *msg, Control *control,
                        const IpmiPeer *peer)
{
    struct in6_pktinfo in6 = { 0 };
    struct in_pktinfo in = { 0 };
    struct cmsghdr *c = &control->header;

    memset(control, 0, sizeof(*control));
    msg->msg_control = control;
    if (peer->local.sa.sa_family == AF_INET) {
        in.ipi_spec_dst = peer->local.in.sin_addr;
        msg->msg_controllen = CMSG_SPACE(sizeof(in));
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(in));
        memcpy(CMSG_DATA(c), &in, sizeof(in));
    } else if (peer->local.sa.sa_family == AF_INET6) {
        in6.ipi6_addr = peer->local.in6.sin6_addr;
        if (IN6_IS_ADDR_LINKLOCAL(&in6.ipi6_addr)) {
            in6.ipi6_ifindex = peer->local.in6.sin6_scope_id;
        }
        msg->msg_controllen = CMSG_SPACE(sizeof(in6));
        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = IPV6_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(in6));
        memcpy(CMSG_DATA(c), &in6, sizeof(in6));
    } else {
        msg->msg_control = NULL;
    }
}

/* A full socket buffer loses the datagram; the peer asks again. */
static void lan_send(void *opaque, const IpmiPeer *peer, const uint8_t *buf,
                     size_t len)
{
    IpmiLan *lan = opaque;
    IpmiPeer to = *peer;
    struct iovec iov = { (void *)buf, len };
    struct msghdr msg = { 0 };
    Control control;

    msg.msg_name = &to.addr;
    msg.msg_namelen = to.addr.sa.sa_family == AF_INET ?
                      sizeof(to.addr.in) : sizeof(to.addr.in6);
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    write_local(&msg, &control, &to);
    if (sendmsg(lan->fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        g_debug("IPMI LAN: cannot send: %s", g_strerror(errno));
    }
}

/* Returns false when there is nothing left to read. */
static bool receive_one(IpmiLan *lan)
{
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    struct iovec iov = { buf, sizeof(buf) };
    struct msghdr msg = { 0 };
    IpmiPeer peer = { 0 };
    Control control;
    ssize_t n;

    msg.msg_name = &peer.addr;
    msg.msg_namelen = sizeof(peer.addr);
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_control = &control;
    msg.msg_controllen = sizeof(control);
    n = recvmsg(lan->fd, &msg, MSG_DONTWAIT);
    if (n < 0) {
        /*
         * Anything else is the echo of an earlier answer (ICMP refused) or
         * an interruption, and is over once it has been read.
         */
        return errno != EAGAIN && errno != EWOULDBLOCK;
    }
    if ((msg.msg_flags & MSG_TRUNC) ||
        (peer.addr.sa.sa_family != AF_INET &&
         peer.addr.sa.sa_family != AF_INET6)) {
        return true;
    }
    read_local(&msg, &peer);
    ipmi_engine_receive(lan->engine, &peer, buf, n);
    return true;
}

static gboolean lan_readable(GSocket *socket, GIOCondition cond, void *opaque)
{
    IpmiLan *lan = opaque;
    unsigned i;

    for (i = 0; i < BUDGET && receive_one(lan); i++) {
        continue;
    }
    return G_SOURCE_CONTINUE;
}

static bool bind_socket(GSocket *socket, GSocketAddress *addr, GError **errp)
{
    g_autofree char *text = addr_to_string(addr);
    struct sockaddr_storage sa;
    gssize len = g_socket_address_get_native_size(addr);
    BmcError code = BMC_ERROR_FAILED;
    int err;

    /* SO_REUSEADDR on UDP would let two servers share a port unseen. */
    if (!g_socket_address_to_native(addr, &sa, sizeof(sa), errp)) {
        return false;
    }
    if (bind(g_socket_get_fd(socket), (struct sockaddr *)&sa, len) == 0) {
        return true;
    }
    err = errno;
    switch (err) {
    case EADDRINUSE:
        g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                    "UDP address %s is in use by another service", text);
        return false;
    case EACCES:
        code = BMC_ERROR_PERMISSION;
        break;
    case EADDRNOTAVAIL:
        code = BMC_ERROR_NOT_FOUND;
        break;
    default:
        break;
    }
    g_set_error(errp, BMC_ERROR, code, "cannot listen on UDP %s: %s", text,
                g_strerror(err));
    return false;
}

/*
 * "::" stands for IPv4 too, as the TCP listener has it; any other IPv6
 * address is for IPv6 only.
 */
static GSocket *make_socket(GSocketAddress *addr, GError **errp)
{
    GSocketFamily family = g_socket_address_get_family(addr);
    g_autoptr(GSocket) sock = NULL;
    GInetAddress *inet;
    bool any;

    if (!G_IS_INET_SOCKET_ADDRESS(addr)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "IPMI over LAN needs an IP address");
        return NULL;
    }
    inet = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(addr));
    any = g_inet_address_get_is_any(inet);
    sock = g_socket_new(family, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP,
                        errp);
    if (!sock) {
        return NULL;
    }
    g_socket_set_blocking(sock, FALSE);
    g_socket_set_option(sock, SOL_SOCKET, SO_RCVBUF, RECEIVE_BUFFER, NULL);
    if (family == G_SOCKET_FAMILY_IPV6) {
        g_socket_set_option(sock, IPPROTO_IPV6, IPV6_V6ONLY, !any, NULL);
        g_socket_set_option(sock, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, NULL);
    }
    if (family == G_SOCKET_FAMILY_IPV4 || any) {
        g_socket_set_option(sock, IPPROTO_IP, IP_PKTINFO, 1, NULL);
    }
    if (!bind_socket(sock, addr, errp)) {
        return NULL;
    }
    return g_steal_pointer(&sock);
}

IpmiLan *ipmi_lan_new(IpmiCore *core, GSocketAddress *addr, GError **errp)
{
    g_autoptr(GSocket) sock = make_socket(addr, errp);
    g_autoptr(GSocketAddress) bound = NULL;
    IpmiLan *lan;

    if (!sock) {
        return NULL;
    }
    bound = g_socket_get_local_address(sock, errp);
    if (!bound) {
        return NULL;
    }
    lan = g_new0(IpmiLan, 1);
    lan->engine = ipmi_engine_new(core, lan_send, lan);
    lan->fd = g_socket_get_fd(sock);
    lan->source = g_socket_create_source(sock, G_IO_IN, NULL);
    g_source_set_callback(lan->source, G_SOURCE_FUNC(lan_readable), lan,
                          NULL);
    g_source_attach(lan->source, g_main_context_get_thread_default());
    lan->socket = g_steal_pointer(&sock);
    lan->address = g_steal_pointer(&bound);
    return lan;
}

void ipmi_lan_free(IpmiLan *lan)
{
    if (!lan) {
        return;
    }
    g_source_destroy(lan->source);
    g_source_unref(lan->source);
    ipmi_engine_free(lan->engine);
    g_object_unref(lan->socket);
    g_object_unref(lan->address);
    g_free(lan);
}

GSocketAddress *ipmi_lan_address(const IpmiLan *lan)
{
    return lan->address;
}
