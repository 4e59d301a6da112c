/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands about accounts and about the LAN channel. */
#include "osdep.h"

#include "command-fixture.h"

#include "bmc/accounts.h"
#include "bmc/channel.h"
#include "bmc/users.h"

#define ZEROS "00000000000000000000000000000000"
#define JOE "6a6f6500000000000000000000000000"
#define KEY "0102030405060708090a0b0c0d0e0f1011121314"

static int run(CommandFixture *f, uint8_t cmd, const char *hex)
{
    return command_fixture_run(f, IPMI_NETFN_APP, cmd, hex);
}

static void check(CommandFixture *f, uint8_t cmd, const char *hex,
                  const char *answer)
{
    command_fixture_assert(f, IPMI_NETFN_APP, cmd, hex, answer);
}

static void in_band(CommandFixture *f)
{
    f->ctx.channel = IPMI_CHANNEL_SYSTEM;
    f->ctx.origin = (BmcOrigin) { .channel = BMC_CHANNEL_IN_BAND };
}

typedef struct BadRequest {
    uint8_t cmd;
    const char *hex;
    int cc;
} BadRequest;

static const BadRequest bad[] = {
    /* Channels that are none, or have no users; reserved bits */
    { 0x43, "820304", IPMI_CC_INVALID_FIELD },
    { 0x43, "8f0304", IPMI_CC_INVALID_FIELD },
    { 0x43, "814304", IPMI_CC_INVALID_FIELD },
    { 0x43, "810004", IPMI_CC_INVALID_FIELD },
    { 0x43, "811104", IPMI_CC_PARAM_RANGE },
    { 0x43, "810300", IPMI_CC_INVALID_FIELD },
    { 0x43, "810305", IPMI_CC_INVALID_FIELD },
    { 0x43, "810314", IPMI_CC_INVALID_FIELD },
    { 0x43, "81030410", IPMI_CC_INVALID_FIELD },
    { 0x43, "8103", IPMI_CC_LENGTH },
    { 0x43, "8103040000", IPMI_CC_LENGTH },
    { 0x44, "1103", IPMI_CC_INVALID_FIELD },
    { 0x44, "0f03", IPMI_CC_INVALID_FIELD },
    { 0x44, "0143", IPMI_CC_INVALID_FIELD },
    { 0x44, "0100", IPMI_CC_INVALID_FIELD },
    { 0x44, "0111", IPMI_CC_PARAM_RANGE },
    { 0x45, "07" "6a6f0065000000000000000000000000",
      IPMI_CC_INVALID_FIELD },
    { 0x45, "07" "6a3a6f65000000000000000000000000",
      IPMI_CC_INVALID_FIELD },
    { 0x45, "07" "61646d696e0000000000000000000000",
      IPMI_CC_INVALID_FIELD },
    { 0x45, "01" JOE, IPMI_CC_INVALID_FIELD },
    { 0x45, "00" JOE, IPMI_CC_INVALID_FIELD },
    { 0x45, "87" JOE, IPMI_CC_INVALID_FIELD },
    { 0x45, "11" JOE, IPMI_CC_PARAM_RANGE },
    { 0x45, "07" "6a6f65", IPMI_CC_LENGTH },
    { 0x46, "00", IPMI_CC_INVALID_FIELD },
    { 0x46, "42", IPMI_CC_INVALID_FIELD },
    { 0x46, "11", IPMI_CC_PARAM_RANGE },
    { 0x47, "4702" ZEROS, IPMI_CC_INVALID_FIELD },
    { 0x47, "0002" ZEROS, IPMI_CC_INVALID_FIELD },
    { 0x47, "1102" ZEROS, IPMI_CC_PARAM_RANGE },
    { 0x47, "0704" ZEROS, IPMI_CC_INVALID_FIELD },
    { 0x47, "0702", IPMI_CC_LENGTH },
    { 0x47, "0702" ZEROS "00", IPMI_CC_LENGTH },
    { 0x47, "0703" ZEROS "00000000", IPMI_CC_LENGTH },
    { 0x47, "8702" ZEROS, IPMI_CC_LENGTH },
    { 0x47, "870100", IPMI_CC_LENGTH },
    { 0x4c, "010380000000", IPMI_CC_INVALID_FIELD },
    { 0x4c, "018302000000", IPMI_CC_INVALID_FIELD },
    { 0x4c, "010304000000", IPMI_CC_INVALID_FIELD },
    { 0x4c, "010302000100", IPMI_CC_INVALID_FIELD },
    { 0x4c, "020302000000", IPMI_CC_INVALID_FIELD },
    { 0x4c, "011102000000", IPMI_CC_PARAM_RANGE },
    { 0x4d, "0183", IPMI_CC_INVALID_FIELD },
    { 0x4d, "1103", IPMI_CC_INVALID_FIELD },
    /* The channel's access */
    { 0x40, "0fa280", 0x82 },
    { 0x40, "02a280", IPMI_CC_INVALID_FIELD },
    { 0x40, "11a280", IPMI_CC_INVALID_FIELD },
    { 0x40, "01c284", IPMI_CC_INVALID_FIELD },
    { 0x40, "018284" "00", IPMI_CC_LENGTH },
    { 0x40, "0182c4", IPMI_CC_INVALID_FIELD },
    { 0x40, "018294", IPMI_CC_INVALID_FIELD },
    { 0x40, "018285", IPMI_CC_INVALID_FIELD },
    { 0x40, "018280", IPMI_CC_INVALID_FIELD },
    { 0x40, "018184", 0x83 },
    { 0x40, "018384", 0x83 },
    { 0x40, "018484", IPMI_CC_INVALID_FIELD },
    { 0x41, "0f80", 0x82 },
    { 0x41, "0180" "00", IPMI_CC_LENGTH },
    { 0x41, "0100", IPMI_CC_INVALID_FIELD },
    { 0x41, "01c0", IPMI_CC_INVALID_FIELD },
    { 0x41, "0181", IPMI_CC_INVALID_FIELD },
    { 0x41, "0280", IPMI_CC_INVALID_FIELD },
    /* Its keys */
    { 0x56, "0f0001", IPMI_CC_INVALID_FIELD },
    { 0x56, "010301", IPMI_CC_INVALID_FIELD },
    { 0x56, "010401", IPMI_CC_INVALID_FIELD },
    { 0x56, "010002", IPMI_CC_INVALID_FIELD },
    { 0x56, "010000", 0x84 },
    { 0x56, "01000100", IPMI_CC_LENGTH },
    { 0x56, "010101", 0x81 },
    { 0x56, "010101" ZEROS, 0x81 },
    { 0x56, "010101" KEY "00", 0x82 },
};

