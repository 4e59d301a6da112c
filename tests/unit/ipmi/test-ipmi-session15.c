/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPMI 1.5 sessions. */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include "bmc/channel.h"
#include "codec/ipmi15.h"
#include "codec/rmcp.h"

#include "engine-fixture.h"
#include "test-util.h"

#define APP IPMI_NETFN_APP
#define CHASSIS IPMI_NETFN_CHASSIS

static const BmcOrigin inside = { .channel = BMC_CHANNEL_INTERNAL };

static const uint8_t types[] = {
    IPMI_AUTH_MD5, IPMI_AUTH_MD2, IPMI_AUTH_PASSWORD,
};

static void allow(EngineFixture *f, const char *list)
{
    IpmiSessionsConfig config = f->core->sessions->config;

    g_assert_true(ipmi15_parse_auth_list(list, &config.auth15, NULL));
    ipmi_sessions_configure(f->core->sessions, &config);
}

static void setup(EngineFixture *f, const void *opaque)
{
    engine_fixture_setup(f, opaque);
    allow(f, "md5,md2,password");
}

static int login(EngineFixture *f, EngineHost *host, uint8_t type,
                 const char *user, const char *password, uint8_t priv)
{
    int cc;

    engine_host_init(host, f, "192.0.2.1", 1000);
    cc = ipmi_test_client_challenge15(&host->client, type, user);
    return cc ? cc : ipmi_test_client_activate15(&host->client, password,
                                                 priv);
}

static int command(EngineHost *host, uint8_t netfn, uint8_t cmd,
                   const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    size_t len;
    const void *data = g_bytes_get_data(bytes, &len);

    return ipmi_test_client_command15(&host->client, netfn, cmd, data, len);
}

static void test_login(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(types); i++) {
        g_assert_cmphex(login(f, &host, types[i], "admin", FIXTURE_PASSWORD,
                              IPMI_PRIV_ADMIN), ==, 0);
        g_assert_cmphex(host.client.data[0], ==, types[i]);
        g_assert_cmphex(host.client.data[9], ==, IPMI_PRIV_ADMIN);
        g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, 0);
        /* It starts at USER. */
        g_assert_cmphex(command(&host, CHASSIS, 0x02, "03"), ==,
                        IPMI_CC_PRIVILEGE);
        g_assert_cmphex(command(&host, APP, 0x3b, "04"), ==, 0);
        g_assert_cmphex(command(&host, CHASSIS, 0x02, "03"), ==, 0);
        fixture_assert_log(&f->base, "reset");
        g_assert_cmphex(command(&host, APP, 0x3d, "00"), ==, 0);
        g_assert_cmphex(host.client.data[5], ==, IPMI_CHANNEL_LAN);
        g_assert_cmphex(command(&host, APP, 0x3c, "0000000001"), ==, 0);
        g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==,
                        IPMI_TEST_SILENCE);
    }
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
}

static void test_capabilities(EngineFixture *f, const void *opaque)
{
    static const struct {
        const char *list;
        const char *answer;
    } cases[] = {
        { "off", "01 80 04 02 00000000" },
        { "md5", "01 84 04 03 00000000" },
        { "md5,password", "01 94 04 03 00000000" },
        { "md2", "01 82 04 03 00000000" },
    };
    EngineHost host;
    size_t i;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        allow(f, cases[i].list);
        g_assert_cmphex(ipmi_test_client_sessionless(&host.client, false, APP,
                                                     0x38, "\x8e\x04", 2),
                        ==, 0);
        test_assert_hex_equal(host.client.data, host.client.len,
                              cases[i].answer);
    }
}

static void test_challenge_refused(EngineFixture *f, const void *opaque)
{
    static const uint8_t longer[20] = "seventeen letters";
    EngineHost host;
    unsigned type;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    g_assert_cmphex(ipmi_test_client_challenge15(&host.client, IPMI_AUTH_MD5,
                                                 "nobody"), ==, 0x81);
    g_assert_cmphex(ipmi_test_client_challenge15(&host.client, IPMI_AUTH_MD5,
                                                 "gone"), ==, 0x81);
    g_assert_cmphex(ipmi_test_client_challenge15(&host.client, IPMI_AUTH_MD5,
                                                 ""), ==, 0x82);
    /* A password of more than 16 bytes is none of IPMI 1.5's. */
    bmc_users_set_password(f->base.bmc, FIXTURE_OPER, longer, 20, &inside);
    g_assert_cmphex(ipmi_test_client_challenge15(&host.client, IPMI_AUTH_MD5,
                                                 "oper"), ==, 0x81);
    allow(f, "md5");
    for (type = 0; type < 256; type++) {
        g_assert_cmphex(ipmi_test_client_challenge15(&host.client, type,
                                                     "admin"), ==,
                        type == IPMI_AUTH_MD5 ? 0 : IPMI_CC_INVALID_FIELD);
    }
    allow(f, "off");
    g_assert_cmphex(ipmi_test_client_challenge15(&host.client, IPMI_AUTH_MD5,
                                                 "admin"), ==,
                    IPMI_CC_DISABLED);
}

