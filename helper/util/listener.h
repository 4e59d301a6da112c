/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A listening stream socket that survives what happens to listening sockets:
 * peers that give up before they are accepted, a full descriptor table, the
 * socket file that a killed predecessor left behind.
 */
#ifndef QEMU_BMC_UTIL_LISTENER_H
#define QEMU_BMC_UTIL_LISTENER_H

#include <gio/gio.h>
#include <glib.h>

typedef struct Listener Listener;

/**
 * ListenerFunc: called for each accepted connection. May free the listener.
 *
 * @socket: (transfer none): non-blocking for the kernel, close-on-exec, and
 *          with TCP_NODELAY on TCP; dropping it closes the connection
 * @opaque: as given to listener_new()
 */
typedef void (*ListenerFunc)(GSocket *socket, void *opaque);

/**
 * listener_new: bind, listen and accept in the thread's default main context.
 *
 * A unix socket gets mode 0600 and is unlinked when the listener is freed; a
 * stale one, which nobody listens on, is replaced. "::" listens for IPv4 too,
 * unless the host has no IPv6, where it means 0.0.0.0; any other IPv6 address
 * is for IPv6 only.
 *
 * Some descriptors of the process's limit are never given to peers, because
 * GLib aborts where it cannot make an event descriptor. At that mark, or when
 * the system's table is full, accepting pauses until listener_resume() or for
 * one second.
 *
 * @addr: TCP or unix address; port 0 picks a free one
 * @func: called for each connection
 * @opaque: handed to @func
 * @errp: BMC_ERROR_EXISTS when the address is in use, BMC_ERROR_PERMISSION
 *        when the system refuses it, BMC_ERROR_NOT_FOUND when the host does
 *        not have it or a directory is missing, or BMC_ERROR_FAILED; names
 *        the address and says what to do, but not by which option
 *
 * Returns: (transfer full): the listener, or NULL
 */
Listener *listener_new(GSocketAddress *addr, ListenerFunc func, void *opaque,
                       GError **errp);

/**
 * listener_free: stop listening. Accepted connections are not touched.
 *
 * @listener: the listener, or NULL
 */
void listener_free(Listener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listener, listener_free)

/**
 * listener_address: the address really bound.
 *
 * @listener: the listener
 *
 * Returns: (transfer none): the address
 */
GSocketAddress *listener_address(const Listener *listener);

/**
 * listener_resume: tell that a connection was closed, so that a listener
 * that ran out of descriptors accepts again at once.
 *
 * @listener: the listener
 */
void listener_resume(Listener *listener);

#endif /* QEMU_BMC_UTIL_LISTENER_H */
