/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BMC itself (DSP0268 Manager). */
#include "osdep.h"

#include "bmc/restart.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-hardware.h"
#include "redfish/rf-manager-clock.h"
#include "redfish/rf-system-values.h"

static const char *const manager_types[] = { "BMC", NULL };
static const char *const power_states[] = { "On", NULL };
static const char *const states[] = { "Enabled", NULL };
static const char *const healths[] = { "OK", "Critical", NULL };
enum { HEALTH_OK, HEALTH_CRITICAL };

/* Both do the same: nothing of the BMC waits for its end. */
static const char *const reset_types[] = {
    "GracefulRestart", "ForceRestart", NULL,
};

static const char *const default_types[] = {
    [BMC_DEFAULTS_ALL] = "ResetAll",
    [BMC_DEFAULTS_KEEP_NETWORK_AND_USERS] = "PreserveNetworkAndUsers",
    [BMC_DEFAULTS_KEEP_NETWORK] = "PreserveNetwork",
    NULL,
};

static bool get_uuid(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_uuid(ctx->bmc);
    return true;
}

static bool get_health(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_state_is_saved(ctx->bmc) ? HEALTH_OK
                                                 : HEALTH_CRITICAL;
    return true;
}

static bool get_restart_time(const RfContext *ctx, RfValue *value)
{
    return rf_value_set_time(value, bmc_restart_time(ctx->bmc));
}

/* Serial console: SOL, of which there is one session at a time */

static bool nth_console_type(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->text = "IPMI";
    return n == 0;
}

/* Actions */

static void saved(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(RfExchange) x = opaque;
    g_autoptr(GError) err = NULL;

    bmc_flush_finish(res, &err);
    if (g_cancellable_is_cancelled(x->cancellable)) {
        return;
    }
    if (!err) {
        bmc_restart_later(x->context.bmc, true, &x->origin);
    }
    rf_exchange_complete(x, err);
}

static void reset_start(RfExchange *x, const RfPatch *patch)
{
    bmc_flush_async(x->context.bmc, x->cancellable, saved,
                    rf_exchange_ref(x));
}

static void defaults_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *type = rf_patch_get(patch, NULL, "ResetType");

    bmc_reset_to_defaults(x->context.bmc, type->choice, &x->origin);
    bmc_flush_async(x->context.bmc, x->cancellable, saved,
                    rf_exchange_ref(x));
}

static const RfProperty reset_parameters[] = {
    { "ResetType", RF_TYPE_ENUM, .texts = reset_types,
      .allowed = rf_allow_any },
    { NULL }
};

static const RfProperty defaults_parameters[] = {
    { "ResetType", RF_TYPE_ENUM, .texts = default_types,
      .allowed = rf_allow_any, .required = true },
    { NULL }
};

static const RfAction manager_actions[] = {
    { "#Manager.Reset", reset_parameters, RF_PRIVILEGE_CONFIGURE_MANAGER,
      reset_start },
    { "#Manager.ResetToDefaults", defaults_parameters,
      RF_PRIVILEGE_CONFIGURE_MANAGER, defaults_start },
    { NULL }
};

/* Tables */

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = get_health },
    { NULL }
};

static const RfProperty console_properties[] = {
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_sol_enabled,
      .setter = &rf_sol_setter },
    { "MaxConcurrentSessions", RF_TYPE_INTEGER,
      .get = rf_get_sol_sessions },
    { "ConnectTypesSupported", RF_TYPE_STRINGS, .item = nth_console_type },
    { NULL }
};

static const char *const system_link[] = { "/redfish/v1/Systems/1", NULL };
static const char *const chassis_link[] = { "/redfish/v1/Chassis/1", NULL };

static const RfProperty link_properties[] = {
    { "ManagerForServers", RF_TYPE_LINKS, .texts = system_link },
    { "ManagerForChassis", RF_TYPE_LINKS, .texts = chassis_link },
    { "ManagerInChassis", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1" },
    { "ActiveSoftwareImage", RF_TYPE_LINK,
      .text = "/redfish/v1/UpdateService/FirmwareInventory/BMC" },
    { NULL }
};

static const RfProperty manager_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Manager" },
    { "ManagerType", RF_TYPE_ENUM, .texts = manager_types,
      .get = rf_get_first },
    { "Model", RF_TYPE_STRING, .text = "qemu-bmc" },
    { "FirmwareVersion", RF_TYPE_STRING, .text = QEMU_BMC_VERSION },
    { "UUID", RF_TYPE_STRING, .get = get_uuid },
    { "ServiceEntryPointUUID", RF_TYPE_STRING, .get = get_uuid },
    { "PowerState", RF_TYPE_ENUM, .texts = power_states, .get = rf_get_first },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "DateTime", RF_TYPE_STRING, .get = rf_get_clock,
      .setter = &rf_clock_setter, .clock = true },
    { "DateTimeLocalOffset", RF_TYPE_STRING, .get = rf_get_clock_offset,
      .setter = &rf_clock_setter },
    { "LastResetTime", RF_TYPE_STRING, .get = get_restart_time },
    { "SerialConsole", RF_TYPE_OBJECT, .members = console_properties },
    { "NetworkProtocol", RF_TYPE_LINK,
      .text = "/redfish/v1/Managers/1/NetworkProtocol" },
    { "EthernetInterfaces", RF_TYPE_LINK,
      .text = "/redfish/v1/Managers/1/EthernetInterfaces" },
    { "HostInterfaces", RF_TYPE_LINK, .get = rf_get_host_interfaces },
    { "SerialInterfaces", RF_TYPE_LINK,
      .text = "/redfish/v1/Managers/1/SerialInterfaces" },
    { "VirtualMedia", RF_TYPE_LINK,
      .text = "/redfish/v1/Managers/1/VirtualMedia" },
    { "LogServices", RF_TYPE_LINK,
      .text = "/redfish/v1/Managers/1/LogServices" },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Manager Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Managers/1", NULL } },
    { NULL }
};

const RfResource rf_managers_resources[] = {
    { .path = "/redfish/v1/Managers",
      .type = "ManagerCollection.ManagerCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = "/redfish/v1/Managers/{ManagerId}",
      .type = "Manager.v1_24_0.Manager",
      .properties = manager_properties,
      .actions = manager_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_MANAGER,
      .live = true,
      .exists = rf_exists_one },
    { NULL }
};
