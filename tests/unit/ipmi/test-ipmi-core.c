/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command table, walked as a whole; what each command answers; and
 * answers that come late, or never.
 */
#include "osdep.h"

#include "ipmi/ipmi-core.h"

#include "bmc/channel.h"
#include "ipmi/ipmi-session.h"
#include "util/error.h"

#include "bmc-fixture.h"
#include "test-util.h"

typedef struct CoreFixture {
    Fixture base;
    IpmiCore *core;
    IpmiContext ctx;
    uint8_t lun;
    int answers;
    int cc;
    uint8_t data[IPMI_RESPONSE_MAX];
    size_t len;
} CoreFixture;

static void setup(CoreFixture *f, const void *opaque)
{
    fixture_init_accounts(&f->base, MACHINE_STATE_RUNNING);
    fixture_start(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
    f->ctx.channel = IPMI_CHANNEL_LAN;
    f->ctx.privilege = BMC_PRIVILEGE_ADMIN;
    f->ctx.origin.channel = BMC_CHANNEL_LAN;
    f->ctx.origin.user = "admin";
    f->ctx.origin.peer = "192.0.2.1";
}

static void teardown(CoreFixture *f, const void *opaque)
{
    ipmi_core_free(f->core);
    fixture_clear(&f->base);
}

static void done(void *opaque, uint8_t cc, const uint8_t *data, size_t len)
{
    CoreFixture *f = opaque;

    f->answers++;
    f->cc = cc;
    f->len = len;
    if (len) {
        memcpy(f->data, data, len);
    }
}

static IpmiRequest *start(CoreFixture *f, uint8_t netfn, uint8_t cmd,
                          const void *data, size_t len)
{
    IpmiMessage msg = { netfn, f->lun, cmd, data, len };

    f->answers = 0;
    f->cc = -1;
    return ipmi_core_execute(f->core, &f->ctx, &msg, done, f);
}

/* Runs a command to its end and returns its completion code. */
static int run(CoreFixture *f, uint8_t netfn, uint8_t cmd, const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    size_t len;
    const void *data = g_bytes_get_data(bytes, &len);

    if (start(f, netfn, cmd, data, len)) {
        fixture_settle(&f->base);
    }
    g_assert_cmpint(f->answers, ==, 1);
    return f->cc;
}

static void assert_answer(CoreFixture *f, uint8_t netfn, uint8_t cmd,
                          const char *hex, const char *answer)
{
    g_assert_cmphex(run(f, netfn, cmd, hex), ==, IPMI_CC_OK);
    test_assert_hex_equal(f->data, f->len, answer);
}

static void test_table_lengths(CoreFixture *f, const void *opaque)
{
    const IpmiCommand *row;
    uint8_t data[256];
    size_t n;

    memset(data, 1, sizeof(data));
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        data[0] = row->group ? row->group : 1;
        f->ctx.channel = row->channels & IPMI_ON_LAN ? IPMI_CHANNEL_LAN :
                         IPMI_CHANNEL_SYSTEM;
        g_assert_true(ipmi_core_find_request(row->netfn, row->cmd, data,
                                             row->min) == row);
        g_assert_cmpint(row->min, <=, row->max);
        start(f, row->netfn, row->cmd, data, row->max + 1);
        g_assert_cmphex(f->cc, ==, IPMI_CC_LENGTH);
        if (row->min) {
            start(f, row->netfn, row->cmd, data, row->min - 1);
            g_assert_cmphex(f->cc, ==, IPMI_CC_LENGTH);
        }
        start(f, row->netfn, row->cmd, data, row->min);
        fixture_settle(&f->base);
        g_assert_cmpint(f->answers, ==, 1);
        g_assert_cmphex(f->cc, !=, IPMI_CC_LENGTH);
        g_assert_cmphex(f->cc, !=, IPMI_CC_INVALID_CMD);
        f->lun = 1;
        start(f, row->netfn, row->cmd, data, row->min);
        g_assert_cmphex(f->cc, ==, IPMI_CC_INVALID_LUN);
        f->lun = 0;
    }
    g_assert_cmpint(n, >, 20);
}

