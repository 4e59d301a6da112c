/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What UEFI calls devices; what OVMF makes of them is in test-boot-uefi. */
#include "osdep.h"

#include "machine/machine-efi-path.h"
#include "test-util.h"

#define NONE .unit = -1, .channel = -1, .target = -1, .lun = -1

static const struct {
    MachineEfiPlace place;
    const char *path;
} rows[] = {
    { { "00-1f.2", "ide-hd", "ich9-ahci", "/machine/x/ide.3", NULL, NULL, 0,
        -1, -1, -1 }, "PciRoot(0x0)/Pci(0x1F,0x2)/Sata(0x3,0xFFFF,0x0)" },
    { { "00-01.1", "ide-cd", "piix3-ide", "/machine/x/ide.1", NULL, NULL, 1,
        -1, -1, -1 }, "PciRoot(0x0)/Pci(0x1,0x1)/Ata(Secondary,Slave,0x0)" },
    { { "00-01.1", "ide-hd", "piix3-ide", "/machine/x/ide.0", NULL, NULL, 0,
        -1, -1, -1 }, "PciRoot(0x0)/Pci(0x1,0x1)/Ata(Primary,Master,0x0)" },
    { { "00-1c.0-00.0", "virtio-blk-pci", "pcie-root-port", NULL, NULL, NULL,
        -1, -1, -1, -1 }, "PciRoot(0x0)/Pci(0x1C,0x0)/Pci(0x0,0x0)" },
    { { "00-04.0", "nvme", NULL, NULL, NULL, NULL, -1, -1, -1, -1 },
      "PciRoot(0x0)/Pci(0x4,0x0)/NVMe(0x1,00-00-00-00-00-00-00-00)" },
    { { "00-05.0", "scsi-hd", "virtio-scsi-pci", "/s.0", NULL, NULL, -1, 0,
        0, 0 }, "PciRoot(0x0)/Pci(0x5,0x0)/Scsi(0x0,0x0)" },
    { { "00-06.0", "usb-storage", "qemu-xhci", "/x.0", "1.3", NULL, -1, -1,
        -1, -1 }, "PciRoot(0x0)/Pci(0x6,0x0)/USB(0x0,0x0)/USB(0x2,0x0)" },
    { { "00-07.0", "e1000", NULL, NULL, NULL, "52:54:00:12:ab:0c", -1, -1,
        -1, -1 }, "PciRoot(0x0)/Pci(0x7,0x0)/MAC(52540012AB0C,0x1)" },
    /* Not known, or nothing that there is. */
    { { "00-06.0", "usb-storage", "qemu-xhci", "/x.0", "", NULL, -1, -1, -1,
        -1 }, NULL },
    { { "00-06.0", "usb-storage", "qemu-xhci", "/x.0", "1.2.3.4.5.6.7", NULL,
        NONE }, NULL },
    { { "00-06.0", "usb-storage", "qemu-xhci", "/x.0", "1..2", NULL, NONE },
      NULL },
    { { "00-06.0", "usb-storage", "qemu-xhci", "/x.0", "0", NULL, NONE },
      NULL },
    { { "00-06.0", "usb-storage", "piix3-usb-uhci", "/x.0", "1", NULL,
        NONE }, NULL },
    { { NULL, "virtio-blk-pci", NULL, NULL, NULL, NULL, NONE }, NULL },
    { { "80-01.0", "virtio-blk-pci", NULL, NULL, NULL, NULL, NONE }, NULL },
    { { "00-01.0x", "virtio-blk-pci", NULL, NULL, NULL, NULL, NONE }, NULL },
    { { "", "virtio-blk-pci", NULL, NULL, NULL, NULL, NONE }, NULL },
    { { "00-04.0", "vfio-pci", NULL, NULL, NULL, NULL, NONE }, NULL },
    { { "00-1f.2", "ide-hd", "ich9-ahci", "/machine/x/ide.", NULL, NULL, 0,
        -1, -1, -1 }, NULL },
    { { "00-1f.2", "ide-hd", "ich9-ahci", NULL, NULL, NULL, NONE }, NULL },
    { { "00-01.1", "ide-hd", "piix3-ide", "/x/ide.2", NULL, NULL, 0, -1, -1,
        -1 }, NULL },
    { { "00-05.0", "scsi-hd", "virtio-scsi-pci", "/s.0", NULL, NULL, -1, 1,
        0, 0 }, NULL },
    { { "00-05.0", "scsi-hd", "virtio-scsi-pci", "/s.0", NULL, NULL, -1, 0,
        3, 0 }, NULL },
    { { "00-05.0", "scsi-hd", "lsi53c895a", "/s.0", NULL, NULL, -1, 0, 0,
        0 }, NULL },
    { { "00-07.0", "e1000", NULL, NULL, NULL, "52:54:00:12:ab", NONE },
      NULL },
};

static void test_paths(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *path = machine_efi_path(&rows[i].place);

        g_assert_cmpstr(path, ==, rows[i].path);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/machine-efi-path/paths", test_paths);
    return g_test_run();
}
