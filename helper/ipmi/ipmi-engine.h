/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPMI over LAN without sockets: takes datagrams, gives datagrams. All that
 * a stranger can send ends here: what is malformed, forged or replayed is
 * dropped without an answer, except where the specification has one.
 */
#ifndef QEMU_BMC_IPMI_IPMI_ENGINE_H
#define QEMU_BMC_IPMI_IPMI_ENGINE_H

#include "ipmi/ipmi-core.h"
#include "ipmi/ipmi-session.h"

/* Answers that one session may wait for; more are refused as busy. */
#define IPMI_ENGINE_PENDING_MAX 8

typedef struct IpmiEngine IpmiEngine;

/**
 * IpmiSendFunc: sends a datagram; what cannot be sent at once is lost, as
 * datagrams are.
 *
 * @opaque: as given to ipmi_engine_new()
 * @peer: where to
 * @buf: the datagram
 * @len: its length in bytes
 */
typedef void (*IpmiSendFunc)(void *opaque, const IpmiPeer *peer,
                             const uint8_t *buf, size_t len);

/**
 * ipmi_engine_new: make an engine; one for each socket.
 *
 * @core: the core; must outlive the engine
 * @send: sends datagrams
 * @opaque: handed to @send
 *
 * Returns: (transfer full): the engine
 */
IpmiEngine *ipmi_engine_new(IpmiCore *core, IpmiSendFunc send, void *opaque);

/**
 * ipmi_engine_free: close the engine's sessions, drop pending answers, and
 * free.
 *
 * @engine: the engine, or NULL
 */
void ipmi_engine_free(IpmiEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IpmiEngine, ipmi_engine_free)

/**
 * ipmi_engine_receive: work on one datagram.
 *
 * @engine: the engine
 * @peer: who sent it; its port field is set by the engine
 * @buf: the datagram
 * @len: its length in bytes
 */
void ipmi_engine_receive(IpmiEngine *engine, const IpmiPeer *peer,
                         const uint8_t *buf, size_t len);

/**
 * ipmi_engine_send: send a payload within an active RMCP+ session.
 *
 * @session: the session; its peer tells through which engine
 * @payload_type: IPMI_PAYLOAD_*
 * @crypto: how the payload is protected
 * @data: the payload
 * @len: its length in bytes
 */
void ipmi_engine_send(IpmiSession *session, uint8_t payload_type,
                      const RmcppCrypto *crypto, const uint8_t *data,
                      size_t len);

#endif /* QEMU_BMC_IPMI_IPMI_ENGINE_H */
