/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Answers leave from the address that was asked, whichever of ours it is: a
 * helper that listens on all addresses, in a network namespace whose one
 * interface has several. Clients take nothing from anywhere else.
 */
#include "osdep.h"

#include <net/if.h>
#include <sched.h>
#include <unistd.h>

#include "sol-client.h"
#include "test-vm.h"

#define PASSWORD "longer-password"
#define QEMU "-- qemu-system-x86_64 -accel tcg -nodefaults"
#define WAIT_MS 3000

typedef struct Lab {
    TestDir *dir;
    TestBmc *bmc;
    unsigned port;
} Lab;

static bool have_namespace;

static const char *const asked4[] = {
    "127.0.0.1", "192.0.2.1", "192.0.2.2", "198.51.100.7",
};
static const char *const asked6[] = {
    "::1", "2001:db8::1", "2001:db8::2", "fd00::7",
};

static bool enter_namespace(void)
{
    g_autofree char *map = g_strdup_printf("0 %u 1", getuid());

    if (unshare(CLONE_NEWNET) == 0) {
        return true;
    }
    return unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 &&
           g_file_set_contents_full("/proc/self/uid_map", map, -1,
                                    G_FILE_SET_CONTENTS_NONE, 0644, NULL);
}

static void make_network(void)
{
    static const char *const lines[] = {
        "link set lo up", "link add net0 type veth peer name net1",
        "link set net0 up", "link set net1 up",
        "addr add 192.0.2.1/24 brd + dev net0",
        "addr add 192.0.2.2/24 dev net0",
        "addr add 192.0.2.9/24 dev net0",
        "addr add 198.51.100.7/32 dev net0",
        "-6 addr add 2001:db8::1/64 dev net0 nodad",
        "-6 addr add 2001:db8::2/64 dev net0 nodad",
        "-6 addr add 2001:db8::9/64 dev net0 nodad",
        "-6 addr add fd00::7/128 dev net0 nodad",
        "-6 addr add fe80::7/64 dev net0 nodad",
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *line = g_strconcat("ip ", lines[i], NULL);

        g_assert_cmpint(test_run(NULL, line), ==, 0);
    }
}

static void setup(Lab *f, const void *address)
{
    g_autofree char *args = g_strdup_printf("--address=%s " QEMU,
                                            (const char *)address);

    if (!have_namespace) {
        return;
    }
    f->dir = test_dir_new();
    f->bmc = test_bmc_start(f->dir, args);
    f->port = g_ascii_strtoull(f->bmc->ipmi_port, NULL, 10);
}

static void teardown(Lab *f, const void *address)
{
    if (!have_namespace) {
        return;
    }
    test_bmc_stop(f->bmc);
    test_bmc_free(f->bmc);
    test_dir_free(f->dir);
}

/* Sends RMCP's ping; returns who has answered. */
static char *ping(const Lab *f, const char *from, GSocketAddress *to)
{
    static const char message[] = { 6, 0, -1, 6, 0, 0, 0x11, -66, -128, 7, 0,
                                    0 };
    g_autoptr(GSocketAddress) local =
        g_inet_socket_address_new_from_string(from, 0);
    g_autoptr(GSocketAddress) answered = NULL;
    g_autoptr(GError) err = NULL;
    g_autoptr(GSocket) sock = g_socket_new(
        g_socket_address_get_family(to), G_SOCKET_TYPE_DATAGRAM,
        G_SOCKET_PROTOCOL_UDP, NULL);
    char buf[128];
    gssize n;

    g_assert_true(g_socket_bind(sock, local, FALSE, NULL));
    g_socket_set_broadcast(sock, TRUE);
    g_socket_set_timeout(sock, WAIT_MS / 1000);
    g_assert_cmpint(g_socket_send_to(sock, to, message, sizeof(message), NULL,
                                     NULL), ==, sizeof(message));
    n = g_socket_receive_from(sock, &answered, buf, sizeof(buf), NULL, &err);
    g_assert_no_error(err);
    g_assert_cmpint(n, ==, 28);
    g_assert_cmphex((uint8_t)buf[8], ==, 0x40);
    g_assert_cmpint(buf[9], ==, 7);
    g_assert_cmpint(g_inet_socket_address_get_port(
                        G_INET_SOCKET_ADDRESS(answered)), ==, f->port);
    return g_inet_address_to_string(g_inet_socket_address_get_address(
                                        G_INET_SOCKET_ADDRESS(answered)));
}

