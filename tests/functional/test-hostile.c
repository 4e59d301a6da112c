/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The helper among hostile peers: floods, nonsense and peers that never
 * finish what they begin, while ipmitool and curl have to be served. It must
 * keep no descriptor and no memory, and complain of nothing.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>

#include "test-vm.h"

/* The same bytes in each run. */
#define SEED 20
#define DATAGRAMS 20000
#define PACKET_MAX 700
#define REQUESTS 400
#define METHODS 4000
#define METHOD_LEN 4000
#define SMALL_CHUNKS (500 * 1000)
#define DROPPED 1000
#define SLOW_PER_ADDRESS 64
#define SLOW_ADDRESSES 5

/* What may stay after all of it: caches, and what malloc() holds back. */
#define GROWTH_KIB (16 * 1024)
/* All that peers can have written to the log. */
#define LOG_LINES_MAX 300

typedef struct Fixture {
    TestDir *dir;
    TestVm *vm;
    TestBmc *bmc;
    GRand *rand;
    GSocketAddress *ipmi;
    GSocketAddress *https;
    GSocketAddress *local;
    GSocketAddress *in_band;
    unsigned fds;
    unsigned rss;
    int stop; /* atomic: tells a flood to end */
} Fixture;

/* Packets that an honest client begins with; they are sent with changes. */
static const char *const packets[] = {
    "0600ff06000011be80000000",
    "0600ff07000000000000000000092018c88100388e04b5",
    "0600ff070606c000000000000000000d002018c88100548e00000000",
    "0600ff0706100000000000000000200000000000a4a3a2a0"
    "000000080100000001000008010000000200000801000000",
    "0600ff0706120000000000000000210000000000010203040102030405060708"
    "090a0b0c0d0e0f101400000561646d696e",
    "0600ff070614000000000000000008000000000001020304",
    "0600ff0706c0010203040100000010000102030405060708090a0b0c0d0e0f",
};

static const char *const requests[] = {
    "GET /redfish/v1/Systems/1 HTTP/1.1\r\nHost: bmc\r\n"
    "Authorization: Basic YWRtaW46eA==\r\nIf-None-Match: W/\"a\",*\r\n\r\n",
    "PATCH /redfish/v1/Systems/1 HTTP/1.1\r\nHost: bmc\r\n"
    "Content-Type: application/json\r\nContent-Length: 27\r\n\r\n"
    "{\"Boot\":{\"X\":[1e9,\"\\u0041\"]}}",
    "POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset HTTP/1.1\r\n"
    "Host: bmc\r\nTransfer-Encoding: chunked\r\n\r\n"
    "4;a=b\r\n{\"a\"\r\n3\r\n:1}\r\n0\r\nT: x\r\n\r\n",
    "HEAD /redfish/v1/%53ystems/1?$select=Id HTTP/1.0\r\n\r\n",
};

static GSocketAddress *loopback(const char *port)
{
    return g_inet_socket_address_new_from_string(
        "127.0.0.1", g_ascii_strtoull(port, NULL, 10));
}

static unsigned count_fds(const Fixture *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", f->bmc->pid);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    unsigned n = 0;

    g_assert_nonnull(dir);
    while (g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

static unsigned read_rss(const Fixture *f)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/status", f->bmc->pid);
    g_autofree char *text = NULL;
    const char *line;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    line = strstr(text, "\nVmRSS:");
    g_assert_nonnull(line);
    return g_ascii_strtoull(line + strlen("\nVmRSS:"), NULL, 10);
}

static void assert_served(Fixture *f)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "power status", &out), ==, 0);
    g_assert_cmpint(test_bmc_redfish(f->bmc, "GET", "/Systems/1", NULL, NULL),
                    ==, 200);
}

