/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of redfish/http-multipart.h. */
#include "osdep.h"

#include "redfish/http-multipart.h"

#include "test-util.h"

#define TYPE "multipart/form-data; boundary=XX"
#define HEAD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n"

static bool note_begin(const HttpMultipartPart *part, void *opaque)
{
    g_string_append_printf(opaque, "%s", part->name);
    if (part->filename) {
        g_string_append_printf(opaque, "(%s)", part->filename);
    }
    if (part->type) {
        g_string_append_printf(opaque, "<%s>", part->type);
    }
    g_string_append_c(opaque, '[');
    return !g_str_equal(part->name, "stop");
}

static bool note_data(const uint8_t *data, size_t len, void *opaque)
{
    g_assert_cmpuint(len, >, 0);
    g_string_append_len(opaque, (const char *)data, len);
    return data[0] != '!';
}

static bool note_end(void *opaque)
{
    g_string_append_c(opaque, ']');
    return true;
}

static const HttpMultipartFuncs funcs = { note_begin, note_data, note_end };

static HttpMultipartState parse(const char *type, const char *text,
                                size_t piece, GString *out)
{
    g_autoptr(HttpMultipart) multipart = http_multipart_new(type, &funcs,
                                                            out);
    size_t len = strlen(text);
    size_t at, n;

    g_assert_nonnull(multipart);
    for (at = 0; at < len; at += n) {
        n = MIN(piece, len - at);
        http_multipart_feed(multipart, (const uint8_t *)text + at, n);
    }
    return http_multipart_state(multipart);
}

/* However it is cut, it has these parts. */
static void assert_parts(const char *type, const char *text,
                         const char *expected)
{
    size_t piece;

    for (piece = 1; piece <= strlen(text); piece++) {
        g_autoptr(GString) out = g_string_new(NULL);

        g_assert_cmpint(parse(type, text, piece, out), ==,
                        HTTP_MULTIPART_DONE);
        g_assert_cmpstr(out->str, ==, expected);
    }
}

static void test_good(void)
{
    assert_parts(TYPE, "--XX\r\n" HEAD("a") "\r\nhello\r\n--XX--\r\n",
                 "a[hello]");
    assert_parts(TYPE, "--XX\r\n" HEAD("a") "\r\nhello\r\n--XX--",
                 "a[hello]");
    assert_parts(TYPE,
                 "--XX\r\n" HEAD("UpdateParameters")
                 "Content-Type: application/json\r\n\r\n{}\r\n--XX\r\n"
                 "Content-Disposition: form-data; name=\"UpdateFile\"; "
                 "filename=\"a \\\"b\\\".fd\"\r\n"
                 "Content-Type: application/octet-stream\r\n\r\nxyz"
                 "\r\n--XX--\r\n",
                 "UpdateParameters<application/json>[{}]"
                 "UpdateFile(a \"b\".fd)<application/octet-stream>[xyz]");
    /* What looks like the beginning of a delimiter is data. */
    assert_parts(TYPE, "--XX\r\n" HEAD("a") "\r\n\r\n--X\r\n-\r\n\r\n\r"
                 "\r\n--XX--", "a[\r\n--X\r\n-\r\n\r\n\r]");
}

static void test_margins(void)
{
    assert_parts(TYPE, "to whom it may concern\r\n--XX \t\r\n" HEAD("a")
                 "\r\nx\r\n--XX--\r\nand so on", "a[x]");
    assert_parts(TYPE, "--XX--", "");
}

static void test_empty_parts(void)
{
    assert_parts(TYPE, "--XX\r\n" HEAD("a") "\r\n\r\n--XX\r\n" HEAD("b")
                 "\r\n--XX--", "a[]b[]");
}

static void test_types(void)
{
    static const char *const bad[] = {
        "", "application/json", "multipart/mixed; boundary=x",
        "multipart/form-data", "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"", "multipart/form-data; boundary",
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=\"a \"",
        "multipart/form-data; boundary=\"a<\"",
        "multipart/form-data; boundary=a b", "multipart/form-dataX; boundary=a",
        "multipart/form-data; boundary=0123456789012345678901234567890123"
        "4567890123456789012345678901234567890",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s", bad[i]);
        g_assert_null(http_multipart_new(bad[i], &funcs, NULL));
    }
    g_assert_null(http_multipart_new(NULL, &funcs, NULL));
    assert_parts("Multipart/Form-Data ;charset=utf-8; BOUNDARY=\"X X\"",
                 "--X X\r\n" HEAD("a") "\r\nx\r\n--X X--", "a[x]");
}

