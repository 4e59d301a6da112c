/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chassis commands on the real hub. */
#include "osdep.h"

#include "command-fixture.h"
#include "util/error.h"

static int chassis(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, IPMI_NETFN_CHASSIS, cmd, hex);
}

static void assert_chassis(CommandFixture *f, uint8_t cmd, const char *hex,
                           const char *answer)
{
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, cmd, hex, answer);
}

static void test_capabilities(CommandFixture *f, const void *opaque)
{
    assert_chassis(f, 0x00, "", "04 20202020");
    assert_chassis(f, 0x05, "00 20202022", "");
    assert_chassis(f, 0x05, "00 20202022 24", "");
    command_fixture_restart(f);
    assert_chassis(f, 0x00, "", "04 20202022 24");
    g_assert_cmphex(chassis(f, 0x05, "00 20202021"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(chassis(f, 0x05, "01 20202020"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(chassis(f, 0x05, "02 20202020"), ==, IPMI_CC_INVALID_FIELD);
}

static void come_back(CommandFixture *f)
{
    mock_machine_gone(f->base.mock, "killed");
    fixture_settle(&f->base);
    fixture_log_count(&f->base, "start");
    mock_machine_new_process(f->base.mock, MACHINE_STATE_PRELAUNCH);
    fixture_settle(&f->base);
}

static void test_policy(CommandFixture *f, const void *opaque)
{
    assert_chassis(f, 0x01, "", "61 00 40 10");
    assert_chassis(f, 0x06, "03", "07");
    assert_chassis(f, 0x01, "", "61 00 40 10");
    assert_chassis(f, 0x06, "00", "07");
    assert_chassis(f, 0x01, "", "01 00 40 10");
    assert_chassis(f, 0x06, "02", "07");
    command_fixture_restart(f);
    assert_chassis(f, 0x01, "", "41 00 40 10");
    g_assert_cmphex(chassis(f, 0x06, "04"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(chassis(f, 0x06, "0a"), ==, IPMI_CC_INVALID_FIELD);
}

/* Each start and reset is put down to what has really caused it. */
static void test_restart_cause(CommandFixture *f, const void *opaque)
{
    /* Nobody knows how it has come to run. */
    assert_chassis(f, 0x07, "", "00 00");
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_FORCE_RESTART), ==, -1);
    assert_chassis(f, 0x07, "", "01 00");
    fixture_advance(&f->base, 5000);
    mock_machine_reset(f->base.mock, false);
    assert_chassis(f, 0x07, "", "02 00");
    fixture_advance(&f->base, 5000);
    mock_machine_reset(f->base.mock, true);
    assert_chassis(f, 0x07, "", "0a 00");
    assert_chassis(f, 0x02, "02", "");
    fixture_advance(&f->base, 5000);
    assert_chassis(f, 0x07, "", "01 01");
    assert_chassis(f, 0x02, "00", "");
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_PUSH_BUTTON), ==, -1);
    assert_chassis(f, 0x07, "", "03 00");
    fixture_advance(&f->base, 5000);
    mock_machine_event(f->base.mock, MACHINE_EVENT_WATCHDOG, "reset");
    mock_machine_reset(f->base.mock, true);
    assert_chassis(f, 0x07, "", "04 00");
    command_fixture_restart(f);
    assert_chassis(f, 0x07, "", "04 00");
    assert_chassis(f, 0x06, "02", "07");
    come_back(f);
    assert_chassis(f, 0x07, "", "06 00");
    assert_chassis(f, 0x01, "", "41 01 40 10");
    assert_chassis(f, 0x06, "01", "07");
    come_back(f);
    assert_chassis(f, 0x07, "", "07 00");
    command_fixture_restart(f);
    assert_chassis(f, 0x07, "", "07 00");
    mock_machine_shutdown(f->base.mock, true, "guest-shutdown");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_RUNNING);
    assert_chassis(f, 0x07, "", "00 00");
}

static void test_faults(CommandFixture *f, const void *opaque)
{
    mock_machine_set_state(f->base.mock, MACHINE_STATE_IO_ERROR);
    assert_chassis(f, 0x01, "", "61 00 44 10");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_RUNNING);
    assert_chassis(f, 0x01, "", "61 00 40 10");
    mock_machine_fail(f->base.mock, "stop", BMC_ERROR_FAILED);
    g_assert_cmphex(chassis(f, 0x02, "00"), ==, IPMI_CC_UNSPECIFIED);
    assert_chassis(f, 0x01, "", "71 00 40 10");
    assert_chassis(f, 0x02, "00", "");
    assert_chassis(f, 0x01, "", "60 00 40 10");
    mock_machine_fail(f->base.mock, "start", BMC_ERROR_FAILED);
    g_assert_cmphex(chassis(f, 0x02, "01"), ==, IPMI_CC_UNSPECIFIED);
    assert_chassis(f, 0x01, "", "70 00 40 10");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_RUNNING);
    assert_chassis(f, 0x01, "", "61 00 40 10");
}

