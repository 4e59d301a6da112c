/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LAN engine with honest and with hostile clients. There are no sockets:
 * datagrams go in, and what comes out is kept by peer.
 */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include <arpa/inet.h>

#include "codec/asf.h"
#include "codec/ipmi15.h"
#include "codec/rmcp.h"
#include "util/secret.h"

#include "ipmi-test-client.h"
#include "mock-hub.h"
#include "test-util.h"

#define CHASSIS IPMI_NETFN_CHASSIS
#define APP IPMI_NETFN_APP

typedef struct Fixture {
    Bmc *hub;
    IpmiCore *core;
    IpmiEngine *engine;
    GQueue outbox; /* GBytes */
    IpmiPeer last; /* where the last one went */
} Fixture;

/* A client at an address of its own. */
typedef struct Host {
    IpmiTestClient client;
    Fixture *f;
    IpmiPeer peer;
    bool lose; /* the next answer */
} Host;

static void keep(void *opaque, const IpmiPeer *peer, const uint8_t *buf,
                 size_t len)
{
    Fixture *f = opaque;

    g_queue_push_tail(&f->outbox, g_bytes_new(buf, len));
    f->last = *peer;
}

static size_t take(Fixture *f, uint8_t *buf)
{
    g_autoptr(GBytes) bytes = g_queue_pop_head(&f->outbox);
    size_t len = 0;

    if (bytes) {
        len = g_bytes_get_size(bytes);
        memcpy(buf, g_bytes_get_data(bytes, NULL), len);
    }
    return len;
}

static size_t exchange(void *opaque, const uint8_t *buf, size_t len,
                       uint8_t *answer)
{
    Host *host = opaque;
    size_t n;

    ipmi_engine_receive(host->f->engine, &host->peer, buf, len);
    test_drain();
    n = take(host->f, answer);
    if (n) {
        g_assert_true(ipmi_peer_same_host(&host->f->last, &host->peer));
    }
    if (host->lose) {
        host->lose = false;
        return 0;
    }
    return n;
}

static void setup(Fixture *f, const void *opaque)
{
    f->hub = mock_hub_new();
    f->core = ipmi_core_new(f->hub);
    f->engine = ipmi_engine_new(f->core, keep, f);
    g_queue_init(&f->outbox);
}

static void teardown(Fixture *f, const void *opaque)
{
    g_assert_cmpint(f->outbox.length, ==, 0);
    ipmi_engine_free(f->engine);
    ipmi_core_free(f->core);
    bmc_free(f->hub);
    test_drain();
}

static void host_init(Host *host, Fixture *f, const char *ip, uint16_t port)
{
    memset(host, 0, sizeof(*host));
    host->f = f;
    host->peer.addr.in.sin_family = AF_INET;
    host->peer.addr.in.sin_addr.s_addr = inet_addr(ip);
    host->peer.addr.in.sin_port = g_htons(port);
    ipmi_test_client_init(&host->client, exchange, host);
}

static void login_as(Host *host, Fixture *f, unsigned suite, const char *user)
{
    host_init(host, f, "192.0.2.1", 1000);
    g_assert_cmpint(ipmi_test_client_login(&host->client, suite, user,
                                           MOCK_HUB_PASSWORD), ==, 0);
}

static int command(Host *host, uint8_t netfn, uint8_t cmd, const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    size_t len;
    const void *data = g_bytes_get_data(bytes, &len);

    return ipmi_test_client_command(&host->client, netfn, cmd, data, len);
}

static void test_login(Fixture *f, const void *opaque)
{
    static const unsigned suites[] = { 3, 17 };
    Host host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(suites); i++) {
        login_as(&host, f, suites[i], "admin");
        test_assert_hex_equal(host.client.auth.guid, IPMI_GUID_LEN,
                              "ffeeddccbbaa99887746554433221100");
        g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
        test_assert_hex_equal(host.client.data, host.client.len, "610040");
        /* It starts at USER, whatever was asked for. */
        g_assert_cmpint(command(&host, CHASSIS, 0x02, "00"), ==,
                        IPMI_CC_PRIVILEGE);
        g_assert_cmpint(f->hub->requests, ==, 0);
        g_assert_cmpint(command(&host, APP, 0x3b, "00"), ==, 0);
        test_assert_hex_equal(host.client.data, host.client.len, "02");
        g_assert_cmpint(command(&host, APP, 0x3b, "04"), ==, 0);
        g_assert_cmpint(command(&host, CHASSIS, 0x02, "00"), ==, 0);
        g_assert_cmpint(f->hub->requests, ==, 1);
        g_assert_cmpstr(f->hub->user, ==, "admin");
        g_assert_cmpstr(f->hub->peer, ==, "192.0.2.1");
        f->hub->requests = 0;
        g_assert_cmpint(f->core->sessions->active.length, ==, 1);
        ipmi_sessions_close(f->core->sessions,
                            f->core->sessions->active.head->data);
    }
}

