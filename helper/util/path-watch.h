/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waiting for a path to appear or to be replaced, without polling.
 *
 * GFileMonitor is not used for this: it looks every four seconds for a
 * directory that does not exist or was removed.
 */
#ifndef QEMU_BMC_UTIL_PATH_WATCH_H
#define QEMU_BMC_UTIL_PATH_WATCH_H

#include <stdbool.h>

typedef struct PathWatch PathWatch;

/**
 * PathWatchFunc: called from the default main context when the path may have
 * appeared, been replaced or got other permissions, or when the nearest
 * directory above it that exists is another one now. May free the watch.
 *
 * @opaque: as given to path_watch_new()
 */
typedef void (*PathWatchFunc)(void *opaque);

/**
 * path_watch_new: start watching. Look at the path after this call, not
 * before it, or an appearance in between is missed.
 *
 * @path: the path; relative ones start at the present working directory
 * @func: what to call
 * @opaque: handed to @func
 *
 * Returns: (transfer full): the watch
 */
PathWatch *path_watch_new(const char *path, PathWatchFunc func, void *opaque);

/**
 * path_watch_is_blind: tell whether nothing will ever be seen: the nearest
 * directory may not be read by us, or the system has no inotify watches
 * left. Then only a timer helps.
 *
 * @watch: the watch
 *
 * Returns: true if @func will not be called
 */
bool path_watch_is_blind(const PathWatch *watch);

/**
 * path_watch_free: stop watching.
 *
 * @watch: the watch, or NULL
 */
void path_watch_free(PathWatch *watch);

#endif /* QEMU_BMC_UTIL_PATH_WATCH_H */
