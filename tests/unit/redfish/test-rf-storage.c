/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The disks of a mock machine. */
#include "osdep.h"

#include "rf-hub.h"

#define SYSTEM "/redfish/v1/Systems/1"
#define STORAGE SYSTEM "/Storage"

#define GIB (INT64_C(1) << 30)

static MachineDisk *add_disk(GPtrArray *disks, const char *path,
                             const char *type, const char *controller,
                             const char *controller_type, int64_t size)
{
    MachineDisk *disk = g_new0(MachineDisk, 1);

    disk->path = g_strdup(path);
    disk->name = g_strdup(path);
    disk->type = g_strdup(type);
    disk->controller = g_strdup(controller);
    disk->controller_type = g_strdup(controller_type);
    disk->size = size;
    g_ptr_array_add(disks, disk);
    return disk;
}

static GPtrArray *disks_new(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)machine_disk_free);
}

/* (transfer full) @disks */
static void set_disks(RfHub *hub, GPtrArray *disks)
{
    MachineInfo *info = &mock_machine_base(hub->fix.mock)->info;

    g_clear_pointer(&info->disks, g_ptr_array_unref);
    info->disks = disks;
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
}

static void add_usual(GPtrArray *disks)
{
    MachineDisk *disk;

    disk = add_disk(disks, "/machine/peripheral-anon/device[0]", "ide-hd",
                    "/machine/unattached/device[19]", "ich9-ahci", GIB);
    disk->serial = g_strdup("S1");
    disk->rotation_rpm = 7200;
    disk->block_size = 512;
    disk = add_disk(disks, "/machine/peripheral/sd1", "scsi-hd",
                    "/machine/peripheral/scsi0", "virtio-scsi-pci", 2 * GIB);
    disk->rotation_rpm = MACHINE_DISK_SOLID;
    disk->wwn = 0x5000c500a1b2c3d4;
    add_disk(disks, "/machine/peripheral/vd0/virtio-backend",
             "virtio-blk-device", "/machine/peripheral/vd0",
             "virtio-blk-pci", 3 * GIB);
    add_disk(disks, "/machine/peripheral/sd2", "scsi-hd",
             "/machine/peripheral/scsi0", "virtio-scsi-pci", -1);
}

static void has(RfHub *hub, const char *path, const char *text)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);

    if (!strstr(reply->text, text)) {
        g_error("%s: no %s in %s", path, text, reply->text);
    }
}

static void lacks(RfHub *hub, const char *path, const char *text)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);

    if (strstr(reply->text, text)) {
        g_error("%s: %s in %s", path, text, reply->text);
    }
}

static void is_not_there(RfHub *hub, const char *path)
{
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "GET", path, NULL);

    g_assert_cmpuint(reply->status, ==, 404);
}

static void test_none(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);

    has(hub, STORAGE, "\"Members@odata.count\":0");
    has(hub, SYSTEM "/SimpleStorage", "\"Members@odata.count\":0");
    is_not_there(hub, STORAGE "/scsi0");
}

static void test_shown(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    GPtrArray *disks = disks_new();

    add_usual(disks);
    set_disks(hub, disks);
    has(hub, STORAGE, "\"Members@odata.count\":3");
    has(hub, STORAGE "/scsi0", "\"Drives@odata.count\":2");
    has(hub, STORAGE "/scsi0", STORAGE "/scsi0/Drives/sd1");
    has(hub, STORAGE "/scsi0/Drives/sd1", "\"MediaType\":\"SSD\"");
    has(hub, STORAGE "/scsi0/Drives/sd1", "\"5000C500A1B2C3D4\"");
    has(hub, STORAGE "/scsi0/Drives/sd1", "\"CapacityBytes\":2147483648");
    has(hub, STORAGE "/unattached-device-19/Drives/peripheral-anon-device-0",
        "\"RotationSpeedRPM\":7200");
    has(hub, STORAGE "/unattached-device-19/Drives/peripheral-anon-device-0",
        "\"Protocol\":\"SATA\"");
    has(hub, STORAGE "/vd0/Drives/vd0", "\"CapacityBytes\":3221225472");
    has(hub, STORAGE "/vd0/Controllers", STORAGE "/vd0/Controllers/1");
    has(hub, STORAGE "/vd0/Controllers/1", "\"Model\":\"virtio-blk-pci\"");
    has(hub, SYSTEM "/SimpleStorage/vd0", "\"CapacityBytes\":3221225472");
    has(hub, "/redfish/v1/Chassis/1", STORAGE "/vd0/Drives/vd0");
}

