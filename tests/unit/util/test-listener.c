/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of util/listener.h. */
#include "osdep.h"

#include "util/listener.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "test-util.h"
#include "util/error.h"

#define WAIT_MS 10000

typedef struct Accepted {
    GPtrArray *sockets;
    unsigned want;
    Listener *free_me;
} Accepted;

static void on_connection(GSocket *socket, void *opaque)
{
    Accepted *a = opaque;

    g_ptr_array_add(a->sockets, g_object_ref(socket));
    g_clear_pointer(&a->free_me, listener_free);
}

static bool are_accepted(void *opaque)
{
    Accepted *a = opaque;

    return a->sockets->len >= a->want;
}

static void accepted_init(Accepted *a)
{
    *a = (Accepted) { .sockets = g_ptr_array_new_with_free_func(
                          g_object_unref) };
}

static void accepted_wait(Accepted *a, unsigned n)
{
    a->want = n;
    g_assert_true(test_wait_until(are_accepted, a, WAIT_MS));
}

static GSocketAddress *inet_address(const char *host, unsigned port)
{
    GSocketAddress *addr = g_inet_socket_address_new_from_string(host, port);

    g_assert_nonnull(addr);
    return addr;
}

static unsigned port_of(Listener *listener)
{
    return g_inet_socket_address_get_port(
        G_INET_SOCKET_ADDRESS(listener_address(listener)));
}

/* Connects without the main loop's help: the backlog takes it. */
static GSocket *connect_to(GSocketAddress *addr)
{
    g_autoptr(GError) err = NULL;
    GSocket *socket = g_socket_new(g_socket_address_get_family(addr),
                                   G_SOCKET_TYPE_STREAM,
                                   G_SOCKET_PROTOCOL_DEFAULT, &err);

    g_assert_no_error(err);
    g_socket_connect(socket, addr, NULL, &err);
    g_assert_no_error(err);
    return socket;
}

static void test_tcp(void)
{
    g_autoptr(GSocketAddress) addr = inet_address("127.0.0.1", 0);
    g_autoptr(GSocket) client = NULL;
    g_autoptr(Listener) listener = NULL;
    Accepted a;
    GSocket *socket;
    int value = 0;

    accepted_init(&a);
    listener = listener_new(addr, on_connection, &a, NULL);
    g_assert_nonnull(listener);
    g_assert_cmpuint(port_of(listener), !=, 0);
    client = connect_to(listener_address(listener));
    accepted_wait(&a, 1);
    socket = g_ptr_array_index(a.sockets, 0);
    g_assert_true(g_socket_get_option(socket, IPPROTO_TCP, TCP_NODELAY,
                                      &value, NULL));
    g_assert_cmpint(value, !=, 0);
    value = fcntl(g_socket_get_fd(socket), F_GETFD);
    g_assert_cmpint(value & FD_CLOEXEC, !=, 0);
    value = fcntl(g_socket_get_fd(socket), F_GETFL);
    g_assert_cmpint(value & O_NONBLOCK, !=, 0);
    g_ptr_array_unref(a.sockets);
}

/* "::" takes both families, "::1" only its own. */
static void test_ipv6(void)
{
    g_autoptr(GSocketAddress) any = inet_address("::", 0);
    g_autoptr(GSocketAddress) loopback = inet_address("::1", 0);
    g_autoptr(GSocketAddress) v4 = NULL;
    g_autoptr(GSocket) client = NULL;
    g_autoptr(Listener) listener = NULL;
    g_autoptr(Listener) only = NULL;
    g_autoptr(Listener) beside = NULL;
    g_autoptr(GError) err = NULL;
    Accepted a;

    accepted_init(&a);
    listener = listener_new(any, on_connection, &a, &err);
    g_assert_no_error(err);
    v4 = inet_address("127.0.0.1", port_of(listener));
    client = connect_to(v4);
    accepted_wait(&a, 1);

    only = listener_new(loopback, on_connection, &a, &err);
    if (only) {
        g_autoptr(GSocketAddress) same = NULL;

        same = inet_address("127.0.0.1", port_of(only));
        beside = listener_new(same, on_connection, &a, &err);
        g_assert_no_error(err);
    } else {
        g_test_message("no IPv6 here: %s", err->message);
    }
    g_ptr_array_unref(a.sockets);
}

