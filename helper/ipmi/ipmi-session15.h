/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPMI 1.5 sessions (IPMI 2.0 sections 6.12, 22.16 and 22.17). */
#ifndef QEMU_BMC_IPMI_IPMI_SESSION15_H
#define QEMU_BMC_IPMI_IPMI_SESSION15_H

#include "codec/ipmb.h"
#include "codec/ipmi15.h"
#include "ipmi/ipmi-session.h"

/**
 * ipmi_session15_accept: whether a packet is a genuine one of its session: it
 * comes from its peer, in sequence, and authenticated as it has to be. If so,
 * its number is used up and the session is marked as in use. The packet that
 * activates a session, which has number 0, is accepted until another one has
 * come.
 *
 * @sessions: the table
 * @peer: who sent it
 * @pkt: the packet
 * @request: its message
 *
 * Returns: (transfer none): the session, or NULL if the packet is to be
 * dropped. A wrong password ends a session that is to be activated
 */
IpmiSession *ipmi_session15_accept(IpmiSessions *sessions,
                                   const IpmiPeer *peer,
                                   const Ipmi15Packet *pkt,
                                   const IpmbMessage *request);

/**
 * ipmi_session15_build: append a packet of a session, with the next sequence
 * number and an AuthCode.
 *
 * @session: the session
 * @w: where to; failed if it does not fit
 * @payload: the message
 * @len: its length in bytes
 */
void ipmi_session15_build(IpmiSession *session, ByteWriter *w,
                          const uint8_t *payload, size_t len);

#endif /* QEMU_BMC_IPMI_IPMI_SESSION15_H */
