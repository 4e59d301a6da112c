/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Redfish service (DSP0266) of one BMC: requests in, answers out. How a
 * request arrives does not matter to it: rf_http_handler() connects it to an
 * HttpServer, tests call rf_service_submit().
 */
#ifndef QEMU_BMC_REDFISH_RF_H
#define QEMU_BMC_REDFISH_RF_H

#include <glib.h>
#include <stdbool.h>
#include <sys/types.h>

#include "bmc/bmc.h"
#include "redfish/http.h"

typedef struct RfService RfService;
typedef struct RfResource RfResource;

/* Every table of resources; NULL-terminated. */
extern const RfResource *const rf_families[];

/**
 * RfHeader: the request headers that the service looks at.
 */
typedef enum RfHeader {
    RF_HEADER_ACCEPT,
    RF_HEADER_ACCEPT_ENCODING,
    RF_HEADER_AUTHORIZATION,
    RF_HEADER_CONTENT_ENCODING,
    RF_HEADER_CONTENT_RANGE,
    RF_HEADER_CONTENT_TYPE,
    RF_HEADER_FETCH_SITE,
    RF_HEADER_HOST,
    RF_HEADER_IF_MATCH,
    RF_HEADER_IF_NONE_MATCH,
    RF_HEADER_LAST_EVENT_ID,
    RF_HEADER_ODATA_VERSION,
    RF_HEADER_ORIGIN,
    RF_HEADER_TOKEN,
    RF_HEADER_UPLOAD_TAG,
    RF_HEADER__MAX,
} RfHeader;

/**
 * RfBodySink: where a body goes that comes piece by piece. After
 * rf_exchange_receive() either @end or @aborted is called once, unless the
 * exchange is answered before that: then nothing is called any more.
 *
 * @piece: a piece, not empty and at most a few hundred KiB; the next one
 *         comes after rf_exchange_more()
 * @end: all of it has come
 * @aborted: nothing more comes: the client is gone, has stalled or made an
 *           error, or the transport ends. The exchange is still to be
 *           answered
 */
typedef struct RfBodySink {
    void (*piece)(GBytes *piece, void *opaque);
    void (*end)(void *opaque);
    void (*aborted)(void *opaque);
} RfBodySink;

typedef struct RfBodySource RfBodySource;

/**
 * RfBodySource: where such a body comes from; made by the transport, and
 * valid until the request is answered.
 *
 * @size: bytes, or -1 if only the end will tell
 * @start: begins, for a sink
 * @more: asks for the next piece
 */
struct RfBodySource {
    int64_t size;
    void (*start)(RfBodySource *source, const RfBodySink *sink,
                  void *opaque);
    void (*more)(RfBodySource *source);
};

/**
 * RfRequest: one request. Everything it points to must stay valid until it
 * is answered.
 *
 * @method: "GET", "PATCH", ...
 * @path: the path as sent, still percent-encoded
 * @query: (nullable): the query string without '?'
 * @headers: values of the headers, NULL where not sent
 * @body: (nullable): the body
 * @source: (nullable): where the body comes from, if it was not collected
 * @peer: the client's address, for the log
 * @local: it came over a unix socket
 * @guest: the guest has sent it, by the host interface
 * @uid: if @local: who is at the other end
 * @certificate: (nullable): the certificate of a TLS client, which has its
 *               key; nothing else about it has been checked
 * @gone: (nullable): cancelled when nobody waits for the answer any more
 */
typedef struct RfRequest {
    const char *method;
    const char *path;
    const char *query;
    const char *headers[RF_HEADER__MAX];
    GBytes *body;
    RfBodySource *source;
    const char *peer;
    bool local;
    bool guest;
    uid_t uid;
    GTlsCertificate *certificate;
    GCancellable *gone;
} RfRequest;

#define RF_RESPONSE_HEADERS_MAX 12

/**
 * RfResponseHeader: a header of an answer.
 *
 * @name: its name, in its usual spelling
 * @value: its value
 */
typedef struct RfResponseHeader {
    const char *name;
    const char *value;
} RfResponseHeader;

typedef struct RfSink RfSink;

