/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What software tells the BMC, and the BMC's own resets and self test. */
#include "osdep.h"

#include <glib/gstdio.h>

#include "bmc/events.h"
#include "ipmi/ipmi-session.h"

#include "command-fixture.h"

#define APP IPMI_NETFN_APP
#define BLANK "00 00 00 00 00 00 00 00 00 00 00 00 00 00"

static int run(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, APP, cmd, hex);
}

static void check(CommandFixture *f, uint8_t cmd, const char *hex,
                  const char *answer)
{
    command_fixture_assert(f, APP, cmd, hex, answer);
}

static void test_text(CommandFixture *f, const void *opaque)
{
    check(f, 0x59, "00 02 00 00", "11 00 00 00" BLANK);
    check(f, 0x58, "02 00 01 11 6e 61 6d 65 20 6f 66 20 61 20 73 79 73 74",
          "");
    check(f, 0x58, "02 01 65 6d 21", "");
    check(f, 0x59, "00 02 00 00",
          "11 00 01 11 6e 61 6d 65 20 6f 66 20 61 20 73 79 73 74");
    check(f, 0x59, "00 02 01 00",
          "11 01 65 6d 21 00 00 00 00 00 00 00 00 00 00 00 00 00");
    g_assert_cmphex(run(f, 0x59, "00 02 02 00"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x59, "00 02 00 01"), ==, IPMI_CC_INVALID_FIELD);
    command_fixture_restart(f);
    check(f, 0x59, "00 02 01 00",
          "11 01 65 6d 21 00 00 00 00 00 00 00 00 00 00 00 00 00");
    check(f, 0x59, "80 02 00 00", "11");
}

