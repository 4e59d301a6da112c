/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who may come in, and what he may do. */
#include "osdep.h"

#include "redfish/rf-auth.h"
#include "rf-fake.h"
#include "test-util.h"
#include "util/secret.h"

static RfRequest request_by(const char *method, const char *path,
                            const char *authorization)
{
    return (RfRequest) {
        .method = method,
        .path = path,
        .headers = { [RF_HEADER_AUTHORIZATION] = authorization },
        .peer = "192.0.2.1",
    };
}

static unsigned status_of(RfClient *client, const char *method,
                          const char *path, const char *authorization,
                          const char *body)
{
    g_autoptr(GBytes) bytes = body ? g_bytes_new(body, strlen(body)) : NULL;
    RfRequest request = request_by(method, path, authorization);
    g_autoptr(RfReply) reply = NULL;

    request.body = bytes;
    reply = rf_client_call(client, &request);
    return reply->status;
}

static void test_parse(void)
{
    static const struct {
        const char *header;
        const char *name;
        const char *password;
    } good[] = {
        { "Basic YTpi", "a", "b" },
        { "basic YTpi", "a", "b" },
        { "BASIC   YTpi", "a", "b" },
        { "Basic YTpiOmM=", "a", "b:c" },
        { "Basic Og==", "", "" },
        { "Basic Onh4", "", "xx" },
    };
    static const char *const bad[] = {
        "", "Basic", "Basic ", "Basic =", "Basic YTp", "Basic YT=pi===",
        "Basic YWI=", "Basic YTpi YTpi", "Basic YTpi\n", "Basic YQA6Yg==",
        "Basic YTpi====", "Bearer YTpi", "BasicYTpi", "Basic Y-p_",
    };
    g_autofree char *filler = g_strnfill(2000, 'A');
    g_autofree char *big = g_strconcat("Basic ", filler, NULL);
    char *name, *password;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(good); i++) {
        g_test_message("%s", good[i].header);
        g_assert_true(rf_auth_parse_basic(good[i].header, &name, &password));
        g_assert_cmpstr(name, ==, good[i].name);
        g_assert_cmpstr(password, ==, good[i].password);
        g_free(name);
        secret_free(password);
    }
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%s", bad[i]);
        g_assert_false(rf_auth_parse_basic(bad[i], &name, &password));
    }
    g_assert_false(rf_auth_parse_basic(big, &name, &password));
}

static void test_public(void)
{
    g_autoptr(RfClient) client = rf_client_new();

    g_assert_cmpuint(status_of(client, "GET", "/redfish", NULL, NULL), ==,
                     200);
    g_assert_cmpuint(status_of(client, "GET", "/redfish/v1", NULL, NULL), ==,
                     200);
    g_assert_cmpuint(status_of(client, "HEAD", "/redfish/v1/", NULL, NULL),
                     ==, 200);
    /* What is not needed is not looked at. */
    g_assert_cmpuint(status_of(client, "GET", "/redfish/v1/", "x", NULL), ==,
                     200);
    /* Nobody learns without a password what there is and what is not. */
    g_assert_cmpuint(status_of(client, "GET", SYSTEM, NULL, NULL), ==, 401);
    g_assert_cmpuint(status_of(client, "GET", SYSTEM "0", NULL, NULL), ==,
                     401);
    g_assert_cmpuint(status_of(client, "POST", "/redfish/v1", NULL, "{}"),
                     ==, 401);
    /* What no resource can do needs no password to know. */
    g_assert_cmpuint(status_of(client, "FAKE", SYSTEM, NULL, "{}"), ==, 501);
    g_assert_cmpuint(status_of(client, "FAKE", SYSTEM "0", NULL, "{}"), ==,
                     501);
    g_assert_cmpuint(status_of(client, "PUT", SYSTEM, NULL, "{}"), ==, 401);
    g_assert_cmpuint(status_of(client, "GET", "/", NULL, NULL), ==, 401);
}

/* Wrong name, wrong password, disabled: the same bytes. */
static void test_denied(void)
{
    static const char *const headers[] = {
        "Basic YWRtaW46d3Jvbmc=",     /* admin:wrong */
        "Basic YW55Ym9keTpwYXNzd29yZA==", /* anybody:password */
        "Basic b2ZmOm9mZnBhc3M=",     /* off:offpass */
    };
    static const char *const names[] = { "admin", "anybody", "off" };
    g_autofree char *first = NULL;
    unsigned i, slow;

    for (slow = 0; slow < 2; slow++) {
        g_autoptr(RfClient) client = rf_client_new();

        client->bmc->hash_passwords = slow;
        for (i = 0; i < G_N_ELEMENTS(headers); i++) {
            RfRequest request = request_by("GET", SYSTEM, headers[i]);
            g_autofree char *line = g_strdup_printf(
                "Redfish login of user \"%s\" from 192.0.2.1 failed",
                names[i]);
            g_autoptr(RfReply) reply = NULL;

            test_expect_log(G_LOG_LEVEL_MESSAGE, line);
            reply = rf_client_call(client, &request);
            test_assert_logged();
            g_assert_cmpuint(reply->status, ==, 401);
            g_assert_cmpstr(rf_reply_header(reply, "WWW-Authenticate"), ==,
                            "Basic realm=\"qemu-bmc\"");
            if (!first) {
                first = g_strdup(reply->text);
            }
            g_assert_cmpstr(reply->text, ==, first);
        }
        g_assert_cmpuint(client->bmc->n_verify, ==,
                         slow * G_N_ELEMENTS(headers));
    }
}

