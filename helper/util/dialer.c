/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When and how to connect to a server that comes and goes. */
#include "osdep.h"

#include "util/dialer.h"

#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "util/path-watch.h"

#define BACKOFF_FIRST_MS 250
#define BACKOFF_LAST_MS 30000
#define CONNECT_TIMEOUT_MS 10000

/*
 * A socket's path appears at bind(), but connections are refused until
 * listen(), of which no event tells: 5 ms doubling, 8 times, 1.3 s in all.
 */
#define REFUSED_FIRST_MS 5
#define REFUSED_TRIES 8

struct Dialer {
    GSocketAddress *addr;
    char *path; /* NULL: nothing that could be watched */
    Clock *clock;
    DialerFunc func;
    void *opaque;

    PathWatch *watch;
    GSource *idle;
    GSocket *sock; /* connect() under way */
    GSource *source;
    ClockTimer *timer; /* the next attempt, or the end of this one */
    unsigned failures; /* in a row, for the back-off */
    unsigned refused; /* in a row, since the path last changed */
};

static void dial(Dialer *dialer);

static void drop_attempt(Dialer *dialer)
{
    clock_timer_stop(&dialer->timer);
    if (dialer->idle) {
        g_source_destroy(dialer->idle);
        g_clear_pointer(&dialer->idle, g_source_unref);
    }
    if (dialer->source) {
        g_source_destroy(dialer->source);
        g_clear_pointer(&dialer->source, g_source_unref);
    }
    g_clear_object(&dialer->sock);
}

static void on_timer(void *opaque)
{
    dial(opaque);
}

static gboolean on_idle(void *opaque)
{
    dial(opaque);
    return G_SOURCE_REMOVE;
}

static void on_path_changed(void *opaque)
{
    Dialer *dialer = opaque;

    dialer->refused = 0;
    dial(dialer);
}

static void dial_later(Dialer *dialer)
{
    unsigned shift = MIN(dialer->failures, 16);
    int64_t delay = MIN((int64_t)BACKOFF_FIRST_MS << shift, BACKOFF_LAST_MS);

    dialer->failures++;
    clock_timer_start(dialer->clock, &dialer->timer, delay, on_timer, dialer);
}

