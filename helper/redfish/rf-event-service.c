/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event service (DSP0268 EventService). */
#include "osdep.h"

#include "bmc/subscriptions.h"
#include "redfish/rf-events.h"
#include "redfish/rf-service.h"

static const char *const states[] = { "Enabled", NULL };
static const char *const healths[] = { "OK", NULL };
static const char *const formats[] = { "Event", "MetricReport", NULL };
static const char *const severities[] = { "OK", "Warning", "Critical", NULL };

/* What the messages in use are of. */
static const char *const prefixes[] = {
    "Base", "ResourceEvent", "TaskEvent", NULL,
};

/* Of a test event */
#define ARGS_MAX 16
#define ARG_MAX 256

static const RfProperty no_properties[] = { { NULL } };

static bool nth_text(const char *const *texts, unsigned n, RfValue *value)
{
    value->text = n < g_strv_length((char **)texts) ? texts[n] : NULL;
    return value->text;
}

static bool nth_format(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_text(formats, n, value);
}

static bool nth_severity(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_text(severities, n, value);
}

static bool nth_prefix(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_text(prefixes, n, value);
}

/* Whatever can change, an event can be about. */
static bool can_change(const RfResource *resource)
{
    return resource->type && !strstr(resource->type, "Collection.") &&
           (resource->depends || resource->live || resource->prepare);
}

static GPtrArray *types_new(void)
{
    GPtrArray *types = g_ptr_array_new();
    const RfResource *resource;
    unsigned i;

    for (i = 0; rf_families[i]; i++) {
        for (resource = rf_families[i]; resource->path; resource++) {
            g_autofree char *type = NULL;

            if (!can_change(resource)) {
                continue;
            }
            type = g_strndup(resource->type, strcspn(resource->type, "."));
            if (!g_ptr_array_find_with_equal_func(types, type, g_str_equal,
                                                  NULL)) {
                g_ptr_array_add(types, g_steal_pointer(&type));
            }
        }
    }
    return types;
}

static bool nth_type(const RfContext *ctx, unsigned n, RfValue *value)
{
    static GPtrArray *types;

    if (!types) {
        types = types_new();
    }
    value->text = n < types->len ? types->pdata[n] : NULL;
    return value->text;
}

static bool nth_kind(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_text(rf_event_kinds, n, value);
}

static const RfSetter retry_setter;

static bool get_attempts(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_subscriptions_retry(ctx->bmc).attempts;
    return true;
}

static bool get_interval(const RfContext *ctx, RfValue *value)
{
    value->integer = bmc_subscriptions_retry(ctx->bmc).interval_s;
    return true;
}

static void retry_start(RfExchange *x, const RfPatch *patch)
{
    const RfValue *attempts = rf_patch_get(patch, &retry_setter,
                                           "DeliveryRetryAttempts");
    const RfValue *interval = rf_patch_get(patch, &retry_setter,
                                           "DeliveryRetryIntervalSeconds");
    BmcRetry retry = bmc_subscriptions_retry(x->context.bmc);

    if (attempts) {
        retry.attempts = attempts->integer;
    }
    if (interval) {
        retry.interval_s = interval->integer;
    }
    bmc_subscriptions_set_retry(x->context.bmc, retry);
    rf_exchange_complete_kept(x);
}

static const RfSetter retry_setter = { .start = retry_start };

/* What is sent is kept for long, with many others. */
static bool args_fit(const RfPatch *patch)
{
    const RfValue *args = rf_patch_get(patch, NULL, "MessageArgs");
    JsonArray *array = args ? json_node_get_array(args->node) : NULL;
    unsigned i, n = array ? json_array_get_length(array) : 0;

    for (i = 0; i < n; i++) {
        if (strlen(json_array_get_string_element(array, i)) > ARG_MAX) {
            return false;
        }
    }
    return n <= ARGS_MAX;
}

static void submit_test(RfExchange *x, const RfPatch *patch)
{
    if (!args_fit(patch)) {
        g_autoptr(RfMessages) messages = rf_messages_new();

        rf_messages_add(messages,
                        RF_MESSAGE_ACTION_PARAMETER_VALUE_FORMAT_ERROR,
                        "/MessageArgs", NULL, "[]", "MessageArgs",
                        "EventService.SubmitTestEvent", NULL);
        rf_exchange_fail(x, messages);
        return;
    }
    if (x->service->events) {
        rf_events_test(x->service->events, patch);
    }
    rf_exchange_complete(x, NULL);
}

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = rf_get_first },
    { "Health", RF_TYPE_ENUM, .texts = healths, .get = rf_get_first },
    { NULL }
};

