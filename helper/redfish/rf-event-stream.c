/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Server-Sent Events (DSP0266 section of that name, WHATWG HTML 9.2). */
#include "osdep.h"

#include "redfish/rf-events-priv.h"

#include "bmc/subscriptions.h"
#include "bmc/trust.h"
#include "redfish/rf-service.h"

/* Middleboxes drop what is silent for a minute. */
#define KEEP_ALIVE_MS 30000

/*
 * EventStream: an open stream.
 *
 * @id: number of its subscription, which clients see and may delete
 * @user: who reads it
 * @sink: where it goes; NULL until it is open
 * @context: Context of its subscription
 */
typedef struct EventStream {
    RfEvents *events;
    unsigned id;
    RfUser user;
    RfSink *sink;
    char *context;
    RfEventReader reader;
    GList link;
} EventStream;

static void push_text(EventStream *stream, const char *text)
{
    g_autoptr(GBytes) bytes = g_bytes_new(text, strlen(text));

    stream->sink->push(stream->sink, bytes);
}

/* One event for all that there is, once the last one is out. */
static void send_more(void *opaque)
{
    EventStream *stream = opaque;
    g_autoptr(GBytes) json = NULL;
    g_autoptr(GBytes) bytes = NULL;
    GString *text;
    int64_t last;
    gsize len;

    if (!stream->sink || stream->sink->pending(stream->sink)) {
        return;
    }
    json = rf_events_read(stream->events, &stream->reader, &last);
    if (!json) {
        return;
    }
    text = g_string_new(NULL);
    g_string_append_printf(text, "id: %" PRId64 "\ndata: ", last);
    g_string_append_len(text, g_bytes_get_data(json, &len),
                        g_bytes_get_size(json));
    g_string_append(text, "\n\n");
    bytes = g_string_free_to_bytes(text);
    stream->sink->push(stream->sink, bytes);
}

static void keep_alive(void *opaque)
{
    RfEvents *events = opaque;
    GList *l;

    for (l = events->streams.head; l; l = l->next) {
        EventStream *stream = l->data;

        if (stream->sink && !stream->sink->pending(stream->sink)) {
            push_text(stream, ":\n\n");
        }
    }
    clock_timer_start(bmc_clock(events->bmc), &events->keep_alive,
                      KEEP_ALIVE_MS, keep_alive, events);
}

static void stream_opened(RfSink *sink, void *opaque)
{
    EventStream *stream = opaque;
    RfEvents *events = stream->events;

    stream->sink = sink;
    /* Its header goes out at once, even when nothing happens. */
    push_text(stream, ":\n\n");
    send_more(stream);
    if (!events->keep_alive) {
        clock_timer_start(bmc_clock(events->bmc), &events->keep_alive,
                          KEEP_ALIVE_MS, keep_alive, events);
    }
}

static void stream_closed(void *opaque)
{
    EventStream *stream = opaque;
    RfEvents *events = stream->events;

    rf_events_remove(events, &stream->reader);
    g_queue_unlink(&events->streams, &stream->link);
    if (!events->streams.length) {
        clock_timer_stop(&events->keep_alive);
    }
    bmc_subscription_remove(events->bmc, stream->id);
    g_clear_object(&stream->user.certificate);
    g_free(stream->context);
    g_free(stream);
}

static const RfStream stream_ops = {
    .opened = stream_opened,
    .drained = send_more,
    .closed = stream_closed,
};

static void stream_end(EventStream *stream)
{
    if (stream->sink) {
        stream->sink->end(stream->sink);
    }
    stream_closed(stream);
}

void rf_event_streams_free(RfEvents *events)
{
    while (events->streams.head) {
        stream_end(events->streams.head->data);
    }
}

/*
 * Whether who reads a stream may still do so. The end of the session that has
 * opened it does not matter (DSP0266 "Session termination"); another password
 * of his account does: somebody else may have known the old one.
 */
static bool may_read(const EventStream *stream)
{
    const RfUser *user = &stream->user;
    Bmc *bmc = stream->events->bmc;
    const BmcUser *account;

    if (!user->slot) {
        return true;
    }
    account = bmc_users_get(bmc, user->slot);
    if (user->certificate &&
        bmc_trust_user(bmc, user->certificate, NULL) != account) {
        return false;
    }
    return account->enabled && account->generation == user->generation &&
           rf_auth_privileges(account->privilege) & RF_PRIVILEGE_LOGIN;
}

