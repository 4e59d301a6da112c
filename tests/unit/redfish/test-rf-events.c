/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events, and streams of them. */
#include "osdep.h"

#include "bmc/events.h"
#include "bmc/tasks.h"
#include "redfish/rf-event-messages.h"
#include "rf-hub.h"

#define SERVICE "/redfish/v1/EventService"
#define STREAM SERVICE "/SSE"
#define SUBSCRIPTIONS SERVICE "/Subscriptions"
#define TEST_EVENT SERVICE "/Actions/EventService.SubmitTestEvent"

static RfReply *open_stream(RfHub *hub, const char *query, const char *last)
{
    RfRequest request = {
        .method = "GET",
        .path = STREAM,
        .query = query,
        .headers = {
            [RF_HEADER_AUTHORIZATION] = HUB_VIEWER,
            [RF_HEADER_LAST_EVENT_ID] = last,
            [RF_HEADER_ACCEPT] = "text/event-stream",
        },
        .peer = "192.0.2.1",
    };
    RfReply *reply = rf_client_call(&hub->client, &request);

    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_nonnull(reply->stream);
    return reply;
}

/* Ids of the messages that have come, "|" between what came together. */
static char *take_messages(RfReply *reply, char **last_id)
{
    g_auto(GStrv) lines = g_strsplit(reply->streamed->str, "\n", -1);
    GString *ids = g_string_new(NULL);
    unsigned i, j;

    for (i = 0; lines[i]; i++) {
        g_autoptr(JsonObject) json = NULL;
        g_autoptr(GError) err = NULL;
        JsonArray *array;

        if (g_str_has_prefix(lines[i], "id: ") && last_id) {
            g_free(*last_id);
            *last_id = g_strdup(lines[i] + 4);
        }
        if (!g_str_has_prefix(lines[i], "data: ")) {
            continue;
        }
        json = json_parse_object(lines[i] + 6, strlen(lines[i] + 6), &err);
        g_assert_no_error(err);
        array = json_object_get_array_member(json, "Events");
        g_assert_cmpuint(json_array_get_length(array), ==,
                         json_object_get_int_member(json,
                                                    "Events@odata.count"));
        g_string_append(ids, ids->len ? "|" : "");
        for (j = 0; j < json_array_get_length(array); j++) {
            JsonObject *event = json_array_get_object_element(array, j);

            g_string_append_printf(
                ids, "%s%s", j ? "," : "",
                strrchr(json_object_get_string_member(event, "MessageId"),
                        '.') + 1);
        }
    }
    g_string_truncate(reply->streamed, 0);
    return g_string_free(ids, false);
}

static void assert_messages(RfReply *reply, const char *expected)
{
    g_autofree char *got = take_messages(reply, NULL);

    g_assert_cmpstr(got, ==, expected);
}

static void submit(RfHub *hub, const char *body)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "POST", TEST_EVENT,
                                           body);

    g_assert_cmpuint(reply->status, ==, 204);
}

static void test_service(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = rf_hub_get(hub, SERVICE);
    g_autoptr(RfReply) head = NULL, expand = NULL;

    g_assert_cmpstr(rf_reply_text(reply, "/ServerSentEventUri"), ==, STREAM);
    head = rf_hub_send(hub, ADMIN, "HEAD", STREAM, NULL);
    g_assert_cmpuint(head->status, ==, 200);
    g_assert_null(head->stream);
    expand = rf_hub_send(hub, ADMIN, "GET", STREAM "?$expand=.", NULL);
    g_assert_cmpuint(expand->status, ==, 400);
}

static void test_sources(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub, NULL, NULL);
    BmcTaskConfig task = { .name = "Work" };
    BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };

    g_assert_cmpstr(stream->streamed->str, ==, ":\n\n");
    bmc_identify_set(hub->fix.bmc, -1, &origin);
    assert_messages(stream, "ResourceChanged|ResourceChanged");
    fixture_set_user(&hub->fix, FIXTURE_OPER, false, BMC_PRIVILEGE_USER);
    g_assert_nonnull(strstr(stream->streamed->str, "/Accounts/3"));
    assert_messages(stream, "ResourceChanged|ResourceChanged");
    bmc_task_finish(hub->fix.bmc, bmc_task_new(hub->fix.bmc, &task, NULL),
                    NULL, NULL);
    assert_messages(stream, "TaskStarted|TaskCompletedOK");
    g_assert_cmpint(fixture_power(&hub->fix, BMC_POWER_FORCE_OFF), ==, -1);
    fixture_settle(&hub->fix);
    g_assert_nonnull(strstr(stream->streamed->str, "ResourcePoweredOff"));
    submit(hub, "{\"Message\":\"x\",\"MessageSeverity\":\"Critical\","
                "\"OriginOfCondition\":\"/redfish/v1/Chassis/1\"}");
    g_assert_nonnull(strstr(stream->streamed->str, "\"Message\":\"x\""));
    g_assert_nonnull(strstr(stream->streamed->str, "\"Critical\""));
}

