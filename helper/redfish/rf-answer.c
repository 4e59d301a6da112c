/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Answers. */
#include "osdep.h"

#include "redfish/rf-service.h"

#include "redfish/rf-encoding.h"
#include "redfish/rf-etag.h"
#include "redfish/rf-tasks.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"

#define LOGGED_PATH_MAX 200
/* What is compressed on the main loop: a fraction of a millisecond. */
#define GZIP_AT_ONCE_MAX (8 * 1024)
/* Seconds between two looks at a task's monitor. */
#define RETRY_AFTER "1"

#define AUTHENTICATE "Basic realm=\"qemu-bmc\""

void rf_add_header(RfResponse *response, const char *name, const char *value)
{
    if (value) {
        g_assert(response->n_headers < RF_RESPONSE_HEADERS_MAX);
        response->headers[response->n_headers++] =
            (RfResponseHeader) { .name = name, .value = value };
    }
}

static bool is_change(const RfExchange *x)
{
    static const char *const changes[] = { "PATCH", "POST", "DELETE", "PUT",
                                           NULL };

    return g_strv_contains(changes, x->request.method);
}

/* Who has changed what, or was not allowed to; of strangers, see rf-auth.c. */
static void audit(RfExchange *x, unsigned status)
{
    RfService *service = x->service;
    g_autofree char *path = NULL;
    g_autofree char *who = NULL;
    g_autofree char *what = NULL;
    unsigned suppressed;

    if (!x->user.privileges || !is_change(x) ||
        !log_limit_allows(&service->audit_limits[x->user.slot]
                                                [status >= 400],
                          clock_now_ms(bmc_clock(service->bmc)),
                          &suppressed)) {
        return;
    }
    if (suppressed) {
        g_message("Redfish: %u messages about changes were left out",
                  suppressed);
    }
    path = log_escape(x->request.path, -1, LOGGED_PATH_MAX);
    who = bmc_origin_to_string(&x->origin);
    what = x->patch ? rf_patch_describe(x->patch) : g_strdup("");
    g_message("Redfish: %s %s%s%s%s by %s: %u", x->request.method, path,
              *what ? " (" : "", what, *what ? ")" : "", who, status);
}

void rf_answer(RfExchange *x, RfResponse *response)
{
    RfService *service = x->service;
    bool was_writer = service->writer == x;

    audit(x, response->status);
    rf_add_header(response, "OData-Version", "4.0");
    rf_add_header(response, "Cache-Control", "no-cache");
    if (response->body && !response->content_type) {
        response->content_type = RF_CONTENT_TYPE;
    }
    g_queue_unlink(&service->exchanges, &x->link);
    x->service = NULL;
    x->respond(response, x->opaque);
    if (x->gather) {
        rf_gather_release(x->gather);
    }
    rf_exchange_unref(x);
    if (was_writer) {
        service->writer = NULL;
        rf_run_writers(service);
    }
}

void rf_answer_errors(RfExchange *x, const RfMessages *messages,
                      unsigned status)
{
    RfResponse response = { .status = status ?: rf_messages_status(messages) };
    g_autoptr(GBytes) body = rf_messages_body(messages);

    response.body = body;
    rf_add_header(&response, "Retry-After",
                  rf_messages_retry_after(messages));
    if (response.status == 401) {
        rf_add_header(&response, "WWW-Authenticate", AUTHENTICATE);
    }
    if (response.status == 405) {
        rf_add_header(&response, "Allow", rf_route_allow(&x->route));
    }
    rf_answer(x, &response);
}

void rf_answer_error(RfExchange *x, RfMessageId id)
{
    g_autoptr(RfMessages) messages = rf_messages_new();

    rf_messages_add(messages, id, NULL, NULL, NULL);
    rf_answer_errors(x, messages, 0);
}

void rf_answer_error_about(RfExchange *x, RfMessageId id, const char *arg,
                           unsigned status)
{
    g_autoptr(RfMessages) messages = rf_messages_new();

    rf_messages_add(messages, id, NULL, NULL, arg, NULL);
    rf_answer_errors(x, messages, status);
}

void rf_answer_missing(RfExchange *x)
{
    rf_answer_error_about(x, RF_MESSAGE_RESOURCE_MISSING_AT_URI,
                          x->request.path, 0);
}

/* Whether @r goes out compressed. */
static bool is_compressed(const RfExchange *x, const RfRepresentation *r,
                          bool secret)
{
    return !x->status && !secret && g_bytes_get_size(r->body) >= RF_GZIP_MIN &&
           rf_encoding_wants_gzip(
               x->request.headers[RF_HEADER_ACCEPT_ENCODING]);
}

static void send_representation(RfExchange *x, const RfRepresentation *r,
                                bool secret, bool compressed)
{
    const char *none_match = x->request.headers[RF_HEADER_IF_NONE_MATCH];
    g_autofree char *etag = compressed ? rf_encoding_etag(r->etag)
                                       : g_strdup(r->etag);
    RfResponse response = { .status = x->status ?: 200 };
    const RfResource *resource = x->route.resource;
    RfValue own = { 0 };

    rf_add_header(&response, "ETag", etag);
    if (!x->status && !secret) {
        rf_add_header(&response, "Vary", "Accept-Encoding");
    }
    if (!x->status && none_match && rf_etag_matches(none_match, r->etag)) {
        response.status = 304;
        rf_answer(x, &response);
        return;
    }
    if (compressed) {
        rf_add_header(&response, "Content-Encoding", "gzip");
    }
    rf_add_header(&response, "Link", r->link);
    rf_add_header(&response, "Allow", rf_route_allow(&x->route));
    rf_add_header(&response, "Location", x->location);
    rf_add_header(&response, x->header, x->value);
    if (resource->header && resource->get_header(&x->context, &own)) {
        rf_add_header(&response, resource->header, own.text);
    }
    response.body = compressed ? r->gzip : r->body;
    response.content_type = resource->content_type;
    rf_answer(x, &response);
}

