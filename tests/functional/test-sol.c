/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serial over LAN through a real guest that echoes: nothing is lost, comes
 * twice or changes places, on a good network and on a bad one. TEST_SOL_KIB
 * says how much goes each way.
 */
#include "osdep.h"

#include <signal.h>

#include "sol-client.h"
#include "test-vm.h"
#include "udp-proxy.h"

#define QEMU "-- qemu-system-x86_64 -accel tcg -nodefaults -m 64 " \
             "-drive if=none,id=a,format=raw,file=@echo.img@,snapshot=on " \
             "-device ide-hd,drive=a"
#define STREAM_S 500

static const UdpFaults bad_network = { .lose = 4, .twice = 5, .late = 8 };

typedef struct SolLab {
    TestDir *dir;
    TestBmc *bmc;
    UdpProxy *proxy;
    SolClient client;
} SolLab;

static void connect_client(SolLab *f)
{
    unsigned port = g_ascii_strtoull(f->bmc->ipmi_port, NULL, 10);
    g_autoptr(GSocketAddress) server =
        g_inet_socket_address_new_from_string("127.0.0.1", port);
    g_autoptr(GSocketAddress) front = NULL;

    f->proxy = udp_proxy_new(server, 4711);
    front = udp_proxy_address(f->proxy);
    sol_client_open(&f->client, front, NULL, "password");
}

static void reset(SolLab *f, const char *type)
{
    g_autofree char *body = g_strdup_printf("{\"ResetType\":\"%s\"}", type);

    g_assert_cmpint(test_bmc_redfish(
                        f->bmc, "POST",
                        "/Systems/1/Actions/ComputerSystem.Reset", body,
                        NULL), ==, 204);
}

static void setup(SolLab *f, const void *opaque)
{
    f->dir = test_dir_new();
    f->bmc = test_bmc_start(f->dir, QEMU);
    connect_client(f);
    reset(f, "On");
    sol_client_expect(&f->client, "ECHO-READY\r\n");
}

static void disconnect_client(SolLab *f)
{
    sol_client_close(&f->client);
    g_clear_pointer(&f->proxy, udp_proxy_free);
}

static void teardown(SolLab *f, const void *opaque)
{
    disconnect_client(f);
    test_bmc_stop(f->bmc);
    test_bmc_free(f->bmc);
    test_dir_free(f->dir);
}

/* Every byte has a value of its own among its neighbours. */
static void stream(SolLab *f)
{
    const char *kib = g_getenv("TEST_SOL_KIB");
    size_t len = (kib ? g_ascii_strtoull(kib, NULL, 10) : 64) * 1024;
    g_autofree uint8_t *data = g_malloc(len);
    GRand *rand = g_rand_new_with_seed(1);
    int64_t start = g_get_monotonic_time();
    size_t i;

    for (i = 0; i < len; i++) {
        data[i] = g_rand_int(rand);
    }
    g_rand_free(rand);
    sol_client_type(&f->client, data, len);
    sol_client_run(&f->client, len, STREAM_S);
    test_assert_bytes_equal(f->client.in->data, f->client.in->len, data, len);
    g_assert_cmphex(f->client.status & SOL_STATUS_OVERRUN, ==, 0);
    g_test_message("%zu bytes each way in %" G_GINT64_FORMAT " ms, %u packets "
                   "sent again", len, (g_get_monotonic_time() - start) / 1000,
                   f->client.resent);
}

static void test_stream(SolLab *f, const void *opaque)
{
    stream(f);
}

static void test_bad_network(SolLab *f, const void *opaque)
{
    const UdpFaults *count = udp_proxy_count(f->proxy);

    udp_proxy_set_faults(f->proxy, &bad_network);
    stream(f);
    g_test_message("%u lost, %u doubled, %u late", count->lose, count->twice,
                   count->late);
    g_assert_cmpint(count->lose, >, 0);
    g_assert_cmpint(count->twice, >, 0);
    g_assert_cmpint(count->late, >, 0);
}

/* Once, however often it is sent, and before what is typed after it. */
static void test_break(SolLab *f, const void *opaque)
{
    unsigned i;

    sol_client_break(&f->client);
    sol_client_expect(&f->client, "<BREAK>");
    udp_proxy_set_faults(f->proxy, &(UdpFaults) { .lose = 30, .late = 20 });
    for (i = 0; i < 10; i++) {
        char letter = 'a' + i;
        g_autofree char *answer = g_strdup_printf("<BREAK>%c", letter);

        sol_client_break(&f->client);
        sol_client_type(&f->client, &letter, 1);
        sol_client_run(&f->client, strlen(answer), 60);
        test_assert_bytes_equal(f->client.in->data, f->client.in->len, answer,
                                strlen(answer));
        g_byte_array_set_size(f->client.in, 0);
    }
}

/* The session outlives the guest and QEMU, but not the helper. */
static void test_restarts(SolLab *f, const void *opaque)
{
    SolClient *client = &f->client;
    g_autofree char *path = test_dir_file(f->dir, "run/qemu.pid");
    g_autofree char *pid = NULL;

    reset(f, "ForceRestart");
    sol_client_expect(client, "ECHO-READY\r\n");
    sol_client_type(client, "reset", 5);
    sol_client_expect(client, "reset");
    g_assert_true(g_file_get_contents(path, &pid, NULL, NULL));
    kill(g_ascii_strtoll(pid, NULL, 10), SIGKILL);
    test_bmc_wait_power(f->bmc, "Off");
    /* Refused as long as QEMU is away, and there in the end. */
    sol_client_type(client, "early", 5);
    reset(f, "On");
    sol_client_expect(client, "ECHO-READY\r\n");
    g_assert_cmphex(client->status & SOL_STATUS_UNAVAILABLE, !=, 0);
    sol_client_type(client, "late", 4);
    sol_client_expect(client, "late");
    /* Another helper finds the same QEMU, and its line. */
    test_bmc_kill(f->bmc);
    disconnect_client(f);
    test_bmc_free(f->bmc);
    f->bmc = test_bmc_start(f->dir, QEMU);
    connect_client(f);
    sol_client_type(client, "again", 5);
    sol_client_expect(client, "again");
}

#define ADD(path, func) \
    g_test_add("/sol/" path, SolLab, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("much/stream", test_stream);
    ADD("much/bad-network", test_bad_network);
    ADD("break", test_break);
    ADD("restarts", test_restarts);
    return g_test_run();
}
