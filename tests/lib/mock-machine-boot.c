/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a machine without QEMU boots from. */
#include "osdep.h"

#include "mock-machine-priv.h"

#include "util/error.h"

/* What QEMU's query and its events tell. */
static void publish(MockMachine *mock)
{
    MachineOverride *override = &mock->parent.override;

    machine_override_clear(override);
    override->state = mock->override_state;
    if (override->state != MACHINE_OVERRIDE_NONE) {
        override->persistent = mock->override_persistent;
        override->device = g_strdup_printf(
            "/machine/peripheral/%s/virtio-backend", mock->override_device);
    }
    override->process = g_strdup_printf("process-%u", mock->process);
}

static void change_override(MockMachine *mock, MachineOverrideState state)
{
    mock->override_state = state;
    if (state != MACHINE_OVERRIDE_CONSUMED) {
        mock->reset_needed = true;
    }
    if (mock->parent.connected) {
        publish(mock);
        machine_notify(&mock->parent, MACHINE_EVENT_OVERRIDE, false, NULL);
    }
}

static void device_has_no_index(MockMachine *mock, const char *name)
{
    if (mock->override_state != MACHINE_OVERRIDE_NONE &&
        g_str_equal(mock->override_device, name)) {
        change_override(mock, MACHINE_OVERRIDE_NONE);
    }
}

void mock_freeze_order(MockMachine *mock)
{
    int32_t lowest = INT32_MAX;
    bool is_set;

    if (mock->override_state == MACHINE_OVERRIDE_CONSUMED) {
        change_override(mock, mock->override_persistent ?
                        MACHINE_OVERRIDE_ARMED : MACHINE_OVERRIDE_NONE);
    }
    is_set = mock->override_state != MACHINE_OVERRIDE_NONE;
    g_free(mock->in_front);
    mock->in_front = g_strdup(is_set ? mock->override_device : NULL);
    mock->order_read = false;

    g_free(mock->boots_from);
    mock->boots_from = g_strdup("default");
    for (unsigned i = 0; i < mock->devices->len; i++) {
        MachineBootDevice *device = mock->devices->pdata[i];

        if (device->index >= 0 && device->index < lowest) {
            lowest = device->index;
            g_free(mock->boots_from);
            mock->boots_from = g_strdup(device->name);
        }
    }
    if (mock->in_front) {
        g_free(mock->boots_from);
        mock->boots_from = g_strdup(mock->in_front);
    }
    mock->reset_needed = false;
}

static MachineBootDevice *device_copy(const MachineBootDevice *device)
{
    MachineBootDevice *copy = g_memdup2(device, sizeof(*device));

    copy->path = g_strdup(device->path);
    copy->property = g_strdup(device->property);
    copy->name = g_strdup(device->name);
    copy->mac = g_strdup(device->mac);
    copy->type = g_strdup(device->type);
    copy->pci = g_strdup(device->pci);
    copy->efi = g_strdup(device->efi);
    return copy;
}

static void run_list_call(MockCall *call)
{
    GPtrArray *list;
    unsigned i;

    if (mock_unavailable(call)) {
        return;
    }
    list = g_ptr_array_new_with_free_func(
        (GDestroyNotify)machine_boot_device_free);
    for (i = 0; i < call->mock->devices->len; i++) {
        g_ptr_array_add(list, device_copy(call->mock->devices->pdata[i]));
    }
    g_task_return_pointer(call->task, list, mock_list_unref);
}

void mock_list_boot_devices(Machine *machine, GTask *task)
{
    mock_queue_call(machine, task, g_strdup("list"), run_list_call);
}

static MachineBootDevice *find_device(MockMachine *mock, const char *path,
                                      const char *name)
{
    unsigned i;

    for (i = 0; i < mock->devices->len; i++) {
        MachineBootDevice *device = mock->devices->pdata[i];

        if (!g_strcmp0(device->path, path) ||
            !g_strcmp0(device->name, name)) {
            return device;
        }
    }
    return NULL;
}

static bool index_in_use(MockMachine *mock, int32_t index)
{
    unsigned i;

    for (i = 0; index >= 0 && i < mock->devices->len; i++) {
        MachineBootDevice *device = mock->devices->pdata[i];

        if (device->index == index) {
            return true;
        }
    }
    return false;
}

static void run_set_call(MockCall *call)
{
    MockMachine *mock = call->mock;
    MachineBootDevice *device;

    if (mock_unavailable(call)) {
        return;
    }
    device = find_device(mock, call->path, NULL);
    if (!device) {
        g_task_return_new_error(call->task, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                                "Device '%s' not found", call->path);
        return;
    }
    if (index_in_use(mock, call->index)) {
        g_task_return_new_error(call->task, BMC_ERROR, BMC_ERROR_FAILED,
                                "The bootindex %d has already been used",
                                call->index);
        return;
    }
    device->index = call->index;
    mock->reset_needed = true;
    if (call->index < 0) {
        device_has_no_index(mock, device->name);
    }
    g_task_return_boolean(call->task, true);
}

