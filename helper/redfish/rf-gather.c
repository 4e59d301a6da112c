/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GET with a query: one resource, or many of them put together. Each one is
 * prepared and built like the answer to a request of its own, one after the
 * other and in slices, so that nobody waits long for the main loop.
 */
#include "osdep.h"

#include "redfish/rf-service.h"

#include "redfish/rf-etag.h"
#include "util/json.h"

/* In one answer; beyond it references stay references. */
#define RESOURCES_MAX 2000
#define BYTES_MAX (2 * 1024 * 1024)
/* Queries that are collected for at a time: each takes many times its text. */
#define GATHERS_MAX 4
#define SLICE_US 5000

typedef struct RfGather RfGather;

/*
 * A reference to follow, and how deep to follow what is there.
 *
 * @object: gets the members of the resource
 * @levels: 1 and up
 */
typedef struct Reference {
    JsonObject *object;
    unsigned levels;
} Reference;

/*
 * @x: what is to be answered
 * @service: (nullable): counts it among those that are collected for
 * @body: the answer so far
 * @etag: entity tag of the resource itself
 * @etags: it and those of all that was fetched
 * @queue: what is to be fetched, Reference
 * @child: the reference that is being fetched, as a request of its own
 * @n_bytes: what was fetched, as text
 * @secret: one of what it shows is
 * @done: called when the queue is empty
 * @idle: goes on with the next slice
 */
struct RfGather {
    RfExchange *x;
    RfService *service;
    JsonObject *body;
    char *etag;
    GString *etags;
    GQueue queue;
    Reference *current;
    RfExchange *child;
    unsigned n_resources;
    size_t n_bytes;
    bool secret;
    void (*done)(RfGather *gather);
    GSource *idle;
    bool running;
};

static void run(RfGather *gather);

static void reference_free(void *opaque)
{
    Reference *reference = opaque;

    json_object_unref(reference->object);
    g_free(reference);
}

/* One that is answered at once comes back here: it must not nest. */
static void run_waiting(RfService *service)
{
    if (service->in_run_gathers) {
        return;
    }
    service->in_run_gathers = true;
    while (service->n_gathers < GATHERS_MAX &&
           !g_queue_is_empty(&service->gathers)) {
        RfExchange *x = g_queue_pop_head(&service->gathers);

        if (rf_still_may(x)) {
            rf_answer_query(x);
        }
    }
    service->in_run_gathers = false;
}

void rf_gather_release(RfGather *gather)
{
    RfService *service = g_steal_pointer(&gather->service);

    if (service) {
        service->n_gathers--;
        run_waiting(service);
    }
}

void rf_gather_free(RfGather *gather)
{
    if (!gather) {
        return;
    }
    rf_gather_release(gather);
    if (gather->idle) {
        g_source_destroy(gather->idle);
        g_source_unref(gather->idle);
    }
    if (gather->child) {
        /* Whoever is preparing it finds it cancelled. */
        gather->child->service = NULL;
        rf_exchange_unref(gather->child);
    }
    g_clear_pointer(&gather->current, reference_free);
    g_queue_clear_full(&gather->queue, reference_free);
    json_object_unref(gather->body);
    g_free(gather->etag);
    g_string_free(gather->etags, TRUE);
    g_free(gather);
}

static JsonObject *parse(const RfRepresentation *r)
{
    gsize len;
    const char *text = g_bytes_get_data(r->body, &len);
    JsonObject *object = json_parse_object(text, len, NULL);

    g_assert(object);
    return object;
}

/* References */

static void push(RfGather *gather, JsonObject *object, unsigned levels)
{
    Reference *reference = g_new0(Reference, 1);

    reference->object = json_object_ref(object);
    reference->levels = levels;
    g_queue_push_tail(&gather->queue, reference);
}

static bool is_reference(JsonObject *object)
{
    return json_object_get_size(object) == 1 &&
           json_object_has_member(object, "@odata.id");
}

/* Returns what of @mode counts below a member: links are below Links. */
static bool follows(RfExpand mode, const char *name, bool in_links)
{
    if (mode == RF_EXPAND_ALL) {
        return true;
    }
    if (strchr(name, '@') || g_str_equal(name, "Actions")) {
        return false;
    }
    return mode == RF_EXPAND_LINKS || in_links || !g_str_equal(name, "Links");
}

