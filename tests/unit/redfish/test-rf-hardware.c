/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processors, memory and network cards of a mock machine. */
#include "osdep.h"

#include "rf-hub.h"

#define SYSTEM "/redfish/v1/Systems/1"
#define PCI "/redfish/v1/Chassis/1/PCIeDevices"
#define COMPONENTS "/redfish/v1/Chassis/1/TrustedComponents"

static void has(RfHub *hub, const char *path, const char *text)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);
    const char *body = reply->text;

    if (!strstr(body, text)) {
        g_error("%s: no %s in %s", path, text, body);
    }
}

static void lacks(RfHub *hub, const char *path, const char *text)
{
    g_autoptr(RfReply) reply = rf_hub_get(hub, path);

    g_assert_null(strstr(reply->text, text));
}

static void test_processors(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    MachineInfo *info = &mock_machine_base(hub->fix.mock)->info;
    g_autoptr(RfReply) reply = NULL;

    info->sockets = g_new0(MachineSocket, 2);
    info->sockets[0] = (MachineSocket) { 0, 2, 4 };
    info->sockets[1] = (MachineSocket) { 3, 1, 2 };
    info->n_sockets = 2;
    info->cpu_model = g_strdup("Nehalem");
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    has(hub, SYSTEM, "\"CoreCount\":3");
    has(hub, SYSTEM "/Processors", SYSTEM "/Processors/CPU3");
    has(hub, SYSTEM "/Processors/CPU0", "\"TotalThreads\":4");
    has(hub, SYSTEM "/Processors/CPU3", "\"Model\":\"Nehalem\"");
    reply = rf_hub_send(hub, ADMIN, "GET", SYSTEM "/Processors/CPU1", NULL);
    g_assert_cmpuint(reply->status, ==, 404);
}

static MachineMemory *memory_add(MachineInfo *info, const char *id,
                                 MachineMemoryKind kind, unsigned mib,
                                 int slot)
{
    MachineMemory *memory = g_new0(MachineMemory, 1);

    g_strlcpy(memory->id, id, sizeof(memory->id));
    memory->kind = kind;
    memory->bytes = (uint64_t)mib << 20;
    memory->slot = slot;
    g_ptr_array_add(info->memory, memory);
    return memory;
}

#define MEMORY SYSTEM "/Memory"

static void test_memory(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    MachineInfo *info = &mock_machine_base(hub->fix.mock)->info;
    g_autoptr(RfReply) reply = NULL, before = NULL, after = NULL;
    MachineMemory *resizable;

    has(hub, MEMORY, "\"Members\":[]");
    lacks(hub, SYSTEM, "TotalSystemPersistentMemoryGiB");
    info->memory = g_ptr_array_new_with_free_func(g_free);
    memory_add(info, "Base", MACHINE_MEMORY_BASE, 1024, -1);
    memory_add(info, "d1", MACHINE_MEMORY_DIMM, 512, 3);
    memory_add(info, "nv", MACHINE_MEMORY_NVDIMM, 256, 4);
    resizable = memory_add(info, "vm", MACHINE_MEMORY_VIRTIO, 0, -1);
    resizable->block = 2 << 20;
    info->memory_bytes = 1536ULL << 20;
    info->persistent_bytes = 256ULL << 20;
    info->smbios[MACHINE_SMBIOS_MEMORY_PART] = g_strdup("P/N 1");
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    has(hub, SYSTEM, "\"TotalSystemMemoryGiB\":1.5");
    has(hub, SYSTEM, "\"TotalSystemPersistentMemoryGiB\":0.25");
    has(hub, SYSTEM, "\"Memory\":{\"@odata.id\":\"" MEMORY "\"}");
    has(hub, MEMORY, "\"Members@odata.count\":4");
    has(hub, MEMORY "/Base", "\"CapacityMiB\":1024");
    has(hub, MEMORY "/Base", "\"PartNumber\":\"P/N 1\"");
    lacks(hub, MEMORY "/Base", "Location");
    lacks(hub, MEMORY "/d1", "PartNumber");
    has(hub, MEMORY "/d1", "\"MemoryType\":\"DRAM\"");
    has(hub, MEMORY "/d1", "\"MemoryLocation\":{\"Slot\":3}");
    has(hub, MEMORY "/d1", "\"LocationOrdinalValue\":3");
    has(hub, MEMORY "/nv", "\"MemoryType\":\"NVDIMM_F\"");
    has(hub, MEMORY "/nv", "\"OperatingMemoryModes\":[\"PMEM\"]");
    has(hub, MEMORY "/nv", "\"VolatileSizeMiB\":0");
    has(hub, MEMORY "/nv", "\"NonVolatileSizeMiB\":256");
    has(hub, MEMORY "/vm", "\"AllocationAlignmentMiB\":2");
    has(hub, MEMORY "/vm", "\"CapacityMiB\":0");
    before = rf_hub_get(hub, MEMORY "/vm");
    resizable->bytes = 6 << 20;
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    after = rf_hub_get(hub, MEMORY "/vm");
    g_assert_nonnull(strstr(after->text, "\"CapacityMiB\":6"));
    g_assert_cmpstr(before->text, !=, after->text);
    reply = rf_hub_send(hub, ADMIN, "GET", MEMORY "/d2", NULL);
    g_assert_cmpuint(reply->status, ==, 404);
}