static void test_activate_refused(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(types); i++) {
        g_assert_cmphex(login(f, &host, types[i], "admin", "wrong", 4), ==,
                        IPMI_TEST_SILENCE);
        /* The challenge is gone with it. */
        g_assert_cmphex(ipmi_test_client_activate15(&host.client,
                                                    FIXTURE_PASSWORD, 4),
                        ==, IPMI_TEST_SILENCE);
    }
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
    g_assert_cmphex(login(f, &host, 2, "oper", FIXTURE_PASSWORD, 4), ==, 0x86);
    g_assert_cmphex(login(f, &host, 2, "oper", FIXTURE_PASSWORD, 0), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(login(f, &host, 2, "oper", FIXTURE_PASSWORD, 6), ==,
                    IPMI_CC_INVALID_FIELD);
    g_assert_cmphex(login(f, &host, 2, "oper", FIXTURE_PASSWORD, 5), ==, 0x86);
    /* Another challenge than ours. */
    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_challenge15(&host.client, 2, "oper");
    host.client.challenge[15] ^= 1;
    g_assert_cmphex(ipmi_test_client_activate15(&host.client,
                                                FIXTURE_PASSWORD, 3),
                    ==, IPMI_CC_INVALID_FIELD);
    host.client.challenge[15] ^= 1;
    g_assert_cmphex(ipmi_test_client_activate15(&host.client,
                                                FIXTURE_PASSWORD, 3), ==, 0);
    g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, 0);
}

/* Nothing but Activate Session is taken of a session that is not active. */
static void test_half_open(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    EngineHost other;
    uint32_t sequence;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_challenge15(&host.client, 2, "admin");
    memcpy(host.client.password15, FIXTURE_PASSWORD,
           strlen(FIXTURE_PASSWORD));
    for (sequence = 0; sequence < 3; sequence++) {
        host.client.sequence = sequence;
        g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==,
                        IPMI_TEST_SILENCE);
    }
    /* Nor from anywhere else. */
    engine_host_init(&other, f, "192.0.2.1", 1001);
    other.client.auth15 = 2;
    other.client.auth.managed_id = host.client.auth.managed_id;
    memcpy(other.client.challenge, host.client.challenge, IPMI_RANDOM_LEN);
    g_assert_cmphex(ipmi_test_client_activate15(&other.client,
                                                FIXTURE_PASSWORD, 4),
                    ==, IPMI_TEST_SILENCE);
    /* The two kinds of sessions do not mix. */
    g_assert_cmphex(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    IPMI_RAKP_STATUS_INVALID_SESSION);
    g_assert_cmphex(ipmi_test_client_activate15(&host.client,
                                                FIXTURE_PASSWORD, 4), ==, 0);
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
}

static void test_activate_lost(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    uint32_t sequence;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_challenge15(&host.client, 2, "admin");
    host.lose = true;
    g_assert_cmphex(ipmi_test_client_activate15(&host.client,
                                                FIXTURE_PASSWORD, 4), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmphex(ipmi_test_client_activate15(&host.client,
                                                FIXTURE_PASSWORD, 4), ==, 0);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
    sequence = host.client.sequence;
    g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmphex(ipmi_test_client_activate15(&host.client,
                                                FIXTURE_PASSWORD, 4), ==,
                    IPMI_TEST_SILENCE);
    host.client.sequence = sequence + 1;
    g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, 0);
}

