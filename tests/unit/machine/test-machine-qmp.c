/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine driven over QMP, against a scripted monitor. */
#include "osdep.h"

#include "machine/machine-qmp.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/json.h"

#include "mock-qmp.h"
#include "test-util.h"

#define WAIT_MS 5000
#define N_STATES (MACHINE_STATE_POSTMIGRATE + 1)

/* A monitor that behaves as QEMU does, and the machine attached to it. */
typedef struct Fixture {
    MockQmp *mock;
    Clock *clock;
    Machine *machine;
    Notifier notifier;
    GString *events;
    GString *commands;
    char *run_state;
    bool reset_silently;
} Fixture;

static void on_event(void *opaque, const void *data)
{
    static const char *const names[] = {
        "STATE", "INFO", "RESET", "SHUTDOWN", "POWERDOWN", "PANIC",
        "WATCHDOG", "GONE", "DEVICES",
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

static void set_run_state(Fixture *f, const char *state)
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
        set_run_state(f, "paused");
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
        set_run_state(f, "prelaunch");
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
        set_run_state(f, "running");
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
    set_run_state(f, "running");
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

static void fixture_init(Fixture *f, bool absent)
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
    mock_qmp_set_reply(f->mock, "query-uuid", "{\"UUID\": "
                       "\"00000000-0000-0000-0000-000000000000\"}");
    mock_qmp_set_reply(f->mock, "query-target", "{\"arch\": \"x86_64\"}");
    mock_qmp_set_reply(f->mock, "query-cpus-fast", "[{\"cpu-index\": 0, "
                       "\"qom-path\": \"/c\", \"thread-id\": 1, "
                       "\"target\": \"x86_64\"}]");
    mock_qmp_set_reply(f->mock, "query-memory-size-summary",
                       "{\"base-memory\": 1048576, \"plugged-memory\": 1}");
    mock_qmp_set_reply(f->mock, "set-action", "{}");
    set_run_state(f, "running");
}

static void fixture_attach(Fixture *f)
{
    f->machine = machine_qmp_new(mock_qmp_address(f->mock), f->clock);
    notifier_list_add(&f->machine->notifiers, &f->notifier, on_event, f);
}

static bool is_connected(void *opaque)
{
    const Machine *machine = opaque;

    return machine->connected && machine->info.arch;
}

static void fixture_connect(Fixture *f, const char *run_state)
{
    fixture_init(f, false);
    set_run_state(f, run_state);
    fixture_attach(f);
    g_assert_true(test_wait_until(is_connected, f->machine, WAIT_MS));
    g_string_truncate(f->events, 0);
}

static void fixture_clear(Fixture *f)
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

static void wait_event_full(Fixture *f, const char *text, int line)
{
    TextWait wait = { f->events, text };

    if (!test_wait_until(has_text, &wait, WAIT_MS)) {
        g_error("line %d: no \"%s\" in \"%s\"", line, text, f->events->str);
    }
}

#define wait_event(f, text) wait_event_full(f, text, __LINE__)

static void run_op(Fixture *f, MachineOp op, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_run_op_async(f->machine, op, NULL, test_sync_ready, &sync);
    g_assert_null(sync.result);
    machine_run_op_finish(test_sync_wait(&sync), errp);
}

/* What each operation does in each state. */
typedef struct OpRow {
    const char *run_state;
    MachineOp op;
    const char *commands; /* NULL: refused with BMC_ERROR_STATE */
    const char *then;
} OpRow;

static const OpRow op_table[] = {
    { "running", MACHINE_OP_START, "", "running" },
    { "running", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "running", MACHINE_OP_RESET, "system_reset ", "running" },
    { "running", MACHINE_OP_BUTTON, "system_powerdown ", "running" },
    { "running", MACHINE_OP_NMI, "inject-nmi ", "running" },
    { "prelaunch", MACHINE_OP_START, "system_reset cont ", "running" },
    { "prelaunch", MACHINE_OP_STOP, "", "prelaunch" },
    { "prelaunch", MACHINE_OP_RESET, NULL, "prelaunch" },
    { "prelaunch", MACHINE_OP_BUTTON, NULL, "prelaunch" },
    { "prelaunch", MACHINE_OP_NMI, NULL, "prelaunch" },
    { "shutdown", MACHINE_OP_START, "system_reset cont ", "running" },
    { "shutdown", MACHINE_OP_STOP, "", "shutdown" },
    { "shutdown", MACHINE_OP_RESET, NULL, "shutdown" },
    { "shutdown", MACHINE_OP_BUTTON, NULL, "shutdown" },
    { "shutdown", MACHINE_OP_NMI, NULL, "shutdown" },
    { "paused", MACHINE_OP_START, "cont ", "running" },
    { "paused", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "paused", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "paused", MACHINE_OP_BUTTON, "system_powerdown ", "paused" },
    { "paused", MACHINE_OP_NMI, NULL, "paused" },
    { "debug", MACHINE_OP_START, "cont ", "running" },
    { "save-vm", MACHINE_OP_NMI, NULL, "paused" },
    { "restore-vm", MACHINE_OP_NMI, NULL, "paused" },
    { "finish-migrate", MACHINE_OP_NMI, NULL, "paused" },
    { "colo", MACHINE_OP_NMI, NULL, "paused" },
    { "suspended", MACHINE_OP_START, "system_wakeup ", "running" },
    { "suspended", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "suspended", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "suspended", MACHINE_OP_BUTTON, "system_powerdown ", "suspended" },
    { "suspended", MACHINE_OP_NMI, NULL, "suspended" },
    { "guest-panicked", MACHINE_OP_START, "system_reset cont ", "running" },
    { "guest-panicked", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "guest-panicked", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "guest-panicked", MACHINE_OP_BUTTON, NULL, "guest-panicked" },
    { "guest-panicked", MACHINE_OP_NMI, NULL, "guest-panicked" },
    { "io-error", MACHINE_OP_START, "cont ", "running" },
    { "io-error", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "io-error", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "io-error", MACHINE_OP_BUTTON, "system_powerdown ", "io-error" },
    { "io-error", MACHINE_OP_NMI, NULL, "io-error" },
    { "watchdog", MACHINE_OP_START, "system_reset cont ", "running" },
    { "watchdog", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "watchdog", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "watchdog", MACHINE_OP_BUTTON, NULL, "watchdog" },
    { "watchdog", MACHINE_OP_NMI, NULL, "watchdog" },
    { "internal-error", MACHINE_OP_START, "system_reset cont ", "running" },
    { "internal-error", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "internal-error", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "internal-error", MACHINE_OP_BUTTON, NULL, "internal-error" },
    { "internal-error", MACHINE_OP_NMI, NULL, "internal-error" },
    { "inmigrate", MACHINE_OP_START, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_STOP, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_RESET, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_BUTTON, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_NMI, NULL, "inmigrate" },
    { "postmigrate", MACHINE_OP_START, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_STOP, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_RESET, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_BUTTON, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_NMI, NULL, "postmigrate" },
};

static void test_op(const void *data)
{
    const OpRow *row = data;
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, row->run_state);
    run_op(&f, row->op, &error);
    if (row->commands) {
        g_assert_no_error(error);
        g_assert_cmpstr(f.commands->str, ==, row->commands);
    } else {
        g_assert_error(error, BMC_ERROR, BMC_ERROR_STATE);
        g_assert_cmpstr(f.commands->str, ==, "");
    }
    /* The machine shows the effect when the operation is done. */
    g_assert_cmpstr(machine_state_to_string(f.machine->state), ==,
                    row->then);
    fixture_clear(&f);
}

