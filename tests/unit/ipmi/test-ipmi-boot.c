/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot flags: what QEMU has to do with them, and what clears them. */
#include "osdep.h"

#include "bmc/sel.h"
#include "command-fixture.h"
#include "util/error.h"

#define PXE_ONCE "05 8004000000"
#define VALID "01 05 8004000000"
#define CLEARED "01 05 0000000000"

static int chassis(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, IPMI_NETFN_CHASSIS, cmd, hex);
}

static void set(CommandFixture *f, const char *hex)
{
    g_assert_cmphex(chassis(f, 0x08, hex), ==, IPMI_CC_OK);
}

static void assert_flags(CommandFixture *f, const char *answer)
{
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x09, "050000", answer);
}

static void app(CommandFixture *f, uint8_t cmd, const char *hex)
{
    g_assert_cmphex(command_fixture_run(f, IPMI_NETFN_APP, cmd, hex), ==,
                    IPMI_CC_OK);
}

/* How many records of the event log say that. */
static unsigned logged(CommandFixture *f, const char *text)
{
    const BmcSelEntry *entry;
    unsigned count = 0;
    unsigned n;

    for (n = 0; (entry = bmc_sel_nth(f->base.bmc, n)); n++) {
        count += strstr(entry->text, text) != NULL;
    }
    return count;
}

/* Answered in time whatever QEMU does; the rest comes when it can. */
static void test_hung(CommandFixture *f, const void *opaque)
{
    mock_machine_hold(f->base.mock, true);
    command_fixture_send(f, IPMI_NETFN_CHASSIS, 0x08, PXE_ONCE);
    fixture_settle(&f->base);
    fixture_advance(&f->base, IPMI_DEFER_MS);
    g_assert_cmpint(f->answers, ==, 1);
    g_assert_cmphex(f->cc, ==, IPMI_CC_OK);
    assert_flags(f, VALID);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==, BMC_BOOT_ONCE);
    fixture_assert_indices(&f->base, "disk=-1 cd=-1 nic=-1");
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
    g_assert_cmpint(f->answers, ==, 1);
    assert_flags(f, VALID);
    fixture_assert_indices(&f->base, "disk=1 cd=2 nic=0");
    command_fixture_restart(f);
    assert_flags(f, VALID);
}

/* Setup is there for a machine with UEFI firmware and a keyboard. */
static void test_setup(CommandFixture *f, const void *opaque)
{
    Machine *machine = mock_machine_base(f->base.mock);

    g_assert_cmphex(chassis(f, 0x08, "05 8018000000"), ==,
                    IPMI_CC_INVALID_FIELD);
    machine->info.firmware = MACHINE_FIRMWARE_UEFI;
    g_assert_cmphex(chassis(f, 0x08, "05 8018000000"), ==,
                    IPMI_CC_INVALID_FIELD);
    machine->keyboard = true;
    mock_machine_event(f->base.mock, MACHINE_EVENT_DEVICES, NULL);
    fixture_settle(&f->base);
    set(f, "05 e018000000");
    assert_flags(f, "01 05 e018000000");
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->target, ==, BMC_BOOT_SETUP);
    command_fixture_restart(f);
    assert_flags(f, "01 05 e018000000");
}

/* It has been answered with success, so somebody has to be told. */
static void test_hung_refused(CommandFixture *f, const void *opaque)
{
    mock_machine_hold(f->base.mock, true);
    command_fixture_send(f, IPMI_NETFN_CHASSIS, 0x08, PXE_ONCE);
    fixture_advance(&f->base, IPMI_DEFER_MS);
    g_assert_cmphex(f->cc, ==, IPMI_CC_OK);
    mock_machine_fail(f->base.mock, "set", BMC_ERROR_FAILED);
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
    assert_flags(f, CLEARED);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==,
                    BMC_BOOT_DISABLED);
    g_assert_cmpuint(logged(f, "network once cannot be set"), ==, 1);
}

static void run_watchdog(CommandFixture *f)
{
    app(f, 0x24, "04 01 00 00 0a00");
    app(f, 0x22, "");
    fixture_advance(&f->base, 1000);
}

static void press_button(CommandFixture *f)
{
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_FORCE_OFF), ==, -1);
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_PUSH_BUTTON), ==, -1);
}

static const struct {
    const char *name;
    const char *keep;
    void (*restart)(CommandFixture *f);
} own_restarts[] = {
    { "watchdog", "03 04", run_watchdog },
    { "button", "03 01", press_button },
};

