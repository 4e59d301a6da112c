/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two requests for power at once, every pair of them; and requests that take
 * longer than whoever made them can wait.
 */
#include "osdep.h"

#include "bmc-fixture.h"
#include "bmc/sel.h"
#include "util/error.h"

static const BmcOrigin lan = {
    .channel = BMC_CHANNEL_LAN,
    .user = "op",
};

static const char *const action_names[] = {
    [BMC_POWER_ON] = "on",
    [BMC_POWER_FORCE_OFF] = "off",
    [BMC_POWER_GRACEFUL_SHUTDOWN] = "shutdown",
    [BMC_POWER_GRACEFUL_RESTART] = "restart",
    [BMC_POWER_FORCE_RESTART] = "reset",
    [BMC_POWER_CYCLE] = "cycle",
    [BMC_POWER_NMI] = "nmi",
    [BMC_POWER_PUSH_BUTTON] = "button",
    [BMC_POWER_PAUSE] = "pause",
    [BMC_POWER_RESUME] = "resume",
};

G_STATIC_ASSERT(G_N_ELEMENTS(action_names) == BMC_POWER_ACTION__MAX);

/*
 * What becomes of a request that comes while the first one is under way, in
 * the order of BmcPowerAction: "B": it is refused as busy, and the first goes
 * on; "J": it succeeds with the first; "O": it takes over, and the first is
 * told so.
 */
typedef struct OrderRow {
    MachineState state;
    BmcPowerAction first;
    const char *second;
    MachineState then;
} OrderRow;

static const OrderRow orders[] = {
    { MACHINE_STATE_PRELAUNCH, BMC_POWER_ON, "JOBBBBBBBJ",
      MACHINE_STATE_RUNNING },
    { MACHINE_STATE_PRELAUNCH, BMC_POWER_PUSH_BUTTON, "JOBBBBBBBJ",
      MACHINE_STATE_RUNNING },
    { MACHINE_STATE_RUNNING, BMC_POWER_FORCE_OFF, "BJBBBBBBBB",
      MACHINE_STATE_PRELAUNCH },
    { MACHINE_STATE_RUNNING, BMC_POWER_GRACEFUL_SHUTDOWN, "BOBBBBBBBB",
      MACHINE_STATE_RUNNING },
    { MACHINE_STATE_RUNNING, BMC_POWER_GRACEFUL_RESTART, "BOBBBBBBBB",
      MACHINE_STATE_RUNNING },
    { MACHINE_STATE_RUNNING, BMC_POWER_FORCE_RESTART, "JOBBBBBBBJ",
      MACHINE_STATE_RUNNING },
    { MACHINE_STATE_RUNNING, BMC_POWER_CYCLE, "BOBBBBBBBB",
      MACHINE_STATE_RUNNING },
    { MACHINE_STATE_RUNNING, BMC_POWER_NMI, "BOBBBBBBBB",
      MACHINE_STATE_RUNNING },
    { MACHINE_STATE_RUNNING, BMC_POWER_PAUSE, "BOBBBBBBBB",
      MACHINE_STATE_PAUSED },
    { MACHINE_STATE_PAUSED, BMC_POWER_RESUME, "JOBBBBBBBJ",
      MACHINE_STATE_RUNNING },
};

static int outcome(Fixture *fix, TestSync *sync)
{
    g_autoptr(GError) err = NULL;

    test_sync_wait(sync);
    if (bmc_power_request_finish(fix->bmc, sync->result, &err)) {
        return -1;
    }
    g_assert_cmpint(err->domain, ==, BMC_ERROR);
    return err->code;
}