static void emit_watchdog(RfHub *hub)
{
    BmcEvent event = {
        .sensor = 1,
        .sensor_type = BMC_SENSOR_TYPE_WATCHDOG,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .data = { 0xc1, 0xff, 0xff },
    };

    bmc_event_add(hub->fix.bmc, &event, "watchdog expired");
}

static void test_filter(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) tasks = open_stream(
        hub, "$filter=RegistryPrefix%20eq%20'TaskEvent'", NULL);
    g_autoptr(RfReply) bad = open_stream(
        hub, "$filter=(Severity%20ne%20'OK')%20and%20"
             "OriginResource%20eq%20'/redfish/v1/Systems/1'", NULL);
    BmcTaskConfig task = { .name = "Work" };

    submit(hub, NULL);
    emit_watchdog(hub);
    bmc_task_new(hub->fix.bmc, &task, NULL);
    assert_messages(tasks, "TaskStarted");
    assert_messages(bad, "ResourceErrorsDetected");
}

static void assert_bad(RfHub *hub, const char *query)
{
    g_autofree char *path = g_strconcat(STREAM "?", query, NULL);
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "GET", path, NULL);

    g_test_message("%s", query);
    g_assert_cmpuint(reply->status, ==, 400);
    g_assert_null(reply->stream);
}

static void test_bad_filter(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = rf_hub_send(
        hub, ADMIN, "GET", STREAM "?$filter=Colour%20eq%20'red'", NULL);
    g_autofree char *body = rf_reply_messages(reply);

    g_assert_cmpstr(body, ==, "QueryParameterValueFormatError");
    g_assert_nonnull(strstr(reply->text, "'Colour eq 'red'' for"));
    assert_bad(hub, "$filter=Colour%20eq%20'red'");
    assert_bad(hub, "$filter=MessageId%20eq%20'x'%20or%20Id%20eq%20'1'");
    assert_bad(hub, "$filter=MessageId/x%20eq%20'x'");
    assert_bad(hub, "$filter=MessageId%20is%20'x'");
    assert_bad(hub, "$filter=MessageId%20eq%20x");
    assert_bad(hub, "$filter=");
}

static void test_below(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) below = open_stream(
        hub, "$filter=OriginResource%20eq%20'/redfish/v1/TaskService'%20and"
             "%20SubordinateResources%20eq%20true", NULL);
    g_autoptr(RfReply) same = open_stream(
        hub, "$filter=OriginResource%20eq%20'/redfish/v1/TaskService'",
        NULL);
    BmcTaskConfig task = { .name = "Work" };

    submit(hub, NULL);
    bmc_task_new(hub->fix.bmc, &task, NULL);
    assert_messages(below, "TaskStarted");
    assert_messages(same, "");
}

/* DSP0266: a stream is an EventDestination, and ends with it. */
static void test_destination(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub, NULL, NULL);
    g_autoptr(RfReply) second = open_stream(hub, NULL, NULL);
    g_autoptr(RfReply) list = rf_hub_get(hub, SUBSCRIPTIONS);
    g_autoptr(RfReply) one = rf_hub_get(hub, SUBSCRIPTIONS "/1");
    g_autoptr(RfReply) patch = NULL, odd = NULL, del = NULL, gone = NULL;

    g_assert_cmpint(json_object_get_int_member(list->json,
                                               "Members@odata.count"),
                    ==, 2);
    g_assert_cmpstr(rf_reply_text(one, "/SubscriptionType"), ==, "SSE");
    g_assert_cmpstr(rf_reply_text(one, "/Context"), ==, "stream 1");
    g_assert_false(json_object_has_member(one->json, "Destination"));
    g_assert_false(json_object_has_member(one->json, "HttpHeaders"));
    submit(hub, NULL);
    g_assert_nonnull(strstr(stream->streamed->str,
                            "\"Context\":\"stream 1\""));
    g_assert_nonnull(strstr(second->streamed->str,
                            "\"Context\":\"stream 2\""));
    patch = rf_hub_send(hub, ADMIN, "PATCH", SUBSCRIPTIONS "/1",
                        "{\"Context\":\"mine\"}");
    g_assert_cmpuint(patch->status, ==, 200);
    submit(hub, NULL);
    g_assert_nonnull(strstr(stream->streamed->str,
                            "\"Context\":\"mine\""));
    odd = rf_hub_send(hub, ADMIN, "PATCH", SUBSCRIPTIONS "/1",
                      "{\"DeliveryRetryPolicy\":\"RetryForever\"}");
    g_assert_cmpuint(odd->status, ==, 400);
    del = rf_hub_send(hub, ADMIN, "DELETE", SUBSCRIPTIONS "/1", NULL);
    g_assert_cmpuint(del->status, ==, 204);
    g_assert_true(stream->ended);
    g_assert_false(second->ended);
    rf_reply_hang_up(second);
    gone = rf_hub_send(hub, ADMIN, "GET", SUBSCRIPTIONS "/2", NULL);
    g_assert_cmpuint(gone->status, ==, 404);
}

