/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The HTTP server: where it listens, and how much it takes on. */
#include "osdep.h"

#include "redfish/http.h"

#include "redfish/http-priv.h"
#include "util/addr.h"
#include "util/listener.h"

static const HttpLimits default_limits = {
    .max_connections = 256,
    .max_per_peer = 64,
    .max_body = 1024 * 1024,
    .handshake_ms = 30 * 1000,
    .handshake_turn_ms = 3 * 1000,
    .request_ms = 30 * 1000,
    .idle_ms = 60 * 1000,
    .stall_ms = 30 * 1000,
};

/* One address that a server listens on. */
typedef struct HttpPort {
    HttpServer *server;
    Listener *listener;
    GTlsCertificate *certificate;
    char *guest; /* name of the guest as a peer */
} HttpPort;

static void port_free(HttpPort *port)
{
    listener_free(port->listener);
    g_clear_object(&port->certificate);
    g_free(port->guest);
    g_free(port);
}

static void peer_free(HttpPeer *peer)
{
    g_free(peer->name);
    g_free(peer);
}

static char *peer_name(GSocket *socket)
{
    g_autoptr(GSocketAddress) addr = g_socket_get_remote_address(socket, NULL);

    return addr_host_to_string(addr);
}

/* Counts a connection with its peer, which is made if it is new. */
static HttpPeer *join_peer(const HttpPort *port, GSocket *socket)
{
    HttpServer *server = port->server;
    g_autofree char *name = port->guest ? g_strdup(port->guest)
                                        : peer_name(socket);
    HttpPeer *peer = g_hash_table_lookup(server->peers, name);

    if (!peer) {
        peer = g_new0(HttpPeer, 1);
        peer->name = g_steal_pointer(&name);
        peer->guest = port->guest;
        g_hash_table_insert(server->peers, peer->name, peer);
    }
    peer->n_conns++;
    return peer;
}

/* The one that waited longest between two requests, or NULL. */
static HttpConn *find_idle(HttpServer *server)
{
    GList *link;

    for (link = server->conns.head; link; link = link->next) {
        HttpConn *conn = link->data;

        if (conn->state == HTTP_CONN_IDLE || conn->state == HTTP_CONN_LINGER) {
            return conn;
        }
    }
    return NULL;
}

/*
 * The oldest one that has not brought a whole request, of the peer with most
 * connections, or NULL if no peer has more than @n.
 */
static HttpConn *find_unfinished(HttpServer *server, unsigned n)
{
    HttpConn *found = NULL;
    GList *link;

    for (link = server->conns.head; link; link = link->next) {
        HttpConn *conn = link->data;

        if (conn->peer && conn->peer->n_conns > n &&
            (conn->state == HTTP_CONN_HELLO ||
             conn->state == HTTP_CONN_QUEUED ||
             conn->state == HTTP_CONN_HEAD ||
             conn->state == HTTP_CONN_BODY)) {
            found = conn;
            n = conn->peer->n_conns;
        }
    }
    return found;
}

/*
 * Makes room when all connections are in use: first one that is idle has to
 * go, its client can come back, and then one of those who would have them
 * all. @peer, which may be NULL, is the one to make room for.
 */
static bool make_room(HttpServer *server, const HttpPeer *peer)
{
    HttpConn *conn = find_idle(server);

    if (!conn) {
        conn = find_unfinished(server, peer ? peer->n_conns : 0);
    }
    if (!conn) {
        return false;
    }
    http_conn_close(conn);
    return true;
}

/* Whether a connection of @peer, which may be NULL, is taken on. */
static bool has_room(HttpServer *server, const HttpPeer *peer)
{
    if (peer && peer->n_conns > server->limits.max_per_peer) {
        g_debug("connection of %s refused: %u are open", peer->name,
                peer->n_conns - 1);
        return false;
    }
    if (server->conns.length >= server->limits.max_connections &&
        !make_room(server, peer)) {
        g_debug("connection refused: %u are open", server->conns.length);
        return false;
    }
    return true;
}

static void on_connection(GSocket *socket, void *opaque)
{
    HttpPort *port = opaque;
    HttpServer *server = port->server;
    HttpPeer *peer = NULL;

    if (port->guest ||
        g_socket_get_family(socket) != G_SOCKET_FAMILY_UNIX) {
        peer = join_peer(port, socket);
    }
    if (has_room(server, peer)) {
        http_conn_start(server, socket, port->certificate, peer);
    } else if (peer) {
        http_server_leave_peer(server, peer);
    }
}

