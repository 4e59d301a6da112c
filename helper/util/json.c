/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parsing of checked texts by json-glib, printing, and typed getters. */
#include "osdep.h"

#include "util/json.h"

#include "util/error.h"

static JsonGet get_value(JsonObject *object, const char *name, GType type,
                         JsonNode **node)
{
    *node = json_object_get_member(object, name);
    if (!*node) {
        return JSON_GET_ABSENT;
    }
    if (JSON_NODE_HOLDS_NULL(*node)) {
        return JSON_GET_NULL;
    }
    return json_node_get_value_type(*node) == type ? JSON_GET_OK :
           JSON_GET_TYPE;
}

JsonObject *json_parse_object(const char *text, size_t len, GError **errp)
{
    g_autoptr(JsonParser) parser = NULL;
    g_autoptr(GError) err = NULL;
    JsonNode *root;

    if (!json_check(text, len, errp)) {
        return NULL;
    }
    parser = json_parser_new_immutable();
    if (!json_parser_load_from_data(parser, text, len, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID, "invalid JSON: %s",
                    err->message);
        return NULL;
    }
    root = json_parser_get_root(parser);
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
        g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_INVALID,
                            "the JSON value is not an object");
        return NULL;
    }
    return json_node_dup_object(root);
}

char *json_print(JsonObject *object)
{
    g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);

    json_node_set_object(node, object);
    return json_to_string(node, FALSE);
}

JsonGet json_get_string(JsonObject *object, const char *name,
                        const char **value)
{
    JsonNode *node;
    JsonGet get = get_value(object, name, G_TYPE_STRING, &node);

    if (get == JSON_GET_OK) {
        *value = json_node_get_string(node);
    }
    return get;
}

JsonGet json_get_int(JsonObject *object, const char *name, int64_t *value)
{
    JsonNode *node;
    JsonGet get = get_value(object, name, G_TYPE_INT64, &node);

    if (get == JSON_GET_OK) {
        *value = json_node_get_int(node);
    }
    return get;
}

JsonGet json_get_bool(JsonObject *object, const char *name, bool *value)
{
    JsonNode *node;
    JsonGet get = get_value(object, name, G_TYPE_BOOLEAN, &node);

    if (get == JSON_GET_OK) {
        *value = json_node_get_boolean(node);
    }
    return get;
}

JsonGet json_get_object(JsonObject *object, const char *name,
                        JsonObject **value)
{
    JsonNode *node;
    JsonGet get = get_value(object, name, JSON_TYPE_OBJECT, &node);

    if (get == JSON_GET_OK) {
        *value = json_node_get_object(node);
    }
    return get;
}

JsonGet json_get_array(JsonObject *object, const char *name,
                       JsonArray **value)
{
    JsonNode *node;
    JsonGet get = get_value(object, name, JSON_TYPE_ARRAY, &node);

    if (get == JSON_GET_OK) {
        *value = json_node_get_array(node);
    }
    return get;
}