static void test_ops_unreached(void)
{
    Fixture f;

    fixture_init(&f, true);
    fixture_attach(&f);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_UNKNOWN);
    for (int op = MACHINE_OP_START; op <= MACHINE_OP_NMI; op++) {
        g_autoptr(GError) error = NULL;

        run_op(&f, op, &error);
        g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    }
    fixture_clear(&f);
}

static void test_ops_gone(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f, true);
    fixture_attach(&f);
    wait_event(&f, "STATE=gone");
    g_assert_nonnull(strstr(f.machine->problem, mock_qmp_path(f.mock)));
    g_assert_nonnull(strstr(f.machine->problem, "-qmp unix:"));
    g_assert_null(strstr(f.events->str, "GONE"));
    run_op(&f, MACHINE_OP_START, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    run_op(&f, MACHINE_OP_STOP, &error);
    g_assert_no_error(error);
    run_op(&f, MACHINE_OP_RESET, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_STATE);
    g_clear_error(&error);
    mock_qmp_listen(f.mock);
    wait_event(&f, "STATE=running");
    g_assert_null(f.machine->problem);
    fixture_clear(&f);
}

/* A state that is younger than we are. */
static void test_ops_strange_state(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_reply(f.mock, "query-status", "{\"status\": \"levitating\", "
                       "\"running\": false, \"singlestep\": false}");
    fixture_attach(&f);
    g_assert_true(test_wait_until(is_connected, f.machine, WAIT_MS));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_UNKNOWN);
    run_op(&f, MACHINE_OP_STOP, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_STATE);
    fixture_clear(&f);
}

