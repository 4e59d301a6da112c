/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the guest reaches this service (DSP0268 HostInterface). */
#include "osdep.h"

#include "redfish/rf-hardware.h"
#include "redfish/rf-system-values.h"

#define MANAGER "/redfish/v1/Managers/1"
#define INTERFACES MANAGER "/HostInterfaces"

static const char *const interface_types[] = {
    "NetworkHostInterface", NULL,
};

static const char *const modes[] = {
    "BasicAuth", "RedfishSessionAuth", NULL,
};

bool rf_get_host_interfaces(const RfContext *ctx, RfValue *value)
{
    value->text = INTERFACES;
    return bmc_host_interface(ctx->bmc);
}

static bool exists_collection(const RfContext *ctx)
{
    return rf_exists_one(ctx) && bmc_host_interface(ctx->bmc);
}

static bool exists_interface(const RfContext *ctx)
{
    return exists_collection(ctx) && g_str_equal(ctx->ids[1], "1");
}

static bool nth_mode(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->choice = n;
    return n < G_N_ELEMENTS(modes) - 1;
}

static const RfProperty link_properties[] = {
    { "ComputerSystems", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Systems/1", NULL } },
    { NULL }
};

static const RfProperty interface_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Host Interface" },
    { "HostInterfaceType", RF_TYPE_ENUM, .texts = interface_types,
      .get = rf_get_first },
    { "InterfaceEnabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "ExternallyAccessible", RF_TYPE_BOOL, .get = rf_get_false },
    { "AuthenticationModes", RF_TYPE_STRINGS, .texts = modes,
      .item = nth_mode },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { "HostEthernetInterfaces", RF_TYPE_LINK, .text = RF_NICS },
    { "NetworkProtocol", RF_TYPE_LINK, .text = MANAGER "/NetworkProtocol" },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Host Interface Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { INTERFACES "/1", NULL } },
    { NULL }
};

const RfResource rf_host_interface_resources[] = {
    { .path = "/redfish/v1/Managers/{ManagerId}/HostInterfaces",
      .type = "HostInterfaceCollection.HostInterfaceCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_collection },
    { .path = "/redfish/v1/Managers/{ManagerId}/HostInterfaces/"
              "{HostInterfaceId}",
      .type = "HostInterface.v1_3_3.HostInterface",
      .properties = interface_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_interface },
    { NULL }
};
