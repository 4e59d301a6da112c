/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power: what a helper finds when it starts, or when QEMU answers again. */
#include "osdep.h"

#include "bmc-fixture.h"

#include "util/error.h"

static void away(Fixture *fix, MachineState before, MachineState after)
{
    fixture_init(fix, before);
    fixture_start(fix);
    g_clear_pointer(&fix->bmc, bmc_free);
    mock_machine_set_state(fix->mock, after);
}

/* The machine as it was left, and a machine never seen before. */
static void test_nothing_happened(void)
{
    static const struct {
        MachineState state;
        const char *log;
    } rows[] = {
        { MACHINE_STATE_RUNNING, "power: the machine is on" },
        { MACHINE_STATE_PAUSED, "power: the machine is paused" },
        { MACHINE_STATE_SHUTDOWN, "power: the machine is off" },
        { MACHINE_STATE_GONE, "power: the machine is off" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Fixture) fix = { NULL };

        test_expect_log(G_LOG_LEVEL_INFO, rows[i].log);
        away(&fix, rows[i].state, rows[i].state);
        test_assert_logged();
        test_expect_log(G_LOG_LEVEL_INFO, rows[i].log);
        fixture_start(&fix);
        test_assert_logged();
        g_assert_cmpint(bmc_power_last_event(fix.bmc)->when, ==, 0);
        g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->when, ==, 0);
        g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->when, ==, 0);
    }
}

static void test_went_off(void)
{
    g_auto(Fixture) fix = { NULL };

    away(&fix, MACHINE_STATE_RUNNING, MACHINE_STATE_SHUTDOWN);
    test_expect_log(G_LOG_LEVEL_INFO, "power: the machine is off, it was on "
                    "when last seen");
    fixture_start(&fix);
    test_assert_logged();
    g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->when, !=, 0);
    g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->cause, ==,
                    BMC_POWER_CAUSE_UNKNOWN);
    g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->when, ==, 0);
}

static void test_came_on(void)
{
    g_auto(Fixture) fix = { NULL };

    away(&fix, MACHINE_STATE_PRELAUNCH, MACHINE_STATE_RUNNING);
    test_expect_log(G_LOG_LEVEL_INFO, "power: the machine is on, it was off "
                    "when last seen");
    fixture_start(&fix);
    test_assert_logged();
    g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->when, !=, 0);
    g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->cause, ==,
                    BMC_POWER_CAUSE_UNKNOWN);
    g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->when, ==, 0);
}

/* QEMU hangs while a power cycle is off: it comes up all the same. */
static void test_hang_in_cycle(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==, -1);
    mock_machine_set_state(fix.mock, MACHINE_STATE_UNKNOWN);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==,
                    BMC_ERROR_UNAVAILABLE);
    fixture_advance(&fix, 60000);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_UNKNOWN);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==,
                    BMC_ERROR_UNAVAILABLE);
    fixture_assert_log(&fix, "stop");
    mock_machine_set_state(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&fix);
    fixture_assert_log(&fix, "start");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
}

/* Unless it is to be off meanwhile. */
static void test_force_off_in_hang(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==, -1);
    mock_machine_set_state(fix.mock, MACHINE_STATE_UNKNOWN);
    fixture_advance(&fix, 60000);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==,
                    BMC_ERROR_UNAVAILABLE);
    mock_machine_set_state(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&fix);
    fixture_assert_log(&fix, "stop");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
}

static void test_own_end(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    bmc_power_expect_end(fix.bmc);
    mock_machine_shutdown(fix.mock, false, "host-qmp-quit");
    mock_machine_gone(fix.mock, "exit status 0");
    g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->cause, ==,
                    BMC_POWER_CAUSE_QEMU);
    g_assert_cmpstr(bmc_power_last_off_event(fix.bmc)->detail, ==,
                    "qemu-bmc has ended it");
}

static void test_refused(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_PRELAUNCH);
    fixture_start(&fix);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "power: refused: *");
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_NMI), ==, BMC_ERROR_STATE);
    test_assert_logged();
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/power-found/unchanged", test_nothing_happened);
    g_test_add_func("/power-found/went-off", test_went_off);
    g_test_add_func("/power-found/came-on", test_came_on);
    g_test_add_func("/power-found/hang-in-cycle", test_hang_in_cycle);
    g_test_add_func("/power-found/hang-in-cycle/off", test_force_off_in_hang);
    g_test_add_func("/power-found/own-end", test_own_end);
    g_test_add_func("/power-found/refused", test_refused);
    return g_test_run();
}
