/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Subscriptions, and what is sent to them. */
#include "osdep.h"

#include <libsoup/soup.h>

#include "bmc/subscriptions.h"
#include "bmc/tasks.h"
#include "rf-hub.h"
#include "util/target.h"
#include "util/tls.h"

#define SERVICE "/redfish/v1/EventService"
#define SUBSCRIPTIONS SERVICE "/Subscriptions"
#define ONE SUBSCRIPTIONS "/1"
#define TEST_EVENT SERVICE "/Actions/EventService.SubmitTestEvent"

/*
 * Listener: a subscriber.
 *
 * @status: what it answers
 * @n: how many requests have come
 * @body: of the last one
 * @header: its X-Secret
 */
typedef struct Listener {
    SoupServer *server;
    char *uri;
    unsigned status;
    unsigned n;
    char *body;
    char *header;
} Listener;

static void heard(SoupServer *server, SoupServerMessage *msg,
                  const char *path, GHashTable *query, gpointer opaque)
{
    Listener *listener = opaque;
    SoupMessageBody *body = soup_server_message_get_request_body(msg);
    g_autoptr(GBytes) bytes = soup_message_body_flatten(body);
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);

    listener->n++;
    g_free(listener->body);
    listener->body = g_strndup(data, len);
    g_free(listener->header);
    listener->header = g_strdup(soup_message_headers_get_one(
        soup_server_message_get_request_headers(msg), "X-Secret"));
    if (listener->status == 302) {
        soup_message_headers_replace(
            soup_server_message_get_response_headers(msg), "Location",
            "/elsewhere");
    }
    soup_server_message_set_status(msg, listener->status, NULL);
}

static Listener *listener_new_with(GTlsCertificate *cert)
{
    Listener *listener = g_new0(Listener, 1);
    g_autoptr(GError) err = NULL;
    GSList *uris;

    listener->status = 200;
    listener->server = soup_server_new("tls-certificate", cert, NULL);
    soup_server_add_handler(listener->server, NULL, heard, listener, NULL);
    soup_server_listen_local(listener->server, 0,
                             SOUP_SERVER_LISTEN_IPV4_ONLY |
                             (cert ? SOUP_SERVER_LISTEN_HTTPS : 0), &err);
    g_assert_no_error(err);
    uris = soup_server_get_uris(listener->server);
    listener->uri = g_uri_to_string(uris->data);
    g_slist_free_full(uris, (GDestroyNotify)g_uri_unref);
    return listener;
}

static Listener *listener_new(void)
{
    return listener_new_with(NULL);
}

static void listener_free(Listener *listener)
{
    g_object_unref(listener->server);
    g_free(listener->uri);
    g_free(listener->body);
    g_free(listener->header);
    g_free(listener);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listener, listener_free)

typedef struct Wait {
    Listener *listener;
    unsigned n;
} Wait;

static bool has_heard(void *opaque)
{
    Wait *wait = opaque;

    return wait->listener->n >= wait->n;
}

static bool never(void *opaque)
{
    return false;
}

/* Until what a listener has answered has arrived. */
static void linger(void)
{
    test_wait_until(never, NULL, 50);
}

static void wait_heard(RfHub *hub, Listener *listener, unsigned n)
{
    Wait wait = { listener, n };

    g_assert_true(test_wait_until(has_heard, &wait, 10000));
    g_assert_cmpuint(listener->n, ==, n);
    fixture_settle(&hub->fix);
}

static unsigned subscribe_as(RfHub *hub, const char *who, const char *uri,
                             const char *more)
{
    g_autofree char *body = g_strdup_printf(
        "{\"Destination\":\"%s\",\"Protocol\":\"Redfish\"%s}", uri, more);
    g_autoptr(RfReply) reply = rf_hub_send(hub, who, "POST", SUBSCRIPTIONS,
                                           body);

    if (reply->status == 201) {
        g_assert_true(g_str_has_prefix(rf_reply_header(reply, "Location"),
                                       SUBSCRIPTIONS "/"));
    }
    return reply->status;
}

static unsigned subscribe(RfHub *hub, const char *uri, const char *more)
{
    return subscribe_as(hub, ADMIN, uri, more);
}

static unsigned do_send(RfHub *hub, const char *who, const char *method,
                        const char *path, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, who, method, path, body);

    return reply->status;
}

static void test_event(RfHub *hub)
{
    g_assert_cmpuint(do_send(hub, ADMIN, "POST", TEST_EVENT, NULL), ==, 204);
}

