/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power operations over QMP: what is sent, when one is done, how it ends. */
#include "osdep.h"

#include "util/error.h"

#include "machine-fixture.h"

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
    { "running", MACHINE_OP_PAUSE, "stop ", "paused" },
    { "prelaunch", MACHINE_OP_START, "system_reset cont ", "running" },
    { "prelaunch", MACHINE_OP_STOP, "", "prelaunch" },
    { "prelaunch", MACHINE_OP_RESET, NULL, "prelaunch" },
    { "prelaunch", MACHINE_OP_BUTTON, NULL, "prelaunch" },
    { "prelaunch", MACHINE_OP_NMI, NULL, "prelaunch" },
    { "prelaunch", MACHINE_OP_PAUSE, NULL, "prelaunch" },
    { "shutdown", MACHINE_OP_START, "system_reset cont ", "running" },
    { "shutdown", MACHINE_OP_STOP, "", "shutdown" },
    { "shutdown", MACHINE_OP_RESET, NULL, "shutdown" },
    { "shutdown", MACHINE_OP_BUTTON, NULL, "shutdown" },
    { "shutdown", MACHINE_OP_NMI, NULL, "shutdown" },
    { "shutdown", MACHINE_OP_PAUSE, NULL, "shutdown" },
    { "paused", MACHINE_OP_START, "cont ", "running" },
    { "paused", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "paused", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "paused", MACHINE_OP_BUTTON, "system_powerdown ", "paused" },
    { "paused", MACHINE_OP_NMI, NULL, "paused" },
    { "paused", MACHINE_OP_PAUSE, "", "paused" },
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
    { "suspended", MACHINE_OP_PAUSE, NULL, "suspended" },
    { "guest-panicked", MACHINE_OP_START, "system_reset cont ", "running" },
    { "guest-panicked", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "guest-panicked", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "guest-panicked", MACHINE_OP_BUTTON, NULL, "guest-panicked" },
    { "guest-panicked", MACHINE_OP_NMI, NULL, "guest-panicked" },
    { "guest-panicked", MACHINE_OP_PAUSE, NULL, "guest-panicked" },
    { "io-error", MACHINE_OP_START, "cont ", "running" },
    { "io-error", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "io-error", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "io-error", MACHINE_OP_BUTTON, "system_powerdown ", "io-error" },
    { "io-error", MACHINE_OP_NMI, NULL, "io-error" },
    { "io-error", MACHINE_OP_PAUSE, "", "io-error" },
    { "watchdog", MACHINE_OP_START, "system_reset cont ", "running" },
    { "watchdog", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "watchdog", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "watchdog", MACHINE_OP_BUTTON, NULL, "watchdog" },
    { "watchdog", MACHINE_OP_NMI, NULL, "watchdog" },
    { "watchdog", MACHINE_OP_PAUSE, NULL, "watchdog" },
    { "internal-error", MACHINE_OP_START, "system_reset cont ", "running" },
    { "internal-error", MACHINE_OP_STOP, "stop system_reset ", "prelaunch" },
    { "internal-error", MACHINE_OP_RESET, "system_reset cont ", "running" },
    { "internal-error", MACHINE_OP_BUTTON, NULL, "internal-error" },
    { "internal-error", MACHINE_OP_NMI, NULL, "internal-error" },
    { "internal-error", MACHINE_OP_PAUSE, NULL, "internal-error" },
    { "inmigrate", MACHINE_OP_START, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_STOP, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_RESET, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_BUTTON, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_NMI, NULL, "inmigrate" },
    { "inmigrate", MACHINE_OP_PAUSE, NULL, "inmigrate" },
    { "postmigrate", MACHINE_OP_START, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_STOP, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_RESET, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_BUTTON, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_NMI, NULL, "postmigrate" },
    { "postmigrate", MACHINE_OP_PAUSE, NULL, "postmigrate" },
};

static void test_op(const void *data)
{
    const OpRow *row = data;
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, row->run_state);
    fixture_run_op(&f, row->op, &error);
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
    for (int op = MACHINE_OP_START; op <= MACHINE_OP_PAUSE; op++) {
        g_autoptr(GError) error = NULL;

        fixture_run_op(&f, op, &error);
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
    fixture_run_op(&f, MACHINE_OP_START, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_UNAVAILABLE);
    g_clear_error(&error);
    fixture_run_op(&f, MACHINE_OP_STOP, &error);
    g_assert_no_error(error);
    fixture_run_op(&f, MACHINE_OP_RESET, &error);
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
    g_assert_true(test_wait_until(fixture_is_connected, f.machine, WAIT_MS));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_UNKNOWN);
    fixture_run_op(&f, MACHINE_OP_STOP, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_STATE);
    fixture_clear(&f);
}

