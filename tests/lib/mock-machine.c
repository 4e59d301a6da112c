/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine without QEMU. */
#include "osdep.h"

#include "mock-machine-priv.h"

#include "util/error.h"

static const char *const op_names[] = {
    [MACHINE_OP_START] = "start",
    [MACHINE_OP_STOP] = "stop",
    [MACHINE_OP_RESET] = "reset",
    [MACHINE_OP_BUTTON] = "button",
    [MACHINE_OP_NMI] = "nmi",
    [MACHINE_OP_PAUSE] = "pause",
};

static void call_free(MockCall *call)
{
    g_object_unref(call->task);
    g_free(call->path);
    g_free((char *)call->medium.path);
    g_free(call->name);
    g_free(call);
}

static void note(MockMachine *mock, const char *what)
{
    g_string_append_printf(mock->log, mock->log->len ? " %s" : "%s", what);
}

static bool fails(MockCall *call)
{
    MockMachine *mock = call->mock;
    size_t len = strcspn(call->name, ":");

    if (!mock->fail_what || strlen(mock->fail_what) != len ||
        strncmp(mock->fail_what, call->name, len)) {
        return false;
    }
    g_clear_pointer(&mock->fail_what, g_free);
    g_task_return_new_error(call->task, BMC_ERROR, mock->fail_code,
                            "QEMU says no");
    return true;
}

static gboolean run_calls(void *opaque)
{
    MockMachine *mock = opaque;
    MockCall *call = g_queue_pop_head(&mock->calls);

    if (!g_task_return_error_if_cancelled(call->task)) {
        if (strcmp(call->name, "usage") && strcmp(call->name, "drives") &&
            strcmp(call->name, "query")) {
            /* the others change something, or tests count them */
            note(mock, call->name);
        }
        if (!fails(call)) {
            call->run(call);
        }
    }
    call_free(call);
    if (!g_queue_is_empty(&mock->calls) && !mock->hold) {
        return G_SOURCE_CONTINUE;
    }
    mock->idle_id = 0;
    return G_SOURCE_REMOVE;
}

static void schedule(MockMachine *mock)
{
    if (!mock->idle_id && !mock->hold && !g_queue_is_empty(&mock->calls)) {
        mock->idle_id = g_idle_add_full(G_PRIORITY_DEFAULT, run_calls, mock,
                                        NULL);
    }
}

MockCall *mock_queue_call(Machine *machine, GTask *task, char *name,
                          void (*run)(MockCall *call))
{
    MockMachine *mock = (MockMachine *)machine;
    MockCall *call = g_new0(MockCall, 1);

    call->mock = mock;
    call->task = task;
    call->name = name;
    call->run = run;
    g_queue_push_tail(&mock->calls, call);
    schedule(mock);
    return call;
}

static bool state_connected(MachineState state)
{
    return state != MACHINE_STATE_UNKNOWN && state != MACHINE_STATE_GONE;
}

static void do_reset(MockMachine *mock, bool guest)
{
    mock_freeze_order(mock);
    machine_notify(&mock->parent, MACHINE_EVENT_RESET, guest,
                   guest ? "guest-reset" : "host-qmp-system-reset");
}

static bool op_start(MockMachine *mock)
{
    MachineState state = mock->parent.state;

    if (state == MACHINE_STATE_SHUTDOWN ||
        (state == MACHINE_STATE_PRELAUNCH && mock->reset_needed)) {
        do_reset(mock, false);
        mock_machine_set_state(mock, MACHINE_STATE_PRELAUNCH);
    }
    mock_machine_set_state(mock, MACHINE_STATE_RUNNING);
    return true;
}

static bool op_stop(MockMachine *mock)
{
    if (machine_state_is_off(mock->parent.state)) {
        return true;
    }
    mock_machine_set_state(mock, MACHINE_STATE_PAUSED);
    do_reset(mock, false);
    mock_machine_set_state(mock, MACHINE_STATE_PRELAUNCH);
    return true;
}

static bool op_reset(MockMachine *mock)
{
    bool running = mock->parent.state == MACHINE_STATE_RUNNING;

    if (machine_state_is_off(mock->parent.state)) {
        return false;
    }
    do_reset(mock, false);
    if (!running) {
        mock_machine_set_state(mock, MACHINE_STATE_PRELAUNCH);
        mock_machine_set_state(mock, MACHINE_STATE_RUNNING);
    }
    return true;
}

/* QEMU takes it in any state. */
static bool op_button(MockMachine *mock)
{
    machine_notify(&mock->parent, MACHINE_EVENT_POWERDOWN, false, NULL);
    return true;
}

static bool op_nmi(MockMachine *mock)
{
    return mock->parent.state == MACHINE_STATE_RUNNING;
}

static bool op_pause(MockMachine *mock)
{
    mock_machine_set_state(mock, MACHINE_STATE_PAUSED);
    return true;
}

