/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Subscriptions to events (DSP0268 EventDestination). */
#include "osdep.h"

#include "bmc/subscriptions.h"
#include "redfish/rf-events.h"
#include "redfish/rf-service.h"
#include "redfish/rf-subscription-lists.h"
#include "util/error.h"
#include "util/target.h"

#define SUBSCRIPTIONS RF_EVENT_SERVICE "/Subscriptions"

static const char *const protocols[] = { "Redfish", NULL };
static const char *const formats[] = { "Event", "MetricReport", NULL };
static const char *const subscription_types[] = { "RedfishEvent", NULL };
static const char *const shown_types[] = { "RedfishEvent", "SSE", NULL };
static const char *const severities[] = { "OK", "Warning", "Critical", NULL };
static const char *const states[] = { "Enabled", "Disabled", NULL };
enum { STATE_ENABLED, STATE_DISABLED };

/* What older clients ask for in EventTypes. */
static const char *const asked_kinds[] = {
    "StatusChange", "ResourceUpdated", "ResourceAdded", "ResourceRemoved",
    "Alert", "MetricReport", "Other", NULL,
};

static const char *const policies[] = {
    [BMC_RETRY_TERMINATE] = "TerminateAfterRetries",
    [BMC_RETRY_SUSPEND] = "SuspendRetries",
    [BMC_RETRY_FOREVER] = "RetryForever",
    [BMC_RETRY_BACKOFF] = "RetryForeverWithBackoff",
    NULL,
};

/* Lists by the names that clients give them. */
static const struct {
    const char *name;
    BmcSubscriptionList list;
} lists[] = {
    { "RegistryPrefixes", BMC_SUBSCRIPTION_PREFIXES },
    { "ResourceTypes", BMC_SUBSCRIPTION_TYPES },
    { "Severities", BMC_SUBSCRIPTION_SEVERITIES },
    { "EventTypes", BMC_SUBSCRIPTION_KINDS },
    { "MessageIds", BMC_SUBSCRIPTION_MESSAGES },
};

static const struct {
    const char *name;
    BmcSubscriptionList list;
} references[] = {
    { "OriginResources", BMC_SUBSCRIPTION_ORIGINS },
    { "MetricReportDefinitions", BMC_SUBSCRIPTION_DEFINITIONS },
};

static const RfProperty no_properties[] = { { NULL } };

static const BmcSubscription *subscription_of(const RfContext *ctx)
{
    const char *id = ctx->ids[0];
    guint64 number;

    if (id[0] < '1' || id[0] > '9' ||
        !g_ascii_string_to_unsigned(id, 10, 1, UINT_MAX, &number, NULL)) {
        return NULL;
    }
    return bmc_subscription_find(ctx->bmc, number);
}

static bool exists_subscription(const RfContext *ctx)
{
    return subscription_of(ctx);
}

static bool is_own_subscription(const RfExchange *x)
{
    const BmcSubscription *s = subscription_of(&x->context);

    return s && g_strcmp0(s->user, x->user.name) == 0;
}

static bool nth_subscription(const RfContext *ctx, unsigned n,
                             char uri[RF_URI_MAX])
{
    const BmcSubscription *s = bmc_subscription_nth(ctx->bmc, n);

    if (s) {
        g_snprintf(uri, RF_URI_MAX, SUBSCRIPTIONS "/%u", s->id);
    }
    return s;
}

/* Properties */

static bool is_stream(const RfContext *ctx)
{
    return subscription_of(ctx)->stream;
}

static bool is_push(const RfContext *ctx)
{
    return !is_stream(ctx);
}

/* What a stream carries, its query has said. */
static bool is_delivered(const RfContext *ctx, RfValue *value)
{
    return is_push(ctx);
}

static bool get_type(const RfContext *ctx, RfValue *value)
{
    value->choice = is_stream(ctx);
    return true;
}

static bool get_format(const RfContext *ctx, RfValue *value)
{
    value->choice = subscription_of(ctx)->reports;
    return true;
}

/* Its query may be a secret of those who may write it. */
static bool get_destination(const RfContext *ctx, RfValue *value)
{
    const BmcSubscription *s = subscription_of(ctx);

    value->text = ctx->limited ? s->shown : s->destination;
    return value->text;
}

