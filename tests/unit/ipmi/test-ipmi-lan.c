/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The UDP server, over loopback. */
#include "osdep.h"

#include "ipmi/ipmi-lan.h"

#include "ipmi/ipmi-session.h"
#include "util/addr.h"
#include "util/error.h"

#include "bmc-fixture.h"
#include "ipmi-test-client.h"
#include "test-util.h"

typedef struct LanFixture {
    Fixture base;
    IpmiCore *core;
    IpmiLan *lan;
} LanFixture;

static void start(LanFixture *f, const char *address)
{
    g_autoptr(GSocketAddress) addr = NULL;
    GError *err = NULL;

    fixture_init_accounts(&f->base, MACHINE_STATE_RUNNING);
    fixture_start(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
    addr = addr_parse(address, "127.0.0.1", -1, &err);
    g_assert_no_error(err);
    f->lan = ipmi_lan_new(f->core, addr, &err);
    g_assert_no_error(err);
}

static void stop(LanFixture *f)
{
    ipmi_lan_free(f->lan);
    ipmi_core_free(f->core);
    fixture_clear(&f->base);
}

static uint16_t bound_port(LanFixture *f)
{
    GSocketAddress *addr = ipmi_lan_address(f->lan);

    return g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(addr));
}

static void assert_works(GSocketAddress *server, const char *from)
{
    IpmiTestClient client;

    ipmi_test_client_init_udp(&client, server, from);
    g_assert_cmpint(ipmi_test_client_login(&client, 17, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
    g_assert_cmpint(ipmi_test_client_command(&client, IPMI_NETFN_CHASSIS,
                                             0x01, NULL, 0), ==, 0);
    ipmi_test_client_clear(&client);
}

/* Get Session Info has the client's address, however the socket sees it. */
static void assert_peer_shown(GSocketAddress *server)
{
    IpmiTestClient client;

    ipmi_test_client_init_udp(&client, server, "127.0.0.3");
    g_assert_cmpint(ipmi_test_client_login(&client, 17, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
    g_assert_cmpint(ipmi_test_client_command(&client, IPMI_NETFN_APP, 0x3d,
                                             "\0", 1), ==, 0);
    test_assert_hex_equal(client.data + 6, 4, "7f000003");
    ipmi_test_client_clear(&client);
}

static void test_ipv4(void)
{
    LanFixture f;

    start(&f, "127.0.0.1:0");
    g_assert_cmpint(bound_port(&f), !=, 0);
    assert_works(ipmi_lan_address(f.lan), NULL);
    assert_works(ipmi_lan_address(f.lan), "127.0.0.2");
    g_assert_cmpint(f.core->sessions->active.length, ==, 2);
    stop(&f);
}

static bool have_ipv6(void)
{
    g_autoptr(GSocketAddress) probe =
        g_inet_socket_address_new_from_string("::1", 0);
    g_autoptr(GSocket) sock = g_socket_new(G_SOCKET_FAMILY_IPV6,
                                           G_SOCKET_TYPE_DATAGRAM,
                                           G_SOCKET_PROTOCOL_UDP, NULL);

    if (sock && g_socket_bind(sock, probe, FALSE, NULL)) {
        return true;
    }
    g_test_skip("no IPv6 here");
    return false;
}

static void test_ipv6(void)
{
    LanFixture f;

    if (have_ipv6()) {
        start(&f, "[::1]:0");
        assert_works(ipmi_lan_address(f.lan), NULL);
        stop(&f);
    }
}

/* One socket for both families. */
static void test_any_ipv6(void)
{
    static const char *const hosts[] = { "::1", "127.0.0.1" };
    LanFixture f;
    size_t i;

    if (!have_ipv6()) {
        return;
    }
    start(&f, "*:0");
    for (i = 0; i < G_N_ELEMENTS(hosts); i++) {
        g_autoptr(GSocketAddress) addr =
            g_inet_socket_address_new_from_string(hosts[i], bound_port(&f));

        assert_works(addr, NULL);
    }
    stop(&f);
}

/* A connected client sees an answer only from the address it has asked. */
static void test_any(void)
{
    static const char *const hosts[] = { "127.0.0.1", "127.0.0.2" };
    static const char *const servers[] = { "0.0.0.0:0", "*:0" };
    LanFixture f;
    size_t i;
    size_t s;

    for (s = 0; s < G_N_ELEMENTS(servers); s++) {
        start(&f, servers[s]);
        for (i = 0; i < G_N_ELEMENTS(hosts); i++) {
            g_autoptr(GSocketAddress) addr =
                g_inet_socket_address_new_from_string(hosts[i],
                                                      bound_port(&f));

            assert_works(addr, NULL);
            assert_peer_shown(addr);
        }
        stop(&f);
    }
}

static void test_busy(void)
{
    g_autoptr(GError) err = NULL;
    LanFixture f;

    start(&f, "127.0.0.1:0");
    g_assert_null(ipmi_lan_new(f.core, ipmi_lan_address(f.lan), &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_EXISTS);
    g_assert_nonnull(strstr(err->message, "in use by another service"));
    stop(&f);
}

static void test_bad_address(void)
{
    g_autoptr(GSocketAddress) addr =
        g_inet_socket_address_new_from_string("192.0.2.1", 0);
    g_autoptr(GError) err = NULL;
    LanFixture f;

    start(&f, "127.0.0.1:0");
    g_assert_null(ipmi_lan_new(f.core, addr, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(err->message, "192.0.2.1"));
    stop(&f);
}

/* Rubbish of every size does no harm, and somebody can still log in. */
static void test_rubbish(void)
{
    g_autoptr(GSocket) sock = g_socket_new(G_SOCKET_FAMILY_IPV4,
                                           G_SOCKET_TYPE_DATAGRAM,
                                           G_SOCKET_PROTOCOL_UDP, NULL);
    g_autofree char *big = g_malloc0(60000);
    LanFixture f;
    size_t i;

    start(&f, "127.0.0.1:0");
    g_socket_connect(sock, ipmi_lan_address(f.lan), NULL, NULL);
    for (i = 0; i < 150; i++) {
        g_socket_send(sock, big, i * 400, NULL, NULL);
    }
    test_drain();
    assert_works(ipmi_lan_address(f.lan), NULL);
    stop(&f);
}

/* The client goes before its answer: the server must not mind. */
static void test_client_gone(void)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    LanFixture f;
    IpmiTestClient client;
    size_t len;

    start(&f, "127.0.0.1:0");
    ipmi_test_client_init_udp(&client, ipmi_lan_address(f.lan), NULL);
    g_assert_cmpint(ipmi_test_client_login(&client, 3, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
    len = ipmi_test_client_seal(&client, IPMI_NETFN_CHASSIS, 0x01, NULL, 0,
                                packet);
    g_socket_send(client.socket, (const char *)packet, len, NULL, NULL);
    ipmi_test_client_clear(&client);
    test_drain();
    assert_works(ipmi_lan_address(f.lan), NULL);
    stop(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/ipmi/lan/ipv4", test_ipv4);
    g_test_add_func("/ipmi/lan/ipv6", test_ipv6);
    g_test_add_func("/ipmi/lan/any", test_any);
    g_test_add_func("/ipmi/lan/any-ipv6", test_any_ipv6);
    g_test_add_func("/ipmi/lan/busy", test_busy);
    g_test_add_func("/ipmi/lan/bad-address", test_bad_address);
    g_test_add_func("/ipmi/lan/rubbish", test_rubbish);
    g_test_add_func("/ipmi/lan/client-gone", test_client_gone);
    return g_test_run();
}