/* What an exchange waits for. */
typedef struct Compression {
    RfExchange *x;
    RfRepresentation *r;
} Compression;

static void on_compressed(GObject *source, GAsyncResult *result, void *opaque)
{
    g_autofree Compression *compression = opaque;
    g_autoptr(RfExchange) x = compression->x;
    g_autoptr(RfRepresentation) r = compression->r;
    g_autoptr(GBytes) gzip = rf_encoding_gzip_finish(result);

    if (!x->service || !gzip) {
        return;
    }
    if (!r->gzip) {
        r->gzip = g_steal_pointer(&gzip);
    }
    send_representation(x, r, false, true);
}

void rf_answer_representation(RfExchange *x, RfRepresentation *r, bool secret)
{
    const char *none_match = x->request.headers[RF_HEADER_IF_NONE_MATCH];
    bool compressed = is_compressed(x, r, secret);
    Compression *compression;

    if (compressed && !r->gzip &&
        !(none_match && rf_etag_matches(none_match, r->etag))) {
        if (g_bytes_get_size(r->body) > GZIP_AT_ONCE_MAX) {
            compression = g_new0(Compression, 1);
            compression->x = rf_exchange_ref(x);
            compression->r = rf_representation_ref(r);
            rf_encoding_gzip_async(r->body, x->cancellable, on_compressed,
                                   compression);
            return;
        }
        r->gzip = rf_encoding_gzip(r->body);
    }
    send_representation(x, r, secret, compressed);
}

void rf_add_must_change(const RfExchange *x, RfMessages *messages)
{
    g_autofree char *uri = g_strdup_printf(
        "/redfish/v1/AccountService/Accounts/%u", x->user.slot);

    rf_messages_add(messages, RF_MESSAGE_PASSWORD_CHANGE_REQUIRED, NULL, NULL,
                    uri, NULL);
}

/* The resource as it is, and what else there is to say. */
static void answer_with_notes(RfExchange *x)
{
    RfRepresentation *r = rf_represent(x);
    g_autoptr(JsonObject) object = json_parse_object(
        g_bytes_get_data(r->body, NULL), g_bytes_get_size(r->body), NULL);
    RfRepresentation copy = *r;
    g_autofree char *text = NULL;

    json_object_set_array_member(object, "@Message.ExtendedInfo",
                                 json_array_ref(rf_messages_list(x->notes)));
    text = json_print(object);
    copy.body = g_bytes_new(text, strlen(text));
    send_representation(x, &copy, true, false);
    g_bytes_unref(copy.body);
}

void rf_answer_resource(RfExchange *x)
{
    if (x->notes) {
        answer_with_notes(x);
        return;
    }
    rf_answer_representation(x, rf_represent(x), x->route.resource->secret);
}

void rf_exchange_fail(RfExchange *x, const RfMessages *messages)
{
    rf_answer_errors(x, messages, 0);
}

void rf_exchange_stream(RfExchange *x, const RfStream *stream, void *opaque)
{
    RfResponse response = {
        .status = 200,
        .content_type = x->route.resource->content_type,
        .stream = stream,
        .stream_opaque = opaque,
    };

    rf_answer(x, &response);
}

void rf_exchange_done(RfExchange *x)
{
    RfResponse response = { .status = 204 };

    rf_answer(x, &response);
}

void rf_exchange_respond(RfExchange *x, unsigned status, JsonObject *object)
{
    g_autofree char *text = json_print(object);
    g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
    RfResponse response = { .status = status, .body = body };

    rf_answer(x, &response);
}

/* Answer with another resource than the one that was asked for. */
static void answer_other(RfExchange *x, const char *uri, unsigned status)
{
    x->status = status;
    if (!rf_route(x, uri)) {
        rf_answer_error(x, RF_MESSAGE_INTERNAL_ERROR);
        return;
    }
    rf_prepare(x, rf_answer_resource);
}

void rf_exchange_created(RfExchange *x, const char *uri, const char *header,
                         const char *value)
{
    x->location = g_strdup(uri);
    x->header = g_strdup(header);
    x->value = g_strdup(value);
    answer_other(x, x->location, 201);
}

void rf_exchange_accepted(RfExchange *x, const char *task,
                          const char *monitor)
{
    x->location = g_strdup(monitor);
    x->header = g_strdup("Retry-After");
    x->value = g_strdup(RETRY_AFTER);
    answer_other(x, task, 202);
}

void rf_task_accepted(RfExchange *x, unsigned id)
{
    g_autofree char *task = g_strdup_printf(RF_TASKS "/%u", id);
    g_autofree char *monitor = g_strdup_printf(RF_TASK_MONITORS "/%u", id);

    rf_exchange_accepted(x, task, monitor);
}
