/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What images may come from. */
#include "osdep.h"

#include "bmc/media-target.h"

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
