/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that come piece by piece. */
#include "osdep.h"

#include "util/spool.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "test-util.h"
#include "util/error.h"

typedef struct Result {
    bool done;
    GError *err;
} Result;

static void on_done(GObject *source, GAsyncResult *res, void *opaque)
{
    Result *result = opaque;

    spool_finish(res, &result->err);
    result->done = true;
}

static bool is_done(void *opaque)
{
    return ((Result *)opaque)->done;
}

static void wait_done(Result *result)
{
    g_assert_true(test_wait_until(is_done, result, 30000));
}

static void write_text(Spool *spool, const char *text, int code)
{
    g_autoptr(GBytes) piece = g_bytes_new(text, strlen(text));
    Result result = { false };

    spool_write_async(spool, piece, on_done, &result);
    wait_done(&result);
    if (code >= 0) {
        g_assert_error(result.err, BMC_ERROR, code);
    } else {
        g_assert_no_error(result.err);
    }
    g_clear_error(&result.err);
}

static void sync_as(Spool *spool, const char *name)
{
    Result result = { false };

    spool_sync_async(spool, name, on_done, &result);
    wait_done(&result);
    g_assert_no_error(result.err);
}

static void assert_file(const TestDir *dir, const char *name,
                        const char *expected)
{
    g_autofree char *path = test_dir_file(dir, name);
    g_autofree char *text = NULL;

    if (!expected) {
        g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
        return;
    }
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, expected);
}

static void test_complete(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *folder = test_dir_file(dir, "new");
    SpoolConfig config = { folder, ".a.part", 0, 6 };
    g_autoptr(Spool) spool = spool_new(&config);
    struct stat st;

    g_assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
    write_text(spool, "abc", -1);
    assert_file(dir, "new/.a.part", "abc");
    write_text(spool, "def", -1);
    g_assert_cmpuint(spool_size(spool), ==, 6);
    sync_as(spool, "a");
    assert_file(dir, "new/.a.part", NULL);
    assert_file(dir, "new/a", "abcdef");
    g_assert_cmpint(stat(folder, &st), ==, 0);
    g_assert_cmphex(st.st_mode & 0777, ==, 0700);
}

/* What is there is gone on with; what is behind it is not wanted. */
static void test_resume(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    SpoolConfig config = { dir->path, "part", 0, 0 };
    Spool *spool = spool_new(&config);

    write_text(spool, "abcdef", -1);
    spool_free(spool);
    config.offset = 3;
    spool = spool_new(&config);
    write_text(spool, "X", -1);
    sync_as(spool, NULL);
    spool_free(spool);
    assert_file(dir, "part", "abcX");
    config.offset = 5;
    spool = spool_new(&config);
    write_text(spool, "Y", BMC_ERROR_STATE);
    spool_free(spool);
    config.offset = 0;
    spool = spool_new(&config);
    write_text(spool, "new", -1);
    spool_free(spool);
    assert_file(dir, "part", "new");
}

/* Links are not followed, and what is no file is left alone. */
static void test_place(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *link = test_dir_file(dir, "link");
    g_autofree char *fifo = test_dir_file(dir, "fifo");
    g_autofree char *other = test_dir_file(dir, "other");
    SpoolConfig config = { dir->path, "link", 0, 0 };
    Spool *spool = spool_new(&config);

    g_assert_true(g_file_set_contents(other, "other", -1, NULL));
    g_assert_cmpint(symlink(other, link), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    write_text(spool, "X", BMC_ERROR_FAILED);
    spool_free(spool);
    assert_file(dir, "other", "other");
    config.name = "fifo";
    spool = spool_new(&config);
    write_text(spool, "X", BMC_ERROR_FAILED);
    spool_free(spool);
}

static void test_no_room(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    SpoolConfig config = { dir->path, "part", 0, UINT64_MAX / 2 };
    g_autoptr(Spool) spool = spool_new(&config);

    write_text(spool, "X", BMC_ERROR_LIMIT);
}

/* Its owner goes while it is being written. */
static void test_freed(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    SpoolConfig config = { dir->path, "part", 0, 0 };
    Spool *spool = spool_new(&config);
    g_autoptr(GBytes) piece = g_bytes_new_static("abc", 3);
    Result result = { false };

    spool_write_async(spool, piece, on_done, &result);
    spool_free(spool);
    wait_done(&result);
    g_assert_no_error(result.err);
    assert_file(dir, "part", "abc");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/spool/complete", test_complete);
    g_test_add_func("/spool/resume", test_resume);
    g_test_add_func("/spool/place", test_place);
    g_test_add_func("/spool/no-room", test_no_room);
    g_test_add_func("/spool/freed", test_freed);
    return g_test_run();
}
