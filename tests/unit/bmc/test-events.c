/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What becomes an event, and where events go. */
#include "osdep.h"

#include "bmc/events.h"

#include "bmc-fixture.h"
#include "bmc/sel.h"

typedef struct Watch {
    Notifier notifier;
    Bmc *bmc;
    unsigned told;
    unsigned again;
    BmcEventNotice last;
} Watch;

static const BmcEvent hot = {
    .sensor = 0x20,
    .sensor_type = 1,
    .event_type = BMC_EVENT_THRESHOLD,
    .data = { 0x09, 0xff, 0xff },
};

/*
 * Asserts what has been logged since the last call: sensor type, direction
 * and type, and event data of each record, separated by commas.
 */
static void assert_logged(Fixture *fix, const char *expected)
{
    GString *text = g_string_new(NULL);
    const BmcSelEntry *entry;
    unsigned n;

    for (n = 0; (entry = bmc_sel_nth(fix->bmc, n)); n++) {
        const uint8_t *b = entry->bytes;

        g_assert_cmpstr(entry->text, !=, "");
        g_string_append_printf(text, "%s%02x %02x %02x%02x%02x",
                               n ? ", " : "", b[10], b[12], b[13], b[14],
                               b[15]);
    }
    g_assert_cmpstr(text->str, ==, expected);
    g_string_free(text, true);
    while (bmc_sel_delete(fix->bmc, SEL_ID_FIRST)) {
        continue;
    }
}

static void start(Fixture *fix, MachineState state)
{
    fixture_init(fix, state);
    fixture_start(fix);
    assert_logged(fix, "");
}

#define OFF "09 6f 00ffff, 22 6f 05ffff"
#define OFF_FORCED "09 6f 00ffff, 22 6f 0affff"
#define ON(cause, channel)  \
    "22 6f 00ffff, 1d 6f f7" cause channel

static void test_power(void)
{
    g_auto(Fixture) fix = { NULL };

    start(&fix, MACHINE_STATE_SHUTDOWN);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    assert_logged(&fix, ON("01", "00"));
    fixture_restart(&fix);
    assert_logged(&fix, "");
    fixture_advance(&fix, 5000);
    mock_machine_shutdown(fix.mock, true, "guest-shutdown");
    fixture_settle(&fix);
    assert_logged(&fix, OFF);
    fixture_restart(&fix);
    assert_logged(&fix, "");
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_ON), ==, -1);
    assert_logged(&fix, ON("01", "00"));
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_OFF), ==, -1);
    assert_logged(&fix, OFF_FORCED);
}

static void test_cycle(void)
{
    g_auto(Fixture) fix = { NULL };

    start(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_CYCLE), ==, -1);
    assert_logged(&fix, "09 6f 01ffff, 22 6f 0affff");
    fixture_advance(&fix, 5000);
    assert_logged(&fix, ON("01", "00"));
}