static Fixture *fixture_new(void)
{
    Fixture *f = g_new0(Fixture, 1);
    g_autofree char *args = NULL;
    g_autofree char *in_band = NULL;
    g_autofree char *local = NULL;

    f->dir = test_dir_new();
    f->vm = test_vm_start(f->dir, "-m 64");
    in_band = test_dir_file(f->dir, "vm.sock");
    local = test_dir_file(f->dir, "run/redfish.sock");
    args = g_strdup_printf("--qmp %s --vm-ipmi %s", f->vm->qmp, in_band);
    f->bmc = test_bmc_start(f->dir, args);
    f->rand = g_rand_new_with_seed(SEED);
    f->ipmi = loopback(f->bmc->ipmi_port);
    f->https = loopback(strrchr(f->bmc->redfish, ':') + 1);
    f->local = g_unix_socket_address_new(local);
    f->in_band = g_unix_socket_address_new(in_band);
    test_bmc_wait_power(f->bmc, "On");
    assert_served(f);
    f->fds = count_fds(f);
    f->rss = read_rss(f);
    return f;
}

static void fixture_free(Fixture *f)
{
    test_bmc_stop(f->bmc);
    test_bmc_free(f->bmc);
    test_vm_free(f->vm);
    test_dir_free(f->dir);
    g_rand_free(f->rand);
    g_object_unref(f->ipmi);
    g_object_unref(f->https);
    g_object_unref(f->local);
    g_object_unref(f->in_band);
    g_free(f);
}

/* A UDP socket of another loopback address. */
static GSocket *udp_socket(const char *ip)
{
    g_autoptr(GSocketAddress) from =
        g_inet_socket_address_new_from_string(ip, 0);
    g_autoptr(GError) err = NULL;
    GSocket *socket;

    socket = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                          G_SOCKET_PROTOCOL_UDP, &err);
    g_assert_no_error(err);
    g_socket_bind(socket, from, FALSE, &err);
    g_assert_no_error(err);
    g_socket_set_blocking(socket, FALSE);
    return socket;
}

/* A stream connection, from @ip if that is not NULL. */
static GSocket *stream_socket(GSocketAddress *to, const char *ip)
{
    g_autoptr(GSocketAddress) from = NULL;
    g_autoptr(GError) err = NULL;
    GSocket *socket;

    socket = g_socket_new(g_socket_address_get_family(to),
                          G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                          &err);
    g_assert_no_error(err);
    if (ip) {
        from = g_inet_socket_address_new_from_string(ip, 0);
        g_socket_bind(socket, from, FALSE, &err);
        g_assert_no_error(err);
    }
    g_socket_set_timeout(socket, 10);
    /* A unix socket's backlog is full at once. */
    while (!g_socket_connect(socket, to, NULL, &err) &&
           g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        g_clear_error(&err);
        g_usleep(1000);
    }
    g_assert_no_error(err);
    return socket;
}

static void send_all(GSocket *socket, const char *data, size_t len)
{
    gssize n;

    while (len && (n = g_socket_send(socket, data, len, NULL, NULL)) > 0) {
        data += n;
        len -= n;
    }
}

static void drop(GSocket *socket)
{
    g_socket_close(socket, NULL);
    g_object_unref(socket);
}

/* Some bytes changed, a part cut off, or something added. */
static void mutate(Fixture *f, GByteArray *bytes)
{
    unsigned n = g_rand_int_range(f->rand, 0, 4);
    uint8_t byte;

    while (n-- && bytes->len) {
        bytes->data[g_rand_int_range(f->rand, 0, bytes->len)] =
            g_rand_int(f->rand);
    }
    if (g_rand_int_range(f->rand, 0, 4) == 0) {
        g_byte_array_set_size(bytes,
                              g_rand_int_range(f->rand, 0, bytes->len + 1));
    }
    if (g_rand_int_range(f->rand, 0, 4) == 0) {
        for (n = g_rand_int_range(f->rand, 0, PACKET_MAX); n > 0; n--) {
            byte = g_rand_int(f->rand);
            g_byte_array_append(bytes, &byte, 1);
        }
    }
}

static void drain(GSocket *socket)
{
    char buf[PACKET_MAX];

    while (g_socket_receive(socket, buf, sizeof(buf), NULL, NULL) > 0) {
        continue;
    }
}

