/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event log over IPMI. */
#include "osdep.h"

#include "bmc/sel.h"

#include "command-fixture.h"

#define RECORD "0000 02 00000000 2000 04 01 30 01 59 00 01"

static int run(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, IPMI_NETFN_STORAGE, cmd, hex);
}

static void assert_answer(CommandFixture *f, uint8_t cmd, const char *hex,
                          const char *answer)
{
    command_fixture_assert(f, IPMI_NETFN_STORAGE, cmd, hex, answer);
}

static unsigned count(CommandFixture *f)
{
    return bmc_sel_info(f->base.bmc).count;
}

/* Reserves, and puts "%s" into the template as the reservation. */
static char *with_reservation(CommandFixture *f, const char *template)
{
    g_auto(GStrv) parts = g_strsplit(template, "%s", -1);
    g_autofree char *id = NULL;

    g_assert_cmphex(run(f, 0x42, ""), ==, IPMI_CC_OK);
    g_assert_cmpint(f->len, ==, 2);
    id = g_strdup_printf("%02x%02x", f->data[0], f->data[1]);
    return g_strjoinv(id, parts);
}

static int run_reserved(CommandFixture *f, uint8_t cmd, const char *template)
{
    g_autofree char *hex = with_reservation(f, template);

    return run(f, cmd, hex);
}

static void test_info(CommandFixture *f, const void *opaque)
{
    g_autofree char *expected = NULL;
    uint32_t added;

    assert_answer(f, 0x40, "", "51 0000 803e ffffffff ffffffff 0f");
    assert_answer(f, 0x41, "", "e803 1000 e803 e803 01");
    assert_answer(f, 0x44, RECORD, "0100");
    added = GUINT32_SWAP_LE_BE(bmc_sel_info(f->base.bmc).added);
    expected = g_strdup_printf("51 0100 703e %08x ffffffff 0f",
                               GUINT32_TO_LE(added));
    assert_answer(f, 0x40, "", expected);
    assert_answer(f, 0x41, "", "e803 1000 e703 e703 01");
}

static void test_get(CommandFixture *f, const void *opaque)
{
    g_assert_cmphex(run(f, 0x43, "0000 0000 00 ff"), ==,
                    IPMI_CC_NOT_PRESENT);
    assert_answer(f, 0x44, RECORD, "0100");
    assert_answer(f, 0x44, "0000 e5 0102030405060708090a0b0c0d", "0200");
    g_assert_cmphex(run(f, 0x43, "0000 0000 00 ff"), ==, IPMI_CC_OK);
    g_assert_cmpint(f->len, ==, 2 + SEL_RECORD_LEN);
    test_assert_hex_equal(f->data, 5, "0200 0100 02");
    test_assert_hex_equal(f->data + 9, 9, "2000 04 01 30 01 59 00 01");
    assert_answer(f, 0x43, "0000 ffff 00 ff",
                  "ffff 0200 e5 0102030405060708090a0b0c0d");
    assert_answer(f, 0x43, "0000 0200 00 03", "ffff 0200 e5");
    g_assert_cmphex(run(f, 0x43, "0000 0200 00 00"), ==,
                    IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x43, "0000 0300 00 ff"), ==,
                    IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run(f, 0x43, "0000 0200 00 11"), ==,
                    IPMI_CC_CANNOT_RETURN);
    /* A read that goes on needs a reservation. */
    g_assert_cmphex(run(f, 0x43, "0000 0200 01 ff"), ==,
                    IPMI_CC_RESERVATION);
    g_assert_cmphex(run_reserved(f, 0x43, "%s 0200 0f 02"), ==,
                    IPMI_CC_CANNOT_RETURN);
    g_assert_cmphex(run_reserved(f, 0x43, "%s 0200 10 ff"), ==,
                    IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run_reserved(f, 0x43, "%s 0200 0e ff"), ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data, f->len, "ffff 0c0d");
}

