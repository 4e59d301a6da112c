/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine whose QEMU process is ours: machine-qmp drives it while there is
 * one, and this file starts, watches and ends the process.
 */
#include "osdep.h"

#include "machine/machine-launch.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>

#include "machine/machine-firmware.h"
#include "machine/machine-launch-priv.h"
#include "machine/machine-process.h"
#include "machine/machine-qmp-priv.h"
#include "util/error.h"

#define READY_DEADLINE_MS 20000
#define KILL_AFTER_MS 5000
#define END_DEADLINE_MS 10000
/* What QEMU said last is read before its end is told. */
#define DRAIN_MS 500

static const char not_ready_text[] =
    "QEMU was started but does not answer on its QMP socket";
static const char not_ending_text[] = "the QEMU process does not end";
static const char earlier_text[] =
    "a QEMU process that was started earlier is ending, and does not end";

/*
 * @earlier: one that an earlier helper has told to end; it still has the pid
 *           file, so that no other can start
 * @exited: the process has ended, but not all that it said on QMP was read
 * @exit_detail: how, or NULL
 * @end_detail: how the last one ended
 */
typedef struct MachineLaunch {
    MachineQmp qmp;
    char **argv;
    char *qmp_path;
    char *state_dir;
    char *pid_path;
    MachineProcess *process;
    MachineProcess *earlier;
    bool exited;
    char *exit_detail;
    char *end_detail;
    ClockTimer *drain_timer;
    bool ending;
    ClockTimer *kill_timer;
} MachineLaunch;

static void process_gone(MachineLaunch *launch)
{
    MachineQmp *q = &launch->qmp;
    const char *reason = q->end_reason ? q->end_reason : "QEMU has ended";
    bool failed = launch->exit_detail != NULL;

    clock_timer_stop(&launch->drain_timer);
    clock_timer_stop(&launch->kill_timer);
    launch->exited = false;
    g_free(launch->end_detail);
    launch->end_detail = failed ? g_steal_pointer(&launch->exit_detail) :
                         g_strdup(reason);
    g_clear_pointer(&launch->process, machine_process_free);
    q->process_alive = false;
    q->fresh_process = false;
    if (!failed) {
        g_message("%s", launch->end_detail);
    }
    machine_qmp_stop(q);
    machine_qmp_set_gone(q, launch->end_detail,
                         failed ? launch->end_detail : NULL);
}

static void drain_timed_out(void *opaque)
{
    process_gone(opaque);
}

static void process_ended(const char *detail, void *opaque)
{
    MachineLaunch *launch = opaque;

    launch->exited = true;
    g_free(launch->exit_detail);
    launch->exit_detail = g_strdup(detail);
    if (launch->qmp.ready) {
        clock_timer_start(launch->qmp.clock, &launch->drain_timer, DRAIN_MS,
                          drain_timed_out, launch);
    } else {
        process_gone(launch);
    }
}

static void disconnected(MachineQmp *q)
{
    MachineLaunch *launch = (MachineLaunch *)q;

    if (launch->exited) {
        /* Not from within the client's own notification. */
        clock_timer_start(launch->qmp.clock, &launch->drain_timer, 0,
                          drain_timed_out, launch);
    }
}

/* The user's command line, and after it what is set by now. */
static char **launch_argv(const MachineLaunch *launch)
{
    g_auto(GStrv) settings = machine_settings_argv(
        &launch->qmp.parent.wanted);
    const char *firmware = launch->qmp.parent.firmware_wanted;
    g_auto(GStrv) given = NULL;
    GPtrArray *argv = g_ptr_array_new();

    if (firmware && access(firmware, R_OK)) {
        g_warning("going on with the firmware of the command line: %s: %s",
                  firmware, g_strerror(errno));
        firmware = NULL;
    }
    given = firmware ? machine_firmware_replace(
                           (const char *const *)launch->argv, firmware) :
            g_strdupv(launch->argv);
    for (char **arg = given; *arg; arg++) {
        g_ptr_array_add(argv, g_strdup(*arg));
    }
    for (char **arg = settings; *arg; arg++) {
        g_ptr_array_add(argv, g_strdup(*arg));
    }
    g_ptr_array_add(argv, NULL);
    return (char **)g_ptr_array_free(argv, false);
}

