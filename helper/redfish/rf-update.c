/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What software there is and in which version (DSP0268 UpdateService,
 * SoftwareInventory). Nothing of it can be updated from here: QEMU, its
 * firmware and qemu-bmc are the host's packages. So there are no update
 * actions.
 */
#include "osdep.h"

#include "redfish/rf-resource.h"

#define SERVICE "/redfish/v1/UpdateService"
#define FIRMWARE SERVICE "/FirmwareInventory"
#define SOFTWARE SERVICE "/SoftwareInventory"

static const char *const states[] = { "Enabled", NULL };
static const char *const healths[] = { "OK", NULL };

static bool exists_bmc(const RfContext *ctx)
{
    return g_str_equal(ctx->ids[0], "BMC");
}

/* What QEMU that is not there has is not known. */
static bool exists_qemu(const RfContext *ctx)
{
    return g_str_equal(ctx->ids[0], "QEMU") &&
           bmc_machine(ctx->bmc)->info.qemu_version;
}

static bool nth_software(const RfContext *ctx, unsigned n,
                         char uri[RF_URI_MAX])
{
    g_strlcpy(uri, SOFTWARE "/QEMU", RF_URI_MAX);
    return n == 0 && bmc_machine(ctx->bmc)->info.qemu_version;
}

static bool get_qemu_version(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_machine(ctx->bmc)->info.qemu_version;
    return value->text;
}

static const char *const manager_link[] = { "/redfish/v1/Managers/1", NULL };
static const char *const system_link[] = { "/redfish/v1/Systems/1", NULL };

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty bmc_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "qemu-bmc" },
    { "Description", RF_TYPE_STRING, .text = "The manager's own program" },
    { "Version", RF_TYPE_STRING, .text = QEMU_BMC_VERSION },
    { "Updateable", RF_TYPE_BOOL, .get = rf_get_false },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "RelatedItem", RF_TYPE_LINKS, .texts = manager_link },
    { NULL }
};

static const RfProperty qemu_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "QEMU" },
    { "Description", RF_TYPE_STRING,
      .text = "What the machine runs in; its firmware does not tell a "
              "version" },
    { "Version", RF_TYPE_STRING, .get = get_qemu_version },
    { "Updateable", RF_TYPE_BOOL, .get = rf_get_false },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "RelatedItem", RF_TYPE_LINKS, .texts = system_link },
    { NULL }
};

static const RfProperty firmware_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Firmware Inventory Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { FIRMWARE "/BMC", NULL } },
    { NULL }
};

static const RfProperty software_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Software Inventory Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_software },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "UpdateService" },
    { "Name", RF_TYPE_STRING, .text = "Update Service" },
    { "Description", RF_TYPE_STRING,
      .text = "Versions only: updates are the host's" },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_false },
    { "FirmwareInventory", RF_TYPE_LINK, .text = FIRMWARE },
    { "SoftwareInventory", RF_TYPE_LINK, .text = SOFTWARE },
    { NULL }
};

/* None; but sushy wants to see that. */
static const RfAction no_actions[] = { { NULL } };

const RfResource rf_update_resources[] = {
    { .path = SERVICE,
      .type = "UpdateService.v1_17_0.UpdateService",
      .properties = service_properties,
      .actions = no_actions,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = FIRMWARE,
      .type = "SoftwareInventoryCollection.SoftwareInventoryCollection",
      .properties = firmware_collection,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = FIRMWARE "/{SoftwareInventoryId}",
      .type = "SoftwareInventory.v1_13_0.SoftwareInventory",
      .properties = bmc_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = exists_bmc },
    { .path = SOFTWARE,
      .type = "SoftwareInventoryCollection.SoftwareInventoryCollection",
      .properties = software_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SYSTEM },
    { .path = SOFTWARE "/{SoftwareInventoryId}",
      .type = "SoftwareInventory.v1_13_0.SoftwareInventory",
      .properties = qemu_properties,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SYSTEM,
      .exists = exists_qemu },
    { NULL }
};
