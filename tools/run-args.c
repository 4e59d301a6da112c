/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What qemu-bmc-run adds to the user's QEMU arguments, and why. */
#include "osdep.h"

#include "tools/run-args.h"

#include <sys/utsname.h>

#include "util/error.h"

/* QEMU's options take one or two dashes. */
static const char *bare_option(const char *word)
{
    if (word[0] != '-') {
        return NULL;
    }
    return word[1] == '-' ? word + 2 : word + 1;
}

bool run_args_has(char *const *argv, const char *option)
{
    unsigned i;

    for (i = 0; argv[i]; i++) {
        const char *bare = bare_option(argv[i]);

        if (bare && g_str_equal(bare, option)) {
            return true;
        }
    }
    return false;
}

static char *default_binary(void)
{
    static const char *const names[][2] = {
        { "i386", "i386" }, { "i686", "i386" }, { "aarch64", "aarch64" },
        { "armv7l", "arm" }, { "ppc64le", "ppc64" },
    };
    struct utsname host;
    unsigned i;

    uname(&host);
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_str_equal(names[i][0], host.machine)) {
            return g_strconcat("qemu-system-", names[i][1], NULL);
        }
    }
    return g_strconcat("qemu-system-", host.machine, NULL);
}

/*
 * "reconnect" (seconds) is gone in QEMU 10.2; "reconnect-ms" came in 9.2.
 */
static bool probe_version(RunArgs *args, GError **errp)
{
    const char *argv[] = { args->binary, "-version", NULL };
    g_autofree char *text = NULL;
    g_autoptr(GError) err = NULL;
    const char *at;
    char *end;
    unsigned major;
    unsigned minor;
    int status;

    if (!g_spawn_sync(NULL, (char **)argv, NULL,
                      G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                      NULL, NULL, &text, NULL, &status, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "cannot run %s (install qemu-system, or name the "
                    "binary): %s", args->binary, err->message);
        return false;
    }
    at = strstr(text, "version ");
    if (status != 0 || !at) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "%s -version does not answer as QEMU does",
                    args->binary);
        return false;
    }
    major = strtoul(at + strlen("version "), &end, 10);
    minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
    args->reconnect = major > 9 || (major == 9 && minor >= 2)
        ? "reconnect-ms=1000" : "reconnect=1";
    return true;
}

static bool check_arguments(const RunArgs *args, GError **errp)
{
    unsigned i;

    if (run_args_has(args->qemu_args, "daemonize")) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "-daemonize cannot be used here: qemu-bmc-run waits for "
                    "QEMU and ends with it (run qemu-bmc-run in the "
                    "background instead)");
        return false;
    }
    for (i = 0; args->helper_options && args->helper_options[i]; i++) {
        const char *option = args->helper_options[i];

        if (!g_ascii_isalpha(*option)) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not NAME=VALUE (an option of qemu-bmc "
                        "without its dashes)", option);
            return false;
        }
    }
    return true;
}

bool run_args_init(RunArgs *args, const char *helper, const char *run_dir,
                   const char *name, const char *const *helper_options,
                   bool ipmi_device, bool off, const char *const *words,
                   GError **errp)
{
    *args = (RunArgs) {
        .helper = g_strdup(helper),
        .run_dir = g_strdup(run_dir),
        .name = g_strdup(name),
        .helper_options = g_strdupv((char **)helper_options),
        .ipmi_device = ipmi_device,
        .off = off,
    };
    if (*words && g_str_equal(*words, "--")) {
        words++;
    }
    if (*words && **words != '-') {
        args->binary = g_strdup(*words++);
    } else {
        args->binary = default_binary();
    }
    args->qemu_args = g_strdupv((char **)words);
    if (!check_arguments(args, errp) || !probe_version(args, errp)) {
        run_args_cleanup(args);
        return false;
    }
    return true;
}

void run_args_cleanup(RunArgs *args)
{
    g_free(args->helper);
    g_free(args->run_dir);
    g_free(args->name);
    g_strfreev(args->helper_options);
    g_free(args->binary);
    g_strfreev(args->qemu_args);
    memset(args, 0, sizeof(*args));
}

static void add(GPtrArray *argv, const char *option, char *value)
{
    g_ptr_array_add(argv, g_strdup(option));
    if (value) {
        g_ptr_array_add(argv, value);
    }
}

/* In QEMU's option syntax a comma in a value is written twice. */
static char *socket_path(const RunArgs *args, const char *name)
{
    g_autofree char *path = g_build_filename(args->run_dir, name, NULL);
    g_auto(GStrv) parts = g_strsplit(path, ",", -1);

    return g_strjoinv(",,", parts);
}