static void test_interfaces(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    static const char anon[] = "/machine/peripheral-anon/device[2]";

    mock_machine_add_device(hub->fix.mock, "net7", MACHINE_BOOT_NIC, -1);
    mock_machine_add_device(hub->fix.mock, anon, MACHINE_BOOT_NIC, -1);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
    test_drain();
    has(hub, SYSTEM "/EthernetInterfaces",
        SYSTEM "/EthernetInterfaces/net7");
    has(hub, SYSTEM "/EthernetInterfaces/net7",
        "\"MACAddress\":\"52:54:00:12:34:56\"");
    has(hub, SYSTEM "/EthernetInterfaces/net7", "\"Name\":\"net7\"");
    has(hub, SYSTEM "/EthernetInterfaces/peripheral-anon-device-2",
        "\"Name\":\"peripheral-anon-device-2\"");
}

static void pci_add(GPtrArray *all, const char *path, unsigned functions,
                    uint16_t class_code)
{
    MachinePci *pci = g_new0(MachinePci, 1);

    g_strlcpy(pci->path, path, sizeof(pci->path));
    pci->functions = functions;
    pci->function = path[strlen(path) - 1] - '0';
    pci->vendor = 0x8086;
    pci->device = 0xabc;
    pci->class_code = class_code;
    g_ptr_array_add(all, pci);
}

static void test_pci(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    MachineInfo *info = &mock_machine_base(hub->fix.mock)->info;
    g_autoptr(RfReply) reply = NULL;

    info->pci = g_ptr_array_new_with_free_func(g_free);
    pci_add(info->pci, "00-02.0", 1, 0x0300);
    pci_add(info->pci, "00-1f.0", 2, 0x0601);
    pci_add(info->pci, "00-1f.3", 2, 0xff00);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    has(hub, PCI, "\"Members@odata.count\":2");
    has(hub, PCI "/00-1f", "MultiFunction");
    has(hub, PCI "/00-02", "SingleFunction");
    has(hub, PCI "/00-1f/PCIeFunctions", PCI "/00-1f/PCIeFunctions/3");
    has(hub, PCI "/00-1f/PCIeFunctions/0", "\"Bridge\"");
    has(hub, PCI "/00-1f/PCIeFunctions/3", "\"UnassignedClass\"");
    has(hub, PCI "/00-1f/PCIeFunctions/3", "\"DeviceId\":\"0x0ABC\"");
    lacks(hub, PCI "/00-1f/PCIeFunctions/3", "Subsystem");
    lacks(hub, PCI "/00-1f/PCIeFunctions/3", "EthernetInterfaces");
    has(hub, SYSTEM "/GraphicsControllers",
        SYSTEM "/GraphicsControllers/00-02.0");
    has(hub, SYSTEM "/GraphicsControllers/00-02.0", PCI "/00-02\"");
    has(hub, SYSTEM, PCI "/00-1f/PCIeFunctions/3");
    reply = rf_hub_send(hub, ADMIN, "GET",
                        SYSTEM "/GraphicsControllers/00-1f.0", NULL);
    g_assert_cmpuint(reply->status, ==, 404);
}

static void test_tpm(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    MachineInfo *info = &mock_machine_base(hub->fix.mock)->info;
    g_autoptr(RfReply) reply = NULL;
    MachineTpm *tpm;

    has(hub, COMPONENTS, "\"Members\":[]");
    lacks(hub, SYSTEM, "Trusted");
    info->tpms = g_ptr_array_new_with_free_func(g_free);
    for (unsigned i = 0; i < 2; i++) {
        tpm = g_new0(MachineTpm, 1);
        g_snprintf(tpm->id, sizeof(tpm->id), "tpm%u", i);
        g_strlcpy(tpm->model, i ? "tpm-tis" : "tpm-crb", sizeof(tpm->model));
        g_ptr_array_add(info->tpms, tpm);
    }
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_INFO, NULL);
    has(hub, SYSTEM, "\"TrustedModules\":[{\"InterfaceType\":\"TPM2_0\","
        "\"Status\":{\"State\":\"Enabled\",\"Health\":\"OK\"}},"
        "{\"Status\":{");
    has(hub, SYSTEM, "\"TrustedComponents@odata.count\":2");
    has(hub, COMPONENTS, COMPONENTS "/tpm1");
    has(hub, COMPONENTS "/tpm1", "\"Model\":\"tpm-tis\"");
    has(hub, "/redfish/v1/Chassis/1", COMPONENTS);
    reply = rf_hub_send(hub, ADMIN, "GET", COMPONENTS "/tpm2", NULL);
    g_assert_cmpuint(reply->status, ==, 404);
}

