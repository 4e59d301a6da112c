/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small RMCP+ client for tests, on the project's own codec. It shows its
 * insides, so that a test can send what no honest client would.
 */
#ifndef QEMU_BMC_TESTS_IPMI_TEST_CLIENT_H
#define QEMU_BMC_TESTS_IPMI_TEST_CLIENT_H

#include <gio/gio.h>
#include <stdbool.h>
#include <stdint.h>

#include "codec/ipmb.h"
#include "codec/rakp-auth.h"
#include "codec/rakp.h"
#include "codec/rmcpp.h"

/* What the functions return for "no answer". */
#define IPMI_TEST_SILENCE (-1)
/* The answer came, but its form or protection was wrong. */
#define IPMI_TEST_BROKEN (-2)

/**
 * IpmiTestExchange: sends a datagram and waits for the answer.
 *
 * @opaque: as given to ipmi_test_client_init()
 * @buf: the datagram
 * @len: its length in bytes
 * @answer: where to, %IPMI_LAN_PACKET_MAX bytes
 *
 * Returns: length of the answer, or 0 if none came
 */
typedef size_t (*IpmiTestExchange)(void *opaque, const uint8_t *buf,
                                   size_t len, uint8_t *answer);

/**
 * IpmiTestClient: a client and its session.
 *
 * @exchange: sends and receives
 * @opaque: handed to @exchange
 * @tag: message tag of the next message that opens a session
 * @auth: the key exchange
 * @crypto: the session's keys
 * @sequence: last outbound session sequence number
 * @inbound: last inbound session sequence number
 * @rq_seq: last rqSeq
 * @lun: logical unit to send to
 * @auth15: IPMI_AUTH_* of an IPMI 1.5 session
 * @password15: its password, padded
 * @challenge: of Get Session Challenge
 * @status: status code of the last message that opens a session
 * @data: data of the last answer, after the completion code
 * @len: its length in bytes
 * @socket: of ipmi_test_client_init_udp()
 */
typedef struct IpmiTestClient {
    IpmiTestExchange exchange;
    void *opaque;
    uint8_t tag;
    RakpAuth auth;
    RmcppCrypto crypto;
    uint32_t sequence;
    uint32_t inbound;
    uint8_t rq_seq;
    uint8_t lun;
    uint8_t auth15;
    uint8_t password15[IPMI_PASSWORD15_MAX];
    uint8_t challenge[IPMI_RANDOM_LEN];
    uint8_t status;
    uint8_t data[IPMI_LAN_PACKET_MAX];
    size_t len;
    GSocket *socket;
} IpmiTestClient;

/**
 * ipmi_test_client_init: prepare a client.
 *
 * @client: the client
 * @exchange: sends and receives
 * @opaque: handed to @exchange
 */
void ipmi_test_client_init(IpmiTestClient *client, IpmiTestExchange exchange,
                           void *opaque);

/**
 * ipmi_test_client_init_udp: prepare a client that talks to a UDP server. It
 * runs the default main context while it waits, so the server may be in the
 * same process.
 *
 * @client: the client
 * @server: the server's address
 * @from: (nullable): address to send from, e.g. 127.0.0.2
 */
void ipmi_test_client_init_udp(IpmiTestClient *client,
                               GSocketAddress *server, const char *from);

/**
 * ipmi_test_client_clear: forget the session without closing it.
 *
 * @client: the client
 */
void ipmi_test_client_clear(IpmiTestClient *client);

/**
 * ipmi_test_client_open: send an Open Session Request.
 *
 * @client: the client; @client->status is set
 * @auth: IPMI_RAKP_*
 * @integrity: IPMI_INTEGRITY_*
 * @conf: IPMI_CONF_*
 *
 * Returns: status code, %IPMI_TEST_SILENCE or %IPMI_TEST_BROKEN
 */
int ipmi_test_client_open(IpmiTestClient *client, uint8_t auth,
                          uint8_t integrity, uint8_t conf);

/**
 * ipmi_test_client_rakp1: send RAKP 1 and check the answer.
 *
 * @client: the client
 * @user: user name
 * @role: role byte: privilege and %RAKP_ROLE_NAME_ONLY
 *
 * Returns: as ipmi_test_client_open()
 */
int ipmi_test_client_rakp1(IpmiTestClient *client, const char *user,
                           uint8_t role);

/**
 * ipmi_test_client_rakp3: send RAKP 3 with the code that belongs to a
 * password, and check the answer if it is one of success.
 *
 * @client: the client
 * @password: the password
 *
 * Returns: as ipmi_test_client_open()
 */
int ipmi_test_client_rakp3(IpmiTestClient *client, const char *password);