/* Nothing boots with flags that a restart has cleared. */
static void test_cleared(CommandFixture *f, const void *opaque)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(own_restarts); i++) {
        set(f, "03 00");
        set(f, PXE_ONCE);
        own_restarts[i].restart(f);
        g_assert_cmpstr(mock_machine_boots_from(f->base.mock), ==, "default");
        assert_flags(f, CLEARED);
        g_assert_cmpuint(logged(f, "no Chassis Control"), ==, i + 1);
        fixture_advance(&f->base, 5000);

        set(f, own_restarts[i].keep);
        set(f, PXE_ONCE);
        own_restarts[i].restart(f);
        g_assert_cmpstr(mock_machine_boots_from(f->base.mock), ==, "nic");
        fixture_advance(&f->base, 5000);
        assert_flags(f, VALID);
        /* What follows from Chassis Control uses them up. */
        g_assert_cmphex(chassis(f, 0x02, "03"), ==, IPMI_CC_OK);
        g_assert_cmpstr(mock_machine_boots_from(f->base.mock), ==, "nic");
        fixture_advance(&f->base, 5000);
        assert_flags(f, CLEARED);
    }
    /* Flags for all boots are cleared by nothing of the kind. */
    set(f, "03 00");
    set(f, "05 c004000000");
    run_watchdog(f);
    fixture_advance(&f->base, 5000);
    assert_flags(f, "01 05 c004000000");
}

/* QEMU has begun to boot before we know: there is no way back any more. */
static void test_guest_reset(CommandFixture *f, const void *opaque)
{
    set(f, PXE_ONCE);
    mock_machine_reset(f->base.mock, true);
    g_assert_cmpstr(mock_machine_boots_from(f->base.mock), ==, "nic");
    fixture_advance(&f->base, 5000);
    assert_flags(f, CLEARED);

    set(f, "03 02");
    set(f, PXE_ONCE);
    mock_machine_reset(f->base.mock, true);
    fixture_advance(&f->base, 5000);
    assert_flags(f, VALID);
    mock_machine_reset(f->base.mock, false);
    fixture_advance(&f->base, 5000);
    assert_flags(f, VALID);
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_FORCE_RESTART), ==, -1);
    fixture_advance(&f->base, 5000);
    assert_flags(f, CLEARED);
}

/* What Redfish has set for one boot is used by any. */
static void test_not_ours(CommandFixture *f, const void *opaque)
{
    g_assert_cmpint(fixture_boot(&f->base, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==,
                    -1);
    run_watchdog(f);
    g_assert_cmpstr(mock_machine_boots_from(f->base.mock), ==, "nic");
    fixture_advance(&f->base, 5000);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==,
                    BMC_BOOT_DISABLED);
}

/* What is marked invalid is only kept. */
static void test_invalid(CommandFixture *f, const void *opaque)
{
    set(f, PXE_ONCE);
    set(f, "05 6014020301");
    assert_flags(f, "01 05 6014020301");
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==,
                    BMC_BOOT_DISABLED);
    fixture_assert_indices(&f->base, "disk=-1 cd=-1 nic=-1");
    command_fixture_restart(f);
    assert_flags(f, "01 05 6014020301");
    g_assert_cmpint(fixture_boot(&f->base, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==,
                    -1);
    assert_flags(f, VALID);
}

static void test_progress(CommandFixture *f, const void *opaque)
{
    set(f, "00 01");
    mock_machine_reset(f->base.mock, true);
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x09, "000000",
                           "01 00 00");
    set(f, "00 01");
}

static void assert_initial(CommandFixture *f)
{
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x09, "000000",
                           "01 00 00");
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x09, "030000",
                           "01 03 00");
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x09, "040000",
                           "01 04 0000");
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x09, "060000",
                           "01 06 000000000000000000");
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x09, "070000",
                           "01 07 00 00000000000000000000000000000000");
}

/* Semi-volatile: kept over anything but the end or cold reset of the BMC. */
static void test_cold_reset(CommandFixture *f, const void *opaque)
{
    assert_initial(f);
    set(f, "03 1f");
    set(f, "84 ff05");
    set(f, "06 010203040506070809");
    set(f, "07 00 01");
    set(f, PXE_ONCE);
    set(f, "00 01");
    app(f, 0x03, "");
    fixture_advance(&f->base, 100);
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x09, "040000",
                           "01 84 0005");
    app(f, 0x02, "");
    fixture_advance(&f->base, 100);
    assert_initial(f);
    assert_flags(f, VALID);
}

#define ADD(name, func) \
    g_test_add("/ipmi/boot/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("hung", test_hung);
    ADD("hung-refused", test_hung_refused);
    ADD("setup", test_setup);
    ADD("cleared", test_cleared);
    ADD("guest-reset", test_guest_reset);
    ADD("not-ours", test_not_ours);
    ADD("invalid", test_invalid);
    ADD("progress", test_progress);
    ADD("cold-reset", test_cold_reset);
    return g_test_run();
}
