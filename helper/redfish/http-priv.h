/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the HTTP front share with each other, and nobody else. */
#ifndef QEMU_BMC_REDFISH_HTTP_PRIV_H
#define QEMU_BMC_REDFISH_HTTP_PRIV_H

#include <gio/gio.h>
#include <glib.h>
#include <libsoup/soup.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "redfish/http.h"
#include "redfish/http-chunked.h"
#include "redfish/http-head.h"
#include "redfish/http-stream.h"

/* Bytes of a request's head. */
#define HTTP_HEAD_MAX (16 * 1024)
/*
 * Bytes of a body piece by piece that come in HttpLimits.stall_ms at least,
 * so that one that never ends holds nothing for ever.
 */
#define HTTP_STALL_BYTES 4096
/* Bodies that are being received or handled, in units of the largest. */
#define HTTP_BODIES_MAX 8
/* Those of one peer, so that others can send one, too. */
#define HTTP_BODIES_PER_PEER 4
/*
 * GIO does each handshake in a thread of the pool that password hashing and
 * file writing use too, and a peer can keep it there until the deadline.
 */
#define HTTP_HANDSHAKES_MAX 8
#define HTTP_HANDSHAKES_PER_PEER 4

typedef struct HttpConn HttpConn;
typedef struct HttpPeer HttpPeer;

/**
 * HttpConnState: what a connection waits for.
 *
 * @HTTP_CONN_HELLO: the whole TLS ClientHello
 * @HTTP_CONN_QUEUED: its turn to handshake
 * @HTTP_CONN_HANDSHAKE: the end of the handshake
 * @HTTP_CONN_IDLE: the first byte of a request
 * @HTTP_CONN_HEAD: the rest of its head
 * @HTTP_CONN_BODY: the rest of its body
 * @HTTP_CONN_SERVING: its answer, and the peer's taking it
 * @HTTP_CONN_LINGER: the peer's end of file, having sent ours
 */
typedef enum HttpConnState {
    HTTP_CONN_HELLO,
    HTTP_CONN_QUEUED,
    HTTP_CONN_HANDSHAKE,
    HTTP_CONN_IDLE,
    HTTP_CONN_HEAD,
    HTTP_CONN_BODY,
    HTTP_CONN_SERVING,
    HTTP_CONN_LINGER,
} HttpConnState;

/**
 * HttpFlow: how far a body is that comes piece by piece.
 *
 * @HTTP_FLOW_NONE: there is none, or nobody wants it any more
 * @HTTP_FLOW_OFFERED: the handler has not said what to do with it
 * @HTTP_FLOW_OPEN: it is being read
 * @HTTP_FLOW_HELD: the sink has a piece
 * @HTTP_FLOW_ENDED: the sink has it all
 */
typedef enum HttpFlow {
    HTTP_FLOW_NONE,
    HTTP_FLOW_OFFERED,
    HTTP_FLOW_OPEN,
    HTTP_FLOW_HELD,
    HTTP_FLOW_ENDED,
} HttpFlow;

/**
 * HttpPeer: what one address has open; exists while it has something.
 */
struct HttpPeer {
    char *name;
    unsigned n_conns;
    unsigned n_handshakes;
    size_t body_bytes;
    bool guest; /* by http_server_listen_guest() */
};

/**
 * HttpServer: see redfish/http.h.
 *
 * @limits: with defaults filled in
 * @nowhere: what libsoup is told as address
 * @ports: what it listens on
 * @conns: all connections, the one idle for longest first
 * @hellos: those in %HTTP_CONN_QUEUED
 * @peers: name -> HttpPeer
 * @authorities: as http_server_set_trust() has it, so the next two
 * @trust:
 * @trust_opaque:
 * @n_handshakes: that are going on
 * @body_bytes: of all requests not answered yet
 * @closing: being freed
 * @accepting: whose soup_server_accept_iostream() is running
 */
struct HttpServer {
    HttpLimits limits;
    GBytes *(*error_body)(unsigned status, const char *text);
    HttpHandler handler;
    bool (*streams)(const HttpRequest *request, void *opaque);
    void *opaque;
    SoupServer *soup;
    GSocketAddress *nowhere;
    GPtrArray *ports;
    GQueue conns;
    GQueue hellos;
    GHashTable *peers;
    GTlsDatabase *authorities;
    HttpTrustFunc trust;
    void *trust_opaque;
    unsigned n_handshakes;
    size_t body_bytes;
    bool closing;
    HttpConn *accepting;
};

