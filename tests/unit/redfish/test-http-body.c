/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bodies that come piece by piece, over TCP and TLS. */
#include "osdep.h"

#include "http-fixture.h"
#include "test-util.h"

#define WAIT_MS 30000
#define PUT(size) "PUT /wait HTTP/1.1\r\nHost: bmc\r\n" \
                  "Content-Length: " size "\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\nHost: bmc\r\n\r\n"
#define CHUNKED "PUT /wait HTTP/1.1\r\nHost: bmc\r\n" \
                "Transfer-Encoding: chunked\r\n\r\n"

/* What a sink has got; @hold: it asks for nothing by itself. */
typedef struct Sink {
    GString *text;
    unsigned n_pieces;
    unsigned n_ends;
    unsigned n_aborted;
    bool hold;
} Sink;

static void on_piece(HttpRequest *request, GBytes *piece, void *opaque)
{
    Sink *sink = opaque;
    gsize len;
    const char *data = g_bytes_get_data(piece, &len);

    g_assert_cmpuint(len, >, 0);
    g_assert_cmpuint(len, <=, HTTP_PIECE_MAX + 32 * 1024);
    g_assert_cmpuint(sink->n_ends + sink->n_aborted, ==, 0);
    g_string_append_len(sink->text, data, len);
    sink->n_pieces++;
    if (!sink->hold) {
        http_request_more(request);
    }
}

static void on_end(HttpRequest *request, void *opaque)
{
    ((Sink *)opaque)->n_ends++;
}

static void on_aborted(HttpRequest *request, void *opaque)
{
    ((Sink *)opaque)->n_aborted++;
}

static const HttpBodySink body_sink = { on_piece, on_end, on_aborted };

static Sink *sink_new(void)
{
    Sink *sink = g_new0(Sink, 1);

    sink->text = g_string_new(NULL);
    return sink;
}

static void sink_free(Sink *sink)
{
    g_string_free(sink->text, TRUE);
    g_free(sink);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sink, sink_free)

static bool has_piece(void *opaque)
{
    return ((Sink *)opaque)->n_pieces;
}

static bool has_more(void *opaque)
{
    const Sink *sink = opaque;

    return sink->n_pieces > 1 || sink->n_aborted;
}

static bool has_ended(void *opaque)
{
    return ((Sink *)opaque)->n_ends;
}

static bool is_aborted(void *opaque)
{
    return ((Sink *)opaque)->n_aborted;
}

static bool streams(const HttpRequest *request, void *opaque)
{
    return g_str_equal(http_request_method(request), "PUT");
}

static HttpFixture *fixture_new(const HttpLimits *limits, bool tls)
{
    HttpFixture *f = http_fixture_new(limits, tls);

    http_server_set_streams(f->server, streams);
    return f;
}

static HttpRequest *wait_request(HttpFixture *f)
{
    HttpRequest *request;

    http_fixture_wait_pending(f, 1);
    request = http_request_ref(f->pending->pdata[0]);
    g_ptr_array_set_size(f->pending, 0);
    g_assert_true(http_request_is_streamed(request));
    g_assert_null(http_request_body(request));
    return request;
}

/* The body goes on, and so does the connection. */
static void test_pieces(const void *tls)
{
    HttpLimits limits = { .max_body = 100 };
    g_autoptr(HttpFixture) f = fixture_new(&limits, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autofree char *body = g_strnfill(300 * 1000, 'x');
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, PUT("300000") "\r\n");
    request = wait_request(f);
    g_assert_cmpint(http_request_body_size(request), ==, 300000);
    http_request_receive(request, &body_sink, sink);
    http_client_send(c, body);
    http_client_send(c, GET("/next"));
    g_assert_true(test_wait_until(has_ended, sink, WAIT_MS));
    g_assert_cmpstr(sink->text->str, ==, body);
    http_request_respond(request, 201, NULL, NULL);
    http_client_expect(c, "HTTP/1.1 201 ");
    http_client_expect(c, "GET /next 0");
    g_assert_cmpuint(sink->n_ends, ==, 1);
    g_assert_cmpuint(sink->n_aborted, ==, 0);
}

/* Head, body and another request in one go. */
static void test_at_once(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, PUT("5") "Expect: 100-continue\r\n\r\nhello"
                        GET("/next"));
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    g_assert_true(test_wait_until(has_ended, sink, WAIT_MS));
    g_assert_cmpstr(sink->text->str, ==, "hello");
    http_request_respond(request, 200, NULL, NULL);
    http_client_expect(c, "GET /next 0");
    g_assert_null(strstr(c->in->str, "100 Continue"));
}

