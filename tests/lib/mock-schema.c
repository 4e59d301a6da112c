/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checking QMP commands against a recorded schema. */
#include "osdep.h"

#include "mock-schema.h"

#include "util/error.h"
#include "util/json.h"

/* What the series in qemu-patches add, with type names of our own. */
#define PATCHED "{\"patched\": [" \
    "{\"name\": \"BOOT_OVERRIDE_CHANGED\", \"meta-type\": \"event\"}," \
    "{\"name\": \"BOOT_OVERRIDE_CONSUMED\", \"meta-type\": \"event\"}," \
    "{\"name\": \"query-boot-override\", \"meta-type\": \"command\"," \
    " \"arg-type\": \"0\"}," \
    "{\"name\": \"set-boot-override\", \"meta-type\": \"command\"," \
    " \"arg-type\": \"set-boot-override-arg\"}," \
    "{\"name\": \"set-boot-override-arg\", \"meta-type\": \"object\"," \
    " \"members\": [{\"name\": \"device\", \"type\": \"str\"," \
    " \"default\": null}, {\"name\": \"mode\"," \
    " \"type\": \"BootOverrideMode\", \"default\": null}]}," \
    "{\"name\": \"BootOverrideMode\", \"meta-type\": \"enum\"," \
    " \"values\": [\"once\", \"persistent\"]}]}"

struct MockSchema {
    JsonObject *reply;
    JsonObject *patched;
    JsonArray *entries;
    GHashTable *types;
};

static bool check_value(MockSchema *schema, const char *where, JsonNode *node,
                        const char *type_name, GError **errp);

static bool complain(GError **errp, const char *where, const char *what)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID, "%s: %s", where, what);
    return false;
}

static const char *text_member(JsonObject *object, const char *name)
{
    const char *text = "";

    json_get_string(object, name, &text);
    return text;
}

static bool check_builtin(const char *where, JsonNode *node,
                          const char *json_type, GError **errp)
{
    GType type = json_node_get_value_type(node);
    bool value = JSON_NODE_HOLDS_VALUE(node);
    bool ok;

    if (g_str_equal(json_type, "string")) {
        ok = value && type == G_TYPE_STRING;
    } else if (g_str_equal(json_type, "int")) {
        ok = value && type == G_TYPE_INT64;
    } else if (g_str_equal(json_type, "number")) {
        ok = value && (type == G_TYPE_INT64 || type == G_TYPE_DOUBLE);
    } else if (g_str_equal(json_type, "boolean")) {
        ok = value && type == G_TYPE_BOOLEAN;
    } else if (g_str_equal(json_type, "null")) {
        ok = JSON_NODE_HOLDS_NULL(node);
    } else {
        ok = true; /* "value": anything */
    }
    return ok || complain(errp, where, json_type);
}

static bool check_enum(const char *where, JsonNode *node, JsonObject *type,
                       GError **errp)
{
    JsonArray *values = json_object_get_array_member(type, "values");
    unsigned i;

    if (!JSON_NODE_HOLDS_VALUE(node) ||
        json_node_get_value_type(node) != G_TYPE_STRING) {
        return complain(errp, where, "not a string");
    }
    for (i = 0; i < json_array_get_length(values); i++) {
        if (g_str_equal(json_array_get_string_element(values, i),
                        json_node_get_string(node))) {
            return true;
        }
    }
    return complain(errp, where, "not one of the enumeration");
}

static bool check_array(MockSchema *schema, const char *where,
                        JsonNode *node, JsonObject *type, GError **errp)
{
    JsonArray *array;
    unsigned i;

    if (!JSON_NODE_HOLDS_ARRAY(node)) {
        return complain(errp, where, "not an array");
    }
    array = json_node_get_array(node);
    for (i = 0; i < json_array_get_length(array); i++) {
        if (!check_value(schema, where, json_array_get_element(array, i),
                         text_member(type, "element-type"), errp)) {
            return false;
        }
    }
    return true;
}

/* Checks the members of @type and takes their names out of @left. */
static bool check_members(MockSchema *schema, const char *where,
                          JsonObject *object, JsonObject *type,
                          GHashTable *left, GError **errp)
{
    JsonArray *members = json_object_get_array_member(type, "members");
    unsigned i;

    for (i = 0; i < json_array_get_length(members); i++) {
        JsonObject *member = json_array_get_object_element(members, i);
        const char *name = text_member(member, "name");
        g_autofree char *at = g_strdup_printf("%s.%s", where, name);
        JsonNode *node = json_object_get_member(object, name);

        g_hash_table_remove(left, name);
        if (!node && !json_object_has_member(member, "default")) {
            return complain(errp, at, "missing");
        }
        if (node && !check_value(schema, at, node,
                                 text_member(member, "type"), errp)) {
            return false;
        }
    }
    return true;
}

static bool check_variant(MockSchema *schema, const char *where,
                          JsonObject *object, JsonObject *type,
                          GHashTable *left, GError **errp)
{
    JsonArray *variants;
    const char *tag;
    unsigned i;

    if (json_get_array(type, "variants", &variants) != JSON_GET_OK) {
        return true;
    }
    tag = text_member(object, text_member(type, "tag"));
    for (i = 0; i < json_array_get_length(variants); i++) {
        JsonObject *variant = json_array_get_object_element(variants, i);

        if (g_str_equal(text_member(variant, "case"), tag)) {
            return check_members(schema, where, object,
                                 g_hash_table_lookup(schema->types,
                                     text_member(variant, "type")),
                                 left, errp);
        }
    }
    return true;
}

