/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tables of resources can say, with a table of the test's own. */
#include "osdep.h"

#include "redfish/rf-exchange.h"
#include "redfish/rf-resource.h"
#include "rf-hub.h"
#include "test-util.h"
#include "util/error.h"

#define THINGS "/redfish/v1/Things"
#define THING THINGS "/1"

/* What the test's resources are made of. */
static struct {
    bool there;
    char *name;
    int64_t size;
    bool no_size;
    unsigned n_pings;
    const char *owner;
} thing;

static bool exists_thing(const RfContext *ctx)
{
    return thing.there && g_str_equal(ctx->ids[0], "1");
}

static bool is_own(const RfExchange *x)
{
    return g_strcmp0(x->user.name, thing.owner) == 0;
}

static bool nth_thing(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    g_strlcpy(uri, THING, RF_URI_MAX);
    return thing.there && n == 0;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = thing.name;
    return true;
}

static bool get_size(const RfContext *ctx, RfValue *value)
{
    value->null = thing.no_size;
    value->integer = thing.size;
    return true;
}

static const char *const colours[] = { "Red", "Green", NULL };

static bool nth_colour(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->null = n == 1;
    value->choice = 1;
    return n < 3;
}

static unsigned count_parts(const RfContext *ctx)
{
    return 2;
}

static bool get_part(const RfContext *ctx, RfValue *value)
{
    value->integer = 10 + ctx->index;
    return true;
}

static bool get_extra(const RfContext *ctx, RfValue *value)
{
    value->node = json_node_new(JSON_NODE_ARRAY);
    json_node_take_array(value->node, json_array_new());
    return true;
}

static const RfSetter setter;

static void set(RfExchange *x, const RfPatch *patch)
{
    const RfValue *name = rf_patch_get(patch, &setter, "Label");
    const RfValue *size = rf_patch_get(patch, &setter, "Size");
    const RfValue *list = rf_patch_get(patch, &setter, "Colours");

    if (name) {
        g_free(thing.name);
        thing.name = g_strdup(name->text);
    }
    if (size) {
        thing.no_size = size->null;
        thing.size = size->integer;
    }
    if (list) {
        thing.size = json_array_get_length(json_node_get_array(list->node));
    }
    rf_exchange_complete(x, NULL);
}

static const RfSetter setter = { .start = set };

static const RfProperty part_properties[] = {
    { "Number", RF_TYPE_INTEGER, .get = get_part },
    { NULL }
};

static const RfProperty thing_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Label", RF_TYPE_STRING, .get = get_name, .setter = &setter,
      .min = 1, .max = 8,
      .privilege = RF_PRIVILEGE_CONFIGURE_USERS |
                   RF_PRIVILEGE_CONFIGURE_SELF },
    { "Size", RF_TYPE_INTEGER, .get = get_size, .setter = &setter,
      .nullable = true, .min = -1, .max = 10 },
    { "Colours", RF_TYPE_STRINGS, .texts = colours, .item = nth_colour,
      .setter = &setter },
    { "Parts", RF_TYPE_OBJECTS, .members = part_properties,
      .count = count_parts },
    { "Extra", RF_TYPE_JSON, .get = get_extra },
    { NULL }
};

static void create(RfExchange *x, const RfPatch *patch)
{
    if (thing.there) {
        g_autoptr(RfMessages) messages = rf_messages_new();

        rf_messages_add(messages,
                        RF_MESSAGE_CREATE_LIMIT_REACHED_FOR_RESOURCE, NULL,
                        NULL, NULL);
        rf_exchange_fail(x, messages);
        return;
    }
    thing.there = true;
    thing.name = g_strdup(rf_patch_get(patch, NULL, "Label")->text);
    rf_exchange_created(x, THING, "X-Thing", "made");
}

static void remove_thing(RfExchange *x)
{
    thing.there = false;
    g_clear_pointer(&thing.name, g_free);
    rf_exchange_complete(x, NULL);
}

static void ping(RfExchange *x, const RfPatch *patch)
{
    g_autoptr(JsonObject) body = json_object_new();
    const RfValue *how = rf_patch_get(patch, NULL, "How");

    thing.n_pings++;
    if (how && how->choice == 1) {
        rf_exchange_accepted(x, THING, THING "/Monitor");
        return;
    }
    json_object_set_int_member(body, "Pings", thing.n_pings);
    rf_exchange_respond(x, 200, body);
}

static bool never(const RfContext *ctx)
{
    return false;
}

