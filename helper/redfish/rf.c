/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service: the way of a request from its path to its answer. */
#include "osdep.h"

#include "redfish/rf.h"

#include "redfish/rf-media.h"
#include "redfish/rf-query.h"
#include "redfish/rf-service.h"
#include "util/secret.h"

/* Requests open at a time; the HTTP front has a similar bound. */
#define EXCHANGES_MAX 256
/*
 * What strangers may have looked at: names and passwords are short, and a
 * body of the size that others may send takes the main loop 100 ms.
 */
#define STRANGER_BODY_MAX (16 * 1024)

static bool is_read(const RfExchange *x)
{
    return g_str_equal(x->request.method, "GET") ||
           g_str_equal(x->request.method, "HEAD");
}

static bool is_method(const RfExchange *x, const char *method)
{
    return g_str_equal(x->request.method, method);
}

/*
 * RFC 9110 section 9.1: a method that no resource has is 501, and that needs
 * no password to know; one that this resource does not have is 405. Returns
 * false when it has answered.
 */
static bool method_is_known(RfExchange *x)
{
    static const char *const methods[] = {
        "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "DELETE", NULL
    };
    g_autoptr(RfMessages) messages = NULL;

    if (g_strv_contains(methods, x->request.method)) {
        return true;
    }
    messages = rf_messages_new();
    rf_messages_add(messages, RF_MESSAGE_GENERAL_ERROR, NULL,
                    "Use one of the methods that the specification of "
                    "Redfish has.", NULL);
    rf_answer_errors(x, messages, 501);
    return false;
}

/* Every method is its own word in the list. */
static bool method_allowed(const RfExchange *x)
{
    g_auto(GStrv) allow = g_strsplit(rf_route_allow(&x->route), ", ", -1);

    return g_strv_contains((const char *const *)allow, x->request.method);
}

static bool is_upload(const RfExchange *x)
{
    return !x->route.action && !x->route.members &&
           rf_resource_takes_upload(x->route.resource, x->request.method);
}

/* Returns a mask; one of them is enough, 0 needs no authentication. */
static unsigned needed_privileges(const RfExchange *x)
{
    const RfResource *resource = x->route.resource;

    if (is_read(x) || is_method(x, "OPTIONS")) {
        return resource->read;
    }
    if (x->route.action && !x->route.info) {
        return x->route.action->privilege;
    }
    if (is_upload(x)) {
        return resource->upload->privilege;
    }
    if (is_method(x, "POST") && resource->create) {
        return resource->create->privilege;
    }
    if (is_method(x, "DELETE") && resource->remove) {
        return resource->remove->privilege;
    }
    return rf_resource_write_privileges(resource);
}

unsigned rf_privileges(const RfExchange *x)
{
    const RfResource *resource = x->route.resource;

    if (resource->is_own && resource->is_own(x)) {
        return x->user.privileges;
    }
    return x->user.privileges & ~RF_PRIVILEGE_CONFIGURE_SELF;
}

/* Returns false when it has answered. */
static bool query_fits(RfExchange *x)
{
    g_autoptr(RfMessages) messages = rf_messages_new();

    if (!rf_query_parse(x->request.query, &x->query, messages)) {
        if (is_read(x)) {
            rf_answer_errors(x, messages, 0);
        } else {
            rf_answer_error(x, RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_OPERATION);
        }
        return false;
    }
    if (x->query.any && !is_read(x)) {
        rf_answer_error(x, RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_OPERATION);
        return false;
    }
    return true;
}

/*
 * What is public may lead to what is not: then the user matters. Who hides
 * the word gets what is public.
 */
static bool asks_for_more(const RfExchange *x)
{
    return x->request.query && strstr(x->request.query, "expand");
}

/*
 * DSP0266 "Password change required handling". Of what is public nobody is
 * asked who he is; a user who says so gets it no more than the rest.
 */
static bool may_before_change(const RfExchange *x)
{
    const RfResource *resource = x->route.resource;
    g_auto(GStrv) methods = NULL;

    if (!resource->before_change || x->route.action ||
        !resource->is_own(x)) {
        return false;
    }
    methods = g_strsplit(resource->before_change, ", ", -1);
    return g_strv_contains((const char *const *)methods, x->request.method);
}

/*
 * What is not there has no type: 404, whatever is accepted. Nor may somebody
 * who is not known learn from this what there is. Returns false when it has
 * answered.
 */
static bool type_fits(RfExchange *x)
{
    const char *type = x->route.resource->content_type ?: "application/json";

    if (!rf_media_accepts(x->request.headers[RF_HEADER_ACCEPT], type)) {
        rf_answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "Accept", 406);
        return false;
    }
    return true;
}

