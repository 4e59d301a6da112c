/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes: how they end, what they wrote, adopting one that listens. */
#include "osdep.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <signal.h>
#include <sys/wait.h>

#include "machine/machine-process.h"
#include "util/clock.h"
#include "util/error.h"

#include "test-util.h"

#define WAIT_MS 10000

typedef struct End {
    bool ended;
    char *detail;
} End;

static void on_end(const char *detail, void *opaque)
{
    End *end = opaque;

    g_assert_false(end->ended);
    end->ended = true;
    end->detail = g_strdup(detail);
}

static bool has_ended(void *opaque)
{
    const End *end = opaque;

    return end->ended;
}

static char *run_shell(const char *script, int signum)
{
    const char *argv[] = { "/bin/sh", "-c", script, NULL };
    g_autoptr(Clock) clock = clock_new();
    g_autoptr(GError) error = NULL;
    g_autoptr(MachineProcess) process = NULL;
    End end = { 0 };

    process = machine_process_spawn(argv, clock, on_end, &end, &error);
    g_assert_no_error(error);
    if (signum) {
        machine_process_signal(process, signum);
    }
    g_assert_true(test_wait_until(has_ended, &end, WAIT_MS));
    /* Reaches nobody. */
    machine_process_signal(process, SIGKILL);
    return end.detail;
}

static void test_end(void)
{
    static const struct {
        const char *script;
        const char *detail;
    } rows[] = {
        { "exit 0", NULL },
        { "echo fine; exit 0", NULL },
        { "exit 3", "QEMU ended with exit status 3" },
        { "echo one; echo two >&2; exit 1",
          "QEMU ended with exit status 1: two" },
        { "printf 'no end of line'; exit 1",
          "QEMU ended with exit status 1: no end of line" },
        { "printf 'a\\r\\n\\n\\n'; exit 1",
          "QEMU ended with exit status 1: a" },
        { "kill -SEGV $$", "QEMU was killed by signal 11 (Segmentation "
          "fault)" },
        /* It reads nothing, and does not wait for somebody to type. */
        { "cat; exit 4", "QEMU ended with exit status 4" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *detail = run_shell(rows[i].script, 0);

        g_assert_cmpstr(detail, ==, rows[i].detail);
    }
}

static void test_kill(void)
{
    g_autofree char *detail = run_shell("exec sleep 60", SIGKILL);

    g_assert_cmpstr(detail, ==, "QEMU was killed by signal 9 (Killed)");
}

/* Bytes, lengths and numbers of lines that a log must not get as they are. */
static void test_hostile_output(void)
{
    g_autofree char *control = run_shell("printf 'a\\033[2J\\001b\\n'; "
                                         "exit 1", 0);
    g_autofree char *lines = run_shell("yes 0123456789 | head -n 5000; "
                                       "exit 1", 0);
    g_autofree char *longest = run_shell("head -c 300000 /dev/zero | "
                                         "tr '\\0' x; exit 1", 0);

    g_assert_null(strchr(control, '\033'));
    g_assert_true(g_str_has_suffix(lines, "0123456789"));
    g_assert_cmpuint(strlen(longest), <, 600);
}

/* A child of the process may hold its output open for long. */
static void test_output_held(void)
{
    g_autofree char *detail = run_shell("sleep 30 & echo x; exit 1", 0);

    g_assert_cmpstr(detail, ==, "QEMU ended with exit status 1: x");
}

static void test_no_program(void)
{
    const char *argv[] = { "no-such-program-at-all", NULL };
    g_autoptr(Clock) clock = clock_new();
    g_autoptr(GError) error = NULL;

    g_assert_null(machine_process_spawn(argv, clock, on_end, NULL, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "no-such-program-at-all"));
}

static bool file_exists(void *opaque)
{
    return g_file_test(opaque, G_FILE_TEST_EXISTS);
}

/* Freed before its end, it lives on and nobody is told. */
static void test_free(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *mark = test_dir_file(dir, "mark");
    g_autofree char *go = test_dir_file(dir, "go");
    g_autofree char *script = g_strdup_printf(
        "while ! test -e %s; do sleep 0.02; done; touch %s", go, mark);
    const char *argv[] = { "/bin/sh", "-c", script, NULL };
    g_autoptr(GFile) parent = g_file_new_for_path(dir->path);
    g_autoptr(GFileMonitor) watch = NULL;
    g_autoptr(Clock) clock = clock_new();
    MachineProcess *process;
    End end = { 0 };

    process = machine_process_spawn(argv, clock, on_end, &end, NULL);
    g_assert_nonnull(process);
    machine_process_free(process);
    watch = g_file_monitor_directory(parent, G_FILE_MONITOR_NONE, NULL,
                                     NULL);
    g_assert_nonnull(watch);
    g_assert_true(g_file_set_contents(go, "", 0, NULL));
    g_assert_true(test_wait_until(file_exists, mark, WAIT_MS));
    g_assert_false(end.ended);
}

static void test_adopt_nobody(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "s");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocket) sock = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                           G_SOCKET_TYPE_STREAM, 0, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_null(machine_process_adopt(path, on_end, NULL, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    g_clear_error(&error);
    /* A socket that was left over. */
    g_assert_true(g_socket_bind(sock, addr, true, NULL));
    g_assert_null(machine_process_adopt(path, on_end, NULL, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_FOUND);
}

static void test_adopt_busy(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "s");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);
    g_autoptr(GSocket) sock = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                           G_SOCKET_TYPE_STREAM, 0, NULL);
    G_GNUC_UNUSED g_autoptr(GSocket) other =
        g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0, NULL);
    g_autoptr(MachineProcess) process = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(g_socket_bind(sock, addr, true, NULL));
    g_socket_set_listen_backlog(sock, 0);
    g_assert_true(g_socket_listen(sock, NULL));
    process = machine_process_adopt(path, on_end, NULL, &error);
    g_assert_no_error(error);
    g_assert_cmpint(machine_process_get_pid(process), ==, getpid());
    g_clear_pointer(&process, machine_process_free);
    /* The one before is still in the backlog, which is full now. */
    g_assert_null(machine_process_adopt(path, on_end, NULL, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_BUSY);
}

