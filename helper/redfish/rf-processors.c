/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sockets that hold vCPUs (DSP0268 Processor). */
#include "osdep.h"

#include "redfish/rf-hardware.h"
#include "redfish/rf-system-values.h"

#define PROCESSORS "/redfish/v1/Systems/1/Processors"

static const char *const processor_types[] = { "CPU", NULL };

/* By QEMU's name of the target: indices into the two lists below. */
static const struct {
    const char *arch;
    unsigned set;
    unsigned architecture;
} instruction_table[] = {
    { "i386", 0, 0 },    { "x86_64", 1, 0 },  { "arm", 2, 1 },
    { "aarch64", 3, 1 }, { "ppc64", 4, 2 },   { "riscv32", 5, 3 },
    { "riscv64", 6, 3 },
};
static const char *const instruction_sets[] = {
    "x86", "x86-64", "ARM-A32", "ARM-A64", "PowerISA", "RV32", "RV64", NULL,
};
static const char *const architectures[] = {
    "x86", "ARM", "Power", "RISC-V", NULL,
};

static const MachineInfo *machine_info(const RfContext *ctx)
{
    return &bmc_machine(ctx->bmc)->info;
}

/* The id is "CPU" and QEMU's number of the socket. */
static const MachineSocket *socket_of(const RfContext *ctx)
{
    const MachineInfo *info = machine_info(ctx);
    char id[16];
    unsigned i;

    for (i = 0; i < info->n_sockets; i++) {
        g_snprintf(id, sizeof(id), "CPU%u", info->sockets[i].id);
        if (g_str_equal(id, ctx->ids[1])) {
            return &info->sockets[i];
        }
    }
    return NULL;
}

static bool exists_processor(const RfContext *ctx)
{
    return rf_exists_one(ctx) && socket_of(ctx);
}

bool rf_nth_processor(const RfContext *ctx, unsigned n, char uri[RF_URI_MAX])
{
    const MachineInfo *info = machine_info(ctx);

    if (n >= info->n_sockets) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, PROCESSORS "/CPU%u", info->sockets[n].id);
    return true;
}

static bool get_model(const RfContext *ctx, RfValue *value)
{
    value->text = machine_info(ctx)->cpu_model;
    return value->text;
}

static bool get_socket(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), "%u", socket_of(ctx)->id);
    value->text = value->buf;
    return true;
}

static bool get_cores(const RfContext *ctx, RfValue *value)
{
    value->integer = socket_of(ctx)->cores;
    return true;
}

static bool get_threads(const RfContext *ctx, RfValue *value)
{
    value->integer = socket_of(ctx)->threads;
    return true;
}

/* Returns an index into instruction_table, or -1. */
static int find_arch(const RfContext *ctx)
{
    for (size_t i = 0; i < G_N_ELEMENTS(instruction_table); i++) {
        if (g_strcmp0(machine_info(ctx)->arch,
                      instruction_table[i].arch) == 0) {
            return i;
        }
    }
    return -1;
}

static bool get_instruction_set(const RfContext *ctx, RfValue *value)
{
    int i = find_arch(ctx);

    value->choice = i < 0 ? 0 : instruction_table[i].set;
    return i >= 0;
}

static bool get_architecture(const RfContext *ctx, RfValue *value)
{
    int i = find_arch(ctx);

    value->choice = i < 0 ? 0 : instruction_table[i].architecture;
    return i >= 0;
}

static const RfProperty link_properties[] = {
    { "Chassis", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1" },
    { NULL }
};

static const RfProperty processor_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Virtual Processor" },
    { "ProcessorType", RF_TYPE_ENUM, .texts = processor_types,
      .get = rf_get_first },
    { "ProcessorArchitecture", RF_TYPE_ENUM, .texts = architectures,
      .get = get_architecture },
    { "InstructionSet", RF_TYPE_ENUM, .texts = instruction_sets,
      .get = get_instruction_set },
    { "Model", RF_TYPE_STRING, .get = get_model },
    { "Socket", RF_TYPE_STRING, .get = get_socket },
    { "TotalCores", RF_TYPE_INTEGER, .get = get_cores },
    { "TotalThreads", RF_TYPE_INTEGER, .get = get_threads },
    { "Status", RF_TYPE_OBJECT, .members = rf_present_status },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Processor Collection" },
    { "Members", RF_TYPE_LINKS, .nth = rf_nth_processor },
    { NULL }
};

const RfResource rf_processors_resources[] = {
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/Processors",
      .type = "ProcessorCollection.ProcessorCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SYSTEM,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/Processors/"
              "{ProcessorId}",
      .type = "Processor.v1_22_0.Processor",
      .properties = processor_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SYSTEM | 1 << BMC_PART_POWER,
      .exists = exists_processor },
    { NULL }
};
