/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power control on a mock machine: every state and action, and causes. */
#include "osdep.h"

#include "bmc-fixture.h"
#include "util/error.h"

#define N_STATES (MACHINE_STATE_POSTMIGRATE + 1)

static const BmcOrigin lan = {
    .channel = BMC_CHANNEL_LAN,
    .user = "op",
};

static void check_cause(const BmcPowerEvent *event, BmcPowerCause cause)
{
    g_assert_cmpint(event->cause, ==, cause);
    g_assert_cmpint(event->when, !=, 0);
}

/* One row per state: what is asked of the machine, or the error. */
typedef struct TableRow {
    const char *want[BMC_POWER_ACTION__MAX];
} TableRow;

/*
 * on, force off, shutdown, graceful restart, restart, cycle, nmi, button,
 * pause, resume
 */
static const TableRow table[N_STATES] = {
    [MACHINE_STATE_UNKNOWN] = { {
        "!unavailable", "stop", "!unavailable", "!unavailable",
        "!unavailable", "!unavailable", "!unavailable", "!unavailable",
        "!unavailable", "!unavailable" } },
    [MACHINE_STATE_GONE] = { {
        "start", "", "!state", "!state",
        "!state", "!state", "!state", "start",
        "!state", "!state" } },
    [MACHINE_STATE_PRELAUNCH] = { {
        "start", "", "!state", "!state",
        "!state", "!state", "!state", "start",
        "!state", "!state" } },
    [MACHINE_STATE_SHUTDOWN] = { {
        "start", "", "!state", "!state",
        "!state", "!state", "!state", "start",
        "!state", "!state" } },
    [MACHINE_STATE_RUNNING] = { {
        "", "stop", "button", "button",
        "reset", "stop", "nmi", "button",
        "pause", "" } },
    [MACHINE_STATE_SUSPENDED] = { {
        "start", "stop", "button", "button",
        "reset", "stop", "!state", "start",
        "!state", "start" } },
    [MACHINE_STATE_PAUSED] = { {
        "start", "stop", "button", "button",
        "reset", "stop", "!state", "button",
        "", "start" } },
    [MACHINE_STATE_IO_ERROR] = { {
        "start", "stop", "button", "button",
        "reset", "stop", "!state", "button",
        "", "start" } },
    [MACHINE_STATE_WATCHDOG] = { {
        "!state", "stop", "!state", "!state",
        "reset", "stop", "!state", "!state",
        "!state", "!state" } },
    [MACHINE_STATE_PANICKED] = { {
        "!state", "stop", "!state", "!state",
        "reset", "stop", "!state", "!state",
        "!state", "!state" } },
    [MACHINE_STATE_INTERNAL_ERROR] = { {
        "!state", "stop", "!state", "!state",
        "reset", "stop", "!state", "!state",
        "!state", "!state" } },
    [MACHINE_STATE_INMIGRATE] = { {
        "!state", "!state", "!state", "!state",
        "!state", "!state", "!state", "!state",
        "!state", "!state" } },
    [MACHINE_STATE_POSTMIGRATE] = { {
        "!state", "!state", "!state", "!state",
        "!state", "!state", "!state", "!state",
        "!state", "!state" } },
};

static void check_table_cell(MachineState state, BmcPowerAction action)
{
    const char *want = table[state].want[action];
    g_auto(Fixture) fix = { NULL };
    int code = -1;

    g_test_message("%s, action %d", machine_state_to_string(state), action);
    if (!strcmp(want, "!state")) {
        code = BMC_ERROR_STATE;
        want = "";
    } else if (!strcmp(want, "!unavailable")) {
        code = BMC_ERROR_UNAVAILABLE;
        want = "";
    }
    fixture_init(&fix, state);
    mock_machine_base(fix.mock)->can_start_process = true;
    mock_machine_base(fix.mock)->can_end_process = true;
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, action), ==, code);
    fixture_assert_log(&fix, want);
}

/* Of somebody else's, nothing can be said. */
static void test_unknown_attached(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_UNKNOWN);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==,
                    BMC_ERROR_UNAVAILABLE);
    fixture_assert_log(&fix, "");
}

static void test_table(void)
{
    unsigned state;
    unsigned action;

    for (state = 0; state < N_STATES; state++) {
        for (action = 0; action < BMC_POWER_ACTION__MAX; action++) {
            check_table_cell(state, action);
        }
    }
}