/**
 * HttpConn: one connection.
 */
struct HttpConn {
    unsigned refs;
    HttpServer *server; /* NULL once closed */
    HttpPeer *peer;     /* NULL for a unix socket */
    GList link;         /* in server->conns */
    GList hello_link;   /* in server->hellos */
    HttpConnState state;
    GSocket *socket;
    GIOStream *tcp;
    GIOStream *base; /* @tcp, or TLS on top of it */
    GTlsCertificate *certificate;
    HttpStream *stream;        /* @base, as given to libsoup */
    GSource *deadline;         /* armed by its ready time */
    GSource *watch;            /* input, as far as it is ours */
    GSource *hangup;           /* while an answer is pending */
    GCancellable *handshake;
    int64_t handshake_us;      /* when it began, monotonic */
    GByteArray *in;            /* received and not yet used; may be NULL */
    size_t scanned;            /* of @in, without the end of a head */
    bool unread;               /* @base may have more than its socket */
    size_t linger_left;        /* bytes to swallow yet */
    HttpChunked chunked;       /* of a body that is being received */
    GByteArray *body;          /* the same, or the next piece of it */
    SoupServerMessage *msg;    /* while libsoup has it */
    bool soup_closed;          /* libsoup has dropped @msg by itself */
    HttpRequest *request;
    size_t body_len;           /* in server->body_bytes */
    uid_t uid;
};

/**
 * HttpRequest: see redfish/http.h.
 */
struct HttpRequest {
    unsigned refs;
    HttpConn *conn; /* NULL when an answer would go nowhere */
    HttpHead *head;
    char *peer;
    bool local;
    bool guest;
    uid_t uid;
    GTlsCertificate *certificate; /* of a TLS client; may be NULL */
    GBytes *body;
    GHashTable *joined; /* fields sent several times; may be NULL */
    GCancellable *cancellable;
    bool paused;
    bool responded;
    bool pushing; /* its body comes piece by piece and has no end yet */
    size_t pending; /* bytes pushed and not sent */
    HttpPushFunc drained;
    void *drained_opaque;
    bool streamed;     /* its body comes piece by piece */
    HttpFlow flow;
    uint64_t received; /* bytes of that body */
    bool complete;     /* all of them */
    uint64_t due;      /* of them, when @patience began anew */
    int64_t patience;  /* microseconds of reading until there must be more */
    int64_t opened;    /* when @flow was last HTTP_FLOW_OPEN; monotonic */
    const HttpBodySink *sink;
    void *sink_opaque;
};

/**
 * http_server_resume: tell that a descriptor was closed, so that there may be
 * room for a connection.
 *
 * @server: the server
 */
void http_server_resume(HttpServer *server);

/**
 * http_server_leave_peer: one connection of a peer is gone; forgets the peer
 * after the last one.
 *
 * @server: the server
 * @peer: the peer
 */
void http_server_leave_peer(HttpServer *server, HttpPeer *peer);

/**
 * http_conn_start: begin with a connection that was accepted.
 *
 * @server: the server
 * @socket: the connection
 * @certificate: (nullable): speak TLS with it
 * @peer: where it comes from, counted there; NULL on a unix socket
 */
void http_conn_start(HttpServer *server, GSocket *socket,
                     GTlsCertificate *certificate, HttpPeer *peer);

/**
 * http_conn_ref: take a reference.
 *
 * @conn: the connection
 *
 * Returns: @conn
 */
HttpConn *http_conn_ref(HttpConn *conn);

/**
 * http_conn_unref: drop a reference.
 *
 * @conn: the connection
 */
void http_conn_unref(HttpConn *conn);

/**
 * http_conn_close: end it at once, whatever it is doing. The server's own
 * reference is dropped; does nothing the second time.
 *
 * @conn: the connection
 */
void http_conn_close(HttpConn *conn);

/**
 * http_conn_linger: end it so that what was sent arrives: a socket that is
 * closed with input unread resets the connection.
 *
 * @conn: the connection
 */
void http_conn_linger(HttpConn *conn);

/**
 * http_conn_refuse: answer with an error and end the connection.
 *
 * @conn: the connection
 * @status: the HTTP status
 */
void http_conn_refuse(HttpConn *conn, unsigned status);