static bool check_object(MockSchema *schema, const char *where,
                         JsonObject *object, JsonObject *type, GError **errp)
{
    g_autoptr(GHashTable) left = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GList) names = json_object_get_members(object);
    GHashTableIter iter;
    void *name;
    GList *l;

    for (l = names; l; l = l->next) {
        g_hash_table_add(left, l->data);
    }
    if (!check_members(schema, where, object, type, left, errp) ||
        !check_variant(schema, where, object, type, left, errp)) {
        return false;
    }
    g_hash_table_iter_init(&iter, left);
    /* QEMU's schema does not show what device_add takes per driver. */
    if (!g_str_equal(where, "device_add") &&
        g_hash_table_iter_next(&iter, &name, NULL)) {
        g_autofree char *at = g_strdup_printf("%s.%s", where, (char *)name);

        return complain(errp, at, "unknown");
    }
    return true;
}

static bool check_alternate(MockSchema *schema, const char *where,
                            JsonNode *node, JsonObject *type, GError **errp)
{
    JsonArray *members = json_object_get_array_member(type, "members");
    unsigned i;

    for (i = 0; i < json_array_get_length(members); i++) {
        JsonObject *member = json_array_get_object_element(members, i);

        if (check_value(schema, where, node, text_member(member, "type"),
                        NULL)) {
            return true;
        }
    }
    return complain(errp, where, "none of the alternatives");
}

static bool check_value(MockSchema *schema, const char *where, JsonNode *node,
                        const char *type_name, GError **errp)
{
    JsonObject *type = g_hash_table_lookup(schema->types, type_name);
    const char *meta;

    g_assert_nonnull(type);
    meta = text_member(type, "meta-type");
    if (g_str_equal(meta, "builtin")) {
        return check_builtin(where, node, text_member(type, "json-type"),
                             errp);
    }
    if (g_str_equal(meta, "enum")) {
        return check_enum(where, node, type, errp);
    }
    if (g_str_equal(meta, "array")) {
        return check_array(schema, where, node, type, errp);
    }
    if (g_str_equal(meta, "alternate")) {
        return check_alternate(schema, where, node, type, errp);
    }
    g_assert_cmpstr(meta, ==, "object");
    return JSON_NODE_HOLDS_OBJECT(node) ?
           check_object(schema, where, json_node_get_object(node), type,
                        errp) :
           complain(errp, where, "not an object");
}

static char *read_gzip(const char *path)
{
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GZlibDecompressor) gunzip =
        g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
    g_autoptr(GOutputStream) out = g_memory_output_stream_new_resizable();
    g_autoptr(GInputStream) in = NULL;
    g_autoptr(GInputStream) raw = NULL;
    g_autoptr(GError) err = NULL;

    raw = G_INPUT_STREAM(g_file_read(file, NULL, &err));
    g_assert_no_error(err);
    in = g_converter_input_stream_new(raw, G_CONVERTER(gunzip));
    g_output_stream_splice(out, in, G_OUTPUT_STREAM_SPLICE_NONE, NULL, &err);
    g_assert_no_error(err);
    g_output_stream_write_all(out, "", 1, NULL, NULL, &err);
    g_assert_no_error(err);
    g_output_stream_close(out, NULL, &err);
    g_assert_no_error(err);
    return g_memory_output_stream_steal_data(G_MEMORY_OUTPUT_STREAM(out));
}

static void add_types(MockSchema *schema, JsonArray *entries)
{
    unsigned i;

    for (i = 0; i < json_array_get_length(entries); i++) {
        JsonObject *entry = json_array_get_object_element(entries, i);

        g_hash_table_insert(schema->types,
                            (void *)text_member(entry, "name"), entry);
    }
}

MockSchema *mock_schema_new(void)
{
    MockSchema *schema = g_new0(MockSchema, 1);
    g_autofree char *text = read_gzip(TEST_QMP_SCHEMA);
    g_autoptr(GError) err = NULL;
    char *reply = strchr(text, '\n');

    /* The first line is the greeting. */
    g_assert_nonnull(reply);
    reply = g_strstrip(reply);
    schema->reply = json_parse_object(reply, strlen(reply), &err);
    g_assert_no_error(err);
    schema->entries = json_object_get_array_member(schema->reply, "return");
    schema->types = g_hash_table_new(g_str_hash, g_str_equal);
    add_types(schema, schema->entries);
    schema->patched = json_parse_object(PATCHED, strlen(PATCHED), &err);
    g_assert_no_error(err);
    add_types(schema, json_object_get_array_member(schema->patched,
                                                   "patched"));
    return schema;
}

void mock_schema_free(MockSchema *schema)
{
    if (schema) {
        g_hash_table_unref(schema->types);
        json_object_unref(schema->reply);
        json_object_unref(schema->patched);
        g_free(schema);
    }
}

JsonArray *mock_schema_get_reply(MockSchema *schema)
{
    return schema->entries;
}

bool mock_schema_check_command(MockSchema *schema, const char *command,
                               JsonObject *args, bool oob, GError **errp)
{
    JsonObject *entry = g_hash_table_lookup(schema->types, command);
    JsonObject *type;
    bool allow_oob = false;

    if (!entry || !g_str_equal(text_member(entry, "meta-type"), "command")) {
        return complain(errp, command, "no such command");
    }
    json_get_bool(entry, "allow-oob", &allow_oob);
    if (oob && !allow_oob) {
        return complain(errp, command, "not allowed out-of-band");
    }
    type = g_hash_table_lookup(schema->types, text_member(entry, "arg-type"));
    return check_object(schema, command, args, type, errp);
}

bool mock_schema_has_event(MockSchema *schema, const char *event)
{
    JsonObject *entry = g_hash_table_lookup(schema->types, event);

    return entry && g_str_equal(text_member(entry, "meta-type"), "event");
}
