/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the truth about QEMU's own boot override again after QEMU or the
 * helper was away, or after somebody else has changed it. */
#include "osdep.h"

#include "native-fixture.h"

#include "bmc/boot-native.h"

static void test_away_armed(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_CD);
    fixture_assert_log(&fix, "override:cd");
    fixture_restart(&fix);
    mock_machine_reset(fix.mock, true);
    fixture_restart(&fix);
    fixture_assert_log(&fix, "");
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_read_order(fix.mock);
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

static void test_away_consumed(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_CD);
    native_helper_away(&fix);
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*CD once: consumed*");
    fixture_start(&fix);
    test_assert_logged();
    native_assert_disabled(&fix);
    native_reset(&fix, "disk");
}

/* A second reset has dropped it: it is not set again. */
static void test_away_dropped(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_CD);
    native_helper_away(&fix);
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    mock_machine_reset(fix.mock, true);
    native_assert_override(&fix, "none");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*CD once: consumed*");
    fixture_start(&fix);
    test_assert_logged();
    native_assert_disabled(&fix);
    native_assert_override(&fix, "none");
    fixture_assert_log(&fix, "override:cd");
}

/* The monitor was out of reach, QEMU was not. */
static void test_monitor_lost(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_CD);
    mock_machine_set_state(fix.mock, MACHINE_STATE_UNKNOWN);
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    mock_machine_reset(fix.mock, true);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&fix);
    native_assert_disabled(&fix);
    native_assert_override(&fix, "none");
}

static void test_qemu_restarted(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_CD);
    mock_machine_gone(fix.mock, "killed");
    fixture_advance(&fix, 60000);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_new_process(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&fix);
    native_assert_override(&fix, "cd armed");
    /* While nobody looked */
    native_helper_away(&fix);
    mock_machine_new_process(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_start(&fix);
    native_assert_override(&fix, "cd armed");
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    mock_machine_read_order(fix.mock);
    mock_machine_gone(fix.mock, "killed");
    native_assert_disabled(&fix);
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&fix);
    native_assert_override(&fix, "none");
}

static void test_set_while_gone(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_GONE);
    mock_machine_base(fix.mock)->can_start_process = true;
    native_set_once(&fix, BMC_BOOT_CD);
    fixture_assert_log(&fix, "");
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    fixture_assert_log(&fix, "start override:cd");
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    native_assert_disabled(&fix);
}

/* The helper dies between any two steps: the next one gets it right. */
static void test_killed(void)
{
    bool finished = false;
    unsigned kill_at;

    for (kill_at = 0; !finished; kill_at++) {
        g_auto(Fixture) fix = { NULL };
        g_auto(TestSync) sync = { NULL };
        unsigned i;

        native_init(&fix, MACHINE_STATE_RUNNING);
        bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_CD, NULL, &native_lan,
                           NULL, test_sync_ready, &sync);
        for (i = 0; i < kill_at; i++) {
            g_main_context_iteration(NULL, true);
        }
        finished = sync.result;
        native_helper_away(&fix);
        fixture_start(&fix);
        native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
        native_assert_override(&fix, "cd armed");
        native_reset(&fix, "cd");
        mock_machine_read_order(fix.mock);
        native_reset(&fix, "disk");
        native_assert_disabled(&fix);
        fixture_restart(&fix);
        native_assert_disabled(&fix);
        native_assert_override(&fix, "none");
    }
}

static void test_killed_while_cleared(void)
{
    bool finished = false;
    unsigned kill_at;

    for (kill_at = 0; !finished; kill_at++) {
        g_auto(Fixture) fix = { NULL };
        g_auto(TestSync) sync = { NULL };
        unsigned i;

        native_init(&fix, MACHINE_STATE_RUNNING);
        native_set_once(&fix, BMC_BOOT_CD);
        bmc_boot_set_async(fix.bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE, NULL,
                           &native_lan, NULL, test_sync_ready, &sync);
        for (i = 0; i < kill_at; i++) {
            g_main_context_iteration(NULL, true);
        }
        finished = sync.result;
        native_helper_away(&fix);
        fixture_start(&fix);
        native_assert_disabled(&fix);
        native_assert_override(&fix, "none");
    }
}

/* Somebody else at another monitor: what QEMU has is what is shown. */
static void test_foreign(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_set_override(fix.mock, "cd", false);
    fixture_settle(&fix);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_set_override(fix.mock, "nic", true);
    fixture_settle(&fix);
    native_assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE);
    mock_machine_set_override(fix.mock, NULL, false);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*cleared by somebody else*");
    fixture_settle(&fix);
    test_assert_logged();
    native_assert_disabled(&fix);
    native_set_once(&fix, BMC_BOOT_PXE);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*CD once, set by somebody else*");
    mock_machine_set_override(fix.mock, "cd", false);
    fixture_settle(&fix);
    test_assert_logged();
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    fixture_assert_log(&fix, "override:nic");
    native_reset(&fix, "cd");
    mock_machine_read_order(fix.mock);
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

