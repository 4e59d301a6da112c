/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How sessions are opened, and who is refused. */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include "engine-fixture.h"
#include "test-util.h"

#define CHASSIS IPMI_NETFN_CHASSIS
#define APP IPMI_NETFN_APP

static void test_login(EngineFixture *f, const void *opaque)
{
    static const unsigned suites[] = { 3, 17 };
    EngineHost host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        engine_host_login(&host, f, suites[i], "admin");
        test_assert_hex_equal(host.client.auth.guid, IPMI_GUID_LEN,
                              "ffeeddccbbaa99887746554433221100");
        g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
        test_assert_hex_equal(host.client.data, host.client.len, "61004010");
        /* It starts at USER, whatever was asked for. */
        g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x02, "00"), ==,
                        IPMI_CC_PRIVILEGE);
        fixture_assert_log(&f->base, "");
        g_assert_cmpint(engine_host_command(&host, APP, 0x3b, "00"), ==, 0);
        test_assert_hex_equal(host.client.data, host.client.len, "02");
        g_assert_cmpint(engine_host_command(&host, APP, 0x3b, "04"), ==, 0);
        test_expect_log(G_LOG_LEVEL_MESSAGE,
                        "power: force restart by admin at 192.0.2.1 over "
                        "IPMI over LAN");
        g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x02, "03"), ==, 0);
        test_assert_logged();
        fixture_assert_log(&f->base, "reset");
        g_assert_cmpint(f->core->sessions->active.length, ==, 1);
        ipmi_sessions_close(f->core->sessions,
                            f->core->sessions->active.head->data);
    }
}

static void test_ceilings(EngineFixture *f, const void *opaque)
{
    static const struct {
        const char *user;
        const char *priv;
        int cc;
    } cases[] = {
        { "admin", "04", 0 },
        { "admin", "05", 0x80 },
        { "admin", "01", IPMI_CC_INVALID_FIELD },
        { "admin", "06", IPMI_CC_INVALID_FIELD },
        { "oper", "04", 0x81 },
        { "oper", "03", 0 },
        { "viewer", "03", 0x81 },
        { "viewer", "02", 0 },
        { "caller", "00", IPMI_CC_PRIVILEGE },
    };
    EngineHost host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        engine_host_login(&host, f, 17, cases[i].user);
        g_assert_cmpint(engine_host_command(&host, APP, 0x3b, cases[i].priv),
                        ==, cases[i].cc);
        ipmi_sessions_close(f->core->sessions,
                            f->core->sessions->active.head->data);
    }
}

/* The privilege asked for in RAKP 1 bounds the session too. */
static void test_requested_privilege(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x03), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD), ==,
                    0);
    g_assert_cmpint(engine_host_command(&host, APP, 0x3b, "04"), ==, 0x81);
    g_assert_cmpint(engine_host_command(&host, APP, 0x3b, "03"), ==, 0);
    /* By name and privilege, oper is no administrator. */
    g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "oper", 0x04), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE);
    g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "oper", 0x00), ==, 0);
    g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x05), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE);
}

static void test_suites_refused(EngineFixture *f, const void *opaque)
{
    static const struct {
        uint8_t auth, integrity, conf, status;
    } cases[] = {
        { 0, 0, 0, IPMI_RAKP_STATUS_NO_SUITE_MATCH },
        { 2, 2, 1, IPMI_RAKP_STATUS_NO_SUITE_MATCH },
        { 1, 0, 1, IPMI_RAKP_STATUS_INVALID_INTEGRITY_ALG },
        { 1, 1, 0, IPMI_RAKP_STATUS_NO_SUITE_MATCH },
        { 3, 4, 2, IPMI_RAKP_STATUS_INVALID_CONF_ALG },
        { 1, 4, 1, IPMI_RAKP_STATUS_NO_SUITE_MATCH },
        { 3, 1, 1, IPMI_RAKP_STATUS_NO_SUITE_MATCH },
        { 3, 0, 0, IPMI_RAKP_STATUS_NO_SUITE_MATCH },
        { 0x3f, 4, 1, IPMI_RAKP_STATUS_INVALID_AUTH_ALG },
    };
    EngineHost host;
    size_t i;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(ipmi_test_client_open(&host.client, cases[i].auth,
                                              cases[i].integrity,
                                              cases[i].conf),
                        ==, cases[i].status);
    }
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
}

static void test_wrong_credentials(EngineFixture *f, const void *opaque)
{
    static const char *const names[] = { "nobody", "gone", "", "adminx" };
    EngineHost host;
    size_t i;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_cmpint(ipmi_test_client_login(&host.client, 17, names[i], "x"),
                        ==, IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    }
    test_expect_log(G_LOG_LEVEL_MESSAGE,
                    "login failed for user 'admin' at 192.0.2.1 over "
                    "IPMI LAN");
    g_assert_cmpint(ipmi_test_client_login(&host.client, 3, "admin", "wrong"),
                    ==, IPMI_RAKP_STATUS_INVALID_ICV);
    test_assert_logged();
    /* The session that it was tried on is gone. */
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD), ==,
                    IPMI_RAKP_STATUS_INVALID_SESSION);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
}

