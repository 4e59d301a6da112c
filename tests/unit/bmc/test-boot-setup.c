/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The key for the firmware's setup: when it is pressed, and when no more. */
#include "osdep.h"

#include "bmc-fixture.h"
#include "util/error.h"

static void assert_enabled(Fixture *fix, BmcBootEnabled enabled)
{
    g_assert_cmpint(bmc_boot_get(fix->bmc)->enabled, ==, enabled);
    g_assert_cmpint(bmc_boot_get(fix->bmc)->target, ==,
                    enabled == BMC_BOOT_DISABLED ? BMC_BOOT_NONE :
                    BMC_BOOT_SETUP);
}

static void init(Fixture *fix, MachineState state)
{
    fixture_init(fix, state);
    mock_machine_add_device(fix->mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_base(fix->mock)->info.firmware = MACHINE_FIRMWARE_UEFI;
    mock_machine_base(fix->mock)->keyboard = true;
    fixture_start(fix);
}

static void arm(Fixture *fix, BmcBootEnabled enabled)
{
    g_assert_cmpint(fixture_boot(fix, enabled, BMC_BOOT_SETUP), ==, -1);
    assert_enabled(fix, enabled);
}

/* Lets time pass in steps, so that one thing follows from another. */
static unsigned keys_in(Fixture *fix, unsigned ms)
{
    fixture_log_count(fix, "key:f2");
    for (unsigned i = 0; i < ms; i += 50) {
        fixture_advance(fix, 50);
    }
    return fixture_log_count(fix, "key:f2");
}

static void say(Fixture *fix, const char *text)
{
    bmc_boot_console_output(fix->bmc, (const uint8_t *)text, strlen(text));
    fixture_settle(fix);
}

/* Never without a boot, and no index is changed. */
static void test_pressed(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    arm(&fix, BMC_BOOT_ONCE);
    fixture_assert_log(&fix, "");
    g_assert_cmpuint(keys_in(&fix, 5000), ==, 0);
    mock_machine_reset(fix.mock, true);
    g_assert_cmpuint(keys_in(&fix, 3000), >=, 15);
    assert_enabled(&fix, BMC_BOOT_ONCE);
    fixture_assert_indices(&fix, "disk=1");
    say(&fix, "\033[2JBdsDxe: starting Boot0000 \"Ui");
    g_assert_cmpuint(keys_in(&fix, 1000), >=, 5);
    say(&fix, "App\" from Fv(7CB8BDC9)\r\n");
    assert_enabled(&fix, BMC_BOOT_DISABLED);
    g_assert_cmpuint(keys_in(&fix, 1000), ==, 0);
    mock_machine_reset(fix.mock, true);
    g_assert_cmpuint(keys_in(&fix, 1000), ==, 0);
    fixture_assert_indices(&fix, "disk=1");
}

/* What a serial port may write. */
static void test_told(void)
{
    static const struct {
        const char *text;
        bool end;
    } rows[] = {
        { "BdsDxe: loading Boot0000 \"UiApp\"\r\n", false },
        { "BdsDxe: starting Boot", false },
        { "BdsDxe: start\ning Boot0001\n", false },
        { "BdsDxe: \033[01;01Hstarting Boot0001 \"disk\"\n", true },
        { "BdsDxe: starting Boot0007 \"EFI Firmware Setup\" from x\r\n",
          true },
        { "\x01\xff\x80 BdsDxe: starting Boot0000 from "
          "FvFile(462CAA21-7614-4503-836E-8AB6F4662331)\n", true },
    };
    g_autofree char *much = g_strnfill(5000, 'x');

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Fixture) fix = { NULL };

        init(&fix, MACHINE_STATE_RUNNING);
        arm(&fix, BMC_BOOT_ONCE);
        say(&fix, rows[i].text);
        assert_enabled(&fix, BMC_BOOT_ONCE);
        mock_machine_reset(fix.mock, true);
        say(&fix, much);
        say(&fix, "\r\n");
        say(&fix, rows[i].text);
        assert_enabled(&fix, rows[i].end ? BMC_BOOT_DISABLED :
                       BMC_BOOT_ONCE);
    }
}

/* Time counts while it runs, and begins anew with each reset. */
static void test_paused(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    arm(&fix, BMC_BOOT_ONCE);
    mock_machine_reset(fix.mock, false);
    keys_in(&fix, 15000);
    mock_machine_set_state(fix.mock, MACHINE_STATE_PAUSED);
    g_assert_cmpuint(keys_in(&fix, 60000), ==, 0);
    assert_enabled(&fix, BMC_BOOT_ONCE);
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    g_assert_cmpuint(keys_in(&fix, 3000), >=, 15);
    assert_enabled(&fix, BMC_BOOT_ONCE);
    mock_machine_reset(fix.mock, true);
    keys_in(&fix, 18000);
    assert_enabled(&fix, BMC_BOOT_ONCE);
    keys_in(&fix, 4000);
    assert_enabled(&fix, BMC_BOOT_DISABLED);
}

/* QEMU that answers late gets no more keys than it takes. */
static void test_slow(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    arm(&fix, BMC_BOOT_ONCE);
    mock_machine_reset(fix.mock, false);
    g_assert_cmpuint(keys_in(&fix, 2000), >=, 10);
    mock_machine_hold(fix.mock, true);
    fixture_advance(&fix, 3600000);
    mock_machine_hold(fix.mock, false);
    fixture_settle(&fix);
    assert_enabled(&fix, BMC_BOOT_ONCE);
    g_assert_cmpuint(keys_in(&fix, 2000), >=, 10);
    assert_enabled(&fix, BMC_BOOT_ONCE);
}

