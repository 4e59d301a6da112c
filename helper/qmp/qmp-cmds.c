/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Typed QMP commands. */
#include "osdep.h"

#include "qmp/qmp-cmds.h"

#include "util/error.h"
#include "util/json.h"

/* Indexed by QmpRunState. */
static const char *const run_states[] = {
    [QMP_RUN_STATE_UNKNOWN] = "unknown",
    [QMP_RUN_STATE_DEBUG] = "debug",
    [QMP_RUN_STATE_INMIGRATE] = "inmigrate",
    [QMP_RUN_STATE_INTERNAL_ERROR] = "internal-error",
    [QMP_RUN_STATE_IO_ERROR] = "io-error",
    [QMP_RUN_STATE_PAUSED] = "paused",
    [QMP_RUN_STATE_POSTMIGRATE] = "postmigrate",
    [QMP_RUN_STATE_PRELAUNCH] = "prelaunch",
    [QMP_RUN_STATE_FINISH_MIGRATE] = "finish-migrate",
    [QMP_RUN_STATE_RESTORE_VM] = "restore-vm",
    [QMP_RUN_STATE_RUNNING] = "running",
    [QMP_RUN_STATE_SAVE_VM] = "save-vm",
    [QMP_RUN_STATE_SHUTDOWN] = "shutdown",
    [QMP_RUN_STATE_SUSPENDED] = "suspended",
    [QMP_RUN_STATE_WATCHDOG] = "watchdog",
    [QMP_RUN_STATE_GUEST_PANICKED] = "guest-panicked",
    [QMP_RUN_STATE_COLO] = "colo",
};

/* Send a command that only asks. */
static void ask(QmpClient *client, const char *name, JsonObject *args,
                GCancellable *cancellable, GAsyncReadyCallback callback,
                void *opaque)
{
    qmp_client_execute_async(client, name, args, cancellable, callback,
                             opaque);
}

/* Send a command that changes something. */
static void tell(QmpClient *client, const char *name, JsonObject *args,
                 GCancellable *cancellable, GAsyncReadyCallback callback,
                 void *opaque)
{
    QmpCommand command = {
        .name = name, .args = args, .flags = QMP_EXEC_NOW
    };

    qmp_client_command_async(client, &command, cancellable, callback, opaque);
}

static bool set_malformed(GError **errp)
{
    g_set_error_literal(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                        "QEMU's reply has not the promised form");
    return false;
}

/* The reply, which must be an object; the caller unrefs @node. */
static JsonObject *finish_object(GAsyncResult *res, JsonNode **node,
                                 GError **errp)
{
    *node = qmp_client_execute_finish(res, errp);
    if (!*node) {
        return NULL;
    }
    if (!JSON_NODE_HOLDS_OBJECT(*node)) {
        set_malformed(errp);
        return NULL;
    }
    return json_node_get_object(*node);
}

/* A string member of a reply that is an object. */
static char *finish_member(GAsyncResult *res, const char *name,
                           GError **errp)
{
    g_autoptr(JsonNode) node = NULL;
    JsonObject *object = finish_object(res, &node, errp);
    const char *value;

    if (!object) {
        return NULL;
    }
    if (json_get_string(object, name, &value) != JSON_GET_OK) {
        set_malformed(errp);
        return NULL;
    }
    return g_strdup(value);
}

typedef void *(*ParseFunc)(JsonObject *object);

/* A reply that is an array of objects; @parse returns NULL for a bad one. */
static GPtrArray *finish_array(GAsyncResult *res, ParseFunc parse,
                               GDestroyNotify free_func, GError **errp)
{
    g_autoptr(JsonNode) node = qmp_client_execute_finish(res, errp);
    g_autoptr(GPtrArray) out = NULL;
    JsonArray *array;
    unsigned i;

    if (!node) {
        return NULL;
    }
    if (!JSON_NODE_HOLDS_ARRAY(node)) {
        set_malformed(errp);
        return NULL;
    }
    array = json_node_get_array(node);
    out = g_ptr_array_new_with_free_func(free_func);
    for (i = 0; i < json_array_get_length(array); i++) {
        JsonNode *element = json_array_get_element(array, i);
        void *item = JSON_NODE_HOLDS_OBJECT(element) ?
                     parse(json_node_get_object(element)) : NULL;

        if (!item) {
            set_malformed(errp);
            return NULL;
        }
        g_ptr_array_add(out, item);
    }
    return g_steal_pointer(&out);
}

