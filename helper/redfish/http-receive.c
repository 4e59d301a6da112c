/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From bytes to a request. Head and body are both read here: libsoup keeps
 * each piece of a body, however small, in an allocation of its own.
 */
#include "osdep.h"

#include "redfish/http-priv.h"

#include "util/secret.h"

/*
 * As much as a TLS record holds. What is left of one when less is read stays
 * with GnuTLS, and GIO's sources look at the socket only: a full buffer means
 * that there may be more, an empty socket or not.
 */
#define READ_SIZE (16 * 1024)
/* Reads before the other connections have their turn. */
#define READS_MAX 8

static bool is_receiving(const HttpConn *conn)
{
    return conn->server && (conn->state == HTTP_CONN_IDLE ||
                            conn->state == HTTP_CONN_HEAD ||
                            conn->state == HTTP_CONN_BODY);
}

/* Heads hold passwords. */
void http_receive_used(HttpConn *conn, size_t len)
{
    size_t all = conn->in->len;

    if (!len) {
        return;
    }
    secret_wipe(conn->in->data, len);
    memmove(conn->in->data, conn->in->data + len, all - len);
    secret_wipe(conn->in->data + all - len, len);
    g_byte_array_set_size(conn->in, all - len);
    conn->scanned = 0;
}

void http_receive_continue(HttpConn *conn)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    GOutputStream *out = g_io_stream_get_output_stream(conn->base);
    gssize n;

    if (!conn->request->head->expect_continue || conn->in->len) {
        return;
    }
    n = g_pollable_output_stream_write_nonblocking(
        G_POLLABLE_OUTPUT_STREAM(out), go_on, strlen(go_on), NULL, NULL);
    if (n != (gssize)strlen(go_on)) {
        http_conn_close(conn);
    }
}

/* The head is there. */
static void begin_body(HttpConn *conn, HttpHead *head)
{
    HttpServer *server = conn->server;

    conn->request = http_request_new(conn, head);
    if (server->streams && server->streams(conn->request, server->opaque)) {
        http_body_offer(conn);
        return;
    }
    if (head->content_length > server->limits.max_body) {
        http_conn_refuse(conn, 413);
        return;
    }
    conn->state = HTTP_CONN_BODY;
    conn->body = g_byte_array_new();
    conn->chunked = (HttpChunked) { 0 };
    http_receive_continue(conn);
}

/* Looks for a complete head in conn->in. */
static void take_head(HttpConn *conn)
{
    unsigned status = 0;
    HttpHead *head;
    size_t skip = 0;
    size_t end;

    /* RFC 9112 section 2.2: empty lines before a request are ignored. */
    while (skip < conn->in->len && (conn->in->data[skip] == '\r' ||
                                    conn->in->data[skip] == '\n')) {
        skip++;
    }
    if (skip) {
        http_receive_used(conn, skip);
    }
    end = http_head_end(conn->in->data, conn->in->len, conn->scanned);
    conn->scanned = conn->in->len;
    if (end > HTTP_HEAD_MAX || (!end && conn->in->len > HTTP_HEAD_MAX)) {
        http_conn_refuse(conn, 431);
        return;
    }
    if (!end) {
        return;
    }
    head = http_head_parse(conn->in->data, end, &status);
    if (!head) {
        http_conn_refuse(conn, status);
        return;
    }
    http_receive_used(conn, end);
    begin_body(conn, head);
}

/* Returns how many bytes of conn->in belong to the body. */
static size_t decode(HttpConn *conn, bool *done)
{
    const HttpHead *head = conn->request->head;
    size_t n;

    if (head->chunked) {
        n = http_chunked_decode(&conn->chunked, conn->in->data, conn->in->len,
                                conn->body);
        *done = conn->chunked.state == HTTP_CHUNKED_DONE;
        return n;
    }
    n = MIN(conn->in->len, head->content_length - conn->body->len);
    g_byte_array_append(conn->body, conn->in->data, n);
    *done = conn->body->len == head->content_length;
    return n;
}

static bool is_too_much(const HttpServer *server, size_t bytes,
                        unsigned bodies)
{
    return bytes / bodies > server->limits.max_body;
}

