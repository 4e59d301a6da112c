/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request as its handler sees it. */
#include "osdep.h"

#include "redfish/http-priv.h"

/* Header values come from paths and the like: no line may be smuggled in. */
static bool is_sound_value(const char *value)
{
    const char *p;

    for (p = value; *p; p++) {
        if (g_ascii_iscntrl(*p) && *p != '\t') {
            return false;
        }
    }
    return true;
}

HttpRequest *http_request_new(HttpConn *conn, HttpHead *head)
{
    HttpRequest *request = g_new0(HttpRequest, 1);

    request->refs = 1;
    request->conn = conn;
    request->head = head;
    request->peer = g_strdup(conn->peer ? conn->peer->name : "local");
    request->local = !conn->peer;
    request->guest = conn->peer && conn->peer->guest;
    request->uid = conn->uid;
    if (G_IS_TLS_CONNECTION(conn->base)) {
        g_set_object(&request->certificate,
                     g_tls_connection_get_peer_certificate(
                         G_TLS_CONNECTION(conn->base)));
    }
    request->cancellable = g_cancellable_new();
    return request;
}

void http_request_detach(HttpRequest *request)
{
    request->conn = NULL;
    if (!request->responded || request->pushing) {
        g_cancellable_cancel(request->cancellable);
    }
    http_body_abort(request);
}

HttpRequest *http_request_ref(HttpRequest *request)
{
    request->refs++;
    return request;
}

void http_request_unref(HttpRequest *request)
{
    if (!request || --request->refs) {
        return;
    }
    http_head_free(request->head);
    g_free(request->peer);
    g_clear_pointer(&request->body, g_bytes_unref);
    g_clear_pointer(&request->joined, g_hash_table_unref);
    g_clear_object(&request->cancellable);
    g_clear_object(&request->certificate);
    g_free(request);
}

const char *http_request_method(const HttpRequest *request)
{
    return request->head->method;
}

const char *http_request_path(const HttpRequest *request)
{
    return request->head->path;
}

const char *http_request_query(const HttpRequest *request)
{
    return request->head->query;
}

const char *http_request_header(const HttpRequest *request, const char *name)
{
    const HttpHead *head = request->head;
    HttpRequest *cache = (HttpRequest *)request;
    int i = http_head_find(head, name, 0);
    g_autofree char *key = NULL;
    GString *joined;

    if (i < 0) {
        return NULL;
    }
    if (http_head_find(head, name, i + 1) < 0) {
        return head->fields[i].value;
    }
    key = g_ascii_strdown(name, -1);
    if (!cache->joined) {
        cache->joined = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                              g_free);
    }
    if (!g_hash_table_contains(cache->joined, key)) {
        joined = g_string_new(head->fields[i].value);
        while ((i = http_head_find(head, name, i + 1)) >= 0) {
            g_string_append_printf(joined, ", %s", head->fields[i].value);
        }
        g_hash_table_insert(cache->joined, g_strdup(key),
                            g_string_free(joined, FALSE));
    }
    return g_hash_table_lookup(cache->joined, key);
}

GBytes *http_request_body(const HttpRequest *request)
{
    return request->body;
}

const char *http_request_peer(const HttpRequest *request)
{
    return request->peer;
}

bool http_request_local_uid(const HttpRequest *request, uid_t *uid)
{
    if (!request->local || request->uid == (uid_t)-1) {
        return false;
    }
    *uid = request->uid;
    return true;
}

bool http_request_from_guest(const HttpRequest *request)
{
    return request->guest;
}

GTlsCertificate *http_request_certificate(const HttpRequest *request)
{
    return request->certificate;
}

GCancellable *http_request_cancellable(HttpRequest *request)
{
    return request->cancellable;
}

void http_request_set_header(HttpRequest *request, const char *name,
                             const char *value)
{
    if (request->conn && !request->responded && is_sound_value(value)) {
        soup_message_headers_replace(
            soup_server_message_get_response_headers(request->conn->msg), name,
            value);
    }
}

void http_request_respond(HttpRequest *request, unsigned status,
                          const char *content_type, GBytes *body)
{
    HttpConn *conn = request->conn;
    SoupMessageHeaders *headers;

    g_return_if_fail(!request->responded);
    g_return_if_fail(status >= 200 && status < 600);

    request->responded = true;
    if (!conn) {
        return;
    }
    http_body_answered(request);
    soup_server_message_set_status(conn->msg, status,
                                   http_exchange_reason(status));
    headers = soup_server_message_get_response_headers(conn->msg);
    if (content_type) {
        soup_message_headers_replace(headers, "Content-Type", content_type);
    }
    if (request->head->close) {
        soup_message_headers_replace(headers, "Connection", "close");
    }
    if (body && g_bytes_get_size(body)) {
        soup_message_body_append_bytes(
            soup_server_message_get_response_body(conn->msg), body);
    }
    /* From now on the client is the one to be waited for. */
    http_conn_set_deadline(conn, conn->server->limits.request_ms);
    if (request->paused) {
        request->paused = false;
        soup_server_message_unpause(conn->msg);
    }
}
