/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serial over LAN: what goes and comes, with a client that loses, repeats
 * and refuses.
 */
#include "osdep.h"

#include "ipmi/ipmi-sol.h"

#include "util/error.h"
#include "util/secret.h"

#include "sol-fixture.h"
#include "test-util.h"

#define APP IPMI_NETFN_APP
#define TRANSPORT IPMI_NETFN_TRANSPORT

static void test_output(SolFixture *f, const void *opaque)
{
    g_autofree char *many = g_strnfill(300, 'x');
    g_autofree char *first = g_strnfill(251, 'x');
    g_autofree char *second = g_strnfill(49, 'x');
    unsigned i;

    sol_print(f, "before");
    sol_activate(f);
    sol_print(f, "hi,");
    sol_print(f, "lo");
    sol_advance(f, 9);
    sol_assert_silence(f);
    sol_advance(f, 1);
    sol_expect(f, 1, 0, "hi,lo");
    sol_print(f, " world");
    sol_advance(f, 400);
    sol_assert_silence(f);
    sol_send_ack(f, 1, 5, 0);
    sol_assert_silence(f);
    sol_advance(f, 10);
    sol_expect(f, 2, 0, " world");
    sol_send_ack(f, 2, 6, 0);
    /* Enough for a packet does not wait. */
    sol_print(f, many);
    sol_expect(f, 3, 0, first);
    sol_send_ack(f, 3, 251, 0);
    sol_advance(f, 10);
    sol_expect(f, 4, 0, second);
    /* An acknowledge of another packet is none. */
    sol_send_ack(f, 3, 251, 0);
    sol_advance(f, 500);
    sol_expect(f, 4, 0, second);
    sol_send_ack(f, 4, 49, 0);
    for (i = 5; i <= 15; i++) {
        sol_print(f, "a");
        sol_advance(f, 10);
        sol_expect(f, i, 0, "a");
        sol_send_ack(f, i, 1, 0);
    }
    sol_print(f, "a");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "a");
    sol_send_ack(f, 1, 1, 0);
    sol_advance(f, 5000);
    sol_assert_silence(f);
}

static void test_retries(SolFixture *f, const void *opaque)
{
    unsigned i;

    g_assert_cmpint(engine_host_command(&f->host, TRANSPORT, 0x21,
                                        "01 04 03 0a"), ==, 0);
    sol_activate(f);
    sol_print(f, "lost");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "lost");
    for (i = 0; i < 3; i++) {
        sol_advance(f, 99);
        sol_assert_silence(f);
        sol_advance(f, 1);
        sol_expect(f, 1, 0, "lost");
    }
    sol_advance(f, 1000);
    sol_assert_silence(f);
    sol_print(f, "next");
    sol_advance(f, 10);
    sol_expect(f, 2, SOL_STATUS_OVERRUN, "next");
    sol_send_ack(f, 2, 4, 0);
    sol_print(f, "fine");
    sol_advance(f, 10);
    sol_expect(f, 3, 0, "fine");
    sol_send_ack(f, 3, 4, 0);
}

static void test_partial(SolFixture *f, const void *opaque)
{
    sol_activate(f);
    sol_print(f, "abcdef");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "abcdef");
    sol_send_ack(f, 1, 2, 0);
    sol_expect(f, 2, 0, "cdef");
    /* Refused: not at once again. */
    sol_print(f, "gh");
    sol_send_ack(f, 2, 1, SOL_OP_NACK);
    sol_advance(f, 499);
    sol_assert_silence(f);
    sol_advance(f, 1);
    sol_expect(f, 3, 0, "defgh");
    /* One that takes nothing must not have it again and again. */
    sol_send_ack(f, 3, 0, 0);
    sol_assert_silence(f);
    sol_advance(f, 500);
    sol_expect(f, 4, 0, "defgh");
    sol_send_ack(f, 4, 255, 0);
    sol_advance(f, 1000);
    sol_assert_silence(f);
}

static void test_input(SolFixture *f, const void *opaque)
{
    sol_activate(f);
    sol_send_packet(f, 1, 0, "abc");
    sol_expect_ack(f, 1, 3, 0);
    sol_expect_line(f, "abc");
    sol_send_packet(f, 1, 0, "abc");
    sol_expect_ack(f, 1, 3, 0);
    sol_expect_line(f, "");
    sol_send_packet(f, 2, 0, "def");
    sol_expect_ack(f, 2, 3, 0);
    sol_expect_line(f, "def");
    /* A packet that was overtaken. */
    f->host.client.sequence -= 2;
    sol_send_packet(f, 1, 0, "abc");
    sol_assert_silence(f);
    f->host.client.sequence += 2;
    sol_send_packet(f, 3, 0, "");
    sol_expect_ack(f, 3, 0, 0);
    sol_expect_line(f, "");
    sol_send_packet(f, 15, 0, "x");
    sol_expect_ack(f, 15, 1, 0);
    sol_send_packet(f, 1, 0, "y");
    sol_expect_ack(f, 1, 1, 0);
    sol_expect_line(f, "xy");
}

