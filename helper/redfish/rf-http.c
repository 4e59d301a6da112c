/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the HTTP front and the service. */
#include "osdep.h"

#include "redfish/rf.h"

#include "redfish/rf-error.h"

static const char *const header_names[RF_HEADER__MAX] = {
    [RF_HEADER_ACCEPT] = "Accept",
    [RF_HEADER_ACCEPT_ENCODING] = "Accept-Encoding",
    [RF_HEADER_AUTHORIZATION] = "Authorization",
    [RF_HEADER_CONTENT_ENCODING] = "Content-Encoding",
    [RF_HEADER_CONTENT_RANGE] = "Content-Range",
    [RF_HEADER_CONTENT_TYPE] = "Content-Type",
    [RF_HEADER_FETCH_SITE] = "Sec-Fetch-Site",
    [RF_HEADER_HOST] = "Host",
    [RF_HEADER_IF_MATCH] = "If-Match",
    [RF_HEADER_IF_NONE_MATCH] = "If-None-Match",
    [RF_HEADER_LAST_EVENT_ID] = "Last-Event-ID",
    [RF_HEADER_ODATA_VERSION] = "OData-Version",
    [RF_HEADER_ORIGIN] = "Origin",
    [RF_HEADER_TOKEN] = "X-Auth-Token",
    [RF_HEADER_UPLOAD_TAG] = "Upload-Tag",
};

/*
 * HttpSink: a body that comes piece by piece.
 */
typedef struct HttpSink {
    RfSink sink;
    HttpRequest *http;
    const RfStream *stream;
    void *opaque;
    gulong gone;
} HttpSink;

static void sink_free(HttpSink *sink)
{
    g_signal_handler_disconnect(http_request_cancellable(sink->http),
                                sink->gone);
    http_request_unref(sink->http);
    g_free(sink);
}

static bool sink_push(RfSink *opaque, GBytes *bytes)
{
    HttpSink *sink = (HttpSink *)opaque;

    return http_request_push(sink->http, bytes);
}

static size_t sink_pending(const RfSink *opaque)
{
    const HttpSink *sink = (const HttpSink *)opaque;

    return http_request_push_pending(sink->http);
}

static void sink_end(RfSink *opaque)
{
    HttpSink *sink = (HttpSink *)opaque;

    http_request_push_end(sink->http);
    sink_free(sink);
}

static void sink_drained(HttpRequest *http, void *opaque)
{
    HttpSink *sink = opaque;

    sink->stream->drained(sink->opaque);
}

static void sink_gone(GCancellable *cancellable, void *opaque)
{
    HttpSink *sink = opaque;

    sink->stream->closed(sink->opaque);
    sink_free(sink);
}

static void start_stream(HttpRequest *http, const RfResponse *response)
{
    GCancellable *cancellable = http_request_cancellable(http);
    HttpSink *sink;

    if (g_cancellable_is_cancelled(cancellable)) {
        response->stream->closed(response->stream_opaque);
        return;
    }
    sink = g_new0(HttpSink, 1);
    sink->sink = (RfSink) {
        .push = sink_push,
        .pending = sink_pending,
        .end = sink_end,
    };
    sink->http = http_request_ref(http);
    sink->stream = response->stream;
    sink->opaque = response->stream_opaque;
    sink->gone = g_signal_connect(cancellable, "cancelled",
                                  G_CALLBACK(sink_gone), sink);
    http_request_push_start(http, response->status, response->content_type,
                            sink_drained, sink);
    sink->stream->opened(&sink->sink, sink->opaque);
}

/*
 * Call: a request that the service has, and its body, if that comes piece by
 * piece.
 */
typedef struct Call {
    RfBodySource source;
    HttpRequest *http;
    const RfBodySink *sink;
    void *opaque;
} Call;

static void on_piece(HttpRequest *http, GBytes *piece, void *opaque)
{
    Call *call = opaque;

    call->sink->piece(piece, call->opaque);
}

static void on_end(HttpRequest *http, void *opaque)
{
    Call *call = opaque;

    call->sink->end(call->opaque);
}

static void on_aborted(HttpRequest *http, void *opaque)
{
    Call *call = opaque;

    call->sink->aborted(call->opaque);
}

static const HttpBodySink body_sink = { on_piece, on_end, on_aborted };

static void source_start(RfBodySource *source, const RfBodySink *sink,
                         void *opaque)
{
    Call *call = (Call *)source;

    call->sink = sink;
    call->opaque = opaque;
    http_request_receive(call->http, &body_sink, call);
}

static void source_more(RfBodySource *source)
{
    http_request_more(((Call *)source)->http);
}

static void respond(const RfResponse *response, void *opaque)
{
    g_autofree Call *call = opaque;
    g_autoptr(HttpRequest) http = call->http;
    unsigned i;

    for (i = 0; i < response->n_headers; i++) {
        http_request_set_header(http, response->headers[i].name,
                                response->headers[i].value);
    }
    if (response->stream) {
        start_stream(http, response);
        return;
    }
    http_request_respond(http, response->status,
                         response->content_type,
                         response->body);
}

void rf_http_handler(HttpRequest *http, void *opaque)
{
    RfService *service = opaque;
    RfRequest request = {
        .method = http_request_method(http),
        .path = http_request_path(http),
        .query = http_request_query(http),
        .body = http_request_body(http),
        .peer = http_request_peer(http),
        .certificate = http_request_certificate(http),
        .gone = http_request_cancellable(http),
    };
    Call *call = g_new0(Call, 1);
    unsigned i;

    for (i = 0; i < RF_HEADER__MAX; i++) {
        request.headers[i] = http_request_header(http, header_names[i]);
    }
    request.local = http_request_local_uid(http, &request.uid);
    request.guest = http_request_from_guest(http);
    /* The strings are the request's: it stays until it is answered. */
    call->http = http_request_ref(http);
    if (http_request_is_streamed(http)) {
        call->source = (RfBodySource) {
            .size = http_request_body_size(http),
            .start = source_start,
            .more = source_more,
        };
        request.source = &call->source;
    }
    rf_service_submit(service, &request, respond, call);
}

bool rf_http_streams(const HttpRequest *request, void *opaque)
{
    return rf_service_streams(opaque, http_request_method(request),
                              http_request_path(request));
}

GBytes *rf_http_error_body(unsigned status, const char *text)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *reason = g_strdup_printf("%u %s.", status, text);

    switch (status) {
    case 413:
        rf_messages_add(messages, RF_MESSAGE_PAYLOAD_TOO_LARGE, NULL, NULL,
                        NULL);
        break;
    case 503:
        rf_messages_add(messages, RF_MESSAGE_SERVICE_TEMPORARILY_UNAVAILABLE,
                        NULL, reason, "5", NULL);
        break;
    default:
        rf_messages_add(messages, RF_MESSAGE_GENERAL_ERROR, NULL, reason,
                        NULL);
        break;
    }
    return rf_messages_body(messages);
}
