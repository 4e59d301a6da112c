/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the machine is built into (DSP0268 Chassis). */
#include "osdep.h"

#include "bmc/fru.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-system-values.h"

/* A virtual machine has no shape; of the schema's types this says so. */
static const char *const chassis_types[] = { "Other", NULL };

/* The FRU device of the machine, as IPMI shows it too */

/* Returns false if there is none of them; the first counts. */
static bool get_fru(const RfContext *ctx, FruField field, FruField other,
                    RfValue *value)
{
    g_auto(FruInfo) info = { 0 };
    const uint8_t *data;
    const char *text;
    size_t len;

    data = bmc_fru_data(ctx->bmc, BMC_FRU_MACHINE, &len);
    if (!data || !fru_parse(data, len, &info, NULL)) {
        return false;
    }
    text = info.text[field];
    if (!text || !*text) {
        text = info.text[other];
    }
    if (!text || !*text) {
        return false;
    }
    g_strlcpy(value->buf, text, sizeof(value->buf));
    value->text = value->buf;
    return true;
}

static bool get_manufacturer(const RfContext *ctx, RfValue *value)
{
    if (!get_fru(ctx, FRU_PRODUCT_MANUFACTURER, FRU_BOARD_MANUFACTURER,
                 value)) {
        value->text = "QEMU";
    }
    return true;
}

static bool get_model(const RfContext *ctx, RfValue *value)
{
    return get_fru(ctx, FRU_PRODUCT_NAME, FRU_BOARD_NAME, value);
}

static bool get_part(const RfContext *ctx, RfValue *value)
{
    return get_fru(ctx, FRU_CHASSIS_PART, FRU_PRODUCT_PART, value);
}

static bool get_serial(const RfContext *ctx, RfValue *value)
{
    return get_fru(ctx, FRU_CHASSIS_SERIAL, FRU_PRODUCT_SERIAL, value);
}

static bool get_asset(const RfContext *ctx, RfValue *value)
{
    return get_fru(ctx, FRU_PRODUCT_ASSET, FRU_PRODUCT_ASSET, value);
}

/* Indicator: the same lamp as the system's */

static const RfSetter indicator_setter;

static bool get_indicator(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_identify_state(ctx->bmc) != 0;
    return true;
}

static void indicator_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *value = rf_patch_get(patch, &indicator_setter,
                                        "LocationIndicatorActive");

    bmc_identify_set(x->context.bmc, value->boolean ? -1 : 0, &x->origin);
    rf_exchange_complete(x, NULL);
}

static const RfSetter indicator_setter = { .start = indicator_start };

/* Tables */

static const char *const system_link[] = { "/redfish/v1/Systems/1", NULL };
static const char *const manager_link[] = { "/redfish/v1/Managers/1", NULL };

static const RfProperty link_properties[] = {
    { "ComputerSystems", RF_TYPE_LINKS, .texts = system_link },
    { "ManagedBy", RF_TYPE_LINKS, .texts = manager_link },
    { "ManagersInChassis", RF_TYPE_LINKS, .texts = manager_link },
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
    { "Manufacturer", RF_TYPE_STRING, .get = get_manufacturer },
    { "Model", RF_TYPE_STRING, .get = get_model },
    { "PartNumber", RF_TYPE_STRING, .get = get_part },
    { "SerialNumber", RF_TYPE_STRING, .get = get_serial },
    { "AssetTag", RF_TYPE_STRING, .get = get_asset },
    { "PowerState", RF_TYPE_ENUM, .texts = rf_power_states,
      .get = rf_get_power_state },
    { "LocationIndicatorActive", RF_TYPE_BOOL, .get = get_indicator,
      .setter = &indicator_setter },
    { "Status", RF_TYPE_OBJECT, .members = rf_machine_status },
    { "Sensors", RF_TYPE_LINK, .text = "/redfish/v1/Chassis/1/Sensors" },
    { "PowerSubsystem", RF_TYPE_LINK,
      .text = "/redfish/v1/Chassis/1/PowerSubsystem" },
    { "ThermalSubsystem", RF_TYPE_LINK,
      .text = "/redfish/v1/Chassis/1/ThermalSubsystem" },
    { "EnvironmentMetrics", RF_TYPE_LINK,
      .text = "/redfish/v1/Chassis/1/EnvironmentMetrics" },
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
