/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A launched machine whose UEFI variables are changed. */
#ifndef QEMU_BMC_TESTS_FLASH_FIXTURE_H
#define QEMU_BMC_TESTS_FLASH_FIXTURE_H

#include "bmc-fixture.h"
#include "bmc/flash.h"

#define TEMPLATE "/usr/share/OVMF/OVMF_VARS_4M.ms.fd"
#define EMPTY "/usr/share/OVMF/OVMF_VARS_4M.fd"
#define CODE "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd"

/* Who asks. */
extern const BmcOrigin flash_origin;

/* The file with the variables. */
char *flash_vars_path(const Fixture *fix);

void flash_copy(const char *from, const char *to);

EfiVars *flash_read_vars(const char *path);

/* Whether Secure Boot is enabled in it. */
bool flash_enabled(const char *path);

bool flash_same_content(const char *a, const char *b);

/*
 * A launched machine with variables of its own that have keys. Returns false
 * where the firmware is not installed.
 */
bool flash_start(Fixture *fix, MachineState state);

/* Returns the error's code, or -1; sets the number of the last that waits. */
int flash_try_edit(Fixture *fix, const EfiEdit *edit, unsigned *id);

/* Returns the number of the last that waits. */
unsigned flash_set_enable(Fixture *fix, bool enable);

/* As flash_try_edit(); sets the path of the staged file. */
int flash_try_replace(Fixture *fix, MachineFlash chip, const char *from,
                      unsigned *id, char **staged);

/* For test_wait_until(): the machine of a Fixture is on. */
bool flash_is_on(void *opaque);

/* Until the machine is on. */
void flash_power(Fixture *fix, BmcPowerAction action);

#endif /* QEMU_BMC_TESTS_FLASH_FIXTURE_H */
