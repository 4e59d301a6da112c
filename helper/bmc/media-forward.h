/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A unix socket whose connections go on to a server over TCP: so nbdkit
 * reaches only addresses that were checked, whatever a name server says.
 */
#ifndef QEMU_BMC_BMC_MEDIA_FORWARD_H
#define QEMU_BMC_BMC_MEDIA_FORWARD_H

#include <gio/gio.h>

typedef struct MediaForward MediaForward;

/**
 * media_forward_new: begin to listen.
 *
 * @path: the socket to make
 * @target: where its connections go; each connection tries its addresses
 *          in their order
 * @errp: why it cannot be made
 *
 * Returns: (transfer full): the socket, or NULL
 */
MediaForward *media_forward_new(const char *path, GSocketConnectable *target,
                                GError **errp);

/**
 * media_forward_error: why the server was not reached the last time.
 *
 * @forward: the socket
 *
 * Returns: (transfer none): of BMC_ERROR; NULL if it always was
 */
const GError *media_forward_error(const MediaForward *forward);

/**
 * media_forward_free: end all its connections and remove the socket.
 *
 * @forward: the socket, or NULL
 */
void media_forward_free(MediaForward *forward);

#endif /* QEMU_BMC_BMC_MEDIA_FORWARD_H */