static void test_connect(void)
{
    JsonObject *args;
    const char *value = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    args = mock_qmp_get_args(f.mock, "set-action");
    g_assert_nonnull(args);
    g_assert_cmpint(json_get_string(args, "shutdown", &value), ==,
                    JSON_GET_OK);
    g_assert_cmpstr(value, ==, "pause");
    g_assert_cmpstr(f.machine->info.name, ==, "web");
    g_assert_null(f.machine->info.uuid);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 1048577);
    g_assert_cmpuint(f.machine->info.n_cpus, ==, 1);
    g_assert_cmpstr(f.machine->info.machine_type, ==, "pc-q35-7.2");
    g_assert_cmpint(f.machine->info.firmware, ==, MACHINE_FIRMWARE_BIOS);
    fixture_clear(&f);
}

/* An old QEMU has no set-action; everything else works. */
static void test_connect_no_action(void)
{
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_error(f.mock, "set-action", "CommandNotFound",
                       "The command set-action has not been found");
    mock_qmp_set_error(f.mock, "query-memory-size-summary",
                       "CommandNotFound", "not found");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*powers off will end QEMU*");
    fixture_attach(&f);
    g_assert_true(test_wait_until(is_connected, f.machine, WAIT_MS));
    test_drain();
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_RUNNING);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 0);
    test_assert_logged();
    fixture_clear(&f);
}

static bool no_greeting_told(void *opaque)
{
    const Machine *machine = opaque;

    return machine->problem != NULL;
}

static bool is_accepted(void *opaque)
{
    return mock_qmp_get_connections(opaque) > 0;
}

static void test_connect_no_greeting(void)
{
    Fixture f;

    fixture_init(&f, false);
    mock_qmp_set_greeting(f.mock, NULL);
    fixture_attach(&f);
    g_assert_true(test_wait_until(is_accepted, f.mock, WAIT_MS));
    test_drain();
    clock_advance(f.clock, 5000);
    g_assert_true(test_wait_until(no_greeting_told, f.machine, WAIT_MS));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_UNKNOWN);
    g_assert_nonnull(strstr(f.machine->problem, "another client"));
    /* The other one leaves. */
    mock_qmp_send_raw(f.mock, mock_qmp_greeting(), -1);
    wait_event(&f, "STATE=running");
    fixture_clear(&f);
}

