/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What QEMU can do: query-commands and query-qmp-schema, as sets. */
#include "osdep.h"

#include "qmp/qmp-caps.h"

#include <malloc.h>

#include "qmp/qmp-client-priv.h"
#include "util/error.h"
#include "util/json.h"

struct QmpCaps {
    unsigned refs;
    QmpCapsDepth depth;
    GHashTable *commands;
    GHashTable *events;
    GHashTable *args; /* "command argument" */
};

typedef struct Probe {
    QmpClient *client;
    QmpCapsDepth depth;
    uint64_t connection;
    JsonNode *commands;
} Probe;

static void probe_free(void *opaque)
{
    Probe *probe = opaque;

    g_clear_pointer(&probe->commands, json_node_unref);
    qmp_client_unref(probe->client);
    g_free(probe);
}

static bool set_malformed(const char *command, GError **errp)
{
    g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                "malformed reply to %s", command);
    return false;
}

static JsonObject *element_object(JsonArray *array, unsigned i)
{
    JsonNode *node = json_array_get_element(array, i);

    return JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static bool read_commands(QmpCaps *caps, JsonNode *node, GError **errp)
{
    JsonArray *array;
    unsigned i;

    if (!node || !JSON_NODE_HOLDS_ARRAY(node)) {
        return set_malformed("query-commands", errp);
    }
    array = json_node_get_array(node);
    for (i = 0; i < json_array_get_length(array); i++) {
        JsonObject *entry = element_object(array, i);
        const char *name;

        if (!entry ||
            json_get_string(entry, "name", &name) != JSON_GET_OK) {
            return set_malformed("query-commands", errp);
        }
        g_hash_table_add(caps->commands, g_strdup(name));
    }
    return true;
}

static void add_members(QmpCaps *caps, const char *command,
                        JsonObject *type)
{
    JsonArray *members;
    unsigned i;

    if (json_get_array(type, "members", &members) != JSON_GET_OK) {
        return;
    }
    for (i = 0; i < json_array_get_length(members); i++) {
        JsonObject *member = element_object(members, i);
        const char *name;

        if (member && json_get_string(member, "name", &name) == JSON_GET_OK) {
            g_hash_table_add(caps->args,
                             g_strdup_printf("%s %s", command, name));
        }
    }
}

static void add_args(QmpCaps *caps, GHashTable *types, const char *command,
                     const char *type_name)
{
    JsonObject *type = g_hash_table_lookup(types, type_name);
    JsonArray *variants;
    unsigned i;

    if (!type) {
        return;
    }
    add_members(caps, command, type);
    if (json_get_array(type, "variants", &variants) != JSON_GET_OK) {
        return;
    }
    for (i = 0; i < json_array_get_length(variants); i++) {
        JsonObject *variant = element_object(variants, i);
        const char *name;

        if (variant &&
            json_get_string(variant, "type", &name) == JSON_GET_OK) {
            type = g_hash_table_lookup(types, name);
            if (type) {
                add_members(caps, command, type);
            }
        }
    }
}

/* @schema's entries by name; NULL when it is malformed. */
static GHashTable *index_schema(JsonNode *schema, GError **errp)
{
    g_autoptr(GHashTable) types = g_hash_table_new(g_str_hash, g_str_equal);
    JsonArray *array;
    unsigned i;

    if (!JSON_NODE_HOLDS_ARRAY(schema)) {
        set_malformed("query-qmp-schema", errp);
        return NULL;
    }
    array = json_node_get_array(schema);
    for (i = 0; i < json_array_get_length(array); i++) {
        JsonObject *entry = element_object(array, i);
        const char *name;

        if (!entry || json_get_string(entry, "name", &name) != JSON_GET_OK) {
            set_malformed("query-qmp-schema", errp);
            return NULL;
        }
        g_hash_table_insert(types, (void *)name, entry);
    }
    return g_steal_pointer(&types);
}

static bool read_schema(QmpCaps *caps, JsonNode *schema, GError **errp)
{
    g_autoptr(GHashTable) types = index_schema(schema, errp);
    GHashTableIter iter;
    void *name;
    void *entry;

    if (!types) {
        return false;
    }
    g_hash_table_iter_init(&iter, types);
    while (g_hash_table_iter_next(&iter, &name, &entry)) {
        const char *meta = "";
        const char *arg_type;

        json_get_string(entry, "meta-type", &meta);
        if (g_str_equal(meta, "event")) {
            g_hash_table_add(caps->events, g_strdup(name));
        } else if (g_str_equal(meta, "command") &&
                   json_get_string(entry, "arg-type", &arg_type) ==
                   JSON_GET_OK) {
            add_args(caps, types, name, arg_type);
        }
    }
    caps->depth = QMP_CAPS_SCHEMA;
    return true;
}

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void caps_unref(void *opaque)
{
    qmp_caps_unref(opaque);
}

static void finish_probe(GTask *task, JsonNode *schema)
{
    Probe *probe = g_task_get_task_data(task);
    QmpClient *client = probe->client;
    g_autoptr(GError) err = NULL;
    QmpCaps *caps = qmp_caps_new(probe->commands, schema, &err);

    if (!caps) {
        g_task_return_error(task, g_steal_pointer(&err));
        return;
    }
    if (probe->connection == qmp_client_get_connection(client) &&
        qmp_client_get_state(client) == QMP_CLIENT_READY) {
        qmp_client_set_cache(client, qmp_caps_ref(caps), caps_unref);
    }
    g_task_return_pointer(task, caps, caps_unref);
}

static void on_schema(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    g_autoptr(GError) err = NULL;
    JsonNode *schema = qmp_client_execute_finish(res, &err);

    if (!schema) {
        g_task_return_error(task, g_steal_pointer(&err));
        return;
    }
    finish_probe(task, schema);
    json_node_unref(schema);
}

static void on_commands(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GTask) task = opaque;
    g_autoptr(GError) err = NULL;
    Probe *probe = g_task_get_task_data(task);
    QmpCommand command = { .name = "query-qmp-schema" };

    probe->commands = qmp_client_execute_finish(res, &err);
    if (!probe->commands) {
        g_task_return_error(task, g_steal_pointer(&err));
        return;
    }
    probe->connection = qmp_client_get_connection(probe->client);
    if (probe->depth == QMP_CAPS_COMMANDS) {
        finish_probe(task, NULL);
        return;
    }
    /* Now or never: both answers have to come from the same QEMU. */
    command.flags = QMP_EXEC_NOW;
    qmp_client_command_async(probe->client, &command,
                             g_task_get_cancellable(task), on_schema,
                             g_object_ref(task));
}

