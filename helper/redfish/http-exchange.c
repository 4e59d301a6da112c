/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One request and its answer through libsoup. What libsoup reads as head is
 * written here, from one that was already checked: method and framing, and
 * nothing else of what the peer sent. When the answer is out, the connection
 * is stolen back, with whatever libsoup had read ahead.
 */
#include "osdep.h"

#include "redfish/http-priv.h"

#include <glib-unix.h>
#include <poll.h>

static const struct {
    unsigned status;
    const char *reason;
} extra_reasons[] = {
    /* RFC 6585, which libsoup's table lacks */
    { 428, "Precondition Required" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
};

/* What libsoup has read beyond the request; NULL if nothing. */
static GByteArray *take_read_ahead(HttpConn *conn, GIOStream *stolen)
{
    GPollableInputStream *in;
    GByteArray *ahead = NULL;
    GByteArray *rest = http_stream_unfeed(conn->stream);
    uint8_t buf[4096];
    gssize n;

    in = G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(stolen));
    /* With nothing to read below, this ends with what is buffered. */
    while ((n = g_pollable_input_stream_read_nonblocking(in, buf, sizeof(buf),
                                                         NULL, NULL)) > 0) {
        if (!ahead) {
            ahead = g_byte_array_new();
        }
        g_byte_array_append(ahead, buf, n);
    }
    if (ahead && rest) {
        g_byte_array_append(ahead, rest->data, rest->len);
        g_byte_array_unref(rest);
    }
    return ahead ? ahead : rest;
}

static void clear_hangup(HttpConn *conn)
{
    if (conn->hangup) {
        g_source_destroy(conn->hangup);
        g_clear_pointer(&conn->hangup, g_source_unref);
    }
}

/*
 * A TCP client that ends its sending half while it waits has gone away, as
 * far as anybody can tell; on a unix socket the kernel knows better.
 */
static gboolean on_hangup(int fd, GIOCondition condition, void *opaque)
{
    http_conn_close(opaque);
    return G_SOURCE_REMOVE;
}

static void watch_hangup(HttpConn *conn)
{
    GIOCondition events = G_IO_HUP | G_IO_ERR;

    if (conn->peer) {
        events |= POLLRDHUP;
    }
    conn->hangup = g_unix_fd_source_new(g_socket_get_fd(conn->socket), events);
    g_source_set_callback(conn->hangup, G_SOURCE_FUNC(on_hangup), conn, NULL);
    g_source_attach(conn->hangup, g_main_context_get_thread_default());
}

static void on_got_chunk(SoupServerMessage *msg, GBytes *chunk, void *opaque)
{
    HttpConn *conn = opaque;
    HttpServer *server = conn->server;
    size_t len = g_bytes_get_size(chunk);

    conn->body_len += len;
    server->body_bytes += len;
    if (conn->body_len > server->limits.max_body) {
        http_conn_refuse(conn, 413);
    } else if (server->body_bytes / HTTP_BODIES_MAX >
               server->limits.max_body) {
        http_conn_refuse(conn, 503);
    }
}

/* The whole request is there. */
static void on_request(SoupServer *soup, SoupServerMessage *msg,
                       const char *path, GHashTable *query, gpointer opaque)
{
    HttpConn *conn = g_object_get_data(G_OBJECT(msg), "http-conn");
    g_autoptr(HttpRequest) request = NULL;

    if (!conn || conn->msg != msg) {
        return;
    }
    http_conn_ref(conn);
    request = http_request_ref(conn->request);
    request->body = soup_message_body_flatten(
        soup_server_message_get_request_body(msg));
    /* The handler may take its time, the client need not wait for it. */
    http_conn_set_deadline(conn, 0);
    if (strcmp(request->head->path, "*") == 0) {
        http_request_respond(request, 204, NULL, NULL);
    } else {
        conn->server->handler(request, conn->server->opaque);
    }
    if (request->conn && !request->responded) {
        request->paused = true;
        soup_server_message_pause(msg);
        watch_hangup(conn);
    }
    http_conn_unref(conn);
}