static void test_bad(CommandFixture *f, const void *opaque)
{
    uint64_t before = bmc_generation(f->base.bmc, BMC_PART__MAX);
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_test_message("%02x %s", bad[i].cmd, bad[i].hex);
        g_assert_cmphex(run(f, bad[i].cmd, bad[i].hex), ==, bad[i].cc);
        g_assert_cmpuint(f->len, ==, 0);
    }
    g_assert_cmpuint(bmc_generation(f->base.bmc, BMC_PART__MAX), ==, before);
}

static void test_access(CommandFixture *f, const void *opaque)
{
    check(f, 0x44, "0102", "10 44 01 34");
    check(f, 0x44, "0e06", "10 84 01 34");
    check(f, 0x44, "0101", "10 84 01 3f");
    check(f, 0x43, "810702", "");
    check(f, 0x44, "0107", "10 84 01 02");
    check(f, 0x43, "e107030f", "");
    check(f, 0x44, "0107", "10 84 01 63");
    g_assert_cmpuint(bmc_users_get(f->base.bmc, 7)->access.session_limit, ==,
                     15);
    /* Without the change bit those three stay; the limit may be left out */
    check(f, 0x43, "71070f", "");
    check(f, 0x44, "0107", "10 84 01 6f");
    command_fixture_restart(f);
    check(f, 0x44, "0107", "10 84 01 6f");
    g_assert_cmpuint(bmc_users_get(f->base.bmc, 7)->access.session_limit, ==,
                     15);
    /* The guest's "this channel" is the one that has users */
    in_band(f);
    check(f, 0x44, "0e02", "10 44 01 34");
    check(f, 0x43, "9e0702", "");
    check(f, 0x44, "0107", "10 84 01 12");
}

