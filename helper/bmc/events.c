/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where platform events go: to the event log, and to all who act on them. */
#include "osdep.h"

#include "bmc/events.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/event-source.h"
#include "bmc/persist-read.h"
#include "bmc/sel.h"
#include "bmc/sensors.h"
#include "util/log.h"

/* Events that notifiers cause in turn; more of them would be a loop. */
#define MAX_QUEUED 64

/*
 * BmcEvents: the event path.
 *
 * @queue: BmcEventNotice, to be told to the notifiers
 * @telling: notifiers are being told
 * @logging: bmc_event_logging()
 * @receiver: bmc_event_receiver()
 * @received: log lines about events from outside
 * @audit: log lines about changes
 */
struct BmcEvents {
    NotifierList notifiers;
    GQueue queue;
    bool telling;
    bool logging;
    uint8_t receiver;
    LogLimit received;
    LogLimit audit;
};

static void notice_free(void *opaque)
{
    BmcEventNotice *notice = opaque;

    g_free((char *)notice->text);
    g_free(notice);
}

static void tell(Bmc *bmc, const BmcEventNotice *notice)
{
    BmcEvents *events = bmc->events;
    BmcEventNotice *copy;

    if (events->queue.length >= MAX_QUEUED) {
        return;
    }
    copy = g_memdup2(notice, sizeof(*notice));
    copy->text = g_strdup(notice->text);
    g_queue_push_tail(&events->queue, copy);
    if (events->telling) {
        return;
    }
    events->telling = true;
    while ((copy = g_queue_pop_head(&events->queue))) {
        notifier_list_notify(&events->notifiers, copy);
        notice_free(copy);
    }
    events->telling = false;
}

/* Returns false if the event was to be logged and could not be. */
static bool pass_on(Bmc *bmc, const SelEvent *event, uint16_t generator,
                    bool log, const char *text)
{
    SelRecord record = {
        .type = SEL_TYPE_EVENT,
        .generator = generator,
        .event = *event,
    };
    BmcEventNotice notice = {
        .event = {
            .sensor = event->sensor,
            .sensor_type = event->sensor_type,
            .event_type = event->event_type,
            .deassert = event->deassert,
        },
        .generator = generator,
        .evm_rev = event->evm_rev,
        .timestamp = bmc_sel_time(bmc),
        .by_pef = bmc->by_pef,
        .text = text,
    };

    memcpy(notice.event.data, event->data, sizeof(event->data));
    if (log) {
        notice.record_id = bmc_sel_add(bmc, &record, text);
    }
    tell(bmc, &notice);
    return !log || notice.record_id;
}

static void say(Bmc *bmc, LogLimit *limit, const char *text)
{
    unsigned suppressed;

    if (!log_limit_allows(limit, clock_now_ms(bmc->clock), &suppressed)) {
        return;
    }
    if (suppressed) {
        g_message("event log: %u lines about it are left out", suppressed);
    }
    g_message("event log: %s", text);
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();

    json_object_set_int_member(section, "receiver", bmc->events->receiver);
    persist_set(bmc->persist, "events", section);
}

static bool receiver_exists(int64_t address)
{
    return address == BMC_EVENT_RECEIVER_SELF ||
           address == BMC_EVENT_RECEIVER_NONE;
}

void bmc_events_new(Bmc *bmc)
{
    PersistReader r;
    int64_t receiver;

    bmc->events = g_new0(BmcEvents, 1);
    g_queue_init(&bmc->events->queue);
    bmc->events->logging = true;
    bmc->events->receiver = BMC_EVENT_RECEIVER_SELF;
    persist_read(&r, bmc->persist, "events");
    if (!persist_read_int(&r, "receiver", 0, UINT8_MAX, &receiver)) {
        return;
    }
    if (receiver_exists(receiver)) {
        bmc->events->receiver = receiver;
    } else {
        persist_read_damaged(&r, "receiver");
    }
}

void bmc_events_free(Bmc *bmc)
{
    if (!bmc->events) {
        return;
    }
    while (bmc->events->notifiers.first) {
        notifier_remove(bmc->events->notifiers.first);
    }
    g_queue_clear_full(&bmc->events->queue, notice_free);
    g_clear_pointer(&bmc->events, g_free);
}

void bmc_event_add(Bmc *bmc, const BmcEvent *event, const char *text)
{
    g_message("event: %s", text);
    event_source_add(bmc, event, text);
}

void event_source_add(Bmc *bmc, const BmcEvent *event, const char *text)
{
    SelEvent wire = {
        .evm_rev = SEL_EVM_IPMI20,
        .sensor_type = event->sensor_type,
        .sensor = event->sensor,
        .event_type = event->event_type,
        .deassert = event->deassert,
    };

    if (!bmc_sensors_note_event(bmc, event) ||
        bmc->events->receiver == BMC_EVENT_RECEIVER_NONE) {
        return;
    }
    memcpy(wire.data, event->data, sizeof(wire.data));
    pass_on(bmc, &wire, BMC_EVENT_GENERATOR, bmc->events->logging, text);
}

void bmc_event_audit(Bmc *bmc, const char *text)
{
    say(bmc, &bmc->events->audit, text);
}

bool bmc_event_receive(Bmc *bmc, const SelEvent *event, uint16_t generator,
                       const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *text =
        g_strdup_printf("%s, sensor %u: event type %02Xh %s, data %02X %02X "
                        "%02X, sent by %s",
                        sel_sensor_type_name(event->sensor_type),
                        event->sensor, event->event_type,
                        event->deassert ? "deasserted" : "asserted",
                        event->data[0], event->data[1], event->data[2], who);
    bool inside = origin->channel == BMC_CHANNEL_IN_BAND;

    say(bmc, &bmc->events->received, text);
    return pass_on(bmc, event, generator, inside || bmc->events->logging,
                   text);
}

NotifierList *bmc_event_notifiers(Bmc *bmc)
{
    return &bmc->events->notifiers;
}

bool bmc_event_logging(const Bmc *bmc)
{
    return bmc->events->logging;
}

void bmc_event_set_logging(Bmc *bmc, bool enabled)
{
    if (enabled != bmc->events->logging) {
        bmc_event_audit(bmc, enabled ? "logging enabled" :
                        "logging disabled");
        bmc->events->logging = enabled;
        bmc_changed(bmc, BMC_PART_EVENTS);
    }
}

uint8_t bmc_event_receiver(const Bmc *bmc)
{
    return bmc->events->receiver;
}

bool bmc_event_set_receiver(Bmc *bmc, uint8_t address)
{
    if (!receiver_exists(address)) {
        return false;
    }
    if (address != bmc->events->receiver) {
        bmc_event_audit(bmc, address == BMC_EVENT_RECEIVER_NONE ?
                        "the BMC's own events disabled" :
                        "the BMC's own events enabled");
        bmc->events->receiver = address;
        save(bmc);
        bmc_changed(bmc, BMC_PART_EVENTS);
    }
    return true;
}
