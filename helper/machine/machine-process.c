/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that we have started (GSubprocess reaps it) or adopted (a pidfd
 * tells its end). Its output is read line by line into the log.
 */
#include "osdep.h"

#include "machine/machine-process.h"

#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "util/error.h"
#include "util/log.h"

#define LINE_MAX_BYTES 512

struct MachineProcess {
    MachineProcessFunc ended;
    void *opaque;
    pid_t pid;
    /* started by us */
    GSubprocess *child;
    Clock *clock;
    GCancellable *cancellable;
    GInputStream *output;
    char chunk[1024];
    GString *line;
    char *last_line;
    LogLimit limit;
    bool exited;
    bool output_ended;
    size_t output_left; /* bytes that were in the pipe when it exited */
    ClockTimer *output_timer;
    /* adopted */
    int pidfd;
    GSource *pidfd_source;
};

/*
 * A grandchild may hold the pipe open for ever after the end. What was in it by
 * then is read, however long a busy machine takes for it.
 */
#define OUTPUT_WAIT_MS 500

static char *exit_detail(const MachineProcess *process)
{
    int status;

    if (!process->child) {
        return NULL;
    }
    if (g_subprocess_get_if_signaled(process->child)) {
        status = g_subprocess_get_term_sig(process->child);
        return g_strdup_printf("QEMU was killed by signal %d (%s)", status,
                               g_strsignal(status));
    }
    status = g_subprocess_get_exit_status(process->child);
    if (status == 0) {
        return NULL;
    }
    return g_strdup_printf("QEMU ended with exit status %d%s%s", status,
                           process->last_line ? ": " : "",
                           process->last_line ? process->last_line : "");
}

static void process_check_ended(MachineProcess *process)
{
    g_autofree char *detail = NULL;

    if (process->exited && process->output_ended) {
        clock_timer_stop(&process->output_timer);
        detail = exit_detail(process);
        process->ended(detail, process->opaque);
    }
}

static void line_complete(MachineProcess *process)
{
    g_autofree char *text = log_escape_line(process->line->str,
                                            process->line->len,
                                            LINE_MAX_BYTES);
    unsigned dropped = 0;

    if (process->line->len) {
        g_free(process->last_line);
        process->last_line = g_strdup(text);
        if (log_limit_allows(&process->limit, clock_now_ms(process->clock),
                             &dropped)) {
            if (dropped) {
                g_message("QEMU: (%u lines left out)", dropped);
            }
            g_message("QEMU: %s", text);
        }
    }
    g_string_truncate(process->line, 0);
}

static void output_add(MachineProcess *process, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] == '\n') {
            line_complete(process);
        } else if (data[i] != '\r' && process->line->len < LINE_MAX_BYTES) {
            g_string_append_c(process->line, data[i]);
        }
    }
}

static void output_read(MachineProcess *process);
static void output_given_up(void *opaque);

static void output_follow(MachineProcess *process)
{
    if (process->exited && !process->output_ended && !process->output_left &&
        !process->output_timer) {
        clock_timer_start(process->clock, &process->output_timer,
                          OUTPUT_WAIT_MS, output_given_up, process);
    }
}

static void output_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    MachineProcess *process = opaque;
    g_autoptr(GError) error = NULL;
    gssize n = g_input_stream_read_finish(G_INPUT_STREAM(source), res,
                                          &error);

    if (bmc_error_is_cancelled(error)) {
        return;
    }
    if (n > 0) {
        output_add(process, process->chunk, n);
        process->output_left -= MIN(process->output_left, (size_t)n);
        output_read(process);
        output_follow(process);
        return;
    }
    line_complete(process);
    process->output_ended = true;
    process_check_ended(process);
}

static void output_read(MachineProcess *process)
{
    g_input_stream_read_async(process->output, process->chunk,
                              sizeof(process->chunk), G_PRIORITY_DEFAULT,
                              process->cancellable, output_done, process);
}

static void output_given_up(void *opaque)
{
    MachineProcess *process = opaque;

    g_cancellable_cancel(process->cancellable);
    line_complete(process);
    process->output_ended = true;
    process_check_ended(process);
}

static size_t bytes_waiting(const MachineProcess *process)
{
    int fd = g_unix_input_stream_get_fd(
        G_UNIX_INPUT_STREAM(process->output));
    int n = 0;

    return ioctl(fd, FIONREAD, &n) || n < 0 ? 0 : n;
}

static void child_exited(GObject *source, GAsyncResult *res, gpointer opaque)
{
    MachineProcess *process = opaque;
    g_autoptr(GError) error = NULL;

    g_subprocess_wait_finish(G_SUBPROCESS(source), res, &error);
    if (bmc_error_is_cancelled(error)) {
        return;
    }
    process->exited = true;
    process->output_left = bytes_waiting(process);
    output_follow(process);
    process_check_ended(process);
}

static gboolean adopted_exited(gint fd, GIOCondition condition,
                               gpointer opaque)
{
    MachineProcess *process = opaque;

    process->exited = true;
    process->ended(NULL, process->opaque);
    return G_SOURCE_REMOVE;
}

/* Runs in the child, between fork and exec. */
static void child_setup(gpointer opaque)
{
    setsid();
}

