/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of RMCP+ sessions: who has one, how far it is, its keys and
 * sequence numbers, and when it ends. It knows nothing of packets.
 *
 * A session is half-open until RAKP 3 has proved that the peer knows the
 * password. Half-open sessions have a table of their own, so that strangers
 * cannot crowd out those who have logged in.
 */
#ifndef QEMU_BMC_IPMI_IPMI_SESSION_H
#define QEMU_BMC_IPMI_IPMI_SESSION_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"
#include "bmc/users.h"
#include "codec/rakp-auth.h"
#include "codec/rakp.h"
#include "codec/rmcpp.h"
#include "ipmi/ipmi-core.h"
#include "ipmi/ipmi-peer.h"
#include "ipmi/ipmi-retry.h"
#include "ipmi/ipmi-window.h"
#include "util/log.h"

/* A 6-bit field counts them (section 22.20), and 63 is its largest value. */
#define IPMI_SESSIONS_DEFAULT 63
#define IPMI_SESSION_HANDLE_MAX 254
#define IPMI_SESSION_IDLE_MS 60000

#define IPMI_HALF_OPEN_MAX 128
#define IPMI_HALF_OPEN_MS 20000
/*
 * A client whose password does not fit RAKP 2 may just fall silent (ipmitool
 * and FreeIPMI do), while one that knows it answers at once. After this time
 * it counts as a failed login; the session can still be opened, in case
 * RAKP 2 was lost.
 */
#define IPMI_CHALLENGE_MS 2000

/**
 * IpmiSessionsConfig: what a BMC offers on its LAN channel.
 *
 * @suites: cipher suites
 * @auth15: authentication types of IPMI 1.5 sessions, a bit per IPMI_AUTH_*;
 *          0 for no such sessions
 * @max_active: most active sessions, 1 to %IPMI_SESSION_HANDLE_MAX
 */
typedef struct IpmiSessionsConfig {
    CipherSuiteList suites;
    uint8_t auth15;
    unsigned max_active;
} IpmiSessionsConfig;

/**
 * IpmiSessionState: how far a session is.
 *
 * @IPMI_SESSION_OPENED: Open Session answered
 * @IPMI_SESSION_CHALLENGED: RAKP 1 answered, so the peer receives at its
 *                           address; with IPMI 1.5, which begins here, that
 *                           is not known yet
 * @IPMI_SESSION_ACTIVE: RAKP 3 verified
 */
typedef enum IpmiSessionState {
    IPMI_SESSION_OPENED,
    IPMI_SESSION_CHALLENGED,
    IPMI_SESSION_ACTIVE,
} IpmiSessionState;

/**
 * IpmiSessionHost: what one address has half-open; exists while it has.
 *
 * @peer: the address; the port means nothing
 * @count: how many half-open sessions
 */
typedef struct IpmiSessionHost {
    IpmiPeer peer;
    unsigned count;
} IpmiSessionHost;

/**
 * IpmiSession: a session.
 *
 * @id: our session id, which the peer sends to us
 * @console_id: the peer's, which we send to it
 * @handle: 1 to %IPMI_SESSION_HANDLE_MAX once active
 * @state: how far it is
 * @peer: who opened it; nobody else may use it
 * @host: its address among the half-open; NULL once active
 * @opened_ms: when Open Session was answered
 * @challenged_ms: when RAKP 1 was answered; -1 if it was not, or if silence
 *                 after it is in the log already; always -1 with @auth15
 * @active_ms: when it was last used
 * @open_tag: message tag of the Open Session Request
 * @open_priv: maximum privilege asked for in Open Session
 * @auth15: an IPMI 1.5 session: its IPMI_AUTH_*; 0 for RMCP+
 * @answer_auth: with @auth15, what answers are authenticated with: as the
 *               last request was
 * @rakp: what the key exchange is computed from; wiped once active. Of IPMI
 *        1.5 it has the password (kuid) and the challenge (managed_random)
 * @rakp3: the code of RAKP 3 that was accepted, @rakp4: the answer to it,
 *         for a peer that has lost it; until the first packet of the session
 * @suite: once active, its suite; NULL for IPMI 1.5
 * @slot: the user's slot, @user: the name
 * @ceiling: highest privilege that it can have
 * @privilege: what it has now
 * @crypto: algorithms and keys, once active; of IPMI 1.5 only kuid
 * @window: inbound numbers of unauthenticated [0] and authenticated [1]
 *          packets
 * @sequence: last outbound number
 * @closing: to be closed when the answer in hand has been sent
 * @used: a packet has come within it
 * @n_pending: requests whose answers are pending
 * @n_accounts: those of them that are about accounts
 * @generation: BmcUser.generation of the user when it became active
 * @sol_refused: it was told that it has no active SOL payload
 * @retry: requests that must not be carried out twice
 * @link: in its list
 */
struct IpmiSession {
    uint32_t id;
    uint32_t console_id;
    uint8_t handle;
    IpmiSessionState state;
    IpmiPeer peer;
    IpmiSessionHost *host;
    int64_t opened_ms;
    int64_t challenged_ms;
    int64_t active_ms;
    uint8_t open_tag;
    uint8_t open_priv;
    uint8_t auth15;
    uint8_t answer_auth;
    RakpAuth rakp;
    uint8_t rakp3[CRYPTO_DIGEST_MAX];
    uint8_t rakp3_len;
    Rakp4 rakp4;
    const CipherSuite *suite;
    unsigned slot;
    char user[BMC_USER_NAME_MAX + 1];
    BmcPrivilege ceiling;
    BmcPrivilege privilege;
    RmcppCrypto crypto;
    IpmiWindow window[2];
    uint32_t sequence;
    bool closing;
    bool used;
    unsigned n_pending;
    unsigned n_accounts;
    uint64_t generation;
    bool sol_refused;
    IpmiRetry *retry;
    GList link;
};

