/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Query parameters, by themselves and on a service. */
#include "osdep.h"

#include "bmc/tasks.h"
#include "redfish/rf-query.h"
#include "redfish/rf-service.h"
#include "rf-hub.h"
#include "test-util.h"
#include "util/json.h"

#define SENSORS "/redfish/v1/Chassis/1/Sensors"
#define SESSIONS "/redfish/v1/SessionService/Sessions"

static void test_parse(void)
{
    static const struct {
        const char *query;
        const char *keys; /* NULL: it is right */
        bool any;
    } cases[] = {
        { NULL, NULL, false },
        { "", NULL, false },
        { "&", NULL, false },
        { "&&=&", NULL, false },
        { "only", NULL, true },
        { "only=", NULL, true },
        { "only=1", "QueryParameterValueFormatError", true },
        { "a=$expand&b", NULL, false },
        { "a=b=$c", NULL, false },
        { "%zz=1&%00$=1", NULL, false },
        { "$", "QueryParameterUnsupported", false },
        { "$orderby=Name", "QueryParameterUnsupported", false },
        { "%24top=1", NULL, true },
        { "$top=1&$top=1", "QueryCombinationInvalid", true },
        { "$top=-1", "QueryParameterValueFormatError", true },
        { "$top=", "QueryParameterValueFormatError", true },
        { "$top=1x", "QueryParameterValueFormatError", true },
        { "$skip=100001", "QueryParameterOutOfRange", true },
        { "$skip=99999999999999999999", "QueryParameterOutOfRange", true },
        { "$expand=.", NULL, true },
        { "$expand=*($levels=6)", NULL, true },
        { "$expand=~($levels=0)", "out of range 1-6", true },
        { "$expand=.($levels=7)", "QueryParameterOutOfRange", true },
        { "$expand=.($levels=)", "QueryParameterValueFormatError", true },
        { "$expand=.(", "QueryParameterValueFormatError", true },
        { "$expand=.)", "QueryParameterValueFormatError", true },
        { "$expand", "QueryParameterValueFormatError", true },
        { "$expand=Members", "QueryParameterValueFormatError", true },
        { "$select=Id,Status/State", NULL, true },
        { "$select=", "QueryParameterValueFormatError", true },
        { "$select=,", "QueryParameterValueFormatError", true },
        { "$select=A//B", "QueryParameterValueFormatError", true },
        { "$select=%ff", "QueryParameterValueError", true },
        { "$filter=Name%20eq%20'x'", NULL, true },
        { "$filter=Name+eq+'x'", NULL, true },
        { "$filter=Name eq", "QueryParameterValueFormatError", true },
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(RfQuery) query = { 0 };
        g_autoptr(RfMessages) messages = rf_messages_new();
        g_autoptr(GBytes) body = NULL;
        bool ok = rf_query_parse(cases[i].query, &query, messages);

        g_test_message("%s", cases[i].query);
        g_assert_true(ok == !cases[i].keys);
        if (!ok) {
            body = rf_messages_body(messages);
            g_assert_nonnull(g_strstr_len(g_bytes_get_data(body, NULL),
                                          g_bytes_get_size(body),
                                          cases[i].keys));
        } else {
            g_assert_true(query.any == cases[i].any);
        }
    }
}