/* However often SeaBIOS resets, and whoever asked. */
static void test_reset(void)
{
    g_auto(Fixture) fix = { NULL };

    start(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmpint(fixture_power(&fix, BMC_POWER_FORCE_RESTART), ==, -1);
    mock_machine_reset(fix.mock, true);
    fixture_settle(&fix);
    assert_logged(&fix, "1d 6f f70100");
    fixture_advance(&fix, 5000);
    mock_machine_reset(fix.mock, true);
    mock_machine_reset(fix.mock, true);
    fixture_settle(&fix);
    assert_logged(&fix, "1d 6f f70a00");
}

static void test_crash(void)
{
    g_auto(Fixture) fix = { NULL };

    start(&fix, MACHINE_STATE_RUNNING);
    mock_machine_event(fix.mock, MACHINE_EVENT_PANIC, "pause");
    fixture_settle(&fix);
    assert_logged(&fix, "20 6f 01ffff");
    mock_machine_gone(fix.mock, "killed by signal 9");
    fixture_settle(&fix);
    g_assert_nonnull(bmc_sel_nth(fix.bmc, 0));
    g_assert_nonnull(strstr(bmc_sel_nth(fix.bmc, 0)->text, "panic"));
}

static void test_qemu_gone(void)
{
    g_auto(Fixture) fix = { NULL };

    start(&fix, MACHINE_STATE_RUNNING);
    mock_machine_gone(fix.mock, "killed by signal 9");
    fixture_settle(&fix);
    g_assert_true(g_str_has_prefix(bmc_sel_nth(fix.bmc, 0)->text,
                                   "Switched off by the end of QEMU"));
    assert_logged(&fix, "09 6f 04ffff, 22 6f 07ffff");
}

static void test_watchdog(void)
{
    static const struct {
        const char *action;
        const char *logged;
    } rows[] = {
        { "reset", "23 6f c10fff" },
        { "poweroff", "23 6f c20fff" },
        { "pause", "23 6f c00fff" },
        { "inject-nmi", "23 6f c82fff" },
        { NULL, "23 6f c00fff" },
    };
    g_auto(Fixture) fix = { NULL };
    size_t i;

    start(&fix, MACHINE_STATE_RUNNING);
    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        mock_machine_event(fix.mock, MACHINE_EVENT_WATCHDOG, rows[i].action);
        fixture_settle(&fix);
        assert_logged(&fix, rows[i].logged);
    }
    mock_machine_event(fix.mock, MACHINE_EVENT_WATCHDOG, "reset");
    mock_machine_reset(fix.mock, true);
    fixture_settle(&fix);
    assert_logged(&fix, "23 6f c10fff, 1d 6f f70400");
}

static void test_sleep(void)
{
    g_auto(Fixture) fix = { NULL };

    start(&fix, MACHINE_STATE_RUNNING);
    mock_machine_set_state(fix.mock, MACHINE_STATE_SUSPENDED);
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    assert_logged(&fix, "22 6f 03ffff, 22 6f 00ffff");
    mock_machine_set_state(fix.mock, MACHINE_STATE_SUSPENDED);
    assert_logged(&fix, "22 6f 03ffff");
    fixture_restart(&fix);
    assert_logged(&fix, "");
    mock_machine_set_state(fix.mock, MACHINE_STATE_RUNNING);
    assert_logged(&fix, "22 6f 00ffff");
}

static void test_boot(void)
{
    g_auto(Fixture) fix = { NULL };

    fixture_init(&fix, MACHINE_STATE_SHUTDOWN);
    mock_machine_add_device(fix.mock, "disk", MACHINE_BOOT_HDD, 1);
    mock_machine_add_device(fix.mock, "nic", MACHINE_BOOT_NIC, 2);
    fixture_start(&fix);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE), ==, -1);
    assert_logged(&fix, "c0 6f a00100");
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_CONTINUOUS, BMC_BOOT_HDD),
                    ==, -1);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE),
                    ==, -1);
    g_assert_cmpint(fixture_boot(&fix, BMC_BOOT_DISABLED, BMC_BOOT_NONE),
                    ==, -1);
    assert_logged(&fix, "c0 6f a00201, c0 6f a20201");
    fixture_boot(&fix, BMC_BOOT_ONCE, BMC_BOOT_PXE);
    fixture_power(&fix, BMC_POWER_ON);
    assert_logged(&fix, "c0 6f a00100, " ON("01", "00"));
    fixture_advance(&fix, 10000);
    assert_logged(&fix, "c0 6f a10100");
}

static void watch(void *opaque, const void *data)
{
    Watch *w = opaque;

    w->told++;
    w->last = *(const BmcEventNotice *)data;
    if (w->again) {
        w->again--;
        bmc_event_add(w->bmc, &hot, "again");
        g_assert_cmpint(w->last.record_id, ==, w->told);
    }
}

