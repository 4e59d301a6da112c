/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the configuration names. */
#include "osdep.h"

#include "test-util.h"
#include "util/command.h"
#include "util/error.h"

#define WAIT_MS 30000

typedef struct Run {
    Clock *clock;
    Command *command;
    bool ended;
    GError *error;
} Run;

static void on_ended(const GError *err, void *opaque)
{
    Run *run = opaque;

    run->error = err ? g_error_copy(err) : NULL;
    run->ended = true;
    g_clear_pointer(&run->command, command_free);
}

static bool has_ended(void *opaque)
{
    return ((Run *)opaque)->ended;
}

static void start(Run *run, const char *script)
{
    static const char *const env[] = { "QEMU_BMC_NAME=a=b c", NULL };
    const char *const argv[] = { "/bin/sh", "-c", script, NULL };
    const CommandConfig config = {
        .name = "on-command", .argv = argv, .env = env,
    };
    g_autoptr(GError) error = NULL;

    *run = (Run) { .clock = clock_new() };
    run->command = command_start(&config, run->clock, on_ended, run, &error);
    g_assert_no_error(error);
}

static void run_clear(Run *run)
{
    g_clear_error(&run->error);
    command_free(run->command);
    clock_unref(run->clock);
}

static void run_script(Run *run, const char *script)
{
    start(run, script);
    g_assert_true(test_wait_until(has_ended, run, WAIT_MS));
}

static void test_output(void)
{
    Run run;

    g_setenv("IPMI_PASS", "secret", TRUE);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "on-command: a=b c.");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "on-command: on stderr");
    run_script(&run, "echo \"$QEMU_BMC_NAME$IPMI_PASS.\"; echo; "
                     "echo on stderr >&2");
    test_assert_logged();
    g_assert_no_error(run.error);
    run_clear(&run);
    g_unsetenv("IPMI_PASS");
}

/* However much it writes, it is not stopped by that, and neither are we. */
static void test_much_output(void)
{
    Run run;
    unsigned i;

    for (i = 0; i < COMMAND_LINES_MAX; i++) {
        test_expect_log(G_LOG_LEVEL_MESSAGE, "on-command: again");
    }
    test_expect_log(G_LOG_LEVEL_MESSAGE, "on-command: (more lines left out)");
    run_script(&run, "i=0; while [ $i -lt 20000 ]; do echo again; "
                     "i=$((i + 1)); done 2>/dev/null; exit 0");
    test_assert_logged();
    g_assert_no_error(run.error);
    run_clear(&run);
}

static void test_status(void)
{
    Run run;

    run_script(&run, "exit 3");
    g_assert_error(run.error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_cmpstr(run.error->message, ==,
                    "on-command (sh) ended with exit status 3");
    run_clear(&run);
    run_script(&run, "kill -9 $$");
    g_assert_error(run.error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_cmpstr(run.error->message, ==,
                    "on-command (sh) was killed by signal 9 (Killed)");
    run_clear(&run);
}

/* A daemon that keeps the output open is waited for by nobody. */
static void test_daemon(void)
{
    Run run;

    run_script(&run, "sleep 20 & exit 0");
    g_assert_no_error(run.error);
    run_clear(&run);
}

/* With all of its session; one that does not want to, too. */
static void test_end(void)
{
    Run run;

    start(&run, "sleep 1000; true");
    command_end(run.command);
    g_assert_true(test_wait_until(has_ended, &run, WAIT_MS));
    g_assert_error(run.error, BMC_ERROR, BMC_ERROR_FAILED);
    run_clear(&run);
    start(&run, "trap '' TERM; while true; do sleep 0.1; done");
    command_end(run.command);
    g_assert_true(test_wait_until(has_ended, &run, WAIT_MS));
    g_assert_error(run.error, BMC_ERROR, BMC_ERROR_FAILED);
    run_clear(&run);
}

static void test_no_program(void)
{
    const char *const argv[] = { "/nonexistent/program", NULL };
    const CommandConfig config = { .name = "off-command", .argv = argv };
    g_autoptr(Clock) clock = clock_new();
    g_autoptr(GError) error = NULL;

    g_assert_null(command_start(&config, clock, on_ended, NULL, &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "off-command"));
}

static void test_parse(void)
{
    static const char *const bad[] = { "a \"b", "", "no-such-program-at-all" };
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) argv = NULL;
    unsigned i;

    argv = command_parse("on-command", "sh -c 'a b' \"$(c)\" ;d", &error);
    g_assert_no_error(error);
    g_assert_cmpuint(g_strv_length(argv), ==, 5);
    g_assert_cmpstr(argv[2], ==, "a b");
    g_assert_cmpstr(argv[3], ==, "$(c)");
    g_assert_cmpstr(argv[4], ==, ";d");
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_null(command_parse("on-command", bad[i], &error));
        g_assert_error(error, BMC_ERROR, BMC_ERROR_USAGE);
        g_assert_nonnull(strstr(error->message, "on-command"));
        g_clear_error(&error);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/command/output", test_output);
    g_test_add_func("/command/much-output", test_much_output);
    g_test_add_func("/command/status", test_status);
    g_test_add_func("/command/daemon", test_daemon);
    g_test_add_func("/command/end", test_end);
    g_test_add_func("/command/no-program", test_no_program);
    g_test_add_func("/command/parse", test_parse);
    return g_test_run();
}
