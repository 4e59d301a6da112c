/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The model of the stress run finds what is wrong. */
#include "osdep.h"

#include "boot-model.h"
#include "test-util.h"

#define INSIDE INT64_C(1900000)
#define AFTER INT64_C(4000000)

/* An override for one boot, which it has used. */
static void set_and_use(BootModel *m, bool seen)
{
    boot_model_set(m, BOOT_MODEL_ONCE, 'C');
    g_assert_cmpint(boot_model_booted(m, 'C', 0, seen), ==, BOOT_RIGHT);
}

static void test_normal(void)
{
    BootModel m;

    boot_model_init(&m, false, 'A');
    g_assert_cmpint(boot_model_booted(&m, 'A', AFTER, true), ==, BOOT_RIGHT);
    g_assert_cmpint(boot_model_booted(&m, 'C', AFTER, true), ==, BOOT_WRONG);
}

static void test_lost(void)
{
    BootModel m;

    boot_model_init(&m, false, 'A');
    boot_model_set(&m, BOOT_MODEL_ONCE, 'C');
    g_assert_cmpint(boot_model_booted(&m, 'A', 0, true), ==, BOOT_WRONG);
    boot_model_set(&m, BOOT_MODEL_ONCE, 'C');
    boot_model_interrupted(&m, AFTER, INSIDE);
    g_assert_cmpint(boot_model_booted(&m, 'A', INSIDE, true), ==,
                    BOOT_WRONG);
}

static void test_window(void)
{
    BootModel m;

    boot_model_init(&m, false, 'A');
    set_and_use(&m, true);
    g_assert_cmpint(boot_model_booted(&m, 'N', INSIDE, true), ==,
                    BOOT_WRONG);
    set_and_use(&m, true);
    g_assert_cmpint(boot_model_booted(&m, 'C', INSIDE, true), ==,
                    BOOT_ONCE_MORE);
    g_assert_false(boot_model_is_known(&m));
    g_assert_cmpint(boot_model_booted(&m, 'C', AFTER, true), ==, BOOT_WRONG);
    set_and_use(&m, true);
    g_assert_cmpint(boot_model_booted(&m, 'A', INSIDE, true), ==,
                    BOOT_RIGHT);
    g_assert_cmpint(boot_model_booted(&m, 'C', INSIDE, true), ==,
                    BOOT_WRONG);
}

static void test_unseen(void)
{
    BootModel m;

    boot_model_init(&m, false, 'A');
    set_and_use(&m, false);
    g_assert_cmpint(boot_model_booted(&m, 'C', AFTER, true), ==,
                    BOOT_ONCE_MORE_UNSEEN);
    g_assert_cmpint(boot_model_booted(&m, 'C', AFTER, true), ==, BOOT_WRONG);
}

static void test_continuous(void)
{
    BootModel m;

    boot_model_init(&m, false, 'A');
    boot_model_set(&m, BOOT_MODEL_CONTINUOUS, 'C');
    g_assert_cmpint(boot_model_booted(&m, 'C', AFTER, true), ==, BOOT_RIGHT);
    g_assert_cmpint(boot_model_booted(&m, 'A', AFTER, true), ==, BOOT_WRONG);
}

static void test_patched(void)
{
    BootModel m;

    boot_model_init(&m, true, 'A');
    set_and_use(&m, true);
    g_assert_cmpint(boot_model_booted(&m, 'C', INSIDE, true), ==,
                    BOOT_WRONG);
    set_and_use(&m, false);
    g_assert_cmpint(boot_model_booted(&m, 'A', 0, true), ==, BOOT_RIGHT);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-model/normal", test_normal);
    g_test_add_func("/boot-model/lost", test_lost);
    g_test_add_func("/boot-model/window", test_window);
    g_test_add_func("/boot-model/unseen", test_unseen);
    g_test_add_func("/boot-model/continuous", test_continuous);
    g_test_add_func("/boot-model/patched", test_patched);
    return g_test_run();
}
