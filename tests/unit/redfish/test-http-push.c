/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that come piece by piece. */
#include "osdep.h"

#include "http-fixture.h"
#include "test-util.h"

static void push(HttpRequest *request, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    g_assert_true(http_request_push(request, bytes));
}

static void count(HttpRequest *request, void *opaque)
{
    (*(unsigned *)opaque)++;
}

static HttpRequest *wait_request(HttpFixture *f, HttpClient *c,
                                 const char *head)
{
    http_client_send(c, head);
    http_fixture_wait_pending(f, 1);
    return g_ptr_array_index(f->pending, 0);
}

static bool nothing_pending(void *opaque)
{
    return http_request_push_pending(opaque) == 0;
}

static void test_pieces(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    HttpRequest *request = wait_request(
        f, c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n");
    unsigned n_drained = 0;

    http_request_push_start(request, 200, "text/event-stream", count,
                            &n_drained);
    http_client_expect(c, "Content-Type: text/event-stream\r\n");
    http_client_expect(c, "Transfer-Encoding: chunked\r\n");
    push(request, "one");
    http_client_expect(c, "\r\n3\r\none\r\n");
    g_assert_true(test_wait_until(nothing_pending, request, 5000));
    g_assert_cmpuint(n_drained, >=, 1);
    /* Some time later, and two at once. */
    test_drain();
    push(request, "second");
    push(request, "third");
    http_client_expect(c, "6\r\nsecond\r\n5\r\nthird\r\n");
    http_request_push_end(request);
    http_client_expect(c, "0\r\n\r\n");
    http_client_expect_end(c);
    g_assert_nonnull(strstr(c->in->str, "Connection: close\r\n"));
}

static void test_old_client(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);
    HttpRequest *request = wait_request(f, c, "GET /wait HTTP/1.0\r\n\r\n");

    http_request_push_start(request, 200, "text/plain", NULL, NULL);
    push(request, "one");
    http_client_expect(c, "\r\n\r\none");
    push(request, "two");
    http_client_expect(c, "onetwo");
    http_request_push_end(request);
    http_client_expect_end(c);
}

static bool is_cancelled(void *opaque)
{
    return g_cancellable_is_cancelled(opaque);
}

static void test_client_gone(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = http_request_ref(wait_request(
        f, c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
    g_autoptr(GBytes) bytes = g_bytes_new_static("x", 1);

    http_request_push_start(request, 200, "text/plain", NULL, NULL);
    push(request, "one");
    http_client_expect(c, "one");
    g_clear_pointer(&c, http_client_free);
    g_assert_true(test_wait_until(is_cancelled,
                                  http_request_cancellable(request), 5000));
    g_assert_false(http_request_push(request, bytes));
}

/* A client that does not read: what waits is known, and has its time. */
static void test_stalled(const void *tls)
{
    HttpLimits limits = { .request_ms = 300 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, tls);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = http_request_ref(wait_request(
        f, c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));
    g_autofree char *block = g_strnfill(1 << 20, 'x');
    unsigned i;

    g_source_destroy(c->source); /* reads no more */
    http_request_push_start(request, 200, "text/plain", NULL, NULL);
    for (i = 0; i < 16; i++) {
        push(request, block);
    }
    g_assert_cmpuint(http_request_push_pending(request), ==, 16 << 20);
    g_assert_true(test_wait_until(is_cancelled,
                                  http_request_cancellable(request), 5000));
}

/* Idle for longer than a request may take: nobody minds. */
static void test_quiet(void)
{
    HttpLimits limits = { .request_ms = 100, .idle_ms = 100 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, false);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = http_request_ref(wait_request(
        f, c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));

    http_request_push_start(request, 200, "text/plain", NULL, NULL);
    push(request, "one");
    http_client_expect(c, "one");
    g_assert_false(test_wait_until(is_cancelled,
                                   http_request_cancellable(request), 400));
    push(request, "two");
    http_client_expect(c, "two");
}

static void test_freed(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpRequest) request = http_request_ref(wait_request(
        f, c, "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n"));

    http_request_push_start(request, 200, "text/plain", NULL, NULL);
    push(request, "one");
    g_clear_pointer(&f->server, http_server_free);
    g_assert_true(g_cancellable_is_cancelled(
        http_request_cancellable(request)));
    http_client_expect_end(c);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_data_func("/http/push/pieces/tcp", NULL, test_pieces);
    g_test_add_data_func("/http/push/pieces/tls", "", test_pieces);
    g_test_add_func("/http/push/old-client", test_old_client);
    g_test_add_data_func("/http/push/client-gone/tcp", NULL,
                         test_client_gone);
    g_test_add_data_func("/http/push/client-gone/tls", "", test_client_gone);
    g_test_add_data_func("/http/push/stalled/tcp", NULL, test_stalled);
    g_test_add_data_func("/http/push/stalled/tls", "", test_stalled);
    g_test_add_func("/http/push/quiet", test_quiet);
    g_test_add_func("/http/push/freed", test_freed);
    return g_test_run();
}
