/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Resources as they are sent, and a cache of them. */
#include "osdep.h"

#include "redfish/rf-service.h"

#include "redfish/rf-etag.h"
#include "util/json.h"

#define CACHE_MAX 256

RfRepresentation *rf_representation_ref(RfRepresentation *r)
{
    r->refs++;
    return r;
}

void rf_representation_unref(RfRepresentation *r)
{
    if (!r || --r->refs) {
        return;
    }
    g_bytes_unref(r->body);
    g_clear_pointer(&r->gzip, g_bytes_unref);
    g_free(r->etag);
    g_free(r->link);
    g_free(r);
}

void rf_represent_init(RfService *service)
{
    service->cache = g_hash_table_new_full(
        g_str_hash, g_str_equal, g_free,
        (GDestroyNotify)rf_representation_unref);
}

/* Counters only grow, so that their sum changes when one of them does. */
static uint64_t model_stamp(Bmc *bmc, unsigned depends)
{
    uint64_t stamp = 0;
    unsigned part;

    for (part = 0; part < BMC_PART__MAX; part++) {
        if (depends & 1 << part) {
            stamp += bmc_generation(bmc, part);
        }
    }
    return stamp;
}

static GBytes *action_info_body(const RfExchange *x, const char *uri,
                                char **etag)
{
    g_autoptr(JsonObject) object =
        rf_action_info_object(x->route.action, &x->context, uri);
    g_autofree char *text = json_print(object);
    char *body;

    *etag = rf_etag_make(text, strlen(text));
    json_object_set_string_member(object, "@odata.etag", *etag);
    body = json_print(object);
    return g_bytes_new_take(body, strlen(body));
}

static RfRepresentation *build(const RfExchange *x, const char *uri)
{
    const RfResource *resource = x->route.resource;
    RfRepresentation *r = g_new0(RfRepresentation, 1);

    r->refs = 1;
    if (x->route.info) {
        r->body = action_info_body(x, uri, &r->etag);
        r->link = rf_schema_link(RF_ACTION_INFO_TYPE);
    } else {
        r->body = rf_resource_body(resource, &x->context, &r->etag);
        r->link = resource->type ? rf_schema_link(resource->type) : NULL;
    }
    return r;
}

/* With a mark behind it, if it is what not everybody is shown. */
static char *own_uri(const RfExchange *x)
{
    if (!x->route.info) {
        return g_strconcat(x->context.uri, x->context.limited ? " " : "",
                           NULL);
    }
    return g_strconcat(x->context.uri, "/",
                       strrchr(x->route.action->name, '.') + 1,
                       RF_ACTION_INFO_SUFFIX, NULL);
}

RfRepresentation *rf_represent(RfExchange *x)
{
    RfService *service = x->service;
    const RfResource *resource = x->route.resource;
    uint64_t stamp = model_stamp(service->bmc, resource->depends);
    g_autofree char *uri = NULL;
    RfRepresentation *r;

    x->context.limited = resource->hides &&
                         !(rf_privileges(x) &
                           rf_resource_write_privileges(resource));
    uri = own_uri(x);
    r = g_hash_table_lookup(service->cache, uri);
    if (r && r->stamp == stamp && !resource->live &&
        (!resource->prepare || resource->refreshes)) {
        return r;
    }
    if (g_hash_table_size(service->cache) >= CACHE_MAX) {
        g_hash_table_remove_all(service->cache);
    }
    r = build(x, uri);
    r->stamp = stamp;
    g_hash_table_replace(service->cache, g_steal_pointer(&uri), r);
    return r;
}

void rf_prepare(RfExchange *x, void (*go_on)(RfExchange *x))
{
    if (x->route.resource->prepare) {
        x->go_on = go_on;
        x->route.resource->prepare(x);
    } else {
        go_on(x);
    }
}

/* What is changed looks for itself, before it is: see run_writer(). */
static bool may_go_on(RfExchange *x)
{
    return (!g_str_equal(x->request.method, "GET") &&
            !g_str_equal(x->request.method, "HEAD")) || rf_still_may(x);
}

void rf_exchange_prepared(RfExchange *x, void *prepared)
{
    g_free(x->context.prepared);
    x->context.prepared = prepared;
    if (x->gather_parent) {
        x->go_on(x);
    } else if (!rf_exchange_is_there(x)) {
        rf_answer_missing(x);
    } else if (may_go_on(x)) {
        x->go_on(x);
    }
}