static void test_deliver(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(Listener) listener = listener_new();
    g_autoptr(RfReply) reply = NULL;

    g_assert_cmpuint(subscribe(hub, listener->uri,
                               ",\"Context\":\"a \\\"b\\\"\","
                               "\"HttpHeaders\":[{\"X-Secret\":\"s3cret\"}]"),
                     ==, 201);
    reply = rf_hub_get(hub, ONE);
    g_assert_null(strstr(reply->text, "s3cret"));
    g_assert_cmpstr(rf_reply_text(reply, "/Context"), ==, "a \"b\"");
    g_assert_cmpstr(rf_reply_text(reply, "/SubscriptionType"), ==,
                    "RedfishEvent");
    test_event(hub);
    wait_heard(hub, listener, 1);
    g_assert_nonnull(strstr(listener->body, "TestMessage"));
    g_assert_nonnull(strstr(listener->body, "\"Context\":\"a \\\"b\\\"\""));
    g_assert_cmpstr(listener->header, ==, "s3cret");
    /* What has happened meanwhile comes together. */
    test_event(hub);
    test_event(hub);
    test_event(hub);
    wait_heard(hub, listener, 3);
    g_assert_nonnull(strstr(listener->body, "\"Events@odata.count\":2"));

    g_assert_cmpuint(do_send(hub, ADMIN, "POST",
                             ONE "/Actions/EventDestination."
                             "SuspendSubscription", NULL), ==, 204);
    test_event(hub);
    g_assert_cmpuint(do_send(hub, ADMIN, "POST",
                             ONE "/Actions/EventDestination."
                             "ResumeSubscription", NULL), ==, 204);
    test_event(hub);
    wait_heard(hub, listener, 4);
    g_assert_nonnull(strstr(listener->body, "\"Events@odata.count\":1"));
    g_assert_cmpuint(do_send(hub, ADMIN, "DELETE", ONE, NULL), ==, 204);
    test_event(hub);
    fixture_settle(&hub->fix);
    g_assert_cmpuint(listener->n, ==, 4);
}

static void set_retry(RfHub *hub)
{
    g_assert_cmpuint(do_send(hub, ADMIN, "PATCH", SERVICE,
                             "{\"DeliveryRetryAttempts\":1,"
                             "\"DeliveryRetryIntervalSeconds\":2}"),
                     ==, 200);
}

static void test_retry(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(Listener) listener = listener_new();

    set_retry(hub);
    subscribe(hub, listener->uri, "");
    listener->status = 503;
    test_event(hub);
    wait_heard(hub, listener, 1);
    linger();
    listener->status = 204;
    fixture_advance(&hub->fix, 1999);
    g_assert_cmpuint(listener->n, ==, 1);
    fixture_advance(&hub->fix, 1);
    wait_heard(hub, listener, 2);
    linger();
    /* A redirect is not followed: it is a failure too. */
    listener->status = 302;
    test_event(hub);
    wait_heard(hub, listener, 3);
    linger();
    fixture_advance(&hub->fix, 2000);
    wait_heard(hub, listener, 4);
    linger();
    g_assert_cmpuint(do_send(hub, ADMIN, "GET", ONE, NULL), ==, 404);
}

/* That we show a certificate ourselves is no reason to trust it. */
static void test_certificate(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GError) err = NULL;
    g_autoptr(GTlsCertificate) cert = tls_load_or_generate(
        hub->fix.dir->path, "bmc", NULL, &err);
    g_autoptr(Listener) any = listener_new_with(cert);
    g_autoptr(Listener) trusted = listener_new_with(cert);

    g_assert_true(tls_set_server_defaults(cert, &err));
    subscribe(hub, any->uri, "");
    subscribe(hub, trusted->uri, ",\"VerifyCertificate\":true");
    test_event(hub);
    wait_heard(hub, any, 1);
    linger();
    g_assert_cmpuint(trusted->n, ==, 0);
}