/* No event tells that a migration is over. */
static void test_migrated_unseen(void)
{
    static const MachineOp ops[] = {
        MACHINE_OP_START, MACHINE_OP_STOP, MACHINE_OP_RESET,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(ops); i++) {
        g_autoptr(GError) error = NULL;
        Fixture f;

        fixture_connect(&f, "finish-migrate");
        fixture_set_run_state(&f, "postmigrate");
        g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_PAUSED);
        fixture_run_op(&f, ops[i], &error);
        g_assert_error(error, BMC_ERROR, BMC_ERROR_STATE);
        g_assert_cmpstr(f.commands->str, ==, "");
        g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_POSTMIGRATE);
        fixture_clear(&f);
    }
}

static bool has_held(void *opaque)
{
    return mock_qmp_get_held(opaque) > 0;
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
    fixture_set_run_state(&f, "prelaunch");
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
    fixture_run_op(&f, MACHINE_OP_STOP, &error);
    g_string_truncate(f.commands, 0);
    fixture_run_op(&f, MACHINE_OP_START, &error);
    g_assert_cmpstr(f.commands->str, ==, "cont ");

    fixture_run_op(&f, MACHINE_OP_STOP, &error);
    mock_qmp_set_reply(f.mock, "qom-set", "{}");
    machine_set_boot_index_async(f.machine, "/machine/peripheral/x",
                                 "bootindex", 3, NULL, test_sync_ready,
                                 &sync);
    g_assert_true(machine_set_boot_index_finish(test_sync_wait(&sync),
                                                NULL));
    g_string_truncate(f.commands, 0);
    fixture_run_op(&f, MACHINE_OP_START, &error);
    g_assert_cmpstr(f.commands->str, ==, "system_reset cont ");

    fixture_run_op(&f, MACHINE_OP_STOP, &error);
    mock_qmp_event(f.mock, "DEVICE_TRAY_MOVED", "{\"device\": \"\", "
                   "\"id\": \"cd0\", \"tray-open\": false}");
    wait_event(&f, "DEVICES");
    g_string_truncate(f.commands, 0);
    fixture_run_op(&f, MACHINE_OP_START, &error);
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

/* libvirt ends QEMU as soon as the guest is off, quicker than we look. */
static void test_button_gone(void)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_connect(&f, "running");
    start_held(&f, MACHINE_OP_BUTTON, "system_powerdown", NULL, &sync);
    mock_qmp_kill(f.mock, true);
    machine_run_op_finish(test_sync_wait(&sync), &error);
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

/* No event, no query-status: a command left unanswered shows that it hangs. */
static void test_unanswered(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "running");
    mock_qmp_set_reply(f.mock, "qom-set", "{}");
    mock_qmp_hold(f.mock, "query-status");
    mock_qmp_hold(f.mock, "qom-set");
    machine_set_boot_index_async(f.machine, "/machine/peripheral/x",
                                 "bootindex", 3, NULL, test_sync_ready,
                                 &sync);
    g_assert_true(test_wait_until(has_held, f.mock, WAIT_MS));
    clock_advance(f.clock, 10000);
    g_assert_false(machine_set_boot_index_finish(test_sync_wait(&sync),
                                                 &error));
    g_assert_error(error, BMC_ERROR, BMC_ERROR_TIMEOUT);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_UNKNOWN);
    g_assert_false(f.machine->connected);
    g_assert_nonnull(strstr(f.machine->problem, "does not answer"));
    test_drain();
    mock_qmp_release(f.mock, false);
    wait_event(&f, "STATE=running");
    g_assert_true(f.machine->connected);
    fixture_clear(&f);
}

static bool facts_are_asked(void *opaque)
{
    return mock_qmp_get_count(opaque, "query-uuid") > 1;
}

static bool has_new_memory(void *opaque)
{
    const Machine *machine = opaque;

    return machine->info.memory_bytes / 4096 == 2;
}

