/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * PCI devices and their functions, and those functions that are graphics
 * adapters (DSP0268 PCIeDevice, PCIeFunction, GraphicsController). QEMU
 * tells neither the programming interface of a function, so there is no
 * ClassCode, nor its revision, nor lanes.
 */
#include "osdep.h"

#include "redfish/rf-hardware.h"
#include "redfish/rf-storage.h"
#include "redfish/rf-system-values.h"

#define CHASSIS "/redfish/v1/Chassis/1"
#define SYSTEM "/redfish/v1/Systems/1"

enum { DEVICE_SINGLE, DEVICE_MULTI };
static const char *const device_types[] = {
    [DEVICE_SINGLE] = "SingleFunction", [DEVICE_MULTI] = "MultiFunction",
    NULL,
};

/* By the base class of PCI's class codes, but for what follows 0x14. */
static const char *const device_classes[] = {
    "UnclassifiedDevice", "MassStorageController", "NetworkController",
    "DisplayController", "MultimediaController", "MemoryController",
    "Bridge", "CommunicationController", "GenericSystemPeripheral",
    "InputDeviceController", "DockingStation", "Processor",
    "SerialBusController", "WirelessController", "IntelligentController",
    "SatelliteCommunicationsController", "EncryptionController",
    "SignalProcessingController", "ProcessingAccelerators",
    "NonEssentialInstrumentation", "Other", "Coprocessor",
    "UnassignedClass", NULL,
};
enum { CLASS_OTHER = 0x14, CLASS_COPROCESSOR, CLASS_UNASSIGNED };

/* PCI's own names of the two. */
#define PCI_CLASS_COPROCESSOR 0x40
#define PCI_CLASS_UNASSIGNED 0xff

static const char *const function_types[] = { "Physical", NULL };

/* Vendors of what QEMU emulates: the PCI ID database has all of them. */
static const struct {
    uint16_t id;
    const char *name;
} vendor_table[] = {
    { 0x1013, "Cirrus Logic" },
    { 0x1022, "AMD" },
    { 0x1033, "NEC" },
    { 0x10ec, "Realtek" },
    { 0x1234, "QEMU" },
    { 0x15ad, "VMware" },
    { 0x1af4, "Red Hat" },
    { 0x1b36, "Red Hat" },
    { 0x8086, "Intel" },
};

static const BmcPciDevice *device_of(const RfContext *ctx)
{
    return bmc_pci_device_find(ctx->bmc, ctx->ids[1]);
}

static bool exists_device(const RfContext *ctx)
{
    return rf_exists_one(ctx) && device_of(ctx);
}

static bool get_device_name(const RfContext *ctx, RfValue *value)
{
    const MachinePci *first = device_of(ctx)->functions[0];

    value->text = first->qdev_id ? first->qdev_id : first->desc;
    if (!value->text || !*value->text) {
        value->text = "PCI device";
    }
    return true;
}

static bool get_vendor_name(const MachinePci *pci, RfValue *value)
{
    for (size_t i = 0; i < G_N_ELEMENTS(vendor_table); i++) {
        if (vendor_table[i].id == pci->vendor) {
            value->text = vendor_table[i].name;
            return true;
        }
    }
    return false;
}

static bool get_manufacturer(const RfContext *ctx, RfValue *value)
{
    return get_vendor_name(device_of(ctx)->functions[0], value);
}

static bool get_device_type(const RfContext *ctx, RfValue *value)
{
    value->choice = device_of(ctx)->n_functions > 1 ? DEVICE_MULTI
                                                    : DEVICE_SINGLE;
    return true;
}

static bool get_functions_link(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf),
               RF_PCI_DEVICES "/%s/PCIeFunctions", device_of(ctx)->id);
    value->text = value->buf;
    return true;
}

static bool nth_function(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX])
{
    const BmcPciDevice *device = device_of(ctx);

    if (n >= device->n_functions) {
        return false;
    }
    rf_pci_function_uri(ctx->bmc, device->functions[n], uri);
    return true;
}

/* Functions */

static const MachinePci *function_of(const RfContext *ctx)
{
    const BmcPciDevice *device = device_of(ctx);
    char id[4];

    for (unsigned i = 0; device && i < device->n_functions; i++) {
        g_snprintf(id, sizeof(id), "%u", device->functions[i]->function);
        if (g_str_equal(id, ctx->ids[2])) {
            return device->functions[i];
        }
    }
    return NULL;
}

static bool exists_function(const RfContext *ctx)
{
    return rf_exists_one(ctx) && function_of(ctx);
}

static bool set_hex(RfValue *value, unsigned digits, unsigned number)
{
    g_snprintf(value->buf, sizeof(value->buf), "0x%0*X", (int)digits,
               number);
    value->text = value->buf;
    return true;
}

