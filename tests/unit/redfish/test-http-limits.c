/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of redfish/http.h: what hostile, broken and dying clients do. */
#include "osdep.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include "http-fixture.h"
#include "redfish/http.h"
#include "test-util.h"

#define GET(path) "GET " path " HTTP/1.1\r\nHost: bmc\r\n\r\n"

static const HttpLimits quick_limits = {
    .handshake_ms = 200,
    .request_ms = 200,
    .idle_ms = 200,
};

/* The server still serves, and so has not leaked or spun. */
static void assert_alive(HttpFixture *f)
{
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, GET("/alive"));
    http_client_expect(c, "GET /alive 0");
}

/* Descriptors once everything that is made only once is there. */
static unsigned settled_fds(HttpFixture *f)
{
    assert_alive(f);
    test_drain();
    return http_count_fds();
}

static void test_body_too_large(const void *tls)
{
    static const HttpLimits limits = { .max_body = 1000 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, tls != NULL);
    g_autoptr(HttpClient) length = http_client_new(f);
    g_autoptr(HttpClient) chunked = http_client_new(f);
    g_autoptr(HttpClient) huge = http_client_new(f);
    g_autoptr(HttpClient) fits = http_client_new(f);
    g_autofree char *zeroes = g_malloc0(20000);

    http_client_send(length, "POST /a HTTP/1.1\r\nHost: bmc\r\n"
                             "Content-Length: 1001\r\n\r\n");
    http_client_expect(length, "HTTP/1.1 413 ");
    /* What every answer of a Redfish service has */
    http_client_expect(length, "\r\nOData-Version: 4.0\r\n");
    http_client_expect(length, "\r\nCache-Control: no-cache\r\n");
    http_client_expect(length, "application/json; charset=utf-8\r\n");
    http_client_expect(length, "{\"error\":413}");
    http_client_expect_end(length);

    http_client_send(chunked, "POST /a HTTP/1.1\r\nHost: bmc\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n4e20\r\n");
    http_client_send_bytes(chunked, zeroes, 20000);
    http_client_expect(chunked, "HTTP/1.1 413 ");
    http_client_expect_end(chunked);

    /* Its size alone says so. */
    http_client_send(huge, "POST /a HTTP/1.1\r\nHost: bmc\r\n"
                           "Transfer-Encoding: chunked\r\n\r\nffffffff\r\n");
    http_client_expect(huge, "HTTP/1.1 413 ");

    http_client_send(fits, "POST /a HTTP/1.1\r\nHost: bmc\r\n"
                           "Content-Length: 1000\r\n\r\n");
    http_client_send_bytes(fits, zeroes, 1000);
    http_client_expect(fits, "POST /a 1000");
    g_assert_cmpuint(f->n_requests, ==, 1);
}

/* Many bodies just below the limit must not add up. */
static void test_bodies_together(void)
{
    static const HttpLimits limits = { .max_body = 100 * 1000 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, false);
    g_autoptr(GPtrArray) clients = NULL;
    g_autofree char *zeroes = g_malloc0(90 * 1000);
    g_autoptr(HttpClient) other = NULL;
    unsigned refused = 0;
    unsigned i;

    clients = g_ptr_array_new_with_free_func((GDestroyNotify)http_client_free);
    for (i = 0; i < 12; i++) {
        HttpClient *c = http_client_new(f);

        g_ptr_array_add(clients, c);
        http_client_send(c, "POST /a HTTP/1.1\r\nHost: bmc\r\n"
                            "Content-Length: 100000\r\n\r\n");
        http_client_send_bytes(c, zeroes, 90 * 1000);
    }
    test_drain();
    for (i = 0; i < clients->len; i++) {
        HttpClient *c = g_ptr_array_index(clients, i);

        if (strstr(c->in->str, "HTTP/1.1 503 ")) {
            g_assert_nonnull(strstr(c->in->str, "\r\nRetry-After: 5\r\n"));
            refused++;
        }
    }
    g_assert_cmpuint(refused, >=, 3);
    /* What one holds back is not the others' to wait for. */
    other = http_client_new_plain_from(f, "127.0.0.2");
    for (i = 0; i < 2; i++) {
        http_client_send(other, "POST /a HTTP/1.1\r\nHost: bmc\r\n"
                                "Content-Length: 90000\r\n\r\n");
        http_client_send_bytes(other, zeroes, 90 * 1000);
        http_client_expect(other, "POST /a 90000");
        g_string_truncate(other->in, 0);
    }
    g_ptr_array_set_size(clients, 0);
    assert_alive(f);
}

