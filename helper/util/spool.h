/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A file that comes piece by piece and is written by a thread, so that the
 * main loop never waits for a disk. It has a name of its own until it is
 * complete. What has been written stays when the process ends; only the
 * owner removes it.
 */
#ifndef QEMU_BMC_UTIL_SPOOL_H
#define QEMU_BMC_UTIL_SPOOL_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Spool Spool;

/* How much of the disk others must find free. */
#define SPOOL_RESERVE (64 * 1024 * 1024)

/**
 * SpoolConfig: what is written; copied.
 *
 * @folder: where; made with mode 0700 if it is not there
 * @name: name of the file while it is not complete
 * @offset: bytes of it that are there already; what is behind them is cut
 *          off, and with 0 it is a new file
 * @expected: bytes that it will have in the end; the disk must have room for
 *            them from the start. 0 where that is not known
 */
typedef struct SpoolConfig {
    const char *folder;
    const char *name;
    uint64_t offset;
    uint64_t expected;
} SpoolConfig;

/**
 * spool_new: prepare to write; nothing is opened before the first piece.
 *
 * @config: what
 *
 * Returns: (transfer full): the file
 */
Spool *spool_new(const SpoolConfig *config);

/**
 * spool_write_async: append a piece. One thing at a time may be done to a
 * file.
 *
 * @spool: the file
 * @piece: the piece; a reference is taken
 * @callback: called when it is written
 * @opaque: handed to @callback
 */
void spool_write_async(Spool *spool, GBytes *piece,
                       GAsyncReadyCallback callback, void *opaque);

/**
 * spool_sync_async: see that what was written survives the host, too.
 *
 * @spool: the file
 * @name: (nullable): it is complete, and gets this name, in place of what
 *        has it
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void spool_sync_async(Spool *spool, const char *name,
                      GAsyncReadyCallback callback, void *opaque);

/**
 * spool_finish: result of both.
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_LIMIT when the disk is full, BMC_ERROR_STATE when
 *        SpoolConfig.offset is beyond what is there, else BMC_ERROR_FAILED
 *
 * Returns: true on success
 */
bool spool_finish(GAsyncResult *res, GError **errp);

/**
 * spool_size: how much of the file is there.
 *
 * @spool: the file, to which nothing is being done
 *
 * Returns: bytes
 */
uint64_t spool_size(const Spool *spool);

/**
 * spool_free: close it, when what is being done to it is over. It stays as
 * it is.
 *
 * @spool: the file, or NULL
 */
void spool_free(Spool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Spool, spool_free)

#endif /* QEMU_BMC_UTIL_SPOOL_H */
