/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rules of Serial over LAN one by one (IPMI 2.0 sections 15.9, 15.11,
 * 24.1, 24.2 and 26.3): what clients, networks and configurations do that is
 * not the ordinary.
 */
#include "osdep.h"

#include "ipmi/ipmi-sol.h"

#include "codec/rmcp.h"

#include "sol-fixture.h"
#include "test-util.h"

#define APP IPMI_NETFN_APP
#define TRANSPORT IPMI_NETFN_TRANSPORT

static void configure(SolFixture *f, const char *hex)
{
    g_assert_cmpint(engine_host_command(&f->host, TRANSPORT, 0x21, hex), ==,
                    0);
}

static void send_packet(SolFixture *f, const SolPacket *pkt)
{
    sol_send_as(f, &f->host, &f->host.client.crypto, pkt);
}

/* As if it had been sent with another session sequence number. */
static void send_late(SolFixture *f, uint32_t sequence, const SolPacket *pkt)
{
    uint32_t now = f->host.client.sequence;

    f->host.client.sequence = sequence - 1;
    send_packet(f, pkt);
    f->host.client.sequence = now;
}

/* Sent once; whether it has come is not waited for long. */
static void test_no_retries(SolFixture *f, const void *opaque)
{
    configure(f, "01 04 00 00");
    sol_activate(f);
    sol_print(f, "once");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "once");
    sol_print(f, "next");
    sol_advance(f, 249);
    sol_assert_silence(f);
    sol_advance(f, 11);
    sol_expect(f, 2, SOL_STATUS_OVERRUN, "next");
    sol_send_ack(f, 2, 4, 0);
    sol_advance(f, 1000);
    sol_assert_silence(f);
}

/* An interval of 0: one right after the other. */
static void test_no_interval(SolFixture *f, const void *opaque)
{
    unsigned i;

    configure(f, "01 04 07 00");
    sol_activate(f);
    sol_print(f, "burst");
    sol_advance(f, 11);
    for (i = 0; i < 8; i++) {
        sol_expect(f, 1, 0, "burst");
    }
    sol_assert_silence(f);
    /* What comes after the last one still counts. */
    sol_advance(f, 200);
    sol_send_ack(f, 1, 5, 0);
    sol_print(f, "more");
    sol_advance(f, 10);
    sol_expect(f, 2, 0, "more");
}

static void test_gathering(SolFixture *f, const void *opaque)
{
    g_autofree char *many = g_strnfill(250, 'm');

    configure(f, "01 03 14 0a"); /* 100 ms, 10 characters */
    sol_activate(f);
    sol_print(f, "123456789");
    sol_advance(f, 99);
    sol_assert_silence(f);
    sol_advance(f, 1);
    sol_expect(f, 1, 0, "123456789");
    sol_send_ack(f, 1, 9, 0);
    sol_print(f, "123456789");
    sol_advance(f, 50);
    sol_print(f, "0");
    sol_expect(f, 2, 0, "1234567890");
    sol_send_ack(f, 2, 10, 0);
    /* One character is enough; then there is nothing to wait for. */
    configure(f, "01 03 ff 01");
    sol_print(f, "x");
    sol_expect(f, 3, 0, "x");
    sol_send_ack(f, 3, 1, 0);
    /* More than a packet holds: a full packet is enough. */
    configure(f, "01 03 ff ff");
    sol_print(f, many);
    sol_advance(f, 1274);
    sol_assert_silence(f);
    sol_print(f, "m");
    g_assert_true(sol_take(f));
    g_assert_cmpint(f->pkt.data_len, ==, 251);
}

/* A packet may acknowledge and bring characters at once. */
static void test_both_at_once(SolFixture *f, const void *opaque)
{
    sol_activate(f);
    sol_print(f, "out");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "out");
    send_packet(f, &(SolPacket) {
        .sequence = 1, .acked = 1, .accepted = 3,
        .data = (const uint8_t *)"in", .data_len = 2 });
    sol_expect_ack(f, 1, 2, 0);
    sol_expect_line(f, "in");
    sol_advance(f, 10000);
    sol_assert_silence(f);
}

/* What has sequence number 0 is never answered, and carries no characters. */
static void test_number_zero(SolFixture *f, const void *opaque)
{
    MockMachine *mock = f->e.base.mock;

    sol_activate(f);
    g_free(mock_machine_take_log(mock));
    send_packet(f, &(SolPacket) {
        .data = (const uint8_t *)"lost", .data_len = 4 });
    sol_send_ack(f, 0, 0, 0);
    sol_send_ack(f, 7, 9, 0);
    sol_send_ack(f, 7, 9, SOL_OP_NACK);
    sol_advance(f, 10000);
    sol_assert_silence(f);
    sol_expect_line(f, "");
    /* Its operations count all the same. */
    sol_send_ack(f, 0, 0, SOL_OP_BREAK);
    sol_settle(f);
    sol_assert_silence(f);
    fixture_assert_log(&f->e.base, "break");
}

