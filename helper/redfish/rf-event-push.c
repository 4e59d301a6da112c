/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Events that are sent to subscribers: one request at a time to each, with
 * all that has happened since the last one. What a subscriber has not taken
 * waits in the common history, so that a dead one costs nothing.
 */
#include "osdep.h"

#include <libsoup/soup.h>

#include "bmc/subscriptions.h"
#include "redfish/rf-events-priv.h"
#include "util/error.h"
#include "util/log.h"
#include "util/target.h"
#include "util/tls.h"

#define TIMEOUT_S 10
#define BACKOFF_MAX_S 3600
#define BACKOFF_SHIFT_MAX 12

/*
 * Push: what is sent to one subscriber.
 *
 * @body: (nullable): what is being sent, or sent again
 * @failures: how often that has failed
 * @cancellable: (nullable): of the request that is under way
 */
typedef struct Push {
    RfEventPush *all;
    unsigned id;
    RfEventReader reader;
    SoupSession *session;
    GBytes *body;
    unsigned failures;
    GCancellable *cancellable;
    ClockTimer *timer;
    char *context;
} Push;

/*
 * RfEventPush: all of them.
 *
 * @list: of Push
 */
struct RfEventPush {
    RfEvents *events;
    Bmc *bmc;
    GQueue list;
    Notifier change;
    LogLimit log_limit;
};

static void push_more(void *opaque);

static bool in_list(char **list, const char *text)
{
    return !list || !list[0] ||
           (text && g_strv_contains((const char *const *)list, text));
}

static bool origin_matches(const BmcSubscription *s, const char *origin)
{
    char **list = s->lists[BMC_SUBSCRIPTION_ORIGINS];
    unsigned i;

    if (in_list(list, origin)) {
        return true;
    }
    for (i = 0; s->subordinate && origin && list[i]; i++) {
        size_t len = strlen(list[i]);

        if (strncmp(origin, list[i], len) == 0 && origin[len] == '/') {
            return true;
        }
    }
    return false;
}

/* With the registry's version, or without. */
static bool message_matches(const BmcSubscription *s, const char *id)
{
    char **list = s->lists[BMC_SUBSCRIPTION_MESSAGES];
    g_autofree char *prefix = g_strndup(id, strcspn(id, "."));
    const char *key = strrchr(id, '.');
    g_autofree char *brief = g_strconcat(prefix, key, NULL);

    return in_list(list, id) || in_list(list, brief);
}

static const char *fact(JsonObject *facts, const char *name)
{
    return json_object_get_string_member_with_default(facts, name, NULL);
}

static bool matches(JsonObject *facts, void *opaque)
{
    static const struct {
        BmcSubscriptionList list;
        const char *fact;
    } simple[] = {
        { BMC_SUBSCRIPTION_PREFIXES, "RegistryPrefix" },
        { BMC_SUBSCRIPTION_TYPES, "ResourceType" },
        { BMC_SUBSCRIPTION_SEVERITIES, "Severity" },
        { BMC_SUBSCRIPTION_KINDS, "EventType" },
        { BMC_SUBSCRIPTION_DEFINITIONS, "MetricReportDefinition" },
    };
    const Push *push = opaque;
    const BmcSubscription *s = bmc_subscription_find(push->all->bmc,
                                                     push->id);
    const char *message = fact(facts, "MessageId");
    unsigned i;

    /* A report is no message. */
    if (!s || s->reports == (message != NULL)) {
        return false;
    }

    for (i = 0; i < G_N_ELEMENTS(simple); i++) {
        if (!in_list(s->lists[simple[i].list],
                     fact(facts, simple[i].fact))) {
            return false;
        }
    }
    return origin_matches(s, fact(facts, "OriginResource")) &&
           (s->reports || message_matches(s, message));
}

static void push_free(Push *push)
{
    RfEventPush *all = push->all;

    g_queue_remove(&all->list, push);
    rf_events_remove(all->events, &push->reader);
    if (push->cancellable) {
        g_cancellable_cancel(push->cancellable);
        g_clear_object(&push->cancellable);
    }
    clock_timer_stop(&push->timer);
    g_clear_object(&push->session);
    g_clear_pointer(&push->body, g_bytes_unref);
    g_free(push->context);
    g_free(push);
}

