/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What metric reports are made of (DSP0268 MetricReportDefinition): that of
 * all sensors, and those that clients make.
 */
#include "osdep.h"

#include "redfish/rf-exchange.h"
#include "redfish/rf-metric-reports.h"
#include "redfish/rf-readings.h"

#define NAME_MAX_BYTES 128

enum { TYPE_PERIODIC, TYPE_ON_REQUEST };
enum { ACTION_LOG, ACTION_EVENT };

static const char *const types[] = { "Periodic", "OnRequest", NULL };
static const char *const actions[] = {
    "LogToMetricReportsCollection", "RedfishEvent", NULL,
};
static const char *const updates[] = {
    [BMC_REPORT_OVERWRITE] = "Overwrite",
    [BMC_REPORT_WRAP] = "AppendWrapsWhenFull",
    [BMC_REPORT_STOP] = "AppendStopsWhenFull",
    NULL,
};
static const char *const states[] = { "Enabled", "Disabled", NULL };

static const RfSetter setter;

static bool is_periodic(const RfContext *ctx)
{
    const BmcReport *report = rf_report_of(ctx);

    return report && report->periodic;
}

static bool exists_definition(const RfContext *ctx)
{
    return rf_report_is_built_in(ctx) || rf_report_of(ctx);
}

static bool is_own(const RfExchange *x)
{
    const BmcReport *report = rf_report_of(&x->context);

    return report && g_strcmp0(report->user, x->user.name) == 0;
}

static bool nth_definition(const RfContext *ctx, unsigned n,
                           char uri[RF_URI_MAX])
{
    const BmcReport *report = n ? bmc_report_nth(ctx->bmc, n - 1) : NULL;

    if (n && !report) {
        return false;
    }
    g_snprintf(uri, RF_URI_MAX, RF_REPORT_DEFINITIONS "/%s",
               report ? report->id : RF_REPORT_BUILT_IN);
    return true;
}

/* Properties of definitions */

static bool get_name(const RfContext *ctx, RfValue *value)
{
    const BmcReport *report = rf_report_of(ctx);

    value->text = report ? report->name : "All sensors";
    return true;
}

static bool get_type(const RfContext *ctx, RfValue *value)
{
    value->choice = is_periodic(ctx) ? TYPE_PERIODIC : TYPE_ON_REQUEST;
    return true;
}

static bool get_enabled(const RfContext *ctx, RfValue *value)
{
    const BmcReport *report = rf_report_of(ctx);

    value->boolean = !report || report->enabled;
    return true;
}

static bool get_state(const RfContext *ctx, RfValue *value)
{
    get_enabled(ctx, value);
    value->choice = !value->boolean;
    return true;
}

static bool get_updates(const RfContext *ctx, RfValue *value)
{
    const BmcReport *report = rf_report_of(ctx);

    value->choice = report ? report->updates : BMC_REPORT_OVERWRITE;
    return true;
}

static bool get_limit(const RfContext *ctx, RfValue *value)
{
    const BmcReport *report = rf_report_of(ctx);

    value->integer = report ? report->limit : 0;
    return report && report->updates != BMC_REPORT_OVERWRITE;
}

static bool nth_action(const RfContext *ctx, unsigned n, RfValue *value)
{
    const BmcReport *report = rf_report_of(ctx);
    bool log = !report || report->log;

    value->choice = n == 0 && log ? ACTION_LOG : ACTION_EVENT;
    return value->choice == ACTION_LOG ||
           (report && report->event && n == (unsigned)log);
}

static bool has_schedule(const RfContext *ctx, RfValue *value)
{
    return is_periodic(ctx);
}

static bool get_interval(const RfContext *ctx, RfValue *value)
{
    value->text = rf_report_of(ctx)->interval;
    return value->text;
}

static bool nth_property(const RfContext *ctx, unsigned n, RfValue *value)
{
    const BmcReport *report = rf_report_of(ctx);
    const BmcSensor *sensor;
    unsigned i;

    for (i = 0; (sensor = rf_nth_analog(ctx->bmc, i)); i++) {
        if ((!report || bmc_report_has(report, sensor->number)) &&
            n-- == 0) {
            rf_metric_property(sensor->number, value);
            return true;
        }
    }
    return false;
}

