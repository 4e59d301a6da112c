/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The HTTP front: own acceptor, TLS by GIO, HTTP by libsoup through
 * soup_server_accept_iostream(), with the limits that libsoup does not have:
 * connections in all and per peer, header and body size, and deadlines for
 * handshake, request and idleness. It knows nothing about Redfish.
 */
#ifndef QEMU_BMC_REDFISH_HTTP_H
#define QEMU_BMC_REDFISH_HTTP_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct HttpServer HttpServer;
typedef struct HttpRequest HttpRequest;

/**
 * HttpLimits: what one server allows; zero means the default in brackets.
 *
 * @max_connections: open connections in all (256)
 * @max_per_peer: open connections of one address (64); unix sockets have no
 *                such limit
 * @max_body: bytes of a request's body (1 MiB)
 * @handshake_ms: TLS handshake (30,000)
 * @handshake_turn_ms: the same while others wait for their turn (3,000)
 * @request_ms: from the first byte of a request to its last (30,000)
 * @idle_ms: between two requests (60,000)
 * @stall_ms: for 4 KiB of a body that comes piece by piece, or its end; what
 *            the sink needs does not count (30,000)
 */
typedef struct HttpLimits {
    unsigned max_connections;
    unsigned max_per_peer;
    size_t max_body;
    unsigned handshake_ms;
    unsigned handshake_turn_ms;
    unsigned request_ms;
    unsigned idle_ms;
    unsigned stall_ms;
} HttpLimits;

/**
 * HttpHandler: called for each complete request. It must see to it that
 * http_request_respond() is called once, now or later.
 *
 * @request: (transfer none): the request; take a reference to keep it
 * @opaque: as given to http_server_new()
 */
typedef void (*HttpHandler)(HttpRequest *request, void *opaque);

/**
 * http_server_new: make a server that listens nowhere yet.
 *
 * @limits: (nullable): the limits; copied
 * @error_body: (nullable): makes the JSON body of an answer that the server
 *              itself gives (400, 408, 413, 417, 431, 501, 503, 505); returns
 *              bytes (transfer full)
 * @handler: called for each request
 * @opaque: handed to @handler
 *
 * Returns: (transfer full): the server
 */
HttpServer *http_server_new(const HttpLimits *limits,
                            GBytes *(*error_body)(unsigned status,
                                                  const char *text),
                            HttpHandler handler, void *opaque);

/**
 * http_server_set_streams: choose requests whose bodies are not collected.
 * The handler gets such a request as soon as its head is there, without a
 * body. It answers, or takes the body with http_request_receive().
 *
 * @server: the server
 * @streams: tells from method and path whether a request is one of them;
 *           called with the opaque of http_server_new()
 */
void http_server_set_streams(HttpServer *server,
                             bool (*streams)(const HttpRequest *request,
                                             void *opaque));

/**
 * http_server_listen: listen on an address.
 *
 * @server: the server
 * @addr: a TCP or unix address; port 0 picks a free one; a stale unix socket
 *        is replaced, and the new one has mode 0600
 * @certificate: (nullable): speak TLS with it; NULL speaks plain HTTP
 * @errp: BMC_ERROR_PERMISSION, BMC_ERROR_EXISTS (address in use) or
 *        BMC_ERROR_FAILED; says what to do
 *
 * Returns: (transfer full): the address really bound, or NULL
 */
GSocketAddress *http_server_listen(HttpServer *server, GSocketAddress *addr,
                                   GTlsCertificate *certificate,
                                   GError **errp);

/**
 * http_server_unlisten: listen no more on an address.
 *
 * @server: the server
 * @bound: what http_server_listen() has returned
 * @drop: connections over the network end too, when the request that is
 *        going on there is answered; else they go on
 */
void http_server_unlisten(HttpServer *server, GSocketAddress *bound,
                          bool drop);

/**
 * http_server_set_certificate: present another certificate from now on,
 * wherever the server speaks TLS. Connections that are there go on.
 *
 * @server: the server
 * @certificate: the certificate
 */
void http_server_set_certificate(HttpServer *server,
                                 GTlsCertificate *certificate);

/**
 * HttpTrustFunc: tells whether a client's certificate is good.
 *
 * @certificate: the certificate, with its chain
 * @opaque: as given to http_server_set_trust()
 *
 * Returns: true if it is
 */