/* What is not known is left out; ids of another controller are not there. */
static void test_unknown(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    GPtrArray *disks = disks_new();

    add_usual(disks);
    set_disks(hub, disks);
    lacks(hub, STORAGE "/scsi0/Drives/sd2", "CapacityBytes");
    has(hub, STORAGE "/scsi0/Drives/sd2", "\"MediaType\":\"HDD\"");
    lacks(hub, STORAGE "/scsi0/Drives/sd2", "RotationSpeedRPM");
    lacks(hub, STORAGE "/scsi0/Drives/sd2", "Identifiers");
    lacks(hub, STORAGE "/scsi0/Drives/sd2", "SerialNumber");
    has(hub, STORAGE "/vd0/Drives/vd0", "\"Protocol\":\"OEM\"");
    has(hub, STORAGE "/vd0/Volumes", "\"Members@odata.count\":0");
    has(hub, STORAGE "/vd0/Volumes", "OperationApplyTimeSupport\":{\""
        "@odata.type\":\"#Settings.v1_4_0.OperationApplyTimeSupport\","
        "\"SupportedValues\":[\"Immediate\"]}");
    is_not_there(hub, STORAGE "/vd0/Drives/sd1");
    is_not_there(hub, STORAGE "/vd0/Controllers/2");
    is_not_there(hub, STORAGE "/none/Drives/sd1");
    is_not_there(hub, STORAGE "/scsi0/Drives/none");
}

/* Names that a URI cannot have, and that are the same when it has them. */
static void test_ids(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autofree char *longest = g_strnfill(200, 'x');
    g_autofree char *path = g_strconcat("/machine/peripheral/", longest,
                                        NULL);
    GPtrArray *disks = disks_new();

    add_disk(disks, "/machine/peripheral/a b", "nvme",
             "/machine/peripheral/a b", "nvme", GIB);
    add_disk(disks, "/machine/peripheral/a/b", "nvme",
             "/machine/peripheral/a/b", "nvme", GIB);
    add_disk(disks, path, "nvme", path, "nvme", GIB);
    add_disk(disks, "/machine/peripheral/lost", NULL, NULL, NULL, GIB);
    set_disks(hub, disks);
    has(hub, STORAGE, "\"Members@odata.count\":4");
    has(hub, STORAGE, STORAGE "/a-b\"");
    has(hub, STORAGE "/a-b-2", STORAGE "/a-b-2/Drives/a-b-2");
    has(hub, STORAGE "/lost/Drives/lost", "\"CapacityBytes\"");
}

static void test_health(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    GPtrArray *disks = disks_new();

    add_usual(disks);
    set_disks(hub, disks);
    has(hub, STORAGE "/scsi0", "\"HealthRollup\":\"OK\"");
    disks = disks_new();
    add_usual(disks);
    ((MachineDisk *)disks->pdata[1])->failed = true;
    set_disks(hub, disks);
    has(hub, STORAGE "/scsi0", "\"HealthRollup\":\"Critical\"");
    has(hub, STORAGE "/scsi0/Drives/sd1", "\"Health\":\"Critical\"");
    has(hub, STORAGE "/scsi0/Drives/sd2", "\"Health\":\"OK\"");
    has(hub, STORAGE "/vd0", "\"HealthRollup\":\"OK\"");
}

