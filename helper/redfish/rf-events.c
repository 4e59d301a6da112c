/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The history of events, and those who read it. */
#include "osdep.h"

#include "redfish/rf-events-priv.h"

#include "redfish/rf-event-messages.h"
#include "redfish/rf-service.h"
#include "util/json.h"

/* Readers that are woken before others have their turn. */
#define WAKE_AT_ONCE 8

const char *const rf_event_kinds[] = {
    [RF_EVENT_STATUS_CHANGE] = "StatusChange",
    [RF_EVENT_RESOURCE_UPDATED] = "ResourceUpdated",
    [RF_EVENT_RESOURCE_ADDED] = "ResourceAdded",
    [RF_EVENT_RESOURCE_REMOVED] = "ResourceRemoved",
    [RF_EVENT_ALERT] = "Alert",
    [RF_EVENT_OTHER] = "Other",
    NULL,
};

static void record_clear(RfEventRecord *record)
{
    g_clear_pointer(&record->facts, json_object_unref);
    g_clear_pointer(&record->text, g_free);
}

static void not_due(RfEvents *events, RfEventReader *reader)
{
    if (reader->is_due) {
        reader->is_due = false;
        g_queue_unlink(&events->due, &reader->due);
    }
}

static RfEventRecord *record_at(RfEvents *events, int64_t number)
{
    return &events->ring[number % RF_EVENTS_HISTORY];
}

static void set_text(JsonObject *object, const char *name, const char *text)
{
    if (text) {
        json_object_set_string_member(object, name, text);
    }
}

static void set_link(JsonObject *object, const char *name, const char *uri)
{
    if (uri) {
        JsonObject *link = json_object_new();

        json_object_set_string_member(link, "@odata.id", uri);
        json_object_set_object_member(object, name, link);
    }
}

/* A test event may come with its own. */
static void set_default(JsonObject *object, const char *name,
                        const char *text)
{
    if (!json_object_has_member(object, name)) {
        json_object_set_string_member(object, name, text);
    }
}

/* "ResourceEvent" of "ResourceEvent.1.4.ResourceChanged". */
static char *registry_prefix(const char *message_id)
{
    return g_strndup(message_id, strcspn(message_id, "."));
}

/* Returns the event as JSON; the message becomes the event. */
static char *record_text(const RfEvent *event, int64_t number)
{
    g_autofree char *id = g_strdup_printf("%" PRId64, number);
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *when = g_date_time_format(now, "%FT%TZ");
    JsonObject *object = event->message;

    json_object_remove_member(object, "@odata.type");
    /* Unique among those that are sent together, whichever these are. */
    json_object_set_string_member(object, "MemberId", id);
    set_default(object, "EventId", id);
    json_object_set_string_member(object, "EventType",
                                  rf_event_kinds[event->kind]);
    set_default(object, "EventTimestamp", when);
    set_link(object, "OriginOfCondition", event->origin);
    set_link(object, "LogEntry", event->log_entry);
    return json_print(object);
}

static JsonObject *report_facts(const RfEvent *event)
{
    JsonObject *facts = json_object_new();

    json_object_set_string_member(facts, "EventFormatType", "MetricReport");
    json_object_set_string_member(facts, "EventType", "MetricReport");
    set_text(facts, "MetricReportDefinition", event->definition);
    set_text(facts, "ResourceType", event->type);
    set_text(facts, "OriginResource", event->origin);
    return facts;
}

static JsonObject *record_facts(const RfEvent *event)
{
    JsonObject *facts = json_object_new();
    const char *id = json_object_get_string_member(event->message,
                                                   "MessageId");
    g_autofree char *prefix = registry_prefix(id);

    json_object_set_string_member(facts, "EventFormatType", "Event");
    json_object_set_string_member(facts, "EventType",
                                  rf_event_kinds[event->kind]);
    json_object_set_string_member(facts, "MessageId", id);
    json_object_set_string_member(facts, "RegistryPrefix", prefix);
    json_object_set_string_member(
        facts, "Severity",
        json_object_get_string_member(event->message, "MessageSeverity"));
    set_text(facts, "ResourceType", event->type);
    set_text(facts, "OriginResource", event->origin);
    return facts;
}

static gboolean on_waker(void *opaque);

/*
 * Each one that is woken sends something. Hundreds of them would hold up
 * everybody else, so the others have their turn after a few.
 */
static void wake_some(RfEvents *events)
{
    unsigned i;

    for (i = 0; i < WAKE_AT_ONCE && events->due.head; i++) {
        RfEventReader *reader = events->due.head->data;

        not_due(events, reader);
        reader->wake(reader->opaque);
    }
    if (events->due.head && !events->waker) {
        events->waker = g_idle_source_new();
        g_source_set_priority(events->waker, G_PRIORITY_DEFAULT);
        g_source_set_callback(events->waker, on_waker, events, NULL);
        g_source_attach(events->waker, g_main_context_get_thread_default());
    }
}

