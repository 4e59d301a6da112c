/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A server on a unix socket that gets lines and descriptors, for one client
 * at a time; the next one waits in the backlog.
 */
#ifndef QEMU_BMC_TESTS_MOCK_SERVER_H
#define QEMU_BMC_TESTS_MOCK_SERVER_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct MockServer MockServer;

/**
 * MockServerOps: what the owner hears.
 *
 * @line: a line came, without its end
 * @accepted: a client has connected
 * @hung_up: the connection has ended, by whomever
 */
typedef struct MockServerOps {
    void (*line)(void *opaque, const char *line);
    void (*accepted)(void *opaque);
    void (*hung_up)(void *opaque);
} MockServerOps;

/**
 * mock_server_new: make a server; it does not listen yet.
 *
 * @addr: its address
 * @ops: what to call
 * @opaque: handed to each of @ops
 *
 * Returns: (transfer full): the server
 */
MockServer *mock_server_new(GSocketAddress *addr, const MockServerOps *ops,
                            void *opaque);

/**
 * mock_server_free: close all and free.
 *
 * @server: the server
 */
void mock_server_free(MockServer *server);

/**
 * mock_server_listen: make the socket; nothing may be at its path.
 *
 * @server: the server
 */
void mock_server_listen(MockServer *server);

/**
 * mock_server_close: end the connection and stop listening.
 *
 * @server: the server
 */
void mock_server_close(MockServer *server);

/**
 * mock_server_hang_up: end the connection, go on listening.
 *
 * @server: the server
 */
void mock_server_hang_up(MockServer *server);

/**
 * mock_server_is_connected: tell whether there is a client.
 *
 * @server: the server
 *
 * Returns: true if there is
 */
bool mock_server_is_connected(const MockServer *server);

/**
 * mock_server_get_connections: count accepted connections.
 *
 * @server: the server
 *
 * Returns: how many so far
 */
unsigned mock_server_get_connections(const MockServer *server);

/**
 * mock_server_send: send bytes, now or when the client takes them.
 *
 * @server: the server, connected
 * @data: the bytes
 * @len: their number
 */
void mock_server_send(MockServer *server, const void *data, size_t len);

/**
 * mock_server_set_chunk: send in pieces, one per turn of the main loop.
 *
 * @server: the server
 * @size: bytes per piece; 0 for as much as possible
 */
void mock_server_set_chunk(MockServer *server, size_t size);

/**
 * mock_server_set_deaf: stop reading, or go on.
 *
 * @server: the server
 * @deaf: true to stop
 */
void mock_server_set_deaf(MockServer *server, bool deaf);

/**
 * mock_server_take_fd: take the descriptor that came last.
 *
 * @server: the server
 *
 * Returns: the descriptor, which the caller closes, or -1
 */
int mock_server_take_fd(MockServer *server);

#endif /* QEMU_BMC_TESTS_MOCK_SERVER_H */