static void test_submitted(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub, NULL, NULL);
    static const char *const parts[] = {
        "\"EventId\":\"mine\"", "\"EventGroupId\":7",
        "\"EventTimestamp\":\"2026-01-02T03:04:05Z\"",
        "\"Severity\":\"Warning\"", "\"EventType\":\"Alert\"",
        "\"MessageId\":\"Contoso.1.0.X\"", "\"MessageArgs\":[\"a\"]",
    };
    unsigned i;

    submit(hub, "{\"EventId\":\"mine\",\"EventGroupId\":7,"
                "\"EventTimestamp\":\"2026-01-02T03:04:05Z\","
                "\"Severity\":\"Warning\",\"EventType\":\"Alert\","
                "\"MessageId\":\"Contoso.1.0.X\","
                "\"MessageArgs\":[\"a\"]}");
    for (i = 0; i < G_N_ELEMENTS(parts); i++) {
        g_test_message("%s", parts[i]);
        g_assert_nonnull(strstr(stream->streamed->str, parts[i]));
    }
}

/* The end of the session that has opened it leaves a stream alone. */
static void test_logout(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *uri = NULL;
    g_autofree char *token = rf_hub_login(hub, "viewer", &uri);
    RfRequest request = {
        .method = "GET", .path = STREAM,
        .headers = { [RF_HEADER_TOKEN] = token },
        .peer = "192.0.2.1",
    };
    g_autoptr(RfReply) stream = rf_client_call(&hub->client, &request);
    g_autoptr(RfReply) del = NULL;

    g_assert_nonnull(stream->stream);
    del = rf_hub_send_token(hub, token, NULL, "DELETE", uri, NULL);
    g_assert_cmpuint(del->status, ==, 204);
    g_assert_false(stream->ended);
    fixture_set_user(&hub->fix, FIXTURE_VIEWER, false, BMC_PRIVILEGE_USER);
    g_assert_true(stream->ended);
}

/* One that is behind gets what it has missed together. */
static void test_behind(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub, NULL, NULL);
    g_autofree char *messages = NULL;
    unsigned i;

    g_string_truncate(stream->streamed, 0);
    stream->full = 1;
    for (i = 0; i < 3; i++) {
        submit(hub, NULL);
    }
    g_assert_cmpuint(stream->streamed->len, ==, 0);
    stream->full = 0;
    stream->stream->drained(stream->opaque);
    assert_messages(stream, "TestMessage,TestMessage,TestMessage");
    stream->full = 1;
    for (i = 0; i < RF_EVENTS_HISTORY + 1; i++) {
        submit(hub, NULL);
    }
    stream->full = 0;
    for (i = 0; i <= RF_EVENTS_HISTORY / RF_EVENTS_BATCH; i++) {
        stream->stream->drained(stream->opaque);
    }
    messages = take_messages(stream, NULL);
    g_assert_true(g_str_has_prefix(messages,
                                   "EventBufferExceeded,TestMessage"));
    stream->stream->drained(stream->opaque);
    g_assert_cmpuint(stream->streamed->len, ==, 0);
}

