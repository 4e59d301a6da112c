/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A request against the service with a fake hub: whatever its path, headers
 * and body are, there is exactly one answer, and its body is strict JSON.
 *
 * The input is laid out like a request: "METHOD PATH[?QUERY]", header lines,
 * an empty line, the body. Without an Authorization header the administrator
 * asks.
 */
#include "osdep.h"

#include "bmc-fixture.h"
#include "redfish/rf-events.h"
#include "redfish/rf.h"
#include "util/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *const header_names[RF_HEADER__MAX] = {
    [RF_HEADER_ACCEPT] = "Accept: ",
    [RF_HEADER_ACCEPT_ENCODING] = "Accept-Encoding: ",
    [RF_HEADER_AUTHORIZATION] = "Authorization: ",
    [RF_HEADER_CONTENT_ENCODING] = "Content-Encoding: ",
    [RF_HEADER_CONTENT_RANGE] = "Content-Range: ",
    [RF_HEADER_CONTENT_TYPE] = "Content-Type: ",
    [RF_HEADER_IF_MATCH] = "If-Match: ",
    [RF_HEADER_IF_NONE_MATCH] = "If-None-Match: ",
    [RF_HEADER_LAST_EVENT_ID] = "Last-Event-ID: ",
    [RF_HEADER_ODATA_VERSION] = "OData-Version: ",
    [RF_HEADER_TOKEN] = "X-Auth-Token: ",
    [RF_HEADER_UPLOAD_TAG] = "Upload-Tag: ",
    [RF_HEADER_FETCH_SITE] = "Sec-Fetch-Site: ",
    [RF_HEADER_HOST] = "Host: ",
    [RF_HEADER_ORIGIN] = "Origin: ",
};

static bool is_compressed(const RfResponse *response)
{
    unsigned i;

    for (i = 0; i < response->n_headers; i++) {
        if (g_str_equal(response->headers[i].name, "Content-Encoding")) {
            return true;
        }
    }
    return false;
}

static void respond(const RfResponse *response, void *opaque)
{
    unsigned *n_answers = opaque;

    (*n_answers)++;
    g_assert(response->status >= 200 && response->status < 600);
    g_assert(response->body || response->status == 204 ||
             response->status == 304 ||
             g_str_equal(response->content_type, "text/event-stream"));
    if (response->stream) {
        response->stream->closed(response->stream_opaque);
    }
    if (response->body && !is_compressed(response) &&
        g_str_has_prefix(response->content_type, "application/json")) {
        g_autoptr(GError) err = NULL;
        gsize len;
        const char *text = g_bytes_get_data(response->body, &len);
        g_autoptr(JsonObject) object = json_parse_object(text, len, &err);

        g_assert_no_error(err);
        g_assert(response->status < 400 ||
                 json_object_has_member(object, "error"));
    }
}

static void read_header(RfRequest *request, const char *line)
{
    unsigned i;

    for (i = 0; i < RF_HEADER__MAX; i++) {
        if (g_str_has_prefix(line, header_names[i])) {
            request->headers[i] = line + strlen(header_names[i]);
        }
    }
}

/* Cuts @head up; the request points into it. */
static void read_head(RfRequest *request, char *head)
{
    char *line = head;
    char *next = strchr(line, '\n');
    char *p;

    if (next) {
        *next++ = '\0';
    }
    request->method = line;
    p = strchr(line, ' ');
    if (p) {
        *p++ = '\0';
        request->path = p;
        p = strchr(p, '?');
        if (p) {
            *p++ = '\0';
            request->query = p;
        }
    }
    while (next) {
        line = next;
        next = strchr(line, '\n');
        if (next) {
            *next++ = '\0';
        }
        read_header(request, line);
    }
}

/* Nobody's failed login is worth a line here. */
static GLogWriterOutput drop_log(GLogLevelFlags level,
                                 const GLogField *fields, gsize n_fields,
                                 void *opaque)
{
    g_assert(!(level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL |
                        G_LOG_LEVEL_ERROR)));
    return G_LOG_WRITER_HANDLED;
}

/* Made once: what one input has changed, the next one finds. */
static Bmc *the_hub(void)
{
    static Fixture fix;

    if (!fix.bmc) {
        g_log_set_writer_func(drop_log, NULL, NULL);
        fixture_init_accounts(&fix, MACHINE_STATE_RUNNING);
        fixture_start(&fix);
    }
    return fix.bmc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const uint8_t *gap = memmem(data, len, "\n\n", 2);
    size_t head_len = gap ? (size_t)(gap - data) : len;
    g_autofree char *head = g_strndup((const char *)data, head_len);
    RfRequest request = {
        .path = "/",
        .headers = { [RF_HEADER_AUTHORIZATION] =
                         "Basic YWRtaW46cGFzc3dvcmQ=" },
        .peer = "192.0.2.1",
    };
    g_autoptr(GBytes) body = NULL;
    unsigned n_answers = 0;
    RfService *service = rf_service_new(the_hub(), rf_families);
    RfEvents *events = NULL;

    if (gap) {
        body = g_bytes_new(gap + 2, len - head_len - 2);
        request.body = body;
    }
    read_head(&request, head);
    /* They look at every resource first, which takes its time. */
    if (strstr(request.path, "Event")) {
        events = rf_events_new(service);
    }
    rf_service_submit(service, &request, respond, &n_answers);
    while (g_main_context_iteration(NULL, false)) {
        ;
    }
    rf_events_free(events);
    rf_service_free(service);
    g_assert_cmpuint(n_answers, ==, 1);
    return 0;
}
