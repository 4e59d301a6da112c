/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Content codings (RFC 9110 section 8.4): gzip, for what is big enough. */
#ifndef QEMU_BMC_REDFISH_RF_ENCODING_H
#define QEMU_BMC_REDFISH_RF_ENCODING_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>

/* Below it, a compressed answer is not sent any sooner. */
#define RF_GZIP_MIN 1024

/**
 * rf_encoding_wants_gzip: whether a client would rather have gzip.
 *
 * @accept: (nullable): value of Accept-Encoding
 *
 * Returns: true if it accepts gzip, and not the plain body more gladly
 */
bool rf_encoding_wants_gzip(const char *accept);

/**
 * rf_encoding_etag: entity tag of the compressed representation.
 *
 * @etag: that of the plain one, from rf_etag_make()
 *
 * Returns: (transfer full): the tag with its quotes
 */
char *rf_encoding_etag(const char *etag);

/**
 * rf_encoding_gzip: compress at once, for what is small.
 *
 * @plain: the bytes
 *
 * Returns: (transfer full): them, compressed
 */
GBytes *rf_encoding_gzip(GBytes *plain);

/**
 * rf_encoding_gzip_async: compress in a thread.
 *
 * @plain: the bytes
 * @cancellable: (nullable): who waits has gone
 * @callback: called once, from the main loop
 * @opaque: handed to @callback
 */
void rf_encoding_gzip_async(GBytes *plain, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque);

/**
 * rf_encoding_gzip_finish: the result of rf_encoding_gzip_async().
 *
 * @result: as handed to the callback
 *
 * Returns: (transfer full) (nullable): the compressed bytes, NULL if it was
 *          cancelled
 */
GBytes *rf_encoding_gzip_finish(GAsyncResult *result);

#endif /* QEMU_BMC_REDFISH_RF_ENCODING_H */
