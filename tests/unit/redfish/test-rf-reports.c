/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Metric reports: definitions, periodic ones, and who is sent them. */
#include "osdep.h"

#include "bmc/reports.h"
#include "bmc/sensors.h"
#include "bmc/subscriptions.h"
#include "rf-hub.h"

#define SERVICE "/redfish/v1/TelemetryService"
#define DEFINITIONS SERVICE "/MetricReportDefinitions"
#define REPORTS SERVICE "/MetricReports"
#define STREAM "/redfish/v1/EventService/SSE"
#define PERIODIC "\"MetricReportDefinitionType\":\"Periodic\""
#define EVERY_10 "\"Schedule\":{\"RecurrenceInterval\":\"PT10S\"}"

/* With two analog sensors. */
static void configure(BmcConfig *config)
{
    static BmcSensorConfig room = {
        .name = "Room", .type = 1, .unit = SDR_UNIT_DEGREES_C, .min = -20,
        .max = 60, .scale = 1,
    };
    static BmcSensorConfig rack = {
        .name = "Rack", .type = 1, .unit = SDR_UNIT_DEGREES_C, .min = -20,
        .max = 60, .scale = 1,
    };
    static void *list[] = { &room, &rack };
    static GPtrArray sensors = { .pdata = list, .len = 2 };

    config->sensors = &sensors;
}

static RfHub *hub_new(void)
{
    return rf_hub_new_with(MACHINE_STATE_RUNNING, configure);
}

static unsigned request_as(RfHub *hub, const char *who, const char *method,
                           const char *path, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, who, method, path, body);

    g_test_message("%s %s %s: %u %s", method, path, body ?: "",
                   reply->status, reply->text ?: "");
    fixture_settle(&hub->fix);
    return reply->status;
}

static unsigned request(RfHub *hub, const char *method, const char *path,
                        const char *body)
{
    return request_as(hub, ADMIN, method, path, body);
}

static RfReply *open_stream(RfHub *hub, const char *query)
{
    RfRequest request = {
        .method = "GET", .path = STREAM, .query = query,
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
        .peer = "192.0.2.1",
    };
    RfReply *reply = rf_client_call(&hub->client, &request);

    g_assert_nonnull(reply->stream);
    return reply;
}

/* How many values a report has. */
static unsigned count(RfHub *hub, const char *path)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);

    return json_array_get_length(json_object_get_array_member(
        reply->json, "MetricValues"));
}

/* The property of the sensor that the fixture has first. */
static char *first_metric(RfHub *hub)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, DEFINITIONS "/Sensors");
    JsonArray *array = json_object_get_array_member(reply->json,
                                                    "MetricProperties");

    g_assert_cmpuint(json_array_get_length(array), >, 1);
    return g_strdup(json_array_get_string_element(array, 0));
}

static void advance(RfHub *hub, int64_t ms)
{
    fixture_advance(&hub->fix, ms);
    fixture_settle(&hub->fix);
}

static void test_interval(void)
{
    static const struct {
        const char *text;
        unsigned seconds;
    } cases[] = {
        { "PT1S", 1 }, { "PT1M30S", 90 }, { "PT2H", 7200 }, { "P1D", 86400 },
        { "P0DT5S", 5 }, { "PT90M", 5400 },
        { "PT0S", 0 }, { "P2D", 0 }, { "PT", 0 }, { "P", 0 }, { "", 0 },
        { "T5S", 0 }, { "PT5", 0 }, { "P5S", 0 }, { "PT5D", 0 },
        { "PT1S1S", 0 }, { "PT1S1M", 0 }, { "PT-5S", 0 }, { "PT0.5S", 0 },
        { "PT99999999999999999999S", 0 }, { "pt5s", 0 }, { "P1DT", 0 },
        { "PTT5S", 0 },
    };
    unsigned i, seconds;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool ok = bmc_report_interval(cases[i].text, &seconds);

        g_test_message("%s", cases[i].text);
        g_assert_cmpint(ok, ==, cases[i].seconds != 0);
        if (ok) {
            g_assert_cmpuint(seconds, ==, cases[i].seconds);
        }
    }
}

