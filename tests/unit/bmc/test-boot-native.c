/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot override by QEMU's own, on a mock machine that has one. */
#include "osdep.h"

#include "bmc-fixture.h"

#include "bmc/boot-native.h"
#include "bmc/boot-options.h"
#include "codec/bootopt.h"
#include "util/error.h"

static const BmcOrigin lan = {
    .channel = BMC_CHANNEL_LAN,
};

static void init(Fixture *fix, MachineState state)
{
    fixture_init(fix, state);
    mock_machine_set_native(fix->mock, false);
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix->mock, "cd", MACHINE_BOOT_CD, 2);
    mock_machine_add_device(fix->mock, "nic", MACHINE_BOOT_NIC, 3);
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
}

static void assert_override(Fixture *fix, const char *expected)
{
    g_autofree char *override = mock_machine_override(fix->mock);

    g_assert_cmpstr(override, ==, expected);
}

/* Indices are never touched as long as each device has one. */
static void assert_indices(Fixture *fix)
{
    fixture_assert_indices(fix, "disk=1 cd=2 nic=3");
}

static void set_once(Fixture *fix, BmcBootTarget target)
{
    g_assert_cmpint(fixture_boot(fix, BMC_BOOT_ONCE, target), ==, -1);
    assert_boot(fix, BMC_BOOT_ONCE, target);
}

static void reset(Fixture *fix, const char *from)
{
    mock_machine_reset(fix->mock, true);
    fixture_settle(fix);
    g_assert_cmpstr(mock_machine_boots_from(fix->mock), ==, from);
}

static void assert_disabled(Fixture *fix)
{
    assert_boot(fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    assert_indices(fix);
}

/* The state is another one when firmware reads the order, not later. */
static void test_once(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_PXE);
    fixture_assert_log(&fix, "override:nic");
    assert_override(&fix, "nic armed");
    fixture_advance(&fix, 600000);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    /* However long it takes, and whatever SeaBIOS does meanwhile */
    fixture_advance(&fix, 600000);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 600000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    mock_machine_read_order(fix.mock);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_settle(&fix);
    fixture_assert_log(&fix, "reset");
    assert_override(&fix, "nic consumed");
    reset(&fix, "disk");
    assert_disabled(&fix);
    assert_override(&fix, "none");
    fixture_assert_log(&fix, "");
}

/* Nothing of what tells a boot without the patches counts. */
static void test_interrupted(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_PRELAUNCH);
    set_once(&fix, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    fixture_advance(&fix, 1900);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    fixture_settle(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    mock_machine_read_order(fix.mock);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
    assert_disabled(&fix);
}

static void test_continuous(void)
{
    g_auto(Fixture) fix = { NULL };
    unsigned i;

    init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD), ==,
                    -1);
    fixture_assert_log(&fix, "override:cd/persistent");
    for (i = 0; i < 3; i++) {
        reset(&fix, "cd");
        assert_override(&fix, "cd armed persistent");
        mock_machine_read_order(fix.mock);
        fixture_settle(&fix);
        assert_override(&fix, "cd consumed persistent");
        assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD);
        fixture_assert_log(&fix, "");
    }
    fixture_restart(&fix);
    fixture_assert_log(&fix, "");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    fixture_assert_log(&fix, "override:none");
    reset(&fix, "disk");
    assert_disabled(&fix);
}

static void test_changed(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD), ==,
                    -1);
    assert_override(&fix, "cd armed persistent");
    set_once(&fix, BMC_BOOT_CD);
    assert_override(&fix, "cd armed");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    assert_override(&fix, "none");
    fixture_assert_log(&fix, "override:nic override:cd/persistent "
                       "override:cd override:none");
    assert_disabled(&fix);
}

/* What is set while a boot reads the order is for the next one. */
static void test_set_again(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_PXE);
    reset(&fix, "nic");
    mock_machine_hold(fix.mock, true);
    bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_PXE, NULL, &lan, NULL,
                       test_sync_ready, &sync);
    fixture_settle(&fix);
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    mock_machine_hold(fix.mock, false);
    g_assert_true(bmc_boot_set_finish(fix.bmc, test_sync_wait(&sync), NULL));
    fixture_settle(&fix);
    assert_override(&fix, "nic armed");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    assert_disabled(&fix);
}

