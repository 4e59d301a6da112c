/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subscriptions to events (DSP0268 EventDestination): who wants what sent
 * where. They survive the process; sending is the front end's matter. A
 * stream that a client has opened is one too, for as long as it is open.
 */
#ifndef QEMU_BMC_BMC_SUBSCRIPTIONS_H
#define QEMU_BMC_BMC_SUBSCRIPTIONS_H

#include <glib.h>
#include <stdbool.h>

#include "bmc/bmc.h"

#define BMC_SUBSCRIPTIONS_MAX 32       /* beside the streams */
#define BMC_SUBSCRIPTION_LIST_MAX 32   /* elements of each list */
#define BMC_SUBSCRIPTION_TEXT_MAX 1024 /* bytes of each text */
#define BMC_RETRY_ATTEMPTS_MAX 100
#define BMC_RETRY_INTERVAL_MAX 3600    /* seconds */

/**
 * BmcRetryPolicy: what is done after the retries of a delivery.
 *
 * @BMC_RETRY_TERMINATE: the subscription is removed
 * @BMC_RETRY_SUSPEND: it is suspended
 * @BMC_RETRY_FOREVER: it is tried further
 * @BMC_RETRY_BACKOFF: the same, less and less often
 */
typedef enum BmcRetryPolicy {
    BMC_RETRY_TERMINATE,
    BMC_RETRY_SUSPEND,
    BMC_RETRY_FOREVER,
    BMC_RETRY_BACKOFF,
    BMC_RETRY__MAX,
} BmcRetryPolicy;

/**
 * BmcSubscriptionList: lists that a subscription has; an empty one wants
 * everything.
 *
 * @BMC_SUBSCRIPTION_PREFIXES: of registries of messages
 * @BMC_SUBSCRIPTION_TYPES: of resources
 * @BMC_SUBSCRIPTION_ORIGINS: URIs of resources
 * @BMC_SUBSCRIPTION_SEVERITIES: of messages
 * @BMC_SUBSCRIPTION_KINDS: EventTypes
 * @BMC_SUBSCRIPTION_MESSAGES: ids of messages
 * @BMC_SUBSCRIPTION_DEFINITIONS: URIs of what defines metric reports
 * @BMC_SUBSCRIPTION_HEADERS: "Name: value", sent with each event; secret
 */
typedef enum BmcSubscriptionList {
    BMC_SUBSCRIPTION_PREFIXES,
    BMC_SUBSCRIPTION_TYPES,
    BMC_SUBSCRIPTION_ORIGINS,
    BMC_SUBSCRIPTION_SEVERITIES,
    BMC_SUBSCRIPTION_KINDS,
    BMC_SUBSCRIPTION_MESSAGES,
    BMC_SUBSCRIPTION_DEFINITIONS,
    BMC_SUBSCRIPTION_HEADERS,
    BMC_SUBSCRIPTION_LIST__MAX,
} BmcSubscriptionList;

/**
 * BmcSubscription: a subscription.
 *
 * @id: number, from 1
 * @destination: URI that events are sent to; NULL for a stream
 * @shown: the same without its query, which may be what lets one in there;
 *         set by the hub
 * @context: (nullable): sent with them
 * @user: (nullable): whoever made it
 * @lists: NULL-terminated each
 * @subordinate: what is below the origins is wanted too
 * @policy: what is done when nobody takes them
 * @verify: the destination's certificate must be right
 * @host: whoever made it may reach the host
 * @suspended: nothing is sent
 * @reports: metric reports are sent, and no events
 * @stream: it is an open stream; nothing but @id, @context and @user counts
 */
typedef struct BmcSubscription {
    unsigned id;
    char *destination;
    char *shown;
    char *context;
    char *user;
    char **lists[BMC_SUBSCRIPTION_LIST__MAX];
    bool subordinate;
    BmcRetryPolicy policy;
    bool verify;
    bool host;
    bool suspended;
    bool reports;
    bool stream;
} BmcSubscription;

/**
 * bmc_subscription_clear: free what a subscription holds.
 *
 * @subscription: the subscription
 */
void bmc_subscription_clear(BmcSubscription *subscription);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(BmcSubscription, bmc_subscription_clear)

/**
 * bmc_subscription_add: make a subscription.
 *
 * @bmc: the hub
 * @from: what it is, but for its number and @host; what it holds is taken
 *        over on success
 * @origin: who asks
 * @errp: BMC_ERROR_LIMIT when there are too many
 *
 * Returns: its number, or 0
 */
unsigned bmc_subscription_add(Bmc *bmc, BmcSubscription *from,
                              const BmcOrigin *origin, GError **errp);

/**
 * bmc_subscription_add_stream: somebody has opened a stream. It does not
 * survive the process; how many there may be is the front end's matter.
 *
 * @bmc: the hub
 * @user: (nullable): the account
 *
 * Returns: its number; the stream ends when there is no subscription of that
 * number any more
 */
unsigned bmc_subscription_add_stream(Bmc *bmc, const char *user);

/**
 * bmc_subscription_edit: begin to change a subscription; nothing but
 * @context, the headers, @policy, @verify and @suspended.
 *
 * @bmc: the hub
 * @id: its number
 *
 * Returns: (transfer none): the subscription, or NULL
 */
BmcSubscription *bmc_subscription_edit(Bmc *bmc, unsigned id);

/**
 * bmc_subscription_edited: it is changed.
 *
 * @bmc: the hub
 */
void bmc_subscription_edited(Bmc *bmc);

/**
 * bmc_subscription_remove: remove a subscription, if it is there.
 *
 * @bmc: the hub
 * @id: its number
 */
void bmc_subscription_remove(Bmc *bmc, unsigned id);

/**
 * bmc_subscription_find: look a subscription up.
 *
 * @bmc: the hub
 * @id: its number
 *
 * Returns: (transfer none): the subscription, or NULL; valid until the main
 * loop runs
 */
const BmcSubscription *bmc_subscription_find(const Bmc *bmc, unsigned id);

/**
 * bmc_subscription_nth: the subscriptions, the oldest first; the streams
 * follow the others.
 *
 * @bmc: the hub
 * @n: 0 and up
 *
 * Returns: (transfer none): the subscription, or NULL past the last
 */
const BmcSubscription *bmc_subscription_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_subscriptions_allow: where events may be sent although the address is
 * refused otherwise, as it was configured.
 *
 * @bmc: the hub
 *
 * Returns: (transfer none) (nullable): names and addresses
 */
const char *const *bmc_subscriptions_allow(const Bmc *bmc);

/**
 * BmcRetry: how often a delivery is tried again.
 *
 * @attempts: how often, 0 to %BMC_RETRY_ATTEMPTS_MAX
 * @interval_s: seconds between two, 1 to %BMC_RETRY_INTERVAL_MAX
 */
typedef struct BmcRetry {
    unsigned attempts;
    unsigned interval_s;
} BmcRetry;

/**
 * bmc_subscriptions_retry: how often a delivery is tried again.
 *
 * @bmc: the hub
 *
 * Returns: the settings
 */
BmcRetry bmc_subscriptions_retry(const Bmc *bmc);

/**
 * bmc_subscriptions_set_retry: change that; survives the process.
 *
 * @bmc: the hub
 * @retry: valid settings
 */
void bmc_subscriptions_set_retry(Bmc *bmc, BmcRetry retry);

#endif /* QEMU_BMC_BMC_SUBSCRIPTIONS_H */
