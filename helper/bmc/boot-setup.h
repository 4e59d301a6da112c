/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot override that leads into the firmware's setup: a key that is
 * pressed while the firmware listens; for helper/bmc/boot*.c only.
 */
#ifndef QEMU_BMC_BMC_BOOT_SETUP_H
#define QEMU_BMC_BMC_BOOT_SETUP_H

#include "bmc/bmc-priv.h"

typedef struct BootSetup BootSetup;

/**
 * boot_setup_new: set up; nothing is pressed.
 *
 * @bmc: the hub, with its BmcBootControl
 */
void boot_setup_new(Bmc *bmc);

/**
 * boot_setup_free: stop, and free.
 *
 * @bmc: the hub
 */
void boot_setup_free(Bmc *bmc);

/**
 * boot_setup_possible: whether the machine's firmware has a setup that a key
 * leads into, and there is a keyboard; or that is not known.
 *
 * @bmc: the hub
 *
 * Returns: true if so
 */
bool boot_setup_possible(const Bmc *bmc);

/**
 * boot_setup_begin: a boot begins that is to lead into the setup: press the
 * key whenever the machine runs, until there is a reason to stop.
 *
 * @bmc: the hub
 */
void boot_setup_begin(Bmc *bmc);

/**
 * boot_setup_stop: press no more.
 *
 * @bmc: the hub
 */
void boot_setup_stop(Bmc *bmc);

/**
 * boot_setup_machine_event: follow the machine.
 *
 * @bmc: the hub
 * @event: what happened
 */
void boot_setup_machine_event(Bmc *bmc, const MachineEvent *event);

#endif /* QEMU_BMC_BMC_BOOT_SETUP_H */