/* A boot can have used it before the command that set it has ended. */
static void test_consumed_early(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };
    unsigned i;

    init(&fix, MACHINE_STATE_RUNNING);
    bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_CD, NULL, &lan, NULL,
                       test_sync_ready, &sync);
    for (i = 0; i < 1000; i++) {
        g_autofree char *override = mock_machine_override(fix.mock);

        if (g_str_equal(override, "cd armed")) {
            break;
        }
        g_main_context_iteration(NULL, true);
    }
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    g_assert_true(bmc_boot_set_finish(fix.bmc, test_sync_wait(&sync), NULL));
    fixture_settle(&fix);
    assert_disabled(&fix);
    reset(&fix, "disk");
    assert_override(&fix, "none");
}

static void set_over_ipmi(Fixture *fix, uint8_t keep)
{
    static const uint8_t flags[] = { 0x80, 0x04, 0x00, 0x00, 0x00 };
    BmcBootOptions options = *bmc_boot_options_get(fix->bmc);
    g_auto(TestSync) sync = { NULL };

    options.keep = keep;
    bmc_boot_options_set(fix->bmc, &options);
    bmc_boot_set_async(fix->bmc, BMC_BOOT_ONCE, BMC_BOOT_PXE, flags, &lan,
                       NULL, test_sync_ready, &sync);
    g_assert_true(bmc_boot_set_finish(fix->bmc, test_sync_wait(&sync), NULL));
    fixture_settle(fix);
}

/* Parameter 3: a boot that does not clear the flags leaves the override. */
static void test_kept(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_over_ipmi(&fix, BOOTOPT_KEEP_ON_RESET_BUTTON);
    reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    assert_override(&fix, "nic armed");
    reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    assert_override(&fix, "nic armed");
    /* Chassis Control clears them, whatever it says */
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    assert_disabled(&fix);
    reset(&fix, "disk");
}

/* They expire as ever, but not while a boot is about to use them. */
static void test_expires(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_set_native(fix.mock, false);
    mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix.mock, "cd", MACHINE_BOOT_CD, 2);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, 3);
    fix.config.boot_expiry_s = 60;
    fixture_start(&fix);
    set_over_ipmi(&fix, 0);
    fixture_advance(&fix, 60000);
    assert_disabled(&fix);
    assert_override(&fix, "none");
    set_over_ipmi(&fix, 0);
    fixture_advance(&fix, 59000);
    reset(&fix, "nic");
    fixture_advance(&fix, 5000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    mock_machine_read_order(fix.mock);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

/* The helper is away while it happens. */
static void helper_away(Fixture *fix)
{
    g_clear_pointer(&fix->bmc, bmc_free);
    test_drain();
}

static void test_away_armed(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_CD);
    fixture_assert_log(&fix, "override:cd");
    fixture_restart(&fix);
    mock_machine_reset(fix.mock, true);
    fixture_restart(&fix);
    fixture_assert_log(&fix, "");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_read_order(fix.mock);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

static void test_away_consumed(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_CD);
    helper_away(&fix);
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*CD once: consumed*");
    fixture_start(&fix);
    test_assert_logged();
    assert_disabled(&fix);
    reset(&fix, "disk");
}

/* A second reset has dropped it: it is not set again. */
static void test_away_dropped(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_CD);
    helper_away(&fix);
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    mock_machine_reset(fix.mock, true);
    assert_override(&fix, "none");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*CD once: consumed*");
    fixture_start(&fix);
    test_assert_logged();
    assert_disabled(&fix);
    assert_override(&fix, "none");
    fixture_assert_log(&fix, "override:cd");
}

/* The monitor was out of reach, QEMU was not. */
static void test_monitor_lost(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_CD);
    mock_machine_set_state(fix.mock, MACHINE_STATE_UNKNOWN);
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    mock_machine_reset(fix.mock, true);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&fix);
    assert_disabled(&fix);
    assert_override(&fix, "none");
}