/* An acknowledge that comes 15 packets late is not that of this one. */
static void test_stale_ack(SolFixture *f, const void *opaque)
{
    uint32_t late;
    unsigned i;

    sol_activate(f);
    sol_print(f, "1");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "1");
    late = ++f->host.client.sequence;
    sol_send_ack(f, 1, 1, 0);
    for (i = 2; i <= 15; i++) {
        sol_print(f, "x");
        sol_advance(f, 10);
        sol_expect(f, i, 0, "x");
        /* Not all of them: the late one must still be in the window. */
        if (i < 15) {
            sol_send_ack(f, i, 1, 0);
        }
    }
    sol_send_ack(f, 15, 1, 0);
    sol_print(f, "2");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "2");
    send_late(f, late, &(SolPacket) { .acked = 1, .accepted = 1 });
    sol_print(f, "3");
    sol_advance(f, 400);
    sol_assert_silence(f);
    sol_advance(f, 100);
    sol_expect(f, 1, 0, "2");
    sol_send_ack(f, 1, 1, 0);
    sol_advance(f, 10);
    sol_expect(f, 2, 0, "3");
}

/* CTS and flush as they were before are not how they are now. */
static void test_stale_operations(SolFixture *f, const void *opaque)
{
    uint32_t late;

    sol_activate(f);
    late = ++f->host.client.sequence;
    sol_send_ack(f, 0, 0, 0);
    send_late(f, late, &(SolPacket) { .bits = SOL_OP_CTS_OFF });
    sol_print(f, "go on");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "go on");
    sol_send_ack(f, 1, 5, 0);
    /* A packet is sent again: what has come meanwhile stays. */
    sol_send_packet(f, 1, SOL_OP_FLUSH_OUTBOUND, "a");
    sol_expect_ack(f, 1, 1, 0);
    sol_print(f, "kept");
    sol_send_packet(f, 1, SOL_OP_FLUSH_OUTBOUND, "a");
    sol_expect_ack(f, 1, 1, 0);
    sol_advance(f, 10);
    sol_expect(f, 2, 0, "kept");
    sol_send_ack(f, 2, 4, 0);
    sol_expect_line(f, "a");
}

/* What the VM has not taken yet goes, and by an informational packet too. */
static void test_flush_inbound(SolFixture *f, const void *opaque)
{
    g_autofree char *text = g_strnfill(250, 'z');
    uint8_t sequence = 0;
    char buf[65536];
    size_t sent = 0;
    size_t got = 0;
    gssize n;

    sol_activate(f);
    do {
        sequence = sol_next_sequence(sequence);
        sol_send_packet(f, sequence, 0, text);
        sent += 250;
    } while (sol_take(f) && f->pkt.accepted == 250);
    sol_send_ack(f, 0, 0, SOL_OP_FLUSH_INBOUND);
    /* There is room again, and the packet that waited gets it. */
    sol_expect_ack(f, sequence, 250, 0);
    while ((n = g_socket_receive(f->line, buf, sizeof(buf), NULL, NULL)) > 0) {
        got += n;
        test_drain();
    }
    g_assert_cmpint(got, <, sent);
    sequence = sol_next_sequence(sequence);
    sol_send_packet(f, sequence, 0, "end");
    sol_expect_ack(f, sequence, 3, 0);
    sol_expect_line(f, "end");
}

/* A BREAK that cannot be sent is not acknowledged as if it had been. */
static void test_break_away(SolFixture *f, const void *opaque)
{
    const uint8_t away = SOL_STATUS_NACK | SOL_STATUS_UNAVAILABLE;
    MockMachine *mock = f->e.base.mock;

    sol_activate(f);
    sol_unplug(f);
    sol_expect(f, 0, SOL_STATUS_UNAVAILABLE, "");
    g_free(mock_machine_take_log(mock));
    sol_send_packet(f, 1, SOL_OP_BREAK, "");
    sol_expect_ack(f, 1, 0, away);
    /* A packet of nothing asks for nothing that could fail. */
    sol_send_packet(f, 2, 0, "");
    sol_expect_ack(f, 2, 0, SOL_STATUS_UNAVAILABLE);
    sol_plug(f);
    sol_accept_line(f);
    sol_expect(f, 0, 0, "");
    g_free(mock_machine_take_log(mock));
    sol_send_packet(f, 1, SOL_OP_BREAK, "");
    sol_expect_ack(f, 1, 0, 0);
    sol_settle(f);
    fixture_assert_log(&f->e.base, "break");
}

/* Of two packets under way the second counts, and the first never again. */
static void test_overtaken(SolFixture *f, const void *opaque)
{
    uint32_t late;

    sol_activate(f);
    sol_send_packet(f, 1, 0, "one");
    sol_expect_ack(f, 1, 3, 0);
    late = ++f->host.client.sequence; /* 2, given up by the client */
    sol_send_packet(f, 3, 0, "three");
    sol_expect_ack(f, 3, 5, 0);
    send_late(f, late, &(SolPacket) {
        .sequence = 2, .data = (const uint8_t *)"two", .data_len = 3 });
    sol_assert_silence(f);
    sol_expect_line(f, "onethree");
    /* An acknowledge that has overtaken characters takes nothing from them. */
    late = ++f->host.client.sequence;
    sol_send_ack(f, 0, 0, 0);
    send_late(f, late, &(SolPacket) {
        .sequence = 4, .data = (const uint8_t *)"four", .data_len = 4 });
    sol_expect_ack(f, 4, 4, 0);
    sol_expect_line(f, "four");
}

