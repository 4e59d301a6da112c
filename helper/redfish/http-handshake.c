/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TLS on a connection. GIO handshakes in a pooled thread that a slow peer
 * holds, so it begins when the ClientHello is all there, and only a few do it
 * at a time.
 */
#include "osdep.h"

#include "redfish/http-priv.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

#define TLS_RECORD_HEADER 5
#define TLS_RECORD_MAX (16 * 1024)
#define TLS_HANDSHAKE_RECORD 22

static void run_queue(HttpServer *server);

/* Makes poll() wait until that many bytes are there. */
static void set_low_water_mark(HttpConn *conn, int bytes)
{
    g_socket_set_option(conn->socket, SOL_SOCKET, SO_RCVLOWAT, bytes, NULL);
}

/* A client that has to be good and is not gets no answer. */
static bool is_trusted(const HttpServer *server, GTlsCertificate *certificate)
{
    return !server->trust ||
           (certificate && server->trust(certificate, server->trust_opaque));
}

/*
 * GIO's own opinion is about servers. It waits for this one, in its thread,
 * while the main loop finds it out.
 */
static gboolean on_accept(GTlsConnection *tls, GTlsCertificate *certificate,
                          GTlsCertificateFlags errors, void *opaque)
{
    HttpConn *conn = opaque;

    return conn->server && is_trusted(conn->server, certificate);
}

static void on_handshake_done(GObject *object, GAsyncResult *result,
                              void *opaque)
{
    HttpConn *conn = opaque;
    HttpServer *server = conn->server;
    g_autoptr(GError) err = NULL;
    bool ok;

    ok = g_tls_connection_handshake_finish(G_TLS_CONNECTION(object), result,
                                           &err);
    g_clear_object(&conn->handshake);
    if (server) {
        server->n_handshakes--;
        if (conn->peer) {
            conn->peer->n_handshakes--;
        }
        if (!ok) {
            g_debug("TLS handshake: %s", err->message);
            http_conn_close(conn);
        } else if (!is_trusted(server,
                               g_tls_connection_get_peer_certificate(
                                   G_TLS_CONNECTION(object)))) {
            /* A session that was resumed is not asked again. */
            http_conn_close(conn);
        } else {
            http_receive_start(conn);
        }
        run_queue(server);
    } else {
        g_socket_close(conn->socket, NULL);
    }
    http_conn_unref(conn);
}

/* It may be emulated, and slow; all of it is one peer. */
static bool is_guest(const HttpConn *conn)
{
    return conn->peer && conn->peer->guest;
}

static void ask_for_certificate(HttpConn *conn)
{
    HttpServer *server = conn->server;

    if (!server->authorities) {
        return;
    }
    g_tls_connection_set_database(G_TLS_CONNECTION(conn->base),
                                  server->authorities);
    g_object_set(conn->base, "authentication-mode",
                 server->trust ? G_TLS_AUTHENTICATION_REQUIRED
                               : G_TLS_AUTHENTICATION_REQUESTED, NULL);
    /* Not after the end of the connection: its stream is ours alone. */
    g_signal_connect(conn->base, "accept-certificate", G_CALLBACK(on_accept),
                     conn);
}

static void begin(HttpConn *conn)
{
    static const char *const protocols[] = { "http/1.1", NULL };
    g_autoptr(GError) err = NULL;

    conn->state = HTTP_CONN_HANDSHAKE;
    conn->base = g_tls_server_connection_new(conn->tcp, conn->certificate,
                                             &err);
    if (!conn->base) {
        g_debug("TLS: %s", err->message);
        http_conn_close(conn);
        return;
    }
    g_tls_connection_set_require_close_notify(G_TLS_CONNECTION(conn->base),
                                              FALSE);
    g_tls_connection_set_advertised_protocols(
        G_TLS_CONNECTION(conn->base), (const char *const *)protocols);
    ask_for_certificate(conn);
    http_conn_set_deadline(conn, conn->server->limits.handshake_ms);
    conn->handshake = g_cancellable_new();
    conn->handshake_us = g_get_monotonic_time();
    conn->server->n_handshakes++;
    if (conn->peer) {
        conn->peer->n_handshakes++;
    }
    g_tls_connection_handshake_async(G_TLS_CONNECTION(conn->base),
                                     G_PRIORITY_DEFAULT, conn->handshake,
                                     on_handshake_done, http_conn_ref(conn));
}

/*
 * The first in the queue of those whose peer has fewest handshakes going on,
 * or NULL if all have as many as they may.
 */
static HttpConn *next_in_queue(HttpServer *server)
{
    unsigned fewest = HTTP_HANDSHAKES_PER_PEER;
    HttpConn *found = NULL;
    GList *link;

    for (link = server->hellos.head; link; link = link->next) {
        HttpConn *conn = link->data;

        if (!conn->peer) {
            return conn;
        }
        if (conn->peer->n_handshakes < fewest) {
            found = conn;
            fewest = conn->peer->n_handshakes;
        }
    }
    return found;
}