static void test_qemu_restarted(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_CD);
    mock_machine_gone(fix.mock, "killed");
    fixture_advance(&fix, 60000);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_new_process(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&fix);
    assert_override(&fix, "cd armed");
    /* While nobody looked */
    helper_away(&fix);
    mock_machine_new_process(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_start(&fix);
    assert_override(&fix, "cd armed");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    mock_machine_read_order(fix.mock);
    mock_machine_gone(fix.mock, "killed");
    assert_disabled(&fix);
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    fixture_settle(&fix);
    assert_override(&fix, "none");
}

static void test_set_while_gone(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_GONE);
    mock_machine_base(fix.mock)->can_start_process = true;
    set_once(&fix, BMC_BOOT_CD);
    fixture_assert_log(&fix, "");
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    fixture_assert_log(&fix, "start override:cd reset");
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    assert_disabled(&fix);
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

        init(&fix, MACHINE_STATE_RUNNING);
        bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_CD, NULL, &lan,
                           NULL, test_sync_ready, &sync);
        for (i = 0; i < kill_at; i++) {
            g_main_context_iteration(NULL, true);
        }
        finished = sync.result;
        helper_away(&fix);
        fixture_start(&fix);
        assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
        assert_override(&fix, "cd armed");
        reset(&fix, "cd");
        mock_machine_read_order(fix.mock);
        reset(&fix, "disk");
        assert_disabled(&fix);
        fixture_restart(&fix);
        assert_disabled(&fix);
        assert_override(&fix, "none");
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

        init(&fix, MACHINE_STATE_RUNNING);
        set_once(&fix, BMC_BOOT_CD);
        bmc_boot_set_async(fix.bmc, BMC_BOOT_DISABLED, BMC_BOOT_NONE, NULL,
                           &lan, NULL, test_sync_ready, &sync);
        for (i = 0; i < kill_at; i++) {
            g_main_context_iteration(NULL, true);
        }
        finished = sync.result;
        helper_away(&fix);
        fixture_start(&fix);
        assert_disabled(&fix);
        assert_override(&fix, "none");
    }
}

/* Somebody else at another monitor: what QEMU has is what is shown. */
static void test_foreign(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_set_override(fix.mock, "cd", false);
    fixture_settle(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_set_override(fix.mock, "nic", true);
    fixture_settle(&fix);
    assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE);
    mock_machine_set_override(fix.mock, NULL, false);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*cleared by somebody else*");
    fixture_settle(&fix);
    test_assert_logged();
    assert_disabled(&fix);
    set_once(&fix, BMC_BOOT_PXE);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*CD once, set by somebody else*");
    mock_machine_set_override(fix.mock, "cd", false);
    fixture_settle(&fix);
    test_assert_logged();
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    fixture_assert_log(&fix, "override:nic");
    reset(&fix, "cd");
    mock_machine_read_order(fix.mock);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

static void test_foreign_while_away(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    helper_away(&fix);
    mock_machine_set_override(fix.mock, "cd", false);
    fixture_start(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    helper_away(&fix);
    mock_machine_set_override(fix.mock, "nic", true);
    fixture_start(&fix);
    assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE);
    helper_away(&fix);
    mock_machine_set_override(fix.mock, NULL, false);
    fixture_start(&fix);
    assert_disabled(&fix);
    /* It was replaced, and what has replaced it was used */
    set_once(&fix, BMC_BOOT_PXE);
    helper_away(&fix);
    mock_machine_set_override(fix.mock, "cd", false);
    mock_machine_reset(fix.mock, true);
    mock_machine_read_order(fix.mock);
    fixture_start(&fix);
    assert_disabled(&fix);
    fixture_assert_log(&fix, "override:nic");
}

/* A device that its kind does not stand for is shown as what it is. */
static void test_foreign_second(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "nic2", MACHINE_BOOT_NIC, 4);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    mock_machine_set_override(fix.mock, "nic2", false);
    fixture_settle(&fix);
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_DEVICE);
    g_assert_cmpstr(bmc_boot_next(fix.bmc), ==, "nic2");
    mock_machine_set_override(fix.mock, "nic2", true);
    fixture_settle(&fix);
    assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE);
    fixture_restart(&fix);
    assert_override(&fix, "nic2 armed persistent");
    fixture_assert_log(&fix, "");
    /* Until it is asked for here */
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_PXE), ==,
                    -1);
    assert_override(&fix, "nic armed persistent");
}