static void test_filter(void)
{
    static const char text[] =
        "{\"Name\":\"it's\",\"N\":5,\"F\":2.5,\"B\":true,\"Null\":null,"
        "\"O\":{\"S\":\"OK\"},\"A\":[]}";
    static const struct {
        const char *filter;
        int holds; /* -1: not well-formed */
    } cases[] = {
        { "N eq 5", 1 }, { "N ne 5", 0 }, { "N gt 4", 1 }, { "N ge 5", 1 },
        { "N lt 5", 0 }, { "N le 5.0", 1 }, { "F eq 2.5", 1 },
        { "F gt -3", 1 }, { "N eq '5'", 0 }, { "N ne '5'", 1 },
        { "Name eq 'it''s'", 1 }, { "Name gt 'a'", 1 }, { "B eq true", 1 },
        { "B eq false", 0 }, { "B ne false", 1 }, { "O/S eq 'OK'", 1 },
        { "O/T eq 'OK'", 0 }, { "O/S/X eq 'OK'", 0 }, { "X eq null", 1 },
        { "Null eq null", 1 }, { "N ne null", 1 }, { "N eq null", 0 },
        { "X lt 1", 0 }, { "A eq 1", 0 }, { "not (N eq 5)", 0 },
        { "not N eq 4", 1 }, { "N eq 4 or N eq 5", 1 },
        { "N eq 5 and F eq 1", 0 }, { "N eq 5 or F eq 1 and B eq false", 1 },
        { "(N eq 5 or F eq 1) and B eq false", 0 }, { " ( N eq 5 ) ", 1 },
        { "", -1 }, { "N", -1 }, { "N eq", -1 }, { "eq 5", -1 },
        { "N eq 5 and", -1 }, { "N eq 5)", -1 }, { "(N eq 5", -1 },
        { "N eq 'x", -1 }, { "N eq 5x", -1 }, { "N eq -", -1 },
        { "N is 5", -1 }, { "N eq 5 B eq true", -1 }, { "not", -1 },
    };
    g_autoptr(JsonObject) object = json_parse_object(text, strlen(text),
                                                     NULL);
    g_autofree char *deep = g_strnfill(100000, '(');
    g_autoptr(GString) wide = g_string_new("N eq 1");
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfFilter) filter = rf_filter_parse(cases[i].filter);

        g_test_message("%s", cases[i].filter);
        g_assert_true(!filter == (cases[i].holds < 0));
        if (filter) {
            g_assert_cmpint(rf_filter_matches(filter, object), ==,
                            cases[i].holds);
        }
    }
    g_assert_null(rf_filter_parse(deep));
    for (i = 0; i < 1000; i++) {
        g_string_append(wide, " or N eq 1");
    }
    g_assert_null(rf_filter_parse(wide->str));
}

static int64_t member_count(const RfReply *reply)
{
    JsonNode *members = rf_reply_node(reply, "/Members");

    g_assert_nonnull(members);
    return json_array_get_length(json_node_get_array(members));
}

static JsonObject *member(const RfReply *reply, unsigned n)
{
    return json_array_get_object_element(
        json_node_get_array(rf_reply_node(reply, "/Members")), n);
}

static void test_select(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) whole = rf_hub_get(hub, SYSTEM);
    g_autoptr(RfReply) part = rf_hub_get(
        hub, SYSTEM "?$select=PowerState,Status/State,"
        "Boot/BootSourceOverrideTarget");
    JsonObject *boot = json_node_get_object(rf_reply_node(part, "/Boot"));

    g_assert_cmpstr(rf_reply_text(part, "/PowerState"), ==, "On");
    g_assert_nonnull(rf_reply_text(part, "/Status/State"));
    g_assert_null(rf_reply_node(part, "/Status/Health"));
    g_assert_null(rf_reply_node(part, "/Id"));
    g_assert_cmpstr(rf_reply_text(part, "/@odata.id"), ==, SYSTEM);
    g_assert_nonnull(rf_reply_text(part, "/@odata.type"));
    g_assert_true(json_object_has_member(
        boot, "BootSourceOverrideTarget@Redfish.AllowableValues"));
    g_assert_false(json_object_has_member(boot, "BootSourceOverrideMode"));
    /* The tag is the resource's, good for If-Match. */
    g_assert_cmpstr(rf_reply_header(part, "ETag"), ==,
                    rf_reply_header(whole, "ETag"));
}

