/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service: the way of a request from its path to its answer. */
#include "osdep.h"

#include "redfish/rf.h"

#include "redfish/rf-error.h"
#include "redfish/rf-etag.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-media.h"
#include "redfish/rf-query.h"
#include "util/json.h"

/* Requests open at a time; the HTTP front has a similar bound. */
#define EXCHANGES_MAX 256
#define CACHE_MAX 256

#define AUTHENTICATE "Basic realm=\"qemu-bmc\""

/* A resource as it was last built. */
typedef struct Representation {
    uint64_t stamp;
    GBytes *body;
    char *etag;
    char *link;
} Representation;

/*
 * Writers are served one after the other: between the check of If-Match and
 * the end of the change nobody else may change the resource.
 */
struct RfService {
    Bmc *bmc;
    RfAuth auth;
    GHashTable *cache; /* @odata.id to Representation */
    GQueue exchanges;  /* all that are not answered */
    GQueue writers;    /* those of them that wait for their turn */
    RfExchange *writer;
    bool in_run_writers;
};

static const RfResource *const families[] = {
    rf_root_resources, rf_systems_resources, rf_managers_resources,
    rf_network_protocol_resources, rf_chassis_resources,
    rf_sensors_resources, NULL,
};

static void representation_free(void *opaque)
{
    Representation *r = opaque;

    g_bytes_unref(r->body);
    g_free(r->etag);
    g_free(r->link);
    g_free(r);
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

/* Returns what is valid until the main loop runs. */
static const Representation *represent(RfExchange *x)
{
    RfService *service = x->service;
    const RfResource *resource = x->route.resource;
    uint64_t stamp = model_stamp(service->bmc, resource->depends);
    Representation *r = g_hash_table_lookup(service->cache, x->context.uri);

    if (r && r->stamp == stamp && !resource->prepare) {
        return r;
    }
    if (g_hash_table_size(service->cache) >= CACHE_MAX) {
        g_hash_table_remove_all(service->cache);
    }
    r = g_new0(Representation, 1);
    r->stamp = stamp;
    r->body = rf_resource_body(resource, &x->context, &r->etag);
    r->link = rf_resource_schema_link(resource);
    g_hash_table_replace(service->cache, g_strdup(x->context.uri), r);
    return r;
}

static void run_writers(RfService *service);

static void add_header(RfResponse *response, const char *name,
                       const char *value)
{
    if (value) {
        g_assert(response->n_headers < RF_RESPONSE_HEADERS_MAX);
        response->headers[response->n_headers++] =
            (RfResponseHeader) { .name = name, .value = value };
    }
}

static void answer(RfExchange *x, RfResponse *response)
{
    RfService *service = x->service;
    bool was_writer = service->writer == x;

    add_header(response, "OData-Version", "4.0");
    add_header(response, "Cache-Control", "no-cache");
    g_queue_unlink(&service->exchanges, &x->link);
    x->service = NULL;
    x->respond(response, x->opaque);
    rf_exchange_unref(x);
    if (was_writer) {
        service->writer = NULL;
        run_writers(service);
    }
}

static void answer_messages(RfExchange *x, const RfMessages *messages,
                            unsigned status)
{
    RfResponse response = { .status = status };
    g_autoptr(GBytes) body = rf_messages_body(messages);

    response.body = body;
    add_header(&response, "Retry-After", rf_messages_retry_after(messages));
    if (status == 401) {
        add_header(&response, "WWW-Authenticate", AUTHENTICATE);
    }
    if (status == 405) {
        add_header(&response, "Allow",
                   x->route.action ? "POST"
                                   : rf_resource_allow(x->route.resource));
    }
    answer(x, &response);
}

static void answer_errors(RfExchange *x, const RfMessages *messages)
{
    answer_messages(x, messages, rf_messages_status(messages));
}

static void answer_error(RfExchange *x, RfMessageId id)
{
    g_autoptr(RfMessages) messages = rf_messages_new();

    rf_messages_add(messages, id, NULL, NULL, NULL);
    answer_errors(x, messages);
}

/* An error that has one argument, and a status of its own if not 0. */
static void answer_error_about(RfExchange *x, RfMessageId id,
                               const char *arg, unsigned status)
{
    g_autoptr(RfMessages) messages = rf_messages_new();

    rf_messages_add(messages, id, NULL, NULL, arg, NULL);
    answer_messages(x, messages, status ?: rf_messages_status(messages));
}

/* Have the resource prepared, if it needs that, and go on. */
static void prepare(RfExchange *x, void (*go_on)(RfExchange *x))
{
    if (x->route.resource->prepare) {
        x->go_on = go_on;
        x->route.resource->prepare(x);
    } else {
        go_on(x);
    }
}

void rf_exchange_prepared(RfExchange *x, void *prepared)
{
    g_free(x->context.prepared);
    x->context.prepared = prepared;
    x->go_on(x);
}

static void answer_resource(RfExchange *x, bool conditional)
{
    const Representation *r = represent(x);
    const char *none_match = x->request.headers[RF_HEADER_IF_NONE_MATCH];
    RfResponse response = { .status = 200 };

    add_header(&response, "ETag", r->etag);
    if (conditional && none_match && rf_etag_matches(none_match, r->etag)) {
        response.status = 304;
        answer(x, &response);
        return;
    }
    add_header(&response, "Link", r->link);
    add_header(&response, "Allow", rf_resource_allow(x->route.resource));
    response.body = r->body;
    answer(x, &response);
}

static void answer_get(RfExchange *x)
{
    answer_resource(x, true);
}

static void answer_patch(RfExchange *x)
{
    answer_resource(x, false);
}

/* Returns NULL when it has answered. */
static JsonObject *read_body(RfExchange *x, bool may_be_empty)
{
    g_autoptr(GError) err = NULL;
    JsonObject *object;
    const char *text = NULL;
    gsize len = 0;

    if (x->request.body) {
        text = g_bytes_get_data(x->request.body, &len);
    }
    if (len &&
        !rf_media_is_json(x->request.headers[RF_HEADER_CONTENT_TYPE])) {
        answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "Content-Type", 415);
        return NULL;
    }
    if (!len && may_be_empty) {
        return json_object_new();
    }
    object = json_parse_object(text ?: "", len, &err);
    if (!object) {
        answer_error(x, json_check(text ?: "", len, NULL)
                        ? RF_MESSAGE_UNRECOGNIZED_REQUEST_BODY
                        : RF_MESSAGE_MALFORMED_JSON);
    }
    return object;
}

