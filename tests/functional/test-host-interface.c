/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest of a launched VM finds the host interface by SMBIOS, and talks
 * Redfish over it: with an account, and with none not at all.
 */
#include "osdep.h"

#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <gio/gunixsocketaddress.h>

#include "test-guest.h"

#define URL "https://169.254.95.118/redfish/v1"
/* An emulated guest on a busy machine may be too slow for TLS once. */
#define CURL \
    "curl -sSkm 60 --retry 5 --retry-all-errors -w ' %{http_code}' "
#define USER "-u admin:geheim12 "

/* QEMU listens with the serial port in the run directory. */
static GSocket *connect_serial(const TestDir *dir)
{
    g_autofree char *path = test_dir_file(dir, "run/serial.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GError) err = NULL;
    GSocket *socket = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                   G_SOCKET_TYPE_STREAM,
                                   G_SOCKET_PROTOCOL_DEFAULT, &err);

    g_assert_no_error(err);
    g_socket_connect(socket, addr, NULL, &err);
    g_assert_no_error(err);
    g_socket_set_blocking(socket, FALSE);
    return socket;
}

static TestBmc *start(const TestDir *dir, const char *setting)
{
    g_autofree char *config = test_dir_file(dir, "bmc.conf");
    g_autofree char *linux_dir = test_vm_guest("linux");
    g_autofree char *line = g_strdup_printf(
        "--config %s -- qemu-system-x86_64 -accel tcg -nodefaults -m 256 "
        "-kernel %s/vmlinuz -initrd %s/initrd "
        "-append console=ttyS0\tquiet\ttsc=reliable\tno_timer_check", config, linux_dir,
        linux_dir);
    g_autofree char *text = g_strdup_printf(
        "[account]\npassword=geheim12\n[vm]\n%s\n", setting);

    g_assert_true(g_file_set_contents(config, text, -1, NULL));
    return test_bmc_start(dir, line);
}

static void make_linux(void)
{
    g_autofree char *dir = test_vm_guest("linux");
    g_autofree char *line = g_strdup_printf(
        "%s/tests/guests/make-linux.sh %s", g_getenv("TEST_SOURCE"), dir);
    g_autofree char *out = NULL;

    if (test_run(&out, line) != 0) {
        g_error("the Linux guest cannot be made: %s", out);
    }
}

static void ctl(const TestDir *dir, const char *args, const char *pattern)
{
    g_autofree char *out = NULL;
    g_autofree char *line = g_strdup_printf(
        "%s/tools/bmcctl --run-dir %s/run %s", g_getenv("TEST_BUILD"),
        dir->path, args);

    test_run(&out, line);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("bmcctl %s: '%s' does not match '%s'", args, out, pattern);
    }
}

static void check_guest(TestVm *vm)
{
    test_guest_check(vm, "dmidecode -t 42",
                     "*Management Controller Host Interface*Network*");
    /* dmidecode shows the addresses only of SMBIOS 3.2: as they are, then. */
    test_guest_check(vm, "dmidecode -t 42 -u | tr -d ' \\t\\n'",
                     "*A9FE5F78*A9FE5F76*BB01*");
    test_guest_check(vm, "for i in pps_core ptp; do "
                     "[ ! -e /mod/$i.ko ] || load $i; done; load e1000e && "
                     "ip link set eth0 up && sleep 1 && udhcpc -nqf -i eth0 -s /bin/true",
                     "*169.254.95.120*");
    test_guest_check(vm, "ip addr add 169.254.95.120/24 dev eth0", "");
    test_guest_check(vm, CURL URL "/", "*RedfishVersion* 200");
    /* QEMU is the administrator's; what is in it is not. */
    test_guest_check(vm, CURL URL "/Systems/1", "* 401");
    test_guest_check(vm, CURL "-u admin:wrong " URL "/Systems/1", "* 401");
    test_guest_check(vm, CURL USER URL "/Systems/1", "*PowerState* 200");
    test_guest_check(vm, CURL USER URL "/Managers/1/HostInterfaces/1",
                     "*NetworkHostInterface* 200");
    /* Several at a time. */
    test_guest_check(vm, "for i in 1 2 3 4 5; do " CURL USER URL
                     "/Managers/1 & done; wait", "* 200* 200* 200* 200* 200*");
    /* There is nothing else on that network. */
    test_guest_check(vm, "ip route add default via 169.254.95.2; "
                     "nc -w 3 169.254.95.2 22 < /dev/null || echo none",
                     "*none*");
    /* An account made here does not get what reaches the host. */
    test_guest_check(vm, CURL USER "-H 'Content-Type: application/json' -d '"
                     "{\"UserName\":\"inside\",\"Password\":\"geheim34\","
                     "\"RoleId\":\"Administrator\"}' "
                     URL "/AccountService/Accounts", "* 201");
}

