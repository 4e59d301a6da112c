/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's disks (DSP0268 Storage, StorageController, Drive and
 * SimpleStorage). Drives whose medium can be changed are VirtualMedia.
 */
#include "osdep.h"

#include "redfish/rf-storage.h"

#include "bmc/storage.h"
#include "redfish/rf-hardware.h"
#include "redfish/rf-system-values.h"

#define STORAGE "/redfish/v1/Systems/1/Storage"
#define SIMPLE "/redfish/v1/Systems/1/SimpleStorage"
#define CONTROLLER_ID "1"

enum { PROTOCOL_PCIE, PROTOCOL_AHCI, PROTOCOL_SAS, PROTOCOL_SATA,
       PROTOCOL_USB, PROTOCOL_NVME, PROTOCOL_OEM, PROTOCOL_NONE };
static const char *const protocols[] = {
    [PROTOCOL_PCIE] = "PCIe", [PROTOCOL_AHCI] = "AHCI",
    [PROTOCOL_SAS] = "SAS", [PROTOCOL_SATA] = "SATA",
    [PROTOCOL_USB] = "USB", [PROTOCOL_NVME] = "NVMe",
    [PROTOCOL_OEM] = "OEM", [PROTOCOL_NONE] = NULL,
};

/*
 * What controllers speak to the machine and to disks, by QOM type. Redfish
 * has no name for virtio, ATA and parallel SCSI.
 */
static const struct {
    const char *pattern;
    unsigned host;
    unsigned disk;
} controller_types[] = {
    { "ich9-ahci", PROTOCOL_AHCI, PROTOCOL_SATA },
    { "ahci", PROTOCOL_AHCI, PROTOCOL_SATA },
    { "sysbus-ahci", PROTOCOL_AHCI, PROTOCOL_SATA },
    { "nvme", PROTOCOL_NVME, PROTOCOL_NVME },
    { "nvme-subsys", PROTOCOL_NVME, PROTOCOL_NVME },
    { "megasas*", PROTOCOL_PCIE, PROTOCOL_SAS },
    { "mptsas*", PROTOCOL_PCIE, PROTOCOL_SAS },
    { "virtio-blk-pci*", PROTOCOL_PCIE, PROTOCOL_OEM },
    { "virtio-scsi-pci*", PROTOCOL_PCIE, PROTOCOL_OEM },
    { "usb-*", PROTOCOL_USB, PROTOCOL_USB },
};

enum { MEDIA_HDD, MEDIA_SSD };
static const char *const media_types[] = { "HDD", "SSD", NULL };

static const char *const name_formats[] = { "NAA", NULL };

enum { HEALTH_OK, HEALTH_CRITICAL };
static const char *const healths[] = { "OK", "Critical", NULL };
static const char *const states[] = { "Enabled", NULL };

static const BmcStorage *storage_of(const RfContext *ctx)
{
    return bmc_storage_find(ctx->bmc, ctx->ids[1]);
}

static const BmcDisk *disk_of(const RfContext *ctx)
{
    const BmcDisk *disk = bmc_disk_find(ctx->bmc, ctx->ids[2]);

    return disk && disk->storage == storage_of(ctx) ? disk : NULL;
}

static bool exists_storage(const RfContext *ctx)
{
    return rf_exists_one(ctx) && storage_of(ctx);
}

static bool exists_controller(const RfContext *ctx)
{
    return exists_storage(ctx) && g_str_equal(ctx->ids[2], CONTROLLER_ID);
}

static bool exists_drive(const RfContext *ctx)
{
    return exists_storage(ctx) && disk_of(ctx);
}

/* Collections and links */

static bool nth_storage(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const BmcStorage *storage = bmc_storage_nth(ctx->bmc, n);

    if (storage) {
        g_snprintf(uri, RF_URI_MAX, STORAGE "/%s", storage->id);
    }
    return storage;
}

static bool nth_simple(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const BmcStorage *storage = bmc_storage_nth(ctx->bmc, n);

    if (storage) {
        g_snprintf(uri, RF_URI_MAX, SIMPLE "/%s", storage->id);
    }
    return storage;
}

