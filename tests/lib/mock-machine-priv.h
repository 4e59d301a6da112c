/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mock machine from the inside; for tests/lib/mock-machine*.c only. */
#ifndef QEMU_BMC_TESTS_MOCK_MACHINE_PRIV_H
#define QEMU_BMC_TESTS_MOCK_MACHINE_PRIV_H

#include "mock-machine.h"

/**
 * MockCall: an operation that waits for the main loop, or to be let go on.
 */
typedef struct MockCall {
    MockMachine *mock;
    GTask *task;
    void (*run)(struct MockCall *call);
    MachineOp op;
    char *path;
    int32_t index;
    bool persistent;
    char *name;
    MachineMedium medium;
} MockCall;

/**
 * MockMachine: the machine.
 *
 * @start: waits for machine_release()
 * @native: QEMU has an override of its own, which is @override_state, and
 * unless there is none, @override_persistent and @override_device, an id
 * @refuse: it cannot be set on this machine
 * @process: counts the QEMU processes
 * @in_front: the device that the override has put first at the last reset
 * @order_read: firmware has read the boot order since
 */
struct MockMachine {
    Machine parent;
    GPtrArray *devices;
    GPtrArray *drives;
    GHashTable *command_line;
    GString *log;
    GQueue calls;
    guint idle_id;
    bool hold;
    GTask *start;
    bool reset_needed;
    char *boots_from;
    char *fail_what;
    int fail_code;
    MachineUsage usage;
    bool native;
    bool refuse;
    unsigned process;
    MachineOverrideState override_state;
    bool override_persistent;
    char *override_device;
    char *in_front;
    bool order_read;
};

/**
 * mock_queue_call: begin an operation, which ends from the main loop.
 *
 * @machine: the machine
 * @task: (transfer full): its task
 * @name: (transfer full): as mock_machine_take_log() has it
 * @run: ends it
 *
 * Returns: (transfer none): the operation, for more parameters
 */
MockCall *mock_queue_call(Machine *machine, GTask *task, char *name,
                          void (*run)(MockCall *call));

/**
 * mock_unavailable: end an operation that needs QEMU if that is not there.
 *
 * @call: the operation
 *
 * Returns: true if it has ended
 */
bool mock_unavailable(MockCall *call);

/**
 * mock_list_unref: free a list.
 *
 * @opaque: GPtrArray
 */
void mock_list_unref(void *opaque);

/**
 * mock_freeze_order: firmware sees the boot order as it is now until this is
 * called again.
 *
 * @mock: the machine
 */
void mock_freeze_order(MockMachine *mock);

/**
 * mock_list_boot_devices: MachineOps.list_boot_devices.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void mock_list_boot_devices(Machine *machine, GTask *task);

/**
 * mock_set_boot_index: MachineOps.set_boot_index.
 *
 * @machine: the machine
 * @path: QOM path
 * @property: "bootindex"
 * @index: the index
 * @task: (transfer full): the task
 */
void mock_set_boot_index(Machine *machine, const char *path,
                         const char *property, int32_t index, GTask *task);

/**
 * mock_query_override: MachineOps.query_override.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void mock_query_override(Machine *machine, GTask *task);

/**
 * mock_set_override: MachineOps.set_override.
 *
 * @machine: the machine
 * @device: (nullable): QOM path
 * @persistent: for all boots
 * @task: (transfer full): the task
 */
void mock_set_override(Machine *machine, const char *device, bool persistent,
                       GTask *task);

/**
 * mock_list_drives: MachineOps.list_drives.
 *
 * @machine: the machine
 * @task: (transfer full): the task
 */
void mock_list_drives(Machine *machine, GTask *task);

/**
 * mock_insert_medium: MachineOps.insert_medium.
 *
 * @machine: the machine
 * @drive: the drive
 * @medium: what to put in
 * @task: (transfer full): the task
 */
void mock_insert_medium(Machine *machine, const char *drive,
                        const MachineMedium *medium, GTask *task);

/**
 * mock_eject_medium: MachineOps.eject_medium.
 *
 * @machine: the machine
 * @drive: the drive
 * @task: (transfer full): the task
 */
void mock_eject_medium(Machine *machine, const char *drive, GTask *task);

#endif /* QEMU_BMC_TESTS_MOCK_MACHINE_PRIV_H */