/*
 * A payload that was taken away says so, once more if its client has not
 * heard. Then it is silent: ipmitool only ends when nobody answers.
 */
static void test_deactivated(SolFixture *f, const void *opaque)
{
    EngineHost other;
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    unsigned i;
    size_t len;

    engine_host_init(&other, &f->e, "192.0.2.2", 1000);
    g_assert_cmpint(ipmi_test_client_login(&other.client, 3, "admin",
                                           FIXTURE_PASSWORD), ==, 0);
    g_assert_cmpint(engine_host_command(&other, APP, 0x3b, "04"), ==, 0);
    for (i = 0; i < 2; i++) {
        sol_activate(f);
        len = ipmi_test_client_seal(&other.client, APP, 0x49,
                                    "\1\1\0\0\0\0", 6, packet);
        other.client.rq_seq++;
        ipmi_engine_receive(f->e.engine, &other.peer, packet, len);
        sol_settle(f);
        sol_expect(f, 0, SOL_STATUS_DEACTIVATED, "");
        g_assert_cmpint(engine_fixture_take(&f->e, packet), >, 0);
        sol_send_packet(f, 1, 0, "x");
        sol_expect_ack(f, 1, 0, SOL_STATUS_NACK | SOL_STATUS_DEACTIVATED);
        sol_send_packet(f, 1, 0, "x");
        sol_send_packet(f, 2, 0, "y");
        sol_send_ack(f, 1, 1, 0);
        sol_assert_silence(f);
    }
    sol_expect_line(f, "");
}

static unsigned next_payload_type(SolFixture *f)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    size_t len = engine_fixture_take(&f->e, packet);
    RmcpMessage rmcp;
    RmcppPacket pkt;

    g_assert_cmpint(len, >, 0);
    g_assert_true(rmcp_parse(packet, len, &rmcp, NULL));
    g_assert_true(rmcpp_parse(rmcp.data, rmcp.data_len, &pkt, NULL));
    return pkt.header.payload_type;
}

/* Whoever takes the right to it away from himself gets his answer first. */
static void test_own_withdrawal(SolFixture *f, const void *opaque)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    size_t len;

    sol_activate(f);
    f->host.client.rq_seq++;
    len = ipmi_test_client_seal(&f->host.client, APP, 0x4c,
                                "\x01\x42\x02\x00\x00\x00", 6, packet);
    ipmi_engine_receive(f->e.engine, &f->host.peer, packet, len);
    sol_settle(f);
    g_assert_cmpint(next_payload_type(f), ==, IPMI_PAYLOAD_IPMI);
    g_assert_cmpint(next_payload_type(f), ==, IPMI_PAYLOAD_SOL);
    sol_assert_silence(f);
    g_assert_null(ipmi_sol_session(f->e.core->sol));
}

/* A client that never acknowledges holds no memory but the history. */
static void test_no_acknowledge(SolFixture *f, const void *opaque)
{
    g_autofree char *block = g_strnfill(4096, 'b');
    uint64_t printed = 0;
    bool overrun = false;
    unsigned i;
    gssize n;

    sol_activate(f);
    for (i = 0; i < 2000; i++) {
        n = g_socket_send(f->line, block, 4096, NULL, NULL);
        printed += MAX(n, 0);
        sol_advance(f, 50);
        if (i % 100 == 0) {
            sol_send_ack(f, 0, 0, 0); /* its session is alive */
        }
        while (sol_take(f)) {
            overrun |= f->pkt.bits & SOL_STATUS_OVERRUN;
        }
    }
    /* 100 s: the guest went on printing, and the loss was told. */
    g_assert_cmpint(printed, >, 4 * CONSOLE_HISTORY);
    g_assert_true(overrun);
    g_assert_nonnull(ipmi_sol_session(f->e.core->sol));
}

#define ADD(path, func)                                     \
    g_test_add("/ipmi/sol-rules/" path, SolFixture, NULL, sol_setup, func, \
               sol_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("no-retries", test_no_retries);
    ADD("no-interval", test_no_interval);
    ADD("gathering", test_gathering);
    ADD("both-at-once", test_both_at_once);
    ADD("number-zero", test_number_zero);
    ADD("stale-ack", test_stale_ack);
    ADD("stale-operations", test_stale_operations);
    ADD("flush-inbound", test_flush_inbound);
    ADD("break-away", test_break_away);
    ADD("overtaken", test_overtaken);
    ADD("deactivated", test_deactivated);
    ADD("own-withdrawal", test_own_withdrawal);
    ADD("no-acknowledge", test_no_acknowledge);
    return g_test_run();
}
