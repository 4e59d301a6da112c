/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who may have a session, with how much privilege, and what comes of it when
 * somebody tries: the same for RMCP+ and IPMI 1.5.
 */
#ifndef QEMU_BMC_IPMI_IPMI_SESSION_AUTH_H
#define QEMU_BMC_IPMI_IPMI_SESSION_AUTH_H

#include "ipmi/ipmi-session.h"

/**
 * ipmi_sessions_may_ask: whether an address may be sent another challenge;
 * see bmc_lockout_may_ask().
 *
 * @sessions: the table
 * @peer: who asks for it
 *
 * Returns: true if it may
 */
bool ipmi_sessions_may_ask(const IpmiSessions *sessions,
                           const IpmiPeer *peer);

/**
 * ipmi_sessions_may_try: whether a challenged session's user may still log
 * in from its address; if not, that is logged. Many challenges may be open
 * at once, so that answers come after those that have caused a lockout.
 *
 * @sessions: the table
 * @session: the session
 *
 * Returns: true unless the user is locked out
 */
bool ipmi_sessions_may_try(IpmiSessions *sessions,
                           const IpmiSession *session);

/**
 * ipmi_sessions_find_user: look up a user who wants to log in. Who is locked
 * out is treated as one who may not log in at all.
 *
 * @sessions: the table
 * @peer: where from
 * @name: user name as it came
 * @len: its length in bytes
 *
 * Returns: (transfer none): the user, or NULL if there is none or it may not
 * log in
 */
const BmcUser *ipmi_sessions_find_user(const IpmiSessions *sessions,
                                       const IpmiPeer *peer,
                                       const uint8_t *name, size_t len);

/**
 * ipmi_sessions_ceiling: the highest privilege that a user can have in a
 * session.
 *
 * @sessions: the table
 * @user: the user
 * @suite: (nullable): the session's suite; NULL for IPMI 1.5
 *
 * Returns: the privilege; NONE if it may not log in
 */
BmcPrivilege ipmi_sessions_ceiling(const IpmiSessions *sessions,
                                   const BmcUser *user,
                                   const CipherSuite *suite);

/**
 * ipmi_sessions_suite_usable: whether a suite that is offered may be used:
 * one without any privilege (LAN parameter 24) may not.
 *
 * @sessions: the table
 * @suite: the suite
 *
 * Returns: true if it may
 */
bool ipmi_sessions_suite_usable(const IpmiSessions *sessions,
                                const CipherSuite *suite);

/**
 * ipmi_sessions_user_has_room: whether a user may have another session
 * (section 22.26).
 *
 * @sessions: the table
 * @slot: the user's slot
 *
 * Returns: false if it has as many as it may
 */
bool ipmi_sessions_user_has_room(const IpmiSessions *sessions, unsigned slot);

/**
 * ipmi_sessions_unanswered: a challenge will not be answered any more: if
 * none came and that is not in the log yet, it is a failed login.
 *
 * @sessions: the table
 * @session: the half-open session
 */
void ipmi_sessions_unanswered(IpmiSessions *sessions, IpmiSession *session);

/**
 * ipmi_sessions_log_failure: write a failed login to the log, unless there
 * are too many.
 *
 * @sessions: the table
 * @peer: who tried
 * @name: user name as it came
 * @len: its length in bytes
 * @why: (nullable): more about it, for people
 */
void ipmi_sessions_log_failure(IpmiSessions *sessions, const IpmiPeer *peer,
                               const uint8_t *name, size_t len,
                               const char *why);

/**
 * ipmi_sessions_failed: the peer has shown that it does not know the user's
 * password: that counts towards a lockout, and goes into the log. To be
 * called only for a peer that receives at its address.
 *
 * @sessions: the table
 * @session: the half-open session
 */
void ipmi_sessions_failed(IpmiSessions *sessions, IpmiSession *session);

/**
 * ipmi_sessions_succeeded: a user has logged in: what was counted towards a
 * lockout is forgotten, and the login goes into the log, unless there are
 * too many.
 *
 * @sessions: the table
 * @session: the session that begins
 */
void ipmi_sessions_succeeded(IpmiSessions *sessions,
                             const IpmiSession *session);

#endif /* QEMU_BMC_IPMI_IPMI_SESSION_AUTH_H */
