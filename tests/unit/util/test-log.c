/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a line of the log looks like, and what may be in it. */
#include "osdep.h"

#include "util/log.h"

#include "test-util.h"
#include "util/error.h"

/* In a process of its own, whose stderr the test reads. */
static void write_all_levels(const char *level)
{
    g_assert_true(log_init("debug", NULL));
    g_assert_true(log_init(level, NULL));
    g_debug("a-debug");
    g_info("a-info");
    g_message("a-message");
    g_warning("a-warning");
    g_critical("a-critical");
    g_message("two\nlines");
    g_log_structured("other", G_LOG_LEVEL_INFO, "MESSAGE", "other-info");
    g_log_structured("other", G_LOG_LEVEL_WARNING, "MESSAGE", "other-warn");
}

static void test_log_level(gconstpointer data)
{
    static const char *const levels[] = {
        "error", "warning", "message", "info", "debug",
    };
    static const char *const lines[] = {
        "* qemu-bmc: error: a-critical\n*",
        "* qemu-bmc: warning: a-warning\n*",
        "* qemu-bmc: a-message\n*",
        "* qemu-bmc: a-info\n*",
        "* qemu-bmc: debug: a-debug\n*",
    };
    size_t level = GPOINTER_TO_SIZE(data);
    size_t i;

    if (g_test_subprocess()) {
        write_all_levels(levels[level]);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout_unmatched("*qemu-bmc:*");
    g_test_trap_assert_stderr_unmatched("*other-info*");
    for (i = 0; i < G_N_ELEMENTS(lines); i++) {
        if (i <= level) {
            g_test_trap_assert_stderr(lines[i]);
        } else {
            g_test_trap_assert_stderr_unmatched(lines[i]);
        }
    }
    if (level >= 1) {
        g_test_trap_assert_stderr("*qemu-bmc: warning: other: other-warn\n*");
    }
    if (level >= 2) {
        g_test_trap_assert_stderr("*qemu-bmc: two lines\n*");
    }
}

/* stderr is a pipe here, so the time is given. */
static void test_log_time(void)
{
    if (g_test_subprocess()) {
        write_all_levels("warning");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_stderr("*20\?\?-\?\?-\?\?T\?\?:\?\?:\?\?\?\?\?\?\?\?"
                              "qemu-bmc: warning: a-warning\n*");
}

static void test_log_bad_level(void)
{
    g_autoptr(GError) err = NULL;

    g_assert_false(log_init("verbose", &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_assert_false(log_init("", NULL));
}

static void test_log_escape(void)
{
    static const struct {
        const char *text;
        gssize len;
        size_t max;
        const char *want;
    } cases[] = {
        { "plain text", -1, 100, "plain text" },
        { "", -1, 100, "" },
        { "abcdef", -1, 3, "abc" },
        { "abcdef", 2, 3, "ab" },
        { "abcdef", 4, 3, "abc" },
        { "a\nb\tc\x1b[0m", -1, 100, "a\\x0ab\\x09c\\x1b[0m" },
        { "a\0b", 3, 100, "a\\x00b" },
        { "'\"\\", -1, 100, "\\x27\\x22\\x5c" },
        { "\xc3\xa9", -1, 100, "\xc3\xa9" },
        { "\xc3\xa9", -1, 1, "\\xc3" },
        { "\xff\xc3(", -1, 100, "\\xff\\xc3(" },
        { "\x7f", -1, 100, "\\x7f" },
        /* next line, line separator, right-to-left override */
        { "\xc2\x85\xe2\x80\xa8\xe2\x80\xae", -1, 100,
          "\\xc2\\x85\\xe2\\x80\\xa8\\xe2\\x80\\xae" },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            log_escape(cases[i].text, cases[i].len, cases[i].max);

        g_assert_cmpstr(text, ==, cases[i].want);
    }
}

static void test_log_escape_line(void)
{
    g_autofree char *text = log_escape_line("a 'b' \"c\" \\ \x1b\n", -1, 100);

    g_assert_cmpstr(text, ==, "a 'b' \"c\" \\ \\x1b\\x0a");
}

static void test_log_limit(void)
{
    LogLimit limit = { 0 };
    unsigned suppressed = 99;
    int i;

    for (i = 0; i < LOG_LIMIT_PER_MINUTE; i++) {
        g_assert_true(log_limit_allows(&limit, 1000 + i, &suppressed));
        g_assert_cmpuint(suppressed, ==, 0);
    }
    for (i = 0; i < 500; i++) {
        g_assert_false(log_limit_allows(&limit, 2000, &suppressed));
    }
    g_assert_true(log_limit_allows(&limit, 100000, &suppressed));
    g_assert_cmpuint(suppressed, ==, 500);
    g_assert_true(log_limit_allows(&limit, 100000, &suppressed));
    g_assert_cmpuint(suppressed, ==, 0);
}

int main(int argc, char **argv)
{
    static const char *const levels[] = {
        "error", "warning", "message", "info", "debug",
    };
    size_t i;

    /* not test_init(): GLib takes one log writer only */
    g_test_init(&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
    g_log_set_always_fatal(G_LOG_FATAL_MASK);
    for (i = 0; i < G_N_ELEMENTS(levels); i++) {
        g_autofree char *path = g_strconcat("/log/level/", levels[i], NULL);

        g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_log_level);
    }
    g_test_add_func("/log/time", test_log_time);
    g_test_add_func("/log/bad-level", test_log_bad_level);
    g_test_add_func("/log/escape", test_log_escape);
    g_test_add_func("/log/escape-line", test_log_escape_line);
    g_test_add_func("/log/limit", test_log_limit);
    return g_test_run();
}
