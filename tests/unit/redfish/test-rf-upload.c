/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests whose bodies come piece by piece: who may, and what comes. */
#include "osdep.h"

#include "fake-bmc.h"
#include "redfish/rf-resource.h"
#include "redfish/rf-service.h"
#include "redfish/rf-upload.h"
#include "rf-fake.h"
#include "test-util.h"

#define PUSH "/redfish/v1/Push"
#define FILES "/redfish/v1/Files/"

/* A transport. */
typedef struct Source {
    RfBodySource source;
    unsigned n_starts;
    unsigned n_more;
    const RfBodySink *sink;
    void *opaque;
} Source;

/* What the resource has got. */
static GString *got;
static unsigned n_ends, n_aborted;

static void on_piece(GBytes *piece, void *opaque)
{
    gsize len;
    const char *data = g_bytes_get_data(piece, &len);

    g_string_append_len(got, data, len);
    rf_exchange_more(opaque);
}

static void on_end(void *opaque)
{
    n_ends++;
    rf_exchange_complete(opaque, NULL);
}

static void on_aborted(void *opaque)
{
    n_aborted++;
    rf_exchange_done(opaque);
}

static const RfBodySink sink = { on_piece, on_end, on_aborted };

static void start(RfExchange *x)
{
    if (rf_exchange_body_size(x) > 100) {
        rf_answer_error(x, RF_MESSAGE_PAYLOAD_TOO_LARGE);
        return;
    }
    rf_exchange_receive(x, &sink, x);
}

static bool exists_a(const RfContext *ctx)
{
    return g_str_equal(ctx->ids[0], "a");
}

static const RfUpload push = {
    "POST", RF_PRIVILEGE_CONFIGURE_COMPONENTS, false, start,
};
static const RfUpload put = {
    "PUT", RF_PRIVILEGE_CONFIGURE_COMPONENTS, true, start,
};
static const RfUpload put_old = {
    "PUT", RF_PRIVILEGE_CONFIGURE_COMPONENTS, false, start,
};
static const RfProperty properties[] = {
    { "Name", RF_TYPE_STRING, .text = "File" },
    { NULL }
};
static const RfResource resources[] = {
    { .path = PUSH, .upload = &push },
    { .path = FILES "{Id}", .type = "X.v1_0_0.X", .properties = properties,
      .read = RF_PRIVILEGE_LOGIN, .exists = exists_a, .upload = &put },
    { .path = "/redfish/v1/Old/{Id}", .type = "X.v1_0_0.X",
      .properties = properties, .read = RF_PRIVILEGE_LOGIN,
      .exists = exists_a, .upload = &put_old },
    { NULL }
};
static const RfResource *const families[] = { resources, NULL };

static RfClient *client_new(void)
{
    RfClient *client = g_new0(RfClient, 1);

    client->bmc = fake_bmc_new();
    client->service = rf_service_new(client->bmc, families);
    got = g_string_new(NULL);
    n_ends = n_aborted = 0;
    return client;
}

static void client_free(RfClient *client)
{
    rf_client_free(client);
    g_string_free(got, TRUE);
}

static void source_start(RfBodySource *base, const RfBodySink *s,
                         void *opaque)
{
    Source *source = (Source *)base;

    source->n_starts++;
    source->sink = s;
    source->opaque = opaque;
}

static void source_more(RfBodySource *base)
{
    ((Source *)base)->n_more++;
}

static Source source_of(int64_t size)
{
    return (Source) { { size, source_start, source_more } };
}

static RfReply *begin(RfClient *client, Source *source, const char *method,
                      const char *path, const char *authorization)
{
    RfRequest request = {
        .method = method,
        .path = path,
        .headers = { [RF_HEADER_AUTHORIZATION] = authorization },
        .source = &source->source,
        .peer = "192.0.2.1",
    };

    g_assert_true(rf_service_streams(client->service, method, path));
    return rf_client_start(client, &request);
}

