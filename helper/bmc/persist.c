/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state file: loaded once, replaced atomically. The order of the writer
 * (new file, fsync, the old one linked aside, rename, fsync of the
 * directory) leaves a whole state.json at every moment.
 */
#include "osdep.h"

#include "bmc/persist.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "util/error.h"
#include "util/json.h"
#include "util/secret.h"

#define PERSIST_VERSION 1
#define PERSIST_MAX_BYTES (1024 * 1024)
/* How long after a failure writing is tried again, if nothing changes. */
#define PERSIST_RETRY_S 30
/* Lines about damage, in a file that may have thousands of values. */
#define PERSIST_DAMAGES_MAX 32
/* Between the writes of changes that nobody waits for. */
#define PERSIST_SPACING_MS 200
#define PERSIST_FILE_NEW "state.json.new"
#define PERSIST_FILE_OLD_NEW "state.json.old.new"

/* A write under way. The thread owns all but @source and @thread. */
typedef struct WriteJob {
    GThread *thread;
    GSource *source;
    int dir_fd;
    char *text;
    bool keep_old;
    uint64_t generation;
    GError *err;
} WriteJob;

/* Somebody who waits for a generation to be durable. */
typedef struct FlushWaiter {
    GTask *task;
    uint64_t generation;
} FlushWaiter;

struct Persist {
    char *dir;
    int dir_fd;
    int lock_fd;
    JsonObject *root;
    bool have_good_file;
    unsigned damages;
    bool failing;
    uint64_t generation;
    uint64_t durable;
    WriteJob *job;
    guint idle_id;
    guint retry_id;
    guint hold_id; /* nothing is written until then */
    int64_t quiet_us;
    GQueue waiters;
};

static bool write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        text += n;
        len -= n;
    }
    return true;
}

static bool write_new_file(int dir_fd, const char *text, GError **errp)
{
    int fd;
    bool ok;
    int saved_errno;

    unlinkat(dir_fd, PERSIST_FILE_NEW, 0);
    fd = openat(dir_fd, PERSIST_FILE_NEW,
                O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot create " PERSIST_FILE_NEW ": %s",
                    g_strerror(errno));
        return false;
    }
    ok = write_all(fd, text, strlen(text)) && fsync(fd) == 0;
    saved_errno = errno;
    close(fd);
    if (!ok) {
        unlinkat(dir_fd, PERSIST_FILE_NEW, 0);
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot write " PERSIST_FILE_NEW ": %s",
                    g_strerror(saved_errno));
    }
    return ok;
}

/*
 * The present file stays under its own name until the new one takes it. A
 * file system without hard links has no previous generation to fall back to.
 */
static void keep_old_file(int dir_fd)
{
    unlinkat(dir_fd, PERSIST_FILE_OLD_NEW, 0);
    if (linkat(dir_fd, PERSIST_FILE, dir_fd, PERSIST_FILE_OLD_NEW, 0) == 0) {
        renameat(dir_fd, PERSIST_FILE_OLD_NEW, dir_fd, PERSIST_FILE_OLD);
    }
}

static bool replace_file(int dir_fd, const char *text, bool keep_old,
                         GError **errp)
{
    if (!write_new_file(dir_fd, text, errp)) {
        return false;
    }
    if (keep_old) {
        keep_old_file(dir_fd);
    }
    if (renameat(dir_fd, PERSIST_FILE_NEW, dir_fd, PERSIST_FILE) < 0 ||
        fsync(dir_fd) < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot replace " PERSIST_FILE ": %s", g_strerror(errno));
        return false;
    }
    return true;
}

static void *writer_thread(void *opaque)
{
    WriteJob *job = opaque;

    replace_file(job->dir_fd, job->text, job->keep_old, &job->err);
    g_source_attach(job->source, NULL);
    return NULL;
}

static char *root_to_text(Persist *persist)
{
    char *json = json_print(persist->root);
    char *text = g_strconcat(json, "\n", NULL);

    secret_free(json);
    return text;
}

static void complete_waiters(Persist *persist, uint64_t generation,
                             const GError *err)
{
    GQueue done = G_QUEUE_INIT;
    FlushWaiter *waiter;

    /* They were queued in order, so the generations ascend */
    while ((waiter = g_queue_peek_head(&persist->waiters)) &&
           waiter->generation <= generation) {
        g_queue_push_tail(&done, g_queue_pop_head(&persist->waiters));
    }
    while ((waiter = g_queue_pop_head(&done))) {
        if (err) {
            g_task_return_error(waiter->task, g_error_copy(err));
        } else {
            g_task_return_boolean(waiter->task, true);
        }
        g_object_unref(waiter->task);
        g_free(waiter);
    }
}

