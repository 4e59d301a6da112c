/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logs (DSP0268 LogService): the System Event Log, which belongs to the
 * machine, and the BMC's own.
 */
#include "osdep.h"

#include "bmc/events.h"
#include "bmc/journal.h"
#include "bmc/sel.h"
#include "redfish/rf-exchange.h"
#include "redfish/rf-manager-clock.h"

#define SYSTEM_LOGS "/redfish/v1/Systems/1/LogServices"
#define MANAGER_LOGS "/redfish/v1/Managers/1/LogServices"

static const char *const states[] = { "Enabled", NULL };
static const char *const healths[] = { "OK", NULL };
static const char *const never_overwrites[] = { "NeverOverWrites", NULL };
static const char *const wraps[] = { "WrapsWhenFull", NULL };
static const char *const sel_type[] = { "SEL", NULL };
static const char *const event_type[] = { "Event", NULL };

static bool exists_sel(const RfContext *ctx)
{
    return rf_exists_one(ctx) && g_str_equal(ctx->ids[1], "SEL");
}

static bool exists_journal(const RfContext *ctx)
{
    return rf_exists_one(ctx) && g_str_equal(ctx->ids[1], "Log");
}

static bool get_sel_max(const RfContext *ctx, RfValue *value)
{
    value->integer = BMC_SEL_MAX;
    return true;
}

static bool get_sel_overflow(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_sel_info(ctx->bmc).overflow;
    return true;
}

static bool get_sel_enabled(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_event_logging(ctx->bmc);
    return true;
}

static const RfSetter sel_setter;

static void sel_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *value = rf_patch_get(patch, &sel_setter,
                                        "ServiceEnabled");

    bmc_event_set_logging(x->context.bmc, value->boolean);
    rf_exchange_complete(x, NULL);
}

static const RfSetter sel_setter = { .start = sel_start };

static void sel_clear(RfExchange *x, const RfPatch *patch)
{
    bmc_sel_clear(x->context.bmc, &x->origin);
    rf_exchange_complete_kept(x);
}

static bool get_journal_max(const RfContext *ctx, RfValue *value)
{
    value->integer = BMC_JOURNAL_MAX;
    return true;
}

static bool get_journal_overflow(const RfContext *ctx, RfValue *value)
{
    value->boolean = bmc_journal_overflown(ctx->bmc);
    return true;
}

static void journal_clear(RfExchange *x, const RfPatch *patch)
{
    bmc_journal_clear(x->context.bmc, &x->origin);
    rf_exchange_complete(x, NULL);
}

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty sel_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "System Event Log" },
    { "LogEntryType", RF_TYPE_ENUM, .texts = sel_type,
      .get = rf_get_first },
    { "MaxNumberOfRecords", RF_TYPE_INTEGER, .get = get_sel_max },
    { "OverWritePolicy", RF_TYPE_ENUM, .texts = never_overwrites,
      .get = rf_get_first },
    { "Overflow", RF_TYPE_BOOL, .get = get_sel_overflow },
    { "Persistency", RF_TYPE_BOOL, .get = rf_get_true },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = get_sel_enabled,
      .setter = &sel_setter },
    { "DateTime", RF_TYPE_STRING, .get = rf_get_clock, .clock = true },
    { "DateTimeLocalOffset", RF_TYPE_STRING, .get = rf_get_clock_offset },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "Entries", RF_TYPE_LINK, .text = SYSTEM_LOGS "/SEL/Entries" },
    { NULL }
};

static const RfProperty no_parameters[] = { { NULL } };

static const RfAction sel_actions[] = {
    { "#LogService.ClearLog", no_parameters, RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      sel_clear },
    { NULL }
};

static const RfProperty journal_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Manager Log" },
    { "Description", RF_TYPE_STRING,
      .text = "What has changed of the system and the manager" },
    { "LogEntryType", RF_TYPE_ENUM, .texts = event_type,
      .get = rf_get_first },
    { "MaxNumberOfRecords", RF_TYPE_INTEGER, .get = get_journal_max },
    { "OverWritePolicy", RF_TYPE_ENUM, .texts = wraps,
      .get = rf_get_first },
    { "Overflow", RF_TYPE_BOOL, .get = get_journal_overflow },
    { "Persistency", RF_TYPE_BOOL, .get = rf_get_false },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "Entries", RF_TYPE_LINK, .text = MANAGER_LOGS "/Log/Entries" },
    { NULL }
};

static const RfAction journal_actions[] = {
    { "#LogService.ClearLog", no_parameters, RF_PRIVILEGE_CONFIGURE_MANAGER,
      journal_clear },
    { NULL }
};

static const RfProperty system_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "System Log Service Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { SYSTEM_LOGS "/SEL", NULL } },
    { NULL }
};

static const RfProperty manager_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Manager Log Service Collection" },
    { "Members", RF_TYPE_LINKS,
      .texts = (const char *const[]) { MANAGER_LOGS "/Log", NULL } },
    { NULL }
};

const RfResource rf_log_services_resources[] = {
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/LogServices",
      .type = "LogServiceCollection.LogServiceCollection",
      .properties = system_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Systems/{ComputerSystemId}/LogServices/"
              "{LogServiceId}",
      .type = "LogService.v1_9_0.LogService",
      .properties = sel_properties,
      .actions = sel_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_COMPONENTS,
      .live = true,
      .exists = exists_sel },
    { .path = "/redfish/v1/Managers/{ManagerId}/LogServices",
      .type = "LogServiceCollection.LogServiceCollection",
      .properties = manager_collection,
      .read = RF_PRIVILEGE_LOGIN,
      .exists = rf_exists_one },
    { .path = "/redfish/v1/Managers/{ManagerId}/LogServices/{LogServiceId}",
      .type = "LogService.v1_9_0.LogService",
      .properties = journal_properties,
      .actions = journal_actions,
      .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_JOURNAL,
      .exists = exists_journal },
    { NULL }
};
