/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of resources, found by their entity tags. */
#include "osdep.h"

#include "redfish/rf-event-watch.h"

#include "bmc/boot.h"
#include "redfish/rf-hardware.h"
#include "redfish/rf-router.h"
#include "redfish/rf-storage.h"

/*
 * Watched: a resource, or a collection and its members.
 *
 * @ctx: which it is
 * @nth: (nullable): finds the members of a collection
 * @depends: parts of the model that it shows
 * @etag: (nullable): of what it showed, unless it is a collection
 * @members: (nullable): of a collection: URI to entity tag; NULL while it
 *           has not been looked at
 */
typedef struct Watched {
    const RfResource *resource;
    RfContext ctx;
    bool (*nth)(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX]);
    unsigned depends;
    char *etag;
    GHashTable *members;
} Watched;

struct RfEventWatch {
    Bmc *bmc;
    const RfResource *const *families;
    GPtrArray *list; /* of Watched */
    RfEventWatchFunc tell;
    void *opaque;
};

/* There is one of each: their id is "1". */
static const char *const single[] = {
    "{ChassisId}", "{ComputerSystemId}", "{ManagerId}",
};

static const char *const ones[RF_IDS_MAX] = { "1", "1", "1", "1" };

/* Others tell of these: tasks, entries of logs, and streams of events. */
static const char *const untold[] = {
    "EventDestinationCollection", "LogEntryCollection", "TaskCollection",
};

/* Members that never change, or whose changes nobody wants to hear of. */
static const char *const constant[] = { "Session" };

/* What does not say by itself what it shows, or where it is. */
static const struct {
    const char *uri;
    unsigned depends;
} others[] = {
    { "/redfish/v1/Managers/1",
      1 << BMC_PART_SYSTEM | 1 << BMC_PART_IDENTIFY | 1 << BMC_PART_SOL |
      1 << BMC_PART_LAN | 1 << BMC_PART_EVENTS },
    { "/redfish/v1/Managers/1/EthernetInterfaces/1", 1 << BMC_PART_LAN },
    { "/redfish/v1/Managers/1/SerialInterfaces/1", 1 << BMC_PART_SOL },
    { "/redfish/v1/Systems/1/LogServices/SEL", 1 << BMC_PART_EVENTS },
};

/*
 * Resources that are in no collection of their own, as drives, which are in
 * lists of each storage; the path is that of all of them.
 */
static const struct {
    const char *uri;
    bool (*nth)(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX]);
    unsigned depends;
} sets[] = {
    { "/redfish/v1/Systems/1/Storage", rf_nth_drive, RF_HARDWARE_PARTS },
};

static char *short_type(const RfResource *resource)
{
    return g_strndup(resource->type, strcspn(resource->type, "."));
}

static bool is_one_of(const RfResource *resource, const char *const *types,
                      size_t n)
{
    g_autofree char *type = short_type(resource);
    size_t i;

    for (i = 0; i < n; i++) {
        if (g_str_equal(types[i], type)) {
            return true;
        }
    }
    return false;
}

static const RfProperty *members_of(const RfResource *resource)
{
    const RfProperty *p;

    for (p = resource->properties; p && p->name; p++) {
        if (p->type == RF_TYPE_LINKS && g_str_equal(p->name, "Members")) {
            return p;
        }
    }
    return NULL;
}

static bool is_collection(const RfResource *resource)
{
    return strstr(resource->type, "Collection.") != NULL;
}

/* Whether its URI is known from the table alone. */
static bool has_one_uri(const RfResource *resource)
{
    const char *brace = resource->path;
    size_t i;

    while ((brace = strchr(brace, '{'))) {
        for (i = 0; i < G_N_ELEMENTS(single); i++) {
            if (g_str_has_prefix(brace, single[i])) {
                break;
            }
        }
        if (i == G_N_ELEMENTS(single)) {
            return false;
        }
        brace++;
    }
    return true;
}

