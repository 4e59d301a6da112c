/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocol: methods, headers, errors, caching, concurrency. */
#include "osdep.h"

#include "redfish/rf.h"
#include "rf-fake.h"
#include "test-util.h"

static RfReply *get(RfClient *client, const char *path)
{
    return rf_client_send(client, "GET", path, NULL);
}

static void assert_messages(const RfReply *reply, unsigned status,
                            const char *keys)
{
    g_autofree char *found = rf_reply_messages(reply);

    g_assert_cmpstr(found, ==, keys);
    g_assert_cmpuint(reply->status, ==, status);
    g_assert_cmpstr(rf_reply_header(reply, "OData-Version"), ==, "4.0");
}

static void test_version(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) reply = get(client, "/redfish");

    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_cmpstr(reply->text, ==, "{\"v1\":\"/redfish/v1/\"}");
}

static void test_slash(void)
{
    static const char *const paths[] = {
        "/redfish", "/redfish/v1", "/redfish/v1/Systems", SYSTEM,
        "/redfish/v1/Chassis/1/Sensors",
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autofree char *slash = g_strconcat(paths[i], "/", NULL);
        g_autofree char *twice = g_strconcat("/", paths[i], NULL);
        g_autoptr(RfReply) a = get(client, paths[i]);
        g_autoptr(RfReply) b = get(client, slash);
        g_autoptr(RfReply) c = get(client, twice);

        g_assert_cmpuint(a->status, ==, 200);
        g_assert_cmpuint(b->status, ==, 200);
        g_assert_cmpstr(a->text, ==, b->text);
        g_assert_cmpstr(rf_reply_header(a, "ETag"), ==,
                        rf_reply_header(b, "ETag"));
        assert_messages(c, 404, "ResourceMissingAtURI");
    }
}

static void test_head(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) a = get(client, SYSTEM);
    g_autoptr(RfReply) b = rf_client_send(client, "HEAD", SYSTEM, NULL);

    g_assert_cmpuint(b->status, ==, 200);
    g_assert_cmpstr(a->text, ==, b->text);
    g_assert_cmpstr(rf_reply_header(a, "ETag"), ==,
                    rf_reply_header(b, "ETag"));
}

static void test_not_found(void)
{
    static const char *const paths[] = {
        "/", "/redfish/v2", "/redfish/v1/Nothing", "/redfish/v1/Systems/2",
        "/redfish/v1/Systems/1/Actions", RESET "x", RESET "/x",
        "/redfish/v1/Systems/2/Actions/ComputerSystem.Reset",
        "/redfish/v1/systems",
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_autoptr(RfReply) reply = get(client, paths[i]);
        g_autoptr(RfReply) post = rf_client_send(client, "POST", paths[i],
                                                 "{}");

        assert_messages(reply, 404, "ResourceMissingAtURI");
        assert_messages(post, 404, "ResourceMissingAtURI");
    }
}

static void test_methods(void)
{
    static const struct {
        const char *method;
        const char *path;
        const char *allow;
    } cases[] = {
        { "POST", "/redfish/v1/Systems", "GET, HEAD, OPTIONS" },
        { "PATCH", "/redfish/v1/Systems", "GET, HEAD, OPTIONS" },
        { "PATCH", "/redfish/v1/Chassis/1/Sensors", "GET, HEAD, OPTIONS" },
        { "POST", "/redfish/v1", "GET, HEAD, OPTIONS" },
        { "DELETE", SYSTEM, "GET, HEAD, OPTIONS, PATCH" },
        { "PUT", SYSTEM, "GET, HEAD, OPTIONS, PATCH" },
        { "POST", SYSTEM, "GET, HEAD, OPTIONS, PATCH" },
        { "GET", RESET, "POST, OPTIONS" },
        { "PATCH", RESET, "POST, OPTIONS" },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = rf_client_send(
            client, cases[i].method, cases[i].path, "{}");

        assert_messages(reply, 405, "OperationNotAllowed");
        g_assert_cmpstr(rf_reply_header(reply, "Allow"), ==,
                        cases[i].allow);
    }
}

/* RFC 9110 section 9.1: what no resource has is another matter. */
static void test_unknown_methods(void)
{
    static const char *const methods[] = {
        "get", "FAKE", "TRACE", "PROPFIND", "GETS", "GET2",
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(methods); i++) {
        g_autoptr(RfReply) there = rf_client_send(client, methods[i], SYSTEM,
                                                  "{}");
        g_autoptr(RfReply) missing = rf_client_send(
            client, methods[i], SYSTEM "0", "{}");

        assert_messages(there, 501, "GeneralError");
        assert_messages(missing, 501, "GeneralError");
    }
}

