/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Media types in request headers. */
#include "osdep.h"

#include "redfish/rf-media.h"

/*
 * How closely a range names a type (RFC 9110 section 12.5.1): 0 not at all,
 * 1 with all others, 2 with all of its kind, 3 itself.
 */
static unsigned rank_of(const char *range, const char *type)
{
    size_t len = strlen(range);

    if (g_str_equal(range, "*/*")) {
        return 1;
    }
    if (len >= 2 && g_str_equal(range + len - 2, "/*")) {
        return g_ascii_strncasecmp(range, type, len - 1) == 0 ? 2 : 0;
    }
    return g_ascii_strncasecmp(range, type, MAX(len, strcspn(type, ";"))) ==
           0 ? 3 : 0;
}

/* Returns the rank of one element of the list, and whether it is wanted. */
static unsigned read_range(const char *range, size_t len, const char *type,
                           bool *wanted)
{
    g_autofree char *copy = g_strndup(range, len);
    g_auto(GStrv) parts = g_strsplit(copy, ";", -1);
    unsigned i;

    *wanted = true;
    for (i = 1; parts[0] && parts[i]; i++) {
        g_strstrip(parts[i]);
        if (g_ascii_strncasecmp(parts[i], "q=", 2) == 0) {
            *wanted = g_ascii_strtod(parts[i] + 2, NULL) > 0;
            break;
        }
    }
    return parts[0] ? rank_of(g_strstrip(parts[0]), type) : 0;
}

bool rf_media_accepts(const char *accept, const char *type)
{
    const char *p = accept;
    unsigned best = 0;
    bool accepts = false;

    if (!p || !*p || g_str_equal(p, "*/*")) {
        return true;
    }
    while (*p) {
        size_t len = strcspn(p, ",");
        bool wanted;
        unsigned rank = read_range(p, len, type, &wanted);

        /* What names it most closely counts. */
        if (rank > best) {
            best = rank;
            accepts = wanted;
        } else if (rank && rank == best) {
            accepts |= wanted;
        }
        p += len;
        p += *p == ',';
    }
    return accepts;
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
