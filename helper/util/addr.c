/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Socket addresses as users write them; nothing here looks a name up. */
#include "osdep.h"

#include "util/addr.h"

#include <gio/gunixsocketaddress.h>
#include <sys/un.h>

#include "util/error.h"

static GSocketAddress *parse_path(const char *path, GError **errp)
{
    struct sockaddr_un sun;

    if (!path[0]) {
        g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_USAGE,
                            "the path of the socket is empty");
        return NULL;
    }
    if (strlen(path) >= sizeof(sun.sun_path)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "socket path '%s' is longer than %zu bytes", path,
                    sizeof(sun.sun_path) - 1);
        return NULL;
    }
    return g_unix_socket_address_new(path);
}

static bool parse_port(const char *text, int *port, GError **errp)
{
    guint64 value;

    if (!g_ascii_string_to_unsigned(text, 10, 0, 65535, &value, NULL)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not a port number from 0 to 65535", text);
        return false;
    }
    *port = value;
    return true;
}

static GSocketAddress *host_address(const char *host, int port,
                                    GError **errp)
{
    GSocketAddress *addr;

    if (g_str_equal(host, "*")) {
        host = "::";
    } else if (g_ascii_strcasecmp(host, "localhost") == 0) {
        host = "127.0.0.1";
    }
    addr = g_inet_socket_address_new_from_string(host, port);
    if (!addr) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is neither a numeric address nor localhost nor *",
                    host);
    }
    return addr;
}

/* "[HOST]" or "[HOST]:PORT" */
static GSocketAddress *parse_bracketed(const char *text, int port,
                                       GError **errp)
{
    const char *close = strchr(text, ']');
    g_autofree char *host = NULL;

    if (!close || (close[1] && close[1] != ':') || (!close[1] && port < 0)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' is not of the form [ADDRESS]:PORT", text);
        return NULL;
    }
    if (close[1] && !parse_port(close + 2, &port, errp)) {
        return NULL;
    }
    host = g_strndup(text + 1, close - text - 1);
    if (!strchr(host, ':')) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' in brackets is not an IPv6 address", host);
        return NULL;
    }
    return host_address(host, port, errp);
}

static GSocketAddress *parse_inet(const char *text, const char *default_host,
                                  int port, GError **errp)
{
    const char *colon = strrchr(text, ':');
    g_autofree char *host = NULL;

    if (text[0] == '[') {
        return parse_bracketed(text, port, errp);
    }
    if (!colon || strchr(text, ':') != colon) {
        /* no port, or an IPv6 address without brackets */
        if (!text[0] || port < 0) {
            g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                        "'%s' is not of the form HOST:PORT, :PORT, "
                        "[IPV6]:PORT or a path", text);
            return NULL;
        }
        return host_address(text, port, errp);
    }
    if (!parse_port(colon + 1, &port, errp)) {
        return NULL;
    }
    host = g_strndup(text, colon - text);
    if (!host[0] && !default_host) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "'%s' has no host before the port", text);
        return NULL;
    }
    return host_address(host[0] ? host : default_host, port, errp);
}

/*
 * A socket that serves IPv6 and IPv4 shows IPv4 peers as ::ffff:a.b.c.d; the
 * rest of the program wants to know them by one name.
 */
static GInetAddress *unmapped(GInetSocketAddress *addr)
{
    static const uint8_t prefix[12] = { [10] = 0xff, [11] = 0xff };
    GInetAddress *inet = g_inet_socket_address_get_address(addr);
    const uint8_t *bytes = g_inet_address_to_bytes(inet);

    if (g_inet_address_get_family(inet) == G_SOCKET_FAMILY_IPV6 &&
        memcmp(bytes, prefix, sizeof(prefix)) == 0) {
        return g_inet_address_new_from_bytes(bytes + sizeof(prefix),
                                             G_SOCKET_FAMILY_IPV4);
    }
    return g_object_ref(inet);
}

static char *inet_host(GInetSocketAddress *addr)
{
    g_autoptr(GInetAddress) inet = unmapped(addr);
    g_autofree char *host = g_inet_address_to_string(inet);
    guint32 scope = 0;

    if (g_inet_address_get_family(inet) == G_SOCKET_FAMILY_IPV6) {
        scope = g_inet_socket_address_get_scope_id(addr);
    }
    if (scope) {
        return g_strdup_printf("%s%%%u", host, scope);
    }
    return g_steal_pointer(&host);
}

static char *unix_to_string(GUnixSocketAddress *addr)
{
    const char *path = g_unix_socket_address_get_path(addr);
    gsize len = g_unix_socket_address_get_path_len(addr);

    if (!len) {
        return g_strdup("local");
    }
    switch (g_unix_socket_address_get_address_type(addr)) {
    case G_UNIX_SOCKET_ADDRESS_PATH:
        return g_strndup(path, len);
    case G_UNIX_SOCKET_ADDRESS_ABSTRACT:
    case G_UNIX_SOCKET_ADDRESS_ABSTRACT_PADDED: {
        g_autofree char *name = g_strndup(path, len);

        return g_strconcat("@", name, NULL);
    }
    default:
        return g_strdup("local");
    }
}

GSocketAddress *addr_parse(const char *text, const char *default_host,
                           int port, GError **errp)
{
    if (g_str_has_prefix(text, "unix:")) {
        return parse_path(text + strlen("unix:"), errp);
    }
    if (g_str_has_prefix(text, "tcp:")) {
        return parse_inet(text + strlen("tcp:"), default_host, -1, errp);
    }
    if (strchr(text, '/')) {
        return parse_path(text, errp);
    }
    return parse_inet(text, default_host, port, errp);
}

char *addr_to_string(GSocketAddress *addr)
{
    g_autofree char *host = NULL;
    int port;

    if (addr && G_IS_UNIX_SOCKET_ADDRESS(addr)) {
        return unix_to_string(G_UNIX_SOCKET_ADDRESS(addr));
    }
    if (!addr || !G_IS_INET_SOCKET_ADDRESS(addr)) {
        return g_strdup("unknown");
    }
    host = inet_host(G_INET_SOCKET_ADDRESS(addr));
    port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(addr));
    return g_strdup_printf(strchr(host, ':') ? "[%s]:%d" : "%s:%d", host,
                           port);
}

char *addr_host_to_string(GSocketAddress *addr)
{
    if (addr && G_IS_UNIX_SOCKET_ADDRESS(addr)) {
        return g_strdup("local");
    }
    if (!addr || !G_IS_INET_SOCKET_ADDRESS(addr)) {
        return g_strdup("unknown");
    }
    return inet_host(G_INET_SOCKET_ADDRESS(addr));
}

char *addr_peer_key(const char *host)
{
    g_autoptr(GInetAddress) addr = g_inet_address_new_from_string(host);
    g_autoptr(GInetAddress) net = NULL;
    uint8_t bytes[16] = { 0 };

    if (!addr || g_inet_address_get_family(addr) != G_SOCKET_FAMILY_IPV6) {
        return g_strdup(host);
    }
    memcpy(bytes, g_inet_address_to_bytes(addr), 8);
    net = g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV6);
    return g_inet_address_to_string(net);
}

bool addr_is_local(GSocketAddress *addr)
{
    g_autoptr(GInetAddress) inet = NULL;

    if (G_IS_UNIX_SOCKET_ADDRESS(addr)) {
        return true;
    }
    if (!G_IS_INET_SOCKET_ADDRESS(addr)) {
        return false;
    }
    inet = unmapped(G_INET_SOCKET_ADDRESS(addr));
    return g_inet_address_get_is_loopback(inet);
}
