/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Real and fake clocks. */
#include "osdep.h"

#include "util/clock.h"

#include "test-util.h"

typedef struct Ticker {
    Clock *clock;
    ClockTimer *timer;
    ClockTimer *other;
    GString *log;
    char name;
    int64_t again_ms; /* start anew after that long; 0: do not */
    int64_t at_ms;
    unsigned count;
} Ticker;

static void tick(void *opaque)
{
    Ticker *t = opaque;

    g_assert_null(t->timer);
    t->count++;
    t->at_ms = clock_now_ms(t->clock);
    if (t->log) {
        g_string_append_c(t->log, t->name);
    }
    clock_timer_stop(&t->other);
    if (t->again_ms) {
        clock_timer_start(t->clock, &t->timer, t->again_ms, tick, t);
    }
}

static bool ticked(void *opaque)
{
    return ((Ticker *)opaque)->count > 0;
}

static void test_clock_fake(void)
{
    g_autoptr(Clock) clock = clock_new_fake();
    Ticker t = { .clock = clock };

    g_assert_cmpint(clock_now_ms(clock), ==, 0);
    clock_timer_start(clock, &t.timer, 1000, tick, &t);
    g_assert_nonnull(t.timer);
    clock_advance(clock, 999);
    g_assert_cmpuint(t.count, ==, 0);
    clock_advance(clock, 1);
    g_assert_cmpuint(t.count, ==, 1);
    clock_advance(clock, 100000);
    g_assert_cmpuint(t.count, ==, 1);
    g_assert_cmpint(clock_now_ms(clock), ==, 101000);
}

static void test_clock_order(void)
{
    g_autoptr(Clock) clock = clock_new_fake();
    g_autoptr(GString) log = g_string_new(NULL);
    Ticker t[5] = { 0 };
    static const int64_t delays[] = { 30, 10, 20, 10, -5 };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(t); i++) {
        t[i].clock = clock;
        t[i].log = log;
        t[i].name = 'a' + i;
        clock_timer_start(clock, &t[i].timer, delays[i], tick, &t[i]);
    }
    clock_advance(clock, 1000);
    g_assert_cmpstr(log->str, ==, "ebdca");
    g_assert_cmpint(t[2].at_ms, ==, 20);
}

static void test_clock_restart(void)
{
    g_autoptr(Clock) clock = clock_new_fake();
    Ticker t = { .clock = clock, .again_ms = 10 };

    clock_timer_start(clock, &t.timer, 10, tick, &t);
    clock_advance(clock, 5);
    clock_timer_start(clock, &t.timer, 10, tick, &t);
    clock_advance(clock, 5);
    g_assert_cmpuint(t.count, ==, 0);
    clock_advance(clock, 25);
    g_assert_cmpuint(t.count, ==, 3);
    clock_timer_stop(&t.timer);
    clock_timer_stop(&t.timer);
    clock_advance(clock, 1000);
    g_assert_cmpuint(t.count, ==, 3);
}

static void test_clock_stop_other(void)
{
    g_autoptr(Clock) clock = clock_new_fake();
    Ticker a = { .clock = clock };
    Ticker b = { .clock = clock };

    clock_timer_start(clock, &a.timer, 10, tick, &a);
    clock_timer_start(clock, &a.other, 10, tick, &b);
    clock_advance(clock, 10);
    g_assert_cmpuint(a.count, ==, 1);
    g_assert_cmpuint(b.count, ==, 0);
    g_assert_null(a.other);
}

static void drop_clock(void *opaque)
{
    clock_unref(opaque);
}

/* The callback may drop the last reference but the test's own call. */
static void test_clock_unref_inside(void)
{
    Clock *clock = clock_new_fake();
    ClockTimer *timer = NULL;

    clock_timer_start(clock, &timer, 1, drop_clock, clock);
    clock_advance(clock, 1);
    g_assert_null(timer);
    clock = clock_new();
    clock_timer_start(clock, &timer, 0, drop_clock, clock);
    test_drain();
    g_assert_null(timer);
}

static void test_clock_real(void)
{
    g_autoptr(Clock) clock = clock_new();
    Ticker t = { .clock = clock };
    int64_t start = clock_now_ms(clock);

    clock_timer_start(clock, &t.timer, 20, tick, &t);
    g_assert_true(test_wait_until(ticked, &t, 5000));
    g_assert_cmpint(t.at_ms, >=, start + 20);
    g_assert_cmpuint(t.count, ==, 1);
    test_drain();
    g_assert_cmpuint(t.count, ==, 1);
}

static void test_clock_real_stop(void)
{
    g_autoptr(Clock) clock = clock_new();
    Ticker a = { .clock = clock };
    Ticker b = { .clock = clock };

    clock_timer_start(clock, &a.timer, 0, tick, &a);
    clock_timer_start(clock, &b.timer, 0, tick, &b);
    clock_timer_stop(&a.timer);
    g_assert_null(a.timer);
    g_assert_true(test_wait_until(ticked, &b, 5000));
    g_assert_cmpuint(a.count, ==, 0);
}

/* A day's timer makes one long sleep, not many short ones. */
static void test_clock_real_sleep(void)
{
    g_autoptr(Clock) clock = clock_new();
    Ticker t = { .clock = clock };
    GMainContext *context = g_main_context_default();
    GPollFD fds[16];
    int timeout;
    int priority;

    clock_timer_start(clock, &t.timer, G_TIME_SPAN_DAY / 1000, tick, &t);
    g_assert_true(g_main_context_acquire(context));
    g_main_context_prepare(context, &priority);
    g_main_context_query(context, G_MAXINT, &timeout, fds,
                         G_N_ELEMENTS(fds));
    g_main_context_release(context);
    g_assert_cmpint(timeout, >, 86000000);
    clock_timer_start(clock, &t.timer, INT64_MAX, tick, &t);
    clock_timer_stop(&t.timer);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/clock/fake", test_clock_fake);
    g_test_add_func("/clock/order", test_clock_order);
    g_test_add_func("/clock/restart", test_clock_restart);
    g_test_add_func("/clock/stop-other", test_clock_stop_other);
    g_test_add_func("/clock/unref-inside", test_clock_unref_inside);
    g_test_add_func("/clock/real", test_clock_real);
    g_test_add_func("/clock/real-stop", test_clock_real_stop);
    g_test_add_func("/clock/real-sleep", test_clock_real_sleep);
    return g_test_run();
}
