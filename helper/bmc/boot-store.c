/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of the boot override: the wish, and what was done to QEMU's
 * boot indices for it.
 */
#include "osdep.h"

#include "bmc/boot-priv.h"

#include <json-glib/json-glib.h>

#include "bmc/boot-native.h"
#include "bmc/persist-read.h"

/* No machine has as many devices; a damaged file might. */
#define MAX_RECORDS 1024

static JsonObject *record_to_json(const BootRecord *record)
{
    JsonObject *object = json_object_new();

    json_object_set_string_member(object, "path", record->path);
    json_object_set_string_member(object, "property", record->property);
    json_object_set_int_member(object, "original", record->original);
    json_object_set_int_member(object, "armed", record->armed);
    json_object_set_int_member(object, "was", record->was);
    return object;
}

static void load_record(BmcBootControl *boot, PersistReader *r)
{
    const char *path;
    const char *property;
    int64_t original;
    int64_t armed;
    int64_t was;

    if (persist_read_string(r, "path", &path) &&
        persist_read_string(r, "property", &property) &&
        persist_read_int(r, "original", -1, INT32_MAX, &original) &&
        persist_read_int(r, "armed", -1, INT32_MAX, &armed)) {
        if (!persist_read_int(r, "was", -1, INT32_MAX, &was)) {
            was = armed;
        }
        boot_store_add(boot, path, property, original, armed, was);
    }
}

static void load_flags(BmcBootControl *boot, PersistReader *r)
{
    JsonArray *flags;
    int64_t value;
    unsigned i;

    if (!persist_read_array(r, "ipmi-flags", sizeof(boot->boot.ipmi_flags),
                            &flags)) {
        return;
    }
    for (i = 0; i < json_array_get_length(flags); i++) {
        if (persist_read_element_int(r, "ipmi-flags", flags, i, 0, UINT8_MAX,
                                     &value)) {
            boot->boot.ipmi_flags[i] = value;
        }
    }
}

static JsonArray *order_to_json(char **order)
{
    JsonArray *array = json_array_new();

    for (; *order; order++) {
        JsonObject *object = json_object_new();

        json_object_set_string_member(object, "device", *order);
        json_array_add_object_element(array, object);
    }
    return array;
}

static void load_order(BmcBootControl *boot, PersistReader *r)
{
    g_autoptr(GPtrArray) order = g_ptr_array_new_with_free_func(g_free);
    PersistReader element;
    const char *reference;
    JsonArray *array;
    unsigned i;

    if (persist_read_string(r, "next", &reference)) {
        boot->next = g_strdup(reference);
    }
    if (persist_read_string(r, "uefi", &reference)) {
        boot->uefi = g_strdup(reference);
    }
    if (!persist_read_array(r, "order", MAX_RECORDS, &array)) {
        return;
    }
    for (i = 0; i < json_array_get_length(array); i++) {
        if (persist_read_element(&element, r, "order", array, i) &&
            persist_read_string(&element, "device", &reference)) {
            g_ptr_array_add(order, g_strdup(reference));
        }
    }
    g_ptr_array_add(order, NULL);
    boot->order = (char **)g_ptr_array_steal(order, NULL);
}

static void load_process(BmcBootControl *boot, PersistReader *r)
{
    int64_t pid;
    int64_t started;

    if (persist_read_int(r, "qemu-pid", 1, INT32_MAX, &pid) &&
        persist_read_int(r, "qemu-started", 1, INT64_MAX, &started)) {
        boot->process_pid = pid;
        boot->process_started = started;
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
                    const char *property, int32_t original, int32_t armed,
                    int32_t was)
{
    BootRecord *record = g_new0(BootRecord, 1);

    record->path = g_strdup(path);
    record->property = g_strdup(property);
    record->original = original;
    record->armed = armed;
    record->was = was;
    g_ptr_array_add(boot->records, record);
}

void boot_store_reached(Bmc *bmc)
{
    unsigned i;

    for (i = 0; i < bmc->boot->records->len; i++) {
        BootRecord *record = bmc->boot->records->pdata[i];

        record->was = record->armed;
    }
    boot_store_save(bmc);
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
    json_object_set_boolean_member(section, "used-up", boot->used_up);
    json_object_set_boolean_member(section, "over-ipmi", boot->over_ipmi);
    json_object_set_array_member(section, "devices", devices);
    if (boot->process_pid) {
        json_object_set_int_member(section, "qemu-pid", boot->process_pid);
        json_object_set_int_member(section, "qemu-started",
                                   boot->process_started);
    }
    boot_native_save(boot->native, section);
    if (boot->next) {
        json_object_set_string_member(section, "next", boot->next);
    }
    if (boot->uefi) {
        json_object_set_string_member(section, "uefi", boot->uefi);
    }
    if (boot->order) {
        json_object_set_array_member(section, "order",
                                     order_to_json(boot->order));
    }
    persist_set(bmc->persist, "boot", section);
}

void boot_store_load(Bmc *bmc)
{
    BmcBootControl *boot = bmc->boot;
    PersistReader record;
    PersistReader r;
    JsonArray *array;
    int64_t enabled;
    int64_t target;
    unsigned i;

    persist_read(&r, bmc->persist, "boot");
    /* The devices' own indices are wanted back whatever else is damaged */
    if (persist_read_array(&r, "devices", MAX_RECORDS, &array)) {
        for (i = 0; i < json_array_get_length(array); i++) {
            if (persist_read_element(&record, &r, "devices", array, i)) {
                load_record(boot, &record);
            }
        }
    }
    boot_native_load(boot->native, &r);
    load_order(boot, &r);
    load_process(boot, &r);
    if (!persist_read_int(&r, "enabled", BMC_BOOT_DISABLED,
                          BMC_BOOT_CONTINUOUS, &enabled) ||
        !persist_read_int(&r, "target", BMC_BOOT_NONE,
                          BMC_BOOT_TARGET__MAX - 1, &target)) {
        return;
    }
    if ((enabled == BMC_BOOT_DISABLED) != (target == BMC_BOOT_NONE)) {
        persist_read_damaged(&r, "target");
        return;
    }
    boot->boot.enabled = enabled;
    boot->boot.target = target;
    persist_read_bool(&r, "latched", &boot->latched);
    boot->latch_loaded = boot->latched;
    if (persist_read_bool(&r, "used-up", &boot->used_up)) {
        boot->used_up = boot->used_up && enabled == BMC_BOOT_ONCE;
    }
    persist_read_bool(&r, "over-ipmi", &boot->over_ipmi);
    load_flags(boot, &r);
}
