/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payload commands and the configuration of SOL. */
#include "osdep.h"

#include "ipmi/ipmi-sol.h"

#include "bmc/sol.h"
#include "bmc/users.h"

#include "sol-fixture.h"
#include "test-util.h"

#define APP IPMI_NETFN_APP
#define TRANSPORT IPMI_NETFN_TRANSPORT

static void test_activation(SolFixture *f, const void *opaque)
{
    EngineHost other;

    ipmi_sol_set_console(f->e.core->sol, NULL);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x48, SOL_ACTIVATE), ==,
                    0x81);
    ipmi_sol_set_console(f->e.core->sol, f->console);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x49, SOL_DEACTIVATE), ==,
                    0x80);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x4a, "01"), ==, 0);
    test_assert_hex_equal(f->host.client.data, f->host.client.len, "01 0000");
    sol_activate(f);
    test_assert_hex_equal(f->host.client.data, f->host.client.len,
                          "00000000 ff00 ff00 0000 ffff");
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x48, SOL_ACTIVATE), ==,
                    0x80);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x4a, "01"), ==, 0);
    test_assert_hex_equal(f->host.client.data, f->host.client.len, "01 0100");
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x4b, "01 01"), ==, 0);
    g_assert_cmpint(f->host.client.len, ==, 12);
    g_assert_cmpint(memcmp(f->host.client.data,
                           &(uint32_t) {
                               GUINT32_TO_LE(f->host.client.auth.managed_id)
                           }, 4), ==, 0);
    g_assert_cmpint(f->host.client.data[4], ==, 1);
    engine_host_init(&other, &f->e, "192.0.2.2", 1000);
    g_assert_cmpint(ipmi_test_client_login(&other.client, 3, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
    g_assert_cmpint(engine_host_command(&other, APP, 0x3b, "04"), ==, 0);
    g_assert_cmpint(engine_host_command(&other, APP, 0x48, SOL_ACTIVATE), ==,
                    0x80);
    /* Taken away: its owner is told. */
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x49, SOL_DEACTIVATE), ==,
                    0);
    g_assert_cmpint(engine_host_command(&other, APP, 0x48, SOL_ACTIVATE), ==, 0);
    sol_send_packet(f, 1, 0, "x");
    sol_expect_ack(f, 1, 0, SOL_STATUS_NACK | SOL_STATUS_DEACTIVATED);
    sol_expect_line(f, "");
}

static void test_take_over(SolFixture *f, const void *opaque)
{
    EngineHost other;
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    size_t len;

    sol_activate(f);
    engine_host_init(&other, &f->e, "192.0.2.2", 1000);
    g_assert_cmpint(ipmi_test_client_login(&other.client, 3, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
    g_assert_cmpint(engine_host_command(&other, APP, 0x3b, "04"), ==, 0);
    len = ipmi_test_client_seal(&other.client, APP, 0x49, "\1\1\0\0\0\0", 6,
                                packet);
    ipmi_engine_receive(f->e.engine, &other.peer, packet, len);
    sol_settle(f);
    sol_expect(f, 0, SOL_STATUS_DEACTIVATED, "");
    g_assert_cmpint(engine_fixture_take(&f->e, packet), >, 0);
    sol_assert_silence(f);
    /* Its session is as good as before; with the session it ends. */
    sol_activate(f);
    g_assert_nonnull(ipmi_sol_session(f->e.core->sol));
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x3c, "00000000 00"),
                    !=, 0);
    ipmi_sessions_close(f->e.core->sessions,
                        ipmi_sol_session(f->e.core->sol));
    g_assert_null(ipmi_sol_session(f->e.core->sol));
    sol_print(f, "nobody");
    sol_advance(f, 100);
    sol_assert_silence(f);
}