static void test_ceilings(Fixture *f, const void *opaque)
{
    static const struct {
        const char *user;
        const char *priv;
        int cc;
    } cases[] = {
        { "admin", "04", 0 }, { "admin", "05", 0x80 },
        { "admin", "01", IPMI_CC_INVALID_FIELD },
        { "admin", "06", IPMI_CC_INVALID_FIELD },
        { "oper", "04", 0x81 }, { "oper", "03", 0 },
        { "viewer", "03", 0x81 }, { "viewer", "02", 0 },
        { "caller", "00", IPMI_CC_PRIVILEGE },
    };
    Host host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        login_as(&host, f, 17, cases[i].user);
        g_assert_cmpint(command(&host, APP, 0x3b, cases[i].priv), ==,
                        cases[i].cc);
        ipmi_sessions_close(f->core->sessions,
                            f->core->sessions->active.head->data);
    }
}

/* The privilege asked for in RAKP 1 bounds the session too. */
static void test_requested_privilege(Fixture *f, const void *opaque)
{
    Host host;

    host_init(&host, f, "192.0.2.1", 1000);
    g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x03), ==,
                    0);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, MOCK_HUB_PASSWORD),
                    ==, 0);
    g_assert_cmpint(command(&host, APP, 0x3b, "04"), ==, 0x81);
    g_assert_cmpint(command(&host, APP, 0x3b, "03"), ==, 0);
    /* By name and privilege, oper is no administrator. */
    g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "oper", 0x04), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE);
    g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "oper", 0x00), ==,
                    0);
    g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x05), ==,
                    IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE);
}

static void test_suites_refused(Fixture *f, const void *opaque)
{
    static const struct {
        uint8_t auth, integrity, conf, status;
    } cases[] = {
        { 0, 0, 0, IPMI_RAKP_STATUS_INVALID_AUTH_ALG },
        { 2, 2, 1, IPMI_RAKP_STATUS_INVALID_AUTH_ALG },
        { 1, 0, 1, IPMI_RAKP_STATUS_INVALID_INTEGRITY_ALG },
        { 1, 1, 0, IPMI_RAKP_STATUS_INVALID_CONF_ALG },
        { 3, 4, 2, IPMI_RAKP_STATUS_INVALID_CONF_ALG },
        { 1, 4, 1, IPMI_RAKP_STATUS_NO_SUITE_MATCH },
        { 3, 1, 1, IPMI_RAKP_STATUS_NO_SUITE_MATCH },
        { 3, 0, 0, IPMI_RAKP_STATUS_INVALID_INTEGRITY_ALG },
        { 0x3f, 4, 1, IPMI_RAKP_STATUS_INVALID_AUTH_ALG },
    };
    Host host;
    size_t i;

    host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmpint(ipmi_test_client_open(&host.client, cases[i].auth,
                                              cases[i].integrity,
                                              cases[i].conf),
                        ==, cases[i].status);
    }
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
}

static void test_wrong_credentials(Fixture *f, const void *opaque)
{
    static const char *const names[] = { "nobody", "gone", "", "adminx" };
    Host host;
    size_t i;

    host_init(&host, f, "192.0.2.1", 1000);
    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        g_assert_cmpint(ipmi_test_client_login(&host.client, 17, names[i],
                                               "x"),
                        ==, IPMI_RAKP_STATUS_UNAUTHORIZED_NAME);
    }
    test_expect_log(G_LOG_LEVEL_MESSAGE,
                    "login failed for user 'admin' at 192.0.2.1 over "
                    "IPMI LAN");
    g_assert_cmpint(ipmi_test_client_login(&host.client, 3, "admin", "wrong"),
                    ==, IPMI_RAKP_STATUS_INVALID_ICV);
    test_assert_logged();
    /* The session that it was tried on is gone. */
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, MOCK_HUB_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INVALID_SESSION);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
}