static bool launch_spawn(MachineLaunch *launch, GError **errp)
{
    g_auto(GStrv) full = launch_argv(launch);
    const char *const *argv = (const char *const *)full;
    pid_t pid;

    if (!launch_firmware_prepare(argv, launch->state_dir, errp)) {
        return false;
    }
    /* One left by a QEMU that was killed; nobody listens there. */
    g_unlink(launch->qmp_path);
    launch->process = machine_process_spawn(argv, launch->qmp.clock,
                                            process_ended, launch, errp);
    if (!launch->process) {
        return false;
    }
    pid = machine_process_get_pid(launch->process);
    if (pid) {
        g_message("started QEMU as process %d", (int)pid);
    }
    launch->qmp.process_alive = true;
    launch->qmp.fresh_process = true;
    machine_qmp_start(&launch->qmp);
    return true;
}

static void earlier_ended(const char *detail, void *opaque);
static void started_update(MachineCall *call);
static void set_start_deadline(MachineCall *call);

static bool launch_wait_for_earlier(MachineLaunch *launch)
{
    launch->earlier = machine_process_adopt_pid_file(launch->pid_path,
                                                     earlier_ended, launch,
                                                     NULL);
    if (launch->earlier) {
        g_message("an earlier QEMU, process %d, is ending: waiting for it",
                  (int)machine_process_get_pid(launch->earlier));
    }
    return launch->earlier;
}

static bool launch_adopt_or_spawn(MachineLaunch *launch, GError **errp)
{
    g_autoptr(GError) error = NULL;

    launch->process = machine_process_adopt(launch->qmp_path, process_ended,
                                            launch, &error);
    if (launch->process) {
        g_message("found QEMU running as process %d, going on with it",
                  (int)machine_process_get_pid(launch->process));
        launch->qmp.process_alive = true;
        machine_qmp_start(&launch->qmp);
        return true;
    }
    if (g_error_matches(error, BMC_ERROR, BMC_ERROR_NOT_FOUND)) {
        return launch_wait_for_earlier(launch) || launch_spawn(launch, errp);
    }
    g_propagate_error(errp, g_steal_pointer(&error));
    return false;
}

/* What waits for the start has the whole time for it, from now on. */
static void earlier_ended(const char *detail, void *opaque)
{
    MachineLaunch *launch = opaque;
    MachineCall *call = g_queue_peek_head(&launch->qmp.calls);
    g_autoptr(GError) error = NULL;

    g_clear_pointer(&launch->earlier, machine_process_free);
    if (!launch_adopt_or_spawn(launch, &error)) {
        g_free(launch->end_detail);
        launch->end_detail = g_strdup(error->message);
    }
    if (call && call->update == started_update) {
        set_start_deadline(call);
    }
    machine_qmp_update_calls(&launch->qmp);
}

static void call_free(MachineCall *call)
{
    g_free(call);
}

static MachineCall *call_new(MachineLaunch *launch, GTask *task,
                             void (*update)(MachineCall *call))
{
    MachineCall *call = g_new0(MachineCall, 1);

    call->update = update;
    call->free = call_free;
    machine_call_init(call, &launch->qmp, task);
    return call;
}

static void call_fail_ended(MachineCall *call)
{
    MachineLaunch *launch = (MachineLaunch *)call->q;

    machine_call_fail(call, g_error_new_literal(BMC_ERROR, BMC_ERROR_FAILED,
        launch->end_detail ? launch->end_detail : "QEMU has ended"));
}

static void started_update(MachineCall *call)
{
    if (call->q->parent.connected) {
        machine_call_succeed(call, NULL, NULL);
    } else if (!call->q->process_alive &&
               !((MachineLaunch *)call->q)->earlier) {
        call_fail_ended(call);
    }
}

static void set_start_deadline(MachineCall *call)
{
    machine_call_set_deadline(call, READY_DEADLINE_MS,
                              ((MachineLaunch *)call->q)->earlier
                              ? earlier_text : not_ready_text);
}

