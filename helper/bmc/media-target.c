/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What images may come from. */
#include "osdep.h"

#include "bmc/media-target.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "util/error.h"

#define IMAGE_MAX 2048

GUri *media_target_parse(const char *image, GError **errp)
{
    static const char *const schemes[] = { "http", "https", "file", NULL };
    g_autoptr(GUri) uri = NULL;
    const char *host;

    if (strlen(image) > IMAGE_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the image's URI is too long");
        return NULL;
    }
    uri = g_uri_parse(image, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD,
                      NULL);
    if (!uri) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the image is not given by a URI");
        return NULL;
    }
    if (!g_strv_contains(schemes, g_uri_get_scheme(uri))) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
                    "images can be read over http and https%s, not over %s",
                    " or from a configured folder (file:)",
                    g_uri_get_scheme(uri));
        return NULL;
    }
    if (g_uri_get_userinfo(uri)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "user and password do not belong into the image's URI");
        return NULL;
    }
    host = g_uri_get_host(uri);
    if (g_str_equal(g_uri_get_scheme(uri), "file") ?
        host && *host && !g_str_equal(host, "localhost") : !host || !*host) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "the image's URI has not the right host");
        return NULL;
    }
    return g_steal_pointer(&uri);
}

char *media_target_file(const char *path, const char *const *folders,
                        GError **errp)
{
    g_autofree char *real = realpath(path, NULL);
    struct stat st;

    for (; real && folders && *folders; folders++) {
        g_autofree char *folder = realpath(*folders, NULL);
        size_t len = folder ? strlen(folder) : 0;

        if (!len || strncmp(real, folder, len) || real[len] != '/') {
            continue;
        }
        if (stat(real, &st) == 0 && S_ISREG(st.st_mode)) {
            return g_steal_pointer(&real);
        }
    }
    /* What there is elsewhere is not told. */
    g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                "there is no such image in the folders that are configured "
                "for images");
    return NULL;
}

static GInetAddress *unmap(GInetAddress *address)
{
    static const uint8_t mapped[12] = {
        [10] = 0xff, [11] = 0xff
    };
    const uint8_t *bytes = g_inet_address_to_bytes(address);

    if (g_inet_address_get_family(address) == G_SOCKET_FAMILY_IPV6 &&
        memcmp(bytes, mapped, sizeof(mapped)) == 0) {
        return g_inet_address_new_from_bytes(bytes + sizeof(mapped),
                                             G_SOCKET_FAMILY_IPV4);
    }
    return g_object_ref(address);
}

bool media_target_allowed(GInetAddress *address, const char *name,
                          const char *const *allow, bool host)
{
    g_autoptr(GInetAddress) plain = unmap(address);
    g_autofree char *text = g_inet_address_to_string(plain);

    for (; allow && *allow; allow++) {
        if (g_ascii_strcasecmp(*allow, name) == 0 ||
            g_str_equal(*allow, text)) {
            return true;
        }
    }
    if (g_inet_address_get_is_link_local(plain) ||
        g_inet_address_get_is_multicast(plain) ||
        g_inet_address_get_is_any(plain) ||
        /* Metadata services that have other addresses */
        g_str_equal(text, "fd00:ec2::254") ||
        g_str_equal(text, "100.100.100.200")) {
        return false;
    }
    return host || !g_inet_address_get_is_loopback(plain);
}
