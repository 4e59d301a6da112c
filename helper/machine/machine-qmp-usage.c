/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machine has used: block devices and balloon by QMP, vCPU time and
 * memory of the process by /proc. Both questions go out at once; when the
 * answers are there, the process is looked at.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include <json-glib/json-glib.h>

#include "machine/machine-host.h"
#include "util/error.h"
#include "util/json.h"

typedef struct UsageCall {
    MachineCall call;
    MachineUsage usage;
    unsigned pending;
} UsageCall;

static void usage_free(MachineCall *call)
{
    g_free(call);
}

/* Balloon or not: a process that we do not see has no vCPU time. */
static void usage_read_process(UsageCall *usage)
{
    const MachineInfo *info = &usage->call.q->parent.info;
    MachineUsage *result = &usage->usage;

    if (!info->pid) {
        return;
    }
    result->has_cpu = machine_host_read_cpu_us(info->pid, info->cpu_threads,
                                               &result->cpu_us);
    if (!result->has_memory) {
        result->has_memory = machine_host_read_memory(info->pid,
                                                      &result->memory_bytes);
    }
}

static void usage_answered(UsageCall *usage)
{
    usage->pending--;
    if (!usage->pending && usage->call.q) {
        usage_read_process(usage);
        machine_call_succeed(&usage->call,
                             g_memdup2(&usage->usage, sizeof(usage->usage)),
                             g_free);
    }
    machine_call_unref(&usage->call);
}

static void balloon_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    UsageCall *usage = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);
    int64_t actual;

    /* A machine without a balloon answers with an error: no news. */
    if (reply && JSON_NODE_HOLDS_OBJECT(reply) &&
        json_get_int(json_node_get_object(reply), "actual", &actual) ==
        JSON_GET_OK && actual > 0) {
        usage->usage.has_memory = true;
        usage->usage.memory_bytes = actual;
    }
    usage_answered(usage);
}

static void add_block(MachineUsage *usage, JsonObject *device)
{
    JsonObject *stats;
    int64_t value;

    if (json_get_object(device, "stats", &stats) != JSON_GET_OK) {
        return;
    }
    if (json_get_int(stats, "rd_bytes", &value) == JSON_GET_OK &&
        value > 0) {
        usage->read_bytes += value;
    }
    if (json_get_int(stats, "wr_bytes", &value) == JSON_GET_OK &&
        value > 0) {
        usage->write_bytes += value;
    }
}

static void block_done(GObject *source, GAsyncResult *res, gpointer opaque)
{
    UsageCall *usage = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);
    JsonArray *list;

    if (reply && JSON_NODE_HOLDS_ARRAY(reply)) {
        list = json_node_get_array(reply);
        usage->usage.has_block = true;
        for (guint i = 0; i < json_array_get_length(list); i++) {
            JsonNode *node = json_array_get_element(list, i);

            if (JSON_NODE_HOLDS_OBJECT(node)) {
                add_block(&usage->usage, json_node_get_object(node));
            }
        }
    }
    usage_answered(usage);
}

static void usage_ask(UsageCall *usage, const char *name,
                      GAsyncReadyCallback callback)
{
    QmpCommand command = {
        .name = name,
        .flags = QMP_EXEC_NOW,
        .timeout_ms = MACHINE_QMP_COMMAND_MS,
    };

    usage->pending++;
    qmp_client_command_async(usage->call.q->client, &command,
                             usage->call.cancellable, callback,
                             machine_call_ref(&usage->call));
}

void machine_qmp_query_usage(Machine *machine, GTask *task)
{
    UsageCall *usage = g_new0(UsageCall, 1);

    usage->call.free = usage_free;
    machine_call_init(&usage->call, (MachineQmp *)machine, task);
    if (!machine_call_require_qmp(&usage->call)) {
        return;
    }
    usage_ask(usage, "query-blockstats", block_done);
    usage_ask(usage, "query-balloon", balloon_done);
}
