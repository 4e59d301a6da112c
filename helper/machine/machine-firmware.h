/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which file a machine's firmware comes from: a flash chip's image or a ROM
 * image ("-bios"), and how QEMU is given another one instead.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_FIRMWARE_H
#define QEMU_BMC_MACHINE_MACHINE_FIRMWARE_H

#include <glib.h>
#include <stdbool.h>

/**
 * machine_firmware_find: find the file with the firmware. What is given as
 * -machine firmware= is not known, nor where -readconfig is the only one to
 * give it. Looks for files, as QEMU does.
 *
 * @argv: QEMU's command line; ends with NULL
 * @dir: what relative names are relative to
 * @program: (nullable): QEMU's program, absolute and without links, beside
 *           which are the firmware images that come with it
 * @rom: set to whether it is a ROM image and no flash chip's
 * @problem: (nullable): set to why it is not known, for people, naming the
 *           option; NULL where nothing gives firmware (transfer full)
 *
 * Returns: (transfer full): the file's name, absolute; NULL where it is not
 * known
 */
char *machine_firmware_find(const char *const *argv, const char *dir,
                            const char *program, bool *rom, char **problem);

/**
 * machine_firmware_replace: give QEMU another file.
 *
 * @argv: its command line, on which machine_firmware_find() finds a file
 * @file: another one
 *
 * Returns: (transfer full): the command line with it
 */
char **machine_firmware_replace(const char *const *argv, const char *file);

/**
 * machine_firmware_program: find a program that is to be run.
 *
 * @name: as on a command line
 *
 * Returns: (transfer full): its name, absolute and without links, or NULL
 */
char *machine_firmware_program(const char *name);

#endif /* QEMU_BMC_MACHINE_MACHINE_FIRMWARE_H */
