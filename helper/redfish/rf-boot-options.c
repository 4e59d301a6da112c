/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The devices that the machine can boot from (DSP0268 BootOption). Which
 * they are is QEMU's to say, and firmware has no names for them that anybody
 * could ask it for: references are the devices' ids.
 */
#include "osdep.h"

#include "bmc/boot.h"
#include "bmc/hardware.h"
#include "redfish/rf-hardware.h"
#include "redfish/rf-resource.h"
#include "redfish/rf-storage.h"

#define OPTIONS "/redfish/v1/Systems/1/BootOptions"
#define INTERFACES "/redfish/v1/Systems/1/EthernetInterfaces"
#define MEDIA "/redfish/v1/Systems/1/VirtualMedia"

/* The order is that of MachineBootKind. */
static const char *const kind_names[] = {
    [MACHINE_BOOT_HDD] = "Disk",
    [MACHINE_BOOT_CD] = "CD",
    [MACHINE_BOOT_NIC] = "Network",
    [MACHINE_BOOT_USB] = "USB device",
    [MACHINE_BOOT_FLOPPY] = "Floppy",
};

static const char *const aliases[] = {
    [MACHINE_BOOT_HDD] = "Hdd",
    [MACHINE_BOOT_CD] = "Cd",
    [MACHINE_BOOT_NIC] = "Pxe",
    [MACHINE_BOOT_USB] = "Usb",
    [MACHINE_BOOT_FLOPPY] = "Floppy",
};

static const MachineBootDevice *device_of(const RfContext *ctx)
{
    return bmc_boot_find(ctx->bmc, ctx->ids[1]);
}

static bool exists_option(const RfContext *ctx)
{
    return rf_exists_one(ctx) && device_of(ctx);
}

static bool nth_option(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const MachineBootDevice *device = bmc_boot_nth(ctx->bmc, n);
    char reference[BMC_BOOT_REFERENCE_LEN];

    if (!device) {
        return false;
    }
    bmc_boot_reference(device, reference);
    g_snprintf(uri, RF_URI_MAX, OPTIONS "/%s", reference);
    return true;
}

static const BmcNic *nic_of(const RfContext *ctx,
                            const MachineBootDevice *device)
{
    const BmcNic *nic;

    for (unsigned i = 0; (nic = bmc_nic_nth(ctx->bmc, i)); i++) {
        if (nic->device == device) {
            return nic;
        }
    }
    return NULL;
}

/* The one resource that shows the device otherwise. */
static bool nth_related(const RfContext *ctx, unsigned n,
                        char uri[RF_URI_MAX])
{
    const MachineBootDevice *device = device_of(ctx);
    const BmcNic *nic = nic_of(ctx, device);
    const BmcMediaSlot *slot = bmc_media_of_device(ctx->bmc, device);
    const BmcDisk *disk = bmc_disk_of_device(ctx->bmc, device);

    if (nic) {
        g_snprintf(uri, RF_URI_MAX, INTERFACES "/%s", nic->id);
    } else if (slot) {
        g_snprintf(uri, RF_URI_MAX, MEDIA "/%s", slot->id);
    } else if (disk) {
        rf_drive_uri(disk, uri);
    }
    return n == 0 && (nic || slot || disk);
}

static bool get_alias(const RfContext *ctx, RfValue *value)
{
    value->text = aliases[device_of(ctx)->kind];
    return true;
}

static bool get_display_name(const RfContext *ctx, RfValue *value)
{
    const MachineBootDevice *device = device_of(ctx);

    g_snprintf(value->buf, sizeof(value->buf), "%s %s%s%s%s",
               kind_names[device->kind], ctx->ids[1],
               device->type ? " (" : "", device->type ? device->type : "",
               device->type ? ")" : "");
    value->text = value->buf;
    return true;
}

static bool get_uefi_path(const RfContext *ctx, RfValue *value)
{
    value->text = device_of(ctx)->efi;
    return value->text;
}

static const RfProperty option_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Boot Option" },
    { "BootOptionReference", RF_TYPE_STRING, .get = rf_get_id },
    { "DisplayName", RF_TYPE_STRING, .get = get_display_name },
    { "Alias", RF_TYPE_STRING, .get = get_alias },
    { "UefiDevicePath", RF_TYPE_STRING, .get = get_uefi_path },
    { "RelatedItem", RF_TYPE_LINKS, .nth = nth_related },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Boot Option Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_option },
    { NULL }
};

const RfResource rf_boot_options_resources[] = {
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/BootOptions",
      .type = "BootOptionCollection.BootOptionCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_INVENTORY | 1 << BMC_PART_BOOT,
      .refreshes = true,
      .prepare = rf_hardware_prepare,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/BootOptions/"
              "{BootOptionId}",
      .type = "BootOption.v1_0_6.BootOption",
      .properties = option_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_INVENTORY | 1 << BMC_PART_SYSTEM |
                 1 << BMC_PART_MEDIA,
      .refreshes = true,
      .prepare = rf_hardware_prepare,
      .exists = exists_option },
    { NULL }
};
