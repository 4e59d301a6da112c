/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The last events, kept for those who ask later. */
#ifndef QEMU_BMC_QMP_QMP_EVENTS_H
#define QEMU_BMC_QMP_QMP_EVENTS_H

#include <glib.h>
#include <stddef.h>

#include "qmp/qmp-client.h"

/* Most bytes of events kept, as they were on the wire. */
#define QMP_EVENTS_BYTES_MAX (1024 * 1024)

/**
 * QmpEvents: a ring of events, bounded in number and in bytes; the newest is
 * always kept.
 *
 * @max: most events kept
 * @bytes: bytes kept
 * @last_seq: number of the newest event, 0 before the first
 * @queue: the entries, oldest first
 */
typedef struct QmpEvents {
    unsigned max;
    size_t bytes;
    uint64_t last_seq;
    GQueue queue;
} QmpEvents;

/**
 * qmp_events_init: prepare a ring.
 *
 * @events: uninitialised storage
 * @max: most events kept, at least 1
 */
void qmp_events_init(QmpEvents *events, unsigned max);

/**
 * qmp_events_clear: drop all events.
 *
 * @events: the ring
 */
void qmp_events_clear(QmpEvents *events);

/**
 * qmp_events_add: keep an event, dropping older ones if need be.
 *
 * @events: the ring
 * @connection: the connection it came on
 * @message: the event
 * @len: its length on the wire, bytes
 *
 * Returns: the event; belongs to @events until it is dropped
 */
const QmpEvent *qmp_events_add(QmpEvents *events, uint64_t connection,
                               const QmpMessage *message, size_t len);

/**
 * qmp_events_next: look back.
 *
 * @events: the ring
 * @after: the last number seen, or 0
 *
 * Returns: the oldest event kept with a greater number, or NULL
 */
const QmpEvent *qmp_events_next(const QmpEvents *events, uint64_t after);

#endif /* QEMU_BMC_QMP_QMP_EVENTS_H */