static const RfProperty create_properties[] = {
    { "Label", RF_TYPE_STRING, .required = true, .min = 1, .max = 8 },
    { "Size", RF_TYPE_INTEGER },
    { NULL }
};
static const RfCreate creation = {
    create_properties, RF_PRIVILEGE_CONFIGURE_COMPONENTS, create
};
static const RfDelete removal = {
    RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_SELF,
    remove_thing
};

static const RfProperty ping_parameters[] = {
    { "How", RF_TYPE_ENUM, .texts = colours },
    { "Times", RF_TYPE_INTEGER, .min = 1, .max = 3, .required = true },
    { NULL }
};
static const RfAction thing_actions[] = {
    { "#Thing.Ping", ping_parameters, RF_PRIVILEGE_LOGIN, ping },
    { "#Thing.Touch", NULL, RF_PRIVILEGE_LOGIN, ping },
    { "#Thing.Pong", ping_parameters, RF_PRIVILEGE_LOGIN, ping, never },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Things" },
    { "Members", RF_TYPE_LINKS, .nth = nth_thing },
    { NULL }
};

static GBytes *text_body(const RfContext *ctx)
{
    return g_bytes_new_static("<x/>", 4);
}

static const RfResource things[] = {
    { .path = THINGS, .type = "ThingCollection.ThingCollection",
      .properties = collection_properties, .create = &creation,
      .read = RF_PRIVILEGE_LOGIN, .live = true },
    { .path = THINGS "/{ThingId}", .type = "Thing.v1_0_0.Thing",
      .properties = thing_properties, .actions = thing_actions,
      .exists = exists_thing, .is_own = is_own, .remove = &removal,
      .read = RF_PRIVILEGE_LOGIN, .write = RF_PRIVILEGE_CONFIGURE_MANAGER,
      .live = true },
    { .path = "/redfish/v1/Text", .raw = text_body,
      .content_type = "application/xml" },
    { NULL }
};
static const RfResource *const families[] = { things, NULL };

static RfHub *hub_new(bool there)
{
    RfHub *hub = rf_hub_new(MACHINE_STATE_RUNNING);

    g_clear_pointer(&hub->events, rf_events_free);
    rf_service_free(hub->client.service);
    hub->client.service = rf_service_new(hub->fix.bmc, families);
    g_free(thing.name);
    memset(&thing, 0, sizeof(thing));
    thing.there = there;
    thing.name = there ? g_strdup("one") : NULL;
    return hub;
}

static void assert_answer(RfHub *hub, const char *by, const char *method,
                          const char *path, const char *body,
                          unsigned status, const char *keys)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, by, method, path, body);
    g_autofree char *found = keys ? rf_reply_messages(reply) : NULL;

    g_test_message("%s %s %s", method, path, body);
    g_assert_cmpuint(reply->status, ==, status);
    g_assert_cmpstr(found, ==, keys);
}

static void test_show(void)
{
    g_autoptr(RfHub) hub = hub_new(true);
    g_autoptr(RfReply) reply = rf_hub_get(hub, THING);

    g_assert_nonnull(strstr(reply->text, "\"Colours\":[\"Green\",null,"
                                         "\"Green\"],\"Parts\":[{\"Number\":"
                                         "10},{\"Number\":11}],"
                                         "\"Extra\":[]"));
    g_assert_null(rf_reply_node(reply, "/Actions/#Thing.Pong"));
    thing.no_size = true;
    rf_reply_free(g_steal_pointer(&reply));
    reply = rf_hub_get(hub, THING);
    g_assert_true(JSON_NODE_HOLDS_NULL(rf_reply_node(reply, "/Size")));
}