static bool get_context(const RfContext *ctx, RfValue *value)
{
    value->text = subscription_of(ctx)->context;
    value->null = !value->text;
    return true;
}

static bool nth_element(const RfContext *ctx, BmcSubscriptionList list,
                        unsigned n, RfValue *value)
{
    char **texts = subscription_of(ctx)->lists[list];

    value->text = texts && n < g_strv_length(texts) ? texts[n] : NULL;
    return value->text;
}

static bool nth_prefix(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_element(ctx, BMC_SUBSCRIPTION_PREFIXES, n, value);
}

static bool nth_type(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_element(ctx, BMC_SUBSCRIPTION_TYPES, n, value);
}

static bool nth_severity(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_element(ctx, BMC_SUBSCRIPTION_SEVERITIES, n, value);
}

static bool nth_kind(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_element(ctx, BMC_SUBSCRIPTION_KINDS, n, value);
}

static bool nth_message(const RfContext *ctx, unsigned n, RfValue *value)
{
    return nth_element(ctx, BMC_SUBSCRIPTION_MESSAGES, n, value);
}

static bool nth_origin(const RfContext *ctx, unsigned n,
                       char uri[RF_URI_MAX])
{
    RfValue value;

    return nth_element(ctx, BMC_SUBSCRIPTION_ORIGINS, n, &value) &&
           g_strlcpy(uri, value.text, RF_URI_MAX) < RF_URI_MAX;
}

static bool nth_report(const RfContext *ctx, unsigned n,
                       char uri[RF_URI_MAX])
{
    RfValue value;

    return nth_element(ctx, BMC_SUBSCRIPTION_DEFINITIONS, n, &value) &&
           g_strlcpy(uri, value.text, RF_URI_MAX) < RF_URI_MAX;
}

static bool has_reports(const RfContext *ctx, RfValue *value)
{
    return subscription_of(ctx)->reports;
}

static bool get_subordinate(const RfContext *ctx, RfValue *value)
{
    value->boolean = subscription_of(ctx)->subordinate;
    return is_push(ctx);
}

static bool get_policy(const RfContext *ctx, RfValue *value)
{
    value->choice = subscription_of(ctx)->policy;
    return is_push(ctx);
}

static bool get_verify(const RfContext *ctx, RfValue *value)
{
    value->boolean = subscription_of(ctx)->verify;
    return is_push(ctx);
}

/* They are secret: an empty array stands for them (DSP0268). */
static bool get_headers(const RfContext *ctx, RfValue *value)
{
    g_autoptr(JsonArray) array = NULL;

    if (is_stream(ctx)) {
        return false;
    }
    array = json_array_new();
    value->node = json_node_init_array(json_node_alloc(), array);
    return true;
}

static bool get_state(const RfContext *ctx, RfValue *value)
{
    value->choice = subscription_of(ctx)->suspended ? STATE_DISABLED
                                                    : STATE_ENABLED;
    return true;
}

/* What is written */

static void wrong(RfMessages *messages, const char *name, const char *text,
                  const char *resolution)
{
    g_autofree char *pointer = g_strconcat("/", name, NULL);

    rf_messages_add(messages, RF_MESSAGE_PROPERTY_VALUE_FORMAT_ERROR,
                    pointer, resolution, text, name, NULL);
}

static bool destination_is_fit(RfExchange *x, const char *text)
{
    g_autoptr(GUri) uri = g_uri_parse(text, G_URI_FLAGS_ENCODED |
                                      G_URI_FLAGS_NON_DNS, NULL);
    const char *host = uri ? g_uri_get_host(uri) : NULL;
    g_autoptr(GInetAddress) address = NULL;

    if (!host || !*host || g_uri_get_userinfo(uri) ||
        (g_ascii_strcasecmp(g_uri_get_scheme(uri), "http") != 0 &&
         g_ascii_strcasecmp(g_uri_get_scheme(uri), "https") != 0)) {
        return false;
    }
    address = g_inet_address_new_from_string(host);
    return !address ||
           target_allowed(address, host,
                          bmc_subscriptions_allow(x->context.bmc),
                          bmc_origin_may_reach_host(x->context.bmc,
                                                    &x->origin));
}