typedef bool (*HttpTrustFunc)(GTlsCertificate *certificate, void *opaque);

/**
 * http_server_set_trust: ask clients for certificates from now on, wherever
 * the server speaks TLS. Connections that are there are not asked again.
 *
 * @server: the server
 * @authorities: (nullable): of whose certificates the client is to choose
 *               one; NULL: do not ask
 * @required: (nullable): refuse who has no certificate that this finds good;
 *            NULL: it is for the handler to look at it
 * @opaque: handed to @required
 */
void http_server_set_trust(HttpServer *server, GTlsDatabase *authorities,
                           HttpTrustFunc required, void *opaque);

/**
 * http_server_listen_guest: as http_server_listen() on a unix socket at whose
 * other end is not a user of this host but whatever QEMU lets through.
 *
 * @server: the server
 * @addr: a unix address
 * @certificate: (nullable): as http_server_listen()
 * @peer: what http_request_peer() is for all that come this way; they are
 *        counted as one
 * @errp: as http_server_listen()
 *
 * Returns: (transfer full): the address, or NULL
 */
GSocketAddress *http_server_listen_guest(HttpServer *server,
                                         GSocketAddress *addr,
                                         GTlsCertificate *certificate,
                                         const char *peer, GError **errp);

/**
 * http_server_free: close listeners and connections, and free. Requests
 * that are not answered yet are cancelled.
 *
 * @server: the server, or NULL
 */
void http_server_free(HttpServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpServer, http_server_free)

/**
 * http_request_ref: take a reference.
 *
 * @request: the request
 *
 * Returns: @request
 */
HttpRequest *http_request_ref(HttpRequest *request);

/**
 * http_request_unref: drop a reference.
 *
 * @request: the request, or NULL
 */
void http_request_unref(HttpRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HttpRequest, http_request_unref)

/**
 * http_request_method: "GET", "PATCH", ... as sent.
 *
 * @request: the request
 *
 * Returns: (transfer none): text
 */
const char *http_request_method(const HttpRequest *request);

/**
 * http_request_path: the path as sent, still percent-encoded and without the
 * authority of an absolute form; begins with '/'; never holds "." or ".."
 * segments, also not percent-encoded, nor "%00".
 *
 * @request: the request
 *
 * Returns: (transfer none): text
 */
const char *http_request_path(const HttpRequest *request);

/**
 * http_request_query: the query string as sent, without '?'.
 *
 * @request: the request
 *
 * Returns: (transfer none): text, or NULL
 */
const char *http_request_query(const HttpRequest *request);

/**
 * http_request_header: a request header; one that was sent several times is
 * joined with ", ".
 *
 * @request: the request
 * @name: its name, case does not matter
 *
 * Returns: (transfer none): its value, or NULL
 */
const char *http_request_header(const HttpRequest *request, const char *name);

/**
 * http_request_body: the request's body.
 *
 * @request: the request
 *
 * Returns: (transfer none): bytes, possibly none; NULL if the body comes
 * piece by piece
 */
GBytes *http_request_body(const HttpRequest *request);

/**
 * http_request_is_streamed: whether the body is one that
 * http_request_receive() takes.
 *
 * @request: the request
 *
 * Returns: true if so
 */
bool http_request_is_streamed(const HttpRequest *request);

/**
 * http_request_body_size: how long the body is said to be.
 *
 * @request: the request
 *
 * Returns: bytes; -1 if it is in chunks, and only its end will tell
 */
int64_t http_request_body_size(const HttpRequest *request);

#define HTTP_PIECE_MAX (128 * 1024)

/**
 * HttpBodySink: where a body goes that comes piece by piece. After
 * http_request_receive() either @end or @aborted is called once, unless the
 * request is answered before that: then nothing is called any more.
 *
 * @piece: a piece, not empty and hardly longer than %HTTP_PIECE_MAX; the
 *         peer is not read from until http_request_more()
 * @end: all of it has come
 * @aborted: the peer is gone, has stalled or made an error, or the server
 *           ends: nothing more comes, and an answer goes nowhere
 */
