/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One established connection: messages in, one command at a time out. */
#ifndef QEMU_BMC_QMP_QMP_CHANNEL_H
#define QEMU_BMC_QMP_QMP_CHANNEL_H

#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <stdbool.h>
#include <stddef.h>

#include "qmp/qmp-proto.h"

typedef struct QmpChannel QmpChannel;

/**
 * QmpChannelOps: what a channel's owner wants to hear, from the main loop.
 * Each may free the channel.
 *
 * @message: a message came; @len is its length on the wire
 * @writable: the command given last has been written
 * @closed: the connection is lost (the channel stays silent from now on)
 */
typedef struct QmpChannelOps {
    void (*message)(void *opaque, const QmpMessage *message, size_t len);
    void (*writable)(void *opaque);
    void (*closed)(void *opaque, const GError *err);
} QmpChannelOps;

/**
 * qmp_channel_new: take over a connection.
 *
 * @sock: (transfer full): the connection, non-blocking
 * @message_max: longest message accepted, bytes, or 0 for the default
 * @ops: what to call
 * @opaque: handed to each of @ops
 *
 * Returns: (transfer full): the channel
 */
QmpChannel *qmp_channel_new(GSocket *sock, size_t message_max,
                            const QmpChannelOps *ops, void *opaque);

/**
 * qmp_channel_free: close the connection.
 *
 * @channel: the channel, or NULL
 */
void qmp_channel_free(QmpChannel *channel);

/**
 * qmp_channel_is_busy: tell whether a command is still being written.
 *
 * @channel: the channel
 *
 * Returns: true if qmp_channel_send() must not be called
 */
bool qmp_channel_is_busy(const QmpChannel *channel);

/**
 * qmp_channel_send: write a command, as far as the socket takes it now and
 * the rest when it takes more. A failure is told by @closed, later.
 *
 * @channel: the channel, not busy
 * @text: (transfer full): the bytes; wiped after use, they may hold secrets
 * @fds: descriptors to pass with the first of them, or NULL
 *
 * Returns: length of @text in bytes
 */
size_t qmp_channel_send(QmpChannel *channel, char *text, GUnixFDList *fds);

/**
 * qmp_channel_get_socket: the connection.
 *
 * @channel: the channel
 *
 * Returns: the socket; belongs to @channel
 */
GSocket *qmp_channel_get_socket(const QmpChannel *channel);

#endif /* QEMU_BMC_QMP_QMP_CHANNEL_H */
