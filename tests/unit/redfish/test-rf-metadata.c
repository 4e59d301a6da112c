/* SPDX-License-Identifier: GPL-2.0-or-later */
/* OData documents, schemas and registries agree with the resources. */
#include "osdep.h"

#include "redfish/rf-oem.h"
#include "redfish/rf-types.h"
#include "rf-hub.h"
#include "test-util.h"

#define METADATA "/redfish/v1/$metadata"
#define SCHEMAS "/redfish/v1/JsonSchemas"

static void assert_xml(const char *text)
{
    static const GMarkupParser parser;
    g_autoptr(GError) err = NULL;
    GMarkupParseContext *context =
        g_markup_parse_context_new(&parser, 0, NULL, NULL);

    g_markup_parse_context_parse(context, text, -1, &err);
    g_assert_no_error(err);
    g_markup_parse_context_end_parse(context, &err);
    g_assert_no_error(err);
    g_markup_parse_context_free(context);
}

static bool includes(const RfReply *metadata, const char *name)
{
    g_autofree char *text = g_strdup_printf("Namespace=\"%s\"", name);

    return strstr(metadata->text, text);
}

static RfReply *get_metadata(RfHub *hub)
{
    RfReply *reply = rf_hub_send(hub, NULL, "GET", METADATA, NULL);

    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_cmpstr(reply->type, ==, "application/xml");
    return reply;
}

static void test_metadata(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = get_metadata(hub);
    const GPtrArray *types = rf_types();
    unsigned i;

    assert_xml(reply->text);
    for (i = 0; i < types->len; i++) {
        g_autofree char *name = rf_type_name(types->pdata[i]);
        g_autofree char *space = rf_type_namespace(types->pdata[i]);

        g_test_message("%s", space);
        g_assert_true(includes(reply, name));
        g_assert_true(includes(reply, space));
    }
    for (i = 0; rf_oem_types[i]; i++) {
        g_assert_true(includes(reply, rf_oem_types[i]->name));
    }
    g_assert_true(includes(reply, "RedfishExtensions.v1_0_0"));
    g_assert_nonnull(strstr(reply->text, "Extends=\"ServiceRoot.v1_"));
}

static void test_accept(void)
{
    static const struct {
        const char *accept;
        unsigned status;
    } cases[] = {
        { "application/xml", 200 }, { "application/*", 200 },
        { "*/*", 200 }, { "text/html, application/xml;q=0.9", 200 },
        { "application/json", 406 }, { "application/xmlx", 406 },
        { "text/*", 406 },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RfRequest request = {
            .method = "GET", .path = METADATA, .peer = "192.0.2.1",
            .headers = { [RF_HEADER_ACCEPT] = cases[i].accept },
        };
        g_autoptr(RfReply) reply = rf_client_call(&hub->client, &request);

        g_test_message("%s", cases[i].accept);
        g_assert_cmpuint(reply->status, ==, cases[i].status);
    }
}

static void test_odata(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = rf_hub_send(hub, NULL, "GET",
                                           "/redfish/v1/odata", NULL);
    JsonArray *array;
    unsigned i;

    g_assert_cmpuint(reply->status, ==, 200);
    g_assert_cmpstr(rf_reply_text(reply, "/@odata.context"), ==, METADATA);
    array = json_node_get_array(rf_reply_node(reply, "/value"));
    g_assert_cmpuint(json_array_get_length(array), >=, 6);
    for (i = 0; i < json_array_get_length(array); i++) {
        JsonObject *service = json_array_get_object_element(array, i);
        g_autoptr(RfReply) there = rf_hub_get(
            hub, json_object_get_string_member(service, "url"));

        g_assert_cmpstr(json_object_get_string_member(service, "kind"), ==,
                        "Singleton");
    }
    g_assert_nonnull(strstr(reply->text, "{\"name\":\"Systems\",\"kind\":"
                            "\"Singleton\",\"url\":\"/redfish/v1/Systems\"}"));
}

static const char *first_location(const RfReply *reply, const char *name)
{
    JsonArray *array =
        json_node_get_array(rf_reply_node(reply, "/Location"));
    JsonObject *object = json_array_get_object_element(array, 0);

    return json_object_has_member(object, name)
           ? json_object_get_string_member(object, name) : NULL;
}