static void test_unplugged(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_CD);
    mock_machine_add_device(fix.mock, "cd2", MACHINE_BOOT_CD, 4);
    mock_machine_remove_device(fix.mock, "cd");
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    assert_override(&fix, "cd2 armed");
    mock_machine_remove_device(fix.mock, "cd2");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*has no CD to boot from*");
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    test_assert_logged();
    assert_override(&fix, "none");
    assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_add_device(fix.mock, "cd3", MACHINE_BOOT_CD, 5);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd3");
    mock_machine_read_order(fix.mock);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

/* It gets one, at the end, for as long as it is needed. */
static void test_no_index(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "usb", MACHINE_BOOT_USB, -1);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    set_once(&fix, BMC_BOOT_USB);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 usb=4");
    assert_override(&fix, "usb armed");
    reset(&fix, "usb");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 usb=-1");
    reset(&fix, "disk");
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    /* Another one takes it away: it gets one again */
    set_once(&fix, BMC_BOOT_USB);
    mock_machine_set_index(fix.mock, "usb", -1);
    fixture_settle(&fix);
    assert_override(&fix, "usb armed");
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 usb=4");
}

static void init_plain(Fixture *fix, MachineFirmware firmware)
{
    fixture_init(fix, MACHINE_STATE_RUNNING);
    mock_machine_set_native(fix->mock, false);
    mock_machine_add_device(fix->mock, "nic", MACHINE_BOOT_NIC, -1);
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD, -1);
    fix->config.boot_mode = firmware;
    fixture_start(fix);
}

static void test_bios_without_indices(void)
{
    g_auto(Fixture) fix = { NULL };

    init_plain(&fix, MACHINE_FIRMWARE_BIOS);
    set_once(&fix, BMC_BOOT_PXE);
    fixture_assert_indices(&fix, "nic=2 disk=1");
    reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "nic=-1 disk=-1");
}

/* OVMF would remember the override if there was no order without it. */
static void test_uefi_without_indices(void)
{
    g_auto(Fixture) fix = { NULL };

    init_plain(&fix, MACHINE_FIRMWARE_UEFI);
    set_once(&fix, BMC_BOOT_PXE);
    fixture_assert_indices(&fix, "nic=2 disk=1");
    reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "nic=2 disk=1");
    reset(&fix, "disk");
}

/* The order is a matter of indices, the override is not. */
static void test_order(void)
{
    static const char *const order[] = { "cd", "nic", "disk", NULL };
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_PXE);
    bmc_boot_set_order_async(fix.bmc, order, &lan, NULL, test_sync_ready,
                             &sync);
    g_assert_true(bmc_boot_set_order_finish(fix.bmc, test_sync_wait(&sync),
                                            NULL));
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=4 cd=2 nic=3");
    assert_override(&fix, "nic armed");
    reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=4 cd=2 nic=3");
    reset(&fix, "cd");
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

static void test_next(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    bmc_boot_set_next(fix.bmc, "nic");
    set_once(&fix, BMC_BOOT_DEVICE);
    assert_override(&fix, "nic armed");
    reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    g_assert_null(bmc_boot_next(fix.bmc));
    assert_disabled(&fix);
}

/* A machine without fw_cfg: boot indices have to do, and time. */
static void test_refused(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_set_native(fix.mock, true);
    mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix.mock, "cd", MACHINE_BOOT_CD, 2);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, 3);
    fixture_start(&fix);
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*boot indices are instead*");
    set_once(&fix, BMC_BOOT_CD);
    test_assert_logged();
    fixture_assert_log(&fix, "override:cd set:cd=0");
    reset(&fix, "cd");
    fixture_advance(&fix, 2000);
    assert_disabled(&fix);
    set_once(&fix, BMC_BOOT_CD);
    fixture_assert_log(&fix, "set:cd=2 set:cd=0");
}

