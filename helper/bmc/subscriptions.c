/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who wants to be told of events. */
#include "osdep.h"

#include "bmc/subscriptions.h"

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "bmc/users.h"
#include "util/error.h"
#include "util/log.h"
#include "util/secret.h"

#define SECTION "subscriptions"
#define RETRY_ATTEMPTS 3
#define RETRY_INTERVAL_S 30
#define SHOWN_MAX 200

/*
 * BmcSubscriptions: all of them.
 *
 * @list: of BmcSubscription, the oldest first
 * @streams: of BmcSubscription, too; they are open streams
 * @streams_by_id: the same, since there may be many
 */
struct BmcSubscriptions {
    GQueue list;
    GQueue streams;
    GHashTable *streams_by_id;
    unsigned last_id;
    BmcRetry retry;
    char **allow;
};

static const char *const list_keys[BMC_SUBSCRIPTION_LIST__MAX] = {
    [BMC_SUBSCRIPTION_PREFIXES] = "prefixes",
    [BMC_SUBSCRIPTION_TYPES] = "types",
    [BMC_SUBSCRIPTION_ORIGINS] = "origins",
    [BMC_SUBSCRIPTION_SEVERITIES] = "severities",
    [BMC_SUBSCRIPTION_KINDS] = "kinds",
    [BMC_SUBSCRIPTION_MESSAGES] = "messages",
    [BMC_SUBSCRIPTION_DEFINITIONS] = "definitions",
    [BMC_SUBSCRIPTION_HEADERS] = "headers",
};

void bmc_subscription_clear(BmcSubscription *subscription)
{
    char **headers = subscription->lists[BMC_SUBSCRIPTION_HEADERS];
    unsigned i;

    for (i = 0; headers && headers[i]; i++) {
        secret_wipe(headers[i], strlen(headers[i]));
    }
    for (i = 0; i < BMC_SUBSCRIPTION_LIST__MAX; i++) {
        g_clear_pointer(&subscription->lists[i], g_strfreev);
    }
    g_clear_pointer(&subscription->destination, g_free);
    g_clear_pointer(&subscription->shown, g_free);
    g_clear_pointer(&subscription->context, g_free);
    g_clear_pointer(&subscription->user, g_free);
}

static void subscription_free(void *opaque)
{
    bmc_subscription_clear(opaque);
    g_free(opaque);
}

static JsonObject *to_json(const BmcSubscription *s)
{
    JsonObject *object = json_object_new();
    unsigned i, j;

    json_object_set_int_member(object, "id", s->id);
    json_object_set_string_member(object, "destination", s->destination);
    if (s->context) {
        json_object_set_string_member(object, "context", s->context);
    }
    if (s->user) {
        json_object_set_string_member(object, "user", s->user);
    }
    json_object_set_boolean_member(object, "subordinate", s->subordinate);
    json_object_set_int_member(object, "policy", s->policy);
    json_object_set_boolean_member(object, "verify", s->verify);
    json_object_set_boolean_member(object, "host", s->host);
    json_object_set_boolean_member(object, "suspended", s->suspended);
    json_object_set_boolean_member(object, "reports", s->reports);
    for (i = 0; i < BMC_SUBSCRIPTION_LIST__MAX; i++) {
        JsonArray *array = json_array_new();

        for (j = 0; s->lists[i] && s->lists[i][j]; j++) {
            json_array_add_string_element(array, s->lists[i][j]);
        }
        json_object_set_array_member(object, list_keys[i], array);
    }
    return object;
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    JsonArray *array = json_array_new();
    const GList *l;

    for (l = bmc->subscriptions->list.head; l; l = l->next) {
        json_array_add_object_element(array, to_json(l->data));
    }
    json_object_set_array_member(section, "list", array);
    json_object_set_int_member(section, "last", bmc->subscriptions->last_id);
    json_object_set_int_member(section, "attempts",
                               bmc->subscriptions->retry.attempts);
    json_object_set_int_member(section, "interval",
                               bmc->subscriptions->retry.interval_s);
    persist_set(bmc->persist, SECTION, section);
    bmc_changed(bmc, BMC_PART_SUBSCRIPTIONS);
}

