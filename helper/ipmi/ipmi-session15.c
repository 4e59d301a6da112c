/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPMI 1.5 sessions. A challenge makes a half-open session, whose id is kept
 * when it is activated; from then on each packet is verified by itself.
 */
#include "osdep.h"

#include "ipmi/ipmi-session15.h"

#include "bmc/channel.h"
#include "ipmi/ipmi-commands.h"
#include "ipmi/ipmi-session-auth.h"
#include "util/secret.h"

#define WINDOW_SIZE 8

#define CMD_ACTIVATE 0x3a

/* Get Session Challenge. */
#define CC_BAD_NAME 0x81
#define CC_NO_NULL_NAME 0x82

/* Activate Session. */
#define CC_NO_SLOT 0x81
#define CC_NO_SLOT_FOR_USER 0x82
#define CC_BAD_SEQUENCE 0x84
#define CC_BAD_ID 0x85
#define CC_PRIV_EXCEEDS_LIMIT 0x86

static bool is_activation(const Ipmi15Packet *pkt, const IpmbMessage *request)
{
    return pkt->sequence == 0 && request->netfn == IPMI_NETFN_APP &&
           request->cmd == CMD_ACTIVATE;
}

/*
 * Without per-message authentication a session is only activated with it,
 * and without user level authentication what needs no more than User
 * privilege goes without (section 6.12.5); packets that have it are verified
 * all the same.
 */
static bool needs_auth(const IpmiSessions *sessions,
                       const IpmbMessage *request)
{
    const BmcChannelAccess *access = bmc_channel_access(sessions->bmc);
    const IpmiCommand *command =
        ipmi_core_find_request(request->netfn, request->cmd, request->data,
                               request->data_len);

    if (!access->per_message_auth) {
        return false;
    }
    return access->user_level_auth || !command ||
           command->privilege > BMC_PRIVILEGE_USER;
}

static bool genuine(IpmiSession *session, const Ipmi15Packet *pkt)
{
    const uint8_t *password = session->state == IPMI_SESSION_ACTIVE ?
                              session->crypto.kuid : session->rakp.kuid;

    return pkt->auth_type == session->auth15 && ipmi15_check(pkt, password);
}

IpmiSession *ipmi_session15_accept(IpmiSessions *sessions,
                                   const IpmiPeer *peer,
                                   const Ipmi15Packet *pkt,
                                   const IpmbMessage *request)
{
    IpmiSession *session = ipmi_sessions_find(sessions, pkt->session_id);
    bool active;

    if (!session || !session->auth15 ||
        !ipmi_peer_equal(&session->peer, peer)) {
        return NULL;
    }
    active = session->state == IPMI_SESSION_ACTIVE;
    if (is_activation(pkt, request) && !session->used) {
        if (!active && !ipmi_sessions_may_try(sessions, session)) {
            ipmi_sessions_close(sessions, session);
            return NULL;
        }
        if (genuine(session, pkt)) {
            return session;
        }
        if (!active) {
            ipmi_sessions_failed(sessions, session);
            ipmi_sessions_close(sessions, session);
        }
        return NULL;
    }
    if (!active ||
        !ipmi_window_check(&session->window[1], pkt->sequence) ||
        !(genuine(session, pkt) || (pkt->auth_type == IPMI_AUTH_NONE &&
                                    !needs_auth(sessions, request)))) {
        return NULL;
    }
    ipmi_window_accept(&session->window[1], pkt->sequence);
    ipmi_session_touch(sessions, session);
    session->used = true;
    session->answer_auth = pkt->auth_type;
    return session;
}

void ipmi_session15_build(IpmiSession *session, ByteWriter *w,
                          const uint8_t *payload, size_t len)
{
    const uint8_t *password = session->state == IPMI_SESSION_ACTIVE ?
                              session->crypto.kuid : session->rakp.kuid;
    uint8_t code[IPMI15_AUTH_CODE_LEN];
    Ipmi15Packet pkt = {
        .auth_type = session->answer_auth,
        .session_id = session->id,
        .payload = payload,
        .payload_len = len,
    };

    if (len > IPMI15_PAYLOAD_MAX) {
        w->failed = true;
        return;
    }
    if (session->state == IPMI_SESSION_ACTIVE) {
        pkt.sequence = ipmi_session_next_sequence(session);
    }
    if (pkt.auth_type != IPMI_AUTH_NONE) {
        ipmi15_auth_code(&pkt, password, code);
        pkt.auth_code = code;
    }
    ipmi15_build(w, &pkt);
    secret_wipe(code, sizeof(code));
}

/* The password as IPMI 1.5 has it; longer ones cannot be used. */
static bool get_password(IpmiSessions *sessions, const BmcUser *user,
                         uint8_t key[IPMI_KEY_LEN])
{
    static const uint8_t none[IPMI_KEY_LEN - IPMI_PASSWORD15_MAX];

    return bmc_users_ipmi_key(sessions->bmc, user, key) &&
           memcmp(key + IPMI_PASSWORD15_MAX, none, sizeof(none)) == 0;
}

