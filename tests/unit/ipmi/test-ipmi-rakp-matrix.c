/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every suite with every kind of credentials, look-up and privilege: the
 * status code (IPMI 2.0 table 13-15), or what the session may do.
 */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include "bmc/channel.h"
#include "bmc/lockout.h"
#include "codec/asf.h"
#include "codec/rmcp.h"
#include "engine-fixture.h"
#include "test-util.h"

#define CHASSIS IPMI_NETFN_CHASSIS
#define APP IPMI_NETFN_APP

static const uint8_t suites[] = { 1, 2, 3, 6, 7, 8, 11, 12, 15, 16, 17 };
static const uint8_t key[BMC_KEY_LEN] = "the key of this BMC";
static const uint8_t no_key[BMC_KEY_LEN];
static const BmcOrigin inside = { .channel = BMC_CHANNEL_INTERNAL };

/* @limit: the highest privilege; 0 for one who may not log in */
static const struct {
    const char *name;
    uint8_t limit;
} users[] = {
    { "admin", IPMI_PRIV_ADMIN },
    { "oper", IPMI_PRIV_OPERATOR },
    { "viewer", IPMI_PRIV_USER },
    { "caller", IPMI_PRIV_CALLBACK },
    { "gone", 0 },
    { "nobody", 0 },
    { "", 0 },
    { "sixteen_letters_", 0 },
};

static const char *const wrong[] = { "", "Password", "password1" };

static void setup(EngineFixture *f, const void *opaque)
{
    IpmiSessionsConfig config = { .max_active = IPMI_SESSIONS_DEFAULT };
    BmcLockoutPolicy policy = { 0 };

    engine_fixture_setup(f, opaque);
    cipher_suite_parse_list("17,16,15,12,11,8,7,6,3,2,1", &config.suites,
                            NULL);
    ipmi_sessions_configure(f->core->sessions, &config);
    bmc_lockout_set(f->base.bmc, &policy);
}

static int open_suite(EngineHost *host, unsigned suite)
{
    const CipherSuite *s = cipher_suite_by_id(suite);

    return ipmi_test_client_open(&host->client, s->auth, s->integrity,
                                 s->conf);
}

static void end_sessions(EngineFixture *f)
{
    IpmiSessions *sessions = f->core->sessions;

    while (sessions->active.head) {
        ipmi_sessions_close(sessions, sessions->active.head->data);
    }
    g_assert_cmpint(g_hash_table_size(sessions->by_id), ==, 0);
}

static int expected_status(uint8_t limit, uint8_t role)
{
    uint8_t priv = role & RAKP_ROLE_PRIV_MASK;

    if (priv > IPMI_PRIV_OEM) {
        return IPMI_RAKP_STATUS_INVALID_ROLE;
    }
    if (priv == IPMI_PRIV_OEM) {
        return IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE;
    }
    if (!limit) {
        return IPMI_RAKP_STATUS_UNAUTHORIZED_NAME;
    }
    if (!(role & RAKP_ROLE_NAME_ONLY) && priv > limit) {
        return IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE;
    }
    return IPMI_RAKP_STATUS_OK;
}

/* The session starts at USER and goes as far as was asked for. */
static void check_session(EngineHost *host, uint8_t limit, uint8_t priv)
{
    uint8_t ceiling = priv ? MIN(limit, priv) : limit;
    uint8_t want;

    if (ceiling == IPMI_PRIV_CALLBACK) {
        g_assert_cmphex(engine_host_command(host, CHASSIS, 0x01, ""), ==,
                        IPMI_CC_PRIVILEGE);
        return;
    }
    g_assert_cmphex(engine_host_command(host, APP, 0x3d, "00"), ==, 0);
    g_assert_cmphex(host->client.data[4] & 0x0f, ==, IPMI_PRIV_USER);
    for (want = IPMI_PRIV_USER; want <= IPMI_PRIV_OEM; want++) {
        g_autofree char *hex = g_strdup_printf("%02x", want);

        g_assert_cmphex(engine_host_command(host, APP, 0x3b, hex), ==,
                        want == IPMI_PRIV_OEM ? 0x80 :
                        want > ceiling ? 0x81 : 0);
    }
    g_assert_cmphex(engine_host_command(host, APP, 0x3b, "00"), ==, 0);
    g_assert_cmphex(host->client.data[0], ==, ceiling);
}

