/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way of a datagram: RMCP header, then ASF, the IPMI 1.5 wrapper or
 * RMCP+; within a session the window is looked at
 * first, because that is cheap, then integrity is verified, and only a
 * packet that is genuine changes anything.
 */
#include "osdep.h"

#include "ipmi/ipmi-engine.h"

#include "codec/asf.h"
#include "codec/ipmb.h"
#include "codec/ipmi15.h"
#include "codec/rmcp.h"
#include "ipmi/ipmi-rakp.h"
#include "ipmi/ipmi-session15.h"
#include "ipmi/ipmi-sol.h"
#include "util/secret.h"

/*
 * EngineOp: a request and where its answer goes.
 *
 * @session: NULL outside a session
 * @rmcpp: outside a session: it came in the RMCP+ wrapper
 * @request: its message, without data
 * @accounts: it is about accounts
 * @serial: ipmi_retry_serial()
 * @pending: while the answer is deferred
 * @dropped: the session has ended while the request was carried out
 */
typedef struct EngineOp {
    IpmiEngine *engine;
    IpmiSession *session;
    bool rmcpp;
    IpmiPeer peer;
    IpmbMessage request;
    bool accounts;
    uint32_t serial;
    IpmiRequest *pending;
    bool dropped;
    GList link;
} EngineOp;

struct IpmiEngine {
    IpmiCore *core;
    IpmiSendFunc send;
    void *opaque;
    GQueue ops;
    Notifier closing;
};

static void send_writer(IpmiEngine *engine, const IpmiPeer *peer,
                        const ByteWriter *w)
{
    if (!w->failed) {
        engine->send(engine->opaque, peer, w->data, w->len);
    }
}

static const IpmiCommand *find(const IpmbMessage *request)
{
    return ipmi_core_find_request(request->netfn, request->cmd, request->data,
                                  request->data_len);
}

static EngineOp *op_new(IpmiEngine *engine, IpmiSession *session,
                        const IpmiPeer *peer, const IpmbMessage *request)
{
    EngineOp *op = g_new0(EngineOp, 1);
    const IpmiCommand *command;

    op->engine = engine;
    op->session = session;
    op->peer = *peer;
    op->request = *request;
    op->request.data = NULL;
    op->request.data_len = 0;
    op->link.data = op;
    g_queue_push_tail_link(&engine->ops, &op->link);
    command = find(request);
    op->accounts = command && (command->flags & IPMI_CMD_ACCOUNTS);
    if (session) {
        session->n_pending++;
        session->n_accounts += op->accounts;
    }
    return op;
}

static void op_free(EngineOp *op)
{
    if (op->session) {
        op->session->n_pending--;
        op->session->n_accounts -= op->accounts;
    }
    g_queue_unlink(&op->engine->ops, &op->link);
    g_free(op);
}

static void answer_sessionless(const EngineOp *op, uint8_t cc,
                               const uint8_t *data, size_t len)
{
    uint8_t message[IPMI15_PAYLOAD_MAX];
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    ByteWriter m = byte_writer(message, sizeof(message));
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = { .payload_type = IPMI_PAYLOAD_IPMI };
    Ipmi15Packet pkt = { .auth_type = IPMI_AUTH_NONE };

    ipmb_build_response(&m, &op->request, cc, data, len);
    if (m.failed) {
        return;
    }
    pkt.payload = m.data;
    pkt.payload_len = m.len;
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    if (op->rmcpp) {
        rmcpp_build(&w, &header, m.data, m.len);
    } else {
        ipmi15_build(&w, &pkt);
    }
    send_writer(op->engine, &op->peer, &w);
}