/* A name from outside cannot forge a log line, nor flood the log. */
static void test_log(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    unsigned i;

    /* "a\n\"b:x" */
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*\"a\\x0a\\x22b\"*failed");
    g_assert_cmpuint(status_of(client, "GET", SYSTEM, "Basic YQoiYjp4",
                               NULL), ==, 401);
    test_assert_logged();
    for (i = 1; i < LOG_LIMIT_PER_MINUTE; i++) {
        test_expect_log(G_LOG_LEVEL_MESSAGE, "*failed");
    }
    for (i = 1; i < 10 * LOG_LIMIT_PER_MINUTE; i++) {
        g_assert_cmpuint(status_of(client, "GET", SYSTEM, "Basic YTpi",
                                   NULL), ==, 401);
    }
    test_assert_logged();
    clock_advance(client->bmc->clock, 120000);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*left out");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*failed");
    g_assert_cmpuint(status_of(client, "GET", SYSTEM, "Basic YTpi", NULL),
                     ==, 401);
    test_assert_logged();
}

static void test_slow(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    RfRequest request = request_by("GET", SYSTEM, ADMIN);
    g_autoptr(RfReply) reply = NULL;

    client->bmc->hash_passwords = true;
    client->bmc->hold = true;
    reply = rf_client_start(client, &request);
    g_assert_false(reply->done);
    g_assert_true(fake_bmc_release(client->bmc));
    rf_reply_wait(reply);
    g_assert_cmpuint(reply->status, ==, 200);
}

static void test_roles(void)
{
    static const char reset[] = "{\"ResetType\":\"ForceOff\"}";
    static const char boot[] = "{\"Boot\":{\"BootSourceOverrideTarget\":"
                               "\"Cd\"}}";
    static const struct {
        const char *authorization;
        unsigned get;
        unsigned change;
        unsigned missing;
    } cases[] = {
        { ADMIN, 200, 1, 404 },
        { OPERATOR, 200, 1, 404 },
        { VIEWER, 200, 0, 404 },
        { "Basic bm9ib2R5Om5vcGFzcw==", 403, 0, 403 }, /* nobody:nopass */
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfClient) client = rf_client_new();
        const char *by = cases[i].authorization;

        g_assert_cmpuint(status_of(client, "GET", SYSTEM, by, NULL), ==,
                         cases[i].get);
        g_assert_cmpuint(status_of(client, "GET", "/redfish/v1/Systems",
                                   by, NULL), ==, cases[i].get);
        g_assert_cmpuint(status_of(client, "GET", "/nothing", by, NULL), ==,
                         cases[i].missing);
        g_assert_cmpuint(status_of(client, "POST", RESET, by, reset), ==,
                         cases[i].change ? 204 : 403);
        g_assert_cmpuint(status_of(client, "PATCH", SYSTEM, by, boot), ==,
                         cases[i].change ? 200 : 403);
        g_assert_cmpuint(client->bmc->n_power, ==, cases[i].change);
        g_assert_cmpuint(client->bmc->n_boot, ==, cases[i].change);
    }
}

static void test_origin(void)
{
    g_autoptr(RfClient) client = rf_client_new();

    g_assert_cmpuint(status_of(client, "POST", RESET, OPERATOR,
                               "{\"ResetType\":\"Nmi\"}"), ==, 204);
    g_assert_cmpuint(client->bmc->channel, ==, BMC_CHANNEL_REDFISH);
    g_assert_cmpstr(client->bmc->user, ==, "oper");
    g_assert_cmpstr(client->bmc->peer, ==, "192.0.2.1");
}

static void test_local(void)
{
    g_autoptr(RfClient) client = rf_client_new();
    g_autoptr(GBytes) body = g_bytes_new_static("{\"ResetType\":\"On\"}", 18);
    g_autofree char *name = g_strdup_printf("uid %u", (unsigned)geteuid());
    RfRequest request = request_by("POST", RESET, NULL);
    g_autoptr(RfReply) own = NULL;
    g_autoptr(RfReply) root = NULL;
    g_autoptr(RfReply) other = NULL;
    g_autoptr(RfReply) named = NULL;
    g_autoptr(RfReply) remote = NULL;

    request.body = body;
    request.peer = "local";
    request.local = true;
    request.uid = geteuid();
    own = rf_client_call(client, &request);
    g_assert_cmpuint(own->status, ==, 204);
    g_assert_cmpuint(client->bmc->channel, ==, BMC_CHANNEL_LOCAL);
    g_assert_cmpstr(client->bmc->user, ==, name);
    request.uid = 0;
    root = rf_client_call(client, &request);
    g_assert_cmpuint(root->status, ==, 204);
    request.uid = geteuid() + 1;
    other = rf_client_call(client, &request);
    g_assert_cmpuint(other->status, ==, 401);
    /* Who gives a name is that user, also as root. */
    request.uid = 0;
    request.headers[RF_HEADER_AUTHORIZATION] = VIEWER;
    named = rf_client_call(client, &request);
    g_assert_cmpuint(named->status, ==, 403);
    /* The uid of a request over TCP means nothing. */
    request.headers[RF_HEADER_AUTHORIZATION] = NULL;
    request.local = false;
    remote = rf_client_call(client, &request);
    g_assert_cmpuint(remote->status, ==, 401);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/auth/parse", test_parse);
    g_test_add_func("/redfish/auth/public", test_public);
    g_test_add_func("/redfish/auth/denied", test_denied);
    g_test_add_func("/redfish/auth/log", test_log);
    g_test_add_func("/redfish/auth/slow", test_slow);
    g_test_add_func("/redfish/auth/roles", test_roles);
    g_test_add_func("/redfish/auth/origin", test_origin);
    g_test_add_func("/redfish/auth/local", test_local);
    return g_test_run();
}
