/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The protocols by which the BMC is reached (ManagerNetworkProtocol). */
#include "osdep.h"

#include "redfish/rf-resource.h"

#include "bmc/lan.h"

static bool get_ipmi_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_lan_port(ctx->bmc) != 0;
    return true;
}

/* The port that clients use, as LAN parameter 8 has it. */
static bool get_ipmi_port(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_lan_port(ctx->bmc);
    return value->integer != 0;
}

static const RfProperty ipmi_properties[] = {
    { "ProtocolEnabled", RF_TYPE_BOOL, .get = get_ipmi_enabled },
    { "Port", RF_TYPE_INTEGER, .get = get_ipmi_port },
    { NULL }
};

static const RfProperty properties[] = {
    { "Id", RF_TYPE_STRING, .text = "NetworkProtocol" },
    { "Name", RF_TYPE_STRING, .text = "Manager Network Protocol" },
    { "IPMI", RF_TYPE_OBJECT, .members = ipmi_properties },
    { NULL }
};

const RfResource rf_network_protocol_resources[] = {
    { .path = "/redfish/v1/Managers/{ManagerId}/NetworkProtocol",
      .type = "ManagerNetworkProtocol.v1_12_0.ManagerNetworkProtocol",
      .properties = properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_LAN,
      .exists = rf_exists_one },
    { NULL }
};