static void run_action(RfExchange *x)
{
    const RfAction *action = x->route.action;
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) body = read_body(x, true);

    if (!body) {
        return;
    }
    x->patch = rf_patch_parse_action(action, &x->context, body, messages);
    if (!x->patch) {
        answer_errors(x, messages);
        return;
    }
    action->start(x, x->patch);
}

static void run_patch(RfExchange *x)
{
    const char *match = x->request.headers[RF_HEADER_IF_MATCH];
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) body = NULL;

    if (match && !rf_etag_matches(match, represent(x)->etag)) {
        answer_error(x, RF_MESSAGE_PRECONDITION_FAILED);
        return;
    }
    body = read_body(x, false);
    if (!body) {
        return;
    }
    x->patch = rf_patch_parse(x->route.resource->properties, &x->context,
                              body, messages);
    if (!x->patch) {
        answer_errors(x, messages);
        return;
    }
    rf_patch_setter(x->patch, 0)->start(x, x->patch);
}

/* A writer that is done at once comes back here: it must not nest. */
static void run_writers(RfService *service)
{
    if (service->in_run_writers) {
        return;
    }
    service->in_run_writers = true;
    while (!service->writer && !g_queue_is_empty(&service->writers)) {
        service->writer = g_queue_pop_head(&service->writers);
        prepare(service->writer, run_patch);
    }
    service->in_run_writers = false;
}

static bool is_read(const RfExchange *x)
{
    return g_str_equal(x->request.method, "GET") ||
           g_str_equal(x->request.method, "HEAD");
}

static bool method_allowed(const RfExchange *x)
{
    if (x->route.action) {
        return g_str_equal(x->request.method, "POST");
    }
    return is_read(x) ||
           (g_str_equal(x->request.method, "PATCH") &&
            strstr(rf_resource_allow(x->route.resource), "PATCH"));
}

static unsigned needed_privilege(const RfExchange *x)
{
    if (x->route.action) {
        return x->route.action->privilege;
    }
    return is_read(x) ? x->route.resource->read : x->route.resource->write;
}

static bool query_allowed(RfExchange *x)
{
    g_autofree char *name = rf_query_unsupported(x->request.query);

    if (!name) {
        return true;
    }
    if (is_read(x)) {
        answer_error_about(x, RF_MESSAGE_QUERY_PARAMETER_UNSUPPORTED, name,
                           0);
    } else {
        answer_error(x, RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_OPERATION);
    }
    return false;
}

/* The user, if one is needed, is known. */
static void dispatch(RfExchange *x)
{
    RfService *service = x->service;

    if (!x->route.resource) {
        answer_error_about(x, RF_MESSAGE_RESOURCE_MISSING_AT_URI,
                           x->request.path, 0);
        return;
    }
    if (!method_allowed(x)) {
        answer_error(x, RF_MESSAGE_OPERATION_NOT_ALLOWED);
        return;
    }
    if (needed_privilege(x) & ~x->user.privileges) {
        answer_error(x, RF_MESSAGE_INSUFFICIENT_PRIVILEGE);
        return;
    }
    if (!query_allowed(x)) {
        return;
    }
    if (x->route.action) {
        run_action(x);
    } else if (is_read(x)) {
        prepare(x, answer_get);
    } else {
        g_queue_push_tail(&service->writers, x);
        run_writers(service);
    }
}

