/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that come piece by piece. */
#include "osdep.h"

#include "util/spool.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "util/error.h"

/* What waits for the disk is bounded, and so is the last sync. */
#define SYNC_EVERY (64 * 1024 * 1024)

/*
 * Spool: see util/spool.h; jobs hold references. A thread has it while a job
 * runs, else the main loop.
 *
 * @fd: -1 before the first job
 * @ready: it was found to be what it should be
 * @unsynced: bytes written since the last sync
 */
struct Spool {
    char *folder;
    char *name;
    uint64_t size;
    uint64_t expected;
    uint64_t unsynced;
    int fd;
    bool ready;
};

/* What a thread does: writes @piece, or syncs. */
typedef struct Job {
    Spool *spool;
    GBytes *piece;
    char *name;
} Job;

static void spool_clear(void *opaque)
{
    Spool *spool = opaque;

    if (spool->fd >= 0) {
        close(spool->fd);
    }
    g_free(spool->folder);
    g_free(spool->name);
}

static void job_free(void *opaque)
{
    Job *job = opaque;

    spool_free(job->spool);
    g_clear_pointer(&job->piece, g_bytes_unref);
    g_free(job->name);
    g_free(job);
}

static bool fail(GError **errp, const char *what)
{
    int err = errno;

    g_set_error(errp, BMC_ERROR,
                err == ENOSPC || err == EDQUOT || err == EFBIG
                ? BMC_ERROR_LIMIT : BMC_ERROR_FAILED,
                "the file cannot be %s: %s", what, g_strerror(err));
    return false;
}

static bool has_room(const Spool *spool, uint64_t more, GError **errp)
{
    struct statvfs fs;

    if (fstatvfs(spool->fd, &fs) == 0 &&
        (uint64_t)fs.f_bavail * fs.f_frsize < more + SPOOL_RESERVE) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there is no room for the file on the disk");
        return false;
    }
    return true;
}

static bool open_file(Spool *spool, GError **errp)
{
    g_autofree char *path = g_build_filename(spool->folder, spool->name,
                                             NULL);
    struct stat st;

    if (spool->ready) {
        return true;
    }
    g_mkdir_with_parents(spool->folder, 0700);
    if (spool->fd < 0) {
        spool->fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW |
                         O_NONBLOCK, 0600);
    }
    if (spool->fd < 0) {
        return fail(errp, "made");
    }
    if (fstat(spool->fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "there is something else in the file's place");
        return false;
    }
    if ((uint64_t)st.st_size < spool->size) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_STATE,
                    "only %" PRId64 " bytes are there", (int64_t)st.st_size);
        return false;
    }
    if (ftruncate(spool->fd, spool->size) < 0 ||
        lseek(spool->fd, 0, SEEK_END) < 0) {
        return fail(errp, "written");
    }
    spool->ready = has_room(spool, spool->expected > spool->size
                                   ? spool->expected - spool->size : 0, errp);
    return spool->ready;
}

static bool write_piece(Spool *spool, GBytes *piece, GError **errp)
{
    gsize left;
    const char *data = g_bytes_get_data(piece, &left);

    /* Others write, too, and not everybody says how much it will be. */
    if (!has_room(spool, left, errp)) {
        return false;
    }
    while (left) {
        gssize n = write(spool->fd, data, left);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return fail(errp, "written");
        }
        data += n;
        left -= n;
        spool->size += n;
        spool->unsynced += n;
    }
    if (spool->unsynced >= SYNC_EVERY) {
        spool->unsynced = 0;
        if (fdatasync(spool->fd) < 0) {
            return fail(errp, "written");
        }
    }
    return true;
}

static bool sync_folder(const char *folder, GError **errp)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;

    if (!ok) {
        fail(errp, "kept");
    }
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool sync_file(Spool *spool, const char *name, GError **errp)
{
    g_autofree char *from = g_build_filename(spool->folder, spool->name,
                                             NULL);
    g_autofree char *to = NULL;

    spool->unsynced = 0;
    if (fsync(spool->fd) < 0) {
        return fail(errp, "written");
    }
    if (!name) {
        return true;
    }
    to = g_build_filename(spool->folder, name, NULL);
    if (g_rename(from, to) < 0) {
        return fail(errp, "kept");
    }
    return sync_folder(spool->folder, errp);
}

static void run(GTask *task, void *object, void *data,
                GCancellable *cancellable)
{
    Job *job = data;
    GError *err = NULL;

    if (open_file(job->spool, &err) &&
        (job->piece ? write_piece(job->spool, job->piece, &err)
                    : sync_file(job->spool, job->name, &err))) {
        g_task_return_boolean(task, true);
    } else {
        g_task_return_error(task, err);
    }
}

static void start(Spool *spool, GBytes *piece, const char *name,
                  GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, NULL, callback, opaque);
    Job *job = g_new0(Job, 1);

    job->spool = g_atomic_rc_box_acquire(spool);
    job->piece = piece ? g_bytes_ref(piece) : NULL;
    job->name = g_strdup(name);
    g_task_set_task_data(task, job, job_free);
    g_task_run_in_thread(task, run);
}

Spool *spool_new(const SpoolConfig *config)
{
    Spool *spool = g_atomic_rc_box_new0(Spool);

    spool->folder = g_strdup(config->folder);
    spool->name = g_strdup(config->name);
    spool->size = config->offset;
    spool->expected = config->expected;
    spool->fd = -1;
    return spool;
}

void spool_write_async(Spool *spool, GBytes *piece,
                       GAsyncReadyCallback callback, void *opaque)
{
    start(spool, piece, NULL, callback, opaque);
}

void spool_sync_async(Spool *spool, const char *name,
                      GAsyncReadyCallback callback, void *opaque)
{
    start(spool, NULL, name, callback, opaque);
}

bool spool_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

uint64_t spool_size(const Spool *spool)
{
    return spool->size;
}

void spool_free(Spool *spool)
{
    if (spool) {
        g_atomic_rc_box_release_full(spool, spool_clear);
    }
}