static void test_empty(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, PUT("0") "\r\n");
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    g_assert_true(test_wait_until(has_ended, sink, WAIT_MS));
    g_assert_cmpuint(sink->n_pieces, ==, 0);
    http_request_respond(request, 200, NULL, NULL);
    http_client_expect(c, "HTTP/1.1 200 ");
    /* And one that is refused leaves the connection as it is. */
    http_client_send(c, PUT("0") "\r\n");
    http_request_unref(request);
    request = wait_request(f);
    http_request_respond(request, 403, NULL, NULL);
    http_client_expect(c, "HTTP/1.1 403 ");
    http_client_send(c, GET("/next"));
    http_client_expect(c, "GET /next 0");
}

/* Nothing is read while the sink has a piece, however long that takes. */
static void test_back_pressure(const void *tls)
{
    HttpLimits limits = { .stall_ms = 100 };
    g_autoptr(HttpFixture) f = fixture_new(&limits, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autofree char *body = g_strnfill(200 * 1000, 'x');
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    sink->hold = true;
    http_client_send(c, PUT("400000") "\r\n");
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    http_client_send(c, body);
    g_assert_true(test_wait_until(has_piece, sink, WAIT_MS));
    http_client_send(c, body);
    g_assert_false(test_wait_until(has_more, sink, 300));
    g_assert_cmpuint(sink->n_pieces, ==, 1);
    g_assert_cmpuint(sink->n_aborted, ==, 0);
    sink->hold = false;
    http_request_more(request);
    g_assert_true(test_wait_until(has_ended, sink, WAIT_MS));
    g_assert_cmpuint(sink->text->len, ==, 400 * 1000);
    http_request_respond(request, 200, NULL, NULL);
    http_client_expect(c, "HTTP/1.1 200 ");
}

/* The client is told to send when somebody wants it, and not before. */
static void test_continue(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    g_autoptr(HttpClient) a = http_client_new(f);
    g_autoptr(HttpClient) b = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(HttpRequest) refused = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(a, PUT("5") "Expect: 100-continue\r\n\r\n");
    request = wait_request(f);
    test_drain();
    g_assert_cmpuint(a->in->len, ==, 0);
    http_request_receive(request, &body_sink, sink);
    http_client_expect(a, "HTTP/1.1 100 Continue\r\n\r\n");
    http_client_send(a, "hello");
    g_assert_true(test_wait_until(has_ended, sink, WAIT_MS));
    http_request_respond(request, 200, NULL, NULL);
    http_client_expect(a, "HTTP/1.1 200 ");

    http_client_send(b, PUT("5000000") "Expect: 100-continue\r\n\r\n");
    refused = wait_request(f);
    http_request_respond(refused, 401, NULL, NULL);
    http_client_expect(b, "HTTP/1.1 401 ");
    http_client_expect(b, "Connection: close\r\n");
    http_client_expect_end(b);
    g_assert_null(strstr(b->in->str, "100 Continue"));
}

static void test_chunked(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, CHUNKED "3\r\nabc\r\n");
    request = wait_request(f);
    g_assert_cmpint(http_request_body_size(request), ==, -1);
    http_request_receive(request, &body_sink, sink);
    g_assert_true(test_wait_until(has_piece, sink, WAIT_MS));
    http_client_send(c, "2\r\nde\r\n0\r\n\r\n" GET("/next"));
    g_assert_true(test_wait_until(has_ended, sink, WAIT_MS));
    g_assert_cmpstr(sink->text->str, ==, "abcde");
    http_request_respond(request, 200, NULL, NULL);
    http_client_expect(c, "GET /next 0");
}

static void test_bad_chunk(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, CHUNKED "3\r\nabcXX");
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    http_client_expect(c, "HTTP/1.1 400 ");
    http_client_expect_end(c);
    g_assert_cmpuint(sink->n_aborted, ==, 1);
    g_assert_cmpuint(sink->n_ends, ==, 0);
    /* It goes nowhere. */
    http_request_respond(request, 200, NULL, NULL);
}

static void test_stall(const void *tls)
{
    HttpLimits limits = { .stall_ms = 100 };
    g_autoptr(HttpFixture) f = fixture_new(&limits, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, PUT("10") "\r\nhello");
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    http_client_expect(c, "HTTP/1.1 408 ");
    http_client_expect_end(c);
    g_assert_cmpstr(sink->text->str, ==, "hello");
    g_assert_cmpuint(sink->n_aborted, ==, 1);
}

static bool has_answer(void *opaque)
{
    return strstr(((HttpClient *)opaque)->in->str, "HTTP/1.1 408 ");
}

