/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection: who reads it, what it waits for, and for how long. libsoup
 * only ever sees it for the length of one request, because SoupServer closes
 * what is not its own after each answer.
 */
#include "osdep.h"

#include "redfish/http-priv.h"

#include <gio/gunixsocketaddress.h>

/* How long and how much of what a peer still sends after our last byte. */
#define LINGER_MS 2000
#define LINGER_BYTES (256 * 1024)

static void clear_source(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static gboolean deadline_dispatch(GSource *source, GSourceFunc func,
                                  gpointer opaque)
{
    g_source_set_ready_time(source, -1);
    return func(opaque);
}

static GSourceFuncs deadline_funcs = { .dispatch = deadline_dispatch };

static gboolean on_deadline(void *opaque)
{
    HttpConn *conn = opaque;

    switch (conn->state) {
    case HTTP_CONN_HEAD:
        http_conn_refuse(conn, 408);
        break;
    case HTTP_CONN_SERVING:
        if (conn->request && !conn->request->body) {
            http_conn_refuse(conn, 408);
        } else {
            http_conn_close(conn);
        }
        break;
    case HTTP_CONN_IDLE:
        http_handshake_bye(conn);
        http_conn_close(conn);
        break;
    default:
        http_conn_close(conn);
        break;
    }
    return G_SOURCE_CONTINUE;
}

static void on_stream_closed(void *opaque)
{
    HttpConn *conn = opaque;

    /* libsoup met an error and has let go of everything. */
    conn->soup_closed = true;
    http_conn_close(conn);
}

/*
 * Looks for a complete head in conn->in. Returns false if the connection
 * went on to something else.
 */
static bool parse_head(HttpConn *conn)
{
    unsigned status = 0;
    HttpHead *head;
    size_t skip = 0;
    size_t end;

    /* RFC 9112 section 2.2: empty lines before a request are ignored. */
    while (skip < conn->in->len && strchr("\r\n", conn->in->data[skip]) &&
           conn->in->data[skip]) {
        skip++;
    }
    if (skip) {
        g_byte_array_remove_range(conn->in, 0, skip);
        conn->scanned = 0;
    }
    end = http_head_end(conn->in->data, conn->in->len, conn->scanned);
    conn->scanned = conn->in->len;
    if (end > HTTP_HEAD_MAX || (!end && conn->in->len > HTTP_HEAD_MAX)) {
        http_conn_refuse(conn, 431);
        return false;
    }
    if (!end) {
        return true;
    }
    head = http_head_parse(conn->in->data, end, &status);
    if (!head) {
        http_conn_refuse(conn, status);
        return false;
    }
    g_byte_array_remove_range(conn->in, 0, end);
    http_exchange_start(conn, head);
    return false;
}

static gboolean on_readable(GObject *object, void *opaque)
{
    HttpConn *conn = opaque;
    g_autoptr(GError) err = NULL;
    uint8_t buf[4096];
    gboolean more;
    gssize n;

    n = g_pollable_input_stream_read_nonblocking(
        G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(conn->base)),
        buf, sizeof(buf), NULL, &err);
    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        return G_SOURCE_CONTINUE;
    }
    if (n <= 0) {
        http_handshake_bye(conn);
        http_conn_close(conn);
        return G_SOURCE_REMOVE;
    }
    if (conn->state == HTTP_CONN_IDLE) {
        conn->state = HTTP_CONN_HEAD;
        http_conn_set_deadline(conn, conn->server->limits.request_ms);
    }
    if (!conn->in) {
        conn->in = g_byte_array_new();
        conn->scanned = 0;
    }
    g_byte_array_append(conn->in, buf, n);
    http_conn_ref(conn);
    more = parse_head(conn);
    http_conn_unref(conn);
    return more ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void watch_input(HttpConn *conn)
{
    GInputStream *in = g_io_stream_get_input_stream(conn->base);

    http_conn_set_watch(conn,
                        g_pollable_input_stream_create_source(
                            G_POLLABLE_INPUT_STREAM(in), NULL),
                        G_SOURCE_FUNC(on_readable));
}

