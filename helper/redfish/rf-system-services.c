/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the BMC does for the system, as ComputerSystem shows it: the serial
 * console, the watchdog timer, the power restore policy.
 */
#include "osdep.h"

#include "bmc/chassis.h"
#include "bmc/lan.h"
#include "bmc/sol.h"
#include "bmc/watchdog.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-system-values.h"

/* The order is that of BmcRestorePolicy. */
const char *const rf_restore_policies[] = {
    [BMC_RESTORE_OFF] = "AlwaysOff",
    [BMC_RESTORE_PREVIOUS] = "LastState",
    [BMC_RESTORE_ON] = "AlwaysOn",
    NULL,
};

/* Until it is set, how QEMU is started decides. */
bool rf_get_restore_policy(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_chassis_get(ctx->bmc)->policy;
    return value->choice != BMC_RESTORE_UNKNOWN;
}

static void policy_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *value = rf_patch_get(patch, &rf_restore_policy_setter,
                                        "PowerRestorePolicy");

    bmc_chassis_set_policy(x->context.bmc, value->choice, &x->origin);
    rf_exchange_complete_kept(x);
}

const RfSetter rf_restore_policy_setter = { .start = policy_start };

/* Serial console: SOL, of which there is one session at a time */

bool rf_get_sol_sessions(const RfContext *ctx, RfValue *value)
{
    value->integer = 1;
    return true;
}

bool rf_get_sol_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_sol_get(ctx->bmc)->enabled;
    return true;
}

static bool get_sol_port(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_lan_port(ctx->bmc);
    return value->integer;
}

static void sol_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *value = rf_patch_get(patch, &rf_sol_setter,
                                        "ServiceEnabled");
    BmcSolConfig config = *bmc_sol_get(x->context.bmc);
    g_autoptr(GError) err = NULL;

    config.enabled = value->boolean;
    if (!bmc_sol_set(x->context.bmc, &config, &x->origin, &err)) {
        rf_exchange_complete(x, err);
        return;
    }
    rf_exchange_complete_kept(x);
}

const RfSetter rf_sol_setter = { .start = sol_start };

static const RfProperty sol_properties[] = {
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_sol_enabled,
      .setter = &rf_sol_setter },
    { "Port", RF_TYPE_INTEGER, .get = get_sol_port },
    { "SharedWithManagerCLI", RF_TYPE_BOOL, .get = rf_get_false },
    { NULL }
};

const RfProperty rf_system_serial_console[] = {
    { "MaxConcurrentSessions", RF_TYPE_INTEGER, .get = rf_get_sol_sessions },
    { "IPMI", RF_TYPE_OBJECT, .members = sol_properties },
    { NULL }
};

/* Graphical console: QEMU's own VNC server, which we have no part in */

static const char *const graphical_types[] = { "KVMIP", NULL };

static unsigned vnc_port(const RfContext *ctx)
{
    return bmc_machine(ctx->bmc)->info.vnc_port;
}

bool rf_has_graphical_console(const RfContext *ctx, RfValue *value)
{
    return vnc_port(ctx);
}

/* It is there as long as QEMU is, also while the machine is off. */
static bool get_graphical_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_machine(ctx->bmc)->state != MACHINE_STATE_GONE;
    return true;
}

static bool nth_graphical_type(const RfContext *ctx, unsigned n,
                               RfValue *value)
{
    value->choice = 0;
    return n == 0;
}

static bool get_graphical_port(const RfContext *ctx, RfValue *value)
{
    value->integer = vnc_port(ctx);
    return true;
}

const RfProperty rf_system_graphical_console[] = {
    { "ServiceEnabled", RF_TYPE_BOOL, .get = get_graphical_enabled },
    { "ConnectTypesSupported", RF_TYPE_STRINGS, .texts = graphical_types,
      .item = nth_graphical_type },
    { "Port", RF_TYPE_INTEGER, .get = get_graphical_port },
    { NULL }
};

/* Watchdog timer: software in the machine sets it up, over IPMI */

enum { WATCHDOG_ENABLED, WATCHDOG_DISABLED };
static const char *const watchdog_states[] = { "Enabled", "Disabled", NULL };

static const char *const timeout_actions[] = {
    [BMC_WATCHDOG_ACTION_NONE] = "None",
    [BMC_WATCHDOG_ACTION_RESET] = "ResetSystem",
    [BMC_WATCHDOG_ACTION_POWER_DOWN] = "PowerDown",
    [BMC_WATCHDOG_ACTION_POWER_CYCLE] = "PowerCycle",
    NULL,
};

enum { WARNING_NONE, WARNING_NMI, WARNING_MESSAGE };
static const char *const warning_actions[] = {
    [WARNING_NONE] = "None",
    [WARNING_NMI] = "DiagnosticInterrupt",
    [WARNING_MESSAGE] = "MessagingInterrupt",
    NULL,
};

static bool get_watchdog_enabled(const RfContext *ctx, RfValue *value)
{
    BmcWatchdog watchdog;

    bmc_watchdog_get(ctx->bmc, &watchdog);
    value->boolean = watchdog.running;
    return true;
}

static bool get_watchdog_state(const RfContext *ctx, RfValue *value)
{
    get_watchdog_enabled(ctx, value);
    value->choice = value->boolean ? WATCHDOG_ENABLED : WATCHDOG_DISABLED;
    return true;
}

static bool get_timeout_action(const RfContext *ctx, RfValue *value)
{
    BmcWatchdog watchdog;

    bmc_watchdog_get(ctx->bmc, &watchdog);
    value->choice = watchdog.action;
    return true;
}

static bool get_warning_action(const RfContext *ctx, RfValue *value)
{
    BmcWatchdog watchdog;

    bmc_watchdog_get(ctx->bmc, &watchdog);
    value->choice =
        watchdog.interrupt == BMC_WATCHDOG_INTERRUPT_NMI ? WARNING_NMI :
        watchdog.interrupt == BMC_WATCHDOG_INTERRUPT_MESSAGE ?
        WARNING_MESSAGE : WARNING_NONE;
    return true;
}

static const RfProperty watchdog_status[] = {
    { "State", RF_TYPE_ENUM, .texts = watchdog_states,
      .get = get_watchdog_state },
    { NULL }
};

const RfProperty rf_system_watchdog[] = {
    { "FunctionEnabled", RF_TYPE_BOOL, .get = get_watchdog_enabled },
    { "TimeoutAction", RF_TYPE_ENUM, .texts = timeout_actions,
      .get = get_timeout_action },
    { "WarningAction", RF_TYPE_ENUM, .texts = warning_actions,
      .get = get_warning_action },
    { "Status", RF_TYPE_OBJECT, .members = watchdog_status },
    { NULL }
};