static void test_periodic(void)
{
    g_autoptr(RfHub) hub = hub_new();
    g_autofree char *metric = first_metric(hub);
    g_autofree char *body = g_strdup_printf(
        "{\"Id\":\"One\"," PERIODIC "," EVERY_10 ",\"MetricProperties\":"
        "[\"%s\"]}", metric);
    g_autoptr(RfReply) report = NULL, definition = NULL;
    int64_t before = g_get_real_time() / G_USEC_PER_SEC;
    g_autoptr(GDateTime) when = NULL;
    JsonObject *value;

    g_assert_cmpuint(request(hub, "POST", DEFINITIONS, body), ==, 201);
    definition = rf_hub_get(hub, DEFINITIONS "/One");
    g_assert_cmpstr(rf_reply_text(definition,
                                  "/Schedule/RecurrenceInterval"),
                    ==, "PT10S");
    g_assert_cmpuint(count(hub, REPORTS "/One"), ==, 0);
    advance(hub, 9999);
    g_assert_cmpuint(count(hub, REPORTS "/One"), ==, 0);
    advance(hub, 1);
    report = rf_hub_get(hub, REPORTS "/One");
    g_assert_cmpuint(count(hub, REPORTS "/One"), ==, 1);
    value = json_array_get_object_element(
        json_object_get_array_member(report->json, "MetricValues"), 0);
    g_assert_cmpstr(json_object_get_string_member(value, "MetricProperty"),
                    ==, metric);
    g_assert_cmpstr(rf_reply_text(report, "/ReportSequence"), ==, "1");
    when = g_date_time_new_from_iso8601(
        json_object_get_string_member(value, "Timestamp"), NULL);
    g_assert_nonnull(when);
    g_assert_cmpint(g_date_time_to_unix(when), >=, before);
    advance(hub, 10000);
    g_assert_cmpuint(count(hub, REPORTS "/One"), ==, 1);
    /* Switched off, it is made no more. */
    g_assert_cmpuint(request(hub, "PATCH", DEFINITIONS "/One",
                             "{\"MetricReportDefinitionEnabled\":false}"),
                     ==, 200);
    advance(hub, 60000);
    g_assert_cmpuint(count(hub, REPORTS "/One"), ==, 0);
    g_assert_cmpuint(request(hub, "DELETE", DEFINITIONS "/One", NULL), ==,
                     204);
    g_assert_cmpuint(request(hub, "GET", REPORTS "/One", NULL), ==, 404);
}

static void test_append(void)
{
    g_autoptr(RfHub) hub = hub_new();
    g_autofree char *metric = first_metric(hub);
    g_autofree char *wrap = g_strdup_printf(
        "{\"Id\":\"Wrap\"," PERIODIC "," EVERY_10 ",\"AppendLimit\":3,"
        "\"ReportUpdates\":\"AppendWrapsWhenFull\",\"MetricProperties\":"
        "[\"%s\"]}", metric);
    g_autofree char *stop = g_strdup_printf(
        "{\"Id\":\"Stop\"," PERIODIC "," EVERY_10 ",\"AppendLimit\":2,"
        "\"ReportUpdates\":\"AppendStopsWhenFull\",\"MetricProperties\":"
        "[\"%s\"]}", metric);
    unsigned i;

    g_assert_cmpuint(request(hub, "POST", DEFINITIONS, wrap), ==, 201);
    g_assert_cmpuint(request(hub, "POST", DEFINITIONS, stop), ==, 201);
    for (i = 1; i <= 5; i++) {
        advance(hub, 10000);
        g_assert_cmpuint(count(hub, REPORTS "/Wrap"), ==, MIN(i, 3));
        g_assert_cmpuint(count(hub, REPORTS "/Stop"), ==, MIN(i, 2));
    }
}