static void test_states(void)
{
    static const BmcPowerState expected[N_STATES] = {
        [MACHINE_STATE_UNKNOWN] = BMC_POWER_STATE_UNKNOWN,
        [MACHINE_STATE_GONE] = BMC_POWER_STATE_OFF,
        [MACHINE_STATE_PRELAUNCH] = BMC_POWER_STATE_OFF,
        [MACHINE_STATE_SHUTDOWN] = BMC_POWER_STATE_OFF,
        [MACHINE_STATE_RUNNING] = BMC_POWER_STATE_ON,
        [MACHINE_STATE_SUSPENDED] = BMC_POWER_STATE_ON,
        [MACHINE_STATE_PAUSED] = BMC_POWER_STATE_PAUSED,
        [MACHINE_STATE_PANICKED] = BMC_POWER_STATE_PAUSED,
        [MACHINE_STATE_IO_ERROR] = BMC_POWER_STATE_PAUSED,
        [MACHINE_STATE_WATCHDOG] = BMC_POWER_STATE_PAUSED,
        [MACHINE_STATE_INTERNAL_ERROR] = BMC_POWER_STATE_PAUSED,
        [MACHINE_STATE_INMIGRATE] = BMC_POWER_STATE_PAUSED,
        [MACHINE_STATE_POSTMIGRATE] = BMC_POWER_STATE_PAUSED,
    };
    g_auto(Fixture) fix = { NULL };
    unsigned state;

    fixture_init(&fix, MACHINE_STATE_UNKNOWN);
    fixture_start(&fix);
    for (state = 0; state < N_STATES; state++) {
        mock_machine_set_state(fix.mock, state);
        g_assert_cmpint(bmc_power_state(fix.bmc), ==, expected[state]);
    }
}

static void test_gone_not_ours(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_GONE);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==,
                    BMC_ERROR_UNAVAILABLE);
    fixture_assert_log(&fix, "");
}

static void test_on_off_events(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcPowerEvent *event;

    fixture_init(&fix, MACHINE_STATE_PRELAUNCH);
    fixture_start(&fix);
    g_assert_cmpint(bmc_power_last_event(fix.bmc)->when, ==, 0);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    event = bmc_power_last_restart_event(fix.bmc);
    check_cause(event, BMC_POWER_CAUSE_REQUEST);
    g_assert_cmpint(event->action, ==, BMC_POWER_ON);
    g_assert_cmpint(event->channel, ==, BMC_CHANNEL_REDFISH);
    g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->when, ==, 0);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    event = bmc_power_last_off_event(fix.bmc);
    check_cause(event, BMC_POWER_CAUSE_REQUEST);
    g_assert_cmpint(event->action, ==, BMC_POWER_FORCE_OFF);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
    fixture_restart(&fix);
    event = bmc_power_last_off_event(fix.bmc);
    check_cause(event, BMC_POWER_CAUSE_REQUEST);
    g_assert_cmpint(event->action, ==, BMC_POWER_FORCE_OFF);
    g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->action, ==,
                    BMC_POWER_ON);
}

static void test_changed_while_away(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_clear_pointer(&fix.bmc, bmc_free);
    mock_machine_set_state(fix.mock, MACHINE_STATE_SHUTDOWN);
    fixture_start(&fix);
    check_cause(bmc_power_last_off_event(fix.bmc), BMC_POWER_CAUSE_UNKNOWN);
}

static void test_guest_off(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    check_cause(bmc_power_last_off_event(fix.bmc), BMC_POWER_CAUSE_GUEST);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
    /* QEMU ends after that, as with libvirt: the cause stays */
    mock_machine_gone(fix.mock, "exit status 0");
    check_cause(bmc_power_last_off_event(fix.bmc), BMC_POWER_CAUSE_GUEST);
}

static void test_qemu_killed(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcPowerEvent *event;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    mock_machine_gone(fix.mock, "killed by signal 9");
    event = bmc_power_last_off_event(fix.bmc);
    check_cause(event, BMC_POWER_CAUSE_QEMU);
    g_assert_cmpstr(event->detail, ==, "killed by signal 9");
    g_assert_cmpstr(bmc_power_last_event(fix.bmc)->detail, ==,
                    "killed by signal 9");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
}