static void test_table_privileges(CoreFixture *f, const void *opaque)
{
    const IpmiCommand *row;
    uint8_t data[256];
    size_t n;
    int priv;

    memset(data, 1, sizeof(data));
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        data[0] = row->group ? row->group : 1;
        f->ctx.channel = row->channels & IPMI_ON_LAN ? IPMI_CHANNEL_LAN :
                         IPMI_CHANNEL_SYSTEM;
        for (priv = BMC_PRIVILEGE_NONE; priv <= BMC_PRIVILEGE_ADMIN; priv++) {
            f->ctx.privilege = priv;
            start(f, row->netfn, row->cmd, data, row->min);
            fixture_settle(&f->base);
            if (row->flags & IPMI_CMD_SESSIONLESS) {
                g_assert_cmphex(f->cc, !=, IPMI_CC_PRIVILEGE);
            } else if (priv == BMC_PRIVILEGE_NONE ||
                       priv < (int)row->privilege) {
                g_assert_cmphex(f->cc, ==, IPMI_CC_PRIVILEGE);
            } else {
                g_assert_cmphex(f->cc, !=, IPMI_CC_PRIVILEGE);
            }
        }
    }
}

static void test_table_channels(CoreFixture *f, const void *opaque)
{
    const IpmiCommand *row;
    uint8_t data[256];
    size_t n;

    memset(data, 1, sizeof(data));
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        data[0] = row->group ? row->group : 1;
        g_assert_cmpint(row->channels & IPMI_ON_ALL, !=, 0);
        f->ctx.channel = IPMI_CHANNEL_LAN;
        start(f, row->netfn, row->cmd, data, row->min);
        fixture_settle(&f->base);
        g_assert_cmpint(f->cc == IPMI_CC_INVALID_CMD, ==,
                        !(row->channels & IPMI_ON_LAN));
        f->ctx.channel = IPMI_CHANNEL_SYSTEM;
        start(f, row->netfn, row->cmd, data, row->min);
        fixture_settle(&f->base);
        g_assert_cmpint(f->cc == IPMI_CC_INVALID_CMD, ==,
                        !(row->channels & IPMI_ON_SYSTEM));
    }
}

static void test_unknown(CoreFixture *f, const void *opaque)
{
    const IpmiCommand *row;
    unsigned netfn;
    unsigned cmd;
    unsigned known = 0;
    size_t n;

    for (netfn = 0; netfn <= IPMI_NETFN_MAX; netfn++) {
        for (cmd = 0; cmd < 256; cmd++) {
            if (ipmi_core_find(netfn, cmd, 0)) {
                known++;
                continue;
            }
            start(f, netfn, cmd, NULL, 0);
            g_assert_cmphex(f->cc, ==, IPMI_CC_INVALID_CMD);
            g_assert_cmpint(f->len, ==, 0);
        }
    }
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        known += row->group != 0;
    }
    g_assert_null(ipmi_core_nth(known));
    g_assert_nonnull(ipmi_core_nth(known - 1));
    start(f, IPMI_NETFN_GROUP, 1, (const uint8_t *)"\0\1", 2);
    g_assert_cmphex(f->cc, ==, IPMI_CC_INVALID_CMD);
    start(f, IPMI_NETFN_GROUP, 1, (const uint8_t *)"\xdd\1", 2);
    g_assert_cmphex(f->cc, ==, IPMI_CC_INVALID_CMD);
}

static void test_dump(CoreFixture *f, const void *opaque)
{
    g_autofree char *text = ipmi_core_dump();

    /* Columns may get wider, words may not change. */
    g_assert_true(g_regex_match_simple(
        "^Chassis Control +0x00 +0x02 +1 +1 +operator +lan,system +needed$",
        text, G_REGEX_MULTILINE, 0));
    g_assert_true(g_regex_match_simple(
        "^Get Channel Cipher Suites +0x06 +0x54 +3 +3 +none +lan,system "
        "+not needed$", text, G_REGEX_MULTILINE, 0));
}