static const RfProperty filter_properties[] = {
    { "EventFormatType", RF_TYPE_BOOL, .get = rf_get_true },
    { "EventType", RF_TYPE_BOOL, .get = rf_get_true },
    { "MessageId", RF_TYPE_BOOL, .get = rf_get_true },
    { "MetricReportDefinition", RF_TYPE_BOOL, .get = rf_get_true },
    { "OriginResource", RF_TYPE_BOOL, .get = rf_get_true },
    { "RegistryPrefix", RF_TYPE_BOOL, .get = rf_get_true },
    { "ResourceType", RF_TYPE_BOOL, .get = rf_get_true },
    { "SubordinateResources", RF_TYPE_BOOL, .get = rf_get_true },
    { NULL }
};

static const RfProperty service_properties[] = {
    { "Id", RF_TYPE_STRING, .text = "EventService" },
    { "Name", RF_TYPE_STRING, .text = "Event Service" },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { "ServiceEnabled", RF_TYPE_BOOL, .get = rf_get_true },
    { "DeliveryRetryAttempts", RF_TYPE_INTEGER, .get = get_attempts,
      .setter = &retry_setter, .min = 0, .max = BMC_RETRY_ATTEMPTS_MAX },
    { "DeliveryRetryIntervalSeconds", RF_TYPE_INTEGER, .get = get_interval,
      .setter = &retry_setter, .min = 1, .max = BMC_RETRY_INTERVAL_MAX },
    { "EventFormatTypes", RF_TYPE_STRINGS, .item = nth_format },
    { "EventTypesForSubscription", RF_TYPE_STRINGS, .item = nth_kind },
    { "RegistryPrefixes", RF_TYPE_STRINGS, .item = nth_prefix },
    { "ResourceTypes", RF_TYPE_STRINGS, .item = nth_type },
    { "Severities", RF_TYPE_STRINGS, .item = nth_severity },
    { "OriginResourcesSupported", RF_TYPE_BOOL, .get = rf_get_true },
    { "SubordinateResourcesSupported", RF_TYPE_BOOL, .get = rf_get_true },
    { "Subscriptions", RF_TYPE_LINK,
      .text = RF_EVENT_SERVICE "/Subscriptions" },
    { "ServerSentEventUri", RF_TYPE_STRING, .text = RF_EVENT_STREAM },
    { "SSEFilterPropertiesSupported", RF_TYPE_OBJECT,
      .members = filter_properties },
    { NULL }
};

/*
 * Its parameters are properties of an event, and all optional: MessageId and
 * MessageArgs name a message of a registry, others change it.
 */
static const RfProperty test_parameters[] = {
    { "EventGroupId", RF_TYPE_INTEGER, .min = 0, .max = INT32_MAX },
    { "EventId", RF_TYPE_STRING, .min = 0, .max = 64 },
    { "EventTimestamp", RF_TYPE_STRING, .min = 0, .max = 64 },
    { "EventType", RF_TYPE_ENUM, .texts = rf_event_kinds },
    { "Message", RF_TYPE_STRING, .min = 0, .max = 256 },
    { "MessageArgs", RF_TYPE_STRINGS },
    { "MessageId", RF_TYPE_STRING, .min = 0, .max = 128 },
    { "MessageSeverity", RF_TYPE_ENUM, .texts = severities },
    { "OriginOfCondition", RF_TYPE_STRING, .min = 0,
      .max = RF_URI_MAX - 1 },
    { "Severity", RF_TYPE_STRING, .min = 0, .max = 64 },
    { NULL }
};

static const RfAction service_actions[] = {
    { "#EventService.SubmitTestEvent", test_parameters,
      RF_PRIVILEGE_CONFIGURE_MANAGER, submit_test },
    { NULL }
};

const RfResource rf_event_service_resources[] = {
    { .path = RF_EVENT_SERVICE, .type = "EventService.v1_12_0.EventService",
      .properties = service_properties, .actions = service_actions,
      .read = RF_PRIVILEGE_LOGIN, .write = RF_PRIVILEGE_CONFIGURE_MANAGER,
      .depends = 1 << BMC_PART_SUBSCRIPTIONS },
    { .path = RF_EVENT_STREAM, .properties = no_properties,
      .read = RF_PRIVILEGE_LOGIN, .live = true,
      .content_type = "text/event-stream",
      .prepare = rf_event_stream_start },
    { NULL }
};