typedef struct EventRow {
    const char *name;
    const char *data;
    const char *told;
} EventRow;

static const EventRow event_table[] = {
    { "RESET", "{\"guest\": true, \"reason\": \"guest-reset\"}",
      "RESET/guest(guest-reset) " },
    { "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}",
      "SHUTDOWN/guest(guest-shutdown) " },
    { "POWERDOWN", NULL, "POWERDOWN() " },
    { "GUEST_PANICKED", "{\"action\": \"pause\"}", "PANIC(pause) " },
    { "WATCHDOG", "{\"action\": \"reset\"}", "WATCHDOG(reset) " },
    { "DEVICE_TRAY_MOVED", "{\"device\": \"\", \"id\": \"cd0\", "
      "\"tray-open\": true}", "DEVICES() " },
    { "DEVICE_DELETED", "{\"path\": \"/machine/peripheral/x\"}",
      "DEVICES() " },
};

static void test_events(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(event_table); i++) {
        Fixture f;

        fixture_connect(&f, "running");
        mock_qmp_event(f.mock, event_table[i].name, event_table[i].data);
        wait_event(&f, event_table[i].told);
        g_assert_cmpstr(f.events->str, ==, event_table[i].told);
        fixture_clear(&f);
    }
}

/* Each of these may come with another state, which is asked for. */
static void test_events_state(void)
{
    static const EventRow rows[] = {
        { "STOP", NULL, "paused" },
        { "SUSPEND", NULL, "suspended" },
        { "SUSPEND_DISK", NULL, "shutdown" },
        { "GUEST_CRASHLOADED", "{\"action\": \"run\"}", "guest-panicked" },
        { "BLOCK_IO_ERROR", "{\"device\": \"\", \"operation\": \"read\", "
          "\"action\": \"stop\", \"reason\": \"x\"}", "io-error" },
        { "WATCHDOG", "{\"action\": \"pause\"}", "watchdog" },
        { "GUEST_PANICKED", "{\"action\": \"pause\"}", "guest-panicked" },
        { "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-shutdown\"}",
          "shutdown" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *told = g_strconcat("STATE=", rows[i].told, NULL);
        Fixture f;

        fixture_connect(&f, "running");
        set_run_state(&f, rows[i].told);
        mock_qmp_event(f.mock, rows[i].name, rows[i].data);
        wait_event(&f, told);
        set_run_state(&f, "running");
        mock_qmp_event(f.mock, "RESUME", NULL);
        wait_event(&f, "STATE=running");
        fixture_clear(&f);
    }
}

static bool has_held(void *opaque)
{
    return mock_qmp_get_held(opaque) > 0;
}

static bool has_reset_event(void *opaque)
{
    const Fixture *f = opaque;

    return strstr(f->events->str, "RESET") != NULL;
}

/* The answer to a question asked before an event came does not count. */
static void test_stale(void)
{
    unsigned before;
    Fixture f;

    fixture_connect(&f, "running");
    before = mock_qmp_get_count(f.mock, "query-status");
    mock_qmp_hold(f.mock, "query-status");
    set_run_state(&f, "paused");
    mock_qmp_event(f.mock, "STOP", NULL);
    g_assert_true(test_wait_until(has_held, f.mock, WAIT_MS));
    set_run_state(&f, "running");
    mock_qmp_event(f.mock, "RESET",
                   "{\"guest\": true, \"reason\": \"guest-reset\"}");
    g_assert_true(test_wait_until(has_reset_event, &f, WAIT_MS));
    g_string_truncate(f.events, 0);
    mock_qmp_release(f.mock, false);
    set_run_state(&f, "shutdown");
    wait_event(&f, "STATE=");
    g_assert_cmpstr(f.events->str, ==, "STATE=shutdown ");
    g_assert_cmpuint(mock_qmp_get_count(f.mock, "query-status"), ==,
                     before + 2);
    fixture_clear(&f);
}

/* system_reset is answered before it has happened. */
static void test_reset_later(void)
{
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "paused");
    f.reset_silently = true;
    machine_run_op_async(f.machine, MACHINE_OP_STOP, NULL, test_sync_ready,
                         &sync);
    while (!strstr(f.commands->str, "system_reset")) {
        g_main_context_iteration(NULL, TRUE);
    }
    for (int i = 0; i < 20; i++) {
        test_drain();
    }
    g_assert_null(sync.result);
    set_run_state(&f, "prelaunch");
    mock_qmp_event(f.mock, "RESET", "{\"guest\": false, \"reason\": "
                   "\"host-qmp-system-reset\"}");
    g_assert_true(machine_run_op_finish(test_sync_wait(&sync), NULL));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_PRELAUNCH);
    fixture_clear(&f);
}