static void run_op_call(MockCall *call)
{
    static bool (*const ops[])(MockMachine *mock) = {
        [MACHINE_OP_START] = op_start,
        [MACHINE_OP_STOP] = op_stop,
        [MACHINE_OP_RESET] = op_reset,
        [MACHINE_OP_BUTTON] = op_button,
        [MACHINE_OP_NMI] = op_nmi,
        [MACHINE_OP_PAUSE] = op_pause,
    };

    if (call->op == MACHINE_OP_START &&
        call->mock->parent.state == MACHINE_STATE_GONE) {
        mock_machine_new_process(call->mock, MACHINE_STATE_PRELAUNCH);
        if (call->mock->parent.held) {
            call->mock->start = g_object_ref(call->task);
            return;
        }
    }
    if (ops[call->op](call->mock)) {
        g_task_return_boolean(call->task, true);
    } else {
        g_task_return_new_error(call->task, BMC_ERROR, BMC_ERROR_STATE,
                                "not while the machine is %s",
                                machine_state_to_string(
                                    call->mock->parent.state));
    }
}

static void mock_run_op(Machine *machine, MachineOp op, GTask *task)
{
    MockCall *call = mock_queue_call(machine, task, g_strdup(op_names[op]),
                                run_op_call);

    call->op = op;
}

static void mock_released(Machine *machine)
{
    MockMachine *mock = (MockMachine *)machine;
    GTask *task = g_steal_pointer(&mock->start);

    if (task) {
        op_start(mock);
        g_task_return_boolean(task, true);
        g_object_unref(task);
    }
}

bool mock_unavailable(MockCall *call)
{
    if (call->mock->parent.connected) {
        return false;
    }
    g_task_return_new_error(call->task, BMC_ERROR, BMC_ERROR_UNAVAILABLE,
                            "QEMU is not there");
    return true;
}

void mock_list_unref(void *opaque)
{
    g_ptr_array_unref(opaque);
}

static void mock_free(Machine *machine)
{
    MockMachine *mock = (MockMachine *)machine;
    MockCall *call;

    g_clear_handle_id(&mock->idle_id, g_source_remove);
    while ((call = g_queue_pop_head(&mock->calls))) {
        g_task_return_new_error(call->task, G_IO_ERROR,
                                G_IO_ERROR_CANCELLED, "machine freed");
        call_free(call);
    }
    if (mock->start) {
        g_task_return_new_error(mock->start, G_IO_ERROR,
                                G_IO_ERROR_CANCELLED, "machine freed");
        g_object_unref(mock->start);
    }
    g_ptr_array_unref(mock->devices);
    g_ptr_array_unref(mock->drives);
    g_hash_table_unref(mock->command_line);
    g_string_free(mock->log, true);
    g_free(mock->boots_from);
    g_free(mock->fail_what);
    g_free(mock->override_device);
    g_free(mock->in_front);
    machine_cleanup(machine);
    g_free(mock);
}

static void run_usage_call(MockCall *call)
{
    if (!mock_unavailable(call)) {
        g_task_return_pointer(call->task,
                              g_memdup2(&call->mock->usage,
                                        sizeof(call->mock->usage)), g_free);
    }
}

static void mock_query_usage(Machine *machine, GTask *task)
{
    mock_queue_call(machine, task, g_strdup("usage"), run_usage_call);
}

static void run_break_call(MockCall *call)
{
    if (!mock_unavailable(call)) {
        g_task_return_boolean(call->task, true);
    }
}

static void mock_send_break(Machine *machine, const char *address,
                            GTask *task)
{
    mock_queue_call(machine, task, g_strdup("break"), run_break_call);
}

static void mock_press_key(Machine *machine, const char *key, GTask *task)
{
    mock_queue_call(machine, task, g_strdup_printf("key:%s", key),
                    run_break_call);
}

static void run_apply_call(MockCall *call)
{
    Machine *machine = &call->mock->parent;
    unsigned differ = machine_settings_differ(&machine->wanted,
                                              &machine->info.settings);

    if (!call->index) {
        differ &= MACHINE_SETTINGS_LIVE;
    }
    for (unsigned i = 0; i < MACHINE_SETTING__MAX; i++) {
        if (differ & 1u << i) {
            machine_settings_put(&machine->info.settings, i,
                                 machine->wanted.value[i]);
        }
    }
    if (differ & ~MACHINE_SETTINGS_LIVE ||
        (call->index && machine->renew && machine->owns_process)) {
        mock_machine_gone(call->mock, "QEMU was told to quit");
    }
    machine_notify(machine, MACHINE_EVENT_INFO, false, NULL);
    g_task_return_boolean(call->task, true);
}

static void mock_apply_settings(Machine *machine, bool may_end, GTask *task)
{
    MockCall *call = mock_queue_call(machine, task, g_strdup("apply"),
                                run_apply_call);

    call->index = may_end;
}

/* Tests change the facts themselves. */
static void mock_refresh(Machine *machine, GTask *task)
{
    g_task_return_boolean(task, true);
    g_object_unref(task);
}