static void test_datagrams(const void *opaque)
{
    Fixture *f = (Fixture *)opaque;
    g_autoptr(GSocket) socket = udp_socket("127.0.0.1");
    unsigned i;

    for (i = 0; i < DATAGRAMS; i++) {
        g_autoptr(GBytes) packet = test_hex(packets[i %
                                                    G_N_ELEMENTS(packets)]);
        g_autoptr(GByteArray) bytes = g_byte_array_new();

        g_byte_array_append(bytes, g_bytes_get_data(packet, NULL),
                            g_bytes_get_size(packet));
        mutate(f, bytes);
        g_socket_send_to(socket, f->ipmi, (char *)bytes->data, bytes->len,
                         NULL, NULL);
        if (i % 64 == 0) {
            drain(socket);
        }
    }
    assert_served(f);
}

/* Opens sessions, from other addresses than clients have, and no more. */
static gpointer flood(gpointer opaque)
{
    Fixture *f = opaque;
    g_autoptr(GBytes) packet = test_hex(packets[3]);
    GSocket *sockets[16];
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(sockets); i++) {
        g_autofree char *ip = g_strdup_printf("127.0.0.%u", 2 + i / 4);

        sockets[i] = udp_socket(ip);
    }
    for (i = 0; !g_atomic_int_get(&f->stop); i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        GSocket *socket = sockets[i % G_N_ELEMENTS(sockets)];

        g_byte_array_append(bytes, g_bytes_get_data(packet, NULL),
                            g_bytes_get_size(packet));
        memcpy(bytes->data + 20, &i, sizeof(i)); /* console session id */
        g_socket_send_to(socket, f->ipmi, (char *)bytes->data, bytes->len,
                         NULL, NULL);
        drain(socket);
        if (i % G_N_ELEMENTS(sockets) == 0) {
            /* A flood, but not of the one processor that all share. */
            g_usleep(1000);
        }
    }
    for (i = 0; i < G_N_ELEMENTS(sockets); i++) {
        drop(sockets[i]);
    }
    return NULL;
}

static void test_half_open(const void *opaque)
{
    Fixture *f = (Fixture *)opaque;
    GThread *thread = g_thread_new("flood", flood, f);
    unsigned i;

    for (i = 0; i < 10; i++) {
        assert_served(f);
    }
    g_atomic_int_set(&f->stop, 1);
    g_thread_join(thread);
}

static void test_requests(const void *opaque)
{
    Fixture *f = (Fixture *)opaque;
    unsigned i;

    for (i = 0; i < REQUESTS; i++) {
        const char *text = requests[i % G_N_ELEMENTS(requests)];
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        GSocket *socket = stream_socket(f->local, NULL);

        g_byte_array_append(bytes, (const uint8_t *)text, strlen(text));
        mutate(f, bytes);
        send_all(socket, (char *)bytes->data, bytes->len);
        if (i % 2) {
            g_socket_shutdown(socket, FALSE, TRUE, NULL);
            g_socket_receive(socket, (char *)bytes->data, bytes->len, NULL,
                             NULL);
        }
        drop(socket);
    }
    assert_served(f);
}

/* What each costs is gone with the request. */
static void test_costly(const void *opaque)
{
    static const char tail[] = " / HTTP/1.0\r\n\r\n";
    Fixture *f = (Fixture *)opaque;
    g_autoptr(GString) chunks = g_string_new("POST / HTTP/1.1\r\nHost: a\r\n"
                                             "Transfer-Encoding: chunked\r\n"
                                             "\r\n");
    g_autofree char *method = g_strnfill(METHOD_LEN, 'A');
    GSocket *socket;
    char buf[1024];
    unsigned i;

    for (i = 0; i < METHODS; i++) {
        g_snprintf(buf, sizeof(buf), "%04u", i);
        memcpy(method, buf, 4);
        socket = stream_socket(f->local, NULL);
        send_all(socket, method, METHOD_LEN);
        send_all(socket, tail, strlen(tail));
        g_assert_cmpint(g_socket_receive(socket, buf, sizeof(buf), NULL,
                                         NULL), >, 0);
        drop(socket);
    }
    for (i = 0; i < SMALL_CHUNKS; i++) {
        g_string_append(chunks, "1\r\nx\r\n");
    }
    g_string_append(chunks, "0\r\n\r\n");
    socket = stream_socket(f->local, NULL);
    send_all(socket, chunks->str, chunks->len);
    g_assert_cmpint(g_socket_receive(socket, buf, sizeof(buf), NULL, NULL), >,
                    0);
    drop(socket);
    assert_served(f);
}