static void test_foreign_while_away(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_helper_away(&fix);
    mock_machine_set_override(fix.mock, "cd", false);
    fixture_start(&fix);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    native_helper_away(&fix);
    mock_machine_set_override(fix.mock, "nic", true);
    fixture_start(&fix);
    native_assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE);
    native_helper_away(&fix);
    mock_machine_set_override(fix.mock, NULL, false);
    fixture_start(&fix);
    native_assert_disabled(&fix);
    /* It was replaced, and what has replaced it was used */
    native_set_once(&fix, BMC_BOOT_PXE);
    native_helper_away(&fix);
    mock_machine_set_override(fix.mock, "cd", false);
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    fixture_start(&fix);
    native_assert_disabled(&fix);
    fixture_assert_log(&fix, "override:nic");
}

/* A device that its kind does not stand for is shown as what it is. */
static void test_foreign_second(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "nic2", MACHINE_BOOT_NIC, 4);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    mock_machine_set_override(fix.mock, "nic2", false);
    fixture_settle(&fix);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_DEVICE);
    g_assert_cmpstr(bmc_boot_next(fix.bmc), ==, "nic2");
    mock_machine_set_override(fix.mock, "nic2", true);
    fixture_settle(&fix);
    native_assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE);
    fixture_restart(&fix);
    native_assert_override(&fix, "nic2 armed persistent");
    fixture_assert_log(&fix, "");
    /* Until it is asked for here */
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE), ==,
                    -1);
    native_assert_override(&fix, "nic armed persistent");
}

/* A stock QEMU follows a patched one, and the other way round. */
static void test_other_qemu(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix.mock, "cd", MACHINE_BOOT_CD, 2);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, 3);
    fixture_start(&fix);
    native_set_once(&fix, BMC_BOOT_CD);
    fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
    native_helper_away(&fix);
    mock_machine_set_native(fix.mock, false);
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    native_assert_indices(&fix);
    native_assert_override(&fix, "cd armed");
    native_reset(&fix, "cd");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    native_assert_disabled(&fix);
}

/* What comes with a migration or a snapshot replaces what was there. */
static void test_migrated(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_CD);
    mock_machine_gone(fix.mock, "migrated");
    mock_machine_new_process(fix.mock, MACHINE_STATE_INMIGRATE);
    fixture_settle(&fix);
    native_assert_override(&fix, "cd armed");
    mock_machine_load(fix.mock, "cd", MACHINE_OVERRIDE_CONSUMED);
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_settle(&fix);
    native_assert_override(&fix, "cd consumed");
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_PXE);
    mock_machine_load(fix.mock, NULL, MACHINE_OVERRIDE_NONE);
    fixture_settle(&fix);
    native_assert_disabled(&fix);
    native_assert_override(&fix, "none");
}

typedef struct JudgeRow {
    const char *wanted;  /* device, "" for one that is not there, or NULL */
    bool persistent;
    BootPhase phase;     /* of "cd" once, but for @set_persistent */
    bool set_persistent;
    bool same_process;
    bool attached;
    MachineOverrideState now;
    const char *device;
    bool now_persistent;
    BootVerdict verdict;
} JudgeRow;

#define NONE MACHINE_OVERRIDE_NONE, NULL, false
#define NOW(state, device) MACHINE_OVERRIDE_##state, device, false
#define ALWAYS(state, device) MACHINE_OVERRIDE_##state, device, true