static void test_add(CommandFixture *f, const void *opaque)
{
    /* A record type that the specification does not define. */
    g_assert_cmphex(run(f, 0x44, "0000 03 00000000 2000 04 01 30 01 590001"),
                    ==, 0x80);
    g_assert_cmpint(count(f), ==, 0);
    f->ctx.privilege = BMC_PRIVILEGE_USER;
    g_assert_cmphex(run(f, 0x44, RECORD), ==, IPMI_CC_PRIVILEGE);
    f->ctx.privilege = BMC_PRIVILEGE_OPERATOR;
    assert_answer(f, 0x44, RECORD, "0100");
    g_assert_cmpstr(bmc_sel_nth(f->base.bmc, 0)->text, ==, "Temperature, "
                    "sensor 48: added by admin at 192.0.2.1 over IPMI over "
                    "LAN");
    while (count(f) < BMC_SEL_MAX) {
        g_assert_cmphex(run(f, 0x44, RECORD), ==, IPMI_CC_OK);
    }
    g_assert_cmphex(run(f, 0x44, RECORD), ==, IPMI_CC_OUT_OF_SPACE);
    g_assert_cmphex(run(f, 0x40, ""), ==, IPMI_CC_OK);
    g_assert_cmphex(f->data[13], ==, 0x8f);
    test_assert_hex_equal(f->data, 5, "51 e803 0000");
}

