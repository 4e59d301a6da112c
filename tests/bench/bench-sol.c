/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How fast SOL is: the engine of IPMI over LAN without its UDP socket, a
 * socket as the serial line, and a client that acknowledges at once, all in
 * one process. Each packet is encrypted and authenticated (suite 17).
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/ipmi/sol-fixture.h"
#include "test-util.h"

#define TOTAL (8 * 1024 * 1024)

static uint8_t block[16384];

static double seconds(int64_t since)
{
    return (g_get_monotonic_time() - since) / 1e6;
}

static void to_remote(SolFixture *f)
{
    int64_t start = g_get_monotonic_time();
    size_t got = 0;

    while (got < TOTAL) {
        g_socket_send(f->line, (char *)block, sizeof(block), NULL, NULL);
        g_main_context_iteration(NULL, FALSE);
        while (sol_take(f)) {
            got += f->pkt.data_len;
            sol_send_ack(f, f->pkt.sequence, f->pkt.data_len, 0);
        }
    }
    printf("VM to remote console: %.1f MB/s\n", TOTAL / 1e6 / seconds(start));
}

static void to_vm(SolFixture *f)
{
    const size_t n = IPMI_SOL_PAYLOAD_MAX - SOL_HEADER_LEN;
    int64_t start = g_get_monotonic_time();
    uint8_t sequence = 0;
    size_t sent = 0;

    while (sent < TOTAL) {
        sequence = sol_next_sequence(sequence);
        sol_send_as(f, &f->host, &f->host.client.crypto, &(SolPacket) {
            .sequence = sequence, .data = block, .data_len = n });
        while (!sol_take(f) || f->pkt.acked != sequence) {
            g_socket_receive(f->line, (char *)block, sizeof(block), NULL,
                             NULL);
            g_main_context_iteration(NULL, FALSE);
        }
        sent += f->pkt.accepted;
    }
    printf("remote console to VM: %.1f MB/s\n", TOTAL / 1e6 / seconds(start));
}

int main(int argc, char **argv)
{
    SolFixture f = { .path = NULL };

    test_init(&argc, &argv);
    sol_setup(&f, NULL);
    sol_activate(&f);
    to_vm(&f);
    to_remote(&f);
    sol_teardown(&f, NULL);
    return 0;
}
