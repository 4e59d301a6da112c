/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The run directory: made, published, cleaned. */
#include "osdep.h"

#include "rundir.h"

#include <sys/stat.h>

#include "test-util.h"
#include "util/error.h"

static void test_life(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *run = test_dir_file(dir, "a/b");
    g_autofree char *endpoints = g_build_filename(run, "endpoints.json",
                                                  NULL);
    g_autofree char *pid = g_build_filename(run, "pid", NULL);
    g_autoptr(JsonObject) object = json_object_new();
    g_autoptr(GError) err = NULL;
    g_autofree char *text = NULL;
    struct stat st;
    int lock;

    lock = rundir_prepare(run, &err);
    g_assert_cmpint(lock, >=, 0);
    g_assert_cmpint(stat(run, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0700);
    g_assert_true(g_file_get_contents(pid, &text, NULL, NULL));
    g_assert_cmpint(g_ascii_strtoll(text, NULL, 10), ==, getpid());
    g_assert_false(g_file_test(endpoints, G_FILE_TEST_EXISTS));
    json_object_set_string_member(object, "ipmi", "127.0.0.1:623");
    g_assert_true(rundir_publish(run, object, &err));
    g_clear_pointer(&text, g_free);
    g_assert_true(g_file_get_contents(endpoints, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "{\"ipmi\":\"127.0.0.1:623\"}\n");
    /* Whoever comes second is told who has it, and spoils nothing. */
    g_assert_cmpint(rundir_prepare(run, &err), ==, -1);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_clear_pointer(&text, g_free);
    text = g_strdup_printf("process %d ", (int)getpid());
    g_assert_nonnull(strstr(err->message, text));
    g_assert_true(g_file_test(endpoints, G_FILE_TEST_EXISTS));
    rundir_clean(run, lock);
    lock = rundir_prepare(run, NULL);
    g_assert_cmpint(lock, >=, 0);
    rundir_clean(run, lock);
    g_assert_false(g_file_test(endpoints, G_FILE_TEST_EXISTS));
    g_assert_false(g_file_test(pid, G_FILE_TEST_EXISTS));
}

static void test_impossible(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *file = test_dir_file(dir, "file");
    g_autofree char *run = g_build_filename(file, "run", NULL);
    g_autoptr(GError) err = NULL;

    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    g_assert_cmpint(rundir_prepare(run, &err), ==, -1);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(err->message, "--run-dir"));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/rundir/life", test_life);
    g_test_add_func("/rundir/impossible", test_impossible);
    return g_test_run();
}
