/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A unix socket whose connections go on to one address over TCP: so nbdkit
 * reaches the address that was checked, whatever a name server says next.
 */
#ifndef QEMU_BMC_BMC_MEDIA_FORWARD_H
#define QEMU_BMC_BMC_MEDIA_FORWARD_H

#include <gio/gio.h>

typedef struct MediaForward MediaForward;

/**
 * media_forward_new: begin to listen.
 *
 * @path: the socket to make
 * @target: where its connections go
 * @errp: why it cannot be made
 *
 * Returns: (transfer full): the socket, or NULL
 */
MediaForward *media_forward_new(const char *path, GSocketAddress *target,
                                GError **errp);

/**
 * media_forward_free: end all its connections and remove the socket.
 *
 * @forward: the socket, or NULL
 */
void media_forward_free(MediaForward *forward);

#endif /* QEMU_BMC_BMC_MEDIA_FORWARD_H */
