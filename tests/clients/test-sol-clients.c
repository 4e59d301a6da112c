/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serial over LAN with ipmitool, ipmiconsole and conman on a terminal, and a
 * guest that echoes. The session survives the guest's reset and QEMU's end.
 */
#include "osdep.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "test-vm.h"

#define QEMU "qemu-system-x86_64 -accel tcg -nodefaults -m 64 " \
             "-drive if=none,id=a,format=raw,file=@disk-a.img@,snapshot=on " \
             "-device ide-hd,drive=a"

typedef struct Terminal {
    GPid pid;
    int fd;
    GString *text;
    size_t seen;
} Terminal;

typedef struct SolLab {
    TestDir *dir;
    TestBmc *bmc;
    Terminal term;
} SolLab;

static void power_on(SolLab *f)
{
    g_assert_cmpint(test_bmc_redfish(
                        f->bmc, "POST",
                        "/Systems/1/Actions/ComputerSystem.Reset",
                        "{\"ResetType\":\"On\"}", NULL), ==, 204);
}

static void setup(SolLab *f, const void *opaque)
{
    /* ipmiconsole takes no port above 32767 for one. */
    unsigned port = 20000 + getpid() % 12000;
    g_autofree char *args = g_strdup_printf("--ipmi-port=%u -- " QEMU, port);

    f->dir = test_dir_new();
    f->bmc = test_bmc_start(f->dir, args);
}

static void teardown(SolLab *f, const void *opaque)
{
    if (f->term.pid) {
        kill(f->term.pid, SIGKILL);
        g_spawn_close_pid(f->term.pid);
    }
    if (f->term.text) {
        close(f->term.fd);
        g_string_free(f->term.text, TRUE);
    }
    test_bmc_stop(f->bmc);
    test_bmc_free(f->bmc);
    test_dir_free(f->dir);
}

/* Starts a client on a terminal of its own. */
static void start_client(SolLab *f, const char *line)
{
    Terminal *term = &f->term;
    g_autoptr(GError) err = NULL;
    g_auto(GStrv) argv = NULL;
    int slave;

    term->fd = posix_openpt(O_RDWR | O_NOCTTY);
    g_assert_cmpint(term->fd, >=, 0);
    g_assert_cmpint(grantpt(term->fd) | unlockpt(term->fd), ==, 0);
    slave = open(ptsname(term->fd), O_RDWR | O_NOCTTY);
    g_assert_cmpint(slave, >=, 0);
    g_assert_true(g_shell_parse_argv(line, NULL, &argv, &err));
    g_spawn_async_with_fds(NULL, argv, NULL,
                           G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
                           NULL, NULL, &term->pid, slave, slave, slave, &err);
    g_assert_no_error(err);
    close(slave);
    g_assert_true(g_unix_set_fd_nonblocking(term->fd, TRUE, NULL));
    term->text = g_string_new(NULL);
    term->seen = 0;
}

static void expect(SolLab *f, const char *text)
{
    Terminal *term = &f->term;
    int64_t end = g_get_monotonic_time() + TEST_VM_WAIT_MS * 1000;
    GPollFD poll_fd = { term->fd, G_IO_IN, 0 };
    char buf[1024];
    ssize_t n;

    while (!strstr(term->text->str + term->seen, text)) {
        if (g_get_monotonic_time() > end) {
            g_error("no '%s' in '%s'", text, term->text->str + term->seen);
        }
        g_poll(&poll_fd, 1, 200);
        n = read(term->fd, buf, sizeof(buf));
        if (n > 0) {
            g_string_append_len(term->text, buf, n);
        }
    }
    term->seen = strstr(term->text->str + term->seen, text) -
                 term->text->str + strlen(text);
}

static void type(SolLab *f, const char *text)
{
    g_assert_cmpint(write(f->term.fd, text, strlen(text)), ==, strlen(text));
}

static void end_client_with(SolLab *f, int code)
{
    int status;

    g_assert_cmpint(waitpid(f->term.pid, &status, 0), ==, f->term.pid);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, code);
    f->term.pid = 0;
    g_string_free(g_steal_pointer(&f->term.text), TRUE);
    close(f->term.fd);
}

static void end_client(SolLab *f)
{
    end_client_with(f, 0);
}

static void kill_qemu(SolLab *f)
{
    g_autofree char *path = test_dir_file(f->dir, "run/qemu.pid");
    g_autofree char *text = NULL;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    kill(g_ascii_strtoll(text, NULL, 10), SIGKILL);
    test_bmc_wait_power(f->bmc, "Off");
}

static char *ipmitool(SolLab *f, const char *args)
{
    return g_strdup_printf("ipmitool -I lanplus -H 127.0.0.1 -p %s -U admin "
                           "-P password %s", f->bmc->ipmi_port, args);
}

