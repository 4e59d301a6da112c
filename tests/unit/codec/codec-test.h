/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the codec share. */
#ifndef QEMU_BMC_TESTS_CODEC_TEST_H
#define QEMU_BMC_TESTS_CODEC_TEST_H

#include <glib.h>

#include "tests/lib/test-util.h"
#include "util/bytes.h"
#include "util/error.h"

/**
 * CodecTestParse: a parser under test.
 *
 * @buf: the bytes; freed after the call
 * @len: how many
 * @errp: as the parser sets it
 *
 * Returns: what the parser returned
 */
typedef bool (*CodecTestParse)(const uint8_t *buf, size_t len, GError **errp);

/**
 * codec_test_parse: run a parser on a copy that ends where its allocation
 * ends, so that memory checkers see a read beyond it. A refusal must come
 * with an error of %BMC_ERROR.
 *
 * @parse: the parser
 * @buf: the bytes
 * @len: how many
 *
 * Returns: what the parser returned
 */
static inline bool codec_test_parse(CodecTestParse parse, const uint8_t *buf,
                                    size_t len)
{
    g_autofree uint8_t *copy = g_malloc(len + !len);
    g_autoptr(GError) err = NULL;
    bool good;

    if (len) {
        memcpy(copy, buf, len);
    }
    good = parse(copy + !len, len, &err);
    g_assert(good == !err);
    g_assert(good || err->domain == BMC_ERROR);
    return good;
}

/**
 * codec_test_truncations: a parser must take the whole and refuse every
 * shorter beginning of it.
 *
 * @parse: the parser
 * @w: the bytes, as a builder left them
 */
static inline void codec_test_truncations(CodecTestParse parse,
                                          const ByteWriter *w)
{
    size_t len;

    g_assert_false(w->failed);
    g_assert_true(codec_test_parse(parse, w->data, w->len));
    for (len = 0; len < w->len; len++) {
        g_assert_false(codec_test_parse(parse, w->data, len));
    }
}

/**
 * CodecTestBuild: a builder under test; appends one message.
 *
 * @w: where to
 */
typedef void (*CodecTestBuild)(ByteWriter *w);

/**
 * codec_test_short_buffers: a builder must say that a buffer is too small,
 * whatever its size, and never write beyond it.
 *
 * @build: the builder
 */
static inline void codec_test_short_buffers(CodecTestBuild build)
{
    uint8_t whole[1024];
    ByteWriter w = byte_writer(whole, sizeof(whole));
    size_t size;

    build(&w);
    g_assert_false(w.failed);
    for (size = 0; size <= w.len; size++) {
        g_autofree uint8_t *buf = g_malloc(size + !size);
        ByteWriter small = byte_writer(buf, size);

        build(&small);
        g_assert(small.failed == (size < w.len));
    }
}

#endif /* QEMU_BMC_TESTS_CODEC_TEST_H */
