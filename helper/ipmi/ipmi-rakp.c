/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Each message that opens a session is answered, with a status code when it
 * is refused: a client that gets silence tries again, or tries another
 * suite, and its user learns nothing. Only what is too short to be answered
 * is dropped. A message that comes twice gets the same answer twice.
 */
#include "osdep.h"

#include "ipmi/ipmi-rakp.h"

#include "bmc/channel.h"
#include "ipmi/ipmi-session-auth.h"
#include "util/secret.h"

static bool suite_matches(const CipherSuite *suite,
                          const RakpOpenRequest *req)
{
    return (req->auth.any || req->auth.alg == suite->auth) &&
           (req->integrity.any || req->integrity.alg == suite->integrity) &&
           (req->conf.any || req->conf.alg == suite->conf);
}

static bool is_suite(const RakpOpenRequest *req)
{
    return !req->auth.any && !req->integrity.any && !req->conf.any &&
           cipher_suite_by_algs(req->auth.alg, req->integrity.alg,
                                req->conf.alg);
}

/*
 * The algorithms are known one by one, but a suite is a triple: to mix two
 * offered suites is refused too (table 13-15, "no cipher suite match"). So
 * is one that could be offered and is not: by that status FreeIPMI tells its
 * user "cipher suite id unavailable".
 */
static uint8_t choose_suite(const IpmiSessions *sessions,
                            const RakpOpenRequest *req,
                            const CipherSuite **suite)
{
    const CipherSuiteList *list = &sessions->config.suites;
    bool auth = req->auth.any;
    bool integrity = req->integrity.any;
    bool conf = req->conf.any;
    unsigned i;

    for (i = 0; i < list->n; i++) {
        *suite = list->suites[i];
        if (!ipmi_sessions_suite_usable(sessions, *suite)) {
            continue;
        }
        if (suite_matches(*suite, req)) {
            return IPMI_RAKP_STATUS_OK;
        }
        auth |= req->auth.alg == (*suite)->auth;
        integrity |= req->integrity.alg == (*suite)->integrity;
        conf |= req->conf.alg == (*suite)->conf;
    }
    *suite = NULL;
    if (is_suite(req)) {
        return IPMI_RAKP_STATUS_NO_SUITE_MATCH;
    }
    if (!auth) {
        return IPMI_RAKP_STATUS_INVALID_AUTH_ALG;
    }
    if (!integrity) {
        return IPMI_RAKP_STATUS_INVALID_INTEGRITY_ALG;
    }
    if (!conf) {
        return IPMI_RAKP_STATUS_INVALID_CONF_ALG;
    }
    return IPMI_RAKP_STATUS_NO_SUITE_MATCH;
}

static BmcPrivilege highest_if_unspecified(uint8_t priv)
{
    return priv == IPMI_PRIV_UNSPECIFIED ? BMC_PRIVILEGE_ADMIN :
           MIN(priv, BMC_PRIVILEGE_ADMIN);
}

static int handle_open(IpmiSessions *sessions, const IpmiPeer *peer,
                       const uint8_t *buf, size_t len, ByteWriter *out)
{
    RakpOpenResponse rsp = { 0 };
    RakpOpenRequest req;
    const CipherSuite *suite = NULL;
    IpmiSession *session;

    if (!rakp_parse_open_request(buf, len, &req, NULL)) {
        return -1;
    }
    rsp.tag = req.tag;
    rsp.console_id = req.console_id;
    rsp.max_priv = highest_if_unspecified(req.max_priv);
    rsp.status = req.status;
    if (rsp.status == IPMI_RAKP_STATUS_OK) {
        rsp.status = choose_suite(sessions, &req, &suite);
    }
    /* A channel that is disabled has room for nobody */
    if (rsp.status == IPMI_RAKP_STATUS_OK &&
        bmc_channel_access(sessions->bmc)->mode == BMC_CHANNEL_MODE_DISABLED) {
        rsp.status = IPMI_RAKP_STATUS_NO_RESOURCES;
    }
    if (rsp.status == IPMI_RAKP_STATUS_OK &&
        sessions->active.length >= sessions->config.max_active) {
        rsp.status = IPMI_RAKP_STATUS_NO_RESOURCES;
    }
    if (rsp.status == IPMI_RAKP_STATUS_OK) {
        session = ipmi_sessions_find_opened(sessions, peer, req.console_id,
                                            req.tag, suite);
        if (!session) {
            session = ipmi_sessions_open(sessions, peer, suite);
            session->open_tag = req.tag;
            session->console_id = req.console_id;
            session->rakp.console_id = req.console_id;
        }
        session->open_priv = req.max_priv;
        rsp.max_priv = MIN(rsp.max_priv,
                           bmc_channel_suite_privilege(sessions->bmc,
                                                       suite->id));
        rsp.managed_id = session->id;
        rsp.auth = suite->auth;
        rsp.integrity = suite->integrity;
        rsp.conf = suite->conf;
    }
    rakp_build_open_response(out, &rsp);
    return IPMI_PAYLOAD_OPEN_RESPONSE;
}