/**
 * http_conn_set_deadline: arm the one deadline that a connection has.
 *
 * @conn: the connection
 * @ms: milliseconds from now; 0 disarms it
 */
void http_conn_set_deadline(HttpConn *conn, unsigned ms);

/**
 * http_conn_set_watch: replace the one source that watches its input.
 *
 * @conn: the connection, handed to @func
 * @source: (transfer full) (nullable): the new one
 * @func: its callback
 */
void http_conn_set_watch(HttpConn *conn, GSource *source, GSourceFunc func);

/**
 * http_receive_start: receive a request, and look for it first in what was
 * received already; ends in http_exchange_start(), http_conn_refuse() or
 * http_conn_close().
 *
 * @conn: the connection
 */
void http_receive_start(HttpConn *conn);

/**
 * http_receive_some: read once, as much as there is up to a bound, to what
 * was received.
 *
 * @conn: the connection; closed at the end of its input
 *
 * Returns: false when there was nothing to read
 */
bool http_receive_some(HttpConn *conn);

/**
 * http_receive_used: drop and wipe what was received and used.
 *
 * @conn: the connection
 * @len: bytes from the start of HttpConn.in
 */
void http_receive_used(HttpConn *conn, size_t len);

/**
 * http_receive_watch: be called when there is input.
 *
 * @conn: the connection
 * @at_once: there may be something that no source tells of
 * @readable: called with the connection
 * @turn: the same, when it is @at_once
 */
void http_receive_watch(HttpConn *conn, bool at_once,
                        gboolean (*readable)(GObject *object, void *opaque),
                        GSourceFunc turn);

/**
 * http_receive_continue: tell the peer to send the body, if it waits for
 * that; the connection is closed if that is impossible.
 *
 * @conn: the connection, whose head was received
 */
void http_receive_continue(HttpConn *conn);

/**
 * http_body_offer: hand a request to the handler whose body is to come piece
 * by piece.
 *
 * @conn: the connection, whose head was received
 */
void http_body_offer(HttpConn *conn);

/**
 * http_body_is_open: whether a body is being read piece by piece.
 *
 * @conn: the connection
 *
 * Returns: true if so
 */
bool http_body_is_open(const HttpConn *conn);

/**
 * http_body_answered: the request is answered: what has not come of its body
 * is not wanted.
 *
 * @request: the request, connected
 */
void http_body_answered(HttpRequest *request);

/**
 * http_body_abort: nothing more comes; tells the sink.
 *
 * @request: the request
 */
void http_body_abort(HttpRequest *request);

/**
 * http_handshake_start: speak TLS; ends in http_receive_start() or
 * http_conn_close().
 *
 * @conn: the connection
 */
void http_handshake_start(HttpConn *conn);

/**
 * http_handshake_forget: take a connection that closes out of the books.
 *
 * @conn: the connection
 */
void http_handshake_forget(HttpConn *conn);

/**
 * http_handshake_bye: tell a TLS peer that nothing more comes; never blocks.
 *
 * @conn: the connection
 */
void http_handshake_bye(HttpConn *conn);

/**
 * http_exchange_init: make the server's SoupServer.
 *
 * @server: the server
 */
void http_exchange_init(HttpServer *server);

/**
 * http_exchange_start: hand its request, which is complete, to the handler,
 * and let libsoup have the connection for the answer.
 *
 * @conn: the connection
 */
void http_exchange_start(HttpConn *conn);

/**
 * http_exchange_end: take the connection back from libsoup, if it has it,
 * and cancel the request, if it is not answered.
 *
 * @conn: the connection
 */
void http_exchange_end(HttpConn *conn);

/**
 * http_exchange_reason: the text that goes with a status.
 *
 * @status: HTTP status
 *
 * Returns: (transfer none): text
 */
const char *http_exchange_reason(unsigned status);

/**
 * http_request_new: make a request.
 *
 * @conn: where it came from
 * @head: (transfer full): its head
 *
 * Returns: (transfer full): the request
 */
HttpRequest *http_request_new(HttpConn *conn, HttpHead *head);

/**
 * http_push_wrote: some of what was pushed has been sent.
 *
 * @request: the request
 * @len: bytes
 */
void http_push_wrote(HttpRequest *request, size_t len);

/**
 * http_request_detach: nobody waits for the answer any more.
 *
 * @request: the request
 */
void http_request_detach(HttpRequest *request);

#endif /* QEMU_BMC_REDFISH_HTTP_PRIV_H */