static void answer_in_session(IpmiEngine *engine, IpmiSession *session,
                              const IpmbMessage *request, uint8_t cc,
                              const uint8_t *data, size_t len)
{
    uint8_t message[IPMI_RESPONSE_MAX + IPMB_OVERHEAD + 1];
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    ByteWriter m = byte_writer(message, sizeof(message));
    ByteWriter w = byte_writer(packet, sizeof(packet));

    ipmb_build_response(&m, request, cc, data, len);
    if (m.failed) {
        return;
    }
    if (session->auth15) {
        rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
        ipmi_session15_build(session, &w, m.data, m.len);
        send_writer(engine, &session->peer, &w);
        return;
    }
    ipmi_engine_send(session, IPMI_PAYLOAD_IPMI, &session->crypto, m.data,
                     m.len);
}

static void op_done(void *opaque, uint8_t cc, const uint8_t *data, size_t len)
{
    EngineOp *op = opaque;
    IpmiEngine *engine = op->engine;
    IpmiSession *session = op->session;
    bool close = session && session->closing;

    if (session) {
        if (session->retry) {
            ipmi_retry_answer(session->retry, op->request.seq, op->serial,
                              cc, data, len);
        }
        answer_in_session(engine, session, &op->request, cc, data, len);
    } else if (!op->dropped) {
        answer_sessionless(op, cc, data, len);
    }
    op_free(op);
    if (session) {
        ipmi_sol_session_idle(engine->core->sol, session);
    }
    if (close) {
        ipmi_sessions_close(engine->core->sessions, session);
    }
}

/* A session ends: nobody waits for its answers any more. */
static void session_closing(void *opaque, const void *data)
{
    IpmiEngine *engine = opaque;
    GList *at = engine->ops.head;
    GList *next;
    EngineOp *op;

    while (at) {
        next = at->next;
        op = at->data;
        if (op->session == data) {
            op->session = NULL;
            op->dropped = true;
            if (op->pending) {
                ipmi_request_cancel(op->pending);
                op_free(op);
            }
        }
        at = next;
    }
}

static void execute(EngineOp *op, const IpmbMessage *request)
{
    IpmiSession *session = op->session;
    const IpmiCommand *command = find(request);
    g_autofree char *host = NULL;
    IpmiContext ctx = { .channel = IPMI_CHANNEL_LAN, .peer = &op->peer };
    IpmiMessage msg = { 0 };
    IpmiRequest *pending;

    ctx.origin.channel = BMC_CHANNEL_LAN;
    if (session) {
        ctx.privilege = session->privilege;
        ctx.session = session;
        ctx.origin.user = session->user;
    }
    if (command && (command->flags & IPMI_CMD_CHANGES)) {
        host = ipmi_peer_host(&op->peer);
        ctx.origin.peer = host;
    }
    msg.netfn = request->netfn;
    msg.lun = request->to_lun;
    msg.cmd = request->cmd;
    msg.data = request->data;
    msg.len = request->data_len;
    pending = ipmi_core_execute(op->engine->core, &ctx, &msg, op_done, op);
    if (pending) {
        op->pending = pending;
    }
}

static bool parse_request(const uint8_t *buf, size_t len, IpmbMessage *msg)
{
    return ipmb_parse(buf, len, msg, NULL) && msg->to == IPMI_ADDR_BMC &&
           !(msg->netfn & 1);
}

static void receive_command(IpmiEngine *engine, IpmiSession *session,
                            const uint8_t *buf, size_t len)
{
    const IpmiCommand *command;
    const uint8_t *answer;
    IpmbMessage request;
    EngineOp *op;
    bool changes;
    size_t answer_len;
    IpmiRetryResult result = IPMI_RETRY_NEW;

    if (session->closing || !parse_request(buf, len, &request)) {
        return;
    }
    command = find(&request);
    changes = command && (command->flags & IPMI_CMD_CHANGES);
    if (changes && !session->retry) {
        session->retry = ipmi_retry_new();
    }
    if (session->retry) {
        result = ipmi_retry_check(session->retry, &request, changes,
                                  clock_now_ms(engine->core->clock), &answer,
                                  &answer_len);
    }
    if (result == IPMI_RETRY_RUNNING) {
        return;
    }
    if (result == IPMI_RETRY_ANSWERED) {
        answer_in_session(engine, session, &request, answer[0], answer + 1,
                          answer_len - 1);
        return;
    }
    op = op_new(engine, session, &session->peer, &request);
    if (session->retry) {
        op->serial = ipmi_retry_serial(session->retry);
    }
    if (session->n_pending > IPMI_ENGINE_PENDING_MAX) {
        op_done(op, IPMI_CC_NODE_BUSY, NULL, 0);
        return;
    }
    execute(op, &request);
}

