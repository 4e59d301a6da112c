/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event log: ids, reservation, bounds, its clock, and what survives. */
#include "osdep.h"

#include "bmc/sel.h"

#include "bmc-fixture.h"
#include "bmc/events.h"

static const BmcOrigin admin = {
    .channel = BMC_CHANNEL_LAN,
    .user = "admin",
};

static void start(Fixture *fix)
{
    fixture_init(fix, MACHINE_STATE_SHUTDOWN);
    fixture_start(fix);
    g_assert_cmpint(bmc_sel_info(fix->bmc).count, ==, 0);
}

static uint16_t add(Fixture *fix, uint8_t type, const char *text)
{
    SelRecord record = {
        .id = 0x4711,
        .type = type,
        .timestamp = 1,
        .generator = 0x0041,
        .event = { .evm_rev = SEL_EVM_IPMI20, .sensor_type = 1,
                   .sensor = 0x30, .event_type = 1, .data = { 0x57 } },
        .oem = { 1, 2, 3 },
    };

    return bmc_sel_add(fix->bmc, &record, text);
}

static uint32_t stamp(const BmcSelEntry *entry)
{
    SelRecord record;

    g_assert_true(sel_parse(entry->bytes, SEL_RECORD_LEN, &record, NULL));
    g_assert_cmphex(record.id, ==, entry->id);
    return record.timestamp;
}

static void test_add(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcSelEntry *entry;
    uint16_t next;

    start(&fix);
    g_assert_null(bmc_sel_find(fix.bmc, SEL_ID_FIRST, &next));
    g_assert_null(bmc_sel_find(fix.bmc, SEL_ID_LAST, &next));
    g_assert_cmphex(bmc_sel_info(fix.bmc).added, ==, SEL_TIME_NONE);
    g_assert_cmphex(bmc_sel_info(fix.bmc).erased, ==, SEL_TIME_NONE);
    g_assert_cmphex(add(&fix, SEL_TYPE_EVENT, "one"), ==, 1);
    g_assert_cmphex(add(&fix, 0xc1, "two\nlines\001"), ==, 2);
    g_assert_cmphex(add(&fix, 0xe1, NULL), ==, 3);
    entry = bmc_sel_find(fix.bmc, SEL_ID_FIRST, &next);
    g_assert_cmphex(entry->id, ==, 1);
    g_assert_cmphex(next, ==, 2);
    g_assert_cmpstr(entry->text, ==, "one");
    g_assert_cmpint(stamp(entry), >, 1700000000);
    g_assert_cmpint(stamp(entry), ==, bmc_sel_info(fix.bmc).added);
    entry = bmc_sel_find(fix.bmc, 2, &next);
    g_assert_null(strchr(entry->text, '\n'));
    g_assert_cmpint(stamp(entry), >, 1700000000);
    entry = bmc_sel_find(fix.bmc, SEL_ID_LAST, &next);
    g_assert_cmphex(entry->id, ==, 3);
    g_assert_cmphex(next, ==, SEL_ID_LAST);
    g_assert_cmphex(entry->bytes[3], ==, 1);
    g_assert_null(bmc_sel_find(fix.bmc, 4, NULL));
    g_assert_null(bmc_sel_nth(fix.bmc, 3));
}

static void test_reservation(void)
{
    g_auto(Fixture) fix = { NULL };
    uint16_t id;

    start(&fix);
    g_assert_false(bmc_sel_reserved(fix.bmc, 0));
    id = bmc_sel_reserve(fix.bmc);
    g_assert_true(bmc_sel_reserved(fix.bmc, id));
    g_assert_false(bmc_sel_reserved(fix.bmc, id + 1));
    g_assert_cmpint(bmc_sel_reserve(fix.bmc), !=, id);
    g_assert_false(bmc_sel_reserved(fix.bmc, id));
    id = bmc_sel_reserve(fix.bmc);
    add(&fix, SEL_TYPE_EVENT, "");
    g_assert_false(bmc_sel_reserved(fix.bmc, id));
    id = bmc_sel_reserve(fix.bmc);
    g_assert_cmphex(bmc_sel_delete(fix.bmc, SEL_ID_LAST), ==, 1);
    g_assert_true(bmc_sel_reserved(fix.bmc, id));
    id = bmc_sel_reserve(fix.bmc);
    bmc_sel_clear(fix.bmc, &admin);
    g_assert_false(bmc_sel_reserved(fix.bmc, id));
}

