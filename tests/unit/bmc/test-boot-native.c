/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot override by QEMU's own, on a mock machine that has one. */
#include "osdep.h"

#include "native-fixture.h"

#include "bmc/boot-options.h"
#include "codec/bootopt.h"
#include "util/error.h"

/* The state is another one when firmware reads the order, not later. */
static void test_once(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_PXE);
    fixture_assert_log(&fix, "override:nic");
    native_assert_override(&fix, "nic armed");
    fixture_advance(&fix, 600000);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    /* However long it takes, and whatever SeaBIOS does meanwhile */
    fixture_advance(&fix, 600000);
    mock_machine_reset(fix.mock, true);
    fixture_advance(&fix, 600000);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    mock_machine_read_order(fix.mock);
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    fixture_settle(&fix);
    fixture_assert_log(&fix, "reset");
    native_assert_override(&fix, "nic consumed");
    native_reset(&fix, "disk");
    native_assert_disabled(&fix);
    native_assert_override(&fix, "none");
    fixture_assert_log(&fix, "");
}

/* Nothing of what tells a boot without the patches counts. */
static void test_interrupted(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_PRELAUNCH);
    native_set_once(&fix, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    fixture_advance(&fix, 1900);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    fixture_settle(&fix);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    mock_machine_read_order(fix.mock);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
    native_assert_disabled(&fix);
}

static void test_continuous(void)
{
    g_auto(Fixture) fix = { NULL };
    unsigned i;

    native_init(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD), ==,
                    -1);
    fixture_assert_log(&fix, "override:cd/persistent");
    for (i = 0; i < 3; i++) {
        native_reset(&fix, "cd");
        native_assert_override(&fix, "cd armed persistent");
        mock_machine_read_order(fix.mock);
        fixture_settle(&fix);
        native_assert_override(&fix, "cd consumed persistent");
        native_assert_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD);
        fixture_assert_log(&fix, "");
    }
    fixture_restart(&fix);
    fixture_assert_log(&fix, "");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    fixture_assert_log(&fix, "override:none");
    native_reset(&fix, "disk");
    native_assert_disabled(&fix);
}

static void test_changed(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_PXE);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_CD), ==,
                    -1);
    native_assert_override(&fix, "cd armed persistent");
    native_set_once(&fix, BMC_BOOT_CD);
    native_assert_override(&fix, "cd armed");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    native_assert_override(&fix, "none");
    fixture_assert_log(&fix, "override:nic override:cd/persistent "
                       "override:cd override:none");
    native_assert_disabled(&fix);
}

/* What is set while a boot reads the order is for the next one. */
static void test_set_again(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_PXE);
    native_reset(&fix, "nic");
    mock_machine_hold(fix.mock, true);
    bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_PXE, NULL, &native_lan, NULL,
                       test_sync_ready, &sync);
    fixture_settle(&fix);
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    mock_machine_hold(fix.mock, false);
    g_assert_true(bmc_boot_set_finish(fix.bmc, test_sync_wait(&sync), NULL));
    fixture_settle(&fix);
    native_assert_override(&fix, "nic armed");
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    native_reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    native_assert_disabled(&fix);
}

/* A boot can have used it before the command that set it has ended. */
static void test_consumed_early(void)
{
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };
    unsigned i;

    native_init(&fix, MACHINE_STATE_RUNNING);
    bmc_boot_set_async(fix.bmc, BMC_BOOT_ONCE, BMC_BOOT_CD, NULL, &native_lan, NULL,
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
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    g_assert_true(bmc_boot_set_finish(fix.bmc, test_sync_wait(&sync), NULL));
    fixture_settle(&fix);
    native_assert_disabled(&fix);
    native_reset(&fix, "disk");
    native_assert_override(&fix, "none");
}

static void set_over_ipmi(Fixture *fix, uint8_t keep)
{
    static const uint8_t flags[] = { 0x80, 0x04, 0x00, 0x00, 0x00 };
    BmcBootOptions options = *bmc_boot_options_get(fix->bmc);
    g_auto(TestSync) sync = { NULL };

    options.keep = keep;
    bmc_boot_options_set(fix->bmc, &options);
    bmc_boot_set_async(fix->bmc, BMC_BOOT_ONCE, BMC_BOOT_PXE, flags, &native_lan,
                       NULL, test_sync_ready, &sync);
    g_assert_true(bmc_boot_set_finish(fix->bmc, test_sync_wait(&sync), NULL));
    fixture_settle(fix);
}

