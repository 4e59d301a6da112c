/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a user is told when something is wrong: one clear line that says what
 * to do, and the exit code: 2 for options and configuration, else 1.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>

#include "test-vm.h"
#include "util/json.h"

typedef struct Fixture {
    TestDir *dir;
} Fixture;

static void setup(Fixture *f, const void *data)
{
    f->dir = test_dir_new();
}

static void teardown(Fixture *f, const void *data)
{
    test_dir_free(f->dir);
}

/* Runs qemu-bmc, which must fail with one line that matches. */
static void fails(Fixture *f, const char *environment, const char *options,
                  int code, const char *pattern)
{
    g_autofree char *line = g_strdup_printf(
        "env %s timeout 20 %s/helper/qemu-bmc --state-dir %s/state "
        "--run-dir %s/run --log-level warning %s", environment,
        g_getenv("TEST_BUILD"), f->dir->path, f->dir->path, options);
    g_autofree char *out = NULL;

    g_assert_cmpint(test_run(&out, line), ==, code);
    g_assert_true(g_str_has_prefix(out, "qemu-bmc: "));
    g_strchomp(out);
    if (strchr(out, '\n') || !g_pattern_match_simple(pattern, out)) {
        g_error("'%s' is not one line that matches '%s'", out, pattern);
    }
}

#define PORTS "--redfish-port 0 --ipmi-port 0 "

static void test_usage(Fixture *f, const void *data)
{
    fails(f, "", "--nonsense", 2, "*--nonsense*");
    fails(f, "", "qemu-system-x86_64", 2, "*unexpected argument*\"--\"*");
    fails(f, "", "--redfish-port http", 2, "*'http' is not a port*");
    fails(f, "IPMI_PORT=70000", "", 2, "*IPMI_PORT*70000*");
    fails(f, "TLS_CERT=/x.pem", "", 2, "*TLS_KEY*");
    fails(f, "", "--config /nonexistent/bmc.conf", 2,
          "*/nonexistent/bmc.conf*");
    fails(f, "", "-- ", 2, "*no QEMU command line*");
}

static void test_config(Fixture *f, const void *data)
{
    g_autofree char *path = test_dir_file(f->dir, "bmc.conf");
    g_autofree char *options = g_strdup_printf("--config %s", path);

    g_assert_true(g_file_set_contents(path, "[redfish]\nport=0\nprot=1\n", -1,
                                      NULL));
    fails(f, "", options, 2, "*bmc.conf:3: prot: unknown key*");
}

static void test_default_password(Fixture *f, const void *data)
{
    g_autofree char *state = test_dir_file(f->dir, "state/state.json");

    fails(f, "BMC_ADDRESS=*", PORTS, 2, "*default password*IPMI_PASS*");
    fails(f, "IPMI_PASS=password", PORTS "-a 0.0.0.0", 2,
          "*default password*");
    /* A refusal must not leave the account behind that was refused. */
    g_assert_false(g_file_test(state, G_FILE_TEST_EXISTS));
}

static void test_tls(Fixture *f, const void *data)
{
    g_autofree char *path = test_dir_file(f->dir, "x.pem");
    g_autofree char *options = g_strdup_printf(
        PORTS "--tls-cert %s --tls-key %s", path, path);

    fails(f, "", options, 2, "*x.pem*");
    g_assert_true(g_file_set_contents(path, "garbage", -1, NULL));
    fails(f, "", options, 2, "*x.pem*");
    fails(f, "GIO_MODULE_DIR=/nonexistent", PORTS, 1, "*glib-networking*");
}

static GSocket *occupy(GSocketType type, unsigned *port)
{
    g_autoptr(GSocketAddress) any =
        g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) bound = NULL;
    GSocket *socket = g_socket_new(G_SOCKET_FAMILY_IPV4, type,
                                   G_SOCKET_PROTOCOL_DEFAULT, NULL);

    g_assert_true(g_socket_bind(socket, any, FALSE, NULL));
    if (type == G_SOCKET_TYPE_STREAM) {
        g_assert_true(g_socket_listen(socket, NULL));
    }
    bound = g_socket_get_local_address(socket, NULL);
    *port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
    return socket;
}

static void test_busy_ports(Fixture *f, const void *data)
{
    unsigned tcp;
    unsigned udp;
    G_GNUC_UNUSED g_autoptr(GSocket) tcp_socket =
        occupy(G_SOCKET_TYPE_STREAM, &tcp);
    G_GNUC_UNUSED g_autoptr(GSocket) udp_socket =
        occupy(G_SOCKET_TYPE_DATAGRAM, &udp);
    g_autofree char *redfish = g_strdup_printf(
        "--redfish-port %u --ipmi-port 0", tcp);
    g_autofree char *ipmi = g_strdup_printf(
        "--redfish-port 0 --ipmi-port %u", udp);

    fails(f, "", redfish, 1, "*Redfish*in use*REDFISH_PORT*");
    fails(f, "", ipmi, 1, "*IPMI*in use*IPMI_PORT*");
}

