/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For functional tests: a real QEMU with one of the guests of tests/guests,
 * the real qemu-bmc beside it, and real clients as child processes.
 *
 * Programs are found by environment variables that meson sets: TEST_BUILD
 * (build directory), TEST_GUESTS (directory of images); TEST_QEMU may name
 * another QEMU.
 */
#ifndef QEMU_BMC_TESTS_TEST_VM_H
#define QEMU_BMC_TESTS_TEST_VM_H

#include <gio/gio.h>
#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>

#include "test-util.h"

/* Waits in these tests end long before on an idle machine. */
#define TEST_VM_WAIT_MS 60000
/* OVMF on a host that has much else to do. */
#define TEST_VM_FIRMWARE_MS 300000

/**
 * TestVm: a QEMU process.
 *
 * @dir: directory of its sockets; not owned
 * @pid: its process, 0 once it has been reaped
 * @qmp: path of its QMP socket
 * @serial: connection to its serial port, made by QEMU
 * @text: all that the guest has printed
 * @seen: how much of @text test_vm_wait_serial() has passed
 */
typedef struct TestVm {
    const TestDir *dir;
    GPid pid;
    char *qmp;
    GSocket *serial;
    GString *text;
    size_t seen;
} TestVm;

/**
 * test_vm_guest: path of a guest image.
 *
 * @name: e.g. "disk-a.img"
 *
 * Returns: (transfer full): the path
 */
char *test_vm_guest(const char *name);

/**
 * test_vm_start: start QEMU with TCG, no default devices, no display, a QMP
 * socket and a serial port.
 *
 * @dir: where its sockets go
 * @args: more arguments, separated by blanks; "@NAME@" stands for the guest
 *        image NAME
 *
 * Returns: (transfer full): the VM
 */
TestVm *test_vm_start(const TestDir *dir, const char *args);

/**
 * test_vm_uefi_args: add OVMF, with variables of its own, to a command line.
 *
 * @dir: where the variables go
 * @args: as test_vm_start()
 *
 * Returns: (transfer full): the arguments
 */
char *test_vm_uefi_args(const TestDir *dir, const char *args);

/**
 * test_vm_free: kill QEMU if it still runs, and free.
 *
 * @vm: the VM, or NULL
 */
void test_vm_free(TestVm *vm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestVm, test_vm_free)

/**
 * test_vm_kill: SIGKILL QEMU and reap it.
 *
 * @vm: the VM
 */
void test_vm_kill(TestVm *vm);

/**
 * test_vm_wait_serial: wait for text that the guest has not printed before
 * the last call's match; ends the test when it does not come.
 *
 * @vm: the VM
 * @text: the text
 */
void test_vm_wait_serial(TestVm *vm, const char *text);

/**
 * test_vm_wait_firmware: test_vm_wait_serial() for what UEFI firmware prints,
 * or what it boots, which may take minutes.
 *
 * @vm: the VM
 * @text: the text
 */
void test_vm_wait_firmware(TestVm *vm, const char *text);

/**
 * test_vm_stays_silent: let real time pass and check that the guest prints
 * nothing.
 *
 * @vm: the VM
 * @ms: how long
 *
 * Returns: true if it printed nothing
 */
bool test_vm_stays_silent(TestVm *vm, unsigned ms);

/**
 * test_vm_send: send a letter to the guest; see tests/guests/disk.asm.
 *
 * @vm: the VM
 * @letter: the letter
 */
void test_vm_send(TestVm *vm, char letter);

/**
 * TestBmc: a qemu-bmc process.
 *
 * @dir: holds its state ("state") and run ("run") directories; not owned
 * @pid: its process, 0 once it has been reaped
 * @redfish: "https://127.0.0.1:PORT"
 * @ipmi_port: UDP port as text; NULL when IPMI over LAN is disabled
 * @log: path of what it has written to stderr
 */
typedef struct TestBmc {
    const TestDir *dir;
    GPid pid;
    char *redfish;
    char *ipmi_port;
    char *log;
} TestBmc;

/**
 * test_bmc_start: start qemu-bmc on free ports of 127.0.0.1 and wait until
 * it is ready; user "admin", password "password".
 *
 * @dir: where its directories go
 * @args: more arguments, separated by blanks; "@NAME@" as in test_vm_start()
 *
 * Returns: (transfer full): the helper
 */
TestBmc *test_bmc_start(const TestDir *dir, const char *args);

/**
 * test_bmc_start_program: start any command line that makes a helper whose
 * run directory is "run", e.g. qemu-bmc-run, and wait until that is ready.
 *
 * @dir: as test_bmc_start()
 * @line: program and arguments, separated by blanks; "@NAME@" as in
 *        test_vm_start()
 *
 * Returns: (transfer full): the helper
 */
