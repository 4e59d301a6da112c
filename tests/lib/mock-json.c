/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON in tests. */
#include "osdep.h"

#include "mock-json.h"

#include "util/json.h"

static JsonNode *sort_node(JsonNode *node);

static JsonNode *sort_object(JsonObject *object)
{
    g_autoptr(JsonObject) copy = json_object_new();
    g_autoptr(GList) names = g_list_sort(json_object_get_members(object),
                                         (GCompareFunc)strcmp);
    JsonNode *out = json_node_new(JSON_NODE_OBJECT);
    GList *l;

    for (l = names; l; l = l->next) {
        json_object_set_member(copy, l->data,
                               sort_node(json_object_get_member(object,
                                                                l->data)));
    }
    json_node_set_object(out, copy);
    return out;
}

static JsonNode *sort_node(JsonNode *node)
{
    return JSON_NODE_HOLDS_OBJECT(node) ?
           sort_object(json_node_get_object(node)) : json_node_copy(node);
}

JsonObject *mock_json_parse(const char *text)
{
    g_autoptr(GError) err = NULL;
    JsonObject *object = json_parse_object(text, strlen(text), &err);

    if (!object) {
        g_error("bad JSON: %s: %s", err->message, text);
    }
    return object;
}

char *mock_json_canonical(JsonObject *object)
{
    g_autoptr(JsonNode) node = sort_object(object);

    return json_print(json_node_get_object(node));
}
