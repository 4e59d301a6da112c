/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A remote console that follows the specification to the letter: one packet
 * under way, sent again until it is acknowledged; everything that comes is
 * acknowledged, and what comes twice is taken once.
 */
#ifndef QEMU_BMC_TESTS_SOL_CLIENT_H
#define QEMU_BMC_TESTS_SOL_CLIENT_H

#include "codec/sol.h"

#include "ipmi-test-client.h"

/**
 * SolClient: a client with an active SOL payload.
 *
 * @ipmi: its session
 * @source: on the session's socket
 * @seen: session sequence numbers below @ipmi.inbound that have come
 * @sequence: of the last packet sent, @in_flight: not acknowledged yet
 * @bits: SOL_OP_* of that packet
 * @out: characters still to be sent, @sent: how many of them are acknowledged
 * @chunk: how many are in the packet under way
 * @due: when it is sent again, as g_get_monotonic_time()
 * @last: the last packet received, @order: its session sequence number
 * @in: all that was received
 * @status: all SOL_STATUS_* that were seen
 * @resent: how many packets were sent again
 */
typedef struct SolClient {
    IpmiTestClient ipmi;
    GSource *source;
    uint64_t seen;
    uint8_t sequence;
    bool in_flight;
    uint8_t bits;
    GByteArray *out;
    size_t sent;
    size_t chunk;
    int64_t due;
    uint8_t last;
    uint32_t order;
    GByteArray *in;
    uint8_t status;
    unsigned resent;
} SolClient;

/**
 * sol_client_open: log in as "admin" and activate SOL.
 *
 * @c: filled in
 * @server: where to
 * @from: (nullable): address to send from
 * @password: the password
 */
void sol_client_open(SolClient *c, GSocketAddress *server, const char *from,
                     const char *password);

/**
 * sol_client_logout: close the session; only sol_client_close() may follow.
 *
 * @c: the client
 */
void sol_client_logout(SolClient *c);

/**
 * sol_client_close: forget it all; the session stays where it is.
 *
 * @c: the client
 */
void sol_client_close(SolClient *c);

/**
 * sol_client_type: send characters after those that are on their way.
 *
 * @c: the client
 * @buf: the characters
 * @len: how many
 */
void sol_client_type(SolClient *c, const void *buf, size_t len);

/**
 * sol_client_wait_status: go on until something was told.
 *
 * @c: the client
 * @bits: SOL_STATUS_*, all of which must have come
 */
void sol_client_wait_status(SolClient *c, uint8_t bits);

/**
 * sol_client_break: send BREAK, and wait for its acknowledge; nothing else
 * may be on its way.
 *
 * @c: the client
 */
void sol_client_break(SolClient *c);

/**
 * sol_client_run: go on until so much has been received and all is
 * acknowledged; ends the test if that takes too long.
 *
 * @c: the client
 * @len: how many characters, counted from the beginning of @c->in
 * @seconds: how long at most
 */
void sol_client_run(SolClient *c, size_t len, unsigned seconds);

/**
 * sol_client_expect: go on until a text has come.
 *
 * @c: the client
 * @text: the text; what is received up to its end is dropped
 */
void sol_client_expect(SolClient *c, const char *text);

#endif /* QEMU_BMC_TESTS_SOL_CLIENT_H */