static gboolean on_waker(void *opaque)
{
    RfEvents *events = opaque;

    wake_some(events);
    if (events->due.head) {
        return G_SOURCE_CONTINUE;
    }
    g_clear_pointer(&events->waker, g_source_unref);
    return G_SOURCE_REMOVE;
}

void rf_events_emit(RfEvents *events, const RfEvent *event)
{
    RfEventRecord *record;
    GList *l;

    if (events->next - events->first == RF_EVENTS_HISTORY) {
        events->first++;
    }
    record = record_at(events, events->next);
    record_clear(record);
    record->report = event->report;
    if (event->report) {
        record->facts = report_facts(event);
        record->text = json_print(event->message);
    } else {
        record->facts = record_facts(event);
        record->text = record_text(event, events->next);
    }
    json_object_unref(event->message);
    events->next++;
    for (l = events->readers.head; l; l = l->next) {
        RfEventReader *reader = l->data;

        if (!reader->is_due) {
            reader->is_due = true;
            g_queue_push_tail_link(&events->due, &reader->due);
        }
    }
    wake_some(events);
}

static const char *text_of(const RfPatch *patch, const char *name)
{
    const RfValue *value = rf_patch_get(patch, NULL, name);

    return value ? value->text : NULL;
}

static void set_argument(JsonObject *message, const RfPatch *patch,
                         const char *name)
{
    const char *text = text_of(patch, name);

    set_text(message, name, text && *text ? text : NULL);
}

/* A client may name any message, also one that it makes up. */
static void change_message(JsonObject *message, const RfPatch *patch)
{
    static const char *const severities[] = { "OK", "Warning", "Critical" };
    const RfValue *args = rf_patch_get(patch, NULL, "MessageArgs");
    const RfValue *severity = rf_patch_get(patch, NULL, "MessageSeverity");
    const RfValue *group = rf_patch_get(patch, NULL, "EventGroupId");
    const char *id = text_of(patch, "MessageId");

    if (id) {
        json_object_set_string_member(message, "MessageId", id);
        json_object_remove_member(message, "Message");
        json_object_remove_member(message, "Resolution");
    }
    set_argument(message, patch, "Message");
    set_argument(message, patch, "Severity");
    set_argument(message, patch, "EventId");
    set_argument(message, patch, "EventTimestamp");
    if (group) {
        json_object_set_int_member(message, "EventGroupId", group->integer);
    }
    if (args) {
        json_object_set_member(message, "MessageArgs",
                               json_node_copy(args->node));
    }
    if (severity) {
        json_object_set_string_member(message, "MessageSeverity",
                                      severities[severity->choice]);
    }
}

void rf_events_test(RfEvents *events, const RfPatch *patch)
{
    const RfValue *kind = rf_patch_get(patch, NULL, "EventType");
    RfEvent event = {
        .message = rf_resource_event(RF_RESOURCE_TEST_MESSAGE, NULL, NULL),
        .kind = kind ? kind->choice : RF_EVENT_ALERT,
        .type = "EventService",
        .origin = text_of(patch, "OriginOfCondition") ?: RF_EVENT_SERVICE,
    };

    change_message(event.message, patch);
    rf_events_emit(events, &event);
}

void rf_events_add(RfEvents *events, RfEventReader *reader, int64_t after)
{
    reader->link.data = reader;
    reader->due.data = reader;
    reader->next = events->next;
    if (after > 0 && after < events->next) {
        reader->next = after + 1;
    }
    g_queue_push_tail_link(&events->readers, &reader->link);
}

void rf_events_remove(RfEvents *events, RfEventReader *reader)
{
    g_queue_unlink(&events->readers, &reader->link);
    not_due(events, reader);
    g_clear_pointer(&reader->filter, rf_filter_free);
}

static bool wanted(const RfEventReader *reader, const RfEventRecord *record)
{
    return (!record->report || reader->reports) &&
           (!reader->filter ||
            rf_filter_matches(reader->filter, record->facts)) &&
           (!reader->matches ||
            reader->matches(record->facts, reader->opaque));
}

static char *json_text(const char *text)
{
    g_autoptr(JsonNode) node = json_node_init_string(json_node_alloc(), text);

    return json_print_node(node);
}

static GString *envelope(int64_t number, const char *context)
{
    GString *text = g_string_new(NULL);

    g_string_append_printf(text,
                           "{\"@odata.type\":\"#Event.v1_13_0.Event\","
                           "\"Id\":\"%" PRId64 "\",\"Name\":\"Event\",",
                           number);
    if (context) {
        g_autofree char *printed = json_text(context);

        g_string_append_printf(text, "\"Context\":%s,", printed);
    }
    return text;
}

/* What was lost is told in the place of the last one that was. */
static char *lost_text(RfEvents *events)
{
    g_autoptr(RfMessages) messages = rf_messages_new();
    g_autoptr(JsonObject) message = NULL;
    RfEvent event = { .kind = RF_EVENT_OTHER };

    rf_messages_add(messages, RF_MESSAGE_EVENT_BUFFER_EXCEEDED, NULL, NULL,
                    NULL);
    message = json_object_ref(
        json_array_get_object_element(rf_messages_list(messages), 0));
    event.message = message;
    return record_text(&event, events->first - 1);
}

