/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files that make, keep and send events share. */
#ifndef QEMU_BMC_REDFISH_RF_EVENTS_PRIV_H
#define QEMU_BMC_REDFISH_RF_EVENTS_PRIV_H

#include "redfish/rf-events.h"
#include "util/clock.h"

/**
 * RfEventRecord: an event that has happened.
 *
 * @facts: what filters look at, by the names of DSP0266's table
 * @text: the event record as JSON
 * @report: it is a metric report, and sent by itself
 */
typedef struct RfEventRecord {
    JsonObject *facts;
    char *text;
    bool report;
} RfEventRecord;

/**
 * RfEvents: see redfish/rf-events.h.
 *
 * @ring: the history; event n is at n modulo its size
 * @first: number of the oldest one in it
 * @next: number of the next one to happen
 * @readers: of RfEventReader
 * @due: those of them that are to be woken
 * @waker: wakes them, some at a time
 * @streams: of open streams
 * @keep_alive: running while there are streams
 * @shared: what was last read without filter, but for its envelope, for
 *          others who read the same
 * @shared_from: number of the event that it was read from
 * @shared_first: number of its first event
 * @shared_next: number of the event that follows it
 */
struct RfEvents {
    RfService *service;
    Bmc *bmc;
    RfEventSource *source;
    RfEventPush *push;
    RfEventRecord ring[RF_EVENTS_HISTORY];
    int64_t first;
    int64_t next;
    GQueue readers;
    GQueue due;
    GSource *waker;
    GQueue streams;
    ClockTimer *keep_alive;
    GBytes *shared;
    int64_t shared_from;
    int64_t shared_first;
    int64_t shared_next;
};

#endif /* QEMU_BMC_REDFISH_RF_EVENTS_PRIV_H */