static void test_head_too_large(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autofree char *long_value = g_strnfill(200 * 1000, 'x');

    http_client_send(c, "GET / HTTP/1.1\r\nHost: bmc\r\nX: ");
    http_client_send(c, long_value);
    http_client_expect(c, "HTTP/1.1 431 ");
    http_client_expect_end(c);
    assert_alive(f);
}

static void test_malformed(void)
{
    static const struct {
        const char *text;
        const char *status;
    } cases[] = {
        { "\x16\x03\x01\r\n\r\n", "HTTP/1.1 400 " },
        { "GET /../x HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 " },
        { "GET / HTTP/3.0\r\nHost: a\r\n\r\n", "HTTP/1.1 505 " },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -3\r\n\r\n",
          "HTTP/1.1 400 " },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
          "Transfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400 " },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
          "HTTP/1.1 501 " },
    };
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(HttpClient) c = http_client_new(f);

        http_client_send(c, cases[i].text);
        http_client_expect(c, cases[i].status);
        http_client_expect_end(c);
        g_assert_false(c->reset);
    }
    g_assert_cmpuint(f->n_requests, ==, 0);
}

static void test_bad_chunks(void)
{
    static const char *const bodies[] = {
        "zz\r\n", "-1\r\nabc", "\r\n\r\n", "5\r\nabcdefgh\r\n0\r\n\r\n",
        "0x1\r\na\r\n0\r\n\r\n", "1 \r\na\r\n0\r\n\r\n", "1\na\r\n",
        "ffffffffffffffff\r\nabc",
    };
    g_autoptr(HttpFixture) f = http_fixture_new(&quick_limits, false);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autoptr(HttpClient) c = http_client_new(f);

        http_client_send(c, "POST / HTTP/1.1\r\nHost: bmc\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n");
        http_client_send(c, bodies[i]);
        http_client_expect(c, "HTTP/1.1 400 ");
        http_client_expect_end(c);
    }
    g_assert_cmpuint(f->n_requests, ==, 0);
    assert_alive(f);
}

static void test_slow_head(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(&quick_limits, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "GET / HTTP/1.1\r\nHo");
    http_client_expect(c, "HTTP/1.1 408 ");
    http_client_expect_end(c);
}

static void test_slow_body(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(&quick_limits, tls != NULL);
    g_autoptr(HttpClient) c = http_client_new(f);

    http_client_send(c, "POST / HTTP/1.1\r\nHost: bmc\r\n"
                        "Content-Length: 10\r\n\r\n12345");
    http_client_expect(c, "HTTP/1.1 408 ");
    http_client_expect_end(c);
    g_assert_cmpuint(f->n_requests, ==, 0);
}

static void test_idle(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(&quick_limits, tls != NULL);
    g_autoptr(HttpClient) fresh = http_client_new(f);
    g_autoptr(HttpClient) used = http_client_new(f);

    http_client_send(used, GET("/a"));
    http_client_expect(used, "GET /a 0");
    http_client_expect_end(fresh);
    http_client_expect_end(used);
    g_assert_false(used->reset);
}

/* The handler may take longer than any deadline of the client's. */
static void test_slow_handler(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(&quick_limits, false);
    g_autoptr(HttpClient) c = http_client_new(f);
    g_autoptr(HttpClient) idle = http_client_new(f);

    http_client_send(c, GET("/wait"));
    http_fixture_wait_pending(f, 1);
    /* As long as this one is allowed. */
    http_client_expect_end(idle);
    http_request_respond(g_ptr_array_index(f->pending, 0), 200, NULL, NULL);
    http_client_expect(c, "HTTP/1.1 200 ");
}

/* A client that does not read its answers. */
static void test_stalled_reader(const void *tls)
{
    g_autoptr(HttpFixture) f = http_fixture_new(&quick_limits, tls != NULL);
    unsigned fds = settled_fds(f);
    HttpClient *c = http_client_new(f);
    unsigned i;

    g_source_destroy(c->source);
    for (i = 0; i < 20; i++) {
        http_client_send(c, GET("/big"));
    }
    /* The server's end goes, ours stays. */
    http_wait_fds(fds + 1);
    http_client_free(c);
}

