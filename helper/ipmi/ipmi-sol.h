/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Serial over LAN (IPMI 2.0 chapter 15): the payload that carries the serial
 * line within a session. There is one instance, since there is one line; it
 * ends with its session, and outlives every reboot of the VM and of QEMU.
 */
#ifndef QEMU_BMC_IPMI_IPMI_SOL_H
#define QEMU_BMC_IPMI_IPMI_SOL_H

#include "console/console.h"
#include "ipmi/ipmi-session.h"

/*
 * The payload size that is offered, header included. Some clients take it
 * for that of the characters alone, and of those one byte counts how many
 * were accepted.
 */
#define IPMI_SOL_PAYLOAD_MAX 255
#define IPMI_SOL_INSTANCE 1

/**
 * ipmi_sol_new: make the payload, not active.
 *
 * @core: the core
 *
 * Returns: (transfer full): the payload
 */
IpmiSol *ipmi_sol_new(IpmiCore *core);

/**
 * ipmi_sol_free: deactivate and free.
 *
 * @sol: the payload, or NULL
 */
void ipmi_sol_free(IpmiSol *sol);

/**
 * ipmi_sol_set_console: give it the serial line; without one it cannot be
 * activated.
 *
 * @sol: the payload
 * @console: (transfer none) (nullable): the line; must outlive @sol
 */
void ipmi_sol_set_console(IpmiSol *sol, Console *console);

/**
 * ipmi_sol_has_console: whether there is a line.
 *
 * @sol: the payload
 *
 * Returns: true if there is
 */
bool ipmi_sol_has_console(const IpmiSol *sol);

/**
 * ipmi_sol_session: the session that it is active in.
 *
 * @sol: the payload
 *
 * Returns: (transfer none): the session, or NULL
 */
IpmiSession *ipmi_sol_session(const IpmiSol *sol);

/**
 * ipmi_sol_activate: start the payload in a session. What the line prints
 * from now on is sent there, and the session becomes the line's writer.
 *
 * @sol: the payload, not active, with a console
 * @session: the session
 * @encrypted: the payload is encrypted, which the session's suite can do
 * @authenticated: the same for integrity
 */
void ipmi_sol_activate(IpmiSol *sol, IpmiSession *session, bool encrypted,
                       bool authenticated);

/**
 * ipmi_sol_deactivate: end the payload; nothing happens if it is not active.
 *
 * @sol: the payload
 * @tell: send a packet that says so
 */
void ipmi_sol_deactivate(IpmiSol *sol, bool tell);

/**
 * ipmi_sol_session_idle: a session has all of its answers. If one of its
 * requests has ended the payload, now is the time to say so.
 *
 * @sol: the payload
 * @session: the session
 */
void ipmi_sol_session_idle(IpmiSol *sol, const IpmiSession *session);

/**
 * ipmi_sol_is_authenticated: how it was activated.
 *
 * @sol: the payload, active
 *
 * Returns: true if its packets are authenticated
 */
bool ipmi_sol_is_authenticated(const IpmiSol *sol);

/**
 * ipmi_sol_set_encrypted: suspend or resume encryption of an active payload.
 *
 * @sol: the payload
 * @encrypted: whether its packets are encrypted from now on
 */
void ipmi_sol_set_encrypted(IpmiSol *sol, bool encrypted);

/**
 * ipmi_sol_crypto: how SOL packets of a session must be protected.
 *
 * @sol: the payload
 * @session: the session
 *
 * Returns: (transfer none): algorithms and keys
 */
const RmcppCrypto *ipmi_sol_crypto(const IpmiSol *sol,
                                   const IpmiSession *session);

/**
 * ipmi_sol_receive: a SOL packet has come that is genuine.
 *
 * @sol: the payload
 * @session: the session that it belongs to
 * @sequence: its session sequence number
 * @buf: the payload
 * @len: its length in bytes
 */
void ipmi_sol_receive(IpmiSol *sol, IpmiSession *session, uint32_t sequence,
                      const uint8_t *buf, size_t len);

#endif /* QEMU_BMC_IPMI_IPMI_SOL_H */
