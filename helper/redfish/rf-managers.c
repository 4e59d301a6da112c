/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BMC itself (DSP0268 Manager). */
#include "osdep.h"

#include "redfish/rf-resource.h"

static const char *const manager_types[] = { "BMC", NULL };
static const char *const power_states[] = { "On", NULL };
static const char *const states[] = { "Enabled", NULL };
static const char *const healths[] = { "OK", NULL };

static bool get_uuid(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_uuid(ctx->bmc);
    return true;
}

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty link_properties[] = {
    { "ManagerForServers", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Systems/1", NULL } },
    { "ManagerForChassis", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Chassis/1", NULL } },
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
    { "NetworkProtocol", RF_TYPE_LINK,
      .text = "/redfish/v1/Managers/1/NetworkProtocol" },
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
      .read = RF_PRIVILEGE_LOGIN,
      .exists = rf_exists_one },
    { NULL }
};