static void test_stalled_handshake(void)
{
    static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00";
    g_autoptr(HttpFixture) f = http_fixture_new(&quick_limits, true);
    g_autoptr(HttpClient) silent = http_client_new_plain(f);
    g_autoptr(HttpClient) partial = http_client_new_plain(f);
    g_autoptr(HttpClient) closed = http_client_new_plain(f);

    http_client_send_bytes(partial, hello, sizeof(hello) - 1);
    http_client_send_bytes(closed, hello, sizeof(hello) - 1);
    g_socket_shutdown(closed->socket, FALSE, TRUE, NULL);
    assert_alive(f);
    http_client_expect_end(closed);
    http_client_expect_end(partial);
    http_client_expect_end(silent);
}

/* Whole records of nonsense, more of them than may handshake at a time. */
static void test_garbage_handshake(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(&quick_limits, true);
    g_autoptr(GPtrArray) clients = NULL;
    uint8_t record[5 + 200] = { 22, 3, 1, 0, 200 };
    unsigned fds = settled_fds(f);
    unsigned i;

    clients = g_ptr_array_new_with_free_func((GDestroyNotify)http_client_free);
    for (i = 0; i < 40; i++) {
        HttpClient *c = http_client_new_plain(f);

        g_ptr_array_add(clients, c);
        memset(record + 5, i, sizeof(record) - 5);
        /* Half of them are a ClientHello that never ends. */
        record[5] = i & 1;
        record[6] = 0;
        http_client_send_bytes(c, record, sizeof(record));
    }
    for (i = 0; i < clients->len; i++) {
        http_client_expect_end(g_ptr_array_index(clients, i));
    }
    g_ptr_array_set_size(clients, 0);
    http_wait_fds(fds);
    assert_alive(f);
}

static void test_plain_to_tls(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, true);
    g_autoptr(HttpClient) http = http_client_new_plain(f);
    g_autoptr(HttpClient) junk = http_client_new_plain(f);

    http_client_send(http, GET("/a"));
    http_client_expect(http, "HTTP/1.1 400 ");
    http_client_expect_end(http);
    http_client_send_bytes(junk, "\x80\x2e\x01\x00\x02\x00", 6);
    http_client_expect_end(junk);
    g_assert_cmpuint(f->n_requests, ==, 0);
}

static void test_dropped(const void *tls)
{
    static const char *const texts[] = {
        "", "GET / HT", "POST / HTTP/1.1\r\nHost: bmc\r\n"
        "Content-Length: 10\r\n\r\n123", GET("/a"), GET("/wait"),
        GET("/big") GET("/big"), GET("/a") "GET /b",
    };
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, tls != NULL);
    unsigned fds = settled_fds(f);
    unsigned i;

    for (i = 0; i < 1000; i++) {
        g_autoptr(HttpClient) c = NULL;

        /* TLS now and then without a handshake. */
        c = i % 3 ? http_client_new_plain(f) : http_client_new(f);
        http_client_send(c, texts[i % G_N_ELEMENTS(texts)]);
        if (i & 1) {
            test_drain();
        }
    }
    http_wait_fds(fds);
    assert_alive(f);
}

static bool has_received(void *opaque)
{
    return ((HttpClient *)opaque)->in->len || ((HttpClient *)opaque)->ended;
}

static void test_per_peer(void)
{
    static const HttpLimits limits = { .max_per_peer = 3 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, false);
    HttpClient *kept[3];
    g_autoptr(HttpClient) again = NULL;
    unsigned i;

    for (i = 0; i < 3; i++) {
        kept[i] = http_client_new(f);
        http_client_send(kept[i], GET("/a"));
        http_client_expect(kept[i], "GET /a 0");
    }
    {
        g_autoptr(HttpClient) refused = http_client_new(f);

        http_client_expect_end(refused);
        g_assert_cmpuint(refused->in->len, ==, 0);
    }
    g_clear_pointer(&kept[0], http_client_free);
    test_drain();
    again = http_client_new(f);
    http_client_send(again, GET("/b"));
    http_client_expect(again, "GET /b 0");
    for (i = 1; i < 3; i++) {
        http_client_free(kept[i]);
    }
}