static void test_ipmitool(SolLab *f, const void *opaque)
{
    g_autofree char *activate = ipmitool(f, "sol activate");
    g_autofree char *hasty = ipmitool(f, "-R 1 -N 1 sol activate");
    g_autofree char *out = NULL;

    start_client(f, activate);
    expect(f, "SOL Session operational");
    power_on(f);
    expect(f, "BOOTED A");
    type(f, "hello");
    expect(f, "hello");
    /* Somebody else cannot have it. */
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol activate", &out), !=, 0);
    g_assert_nonnull(strstr(out, "already active on another session"));
    type(f, "r");
    expect(f, "BOOTED A");
    kill_qemu(f);
    power_on(f);
    expect(f, "BOOTED A");
    type(f, "again");
    expect(f, "again");
    type(f, "\r");
    expect(f, "\r");
    type(f, "~.");
    end_client(f);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol deactivate", NULL), !=, 0);
    /*
     * And taken away: ipmitool ends when what is typed is not answered. What
     * is typed first still is, by "SOL deactivated".
     */
    start_client(f, hasty);
    expect(f, "SOL Session operational");
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol deactivate", NULL), ==, 0);
    type(f, "x");
    g_usleep(G_USEC_PER_SEC);
    type(f, "y");
    expect(f, "SOL session closed by BMC");
    end_client_with(f, 1);
}

static void test_ipmitool_payload(SolLab *f, const void *opaque)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol looptest 3 10", NULL), ==,
                    0);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol payload disable 1 2",
                                      NULL), ==, 0);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol payload status 1 2", &out),
                    ==, 0);
    g_assert_nonnull(strstr(out, "is disabled"));
    g_clear_pointer(&out, g_free);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol activate", NULL), !=, 0);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol payload enable 1 2", NULL),
                    ==, 0);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol payload status 1 2", &out),
                    ==, 0);
    g_assert_nonnull(strstr(out, "is enabled"));
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol looptest 1 10", NULL), ==,
                    0);
}

static void test_ipmitool_config(SolLab *f, const void *opaque)
{
    static const char *const sets[] = {
        "privilege-level admin", "force-encryption false",
        "force-authentication false", "character-accumulate-level 4",
        "character-send-threshold 50", "retry-count 5", "retry-interval 20",
        "volatile-bit-rate 57.6", "non-volatile-bit-rate 19.2",
        "enabled false",
    };
    g_autofree char *out = NULL;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(sets); i++) {
        g_autofree char *args = g_strconcat("sol set ", sets[i], NULL);

        g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, NULL), ==, 0);
    }
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol info", &out), ==, 0);
    if (!g_pattern_match_simple(
            "*Enabled*: false\n*Encryption*: false\n*Authentication*: "
            "false\n*: ADMINISTRATOR\n*Level (ms)*: 20\n*Threshold*: 50\n"
            "*Count*: 5\n*(ms)*: 200\n*: 57.6\n*: 19.2\n*(0x01)\n*", out)) {
        g_error("%s", out);
    }
    g_clear_pointer(&out, g_free);
    g_assert_cmpint(test_bmc_ipmitool(f->bmc, "sol activate", &out), !=, 0);
    g_assert_nonnull(strstr(out, "SOL payload disabled"));
}

static void test_ipmiconsole(SolLab *f, const void *opaque)
{
    g_autofree char *line = g_strdup_printf(
        "ipmiconsole -h 127.0.0.1:%s -u admin -p password",
        f->bmc->ipmi_port);

    start_client(f, line);
    expect(f, "SOL established");
    power_on(f);
    expect(f, "BOOTED A");
    type(f, "hello");
    expect(f, "hello");
    type(f, "r");
    expect(f, "BOOTED A");
    type(f, "&.");
    end_client(f);
}

/* conmand has one session for all of its clients. */
static void test_conman(SolLab *f, const void *opaque)
{
    unsigned port = g_ascii_strtoull(f->bmc->ipmi_port, NULL, 10) - 9000;
    g_autofree char *path = test_dir_file(f->dir, "conman.conf");
    g_autofree char *client = g_strdup_printf("conman -d 127.0.0.1:%u vm",
                                              port);
    g_autofree char *config = g_strdup_printf(
        "SERVER loopback=on\nSERVER port=%u\n"
        "GLOBAL ipmiopts=\"U:admin,P:password\"\n"
        "CONSOLE name=\"vm\" dev=\"ipmi:127.0.0.1:%s\"\n",
        port, f->bmc->ipmi_port);
    g_autoptr(GSubprocess) daemon = NULL;

    g_assert_true(g_file_set_contents_full(path, config, -1, 0, 0600, NULL));
    daemon = g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                              G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
                              "conmand", "-F", "-c", path, NULL);
    g_assert_nonnull(daemon);
    test_bmc_wait_log(f->bmc, "logged in over IPMI LAN");
    start_client(f, client);
    expect(f, "Connection to console [vm] opened");
    power_on(f);
    expect(f, "BOOTED A");
    type(f, "hello");
    expect(f, "hello");
    type(f, "&.");
    end_client(f);
    g_subprocess_send_signal(daemon, SIGTERM);
    g_assert_true(g_subprocess_wait(daemon, NULL, NULL));
    test_bmc_wait_log(f->bmc, "SOL of 'admin' ended");
}

#define ADD(path, func) \
    g_test_add("/sol-clients/" path, SolLab, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("ipmitool", test_ipmitool);
    ADD("ipmitool-config", test_ipmitool_config);
    ADD("ipmitool-payload", test_ipmitool_payload);
    ADD("ipmiconsole", test_ipmiconsole);
    ADD("conman", test_conman);
    return g_test_run();
}
