/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For functional tests: a VM that has in-band IPMI, and the Linux guest of
 * tests/guests/make-linux.sh, whose shell listens on the serial port.
 */
#ifndef QEMU_BMC_TESTS_TEST_GUEST_H
#define QEMU_BMC_TESTS_TEST_GUEST_H

#include "test-vm.h"

/**
 * test_guest_start: start a helper with in-band IPMI and then a VM that is
 * connected to it, as a server's BMC is there before the server.
 *
 * @lab: filled in; its directory may be there already
 * @device: QEMU's system interface, "isa-ipmi-kcs" or "isa-ipmi-bt"
 * @vm_args: as test_vm_start()
 * @bmc_args: (nullable): as test_bmc_start()
 */
void test_guest_start(TestLab *lab, const char *device, const char *vm_args,
                      const char *bmc_args);

/**
 * test_guest_start_linux: the same with the Linux guest, which is made
 * first if need be; waits until its shell is there.
 *
 * @lab: as test_guest_start()
 * @device: as test_guest_start()
 * @bmc_args: as test_guest_start()
 */
void test_guest_start_linux(TestLab *lab, const char *device,
                            const char *bmc_args);

/**
 * test_guest_start_linux_with: the same with more devices.
 *
 * @lab: as test_guest_start()
 * @device: as test_guest_start()
 * @vm_args: (nullable): more arguments for QEMU
 * @bmc_args: as test_guest_start()
 */
void test_guest_start_linux_with(TestLab *lab, const char *device,
                                 const char *vm_args, const char *bmc_args);

/**
 * test_guest_load_ipmi: load Linux's IPMI drivers and wait for /dev/ipmi0.
 *
 * @vm: the VM
 */
void test_guest_load_ipmi(TestVm *vm);

/**
 * test_guest_wait_boot: wait until Linux has booted again.
 *
 * @vm: the VM
 */
void test_guest_wait_boot(TestVm *vm);

/**
 * test_guest_run: have Linux's shell run a line and wait for its end.
 *
 * @vm: the VM
 * @output: (nullable) (out) (transfer full): stdout and stderr
 * @line: the line
 *
 * Returns: its exit status
 */
int test_guest_run(TestVm *vm, char **output, const char *line);

/**
 * test_guest_check: test_guest_run(), and end the test unless the line
 * succeeds and its output matches.
 *
 * @vm: the VM
 * @line: the line
 * @pattern: as g_pattern_match_simple() has it
 */
void test_guest_check(TestVm *vm, const char *line, const char *pattern);

/**
 * test_guest_send: have Linux's shell run a line without waiting for its
 * end, which may never come.
 *
 * @vm: the VM
 * @line: the line
 */
void test_guest_send(TestVm *vm, const char *line);

/**
 * test_guest_start_bmc: start a helper for a VM that runs already, in place
 * of one that has ended, and wait until QEMU's device has connected to it.
 *
 * @lab: the lab
 * @bmc_args: as test_guest_start()
 */
void test_guest_start_bmc(TestLab *lab, const char *bmc_args);

#endif /* QEMU_BMC_TESTS_TEST_GUEST_H */
