/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening of RMCP+ sessions, the managed system's side: Open Session and
 * RAKP 1 to 4 (IPMI 2.0 sections 13.17 to 13.24).
 */
#ifndef QEMU_BMC_IPMI_IPMI_RAKP_H
#define QEMU_BMC_IPMI_IPMI_RAKP_H

#include "ipmi/ipmi-session.h"

/**
 * ipmi_rakp_handle: work on a payload that opens a session.
 *
 * @sessions: the table
 * @peer: who sent it
 * @type: payload type; only Open Session Request, RAKP 1 and RAKP 3 have an
 *        effect
 * @buf: the payload
 * @len: its length in bytes
 * @out: the payload of the answer
 *
 * Returns: payload type of the answer, or -1 if there is none
 */
int ipmi_rakp_handle(IpmiSessions *sessions, const IpmiPeer *peer,
                     uint8_t type, const uint8_t *buf, size_t len,
                     ByteWriter *out);

#endif /* QEMU_BMC_IPMI_IPMI_RAKP_H */
