/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The version object and the service root (DSP0268 ServiceRoot). */
#include "osdep.h"

#include "redfish/rf-query.h"
#include "redfish/rf-resource.h"

static bool get_uuid(const RfContext *ctx, RfValue *value)
{
    value->text = bmc_uuid(ctx->bmc);
    return true;
}

static const RfProperty version_properties[] = {
    { "v1", RF_TYPE_STRING, .text = "/redfish/v1/" },
    { NULL }
};

static const RfProperty deep_properties[] = {
    { "DeepPATCH", RF_TYPE_BOOL, .get = rf_get_false },
    { "DeepPOST", RF_TYPE_BOOL, .get = rf_get_false },
    { NULL }
};

static bool get_max_levels(const RfContext *ctx, RfValue *value)
{
    value->integer = RF_EXPAND_LEVELS_MAX;
    return true;
}

static const RfProperty expand_properties[] = {
    { "ExpandAll", RF_TYPE_BOOL, .get = rf_get_true },
    { "Levels", RF_TYPE_BOOL, .get = rf_get_true },
    { "Links", RF_TYPE_BOOL, .get = rf_get_true },
    { "MaxLevels", RF_TYPE_INTEGER, .get = get_max_levels },
    { "NoLinks", RF_TYPE_BOOL, .get = rf_get_true },
    { NULL }
};

static const RfProperty features_properties[] = {
    { "DeepOperations", RF_TYPE_OBJECT, .members = deep_properties },
    { "ExcerptQuery", RF_TYPE_BOOL, .get = rf_get_true },
    { "ExpandQuery", RF_TYPE_OBJECT, .members = expand_properties },
    { "FilterQuery", RF_TYPE_BOOL, .get = rf_get_true },
    { "OnlyMemberQuery", RF_TYPE_BOOL, .get = rf_get_true },
    { "SelectQuery", RF_TYPE_BOOL, .get = rf_get_true },
    { "TopSkipQuery", RF_TYPE_BOOL, .get = rf_get_true },
    { NULL }
};

static const RfProperty links_properties[] = {
    { "Sessions", RF_TYPE_LINK,
      .text = "/redfish/v1/SessionService/Sessions" },
    { NULL }
};

static const RfProperty root_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "RootService" },
    { "Name", RF_TYPE_STRING, .text = "Root Service" },
    { "RedfishVersion", RF_TYPE_STRING, .text = "1.20.0" },
    { "UUID", RF_TYPE_STRING, .get = get_uuid },
    { "Product", RF_TYPE_STRING, .text = "qemu-bmc" },
    { "ProtocolFeaturesSupported", RF_TYPE_OBJECT,
      .members = features_properties },
    { "Systems", RF_TYPE_LINK, .text = "/redfish/v1/Systems" },
    { "Managers", RF_TYPE_LINK, .text = "/redfish/v1/Managers" },
    { "Chassis", RF_TYPE_LINK, .text = "/redfish/v1/Chassis" },
    { "UpdateService", RF_TYPE_LINK, .text = "/redfish/v1/UpdateService" },
    { "TelemetryService", RF_TYPE_LINK,
      .text = "/redfish/v1/TelemetryService" },
    { "Tasks", RF_TYPE_LINK, .text = "/redfish/v1/TaskService" },
    { "CertificateService", RF_TYPE_LINK,
      .text = "/redfish/v1/CertificateService" },
    { "EventService", RF_TYPE_LINK, .text = "/redfish/v1/EventService" },
    { "JsonSchemas", RF_TYPE_LINK, .text = "/redfish/v1/JsonSchemas" },
    { "Registries", RF_TYPE_LINK, .text = "/redfish/v1/Registries" },
    { "AccountService", RF_TYPE_LINK,
      .text = "/redfish/v1/AccountService" },
    { "SessionService", RF_TYPE_LINK,
      .text = "/redfish/v1/SessionService" },
    { "Links", RF_TYPE_OBJECT, .members = links_properties },
    { NULL }
};

const RfResource rf_root_resources[] = {
    { .path = "/redfish", .properties = version_properties },
    { .path = "/redfish/v1/", .type = "ServiceRoot.v1_20_0.ServiceRoot",
      .properties = root_properties },
    { NULL }
};
