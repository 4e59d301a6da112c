/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a request for power comes to: by the machine's state alone. */
#include "osdep.h"

#include "bmc/power-table.h"

static const char *const action_names[BMC_POWER_ACTION__MAX] = {
    [BMC_POWER_ON] = "on",
    [BMC_POWER_FORCE_OFF] = "force off",
    [BMC_POWER_GRACEFUL_SHUTDOWN] = "graceful shutdown",
    [BMC_POWER_GRACEFUL_RESTART] = "graceful restart",
    [BMC_POWER_FORCE_RESTART] = "force restart",
    [BMC_POWER_CYCLE] = "power cycle",
    [BMC_POWER_NMI] = "diagnostic interrupt",
    [BMC_POWER_PUSH_BUTTON] = "power button",
};

#define ROW(on, off, shutdown, restart, reset, cycle, nmi, button)      \
    {                                                                   \
        [BMC_POWER_ON] = STEP_##on,                                     \
        [BMC_POWER_FORCE_OFF] = STEP_##off,                             \
        [BMC_POWER_GRACEFUL_SHUTDOWN] = STEP_##shutdown,                \
        [BMC_POWER_GRACEFUL_RESTART] = STEP_##restart,                  \
        [BMC_POWER_FORCE_RESTART] = STEP_##reset,                       \
        [BMC_POWER_CYCLE] = STEP_##cycle,                               \
        [BMC_POWER_NMI] = STEP_##nmi,                                   \
        [BMC_POWER_PUSH_BUTTON] = STEP_##button,                        \
    }

/*
 * A button press reaches a paused guest as soon as it is resumed; one that
 * sleeps is woken up by it. A guest that has crashed will never see it.
 */
static const uint8_t steps[][BMC_POWER_ACTION__MAX] = {
    [MACHINE_STATE_UNKNOWN] =
        ROW(NO_QEMU, NO_QEMU, NO_QEMU, NO_QEMU,
            NO_QEMU, NO_QEMU, NO_QEMU, NO_QEMU),
    [MACHINE_STATE_GONE] =
        ROW(START, NOTHING, OFF, OFF, OFF, OFF, OFF, START),
    [MACHINE_STATE_PRELAUNCH] =
        ROW(START, NOTHING, OFF, OFF, OFF, OFF, OFF, START),
    [MACHINE_STATE_SHUTDOWN] =
        ROW(START, NOTHING, OFF, OFF, OFF, OFF, OFF, START),
    [MACHINE_STATE_RUNNING] =
        ROW(NOTHING, STOP, BUTTON, BUTTON, RESET, CYCLE, NMI, BUTTON),
    [MACHINE_STATE_SUSPENDED] =
        ROW(START, STOP, BUTTON, BUTTON, RESET, CYCLE, STOPPED, START),
    [MACHINE_STATE_PAUSED] =
        ROW(START, STOP, BUTTON, BUTTON, RESET, CYCLE, STOPPED, BUTTON),
    [MACHINE_STATE_IO_ERROR] =
        ROW(START, STOP, BUTTON, BUTTON, RESET, CYCLE, STOPPED, BUTTON),
    [MACHINE_STATE_WATCHDOG] =
        ROW(CRASHED, STOP, CRASHED, CRASHED, RESET, CYCLE, CRASHED, CRASHED),
    [MACHINE_STATE_PANICKED] =
        ROW(CRASHED, STOP, CRASHED, CRASHED, RESET, CYCLE, CRASHED, CRASHED),
    [MACHINE_STATE_INTERNAL_ERROR] =
        ROW(CRASHED, STOP, CRASHED, CRASHED, RESET, CYCLE, CRASHED, CRASHED),
    [MACHINE_STATE_INMIGRATE] =
        ROW(MIGRATION, MIGRATION, MIGRATION, MIGRATION,
            MIGRATION, MIGRATION, MIGRATION, MIGRATION),
    [MACHINE_STATE_POSTMIGRATE] =
        ROW(MIGRATION, MIGRATION, MIGRATION, MIGRATION,
            MIGRATION, MIGRATION, MIGRATION, MIGRATION),
};

#undef ROW

static const char *const step_errors[] = {
    [STEP_OFF] = "the machine is off",
    [STEP_STOPPED] = "the guest is not running",
    [STEP_CRASHED] = "the guest has crashed: restart it or switch it off",
    [STEP_DISABLED] = "the power button is disabled",
    [STEP_MIGRATION] = "the machine is being migrated or was migrated away",
};

PowerStep power_table_step(MachineState state, BmcPowerAction action)
{
    g_assert(state < G_N_ELEMENTS(steps));
    g_assert(action < BMC_POWER_ACTION__MAX);
    return steps[state][action];
}

const char *power_step_error(PowerStep step)
{
    g_assert(step < G_N_ELEMENTS(step_errors));
    return step_errors[step];
}

const char *power_action_to_string(BmcPowerAction action)
{
    g_assert(action < BMC_POWER_ACTION__MAX);
    return action_names[action];
}