static void test_policies(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(Listener) suspend = listener_new();
    g_autoptr(Listener) forever = listener_new();
    g_autoptr(RfReply) reply = NULL;

    set_retry(hub);
    subscribe(hub, suspend->uri,
              ",\"DeliveryRetryPolicy\":\"SuspendRetries\","
              "\"RegistryPrefixes\":[\"ResourceEvent\"],"
              "\"MessageIds\":[\"ResourceEvent.TestMessage\"]");
    subscribe(hub, forever->uri,
              ",\"DeliveryRetryPolicy\":\"RetryForever\","
              "\"MessageIds\":[\"ResourceEvent.1.4.TestMessage\"]");
    suspend->status = 500;
    forever->status = 500;
    test_event(hub);
    wait_heard(hub, suspend, 1);
    wait_heard(hub, forever, 1);
    linger();
    fixture_advance(&hub->fix, 2000);
    wait_heard(hub, suspend, 2);
    wait_heard(hub, forever, 2);
    linger();
    reply = rf_hub_get(hub, ONE);
    g_assert_cmpstr(rf_reply_text(reply, "/Status/State"), ==, "Disabled");
    fixture_advance(&hub->fix, 2000);
    wait_heard(hub, forever, 3);
    g_assert_cmpuint(suspend->n, ==, 2);
}

static void test_filters(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(Listener) tasks = listener_new();
    g_autoptr(Listener) below = listener_new();
    BmcTaskConfig task = { .name = "Work" };

    subscribe(hub, tasks->uri,
              ",\"ResourceTypes\":[\"Task\"],\"Severities\":[\"Critical\"]");
    subscribe(hub, below->uri,
              ",\"OriginResources\":[{\"@odata.id\":"
              "\"/redfish/v1/TaskService\"}],\"SubordinateResources\":true");
    test_event(hub);
    bmc_task_new(hub->fix.bmc, &task, NULL);
    wait_heard(hub, below, 1);
    g_assert_nonnull(strstr(below->body, "TaskStarted"));
    g_assert_null(strstr(below->body, "TestMessage"));
    g_assert_cmpuint(tasks->n, ==, 0);
}

static void test_refused(void)
{
    static const struct {
        const char *who;
        const char *uri;
        const char *more;
        unsigned status;
    } cases[] = {
        { ADMIN, "ftp://192.0.2.1/", "", 400 },
        { ADMIN, "http://user:pass@192.0.2.1/", "", 400 },
        { ADMIN, "http:///x", "", 400 },
        { ADMIN, "http://169.254.169.254/latest", "", 400 },
        { ADMIN, "http://[fe80::1]/", "", 400 },
        { ADMIN, "http://[::ffff:169.254.169.254]/", "", 400 },
        { ADMIN, "http://0.0.0.0/", "", 400 },
        { ADMIN, "http://192.0.2.1/", ",\"HttpHeaders\":[{\"A\":\"b\\nc\"}]",
          400 },
        { ADMIN, "http://192.0.2.1/", ",\"HttpHeaders\":[{\"Host\":\"x\"}]",
          400 },
        { ADMIN, "http://192.0.2.1/", ",\"OriginResources\":[\"x\"]", 400 },
        { ADMIN, "http://192.0.2.1/", ",\"EventTypes\":[\"Nonsense\"]", 400 },
        { HUB_VIEWER, "http://192.0.2.1/", "", 403 },
        { HUB_OPERATOR, "http://192.0.2.1/", "", 201 },
        { HUB_OPERATOR, "http://192.0.2.1/", ",\"EventTypes\":[\"Alert\"]",
          201 },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s%s", cases[i].uri, cases[i].more);
        g_assert_cmpuint(subscribe_as(hub, cases[i].who, cases[i].uri,
                                      cases[i].more), ==, cases[i].status);
    }
    /* His own he may change and remove, others' he may not. */
    subscribe(hub, "http://192.0.2.1/", "");
    g_assert_cmpuint(do_send(hub, HUB_OPERATOR, "DELETE", ONE, NULL), ==,
                     204);
    g_assert_cmpuint(do_send(hub, HUB_OPERATOR, "DELETE",
                             SUBSCRIPTIONS "/3", NULL), ==, 403);
    g_assert_cmpuint(do_send(hub, HUB_OPERATOR, "PATCH",
                             SUBSCRIPTIONS "/2", "{\"Context\":\"x\"}"), ==,
                     200);
    for (i = 2; i < BMC_SUBSCRIPTIONS_MAX; i++) {
        g_assert_cmpuint(subscribe(hub, "http://192.0.2.1/", ""), ==, 201);
    }
    g_assert_cmpuint(subscribe(hub, "http://192.0.2.1/", ""), ==, 503);
}