/*
 * START without a process. When QEMU answers, whoever wants to set boot
 * indexes has begun to, in the notification of that, and holds the machine
 * for as long as that takes; go on after him.
 */
static void start_update(MachineCall *call)
{
    Machine *machine = &call->q->parent;

    if (!call->q->process_alive) {
        call_fail_ended(call);
    } else if (machine->connected && !machine->held &&
               g_queue_get_length(&call->q->calls) == 1) {
        machine_qmp_run_op(machine, MACHINE_OP_START,
                           machine_call_steal(call));
    }
}

static void kill_timed_out(void *opaque)
{
    MachineLaunch *launch = opaque;

    if (launch->process) {
        g_message("QEMU does not end, killing it");
        machine_process_signal(launch->process, SIGKILL);
    }
}

static void end_update(MachineCall *call)
{
    if (!call->q->process_alive) {
        machine_call_succeed(call, NULL, NULL);
    }
}

/* Ends the process, first politely. */
static void launch_quit(MachineLaunch *launch)
{
    clock_timer_start(launch->qmp.clock, &launch->kill_timer, KILL_AFTER_MS,
                      kill_timed_out, launch);
    if (launch->qmp.ready) {
        machine_qmp_quit(&launch->qmp);
    } else {
        machine_process_signal(launch->process, SIGTERM);
    }
}

/* What does not answer can still be ended: it is our process. */
static void launch_end_hung(MachineLaunch *launch, GTask *task)
{
    MachineCall *call = call_new(launch, task, end_update);

    g_message("QEMU does not answer: ending its process");
    machine_call_set_deadline(call, END_DEADLINE_MS, not_ending_text);
    launch_quit(launch);
}

static void launch_run_op(Machine *machine, MachineOp op, GTask *task)
{
    MachineLaunch *launch = (MachineLaunch *)machine;
    GError *error = NULL;
    MachineCall *call;

    if (op == MACHINE_OP_STOP && machine->state == MACHINE_STATE_UNKNOWN &&
        launch->process) {
        launch_end_hung(launch, task);
        return;
    }
    if (op != MACHINE_OP_START || machine->state != MACHINE_STATE_GONE ||
        !machine->can_start_process) {
        machine_qmp_run_op(machine, op, task);
        return;
    }
    call = call_new(launch, task, start_update);
    machine_call_set_deadline(call, READY_DEADLINE_MS, not_ready_text);
    if (!launch->process && !launch_spawn(launch, &error)) {
        machine_call_fail(call, error);
    }
}

static void launch_released(Machine *machine)
{
    machine_qmp_update_calls((MachineQmp *)machine);
}

static void launch_free(Machine *machine)
{
    MachineLaunch *launch = (MachineLaunch *)machine;

    clock_timer_stop(&launch->drain_timer);
    clock_timer_stop(&launch->kill_timer);
    machine_qmp_cleanup(&launch->qmp);
    machine_process_free(launch->process);
    machine_process_free(launch->earlier);
    g_strfreev(launch->argv);
    g_free(launch->pid_path);
    g_free(launch->qmp_path);
    g_free(launch->state_dir);
    g_free(launch->exit_detail);
    g_free(launch->end_detail);
    g_free(launch);
}

static void launch_apply_settings(Machine *machine, bool may_end, GTask *task)
{
    MachineLaunch *launch = (MachineLaunch *)machine;
    unsigned differ = machine_settings_differ(&machine->wanted,
                                              &machine->info.settings);
    MachineCall *call;

    differ &= machine->info.settings_there & ~MACHINE_SETTINGS_LIVE;
    if (!may_end || (!differ && !machine->renew &&
                     !machine_firmware_pending(machine)) ||
        !launch->process || !launch->qmp.ready ||
        !machine->can_start_process) {
        machine_qmp_apply_settings(machine, may_end, task);
        return;
    }
    g_message("%s a new QEMU process: ending the present one",
              differ ? "new settings need" : "changes of firmware files need");
    call = call_new(launch, task, end_update);
    machine_call_set_deadline(call, END_DEADLINE_MS, not_ending_text);
    launch_quit(launch);
}