void mock_set_boot_index(Machine *machine, const char *path,
                         const char *property, int32_t index, GTask *task)
{
    MockMachine *mock = (MockMachine *)machine;
    MachineBootDevice *device = find_device(mock, path, NULL);
    MockCall *call;

    g_assert_cmpstr(property, ==, "bootindex");
    call = mock_queue_call(machine, task,
                      g_strdup_printf("set:%s=%d",
                                      device ? device->name : path, index),
                      run_set_call);
    call->path = g_strdup(path);
    call->index = index;
}

static void run_query_call(MockCall *call)
{
    MockMachine *mock = call->mock;

    if (mock_unavailable(call)) {
        return;
    }
    if (!mock->native) {
        g_task_return_new_error(call->task, BMC_ERROR,
                                BMC_ERROR_NOT_SUPPORTED,
                                "QEMU has no override");
        return;
    }
    publish(mock);
    mock->parent.has_override = true;
    g_task_return_boolean(call->task, true);
}

void mock_query_override(Machine *machine, GTask *task)
{
    mock_queue_call(machine, task, g_strdup("query"), run_query_call);
}

static void run_override_call(MockCall *call)
{
    MockMachine *mock = call->mock;
    MachineBootDevice *device;

    if (mock_unavailable(call)) {
        return;
    }
    if (mock->refuse) {
        g_task_return_new_error(call->task, BMC_ERROR, BMC_ERROR_FAILED,
                                "This machine does not support a boot "
                                "override");
        return;
    }
    device = call->path ? find_device(mock, call->path, NULL) : NULL;
    if (call->path && (!device || device->index < 0)) {
        g_task_return_new_error(call->task, BMC_ERROR,
                                device ? BMC_ERROR_STATE :
                                BMC_ERROR_NOT_FOUND,
                                "Device '%s' has no boot index", call->path);
        return;
    }
    mock_machine_set_override(mock, device ? device->name : NULL,
                              call->persistent);
    g_task_return_boolean(call->task, true);
}

void mock_set_override(Machine *machine, const char *device, bool persistent,
                       GTask *task)
{
    const char *slash = device ? strrchr(device, '/') : NULL;
    MockCall *call =
        mock_queue_call(machine, task,
                        g_strdup_printf("override:%s%s",
                                        slash ? slash + 1 : "none",
                                        persistent ? "/persistent" : ""),
                        run_override_call);

    call->path = g_strdup(device);
    call->persistent = persistent;
}

void mock_machine_set_native(MockMachine *mock, bool refuse)
{
    mock->native = true;
    mock->refuse = refuse;
}

void mock_machine_set_override(MockMachine *mock, const char *name,
                               bool persistent)
{
    if (!name && mock->override_state == MACHINE_OVERRIDE_NONE) {
        return;
    }
    g_free(mock->override_device);
    mock->override_device = g_strdup(name);
    mock->override_persistent = persistent;
    change_override(mock, name ? MACHINE_OVERRIDE_ARMED :
                    MACHINE_OVERRIDE_NONE);
}

void mock_machine_load(MockMachine *mock, const char *name,
                       MachineOverrideState state)
{
    g_free(mock->override_device);
    mock->override_device = g_strdup(name);
    mock->override_persistent = false;
    change_override(mock, state);
}

void mock_machine_set_index(MockMachine *mock, const char *name,
                            int32_t index)
{
    MachineBootDevice *device = find_device(mock, NULL, name);

    device->index = index;
    mock->reset_needed = true;
    if (index < 0) {
        device_has_no_index(mock, name);
    }
}

void mock_machine_read_order(MockMachine *mock)
{
    if (mock->order_read) {
        return;
    }
    mock->order_read = true;
    if (mock->override_state != MACHINE_OVERRIDE_NONE &&
        !g_strcmp0(mock->in_front, mock->override_device)) {
        change_override(mock, MACHINE_OVERRIDE_CONSUMED);
    }
}

char *mock_machine_override(MockMachine *mock)
{
    static const char *const states[] = {
        [MACHINE_OVERRIDE_NONE] = "none",
        [MACHINE_OVERRIDE_ARMED] = "armed",
        [MACHINE_OVERRIDE_CONSUMED] = "consumed",
    };

    if (mock->override_state == MACHINE_OVERRIDE_NONE) {
        return g_strdup("none");
    }
    return g_strdup_printf("%s %s%s", mock->override_device,
                           states[mock->override_state],
                           mock->override_persistent ? " persistent" : "");
}

void mock_machine_remove_device(MockMachine *mock, const char *name)
{
    MachineBootDevice *device = find_device(mock, NULL, name);

    g_assert_nonnull(device);
    device_has_no_index(mock, name);
    g_ptr_array_remove(mock->devices, device);
}

char *mock_machine_indices(MockMachine *mock)
{
    GString *text = g_string_new(NULL);
    unsigned i;

    for (i = 0; i < mock->devices->len; i++) {
        MachineBootDevice *device = mock->devices->pdata[i];

        g_string_append_printf(text, "%s%s=%d", i ? " " : "", device->name,
                               device->index);
    }
    return g_string_free(text, false);
}
