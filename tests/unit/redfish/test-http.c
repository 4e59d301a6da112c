/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of redfish/http.h: requests and their answers. */
#include "osdep.h"

#include "redfish/http.h"

#include <malloc.h>

#include "http-fixture.h"
#include "test-util.h"
#include "util/tls.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: bmc\r\n\r\n"

static void test_keep_alive(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);
    unsigned fds = 0;
    unsigned i;

    for (i = 0; i < 200; i++) {
        http_client_send(c, GET("/a"));
        http_client_expect(c, "GET /a 0");
        http_client_clear(c);
        if (i == 0) {
            fds = http_count_fds();
        }
    }
    g_assert_cmpuint(f->n_requests, ==, 200);
    g_assert_cmpuint(http_count_fds(), ==, fds);
    g_assert_false(c->ended);
}

/* Who is connected goes on, who comes sees the new one. */
static void test_new_certificate(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, true);
    g_autoptr(HttpClient) old = http_client_new(f);
    g_autoptr(TestDir) dir = test_dir_new();
    g_autoptr(GTlsCertificate) other =
        tls_load_or_generate(dir->path, "other", NULL, NULL);
    g_autoptr(HttpClient) new = NULL;
    GTlsCertificate *seen;

    http_client_send(old, GET("/a"));
    http_client_expect(old, "GET /a 0");
    http_server_set_certificate(f->server, other);
    http_client_clear(old);
    http_client_send(old, GET("/b"));
    http_client_expect(old, "GET /b 0");
    new = http_client_new(f);
    http_client_send(new, GET("/c"));
    http_client_expect(new, "GET /c 0");
    seen = g_tls_connection_get_peer_certificate(G_TLS_CONNECTION(new->io));
    g_assert_true(g_tls_certificate_is_same(seen, other));
    seen = g_tls_connection_get_peer_certificate(G_TLS_CONNECTION(old->io));
    g_assert_true(g_tls_certificate_is_same(seen, f->certificate));
}

static void test_answer(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, GET("/a"));
    http_client_expect(c, "GET /a 0");
    g_assert_true(g_str_has_prefix(c->in->str, "HTTP/1.1 200 OK\r\n"));
    g_assert_nonnull(strstr(c->in->str, "\r\nContent-Length: 8\r\n"));
    g_assert_nonnull(strstr(c->in->str, "\r\nContent-Type: text/plain\r\n"));
    g_assert_nonnull(strstr(c->in->str, "\r\nDate: "));
    g_assert_null(strstr(c->in->str, "Server:"));
}

static void test_range_is_ignored(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "GET /abc HTTP/1.1\r\nHost: bmc\r\n"
                        "Range: bytes=0-1\r\n\r\n");
    http_client_expect(c, "GET /abc 0");
    http_client_expect(c, "200 OK");
}

static void test_close(void)
{
    static const char *const texts[] = {
        "GET /a HTTP/1.1\r\nHost: bmc\r\nConnection: close\r\n\r\n",
        "GET /a HTTP/1.0\r\n\r\n",
        "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    };
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(HttpClient) c = http_client_new(f);

        http_client_send(c, texts[i]);
        http_client_expect(c, "GET /a 0");
        g_assert_nonnull(strstr(c->in->str, "\r\nConnection: close\r\n"));
        http_client_expect_end(c);
        g_assert_false(c->reset);
    }
}

static void test_head(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "HEAD /a HTTP/1.1\r\nHost: bmc\r\n\r\n" GET("/b"));
    http_client_expect(c, "GET /b 0");
    g_assert_null(strstr(c->in->str, "HEAD /a"));
    g_assert_nonnull(strstr(c->in->str, "\r\nContent-Length: 9\r\n"));
}

static void test_options_asterisk(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "OPTIONS * HTTP/1.1\r\nHost: bmc\r\n\r\n" GET("/b"));
    http_client_expect(c, "HTTP/1.1 204 ");
    http_client_expect(c, "GET /b 0");
    g_assert_cmpuint(f->n_requests, ==, 1);
}