QmpCaps *qmp_caps_new(JsonNode *commands, JsonNode *schema, GError **errp)
{
    g_autoptr(QmpCaps) caps = g_new0(QmpCaps, 1);

    caps->refs = 1;
    caps->commands = new_set();
    caps->events = new_set();
    caps->args = new_set();
    if (!read_commands(caps, commands, errp) ||
        (schema && !read_schema(caps, schema, errp))) {
        return NULL;
    }
    return g_steal_pointer(&caps);
}

QmpCaps *qmp_caps_ref(QmpCaps *caps)
{
    caps->refs++;
    return caps;
}

void qmp_caps_unref(QmpCaps *caps)
{
    if (!caps || --caps->refs > 0) {
        return;
    }
    g_hash_table_unref(caps->commands);
    g_hash_table_unref(caps->events);
    g_hash_table_unref(caps->args);
    g_free(caps);
}

void qmp_caps_probe_async(QmpClient *client, QmpCapsDepth depth,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    g_autoptr(GTask) task = g_task_new(NULL, cancellable, callback, opaque);
    QmpCaps *cached = client->cache;
    Probe *probe = g_new0(Probe, 1);

    probe->client = qmp_client_ref(client);
    probe->depth = depth;
    g_task_set_task_data(task, probe, probe_free);
    if (cached && cached->depth >= depth) {
        g_task_return_pointer(task, qmp_caps_ref(cached), caps_unref);
        return;
    }
    qmp_client_execute_async(client, "query-commands", NULL, cancellable,
                             on_commands, g_object_ref(task));
}

QmpCaps *qmp_caps_probe_finish(GAsyncResult *res, GError **errp)
{
    Probe *probe = g_task_get_task_data(G_TASK(res));
    QmpCaps *caps;

    if (!qmp_client_is_alive(probe->client, errp)) {
        return NULL;
    }
    caps = g_task_propagate_pointer(G_TASK(res), errp);
    if (probe->depth == QMP_CAPS_SCHEMA) {
        /* The parsed schema took megabytes, and once is enough. */
        malloc_trim(0);
    }
    return caps;
}

QmpCapsDepth qmp_caps_get_depth(const QmpCaps *caps)
{
    return caps->depth;
}

bool qmp_caps_has_command(const QmpCaps *caps, const char *command)
{
    return g_hash_table_contains(caps->commands, command);
}

bool qmp_caps_has_event(const QmpCaps *caps, const char *event)
{
    return g_hash_table_contains(caps->events, event);
}

bool qmp_caps_command_has_arg(const QmpCaps *caps, const char *command,
                              const char *arg)
{
    g_autofree char *key = g_strdup_printf("%s %s", command, arg);

    return g_hash_table_contains(caps->args, key);
}
