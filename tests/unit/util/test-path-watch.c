/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for a path. */
#include "osdep.h"

#include "util/path-watch.h"

#include <glib/gstdio.h>

#include "test-util.h"

typedef struct Fixture {
    TestDir *dir;
    char *sub;
    char *path;
    PathWatch *watch;
    unsigned calls;
    unsigned seen;
} Fixture;

static void on_change(void *opaque)
{
    ((Fixture *)opaque)->calls++;
}

static bool was_called(void *opaque)
{
    Fixture *f = opaque;

    return f->calls > f->seen;
}

static void fixture_init(Fixture *f, const char *below)
{
    *f = (Fixture) { .dir = test_dir_new() };
    f->sub = test_dir_file(f->dir, "sub");
    f->path = g_build_filename(f->sub, below, NULL);
    f->watch = path_watch_new(f->path, on_change, f);
    g_assert_false(path_watch_is_blind(f->watch));
}

static void fixture_clear(Fixture *f)
{
    path_watch_free(f->watch);
    g_free(f->path);
    g_free(f->sub);
    test_dir_free(f->dir);
}

static void expect_call(Fixture *f)
{
    g_assert_true(test_wait_until(was_called, f, 5000));
    test_drain();
    f->seen = f->calls;
}

static void expect_quiet(Fixture *f)
{
    test_drain();
    g_assert_cmpuint(f->calls, ==, f->seen);
}

static void make_file(const char *path)
{
    g_assert_true(g_file_set_contents(path, "", 0, NULL));
}

static void test_appears(void)
{
    Fixture f;
    g_autofree char *other = NULL;

    fixture_init(&f, "file");
    other = test_dir_file(f.dir, "other");
    expect_quiet(&f);
    g_assert_cmpint(g_mkdir(other, 0700), ==, 0);
    expect_quiet(&f);
    g_assert_cmpint(g_mkdir(f.sub, 0700), ==, 0);
    expect_call(&f);
    make_file(f.path);
    expect_call(&f);
    g_assert_cmpint(g_chmod(f.path, 0600), ==, 0);
    expect_call(&f);
    fixture_clear(&f);
}

/* Two levels at once: the second is there before the first is noticed. */
static void test_appears_fast(void)
{
    Fixture f;
    g_autofree char *parent = NULL;

    fixture_init(&f, "a/b/file");
    parent = g_path_get_dirname(f.path);
    g_assert_cmpint(g_mkdir_with_parents(parent, 0700), ==, 0);
    make_file(f.path);
    expect_call(&f);
    g_unlink(f.path);
    test_drain();
    f.seen = f.calls;
    make_file(f.path);
    expect_call(&f);
    fixture_clear(&f);
}

static void test_replaced(void)
{
    Fixture f;
    g_autofree char *moved = NULL;

    fixture_init(&f, "file");
    moved = test_dir_file(f.dir, "moved");
    g_assert_cmpint(g_mkdir(f.sub, 0700), ==, 0);
    make_file(f.path);
    expect_call(&f);
    /* The directory goes away with the file and comes anew. */
    g_assert_cmpint(g_rename(f.sub, moved), ==, 0);
    expect_call(&f);
    g_assert_cmpint(g_mkdir(f.sub, 0700), ==, 0);
    expect_call(&f);
    make_file(f.path);
    expect_call(&f);
    g_assert_cmpint(g_unlink(f.path), ==, 0);
    g_assert_cmpint(g_rmdir(f.sub), ==, 0);
    expect_call(&f);
    g_assert_cmpint(g_mkdir(f.sub, 0700), ==, 0);
    expect_call(&f);
    make_file(f.path);
    expect_call(&f);
    fixture_clear(&f);
}

static void free_watch(void *opaque)
{
    Fixture *f = opaque;

    f->calls++;
    g_clear_pointer(&f->watch, path_watch_free);
}

static void test_free_in_call(void)
{
    Fixture f;

    fixture_init(&f, "file");
    path_watch_free(f.watch);
    f.watch = path_watch_new(f.path, free_watch, &f);
    g_assert_cmpint(g_mkdir(f.sub, 0700), ==, 0);
    expect_call(&f);
    g_assert_cmpuint(f.calls, ==, 1);
    g_assert_null(f.watch);
    fixture_clear(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/path-watch/appears", test_appears);
    g_test_add_func("/path-watch/appears-fast", test_appears_fast);
    g_test_add_func("/path-watch/replaced", test_replaced);
    g_test_add_func("/path-watch/free-in-call", test_free_in_call);
    return g_test_run();
}
