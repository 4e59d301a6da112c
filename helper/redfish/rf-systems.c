/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine (DSP0268 ComputerSystem). */
#include "osdep.h"

#include "bmc/os-info.h"
#include "bmc/power.h"
#include "bmc/secure-boot.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-guest.h"
#include "redfish/rf-hardware.h"
#include "redfish/rf-identity.h"
#include "redfish/rf-system-values.h"

/* BMC_NAME when nobody has set it: it says nothing about the machine. */
#define DEFAULT_NAME "1"

#define GIB (1024.0 * 1024 * 1024)

static const char *const system_types[] = {
    "Physical", "Virtual", NULL,
};
enum { SYSTEM_TYPE_VIRTUAL = 1 };

static const char *const reset_causes[] = {
    "Unknown", "ManagementCommand", "PowerButtonPress", "OSSoftRestart",
    "WatchdogExpiration", "SystemCrash", "PowerRestorePolicy", NULL,
};
enum {
    RESET_CAUSE_UNKNOWN,
    RESET_CAUSE_COMMAND,
    RESET_CAUSE_BUTTON,
    RESET_CAUSE_GUEST,
    RESET_CAUSE_WATCHDOG,
    RESET_CAUSE_CRASH,
    RESET_CAUSE_POLICY,
};

static const MachineInfo *machine_info(const RfContext *ctx)
{
    return &bmc_machine(ctx->bmc)->info;
}

static bool get_name(const RfContext *ctx, RfValue *value)
{
    const char *vm = machine_info(ctx)->name;

    value->text = bmc_name(ctx->bmc);
    if (vm && *vm && g_str_equal(value->text, DEFAULT_NAME)) {
        value->text = vm;
    }
    return true;
}

static bool get_uuid(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_system_uuid(ctx->bmc);
    return value->text;
}

static const char *smbios(const RfContext *ctx, MachineSmbios field)
{
    const char *text = machine_info(ctx)->smbios[field];

    return text && *text ? text : NULL;
}

/* What QEMU was told to tell the guest; else which machine it is. */
static bool get_model(const RfContext *ctx, RfValue *value)
{
    value->text = smbios(ctx, MACHINE_SMBIOS_SYSTEM_PRODUCT);
    if (!value->text) {
        value->text = machine_info(ctx)->machine_type;
    }
    return value->text;
}

static bool get_serial(const RfContext *ctx, RfValue *value)
{
    return rf_get_fru(ctx, FRU_PRODUCT_SERIAL, FRU_BOARD_SERIAL, value);
}

static bool get_part(const RfContext *ctx, RfValue *value)
{
    return rf_get_fru(ctx, FRU_PRODUCT_PART, FRU_BOARD_PART, value);
}

static bool get_sku(const RfContext *ctx, RfValue *value)
{
    value->text = smbios(ctx, MACHINE_SMBIOS_SYSTEM_SKU);
    return value->text;
}

static bool get_os_text(const RfContext *ctx, BmcOsText which,
                        RfValue *value)
{
    g_autofree char *text = bmc_os_info_text(ctx->bmc, which);

    if (!text) {
        return false;
    }
    /* It ends where a character does. */
    for (size_t max = sizeof(value->buf); strlen(text) >= max;) {
        *g_utf8_find_prev_char(text, text + strlen(text)) = '\0';
    }
    g_strlcpy(value->buf, text, sizeof(value->buf));
    value->text = value->buf;
    return true;
}

/* SeaBIOS and OVMF do not tell; others can, for them. */
static bool get_bios_version(const RfContext *ctx, RfValue *value)
{
    value->text = smbios(ctx, MACHINE_SMBIOS_FIRMWARE_VERSION);
    return value->text || rf_firmware_version(ctx->bmc, value);
}

/*
 * As software in the machine has told the BMC: what runs there now knows
 * better than what was set once.
 */
static bool get_host_name(const RfContext *ctx, RfValue *value)
{
    return rf_get_guest_host_name(ctx, value) ||
           get_os_text(ctx, BMC_OS_SYSTEM_NAME, value);
}

static bool get_system_type(const RfContext *ctx, RfValue *value)
{
    value->choice = SYSTEM_TYPE_VIRTUAL;
    return true;
}

static bool get_memory(const RfContext *ctx, RfValue *value)
{
    value->number = machine_info(ctx)->memory_bytes / GIB;
    return machine_info(ctx)->memory_bytes;
}

static bool get_persistent(const RfContext *ctx, RfValue *value)
{
    value->number = machine_info(ctx)->persistent_bytes / GIB;
    return machine_info(ctx)->persistent_bytes;
}

