/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PATCH, POST and DELETE. */
#include "osdep.h"

#include "redfish/rf-service.h"

#include "redfish/rf-etag.h"
#include "redfish/rf-media.h"
#include "util/json.h"

JsonObject *rf_read_body(RfExchange *x, bool may_be_empty)
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
        rf_answer_error_about(x, RF_MESSAGE_HEADER_INVALID, "Content-Type",
                              415);
        return NULL;
    }
    if (!len && may_be_empty) {
        return json_object_new();
    }
    object = json_parse_object(text ?: "", len, &err);
    if (!object) {
        rf_answer_error(x, json_check(text ?: "", len, NULL)
                           ? RF_MESSAGE_UNRECOGNIZED_REQUEST_BODY
                           : RF_MESSAGE_MALFORMED_JSON);
    }
    return object;
}

static void run_action(RfExchange *x)
{
    const RfAction *action = x->route.action;
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) body = rf_read_body(x, true);

    if (!body) {
        return;
    }
    x->patch = rf_patch_parse_action(action, &x->context, body, messages);
    if (!x->patch) {
        rf_answer_errors(x, messages, 0);
        return;
    }
    action->start(x, x->patch);
}

static void run_create(RfExchange *x)
{
    const RfCreate *create = x->route.resource->create;
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) body = rf_read_body(x, false);

    if (!body) {
        return;
    }
    x->patch = rf_patch_parse_create(create, &x->context, body, messages);
    if (!x->patch) {
        rf_answer_errors(x, messages, 0);
        return;
    }
    create->start(x, x->patch);
}

/* Returns false when it has answered. */
static bool match_fits(RfExchange *x)
{
    const char *match = x->request.headers[RF_HEADER_IF_MATCH];

    if (match && !rf_etag_matches(match, rf_represent(x)->etag)) {
        rf_answer_error(x, RF_MESSAGE_PRECONDITION_FAILED);
        return false;
    }
    return true;
}

static void refuse_privilege(RfExchange *x)
{
    g_autoptr(RfMessages) messages = rf_messages_new();

    if (x->user.must_change) {
        rf_add_must_change(x, messages);
        rf_answer_errors(x, messages, 0);
    } else {
        rf_answer_error(x, RF_MESSAGE_INSUFFICIENT_PRIVILEGE);
    }
}

static void run_patch(RfExchange *x)
{
    const RfResource *resource = x->route.resource;
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) body = NULL;

    if (!match_fits(x)) {
        return;
    }
    body = rf_read_body(x, false);
    if (!body) {
        return;
    }
    x->patch = rf_patch_parse(resource->properties, &x->context, body,
                              messages);
    if (!x->patch) {
        rf_answer_errors(x, messages, 0);
        return;
    }
    if (!rf_patch_allowed(x->patch, resource->write, rf_privileges(x))) {
        refuse_privilege(x);
        return;
    }
    rf_patch_setter(x->patch, 0)->start(x, x->patch);
}

static void run_writer(RfExchange *x)
{
    if (!rf_still_may(x)) {
        return;
    }
    if (g_str_equal(x->request.method, "PATCH")) {
        run_patch(x);
    } else if (match_fits(x)) {
        x->route.resource->remove->start(x);
    }
}

/* A writer that is done at once comes back here: it must not nest. */
void rf_run_writers(RfService *service)
{
    if (service->in_run_writers) {
        return;
    }
    service->in_run_writers = true;
    while (!service->writer && !g_queue_is_empty(&service->writers)) {
        service->writer = g_queue_pop_head(&service->writers);
        /* One before it may have removed what it is about. */
        if (rf_exchange_is_there(service->writer)) {
            rf_prepare(service->writer, run_writer);
        } else {
            rf_answer_missing(service->writer);
        }
    }
    service->in_run_writers = false;
}

void rf_write(RfExchange *x)
{
    RfService *service = x->service;

    if (x->route.action) {
        run_action(x);
    } else if (g_str_equal(x->request.method, "POST")) {
        run_create(x);
    } else {
        g_queue_push_tail(&service->writers, x);
        rf_run_writers(service);
    }
}

static void kept(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    bmc_flush_finish(res, &err);
    if (!g_cancellable_is_cancelled(x->cancellable)) {
        rf_exchange_complete(x, err);
    }
}

void rf_exchange_complete_kept(RfExchange *x)
{
    bmc_flush_async(x->context.bmc, x->cancellable, kept,
                    rf_exchange_ref(x));
}

/*
 * Making: a member of a collection that is being written down.
 *
 * @uri: where it is
 */
typedef struct Making {
    RfExchange *x;
    char *uri;
} Making;

static void made_kept(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autofree Making *making = opaque;
    g_autoptr(RfExchange) x = making->x;
    g_autofree char *uri = making->uri;
    g_autoptr(GError) err = NULL;

    bmc_flush_finish(res, &err);
    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (err) {
        rf_exchange_complete(x, err);
    } else {
        rf_exchange_created(x, uri, NULL, NULL);
    }
}

void rf_exchange_created_kept(RfExchange *x, const char *uri)
{
    Making *making = g_new0(Making, 1);

    making->x = rf_exchange_ref(x);
    making->uri = g_strdup(uri);
    bmc_flush_async(x->context.bmc, x->cancellable, made_kept, making);
}

void rf_exchange_complete(RfExchange *x, const GError *err)
{
    RfResponse response = { .status = 204 };
    const RfSetter *setter;

    if (err) {
        g_autoptr(RfMessages) messages = rf_messages_new();

        rf_messages_add_error(messages, err);
        rf_answer_errors(x, messages, 0);
        return;
    }
    if (x->route.action || x->request.source ||
        g_str_equal(x->request.method, "DELETE")) {
        rf_answer(x, &response);
        return;
    }
    if (!rf_exchange_is_there(x)) {
        rf_answer_missing(x);
        return;
    }
    setter = rf_patch_setter(x->patch, ++x->next_setter);
    if (setter) {
        setter->start(x, x->patch);
    } else {
        rf_prepare(x, rf_answer_resource);
    }
}