static void test_headers(void)
{
    static const struct {
        RfHeader header;
        const char *value;
        unsigned status;
    } cases[] = {
        { RF_HEADER_ODATA_VERSION, "4.0", 200 },
        { RF_HEADER_ODATA_VERSION, "3.0", 412 },
        { RF_HEADER_ODATA_VERSION, "", 412 },
        { RF_HEADER_ACCEPT, "*/*", 200 },
        { RF_HEADER_ACCEPT, "", 200 },
        { RF_HEADER_ACCEPT, "application/json", 200 },
        { RF_HEADER_ACCEPT, "Application/JSON; charset=utf-8", 200 },
        { RF_HEADER_ACCEPT, "text/html, application/*;q=0.5", 200 },
        { RF_HEADER_ACCEPT, "text/html,*/*;q=0.1", 200 },
        { RF_HEADER_ACCEPT, "text/html", 406 },
        { RF_HEADER_ACCEPT, "application/json;q=0", 406 },
        { RF_HEADER_ACCEPT, ",;,", 406 },
        /* What names it most closely counts, in any order. */
        { RF_HEADER_ACCEPT, "application/json;q=0, */*", 406 },
        { RF_HEADER_ACCEPT, "*/*, application/json;q=0", 406 },
        { RF_HEADER_ACCEPT, "*/*;q=0, application/json", 200 },
        { RF_HEADER_ACCEPT, "application/*;q=0, */*", 406 },
        { RF_HEADER_ACCEPT, "application/*;q=0, application/json;q=0.1",
          200 },
        { RF_HEADER_ACCEPT, "application/json;q=0.000, text/html", 406 },
        { RF_HEADER_ACCEPT, "text/html;q=0, */*", 200 },
        { RF_HEADER_IF_NONE_MATCH, "*", 304 },
        { RF_HEADER_IF_NONE_MATCH, "\"x\"", 200 },
        { RF_HEADER_IF_MATCH, "\"x\"", 200 },
        { RF_HEADER_CONTENT_TYPE, "text/plain", 200 },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RfRequest request = {
            .method = "GET", .path = SYSTEM, .peer = "192.0.2.1",
            .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
        };
        g_autoptr(RfReply) reply = NULL;

        request.headers[cases[i].header] = cases[i].value;
        reply = rf_client_call(client, &request);
        g_test_message("%u %s", cases[i].header, cases[i].value);
        g_assert_cmpuint(reply->status, ==, cases[i].status);
        g_assert_true((reply->text == NULL) == (reply->status == 304));
    }
}

/* What a browser sends for another site, with the user's password. */
static void test_other_sites(void)
{
    static const struct {
        const char *method;
        const char *path;
        const char *site;
        const char *origin;
        unsigned status;
    } cases[] = {
        { "POST", RESET, "cross-site", NULL, 403 },
        { "POST", RESET, "same-site", NULL, 403 },
        { "POST", RESET, NULL, "https://evil.example", 403 },
        { "POST", RESET, NULL, "https://bmc.example", 403 },
        { "POST", RESET, NULL, "null", 403 },
        { "PATCH", SYSTEM, "cross-site", "https://bmc.example:8443", 403 },
        { "POST", RESET, NULL, "https://bmc.example:8443", 400 },
        { "POST", RESET, "same-origin", "https://proxy.example", 400 },
        { "POST", RESET, "none", NULL, 400 },
        { "GET", SYSTEM, "cross-site", "https://evil.example", 200 },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RfRequest request = {
            .method = cases[i].method, .path = cases[i].path,
            .peer = "192.0.2.1",
            .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                         [RF_HEADER_HOST] = "bmc.example:8443",
                         [RF_HEADER_FETCH_SITE] = cases[i].site,
                         [RF_HEADER_ORIGIN] = cases[i].origin },
        };
        g_autoptr(RfReply) reply = rf_client_call(client, &request);

        g_test_message("%u", i);
        g_assert_cmpuint(reply->status, ==, cases[i].status);
    }
}

/* Clients ask for openapi.yaml as YAML: not found, and not 406. */
static void test_accept_not_found(void)
{
    static const struct {
        const char *path;
        const char *user;
        unsigned status;
    } cases[] = {
        { "/redfish/v1/openapi.yaml", ADMIN, 404 },
        { "/redfish/v1/openapi.yaml", NULL, 401 },
        { SYSTEM, ADMIN, 406 },
        /* Who is not known cannot tell this from what is not there. */
        { SYSTEM, NULL, 401 },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RfRequest request = {
            .method = "GET", .path = cases[i].path, .peer = "192.0.2.1",
            .headers = {
                [RF_HEADER_AUTHORIZATION] = cases[i].user,
                [RF_HEADER_ACCEPT] = "application/yaml",
            },
        };
        g_autoptr(RfReply) reply = rf_client_call(client, &request);

        g_test_message("%s", cases[i].path);
        g_assert_cmpuint(reply->status, ==, cases[i].status);
    }
}