static void test_app(CoreFixture *f, const void *opaque)
{
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x01, ""), ==, 0);
    g_assert_cmpint(f->len, ==, 11);
    g_assert_cmphex(f->data[0], ==, 0x20);
    g_assert_cmphex(f->data[4], ==, 0x02);
    g_assert_cmphex(f->data[5] & 0x8b, ==, 0x8b);
    test_assert_hex_equal(f->data + 6, 5, "0000000000");
    assert_answer(f, IPMI_NETFN_APP, 0x37, "",
                  "ffeeddccbbaa 9988 7746 5544 33221100");
    fixture_set_system_uuid(&f->base, NULL);
    assert_answer(f, IPMI_NETFN_APP, 0x37, "",
                  "000000000000 0000 0000 0000 00000000");
    assert_answer(f, IPMI_NETFN_APP, 0x08, "",
                  "001122334455 7687 8849 aabb ccddeeff");
    assert_answer(f, IPMI_NETFN_APP, 0x42, "0e", "01 04 01 80 f21b00 0000");
    assert_answer(f, IPMI_NETFN_APP, 0x42, "0f", "0f 0c 05 00 f21b00 ffff");
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x42, "02"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x42, "11"), ==,
                    IPMI_CC_INVALID_FIELD);
}

static void test_auth_capabilities(CoreFixture *f, const void *opaque)
{
    uint8_t kg[BMC_KEY_LEN] = { 0 };
    unsigned i;

    assert_answer(f, IPMI_NETFN_APP, 0x38, "8e04", "01 80 04 02 000000 00");
    assert_answer(f, IPMI_NETFN_APP, 0x38, "0e04", "01 00 04 00 000000 00");
    kg[3] = 1;
    g_assert_true(bmc_channel_set_kg(f->base.bmc, kg, &f->ctx.origin, NULL));
    assert_answer(f, IPMI_NETFN_APP, 0x38, "8104", "01 80 24 02 000000 00");
    for (i = 1; i <= BMC_USERS_MAX; i++) {
        fixture_set_user(&f->base, i, false, BMC_PRIVILEGE_ADMIN);
    }
    assert_answer(f, IPMI_NETFN_APP, 0x38, "8104", "01 80 20 02 000000 00");
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x38, "8f04"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x38, "8e00"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x38, "8e06"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x38, "9e04"), ==,
                    IPMI_CC_INVALID_FIELD);
}

static void test_cipher_suites(CoreFixture *f, const void *opaque)
{
    assert_answer(f, IPMI_NETFN_APP, 0x54, "0e0080",
                  "01 c003014181 c011034481");
    assert_answer(f, IPMI_NETFN_APP, 0x54, "0e0081", "01");
    assert_answer(f, IPMI_NETFN_APP, 0x54, "0e00bf", "01");
    assert_answer(f, IPMI_NETFN_APP, 0x54, "010000", "01 0103 4144 81");
    assert_answer(f, IPMI_NETFN_APP, 0x54, "0e0180",
                  "01 c003014181 c011034481");
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x54, "0e0280"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x54, "0f0080"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, IPMI_NETFN_APP, 0x54, "0e00c0"), ==,
                    IPMI_CC_INVALID_FIELD);
}

static void test_chassis_status(CoreFixture *f, const void *opaque)
{
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x00, "", "04 202020 20");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x01, "", "61 00 40 10");
    mock_machine_gone(f->base.mock, "killed");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x04, "05", "");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x01, "", "60 01 50 10");
    /* Switched off by the guest, and on by a command. */
    mock_machine_new_process(f->base.mock, MACHINE_STATE_RUNNING);
    fixture_advance(&f->base, 5000);
    mock_machine_shutdown(f->base.mock, true, "guest-shutdown");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x02, "01", "");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x04, "0001", "");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x01, "", "61 10 60 10");
    /* It is on until it is off. */
    mock_machine_hold(f->base.mock, true);
    start(f, IPMI_NETFN_CHASSIS, 0x02, "\0", 1);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x01, "", "61 10 60 10");
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
    mock_machine_set_state(f->base.mock, MACHINE_STATE_UNKNOWN);
    g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x01, ""), ==,
                    IPMI_CC_NO_RESPONSE);
}

static void test_restart_cause(CoreFixture *f, const void *opaque)
{
    mock_machine_shutdown(f->base.mock, true, "guest-shutdown");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x02, "01", "");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x07, "", "01 01");
    f->ctx.origin.channel = BMC_CHANNEL_IN_BAND;
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x02, "03", "");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x07, "", "01 0f");
    g_assert_cmpint(fixture_power(&f->base, BMC_POWER_FORCE_RESTART), ==, -1);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x07, "", "01 00");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x01, "", "61 00 40 10");
    fixture_advance(&f->base, 5000);
    mock_machine_reset(f->base.mock, true);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x07, "", "0a 00");
}