/* With all connections in use, those that do nothing make room. */
static void test_total(void)
{
    static const HttpLimits limits = { .max_connections = 3 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, false);
    g_autoptr(HttpClient) busy = http_client_new(f);
    g_autoptr(HttpClient) oldest = NULL;
    g_autoptr(HttpClient) newer = NULL;
    g_autoptr(HttpClient) newest = NULL;
    g_autoptr(HttpClient) refused = NULL;

    http_client_send(busy, GET("/wait"));
    http_fixture_wait_pending(f, 1);
    oldest = http_client_new(f);
    http_client_send(oldest, GET("/a"));
    http_client_expect(oldest, "GET /a 0");
    newer = http_client_new(f);
    http_client_send(newer, GET("/wait"));
    http_fixture_wait_pending(f, 2);
    newest = http_client_new(f);
    http_client_send(newest, GET("/wait"));
    http_fixture_wait_pending(f, 3);
    http_client_expect_end(oldest);
    /* Nobody is idle now. */
    refused = http_client_new(f);
    g_assert_true(test_wait_until(has_received, refused, 10000));
    g_assert_true(refused->ended);
    g_assert_cmpuint(f->n_cancelled, ==, 0);
}

/*
 * Those who bring no request give way to a peer that has fewer connections,
 * and to nobody else.
 */
static void test_total_unfinished(const void *tls)
{
    static const HttpLimits limits = { .max_connections = 4 };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, tls != NULL);
    g_autoptr(GPtrArray) greedy = NULL;
    g_autoptr(HttpClient) refused = NULL;
    g_autoptr(HttpClient) modest = NULL;
    HttpClient *c;
    unsigned i;

    greedy = g_ptr_array_new_with_free_func((GDestroyNotify)http_client_free);
    for (i = 0; i < 4; i++) {
        c = http_client_new_plain(f);
        g_ptr_array_add(greedy, c);
        http_client_send(c, tls ? "\x16\x03\x01" : "GET / HT");
        test_drain();
    }
    refused = http_client_new_plain(f);
    http_client_expect_end(refused);
    modest = http_client_new_from(f, "127.0.0.2");
    http_client_send(modest, GET("/a"));
    http_client_expect(modest, "GET /a 0");
    http_client_expect_end(g_ptr_array_index(greedy, 0));
    for (i = 1; i < 4; i++) {
        c = g_ptr_array_index(greedy, i);
        g_assert_false(c->ended);
    }
}

static const uint8_t stalled_hello[] = {
    22, 3, 1, 0, 4, 1, 0, 1, 0, /* the first of 256 bytes */
};

static const char *const stallers[] = { "127.0.0.2", "127.0.0.3" };

static HttpClient *stall_handshake(HttpFixture *f, unsigned staller)
{
    HttpClient *c = http_client_new_plain_from(f, stallers[staller]);

    http_client_send_bytes(c, stalled_hello, sizeof(stalled_hello));
    test_drain();
    return c;
}

/* One that is slow has time, but not at the expense of others. */
static void test_slow_handshakes(void)
{
    static const HttpLimits limits = {
        .handshake_ms = 600 * 1000,
        .handshake_turn_ms = 1,
    };
    g_autoptr(HttpFixture) f = http_fixture_new(&limits, true);
    g_autoptr(GPtrArray) clients = NULL;
    unsigned i;

    clients = g_ptr_array_new_with_free_func((GDestroyNotify)http_client_free);
    for (i = 0; i < 7; i++) {
        g_ptr_array_add(clients, stall_handshake(f, i % 2));
    }
    /* These get the turn that is left, one after the other. */
    for (i = 0; i < 3; i++) {
        assert_alive(f);
    }
    for (i = 0; i < clients->len; i++) {
        g_assert_false(((HttpClient *)g_ptr_array_index(clients, i))->ended);
    }
    g_ptr_array_add(clients, stall_handshake(f, 1));
    assert_alive(f);
    for (i = 0; i < clients->len; i++) {
        http_client_expect_end(g_ptr_array_index(clients, i));
    }
}

