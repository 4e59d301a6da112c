/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flash chips that QEMU's command line gives a machine. */
#ifndef QEMU_BMC_MACHINE_MACHINE_FLASH_H
#define QEMU_BMC_MACHINE_MACHINE_FLASH_H

#include <glib.h>

/**
 * MachineFlash: which chip.
 *
 * @MACHINE_FLASH_CODE: unit 0: firmware itself
 * @MACHINE_FLASH_VARS: unit 1: its variables
 */
typedef enum MachineFlash {
    MACHINE_FLASH_CODE,
    MACHINE_FLASH_VARS,
    MACHINE_FLASH__MAX,
} MachineFlash;

/**
 * machine_opts_get: read one of the options in an argument of QEMU's.
 *
 * @opts: "a,name=value,b"; a doubled comma stands for one
 * @name: the option's name
 *
 * Returns: (transfer full): its value, or NULL
 */
char *machine_opts_get(const char *opts, const char *name);

/**
 * machine_flash_parse: find the files behind the chips. Those that are no
 * raw images, and what is given as -blockdev, are left out.
 *
 * @argv: QEMU's command line; ends with NULL
 * @dir: what relative names are relative to
 * @files: by MachineFlash: set to the files' names (transfer full), where
 *         they are NULL
 */
void machine_flash_parse(const char *const *argv, const char *dir,
                         char *files[MACHINE_FLASH__MAX]);

#endif /* QEMU_BMC_MACHINE_MACHINE_FLASH_H */
