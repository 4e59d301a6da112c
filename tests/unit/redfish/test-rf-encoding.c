/* SPDX-License-Identifier: GPL-2.0-or-later */
/* gzip where a client asks for it, and only there. */
#include "osdep.h"

#include "redfish/rf-encoding.h"

#include "redfish/rf-etag.h"
#include "rf-hub.h"
#include "test-util.h"

#define METADATA "/redfish/v1/$metadata"
#define ACCOUNTS "/redfish/v1/AccountService/Accounts"

static void test_wants(void)
{
    static const char *const yes[] = {
        "gzip", "GZIP", "x-gzip", "deflate, gzip", "*", "gzip;q=1",
        "gzip; q=0.001", "identity;q=0.5, gzip;q=0.5", "identity, gzip",
        "br;q=1.0,gzip;q=0.8,*;q=0.1", "*;q=0.5, identity;q=0",
        "gzip;q=1.000", "gzip;foo=bar", " gzip\t; q=0.3 ,", "gzip;Q=0.2",
    };
    static const char *const no[] = {
        "", ",", ";", "identity", "deflate", "gzip;q=0", "gzip;q=0.000",
        "*;q=0", "*, gzip;q=0", "identity;q=1, gzip;q=0.5", "gzipp",
        "gzip;q=", "gzip;q=2", "gzip;q=-1", "gzip;q=1.5", "gzip;q=x",
        "gzip;q=0.5x", "q=1", "identity;q=0.6, *;q=0.5",
    };
    unsigned i;

    g_assert_false(rf_encoding_wants_gzip(NULL));
    for (i = 0; i < G_N_ELEMENTS(yes); i++) {
        g_test_message("%s", yes[i]);
        g_assert_true(rf_encoding_wants_gzip(yes[i]));
    }
    for (i = 0; i < G_N_ELEMENTS(no); i++) {
        g_test_message("%s", no[i]);
        g_assert_false(rf_encoding_wants_gzip(no[i]));
    }
}

/* What came, decompressed by zlib's own reader. */
static GBytes *gunzip(GBytes *bytes)
{
    g_autoptr(GInputStream) in = g_memory_input_stream_new_from_bytes(bytes);
    g_autoptr(GZlibDecompressor) gzip =
        g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    g_autoptr(GInputStream) plain =
        g_converter_input_stream_new(in, G_CONVERTER(gzip));
    g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
    g_autoptr(GError) err = NULL;

    g_output_stream_splice(out, plain, G_OUTPUT_STREAM_SPLICE_CLOSE_TARGET,
                           NULL, &err);
    g_assert_no_error(err);
    return g_memory_output_stream_steal_as_bytes(G_MEMORY_OUTPUT_STREAM(out));
}

static void test_round_trip(void)
{
    static const size_t sizes[] = { 0, 1, 1000, 16 * 1024, 1024 * 1024 };
    unsigned i;
    size_t j;

    for (i = 0; i < G_N_ELEMENTS(sizes); i++) {
        g_autofree uint8_t *data = g_malloc(sizes[i] + 1);
        g_autoptr(GBytes) plain = NULL;
        g_autoptr(GBytes) gzip = NULL;
        g_autoptr(GBytes) again = NULL;

        /* Random bytes are what grows when it is compressed. */
        for (j = 0; j < sizes[i]; j++) {
            data[j] = g_test_rand_int();
        }
        plain = g_bytes_new(data, sizes[i]);
        gzip = rf_encoding_gzip(plain);
        again = gunzip(gzip);
        g_assert_true(g_bytes_equal(plain, again));
    }
}

/* An answer, with its body as bytes. */
typedef struct Answer {
    bool done;
    unsigned status;
    GHashTable *headers;
    GBytes *body;
} Answer;

