/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LAN configuration parameters. */
#include "osdep.h"

#include "command-fixture.h"

#include "bmc/channel.h"
#include "bmc/lan.h"
#include "ipmi/ipmi-session.h"

#define ZERO8 "0000000000000000"
#define V6 "20010db8000000000000000000000007"

static void bound(CommandFixture *f, const char *address)
{
    g_autoptr(GSocketAddress) addr =
        g_inet_socket_address_new_from_string(address, 6230);

    bmc_lan_set_bound(f->base.bmc, addr);
}

static void setup(CommandFixture *f, const void *opaque)
{
    command_fixture_setup(f, opaque);
    bound(f, "127.0.0.1");
}

static void restart(CommandFixture *f)
{
    command_fixture_restart(f);
    bound(f, "127.0.0.1");
}

static int set(CommandFixture *f, unsigned number, const char *hex)
{
    g_autofree char *all = g_strdup_printf("01%02x%s", number, hex);

    return command_fixture_run(f, IPMI_NETFN_TRANSPORT, 0x01, all);
}

static int get_set(CommandFixture *f, unsigned number, unsigned selector)
{
    g_autofree char *all = g_strdup_printf("01%02x%02x00", number, selector);

    return command_fixture_run(f, IPMI_NETFN_TRANSPORT, 0x02, all);
}

static void check_set(CommandFixture *f, unsigned number, unsigned selector,
                      const char *hex)
{
    g_assert_cmphex(get_set(f, number, selector), ==, 0);
    g_assert_cmphex(f->data[0], ==, 0x11);
    test_assert_hex_equal(f->data + 1, f->len - 1, hex);
}

static void check(CommandFixture *f, unsigned number, const char *hex)
{
    check_set(f, number, 0, hex);
}

/* What each parameter is at first. */
static void test_defaults(CommandFixture *f, const void *opaque)
{
    check(f, 0, "00");
    check(f, 1, "00");
    check(f, 2, "0000000000");
    check(f, 3, "7f000001");
    check(f, 4, "00");
    g_assert_cmphex(get_set(f, 5, 0), ==, 0);
    g_assert_cmpuint(f->len, ==, 7);
    check(f, 6, "ff000000");
    g_assert_cmphex(get_set(f, 7, 0), ==, 0);
    g_assert_cmpuint(f->len, ==, 4);
    check(f, 8, "5618");
    g_assert_cmphex(get_set(f, 9, 0), ==, 0x80);
    check(f, 10, "02");
    g_assert_cmphex(get_set(f, 11, 0), ==, 0x80);
    check(f, 12, "00000000");
    g_assert_cmphex(get_set(f, 13, 0), ==, 0x80);
    check(f, 14, "00000000");
    g_assert_cmphex(get_set(f, 15, 0), ==, 0x80);
    check(f, 16, "7075626c6963" "000000000000000000000000");
    check(f, 17, "08");
    check_set(f, 18, 8, "08 00 00 00");
    check_set(f, 19, 1, "01 00 00 00000000 000000000000");
    check(f, 20, "0000");
    check(f, 21, "00");
    check(f, 22, "02");
    check(f, 23, "00 03 11 0000000000000000000000000000");
    check(f, 24, "00 0040 000000000000");
    check_set(f, 25, 3, "03 00 0000");
    check(f, 26, "00 0a 0600 0600");
    check(f, 50, "07");
    check(f, 51, "00");
    check(f, 55, "01 00 00");
    check(f, 56, "00 00 00000000000000000000000000000000 00 01");
    check(f, 64, "00");
    check(f, 65, "00000000000000000000000000000000");
    check(f, 66, "000000000000");
    check(f, 67, "00");
    check(f, 68, "00000000000000000000000000000000");
    bound(f, "::1");
    check(f, 51, "01");
    check(f, 56, "00 80 00000000000000000000000000000001 80 00");
    g_assert_cmphex(get_set(f, 3, 0), ==, 0x80);
    bound(f, "::");
    check(f, 51, "02");
}

static void test_get_bad(CommandFixture *f, const void *opaque)
{
    static const struct {
        const char *hex;
        int cc;
    } bad[] = {
        { "02030000", IPMI_CC_INVALID_FIELD },
        { "0f030000", IPMI_CC_INVALID_FIELD },
        { "11030000", IPMI_CC_INVALID_FIELD },
        { "01030100", IPMI_CC_INVALID_FIELD },
        { "01030001", IPMI_CC_INVALID_FIELD },
        { "01120900", IPMI_CC_PARAM_RANGE },
        { "01121000", IPMI_CC_INVALID_FIELD },
        { "01380100", IPMI_CC_PARAM_RANGE },
        { "811b0000", 0x80 },
        { "011b0000", 0x80 },
        { "01310000", 0x80 },
        { "01c00000", 0x80 },
        { "01ff0000", 0x80 },
        { "010300", IPMI_CC_LENGTH },
        { "0103000000", IPMI_CC_LENGTH },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmphex(command_fixture_run(f, IPMI_NETFN_TRANSPORT, 0x02,
                                            bad[i].hex), ==, bad[i].cc);
        g_assert_cmpuint(f->len, ==, 0);
    }
    command_fixture_assert(f, IPMI_NETFN_TRANSPORT, 0x02, "81030000", "11");
    command_fixture_assert(f, IPMI_NETFN_TRANSPORT, 0x02, "8e030000", "11");
}