static void test_refused(CommandFixture *f, const void *opaque)
{
    g_assert_cmphex(run(f, 0x59, "00 08 00 00"), ==, 0x80);
    g_assert_cmphex(run(f, 0x58, "08 00 00 00"), ==, 0x80);
    g_assert_cmphex(run(f, 0x59, "40 02 00 00"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x58, "02 00"), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(run(f, 0x58, "02 00 00"), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(run(f, 0x58, "02 00 03 00"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x58, "02 11 41"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x58, "02 10 41"), ==, IPMI_CC_OK);
    g_assert_cmphex(run(f, 0x58, "02 10"), ==, IPMI_CC_OK);
    check(f, 0x59, "00 02 00 00", "11 00 00 00" BLANK);
}

static void test_progress(CommandFixture *f, const void *opaque)
{
    check(f, 0x59, "00 00 00 00", "11 00");
    check(f, 0x58, "00 01", "");
    check(f, 0x59, "00 00 00 00", "11 01");
    g_assert_cmphex(run(f, 0x58, "00 01"), ==, 0x81);
    check(f, 0x58, "00 00", "");
    g_assert_cmphex(run(f, 0x58, "00 02"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x58, "00 04"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x58, "00 01 00"), ==, IPMI_CC_LENGTH);
    check(f, 0x59, "00 00 00 00", "11 00");
}

/* The name of what runs ends with it, that of what usually runs does not. */
static void test_forgotten(CommandFixture *f, const void *opaque)
{
    check(f, 0x58, "03 00 00 02 4f 53", "");
    check(f, 0x58, "04 00 00 02 4f 53", "");
    check(f, 0x58, "05 00 00 01 36", "");
    check(f, 0x59, "00 04 00 00",
          "11 00 00 02 4f 53 00 00 00 00 00 00 00 00 00 00 00 00");
    mock_machine_reset(f->base.mock, true);
    check(f, 0x59, "00 04 00 00", "11 00 00 00" BLANK);
    check(f, 0x59, "00 05 00 00", "11 00 00 00" BLANK);
    check(f, 0x59, "00 03 00 00",
          "11 00 00 02 4f 53 00 00 00 00 00 00 00 00 00 00 00 00");
}

static void test_acpi(CommandFixture *f, const void *opaque)
{
    check(f, 0x07, "", "00 00");
    check(f, 0x06, "a0 82", "");
    check(f, 0x07, "", "20 02");
    /* No change: by the bit, or by the value. */
    check(f, 0x06, "01 ff", "");
    check(f, 0x07, "", "20 02");
    g_assert_cmphex(run(f, 0x06, "8b 80"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, 0x06, "81 84"), ==, IPMI_CC_INVALID_FIELD);
    check(f, 0x07, "", "20 02");
    /* What is so is known better. */
    mock_machine_set_state(f->base.mock, MACHINE_STATE_SUSPENDED);
    check(f, 0x07, "", "03 02");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_RUNNING);
    check(f, 0x07, "", "20 02");
    mock_machine_shutdown(f->base.mock, true, "guest-shutdown");
    check(f, 0x07, "", "05 00");
}

/* The state directory is gone under the BMC: nothing can be kept. */
static void test_self(CommandFixture *f, const void *opaque)
{
    const char *path = f->base.config.state_dir;
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    check(f, 0x04, "", "55 00");
    while ((name = g_dir_read_name(dir))) {
        g_autofree char *file = g_build_filename(path, name, NULL);

        g_assert_cmpint(g_unlink(file), ==, 0);
    }
    g_assert_cmpint(g_rmdir(path), ==, 0);
    test_expect_log(G_LOG_LEVEL_WARNING, "*the state is not saved");
    g_assert_cmphex(run(f, 0x58, "02 00 00 01 41"), !=, IPMI_CC_OK);
    check(f, 0x04, "", "57 a0");
}

static void test_reset(CommandFixture *f, const void *opaque)
{
    static const IpmiPeer peer = { .addr.in.sin_family = AF_INET };
    IpmiSessions *sessions = f->core->sessions;
    const IpmiSession *session;

    ipmi_sessions_open(sessions, &peer, cipher_suite_by_id(17));
    bmc_event_set_logging(f->base.bmc, false);
    check(f, 0x58, "00 01", "");
    bmc_identify_set(f->base.bmc, -1, &f->ctx.origin);
    check(f, 0x03, "", "");
    /* Its answer has left; then it comes. */
    g_assert_false(bmc_event_logging(f->base.bmc));
    fixture_advance(&f->base, 100);
    g_assert_true(bmc_event_logging(f->base.bmc));
    g_assert_cmpint(bmc_identify_state(f->base.bmc), ==, 0);
    check(f, 0x59, "00 00 00 00", "11 00");
    g_assert_cmpuint(sessions->half_open.length, ==, 1);
    /* A warm one does not take the edge off a cold one. */
    check(f, 0x02, "", "");
    check(f, 0x03, "", "");
    /* Who logs in meanwhile stays. */
    fixture_advance(&f->base, 1);
    session = ipmi_sessions_open(sessions, &peer, cipher_suite_by_id(17));
    fixture_advance(&f->base, 99);
    g_assert_cmpuint(sessions->half_open.length, ==, 1);
    g_assert_true(sessions->half_open.head->data == session);
}

/* What software has set going ends with a cold reset, not with a warm one. */
static void test_volatile(CommandFixture *f, const void *opaque)
{
    check(f, 0x24, "04 01 00 00 640a", "");
    check(f, 0x22, "", "");
    command_fixture_assert(f, IPMI_NETFN_SENSOR, 0x11, "64", "64");
    check(f, 0x03, "", "");
    fixture_advance(&f->base, 100);
    check(f, 0x25, "", "44 01 00 00 640a 630a");
    command_fixture_assert(f, IPMI_NETFN_SENSOR, 0x11, "ff", "64");
    check(f, 0x02, "", "");
    fixture_advance(&f->base, 100);
    check(f, 0x25, "", "00 00 00 00 0000 0000");
    g_assert_cmphex(run(f, 0x22, ""), ==, 0x80);
    command_fixture_assert(f, IPMI_NETFN_SENSOR, 0x11, "ff", "00");
}

#define ADD(name, func) \
    g_test_add("/ipmi/system-info/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("text", test_text);
    ADD("refused", test_refused);
    ADD("progress", test_progress);
    ADD("forgotten", test_forgotten);
    ADD("acpi", test_acpi);
    ADD("self", test_self);
    ADD("reset", test_reset);
    ADD("volatile", test_volatile);
    return g_test_run();
}
