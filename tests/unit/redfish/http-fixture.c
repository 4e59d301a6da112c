/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Server and raw clients for the tests of the HTTP front. */
#include "osdep.h"

#include "http-fixture.h"

#include <gio/gunixsocketaddress.h>
#include <stdio.h>

#include "test-util.h"
#include "util/tls.h"

#define WAIT_MS 10000

static void on_cancelled(GCancellable *cancellable, void *opaque)
{
    HttpFixture *f = opaque;

    f->n_cancelled++;
}

static void keep_pending(HttpFixture *f, HttpRequest *request)
{
    g_signal_connect(http_request_cancellable(request), "cancelled",
                     G_CALLBACK(on_cancelled), f);
    g_ptr_array_add(f->pending, http_request_ref(request));
}

static void handle(HttpRequest *request, void *opaque)
{
    HttpFixture *f = opaque;
    g_autoptr(GBytes) body = NULL;
    char *text;

    f->n_requests++;
    if (strcmp(http_request_path(request), "/wait") == 0) {
        keep_pending(f, request);
        return;
    }
    if (strcmp(http_request_path(request), "/big") == 0) {
        body = g_bytes_new_take(g_malloc0(1024 * 1024), 1024 * 1024);
    } else {
        text = g_strdup_printf("%s %s %zu",
                               http_request_method(request),
                               http_request_path(request),
                               g_bytes_get_size(http_request_body(request)));
        body = g_bytes_new_take(text, strlen(text));
    }
    http_request_respond(request, 200, "text/plain", body);
}

static GBytes *error_body(unsigned status, const char *text)
{
    char *json = g_strdup_printf("{\"error\":%u}", status);

    return g_bytes_new_take(json, strlen(json));
}

static HttpFixture *fixture_new(const HttpLimits *limits, GSocketAddress *addr,
                                bool tls)
{
    HttpFixture *f = g_new0(HttpFixture, 1);
    g_autoptr(GError) err = NULL;

    if (tls) {
        g_autoptr(TestDir) dir = test_dir_new();

        f->certificate = tls_load_or_generate(dir->path, "test", NULL, &err);
        g_assert_no_error(err);
        tls_set_server_defaults(f->certificate, &err);
        g_assert_no_error(err);
    }
    f->pending = g_ptr_array_new_with_free_func(
        (GDestroyNotify)http_request_unref);
    f->server = http_server_new(limits, error_body, handle, f);
    f->addr = http_server_listen(f->server, addr, f->certificate, &err);
    g_assert_no_error(err);
    return f;
}

static gboolean on_readable(GObject *object, void *opaque)
{
    HttpClient *c = opaque;
    g_autoptr(GError) err = NULL;
    char buf[16384];
    gssize n;

    n = g_pollable_input_stream_read_nonblocking(
        G_POLLABLE_INPUT_STREAM(object), buf, sizeof(buf), NULL, &err);
    if (n > 0) {
        g_string_append_len(c->in, buf, n);
    } else if (!g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        c->ended = true;
        c->reset = err != NULL;
        return G_SOURCE_REMOVE;
    }
    return G_SOURCE_CONTINUE;
}

static void watch(HttpClient *c)
{
    c->source = g_pollable_input_stream_create_source(
        G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(c->io)), NULL);
    g_source_set_callback(c->source, G_SOURCE_FUNC(on_readable), c, NULL);
    g_source_attach(c->source, NULL);
    c->connected = true;
}

static gboolean accept_any(GTlsConnection *tls, GTlsCertificate *peer,
                           GTlsCertificateFlags errors, void *opaque)
{
    return TRUE;
}

static void on_handshake(GObject *object, GAsyncResult *result, void *opaque)
{
    HttpClient *c = opaque;
    g_autoptr(GError) err = NULL;

    g_tls_connection_handshake_finish(G_TLS_CONNECTION(object), result, &err);
    g_assert_no_error(err);
    watch(c);
}

static bool is_connected(void *opaque)
{
    return ((HttpClient *)opaque)->connected;
}

static bool has_ended(void *opaque)
{
    return ((HttpClient *)opaque)->ended;
}

typedef struct Expectation {
    HttpClient *c;
    const char *text;
} Expectation;

static bool is_received(void *opaque)
{
    Expectation *e = opaque;

    return e->c->ended || memmem(e->c->in->str, e->c->in->len, e->text,
                                 strlen(e->text));
}

typedef struct PendingWait {
    HttpFixture *f;
    unsigned n;
} PendingWait;

static bool is_pending(void *opaque)
{
    PendingWait *w = opaque;

    return w->f->pending->len >= w->n;
}

static bool fds_are_few(void *opaque)
{
    return http_count_fds() <= *(unsigned *)opaque;
}

