/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The PCI functions of a machine, as query-pci lists them. */
#include "osdep.h"

#include "machine/machine-pci.h"

#include "util/json.h"

/* QEMU writes what could not be read from the bus as -1. */
#define SLOT_MAX 31
#define FUNCTION_MAX 7

static void pci_free(void *opaque)
{
    MachinePci *pci = opaque;

    g_free(pci->desc);
    g_free(pci->qdev_id);
    g_free(pci);
}

bool machine_pci_add_path(char out[MACHINE_PCI_PATH_MAX], const char *above,
                          unsigned root, unsigned slot, unsigned function)
{
    int len;

    if (above) {
        len = g_snprintf(out, MACHINE_PCI_PATH_MAX, "%s-%02x.%x", above,
                         slot, function);
    } else {
        len = g_snprintf(out, MACHINE_PCI_PATH_MAX, "%02x-%02x.%x", root,
                         slot, function);
    }
    return len < MACHINE_PCI_PATH_MAX;
}

/* Returns false if it is not there or larger than @max. */
static bool get_number(JsonObject *object, const char *name, unsigned max,
                       unsigned *value)
{
    int64_t number;

    if (json_get_int(object, name, &number) != JSON_GET_OK || number < 0 ||
        number > max) {
        return false;
    }
    *value = number;
    return true;
}

static bool parse_ids(MachinePci *pci, JsonObject *object)
{
    unsigned vendor, device, subsystem_vendor, subsystem;

    if (!get_number(object, "vendor", UINT16_MAX, &vendor) ||
        !get_number(object, "device", UINT16_MAX, &device)) {
        return false;
    }
    pci->vendor = vendor;
    pci->device = device;
    if (get_number(object, "subsystem-vendor", UINT16_MAX,
                   &subsystem_vendor) &&
        get_number(object, "subsystem", UINT16_MAX, &subsystem)) {
        pci->has_subsystem = true;
        pci->subsystem_vendor = subsystem_vendor;
        pci->subsystem = subsystem;
    }
    return true;
}

static MachinePci *parse_function(JsonObject *object, const char *above)
{
    MachinePci *pci = g_new0(MachinePci, 1);
    JsonObject *ids = NULL, *class_info = NULL;
    const char *text = NULL;
    unsigned class_code = 0;

    json_get_object(object, "id", &ids);
    json_get_object(object, "class_info", &class_info);
    if (!ids || !class_info || !parse_ids(pci, ids) ||
        !get_number(object, "bus", UINT8_MAX, &pci->bus) ||
        !get_number(object, "slot", SLOT_MAX, &pci->slot) ||
        !get_number(object, "function", FUNCTION_MAX, &pci->function) ||
        !get_number(class_info, "class", UINT16_MAX, &class_code) ||
        !machine_pci_add_path(pci->path, above, pci->bus, pci->slot,
                              pci->function)) {
        pci_free(pci);
        return NULL;
    }
    pci->class_code = class_code;
    if (json_get_string(class_info, "desc", &text) == JSON_GET_OK) {
        pci->desc = g_strdup(text);
    }
    text = NULL;
    json_get_string(object, "qdev_id", &text);
    if (text && *text) {
        pci->qdev_id = g_strdup(text);
    }
    return pci;
}

static void parse_devices(GPtrArray *out, JsonArray *devices,
                          const char *above, unsigned depth);

static void parse_bridge(GPtrArray *out, MachinePci *pci, JsonObject *bridge,
                         unsigned depth)
{
    JsonObject *bus = NULL;
    JsonArray *devices = NULL;

    pci->bridge = true;
    json_get_object(bridge, "bus", &bus);
    if (bus) {
        get_number(bus, "secondary", UINT8_MAX, &pci->secondary);
    }
    json_get_array(bridge, "devices", &devices);
    if (devices && depth < MACHINE_PCI_DEPTH_MAX) {
        parse_devices(out, devices, pci->path, depth + 1);
    }
}

static int by_function(const void *a, const void *b)
{
    const MachinePci *x = *(MachinePci *const *)a;
    const MachinePci *y = *(MachinePci *const *)b;

    return (int)(x->slot << 3 | x->function) -
           (int)(y->slot << 3 | y->function);
}

/* How many functions each device on a bus has. */
static void count_functions(MachinePci **pci, unsigned n)
{
    for (unsigned i = 0, j; i < n; i = j) {
        for (j = i; j < n && pci[j]->slot == pci[i]->slot; j++) {
            continue;
        }
        for (unsigned k = i; k < j; k++) {
            pci[k]->functions = j - i;
        }
    }
}

/* What is on one bus, and then what is behind its bridges. */
static void parse_devices(GPtrArray *out, JsonArray *devices,
                          const char *above, unsigned depth)
{
    g_autoptr(GPtrArray) bridges = g_ptr_array_new();
    unsigned start = out->len;
    MachinePci **first;

    for (unsigned i = 0; i < json_array_get_length(devices); i++) {
        JsonNode *node = json_array_get_element(devices, i);
        MachinePci *pci = NULL;

        if (JSON_NODE_HOLDS_OBJECT(node) && out->len < MACHINE_PCI_MAX) {
            pci = parse_function(json_node_get_object(node), above);
        }
        if (pci) {
            JsonObject *bridge = NULL;

            g_ptr_array_add(out, pci);
            json_get_object(json_node_get_object(node), "pci_bridge",
                            &bridge);
            if (bridge) {
                g_ptr_array_add(bridges, pci);
                g_ptr_array_add(bridges, bridge);
            }
        }
    }
    if (out->len == start) {
        return; /* an array without elements has no place either */
    }
    first = (MachinePci **)out->pdata + start;
    qsort(first, out->len - start, sizeof(*first), by_function);
    count_functions(first, out->len - start);
    for (unsigned i = 0; i < bridges->len; i += 2) {
        parse_bridge(out, bridges->pdata[i], bridges->pdata[i + 1], depth);
    }
}

GPtrArray *machine_pci_parse(JsonNode *reply)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func(pci_free);
    JsonArray *buses;

    if (!JSON_NODE_HOLDS_ARRAY(reply)) {
        return NULL;
    }
    buses = json_node_get_array(reply);
    for (unsigned i = 0; i < json_array_get_length(buses); i++) {
        JsonNode *node = json_array_get_element(buses, i);
        JsonArray *devices = NULL;

        if (JSON_NODE_HOLDS_OBJECT(node)) {
            json_get_array(json_node_get_object(node), "devices", &devices);
        }
        if (devices) {
            parse_devices(out, devices, NULL, 1);
        }
    }
    return g_steal_pointer(&out);
}

static bool function_equal(const MachinePci *a, const MachinePci *b)
{
    return g_str_equal(a->path, b->path) && a->bus == b->bus &&
           a->functions == b->functions && a->vendor == b->vendor &&
           a->device == b->device && a->has_subsystem == b->has_subsystem &&
           a->subsystem_vendor == b->subsystem_vendor &&
           a->subsystem == b->subsystem && a->class_code == b->class_code &&
           a->bridge == b->bridge && a->secondary == b->secondary &&
           g_strcmp0(a->qdev_id, b->qdev_id) == 0 &&
           g_strcmp0(a->desc, b->desc) == 0;
}

bool machine_pci_equal(const GPtrArray *a, const GPtrArray *b)
{
    if (!a || !b || a->len != b->len) {
        return a == b;
    }
    for (unsigned i = 0; i < a->len; i++) {
        if (!function_equal(a->pdata[i], b->pdata[i])) {
            return false;
        }
    }
    return true;
}