static void test_window(EngineFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    EngineHost host;
    uint32_t first;
    size_t len;

    login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4);
    first = host.client.sequence;
    host.client.sequence = first - 1;
    g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, IPMI_TEST_SILENCE);
    host.client.sequence = first;
    len = ipmi_test_client_seal15(&host.client, 2, CHASSIS, 0x01, NULL, 0,
                                  packet);
    g_assert_cmphex(ipmi_test_client_send15(&host.client, packet, len), ==, 0);
    g_assert_cmphex(ipmi_test_client_send15(&host.client, packet, len), ==,
                    IPMI_TEST_SILENCE);
    host.client.sequence = first + 9;
    g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, IPMI_TEST_SILENCE);
    host.client.sequence = first + 8;
    g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, 0);
    host.client.sequence = first + 1;
    g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, 0);
    host.client.sequence = first + 1;
    g_assert_cmphex(command(&host, CHASSIS, 0x01, ""), ==, IPMI_TEST_SILENCE);
}

/* No bit of a packet can be changed; with the password itself, some can. */
static void test_forged(EngineFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t one[IPMI_LAN_PACKET_MAX];
    EngineHost host;
    size_t len;
    size_t i;

    login(f, &host, IPMI_AUTH_MD5, "admin", FIXTURE_PASSWORD, 4);
    host.client.rq_seq++;
    len = ipmi_test_client_seal15(&host.client, 2, CHASSIS, 0x01, NULL, 0,
                                  packet);
    for (i = RMCP_HEADER_LEN * 8; i < len * 8; i++) {
        /* The reserved bits beside the authentication type mean nothing. */
        if (i >= RMCP_HEADER_LEN * 8 + 4 && i < RMCP_HEADER_LEN * 8 + 8) {
            continue;
        }
        memcpy(one, packet, len);
        one[i / 8] ^= 1 << i % 8;
        g_assert_cmphex(ipmi_test_client_send15(&host.client, one, len), ==,
                        IPMI_TEST_SILENCE);
    }
    for (i = 0; i < len; i++) {
        g_autofree uint8_t *copy = g_memdup2(packet, i);

        g_assert_cmphex(ipmi_test_client_send15(&host.client, copy, i), ==,
                        IPMI_TEST_SILENCE);
    }
    g_assert_cmphex(ipmi_test_client_send15(&host.client, packet, len), ==, 0);
}

static int send_as(EngineHost *host, uint8_t type, uint8_t netfn, uint8_t cmd,
                   const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    size_t len;
    const void *data = g_bytes_get_data(bytes, &len);

    host->client.rq_seq = (host->client.rq_seq + 1) & IPMB_SEQ_MAX;
    len = ipmi_test_client_seal15(&host->client, type, netfn, cmd, data, len,
                                  packet);
    return ipmi_test_client_send15(&host->client, packet, len);
}

static void set_auth(EngineFixture *f, bool per_message, bool user_level)
{
    BmcChannelAccess access = *bmc_channel_access(f->base.bmc);

    access.per_message_auth = per_message;
    access.user_level_auth = user_level;
    bmc_channel_set_access(f->base.bmc, false, &access, &inside);
}

static void test_downgrade(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(types); i++) {
        size_t k;

        login(f, &host, types[i], "admin", FIXTURE_PASSWORD, 4);
        g_assert_cmphex(send_as(&host, IPMI_AUTH_NONE, CHASSIS, 0x01, ""), ==,
                        IPMI_TEST_SILENCE);
        for (k = 0; k < G_N_ELEMENTS(types); k++) {
            g_assert_cmphex(send_as(&host, types[k], CHASSIS, 0x01, ""), ==,
                            k == i ? 0 : IPMI_TEST_SILENCE);
        }
    }
}