static void test_refusals(SolFixture *f, const void *opaque)
{
    static const struct {
        const char *data;
        int cc;
    } cases[] = {
        { "00 01 c0 00 00 00", 0xcc }, { "02 01 c0 00 00 00", 0xcc },
        { "01 00 c0 00 00 00", 0xcc }, { "01 02 c0 00 00 00", 0xcc },
        { "41 01 c0 00 00 00", 0xcc }, { "01 11 c0 00 00 00", 0xcc },
        { "01 01 d0 00 00 00", 0xcc }, { "01 01 c1 00 00 00", 0xcc },
        { "01 01 cc 00 00 00", 0xcc }, { "01 01 c0 01 00 00", 0xcc },
        { "01 01 c0 00 00 80", 0xcc }, { "01 01 40 00 00 00", 0x84 },
        { "01 01 80 00 00 00", 0xcc }, { "01 01 00 00 00 00", 0x84 },
        { "01 01 c0 00 00", 0xc7 },
    };
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    EngineHost viewer;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_cmphex(engine_host_command(&f->host, APP, 0x48,
                                            cases[i].data), ==, cases[i].cc);
    }
    g_assert_cmpint(engine_host_command(&f->host, TRANSPORT, 0x21,
                                        "01 01 00"), ==, 0);
    g_assert_cmphex(engine_host_command(&f->host, APP, 0x48, SOL_ACTIVATE), ==,
                    0x81);
    g_assert_cmpint(engine_host_command(&f->host, TRANSPORT, 0x21,
                                        "01 01 01"), ==, 0);
    engine_host_login(&viewer, &f->e, 17, "viewer");
    g_assert_cmphex(engine_host_command(&viewer, APP, 0x48, SOL_ACTIVATE), ==,
                    0xd4);
    g_assert_cmpint(engine_host_command(&f->host, TRANSPORT, 0x21,
                                        "01 02 c2"), ==, 0);
    bmc_users_set_payloads(f->e.base.bmc, FIXTURE_VIEWER, 0, &origin);
    sol_settle(f);
    g_assert_cmphex(engine_host_command(&viewer, APP, 0x48, SOL_ACTIVATE), ==,
                    0xd4);
    bmc_users_set_payloads(f->e.base.bmc, FIXTURE_VIEWER, BMC_USER_PAYLOAD_SOL,
                           &origin);
    sol_settle(f);
    g_assert_cmphex(engine_host_command(&viewer, APP, 0x48, SOL_ACTIVATE), ==, 0);
}

/* Without the right to it, what runs ends, and its owner is told. */
static void test_withdrawn(SolFixture *f, const void *opaque)
{
    static const BmcOrigin origin = { .channel = BMC_CHANNEL_INTERNAL };
    unsigned slot = 2;

    sol_activate(f);
    bmc_users_set_payloads(f->e.base.bmc, slot, 0, &origin);
    sol_settle(f);
    sol_expect(f, 0, SOL_STATUS_DEACTIVATED, "");
    g_assert_null(ipmi_sol_session(f->e.core->sol));
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x48, SOL_ACTIVATE),
                    !=, 0);
    bmc_users_set_payloads(f->e.base.bmc, slot, BMC_USER_PAYLOAD_SOL,
                           &origin);
    sol_activate(f);
}

static void test_encryption(SolFixture *f, const void *opaque)
{
    RmcppCrypto plain = f->host.client.crypto;

    plain.conf = IPMI_CONF_NONE;
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x55, "01 01 00"), ==,
                    0x83);
    sol_activate(f);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x55, "01 01 00"), ==,
                    0x81);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x55, "01 01 02"), ==,
                    0x80);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x55, "00 01 00"), ==,
                    0x80);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x55, "01 01 03"), ==,
                    0xcc);
    /* Not encrypted, although it was activated so. */
    sol_send_as(f, &f->host, &plain, &(SolPacket) { .sequence = 1 });
    sol_assert_silence(f);
    g_assert_cmpint(engine_host_command(&f->host, TRANSPORT, 0x21,
                                        "01 02 43"), ==, 0);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x55, "01 01 00"), ==,
                    0);
    sol_send_as(f, &f->host, &plain, &(SolPacket) { .sequence = 1 });
    g_assert_true(sol_take_as(f, &f->host, &plain));
    g_assert_cmpint(f->pkt.acked, ==, 1);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x55, "01 01 01"), ==,
                    0);
    sol_send_packet(f, 2, 0, "");
    sol_expect_ack(f, 2, 0, 0);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x49, SOL_DEACTIVATE), ==,
                    0);
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x48,
                                        "01 01 40 00 00 00"), ==, 0);
    sol_print(f, "plain");
    sol_advance(f, 10);
    g_assert_true(sol_take_as(f, &f->host, &plain));
    g_assert_cmpint(f->pkt.data_len, ==, 5);
}

