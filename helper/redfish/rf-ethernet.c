/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's network cards (DSP0268 EthernetInterface). QEMU does not
 * tell whether a card's link is up nor how fast it is, so that is not shown.
 * Names and addresses are those that the guest agent tells of interfaces with
 * the card's MAC address.
 */
#include "osdep.h"

#include "redfish/rf-guest.h"
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

/* Without an id QEMU has only a path for it, which is nothing for people. */
static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = nic_of(ctx)->device->name;
    return *value->text == '/' ? rf_get_id(ctx, value) : true;
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

/* What the guest has on the card */

static const MachineGuest *guest_of(const RfContext *ctx)
{
    const MachineGuest *guest = bmc_guest(ctx->bmc);
    const char *mac = nic_of(ctx)->device->mac;

    return machine_guest_has_interface(guest, mac) ? guest : NULL;
}

static bool get_host_name(const RfContext *ctx, RfValue *value)
{
    return guest_of(ctx) && rf_get_guest_host_name(ctx, value);
}

/* A name without a domain is no FQDN. */
static bool get_fqdn(const RfContext *ctx, RfValue *value)
{
    const MachineGuest *guest = guest_of(ctx);

    value->text = guest ? guest->host_name : NULL;
    return value->text && strchr(value->text, '.');
}

static bool has_addresses(const RfContext *ctx, RfValue *value)
{
    return guest_of(ctx);
}

static const MachineGuestAddress *nth_address(const RfContext *ctx, bool v6,
                                              unsigned n)
{
    return machine_guest_nth_address(guest_of(ctx), nic_of(ctx)->device->mac,
                                     v6, n);
}

static unsigned count_addresses(const RfContext *ctx, bool v6)
{
    unsigned n = 0;

    while (n < MACHINE_GUEST_ADDRESSES_MAX && nth_address(ctx, v6, n)) {
        n++;
    }
    return n;
}

static unsigned count_ipv4(const RfContext *ctx)
{
    return count_addresses(ctx, false);
}

static unsigned count_ipv6(const RfContext *ctx)
{
    return count_addresses(ctx, true);
}

static bool get_ipv4(const RfContext *ctx, RfValue *value)
{
    value->text = nth_address(ctx, false, ctx->index)->text;
    return true;
}

static bool get_ipv4_mask(const RfContext *ctx, RfValue *value)
{
    unsigned prefix = nth_address(ctx, false, ctx->index)->prefix;
    uint32_t mask = prefix ? UINT32_MAX << (32 - prefix) : 0;

    g_snprintf(value->buf, sizeof(value->buf), "%u.%u.%u.%u", mask >> 24,
               mask >> 16 & 0xff, mask >> 8 & 0xff, mask & 0xff);
    value->text = value->buf;
    return true;
}

/* Where an address comes from shows only where it can come from one thing. */
static bool get_ipv4_origin(const RfContext *ctx, RfValue *value)
{
    value->choice = 0;
    return g_str_has_prefix(nth_address(ctx, false, ctx->index)->text,
                            "169.254.");
}

static bool get_ipv6(const RfContext *ctx, RfValue *value)
{
    value->text = nth_address(ctx, true, ctx->index)->text;
    return true;
}

static bool get_ipv6_prefix(const RfContext *ctx, RfValue *value)
{
    value->integer = nth_address(ctx, true, ctx->index)->prefix;
    return true;
}

static bool get_ipv6_origin(const RfContext *ctx, RfValue *value)
{
    value->choice = 0;
    return g_str_has_prefix(nth_address(ctx, true, ctx->index)->text,
                            "fe80:");
}

static const char *const ipv4_origins[] = { "IPv4LinkLocal", NULL };
static const char *const ipv6_origins[] = { "LinkLocal", NULL };

static const RfProperty ipv4_properties[] = {
    { "Address", RF_TYPE_STRING, .get = get_ipv4 },
    { "SubnetMask", RF_TYPE_STRING, .get = get_ipv4_mask },
    { "AddressOrigin", RF_TYPE_ENUM, .texts = ipv4_origins,
      .get = get_ipv4_origin },
    { NULL }
};

static const RfProperty ipv6_properties[] = {
    { "Address", RF_TYPE_STRING, .get = get_ipv6 },
    { "PrefixLength", RF_TYPE_INTEGER, .get = get_ipv6_prefix },
    { "AddressOrigin", RF_TYPE_ENUM, .texts = ipv6_origins,
      .get = get_ipv6_origin },
    { NULL }
};

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
    { "HostName", RF_TYPE_STRING, .get = get_host_name },
    { "FQDN", RF_TYPE_STRING, .get = get_fqdn },
    { "IPv4Addresses", RF_TYPE_OBJECTS, .get = has_addresses,
      .count = count_ipv4, .members = ipv4_properties },
    { "IPv6Addresses", RF_TYPE_OBJECTS, .get = has_addresses,
      .count = count_ipv6, .members = ipv6_properties },
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
      .depends = RF_HARDWARE_PARTS | 1 << BMC_PART_GUEST,
      .refreshes = true,
      .prepare = rf_guest_prepare,
      .exists = exists_interface },
    { NULL }
};