static void test_sent(void)
{
    g_autoptr(RfHub) hub = hub_new();
    g_autoptr(RfReply) plain = open_stream(hub, NULL);
    g_autoptr(RfReply) reports = open_stream(
        hub, "$filter=EventFormatType%20eq%20'MetricReport'");
    g_autoptr(RfReply) both = open_stream(
        hub, "$filter=EventFormatType%20eq%20'MetricReport'%20or%20"
             "EventFormatType%20eq%20'Event'");
    g_autoptr(RfReply) other = open_stream(
        hub, "$filter=MetricReportDefinition%20eq%20'" DEFINITIONS "/X'");

    g_assert_cmpuint(request(hub, "POST", DEFINITIONS,
                             "{\"Id\":\"E\"," PERIODIC "," EVERY_10 ","
                             "\"ReportActions\":[\"RedfishEvent\"]}"),
                     ==, 201);
    /* What is not logged is not there. */
    g_assert_cmpuint(request(hub, "GET", REPORTS "/E", NULL), ==, 404);
    advance(hub, 10000);
    both->stream->drained(both->opaque);
    g_test_message("%s", reports->streamed->str);
    g_assert_nonnull(strstr(reports->streamed->str, "#MetricReport.v1_"));
    g_assert_nonnull(strstr(reports->streamed->str,
                            "data: {\"Context\":\"stream 2\","));
    g_assert_null(strstr(reports->streamed->str, "#Event."));
    g_assert_null(strstr(reports->streamed->str, "@odata.etag"));
    g_assert_nonnull(strstr(both->streamed->str, "#MetricReport.v1_"));
    g_assert_nonnull(strstr(both->streamed->str, "#Event."));
    g_assert_null(strstr(plain->streamed->str, "#MetricReport.v1_"));
    g_assert_nonnull(strstr(plain->streamed->str, "ResourceCreated"));
    g_assert_null(strstr(other->streamed->str, "MetricReport.v1_"));
}

static void test_subscription(void)
{
    g_autoptr(RfHub) hub = hub_new();
    g_autoptr(RfReply) one = NULL, two = NULL;
    const BmcSubscription *s;

    g_assert_cmpuint(request(hub, "POST",
                             "/redfish/v1/EventService/Subscriptions",
                             "{\"Destination\":\"http://192.0.2.1/\","
                             "\"Protocol\":\"Redfish\",\"EventFormatType\":"
                             "\"MetricReport\",\"MetricReportDefinitions\":"
                             "[{\"@odata.id\":\"" DEFINITIONS "/E\"}]}"),
                     ==, 201);
    one = rf_hub_get(hub, "/redfish/v1/EventService/Subscriptions/1");
    g_assert_cmpstr(rf_reply_text(one, "/EventFormatType"), ==,
                    "MetricReport");
    g_assert_nonnull(strstr(one->text, "\"MetricReportDefinitions\":"
                            "[{\"@odata.id\":\"" DEFINITIONS "/E\"}]"));
    g_assert_cmpuint(request(hub, "POST",
                             "/redfish/v1/EventService/Subscriptions",
                             "{\"Destination\":\"http://192.0.2.1/\","
                             "\"Protocol\":\"Redfish\",\"EventTypes\":"
                             "[\"MetricReport\"]}"), ==, 201);
    two = rf_hub_get(hub, "/redfish/v1/EventService/Subscriptions/2");
    g_assert_cmpstr(rf_reply_text(two, "/EventFormatType"), ==,
                    "MetricReport");
    g_clear_pointer(&hub->events, rf_events_free);
    g_clear_pointer(&hub->client.service, rf_service_free);
    fixture_restart(&hub->fix);
    s = bmc_subscription_find(hub->fix.bmc, 1);
    g_assert_true(s->reports);
    g_assert_cmpstr(s->lists[BMC_SUBSCRIPTION_DEFINITIONS][0], ==,
                    DEFINITIONS "/E");
}

static void test_on_request(void)
{
    g_autoptr(RfHub) hub = hub_new();
    g_autofree char *metric = first_metric(hub);
    g_autofree char *body = g_strdup_printf(
        "{\"MetricReportDefinitionType\":\"OnRequest\",\"Name\":\"Mine\","
        "\"MetricProperties\":[\"%s\"]}", metric);
    g_autoptr(RfReply) report = NULL;

    g_assert_cmpuint(request(hub, "POST", DEFINITIONS, body), ==, 201);
    report = rf_hub_get(hub, REPORTS "/Report1");
    g_assert_cmpstr(rf_reply_text(report, "/Name"), ==, "Mine");
    g_assert_cmpuint(count(hub, REPORTS "/Report1"), ==, 1);
    g_assert_cmpuint(count(hub, REPORTS "/Sensors"), >, 1);
}