/* What a QEMU that hangs cannot tell is not gone, and is asked for later. */
static void test_hang_facts(void)
{
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    uint64_t memory;
    Fixture f;

    fixture_connect(&f, "running");
    memory = f.machine->info.memory_bytes;
    g_assert_cmpuint(memory, >, 0);
    g_assert_cmpuint(f.machine->info.n_cpus, >, 0);
    mock_qmp_set_deaf(f.mock, true);
    machine_refresh_async(f.machine, NULL, test_sync_ready, &sync);
    test_drain();
    clock_advance(f.clock, 10000);
    g_assert_false(machine_refresh_finish(test_sync_wait(&sync), &error));
    test_drain();
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_UNKNOWN);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, memory);
    g_assert_cmpuint(f.machine->info.n_cpus, >, 0);
    mock_qmp_set_reply(f.mock, "query-memory-size-summary",
                       "{\"base-memory\": 8192}");
    mock_qmp_set_deaf(f.mock, false);
    wait_event(&f, "STATE=running");
    g_assert_true(test_wait_until(facts_are_asked, f.mock, WAIT_MS));
    g_assert_true(test_wait_until(has_new_memory, f.machine, WAIT_MS));
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
    fixture_run_op(&f, MACHINE_OP_STOP, &error);
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

/* Force off while a start is under way: what was given up ends there. */
static void test_cancel_start(void)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "shutdown");
    start_held(&f, MACHINE_OP_START, "query-status", cancellable, &sync);
    g_assert_cmpstr(f.commands->str, ==, "system_reset ");
    /* That answer was asked for before the reply to the reset */
    mock_qmp_release(f.mock, false);
    mock_qmp_hold(f.mock, "query-status");
    g_assert_true(test_wait_until(has_held, f.mock, WAIT_MS));
    mock_qmp_release(f.mock, false);
    g_cancellable_cancel(cancellable);
    g_assert_false(machine_run_op_finish(test_sync_wait(&sync), NULL));
    wait_event(&f, "STATE=prelaunch");
    test_drain();
    g_assert_cmpstr(f.commands->str, ==, "system_reset ");
    fixture_clear(&f);
}

static char *start_unseen(MockQmp *mock, const char *command,
                          JsonObject *args, void *opaque)
{
    Fixture *f = opaque;

    g_string_append(f->commands, "cont ");
    fixture_set_run_state(f, "running");
    return g_strdup("{}");
}

/* As above, but QEMU has been told to start, and we have not seen it yet. */
static void test_stop_unseen_start(void)
{
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_autoptr(GError) error = NULL;
    g_auto(TestSync) sync = { 0 };
    Fixture f;

    fixture_connect(&f, "prelaunch");
    mock_qmp_set_func(f.mock, "cont", start_unseen, &f);
    start_held(&f, MACHINE_OP_START, "cont", cancellable, &sync);
    g_cancellable_cancel(cancellable);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_PRELAUNCH);
    fixture_run_op(&f, MACHINE_OP_STOP, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(f.commands->str, ==,
                    "system_reset cont stop system_reset ");
    g_assert_cmpstr(f.run_state, ==, "prelaunch");
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_PRELAUNCH);
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

int main(int argc, char **argv)
{
    static const char *const op_names[] = {
        "start", "stop", "reset", "button", "nmi",
    };

    test_init(&argc, &argv);
    for (size_t i = 0; i < G_N_ELEMENTS(op_table); i++) {
        g_autofree char *path = g_strdup_printf("/machine-ops/%s/%s",
                                                op_table[i].run_state,
                                                op_names[op_table[i].op]);

        g_test_add_data_func(path, &op_table[i], test_op);
    }
    g_test_add_func("/machine-ops/unreached", test_ops_unreached);
    g_test_add_func("/machine-ops/gone", test_ops_gone);
    g_test_add_func("/machine-ops/strange-state", test_ops_strange_state);
    g_test_add_func("/machine-ops/migrated", test_migrated_unseen);
    g_test_add_func("/machine-ops/reset/later", test_reset_later);
    g_test_add_func("/machine-ops/reset/needed", test_reset_needed);
    g_test_add_func("/machine-ops/end", test_end_in_op);
    g_test_add_func("/machine-ops/end/button", test_button_gone);
    g_test_add_func("/machine-ops/timeout", test_timeout_op);
    g_test_add_func("/machine-ops/hang", test_hang);
    g_test_add_func("/machine-ops/unanswered", test_unanswered);
    g_test_add_func("/machine-ops/hang-facts", test_hang_facts);
    g_test_add_func("/machine-ops/cancel", test_cancel);
    g_test_add_func("/machine-ops/cancel/start", test_cancel_start);
    g_test_add_func("/machine-ops/cancel/unseen", test_stop_unseen_start);
    g_test_add_func("/machine-ops/free/pending", test_free);
    g_test_add_func("/machine-ops/free/in-callback", test_free_in_callback);
    return g_test_run();
}