/* Nobody's body is taken before it is known that he may. */
static void test_refused(void)
{
    static const struct {
        const char *authorization;
        int64_t size;
        unsigned status;
    } cases[] = {
        { NULL, 10, 401 },
        { "Basic YWRtaW46d3Jvbmc=", 10, 401 },
        { VIEWER, 10, 403 },
        { ADMIN, 101, 413 },
    };
    RfClient *client = client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        Source source = source_of(cases[i].size);
        g_autoptr(RfReply) reply = NULL;

        reply = begin(client, &source, "POST", PUSH,
                      cases[i].authorization);
        rf_reply_wait(reply);
        g_assert_cmpuint(reply->status, ==, cases[i].status);
        g_assert_cmpuint(source.n_starts, ==, 0);
    }
    client_free(client);
}

static void test_pieces(void)
{
    RfClient *client = client_new();
    Source source = source_of(6);
    RfReply *reply = begin(client, &source, "POST", PUSH, OPERATOR);
    g_autoptr(GBytes) piece = g_bytes_new_static("abc", 3);

    g_assert_cmpuint(source.n_starts, ==, 1);
    source.sink->piece(piece, source.opaque);
    source.sink->piece(piece, source.opaque);
    g_assert_cmpuint(source.n_more, ==, 2);
    g_assert_false(reply->done);
    source.sink->end(source.opaque);
    rf_reply_wait(reply);
    g_assert_cmpuint(reply->status, ==, 204);
    g_assert_cmpstr(got->str, ==, "abcabc");
    g_assert_cmpuint(n_ends, ==, 1);
    rf_reply_free(reply);
    client_free(client);
}

static void test_aborted(void)
{
    RfClient *client = client_new();
    Source source = source_of(-1);
    RfReply *reply = begin(client, &source, "POST", PUSH, OPERATOR);

    source.sink->aborted(source.opaque);
    rf_reply_wait(reply);
    g_assert_cmpuint(n_aborted, ==, 1);
    rf_reply_free(reply);
    client_free(client);
}

/* What is only there to be uploaded to has nothing else. */
static void test_methods(void)
{
    RfClient *client = client_new();
    RfReply *reply = rf_client_send(client, "GET", PUSH, NULL);

    g_assert_cmpuint(reply->status, ==, 405);
    g_assert_cmpstr(rf_reply_header(reply, "Allow"), ==, "OPTIONS, POST");
    rf_reply_free(reply);
    reply = rf_client_send(client, "OPTIONS", FILES "a", NULL);
    g_assert_cmpuint(reply->status, ==, 204);
    g_assert_cmpstr(rf_reply_header(reply, "Allow"), ==,
                    "GET, HEAD, OPTIONS, PUT");
    rf_reply_free(reply);
    g_assert_false(rf_service_streams(client->service, "POST", FILES "a"));
    g_assert_false(rf_service_streams(client->service, "PUT", PUSH));
    g_assert_false(rf_service_streams(client->service, "POST",
                                      PUSH "/Actions/X.Y"));
    client_free(client);
}

/* PUT can make what is not there, where the resource says so. */
static void test_creates(void)
{
    static const struct {
        const char *path;
        unsigned status;
    } cases[] = {
        { FILES "a", 204 },
        { FILES "b", 204 },
        { "/redfish/v1/Old/a", 204 },
        { "/redfish/v1/Old/b", 404 },
    };
    RfClient *client = client_new();
    RfReply *reply = rf_client_send(client, "GET", FILES "b", NULL);
    unsigned i;

    g_assert_cmpuint(reply->status, ==, 404);
    rf_reply_free(reply);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        Source source = source_of(0);

        reply = begin(client, &source, "PUT", cases[i].path, OPERATOR);
        if (source.sink) {
            source.sink->end(source.opaque);
        }
        rf_reply_wait(reply);
        g_assert_cmpuint(reply->status, ==, cases[i].status);
        rf_reply_free(reply);
    }
    client_free(client);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/rf/upload/refused", test_refused);
    g_test_add_func("/rf/upload/pieces", test_pieces);
    g_test_add_func("/rf/upload/aborted", test_aborted);
    g_test_add_func("/rf/upload/methods", test_methods);
    g_test_add_func("/rf/upload/creates", test_creates);
    return g_test_run();
}
