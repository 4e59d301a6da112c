/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session table. One timer serves all sessions: it is armed for the
 * earliest end when the table stops being empty, and looks again when it
 * fires; use of a session does not touch it.
 */
#include "osdep.h"

#include "ipmi/ipmi-session.h"

#include "bmc/channel.h"
#include "ipmi/ipmi-session-auth.h"
#include "util/secret.h"

#define DEFAULT_SUITES "17,3"

static void expire(void *opaque);

static int64_t session_end(const IpmiSession *session)
{
    return session->state == IPMI_SESSION_ACTIVE ?
           session->active_ms + IPMI_SESSION_IDLE_MS :
           session->opened_ms + IPMI_HALF_OPEN_MS;
}

static int64_t session_next_event(const IpmiSession *session)
{
    int64_t end = session_end(session);

    return session->challenged_ms < 0 ? end :
           MIN(end, session->challenged_ms + IPMI_CHALLENGE_MS);
}

static void expire_queue(IpmiSessions *sessions, GQueue *queue, int64_t now)
{
    IpmiSession *session;
    GList *at = queue->head;
    GList *next;

    while (at) {
        next = at->next;
        session = at->data;
        if (session->challenged_ms + IPMI_CHALLENGE_MS <= now) {
            ipmi_sessions_unanswered(sessions, session);
        }
        if (session_end(session) <= now) {
            ipmi_sessions_close(sessions, session);
        }
        at = next;
    }
}

/* The table is looked through at @when, if not earlier anyway. */
static void arm_at(IpmiSessions *sessions, int64_t when)
{
    int64_t now = clock_now_ms(sessions->clock);

    if (sessions->timer && sessions->timer_ms <= when) {
        return;
    }
    sessions->timer_ms = when;
    clock_timer_start(sessions->clock, &sessions->timer, MAX(when - now, 0),
                      expire, sessions);
}

static void arm(IpmiSessions *sessions)
{
    int64_t earliest = INT64_MAX;
    GList *at;

    for (at = sessions->half_open.head; at; at = at->next) {
        earliest = MIN(earliest, session_next_event(at->data));
    }
    for (at = sessions->active.head; at; at = at->next) {
        earliest = MIN(earliest, session_end(at->data));
    }
    if (earliest != INT64_MAX) {
        arm_at(sessions, earliest);
    }
}

static void expire(void *opaque)
{
    IpmiSessions *sessions = opaque;
    int64_t now = clock_now_ms(sessions->clock);

    expire_queue(sessions, &sessions->half_open, now);
    expire_queue(sessions, &sessions->active, now);
    arm(sessions);
}

static guint hash_host(gconstpointer host)
{
    return ipmi_peer_hash_host(&((const IpmiSessionHost *)host)->peer);
}

static gboolean hosts_equal(gconstpointer a, gconstpointer b)
{
    return ipmi_peer_same_host(&((const IpmiSessionHost *)a)->peer,
                               &((const IpmiSessionHost *)b)->peer);
}

static void join_host(IpmiSessions *sessions, IpmiSession *session)
{
    IpmiSessionHost key = { .peer = session->peer };
    IpmiSessionHost *host = g_hash_table_lookup(sessions->hosts, &key);

    if (!host) {
        host = g_memdup2(&key, sizeof(key));
        g_hash_table_add(sessions->hosts, host);
    }
    host->count++;
    session->host = host;
}

static void leave_host(IpmiSessions *sessions, IpmiSession *session)
{
    IpmiSessionHost *host = g_steal_pointer(&session->host);

    if (host && --host->count == 0) {
        g_hash_table_remove(sessions->hosts, host);
    }
}

/* Whether a half-open session's peer is known to receive at its address. */
static bool is_reached(const IpmiSession *session)
{
    return session->state == IPMI_SESSION_CHALLENGED && !session->auth15;
}

/* Whether @a has to go rather than @b, which is older. */
static bool goes_before(const IpmiSession *a, const IpmiSession *b)
{
    if (a->host->count != b->host->count) {
        return a->host->count > b->host->count;
    }
    return is_reached(a) < is_reached(b);
}

static void make_room(IpmiSessions *sessions)
{
    IpmiSession *victim = NULL;
    GList *at;

    if (sessions->half_open.length < IPMI_HALF_OPEN_MAX) {
        return;
    }
    for (at = sessions->half_open.head; at; at = at->next) {
        if (!victim || goes_before(at->data, victim)) {
            victim = at->data;
        }
    }
    ipmi_sessions_unanswered(sessions, victim);
    ipmi_sessions_close(sessions, victim);
}

static uint32_t new_id(IpmiSessions *sessions)
{
    uint32_t id;

    do {
        secret_random(&id, sizeof(id));
    } while (id == 0 ||
             g_hash_table_contains(sessions->by_id, GUINT_TO_POINTER(id)));
    return id;
}

static uint8_t new_handle(IpmiSessions *sessions)
{
    uint8_t handle = 1;

    while (ipmi_sessions_find_handle(sessions, handle)) {
        handle++;
    }
    return handle;
}

