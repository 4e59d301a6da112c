/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For functional tests of the boot override: what sets one and what resets
 * the machine. The guests of tests/guests print a letter when they boot.
 */
#ifndef QEMU_BMC_TESTS_BOOT_LAB_H
#define QEMU_BMC_TESTS_BOOT_LAB_H

#include "test-monitor.h"
#include "test-vm.h"

/**
 * boot_lab_args: a machine with the disk "disk0" (A), whose boot index is 0,
 * the CD "cd0" (C, 1) and, with SeaBIOS, the network card "nic0" (N, 2). The
 * boot indices leave no room before or between.
 *
 * @dir: where OVMF's variables go
 * @machine: "pc", "q35"
 * @uefi: OVMF instead of SeaBIOS
 *
 * Returns: (transfer full): arguments, as test_vm_start() has them, also for
 * another monitor
 */
char *boot_lab_args(const TestDir *dir, const char *machine, bool uefi);

/**
 * boot_lab_next: wait for the next boot.
 *
 * @lab: the lab
 *
 * Returns: the letter that the guest prints
 */
char boot_lab_next(TestLab *lab);

/**
 * boot_lab_expect_next: wait for the next boot, and end the test when it is
 * another one.
 *
 * @lab: the lab
 * @letter: which it is to be
 */
void boot_lab_expect_next(TestLab *lab, char letter);

/**
 * boot_lab_has_next: whether the guest has booted since boot_lab_next().
 *
 * @lab: the lab
 *
 * Returns: true if its letter is there
 */
bool boot_lab_has_next(TestLab *lab);

/**
 * boot_lab_set: set the override over Redfish.
 *
 * @lab: the lab
 * @enabled: "Once", "Continuous" or "Disabled"
 * @target: "Cd", ...; "None" to clear it
 */
void boot_lab_set(TestLab *lab, const char *enabled, const char *target);

/**
 * boot_lab_enabled: BootSourceOverrideEnabled as Redfish has it.
 *
 * @lab: the lab
 *
 * Returns: (transfer full): "Once", "Continuous" or "Disabled"
 */
char *boot_lab_enabled(TestLab *lab);

/**
 * boot_lab_wait_consumed: wait until no override is set any more.
 *
 * @lab: the lab
 */
void boot_lab_wait_consumed(TestLab *lab);

/**
 * boot_lab_ipmi_flags: boot option parameter 5 as IPMI has it.
 *
 * @lab: the lab
 * @flags: filled, see IPMI 2.0 table 28-14
 */
void boot_lab_ipmi_flags(TestLab *lab, uint8_t flags[5]);

/**
 * boot_lab_is_patched: whether QEMU has a boot override of its own.
 *
 * @monitor: its other monitor
 *
 * Returns: true if it has the patches of qemu-patches
 */
bool boot_lab_is_patched(TestMonitor *monitor);

/**
 * boot_lab_restart_helper: kill the helper and start another one, until it
 * knows that the machine is on.
 *
 * @lab: the lab
 */
void boot_lab_restart_helper(TestLab *lab);

/**
 * boot_lab_start_helper: the same for one that is not there.
 *
 * @lab: the lab
 */
void boot_lab_start_helper(TestLab *lab);

/**
 * boot_lab_kill_helper: kill it.
 *
 * @lab: the lab
 */
void boot_lab_kill_helper(TestLab *lab);

/* Ways to restart a machine whose guest has booted. */
typedef void (*BootLabOrigin)(TestLab *lab);

/**
 * boot_lab_reset: by the helper.
 *
 * @lab: the lab
 */
void boot_lab_reset(TestLab *lab);

/**
 * boot_lab_guest_reset: by the guest, with port 0xcf9.
 *
 * @lab: the lab
 */
void boot_lab_guest_reset(TestLab *lab);

/**
 * boot_lab_keyboard_reset: by the guest, with the keyboard controller.
 *
 * @lab: the lab
 */
void boot_lab_keyboard_reset(TestLab *lab);

/**
 * boot_lab_triple_fault: by the guest, with a triple fault.
 *
 * @lab: the lab
 */
void boot_lab_triple_fault(TestLab *lab);

/**
 * boot_lab_off: the helper switches it off.
 *
 * @lab: the lab
 */
void boot_lab_off(TestLab *lab);

/**
 * boot_lab_on: the helper switches it on.
 *
 * @lab: the lab
 */
void boot_lab_on(TestLab *lab);

/**
 * boot_lab_cycle: the helper switches it off, and later on.
 *
 * @lab: the lab
 */
void boot_lab_cycle(TestLab *lab);

/**
 * boot_lab_off_and_on: off, and on at once.
 *
 * @lab: the lab
 */
void boot_lab_off_and_on(TestLab *lab);

/**
 * boot_lab_guest_off_and_on: the guest powers off, the helper switches it on.
 *
 * @lab: the lab
 */
void boot_lab_guest_off_and_on(TestLab *lab);

#endif /* QEMU_BMC_TESTS_BOOT_LAB_H */
