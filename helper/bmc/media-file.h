/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Local images. A file is opened once, by a thread, in the folder that it is
 * allowed to be in, and what was opened is what QEMU gets: its name may mean
 * something else a moment later.
 */
#ifndef QEMU_BMC_BMC_MEDIA_FILE_H
#define QEMU_BMC_BMC_MEDIA_FILE_H

#include <gio/gio.h>
#include <stdbool.h>

/**
 * media_file_open: open a local image. Symbolic links that lead out of the
 * folders are not followed. May block.
 *
 * @path: its absolute path
 * @folders: (nullable): where it may be
 * @writable: it is to be written, too
 * @real: (out) (transfer full): its path without links
 * @errp: BMC_ERROR_PERMISSION: it is in none of them, or may not be opened;
 *        BMC_ERROR_FAILED
 *
 * Returns: a descriptor, or -1
 */
int media_file_open(const char *path, const char *const *folders,
                    bool writable, char **real, GError **errp);

/**
 * media_file_open_async: the same in a thread. At most a few wait for a file
 * system that does not answer.
 *
 * @path: as media_file_open()
 * @folders: as media_file_open()
 * @writable: as media_file_open()
 * @cancellable: stops waiting, at once
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void media_file_open_async(const char *path, const char *const *folders,
                           bool writable, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque);

/**
 * media_file_open_finish: result of media_file_open_async().
 *
 * @res: as the callback got it
 * @real: as media_file_open()
 * @errp: as media_file_open(); BMC_ERROR_BUSY when too many wait
 *
 * Returns: a descriptor, or -1
 */
int media_file_open_finish(GAsyncResult *res, char **real, GError **errp);

#endif /* QEMU_BMC_BMC_MEDIA_FILE_H */