static bool may_stay(const IpmiSessions *sessions, const IpmiSession *session)
{
    const BmcUser *user = bmc_users_get(sessions->bmc, session->slot);
    const CipherSuite *suite = session->state == IPMI_SESSION_ACTIVE ?
                               session->suite : session->rakp.suite;

    return ipmi_sessions_ceiling(sessions, user, suite) >= session->ceiling;
}

/*
 * Who renames its own account, or gives it another password, goes on, and
 * gets an answer to Close Session. For others the account is not the one that
 * they know.
 */
static bool active_holds(const IpmiSessions *sessions, IpmiSession *session)
{
    const BmcUser *user = bmc_users_get(sessions->bmc, session->slot);
    bool other = user->generation != session->generation ||
                 strcmp(user->name, session->user) != 0;

    if ((other && (!session->n_accounts || !*user->name)) ||
        !may_stay(sessions, session)) {
        return false;
    }
    session->generation = user->generation;
    g_strlcpy(session->user, user->name, sizeof(session->user));
    return true;
}

/*
 * A challenge was made with the keys of its time: passwords are not compared,
 * K_g is, because the channel has many other settings.
 */
static bool challenge_holds(const IpmiSessions *sessions,
                            const IpmiSession *session, BmcPart part)
{
    uint8_t kg[IPMI_KEY_LEN];
    bool same;

    if (part == BMC_PART_USERS || !may_stay(sessions, session)) {
        return false; /* the name is one of the users' changes */
    }
    bmc_channel_kg(sessions->bmc, kg);
    same = session->auth15 ||
           secret_equal(kg, sizeof(kg), session->rakp.kg, sizeof(kg));
    secret_wipe(kg, sizeof(kg));
    return same;
}

static bool holds(const IpmiSessions *sessions, IpmiSession *session,
                  BmcPart part)
{
    switch (session->state) {
    case IPMI_SESSION_CHALLENGED:
        return challenge_holds(sessions, session, part);
    case IPMI_SESSION_ACTIVE:
        return active_holds(sessions, session);
    default:
        return true;
    }
}

/* One that waits for the answer to what has ended it still gets that. */
static void end(IpmiSessions *sessions, IpmiSession *session)
{
    if (session->n_pending) {
        session->closing = true;
    } else {
        ipmi_sessions_close(sessions, session);
    }
}

/* An account that may no longer log in must not stay logged in either. */
static void access_changed(void *opaque, const void *data)
{
    IpmiSessions *sessions = opaque;
    const BmcChange *change = data;
    GQueue *const queues[] = { &sessions->half_open, &sessions->active };
    IpmiSession *session;
    GList *at, *next;
    size_t i;

    if (change->part != BMC_PART_USERS && change->part != BMC_PART_LAN) {
        return;
    }
    for (i = 0; i < G_N_ELEMENTS(queues); i++) {
        for (at = queues[i]->head; at; at = next) {
            next = at->next;
            session = at->data;
            if (!holds(sessions, session, change->part)) {
                end(sessions, session);
            }
        }
    }
}

IpmiSessions *ipmi_sessions_new(Bmc *bmc)
{
    IpmiSessions *sessions = g_new0(IpmiSessions, 1);

    sessions->bmc = bmc;
    sessions->clock = clock_ref(bmc_clock(bmc));
    sessions->by_id = g_hash_table_new(NULL, NULL);
    g_queue_init(&sessions->active);
    g_queue_init(&sessions->half_open);
    sessions->hosts = g_hash_table_new_full(hash_host, hosts_equal, g_free,
                                            NULL);
    sessions->config.max_active = IPMI_SESSIONS_DEFAULT;
    cipher_suite_parse_list(DEFAULT_SUITES, &sessions->config.suites, NULL);
    notifier_list_add(bmc_notifiers(bmc), &sessions->access, access_changed,
                      sessions);
    return sessions;
}

void ipmi_sessions_configure(IpmiSessions *sessions,
                             const IpmiSessionsConfig *config)
{
    g_return_if_fail(config->max_active >= 1 &&
                     config->max_active <= IPMI_SESSION_HANDLE_MAX);
    sessions->config = *config;
}

const CipherSuite *ipmi_sessions_nth_suite(const IpmiSessions *sessions,
                                           unsigned n)
{
    const CipherSuiteList *list = &sessions->config.suites;
    const CipherSuite *suite;
    size_t at;
    unsigned i;

    for (at = 0; (suite = cipher_suite_nth(at)); at++) {
        for (i = 0; i < list->n && list->suites[i] != suite; i++) {
            continue;
        }
        if (i < list->n && n-- == 0) {
            return suite;
        }
    }
    return NULL;
}

void ipmi_sessions_free(IpmiSessions *sessions)
{
    if (!sessions) {
        return;
    }
    notifier_remove(&sessions->access);
    while (sessions->half_open.head) {
        ipmi_sessions_close(sessions, sessions->half_open.head->data);
    }
    while (sessions->active.head) {
        ipmi_sessions_close(sessions, sessions->active.head->data);
    }
    clock_timer_stop(&sessions->timer);
    g_hash_table_unref(sessions->by_id);
    g_hash_table_unref(sessions->hosts);
    clock_unref(sessions->clock);
    g_free(sessions);
}