/* Where they go may have a secret in it. */
static void test_logged(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

    test_expect_log(G_LOG_LEVEL_MESSAGE, "events: subscription 1 to "
                    "http://192.0.2.1/hook made by *");
    subscribe(hub, "http://192.0.2.1/hook?token=abc", "");
    test_assert_logged();
}

/* Events are kept, so one must not be of any length. */
static void test_long_event(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *text = g_strnfill(257, 'x');
    g_autofree char *fits = g_strdup_printf("{\"MessageArgs\":[\"%s\"]}",
                                            text + 1);
    g_autofree char *longer = g_strdup_printf("{\"MessageArgs\":[\"%s\"]}",
                                              text);

    g_assert_cmpuint(do_send(hub, ADMIN, "POST", TEST_EVENT, fits), ==, 204);
    g_assert_cmpuint(do_send(hub, ADMIN, "POST", TEST_EVENT, longer), ==,
                     400);
    g_assert_cmpuint(do_send(hub, ADMIN, "POST", TEST_EVENT,
                             "{\"MessageArgs\":[\"\",\"\",\"\",\"\",\"\",\"\","
                             "\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\","
                             "\"\",\"\"]}"), ==, 400);
}

static void test_persist(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    const BmcSubscription *s;

    subscribe(hub, "http://192.0.2.1/x",
              ",\"Context\":\"c\",\"HttpHeaders\":[{\"A\":\"b\"}],"
              "\"RegistryPrefixes\":[\"Base\",\"TaskEvent\"]");
    g_clear_pointer(&hub->events, rf_events_free);
    g_clear_pointer(&hub->client.service, rf_service_free);
    fixture_restart(&hub->fix);
    s = bmc_subscription_find(hub->fix.bmc, 1);
    g_assert_nonnull(s);
    g_assert_cmpstr(s->destination, ==, "http://192.0.2.1/x");
    g_assert_cmpstr(s->context, ==, "c");
    g_assert_cmpstr(s->user, ==, "admin");
    g_assert_cmpstr(s->lists[BMC_SUBSCRIPTION_HEADERS][0], ==, "A: b");
    g_assert_cmpstr(s->lists[BMC_SUBSCRIPTION_PREFIXES][1], ==, "TaskEvent");
}

static void test_targets(void)
{
    static const struct {
        const char *text;
        bool any;
        bool host;
    } cases[] = {
        { "192.0.2.1", true, true },
        { "10.0.0.1", true, true },
        { "2001:db8::1", true, true },
        { "127.0.0.1", false, true },
        { "::1", false, true },
        { "::ffff:127.0.0.1", false, true },
        { "169.254.169.254", false, false },
        { "::ffff:169.254.1.1", false, false },
        { "fe80::1", false, false },
        { "fd00:ec2::254", false, false },
        { "100.100.100.200", false, false },
        { "0.0.0.0", false, false },
        { "0.1.2.3", false, false },
        { "::", false, false },
        { "224.0.0.1", false, false },
        { "ff02::1", false, false },
        { "255.255.255.255", false, false },
        /* What becomes IPv4 on its way */
        { "64:ff9b::192.0.2.1", true, true },
        { "64:ff9b::169.254.169.254", false, false },
        { "64:ff9b::127.0.0.1", false, true },
        { "64:ff9b::100.100.100.200", false, false },
        { "64:ff9b:1::169.254.169.254", false, false },
        { "::169.254.169.254", false, false },
        { "2002:a9fe:a9fe::1", false, false },
        { "2002:c000:201::1", true, true },
        { "fd20:ce::254", false, false },
        { "168.63.129.16", false, false },
    };
    static const char *const allow[] = { "", "169.254.7.7", "b", NULL };
    g_autoptr(GInetAddress) listed =
        g_inet_address_new_from_string("::ffff:169.254.7.7");
    unsigned i;

    g_assert_true(target_allowed(listed, "a", allow, false));
    g_assert_false(target_allowed(listed, "a", NULL, true));
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GInetAddress) address =
            g_inet_address_new_from_string(cases[i].text);

        g_test_message("%s", cases[i].text);
        g_assert_cmpint(target_allowed(address, NULL, NULL, false), ==,
                        cases[i].any);
        g_assert_cmpint(target_allowed(address, "a", allow, true), ==,
                        cases[i].host);
        g_assert_true(target_allowed(address, "B", allow, false));
    }
}