/* Our own representations nest a few levels: the recursion is bounded. */
static void push_references(RfGather *gather, JsonNode *node, bool in_links,
                            unsigned levels)
{
    RfExpand mode = gather->x->query.expand;
    JsonObjectIter iter;
    const char *name;
    JsonNode *member;
    unsigned i;

    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);

        for (i = 0; i < json_array_get_length(array); i++) {
            push_references(gather, json_array_get_element(array, i),
                            in_links, levels);
        }
    }
    if (!JSON_NODE_HOLDS_OBJECT(node)) {
        return;
    }
    if (is_reference(json_node_get_object(node))) {
        if (mode != RF_EXPAND_LINKS || in_links) {
            push(gather, json_node_get_object(node), levels);
        }
        return;
    }
    json_object_iter_init_ordered(&iter, json_node_get_object(node));
    while (json_object_iter_next_ordered(&iter, &name, &member)) {
        if (follows(mode, name, in_links)) {
            push_references(gather, member,
                            in_links || g_str_equal(name, "Links"), levels);
        }
    }
}

static void push_all(RfGather *gather, JsonObject *object, unsigned levels)
{
    JsonNode *node = json_node_new(JSON_NODE_OBJECT);

    json_node_set_object(node, object);
    push_references(gather, node, false, levels);
    json_node_unref(node);
}

static void expanded(RfGather *gather);

/* Fetching */

/* A resource that has no excerpt is shown whole (DSP0266 "excerpt"). */
static void select_excerpt(const RfResource *resource, JsonObject *object)
{
    const char *const *names = resource->excerpt;
    g_autoptr(JsonObject) select = NULL;

    if (names) {
        select = json_object_new();
        for (; *names; names++) {
            json_object_set_null_member(select, *names);
        }
        rf_query_select(select, object);
    }
}

/* The reference becomes what it refers to. */
static void fill(Reference *reference, JsonObject *object)
{
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        json_object_set_member(reference->object, name, json_node_copy(node));
    }
}

static void fetched(RfExchange *child)
{
    RfGather *gather = child->gather_parent;
    g_autoptr(JsonObject) object = NULL;
    const RfRepresentation *r;

    if (!child->service) {
        return;
    }
    /* It may have gone while it was prepared: then it stays a reference. */
    if (rf_exchange_is_there(child)) {
        gather->secret |= child->route.resource->secret;
        r = rf_represent(child);
        gather->n_bytes += g_bytes_get_size(r->body);
        g_string_append(gather->etags, r->etag);
        object = parse(r);
        if (gather->x->query.excerpt && gather->done == expanded &&
            !child->route.info) {
            select_excerpt(child->route.resource, object);
        }
        fill(gather->current, object);
        if (gather->current->levels > 1) {
            push_all(gather, gather->current->object,
                     gather->current->levels - 1);
        }
    }
    g_clear_pointer(&gather->current, reference_free);
    child->service = NULL;
    g_clear_pointer(&gather->child, rf_exchange_unref);
    if (!gather->running) {
        run(gather);
    }
}

static RfExchange *child_new(RfGather *gather)
{
    RfExchange *x = gather->x;
    RfExchange *child = g_new0(RfExchange, 1);

    child->refs = 1;
    child->service = x->service;
    child->request = x->request;
    child->cancellable = g_object_ref(x->cancellable);
    rf_exchange_set_user(child, &x->user);
    child->origin = x->origin;
    child->gather_parent = gather;
    return child;
}

static bool may_read(RfExchange *child)
{
    unsigned read = child->route.resource->read;

    return !read || read & rf_privileges(child);
}

/* Clients write references, too: not all that has a URI can be shown. */
static bool can_be_shown(const RfRoute *route)
{
    return route->resource->type && !route->resource->raw &&
           (!route->action || route->info) && !route->members;
}

/* What cannot be had stays a reference. */
static void fetch(RfGather *gather)
{
    const char *uri = json_object_get_string_member(gather->current->object,
                                                    "@odata.id");

    gather->child = child_new(gather);
    if (rf_route(gather->child, uri) &&
        can_be_shown(&gather->child->route) &&
        may_read(gather->child)) {
        gather->n_resources++;
        rf_prepare(gather->child, fetched);
        return;
    }
    gather->child->service = NULL;
    g_clear_pointer(&gather->child, rf_exchange_unref);
    g_clear_pointer(&gather->current, reference_free);
}

