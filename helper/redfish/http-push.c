/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers that come piece by piece. */
#include "osdep.h"

#include "redfish/http-priv.h"

void http_request_push_start(HttpRequest *request, unsigned status,
                             const char *content_type, HttpPushFunc drained,
                             void *opaque)
{
    HttpConn *conn = request->conn;
    SoupMessageHeaders *headers;

    g_return_if_fail(!request->responded);

    request->responded = true;
    if (!conn) {
        return;
    }
    http_body_answered(request);
    request->pushing = true;
    request->drained = drained;
    request->drained_opaque = opaque;
    /*
     * Nobody knows when it ends, so what may come behind it could wait
     * forever: the peer is told not to. HTTP/1.0 has no chunks anyway, there
     * the end of the body is that of the connection.
     */
    request->head->close = true;
    soup_server_message_set_status(conn->msg, status,
                                   http_exchange_reason(status));
    headers = soup_server_message_get_response_headers(conn->msg);
    soup_message_headers_replace(headers, "Content-Type", content_type);
    soup_message_headers_replace(headers, "Connection", "close");
    soup_message_headers_set_encoding(headers, request->head->minor == 0
                                      ? SOUP_ENCODING_EOF
                                      : SOUP_ENCODING_CHUNKED);
    soup_message_body_set_accumulate(
        soup_server_message_get_response_body(conn->msg), FALSE);
    if (request->paused) {
        request->paused = false;
        soup_server_message_unpause(conn->msg);
    }
}

bool http_request_push(HttpRequest *request, GBytes *bytes)
{
    HttpConn *conn = request->conn;

    if (!conn || !request->pushing) {
        return false;
    }
    g_return_val_if_fail(g_bytes_get_size(bytes) > 0, false);
    soup_message_body_append_bytes(
        soup_server_message_get_response_body(conn->msg), bytes);
    if (!request->pending) {
        /* From now on the client is the one to be waited for. */
        http_conn_set_deadline(conn, conn->server->limits.request_ms);
    }
    request->pending += g_bytes_get_size(bytes);
    /* libsoup waits by itself when it has nothing to send. */
    soup_server_message_unpause(conn->msg);
    return true;
}

void http_push_wrote(HttpRequest *request, size_t len)
{
    if (!request->pushing) {
        return;
    }
    request->pending -= MIN(len, request->pending);
    if (request->pending) {
        http_conn_set_deadline(request->conn,
                               request->conn->server->limits.request_ms);
        return;
    }
    http_conn_set_deadline(request->conn, 0);
    if (request->drained) {
        request->drained(request, request->drained_opaque);
    }
}

size_t http_request_push_pending(const HttpRequest *request)
{
    return request->pending;
}

void http_request_push_end(HttpRequest *request)
{
    HttpConn *conn = request->conn;

    if (!conn || !request->pushing) {
        return;
    }
    request->pushing = false;
    request->drained = NULL;
    soup_message_body_complete(
        soup_server_message_get_response_body(conn->msg));
    http_conn_set_deadline(conn, conn->server->limits.request_ms);
    soup_server_message_unpause(conn->msg);
}
