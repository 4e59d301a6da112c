/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kinds of requests that a simple reader gets wrong, over TCP and TLS: each
 * is answered, or its connection is closed; none is left to hang.
 */
#include "osdep.h"

#include <sys/socket.h>

#include "http-fixture.h"
#include "test-util.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: bmc\r\n\r\n"

static void push(HttpRequest *request, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    g_assert_true(http_request_push(request, bytes));
}

static bool is_cancelled(void *opaque)
{
    return g_cancellable_is_cancelled(opaque);
}

/* Starts an endless answer to the request that is pending. */
static HttpRequest *start_stream(HttpFixture *f)
{
    HttpRequest *request;

    http_fixture_wait_pending(f, 1);
    request = http_request_ref(g_ptr_array_index(f->pending, 0));
    http_request_push_start(request, 200, "text/event-stream", NULL, NULL);
    return request;
}

/*
 * One record with a stream and a request behind it: the client is told that
 * the connection ends with the stream, and it does.
 */
static void test_behind_stream(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;

    http_client_send(c, GET("/wait") GET("/behind"));
    request = start_stream(f);
    push(request, "one");
    http_client_expect(c, "one");
    http_client_expect(c, "Connection: close\r\n");
    /* And one that comes later. */
    http_client_send(c, GET("/later"));
    push(request, "two");
    http_client_expect(c, "two");
    http_request_push_end(request);
    http_client_expect_end(c);
    g_assert_nonnull(strstr(c->in->str, "\r\n0\r\n\r\n"));
    g_assert_cmpuint(f->n_requests, ==, 1);
}

/* The client of a stream goes, with a request unread that it has sent. */
static void test_stream_gone(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    HttpClient *c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;

    http_client_send(c, GET("/wait") GET("/behind"));
    request = start_stream(f);
    push(request, "one");
    http_client_expect(c, "one");
    http_client_free(c);
    g_assert_true(test_wait_until(
        is_cancelled, http_request_cancellable(request), 10000));
}

/* There is no WebSocket: RFC 9110 section 7.8 lets us ignore the wish. */
static void test_upgrade(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "GET /console HTTP/1.1\r\nHost: bmc\r\n"
                        "Connection: Upgrade\r\nUpgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                        "\r\n");
    http_client_expect(c, "GET /console 0");
    g_assert_null(strstr(c->in->str, " 101 "));
    http_client_clear(c);
    http_client_send(c, "GET /h2 HTTP/1.1\r\nHost: bmc\r\n"
                        "Connection: Upgrade, HTTP2-Settings\r\n"
                        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"
                        "\r\n" GET("/next"));
    http_client_expect(c, "GET /h2 0");
    http_client_expect(c, "GET /next 0");
    g_assert_null(strstr(c->in->str, " 101 "));
    /* One that does not wait for the answer speaks no HTTP any more. */
    http_client_clear(c);
    http_client_send(c, "GET /ws HTTP/1.1\r\nHost: bmc\r\n"
                        "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                        "\x81\x85\x01\x02\x03\x04tests\r\n\r\n");
    http_client_expect(c, "GET /ws 0");
    http_client_expect(c, "HTTP/1.1 400 ");
    http_client_expect_end(c);
}

/* HTTP/2 with prior knowledge. */
static void test_http2(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    http_client_expect(c, "HTTP/1.1 505 ");
    http_client_expect_end(c);
}

/* Who asks first may get a no, and has then not sent the body. */
static void test_continue_refused(const void *tls)
{
    HttpLimits limits = { .max_body = 100 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, tls);
    g_autoptr(HttpClient) a = http_client_new(f);
    g_autoptr(HttpClient) b = http_client_new(f);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(a, "POST /a HTTP/1.1\r\nHost: bmc\r\nExpect: "
                        "100-continue\r\nContent-Length: 101\r\n\r\n");
    http_client_expect(a, "HTTP/1.1 413 ");
    http_client_expect_end(a);
    g_assert_null(strstr(a->in->str, "100 Continue"));
    http_client_send(b, "POST /b HTTP/1.1\r\nHost: bmc\r\nExpect: "
                        "200-ok\r\nContent-Length: 10\r\n\r\n");
    http_client_expect(b, "HTTP/1.1 417 ");
    http_client_expect_end(b);
    /* Too much is seen only when it is there. */
    http_client_send(c, "POST /c HTTP/1.1\r\nHost: bmc\r\nExpect: "
                        "100-continue\r\nTransfer-Encoding: chunked\r\n\r\n");
    http_client_expect(c, "HTTP/1.1 100 Continue\r\n");
    http_client_send(c, "80\r\n");
    http_client_expect(c, "HTTP/1.1 413 ");
    http_client_expect_end(c);
    g_assert_cmpuint(f->n_requests, ==, 0);
}

/* A client that sends head and body at once does not wait for the 100. */
static void test_continue_not_waited_for(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "POST /a HTTP/1.1\r\nHost: bmc\r\nExpect: "
                        "100-continue\r\nContent-Length: 3\r\n\r\n123"
                        GET("/next"));
    http_client_expect(c, "POST /a 3");
    http_client_expect(c, "GET /next 0");
}

