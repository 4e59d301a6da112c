/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot progress, and when the guest agent is asked. */
#include "osdep.h"

#include "bmc-fixture.h"

#include "bmc/guest.h"

static void agent(Fixture *fix, bool there)
{
    Machine *machine = mock_machine_base(fix->mock);

    g_clear_pointer(&machine->guest, machine_guest_free);
    if (there) {
        machine->guest = g_new0(MachineGuest, 1);
        machine->guest->host_name = g_strdup("node1");
    }
    mock_machine_event(fix->mock, MACHINE_EVENT_GUEST, NULL);
}

static void progress_is(const Fixture *fix, BmcBootProgress progress,
                        bool since)
{
    g_assert_cmpint(bmc_guest_boot_progress(fix->bmc), ==, progress);
    g_assert_true((bmc_guest_running_since(fix->bmc) != 0) == since);
    g_assert_true((bmc_guest_boot_seconds(fix->bmc) >= 0) == since);
}

/* Of a boot that was not seen from its start nobody knows how long it was. */
static void test_attached(void)
{
    g_auto(Fixture) fix = { 0 };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    progress_is(&fix, BMC_BOOT_PROGRESS_UNKNOWN, false);
    agent(&fix, true);
    progress_is(&fix, BMC_BOOT_PROGRESS_RUNNING, false);
    g_assert_cmpstr(bmc_guest(fix.bmc)->host_name, ==, "node1");
    /* The agent has gone, the system runs. */
    agent(&fix, false);
    g_assert_null(bmc_guest(fix.bmc));
    progress_is(&fix, BMC_BOOT_PROGRESS_RUNNING, false);
    mock_machine_event(fix.mock, MACHINE_EVENT_RESET, "guest-reset");
    progress_is(&fix, BMC_BOOT_PROGRESS_UNKNOWN, false);
}

static void test_boot(void)
{
    g_auto(Fixture) fix = { 0 };
    g_auto(TestSync) sync = { 0 };
    uint64_t before;

    fixture_init(&fix, MACHINE_STATE_PRELAUNCH);
    fixture_start(&fix);
    progress_is(&fix, BMC_BOOT_PROGRESS_NONE, false);
    bmc_power_request_async(fix.bmc, BMC_POWER_ON, &(BmcOrigin) {
        .channel = BMC_CHANNEL_LOCAL }, NULL, test_sync_ready, &sync);
    g_assert_true(bmc_power_request_finish(fix.bmc, test_sync_wait(&sync),
                                           NULL));
    progress_is(&fix, BMC_BOOT_PROGRESS_UNKNOWN, false);
    before = bmc_generation(fix.bmc, BMC_PART_GUEST);
    agent(&fix, true);
    g_assert_cmpuint(bmc_generation(fix.bmc, BMC_PART_GUEST), >, before);
    progress_is(&fix, BMC_BOOT_PROGRESS_RUNNING, true);
    agent(&fix, false);
    agent(&fix, true);
    progress_is(&fix, BMC_BOOT_PROGRESS_RUNNING, true);
    before = bmc_generation(fix.bmc, BMC_PART_GUEST);
    mock_machine_set_state(fix.mock, MACHINE_STATE_SHUTDOWN);
    g_assert_cmpuint(bmc_generation(fix.bmc, BMC_PART_GUEST), >, before);
    progress_is(&fix, BMC_BOOT_PROGRESS_NONE, false);
}

static GTask *asked;

static void hold_refresh(Machine *machine, GTask *task)
{
    g_assert_null(asked);
    asked = task;
}

/* Once a second at most, and nobody waits long. */
static void test_refresh(void)
{
    g_auto(Fixture) fix = { 0 };
    g_auto(TestSync) one = { 0 }, two = { 0 };
    MachineOps ops;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    ops = *mock_machine_base(fix.mock)->ops;
    ops.refresh_guest = hold_refresh;
    mock_machine_base(fix.mock)->ops = &ops;
    fixture_start(&fix);
    g_assert_false(bmc_guest_is_fresh(fix.bmc));
    bmc_guest_refresh_async(fix.bmc, NULL, test_sync_ready, &one);
    bmc_guest_refresh_async(fix.bmc, NULL, test_sync_ready, &two);
    test_drain();
    g_assert_null(one.result);
    g_assert_null(two.result);
    clock_advance(fix.clock, 250);
    g_assert_true(bmc_guest_refresh_finish(test_sync_wait(&one), NULL));
    g_assert_true(bmc_guest_refresh_finish(test_sync_wait(&two), NULL));
    /* It is still being asked: nobody else waits for that. */
    g_assert_true(bmc_guest_is_fresh(fix.bmc));
    g_task_return_boolean(asked, true);
    g_clear_object(&asked);
    test_drain();
    g_assert_true(bmc_guest_is_fresh(fix.bmc));
    clock_advance(fix.clock, 1000);
    g_assert_false(bmc_guest_is_fresh(fix.bmc));
    mock_machine_set_state(fix.mock, MACHINE_STATE_PAUSED);
    g_assert_true(bmc_guest_is_fresh(fix.bmc));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/guest/attached", test_attached);
    g_test_add_func("/guest/boot", test_boot);
    g_test_add_func("/guest/refresh", test_refresh);
    return g_test_run();
}