/* A byte now and then is not enough, and neither are chunks of one. */
static void trickle(const void *tls, const char *head, const char *some)
{
    HttpLimits limits = { .stall_ms = 400 };
    g_autoptr(HttpFixture) f = fixture_new(&limits, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();
    unsigned tries = 0;

    http_client_send(c, head);
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    while (!test_wait_until(has_answer, c, 50)) {
        g_assert_cmpuint(tries++, <, 200);
        if (!sink->n_aborted) {
            http_client_send(c, some);
        }
    }
    g_assert_cmpuint(sink->n_aborted, ==, 1);
}

static void test_trickle(const void *tls)
{
    trickle(tls, PUT("1000000") "\r\n", "x");
    trickle(tls, CHUNKED, "1;extension=of no use\r\nx\r\n");
}

/* Chunks that are next to nothing do not keep others from their turn. */
static void test_thin(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autofree char *extension = g_strnfill(200, 'e');
    g_autoptr(GString) body = g_string_new(NULL);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();
    unsigned i;

    for (i = 0; i < 5000; i++) {
        g_string_append_printf(body, "1;%s\r\nx\r\n", extension);
    }
    g_string_append(body, "0\r\n\r\n");
    http_client_send(c, CHUNKED);
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    http_client_send(c, body->str);
    g_assert_true(test_wait_until(has_ended, sink, WAIT_MS));
    g_assert_cmpuint(sink->text->len, ==, 5000);
    http_request_respond(request, 201, NULL, NULL);
    http_client_expect(c, "HTTP/1.1 201 ");
}

/* The client goes, while it is read from and while it is not. */
static void test_gone(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    unsigned hold;

    for (hold = 0; hold < 2; hold++) {
        HttpClient *c = http_client_new(f);
        g_autoptr(HttpRequest) request = NULL;
        g_autoptr(Sink) sink = sink_new();

        sink->hold = hold;
        http_client_send(c, PUT("10") "\r\nhello");
        request = wait_request(f);
        http_request_receive(request, &body_sink, sink);
        g_assert_true(test_wait_until(has_piece, sink, WAIT_MS));
        http_client_free(c);
        g_assert_true(test_wait_until(is_aborted, sink, WAIT_MS));
        g_assert_true(g_cancellable_is_cancelled(
            http_request_cancellable(request)));
        http_request_more(request);
        test_drain();
        g_assert_cmpuint(sink->n_aborted, ==, 1);
        g_assert_cmpuint(sink->n_ends, ==, 0);
    }
}

/* And one that is gone before anybody wants its body. */
static void test_gone_before(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    HttpClient *c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, PUT("10") "\r\nhello");
    request = wait_request(f);
    http_client_free(c);
    test_drain();
    http_request_receive(request, &body_sink, sink);
    g_assert_true(test_wait_until(is_aborted, sink, WAIT_MS));
    g_assert_cmpuint(sink->n_aborted, ==, 1);
}

/* An answer in the middle ends it. */
static void test_answered(const void *tls)
{
    g_autoptr(HttpFixture) f = fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, PUT("10") "\r\nhello");
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    g_assert_true(test_wait_until(has_piece, sink, WAIT_MS));
    http_request_respond(request, 507, NULL, NULL);
    http_client_expect(c, "HTTP/1.1 507 ");
    http_client_expect(c, "Connection: close\r\n");
    http_client_send(c, "world" GET("/next"));
    http_client_expect_end(c);
    g_assert_cmpuint(sink->n_pieces, ==, 1);
    g_assert_cmpuint(sink->n_aborted + sink->n_ends, ==, 0);
}

/* The server ends while it receives. */
static void test_server_gone(const void *tls)
{
    HttpFixture *f = fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = NULL;
    g_autoptr(Sink) sink = sink_new();

    http_client_send(c, PUT("10") "\r\nhello");
    request = wait_request(f);
    http_request_receive(request, &body_sink, sink);
    g_assert_true(test_wait_until(has_piece, sink, WAIT_MS));
    http_fixture_free(f);
    g_assert_cmpuint(sink->n_aborted, ==, 1);
}

static void add(const char *name, GTestDataFunc func)
{
    g_autofree char *tcp = g_strconcat("/http/body/tcp/", name, NULL);
    g_autofree char *tls = g_strconcat("/http/body/tls/", name, NULL);

    g_test_add_data_func(tcp, GINT_TO_POINTER(false), func);
    g_test_add_data_func(tls, GINT_TO_POINTER(true), func);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    add("pieces", test_pieces);
    add("at-once", test_at_once);
    add("empty", test_empty);
    add("back-pressure", test_back_pressure);
    add("continue", test_continue);
    add("chunked", test_chunked);
    add("bad-chunk", test_bad_chunk);
    add("stall", test_stall);
    add("trickle", test_trickle);
    add("thin", test_thin);
    add("gone", test_gone);
    add("gone-before", test_gone_before);
    add("answered", test_answered);
    add("server-gone", test_server_gone);
    return g_test_run();
}
