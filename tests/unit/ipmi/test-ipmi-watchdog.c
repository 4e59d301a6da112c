/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The watchdog timer, as its commands show it. */
#include "osdep.h"

#include "bmc/sel.h"
#include "command-fixture.h"

static int app(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, IPMI_NETFN_APP, cmd, hex);
}

static void set(CommandFixture *f, const char *hex)
{
    g_assert_cmphex(app(f, 0x24, hex), ==, IPMI_CC_OK);
}

static void start(CommandFixture *f)
{
    g_assert_cmphex(app(f, 0x22, ""), ==, IPMI_CC_OK);
}

static void assert_timer(CommandFixture *f, const char *answer)
{
    command_fixture_assert(f, IPMI_NETFN_APP, 0x25, "", answer);
}

/* Events of the watchdog's sensor in the log: data 1 and 2 of each. */
static char *events(CommandFixture *f)
{
    GString *text = g_string_new(NULL);
    const BmcSelEntry *entry;
    unsigned i;

    for (i = 0; (entry = bmc_sel_nth(f->base.bmc, i)); i++) {
        if (entry->bytes[10] == 0x23) {
            g_string_append_printf(text, "%s%02x%02x", text->len ? " " : "",
                                   entry->bytes[13],
                                   entry->bytes[14]);
        }
    }
    return g_string_free(text, false);
}

static void assert_events(CommandFixture *f, const char *expected)
{
    g_autofree char *text = events(f);

    g_assert_cmpstr(text, ==, expected);
}

static void test_set_get(CommandFixture *f, const void *opaque)
{
    assert_timer(f, "000000000000 0000");
    g_assert_cmphex(app(f, 0x22, ""), ==, 0x80);
    set(f, "84 31 09 3e 6400");
    assert_timer(f, "84 31 09 00 6400 6400");
    start(f);
    assert_timer(f, "c4 31 09 00 6400 6400");
    fixture_advance(&f->base, 550);
    assert_timer(f, "c4 31 09 00 6400 5f00");
    start(f);
    assert_timer(f, "c4 31 09 00 6400 6400");
    /* Once its interrupt has come it is too late to start it over. */
    fixture_advance(&f->base, 1500);
    start(f);
    assert_timer(f, "c4 31 09 00 6400 5500");
}

static void test_invalid(CommandFixture *f, const void *opaque)
{
    static const char *const bad[] = {
        "00 00 00 00 6400", /* no use */
        "06 00 00 00 6400",
        "07 00 00 00 6400",
        "0c 00 00 00 6400", /* reserved bits */
        "14 00 00 00 6400",
        "24 00 00 00 6400",
        "04 04 00 00 6400", /* no such action */
        "04 08 00 00 6400",
        "04 80 00 00 6400",
        "04 10 00 00 6400", /* management interrupt */
        "04 40 00 00 6400",
        "04 00 00 01 6400",
        "04 00 00 40 6400",
        "04 00 00 80 6400",
        "04 20 0b 00 6400", /* interrupt before the countdown begins */
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmphex(app(f, 0x24, bad[i]), ==, IPMI_CC_INVALID_FIELD);
    }
    g_assert_cmphex(app(f, 0x22, ""), ==, 0x80);
    g_assert_cmphex(app(f, 0x24, "04 00 00 00 64"), ==, IPMI_CC_LENGTH);
}

static void test_reset(CommandFixture *f, const void *opaque)
{
    set(f, "04 01 00 00 6400");
    start(f);
    fixture_advance(&f->base, 9900);
    fixture_assert_log(&f->base, "");
    fixture_advance(&f->base, 100);
    fixture_assert_log(&f->base, "reset");
    assert_timer(f, "04 01 00 10 6400 0000");
    assert_events(f, "c104");
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x07, "", "0400");
    /* What the flags say outlives the reset until it is cleared. */
    mock_machine_reset(f->base.mock, false);
    g_assert_cmphex(app(f, 0x22, ""), ==, 0x80);
    assert_timer(f, "04 01 00 10 6400 0000");
    set(f, "04 01 00 10 6400");
    assert_timer(f, "04 01 00 00 6400 6400");
}

static void test_power(CommandFixture *f, const void *opaque)
{
    set(f, "03 02 00 00 0100");
    start(f);
    fixture_advance(&f->base, 100);
    fixture_assert_log(&f->base, "stop");
    assert_events(f, "c203");
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x01, "", "60 00 40 10");
}

static void test_cycle(CommandFixture *f, const void *opaque)
{
    set(f, "05 03 00 00 0000");
    start(f);
    fixture_advance(&f->base, 0);
    fixture_assert_log(&f->base, "stop");
    fixture_advance(&f->base, 1000);
    fixture_assert_log(&f->base, "start");
    assert_events(f, "c305");
    command_fixture_assert(f, IPMI_NETFN_CHASSIS, 0x07, "", "0400");
}

