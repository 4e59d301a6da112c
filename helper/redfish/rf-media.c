/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media types in request headers. */
#include "osdep.h"

#include "redfish/rf-media.h"

static bool range_is_json(const char *range, size_t len)
{
    g_autofree char *copy = g_strndup(range, len);
    g_auto(GStrv) parts = g_strsplit(g_strstrip(copy), ";", -1);
    unsigned i;

    if (!parts[0]) {
        return false;
    }
    g_strstrip(parts[0]);
    if (g_ascii_strcasecmp(parts[0], "application/json") != 0 &&
        g_ascii_strcasecmp(parts[0], "application/*") != 0 &&
        g_ascii_strcasecmp(parts[0], "*/*") != 0) {
        return false;
    }
    for (i = 1; parts[i]; i++) {
        g_strstrip(parts[i]);
        if (g_ascii_strncasecmp(parts[i], "q=", 2) == 0) {
            return g_ascii_strtod(parts[i] + 2, NULL) > 0;
        }
    }
    return true;
}

bool rf_media_accepts_json(const char *accept)
{
    const char *p = accept;

    if (!p || !*p || g_str_equal(p, "*/*")) {
        return true;
    }
    while (*p) {
        size_t len = strcspn(p, ",");

        if (range_is_json(p, len)) {
            return true;
        }
        p += len;
        p += *p == ',';
    }
    return false;
}

bool rf_media_is_json(const char *type)
{
    g_autofree char *media = NULL;

    if (!type) {
        return true;
    }
    media = g_strndup(type, strcspn(type, ";"));
    return g_ascii_strcasecmp(g_strstrip(media), "application/json") == 0;
}