static void test_name(CommandFixture *f, const void *opaque)
{
    check(f, 0x46, "02", "61646d696e0000000000000000000000");
    check(f, 0x46, "01", ZEROS);
    check(f, 0x46, "10", ZEROS);
    check(f, 0x45, "01" ZEROS, "");
    check(f, 0x45, "07" JOE, "");
    command_fixture_restart(f);
    check(f, 0x46, "07", JOE);
    check(f, 0x45, "07" ZEROS, "");
    check(f, 0x46, "07", ZEROS);
}

static void test_password(CommandFixture *f, const void *opaque)
{
    uint8_t key[BMC_IPMI_PASSWORD_MAX];

    check(f, 0x47, "0702" JOE, "");
    check(f, 0x47, "0703" JOE, "");
    g_assert_cmphex(run(f, 0x47, "0703" ZEROS), ==, 0x80);
    g_assert_cmphex(run(f, 0x47, "8703" JOE "00000000"), ==, 0x81);
    check(f, 0x47, "8702" KEY, "");
    command_fixture_restart(f);
    check(f, 0x47, "8703" KEY, "");
    g_assert_cmphex(run(f, 0x47, "8703" JOE "00000000"), ==, 0x80);
    g_assert_cmphex(run(f, 0x47, "0703" JOE), ==, 0x81);
    g_assert_true(bmc_users_ipmi_key(f->base.bmc,
                                     bmc_users_get(f->base.bmc, 7), key));
    test_assert_hex_equal(key, sizeof(key), KEY);
    /* Enabled and disabled with and without a password behind it */
    check(f, 0x47, "0701", "");
    check(f, 0x44, "0107", "10 45 01 3f");
    check(f, 0x47, "0700" ZEROS, "");
    check(f, 0x44, "0107", "10 84 01 3f");
    check(f, 0x47, "8701" ZEROS "00000000", "");
    command_fixture_restart(f);
    check(f, 0x44, "0107", "10 45 01 3f");
}

/* How long a password must be is set over Redfish; none is always right. */
static void test_min_password(CommandFixture *f, const void *opaque)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };

    bmc_accounts_set_min_password(f->base.bmc, 4, &origin);
    g_assert_cmphex(run(f, 0x47, "0702" JOE), ==, 0xcc);
    bmc_accounts_set_min_password(f->base.bmc, 3, &origin);
    check(f, 0x47, "0702" JOE, "");
    check(f, 0x47, "0702" ZEROS, "");
}

static void test_payloads(CommandFixture *f, const void *opaque)
{
    check(f, 0x4d, "0103", "02000000");
    check(f, 0x4c, "014302000000", "");
    check(f, 0x4d, "0103", "00000000");
    command_fixture_restart(f);
    check(f, 0x4d, "0103", "00000000");
    check(f, 0x4c, "0e0302000000", "");
    check(f, 0x4d, "0e03", "02000000");
}