static char *dup_member(JsonObject *object, const char *name)
{
    const char *value = NULL;

    json_get_string(object, name, &value);
    return g_strdup(value);
}

static void cpu_free(void *opaque)
{
    QmpCpu *cpu = opaque;

    g_free(cpu->qom_path);
    g_free(cpu);
}

/* Ids of cores count from 0 in each die and cluster. */
static void cpu_parse_place(QmpCpu *cpu, JsonObject *props)
{
    static const char *const levels[] = { "die-id", "cluster-id" };
    int64_t value;

    if (json_get_int(props, "socket-id", &value) == JSON_GET_OK) {
        cpu->socket = value;
    }
    if (json_get_int(props, "core-id", &value) != JSON_GET_OK ||
        value < 0 || value > UINT16_MAX) {
        return;
    }
    cpu->core = value;
    for (size_t i = 0; i < G_N_ELEMENTS(levels); i++) {
        if (json_get_int(props, levels[i], &value) == JSON_GET_OK) {
            cpu->core |= (value & UINT16_MAX) << (16 * (i + 1));
        }
    }
}

static void *cpu_parse(JsonObject *object)
{
    JsonObject *props;
    QmpCpu *cpu;
    int64_t index;

    if (json_get_int(object, "cpu-index", &index) != JSON_GET_OK) {
        return NULL;
    }
    cpu = g_new0(QmpCpu, 1);
    cpu->index = index;
    cpu->qom_path = dup_member(object, "qom-path");
    json_get_int(object, "thread-id", &cpu->thread_id);
    cpu->socket = -1;
    cpu->core = -1;
    if (json_get_object(object, "props", &props) == JSON_GET_OK) {
        cpu_parse_place(cpu, props);
    }
    return cpu;
}

static void block_free(void *opaque)
{
    QmpBlock *block = opaque;

    g_free(block->device);
    g_free(block->qdev);
    g_free(block->node_name);
    g_free(block->file);
    g_free(block->driver);
    g_free(block);
}

static void parse_medium(QmpBlock *block, JsonObject *medium)
{
    JsonObject *image;

    block->inserted = true;
    block->node_name = dup_member(medium, "node-name");
    block->file = dup_member(medium, "file");
    block->driver = dup_member(medium, "drv");
    json_get_bool(medium, "ro", &block->read_only);
    if (json_get_object(medium, "image", &image) == JSON_GET_OK) {
        json_get_int(image, "virtual-size", &block->size);
    }
}

static void *block_parse(JsonObject *object)
{
    QmpBlock *block;
    JsonObject *medium;
    const char *device;
    const char *status;

    if (json_get_string(object, "device", &device) != JSON_GET_OK) {
        return NULL;
    }
    block = g_new0(QmpBlock, 1);
    block->size = -1;
    block->device = g_strdup(device);
    block->qdev = dup_member(object, "qdev");
    json_get_bool(object, "removable", &block->removable);
    json_get_bool(object, "locked", &block->locked);
    block->has_tray = json_get_bool(object, "tray_open",
                                    &block->tray_open) == JSON_GET_OK;
    if (json_get_string(object, "io-status", &status) == JSON_GET_OK) {
        block->failed = !g_str_equal(status, "ok");
    }
    if (json_get_object(object, "inserted", &medium) == JSON_GET_OK) {
        parse_medium(block, medium);
    }
    return block;
}

static void property_free(void *opaque)
{
    QmpProperty *property = opaque;

    g_free(property->name);
    g_free(property->type);
    g_free(property);
}

static void *property_parse(JsonObject *object)
{
    QmpProperty *property;
    const char *name;
    const char *type;

    if (json_get_string(object, "name", &name) != JSON_GET_OK ||
        json_get_string(object, "type", &type) != JSON_GET_OK) {
        return NULL;
    }
    property = g_new0(QmpProperty, 1);
    property->name = g_strdup(name);
    property->type = g_strdup(type);
    return property;
}

