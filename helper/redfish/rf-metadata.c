/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * OData's own documents (DSP0266 "OData metadata" and "OData service
 * document"), made from the tables of resources.
 */
#include "osdep.h"

#include "redfish/rf-oem.h"
#include "redfish/rf-resource.h"
#include "redfish/rf-types.h"

#define DMTF "http://redfish.dmtf.org/schemas/v1/"

static void begin_reference(GString *out, const char *uri)
{
    g_string_append_printf(out, "  <edmx:Reference Uri=\"%s\">\n", uri);
}

static void include(GString *out, const char *name)
{
    g_string_append_printf(out, "    <edmx:Include Namespace=\"%s\"/>\n",
                           name);
}

static void end_reference(GString *out)
{
    g_string_append(out, "  </edmx:Reference>\n");
}

static void reference_type(GString *out, const char *type)
{
    g_autofree char *name = rf_type_name(type);
    g_autofree char *space = rf_type_namespace(type);
    g_autofree char *uri = g_strconcat(DMTF, name, "_v1.xml", NULL);

    begin_reference(out, uri);
    include(out, name);
    if (!g_str_equal(name, space)) {
        include(out, space);
    }
    end_reference(out);
}

static void reference_oem(GString *out, const RfOemType *type)
{
    g_autofree char *uri = g_strconcat("/redfish/v1/Schemas/", type->name,
                                       "_v1.xml", NULL);
    g_autofree char *space = g_strconcat(type->name, "." RF_OEM_VERSION,
                                         NULL);

    begin_reference(out, uri);
    include(out, type->name);
    include(out, space);
    end_reference(out);
}

/* The entity container is that of the service root's schema. */
static const char *root_namespace(const GPtrArray *types)
{
    unsigned i;

    for (i = 0; i < types->len; i++) {
        if (g_str_has_prefix(types->pdata[i], "ServiceRoot.")) {
            return types->pdata[i];
        }
    }
    g_assert_not_reached();
}

static GBytes *metadata(const RfContext *ctx)
{
    const GPtrArray *types = rf_types();
    g_autofree char *root = rf_type_namespace(root_namespace(types));
    GString *out = g_string_new(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" "
        "Version=\"4.0\">\n");
    unsigned i;

    for (i = 0; i < types->len; i++) {
        reference_type(out, types->pdata[i]);
    }
    for (i = 0; rf_oem_types[i]; i++) {
        reference_oem(out, rf_oem_types[i]);
    }
    g_string_append(
        out,
        "  <edmx:Reference Uri=\"" DMTF "RedfishExtensions_v1.xml\">\n"
        "    <edmx:Include Namespace=\"RedfishExtensions.v1_0_0\" "
        "Alias=\"Redfish\"/>\n"
        "  </edmx:Reference>\n");
    g_string_append_printf(
        out,
        "  <edmx:DataServices>\n"
        "    <Schema xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" "
        "Namespace=\"Service\">\n"
        "      <EntityContainer Name=\"Service\" "
        "Extends=\"%s.ServiceContainer\"/>\n"
        "    </Schema>\n"
        "  </edmx:DataServices>\n"
        "</edmx:Edmx>\n", root);
    return g_string_free_to_bytes(out);
}

static void add_service(JsonArray *array, const char *name, const char *url)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "name", name);
    json_object_set_string_member(object, "kind", "Singleton");
    json_object_set_string_member(object, "url", url);
    json_array_add_object_element(array, object);
}

/* The root, and each resource that it leads to. */
static bool get_services(const RfContext *ctx, RfValue *value)
{
    const RfResource *root = &rf_root_resources[1];
    RfContext root_ctx = { .bmc = ctx->bmc };
    g_autoptr(JsonObject) object = NULL;
    JsonArray *array = json_array_new();
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    g_strlcpy(root_ctx.uri, root->path, sizeof(root_ctx.uri));
    object = rf_resource_object(root, &root_ctx);
    add_service(array, "Service", root->path);
    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        if (JSON_NODE_HOLDS_OBJECT(node) &&
            json_object_has_member(json_node_get_object(node),
                                   "@odata.id")) {
            add_service(array, name,
                        json_object_get_string_member(
                            json_node_get_object(node), "@odata.id"));
        }
    }
    value->node = json_node_new(JSON_NODE_ARRAY);
    json_node_take_array(value->node, array);
    return true;
}

static const RfProperty odata_properties[] = {
    { "@odata.context", RF_TYPE_STRING, .text = "/redfish/v1/$metadata" },
    { "value", RF_TYPE_JSON, .get = get_services },
    { NULL }
};

const RfResource rf_metadata_resources[] = {
    { .path = "/redfish/v1/odata", .properties = odata_properties },
    { .path = "/redfish/v1/$metadata", .raw = metadata,
      .content_type = "application/xml" },
    { NULL }
};
