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
