/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Listening stream sockets. GSocketService and SoupListener spin or stop for
 * ever when accept() fails; this one does neither.
 */
#include "osdep.h"

#include "util/listener.h"

#include <gio/gunixsocketaddress.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "util/addr.h"
#include "util/error.h"

#define LISTENER_BACKLOG 128
/* So that a flood of connections cannot starve the rest of the loop. */
#define LISTENER_BUDGET 16
#define LISTENER_RETRY_MS 1000
/* Peers that come and go at the limit make one log line in that time. */
#define LISTENER_LOG_MS (10 * 60 * 1000)
/* Descriptors that peers cannot use up. */
#define LISTENER_FD_RESERVE 64

struct Listener {
    GSocket *socket;
    GSocketAddress *address;
    char *path; /* unix socket to unlink */
    dev_t dev;  /* its identity, not to unlink a successor's */
    ino_t ino;
    GSource *accept_source;
    GSource *retry_timer;
    ListenerFunc func;
    void *opaque;
    int64_t full_logged_ms; /* when that was; 0 for never */
    bool *freed; /* set when freed from within @func */
};

static void listener_start_accepting(Listener *listener);

static void clear_source(GSource **source)
{
    if (*source) {
        g_source_destroy(*source);
        g_clear_pointer(source, g_source_unref);
    }
}

static gboolean retry_accept(void *opaque)
{
    Listener *listener = opaque;

    clear_source(&listener->retry_timer);
    listener_start_accepting(listener);
    return G_SOURCE_REMOVE;
}

static void pause_accepting(Listener *listener, const char *why)
{
    int64_t now = g_get_monotonic_time() / 1000;

    if (!listener->full_logged_ms ||
        now - listener->full_logged_ms >= LISTENER_LOG_MS) {
        g_autofree char *where = addr_to_string(listener->address);

        listener->full_logged_ms = now;
        g_info("%s: not accepting connections for now: %s", where, why);
    }
    clear_source(&listener->accept_source);
    clear_source(&listener->retry_timer);
    listener->retry_timer = g_timeout_source_new(LISTENER_RETRY_MS);
    g_source_set_callback(listener->retry_timer, retry_accept, listener, NULL);
    g_source_attach(listener->retry_timer,
                    g_main_context_get_thread_default());
}

/*
 * Descriptors are handed out lowest first, so the number of a new one tells
 * how full the table is.
 */
static bool fd_is_reserved(int fd)
{
    struct rlimit limit;
    rlim_t reserve;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
        limit.rlim_cur == RLIM_INFINITY) {
        return false;
    }
    reserve = MIN(limit.rlim_cur / 4, LISTENER_FD_RESERVE);
    return (rlim_t)fd >= limit.rlim_cur - reserve;
}

/* Returns false when accepting has to wait. */
static bool handle_accept_error(Listener *listener, int err)
{
    switch (err) {
    case EAGAIN:
        return false;
    case EINTR:
    case ECONNABORTED:
    case ENETDOWN:
    case EPROTO:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case EPERM:
        /* Errors of that one connection, see accept(2). */
        return true;
    default:
        pause_accepting(listener, g_strerror(err));
        return false;
    }
}

/* Returns false when accepting has to wait. */
static bool accept_one(Listener *listener)
{
    g_autoptr(GSocket) socket = NULL;
    int fd;

    fd = accept4(g_socket_get_fd(listener->socket), NULL, NULL,
                 SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        return handle_accept_error(listener, errno);
    }
    if (fd_is_reserved(fd)) {
        close(fd);
        pause_accepting(listener, "the limit of open files is near");
        return false;
    }
    socket = g_socket_new_from_fd(fd, NULL);
    if (!socket) {
        close(fd);
        return true;
    }
    if (!listener->path) {
        g_socket_set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
    }
    listener->func(socket, listener->opaque);
    return true;
}

static gboolean on_acceptable(GSocket *socket, GIOCondition condition,
                              void *opaque)
{
    Listener *listener = opaque;
    bool freed = false;
    int i;

    listener->freed = &freed;
    for (i = 0; i < LISTENER_BUDGET; i++) {
        bool more = accept_one(listener);

        if (freed) {
            return G_SOURCE_REMOVE;
        }
        if (!more) {
            break;
        }
    }
    listener->freed = NULL;
    return listener->accept_source ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void listener_start_accepting(Listener *listener)
{
    if (listener->accept_source) {
        return;
    }
    listener->accept_source = g_socket_create_source(listener->socket,
                                                     G_IO_IN, NULL);
    g_source_set_callback(listener->accept_source,
                          G_SOURCE_FUNC(on_acceptable), listener, NULL);
    g_source_attach(listener->accept_source,
                    g_main_context_get_thread_default());
}

/* What went wrong with an address, and what a user can do. */
static void set_address_error(GError **errp, int err, GSocketAddress *addr)
{
    g_autofree char *where = addr_to_string(addr);
    BmcError code = BMC_ERROR_FAILED;
    const char *hint = "";
    struct stat st;

    switch (err) {
    case EADDRINUSE:
        if (G_IS_UNIX_SOCKET_ADDRESS(addr) && lstat(where, &st) == 0 &&
            !S_ISSOCK(st.st_mode)) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                        "cannot listen on %s: it is there and not a socket; "
                        "remove it or choose another", where);
            return;
        }
        g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                    "address %s is in use by another service", where);
        return;
    case EACCES:
    case EPERM:
        code = BMC_ERROR_PERMISSION;
        hint = G_IS_UNIX_SOCKET_ADDRESS(addr)
               ? "; check the owner and mode of its directory" : "";
        break;
    case ENOENT:
        code = BMC_ERROR_NOT_FOUND;
        hint = "; create its directory first";
        break;
    case EADDRNOTAVAIL:
        code = BMC_ERROR_NOT_FOUND;
        hint = "; no interface of this host has it";
        break;
    default:
        break;
    }
    g_set_error(errp, BMC_ERROR, code, "cannot listen on %s: %s%s", where,
                g_strerror(err), hint);
}