static void test_none(CommandFixture *f, const void *opaque)
{
    set(f, "02 00 00 00 0a00");
    start(f);
    fixture_advance(&f->base, 1000);
    fixture_assert_log(&f->base, "");
    assert_events(f, "c002");
    assert_timer(f, "02 00 00 04 0a00 0000");
    start(f);
    assert_timer(f, "42 00 00 04 0a00 0a00");
}

static void test_dont_log(CommandFixture *f, const void *opaque)
{
    set(f, "84 30 01 00 1400");
    start(f);
    fixture_advance(&f->base, 2000);
    assert_events(f, "");
    assert_timer(f, "04 30 01 10 1400 0000");
    start(f);
    fixture_advance(&f->base, 2000);
    assert_events(f, "c834 c034");
}

static void test_nmi(CommandFixture *f, const void *opaque)
{
    set(f, "04 21 05 00 6400");
    start(f);
    fixture_advance(&f->base, 5000);
    fixture_assert_log(&f->base, "nmi");
    assert_events(f, "c824");
    /* Only another Set keeps it from expiring now. */
    start(f);
    fixture_advance(&f->base, 5000);
    fixture_assert_log(&f->base, "reset");
}

static void test_message(CommandFixture *f, const void *opaque)
{
    f->ctx.channel = IPMI_CHANNEL_SYSTEM;
    f->ctx.origin.channel = BMC_CHANNEL_IN_BAND;
    set(f, "04 31 05 00 6400");
    start(f);
    fixture_advance(&f->base, 5000);
    command_fixture_assert(f, IPMI_NETFN_APP, 0x31, "", "08");
    set(f, "44 31 05 00 6400");
    command_fixture_assert(f, IPMI_NETFN_APP, 0x31, "", "00");
    assert_timer(f, "44 31 05 00 6400 6400");
    fixture_advance(&f->base, 5000);
    command_fixture_assert(f, IPMI_NETFN_APP, 0x31, "", "08");
    set(f, "04 31 05 00 6400");
    assert_timer(f, "04 31 05 00 6400 6400");
    fixture_advance(&f->base, 20000);
    fixture_assert_log(&f->base, "");
}

/* A guest that does not run cannot restart the countdown. */
static void test_paused(CommandFixture *f, const void *opaque)
{
    set(f, "04 01 00 00 6400");
    start(f);
    fixture_advance(&f->base, 4000);
    mock_machine_set_state(f->base.mock, MACHINE_STATE_PAUSED);
    fixture_advance(&f->base, 60000);
    assert_timer(f, "44 01 00 00 6400 3c00");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_RUNNING);
    fixture_advance(&f->base, 5900);
    fixture_assert_log(&f->base, "");
    fixture_advance(&f->base, 100);
    fixture_assert_log(&f->base, "reset");
}

static void test_stopped(CommandFixture *f, const void *opaque)
{
    set(f, "04 01 00 00 6400");
    start(f);
    mock_machine_reset(f->base.mock, true);
    assert_timer(f, "04 01 00 00 6400 6400");
    set(f, "04 01 00 00 6400");
    start(f);
    mock_machine_shutdown(f->base.mock, true, "guest-shutdown");
    fixture_advance(&f->base, 20000);
    assert_timer(f, "04 01 00 00 6400 6400");
    fixture_assert_log(&f->base, "");
    g_assert_cmphex(app(f, 0x22, ""), ==, 0x80);
    assert_events(f, "");
}

static void test_restart(CommandFixture *f, const void *opaque)
{
    set(f, "04 01 00 00 6400");
    start(f);
    fixture_settle(&f->base);
    command_fixture_restart(f);
    assert_timer(f, "000000000000 0000");
    g_assert_cmphex(app(f, 0x22, ""), ==, 0x80);
    fixture_advance(&f->base, 20000);
    fixture_assert_log(&f->base, "");
}

/* A cold reset is what a BMC without power comes back from. */
static void test_cold_reset(CommandFixture *f, const void *opaque)
{
    set(f, "02 00 00 00 0a00");
    start(f);
    fixture_advance(&f->base, 1000);
    set(f, "84 01 00 00 6400");
    start(f);
    g_assert_cmphex(app(f, 0x03, ""), ==, IPMI_CC_OK);
    fixture_advance(&f->base, 1000);
    assert_timer(f, "c4 01 00 04 6400 5a00");
    g_assert_cmphex(app(f, 0x02, ""), ==, IPMI_CC_OK);
    fixture_advance(&f->base, 20000);
    fixture_assert_log(&f->base, "");
    assert_timer(f, "000000000000 0000");
    g_assert_cmphex(app(f, 0x22, ""), ==, 0x80);
}

#define ADD(name, func) \
    g_test_add("/ipmi/watchdog/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("set-get", test_set_get);
    ADD("invalid", test_invalid);
    ADD("reset", test_reset);
    ADD("power", test_power);
    ADD("cycle", test_cycle);
    ADD("none", test_none);
    ADD("dont-log", test_dont_log);
    ADD("nmi", test_nmi);
    ADD("message", test_message);
    ADD("paused", test_paused);
    ADD("stopped", test_stopped);
    ADD("restart", test_restart);
    ADD("cold-reset", test_cold_reset);
    return g_test_run();
}