static void receive_15(IpmiEngine *engine, const IpmiPeer *peer,
                       const RmcpMessage *rmcp)
{
    IpmiSession *session;
    IpmbMessage request;
    Ipmi15Packet pkt;

    if (!ipmi15_parse(rmcp->data, rmcp->data_len, &pkt, NULL) ||
        !parse_request(pkt.payload, pkt.payload_len, &request)) {
        return;
    }
    if (ipmi15_is_sessionless(&pkt)) {
        execute(op_new(engine, NULL, peer, &request), &request);
        return;
    }
    session = ipmi_session15_accept(engine->core->sessions, peer, &pkt,
                                    &request);
    if (session) {
        receive_command(engine, session, pkt.payload, pkt.payload_len);
    }
}

static void receive_in_session(IpmiEngine *engine, const IpmiPeer *peer,
                               const RmcppPacket *pkt)
{
    IpmiSessions *sessions = engine->core->sessions;
    IpmiSession *session = ipmi_sessions_find(sessions,
                                              pkt->header.session_id);
    bool is_sol = pkt->header.payload_type == IPMI_PAYLOAD_SOL;
    uint8_t plain[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(plain, sizeof(plain));
    const RmcppCrypto *crypto;
    IpmiWindow *window;

    if (!session || session->state != IPMI_SESSION_ACTIVE ||
        session->auth15 ||
        (pkt->header.payload_type != IPMI_PAYLOAD_IPMI && !is_sol) ||
        !ipmi_peer_equal(&session->peer, peer)) {
        return;
    }
    crypto = is_sol ? ipmi_sol_crypto(engine->core->sol, session) :
             &session->crypto;
    window = &session->window[pkt->header.authenticated];
    if (!ipmi_window_check(window, pkt->header.sequence) ||
        !rmcpp_open(crypto, pkt, &w, NULL)) {
        return;
    }
    ipmi_window_accept(window, pkt->header.sequence);
    ipmi_session_touch(sessions, session);
    session->used = true;
    if (is_sol) {
        ipmi_sol_receive(engine->core->sol, session, pkt->header.sequence,
                         w.data, w.len);
    } else {
        receive_command(engine, session, w.data, w.len);
    }
    secret_wipe(plain, w.len);
}

/*
 * ipmitool asks for the cipher suites in the RMCP+ wrapper, with session id
 * 0. Nothing but what needs no session is carried out here, and nothing else
 * is answered.
 */
static void receive_rmcpp_sessionless(IpmiEngine *engine,
                                      const IpmiPeer *peer,
                                      const RmcppPacket *pkt)
{
    const IpmiCommand *command;
    IpmbMessage request;
    EngineOp *op;

    if (!parse_request(pkt->payload, pkt->payload_len, &request)) {
        return;
    }
    command = find(&request);
    if (!command || !(command->flags & IPMI_CMD_SESSIONLESS)) {
        return;
    }
    op = op_new(engine, NULL, peer, &request);
    op->rmcpp = true;
    execute(op, &request);
}

static void receive_setup(IpmiEngine *engine, const IpmiPeer *peer,
                          const RmcppPacket *pkt)
{
    uint8_t payload[RAKP_MESSAGE_MAX];
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    ByteWriter p = byte_writer(payload, sizeof(payload));
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = { 0 };
    int type;

    if (pkt->header.encrypted || pkt->header.authenticated) {
        return;
    }
    if (pkt->header.payload_type == IPMI_PAYLOAD_IPMI) {
        receive_rmcpp_sessionless(engine, peer, pkt);
        return;
    }
    type = ipmi_rakp_handle(engine->core->sessions, peer,
                            pkt->header.payload_type, pkt->payload,
                            pkt->payload_len, &p);
    if (type < 0 || p.failed) {
        return;
    }
    header.payload_type = type;
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_build(&w, &header, p.data, p.len);
    send_writer(engine, peer, &w);
}

static void receive_asf(IpmiEngine *engine, const IpmiPeer *peer,
                        const RmcpMessage *rmcp)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(packet, sizeof(packet));
    AsfMessage asf;

    if (!asf_parse(rmcp->data, rmcp->data_len, &asf, NULL) ||
        asf.type != ASF_TYPE_PING) {
        return;
    }
    if (rmcp_wants_ack(rmcp)) {
        rmcp_build_ack(&w, rmcp);
        send_writer(engine, peer, &w);
        w = byte_writer(packet, sizeof(packet));
    }
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_ASF);
    asf_build_pong(&w, asf.tag);
    send_writer(engine, peer, &w);
}

