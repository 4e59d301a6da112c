/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A helper whose QEMU others start, with its serial port in a file. */
#ifndef QEMU_BMC_TESTS_COMMAND_LAB_H
#define QEMU_BMC_TESTS_COMMAND_LAB_H

#include <glib.h>
#include <stdbool.h>

#include "test-vm.h"

/**
 * CommandLab: what the tests of commands have in common.
 *
 * @dir: for all files; "serial.log" is what the guest has printed
 * @bmc: the helper, or NULL
 * @seen: how much of "serial.log" command_lab_wait_serial() has passed
 */
typedef struct CommandLab {
    TestDir *dir;
    TestBmc *bmc;
    size_t seen;
} CommandLab;

/**
 * command_lab_file: a path in the lab's directory.
 *
 * @lab: the lab
 * @name: the file's name
 *
 * Returns: (transfer full): the path
 */
char *command_lab_file(const CommandLab *lab, const char *name);

/**
 * command_lab_exists: whether there is such a file.
 *
 * @lab: the lab
 * @name: the file's name
 *
 * Returns: true if there is
 */
bool command_lab_exists(const CommandLab *lab, const char *name);

/**
 * command_lab_read: what is in a file.
 *
 * @lab: the lab
 * @name: the file's name
 *
 * Returns: (transfer full): text; "" when there is no such file
 */
char *command_lab_read(const CommandLab *lab, const char *name);

/**
 * command_lab_wait_file: wait for a file.
 *
 * @lab: the lab
 * @name: the file's name
 */
void command_lab_wait_file(const CommandLab *lab, const char *name);

/**
 * command_lab_wait_serial: wait for text that the guest has not printed
 * before the last call's match.
 *
 * @lab: the lab
 * @text: the text
 */
void command_lab_wait_serial(CommandLab *lab, const char *text);

/**
 * command_lab_send: send a letter to the guest, which listens at
 * "serial.sock", and wait for its echo.
 *
 * @lab: the lab
 * @letter: the letter
 */
void command_lab_send(CommandLab *lab, char letter);

/**
 * command_lab_wait_ended: wait for the end of a process.
 *
 * @pid: the process
 */
void command_lab_wait_ended(GPid pid);

/**
 * command_lab_reset: ComputerSystem.Reset.
 *
 * @lab: the lab
 * @type: ResetType
 *
 * Returns: HTTP status
 */
int command_lab_reset(const CommandLab *lab, const char *type);

/**
 * command_lab_post_reset: the same without waiting for the answer.
 *
 * @lab: the lab
 * @type: ResetType
 */
void command_lab_post_reset(const CommandLab *lab, const char *type);

/**
 * command_lab_boot_from_cd: override the next boot.
 *
 * @lab: the lab
 */
void command_lab_boot_from_cd(const CommandLab *lab);

/**
 * command_lab_assert_fault: check the power control fault bit of IPMI.
 *
 * @lab: the lab
 * @fault: what it must be
 */
void command_lab_assert_fault(const CommandLab *lab, bool fault);

#endif /* QEMU_BMC_TESTS_COMMAND_LAB_H */