static const struct {
    unsigned number;
    const char *hex;
    int cc;
} bad_sets[] = {
    { 0, "02", IPMI_CC_INVALID_FIELD },
    { 0, "03", IPMI_CC_INVALID_FIELD },
    { 0, "0000", IPMI_CC_LENGTH },
    { 1, "00", 0x82 },
    { 2, "0400000000", 0x82 },
    { 2, "00000000", IPMI_CC_LENGTH },
    { 3, "00000001", IPMI_CC_INVALID_FIELD },
    { 3, "e0000001", IPMI_CC_INVALID_FIELD },
    { 3, "c00002", IPMI_CC_LENGTH },
    { 3, "c000020100", IPMI_CC_LENGTH },
    { 4, "05", IPMI_CC_INVALID_FIELD },
    { 4, "11", IPMI_CC_INVALID_FIELD },
    { 4, "0100", IPMI_CC_LENGTH },
    { 5, "010000000001", IPMI_CC_INVALID_FIELD },
    { 5, "0200000001", IPMI_CC_LENGTH },
    { 5, "02000000000100", IPMI_CC_LENGTH },
    { 6, "ff00ff00", IPMI_CC_INVALID_FIELD },
    { 6, "ffffff", IPMI_CC_LENGTH },
    { 7, "010000", 0x82 },
    { 8, "6f02", 0x82 },
    { 8, "6f", IPMI_CC_LENGTH },
    { 9, "9802", 0x80 },
    { 10, "03", 0x82 },
    { 11, "04", 0x80 },
    { 12, "e0000001", IPMI_CC_INVALID_FIELD },
    { 12, "c00002", IPMI_CC_LENGTH },
    { 13, "010000000000", IPMI_CC_INVALID_FIELD },
    { 14, "c0000201ff", IPMI_CC_LENGTH },
    { 15, "0200000000", IPMI_CC_LENGTH },
    { 16, "7075626c6963", IPMI_CC_LENGTH },
    { 17, "01", 0x82 },
    { 18, "09000000", IPMI_CC_PARAM_RANGE },
    { 18, "11000000", IPMI_CC_INVALID_FIELD },
    { 18, "01010000", IPMI_CC_INVALID_FIELD },
    { 18, "01060000", IPMI_CC_INVALID_FIELD },
    { 18, "01000008", IPMI_CC_INVALID_FIELD },
    { 18, "010000", IPMI_CC_LENGTH },
    { 19, "090000c0000201020000000001", IPMI_CC_PARAM_RANGE },
    { 19, "012000c0000201020000000001", IPMI_CC_INVALID_FIELD },
    { 19, "010002c0000201020000000001", IPMI_CC_INVALID_FIELD },
    { 19, "010000c00002010200000000", IPMI_CC_LENGTH },
    { 19, "010000c000020102000000000100", IPMI_CC_LENGTH },
    { 19, "0110" V6 "00", IPMI_CC_LENGTH },
    { 20, "0080", IPMI_CC_INVALID_FIELD },
    { 20, "ff8f", IPMI_CC_INVALID_FIELD },
    { 20, "0190", IPMI_CC_INVALID_FIELD },
    { 20, "01", IPMI_CC_LENGTH },
    { 21, "08", IPMI_CC_INVALID_FIELD },
    { 22, "02", 0x82 },
    { 23, "00", 0x82 },
    { 24, "01" ZERO8, IPMI_CC_INVALID_FIELD },
    { 24, "00" "0050000000000000", IPMI_CC_INVALID_FIELD },
    { 24, "00" "00400000000000", IPMI_CC_LENGTH },
    { 25, "09000000", IPMI_CC_PARAM_RANGE },
    { 25, "01200000", IPMI_CC_INVALID_FIELD },
    { 25, "01010000", IPMI_CC_INVALID_FIELD },
    { 26, "020a06000600", IPMI_CC_INVALID_FIELD },
    { 26, "000a060006", IPMI_CC_LENGTH },
    { 50, "07", 0x82 },
    { 51, "02", 0x82 },
    { 51, "0000", IPMI_CC_LENGTH },
    { 52, "01", 0x82 },
    { 53, "01", 0x82 },
    { 54, "000000", 0x80 },
    { 55, "010000", 0x82 },
    { 56, "0180" V6 "4000", IPMI_CC_PARAM_RANGE },
    { 56, "0081" V6 "4000", IPMI_CC_INVALID_FIELD },
    { 56, "0080" V6 "8100", IPMI_CC_INVALID_FIELD },
    { 56, "0080" V6 "40", IPMI_CC_LENGTH },
    { 64, "02", 0x82 },
    { 65, "ff0200000000000000000000000000" "01", IPMI_CC_INVALID_FIELD },
    { 65, "fe80", IPMI_CC_LENGTH },
    { 66, "010000000001", IPMI_CC_INVALID_FIELD },
    { 66, "5254000000", IPMI_CC_LENGTH },
    { 67, "81", IPMI_CC_INVALID_FIELD },
    { 68, "ff0200000000000000000000000000" "01", IPMI_CC_INVALID_FIELD },
    { 69, V6, 0x80 },
    { 0, "02", IPMI_CC_INVALID_FIELD },
    { 0, "03", IPMI_CC_INVALID_FIELD },
    { 27, "00", 0x80 },
    { 192, "00", 0x80 },
};

