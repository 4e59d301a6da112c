/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BMC's own network interface (DSP0268 EthernetInterface), with the
 * addresses of IPMI's LAN parameters, and the serial line of its console
 * (DSP0268 SerialInterface).
 */
#include "osdep.h"

#include "bmc/lan.h"
#include "bmc/sol.h"
#include "redfish/rf-exchange.h"

#define MANAGER "/redfish/v1/Managers/1"
/* LAN parameter 4 */
#define SOURCE_STATIC 1
#define SOURCE_DHCP 2

static const char *const states[] = { "Enabled", NULL };
static const char *const origins[] = { "Static", "DHCP", NULL };

static const char *const address_states[] = { "Preferred", NULL };

/* The order is that of table 26-5, from BMC_SOL_RATE_LOWEST. */
static const char *const bit_rates[] = {
    "9600", "19200", "38400", "57600", "115200", NULL,
};

static bool exists_interface(const RfContext *ctx)
{
    return rf_exists_one(ctx) && g_str_equal(ctx->ids[1], "1");
}

/* Addresses */

/* Returns false if it is not known or zero, which is "none". */
static bool read_field(const RfContext *ctx, BmcLanField field,
                       uint8_t bytes[BMC_LAN_VALUE_MAX])
{
    size_t i;

    if (bmc_lan_get(ctx->bmc, field, bytes)) {
        for (i = 0; i < bmc_lan_field_len(field); i++) {
            if (bytes[i]) {
                return true;
            }
        }
    }
    return false;
}

static bool get_ipv4(const RfContext *ctx, BmcLanField field, RfValue *value)
{
    uint8_t bytes[BMC_LAN_VALUE_MAX];

    if (!read_field(ctx, field, bytes)) {
        return false;
    }
    g_snprintf(value->buf, sizeof(value->buf), "%u.%u.%u.%u", bytes[0],
               bytes[1], bytes[2], bytes[3]);
    value->text = value->buf;
    return true;
}

static bool get_mac(const RfContext *ctx, RfValue *value)
{
    uint8_t b[BMC_LAN_VALUE_MAX];

    if (!read_field(ctx, BMC_LAN_MAC, b)) {
        return false;
    }
    g_snprintf(value->buf, sizeof(value->buf),
               "%02x:%02x:%02x:%02x:%02x:%02x", b[0], b[1], b[2], b[3], b[4],
               b[5]);
    value->text = value->buf;
    return true;
}

static bool get_host_name(const RfContext *ctx, RfValue *value)
{
    value->text = g_get_host_name();
    return *value->text;
}

static unsigned count_ipv4(const RfContext *ctx)
{
    uint8_t bytes[BMC_LAN_VALUE_MAX];

    return read_field(ctx, BMC_LAN_ADDRESS, bytes);
}

static bool get_address(const RfContext *ctx, RfValue *value)
{
    return get_ipv4(ctx, BMC_LAN_ADDRESS, value);
}

static bool get_netmask(const RfContext *ctx, RfValue *value)
{
    return get_ipv4(ctx, BMC_LAN_NETMASK, value);
}

/* What is not known is null: clients want to see that it may be there. */
static bool get_gateway(const RfContext *ctx, RfValue *value)
{
    value->null = !get_ipv4(ctx, BMC_LAN_GATEWAY, value);
    return true;
}

static bool get_origin(const RfContext *ctx, RfValue *value)
{
    uint8_t source[BMC_LAN_VALUE_MAX];

    value->null = !read_field(ctx, BMC_LAN_SOURCE, source) ||
                  (source[0] != SOURCE_STATIC && source[0] != SOURCE_DHCP);
    value->choice = !value->null && source[0] == SOURCE_DHCP;
    return true;
}

static bool read_ipv6(const RfContext *ctx, uint8_t bytes[BMC_LAN_VALUE_MAX])
{
    return read_field(ctx, BMC_LAN_ADDRESS6, bytes) && bytes[0] == 1;
}

static unsigned count_ipv6(const RfContext *ctx)
{
    uint8_t bytes[BMC_LAN_VALUE_MAX];

    return read_ipv6(ctx, bytes);
}

static bool print_ipv6(const uint8_t *bytes, RfValue *value)
{
    g_autoptr(GInetAddress) addr =
        g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV6);
    g_autofree char *text = g_inet_address_to_string(addr);

    g_strlcpy(value->buf, text, sizeof(value->buf));
    value->text = value->buf;
    return true;
}

static bool get_address6(const RfContext *ctx, RfValue *value)
{
    uint8_t bytes[BMC_LAN_VALUE_MAX];

    return read_ipv6(ctx, bytes) && print_ipv6(bytes + 1, value);
}

static bool get_prefix_len(const RfContext *ctx, RfValue *value)
{
    uint8_t bytes[BMC_LAN_VALUE_MAX];
    bool there = read_ipv6(ctx, bytes);

    value->integer = there ? bytes[17] : 0;
    return there && bytes[17] <= 128;
}

static bool get_gateway6(const RfContext *ctx, RfValue *value)
{
    uint8_t bytes[BMC_LAN_VALUE_MAX];

    return read_field(ctx, BMC_LAN_ROUTER6, bytes) &&
           print_ipv6(bytes, value);
}

static bool get_vlan_enabled(const RfContext *ctx, RfValue *value)
{
    uint8_t vlan[BMC_LAN_VALUE_MAX];

    if (!read_field(ctx, BMC_LAN_VLAN, vlan)) {
        return false;
    }
    value->boolean = vlan[0] & BMC_LAN_VLAN_ENABLED;
    return true;
}

