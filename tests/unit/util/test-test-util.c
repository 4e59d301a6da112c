/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The test library itself: a check that cannot fail checks nothing. */
#include "osdep.h"

#include "test-util.h"

#include <glib/gstdio.h>

static bool is_set(void *opaque)
{
    return *(bool *)opaque;
}

static gboolean set(gpointer opaque)
{
    *(bool *)opaque = true;
    return G_SOURCE_REMOVE;
}

static void test_wait(void)
{
    bool flag = false;
    gint64 start = g_get_monotonic_time();

    g_assert_false(test_wait_until(is_set, &flag, 20));
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 20000);
    g_timeout_add(5, set, &flag);
    g_assert_true(test_wait_until(is_set, &flag, 5000));
    g_assert_true(test_wait_until(is_set, &flag, 0));
}

static void test_log_expected(void)
{
    test_expect_log(G_LOG_LEVEL_WARNING, "disk * is full");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "login*");
    g_message("login of admin");
    g_message("not announced, not fatal");
    g_warning("disk %d is full", 1);
    test_assert_logged();
    /* the old way of logging, which libraries use */
    test_expect_log(G_LOG_LEVEL_CRITICAL, "*assertion*");
    g_return_if_fail_warning("Library", "function", "expression");
    test_assert_logged();
}

static void test_log_unexpected(void)
{
    if (g_test_subprocess()) {
        g_warning("surprise");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*unexpected log line: qemu-bmc: surprise*");
}

static void test_log_missing(void)
{
    if (g_test_subprocess()) {
        test_expect_log(G_LOG_LEVEL_WARNING, "never");
        g_message("never");
        test_assert_logged();
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*not logged: never*");
}

static void test_dir(void)
{
    TestDir *dir = test_dir_new();
    g_autofree char *path = g_strdup(dir->path);
    g_autofree char *file = test_dir_file(dir, "file");
    g_autofree char *sub = test_dir_file(dir, "a/b/c");
    g_autofree char *link = test_dir_file(dir, "a/link");
    g_autoptr(TestDir) other = test_dir_new();
    g_autofree char *kept = test_dir_file(other, "kept");

    g_assert_true(g_file_set_contents(file, "x", 1, NULL));
    g_assert_true(g_file_set_contents(kept, "x", 1, NULL));
    g_assert_cmpint(g_mkdir_with_parents(sub, 0700), ==, 0);
    g_assert_cmpint(symlink(other->path, link), ==, 0);
    test_dir_free(dir);
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(kept, G_FILE_TEST_EXISTS));
}

static void test_sync(void)
{
    g_auto(TestSync) sync = { 0 };
    int i;

    for (i = 1; i <= 2; i++) {
        g_autoptr(GTask) task = g_task_new(NULL, NULL, test_sync_ready, &sync);
        GAsyncResult *result;

        g_task_return_int(task, i);
        result = test_sync_wait(&sync);
        g_assert_cmpint(g_task_propagate_int(G_TASK(result), NULL), ==, i);
        test_sync_clear(&sync);
    }
}

static void test_hex_good(void)
{
    g_autoptr(GBytes) bytes = test_hex("06 00:fF07\n");
    gsize len;
    const uint8_t *data = g_bytes_get_data(bytes, &len);
    static const uint8_t want[] = { 6, 0, 255, 7 };

    test_assert_bytes_equal(data, len, want, sizeof(want));
    test_assert_hex_equal(want, sizeof(want), "0600ff07");
    test_assert_hex_equal(NULL, 0, "");
}

static void test_hex_differs(void)
{
    if (g_test_subprocess()) {
        test_assert_hex_equal("\1\2", 2, "0103");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*found 2: 01 02, expected 2: 01 03*");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/test-util/wait", test_wait);
    g_test_add_func("/test-util/log/expected", test_log_expected);
    g_test_add_func("/test-util/log/unexpected", test_log_unexpected);
    g_test_add_func("/test-util/log/missing", test_log_missing);
    g_test_add_func("/test-util/dir", test_dir);
    g_test_add_func("/test-util/sync", test_sync);
    g_test_add_func("/test-util/hex/good", test_hex_good);
    g_test_add_func("/test-util/hex/differs", test_hex_differs);
    return g_test_run();
}