/**
 * RfSink: where a body goes that comes piece by piece; made by the
 * transport.
 *
 * @push: sends a piece, not empty; returns false if the client is gone
 * @pending: bytes that were pushed and are not sent yet
 * @end: ends the body; the sink is gone then
 */
struct RfSink {
    bool (*push)(RfSink *sink, GBytes *bytes);
    size_t (*pending)(const RfSink *sink);
    void (*end)(RfSink *sink);
};

/**
 * RfStream: who makes such a body.
 *
 * @opened: it may push now
 * @drained: all that was pushed is sent
 * @closed: the client is gone, possibly before @opened; the sink is gone
 *          too. Not called after RfSink.end
 */
typedef struct RfStream {
    void (*opened)(RfSink *sink, void *opaque);
    void (*drained)(void *opaque);
    void (*closed)(void *opaque);
} RfStream;

/**
 * RfResponse: an answer; valid while RfRespondFunc runs.
 *
 * @status: HTTP status
 * @headers: header fields, without Content-Type and Content-Length
 * @n_headers: their number
 * @content_type: (nullable): type of @body; JSON where NULL
 * @body: (nullable): the body; also for HEAD, where the transport must not
 *        send it
 * @stream: (nullable): the body comes piece by piece
 * @stream_opaque: handed to the functions of @stream
 */
typedef struct RfResponse {
    unsigned status;
    RfResponseHeader headers[RF_RESPONSE_HEADERS_MAX];
    unsigned n_headers;
    const char *content_type;
    GBytes *body;
    const RfStream *stream;
    void *stream_opaque;
} RfResponse;

#define RF_CONTENT_TYPE "application/json; charset=utf-8"

/**
 * RfRespondFunc: called exactly once for each request, possibly before
 * rf_service_submit() returns, at the latest by rf_service_free().
 *
 * @response: the answer
 * @opaque: as given to rf_service_submit()
 */
typedef void (*RfRespondFunc)(const RfResponse *response, void *opaque);

/**
 * rf_service_new: make the service of a BMC.
 *
 * @bmc: (transfer none): the hub; must outlive the service
 * @families: tables of resources, NULL-terminated: rf_families, or some of
 *            them in a test
 *
 * Returns: (transfer full): the service
 */
RfService *rf_service_new(Bmc *bmc, const RfResource *const *families);

/**
 * rf_service_free: free the service. Requests that are still open are
 * answered with 503.
 *
 * @service: the service, or NULL
 */
void rf_service_free(RfService *service);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfService, rf_service_free)

/**
 * rf_service_submit: handle a request.
 *
 * @service: the service
 * @request: the request; the struct itself is copied
 * @respond: gets the answer
 * @opaque: handed to @respond
 */
void rf_service_submit(RfService *service, const RfRequest *request,
                       RfRespondFunc respond, void *opaque);

/**
 * rf_service_streams: whether the body of a request is one for
 * RfResource.upload, so that it should come as RfRequest.source.
 *
 * @service: the service
 * @method: the method
 * @path: the path as sent
 *
 * Returns: true if so
 */
bool rf_service_streams(const RfService *service, const char *method,
                        const char *path);

/**
 * rf_http_handler: an HttpHandler that hands requests to a service.
 *
 * @request: the request
 * @opaque: the RfService, which must outlive the HttpServer
 */
void rf_http_handler(HttpRequest *request, void *opaque);

/**
 * rf_http_streams: for http_server_set_streams(): whether the body of a
 * request is one for RfResource.upload.
 *
 * @request: the request
 * @opaque: the RfService
 *
 * Returns: true if so
 */
bool rf_http_streams(const HttpRequest *request, void *opaque);

/**
 * rf_http_error_body: the body of an answer that the HTTP front gives by
 * itself, for http_server_new().
 *
 * @status: HTTP status
 * @text: what is wrong, for people
 *
 * Returns: (transfer full): a Redfish error (DSP0266 section "Error
 * responses")
 */
GBytes *rf_http_error_body(unsigned status, const char *text);

/**
 * rf_dump_tables: list every resource with its methods, privileges,
 * properties and actions, for "qemu-bmc --dump-tables".
 *
 * @out: where to append
 */
void rf_dump_tables(GString *out);

#endif /* QEMU_BMC_REDFISH_RF_H */