/* A notifier may cause events, even without end. */
static void test_notifiers(void)
{
    g_auto(Fixture) fix = { NULL };
    Watch w = { .again = 2 };

    start(&fix, MACHINE_STATE_RUNNING);
    w.bmc = fix.bmc;
    notifier_list_add(bmc_event_notifiers(fix.bmc), &w.notifier, watch, &w);
    bmc_event_add(fix.bmc, &hot, "hot");
    g_assert_cmpint(w.told, ==, 3);
    g_assert_cmphex(w.last.event.data[0], ==, 0x09);
    g_assert_cmphex(w.last.generator, ==, 0x20);
    g_assert_cmpint(w.last.record_id, ==, 3);
    g_assert_cmpint(w.last.timestamp, ==, bmc_sel_info(fix.bmc).added);
    notifier_remove(&w.notifier);
    bmc_event_add(fix.bmc, &hot, "hot");
    g_assert_cmpint(w.told, ==, 3);
}

static void test_logging(void)
{
    static const BmcOrigin lan = { .channel = BMC_CHANNEL_LAN };
    static const BmcOrigin guest = { .channel = BMC_CHANNEL_IN_BAND };
    static const SelEvent event = { 3, 4, 5, 0x6f, false, { 0 } };
    g_auto(Fixture) fix = { NULL };
    Watch w = { .again = 0 };

    start(&fix, MACHINE_STATE_RUNNING);
    notifier_list_add(bmc_event_notifiers(fix.bmc), &w.notifier, watch, &w);
    g_assert_true(bmc_event_logging(fix.bmc));
    g_assert_true(bmc_event_receive(fix.bmc, &event, 0x1081, &lan));
    test_assert_hex_equal(bmc_sel_nth(fix.bmc, 0)->bytes + 7, 9,
                          "8110 03 04 05 6f 00 00 00");
    bmc_event_set_logging(fix.bmc, false);
    g_assert_true(bmc_event_receive(fix.bmc, &event, 0x1081, &lan));
    bmc_event_add(fix.bmc, &hot, "hot");
    g_assert_cmpint(bmc_sel_info(fix.bmc).count, ==, 1);
    g_assert_cmpint(w.told, ==, 3);
    g_assert_cmpint(w.last.record_id, ==, 0);
    g_assert_true(bmc_event_receive(fix.bmc, &event, 0x41, &guest));
    g_assert_cmpint(bmc_sel_info(fix.bmc).count, ==, 2);
    fixture_power(&fix, BMC_POWER_FORCE_RESTART);
    g_assert_true(bmc_event_logging(fix.bmc));
    g_assert_cmpint(bmc_sel_info(fix.bmc).count, ==, 3);
    notifier_remove(&w.notifier);
}

static void test_receiver(void)
{
    g_auto(Fixture) fix = { NULL };

    start(&fix, MACHINE_STATE_RUNNING);
    g_assert_cmphex(bmc_event_receiver(fix.bmc), ==, 0x20);
    g_assert_false(bmc_event_set_receiver(fix.bmc, 0x22));
    g_assert_true(bmc_event_set_receiver(fix.bmc, 0xff));
    bmc_event_add(fix.bmc, &hot, "hot");
    assert_logged(&fix, "");
    fixture_restart(&fix);
    g_assert_cmphex(bmc_event_receiver(fix.bmc), ==, 0xff);
    g_assert_true(bmc_event_set_receiver(fix.bmc, 0x20));
    bmc_event_add(fix.bmc, &hot, "hot");
    assert_logged(&fix, "01 01 09ffff");
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/bmc/events/power", test_power);
    g_test_add_func("/bmc/events/cycle", test_cycle);
    g_test_add_func("/bmc/events/reset", test_reset);
    g_test_add_func("/bmc/events/crash", test_crash);
    g_test_add_func("/bmc/events/qemu-gone", test_qemu_gone);
    g_test_add_func("/bmc/events/watchdog", test_watchdog);
    g_test_add_func("/bmc/events/sleep", test_sleep);
    g_test_add_func("/bmc/events/boot", test_boot);
    g_test_add_func("/bmc/events/notifiers", test_notifiers);
    g_test_add_func("/bmc/events/logging", test_logging);
    g_test_add_func("/bmc/events/receiver", test_receiver);
    return g_test_run();
}