MachineProcess *machine_process_spawn(const char *const *argv, Clock *clock,
                                      MachineProcessFunc ended, void *opaque,
                                      GError **errp)
{
    g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
        G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
    g_autoptr(GError) error = NULL;
    g_autoptr(GSubprocess) child = NULL;
    MachineProcess *process;
    const char *id;

    g_subprocess_launcher_set_child_setup(launcher, child_setup, NULL, NULL);
    child = g_subprocess_launcher_spawnv(launcher, argv, &error);
    if (!child) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot start QEMU: %s", error->message);
        return NULL;
    }
    process = g_new0(MachineProcess, 1);
    process->ended = ended;
    process->opaque = opaque;
    /* NULL when it has ended in between. */
    id = g_subprocess_get_identifier(child);
    process->pid = id ? g_ascii_strtoll(id, NULL, 10) : 0;
    process->child = g_steal_pointer(&child);
    process->clock = clock_ref(clock);
    process->cancellable = g_cancellable_new();
    process->output =
        g_object_ref(g_subprocess_get_stdout_pipe(process->child));
    process->line = g_string_new(NULL);
    process->pidfd = -1;
    output_read(process);
    g_subprocess_wait_async(process->child, process->cancellable,
                            child_exited, process);
    return process;
}

/*
 * Connects, to learn which process listens. QEMU serves one client at a time
 * and takes the next when this one has gone.
 */
static int adopt_connect(const char *path, struct ucred *peer, GError **errp)
{
    struct sockaddr_un un = { .sun_family = AF_UNIX };
    socklen_t len = sizeof(*peer);
    int fd;
    int code;

    if (strlen(path) >= sizeof(un.sun_path)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "path of socket %s is too long", path);
        return -1;
    }
    memcpy(un.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0 &&
        getsockopt(fd, SOL_SOCKET, SO_PEERCRED, peer, &len) == 0) {
        return fd;
    }
    code = errno == ENOENT || errno == ECONNREFUSED ? BMC_ERROR_NOT_FOUND :
           errno == EAGAIN ? BMC_ERROR_BUSY : BMC_ERROR_FAILED;
    g_set_error(errp, BMC_ERROR, code, "cannot connect to QMP socket %s: %s",
                path, code == BMC_ERROR_BUSY ? "other clients hold it" :
                g_strerror(errno));
    if (fd >= 0) {
        close(fd);
    }
    return -1;
}

/* Had it ended before it is watched, the id might be another one's now. */
typedef bool IsStillThere(int fd, pid_t pid);

static bool is_connected(int fd, pid_t pid)
{
    struct pollfd pfd = { .fd = fd, .events = POLLIN };

    return poll(&pfd, 1, 0) <= 0 || !(pfd.revents & (POLLHUP | POLLERR));
}

/* Who holds the lock of a file, or 0. */
static pid_t lock_holder(int fd)
{
    struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

    return fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK &&
           lock.l_pid > 0 ? lock.l_pid : 0;
}

static bool holds_lock(int fd, pid_t pid)
{
    return lock_holder(fd) == pid;
}

static MachineProcess *adopt(int fd, pid_t pid, IsStillThere *is_there,
                             MachineProcessFunc ended, void *opaque,
                             GError **errp)
{
    int pidfd = syscall(SYS_pidfd_open, pid, 0);
    MachineProcess *process;

    if (pidfd < 0) {
        g_set_error(errp, BMC_ERROR, errno == ESRCH ? BMC_ERROR_NOT_FOUND :
                    BMC_ERROR_FAILED, "cannot watch process %d: %s",
                    (int)pid, g_strerror(errno));
        return NULL;
    }
    if (!is_there(fd, pid)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "process %d has just ended", (int)pid);
        close(pidfd);
        return NULL;
    }
    process = g_new0(MachineProcess, 1);
    process->ended = ended;
    process->opaque = opaque;
    process->pid = pid;
    process->pidfd = pidfd;
    process->pidfd_source = g_unix_fd_source_new(pidfd, G_IO_IN);
    g_source_set_callback(process->pidfd_source,
                          G_SOURCE_FUNC(adopted_exited), process, NULL);
    g_source_attach(process->pidfd_source, NULL);
    return process;
}

MachineProcess *machine_process_adopt(const char *path,
                                      MachineProcessFunc ended, void *opaque,
                                      GError **errp)
{
    struct ucred peer = { 0 };
    MachineProcess *process;
    int fd = adopt_connect(path, &peer, errp);

    if (fd < 0) {
        return NULL;
    }
    process = adopt(fd, peer.pid, is_connected, ended, opaque, errp);
    close(fd);
    return process;
}

MachineProcess *machine_process_adopt_pid_file(const char *path,
                                               MachineProcessFunc ended,
                                               void *opaque, GError **errp)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    pid_t pid = fd >= 0 ? lock_holder(fd) : 0;
    MachineProcess *process = NULL;

    if (pid) {
        process = adopt(fd, pid, holds_lock, ended, opaque, errp);
    } else {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "nobody holds the lock of %s", path);
    }
    if (fd >= 0) {
        close(fd);
    }
    return process;
}

pid_t machine_process_get_pid(const MachineProcess *process)
{
    return process->pid;
}

void machine_process_signal(MachineProcess *process, int signum)
{
    if (process->exited) {
        return;
    }
    if (process->child) {
        g_subprocess_send_signal(process->child, signum);
    } else if (syscall(SYS_pidfd_send_signal, process->pidfd, signum, NULL,
                       0) < 0) {
        g_info("cannot signal process %d: %s", (int)process->pid,
               g_strerror(errno));
    }
}

void machine_process_free(MachineProcess *process)
{
    if (!process) {
        return;
    }
    if (process->cancellable) {
        g_cancellable_cancel(process->cancellable);
    }
    clock_timer_stop(&process->output_timer);
    g_clear_object(&process->cancellable);
    g_clear_object(&process->output);
    g_clear_object(&process->child);
    g_clear_pointer(&process->clock, clock_unref);
    if (process->pidfd_source) {
        g_source_destroy(process->pidfd_source);
        g_source_unref(process->pidfd_source);
    }
    if (process->pidfd >= 0) {
        close(process->pidfd);
    }
    if (process->line) {
        g_string_free(process->line, TRUE);
    }
    g_free(process->last_line);
    g_free(process);
}