static void check_pair(const OrderRow *row, BmcPowerAction action)
{
    char want = row->second[action];
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) first = { NULL };
    g_auto(TestSync) second = { NULL };

    g_test_message("%s, then %s: %c", action_names[row->first],
                   action_names[action], want);
    fixture_init(&fix, row->state);
    fixture_start(&fix);
    mock_machine_hold(fix.mock, true);
    bmc_power_request_async(fix.bmc, row->first, &lan, NULL,
                            test_sync_ready, &first);
    test_drain();
    g_assert_null(first.result);
    bmc_power_request_async(fix.bmc, action, &lan, NULL, test_sync_ready,
                            &second);
    if (want == 'B') {
        g_assert_cmpint(outcome(&fix, &second), ==, BMC_ERROR_BUSY);
        g_assert_null(first.result);
    } else if (want == 'O') {
        g_assert_cmpint(outcome(&fix, &first), ==, BMC_ERROR_BUSY);
    }
    mock_machine_hold(fix.mock, false);
    if (want != 'O') {
        g_assert_cmpint(outcome(&fix, &first), ==, -1);
    }
    if (want != 'B') {
        g_assert_cmpint(outcome(&fix, &second), ==, -1);
    }
    fixture_advance(&fix, 10000);
    g_assert_cmpint(mock_machine_base(fix.mock)->state, ==, want == 'O' ?
                    MACHINE_STATE_PRELAUNCH : row->then);
}

static void test_pairs(void)
{
    unsigned action;
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(orders); i++) {
        g_assert_cmpuint(strlen(orders[i].second), ==,
                         BMC_POWER_ACTION__MAX);
        for (action = 0; action < BMC_POWER_ACTION__MAX; action++) {
            check_pair(&orders[i], action);
        }
    }
}

static unsigned logged(Fixture *fix, const char *text)
{
    const BmcSelEntry *entry;
    unsigned count = 0;
    unsigned n;

    for (n = 0; (entry = bmc_sel_nth(fix->bmc, n)); n++) {
        count += strstr(entry->text, text) != NULL;
    }
    return count;
}

static void begin(Fixture *fix, MachineState state, BmcPowerAction action,
                  TestSync *sync)
{
    fixture_init(fix, state);
    fixture_start(fix);
    mock_machine_hold(fix->mock, true);
    bmc_power_request_async(fix->bmc, action, &lan, NULL, test_sync_ready,
                            sync);
    test_drain();
}

/* Nothing is under way, so nothing is certain. */
static void test_certain_idle(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_false(bmc_power_acknowledge(fix.bmc));
}

static void test_certain_unknown(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    begin(&fix, MACHINE_STATE_RUNNING, BMC_POWER_FORCE_OFF, &sync);
    g_assert_true(bmc_power_acknowledge(fix.bmc));
    mock_machine_set_state(fix.mock, MACHINE_STATE_UNKNOWN);
    g_assert_false(bmc_power_acknowledge(fix.bmc));
    mock_machine_hold(fix.mock, false);
    test_sync_wait(&sync);
}

/* It fails after it was acknowledged, so somebody has to be told. */
static void test_certain_fails(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    begin(&fix, MACHINE_STATE_PRELAUNCH, BMC_POWER_ON, &sync);
    g_assert_true(bmc_power_acknowledge(fix.bmc));
    mock_machine_fail(fix.mock, "start", BMC_ERROR_FAILED);
    mock_machine_hold(fix.mock, false);
    g_assert_cmpint(outcome(&fix, &sync), ==, BMC_ERROR_FAILED);
    fixture_settle(&fix);
    g_assert_true(bmc_power_control_failed(fix.bmc));
    g_assert_cmpuint(logged(&fix, "On failed"), ==, 1);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_false(bmc_power_control_failed(fix.bmc));
}

/* QEMU hangs for longer than an operation may take, and comes back. */
static void hang(Fixture *fix, TestSync *sync, bool acknowledge,
                 MachineState then)
{
    begin(fix, MACHINE_STATE_RUNNING, BMC_POWER_FORCE_OFF, sync);
    if (acknowledge) {
        g_assert_true(bmc_power_acknowledge(fix->bmc));
    }
    mock_machine_set_state(fix->mock, MACHINE_STATE_UNKNOWN);
    mock_machine_fail(fix->mock, "stop", BMC_ERROR_TIMEOUT);
    mock_machine_hold(fix->mock, false);
    g_assert_cmpint(outcome(fix, sync), ==, BMC_ERROR_TIMEOUT);
    fixture_assert_log(fix, "stop");
    mock_machine_set_state(fix->mock, then);
    fixture_settle(fix);
}