static void check_login(EngineFixture *f, unsigned suite, unsigned user,
                        uint8_t role)
{
    uint8_t limit = users[user].limit;
    int status = expected_status(limit, role);
    EngineHost host;
    size_t i;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_assert_cmphex(open_suite(&host, suite), ==, 0);
        g_assert_cmphex(ipmi_test_client_rakp1(&host.client, users[user].name,
                                               role), ==, status);
        if (status) {
            break;
        }
        g_assert_cmphex(ipmi_test_client_rakp3(&host.client, wrong[i]), ==,
                        IPMI_RAKP_STATUS_INVALID_ICV);
    }
    if (!status) {
        g_assert_cmphex(open_suite(&host, suite), ==, 0);
        g_assert_cmphex(ipmi_test_client_rakp1(&host.client, users[user].name,
                                               role), ==, 0);
        g_assert_cmphex(ipmi_test_client_rakp3(&host.client,
                                               FIXTURE_PASSWORD), ==, 0);
        check_session(&host, limit, role & RAKP_ROLE_PRIV_MASK);
    }
    end_sessions(f);
}

static void test_logins(EngineFixture *f, const void *opaque)
{
    unsigned suite;
    unsigned user;
    uint8_t priv;

    for (suite = 0; suite < G_N_ELEMENTS(suites); suite++) {
        for (user = 0; user < G_N_ELEMENTS(users); user++) {
            for (priv = 0; priv <= IPMI_PRIV_OEM + 1; priv++) {
                g_test_message("suite %u, user '%s', privilege %u",
                               suites[suite], users[user].name, priv);
                check_login(f, suites[suite], user, priv);
                check_login(f, suites[suite], user,
                            priv | RAKP_ROLE_NAME_ONLY);
            }
        }
    }
}

/* Both keys of the client against the BMC's; what comes of RAKP 4. */
static void check_key(EngineFixture *f, unsigned suite, const uint8_t *ours,
                      const uint8_t *theirs)
{
    bool same = memcmp(ours, theirs, BMC_KEY_LEN) == 0;
    bool protected = cipher_suite_by_id(suite)->integrity !=
                     IPMI_INTEGRITY_NONE;
    bool by_password = cipher_suite_by_id(suite)->integrity ==
                       IPMI_INTEGRITY_MD5_128 &&
                       cipher_suite_by_id(suite)->conf == IPMI_CONF_NONE;
    EngineHost host;
    int rc;

    bmc_channel_set_kg(f->base.bmc, ours, &inside, NULL);
    engine_host_init(&host, f, "192.0.2.1", 1000);
    memcpy(host.client.auth.kg, theirs, BMC_KEY_LEN);
    /* A wrong password is one whatever the key. */
    g_assert_cmphex(ipmi_test_client_login(&host.client, suite, "admin", "x"),
                    ==, IPMI_RAKP_STATUS_INVALID_ICV);
    rc = ipmi_test_client_login(&host.client, suite, "admin",
                                FIXTURE_PASSWORD);
    g_assert_cmphex(rc, ==, same ? 0 : IPMI_TEST_BROKEN);
    /* One who goes on all the same, with keys of his own. */
    if (!same) {
        rakp_auth_derive(&host.client.auth, &host.client.crypto);
    }
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    same || !protected || by_password ? 0 :
                    IPMI_TEST_SILENCE);
    end_sessions(f);
}

static void test_keys(EngineFixture *f, const void *opaque)
{
    uint8_t other[BMC_KEY_LEN];
    size_t i;

    memcpy(other, key, sizeof(other));
    other[BMC_KEY_LEN - 1] ^= 1;
    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        check_key(f, suites[i], no_key, no_key);
        check_key(f, suites[i], no_key, key);
        check_key(f, suites[i], key, key);
        check_key(f, suites[i], key, other);
        check_key(f, suites[i], key, no_key);
    }
}

static void test_locked_out(EngineFixture *f, const void *opaque)
{
    BmcLockoutPolicy policy = { .threshold = 2, .lockout_s = 60 };
    EngineHost host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        bmc_lockout_set(f->base.bmc, &policy);
        engine_host_init(&host, f, "192.0.2.1", 1000);
        ipmi_test_client_login(&host.client, suites[i], "oper", "x");
        ipmi_test_client_login(&host.client, suites[i], "oper", "x");
        g_assert_cmphex(ipmi_test_client_login(&host.client, suites[i],
                                               "oper", FIXTURE_PASSWORD), ==,
                        IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
        g_assert_cmphex(ipmi_test_client_login(&host.client, suites[i],
                                               "admin", FIXTURE_PASSWORD),
                        ==, 0);
        end_sessions(f);
    }
}

