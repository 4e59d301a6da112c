/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network cards as the hub has them, and looking at them anew. */
#include "osdep.h"

#include "bmc-fixture.h"
#include "bmc/hardware.h"

static void refresh(Fixture *fix)
{
    g_auto(TestSync) sync = { 0 };

    bmc_hardware_refresh_async(fix->bmc, NULL, test_sync_ready, &sync);
    g_assert_true(bmc_hardware_refresh_finish(test_sync_wait(&sync), NULL));
}

static void test_refresh(void)
{
    Fixture fix;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "a", MACHINE_BOOT_NIC, -1);
    fixture_start(&fix);
    g_assert_nonnull(bmc_nic_find(fix.bmc, "a"));
    /* Nobody tells of it. */
    mock_machine_add_device(fix.mock, "b/c", MACHINE_BOOT_NIC, -1);
    mock_machine_add_device(fix.mock, "b:c", MACHINE_BOOT_NIC, -1);
    fixture_settle(&fix);
    g_assert_null(bmc_nic_nth(fix.bmc, 1));
    refresh(&fix);
    g_assert_cmpstr(bmc_nic_nth(fix.bmc, 1)->id, ==, "b-c");
    g_assert_cmpstr(bmc_nic_nth(fix.bmc, 2)->id, ==, "b-c-2");
    g_assert_cmpstr(bmc_nic_find(fix.bmc, "b-c-2")->device->name, ==, "b:c");
    g_assert_null(bmc_nic_nth(fix.bmc, 3));

    /* Again at once is no new question; a little later it is. */
    mock_machine_remove_device(fix.mock, "a");
    refresh(&fix);
    g_assert_nonnull(bmc_nic_find(fix.bmc, "a"));
    fixture_advance(&fix, 200);
    refresh(&fix);
    g_assert_null(bmc_nic_find(fix.bmc, "a"));
    fixture_clear(&fix);
}

/* A QEMU that does not answer is not waited for long. */
static void test_hung(void)
{
    g_auto(TestSync) sync = { 0 }, second = { 0 };
    g_autoptr(GCancellable) cancellable = g_cancellable_new();
    g_auto(TestSync) third = { 0 };
    Fixture fix;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    mock_machine_hold(fix.mock, true);
    bmc_hardware_refresh_async(fix.bmc, NULL, test_sync_ready, &sync);
    bmc_hardware_refresh_async(fix.bmc, NULL, test_sync_ready, &second);
    fixture_advance(&fix, 200);
    g_assert_null(sync.result);
    fixture_advance(&fix, 100);
    g_assert_true(bmc_hardware_refresh_finish(test_sync_wait(&sync), NULL));
    g_assert_true(bmc_hardware_refresh_finish(test_sync_wait(&second), NULL));
    /* Those who come meanwhile wait as long, and the hub may go away. */
    bmc_hardware_refresh_async(fix.bmc, cancellable, test_sync_ready,
                               &third);
    g_cancellable_cancel(cancellable);
    fixture_advance(&fix, 300);
    g_assert_false(bmc_hardware_refresh_finish(test_sync_wait(&third),
                                               NULL));
    mock_machine_hold(fix.mock, false);
    fixture_clear(&fix);
}

/* Without QEMU nothing is asked. */
static void test_gone(void)
{
    Fixture fix;

    fixture_init(&fix, MACHINE_STATE_GONE);
    fixture_start(&fix);
    refresh(&fix);
    g_assert_null(bmc_nic_nth(fix.bmc, 0));
    g_assert_null(bmc_pci_device_nth(fix.bmc, 0));
    g_assert_null(bmc_graphics_nth(fix.bmc, 0));
    fixture_clear(&fix);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/hardware/refresh", test_refresh);
    g_test_add_func("/hardware/hung", test_hung);
    g_test_add_func("/hardware/gone", test_gone);
    return g_test_run();
}