/* Both ways to fail count, silence does not, and it holds for one address. */
static void test_lockout(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    EngineHost other;
    unsigned i;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < 20; i++) {
        ipmi_test_client_open(&host.client, 3, 4, 1);
        g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14),
                        ==, 0);
    }
    fixture_advance(&f->base, IPMI_HALF_OPEN_MS);
    for (i = 0; i < 10; i++) {
        g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
        g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14),
                        ==, 0);
        if (i % 2) {
            g_assert_cmpint(ipmi_test_client_rakp3(&host.client, "wrong"), ==,
                            IPMI_RAKP_STATUS_INVALID_ICV);
        } else {
            ipmi_test_client_rakp3_status(&host.client,
                                          IPMI_RAKP_STATUS_INVALID_ICV);
        }
    }
    g_assert_cmpint(ipmi_test_client_login(&host.client, 17, "admin",
                                           FIXTURE_PASSWORD), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    engine_host_init(&other, f, "192.0.2.1", 1001);
    g_assert_cmpint(ipmi_test_client_login(&other.client, 17, "admin",
                                           FIXTURE_PASSWORD), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    g_assert_cmpint(ipmi_test_client_login(&other.client, 17, "oper",
                                           FIXTURE_PASSWORD), ==, 0);
    engine_host_init(&other, f, "192.0.2.2", 1000);
    g_assert_cmpint(ipmi_test_client_login(&other.client, 17, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
    fixture_advance(&f->base, 60000);
    g_assert_cmpint(ipmi_test_client_login(&host.client, 17, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
}

/* Challenges that were asked for in advance are no way around a lockout. */
static void test_lockout_in_advance(EngineFixture *f, const void *opaque)
{
    EngineHost hosts[14];
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(hosts); i++) {
        engine_host_init(&hosts[i], f, "192.0.2.1", 1000 + i);
        ipmi_test_client_open(&hosts[i].client, 3, 4, 1);
        g_assert_cmpint(ipmi_test_client_rakp1(&hosts[i].client, "admin",
                                               0x14), ==, 0);
    }
    for (i = 0; i < 10; i++) {
        g_assert_cmpint(ipmi_test_client_rakp3(&hosts[i].client, "wrong"), ==,
                        IPMI_RAKP_STATUS_INVALID_ICV);
    }
    for (; i < G_N_ELEMENTS(hosts); i++) {
        g_assert_cmpint(ipmi_test_client_rakp3(&hosts[i].client,
                                               i % 2 ? "wrong" :
                                               FIXTURE_PASSWORD), ==,
                        IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    }
    g_assert_cmpint(f->core->sessions->active.length, ==, 0);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
}

/* A client that falls silent after RAKP 2, as ipmitool does. */
static void test_silent_failure(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x10), ==, 0);
    test_expect_log(G_LOG_LEVEL_MESSAGE,
                    "login failed for user 'admin' at 192.0.2.1 over "
                    "IPMI LAN (no answer to RAKP 2)");
    fixture_advance(&f->base, IPMI_CHALLENGE_MS);
    test_assert_logged();
    /* It may still come, if RAKP 2 was lost. */
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD), ==,
                    0);
    fixture_advance(&f->base, IPMI_SESSION_IDLE_MS);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
    g_assert_null(f->core->sessions->timer);
}

static void test_rakp_out_of_order(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    EngineHost other;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    host.client.auth.managed_id = 1;
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    IPMI_RAKP_STATUS_INVALID_SESSION);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD), ==,
                    IPMI_RAKP_STATUS_INACTIVE_SESSION);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==, 0);
    /* From another address, and from another port of the same one. */
    engine_host_init(&other, f, "192.0.2.2", 1000);
    other.client.auth = host.client.auth;
    g_assert_cmpint(ipmi_test_client_rakp3(&other.client, FIXTURE_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INVALID_SESSION);
    engine_host_init(&other, f, "192.0.2.1", 1001);
    other.client.auth = host.client.auth;
    g_assert_cmpint(ipmi_test_client_rakp3(&other.client, FIXTURE_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INVALID_SESSION);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD), ==,
                    0);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
}

/* RAKP 4 is lost: RAKP 3 comes again and is answered as before. */
static void test_rakp4_lost(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    ipmi_test_client_rakp1(&host.client, "admin", 0x14);
    host.lose = true;
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD), ==,
                    0);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD), ==,
                    IPMI_RAKP_STATUS_INVALID_SESSION);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
}

static void test_open_retransmitted(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    uint32_t id;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    id = host.client.auth.managed_id;
    host.client.tag--;
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmphex(host.client.auth.managed_id, ==, id);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 1);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmphex(host.client.auth.managed_id, !=, id);
}

#define ADD(path, func)                                                        \
    g_test_add("/ipmi/login/" path, EngineFixture, NULL, engine_fixture_setup, \
               func, engine_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("login", test_login);
    ADD("ceilings", test_ceilings);
    ADD("requested-privilege", test_requested_privilege);
    ADD("suites-refused", test_suites_refused);
    ADD("wrong-credentials", test_wrong_credentials);
    ADD("lockout", test_lockout);
    ADD("lockout-in-advance", test_lockout_in_advance);
    ADD("silent-failure", test_silent_failure);
    ADD("rakp/out-of-order", test_rakp_out_of_order);
    ADD("rakp/rakp4-lost", test_rakp4_lost);
    ADD("rakp/open-retransmitted", test_open_retransmitted);
    return g_test_run();
}