typedef enum AbortKind {
    ABORT_CLOSE,
    ABORT_HALF,
    ABORT_RESET,
    ABORT__MAX,
} AbortKind;

static void abort_client(HttpClient *c, AbortKind kind)
{
    const struct linger linger = { .l_onoff = 1 };

    switch (kind) {
    case ABORT_HALF:
        g_socket_shutdown(c->socket, FALSE, TRUE, NULL);
        http_client_expect_end(c);
        break;
    case ABORT_RESET:
        setsockopt(g_socket_get_fd(c->socket), SOL_SOCKET, SO_LINGER,
                   &linger, sizeof(linger));
        break;
    default:
        break;
    }
}

/* Half a body, and then nothing: no request, and nothing stays behind. */
static void test_aborted_upload(const void *tls)
{
    HttpLimits limits = { .max_body = 64 * 1024 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, tls);
    g_autofree char *half = g_strnfill(32 * 1024, 'x');
    g_autoptr(HttpClient) last = http_client_new(f);
    unsigned fds;
    unsigned i;

    http_client_send(last, GET("/first"));
    http_client_expect(last, "GET /first 0");
    fds = http_count_fds();
    /* Many more than may be received at a time, if they were not let go. */
    for (i = 0; i < 60; i++) {
        HttpClient *c = http_client_new(f);

        http_client_send(c, "POST /half HTTP/1.1\r\nHost: bmc\r\n");
        http_client_send(c, i % 2 ? "Content-Length: 65536\r\n\r\n"
                                  : "Transfer-Encoding: chunked\r\n\r\n"
                                    "10000\r\n");
        http_client_send(c, half);
        test_drain();
        abort_client(c, i % ABORT__MAX);
        http_client_free(c);
        http_wait_fds(fds);
    }
    g_assert_cmpuint(f->n_requests, ==, 1);
    http_client_send(last, "POST /all HTTP/1.1\r\nHost: bmc\r\n"
                           "Content-Length: 65536\r\n\r\n");
    http_client_send(last, half);
    http_client_send(last, half);
    http_client_expect(last, "POST /all 65536");
}

/* A second request, half of it in the record of the first one. */
static void test_half_behind(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, GET("/a") "POST /b HTTP/1.1\r\nHost: bmc\r\n"
                        "Content-Length: 6\r\n\r\n123");
    http_client_expect(c, "GET /a 0");
    g_assert_null(strstr(c->in->str, "POST /b"));
    http_client_send(c, "456" GET("/c"));
    http_client_expect(c, "POST /b 6");
    http_client_expect(c, "GET /c 0");
}

/* What stands behind the last request is not one. */
static void test_behind_close(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "GET /a HTTP/1.1\r\nHost: bmc\r\n"
                        "Connection: close\r\n\r\n" GET("/behind"));
    http_client_expect(c, "GET /a 0");
    http_client_expect_end(c);
    g_assert_false(c->reset);
    g_assert_cmpuint(f->n_requests, ==, 1);
}

/* A request behind one that is being answered, whose client then goes. */
static void test_behind_slow_gone(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    HttpClient *c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;

    http_client_send(c, GET("/wait") GET("/behind"));
    http_fixture_wait_pending(f, 1);
    request = http_request_ref(g_ptr_array_index(f->pending, 0));
    http_client_free(c);
    g_assert_true(test_wait_until(
        is_cancelled, http_request_cancellable(request), 10000));
    g_assert_cmpuint(f->n_requests, ==, 1);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        GTestDataFunc func;
    } tests[] = {
        { "behind-stream", test_behind_stream },
        { "stream-gone", test_stream_gone },
        { "upgrade", test_upgrade },
        { "http2", test_http2 },
        { "continue-refused", test_continue_refused },
        { "continue-not-waited-for", test_continue_not_waited_for },
        { "aborted-upload", test_aborted_upload },
        { "half-behind", test_half_behind },
        { "behind-close", test_behind_close },
        { "behind-slow-gone", test_behind_slow_gone },
    };
    unsigned i;

    test_init(&argc, &argv);
    for (i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *tcp = g_strconcat("/http/kinds/", tests[i].name,
                                           "/tcp", NULL);
        g_autofree char *tls = g_strconcat("/http/kinds/", tests[i].name,
                                           "/tls", NULL);

        g_test_add_data_func(tcp, NULL, tests[i].func);
        g_test_add_data_func(tls, "tls", tests[i].func);
    }
    return g_test_run();
}
