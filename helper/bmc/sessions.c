/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Login sessions over Redfish. They are few, so that a token is compared
 * with all of them. One timer runs, and only while there are sessions; that
 * one is used does not touch it.
 */
#include "osdep.h"

#include "bmc/sessions.h"

#include <nettle/sha2.h>

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "bmc/trust.h"
#include "util/error.h"
#include "util/log.h"
#include "util/secret.h"

#define SECTION "sessions"

#define TOKEN_BYTES (BMC_SESSION_TOKEN_LEN / 2)
#define ID_BYTES (BMC_SESSION_ID_LEN / 2)

/*
 * @digest: of the token
 * @used_ms: when it was used last
 */
typedef struct Session {
    BmcSession public;
    uint8_t digest[SHA256_DIGEST_SIZE];
    int64_t used_ms;
    GList link;
} Session;

/*
 * @list: all, the oldest first
 * @timer: runs until the first of them may be over
 */
struct BmcSessions {
    BmcSessionConfig config;
    GQueue list;
    ClockTimer *timer;
    LogLimit log_limit;
};

static void to_hex(const uint8_t *bytes, size_t len, char *text)
{
    static const char digits[] = "0123456789abcdef";
    size_t i;

    for (i = 0; i < len; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    text[2 * len] = '\0';
}

static void make_digest(const char *token,
                        uint8_t digest[SHA256_DIGEST_SIZE])
{
    struct sha256_ctx ctx;

    sha256_init(&ctx);
    sha256_update(&ctx, BMC_SESSION_TOKEN_LEN, (const uint8_t *)token);
    sha256_digest(&ctx, SHA256_DIGEST_SIZE, digest);
    secret_wipe(&ctx, sizeof(ctx));
}

static int64_t timeout_ms(const Bmc *bmc)
{
    return bmc->sessions->config.timeout_s * INT64_C(1000);
}

/* What many logins say must not fill the log. */
static void say(Bmc *bmc, const char *text)
{
    unsigned suppressed;

    if (log_limit_allows(&bmc->sessions->log_limit,
                         clock_now_ms(bmc->clock), &suppressed)) {
        if (suppressed) {
            g_message("sessions: %u messages were left out", suppressed);
        }
        g_message("sessions: %s", text);
    }
}

static void drop(Bmc *bmc, Session *session, const char *why)
{
    g_autofree char *text = g_strdup_printf("%s of account %u ended: %s",
                                            session->public.id,
                                            session->public.slot, why);

    g_queue_unlink(&bmc->sessions->list, &session->link);
    say(bmc, text);
    secret_wipe(session->digest, sizeof(session->digest));
    g_free(session->public.peer);
    g_free(session->public.context);
    g_clear_object(&session->public.certificate);
    g_free(session);
}

static void expire(void *opaque);

static void arm(Bmc *bmc)
{
    int64_t now = clock_now_ms(bmc->clock);
    int64_t first = INT64_MAX;
    GList *at;

    clock_timer_stop(&bmc->sessions->timer);
    for (at = bmc->sessions->list.head; at; at = at->next) {
        const Session *session = at->data;

        first = MIN(first, session->used_ms + timeout_ms(bmc));
    }
    if (first != INT64_MAX) {
        clock_timer_start(bmc->clock, &bmc->sessions->timer,
                          MAX(first - now, 0), expire, bmc);
    }
}

static bool is_over(const Bmc *bmc, const Session *session)
{
    return clock_now_ms(bmc->clock) - session->used_ms >= timeout_ms(bmc);
}

static void expire(void *opaque)
{
    Bmc *bmc = opaque;
    bool any = false;
    GList *at;
    GList *next;

    for (at = bmc->sessions->list.head; at; at = next) {
        next = at->next;
        if (is_over(bmc, at->data)) {
            drop(bmc, at->data, "not used for too long");
            any = true;
        }
    }
    arm(bmc);
    if (any) {
        bmc_changed(bmc, BMC_PART_SESSIONS);
    }
}

static void save(Bmc *bmc)
{
    const BmcSessionConfig *config = &bmc->sessions->config;
    JsonObject *section = json_object_new();

    json_object_set_boolean_member(section, "enabled", config->enabled);
    json_object_set_int_member(section, "timeout", config->timeout_s);
    persist_set(bmc->persist, SECTION, section);
}

void bmc_sessions_new(Bmc *bmc)
{
    BmcSessions *sessions = g_new0(BmcSessions, 1);
    int64_t timeout = BMC_SESSION_TIMEOUT_DEFAULT;
    PersistReader r;

    bmc->sessions = sessions;
    g_queue_init(&sessions->list);
    sessions->config.enabled = true;
    persist_read(&r, bmc->persist, SECTION);
    persist_read_bool(&r, "enabled", &sessions->config.enabled);
    persist_read_int(&r, "timeout", BMC_SESSION_TIMEOUT_MIN,
                     BMC_SESSION_TIMEOUT_MAX, &timeout);
    sessions->config.timeout_s = timeout;
}

void bmc_sessions_free(Bmc *bmc)
{
    Session *session;

    if (!bmc->sessions) {
        return;
    }
    clock_timer_stop(&bmc->sessions->timer);
    while ((session = g_queue_peek_head(&bmc->sessions->list))) {
        drop(bmc, session, "the BMC ends");
    }
    g_clear_pointer(&bmc->sessions, g_free);
}

const BmcSessionConfig *bmc_sessions_config(const Bmc *bmc)
{
    return &bmc->sessions->config;
}

void bmc_sessions_configure(Bmc *bmc, const BmcSessionConfig *config,
                            const BmcOrigin *origin)
{
    BmcSessionConfig *old = &bmc->sessions->config;
    g_autofree char *who = bmc_origin_to_string(origin);

    g_return_if_fail(config->timeout_s >= BMC_SESSION_TIMEOUT_MIN &&
                     config->timeout_s <= BMC_SESSION_TIMEOUT_MAX);
    if (old->enabled == config->enabled &&
        old->timeout_s == config->timeout_s) {
        return;
    }
    *old = *config;
    g_message("sessions: %s, %u s, set by %s",
              config->enabled ? "enabled" : "disabled", config->timeout_s,
              who);
    save(bmc);
    arm(bmc);
    bmc_changed(bmc, BMC_PART_SESSIONS);
}

static bool has_room(const Bmc *bmc, unsigned slot, GError **errp)
{
    const GQueue *list = &bmc->sessions->list;
    unsigned own = 0;
    GList *at;

    for (at = list->head; at; at = at->next) {
        const Session *session = at->data;

        own += session->public.slot == slot;
    }
    if (list->length >= BMC_SESSIONS_MAX || own >= BMC_SESSIONS_USER_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there are %u sessions, %u of them of this account",
                    list->length, own);
        return false;
    }
    return true;
}

