/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our own schemas. */
#include "osdep.h"

#include "redfish/rf-oem.h"

#define DMTF "http://redfish.dmtf.org/schemas/v1/"

const RfOemType *const rf_oem_types[] = {
    &rf_sensor_oem, &rf_images_oem, &rf_firmware_oem, NULL
};

static const char *const edm_types[] = {
    [RF_TYPE_STRING] = "Edm.String", [RF_TYPE_BOOL] = "Edm.Boolean",
    [RF_TYPE_INTEGER] = "Edm.Int64", [RF_TYPE_NUMBER] = "Edm.Decimal",
    [RF_TYPE_STRINGS] = "Collection(Edm.String)",
};

static const char *const json_types[] = {
    [RF_TYPE_STRING] = "string", [RF_TYPE_ENUM] = "string",
    [RF_TYPE_BOOL] = "boolean", [RF_TYPE_INTEGER] = "integer",
    [RF_TYPE_NUMBER] = "number", [RF_TYPE_STRINGS] = "array",
    [RF_TYPE_OBJECTS] = "array",
};

const RfOemType *rf_oem_find(const char *name, size_t len)
{
    unsigned i;

    for (i = 0; rf_oem_types[i]; i++) {
        if (strlen(rf_oem_types[i]->name) == len &&
            strncmp(rf_oem_types[i]->name, name, len) == 0) {
            return rf_oem_types[i];
        }
    }
    return NULL;
}

/* CSDL */

static void csdl_reference(GString *out, const char *file,
                           const char *name, const char *alias)
{
    g_string_append_printf(out,
                           "  <edmx:Reference Uri=\"%s\">\n"
                           "    <edmx:Include Namespace=\"%s\"", file, name);
    if (alias) {
        g_string_append_printf(out, " Alias=\"%s\"", alias);
    }
    g_string_append(out, "/>\n  </edmx:Reference>\n");
}

static void csdl_description(GString *out, const char *indent,
                             const char *text)
{
    g_autofree char *escaped = g_markup_escape_text(text, -1);

    g_string_append_printf(
        out,
        "%s<Annotation Term=\"OData.Description\" String=\"%s\"/>\n"
        "%s<Annotation Term=\"OData.LongDescription\" String=\"%s\"/>\n",
        indent, escaped, indent, escaped);
}

static void csdl_property(GString *out, const RfOemType *type,
                          const RfProperty *p)
{
    g_autofree char *own = g_strdup_printf("%s.%s.%s", type->name,
                                           RF_OEM_VERSION, p->name);
    g_autofree char *name =
        p->type == RF_TYPE_ENUM ? g_strdup(own) :
        p->type == RF_TYPE_OBJECTS ? g_strconcat("Collection(", own, ")",
                                                 NULL) :
        g_strdup(edm_types[p->type]);

    g_string_append_printf(out, "        <Property Name=\"%s\" Type=\"%s\">\n"
                           "          <Annotation Term=\"OData.Permissions\" "
                           "EnumMember=\"OData.Permission/%s\"/>\n",
                           p->name, name, p->setter ? "ReadWrite" : "Read");
    csdl_description(out, "          ", p->about);
    g_string_append(out, "        </Property>\n");
}

static void csdl_enum(GString *out, const RfProperty *p)
{
    unsigned i;

    g_string_append_printf(out, "      <EnumType Name=\"%s\">\n", p->name);
    for (i = 0; p->texts[i]; i++) {
        g_string_append_printf(out, "        <Member Name=\"%s\"/>\n",
                               p->texts[i]);
    }
    g_string_append(out, "      </EnumType>\n");
}

static bool is_annotation(const RfProperty *p)
{
    return p->name[0] == '@';
}

static void csdl_complex(GString *out, const RfOemType *type,
                         const char *name, const char *base,
                         const char *about, const RfProperty *properties)
{
    const RfProperty *p;

    g_string_append_printf(
        out,
        "      <ComplexType Name=\"%s\"%s>\n"
        "        <Annotation Term=\"OData.AdditionalProperties\" "
        "Bool=\"false\"/>\n", name, base);
    csdl_description(out, "        ", about);
    for (p = properties; p->name; p++) {
        if (!is_annotation(p)) {
            csdl_property(out, type, p);
        }
    }
    g_string_append(out, "      </ComplexType>\n");
}

static void csdl_types(GString *out, const RfOemType *type)
{
    const RfProperty *p;

    g_string_append_printf(
        out,
        "    <Schema xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" "
        "Namespace=\"%s\">\n"
        "      <Annotation Term=\"Redfish.OwningEntity\" "
        "String=\"qemu-bmc\"/>\n"
        "    </Schema>\n"
        "    <Schema xmlns=\"http://docs.oasis-open.org/odata/ns/edm\" "
        "Namespace=\"%s." RF_OEM_VERSION "\">\n"
        "      <Annotation Term=\"Redfish.OwningEntity\" "
        "String=\"qemu-bmc\"/>\n",
        type->name, type->name);
    csdl_complex(out, type, type->name, " BaseType=\"Resource.OemObject\"",
                 type->about, type->properties);
    for (p = type->properties; p->name; p++) {
        if (p->type == RF_TYPE_OBJECTS) {
            csdl_complex(out, type, p->name, "", p->about, p->members);
        }
        if (p->type == RF_TYPE_ENUM) {
            csdl_enum(out, p);
        }
    }
    g_string_append(out, "    </Schema>\n");
}

