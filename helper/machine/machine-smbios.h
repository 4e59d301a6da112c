/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SMBIOS values on QEMU's command line. */
#ifndef QEMU_BMC_MACHINE_MACHINE_SMBIOS_H
#define QEMU_BMC_MACHINE_MACHINE_SMBIOS_H

#include "machine/machine.h"

/**
 * machine_smbios_parse: find what "-smbios type=1,...", "type=2" and
 * "type=3" set. As in QEMU, a later value wins, and ",," stands for a comma.
 *
 * @argv: the command line, ends with NULL
 * @smbios: filled with (transfer full) text; NULL what is not set
 */
void machine_smbios_parse(const char *const *argv,
                          char *smbios[MACHINE_SMBIOS__MAX]);

#endif /* QEMU_BMC_MACHINE_MACHINE_SMBIOS_H */