static void test_only(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) one = rf_hub_get(hub, "/redfish/v1/Systems?only");
    g_autoptr(RfReply) many = rf_hub_get(hub, SENSORS "?only");
    g_autoptr(RfReply) none = rf_hub_send(hub, ADMIN, "GET", SYSTEM "?only",
                                          NULL);
    g_autoptr(RfReply) both = rf_hub_get(
        hub, "/redfish/v1/Systems?only&$select=Id");

    g_assert_cmpstr(rf_reply_text(one, "/@odata.id"), ==, SYSTEM);
    g_assert_cmpstr(rf_reply_text(many, "/@odata.id"), ==, SENSORS);
    g_assert_cmpuint(none->status, ==, 400);
    g_assert_cmpstr(rf_reply_text(both, "/Id"), ==, "1");
    g_assert_null(rf_reply_node(both, "/Name"));
}

static void test_top_skip(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) all = rf_hub_get(hub, SENSORS);
    g_autoptr(RfReply) two = rf_hub_get(hub, SENSORS "?$top=2");
    g_autoptr(RfReply) next = NULL;
    g_autoptr(RfReply) end = NULL;
    g_autoptr(RfReply) none = rf_hub_get(hub, SENSORS "?$top=0");
    g_autofree char *rest = NULL;
    int64_t n = member_count(all);

    g_assert_cmpint(n, >=, 4);
    g_assert_cmpint(member_count(two), ==, 2);
    g_assert_cmpint(json_node_get_int(
                        rf_reply_node(two, "/Members@odata.count")), ==, n);
    g_assert_cmpstr(rf_reply_text(two, "/Members@odata.nextLink"), ==,
                    SENSORS "?$skip=2&$top=2");
    next = rf_hub_get(hub, rf_reply_text(two, "/Members@odata.nextLink"));
    g_assert_cmpstr(json_object_get_string_member(member(next, 0),
                                                  "@odata.id"), ==,
                    json_object_get_string_member(member(all, 2),
                                                  "@odata.id"));
    g_assert_cmpint(member_count(none), ==, 0);
    g_assert_null(rf_reply_node(none, "/Members@odata.nextLink"));
    rest = g_strdup_printf(SENSORS "?$skip=%" PRId64, n - 1);
    end = rf_hub_get(hub, rest);
    g_assert_cmpint(member_count(end), ==, 1);
    g_assert_null(rf_reply_node(end, "/Members@odata.nextLink"));
}

static void test_filter_members(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) all = rf_hub_get(hub, SENSORS);
    g_autoptr(RfReply) load = rf_hub_get(
        hub, SENSORS "?$filter=ReadingType%20eq%20'Percent'%20and%20"
        "Name%20eq%20'CPU%20Load'");
    g_autoptr(RfReply) none = rf_hub_get(hub, SENSORS "?$filter=Id+eq+'x'");
    g_autoptr(RfReply) expanded = rf_hub_get(
        hub, SENSORS "?$filter=Id+ne+'x'&$expand=.&$top=1&$select=Name");

    g_assert_cmpint(member_count(all), >, 1);
    g_assert_cmpint(member_count(load), <=, 1);
    g_assert_cmpint(member_count(none), ==, 0);
    g_assert_cmpint(json_node_get_int(
                        rf_reply_node(none, "/Members@odata.count")), ==, 0);
    g_assert_cmpint(member_count(expanded), ==, 1);
    g_assert_true(json_object_has_member(member(expanded, 0), "Name"));
    g_assert_false(json_object_has_member(member(expanded, 0), "Status"));
}