static void test_dropped(const void *opaque)
{
    static const char hello[] = "\x16\x03\x01\x00\x04\x01\x00\x01\x00";
    Fixture *f = (Fixture *)opaque;
    unsigned i;

    for (i = 0; i < DROPPED; i++) {
        GSocket *socket = stream_socket(f->https, NULL);

        /* Nothing, less than a record, a record, and no TLS at all. */
        send_all(socket, i % 4 == 3 ? "GET / HTTP/1.1\r\n\r\n" : hello,
                 (i % 4) * 4);
        drop(socket);
    }
    assert_served(f);
}

/* More connections than there may be, none of which gets anywhere. */
static void test_slow(const void *opaque)
{
    Fixture *f = (Fixture *)opaque;
    g_autoptr(GPtrArray) sockets = NULL;
    unsigned i;

    sockets = g_ptr_array_new_with_free_func((GDestroyNotify)drop);
    for (i = 0; i < SLOW_ADDRESSES * SLOW_PER_ADDRESS; i++) {
        g_autofree char *ip = g_strdup_printf("127.0.0.%u",
                                              2 + i / SLOW_PER_ADDRESS);
        GSocket *socket = stream_socket(f->https, ip);

        send_all(socket, "\x16\x03\x01", 3);
        g_ptr_array_add(sockets, socket);
    }
    assert_served(f);
}

static void test_in_band(const void *opaque)
{
    /* Versions that nobody knows, and a request, whose answer ends in a0h. */
    static const char text[] = "\xff\x07\xa1\xff\x06\xa1"
                               "\x01\x18\x01\xe6\xa0";
    Fixture *f = (Fixture *)opaque;
    char buf[256];
    gssize n = 0;
    unsigned i;

    for (i = 0; i < DROPPED; i++) {
        g_autoptr(GByteArray) bytes = g_byte_array_new();
        GSocket *socket = stream_socket(f->in_band, NULL);

        g_byte_array_append(bytes, (const uint8_t *)text, strlen(text));
        if (i % 2) {
            mutate(f, bytes);
        }
        send_all(socket, (char *)bytes->data, bytes->len);
        while (i % 2 == 0 && (n = g_socket_receive(socket, buf, sizeof(buf),
                                                   NULL, NULL)) > 0 &&
               !memchr(buf, 0xa0, n)) {
            continue;
        }
        g_assert_cmpint(n, >, 0);
        drop(socket);
    }
    assert_served(f);
}

static void test_nothing_left(const void *opaque)
{
    Fixture *f = (Fixture *)opaque;
    g_autofree char *log = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned waited;

    /* What a peer has closed is noticed in turn. */
    for (waited = 0; waited < 5000 && count_fds(f) > f->fds; waited += 10) {
        g_usleep(10 * 1000);
    }
    g_assert_cmpuint(count_fds(f), <=, f->fds);
#ifndef __SANITIZE_ADDRESS__
    g_assert_cmpuint(read_rss(f), <, f->rss + GROWTH_KIB);
#endif
    g_assert_false(test_bmc_logged(f->bmc, "warning:"));
    g_assert_false(test_bmc_logged(f->bmc, "error:"));
    g_assert_true(g_file_get_contents(f->bmc->log, &log, NULL, NULL));
    lines = g_strsplit(log, "\n", -1);
    g_assert_cmpuint(g_strv_length(lines), <, LOG_LINES_MAX);
}

int main(int argc, char **argv)
{
    Fixture *f;
    int ret;

    test_init(&argc, &argv);
    f = fixture_new();
    g_test_add_data_func("/hostile/datagrams", f, test_datagrams);
    g_test_add_data_func("/hostile/half-open", f, test_half_open);
    g_test_add_data_func("/hostile/requests", f, test_requests);
    g_test_add_data_func("/hostile/costly", f, test_costly);
    g_test_add_data_func("/hostile/dropped", f, test_dropped);
    g_test_add_data_func("/hostile/slow", f, test_slow);
    g_test_add_data_func("/hostile/in-band", f, test_in_band);
    g_test_add_data_func("/hostile/nothing-left", f, test_nothing_left);
    ret = g_test_run();
    fixture_free(f);
    return ret;
}
