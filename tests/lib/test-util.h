/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every test program needs: waiting, logs, directories, bytes. */
#ifndef QEMU_BMC_TESTS_TEST_UTIL_H
#define QEMU_BMC_TESTS_TEST_UTIL_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * test_init: prepare a test program: g_test_init() with isolated
 * directories, and the log hook that test_expect_log() works with. To be
 * called first in main().
 *
 * @argc: main()'s
 * @argv: main()'s
 */
void test_init(int *argc, char ***argv);

/**
 * test_wait_until: run the default main context until a condition holds.
 *
 * @cond: the condition, asked after each iteration
 * @opaque: handed to @cond
 * @ms: longest wait in milliseconds
 *
 * Returns: true if the condition held in time
 */
bool test_wait_until(bool (*cond)(void *), void *opaque, unsigned ms);

/**
 * test_drain: run what is ready in the default main context, and no more.
 */
void test_drain(void);

/**
 * test_expect_log: announce one log line. Lines at the level of warning and
 * above that were not announced end the test; lines below are only
 * swallowed when they match.
 *
 * @level: its level, without flags
 * @pattern: its text, as g_pattern_match_simple() has it
 */
void test_expect_log(GLogLevelFlags level, const char *pattern);

/**
 * test_collect_log: from now on, warnings and messages that match a
 * pattern are collected, and warnings among them do not end the test.
 *
 * @pattern: as g_pattern_match_simple() has it
 * @to: (nullable): where to, a line each; NULL for no more
 */
void test_collect_log(const char *pattern, GString *to);

/**
 * test_assert_logged_full: assert that every announced line has come; called
 * by test_assert_logged().
 *
 * @file: where
 * @line: where
 * @func: where
 */
void test_assert_logged_full(const char *file, int line, const char *func);

#define test_assert_logged() \
    test_assert_logged_full(__FILE__, __LINE__, G_STRFUNC)

/**
 * TestDir: a temporary directory.
 *
 * @path: its absolute path, short enough for unix sockets below it
 */
typedef struct TestDir {
    char *path;
} TestDir;

/**
 * test_dir_new: make a temporary directory.
 *
 * Returns: (transfer full): the directory
 */
TestDir *test_dir_new(void);

/**
 * test_dir_free: remove a temporary directory and all that is in it.
 *
 * @dir: the directory, or NULL
 */
void test_dir_free(TestDir *dir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestDir, test_dir_free)

/**
 * test_dir_file: the path of a file in a temporary directory.
 *
 * @dir: the directory
 * @name: the file's name
 *
 * Returns: (transfer full): the path
 */
char *test_dir_file(const TestDir *dir, const char *name);

/**
 * TestSync: waits for an asynchronous operation; zero is ready for use.
 *
 * @result: the result once it is there; owned
 */
typedef struct TestSync {
    GAsyncResult *result;
} TestSync;

/**
 * test_sync_ready: a GAsyncReadyCallback that stores the result.
 *
 * @source: ignored
 * @result: the result
 * @opaque: the TestSync
 */
void test_sync_ready(GObject *source, GAsyncResult *result, void *opaque);

/**
 * test_sync_wait: run the default main context until test_sync_ready() has
 * been called; ends the test when that takes over ten seconds.
 *
 * @sync: the TestSync
 *
 * Returns: (transfer none): the result, valid until test_sync_clear()
 */
GAsyncResult *test_sync_wait(TestSync *sync);

/**
 * test_sync_clear: drop the result, so that @sync can be used again.
 *
 * @sync: the TestSync
 */
void test_sync_clear(TestSync *sync);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TestSync, test_sync_clear)

/**
 * test_hex: bytes from hexadecimal digits; blanks and colons are skipped.
 *
 * @hex: the digits
 *
 * Returns: (transfer full): the bytes
 */
GBytes *test_hex(const char *hex);

/**
 * test_bytes_equal_full: compare bytes, and end the test with a dump of both
 * when they differ; called by test_assert_bytes_equal().
 *
 * @file: where
 * @line: where
 * @func: where
 * @a: what was found
 * @a_len: its length in bytes
 * @b: what was expected
 * @b_len: its length in bytes
 */
void test_bytes_equal_full(const char *file, int line, const char *func,
                           const void *a, size_t a_len,
                           const void *b, size_t b_len);

#define test_assert_bytes_equal(a, a_len, b, b_len) \
    test_bytes_equal_full(__FILE__, __LINE__, G_STRFUNC, a, a_len, b, b_len)

/**
 * test_hex_equal_full: the same with the expected bytes in hexadecimal;
 * called by test_assert_hex_equal().
 *
 * @file: where
 * @line: where
 * @func: where
 * @a: what was found
 * @a_len: its length in bytes
 * @hex: what was expected
 */
void test_hex_equal_full(const char *file, int line, const char *func,
                         const void *a, size_t a_len, const char *hex);

#define test_assert_hex_equal(a, a_len, hex) \
    test_hex_equal_full(__FILE__, __LINE__, G_STRFUNC, a, a_len, hex)

#endif /* QEMU_BMC_TESTS_TEST_UTIL_H */