static char **read_list(PersistReader *r, const char *key)
{
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    JsonArray *array;
    unsigned i;

    if (!persist_read_array(r, key, BMC_SUBSCRIPTION_LIST_MAX, &array)) {
        return NULL;
    }
    for (i = 0; i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);

        if (!JSON_NODE_HOLDS_VALUE(node) ||
            json_node_get_value_type(node) != G_TYPE_STRING) {
            persist_read_damaged(r, key);
            return NULL;
        }
        g_strv_builder_add(builder, json_node_get_string(node));
    }
    return g_strv_builder_end(builder);
}

static char *without_query(const char *destination)
{
    return g_strndup(destination, strcspn(destination, "?#"));
}

/* One of which a part is damaged could send what nobody wants sent there. */
static void load_one(Bmc *bmc, PersistReader *r)
{
    g_auto(BmcSubscription) s = { 0 };
    const char *text;
    int64_t id, policy;
    unsigned i;

    if (!persist_read_int(r, "id", 1, UINT_MAX, &id) ||
        !persist_read_string(r, "destination", &text) ||
        !persist_read_int(r, "policy", 0, BMC_RETRY__MAX - 1, &policy) ||
        !persist_read_bool(r, "subordinate", &s.subordinate) ||
        !persist_read_bool(r, "verify", &s.verify) ||
        !persist_read_bool(r, "host", &s.host) ||
        !persist_read_bool(r, "suspended", &s.suspended)) {
        return;
    }
    persist_read_bool(r, "reports", &s.reports);
    s.id = id;
    s.policy = policy;
    s.destination = g_strdup(text);
    s.shown = without_query(text);
    if (persist_read_string(r, "context", &text)) {
        s.context = g_strdup(text);
    }
    if (persist_read_string(r, "user", &text)) {
        s.user = g_strdup(text);
    }
    for (i = 0; i < BMC_SUBSCRIPTION_LIST__MAX; i++) {
        s.lists[i] = read_list(r, list_keys[i]);
    }
    if (!r->damaged && !bmc_subscription_find(bmc, s.id)) {
        g_queue_push_tail(&bmc->subscriptions->list,
                          g_memdup2(&s, sizeof(s)));
        bmc->subscriptions->last_id = MAX(bmc->subscriptions->last_id, s.id);
        memset(&s, 0, sizeof(s));
    }
}

void bmc_subscriptions_new(Bmc *bmc, const char *const *allow)
{
    int64_t attempts = RETRY_ATTEMPTS, interval = RETRY_INTERVAL_S, last = 0;
    PersistReader r, sub;
    JsonArray *array;
    unsigned i;

    bmc->subscriptions = g_new0(BmcSubscriptions, 1);
    bmc->subscriptions->allow = g_strdupv((char **)allow);
    g_queue_init(&bmc->subscriptions->list);
    g_queue_init(&bmc->subscriptions->streams);
    bmc->subscriptions->streams_by_id = g_hash_table_new(NULL, NULL);
    persist_read(&r, bmc->persist, SECTION);
    persist_read_int(&r, "attempts", 0, BMC_RETRY_ATTEMPTS_MAX, &attempts);
    persist_read_int(&r, "interval", 1, BMC_RETRY_INTERVAL_MAX, &interval);
    persist_read_int(&r, "last", 0, UINT_MAX, &last);
    bmc->subscriptions->retry = (BmcRetry) { attempts, interval };
    bmc->subscriptions->last_id = last;
    if (!persist_read_array(&r, "list", BMC_SUBSCRIPTIONS_MAX, &array)) {
        return;
    }
    for (i = 0; i < json_array_get_length(array); i++) {
        if (persist_read_element(&sub, &r, "list", array, i)) {
            load_one(bmc, &sub);
        }
    }
}

void bmc_subscriptions_free(Bmc *bmc)
{
    if (bmc->subscriptions) {
        g_queue_clear_full(&bmc->subscriptions->list, subscription_free);
        g_strfreev(bmc->subscriptions->allow);
        g_hash_table_unref(bmc->subscriptions->streams_by_id);
        g_queue_clear_full(&bmc->subscriptions->streams, subscription_free);
        g_clear_pointer(&bmc->subscriptions, g_free);
    }
}

