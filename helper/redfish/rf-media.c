/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media types in request headers. */
#include "osdep.h"

#include "redfish/rf-media.h"

/* "application/json" is in "application/json", "application/" and "". */
static bool type_fits(const char *range, const char *type)
{
    size_t len = strlen(range);

    if (len >= 2 && g_str_equal(range + len - 2, "/*")) {
        return g_str_equal(range, "*/*") ||
               g_ascii_strncasecmp(range, type, len - 1) == 0;
    }
    return g_ascii_strncasecmp(range, type, MAX(len, strcspn(type, ";"))) ==
           0;
}

static bool range_fits(const char *range, size_t len, const char *type)
{
    g_autofree char *copy = g_strndup(range, len);
    g_auto(GStrv) parts = g_strsplit(g_strstrip(copy), ";", -1);
    unsigned i;

    if (!parts[0]) {
        return false;
    }
    g_strstrip(parts[0]);
    if (!type_fits(parts[0], type)) {
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

bool rf_media_accepts(const char *accept, const char *type)
{
    const char *p = accept;

    if (!p || !*p || g_str_equal(p, "*/*")) {
        return true;
    }
    while (*p) {
        size_t len = strcspn(p, ",");

        if (range_fits(p, len, type)) {
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
