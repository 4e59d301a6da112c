/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Query parameters. */
#include "osdep.h"

#include "redfish/rf-query.h"

char *rf_query_unsupported(const char *query)
{
    const char *p = query;

    while (p && *p) {
        size_t len = strcspn(p, "&");
        size_t name_len = strcspn(p, "=&");
        g_autofree char *name =
            g_uri_unescape_segment(p, p + name_len, NULL);

        if (name && name[0] == '$') {
            return g_steal_pointer(&name);
        }
        p += len;
        if (*p == '&') {
            p++;
        }
    }
    return NULL;
}
