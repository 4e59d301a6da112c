/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * qemu-bmc-run: a QEMU command line, with a BMC. Starts the helper, then
 * QEMU with the sockets that the helper needs, and ends both together.
 *
 * The helper is started first and waited for: a guest's ipmi_si driver gives
 * up within milliseconds when no BMC answers.
 */
#include "osdep.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tools/run-args.h"
#include "util/error.h"
#include "util/json.h"

/* How long a child gets between SIGTERM and SIGKILL, milliseconds. */
#define END_GRACE_MS 10000
#define HELPER_READY_MS 20000

typedef struct Run {
    GMainLoop *loop;
    RunArgs args;
    char *run_dir;
    GPid self;
    GPid helper;
    GPid qemu;
    bool ending;
    struct stat stale; /* endpoints.json of an earlier helper */
    GFileMonitor *monitor;
    guint timer;
    int exit_code;
} Run;

static char **helper_options;
static char *opt_name;
static char *opt_run_dir;
static char *opt_helper;
static gboolean opt_no_ipmi_device;
static gboolean opt_off;
static gboolean opt_print;
static gboolean opt_version;

static const GOptionEntry entries[] = {
    { "name", 'n', 0, G_OPTION_ARG_STRING, &opt_name,
      "Name of the BMC: its state, and by default its run directory, go by "
      "it", "NAME" },
    { "run-dir", 0, 0, G_OPTION_ARG_FILENAME, &opt_run_dir,
      "Directory for the sockets", "DIR" },
    { "bmc-option", 'o', 0, G_OPTION_ARG_STRING_ARRAY, &helper_options,
      "Pass an option to qemu-bmc, e.g. -o redfish-port=8443 (repeat for "
      "more; qemu-bmc --help lists them)", "NAME=VALUE" },
    { "no-ipmi-device", 0, 0, G_OPTION_ARG_NONE, &opt_no_ipmi_device,
      "Do not give the guest an IPMI device (KCS)", NULL },
    { "off", 0, 0, G_OPTION_ARG_NONE, &opt_off,
      "Start with the VM powered off", NULL },
    { "print", 0, 0, G_OPTION_ARG_NONE, &opt_print,
      "Print the QEMU command line and exit", NULL },
    { "helper", 0, 0, G_OPTION_ARG_FILENAME, &opt_helper,
      "The qemu-bmc program, if not the one beside this or in PATH", "FILE" },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &opt_version,
      "Print the version and exit", NULL },
    { NULL }
};

static void say(const char *format, ...) G_GNUC_PRINTF(1, 2);
static void say(const char *format, ...)
{
    va_list ap;
    g_autofree char *text = NULL;

    va_start(ap, format);
    text = g_strdup_vprintf(format, ap);
    va_end(ap);
    fprintf(stderr, "qemu-bmc-run: %s\n", text);
}

/* 128 + signal, as a shell would say it. */
static int exit_code_of(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void signal_child(GPid pid, int sig)
{
    if (pid) {
        kill(pid, sig);
    }
}

static gboolean end_timeout(void *opaque)
{
    Run *run = opaque;

    run->timer = 0;
    say("still running after %d s, killing", END_GRACE_MS / 1000);
    signal_child(run->qemu, SIGKILL);
    signal_child(run->helper, SIGKILL);
    return G_SOURCE_REMOVE;
}

/* QEMU first: the helper then sees it go, and says so. */
static void end_all(Run *run)
{
    g_clear_handle_id(&run->timer, g_source_remove);
    run->ending = true;
    if (!run->qemu && !run->helper) {
        g_main_loop_quit(run->loop);
        return;
    }
    signal_child(run->qemu ? run->qemu : run->helper, SIGTERM);
    run->timer = g_timeout_add(END_GRACE_MS, end_timeout, run);
}

static void qemu_ended(GPid pid, int status, void *opaque)
{
    Run *run = opaque;

    run->qemu = 0;
    run->exit_code = exit_code_of(status);
    if (!run->ending && run->exit_code) {
        say("QEMU ended with exit code %d", run->exit_code);
    }
    end_all(run);
}

static void helper_ended(GPid pid, int status, void *opaque)
{
    Run *run = opaque;

    run->helper = 0;
    if (run->qemu && !run->ending) {
        say("qemu-bmc ended with exit code %d; the VM goes on without its "
            "BMC", exit_code_of(status));
        return;
    }
    if (!run->ending) {
        /* Its own message has said why. */
        run->exit_code = exit_code_of(status) ? exit_code_of(status) : 1;
    }
    end_all(run);
}

static gboolean on_signal(void *opaque)
{
    Run *run = opaque;

    if (!run->ending) {
        end_all(run);
    }
    return G_SOURCE_CONTINUE;
}

/* Nobody looks after a child whose parent was killed with SIGKILL. */
static void child_setup(void *opaque)
{
    const Run *run = opaque;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != run->self) {
        raise(SIGTERM);
    }
}