void rf_drive_uri(const BmcDisk *disk, char uri[RF_URI_MAX])
{
    g_snprintf(uri, RF_URI_MAX, STORAGE "/%s/Drives/%s", disk->storage->id,
               disk->id);
}

void rf_storage_inline_uri(const BmcStorage *storage, char uri[RF_URI_MAX])
{
    g_snprintf(uri, RF_URI_MAX, STORAGE "/%s#/StorageControllers/0",
               storage->id);
}

static bool nth_drive(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const BmcStorage *storage = storage_of(ctx);

    if (n >= storage->disks->len) {
        return false;
    }
    rf_drive_uri(storage->disks->pdata[n], uri);
    return true;
}

bool rf_nth_drive(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const BmcDisk *disk = bmc_disk_nth(ctx->bmc, n);

    if (disk) {
        rf_drive_uri(disk, uri);
    }
    return disk;
}

bool rf_nth_storage(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    return nth_storage(ctx, n, uri);
}

static bool nth_controller(const RfContext *ctx, unsigned n,
                           char uri[RF_URI_MAX])
{
    g_snprintf(uri, RF_URI_MAX, STORAGE "/%s/Controllers/" CONTROLLER_ID,
               ctx->ids[1]);
    return n == 0;
}

/* PCI functions */

static bool disk_function_uri(const RfContext *ctx, const BmcDisk *disk,
                              char uri[RF_URI_MAX])
{
    const MachinePci *pci = disk ? bmc_pci_of_disk(ctx->bmc, disk) : NULL;

    if (pci) {
        rf_pci_function_uri(ctx->bmc, pci, uri);
    }
    return pci;
}

static bool nth_drive_function(const RfContext *ctx, unsigned n,
                               char uri[RF_URI_MAX])
{
    return n == 0 && disk_function_uri(ctx, disk_of(ctx), uri);
}

static bool has_drive_function(const RfContext *ctx, RfValue *value)
{
    return bmc_pci_of_disk(ctx->bmc, disk_of(ctx));
}

static bool nth_controller_function(const RfContext *ctx, unsigned n,
                                    char uri[RF_URI_MAX])
{
    return n == 0 &&
           disk_function_uri(ctx, storage_of(ctx)->disks->pdata[0], uri);
}

static bool has_controller_function(const RfContext *ctx, RfValue *value)
{
    return bmc_pci_of_disk(ctx->bmc, storage_of(ctx)->disks->pdata[0]);
}

static bool get_controllers_link(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), STORAGE "/%s/Controllers",
               ctx->ids[1]);
    value->text = value->buf;
    return true;
}

static bool get_volumes_link(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), STORAGE "/%s/Volumes",
               ctx->ids[1]);
    value->text = value->buf;
    return true;
}

static bool get_storage_link(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), STORAGE "/%s", ctx->ids[1]);
    value->text = value->buf;
    return true;
}

static bool get_simple_link(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), SIMPLE "/%s", ctx->ids[1]);
    value->text = value->buf;
    return true;
}

/* No controller of QEMU's makes volumes of its disks. */
static bool nth_volume(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    return false;
}

/* Health: a disk works until QEMU says that it does not */

static bool get_health(const RfContext *ctx, const BmcStorage *storage,
                       const BmcDisk *disk, RfValue *value)
{
    bool failed = disk && disk->disk->failed;

    for (guint i = 0; storage && i < storage->disks->len; i++) {
        const BmcDisk *other = storage->disks->pdata[i];

        failed |= other->disk->failed;
    }
    value->choice = failed ? HEALTH_CRITICAL : HEALTH_OK;
    return bmc_machine(ctx->bmc)->state != MACHINE_STATE_UNKNOWN;
}

static bool get_drive_health(const RfContext *ctx, RfValue *value)
{
    return get_health(ctx, NULL, disk_of(ctx), value);
}

static bool get_rollup(const RfContext *ctx, RfValue *value)
{
    return get_health(ctx, storage_of(ctx), NULL, value);
}

static const BmcDisk *element_of(const RfContext *ctx)
{
    return storage_of(ctx)->disks->pdata[ctx->index];
}

