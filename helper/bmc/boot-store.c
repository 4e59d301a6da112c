/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of the boot override: the wish, and what was done to QEMU's
 * boot indices for it.
 */
#include "osdep.h"

#include "bmc/boot-priv.h"

#include <json-glib/json-glib.h>

#include "util/json.h"

/* No machine has as many devices; a damaged file might. */
#define MAX_RECORDS 1024

static JsonObject *record_to_json(const BootRecord *record)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "path", record->path);
    json_object_set_string_member(object, "property", record->property);
    json_object_set_int_member(object, "original", record->original);
    json_object_set_int_member(object, "armed", record->armed);
    return object;
}

static void load_record(BmcBootControl *boot, JsonObject *object)
{
    const char *path;
    const char *property;
    int64_t original;
    int64_t armed;

    if (json_get_string(object, "path", &path) == JSON_GET_OK &&
        json_get_string(object, "property", &property) == JSON_GET_OK &&
        json_get_int(object, "original", &original) == JSON_GET_OK &&
        json_get_int(object, "armed", &armed) == JSON_GET_OK &&
        original >= -1 && original <= INT32_MAX &&
        armed >= -1 && armed <= INT32_MAX) {
        boot_store_add(boot, path, property, original, armed);
    }
}

static void load_flags(BmcBootControl *boot, JsonArray *flags)
{
    unsigned i;

    for (i = 0; i < sizeof(boot->boot.ipmi_flags) &&
                i < json_array_get_length(flags); i++) {
        JsonNode *node = json_array_get_element(flags, i);

        if (JSON_NODE_HOLDS_VALUE(node) &&
            json_node_get_value_type(node) == G_TYPE_INT64) {
            boot->boot.ipmi_flags[i] = json_node_get_int(node);
        }
    }
}

void boot_store_record_free(void *opaque)
{
    BootRecord *record = opaque;

    g_free(record->path);
    g_free(record->property);
    g_free(record);
}

void boot_store_add(BmcBootControl *boot, const char *path,
                       const char *property, int32_t original, int32_t armed)
{
    BootRecord *record = g_new0(BootRecord, 1);

    record->path = g_strdup(path);
    record->property = g_strdup(property);
    record->original = original;
    record->armed = armed;
    g_ptr_array_add(boot->records, record);
}

void boot_store_clear(BmcBootControl *boot)
{
    g_ptr_array_set_size(boot->records, 0);
}

const BootRecord *boot_store_find(const BmcBootControl *boot,
                                     const MachineBootDevice *device)
{
    unsigned i;

    for (i = 0; i < boot->records->len; i++) {
        const BootRecord *record = boot->records->pdata[i];

        if (!strcmp(record->path, device->path) &&
            !strcmp(record->property, device->property)) {
            return record;
        }
    }
    return NULL;
}

void boot_store_save(Bmc *bmc)
{
    const BmcBootControl *boot = bmc->boot;
    JsonObject *section = json_object_new();
    JsonArray *flags = json_array_new();
    JsonArray *devices = json_array_new();
    unsigned i;

    for (i = 0; i < sizeof(boot->boot.ipmi_flags); i++) {
        json_array_add_int_element(flags, boot->boot.ipmi_flags[i]);
    }
    for (i = 0; i < boot->records->len; i++) {
        json_array_add_object_element(
            devices, record_to_json(boot->records->pdata[i]));
    }
    json_object_set_int_member(section, "enabled", boot->boot.enabled);
    json_object_set_int_member(section, "target", boot->boot.target);
    json_object_set_array_member(section, "ipmi-flags", flags);
    json_object_set_boolean_member(section, "latched", boot->latched);
    json_object_set_boolean_member(section, "over-ipmi", boot->over_ipmi);
    json_object_set_array_member(section, "devices", devices);
    persist_set(bmc->persist, "boot", section);
}

void boot_store_load(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    JsonObject *section = persist_get(bmc->persist, "boot");
    JsonArray *array;
    int64_t enabled;
    int64_t target;
    unsigned i;

    if (!section ||
        json_get_int(section, "enabled", &enabled) != JSON_GET_OK ||
        json_get_int(section, "target", &target) != JSON_GET_OK ||
        enabled < BMC_BOOT_DISABLED || enabled > BMC_BOOT_CONTINUOUS ||
        target < BMC_BOOT_NONE || target >= BMC_BOOT_TARGET__MAX ||
        (enabled == BMC_BOOT_DISABLED) != (target == BMC_BOOT_NONE)) {
        return;
    }
    boot->boot.enabled = enabled;
    boot->boot.target = target;
    json_get_bool(section, "latched", &boot->latched);
    json_get_bool(section, "over-ipmi", &boot->over_ipmi);
    if (json_get_array(section, "ipmi-flags", &array) == JSON_GET_OK) {
        load_flags(boot, array);
    }
    if (json_get_array(section, "devices", &array) != JSON_GET_OK) {
        return;
    }
    for (i = 0; i < MIN(json_array_get_length(array), MAX_RECORDS); i++) {
        JsonNode *node = json_array_get_element(array, i);

        if (JSON_NODE_HOLDS_OBJECT(node)) {
            load_record(boot, json_node_get_object(node));
        }
    }
}