/* Once for each packet, before what follows it. */
static void test_break(SolFixture *f, const void *opaque)
{
    MockMachine *mock = f->e.base.mock;

    sol_activate(f);
    g_free(mock_machine_take_log(mock));
    mock_machine_hold(mock, true);
    sol_send_packet(f, 1, SOL_OP_BREAK, "h");
    sol_expect_ack(f, 1, 1, 0);
    sol_send_packet(f, 1, SOL_OP_BREAK, "h");
    sol_expect_ack(f, 1, 1, 0);
    sol_send_packet(f, 2, SOL_OP_BREAK, "");
    sol_expect_ack(f, 2, 0, 0);
    sol_expect_line(f, "");
    mock_machine_hold(mock, false);
    sol_settle(f);
    sol_expect_line(f, "h");
    fixture_assert_log(&f->e.base, "break");
    /* What QEMU does not take holds nothing up. */
    mock_machine_fail(mock, "break", BMC_ERROR_NOT_FOUND);
    sol_send_packet(f, 3, SOL_OP_BREAK, "");
    sol_expect_ack(f, 3, 0, 0);
    sol_send_packet(f, 4, 0, "x");
    sol_expect_ack(f, 4, 1, 0);
    sol_settle(f);
    sol_expect_line(f, "x");
    fixture_assert_log(&f->e.base, "break");
}

static void test_flow(SolFixture *f, const void *opaque)
{
    g_autofree char *text = g_strnfill(250, 'z');
    uint8_t sequence = 0;
    size_t sent = 0;
    char buf[65536];
    gssize n;

    sol_activate(f);
    /* The VM does not read: in the end a packet is not acknowledged. */
    do {
        sequence = sol_next_sequence(sequence);
        sol_send_packet(f, sequence, 0, text);
        sent += 250;
        g_assert_cmpint(sent, <, 1000000);
    } while (sol_take(f) && f->pkt.accepted == 250);
    sol_assert_silence(f);
    sol_send_packet(f, sequence, 0, text);
    sol_assert_silence(f);
    /* It reads again. */
    while ((n = g_socket_receive(f->line, buf, sizeof(buf), NULL, NULL)) > 0) {
        sent -= n;
        test_drain();
    }
    sol_expect_ack(f, sequence, 250, 0);
    g_assert_cmpint(sent, ==, 0);
    /* Never: then partly, and then not at all. */
    do {
        sequence = sol_next_sequence(sequence);
        sol_send_packet(f, sequence, 0, text);
    } while (sol_take(f));
    sol_advance(f, 300);
    g_assert_true(sol_take(f));
    g_assert_cmpint(f->pkt.acked, ==, sequence);
    g_assert_cmpint(f->pkt.accepted, <, 250);
    sequence = sol_next_sequence(sequence);
    sol_send_packet(f, sequence, 0, text);
    sol_assert_silence(f);
    sol_advance(f, 300);
    sol_expect_ack(f, sequence, 0, SOL_STATUS_NACK);
    /* What has not left yet can be dropped. */
    sequence = sol_next_sequence(sequence);
    sol_send_packet(f, sequence, SOL_OP_FLUSH_INBOUND, text);
    sol_expect_ack(f, sequence, 250, 0);
}

static void test_flush_outbound(SolFixture *f, const void *opaque)
{
    g_autofree char *many = g_strnfill(1000, 'x');

    sol_activate(f);
    sol_print(f, many);
    g_assert_true(sol_take(f));
    sol_send_ack(f, 0, 0, SOL_OP_FLUSH_OUTBOUND);
    sol_advance(f, 5000);
    sol_assert_silence(f);
    sol_print(f, "after");
    sol_advance(f, 10);
    sol_expect(f, 2, 0, "after");
    /* CTS away: nothing comes. */
    sol_send_ack(f, 2, 5, SOL_OP_CTS_OFF);
    sol_print(f, "held");
    sol_advance(f, 5000);
    sol_assert_silence(f);
    sol_send_ack(f, 0, 0, 0);
    sol_advance(f, 10);
    sol_expect(f, 3, 0, "held");
    sol_send_ack(f, 3, 4, 0);
}

