/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real QEMU without a guest, and a machine: attached or launched. */
#include "osdep.h"

#include "real-machine.h"

#include "util/error.h"

#define DISK_BYTES (1440 * 1024)

const char *fixture_program(void)
{
    const char *program = g_getenv("TEST_QEMU");

    return program ? program : "qemu-system-x86_64";
}

static void on_event(void *opaque, const void *data)
{
    static const char *const names[] = {
        "STATE", "INFO", "RESET", "SHUTDOWN", "POWERDOWN", "PANIC",
        "WATCHDOG", "GONE", "DEVICES",
    };
    Fixture *f = opaque;
    const MachineEvent *event = data;

    g_string_append_printf(f->events, "%s%s%s ", names[event->type],
                           event->type == MACHINE_EVENT_STATE ? "=" : "",
                           event->type == MACHINE_EVENT_STATE ?
                           machine_state_to_string(f->machine->state) : "");
    if (event->type == MACHINE_EVENT_GONE) {
        g_free(f->gone);
        f->gone = g_strdup(event->detail);
    }
}

void fixture_init(Fixture *f)
{
    g_autofree char *zeros = g_malloc0(DISK_BYTES);

    memset(f, 0, sizeof(*f));
    f->dir = test_dir_new();
    f->socket = test_dir_file(f->dir, "qmp.sock");
    f->disk = test_dir_file(f->dir, "disk.img");
    g_assert_true(g_file_set_contents(f->disk, zeros, DISK_BYTES, NULL));
    f->clock = clock_new();
    f->events = g_string_new(NULL);
}

void fixture_watch(Fixture *f)
{
    notifier_list_add(&f->machine->notifiers, &f->notifier, on_event, f);
}

void fixture_qemu(Fixture *f, const char *args)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) line = g_string_new(args);
    g_auto(GStrv) more = NULL;

    g_string_replace(line, "@DISK@", f->disk, 0);
    more = g_strsplit(line->str, " ", -1);
    g_ptr_array_add(argv, g_strdup(fixture_program()));
    g_ptr_array_add(argv, g_strdup("-accel"));
    g_ptr_array_add(argv, g_strdup("tcg"));
    g_ptr_array_add(argv, g_strdup("-display"));
    g_ptr_array_add(argv, g_strdup("none"));
    g_ptr_array_add(argv, g_strdup("-qmp"));
    g_ptr_array_add(argv, g_strdup_printf("unix:%s,server=on,wait=off",
                                          f->socket));
    for (size_t i = 0; more[i]; i++) {
        if (more[i][0]) {
            g_ptr_array_add(argv, g_strdup(more[i]));
        }
    }
    g_ptr_array_add(argv, NULL);
    f->qemu = g_subprocess_newv((const char *const *)argv->pdata,
                                G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error);
    g_assert_no_error(error);
}

void fixture_qemu_reap(Fixture *f)
{
    if (f->qemu) {
        g_subprocess_force_exit(f->qemu);
        g_assert_true(g_subprocess_wait(f->qemu, NULL, NULL));
        g_clear_object(&f->qemu);
    }
}

void fixture_clear(Fixture *f)
{
    notifier_remove(&f->notifier);
    machine_free(f->machine);
    fixture_qemu_reap(f);
    test_drain();
    clock_unref(f->clock);
    g_string_free(f->events, TRUE);
    g_free(f->gone);
    g_free(f->socket);
    g_free(f->disk);
    test_dir_free(f->dir);
}

typedef struct StateWait {
    const Machine *machine;
    MachineState state;
} StateWait;

static bool has_state(void *opaque)
{
    const StateWait *wait = opaque;

    return wait->machine->state == wait->state;
}

void fixture_wait_state_full(Machine *machine, MachineState state, int line)
{
    StateWait wait = { machine, state };

    if (!test_wait_until(has_state, &wait, WAIT_MS)) {
        g_error("line %d: state is %s, not %s", line,
                machine_state_to_string(machine->state),
                machine_state_to_string(state));
    }
}

bool fixture_has_info(void *opaque)
{
    const Machine *machine = opaque;

    return machine->info.machine_type != NULL;
}

bool fixture_is_gone_told(void *opaque)
{
    const Fixture *f = opaque;

    return f->gone != NULL;
}

void fixture_run_op(Machine *machine, MachineOp op, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_run_op_async(machine, op, NULL, test_sync_ready, &sync);
    g_assert_null(sync.result);
    machine_run_op_finish(test_sync_wait(&sync), errp);
}

void fixture_run_op_ok(Machine *machine, MachineOp op, MachineState then)
{
    g_autoptr(GError) error = NULL;

    fixture_run_op(machine, op, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(machine_state_to_string(machine->state), ==,
                    machine_state_to_string(then));
}

void fixture_run_op_refused(Machine *machine, MachineOp op, BmcError code)
{
    g_autoptr(GError) error = NULL;
    MachineState before = machine->state;

    fixture_run_op(machine, op, &error);
    g_assert_error(error, BMC_ERROR, (int)code);
    g_assert_cmpint(machine->state, ==, before);
}