/*
 * The client's socket is connected: the kernel drops what comes from others.
 * There is no VM, and SOL says so.
 */
static void check(const Lab *f, const char *asked, const char *from)
{
    g_autoptr(GSocketAddress) server =
        g_inet_socket_address_new_from_string(asked, f->port);
    g_autofree char *answered = ping(f, from, server);
    SolClient client;

    g_test_message("%s from %s", asked, from);
    g_assert_cmpstr(answered, ==, asked);
    sol_client_open(&client, server, from, PASSWORD);
    sol_client_type(&client, "x", 1);
    sol_client_wait_status(&client, SOL_STATUS_NACK |
                           SOL_STATUS_UNAVAILABLE);
    sol_client_logout(&client);
    sol_client_close(&client);
}

static void check_ipv4(const Lab *f)
{
    g_autoptr(GSocketAddress) everybody =
        g_inet_socket_address_new_from_string("192.0.2.255", f->port);
    g_autofree char *answered = NULL;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(asked4); i++) {
        check(f, asked4[i], i ? "192.0.2.9" : "127.0.0.3");
    }
    /* Who asks everybody gets an answer from one. */
    answered = ping(f, "192.0.2.9", everybody);
    g_assert_true(g_str_has_prefix(answered, "192.0.2."));
    g_assert_cmpstr(answered, !=, "192.0.2.255");
}

static void check_ipv6(const Lab *f)
{
    g_autoptr(GInetAddress) group =
        g_inet_address_new_from_string("ff02::1");
    g_autoptr(GInetAddress) local =
        g_inet_address_new_from_string("fe80::7");
    unsigned scope = if_nametoindex("net0");
    g_autoptr(GSocketAddress) everybody = g_object_new(
        G_TYPE_INET_SOCKET_ADDRESS, "address", group, "port", f->port,
        "scope-id", scope, NULL);
    g_autoptr(GSocketAddress) linklocal = g_object_new(
        G_TYPE_INET_SOCKET_ADDRESS, "address", local, "port", f->port,
        "scope-id", scope, NULL);
    g_autofree char *answered = NULL;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(asked6); i++) {
        check(f, asked6[i], "2001:db8::9");
    }
    answered = ping(f, "2001:db8::9", linklocal);
    g_assert_cmpstr(answered, ==, "fe80::7");
    g_clear_pointer(&answered, g_free);
    answered = ping(f, "2001:db8::9", everybody);
    g_assert_cmpstr(answered, !=, "ff02::1");
}

static void test_all(Lab *f, const void *address)
{
    if (!have_namespace) {
        g_test_skip("no network namespaces (neither root nor user "
                    "namespaces)");
        return;
    }
    check_ipv4(f);
    if (strcmp(address, "0.0.0.0") != 0) {
        check_ipv6(f);
    }
}

#define ADD(path, address) \
    g_test_add("/addresses/" path, Lab, address, setup, test_all, teardown)

int main(int argc, char **argv)
{
    have_namespace = enter_namespace();
    test_init(&argc, &argv);
    g_setenv("IPMI_PASS", PASSWORD, TRUE);
    if (have_namespace) {
        make_network();
    }
    ADD("any", "*");
    ADD("ipv6", "[::]");
    ADD("ipv4", "0.0.0.0");
    return g_test_run();
}