static bool get_element_health(const RfContext *ctx, RfValue *value)
{
    return get_health(ctx, NULL, element_of(ctx), value);
}

static bool get_controller_health(const RfContext *ctx, RfValue *value)
{
    return get_health(ctx, NULL, NULL, value);
}

/* Controllers */

static bool get_storage_type(const RfContext *ctx, RfValue *value)
{
    value->text = storage_of(ctx)->type;
    return value->text;
}

static unsigned protocol_of(const BmcStorage *storage, bool host)
{
    for (size_t i = 0; storage->type && i < G_N_ELEMENTS(controller_types);
         i++) {
        if (g_pattern_match_simple(controller_types[i].pattern,
                                   storage->type)) {
            return host ? controller_types[i].host : controller_types[i].disk;
        }
    }
    return host ? PROTOCOL_NONE : PROTOCOL_OEM;
}

static bool nth_protocol(const RfContext *ctx, unsigned n, bool host,
                         RfValue *value)
{
    value->choice = protocol_of(storage_of(ctx), host);
    return n == 0 && value->choice != PROTOCOL_NONE;
}

static bool nth_host_protocol(const RfContext *ctx, unsigned n,
                              RfValue *value)
{
    return nth_protocol(ctx, n, true, value);
}

static bool nth_disk_protocol(const RfContext *ctx, unsigned n,
                              RfValue *value)
{
    return nth_protocol(ctx, n, false, value);
}

/*
 * What Storage had before there were controllers of their own; clients such
 * as older Ansible know only these.
 */
static unsigned count_inline(const RfContext *ctx)
{
    return 1;
}

static bool get_inline_uri(const RfContext *ctx, RfValue *value)
{
    G_STATIC_ASSERT(sizeof(value->buf) >= RF_URI_MAX);
    rf_storage_inline_uri(storage_of(ctx), value->buf);
    value->text = value->buf;
    return true;
}

static bool get_inline_id(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), "%u", ctx->index);
    value->text = value->buf;
    return true;
}

/* Drives */

static bool get_drive_name(const RfContext *ctx, RfValue *value)
{
    value->text = disk_of(ctx)->id;
    return true;
}

static bool get_drive_type(const RfContext *ctx, RfValue *value)
{
    value->text = disk_of(ctx)->disk->type;
    return value->text;
}

static bool get_capacity(const RfContext *ctx, RfValue *value)
{
    value->integer = disk_of(ctx)->disk->size;
    return value->integer >= 0;
}

static bool get_block_size(const RfContext *ctx, RfValue *value)
{
    value->integer = disk_of(ctx)->disk->block_size;
    return value->integer;
}

static bool get_serial(const RfContext *ctx, RfValue *value)
{
    value->text = disk_of(ctx)->disk->serial;
    return value->text;
}

static bool get_protocol(const RfContext *ctx, RfValue *value)
{
    value->choice = protocol_of(storage_of(ctx), false);
    return true;
}

/* A disk that does not say what it is counts as one that turns. */
static bool get_media(const RfContext *ctx, RfValue *value)
{
    bool solid = disk_of(ctx)->disk->rotation_rpm == MACHINE_DISK_SOLID ||
                 protocol_of(storage_of(ctx), false) == PROTOCOL_NVME;

    value->choice = solid ? MEDIA_SSD : MEDIA_HDD;
    return true;
}

static bool get_rotation(const RfContext *ctx, RfValue *value)
{
    unsigned rpm = disk_of(ctx)->disk->rotation_rpm;

    value->number = rpm == MACHINE_DISK_SOLID ? 0 : rpm;
    return rpm;
}

static unsigned count_identifiers(const RfContext *ctx)
{
    return disk_of(ctx)->disk->wwn != 0;
}

static bool has_identifiers(const RfContext *ctx, RfValue *value)
{
    return count_identifiers(ctx);
}

static bool get_wwn(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), "%016" PRIX64,
               disk_of(ctx)->disk->wwn);
    value->text = value->buf;
    return true;
}

/* SimpleStorage: the same in one table */

static unsigned count_elements(const RfContext *ctx)
{
    return storage_of(ctx)->disks->len;
}