/* Only a boot order that may have changed needs a reset before the start. */
static void test_reset_needed(void)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    run_op(&f, MACHINE_OP_STOP, &error);
    g_string_truncate(f.commands, 0);
    run_op(&f, MACHINE_OP_START, &error);
    g_assert_cmpstr(f.commands->str, ==, "cont ");

    run_op(&f, MACHINE_OP_STOP, &error);
    mock_qmp_set_reply(f.mock, "qom-set", "{}");
    machine_set_boot_index_async(f.machine, "/machine/peripheral/x",
                                 "bootindex", 3, NULL, test_sync_ready,
                                 &sync);
    g_assert_true(machine_set_boot_index_finish(test_sync_wait(&sync),
                                                NULL));
    g_string_truncate(f.commands, 0);
    run_op(&f, MACHINE_OP_START, &error);
    g_assert_cmpstr(f.commands->str, ==, "system_reset cont ");

    run_op(&f, MACHINE_OP_STOP, &error);
    mock_qmp_event(f.mock, "DEVICE_TRAY_MOVED", "{\"device\": \"\", "
                   "\"id\": \"cd0\", \"tray-open\": false}");
    wait_event(&f, "DEVICES");
    g_string_truncate(f.commands, 0);
    run_op(&f, MACHINE_OP_START, &error);
    g_assert_cmpstr(f.commands->str, ==, "system_reset cont ");
    g_assert_no_error(error);
    fixture_clear(&f);
}

static void start_held(Fixture *f, MachineOp op, const char *command,
                       GCancellable *cancellable, TestSync *sync)
{
    mock_qmp_hold(f->mock, command);
    machine_run_op_async(f->machine, op, cancellable, test_sync_ready, sync);
    g_assert_true(test_wait_until(has_held, f->mock, WAIT_MS));
    g_assert_null(sync->result);
}