static void on_answer(const RfResponse *response, void *opaque)
{
    Answer *answer = opaque;
    unsigned i;

    answer->done = true;
    answer->status = response->status;
    answer->body = response->body ? g_bytes_ref(response->body)
                                  : g_bytes_new(NULL, 0);
    for (i = 0; i < response->n_headers; i++) {
        g_hash_table_insert(answer->headers,
                            g_strdup(response->headers[i].name),
                            g_strdup(response->headers[i].value));
    }
}

static bool is_done(void *opaque)
{
    return ((Answer *)opaque)->done;
}

static void answer_free(Answer *answer)
{
    g_hash_table_unref(answer->headers);
    g_clear_pointer(&answer->body, g_bytes_unref);
    g_free(answer);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Answer, answer_free)

static const char *header(Answer *answer, const char *name)
{
    return g_hash_table_lookup(answer->headers, name);
}

static Answer *start(RfHub *hub, const char *method, const char *path,
                     const char *query, const char *encoding,
                     const char *none_match)
{
    Answer *answer = g_new0(Answer, 1);
    RfRequest request = {
        .method = method,
        .path = path,
        .query = query,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                     [RF_HEADER_ACCEPT_ENCODING] = encoding,
                     [RF_HEADER_IF_NONE_MATCH] = none_match },
        .peer = "192.0.2.1",
    };

    answer->headers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                            g_free);
    rf_service_submit(hub->client.service, &request, on_answer, answer);
    return answer;
}

static Answer *ask(RfHub *hub, const char *method, const char *path,
                   const char *query, const char *encoding,
                   const char *none_match)
{
    Answer *answer = start(hub, method, path, query, encoding, none_match);

    g_assert_true(test_wait_until(is_done, answer, 10000));
    return answer;
}

/* The same bytes, under two tags that name the same state. */
static void check_pair(RfHub *hub, const char *path, const char *query)
{
    g_autoptr(Answer) plain = ask(hub, "GET", path, query, NULL, NULL);
    g_autoptr(Answer) gzip = ask(hub, "GET", path, query, "gzip", NULL);
    g_autoptr(Answer) head = ask(hub, "HEAD", path, query, "gzip", NULL);
    g_autoptr(Answer) old = NULL;
    g_autoptr(Answer) other = NULL;
    g_autoptr(Answer) same = NULL;
    g_autoptr(GBytes) again = gunzip(gzip->body);
    g_autofree char *etag = rf_encoding_etag(header(plain, "ETag"));

    g_assert_cmpuint(plain->status, ==, 200);
    g_assert_null(header(plain, "Content-Encoding"));
    g_assert_cmpstr(header(plain, "Vary"), ==, "Accept-Encoding");
    g_assert_cmpuint(gzip->status, ==, 200);
    g_assert_cmpstr(header(gzip, "Content-Encoding"), ==, "gzip");
    g_assert_cmpstr(header(gzip, "Vary"), ==, "Accept-Encoding");
    g_assert_cmpstr(header(gzip, "ETag"), ==, etag);
    g_assert_true(g_str_has_suffix(etag, "-gzip\""));
    g_assert_true(g_bytes_equal(again, plain->body));
    g_assert_cmpuint(g_bytes_get_size(gzip->body), <,
                     g_bytes_get_size(plain->body));
    /* HEAD has the headers of GET; the transport drops the body. */
    g_assert_cmpstr(header(head, "Content-Encoding"), ==, "gzip");
    g_assert_cmpstr(header(head, "ETag"), ==, etag);
    g_assert_true(g_bytes_equal(head->body, gzip->body));
    /* Either tag is as good, whatever is asked for. */
    same = ask(hub, "GET", path, query, "gzip", etag);
    g_assert_cmpuint(same->status, ==, 304);
    g_assert_cmpstr(header(same, "ETag"), ==, etag);
    g_assert_cmpstr(header(same, "Vary"), ==, "Accept-Encoding");
    g_assert_null(header(same, "Content-Encoding"));
    g_assert_cmpuint(g_bytes_get_size(same->body), ==, 0);
    other = ask(hub, "GET", path, query, NULL, etag);
    g_assert_cmpuint(other->status, ==, 304);
    g_assert_cmpstr(header(other, "ETag"), ==, header(plain, "ETag"));
    old = ask(hub, "GET", path, query, "gzip", header(plain, "ETag"));
    g_assert_cmpuint(old->status, ==, 304);
}