/*
 * The helper must not get the terminal's Ctrl-C: QEMU and this program do,
 * and the helper is told when QEMU has gone.
 */
static void helper_setup(void *opaque)
{
    setpgid(0, 0);
    child_setup(opaque);
}

static bool spawn(Run *run, char **argv, char **envp,
                  GSpawnChildSetupFunc setup, GChildWatchFunc ended,
                  GPid *pid)
{
    g_autoptr(GError) err = NULL;

    if (!g_spawn_async(NULL, argv, envp,
                       G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD |
                       G_SPAWN_CHILD_INHERITS_STDIN,
                       setup, run, pid, &err)) {
        say("cannot start %s: %s", argv[0], err->message);
        run->exit_code = 127;
        end_all(run);
        return false;
    }
    g_child_watch_add(*pid, ended, run);
    return true;
}

static void print_endpoints(const char *path)
{
    g_autofree char *text = NULL;
    g_autoptr(JsonObject) endpoints = NULL;
    const char *value;
    size_t len;

    if (!g_file_get_contents(path, &text, &len, NULL)) {
        return;
    }
    endpoints = json_parse_object(text, len, NULL);
    if (endpoints &&
        json_get_string(endpoints, "redfish", &value) == JSON_GET_OK) {
        say("Redfish at %s/redfish/v1", value);
    }
    if (endpoints &&
        json_get_string(endpoints, "ipmi", &value) == JSON_GET_OK) {
        say("IPMI over LAN at %s", value);
    }
}

static void start_qemu(Run *run)
{
    g_auto(GStrv) argv = run_args_qemu(&run->args);

    spawn(run, argv, NULL, child_setup, qemu_ended, &run->qemu);
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
    return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
           a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

static void check_ready(Run *run)
{
    g_autofree char *path = g_build_filename(run->run_dir, "endpoints.json",
                                             NULL);
    struct stat now;

    if (!run->monitor || run->ending || stat(path, &now) < 0 ||
        is_same_file(&now, &run->stale)) {
        return;
    }
    g_clear_object(&run->monitor);
    g_clear_handle_id(&run->timer, g_source_remove);
    print_endpoints(path);
    start_qemu(run);
}

static void run_dir_changed(GFileMonitor *monitor, GFile *file, GFile *other,
                            GFileMonitorEvent event, void *opaque)
{
    check_ready(opaque);
}

static gboolean ready_timeout(void *opaque)
{
    Run *run = opaque;

    run->timer = 0;
    say("qemu-bmc is not ready after %d s", HELPER_READY_MS / 1000);
    run->exit_code = 1;
    end_all(run);
    return G_SOURCE_REMOVE;
}

static void start_helper(Run *run)
{
    g_auto(GStrv) argv = run_args_helper(&run->args);
    g_auto(GStrv) envp = g_get_environ();
    g_autoptr(GFile) dir = g_file_new_for_path(run->run_dir);
    g_autofree char *stale = g_build_filename(run->run_dir, "endpoints.json",
                                              NULL);

    /*
     * It may belong to a helper that lives and is about to send ours away,
     * so it is not for us to remove.
     */
    stat(stale, &run->stale);
    /* READY is for whoever started this program, not for its child. */
    envp = g_environ_unsetenv(envp, "NOTIFY_SOCKET");
    run->monitor = g_file_monitor_directory(dir, G_FILE_MONITOR_WATCH_MOVES,
                                            NULL, NULL);
    g_signal_connect(run->monitor, "changed", G_CALLBACK(run_dir_changed),
                     run);
    run->timer = g_timeout_add(HELPER_READY_MS, ready_timeout, run);
    if (spawn(run, argv, envp, helper_setup, helper_ended, &run->helper)) {
        check_ready(run);
    }
}

/* The helper that was built or installed with this program comes first. */
static char *find_helper(void)
{
    static const char *const places[] = {
        "qemu-bmc", "../helper/qemu-bmc", "../bin/qemu-bmc"
    };
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *dir = g_path_get_dirname(self ? self : "/usr/bin/x");
    unsigned i;

    if (opt_helper) {
        return g_strdup(opt_helper);
    }
    for (i = 0; i < G_N_ELEMENTS(places); i++) {
        char *path = g_build_filename(dir, places[i], NULL);

        if (g_file_test(path, G_FILE_TEST_IS_EXECUTABLE)) {
            return path;
        }
        g_free(path);
    }
    return g_find_program_in_path("qemu-bmc");
}

static bool prepare_run_dir(Run *run, GError **errp)
{
    const char *env_name = g_getenv("BMC_NAME");
    const char *name = opt_name ? opt_name
        : env_name && *env_name ? env_name : "1";

    if (opt_run_dir) {
        run->run_dir = g_canonicalize_filename(opt_run_dir, NULL);
    } else if (g_getenv("BMC_RUN_DIR") && *g_getenv("BMC_RUN_DIR")) {
        run->run_dir = g_canonicalize_filename(g_getenv("BMC_RUN_DIR"), NULL);
    } else if (geteuid() == 0) {
        run->run_dir = g_build_filename(QEMU_BMC_RUN_ROOT, name, NULL);
    } else {
        run->run_dir = g_build_filename(g_get_user_runtime_dir(), "qemu-bmc",
                                        name, NULL);
    }
    if (g_mkdir_with_parents(run->run_dir, 0700) < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "cannot make run directory %s: %s (choose another with "
                    "--run-dir)", run->run_dir, g_strerror(errno));
        return false;
    }
    return true;
}