static bool get_report(const RfContext *ctx, RfValue *value)
{
    g_snprintf(value->buf, sizeof(value->buf), RF_REPORTS "/%s",
               ctx->ids[0]);
    value->text = value->buf;
    return rf_report_exists(ctx);
}

/* What is written */

static void wrong(RfMessages *messages, const char *pointer, const char *text,
                  const char *resolution)
{
    rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_FORMAT_ERROR,
                    pointer, resolution, text, strrchr(pointer, '/') + 1,
                    NULL);
}

/* "/redfish/v1/Chassis/1/Sensors/03#/Reading", or without the '#'. */
static bool read_metric(Bmc *bmc, const char *text, uint8_t *number)
{
    const BmcSensor *sensor;
    unsigned i;

    for (i = 0; (sensor = rf_nth_analog(bmc, i)); i++) {
        RfValue uri = { 0 };

        rf_metric_property(sensor->number, &uri);
        *number = sensor->number;
        if (g_str_equal(text, uri.text)) {
            return true;
        }
        memmove(strchr(uri.buf, '#'), strchr(uri.buf, '#') + 1,
                strlen(strchr(uri.buf, '#')));
        if (g_str_equal(text, uri.buf)) {
            return true;
        }
    }
    return false;
}

static GByteArray *read_metrics(Bmc *bmc, const RfValue *value,
                                RfMessages *messages)
{
    JsonArray *array = json_node_get_array(value->node);
    GByteArray *list = g_byte_array_new();
    unsigned i;

    for (i = 0; i < json_array_get_length(array); i++) {
        const char *text = json_array_get_string_element(array, i);
        uint8_t number;

        if (!read_metric(bmc, text, &number)) {
            wrong(messages, "/MetricProperties", text,
                  "Give properties that a metric definition has.");
        } else if (!list->len || !memchr(list->data, number, list->len)) {
            g_byte_array_append(list, &number, 1);
        }
    }
    return list;
}

static void read_actions(const RfValue *value, BmcReport *report)
{
    JsonArray *array = json_node_get_array(value->node);
    unsigned i;

    report->log = report->event = false;
    for (i = 0; i < json_array_get_length(array); i++) {
        const char *text = json_array_get_string_element(array, i);

        report->log |= g_str_equal(text, actions[ACTION_LOG]);
        report->event |= g_str_equal(text, actions[ACTION_EVENT]);
    }
}

/*
 * Puts what @patch has into @report, which holds what there is so far; what
 * does not fit is told in @messages.
 */
static void read_report(Bmc *bmc, const RfPatch *patch, const RfSetter *by,
                        BmcReport *report, RfMessages *messages)
{
    const RfValue *type = rf_patch_get(patch, by,
                                       "MetricReportDefinitionType");
    const RfValue *enabled = rf_patch_get(patch, by,
                                          "MetricReportDefinitionEnabled");
    const RfValue *interval = rf_patch_get(patch, by, "RecurrenceInterval");
    const RfValue *what = rf_patch_get(patch, by, "ReportUpdates");
    const RfValue *limit = rf_patch_get(patch, by, "AppendLimit");
    const RfValue *list = rf_patch_get(patch, by, "ReportActions");
    const RfValue *metrics = rf_patch_get(patch, by, "MetricProperties");

    report->periodic = type ? type->choice == TYPE_PERIODIC
                            : report->periodic;
    report->enabled = enabled ? enabled->boolean : report->enabled;
    report->updates = what ? what->choice : report->updates;
    report->limit = limit ? limit->integer : report->limit;
    if (list) {
        read_actions(list, report);
    }
    if (metrics) {
        g_clear_pointer(&report->sensors, g_byte_array_unref);
        report->sensors = read_metrics(bmc, metrics, messages);
    }
    if (interval) {
        g_free(report->interval);
        report->interval = g_strdup(interval->text);
        if (!bmc_report_interval(interval->text, &report->interval_s)) {
            wrong(messages, "/Schedule/RecurrenceInterval", interval->text,
                  "Give a duration of whole seconds, up to a day, such as "
                  "PT30S.");
        }
    }
    if (report->periodic && !report->interval) {
        rf_messages_add(messages, RF_MESSAGE_PROPERTY_MISSING,
                        "/Schedule/RecurrenceInterval", NULL,
                        "RecurrenceInterval", NULL);
    }
}