IpmiSession *ipmi_sessions_open(IpmiSessions *sessions, const IpmiPeer *peer,
                                const CipherSuite *suite)
{
    IpmiSession *session = g_new0(IpmiSession, 1);

    make_room(sessions);
    session->id = new_id(sessions);
    session->state = IPMI_SESSION_OPENED;
    session->peer = *peer;
    session->opened_ms = clock_now_ms(sessions->clock);
    session->challenged_ms = -1;
    session->rakp.suite = suite;
    session->rakp.managed_id = session->id;
    session->link.data = session;
    join_host(sessions, session);
    g_hash_table_insert(sessions->by_id, GUINT_TO_POINTER(session->id),
                        session);
    g_queue_push_tail_link(&sessions->half_open, &session->link);
    arm_at(sessions, session_end(session));
    return session;
}

void ipmi_sessions_challenged(IpmiSessions *sessions, IpmiSession *session)
{
    session->challenged_ms = clock_now_ms(sessions->clock);
    arm_at(sessions, session_next_event(session));
}

bool ipmi_sessions_activate(IpmiSessions *sessions, IpmiSession *session)
{
    if (sessions->active.length >= sessions->config.max_active ||
        !ipmi_sessions_user_has_room(sessions, session->slot)) {
        return false;
    }
    session->suite = session->rakp.suite;
    session->handle = new_handle(sessions);
    if (session->auth15) {
        memcpy(session->crypto.kuid, session->rakp.kuid, IPMI_KEY_LEN);
    } else {
        rakp_auth_derive(&session->rakp, &session->crypto);
    }
    rakp_auth_wipe(&session->rakp);
    session->state = IPMI_SESSION_ACTIVE;
    session->generation =
        bmc_users_get(sessions->bmc, session->slot)->generation;
    session->challenged_ms = -1;
    session->active_ms = clock_now_ms(sessions->clock);
    session->privilege = MIN(session->ceiling, BMC_PRIVILEGE_USER);
    leave_host(sessions, session);
    g_queue_unlink(&sessions->half_open, &session->link);
    g_queue_push_tail_link(&sessions->active, &session->link);
    arm_at(sessions, session_end(session));
    return true;
}

IpmiSession *ipmi_sessions_find(IpmiSessions *sessions, uint32_t id)
{
    return g_hash_table_lookup(sessions->by_id, GUINT_TO_POINTER(id));
}

IpmiSession *ipmi_sessions_find_handle(IpmiSessions *sessions, uint8_t handle)
{
    IpmiSession *session;
    GList *at;

    for (at = sessions->active.head; at; at = at->next) {
        session = at->data;
        if (session->handle == handle) {
            return session;
        }
    }
    return NULL;
}

IpmiSession *ipmi_sessions_find_opened(IpmiSessions *sessions,
                                       const IpmiPeer *peer,
                                       uint32_t console_id, uint8_t tag,
                                       const CipherSuite *suite)
{
    IpmiSession *session;
    GList *at;

    for (at = sessions->half_open.head; at; at = at->next) {
        session = at->data;
        if (session->state == IPMI_SESSION_OPENED &&
            session->console_id == console_id &&
            session->open_tag == tag && !session->auth15 &&
            session->rakp.suite == suite &&
            ipmi_peer_equal(&session->peer, peer)) {
            return session;
        }
    }
    return NULL;
}

void ipmi_sessions_close(IpmiSessions *sessions, IpmiSession *session)
{
    notifier_list_notify(&sessions->closing, session);
    leave_host(sessions, session);
    g_hash_table_remove(sessions->by_id, GUINT_TO_POINTER(session->id));
    g_queue_unlink(session->state == IPMI_SESSION_ACTIVE ?
                   &sessions->active : &sessions->half_open, &session->link);
    if (g_hash_table_size(sessions->by_id) == 0) {
        clock_timer_stop(&sessions->timer);
    }
    ipmi_retry_free(session->retry);
    rakp_auth_wipe(&session->rakp);
    rmcpp_crypto_wipe(&session->crypto);
    secret_wipe(session, sizeof(*session));
    g_free(session);
}

void ipmi_sessions_close_port(IpmiSessions *sessions, const void *port)
{
    GQueue *queues[] = { &sessions->active, &sessions->half_open };
    IpmiSession *session;
    GList *next;
    GList *at;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(queues); i++) {
        for (at = queues[i]->head; at; at = next) {
            next = at->next;
            session = at->data;
            if (session->peer.port == port) {
                ipmi_sessions_close(sessions, session);
            }
        }
    }
}

void ipmi_session_touch(IpmiSessions *sessions, IpmiSession *session)
{
    session->active_ms = clock_now_ms(sessions->clock);
}

uint32_t ipmi_session_next_sequence(IpmiSession *session)
{
    session->sequence++;
    if (session->sequence == 0) {
        session->sequence = 1;
    }
    return session->sequence;
}
