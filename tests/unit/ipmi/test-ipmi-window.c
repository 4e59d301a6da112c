/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sequence number windows: order, loss, replay, wrap-around. */
#include "osdep.h"

#include "ipmi/ipmi-window.h"

#include "test-util.h"

static bool take(IpmiWindow *w, uint32_t sequence)
{
    if (!ipmi_window_check(w, sequence)) {
        return false;
    }
    ipmi_window_accept(w, sequence);
    return true;
}

static void test_order(void)
{
    IpmiWindow w = { 0 };
    uint32_t i;

    g_assert_false(take(&w, 0));
    for (i = 1; i < 1000; i++) {
        g_assert_true(take(&w, i));
        g_assert_false(take(&w, i));
    }
}

static void test_gaps(void)
{
    IpmiWindow w = { 0 };

    g_assert_true(take(&w, 16));
    g_assert_false(take(&w, 33));
    g_assert_true(take(&w, 32));
    /* 15 behind is the last one that is taken, and only once. */
    g_assert_false(take(&w, 16));
    g_assert_true(take(&w, 17));
    g_assert_false(take(&w, 17));
    g_assert_true(take(&w, 31));
    g_assert_false(take(&w, 31));
    g_assert_false(take(&w, 32));
    g_assert_true(take(&w, 33));
    g_assert_false(take(&w, 17));
    g_assert_false(take(&w, 31));
    g_assert_true(take(&w, 30));
}

static void test_far(void)
{
    IpmiWindow w = { .last = 1000, .seen = 1 };

    g_assert_false(take(&w, 984));
    g_assert_false(take(&w, 1));
    g_assert_false(take(&w, 1017));
    g_assert_false(take(&w, 0x80000000u));
    g_assert_false(take(&w, UINT32_MAX));
    g_assert_true(take(&w, 985));
}

static void test_wrap(void)
{
    IpmiWindow w = { .last = UINT32_MAX - 1, .seen = 1 };

    g_assert_true(take(&w, UINT32_MAX));
    g_assert_false(take(&w, 0));
    g_assert_true(take(&w, 1));
    g_assert_false(take(&w, UINT32_MAX));
    g_assert_true(take(&w, UINT32_MAX - 3));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/ipmi/window/order", test_order);
    g_test_add_func("/ipmi/window/gaps", test_gaps);
    g_test_add_func("/ipmi/window/far", test_far);
    g_test_add_func("/ipmi/window/wrap", test_wrap);
    return g_test_run();
}