char *rf_oem_csdl(const RfOemType *type)
{
    GString *out = g_string_new(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<edmx:Edmx xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\" "
        "Version=\"4.0\">\n");

    csdl_reference(out, "http://docs.oasis-open.org/odata/odata/v4.0/errata03/"
                   "csd01/complete/vocabularies/Org.OData.Core.V1.xml",
                   "Org.OData.Core.V1", "OData");
    csdl_reference(out, DMTF "RedfishExtensions_v1.xml",
                   "RedfishExtensions.v1_0_0", "Redfish");
    csdl_reference(out, DMTF "Resource_v1.xml", "Resource", NULL);
    g_string_append(out, "  <edmx:DataServices>\n");
    csdl_types(out, type);
    g_string_append(out, "  </edmx:DataServices>\n</edmx:Edmx>\n");
    return g_string_free(out, FALSE);
}

/* JSON Schema */

static JsonArray *json_enum(const RfProperty *p)
{
    JsonArray *values = json_array_new();
    unsigned i;

    for (i = 0; p->texts[i]; i++) {
        json_array_add_string_element(values, p->texts[i]);
    }
    return values;
}

static JsonObject *json_property(const RfProperty *p)
{
    JsonObject *object = json_object_new();
    JsonArray *types = json_array_new();

    json_array_add_string_element(types, json_types[p->type]);
    if (p->type != RF_TYPE_OBJECTS) {
        json_array_add_string_element(types, "null");
    }
    json_object_set_array_member(object, "type", types);
    if (p->type == RF_TYPE_ENUM) {
        JsonArray *values = json_enum(p);

        json_array_add_null_element(values);
        json_object_set_array_member(object, "enum", values);
    }
    if (p->type == RF_TYPE_STRINGS) {
        JsonObject *items = json_object_new();

        json_object_set_string_member(items, "type", "string");
        json_object_set_object_member(object, "items", items);
    }
    if (p->type == RF_TYPE_OBJECTS) {
        g_autofree char *ref = g_strconcat("#/definitions/", p->name, NULL);
        JsonObject *items = json_object_new();

        json_object_set_string_member(items, "$ref", ref);
        json_object_set_object_member(object, "items", items);
    }
    json_object_set_boolean_member(object, "readonly", !p->setter);
    json_object_set_string_member(object, "description", p->about);
    json_object_set_string_member(object, "longDescription", p->about);
    return object;
}

static JsonObject *json_definition(const char *about,
                                   const RfProperty *members)
{
    JsonObject *object = json_object_new();
    JsonObject *properties = json_object_new();
    const RfProperty *p;

    json_object_set_boolean_member(object, "additionalProperties", false);
    json_object_set_string_member(object, "description", about);
    json_object_set_string_member(object, "longDescription", about);
    for (p = members; p->name; p++) {
        JsonObject *member;

        if (is_annotation(p)) {
            member = json_object_new();
            json_object_set_string_member(member, "type", "string");
        } else {
            member = json_property(p);
        }
        json_object_set_object_member(properties, p->name, member);
    }
    json_object_set_object_member(object, "properties", properties);
    json_object_set_string_member(object, "type", "object");
    return object;
}

JsonObject *rf_oem_json_schema(const RfOemType *type)
{
    JsonObject *schema = json_object_new();
    JsonObject *definitions = json_object_new();
    g_autofree char *id = g_strdup_printf(
        "/redfish/v1/JsonSchemas/%s." RF_OEM_VERSION "/%s." RF_OEM_VERSION
        ".json", type->name, type->name);
    g_autofree char *ref = g_strconcat("#/definitions/", type->name, NULL);
    g_autofree char *title = g_strdup_printf(
        "#%s." RF_OEM_VERSION ".%s", type->name, type->name);
    const RfProperty *p;

    json_object_set_string_member(schema, "$id", id);
    json_object_set_string_member(schema, "$ref", ref);
    json_object_set_string_member(schema, "$schema", DMTF
                                  "redfish-schema-v1.json");
    json_object_set_object_member(definitions, type->name,
                                  json_definition(type->about,
                                                  type->properties));
    for (p = type->properties; p->name; p++) {
        if (p->type == RF_TYPE_OBJECTS) {
            json_object_set_object_member(definitions, p->name,
                                          json_definition(p->about,
                                                          p->members));
        }
    }
    json_object_set_object_member(schema, "definitions", definitions);
    json_object_set_string_member(schema, "owningEntity", "qemu-bmc");
    json_object_set_string_member(schema, "title", title);
    return schema;
}
