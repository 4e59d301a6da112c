/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot override of a patched QEMU. Who has asked once and follows the
 * events knows it, so it is asked for once a connection. An answer can reach
 * us after an event that came later; the event is the newer one then, and if
 * it was sent before the answer, both tell the same.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include <json-glib/json-glib.h>

#include "machine/machine-host.h"
#include "qmp/qmp-caps.h"
#include "qmp/qmp-cmds.h"
#include "util/error.h"
#include "util/json.h"

/* QOM paths are short; this bounds what we keep if QEMU should lie. */
#define PATH_MAX_LEN 4096

typedef struct OverrideCall {
    MachineCall call;
    uint64_t events;
    char *process;
} OverrideCall;

static const char *const state_names[] = {
    [MACHINE_OVERRIDE_NONE] = "none",
    [MACHINE_OVERRIDE_ARMED] = "armed",
    [MACHINE_OVERRIDE_CONSUMED] = "consumed",
};

static void override_free(MachineCall *call)
{
    g_free(((OverrideCall *)call)->process);
    g_free(call);
}

bool machine_qmp_override_parse(JsonObject *info, MachineOverride *override)
{
    const char *name;
    const char *device = NULL;
    const char *mode = NULL;
    unsigned state = 0;

    if (!info || json_get_string(info, "state", &name) != JSON_GET_OK) {
        return false;
    }
    while (state < G_N_ELEMENTS(state_names) &&
           strcmp(state_names[state], name)) {
        state++;
    }
    if (state == G_N_ELEMENTS(state_names)) {
        return false;
    }
    if (state != MACHINE_OVERRIDE_NONE &&
        (json_get_string(info, "device", &device) != JSON_GET_OK ||
         json_get_string(info, "mode", &mode) != JSON_GET_OK ||
         strlen(device) > PATH_MAX_LEN)) {
        return false;
    }
    g_free(override->device);
    override->state = state;
    override->persistent = g_strcmp0(mode, "persistent") == 0;
    override->device = g_strdup(device);
    return true;
}

void machine_qmp_override_event(MachineQmp *q, const QmpEvent *event)
{
    if (machine_qmp_override_parse(event->data, &q->parent.override)) {
        q->override_events++;
    } else {
        g_info("%s without the promised data", event->name);
    }
}

void machine_qmp_override_forget(MachineQmp *q)
{
    q->parent.has_override = false;
    machine_override_clear(&q->parent.override);
}

static void override_answered(GObject *source, GAsyncResult *res,
                              gpointer opaque)
{
    OverrideCall *call = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);
    MachineQmp *q = call->call.q;

    if (!q) {
        machine_call_unref(&call->call);
        return;
    }
    if (!reply) {
        machine_call_fail(&call->call, g_steal_pointer(&error));
    } else if (q->override_events == call->events &&
               (!JSON_NODE_HOLDS_OBJECT(reply) ||
                !machine_qmp_override_parse(json_node_get_object(reply),
                                            &q->parent.override))) {
        machine_call_fail(&call->call, g_error_new_literal(
            BMC_ERROR, BMC_ERROR_PROTOCOL,
            "QEMU does not tell its boot override in the promised form"));
    } else {
        g_free(q->parent.override.process);
        q->parent.override.process = g_steal_pointer(&call->process);
        q->parent.has_override = true;
        machine_call_succeed(&call->call, NULL, NULL);
    }
    machine_call_unref(&call->call);
}

/* As MachineInfo.pid; without it, nobody knows the process again. */
static void cpus_answered(GObject *source, GAsyncResult *res,
                          gpointer opaque)
{
    OverrideCall *call = opaque;
    g_autoptr(GPtrArray) cpus = qmp_query_cpus_finish(res, NULL);
    MachineQmp *q = call->call.q;
    const QmpCpu *cpu = cpus && cpus->len ? cpus->pdata[0] : NULL;
    int pid = q ? qmp_client_get_peer_pid(q->client) : 0;

    if (pid > 0 && cpu && machine_host_has_thread(pid, cpu->thread_id)) {
        g_free(call->process);
        call->process = machine_host_name_process(pid);
    }
    if (q) {
        call->events = q->override_events;
        qmp_client_execute_async(q->client, "query-boot-override", NULL,
                                 call->call.cancellable, override_answered,
                                 machine_call_ref(&call->call));
    }
    machine_call_unref(&call->call);
}

static void caps_answered(GObject *source, GAsyncResult *res, gpointer opaque)
{
    OverrideCall *call = opaque;
    g_autoptr(GError) error = NULL;
    g_autoptr(QmpCaps) caps = qmp_caps_probe_finish(res, &error);
    MachineQmp *q = call->call.q;

    if (!q) {
        machine_call_unref(&call->call);
        return;
    }
    if (!caps) {
        machine_call_fail(&call->call, g_steal_pointer(&error));
    } else if (!qmp_caps_has_command(caps, "set-boot-override")) {
        machine_call_fail(&call->call, g_error_new_literal(
            BMC_ERROR, BMC_ERROR_NOT_SUPPORTED,
            "this QEMU has no boot override of its own"));
    } else {
        qmp_query_cpus_async(q->client, call->call.cancellable,
                             cpus_answered, machine_call_ref(&call->call));
    }
    machine_call_unref(&call->call);
}

static OverrideCall *override_call_new(MachineQmp *q, GTask *task)
{
    OverrideCall *call = g_new0(OverrideCall, 1);

    call->call.free = override_free;
    machine_call_init(&call->call, q, task);
    return call;
}

void machine_qmp_query_override(Machine *machine, GTask *task)
{
    MachineQmp *q = (MachineQmp *)machine;
    OverrideCall *call = override_call_new(q, task);

    if (!machine_call_require_qmp(&call->call)) {
        return;
    }
    if (machine->has_override) {
        machine_call_succeed(&call->call, NULL, NULL);
        return;
    }
    qmp_caps_probe_async(q->client, QMP_CAPS_COMMANDS, call->call.cancellable,
                         caps_answered, machine_call_ref(&call->call));
}

static void override_set(GObject *source, GAsyncResult *res, gpointer opaque)
{
    MachineCall *call = opaque;
    g_autoptr(GError) error = NULL;
    bool ok = qmp_void_finish(res, &error);

    if (!call->q) {
        machine_call_unref(call);
        return;
    }
    if (ok) {
        machine_call_succeed(call, NULL, NULL);
    } else if (strstr(error->message, "has no boot index")) {
        machine_call_fail(call, g_error_new_literal(
            BMC_ERROR, BMC_ERROR_STATE, error->message));
    } else {
        machine_call_fail(call, g_steal_pointer(&error));
    }
    machine_call_unref(call);
}

void machine_qmp_set_override(Machine *machine, const char *device,
                              bool persistent, GTask *task)
{
    MachineQmp *q = (MachineQmp *)machine;
    OverrideCall *call = override_call_new(q, task);
    QmpCommand command = {
        .name = "set-boot-override", .flags = QMP_EXEC_NOW,
    };

    if (!machine_call_require_qmp(&call->call)) {
        return;
    }
    if (device) {
        command.args = json_object_new();
        json_object_set_string_member(command.args, "device", device);
        json_object_set_string_member(command.args, "mode",
                                      persistent ? "persistent" : "once");
    }
    /* Whatever comes of it, firmware's view may be an old one from now. */
    q->reset_needed = true;
    qmp_client_command_async(q->client, &command, call->call.cancellable,
                             override_set, machine_call_ref(&call->call));
}
