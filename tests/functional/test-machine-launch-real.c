/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine layer with a real QEMU of its own. */
#include "osdep.h"

#include <glib/gstdio.h>
#include <signal.h>

#include "machine/machine-launch.h"

#include "real-machine.h"

static bool is_true(void *opaque)
{
    return *(bool *)opaque;
}

static void set_true(void *opaque)
{
    *(bool *)opaque = true;
}

/* Lets the guest run for a while. */
static void let_run(Fixture *f, unsigned ms)
{
    ClockTimer *timer = NULL;
    bool over = false;

    clock_timer_start(f->clock, &timer, ms, set_true, &over);
    g_assert_true(test_wait_until(is_true, &over, WAIT_MS));
}

static Machine *launch(Fixture *f, const char *const *argv, bool uefi,
                       GError **errp)
{
    g_autofree char *serial = test_dir_file(f->dir, "serial.sock");
    MachineLaunchConfig config = {
        .argv = argv,
        .run_dir = f->dir->path,
        .serial = serial,
        .uefi = uefi,
        .state_dir = f->dir->path,
    };

    return machine_launch_new(&config, f->clock, errp);
}

static void launch_start(Machine *machine, GError **errp)
{
    g_auto(TestSync) sync = { 0 };

    machine_launch_start_async(machine, test_sync_ready, &sync);
    machine_launch_start_finish(test_sync_wait(&sync), errp);
}

static void launch_end(Machine *machine)
{
    g_auto(TestSync) sync = { 0 };
    g_autoptr(GError) error = NULL;

    machine_launch_end_async(machine, test_sync_ready, &sync);
    machine_launch_end_finish(test_sync_wait(&sync), &error);
    g_assert_no_error(error);
    g_assert_cmpint(machine->state, ==, MACHINE_STATE_GONE);
    g_assert_false(machine->can_start_process);
}

static pid_t read_pid(Fixture *f)
{
    g_autofree char *path = test_dir_file(f->dir, "qemu.pid");
    g_autofree char *text = NULL;
    gint64 pid = 0;

    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_true(g_ascii_string_to_signed(g_strchomp(text), 10, 1, INT_MAX,
                                           &pid, NULL));
    return pid;
}

static const char *const small_argv[] = {
    "qemu-system-x86_64", "-accel", "tcg", "-m", "64", "-nodefaults",
    "-device", "e1000,id=nic0,romfile=", NULL,
};

static void test_launch_life(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    f.machine = launch(&f, small_argv, false, &error);
    g_assert_no_error(error);
    fixture_watch(&f);
    launch_start(f.machine, &error);
    g_assert_no_error(error);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_PRELAUNCH);
    g_assert_true(f.machine->can_start_process);
    /* Fresh from -S, it needs no reset. */
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    g_assert_null(strstr(f.events->str, "RESET STATE=running"));
    fixture_run_op_ok(f.machine, MACHINE_OP_STOP, MACHINE_STATE_PRELAUNCH);
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);

    kill(read_pid(&f), SIGKILL);
    g_assert_true(test_wait_until(fixture_is_gone_told, &f, WAIT_MS));
    g_assert_cmpstr(f.gone, ==, "QEMU was killed by signal 9 (Killed)");
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    g_assert_cmpstr(f.machine->problem, ==, f.gone);
    /* It stays so until it is asked for. */
    let_run(&f, 200);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    g_assert_null(f.machine->problem);
    g_clear_pointer(&f.gone, g_free);
    launch_end(f.machine);
    g_assert_cmpstr(f.gone, ==, "QEMU was told to quit over QMP");
    fixture_run_op_refused(f.machine, MACHINE_OP_START, BMC_ERROR_UNAVAILABLE);
    fixture_clear(&f);
}

/* A boot index set by who sees that QEMU is there comes before the boot. */
typedef struct Arm {
    Machine *machine;
    Notifier notifier;
    bool begun;
    bool done;
    MachineState state_when_set;
} Arm;

static void arm_set(GObject *source, GAsyncResult *res, gpointer opaque)
{
    Arm *arm = opaque;

    g_assert_true(machine_set_boot_index_finish(res, NULL));
    arm->state_when_set = arm->machine->state;
    arm->done = true;
}

static void arm_listed(GObject *source, GAsyncResult *res, gpointer opaque)
{
    Arm *arm = opaque;
    g_autoptr(GPtrArray) devices = machine_list_boot_devices_finish(res,
                                                                    NULL);
    const MachineBootDevice *d;

    g_assert_nonnull(devices);
    g_assert_cmpuint(devices->len, ==, 1);
    d = devices->pdata[0];
    machine_set_boot_index_async(arm->machine, d->path, d->property, 0, NULL,
                                 arm_set, arm);
}

static void arm_event(void *opaque, const void *data)
{
    Arm *arm = opaque;

    if (arm->machine->connected && !arm->begun) {
        arm->begun = true;
        machine_list_boot_devices_async(arm->machine, NULL, arm_listed, arm);
    }
}