static void test_external(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    mock_machine_reset(fix.mock, false);
    check_cause(bmc_power_last_restart_event(fix.bmc),
                BMC_POWER_CAUSE_EXTERNAL);
    mock_machine_set_state(fix.mock, MACHINE_STATE_PAUSED);
    check_cause(bmc_power_last_event(fix.bmc), BMC_POWER_CAUSE_EXTERNAL);
    mock_machine_set_state(fix.mock, MACHINE_STATE_PRELAUNCH);
    check_cause(bmc_power_last_off_event(fix.bmc),
                BMC_POWER_CAUSE_EXTERNAL);
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    check_cause(bmc_power_last_restart_event(fix.bmc),
                BMC_POWER_CAUSE_EXTERNAL);
}

static void test_watchdog_and_panic(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    fixture_advance(&fix, 10000);
    mock_machine_event(fix.mock, MACHINE_EVENT_WATCHDOG, "reset");
    mock_machine_reset(fix.mock, true);
    check_cause(bmc_power_last_restart_event(fix.bmc),
                BMC_POWER_CAUSE_WATCHDOG);
    fixture_advance(&fix, 10000);
    mock_machine_event(fix.mock, MACHINE_EVENT_WATCHDOG, "none");
    mock_machine_reset(fix.mock, true);
    check_cause(bmc_power_last_restart_event(fix.bmc),
                BMC_POWER_CAUSE_GUEST);
    mock_machine_event(fix.mock, MACHINE_EVENT_PANIC, "pause");
    mock_machine_set_state(fix.mock, MACHINE_STATE_PANICKED);
    check_cause(bmc_power_last_event(fix.bmc), BMC_POWER_CAUSE_PANIC);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_PAUSED);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
    mock_machine_event(fix.mock, MACHINE_EVENT_WATCHDOG, "poweroff");
    mock_machine_gone(fix.mock, "exit status 0");
    check_cause(bmc_power_last_off_event(fix.bmc),
                BMC_POWER_CAUSE_WATCHDOG);
}

/* A firmware's second and third reset are part of the first. */
static void test_firmware_resets(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcPowerEvent *event;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    fixture_advance(&fix, 40);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 40);
    mock_machine_reset(fix.mock, true);
    event = bmc_power_last_restart_event(fix.bmc);
    check_cause(event, BMC_POWER_CAUSE_REQUEST);
    g_assert_cmpint(event->action, ==, BMC_POWER_FORCE_RESTART);
    fixture_advance(&fix, 5000);
    mock_machine_reset(fix.mock, true);
    check_cause(bmc_power_last_restart_event(fix.bmc),
                BMC_POWER_CAUSE_GUEST);
    fixture_assert_log(&fix, "reset");
}

static void test_graceful_shutdown(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcPowerEvent *event;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_GRACEFUL_SHUTDOWN), ==,
                    -1);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_GRACEFUL_SHUTDOWN), ==,
                    -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_NMI), ==, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    fixture_assert_log(&fix, "button button nmi");
    fixture_advance(&fix, 60000);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    event = bmc_power_last_off_event(fix.bmc);
    check_cause(event, BMC_POWER_CAUSE_REQUEST);
    g_assert_cmpint(event->action, ==, BMC_POWER_GRACEFUL_SHUTDOWN);
    fixture_advance(&fix, 200000);
    fixture_assert_log(&fix, "");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
}

static void test_graceful_ignored(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_GRACEFUL_RESTART), ==,
                    -1);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*has not shut down within*");
    fixture_advance(&fix, 120000);
    test_assert_logged();
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
    /* A shutdown after that is the guest's own */
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    fixture_settle(&fix);
    check_cause(bmc_power_last_off_event(fix.bmc), BMC_POWER_CAUSE_GUEST);
    fixture_assert_log(&fix, "button");
}

static void test_graceful_restart(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcPowerEvent *event;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_GRACEFUL_RESTART), ==,
                    -1);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==,
                    BMC_POWER_STATE_POWERING_ON);
    fixture_settle(&fix);
    fixture_assert_log(&fix, "button start");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
    event = bmc_power_last_restart_event(fix.bmc);
    check_cause(event, BMC_POWER_CAUSE_REQUEST);
    g_assert_cmpint(event->action, ==, BMC_POWER_GRACEFUL_RESTART);
}

