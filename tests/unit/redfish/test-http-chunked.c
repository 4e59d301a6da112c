/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of redfish/http-chunked.h. */
#include "osdep.h"

#include "redfish/http-chunked.h"

#include "test-util.h"

/* Decodes @text in pieces of @piece bytes; returns how many were used. */
static size_t decode(HttpChunked *dec, const char *text, size_t len,
                     size_t piece, GByteArray *out)
{
    size_t at = 0;

    while (at < len && dec->state != HTTP_CHUNKED_DONE &&
           dec->state != HTTP_CHUNKED_BAD) {
        at += http_chunked_decode(dec, (const uint8_t *)text + at,
                                  MIN(piece, len - at), out);
    }
    return at;
}

/* @text is a body, whatever the pieces it comes in, that ends at @len. */
static void assert_good(const char *text, size_t len, const char *expected)
{
    size_t piece;

    for (piece = 1; piece <= strlen(text); piece++) {
        g_autoptr(GByteArray) out = g_byte_array_new();
        HttpChunked dec = { 0 };

        g_assert_cmpuint(decode(&dec, text, strlen(text), piece, out), ==,
                         len);
        g_assert_cmpint(dec.state, ==, HTTP_CHUNKED_DONE);
        g_assert_cmpmem(out->data, out->len, expected, strlen(expected));
    }
}

static void test_good(void)
{
    static const struct {
        const char *text;
        const char *expected;
    } cases[] = {
        { "0\r\n\r\n", "" },
        { "5\r\nhello\r\n0\r\n\r\n", "hello" },
        { "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde" },
        { "00000003\r\nabc\r\n000\r\n\r\n", "abc" },
        { "A\r\n0123456789\r\n0\r\n\r\n", "0123456789" },
        { "1;a;b=\"c\"\r\nx\r\n0;last\r\n\r\n", "x" },
        { "4\r\n\r\n0\r\r\n0\r\n\r\n", "\r\n0\r" },
        { "1\r\nx\r\n0\r\nA: b\r\nC:\td\r\n\r\n", "x" },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *more = g_strconcat(cases[i].text, "GET / ", NULL);

        assert_good(cases[i].text, strlen(cases[i].text), cases[i].expected);
        /* What follows is not the body's. */
        assert_good(more, strlen(cases[i].text), cases[i].expected);
    }
}

static void test_bad(void)
{
    static const char *const texts[] = {
        "\r\n", "zz\r\n", "-1\r\n", "+1\r\n", " 1\r\n", "0x1\r\n",
        "1 \r\nx\r\n", "1\nx\r\n", "1\rx", ";a\r\n", "123456789\r\n",
        "1;a\nx", "1;\001\r\n", "1;a\r\r\n", "1\r\nxy\r\n", "1\r\nx\n",
        "1\r\nx\r\r\n", "0\r\n\n", "0\r\nA: b\n\r\n", "0\r\n\rA",
        "0\r\nA: b\r\rC",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(GByteArray) out = g_byte_array_new();
        HttpChunked dec = { 0 };

        decode(&dec, texts[i], strlen(texts[i]), 1, out);
        if (dec.state != HTTP_CHUNKED_BAD) {
            g_test_message("taken: %s", texts[i]);
            g_test_fail();
        }
    }
}

static void assert_line_is_bounded(const char *start, const char *more)
{
    g_autoptr(GByteArray) out = g_byte_array_new();
    HttpChunked dec = { 0 };
    unsigned i;

    decode(&dec, start, strlen(start), strlen(start), out);
    for (i = 0; i < 10000 && dec.state != HTTP_CHUNKED_BAD; i++) {
        decode(&dec, more, strlen(more), strlen(more), out);
    }
    g_assert_cmpint(dec.state, ==, HTTP_CHUNKED_BAD);
    g_assert_cmpuint(out->len, ==, 0);
}

static void test_bounds(void)
{
    assert_line_is_bounded("1;", "a");
    assert_line_is_bounded("0\r\nA", "b");
    assert_line_is_bounded("0\r\n", "A: b\r\n");
}

static void test_left(void)
{
    static const char text[] = "ffffffff\r\nabc";
    g_autoptr(GByteArray) out = g_byte_array_new();
    HttpChunked dec = { 0 };

    decode(&dec, text, strlen(text), strlen(text), out);
    g_assert_cmpint(dec.state, ==, HTTP_CHUNKED_DATA);
    g_assert_cmpuint(dec.left, ==, UINT32_MAX - 3);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/http-chunked/good", test_good);
    g_test_add_func("/redfish/http-chunked/bad", test_bad);
    g_test_add_func("/redfish/http-chunked/bounds", test_bounds);
    g_test_add_func("/redfish/http-chunked/left", test_left);
    return g_test_run();
}