static void test_end_in_op(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "shutdown");
    start_held(&f, MACHINE_OP_START, "system_reset", NULL, &sync);
    mock_qmp_kill(f.mock, true);
    g_assert_false(machine_run_op_finish(test_sync_wait(&sync), &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    wait_event(&f, "GONE(QEMU closed its QMP connection)");
    fixture_clear(&f);
    test_sync_clear(&sync);
    g_clear_error(&error);

    /* Force off has then what it wanted. */
    fixture_connect(&f, "running");
    start_held(&f, MACHINE_OP_STOP, "stop", NULL, &sync);
    mock_qmp_kill(f.mock, false);
    g_assert_true(machine_run_op_finish(test_sync_wait(&sync), &error));
    g_assert_no_error(error);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    fixture_clear(&f);
}

static void test_timeout_op(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "running");
    start_held(&f, MACHINE_OP_STOP, "stop", NULL, &sync);
    clock_advance(f.clock, 9999);
    test_drain();
    g_assert_null(sync.result);
    clock_advance(f.clock, 1);
    g_assert_false(machine_run_op_finish(test_sync_wait(&sync), &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_TIMEOUT);
    fixture_clear(&f);
}

static void test_hang(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_hold(f.mock, "query-status");
    mock_qmp_event(f.mock, "STOP", NULL);
    g_assert_true(test_wait_until(has_held, f.mock, WAIT_MS));
    clock_advance(f.clock, 10000);
    wait_event(&f, "STATE=unknown");
    g_assert_false(f.machine->connected);
    g_assert_nonnull(strstr(f.machine->problem, "does not answer"));
    run_op(&f, MACHINE_OP_STOP, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_string_truncate(f.events, 0);
    mock_qmp_release(f.mock, false);
    wait_event(&f, "STATE=running");
    g_assert_null(f.machine->problem);
    fixture_clear(&f);
}

static void test_cancel(void)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "running");
    start_held(&f, MACHINE_OP_STOP, "stop", cancellable, &sync);
    g_cancellable_cancel(cancellable);
    g_assert_false(machine_run_op_finish(test_sync_wait(&sync), &error));
    g_assert_true(bmc_error_is_cancelled(error));
    test_sync_clear(&sync);
    g_clear_error(&error);

    machine_run_op_async(f.machine, MACHINE_OP_NMI, cancellable,
                         test_sync_ready, &sync);
    g_assert_null(sync.result);
    g_assert_false(machine_run_op_finish(test_sync_wait(&sync), &error));
    g_assert_true(bmc_error_is_cancelled(error));
    fixture_clear(&f);
}

static void test_free(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    g_auto(TestSync) list = { 0 };
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_hold(f.mock, "qom-list");
    mock_qmp_set_reply(f.mock, "qom-list", "[]");
    machine_list_boot_devices_async(f.machine, NULL, test_sync_ready, &list);
    start_held(&f, MACHINE_OP_STOP, "stop", NULL, &sync);
    notifier_remove(&f.notifier);
    g_clear_pointer(&f.machine, machine_free);
    g_assert_false(machine_run_op_finish(test_sync_wait(&sync), &error));
    g_assert_true(bmc_error_is_cancelled(error));
    g_clear_error(&error);
    g_assert_null(machine_list_boot_devices_finish(test_sync_wait(&list),
                                                   &error));
    g_assert_true(bmc_error_is_cancelled(error));
    fixture_clear(&f);
}

/* The receiver of a result may free the machine. */
static void free_machine(GObject *source, GAsyncResult *res, gpointer opaque)
{
    Fixture *f = opaque;

    g_assert_true(machine_run_op_finish(res, NULL));
    notifier_remove(&f->notifier);
    g_clear_pointer(&f->machine, machine_free);
}

static bool is_freed(void *opaque)
{
    const Fixture *f = opaque;

    return !f->machine;
}

static void test_free_in_callback(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "running");
    machine_run_op_async(f.machine, MACHINE_OP_STOP, NULL, free_machine, &f);
    machine_run_op_async(f.machine, MACHINE_OP_BUTTON, NULL, test_sync_ready,
                         &sync);
    g_assert_true(test_wait_until(is_freed, &f, WAIT_MS));
    /* Done before, or cancelled. */
    if (!machine_run_op_finish(test_sync_wait(&sync), &error)) {
        g_assert_true(bmc_error_is_cancelled(error));
    }
    fixture_clear(&f);
}