static void test_schemas(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) all = rf_hub_get(hub, SCHEMAS);
    g_autoptr(RfReply) system = rf_hub_get(
        hub, SCHEMAS "/ComputerSystem.v1_27_0");
    g_autoptr(RfReply) collection = rf_hub_get(
        hub, SCHEMAS "/SensorCollection");
    g_autoptr(RfReply) none = rf_hub_send(hub, ADMIN, "GET",
                                          SCHEMAS "/ComputerSystem", NULL);
    unsigned n_own = 0;

    while (rf_oem_types[n_own]) {
        n_own++;
    }
    g_assert_cmpuint(json_node_get_int(rf_reply_node(
                         all, "/Members@odata.count")), ==,
                     rf_types()->len + n_own);
    g_assert_cmpstr(rf_reply_text(system, "/Schema"), ==,
                    "#ComputerSystem.v1_27_0.ComputerSystem");
    g_assert_cmpstr(first_location(system, "PublicationUri"), ==,
                    "http://redfish.dmtf.org/schemas/v1/"
                    "ComputerSystem.v1_27_0.json");
    g_assert_null(first_location(system, "Uri"));
    g_assert_cmpstr(rf_reply_text(collection, "/Schema"), ==,
                    "#SensorCollection.SensorCollection");
    g_assert_cmpuint(none->status, ==, 404);
}

/* Which type a property has in a JSON schema; also null, in most. */
static const char *schema_type(const RfReply *schema, const char *definition,
                               const char *property)
{
    g_autofree char *path = g_strdup_printf(
        "/definitions/%s/properties/%s/type", definition, property);
    JsonNode *node = rf_reply_node(schema, path);

    g_assert_true(node && JSON_NODE_HOLDS_ARRAY(node));
    return json_array_get_string_element(json_node_get_array(node), 0);
}

static const char *const oem_types[] = {
    [RF_TYPE_STRING] = "string", [RF_TYPE_ENUM] = "string",
    [RF_TYPE_BOOL] = "boolean", [RF_TYPE_INTEGER] = "integer",
    [RF_TYPE_NUMBER] = "number", [RF_TYPE_STRINGS] = "array",
    [RF_TYPE_OBJECTS] = "array", [RF_TYPE_JSON] = NULL,
};

/* Our own schemas describe what there is. */
static void test_oem(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    unsigned i;

    for (i = 0; rf_oem_types[i]; i++) {
        const RfOemType *type = rf_oem_types[i];
        g_autofree char *file = g_strconcat(SCHEMAS "/", type->name,
                                            "." RF_OEM_VERSION, NULL);
        g_autofree char *xml = g_strconcat("/redfish/v1/Schemas/",
                                           type->name, "_v1.xml", NULL);
        g_autofree char *id = g_strdup_printf(
            "#%s." RF_OEM_VERSION ".%s", type->name, type->name);
        g_autoptr(RfReply) resource = rf_hub_get(hub, file);
        g_autoptr(RfReply) schema = rf_hub_get(
            hub, first_location(resource, "Uri"));
        g_autoptr(RfReply) csdl = rf_hub_send(hub, NULL, "GET", xml, NULL);
        const RfProperty *p;

        g_assert_cmpuint(csdl->status, ==, 200);
        assert_xml(csdl->text);
        g_assert_cmpstr(rf_reply_text(schema, "/title"), ==, id);
        g_assert_cmpstr(rf_reply_text(schema, "/$id"), ==,
                        first_location(resource, "Uri"));
        g_assert_cmpstr(type->properties[0].name, ==, "@odata.type");
        g_assert_cmpstr(type->properties[0].text, ==, id);
        for (p = type->properties + 1; p->name; p++) {
            g_autofree char *path = g_strdup_printf(
                "/definitions/%s/properties/%s/description", type->name,
                p->name);

            g_assert_nonnull(p->about);
            g_assert_nonnull(oem_types[p->type]);
            g_assert_cmpstr(schema_type(schema, type->name, p->name), ==,
                            oem_types[p->type]);
            g_assert_cmpstr(rf_reply_text(schema, path), ==, p->about);
            g_assert_nonnull(strstr(csdl->text, p->name));
        }
    }
}

static void test_registries(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) base = rf_hub_get(hub, "/redfish/v1/Registries/Base");
    g_autoptr(RfReply) none = rf_hub_send(
        hub, ADMIN, "GET", "/redfish/v1/Registries/None", NULL);
    g_autoptr(RfReply) error = rf_hub_send(hub, ADMIN, "GET", "/nothing",
                                           NULL);
    const char *prefix = rf_reply_text(base, "/Registry");

    g_assert_cmpuint(none->status, ==, 404);
    /* The messages are those of the registry that is named. */
    g_assert_true(g_str_has_prefix(rf_reply_text(error, "/error/code"),
                                   prefix));
    g_assert_true(g_str_has_prefix(first_location(base, "PublicationUri"),
                                   "https://redfish.dmtf.org/registries/"));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/redfish/metadata/metadata", test_metadata);
    g_test_add_func("/redfish/metadata/accept", test_accept);
    g_test_add_func("/redfish/metadata/odata", test_odata);
    g_test_add_func("/redfish/metadata/schemas", test_schemas);
    g_test_add_func("/redfish/metadata/oem", test_oem);
    g_test_add_func("/redfish/metadata/registries", test_registries);
    return g_test_run();
}