static void answer_options(RfExchange *x)
{
    RfResponse response = { .status = 204 };

    rf_add_header(&response, "Allow", rf_route_allow(&x->route));
    rf_answer(x, &response);
}

/* Returns false when it has answered. */
static bool change_fits(RfExchange *x)
{
    g_autoptr(RfMessages) messages = NULL;

    if (!x->user.must_change) {
        return true;
    }
    if (!x->route.resource || !may_before_change(x)) {
        messages = rf_messages_new();
        rf_add_must_change(x, messages);
        rf_answer_errors(x, messages, 0);
        return false;
    }
    /* Of an administrator, too: not what is his own in another way. */
    x->user.privileges = RF_PRIVILEGE_CONFIGURE_SELF;
    return true;
}

/* Returns false when it has answered. */
static bool privileges_fit(RfExchange *x)
{
    unsigned needed = needed_privileges(x);

    if (needed && !(needed & rf_privileges(x))) {
        rf_answer_error(x, RF_MESSAGE_INSUFFICIENT_PRIVILEGE);
        return false;
    }
    return true;
}

/* The user is known. Returns false when it has answered. */
static bool may_log_in(RfExchange *x)
{
    if (!(x->user.privileges & RF_PRIVILEGE_LOGIN)) {
        rf_answer_error(x, RF_MESSAGE_INSUFFICIENT_PRIVILEGE);
        return false;
    }
    return true;
}

static void refuse_user(RfExchange *x)
{
    rf_answer_error(x, x->request.headers[RF_HEADER_TOKEN]
                       ? RF_MESSAGE_NO_VALID_SESSION
                       : RF_MESSAGE_ACCESS_UNAUTHORIZED);
}

bool rf_still_may(RfExchange *x)
{
    if (!x->user.slot) {
        return true;
    }
    if (!rf_auth_renew(x->context.bmc, &x->user)) {
        refuse_user(x);
        return false;
    }
    return may_log_in(x) && change_fits(x) && privileges_fit(x);
}

/* The user, if one is needed, is known. */
static void dispatch(RfExchange *x)
{
    if (!change_fits(x)) {
        return;
    }
    if (!x->route.resource) {
        rf_answer_missing(x);
        return;
    }
    if (!type_fits(x)) {
        return;
    }
    if (!method_allowed(x)) {
        rf_answer_error(x, RF_MESSAGE_OPERATION_NOT_ALLOWED);
        return;
    }
    if (!privileges_fit(x) || !query_fits(x)) {
        return;
    }
    if (x->route.resource->expanded && x->query.expand == RF_EXPAND_NONE &&
        !x->query.only) {
        x->query.expand = RF_EXPAND_SUBORDINATE;
        x->query.levels = 1;
        x->query.any = true;
    }
    if (is_method(x, "OPTIONS")) {
        answer_options(x);
    } else if (is_read(x)) {
        rf_prepare(x, x->query.any ? rf_answer_query : rf_answer_resource);
    } else if (is_upload(x)) {
        x->route.resource->upload->start(x);
    } else {
        rf_write(x);
    }
}

void rf_exchange_set_user(RfExchange *x, const RfUser *user)
{
    x->user = *user;
    x->origin.user = x->user.name;
    if (x->user.certificate) {
        g_object_ref(x->user.certificate);
    }
}

static void authenticated(const RfUser *user, bool busy, void *opaque)
{
    RfExchange *x = opaque;

    if (busy) {
        rf_answer_error_about(x, RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE,
                              "5", 0);
        return;
    }
    if (!user) {
        refuse_user(x);
        return;
    }
    if (x->route.resource && !rf_exchange_is_there(x)) {
        /* It has gone while the password was looked at. */
        x->route.resource = NULL;
        x->route.action = NULL;
    }
    rf_exchange_set_user(x, user);
    if (may_log_in(x)) {
        dispatch(x);
    }
}

bool rf_exchange_is_there(const RfExchange *x)
{
    const RfResource *resource = x->route.resource;

    if (resource->exists && !resource->exists(&x->context)) {
        return is_upload(x) && resource->upload->creates;
    }
    return !x->route.action || rf_action_exists(x->route.action, &x->context);
}

bool rf_route(RfExchange *x, const char *path)
{
    RfRoute *route = &x->route;

    x->context.bmc = x->service->bmc;
    if (!rf_router_match(x->service->families, path, route)) {
        return false;
    }
    memcpy(x->context.ids, route->ids, sizeof(x->context.ids));
    if (rf_exchange_is_there(x) &&
        rf_router_uri(route->resource, route->ids, x->context.uri)) {
        return true;
    }
    route->resource = NULL;
    route->action = NULL;
    return false;
}