/* Returns true if @path is a socket file that nobody listens on. */
static bool unix_socket_is_stale(const char *path)
{
    struct sockaddr_un sun = { .sun_family = AF_UNIX };
    struct stat st;
    bool stale;
    int fd;

    if (lstat(path, &st) < 0 || !S_ISSOCK(st.st_mode)) {
        return false;
    }
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return false;
    }
    g_strlcpy(sun.sun_path, path, sizeof(sun.sun_path));
    stale = connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 &&
            errno == ECONNREFUSED;
    close(fd);
    return stale;
}

/* Returns 0 or an errno, as do the following. */
static int bind_native(Listener *listener, GSocketAddress *addr)
{
    struct sockaddr_storage sa;
    gssize len = g_socket_address_get_native_size(addr);

    if (len < 0 || !g_socket_address_to_native(addr, &sa, sizeof(sa), NULL)) {
        return EINVAL;
    }
    if (bind(g_socket_get_fd(listener->socket), (struct sockaddr *)&sa,
             len) < 0) {
        return errno;
    }
    return 0;
}

static int bind_unix(Listener *listener, GSocketAddress *addr)
{
    const char *path;
    struct stat st;
    int err;

    path = g_unix_socket_address_get_path(G_UNIX_SOCKET_ADDRESS(addr));
    if (unix_socket_is_stale(path)) {
        unlink(path);
    }
    err = bind_native(listener, addr);
    if (err) {
        return err;
    }
    listener->path = g_strdup(path);
    if (lstat(path, &st) == 0) {
        listener->dev = st.st_dev;
        listener->ino = st.st_ino;
    }
    /* Nobody can connect before listen(), so there is no window. */
    return chmod(path, 0600) < 0 ? errno : 0;
}

static int bind_inet(Listener *listener, GSocketAddress *addr)
{
    int fd = g_socket_get_fd(listener->socket);
    int one = 1;

    if (g_socket_address_get_family(addr) == G_SOCKET_FAMILY_IPV6) {
        GInetAddress *host;
        int v6only;

        host = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(addr));
        v6only = !g_inet_address_get_is_any(host);
        if (setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &v6only,
                       sizeof(v6only)) < 0) {
            return errno;
        }
    }
    /* Connections of a predecessor in TIME_WAIT are not in the way. */
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    return bind_native(listener, addr);
}

static int try_listen(Listener *listener, GSocketAddress *addr)
{
    int fd;
    int err;

    g_clear_object(&listener->socket);
    fd = socket(g_socket_address_get_family(addr),
                SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) {
        return errno;
    }
    listener->socket = g_socket_new_from_fd(fd, NULL);
    if (!listener->socket) {
        close(fd);
        return ENOTSOCK;
    }
    err = G_IS_UNIX_SOCKET_ADDRESS(addr) ? bind_unix(listener, addr)
                                         : bind_inet(listener, addr);
    if (err) {
        return err;
    }
    if (listen(fd, LISTENER_BACKLOG) < 0) {
        return errno;
    }
    listener->address = g_socket_get_local_address(listener->socket, NULL);
    return listener->address ? 0 : EINVAL;
}

/* The IPv4 form of "::", or NULL for any other address. */
static GSocketAddress *any_ipv4(GSocketAddress *addr)
{
    g_autoptr(GInetAddress) any = NULL;
    GInetSocketAddress *inet;

    if (g_socket_address_get_family(addr) != G_SOCKET_FAMILY_IPV6) {
        return NULL;
    }
    inet = G_INET_SOCKET_ADDRESS(addr);
    if (!g_inet_address_get_is_any(g_inet_socket_address_get_address(inet))) {
        return NULL;
    }
    any = g_inet_address_new_any(G_SOCKET_FAMILY_IPV4);
    return g_inet_socket_address_new(any,
                                     g_inet_socket_address_get_port(inet));
}

Listener *listener_new(GSocketAddress *addr, ListenerFunc func, void *opaque,
                       GError **errp)
{
    g_autoptr(Listener) listener = g_new0(Listener, 1);
    g_autoptr(GSocketAddress) ipv4 = NULL;
    int err;

    listener->func = func;
    listener->opaque = opaque;
    err = try_listen(listener, addr);
    if (err && err != EADDRINUSE) {
        ipv4 = any_ipv4(addr);
        if (ipv4) {
            err = try_listen(listener, ipv4);
        }
    }
    if (err) {
        set_address_error(errp, err, addr);
        return NULL;
    }
    listener_start_accepting(listener);
    return g_steal_pointer(&listener);
}

void listener_free(Listener *listener)
{
    struct stat st;

    if (!listener) {
        return;
    }
    if (listener->freed) {
        *listener->freed = true;
    }
    clear_source(&listener->accept_source);
    clear_source(&listener->retry_timer);
    if (listener->path && lstat(listener->path, &st) == 0 &&
        st.st_dev == listener->dev && st.st_ino == listener->ino) {
        unlink(listener->path);
    }
    g_free(listener->path);
    g_clear_object(&listener->socket);
    g_clear_object(&listener->address);
    g_free(listener);
}

GSocketAddress *listener_address(const Listener *listener)
{
    return listener->address;
}

void listener_resume(Listener *listener)
{
    if (listener->retry_timer) {
        clear_source(&listener->retry_timer);
        listener_start_accepting(listener);
    }
}