static void test_expand(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) one = rf_hub_get(hub, "/redfish/v1?$expand=.");
    g_autoptr(RfReply) two = rf_hub_get(hub,
                                        "/redfish/v1?$expand=.($levels=2)");
    g_autoptr(RfReply) links = rf_hub_get(hub, SYSTEM "?$expand=~");
    g_autoptr(RfReply) info = rf_hub_get(hub, SENSORS "?$expand=*");
    g_autoptr(RfReply) hidden = rf_hub_send(
        hub, NULL, "GET", "/redfish/v1?$exp%61nd=.", NULL);
    g_autoptr(RfReply) nobody = rf_hub_send(
        hub, NULL, "GET", "/redfish/v1?$expand=.", NULL);
    JsonArray *members;
    JsonNode *node;

    g_assert_cmpuint(nobody->status, ==, 401);
    g_assert_cmpuint(hidden->status, ==, 200);
    g_assert_null(rf_reply_node(hidden, "/Systems/Members"));
    g_assert_nonnull(rf_reply_node(one, "/Systems/Members"));
    members = json_node_get_array(rf_reply_node(one, "/Systems/Members"));
    g_assert_cmpuint(json_object_get_size(
                         json_array_get_object_element(members, 0)), ==, 1);
    members = json_node_get_array(rf_reply_node(two, "/Systems/Members"));
    g_assert_cmpstr(json_object_get_string_member(
                        json_array_get_object_element(members, 0),
                        "PowerState"), ==, "On");
    node = rf_reply_node(links, "/Links/Chassis");
    g_assert_cmpuint(json_object_get_size(json_array_get_object_element(
                         json_node_get_array(node), 0)), >, 1);
    g_assert_true(json_object_has_member(member(info, 0), "Reading") ||
                  json_object_has_member(member(info, 0), "Name"));
}

/* The only member is no more to be read than under its own URI. */
static void test_only_privilege(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *uri = NULL;
    g_autofree char *token = rf_hub_login(hub, "admin", &uri);
    g_autoptr(RfReply) member = rf_hub_send(hub, HUB_VIEWER, "GET", uri,
                                            NULL);
    g_autoptr(RfReply) only = rf_hub_send(hub, HUB_VIEWER, "GET",
                                          SESSIONS "?only", NULL);
    g_autoptr(RfReply) admin = rf_hub_get(hub, SESSIONS "?only");

    g_assert_cmpuint(member->status, ==, 403);
    g_assert_cmpuint(only->status, ==, 403);
    g_assert_cmpstr(rf_reply_text(admin, "/UserName"), ==, "admin");
}

/* References that a client has written may lead anywhere. */
static void test_expand_anything(void)
{
    static const char *const places[] = {
        "/redfish/v1/EventService/SSE",
        "/redfish/v1/TaskService/TaskMonitors/1",
        RESET, SYSTEM "/ResetActionInfo", SESSIONS "/Members",
        "/redfish/v1/$metadata", "/redfish/v1/odata", "/nowhere",
        "/redfish/v1/EventService/Subscriptions/1",
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    BmcTaskConfig task = { .name = "task" };

    g_assert_cmpuint(bmc_task_new(hub->fix.bmc, &task, NULL), ==, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        g_autofree char *body = g_strdup_printf(
            "{\"Destination\":\"http://192.0.2.9/\",\"Protocol\":"
            "\"Redfish\",\"OriginResources\":[{\"@odata.id\":\"%s\"}]}",
            places[i]);
        g_autoptr(RfReply) made = rf_hub_send(
            hub, ADMIN, "POST", "/redfish/v1/EventService/Subscriptions",
            body);
        g_autofree char *path = g_strconcat(
            rf_reply_header(made, "Location"), "?$expand=*($levels=3)", NULL);
        g_autoptr(RfReply) reply = rf_hub_get(hub, path);
        JsonNode *origins = rf_reply_node(reply, "/OriginResources");

        g_assert_cmpuint(json_array_get_length(json_node_get_array(origins)),
                         ==, 1);
    }
}

static void test_excerpt(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) all = rf_hub_get(hub, SENSORS);
    g_autofree char *path = g_strconcat(
        json_object_get_string_member(member(all, 0), "@odata.id"),
        "?excerpt", NULL);
    g_autoptr(RfReply) sensor = rf_hub_get(hub, path);
    g_autoptr(RfReply) whole = rf_hub_get(hub, SYSTEM "?excerpt");
    g_autoptr(RfReply) each = rf_hub_get(hub, SENSORS "?$expand=.&excerpt");
    g_autoptr(RfReply) named = rf_hub_get(
        hub, SENSORS "?$filter=Name%20eq%20'ACPI%20Power'&excerpt");

    g_assert_null(rf_reply_node(sensor, "/Name"));
    g_assert_nonnull(rf_reply_node(whole, "/Name"));
    g_assert_nonnull(rf_reply_node(each, "/Name"));
    g_assert_true(json_object_has_member(member(each, 0), "@odata.type"));
    g_assert_false(json_object_has_member(member(each, 0), "Name"));
    g_assert_nonnull(member(named, 0));
}