static gboolean on_idle(void *opaque)
{
    RfGather *gather = opaque;

    g_clear_pointer(&gather->idle, g_source_unref);
    run(gather);
    return G_SOURCE_REMOVE;
}

static void yield(RfGather *gather)
{
    gather->idle = g_idle_source_new();
    g_source_set_priority(gather->idle, G_PRIORITY_DEFAULT_IDLE);
    g_source_set_callback(gather->idle, on_idle, gather, NULL);
    g_source_attach(gather->idle, g_main_context_get_thread_default());
}

static bool is_full(const RfGather *gather)
{
    return gather->n_resources >= RESOURCES_MAX ||
           gather->n_bytes >= BYTES_MAX;
}

/* Who has asked does not wait any more. */
static bool is_unwanted(const RfExchange *x)
{
    return x->request.gone && g_cancellable_is_cancelled(x->request.gone);
}

static void run(RfGather *gather)
{
    gint64 end = g_get_monotonic_time() + SLICE_US;

    if (is_unwanted(gather->x)) {
        rf_answer_error(gather->x, RF_MESSAGE_GENERAL_ERROR);
        return;
    }
    gather->running = true;
    while (!gather->child && !g_queue_is_empty(&gather->queue)) {
        if (g_get_monotonic_time() > end) {
            gather->running = false;
            yield(gather);
            return;
        }
        if (is_full(gather)) {
            g_queue_clear_full(&gather->queue, reference_free);
            break;
        }
        gather->current = g_queue_pop_head(&gather->queue);
        fetch(gather);
    }
    gather->running = false;
    if (!gather->child) {
        gather->done(gather);
    }
}

/* The steps of a query, in the order in which they are done */

/*
 * Returns the entity tag of all of it, which is in the body too: it changes
 * when that of one of them does.
 */
static char *set_etag(RfGather *gather)
{
    char *etag = rf_etag_make(gather->etags->str, gather->etags->len);

    if (json_object_has_member(gather->body, "@odata.etag")) {
        json_object_set_string_member(gather->body, "@odata.etag", etag);
    }
    return etag;
}

static void answer(RfGather *gather, bool several)
{
    RfExchange *x = gather->x;
    const char *type = x->route.info ? RF_ACTION_INFO_TYPE
                                     : x->route.resource->type;
    g_autoptr(RfRepresentation) r = g_new0(RfRepresentation, 1);
    char *text;

    if (x->query.excerpt && !x->route.info) {
        select_excerpt(x->route.resource, gather->body);
    }
    if (x->query.select) {
        rf_query_select(x->query.select, gather->body);
    }
    r->refs = 1;
    r->link = rf_schema_link(type);
    /* What shows one resource changes as that does. */
    r->etag = several ? set_etag(gather) : g_strdup(gather->etag);
    text = json_print(gather->body);
    r->body = g_bytes_new_take(text, strlen(text));
    rf_answer_representation(x, r, gather->secret);
}

static void expanded(RfGather *gather)
{
    answer(gather, true);
}

static void expand(RfGather *gather)
{
    const RfQuery *query = &gather->x->query;

    if (query->expand == RF_EXPAND_NONE) {
        answer(gather, query->filter || query->skip || query->top >= 0);
        return;
    }
    push_all(gather, gather->body, query->levels);
    gather->done = expanded;
    run(gather);
}

static char *next_link(const RfExchange *x, int64_t skip)
{
    const RfQuery *query = &x->query;
    g_auto(GStrv) parts = g_strsplit(x->request.query, "&", -1);
    GString *link = g_string_new(x->context.uri);
    unsigned i;

    g_string_append_printf(link, "?$skip=%" PRId64, skip);
    for (i = 0; parts[i]; i++) {
        if (!g_str_has_prefix(parts[i], "$skip=") &&
            g_ascii_strncasecmp(parts[i], "%24skip=", 8) != 0) {
            g_string_append_c(link, '&');
            g_string_append_uri_escaped(link, parts[i], "$()=,.'/*~%@", false);
        }
    }
    g_assert(query->top > 0);
    return g_string_free(link, FALSE);
}

