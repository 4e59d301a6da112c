/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the hub says about logins, in terms of sessions and peers. */
#include "osdep.h"

#include "ipmi/ipmi-session-auth.h"

#include "bmc/channel.h"
#include "bmc/lockout.h"

#define LOG_NAME_MAX BMC_USER_NAME_MAX

bool ipmi_sessions_may_ask(const IpmiSessions *sessions,
                           const IpmiPeer *peer)
{
    g_autofree char *host = ipmi_peer_host(peer);
    const BmcOrigin origin = { BMC_CHANNEL_LAN, NULL, host };

    return bmc_lockout_may_ask(sessions->bmc, &origin);
}

bool ipmi_sessions_may_try(IpmiSessions *sessions,
                           const IpmiSession *session)
{
    g_autofree char *host = ipmi_peer_host(&session->peer);
    const BmcOrigin origin = { BMC_CHANNEL_LAN, session->user, host };

    if (bmc_lockout_allows(sessions->bmc, session->slot, &origin)) {
        return true;
    }
    ipmi_sessions_log_failure(sessions, &session->peer,
                              (const uint8_t *)session->user,
                              strlen(session->user), "locked out");
    return false;
}

const BmcUser *ipmi_sessions_find_user(const IpmiSessions *sessions,
                                       const IpmiPeer *peer,
                                       const uint8_t *name, size_t len)
{
    const BmcUser *user = bmc_users_find(sessions->bmc, (const char *)name,
                                         len);
    g_autofree char *host = NULL;
    BmcOrigin origin = { .channel = BMC_CHANNEL_LAN };

    if (!user || !user->enabled || user->privilege == BMC_PRIVILEGE_NONE) {
        return NULL;
    }
    host = ipmi_peer_host(peer);
    origin.peer = host;
    return bmc_lockout_allows(sessions->bmc, user->slot, &origin) ? user :
           NULL;
}

BmcPrivilege ipmi_sessions_ceiling(const IpmiSessions *sessions,
                                   const BmcUser *user,
                                   const CipherSuite *suite)
{
    BmcPrivilege ceiling = bmc_channel_ceiling(sessions->bmc, user);

    return suite ? MIN(ceiling, bmc_channel_suite_privilege(sessions->bmc,
                                                            suite->id)) :
           ceiling;
}

bool ipmi_sessions_suite_usable(const IpmiSessions *sessions,
                                const CipherSuite *suite)
{
    return bmc_channel_suite_privilege(sessions->bmc, suite->id) !=
           BMC_PRIVILEGE_NONE;
}

bool ipmi_sessions_user_has_room(const IpmiSessions *sessions, unsigned slot)
{
    const BmcUser *user = bmc_users_get(sessions->bmc, slot);
    unsigned count = 0;
    GList *at;

    for (at = sessions->active.head; at; at = at->next) {
        count += ((const IpmiSession *)at->data)->slot == slot;
    }
    return !user->access.session_limit || count < user->access.session_limit;
}

void ipmi_sessions_unanswered(IpmiSessions *sessions, IpmiSession *session)
{
    g_autofree char *host = NULL;
    BmcOrigin origin = { .channel = BMC_CHANNEL_LAN };

    if (session->challenged_ms < 0) {
        return;
    }
    session->challenged_ms = -1;
    host = ipmi_peer_host(&session->peer);
    origin.peer = host;
    bmc_lockout_unanswered(sessions->bmc, &origin);
    ipmi_sessions_log_failure(sessions, &session->peer,
                              (const uint8_t *)session->user,
                              strlen(session->user), "no answer to RAKP 2");
}

void ipmi_sessions_log_failure(IpmiSessions *sessions, const IpmiPeer *peer,
                               const uint8_t *name, size_t len,
                               const char *why)
{
    g_autofree char *user = NULL;
    g_autofree char *host = NULL;
    unsigned suppressed;

    if (!log_limit_allows(&sessions->failures,
                          clock_now_ms(sessions->clock), &suppressed)) {
        return;
    }
    user = log_escape((const char *)name, len, LOG_NAME_MAX);
    host = ipmi_peer_host(peer);
    if (suppressed) {
        g_message("%u more failed logins over IPMI LAN", suppressed);
    }
    g_message("login failed for user '%s' at %s over IPMI LAN%s%s%s", user,
              host, why ? " (" : "", why ? why : "", why ? ")" : "");
}

void ipmi_sessions_failed(IpmiSessions *sessions, IpmiSession *session)
{
    g_autofree char *host = ipmi_peer_host(&session->peer);
    const BmcOrigin origin = { BMC_CHANNEL_LAN, session->user, host };

    /* Silence before it was in the log already: not twice */
    if (session->challenged_ms >= 0 || session->auth15) {
        session->challenged_ms = -1;
        ipmi_sessions_log_failure(sessions, &session->peer,
                                  (const uint8_t *)session->user,
                                  strlen(session->user), NULL);
    }
    bmc_lockout_failed(sessions->bmc, session->slot, &origin);
}

static void log_login(IpmiSessions *sessions, const IpmiSession *session)
{
    g_autofree char *user = NULL;
    g_autofree char *host = NULL;
    unsigned suppressed;

    if (!log_limit_allows(&sessions->logins, clock_now_ms(sessions->clock),
                          &suppressed)) {
        return;
    }
    user = log_escape(session->user, -1, LOG_NAME_MAX);
    host = ipmi_peer_host(&session->peer);
    if (suppressed) {
        g_message("%u more logins over IPMI LAN", suppressed);
    }
    g_message("user '%s' at %s logged in over IPMI LAN", user, host);
}

void ipmi_sessions_succeeded(IpmiSessions *sessions,
                             const IpmiSession *session)
{
    g_autofree char *host = ipmi_peer_host(&session->peer);
    const BmcOrigin origin = { BMC_CHANNEL_LAN, session->user, host };

    bmc_lockout_succeeded(sessions->bmc, session->slot, &origin);
    log_login(sessions, session);
}