static bool get_element_name(const RfContext *ctx, RfValue *value)
{
    value->text = element_of(ctx)->id;
    return true;
}

static bool get_element_capacity(const RfContext *ctx, RfValue *value)
{
    value->integer = element_of(ctx)->disk->size;
    return value->integer >= 0;
}

/* Tables */

#define STATUS(name, getter) \
    static const RfProperty name##_status[] = { \
        { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first }, \
        { "Health", RF_TYPE_ENUM, .texts = healths, .get = getter }, \
        { NULL } \
    }

STATUS(drive, get_drive_health);
STATUS(element, get_element_health);
STATUS(controller, get_controller_health);

static const RfProperty storage_status[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths,
      .get = get_controller_health },
    { "HealthRollup", RF_TYPE_ENUM, .texts = healths, .get = get_rollup },
    { NULL }
};

static const char *const chassis_link[] = { "/redfish/v1/Chassis/1", NULL };

static const RfProperty storage_links[] = {
    { "Enclosures", RF_TYPE_LINKS, .texts = chassis_link },
    { "SimpleStorage", RF_TYPE_LINK, .get = get_simple_link },
    { NULL }
};

static const RfProperty inline_properties[] = {
    { "@odata.id", RF_TYPE_STRING, .get = get_inline_uri },
    { "MemberId", RF_TYPE_STRING, .get = get_inline_id },
    { "Name", RF_TYPE_STRING, .text = "Storage Controller" },
    { "Manufacturer", RF_TYPE_STRING, .text = "QEMU" },
    { "Model", RF_TYPE_STRING, .get = get_storage_type },
    { "SupportedControllerProtocols", RF_TYPE_STRINGS, .texts = protocols,
      .item = nth_host_protocol },
    { "SupportedDeviceProtocols", RF_TYPE_STRINGS, .texts = protocols,
      .item = nth_disk_protocol },
    { "Status", RF_TYPE_OBJECT, .members = controller_status },
    { NULL }
};

static const RfProperty storage_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = rf_get_id },
    { "Description", RF_TYPE_STRING, .get = get_storage_type },
    { "Status", RF_TYPE_OBJECT, .members = storage_status },
    { "Controllers", RF_TYPE_LINK, .get = get_controllers_link },
    { "StorageControllers", RF_TYPE_OBJECTS, .count = count_inline,
      .members = inline_properties },
    { "Drives", RF_TYPE_LINKS, .nth = nth_drive },
    { "Volumes", RF_TYPE_LINK, .get = get_volumes_link },
    { "Links", RF_TYPE_OBJECT, .members = storage_links },
    { NULL }
};

static const RfProperty controller_links[] = {
    { "PCIeFunctions", RF_TYPE_LINKS, .nth = nth_controller_function,
      .get = has_controller_function },
    { NULL }
};

static const RfProperty controller_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Storage Controller" },
    { "Manufacturer", RF_TYPE_STRING, .text = "QEMU" },
    { "Model", RF_TYPE_STRING, .get = get_storage_type },
    { "SupportedControllerProtocols", RF_TYPE_STRINGS, .texts = protocols,
      .item = nth_host_protocol },
    { "SupportedDeviceProtocols", RF_TYPE_STRINGS, .texts = protocols,
      .item = nth_disk_protocol },
    { "Status", RF_TYPE_OBJECT, .members = controller_status },
    { "Links", RF_TYPE_OBJECT, .members = controller_links },
    { NULL }
};

static const RfProperty identifier_properties[] = {
    { "DurableName", RF_TYPE_STRING, .get = get_wwn },
    { "DurableNameFormat", RF_TYPE_ENUM, .texts = name_formats,
      .get = rf_get_first },
    { NULL }
};