/* It hangs, ends, or says no to one device. */
static void test_fails(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_fail(fix.mock, "override", BMC_ERROR_NOT_FOUND);
    set_once(&fix, BMC_BOOT_CD);
    assert_override(&fix, "cd armed");
    fixture_assert_log(&fix, "override:cd override:cd");
    mock_machine_fail(fix.mock, "override", BMC_ERROR_TIMEOUT);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    assert_override(&fix, "cd armed");
    /* What could not be cleared is, before it matters */
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
    assert_disabled(&fix);
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
    set_once(&fix, BMC_BOOT_CD);
    fixture_assert_indices(&fix, "disk=1 cd=0 nic=3");
    helper_away(&fix);
    mock_machine_set_native(fix.mock, false);
    mock_machine_new_process(fix.mock, MACHINE_STATE_RUNNING);
    fixture_start(&fix);
    assert_indices(&fix);
    assert_override(&fix, "cd armed");
    reset(&fix, "cd");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    assert_disabled(&fix);
}

/* What comes with a migration or a snapshot replaces what was there. */
static void test_migrated(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_CD);
    mock_machine_gone(fix.mock, "migrated");
    mock_machine_new_process(fix.mock, MACHINE_STATE_INMIGRATE);
    fixture_settle(&fix);
    assert_override(&fix, "cd armed");
    mock_machine_load(fix.mock, "cd", MACHINE_OVERRIDE_CONSUMED);
    assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_settle(&fix);
    assert_override(&fix, "cd consumed");
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    set_once(&fix, BMC_BOOT_PXE);
    mock_machine_load(fix.mock, NULL, MACHINE_OVERRIDE_NONE);
    fixture_settle(&fix);
    assert_disabled(&fix);
    assert_override(&fix, "none");
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
    g_test_add_func("/boot-native/judge", test_judge);
    g_test_add_func("/boot-native/once", test_once);
    g_test_add_func("/boot-native/interrupted", test_interrupted);
    g_test_add_func("/boot-native/continuous", test_continuous);
    g_test_add_func("/boot-native/changed", test_changed);
    g_test_add_func("/boot-native/set-again", test_set_again);
    g_test_add_func("/boot-native/consumed-early", test_consumed_early);
    g_test_add_func("/boot-native/kept", test_kept);
    g_test_add_func("/boot-native/expires", test_expires);
    g_test_add_func("/boot-native/away-armed", test_away_armed);
    g_test_add_func("/boot-native/away-consumed", test_away_consumed);
    g_test_add_func("/boot-native/away-dropped", test_away_dropped);
    g_test_add_func("/boot-native/monitor-lost", test_monitor_lost);
    g_test_add_func("/boot-native/qemu-restarted", test_qemu_restarted);
    g_test_add_func("/boot-native/set-while-gone", test_set_while_gone);
    g_test_add_func("/boot-native/killed", test_killed);
    g_test_add_func("/boot-native/killed-while-cleared",
                    test_killed_while_cleared);
    g_test_add_func("/boot-native/foreign", test_foreign);
    g_test_add_func("/boot-native/foreign-away", test_foreign_while_away);
    g_test_add_func("/boot-native/foreign-second", test_foreign_second);
    g_test_add_func("/boot-native/unplugged", test_unplugged);
    g_test_add_func("/boot-native/no-index", test_no_index);
    g_test_add_func("/boot-native/bios-without-indices",
                    test_bios_without_indices);
    g_test_add_func("/boot-native/uefi-without-indices",
                    test_uefi_without_indices);
    g_test_add_func("/boot-native/order", test_order);
    g_test_add_func("/boot-native/next", test_next);
    g_test_add_func("/boot-native/refused", test_refused);
    g_test_add_func("/boot-native/fails", test_fails);
    g_test_add_func("/boot-native/other-qemu", test_other_qemu);
    g_test_add_func("/boot-native/migrated", test_migrated);
    return g_test_run();
}