/* The guest may be off before QEMU's answer to the button is here. */
static void test_graceful_restart_fast_guest(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    mock_machine_hold(fix.mock, true);
    bmc_power_request_async(fix.bmc, BMC_POWER_GRACEFUL_RESTART, &lan, NULL,
                            test_sync_ready, &sync);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    mock_machine_hold(fix.mock, false);
    g_assert_true(bmc_power_request_finish(fix.bmc, test_sync_wait(&sync),
                                           NULL));
    fixture_settle(&fix);
    fixture_assert_log(&fix, "button start");
    g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->channel, ==,
                    BMC_CHANNEL_LAN);
}

/* FORCE_OFF after a graceful restart must not lead to a start. */
static void test_force_off_ends_graceful_restart(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_GRACEFUL_RESTART), ==,
                    -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    fixture_advance(&fix, 300000);
    fixture_assert_log(&fix, "button stop");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
}

static void test_cycle(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fix.config.power_cycle_interval_ms = 3000;
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==, -1);
    g_assert_cmpint(mock_machine_base(fix.mock)->state, ==,
                    MACHINE_STATE_PRELAUNCH);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==,
                    BMC_POWER_STATE_POWERING_ON);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==,
                    BMC_ERROR_BUSY);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==,
                    BMC_ERROR_BUSY);
    fixture_advance(&fix, 2999);
    fixture_assert_log(&fix, "stop");
    fixture_advance(&fix, 1);
    fixture_assert_log(&fix, "start");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
    g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->action, ==,
                    BMC_POWER_CYCLE);
    g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->action, ==,
                    BMC_POWER_CYCLE);
}

static void test_force_off_ends_cycle(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
    fixture_advance(&fix, 60000);
    fixture_assert_log(&fix, "stop");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
}

static void test_on_joins_cycle(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==, -1);
    bmc_power_request_async(fix.bmc, BMC_POWER_ON, &lan, NULL,
                            test_sync_ready, &sync);
    fixture_settle(&fix);
    g_assert_null(sync.result);
    fixture_advance(&fix, 1000);
    g_assert_nonnull(sync.result);
    g_assert_true(bmc_power_request_finish(fix.bmc, sync.result, NULL));
    fixture_assert_log(&fix, "stop start");
}

static void test_force_off_overtakes_start(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) on = { NULL };
    g_auto(TestSync) off = { NULL };
    g_auto(TestSync) again = { NULL };
    g_autoptr(GError) err = NULL;

    fixture_init(&fix, MACHINE_STATE_PRELAUNCH);
    fixture_start(&fix);
    mock_machine_hold(fix.mock, true);
    bmc_power_request_async(fix.bmc, BMC_POWER_ON, &lan, NULL,
                            test_sync_ready, &on);
    test_drain();
    g_assert_cmpint(bmc_power_state(fix.bmc), ==,
                    BMC_POWER_STATE_POWERING_ON);
    bmc_power_request_async(fix.bmc, BMC_POWER_FORCE_OFF, &lan, NULL,
                            test_sync_ready, &off);
    bmc_power_request_async(fix.bmc, BMC_POWER_FORCE_OFF, &lan, NULL,
                            test_sync_ready, &again);
    test_sync_wait(&on);
    g_assert_false(bmc_power_request_finish(fix.bmc, on.result, &err));
    g_assert_error(err, BMC_ERROR, BMC_ERROR_BUSY);
    mock_machine_hold(fix.mock, false);
    g_assert_true(bmc_power_request_finish(fix.bmc, test_sync_wait(&off),
                                           NULL));
    g_assert_true(bmc_power_request_finish(fix.bmc, test_sync_wait(&again),
                                           NULL));
    fixture_assert_log(&fix, "stop");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
}

static void test_busy(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) first = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    mock_machine_hold(fix.mock, true);
    bmc_power_request_async(fix.bmc, BMC_POWER_FORCE_OFF, &lan, NULL,
                            test_sync_ready, &first);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==,
                    BMC_POWER_STATE_POWERING_OFF);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, BMC_ERROR_BUSY);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==,
                    BMC_ERROR_BUSY);
    mock_machine_hold(fix.mock, false);
    g_assert_true(bmc_power_request_finish(fix.bmc, test_sync_wait(&first),
                                           NULL));
}

