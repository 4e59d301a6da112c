/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths. */
#include "osdep.h"

#include "redfish/rf-router.h"

typedef struct Segments {
    const char *at[RF_SEGMENTS_MAX];
    unsigned n;
} Segments;

static int hex_pair(const char *p)
{
    int high = g_ascii_xdigit_value(p[0]);
    int low = high < 0 ? -1 : g_ascii_xdigit_value(p[1]);

    return low < 0 ? -1 : high << 4 | low;
}

/* Decode a segment into @out. Returns its end there, NULL if malformed. */
static char *decode(const char **path, char *out)
{
    const char *p = *path;

    while (*p && *p != '/') {
        int c = (unsigned char)*p++;

        if (c == '%') {
            c = hex_pair(p);
            if (c <= 0) {
                return NULL;
            }
            p += 2;
        }
        *out++ = c;
    }
    *out = '\0';
    *path = p;
    return out + 1;
}

/*
 * Split at '/' first and decode then, so that an encoded slash stays part
 * of its segment, where it matches nothing.
 */
static bool split(const char *path, char buf[RF_PATH_MAX], Segments *segments)
{
    char *out = buf;

    segments->n = 0;
    if (path[0] != '/' || strlen(path) >= RF_PATH_MAX) {
        return false;
    }
    while (*path == '/') {
        path++;
        if (!*path && segments->n) {
            return true; /* trailing slash */
        }
        if (segments->n == RF_SEGMENTS_MAX || *path == '/' || !*path) {
            return false;
        }
        segments->at[segments->n++] = out;
        out = decode(&path, out);
        if (!out) {
            return false;
        }
    }
    return true;
}

/* Returns how many segments @path has, 0 if they are not those given. */
static unsigned match_path(const char *path, const Segments *segments,
                           const char *ids[RF_IDS_MAX])
{
    unsigned n = 0, n_ids = 0;

    while (*path == '/' && path[1]) {
        size_t len = strcspn(++path, "/");

        if (n == segments->n) {
            return 0;
        }
        if (path[0] == '{') {
            ids[n_ids++] = segments->at[n];
        } else if (strlen(segments->at[n]) != len ||
                   memcmp(segments->at[n], path, len) != 0) {
            return 0;
        }
        n++;
        path += len;
    }
    return n;
}

static const RfAction *find_action(const RfResource *resource,
                                   const char *name)
{
    const RfAction *action;

    for (action = resource->actions; action && action->name; action++) {
        if (g_str_equal(action->name + 1, name)) { /* without its '#' */
            return action;
        }
    }
    return NULL;
}

/* "ResetActionInfo" is about "#ComputerSystem.Reset". */
static const RfAction *find_info(const RfResource *resource,
                                 const char *segment)
{
    const RfAction *action;

    for (action = resource->actions; action && action->name; action++) {
        const char *name = strrchr(action->name, '.') + 1;
        size_t len = strlen(name);

        if (action->parameters && action->parameters->name &&
            strncmp(segment, name, len) == 0 &&
            g_str_equal(segment + len, RF_ACTION_INFO_SUFFIX)) {
            return action;
        }
    }
    return NULL;
}

static bool match_resource(const RfResource *resource,
                           const Segments *segments, RfRoute *route)
{
    unsigned n = match_path(resource->path, segments, route->ids);

    if (!n) {
        return false;
    }
    route->resource = resource;
    if (n == segments->n) {
        return true;
    }
    if (n + 1 == segments->n && resource->create &&
        g_str_equal(segments->at[n], "Members")) {
        route->members = true;
        return true;
    }
    if (n + 1 == segments->n) {
        route->action = find_info(resource, segments->at[n]);
        route->info = true;
        return route->action;
    }
    if (n + 2 != segments->n || !g_str_equal(segments->at[n], "Actions")) {
        return false;
    }
    route->action = find_action(resource, segments->at[n + 1]);
    return route->action;
}

static bool match_family(const RfResource *family, const Segments *segments,
                         RfRoute *route)
{
    for (; family->path; family++) {
        memset(route->ids, 0, sizeof(route->ids));
        route->info = false;
        route->members = false;
        if (match_resource(family, segments, route)) {
            return true;
        }
    }
    return false;
}

bool rf_router_match(const RfResource *const *families, const char *path,
                     RfRoute *route)
{
    Segments segments;

    route->action = NULL;
    route->info = false;
    route->members = false;
    if (split(path, route->buf, &segments)) {
        for (; *families; families++) {
            if (match_family(*families, &segments, route)) {
                return true;
            }
        }
    }
    route->resource = NULL;
    route->info = false;
    return false;
}

bool rf_router_uri(const RfResource *resource,
                   const char *const ids[RF_IDS_MAX], char uri[RF_URI_MAX])
{
    const char *path = resource->path;
    unsigned n_ids = 0;
    size_t len = 0;

    while (*path) {
        const char *from = path;
        size_t n = strcspn(path, "{");

        if (n == 0) {
            from = ids[n_ids++];
            n = strlen(from);
            path = strchr(path, '}') + 1;
        } else {
            path += n;
        }
        if (n >= RF_URI_MAX - len) {
            return false;
        }
        memcpy(uri + len, from, n);
        len += n;
    }
    uri[len] = '\0';
    return true;
}

const char *rf_route_allow(const RfRoute *route)
{
    if (route->info) {
        return "GET, HEAD, OPTIONS";
    }
    if (route->action || route->members) {
        return "POST, OPTIONS";
    }
    return rf_resource_allow(route->resource);
}