static void test_owed(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    hang(&fix, &sync, true, MACHINE_STATE_RUNNING);
    fixture_assert_log(&fix, "stop");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
    g_assert_false(bmc_power_control_failed(fix.bmc));
    g_assert_cmpint(bmc_power_last_off_event(fix.bmc)->cause, ==,
                    BMC_POWER_CAUSE_REQUEST);
}

static void test_owed_needless(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    hang(&fix, &sync, true, MACHINE_STATE_PRELAUNCH);
    fixture_assert_log(&fix, "");
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&fix);
    fixture_assert_log(&fix, "");
}

/* Whoever was told that it has failed does not expect it later. */
static void test_not_owed(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    hang(&fix, &sync, false, MACHINE_STATE_RUNNING);
    fixture_assert_log(&fix, "");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
}

/* One of our own is ended, with the first request. */
static void test_own_hangs(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_base(fix.mock)->can_start_process = true;
    mock_machine_base(fix.mock)->can_end_process = true;
    fixture_start(&fix);
    mock_machine_hold(fix.mock, true);
    bmc_power_request_async(fix.bmc, BMC_POWER_FORCE_OFF, &lan, NULL,
                            test_sync_ready, &sync);
    test_drain();
    mock_machine_set_state(fix.mock, MACHINE_STATE_UNKNOWN);
    g_assert_true(bmc_power_acknowledge(fix.bmc));
    mock_machine_fail(fix.mock, "stop", BMC_ERROR_TIMEOUT);
    mock_machine_hold(fix.mock, false);
    g_assert_cmpint(outcome(&fix, &sync), ==, -1);
    fixture_assert_log(&fix, "stop stop");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_OFF);
}

/* A resume is no restart: what the guest does next is its own. */
static void test_resume(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcPowerEvent *event;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_PAUSE), ==, -1);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_PAUSED);
    event = bmc_power_last_event(fix.bmc);
    g_assert_cmpint(event->cause, ==, BMC_POWER_CAUSE_REQUEST);
    g_assert_cmpint(event->action, ==, BMC_POWER_PAUSE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_RESUME), ==, -1);
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
    event = bmc_power_last_event(fix.bmc);
    g_assert_cmpint(event->action, ==, BMC_POWER_RESUME);
    g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->when, ==, 0);
    mock_machine_reset(fix.mock, true);
    g_assert_cmpint(bmc_power_last_restart_event(fix.bmc)->cause, ==,
                    BMC_POWER_CAUSE_GUEST);
}

/* The button was pressed while it was paused: it acts when it goes on. */
static void test_resume_after_button(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_PAUSED);
    fixture_start(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_GRACEFUL_RESTART), ==, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_RESUME), ==, -1);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    fixture_settle(&fix);
    fixture_assert_log(&fix, "button start start");
    g_assert_cmpint(bmc_power_state(fix.bmc), ==, BMC_POWER_STATE_ON);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/power-orders/pairs", test_pairs);
    g_test_add_func("/power-orders/certain/idle", test_certain_idle);
    g_test_add_func("/power-orders/certain/unknown", test_certain_unknown);
    g_test_add_func("/power-orders/certain/fails", test_certain_fails);
    g_test_add_func("/power-orders/owed", test_owed);
    g_test_add_func("/power-orders/owed/needless", test_owed_needless);
    g_test_add_func("/power-orders/owed/not", test_not_owed);
    g_test_add_func("/power-orders/own-hangs", test_own_hangs);
    g_test_add_func("/power-orders/resume", test_resume);
    g_test_add_func("/power-orders/resume/button",
                    test_resume_after_button);
    return g_test_run();
}
