/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A monitor that behaves as QEMU does, and a machine attached to it. */
#include "osdep.h"

#include "machine-fixture.h"

#include "machine/machine-qmp.h"
#include "util/json.h"

static void on_event(void *opaque, const void *data)
{
    static const char *const names[] = {
        "STATE", "INFO", "RESET", "SHUTDOWN", "POWERDOWN", "PANIC",
        "WATCHDOG", "GONE", "DEVICES", "GUEST", "OVERRIDE",
    };
    Fixture *f = opaque;
    const MachineEvent *event = data;

    if (event->type == MACHINE_EVENT_STATE) {
        g_string_append_printf(f->events, "STATE=%s ",
                               machine_state_to_string(f->machine->state));
    } else {
        g_string_append_printf(f->events, "%s%s(%s) ", names[event->type],
                               event->guest ? "/guest" : "",
                               event->detail ? event->detail : "");
    }
}

void fixture_set_run_state(Fixture *f, const char *state)
{
    g_free(f->run_state);
    f->run_state = g_strdup(state);
    mock_qmp_set_run_state(f->mock, state);
}

static bool in_state(const Fixture *f, const char *state)
{
    return g_str_equal(f->run_state, state);
}

static char *do_stop(MockQmp *mock, Fixture *f)
{
    if (in_state(f, "running")) {
        fixture_set_run_state(f, "paused");
        mock_qmp_event(mock, "STOP", NULL);
    }
    return g_strdup("{}");
}

static char *do_reset(MockQmp *mock, Fixture *f)
{
    if (f->reset_silently) {
        return g_strdup("{}");
    }
    if (!in_state(f, "running") && !in_state(f, "inmigrate")) {
        fixture_set_run_state(f, "prelaunch");
    }
    mock_qmp_event(mock, "RESET", "{\"guest\": false, \"reason\": "
                   "\"host-qmp-system-reset\"}");
    return g_strdup("{}");
}

static char *do_cont(MockQmp *mock, Fixture *f)
{
    if (in_state(f, "shutdown") || in_state(f, "internal-error")) {
        return mock_qmp_error_new("GenericError", "Resetting the Virtual "
                                  "Machine is required");
    }
    if (!in_state(f, "suspended") && !in_state(f, "inmigrate")) {
        fixture_set_run_state(f, "running");
        mock_qmp_event(mock, "RESUME", NULL);
    }
    return g_strdup("{}");
}

static char *do_wakeup(MockQmp *mock, Fixture *f)
{
    if (!in_state(f, "suspended")) {
        return mock_qmp_error_new("GenericError", "Unable to wake up: guest "
                                  "is not in suspended state");
    }
    fixture_set_run_state(f, "running");
    mock_qmp_event(mock, "WAKEUP", NULL);
    return g_strdup("{}");
}

static char *do_powerdown(MockQmp *mock, Fixture *f)
{
    mock_qmp_event(mock, "POWERDOWN", NULL);
    return g_strdup("{}");
}

static char *do_nmi(MockQmp *mock, Fixture *f)
{
    return g_strdup("{}");
}

static const struct {
    const char *command;
    char *(*func)(MockQmp *mock, Fixture *f);
} qemu_table[] = {
    { "stop", do_stop },
    { "system_reset", do_reset },
    { "cont", do_cont },
    { "system_wakeup", do_wakeup },
    { "system_powerdown", do_powerdown },
    { "inject-nmi", do_nmi },
};

static char *on_command(MockQmp *mock, const char *command, JsonObject *args,
                        void *opaque)
{
    Fixture *f = opaque;

    for (size_t i = 0; i < G_N_ELEMENTS(qemu_table); i++) {
        if (g_str_equal(qemu_table[i].command, command)) {
            g_string_append_printf(f->commands, "%s ", command);
            return qemu_table[i].func(mock, f);
        }
    }
    g_error("unexpected command %s", command);
}

