/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events (DSP0268 Event): what has happened, as messages of a registry, kept
 * in a bounded history. Whoever wants them has a place in it, and is woken
 * when there is more; one that is too slow loses the oldest and is told so.
 * Nothing is kept per reader but its place.
 */
#ifndef QEMU_BMC_REDFISH_RF_EVENTS_H
#define QEMU_BMC_REDFISH_RF_EVENTS_H

#include "redfish/rf-error.h"
#include "redfish/rf-filter.h"
#include "redfish/rf.h"

#define RF_EVENT_SERVICE "/redfish/v1/EventService"
#define RF_EVENT_STREAM RF_EVENT_SERVICE "/SSE"

#define RF_EVENTS_HISTORY 2048     /* events that can be read again */
#define RF_EVENTS_BATCH 64         /* events that are sent together */
#define RF_EVENT_STREAMS_MAX 500   /* open at a time */

typedef struct RfEvents RfEvents;
typedef struct RfEventSource RfEventSource;
typedef struct RfEventPush RfEventPush;
typedef struct RfExchange RfExchange;
typedef struct RfPatch RfPatch;

/**
 * RfEventKind: EventType of an event, which DSP0268 calls deprecated and
 * requires; the order is that of rf_event_kinds.
 */
typedef enum RfEventKind {
    RF_EVENT_STATUS_CHANGE,
    RF_EVENT_RESOURCE_UPDATED,
    RF_EVENT_RESOURCE_ADDED,
    RF_EVENT_RESOURCE_REMOVED,
    RF_EVENT_ALERT,
    RF_EVENT_OTHER,
} RfEventKind;

extern const char *const rf_event_kinds[];

/**
 * RfEvent: what has happened; see rf_events_emit().
 *
 * @message: (transfer full): the message (DSP0268 Message)
 * @kind: its EventType
 * @report: @message is a metric report instead (DSP0268 MetricReport)
 * @definition: (nullable): URI of what defines that
 * @type: (nullable): type of the resource, without version: "Chassis"
 * @origin: (nullable): URI of the resource that it is about
 * @log_entry: (nullable): URI of its entry in a log
 */
typedef struct RfEvent {
    JsonObject *message;
    RfEventKind kind;
    bool report;
    const char *definition;
    const char *type;
    const char *origin;
    const char *log_entry;
} RfEvent;

/**
 * RfEventReader: somebody who reads events; embedded in its owner.
 *
 * @next: number of the event to look at next
 * @filter: (nullable): which events are wanted
 * @matches: (nullable): the same, for what a filter cannot say
 * @reports: metric reports are wanted too, if the filter lets them through
 * @context: (nullable): Context of what is read
 * @wake: there are more events
 * @opaque: handed to @matches and @wake
 * @link: place in the list of readers
 * @due: place in the list of those to be woken
 * @is_due: it is in that list
 */
typedef struct RfEventReader {
    int64_t next;
    RfFilter *filter;
    bool (*matches)(JsonObject *facts, void *opaque);
    bool reports;
    const char *context;
    void (*wake)(void *opaque);
    void *opaque;
    GList link;
    GList due;
    bool is_due;
} RfEventReader;

/**
 * rf_events_new: begin to watch a BMC, for the service that tells of it.
 *
 * @service: the service; must outlive the result
 *
 * Returns: (transfer full): the events, empty
 */
RfEvents *rf_events_new(RfService *service);

/**
 * rf_events_free: end all streams and forget all events.
 *
 * @events: the events, or NULL
 */
void rf_events_free(RfEvents *events);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(RfEvents, rf_events_free)

/**
 * rf_events_emit: something has happened.
 *
 * @events: the events
 * @event: what
 */
void rf_events_emit(RfEvents *events, const RfEvent *event);

/**
 * rf_events_test: what SubmitTestEvent does: the test message, with what its
 * parameters say instead.
 *
 * @events: the events
 * @patch: its parameters
 */
void rf_events_test(RfEvents *events, const RfPatch *patch);

/**
 * rf_events_add: add a reader.
 *
 * @events: the events
 * @reader: the reader, in no list; its @next is set
 * @after: number of the event after which it begins; 0 for the next one
 *         that happens
 */
void rf_events_add(RfEvents *events, RfEventReader *reader, int64_t after);

/**
 * rf_events_remove: remove a reader.
 *
 * @events: the events
 * @reader: the reader; its filter is freed
 */
void rf_events_remove(RfEvents *events, RfEventReader *reader);

/**
 * rf_events_read: read the next events, up to %RF_EVENTS_BATCH together.
 *
 * @events: the events
 * @reader: who reads; moves on
 * @last: set to the number of the last of them
 *
 * Returns: (transfer full): JSON (DSP0268 Event) in one line, or NULL when
 * there are no more
 */
GBytes *rf_events_read(RfEvents *events, RfEventReader *reader,
                       int64_t *last);

/**
 * rf_event_source_new: turn the BMC's changes into events.
 *
 * @events: where they go
 * @bmc: the hub
 *
 * Returns: (transfer full): the source
 */
RfEventSource *rf_event_source_new(RfEvents *events, Bmc *bmc);

/**
 * rf_event_source_started: say that the manager is there (again).
 *
 * @source: the source
 */
void rf_event_source_started(RfEventSource *source);

/**
 * rf_event_source_free: stop.
 *
 * @source: the source, or NULL
 */
void rf_event_source_free(RfEventSource *source);

/**
 * rf_event_push_new: send events to subscribers.
 *
 * @events: the events
 * @bmc: the hub, which knows the subscriptions
 *
 * Returns: (transfer full): what does it
 */
RfEventPush *rf_event_push_new(RfEvents *events, Bmc *bmc);

/**
 * rf_event_push_free: stop.
 *
 * @push: what does it, or NULL
 */
void rf_event_push_free(RfEventPush *push);

/**
 * rf_event_stream_start: answer a GET with a stream of events (DSP0266
 * section "Server-Sent Events").
 *
 * @x: the exchange
 */
void rf_event_stream_start(RfExchange *x);

/**
 * rf_event_streams_check: end the streams of those who may not read them any
 * more.
 *
 * @events: the events
 */
void rf_event_streams_check(RfEvents *events);

/**
 * rf_event_streams_free: end all streams.
 *
 * @events: the events
 */
void rf_event_streams_free(RfEvents *events);

#endif /* QEMU_BMC_REDFISH_RF_EVENTS_H */