static void take_context(EventStream *stream, const BmcSubscription *s)
{
    if (g_strcmp0(stream->context, s->context) != 0) {
        g_free(stream->context);
        stream->context = g_strdup(s->context);
        stream->reader.context = stream->context;
    }
}

/* Returns NULL when all may go on. */
static EventStream *find_ended(RfEvents *events)
{
    GList *l;

    for (l = events->streams.head; l; l = l->next) {
        EventStream *stream = l->data;
        const BmcSubscription *s = bmc_subscription_find(events->bmc,
                                                         stream->id);

        if (!s || !may_read(stream)) {
            return stream;
        }
        take_context(stream, s);
    }
    return NULL;
}

/* The end of one is a change of subscriptions, and leads here again. */
void rf_event_streams_check(RfEvents *events)
{
    EventStream *stream;

    while ((stream = find_ended(events))) {
        stream_end(stream);
    }
}

/* Of the query, a stream has $filter alone. */
static bool query_fits(RfExchange *x)
{
    const RfQuery *query = &x->query;

    return !query->only && !query->excerpt && !query->expand &&
           !query->skip && (!query->any || query->top < 0) && !query->select;
}

/* Properties that $filter may name (DSP0266 "Server-Sent Events"). */
static const char *const filter_properties[] = {
    "EventFormatType", "EventType", "MessageId", "MetricReportDefinition",
    "OriginResource", "RegistryPrefix", "ResourceType", "Severity",
    "SubordinateResources", NULL,
};

static void refuse_filter(RfExchange *x)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autofree char *names = g_strjoinv(", ", (char **)filter_properties);
    g_autofree char *why = g_strdup_printf("A filter of events may name %s.",
                                           names);

    rf_messages_add(messages, RF_MESSAGE_QUERY_PARAMETER_VALUE_FORMAT_ERROR,
                    NULL, why, x->query.filter_text, "$filter", NULL);
    rf_answer_errors(x, messages, 0);
}

/* Returns false when it has answered. */
static bool filter_fits(RfExchange *x)
{
    RfFilter *filter = x->query.filter;

    if (filter && !rf_filter_is_of(filter, filter_properties)) {
        refuse_filter(x);
        return false;
    }
    if (filter) {
        rf_filter_below(filter, "SubordinateResources", "OriginResource");
    }
    return true;
}

static int64_t last_event_id(const RfExchange *x)
{
    const char *text = x->request.headers[RF_HEADER_LAST_EVENT_ID];
    gint64 id;

    if (text && g_ascii_string_to_signed(text, 10, 1, INT64_MAX - 1, &id,
                                         NULL)) {
        return id;
    }
    return 0;
}

/* Nobody who has not heard of reports gets any. */
static bool asks_for_reports(const RfFilter *filter)
{
    return filter && (rf_filter_names(filter, "EventFormatType") ||
                      rf_filter_names(filter, "MetricReportDefinition"));
}

void rf_event_stream_start(RfExchange *x)
{
    RfEvents *events = x->service->events;
    EventStream *stream;

    if (!query_fits(x)) {
        rf_answer_error(x, RF_MESSAGE_QUERY_NOT_SUPPORTED_ON_RESOURCE);
        return;
    }
    if (!filter_fits(x)) {
        return;
    }
    if (g_str_equal(x->request.method, "HEAD")) {
        rf_exchange_stream(x, NULL, NULL);
        return;
    }
    if (!events || events->streams.length >= RF_EVENT_STREAMS_MAX) {
        rf_answer_error(x, RF_MESSAGE_EVENT_SUBSCRIPTION_LIMIT_EXCEEDED);
        return;
    }
    stream = g_new0(EventStream, 1);
    stream->events = events;
    stream->user = x->user;
    if (stream->user.certificate) {
        g_object_ref(stream->user.certificate);
    }
    stream->reader.filter = g_steal_pointer(&x->query.filter);
    stream->reader.reports = asks_for_reports(stream->reader.filter);
    stream->reader.wake = send_more;
    stream->reader.opaque = stream;
    stream->link.data = stream;
    stream->id = bmc_subscription_add_stream(events->bmc, x->user.name);
    take_context(stream, bmc_subscription_find(events->bmc, stream->id));
    g_queue_push_tail_link(&events->streams, &stream->link);
    rf_events_add(events, &stream->reader, last_event_id(x));
    rf_exchange_stream(x, &stream_ops, stream);
}
