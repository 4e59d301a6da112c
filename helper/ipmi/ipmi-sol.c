/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial over LAN: when the payload is active, and for whom. */
#include "osdep.h"

#include "ipmi/ipmi-sol.h"

#include "bmc/sol.h"
#include "bmc/users.h"
#include "ipmi/ipmi-engine.h"
#include "ipmi/ipmi-sol-priv.h"

static void session_closing(void *opaque, const void *data)
{
    IpmiSol *sol = opaque;

    if (sol->session == data) {
        ipmi_sol_deactivate(sol, false);
    }
}

/* What an account may not activate any more must not stay active either. */
static void user_changed(void *opaque, const void *data)
{
    IpmiSol *sol = opaque;
    const BmcChange *change = data;
    const BmcUser *user;

    if (change->part != BMC_PART_USERS || !sol->session) {
        return;
    }
    user = bmc_users_get(sol->core->bmc, sol->session->slot);
    if (user && !(user->payloads & BMC_USER_PAYLOAD_SOL)) {
        sol->ending = true;
        ipmi_sol_session_idle(sol, sol->session);
    }
}

static void line_event(void *opaque, ConsoleEvent event)
{
    const SolPacket status = { 0 };
    IpmiSol *sol = opaque;

    switch (event) {
    case CONSOLE_EVENT_DATA:
        ipmi_sol_out_pump(sol);
        break;
    case CONSOLE_EVENT_STATE:
        ipmi_sol_send(sol, &status);
        ipmi_sol_in_work(sol);
        break;
    case CONSOLE_EVENT_WRITABLE:
        ipmi_sol_in_work(sol);
        break;
    case CONSOLE_EVENT_WRITER:
        /* It goes on reading; what it sends is refused. */
        break;
    }
}

IpmiSol *ipmi_sol_new(IpmiCore *core)
{
    IpmiSol *sol = g_new0(IpmiSol, 1);

    sol->core = core;
    notifier_list_add(&core->sessions->closing, &sol->closing,
                      session_closing, sol);
    notifier_list_add(bmc_notifiers(core->bmc), &sol->users, user_changed,
                      sol);
    return sol;
}

void ipmi_sol_free(IpmiSol *sol)
{
    if (!sol) {
        return;
    }
    ipmi_sol_deactivate(sol, true);
    notifier_remove(&sol->closing);
    notifier_remove(&sol->users);
    g_free(sol);
}

void ipmi_sol_set_console(IpmiSol *sol, Console *console)
{
    ipmi_sol_deactivate(sol, true);
    sol->console = console;
}

bool ipmi_sol_has_console(const IpmiSol *sol)
{
    return sol->console != NULL;
}

IpmiSession *ipmi_sol_session(const IpmiSol *sol)
{
    return sol->session;
}

void ipmi_sol_activate(IpmiSol *sol, IpmiSession *session, bool encrypted,
                       bool authenticated)
{
    g_autofree char *host = ipmi_peer_host(&session->peer);

    g_assert(!sol->session && sol->console);
    memset(&sol->out, 0, sizeof(sol->out));
    memset(&sol->in, 0, sizeof(sol->in));
    sol->in.nack_ms = INT64_MIN / 2;
    sol->session = session;
    sol->newest = 0;
    sol->ending = false;
    session->sol_refused = false;
    sol->crypto = session->crypto;
    if (!authenticated) {
        sol->crypto.integrity = IPMI_INTEGRITY_NONE;
    }
    ipmi_sol_set_encrypted(sol, encrypted);
    sol->reader = console_reader_new(sol->console, 0, line_event, sol);
    console_reader_take_writer(sol->reader, true);
    g_message("SOL activated by '%s' at %s", session->user, host);
}

void ipmi_sol_deactivate(IpmiSol *sol, bool tell)
{
    const SolPacket goodbye = { .bits = SOL_STATUS_DEACTIVATED };

    if (!sol->session) {
        return;
    }
    if (tell) {
        ipmi_sol_send(sol, &goodbye);
    }
    g_message("SOL of '%s' ended", sol->session->user);
    ipmi_sol_out_stop(sol);
    ipmi_sol_in_stop(sol);
    g_clear_pointer(&sol->reader, console_reader_free);
    rmcpp_crypto_wipe(&sol->crypto);
    sol->session = NULL;
}

bool ipmi_sol_is_authenticated(const IpmiSol *sol)
{
    return sol->crypto.integrity != IPMI_INTEGRITY_NONE;
}

void ipmi_sol_set_encrypted(IpmiSol *sol, bool encrypted)
{
    sol->crypto.conf = encrypted ? sol->session->crypto.conf :
                       IPMI_CONF_NONE;
}

const RmcppCrypto *ipmi_sol_crypto(const IpmiSol *sol,
                                   const IpmiSession *session)
{
    return sol->session == session ? &sol->crypto : &session->crypto;
}

void ipmi_sol_send(IpmiSol *sol, const SolPacket *pkt)
{
    uint8_t buf[IPMI_SOL_PAYLOAD_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    SolPacket now = *pkt;

    if (!console_is_available(sol->console)) {
        now.bits |= SOL_STATUS_UNAVAILABLE;
    }
    sol_build(&w, &now);
    if (!w.failed) {
        ipmi_engine_send(sol->session, IPMI_PAYLOAD_SOL, &sol->crypto, w.data,
                         w.len);
    }
}

void ipmi_sol_session_idle(IpmiSol *sol, const IpmiSession *session)
{
    if (sol->session == session && sol->ending && !session->n_pending) {
        ipmi_sol_deactivate(sol, true);
    }
}

bool ipmi_sol_is_after(uint32_t sequence, uint32_t other)
{
    return !other || (int32_t)(sequence - other) > 0;
}

/*
 * A client that does not know that its payload has ended. It is told once
 * and then no more: ipmitool looks for no bits, and ends when what is typed
 * is not answered.
 */
static void refuse(IpmiSession *session, const SolPacket *pkt)
{
    uint8_t buf[SOL_HEADER_LEN];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    const SolPacket answer = {
        .acked = pkt->sequence,
        .bits = SOL_STATUS_NACK | SOL_STATUS_DEACTIVATED,
    };

    if (pkt->sequence && !session->sol_refused) {
        session->sol_refused = true;
        sol_build(&w, &answer);
        ipmi_engine_send(session, IPMI_PAYLOAD_SOL, &session->crypto, w.data,
                         w.len);
    }
}

void ipmi_sol_receive(IpmiSol *sol, IpmiSession *session, uint32_t sequence,
                      const uint8_t *buf, size_t len)
{
    SolPacket pkt;

    if (!sol_parse(buf, len, &pkt, NULL)) {
        return;
    }
    if (sol->session != session) {
        refuse(session, &pkt);
        return;
    }
    if (sol->ending) {
        return;
    }
    if (ipmi_sol_is_after(sequence, sol->newest)) {
        sol->newest = sequence;
    }
    ipmi_sol_in_received(sol, sequence, &pkt);
    ipmi_sol_out_received(sol, sequence, &pkt);
}
