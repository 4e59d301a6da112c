/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's network cards (DSP0268 EthernetInterface). QEMU does not
 * tell whether a card's link is up nor how fast it is, so that is not shown.
 */
#include "osdep.h"

#include "redfish/rf-hardware.h"
#include "redfish/rf-system-values.h"

static const BmcNic *nic_of(const RfContext *ctx)
{
    return bmc_nic_find(ctx->bmc, ctx->ids[1]);
}

static bool exists_interface(const RfContext *ctx)
{
    return rf_exists_one(ctx) && nic_of(ctx);
}

static bool nth_interface(const RfContext *ctx, unsigned n,
                          char uri[RF_URI_MAX])
{
    const BmcNic *nic = bmc_nic_nth(ctx->bmc, n);

    if (nic) {
        g_snprintf(uri, RF_URI_MAX, RF_NICS "/%s", nic->id);
    }
    return nic;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = nic_of(ctx)->device->name;
    return true;
}

static bool get_type(const RfContext *ctx, RfValue *value)
{
    value->text = nic_of(ctx)->device->type;
    return value->text;
}

static bool get_mac(const RfContext *ctx, RfValue *value)
{
    value->text = nic_of(ctx)->device->mac;
    return value->text;
}

static bool get_mtu(const RfContext *ctx, RfValue *value)
{
    value->integer = nic_of(ctx)->device->mtu;
    return value->integer;
}

static bool get_host_interface(const RfContext *ctx, RfValue *value)
{
    value->text = "/redfish/v1/Managers/1/HostInterfaces/1";
    return bmc_host_interface(ctx->bmc) &&
           g_str_equal(ctx->ids[1], BMC_HOST_NIC);
}

static const RfProperty link_properties[] = {
    { "HostInterface", RF_TYPE_LINK, .get = get_host_interface },
    { "Chassis", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1" },
    { NULL }
};

static const RfProperty interface_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "Description", RF_TYPE_STRING, .get = get_type },
    { "MACAddress", RF_TYPE_STRING, .get = get_mac },
    { "PermanentMACAddress", RF_TYPE_STRING, .get = get_mac },
    { "MTUSize", RF_TYPE_INTEGER, .get = get_mtu },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Ethernet Interface Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_interface },
    { NULL }
};

const RfResource rf_ethernet_resources[] = {
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/EthernetInterfaces",
      .type = "EthernetInterfaceCollection.EthernetInterfaceCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .prepare = rf_hardware_prepare,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/EthernetInterfaces/"
              "{EthernetInterfaceId}",
      .type = "EthernetInterface.v1_12_4.EthernetInterface",
      .properties = interface_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_interface },
    { NULL }
};