static void test_refused(void)
{
    static const struct {
        const char *who;
        const char *body;
        unsigned status;
    } cases[] = {
        { ADMIN, "{\"Id\":\"a\"," PERIODIC "}", 400 },
        { ADMIN, "{\"Id\":\"a\"}", 400 },
        { ADMIN, "{\"Id\":\"../a\"," PERIODIC "," EVERY_10 "}", 400 },
        { ADMIN, "{\"Id\":\"Sensors\"," PERIODIC "," EVERY_10 "}", 400 },
        { ADMIN, "{" PERIODIC ",\"Schedule\":{\"RecurrenceInterval\":"
          "\"PT0S\"}}", 400 },
        { ADMIN, "{" PERIODIC "," EVERY_10 ",\"MetricProperties\":"
          "[\"/redfish/v1/Systems/1#/PowerState\"]}", 400 },
        { ADMIN, "{" PERIODIC "," EVERY_10 ",\"MetricProperties\":[7]}",
          400 },
        { ADMIN, "{" PERIODIC "," EVERY_10 ",\"ReportActions\":[\"Beep\"]}",
          400 },
        { ADMIN, "{\"MetricReportDefinitionType\":\"OnChange\"}", 400 },
        { ADMIN, "{" PERIODIC "," EVERY_10 ",\"AppendLimit\":99999}", 400 },
        { HUB_VIEWER, "{" PERIODIC "," EVERY_10 "}", 403 },
        { HUB_OPERATOR, "{" PERIODIC "," EVERY_10 "}", 403 },
        { ADMIN, "{\"Id\":\"a\"," PERIODIC "," EVERY_10 "}", 201 },
        { ADMIN, "{\"Id\":\"a\"," PERIODIC "," EVERY_10 "}", 400 },
    };
    g_autoptr(RfHub) hub = hub_new();
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpuint(request_as(hub, cases[i].who, "POST", DEFINITIONS,
                                    cases[i].body), ==, cases[i].status);
    }
    g_assert_cmpuint(request(hub, "DELETE", DEFINITIONS "/Sensors", NULL),
                     ==, 405);
    g_assert_cmpuint(request(hub, "PATCH", DEFINITIONS "/Sensors",
                             "{\"ReportUpdates\":\"Overwrite\"}"), ==, 400);
    g_assert_cmpuint(request(hub, "PATCH", DEFINITIONS "/a",
                             "{\"Schedule\":{\"RecurrenceInterval\":\"1\"}}"),
                     ==, 400);
    for (i = 1; i < BMC_REPORTS_MAX; i++) {
        g_assert_cmpuint(request(hub, "POST", DEFINITIONS,
                                 "{" PERIODIC "," EVERY_10 "}"), ==, 201);
    }
    g_assert_cmpuint(request(hub, "POST", DEFINITIONS,
                             "{" PERIODIC "," EVERY_10 "}"), ==, 503);
}

static void test_persist(void)
{
    g_autoptr(RfHub) hub = hub_new();
    g_autofree char *metric = first_metric(hub);
    g_autofree char *body = g_strdup_printf(
        "{\"Id\":\"Kept\"," PERIODIC "," EVERY_10 ",\"MetricProperties\":"
        "[\"%s\"],\"ReportActions\":[\"RedfishEvent\","
        "\"LogToMetricReportsCollection\"]}", metric);
    const BmcReport *report;

    g_assert_cmpuint(request(hub, "POST", DEFINITIONS, body), ==, 201);
    g_clear_pointer(&hub->events, rf_events_free);
    g_clear_pointer(&hub->client.service, rf_service_free);
    fixture_restart(&hub->fix);
    report = bmc_report_find(hub->fix.bmc, "Kept");
    g_assert_nonnull(report);
    g_assert_true(report->periodic && report->enabled && report->event &&
                  report->log);
    g_assert_cmpuint(report->sensors->len, ==, 1);
    g_assert_cmpuint(report->interval_s, ==, 10);
    fixture_advance(&hub->fix, 10000);
    g_assert_cmpuint(report->sequence, ==, 1);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/reports/interval", test_interval);
    g_test_add_func("/redfish/reports/periodic", test_periodic);
    g_test_add_func("/redfish/reports/append", test_append);
    g_test_add_func("/redfish/reports/sent", test_sent);
    g_test_add_func("/redfish/reports/subscription", test_subscription);
    g_test_add_func("/redfish/reports/on-request", test_on_request);
    g_test_add_func("/redfish/reports/refused", test_refused);
    g_test_add_func("/redfish/reports/persist", test_persist);
    return g_test_run();
}