static const char *text_of(const RfPatch *patch, const RfSetter *setter,
                           const char *name)
{
    const RfValue *value = rf_patch_get(patch, setter, name);

    return value && !value->null ? value->text : NULL;
}

static bool bool_of(const RfPatch *patch, const RfSetter *setter,
                    const char *name, bool otherwise)
{
    const RfValue *value = rf_patch_get(patch, setter, name);

    return value && !value->null ? value->boolean : otherwise;
}

static void read_lists(BmcSubscription *s, const RfPatch *patch,
                       RfMessages *messages)
{
    const RfValue *value;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(lists); i++) {
        value = rf_patch_get(patch, NULL, lists[i].name);
        if (value && !value->null) {
            s->lists[lists[i].list] = rf_subscription_read_texts(value->node);
            if (!s->lists[lists[i].list]) {
                wrong(messages, lists[i].name, "[]", NULL);
            }
        }
    }
    for (i = 0; i < G_N_ELEMENTS(references); i++) {
        value = rf_patch_get(patch, NULL, references[i].name);
        if (value && !value->null) {
            s->lists[references[i].list] = rf_subscription_read_origins(value->node);
            if (!s->lists[references[i].list]) {
                wrong(messages, references[i].name, "[]",
                      "Give an array of references to resources.");
            }
        }
    }
    value = rf_patch_get(patch, NULL, "HttpHeaders");
    if (value && !value->null) {
        s->lists[BMC_SUBSCRIPTION_HEADERS] = rf_subscription_read_headers(value->node);
        if (!s->lists[BMC_SUBSCRIPTION_HEADERS]) {
            wrong(messages, "HttpHeaders", "[]",
                  "Give an array of objects whose members are the headers.");
        }
    }
}

static void refuse_limit(RfExchange *x)
{
    rf_answer_error(x, RF_MESSAGE_EVENT_SUBSCRIPTION_LIMIT_EXCEEDED);
}

/* Older clients name them among the EventTypes. */
static bool wants_reports(const BmcSubscription *s, const RfPatch *patch)
{
    const RfValue *format = rf_patch_get(patch, NULL, "EventFormatType");
    char **kinds = s->lists[BMC_SUBSCRIPTION_KINDS];

    return format ? format->choice == 1
                  : kinds && kinds[0] && !kinds[1] &&
                    g_str_equal(kinds[0], "MetricReport");
}

static void subscribe(RfExchange *x, const RfPatch *patch)
{
    const RfValue *policy = rf_patch_get(patch, NULL, "DeliveryRetryPolicy");
    const char *destination = text_of(patch, NULL, "Destination");
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_auto(BmcSubscription) s = {
        .destination = g_strdup(destination),
        .context = g_strdup(text_of(patch, NULL, "Context")),
        .subordinate = bool_of(patch, NULL, "SubordinateResources", false),
        .verify = bool_of(patch, NULL, "VerifyCertificate", false),
        .policy = policy && !policy->null ? policy->choice
                                          : BMC_RETRY_TERMINATE,
    };
    g_autofree char *uri = NULL;
    unsigned id;

    if (!destination_is_fit(x, destination)) {
        wrong(messages, "Destination", destination,
              "Give the URI of an http or https server that may be reached.");
    }
    read_lists(&s, patch, messages);
    s.reports = wants_reports(&s, patch);
    if (!rf_messages_empty(messages)) {
        rf_exchange_fail(x, messages);
        return;
    }
    s.user = g_strdup(x->user.name);
    id = bmc_subscription_add(x->context.bmc, &s, &x->origin, NULL);
    if (!id) {
        refuse_limit(x);
        return;
    }
    uri = g_strdup_printf(SUBSCRIPTIONS "/%u", id);
    rf_exchange_created_kept(x, uri);
}

static const RfSetter setter;

/* Nothing is delivered to where a stream comes from. */
static const char *const delivery[] = {
    "DeliveryRetryPolicy", "HttpHeaders", "VerifyCertificate",
};