/*
 * A client that is slow, or whose machine is busy, has time as long as it
 * keeps nobody else from his turn.
 */
static void hurry(HttpServer *server)
{
    int64_t turn_us = server->limits.handshake_turn_ms * INT64_C(1000);
    GList *link;

    for (link = server->conns.head; link; link = link->next) {
        HttpConn *conn = link->data;
        int64_t end_us = conn->handshake_us + turn_us;

        if (conn->handshake && !is_guest(conn) &&
            g_source_get_ready_time(conn->deadline) > end_us) {
            g_source_set_ready_time(conn->deadline, end_us);
        }
    }
}

static void run_queue(HttpServer *server)
{
    HttpConn *conn = NULL;

    while (!server->closing && (conn = next_in_queue(server)) &&
           server->n_handshakes < HTTP_HANDSHAKES_MAX) {
        g_queue_unlink(&server->hellos, &conn->hello_link);
        begin(conn);
    }
    if (conn) {
        hurry(server);
    }
}

static void enqueue(HttpConn *conn)
{
    http_conn_set_watch(conn, NULL, NULL);
    set_low_water_mark(conn, 1);
    conn->state = HTTP_CONN_QUEUED;
    g_queue_push_tail_link(&conn->server->hellos, &conn->hello_link);
    run_queue(conn->server);
}

/* Someone who speaks plain HTTP to us is told so. */
static void refuse_plain(HttpConn *conn, uint8_t first)
{
    http_conn_set_watch(conn, NULL, NULL);
    if (g_ascii_isupper(first)) {
        conn->base = g_object_ref(conn->tcp);
        http_conn_refuse(conn, 400);
    } else {
        http_conn_close(conn);
    }
}

static gboolean on_hello(GSocket *socket, GIOCondition condition, void *opaque)
{
    HttpConn *conn = opaque;
    uint8_t head[TLS_RECORD_HEADER];
    int there = 0;
    size_t size;
    ssize_t n;

    n = recv(g_socket_get_fd(socket), head, sizeof(head),
             MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return G_SOURCE_CONTINUE;
    }
    if (n > 0 && head[0] != TLS_HANDSHAKE_RECORD) {
        refuse_plain(conn, head[0]);
        return G_SOURCE_REMOVE;
    }
    if (n > 0 && is_guest(conn)) {
        /* Unix sockets have no such mark: this is all we can wait for. */
        enqueue(conn);
        return G_SOURCE_REMOVE;
    }
    if (n < (ssize_t)sizeof(head)) {
        /* Woken below the mark: the peer has closed. */
        http_conn_close(conn);
        return G_SOURCE_REMOVE;
    }
    size = sizeof(head) + (head[3] << 8 | head[4]);
    if (ioctl(g_socket_get_fd(socket), FIONREAD, &there) < 0 ||
        size > sizeof(head) + TLS_RECORD_MAX ||
        ((size_t)there < size && condition & (G_IO_HUP | G_IO_ERR))) {
        http_conn_close(conn);
        return G_SOURCE_REMOVE;
    }
    if ((size_t)there < size) {
        int mark = 0;
        socklen_t len = sizeof(mark);

        getsockopt(g_socket_get_fd(socket), SOL_SOCKET, SO_RCVLOWAT, &mark,
                   &len);
        if (mark == (int)size) {
            /* Woken below the mark again: the peer has closed. */
            http_conn_close(conn);
            return G_SOURCE_REMOVE;
        }
        set_low_water_mark(conn, size);
        return G_SOURCE_CONTINUE;
    }
    enqueue(conn);
    return G_SOURCE_REMOVE;
}

void http_handshake_start(HttpConn *conn)
{
    conn->state = HTTP_CONN_HELLO;
    http_conn_set_deadline(conn, conn->server->limits.handshake_ms);
    if (!conn->peer) {
        /* Unix sockets have no such mark, and no strangers. */
        enqueue(conn);
        return;
    }
    set_low_water_mark(conn, TLS_RECORD_HEADER);
    http_conn_set_watch(conn,
                        g_socket_create_source(conn->socket, G_IO_IN, NULL),
                        G_SOURCE_FUNC(on_hello));
}

void http_handshake_forget(HttpConn *conn)
{
    if (conn->state == HTTP_CONN_QUEUED) {
        g_queue_unlink(&conn->server->hellos, &conn->hello_link);
    } else if (conn->handshake) {
        conn->server->n_handshakes--;
        if (conn->peer) {
            conn->peer->n_handshakes--;
        }
        run_queue(conn->server);
    }
}

void http_handshake_bye(HttpConn *conn)
{
    if (!G_IS_TLS_CONNECTION(conn->base) ||
        !(g_socket_condition_check(conn->socket, G_IO_OUT) & G_IO_OUT)) {
        return;
    }
    /* Closing blocks when the socket cannot take it; now it can. */
    g_output_stream_close(g_io_stream_get_output_stream(conn->base), NULL,
                          NULL);
}