/* A request that came together with the one before it. */
static gboolean on_pipelined(void *opaque)
{
    HttpConn *conn = opaque;

    http_conn_ref(conn);
    if (parse_head(conn)) {
        watch_input(conn);
    }
    http_conn_unref(conn);
    return G_SOURCE_REMOVE;
}

/* Swallows what the peer sends, encrypted or not, until it is through. */
static gboolean on_linger(GSocket *socket, GIOCondition condition,
                          void *opaque)
{
    HttpConn *conn = opaque;
    char buf[16 * 1024];
    gssize n;

    n = g_socket_receive_with_blocking(socket, buf, sizeof(buf), FALSE, NULL,
                                       NULL);
    if (n <= 0 || (size_t)n >= conn->linger_left) {
        http_conn_close(conn);
        return G_SOURCE_REMOVE;
    }
    conn->linger_left -= n;
    return G_SOURCE_CONTINUE;
}

/* Drops it from the server's books. */
static void forget(HttpConn *conn)
{
    HttpServer *server = conn->server;

    http_handshake_forget(conn);
    g_queue_unlink(&server->conns, &conn->link);
    if (conn->peer && --conn->peer->n_conns == 0) {
        g_hash_table_remove(server->peers, conn->peer->name);
    }
    conn->peer = NULL;
    conn->server = NULL;
}

/* The text of an error that libsoup never sees. */
static GString *refusal_text(HttpServer *server, unsigned status)
{
    const char *reason = http_exchange_reason(status);
    GString *text = g_string_new(NULL);
    g_autoptr(GBytes) body = NULL;
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *date = soup_date_time_to_string(now, SOUP_DATE_HTTP);

    if (server->error_body) {
        body = server->error_body(status, reason);
    }
    g_string_append_printf(text,
                           "HTTP/1.1 %u %s\r\n"
                           "Date: %s\r\n"
                           "Connection: close\r\n"
                           "Content-Length: %zu\r\n",
                           status, reason, date,
                           body ? g_bytes_get_size(body) : 0);
    if (body) {
        g_string_append(text, "Content-Type: application/json\r\n");
    }
    g_string_append(text, "\r\n");
    if (body) {
        g_string_append_len(text, g_bytes_get_data(body, NULL),
                            g_bytes_get_size(body));
    }
    return text;
}

static void destroy(HttpConn *conn)
{
    g_clear_object(&conn->stream);
    g_clear_object(&conn->base);
    g_clear_object(&conn->tcp);
    g_clear_object(&conn->socket);
    g_clear_object(&conn->certificate);
    g_clear_pointer(&conn->in, g_byte_array_unref);
    g_free(conn);
}

void http_conn_start(HttpServer *server, GSocket *socket,
                     GTlsCertificate *certificate, HttpPeer *peer)
{
    HttpConn *conn = g_new0(HttpConn, 1);
    GCredentials *cred = NULL;

    conn->refs = 1;
    conn->server = server;
    conn->peer = peer;
    conn->link.data = conn;
    conn->hello_link.data = conn;
    conn->socket = g_object_ref(socket);
    conn->tcp = G_IO_STREAM(
        g_socket_connection_factory_create_connection(socket));
    conn->uid = (uid_t)-1;
    if (peer) {
        peer->n_conns++;
    } else {
        cred = g_socket_get_credentials(socket, NULL);
    }
    if (cred) {
        conn->uid = g_credentials_get_unix_user(cred, NULL);
        g_object_unref(cred);
    }
    g_queue_push_tail_link(&server->conns, &conn->link);
    conn->deadline = g_source_new(&deadline_funcs, sizeof(GSource));
    g_source_set_callback(conn->deadline, on_deadline, conn, NULL);
    g_source_attach(conn->deadline, g_main_context_get_thread_default());

    if (certificate) {
        conn->certificate = g_object_ref(certificate);
        http_handshake_start(conn);
    } else {
        conn->base = g_object_ref(conn->tcp);
        http_conn_wait_request(conn);
    }
}

