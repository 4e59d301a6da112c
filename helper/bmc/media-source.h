/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a medium comes from: a file, or a server whose image nbdkit reads
 * for us. nbdkit is a child process that can be killed at any time, and then
 * whatever QEMU waits for fails at once.
 */
#ifndef QEMU_BMC_BMC_MEDIA_SOURCE_H
#define QEMU_BMC_BMC_MEDIA_SOURCE_H

#include <gio/gio.h>
#include <stdbool.h>

#include "bmc/media.h"

typedef struct MediaSource MediaSource;

/**
 * MediaSourceConfig: what to open.
 *
 * @media: what is allowed
 * @image: http, https or file URL, or "image:NAME"
 * @user: (nullable): user for the server
 * @password: (nullable): password for it
 * @verify: check its certificate
 * @authorities: (nullable): PEM: whom that must be from; NULL for those of
 *               the system
 * @writable: a file is to be written, too
 * @host: who asks may reach this host: local files, and servers on it
 * @download: (nullable): file to download a server's image to, where it
 *            cannot be streamed
 * @downloaded: @download is there already
 * @download_only: stream nothing
 * @stop: (nullable): ends a download
 * @begun: called when a download begins
 * @progress: told how far it is
 * @opaque: handed to both
 */
typedef struct MediaSourceConfig {
    const BmcMediaConfig *media;
    const char *image;
    const char *user;
    const char *password;
    bool verify;
    const char *authorities;
    bool writable;
    bool host;
    const char *download;
    bool downloaded;
    bool download_only;
    GCancellable *stop;
    void (*begun)(void *opaque);
    void (*progress)(void *opaque, unsigned percent);
    void *opaque;
} MediaSourceConfig;

/**
 * media_source_open_async: open it, and see that it can be read.
 *
 * @config: what to open; copied but for @media. Its functions are called
 *          as long as neither @cancellable nor @stop has fired
 * @cancellable: stops it
 * @callback: called when it is done
 * @opaque: handed to @callback
 */
void media_source_open_async(const MediaSourceConfig *config,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque);

/**
 * media_source_open_finish: result of media_source_open_async().
 *
 * @res: as the callback got it
 * @errp: as bmc_media_finish()
 *
 * Returns: (transfer full): the source, or NULL
 */
MediaSource *media_source_open_finish(GAsyncResult *res, GError **errp);

/**
 * media_source_is_streamed: whether a server is read.
 *
 * @source: the source
 *
 * Returns: false if it is a file
 */
bool media_source_is_streamed(const MediaSource *source);

/**
 * media_source_path: what QEMU is to open.
 *
 * @source: the source
 *
 * Returns: (transfer none): path of the NBD socket or of the file
 */
const char *media_source_path(const MediaSource *source);

/**
 * media_source_fd: what QEMU is to get instead, if that is possible.
 *
 * @source: the source
 *
 * Returns: a descriptor, or -1 if it is no file or was handed over
 */
int media_source_fd(const MediaSource *source);

/**
 * media_source_handed_over: QEMU has the descriptor, or will never get it.
 * A lock on the file lasts as long as any copy of it.
 *
 * @source: the source
 */
void media_source_handed_over(MediaSource *source);

/**
 * media_source_is_ready: whether it can be put into a drive.
 *
 * @source: the source
 *
 * Returns: false if the export has ended or the file was handed over: then
 * it has to be opened anew
 */
bool media_source_is_ready(const MediaSource *source);

/**
 * media_source_watch: be told when the export ends by itself.
 *
 * @source: the source
 * @ended: called then, as long as @source is there
 * @opaque: handed to @ended
 */
void media_source_watch(MediaSource *source, void (*ended)(void *opaque),
                        void *opaque);

/**
 * media_source_kill: end the export, at once. Nothing happens to a file.
 *
 * @source: the source
 */
void media_source_kill(MediaSource *source);

/**
 * media_source_is_dead: whether the export has ended.
 *
 * @source: the source
 *
 * Returns: true if so
 */
bool media_source_is_dead(const MediaSource *source);

/**
 * media_source_free: end it.
 *
 * @source: the source, or NULL
 */
void media_source_free(MediaSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MediaSource, media_source_free)

#endif /* QEMU_BMC_BMC_MEDIA_SOURCE_H */
