/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time and timers behind one small object, so that tests can make an hour
 * pass at once. Timers are one-shot: nothing here wakes the process up
 * periodically.
 */
#ifndef QEMU_BMC_UTIL_CLOCK_H
#define QEMU_BMC_UTIL_CLOCK_H

#include <glib.h>
#include <stdint.h>

typedef struct Clock Clock;
typedef struct ClockTimer ClockTimer;

/**
 * ClockFunc: called once when a timer expires; the timer is gone by then and
 * the pointer that clock_timer_start() filled is NULL again.
 *
 * @opaque: as given to clock_timer_start()
 */
typedef void (*ClockFunc)(void *opaque);

/**
 * clock_new: a clock that follows the system's monotonic time; its timers
 * run in the default main context.
 *
 * Returns: (transfer full): the clock
 */
Clock *clock_new(void);

/**
 * clock_new_fake: a clock for tests that moves only by clock_advance().
 *
 * Returns: (transfer full): the clock, at time 0
 */
Clock *clock_new_fake(void);

/**
 * clock_ref: take a reference.
 *
 * @clock: the clock
 *
 * Returns: @clock
 */
Clock *clock_ref(Clock *clock);

/**
 * clock_unref: drop a reference. Every timer must have expired or been
 * stopped before the last one goes.
 *
 * @clock: the clock, or NULL
 */
void clock_unref(Clock *clock);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Clock, clock_unref)

/**
 * clock_now_ms: monotonic time.
 *
 * @clock: the clock
 *
 * Returns: milliseconds since an arbitrary start
 */
int64_t clock_now_ms(const Clock *clock);

/**
 * clock_timer_start: start a one-shot timer, stopping the one that @timer
 * points to first.
 *
 * @clock: the clock
 * @timer: where the timer is kept: NULL or a running timer on entry; NULL
 *         again once it has expired or been stopped
 * @delay_ms: milliseconds from now
 * @func: what to call
 * @opaque: handed to @func
 */
void clock_timer_start(Clock *clock, ClockTimer **timer, int64_t delay_ms,
                       ClockFunc func, void *opaque);

/**
 * clock_timer_stop: stop a timer and set the pointer to NULL.
 *
 * @timer: where the timer is kept; may hold NULL
 */
void clock_timer_stop(ClockTimer **timer);

/**
 * clock_advance: let time pass on a fake clock and run what expires, in
 * order of expiry.
 *
 * @clock: a clock of clock_new_fake()
 * @ms: milliseconds, not negative
 */
void clock_advance(Clock *clock, int64_t ms);

#endif /* QEMU_BMC_UTIL_CLOCK_H */