static bool get_processors(const RfContext *ctx, RfValue *value)
{
    value->integer = machine_info(ctx)->n_cpus;
    return value->integer;
}

static bool get_sockets(const RfContext *ctx, RfValue *value)
{
    value->integer = machine_info(ctx)->n_sockets;
    return value->integer;
}

static bool get_cores(const RfContext *ctx, RfValue *value)
{
    const MachineInfo *info = machine_info(ctx);

    value->integer = 0;
    for (unsigned i = 0; i < info->n_sockets; i++) {
        value->integer += info->sockets[i].cores;
    }
    return value->integer;
}

static bool get_cpu_model(const RfContext *ctx, RfValue *value)
{
    value->text = machine_info(ctx)->cpu_model;
    return value->text;
}

static bool get_reset_time(const RfContext *ctx, RfValue *value)
{
    int64_t when = bmc_power_last_restart_event(ctx->bmc)->when;

    return when && rf_value_set_time(value, when);
}

static bool get_reset_cause(const RfContext *ctx, RfValue *value)
{
    static const unsigned causes[] = {
        [BMC_POWER_CAUSE_UNKNOWN] = RESET_CAUSE_UNKNOWN,
        [BMC_POWER_CAUSE_REQUEST] = RESET_CAUSE_COMMAND,
        [BMC_POWER_CAUSE_GUEST] = RESET_CAUSE_GUEST,
        [BMC_POWER_CAUSE_WATCHDOG] = RESET_CAUSE_WATCHDOG,
        [BMC_POWER_CAUSE_PANIC] = RESET_CAUSE_CRASH,
        [BMC_POWER_CAUSE_QEMU] = RESET_CAUSE_UNKNOWN,
        [BMC_POWER_CAUSE_EXTERNAL] = RESET_CAUSE_UNKNOWN,
        [BMC_POWER_CAUSE_PEF] = RESET_CAUSE_UNKNOWN,
        [BMC_POWER_CAUSE_ALWAYS] = RESET_CAUSE_POLICY,
        [BMC_POWER_CAUSE_PREVIOUS] = RESET_CAUSE_POLICY,
    };
    const BmcPowerEvent *event = bmc_power_last_restart_event(ctx->bmc);

    value->choice = causes[event->cause];
    if (event->cause == BMC_POWER_CAUSE_REQUEST &&
        event->action == BMC_POWER_PUSH_BUTTON) {
        value->choice = RESET_CAUSE_BUTTON;
    }
    return event->when;
}

static const RfProperty memory_properties[] = {
    { "TotalSystemMemoryGiB", RF_TYPE_NUMBER, .get = get_memory },
    { "TotalSystemPersistentMemoryGiB", RF_TYPE_NUMBER,
      .get = get_persistent },
    { NULL }
};

static const RfProperty processor_properties[] = {
    { "Count", RF_TYPE_INTEGER, .get = get_sockets },
    { "CoreCount", RF_TYPE_INTEGER, .get = get_cores },
    { "Model", RF_TYPE_STRING, .get = get_cpu_model },
    { "LogicalProcessorCount", RF_TYPE_INTEGER, .get = get_processors },
    { NULL }
};

static bool get_secure_boot(const RfContext *ctx, RfValue *value)
{
    value->text = "/redfish/v1/Systems/1/SecureBoot";
    return bmc_secure_boot_exists(ctx->bmc);
}