TestBmc *test_bmc_start_program(const TestDir *dir, const char *line);

/**
 * test_bmc_start_to_crash: as test_bmc_start(), but have it end at a crash
 * point (helper/util/crash-point.h).
 *
 * @dir: as test_bmc_start()
 * @at: the number of the crash point, from 1
 * @args: more arguments, separated by blanks
 *
 * Returns: (transfer full) (nullable): the helper, or NULL when it has ended
 * before it was ready
 */
TestBmc *test_bmc_start_to_crash(const TestDir *dir, unsigned at,
                                 const char *args);

/**
 * test_bmc_has_ended: whether the process has ended; it is reaped then.
 *
 * @bmc: the helper
 *
 * Returns: true if it has
 */
bool test_bmc_has_ended(TestBmc *bmc);

/**
 * test_bmc_wait_end: wait until the process ends by itself.
 *
 * @bmc: the helper
 *
 * Returns: exit code, or 128 plus the signal's number
 */
int test_bmc_wait_end(TestBmc *bmc);

/**
 * test_bmc_stop: SIGTERM, reap, and check that it exits with 0.
 *
 * @bmc: the helper
 */
void test_bmc_stop(TestBmc *bmc);

/**
 * test_bmc_kill: SIGKILL and reap.
 *
 * @bmc: the helper
 */
void test_bmc_kill(TestBmc *bmc);

/**
 * test_bmc_free: kill it if it still runs, and free.
 *
 * @bmc: the helper, or NULL
 */
void test_bmc_free(TestBmc *bmc);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestBmc, test_bmc_free)

/**
 * test_bmc_logged: whether the helper's log holds a text.
 *
 * @bmc: the helper
 * @text: the text
 *
 * Returns: true if it does
 */
bool test_bmc_logged(const TestBmc *bmc, const char *text);

/**
 * test_bmc_wait_log: wait until the helper's log holds a text; ends the test
 * when it does not come.
 *
 * @bmc: the helper
 * @text: the text
 */
void test_bmc_wait_log(const TestBmc *bmc, const char *text);

/**
 * test_bmc_redfish: a request by curl with the administrator's password.
 *
 * @bmc: the helper
 * @method: "GET", ...
 * @path: below "/redfish/v1", e.g. "/Systems/1"
 * @body: (nullable): JSON to send
 * @answer: (nullable) (out): the answer's JSON object, or NULL when it has
 *          no body
 *
 * Returns: HTTP status
 */
int test_bmc_redfish(const TestBmc *bmc, const char *method, const char *path,
                     const char *body, JsonObject **answer);

/**
 * test_bmc_reset: ComputerSystem.Reset by Redfish; waits for its task if it
 * becomes one.
 *
 * @bmc: the helper
 * @type: the ResetType
 *
 * Returns: HTTP status, of the end
 */
int test_bmc_reset(const TestBmc *bmc, const char *type);

/**
 * test_bmc_power_state: PowerState over Redfish.
 *
 * @bmc: the helper
 *
 * Returns: (transfer full): "On", "Off", ... or "null"
 */
char *test_bmc_power_state(const TestBmc *bmc);

/**
 * test_bmc_wait_power: wait for a PowerState; ends the test when it does not
 * come.
 *
 * @bmc: the helper
 * @state: "On", "Off", ...
 */
void test_bmc_wait_power(const TestBmc *bmc, const char *state);

/**
 * test_bmc_ipmitool: run ipmitool -I lanplus as the administrator.
 *
 * @bmc: the helper
 * @args: arguments, separated by blanks
 * @output: (nullable) (out) (transfer full): stdout and stderr
 *
 * Returns: exit code
 */
int test_bmc_ipmitool(const TestBmc *bmc, const char *args, char **output);

/**
 * TestLab: what most tests work with: a VM and the helper attached to it.
 *
 * @dir: made by test_lab_start() unless it is there already
 * @vm: the VM
 * @bmc: its helper
 */
typedef struct TestLab {
    TestDir *dir;
    TestVm *vm;
    TestBmc *bmc;
} TestLab;

/**
 * test_lab_start: start a VM and its helper, and wait until the machine is
 * on.
 *
 * @lab: filled in
 * @args: as test_vm_start()
 * @text: what the guest prints when it has booted
 */
void test_lab_start(TestLab *lab, const char *args, const char *text);

/**
 * test_lab_end: stop the helper, if it still runs, and the VM.
 *
 * @lab: the lab
 */
void test_lab_end(TestLab *lab);

/**
 * test_run: run a program and wait for it.
 *
 * @output: (nullable) (out) (transfer full): stdout and stderr
 * @line: the command line, as a shell would split it
 *
 * Returns: exit code, or -1 when it was killed by a signal
 */
int test_run(char **output, const char *line);

#endif /* QEMU_BMC_TESTS_TEST_VM_H */