#define EVERYTHING "$expand=*($levels=6)"

static RfReply *start_everything(RfHub *hub, GCancellable *gone)
{
    RfRequest request = {
        .method = "GET", .path = "/redfish/v1", .query = EVERYTHING,
        .peer = "192.0.2.1", .gone = gone,
        .headers = { [RF_HEADER_AUTHORIZATION] = HUB_VIEWER },
    };

    return rf_client_start(&hub->client, &request);
}

/* Many at a time are not all in memory at a time. */
static void test_crowd(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GPtrArray) replies =
        g_ptr_array_new_with_free_func((GDestroyNotify)rf_reply_free);

    for (unsigned i = 0; i < 10; i++) {
        g_ptr_array_add(replies, start_everything(hub, NULL));
        g_assert_cmpuint(hub->client.service->n_gathers, <=, 4);
    }
    for (unsigned i = 0; i < replies->len; i++) {
        rf_reply_wait(replies->pdata[i]);
        g_assert_cmpuint(((RfReply *)replies->pdata[i])->status, ==, 200);
    }
    g_assert_cmpuint(hub->client.service->n_gathers, ==, 0);
}

/* Nothing is collected for somebody who has hung up. */
static void test_gone(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(GCancellable) gone = g_cancellable_new();
    g_autoptr(RfReply) first = start_everything(hub, gone);
    g_autoptr(RfReply) second = NULL;

    g_assert_false(first->done);
    g_cancellable_cancel(gone);
    second = start_everything(hub, NULL);
    rf_reply_wait(first);
    rf_reply_wait(second);
    g_assert_cmpuint(first->status, !=, 200);
    g_assert_cmpuint(second->status, ==, 200);
}

/* A service that ends while it collects. */
static void test_shutdown(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    RfRequest request = {
        .method = "GET", .path = SENSORS, .query = "$expand=.",
        .peer = "192.0.2.1",
        .headers = { [RF_HEADER_AUTHORIZATION] = ADMIN },
    };
    g_autoptr(RfReply) reply = rf_client_start(&hub->client, &request);

    g_assert_false(reply->done);
    g_clear_pointer(&hub->events, rf_events_free);
    g_clear_pointer(&hub->client.service, rf_service_free);
    g_assert_true(reply->done);
    g_assert_cmpuint(reply->status, ==, 503);
    test_drain();
}

static void test_not_reads(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) patch = rf_hub_send(hub, ADMIN, "PATCH",
                                           SYSTEM "?$select=Id", "{}");
    g_autoptr(RfReply) post = rf_hub_send(hub, ADMIN, "POST",
                                          RESET "?$orderby=x", "{}");

    g_assert_cmpuint(patch->status, ==, 400);
    g_assert_cmpuint(post->status, ==, 400);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/query/parse", test_parse);
    g_test_add_func("/redfish/query/filter", test_filter);
    g_test_add_func("/redfish/query/select", test_select);
    g_test_add_func("/redfish/query/only", test_only);
    g_test_add_func("/redfish/query/top-skip", test_top_skip);
    g_test_add_func("/redfish/query/filter-members", test_filter_members);
    g_test_add_func("/redfish/query/expand", test_expand);
    g_test_add_func("/redfish/query/only-privilege", test_only_privilege);
    g_test_add_func("/redfish/query/expand-anything", test_expand_anything);
    g_test_add_func("/redfish/query/excerpt", test_excerpt);
    g_test_add_func("/redfish/query/crowd", test_crowd);
    g_test_add_func("/redfish/query/gone", test_gone);
    g_test_add_func("/redfish/query/shutdown", test_shutdown);
    g_test_add_func("/redfish/query/not-reads", test_not_reads);
    return g_test_run();
}
