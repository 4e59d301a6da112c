/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection as libsoup sees it: a GIOStream whose output is that of the
 * stream below, while its input is what it was fed and nothing else. It tells
 * when libsoup closes it instead of closing anything.
 */
#ifndef QEMU_BMC_REDFISH_HTTP_STREAM_H
#define QEMU_BMC_REDFISH_HTTP_STREAM_H

#include <gio/gio.h>
#include <glib.h>

G_DECLARE_FINAL_TYPE(HttpStream, http_stream, HTTP, STREAM, GIOStream)

/**
 * HttpStreamClosed: called when the stream is closed by its user.
 *
 * @opaque: as given to http_stream_new()
 */
typedef void (*HttpStreamClosed)(void *opaque);

/**
 * http_stream_new: make a stream on top of another.
 *
 * @base: TCP, unix or TLS stream with pollable halves
 * @closed: called when the stream is closed by its user
 * @opaque: handed to @closed
 *
 * Returns: (transfer full): a #GIOStream
 */
HttpStream *http_stream_new(GIOStream *base, HttpStreamClosed closed,
                            void *opaque);

/**
 * http_stream_detach: forget the callback; its owner is going away.
 *
 * @stream: the stream
 */
void http_stream_detach(HttpStream *stream);

/**
 * http_stream_feed: give it bytes to be read. After them, and before,
 * reading would block.
 *
 * @stream: the stream
 * @bytes: (transfer full): the bytes
 */
void http_stream_feed(HttpStream *stream, GByteArray *bytes);

/**
 * http_stream_unfeed: drop what was fed and not read.
 *
 * @stream: the stream
 */
void http_stream_unfeed(HttpStream *stream);

#endif /* QEMU_BMC_REDFISH_HTTP_STREAM_H */
