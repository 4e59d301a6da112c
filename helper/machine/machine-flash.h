/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flash chips that QEMU's command line gives a machine. */
#ifndef QEMU_BMC_MACHINE_MACHINE_FLASH_H
#define QEMU_BMC_MACHINE_MACHINE_FLASH_H

#include <glib.h>
#include <stdbool.h>

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
 * MachineFlashForm: how a chip is given.
 *
 * @MACHINE_FLASH_NONE: not at all
 * @MACHINE_FLASH_DRIVE: -drive if=pflash
 * @MACHINE_FLASH_PFLASH: -pflash
 * @MACHINE_FLASH_BLOCKDEV: -blockdev, named by -machine pflash0= or pflash1=
 */
typedef enum MachineFlashForm {
    MACHINE_FLASH_NONE,
    MACHINE_FLASH_DRIVE,
    MACHINE_FLASH_PFLASH,
    MACHINE_FLASH_BLOCKDEV,
} MachineFlashForm;

/**
 * MachineFlashChip: a chip on a command line.
 *
 * @form: how it is given
 * @at: where the argument is that names the file
 * @key: what in that names it; NULL where the argument is the name
 * @file: (nullable): the file, as it is named
 * @problem: (nullable): why it is not known, for people
 */
typedef struct MachineFlashChip {
    MachineFlashForm form;
    int at;
    const char *key;
    char *file;
    char *problem;
} MachineFlashChip;

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
 * machine_opts_quote: write a file name for QEMU's option parser, which takes
 * a doubled comma for one.
 *
 * @text: the name
 *
 * Returns: (transfer full): the name, quoted
 */
char *machine_opts_quote(const char *text);

/**
 * machine_option_name: what an argument is called.
 *
 * @arg: an argument of QEMU's
 *
 * Returns: (transfer none) (nullable): "serial" for "-serial" and
 * "--serial"; NULL for what is no option
 */
const char *machine_option_name(const char *arg);

/**
 * machine_flash_find: find the chips. A file is known where it is a local
 * file that holds all of the chip, and no other.
 *
 * @argv: QEMU's command line; ends with NULL
 * @chips: by MachineFlash: filled in; for machine_flash_clear()
 */
void machine_flash_find(const char *const *argv,
                        MachineFlashChip chips[MACHINE_FLASH__MAX]);

/**
 * machine_flash_clear: free what machine_flash_find() has found.
 *
 * @chips: the chips
 */
void machine_flash_clear(MachineFlashChip chips[MACHINE_FLASH__MAX]);

/**
 * machine_flash_replace: give a chip another file, raw.
 *
 * @argv: QEMU's command line; ends with NULL
 * @chip: the chip, found there, whose file is known
 * @file: the other file, absolute
 *
 * Returns: (transfer full): the command line with it
 */
char **machine_flash_replace(const char *const *argv,
                             const MachineFlashChip *chip, const char *file);

/**
 * machine_flash_parse: find the files behind the chips.
 *
 * @argv: QEMU's command line; ends with NULL
 * @dir: what relative names are relative to
 * @files: by MachineFlash: set to the files' names (transfer full), where
 *         they are NULL
 * @problems: (nullable): by MachineFlash: set to MachineFlashChip.problem
 *            (transfer full)
 */
void machine_flash_parse(const char *const *argv, const char *dir,
                         char *files[MACHINE_FLASH__MAX],
                         char *problems[MACHINE_FLASH__MAX]);

#endif /* QEMU_BMC_MACHINE_MACHINE_FLASH_H */