/* The serial port is ours only if the user does not use it. */
static bool wants_serial(const RunArgs *args)
{
    return !run_args_has(args->qemu_args, "serial") &&
           !run_args_has(args->qemu_args, "nographic");
}

static bool any_of(const RunArgs *args, const char *const *options)
{
    unsigned i;

    for (i = 0; options[i]; i++) {
        if (run_args_has(args->qemu_args, options[i])) {
            return true;
        }
    }
    return false;
}

static bool has_screen(const RunArgs *args)
{
    static const char *const options[] = {
        "display", "nographic", "vnc", "spice", "curses", "sdl", NULL
    };

    return any_of(args, options);
}

/*
 * Any monitor on the command line, so also our QMP socket, takes QEMU's
 * default one away. This puts back the one that the user would have had: on
 * the terminal with -nographic (Ctrl-A X and Ctrl-A C), else on the screen.
 */
static void add_default_monitor(const RunArgs *args, GPtrArray *argv)
{
    static const char *const monitors[] = {
        "monitor", "mon", "qmp", "qmp-pretty", "nodefaults", NULL
    };
    unsigned i;

    if (any_of(args, monitors)) {
        return;
    }
    for (i = 0; args->qemu_args[i]; i++) {
        if (g_str_has_prefix(args->qemu_args[i], "mon:")) {
            return;
        }
    }
    if (!run_args_has(args->qemu_args, "nographic")) {
        if (has_screen(args)) {
            add(argv, "-monitor", g_strdup("vc:80Cx24C"));
        }
    } else if (run_args_has(args->qemu_args, "serial")) {
        add(argv, "-monitor", g_strdup("stdio"));
    } else {
        add(argv, "-serial", g_strdup("mon:stdio"));
    }
}

/* The ISA KCS interface is one of PCs; others have none by default. */
static bool is_pc(const RunArgs *args)
{
    return g_str_has_suffix(args->binary, "x86_64") ||
           g_str_has_suffix(args->binary, "i386");
}

char **run_args_qemu(const RunArgs *args)
{
    GPtrArray *argv = g_ptr_array_new();
    g_autofree char *qmp = socket_path(args, "qmp.sock");
    g_autofree char *serial = socket_path(args, "serial.sock");
    g_autofree char *serial_log = socket_path(args, "serial.log");
    g_autofree char *ipmi = socket_path(args, "ipmi.sock");
    unsigned i;

    g_ptr_array_add(argv, g_strdup(args->binary));
    for (i = 0; args->qemu_args[i]; i++) {
        g_ptr_array_add(argv, g_strdup(args->qemu_args[i]));
    }
    add(argv, "-qmp", g_strdup_printf("unix:%s,server=on,wait=off", qmp));
    add_default_monitor(args, argv);
    /* A guest that powers off must leave somebody to power it on again. */
    if (!run_args_has(args->qemu_args, "no-shutdown")) {
        add(argv, "-no-shutdown", NULL);
    }
    if (!has_screen(args)) {
        add(argv, "-display", g_strdup("none"));
    }
    if (wants_serial(args)) {
        add(argv, "-chardev", g_strdup_printf(
                "socket,id=bmc-serial,path=%s,server=on,wait=off,logfile=%s",
                serial, serial_log));
        add(argv, "-serial", g_strdup("chardev:bmc-serial"));
    }
    if (args->ipmi_device && is_pc(args)) {
        add(argv, "-chardev", g_strdup_printf(
                "socket,id=bmc-ipmi,path=%s,%s", ipmi, args->reconnect));
        add(argv, "-device",
            g_strdup("ipmi-bmc-extern,id=bmc-extern,chardev=bmc-ipmi"));
        add(argv, "-device", g_strdup("isa-ipmi-kcs,bmc=bmc-extern"));
    }
    if (args->off && !run_args_has(args->qemu_args, "S")) {
        add(argv, "-S", NULL);
    }
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}

char **run_args_helper(const RunArgs *args)
{
    GPtrArray *argv = g_ptr_array_new();
    unsigned i;

    g_ptr_array_add(argv, g_strdup(args->helper));
    add(argv, "--run-dir", g_strdup(args->run_dir));
    add(argv, "--qmp", g_build_filename(args->run_dir, "qmp.sock", NULL));
    if (wants_serial(args)) {
        add(argv, "--serial",
            g_build_filename(args->run_dir, "serial.sock", NULL));
    }
    if (args->ipmi_device && is_pc(args)) {
        add(argv, "--vm-ipmi",
            g_build_filename(args->run_dir, "ipmi.sock", NULL));
    }
    if (args->name) {
        add(argv, "--name", g_strdup(args->name));
    }
    for (i = 0; args->helper_options && args->helper_options[i]; i++) {
        g_ptr_array_add(argv, g_strconcat("--", args->helper_options[i],
                                          NULL));
    }
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, FALSE);
}
