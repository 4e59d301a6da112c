/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot devices and the boot override: what every driver shares. */
#include "osdep.h"

#include "machine/machine.h"

void machine_list_boot_devices_async(Machine *machine,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_list_boot_devices_async);
    machine->ops->list_boot_devices(machine, task);
}

GPtrArray *machine_list_boot_devices_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_pointer(G_TASK(res), errp);
}

void machine_set_boot_index_async(Machine *machine, const char *path,
                                  const char *property, int32_t index,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_set_boot_index_async);
    machine->ops->set_boot_index(machine, path, property, index, task);
}

bool machine_set_boot_index_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_query_override_async(Machine *machine, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_query_override_async);
    machine->ops->query_override(machine, task);
}

bool machine_query_override_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

void machine_set_override_async(Machine *machine, const char *device,
                                bool persistent, GCancellable *cancellable,
                                GAsyncReadyCallback callback, void *opaque)
{
    GTask *task = g_task_new(NULL, cancellable, callback, opaque);

    g_task_set_source_tag(task, machine_set_override_async);
    machine->ops->set_override(machine, device, persistent, task);
}

bool machine_set_override_finish(GAsyncResult *res, GError **errp)
{
    return g_task_propagate_boolean(G_TASK(res), errp);
}

bool machine_override_is_of(const MachineOverride *override, const char *path)
{
    size_t len = strlen(path);

    return override->state != MACHINE_OVERRIDE_NONE && override->device &&
           !strncmp(override->device, path, len) &&
           (!override->device[len] || override->device[len] == '/');
}

void machine_override_clear(MachineOverride *override)
{
    g_free(override->device);
    g_free(override->process);
    memset(override, 0, sizeof(*override));
}

void machine_boot_device_free(MachineBootDevice *device)
{
    if (!device) {
        return;
    }
    g_free(device->path);
    g_free(device->property);
    g_free(device->name);
    g_free(device->mac);
    g_free(device->type);
    g_free(device->pci);
    g_free(device->efi);
    g_free(device);
}
