/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the HTTP front and the service. */
#include "osdep.h"

#include "redfish/rf.h"

#include "redfish/rf-error.h"

static const char *const header_names[RF_HEADER__MAX] = {
    [RF_HEADER_ACCEPT] = "Accept",
    [RF_HEADER_AUTHORIZATION] = "Authorization",
    [RF_HEADER_CONTENT_TYPE] = "Content-Type",
    [RF_HEADER_IF_MATCH] = "If-Match",
    [RF_HEADER_IF_NONE_MATCH] = "If-None-Match",
    [RF_HEADER_ODATA_VERSION] = "OData-Version",
    [RF_HEADER_TOKEN] = "X-Auth-Token",
};

static void respond(const RfResponse *response, void *opaque)
{
    g_autoptr(HttpRequest) http = opaque;
    unsigned i;

    for (i = 0; i < response->n_headers; i++) {
        http_request_set_header(http, response->headers[i].name,
                                response->headers[i].value);
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
    };
    unsigned i;

    for (i = 0; i < RF_HEADER__MAX; i++) {
        request.headers[i] = http_request_header(http, header_names[i]);
    }
    request.local = http_request_local_uid(http, &request.uid);
    /* The strings are the request's: it stays until it is answered. */
    rf_service_submit(service, &request, respond, http_request_ref(http));
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