/* Each remedy once, and the one that fits. */
static void test_cannot_listen(Fixture *f, const void *data)
{
    fails(f, "IPMI_PASS=other", PORTS "-a 192.0.2.1", 1,
          "*192.0.2.1*(choose another with BMC_ADDRESS or --address)");
    /* Root may have all ports, in a test too. */
    if (geteuid() != 0) {
        fails(f, "", "--redfish-port 443 --ipmi-port 0", 1,
              "*127.0.0.1:443: Permission denied (*CAP_NET_BIND_SERVICE; "
              "choose another with REDFISH_PORT or --redfish-port)");
        fails(f, "", "--redfish-port 0 --ipmi-port 623", 1,
              "*127.0.0.1:623: Permission denied (*CAP_NET_BIND_SERVICE; "
              "choose another with IPMI_PORT or --ipmi-port)");
    }
}

static void test_second_helper(Fixture *f, const void *data)
{
    g_autoptr(TestBmc) bmc = test_bmc_start(f->dir, "--qmp /nonexistent/q");
    g_autofree char *pattern = g_strdup_printf("*in use by process %d (*",
                                               (int)bmc->pid);
    g_autofree char *other = g_strdup_printf(PORTS "--state-dir %s/other",
                                             f->dir->path);

    fails(f, "", PORTS, 2, pattern);
    /* Nor can they share a run directory alone. */
    fails(f, "", other, 2, pattern);
    /* The first one is none the worse for it. */
    g_assert_cmpint(test_bmc_redfish(bmc, "GET", "/Systems/1", NULL, NULL),
                    ==, 200);
    test_bmc_stop(bmc);
}

static void test_launch(Fixture *f, const void *data)
{
    fails(f, "", PORTS "-- qemu-system-x86_64 -qmp stdio", 2, "*-qmp*");
    fails(f, "", PORTS "-- qemu-system-x86_64 --serial stdio", 2,
          "*-serial*");
    fails(f, "", PORTS "-- qemu-system-x86_64 -daemonize", 2,
          "*-daemonize*");
    fails(f, "", PORTS "-- qemu-system-x86_64 -monitor stdio", 2,
          "*-monitor*");
    fails(f, "", PORTS "-- -m 1G", 2, "*begins with the program*'-m'*");
    fails(f, "", PORTS "-- /nonexistent/qemu", 1, "*/nonexistent/qemu*");
}

static void test_launch_bad_arguments(Fixture *f, const void *data)
{
    fails(f, "", "--log-level error " PORTS
          "-- qemu-system-x86_64 -accel tcg -device nonsense", 1,
          "*nonsense*");
}

static void test_waits_for_qmp(Fixture *f, const void *data)
{
    g_autoptr(TestBmc) bmc = test_bmc_start(f->dir, "--qmp /nonexistent/q");
    g_autofree char *state = test_bmc_power_state(bmc);

    g_assert_cmpstr(state, ==, "Off");
    g_assert_true(test_bmc_logged(bmc, "/nonexistent/q"));
    g_assert_true(test_bmc_logged(bmc, "-qmp unix:/nonexistent/q"));
    test_bmc_stop(bmc);
}

/* Somebody else's client is on the socket: not known, and said so. */
static void test_qmp_held(Fixture *f, const void *data)
{
    g_autoptr(TestVm) vm = test_vm_start(f->dir, "-M q35 -S");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(vm->qmp);
    g_autoptr(GSocketClient) client = g_socket_client_new();
    g_autoptr(GSocketConnection) other = g_socket_client_connect(
        client, G_SOCKET_CONNECTABLE(addr), NULL, NULL);
    g_autofree char *options = g_strdup_printf("--qmp %s", vm->qmp);
    g_autofree char *state = NULL;
    g_autoptr(TestBmc) bmc = NULL;
    char greeting[16];

    g_assert_nonnull(other);
    g_assert_cmpint(g_input_stream_read(
                        g_io_stream_get_input_stream(G_IO_STREAM(other)),
                        greeting, sizeof(greeting), NULL, NULL), >, 0);
    bmc = test_bmc_start(f->dir, options);
    test_bmc_wait_log(bmc, "another client");
    g_assert_true(test_bmc_logged(bmc, "its own -qmp"));
    state = test_bmc_power_state(bmc);
    g_assert_cmpstr(state, ==, "null");
    /* Once it is free we are served. */
    g_io_stream_close(G_IO_STREAM(other), NULL, NULL);
    test_bmc_wait_power(bmc, "Off");
    test_bmc_stop(bmc);
}

#define ADD(name, func) \
    g_test_add("/errors/" name, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("usage", test_usage);
    ADD("config", test_config);
    ADD("default-password", test_default_password);
    ADD("tls", test_tls);
    ADD("busy-ports", test_busy_ports);
    ADD("cannot-listen", test_cannot_listen);
    ADD("second-helper", test_second_helper);
    ADD("launch", test_launch);
    ADD("launch/bad-arguments", test_launch_bad_arguments);
    ADD("waits-for-qmp", test_waits_for_qmp);
    ADD("qmp-held", test_qmp_held);
    return g_test_run();
}
