/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Removable media: the part that every driver shares. */
#include "osdep.h"

#include "machine/machine-media.h"

void machine_drive_free(MachineDrive *drive)
{
    if (!drive) {
        return;
    }
    g_free(drive->id);
    g_free(drive->file);
    g_free(drive);
}

void machine_list_drives_async(Machine *machine, GCancellable *cancellable,
                               GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_list_drives_async);
    machine->ops->list_drives(machine, task);
}

GPtrArray *machine_list_drives_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}

void machine_insert_medium_async(Machine *machine, const char *drive,
                                 const MachineMedium *medium,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_insert_medium_async);
    machine->ops->insert_medium(machine, drive, medium, task);
}

bool machine_insert_medium_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_eject_medium_async(Machine *machine, const char *drive,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_eject_medium_async);
    machine->ops->eject_medium(machine, drive, task);
}

bool machine_eject_medium_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}