static const char *text_of(const RfPatch *patch, const char *name)
{
    const RfValue *value = rf_patch_get(patch, NULL, name);

    return value ? value->text : NULL;
}

static bool id_is_fit(const char *id)
{
    return !id[strspn(id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_")];
}

static char *free_id(Bmc *bmc)
{
    unsigned i;

    for (i = 1;; i++) {
        g_autofree char *id = g_strdup_printf("Report%u", i);

        if (!bmc_report_find(bmc, id)) {
            return g_steal_pointer(&id);
        }
    }
}

static void create(RfExchange *x, const RfPatch *patch)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    Bmc *bmc = x->context.bmc;
    const char *id = text_of(patch, "Id");
    g_autofree char *uri = NULL;
    g_auto(BmcReport) report = {
        .enabled = true, .log = true, .limit = BMC_REPORT_SENSORS_MAX,
    };

    if (id && !id_is_fit(id)) {
        wrong(messages, "/Id", id, "Use letters, digits, '-' and '_'.");
    } else if (id && (g_str_equal(id, RF_REPORT_BUILT_IN) ||
                      bmc_report_find(bmc, id))) {
        rf_messages_add(messages, RF_MESSAGE_RESOURCE_ALREADY_EXISTS, "/Id",
                        NULL, "MetricReportDefinition", "Id", id, NULL);
    }
    read_report(bmc, patch, NULL, &report, messages);
    if (!rf_messages_empty(messages)) {
        rf_exchange_fail(x, messages);
        return;
    }
    report.id = id ? g_strdup(id) : free_id(bmc);
    report.name = g_strdup(text_of(patch, "Name") ?: report.id);
    report.user = g_strdup(x->user.name);
    uri = g_strdup_printf(RF_REPORT_DEFINITIONS "/%s", report.id);
    if (!bmc_report_add(bmc, &report, &x->origin, NULL)) {
        rf_messages_add(messages,
                        RF_MESSAGE_CREATE_LIMIT_REACHED_FOR_RESOURCE, NULL,
                        NULL, NULL);
        rf_exchange_fail(x, messages);
        return;
    }
    rf_exchange_created_kept(x, uri);
}

static void refuse_all(const RfPatch *patch, RfMessages *messages)
{
    static const char *const names[] = {
        "MetricReportDefinitionType", "MetricReportDefinitionEnabled",
        "RecurrenceInterval", "ReportActions", "ReportUpdates",
        "MetricProperties",
    };
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        if (rf_patch_get(patch, &setter, names[i])) {
            g_autofree char *pointer = g_strconcat("/", names[i], NULL);

            rf_messages_add(messages, RF_MESSAGE_PROPERTY_NOT_WRITABLE,
                            pointer, NULL, names[i], NULL);
        }
    }
}

static void check_edit(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages)
{
    const BmcReport *old = rf_report_of(ctx);
    g_auto(BmcReport) report = { 0 };

    if (!old) {
        refuse_all(patch, messages);
        return;
    }
    report.periodic = old->periodic;
    report.interval = g_strdup(old->interval);
    read_report(ctx->bmc, patch, &setter, &report, messages);
}

static void edit(RfExchange *x, const RfPatch *patch)
{
    BmcReport *report = bmc_report_edit(x->context.bmc, x->context.ids[0]);
    g_autoptr(RfMessages) messages = rf_messages_new();

    read_report(x->context.bmc, patch, &setter, report, messages);
    bmc_report_edited(x->context.bmc, report->id);
    rf_exchange_complete_kept(x);
}

static const RfSetter setter = { check_edit, edit };

