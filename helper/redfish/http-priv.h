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
#include "redfish/http-head.h"
#include "redfish/http-stream.h"

/* Bytes of a request's head. */
#define HTTP_HEAD_MAX (16 * 1024)
/* Bodies that are being received or handled, in units of the largest. */
#define HTTP_BODIES_MAX 8
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
 * @HTTP_CONN_SERVING: libsoup has it: body, answer
 * @HTTP_CONN_LINGER: the peer's end of file, having sent ours
 */
typedef enum HttpConnState {
    HTTP_CONN_HELLO,
    HTTP_CONN_QUEUED,
    HTTP_CONN_HANDSHAKE,
    HTTP_CONN_IDLE,
    HTTP_CONN_HEAD,
    HTTP_CONN_SERVING,
    HTTP_CONN_LINGER,
} HttpConnState;

/**
 * HttpPeer: what one address has open; exists while it has something.
 */
struct HttpPeer {
    char *name;
    unsigned n_conns;
    unsigned n_handshakes;
};

struct HttpServer {
    HttpLimits limits;
    GBytes *(*error_body)(unsigned status, const char *text);
    HttpHandler handler;
    void *opaque;
    SoupServer *soup;
    GSocketAddress *nowhere; /* what libsoup is told as address */
    GPtrArray *ports;
    GQueue conns;      /* all; the one idle for longest first */
    GQueue hellos;     /* those in HTTP_CONN_QUEUED */
    GHashTable *peers; /* name -> HttpPeer */
    unsigned n_handshakes;
    size_t body_bytes;
    bool closing;
    HttpConn *accepting; /* during soup_server_accept_iostream() */
};

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
    GByteArray *in;            /* received and not yet used; may be NULL */
    size_t scanned;            /* of @in, without the end of a head */
    size_t linger_left;        /* bytes to swallow yet */
    SoupServerMessage *msg;    /* while libsoup has it */
    bool soup_closed;          /* libsoup has dropped @msg by itself */
    HttpRequest *request;
    size_t body_len;
    uid_t uid;
};

struct HttpRequest {
    unsigned refs;
    HttpConn *conn; /* NULL when an answer would go nowhere */
    HttpHead *head;
    char *peer;
    bool local;
    uid_t uid;
    GBytes *body;
    GHashTable *joined; /* fields sent several times; may be NULL */
    GCancellable *cancellable;
    bool paused;
    bool responded;
};

/* http.c: a descriptor was closed, there may be room for a connection. */
void http_server_resume(HttpServer *server);

/* http-conn.c: the life of a connection. */

/* Takes over @socket; @peer is NULL on a unix socket. */
void http_conn_start(HttpServer *server, GSocket *socket,
                     GTlsCertificate *certificate, HttpPeer *peer);
HttpConn *http_conn_ref(HttpConn *conn);
void http_conn_unref(HttpConn *conn);
/* Ends it at once, whatever it is doing. */
void http_conn_close(HttpConn *conn);
/* Ends it so that what was sent arrives. */
void http_conn_linger(HttpConn *conn);
/* Waits for a request, first in what was received already. */
void http_conn_wait_request(HttpConn *conn);
/* Answers with an error and ends the connection. */
void http_conn_refuse(HttpConn *conn, unsigned status);
/* Arms the one deadline; 0 disarms it. */
void http_conn_set_deadline(HttpConn *conn, unsigned ms);
/* Replaces the one watched source; NULL for none. Takes @source. */
void http_conn_set_watch(HttpConn *conn, GSource *source, GSourceFunc func);

/* http-handshake.c: TLS. */
void http_handshake_start(HttpConn *conn);
/* Takes a closing connection out of the queue. */
void http_handshake_forget(HttpConn *conn);
/* Tells the peer that nothing more comes; never blocks. */
void http_handshake_bye(HttpConn *conn);

/* http-exchange.c: one request through libsoup. */
void http_exchange_init(HttpServer *server);
/* @head is taken over; the body begins in conn->in. */
void http_exchange_start(HttpConn *conn, HttpHead *head);
/* Takes the connection back from libsoup and ends the request. */
void http_exchange_end(HttpConn *conn);
const char *http_exchange_reason(unsigned status);

/* http-request.c */
HttpRequest *http_request_new(HttpConn *conn, HttpHead *head);
/* Nobody waits for the answer any more. */
void http_request_detach(HttpRequest *request);

#endif /* QEMU_BMC_REDFISH_HTTP_PRIV_H */
