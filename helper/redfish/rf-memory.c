/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's memory, piece by piece (DSP0268 Memory). */
#include "osdep.h"

#include "redfish/rf-hardware.h"
#include "redfish/rf-resource.h"
#include "redfish/rf-system-values.h"

#define MEMORY "/redfish/v1/Systems/1/Memory"
#define MIB (1024 * 1024)

static const char *const memory_types[] = { "DRAM", "NVDIMM_F", NULL };
static const char *const modes[] = { "Volatile", "PMEM", NULL };
static const char *const location_types[] = { "Slot", NULL };

/* Names for people, and QEMU's own. */
static const struct {
    const char *name;
    const char *type;
} kinds[] = {
    [MACHINE_MEMORY_BASE] = { "Base Memory", NULL },
    [MACHINE_MEMORY_DIMM] = { "Memory Module", "pc-dimm" },
    [MACHINE_MEMORY_NVDIMM] = { "Persistent Memory Module", "nvdimm" },
    [MACHINE_MEMORY_VIRTIO] = { "Resizable Memory", "virtio-mem" },
    [MACHINE_MEMORY_PMEM] = { "Persistent Memory", "virtio-pmem" },
};

static const MachineInfo *machine_info(const RfContext *ctx)
{
    return &bmc_machine(ctx->bmc)->info;
}

static const MachineMemory *memory_of(const RfContext *ctx)
{
    const GPtrArray *all = machine_info(ctx)->memory;

    for (unsigned i = 0; all && i < all->len; i++) {
        const MachineMemory *memory = all->pdata[i];

        if (g_str_equal(memory->id, ctx->ids[1])) {
            return memory;
        }
    }
    return NULL;
}

static bool exists_memory(const RfContext *ctx)
{
    return rf_exists_one(ctx) && memory_of(ctx);
}

static bool nth_memory(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const GPtrArray *all = machine_info(ctx)->memory;

    if (!all || n >= all->len) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, MEMORY "/%s",
               ((const MachineMemory *)all->pdata[n])->id);
    return true;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    value->text = kinds[memory_of(ctx)->kind].name;
    return true;
}

static bool get_description(const RfContext *ctx, RfValue *value)
{
    value->text = kinds[memory_of(ctx)->kind].type;
    return value->text;
}

static bool is_persistent(const RfContext *ctx)
{
    return machine_memory_is_persistent(memory_of(ctx));
}

static bool get_type(const RfContext *ctx, RfValue *value)
{
    value->choice = is_persistent(ctx);
    return true;
}

static bool mode_item(const RfContext *ctx, unsigned n, RfValue *value)
{
    value->choice = is_persistent(ctx);
    return n == 0;
}

static bool get_capacity(const RfContext *ctx, RfValue *value)
{
    value->integer = memory_of(ctx)->bytes / MIB;
    return true;
}

static bool get_volatile(const RfContext *ctx, RfValue *value)
{
    value->integer = is_persistent(ctx) ? 0 : memory_of(ctx)->bytes / MIB;
    return true;
}

static bool get_non_volatile(const RfContext *ctx, RfValue *value)
{
    value->integer = is_persistent(ctx) ? memory_of(ctx)->bytes / MIB : 0;
    return true;
}

static bool get_alignment(const RfContext *ctx, RfValue *value)
{
    value->integer = memory_of(ctx)->block / MIB;
    return value->integer;
}

static bool get_slot(const RfContext *ctx, RfValue *value)
{
    value->integer = memory_of(ctx)->slot;
    return value->integer >= 0;
}

static bool has_slot(const RfContext *ctx, RfValue *value)
{
    return memory_of(ctx)->slot >= 0;
}

/* QEMU's SMBIOS tables describe the base memory only. */
static bool get_smbios(const RfContext *ctx, MachineSmbios which,
                       RfValue *value)
{
    if (memory_of(ctx)->kind == MACHINE_MEMORY_BASE) {
        value->text = machine_info(ctx)->smbios[which];
    }
    return value->text;
}

static bool get_manufacturer(const RfContext *ctx, RfValue *value)
{
    return get_smbios(ctx, MACHINE_SMBIOS_MEMORY_MANUFACTURER, value);
}

static bool get_serial(const RfContext *ctx, RfValue *value)
{
    return get_smbios(ctx, MACHINE_SMBIOS_MEMORY_SERIAL, value);
}

static bool get_part(const RfContext *ctx, RfValue *value)
{
    return get_smbios(ctx, MACHINE_SMBIOS_MEMORY_PART, value);
}

static const RfProperty memory_location_properties[] = {
    { "Slot", RF_TYPE_INTEGER, .get = get_slot },
    { NULL }
};

static const RfProperty part_location_properties[] = {
    { "LocationType", RF_TYPE_ENUM, .texts = location_types,
      .get = rf_get_first },
    { "LocationOrdinalValue", RF_TYPE_INTEGER, .get = get_slot },
    { NULL }
};

static const RfProperty location_properties[] = {
    { "PartLocation", RF_TYPE_OBJECT, .get = has_slot,
      .members = part_location_properties },
    { NULL }
};

static const RfProperty link_properties[] = {
    { "Chassis", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1" },
    { NULL }
};

static const RfProperty memory_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "Description", RF_TYPE_STRING, .get = get_description },
    { "MemoryType", RF_TYPE_ENUM, .texts = memory_types, .get = get_type },
    { "OperatingMemoryModes", RF_TYPE_STRINGS, .texts = modes,
      .item = mode_item },
    { "CapacityMiB", RF_TYPE_INTEGER, .get = get_capacity },
    { "VolatileSizeMiB", RF_TYPE_INTEGER, .get = get_volatile },
    { "NonVolatileSizeMiB", RF_TYPE_INTEGER, .get = get_non_volatile },
    { "AllocationAlignmentMiB", RF_TYPE_INTEGER, .get = get_alignment },
    { "Manufacturer", RF_TYPE_STRING, .get = get_manufacturer },
    { "PartNumber", RF_TYPE_STRING, .get = get_part },
    { "SerialNumber", RF_TYPE_STRING, .get = get_serial },
    { "Enabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "MemoryLocation", RF_TYPE_OBJECT, .get = has_slot,
      .members = memory_location_properties },
    { "Location", RF_TYPE_OBJECT, .get = has_slot,
      .members = location_properties },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Memory Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_memory },
    { NULL }
};

const RfResource rf_memory_resources[] = {
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/Memory",
      .type = "MemoryCollection.MemoryCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SYSTEM,
      .prepare = rf_hardware_prepare,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/Memory/{MemoryId}",
      .type = "Memory.v1_23_0.Memory",
      .properties = memory_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SYSTEM | 1 << BMC_PART_POWER,
      .exists = exists_memory },
    { NULL }
};
