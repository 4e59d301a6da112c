/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A line server on a unix socket. */
#include "osdep.h"

#include "mock-server.h"

#include <gio/gunixfdmessage.h>

struct MockServer {
    GSocketAddress *addr;
    const MockServerOps *ops;
    void *opaque;
    GSocket *listener;
    GSource *accept;
    GSocket *conn;
    GSource *in;
    GSource *out;
    GString *rx;
    GByteArray *tx;
    size_t chunk;
    bool deaf;
    unsigned connections;
    int fd;
};

static void drop_source(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static GSource *add_source(MockServer *server, GSocket *sock,
                           GIOCondition cond, GSocketSourceFunc func)
{
    GSource *source = g_socket_create_source(sock, cond, NULL);

    g_source_set_callback(source, G_SOURCE_FUNC(func), server, NULL);
    g_source_attach(source, NULL);
    return source;
}

static void end_connection(MockServer *server)
{
    drop_source(&server->in);
    drop_source(&server->out);
    g_string_truncate(server->rx, 0);
    g_byte_array_set_size(server->tx, 0);
    if (server->conn) {
        g_socket_close(server->conn, NULL);
        g_clear_object(&server->conn);
        server->ops->hung_up(server->opaque);
    }
}

/* Returns false when no more goes out now. */
static bool write_some(MockServer *server)
{
    size_t n = server->chunk ? MIN(server->chunk, server->tx->len) :
               server->tx->len;
    gssize sent = g_socket_send(server->conn, (char *)server->tx->data, n,
                                NULL, NULL);

    if (sent > 0) {
        g_byte_array_remove_range(server->tx, 0, sent);
    }
    return sent > 0 && !server->chunk;
}

static gboolean on_writable(GSocket *sock, GIOCondition cond, void *opaque)
{
    MockServer *server = opaque;

    write_some(server);
    if (server->tx->len == 0) {
        drop_source(&server->out);
    }
    return G_SOURCE_CONTINUE;
}

static void keep_fds(MockServer *server, GUnixFDMessage *message)
{
    g_autofree int *fds = NULL;
    int n;
    int i;

    fds = g_unix_fd_message_steal_fds(message, &n);
    for (i = 0; i < n; i++) {
        if (server->fd >= 0) {
            close(server->fd);
        }
        server->fd = fds[i];
    }
}

static void take_control(MockServer *server, GSocketControlMessage **messages,
                         int n)
{
    int i;

    for (i = 0; i < n; i++) {
        if (G_IS_UNIX_FD_MESSAGE(messages[i])) {
            keep_fds(server, G_UNIX_FD_MESSAGE(messages[i]));
        }
        g_object_unref(messages[i]);
    }
    g_free(messages);
}

static bool read_some(MockServer *server)
{
    char buf[4096];
    GInputVector vector = { buf, sizeof(buf) };
    GSocketControlMessage **messages = NULL;
    int n_messages = 0;
    int flags = 0;
    gssize n = g_socket_receive_message(server->conn, NULL, &vector, 1,
                                        &messages, &n_messages, &flags, NULL,
                                        NULL);

    take_control(server, messages, n_messages);
    if (n > 0) {
        g_string_append_len(server->rx, buf, n);
    }
    return n > 0;
}

static gboolean on_readable(GSocket *sock, GIOCondition cond, void *opaque)
{
    MockServer *server = opaque;
    char *end;

    if (!read_some(server)) {
        mock_server_hang_up(server);
        return G_SOURCE_REMOVE;
    }
    while (server->conn && !server->deaf &&
           (end = strchr(server->rx->str, '\n'))) {
        size_t len = end - server->rx->str;
        g_autofree char *line = g_strndup(server->rx->str, len);

        g_string_erase(server->rx, 0, len + 1);
        server->ops->line(server->opaque, line);
    }
    return G_SOURCE_CONTINUE;
}

static void hear(MockServer *server)
{
    if (!server->deaf && server->conn && !server->in) {
        server->in = add_source(server, server->conn, G_IO_IN, on_readable);
    }
}

static gboolean on_accept(GSocket *sock, GIOCondition cond, void *opaque)
{
    MockServer *server = opaque;

    server->conn = g_socket_accept(sock, NULL, NULL);
    if (!server->conn) {
        return G_SOURCE_CONTINUE;
    }
    drop_source(&server->accept);
    g_socket_set_blocking(server->conn, FALSE);
    server->connections++;
    hear(server);
    server->ops->accepted(server->opaque);
    return G_SOURCE_REMOVE;
}

static void accept_next(MockServer *server)
{
    if (server->listener && !server->conn && !server->accept) {
        server->accept = add_source(server, server->listener, G_IO_IN,
                                    on_accept);
    }
}

MockServer *mock_server_new(GSocketAddress *addr, const MockServerOps *ops,
                            void *opaque)
{
    MockServer *server = g_new0(MockServer, 1);

    server->addr = g_object_ref(addr);
    server->ops = ops;
    server->opaque = opaque;
    server->rx = g_string_new(NULL);
    server->tx = g_byte_array_new();
    server->fd = -1;
    return server;
}

void mock_server_free(MockServer *server)
{
    mock_server_close(server);
    if (server->fd >= 0) {
        close(server->fd);
    }
    g_string_free(server->rx, TRUE);
    g_byte_array_unref(server->tx);
    g_object_unref(server->addr);
    g_free(server);
}

void mock_server_listen(MockServer *server)
{
    g_autoptr(GError) err = NULL;

    server->listener = g_socket_new(G_SOCKET_FAMILY_UNIX,
                                    G_SOCKET_TYPE_STREAM,
                                    G_SOCKET_PROTOCOL_DEFAULT, &err);
    g_assert_no_error(err);
    g_socket_set_blocking(server->listener, FALSE);
    g_socket_bind(server->listener, server->addr, FALSE, &err);
    g_assert_no_error(err);
    g_socket_listen(server->listener, &err);
    g_assert_no_error(err);
    accept_next(server);
}

void mock_server_close(MockServer *server)
{
    end_connection(server);
    drop_source(&server->accept);
    if (server->listener) {
        g_socket_close(server->listener, NULL);
        g_clear_object(&server->listener);
    }
}

void mock_server_hang_up(MockServer *server)
{
    end_connection(server);
    accept_next(server);
}

bool mock_server_is_connected(const MockServer *server)
{
    return server->conn != NULL;
}

unsigned mock_server_get_connections(const MockServer *server)
{
    return server->connections;
}

void mock_server_send(MockServer *server, const void *data, size_t len)
{
    g_assert_nonnull(server->conn);
    g_byte_array_append(server->tx, data, len);
    while (server->tx->len && write_some(server)) {
        continue;
    }
    if (server->tx->len && !server->out) {
        server->out = add_source(server, server->conn, G_IO_OUT, on_writable);
    }
}

void mock_server_set_chunk(MockServer *server, size_t size)
{
    server->chunk = size;
}

void mock_server_set_deaf(MockServer *server, bool deaf)
{
    server->deaf = deaf;
    if (deaf) {
        drop_source(&server->in);
    } else {
        hear(server);
    }
}

int mock_server_take_fd(MockServer *server)
{
    int fd = server->fd;

    server->fd = -1;
    return fd;
}