static bool get_function_name(const RfContext *ctx, RfValue *value)
{
    const MachinePci *pci = function_of(ctx);

    value->text = pci->desc && *pci->desc ? pci->desc : "PCI function";
    return true;
}

static bool get_function_number(const RfContext *ctx, RfValue *value)
{
    value->integer = function_of(ctx)->function;
    return true;
}

static bool get_vendor(const RfContext *ctx, RfValue *value)
{
    return set_hex(value, 4, function_of(ctx)->vendor);
}

static bool get_device(const RfContext *ctx, RfValue *value)
{
    return set_hex(value, 4, function_of(ctx)->device);
}

static bool get_subsystem_vendor(const RfContext *ctx, RfValue *value)
{
    const MachinePci *pci = function_of(ctx);

    return pci->has_subsystem && set_hex(value, 4, pci->subsystem_vendor);
}

static bool get_subsystem(const RfContext *ctx, RfValue *value)
{
    const MachinePci *pci = function_of(ctx);

    return pci->has_subsystem && set_hex(value, 4, pci->subsystem);
}

static bool get_class(const RfContext *ctx, RfValue *value)
{
    unsigned base = MACHINE_PCI_BASE_CLASS(function_of(ctx)->class_code);

    value->choice = base == PCI_CLASS_COPROCESSOR ? CLASS_COPROCESSOR
                    : base == PCI_CLASS_UNASSIGNED ? CLASS_UNASSIGNED
                    : MIN(base, CLASS_OTHER);
    return true;
}

static bool get_bus(const RfContext *ctx, RfValue *value)
{
    return set_hex(value, 2, function_of(ctx)->bus);
}

static bool get_slot(const RfContext *ctx, RfValue *value)
{
    return set_hex(value, 2, function_of(ctx)->slot);
}

static bool get_function_hex(const RfContext *ctx, RfValue *value)
{
    return set_hex(value, 1, function_of(ctx)->function);
}

static bool get_device_link(const RfContext *ctx, RfValue *value)
{
    rf_pci_device_uri(device_of(ctx), value->buf);
    value->text = value->buf;
    return true;
}

static bool nth_nic(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const BmcNic *nic = bmc_nic_of_pci(ctx->bmc, function_of(ctx));

    if (!nic || n) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, RF_NICS "/%s", nic->id);
    return true;
}

static bool is_nic(const RfContext *ctx, RfValue *value)
{
    return bmc_nic_of_pci(ctx->bmc, function_of(ctx));
}

static bool nth_drive(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const MachinePci *pci = function_of(ctx);
    const BmcDisk *disk;

    for (unsigned i = 0; (disk = bmc_disk_nth(ctx->bmc, i)); i++) {
        if (bmc_pci_of_disk(ctx->bmc, disk) == pci && n-- == 0) {
            rf_drive_uri(disk, uri);
            return true;
        }
    }
    return false;
}

static bool has_drives(const RfContext *ctx, RfValue *value)
{
    char uri[RF_URI_MAX];

    return nth_drive(ctx, 0, uri);
}

static bool nth_controller(const RfContext *ctx, unsigned n,
                           char uri[RF_URI_MAX])
{
    const MachinePci *pci = function_of(ctx);
    const BmcStorage *storage;

    for (unsigned i = 0; (storage = bmc_storage_nth(ctx->bmc, i)); i++) {
        if (bmc_pci_of_disk(ctx->bmc, storage->disks->pdata[0]) == pci &&
            n-- == 0) {
            rf_storage_inline_uri(storage, uri);
            return true;
        }
    }
    return false;
}

/* Graphics */

static const MachinePci *graphics_of(const RfContext *ctx)
{
    const MachinePci *pci = bmc_pci_find(ctx->bmc, ctx->ids[1]);

    return pci && MACHINE_PCI_BASE_CLASS(pci->class_code) ==
                  MACHINE_PCI_CLASS_DISPLAY ? pci : NULL;
}

static bool exists_graphics(const RfContext *ctx)
{
    return rf_exists_one(ctx) && graphics_of(ctx);
}

static bool nth_graphics(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX])
{
    const MachinePci *pci = bmc_graphics_nth(ctx->bmc, n);

    if (pci) {
        g_snprintf(uri, RF_URI_MAX, RF_GRAPHICS "/%s", pci->path);
    }
    return pci;
}

static bool get_graphics_name(const RfContext *ctx, RfValue *value)
{
    const MachinePci *pci = graphics_of(ctx);

    value->text = pci->qdev_id ? pci->qdev_id : pci->desc;
    if (!value->text || !*value->text) {
        value->text = "Graphics";
    }
    return true;
}