static void test_channel(CommandFixture *f, const void *opaque)
{
    check(f, 0x41, "0180", "02 04");
    check(f, 0x41, "0e40", "02 04");
    /* Present and saved settings are set apart, access and limit too */
    check(f, 0x40, "01ba83", "");
    check(f, 0x41, "0180", "3a 03");
    check(f, 0x41, "0140", "02 04");
    check(f, 0x40, "016043", "");
    check(f, 0x41, "0180", "3a 03");
    check(f, 0x41, "0140", "20 03");
    /* Nothing to be set: nothing is looked at */
    check(f, 0x40, "01070f", "");
    command_fixture_restart(f);
    check(f, 0x41, "0180", "20 03");
    in_band(f);
    g_assert_cmphex(run(f, 0x41, "0e80"), ==, 0x82);
    check(f, 0x41, "0180", "20 03");
}

/*
 * Present settings are those that are saved again as soon as the machine is
 * reset or off, or the BMC is reset.
 */
static void test_channel_present(CommandFixture *f, const void *opaque)
{
    check(f, 0x40, "01ba83", "");
    check(f, 0x41, "0180", "3a 03");
    mock_machine_reset(f->base.mock, true);
    check(f, 0x41, "0180", "02 04");
    check(f, 0x40, "01ba83", "");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_SHUTDOWN);
    check(f, 0x41, "0180", "02 04");
    check(f, 0x40, "01ba83", "");
    check(f, 0x03, "", "");
    fixture_advance(&f->base, 1000);
    check(f, 0x41, "0180", "02 04");
    check(f, 0x40, "016043", "");
    check(f, 0x41, "0180", "02 04");
    mock_machine_set_state(f->base.mock, MACHINE_STATE_RUNNING);
    mock_machine_reset(f->base.mock, true);
    check(f, 0x41, "0180", "20 03");
}

static void test_keys(CommandFixture *f, const void *opaque)
{
    check(f, 0x56, "010001", "02" ZEROS "00000000");
    check(f, 0x56, "0e0101" KEY, "02");
    command_fixture_restart(f);
    check(f, 0x56, "010001", "02" KEY);
    check(f, 0x56, "010201", "01");
    g_assert_cmphex(run(f, 0x56, "010001"), ==, 0x80);
    g_assert_cmphex(run(f, 0x56, "010101" KEY), ==, 0x80);
    command_fixture_restart(f);
    g_assert_cmphex(run(f, 0x56, "010101" KEY), ==, 0x80);
    check(f, 0x56, "010201", "01");
}

/* What the guest has set does not reach the host. */
static void test_in_band(CommandFixture *f, const void *opaque)
{
    in_band(f);
    check(f, 0x45, "07" JOE, "");
    check(f, 0x47, "0702" JOE, "");
    check(f, 0x43, "910704", "");
    check(f, 0x47, "0701", "");
    g_assert_true(bmc_users_get(f->base.bmc, 7)->in_band);
    g_assert_true(bmc_users_get(f->base.bmc, 7)->ipmi);
    g_assert_false(bmc_users_get(f->base.bmc, 2)->in_band);
    f->ctx.refused = IPMI_CMD_ACCOUNTS;
    g_assert_cmphex(run(f, 0x45, "07" JOE), ==, IPMI_CC_PRIVILEGE);
    g_assert_cmphex(run(f, 0x40, "018284"), ==, IPMI_CC_PRIVILEGE);
    check(f, 0x46, "07", JOE);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
#define ADD(path, func) \
    g_test_add(path, CommandFixture, NULL, command_fixture_setup, func, \
               command_fixture_teardown)
    ADD("/ipmi/user/bad", test_bad);
    ADD("/ipmi/user/access", test_access);
    ADD("/ipmi/user/name", test_name);
    ADD("/ipmi/user/password", test_password);
    ADD("/ipmi/user/min-password", test_min_password);
    ADD("/ipmi/user/payloads", test_payloads);
    ADD("/ipmi/user/in-band", test_in_band);
    ADD("/ipmi/channel/access", test_channel);
    ADD("/ipmi/channel/present", test_channel_present);
    ADD("/ipmi/channel/keys", test_keys);
    return g_test_run();
}