static void test_support(SolFixture *f, const void *opaque)
{
    static const struct {
        const char *data;
        int cc;
    } versions[] = {
        { "0e 00", 0 }, { "0e 01", 0 }, { "01 10", 0 }, { "01 15", 0 },
        { "01 16", 0x80 }, { "01 02", 0x80 }, { "01 20", 0x80 },
        { "01 41", 0xcc }, { "0f 01", 0xcc }, { "05 01", 0xcc },
    };
    size_t i;

    g_assert_cmpint(engine_host_command(&f->host, APP, 0x4e, "0e"), ==, 0);
    test_assert_hex_equal(f->host.client.data, f->host.client.len,
                          "0300 3f00 0000 0000");
    g_assert_cmpint(engine_host_command(&f->host, APP, 0x4e, "0f"), ==, 0xcc);
    for (i = 0; i < G_N_ELEMENTS(versions); i++) {
        g_assert_cmphex(engine_host_command(&f->host, APP, 0x4f,
                                            versions[i].data), ==,
                        versions[i].cc);
    }
}

static void test_config(SolFixture *f, const void *opaque)
{
    static const struct {
        const char *data;
        int cc;
    } sets[] = {
        { "01 00 01", 0 }, { "01 00 01", 0x81 }, { "01 00 02", 0xcc },
        { "01 00 00", 0 }, { "01 01 02", 0xcc }, { "01 01 00", 0 },
        { "0e 02 04", 0 }, { "01 02 d4", 0xcc }, { "01 02 01", 0xc9 },
        { "01 02 05", 0xc9 }, { "01 03 14 20", 0 }, { "01 03 00 20", 0xc9 },
        { "01 03 14 00", 0xc9 }, { "01 03 14", 0xc7 }, { "01 04 03 00", 0 },
        { "01 04 08 00", 0xcc }, { "01 05 06", 0 }, { "01 05 05", 0xc9 },
        { "01 05 16", 0xcc }, { "01 06 07", 0 }, { "01 06 0b", 0xc9 },
        { "01 07 01", 0 }, { "01 07 02", 0x82 }, { "01 08 6f 02", 0x82 },
        { "01 09 01", 0x80 },
        { "00 01 01", 0xcc }, { "11 01 01", 0xcc }, { "01 01", 0xc7 },
        { "01 01 01 01", 0xc7 }, { "01 c0 01", 0x80 },
    };
    static const struct {
        const char *data;
        const char *answer;
    } gets[] = {
        { "01 00 00 00", "11 00" }, { "01 01 00 00", "11 00" },
        { "01 02 00 00", "11 04" }, { "0e 03 00 00", "11 14 20" },
        { "01 04 00 00", "11 03 00" }, { "01 05 00 00", "11 06" },
        { "01 06 00 00", "11 07" }, { "01 07 00 00", "11 01" },
        { "01 08 00 00", "11 00 00" }, { "81 01 00 00", "11" },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(sets); i++) {
        int cc = engine_host_command(&f->host, TRANSPORT, 0x21, sets[i].data);

        if (cc != sets[i].cc) {
            g_error("%s: %x", sets[i].data, cc);
        }
    }
    for (i = 0; i < G_N_ELEMENTS(gets); i++) {
        g_assert_cmpint(engine_host_command(&f->host, TRANSPORT, 0x22,
                                            gets[i].data), ==, 0);
        test_assert_hex_equal(f->host.client.data, f->host.client.len,
                              gets[i].answer);
    }
    g_assert_cmphex(engine_host_command(&f->host, TRANSPORT, 0x22,
                                        "01 09 00 00"), ==, 0x80);
    g_assert_cmphex(engine_host_command(&f->host, TRANSPORT, 0x22,
                                        "01 01 01 00"), ==, 0xcc);
    g_assert_cmphex(engine_host_command(&f->host, TRANSPORT, 0x22,
                                        "21 01 00 00"), ==, 0xcc);
}

#define ADD(path, func)                                     \
    g_test_add("/ipmi/payload/" path, SolFixture, NULL, sol_setup, func, \
               sol_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("activation", test_activation);
    ADD("take-over", test_take_over);
    ADD("refusals", test_refusals);
    ADD("withdrawn", test_withdrawn);
    ADD("encryption", test_encryption);
    ADD("support", test_support);
    ADD("config", test_config);
    return g_test_run();
}
