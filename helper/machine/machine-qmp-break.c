/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * BREAK on a serial line. QEMU wants the chardev's label, and we know where
 * it listens; query-chardev tells which is which.
 */
#include "osdep.h"

#include "machine/machine-qmp-priv.h"

#include <json-glib/json-glib.h>

#include "util/error.h"
#include "util/json.h"

typedef struct BreakCall {
    MachineCall call;
    char *address;
} BreakCall;

static void break_free(MachineCall *call)
{
    BreakCall *brk = (BreakCall *)call;

    g_free(brk->address);
    g_free(brk);
}

/*
 * "unix:PATH,server=on", "tcp:HOST:PORT,server=on <-> PEER"; ",server" in
 * older versions, and "disconnected:" before it all.
 */
static bool listens_at(const char *filename, const char *address)
{
    const char *rest;

    if (g_str_has_prefix(filename, "disconnected:")) {
        filename += strlen("disconnected:");
    }
    if (!g_str_has_prefix(filename, "unix:") &&
        !g_str_has_prefix(filename, "tcp:")) {
        return false;
    }
    filename = strchr(filename, ':') + 1;
    /* A socket for both families tells IPv4 so */
    if (g_str_has_prefix(filename, "[::ffff:")) {
        filename += strlen("[::ffff:");
        rest = strchr(filename, ']');
        if (!rest || strncmp(filename, address, rest - filename)) {
            return false;
        }
        address += rest - filename;
        filename = rest + 1;
    }
    return g_str_has_prefix(filename, address) &&
           g_str_has_prefix(filename + strlen(address), ",server");
}

static const char *find_label(JsonNode *reply, const char *address)
{
    JsonArray *list;

    if (!JSON_NODE_HOLDS_ARRAY(reply)) {
        return NULL;
    }
    list = json_node_get_array(reply);
    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonNode *node = json_array_get_element(list, i);
        const char *filename = NULL;
        const char *label = NULL;

        if (JSON_NODE_HOLDS_OBJECT(node) &&
            json_get_string(json_node_get_object(node), "filename",
                            &filename) == JSON_GET_OK &&
            json_get_string(json_node_get_object(node), "label",
                            &label) == JSON_GET_OK &&
            listens_at(filename, address)) {
            return label;
        }
    }
    return NULL;
}

static void break_ask(BreakCall *brk, const char *name, JsonObject *args,
                      GAsyncReadyCallback callback)
{
    QmpCommand command = {
        .name = name,
        .args = args,
        .flags = QMP_EXEC_NOW,
        .timeout_ms = MACHINE_QMP_COMMAND_MS,
    };

    qmp_client_command_async(brk->call.q->client, &command,
                             brk->call.cancellable, callback,
                             machine_call_ref(&brk->call));
}

static void break_sent(GObject *source, GAsyncResult *res, gpointer opaque)
{
    BreakCall *brk = opaque;
    GError *error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);

    if (error) {
        machine_call_fail(&brk->call, error);
    } else {
        machine_call_succeed(&brk->call, NULL, NULL);
    }
    machine_call_unref(&brk->call);
}

static void chardevs_told(GObject *source, GAsyncResult *res, gpointer opaque)
{
    BreakCall *brk = opaque;
    GError *error = NULL;
    g_autoptr(JsonNode) reply = qmp_client_execute_finish(res, &error);
    const char *label = reply ? find_label(reply, brk->address) : NULL;
    JsonObject *args;

    if (error) {
        machine_call_fail(&brk->call, error);
    } else if (!label) {
        machine_call_fail(&brk->call,
                          g_error_new(BMC_ERROR, BMC_ERROR_NOT_FOUND,
                                      "QEMU has no chardev that listens at "
                                      "%s", brk->address));
    } else if (brk->call.q) {
        args = json_object_new();
        json_object_set_string_member(args, "id", label);
        break_ask(brk, "chardev-send-break", args, break_sent);
    }
    machine_call_unref(&brk->call);
}

void machine_qmp_send_break(Machine *machine, const char *address,
                            GTask *task)
{
    BreakCall *brk = g_new0(BreakCall, 1);

    brk->address = g_strdup(address);
    brk->call.free = break_free;
    machine_call_init(&brk->call, (MachineQmp *)machine, task);
    if (machine_call_require_qmp(&brk->call)) {
        break_ask(brk, "query-chardev", NULL, chardevs_told);
    }
}
