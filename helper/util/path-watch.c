/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for a path with inotify(7). */
#include "osdep.h"

#include "util/path-watch.h"

#include <glib-unix.h>
#include <limits.h>
#include <sys/inotify.h>

/* What the deepest directory that exists is watched for. */
#define MASK_DEEPEST (IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_DELETE_SELF | \
                      IN_MOVE_SELF | IN_ONLYDIR)
/* The ones above it: whether the way down is still the same. */
#define MASK_ABOVE (IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_MASK_ADD)

/* The tree may change while it is being looked at; do not chase it. */
#define ARM_TRIES 8

struct PathWatch {
    char *path;
    PathWatchFunc func;
    void *opaque;
    int fd;
    int deepest; /* watch descriptor, or -1 */
    char *wanted; /* what is to appear in the deepest directory */
    bool is_parent; /* the deepest directory is the path's own */
    GSource *source;
};

static void close_inotify(PathWatch *watch)
{
    if (watch->source) {
        g_source_destroy(watch->source);
        g_clear_pointer(&watch->source, g_source_unref);
    }
    if (watch->fd >= 0) {
        close(watch->fd);
        watch->fd = -1;
    }
    watch->deepest = -1;
    g_clear_pointer(&watch->wanted, g_free);
}

/* The nearest directory above @path that exists, and the name below it. */
static char *find_deepest(const char *path, char **wanted)
{
    g_autofree char *dir = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    char *next;

    while (!g_file_test(dir, G_FILE_TEST_IS_DIR) &&
           !g_str_equal(dir, "/")) {
        g_free(name);
        name = g_path_get_basename(dir);
        next = g_path_get_dirname(dir);
        g_free(dir);
        dir = next;
    }
    *wanted = g_steal_pointer(&name);
    return g_steal_pointer(&dir);
}

static void watch_above(PathWatch *watch, const char *deepest)
{
    g_autofree char *dir = g_path_get_dirname(deepest);
    char *next;

    while (!g_str_equal(dir, "/")) {
        inotify_add_watch(watch->fd, dir, MASK_ABOVE);
        next = g_path_get_dirname(dir);
        g_free(dir);
        dir = next;
    }
}

static gboolean on_readable(int fd, GIOCondition cond, void *opaque);

/* Start anew: easier to get right than changing watches one by one. */
static void arm(PathWatch *watch)
{
    g_autofree char *parent = g_path_get_dirname(watch->path);
    unsigned i;

    for (i = 0; i < ARM_TRIES; i++) {
        g_autofree char *dir = NULL;
        g_autofree char *again = NULL;
        g_autofree char *wanted = NULL;

        close_inotify(watch);
        watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
        if (watch->fd < 0) {
            return;
        }
        dir = find_deepest(watch->path, &watch->wanted);
        watch->deepest = inotify_add_watch(watch->fd, dir, MASK_DEEPEST);
        watch->is_parent = g_str_equal(dir, parent);
        watch_above(watch, dir);
        again = find_deepest(watch->path, &wanted);
        if (g_str_equal(dir, again)) {
            break;
        }
    }
    watch->source = g_unix_fd_source_new(watch->fd, G_IO_IN);
    g_source_set_callback(watch->source, G_SOURCE_FUNC(on_readable), watch,
                          NULL);
    g_source_attach(watch->source, NULL);
}

/* Sets @stale when the set of directories is another one now. */
static bool is_relevant(PathWatch *watch, const struct inotify_event *event,
                        bool *stale)
{
    if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED |
                       IN_UNMOUNT | IN_Q_OVERFLOW)) {
        *stale = true;
        return true;
    }
    if (event->wd != watch->deepest) {
        return false;
    }
    if (event->len == 0) {
        return true; /* the directory's own permissions */
    }
    return g_str_equal(event->name, watch->wanted);
}

static bool read_events(PathWatch *watch, bool *stale)
{
    char buf[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)]
        __attribute__((aligned(__alignof__(struct inotify_event))));
    const struct inotify_event *event;
    bool relevant = false;
    ssize_t n;
    ssize_t pos;

    while ((n = read(watch->fd, buf, sizeof(buf))) > 0) {
        for (pos = 0; pos < n; pos += sizeof(*event) + event->len) {
            event = (const struct inotify_event *)(buf + pos);
            relevant |= is_relevant(watch, event, stale);
        }
    }
    return relevant;
}

static gboolean on_readable(int fd, GIOCondition cond, void *opaque)
{
    PathWatch *watch = opaque;
    bool stale = false;

    if (!read_events(watch, &stale)) {
        return G_SOURCE_CONTINUE;
    }
    if (!stale && watch->is_parent) {
        watch->func(watch->opaque);
        return G_SOURCE_CONTINUE;
    }
    /* A directory on the way may have appeared: go down to it. */
    arm(watch);
    watch->func(watch->opaque);
    return G_SOURCE_REMOVE;
}

PathWatch *path_watch_new(const char *path, PathWatchFunc func, void *opaque)
{
    PathWatch *watch = g_new0(PathWatch, 1);

    watch->path = g_canonicalize_filename(path, NULL);
    watch->func = func;
    watch->opaque = opaque;
    watch->fd = -1;
    arm(watch);
    return watch;
}

bool path_watch_is_blind(const PathWatch *watch)
{
    return watch->deepest < 0;
}

void path_watch_free(PathWatch *watch)
{
    if (!watch) {
        return;
    }
    close_inotify(watch);
    g_free(watch->path);
    g_free(watch);
}