static void test_resource(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

    check_pair(hub, SYSTEM, NULL);
    check_pair(hub, SYSTEM, "$select=Boot,Actions,Name,Status,Links");
}

/* In a thread. */
static void test_big(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);


    check_pair(hub, METADATA, NULL);
    /* Nothing in them is the time of day. */
    check_pair(hub, "/redfish/v1/AccountService/PrivilegeMap", NULL);
    check_pair(hub, "/redfish/v1/JsonSchemas", "$expand=.");
}

static void check_plain(RfHub *hub, const char *path, const char *query)
{
    g_autoptr(Answer) answer = ask(hub, "GET", path, query, "gzip", NULL);

    g_test_message("%s", path);
    g_assert_cmpuint(answer->status, ==, 200);
    g_assert_null(header(answer, "Content-Encoding"));
    g_assert_false(g_str_has_suffix(header(answer, "ETag"), "-gzip\""));
}

static void test_not_compressed(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(Answer) accounts = ask(hub, "GET", ACCOUNTS, "$expand=.",
                                     "gzip", NULL);
    g_autoptr(Answer) bad = NULL;

    /* Big enough, if it were not for what it is. */
    g_assert_cmpuint(g_bytes_get_size(accounts->body), >=, RF_GZIP_MIN);
    check_plain(hub, ACCOUNTS, "$expand=.");
    check_plain(hub, "/redfish/v1/AccountService", "$expand=.($levels=2)");
    check_plain(hub, "/redfish/v1/SessionService/Sessions", "$expand=.");
    check_plain(hub, "/redfish/v1/Chassis", NULL); /* too small */
    bad = ask(hub, "GET", "/redfish/v1/nothing", NULL, "gzip", NULL);
    g_assert_cmpuint(bad->status, ==, 404);
    g_assert_null(header(bad, "Content-Encoding"));
    g_assert_null(header(bad, "Vary"));
}

static void test_if_match(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(Answer) answer = ask(hub, "GET", SYSTEM, NULL, "gzip", NULL);
    const char *text = "{\"LocationIndicatorActive\":true}";
    g_autoptr(GBytes) body = g_bytes_new_static(text, strlen(text));
    RfRequest request = {
        .method = "PATCH",
        .path = SYSTEM,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                     [RF_HEADER_IF_MATCH] = header(answer, "ETag") },
        .body = body,
        .peer = "192.0.2.1",
    };
    g_autoptr(RfReply) first = rf_client_call(&hub->client, &request);
    g_autoptr(RfReply) stale = rf_client_call(&hub->client, &request);

    g_assert_cmpuint(first->status, ==, 200);
    g_assert_cmpuint(stale->status, ==, 412);
}

/* A service that goes while a thread works for one of its requests. */
static void test_freed(void)
{
    RfHub *hub = rf_hub_new(MACHINE_STATE_RUNNING);
    Answer *answer = start(hub, "GET", METADATA, NULL, "gzip", NULL);

    g_assert_false(answer->done);
    rf_hub_free(hub);
    g_assert_true(answer->done);
    g_assert_cmpuint(answer->status, ==, 503);
    answer_free(answer);
    test_drain();
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/rf-encoding/wants", test_wants);
    g_test_add_func("/rf-encoding/round-trip", test_round_trip);
    g_test_add_func("/rf-encoding/resource", test_resource);
    g_test_add_func("/rf-encoding/big", test_big);
    g_test_add_func("/rf-encoding/not-compressed", test_not_compressed);
    g_test_add_func("/rf-encoding/if-match", test_if_match);
    g_test_add_func("/rf-encoding/freed", test_freed);
    return g_test_run();
}