static void test_chassis_control(CoreFixture *f, const void *opaque)
{
    static const struct {
        MachineState state;
        const char *log;
    } actions[] = {
        { MACHINE_STATE_RUNNING, "stop" },
        { MACHINE_STATE_PRELAUNCH, "start" },
        { MACHINE_STATE_RUNNING, "stop" },
        { MACHINE_STATE_RUNNING, "reset" },
        { MACHINE_STATE_RUNNING, "nmi" },
        { MACHINE_STATE_RUNNING, "button" },
    };
    g_autofree char *hex = NULL;
    size_t i;

    for (i = 0; i < 256; i++) {
        g_free(hex);
        hex = g_strdup_printf("%02x", (unsigned)i);
        if (i < G_N_ELEMENTS(actions)) {
            mock_machine_set_state(f->base.mock, actions[i].state);
            test_expect_log(G_LOG_LEVEL_MESSAGE,
                            "power: * by admin at 192.0.2.1 over IPMI over "
                            "LAN");
            assert_answer(f, IPMI_NETFN_CHASSIS, 0x02, hex, "");
            test_assert_logged();
            fixture_assert_log(&f->base, actions[i].log);
        } else {
            g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x02, hex), ==,
                            IPMI_CC_INVALID_FIELD);
            fixture_assert_log(&f->base, "");
        }
        /* After a cycle the machine comes up by itself. */
        fixture_advance(&f->base, 2000);
        fixture_log_count(&f->base, "");
    }
}

static void test_chassis_errors(CoreFixture *f, const void *opaque)
{
    static const struct {
        BmcError error;
        uint8_t cc;
    } errors[] = {
        { BMC_ERROR_STATE, IPMI_CC_STATE },
        { BMC_ERROR_BUSY, IPMI_CC_NODE_BUSY },
        { BMC_ERROR_UNAVAILABLE, IPMI_CC_NO_RESPONSE },
        { BMC_ERROR_TIMEOUT, IPMI_CC_TIMEOUT },
        { BMC_ERROR_FAILED, IPMI_CC_UNSPECIFIED },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(errors); i++) {
        mock_machine_fail(f->base.mock, "stop", errors[i].error);
        g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x02, "02"), ==,
                        errors[i].cc);
    }
}

static void assert_identify(CoreFixture *f, int seconds)
{
    int lit = seconds ? 1 : 0;

    if (seconds) {
        clock_advance(f->base.clock, seconds * INT64_C(1000) - 1);
    }
    g_assert_cmpint(bmc_identify_state(f->base.bmc), ==, lit);
    clock_advance(f->base.clock, 1);
    g_assert_cmpint(bmc_identify_state(f->base.bmc), ==, 0);
}

static void test_identify(CoreFixture *f, const void *opaque)
{
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x04, "", "");
    assert_identify(f, 15);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x04, "ff", "");
    assert_identify(f, 255);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x04, "0701", "");
    g_assert_cmpint(bmc_identify_state(f->base.bmc), ==, 2);
    g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x04, "0702"), ==,
                    IPMI_CC_INVALID_FIELD);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x04, "00", "");
    assert_identify(f, 0);
}

static int set_boot(CoreFixture *f, const char *hex)
{
    return run(f, IPMI_NETFN_CHASSIS, 0x08, hex);
}

static void test_boot_flags(CoreFixture *f, const void *opaque)
{
    g_assert_cmphex(set_boot(f, "05 8004000000"), ==, 0);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==, BMC_BOOT_ONCE);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->target, ==, BMC_BOOT_PXE);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "050000",
                  "01 05 8004000000");
    g_assert_cmphex(set_boot(f, "05 e008e30f1f"), ==, 0);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==, BMC_BOOT_CONTINUOUS);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->target, ==, BMC_BOOT_HDD);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "050000",
                  "01 05 e008e30f1f");
    g_assert_cmphex(set_boot(f, "05 8014000000"), ==, 0);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->target, ==, BMC_BOOT_CD);
    g_assert_cmphex(set_boot(f, "05 0014000000"), ==, 0);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==, BMC_BOOT_DISABLED);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->target, ==, BMC_BOOT_NONE);
    g_assert_cmphex(set_boot(f, "05 8000000000"), ==, 0);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==, BMC_BOOT_DISABLED);
}