static gboolean retry_write(void *opaque);

/* Joins the thread and takes over what it has found out. */
static void job_collect(Persist *persist, GError **errp)
{
    WriteJob *job = persist->job;

    persist->job = NULL;
    g_thread_join(job->thread);
    g_source_destroy(job->source);
    g_source_unref(job->source);
    if (!job->err) {
        persist->have_good_file = true;
        persist->durable = job->generation;
        if (persist->failing) {
            persist->failing = false;
            g_message("state directory %s: the state is saved again",
                      persist->dir);
        }
    } else if (!persist->failing) {
        persist->failing = true;
        g_warning("state directory %s: %s; the state is not saved",
                  persist->dir, job->err->message);
    }
    if (job->err) {
        if (!persist->retry_id) {
            persist->retry_id = g_timeout_add_seconds(PERSIST_RETRY_S,
                                                      retry_write, persist);
        }
        g_propagate_error(errp, job->err);
    }
    secret_free(job->text);
    g_free(job);
}

static void start_write(Persist *persist);
static gboolean idle_write(void *opaque);
static gboolean hold_over(void *opaque);

static void hold(Persist *persist, unsigned ms)
{
    if (!persist->hold_id) {
        persist->hold_id = g_timeout_add(ms, hold_over, persist);
    }
}

/* Peers can make changes as fast as they like; the disk is others' too. */
static void schedule(Persist *persist)
{
    int64_t wait_us = persist->quiet_us - g_get_monotonic_time();

    if (persist->job || persist->idle_id || persist->hold_id) {
        return;
    }
    if (wait_us > 0) {
        hold(persist, wait_us / 1000 + 1);
    } else {
        persist->idle_id = g_idle_add(idle_write, persist);
    }
}

static bool is_awaited(const Persist *persist, uint64_t after)
{
    const FlushWaiter *last = g_queue_peek_tail((GQueue *)&persist->waiters);

    return last && last->generation > after;
}

static gboolean write_done(void *opaque)
{
    Persist *persist = opaque;
    uint64_t generation = persist->job->generation;
    g_autoptr(GError) err = NULL;

    job_collect(persist, &err);
    persist->quiet_us = g_get_monotonic_time() + PERSIST_SPACING_MS * 1000;
    if (is_awaited(persist, generation) && !persist->hold_id) {
        start_write(persist);
    } else if (persist->generation > generation) {
        schedule(persist);
    }
    complete_waiters(persist, generation, err);
    return G_SOURCE_REMOVE;
}

static void start_write(Persist *persist)
{
    WriteJob *job = g_new0(WriteJob, 1);

    job->dir_fd = persist->dir_fd;
    job->text = root_to_text(persist);
    job->keep_old = persist->have_good_file;
    job->generation = persist->generation;
    job->source = g_idle_source_new();
    g_source_set_priority(job->source, G_PRIORITY_DEFAULT);
    g_source_set_static_name(job->source, "persist-done");
    g_source_set_callback(job->source, write_done, persist, NULL);
    persist->job = job;
    job->thread = g_thread_new("persist", writer_thread, job);
}

static void write_soon(Persist *persist)
{
    g_clear_handle_id(&persist->idle_id, g_source_remove);
    g_clear_handle_id(&persist->hold_id, g_source_remove);
    if (!persist->job && persist->durable != persist->generation) {
        start_write(persist);
    }
}

static gboolean retry_write(void *opaque)
{
    Persist *persist = opaque;

    persist->retry_id = 0;
    write_soon(persist);
    return G_SOURCE_REMOVE;
}

static gboolean idle_write(void *opaque)
{
    Persist *persist = opaque;

    persist->idle_id = 0;
    write_soon(persist);
    return G_SOURCE_REMOVE;
}

static gboolean hold_over(void *opaque)
{
    Persist *persist = opaque;

    persist->hold_id = 0;
    write_soon(persist);
    return G_SOURCE_REMOVE;
}

/* Returns the pid in the lock file, or 0 when it cannot be told. */
static int64_t read_lock_holder(int fd)
{
    char text[32];
    ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

    if (n <= 0) {
        return 0;
    }
    text[n] = '\0';
    return g_ascii_strtoll(text, NULL, 10);
}