/* A client that falls silent after RAKP 2, as ipmitool does. */
static void test_silent_failure(Fixture *f, const void *opaque)
{
    Host host;

    host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x10), ==,
                    0);
    test_expect_log(G_LOG_LEVEL_MESSAGE,
                    "login failed for user 'admin' at 192.0.2.1 over "
                    "IPMI LAN (no answer to RAKP 2)");
    clock_advance(f->hub->clock, IPMI_CHALLENGE_MS);
    test_assert_logged();
    /* It may still come, if RAKP 2 was lost. */
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, MOCK_HUB_PASSWORD),
                    ==, 0);
    clock_advance(f->hub->clock, IPMI_SESSION_IDLE_MS);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
    g_assert_null(f->core->sessions->timer);
}

static void test_rakp_out_of_order(Fixture *f, const void *opaque)
{
    Host host;
    Host other;

    host_init(&host, f, "192.0.2.1", 1000);
    host.client.auth.managed_id = 1;
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    IPMI_RAKP_STATUS_INVALID_SESSION);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, MOCK_HUB_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INACTIVE_SESSION);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    0);
    /* From another address, and from another port of the same one. */
    host_init(&other, f, "192.0.2.2", 1000);
    other.client.auth = host.client.auth;
    g_assert_cmpint(ipmi_test_client_rakp3(&other.client, MOCK_HUB_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INVALID_SESSION);
    host_init(&other, f, "192.0.2.1", 1001);
    other.client.auth = host.client.auth;
    g_assert_cmpint(ipmi_test_client_rakp3(&other.client, MOCK_HUB_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INVALID_SESSION);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, MOCK_HUB_PASSWORD),
                    ==, 0);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
}

/* RAKP 4 is lost: RAKP 3 comes again and is answered as before. */
static void test_rakp4_lost(Fixture *f, const void *opaque)
{
    Host host;

    host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    ipmi_test_client_rakp1(&host.client, "admin", 0x14);
    host.lose = true;
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, MOCK_HUB_PASSWORD),
                    ==, IPMI_TEST_SILENCE);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, MOCK_HUB_PASSWORD),
                    ==, 0);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, MOCK_HUB_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INVALID_SESSION);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
}

static void test_open_retransmitted(Fixture *f, const void *opaque)
{
    Host host;
    uint32_t id;

    host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    id = host.client.auth.managed_id;
    host.client.tag--;
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmphex(host.client.auth.managed_id, ==, id);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 1);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmphex(host.client.auth.managed_id, !=, id);
}

static void test_sessionless(Fixture *f, const void *opaque)
{
    const IpmiCommand *row;
    uint8_t data[16] = { 0 };
    Host host;
    size_t n;
    int cc;

    host_init(&host, f, "192.0.2.1", 1000);
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        cc = ipmi_test_client_sessionless(&host.client, false, row->netfn,
                                          row->cmd, data, row->min);
        if (row->flags & IPMI_CMD_SESSIONLESS) {
            g_assert_cmpint(cc, !=, IPMI_CC_PRIVILEGE);
        } else if (row->channels & IPMI_ON_LAN) {
            g_assert_cmpint(cc, ==, IPMI_CC_PRIVILEGE);
        } else {
            g_assert_cmpint(cc, ==, IPMI_CC_INVALID_CMD);
        }
        cc = ipmi_test_client_sessionless(&host.client, true, row->netfn,
                                          row->cmd, data, row->min);
        if (row->flags & IPMI_CMD_SESSIONLESS) {
            g_assert_cmpint(cc, >=, 0);
        } else {
            g_assert_cmpint(cc, ==, IPMI_TEST_SILENCE);
        }
    }
    g_assert_cmpint(f->hub->requests, ==, 0);
    g_assert_cmpint(ipmi_test_client_sessionless(&host.client, true, APP,
                                                 0x54, "\x0e\0\x80", 3),
                    ==, 0);
    test_assert_hex_equal(host.client.data, host.client.len,
                          "01c003014181c011034481");
}

static void send_hex(Fixture *f, const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    IpmiPeer peer = { 0 };
    size_t len;
    const void *data = g_bytes_get_data(bytes, &len);

    peer.addr.in.sin_family = AF_INET;
    ipmi_engine_receive(f->engine, &peer, data, len);
    test_drain();
}