const BmcSession *bmc_session_make(Bmc *bmc, const BmcUser *user,
                                   GTlsCertificate *certificate,
                                   const char *context,
                                   const BmcOrigin *origin,
                                   char token[BMC_SESSION_TOKEN_LEN + 1],
                                   GError **errp)
{
    BmcSessions *sessions = bmc->sessions;
    uint8_t bytes[TOKEN_BYTES];
    uint8_t id[ID_BYTES];
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *text = NULL;
    Session *session;

    if (!has_room(bmc, user->slot, errp)) {
        return NULL;
    }
    session = g_new0(Session, 1);
    session->link.data = session;
    session->public.slot = user->slot;
    session->public.peer = g_strdup(origin->peer);
    session->public.context = g_strdup(context);
    if (certificate) {
        session->public.certificate = g_object_ref(certificate);
    }
    session->public.created_us = g_get_real_time();
    session->used_ms = clock_now_ms(bmc->clock);
    do {
        secret_random(id, sizeof(id));
        to_hex(id, sizeof(id), session->public.id);
    } while (bmc_session_find(bmc, session->public.id));
    secret_random(bytes, sizeof(bytes));
    to_hex(bytes, sizeof(bytes), token);
    secret_wipe(bytes, sizeof(bytes));
    make_digest(token, session->digest);
    g_queue_push_tail_link(&sessions->list, &session->link);
    if (!sessions->timer) {
        arm(bmc);
    }
    text = g_strdup_printf("%s of account %u made by %s",
                           session->public.id, user->slot, who);
    say(bmc, text);
    bmc_changed(bmc, BMC_PART_SESSIONS);
    return &session->public;
}