static void test_delete(void)
{
    g_auto(Fixture) fix = { NULL };
    uint16_t next;

    start(&fix);
    g_assert_cmphex(bmc_sel_delete(fix.bmc, SEL_ID_FIRST), ==, 0);
    add(&fix, SEL_TYPE_EVENT, "1");
    add(&fix, SEL_TYPE_EVENT, "2");
    add(&fix, SEL_TYPE_EVENT, "3");
    g_assert_cmphex(bmc_sel_delete(fix.bmc, 2), ==, 2);
    g_assert_cmphex(bmc_sel_delete(fix.bmc, 2), ==, 0);
    g_assert_cmphex(bmc_sel_info(fix.bmc).erased, !=, SEL_TIME_NONE);
    g_assert_nonnull(bmc_sel_find(fix.bmc, 1, &next));
    g_assert_cmphex(next, ==, 3);
    g_assert_cmphex(bmc_sel_delete(fix.bmc, SEL_ID_FIRST), ==, 1);
    g_assert_cmphex(bmc_sel_delete(fix.bmc, SEL_ID_LAST), ==, 3);
    g_assert_cmphex(add(&fix, SEL_TYPE_EVENT, "4"), ==, 4);
}

/* What is left after "clear" is the record that says so. */
static void test_clear(void)
{
    g_auto(Fixture) fix = { NULL };
    const BmcSelEntry *entry;

    start(&fix);
    add(&fix, SEL_TYPE_EVENT, "1");
    add(&fix, SEL_TYPE_EVENT, "2");
    bmc_sel_clear(fix.bmc, &admin);
    g_assert_cmpint(bmc_sel_info(fix.bmc).count, ==, 1);
    entry = bmc_sel_nth(fix.bmc, 0);
    g_assert_cmphex(entry->id, ==, 1);
    g_assert_cmpstr(entry->text, ==, "The event log was cleared by admin "
                    "over IPMI over LAN");
    test_assert_hex_equal(entry->bytes + 7, 9, "2000 04 10 06 6f 02 ff ff");
}

static void test_full(void)
{
    g_auto(Fixture) fix = { NULL };
    unsigned i;
    unsigned refused = 0;

    start(&fix);
    for (i = 0; i < 10000; i++) {
        refused += !add(&fix, SEL_TYPE_EVENT, "again and again");
    }
    g_assert_cmpint(bmc_sel_info(fix.bmc).count, ==, BMC_SEL_MAX);
    /* Two of them say "almost full" and "full". */
    g_assert_cmpint(refused, ==, 10000 - BMC_SEL_MAX + 2);
    g_assert_true(bmc_sel_info(fix.bmc).overflow);
    test_assert_hex_equal(bmc_sel_nth(fix.bmc, BMC_SEL_MAX - 1)->bytes + 7,
                          9, "2000 04 10 06 6f 04 ff ff");
    test_assert_hex_equal(bmc_sel_nth(fix.bmc, 900)->bytes + 7, 9,
                          "2000 04 10 06 6f 35 ff 5a");
    fixture_restart(&fix);
    g_assert_cmpint(bmc_sel_info(fix.bmc).count, ==, BMC_SEL_MAX);
    g_assert_true(bmc_sel_info(fix.bmc).overflow);
    g_assert_cmpint(add(&fix, SEL_TYPE_EVENT, ""), ==, 0);
    bmc_sel_clear(fix.bmc, &admin);
    g_assert_false(bmc_sel_info(fix.bmc).overflow);
    g_assert_cmpint(bmc_sel_info(fix.bmc).count, ==, 1);
}