static void test_bad(void)
{
    static const char *const bad[] = {
        "--XXY\r\n" HEAD("a") "\r\nx\r\n--XX--",
        "--XX\r\n\r\nx\r\n--XX--",
        "--XX\r\nContent-Type: text/plain\r\n\r\nx\r\n--XX--",
        "--XX\r\n" HEAD("a") HEAD("b") "\r\nx\r\n--XX--",
        "--XX\r\nContent-Disposition: attachment; name=\"a\"\r\n\r\nx",
        "--XX\r\nContent-Disposition: form-data\r\n\r\nx",
        "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx",
        "--XX\r\nContent-Disposition: form-data; name=a; name=b\r\n\r\nx",
        "--XX\r\nContent-Disposition: form-data; name=\"a\"; x\r\n\r\nx",
        "--XX\r\n" HEAD("a") " folded\r\n\r\nx",
        "--XX\r\n" HEAD("a\n") "\r\nx",
        "--XX\r\n" HEAD("a\x01") "\r\nx",
        "--XX\r\n" HEAD("\xff") "\r\nx",
        "--XX\r\nno field\r\n\r\nx",
        "--XX\r\n: x\r\n\r\nx",
        "--XX\n" HEAD("a") "\r\nx",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        size_t piece;

        g_test_message("%u", i);
        for (piece = 1; piece <= strlen(bad[i]); piece++) {
            g_autoptr(GString) out = g_string_new(NULL);

            g_assert_cmpint(parse(TYPE, bad[i], piece, out), ==,
                            HTTP_MULTIPART_BAD);
        }
    }
}

static void test_incomplete(void)
{
    static const char text[] = "--XX\r\n" HEAD("a") "\r\nhello\r\n--XX--";
    size_t len;

    for (len = 0; len < strlen(text); len++) {
        g_autofree char *some = g_strndup(text, len);
        g_autoptr(GString) out = g_string_new(NULL);

        g_assert_cmpint(parse(TYPE, some, 7, out), ==, HTTP_MULTIPART_MORE);
    }
}

static void assert_bad_with(const char *before, size_t n, const char *after)
{
    g_autofree char *fill = g_strnfill(n, 'x');
    g_autofree char *text = g_strconcat(before, fill, after, NULL);
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert_cmpint(parse(TYPE, text, 1000, out), ==, HTTP_MULTIPART_BAD);
}

static void test_bounds(void)
{
    g_autoptr(GString) many = g_string_new(NULL);
    g_autoptr(GString) out = g_string_new(NULL);
    unsigned i;

    assert_bad_with("", 2000, "\r\n--XX--");
    assert_bad_with("--XX--\r\n", 2000, "");
    assert_bad_with("--XX\r\nA:", HTTP_MULTIPART_HEAD_MAX, "\r\n\r\n");
    /* The end of the head never comes. */
    assert_bad_with("--XX\r\nA:", HTTP_MULTIPART_HEAD_MAX, "");
    for (i = 0; i <= HTTP_MULTIPART_PARTS_MAX; i++) {
        g_string_append(many, "--XX\r\n" HEAD("a") "\r\nx\r\n");
    }
    g_string_append(many, "--XX--");
    g_assert_cmpint(parse(TYPE, many->str, 100, out), ==,
                    HTTP_MULTIPART_BAD);
}

static void test_stop(void)
{
    g_autoptr(GString) out = g_string_new(NULL);

    g_assert_cmpint(parse(TYPE, "--XX\r\n" HEAD("stop") "\r\nx\r\n--XX--", 9,
                          out), ==, HTTP_MULTIPART_STOPPED);
    g_assert_cmpstr(out->str, ==, "stop[");
    g_string_truncate(out, 0);
    g_assert_cmpint(parse(TYPE, "--XX\r\n" HEAD("a") "\r\n!x\r\n--XX--", 999,
                          out), ==, HTTP_MULTIPART_STOPPED);
    g_assert_cmpstr(out->str, ==, "a[!x");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/http-multipart/good", test_good);
    g_test_add_func("/redfish/http-multipart/margins", test_margins);
    g_test_add_func("/redfish/http-multipart/empty-parts", test_empty_parts);
    g_test_add_func("/redfish/http-multipart/types", test_types);
    g_test_add_func("/redfish/http-multipart/bad", test_bad);
    g_test_add_func("/redfish/http-multipart/incomplete", test_incomplete);
    g_test_add_func("/redfish/http-multipart/bounds", test_bounds);
    g_test_add_func("/redfish/http-multipart/stop", test_stop);
    return g_test_run();
}
