/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every test program needs: waiting, logs, directories, bytes. */
#include "osdep.h"

#include "test-util.h"

#include <dirent.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * GLib has one log writer per process, so what the tests announce has to be
 * one list per process too. Logs may come from GTask threads.
 */
typedef struct ExpectedLog {
    GLogLevelFlags level;
    char *pattern;
} ExpectedLog;

static GMutex expected_lock;
static GQueue expected = G_QUEUE_INIT;

static const char *collect_pattern;
static GString *collected;

static void expected_log_free(ExpectedLog *e)
{
    g_free(e->pattern);
    g_free(e);
}

static bool take_expected(GLogLevelFlags level, const char *message)
{
    bool found = false;
    GList *l;

    g_mutex_lock(&expected_lock);
    for (l = expected.head; l; l = l->next) {
        ExpectedLog *e = l->data;

        if (e->level == (level & G_LOG_LEVEL_MASK) &&
            g_pattern_match_simple(e->pattern, message)) {
            g_queue_delete_link(&expected, l);
            expected_log_free(e);
            found = true;
            break;
        }
    }
    g_mutex_unlock(&expected_lock);
    return found;
}

static bool collect(GLogLevelFlags level, const char *message)
{
    bool found;

    g_mutex_lock(&expected_lock);
    found = collected &&
            (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE)) &&
            g_pattern_match_simple(collect_pattern, message);
    if (found) {
        g_string_append_printf(collected, "%s\n", message);
    }
    g_mutex_unlock(&expected_lock);
    return found;
}

static const char *field(const GLogField *fields, gsize n, const char *key)
{
    gsize i;

    for (i = 0; i < n; i++) {
        if (g_str_equal(fields[i].key, key) && fields[i].length == -1) {
            return fields[i].value;
        }
    }
    return NULL;
}

/*
 * What is fatal is decided here, not by g_log_set_always_fatal(): the old
 * g_log() would abort before an announced line could be taken out.
 */
static GLogWriterOutput log_writer(GLogLevelFlags level,
                                   const GLogField *fields, gsize n,
                                   gpointer opaque)
{
    const char *message = field(fields, n, "MESSAGE");
    const char *domain = field(fields, n, "GLIB_DOMAIN");

    if (take_expected(level, message ? message : "") ||
        collect(level, message ? message : "")) {
        return G_LOG_WRITER_HANDLED;
    }
    if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL |
                 G_LOG_LEVEL_WARNING)) {
        fprintf(stderr, "# unexpected log line: %s: %s\n",
                domain ? domain : "-", message ? message : "-");
        abort();
    }
    if (g_getenv("G_MESSAGES_DEBUG")) {
        fprintf(stderr, "# %s: %s\n", domain ? domain : "-",
                message ? message : "-");
    }
    return G_LOG_WRITER_HANDLED;
}

static gboolean on_deadline(gpointer opaque)
{
    bool *expired = opaque;

    *expired = true;
    return G_SOURCE_CONTINUE;
}

static bool sync_done(void *opaque)
{
    TestSync *sync = opaque;

    return sync->result;
}

/* Stays inside the directory: symbolic links are removed, not followed. */
static void remove_below(int dirfd)
{
    DIR *dir = fdopendir(dirfd);
    struct dirent *e;

    g_assert_nonnull(dir);
    while ((e = readdir(dir))) {
        int fd;

        if (g_str_equal(e->d_name, ".") || g_str_equal(e->d_name, "..")) {
            continue;
        }
        fd = openat(dirfd, e->d_name,
                    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0) {
            remove_below(fd);
            unlinkat(dirfd, e->d_name, AT_REMOVEDIR);
        } else {
            unlinkat(dirfd, e->d_name, 0);
        }
    }
    closedir(dir);
}

static char *to_hex(const uint8_t *data, size_t len)
{
    GString *s = g_string_new(NULL);
    size_t i;

    for (i = 0; i < len; i++) {
        g_string_append_printf(s, "%s%02x", i ? " " : "", data[i]);
    }
    return g_string_free(s, FALSE);
}