static const RfProperty drive_links[] = {
    { "Chassis", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1" },
    { "Storage", RF_TYPE_LINK, .get = get_storage_link },
    { "PCIeFunctions", RF_TYPE_LINKS, .nth = nth_drive_function,
      .get = has_drive_function },
    { NULL }
};

static const RfProperty drive_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_drive_name },
    { "Description", RF_TYPE_STRING, .get = get_drive_type },
    { "Manufacturer", RF_TYPE_STRING, .text = "QEMU" },
    { "SerialNumber", RF_TYPE_STRING, .get = get_serial },
    { "CapacityBytes", RF_TYPE_INTEGER, .get = get_capacity },
    { "BlockSizeBytes", RF_TYPE_INTEGER, .get = get_block_size },
    { "Protocol", RF_TYPE_ENUM, .texts = protocols, .get = get_protocol },
    { "MediaType", RF_TYPE_ENUM, .texts = media_types, .get = get_media },
    { "RotationSpeedRPM", RF_TYPE_NUMBER, .get = get_rotation },
    { "Identifiers", RF_TYPE_OBJECTS, .get = has_identifiers,
      .count = count_identifiers, .members = identifier_properties },
    { "Status", RF_TYPE_OBJECT, .members = drive_status },
    { "Links", RF_TYPE_OBJECT, .members = drive_links },
    { NULL }
};

static const RfProperty element_properties[] = {
    { "Name", RF_TYPE_STRING, .get = get_element_name },
    { "Manufacturer", RF_TYPE_STRING, .text = "QEMU" },
    { "CapacityBytes", RF_TYPE_INTEGER, .get = get_element_capacity },
    { "Status", RF_TYPE_OBJECT, .members = element_status },
    { NULL }
};

static const RfProperty simple_links[] = {
    { "Chassis", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1" },
    { "Storage", RF_TYPE_LINK, .get = get_storage_link },
    { NULL }
};

static const RfProperty simple_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = rf_get_id },
    { "Description", RF_TYPE_STRING, .get = get_storage_type },
    { "Status", RF_TYPE_OBJECT, .members = storage_status },
    { "Devices", RF_TYPE_OBJECTS, .count = count_elements,
      .members = element_properties },
    { "Links", RF_TYPE_OBJECT, .members = simple_links },
    { NULL }
};

static const RfProperty storage_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Storage Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_storage },
    { NULL }
};

static const RfProperty controller_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Storage Controller Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_controller },
    { NULL }
};

static const RfProperty volume_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Volume Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_volume },
    { RF_APPLY_TIME_SUPPORT, RF_TYPE_JSON, .get = rf_get_immediate },
    { NULL }
};

static const RfProperty simple_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Simple Storage Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_simple },
    { NULL }
};

#define SYSTEM_PATH "/redfish/v1/Systems/{ComputerSystemId}"

const RfResource rf_storage_resources[] = {
    { .path = SYSTEM_PATH "/Storage",
      .type = "StorageCollection.StorageCollection",
      .properties = storage_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .prepare = rf_hardware_prepare,
      .exists = rf_exists_one },
    { .path = SYSTEM_PATH "/Storage/{StorageId}",
      .type = "Storage.v1_21_0.Storage",
      .properties = storage_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_storage },
    { .path = SYSTEM_PATH "/Storage/{StorageId}/Controllers",
      .type = "StorageControllerCollection.StorageControllerCollection",
      .properties = controller_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_storage },
    { .path = SYSTEM_PATH "/Storage/{StorageId}/Controllers/"
              "{StorageControllerId}",
      .type = "StorageController.v1_11_0.StorageController",
      .properties = controller_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_controller },
    { .path = SYSTEM_PATH "/Storage/{StorageId}/Drives/{DriveId}",
      .type = "Drive.v1_22_0.Drive",
      .properties = drive_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_drive },
    { .path = SYSTEM_PATH "/Storage/{StorageId}/Volumes",
      .type = "VolumeCollection.VolumeCollection",
      .properties = volume_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_storage },
    { .path = SYSTEM_PATH "/SimpleStorage",
      .type = "SimpleStorageCollection.SimpleStorageCollection",
      .properties = simple_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .prepare = rf_hardware_prepare,
      .exists = rf_exists_one },
    { .path = SYSTEM_PATH "/SimpleStorage/{SimpleStorageId}",
      .type = "SimpleStorage.v1_3_2.SimpleStorage",
      .properties = simple_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = RF_HARDWARE_PARTS,
      .exists = exists_storage },
    { NULL }
};
