/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A UDP network that loses, repeats and reorders. */
#include "osdep.h"

#include "udp-proxy.h"

#define DATAGRAM_MAX 2048
/* What is late comes after up to so many others, */
#define OVERTAKEN_MAX 5
/* or after so long, if nothing else comes. */
#define LATE_MS 15

/*
 * Way: one direction.
 *
 * @in: where datagrams come from, @out: where they go
 * @late: the one that waits, or NULL
 * @behind: how many still overtake it
 * @timer: when it goes anyway, or 0
 */
typedef struct Way {
    UdpProxy *proxy;
    GSocket *in;
    GSocket *out;
    GSource *source;
    GBytes *late;
    unsigned behind;
    unsigned timer;
} Way;

struct UdpProxy {
    GSocket *front;
    GSocket *back;
    GSocketAddress *client;
    GRand *rand;
    UdpFaults faults;
    UdpFaults count;
    Way up;
    Way down;
};

static void forward(Way *way, const void *buf, size_t len)
{
    GSocketAddress *to = way == &way->proxy->down ? way->proxy->client : NULL;

    /* What a full buffer loses is lost, as on any network. */
    g_socket_send_to(way->out, to, buf, len, NULL, NULL);
}

static void forward_late(Way *way)
{
    g_autoptr(GBytes) late = g_steal_pointer(&way->late);

    if (way->timer) {
        g_source_remove(way->timer);
        way->timer = 0;
    }
    if (late) {
        forward(way, g_bytes_get_data(late, NULL), g_bytes_get_size(late));
    }
}

static gboolean late_enough(void *opaque)
{
    Way *way = opaque;

    way->timer = 0;
    forward_late(way);
    return G_SOURCE_REMOVE;
}

static bool happens(UdpProxy *proxy, unsigned percent, unsigned *count)
{
    if (g_rand_int_range(proxy->rand, 0, 100) >= (int)percent) {
        return false;
    }
    ++*count;
    return true;
}

static void pass(Way *way, const void *buf, size_t len)
{
    UdpProxy *proxy = way->proxy;

    if (happens(proxy, proxy->faults.lose, &proxy->count.lose)) {
        return;
    }
    if (!way->late &&
        happens(proxy, proxy->faults.late, &proxy->count.late)) {
        way->late = g_bytes_new(buf, len);
        way->behind = g_rand_int_range(proxy->rand, 1, OVERTAKEN_MAX + 1);
        way->timer = g_timeout_add(LATE_MS, late_enough, way);
        return;
    }
    forward(way, buf, len);
    if (happens(proxy, proxy->faults.twice, &proxy->count.twice)) {
        forward(way, buf, len);
    }
    if (way->late && --way->behind == 0) {
        forward_late(way);
    }
}

static gboolean on_datagram(GSocket *sock, GIOCondition cond, void *opaque)
{
    Way *way = opaque;
    UdpProxy *proxy = way->proxy;
    g_autoptr(GSocketAddress) from = NULL;
    char buf[DATAGRAM_MAX];
    gssize n = g_socket_receive_from(sock, &from, buf, sizeof(buf), NULL,
                                     NULL);

    if (n <= 0) {
        return G_SOURCE_CONTINUE;
    }
    if (way == &proxy->up) {
        g_set_object(&proxy->client, from);
    }
    pass(way, buf, n);
    return G_SOURCE_CONTINUE;
}

static void start_way(UdpProxy *proxy, Way *way, GSocket *in, GSocket *out)
{
    way->proxy = proxy;
    way->in = in;
    way->out = out;
    way->source = g_socket_create_source(in, G_IO_IN, NULL);
    g_source_set_callback(way->source, G_SOURCE_FUNC(on_datagram), way, NULL);
    g_source_attach(way->source, NULL);
}

static void stop_way(Way *way)
{
    if (way->timer) {
        g_source_remove(way->timer);
    }
    g_clear_pointer(&way->late, g_bytes_unref);
    g_source_destroy(way->source);
    g_source_unref(way->source);
}

static GSocket *make_socket(void)
{
    GSocket *sock = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                                 G_SOCKET_PROTOCOL_UDP, NULL);

    g_assert_nonnull(sock);
    g_socket_set_blocking(sock, FALSE);
    return sock;
}

UdpProxy *udp_proxy_new(GSocketAddress *server, uint32_t seed)
{
    UdpProxy *proxy = g_new0(UdpProxy, 1);
    g_autoptr(GSocketAddress) any =
        g_inet_socket_address_new_from_string("127.0.0.1", 0);

    proxy->rand = g_rand_new_with_seed(seed);
    proxy->front = make_socket();
    g_assert_true(g_socket_bind(proxy->front, any, FALSE, NULL));
    proxy->back = make_socket();
    g_assert_true(g_socket_connect(proxy->back, server, NULL, NULL));
    start_way(proxy, &proxy->up, proxy->front, proxy->back);
    start_way(proxy, &proxy->down, proxy->back, proxy->front);
    return proxy;
}

void udp_proxy_free(UdpProxy *proxy)
{
    if (!proxy) {
        return;
    }
    stop_way(&proxy->up);
    stop_way(&proxy->down);
    g_object_unref(proxy->front);
    g_object_unref(proxy->back);
    g_clear_object(&proxy->client);
    g_rand_free(proxy->rand);
    g_free(proxy);
}

GSocketAddress *udp_proxy_address(const UdpProxy *proxy)
{
    return g_socket_get_local_address(proxy->front, NULL);
}

void udp_proxy_set_faults(UdpProxy *proxy, const UdpFaults *faults)
{
    proxy->faults = *faults;
}

const UdpFaults *udp_proxy_count(const UdpProxy *proxy)
{
    return &proxy->count;
}