/* After a failure: wait for the path to change if that can be seen. */
static void wait_for_reason(Dialer *dialer, const GError *err)
{
    bool visible = dialer->watch && !path_watch_is_blind(dialer->watch);
    bool refused = g_error_matches(err, G_IO_ERROR,
                                   G_IO_ERROR_CONNECTION_REFUSED);

    if (!visible) {
        dial_later(dialer);
    } else if (refused && dialer->refused < REFUSED_TRIES) {
        clock_timer_start(dialer->clock, &dialer->timer,
                          REFUSED_FIRST_MS << dialer->refused, on_timer,
                          dialer);
        dialer->refused++;
    } else if (!refused &&
               !g_error_matches(err, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
               !g_error_matches(err, G_IO_ERROR,
                                G_IO_ERROR_NOT_DIRECTORY) &&
               !g_error_matches(err, G_IO_ERROR,
                                G_IO_ERROR_PERMISSION_DENIED)) {
        /* As when the backlog is full: it drains without any event. */
        dial_later(dialer);
    }
}

static void fail(Dialer *dialer, const GError *err)
{
    drop_attempt(dialer);
    wait_for_reason(dialer, err);
    dialer->func(dialer->opaque, NULL, err);
}

static void succeed(Dialer *dialer)
{
    GSocket *sock = g_steal_pointer(&dialer->sock);

    dialer_stop(dialer);
    dialer->refused = 0;
    dialer->func(dialer->opaque, sock, NULL);
}

static gboolean on_connected(GSocket *sock, GIOCondition cond, void *opaque)
{
    Dialer *dialer = opaque;
    g_autoptr(GError) err = NULL;

    if (g_socket_check_connect_result(sock, &err)) {
        succeed(dialer);
    } else {
        fail(dialer, err);
    }
    return G_SOURCE_REMOVE;
}

static void on_connect_timeout(void *opaque)
{
    g_autoptr(GError) err = g_error_new(G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                        "no answer within %d s",
                                        CONNECT_TIMEOUT_MS / 1000);

    fail(opaque, err);
}

static GSocket *make_socket(Dialer *dialer, GError **errp)
{
    GSocketFamily family = g_socket_address_get_family(dialer->addr);
    GSocket *sock = g_socket_new(family, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, errp);

    if (!sock) {
        return NULL;
    }
    g_socket_set_blocking(sock, FALSE);
    if (family != G_SOCKET_FAMILY_UNIX) {
        g_socket_set_option(sock, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
        g_socket_set_keepalive(sock, TRUE);
    }
    return sock;
}

static void dial(Dialer *dialer)
{
    g_autoptr(GError) err = NULL;

    drop_attempt(dialer);
    /* The watch comes first, so that nothing is missed in between. */
    if (dialer->watch && path_watch_is_blind(dialer->watch)) {
        g_clear_pointer(&dialer->watch, path_watch_free);
    }
    if (dialer->path && !dialer->watch) {
        dialer->watch = path_watch_new(dialer->path, on_path_changed, dialer);
    }
    dialer->sock = make_socket(dialer, &err);
    if (!dialer->sock) {
        fail(dialer, err);
        return;
    }
    if (g_socket_connect(dialer->sock, dialer->addr, NULL, &err)) {
        succeed(dialer);
        return;
    }
    if (!g_error_matches(err, G_IO_ERROR, G_IO_ERROR_PENDING)) {
        fail(dialer, err);
        return;
    }
    dialer->source = g_socket_create_source(dialer->sock, G_IO_OUT, NULL);
    g_source_set_callback(dialer->source, G_SOURCE_FUNC(on_connected), dialer,
                          NULL);
    g_source_attach(dialer->source, NULL);
    clock_timer_start(dialer->clock, &dialer->timer, CONNECT_TIMEOUT_MS,
                      on_connect_timeout, dialer);
    dialer->func(dialer->opaque, NULL, NULL);
}

Dialer *dialer_new(GSocketAddress *addr, Clock *clock, DialerFunc func,
                   void *opaque)
{
    Dialer *dialer = g_new0(Dialer, 1);
    GUnixSocketAddress *local;

    dialer->addr = g_object_ref(addr);
    dialer->clock = clock_ref(clock);
    dialer->func = func;
    dialer->opaque = opaque;
    if (G_IS_UNIX_SOCKET_ADDRESS(addr)) {
        local = G_UNIX_SOCKET_ADDRESS(addr);
        if (g_unix_socket_address_get_address_type(local) ==
            G_UNIX_SOCKET_ADDRESS_PATH) {
            dialer->path = g_strdup(g_unix_socket_address_get_path(local));
        }
    }
    return dialer;
}

void dialer_start(Dialer *dialer, bool failed)
{
    dialer_stop(dialer);
    if (failed && dialer->failures > 0) {
        if (dialer->path) {
            dialer->watch = path_watch_new(dialer->path, on_path_changed,
                                           dialer);
        }
        dial_later(dialer);
        return;
    }
    /* The first early end may be QEMU's restart: worth one quick attempt. */
    dialer->failures = failed ? 1 : 0;
    dialer->refused = 0;
    dialer->idle = g_idle_source_new();
    g_source_set_callback(dialer->idle, on_idle, dialer, NULL);
    g_source_attach(dialer->idle, NULL);
}

void dialer_stop(Dialer *dialer)
{
    drop_attempt(dialer);
    g_clear_pointer(&dialer->watch, path_watch_free);
}

void dialer_free(Dialer *dialer)
{
    if (!dialer) {
        return;
    }
    dialer_stop(dialer);
    g_object_unref(dialer->addr);
    clock_unref(dialer->clock);
    g_free(dialer->path);
    g_free(dialer);
}