/* Whoever has no handshake going on comes before those who stall theirs. */
static void test_stalled_handshakes_of_others(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, true);
    g_autoptr(HttpClient) honest = NULL;
    g_autoptr(GPtrArray) clients = NULL;
    int64_t start = g_get_monotonic_time();
    unsigned i;

    clients = g_ptr_array_new_with_free_func((GDestroyNotify)http_client_free);
    for (i = 0; i < 40; i++) {
        g_ptr_array_add(clients, stall_handshake(f, i % 2));
    }
    honest = http_client_begin(f, NULL);
    test_drain();
    g_assert_false(honest->connected);
    /* One of those whose turn it is gives up. */
    g_ptr_array_remove_index(clients, 0);
    http_client_wait_connected(honest);
    if (g_get_monotonic_time() - start > 2 * G_USEC_PER_SEC) {
        /* On a busy machine the deadline of the others comes into it. */
        return;
    }
    for (i = 0; i < clients->len; i++) {
        g_assert_false(((HttpClient *)g_ptr_array_index(clients, i))->ended);
    }
}

static void free_server(GCancellable *cancellable, void *opaque)
{
    HttpFixture *f = opaque;

    g_clear_pointer(&f->server, http_server_free);
}

/* A cancelled request may take everything down. */
static void test_freed_when_cancelled(void)
{
    g_autoptr(HttpFixture) f = http_fixture_new(NULL, false);
    g_autoptr(HttpClient) other = http_client_new(f);
    HttpClient *c = http_client_new(f);
    HttpRequest *request;

    http_client_send(c, GET("/wait"));
    http_fixture_wait_pending(f, 1);
    request = g_ptr_array_index(f->pending, 0);
    g_signal_connect(http_request_cancellable(request), "cancelled",
                     G_CALLBACK(free_server), f);
    http_client_free(c);
    http_client_expect_end(other);
    g_assert_null(f->server);
}

/*
 * In a process of its own, because of its limit: a server that has run out
 * of descriptors serves again once there are some.
 */
static void test_out_of_fds(void)
{
    struct rlimit limit = { 64, 64 };

    if (g_test_subprocess()) {
        g_autoptr(HttpFixture) f = http_fixture_new(NULL, true);
        int fillers[256];
        unsigned n = 0;
        unsigned i;

        assert_alive(f);
        g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
        /* Into the reserve: nothing is left for peers. */
        while (n < 256 && (fillers[n] = dup(0)) >= 0 && fillers[n] < 60) {
            n++;
        }
        {
            g_autoptr(HttpClient) c = http_client_new_plain(f);

            http_client_expect_end(c);
        }
        g_assert_cmpuint(f->n_requests, ==, 1);
        for (i = 0; i <= n; i++) {
            close(fillers[i]);
        }
        assert_alive(f);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
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
    add_both("body-too-large", test_body_too_large);
    g_test_add_func("/redfish/http/bodies-together", test_bodies_together);
    add_both("head-too-large", test_head_too_large);
    g_test_add_func("/redfish/http/malformed", test_malformed);
    g_test_add_func("/redfish/http/bad-chunks", test_bad_chunks);
    add_both("slow-head", test_slow_head);
    add_both("slow-body", test_slow_body);
    add_both("idle", test_idle);
    g_test_add_func("/redfish/http/slow-handler", test_slow_handler);
    add_both("stalled-reader", test_stalled_reader);
    g_test_add_func("/redfish/http/stalled-handshake", test_stalled_handshake);
    g_test_add_func("/redfish/http/garbage-handshake",
                    test_garbage_handshake);
    g_test_add_func("/redfish/http/plain-to-tls", test_plain_to_tls);
    add_both("dropped", test_dropped);
    g_test_add_func("/redfish/http/per-peer", test_per_peer);
    g_test_add_func("/redfish/http/total", test_total);
    add_both("total-unfinished", test_total_unfinished);
    g_test_add_func("/redfish/http/slow-handshakes", test_slow_handshakes);
    g_test_add_func("/redfish/http/stalled-handshakes-of-others",
                    test_stalled_handshakes_of_others);
    g_test_add_func("/redfish/http/out-of-fds", test_out_of_fds);
    g_test_add_func("/redfish/http/freed-when-cancelled",
                    test_freed_when_cancelled);
    return g_test_run();
}