/* Built again when what it shows has changed, and only then. */
static void test_cache(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) a = get(client, SYSTEM);
    g_autoptr(RfReply) b = NULL;
    g_autoptr(RfReply) c = NULL;
    g_autoptr(RfReply) d = NULL;

    fake_bmc_changed(client->bmc, BMC_PART_USERS);
    fake_bmc_changed(client->bmc, BMC_PART_POWER);
    b = get(client, SYSTEM);
    g_assert_cmpstr(a->text, ==, b->text);
    client->bmc->power = BMC_POWER_STATE_OFF;
    c = get(client, SYSTEM);
    g_assert_cmpstr(a->text, ==, c->text); /* nobody has said so yet */
    fake_bmc_changed(client->bmc, BMC_PART_POWER);
    d = get(client, SYSTEM);
    g_assert_cmpstr(rf_reply_text(d, "/PowerState"), ==, "Off");
    g_assert_cmpstr(rf_reply_header(a, "ETag"), !=,
                    rf_reply_header(d, "ETag"));
}

static RfReply *patch_if(RfClient *client, const char *match)
{
    static const char text[] = "{\"Boot\":{\"BootSourceOverrideTarget\":"
                               "\"Pxe\"}}";
    g_autoptr(GBytes) body = g_bytes_new_static(text, strlen(text));
    RfRequest request = {
        .method = "PATCH", .path = SYSTEM, .peer = "192.0.2.1", .body = body,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                     [RF_HEADER_IF_MATCH] = match },
    };

    return rf_client_call(client, &request);
}

static void test_if_match(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) before = get(client, SYSTEM);
    const char *etag = rf_reply_header(before, "ETag");
    g_autofree char *weak = g_strconcat("W/", etag, NULL);
    g_autofree char *twice = g_strconcat("\"", etag, "\"", NULL);
    g_autoptr(RfReply) bad = patch_if(client, "\"0000000000000000\"");
    g_autoptr(RfReply) a = NULL;
    g_autoptr(RfReply) b = NULL;
    g_autoptr(RfReply) c = NULL;
    g_autoptr(RfReply) d = NULL;

    assert_messages(bad, 412, "PreconditionFailed");
    g_assert_cmpuint(client->bmc->n_boot, ==, 0);
    a = patch_if(client, etag);
    g_assert_cmpuint(a->status, ==, 200);
    g_assert_cmpstr(rf_reply_header(a, "ETag"), !=, etag);
    b = patch_if(client, etag);
    assert_messages(b, 412, "PreconditionFailed");

    /* Back to what it was: the tag is that of the content. */
    client->bmc->boot.enabled = BMC_BOOT_DISABLED;
    client->bmc->boot.target = BMC_BOOT_NONE;
    fake_bmc_changed(client->bmc, BMC_PART_BOOT);
    c = patch_if(client, weak);
    g_assert_cmpuint(c->status, ==, 200);
    client->bmc->boot.enabled = BMC_BOOT_DISABLED;
    client->bmc->boot.target = BMC_BOOT_NONE;
    fake_bmc_changed(client->bmc, BMC_PART_BOOT);
    d = patch_if(client, twice);
    g_assert_cmpuint(d->status, ==, 200);
}

static void test_bodies(void)
{
    static const struct {
        const char *type;
        const char *body;
        unsigned status;
        const char *keys;
    } cases[] = {
        { NULL, "{", 400, "MalformedJSON" },
        { NULL, "", 400, "MalformedJSON" },
        { NULL, "{\"a\":1,\"a\":1}", 400, "MalformedJSON" },
        { NULL, "{} x", 400, "MalformedJSON" },
        { NULL, "[]", 400, "UnrecognizedRequestBody" },
        { NULL, "{}", 400, "EmptyJSON" },
        { "application/json", "{}", 400, "EmptyJSON" },
        { " Application/JSON ; charset=utf-8", "{}", 400, "EmptyJSON" },
        { "text/plain", "{}", 415, "HeaderInvalid" },
        { "application/x-www-form-urlencoded", "{}", 415, "HeaderInvalid" },
        { "", "{}", 415, "HeaderInvalid" },
    };
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) body = g_bytes_new_static(cases[i].body,
                                                    strlen(cases[i].body));
        RfRequest request = {
            .method = "PATCH", .path = SYSTEM, .peer = "192.0.2.1",
            .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                         [RF_HEADER_CONTENT_TYPE] = cases[i].type },
            .body = body,
        };
        g_autoptr(RfReply) reply = rf_client_call(client, &request);

        assert_messages(reply, cases[i].status, cases[i].keys);
    }
}