/* How long until it is tried again; -1 when it is not. */
static int64_t retry_delay_ms(const Push *push, BmcRetryPolicy policy)
{
    BmcRetry retry = bmc_subscriptions_retry(push->all->bmc);
    int64_t delay = retry.interval_s;
    unsigned beyond;

    if (push->failures <= retry.attempts) {
        return delay * 1000;
    }
    beyond = MIN(push->failures - retry.attempts, BACKOFF_SHIFT_MAX);
    switch (policy) {
    case BMC_RETRY_FOREVER:
        return delay * 1000;
    case BMC_RETRY_BACKOFF:
        return MIN(delay << beyond, MAX(delay, BACKOFF_MAX_S)) * 1000;
    default:
        return -1;
    }
}

static void send(Push *push);

static void try_again(void *opaque)
{
    send(opaque);
}

static void log_failure(Push *push, const char *why)
{
    unsigned suppressed = 0;

    if (log_limit_allows(&push->all->log_limit,
                         clock_now_ms(bmc_clock(push->all->bmc)),
                         &suppressed)) {
        g_message("events: subscription %u: not delivered: %s", push->id,
                  why);
    }
}

static void failed(Push *push, const char *why)
{
    Bmc *bmc = push->all->bmc;
    BmcSubscription *s = bmc_subscription_edit(bmc, push->id);
    int64_t delay;

    push->failures++;
    log_failure(push, why);
    if (!s) {
        return;
    }
    delay = retry_delay_ms(push, s->policy);
    if (delay >= 0) {
        clock_timer_start(bmc_clock(bmc), &push->timer, delay, try_again,
                          push);
    } else if (s->policy == BMC_RETRY_TERMINATE) {
        bmc_subscription_remove(bmc, push->id);
    } else {
        s->suspended = true;
        bmc_subscription_edited(bmc);
    }
}

static void sent(GObject *source, GAsyncResult *res, void *opaque)
{
    Push *push = opaque;
    SoupMessage *msg = soup_session_get_async_result_message(
        SOUP_SESSION(source), res);
    g_autoptr(GError) err = NULL;
    g_autoptr(GInputStream) stream = NULL;
    g_autofree char *why = NULL;
    unsigned status;

    stream = soup_session_send_finish(SOUP_SESSION(source), res, &err);
    if (bmc_error_is_cancelled(err)) {
        return;
    }
    /* Nobody reads what a subscriber has to say. */
    if (stream) {
        g_input_stream_close_async(stream, G_PRIORITY_DEFAULT, NULL, NULL,
                                   NULL);
    }
    g_clear_object(&push->cancellable);
    status = soup_message_get_status(msg);
    if (!err && SOUP_STATUS_IS_SUCCESSFUL(status)) {
        push->failures = 0;
        g_clear_pointer(&push->body, g_bytes_unref);
        push_more(push);
        return;
    }
    why = err ? g_strdup(err->message) : g_strdup_printf("HTTP %u", status);
    failed(push, why);
}

static gboolean accept_certificate(SoupMessage *msg, GTlsCertificate *cert,
                                   GTlsCertificateFlags errors, void *opaque)
{
    return GPOINTER_TO_INT(opaque);
}

static void add_headers(SoupMessage *msg, const BmcSubscription *s)
{
    SoupMessageHeaders *headers = soup_message_get_request_headers(msg);
    char **lines = s->lists[BMC_SUBSCRIPTION_HEADERS];
    unsigned i;

    for (i = 0; lines && lines[i]; i++) {
        g_auto(GStrv) parts = g_strsplit(lines[i], ":", 2);

        if (parts[0] && parts[1]) {
            soup_message_headers_replace(headers, g_strstrip(parts[0]),
                                         g_strstrip(parts[1]));
        }
    }
}

