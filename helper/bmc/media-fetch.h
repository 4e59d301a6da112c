/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Images from web servers: where redirections lead, and downloads. Both are
 * done by a thread, with libsoup; each address is checked when it is
 * connected to.
 */
#ifndef QEMU_BMC_BMC_MEDIA_FETCH_H
#define QEMU_BMC_BMC_MEDIA_FETCH_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * MediaFetchConfig: what to fetch; everything is copied.
 *
 * @image: http or https URL
 * @user: (nullable): user for its server, and for no other
 * @password: (nullable): password for it
 * @verify: check certificates
 * @authorities: (nullable): PEM: whom they must be from; NULL for those of
 *               the system
 * @allow: (nullable): as for target_new()
 * @host: as for target_new()
 * @path: (nullable): file to make; NULL to see where the image is only
 * @max_bytes: a longer one is not downloaded
 * @max_s: a download that takes longer has failed
 */
typedef struct MediaFetchConfig {
    const char *image;
    const char *user;
    const char *password;
    bool verify;
    const char *authorities;
    const char *const *allow;
    bool host;
    const char *path;
    uint64_t max_bytes;
    unsigned max_s;
} MediaFetchConfig;

/**
 * MediaFetched: what was found.
 *
 * @image: where redirections have led
 * @own: it is the server that was named, which may get the password
 * @ranges: parts of the image can be asked for
 */
typedef struct MediaFetched {
    char *image;
    bool own;
    bool ranges;
} MediaFetched;

/**
 * MediaProgress: told how much of a download is done.
 *
 * @opaque: as it was given
 * @percent: 0 to 100
 */
typedef void (*MediaProgress)(void *opaque, unsigned percent);

/**
 * media_fetch_async: begin.
 *
 * @config: what to fetch
 * @progress: (nullable): told how far it is
 * @cancellable: stops it; a file that is not complete is removed
 * @callback: called when it is done
 * @opaque: handed to both
 */
void media_fetch_async(const MediaFetchConfig *config, MediaProgress progress,
                       GCancellable *cancellable,
                       GAsyncReadyCallback callback, void *opaque);

/**
 * media_fetch_finish: result of media_fetch_async().
 *
 * @res: as the callback got it
 * @errp: BMC_ERROR_UNAVAILABLE, BMC_ERROR_PERMISSION, BMC_ERROR_LIMIT or
 *        BMC_ERROR_FAILED
 *
 * Returns: (transfer full): what was found, or NULL
 */
MediaFetched *media_fetch_finish(GAsyncResult *res, GError **errp);

/**
 * media_fetched_free: free it.
 *
 * @fetched: what was found, or NULL
 */
void media_fetched_free(MediaFetched *fetched);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MediaFetched, media_fetched_free)

#endif /* QEMU_BMC_BMC_MEDIA_FETCH_H */
