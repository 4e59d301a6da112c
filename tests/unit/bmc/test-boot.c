/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot override on a mock machine: in place, consumed, put back. */
#include "osdep.h"

#include "bmc-fixture.h"
#include "util/error.h"

static const BmcOrigin lan = {
    .channel = BMC_CHANNEL_LAN,
};

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

static void test_once_reset_by_us(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    g_assert_cmpint(bmc_boot_get(fix.bmc)->ipmi_flags[1], ==, 1 << 2);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=0");
    fixture_assert_log(&fix, "set:nic=0");
    /* Time alone consumes nothing */
    fixture_advance(&fix, 600000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    fixture_advance(&fix, 1999);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_advance(&fix, 1);
    assert_consumed(&fix);
    g_assert_cmpint(bmc_boot_get(fix.bmc)->ipmi_flags[1], ==, 0);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
}

/* MAAS: sets it while off, and force off must not take it away. */
static void test_off_and_on(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    fixture_advance(&fix, 60000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==, -1);
    fixture_advance(&fix, 1000);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
}

static void test_prelaunch_cycle(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_PRELAUNCH);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    /* On a busy host firmware may not have read the order by then */
    fixture_advance(&fix, 1999);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==, -1);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_advance(&fix, 1000);
    g_assert_cmpint(mock_machine_base(fix.mock)->state, ==,
                    MACHINE_STATE_RUNNING);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
}

static void test_guest_powers_off(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_PRELAUNCH);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    fixture_advance(&fix, 300);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    fixture_settle(&fix);
    assert_consumed(&fix);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
}

/* A target that is the first anyway is consumed like any other. */
static void test_nothing_to_set(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_PRELAUNCH);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_HDD), ==, -1);
    fixture_assert_log(&fix, "");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_HDD);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
    fixture_assert_log(&fix, "start");
}

static void test_continuous(void)
{
    g_auto(Fixture) fix = { NULL };
    unsigned i;

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD), ==,
                    -1);
    for (i = 0; i < 3; i++) {
        mock_machine_reset(fix.mock, true);
        g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
        fixture_advance(&fix, 10000);
        assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD);
    }
    mock_machine_gone(fix.mock, "killed");
    mock_machine_new_process(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_CD), ==,
                    -1);
    assert_consumed(&fix);
}

static void test_change_of_target(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD), ==,
                    -1);
    fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_NONE), ==,
                    -1);
    assert_consumed(&fix);
}

/* A later wish comes while the first is being carried out. */
static void test_superseded(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) first = { NULL };
    g_auto(TestSync) second = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_hold(fix.mock, true);
    bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_PXE, NULL, &lan,
                       NULL, test_sync_ready, &first);
    fixture_settle(&fix);
    bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_CD, NULL, &lan,
                       NULL, test_sync_ready, &second);
    mock_machine_hold(fix.mock, false);
    g_assert_true(bmc_boot_set_finish(fix.bmc, test_sync_wait(&first),
                                      NULL));
    g_assert_true(bmc_boot_set_finish(fix.bmc, test_sync_wait(&second),
                                      NULL));
    fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
}

static void test_no_device(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, -1);
    fixture_start(&fix);
    g_assert_true(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_HDD));
    g_assert_true(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_NONE));
    g_assert_false(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_CD));
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    mock_machine_add_device(fix.mock, "cd", MACHINE_BOOT_CD, -1);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    g_assert_true(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_CD));
    /* Unplugged, and not told yet */
    mock_machine_remove_device(fix.mock, "cd");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_assert_indices(&fix, "disk=-1");
}

static void test_qemu_refuses(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, 0);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, 1);
    fixture_start(&fix);
    mock_machine_fail(fix.mock, "set", BMC_ERROR_FAILED);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==,
                    BMC_ERROR_FAILED);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_assert_indices(&fix, "disk=0 nic=1");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    fixture_assert_indices(&fix, "disk=0 nic=1");
}

/* -kernel: an option ROM, which is no device, has the first place. */
static void test_place_taken(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_fail(fix.mock, "set", BMC_ERROR_EXISTS);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==,
                    BMC_ERROR_STATE);
    assert_consumed(&fix);
}