static void test_create(void)
{
    g_autoptr(RfHub) hub = hub_new(false);
    g_autoptr(RfReply) reply = NULL;

    assert_answer(hub, HUB_VIEWER, "POST", THINGS, "{\"Label\":\"x\"}", 403,
                  "InsufficientPrivilege");
    assert_answer(hub, ADMIN, "POST", THINGS, "{\"Size\":\"1\",\"X\":1}",
                  400, "PropertyValueTypeError#/Size PropertyUnknown#/X "
                  "CreateFailedMissingReqProperties#/Label");
    assert_answer(hub, ADMIN, "POST", THINGS, "{\"Label\":\"\"}", 400,
                  "PropertyValueFormatError#/Label");
    assert_answer(hub, ADMIN, "POST", THINGS, NULL, 400, "MalformedJSON");
    g_assert_false(thing.there);
    reply = rf_hub_send(hub, HUB_OPERATOR, "POST", THINGS,
                        "{\"Label\":\"two\"}");
    g_assert_cmpuint(reply->status, ==, 201);
    g_assert_cmpstr(rf_reply_header(reply, "Location"), ==, THING);
    g_assert_cmpstr(rf_reply_header(reply, "X-Thing"), ==, "made");
    g_assert_cmpstr(rf_reply_text(reply, "/Label"), ==, "two");
    g_assert_cmpstr(rf_reply_text(reply, "/@odata.id"), ==, THING);
    assert_answer(hub, ADMIN, "POST", THINGS "/Members",
                  "{\"Label\":\"three\"}", 503,
                  "CreateLimitReachedForResource");
    assert_answer(hub, ADMIN, "GET", THINGS "/Members", NULL, 405,
                  "OperationNotAllowed");
}

static void test_delete(void)
{
    g_autoptr(RfHub) hub = hub_new(true);

    assert_answer(hub, HUB_OPERATOR, "DELETE", THING, NULL, 403,
                  "InsufficientPrivilege");
    thing.owner = "oper";
    assert_answer(hub, HUB_OPERATOR, "DELETE", THING, NULL, 204, NULL);
    assert_answer(hub, ADMIN, "DELETE", THING, NULL, 404,
                  "ResourceMissingAtURI");
    assert_answer(hub, ADMIN, "DELETE", THINGS, NULL, 405,
                  "OperationNotAllowed");
}

static void test_patch(void)
{
    static const struct {
        const char *body;
        unsigned status;
        const char *keys;
        int64_t size;
    } cases[] = {
        { "{\"Size\":10}", 200, NULL, 10 },
        { "{\"Size\":-1}", 200, NULL, -1 },
        { "{\"Size\":11}", 400, "PropertyValueOutOfRange#/Size", -1 },
        { "{\"Size\":-2}", 400, "PropertyValueOutOfRange#/Size", -1 },
        { "{\"Size\":1.5}", 400, "PropertyValueTypeError#/Size", -1 },
        { "{\"Label\":null}", 400, "PropertyValueTypeError#/Label", -1 },
        { "{\"Label\":\"123456789\"}", 400,
          "PropertyValueFormatError#/Label", -1 },
        { "{\"Size\":null}", 200, NULL, 0 },
        { "{\"Colours\":[\"Red\",\"Red\"]}", 200, NULL, 2 },
        { "{\"Colours\":[\"Blue\"]}", 400,
          "PropertyValueNotInList#/Colours", 2 },
        { "{\"Colours\":[1]}", 400, "PropertyValueTypeError#/Colours", 2 },
        { "{\"Colours\":\"Red\"}", 400, "PropertyValueTypeError#/Colours",
          2 },
        { "{\"Parts\":[{\"Number\":1}]}", 400, "PropertyNotWritable#/Parts",
          2 },
        { "{\"Extra\":[]}", 400, "PropertyNotWritable#/Extra", 2 },
    };
    g_autoptr(RfHub) hub = hub_new(true);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_answer(hub, ADMIN, "PATCH", THING, cases[i].body,
                      cases[i].status, cases[i].keys);
        g_assert_cmpint(thing.size, ==, cases[i].size);
    }
}

/* A property with a privilege of its own, and one's own resource. */
static void test_privileges(void)
{
    g_autoptr(RfHub) hub = hub_new(true);

    assert_answer(hub, HUB_OPERATOR, "PATCH", THING, "{\"Label\":\"x\"}",
                  403, "InsufficientPrivilege");
    thing.owner = "oper";
    assert_answer(hub, HUB_OPERATOR, "PATCH", THING, "{\"Label\":\"x\"}",
                  200, NULL);
    assert_answer(hub, HUB_OPERATOR, "PATCH", THING,
                  "{\"Label\":\"y\",\"Size\":1}", 403,
                  "InsufficientPrivilege");
    g_assert_cmpstr(thing.name, ==, "x");
    assert_answer(hub, ADMIN, "PATCH", THING, "{\"Label\":\"y\",\"Size\":1}",
                  200, NULL);
}