/* Returns the report that comes next, if nothing else does. */
static GBytes *read_report(RfEvents *events, RfEventReader *reader,
                           int64_t *last)
{
    GString *text;

    while (reader->reports && reader->next >= events->first &&
           reader->next < events->next) {
        RfEventRecord *record = record_at(events, reader->next);

        if (wanted(reader, record)) {
            if (!record->report) {
                return NULL;
            }
            *last = reader->next++;
            text = g_string_new(record->text);
            if (reader->context) {
                g_autofree char *context = json_text(reader->context);

                g_string_insert(text, 1, ",");
                g_string_insert(text, 1, context);
                g_string_insert(text, 1, "\"Context\":");
            }
            return g_string_free_to_bytes(text);
        }
        reader->next++;
    }
    return NULL;
}

/* Returns what follows the envelope, or NULL when there is nothing. */
static GBytes *read_batch(RfEvents *events, RfEventReader *reader,
                          int64_t *first, int64_t *last)
{
    g_autoptr(GString) text = g_string_new("\"Events\":[");
    unsigned count = 0;

    if (reader->next < events->first) {
        g_autofree char *lost = lost_text(events);

        reader->next = events->first;
        *first = *last = events->first - 1;
        g_string_append(text, lost);
        count = 1;
    }
    for (; reader->next < events->next && count < RF_EVENTS_BATCH;
         reader->next++) {
        RfEventRecord *record = record_at(events, reader->next);

        if (!wanted(reader, record)) {
            continue;
        }
        if (record->report) {
            break; /* by itself, next time */
        }
        if (count == 0) {
            *first = reader->next;
        }
        g_string_append_printf(text, "%s%s", count++ ? "," : "",
                               record->text);
        *last = reader->next;
    }
    if (!count) {
        return NULL;
    }
    g_string_append_printf(text, "],\"Events@odata.count\":%u}", count);
    return g_string_free_to_bytes(g_steal_pointer(&text));
}

/* Most readers want everything, and are at the same place. */
static GBytes *read_shared(RfEvents *events, RfEventReader *reader,
                           int64_t *first, int64_t *last)
{
    int64_t from = reader->next;
    GBytes *bytes;

    if (events->shared && events->shared_from == from &&
        (events->shared_next == events->next ||
         events->shared_next - from == RF_EVENTS_BATCH)) {
        reader->next = events->shared_next;
        *first = events->shared_first;
        *last = reader->next - 1;
        return g_bytes_ref(events->shared);
    }
    bytes = read_batch(events, reader, first, last);
    if (bytes) {
        g_clear_pointer(&events->shared, g_bytes_unref);
        events->shared = g_bytes_ref(bytes);
        events->shared_from = from;
        events->shared_first = *first;
        events->shared_next = reader->next;
    }
    return bytes;
}

GBytes *rf_events_read(RfEvents *events, RfEventReader *reader,
                       int64_t *last)
{
    bool plain = !reader->filter && !reader->matches;
    g_autoptr(GBytes) bytes = NULL;
    GBytes *report = read_report(events, reader, last);
    int64_t first = 0;
    GString *text;

    if (report) {
        return report;
    }
    bytes = plain ? read_shared(events, reader, &first, last)
                  : read_batch(events, reader, &first, last);
    if (!bytes) {
        return NULL;
    }
    text = envelope(first, reader->context);
    g_string_append_len(text, g_bytes_get_data(bytes, NULL),
                        g_bytes_get_size(bytes));
    return g_string_free_to_bytes(text);
}

RfEvents *rf_events_new(RfService *service)
{
    RfEvents *events = g_new0(RfEvents, 1);

    events->service = service;
    events->bmc = service->bmc;
    g_queue_init(&events->readers);
    g_queue_init(&events->due);
    g_queue_init(&events->streams);
    /* Milliseconds: numbers go on growing when the process starts anew. */
    events->next = g_get_real_time() / 1000;
    events->first = events->next;
    events->source = rf_event_source_new(events, events->bmc);
    events->push = rf_event_push_new(events, events->bmc);
    service->events = events;
    rf_event_source_started(events->source);
    return events;
}

void rf_events_free(RfEvents *events)
{
    unsigned i;

    if (!events) {
        return;
    }
    events->service->events = NULL;
    rf_event_source_free(events->source);
    rf_event_push_free(events->push);
    rf_event_streams_free(events);
    if (events->waker) {
        g_source_destroy(events->waker);
        g_source_unref(events->waker);
    }
    clock_timer_stop(&events->keep_alive);
    for (i = 0; i < RF_EVENTS_HISTORY; i++) {
        record_clear(&events->ring[i]);
    }
    g_clear_pointer(&events->shared, g_bytes_unref);
    g_free(events);
}