/* A name is looked at when it is resolved. */
static void test_resolved(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(Listener) listener = listener_new();
    g_auto(GStrv) parts = g_strsplit(listener->uri, "127.0.0.1", 2);
    g_autofree char *uri = g_strconcat(parts[0], "localhost", parts[1], NULL);
    BmcSubscription s = { .destination = g_strdup(uri) };
    BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };

    g_assert_cmpuint(subscribe(hub, uri, ",\"MessageIds\":["
                               "\"ResourceEvent.TestMessage\"]"), ==, 201);
    g_assert_cmpuint(bmc_subscription_add(hub->fix.bmc, &s, &guest, NULL),
                     ==, 2);
    test_event(hub);
    wait_heard(hub, listener, 1);
    linger();
    g_assert_cmpuint(listener->n, ==, 1);
}

static void allow_localhost(BmcConfig *config)
{
    static const char *const allow[] = { "localhost", NULL };

    config->events_allow = allow;
}

/* What is configured may be reached, whoever asks. */
static void test_configured(void)
{
    g_autoptr(RfHub) hub = rf_hub_new_with(MACHINE_STATE_RUNNING,
                                           allow_localhost);
    g_autoptr(Listener) listener = listener_new();
    g_auto(GStrv) parts = g_strsplit(listener->uri, "127.0.0.1", 2);
    BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };
    BmcSubscription s = { 0 };

    s.destination = g_strconcat(parts[0], "localhost", parts[1], NULL);
    g_assert_cmpuint(bmc_subscription_add(hub->fix.bmc, &s, &guest, NULL),
                     ==, 1);
    test_event(hub);
    wait_heard(hub, listener, 1);
}

/* The query of a URL can be what lets one in there. */
static void test_token(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    static const char url[] = "https://192.0.2.1/hook";
    static const char full[] = "https://192.0.2.1/hook?token=secret";
    g_autofree char *body = g_strdup_printf(
        "{\"Destination\":\"%s\",\"Protocol\":\"Redfish\"}", full);
    static const struct {
        const char *authorization;
        const char *path;
        const char *destination;
    } cases[] = {
        { ADMIN, SUBSCRIPTIONS "/1", full },
        { HUB_VIEWER, SUBSCRIPTIONS "/1", url },
        { HUB_OPERATOR, SUBSCRIPTIONS "/1", url },
        { HUB_OPERATOR, SUBSCRIPTIONS "/2", full },
        { HUB_VIEWER, SUBSCRIPTIONS "/2", url },
        { ADMIN, SUBSCRIPTIONS "/2", full },
    };

    for (unsigned i = 0; i < 2; i++) {
        g_autoptr(RfReply) made = rf_hub_send(hub, i ? HUB_OPERATOR : ADMIN,
                                              "POST", SUBSCRIPTIONS, body);

        g_assert_cmpuint(made->status, ==, 201);
        g_assert_cmpstr(rf_reply_text(made, "/Destination"), ==, full);
    }
    for (unsigned i = 0; i < 2 * G_N_ELEMENTS(cases); i++) {
        unsigned n = i % G_N_ELEMENTS(cases);
        g_autoptr(RfReply) reply = rf_hub_send(
            hub, cases[n].authorization, "GET", cases[n].path, NULL);
        g_autoptr(RfReply) all = rf_hub_send(
            hub, HUB_VIEWER, "GET", SUBSCRIPTIONS "?$expand=.", NULL);

        g_assert_cmpstr(rf_reply_text(reply, "/Destination"), ==,
                        cases[n].destination);
        g_assert_cmpuint(all->status, ==, 200);
        g_assert_null(strstr(all->text, "secret"));
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/subscriptions/deliver", test_deliver);
    g_test_add_func("/redfish/subscriptions/retry", test_retry);
    g_test_add_func("/redfish/subscriptions/certificate", test_certificate);
    g_test_add_func("/redfish/subscriptions/policies", test_policies);
    g_test_add_func("/redfish/subscriptions/filters", test_filters);
    g_test_add_func("/redfish/subscriptions/refused", test_refused);
    g_test_add_func("/redfish/subscriptions/logged", test_logged);
    g_test_add_func("/redfish/subscriptions/long-event", test_long_event);
    g_test_add_func("/redfish/subscriptions/persist", test_persist);
    g_test_add_func("/redfish/subscriptions/targets", test_targets);
    g_test_add_func("/redfish/subscriptions/resolved", test_resolved);
    g_test_add_func("/redfish/subscriptions/configured", test_configured);
    g_test_add_func("/redfish/subscriptions/token", test_token);
    return g_test_run();
}