/*
 * A browser that knows a user's password sends it with what other sites make
 * it send, too. They cannot make it send JSON, but an action may need no body
 * at all. What is no browser has neither header.
 */
static bool is_from_other_site(const RfExchange *x)
{
    const char *site = x->request.headers[RF_HEADER_FETCH_SITE];
    const char *origin = x->request.headers[RF_HEADER_ORIGIN];
    const char *host = x->request.headers[RF_HEADER_HOST];

    if (is_read(x) || is_method(x, "OPTIONS")) {
        return false;
    }
    if (site) {
        return !g_str_equal(site, "same-origin") && !g_str_equal(site, "none");
    }
    if (!origin) {
        return false;
    }
    origin = strstr(origin, "://");
    return !origin || !host || g_ascii_strcasecmp(origin + 3, host) != 0;
}

/* DSP0266 "Request headers". Returns false when it has answered. */
static bool headers_fit(RfExchange *x)
{
    const char *version = x->request.headers[RF_HEADER_ODATA_VERSION];

    if (is_from_other_site(x)) {
        rf_answer_error(x, RF_MESSAGE_ACCESS_FORBIDDEN);
        return false;
    }
    if (version && !g_str_equal(version, "4.0")) {
        rf_answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "OData-Version",
                           412);
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
    g_clear_object(&x->user.certificate);
    rf_patch_free(x->patch);
    rf_gather_free(x->gather);
    rf_query_clear(&x->query);
    rf_messages_free(x->notes);
    g_free(x->context.prepared);
    g_free(x->location);
    g_free(x->header);
    secret_free(x->value); /* a token */
    g_free(x);
}

RfService *rf_service_new(Bmc *bmc, const RfResource *const *families)
{
    RfService *service = g_new0(RfService, 1);

    service->bmc = bmc;
    service->families = families;
    rf_represent_init(service);
    g_queue_init(&service->exchanges);
    g_queue_init(&service->writers);
    g_queue_init(&service->gathers);
    return service;
}

void rf_service_free(RfService *service)
{
    if (!service) {
        return;
    }
    g_queue_clear(&service->writers);
    g_queue_clear(&service->gathers);
    while (!g_queue_is_empty(&service->exchanges)) {
        RfExchange *x = g_queue_peek_head(&service->exchanges);

        g_cancellable_cancel(x->cancellable);
        rf_answer_error(x, RF_MESSAGE_SERVICE_SHUTTING_DOWN);
    }
    g_hash_table_unref(service->cache);
    g_free(service);
}

bool rf_service_streams(const RfService *service, const char *method,
                        const char *path)
{
    RfRoute route;

    return rf_router_match(service->families, path, &route) &&
           !route.action && !route.members &&
           rf_resource_takes_upload(route.resource, method);
}

static bool is_too_long(const RfExchange *x)
{
    return x->request.body &&
           g_bytes_get_size(x->request.body) > STRANGER_BODY_MAX;
}

void rf_service_submit(RfService *service, const RfRequest *request,
                       RfRespondFunc respond, void *opaque)
{
    RfExchange *x = g_new0(RfExchange, 1);
    bool there;

    x->refs = 1;
    x->service = service;
    x->link.data = x;
    x->request = *request;
    x->respond = respond;
    x->opaque = opaque;
    x->cancellable = g_cancellable_new();
    x->origin = rf_auth_origin(request, NULL);
    g_queue_push_tail_link(&service->exchanges, &x->link);
    if (service->exchanges.length > EXCHANGES_MAX) {
        rf_answer_error_about(x, RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE,
                           "5", 0);
        return;
    }
    if (!rf_auth_answers(service->bmc, &x->request)) {
        /* It was not needed yet when the connection was made. */
        rf_answer_error(x, RF_MESSAGE_ACCESS_UNAUTHORIZED);
        return;
    }
    if (!method_is_known(x)) {
        return;
    }
    there = rf_route(x, x->request.path);
    if (!headers_fit(x)) {
        return;
    }
    if (there && method_allowed(x) && !needed_privileges(x) &&
        !asks_for_more(x)) {
        if (is_too_long(x)) {
            rf_answer_error(x, RF_MESSAGE_PAYLOAD_TOO_LARGE);
        } else {
            dispatch(x);
        }
        return;
    }
    rf_auth_check(&service->auth, service->bmc, &x->request, x->cancellable,
                  authenticated, exchange_unref, rf_exchange_ref(x));
}