/* Parameter 3: a boot that does not clear the flags leaves the override. */
static void test_kept(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    set_over_ipmi(&fix, BOOTOPT_KEEP_ON_RESET_BUTTON);
    native_reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    native_assert_override(&fix, "nic armed");
    native_reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    native_assert_override(&fix, "nic armed");
    /* Chassis Control clears them, whatever it says */
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    native_assert_disabled(&fix);
    native_reset(&fix, "disk");
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
    native_assert_disabled(&fix);
    native_assert_override(&fix, "none");
    set_over_ipmi(&fix, 0);
    fixture_advance(&fix, 59000);
    native_reset(&fix, "nic");
    fixture_advance(&fix, 5000);
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    mock_machine_read_order(fix.mock);
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

static void test_unplugged(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_CD);
    mock_machine_add_device(fix.mock, "cd2", MACHINE_BOOT_CD, 4);
    mock_machine_remove_device(fix.mock, "cd");
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    native_assert_override(&fix, "cd2 armed");
    mock_machine_remove_device(fix.mock, "cd2");
    test_expect_log(G_LOG_LEVEL_MESSAGE, "*has no CD to boot from*");
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    test_assert_logged();
    native_assert_override(&fix, "none");
    native_assert_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_CD);
    mock_machine_add_device(fix.mock, "cd3", MACHINE_BOOT_CD, 5);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "cd3");
    mock_machine_read_order(fix.mock);
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

/* It gets one, at the end, for as long as it is needed. */
static void test_no_index(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "usb", MACHINE_BOOT_USB, -1);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    native_set_once(&fix, BMC_BOOT_USB);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 usb=4");
    native_assert_override(&fix, "usb armed");
    native_reset(&fix, "usb");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=1 cd=2 nic=3 usb=-1");
    native_reset(&fix, "disk");
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
    /* Another one takes it away: it gets one again */
    native_set_once(&fix, BMC_BOOT_USB);
    mock_machine_set_index(fix.mock, "usb", -1);
    fixture_settle(&fix);
    native_assert_override(&fix, "usb armed");
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
    native_set_once(&fix, BMC_BOOT_PXE);
    fixture_assert_indices(&fix, "nic=2 disk=1");
    native_reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "nic=-1 disk=-1");
}

/* OVMF would remember the override if there was no order without it. */
static void test_uefi_without_indices(void)
{
    g_auto(Fixture) fix = { NULL };

    init_plain(&fix, MACHINE_FIRMWARE_UEFI);
    native_set_once(&fix, BMC_BOOT_PXE);
    fixture_assert_indices(&fix, "nic=2 disk=1");
    native_reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "nic=2 disk=1");
    native_reset(&fix, "disk");
}

/* The order is a matter of indices, the override is not. */
static void test_order(void)
{
    static const char *const order[] = { "cd", "nic", "disk", NULL };
    g_auto(Fixture) fix = { NULL };
    g_auto(TestSync) sync = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    native_set_once(&fix, BMC_BOOT_PXE);
    bmc_boot_set_order_async(fix.bmc, order, &native_lan, NULL, test_sync_ready,
                             &sync);
    g_assert_true(bmc_boot_set_order_finish(fix.bmc, test_sync_wait(&sync),
                                            NULL));
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=4 cd=2 nic=3");
    native_assert_override(&fix, "nic armed");
    native_reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    fixture_assert_indices(&fix, "disk=4 cd=2 nic=3");
    native_reset(&fix, "cd");
    native_assert_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE);
}

static void test_next(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    bmc_boot_set_next(fix.bmc, "nic");
    native_set_once(&fix, BMC_BOOT_DEVICE);
    native_assert_override(&fix, "nic armed");
    native_reset(&fix, "nic");
    mock_machine_read_order(fix.mock);
    fixture_settle(&fix);
    g_assert_null(bmc_boot_next(fix.bmc));
    native_assert_disabled(&fix);
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
    native_set_once(&fix, BMC_BOOT_CD);
    test_assert_logged();
    fixture_assert_log(&fix, "override:cd set:cd=0");
    native_reset(&fix, "cd");
    fixture_advance(&fix, 2000);
    native_assert_disabled(&fix);
    native_set_once(&fix, BMC_BOOT_CD);
    fixture_assert_log(&fix, "set:cd=2 set:cd=0");
}

/* It hangs, ends, or says no to one device. */
static void test_fails(void)
{
    g_auto(Fixture) fix = { NULL };

    native_init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_fail(fix.mock, "override", BMC_ERROR_NOT_FOUND);
    native_set_once(&fix, BMC_BOOT_CD);
    native_assert_override(&fix, "cd armed");
    fixture_assert_log(&fix, "override:cd override:cd");
    mock_machine_fail(fix.mock, "override", BMC_ERROR_TIMEOUT);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    native_assert_override(&fix, "cd armed");
    /* What could not be cleared is, before it matters */
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    g_assert_cmpstr(mock_machine_boots_from(fix.mock), ==, "disk");
    native_assert_disabled(&fix);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-native/once", test_once);
    g_test_add_func("/boot-native/interrupted", test_interrupted);
    g_test_add_func("/boot-native/continuous", test_continuous);
    g_test_add_func("/boot-native/changed", test_changed);
    g_test_add_func("/boot-native/set-again", test_set_again);
    g_test_add_func("/boot-native/consumed-early", test_consumed_early);
    g_test_add_func("/boot-native/kept", test_kept);
    g_test_add_func("/boot-native/expires", test_expires);
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
    return g_test_run();
}
