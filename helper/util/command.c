/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Programs that the configuration names. */
#include "osdep.h"

#include "util/command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>

#include "util/error.h"
#include "util/log.h"

#define KILL_AFTER_MS 5000
#define LINE_MAX_BYTES 512

struct Command {
    Clock *clock;
    char *name;
    char *program;
    GSubprocess *child;
    GCancellable *cancellable;
    ClockTimer *kill_timer;
    int output;
    CommandFunc ended;
    void *opaque;
};

/* They are ours, and none of its business. */
static const char *const own_variables[] = {
    "IPMI_PASS", "LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID",
    "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
};

/*
 * A file that cannot grow bounds what it writes, whoever holds it and for
 * however long.
 */
static int output_new(GError **errp)
{
    int fd = memfd_create("command", MFD_CLOEXEC | MFD_ALLOW_SEALING);

    if (fd < 0 || ftruncate(fd, COMMAND_OUTPUT_MAX) < 0 ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot make a file for its output: %s",
                    g_strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

static void output_log(const Command *command)
{
    g_autofree char *text = g_malloc(COMMAND_OUTPUT_MAX);
    g_auto(GStrv) lines = NULL;
    g_autofree char *all = NULL;
    ssize_t len = pread(command->output, text, COMMAND_OUTPUT_MAX, 0);
    unsigned shown = 0;
    unsigned i;

    all = g_strndup(text, MAX(len, 0));
    lines = g_strsplit(all, "\n", -1);
    for (i = 0; lines[i]; i++) {
        g_autofree char *line = log_escape_line(lines[i], -1,
                                                LINE_MAX_BYTES);

        if (!*line) {
            continue;
        }
        if (shown++ == COMMAND_LINES_MAX) {
            g_message("%s: (more lines left out)", command->name);
            break;
        }
        g_message("%s: %s", command->name, line);
    }
}

static GError *describe_end(const Command *command)
{
    GSubprocess *child = command->child;
    int status;

    if (g_subprocess_get_successful(child)) {
        return NULL;
    }
    if (g_subprocess_get_if_signaled(child)) {
        status = g_subprocess_get_term_sig(child);
        return g_error_new(BMC_ERROR, BMC_ERROR_FAILED,
                           "%s (%s) was killed by signal %d (%s)",
                           command->name, command->program, status,
                           g_strsignal(status));
    }
    status = g_subprocess_get_exit_status(child);
    return g_error_new(BMC_ERROR, BMC_ERROR_FAILED,
                       "%s (%s) ended with exit status %d", command->name,
                       command->program, status);
}

static void child_exited(GObject *source, GAsyncResult *res, gpointer opaque)
{
    Command *command = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) result = NULL;

    g_subprocess_wait_finish(G_SUBPROCESS(source), res, &error);
    if (bmc_error_is_cancelled(error)) {
        return;
    }
    clock_timer_stop(&command->kill_timer);
    output_log(command);
    result = describe_end(command);
    command->ended(result, command->opaque);
}

/* Runs in the child, between fork and exec. */
static void child_setup(gpointer opaque)
{
    setsid();
}

static GSubprocess *spawn(const CommandConfig *config, int output,
                          GError **errp)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
    const char *const *env;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(own_variables); i++) {
        g_subprocess_launcher_unsetenv(launcher, own_variables[i]);
    }
    for (env = config->env; env && *env; env++) {
        g_auto(GStrv) pair = g_strsplit(*env, "=", 2);

        g_subprocess_launcher_setenv(launcher, pair[0], pair[1], TRUE);
    }
    g_subprocess_launcher_set_child_setup(launcher, child_setup, NULL, NULL);
    g_subprocess_launcher_take_stdout_fd(launcher, fcntl(
        output, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    g_subprocess_launcher_take_stderr_fd(launcher, fcntl(
        output, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    return g_subprocess_launcher_spawnv(launcher, config->argv, errp);
}

/* The whole session; once its leader has been reaped, nobody. */
static void signal_session(Command *command, int signum)
{
    const char *id = g_subprocess_get_identifier(command->child);
    gint64 pid = id ? g_ascii_strtoll(id, NULL, 10) : 0;

    if (pid > 1) {
        kill(-(pid_t)pid, signum);
    }
}

static void kill_timed_out(void *opaque)
{
    signal_session(opaque, SIGKILL);
}

char **command_parse(const char *name, const char *text, GError **errp)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *program = NULL;
    g_auto(GStrv) argv = NULL;

    if (!g_shell_parse_argv(text, NULL, &argv, &error)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "%s: '%s' is not a command line: %s", name, text,
                    error->message);
        return NULL;
    }
    program = g_find_program_in_path(argv[0]);
    if (!program) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "%s: there is no program '%s' that could be run (it is "
                    "not read by a shell: the first word is a program)",
                    name, argv[0]);
        return NULL;
    }
    return g_steal_pointer(&argv);
}

Command *command_start(const CommandConfig *config, Clock *clock,
                       CommandFunc ended, void *opaque, GError **errp)
{
    g_autoptr(GSubprocess) child = NULL;
    g_autoptr(GError) error = NULL;
    int output = output_new(&error);
    Command *command;

    if (output >= 0) {
        child = spawn(config, output, &error);
    }
    if (!child) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot run %s (%s): %s", config->name, config->argv[0],
                    error->message);
        if (output >= 0) {
            close(output);
        }
        return NULL;
    }
    command = g_new0(Command, 1);
    command->clock = clock_ref(clock);
    command->name = g_strdup(config->name);
    command->program = g_path_get_basename(config->argv[0]);
    command->child = g_steal_pointer(&child);
    command->cancellable = g_cancellable_new();
    command->output = output;
    command->ended = ended;
    command->opaque = opaque;
    g_subprocess_wait_async(command->child, command->cancellable,
                            child_exited, command);
    return command;
}

void command_end(Command *command)
{
    if (!command->kill_timer) {
        signal_session(command, SIGTERM);
        clock_timer_start(command->clock, &command->kill_timer,
                          KILL_AFTER_MS, kill_timed_out, command);
    }
}

void command_free(Command *command)
{
    if (!command) {
        return;
    }
    g_cancellable_cancel(command->cancellable);
    clock_timer_stop(&command->kill_timer);
    g_clear_object(&command->cancellable);
    g_clear_object(&command->child);
    close(command->output);
    clock_unref(command->clock);
    g_free(command->name);
    g_free(command->program);
    g_free(command);
}
