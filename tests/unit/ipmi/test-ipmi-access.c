/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the LAN channel's settings mean for sessions. */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include "bmc/channel.h"

#include "engine-fixture.h"
#include "test-util.h"

#define APP IPMI_NETFN_APP
#define CHASSIS IPMI_NETFN_CHASSIS

static const BmcOrigin inside = { .channel = BMC_CHANNEL_INTERNAL };

static void set_access(EngineFixture *f, BmcChannelMode mode,
                       BmcPrivilege limit)
{
    BmcChannelAccess access = *bmc_channel_access(f->base.bmc);

    access.mode = mode;
    access.limit = limit;
    bmc_channel_set_access(f->base.bmc, false, &access, &inside);
}

static int login(EngineFixture *f, EngineHost *host, const char *user)
{
    engine_host_init(host, f, "192.0.2.1", 1000);
    return ipmi_test_client_login(&host->client, 17, user, FIXTURE_PASSWORD);
}

/* Two keys: the user's alone opens nothing, and the BMC must have it too. */
static void test_kg(EngineFixture *f, const void *opaque)
{
    static const uint8_t kg[BMC_KEY_LEN] = "the key of this BMC";
    static const uint8_t none[BMC_KEY_LEN];
    static const unsigned suites[] = { 3, 17 };
    EngineHost host;
    size_t i;

    g_assert_true(bmc_channel_set_kg(f->base.bmc, kg, &inside, NULL));
    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        engine_host_init(&host, f, "192.0.2.1", 1000);
        memcpy(host.client.auth.kg, kg, sizeof(kg));
        g_assert_cmphex(ipmi_test_client_login(&host.client, suites[i],
                                               "admin", FIXTURE_PASSWORD),
                        ==, 0);
        g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
        /* The BMC proves that it has the key with RAKP 4. */
        engine_host_init(&host, f, "192.0.2.1", 1000);
        g_assert_cmphex(ipmi_test_client_login(&host.client, suites[i],
                                               "admin", FIXTURE_PASSWORD),
                        ==, IPMI_TEST_BROKEN);
        /* Whoever goes on without it does not get any further. */
        memcpy(host.client.auth.kg, none, sizeof(none));
        rakp_auth_derive(&host.client.auth, &host.client.crypto);
        g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                        IPMI_TEST_SILENCE);
        engine_host_init(&host, f, "192.0.2.1", 1000);
        memcpy(host.client.auth.kg, kg, sizeof(kg));
        host.client.auth.kg[BMC_KEY_LEN - 1] ^= 1;
        g_assert_cmphex(ipmi_test_client_login(&host.client, suites[i],
                                               "admin", FIXTURE_PASSWORD),
                        ==, IPMI_TEST_BROKEN);
    }
    /* A login that has begun does not go on with the old key. */
    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    ipmi_test_client_rakp1(&host.client, "admin", 0x14);
    g_assert_true(bmc_channel_set_kg(f->base.bmc, none, &inside, NULL));
    g_assert_cmphex(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INVALID_SESSION);
    g_assert_cmphex(login(f, &host, "admin"), ==, 0);
}

/* A login goes on when something else of the channel has changed. */
static void test_unrelated(EngineFixture *f, const void *opaque)
{
    BmcChannelAccess access = *bmc_channel_access(f->base.bmc);
    EngineHost host;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmphex(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    0);
    access.alerting = !access.alerting;
    bmc_channel_set_access(f->base.bmc, false, &access, &inside);
    g_assert_cmphex(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD),
                    ==, 0);
}