unsigned bmc_subscription_add(Bmc *bmc, BmcSubscription *from,
                              const BmcOrigin *origin, GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *shown = without_query(from->destination);
    g_autofree char *where = log_escape(shown, -1, SHOWN_MAX);
    BmcSubscription *s;

    if (bmc->subscriptions->list.length >= BMC_SUBSCRIPTIONS_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there are %u subscriptions already",
                    BMC_SUBSCRIPTIONS_MAX);
        return 0;
    }
    s = g_memdup2(from, sizeof(*from));
    memset(from, 0, sizeof(*from));
    s->id = ++bmc->subscriptions->last_id;
    s->shown = g_steal_pointer(&shown);
    s->host = bmc_origin_may_reach_host(bmc, origin);
    g_queue_push_tail(&bmc->subscriptions->list, s);
    g_message("events: subscription %u to %s made by %s", s->id, where, who);
    save(bmc);
    return s->id;
}

unsigned bmc_subscription_add_stream(Bmc *bmc, const char *user)
{
    BmcSubscription *s = g_new0(BmcSubscription, 1);

    s->id = ++bmc->subscriptions->last_id;
    s->context = g_strdup_printf("stream %u", s->id);
    s->user = g_strdup(user);
    s->stream = true;
    g_queue_push_tail(&bmc->subscriptions->streams, s);
    g_hash_table_insert(bmc->subscriptions->streams_by_id,
                        GUINT_TO_POINTER(s->id), s);
    bmc_changed(bmc, BMC_PART_SUBSCRIPTIONS);
    return s->id;
}

static BmcSubscription *find(const Bmc *bmc, unsigned id)
{
    const GList *l;

    for (l = bmc->subscriptions->list.head; l; l = l->next) {
        BmcSubscription *s = l->data;

        if (s->id == id) {
            return s;
        }
    }
    return g_hash_table_lookup(bmc->subscriptions->streams_by_id,
                               GUINT_TO_POINTER(id));
}

BmcSubscription *bmc_subscription_edit(Bmc *bmc, unsigned id)
{
    return find(bmc, id);
}

void bmc_subscription_edited(Bmc *bmc)
{
    save(bmc);
}

void bmc_subscription_remove(Bmc *bmc, unsigned id)
{
    BmcSubscription *s = find(bmc, id);

    if (s && s->stream) {
        g_queue_remove(&bmc->subscriptions->streams, s);
        g_hash_table_remove(bmc->subscriptions->streams_by_id,
                            GUINT_TO_POINTER(id));
        subscription_free(s);
        bmc_changed(bmc, BMC_PART_SUBSCRIPTIONS);
    } else if (s) {
        g_queue_remove(&bmc->subscriptions->list, s);
        subscription_free(s);
        g_message("events: subscription %u removed", id);
        save(bmc);
    }
}

const BmcSubscription *bmc_subscription_find(const Bmc *bmc, unsigned id)
{
    return find(bmc, id);
}

const BmcSubscription *bmc_subscription_nth(const Bmc *bmc, unsigned n)
{
    const BmcSubscriptions *all = bmc->subscriptions;

    return n < all->list.length
           ? g_queue_peek_nth((GQueue *)&all->list, n)
           : g_queue_peek_nth((GQueue *)&all->streams, n - all->list.length);
}

const char *const *bmc_subscriptions_allow(const Bmc *bmc)
{
    return (const char *const *)bmc->subscriptions->allow;
}

BmcRetry bmc_subscriptions_retry(const Bmc *bmc)
{
    return bmc->subscriptions->retry;
}

void bmc_subscriptions_set_retry(Bmc *bmc, BmcRetry retry)
{
    bmc->subscriptions->retry = retry;
    save(bmc);
}

void bmc_subscriptions_reset(Bmc *bmc)
{
    g_queue_clear_full(&bmc->subscriptions->list, subscription_free);
    bmc->subscriptions->retry =
        (BmcRetry) { RETRY_ATTEMPTS, RETRY_INTERVAL_S };
    save(bmc);
}