static JsonObject *qom_args(const char *path, const char *property)
{
    JsonObject *args = json_object_new();

    json_object_set_string_member(args, "path", path);
    if (property) {
        json_object_set_string_member(args, "property", property);
    }
    return args;
}

/* The reply to qom-get, which must have the type wanted. */
static JsonNode *finish_value(GAsyncResult *res, GType type, GError **errp)
{
    g_autoptr(JsonNode) node = qmp_client_execute_finish(res, errp);

    if (!node) {
        return NULL;
    }
    if (!JSON_NODE_HOLDS_VALUE(node) ||
        json_node_get_value_type(node) != type) {
        set_malformed(errp);
        return NULL;
    }
    return g_steal_pointer(&node);
}

static void set_optional(JsonObject *args, const char *name,
                         const char *value)
{
    if (value) {
        json_object_set_string_member(args, name, value);
    }
}

const char *qmp_run_state_to_string(QmpRunState state)
{
    return run_states[state];
}

void qmp_query_status_async(QmpClient *client, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "query-status", NULL, cancellable, callback, opaque);
}

bool qmp_query_status_finish(GAsyncResult *res, QmpRunState *state,
                             bool *running, GError **errp)
{
    g_autoptr(JsonNode) node = NULL;
    JsonObject *object = finish_object(res, &node, errp);
    const char *status;
    bool runs;
    unsigned i;

    if (!object) {
        return false;
    }
    if (json_get_string(object, "status", &status) != JSON_GET_OK ||
        json_get_bool(object, "running", &runs) != JSON_GET_OK) {
        return set_malformed(errp);
    }
    if (running) {
        *running = runs;
    }
    if (state) {
        *state = QMP_RUN_STATE_UNKNOWN;
        for (i = 0; i < G_N_ELEMENTS(run_states); i++) {
            if (g_str_equal(status, run_states[i])) {
                *state = i;
            }
        }
    }
    return true;
}

void qmp_query_name_async(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "query-name", NULL, cancellable, callback, opaque);
}

bool qmp_query_name_finish(GAsyncResult *res, char **name, GError **errp)
{
    g_autoptr(JsonNode) node = NULL;
    JsonObject *object = finish_object(res, &node, errp);

    if (!object) {
        return false;
    }
    *name = dup_member(object, "name");
    return true;
}

void qmp_query_uuid_async(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "query-uuid", NULL, cancellable, callback, opaque);
}

char *qmp_query_uuid_finish(GAsyncResult *res, GError **errp)
{
    return finish_member(res, "UUID", errp);
}

void qmp_query_version_async(QmpClient *client, GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "query-version", NULL, cancellable, callback, opaque);
}

bool qmp_query_version_finish(GAsyncResult *res, QmpVersion *version,
                              GError **errp)
{
    g_autoptr(JsonNode) node = NULL;
    JsonObject *object = finish_object(res, &node, errp);

    return object && qmp_version_parse(object, version, errp);
}

void qmp_query_target_async(QmpClient *client, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "query-target", NULL, cancellable, callback, opaque);
}

char *qmp_query_target_finish(GAsyncResult *res, GError **errp)
{
    return finish_member(res, "arch", errp);
}

void qmp_query_cpus_async(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "query-cpus-fast", NULL, cancellable, callback, opaque);
}

GPtrArray *qmp_query_cpus_finish(GAsyncResult *res, GError **errp)
{
    return finish_array(res, cpu_parse, cpu_free, errp);
}

void qmp_query_memory_async(QmpClient *client, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "query-memory-size-summary", NULL, cancellable, callback,
        opaque);
}

bool qmp_query_memory_finish(GAsyncResult *res, uint64_t *base,
                             uint64_t *plugged, GError **errp)
{
    g_autoptr(JsonNode) node = NULL;
    JsonObject *object = finish_object(res, &node, errp);
    int64_t base_value;
    int64_t plugged_value = 0;

    if (!object) {
        return false;
    }
    if (json_get_int(object, "base-memory", &base_value) != JSON_GET_OK) {
        return set_malformed(errp);
    }
    json_get_int(object, "plugged-memory", &plugged_value);
    if (base) {
        *base = base_value;
    }
    if (plugged) {
        *plugged = plugged_value;
    }
    return true;
}

