/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One request and its answer through libsoup. It reads nothing of what the
 * peer has sent: its part is to write the answer, and what it gets as a
 * request is always one of the same two. When the answer is out, the
 * connection is stolen back.
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
    }
    if (request->conn && (!request->responded || request->pushing)) {
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
        http_receive_start(conn);
    }
    http_conn_unref(conn);
}

static void on_wrote_data(SoupServerMessage *msg, unsigned len, void *opaque)
{
    HttpConn *conn = opaque;

    http_push_wrote(conn->request, len);
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
    g_signal_connect(msg, "wrote-body", G_CALLBACK(on_wrote_body), conn);
    g_signal_connect(msg, "wrote-body-data", G_CALLBACK(on_wrote_data), conn);
}

static void on_stream_closed(void *opaque)
{
    HttpConn *conn = opaque;

    /* libsoup met an error and has let go of everything. */
    conn->soup_closed = true;
    http_conn_close(conn);
}

/*
 * All that libsoup has to know is whether the answer's body is left out.
 * The method itself it would keep until the process ends.
 */
static GByteArray *soup_head(const HttpHead *head)
{
    bool is_head = strcmp(head->method, "HEAD") == 0;
    g_autofree char *text = NULL;
    GByteArray *bytes = g_byte_array_new();

    text = g_strdup_printf("%s / HTTP/1.%u\r\nHost: localhost\r\n\r\n",
                           is_head ? "HEAD" : "GET", head->minor);
    g_byte_array_append(bytes, (const uint8_t *)text, strlen(text));
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

void http_exchange_start(HttpConn *conn)
{
    HttpServer *server = conn->server;

    http_conn_ref(conn);
    http_conn_set_watch(conn, NULL, NULL);
    conn->state = HTTP_CONN_SERVING;
    conn->soup_closed = false;
    if (!conn->stream) {
        conn->stream = http_stream_new(conn->base, on_stream_closed, conn);
    }
    http_stream_feed(conn->stream, soup_head(conn->request->head));
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
    if (conn->peer) {
        conn->peer->body_bytes -= conn->body_len;
    }
    conn->body_len = 0;
    g_clear_pointer(&conn->body, g_byte_array_unref);
    if (msg) {
        g_signal_handlers_disconnect_by_data(msg, conn);
        g_object_set_data(G_OBJECT(msg), "http-conn", NULL);
        if (!conn->soup_closed) {
            g_object_unref(soup_server_message_steal_connection(msg));
        }
        http_stream_unfeed(conn->stream);
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