static void on_wrote_body(SoupServerMessage *msg, void *opaque)
{
    HttpConn *conn = opaque;
    bool last = conn->request->head->close || !conn->request->responded;

    http_conn_ref(conn);
    http_exchange_end(conn);
    if (last) {
        http_conn_linger(conn);
    } else {
        http_conn_wait_request(conn);
    }
    http_conn_unref(conn);
}

static void on_request_started(SoupServer *soup, SoupServerMessage *msg,
                               void *opaque)
{
    HttpServer *server = opaque;
    HttpConn *conn = server->accepting;

    if (!conn) {
        return;
    }
    server->accepting = NULL;
    conn->msg = g_object_ref(msg);
    g_object_set_data(G_OBJECT(msg), "http-conn", conn);
    g_signal_connect(msg, "got-chunk", G_CALLBACK(on_got_chunk), conn);
    g_signal_connect(msg, "wrote-body", G_CALLBACK(on_wrote_body), conn);
}

/* The head that libsoup reads. */
static GByteArray *soup_head(HttpConn *conn, const HttpHead *head)
{
    GByteArray *bytes = g_byte_array_new();
    g_autoptr(GString) text = g_string_new(NULL);

    g_string_append_printf(text, "%s / HTTP/1.%u\r\nHost: localhost\r\n",
                           head->method, head->minor);
    if (head->chunked) {
        g_string_append(text, "Transfer-Encoding: chunked\r\n");
    } else if (head->content_length) {
        g_string_append_printf(text, "Content-Length: %" PRIu64 "\r\n",
                               head->content_length);
    }
    if (head->expect_continue && !conn->in->len) {
        g_string_append(text, "Expect: 100-continue\r\n");
    }
    g_string_append(text, "\r\n");
    g_byte_array_append(bytes, (const uint8_t *)text->str, text->len);
    g_byte_array_append(bytes, conn->in->data, conn->in->len);
    return bytes;
}

void http_exchange_init(HttpServer *server)
{
    server->soup = soup_server_new("raw-paths", TRUE, NULL);
    server->nowhere = g_inet_socket_address_new_from_string("127.0.0.1", 0);
    soup_server_add_handler(server->soup, NULL, on_request, NULL, NULL);
    g_signal_connect(server->soup, "request-started",
                     G_CALLBACK(on_request_started), server);
}

void http_exchange_start(HttpConn *conn, HttpHead *head)
{
    HttpServer *server = conn->server;

    conn->request = http_request_new(conn, head);
    if (!head->chunked && head->content_length > server->limits.max_body) {
        http_conn_refuse(conn, 413);
        return;
    }
    http_conn_ref(conn);
    http_conn_set_watch(conn, NULL, NULL);
    conn->state = HTTP_CONN_SERVING;
    conn->soup_closed = false;
    http_stream_feed(conn->stream, soup_head(conn, head));
    g_clear_pointer(&conn->in, g_byte_array_unref);
    server->accepting = conn;
    soup_server_accept_iostream(server->soup, G_IO_STREAM(conn->stream),
                                server->nowhere, server->nowhere, NULL);
    http_conn_unref(conn);
}

void http_exchange_end(HttpConn *conn)
{
    SoupServerMessage *msg = g_steal_pointer(&conn->msg);

    clear_hangup(conn);
    if (conn->server) {
        conn->server->body_bytes -= conn->body_len;
    }
    conn->body_len = 0;
    if (msg) {
        g_signal_handlers_disconnect_by_data(msg, conn);
        g_object_set_data(G_OBJECT(msg), "http-conn", NULL);
        if (!conn->soup_closed) {
            GIOStream *stolen = soup_server_message_steal_connection(msg);

            g_clear_pointer(&conn->in, g_byte_array_unref);
            conn->in = take_read_ahead(conn, stolen);
            g_object_unref(stolen);
        }
        g_object_unref(msg);
    }
    if (conn->request) {
        http_request_detach(conn->request);
        g_clear_pointer(&conn->request, http_request_unref);
    }
}

const char *http_exchange_reason(unsigned status)
{
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(extra_reasons); i++) {
        if (extra_reasons[i].status == status) {
            return extra_reasons[i].reason;
        }
    }
    return soup_status_get_phrase(status);
}
