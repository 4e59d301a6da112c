/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions of a machine, as query-pci lists them. */
#ifndef QEMU_BMC_MACHINE_MACHINE_PCI_H
#define QEMU_BMC_MACHINE_MACHINE_PCI_H

#include <glib.h>
#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

/* QEMU's buses can hold more; nobody has that many in one machine. */
#define MACHINE_PCI_MAX 1024
/* Bridges below bridges; the path of the deepest must fit. */
#define MACHINE_PCI_DEPTH_MAX 8
/* "00-1f.7" for each level. */
#define MACHINE_PCI_PATH_MAX 72

/* PCI class codes: base class and subclass. */
#define MACHINE_PCI_BASE_CLASS(class_code) ((class_code) >> 8)
#define MACHINE_PCI_CLASS_NETWORK 0x02
#define MACHINE_PCI_CLASS_DISPLAY 0x03

/**
 * MachinePci: a PCI function.
 *
 * @path: where it is plugged in: root bus, slot and function, and slot and
 *        function behind each bridge on the way: "00-1f.2", "00-01.0-00.0".
 *        Unlike a bus number it stays the same when firmware or the guest
 *        numbers buses anew
 * @bus: the bus number that it has now
 * @slot: device number on that bus
 * @function: function number
 * @functions: how many functions the device has
 * @vendor: vendor id
 * @device: device id
 * @has_subsystem: the next two are known
 * @subsystem_vendor: subsystem vendor id
 * @subsystem: subsystem id
 * @class_code: base class and subclass
 * @desc: QEMU's name of the class, or NULL
 * @qdev_id: id given to QEMU, or NULL
 * @bridge: it is a bridge
 * @secondary: number of the bus behind it, 0 when it has not got one yet:
 *             then what is behind it is not listed
 */
typedef struct MachinePci {
    char path[MACHINE_PCI_PATH_MAX];
    unsigned bus;
    unsigned slot;
    unsigned function;
    unsigned functions;
    uint16_t vendor;
    uint16_t device;
    bool has_subsystem;
    uint16_t subsystem_vendor;
    uint16_t subsystem;
    uint16_t class_code;
    char *desc;
    char *qdev_id;
    bool bridge;
    unsigned secondary;
} MachinePci;

/**
 * machine_pci_parse: read the answer to query-pci.
 *
 * @reply: the answer
 *
 * Returns: (transfer full): array of MachinePci that frees its elements, in
 * QEMU's order, the functions of a device one after the other; what is
 * malformed is left out. NULL if it is not an array
 */
GPtrArray *machine_pci_parse(JsonNode *reply);

/**
 * machine_pci_equal: compare two lists.
 *
 * @a: (nullable): one
 * @b: (nullable): the other
 *
 * Returns: true if they are the same
 */
bool machine_pci_equal(const GPtrArray *a, const GPtrArray *b);

/**
 * machine_pci_add_path: append slot and function to a path.
 *
 * @out: gets the path
 * @above: (nullable): path of the bridge; NULL for a root bus
 * @root: number of the root bus, without @above
 * @slot: device number
 * @function: function number
 *
 * Returns: false if it does not fit
 */
bool machine_pci_add_path(char out[MACHINE_PCI_PATH_MAX], const char *above,
                          unsigned root, unsigned slot, unsigned function);

#endif /* QEMU_BMC_MACHINE_MACHINE_PCI_H */