static void test_bodies(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autofree char *big = g_malloc0(300 * 1024);

    http_client_send(c, "POST /a HTTP/1.1\r\nHost: bmc\r\n"
                        "Content-Length: 5\r\n\r\n12345");
    http_client_expect(c, "POST /a 5");
    http_client_send(c, "POST /b HTTP/1.1\r\nHost: bmc\r\n"
                        "Content-Length: 307200\r\n\r\n");
    http_client_send_bytes(c, big, 300 * 1024);
    http_client_expect(c, "POST /b 307200");
    http_client_send(c, "POST /c HTTP/1.1\r\nHost: bmc\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n"
                        "3;ext=1\r\n123\r\n4\r\n");
    http_client_send(c, "4567\r\n0\r\nTrailer: x\r\nOther: y\r\n\r\n"
                        GET("/after"));
    http_client_expect(c, "POST /c 7");
    http_client_expect(c, "GET /after 0");
}

/* A chunk of one byte must not cost more than a byte or two. */
static void test_small_chunks(void)
{
    enum { CHUNKS = 100 * 1000 };
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(GString) text = g_string_new(NULL);
    size_t before;
    unsigned i;

    for (i = 0; i < CHUNKS; i++) {
        g_string_append(text, "1\r\nx\r\n");
    }
    g_string_append(text, "0\r\n\r\n");
    before = mallinfo2().uordblks;
    http_client_send(c, "POST /wait HTTP/1.1\r\nHost: bmc\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n");
    http_client_send(c, text->str);
    http_fixture_wait_pending(f, 1);
    g_assert_cmpuint(g_bytes_get_size(http_request_body(
                         g_ptr_array_index(f->pending, 0))), ==, CHUNKS);
    g_assert_cmpuint(mallinfo2().uordblks, <, before + 5 * CHUNKS);
}

/* Whatever a head's length, also if it ends within a TLS record. */
static void test_long_heads(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);
    size_t len;

    for (len = 1000; len < 16000; len += 500) {
        g_autofree char *value = g_strnfill(len, 'x');
        g_autofree char *text = g_strdup_printf(
            "POST /a HTTP/1.1\r\nHost: bmc\r\nX: %s\r\n"
            "Content-Length: 3\r\n\r\n123" GET("/b"), value);

        http_client_send(c, text);
        http_client_expect(c, "POST /a 3");
        http_client_expect(c, "GET /b 0");
        http_client_clear(c);
    }
}

/* Methods that nobody knows must not be remembered. */
static void test_unknown_method(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "NEVERSEEN /a HTTP/1.1\r\nHost: bmc\r\n\r\n");
    http_client_expect(c, "NEVERSEEN /a 0");
    g_assert_cmpuint(g_quark_try_string("NEVERSEEN"), ==, 0);
}

static void test_lower_case_method(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "get /a HTTP/1.1\r\nHost: bmc\r\n\r\n");
    http_client_expect(c, "get /a 0");
}

static void test_expect_continue(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "POST /a HTTP/1.1\r\nHost: bmc\r\nExpect: "
                        "100-continue\r\nContent-Length: 3\r\n\r\n");
    http_client_expect(c, "HTTP/1.1 100 Continue\r\n");
    http_client_send(c, "123");
    http_client_expect(c, "POST /a 3");
    http_client_clear(c);
    http_client_send(c, "POST /b HTTP/1.1\r\nHost: bmc\r\nExpect: "
                        "100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
    http_client_expect(c, "HTTP/1.1 100 Continue\r\n");
    http_client_send(c, "1\r\n1\r\n0\r\n\r\n" GET("/next"));
    http_client_expect(c, "POST /b 1");
    http_client_expect(c, "GET /next 0");
    /* Too much to continue with. */
    http_client_clear(c);
    http_client_send(c, "POST /a HTTP/1.1\r\nHost: bmc\r\nExpect: "
                        "100-continue\r\nContent-Length: 99999999\r\n\r\n");
    http_client_expect(c, "HTTP/1.1 413 ");
    http_client_expect_end(c);
    g_assert_null(strstr(c->in->str, "100 Continue"));
}