/* Order, one device once; who may not, and what is no order. */
static void test_boot_options(void)
{
    static const struct {
        const char *who;
        const char *boot;
        unsigned status;
    } cases[] = {
        { HUB_VIEWER, "\"BootOrder\":[\"nic\"]", 403 },
        { ADMIN, "\"BootOrder\":[\"nix\"]", 400 },
        { ADMIN, "\"BootOrder\":[1]", 400 },
        { ADMIN, "\"BootOrder\":[\"cd\",\"cd\"]", 400 },
        { ADMIN, "\"BootOrder\":[]", 400 },
        { ADMIN, "\"BootOrder\":null", 400 },
        { ADMIN, "\"BootNext\":\"nix\"", 400 },
        { ADMIN, "\"BootNext\":7", 400 },
        { ADMIN, "\"BootSourceOverrideTarget\":\"UefiBootNext\"", 400 },
        { ADMIN, "\"BootNext\":\"cd\"", 200 },
        { ADMIN, "\"BootSourceOverrideTarget\":\"UefiBootNext\","
          "\"BootSourceOverrideEnabled\":\"Continuous\"", 400 },
        { ADMIN, "\"BootSourceOverrideTarget\":\"UefiBootNext\"", 200 },
        { ADMIN, "\"BootOrder\":[\"nic\",\"cd\"]", 200 },
    };
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    g_autoptr(RfReply) reply = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *body = g_strdup_printf("{\"Boot\":{%s}}",
                                                cases[i].boot);
        g_autoptr(RfReply) patch = rf_hub_send(hub, cases[i].who, "PATCH",
                                               SYSTEM, body);

        g_test_message("%s", body);
        g_assert_cmpuint(patch->status, ==, cases[i].status);
    }
    has(hub, SYSTEM, "\"BootOrder\":[\"nic\",\"cd\",\"disk\"]");
    has(hub, SYSTEM, "\"BootNext\":\"cd\"");
    has(hub, SYSTEM, "\"BootSourceOverrideTarget\":\"UefiBootNext\"");
    has(hub, SYSTEM "/BootOptions", SYSTEM "/BootOptions/disk");
    has(hub, SYSTEM "/BootOptions/nic", "\"Alias\":\"Pxe\"");
    has(hub, SYSTEM "/BootOptions/nic", SYSTEM "/EthernetInterfaces/nic");
    reply = rf_hub_send(hub, ADMIN, "PATCH", SYSTEM,
                        "{\"Boot\":{\"BootNext\":null}}");
    g_assert_cmpuint(reply->status, ==, 200);
    has(hub, SYSTEM, "\"BootSourceOverrideEnabled\":\"Disabled\"");
    has(hub, SYSTEM, "\"BootNext\":null");
    g_clear_pointer(&reply, rf_reply_free);
    reply = rf_hub_send(hub, ADMIN, "POST", SYSTEM
                        "/Actions/ComputerSystem.SetDefaultBootOrder", "{}");
    g_assert_cmpuint(reply->status, <, 300);
    has(hub, SYSTEM, "\"BootOrder\":[\"disk\",\"cd\",\"nic\"]");
    g_clear_pointer(&reply, rf_reply_free);
    reply = rf_hub_send(hub, ADMIN, "GET", SYSTEM "/BootOptions/nix", NULL);
    g_assert_cmpuint(reply->status, ==, 404);
}

#define DISK_PATH "PciRoot(0x0)/Pci(0x4,0x0)"
#define PATH(path) "\"UefiTargetBootSourceOverride\":\"" path "\""
#define UEFI "\"BootSourceOverrideTarget\":\"UefiTarget\""
#define ENABLED(enabled) "\"BootSourceOverrideEnabled\":\"" enabled "\""

static void patch_boot(RfHub *hub, const char *boot, unsigned status)
{
    g_autofree char *body = g_strdup_printf("{\"Boot\":{%s}}", boot);
    g_autoptr(RfReply) reply = rf_hub_send(hub, ADMIN, "PATCH", SYSTEM, body);

    g_test_message("%s", body);
    g_assert_cmpuint(reply->status, ==, status);
}

