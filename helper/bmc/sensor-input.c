/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers from files and commands. Neither may hold up the main loop: files
 * are read in a thread (some of sysfs take their time), a command that does
 * not end is ended.
 */
#include "osdep.h"

#include "bmc/sensor-priv.h"

#include <fcntl.h>
#include <math.h>
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

/* What was under way has ended. */
static void input_end(SensorInput *input, const char *text)
{
    char *end = NULL;
    double number = text ? g_ascii_strtod(text, &end) : 0;
    bool ok = text && end != text && isfinite(number);

    clock_timer_stop(&input->timeout);
    clock_timer_stop(&input->deadline);
    g_clear_object(&input->process);
    g_clear_object(&input->cancellable);
    if (ok) {
        input->number = number;
        input->number_ms = clock_now_ms(input->bmc->clock);
    } else {
        input->number_ms = -1;
    }
    sensor_waiters_return(input->bmc, input->waiters, ok);
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
        input_end(input, text);
    }
}

static void start_file(SensorInput *input)
{
    g_autoptr(GTask) task = g_task_new(NULL, input->cancellable, file_read,
                                       input);

    g_task_set_task_data(task, g_strdup(input->path), g_free);
    g_task_run_in_thread(task, read_file);
}

static void command_over(void *opaque)
{
    SensorInput *input = opaque;

    g_info("sensor: '%s' does not end", input->argv[0]);
    g_cancellable_cancel(input->cancellable);
    g_subprocess_force_exit(input->process);
    input_end(input, NULL);
}

static void command_read(GObject *source, GAsyncResult *res, void *opaque)
{
    InputRun *run = opaque;
    size_t len = 0;
    bool ok = g_input_stream_read_all_finish(G_INPUT_STREAM(source), res,
                                             &len, NULL);

    if (!g_cancellable_is_cancelled(run->cancellable)) {
        if (len == INPUT_MAX) {
            g_subprocess_force_exit(run->input->process);
        }
        input_end(run->input, ok && len ? run->buf : NULL);
    }
    g_object_unref(run->cancellable);
    g_free(run);
}

static void start_command(SensorInput *input)
{
    g_autoptr(GError) err = NULL;
    InputRun *run;

    input->process = g_subprocess_newv((const char *const *)input->argv,
                                       G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                       G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                                       &err);
    if (!input->process) {
        g_info("sensor: %s", err->message);
        input_end(input, NULL);
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
    if (input->cancellable) {
        return;
    }
    input->cancellable = g_cancellable_new();
    if (input->path) {
        start_file(input);
    } else {
        start_command(input);
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
        g_subprocess_force_exit(input->process);
        g_clear_object(&input->process);
    }
    clock_timer_stop(&input->timeout);
    clock_timer_stop(&input->deadline);
    sensor_waiters_cancel(input->waiters);
    g_strfreev(input->argv);
    g_free(input->path);
    g_free(input);
}