static void test_in_use(void)
{
    g_autoptr(GSocketAddress) addr = inet_address("127.0.0.1", 0);
    g_autoptr(GError) err = NULL;
    g_autoptr(Listener) listener = NULL;
    g_autofree char *where = NULL;

    listener = listener_new(addr, on_connection, NULL, NULL);
    where = g_strdup_printf("127.0.0.1:%u", port_of(listener));
    g_assert_null(listener_new(listener_address(listener), on_connection, NULL,
                               &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_EXISTS);
    g_assert_nonnull(strstr(err->message, where));
}

static void test_not_here(void)
{
    /* RFC 5737: never an address of this host. */
    g_autoptr(GSocketAddress) addr = inet_address("192.0.2.1", 0);
    g_autoptr(GError) err = NULL;

    g_assert_null(listener_new(addr, on_connection, NULL, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(err->message, "192.0.2.1"));
}

static void test_unix(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "l.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocket) client = NULL;
    g_autoptr(GError) err = NULL;
    Listener *listener;
    Accepted a;
    struct stat st;

    accepted_init(&a);
    listener = listener_new(addr, on_connection, &a, &err);
    g_assert_no_error(err);
    g_assert_cmpint(stat(path, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 0777, ==, 0600);
    /* In use: not replaced. */
    g_assert_null(listener_new(addr, on_connection, &a, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_EXISTS);
    client = connect_to(addr);
    accepted_wait(&a, 1);
    listener_free(listener);
    g_assert_cmpint(stat(path, &st), <, 0);
    g_ptr_array_unref(a.sockets);
}

/* What a killed process leaves is replaced; other files are not. */
static void test_unix_stale(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "l.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocket) dead = NULL;
    g_autoptr(Listener) listener = NULL;
    g_autoptr(GError) err = NULL;

    dead = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
    g_assert_true(g_socket_bind(dead, addr, FALSE, NULL));
    g_socket_close(dead, NULL);
    listener = listener_new(addr, on_connection, NULL, &err);
    g_assert_no_error(err);
    g_clear_pointer(&listener, listener_free);

    g_assert_true(g_file_set_contents(path, "mine", -1, NULL));
    g_assert_null(listener_new(addr, on_connection, NULL, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_EXISTS);
    g_assert_nonnull(strstr(err->message, "not a socket"));
    g_assert_true(g_file_test(path, G_FILE_TEST_IS_REGULAR));
    unlink(path);
}

/* A socket that took our place is not ours to remove. */
static void test_unix_replaced(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "l.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    Listener *first = listener_new(addr, on_connection, NULL, NULL);
    g_autoptr(Listener) second = NULL;

    unlink(path);
    second = listener_new(addr, on_connection, NULL, NULL);
    g_assert_nonnull(second);
    listener_free(first);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

static void test_unix_bad_path(void)
{
    g_autoptr(GSocketAddress) nowhere = NULL;
    g_autoptr(GError) err = NULL;

    nowhere = g_unix_socket_address_new("/nonexistent/dir/l.sock");
    g_assert_null(listener_new(nowhere, on_connection, NULL, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_NOT_FOUND);
}

static void test_burst(void)
{
    g_autoptr(GSocketAddress) addr = inet_address("127.0.0.1", 0);
    g_autoptr(GPtrArray) clients = NULL;
    g_autoptr(Listener) listener = NULL;
    Accepted a;
    unsigned i;

    clients = g_ptr_array_new_with_free_func(g_object_unref);
    accepted_init(&a);
    listener = listener_new(addr, on_connection, &a, NULL);
    for (i = 0; i < 100; i++) {
        g_ptr_array_add(clients, connect_to(listener_address(listener)));
    }
    accepted_wait(&a, 100);
    g_ptr_array_unref(a.sockets);
}

static void test_freed_by_callback(void)
{
    g_autoptr(GSocketAddress) addr = inet_address("127.0.0.1", 0);
    g_autoptr(GSocket) one = NULL;
    g_autoptr(GSocket) two = NULL;
    Accepted a;

    accepted_init(&a);
    a.free_me = listener_new(addr, on_connection, &a, NULL);
    one = connect_to(listener_address(a.free_me));
    two = connect_to(listener_address(a.free_me));
    accepted_wait(&a, 1);
    test_drain();
    g_assert_cmpuint(a.sockets->len, ==, 1);
    g_ptr_array_unref(a.sockets);
}

/* In a process of its own, because of its limit. */
static void test_out_of_fds(void)
{
    struct rlimit limit = { 48, 48 };

    if (g_test_subprocess()) {
        g_autoptr(GSocketAddress) addr = inet_address("127.0.0.1", 0);
        g_autoptr(Listener) listener = NULL;
        g_autoptr(GPtrArray) clients = NULL;
        Accepted a;
        int64_t start;

        clients = g_ptr_array_new_with_free_func(g_object_unref);
        accepted_init(&a);
        listener = listener_new(addr, on_connection, &a, NULL);
        g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
        /* Fill up to the reserve of 12: the last one is turned away. */
        do {
            GSocket *client = connect_to(listener_address(listener));

            g_ptr_array_add(clients, client);
            test_drain();
        } while (a.sockets->len == clients->len);
        g_ptr_array_add(clients, connect_to(listener_address(listener)));
        test_drain();
        g_assert_cmpuint(a.sockets->len, <, clients->len - 1);
        /* Told of a closed connection, it accepts at once. */
        start = g_get_monotonic_time();
        g_ptr_array_remove_index(a.sockets, 0);
        g_ptr_array_remove_index(clients, 0);
        listener_resume(listener);
        accepted_wait(&a, a.sockets->len + 1);
        g_assert_cmpint(g_get_monotonic_time() - start, <, 900 * 1000);
        /* Told of nothing, it tries again by itself. */
        g_ptr_array_add(clients, connect_to(listener_address(listener)));
        g_ptr_array_add(clients, connect_to(listener_address(listener)));
        test_drain();
        g_ptr_array_remove_range(clients, 0, 4);
        g_ptr_array_remove_range(a.sockets, 0, 4);
        accepted_wait(&a, a.sockets->len + 1);
        g_ptr_array_unref(a.sockets);
        return;
    }
    g_setenv("G_MESSAGES_DEBUG", "all", TRUE);
    g_test_trap_subprocess(NULL, 0, 0);
    g_unsetenv("G_MESSAGES_DEBUG");
    g_test_trap_assert_passed();
    /* It was full twice. */
    g_test_trap_assert_stderr("*not accepting connections*");
    g_test_trap_assert_stderr_unmatched("*not accepting*not accepting*");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/util/listener/tcp", test_tcp);
    g_test_add_func("/util/listener/ipv6", test_ipv6);
    g_test_add_func("/util/listener/in-use", test_in_use);
    g_test_add_func("/util/listener/not-here", test_not_here);
    g_test_add_func("/util/listener/unix", test_unix);
    g_test_add_func("/util/listener/unix-stale", test_unix_stale);
    g_test_add_func("/util/listener/unix-replaced", test_unix_replaced);
    g_test_add_func("/util/listener/unix-bad-path", test_unix_bad_path);
    g_test_add_func("/util/listener/burst", test_burst);
    g_test_add_func("/util/listener/freed-by-callback",
                    test_freed_by_callback);
    g_test_add_func("/util/listener/out-of-fds", test_out_of_fds);
    return g_test_run();
}
