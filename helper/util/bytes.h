/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounds-checked reading and writing of wire formats. A reader or writer
 * that ran over its end stays "failed"; callers check once, at the end.
 */
#ifndef QEMU_BMC_UTIL_BYTES_H
#define QEMU_BMC_UTIL_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/**
 * ByteReader: a view of bytes that somebody else owns.
 */
typedef struct ByteReader {
    const uint8_t *data;
    size_t len;
    size_t pos;
    bool failed;
} ByteReader;

static inline ByteReader byte_reader(const void *data, size_t len)
{
    return (ByteReader) { .data = data, .len = len };
}

static inline size_t byte_reader_left(const ByteReader *r)
{
    return r->failed ? 0 : r->len - r->pos;
}

/* Returns @n bytes, or NULL and the reader failed. */
static inline const uint8_t *byte_reader_take(ByteReader *r, size_t n)
{
    const uint8_t *at;

    if (byte_reader_left(r) < n) {
        r->failed = true;
        return NULL;
    }
    at = r->data + r->pos;
    r->pos += n;
    return at;
}

static inline uint8_t byte_reader_u8(ByteReader *r)
{
    const uint8_t *at = byte_reader_take(r, 1);

    return at ? at[0] : 0;
}

static inline uint16_t byte_reader_le16(ByteReader *r)
{
    const uint8_t *at = byte_reader_take(r, 2);

    return at ? (uint16_t)(at[0] | at[1] << 8) : 0;
}

static inline uint32_t byte_reader_le32(ByteReader *r)
{
    const uint8_t *at = byte_reader_take(r, 4);

    return at ? at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
           (uint32_t)at[3] << 24 : 0;
}

/**
 * ByteWriter: a buffer of fixed size that somebody else owns.
 */
typedef struct ByteWriter {
    uint8_t *data;
    size_t size;
    size_t len;
    bool failed;
} ByteWriter;

static inline ByteWriter byte_writer(void *data, size_t size)
{
    return (ByteWriter) { .data = data, .size = size };
}

/* Returns room for @n bytes, or NULL and the writer failed. */
static inline uint8_t *byte_writer_grow(ByteWriter *w, size_t n)
{
    uint8_t *at;

    if (w->failed || w->size - w->len < n) {
        w->failed = true;
        return NULL;
    }
    at = w->data + w->len;
    w->len += n;
    return at;
}

static inline void byte_writer_u8(ByteWriter *w, uint8_t v)
{
    uint8_t *at = byte_writer_grow(w, 1);

    if (at) {
        at[0] = v;
    }
}

static inline void byte_writer_le16(ByteWriter *w, uint16_t v)
{
    uint8_t *at = byte_writer_grow(w, 2);

    if (at) {
        at[0] = v & 0xff;
        at[1] = v >> 8;
    }
}

static inline void byte_writer_le32(ByteWriter *w, uint32_t v)
{
    byte_writer_le16(w, v & 0xffff);
    byte_writer_le16(w, v >> 16);
}

static inline void byte_writer_bytes(ByteWriter *w, const void *src, size_t n)
{
    uint8_t *at = byte_writer_grow(w, n);

    if (at && n) {
        memcpy(at, src, n);
    }
}

#endif /* QEMU_BMC_UTIL_BYTES_H */