static bool take_lock(Persist *persist, GError **errp)
{
    g_autofree char *pid = g_strdup_printf("%ld\n", (long)getpid());

    persist->lock_fd = openat(persist->dir_fd, PERSIST_FILE_LOCK,
                              O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC,
                              0600);
    if (persist->lock_fd < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot open the lock file in %s: %s", persist->dir,
                    g_strerror(errno));
        return false;
    }
    if (flock(persist->lock_fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                        "cannot lock %s: %s", persist->dir,
                        g_strerror(errno));
            return false;
        }
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "state directory %s is in use by process %" PRId64
                    " (give each BMC its own BMC_NAME or BMC_STATE_DIR)",
                    persist->dir, read_lock_holder(persist->lock_fd));
        return false;
    }
    /* The pid is for people: the lock holds without it */
    if (ftruncate(persist->lock_fd, 0) < 0 ||
        !write_all(persist->lock_fd, pid, strlen(pid))) {
        g_info("cannot write the pid into %s/" PERSIST_FILE_LOCK ": %s",
               persist->dir, g_strerror(errno));
    }
    return true;
}

static bool open_dir(Persist *persist, GError **errp)
{
    if (g_mkdir_with_parents(persist->dir, 0700) < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot make the state directory %s: %s (choose another "
                    "with BMC_STATE_DIR or --state-dir)", persist->dir,
                    g_strerror(errno));
        return false;
    }
    persist->dir_fd = open(persist->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (persist->dir_fd < 0) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot open the state directory %s: %s", persist->dir,
                    g_strerror(errno));
        return false;
    }
    return true;
}

/* Returns the content, or NULL with errno set. */
static char *read_file(int dir_fd, const char *name, size_t *len)
{
    g_autofree char *text = NULL;
    struct stat st;
    ssize_t n = 0;
    int fd = openat(dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0) {
        return NULL;
    }
    if (fstat(fd, &st) < 0 || st.st_size > PERSIST_MAX_BYTES) {
        close(fd);
        errno = EFBIG;
        return NULL;
    }
    text = g_malloc0(PERSIST_MAX_BYTES + 1);
    *len = 0;
    do {
        n = read(fd, text + *len, PERSIST_MAX_BYTES - *len);
        *len += MAX(n, 0);
    } while (n > 0 || (n < 0 && errno == EINTR));
    close(fd);
    return n < 0 ? NULL : g_steal_pointer(&text);
}

/* What a file turned out to be. */
typedef enum LoadResult {
    LOAD_OK,
    LOAD_ABSENT,
    LOAD_DAMAGED,
    LOAD_ERROR,
} LoadResult;

static LoadResult check_root(Persist *persist, const char *name,
                             JsonObject *root, GError **errp)
{
    int64_t version;

    if (json_get_int(root, "version", &version) != JSON_GET_OK ||
        version < 1) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "it has no version number");
        return LOAD_DAMAGED;
    }
    if (version > PERSIST_VERSION) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "%s/%s was written by a newer qemu-bmc (format %" PRId64
                    ", this one knows %d)", persist->dir, name, version,
                    PERSIST_VERSION);
        return LOAD_ERROR;
    }
    return LOAD_OK;
}

static LoadResult load_file(Persist *persist, const char *name,
                            GError **errp)
{
    size_t len = 0;
    char *text = read_file(persist->dir_fd, name, &len);
    g_autoptr(JsonObject) root = NULL;
    LoadResult result = LOAD_DAMAGED;

    if (!text && errno == ENOENT) {
        return LOAD_ABSENT;
    }
    if (!text) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_FAILED,
                    "cannot read %s/%s: %s", persist->dir, name,
                    g_strerror(errno));
        return errno == EFBIG ? LOAD_DAMAGED : LOAD_ERROR;
    }
    root = json_parse_object(text, len, errp);
    secret_wipe(text, len);
    g_free(text);
    if (root) {
        result = check_root(persist, name, root, errp);
    }
    if (result == LOAD_OK) {
        persist->root = g_steal_pointer(&root);
    }
    return result;
}

static void keep_bad_file(Persist *persist)
{
    unlinkat(persist->dir_fd, PERSIST_FILE_BAD, 0);
    if (linkat(persist->dir_fd, PERSIST_FILE, persist->dir_fd,
               PERSIST_FILE_BAD, 0) < 0 && !persist->have_good_file) {
        renameat(persist->dir_fd, PERSIST_FILE, persist->dir_fd,
                 PERSIST_FILE_BAD);
    }
}