/**
 * ipmi_test_client_rakp3_status: send RAKP 3 with a status code, as a client
 * does that does not like RAKP 2. There must be no answer.
 *
 * @client: the client
 * @status: status code
 */
void ipmi_test_client_rakp3_status(IpmiTestClient *client, uint8_t status);

/**
 * ipmi_test_client_login: all of the above by name-only look-up, for the
 * highest privilege.
 *
 * @client: the client
 * @suite: suite number
 * @user: user name
 * @password: password
 *
 * Returns: as ipmi_test_client_open(), of the last message sent
 */
int ipmi_test_client_login(IpmiTestClient *client, unsigned suite,
                           const char *user, const char *password);

/**
 * ipmi_test_client_seal: make a packet of the session, with the next
 * sequence number.
 *
 * @client: the client; its @rq_seq is used as it is
 * @netfn: network function
 * @cmd: command
 * @data: request data
 * @len: its length in bytes
 * @packet: where to, %IPMI_LAN_PACKET_MAX bytes
 *
 * Returns: length of the packet
 */
size_t ipmi_test_client_seal(IpmiTestClient *client, uint8_t netfn,
                             uint8_t cmd, const void *data, size_t len,
                             uint8_t *packet);

/**
 * ipmi_test_client_send: send a packet and read the answer of the session.
 *
 * @client: the client; @client->data and @client->len are set
 * @packet: the packet
 * @len: its length in bytes
 *
 * Returns: completion code, %IPMI_TEST_SILENCE or %IPMI_TEST_BROKEN
 */
int ipmi_test_client_send(IpmiTestClient *client, const uint8_t *packet,
                          size_t len);

/**
 * ipmi_test_client_command: send a command in the session.
 *
 * @client: the client
 * @netfn: network function
 * @cmd: command
 * @data: request data
 * @len: its length in bytes
 *
 * Returns: as ipmi_test_client_send()
 */
int ipmi_test_client_command(IpmiTestClient *client, uint8_t netfn,
                             uint8_t cmd, const void *data, size_t len);

/**
 * ipmi_test_client_sessionless: send a command outside a session.
 *
 * @client: the client
 * @rmcpp: in the RMCP+ wrapper rather than that of IPMI 1.5
 * @netfn: network function
 * @cmd: command
 * @data: request data
 * @len: its length in bytes
 *
 * Returns: as ipmi_test_client_send()
 */
int ipmi_test_client_sessionless(IpmiTestClient *client, bool rmcpp,
                                 uint8_t netfn, uint8_t cmd,
                                 const void *data, size_t len);

/**
 * ipmi_test_client_challenge15: send Get Session Challenge.
 *
 * @client: the client
 * @type: IPMI_AUTH_*
 * @user: user name
 *
 * Returns: as ipmi_test_client_send()
 */
int ipmi_test_client_challenge15(IpmiTestClient *client, uint8_t type,
                                 const char *user);

/**
 * ipmi_test_client_activate15: send Activate Session, with outbound numbers
 * from 1000 on.
 *
 * @client: the client
 * @password: the password
 * @priv: IPMI_PRIV_*
 *
 * Returns: as ipmi_test_client_send()
 */
int ipmi_test_client_activate15(IpmiTestClient *client, const char *password,
                                uint8_t priv);

/**
 * ipmi_test_client_seal15: make a packet of an IPMI 1.5 session, with the
 * next sequence number.
 *
 * @client: the client; its @rq_seq is used as it is
 * @type: IPMI_AUTH_*, that of the session or another one
 * @netfn: network function
 * @cmd: command
 * @data: request data
 * @len: its length in bytes
 * @packet: where to, %IPMI_LAN_PACKET_MAX bytes
 *
 * Returns: length of the packet
 */
size_t ipmi_test_client_seal15(IpmiTestClient *client, uint8_t type,
                               uint8_t netfn, uint8_t cmd, const void *data,
                               size_t len, uint8_t *packet);

/**
 * ipmi_test_client_send15: send a packet and read the answer of the session,
 * which must be in sequence, and authenticated unless it comes without.
 *
 * @client: the client; @client->data and @client->len are set
 * @packet: the packet
 * @len: its length in bytes
 *
 * Returns: as ipmi_test_client_send()
 */
int ipmi_test_client_send15(IpmiTestClient *client, const uint8_t *packet,
                            size_t len);

/**
 * ipmi_test_client_command15: send a command in an IPMI 1.5 session.
 *
 * @client: the client
 * @netfn: network function
 * @cmd: command
 * @data: request data
 * @len: its length in bytes
 *
 * Returns: as ipmi_test_client_send()
 */
int ipmi_test_client_command15(IpmiTestClient *client, uint8_t netfn,
                               uint8_t cmd, const void *data, size_t len);

#endif /* QEMU_BMC_TESTS_IPMI_TEST_CLIENT_H */
