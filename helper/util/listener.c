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
    bool full_logged;
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
    if (!listener->full_logged) {
        g_autofree char *where = addr_to_string(listener->address);

        listener->full_logged = true;
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
    listener->full_logged = false;
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

static void set_address_error(GError **errp, const GError *cause,
                              GSocketAddress *addr)
{
    g_autofree char *where = addr_to_string(addr);
    BmcError code = BMC_ERROR_FAILED;
    const char *hint = "";

    if (cause->domain == G_IO_ERROR) {
        switch (cause->code) {
        case G_IO_ERROR_ADDRESS_IN_USE:
            g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                        "address %s is in use by another service; "
                        "choose another", where);
            return;
        case G_IO_ERROR_PERMISSION_DENIED:
            code = BMC_ERROR_PERMISSION;
            if (G_IS_INET_SOCKET_ADDRESS(addr) &&
                g_inet_socket_address_get_port(
                    G_INET_SOCKET_ADDRESS(addr)) < 1024) {
                hint = "; choose a port above 1023, or run as root or with "
                       "CAP_NET_BIND_SERVICE";
            } else {
                hint = "; check the owner and mode of its directory";
            }
            break;
        case G_IO_ERROR_NOT_FOUND:
            code = BMC_ERROR_NOT_FOUND;
            hint = "; create its directory first";
            break;
        default:
            break;
        }
    }
    g_set_error(errp, BMC_ERROR, code, "cannot listen on %s: %s%s", where,
                cause->message, hint);
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

static bool bind_unix(Listener *listener, GSocketAddress *addr, GError **errp)
{
    GUnixSocketAddress *unix_addr = G_UNIX_SOCKET_ADDRESS(addr);
    const char *path = g_unix_socket_address_get_path(unix_addr);
    struct stat st;

    if (g_unix_socket_address_get_path_len(unix_addr) >=
        sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
        g_set_error(errp, G_IO_ERROR, G_IO_ERROR_FILENAME_TOO_LONG,
                    "the path is longer than %zu bytes",
                    sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
        return false;
    }
    if (unix_socket_is_stale(path)) {
        unlink(path);
    }
    if (!g_socket_bind(listener->socket, addr, FALSE, errp)) {
        return false;
    }
    listener->path = g_strdup(path);
    if (lstat(path, &st) == 0) {
        listener->dev = st.st_dev;
        listener->ino = st.st_ino;
    }
    /* Nobody can connect before listen(), so there is no window. */
    if (chmod(path, 0600) < 0) {
        int err = errno;

        g_set_error(errp, G_IO_ERROR, g_io_error_from_errno(err), "%s",
                    g_strerror(err));
        return false;
    }
    return true;
}

static bool bind_inet(Listener *listener, GSocketAddress *addr, GError **errp)
{
    if (g_socket_address_get_family(addr) == G_SOCKET_FAMILY_IPV6) {
        GInetAddress *host;

        host = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(addr));
        if (!g_socket_set_option(listener->socket, IPPROTO_IPV6, IPV6_V6ONLY,
                                 !g_inet_address_get_is_any(host), errp)) {
            return false;
        }
    }
    return g_socket_bind(listener->socket, addr, TRUE, errp);
}

static bool try_listen(Listener *listener, GSocketAddress *addr, GError **errp)
{
    g_clear_object(&listener->socket);
    listener->socket = g_socket_new(g_socket_address_get_family(addr),
                                    G_SOCKET_TYPE_STREAM,
                                    G_SOCKET_PROTOCOL_DEFAULT, errp);
    if (!listener->socket) {
        return false;
    }
    g_socket_set_blocking(listener->socket, FALSE);
    if (G_IS_UNIX_SOCKET_ADDRESS(addr)) {
        if (!bind_unix(listener, addr, errp)) {
            return false;
        }
    } else if (!bind_inet(listener, addr, errp)) {
        return false;
    }
    g_socket_set_listen_backlog(listener->socket, LISTENER_BACKLOG);
    if (!g_socket_listen(listener->socket, errp)) {
        return false;
    }
    listener->address = g_socket_get_local_address(listener->socket, errp);
    return listener->address != NULL;
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
    g_autoptr(GError) err = NULL;

    listener->func = func;
    listener->opaque = opaque;
    if (!try_listen(listener, addr, &err)) {
        ipv4 = any_ipv4(addr);
        if (ipv4 && !g_error_matches(err, G_IO_ERROR,
                                     G_IO_ERROR_ADDRESS_IN_USE)) {
            g_clear_error(&err);
            try_listen(listener, ipv4, &err);
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