static void test_limit(EngineFixture *f, const void *opaque)
{
    EngineHost admin;
    EngineHost viewer;

    g_assert_cmphex(login(f, &admin, "admin"), ==, 0);
    g_assert_cmphex(login(f, &viewer, "viewer"), ==, 0);
    set_access(f, BMC_CHANNEL_MODE_ALWAYS, BMC_PRIVILEGE_OPERATOR);
    g_assert_cmphex(engine_host_command(&admin, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmphex(engine_host_command(&viewer, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmphex(login(f, &admin, "admin"), ==, 0);
    g_assert_cmphex(engine_host_command(&admin, APP, 0x3b, "04"), ==, 0x81);
    g_assert_cmphex(engine_host_command(&admin, APP, 0x3b, "03"), ==, 0);
    /* By name and privilege. */
    ipmi_test_client_open(&admin.client, 3, 4, 1);
    g_assert_cmphex(ipmi_test_client_rakp1(&admin.client, "admin", 0x04), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE);
    set_access(f, BMC_CHANNEL_MODE_ALWAYS, BMC_PRIVILEGE_CALLBACK);
    g_assert_cmphex(login(f, &admin, "admin"), ==, 0);
    g_assert_cmphex(engine_host_command(&admin, CHASSIS, 0x01, ""), ==,
                    IPMI_CC_PRIVILEGE);
}

static void test_disabled(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    g_assert_cmphex(login(f, &host, "admin"), ==, 0);
    set_access(f, BMC_CHANNEL_MODE_DISABLED, BMC_PRIVILEGE_ADMIN);
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmphex(login(f, &host, "admin"), ==,
                    IPMI_RAKP_STATUS_NO_RESOURCES);
    set_access(f, BMC_CHANNEL_MODE_ALWAYS, BMC_PRIVILEGE_ADMIN);
    g_assert_cmphex(login(f, &host, "admin"), ==, 0);
}

/* Who puts an end to its own session still gets the answer, and no more. */
static void test_own_end(EngineFixture *f, const void *opaque)
{
    static const struct {
        uint8_t cmd;
        const char *hex;
    } cases[] = {
        { 0x40, "01 80 84" }, /* the channel is disabled */
        { 0x40, "01 82 82" }, /* and limited to User */
        { 0x47, "02 00" },    /* the user is disabled */
        { 0x43, "91 02 03 00" }, /* and limited to Operator */
        { 0x45, "02 00000000000000000000000000000000" }, /* it has no name */
    };
    EngineHost host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%02x %s", cases[i].cmd, cases[i].hex);
        fixture_set_user(&f->base, FIXTURE_ADMIN, true, BMC_PRIVILEGE_ADMIN);
        set_access(f, BMC_CHANNEL_MODE_ALWAYS, BMC_PRIVILEGE_ADMIN);
        g_assert_cmphex(login(f, &host, "admin"), ==, 0);
        g_assert_cmphex(engine_host_command(&host, APP, 0x3b, "04"), ==, 0);
        g_assert_cmphex(engine_host_command(&host, APP, cases[i].cmd,
                                            cases[i].hex), ==, 0);
        g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                        IPMI_TEST_SILENCE);
        g_assert_cmpint(f->core->sessions->active.length, ==, 0);
    }
}

/* "other" instead of "admin", then back. */
#define OTHER "02 6f746865720000000000000000000000"
#define ADMIN "02 61646d696e0000000000000000000000"

/*
 * Who renames its own account goes on and can close the session: ipmitool
 * waits for that for 10 s. The sessions of that name elsewhere end.
 */
static void test_own_name(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    EngineHost elsewhere;

    g_assert_cmphex(login(f, &host, "admin"), ==, 0);
    g_assert_cmphex(login(f, &elsewhere, "admin"), ==, 0);
    g_assert_cmphex(engine_host_command(&host, APP, 0x3b, "04"), ==, 0);
    g_assert_cmphex(engine_host_command(&host, APP, 0x45, OTHER), ==, 0);
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmphex(engine_host_command(&elsewhere, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmphex(login(f, &elsewhere, "other"), ==, 0);
    g_assert_cmphex(engine_host_command(&host, APP, 0x45, ADMIN), ==, 0);
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmphex(engine_host_command(&elsewhere, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
}

/* The same with another password, over whatever it is set. */
static void test_own_password(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    EngineHost elsewhere;
    EngineHost other;

    g_assert_cmphex(login(f, &host, "admin"), ==, 0);
    g_assert_cmphex(login(f, &elsewhere, "admin"), ==, 0);
    g_assert_cmphex(login(f, &other, "oper"), ==, 0);
    g_assert_cmphex(engine_host_command(&host, APP, 0x3b, "04"), ==, 0);
    /* "password" again: it is another one all the same. */
    g_assert_cmphex(engine_host_command(
                        &host, APP, 0x47,
                        "02 02 70617373776f72640000000000000000"), ==, 0);
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmphex(engine_host_command(&elsewhere, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmphex(engine_host_command(&other, CHASSIS, 0x01, ""), ==, 0);
    bmc_users_set_password(f->base.bmc, FIXTURE_ADMIN,
                           (const uint8_t *)"password\0\0\0\0\0\0\0",
                           BMC_IPMI_PASSWORD_SHORT, &inside);
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmphex(engine_host_command(&other, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
}

static int try_password(EngineFixture *f, const char *ip, const char *user,
                        const char *password)
{
    EngineHost host;

    engine_host_init(&host, f, ip, 1000);
    return ipmi_test_client_login(&host.client, 17, user, password);
}

/* LAN parameter 26: two failures disable a user until it is enabled. */
static void test_bad_password(EngineFixture *f, const void *opaque)
{
    EngineHost admin;
    int i;

    g_assert_cmphex(login(f, &admin, "admin"), ==, 0);
    g_assert_cmphex(engine_host_command(&admin, APP, 0x3b, "04"), ==, 0);
    g_assert_cmphex(engine_host_command(&admin, IPMI_NETFN_TRANSPORT, 0x01,
                                        "01 1a 00 02 0000 0000"), ==, 0);
    for (i = 0; i < 2; i++) {
        g_assert_cmphex(try_password(f, "192.0.2.7", "oper", "wrong"), ==,
                        IPMI_RAKP_STATUS_INVALID_ICV);
    }
    g_assert_cmphex(try_password(f, "192.0.2.8", "oper", FIXTURE_PASSWORD),
                    ==, IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    g_assert_cmphex(engine_host_command(&admin, APP, 0x47, "03 01"), ==, 0);
    g_assert_cmphex(try_password(f, "192.0.2.8", "oper", FIXTURE_PASSWORD),
                    ==, 0);
    /* And with a lockout interval of 10 s. */
    g_assert_cmphex(engine_host_command(&admin, IPMI_NETFN_TRANSPORT, 0x01,
                                        "01 1a 00 02 0000 0100"), ==, 0);
    for (i = 0; i < 2; i++) {
        g_assert_cmphex(try_password(f, "192.0.2.7", "oper", "wrong"), ==,
                        IPMI_RAKP_STATUS_INVALID_ICV);
    }
    g_assert_cmphex(try_password(f, "192.0.2.7", "oper", FIXTURE_PASSWORD),
                    ==, IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    g_assert_cmphex(try_password(f, "192.0.2.8", "oper", FIXTURE_PASSWORD),
                    ==, 0);
    fixture_advance(&f->base, 10000);
    g_assert_cmphex(try_password(f, "192.0.2.7", "oper", FIXTURE_PASSWORD),
                    ==, 0);
}

static void test_suite_privileges(EngineFixture *f, const void *opaque)
{
    uint8_t privs[BMC_CIPHER_SUITE_COUNT] = { 0 };
    EngineHost host;

    privs[3] = BMC_PRIVILEGE_USER;
    bmc_channel_set_suite_privileges(f->base.bmc, privs, &inside);
    engine_host_init(&host, f, "192.0.2.1", 1000);
    g_assert_cmphex(ipmi_test_client_open(&host.client, 3, 4, 1), ==,
                    IPMI_RAKP_STATUS_NO_SUITE_MATCH);
    g_assert_cmphex(ipmi_test_client_login(&host.client, 3, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
    g_assert_cmphex(engine_host_command(&host, APP, 0x3b, "03"), ==, 0x81);
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmphex(ipmi_test_client_sessionless(&host.client, true, APP,
                                                 0x54, "\x0e\0\x80", 3),
                    ==, 0);
    test_assert_hex_equal(host.client.data, host.client.len, "01c003014181");
}

static void test_session_limit(EngineFixture *f, const void *opaque)
{
    BmcUserAccess access = bmc_users_get(f->base.bmc, FIXTURE_OPER)->access;
    EngineHost host;

    access.session_limit = 2;
    bmc_users_set_access(f->base.bmc, FIXTURE_OPER, &access, &inside);
    g_assert_cmphex(login(f, &host, "oper"), ==, 0);
    g_assert_cmphex(login(f, &host, "oper"), ==, 0);
    g_assert_cmphex(login(f, &host, "oper"), ==,
                    IPMI_RAKP_STATUS_NO_RESOURCES);
    g_assert_cmphex(login(f, &host, "admin"), ==, 0);
    ipmi_sessions_close(f->core->sessions,
                        f->core->sessions->active.head->data);
    g_assert_cmphex(login(f, &host, "oper"), ==, 0);
}

/* Slot 1 has no name, and is nobody until it is enabled with a password. */
static void test_null_name(EngineFixture *f, const void *opaque)
{
    static const uint8_t password[20] = "nobody's";
    BmcUserAccess access = { .privilege = BMC_PRIVILEGE_USER,
                             .messaging = true };
    EngineHost host;

    g_assert_cmphex(login(f, &host, ""), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    bmc_users_set_access(f->base.bmc, 1, &access, &inside);
    bmc_users_set_enabled(f->base.bmc, 1, true, &inside);
    g_assert_cmphex(login(f, &host, ""), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    bmc_users_set_password(f->base.bmc, 1, password, sizeof(password),
                           &inside);
    g_assert_cmphex(login(f, &host, ""), ==, IPMI_RAKP_STATUS_INVALID_ICV);
    g_assert_cmphex(ipmi_test_client_login(&host.client, 17, "", "nobody's"),
                    ==, 0);
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmphex(ipmi_test_client_sessionless(&host.client, false, APP,
                                                 0x38, "\x8e\x04", 2), ==, 0);
    test_assert_hex_equal(host.client.data, host.client.len,
                          "01 80 06 02 00000000");
}

#define ADD(path, func)                                    \
    g_test_add("/ipmi/access/" path, EngineFixture, NULL, \
               engine_fixture_setup, func, engine_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("kg", test_kg);
    ADD("unrelated", test_unrelated);
    ADD("limit", test_limit);
    ADD("disabled", test_disabled);
    ADD("own-name", test_own_name);
    ADD("own-password", test_own_password);
    ADD("own-end", test_own_end);
    ADD("bad-password", test_bad_password);
    ADD("suite-privileges", test_suite_privileges);
    ADD("session-limit", test_session_limit);
    ADD("null-name", test_null_name);
    return g_test_run();
}