static bool parse_options(int *argc, char ***argv, GError **errp)
{
    g_autoptr(GOptionContext) context = g_option_context_new(
        "[--] [QEMU-SYSTEM-BINARY] QEMU-ARGS...");

    g_option_context_set_summary(context,
        "Runs a QEMU virtual machine together with its BMC (IPMI and\n"
        "Redfish). QEMU's arguments are passed on as they are, plus a QMP\n"
        "socket, a serial port and an IPMI device for the BMC. Without a\n"
        "binary, the qemu-system of this host's architecture is used.");
    g_option_context_set_description(context,
        "Ctrl-C ends QEMU and the BMC. The exit code is QEMU's; 2 means\n"
        "wrong options. When the guest powers off QEMU stays, so that the\n"
        "BMC can power it on again.\n\n"
        "The environment of qemu-bmc (IPMI_USER, IPMI_PASS, REDFISH_PORT,\n"
        "IPMI_PORT, BMC_ADDRESS, ...) is honoured.\n\n"
        "Example:\n"
        "  IPMI_PASS=secret qemu-bmc-run -o redfish-port=8443 \\\n"
        "      -o ipmi-port=6230 -- -m 1G -drive file=disk.qcow2\n");
    g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_set_strict_posix(context, TRUE);
    return g_option_context_parse(context, argc, argv, errp);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) err = NULL;
    g_autofree char *helper = NULL;
    Run run = { .self = getpid() };

    if (!parse_options(&argc, &argv, &err)) {
        say("%s (try --help)", err->message);
        return 2;
    }
    if (opt_version) {
        printf("qemu-bmc-run %s\n", QEMU_BMC_VERSION);
        return 0;
    }
    helper = find_helper();
    if (!helper) {
        say("cannot find qemu-bmc (give it with --helper)");
        return 2;
    }
    if (!prepare_run_dir(&run, &err) ||
        !run_args_init(&run.args, helper, run.run_dir, opt_name,
                       (const char *const *)helper_options,
                       !opt_no_ipmi_device, opt_off,
                       (const char *const *)argv + 1, &err)) {
        say("%s", err->message);
        g_free(run.run_dir);
        return g_error_matches(err, BMC_ERROR, BMC_ERROR_NOT_FOUND) ? 127 : 2;
    }
    if (opt_print) {
        g_auto(GStrv) qemu = run_args_qemu(&run.args);
        unsigned i;

        for (i = 0; qemu[i]; i++) {
            g_autofree char *word = g_shell_quote(qemu[i]);

            printf("%s%s", i ? " " : "", word);
        }
        printf("\n");
        run_args_cleanup(&run.args);
        g_free(run.run_dir);
        return 0;
    }
    run.loop = g_main_loop_new(NULL, FALSE);
    g_unix_signal_add(SIGINT, on_signal, &run);
    g_unix_signal_add(SIGTERM, on_signal, &run);
    g_unix_signal_add(SIGHUP, on_signal, &run);
    start_helper(&run);
    if (run.helper || run.qemu) {
        g_main_loop_run(run.loop);
    }
    g_clear_object(&run.monitor);
    g_main_loop_unref(run.loop);
    run_args_cleanup(&run.args);
    g_free(run.run_dir);
    return run.exit_code;
}