/* Only an error that the operator must see first ends in false. */
static bool load(Persist *persist, GError **errp)
{
    g_autoptr(GError) err = NULL;
    LoadResult result = load_file(persist, PERSIST_FILE, &err);

    persist->have_good_file = result == LOAD_OK;
    if (result == LOAD_ERROR) {
        g_propagate_error(errp, g_steal_pointer(&err));
        return false;
    }
    if (result == LOAD_DAMAGED) {
        keep_bad_file(persist);
        result = load_file(persist, PERSIST_FILE_OLD, NULL);
        g_warning("%s/" PERSIST_FILE " is damaged (%s); it is kept as "
                  PERSIST_FILE_BAD " and %s", persist->dir, err->message,
                  result == LOAD_OK ? "the state before it is used"
                                    : "nothing is left of the state");
        persist->generation++;
    }
    if (!persist->root) {
        persist->root = json_object_new();
        json_object_set_int_member(persist->root, "version",
                                   PERSIST_VERSION);
    }
    return true;
}

static void drop_waiters(Persist *persist)
{
    FlushWaiter *waiter;

    while ((waiter = g_queue_pop_head(&persist->waiters))) {
        g_task_return_new_error(waiter->task, G_IO_ERROR,
                                G_IO_ERROR_CANCELLED, "the hub is gone");
        g_object_unref(waiter->task);
        g_free(waiter);
    }
}

static void write_last(Persist *persist)
{
    g_autoptr(GError) err = NULL;
    char *text;

    if (persist->job) {
        job_collect(persist, NULL);
    }
    if (persist->durable == persist->generation) {
        return;
    }
    text = root_to_text(persist);
    if (!replace_file(persist->dir_fd, text, persist->have_good_file,
                      &err) && !persist->failing) {
        g_warning("state directory %s: %s; the last changes are lost",
                  persist->dir, err->message);
    }
    secret_free(text);
}

Persist *persist_open(const char *dir, GError **errp)
{
    g_autoptr(Persist) persist = g_new0(Persist, 1);

    persist->dir = g_strdup(dir);
    persist->dir_fd = -1;
    persist->lock_fd = -1;
    g_queue_init(&persist->waiters);
    if (!open_dir(persist, errp) || !take_lock(persist, errp) ||
        !load(persist, errp)) {
        return NULL;
    }
    return g_steal_pointer(&persist);
}

JsonObject *persist_get(Persist *persist, const char *section)
{
    JsonObject *value = NULL;

    json_get_object(persist->root, section, &value);
    return value;
}

bool persist_has(Persist *persist, const char *section)
{
    return json_object_has_member(persist->root, section);
}

void persist_damaged(Persist *persist, const char *section, const char *name)
{
    /* What was loaded from the generation before is not the damaged file */
    if (persist->damages == 0 && persist->have_good_file) {
        keep_bad_file(persist);
        /* The generation before it is worth more: the next write leaves it */
        persist->have_good_file = false;
    }
    persist->damages++;
    if (persist->damages < PERSIST_DAMAGES_MAX) {
        g_warning("state directory %s: %s%s%s cannot be used and is left "
                  "out; the file is kept as " PERSIST_FILE_BAD,
                  persist->dir, section, name ? "." : "", name ? name : "");
    } else if (persist->damages == PERSIST_DAMAGES_MAX) {
        g_warning("state directory %s: more values cannot be used",
                  persist->dir);
    }
}

void persist_set(Persist *persist, const char *section, JsonObject *value)
{
    json_object_set_object_member(persist->root, section, value);
    persist->generation++;
    schedule(persist);
}

void persist_remove(Persist *persist, const char *section)
{
    json_object_remove_member(persist->root, section);
    persist->generation++;
    schedule(persist);
}

void persist_flush_async(Persist *persist, unsigned delay_ms,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);
    FlushWaiter *waiter;

    g_task_set_source_tag(task, persist_flush_async);
    if (persist->durable == persist->generation) {
        g_task_return_boolean(task, true);
        g_object_unref(task);
        return;
    }
    waiter = g_new0(FlushWaiter, 1);
    waiter->task = task;
    waiter->generation = persist->generation;
    g_queue_push_tail(&persist->waiters, waiter);
    if (delay_ms) {
        g_clear_handle_id(&persist->idle_id, g_source_remove);
        hold(persist, delay_ms);
    } else {
        write_soon(persist);
    }
}

bool persist_flush_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

bool persist_is_saved(const Persist *persist)
{
    return !persist->failing;
}

void persist_free(Persist *persist)
{
    if (!persist) {
        return;
    }
    g_clear_handle_id(&persist->idle_id, g_source_remove);
    g_clear_handle_id(&persist->hold_id, g_source_remove);
    if (persist->root) {
        write_last(persist);
        json_object_unref(persist->root);
    }
    g_clear_handle_id(&persist->retry_id, g_source_remove);
    drop_waiters(persist);
    if (persist->lock_fd >= 0) {
        close(persist->lock_fd);
    }
    if (persist->dir_fd >= 0) {
        close(persist->dir_fd);
    }
    g_free(persist->dir);
    g_free(persist);
}
