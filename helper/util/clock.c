/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Monotonic time and one-shot timers. A real timer is a GSource that has
 * nothing but a ready time, so that the loop sleeps until exactly then.
 */
#include "osdep.h"

#include "util/clock.h"

/* Keeps sums of times far from overflow: about 73,000 years. */
#define CLOCK_MAX_DELAY_MS (INT64_MAX / 4000)

struct Clock {
    int refs;
    bool fake;
    int64_t fake_now_ms;
    GQueue timers; /* of a fake clock, sorted by expiry */
    unsigned running; /* timers of a real clock */
};

struct ClockTimer {
    Clock *clock;
    ClockTimer **slot;
    GSource *source;
    GList link;
    int64_t expiry_ms;
    ClockFunc func;
    void *opaque;
};

typedef struct TimerSource {
    GSource source;
    ClockTimer *timer;
} TimerSource;

static void timer_free(ClockTimer *timer)
{
    *timer->slot = NULL;
    if (timer->source) {
        g_source_destroy(timer->source);
        g_source_unref(timer->source);
        timer->clock->running--;
    } else {
        g_queue_unlink(&timer->clock->timers, &timer->link);
    }
    g_free(timer);
}

/* The owner of the timer may be gone when func() returns. */
static void timer_expire(ClockTimer *timer)
{
    ClockFunc func = timer->func;
    void *opaque = timer->opaque;

    timer_free(timer);
    func(opaque);
}

static gboolean timer_source_dispatch(GSource *source, GSourceFunc callback,
                                      gpointer opaque)
{
    timer_expire(((TimerSource *)source)->timer);
    return G_SOURCE_REMOVE;
}

static GSourceFuncs timer_source_funcs = {
    .dispatch = timer_source_dispatch,
};

static void timer_start_real(ClockTimer *timer, int64_t delay_ms)
{
    timer->source = g_source_new(&timer_source_funcs, sizeof(TimerSource));
    ((TimerSource *)timer->source)->timer = timer;
    g_source_set_static_name(timer->source, "clock-timer");
    g_source_set_ready_time(timer->source,
                            g_get_monotonic_time() + delay_ms * 1000);
    g_source_attach(timer->source, NULL);
    timer->clock->running++;
}

/* Timers that expire at the same time run in the order of their start. */
static void timer_start_fake(ClockTimer *timer, int64_t delay_ms)
{
    Clock *clock = timer->clock;
    GList *l = clock->timers.tail;

    timer->expiry_ms = clock->fake_now_ms + delay_ms;
    timer->link.data = timer;
    while (l && ((ClockTimer *)l->data)->expiry_ms > timer->expiry_ms) {
        l = l->prev;
    }
    if (l) {
        g_queue_insert_after_link(&clock->timers, l, &timer->link);
    } else {
        g_queue_push_head_link(&clock->timers, &timer->link);
    }
}

Clock *clock_new(void)
{
    Clock *clock = g_new0(Clock, 1);

    clock->refs = 1;
    return clock;
}

Clock *clock_new_fake(void)
{
    Clock *clock = clock_new();

    clock->fake = true;
    return clock;
}

Clock *clock_ref(Clock *clock)
{
    clock->refs++;
    return clock;
}

void clock_unref(Clock *clock)
{
    if (!clock || --clock->refs > 0) {
        return;
    }
    g_assert(!clock->running && g_queue_is_empty(&clock->timers));
    g_free(clock);
}

int64_t clock_now_ms(const Clock *clock)
{
    return clock->fake ? clock->fake_now_ms : g_get_monotonic_time() / 1000;
}

void clock_timer_start(Clock *clock, ClockTimer **timer, int64_t delay_ms,
                       ClockFunc func, void *opaque)
{
    ClockTimer *t = g_new0(ClockTimer, 1);

    clock_timer_stop(timer);
    t->clock = clock;
    t->slot = timer;
    t->func = func;
    t->opaque = opaque;
    delay_ms = CLAMP(delay_ms, 0, CLOCK_MAX_DELAY_MS);
    if (clock->fake) {
        timer_start_fake(t, delay_ms);
    } else {
        timer_start_real(t, delay_ms);
    }
    *timer = t;
}

void clock_timer_stop(ClockTimer **timer)
{
    if (*timer) {
        timer_free(*timer);
    }
}

void clock_advance(Clock *clock, int64_t ms)
{
    int64_t until;
    ClockTimer *timer;

    g_assert(clock->fake && ms >= 0);
    clock_ref(clock);
    until = clock->fake_now_ms + ms;
    while ((timer = g_queue_peek_head(&clock->timers)) &&
           timer->expiry_ms <= until) {
        clock->fake_now_ms = timer->expiry_ms;
        timer_expire(timer);
    }
    clock->fake_now_ms = until;
    clock_unref(clock);
}