void test_init(int *argc, char ***argv)
{
    g_test_init(argc, argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    g_log_set_writer_func(log_writer, NULL, NULL);
}

bool test_wait_until(bool (*cond)(void *), void *opaque, unsigned ms)
{
    GSource *deadline;
    bool expired = false;
    bool held;

    deadline = g_timeout_source_new(ms);
    g_source_set_callback(deadline, on_deadline, &expired, NULL);
    g_source_attach(deadline, NULL);
    while (!(held = cond(opaque)) && !expired) {
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_destroy(deadline);
    g_source_unref(deadline);
    return held;
}

void test_drain(void)
{
    while (g_main_context_iteration(NULL, FALSE)) {
        continue;
    }
}

void test_expect_log(GLogLevelFlags level, const char *pattern)
{
    ExpectedLog *e = g_new(ExpectedLog, 1);

    e->level = level;
    e->pattern = g_strdup(pattern);
    g_mutex_lock(&expected_lock);
    g_queue_push_tail(&expected, e);
    g_mutex_unlock(&expected_lock);
}

void test_collect_log(const char *pattern, GString *to)
{
    g_mutex_lock(&expected_lock);
    collect_pattern = pattern;
    collected = to;
    g_mutex_unlock(&expected_lock);
}

void test_assert_logged_full(const char *file, int line, const char *func)
{
    ExpectedLog *e;

    g_mutex_lock(&expected_lock);
    e = g_queue_peek_head(&expected);
    g_mutex_unlock(&expected_lock);
    if (e) {
        g_autofree char *text = g_strdup_printf("not logged: %s", e->pattern);

        g_assertion_message(G_LOG_DOMAIN, file, line, func, text);
    }
}

TestDir *test_dir_new(void)
{
    g_autoptr(GError) err = NULL;
    TestDir *dir = g_new0(TestDir, 1);

    dir->path = g_dir_make_tmp("bmc-XXXXXX", &err);
    g_assert_no_error(err);
    return dir;
}

void test_dir_free(TestDir *dir)
{
    int fd;

    if (!dir) {
        return;
    }
    fd = open(dir->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        remove_below(fd);
        g_rmdir(dir->path);
    }
    g_free(dir->path);
    g_free(dir);
}

char *test_dir_file(const TestDir *dir, const char *name)
{
    return g_build_filename(dir->path, name, NULL);
}

void test_sync_ready(GObject *source, GAsyncResult *result, void *opaque)
{
    TestSync *sync = opaque;

    g_assert_null(sync->result);
    sync->result = g_object_ref(result);
}

GAsyncResult *test_sync_wait(TestSync *sync)
{
    g_assert_true(test_wait_until(sync_done, sync, 10000));
    return sync->result;
}

void test_sync_clear(TestSync *sync)
{
    g_clear_object(&sync->result);
}

GBytes *test_hex(const char *hex)
{
    GByteArray *bytes = g_byte_array_new();
    int high = -1;

    for (; *hex; hex++) {
        int digit = g_ascii_xdigit_value(*hex);

        if (digit < 0) {
            g_assert_nonnull(strchr(" \t\n:", *hex));
            g_assert_cmpint(high, ==, -1);
        } else if (high < 0) {
            high = digit;
        } else {
            uint8_t byte = high << 4 | digit;

            g_byte_array_append(bytes, &byte, 1);
            high = -1;
        }
    }
    g_assert_cmpint(high, ==, -1);
    return g_byte_array_free_to_bytes(bytes);
}

void test_bytes_equal_full(const char *file, int line, const char *func,
                           const void *a, size_t a_len,
                           const void *b, size_t b_len)
{
    g_autofree char *a_hex = NULL;
    g_autofree char *b_hex = NULL;
    g_autofree char *text = NULL;

    if (a_len == b_len && (!a_len || memcmp(a, b, a_len) == 0)) {
        return;
    }
    a_hex = to_hex(a, a_len);
    b_hex = to_hex(b, b_len);
    text = g_strdup_printf("bytes differ: found %zu: %s, expected %zu: %s",
                           a_len, a_hex, b_len, b_hex);
    g_assertion_message(G_LOG_DOMAIN, file, line, func, text);
}

void test_hex_equal_full(const char *file, int line, const char *func,
                         const void *a, size_t a_len, const char *hex)
{
    g_autoptr(GBytes) b = test_hex(hex);
    gsize b_len;
    const void *data = g_bytes_get_data(b, &b_len);

    test_bytes_equal_full(file, line, func, a, a_len, data, b_len);
}
