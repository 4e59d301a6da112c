/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One established connection to a monitor. */
#include "osdep.h"

#include "qmp/qmp-channel.h"

#include <gio/gunixfdmessage.h>

#include "util/error.h"
#include "util/secret.h"

#define READ_SIZE (16 * 1024)
/* Reads per turn of the main loop, so that a flood leaves others a turn. */
#define READ_BUDGET 16

struct QmpChannel {
    unsigned refs; /* the owner's and those of running callbacks */
    GSocket *sock;
    const QmpChannelOps *ops;
    void *opaque;
    QmpSplitter splitter;
    GSource *in;
    GSource *out;
    char *text; /* being written */
    size_t len;
    size_t written;
    GUnixFDList *fds;
    bool closed;
};

static void drop_source(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static void drop_text(QmpChannel *channel)
{
    g_clear_pointer(&channel->text, secret_free);
    g_clear_object(&channel->fds);
}

static void disconnect(QmpChannel *channel)
{
    channel->closed = true;
    drop_source(&channel->in);
    drop_source(&channel->out);
    drop_text(channel);
}

static void channel_unref(QmpChannel *channel)
{
    channel->refs--;
    if (channel->refs > 0) {
        return;
    }
    qmp_splitter_clear(&channel->splitter);
    g_byte_array_unref(channel->splitter.buf);
    g_socket_close(channel->sock, NULL);
    g_object_unref(channel->sock);
    g_free(channel);
}

static void lose(QmpChannel *channel, const GError *err)
{
    if (channel->closed) {
        return;
    }
    disconnect(channel);
    channel->ops->closed(channel->opaque, err);
}

static gssize send_some(QmpChannel *channel, GError **errp)
{
    g_autoptr(GSocketControlMessage) control = NULL;
    GOutputVector vector = {
        .buffer = channel->text + channel->written,
        .size = channel->len - channel->written,
    };

    if (!channel->fds) {
        return g_socket_send(channel->sock, vector.buffer, vector.size, NULL,
                             errp);
    }
    control = g_unix_fd_message_new_with_fd_list(channel->fds);
    return g_socket_send_message(channel->sock, NULL, &vector, 1, &control, 1,
                                 G_SOCKET_MSG_NONE, NULL, errp);
}

/* Returns false when the connection is broken. */
static bool flush(QmpChannel *channel, GError **errp)
{
    gssize n;

    while (channel->text) {
        g_autoptr(GError) err = NULL;

        n = send_some(channel, &err);
        if (n < 0) {
            if (g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
                return true;
            }
            g_propagate_error(errp, g_steal_pointer(&err));
            return false;
        }
        /* They went with the first byte. */
        g_clear_object(&channel->fds);
        channel->written += n;
        if (channel->written == channel->len) {
            drop_text(channel);
        }
    }
    return true;
}

static gboolean on_writable(GSocket *sock, GIOCondition cond, void *opaque)
{
    QmpChannel *channel = opaque;
    g_autoptr(GError) err = NULL;

    channel->refs++;
    if (!flush(channel, &err)) {
        lose(channel, err);
    } else if (!channel->text) {
        drop_source(&channel->out);
        channel->ops->writable(channel->opaque);
    }
    channel_unref(channel);
    /* A source that was dropped is destroyed, whatever is returned. */
    return G_SOURCE_CONTINUE;
}

static void deliver(QmpChannel *channel)
{
    const char *text = NULL;
    size_t len = 0;

    while (!channel->closed) {
        g_autoptr(QmpMessage) message = NULL;
        g_autoptr(GError) err = NULL;

        switch (qmp_splitter_next(&channel->splitter, &text, &len, &err)) {
        case QMP_SPLIT_MORE:
            return;
        case QMP_SPLIT_MESSAGE:
            message = qmp_message_parse(text, len, &err);
            break;
        case QMP_SPLIT_ERROR:
            break;
        }
        if (!message) {
            lose(channel, err);
            return;
        }
        channel->ops->message(channel->opaque, message, len);
    }
}

static bool read_some(QmpChannel *channel)
{
    g_autoptr(GError) err = NULL;
    char buf[READ_SIZE];
    gssize n = g_socket_receive(channel->sock, buf, sizeof(buf), NULL, &err);

    if (n > 0) {
        qmp_splitter_push(&channel->splitter, buf, n);
        deliver(channel);
        return n == sizeof(buf);
    }
    if (n < 0 && g_error_matches(err, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        return false;
    }
    if (n == 0) {
        g_set_error_literal(&err, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                            "QEMU closed the QMP connection");
    }
    lose(channel, err);
    return false;
}

static gboolean on_readable(GSocket *sock, GIOCondition cond, void *opaque)
{
    QmpChannel *channel = opaque;
    unsigned i;

    channel->refs++;
    for (i = 0; i < READ_BUDGET && !channel->closed; i++) {
        if (!read_some(channel)) {
            break;
        }
    }
    channel_unref(channel);
    return G_SOURCE_CONTINUE;
}

static GSource *add_source(QmpChannel *channel, GIOCondition cond,
                           GSocketSourceFunc func)
{
    GSource *source = g_socket_create_source(channel->sock, cond, NULL);

    g_source_set_callback(source, G_SOURCE_FUNC(func), channel, NULL);
    g_source_attach(source, NULL);
    return source;
}

QmpChannel *qmp_channel_new(GSocket *sock, size_t message_max,
                            const QmpChannelOps *ops, void *opaque)
{
    QmpChannel *channel = g_new0(QmpChannel, 1);

    channel->refs = 1;
    channel->sock = sock;
    channel->ops = ops;
    channel->opaque = opaque;
    qmp_splitter_init(&channel->splitter, message_max);
    channel->in = add_source(channel, G_IO_IN, on_readable);
    return channel;
}

void qmp_channel_free(QmpChannel *channel)
{
    if (channel) {
        disconnect(channel);
        channel_unref(channel);
    }
}

bool qmp_channel_is_busy(const QmpChannel *channel)
{
    return channel->text != NULL;
}

size_t qmp_channel_send(QmpChannel *channel, char *text, GUnixFDList *fds)
{
    size_t len = strlen(text);

    g_assert(!channel->text);
    if (channel->closed) {
        secret_free(text);
        return len;
    }
    channel->text = text;
    channel->len = len;
    channel->written = 0;
    channel->fds = fds ? g_object_ref(fds) : NULL;
    /*
     * A failure is left to the source, which meets it again: nothing calls
     * back from here.
     */
    if (!flush(channel, NULL) || channel->text) {
        channel->out = add_source(channel, G_IO_OUT, on_writable);
    }
    return len;
}

GSocket *qmp_channel_get_socket(const QmpChannel *channel)
{
    return channel->sock;
}