/* Set while there is no QEMU: exact if it comes up stopped. */
static void test_set_while_gone(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_GONE);
    mock_machine_base(fix.mock)->can_start_process = true;
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    fixture_assert_log(&fix, "");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    /* It is held until it has the order */
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    fixture_assert_log(&fix, "start set:cd=0");
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
}

static void test_qemu_restarted(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 100);
    mock_machine_gone(fix.mock, "killed");
    fixture_advance(&fix, 60000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_new_process(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
}

static void test_helper_restarted(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    fixture_assert_log(&fix, "set:nic=0");
    fixture_restart(&fix);
    fixture_assert_log(&fix, "");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_advance(&fix, 10000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    /* A boot has begun when the helper goes: the next one knows */
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 100);
    fixture_restart(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
}

/* A reset while the helper asks QEMU what an earlier one has left there. */
static void test_reset_while_asking(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    mock_machine_hold(fix.mock, true);
    fixture_restart(&fix);
    mock_machine_reset(fix.mock, true);
    fixture_settle(&fix);
    mock_machine_hold(fix.mock, false);
    fixture_settle(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
}

/* QEMU was replaced while no helper looked. */
static void test_both_restarted(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_clear_pointer(&fix.bmc, bmc_free);
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=0");
    fixture_advance(&fix, 10000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
}

/* The helper dies between any two steps: the next one gets it right. */
static void test_killed_between_steps(void)
{
    bool finished = false;
    unsigned kill_at;

    for (kill_at = 0; !finished; kill_at++) {
        g_auto(Fixture) fix = { NULL };
        g_auto(TestSync) sync = { NULL };
        unsigned i;

        fixture_init(&fix, MACHINE_STATE_RUNNING);
        mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, 0);
        mock_machine_add_device(fix.mock, "cd", MACHINE_BOOT_CD, -1);
        mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, 1);
        fixture_start(&fix);
        bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_CD, NULL, &lan,
                           NULL, test_sync_ready, &sync);
        for (i = 0; i < kill_at; i++) {
            g_main_context_iteration(NULL, true);
        }
        finished = sync.result;
        g_clear_pointer(&fix.bmc, bmc_free);
        test_drain();
        fixture_start(&fix);
        assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
        fixture_assert_indices(&fix, "disk=1 cd=0 nic=2");
        mock_machine_reset(fix.mock, true);
        fixture_advance(&fix, 2000);
        assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
        fixture_assert_indices(&fix, "disk=0 cd=-1 nic=1");
    }
}

static void test_unplugged_while_set(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "cd2", MACHINE_BOOT_CD, 4);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD), ==,
                    -1);
    mock_machine_remove_device(fix.mock, "cd");
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=1 nic=3 cd2=0");
    mock_machine_remove_device(fix.mock, "cd2");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*has no CD to boot from*");
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    test_assert_logged();
    fixture_assert_indices(&fix, "disk=1 nic=3");
    mock_machine_add_device(fix.mock, "cd3", MACHINE_BOOT_CD, -1);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=1 nic=3 cd3=0");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    fixture_assert_indices(&fix, "disk=1 nic=3 cd3=-1");
}

/* Another QMP client gives a device the index that one is to get back. */
static void test_index_taken_meanwhile(void)
{
    g_auto(Fixture) fix = { NULL };
    MachineBootDevice *disk;

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    disk = mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix.mock, "cd", MACHINE_BOOT_CD, 2);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, 3);
    fixture_start(&fix);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    disk->index = 2;
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_assert_indices(&fix, "disk=2 cd=4 nic=3");
}

/* QEMU does not tell of it: a reset has a look. */
static void test_plugged_while_set(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_remove_device(fix.mock, "cd");
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    mock_machine_add_device(fix.mock, "cd2", MACHINE_BOOT_CD, -1);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd2");
    fixture_advance(&fix, 2000);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_assert_indices(&fix, "disk=1 nic=3 cd2=-1");
}

/* An order that could not be put back is, before it matters. */
static void test_restored_late(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD), ==, -1);
    mock_machine_fail(fix.mock, "set", BMC_ERROR_FAILED);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*cannot be put back*");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    BMC_ERROR_FAILED);
    test_assert_logged();
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3");
}