static void test_away(SolFixture *f, const void *opaque)
{
    sol_activate(f);
    sol_unplug(f);
    sol_expect(f, 0, SOL_STATUS_UNAVAILABLE, "");
    sol_send_packet(f, 1, 0, "a");
    sol_expect_ack(f, 1, 0, SOL_STATUS_NACK | SOL_STATUS_UNAVAILABLE);
    /* A client that repeats at once is slowed down. */
    sol_send_packet(f, 2, 0, "a");
    sol_assert_silence(f);
    sol_advance(f, 100);
    sol_expect_ack(f, 2, 0, SOL_STATUS_NACK | SOL_STATUS_UNAVAILABLE);
    /* QEMU is back: the same session goes on. */
    sol_plug(f);
    sol_accept_line(f);
    sol_expect(f, 0, 0, "");
    sol_send_packet(f, 2, 0, "a");
    sol_expect_ack(f, 2, 1, 0);
    sol_expect_line(f, "a");
    sol_print(f, "back");
    sol_advance(f, 10);
    sol_expect(f, 1, 0, "back");
    sol_send_ack(f, 1, 4, 0);
    /* Switched off, although QEMU is there. */
    mock_machine_set_state(f->e.base.mock, MACHINE_STATE_SHUTDOWN);
    sol_settle(f);
    sol_expect(f, 0, SOL_STATUS_UNAVAILABLE, "");
    sol_advance(f, 1000);
    sol_send_packet(f, 3, 0, "b");
    sol_expect_ack(f, 3, 0, SOL_STATUS_NACK | SOL_STATUS_UNAVAILABLE);
}

static void test_stream(SolFixture *f, const void *opaque)
{
    const size_t total = 1 << 20;
    g_autofree uint8_t *sent = g_malloc(total);
    g_autoptr(GByteArray) line = g_byte_array_new();
    g_autoptr(GByteArray) remote = g_byte_array_new();
    uint8_t mine = 0, theirs = 0;
    size_t out = 0, printed = 0, chunk = 0;
    uint8_t buf[4096];
    unsigned n = 0;
    gssize got;

    secret_random(sent, total);
    sol_activate(f);
    while (line->len < total || remote->len < total) {
        if (printed < total) {
            got = g_socket_send(f->line, (char *)sent + printed,
                                MIN(total - printed, 4096), NULL, NULL);
            printed += MAX(got, 0);
        }
        if (!chunk && out < total) {
            chunk = MIN(total - out, 251);
            mine = sol_next_sequence(mine);
            sol_send_as(f, &f->host, &f->host.client.crypto, &(SolPacket) {
                .sequence = mine, .data = sent + out, .data_len = chunk });
        }
        test_drain();
        while (sol_take(f)) {
            if (n++ % 97 == 5) {
                continue; /* lost */
            }
            if (f->pkt.acked == mine && chunk) {
                out += f->pkt.accepted;
                chunk = 0;
            }
            if (!f->pkt.sequence) {
                continue;
            }
            g_assert_cmphex(f->pkt.bits, ==, 0);
            if (f->pkt.sequence != theirs) {
                theirs = f->pkt.sequence;
                g_byte_array_append(remote, f->pkt.data, f->pkt.data_len);
            }
            sol_send_ack(f, theirs, f->pkt.data_len, 0);
        }
        got = g_socket_receive(f->line, (char *)buf, sizeof(buf), NULL, NULL);
        if (got > 0) {
            g_byte_array_append(line, buf, got);
        } else if (chunk && f->e.outbox.length == 0) {
            /* The acknowledge was lost: the packet once more */
            clock_advance(f->e.base.clock, 500);
            sol_send_as(f, &f->host, &f->host.client.crypto, &(SolPacket) {
                .sequence = mine, .data = sent + out, .data_len = chunk });
        } else {
            clock_advance(f->e.base.clock, 10);
        }
    }
    test_assert_bytes_equal(line->data, line->len, sent, total);
    test_assert_bytes_equal(remote->data, remote->len, sent, total);
}

#define ADD(path, func)                                     \
    g_test_add("/ipmi/sol/" path, SolFixture, NULL, sol_setup, func, \
               sol_teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("output", test_output);
    ADD("retries", test_retries);
    ADD("partial", test_partial);
    ADD("input", test_input);
    ADD("flow", test_flow);
    ADD("break", test_break);
    ADD("flush", test_flush_outbound);
    ADD("away", test_away);
    ADD("stream", test_stream);
    return g_test_run();
}