/* Bytes as ipmitool and the specification have them. */
static void test_known_answers(Fixture *f, const void *opaque)
{
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    size_t n;

    send_hex(f, "0600ff06 000011be 80 2a 00 00");
    n = take(f, buf);
    test_assert_hex_equal(buf, n, "0600ff06 000011be 40 2a 00 10 "
                          "000011be 00000000 81 00 000000000000");
    send_hex(f, "0600ff07 00 00000000 00000000 09 20 18 c8 81 04 38 8e 04 b1");
    n = take(f, buf);
    test_assert_hex_equal(buf, n, "0600ff07 00 00000000 00000000 10 "
                          "81 1c 63 20 04 38 00 01 80 04 02 00000000 1d");
    /* An ASF message that wants an acknowledge gets one first. */
    send_hex(f, "06000506 000011be 80 2a 00 00");
    n = take(f, buf);
    test_assert_hex_equal(buf, n, "06000586");
    g_assert_cmpint(take(f, buf), >, 0);
}

static void test_malformed(Fixture *f, const void *opaque)
{
    static const char *const bad[] = {
        "", "06", "0600ff", "0600ff07", "0500ff07 00 00000000 00000000 00",
        "0600ff06", "0600ff06 000011bf 80 2a 00 00", "0600ff08 00",
        "06000586",
        /* An IPMI 1.5 session, authentication, wrong lengths, checksums. */
        "0600ff07 00 01000000 01000000 07 20 18 c8 81 04 01 7a",
        ("0600ff07 02 00000000 00000000 00000000000000000000000000000000 07 "
         "20 18 c8 81 04 01 7a"),
        "0600ff07 00 00000000 00000000 ff 20 18 c8 81 04 01 7a",
        "0600ff07 00 00000000 00000000 07 20 18 c9 81 04 01 7a",
        "0600ff07 00 00000000 00000000 07 20 18 c8 81 04 01 7b",
        /* To another address, and a response. */
        "0600ff07 00 00000000 00000000 07 22 18 c6 81 04 01 7a",
        "0600ff07 00 00000000 00000000 07 20 1c c4 81 04 01 7a",
        /* RMCP+: unknown payloads, answers, lengths. */
        "0600ff07 06 01 00000000 00000000 0000",
        "0600ff07 06 11 00000000 00000000 0000",
        "0600ff07 06 3f 00000000 00000000 0000",
        "0600ff07 06 10 00000000 00000000 ffff 00",
        "0600ff07 06 10 00000000 00000000 0100 00",
        "0600ff07 06 50 00000000 00000000 0000",
        "0600ff07 06 c0 78563412 01000000 0000",
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        send_hex(f, bad[i]);
        g_assert_cmpint(f->outbox.length, ==, 0);
    }
    g_assert_cmpint(g_hash_table_size(f->core->sessions->by_id), ==, 0);
}

static void test_truncated(Fixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t one[IPMI_LAN_PACKET_MAX];
    Host host;
    size_t len;
    size_t i;

    login_as(&host, f, 17, "admin");
    len = ipmi_test_client_seal(&host.client, CHASSIS, 0x01, NULL, 0, packet);
    for (i = 0; i < len; i++) {
        /* From a block of its own, so that an overrun is seen. */
        g_autofree uint8_t *copy = g_memdup2(packet, i);

        g_assert_cmpint(ipmi_test_client_send(&host.client, copy, i), ==,
                        IPMI_TEST_SILENCE);
    }
    /* No bit after the RMCP header can be changed. */
    for (i = RMCP_HEADER_LEN * 8; i < len * 8; i++) {
        memcpy(one, packet, len);
        one[i / 8] ^= 1 << i % 8;
        g_assert_cmpint(ipmi_test_client_send(&host.client, one, len), ==,
                        IPMI_TEST_SILENCE);
    }
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==, 0);
}

static void test_replay_and_window(Fixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t late[IPMI_LAN_PACKET_MAX];
    Host host;
    size_t late_len;
    size_t len;

    login_as(&host, f, 17, "admin");
    len = ipmi_test_client_seal(&host.client, CHASSIS, 0x01, NULL, 0, packet);
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==, 0);
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==,
                    IPMI_TEST_SILENCE);
    late_len = ipmi_test_client_seal(&host.client, CHASSIS, 0x01, NULL, 0,
                                     late);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
    host.client.rq_seq--;
    g_assert_cmpint(ipmi_test_client_send(&host.client, late, late_len), ==,
                    0);
    host.client.sequence += 16;
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    host.client.sequence -= 2;
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
}