static void test_pipelined(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(GString) text = g_string_new(NULL);
    unsigned i;

    /* One TLS record, which libsoup reads as a whole. */
    http_client_send(c, GET("/a") "POST /b HTTP/1.1\r\nHost: bmc\r\n"
                        "Content-Length: 2\r\n\r\n12" "\r\n" GET("/c"));
    http_client_expect(c, "GET /a 0");
    http_client_expect(c, "POST /b 2");
    http_client_expect(c, "GET /c 0");
    for (i = 0; i < 500; i++) {
        g_string_append(text, GET("/many"));
    }
    g_string_append(text, GET("/last"));
    http_client_send(c, text->str);
    http_client_expect(c, "GET /last 0");
    g_assert_cmpuint(f->n_requests, ==, 504);
}

/* Byte by byte, and every split of two requests. */
static void test_split(void)
{
    static const char text[] = GET("/a") "POST /b HTTP/1.1\r\nHost: bmc\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n"
                               "3\r\nabc\r\n0\r\n\r\n" GET("/c");
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    size_t len = strlen(text);
    size_t i;

    for (i = 1; i < len; i++) {
        g_autoptr(HttpClient) c = http_client_new(f);

        http_client_send_bytes(c, text, i);
        test_drain();
        http_client_send_bytes(c, text + i, len - i);
        http_client_expect(c, "POST /b 3");
        http_client_expect(c, "GET /c 0");
    }
}

static void respond(HttpFixture *f, unsigned i, const char *text)
{
    g_autoptr(GBytes) body = g_bytes_new_static(text, strlen(text));

    http_request_respond(g_ptr_array_index(f->pending, i), 202, "text/plain",
                         body);
}

static void test_deferred(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, GET("/wait") GET("/after"));
    http_fixture_wait_pending(f, 1);
    test_drain();
    g_assert_cmpuint(f->n_requests, ==, 1);
    http_request_set_header(g_ptr_array_index(f->pending, 0), "Location",
                            "/task/1");
    http_request_set_header(g_ptr_array_index(f->pending, 0), "X-Bad",
                            "a\r\nX-Smuggled: b");
    respond(f, 0, "deferred");
    http_client_expect(c, "deferred");
    http_client_expect(c, "GET /after 0");
    http_client_expect(c, "HTTP/1.1 202 ");
    http_client_expect(c, "\r\nLocation: /task/1\r\n");
    g_assert_null(strstr(c->in->str, "X-Smuggled"));
    g_assert_cmpuint(f->n_cancelled, ==, 0);
}

static bool is_cancelled(void *opaque)
{
    return ((HttpFixture *)opaque)->n_cancelled > 0;
}

static void test_deferred_client_gone(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    HttpClient *c = http_client_new(f);
    g_autoptr(HttpClient) other = NULL;

    http_client_send(c, GET("/wait"));
    http_fixture_wait_pending(f, 1);
    http_client_free(c);
    g_assert_true(test_wait_until(is_cancelled, f, 10000));
    respond(f, 0, "for nobody");
    other = http_client_new(f);
    http_client_send(other, GET("/a"));
    http_client_expect(other, "GET /a 0");
}

static void test_freed_with_pending(const void *tls)
{
    HttpFixture *f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) a = http_client_new(f);
    g_autoptr(HttpClient) b = http_client_new(f);
    g_autoptr(HttpClient) idle = http_client_new(f);

    http_client_send(a, GET("/wait"));
    http_client_send(b, "POST /x HTTP/1.1\r\nHost: bmc\r\n"
                        "Content-Length: 5\r\n\r\n12");
    http_fixture_wait_pending(f, 1);
    g_clear_pointer(&f->server, http_server_free);
    g_assert_cmpuint(f->n_cancelled, ==, 1);
    respond(f, 0, "too late");
    http_client_expect_end(a);
    http_client_expect_end(b);
    http_client_expect_end(idle);
    http_fixture_free(f);
}

