/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command lines of qemu-bmc-run; QEMU is a script that says a version. */
#include "osdep.h"

#include "tools/run-args.h"

#include <glib/gstdio.h>

#include "test-util.h"
#include "util/error.h"

typedef struct Fixture {
    TestDir *dir;
    char *qemu;
    RunArgs args;
} Fixture;

static void make_qemu(Fixture *f, const char *version)
{
    g_autofree char *text = g_strdup_printf(
        "#!/bin/sh\necho 'QEMU emulator version %s (Debian)'\n", version);

    g_assert_true(g_file_set_contents(f->qemu, text, -1, NULL));
    g_assert_cmpint(g_chmod(f->qemu, 0755), ==, 0);
}

static void setup(Fixture *f, const void *data)
{
    f->dir = test_dir_new();
    f->qemu = test_dir_file(f->dir, "qemu-system-x86_64");
    make_qemu(f, "7.2.22");
}

static void teardown(Fixture *f, const void *data)
{
    run_args_cleanup(&f->args);
    g_free(f->qemu);
    test_dir_free(f->dir);
}

/* @words: behind the program, separated by blanks */
static char *qemu_line(Fixture *f, const char *words, bool ipmi, bool off,
                       GError **errp)
{
    g_autofree char *line = g_strdup_printf("-- %s %s", f->qemu, words);
    g_auto(GStrv) argv = NULL;
    g_auto(GStrv) out = NULL;

    g_assert_true(g_shell_parse_argv(line, NULL, &argv, NULL));
    run_args_cleanup(&f->args);
    if (!run_args_init(&f->args, "/bin/qemu-bmc", "/run/a,b", "vm1", NULL,
                       ipmi, off, (const char *const *)argv, errp)) {
        return NULL;
    }
    out = run_args_qemu(&f->args);
    return g_strjoinv(" ", out);
}

static void test_qemu(Fixture *f, const void *data)
{
    g_autofree char *line = qemu_line(f, "-m 512 -hda x", true, false, NULL);

    g_assert_true(g_str_has_prefix(line, f->qemu));
    g_assert_nonnull(strstr(line, " -m 512 -hda x -qmp "
                            "unix:/run/a,,b/qmp.sock,server=on,wait=off"));
    g_assert_nonnull(strstr(line, " -no-shutdown"));
    g_assert_nonnull(strstr(line, " -display none"));
    g_assert_nonnull(strstr(line, "id=bmc-serial,path=/run/a,,b/serial.sock"));
    g_assert_nonnull(strstr(line, "id=bmc-ipmi,path=/run/a,,b/ipmi.sock,"
                            "reconnect=1 "));
    g_assert_nonnull(strstr(line, "isa-ipmi-kcs"));
    g_assert_null(strstr(line, " -S"));
}

static void test_user_options_win(Fixture *f, const void *data)
{
    g_autofree char *line = qemu_line(f, "--nographic -no-shutdown -S",
                                      false, true, NULL);

    g_assert_null(strstr(line, "-display"));
    g_assert_null(strstr(line, "serial.sock"));
    g_assert_null(strstr(line, "ipmi"));
    g_assert_cmpint(g_strrstr(line, "-no-shutdown") - line, ==,
                    strstr(line, "-no-shutdown") - line);
    g_assert_false(g_str_has_suffix(line, " -S"));
}

/* Our QMP socket must not cost the user QEMU's own monitor. */
static void test_monitor(Fixture *f, const void *data)
{
    static const struct {
        const char *words;
        const char *want;
    } rows[] = {
        { "-nographic", " -serial mon:stdio" },
        { "-nographic -serial null", " -monitor stdio" },
        { "-nographic -nodefaults", NULL },
        { "-nographic -monitor none", NULL },
        { "-nographic -qmp none", NULL },
        { "-serial mon:stdio", NULL },
        { "-vnc :1", " -monitor vc:80Cx24C" },
        { "-vnc :1 --mon chardev=x", NULL },
        { "", NULL },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = qemu_line(f, rows[i].words, true, false,
                                          NULL);
        const char *added = strstr(line, " -qmp unix:");

        if (rows[i].want) {
            g_assert_nonnull(strstr(added, rows[i].want));
        } else {
            g_assert_null(strstr(added, "-monitor"));
            g_assert_null(strstr(added, "mon:"));
        }
    }
}

static void test_off(Fixture *f, const void *data)
{
    g_autofree char *line = qemu_line(f, "-vnc :1", true, true, NULL);

    g_assert_true(g_str_has_suffix(line, " -S"));
    g_assert_null(strstr(line, "-display"));
}

static void test_reconnect(Fixture *f, const void *data)
{
    static const struct {
        const char *version;
        const char *want;
    } rows[] = {
        { "7.2.22", "ipmi.sock,reconnect=1 " },
        { "9.1.0", "ipmi.sock,reconnect=1 " },
        { "9.2.0", "ipmi.sock,reconnect-ms=1000 " },
        { "10.0.13", "ipmi.sock,reconnect-ms=1000 " },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = NULL;

        make_qemu(f, rows[i].version);
        line = qemu_line(f, "", true, false, NULL);
        g_assert_nonnull(strstr(line, rows[i].want));
    }
}

static void test_refused(Fixture *f, const void *data)
{
    static const char *const bad_options[] = { "--x=1", NULL };
    static const char *const words[] = { "/bin/false", NULL };
    static const char *const missing[] = { "/nonexistent/qemu", NULL };
    g_autoptr(GError) err = NULL;

    g_assert_null(qemu_line(f, "-daemonize", true, false, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_assert_nonnull(strstr(err->message, "-daemonize"));
    g_clear_error(&err);
    g_assert_false(run_args_init(&f->args, "h", "/r", NULL, bad_options, true,
                                 false, words, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_clear_error(&err);
    g_assert_false(run_args_init(&f->args, "h", "/r", NULL, NULL, true,
                                 false, words, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_USAGE);
    g_clear_error(&err);
    g_assert_false(run_args_init(&f->args, "h", "/r", NULL, NULL, true,
                                 false, missing, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_NOT_FOUND);
}

static void test_helper(Fixture *f, const void *data)
{
    static const char *const options[] = {
        "redfish-port=0", "reset-accounts", NULL
    };
    const char *words[] = { f->qemu, "-m", "64", NULL };
    g_auto(GStrv) argv = NULL;
    g_autofree char *line = NULL;

    g_assert_true(run_args_init(&f->args, "/bin/qemu-bmc", "/run/x", "vm1",
                                options, true, false, words, NULL));
    argv = run_args_helper(&f->args);
    line = g_strjoinv(" ", argv);
    g_assert_cmpstr(line, ==,
                    "/bin/qemu-bmc --run-dir /run/x --qmp /run/x/qmp.sock "
                    "--serial /run/x/serial.sock --vm-ipmi /run/x/ipmi.sock "
                    "--name vm1 --redfish-port=0 --reset-accounts");
}

#define ADD(name, func) \
    g_test_add("/run-args/" name, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("qemu", test_qemu);
    ADD("user-options-win", test_user_options_win);
    ADD("monitor", test_monitor);
    ADD("off", test_off);
    ADD("reconnect", test_reconnect);
    ADD("refused", test_refused);
    ADD("helper", test_helper);
    return g_test_run();
}
