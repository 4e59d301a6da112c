/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FRU inventory. Device 0 is built anew when the facts about the machine
 * change; what was built last is kept, so that a machine that is off still
 * has its name. A client's first write takes the content as it is then, and
 * replaces it from there on.
 */
#include "osdep.h"

#include "bmc/fru.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "util/error.h"

#define SECTION "fru"
#define MACHINE_NAME "Machine"

typedef struct FruDevice {
    char *name;
    uint8_t *data;
    size_t len;
} FruDevice;

struct BmcFru {
    char *text[FRU_FIELD__MAX]; /* of the configuration */
    GPtrArray *devices;
    bool written;
};

/*
 * Where each field of device 0 comes from: first what the guest sees in
 * SMBIOS, then the configuration.
 */
static const struct {
    FruField field;
    MachineSmbios smbios;
} sources[] = {
    { FRU_CHASSIS_PART, MACHINE_SMBIOS_CHASSIS_SKU },
    { FRU_CHASSIS_SERIAL, MACHINE_SMBIOS_CHASSIS_SERIAL },
    { FRU_BOARD_MANUFACTURER, MACHINE_SMBIOS_BOARD_MANUFACTURER },
    { FRU_BOARD_NAME, MACHINE_SMBIOS_BOARD_PRODUCT },
    { FRU_BOARD_SERIAL, MACHINE_SMBIOS_BOARD_SERIAL },
    { FRU_BOARD_PART, MACHINE_SMBIOS_BOARD_VERSION },
    { FRU_PRODUCT_MANUFACTURER, MACHINE_SMBIOS_SYSTEM_MANUFACTURER },
    { FRU_PRODUCT_NAME, MACHINE_SMBIOS_SYSTEM_PRODUCT },
    { FRU_PRODUCT_PART, MACHINE_SMBIOS_SYSTEM_SKU },
    { FRU_PRODUCT_VERSION, MACHINE_SMBIOS_SYSTEM_VERSION },
    { FRU_PRODUCT_SERIAL, MACHINE_SMBIOS_SYSTEM_SERIAL },
    { FRU_PRODUCT_ASSET, MACHINE_SMBIOS_CHASSIS_ASSET },
};

static void set_default(FruInfo *info, FruField field, const char *text)
{
    if (!info->text[field]) {
        info->text[field] = g_strdup(text);
    }
}

static void add_labelled(FruInfo *info, const char *label, const char *text)
{
    g_autofree char *line = text ? g_strdup_printf("%s: %s", label, text)
                                 : NULL;

    if (line) {
        fru_add_custom(info, FRU_PRODUCT, line);
    }
}

/*
 * Name and UUID always have a place of their own, so that they are found
 * whatever else is there. What a QEMU without "-smbios" tells its guest
 * comes last: it makes the VM a product of "QEMU".
 */
static void fill_machine(const Bmc *bmc, FruInfo *info)
{
    const MachineInfo *machine = &bmc->machine->info;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(sources); i++) {
        set_default(info, sources[i].field, machine->smbios[sources[i].smbios]);
    }
    for (i = 0; i < FRU_FIELD__MAX; i++) {
        set_default(info, i, bmc->fru->text[i]);
    }
    set_default(info, FRU_PRODUCT_NAME, machine->name);
    if (machine->qemu_version) {
        set_default(info, FRU_PRODUCT_MANUFACTURER, "QEMU");
    }
    set_default(info, FRU_PRODUCT_VERSION, machine->machine_type);
    add_labelled(info, "Name", machine->name);
    add_labelled(info, "UUID", machine->uuid);
    if (info->text[FRU_CHASSIS_PART] || info->text[FRU_CHASSIS_SERIAL]) {
        info->chassis_type = FRU_CHASSIS_OTHER; /* as QEMU's SMBIOS has it */
    }
}

static void save(Bmc *bmc)
{
    FruDevice *machine = bmc->fru->devices->pdata[BMC_FRU_MACHINE];
    JsonObject *section = json_object_new();
    g_autofree char *text = g_base64_encode(machine->data, machine->len);

    json_object_set_string_member(section, "data", text);
    json_object_set_boolean_member(section, "written", bmc->fru->written);
    persist_set(bmc->persist, SECTION, section);
}

/* Facts that are not known yet must not empty what was known. */
static void build_machine(Bmc *bmc)
{
    FruDevice *machine = bmc->fru->devices->pdata[BMC_FRU_MACHINE];
    g_autofree uint8_t *data = g_malloc0(BMC_FRU_SIZE);
    ByteWriter w = byte_writer(data, BMC_FRU_SIZE);
    g_auto(FruInfo) info = { 0 };

    if (bmc->fru->written) {
        return;
    }
    fill_machine(bmc, &info);
    fru_build(&w, &info);
    if (memcmp(data, machine->data, BMC_FRU_SIZE) == 0) {
        return;
    }
    memcpy(machine->data, data, BMC_FRU_SIZE);
    save(bmc);
    bmc_changed(bmc, BMC_PART_FRU);
}

