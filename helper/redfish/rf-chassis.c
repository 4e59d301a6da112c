/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machine is built into (DSP0268 Chassis). */
#include "osdep.h"

#include "redfish/rf-exchange.h"
#include "redfish/rf-hardware.h"
#include "redfish/rf-identity.h"
#include "redfish/rf-storage.h"
#include "redfish/rf-system-values.h"

/* A virtual machine has no shape; of the schema's types this says so. */
static const char *const chassis_types[] = { "Other", NULL };

static bool get_model(const RfContext *ctx, RfValue *value)
{
    return rf_get_fru(ctx, FRU_PRODUCT_NAME, FRU_BOARD_NAME, value);
}

static bool get_part(const RfContext *ctx, RfValue *value)
{
    return rf_get_fru(ctx, FRU_CHASSIS_PART, FRU_PRODUCT_PART, value);
}

static bool get_serial(const RfContext *ctx, RfValue *value)
{
    return rf_get_fru(ctx, FRU_CHASSIS_SERIAL, FRU_PRODUCT_SERIAL, value);
}

/* Tables */

static const char *const system_link[] = { "/redfish/v1/Systems/1", NULL };
static const char *const manager_link[] = { "/redfish/v1/Managers/1", NULL };

static const RfProperty link_properties[] = {
    { "ComputerSystems", RF_TYPE_LINKS, .texts = system_link },
    { "ManagedBy", RF_TYPE_LINKS, .texts = manager_link },
    { "ManagersInChassis", RF_TYPE_LINKS, .texts = manager_link },
    { "Processors", RF_TYPE_LINKS, .nth = rf_nth_processor },
    { "Storage", RF_TYPE_LINKS, .nth = rf_nth_storage },
    { "Drives", RF_TYPE_LINKS, .nth = rf_nth_drive },
    { NULL }
};

static const RfAction chassis_actions[] = {
    { "#Chassis.Reset", rf_reset_parameters,
      RF_PRIVILEGE_CONFIGURE_COMPONENTS, rf_reset_start },
    { NULL }
};

static const RfProperty chassis_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Chassis" },
    { "ChassisType", RF_TYPE_ENUM, .texts = chassis_types,
      .get = rf_get_first },
    { "Manufacturer", RF_TYPE_STRING, .get = rf_get_manufacturer },
    { "Model", RF_TYPE_STRING, .get = get_model },
    { "PartNumber", RF_TYPE_STRING, .get = get_part },
    { "SerialNumber", RF_TYPE_STRING, .get = get_serial },
    { "AssetTag", RF_TYPE_STRING, .max = BMC_ASSET_MAX, .get = rf_get_asset,
      .setter = &rf_asset_setter, .nullable = true },
    { "PowerState", RF_TYPE_ENUM, .texts = rf_power_states,
      .get = rf_get_power_state },
    { "LocationIndicatorActive", RF_TYPE_BOOL, .get = rf_get_indicator,
      .setter = &rf_indicator_setter },
    { "IndicatorLED", RF_TYPE_ENUM, .texts = rf_indicator_leds,
      .allowed = rf_allow_any, .get = rf_get_indicator_led,
      .setter = &rf_indicator_setter },
    { "Status", RF_TYPE_OBJECT, .members = rf_machine_status },
    { "Sensors", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1/Sensors" },
    { "PowerSubsystem", RF_TYPE_LINK,
      .text = "/redfish/v1/Chassis/1/PowerSubsystem" },
    { "ThermalSubsystem", RF_TYPE_LINK,
      .text = "/redfish/v1/Chassis/1/ThermalSubsystem" },
    { "EnvironmentMetrics", RF_TYPE_LINK,
      .text = "/redfish/v1/Chassis/1/EnvironmentMetrics" },
    { "PCIeDevices", RF_TYPE_LINK, .text = RF_PCI_DEVICES },
    { "TrustedComponents", RF_TYPE_LINK,
      .text = "/redfish/v1/Chassis/1/TrustedComponents" },
    { "Links", RF_TYPE_OBJECT, .members = link_properties },
    { NULL }
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Chassis Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Chassis/1", NULL } },
    { NULL }
};

const RfResource rf_chassis_resources[] = {
    { .path = "/redfish/v1/Chassis",
      .type = "ChassisCollection.ChassisCollection",
      .properties = collection_properties,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = "/redfish/v1/Chassis/{ChassisId}",
      .type = "Chassis.v1_28_0.Chassis",
      .properties = chassis_properties,
      .actions = chassis_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      .depends = 1 << BMC_PART_POWER | 1 << BMC_PART_SYSTEM |
                 1 << BMC_PART_FRU | 1 << BMC_PART_IDENTIFY,
      .exists = rf_exists_one },
    { NULL }
};
