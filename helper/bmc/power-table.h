/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request for power comes to: pure, from a table. */
#ifndef QEMU_BMC_BMC_POWER_TABLE_H
#define QEMU_BMC_BMC_POWER_TABLE_H

#include "bmc/power.h"
#include "machine/machine.h"

/**
 * PowerStep: what a request comes to in a state. Those from %STEP_NO_QEMU on
 * refuse it.
 *
 * @STEP_NOTHING: it is so already
 * @STEP_START: let the machine run, from off
 * @STEP_RESUME: let it run on from where it was stopped, or wake it up
 * @STEP_STOP: force off
 * @STEP_RESET: reset
 * @STEP_BUTTON: press the power button
 * @STEP_CYCLE: force off, wait, start
 * @STEP_NMI: diagnostic interrupt
 * @STEP_PAUSE: stop the guest where it is
 * @STEP_NO_QEMU: QEMU does not answer
 * @STEP_OFF: the machine is off
 * @STEP_STOPPED: the guest does not run
 * @STEP_CRASHED: the guest has crashed
 * @STEP_DISABLED: the power button is disabled
 * @STEP_MIGRATION: another QEMU has the machine, or will
 */
typedef enum PowerStep {
    STEP_NOTHING,
    STEP_START,
    STEP_RESUME,
    STEP_STOP,
    STEP_RESET,
    STEP_BUTTON,
    STEP_CYCLE,
    STEP_NMI,
    STEP_PAUSE,
    STEP_NO_QEMU,
    STEP_OFF,
    STEP_STOPPED,
    STEP_CRASHED,
    STEP_DISABLED,
    STEP_MIGRATION,
} PowerStep;

/**
 * power_table_step: what a request comes to.
 *
 * @state: the machine's state
 * @action: what is asked for
 *
 * Returns: the step
 */
PowerStep power_table_step(MachineState state, BmcPowerAction action);

/**
 * power_step_to_string: a step's name, as in the dumped table.
 *
 * @step: the step
 *
 * Returns: (transfer none): "start"; what refuses begins with "-"
 */
const char *power_step_to_string(PowerStep step);

/**
 * power_step_error: why a request is refused, for people.
 *
 * @step: a step after %STEP_NO_QEMU
 *
 * Returns: (transfer none): the text
 */
const char *power_step_error(PowerStep step);

/**
 * power_action_to_string: an action's name, for people.
 *
 * @action: the action
 *
 * Returns: (transfer none): "force off"
 */
const char *power_action_to_string(BmcPowerAction action);

#endif /* QEMU_BMC_BMC_POWER_TABLE_H */