static bool get_vlan_id(const RfContext *ctx, RfValue *value)
{
    uint8_t vlan[BMC_LAN_VALUE_MAX];

    if (!read_field(ctx, BMC_LAN_VLAN, vlan)) {
        return false;
    }
    value->integer = (vlan[0] & 0x0f) << 8 | vlan[1];
    return true;
}

/* Serial line */

static const RfSetter serial_setter;

static bool get_rate(const RfContext *ctx, RfValue *value)
{
    value->choice = bmc_sol_get(ctx->bmc)->volatile_rate -
                    BMC_SOL_RATE_LOWEST;
    return value->choice <= BMC_SOL_RATE_HIGHEST - BMC_SOL_RATE_LOWEST;
}

static bool get_serial_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_sol_get(ctx->bmc)->enabled;
    return true;
}

static void serial_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *rate = rf_patch_get(patch, &serial_setter, "BitRate");
    const RfValue *enabled = rf_patch_get(patch, &serial_setter,
                                          "InterfaceEnabled");
    BmcSolConfig config = *bmc_sol_get(x->context.bmc);
    g_autoptr(GError) err = NULL;

    if (rate) {
        config.rate = BMC_SOL_RATE_LOWEST + rate->choice;
        config.volatile_rate = config.rate;
    }
    if (enabled) {
        config.enabled = enabled->boolean;
    }
    if (!bmc_sol_set(x->context.bmc, &config, &x->origin, &err)) {
        rf_exchange_complete(x, err);
        return;
    }
    rf_exchange_complete_kept(x);
}

static const RfSetter serial_setter = { .start = serial_start };

/* Tables */

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { NULL }
};

static const RfProperty ipv4_properties[] = {
    { "Address", RF_TYPE_STRING, .get = get_address },
    { "SubnetMask", RF_TYPE_STRING, .get = get_netmask },
    { "Gateway", RF_TYPE_STRING, .get = get_gateway },
    { "AddressOrigin", RF_TYPE_ENUM, .texts = origins, .get = get_origin },
    { NULL }
};

static const RfProperty ipv6_properties[] = {
    { "Address", RF_TYPE_STRING, .get = get_address6 },
    { "PrefixLength", RF_TYPE_INTEGER, .get = get_prefix_len },
    { "AddressOrigin", RF_TYPE_ENUM, .texts = origins, .get = rf_get_null },
    { "AddressState", RF_TYPE_ENUM, .texts = address_states,
      .get = rf_get_null },
    { NULL }
};

static const RfProperty vlan_properties[] = {
    { "VLANEnable", RF_TYPE_BOOL, .get = get_vlan_enabled },
    { "VLANId", RF_TYPE_INTEGER, .get = get_vlan_id },
    { NULL }
};

static const RfProperty ethernet_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Manager Ethernet Interface" },
    { "Description", RF_TYPE_STRING,
      .text = "Where clients reach the manager, as IPMI's LAN parameters "
              "tell" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "HostName", RF_TYPE_STRING, .get = get_host_name },
    { "MACAddress", RF_TYPE_STRING, .get = get_mac },
    { "IPv4Addresses", RF_TYPE_OBJECTS, .members = ipv4_properties,
      .count = count_ipv4 },
    { "IPv6Addresses", RF_TYPE_OBJECTS, .members = ipv6_properties,
      .count = count_ipv6 },
    { "IPv6DefaultGateway", RF_TYPE_STRING, .get = get_gateway6 },
    { "VLAN", RF_TYPE_OBJECT, .members = vlan_properties },
    { NULL }
};

static const RfProperty serial_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Serial Console" },
    { "InterfaceEnabled", RF_TYPE_BOOL, .get = get_serial_enabled,
      .setter = &serial_setter },
    { "BitRate", RF_TYPE_ENUM, .texts = bit_rates, .get = get_rate,
      .allowed = rf_allow_any, .setter = &serial_setter },
    { NULL }
};

static const RfProperty ethernet_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Ethernet Interface Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { MANAGER "/EthernetInterfaces/1",
                                       NULL } },
    { NULL }
};

static const RfProperty serial_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Serial Interface Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { MANAGER "/SerialInterfaces/1",
                                       NULL } },
    { NULL }
};

const RfResource rf_manager_interfaces_resources[] = {
    { .path = "/redfish/v1/Managers/{ManagerId}/EthernetInterfaces",
      .type = "EthernetInterfaceCollection.EthernetInterfaceCollection",
      .properties = ethernet_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = rf_exists_one },
    /* What the host has may change without notice. */
    { .path = "/redfish/v1/Managers/{ManagerId}/EthernetInterfaces/"
              "{EthernetInterfaceId}",
      .type = "EthernetInterface.v1_12_4.EthernetInterface",
      .properties = ethernet_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .live = true,
      .exists = exists_interface },
    { .path = "/redfish/v1/Managers/{ManagerId}/SerialInterfaces",
      .type = "SerialInterfaceCollection.SerialInterfaceCollection",
      .properties = serial_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Managers/{ManagerId}/SerialInterfaces/"
              "{SerialInterfaceId}",
      .type = "SerialInterface.v1_3_0.SerialInterface",
      .properties = serial_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_MANAGER,
      .depends = 1 << BMC_PART_SOL,
      .exists = exists_interface },
    { NULL }
};