static void test_actions(void)
{
    static const char path[] = THING "/Actions/Thing.Ping";
    g_autoptr(RfHub) hub = hub_new(true);
    g_autoptr(RfReply) own = NULL;
    g_autoptr(RfReply) task = NULL;

    assert_answer(hub, ADMIN, "POST", THING "/Actions/Thing.Pong", "{}", 404,
                  "ResourceMissingAtURI");
    /* One without parameters. */
    assert_answer(hub, ADMIN, "POST", THING "/Actions/Thing.Touch",
                  "{\"X\":1}", 400, "ActionParameterUnknown#/X");
    assert_answer(hub, ADMIN, "GET", THING "/TouchActionInfo", NULL, 404,
                  "ResourceMissingAtURI");
    assert_answer(hub, ADMIN, "POST", path, "{\"Times\":4}", 400,
                  "ActionParameterValueOutOfRange#/Times");
    g_assert_cmpuint(thing.n_pings, ==, 0);
    own = rf_hub_send(hub, ADMIN, "POST", path, "{\"Times\":1}");
    g_assert_cmpuint(own->status, ==, 200);
    g_assert_cmpstr(own->text, ==, "{\"Pings\":1}");
    task = rf_hub_send(hub, ADMIN, "POST", path,
                       "{\"Times\":1,\"How\":\"Green\"}");
    g_assert_cmpuint(task->status, ==, 202);
    g_assert_cmpstr(rf_reply_header(task, "Location"), ==, THING "/Monitor");
    g_assert_cmpstr(rf_reply_text(task, "/Id"), ==, "1");
}

static void test_action_info(void)
{
    static const char path[] = THING "/PingActionInfo";
    g_autoptr(RfHub) hub = hub_new(true);
    g_autoptr(RfReply) reply = rf_hub_get(hub, THING);
    g_autoptr(RfReply) info = rf_hub_get(hub, path);

    g_assert_cmpstr(rf_reply_text(reply, "/Actions/#Thing.Ping/"
                                         "@Redfish.ActionInfo"), ==, path);
    g_assert_cmpstr(rf_reply_text(info, "/@odata.id"), ==, path);
    g_assert_cmpstr(rf_reply_text(info, "/@odata.type"), ==,
                    "#ActionInfo.v1_5_0.ActionInfo");
    g_assert_cmpstr(rf_reply_text(info, "/@odata.etag"), ==,
                    rf_reply_header(info, "ETag"));
    g_assert_nonnull(strstr(
        info->text, "\"Parameters\":[{\"Name\":\"How\",\"Required\":false,"
        "\"DataType\":\"String\",\"AllowableValues\":[\"Red\",\"Green\"]},"
        "{\"Name\":\"Times\",\"Required\":true,\"DataType\":\"Number\","
        "\"MinimumValue\":1,\"MaximumValue\":3}]"));
    assert_answer(hub, ADMIN, "POST", path, "{}", 405,
                  "OperationNotAllowed");
    assert_answer(hub, ADMIN, "GET", THING "/PongActionInfo", NULL, 404,
                  "ResourceMissingAtURI");
}

static void test_options(void)
{
    static const char *const cases[][2] = {
        { THINGS, "GET, HEAD, OPTIONS, POST" },
        { THING, "GET, HEAD, OPTIONS, PATCH, DELETE" },
        { THING "/Actions/Thing.Ping", "POST, OPTIONS" },
        { "/redfish/v1/Text", "GET, HEAD, OPTIONS" },
    };
    g_autoptr(RfHub) hub = hub_new(true);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "OPTIONS",
                                               cases[i][0], NULL);

        g_assert_cmpuint(reply->status, ==, 204);
        g_assert_cmpstr(rf_reply_header(reply, "Allow"), ==, cases[i][1]);
    }
}

static void test_raw(void)
{
    g_autoptr(RfHub) hub = hub_new(true);
    g_autoptr(RfReply) reply = rf_hub_send(hub, NULL, "GET",
                                           "/redfish/v1/Text", NULL);

    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_cmpstr(reply->type, ==, "application/xml");
    g_assert_cmpstr(reply->text, ==, "<x/>");
    g_assert_nonnull(rf_reply_header(reply, "ETag"));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/table/show", test_show);
    g_test_add_func("/redfish/table/create", test_create);
    g_test_add_func("/redfish/table/delete", test_delete);
    g_test_add_func("/redfish/table/patch", test_patch);
    g_test_add_func("/redfish/table/privileges", test_privileges);
    g_test_add_func("/redfish/table/actions", test_actions);
    g_test_add_func("/redfish/table/action-info", test_action_info);
    g_test_add_func("/redfish/table/options", test_options);
    g_test_add_func("/redfish/table/raw", test_raw);
    return g_test_run();
}
