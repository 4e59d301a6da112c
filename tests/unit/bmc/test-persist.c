/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The state file: atomic, locked, and never a reason to crash. */
#include "osdep.h"

#include "bmc/persist.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "test-util.h"
#include "util/error.h"
#include "util/json.h"

static Persist *open_ok(const TestDir *dir)
{
    g_autoptr(GError) err = NULL;
    Persist *persist = persist_open(dir->path, &err);

    g_assert_no_error(err);
    return persist;
}

static void set_value(Persist *persist, const char *section, int64_t value)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "value", value);
    persist_set(persist, section, object);
}

static int64_t get_value(Persist *persist, const char *section)
{
    JsonObject *object = persist_get(persist, section);
    int64_t value = -1;

    if (object) {
        json_get_int(object, "value", &value);
    }
    return value;
}

static bool flush(Persist *persist, GError **errp)
{
    g_auto(TestSync) sync = { NULL };

    persist_flush_async(persist, 0, NULL, test_sync_ready, &sync);
    return persist_flush_finish(test_sync_wait(&sync), errp);
}

static char *file_text(const TestDir *dir, const char *name, size_t *len)
{
    g_autofree char *path = test_dir_file(dir, name);
    char *text = NULL;

    g_file_get_contents(path, &text, len, NULL);
    return text;
}

static void put_file(const TestDir *dir, const char *name, const char *text,
                     gssize len)
{
    g_autofree char *path = test_dir_file(dir, name);

    g_assert_true(g_file_set_contents(path, text, len, NULL));
}