/* Ids start over and step over those that are in use. */
static void test_ids_wrap(void)
{
    g_auto(Fixture) fix = { NULL };
    uint16_t id = 0;
    unsigned i;

    start(&fix);
    add(&fix, SEL_TYPE_EVENT, "stays");
    for (i = 0; i < 65533; i++) {
        id = add(&fix, 0xe0, NULL);
        bmc_sel_delete(fix.bmc, id);
    }
    g_assert_cmphex(id, ==, 0xfffe);
    g_assert_cmphex(add(&fix, 0xe0, NULL), ==, 2);
}

static void test_restart(void)
{
    g_auto(Fixture) fix = { NULL };
    g_autoptr(GBytes) before = NULL;
    BmcSelInfo info;

    start(&fix);
    add(&fix, SEL_TYPE_EVENT, "one");
    add(&fix, SEL_TYPE_EVENT, NULL);
    add(&fix, 0xc0, "three \\ \"quoted\"");
    bmc_sel_delete(fix.bmc, 1);
    before = g_bytes_new(bmc_sel_nth(fix.bmc, 1)->bytes, SEL_RECORD_LEN);
    info = bmc_sel_info(fix.bmc);
    fixture_restart(&fix);
    g_assert_cmpint(bmc_sel_info(fix.bmc).count, ==, 2);
    g_assert_cmpint(bmc_sel_info(fix.bmc).added, ==, info.added);
    g_assert_cmpint(bmc_sel_info(fix.bmc).erased, ==, info.erased);
    g_assert_cmpstr(bmc_sel_nth(fix.bmc, 0)->text, ==, "");
    g_assert_cmpstr(bmc_sel_nth(fix.bmc, 1)->text, ==,
                    "three \\ \"quoted\"");
    g_assert_cmpmem(bmc_sel_nth(fix.bmc, 1)->bytes, SEL_RECORD_LEN,
                    g_bytes_get_data(before, NULL), SEL_RECORD_LEN);
    g_assert_cmphex(add(&fix, SEL_TYPE_EVENT, ""), ==, 4);
}

static void test_time(void)
{
    g_auto(Fixture) fix = { NULL };
    int64_t host = g_get_real_time() / G_USEC_PER_SEC;

    start(&fix);
    g_assert_cmpint(ABS(bmc_sel_time(fix.bmc) - host), <=, 1);
    bmc_sel_set_time(fix.bmc, 1000000000, &admin);
    g_assert_cmpint(bmc_sel_time(fix.bmc) - 1000000000, <=, 1);
    add(&fix, SEL_TYPE_EVENT, "");
    g_assert_cmpint(stamp(bmc_sel_nth(fix.bmc, 0)) - 1000000000, <=, 1);
    fixture_restart(&fix);
    g_assert_cmpint(bmc_sel_time(fix.bmc), <=, 1000000100);
    g_assert_cmpint(bmc_sel_utc_offset(fix.bmc), ==, 0);
    g_assert_true(bmc_sel_set_utc_offset(fix.bmc, -1440));
    g_assert_false(bmc_sel_set_utc_offset(fix.bmc, 1441));
    g_assert_false(bmc_sel_set_utc_offset(fix.bmc, -1441));
    fixture_restart(&fix);
    g_assert_cmpint(bmc_sel_utc_offset(fix.bmc), ==, -1440);
    g_assert_true(bmc_sel_set_utc_offset(fix.bmc, 0x7ff));
    bmc_sel_set_time(fix.bmc, 0xfffffffe, &admin);
    g_assert_cmphex(bmc_sel_time(fix.bmc), ==, 0xfffffffe);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/bmc/sel/add", test_add);
    g_test_add_func("/bmc/sel/reservation", test_reservation);
    g_test_add_func("/bmc/sel/delete", test_delete);
    g_test_add_func("/bmc/sel/clear", test_clear);
    g_test_add_func("/bmc/sel/full", test_full);
    g_test_add_func("/bmc/sel/ids-wrap", test_ids_wrap);
    g_test_add_func("/bmc/sel/restart", test_restart);
    g_test_add_func("/bmc/sel/time", test_time);
    return g_test_run();
}
