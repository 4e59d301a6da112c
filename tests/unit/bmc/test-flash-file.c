/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Replacing a firmware file: what it refuses, and that it can be killed at
 * any system call.
 */
#include "osdep.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "bmc/flash-file.h"
#include "bmc/flash.h"
#include "test-util.h"
#include "util/error.h"

#define LEN 5000

typedef struct Files {
    TestDir *dir;
    char *path;
    char *old;
} Files;

static void files_clear(Files *f)
{
    test_dir_free(f->dir);
    g_free(f->path);
    g_free(f->old);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Files, files_clear)

static void fill(const char *path, char c)
{
    g_autofree char *data = g_strnfill(LEN, c);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    g_assert_cmpint(write(fd, data, LEN), ==, LEN);
    close(fd);
}

static void files_init(Files *f)
{
    f->dir = test_dir_new();
    f->path = test_dir_file(f->dir, "flash");
    f->old = g_strconcat(f->path, BMC_FLASH_OLD_SUFFIX, NULL);
    fill(f->path, 'a');
}

/* What a file is full of; 0 if that is not one character. */
static char content(const char *path)
{
    g_autofree char *data = NULL;
    gsize len;

    if (!g_file_get_contents(path, &data, &len, NULL) || len != LEN) {
        return 0;
    }
    for (gsize i = 1; i < len; i++) {
        if (data[i] != data[0]) {
            return 0;
        }
    }
    return data[0];
}

static GBytes *make(const uint8_t *data, size_t len, void *opaque,
                    GError **errp)
{
    const char *c = opaque;

    if (!*c) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT, "no");
        return NULL;
    }
    return g_bytes_new_take(g_strnfill(LEN + (*c == '+'), *c), len +
                            (*c == '+'));
}

static int change(const Files *f, const char *c)
{
    g_autoptr(GError) err = NULL;
    bool ok = flash_file_change(f->path, make, (void *)c, &err);

    g_assert_true(ok == !err);
    return err ? err->code : -1;
}

static unsigned count_files(const Files *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->dir->path, 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

static void test_change(void)
{
    g_auto(Files) f = { 0 };
    char value[8] = "";
    struct stat st;
    bool labels;

    files_init(&f);
    g_chmod(f.path, 0640);
    labels = setxattr(f.path, "user.label", "here", 4, 0) == 0;
    g_assert_cmpint(change(&f, "a"), ==, -1);
    g_assert_cmpuint(count_files(&f), ==, 1);
    g_assert_cmpint(change(&f, "b"), ==, -1);
    g_assert_cmpint(change(&f, "c"), ==, -1);
    g_assert_cmpint(content(f.path), ==, 'c');
    g_assert_cmpint(content(f.old), ==, 'b');
    g_assert_cmpuint(count_files(&f), ==, 2);
    g_assert_cmpint(stat(f.path, &st), ==, 0);
    g_assert_cmpuint(st.st_mode & 07777, ==, 0640);
    if (labels) {
        g_assert_cmpint(getxattr(f.path, "user.label", value, 8), ==, 4);
        g_assert_cmpstr(value, ==, "here");
    }
}

static void test_refused(void)
{
    g_auto(Files) f = { 0 };
    g_autofree char *other = NULL;
    uint64_t size;

    files_init(&f);
    other = test_dir_file(f.dir, "other");
    g_assert_cmpint(change(&f, ""), ==, BMC_ERROR_LIMIT);
    g_assert_cmpint(change(&f, "+"), ==, BMC_ERROR_INVALID);
    g_assert_cmpint(link(f.path, other), ==, 0);
    g_assert_cmpint(change(&f, "b"), ==, BMC_ERROR_PERMISSION);
    g_unlink(f.path);
    g_assert_cmpint(symlink(other, f.path), ==, 0);
    g_assert_true(flash_file_check(f.path, &size, NULL));
    g_assert_cmpuint(size, ==, LEN);
    g_assert_cmpint(change(&f, "b"), ==, -1);
    g_assert_cmpint(content(other), ==, 'b');
    g_unlink(f.path);
    g_assert_cmpint(change(&f, "b"), ==, BMC_ERROR_FAILED);
    g_assert_cmpint(g_mkdir(f.path, 0700), ==, 0);
    g_assert_cmpint(change(&f, "b"), ==, BMC_ERROR_FAILED);
    g_rmdir(f.path);
    g_assert_cmpint(mkfifo(f.path, 0600), ==, 0);
    g_assert_cmpint(change(&f, "b"), ==, BMC_ERROR_PERMISSION);
    g_unlink(f.path);
    g_assert_cmpint(symlink("/usr/bin/env", f.path), ==, 0);
    g_assert_cmpint(change(&f, "b"), ==, BMC_ERROR_PERMISSION);
    g_unlink(f.path);
    g_assert_cmpint(symlink("flash", f.path), ==, 0);
    g_assert_cmpint(change(&f, "b"), ==, BMC_ERROR_PERMISSION);
}

/*
 * Changes the file in a process that is killed at its @n-th stop, each being
 * the begin or the end of a system call. Returns false if it has ended by
 * itself before; -1 in @n when processes cannot be watched.
 */
static bool change_killed(const Files *f, int *n)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        GError *err = NULL;

        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL)) {
            _exit(2);
        }
        raise(SIGSTOP);
        _exit(flash_file_change(f->path, make, (void *)"b", &err) ? 0 : 1);
    }
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    if (WIFEXITED(status)) {
        *n = -1;
        return false;
    }
    for (int i = 0; i < *n && WIFSTOPPED(status); i++) {
        g_assert_cmpint(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), ==, 0);
        g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    }
    if (WIFEXITED(status)) {
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
        return false;
    }
    kill(pid, SIGKILL);
    g_assert_cmpint(waitpid(pid, &status, 0), ==, pid);
    return true;
}

static void test_killed(void)
{
    unsigned changed = 0;
    int n;

    for (n = 1;; n++) {
        g_auto(Files) f = { 0 };
        bool killed;
        char now;

        files_init(&f);
        killed = change_killed(&f, &n);
        if (n < 0) {
            g_test_skip("processes cannot be watched here");
            return;
        }
        now = content(f.path);
        g_assert_true(now == 'a' || now == 'b');
        changed += now == 'b';
        g_assert_true(now == 'a' || content(f.old) == 'a');
        /* Whatever is left does not hinder the next one. */
        g_assert_cmpint(change(&f, "c"), ==, -1);
        g_assert_cmpint(content(f.path), ==, 'c');
        g_assert_cmpint(content(f.old), ==, now);
        g_assert_cmpuint(count_files(&f), ==, 2);
        if (!killed) {
            break;
        }
    }
    /* It was killed before and after. */
    g_assert_cmpint(n, >, 40);
    g_assert_cmpuint(changed, >, 1);
    g_assert_cmpuint(changed, <, n);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/flash-file/change", test_change);
    g_test_add_func("/flash-file/refused", test_refused);
    g_test_add_func("/flash-file/killed", test_killed);
    return g_test_run();
}
