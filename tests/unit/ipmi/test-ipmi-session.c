/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens within sessions, and how they end. */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include "engine-fixture.h"
#include "test-util.h"

#define CHASSIS IPMI_NETFN_CHASSIS
#define APP IPMI_NETFN_APP

/* The first answer to a reset is lost; ipmitool asks again. */
static void test_retransmission(EngineFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    EngineHost host;
    size_t len;
    int i;

    engine_host_login(&host, f, 17, "admin");
    g_assert_cmpint(engine_host_command(&host, APP, 0x3b, "04"), ==, 0);
    host.lose = true;
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x02, "03"), ==,
                    IPMI_TEST_SILENCE);
    for (i = 0; i < 4; i++) {
        fixture_advance(&f->base, 1000);
        len = ipmi_test_client_seal(&host.client, CHASSIS, 0x02, "\x03", 1,
                                    packet);
        g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==,
                        0);
    }
    fixture_assert_log(&f->base, "reset");
    /* The next one is meant. */
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x02, "03"), ==, 0);
    fixture_assert_log(&f->base, "reset");
    /* And so is the same after five seconds. */
    fixture_advance(&f->base, 5001);
    len = ipmi_test_client_seal(&host.client, CHASSIS, 0x02, "\x03", 1, packet);
    g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==, 0);
    fixture_assert_log(&f->base, "reset");
}

static void test_retransmission_joined(EngineFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    EngineHost host;
    size_t len;
    int i;

    engine_host_login(&host, f, 17, "admin");
    g_assert_cmpint(engine_host_command(&host, APP, 0x3b, "04"), ==, 0);
    mock_machine_hold(f->base.mock, true);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x02, "03"), ==,
                    IPMI_TEST_SILENCE);
    for (i = 0; i < 3; i++) {
        len = ipmi_test_client_seal(&host.client, CHASSIS, 0x02, "\x03", 1,
                                    packet);
        g_assert_cmpint(ipmi_test_client_send(&host.client, packet, len), ==,
                        IPMI_TEST_SILENCE);
    }
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
    g_assert_cmpint(f->outbox.length, ==, 1);
    g_assert_cmpint(engine_fixture_take(f, packet), >, 0);
    fixture_assert_log(&f->base, "reset");
}

static void test_pending_bounded(EngineFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    EngineHost host;
    int i;

    engine_host_login(&host, f, 17, "admin");
    g_assert_cmpint(engine_host_command(&host, APP, 0x3b, "04"), ==, 0);
    mock_machine_hold(f->base.mock, true);
    for (i = 0; i < IPMI_ENGINE_PENDING_MAX; i++) {
        g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x02, "00"), ==,
                        IPMI_TEST_SILENCE);
    }
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x02, "00"), ==,
                    IPMI_CC_NODE_BUSY);
    fixture_advance(&f->base, IPMI_DEFER_MS);
    g_assert_cmpint(f->outbox.length, ==, IPMI_ENGINE_PENDING_MAX);
    while (engine_fixture_take(f, packet)) {
        continue;
    }
    /* A session that ends drops what is pending. */
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x02, "00"), ==,
                    IPMI_TEST_SILENCE);
    ipmi_sessions_close(f->core->sessions,
                        f->core->sessions->active.head->data);
    fixture_advance(&f->base, IPMI_DEFER_MS);
}