HttpServer *http_server_new(const HttpLimits *limits,
                            GBytes *(*error_body)(unsigned status,
                                                  const char *text),
                            HttpHandler handler, void *opaque)
{
    HttpServer *server = g_new0(HttpServer, 1);
    HttpLimits *own = &server->limits;
    const HttpLimits *dflt = &default_limits;

    if (limits) {
        *own = *limits;
    }
    own->max_connections = own->max_connections ?: dflt->max_connections;
    own->max_per_peer = own->max_per_peer ?: dflt->max_per_peer;
    own->max_body = own->max_body ?: dflt->max_body;
    own->handshake_ms = own->handshake_ms ?: dflt->handshake_ms;
    own->handshake_turn_ms = own->handshake_turn_ms
                             ?: dflt->handshake_turn_ms;
    own->request_ms = own->request_ms ?: dflt->request_ms;
    own->idle_ms = own->idle_ms ?: dflt->idle_ms;
    own->stall_ms = own->stall_ms ?: dflt->stall_ms;
    server->error_body = error_body;
    server->handler = handler;
    server->opaque = opaque;
    server->ports = g_ptr_array_new_with_free_func((GDestroyNotify)port_free);
    server->peers = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                          (GDestroyNotify)peer_free);
    http_exchange_init(server);
    return server;
}

GSocketAddress *http_server_listen_guest(HttpServer *server,
                                         GSocketAddress *addr,
                                         GTlsCertificate *certificate,
                                         const char *peer, GError **errp)
{
    HttpPort *port = g_new0(HttpPort, 1);

    port->server = server;
    port->guest = g_strdup(peer);
    port->listener = listener_new(addr, on_connection, port, errp);
    if (!port->listener) {
        port_free(port);
        return NULL;
    }
    if (certificate) {
        port->certificate = g_object_ref(certificate);
    }
    g_ptr_array_add(server->ports, port);
    return g_object_ref(listener_address(port->listener));
}

void http_server_set_streams(HttpServer *server,
                             bool (*streams)(const HttpRequest *request,
                                             void *opaque))
{
    server->streams = streams;
}

void http_server_set_certificate(HttpServer *server,
                                 GTlsCertificate *certificate)
{
    unsigned i;

    for (i = 0; i < server->ports->len; i++) {
        HttpPort *port = server->ports->pdata[i];

        if (port->certificate) {
            g_set_object(&port->certificate, certificate);
        }
    }
}

void http_server_set_trust(HttpServer *server, GTlsDatabase *authorities,
                           HttpTrustFunc required, void *opaque)
{
    g_set_object(&server->authorities, authorities);
    server->trust = required;
    server->trust_opaque = opaque;
}

GSocketAddress *http_server_listen(HttpServer *server, GSocketAddress *addr,
                                   GTlsCertificate *certificate,
                                   GError **errp)
{
    return http_server_listen_guest(server, addr, certificate, NULL, errp);
}

/*
 * A connection over the network that is to end at once; others end with the
 * answer that is under way there.
 */
static HttpConn *find_to_drop(HttpServer *server)
{
    GList *link;

    for (link = server->conns.head; link; link = link->next) {
        HttpConn *conn = link->data;

        if (!conn->peer || conn->peer->guest ||
            conn->state == HTTP_CONN_LINGER) {
            continue;
        }
        if (conn->state != HTTP_CONN_SERVING || !conn->request ||
            conn->request->pushing) {
            return conn;
        }
        conn->request->head->close = true;
    }
    return NULL;
}

void http_server_unlisten(HttpServer *server, GSocketAddress *bound,
                          bool drop)
{
    HttpConn *conn;
    unsigned i;

    for (i = 0; i < server->ports->len; i++) {
        HttpPort *port = server->ports->pdata[i];

        if (listener_address(port->listener) == bound) {
            g_ptr_array_remove_index(server->ports, i);
            break;
        }
    }
    while (drop && (conn = find_to_drop(server))) {
        http_conn_close(conn);
    }
}

void http_server_leave_peer(HttpServer *server, HttpPeer *peer)
{
    if (--peer->n_conns == 0) {
        g_hash_table_remove(server->peers, peer->name);
    }
}

void http_server_resume(HttpServer *server)
{
    unsigned i;

    for (i = 0; i < server->ports->len; i++) {
        HttpPort *port = g_ptr_array_index(server->ports, i);

        listener_resume(port->listener);
    }
}

void http_server_free(HttpServer *server)
{
    if (!server) {
        return;
    }
    server->closing = true;
    g_ptr_array_set_size(server->ports, 0);
    while (server->conns.head) {
        http_conn_close(server->conns.head->data);
    }
    g_signal_handlers_disconnect_by_data(server->soup, server);
    g_object_unref(server->soup);
    g_object_unref(server->nowhere);
    g_hash_table_unref(server->peers);
    g_clear_object(&server->authorities);
    g_ptr_array_unref(server->ports);
    g_free(server);
}