static const MachineOps mock_ops = {
    .run_op = mock_run_op,
    .list_boot_devices = mock_list_boot_devices,
    .query_usage = mock_query_usage,
    .send_break = mock_send_break,
    .press_key = mock_press_key,
    .apply_settings = mock_apply_settings,
    .list_drives = mock_list_drives,
    .insert_medium = mock_insert_medium,
    .eject_medium = mock_eject_medium,
    .refresh = mock_refresh,
    .refresh_guest = mock_refresh,
    .released = mock_released,
    .set_boot_index = mock_set_boot_index,
    .query_override = mock_query_override,
    .set_override = mock_set_override,
    .free = mock_free,
};

MockMachine *mock_machine_new(MachineState state)
{
    MockMachine *mock = g_new0(MockMachine, 1);

    machine_init(&mock->parent, &mock_ops);
    mock->devices = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_boot_device_free);
    mock->drives = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_drive_free);
    mock->command_line = g_hash_table_new_full(g_str_hash, g_str_equal,
                                               g_free, NULL);
    mock->log = g_string_new(NULL);
    mock->boots_from = g_strdup("default");
    g_queue_init(&mock->calls);
    mock_machine_set_state(mock, state);
    return mock;
}

Machine *mock_machine_base(MockMachine *mock)
{
    return &mock->parent;
}

void mock_machine_free(MockMachine *mock)
{
    if (mock) {
        machine_free(&mock->parent);
    }
}

MachineBootDevice *mock_machine_add_device(MockMachine *mock,
                                           const char *name,
                                           MachineBootKind kind,
                                           int32_t index)
{
    MachineBootDevice *device = g_new0(MachineBootDevice, 1);

    device->path = g_strconcat("/machine/peripheral/", name, NULL);
    device->property = g_strdup("bootindex");
    device->name = g_strdup(name);
    device->kind = kind;
    device->index = index;
    device->size = -1;
    if (kind == MACHINE_BOOT_NIC) {
        device->mac = g_strdup("52:54:00:12:34:56");
    }
    g_ptr_array_add(mock->devices, device);
    g_hash_table_insert(mock->command_line, g_strdup(name),
                        GINT_TO_POINTER(index));
    return device;
}

MachineDrive *mock_machine_add_drive(MockMachine *mock, const char *id,
                                     MachineDriveKind kind)
{
    MachineDrive *drive = g_new0(MachineDrive, 1);

    drive->id = g_strdup(id);
    drive->kind = kind;
    drive->size = -1;
    g_ptr_array_add(mock->drives, drive);
    return drive;
}

const char *mock_machine_boots_from(MockMachine *mock)
{
    return mock->boots_from;
}

void mock_machine_set_state(MockMachine *mock, MachineState state)
{
    if (!state_connected(state)) {
        mock->parent.has_override = false;
        machine_override_clear(&mock->parent.override);
    }
    machine_set_state(&mock->parent, state, state_connected(state), NULL);
}

void mock_machine_reset(MockMachine *mock, bool guest)
{
    do_reset(mock, guest);
}

void mock_machine_shutdown(MockMachine *mock, bool guest, const char *reason)
{
    machine_notify(&mock->parent, MACHINE_EVENT_SHUTDOWN, guest, reason);
    mock_machine_set_state(mock, MACHINE_STATE_SHUTDOWN);
}

void mock_machine_event(MockMachine *mock, MachineEventType type,
                        const char *detail)
{
    machine_notify(&mock->parent, type, false, detail);
}

MachineUsage *mock_machine_usage(MockMachine *mock)
{
    return &mock->usage;
}

void mock_machine_gone(MockMachine *mock, const char *detail)
{
    mock_machine_set_state(mock, MACHINE_STATE_GONE);
    machine_notify(&mock->parent, MACHINE_EVENT_GONE, false, detail);
}

void mock_machine_new_process(MockMachine *mock, MachineState state)
{
    for (unsigned i = 0; i < mock->drives->len; i++) {
        MachineDrive *drive = mock->drives->pdata[i];

        g_clear_pointer(&drive->file, g_free);
        drive->inserted = false;
        drive->ours = false;
    }
    for (unsigned i = 0; i < mock->devices->len; i++) {
        MachineBootDevice *device = mock->devices->pdata[i];

        device->index = GPOINTER_TO_INT(
            g_hash_table_lookup(mock->command_line, device->name));
    }
    mock->process++;
    mock->override_state = MACHINE_OVERRIDE_NONE;
    mock->parent.has_override = false;
    machine_override_clear(&mock->parent.override);
    mock_freeze_order(mock);
    mock_machine_set_state(mock, state);
}

void mock_machine_hold(MockMachine *mock, bool hold)
{
    mock->hold = hold;
    schedule(mock);
}

void mock_machine_fail(MockMachine *mock, const char *what, int code)
{
    g_free(mock->fail_what);
    mock->fail_what = g_strdup(what);
    mock->fail_code = code;
}

char *mock_machine_take_log(MockMachine *mock)
{
    char *log = g_strdup(mock->log->str);

    g_string_truncate(mock->log, 0);
    return log;
}