/* Whether its certificate, if it is there by that, is still its account's. */
static bool has_trust(Bmc *bmc, const Session *session)
{
    const BmcUser *user;

    if (!session->public.certificate) {
        return true;
    }
    user = bmc_trust_user(bmc, session->public.certificate, NULL);
    return user && user->slot == session->public.slot;
}

const BmcSession *bmc_session_use(Bmc *bmc, const char *token)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    Session *found = NULL;
    GList *at;

    if (strlen(token) != BMC_SESSION_TOKEN_LEN) {
        return NULL;
    }
    make_digest(token, digest);
    for (at = bmc->sessions->list.head; at; at = at->next) {
        Session *session = at->data;

        if (secret_equal(digest, sizeof(digest), session->digest,
                         sizeof(session->digest))) {
            found = session;
        }
    }
    secret_wipe(digest, sizeof(digest));
    if (!found || is_over(bmc, found)) {
        return NULL;
    }
    if (!has_trust(bmc, found)) {
        /* It has expired: no change has told of that. */
        bmc_sessions_trust_changed(bmc);
        return NULL;
    }
    found->used_ms = clock_now_ms(bmc->clock);
    return &found->public;
}

static Session *find(const Bmc *bmc, const char *id)
{
    GList *at;

    for (at = bmc->sessions->list.head; at; at = at->next) {
        Session *session = at->data;

        if (g_str_equal(session->public.id, id)) {
            return session;
        }
    }
    return NULL;
}

const BmcSession *bmc_session_find(const Bmc *bmc, const char *id)
{
    Session *session = find(bmc, id);

    return session ? &session->public : NULL;
}

bool bmc_session_go_on(Bmc *bmc, const char *id)
{
    Session *session = find(bmc, id);

    if (!session || is_over(bmc, session)) {
        return false;
    }
    session->used_ms = clock_now_ms(bmc->clock);
    return true;
}

const BmcSession *bmc_session_nth(const Bmc *bmc, unsigned n)
{
    Session *session = g_queue_peek_nth(&bmc->sessions->list, n);

    return session ? &session->public : NULL;
}

void bmc_session_end(Bmc *bmc, const char *id, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    Session *session = find(bmc, id);

    if (session) {
        drop(bmc, session, who);
        arm(bmc);
        bmc_changed(bmc, BMC_PART_SESSIONS);
    }
}

/* Ends those that @func wants ended. */
static void end_some(Bmc *bmc,
                     bool (*func)(Bmc *bmc, const Session *session,
                                  unsigned slot),
                     unsigned slot, const char *why)
{
    bool any = false;
    GList *at;
    GList *next;

    for (at = bmc->sessions->list.head; at; at = next) {
        Session *session = at->data;

        next = at->next;
        if (func(bmc, session, slot)) {
            drop(bmc, session, why);
            any = true;
        }
    }
    if (any) {
        arm(bmc);
        bmc_changed(bmc, BMC_PART_SESSIONS);
    }
}

/* 0: of all accounts. */
static bool is_of_slot(Bmc *bmc, const Session *session, unsigned slot)
{
    return slot == 0 || session->public.slot == slot;
}

static bool is_untrusted(Bmc *bmc, const Session *session, unsigned slot)
{
    return !has_trust(bmc, session);
}

void bmc_sessions_end_all(Bmc *bmc)
{
    end_some(bmc, is_of_slot, 0, "the BMC restarts");
}

void bmc_sessions_account_changed(Bmc *bmc, unsigned slot)
{
    end_some(bmc, is_of_slot, slot, "the account has changed");
}

void bmc_sessions_trust_changed(Bmc *bmc)
{
    end_some(bmc, is_untrusted, 0, "its certificate is not good any more");
}
