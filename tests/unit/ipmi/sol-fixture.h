/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial over LAN with a socket as the VM's serial line and one client. */
#ifndef QEMU_BMC_TESTS_SOL_FIXTURE_H
#define QEMU_BMC_TESTS_SOL_FIXTURE_H

#include "ipmi/ipmi-sol.h"

#include "codec/sol.h"

#include "engine-fixture.h"

#define SOL_ACTIVATE "01 01 c4 00 00 00"
#define SOL_DEACTIVATE "01 01 00 00 00 00"

typedef struct SolFixture {
    EngineFixture e;
    char *path;
    GSocket *listener;
    Console *console;
    GSocket *line;
    EngineHost host;
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    SolPacket pkt;
    uint8_t sequence; /* of the client */
} SolFixture;

#define sol_assert_silence(f) \
    g_assert_cmpint((f)->e.outbox.length, ==, 0)

/* Lets everything come to its end. */
void sol_settle(SolFixture *f);
/* Lets time pass. */
void sol_advance(SolFixture *f, int64_t ms);
/* QEMU listens. */
void sol_plug(SolFixture *f);
/* The console has connected. */
void sol_accept_line(SolFixture *f);
/* QEMU has gone. */
void sol_unplug(SolFixture *f);
/* For g_test_add(); the client is an administrator. */
void sol_setup(SolFixture *f, const void *opaque);
void sol_teardown(SolFixture *f, const void *opaque);
/* The client activates SOL. */
void sol_activate(SolFixture *f);
/* Sends a SOL packet, as any client. */
void sol_send_as(SolFixture *f, EngineHost *host, const RmcppCrypto *crypto,
                 const SolPacket *pkt);
/* Sends characters. */
void sol_send_packet(SolFixture *f, uint8_t sequence, uint8_t bits,
                     const char *text);
/* Acknowledges. */
void sol_send_ack(SolFixture *f, uint8_t acked, uint8_t accepted,
                  uint8_t bits);
/* The next packet that was sent to a client; false for none. */
bool sol_take_as(SolFixture *f, EngineHost *host, const RmcppCrypto *crypto);
/* The next packet that was sent to the client. */
bool sol_take(SolFixture *f);
/* The next packet to the client has this. */
void sol_expect(SolFixture *f, uint8_t sequence, uint8_t bits,
                const char *text);
/* The next packet acknowledges this. */
void sol_expect_ack(SolFixture *f, uint8_t acked, uint8_t accepted,
                    uint8_t bits);
/* The VM prints. */
void sol_print(SolFixture *f, const char *text);
/* The VM has received this, and nothing else. */
void sol_expect_line(SolFixture *f, const char *text);

#endif /* QEMU_BMC_TESTS_SOL_FIXTURE_H */