/* A device by what UEFI calls it, all that may be said of it. */
static void test_uefi_target(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    MachineBootDevice *disk;

    patch_boot(hub, UEFI "," PATH(DISK_PATH), 400);
    mock_machine_base(hub->fix.mock)->info.firmware = MACHINE_FIRMWARE_UEFI;
    patch_boot(hub, UEFI "," PATH(DISK_PATH), 400);
    disk = mock_machine_add_device(hub->fix.mock, "vda", MACHINE_BOOT_HDD, 9);
    disk->efi = g_strdup(DISK_PATH);
    mock_machine_event(hub->fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&hub->fix);
    has(hub, SYSTEM, "\"UefiTargetBootSourceOverride\":null");
    has(hub, SYSTEM, "\"UefiTarget\"");
    has(hub, SYSTEM "/BootOptions/vda", "\"UefiDevicePath\":\"" DISK_PATH
                                        "\"");
    patch_boot(hub, UEFI, 400);
    patch_boot(hub, PATH("PciRoot(0x0)"), 400);
    patch_boot(hub, UEFI "," PATH(DISK_PATH) "," ENABLED("Continuous"), 400);
    has(hub, SYSTEM, "\"UefiTargetBootSourceOverride\":null");
    /* The path first, then the target, as some tools do */
    patch_boot(hub, PATH(DISK_PATH), 200);
    has(hub, SYSTEM, ENABLED("Disabled"));
    patch_boot(hub, UEFI, 200);
    has(hub, SYSTEM, ENABLED("Once"));
    has(hub, SYSTEM, UEFI);
    has(hub, SYSTEM, PATH(DISK_PATH));
    patch_boot(hub, ENABLED("Continuous"), 400);
    patch_boot(hub, "\"UefiTargetBootSourceOverride\":null", 200);
    has(hub, SYSTEM, ENABLED("Disabled"));
    patch_boot(hub, UEFI "," PATH(DISK_PATH) "," ENABLED("Once"), 200);
    patch_boot(hub, ENABLED("Disabled"), 200);
    has(hub, SYSTEM, "\"UefiTargetBootSourceOverride\":null");
}

/* Whether there is such a device is not known until QEMU has told. */
static void test_not_listed(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_GONE);

    patch_boot(hub, "\"BootNext\":\"disk\"", 503);
    patch_boot(hub, "\"BootOrder\":[\"disk\",\"cd\"]", 503);
    patch_boot(hub, "\"BootOrder\":[]", 400);
    patch_boot(hub, "\"BootNext\":null", 200);
    mock_machine_new_process(hub->fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&hub->fix);
    patch_boot(hub, "\"BootNext\":\"disk\"", 200);
}

/* QEMU does not tell what is plugged in, so it is asked by who looks. */
static void test_plugged(void)
{
    g_autoptr(RfHub) hub = rf_hub_new(MACHINE_STATE_RUNNING);
    Machine *machine = mock_machine_base(hub->fix.mock);

    patch_boot(hub, "\"BootSourceOverrideTarget\":\"Usb\"", 400);
    mock_machine_add_device(hub->fix.mock, "stick", MACHINE_BOOT_USB, -1);
    fixture_advance(&hub->fix, 1000);
    patch_boot(hub, "\"BootSourceOverrideTarget\":\"Usb\"", 200);
    has(hub, SYSTEM, "\"Usb\"");
    has(hub, SYSTEM "/BootOptions", SYSTEM "/BootOptions/stick");
    machine->info.firmware = MACHINE_FIRMWARE_UEFI;
    patch_boot(hub, "\"BootSourceOverrideTarget\":\"BiosSetup\"", 400);
    machine->keyboard = true;
    fixture_advance(&hub->fix, 1000);
    patch_boot(hub, "\"BootSourceOverrideTarget\":\"BiosSetup\"", 200);
    mock_machine_remove_device(hub->fix.mock, "stick");
    fixture_advance(&hub->fix, 1000);
    patch_boot(hub, "\"BootSourceOverrideTarget\":\"Usb\"", 400);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rf-hardware/processors", test_processors);
    g_test_add_func("/rf-hardware/memory", test_memory);
    g_test_add_func("/rf-hardware/interfaces", test_interfaces);
    g_test_add_func("/rf-hardware/pci", test_pci);
    g_test_add_func("/rf-hardware/tpm", test_tpm);
    g_test_add_func("/rf-hardware/boot-options", test_boot_options);
    g_test_add_func("/rf-hardware/uefi-target", test_uefi_target);
    g_test_add_func("/rf-hardware/not-listed", test_not_listed);
    g_test_add_func("/rf-hardware/plugged", test_plugged);
    return g_test_run();
}
