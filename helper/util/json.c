/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parsing of checked texts by json-glib, printing, and typed getters.
 *
 * json-glib 1.6 prints 1e122 as "1e+122.0" and infinity as "inf", which are
 * not JSON, so printing is done here.
 */
#include "osdep.h"

#include "util/json.h"

#include <math.h>

#include "util/error.h"

static void print_node(GString *out, JsonNode *node);

static void print_string(GString *out, const char *text)
{
    g_string_append_c(out, '"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') {
            g_string_append_c(out, '\\');
            g_string_append_c(out, *text);
        } else if ((uint8_t)*text < 0x20 || *text == 0x7f) {
            g_string_append_printf(out, "\\u%04x", *text);
        } else {
            g_string_append_c(out, *text);
        }
    }
    g_string_append_c(out, '"');
}

/* As short as it can be read back from, and still no integer. */
static void print_double(GString *out, double value)
{
    char buf[G_ASCII_DTOSTR_BUF_SIZE];

    if (!isfinite(value)) {
        g_string_append(out, "null");
        return;
    }
    g_ascii_formatd(buf, sizeof(buf), "%.15g", value);
    if (g_ascii_strtod(buf, NULL) != value) {
        g_ascii_formatd(buf, sizeof(buf), "%.17g", value);
    }
    g_string_append(out, buf);
    if (!strpbrk(buf, ".e")) {
        g_string_append(out, ".0");
    }
}

static void print_value(GString *out, JsonNode *node)
{
    switch (json_node_get_value_type(node)) {
    case G_TYPE_STRING:
        print_string(out, json_node_get_string(node));
        break;
    case G_TYPE_INT64:
        g_string_append_printf(out, "%" G_GINT64_FORMAT,
                               json_node_get_int(node));
        break;
    case G_TYPE_BOOLEAN:
        g_string_append(out, json_node_get_boolean(node) ? "true" : "false");
        break;
    default:
        print_double(out, json_node_get_double(node));
        break;
    }
}

static void print_object(GString *out, JsonObject *object)
{
    const char *separator = "";
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    g_string_append_c(out, '{');
    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        g_string_append(out, separator);
        print_string(out, name);
        g_string_append_c(out, ':');
        print_node(out, node);
        separator = ",";
    }
    g_string_append_c(out, '}');
}

static void print_array(GString *out, JsonArray *array)
{
    guint n = json_array_get_length(array);
    guint i;

    g_string_append_c(out, '[');
    for (i = 0; i < n; i++) {
        g_string_append(out, i ? "," : "");
        print_node(out, json_array_get_element(array, i));
    }
    g_string_append_c(out, ']');
}

/* Recurses as deep as the program built, or json_check() let pass. */
static void print_node(GString *out, JsonNode *node)
{
    switch (json_node_get_node_type(node)) {
    case JSON_NODE_OBJECT:
        print_object(out, json_node_get_object(node));
        break;
    case JSON_NODE_ARRAY:
        print_array(out, json_node_get_array(node));
        break;
    case JSON_NODE_VALUE:
        print_value(out, node);
        break;
    default:
        g_string_append(out, "null");
        break;
    }
}

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
    GString *out = g_string_new(NULL);

    print_object(out, object);
    return g_string_free(out, FALSE);
}

char *json_print_node(JsonNode *node)
{
    GString *out = g_string_new(NULL);

    print_node(out, node);
    return g_string_free(out, FALSE);
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