/* Two sessions of one user: neither's packets are the other's. */
static void test_crossing(EngineFixture *f, const void *opaque)
{
    EngineHost one;
    EngineHost two;
    uint32_t id;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        if (cipher_suite_by_id(suites[i])->integrity == IPMI_INTEGRITY_NONE) {
            continue;
        }
        engine_host_login(&one, f, suites[i], "admin");
        engine_host_login(&two, f, suites[i], "admin");
        g_assert_cmphex(one.client.auth.managed_id, !=,
                        two.client.auth.managed_id);
        id = one.client.auth.managed_id;
        one.client.auth.managed_id = two.client.auth.managed_id;
        /* Suites 11 and 12 are keyed by the password, which is the same. */
        if (cipher_suite_by_id(suites[i])->integrity !=
            IPMI_INTEGRITY_MD5_128) {
            g_assert_cmphex(engine_host_command(&one, CHASSIS, 0x02, "00"),
                            ==, IPMI_TEST_SILENCE);
        }
        one.client.auth.managed_id = id;
        g_assert_cmphex(engine_host_command(&one, CHASSIS, 0x01, ""), ==, 0);
        g_assert_cmphex(engine_host_command(&two, CHASSIS, 0x01, ""), ==, 0);
        end_sessions(f);
    }
}

/* Sends a payload outside a session; returns the answer's length. */
static size_t send_setup(EngineHost *host, uint8_t type, const void *data,
                         size_t len, uint8_t *answer)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = { .payload_type = type };

    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_build(&w, &header, data, len);
    return host->client.exchange(host->client.opaque, w.data, w.len, answer);
}

/* What only a BMC sends, and RAKP 1 for a session that is active. */
static void test_wrong_way(EngineFixture *f, const void *opaque)
{
    static const uint8_t types[] = {
        IPMI_PAYLOAD_OPEN_RESPONSE, IPMI_PAYLOAD_RAKP2, IPMI_PAYLOAD_RAKP4,
        IPMI_PAYLOAD_SOL,
    };
    uint8_t answer[IPMI_LAN_PACKET_MAX];
    uint8_t data[64] = { 0 };
    EngineHost host;
    RakpAuth auth;
    size_t i;

    engine_host_login(&host, f, 17, "admin");
    auth = host.client.auth;
    memcpy(data + 4, &auth.managed_id, 4);
    for (i = 0; i < G_N_ELEMENTS(types); i++) {
        g_assert_cmpuint(send_setup(&host, types[i], data, sizeof(data),
                                    answer), ==, 0);
        data[1] = 1;
        g_assert_cmpuint(send_setup(&host, types[i], data, 8, answer), ==, 0);
        data[1] = 0;
    }
    g_assert_cmphex(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    IPMI_RAKP_STATUS_INVALID_SESSION);
    ipmi_test_client_rakp3_status(&host.client, IPMI_RAKP_STATUS_INVALID_ICV);
    host.client.auth = auth;
    g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    end_sessions(f);
}

/* The window goes over the end of the numbers, without 0. */
static void test_wrap(EngineFixture *f, const void *opaque)
{
    IpmiSession *session;
    EngineHost host;
    unsigned i;

    engine_host_login(&host, f, 17, "admin");
    session = f->core->sessions->active.head->data;
    ipmi_window_init(&session->window[1], UINT32_MAX - 4, 0);
    host.client.sequence = UINT32_MAX - 5;
    for (i = 0; i < 20; i++) {
        if (host.client.sequence == UINT32_MAX) {
            g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                            IPMI_TEST_SILENCE);
        }
        g_assert_cmphex(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    }
    end_sessions(f);
}

#define ADD(path, func)                                          \
    g_test_add("/ipmi/matrix/" path, EngineFixture, NULL, setup, \
               func, engine_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("logins", test_logins);
    ADD("keys", test_keys);
    ADD("locked-out", test_locked_out);
    ADD("crossing", test_crossing);
    ADD("wrong-way", test_wrong_way);
    ADD("wrap", test_wrap);
    return g_test_run();
}