static const MachineOps launch_ops = {
    .run_op = launch_run_op,
    .list_boot_devices = machine_qmp_list_boot_devices,
    .set_boot_index = machine_qmp_set_boot_index,
    .query_override = machine_qmp_query_override,
    .set_override = machine_qmp_set_override,
    .query_usage = machine_qmp_query_usage,
    .send_break = machine_qmp_send_break,
    .press_key = machine_qmp_press_key,
    .apply_settings = launch_apply_settings,
    .list_drives = machine_qmp_list_drives,
    .insert_medium = machine_qmp_insert_medium,
    .eject_medium = machine_qmp_eject_medium,
    .refresh = machine_qmp_refresh_info,
    .refresh_guest = machine_qmp_refresh_guest,
    .released = launch_released,
    .free = launch_free,
};

/* What is not found on the command line cannot be changed there. */
static void find_firmware(MachineLaunch *launch)
{
    Machine *machine = &launch->qmp.parent;
    g_autofree char *dir = g_get_current_dir();
    g_autofree char *program = machine_firmware_program(launch->argv[0]);

    if (launch->state_dir) {
        machine->firmware_dir = g_build_filename(launch->state_dir,
                                                 "update", NULL);
        machine->firmware_given = machine_firmware_find(
            (const char *const *)launch->argv, dir, program,
            &machine->firmware_given_rom, &machine->firmware_problem);
    }
}

Machine *machine_launch_new(const MachineLaunchConfig *config, Clock *clock,
                            GError **errp)
{
    g_auto(GStrv) argv = machine_launch_build_argv(config, errp);
    g_autoptr(GSocketAddress) addr = NULL;
    g_autofree char *dir = g_get_current_dir();
    MachineLaunch *launch;

    if (!argv) {
        return NULL;
    }
    launch = g_new0(MachineLaunch, 1);
    launch->argv = g_steal_pointer(&argv);
    launch->qmp_path = launch_qmp_path(config->run_dir);
    launch->pid_path = launch_pid_path(config->run_dir);
    launch->state_dir = g_strdup(config->state_dir);
    addr = g_unix_socket_address_new(launch->qmp_path);
    machine_qmp_init(&launch->qmp, &launch_ops, addr, clock);
    launch->qmp.parent.can_start_process = true;
    launch->qmp.parent.can_end_process = true;
    launch->qmp.parent.owns_process = true;
    launch->qmp.parent.settable = MACHINE_SETTINGS_ALL;
    find_firmware(launch);
    launch->qmp.disconnected = disconnected;
    machine_flash_parse((const char *const *)launch->argv, dir,
                        launch->qmp.parent.info.flash, NULL);
    machine_flash_parse((const char *const *)launch->argv, dir,
                        launch->qmp.parent.flash_given,
                        launch->qmp.parent.flash_problem);
    return &launch->qmp.parent;
}

void machine_launch_start_async(Machine *machine,
                                GAsyncReadyCallback callback, void *opaque)
{
    MachineLaunch *launch = (MachineLaunch *)machine;
    GTask *task = g_task_new(NULL, NULL, callback, opaque);
    MachineCall *call = call_new(launch, task, started_update);
    GError *error = NULL;

    if (!launch_adopt_or_spawn(launch, &error)) {
        machine_call_fail(call, error);
        return;
    }
    set_start_deadline(call);
    started_update(call);
}

bool machine_launch_start_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_launch_end_async(Machine *machine, GAsyncReadyCallback callback,
                              void *opaque)
{
    MachineLaunch *launch = (MachineLaunch *)machine;
    GTask *task = g_task_new(NULL, NULL, callback, opaque);
    MachineCall *call = call_new(launch, task, end_update);

    machine->can_start_process = false;
    g_clear_pointer(&launch->earlier, machine_process_free);
    machine_call_set_deadline(call, END_DEADLINE_MS, not_ending_text);
    end_update(call);
    if (!launch->process || launch->ending) {
        return;
    }
    launch->ending = true;
    launch_quit(launch);
}

bool machine_launch_end_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}
