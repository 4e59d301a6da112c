/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of util/fair-queue.h. */
#include "osdep.h"

#include "util/fair-queue.h"

static bool push(FairQueue *queue, const char *key, const char *job)
{
    void *evicted;
    bool ok = fair_queue_push(queue, key, (void *)job, &evicted);

    g_assert_null(evicted);
    return ok;
}

static void assert_pop(FairQueue *queue, const char *job)
{
    g_assert_cmpstr(fair_queue_pop(queue), ==, job);
}

static void test_turns(void)
{
    FairQueue *queue = fair_queue_new(16, 4);

    g_assert_null(fair_queue_pop(queue));
    g_assert_true(push(queue, "a", "a1"));
    g_assert_true(push(queue, "a", "a2"));
    g_assert_true(push(queue, "a", "a3"));
    g_assert_true(push(queue, "b", "b1"));
    assert_pop(queue, "a1");
    g_assert_true(push(queue, "c", "c1"));
    assert_pop(queue, "b1");
    assert_pop(queue, "a2");
    assert_pop(queue, "c1");
    assert_pop(queue, "a3");
    g_assert_null(fair_queue_pop(queue));
    g_assert_cmpuint(fair_queue_length(queue), ==, 0);
    fair_queue_free(queue, NULL);
}

static void test_bounds(void)
{
    FairQueue *queue = fair_queue_new(6, 4);
    void *evicted;
    unsigned i;

    for (i = 0; i < 4; i++) {
        g_assert_true(push(queue, "a", "a"));
    }
    g_assert_false(push(queue, "a", "a"));
    g_assert_true(push(queue, "b", "b"));
    g_assert_true(push(queue, "b", "b"));
    /* It is full, and the one with most has to give way. */
    g_assert_true(fair_queue_push(queue, "c", (void *)"c", &evicted));
    g_assert_cmpstr(evicted, ==, "a");
    g_assert_true(fair_queue_push(queue, "c", (void *)"c", &evicted));
    g_assert_cmpstr(evicted, ==, "a");
    g_assert_cmpuint(fair_queue_length(queue), ==, 6);
    /* All have the same now: nobody can have more. */
    g_assert_false(push(queue, "c", "c"));
    g_assert_false(push(queue, "a", "a"));
    g_assert_true(fair_queue_push(queue, "d", (void *)"d", &evicted));
    g_assert_nonnull(evicted);
    fair_queue_free(queue, NULL);
}

static void test_ones(void)
{
    FairQueue *queue = fair_queue_new(2, 1);

    g_assert_true(push(queue, "a", "a"));
    g_assert_true(push(queue, "b", "b"));
    g_assert_false(push(queue, "c", "c"));
    assert_pop(queue, "a");
    g_assert_true(push(queue, "c", "c"));
    fair_queue_free(queue, NULL);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fair-queue/turns", test_turns);
    g_test_add_func("/fair-queue/bounds", test_bounds);
    g_test_add_func("/fair-queue/ones", test_ones);
    return g_test_run();
}