static const JudgeRow judge_table[] = {
    /* Nothing is wanted */
    { NULL, 0, BOOT_PHASE_NONE, 0, 0, 0, NONE, BOOT_VERDICT_FINE },
    { NULL, 0, BOOT_PHASE_STALE, 0, 1, 0, NOW(ARMED, "cd"),
      BOOT_VERDICT_CLEAR },
    { NULL, 0, BOOT_PHASE_STALE, 0, 1, 0, NOW(CONSUMED, "cd"),
      BOOT_VERDICT_FINE },
    { NULL, 0, BOOT_PHASE_STALE, 1, 1, 0, ALWAYS(CONSUMED, "cd"),
      BOOT_VERDICT_CLEAR },
    { NULL, 0, BOOT_PHASE_STALE, 0, 1, 0, ALWAYS(ARMED, "cd"),
      BOOT_VERDICT_FOLLOW },
    { NULL, 0, BOOT_PHASE_NONE, 0, 0, 1, NOW(ARMED, "cd"),
      BOOT_VERDICT_FOLLOW },
    { NULL, 0, BOOT_PHASE_NONE, 0, 0, 1, NOW(ARMED, "other"),
      BOOT_VERDICT_FINE },
    /* A device that is not there */
    { "", 0, BOOT_PHASE_ARMED, 0, 1, 0, NONE, BOOT_VERDICT_FINE },
    { "", 0, BOOT_PHASE_STALE, 0, 1, 0, NOW(ARMED, "cd"),
      BOOT_VERDICT_CLEAR },
    { "", 0, BOOT_PHASE_NONE, 0, 0, 0, NOW(ARMED, "nic"),
      BOOT_VERDICT_FINE },
    /* Once */
    { "cd", 0, BOOT_PHASE_NONE, 0, 0, 0, NONE, BOOT_VERDICT_SET },
    { "cd", 0, BOOT_PHASE_ARMING, 0, 1, 1, NONE, BOOT_VERDICT_SET },
    { "cd", 0, BOOT_PHASE_ARMING, 0, 1, 1, NOW(ARMED, "cd"),
      BOOT_VERDICT_FINE },
    { "cd", 0, BOOT_PHASE_ARMING, 0, 1, 1, NOW(CONSUMED, "cd"),
      BOOT_VERDICT_SET },
    { "cd", 0, BOOT_PHASE_STALE, 0, 1, 0, NOW(ARMED, "cd"),
      BOOT_VERDICT_SET },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 1, 1, NOW(ARMED, "cd"),
      BOOT_VERDICT_FINE },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 1, 1, NOW(CONSUMED, "cd"),
      BOOT_VERDICT_CONSUMED },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 0, 1, NOW(CONSUMED, "cd"),
      BOOT_VERDICT_CONSUMED },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 1, 1, NONE, BOOT_VERDICT_CONSUMED },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 1, 0, NONE, BOOT_VERDICT_CLEARED },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 0, 1, NONE, BOOT_VERDICT_SET },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 1, 1, NOW(ARMED, "nic"),
      BOOT_VERDICT_FOLLOW },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 1, 0, ALWAYS(ARMED, "cd"),
      BOOT_VERDICT_FOLLOW },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 1, 0, NOW(CONSUMED, "nic"),
      BOOT_VERDICT_FOLLOW },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 1, 0, NOW(ARMED, "other"),
      BOOT_VERDICT_SET },
    { "cd", 0, BOOT_PHASE_ARMED, 0, 0, 1, NOW(ARMED, "nic"),
      BOOT_VERDICT_SET },
    { "nic", 0, BOOT_PHASE_STALE, 0, 1, 0, NOW(ARMED, "cd"),
      BOOT_VERDICT_SET },
    /* Always */
    { "cd", 1, BOOT_PHASE_ARMED, 1, 1, 1, ALWAYS(CONSUMED, "cd"),
      BOOT_VERDICT_FINE },
    { "cd", 1, BOOT_PHASE_ARMED, 1, 1, 1, NONE, BOOT_VERDICT_CLEARED },
    { "cd", 1, BOOT_PHASE_ARMED, 1, 0, 1, NONE, BOOT_VERDICT_SET },
    { "cd", 1, BOOT_PHASE_STALE, 0, 1, 0, NOW(CONSUMED, "cd"),
      BOOT_VERDICT_SET },
};

static void test_judge(void)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(judge_table); i++) {
        const JudgeRow *row = &judge_table[i];
        MachineOverride now = {
            .state = row->now,
            .persistent = row->now_persistent,
            .device = (char *)row->device,
        };
        BootNativeView view = {
            .device = row->wanted && *row->wanted ? row->wanted : NULL,
            .wanted = row->wanted,
            .persistent = row->persistent,
            .phase = row->phase,
            .set_device = row->phase != BOOT_PHASE_NONE ? "cd" : NULL,
            .set_persistent = row->set_persistent,
            .same_process = row->same_process,
            .there = true,
            .known = row->device && strcmp(row->device, "other"),
            .attached = row->attached,
            .now = &now,
        };

        if (boot_native_judge(&view) != row->verdict) {
            g_error("row %zu: %d", i, boot_native_judge(&view));
        }
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-truth/judge", test_judge);
    g_test_add_func("/boot-truth/away-armed", test_away_armed);
    g_test_add_func("/boot-truth/away-consumed", test_away_consumed);
    g_test_add_func("/boot-truth/away-dropped", test_away_dropped);
    g_test_add_func("/boot-truth/monitor-lost", test_monitor_lost);
    g_test_add_func("/boot-truth/qemu-restarted", test_qemu_restarted);
    g_test_add_func("/boot-truth/set-while-gone", test_set_while_gone);
    g_test_add_func("/boot-truth/killed", test_killed);
    g_test_add_func("/boot-truth/killed-while-cleared",
                    test_killed_while_cleared);
    g_test_add_func("/boot-truth/foreign", test_foreign);
    g_test_add_func("/boot-truth/foreign-away", test_foreign_while_away);
    g_test_add_func("/boot-truth/foreign-second", test_foreign_second);
    g_test_add_func("/boot-truth/other-qemu", test_other_qemu);
    g_test_add_func("/boot-truth/migrated", test_migrated);
    return g_test_run();
}