/* What would have to be asked for is not looked at. */
static char *etag_of(const RfResource *resource, const RfContext *ctx)
{
    g_autoptr(GBytes) body = NULL;
    char *etag;

    if ((resource->prepare && !resource->refreshes && !resource->known) ||
        resource->raw || is_one_of(resource, constant, G_N_ELEMENTS(constant)) ||
        (resource->exists && !resource->exists(ctx))) {
        return NULL;
    }
    body = rf_resource_body(resource, ctx, &etag);
    return etag;
}

static void tell(RfEventWatch *watch, RfResourceEvent what,
                 const RfResource *resource, const char *uri)
{
    g_autofree char *type = short_type(resource);

    watch->tell(what, type, uri, watch->opaque);
}

/* Returns false where there is no such member. */
static bool look_up(RfEventWatch *watch, const char *uri, RfRoute *route,
                    RfContext *ctx)
{
    if (!rf_router_match(watch->families, uri, route) || route->action) {
        return false;
    }
    *ctx = (RfContext) { .bmc = watch->bmc };
    memcpy(ctx->ids, route->ids, sizeof(ctx->ids));
    return rf_router_uri(route->resource, route->ids, ctx->uri);
}

/* A member has come, or may have changed. */
static void see_member(RfEventWatch *watch, const char *uri,
                       GHashTable *before, GHashTable *now)
{
    const char *old = before ? g_hash_table_lookup(before, uri) : NULL;
    RfContext ctx;
    RfRoute route;
    char *etag;

    if (!look_up(watch, uri, &route, &ctx)) {
        return;
    }
    etag = etag_of(route.resource, &ctx) ?: g_strdup("");
    g_hash_table_insert(now, g_strdup(uri), etag);
    if (before && !old) {
        tell(watch, RF_RESOURCE_CREATED, route.resource, uri);
    } else if (before && !g_str_equal(old, etag)) {
        tell(watch, RF_RESOURCE_CHANGED, route.resource, uri);
    }
}

static void see_removed(RfEventWatch *watch, GHashTable *before,
                        GHashTable *now)
{
    GHashTableIter iter;
    void *uri;

    g_hash_table_iter_init(&iter, before);
    while (g_hash_table_iter_next(&iter, &uri, NULL)) {
        RfContext ctx;
        RfRoute route;

        if (!g_hash_table_contains(now, uri) &&
            look_up(watch, uri, &route, &ctx)) {
            tell(watch, RF_RESOURCE_REMOVED, route.resource, uri);
        }
    }
}

/* Nothing of a machine is new only because it was not known before. */
static bool is_known(const Watched *w)
{
    const MachineInfo *info = &bmc_machine(w->ctx.bmc)->info;
    const char *uri = w->ctx.uri;
    bool hardware = g_str_has_prefix(uri, "/redfish/v1/Systems/") ||
                    g_str_has_prefix(uri, "/redfish/v1/Chassis/");
    char first[RF_URI_MAX];

    if (g_str_has_suffix(uri, "Storage") && !info->disks) {
        return false;
    }
    /* Drives are asked for apart from all else. */
    if (g_str_has_suffix(uri, "/VirtualMedia") && !w->members &&
        !w->nth(&w->ctx, 0, first)) {
        return false;
    }
    return !hardware || bmc_boot_devices(w->ctx.bmc);
}

static void look_at_collection(RfEventWatch *watch, Watched *w)
{
    GHashTable *before = w->members;
    GHashTable *now;
    char uri[RF_URI_MAX];
    unsigned i;

    if (!is_known(w)) {
        return;
    }
    now = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    w->members = now;
    for (i = 0; i < RF_EVENT_WATCH_MEMBERS_MAX &&
         w->nth(&w->ctx, i, uri); i++) {
        see_member(watch, uri, before, now);
    }
    if (before) {
        see_removed(watch, before, now);
        g_hash_table_unref(before);
    }
}

static void look_at_resource(RfEventWatch *watch, Watched *w, bool quiet)
{
    char *etag = etag_of(w->resource, &w->ctx);
    bool same = g_strcmp0(etag, w->etag) == 0;
    bool known = w->etag && etag;

    g_free(w->etag);
    w->etag = etag;
    if (known && !same && !quiet) {
        tell(watch, RF_RESOURCE_CHANGED, w->resource, w->ctx.uri);
    }
}

