/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a datagram: what is answered, and what is malformed, forged or
 * replayed and is not.
 */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include "codec/asf.h"
#include "codec/ipmi15.h"
#include "codec/rmcp.h"
#include "util/secret.h"

#include "engine-fixture.h"
#include "test-util.h"

#define CHASSIS IPMI_NETFN_CHASSIS
#define APP IPMI_NETFN_APP

static void test_sessionless(EngineFixture *f, const void *opaque)
{
    const IpmiCommand *row;
    uint8_t data[256] = { 0 };
    EngineHost host;
    size_t n;
    int cc;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        data[0] = row->group;
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
    fixture_assert_log(&f->base, "");
    g_assert_cmpint(ipmi_test_client_sessionless(&host.client, true, APP, 0x54,
                                                 "\x0e\0\x80", 3),
                    ==, 0);
    test_assert_hex_equal(host.client.data, host.client.len,
                          "01c003014181c011034481");
}

static void send_hex(EngineFixture *f, const char *hex)
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
static void test_known_answers(EngineFixture *f, const void *opaque)
{
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    size_t n;

    send_hex(f, "0600ff06 000011be 80 2a 00 00");
    n = engine_fixture_take(f, buf);
    test_assert_hex_equal(buf, n,
                          "0600ff06 000011be 40 2a 00 10 "
                          "000011be 00000000 81 00 000000000000");
    send_hex(f, "0600ff07 00 00000000 00000000 09 20 18 c8 81 04 38 8e 04 b1");
    n = engine_fixture_take(f, buf);
    test_assert_hex_equal(buf, n,
                          "0600ff07 00 00000000 00000000 10 "
                          "81 1c 63 20 04 38 00 01 80 04 02 00000000 1d");
    /* An ASF message that wants an acknowledge gets one first. */
    send_hex(f, "06000506 000011be 80 2a 00 00");
    n = engine_fixture_take(f, buf);
    test_assert_hex_equal(buf, n, "06000586");
    g_assert_cmpint(engine_fixture_take(f, buf), >, 0);
}

static void test_malformed(EngineFixture *f, const void *opaque)
{
    static const char *const bad[] = {
        "",
        "06",
        "0600ff",
        "0600ff07",
        "0500ff07 00 00000000 00000000 00",
        "0600ff06",
        "0600ff06 000011bf 80 2a 00 00",
        "0600ff08 00",
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

static void test_truncated(EngineFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t one[IPMI_LAN_PACKET_MAX];
    EngineHost host;
    size_t len;
    size_t i;

    engine_host_login(&host, f, 17, "admin");
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

static void test_replay_and_window(EngineFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t late[IPMI_LAN_PACKET_MAX];
    EngineHost host;
    size_t late_len;
    size_t len;

    engine_host_login(&host, f, 17, "admin");
    len = ipmi_test_client_seal(&host.client, CHASSIS, 0x01, NULL, 0, packet);
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==, 0);
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==,
                    IPMI_TEST_SILENCE);
    late_len =
        ipmi_test_client_seal(&host.client, CHASSIS, 0x01, NULL, 0, late);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    host.client.rq_seq--;
    g_assert_cmpint(ipmi_test_client_send(&host.client, late, late_len), ==, 0);
    host.client.sequence += 16;
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    host.client.sequence -= 2;
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
}

static void test_forged(EngineFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    EngineHost host;
    EngineHost other;
    size_t len;
    size_t i;

    engine_host_login(&host, f, 3, "admin");
    g_assert_cmpint(engine_host_command(&host, APP, 0x3b, "04"), ==, 0);
    /* Somebody else with the session's id but not its keys. */
    engine_host_init(&other, f, "192.0.2.1", 1000);
    other.client.auth.managed_id = host.client.auth.managed_id;
    other.client.auth.console_id = host.client.auth.console_id;
    other.client.crypto = host.client.crypto;
    other.client.sequence = 1;
    secret_random(other.client.crypto.k1, sizeof(other.client.crypto.k1));
    for (i = 0; i < 200; i++) {
        other.client.sequence = 1;
        g_assert_cmpint(engine_host_command(&other, CHASSIS, 0x02, "00"), ==,
                        IPMI_TEST_SILENCE);
    }
    /* With the keys, but from another address. */
    engine_host_init(&other, f, "192.0.2.9", 1000);
    other.client.auth = host.client.auth;
    other.client.crypto = host.client.crypto;
    other.client.sequence = host.client.sequence;
    g_assert_cmpint(engine_host_command(&other, CHASSIS, 0x02, "00"), ==,
                    IPMI_TEST_SILENCE);
    fixture_assert_log(&f->base, "");
    /* The session has not suffered. */
    len = ipmi_test_client_seal(&host.client, CHASSIS, 0x02, "\0", 1, packet);
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==, 0);
    fixture_assert_log(&f->base, "stop");
}

/* Plain text within a session, as a downgrade would send it. */
static void test_unprotected(EngineFixture *f, const void *opaque)
{
    static const struct {
        uint8_t integrity, conf;
    } cases[] = {
        { IPMI_INTEGRITY_NONE, IPMI_CONF_NONE },
        { IPMI_INTEGRITY_NONE, IPMI_CONF_AES_CBC_128 },
        { IPMI_INTEGRITY_HMAC_SHA256_128, IPMI_CONF_NONE },
    };
    EngineHost host;
    size_t i;

    engine_host_login(&host, f, 17, "admin");
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        RmcppCrypto crypto = host.client.crypto;
        int rc;

        host.client.crypto.integrity = cases[i].integrity;
        host.client.crypto.conf = cases[i].conf;
        rc = engine_host_command(&host, CHASSIS, 0x01, "");
        host.client.crypto = crypto;
        g_assert_cmpint(rc, ==, IPMI_TEST_SILENCE);
    }
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    /* And with a session that is only half open (D2). */
    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
}

#define ADD(path, func)                                   \
    g_test_add("/ipmi/engine/" path, EngineFixture, NULL, \
               engine_fixture_setup, func, engine_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("sessionless", test_sessionless);
    ADD("known-answers", test_known_answers);
    ADD("malformed", test_malformed);
    ADD("truncated", test_truncated);
    ADD("replay", test_replay_and_window);
    ADD("forged", test_forged);
    ADD("unprotected", test_unprotected);
    return g_test_run();
}
