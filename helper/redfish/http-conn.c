/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection: what it waits for, for how long, and how it ends. libsoup
 * only ever sees it for the length of one answer, because SoupServer closes
 * what is not its own after each.
 */
#include "osdep.h"

#include "redfish/http-priv.h"

#include <gio/gunixsocketaddress.h>

/*
 * How long and how much of what a peer still sends after our last byte: a body
 * that is too large is mostly on its way by then, and what closes under it
 * takes the answer along. It is thrown away, so only the time costs anything.
 */
#define LINGER_MS 2000
#define LINGER_BYTES (4 * 1024 * 1024)
/* Seconds; as the message says that comes with it. */
#define RETRY_AFTER "5"

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
    case HTTP_CONN_BODY:
        http_conn_refuse(conn, 408);
        break;
    case HTTP_CONN_IDLE:
        http_handshake_bye(conn);
        http_conn_close(conn);
        break;
    default:
        if (http_body_is_open(conn)) {
            http_conn_refuse(conn, 408);
        } else {
            http_conn_close(conn);
        }
        break;
    }
    return G_SOURCE_CONTINUE;
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
    if (conn->peer) {
        http_server_leave_peer(server, g_steal_pointer(&conn->peer));
    }
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
                           "OData-Version: 4.0\r\n"
                           "Cache-Control: no-cache\r\n"
                           "Content-Length: %zu\r\n",
                           status, reason, date,
                           body ? g_bytes_get_size(body) : 0);
    if (body) {
        g_string_append(text, "Content-Type: application/json; "
                        "charset=utf-8\r\n");
    }
    if (status == 503) {
        g_string_append(text, "Retry-After: " RETRY_AFTER "\r\n");
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
    if (!peer) {
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
        http_receive_start(conn);
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