typedef struct HttpBodySink {
    void (*piece)(HttpRequest *request, GBytes *piece, void *opaque);
    void (*end)(HttpRequest *request, void *opaque);
    void (*aborted)(HttpRequest *request, void *opaque);
} HttpBodySink;

/**
 * http_request_receive: take the body. Only now is "100 Continue" sent. An
 * answer before its end leaves the rest unread, and ends the connection.
 *
 * @request: the request, streamed; take a reference to keep it
 * @sink: gets the body; @aborted possibly before this returns
 * @opaque: handed to its functions
 */
void http_request_receive(HttpRequest *request, const HttpBodySink *sink,
                          void *opaque);

/**
 * http_request_more: take the next piece; also possible in
 * HttpBodySink.piece. Nothing happens when no more comes.
 *
 * @request: the request
 */
void http_request_more(HttpRequest *request);

/**
 * http_request_peer: the client's address without port, for the log.
 *
 * @request: the request
 *
 * Returns: (transfer none): "127.0.0.1", or "local" on a unix socket
 */
const char *http_request_peer(const HttpRequest *request);

/**
 * http_request_local_uid: who is at the other end of a unix socket.
 *
 * @request: the request
 * @uid: set to the peer's user id (SO_PEERCRED)
 *
 * Returns: false if the request did not come over a unix socket
 */
bool http_request_local_uid(const HttpRequest *request, uid_t *uid);

/**
 * http_request_from_guest: whether it came by http_server_listen_guest().
 *
 * @request: the request
 *
 * Returns: true if so
 */
bool http_request_from_guest(const HttpRequest *request);

/**
 * http_request_certificate: what the client has presented. It has the key of
 * it; nothing else about it has been checked.
 *
 * @request: the request
 *
 * Returns: (transfer none): the certificate, with its chain, or NULL
 */
GTlsCertificate *http_request_certificate(const HttpRequest *request);

/**
 * http_request_cancellable: fires when the client goes away or the server is
 * freed. An answer to such a request is dropped silently.
 *
 * @request: the request
 *
 * Returns: (transfer none): the cancellable
 */
GCancellable *http_request_cancellable(HttpRequest *request);

/**
 * http_request_set_header: set a header of the answer. A value with control
 * characters, which could end the line, is not set.
 *
 * @request: the request
 * @name: the header's name
 * @value: its value
 */
void http_request_set_header(HttpRequest *request, const char *name,
                             const char *value);

/**
 * http_request_respond: answer. For HEAD the body is not sent, but its
 * length is.
 *
 * @request: the request
 * @status: HTTP status, 200 and up
 * @content_type: (nullable): type of @body
 * @body: (nullable): the body
 */
void http_request_respond(HttpRequest *request, unsigned status,
                          const char *content_type, GBytes *body);

/**
 * HttpPushFunc: called each time all of what was pushed has been sent.
 *
 * @request: the request
 * @opaque: as given to http_request_push_start()
 */
typedef void (*HttpPushFunc)(HttpRequest *request, void *opaque);

/**
 * http_request_push_start: answer with a body that comes piece by piece and
 * has no end yet, as for Server-Sent Events. http_request_cancellable()
 * fires when the client goes away, or takes nothing for the time that it has
 * for a request.
 *
 * @request: the request; take a reference to keep it
 * @status: HTTP status, 200 and up
 * @content_type: type of the body
 * @drained: (nullable): called when there is room for more
 * @opaque: handed to @drained
 */
void http_request_push_start(HttpRequest *request, unsigned status,
                             const char *content_type, HttpPushFunc drained,
                             void *opaque);

/**
 * http_request_push: send a piece.
 *
 * @request: the request, started with http_request_push_start()
 * @bytes: the piece, not empty
 *
 * Returns: false if the client is gone, and nothing was sent
 */
bool http_request_push(HttpRequest *request, GBytes *bytes);

/**
 * http_request_push_pending: how much of what was pushed is not sent yet.
 * Whoever pushes has to bound it.
 *
 * @request: the request
 *
 * Returns: bytes
 */
size_t http_request_push_pending(const HttpRequest *request);

/**
 * http_request_push_end: end the body, and with it the connection; nothing
 * can be pushed any more.
 *
 * @request: the request
 */
void http_request_push_end(HttpRequest *request);

#endif /* QEMU_BMC_REDFISH_HTTP_H */
