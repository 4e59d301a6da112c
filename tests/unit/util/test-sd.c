/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages to the service manager: this program is the manager. */
#include "osdep.h"

#include "util/sd.h"

#include <gio/gunixsocketaddress.h>

#include "test-util.h"

static GSocket *manager(const char *name, GUnixSocketAddressType type)
{
    g_autoptr(GError) err = NULL;
    g_autoptr(GSocketAddress) addr =
        g_unix_socket_address_new_with_type(name, -1, type);
    GSocket *socket = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                   G_SOCKET_TYPE_DATAGRAM, 0, &err);

    g_assert_no_error(err);
    g_socket_set_blocking(socket, FALSE);
    g_socket_bind(socket, addr, FALSE, &err);
    g_assert_no_error(err);
    return socket;
}

static void assert_received(GSocket *socket, const char *want)
{
    g_autoptr(GError) err = NULL;
    char buf[256];
    gssize n = g_socket_receive(socket, buf, sizeof(buf), NULL, &err);

    g_assert_no_error(err);
    test_assert_bytes_equal(buf, n, want, strlen(want));
    g_assert_cmpint(g_socket_receive(socket, buf, sizeof(buf), NULL, NULL),
                    ==, -1);
}

static void test_sd_path(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "notify");
    g_autoptr(GSocket) socket = manager(path, G_UNIX_SOCKET_ADDRESS_PATH);

    g_setenv("NOTIFY_SOCKET", path, TRUE);
    sd_notify_send("READY=1\nSTATUS=waiting for QEMU");
    assert_received(socket, "READY=1\nSTATUS=waiting for QEMU");
    sd_notify_send("WATCHDOG=1");
    assert_received(socket, "WATCHDOG=1");
}

static void test_sd_abstract(void)
{
    g_autofree char *name =
        g_strdup_printf("qemu-bmc-test-%d-%u", getpid(), g_random_int());
    g_autofree char *env = g_strconcat("@", name, NULL);
    g_autoptr(GSocket) socket =
        manager(name, G_UNIX_SOCKET_ADDRESS_ABSTRACT);

    g_setenv("NOTIFY_SOCKET", env, TRUE);
    sd_notify_send("STOPPING=1");
    assert_received(socket, "STOPPING=1");
}

/* The longest path fills sun_path; one more byte does not fit. */
static void test_sd_longest(void)
{
    g_autofree char *name = g_strnfill(107, 'x');
    g_autofree char *env = NULL;
    g_autofree char *over = NULL;
    g_autoptr(GSocket) socket = NULL;

    memcpy(name, "qemu-bmc-test", 13);
    socket = manager(name, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
    env = g_strconcat("@", name, NULL);
    over = g_strconcat("@", name, "x", NULL);
    g_setenv("NOTIFY_SOCKET", env, TRUE);
    sd_notify_send("READY=1");
    assert_received(socket, "READY=1");
    g_setenv("NOTIFY_SOCKET", over, TRUE);
    test_expect_log(G_LOG_LEVEL_WARNING, "cannot use NOTIFY_SOCKET *");
    sd_notify_send("READY=1");
    test_assert_logged();
}

static void test_sd_bad(void)
{
    static const char *const bad[] = { "relative", "/", "@", "vsock:2:1" };
    size_t i;

    g_unsetenv("NOTIFY_SOCKET");
    sd_notify_send("READY=1");
    g_setenv("NOTIFY_SOCKET", "", TRUE);
    sd_notify_send("READY=1");
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_setenv("NOTIFY_SOCKET", bad[i], TRUE);
        test_expect_log(G_LOG_LEVEL_WARNING, "cannot use NOTIFY_SOCKET *");
        sd_notify_send("READY=1");
        test_assert_logged();
    }
    g_setenv("NOTIFY_SOCKET", "/nonexistent/notify", TRUE);
    test_expect_log(G_LOG_LEVEL_WARNING, "cannot notify *: No such file*");
    sd_notify_send("READY=1");
    test_assert_logged();
}

static void test_sd_watchdog(void)
{
    g_autofree char *pid = g_strdup_printf("%d", getpid());

    g_unsetenv("WATCHDOG_USEC");
    g_unsetenv("WATCHDOG_PID");
    g_assert_cmpint(sd_watchdog_interval_ms(), ==, 0);
    g_setenv("WATCHDOG_USEC", "30000000", TRUE);
    g_assert_cmpint(sd_watchdog_interval_ms(), ==, 30000);
    g_setenv("WATCHDOG_PID", pid, TRUE);
    g_assert_cmpint(sd_watchdog_interval_ms(), ==, 30000);
    g_setenv("WATCHDOG_PID", "1", TRUE);
    g_assert_cmpint(sd_watchdog_interval_ms(), ==, 0);
    g_setenv("WATCHDOG_PID", "x", TRUE);
    g_assert_cmpint(sd_watchdog_interval_ms(), ==, 0);
    g_unsetenv("WATCHDOG_PID");
    g_setenv("WATCHDOG_USEC", "999", TRUE);
    g_assert_cmpint(sd_watchdog_interval_ms(), ==, 1);
    g_setenv("WATCHDOG_USEC", "0", TRUE);
    g_assert_cmpint(sd_watchdog_interval_ms(), ==, 0);
    g_setenv("WATCHDOG_USEC", "-5", TRUE);
    g_assert_cmpint(sd_watchdog_interval_ms(), ==, 0);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/sd/path", test_sd_path);
    g_test_add_func("/sd/abstract", test_sd_abstract);
    g_test_add_func("/sd/longest", test_sd_longest);
    g_test_add_func("/sd/bad", test_sd_bad);
    g_test_add_func("/sd/watchdog", test_sd_watchdog);
    return g_test_run();
}
