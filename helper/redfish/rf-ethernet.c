/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's network cards (DSP0268 EthernetInterface). */
#include "osdep.h"

#include "bmc/boot.h"
#include "redfish/rf-resource.h"
#include "redfish/rf-system-values.h"

#define INTERFACES "/redfish/v1/Systems/1/EthernetInterfaces"

static const MachineBootDevice *nth_device(const RfContext *ctx, unsigned n)
{
    const GPtrArray *devices = bmc_boot_devices(ctx->bmc);

    for (unsigned i = 0; devices && i < devices->len; i++) {
        const MachineBootDevice *device = devices->pdata[i];

        if (device->kind == MACHINE_BOOT_NIC && n-- == 0) {
            return device;
        }
    }
    return NULL;
}

/* The device's id, or what its QOM path has of it, as the URI can have it. */
static void device_id(const MachineBootDevice *device, char id[64])
{
    const char *name = device->name;
    size_t len;

    if (g_str_has_prefix(name, "/machine/")) {
        name += strlen("/machine/");
    }
    g_strlcpy(id, name, 64);
    g_strcanon(id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_.", '-');
    len = strlen(id);
    while (len && id[len - 1] == '-') {
        id[--len] = '\0'; /* "device[1]" */
    }
}

static const MachineBootDevice *device_of(const RfContext *ctx)
{
    const MachineBootDevice *device;
    char id[64];

    for (unsigned i = 0; (device = nth_device(ctx, i)); i++) {
        device_id(device, id);
        if (g_str_equal(id, ctx->ids[1])) {
            return device;
        }
    }
    return NULL;
}

static bool exists_interface(const RfContext *ctx)
{
    return rf_exists_one(ctx) && device_of(ctx);
}

static bool nth_interface(const RfContext *ctx, unsigned n,
                          char uri[RF_URI_MAX])
{
    const MachineBootDevice *device = nth_device(ctx, n);
    char id[64];

    if (!device) {
        return false;
    }
    device_id(device, id);
    g_snprintf(uri, RF_URI_MAX, INTERFACES "/%s", id);
    return true;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = device_of(ctx)->name;
    return true;
}

static bool get_type(const RfContext *ctx, RfValue *value)
{
    value->text = device_of(ctx)->type;
    return value->text;
}

static bool get_mac(const RfContext *ctx, RfValue *value)
{
    value->text = device_of(ctx)->mac;
    return value->text;
}

static const RfProperty interface_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "Description", RF_TYPE_STRING, .get = get_type },
    { "MACAddress", RF_TYPE_STRING, .get = get_mac },
    { "PermanentMACAddress", RF_TYPE_STRING, .get = get_mac },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
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
      .depends = 1 << BMC_PART_INVENTORY | 1 << BMC_PART_POWER,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/EthernetInterfaces/"
              "{EthernetInterfaceId}",
      .type = "EthernetInterface.v1_12_4.EthernetInterface",
      .properties = interface_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_INVENTORY | 1 << BMC_PART_POWER,
      .exists = exists_interface },
    { NULL }
};