static void test_partial_add(CommandFixture *f, const void *opaque)
{
    g_autofree char *first = NULL;
    g_autofree char *rest = NULL;

    g_assert_cmphex(run(f, 0x45, "0000 0000 00 00 0000"), ==,
                    IPMI_CC_RESERVATION);
    first = with_reservation(f, "%s 0000 00 00 0000 02 00000000");
    rest = g_strdup_printf("%.4s 0100 07 01 2000 04 01 30 01 59 00 01",
                           first);
    assert_answer(f, 0x45, first, "0100");
    assert_answer(f, 0x45, rest, "0100");
    g_assert_cmpint(count(f), ==, 1);
    test_assert_hex_equal(bmc_sel_nth(f->base.bmc, 0)->bytes + 7, 9,
                          "2000 04 01 30 01 59 00 01");
    /* The record has been added, so the reservation is gone. */
    g_assert_cmphex(run(f, 0x45, rest), ==, IPMI_CC_RESERVATION);
    /* In one go, too short, too long, out of order, another's. */
    g_assert_cmphex(run_reserved(f, 0x45, "%s 0000 00 01 " RECORD), ==,
                    IPMI_CC_OK);
    g_assert_cmphex(run_reserved(f, 0x45, "%s 0000 00 01 0000 02"), ==, 0x80);
    g_assert_cmphex(run_reserved(f, 0x45, "%s 0000 00 02 0000 02"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run_reserved(f, 0x45, "%s 0100 02 01 02"), ==,
                    IPMI_CC_NOT_PRESENT);
    g_free(first);
    first = with_reservation(f, "%s 0000 00 00 0000 02 00000000");
    g_assert_cmphex(run(f, 0x45, first), ==, IPMI_CC_OK);
    g_free(rest);
    rest = g_strdup_printf("%.4s 0300 08 01 2000", first);
    g_assert_cmphex(run(f, 0x45, rest), ==, IPMI_CC_PARAM_RANGE);
    g_free(rest);
    rest = g_strdup_printf("%.4s 0300 07 00 20000000000000000000", first);
    g_assert_cmphex(run(f, 0x45, rest), ==, 0x80);
    g_assert_cmpint(count(f), ==, 2);
}

static void test_delete(CommandFixture *f, const void *opaque)
{
    assert_answer(f, 0x44, RECORD, "0100");
    assert_answer(f, 0x44, RECORD, "0200");
    assert_answer(f, 0x44, RECORD, "0300");
    g_assert_cmphex(run(f, 0x46, "0000 0100"), ==, IPMI_CC_RESERVATION);
    g_assert_cmphex(run_reserved(f, 0x46, "%s 0900"), ==,
                    IPMI_CC_NOT_PRESENT);
    g_assert_cmphex(run_reserved(f, 0x46, "%s 0200"), ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data, f->len, "0200");
    g_assert_cmphex(run_reserved(f, 0x46, "%s 0000"), ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data, f->len, "0100");
    g_assert_cmphex(run_reserved(f, 0x46, "%s ffff"), ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data, f->len, "0300");
    g_assert_cmpint(count(f), ==, 0);
}

static void test_clear(CommandFixture *f, const void *opaque)
{
    g_autofree char *status = NULL;

    assert_answer(f, 0x44, RECORD, "0100");
    assert_answer(f, 0x44, RECORD, "0200");
    g_assert_cmphex(run(f, 0x47, "0000 434c52 aa"), ==, IPMI_CC_RESERVATION);
    g_assert_cmphex(run(f, 0x47, "0000 434c52 00"), ==, IPMI_CC_RESERVATION);
    g_assert_cmphex(run_reserved(f, 0x47, "%s 434c53 aa"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run_reserved(f, 0x47, "%s 434c52 01"), ==,
                    IPMI_CC_INVALID_FIELD);
    status = with_reservation(f, "%s 434c52 00");
    assert_answer(f, 0x47, status, "01");
    g_assert_cmpint(count(f), ==, 2);
    memcpy(strchr(status, '\0') - 2, "aa", 2);
    assert_answer(f, 0x47, status, "01");
    g_assert_cmpint(count(f), ==, 1);
    /* It is gone, but one may ask how it went. */
    g_assert_cmphex(run(f, 0x47, status), ==, IPMI_CC_RESERVATION);
    memcpy(strchr(status, '\0') - 2, "00", 2);
    assert_answer(f, 0x47, status, "01");
    command_fixture_restart(f);
    g_assert_cmpint(count(f), ==, 1);
}

static void test_time(CommandFixture *f, const void *opaque)
{
    assert_answer(f, 0x49, "00ca9a3b", "");
    g_assert_cmphex(run(f, 0x48, ""), ==, IPMI_CC_OK);
    g_assert_cmpint(f->len, ==, 4);
    test_assert_hex_equal(f->data + 1, 3, "ca9a3b");
    g_assert_cmphex(run(f, 0x49, "ffffffff"), ==, IPMI_CC_INVALID_FIELD);
    /* The repository's clock is the same one. */
    g_assert_cmphex(run(f, 0x29, "ffffffff"), ==, IPMI_CC_INVALID_FIELD);
    assert_answer(f, 0x5c, "", "0000");
    assert_answer(f, 0x5d, "c4ff", "");
    assert_answer(f, 0x5c, "", "c4ff");
    g_assert_cmphex(run(f, 0x5d, "a105"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(run(f, 0x5d, "0080"), ==, IPMI_CC_PARAM_RANGE);
    command_fixture_restart(f);
    assert_answer(f, 0x5c, "", "c4ff");
    g_assert_cmphex(run(f, 0x48, ""), ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data + 1, 3, "ca9a3b");
    assert_answer(f, 0x5d, "ff07", "");
    assert_answer(f, 0x5c, "", "ff07");
}

static bool is_answered(void *opaque)
{
    return ((CommandFixture *)opaque)->answers > 0;
}

/*
 * The guest may add records as fast as it likes, and none is lost, but it
 * does not write to the host's disk as fast.
 */
static void test_flood(CommandFixture *f, const void *opaque)
{
    int64_t start;
    unsigned i;

    f->ctx.channel = IPMI_CHANNEL_SYSTEM;
    f->ctx.origin.channel = BMC_CHANNEL_IN_BAND;
    for (i = 0; i < 256; i++) {
        g_assert_cmphex(run(f, 0x44, RECORD), ==, IPMI_CC_OK);
    }
    start = g_get_monotonic_time();
    command_fixture_send(f, IPMI_NETFN_STORAGE, 0x44, RECORD);
    g_assert_true(test_wait_until(is_answered, f, 5000));
    g_assert_cmphex(f->cc, ==, IPMI_CC_OK);
    g_assert_cmpint(g_get_monotonic_time() - start, >=, 150 * 1000);
    command_fixture_restart(f);
    g_assert_cmpuint(count(f), ==, 257);
}

/* A reservation is not kept by a BMC that comes up (section 31.4). */
static void test_cold_reset(CommandFixture *f, const void *opaque)
{
    g_autofree char *status = with_reservation(f, "%s 434c52 00");

    g_assert_cmphex(command_fixture_run(f, IPMI_NETFN_APP, 0x02, ""), ==,
                    IPMI_CC_OK);
    assert_answer(f, 0x47, status, "01");
    fixture_advance(&f->base, 1000);
    g_assert_cmphex(run(f, 0x47, status), ==, IPMI_CC_RESERVATION);
}

/* Nothing is behind them. */
static void test_auxiliary(CommandFixture *f, const void *opaque)
{
    g_assert_cmphex(run(f, 0x5a, "00"), ==, IPMI_CC_INVALID_CMD);
    g_assert_cmphex(run(f, 0x5b, "00"), ==, IPMI_CC_INVALID_CMD);
}

#define ADD(name, func) \
    g_test_add("/ipmi/sel/" name, CommandFixture, NULL, \
               command_fixture_setup, func, command_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("info", test_info);
    ADD("get", test_get);
    ADD("add", test_add);
    ADD("partial-add", test_partial_add);
    ADD("delete", test_delete);
    ADD("clear", test_clear);
    ADD("time", test_time);
    ADD("flood", test_flood);
    ADD("cold-reset", test_cold_reset);
    ADD("auxiliary", test_auxiliary);
    return g_test_run();
}
