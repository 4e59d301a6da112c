/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Local images. */
#include "osdep.h"

#include "bmc/media-file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "util/error.h"
#include "util/release.h"

/* Threads that wait for file systems. */
#define THREADS_MAX 4

static int n_threads; /* atomic */

/* What a thread is asked, and what it has found. */
typedef struct Question {
    char *path;
    char **folders;
    bool writable;
} Question;

typedef struct Found {
    int fd;
    char *real;
} Found;

static void question_free(void *opaque)
{
    Question *question = opaque;

    g_free(question->path);
    g_strfreev(question->folders);
    g_free(question);
}

static void found_free(void *opaque)
{
    Found *found = opaque;

    if (found->fd >= 0) {
        release_fd(found->fd);
    }
    g_free(found->real);
    g_free(found);
}

/* One step after the other, of which none is a link. */
static int open_below(const char *folder, const char *rest, int flags)
{
    g_auto(GStrv) names = g_strsplit(rest, "/", -1);
    int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    unsigned i;

    for (i = 0; dir >= 0 && names[i]; i++) {
        int next = openat(dir, names[i], O_CLOEXEC | O_NOFOLLOW |
                          (names[i + 1] ? O_PATH | O_DIRECTORY : flags));
        int saved = errno;

        close(dir);
        dir = next;
        errno = saved;
    }
    return dir;
}

/* What is in a folder that is allowed. */
static int open_file(const char *folder, const char *rest, bool writable,
                     GError **errp)
{
    /* Not to wait for the other end of a pipe */
    int fd = open_below(folder, rest, O_NONBLOCK |
                        (writable ? O_RDWR : O_RDONLY));
    struct stat st;

    if (fd < 0) {
        g_set_error(errp, BMC_ERROR, errno == EACCES || errno == ELOOP ||
                    errno == EROFS || errno == EPERM ?
                    BMC_ERROR_PERMISSION : BMC_ERROR_FAILED,
                    "the image cannot be opened: %s", g_strerror(errno));
        return -1;
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "the image is no file");
        close(fd);
        return -1;
    }
    return fd;
}

int media_file_open(const char *path, const char *const *folders,
                    bool writable, char **real, GError **errp)
{
    g_autofree char *resolved = realpath(path, NULL);

    for (; resolved && folders && *folders; folders++) {
        g_autofree char *folder = realpath(*folders, NULL);
        size_t len = folder ? strlen(folder) : 0;

        if (len && !strncmp(resolved, folder, len) && resolved[len] == '/') {
            int fd = open_file(folder, resolved + len + 1, writable, errp);

            *real = fd >= 0 ? g_steal_pointer(&resolved) : NULL;
            return fd;
        }
    }
    /* What there is elsewhere is not told. */
    g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                "there is no such image in the folders that are configured "
                "for images");
    return -1;
}

static void run(GTask *task, void *object, void *data,
                GCancellable *cancellable)
{
    Question *question = data;
    Found *found = g_new0(Found, 1);
    GError *error = NULL;

    found->fd = media_file_open(question->path,
                                (const char *const *)question->folders,
                                question->writable, &found->real, &error);
    g_atomic_int_add(&n_threads, -1);
    if (found->fd >= 0) {
        g_task_return_pointer(task, found, found_free);
    } else {
        found_free(found);
        g_task_return_error(task, error);
    }
}

void media_file_open_async(const char *path, const char *const *folders,
                           bool writable, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, opaque);
    Question *question;

    if (g_task_return_error_if_cancelled(task)) {
        return;
    }
    if (g_atomic_int_add(&n_threads, 1) >= THREADS_MAX) {
        g_atomic_int_add(&n_threads, -1);
        g_task_return_new_error(task, BMC_ERROR, BMC_ERROR_BUSY,
                                "a file system with images does not answer");
        return;
    }
    question = g_new0(Question, 1);
    question->path = g_strdup(path);
    question->folders = g_strdupv((char **)folders);
    question->writable = writable;
    g_task_set_task_data(task, question, question_free);
    g_task_set_return_on_cancel(task, TRUE);
    g_task_run_in_thread(task, run);
}

int media_file_open_finish(GAsyncResult *res, char **real, GError **errp)
{
    Found *found = g_task_propagate_pointer(G_TASK(res), errp);
    int fd = -1;

    *real = NULL;
    if (found) {
        fd = found->fd;
        found->fd = -1;
        *real = g_steal_pointer(&found->real);
        found_free(found);
    }
    return fd;
}