static void test_close(EngineFixture *f, const void *opaque)
{
    uint8_t id[4];
    EngineHost host;
    EngineHost other;
    ByteWriter w = byte_writer(id, sizeof(id));

    engine_host_login(&host, f, 17, "viewer");
    engine_host_login(&other, f, 17, "admin");
    g_assert_cmpint(engine_host_command(&host, APP, 0x3c, "01000000"), ==,
                    0x87);
    g_assert_cmpint(engine_host_command(&host, APP, 0x3c, "0000000009"), ==,
                    0x88);
    g_assert_cmpint(engine_host_command(&host, APP, 0x3c, "00000000"), ==,
                    IPMI_CC_LENGTH);
    g_assert_cmpint(engine_host_command(&host, APP, 0x3c, "0100000001"), ==,
                    IPMI_CC_LENGTH);
    /* Another's needs an administrator. */
    g_assert_cmpint(engine_host_command(&host, APP, 0x3c, "0000000002"), ==,
                    IPMI_CC_PRIVILEGE);
    byte_writer_le32(&w, host.client.auth.managed_id);
    host.client.rq_seq++;
    g_assert_cmpint(ipmi_test_client_command(&host.client, APP, 0x3c, id, 4),
                    ==, 0);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    g_assert_cmpint(engine_host_command(&other, CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
}

static void test_session_info(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    engine_host_login(&host, f, 17, "oper");
    g_assert_cmpint(engine_host_command(&host, APP, 0x3d, "00"), ==, 0);
    test_assert_hex_equal(host.client.data, host.client.len,
                          "01 3f 01 03 02 11 c0000201 000000000000 e803");
    g_assert_cmpint(engine_host_command(&host, APP, 0x3d, "02"), ==, 0);
    test_assert_hex_equal(host.client.data, host.client.len, "00 3f 01");
    g_assert_cmpint(engine_host_command(&host, APP, 0x3d, "fe01"), ==, 0);
    g_assert_cmpint(engine_host_command(&host, APP, 0x3d, "fe02"), ==,
                    IPMI_CC_NOT_PRESENT);
    g_assert_cmpint(engine_host_command(&host, APP, 0x3d, "ff01000000"), ==,
                    IPMI_CC_NOT_PRESENT);
    g_assert_cmpint(engine_host_command(&host, APP, 0x3d, "0001"), ==,
                    IPMI_CC_LENGTH);
}

static void test_user_disabled(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    engine_host_login(&host, f, 17, "admin");
    fixture_set_user(&f->base, FIXTURE_ADMIN, true, BMC_PRIVILEGE_ADMIN);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    fixture_set_user(&f->base, FIXTURE_ADMIN, false, BMC_PRIVILEGE_ADMIN);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
}

static void test_user_demoted(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    engine_host_login(&host, f, 17, "admin");
    fixture_set_user(&f->base, FIXTURE_ADMIN, true, BMC_PRIVILEGE_OPERATOR);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
}

/* RAKP 3 may be made with a password that is no longer the user's. */
static void test_user_changed_in_between(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    0);
    fixture_set_user(&f->base, FIXTURE_ADMIN, true, BMC_PRIVILEGE_ADMIN);
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD),
                    ==, IPMI_RAKP_STATUS_INVALID_SESSION);
}

/* Opens @n sessions, each from another port of @ip. */
static void flood(EngineFixture *f, const char *ip, unsigned n)
{
    EngineHost host;
    unsigned i;

    for (i = 0; i < n; i++) {
        engine_host_init(&host, f, ip, i + 2000);
        g_assert_cmpint(ipmi_test_client_open(&host.client, 3, 4, 1), ==, 0);
    }
}

static void test_half_open_flood(EngineFixture *f, const void *opaque)
{
    g_autofree char *ip = NULL;
    EngineHost host;
    EngineHost other;
    int i;

    engine_host_login(&host, f, 17, "admin");
    flood(f, "192.0.2.66", 1000);
    for (i = 0; i < 1000; i++) {
        g_free(ip);
        ip = g_strdup_printf("198.51.%d.%d", 100 + i / 250, i % 250);
        flood(f, ip, 1);
    }
    g_assert_cmpint(f->core->sessions->half_open.length, ==,
                    IPMI_HALF_OPEN_MAX);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
    engine_host_login(&other, f, 3, "oper");
    g_assert_cmpint(f->core->sessions->active.length, ==, 2);
    fixture_advance(&f->base, IPMI_HALF_OPEN_MS);
    g_assert_cmpint(f->core->sessions->half_open.length, ==, 0);
    g_assert_cmpint(g_hash_table_size(f->core->sessions->hosts), ==, 0);
}

/* One opens while others, there or at the same address, flood the table. */
static void test_login_during_flood(EngineFixture *f, const void *opaque)
{
    static const char *const flooders[] = { "192.0.2.1", "192.0.2.66" };
    EngineHost host;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(flooders); i++) {
        flood(f, flooders[i], 1000);
        engine_host_init(&host, f, "192.0.2.1", 1000);
        ipmi_test_client_open(&host.client, 3, 4, 1);
        flood(f, flooders[i], 100);
        g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14),
                        ==, 0);
        flood(f, flooders[i], 1000);
        g_assert_cmpint(ipmi_test_client_rakp3(&host.client,
                                               FIXTURE_PASSWORD), ==, 0);
    }
    g_assert_cmpint(f->core->sessions->active.length, ==, 2);
}

