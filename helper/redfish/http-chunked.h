/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies in chunks (RFC 9112 section 7.1). What is read in another way by a
 * proxy in front of us is refused, because a part of such a body could pass
 * for the next request.
 */
#ifndef QEMU_BMC_REDFISH_HTTP_CHUNKED_H
#define QEMU_BMC_REDFISH_HTTP_CHUNKED_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/**
 * HttpChunkedState: what comes next.
 *
 * @HTTP_CHUNKED_SIZE: a chunk's size
 * @HTTP_CHUNKED_EXTENSION: the rest of that line, which is ignored
 * @HTTP_CHUNKED_SIZE_LF: the end of that line
 * @HTTP_CHUNKED_DATA: a chunk's data
 * @HTTP_CHUNKED_DATA_CR: the first half of the line end after it
 * @HTTP_CHUNKED_DATA_LF: the second half
 * @HTTP_CHUNKED_TRAILER: a trailer field, ignored, or the empty line
 * @HTTP_CHUNKED_TRAILER_LF: the end of that line
 * @HTTP_CHUNKED_DONE: nothing: the body is complete
 * @HTTP_CHUNKED_BAD: nothing: the body is malformed
 */
typedef enum HttpChunkedState {
    HTTP_CHUNKED_SIZE,
    HTTP_CHUNKED_EXTENSION,
    HTTP_CHUNKED_SIZE_LF,
    HTTP_CHUNKED_DATA,
    HTTP_CHUNKED_DATA_CR,
    HTTP_CHUNKED_DATA_LF,
    HTTP_CHUNKED_TRAILER,
    HTTP_CHUNKED_TRAILER_LF,
    HTTP_CHUNKED_DONE,
    HTTP_CHUNKED_BAD,
} HttpChunkedState;

/**
 * HttpChunked: a decoder; zero is one at the start of a body.
 *
 * @state: what comes next
 * @left: bytes of the chunk that have not come yet
 * @digits: of the size
 * @line: bytes of the line so far
 * @trailers: bytes of all trailer fields so far
 */
typedef struct HttpChunked {
    HttpChunkedState state;
    uint32_t left;
    unsigned digits;
    unsigned line;
    unsigned trailers;
} HttpChunked;

/**
 * http_chunked_decode: decode the next bytes of a body.
 *
 * @dec: the decoder
 * @buf: the bytes
 * @len: their number
 * @out: what is in the chunks is appended here
 *
 * Returns: how many bytes were used: all of them, or fewer when the state is
 * %HTTP_CHUNKED_DONE or %HTTP_CHUNKED_BAD afterwards
 */
size_t http_chunked_decode(HttpChunked *dec, const uint8_t *buf, size_t len,
                           GByteArray *out);

#endif /* QEMU_BMC_REDFISH_HTTP_CHUNKED_H */