static void test_end_detail(void)
{
    static const EventRow rows[] = {
        { "SHUTDOWN", "{\"guest\": false, \"reason\": \"host-signal\"}",
          "GONE(QEMU was ended by a signal)" },
        { "SHUTDOWN", "{\"guest\": false, \"reason\": \"host-qmp-quit\"}",
          "GONE(QEMU was told to quit over QMP)" },
        { "SHUTDOWN", "{\"guest\": true, \"reason\": \"guest-panic\"}",
          "GONE(QEMU ended because the guest panicked)" },
        { "WATCHDOG", "{\"action\": \"poweroff\"}",
          "GONE(QEMU ended because of the watchdog's action)" },
        { "POWERDOWN", NULL, "GONE(QEMU closed its QMP connection)" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        Fixture f;

        fixture_connect(&f, "running");
        mock_qmp_event(f.mock, rows[i].name, rows[i].data);
        test_drain();
        mock_qmp_kill(f.mock, true);
        wait_event(&f, rows[i].told);
        g_assert_nonnull(strstr(f.machine->problem,
                                mock_qmp_path(f.mock)));
        fixture_clear(&f);
    }
}

/* QEMU stayed after the guest had powered off; its end is another matter. */
static void test_end_detail_old(void)
{
    Fixture f;

    fixture_connect(&f, "running");
    set_run_state(&f, "shutdown");
    mock_qmp_event(f.mock, "SHUTDOWN",
                   "{\"guest\": true, \"reason\": \"guest-shutdown\"}");
    mock_qmp_event(f.mock, "STOP", NULL);
    wait_event(&f, "STATE=shutdown");
    mock_qmp_kill(f.mock, true);
    wait_event(&f, "GONE(QEMU closed its QMP connection)");
    fixture_clear(&f);
}

/* Facts of the old process stay until the new one's are known. */
static void test_restart(void)
{
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_kill(f.mock, true);
    wait_event(&f, "STATE=gone");
    g_assert_cmpstr(f.machine->info.name, ==, "web");
    mock_qmp_set_reply(f.mock, "query-name", "{\"name\": \"new\"}");
    set_run_state(&f, "prelaunch");
    g_string_truncate(f.events, 0);
    mock_qmp_listen(f.mock);
    wait_event(&f, "STATE=prelaunch");
    wait_event(&f, "INFO");
    g_assert_cmpstr(f.machine->info.name, ==, "new");
    fixture_clear(&f);
}

int main(int argc, char **argv)
{
    static const char *const op_names[] = {
        "start", "stop", "reset", "button", "nmi",
    };

    test_init(&argc, &argv);
    for (size_t i = 0; i < G_N_ELEMENTS(op_table); i++) {
        g_autofree char *path = g_strdup_printf("/machine-qmp/op/%s/%s",
                                                op_table[i].run_state,
                                                op_names[op_table[i].op]);

        g_test_add_data_func(path, &op_table[i], test_op);
    }
    g_test_add_func("/machine-qmp/op/unreached", test_ops_unreached);
    g_test_add_func("/machine-qmp/op/gone", test_ops_gone);
    g_test_add_func("/machine-qmp/op/strange-state", test_ops_strange_state);
    g_test_add_func("/machine-qmp/connect/plain", test_connect);
    g_test_add_func("/machine-qmp/connect/no-action", test_connect_no_action);
    g_test_add_func("/machine-qmp/connect/no-greeting",
                    test_connect_no_greeting);
    g_test_add_func("/machine-qmp/events/told", test_events);
    g_test_add_func("/machine-qmp/events/state", test_events_state);
    g_test_add_func("/machine-qmp/events/stale", test_stale);
    g_test_add_func("/machine-qmp/reset/later", test_reset_later);
    g_test_add_func("/machine-qmp/reset/needed", test_reset_needed);
    g_test_add_func("/machine-qmp/end/in-op", test_end_in_op);
    g_test_add_func("/machine-qmp/end/detail", test_end_detail);
    g_test_add_func("/machine-qmp/end/detail-old", test_end_detail_old);
    g_test_add_func("/machine-qmp/end/restart", test_restart);
    g_test_add_func("/machine-qmp/timeout/op", test_timeout_op);
    g_test_add_func("/machine-qmp/timeout/hang", test_hang);
    g_test_add_func("/machine-qmp/cancel", test_cancel);
    g_test_add_func("/machine-qmp/free/pending", test_free);
    g_test_add_func("/machine-qmp/free/in-callback", test_free_in_callback);
    return g_test_run();
}