/* Addresses that somebody makes up do not get any further than to open. */
static void test_login_during_spoofing(EngineFixture *f, const void *opaque)
{
    g_autofree char *ip = NULL;
    EngineHost host;
    int i;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    0);
    for (i = 0; i < 1000; i++) {
        g_free(ip);
        ip = g_strdup_printf("198.51.%d.%d", 100 + i / 250, i % 250);
        flood(f, ip, 1);
    }
    g_assert_cmpint(ipmi_test_client_rakp3(&host.client, FIXTURE_PASSWORD),
                    ==, 0);
}

/* To begin anew does not hide that a password was tried. */
static void test_unanswered_is_logged(EngineFixture *f, const void *opaque)
{
    EngineHost host;

    engine_host_init(&host, f, "192.0.2.1", 1000);
    ipmi_test_client_open(&host.client, 3, 4, 1);
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "admin", 0x14), ==,
                    0);
    test_expect_log(G_LOG_LEVEL_MESSAGE,
                    "login failed for user 'admin' at 192.0.2.1 over "
                    "IPMI LAN (no answer to RAKP 2)");
    g_assert_cmpint(ipmi_test_client_rakp1(&host.client, "oper", 0x14), ==,
                    0);
    test_assert_logged();
}

static void test_limit_and_timeout(EngineFixture *f, const void *opaque)
{
    g_autofree bool *handles = g_new0(bool, 256);
    EngineHost host[IPMI_SESSIONS_DEFAULT + 1];
    IpmiSession *session;
    GList *at;
    int i;

    for (i = 0; i < IPMI_SESSIONS_DEFAULT; i++) {
        engine_host_login(&host[i], f, 17, "admin");
    }
    engine_host_init(&host[i], f, "192.0.2.1", 1000);
    g_assert_cmpint(ipmi_test_client_open(&host[i].client, 3, 4, 1), ==,
                    IPMI_RAKP_STATUS_NO_RESOURCES);
    for (at = f->core->sessions->active.head; at; at = at->next) {
        session = at->data;
        g_assert_cmpint(session->handle, >=, 1);
        g_assert_cmpint(session->handle, <=, IPMI_SESSION_HANDLE_MAX);
        g_assert_false(handles[session->handle]);
        handles[session->handle] = true;
    }
    fixture_advance(&f->base, IPMI_SESSION_IDLE_MS - 1);
    g_assert_cmpint(engine_host_command(&host[5], CHASSIS, 0x01, ""), ==, 0);
    fixture_advance(&f->base, 1);
    g_assert_cmpint(f->core->sessions->active.length, ==, 1);
    g_assert_cmpint(engine_host_command(&host[5], CHASSIS, 0x01, ""), ==, 0);
    g_assert_cmpint(engine_host_command(&host[6], CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    fixture_advance(&f->base, IPMI_SESSION_IDLE_MS);
    g_assert_cmpint(f->core->sessions->active.length, ==, 0);
    g_assert_null(f->core->sessions->timer);
}

/* A second engine, as for a second socket, does not know the first's. */
static void test_other_engine(EngineFixture *f, const void *opaque)
{
    IpmiEngine *first = f->engine;
    EngineHost host;

    engine_host_login(&host, f, 17, "admin");
    f->engine = ipmi_engine_new(f->core, engine_fixture_keep, f);
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==,
                    IPMI_TEST_SILENCE);
    ipmi_engine_free(f->engine);
    f->engine = first;
    g_assert_cmpint(engine_host_command(&host, CHASSIS, 0x01, ""), ==, 0);
}

#define ADD(path, func)                                    \
    g_test_add("/ipmi/session/" path, EngineFixture, NULL, \
               engine_fixture_setup, func, engine_fixture_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("retransmission/answered", test_retransmission);
    ADD("retransmission/joined", test_retransmission_joined);
    ADD("pending-bounded", test_pending_bounded);
    ADD("close", test_close);
    ADD("session-info", test_session_info);
    ADD("user-disabled", test_user_disabled);
    ADD("user-demoted", test_user_demoted);
    ADD("user-changed-in-between", test_user_changed_in_between);
    ADD("half-open-flood", test_half_open_flood);
    ADD("login-during-flood", test_login_during_flood);
    ADD("login-during-spoofing", test_login_during_spoofing);
    ADD("unanswered-is-logged", test_unanswered_is_logged);
    ADD("limit", test_limit_and_timeout);
    ADD("other-engine", test_other_engine);
    return g_test_run();
}
