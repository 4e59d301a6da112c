/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The LAN engine with honest and with hostile clients. There are no sockets:
 * datagrams go in, and what comes out is kept.
 */
#ifndef QEMU_BMC_TESTS_ENGINE_FIXTURE_H
#define QEMU_BMC_TESTS_ENGINE_FIXTURE_H

#include "ipmi/ipmi-engine.h"

#include "bmc-fixture.h"
#include "ipmi-test-client.h"

typedef struct EngineFixture {
    Fixture base;
    IpmiCore *core;
    IpmiEngine *engine;
    GQueue outbox; /* GBytes */
    IpmiPeer last; /* where the last one went */
} EngineFixture;

/* A client at an address of its own. */
typedef struct EngineHost {
    IpmiTestClient client;
    EngineFixture *f;
    IpmiPeer peer;
    bool lose; /* the next answer */
} EngineHost;

/* Takes what an engine sends; an IpmiSendFunc. */
void engine_fixture_keep(void *opaque, const IpmiPeer *peer,
                         const uint8_t *buf, size_t len);

/* The first datagram that was kept; returns its length, 0 for none. */
size_t engine_fixture_take(EngineFixture *f, uint8_t *buf);

/* For g_test_add(). */
void engine_fixture_setup(EngineFixture *f, const void *opaque);
void engine_fixture_teardown(EngineFixture *f, const void *opaque);

/* A client that has sent nothing yet. */
void engine_host_init(EngineHost *host, EngineFixture *f, const char *ip,
                      uint16_t port);
/* A client at 192.0.2.1 that has logged in. */
void engine_host_login(EngineHost *host, EngineFixture *f, unsigned suite,
                       const char *user);
/* Sends a command with data in hexadecimal; returns the completion code. */
int engine_host_command(EngineHost *host, uint8_t netfn, uint8_t cmd,
                        const char *hex);

#endif /* QEMU_BMC_TESTS_ENGINE_FIXTURE_H */