void qmp_query_block_async(QmpClient *client, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "query-block", NULL, cancellable, callback, opaque);
}

GPtrArray *qmp_query_block_finish(GAsyncResult *res, GError **errp)
{
    return finish_array(res, block_parse, block_free, errp);
}

void qmp_qom_list_async(QmpClient *client, const char *path,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "qom-list", qom_args(path, NULL), cancellable, callback,
        opaque);
}

GPtrArray *qmp_qom_list_finish(GAsyncResult *res, GError **errp)
{
    return finish_array(res, property_parse, property_free, errp);
}

void qmp_qom_get_async(QmpClient *client, const char *path,
                       const char *property, GCancellable *cancellable,
                       GAsyncReadyCallback callback, void *opaque)
{
    ask(client, "qom-get", qom_args(path, property), cancellable, callback,
        opaque);
}

bool qmp_qom_get_finish_int(GAsyncResult *res, int64_t *value, GError **errp)
{
    g_autoptr(JsonNode) node = finish_value(res, G_TYPE_INT64, errp);

    if (!node) {
        return false;
    }
    *value = json_node_get_int(node);
    return true;
}

bool qmp_qom_get_finish_bool(GAsyncResult *res, bool *value, GError **errp)
{
    g_autoptr(JsonNode) node = finish_value(res, G_TYPE_BOOLEAN, errp);

    if (!node) {
        return false;
    }
    *value = json_node_get_boolean(node);
    return true;
}

char *qmp_qom_get_finish_string(GAsyncResult *res, GError **errp)
{
    g_autoptr(JsonNode) node = finish_value(res, G_TYPE_STRING, errp);

    return node ? json_node_dup_string(node) : NULL;
}

void qmp_qom_set_int_async(QmpClient *client, const char *path,
                           const char *property, int64_t value,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    JsonObject *args = qom_args(path, property);

    json_object_set_int_member(args, "value", value);
    tell(client, "qom-set", args, cancellable, callback, opaque);
}

void qmp_qom_set_bool_async(QmpClient *client, const char *path,
                            const char *property, bool value,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    JsonObject *args = qom_args(path, property);

    json_object_set_boolean_member(args, "value", value);
    tell(client, "qom-set", args, cancellable, callback, opaque);
}

void qmp_qom_set_string_async(QmpClient *client, const char *path,
                              const char *property, const char *value,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    JsonObject *args = qom_args(path, property);

    json_object_set_string_member(args, "value", value);
    tell(client, "qom-set", args, cancellable, callback, opaque);
}

void qmp_set_action_async(QmpClient *client, const QmpActions *actions,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    JsonObject *args = json_object_new();

    set_optional(args, "reboot", actions->reboot);
    set_optional(args, "shutdown", actions->shutdown);
    set_optional(args, "panic", actions->panic);
    set_optional(args, "watchdog", actions->watchdog);
    tell(client, "set-action", args, cancellable, callback, opaque);
}

void qmp_stop_async(QmpClient *client, GCancellable *cancellable,
                    GAsyncReadyCallback callback, void *opaque)
{
    tell(client, "stop", NULL, cancellable, callback, opaque);
}

void qmp_cont_async(QmpClient *client, GCancellable *cancellable,
                    GAsyncReadyCallback callback, void *opaque)
{
    tell(client, "cont", NULL, cancellable, callback, opaque);
}

void qmp_system_reset_async(QmpClient *client, GCancellable *cancellable,
                            GAsyncReadyCallback callback, void *opaque)
{
    tell(client, "system_reset", NULL, cancellable, callback, opaque);
}

void qmp_system_powerdown_async(QmpClient *client, GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque)
{
    tell(client, "system_powerdown", NULL, cancellable, callback, opaque);
}

void qmp_inject_nmi_async(QmpClient *client, GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    tell(client, "inject-nmi", NULL, cancellable, callback, opaque);
}

void qmp_quit_async(QmpClient *client, GCancellable *cancellable,
                    GAsyncReadyCallback callback, void *opaque)
{
    tell(client, "quit", NULL, cancellable, callback, opaque);
}

bool qmp_void_finish(GAsyncResult *res, GError **errp)
{
    g_autoptr(JsonNode) node = qmp_client_execute_finish(res, errp);

    return node != NULL;
}