static void test_launch_arm(void)
{
    g_autoptr(GError) error = NULL;
    Arm arm = { 0 };
    Fixture f;

    fixture_init(&f);
    f.machine = launch(&f, small_argv, false, &error);
    g_assert_no_error(error);
    fixture_watch(&f);
    launch_start(f.machine, &error);
    kill(read_pid(&f), SIGKILL);
    g_assert_true(test_wait_until(fixture_is_gone_told, &f, WAIT_MS));
    arm.machine = f.machine;
    notifier_list_add(&f.machine->notifiers, &arm.notifier, arm_event, &arm);
    g_string_truncate(f.events, 0);
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    g_assert_true(arm.done);
    g_assert_cmpint(arm.state_when_set, ==, MACHINE_STATE_PRELAUNCH);
    g_assert_nonnull(strstr(f.events->str, "RESET STATE=running"));
    notifier_remove(&arm.notifier);
    launch_end(f.machine);
    fixture_clear(&f);
}

static void test_launch_adopt(void)
{
    g_autoptr(GError) error = NULL;
    Fixture f;
    pid_t pid;

    fixture_init(&f);
    f.machine = launch(&f, small_argv, false, &error);
    g_assert_no_error(error);
    launch_start(f.machine, &error);
    g_assert_no_error(error);
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    pid = read_pid(&f);
    g_clear_pointer(&f.machine, machine_free);

    f.machine = launch(&f, small_argv, false, &error);
    g_assert_no_error(error);
    fixture_watch(&f);
    launch_start(f.machine, &error);
    g_assert_no_error(error);
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_RUNNING);
    g_assert_cmpint(read_pid(&f), ==, pid);
    kill(pid, SIGKILL);
    g_assert_true(test_wait_until(fixture_is_gone_told, &f, WAIT_MS));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    fixture_run_op_ok(f.machine, MACHINE_OP_START, MACHINE_STATE_RUNNING);
    launch_end(f.machine);
    fixture_clear(&f);
}

static void test_launch_bad_option(void)
{
    const char *argv[] = {
        fixture_program(), "-accel", "tcg", "-device", "no-such-device", NULL,
    };
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    f.machine = launch(&f, argv, false, &error);
    g_assert_no_error(error);
    fixture_watch(&f);
    launch_start(f.machine, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "exit status 1"));
    g_assert_nonnull(strstr(error->message, "no-such-device"));
    g_assert_cmpint(f.machine->state, ==, MACHINE_STATE_GONE);
    g_clear_error(&error);
    fixture_run_op(f.machine, MACHINE_OP_START, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "no-such-device"));
    fixture_clear(&f);
}

static void test_launch_no_program(void)
{
    const char *argv[] = { "/nonexistent/qemu", NULL };
    g_autoptr(GError) error = NULL;
    Fixture f;

    fixture_init(&f);
    f.machine = launch(&f, argv, false, &error);
    g_assert_no_error(error);
    launch_start(f.machine, &error);
    g_assert_error(error, BMC_ERROR, BMC_ERROR_FAILED);
    g_assert_nonnull(strstr(error->message, "/nonexistent/qemu"));
    fixture_clear(&f);
}

static void test_launch_uefi(void)
{
    const char *argv[] = { fixture_program(), "-accel", "tcg", NULL };
    g_autoptr(GError) error = NULL;
    g_autofree char *vars = NULL;
    GStatBuf st;
    Fixture f;

    if (g_access("/usr/share/OVMF/OVMF_CODE_4M.fd", R_OK)) {
        g_test_skip("OVMF is not installed");
        return;
    }
    fixture_init(&f);
    f.machine = launch(&f, argv, true, &error);
    g_assert_no_error(error);
    launch_start(f.machine, &error);
    g_assert_no_error(error);
    g_assert_true(test_wait_until(fixture_has_info, f.machine, WAIT_MS));
    g_assert_cmpint(f.machine->info.firmware, ==, MACHINE_FIRMWARE_UEFI);
    g_assert_cmpuint(f.machine->info.memory_bytes, ==, 2048ull << 20);
    g_assert_cmpuint(f.machine->info.n_cpus, ==, 2);
    vars = test_dir_file(f.dir, "OVMF_VARS.fd");
    g_assert_cmpint(g_stat(vars, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    launch_end(f.machine);
    fixture_clear(&f);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-launch-real/life", test_launch_life);
    g_test_add_func("/machine-launch-real/arm", test_launch_arm);
    g_test_add_func("/machine-launch-real/adopt", test_launch_adopt);
    g_test_add_func("/machine-launch-real/bad-option",
                    test_launch_bad_option);
    g_test_add_func("/machine-launch-real/no-program",
                    test_launch_no_program);
    g_test_add_func("/machine-launch-real/uefi", test_launch_uefi);
    return g_test_run();
}
