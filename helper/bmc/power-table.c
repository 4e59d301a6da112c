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
    [BMC_POWER_PAUSE] = "pause",
    [BMC_POWER_RESUME] = "resume",
};

/*
 * A button press reaches a paused guest as soon as it is resumed; one that
 * sleeps is woken up by it. A guest that has crashed will never see it. What
 * was merely stopped goes on with ON, which is what powers on elsewhere.
 */
#define ROW(on, off, shutdown, restart, reset, cycle, nmi, button,      \
            pause, resume)                                              \
    {                                                                   \
        [BMC_POWER_ON] = STEP_##on,                                     \
        [BMC_POWER_FORCE_OFF] = STEP_##off,                             \
        [BMC_POWER_GRACEFUL_SHUTDOWN] = STEP_##shutdown,                \
        [BMC_POWER_GRACEFUL_RESTART] = STEP_##restart,                  \
        [BMC_POWER_FORCE_RESTART] = STEP_##reset,                       \
        [BMC_POWER_CYCLE] = STEP_##cycle,                               \
        [BMC_POWER_NMI] = STEP_##nmi,                                   \
        [BMC_POWER_PUSH_BUTTON] = STEP_##button,                        \
        [BMC_POWER_PAUSE] = STEP_##pause,                               \
        [BMC_POWER_RESUME] = STEP_##resume,                             \
    }
#define ROW_OFF                                                         \
    ROW(START, NOTHING, OFF, OFF, OFF, OFF, OFF, START, OFF, OFF)
#define ROW_STOPPED                                                     \
    ROW(RESUME, STOP, BUTTON, BUTTON, RESET, CYCLE, STOPPED, BUTTON,    \
        NOTHING, RESUME)
#define ROW_CRASHED                                                     \
    ROW(CRASHED, STOP, CRASHED, CRASHED, RESET, CYCLE, CRASHED, CRASHED,\
        CRASHED, CRASHED)
#define ROW_ALL(step)                                                   \
    ROW(step, step, step, step, step, step, step, step, step, step)

static const uint8_t steps[][BMC_POWER_ACTION__MAX] = {
    [MACHINE_STATE_UNKNOWN] = ROW_ALL(NO_QEMU),
    [MACHINE_STATE_GONE] = ROW_OFF,
    [MACHINE_STATE_PRELAUNCH] = ROW_OFF,
    [MACHINE_STATE_SHUTDOWN] = ROW_OFF,
    [MACHINE_STATE_RUNNING] =
        ROW(NOTHING, STOP, BUTTON, BUTTON, RESET, CYCLE, NMI, BUTTON,
            PAUSE, NOTHING),
    [MACHINE_STATE_SUSPENDED] =
        ROW(RESUME, STOP, BUTTON, BUTTON, RESET, CYCLE, STOPPED, RESUME,
            STOPPED, RESUME),
    [MACHINE_STATE_PAUSED] = ROW_STOPPED,
    [MACHINE_STATE_IO_ERROR] = ROW_STOPPED,
    [MACHINE_STATE_WATCHDOG] = ROW_CRASHED,
    [MACHINE_STATE_PANICKED] = ROW_CRASHED,
    [MACHINE_STATE_INTERNAL_ERROR] = ROW_CRASHED,
    [MACHINE_STATE_INMIGRATE] = ROW_ALL(MIGRATION),
    [MACHINE_STATE_POSTMIGRATE] = ROW_ALL(MIGRATION),
};

#undef ROW_ALL
#undef ROW_CRASHED
#undef ROW_STOPPED
#undef ROW_OFF
#undef ROW

/* As bmcctl has them. */
static const char *const short_names[BMC_POWER_ACTION__MAX] = {
    [BMC_POWER_ON] = "on",
    [BMC_POWER_FORCE_OFF] = "off",
    [BMC_POWER_GRACEFUL_SHUTDOWN] = "shutdown",
    [BMC_POWER_GRACEFUL_RESTART] = "restart",
    [BMC_POWER_FORCE_RESTART] = "reset",
    [BMC_POWER_CYCLE] = "cycle",
    [BMC_POWER_NMI] = "nmi",
    [BMC_POWER_PUSH_BUTTON] = "button",
    [BMC_POWER_PAUSE] = "pause",
    [BMC_POWER_RESUME] = "resume",
};

static const char *const step_names[] = {
    [STEP_NOTHING] = "nothing",
    [STEP_START] = "start",
    [STEP_RESUME] = "resume",
    [STEP_STOP] = "stop",
    [STEP_RESET] = "reset",
    [STEP_BUTTON] = "button",
    [STEP_CYCLE] = "cycle",
    [STEP_NMI] = "nmi",
    [STEP_PAUSE] = "pause",
    [STEP_NO_QEMU] = "-no-qemu",
    [STEP_OFF] = "-off",
    [STEP_STOPPED] = "-stopped",
    [STEP_CRASHED] = "-crashed",
    [STEP_DISABLED] = "-disabled",
    [STEP_MIGRATION] = "-migration",
};

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

const char *power_step_to_string(PowerStep step)
{
    g_assert(step < G_N_ELEMENTS(step_names));
    return step_names[step];
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

static void append_cell(GString *text, unsigned action, const char *cell)
{
    g_string_append_printf(text, action < BMC_POWER_ACTION__MAX - 1 ?
                           " %-10s" : " %s", cell);
}

char *bmc_power_dump(void)
{
    GString *text = g_string_new(NULL);
    unsigned action;
    unsigned state;

    g_string_append_printf(text, "%-14s", "power");
    for (action = 0; action < BMC_POWER_ACTION__MAX; action++) {
        append_cell(text, action, short_names[action]);
    }
    for (state = 0; state < G_N_ELEMENTS(steps); state++) {
        g_string_append_printf(text, "\n%-14s",
                               machine_state_to_string(state));
        for (action = 0; action < BMC_POWER_ACTION__MAX; action++) {
            append_cell(text, action, step_names[steps[state][action]]);
        }
    }
    g_string_append_c(text, '\n');
    return g_string_free(text, false);
}