static void drop_definition(RfExchange *x)
{
    if (rf_report_is_built_in(&x->context)) {
        g_autoptr(RfMessages) messages = rf_messages_new();

        rf_messages_add(messages, RF_MESSAGE_RESOURCE_CANNOT_BE_DELETED,
                        NULL, NULL, NULL);
        rf_exchange_fail(x, messages);
        return;
    }
    bmc_report_remove(x->context.bmc, x->context.ids[0]);
    rf_exchange_complete_kept(x);
}

/* Tables */

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = get_state },
    { NULL }
};

static const RfProperty schedule_properties[] = {
    { "RecurrenceInterval", RF_TYPE_STRING, .get = get_interval,
      .setter = &setter, .min = 1, .max = 32 },
    { NULL }
};

static const RfProperty definition_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .get = get_name },
    { "MetricReportDefinitionType", RF_TYPE_ENUM, .texts = types,
      .get = get_type, .setter = &setter },
    { "MetricReportDefinitionEnabled", RF_TYPE_BOOL, .get = get_enabled,
      .setter = &setter },
    { "Schedule", RF_TYPE_OBJECT, .members = schedule_properties,
      .get = has_schedule },
    { "ReportActions", RF_TYPE_STRINGS, .texts = actions, .item = nth_action,
      .setter = &setter },
    { "ReportUpdates", RF_TYPE_ENUM, .texts = updates, .get = get_updates,
      .setter = &setter },
    { "AppendLimit", RF_TYPE_INTEGER, .get = get_limit },
    { "MetricProperties", RF_TYPE_STRINGS, .item = nth_property,
      .setter = &setter },
    { "MetricReport", RF_TYPE_LINK, .get = get_report },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { NULL }
};

static const RfProperty create_schedule[] = {
    { "RecurrenceInterval", RF_TYPE_STRING, .required = true, .min = 1,
      .max = 32 },
    { NULL }
};

static const RfProperty create_properties[] = {
    { "Id", RF_TYPE_STRING, .min = 1, .max = BMC_REPORT_ID_MAX },
    { "Name", RF_TYPE_STRING, .min = 1, .max = NAME_MAX_BYTES },
    { "MetricReportDefinitionType", RF_TYPE_ENUM, .texts = types,
      .required = true },
    { "MetricReportDefinitionEnabled", RF_TYPE_BOOL },
    { "Schedule", RF_TYPE_OBJECT, .members = create_schedule },
    { "ReportActions", RF_TYPE_STRINGS, .texts = actions },
    { "ReportUpdates", RF_TYPE_ENUM, .texts = updates },
    { "AppendLimit", RF_TYPE_INTEGER, .min = 1,
      .max = BMC_REPORT_APPEND_MAX },
    { "MetricProperties", RF_TYPE_STRINGS },
    { NULL }
};

static const RfProperty definition_collection[] = {
    { "Name", RF_TYPE_STRING, .text = "Metric Report Definition Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_definition },
    { NULL }
};

static const RfCreate creation = {
    create_properties, RF_PRIVILEGE_CONFIGURE_MANAGER, create
};

static const RfDelete removal = {
    RF_PRIVILEGE_CONFIGURE_MANAGER, drop_definition
};

const RfResource rf_report_definitions_resources[] = {
    { .path = RF_REPORT_DEFINITIONS,
      .type = "MetricReportDefinitionCollection."
              "MetricReportDefinitionCollection",
      .properties = definition_collection, .create = &creation,
      .depends = 1 << BMC_PART_REPORTS,
      .read = RF_PRIVILEGE_LOGIN },
    { .path = RF_REPORT_DEFINITIONS "/{MetricReportDefinitionId}",
      .type = "MetricReportDefinition.v1_4_7.MetricReportDefinition",
      .properties = definition_properties, .remove = &removal,
      .read = RF_PRIVILEGE_LOGIN, .write = RF_PRIVILEGE_CONFIGURE_MANAGER,
      .depends = 1 << BMC_PART_SENSORS | 1 << BMC_PART_REPORTS,
      .exists = exists_definition, .is_own = is_own },
    { NULL }
};