static bool get_graphics_manufacturer(const RfContext *ctx, RfValue *value)
{
    return get_vendor_name(graphics_of(ctx), value);
}

static bool get_graphics_device(const RfContext *ctx, RfValue *value)
{
    rf_pci_device_uri(bmc_pci_device_of(ctx->bmc, graphics_of(ctx)),
                      value->buf);
    value->text = value->buf;
    return true;
}

/* Tables */

static const RfProperty device_links[] = {
    { "Chassis", RF_TYPE_LINKS,
      .texts = (const char *const[]) { CHASSIS, NULL } },
    { NULL }
};

static const RfProperty device_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_device_name },
    { "Manufacturer", RF_TYPE_STRING, .get = get_manufacturer },
    { "DeviceType", RF_TYPE_ENUM, .texts = device_types,
      .get = get_device_type },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { "PCIeFunctions", RF_TYPE_LINK, .get = get_functions_link },
    { "Links", RF_TYPE_OBJECT, .members = device_links },
    { NULL }
};

static const RfProperty devices_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "PCIe Device Collection" },
    { "Members", RF_TYPE_LINKS, .nth = rf_nth_pci_device },
    { NULL }
};

static const RfProperty function_links[] = {
    { "PCIeDevice", RF_TYPE_LINK, .get = get_device_link },
    { "EthernetInterfaces", RF_TYPE_LINKS, .nth = nth_nic, .get = is_nic },
    { "StorageControllers", RF_TYPE_LINKS, .nth = nth_controller,
      .get = has_drives },
    { "Drives", RF_TYPE_LINKS, .nth = nth_drive, .get = has_drives },
    { NULL }
};

static const RfProperty function_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_function_name },
    { "FunctionId", RF_TYPE_INTEGER, .get = get_function_number },
    { "FunctionType", RF_TYPE_ENUM, .texts = function_types,
      .get = rf_get_first },
    { "DeviceClass", RF_TYPE_ENUM, .texts = device_classes,
      .get = get_class },
    { "VendorId", RF_TYPE_STRING, .get = get_vendor },
    { "DeviceId", RF_TYPE_STRING, .get = get_device },
    { "SubsystemVendorId", RF_TYPE_STRING, .get = get_subsystem_vendor },
    { "SubsystemId", RF_TYPE_STRING, .get = get_subsystem },
    { "BusNumber", RF_TYPE_STRING, .get = get_bus },
    { "DeviceNumber", RF_TYPE_STRING, .get = get_slot },
    { "FunctionNumber", RF_TYPE_STRING, .get = get_function_hex },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { "Links", RF_TYPE_OBJECT, .members = function_links },
    { NULL }
};

static const RfProperty functions_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "PCIe Function Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_function },
    { NULL }
};

static const RfProperty graphics_links[] = {
    { "PCIeDevice", RF_TYPE_LINK, .get = get_graphics_device },
    { NULL }
};

static const RfProperty graphics_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_graphics_name },
    { "Manufacturer", RF_TYPE_STRING, .get = get_graphics_manufacturer },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { "Links", RF_TYPE_OBJECT, .members = graphics_links },
    { NULL }
};

static const RfProperty all_graphics_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Graphics Controller Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_graphics },
    { NULL }
};

#define DEVICES "/redfish/v1/Chassis/{ChassisId}/PCIeDevices"
#define GRAPHICS "/redfish/v1/Systems/{ComputerSystemId}/GraphicsControllers"

const RfResource rf_pcie_resources[] = {
    { .path = DEVICES,
      .type = "PCIeDeviceCollection.PCIeDeviceCollection",
      .properties = devices_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .prepare = rf_hardware_prepare,
      .exists = rf_exists_one },
    { .path = DEVICES "/{PCIeDeviceId}",
      .type = "PCIeDevice.v1_21_0.PCIeDevice",
      .properties = device_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_device },
    { .path = DEVICES "/{PCIeDeviceId}/PCIeFunctions",
      .type = "PCIeFunctionCollection.PCIeFunctionCollection",
      .properties = functions_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_device },
    { .path = DEVICES "/{PCIeDeviceId}/PCIeFunctions/{PCIeFunctionId}",
      .type = "PCIeFunction.v1_7_0.PCIeFunction",
      .properties = function_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_function },
    { .path = GRAPHICS,
      .type = "GraphicsControllerCollection.GraphicsControllerCollection",
      .properties = all_graphics_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .prepare = rf_hardware_prepare,
      .exists = rf_exists_one },
    { .path = GRAPHICS "/{GraphicsControllerId}",
      .type = "GraphicsController.v1_0_2.GraphicsController",
      .properties = graphics_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_graphics },
    { NULL }
};
