/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers from files and commands. Neither may hold up the main loop: files
 * are read in a thread (some of sysfs take their time), a command that does
 * not end is ended, with all that it has started.
 */
#include "osdep.h"

#include "bmc/sensor-priv.h"

#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/error.h"

#define COMMAND_MS 5000
#define INPUT_MAX 255

/* A command's run; outlives the input that has started it. */
typedef struct InputRun {
    SensorInput *input;
    GCancellable *cancellable;
    char buf[INPUT_MAX + 1];
} InputRun;

static void deadline_over(void *opaque)
{
    SensorInput *input = opaque;

    sensor_waiters_return(input->bmc, input->waiters, false);
}

static void input_start(SensorInput *input);

/* It has said what it has to say. */
static void input_take(SensorInput *input, const char *text)
{
    char *end = NULL;
    double number = text ? g_ascii_strtod(text, &end) : 0;
    bool ok = text && end != text && isfinite(number);

    input->taken = true;
    clock_timer_stop(&input->deadline);
    if (ok) {
        input->number = number;
        input->number_ms = clock_now_ms(input->bmc->clock);
    } else {
        input->number_ms = -1;
    }
    sensor_waiters_return(input->bmc, input->waiters, ok);
}

/* What was under way has ended; whoever has come meanwhile starts it anew. */
static void input_end(SensorInput *input)
{
    clock_timer_stop(&input->timeout);
    g_clear_object(&input->process);
    g_clear_object(&input->cancellable);
    if (input->waiters->len) {
        input_start(input);
    }
}

static void read_file(GTask *task, gpointer source, gpointer data,
                      GCancellable *cancellable)
{
    const char *path = data;
    char buf[INPUT_MAX + 1];
    struct stat st;
    ssize_t len = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        len = read(fd, buf, INPUT_MAX);
    }
    if (fd >= 0) {
        close(fd);
    }
    g_task_return_pointer(task, len > 0 ? g_strndup(buf, len) : NULL,
                          g_free);
}

static void file_read(GObject *source, GAsyncResult *res, void *opaque)
{
    SensorInput *input = opaque;
    g_autoptr(GError) err = NULL;
    g_autofree char *text = g_task_propagate_pointer(G_TASK(res), &err);

    if (!bmc_error_is_cancelled(err)) {
        input_take(input, text);
        input_end(input);
    }
}

static void start_file(SensorInput *input)
{
    g_autoptr(GTask) task = g_task_new(NULL, input->cancellable, file_read,
                                       input);

    g_task_set_task_data(task, g_strdup(input->path), g_free);
    g_task_run_in_thread(task, read_file);
}

/* The command is the leader of its process group. */
static void lead_group(void *opaque)
{
    setpgid(0, 0);
}

static void kill_command(SensorInput *input)
{
    const char *pid = g_subprocess_get_identifier(input->process);

    if (pid) {
        kill(-(pid_t)g_ascii_strtoll(pid, NULL, 10), SIGKILL);
    }
    g_subprocess_force_exit(input->process);
}

static void command_over(void *opaque)
{
    SensorInput *input = opaque;

    g_info("sensor: '%s' does not end", input->argv[0]);
    g_cancellable_cancel(input->cancellable);
    kill_command(input);
    if (!input->taken) {
        input_take(input, NULL);
    }
    input_end(input);
}

static void command_ended(GObject *source, GAsyncResult *res, void *opaque)
{
    InputRun *run = opaque;

    g_subprocess_wait_finish(G_SUBPROCESS(source), res, NULL);
    if (!g_cancellable_is_cancelled(run->cancellable)) {
        input_end(run->input);
    }
    g_object_unref(run->cancellable);
    g_free(run);
}

/* It may close its output and go on, but not for longer than others. */
static void command_read(GObject *source, GAsyncResult *res, void *opaque)
{
    InputRun *run = opaque;
    SensorInput *input = run->input;
    size_t len = 0;
    bool ok = g_input_stream_read_all_finish(G_INPUT_STREAM(source), res,
                                             &len, NULL);

    if (g_cancellable_is_cancelled(run->cancellable)) {
        g_object_unref(run->cancellable);
        g_free(run);
        return;
    }
    if (len == INPUT_MAX) {
        kill_command(input);
    }
    g_subprocess_wait_async(input->process, run->cancellable, command_ended,
                            run);
    input_take(input, ok && len ? run->buf : NULL);
}

static void start_command(SensorInput *input)
{
    g_autoptr(GSubprocessLauncher) launcher =
        g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                  G_SUBPROCESS_FLAGS_STDERR_SILENCE);
    g_autoptr(GError) err = NULL;
    InputRun *run;

    g_subprocess_launcher_set_child_setup(launcher, lead_group, NULL, NULL);
    input->process = g_subprocess_launcher_spawnv(
        launcher, (const char *const *)input->argv, &err);
    if (!input->process) {
        g_info("sensor: %s", err->message);
        input_take(input, NULL);
        input_end(input);
        return;
    }
    run = g_new0(InputRun, 1);
    run->input = input;
    run->cancellable = g_object_ref(input->cancellable);
    clock_timer_start(input->bmc->clock, &input->timeout, COMMAND_MS,
                      command_over, input);
    g_input_stream_read_all_async(
        g_subprocess_get_stdout_pipe(input->process), run->buf, INPUT_MAX,
        G_PRIORITY_DEFAULT, run->cancellable, command_read, run);
}

static void input_start(SensorInput *input)
{
    input->taken = false;
    input->cancellable = g_cancellable_new();
    if (input->path) {
        start_file(input);
    } else {
        start_command(input);
    }
}

void sensor_input_read(SensorInput *input, GTask *task)
{
    Clock *clock = input->bmc->clock;

    if (input->number_ms >= 0 && input->keep_ms &&
        clock_now_ms(clock) - input->number_ms < input->keep_ms) {
        sensor_read_return(input->bmc, task, true);
        return;
    }
    g_ptr_array_add(input->waiters, task);
    if (!input->deadline) {
        clock_timer_start(clock, &input->deadline, SENSOR_READ_MS,
                          deadline_over, input);
    }
    if (!input->cancellable) {
        input_start(input);
    }
}

SensorInput *sensor_input_new(Bmc *bmc, const char *path, char **argv,
                              int64_t keep_ms)
{
    SensorInput *input = g_new0(SensorInput, 1);

    input->bmc = bmc;
    input->path = g_strdup(path);
    input->argv = argv;
    input->keep_ms = keep_ms;
    input->number_ms = -1;
    input->waiters = g_ptr_array_new();
    return input;
}

void sensor_input_free(SensorInput *input)
{
    if (!input) {
        return;
    }
    if (input->cancellable) {
        g_cancellable_cancel(input->cancellable);
        g_clear_object(&input->cancellable);
    }
    if (input->process) {
        kill_command(input);
        g_clear_object(&input->process);
    }
    clock_timer_stop(&input->timeout);
    clock_timer_stop(&input->deadline);
    sensor_waiters_cancel(input->waiters);
    g_strfreev(input->argv);
    g_free(input->path);
    g_free(input);
}