static void test_round_trip(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *state_dir = test_dir_file(dir, "a/b");
    g_autofree char *file = g_build_filename(state_dir, PERSIST_FILE, NULL);
    TestDir inner = { .path = state_dir };
    Persist *persist = open_ok(&inner);
    struct stat st;

    g_assert_null(persist_get(persist, "one"));
    set_value(persist, "one", 1);
    set_value(persist, "two", 2);
    g_assert_true(flush(persist, NULL));
    g_assert_cmpint(stat(file, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0600);
    g_assert_cmpint(stat(state_dir, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 07777, ==, 0700);
    persist_free(persist);
    persist = open_ok(&inner);
    g_assert_cmpint(get_value(persist, "one"), ==, 1);
    g_assert_cmpint(get_value(persist, "two"), ==, 2);
    persist_free(persist);
}

static void test_written_at_free(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    Persist *persist = open_ok(dir);
    g_auto(TestSync) sync = { NULL };

    set_value(persist, "one", 1);
    persist_free(persist);
    persist = open_ok(dir);
    g_assert_cmpint(get_value(persist, "one"), ==, 1);
    set_value(persist, "one", 2);
    /* Now with the thread at work */
    persist_flush_async(persist, 0, NULL, test_sync_ready, &sync);
    set_value(persist, "one", 3);
    persist_free(persist);
    test_sync_wait(&sync);
    persist = open_ok(dir);
    g_assert_cmpint(get_value(persist, "one"), ==, 3);
    persist_free(persist);
}

/* Written without anybody asking. */
static bool on_disk(void *opaque)
{
    g_autofree char *text = file_text(opaque, PERSIST_FILE, NULL);

    return text && strstr(text, "\"value\":7");
}

static void test_written_soon(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(Persist) persist = open_ok(dir);

    set_value(persist, "one", 7);
    g_assert_true(test_wait_until(on_disk, dir, 10000));
}

static uint64_t file_inode(TestDir *dir)
{
    g_autofree char *path = test_dir_file(dir, PERSIST_FILE);
    struct stat st;

    g_assert_cmpint(stat(path, &st), ==, 0);
    return st.st_ino;
}

/* How often the file is replaced while changes come one after the other. */
static unsigned count_writes(TestDir *dir, Persist *persist, unsigned ms)
{
    int64_t end = g_get_monotonic_time() + ms * 1000;
    uint64_t before = file_inode(dir);
    unsigned writes = 0;
    unsigned value = 0;

    while (g_get_monotonic_time() < end) {
        uint64_t now;

        set_value(persist, "one", ++value);
        g_main_context_iteration(NULL, FALSE);
        now = file_inode(dir);
        writes += now != before;
        before = now;
    }
    return writes;
}

/* Who changes things all the time does not keep the disk busy. */
static void test_spaced(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(Persist) persist = open_ok(dir);

    set_value(persist, "one", 7);
    g_assert_true(flush(persist, NULL));
    g_assert_cmpuint(count_writes(dir, persist, 500), <=, 3);
}

/* One that may wait does, together with others, but nobody waits for it. */
static void test_delayed(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(Persist) persist = open_ok(dir);
    TestSync syncs[3] = { { NULL } };
    int64_t start = g_get_monotonic_time();
    uint64_t inode;
    unsigned i;

    set_value(persist, "one", 1);
    g_assert_true(flush(persist, NULL));
    inode = file_inode(dir);
    for (i = 0; i < G_N_ELEMENTS(syncs); i++) {
        set_value(persist, "one", i);
        persist_flush_async(persist, 100, NULL, test_sync_ready, &syncs[i]);
    }
    while (g_get_monotonic_time() - start < 50 * 1000) {
        g_main_context_iteration(NULL, FALSE);
    }
    if (g_get_monotonic_time() - start < 90 * 1000) {
        g_assert_cmpuint(file_inode(dir), ==, inode);
    }
    for (i = 0; i < G_N_ELEMENTS(syncs); i++) {
        g_assert_true(persist_flush_finish(test_sync_wait(&syncs[i]), NULL));
        test_sync_clear(&syncs[i]);
    }
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 99 * 1000);
    set_value(persist, "one", 4);
    persist_flush_async(persist, 3600 * 1000, NULL, test_sync_ready,
                        &syncs[0]);
    g_assert_true(flush(persist, NULL));
    g_assert_true(persist_flush_finish(test_sync_wait(&syncs[0]), NULL));
    test_sync_clear(&syncs[0]);
}

/* Changes during a write are in the next one, and flushes wait for theirs. */
static void test_joined(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(Persist) persist = open_ok(dir);
    TestSync syncs[20] = { { NULL } };
    g_autofree char *text = NULL;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(syncs); i++) {
        set_value(persist, "one", i);
        persist_flush_async(persist, 0, NULL, test_sync_ready, &syncs[i]);
    }
    for (i = 0; i < G_N_ELEMENTS(syncs); i++) {
        g_assert_true(persist_flush_finish(test_sync_wait(&syncs[i]), NULL));
        test_sync_clear(&syncs[i]);
    }
    text = file_text(dir, PERSIST_FILE, NULL);
    g_assert_nonnull(strstr(text, "\"value\":19"));
}