/* Of two writers that have read the same state, one wins. */
static void test_writers(void)
{
    static const char text[] = "{\"Boot\":{\"BootSourceOverrideTarget\":"
                               "\"Pxe\"}}";
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(RfReply) before = get(client, SYSTEM);
    g_autoptr(GBytes) body = g_bytes_new_static(text, strlen(text));
    RfRequest request = {
        .method = "PATCH", .path = SYSTEM, .peer = "192.0.2.1", .body = body,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN,
                     [RF_HEADER_IF_MATCH] = rf_reply_header(before,
                                                            "ETag") },
    };
    g_autoptr(RfReply) a = NULL;
    g_autoptr(RfReply) b = NULL;
    g_autoptr(RfReply) meanwhile = NULL;

    client->bmc->hold = true;
    a = rf_client_start(client, &request);
    b = rf_client_start(client, &request);
    meanwhile = get(client, SYSTEM);
    g_assert_cmpuint(meanwhile->status, ==, 200);
    g_assert_false(a->done || b->done);
    g_assert_true(fake_bmc_release(client->bmc));
    rf_reply_wait(a);
    rf_reply_wait(b);
    g_assert_cmpuint(a->status, ==, 200);
    assert_messages(b, 412, "PreconditionFailed");
    g_assert_cmpuint(client->bmc->n_boot, ==, 1);
}

/* More than may wait: the rest is told to come back. */
static void test_too_many(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(GPtrArray) replies = g_ptr_array_new_with_free_func(
        (GDestroyNotify)rf_reply_free);
    g_autoptr(GBytes) body = g_bytes_new_static("{\"ResetType\":\"On\"}", 18);
    RfRequest request = {
        .method = "POST", .path = RESET, .peer = "192.0.2.1", .body = body,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
    };
    unsigned i, n_refused = 0;

    client->bmc->hold = true;
    for (i = 0; i < 300; i++) {
        RfReply *reply = rf_client_start(client, &request);

        g_ptr_array_add(replies, reply);
        if (reply->done) {
            assert_messages(reply, 503, "ServiceTemporarilyUnavailable");
            g_assert_nonnull(rf_reply_header(reply, "Retry-After"));
            n_refused++;
        }
    }
    g_assert_cmpuint(n_refused, ==, 300 - 256);
    while (fake_bmc_release(client->bmc)) {
        test_drain();
    }
    for (i = 0; i < replies->len; i++) {
        rf_reply_wait(g_ptr_array_index(replies, i));
    }
    g_assert_cmpuint(client->bmc->n_power, ==, 256);
}

/* The service goes while requests wait for the hub and for their turn. */
static void test_free(void)
{
    static const char text[] = "{\"Boot\":{\"BootSourceOverrideTarget\":"
                               "\"Pxe\"}}";
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(GBytes) body = g_bytes_new_static(text, strlen(text));
    RfRequest request = {
        .method = "PATCH", .path = SYSTEM, .peer = "192.0.2.1", .body = body,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
    };
    RfReply *replies[3];
    unsigned i;

    client->bmc->hold = true;
    replies[0] = rf_client_start(client, &request);
    replies[1] = rf_client_start(client, &request);
    client->bmc->hash_passwords = true;
    replies[2] = rf_client_start(client, &request);
    g_clear_pointer(&client->service, rf_service_free);
    for (i = 0; i < G_N_ELEMENTS(replies); i++) {
        g_assert_true(replies[i]->done);
        assert_messages(replies[i], 503, "ServiceShuttingDown");
        rf_reply_free(replies[i]);
    }
    while (fake_bmc_release(client->bmc)) {
        test_drain();
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/rf/version", test_version);
    g_test_add_func("/redfish/rf/slash", test_slash);
    g_test_add_func("/redfish/rf/head", test_head);
    g_test_add_func("/redfish/rf/not-found", test_not_found);
    g_test_add_func("/redfish/rf/methods", test_methods);
    g_test_add_func("/redfish/rf/unknown-methods", test_unknown_methods);
    g_test_add_func("/redfish/rf/headers", test_headers);
    g_test_add_func("/redfish/rf/other-sites", test_other_sites);
    g_test_add_func("/redfish/rf/accept-not-found", test_accept_not_found);
    g_test_add_func("/redfish/rf/cache", test_cache);
    g_test_add_func("/redfish/rf/if-match", test_if_match);
    g_test_add_func("/redfish/rf/bodies", test_bodies);
    g_test_add_func("/redfish/rf/writers", test_writers);
    g_test_add_func("/redfish/rf/too-many", test_too_many);
    g_test_add_func("/redfish/rf/free", test_free);
    return g_test_run();
}