static void test_boot_flags_refused(CoreFixture *f, const void *opaque)
{
    static const char *const bad[] = {
        "05 800c000000", "05 8010000000", "05 8018000000", "05 801c000000",
        "05 8020000000", "05 8024000000", "05 8028000000", "05 802c000000",
        "05 803c000000", "05 8104000000", "05 8004001000", "05 8004000020",
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_cmphex(set_boot(f, bad[i]), ==, IPMI_CC_INVALID_FIELD);
    }
    mock_machine_remove_device(f->base.mock, "cd");
    ipmi_core_free(f->core);
    fixture_restart(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
    g_assert_cmphex(set_boot(f, "05 8014000000"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(set_boot(f, "05 80040000"), ==, IPMI_CC_LENGTH);
    g_assert_cmpint(bmc_boot_get(f->base.bmc)->enabled, ==, BMC_BOOT_DISABLED);
    mock_machine_fail(f->base.mock, "set", BMC_ERROR_FAILED);
    g_assert_cmphex(set_boot(f, "05 8004000000"), ==, IPMI_CC_UNSPECIFIED);
}

static void test_boot_parameters(CoreFixture *f, const void *opaque)
{
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "000000", "01 00 00");
    g_assert_cmphex(set_boot(f, "00 01"), ==, 0);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "000000", "01 00 01");
    g_assert_cmphex(set_boot(f, "00 01"), ==, 0x81);
    g_assert_cmphex(set_boot(f, "00 02"), ==, 0);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "000000", "01 00 00");
    g_assert_cmphex(set_boot(f, "00 01"), ==, 0);
    clock_advance(f->base.clock, IPMI_BOOT_SET_MS);
    g_assert_cmphex(set_boot(f, "00 01"), ==, 0);
    g_assert_cmphex(set_boot(f, "00 00"), ==, 0);
    g_assert_cmphex(set_boot(f, "00 03"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(set_boot(f, "00 0000"), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(set_boot(f, "03 1f"), ==, 0);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "030000", "01 03 1f");
    g_assert_cmphex(set_boot(f, "03 20"), ==, IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(set_boot(f, "04 ff05"), ==, 0);
    g_assert_cmphex(set_boot(f, "04 0102"), ==, 0);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "040000", "01 04 0004");
    g_assert_cmphex(set_boot(f, "84"), ==, 0);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "040000", "01 84 0004");
    g_assert_cmphex(set_boot(f, "04"), ==, 0);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "040000", "01 04 0004");
}

static void test_boot_kept(CoreFixture *f, const void *opaque)
{
    g_assert_cmphex(set_boot(f, "06 010203040506070809"), ==, 0);
    g_assert_cmphex(set_boot(f, "06 110203040506070809"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(set_boot(f, "06 0102030405060708"), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(set_boot(f, "07 04 00112233445566778899aabbccddeeff"),
                    ==, 0);
    g_assert_cmphex(set_boot(f, "87 04 ff"), ==, 0);
    g_assert_cmphex(set_boot(f, "07 05 00"), ==, IPMI_CC_PARAM_RANGE);
    g_assert_cmphex(set_boot(f, "07 00"), ==, IPMI_CC_LENGTH);
    g_assert_cmphex(
        set_boot(f, "07 00 00112233445566778899aabbccddeeff00"), ==,
        IPMI_CC_LENGTH);
    g_assert_cmphex(set_boot(f, "03 0a"), ==, 0);
    g_assert_cmphex(set_boot(f, "04 ff05"), ==, 0);
    ipmi_core_free(f->core);
    fixture_restart(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "030000", "01 03 0a");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "040000", "01 04 0005");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "060000",
                  "01 06 010203040506070809");
    assert_answer(f, IPMI_NETFN_CHASSIS, 0x09, "070400",
                  "01 87 04 ff112233445566778899aabbccddeeff");
    g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x09, "070500"), ==,
                    IPMI_CC_PARAM_RANGE);
}