static void test_guest(void)
{
    TestDir *dir = test_dir_new();
    TestVm vm = { .dir = dir, .text = g_string_new(NULL) };
    g_autofree char *state = test_dir_file(dir, "state/state.json");
    g_autofree char *text = NULL;
    TestBmc *bmc;

    make_linux();
    bmc = start(dir, "host-interface=true");
    vm.serial = connect_serial(dir);
    ctl(dir, "power on", "*");
    test_guest_wait_boot(&vm);
    check_guest(&vm);
    g_assert_true(test_bmc_logged(bmc, "host-interface"));
    test_bmc_stop(bmc);
    g_assert_true(g_file_get_contents(state, &text, NULL, NULL));
    g_assert_nonnull(strstr(text, "inside"));
    test_bmc_free(bmc);
    g_object_unref(vm.serial);
    g_string_free(vm.text, true);
    test_dir_free(dir);
}

/* What a process has used, in ticks of the clock. */
static unsigned long cpu_ticks(GPid pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/stat", (int)pid);
    g_autofree char *text = NULL;
    unsigned long user, system;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpint(sscanf(strrchr(text, ')') + 1,
                           " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u "
                           "%lu %lu", &user, &system), ==, 2);
    return user + system;
}

static bool has_ended(void *opaque)
{
    return waitpid(*(GPid *)opaque, NULL, WNOHANG) != 0;
}

static bool never(void *opaque)
{
    return false;
}

/* Starts the program that QEMU starts, with its end of a socket pair. */
static GPid start_copy(const char *path, int *guest)
{
    g_autofree char *program = g_strdup_printf("%s/helper/qemu-bmc",
                                               g_getenv("TEST_BUILD"));
    const char *argv[] = { program, "--connect", path, NULL };
    g_autoptr(GError) err = NULL;
    int fds[2];
    GPid pid;

    g_assert_no_errno(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
                                 fds));
    g_spawn_async_with_fds(NULL, (char **)argv, NULL,
                           G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                           fds[1], -1, -1, &err);
    g_assert_no_error(err);
    close(fds[1]);
    *guest = fds[0];
    return pid;
}

/* Hundreds of milliseconds if it runs in circles, and none if it waits. */
static void assert_waits(GPid pid)
{
    unsigned long before = cpu_ticks(pid);

    test_wait_until(never, NULL, 1000);
    g_assert_cmpuint(cpu_ticks(pid) - before, <, 5);
}

/*
 * A guest that asks and does not read, or is gone before the service knows:
 * what copies for it waits. It ends when both have.
 */
static void test_stalled(void)
{
    TestDir *dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "service.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocket) socket = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                             G_SOCKET_TYPE_STREAM,
                                             G_SOCKET_PROTOCOL_DEFAULT, NULL);
    g_autofree char *data = g_malloc0(1024 * 1024);

    g_assert_true(g_socket_bind(socket, addr, FALSE, NULL));
    g_assert_true(g_socket_listen(socket, NULL));
    for (int gone = 0; gone < 2; gone++) {
        g_autoptr(GSocket) service = NULL;
        int guest;
        GPid pid = start_copy(path, &guest);

        service = g_socket_accept(socket, NULL, NULL);
        g_assert_nonnull(service);
        if (gone) {
            shutdown(guest, SHUT_RDWR);
        } else {
            g_socket_set_blocking(service, FALSE);
            while (g_socket_send(service, data, 1024 * 1024, NULL,
                                 NULL) > 0) {
                test_wait_until(never, NULL, 20);
            }
            g_socket_close(service, NULL);
        }
        assert_waits(pid);
        if (gone) {
            g_socket_close(service, NULL);
        }
        close(guest);
        g_assert_true(test_wait_until(has_ended, &pid, 30000));
    }
    test_dir_free(dir);
}

/* Off is the default. */
static void test_off(void)
{
    TestDir *dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "run/redfish-host.sock");
    TestBmc *bmc;

    make_linux();
    bmc = start(dir, "");
    ctl(dir, "status", "*");
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    test_bmc_stop(bmc);
    test_bmc_free(bmc);
    test_dir_free(dir);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/host-interface/guest", test_guest);
    g_test_add_func("/host-interface/off", test_off);
    g_test_add_func("/host-interface/stalled", test_stalled);
    return g_test_run();
}