static char *on_qom_get(MockQmp *mock, const char *command, JsonObject *args,
                        void *opaque)
{
    const char *property = NULL;

    json_get_string(args, "property", &property);
    if (g_strcmp0(property, "type") == 0) {
        return g_strdup("\"pc-q35-7.2-machine\"");
    }
    if (g_strcmp0(property, "firmware") == 0) {
        return g_strdup("\"bios-256k.bin\"");
    }
    return mock_qmp_error_new("GenericError", "Property not found");
}

void fixture_init(Fixture *f, bool absent)
{
    memset(f, 0, sizeof(*f));
    f->mock = absent ? mock_qmp_new_absent() : mock_qmp_new();
    f->clock = clock_new_fake();
    f->events = g_string_new(NULL);
    f->commands = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(qemu_table); i++) {
        mock_qmp_set_func(f->mock, qemu_table[i].command, on_command, f);
    }
    mock_qmp_set_func(f->mock, "qom-get", on_qom_get, f);
    mock_qmp_set_reply(f->mock, "query-name", "{\"name\": \"web\"}");
    mock_qmp_set_reply(f->mock, "query-pci", "[]");
    mock_qmp_set_reply(f->mock, "query-tpm", "[]");
    mock_qmp_set_reply(f->mock, "query-vnc", "{\"enabled\": false}");
    mock_qmp_set_reply(f->mock, "qom-list", "[]");
    mock_qmp_set_reply(f->mock, "query-uuid", "{\"UUID\": "
                       "\"00000000-0000-0000-0000-000000000000\"}");
    mock_qmp_set_reply(f->mock, "query-target", "{\"arch\": \"x86_64\"}");
    mock_qmp_set_reply(f->mock, "query-cpus-fast", "[{\"cpu-index\": 0, "
                       "\"qom-path\": \"/c\", \"thread-id\": 1, "
                       "\"target\": \"x86_64\"}]");
    mock_qmp_set_reply(f->mock, "query-memory-size-summary",
                       "{\"base-memory\": 1048576, \"plugged-memory\": 1}");
    mock_qmp_set_reply(f->mock, "query-memory-devices",
                       "[{\"type\": \"dimm\", \"data\": {\"size\": 1, "
                       "\"slot\": 0, \"id\": \"d\"}}]");
    mock_qmp_set_reply(f->mock, "query-block", "[]");
    mock_qmp_set_reply(f->mock, "set-action", "{}");
    fixture_set_run_state(f, "running");
}

void fixture_attach(Fixture *f)
{
    f->machine = machine_qmp_new(mock_qmp_address(f->mock), f->clock);
    notifier_list_add(&f->machine->notifiers, &f->notifier, on_event, f);
}

bool fixture_is_connected(void *opaque)
{
    const Machine *machine = opaque;

    return machine->connected && machine->info.arch;
}

void fixture_connect(Fixture *f, const char *run_state)
{
    fixture_init(f, false);
    fixture_set_run_state(f, run_state);
    fixture_attach(f);
    g_assert_true(test_wait_until(fixture_is_connected, f->machine, WAIT_MS));
    g_string_truncate(f->events, 0);
}

void fixture_clear(Fixture *f)
{
    notifier_remove(&f->notifier);
    machine_free(f->machine);
    test_drain();
    mock_qmp_free(f->mock);
    clock_unref(f->clock);
    g_string_free(f->events, TRUE);
    g_string_free(f->commands, TRUE);
    g_free(f->run_state);
}

typedef struct TextWait {
    const GString *in;
    const char *text;
} TextWait;

static bool has_text(void *opaque)
{
    const TextWait *wait = opaque;

    return strstr(wait->in->str, wait->text) != NULL;
}

void fixture_wait_event_full(Fixture *f, const char *text, int line)
{
    TextWait wait = { f->events, text };

    if (!test_wait_until(has_text, &wait, WAIT_MS)) {
        g_error("line %d: no \"%s\" in \"%s\"", line, text, f->events->str);
    }
}

void fixture_run_op(Fixture *f, MachineOp op, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_run_op_async(f->machine, op, NULL, test_sync_ready, &sync);
    g_assert_null(sync.result);
    machine_run_op_finish(test_sync_wait(&sync), errp);
}