void ipmi_engine_send(IpmiSession *session, uint8_t payload_type,
                      const RmcppCrypto *crypto, const uint8_t *data,
                      size_t len)
{
    const IpmiEngine *engine = session->peer.port;
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t iv[RMCPP_IV_LEN];
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = { .payload_type = payload_type };

    header.session_id = session->console_id;
    header.sequence = ipmi_session_next_sequence(session);
    secret_random(iv, sizeof(iv));
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_seal(&w, crypto, &header, data, len, iv);
    if (!w.failed) {
        engine->send(engine->opaque, &session->peer, w.data, w.len);
    }
}

IpmiEngine *ipmi_engine_new(IpmiCore *core, IpmiSendFunc send, void *opaque)
{
    IpmiEngine *engine = g_new0(IpmiEngine, 1);

    engine->core = core;
    engine->send = send;
    engine->opaque = opaque;
    g_queue_init(&engine->ops);
    notifier_list_add(&core->sessions->closing, &engine->closing,
                      session_closing, engine);
    return engine;
}

void ipmi_engine_free(IpmiEngine *engine)
{
    EngineOp *op;

    if (!engine) {
        return;
    }
    ipmi_sessions_close_port(engine->core->sessions, engine);
    notifier_remove(&engine->closing);
    while (engine->ops.head) {
        op = engine->ops.head->data;
        ipmi_request_cancel(op->pending);
        op_free(op);
    }
    g_free(engine);
}

void ipmi_engine_receive(IpmiEngine *engine, const IpmiPeer *peer,
                         const uint8_t *buf, size_t len)
{
    IpmiPeer from = *peer;
    RmcppPacket pkt;
    RmcpMessage rmcp;

    from.port = engine;
    if (len > IPMI_LAN_PACKET_MAX || !rmcp_parse(buf, len, &rmcp, NULL) ||
        rmcp.ack) {
        return;
    }
    if (rmcp.msg_class == RMCP_CLASS_ASF) {
        receive_asf(engine, &from, &rmcp);
        return;
    }
    if (rmcp.msg_class != RMCP_CLASS_IPMI) {
        return;
    }
    if (!ipmi15_is_rmcpp(rmcp.data, rmcp.data_len)) {
        receive_15(engine, &from, &rmcp);
        return;
    }
    if (!rmcpp_parse(rmcp.data, rmcp.data_len, &pkt, NULL)) {
        return;
    }
    if (pkt.header.session_id == 0) {
        receive_setup(engine, &from, &pkt);
    } else {
        receive_in_session(engine, &from, &pkt);
    }
}