static void authenticated(const RfUser *user, void *opaque)
{
    RfExchange *x = opaque;

    if (!user) {
        answer_error(x, RF_MESSAGE_ACCESS_UNAUTHORIZED);
        return;
    }
    x->user = *user;
    x->origin = (BmcOrigin) {
        .channel = x->user.channel,
        .user = x->user.name,
        .peer = x->request.peer,
    };
    if (!(user->privileges & RF_PRIVILEGE_LOGIN)) {
        answer_error(x, RF_MESSAGE_INSUFFICIENT_PRIVILEGE);
        return;
    }
    dispatch(x);
}

static void find_resource(RfExchange *x)
{
    RfRoute *route = &x->route;

    x->context.bmc = x->service->bmc;
    if (!rf_router_match(families, x->request.path, route)) {
        return;
    }
    memcpy(x->context.ids, route->ids, sizeof(x->context.ids));
    if ((route->resource->exists && !route->resource->exists(&x->context)) ||
        !rf_router_uri(route->resource, route->ids, x->context.uri)) {
        route->resource = NULL;
        route->action = NULL;
    }
}

/* DSP0266 "Request headers". Returns false when it has answered. */
static bool headers_fit(RfExchange *x)
{
    const char *version = x->request.headers[RF_HEADER_ODATA_VERSION];

    if (version && !g_str_equal(version, "4.0")) {
        answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "OData-Version",
                           412);
        return false;
    }
    if (!rf_media_accepts_json(x->request.headers[RF_HEADER_ACCEPT])) {
        answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "Accept", 406);
        return false;
    }
    return true;
}

static void exchange_unref(void *opaque)
{
    rf_exchange_unref(opaque);
}

RfExchange *rf_exchange_ref(RfExchange *x)
{
    x->refs++;
    return x;
}

void rf_exchange_unref(RfExchange *x)
{
    if (!x || --x->refs) {
        return;
    }
    g_object_unref(x->cancellable);
    rf_patch_free(x->patch);
    g_free(x->context.prepared);
    g_free(x);
}

void rf_exchange_complete(RfExchange *x, const GError *err)
{
    const RfSetter *setter;

    if (err) {
        g_autoptr(RfMessages) messages = rf_messages_new();

        rf_messages_add_error(messages, err);
        answer_errors(x, messages);
        return;
    }
    if (x->route.action) {
        RfResponse response = { .status = 204 };

        answer(x, &response);
        return;
    }
    setter = rf_patch_setter(x->patch, ++x->next_setter);
    if (setter) {
        setter->start(x, x->patch);
    } else {
        prepare(x, answer_patch);
    }
}

RfService *rf_service_new(Bmc *bmc)
{
    RfService *service = g_new0(RfService, 1);

    service->bmc = bmc;
    service->cache = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                           representation_free);
    g_queue_init(&service->exchanges);
    g_queue_init(&service->writers);
    return service;
}

void rf_service_free(RfService *service)
{
    if (!service) {
        return;
    }
    g_queue_clear(&service->writers);
    while (!g_queue_is_empty(&service->exchanges)) {
        RfExchange *x = g_queue_peek_head(&service->exchanges);

        g_cancellable_cancel(x->cancellable);
        answer_error(x, RF_MESSAGE_SERVICE_SHUTTING_DOWN);
    }
    g_hash_table_unref(service->cache);
    g_free(service);
}

void rf_service_submit(RfService *service, const RfRequest *request,
                       RfRespondFunc respond, void *opaque)
{
    RfExchange *x = g_new0(RfExchange, 1);

    x->refs = 1;
    x->service = service;
    x->link.data = x;
    x->request = *request;
    x->respond = respond;
    x->opaque = opaque;
    x->cancellable = g_cancellable_new();
    g_queue_push_tail_link(&service->exchanges, &x->link);
    if (service->exchanges.length > EXCHANGES_MAX) {
        answer_error_about(x, RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE,
                           "5", 0);
        return;
    }
    if (!headers_fit(x)) {
        return;
    }
    find_resource(x);
    if (x->route.resource && is_read(x) && !x->route.resource->read) {
        dispatch(x);
        return;
    }
    rf_auth_check(&service->auth, service->bmc, &x->request, x->cancellable,
                  authenticated, exchange_unref, rf_exchange_ref(x));
}

void rf_dump_tables(GString *out)
{
    const RfResource *const *family;
    const RfResource *resource;

    for (family = families; *family; family++) {
        for (resource = *family; resource->path; resource++) {
            rf_resource_dump(resource, out);
        }
    }
}
