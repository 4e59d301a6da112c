/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decoder of bodies in chunks. libsoup's takes "0x5", "5 abc" and "-1" for
 * sizes, skips anything after a chunk's data and ends at the first trailer.
 */
#include "osdep.h"

#include "redfish/http-chunked.h"

/* What fits into HttpChunked.left. */
#define DIGITS_MAX 8
#define LINE_MAX_BYTES 256
#define TRAILERS_MAX_BYTES 4096

/* What a line may hold besides its end: no lone CR or LF above all. */
static bool is_text(uint8_t byte)
{
    return byte == '\t' || (byte >= ' ' && byte != 0x7f);
}

static HttpChunkedState after_size(HttpChunked *dec, uint8_t byte)
{
    int digit = g_ascii_xdigit_value(byte);

    if (digit >= 0 && dec->digits < DIGITS_MAX) {
        dec->left = dec->left << 4 | digit;
        dec->digits++;
        return HTTP_CHUNKED_SIZE;
    }
    if (!dec->digits) {
        return HTTP_CHUNKED_BAD;
    }
    if (byte == ';') {
        dec->line = 0;
        return HTTP_CHUNKED_EXTENSION;
    }
    return byte == '\r' ? HTTP_CHUNKED_SIZE_LF : HTTP_CHUNKED_BAD;
}

static HttpChunkedState after_extension(HttpChunked *dec, uint8_t byte)
{
    if (byte == '\r') {
        return HTTP_CHUNKED_SIZE_LF;
    }
    return is_text(byte) && ++dec->line <= LINE_MAX_BYTES
        ? HTTP_CHUNKED_EXTENSION : HTTP_CHUNKED_BAD;
}

static HttpChunkedState after_size_lf(HttpChunked *dec, uint8_t byte)
{
    dec->digits = 0;
    dec->line = 0;
    if (byte != '\n') {
        return HTTP_CHUNKED_BAD;
    }
    return dec->left ? HTTP_CHUNKED_DATA : HTTP_CHUNKED_TRAILER;
}

static HttpChunkedState after_trailer(HttpChunked *dec, uint8_t byte)
{
    if (byte == '\r') {
        return HTTP_CHUNKED_TRAILER_LF;
    }
    dec->line++;
    return is_text(byte) && ++dec->trailers <= TRAILERS_MAX_BYTES
        ? HTTP_CHUNKED_TRAILER : HTTP_CHUNKED_BAD;
}

static HttpChunkedState after_trailer_lf(HttpChunked *dec, uint8_t byte)
{
    bool empty = dec->line == 0;

    dec->line = 0;
    if (byte != '\n') {
        return HTTP_CHUNKED_BAD;
    }
    return empty ? HTTP_CHUNKED_DONE : HTTP_CHUNKED_TRAILER;
}

/* The state after one byte that is not data. */
static HttpChunkedState step(HttpChunked *dec, uint8_t byte)
{
    switch (dec->state) {
    case HTTP_CHUNKED_SIZE:
        return after_size(dec, byte);
    case HTTP_CHUNKED_EXTENSION:
        return after_extension(dec, byte);
    case HTTP_CHUNKED_SIZE_LF:
        return after_size_lf(dec, byte);
    case HTTP_CHUNKED_DATA_CR:
        return byte == '\r' ? HTTP_CHUNKED_DATA_LF : HTTP_CHUNKED_BAD;
    case HTTP_CHUNKED_DATA_LF:
        return byte == '\n' ? HTTP_CHUNKED_SIZE : HTTP_CHUNKED_BAD;
    case HTTP_CHUNKED_TRAILER:
        return after_trailer(dec, byte);
    case HTTP_CHUNKED_TRAILER_LF:
        return after_trailer_lf(dec, byte);
    default:
        return HTTP_CHUNKED_BAD;
    }
}

size_t http_chunked_decode(HttpChunked *dec, const uint8_t *buf, size_t len,
                           GByteArray *out)
{
    size_t at = 0;
    size_t n;

    while (at < len && dec->state != HTTP_CHUNKED_DONE &&
           dec->state != HTTP_CHUNKED_BAD) {
        if (dec->state != HTTP_CHUNKED_DATA) {
            dec->state = step(dec, buf[at++]);
            continue;
        }
        n = MIN(len - at, dec->left);
        g_byte_array_append(out, buf + at, n);
        at += n;
        dec->left -= n;
        if (dec->left == 0) {
            dec->state = HTTP_CHUNKED_DATA_CR;
        }
    }
    return at;
}