/* Leave out what $skip and $top leave out. */
static void cut(RfGather *gather)
{
    const RfQuery *query = &gather->x->query;
    JsonArray *all, *part;
    int64_t n, i, end;

    if (!query->skip && query->top < 0) {
        expand(gather);
        return;
    }
    all = json_object_get_array_member(gather->body, "Members");
    n = json_array_get_length(all);
    end = query->top < 0 ? n : MIN(n, query->skip + query->top);
    part = json_array_new();
    for (i = query->skip; i < end; i++) {
        json_array_add_element(
            part, json_node_copy(json_array_get_element(all, i)));
    }
    json_object_set_array_member(gather->body, "Members", part);
    if (end < n && query->top > 0) {
        g_autofree char *link = next_link(gather->x, end);

        json_object_set_string_member(gather->body, "Members@odata.nextLink",
                                      link);
    }
    expand(gather);
}

/* Members were fetched to be looked at; what is left are references again. */
static void filtered(RfGather *gather)
{
    const RfQuery *query = &gather->x->query;
    JsonArray *all = json_object_get_array_member(gather->body, "Members");
    JsonArray *part = json_array_new();
    unsigned i;

    for (i = 0; i < json_array_get_length(all); i++) {
        JsonObject *member = json_array_get_object_element(all, i);

        if (rf_filter_matches(query->filter, member)) {
            JsonObject *reference = json_object_new();

            json_object_set_string_member(
                reference, "@odata.id",
                json_object_get_string_member(member, "@odata.id"));
            json_array_add_object_element(part, reference);
        }
    }
    json_object_set_int_member(gather->body, "Members@odata.count",
                               json_array_get_length(part));
    json_object_set_array_member(gather->body, "Members", part);
    cut(gather);
}

static void filter(RfGather *gather)
{
    JsonArray *members;
    unsigned i;

    if (!gather->x->query.filter) {
        cut(gather);
        return;
    }
    members = json_object_get_array_member(gather->body, "Members");
    for (i = 0; i < json_array_get_length(members); i++) {
        push(gather, json_array_get_object_element(members, i), 1);
    }
    gather->done = filtered;
    run(gather);
}

static bool is_collection(JsonObject *object)
{
    return json_object_has_member(object, "Members@odata.count");
}

/* Returns false if it has answered, or will: with the only member instead. */
static bool only_fits(RfGather *gather)
{
    RfExchange *x = gather->x;
    JsonArray *members;
    g_autofree char *uri = NULL;

    if (!x->query.only) {
        return true;
    }
    members = json_object_get_array_member(gather->body, "Members");
    if (json_array_get_length(members) != 1) {
        return true;
    }
    uri = g_strdup(json_object_get_string_member(
        json_array_get_object_element(members, 0), "@odata.id"));
    x->query.only = false;
    g_clear_pointer(&x->gather, rf_gather_free);
    if (!rf_route(x, uri)) {
        rf_answer_error_about(x, RF_MESSAGE_RESOURCE_MISSING_AT_URI, uri, 0);
    } else if (!may_read(x)) {
        rf_answer_error(x, RF_MESSAGE_INSUFFICIENT_PRIVILEGE);
    } else {
        rf_prepare(x, rf_answer_query);
    }
    return false;
}

/* What only a collection can be asked for. */
static bool needs_collection(const RfQuery *query)
{
    return query->only || query->filter || query->skip || query->top >= 0;
}

void rf_answer_query(RfExchange *x)
{
    const RfRepresentation *r;
    RfGather *gather;

    if (x->route.resource->raw || !x->route.resource->type) {
        rf_answer_error(x, RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_RESOURCE);
        return;
    }
    if (x->service->n_gathers >= GATHERS_MAX) {
        g_queue_push_tail(&x->service->gathers, x);
        return;
    }
    if (!rf_exchange_is_there(x)) {
        rf_answer_missing(x);
        return;
    }
    r = rf_represent(x);
    gather = g_new0(RfGather, 1);
    gather->x = x;
    gather->service = x->service;
    gather->service->n_gathers++;
    gather->body = parse(r);
    gather->etag = g_strdup(r->etag);
    gather->etags = g_string_new(r->etag);
    gather->secret = x->route.resource->secret;
    g_queue_init(&gather->queue);
    x->gather = gather;
    if (needs_collection(&x->query) && !is_collection(gather->body)) {
        rf_answer_error(x, RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_RESOURCE);
    } else if (only_fits(gather)) {
        filter(gather);
    }
}