/* OVMF would remember the override if no device had an index after it. */
static void test_uefi_without_indices(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, -1);
    mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, -1);
    fix.config.boot_mode = MACHINE_FIRMWARE_UEFI;
    fixture_start(&fix);
    g_assert_cmpint(bmc_boot_mode(fix.bmc), ==, MACHINE_FIRMWARE_UEFI);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(bmc_boot_get(fix.bmc)->ipmi_flags[0], ==, 0xa0);
    fixture_assert_indices(&fix, "nic=0 disk=1");
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_assert_indices(&fix, "nic=2 disk=1");
}

static void test_bios_without_indices(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, -1);
    mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, -1);
    fixture_start(&fix);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    fixture_assert_indices(&fix, "nic=0 disk=1");
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    fixture_assert_indices(&fix, "nic=-1 disk=-1");
}

static void test_ipmi_flags(void)
{
    static const uint8_t flags[] = { 0xe0, 0x14, 0x02, 0x03, 0x04 };
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_PXE, flags, &lan,
                       NULL, test_sync_ready, &sync);
    g_assert_true(bmc_boot_set_finish(fix.bmc, test_sync_wait(&sync), NULL));
    test_assert_hex_equal(bmc_boot_get(fix.bmc)->ipmi_flags, 5,
                          "a0 04 02 03 04");
    fixture_restart(&fix);
    test_assert_hex_equal(bmc_boot_get(fix.bmc)->ipmi_flags, 5,
                          "a0 04 02 03 04");
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    test_assert_hex_equal(bmc_boot_get(fix.bmc)->ipmi_flags, 5,
                          "20 00 02 03 04");
}

/* A new wish during the settle time of the old one is for the next boot. */
static void test_set_again_while_booting(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 1000);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    fixture_advance(&fix, 60000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 2000);
    assert_consumed(&fix);
}

static void test_freed_meanwhile(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };
    g_autoptr(GError) err = NULL;

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_hold(fix.mock, true);
    bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_PXE, NULL, &lan,
                       NULL, test_sync_ready, &sync);
    g_clear_pointer(&fix.bmc, bmc_free);
    test_sync_wait(&sync);
    g_assert_false(g_task_propagate_boolean(G_TASK(sync.result), &err));
    g_assert_true(bmc_error_is_cancelled(err));
    mock_machine_hold(fix.mock, false);
    test_drain();
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot/once", test_once_reset_by_us);
    g_test_add_func("/boot/off-and-on", test_off_and_on);
    g_test_add_func("/boot/cycle", test_prelaunch_cycle);
    g_test_add_func("/boot/guest-powers-off", test_guest_powers_off);
    g_test_add_func("/boot/nothing-to-set", test_nothing_to_set);
    g_test_add_func("/boot/continuous", test_continuous);
    g_test_add_func("/boot/change-of-target", test_change_of_target);
    g_test_add_func("/boot/superseded", test_superseded);
    g_test_add_func("/boot/no-device", test_no_device);
    g_test_add_func("/boot/qemu-refuses", test_qemu_refuses);
    g_test_add_func("/boot/place-taken", test_place_taken);
    g_test_add_func("/boot/set-while-gone", test_set_while_gone);
    g_test_add_func("/boot/qemu-restarted", test_qemu_restarted);
    g_test_add_func("/boot/helper-restarted", test_helper_restarted);
    g_test_add_func("/boot/reset-while-asking", test_reset_while_asking);
    g_test_add_func("/boot/both-restarted", test_both_restarted);
    g_test_add_func("/boot/killed", test_killed_between_steps);
    g_test_add_func("/boot/unplugged", test_unplugged_while_set);
    g_test_add_func("/boot/index-taken", test_index_taken_meanwhile);
    g_test_add_func("/boot/plugged", test_plugged_while_set);
    g_test_add_func("/boot/restored-late", test_restored_late);
    g_test_add_func("/boot/uefi-without-indices", test_uefi_without_indices);
    g_test_add_func("/boot/bios-without-indices", test_bios_without_indices);
    g_test_add_func("/boot/ipmi-flags", test_ipmi_flags);
    g_test_add_func("/boot/set-again", test_set_again_while_booting);
    g_test_add_func("/boot/freed", test_freed_meanwhile);
    return g_test_run();
}
