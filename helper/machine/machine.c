/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a machine that every driver shares. */
#include "osdep.h"

#include "machine/machine.h"

#include "util/error.h"

static const char *const state_names[] = {
    [MACHINE_STATE_UNKNOWN] = "unknown",
    [MACHINE_STATE_GONE] = "gone",
    [MACHINE_STATE_PRELAUNCH] = "prelaunch",
    [MACHINE_STATE_SHUTDOWN] = "shutdown",
    [MACHINE_STATE_RUNNING] = "running",
    [MACHINE_STATE_PAUSED] = "paused",
    [MACHINE_STATE_SUSPENDED] = "suspended",
    [MACHINE_STATE_PANICKED] = "guest-panicked",
    [MACHINE_STATE_IO_ERROR] = "io-error",
    [MACHINE_STATE_WATCHDOG] = "watchdog",
    [MACHINE_STATE_INTERNAL_ERROR] = "internal-error",
    [MACHINE_STATE_INMIGRATE] = "inmigrate",
    [MACHINE_STATE_POSTMIGRATE] = "postmigrate",
};

const char *machine_state_to_string(MachineState state)
{
    g_return_val_if_fail(state < G_N_ELEMENTS(state_names), "unknown");
    return state_names[state];
}

bool machine_state_is_off(MachineState state)
{
    return state == MACHINE_STATE_GONE || state == MACHINE_STATE_PRELAUNCH ||
           state == MACHINE_STATE_SHUTDOWN;
}

void machine_run_op_async(Machine *machine, MachineOp op,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_run_op_async);
    machine->ops->run_op(machine, op, task);
}

bool machine_run_op_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_query_usage_async(Machine *machine, GCancellable *cancellable,
                               GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_query_usage_async);
    machine->ops->query_usage(machine, task);
}

bool machine_query_usage_finish(GAsyncResult *res, MachineUsage *usage,
                                GError **errp)
{
    g_autofree MachineUsage *result = g_task_propagate_pointer(G_TASK(res),
                                                               errp);

    if (!result) {
        return false;
    }
    *usage = *result;
    return true;
}

void machine_send_break_async(Machine *machine, const char *address,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_send_break_async);
    machine->ops->send_break(machine, address, task);
}

bool machine_send_break_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_press_key_async(Machine *machine, const char *key,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_press_key_async);
    machine->ops->press_key(machine, key, task);
}

bool machine_press_key_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_apply_settings_async(Machine *machine, bool may_end,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_apply_settings_async);
    machine->ops->apply_settings(machine, may_end, task);
}

bool machine_apply_settings_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_set_firmware(Machine *machine, const char *file)
{
    g_free(machine->firmware_wanted);
    machine->firmware_wanted = g_strdup(file);
}

bool machine_firmware_pending(const Machine *machine)
{
    const char *now = machine->info.firmware_file;
    g_autofree char *folder = NULL;

    if (!now || !machine->firmware_given) {
        return false;
    }
    if (machine->firmware_wanted) {
        return !g_str_equal(machine->firmware_wanted, now);
    }
    folder = g_path_get_dirname(now);
    return g_strcmp0(folder, machine->firmware_dir) == 0;
}

void machine_refresh_async(Machine *machine, GCancellable *cancellable,
                           GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_refresh_async);
    machine->ops->refresh(machine, task);
}

bool machine_refresh_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_refresh_guest_async(Machine *machine, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_refresh_guest_async);
    machine->ops->refresh_guest(machine, task);
}

bool machine_refresh_guest_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_hold(Machine *machine)
{
    machine->held++;
}

void machine_release(Machine *machine)
{
    g_assert(machine->held > 0);
    if (--machine->held == 0 && machine->ops->released) {
        machine->ops->released(machine);
    }
}

void machine_free(Machine *machine)
{
    if (machine) {
        machine->ops->free(machine);
    }
}

void machine_init(Machine *machine, const MachineOps *ops)
{
    machine->ops = ops;
    machine->state = MACHINE_STATE_UNKNOWN;
}

void machine_info_clear(MachineInfo *info)
{
    g_free(info->name);
    g_free(info->uuid);
    g_free(info->qemu_version);
    g_free(info->arch);
    g_free(info->machine_type);
    g_free(info->cpu_threads);
    g_free(info->sockets);
    g_free(info->cpu_model);
    g_clear_pointer(&info->memory, g_ptr_array_unref);
    g_clear_pointer(&info->pci, g_ptr_array_unref);
    g_clear_pointer(&info->disks, g_ptr_array_unref);
    g_clear_pointer(&info->tpms, g_ptr_array_unref);
    for (int i = 0; i < MACHINE_SMBIOS__MAX; i++) {
        g_free(info->smbios[i]);
    }
    for (int i = 0; i < MACHINE_FLASH__MAX; i++) {
        g_free(info->flash[i]);
    }
    g_free(info->firmware_file);
    memset(info, 0, sizeof(*info));
}

void machine_cleanup(Machine *machine)
{
    while (machine->notifiers.first) {
        notifier_remove(machine->notifiers.first);
    }
    machine_info_clear(&machine->info);
    g_clear_pointer(&machine->guest, machine_guest_free);
    machine_override_clear(&machine->override);
    g_clear_pointer(&machine->problem, g_free);
    for (int i = 0; i < MACHINE_FLASH__MAX; i++) {
        g_clear_pointer(&machine->flash_given[i], g_free);
        g_clear_pointer(&machine->flash_problem[i], g_free);
    }
    g_clear_pointer(&machine->firmware_given, g_free);
    g_clear_pointer(&machine->firmware_problem, g_free);
    g_clear_pointer(&machine->firmware_dir, g_free);
    g_clear_pointer(&machine->firmware_wanted, g_free);
}

void machine_notify(Machine *machine, MachineEventType type, bool guest,
                    const char *detail)
{
    MachineEvent event = {
        .type = type,
        .guest = guest,
        .detail = detail,
    };

    notifier_list_notify(&machine->notifiers, &event);
}

void machine_set_state(Machine *machine, MachineState state, bool connected,
                       const char *problem)
{
    bool changed = machine->state != state ||
                   machine->connected != connected;

    if (g_strcmp0(machine->problem, problem)) {
        g_free(machine->problem);
        machine->problem = g_strdup(problem);
    }
    machine->state = state;
    machine->connected = connected;
    if (changed) {
        machine_notify(machine, MACHINE_EVENT_STATE, false, NULL);
    }
}