static void test_forged(Fixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    Host host;
    Host other;
    size_t len;
    size_t i;

    login_as(&host, f, 3, "admin");
    g_assert_cmpint(command(&host, APP, 0x3b, "04"), ==, 0);
    /* Somebody else with the session's id but not its keys. */
    host_init(&other, f, "192.0.2.1", 1000);
    other.client.auth.managed_id = host.client.auth.managed_id;
    other.client.auth.console_id = host.client.auth.console_id;
    other.client.crypto = host.client.crypto;
    other.client.sequence = 1;
    secret_random(other.client.crypto.k1, sizeof(other.client.crypto.k1));
    for (i = 0; i < 200; i++) {
        other.client.sequence = 1;
        g_assert_cmpint(command(&other, CHASSIS, 0x02, "00"), ==,
                        IPMI_TEST_SILENCE);
    }
    /* With the keys, but from another address. */
    host_init(&other, f, "192.0.2.9", 1000);
    other.client.auth = host.client.auth;
    other.client.crypto = host.client.crypto;
    other.client.sequence = host.client.sequence;
    g_assert_cmpint(command(&other, CHASSIS, 0x02, "00"), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmpint(f->hub->requests, ==, 0);
    /* The session has not suffered. */
    len = ipmi_test_client_seal(&host.client, CHASSIS, 0x02, "\0", 1, packet);
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==, 0);
    g_assert_cmpint(f->hub->requests, ==, 1);
}

/* Plain text within a session, as a downgrade would send it. */
static void test_unprotected(Fixture *f, const void *opaque)
{
    static const struct {
        uint8_t integrity, conf;
    } cases[] = {
        { IPMI_INTEGRITY_NONE, IPMI_CONF_NONE },
        { IPMI_INTEGRITY_NONE, IPMI_CONF_AES_CBC_128 },
        { IPMI_INTEGRITY_HMAC_SHA256_128, IPMI_CONF_NONE },
    };
    Host host;
    size_t i;

    login_as(&host, f, 17, "admin");
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RmcppCrypto crypto = host.client.crypto;
        int rc;

        host.client.crypto.integrity = cases[i].integrity;
        host.client.crypto.conf = cases[i].conf;
        rc = command(&host, CHASSIS, 0x01, "");
        host.client.crypto = crypto;
        g_assert_cmpint(rc, ==, IPMI_TEST_SILENCE);
    }
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
    /* And with a session that is only half open (D2). */
    host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
}

/* The first answer to a power cycle is lost; ipmitool asks again. */
static void test_retransmission(Fixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    Host host;
    size_t len;
    int i;

    login_as(&host, f, 17, "admin");
    g_assert_cmpint(command(&host, APP, 0x3b, "04"), ==, 0);
    host.lose = true;
    g_assert_cmpint(command(&host, CHASSIS, 0x02, "02"), ==,
                    IPMI_TEST_SILENCE);
    for (i = 0; i < 4; i++) {
        clock_advance(f->hub->clock, 1000);
        len = ipmi_test_client_seal(&host.client, CHASSIS, 0x02, "\x02", 1,
                                    packet);
        g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==,
                        0);
    }
    g_assert_cmpint(f->hub->requests, ==, 1);
    /* The next one is meant. */
    g_assert_cmpint(command(&host, CHASSIS, 0x02, "02"), ==, 0);
    g_assert_cmpint(f->hub->requests, ==, 2);
    /* And so is the same after five seconds. */
    clock_advance(f->hub->clock, 5001);
    len = ipmi_test_client_seal(&host.client, CHASSIS, 0x02, "\x02", 1,
                                packet);
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==, 0);
    g_assert_cmpint(f->hub->requests, ==, 3);
}

static void test_retransmission_joined(Fixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    Host host;
    size_t len;
    int i;

    login_as(&host, f, 17, "admin");
    g_assert_cmpint(command(&host, APP, 0x3b, "04"), ==, 0);
    f->hub->hold = true;
    g_assert_cmpint(command(&host, CHASSIS, 0x02, "02"), ==,
                    IPMI_TEST_SILENCE);
    for (i = 0; i < 3; i++) {
        len = ipmi_test_client_seal(&host.client, CHASSIS, 0x02, "\x02", 1,
                                    packet);
        g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==,
                        IPMI_TEST_SILENCE);
    }
    mock_hub_release(f->hub);
    test_drain();
    g_assert_cmpint(f->outbox.length, ==, 1);
    g_assert_cmpint(take(f, packet), >, 0);
    g_assert_cmpint(f->hub->requests, ==, 1);
}