static void test_policy_acts(CommandFixture *f, const void *opaque)
{
    come_back(f);
    g_assert_cmpuint(fixture_log_count(&f->base, "start"), ==, 0);
    assert_chassis(f, 0x06, "02", "07");
    come_back(f);
    g_assert_cmpuint(fixture_log_count(&f->base, "start"), ==, 1);
    assert_chassis(f, 0x06, "01", "07");
    come_back(f);
    g_assert_cmpuint(fixture_log_count(&f->base, "start"), ==, 1);
    assert_chassis(f, 0x02, "00", "");
    come_back(f);
    g_assert_cmpuint(fixture_log_count(&f->base, "start"), ==, 0);
    assert_chassis(f, 0x06, "00", "07");
    assert_chassis(f, 0x02, "01", "");
    come_back(f);
    g_assert_cmpuint(fixture_log_count(&f->base, "start"), ==, 0);
    /* It was off when power failed for the second time. */
    assert_chassis(f, 0x06, "01", "07");
    come_back(f);
    g_assert_cmpuint(fixture_log_count(&f->base, "start"), ==, 0);
    command_fixture_restart(f);
    come_back(f);
    g_assert_cmpuint(fixture_log_count(&f->base, "start"), ==, 0);
    assert_chassis(f, 0x02, "01", "");
    come_back(f);
    g_assert_cmpuint(fixture_log_count(&f->base, "start"), ==, 1);
}

static void test_panel(CommandFixture *f, const void *opaque)
{
    assert_chassis(f, 0x0a, "01", "");
    command_fixture_restart(f);
    assert_chassis(f, 0x01, "", "61 00 40 11");
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_PUSH_BUTTON), !=, -1);
    /* Asking the guest is not pressing the button. */
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_GRACEFUL_SHUTDOWN), ==,
                    -1);
    assert_chassis(f, 0x0a, "00", "");
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_PUSH_BUTTON), ==, -1);
    g_assert_cmphex(chassis(f, 0x0a, "02"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(chassis(f, 0x0a, "10"), ==, IPMI_CC_INVALID_FIELD);
}

static void test_interval(CommandFixture *f, const void *opaque)
{
    assert_chassis(f, 0x0b, "05", "");
    command_fixture_restart(f);
    fixture_assert_log(&f->base, "");
    assert_chassis(f, 0x02, "02", "");
    fixture_advance(&f->base, 4900);
    fixture_assert_log(&f->base, "stop");
    fixture_advance(&f->base, 100);
    fixture_assert_log(&f->base, "start");
}

static void test_poh(CommandFixture *f, const void *opaque)
{
    assert_chassis(f, 0x0f, "", "3c 00000000");
    fixture_advance(&f->base, 3600 * 1000);
    assert_chassis(f, 0x0f, "", "3c 01000000");
    fixture_advance(&f->base, 1800 * 1000);
    assert_chassis(f, 0x02, "00", "");
    fixture_advance(&f->base, 7200 * 1000);
    assert_chassis(f, 0x0f, "", "3c 01000000");
    command_fixture_restart(f);
    assert_chassis(f, 0x02, "01", "");
    fixture_advance(&f->base, 1801 * 1000);
    assert_chassis(f, 0x0f, "", "3c 02000000");
    command_fixture_restart(f);
    assert_chassis(f, 0x0f, "", "3c 02000000");
}

#define ADD(name, func) \
    g_test_add("/ipmi/chassis/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("capabilities", test_capabilities);
    ADD("policy", test_policy);
    ADD("policy-acts", test_policy_acts);
    ADD("restart-cause", test_restart_cause);
    ADD("faults", test_faults);
    ADD("panel", test_panel);
    ADD("interval", test_interval);
    ADD("poh", test_poh);
    return g_test_run();
}
