/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine without QEMU, driven by the test. It does what QEMU does as far
 * as power and boot order are concerned: firmware sees the boot order of the
 * last reset, and an index that is in use is refused. Every operation ends
 * from the main loop.
 */
#ifndef QEMU_BMC_TESTS_MOCK_MACHINE_H
#define QEMU_BMC_TESTS_MOCK_MACHINE_H

#include <glib.h>
#include <stdbool.h>

#include "machine/machine.h"
#include "machine/machine-media.h"

typedef struct MockMachine MockMachine;

/**
 * mock_machine_new: make a machine.
 *
 * @state: its state; it is connected unless that is UNKNOWN or GONE
 *
 * Returns: (transfer full): the machine, to be freed with machine_free() of
 * mock_machine_base()
 */
MockMachine *mock_machine_new(MachineState state);

/**
 * mock_machine_base: the machine as the code under test sees it.
 *
 * @mock: the machine
 *
 * Returns: (transfer none): the machine
 */
Machine *mock_machine_base(MockMachine *mock);

/**
 * mock_machine_free: free a machine.
 *
 * @mock: the machine, or NULL
 */
void mock_machine_free(MockMachine *mock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(MockMachine, mock_machine_free)

/**
 * mock_machine_add_device: plug a bootable device in. Nothing is notified.
 *
 * @mock: the machine
 * @name: its id
 * @kind: what it is
 * @index: its boot index, as on the command line, or -1
 *
 * Returns: (transfer none): the device, which may be changed
 */
MachineBootDevice *mock_machine_add_device(MockMachine *mock,
                                           const char *name,
                                           MachineBootKind kind,
                                           int32_t index);

/**
 * mock_machine_add_drive: give the machine a drive, which is empty. Nothing
 * is notified.
 *
 * @mock: the machine
 * @id: its id
 * @kind: what it is
 *
 * Returns: (transfer none): the drive, which may be changed
 */
MachineDrive *mock_machine_add_drive(MockMachine *mock, const char *id,
                                     MachineDriveKind kind);

/**
 * mock_machine_remove_device: unplug a device. Nothing is notified.
 *
 * @mock: the machine
 * @name: its id
 */
void mock_machine_remove_device(MockMachine *mock, const char *name);

/**
 * mock_machine_indices: the boot indices as they are.
 *
 * @mock: the machine
 *
 * Returns: (transfer full): "disk=1 cd=0 nic=-1", in the order of
 * mock_machine_add_device()
 */
char *mock_machine_indices(MockMachine *mock);

/**
 * mock_machine_boots_from: the device that firmware boots, by the boot order
 * at the last reset.
 *
 * @mock: the machine
 *
 * Returns: the device's id, or "default" when none had an index
 */
const char *mock_machine_boots_from(MockMachine *mock);

/**
 * mock_machine_set_native: give QEMU an override of its own.
 *
 * @mock: the machine
 * @refuse: setting it fails, as on a machine without fw_cfg
 */
void mock_machine_set_native(MockMachine *mock, bool refuse);

/**
 * mock_machine_set_override: set that override, as when somebody else does.
 *
 * @mock: the machine
 * @name: (nullable): id of the device; NULL to clear it
 * @persistent: for all boots
 */
void mock_machine_set_override(MockMachine *mock, const char *name,
                               bool persistent);

/**
 * mock_machine_load: a migration or a snapshot brings an override, which
 * replaces what is there.
 *
 * @mock: the machine
 * @name: (nullable): id of the device
 * @state: the override's state
 */
void mock_machine_load(MockMachine *mock, const char *name,
                       MachineOverrideState state);

/**
 * mock_machine_set_index: give a device a boot index, as when somebody else
 * does.
 *
 * @mock: the machine
 * @name: its id
 * @index: the index, or -1
 */
void mock_machine_set_index(MockMachine *mock, const char *name,
                            int32_t index);

/**
 * mock_machine_read_order: firmware reads the boot order.
 *
 * @mock: the machine
 */
void mock_machine_read_order(MockMachine *mock);

/**
 * mock_machine_override: that override.
 *
 * @mock: the machine
 *
 * Returns: (transfer full): "none", "cd armed", "cd consumed persistent"
 */
char *mock_machine_override(MockMachine *mock);

/**
 * mock_machine_set_state: change the state, as when somebody else did.
 *
 * @mock: the machine
 * @state: the state; connected unless UNKNOWN or GONE
 */
void mock_machine_set_state(MockMachine *mock, MachineState state);

/**
 * mock_machine_reset: a RESET event.
 *
 * @mock: the machine
 * @guest: by the guest, which is also by firmware
 */
void mock_machine_reset(MockMachine *mock, bool guest);

/**
 * mock_machine_shutdown: a SHUTDOWN event, and the state SHUTDOWN.
 *
 * @mock: the machine
 * @guest: by the guest
 * @reason: QMP's reason, e.g. "guest-shutdown"
 */
void mock_machine_shutdown(MockMachine *mock, bool guest,
                           const char *reason);

/**
 * mock_machine_event: any other event, e.g. WATCHDOG.
 *
 * @mock: the machine
 * @type: the event
 * @detail: (nullable): its detail
 */
void mock_machine_event(MockMachine *mock, MachineEventType type,
                        const char *detail);

/**
 * mock_machine_usage: what machine_query_usage_async() answers.
 *
 * @mock: the machine
 *
 * Returns: (transfer none): the usage, which may be changed
 */
MachineUsage *mock_machine_usage(MockMachine *mock);

/**
 * mock_machine_gone: the QEMU process ends.
 *
 * @mock: the machine
 * @detail: how, for people
 */
void mock_machine_gone(MockMachine *mock, const char *detail);

/**
 * mock_machine_new_process: another QEMU process answers: boot indices are
 * those of the command line again.
 *
 * @mock: the machine
 * @state: its state
 */
void mock_machine_new_process(MockMachine *mock, MachineState state);

/**
 * mock_machine_hold: let operations wait, as when QEMU is slow.
 *
 * @mock: the machine
 * @hold: whether to; false lets those that wait go on
 */
void mock_machine_hold(MockMachine *mock, bool hold);

/**
 * mock_machine_fail: let an operation fail, the next time.
 *
 * @mock: the machine
 * @what: its name as in mock_machine_take_log(), up to the colon
 * @code: a BmcError
 */
void mock_machine_fail(MockMachine *mock, const char *what, int code);

/**
 * mock_machine_take_log: what was asked for since the last call.
 *
 * @mock: the machine
 *
 * Returns: (transfer full): "start stop reset button nmi pause list set:cd=0",
 * in order, separated by blanks
 */
char *mock_machine_take_log(MockMachine *mock);

#endif /* QEMU_BMC_TESTS_MOCK_MACHINE_H */