/* Returns whether there is a content from before. */
static bool load(Bmc *bmc, bool reset)
{
    FruDevice *machine = bmc->fru->devices->pdata[BMC_FRU_MACHINE];
    PersistReader r;
    bool written = false;

    persist_read(&r, bmc->persist, SECTION);
    persist_read_bool(&r, "written", &written);
    if (written && reset) {
        g_message("FRU: what clients have written is dropped");
        return false;
    }
    if (!persist_read_bytes(&r, "data", machine->data, BMC_FRU_SIZE)) {
        return false;
    }
    bmc->fru->written = written;
    return true;
}

static void device_free(void *opaque)
{
    FruDevice *device = opaque;

    g_free(device->name);
    g_free(device->data);
    g_free(device);
}

static FruDevice *device_new(BmcFru *fru, const char *name, size_t len)
{
    FruDevice *device = g_new0(FruDevice, 1);

    device->name = g_strndup(name, BMC_FRU_NAME_MAX);
    device->data = g_malloc0(len);
    device->len = len;
    g_ptr_array_add(fru->devices, device);
    return device;
}

static bool load_file(BmcFru *fru, const BmcFruFile *file, GError **errp)
{
    g_autofree char *data = NULL;
    g_autoptr(GError) err = NULL;
    FruDevice *device;
    size_t len;

    if (!g_file_get_contents(file->path, &data, &len, &err)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "FRU '%s': %s", file->name, err->message);
        return false;
    }
    if (!len || len > BMC_FRU_SIZE) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_USAGE,
                    "FRU '%s': %s has %zu bytes (1 to %d can be shown)",
                    file->name, file->path, len, BMC_FRU_SIZE);
        return false;
    }
    device = device_new(fru, file->name, len);
    memcpy(device->data, data, len);
    return true;
}

bool bmc_fru_new(Bmc *bmc, const BmcFruConfig *config, GError **errp)
{
    BmcFru *fru = g_new0(BmcFru, 1);
    unsigned i;

    bmc->fru = fru;
    fru->devices = g_ptr_array_new_with_free_func(device_free);
    device_new(fru, MACHINE_NAME, BMC_FRU_SIZE);
    for (i = 0; config && i < FRU_FIELD__MAX; i++) {
        fru->text[i] = g_strdup(config->text[i]);
    }
    for (i = 0; config && config->files && i < config->files->len; i++) {
        if (!load_file(fru, config->files->pdata[i], errp)) {
            return false;
        }
    }
    if (!load(bmc, config && config->reset) ||
        bmc->machine->info.qemu_version) {
        build_machine(bmc);
    }
    return true;
}

void bmc_fru_free(Bmc *bmc)
{
    unsigned i;

    if (!bmc->fru) {
        return;
    }
    for (i = 0; i < FRU_FIELD__MAX; i++) {
        g_free(bmc->fru->text[i]);
    }
    g_ptr_array_unref(bmc->fru->devices);
    g_clear_pointer(&bmc->fru, g_free);
}

void bmc_fru_machine_event(Bmc *bmc, const MachineEvent *event)
{
    if (event->type == MACHINE_EVENT_INFO) {
        build_machine(bmc);
    }
}

unsigned bmc_fru_count(const Bmc *bmc)
{
    return bmc->fru->devices->len;
}

static FruDevice *find(const Bmc *bmc, unsigned id)
{
    return id < bmc->fru->devices->len ? bmc->fru->devices->pdata[id] : NULL;
}

const char *bmc_fru_name(const Bmc *bmc, unsigned id)
{
    const FruDevice *device = find(bmc, id);

    return device ? device->name : NULL;
}

const uint8_t *bmc_fru_data(const Bmc *bmc, unsigned id, size_t *len)
{
    const FruDevice *device = find(bmc, id);

    if (!device) {
        return NULL;
    }
    *len = device->len;
    return device->data;
}

bool bmc_fru_write(Bmc *bmc, unsigned id, size_t offset, const uint8_t *data,
                   size_t len, const BmcOrigin *origin, GError **errp)
{
    FruDevice *device = find(bmc, id);

    if (!device) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_NOT_FOUND,
                    "there is no FRU device %u", id);
        return false;
    }
    if (id != BMC_FRU_MACHINE) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PERMISSION,
                    "FRU device %u is a file of the host's", id);
        return false;
    }
    if (offset > device->len || len > device->len - offset) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "FRU device %u has %zu bytes", id, device->len);
        return false;
    }
    if (!bmc->fru->written) {
        g_autofree char *who = bmc_origin_to_string(origin);

        g_message("FRU: written by %s", who);
    }
    memcpy(device->data + offset, data, len);
    bmc->fru->written = true;
    save(bmc);
    bmc_changed(bmc, BMC_PART_FRU);
    return true;
}

bool bmc_fru_written(const Bmc *bmc)
{
    return bmc->fru->written;
}

void bmc_fru_reset(Bmc *bmc)
{
    FruDevice *machine = bmc->fru->devices->pdata[BMC_FRU_MACHINE];

    if (bmc->fru->written) {
        bmc->fru->written = false;
        memset(machine->data, 0, machine->len);
        build_machine(bmc);
    }
}
