/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a boot has used an override, and when that is told. */
#include "osdep.h"

#include "bmc-fixture.h"
#include "util/error.h"

static void add_devices(Fixture *fix)
{
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix->mock, "cd", MACHINE_BOOT_CD, 2);
    mock_machine_add_device(fix->mock, "nic", MACHINE_BOOT_NIC, 3);
}

static void init(Fixture *fix, MachineState state)
{
    fixture_init(fix, state);
    add_devices(fix);
    fixture_start(fix);
}

static void assert_boot(Fixture *fix, BmcBootEnabled enabled,
                        BmcBootTarget target)
{
    const BmcBoot *boot = bmc_boot_get(fix->bmc);

    g_assert_cmpint(boot->enabled, ==, enabled);
    g_assert_cmpint(boot->target, ==, target);
    g_assert_cmpint(boot->ipmi_flags[0] >> 7, ==,
                    enabled != BMC_BOOT_DISABLED);
    g_assert_cmpint(boot->ipmi_flags[0] >> 6 & 1, ==,
                    enabled == BMC_BOOT_CONTINUOUS);
}

static void assert_consumed(Fixture *fix)
{
    assert_boot(fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_assert_indices(fix, "disk=1 cd=2 nic=3");
}

/* Nobody is told that it is over while the next reset would use it. */
static void test_told_when_put_back(void)
{
    for (unsigned end = 0; end < 4; end++) {
        g_auto(Fixture) fix = { NULL };

        init(&fix, MACHINE_STATE_RUNNING);
        g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==,
                        -1);
        mock_machine_reset(fix.mock, true);
        mock_machine_hold(fix.mock, true);
        fixture_advance(&fix, 2000);
        assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
        fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
        switch (end) {
        case 0: /* a reset meanwhile: once more, and no longer */
            mock_machine_reset(fix.mock, true);
            fixture_settle(&fix);
            assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
            mock_machine_hold(fix.mock, false);
            break;
        case 1: /* the helper is replaced */
            mock_machine_hold(fix.mock, false);
            fixture_restart(&fix);
            break;
        case 2: /* nothing is left to put back */
            mock_machine_gone(fix.mock, "killed");
            assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
            mock_machine_hold(fix.mock, false);
            fixture_settle(&fix);
            mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
            break;
        case 3: /* it cannot be put back */
            mock_machine_fail(fix.mock, "set", BMC_ERROR_FAILED);
            test_expect_log(G_LOG_LEVEL_MESSAGE, "*cannot be put back*");
            mock_machine_hold(fix.mock, false);
            fixture_settle(&fix);
            test_assert_logged();
            assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
            continue;
        }
        fixture_settle(&fix);
        assert_consumed(&fix);
    }
}

/* SeaBIOS: each warm reset is followed by one or two more. */
static void test_firmware_resets(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 40);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 40);
    mock_machine_reset(fix.mock, true);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    fixture_advance(&fix, 1999);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    fixture_advance(&fix, 1);
    assert_consumed(&fix);
    mock_machine_reset(fix.mock, true);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
}

/* A machine that is paused does not get on with its boot. */
static void test_settle_pauses(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_reset(fix.mock, false);
    fixture_advance(&fix, 1000);
    mock_machine_set_state(fix.mock, MACHINE_STATE_PAUSED);
    fixture_advance(&fix, 60000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    fixture_advance(&fix, 999);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    fixture_advance(&fix, 1);
    assert_consumed(&fix);
}

/* Interrupted before firmware can have read the order: it is kept. */
static void test_interrupted_early(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_PRELAUNCH);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    fixture_advance(&fix, 100);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
}

/* Nobody knows how far its boot has come: the same once more. */
static void test_reset_within_settle(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    fixture_advance(&fix, 1900);
    fixture_assert_log(&fix, "set:nic=0 reset");
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    fixture_assert_log(&fix, "reset");
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    fixture_advance(&fix, 1900);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_advance(&fix, 100);
    fixture_assert_log(&fix, "set:nic=3");
    assert_consumed(&fix);
}

/* A boot that has settled has used it, and no other. */
static void test_gone_after_boot(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 1999);
    mock_machine_gone(fix.mock, "killed");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_new_process(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    mock_machine_gone(fix.mock, "killed");
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-settle/told-when-put-back",
                    test_told_when_put_back);
    g_test_add_func("/boot-settle/firmware-resets", test_firmware_resets);
    g_test_add_func("/boot-settle/settle-pauses", test_settle_pauses);
    g_test_add_func("/boot-settle/interrupted-early", test_interrupted_early);
    g_test_add_func("/boot-settle/reset-within-settle",
                    test_reset_within_settle);
    g_test_add_func("/boot-settle/gone-after-boot", test_gone_after_boot);
    return g_test_run();
}
