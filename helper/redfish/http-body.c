/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bodies that are handed on piece by piece. libsoup has the connection
 * meanwhile, but only to write: what the peer sends is read here, and not
 * while the sink is busy, so that the peer's window closes.
 */
#include "osdep.h"

#include "redfish/http-priv.h"

/* Reads of a piece before the other connections have their turn. */
#define READS_MAX 16

static void watch(HttpConn *conn, bool at_once);

/*
 * Time counts while it is read only. A byte now and then does not make it
 * begin anew.
 */
static void note_progress(HttpConn *conn)
{
    HttpRequest *request = conn->request;

    if (request->received - request->due >= HTTP_STALL_BYTES) {
        request->due = request->received;
        request->patience = conn->server->limits.stall_ms * INT64_C(1000);
        request->opened = g_get_monotonic_time();
        http_conn_set_deadline(conn, conn->server->limits.stall_ms);
    }
}

/* Returns false if it is malformed. */
static bool decode(HttpConn *conn)
{
    HttpRequest *request = conn->request;
    size_t before = conn->body->len;
    size_t n;

    if (request->head->chunked) {
        n = http_chunked_decode(&conn->chunked, conn->in->data, conn->in->len,
                                conn->body);
        request->complete = conn->chunked.state == HTTP_CHUNKED_DONE;
    } else {
        n = MIN(conn->in->len,
                request->head->content_length - request->received);
        g_byte_array_append(conn->body, conn->in->data, n);
    }
    request->received += conn->body->len - before;
    if (!request->head->chunked) {
        request->complete = request->received ==
                            request->head->content_length;
    }
    http_receive_used(conn, n);
    return conn->chunked.state != HTTP_CHUNKED_BAD;
}

/* Whatever there is, or the end. */
static void hand_on(HttpConn *conn)
{
    HttpRequest *request = conn->request;
    g_autoptr(GBytes) piece = NULL;

    http_conn_set_watch(conn, NULL, NULL);
    http_conn_set_deadline(conn, 0);
    request->patience -= g_get_monotonic_time() - request->opened;
    if (!conn->body->len) {
        request->flow = HTTP_FLOW_ENDED;
        request->sink->end(request, request->sink_opaque);
        return;
    }
    request->flow = HTTP_FLOW_HELD;
    piece = g_byte_array_free_to_bytes(conn->body);
    conn->body = g_byte_array_new();
    request->sink->piece(request, piece, request->sink_opaque);
}

/*
 * Reads up to a piece, as far as there is something to read. Returns true
 * when it has stopped before that, because others have their turn.
 */
static bool fill(HttpConn *conn)
{
    unsigned reads = 0;

    while (http_body_is_open(conn)) {
        if (conn->in->len && !decode(conn)) {
            http_conn_refuse(conn, 400);
            return false;
        }
        note_progress(conn);
        if (conn->request->complete || conn->body->len >= HTTP_PIECE_MAX ||
            (reads && !conn->unread)) {
            return false;
        }
        if (reads++ == READS_MAX) {
            return true;
        }
        if (!http_receive_some(conn)) {
            return false;
        }
    }
    return false;
}

static void go_on(HttpConn *conn)
{
    HttpRequest *request = http_request_ref(conn->request);
    bool more;

    http_conn_ref(conn);
    if (!request->head->chunked && !request->head->content_length) {
        request->complete = true;
    }
    more = fill(conn);
    if (http_body_is_open(conn)) {
        if (request->complete || conn->body->len) {
            hand_on(conn);
        } else {
            watch(conn, more);
        }
    }
    http_conn_unref(conn);
    http_request_unref(request);
}

static gboolean on_readable(GObject *object, void *opaque)
{
    go_on(opaque);
    return G_SOURCE_CONTINUE;
}

static gboolean on_turn(void *opaque)
{
    go_on(opaque);
    return G_SOURCE_CONTINUE;
}

static void watch(HttpConn *conn, bool at_once)
{
    http_receive_watch(conn, at_once, on_readable, on_turn);
}

static void open_flow(HttpConn *conn)
{
    HttpRequest *request = conn->request;

    request->flow = HTTP_FLOW_OPEN;
    request->opened = g_get_monotonic_time();
    http_conn_set_deadline(conn, MAX(request->patience / 1000, 1));
    watch(conn, true);
}

void http_body_offer(HttpConn *conn)
{
    conn->request->streamed = true;
    conn->request->flow = HTTP_FLOW_OFFERED;
    conn->body = g_byte_array_new();
    conn->chunked = (HttpChunked) { 0 };
    http_exchange_start(conn);
}

bool http_body_is_open(const HttpConn *conn)
{
    return conn->server && conn->request &&
           conn->request->flow == HTTP_FLOW_OPEN;
}

void http_body_answered(HttpRequest *request)
{
    HttpFlow flow = request->flow;

    request->flow = HTTP_FLOW_NONE;
    if (!request->streamed || flow == HTTP_FLOW_ENDED) {
        return;
    }
    http_conn_set_watch(request->conn, NULL, NULL);
    if (request->head->chunked || request->head->content_length) {
        request->head->close = true;
    }
}

void http_body_abort(HttpRequest *request)
{
    HttpFlow flow = request->flow;

    request->flow = HTTP_FLOW_NONE;
    if (flow == HTTP_FLOW_OPEN || flow == HTTP_FLOW_HELD) {
        request->sink->aborted(request, request->sink_opaque);
    }
}

bool http_request_is_streamed(const HttpRequest *request)
{
    return request->streamed;
}

int64_t http_request_body_size(const HttpRequest *request)
{
    const HttpHead *head = request->head;

    return head->chunked ? -1 : (int64_t)MIN(head->content_length, INT64_MAX);
}

void http_request_receive(HttpRequest *request, const HttpBodySink *sink,
                          void *opaque)
{
    HttpConn *conn = request->conn;

    g_return_if_fail(request->streamed && !request->responded &&
                     !request->sink);

    request->sink = sink;
    request->sink_opaque = opaque;
    if (conn) {
        http_conn_ref(conn);
        request->patience = conn->server->limits.stall_ms * INT64_C(1000);
        open_flow(conn);
        http_receive_continue(conn);
        http_conn_unref(conn);
    } else {
        sink->aborted(request, opaque);
    }
}

void http_request_more(HttpRequest *request)
{
    if (request->conn && request->flow == HTTP_FLOW_HELD) {
        open_flow(request->conn);
    }
}