/**
 * IpmiSessions: the table.
 *
 * @bmc: the hub, for accounts and GUID
 * @clock: the clock
 * @by_id: all sessions by IpmiSession.id
 * @active: those that are, oldest first
 * @half_open: those that are not yet, oldest first
 * @hosts: set of IpmiSessionHost, by address
 * @timer: armed, while there are sessions, for the earliest time at which
 *         something may have to be done about one
 * @timer_ms: that time
 * @access: on bmc_notifiers()
 * @closing: called with the IpmiSession before it is freed
 * @config: what is offered
 * @failures: limits log lines about failed logins
 * @logins: limits log lines about logins
 */
struct IpmiSessions {
    Bmc *bmc;
    Clock *clock;
    GHashTable *by_id;
    GQueue active;
    GQueue half_open;
    GHashTable *hosts;
    ClockTimer *timer;
    int64_t timer_ms;
    Notifier access;
    NotifierList closing;
    IpmiSessionsConfig config;
    LogLimit failures;
    LogLimit logins;
};

/**
 * ipmi_sessions_new: make an empty table with suites 17 and 3, without IPMI
 * 1.5, and for %IPMI_SESSIONS_DEFAULT sessions.
 *
 * @bmc: the hub
 *
 * Returns: (transfer full): the table
 */
IpmiSessions *ipmi_sessions_new(Bmc *bmc);

/**
 * ipmi_sessions_configure: change what is offered, while nobody has logged
 * in yet.
 *
 * @sessions: the table
 * @config: what to offer; copied
 */
void ipmi_sessions_configure(IpmiSessions *sessions,
                             const IpmiSessionsConfig *config);

/**
 * ipmi_sessions_nth_suite: walk through the suites offered in ascending
 * order of number, which is how commands list them.
 *
 * @sessions: the table
 * @n: position from 0
 *
 * Returns: (transfer none): the suite, or NULL past the end
 */
const CipherSuite *ipmi_sessions_nth_suite(const IpmiSessions *sessions,
                                           unsigned n);

/**
 * ipmi_sessions_free: close all sessions and free.
 *
 * @sessions: the table, or NULL
 */
void ipmi_sessions_free(IpmiSessions *sessions);

/**
 * ipmi_sessions_open: make a half-open session. When there are
 * %IPMI_HALF_OPEN_MAX, one of the host with most gives way: the oldest that
 * was not challenged, since whoever was does receive at that address.
 *
 * @sessions: the table
 * @peer: who opens it
 * @suite: its suite; NULL for IPMI 1.5
 *
 * Returns: (transfer none): the session, with a fresh id
 */
IpmiSession *ipmi_sessions_open(IpmiSessions *sessions, const IpmiPeer *peer,
                                const CipherSuite *suite);

/**
 * ipmi_sessions_challenged: note that RAKP 1 was answered just now.
 *
 * @sessions: the table
 * @session: the half-open session
 */
void ipmi_sessions_challenged(IpmiSessions *sessions, IpmiSession *session);

/**
 * ipmi_sessions_activate: make a half-open session active: its keys are
 * made, what they were made of is wiped, and its privilege is USER, or
 * CALLBACK if that is its ceiling (section 6.9.1).
 *
 * @sessions: the table
 * @session: the session
 *
 * Returns: false if there are too many, of this user or of all; nothing has
 * changed then
 */
bool ipmi_sessions_activate(IpmiSessions *sessions, IpmiSession *session);

/**
 * ipmi_sessions_find: look a session up by our id.
 *
 * @sessions: the table
 * @id: IpmiSession.id
 *
 * Returns: (transfer none): the session, or NULL
 */
IpmiSession *ipmi_sessions_find(IpmiSessions *sessions, uint32_t id);

/**
 * ipmi_sessions_find_handle: look an active session up by its handle.
 *
 * @sessions: the table
 * @handle: IpmiSession.handle
 *
 * Returns: (transfer none): the session, or NULL
 */
IpmiSession *ipmi_sessions_find_handle(IpmiSessions *sessions,
                                       uint8_t handle);

/**
 * ipmi_sessions_find_opened: look for the half-open session that an Open
 * Session Request has made already: a retransmission.
 *
 * @sessions: the table
 * @peer: who asks
 * @console_id: session id that the remote console chose
 * @tag: message tag
 * @suite: the suite
 *
 * Returns: (transfer none): the session, or NULL
 */
IpmiSession *ipmi_sessions_find_opened(IpmiSessions *sessions,
                                       const IpmiPeer *peer,
                                       uint32_t console_id, uint8_t tag,
                                       const CipherSuite *suite);

/**
 * ipmi_sessions_close: end a session and wipe its keys.
 *
 * @sessions: the table
 * @session: the session; gone afterwards
 */
void ipmi_sessions_close(IpmiSessions *sessions, IpmiSession *session);

/**
 * ipmi_sessions_close_port: end all sessions of a socket.
 *
 * @sessions: the table
 * @port: IpmiPeer.port
 */
void ipmi_sessions_close_port(IpmiSessions *sessions, const void *port);

/**
 * ipmi_session_touch: note that a session is in use.
 *
 * @sessions: the table
 * @session: the session
 */
void ipmi_session_touch(IpmiSessions *sessions, IpmiSession *session);

/**
 * ipmi_session_next_sequence: the number of the next outbound packet; never
 * 0.
 *
 * @session: the session
 *
 * Returns: the number
 */
uint32_t ipmi_session_next_sequence(IpmiSession *session);

#endif /* QEMU_BMC_IPMI_IPMI_SESSION_H */