static void test_second_holder(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *pid = g_strdup_printf("process %ld ", (long)getpid());
    g_autoptr(Persist) persist = open_ok(dir);
    g_autoptr(GError) err = NULL;

    g_assert_null(persist_open(dir->path, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_assert_nonnull(strstr(err->message, pid));
    g_clear_pointer(&persist, persist_free);
    persist = open_ok(dir);
}

/* A file that is cut off anywhere leaves the generation before it. */
static void test_cut_anywhere(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    Persist *persist = open_ok(dir);
    g_autofree char *old = NULL;
    g_autofree char *text = NULL;
    size_t old_len = 0;
    size_t len = 0;
    size_t cut;

    set_value(persist, "one", 1);
    g_assert_true(flush(persist, NULL));
    set_value(persist, "one", 2);
    g_assert_true(flush(persist, NULL));
    persist_free(persist);
    old = file_text(dir, PERSIST_FILE_OLD, &old_len);
    text = file_text(dir, PERSIST_FILE, &len);
    /* The last byte is a line feed that nobody needs */
    for (cut = 0; cut < len - 1; cut++) {
        g_autofree char *bad = NULL;
        size_t bad_len = 0;

        put_file(dir, PERSIST_FILE, text, cut);
        put_file(dir, PERSIST_FILE_OLD, old, old_len);
        test_expect_log(G_LOG_LEVEL_WARNING, "*is damaged*is used");
        persist = open_ok(dir);
        test_assert_logged();
        g_assert_cmpint(get_value(persist, "one"), ==, 1);
        bad = file_text(dir, PERSIST_FILE_BAD, &bad_len);
        g_assert_cmpuint(bad_len, ==, cut);
        persist_free(persist);
        /* The bad file must not have become the old generation */
        persist = open_ok(dir);
        g_assert_cmpint(get_value(persist, "one"), ==, 1);
        persist_free(persist);
    }
}

static void test_damaged(void)
{
    static const char *const texts[] = {
        "", "[]", "{}", "null", "{\"version\":\"1\"}", "{\"version\":0}",
        "{\"version\":1}x", "{\"version\":1,\"version\":1}", "\xff\xfe",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(TestDir) dir = test_dir_new();
        Persist *persist;

        put_file(dir, PERSIST_FILE, texts[i], -1);
        test_expect_log(G_LOG_LEVEL_WARNING, "*is damaged*nothing is left*");
        persist = open_ok(dir);
        test_assert_logged();
        g_assert_null(persist_get(persist, "one"));
        set_value(persist, "one", 5);
        persist_free(persist);
        persist = open_ok(dir);
        g_assert_cmpint(get_value(persist, "one"), ==, 5);
        persist_free(persist);
    }
}

static void test_newer_version(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *text = NULL;
    g_autoptr(GError) err = NULL;

    put_file(dir, PERSIST_FILE, "{\"version\":2}", -1);
    g_assert_null(persist_open(dir->path, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(err->message, "newer"));
    text = file_text(dir, PERSIST_FILE, NULL);
    g_assert_cmpstr(text, ==, "{\"version\":2}");
}

static void test_section_type(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(Persist) persist = NULL;

    put_file(dir, PERSIST_FILE, "{\"version\":1,\"one\":[1]}", -1);
    persist = open_ok(dir);
    g_assert_null(persist_get(persist, "one"));
}

static void limit_file_size(bool limited)
{
    struct rlimit limit;

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = limited ? 16 : limit.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

/* Told to whoever waits, logged once, kept, and done when it can be. */
static void test_write_failure(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    Persist *persist = open_ok(dir);
    g_autofree char *text = NULL;
    g_autofree char *after = NULL;
    g_autoptr(GError) err = NULL;
    bool ok;

    signal(SIGXFSZ, SIG_IGN);
    set_value(persist, "one", 1);
    g_assert_true(flush(persist, NULL));
    text = file_text(dir, PERSIST_FILE, NULL);
    set_value(persist, "one", 2);
    /* The log goes to a file too, so nothing is asserted meanwhile */
    test_expect_log(G_LOG_LEVEL_WARNING, "*the state is not saved");
    limit_file_size(true);
    ok = flush(persist, &err);
    limit_file_size(false);
    g_assert_false(ok);
    g_assert_error(err, BMC_ERROR, BMC_ERROR_FAILED);
    g_clear_error(&err);
    limit_file_size(true);
    ok = flush(persist, &err);
    limit_file_size(false);
    g_assert_false(ok);
    test_assert_logged();
    after = file_text(dir, PERSIST_FILE, NULL);
    g_assert_cmpstr(after, ==, text);
    g_assert_cmpint(get_value(persist, "one"), ==, 2);
    g_assert_true(flush(persist, NULL));
    persist_free(persist);
    persist = open_ok(dir);
    g_assert_cmpint(get_value(persist, "one"), ==, 2);
    persist_free(persist);
}

static bool is_saved(void *opaque)
{
    return persist_is_saved(opaque);
}

/* When there is room again, nobody has to ask for it. */
static void test_write_retried(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    Persist *persist = open_ok(dir);
    GSource *retry;

    signal(SIGXFSZ, SIG_IGN);
    set_value(persist, "one", 1);
    test_expect_log(G_LOG_LEVEL_WARNING, "*the state is not saved");
    limit_file_size(true);
    flush(persist, NULL);
    limit_file_size(false);
    test_assert_logged();
    g_assert_false(persist_is_saved(persist));
    retry = g_main_context_find_source_by_user_data(NULL, persist);
    g_assert_nonnull(retry);
    g_source_set_ready_time(retry, 0);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*the state is saved again");
    g_assert_true(test_wait_until(is_saved, persist, 5000));
    test_assert_logged();
    g_assert_null(g_main_context_find_source_by_user_data(NULL, persist));
    persist_free(persist);
}

/* A file of which a part is damaged does not replace the one before it. */
static void test_part_damaged(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    Persist *persist = open_ok(dir);
    g_autofree char *old = NULL;
    g_autofree char *kept = NULL;
    g_autofree char *bad = NULL;

    set_value(persist, "one", 1);
    g_assert_true(flush(persist, NULL));
    set_value(persist, "one", 2);
    g_assert_true(flush(persist, NULL));
    persist_free(persist);
    old = file_text(dir, PERSIST_FILE_OLD, NULL);
    put_file(dir, PERSIST_FILE, "{\"version\":1,\"one\":7}", -1);
    persist = open_ok(dir);
    test_expect_log(G_LOG_LEVEL_WARNING, "*one.value cannot be used*");
    persist_damaged(persist, "one", "value");
    test_assert_logged();
    set_value(persist, "two", 1);
    g_assert_true(flush(persist, NULL));
    kept = file_text(dir, PERSIST_FILE_OLD, NULL);
    bad = file_text(dir, PERSIST_FILE_BAD, NULL);
    g_assert_cmpstr(kept, ==, old);
    g_assert_cmpstr(bad, ==, "{\"version\":1,\"one\":7}");
    persist_free(persist);
}

static void test_directory_removed(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *state_dir = test_dir_file(dir, "state");
    g_autofree char *lock = g_build_filename(state_dir, PERSIST_FILE_LOCK,
                                             NULL);
    TestDir inner = { .path = state_dir };
    Persist *persist = open_ok(&inner);
    g_autoptr(GError) err = NULL;

    g_assert_cmpint(g_unlink(lock), ==, 0);
    g_assert_cmpint(g_rmdir(state_dir), ==, 0);
    set_value(persist, "one", 2);
    test_expect_log(G_LOG_LEVEL_WARNING, "*the state is not saved");
    g_assert_false(flush(persist, &err));
    test_assert_logged();
    persist_free(persist);
}

static void test_not_a_directory(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "file");
    g_autoptr(GError) err = NULL;

    put_file(dir, "file", "", 0);
    g_assert_null(persist_open(path, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(err->message, path));
}

static void test_cancelled(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    Persist *persist = open_ok(dir);
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;

    set_value(persist, "one", 1);
    persist_flush_async(persist, 0, NULL, test_sync_ready, &sync);
    set_value(persist, "one", 2);
    persist_free(persist);
    g_assert_false(persist_flush_finish(test_sync_wait(&sync), &err));
    g_assert_true(bmc_error_is_cancelled(err));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/persist/round-trip", test_round_trip);
    g_test_add_func("/persist/at-free", test_written_at_free);
    g_test_add_func("/persist/soon", test_written_soon);
    g_test_add_func("/persist/joined", test_joined);
    g_test_add_func("/persist/spaced", test_spaced);
    g_test_add_func("/persist/delayed", test_delayed);
    g_test_add_func("/persist/second-holder", test_second_holder);
    g_test_add_func("/persist/cut-anywhere", test_cut_anywhere);
    g_test_add_func("/persist/damaged", test_damaged);
    g_test_add_func("/persist/newer-version", test_newer_version);
    g_test_add_func("/persist/section-type", test_section_type);
    g_test_add_func("/persist/write-failure", test_write_failure);
    g_test_add_func("/persist/write-retried", test_write_retried);
    g_test_add_func("/persist/part-damaged", test_part_damaged);
    g_test_add_func("/persist/directory-removed", test_directory_removed);
    g_test_add_func("/persist/not-a-directory", test_not_a_directory);
    g_test_add_func("/persist/cancelled", test_cancelled);
    return g_test_run();
}
