/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections of nbdkit's, on to a server. */
#include "osdep.h"

#include "bmc/media-forward.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "util/error.h"

#define CONNECT_TIMEOUT_S 10

struct MediaForward {
    char *path;
    GSocketConnectable *target;
    GSocketService *service;
    GSocketClient *client;
    GCancellable *cancellable;
    gulong handler;
    GError *error;
};

/* One connection on its way to the server. */
typedef struct Pending {
    GSocketConnection *near;
    GCancellable *cancellable;
    MediaForward *forward;
} Pending;

static void spliced(GObject *source, GAsyncResult *res, void *opaque)
{
    /* Either side has ended; both are closed */
    g_io_stream_splice_finish(res, NULL);
}

/* What this host or the network says is the server's not being there. */
static void keep_error(MediaForward *forward, GError *err)
{
    if (err->domain != BMC_ERROR) {
        err->domain = BMC_ERROR;
        err->code = BMC_ERROR_UNAVAILABLE;
    }
    g_clear_error(&forward->error);
    forward->error = err;
}

static void connected(GObject *source, GAsyncResult *res, void *opaque)
{
    Pending *pending = opaque;
    g_autoptr(GError) err = NULL;
    g_autoptr(GSocketConnection) far = g_socket_client_connect_finish(
        G_SOCKET_CLIENT(source), res, &err);

    if (far) {
        g_io_stream_splice_async(G_IO_STREAM(pending->near),
                                 G_IO_STREAM(far),
                                 G_IO_STREAM_SPLICE_CLOSE_STREAM1 |
                                 G_IO_STREAM_SPLICE_CLOSE_STREAM2,
                                 G_PRIORITY_DEFAULT, pending->cancellable,
                                 spliced, NULL);
    } else if (!g_cancellable_is_cancelled(pending->cancellable)) {
        keep_error(pending->forward, g_steal_pointer(&err));
    }
    g_object_unref(pending->near);
    g_object_unref(pending->cancellable);
    g_free(pending);
}

static gboolean incoming(GSocketService *service, GSocketConnection *near,
                         GObject *source, void *opaque)
{
    MediaForward *forward = opaque;
    Pending *pending = g_new0(Pending, 1);

    pending->near = g_object_ref(near);
    pending->cancellable = g_object_ref(forward->cancellable);
    pending->forward = forward;
    g_socket_client_connect_async(forward->client,
                                  forward->target,
                                  forward->cancellable, connected, pending);
    return TRUE;
}

MediaForward *media_forward_new(const char *path, GSocketConnectable *target,
                                GError **errp)
{
    MediaForward *forward = g_new0(MediaForward, 1);
    g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);

    forward->path = g_strdup(path);
    forward->target = g_object_ref(target);
    forward->cancellable = g_cancellable_new();
    forward->client = g_socket_client_new();
    g_socket_client_set_enable_proxy(forward->client, FALSE);
    g_socket_client_set_timeout(forward->client, CONNECT_TIMEOUT_S);
    forward->service = g_socket_service_new();
    g_unlink(path);
    if (!g_socket_listener_add_address(
            G_SOCKET_LISTENER(forward->service), address,
            G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL,
            errp)) {
        media_forward_free(forward);
        return NULL;
    }
    forward->handler = g_signal_connect(forward->service, "incoming",
                                        G_CALLBACK(incoming), forward);
    return forward;
}

const GError *media_forward_error(const MediaForward *forward)
{
    return forward->error;
}

void media_forward_free(MediaForward *forward)
{
    if (!forward) {
        return;
    }
    g_cancellable_cancel(forward->cancellable);
    if (forward->handler) {
        g_signal_handler_disconnect(forward->service, forward->handler);
    }
    g_socket_service_stop(forward->service);
    g_socket_listener_close(G_SOCKET_LISTENER(forward->service));
    g_unlink(forward->path);
    g_object_unref(forward->service);
    g_object_unref(forward->client);
    g_object_unref(forward->cancellable);
    g_object_unref(forward->target);
    g_clear_error(&forward->error);
    g_free(forward->path);
    g_free(forward);
}