/* The processors' time decides: little of it on a busy host, or none. */
static void test_processors(void)
{
    g_auto(Fixture) fix = { NULL };
    MachineUsage *usage;

    init(&fix, MACHINE_STATE_RUNNING);
    usage = mock_machine_usage(fix.mock);
    usage->has_cpu = true;
    arm(&fix, BMC_BOOT_ONCE);
    mock_machine_reset(fix.mock, false);
    for (unsigned i = 0; i < 125; i++) {
        /* a fifth of a processor */
        usage->cpu_us += 80000;
        fixture_advance(&fix, 400);
    }
    assert_enabled(&fix, BMC_BOOT_ONCE);
    for (unsigned i = 0; i < 15; i++) {
        usage->cpu_us += 800000;
        fixture_advance(&fix, 400);
    }
    assert_enabled(&fix, BMC_BOOT_DISABLED);
    arm(&fix, BMC_BOOT_CONTINUOUS);
    mock_machine_reset(fix.mock, false);
    g_assert_cmpuint(keys_in(&fix, 28000), >=, 10);
    keys_in(&fix, 40000);
    g_assert_cmpuint(keys_in(&fix, 8000), ==, 0);
    assert_enabled(&fix, BMC_BOOT_CONTINUOUS);
    mock_machine_reset(fix.mock, false);
    g_assert_cmpuint(keys_in(&fix, 8000), >=, 4);
}

static void test_guest_agent(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    arm(&fix, BMC_BOOT_ONCE);
    mock_machine_reset(fix.mock, false);
    g_assert_cmpuint(keys_in(&fix, 1000), >=, 5);
    mock_machine_base(fix.mock)->guest = g_new0(MachineGuest, 1);
    mock_machine_event(fix.mock, MACHINE_EVENT_GUEST, NULL);
    fixture_settle(&fix);
    assert_enabled(&fix, BMC_BOOT_DISABLED);
    g_assert_cmpuint(keys_in(&fix, 1000), ==, 0);
}

/* From off; a boot that is broken off is none, nor is a restart of ours. */
static void test_off(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_PRELAUNCH);
    arm(&fix, BMC_BOOT_ONCE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpuint(keys_in(&fix, 1000), >=, 5);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    g_assert_cmpuint(keys_in(&fix, 5000), ==, 0);
    assert_enabled(&fix, BMC_BOOT_ONCE);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    g_assert_cmpuint(keys_in(&fix, 1000), >=, 5);
    fixture_restart(&fix);
    assert_enabled(&fix, BMC_BOOT_ONCE);
    g_assert_cmpuint(keys_in(&fix, 60000), ==, 0);
    assert_enabled(&fix, BMC_BOOT_ONCE);
    mock_machine_gone(fix.mock, NULL);
    fixture_settle(&fix);
    mock_machine_new_process(fix.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&fix);
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    g_assert_cmpuint(keys_in(&fix, 2000), >=, 5);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE), ==,
                    -1);
    g_assert_cmpuint(keys_in(&fix, 2000), ==, 0);
}

/* Whatever was first comes back when the setup takes its place. */
static void test_after_another(void)
{
    g_auto(Fixture) fix = { NULL };

    init(&fix, MACHINE_STATE_RUNNING);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, 2);
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    fixture_assert_indices(&fix, "disk=1 nic=0");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_SETUP), ==,
                    -1);
    fixture_assert_indices(&fix, "disk=1 nic=2");
    mock_machine_reset(fix.mock, false);
    g_assert_cmpuint(keys_in(&fix, 1000), >=, 5);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpuint(keys_in(&fix, 1000), ==, 0);
    fixture_assert_indices(&fix, "disk=1 nic=0");
}

static void test_not_there(void)
{
    g_auto(Fixture) fix = { NULL };
    Machine *machine;

    init(&fix, MACHINE_STATE_RUNNING);
    machine = mock_machine_base(fix.mock);
    machine->info.firmware = MACHINE_FIRMWARE_BIOS;
    g_assert_false(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_SETUP));
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_SETUP), ==,
                    BMC_ERROR_NOT_SUPPORTED);
    machine->info.firmware = MACHINE_FIRMWARE_UEFI;
    g_assert_true(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_SETUP));
    machine->info.arch = g_strdup("aarch64");
    g_assert_false(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_SETUP));
    g_clear_pointer(&machine->info.arch, g_free);
    machine->keyboard = false;
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    g_assert_false(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_SETUP));
    /* One that is plugged in later is typed on */
    machine->keyboard = true;
    mock_machine_event(fix.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&fix);
    g_assert_true(bmc_boot_target_allowed(fix.bmc, BMC_BOOT_SETUP));
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/boot-setup/pressed", test_pressed);
    g_test_add_func("/boot-setup/told", test_told);
    g_test_add_func("/boot-setup/paused", test_paused);
    g_test_add_func("/boot-setup/slow", test_slow);
    g_test_add_func("/boot-setup/processors", test_processors);
    g_test_add_func("/boot-setup/guest-agent", test_guest_agent);
    g_test_add_func("/boot-setup/off", test_off);
    g_test_add_func("/boot-setup/after-another", test_after_another);
    g_test_add_func("/boot-setup/not-there", test_not_there);
    return g_test_run();
}