static const RfProperty link_properties[] = {
    { "Chassis", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Chassis/1", NULL } },
    { "ManagedBy", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Managers/1", NULL } },
    { "TrustedComponents", RF_TYPE_LINKS, .nth = rf_nth_trusted_component,
      .get = rf_has_tpm },
    { NULL }
};

static const RfProperty system_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "SystemType", RF_TYPE_ENUM, .texts = system_types,
      .get = get_system_type },
    { "UUID", RF_TYPE_STRING, .get = get_uuid },
    { "Manufacturer", RF_TYPE_STRING, .get = rf_get_manufacturer },
    { "Model", RF_TYPE_STRING, .get = get_model },
    { "SKU", RF_TYPE_STRING, .get = get_sku },
    { "PartNumber", RF_TYPE_STRING, .get = get_part },
    { "SerialNumber", RF_TYPE_STRING, .get = get_serial },
    { "AssetTag", RF_TYPE_STRING, .max = BMC_ASSET_MAX, .get = rf_get_asset,
      .setter = &rf_asset_setter, .nullable = true },
    { "BiosVersion", RF_TYPE_STRING, .get = get_bios_version },
    { "HostName", RF_TYPE_STRING, .get = get_host_name },
    { "PowerState", RF_TYPE_ENUM, .texts = rf_power_states,
      .get = rf_get_power_state },
    { "Status", RF_TYPE_OBJECT, .members = rf_machine_status },
    { "BootProgress", RF_TYPE_OBJECT, .get = rf_has_boot_progress,
      .members = rf_boot_progress },
    { "LastResetTime", RF_TYPE_STRING, .get = get_reset_time },
    { "LastResetCause", RF_TYPE_ENUM, .texts = reset_causes,
      .get = get_reset_cause },
    { "LocationIndicatorActive", RF_TYPE_BOOL, .get = rf_get_indicator,
      .setter = &rf_indicator_setter },
    { "IndicatorLED", RF_TYPE_ENUM, .texts = rf_indicator_leds,
      .allowed = rf_allow_any, .get = rf_get_indicator_led,
      .setter = &rf_indicator_setter },
    { "PowerRestorePolicy", RF_TYPE_ENUM, .texts = rf_restore_policies,
      .allowed = rf_allow_any, .get = rf_get_restore_policy,
      .setter = &rf_restore_policy_setter },
    { "SerialConsole", RF_TYPE_OBJECT, .members = rf_system_serial_console },
    { "GraphicalConsole", RF_TYPE_OBJECT, .get = rf_has_graphical_console,
      .members = rf_system_graphical_console },
    { "HostWatchdogTimer", RF_TYPE_OBJECT, .members = rf_system_watchdog },
    { "MemorySummary", RF_TYPE_OBJECT, .members = memory_properties },
    { "ProcessorSummary", RF_TYPE_OBJECT,
      .members = processor_properties },
    { "TrustedModules", RF_TYPE_OBJECTS, .get = rf_has_tpm,
      .count = rf_count_tpms, .members = rf_trusted_modules },
    { "Processors", RF_TYPE_LINK,
      .text = "/redfish/v1/Systems/1/Processors" },
    { "Memory", RF_TYPE_LINK, .text = "/redfish/v1/Systems/1/Memory" },
    { "EthernetInterfaces", RF_TYPE_LINK,
      .text = "/redfish/v1/Systems/1/EthernetInterfaces" },
    { "GraphicsControllers", RF_TYPE_LINK, .text = RF_GRAPHICS },
    { "PCIeDevices", RF_TYPE_LINKS, .nth = rf_nth_pci_device },
    { "PCIeFunctions", RF_TYPE_LINKS, .nth = rf_nth_pci_function },
    { "Storage", RF_TYPE_LINK, .text = "/redfish/v1/Systems/1/Storage" },
    { "SimpleStorage", RF_TYPE_LINK,
      .text = "/redfish/v1/Systems/1/SimpleStorage" },
    { "Boot", RF_TYPE_OBJECT, .members = rf_system_boot },
    { "VirtualMedia", RF_TYPE_LINK,
      .text = "/redfish/v1/Systems/1/VirtualMedia" },
    { "LogServices", RF_TYPE_LINK,
      .text = "/redfish/v1/Systems/1/LogServices" },
    { "OperatingSystem", RF_TYPE_LINK, .get = rf_get_operating_system },
    { "Bios", RF_TYPE_LINK, .text = "/redfish/v1/Systems/1/Bios" },
    { "SecureBoot", RF_TYPE_LINK, .get = get_secure_boot },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfAction system_actions[] = {
    { "#ComputerSystem.Reset", rf_reset_parameters,
      RF_PRIVILEGE_CONFIGURE_COMPONENTS, rf_reset_start },
    { "#ComputerSystem.SetDefaultBootOrder", NULL,
      RF_PRIVILEGE_CONFIGURE_COMPONENTS, rf_default_boot_order_start },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Computer System Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Systems/1", NULL } },
    { NULL }
};

const RfResource rf_systems_resources[] = {
    { .path = "/redfish/v1/Systems",
      .type = "ComputerSystemCollection.ComputerSystemCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}",
      .type = "ComputerSystem.v1_27_0.ComputerSystem",
      .properties = system_properties,
      .actions = system_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      .depends = 1 << BMC_PART_POWER | 1 << BMC_PART_BOOT |
                 1 << BMC_PART_SYSTEM | 1 << BMC_PART_IDENTIFY |
                 1 << BMC_PART_FRU | 1 << BMC_PART_SOL | 1 << BMC_PART_LAN |
                 1 << BMC_PART_WATCHDOG | 1 << BMC_PART_INVENTORY |
                 1 << BMC_PART_SECURE_BOOT | 1 << BMC_PART_UPDATE |
                 1 << BMC_PART_GUEST,
      .refreshes = true,
      .prepare = rf_guest_prepare_with_hardware,
      .exists = rf_exists_one },
    { NULL }
};