/* A session of its own, since it holds where it may connect to. */
static SoupSession *new_session(const BmcSubscription *s, GUri *uri,
                                const char *const *allow)
{
    bool tls = g_str_equal(g_uri_get_scheme(uri), "https");
    int port = g_uri_get_port(uri);
    g_autoptr(GSocketConnectable) target = NULL;
    g_autoptr(GTlsDatabase) database = tls ? tls_system_database() : NULL;

    if (port <= 0) {
        port = tls ? 443 : 80;
    }
    target = target_new(g_uri_get_host(uri), port, allow, s->host);
    return g_object_new(SOUP_TYPE_SESSION, "remote-connectable", target,
                        "timeout", TIMEOUT_S, "proxy-resolver", NULL,
                        "tls-database", database, "user-agent", "qemu-bmc",
                        NULL);
}

static void send(Push *push)
{
    const BmcSubscription *s = bmc_subscription_find(push->all->bmc,
                                                     push->id);
    g_autoptr(SoupMessage) msg = NULL;

    if (!s) {
        return;
    }
    msg = soup_message_new("POST", s->destination);
    if (!msg) {
        failed(push, "there is no such address");
        return;
    }
    if (!push->session) {
        push->session = new_session(s, soup_message_get_uri(msg),
                                    bmc_subscriptions_allow(push->all->bmc));
    }
    soup_message_add_flags(msg, SOUP_MESSAGE_NO_REDIRECT |
                           SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
    add_headers(msg, s);
    soup_message_set_request_body_from_bytes(msg, "application/json",
                                             push->body);
    g_signal_connect(msg, "accept-certificate",
                     G_CALLBACK(accept_certificate),
                     GINT_TO_POINTER(!s->verify));
    push->cancellable = g_cancellable_new();
    soup_session_send_async(push->session, msg, G_PRIORITY_DEFAULT,
                            push->cancellable, sent, push);
}

static void push_more(void *opaque)
{
    Push *push = opaque;
    int64_t last;

    if (push->body) {
        return;
    }
    push->body = rf_events_read(push->all->events, &push->reader, &last);
    if (push->body) {
        send(push);
    }
}

static Push *find(RfEventPush *all, unsigned id)
{
    GList *l;

    for (l = all->list.head; l; l = l->next) {
        Push *push = l->data;

        if (push->id == id) {
            return push;
        }
    }
    return NULL;
}

static void push_new(RfEventPush *all, const BmcSubscription *s)
{
    Push *push = g_new0(Push, 1);

    push->all = all;
    push->id = s->id;
    push->reader.matches = matches;
    push->reader.reports = s->reports;
    push->reader.wake = push_more;
    push->reader.opaque = push;
    g_queue_push_tail(&all->list, push);
    rf_events_add(all->events, &push->reader, 0);
}

/* Who is new, and who is gone or suspended? */
static void follow(RfEventPush *all)
{
    const BmcSubscription *s;
    GList *l, *following;
    unsigned i;

    for (l = all->list.head; l; l = following) {
        Push *push = l->data;

        following = l->next;
        s = bmc_subscription_find(all->bmc, push->id);
        if (!s || s->suspended) {
            push_free(push);
        }
    }
    for (i = 0; (s = bmc_subscription_nth(all->bmc, i)) && !s->stream; i++) {
        Push *push = find(all, s->id);

        if (!push && !s->suspended) {
            push_new(all, s);
            push = find(all, s->id);
        }
        if (push) {
            g_free(push->context);
            push->context = g_strdup(s->context);
            push->reader.context = push->context;
        }
    }
}

static void changed(void *opaque, const void *data)
{
    const BmcChange *change = data;

    if (change->part == BMC_PART_SUBSCRIPTIONS) {
        follow(opaque);
    }
}

RfEventPush *rf_event_push_new(RfEvents *events, Bmc *bmc)
{
    RfEventPush *all = g_new0(RfEventPush, 1);

    all->events = events;
    all->bmc = bmc;
    g_queue_init(&all->list);
    notifier_list_add(bmc_notifiers(bmc), &all->change, changed, all);
    follow(all);
    return all;
}

void rf_event_push_free(RfEventPush *all)
{
    if (!all) {
        return;
    }
    notifier_remove(&all->change);
    while (all->list.head) {
        push_free(all->list.head->data);
    }
    g_free(all);
}
