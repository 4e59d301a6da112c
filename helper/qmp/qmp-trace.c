/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands for the log, without the secrets in them. */
#include "osdep.h"

#include "qmp/qmp-proto.h"

#include "util/json.h"

#define HIDDEN "***"

/* Commands of which no argument is shown; keys may spell a password. */
static const char *const hidden_commands[] = {
    "set_password", "expire_password", "change-vnc-password", "send-key",
    "input-send-event", "ringbuf-write", "human-monitor-command", NULL
};

/* Members that are not shown, whatever the command. */
static const char *const hidden_members[] = {
    "password", "passphrase", "secret", "data", "key", "cookie", "auth",
    NULL
};

static JsonNode *hide_node(JsonNode *node);

static JsonNode *new_hidden(void)
{
    return json_node_init_string(json_node_alloc(), HIDDEN);
}

/* A URL may carry a password, a json: file name anything. */
static bool string_is_secret(const char *text)
{
    return g_str_has_prefix(text, "json:") ||
           (strstr(text, "://") && strchr(text, '@'));
}

static JsonObject *hide_object(JsonObject *object)
{
    JsonObject *copy = json_object_new();
    JsonObjectIter iter;
    const char *name;
    JsonNode *node;

    json_object_iter_init_ordered(&iter, object);
    while (json_object_iter_next_ordered(&iter, &name, &node)) {
        json_object_set_member(copy, name,
                               g_strv_contains(hidden_members, name) ?
                               new_hidden() : hide_node(node));
    }
    return copy;
}

static JsonNode *hide_array(JsonArray *array)
{
    JsonArray *copy = json_array_new();
    JsonNode *node = json_node_new(JSON_NODE_ARRAY);
    unsigned i;

    for (i = 0; i < json_array_get_length(array); i++) {
        json_array_add_element(copy,
                               hide_node(json_array_get_element(array, i)));
    }
    json_node_take_array(node, copy);
    return node;
}

static JsonNode *hide_node(JsonNode *node)
{
    JsonNode *copy;

    if (JSON_NODE_HOLDS_OBJECT(node)) {
        copy = json_node_new(JSON_NODE_OBJECT);
        json_node_take_object(copy, hide_object(json_node_get_object(node)));
        return copy;
    }
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        return hide_array(json_node_get_array(node));
    }
    if (JSON_NODE_HOLDS_VALUE(node) &&
        json_node_get_value_type(node) == G_TYPE_STRING &&
        string_is_secret(json_node_get_string(node))) {
        return new_hidden();
    }
    return json_node_copy(node);
}

char *qmp_command_trace(const char *name, JsonObject *args)
{
    g_autoptr(JsonObject) copy = NULL;
    const char *type = "";

    if (!args) {
        return g_strdup("{}");
    }
    json_get_string(args, "qom-type", &type);
    if (g_strv_contains(hidden_commands, name) ||
        g_str_has_prefix(type, "secret")) {
        return g_strdup("{" HIDDEN "}");
    }
    copy = hide_object(args);
    return json_print(copy);
}