static void test_failure(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    mock_machine_fail(fix.mock, "stop", BMC_ERROR_TIMEOUT);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==,
                    BMC_ERROR_TIMEOUT);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
    mock_machine_fail(fix.mock, "button", BMC_ERROR_FAILED);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_GRACEFUL_RESTART), ==,
                    BMC_ERROR_FAILED);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    fixture_settle(&fix);
    fixture_assert_log(&fix, "stop button");
    check_cause(bmc_power_last_off_event(fix.bmc), BMC_POWER_CAUSE_GUEST);
}

static void test_freed_meanwhile(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    mock_machine_hold(fix.mock, true);
    bmc_power_request_async(fix.bmc, BMC_POWER_CYCLE, &lan, NULL,
                            test_sync_ready, &sync);
    g_clear_pointer(&fix.bmc, bmc_free);
    test_sync_wait(&sync);
    g_assert_false(g_task_propagate_boolean(G_TASK(sync.result), &err));
    g_assert_true(bmc_error_is_cancelled(err));
    mock_machine_hold(fix.mock, false);
    test_drain();
}

static void count_change(void *opaque, const void *data)
{
    unsigned *count = opaque;

    count[((const BmcChange *)data)->part]++;
}

static void test_notifications(void)
{
    unsigned count[BMC_PART__MAX] = { 0 };
    g_auto(Fixture) fix = { NULL };
    Notifier notifier = { NULL };
    uint64_t generation;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    notifier_list_add(bmc_notifiers(fix.bmc), &notifier, count_change,
                      count);
    generation = bmc_generation(fix.bmc, BMC_PART_POWER);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    g_assert_cmpuint(count[BMC_PART_POWER], >, 0);
    g_assert_cmpuint(bmc_generation(fix.bmc, BMC_PART_POWER), >, generation);
    bmc_identify_set(fix.bmc, 15, &lan);
    g_assert_cmpint(bmc_identify_state(fix.bmc), ==, 1);
    clock_advance(fix.clock, 15000);
    g_assert_cmpint(bmc_identify_state(fix.bmc), ==, 0);
    bmc_identify_set(fix.bmc, -1, &lan);
    g_assert_cmpint(bmc_identify_state(fix.bmc), ==, 2);
    bmc_identify_set(fix.bmc, 0, &lan);
    g_assert_cmpint(bmc_identify_state(fix.bmc), ==, 0);
    g_assert_cmpuint(count[BMC_PART_IDENTIFY], ==, 4);
    notifier_remove(&notifier);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/power/table", test_table);
    g_test_add_func("/power/table-attached",
                    test_unknown_attached);
    g_test_add_func("/power/states", test_states);
    g_test_add_func("/power/gone-not-ours", test_gone_not_ours);
    g_test_add_func("/power/on-off", test_on_off_events);
    g_test_add_func("/power/changed-while-away", test_changed_while_away);
    g_test_add_func("/power/guest-off", test_guest_off);
    g_test_add_func("/power/qemu-killed", test_qemu_killed);
    g_test_add_func("/power/external", test_external);
    g_test_add_func("/power/watchdog-panic", test_watchdog_and_panic);
    g_test_add_func("/power/firmware-resets", test_firmware_resets);
    g_test_add_func("/power/graceful-shutdown", test_graceful_shutdown);
    g_test_add_func("/power/graceful-ignored", test_graceful_ignored);
    g_test_add_func("/power/graceful-restart", test_graceful_restart);
    g_test_add_func("/power/graceful-restart/fast-guest",
                    test_graceful_restart_fast_guest);
    g_test_add_func("/power/graceful-restart/force-off",
                    test_force_off_ends_graceful_restart);
    g_test_add_func("/power/cycle", test_cycle);
    g_test_add_func("/power/cycle/force-off", test_force_off_ends_cycle);
    g_test_add_func("/power/cycle/on", test_on_joins_cycle);
    g_test_add_func("/power/force-off-overtakes",
                    test_force_off_overtakes_start);
    g_test_add_func("/power/busy", test_busy);
    g_test_add_func("/power/failure", test_failure);
    g_test_add_func("/power/freed", test_freed_meanwhile);
    g_test_add_func("/power/notifications", test_notifications);
    return g_test_run();
}