static void test_resume(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) first = open_stream(hub, NULL, NULL);
    g_autoptr(RfReply) second = NULL, old = NULL, odd = NULL;
    g_autofree char *messages = NULL, *last = NULL;

    submit(hub, NULL);
    messages = take_messages(first, &last);
    rf_reply_hang_up(first);
    emit_watchdog(hub);
    submit(hub, NULL);
    second = open_stream(hub, NULL, last);
    assert_messages(second,
                    "ResourceCreated,ResourceErrorsDetected,TestMessage");
    submit(hub, NULL);
    assert_messages(second, "TestMessage");
    /* Of another life of the service. */
    old = open_stream(hub, NULL, "5");
    g_assert_nonnull(strstr(old->streamed->str, "EventBufferExceeded"));
    odd = open_stream(hub, NULL, "banana");
    assert_messages(odd, "");
}

static void test_keep_alive(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub, NULL, NULL);

    g_string_truncate(stream->streamed, 0);
    fixture_advance(&hub->fix, 29999);
    g_assert_cmpuint(stream->streamed->len, ==, 0);
    fixture_advance(&hub->fix, 1);
    g_assert_cmpstr(stream->streamed->str, ==, ":\n\n");
    fixture_advance(&hub->fix, 30000);
    g_assert_cmpstr(stream->streamed->str, ==, ":\n\n:\n\n");
}

/* Who may not read any more does not. */
static void test_revoked(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) stream = open_stream(hub, NULL, NULL);

    fixture_set_user(&hub->fix, FIXTURE_OPER, false, BMC_PRIVILEGE_USER);
    g_assert_false(stream->ended);
    fixture_set_user(&hub->fix, FIXTURE_VIEWER, false, BMC_PRIVILEGE_USER);
    g_assert_true(stream->ended);
}

/* Those who have had the event, which is then forgotten. */
static unsigned count_served(GPtrArray *streams)
{
    unsigned n = 0;
    unsigned i;

    for (i = 0; i < streams->len; i++) {
        RfReply *reply = g_ptr_array_index(streams, i);

        n += strstr(reply->streamed->str, "TestMessage") != NULL;
    }
    return n;
}

/* Many streams take turns with everything else; one may end before its own. */
static void test_turns(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GPtrArray) streams = g_ptr_array_new_with_free_func(
        (GDestroyNotify)rf_reply_free);
    unsigned i;

    for (i = 0; i < 30; i++) {
        g_ptr_array_add(streams, open_stream(hub, NULL, NULL));
    }
    test_drain();
    rf_events_emit(hub->events, &(RfEvent) {
        .message = rf_resource_event(RF_RESOURCE_TEST_MESSAGE, NULL, NULL),
        .kind = RF_EVENT_ALERT,
    });
    g_assert_cmpuint(count_served(streams), <, 30);
    rf_reply_hang_up(g_ptr_array_index(streams, 29));
    test_drain();
    g_assert_cmpuint(count_served(streams), ==, 29);
    /* And all of them while some have not had their turn. */
    rf_events_emit(hub->events, &(RfEvent) {
        .message = rf_resource_event(RF_RESOURCE_TEST_MESSAGE, NULL, NULL),
        .kind = RF_EVENT_ALERT,
    });
}

static void test_limit(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GPtrArray) streams = g_ptr_array_new_with_free_func(
        (GDestroyNotify)rf_reply_free);
    g_autoptr(RfReply) reply = NULL;
    unsigned i;

    for (i = 0; i < RF_EVENT_STREAMS_MAX; i++) {
        g_ptr_array_add(streams, open_stream(hub, NULL, NULL));
    }
    reply = rf_hub_send(hub, ADMIN, "GET", STREAM, NULL);
    g_assert_cmpuint(reply->status, ==, 503);
    rf_reply_hang_up(streams->pdata[7]);
    g_clear_pointer(&reply, rf_reply_free);
    reply = open_stream(hub, NULL, NULL);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/events/service", test_service);
    g_test_add_func("/redfish/events/sources", test_sources);
    g_test_add_func("/redfish/events/filter", test_filter);
    g_test_add_func("/redfish/events/bad-filter", test_bad_filter);
    g_test_add_func("/redfish/events/below", test_below);
    g_test_add_func("/redfish/events/destination", test_destination);
    g_test_add_func("/redfish/events/submitted", test_submitted);
    g_test_add_func("/redfish/events/logout", test_logout);
    g_test_add_func("/redfish/events/behind", test_behind);
    g_test_add_func("/redfish/events/resume", test_resume);
    g_test_add_func("/redfish/events/keep-alive", test_keep_alive);
    g_test_add_func("/redfish/events/revoked", test_revoked);
    g_test_add_func("/redfish/events/turns", test_turns);
    g_test_add_func("/redfish/events/limit", test_limit);
    return g_test_run();
}