static void check_edit(const RfContext *ctx, const RfPatch *patch,
                       RfMessages *messages)
{
    const RfValue *headers = rf_patch_get(patch, &setter, "HttpHeaders");
    g_auto(GStrv) lines = headers && !headers->null
                          ? rf_subscription_read_headers(headers->node) : NULL;

    unsigned i;

    if (headers && !headers->null && !lines) {
        wrong(messages, "HttpHeaders", "[]",
              "Give an array of objects whose members are the headers.");
    }
    for (i = 0; i < G_N_ELEMENTS(delivery) && is_stream(ctx); i++) {
        if (rf_patch_get(patch, &setter, delivery[i])) {
            g_autofree char *pointer = g_strconcat("/", delivery[i], NULL);

            rf_messages_add(messages, RF_MESSAGE_PROPERTY_NOT_WRITABLE,
                            pointer, NULL, delivery[i], NULL);
        }
    }
}

static BmcSubscription *edit_of(RfExchange *x)
{
    const BmcSubscription *s = subscription_of(&x->context);

    return s ? bmc_subscription_edit(x->context.bmc, s->id) : NULL;
}

static void edit(RfExchange *x, const RfPatch *patch)
{
    BmcSubscription *s = edit_of(x);
    const RfValue *headers = rf_patch_get(patch, &setter, "HttpHeaders");
    const RfValue *policy = rf_patch_get(patch, &setter,
                                         "DeliveryRetryPolicy");

    if (rf_patch_get(patch, &setter, "Context")) {
        g_free(s->context);
        s->context = g_strdup(text_of(patch, &setter, "Context"));
    }
    if (headers) {
        g_strfreev(s->lists[BMC_SUBSCRIPTION_HEADERS]);
        s->lists[BMC_SUBSCRIPTION_HEADERS] =
            headers->null ? NULL : rf_subscription_read_headers(headers->node);
    }
    if (policy && !policy->null) {
        s->policy = policy->choice;
    }
    s->verify = bool_of(patch, &setter, "VerifyCertificate", s->verify);
    bmc_subscription_edited(x->context.bmc);
    rf_exchange_complete_kept(x);
}

static const RfSetter setter = { check_edit, edit };

static void set_suspended(RfExchange *x, bool suspended)
{
    BmcSubscription *s = edit_of(x);

    if (s->suspended != suspended) {
        s->suspended = suspended;
        bmc_subscription_edited(x->context.bmc);
    }
    rf_exchange_complete_kept(x);
}

static void suspend(RfExchange *x, const RfPatch *patch)
{
    set_suspended(x, true);
}

static void resume(RfExchange *x, const RfPatch *patch)
{
    set_suspended(x, false);
}

static void unsubscribe(RfExchange *x)
{
    bmc_subscription_remove(x->context.bmc,
                            subscription_of(&x->context)->id);
    rf_exchange_complete_kept(x);
}

/* Tables */

static const RfProperty status_properties[] = {
    { "State", RF_TYPE_ENUM, .texts = states, .get = get_state },
    { NULL }
};