HttpConn *http_conn_ref(HttpConn *conn)
{
    conn->refs++;
    return conn;
}

void http_conn_unref(HttpConn *conn)
{
    if (--conn->refs == 0) {
        destroy(conn);
    }
}

void http_conn_close(HttpConn *conn)
{
    HttpServer *server;

    if (!conn->server) {
        return;
    }
    http_conn_ref(conn);
    http_exchange_end(conn);
    if (!conn->server) {
        /* Whoever was told of a cancelled request has freed the server. */
        http_conn_unref(conn);
        return;
    }
    http_conn_set_watch(conn, NULL, NULL);
    clear_source(&conn->deadline);
    if (conn->stream) {
        http_stream_detach(conn->stream);
    }
    server = conn->server;
    forget(conn);
    if (conn->handshake) {
        /* Its thread still uses the descriptor, and holds a reference. */
        g_socket_shutdown(conn->socket, TRUE, TRUE, NULL);
        g_cancellable_cancel(conn->handshake);
    } else {
        g_socket_close(conn->socket, NULL);
        http_server_resume(server);
    }
    http_conn_unref(conn);
    http_conn_unref(conn);
}

void http_conn_linger(HttpConn *conn)
{
    if (!conn->server) {
        return;
    }
    conn->state = HTTP_CONN_LINGER;
    conn->linger_left = LINGER_BYTES;
    g_clear_pointer(&conn->in, g_byte_array_unref);
    http_handshake_bye(conn);
    g_socket_shutdown(conn->socket, FALSE, TRUE, NULL);
    http_conn_set_deadline(conn, LINGER_MS);
    http_conn_set_watch(conn,
                        g_socket_create_source(conn->socket, G_IO_IN, NULL),
                        G_SOURCE_FUNC(on_linger));
}

void http_conn_wait_request(HttpConn *conn)
{
    HttpServer *server = conn->server;

    if (!server) {
        return;
    }
    if (!conn->stream) {
        conn->stream = http_stream_new(conn->base, on_stream_closed, conn);
    }
    g_queue_unlink(&server->conns, &conn->link);
    g_queue_push_tail_link(&server->conns, &conn->link);
    conn->scanned = 0;
    if (conn->in && conn->in->len) {
        conn->state = HTTP_CONN_HEAD;
        http_conn_set_deadline(conn, server->limits.request_ms);
        http_conn_set_watch(conn, g_idle_source_new(), on_pipelined);
        return;
    }
    g_clear_pointer(&conn->in, g_byte_array_unref);
    conn->state = HTTP_CONN_IDLE;
    http_conn_set_deadline(conn, server->limits.idle_ms);
    watch_input(conn);
}

void http_conn_refuse(HttpConn *conn, unsigned status)
{
    g_autoptr(GString) text = refusal_text(conn->server, status);
    GOutputStream *out;
    gssize n;

    g_debug("%s: refused: %u %s", conn->peer ? conn->peer->name : "local",
            status, http_exchange_reason(status));
    http_conn_ref(conn);
    http_exchange_end(conn);
    if (!conn->server) {
        http_conn_unref(conn);
        return;
    }
    out = g_io_stream_get_output_stream(conn->base);
    /* A peer whose window has no room for this does not listen anyway. */
    n = g_pollable_output_stream_write_nonblocking(
        G_POLLABLE_OUTPUT_STREAM(out), text->str, text->len, NULL, NULL);
    if (n == (gssize)text->len) {
        http_conn_linger(conn);
    } else {
        http_conn_close(conn);
    }
    http_conn_unref(conn);
}

void http_conn_set_deadline(HttpConn *conn, unsigned ms)
{
    g_source_set_ready_time(conn->deadline,
                            ms ? g_get_monotonic_time() + ms * INT64_C(1000)
                               : -1);
}

void http_conn_set_watch(HttpConn *conn, GSource *source, GSourceFunc func)
{
    clear_source(&conn->watch);
    if (source) {
        conn->watch = source;
        g_source_set_callback(source, func, conn, NULL);
        g_source_attach(source, g_main_context_get_thread_default());
    }
}