static void look_at(RfEventWatch *watch, Watched *w, bool quiet)
{
    if (w->nth) {
        look_at_collection(watch, w);
    } else {
        look_at_resource(watch, w, quiet);
    }
}

static void add(RfEventWatch *watch, const RfResource *resource,
                const char *const ids[RF_IDS_MAX], unsigned depends)
{
    Watched *w = g_new0(Watched, 1);

    w->resource = resource;
    w->depends = depends;
    w->nth = is_collection(resource) ? members_of(resource)->nth : NULL;
    w->ctx.bmc = watch->bmc;
    memcpy(w->ctx.ids, ids, sizeof(w->ctx.ids));
    if (!rf_router_uri(resource, ids, w->ctx.uri)) {
        g_free(w);
        return;
    }
    g_ptr_array_add(watch->list, w);
    look_at(watch, w, true);
}

static bool is_worth_it(const RfResource *resource)
{
    if (!resource->type || !resource->depends || !has_one_uri(resource) ||
        is_one_of(resource, untold, G_N_ELEMENTS(untold))) {
        return false;
    }
    if (is_collection(resource)) {
        const RfProperty *members = members_of(resource);

        return members && members->nth;
    }
    return (!resource->prepare || resource->refreshes) && !resource->live;
}

static void watched_free(void *opaque)
{
    Watched *w = opaque;

    g_free(w->etag);
    g_clear_pointer(&w->members, g_hash_table_unref);
    g_free(w);
}

static void add_others(RfEventWatch *watch)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(others); i++) {
        static const char *const interned[RF_IDS_MAX] = { "1", "1" };
        static const char *const sel[RF_IDS_MAX] = { "1", "SEL" };
        RfRoute route;

        if (rf_router_match(watch->families, others[i].uri, &route)) {
            add(watch, route.resource,
                g_str_has_suffix(others[i].uri, "/SEL") ? sel : interned,
                others[i].depends);
        }
    }
}

static void add_sets(RfEventWatch *watch)
{
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        Watched *w = g_new0(Watched, 1);

        w->nth = sets[i].nth;
        w->depends = sets[i].depends;
        w->ctx.bmc = watch->bmc;
        g_strlcpy(w->ctx.uri, sets[i].uri, sizeof(w->ctx.uri));
        g_ptr_array_add(watch->list, w);
        look_at(watch, w, true);
    }
}

RfEventWatch *rf_event_watch_new(Bmc *bmc, const RfResource *const *families,
                                 RfEventWatchFunc func, void *opaque)
{
    RfEventWatch *watch = g_new0(RfEventWatch, 1);
    const RfResource *resource;
    unsigned i;

    watch->bmc = bmc;
    watch->families = families;
    watch->tell = func;
    watch->opaque = opaque;
    watch->list = g_ptr_array_new_with_free_func(watched_free);
    for (i = 0; families[i]; i++) {
        for (resource = families[i]; resource->path; resource++) {
            if (is_worth_it(resource)) {
                add(watch, resource, ones, resource->depends);
            }
        }
    }
    add_others(watch);
    add_sets(watch);
    return watch;
}

void rf_event_watch_free(RfEventWatch *watch)
{
    if (watch) {
        g_ptr_array_unref(watch->list);
        g_free(watch);
    }
}

void rf_event_watch_changed(RfEventWatch *watch, BmcPart part)
{
    unsigned i;

    for (i = 0; i < watch->list->len; i++) {
        Watched *w = watch->list->pdata[i];

        /* Whatever has made it known, the next change of it is one. */
        if (w->depends & 1u << part || (w->nth && !w->members)) {
            look_at(watch, w, false);
        }
    }
}

void rf_event_watch_note(RfEventWatch *watch, const char *uri)
{
    unsigned i;

    for (i = 0; i < watch->list->len; i++) {
        Watched *w = watch->list->pdata[i];

        if (!w->nth && g_str_equal(w->ctx.uri, uri)) {
            look_at_resource(watch, w, true);
        }
    }
}