static const RfProperty subscription_properties[] = {
    { "Id", RF_TYPE_STRING, .get = rf_get_id },
    { "Name", RF_TYPE_STRING, .text = "Event Subscription" },
    { "Destination", RF_TYPE_STRING, .get = get_destination },
    { "Protocol", RF_TYPE_ENUM, .texts = protocols, .get = rf_get_first },
    { "SubscriptionType", RF_TYPE_ENUM, .texts = shown_types,
      .get = get_type },
    { "EventFormatType", RF_TYPE_ENUM, .texts = formats,
      .get = get_format },
    { "Context", RF_TYPE_STRING, .get = get_context, .setter = &setter,
      .nullable = true, .min = 0, .max = BMC_SUBSCRIPTION_TEXT_MAX },
    { "RegistryPrefixes", RF_TYPE_STRINGS, .item = nth_prefix,
      .get = is_delivered },
    { "ResourceTypes", RF_TYPE_STRINGS, .item = nth_type,
      .get = is_delivered },
    { "Severities", RF_TYPE_STRINGS, .item = nth_severity,
      .get = is_delivered },
    { "EventTypes", RF_TYPE_STRINGS, .item = nth_kind,
      .get = is_delivered },
    { "MessageIds", RF_TYPE_STRINGS, .item = nth_message,
      .get = is_delivered },
    { "OriginResources", RF_TYPE_LINKS, .nth = nth_origin,
      .get = is_delivered },
    { "MetricReportDefinitions", RF_TYPE_LINKS, .nth = nth_report,
      .get = has_reports },
    { "SubordinateResources", RF_TYPE_BOOL, .get = get_subordinate },
    { "DeliveryRetryPolicy", RF_TYPE_ENUM, .texts = policies,
      .get = get_policy, .setter = &setter },
    { "VerifyCertificate", RF_TYPE_BOOL, .get = get_verify,
      .setter = &setter },
    { "HttpHeaders", RF_TYPE_JSON, .get = get_headers, .setter = &setter },
    { "Status", RF_TYPE_OBJECT, .members = status_properties },
    { NULL }
};

static const RfProperty create_properties[] = {
    { "Destination", RF_TYPE_STRING, .required = true, .min = 1,
      .max = BMC_SUBSCRIPTION_TEXT_MAX },
    { "Protocol", RF_TYPE_ENUM, .texts = protocols, .required = true },
    { "SubscriptionType", RF_TYPE_ENUM, .texts = subscription_types },
    { "EventFormatType", RF_TYPE_ENUM, .texts = formats },
    { "Context", RF_TYPE_STRING, .nullable = true, .min = 0,
      .max = BMC_SUBSCRIPTION_TEXT_MAX },
    { "RegistryPrefixes", RF_TYPE_STRINGS },
    { "ResourceTypes", RF_TYPE_STRINGS },
    { "Severities", RF_TYPE_STRINGS, .texts = severities },
    { "EventTypes", RF_TYPE_STRINGS, .texts = asked_kinds },
    { "MessageIds", RF_TYPE_STRINGS },
    { "OriginResources", RF_TYPE_JSON },
    { "MetricReportDefinitions", RF_TYPE_JSON },
    { "SubordinateResources", RF_TYPE_BOOL, .nullable = true },
    { "DeliveryRetryPolicy", RF_TYPE_ENUM, .texts = policies },
    { "VerifyCertificate", RF_TYPE_BOOL, .nullable = true },
    { "HttpHeaders", RF_TYPE_JSON, .nullable = true },
    { NULL }
};

static const RfAction subscription_actions[] = {
    { "#EventDestination.ResumeSubscription", no_properties,
      RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_SELF, resume,
      is_push },
    { "#EventDestination.SuspendSubscription", no_properties,
      RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_SELF,
      suspend, is_push },
    { NULL }
};

static const RfCreate creation = {
    create_properties,
    RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_COMPONENTS,
    subscribe
};

static const RfDelete removal = {
    RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_SELF, unsubscribe
};

static const RfProperty collection_properties[] = {
    { "Name", RF_TYPE_STRING, .text = "Event Subscriptions Collection" },
    { "Members", RF_TYPE_LINKS, .nth = nth_subscription },
    { NULL }
};

const RfResource rf_subscriptions_resources[] = {
    { .path = SUBSCRIPTIONS,
      .type = "EventDestinationCollection.EventDestinationCollection",
      .properties = collection_properties, .read = RF_PRIVILEGE_LOGIN,
      .depends = 1 << BMC_PART_SUBSCRIPTIONS, .create = &creation },
    { .path = SUBSCRIPTIONS "/{EventDestinationId}",
      .type = "EventDestination.v1_16_0.EventDestination",
      .properties = subscription_properties,
      .actions = subscription_actions, .read = RF_PRIVILEGE_LOGIN,
      .write = RF_PRIVILEGE_CONFIGURE_MANAGER | RF_PRIVILEGE_CONFIGURE_SELF,
      .depends = 1 << BMC_PART_SUBSCRIPTIONS, .hides = true,
      .exists = exists_subscription, .is_own = is_own_subscription,
      .remove = &removal },
    { NULL }
};
