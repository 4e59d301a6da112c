/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Arrays that clients give for a subscription. */
#include "osdep.h"

#include "redfish/rf-subscription-lists.h"

#include "bmc/subscriptions.h"
#include "redfish/rf-resource.h"

char **rf_subscription_read_texts(JsonNode *node)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    JsonArray *array = JSON_NODE_HOLDS_ARRAY(node)
                       ? json_node_get_array(node) : NULL;
    unsigned i, n = array ? json_array_get_length(array) : 0;

    if (!array || n > BMC_SUBSCRIPTION_LIST_MAX) {
        return NULL;
    }
    for (i = 0; i < n; i++) {
        JsonNode *element = json_array_get_element(array, i);
        const char *text = json_node_get_value_type(element) == G_TYPE_STRING
                           ? json_node_get_string(element) : NULL;

        if (!text || strlen(text) > BMC_SUBSCRIPTION_TEXT_MAX) {
            return NULL;
        }
        g_strv_builder_add(builder, text);
    }
    return g_strv_builder_end(builder);
}

char **rf_subscription_read_origins(JsonNode *node)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    JsonArray *array = JSON_NODE_HOLDS_ARRAY(node)
                       ? json_node_get_array(node) : NULL;
    unsigned i, n = array ? json_array_get_length(array) : 0;

    if (!array || n > BMC_SUBSCRIPTION_LIST_MAX) {
        return NULL;
    }
    for (i = 0; i < n; i++) {
        JsonNode *element = json_array_get_element(array, i);
        const char *uri = JSON_NODE_HOLDS_OBJECT(element)
            ? json_object_get_string_member_with_default(
                json_node_get_object(element), "@odata.id", NULL) : NULL;

        if (!uri || uri[0] != '/' || strlen(uri) >= RF_URI_MAX) {
            return NULL;
        }
        g_strv_builder_add(builder, uri);
    }
    return g_strv_builder_end(builder);
}

/* RFC 9110: nothing that could end the line, and none that frames it. */
static bool header_is_fit(const char *name, const char *value)
{
    static const char *const ours[] = {
        "Host", "Content-Length", "Content-Type", "Connection",
        "Transfer-Encoding", "Expect", "Upgrade",
    };
    const char *p;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(ours); i++) {
        if (g_ascii_strcasecmp(name, ours[i]) == 0) {
            return false;
        }
    }
    for (p = name; g_ascii_isalnum(*p) || *p == '-' || *p == '_'; p++) {
        ;
    }
    if (*p || p == name) {
        return false;
    }
    for (p = value; (uint8_t)*p >= ' ' && *p != 0x7f; p++) {
        ;
    }
    return !*p && strlen(name) + strlen(value) < BMC_SUBSCRIPTION_TEXT_MAX;
}

static bool add_header_lines(GStrvBuilder *builder, JsonObject *object)
{
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        const char *value = json_node_get_value_type(node) == G_TYPE_STRING
                            ? json_node_get_string(node) : NULL;
        g_autofree char *line = NULL;

        if (!value || !header_is_fit(name, value)) {
            return false;
        }
        line = g_strconcat(name, ": ", value, NULL);
        g_strv_builder_add(builder, line);
    }
    return true;
}

char **rf_subscription_read_headers(JsonNode *node)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    JsonArray *array = JSON_NODE_HOLDS_ARRAY(node)
                       ? json_node_get_array(node) : NULL;
    g_auto(GStrv) lines = NULL;
    unsigned i;

    for (i = 0; array && i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);

        if (!JSON_NODE_HOLDS_OBJECT(element) ||
            !add_header_lines(builder, json_node_get_object(element))) {
            return NULL;
        }
    }
    lines = g_strv_builder_end(builder);
    if (!array || g_strv_length(lines) > BMC_SUBSCRIPTION_LIST_MAX) {
        return NULL;
    }
    return g_steal_pointer(&lines);
}
