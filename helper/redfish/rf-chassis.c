/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machine is built into (DSP0268 Chassis). */
#include "osdep.h"

#include "redfish/rf-system-values.h"

/* A virtual machine has no shape; of the schema's types this says so. */
static const char *const chassis_types[] = { "Other", NULL };

static bool get_chassis_type(const RfContext *ctx, RfValue *value)
{
    value->choice = 0;
    return true;
}

static const RfProperty link_properties[] = {
    { "ComputerSystems", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Systems/1", NULL } },
    { "ManagedBy", RF_TYPE_LINKS,
      .texts = (const char *const[]) { "/redfish/v1/Managers/1", NULL } },
    { NULL }
};

static const RfProperty chassis_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Chassis" },
    { "ChassisType", RF_TYPE_ENUM, .texts = chassis_types,
      .get = get_chassis_type },
    { "Manufacturer", RF_TYPE_STRING, .text = "QEMU" },
    { "PowerState", RF_TYPE_ENUM, .texts = rf_power_states,
      .get = rf_get_power_state },
    { "Status", RF_TYPE_OBJECT, .members = rf_machine_status },
    { "Sensors", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1/Sensors" },
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
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_POWER | 1 << BMC_PART_SYSTEM,
      .exists = rf_exists_one },
    { NULL }
};