static void test_set_bad(CommandFixture *f, const void *opaque)
{
    uint64_t before = bmc_generation(f->base.bmc, BMC_PART__MAX);
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad_sets); i++) {
        g_test_message("%u %s", bad_sets[i].number, bad_sets[i].hex);
        g_assert_cmphex(set(f, bad_sets[i].number, bad_sets[i].hex), ==, bad_sets[i].cc);
    }
    g_assert_cmphex(command_fixture_run(f, IPMI_NETFN_TRANSPORT, 0x01,
                                        "0f0401"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(command_fixture_run(f, IPMI_NETFN_TRANSPORT, 0x01,
                                        "810401"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(command_fixture_run(f, IPMI_NETFN_TRANSPORT, 0x01,
                                        "0104"), ==, IPMI_CC_LENGTH);
    g_assert_cmpuint(bmc_generation(f->base.bmc, BMC_PART__MAX), ==, before);
}

/* Everything that can be set is read back, also after a restart. */
static void test_set(CommandFixture *f, const void *opaque)
{
    static const struct {
        unsigned number;
        unsigned selector;
        const char *hex;
    } good[] = {
        { 3, 0, "c0000207" },
        { 4, 0, "02" },
        { 5, 0, "525400123456" },
        { 6, 0, "ffffff80" },
        { 12, 0, "c0000201" },
        { 13, 0, "525400000001" },
        { 14, 0, "c0000202" },
        { 15, 0, "525400000002" },
        { 16, 0, "70726976617465" "0000000000000000000000" },
        { 18, 1, "01800307" },
        { 19, 1, "010001c0000209525400000003" },
        { 19, 2, "0210" V6 },
        { 20, 0, "fe8f" },
        { 21, 0, "07" },
        { 24, 0, "00" "0030000000000000" },
        { 25, 1, "01100720" },
        { 26, 0, "010536002800" },
        { 56, 0, "0080" V6 "4000" },
        { 65, 0, V6 },
        { 66, 0, "525400000009" },
        { 67, 0, "40" },
        { 68, 0, "20010db8000000000000000000000000" },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(good); i++) {
        g_test_message("%u %s", good[i].number, good[i].hex);
        g_assert_cmphex(set(f, good[i].number, good[i].hex), ==, 0);
        check_set(f, good[i].number, good[i].selector, good[i].hex);
    }
    restart(f);
    for (i = 0; i < G_N_ELEMENTS(good); i++) {
        check_set(f, good[i].number, good[i].selector, good[i].hex);
    }
    /* The number 0 is volatile */
    g_assert_cmphex(set(f, 18, "00800307"), ==, 0);
    check_set(f, 18, 0, "00800307");
    restart(f);
    check_set(f, 18, 0, "00000000");
}

/* What is as it is may be written back, as FreeIPMI does. */
static void test_write_back(CommandFixture *f, const void *opaque)
{
    static const unsigned fixed[] = { 2, 7, 8, 10, 24, 26, 51, 52 };
    uint64_t before = bmc_generation(f->base.bmc, BMC_PART__MAX);
    size_t i, k;

    for (i = 0; i < G_N_ELEMENTS(fixed); i++) {
        g_autoptr(GString) hex = g_string_new(NULL);

        g_assert_cmphex(get_set(f, fixed[i], 0), ==, 0);
        for (k = 1; k < f->len; k++) {
            g_string_append_printf(hex, "%02x", f->data[k]);
        }
        g_assert_cmphex(set(f, fixed[i], hex->str), ==, 0);
    }
    g_assert_cmpuint(bmc_generation(f->base.bmc, BMC_PART__MAX), ==, before);
}

static void test_in_progress(CommandFixture *f, const void *opaque)
{
    g_assert_cmphex(set(f, 0, "01"), ==, 0);
    check(f, 0, "01");
    g_assert_cmphex(set(f, 0, "01"), ==, 0x81);
    g_assert_cmphex(set(f, 0, "02"), ==, 0);
    check(f, 0, "01");
    g_assert_cmphex(set(f, 0, "00"), ==, 0);
    check(f, 0, "00");
    g_assert_cmphex(set(f, 0, "01"), ==, 0);
    fixture_advance(&f->base, BMC_LAN_SET_MS);
    check(f, 0, "00");
}

/*
 * A client that has died does not keep others out for ever, and the machine's
 * reset ends it too: for parameters of LAN, SOL, the system and PEF.
 */
static void test_progress_ends(CommandFixture *f, const void *opaque)
{
    static const struct {
        uint8_t netfn;
        uint8_t cmd;
        const char *start;
        const char *get;
    } kinds[] = {
        { IPMI_NETFN_TRANSPORT, 0x01, "010001", "01000000" },
        { IPMI_NETFN_TRANSPORT, 0x21, "010001", "01000000" },
        { IPMI_NETFN_APP, 0x58, "0001", "00000000" },
        { IPMI_NETFN_SENSOR, 0x12, "0001", "000000" },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(kinds); i++) {
        uint8_t netfn = kinds[i].netfn;
        uint8_t cmd = kinds[i].cmd;

        command_fixture_assert(f, netfn, cmd, kinds[i].start, "");
        g_assert_cmphex(command_fixture_run(f, netfn, cmd, kinds[i].start),
                        ==, 0x81);
        fixture_advance(&f->base, BMC_LAN_SET_MS);
        command_fixture_assert(f, netfn, cmd + 1, kinds[i].get, "1100");
        command_fixture_assert(f, netfn, cmd, kinds[i].start, "");
        mock_machine_reset(f->base.mock, true);
        command_fixture_assert(f, netfn, cmd + 1, kinds[i].get, "1100");
    }
}

/* Levels go by the number of the suite. */
static void test_suites(CommandFixture *f, const void *opaque)
{
    IpmiSessionsConfig config = { .max_active = 4 };
    Bmc *bmc = f->base.bmc;

    g_assert_true(cipher_suite_parse_list("17,3,8", &config.suites, NULL));
    ipmi_sessions_configure(f->core->sessions, &config);
    check(f, 22, "03");
    check(f, 23, "00 03 08 11 00000000000000000000000000");
    check(f, 24, "00 0040 0000 04 000000");
    /* What is kept for those that are not offered means nothing */
    g_assert_cmphex(set(f, 24, "00" "0020000003000004"), ==, 0);
    check(f, 24, "00" "0020000003000004");
    g_assert_cmpint(bmc_channel_suite_privilege(bmc, 3), ==,
                    BMC_PRIVILEGE_USER);
    g_assert_cmpint(bmc_channel_suite_privilege(bmc, 8), ==,
                    BMC_PRIVILEGE_OPERATOR);
    g_assert_cmpint(bmc_channel_suite_privilege(bmc, 17), ==,
                    BMC_PRIVILEGE_ADMIN);
    command_fixture_restart(f);
    bmc = f->base.bmc;
    check(f, 24, "00" "0020000003000004");
    g_assert_cmphex(set(f, 24, "00" ZERO8), ==, 0);
    check(f, 24, "00" ZERO8);
    g_assert_cmpint(bmc_channel_suite_privilege(bmc, 3), ==,
                    BMC_PRIVILEGE_NONE);
    g_assert_cmpint(bmc_channel_suite_privilege(bmc, 17), ==,
                    BMC_PRIVILEGE_ADMIN);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
#define ADD(path, func) \
    g_test_add(path, CommandFixture, NULL, setup, func, \
               command_fixture_teardown)
    ADD("/ipmi/lan-config/defaults", test_defaults);
    ADD("/ipmi/lan-config/get-bad", test_get_bad);
    ADD("/ipmi/lan-config/set-bad", test_set_bad);
    ADD("/ipmi/lan-config/set", test_set);
    ADD("/ipmi/lan-config/write-back", test_write_back);
    ADD("/ipmi/lan-config/in-progress", test_in_progress);
    ADD("/ipmi/lan-config/progress-ends", test_progress_ends);
    ADD("/ipmi/lan-config/suites", test_suites);
    return g_test_run();
}