static int get_challenge(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSessions *sessions = req->core->sessions;
    const IpmiPeer *peer = req->ctx->peer;
    uint8_t type = byte_reader_u8(in);
    const uint8_t *name = byte_reader_take(in, IPMI_NAME_MAX);
    size_t len = strnlen((const char *)name, IPMI_NAME_MAX);
    uint8_t key[IPMI_KEY_LEN];
    IpmiSession *session;
    const BmcUser *user;

    if (!sessions->config.auth15) {
        return IPMI_CC_DISABLED;
    }
    if (type > IPMI_AUTH_OEM || !(sessions->config.auth15 >> type & 1)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (!peer || req->ctx->session) {
        return IPMI_CC_STATE;
    }
    if (!ipmi_sessions_may_ask(sessions, peer)) {
        return IPMI_CC_NODE_BUSY;
    }
    user = ipmi_sessions_find_user(sessions, peer, name, len);
    if (!user || !get_password(sessions, user, key) ||
        ipmi_sessions_ceiling(sessions, user, NULL) == BMC_PRIVILEGE_NONE) {
        secret_wipe(key, sizeof(key));
        ipmi_sessions_log_failure(sessions, peer, name, len, NULL);
        return len ? CC_BAD_NAME : CC_NO_NULL_NAME;
    }
    session = ipmi_sessions_open(sessions, peer, NULL);
    session->auth15 = type;
    session->answer_auth = type;
    session->state = IPMI_SESSION_CHALLENGED;
    session->slot = user->slot;
    session->ceiling = ipmi_sessions_ceiling(sessions, user, NULL);
    g_strlcpy(session->user, user->name, sizeof(session->user));
    memcpy(session->rakp.kuid, key, IPMI_KEY_LEN);
    secret_wipe(key, sizeof(key));
    secret_random(session->rakp.managed_random, IPMI_RANDOM_LEN);
    byte_writer_le32(out, session->id);
    byte_writer_bytes(out, session->rakp.managed_random, IPMI_RANDOM_LEN);
    return IPMI_CC_OK;
}

static void begin(IpmiSession *session, uint32_t outbound)
{
    uint32_t inbound;

    do {
        secret_random(&inbound, sizeof(inbound));
    } while (inbound == 0);
    session->sequence = outbound - 1;
    ipmi_window_init(&session->window[1], inbound, WINDOW_SIZE);
}

static uint8_t activate_now(IpmiSessions *sessions, IpmiSession *session,
                            uint8_t priv, const uint8_t *challenge,
                            uint32_t outbound)
{
    if (memcmp(challenge, session->rakp.managed_random, IPMI_RANDOM_LEN)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (priv > session->ceiling) {
        return CC_PRIV_EXCEEDS_LIMIT;
    }
    if (!ipmi_sessions_user_has_room(sessions, session->slot)) {
        return CC_NO_SLOT_FOR_USER;
    }
    session->ceiling = priv;
    if (!ipmi_sessions_activate(sessions, session)) {
        return CC_NO_SLOT;
    }
    begin(session, outbound);
    ipmi_sessions_succeeded(sessions, session);
    return IPMI_CC_OK;
}

/* Its packet has been verified: the sender knows the password. */
static int activate(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSession *session = req->ctx->session;
    uint8_t type = byte_reader_u8(in);
    uint8_t priv = byte_reader_u8(in);
    const uint8_t *challenge = byte_reader_take(in, IPMI_RANDOM_LEN);
    uint32_t outbound = byte_reader_le32(in);
    uint8_t cc = IPMI_CC_OK;

    if (!req->core->sessions->config.auth15) {
        return IPMI_CC_DISABLED;
    }
    if (!session || !session->auth15 || session->used) {
        return CC_BAD_ID;
    }
    if (type != session->auth15 || priv < IPMI_PRIV_CALLBACK ||
        priv > IPMI_PRIV_OEM) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (outbound == 0) {
        return CC_BAD_SEQUENCE;
    }
    /* A session that is active already: the answer was lost */
    if (session->state == IPMI_SESSION_CHALLENGED) {
        cc = activate_now(req->core->sessions, session, priv, challenge,
                          outbound);
    }
    if (cc != IPMI_CC_OK) {
        return cc;
    }
    byte_writer_u8(out, bmc_channel_access(req->bmc)->per_message_auth ?
                   session->auth15 : IPMI_AUTH_NONE);
    byte_writer_le32(out, session->id);
    byte_writer_le32(out, session->window[1].last + 1);
    byte_writer_u8(out, session->ceiling);
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_app_session15_commands[] = {
    { IPMI_NETFN_APP, 0x39, 17, 17, BMC_PRIVILEGE_NONE, IPMI_ON_LAN,
      IPMI_CMD_SESSIONLESS, get_challenge, "Get Session Challenge" },
    { IPMI_NETFN_APP, CMD_ACTIVATE, 22, 22, BMC_PRIVILEGE_NONE, IPMI_ON_LAN,
      IPMI_CMD_SESSIONLESS, activate, "Activate Session" },
    { .name = NULL },
};