static void take_body(HttpConn *conn)
{
    HttpServer *server = conn->server;
    size_t before = conn->body->len;
    bool done;

    http_receive_used(conn, decode(conn, &done));
    conn->body_len = conn->body->len;
    server->body_bytes += conn->body_len - before;
    if (conn->peer) {
        conn->peer->body_bytes += conn->body_len - before;
    }
    if (conn->chunked.state == HTTP_CHUNKED_BAD) {
        http_conn_refuse(conn, 400);
    } else if ((uint64_t)conn->body_len + conn->chunked.left >
               server->limits.max_body) {
        http_conn_refuse(conn, 413);
    } else if (is_too_much(server, server->body_bytes, HTTP_BODIES_MAX) ||
               (conn->peer && is_too_much(server, conn->peer->body_bytes,
                                          HTTP_BODIES_PER_PEER))) {
        http_conn_refuse(conn, 503);
    } else if (done) {
        conn->request->body =
            g_byte_array_free_to_bytes(g_steal_pointer(&conn->body));
        http_exchange_start(conn);
    }
}

/* Goes as far as what was received allows. */
static void advance(HttpConn *conn)
{
    if (conn->state == HTTP_CONN_IDLE) {
        conn->state = HTTP_CONN_HEAD;
        http_conn_set_deadline(conn, conn->server->limits.request_ms);
    }
    if (conn->state == HTTP_CONN_HEAD) {
        take_head(conn);
    }
    if (conn->state == HTTP_CONN_BODY && conn->server) {
        take_body(conn);
    }
}

bool http_receive_some(HttpConn *conn)
{
    GInputStream *in = g_io_stream_get_input_stream(conn->base);
    g_autoptr(GError) err = NULL;
    uint8_t buf[READ_SIZE];
    gssize n;

    conn->unread = false;
    n = g_pollable_input_stream_read_nonblocking(
        G_POLLABLE_INPUT_STREAM(in), buf, sizeof(buf), NULL, &err);
    if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        return false;
    }
    if (n <= 0) {
        http_handshake_bye(conn);
        http_conn_close(conn);
        return false;
    }
    conn->unread = n == sizeof(buf);
    if (!conn->in) {
        conn->in = g_byte_array_new();
        conn->scanned = 0;
    }
    g_byte_array_append(conn->in, buf, n);
    secret_wipe(buf, n);
    return true;
}

static gboolean on_turn(void *opaque);
static gboolean on_readable(GObject *object, void *opaque);

void http_receive_watch(HttpConn *conn, bool at_once,
                        gboolean (*readable)(GObject *object, void *opaque),
                        GSourceFunc turn)
{
    GInputStream *in = g_io_stream_get_input_stream(conn->base);

    if (at_once) {
        http_conn_set_watch(conn, g_idle_source_new(), turn);
    } else {
        http_conn_set_watch(conn,
                            g_pollable_input_stream_create_source(
                                G_POLLABLE_INPUT_STREAM(in), NULL),
                            G_SOURCE_FUNC(readable));
    }
}

static void watch(HttpConn *conn, bool at_once)
{
    http_receive_watch(conn, at_once, on_readable, on_turn);
}

/* Returns true when it has stopped before there was nothing to read. */
static bool receive(HttpConn *conn)
{
    unsigned i;

    if (conn->in && conn->in->len) {
        advance(conn);
    }
    for (i = 0; i < READS_MAX && is_receiving(conn); i++) {
        if (!http_receive_some(conn)) {
            return false;
        }
        advance(conn);
        if (!conn->unread) {
            return false;
        }
    }
    return true;
}

static gboolean on_readable(GObject *object, void *opaque)
{
    HttpConn *conn = http_conn_ref(opaque);

    if (receive(conn) && is_receiving(conn)) {
        watch(conn, true);
    }
    http_conn_unref(conn);
    return G_SOURCE_CONTINUE;
}

static gboolean on_turn(void *opaque)
{
    HttpConn *conn = http_conn_ref(opaque);
    bool more;

    http_conn_set_watch(conn, NULL, NULL);
    more = receive(conn);
    /* A request that was answered meanwhile has left a watch for the next. */
    if (is_receiving(conn) && (more || !conn->watch)) {
        watch(conn, more);
    }
    http_conn_unref(conn);
    return G_SOURCE_REMOVE;
}

void http_receive_start(HttpConn *conn)
{
    HttpServer *server = conn->server;

    if (!server) {
        return;
    }
    g_queue_unlink(&server->conns, &conn->link);
    g_queue_push_tail_link(&server->conns, &conn->link);
    conn->scanned = 0;
    if (conn->in && conn->in->len) {
        conn->state = HTTP_CONN_HEAD;
        http_conn_set_deadline(conn, server->limits.request_ms);
        watch(conn, true);
        return;
    }
    g_clear_pointer(&conn->in, g_byte_array_unref);
    conn->state = HTTP_CONN_IDLE;
    http_conn_set_deadline(conn, server->limits.idle_ms);
    watch(conn, conn->unread);
}