/* A disk that has gone is not there any more. */
static void test_unplugged(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    GPtrArray *disks = disks_new();

    add_usual(disks);
    set_disks(hub, disks);
    has(hub, STORAGE "/vd0", "\"Id\":\"vd0\"");
    set_disks(hub, disks_new());
    is_not_there(hub, STORAGE "/vd0");
    has(hub, STORAGE, "\"Members@odata.count\":0");
}

static void test_owner(void)
{
    static const struct {
        const char *bus;
        const char *owner;
    } cases[] = {
        { "/machine/peripheral/scsi0/virtio-backend/scsi0.0",
          "/machine/peripheral/scsi0" },
        { "/machine/unattached/device[19]/ide.5",
          "/machine/unattached/device[19]" },
        { "/machine/peripheral-anon/device[1]/virtio-bus",
          "/machine/peripheral-anon/device[1]" },
        { "/machine/q35/pcie.0", NULL },
        { "/machine/peripheral/scsi0", NULL },
        { "/machine/peripheral//x", NULL },
        { "", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *owner = machine_disk_owner(cases[i].bus);

        g_assert_cmpstr(owner, ==, cases[i].owner);
    }
}

/* Both ways: disk, controller and PCI function; what boots, and what it is. */
static void test_links(void)
{
    static const char function[] =
        "/redfish/v1/Chassis/1/PCIeDevices/00-03/PCIeFunctions/0";
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    MachineInfo *info = &mock_machine_base(hub->fix.mock)->info;
    MachinePci *pci = g_new0(MachinePci, 1);
    GPtrArray *disks = disks_new();
    MachineBootDevice *device;

    g_strlcpy(pci->path, "00-03.0", sizeof(pci->path));
    pci->functions = 1;
    info->pci = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(info->pci, pci);
    mock_machine_add_device(hub->fix.mock, "sd2", MACHINE_BOOT_HDD, -1);
    device = mock_machine_add_device(hub->fix.mock, "vd0", MACHINE_BOOT_HDD,
                                     -1);
    device->pci = g_strdup("00-03.0");
    mock_machine_add_device(hub->fix.mock, "fd", MACHINE_BOOT_FLOPPY, -1);
    mock_machine_add_drive(hub->fix.mock, "cd", MACHINE_DRIVE_CD);
    mock_machine_add_drive(hub->fix.mock, "f0", MACHINE_DRIVE_FLOPPY);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&hub->fix);
    add_usual(disks);
    set_disks(hub, disks);
    has(hub, STORAGE "/vd0/Drives/vd0", function);
    has(hub, STORAGE "/vd0/Controllers/1", function);
    lacks(hub, STORAGE "/scsi0/Drives/sd2", "PCIeFunctions");
    lacks(hub, STORAGE "/scsi0/Controllers/1", "PCIeFunctions");
    has(hub, function, "\"Drives\":[{\"@odata.id\":\"" STORAGE
        "/vd0/Drives/vd0\"}]");
    has(hub, function, STORAGE "/vd0#/StorageControllers/0");
    has(hub, STORAGE "/vd0", STORAGE "/vd0#/StorageControllers/0");
    has(hub, SYSTEM "/BootOptions/vd0", STORAGE "/vd0/Drives/vd0");
    has(hub, SYSTEM "/BootOptions/sd2", STORAGE "/scsi0/Drives/sd2");
    has(hub, SYSTEM "/BootOptions/cd", SYSTEM "/VirtualMedia/CD1");
    has(hub, SYSTEM "/BootOptions/fd", SYSTEM "/VirtualMedia/Floppy1");
    has(hub, SYSTEM "/BootOptions/disk", "\"RelatedItem\":[]");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rf-storage/none", test_none);
    g_test_add_func("/rf-storage/shown", test_shown);
    g_test_add_func("/rf-storage/unknown", test_unknown);
    g_test_add_func("/rf-storage/ids", test_ids);
    g_test_add_func("/rf-storage/health", test_health);
    g_test_add_func("/rf-storage/unplugged", test_unplugged);
    g_test_add_func("/rf-storage/owner", test_owner);
    g_test_add_func("/rf-storage/links", test_links);
    return g_test_run();
}
