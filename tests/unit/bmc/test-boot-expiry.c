/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When boot flags that were set over IPMI expire. */
#include "osdep.h"

#include "bmc-fixture.h"
#include "bmc/boot-options.h"

static const BmcOrigin lan = {
    .channel = BMC_CHANNEL_LAN,
};

static void assert_boot(Fixture *fix, BmcBootEnabled enabled,
                        BmcBootTarget target)
{
    g_assert_cmpint(bmc_boot_get(fix->bmc)->enabled, ==, enabled);
    g_assert_cmpint(bmc_boot_get(fix->bmc)->target, ==, target);
}

static void set_over_ipmi(Fixture *fix, BmcBootEnabled enabled)
{
    static const uint8_t flags[] = { 0x80, 0x04, 0, 0, 0 };
    g_auto(TestSync) sync = { NULL };

    bmc_boot_set_async(fix->bmc, enabled, BMC_BOOT_PXE, flags, &lan, NULL,
                       test_sync_ready, &sync);
    g_assert_true(bmc_boot_set_finish(fix->bmc, test_sync_wait(&sync),
                                      NULL));
}

static void init_expiry(Fixture *fix, MachineState state)
{
    fixture_init(fix, state);
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix->mock, "nic", MACHINE_BOOT_NIC, 3);
    fix->config.boot_expiry_s = 60;
    fixture_start(fix);
}

static void test_expiry(void)
{
    g_auto(Fixture) fix = { NULL };
    BmcBootOptions options;

    init_expiry(&fix, MACHINE_STATE_RUNNING);
    options = *bmc_boot_options_get(fix.bmc);
    set_over_ipmi(&fix, BMC_BOOT_ONCE);
    fixture_advance(&fix, 59000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    bmc_boot_expiry_restart(fix.bmc);
    fixture_advance(&fix, 59000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_advance(&fix, 1000);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    /* Bit 3 of parameter 3 stops it, the others do not. */
    options.keep = 0x08;
    bmc_boot_options_set(fix.bmc, &options);
    set_over_ipmi(&fix, BMC_BOOT_ONCE);
    fixture_advance(&fix, 3600000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    options.keep = 0x17;
    bmc_boot_options_set(fix.bmc, &options);
    fixture_restart(&fix);
    fixture_advance(&fix, 60000);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

static void test_no_expiry(void)
{
    g_auto(Fixture) fix = { NULL };

    init_expiry(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    fixture_advance(&fix, 3600000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    set_over_ipmi(&fix, BMC_BOOT_CONTINUOUS);
    fixture_advance(&fix, 3600000);
    assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE);
    fix.config.boot_expiry_s = 0;
    fixture_restart(&fix);
    set_over_ipmi(&fix, BMC_BOOT_ONCE);
    fixture_advance(&fix, 3600000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
}

static void test_no_expiry_while_off(void)
{
    g_auto(Fixture) fix = { NULL };

    init_expiry(&fix, MACHINE_STATE_PRELAUNCH);
    set_over_ipmi(&fix, BMC_BOOT_ONCE);
    fixture_advance(&fix, 3600000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-expiry/expires", test_expiry);
    g_test_add_func("/boot-expiry/never", test_no_expiry);
    g_test_add_func("/boot-expiry/while-off", test_no_expiry_while_off);
    return g_test_run();
}
