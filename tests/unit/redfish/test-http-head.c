/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of redfish/http-head.h. */
#include "osdep.h"

#include "redfish/http-head.h"

#include "test-util.h"

#define HOST "Host: bmc\r\n"

static HttpHead *parse(const char *text, unsigned *status)
{
    size_t len = strlen(text);

    g_assert_cmpuint(http_head_end((const uint8_t *)text, len, 0), ==, len);
    return http_head_parse((const uint8_t *)text, len, status);
}

static void test_end(void)
{
    const char *text = "GET / HTTP/1.1\r\nHost: a\r\n\r\nrest";
    const uint8_t *buf = (const uint8_t *)text;
    size_t len = strlen(text) - 4;
    size_t i;

    for (i = 0; i < len; i++) {
        g_assert_cmpuint(http_head_end(buf, i, i ? i - 1 : 0), ==, 0);
    }
    for (i = 0; i < len; i++) {
        g_assert_cmpuint(http_head_end(buf, strlen(text), i), ==, len);
    }
    g_assert_cmpuint(http_head_end((const uint8_t *)"a\nb\n\nc", 6, 0), ==, 5);
}

static void test_good(void)
{
    g_autoptr(HttpHead) head = NULL;
    unsigned status = 1;

    head = parse("PATCH /redfish/v1/Systems/1%2f?a=b?c HTTP/1.1\r\n" HOST
                 "Content-Length:  12 \r\nX-Many: 1\r\nx-many: 2\r\n"
                 "Expect: 100-Continue\r\nConnection: foo , Close\r\n\r\n",
                 &status);
    g_assert_cmpuint(status, ==, 0);
    g_assert_cmpstr(head->method, ==, "PATCH");
    g_assert_cmpstr(head->path, ==, "/redfish/v1/Systems/1%2f");
    g_assert_cmpstr(head->query, ==, "a=b?c");
    g_assert_cmpuint(head->minor, ==, 1);
    g_assert_cmpuint(head->content_length, ==, 12);
    g_assert_true(head->close);
    g_assert_true(head->expect_continue);
    g_assert_false(head->chunked);
    g_assert_cmpint(http_head_find(head, "X-MANY", 0), ==, 2);
    g_assert_cmpint(http_head_find(head, "X-MANY", 3), ==, 3);
    g_assert_cmpint(http_head_find(head, "X-None", 0), ==, -1);
    g_assert_cmpstr(head->fields[1].value, ==, "12");
}

static void test_targets(void)
{
    static const struct {
        const char *line;
        const char *path; /* NULL: refused */
    } cases[] = {
        { "GET /", "/" },
        { "GET //a", "//a" },
        { "GET http://bmc/a?b", "/a" },
        { "GET HTTPS://bmc:443/a", "/a" },
        { "GET http://bmc", "/" },
        { "GET http://bmc?q", "/" },
        { "OPTIONS *", "*" },
        { "GET /...", "/..." },
        { "GET /.a", "/.a" },
        { "GET /%2e%2e%2e", "/%2e%2e%2e" },
        { "GET *", NULL },
        { "GET a", NULL },
        { "GET http:///a", NULL },
        { "GET http:x://bmc/a", NULL },
        { "GET ftp://bmc/a", NULL },
        { "GET /a/../b", NULL },
        { "GET /a/.", NULL },
        { "GET /%2e%2E/b", NULL },
        { "GET /.%2e", NULL },
        { "GET /%00", NULL },
        { "GET /%2", NULL },
        { "GET /%zz", NULL },
        { "GET /a#b", NULL },
        { "GET /\xc3\xa4", NULL },
        { "GET  /a", NULL },
        { "GET /a b", NULL },
        { "G@T /a", NULL },
        { " /a", NULL },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strdup_printf("%s HTTP/1.1\r\n" HOST "\r\n",
                                                cases[i].line);
        g_autoptr(HttpHead) head = NULL;
        unsigned status;

        head = parse(text, &status);
        if (cases[i].path) {
            g_assert_nonnull(head);
            g_assert_cmpstr(head->path, ==, cases[i].path);
        } else {
            g_assert_null(head);
            g_assert_cmpuint(status, ==, 400);
        }
    }
}

static void test_refused(void)
{
    static const struct {
        const char *text;
        unsigned status;
    } cases[] = {
        { "GET / HTTP/1.1\r\n\r\n", 400 },
        { "GET / HTTP/1.0\r\n\r\n", 0 },
        { "GET /\r\n\r\n", 400 },
        { "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
        { "GET / HTTP/1.2\r\n" HOST "\r\n", 0 },
        { "GET / HTTP/1.10\r\n" HOST "\r\n", 400 },
        { "GET / http/1.1\r\n" HOST "\r\n", 400 },
        { "CONNECT bmc:1 HTTP/1.1\r\n" HOST "\r\n", 501 },
        { "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
        { "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "No colon\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "Space : 1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST ": 1\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "A: 1\r\n folded\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "A: 1\r2\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "A: \x01\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "A:\r\n\r\n", 0 },
        { "GET / HTTP/1.1\n" "Host: a\n\n", 0 },
        { "GET / HTTP/1.1\r\n" HOST "Content-Length: -3\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "Content-Length: +3\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST
          "Content-Length: 9999999999999999999\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST
          "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST
          "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: Chunked\r\n\r\n", 0 },
        { "GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: gzip\r\n\r\n", 501 },
        { "GET / HTTP/1.1\r\n" HOST
          "Transfer-Encoding: gzip, chunked\r\n\r\n", 501 },
        { "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400 },
        { "GET / HTTP/1.1\r\n" HOST "Expect: cake\r\n\r\n", 417 },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HttpHead) head = NULL;
        unsigned status;

        g_test_message("%s", cases[i].text);
        head = parse(cases[i].text, &status);
        g_assert_cmpuint(status, ==, cases[i].status);
        g_assert_true(!head == !!status);
    }
}

static void test_nul(void)
{
    static const char text[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
    unsigned status = 0;

    g_assert_null(http_head_parse((const uint8_t *)text, sizeof(text) - 1,
                                  &status));
    g_assert_cmpuint(status, ==, 400);
}

static void test_too_many_fields(void)
{
    g_autoptr(GString) text = g_string_new("GET / HTTP/1.1\r\n" HOST);
    g_autoptr(HttpHead) head = NULL;
    unsigned status;
    unsigned i;

    for (i = 1; i < HTTP_HEAD_MAX_FIELDS; i++) {
        g_string_append(text, "A: b\r\n");
    }
    g_string_append(text, "\r\n");
    head = parse(text->str, &status);
    g_assert_nonnull(head);
    g_string_insert(text, text->len - 2, "A: b\r\n");
    g_assert_null(parse(text->str, &status));
    g_assert_cmpuint(status, ==, 431);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/http-head/end", test_end);
    g_test_add_func("/redfish/http-head/good", test_good);
    g_test_add_func("/redfish/http-head/targets", test_targets);
    g_test_add_func("/redfish/http-head/refused", test_refused);
    g_test_add_func("/redfish/http-head/nul", test_nul);
    g_test_add_func("/redfish/http-head/too-many-fields",
                    test_too_many_fields);
    return g_test_run();
}