static void test_channel_auth(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    set_auth(f, true, false);
    login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4);
    g_assert_cmphex(host.client.data[0], ==, 2);
    g_assert_cmphex(command(&host, APP, 0x3b, "04"), ==, 0);
    g_assert_cmphex(send_as(&host, IPMI_AUTH_NONE, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmphex(send_as(&host, IPMI_AUTH_NONE, CHASSIS, 0x02, "01"), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmphex(send_as(&host, 2, CHASSIS, 0x02, "01"), ==, 0);
    set_auth(f, false, true);
    login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4);
    g_assert_cmphex(host.client.data[0], ==, IPMI_AUTH_NONE);
    g_assert_cmphex(send_as(&host, IPMI_AUTH_NONE, APP, 0x3b, "04"), ==, 0);
    g_assert_cmphex(send_as(&host, IPMI_AUTH_NONE, CHASSIS, 0x02, "01"), ==,
                    0);
    g_assert_cmphex(ipmi_test_client_sessionless(&host.client, false, APP,
                                                 0x38, "\x8e\x04", 2), ==, 0);
    g_assert_cmphex(host.client.data[2], ==, 0x14);
}

static void test_limits(EngineFixture *f, const void *opaque)
{
    BmcUserAccess access = bmc_users_get(f->base.bmc, FIXTURE_OPER)->access;
    IpmiSessionsConfig config = f->core->sessions->config;
    EngineHost host;
    unsigned i;

    access.session_limit = 1;
    bmc_users_set_access(f->base.bmc, FIXTURE_OPER, &access, &inside);
    g_assert_cmphex(login(f, &host, 2, "oper", FIXTURE_PASSWORD, 3), ==, 0);
    g_assert_cmphex(login(f, &host, 2, "oper", FIXTURE_PASSWORD, 3), ==, 0x82);
    config.max_active = 2;
    ipmi_sessions_configure(f->core->sessions, &config);
    g_assert_cmphex(login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4), ==, 0);
    g_assert_cmphex(login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4), ==,
                    0x81);
    fixture_advance(&f->base, IPMI_SESSION_IDLE_MS);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
    /* Challenges do not pile up. */
    for (i = 0; i < 1000; i++) {
        engine_host_init(&host, f, "192.0.2.7", 1000 + i);
        ipmi_test_client_challenge15(&host.client, 2, "admin");
    }
    g_assert_cmpint(f->core->sessions->half_open.length, <=,
                    IPMI_HALF_OPEN_MAX);
    g_assert_cmphex(login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4), ==, 0);
}

/*
 * Get Session Challenge with forged addresses: it takes no half-open session
 * from those who have proved theirs, and keeps nobody out.
 */
static void test_spoofing(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    EngineHost other;
    unsigned i;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmphex(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    0);
    for (i = 0; i < 1000; i++) {
        g_autofree char *ip = g_strdup_printf("198.51.%u.%u", 100 + i / 250,
                                              i % 250);

        engine_host_init(&other, f, ip, 1000);
        g_assert_cmphex(ipmi_test_client_challenge15(&other.client, 2,
                                                     "admin"), ==, 0);
        engine_host_init(&other, f, "192.0.2.1", 2000 + i);
        g_assert_cmphex(ipmi_test_client_challenge15(&other.client, 2,
                                                     "admin"), ==, 0);
    }
    g_assert_cmphex(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD),
                    ==, 0);
    fixture_advance(&f->base, IPMI_HALF_OPEN_MS);
    g_assert_cmphex(login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4), ==, 0);
    engine_host_login(&host, f, 17, "admin");
}

static void test_lockout(EngineFixture *f, const void *opaque)
{
    EngineHost host;
    unsigned i;

    for (i = 0; i < 10; i++) {
        g_assert_cmphex(login(f, &host, 2, "admin", "wrong", 4), ==,
                        IPMI_TEST_SILENCE);
    }
    g_assert_cmphex(login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4), ==,
                    0x81);
    fixture_advance(&f->base, 60000);
    g_assert_cmphex(login(f, &host, 2, "admin", FIXTURE_PASSWORD, 4), ==, 0);
}

static void test_lockout_in_advance(EngineFixture *f, const void *opaque)
{
    EngineHost hosts[11];
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(hosts); i++) {
        engine_host_init(&hosts[i], f, "192.0.2.1", 1000 + i);
        g_assert_cmphex(ipmi_test_client_challenge15(&hosts[i].client, 2,
                                                     "admin"), ==, 0);
    }
    for (i = 0; i < 10; i++) {
        g_assert_cmphex(ipmi_test_client_activate15(&hosts[i].client, "wrong",
                                                    4), ==,
                        IPMI_TEST_SILENCE);
    }
    g_assert_cmphex(ipmi_test_client_activate15(&hosts[10].client,
                                                FIXTURE_PASSWORD, 4), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
}

#define ADD(path, func)                                                \
    g_test_add("/ipmi/session15/" path, EngineFixture, NULL, setup, func, \
               engine_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("login", test_login);
    ADD("capabilities", test_capabilities);
    ADD("challenge-refused", test_challenge_refused);
    ADD("activate-refused", test_activate_refused);
    ADD("half-open", test_half_open);
    ADD("activate-lost", test_activate_lost);
    ADD("window", test_window);
    ADD("forged", test_forged);
    ADD("downgrade", test_downgrade);
    ADD("channel-auth", test_channel_auth);
    ADD("limits", test_limits);
    ADD("spoofing", test_spoofing);
    ADD("lockout", test_lockout);
    ADD("lockout-in-advance", test_lockout_in_advance);
    return g_test_run();
}