HttpFixture *http_fixture_new(const HttpLimits *limits, bool tls)
{
    g_autoptr(GSocketAddress) addr = NULL;

    addr = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    return fixture_new(limits, addr, tls);
}

HttpFixture *http_fixture_new_unix(const char *path)
{
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);

    return fixture_new(NULL, addr, false);
}

void http_fixture_free(HttpFixture *f)
{
    if (!f) {
        return;
    }
    http_server_free(f->server);
    g_ptr_array_unref(f->pending);
    g_clear_object(&f->addr);
    g_clear_object(&f->certificate);
    g_free(f);
    test_drain();
}

void http_fixture_wait_pending(HttpFixture *f, unsigned n)
{
    PendingWait w = { f, n };

    g_assert_true(test_wait_until(is_pending, &w, WAIT_MS));
}

/* Connects from @ip, or from wherever if it is NULL. */
static HttpClient *connect_plain(HttpFixture *f, const char *ip)
{
    HttpClient *c = g_new0(HttpClient, 1);
    g_autoptr(GError) err = NULL;

    c->in = g_string_new(NULL);
    c->socket = g_socket_new(g_socket_address_get_family(f->addr),
                             G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                             &err);
    g_assert_no_error(err);
    if (ip) {
        g_autoptr(GSocketAddress) from =
            g_inet_socket_address_new_from_string(ip, 0);

        g_socket_bind(c->socket, from, FALSE, &err);
        g_assert_no_error(err);
    }
    g_socket_connect(c->socket, f->addr, NULL, &err);
    g_assert_no_error(err);
    c->io = G_IO_STREAM(
        g_socket_connection_factory_create_connection(c->socket));
    watch(c);
    return c;
}

HttpClient *http_client_new_plain(HttpFixture *f)
{
    return connect_plain(f, NULL);
}

HttpClient *http_client_new_plain_from(HttpFixture *f, const char *ip)
{
    return connect_plain(f, ip);
}

HttpClient *http_client_begin(HttpFixture *f, const char *ip)
{
    HttpClient *c = connect_plain(f, ip);
    g_autoptr(GIOStream) tcp = NULL;
    g_autoptr(GError) err = NULL;

    if (!f->certificate) {
        return c;
    }
    g_source_destroy(c->source);
    g_clear_pointer(&c->source, g_source_unref);
    c->connected = false;
    tcp = g_steal_pointer(&c->io);
    c->io = g_tls_client_connection_new(tcp, NULL, &err);
    g_assert_no_error(err);
    g_signal_connect(c->io, "accept-certificate", G_CALLBACK(accept_any),
                     NULL);
    g_tls_connection_handshake_async(G_TLS_CONNECTION(c->io), 0, NULL,
                                     on_handshake, c);
    return c;
}

void http_client_wait_connected(HttpClient *c)
{
    g_assert_true(test_wait_until(is_connected, c, WAIT_MS));
}

HttpClient *http_client_new_from(HttpFixture *f, const char *ip)
{
    HttpClient *c = http_client_begin(f, ip);

    http_client_wait_connected(c);
    return c;
}

HttpClient *http_client_new(HttpFixture *f)
{
    return http_client_new_from(f, NULL);
}

void http_client_free(HttpClient *c)
{
    if (!c) {
        return;
    }
    if (c->source) {
        g_source_destroy(c->source);
        g_source_unref(c->source);
    }
    g_socket_close(c->socket, NULL);
    g_object_unref(c->socket);
    g_object_unref(c->io);
    g_string_free(c->in, TRUE);
    g_free(c);
}

void http_client_send_bytes(HttpClient *c, const void *data, size_t len)
{
    GPollableOutputStream *out;
    gssize n;

    out = G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(c->io));
    while (len && !c->ended) {
        n = g_pollable_output_stream_write_nonblocking(out, data, len, NULL,
                                                       NULL);
        if (n > 0) {
            data = (const char *)data + n;
            len -= n;
        }
        test_drain();
    }
}

void http_client_send(HttpClient *c, const char *text)
{
    http_client_send_bytes(c, text, strlen(text));
}

void http_client_expect(HttpClient *c, const char *text)
{
    Expectation e = { c, text };

    if (!test_wait_until(is_received, &e, WAIT_MS) ||
        !memmem(c->in->str, c->in->len, text, strlen(text))) {
        g_test_message("expected \"%s\", received%s \"%s\"", text,
                       c->ended ? " and then the end" : "", c->in->str);
        g_test_fail();
        g_assert_not_reached();
    }
}

void http_client_expect_end(HttpClient *c)
{
    g_assert_true(test_wait_until(has_ended, c, WAIT_MS));
}

void http_client_clear(HttpClient *c)
{
    g_string_truncate(c->in, 0);
}

unsigned http_count_fds(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

void http_wait_fds(unsigned n)
{
    g_assert_true(test_wait_until(fds_are_few, &n, WAIT_MS));
}