/* The session that a RAKP message names, if it is the sender's. */
static IpmiSession *find_session(IpmiSessions *sessions, const IpmiPeer *peer,
                                 uint32_t id)
{
    IpmiSession *session = ipmi_sessions_find(sessions, id);

    return session && !session->auth15 &&
           ipmi_peer_equal(&session->peer, peer) ? session : NULL;
}

/* Looks the user up and sets the session's ceiling and key. */
static uint8_t authorise(IpmiSessions *sessions, IpmiSession *session,
                         const Rakp1 *msg)
{
    uint8_t role = msg->role & RAKP_ROLE_PRIV_MASK;
    const BmcUser *user;
    BmcPrivilege wanted;
    BmcPrivilege limit;

    if (role > IPMI_PRIV_OEM) {
        return IPMI_RAKP_STATUS_INVALID_ROLE;
    }
    if (role == IPMI_PRIV_OEM) {
        return IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE;
    }
    if (!ipmi_sessions_may_ask(sessions, &session->peer)) {
        return IPMI_RAKP_STATUS_NO_RESOURCES;
    }
    user = ipmi_sessions_find_user(sessions, &session->peer, msg->name,
                                   msg->name_len);
    if (!user ||
        !bmc_users_ipmi_key(sessions->bmc, user, session->rakp.kuid)) {
        return IPMI_RAKP_STATUS_UNAUTHORIZED_NAME;
    }
    limit = ipmi_sessions_ceiling(sessions, user, session->rakp.suite);
    if (limit == BMC_PRIVILEGE_NONE) {
        return IPMI_RAKP_STATUS_UNAUTHORIZED_NAME;
    }
    /* By name and privilege: only a user who may have that privilege. */
    if (!(msg->role & RAKP_ROLE_NAME_ONLY) && role > limit) {
        return IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE;
    }
    wanted = MIN(highest_if_unspecified(role),
                 highest_if_unspecified(session->open_priv));
    session->ceiling = MIN(limit, wanted);
    session->slot = user->slot;
    g_strlcpy(session->user, user->name, sizeof(session->user));
    return IPMI_RAKP_STATUS_OK;
}

static bool same_challenge(const RakpAuth *auth, const Rakp1 *msg)
{
    return auth->role == msg->role && auth->name_len == msg->name_len &&
           memcmp(auth->name, msg->name, msg->name_len) == 0 &&
           memcmp(auth->console_random, msg->console_random,
                  IPMI_RANDOM_LEN) == 0;
}

static void challenge(IpmiSessions *sessions, IpmiSession *session,
                      const Rakp1 *msg, Rakp2 *rsp)
{
    RakpAuth *auth = &session->rakp;

    if (session->state != IPMI_SESSION_CHALLENGED ||
        !same_challenge(auth, msg)) {
        secret_random(auth->managed_random, IPMI_RANDOM_LEN);
    }
    memcpy(auth->console_random, msg->console_random, IPMI_RANDOM_LEN);
    auth->role = msg->role;
    auth->name_len = msg->name_len;
    memcpy(auth->name, msg->name, msg->name_len);
    bmc_channel_kg(sessions->bmc, auth->kg);
    /* All zero while the machine's identity is not known (table 13-12). */
    ipmi_guid_from_uuid(bmc_system_uuid(sessions->bmc), auth->guid);
    session->state = IPMI_SESSION_CHALLENGED;
    memcpy(rsp->managed_random, auth->managed_random, IPMI_RANDOM_LEN);
    memcpy(rsp->guid, auth->guid, IPMI_GUID_LEN);
    rsp->code_len = rakp_auth_code2(auth, rsp->code);
}

