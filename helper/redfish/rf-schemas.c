/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the schemas are (DSP0268 JsonSchemaFile): DMTF's at DMTF, our own
 * here.
 */
#include "osdep.h"

#include "redfish/rf-oem.h"
#include "redfish/rf-resource.h"
#include "redfish/rf-types.h"
#include "util/json.h"

#define DMTF "http://redfish.dmtf.org/schemas/v1/"
#define FILES "/redfish/v1/JsonSchemas"

/* Returns NULL past the end; those of DMTF come first. */
static char *nth_namespace(unsigned n)
{
    const GPtrArray *types = rf_types();
    unsigned i;

    if (n < types->len) {
        return rf_type_namespace(types->pdata[n]);
    }
    for (i = 0; rf_oem_types[i]; i++) {
        if (types->len + i == n) {
            return g_strconcat(rf_oem_types[i]->name, "." RF_OEM_VERSION,
                               NULL);
        }
    }
    return NULL;
}

static bool nth_file(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    g_autofree char *name = nth_namespace(n);

    if (name) {
        g_snprintf(uri, RF_URI_MAX, FILES "/%s", name);
    }
    return name;
}

static bool exists_file(const RfContext *ctx)
{
    char *name;
    unsigned i;

    for (i = 0; (name = nth_namespace(i)); i++) {
        bool found = g_str_equal(name, ctx->ids[0]);

        g_free(name);
        if (found) {
            return true;
        }
    }
    return false;
}

static const RfOemType *oem_of(const RfContext *ctx)
{
    return rf_oem_find(ctx->ids[0], strcspn(ctx->ids[0], "."));
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), "%s Schema File",
               ctx->ids[0]);
    value->text = value->buf;
    return true;
}

/* "#Sensor.v1_12_0.Sensor" */
static bool get_schema(const RfContext *ctx, RfValue *value)
{
    int len = strcspn(ctx->ids[0], ".");

    g_snprintf(value->buf, sizeof(value->buf), "#%s.%.*s", ctx->ids[0], len,
               ctx->ids[0]);
    value->text = value->buf;
    return true;
}

static bool nth_language(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->text = "en";
    return n == 0;
}

static unsigned count_one(const RfContext *ctx)
{
    return 1;
}

static bool get_language(const RfContext *ctx, RfValue *value)
{
    value->text = "en";
    return true;
}

static bool get_public(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), DMTF "%s.json", ctx->ids[0]);
    value->text = value->buf;
    return !oem_of(ctx);
}

static bool get_local(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf),
               FILES "/%s/%s.json", ctx->ids[0], ctx->ids[0]);
    value->text = value->buf;
    return oem_of(ctx);
}

static const RfProperty location_properties[] = {
    { "Language", RF_TYPE_STRING, .get = get_language },
    { "PublicationUri", RF_TYPE_STRING, .get = get_public },
    { "Uri", RF_TYPE_STRING, .get = get_local },
    { NULL }
};

static const RfProperty file_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "Schema", RF_TYPE_STRING, .get = get_schema },
    { "Languages", RF_TYPE_STRINGS, .item = nth_language },
    { "Location", RF_TYPE_OBJECTS, .members = location_properties,
      .count = count_one },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "JSON Schema File Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_file },
    { NULL }
};

/* Our own */

#define CSDL_SUFFIX "_v1.xml"
#define JSON_SUFFIX "." RF_OEM_VERSION ".json"

static const RfOemType *oem_with_suffix(const char *id, const char *suffix)
{
    return g_str_has_suffix(id, suffix)
           ? rf_oem_find(id, strlen(id) - strlen(suffix)) : NULL;
}

static bool exists_csdl(const RfContext *ctx)
{
    return oem_with_suffix(ctx->ids[0], CSDL_SUFFIX);
}

static GBytes *csdl_body(const RfContext *ctx)
{
    char *text = rf_oem_csdl(oem_with_suffix(ctx->ids[0], CSDL_SUFFIX));

    return g_bytes_new_take(text, strlen(text));
}

static bool exists_json(const RfContext *ctx)
{
    return exists_file(ctx) && g_str_has_prefix(ctx->ids[1], ctx->ids[0]) &&
           oem_with_suffix(ctx->ids[1], JSON_SUFFIX);
}

static GBytes *json_body(const RfContext *ctx)
{
    g_autoptr(JsonObject) schema =
        rf_oem_json_schema(oem_with_suffix(ctx->ids[1], JSON_SUFFIX));
    char *text = json_print(schema);

    return g_bytes_new_take(text, strlen(text));
}

const RfResource rf_schemas_resources[] = {
    { .path = FILES,
      .type = "JsonSchemaFileCollection.JsonSchemaFileCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = FILES "/{JsonSchemaFileId}",
      .type = "JsonSchemaFile.v1_1_5.JsonSchemaFile",
      .properties = file_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = exists_file },
    { .path = "/redfish/v1/Schemas/{CsdlFile}",
      .raw = csdl_body,
      .content_type = "application/xml",
      .exists = exists_csdl },
    { .path = FILES "/{JsonSchemaFileId}/{JsonFile}",
      .raw = json_body,
      .content_type = "application/json; charset=utf-8",
      .read = RF_PRIVILEGE_LOGIN,
      .exists = exists_json },
    { NULL }
};
