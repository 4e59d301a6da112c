/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last events, kept for those who ask later. */
#include "osdep.h"

#include "qmp/qmp-events.h"

typedef struct Entry {
    QmpEvent event;
    JsonObject *object; /* what the event's pointers point into */
    size_t len;
} Entry;

static void entry_free(void *opaque)
{
    Entry *entry = opaque;

    json_object_unref(entry->object);
    g_free(entry);
}

static void drop_oldest(QmpEvents *events)
{
    Entry *entry = g_queue_pop_head(&events->queue);

    events->bytes -= entry->len;
    entry_free(entry);
}

void qmp_events_init(QmpEvents *events, unsigned max)
{
    *events = (QmpEvents) { .max = max };
    g_queue_init(&events->queue);
}

void qmp_events_clear(QmpEvents *events)
{
    g_queue_clear_full(&events->queue, entry_free);
    events->bytes = 0;
}

const QmpEvent *qmp_events_add(QmpEvents *events, uint64_t connection,
                               const QmpMessage *message, size_t len)
{
    Entry *entry = g_new0(Entry, 1);

    events->last_seq++;
    entry->object = json_object_ref(message->object);
    entry->len = len;
    entry->event = (QmpEvent) {
        .seq = events->last_seq,
        .connection = connection,
        .name = message->name,
        .data = message->data,
        .time_us = message->time_us,
    };
    g_queue_push_tail(&events->queue, entry);
    events->bytes += len;
    while (events->queue.length > 1 &&
           (events->queue.length > events->max ||
            events->bytes > QMP_EVENTS_BYTES_MAX)) {
        drop_oldest(events);
    }
    return &entry->event;
}

const QmpEvent *qmp_events_next(const QmpEvents *events, uint64_t after)
{
    const Entry *first = g_queue_peek_head((GQueue *)&events->queue);
    const Entry *entry;

    if (!first) {
        return NULL;
    }
    if (after < first->event.seq) {
        return &first->event;
    }
    if (after >= events->last_seq) {
        return NULL;
    }
    /* The numbers in the ring have no gaps. */
    entry = g_queue_peek_nth((GQueue *)&events->queue,
                             after + 1 - first->event.seq);
    return &entry->event;
}