static void test_big_answer(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, GET("/big") GET("/after"));
    http_client_expect(c, "GET /after 0");
    g_assert_cmpuint(c->in->len, >, 1024 * 1024);
}

static void test_unix(void)
{
    g_autoptr(TestDir) dir = test_dir_new();
    g_autofree char *path = test_dir_file(dir, "http.sock");
    g_autoptr(HttpFixture) f = http_fixture_new_unix(path);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpClient) old = NULL;
    HttpRequest *request;
    uid_t uid = (uid_t)-2;

    http_client_send(c, GET("/wait"));
    http_fixture_wait_pending(f, 1);
    request = g_ptr_array_index(f->pending, 0);
    g_assert_true(http_request_local_uid(request, &uid));
    g_assert_cmpuint(uid, ==, getuid());
    g_assert_cmpstr(http_request_peer(request), ==, "local");
    /* A half-closed unix socket still waits for its answer. */
    g_socket_shutdown(c->socket, FALSE, TRUE, NULL);
    test_drain();
    respond(f, 0, "to local");
    http_client_expect(c, "to local");

    old = http_client_new(f);
    http_client_send(old, "GET /a HTTP/1.0\r\n\r\n");
    http_client_expect(old, "GET /a 0");
}

static void test_request_getters(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);
    HttpRequest *request;
    uid_t uid;

    http_client_send(c, "POST /wait?a=%20b HTTP/1.1\r\nHost: bmc\r\n"
                        "If-Match: \"1\"\r\nif-match: \"2\"\r\n"
                        "Content-Length: 2\r\n\r\n{}");
    http_fixture_wait_pending(f, 1);
    request = g_ptr_array_index(f->pending, 0);
    g_assert_cmpstr(http_request_method(request), ==, "POST");
    g_assert_cmpstr(http_request_query(request), ==, "a=%20b");
    g_assert_cmpstr(http_request_header(request, "IF-MATCH"), ==,
                    "\"1\", \"2\"");
    g_assert_cmpstr(http_request_header(request, "host"), ==, "bmc");
    g_assert_null(http_request_header(request, "Cookie"));
    g_assert_cmpstr(http_request_peer(request), ==, "127.0.0.1");
    g_assert_false(http_request_local_uid(request, &uid));
    test_assert_bytes_equal(g_bytes_get_data(http_request_body(request), NULL),
                            2, "{}", 2);
}

static void add_both(const char *name, GTestDataFunc func)
{
    g_autofree char *tcp = g_strdup_printf("/redfish/http/%s/tcp", name);
    g_autofree char *tls = g_strdup_printf("/redfish/http/%s/tls", name);

    g_test_add_data_func(tcp, NULL, func);
    g_test_add_data_func(tls, "tls", func);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    add_both("keep-alive", test_keep_alive);
    g_test_add_func("/redfish/http/answer", test_answer);
    g_test_add_func("/redfish/http/new-certificate", test_new_certificate);
    g_test_add_func("/redfish/http/range", test_range_is_ignored);
    g_test_add_func("/redfish/http/close", test_close);
    g_test_add_func("/redfish/http/head", test_head);
    g_test_add_func("/redfish/http/options-asterisk", test_options_asterisk);
    add_both("bodies", test_bodies);
    g_test_add_func("/redfish/http/small-chunks", test_small_chunks);
    add_both("long-heads", test_long_heads);
    g_test_add_func("/redfish/http/unknown-method", test_unknown_method);
    g_test_add_func("/redfish/http/lower-case-method", test_lower_case_method);
    add_both("expect-continue", test_expect_continue);
    add_both("pipelined", test_pipelined);
    g_test_add_func("/redfish/http/split", test_split);
    add_both("deferred", test_deferred);
    add_both("deferred-client-gone", test_deferred_client_gone);
    add_both("freed-with-pending", test_freed_with_pending);
    add_both("big-answer", test_big_answer);
    g_test_add_func("/redfish/http/unix", test_unix);
    g_test_add_func("/redfish/http/getters", test_request_getters);
    return g_test_run();
}
