/* SPDX-License-Identifier: GPL-2.0-or-later */
/* UEFI device paths of QEMU's devices. */
#include "osdep.h"

#include "machine/machine-efi-path.h"

#include <stdio.h>
#include <stdlib.h>

/* Hubs below hubs, as USB has them at most. */
#define USB_DEPTH_MAX 6

/* One kind of device: false when it cannot be told. */
typedef bool (*AddNode)(const MachineEfiPlace *place, GString *path);

/* "00-01.3-00.0": the root bus, then slot and function of each level. */
static bool add_pci(const char *pci, GString *path)
{
    unsigned function;
    unsigned slot;
    unsigned root;
    int used = 0;

    if (sscanf(pci, "%2x%n", &root, &used) != 1 || root || used != 2) {
        return false;
    }
    g_string_append(path, "PciRoot(0x0)");
    for (pci += used; *pci; pci += used) {
        used = 0;
        if (sscanf(pci, "-%2x.%1x%n", &slot, &function, &used) != 2 ||
            used != 5) {
            return false;
        }
        g_string_append_printf(path, "/Pci(0x%X,0x%X)", slot, function);
    }
    return true;
}

/* The number at the end of a bus's name: "/machine/.../ide.1". */
static int bus_number(const char *bus)
{
    const char *dot = bus ? strrchr(bus, '.') : NULL;
    char *end;
    long number = dot ? strtol(dot + 1, &end, 10) : -1;

    return dot && end > dot + 1 && !*end && number >= 0 && number <= 255 ?
           number : -1;
}

static bool add_nothing(const MachineEfiPlace *place, GString *path)
{
    return true;
}

/* The one namespace of a controller that has the disk itself. */
static bool add_nvme(const MachineEfiPlace *place, GString *path)
{
    g_string_append(path, "/NVMe(0x1,00-00-00-00-00-00-00-00)");
    return true;
}

static bool add_sata(const MachineEfiPlace *place, GString *path)
{
    int port = bus_number(place->bus);

    g_string_append_printf(path, "/Sata(0x%X,0xFFFF,0x0)", port);
    return port >= 0;
}

static bool add_ata(const MachineEfiPlace *place, GString *path)
{
    int channel = bus_number(place->bus);

    g_string_append_printf(path, "/Ata(%s,%s,0x0)",
                           channel ? "Secondary" : "Primary",
                           place->unit ? "Slave" : "Master");
    return (channel == 0 || channel == 1) &&
           (place->unit == 0 || place->unit == 1);
}

/* OVMF looks no further. */
static bool add_scsi(const MachineEfiPlace *place, GString *path)
{
    g_string_append(path, "/Scsi(0x0,0x0)");
    return place->channel == 0 && place->target == 0 && place->lun == 0;
}

/* UEFI counts ports from 0. */
static bool add_usb(const MachineEfiPlace *place, GString *path)
{
    g_auto(GStrv) ports = place->port ? g_strsplit(place->port, ".", -1)
                                      : NULL;
    guint n = ports ? g_strv_length(ports) : 0;

    for (guint i = 0; i < n; i++) {
        guint64 port;

        if (!g_ascii_string_to_unsigned(ports[i], 10, 1, 255, &port, NULL)) {
            return false;
        }
        g_string_append_printf(path, "/USB(0x%X,0x0)", (unsigned)port - 1);
    }
    return n > 0 && n <= USB_DEPTH_MAX;
}

static const struct {
    const char *type;
    const char *host; /* NULL: it is a PCI function itself */
    AddNode add;
} kinds[] = {
    { "ide-cd", "ich9-ahci", add_sata },
    { "ide-cd", "piix3-ide", add_ata },
    { "ide-hd", "ich9-ahci", add_sata },
    { "ide-hd", "piix3-ide", add_ata },
    { "nvme", NULL, add_nvme },
    { "scsi-cd", "virtio-scsi-pci", add_scsi },
    { "scsi-hd", "virtio-scsi-pci", add_scsi },
    { "usb-storage", "qemu-xhci", add_usb },
    { "virtio-blk-pci", NULL, add_nothing },
};

static AddNode find_kind(const MachineEfiPlace *place)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (g_str_equal(kinds[i].type, place->type) &&
            (!kinds[i].host || g_strcmp0(kinds[i].host, place->host) == 0)) {
            return kinds[i].add;
        }
    }
    return NULL;
}

/* Ethernet is interface type 1. */
static bool add_mac(const MachineEfiPlace *place, GString *path)
{
    unsigned b[6];
    int used = 0;

    if (sscanf(place->mac, "%2x:%2x:%2x:%2x:%2x:%2x%n", &b[0], &b[1], &b[2],
               &b[3], &b[4], &b[5], &used) != 6 || place->mac[used]) {
        return false;
    }
    g_string_append_printf(path, "/MAC(%02X%02X%02X%02X%02X%02X,0x1)", b[0],
                           b[1], b[2], b[3], b[4], b[5]);
    return true;
}

char *machine_efi_path(const MachineEfiPlace *place)
{
    g_autoptr(GString) path = g_string_new(NULL);
    AddNode add;

    if (!place->pci || !place->type) {
        return NULL;
    }
    add = place->mac ? add_mac : find_kind(place);
    if (!add || !add_pci(place->pci, path) || !add(place, path)) {
        return NULL;
    }
    return g_string_free(g_steal_pointer(&path), FALSE);
}