static void test_pending_bounded(Fixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    Host host;
    int i;

    login_as(&host, f, 17, "admin");
    g_assert_cmpint(command(&host, APP, 0x3b, "04"), ==, 0);
    f->hub->hold = true;
    for (i = 0; i < IPMI_ENGINE_PENDING_MAX; i++) {
        g_assert_cmpint(command(&host, CHASSIS, 0x02, "02"), ==,
                        IPMI_TEST_SILENCE);
    }
    g_assert_cmpint(command(&host, CHASSIS, 0x02, "02"), ==,
                    IPMI_CC_NODE_BUSY);
    clock_advance(f->hub->clock, IPMI_DEFER_MS);
    g_assert_cmpint(f->outbox.length, ==, IPMI_ENGINE_PENDING_MAX);
    while (take(f, packet)) {
        continue;
    }
    /* A session that ends drops what is pending. */
    g_assert_cmpint(command(&host, CHASSIS, 0x02, "02"), ==,
                    IPMI_TEST_SILENCE);
    ipmi_sessions_close(f->core->sessions,
                        f->core->sessions->active.head->data);
    clock_advance(f->hub->clock, IPMI_DEFER_MS);
}

static void test_close(Fixture *f, const void *opaque)
{
    uint8_t id[4];
    Host host;
    Host other;
    ByteWriter w = byte_writer(id, sizeof(id));

    login_as(&host, f, 17, "viewer");
    login_as(&other, f, 17, "admin");
    g_assert_cmpint(command(&host, APP, 0x3c, "01000000"), ==, 0x87);
    g_assert_cmpint(command(&host, APP, 0x3c, "0000000009"), ==, 0x88);
    g_assert_cmpint(command(&host, APP, 0x3c, "00000000"), ==,
                    IPMI_CC_LENGTH);
    g_assert_cmpint(command(&host, APP, 0x3c, "0100000001"), ==,
                    IPMI_CC_LENGTH);
    /* Another's needs an administrator. */
    g_assert_cmpint(command(&host, APP, 0x3c, "0000000002"), ==,
                    IPMI_CC_PRIVILEGE);
    byte_writer_le32(&w, host.client.auth.managed_id);
    host.client.rq_seq++;
    g_assert_cmpint(ipmi_test_client_command(&host.client, APP, 0x3c, id, 4),
                    ==, 0);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmpint(command(&other, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
}

static void test_session_info(Fixture *f, const void *opaque)
{
    Host host;

    login_as(&host, f, 17, "oper");
    g_assert_cmpint(command(&host, APP, 0x3d, "00"), ==, 0);
    test_assert_hex_equal(host.client.data, host.client.len,
                          "01 3f 01 03 02 11 c0000201 000000000000 e803");
    g_assert_cmpint(command(&host, APP, 0x3d, "02"), ==, 0);
    test_assert_hex_equal(host.client.data, host.client.len, "00 3f 01");
    g_assert_cmpint(command(&host, APP, 0x3d, "fe01"), ==, 0);
    g_assert_cmpint(command(&host, APP, 0x3d, "fe02"), ==,
                    IPMI_CC_NOT_PRESENT);
    g_assert_cmpint(command(&host, APP, 0x3d, "ff01000000"), ==,
                    IPMI_CC_NOT_PRESENT);
    g_assert_cmpint(command(&host, APP, 0x3d, "0001"), ==, IPMI_CC_LENGTH);
}

static void test_user_disabled(Fixture *f, const void *opaque)
{
    Host host;

    login_as(&host, f, 17, "admin");
    mock_hub_changed(f->hub, BMC_PART_USERS);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
    f->hub->users[2].enabled = false;
    mock_hub_changed(f->hub, BMC_PART_USERS);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
}

static void test_half_open_flood(Fixture *f, const void *opaque)
{
    g_autofree char *ip = NULL;
    Host host;
    Host flood;
    int i;

    login_as(&host, f, 17, "admin");
    for (i = 0; i < 1000; i++) {
        host_init(&flood, f, "192.0.2.66", i + 1);
        g_assert_cmpint(ipmi_test_client_open(&flood.client, 3, 4, 1), ==,
                        0);
    }
    g_assert_cmpint(f->core->sessions->half_open.length, ==,
                    IPMI_HALF_OPEN_PER_HOST);
    for (i = 0; i < 1000; i++) {
        g_free(ip);
        ip = g_strdup_printf("198.51.%d.%d", 100 + i / 250, i % 250);
        host_init(&flood, f, ip, 1000);
        g_assert_cmpint(ipmi_test_client_open(&flood.client, 3, 4, 1), ==,
                        0);
    }
    g_assert_cmpint(f->core->sessions->half_open.length, ==,
                    IPMI_HALF_OPEN_MAX);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
    login_as(&flood, f, 3, "oper");
    g_assert_cmpint(f->core->sessions->active.length, ==, 2);
    clock_advance(f->hub->clock, IPMI_HALF_OPEN_MS);
    g_assert_cmpint(f->core->sessions->half_open.length, ==, 0);
}

static void test_limit_and_timeout(Fixture *f, const void *opaque)
{
    g_autofree bool *handles = g_new0(bool, 256);
    Host host[IPMI_SESSIONS_MAX + 1];
    IpmiSession *session;
    GList *at;
    int i;

    for (i = 0; i < IPMI_SESSIONS_MAX; i++) {
        login_as(&host[i], f, 17, "admin");
    }
    host_init(&host[i], f, "192.0.2.1", 1000);
    g_assert_cmpint(ipmi_test_client_open(&host[i].client, 3, 4, 1), ==,
                    IPMI_RAKP_STATUS_NO_RESOURCES);
    for (at = f->core->sessions->active.head; at; at = at->next) {
        session = at->data;
        g_assert_cmpint(session->handle, >=, 1);
        g_assert_cmpint(session->handle, <=, IPMI_SESSION_HANDLE_MAX);
        g_assert_false(handles[session->handle]);
        handles[session->handle] = true;
    }
    clock_advance(f->hub->clock, IPMI_SESSION_IDLE_MS - 1);
    g_assert_cmpint(command(&host[5], CHASSIS, 0x01, ""), ==, 0);
    clock_advance(f->hub->clock, 1);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
    g_assert_cmpint(command(&host[5], CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmpint(command(&host[6], CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    clock_advance(f->hub->clock, IPMI_SESSION_IDLE_MS);
    g_assert_cmpint(f->core->sessions->active.length, ==, 0);
    g_assert_null(f->core->sessions->timer);
}

/* A second engine, as for a second socket, does not know the first's. */
static void test_other_engine(Fixture *f, const void *opaque)
{
    IpmiEngine *first = f->engine;
    Host host;

    login_as(&host, f, 17, "admin");
    f->engine = ipmi_engine_new(f->core, keep, f);
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    ipmi_engine_free(f->engine);
    f->engine = first;
    g_assert_cmpint(command(&host, CHASSIS, 0x01, ""), ==, 0);
}

#define ADD(path, func) \
    g_test_add("/ipmi/engine/" path, Fixture, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("login", test_login);
    ADD("ceilings", test_ceilings);
    ADD("requested-privilege", test_requested_privilege);
    ADD("suites-refused", test_suites_refused);
    ADD("wrong-credentials", test_wrong_credentials);
    ADD("silent-failure", test_silent_failure);
    ADD("rakp/out-of-order", test_rakp_out_of_order);
    ADD("rakp/rakp4-lost", test_rakp4_lost);
    ADD("rakp/open-retransmitted", test_open_retransmitted);
    ADD("sessionless", test_sessionless);
    ADD("known-answers", test_known_answers);
    ADD("malformed", test_malformed);
    ADD("truncated", test_truncated);
    ADD("replay", test_replay_and_window);
    ADD("forged", test_forged);
    ADD("unprotected", test_unprotected);
    ADD("retransmission/answered", test_retransmission);
    ADD("retransmission/joined", test_retransmission_joined);
    ADD("pending-bounded", test_pending_bounded);
    ADD("close", test_close);
    ADD("session-info", test_session_info);
    ADD("user-disabled", test_user_disabled);
    ADD("half-open-flood", test_half_open_flood);
    ADD("limit", test_limit_and_timeout);
    ADD("other-engine", test_other_engine);
    return g_test_run();
}