static void test_boot_unsupported(CoreFixture *f, const void *opaque)
{
    g_autofree char *hex = NULL;
    unsigned i;

    for (i = 0; i < 128; i++) {
        if (i == 0 || (i >= 3 && i <= 7)) {
            continue;
        }
        g_free(hex);
        hex = g_strdup_printf("%02x00", i);
        g_assert_cmphex(set_boot(f, hex), ==, 0x80);
        g_free(hex);
        hex = g_strdup_printf("%02x0000", i);
        g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x09, hex), ==, 0x80);
    }
    g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x09, "850000"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x09, "050100"), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(run(f, IPMI_NETFN_CHASSIS, 0x09, "050001"), ==,
                    IPMI_CC_INVALID_FIELD);
}

static void test_defer_timeout(CoreFixture *f, const void *opaque)
{
    mock_machine_hold(f->base.mock, true);
    g_assert_nonnull(start(f, IPMI_NETFN_CHASSIS, 0x02, "\x02", 1));
    clock_advance(f->base.clock, IPMI_DEFER_MS - 1);
    g_assert_cmpint(f->answers, ==, 0);
    clock_advance(f->base.clock, 1);
    g_assert_cmpint(f->answers, ==, 1);
    g_assert_cmphex(f->cc, ==, IPMI_CC_OK);
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
    g_assert_cmpint(f->answers, ==, 1);
    g_assert_cmpint(f->core->pending.length, ==, 0);
}

static void test_defer_cancel(CoreFixture *f, const void *opaque)
{
    IpmiRequest *req;

    mock_machine_hold(f->base.mock, true);
    req = start(f, IPMI_NETFN_CHASSIS, 0x02, "\x02", 1);
    ipmi_request_cancel(req);
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
    clock_advance(f->base.clock, IPMI_DEFER_MS);
    g_assert_cmpint(f->answers, ==, 0);
}

/* The core goes first; the hub's answer finds nobody. */
static void test_defer_core_freed(CoreFixture *f, const void *opaque)
{
    mock_machine_hold(f->base.mock, true);
    start(f, IPMI_NETFN_CHASSIS, 0x02, "\x02", 1);
    ipmi_core_free(f->core);
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
    g_assert_cmpint(f->answers, ==, 0);
    f->core = ipmi_core_new(f->base.bmc);
}

static void test_guid(void)
{
    uint8_t guid[IPMI_GUID_LEN];

    g_assert_true(ipmi_guid_from_uuid(FIXTURE_SYSTEM_UUID, guid));
    test_assert_hex_equal(guid, sizeof(guid),
                          "ffeeddccbbaa99887746554433221100");
    g_assert_false(ipmi_guid_from_uuid("00112233", guid));
    test_assert_hex_equal(guid, sizeof(guid),
                          "00000000000000000000000000000000");
    g_assert_false(ipmi_guid_from_uuid(NULL, guid));
}

#define ADD(path, func) \
    g_test_add("/ipmi/core/" path, CoreFixture, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("table/lengths", test_table_lengths);
    ADD("table/privileges", test_table_privileges);
    ADD("table/channels", test_table_channels);
    ADD("unknown", test_unknown);
    ADD("dump", test_dump);
    ADD("app", test_app);
    ADD("auth-capabilities", test_auth_capabilities);
    ADD("cipher-suites", test_cipher_suites);
    ADD("chassis/status", test_chassis_status);
    ADD("chassis/restart-cause", test_restart_cause);
    ADD("chassis/control", test_chassis_control);
    ADD("chassis/errors", test_chassis_errors);
    ADD("chassis/identify", test_identify);
    ADD("boot/flags", test_boot_flags);
    ADD("boot/flags-refused", test_boot_flags_refused);
    ADD("boot/parameters", test_boot_parameters);
    ADD("boot/kept", test_boot_kept);
    ADD("boot/unsupported", test_boot_unsupported);
    ADD("defer/timeout", test_defer_timeout);
    ADD("defer/cancel", test_defer_cancel);
    ADD("defer/core-freed", test_defer_core_freed);
    g_test_add_func("/ipmi/core/guid", test_guid);
    return g_test_run();
}
