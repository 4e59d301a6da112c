/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An override that was set before somebody else has started QEMU. */
#include "osdep.h"

#include "bmc-fixture.h"

#define OLD_PID 1000
#define NEW_PID 2000

/* QEMU tells of its process after it has told its state. */
static void set_process(Fixture *fix, int pid, int age_s)
{
    Machine *machine = mock_machine_base(fix->mock);

    machine->info.pid = pid;
    machine->info.started = pid ? g_get_real_time() -
                                  age_s * G_USEC_PER_SEC : 0;
    machine_notify(machine, MACHINE_EVENT_INFO, false, NULL);
    fixture_settle(fix);
}

static void init(Fixture *fix, MachineState state, BmcBootLate late)
{
    fixture_init(fix, state);
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix->mock, "cd", MACHINE_BOOT_CD, 2);
    fix->config.boot_late = late;
    fixture_start(fix);
    if (state != MACHINE_STATE_GONE) {
        set_process(fix, OLD_PID, 3600);
    }
}

static void new_qemu(Fixture *fix, MachineState state, int age_s)
{
    mock_machine_new_process(fix->mock, state);
    fixture_settle(fix);
    set_process(fix, NEW_PID, age_s);
}

static void assert_boot(Fixture *fix, BmcBootEnabled enabled,
                        const char *indices)
{
    g_assert_cmpint(bmc_boot_get(fix->bmc)->enabled, ==, enabled);
    fixture_assert_indices(fix, indices);
}

static void test_reset(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_GONE, BMC_BOOT_LATE_RESET);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*resetting*late-apply=reset*");
    new_qemu(&fix, MACHINE_STATE_RUNNING, 5);
    test_assert_logged();
    fixture_assert_log(&fix, "set:cd=0 reset");
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->channel, ==,
                    BMC_CHANNEL_INTERNAL);
    fixture_advance(&fix, 2000);
    assert_boot(&fix, BMC_BOOT_DISABLED, "disk=1 cd=2");
    fixture_assert_log(&fix, "set:cd=2");
    /* Once: not again for the same process */
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_set_state(fix.mock, MACHINE_STATE_UNKNOWN);
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    set_process(&fix, NEW_PID, 7);
    fixture_restart(&fix);
    set_process(&fix, NEW_PID, 7);
    fixture_assert_log(&fix, "set:cd=0");
    assert_boot(&fix, BMC_BOOT_ONCE, "disk=1 cd=0");
}

/* QEMU, or the helper too, was replaced, and the override not used. */
static void test_replaced(void)
{
    for (unsigned restart = 0; restart < 2; restart++) {
        g_auto(Fixture) fix = { NULL };

        init(&fix, MACHINE_STATE_RUNNING, BMC_BOOT_LATE_RESET);
        g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD),
                        ==, -1);
        fixture_assert_log(&fix, "set:cd=0");
        if (restart) {
            g_clear_pointer(&fix.bmc, bmc_free);
            mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
            fixture_start(&fix);
            set_process(&fix, NEW_PID, 1);
        } else {
            mock_machine_gone(fix.mock, "killed");
            new_qemu(&fix, MACHINE_STATE_RUNNING, 1);
        }
        fixture_assert_log(&fix, "set:cd=0 reset");
        fixture_advance(&fix, 2000);
        assert_boot(&fix, BMC_BOOT_CONTINUOUS, "disk=1 cd=0");
    }
}

/* What runs in the guest by now is not to be lost. */
static void test_too_old(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_GONE, BMC_BOOT_LATE_RESET);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*too long ago*next reset*");
    new_qemu(&fix, MACHINE_STATE_RUNNING, 61);
    test_assert_logged();
    fixture_assert_log(&fix, "set:cd=0");
    assert_boot(&fix, BMC_BOOT_ONCE, "disk=1 cd=0");
}

/* A process that cannot be seen may be the one from before. */
static void test_unknown(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_GONE, BMC_BOOT_LATE_RESET);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    set_process(&fix, 0, 0);
    fixture_assert_log(&fix, "set:cd=0");
    assert_boot(&fix, BMC_BOOT_ONCE, "disk=1 cd=0");
}

static void test_next(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_GONE, BMC_BOOT_LATE_NEXT);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*next reset*late-apply=next*");
    new_qemu(&fix, MACHINE_STATE_RUNNING, 1);
    test_assert_logged();
    fixture_assert_log(&fix, "set:cd=0");
    assert_boot(&fix, BMC_BOOT_ONCE, "disk=1 cd=0");
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    assert_boot(&fix, BMC_BOOT_DISABLED, "disk=1 cd=2");
}

static void test_never(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_GONE, BMC_BOOT_LATE_NEVER);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*dropped*late-apply=never*");
    new_qemu(&fix, MACHINE_STATE_RUNNING, 1);
    test_assert_logged();
    assert_boot(&fix, BMC_BOOT_DISABLED, "disk=1 cd=2");
    /* One for all boots is not late for the others */
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD), ==,
                    -1);
    mock_machine_gone(fix.mock, "killed");
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&fix);
    set_process(&fix, NEW_PID + 1, 1);
    assert_boot(&fix, BMC_BOOT_CONTINUOUS, "disk=1 cd=0");
}

/* It is not running yet: whoever lets it run decides. */
static void test_paused_start(void)
{
    for (unsigned ours = 0; ours < 2; ours++) {
        g_auto(Fixture) fix = { NULL };

        init(&fix, MACHINE_STATE_GONE, BMC_BOOT_LATE_RESET);
        g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==,
                        -1);
        new_qemu(&fix, MACHINE_STATE_PRELAUNCH, 1);
        fixture_assert_log(&fix, "set:cd=0");
        if (ours) {
            g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
            fixture_assert_log(&fix, "start");
        } else {
            mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
            fixture_settle(&fix);
            fixture_assert_log(&fix, "reset");
        }
        g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
        fixture_advance(&fix, 2000);
        assert_boot(&fix, BMC_BOOT_DISABLED, "disk=1 cd=2");
    }
}

/* What is set while the machine runs is for the next boot. */
static void test_set_afterwards(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_GONE, BMC_BOOT_LATE_RESET);
    new_qemu(&fix, MACHINE_STATE_RUNNING, 1);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    fixture_advance(&fix, 1000);
    fixture_assert_log(&fix, "set:cd=0");
    assert_boot(&fix, BMC_BOOT_ONCE, "disk=1 cd=0");
}

/* A boot of the QEMU before has begun to use it; nobody saw how it went on. */
static void test_latched_before(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING, BMC_BOOT_LATE_NEXT);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 100);
    g_clear_pointer(&fix.bmc, bmc_free);
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    set_process(&fix, NEW_PID, 1);
    fixture_advance(&fix, 10000);
    assert_boot(&fix, BMC_BOOT_ONCE, "disk=1 cd=0");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-late/reset", test_reset);
    g_test_add_func("/boot-late/replaced", test_replaced);
    g_test_add_func("/boot-late/too-old", test_too_old);
    g_test_add_func("/boot-late/unknown", test_unknown);
    g_test_add_func("/boot-late/next", test_next);
    g_test_add_func("/boot-late/never", test_never);
    g_test_add_func("/boot-late/paused-start", test_paused_start);
    g_test_add_func("/boot-late/set-afterwards", test_set_afterwards);
    g_test_add_func("/boot-late/latched-before", test_latched_before);
    return g_test_run();
}
