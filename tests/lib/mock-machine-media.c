/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drives of a machine without QEMU. */
#include "osdep.h"

#include "mock-machine-priv.h"

#include "util/error.h"

static void run_drives_call(MockCall *call)
{
    GPtrArray *list;

    if (mock_unavailable(call)) {
        return;
    }
    list = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_drive_free);
    for (unsigned i = 0; i < call->mock->drives->len; i++) {
        const MachineDrive *drive = call->mock->drives->pdata[i];
        MachineDrive *copy = g_memdup2(drive, sizeof(*drive));

        copy->id = g_strdup(drive->id);
        copy->file = g_strdup(drive->file);
        g_ptr_array_add(list, copy);
    }
    g_task_return_pointer(call->task, list, mock_list_unref);
}

void mock_list_drives(Machine *machine, GTask *task)
{
    mock_queue_call(machine, task, g_strdup("drives"), run_drives_call);
}

static MachineDrive *find_drive(MockCall *call)
{
    for (unsigned i = 0; i < call->mock->drives->len; i++) {
        MachineDrive *drive = call->mock->drives->pdata[i];

        if (g_str_equal(drive->id, call->path)) {
            return drive;
        }
    }
    g_task_return_new_error(call->task, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                            "no drive '%s'", call->path);
    return NULL;
}

static void run_medium_call(MockCall *call)
{
    MachineDrive *drive = mock_unavailable(call) ? NULL : find_drive(call);

    if (!drive) {
        return;
    }
    g_free(drive->file);
    drive->file = g_strdup(call->medium.path);
    drive->inserted = call->medium.path;
    drive->ours = call->medium.path;
    drive->read_only = call->medium.read_only;
    drive->tray_open = false;
    machine_notify(&call->mock->parent, MACHINE_EVENT_DEVICES, false, NULL);
    g_task_return_boolean(call->task, true);
}

void mock_insert_medium(Machine *machine, const char *drive,
                               const MachineMedium *medium, GTask *task)
{
    MockCall *call = mock_queue_call(machine, task,
                                g_strdup_printf("insert:%s", drive),
                                run_medium_call);

    call->path = g_strdup(drive);
    call->medium = *medium;
    call->medium.path = g_strdup(medium->path);
}

void mock_eject_medium(Machine *machine, const char *drive,
                              GTask *task)
{
    MockCall *call = mock_queue_call(machine, task,
                                g_strdup_printf("eject:%s", drive),
                                run_medium_call);

    call->path = g_strdup(drive);
}