static void hold_lock(const char *path, int ready)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    int fd = open(path, O_RDWR | O_CREAT, 0600);

    if (fcntl(fd, F_SETLK, &lock) == 0 && write(ready, "", 1) == 1) {
        pause();
    }
    _exit(1);
}

/* As that of a QEMU that is ending: it has the lock until it has ended. */
static void test_adopt_pid_file(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "pid");
    g_autoptr(MachineProcess) process = NULL;
    g_autoptr(GError) error = NULL;
    End end = { 0 };
    int ready[2];
    char byte;
    pid_t pid;

    g_assert_null(machine_process_adopt_pid_file(path, on_end, &end, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    g_clear_error(&error);
    g_assert_cmpint(pipe(ready), ==, 0);
    pid = fork();
    if (pid == 0) {
        hold_lock(path, ready[1]);
    }
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    process = machine_process_adopt_pid_file(path, on_end, &end, &error);
    g_assert_no_error(error);
    g_assert_cmpint(machine_process_get_pid(process), ==, pid);
    g_assert_false(end.ended);
    kill(pid, SIGKILL);
    g_assert_true(test_wait_until(has_ended, &end, WAIT_MS));
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
    g_clear_pointer(&process, machine_process_free);
    /* The file is left over. */
    g_assert_null(machine_process_adopt_pid_file(path, on_end, &end, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_NOT_FOUND);
    close(ready[0]);
    close(ready[1]);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-process/end", test_end);
    g_test_add_func("/machine-process/kill", test_kill);
    g_test_add_func("/machine-process/hostile-output", test_hostile_output);
    g_test_add_func("/machine-process/output-held", test_output_held);
    g_test_add_func("/machine-process/no-program", test_no_program);
    g_test_add_func("/machine-process/free", test_free);
    g_test_add_func("/machine-process/adopt/nobody", test_adopt_nobody);
    g_test_add_func("/machine-process/adopt/busy", test_adopt_busy);
    g_test_add_func("/machine-process/adopt/pid-file", test_adopt_pid_file);
    return g_test_run();
}
