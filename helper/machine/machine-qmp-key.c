/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A key of the keyboard. input-send-event hands over the press and the
 * release at once; send-key would send the release later by itself, and the
 * guest would see more keys than it is told of if it is reset in between.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include <json-glib/json-glib.h>

#include "qmp/qmp-cmds.h"

static void key_free(MachineCall *call)
{
    g_free(call);
}

static JsonObject *key_event(const char *key, bool down)
{
    JsonObject *event = json_object_new();
    JsonObject *data = json_object_new();
    JsonObject *value = json_object_new();

    json_object_set_string_member(value, "type", "qcode");
    json_object_set_string_member(value, "data", key);
    json_object_set_boolean_member(data, "down", down);
    json_object_set_object_member(data, "key", value);
    json_object_set_string_member(event, "type", "key");
    json_object_set_object_member(event, "data", data);
    return event;
}

static void key_sent(GObject *source, GAsyncResult *res, gpointer opaque)
{
    MachineCall *call = opaque;
    GError *error = NULL;

    if (qmp_void_finish(res, &error)) {
        machine_call_succeed(call, NULL, NULL);
    } else {
        machine_call_fail(call, error);
    }
    machine_call_unref(call);
}

void machine_qmp_press_key(Machine *machine, const char *key, GTask *task)
{
    MachineCall *call = g_new0(MachineCall, 1);
    JsonArray *events;
    JsonObject *args;

    call->free = key_free;
    machine_call_init(call, (MachineQmp *)machine, task);
    if (!machine_call_require_qmp(call)) {
        return;
    }
    events = json_array_new();
    args = json_object_new();
    json_array_add_object_element(events, key_event(key, true));
    json_array_add_object_element(events, key_event(key, false));
    json_object_set_array_member(args, "events", events);
    qmp_client_command_async(call->q->client, &(QmpCommand) {
        .name = "input-send-event",
        .args = args,
        .flags = QMP_EXEC_NOW,
        .timeout_ms = MACHINE_QMP_COMMAND_MS,
    }, call->cancellable, key_sent, machine_call_ref(call));
}