static int handle_rakp1(IpmiSessions *sessions, const IpmiPeer *peer,
                        const uint8_t *buf, size_t len, ByteWriter *out)
{
    Rakp2 rsp = { 0 };
    IpmiSession *session;
    Rakp1 msg;

    if (!rakp_parse_1(buf, len, &msg, NULL)) {
        return -1;
    }
    rsp.tag = msg.tag;
    session = find_session(sessions, peer, msg.managed_id);
    if (!session || session->state == IPMI_SESSION_ACTIVE) {
        rsp.status = IPMI_RAKP_STATUS_INVALID_SESSION;
        rakp_build_2(out, &rsp);
        return IPMI_PAYLOAD_RAKP2;
    }
    rsp.console_id = session->console_id;
    rsp.status = msg.status;
    if (session->state == IPMI_SESSION_CHALLENGED &&
        !same_challenge(&session->rakp, &msg)) {
        ipmi_sessions_unanswered(sessions, session);
    }
    if (rsp.status == IPMI_RAKP_STATUS_OK) {
        rsp.status = authorise(sessions, session, &msg);
        if (rsp.status != IPMI_RAKP_STATUS_OK) {
            ipmi_sessions_log_failure(sessions, peer, msg.name, msg.name_len,
                                      NULL);
        }
    }
    if (rsp.status == IPMI_RAKP_STATUS_OK) {
        challenge(sessions, session, &msg, &rsp);
        ipmi_sessions_challenged(sessions, session);
    } else {
        ipmi_sessions_close(sessions, session);
    }
    rakp_build_2(out, &rsp);
    return IPMI_PAYLOAD_RAKP2;
}

/* Works on a RAKP 3 with a code; returns the status to answer with. */
static uint8_t verify(IpmiSessions *sessions, IpmiSession *session,
                      const Rakp3 *msg, Rakp4 *rsp)
{
    if (session->state == IPMI_SESSION_ACTIVE) {
        if (session->used ||
            !secret_equal(session->rakp3, session->rakp3_len, msg->code,
                          msg->code_len)) {
            return IPMI_RAKP_STATUS_INVALID_SESSION;
        }
        *rsp = session->rakp4;
        rsp->tag = msg->tag;
        return IPMI_RAKP_STATUS_OK;
    }
    if (session->state != IPMI_SESSION_CHALLENGED) {
        return IPMI_RAKP_STATUS_INACTIVE_SESSION;
    }
    /* The answer is the same for a right password and a wrong one */
    if (!ipmi_sessions_may_try(sessions, session)) {
        ipmi_sessions_close(sessions, session);
        return IPMI_RAKP_STATUS_UNAUTHORIZED_NAME;
    }
    if (!rakp_auth_check3(&session->rakp, msg->code, msg->code_len)) {
        ipmi_sessions_failed(sessions, session);
        ipmi_sessions_close(sessions, session);
        return IPMI_RAKP_STATUS_INVALID_ICV;
    }
    rsp->icv_len = rakp_auth_icv4(&session->rakp, rsp->icv);
    if (!ipmi_sessions_activate(sessions, session)) {
        ipmi_sessions_close(sessions, session);
        rsp->icv_len = 0;
        return IPMI_RAKP_STATUS_NO_RESOURCES;
    }
    memcpy(session->rakp3, msg->code, msg->code_len);
    session->rakp3_len = msg->code_len;
    session->rakp4 = *rsp;
    ipmi_sessions_succeeded(sessions, session);
    return IPMI_RAKP_STATUS_OK;
}

static int handle_rakp3(IpmiSessions *sessions, const IpmiPeer *peer,
                        const uint8_t *buf, size_t len, ByteWriter *out)
{
    Rakp4 rsp = { 0 };
    IpmiSession *session;
    Rakp3 msg;

    if (!rakp_parse_3(buf, len, &msg, NULL)) {
        return -1;
    }
    session = find_session(sessions, peer, msg.managed_id);
    if (msg.status != IPMI_RAKP_STATUS_OK) {
        /* This is how a client says that RAKP 2 does not fit its password. */
        if (session && session->state == IPMI_SESSION_CHALLENGED) {
            ipmi_sessions_failed(sessions, session);
            ipmi_sessions_close(sessions, session);
        }
        return -1;
    }
    rsp.tag = msg.tag;
    rsp.status = IPMI_RAKP_STATUS_INVALID_SESSION;
    if (session) {
        rsp.console_id = session->console_id;
        rsp.status = verify(sessions, session, &msg, &rsp);
    }
    rakp_build_4(out, &rsp);
    return IPMI_PAYLOAD_RAKP4;
}

int ipmi_rakp_handle(IpmiSessions *sessions, const IpmiPeer *peer,
                     uint8_t type, const uint8_t *buf, size_t len,
                     ByteWriter *out)
{
    switch (type) {
    case IPMI_PAYLOAD_OPEN_REQUEST:
        return handle_open(sessions, peer, buf, len, out);
    case IPMI_PAYLOAD_RAKP1:
        return handle_rakp1(sessions, peer, buf, len, out);
    case IPMI_PAYLOAD_RAKP3:
        return handle_rakp3(sessions, peer, buf, len, out);
    default:
        return -1;
    }
}
