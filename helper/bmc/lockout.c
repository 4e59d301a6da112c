/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lockout: a bounded table of users at addresses, looked at only when
 * somebody logs in. Nothing here needs a timer.
 */
#include "osdep.h"

#include "bmc/lockout.h"

#include <json-glib/json-glib.h>

#include "bmc/bmc-priv.h"
#include "bmc/events.h"
#include "bmc/persist-read.h"
#include "bmc/users.h"
#include "util/addr.h"
#include "util/log.h"

#define SECTION "lockout"

#define DEFAULT_THRESHOLD 10
#define DEFAULT_RESET_S 60
#define DEFAULT_LOCKOUT_S 60

#define REPORT_MS (60 * 1000)
#define UNANSWERED_MS (60 * 1000)

/* No user's slot: what an address has left unanswered. */
#define SLOT_NONE 0

/*
 * Table 42-3. Event data 2 and 3 are the slot and the channel: codes of our
 * own with the former, the table's with the latter.
 */
#define TYPE_SECURITY 0x06
#define OFFSET_OOB_PASSWORD 0x05
#define TYPE_SESSION_AUDIT 0x2a
#define OFFSET_PASSWORD_DISABLE 0x03
#define DATA_OEM 0xa0
#define DATA_2_SPECIFIC 0xc0
#define DATA_3_SPECIFIC 0x30
#define DATA_NONE 0xff
#define LAN_CHANNEL 1

/*
 * A user at an address.
 *
 * @failures: since the last success
 * @last_ms: the last failure; with SLOT_NONE, the first of this minute
 * @until_ms: locked out until then
 */
typedef struct LockoutEntry {
    unsigned slot;
    char *peer;
    unsigned failures;
    int64_t last_ms;
    int64_t until_ms;
    GList link;
} LockoutEntry;

/*
 * @entries: those in use, the longest unused first
 * @report_ms: by slot, before when no failure is reported
 * @disabled: a bit per slot: disabled until enabled
 */
struct BmcLockout {
    BmcLockoutPolicy policy;
    GHashTable *table;
    GQueue entries;
    int64_t report_ms[BMC_USERS_MAX + 1];
    uint32_t disabled;
};

static guint hash_entry(gconstpointer opaque)
{
    const LockoutEntry *entry = opaque;

    return g_str_hash(entry->peer) * 31 + entry->slot;
}

static gboolean entries_equal(gconstpointer a, gconstpointer b)
{
    const LockoutEntry *one = a;
    const LockoutEntry *other = b;

    return one->slot == other->slot && !strcmp(one->peer, other->peer);
}

static bool counts(const BmcOrigin *origin)
{
    return origin->peer && (origin->channel == BMC_CHANNEL_LAN ||
                            origin->channel == BMC_CHANNEL_REDFISH ||
                            origin->channel == BMC_CHANNEL_IN_BAND);
}

static LockoutEntry *find(const BmcLockout *lockout, unsigned slot,
                          const BmcOrigin *origin)
{
    LockoutEntry key = { .slot = slot };
    LockoutEntry *entry;

    if (!lockout->entries.length) {
        return NULL; /* nearly always, and for each request */
    }
    key.peer = addr_peer_key(origin->peer);
    entry = g_hash_table_lookup(lockout->table, &key);
    g_free(key.peer);
    return entry;
}

static void drop(BmcLockout *lockout, LockoutEntry *entry)
{
    g_hash_table_remove(lockout->table, entry);
    g_queue_unlink(&lockout->entries, &entry->link);
    g_free(entry->peer);
    g_free(entry);
}

static LockoutEntry *add(BmcLockout *lockout, unsigned slot,
                         const BmcOrigin *origin)
{
    LockoutEntry *entry = g_new0(LockoutEntry, 1);

    if (lockout->entries.length >= BMC_LOCKOUT_MAX) {
        drop(lockout, lockout->entries.head->data);
    }
    entry->slot = slot;
    entry->peer = addr_peer_key(origin->peer);
    entry->link.data = entry;
    g_hash_table_add(lockout->table, entry);
    g_queue_push_tail_link(&lockout->entries, &entry->link);
    return entry;
}

/* Makes an entry the last one to be forgotten. */
static LockoutEntry *need(BmcLockout *lockout, unsigned slot,
                          const BmcOrigin *origin)
{
    LockoutEntry *entry = find(lockout, slot, origin);

    if (!entry) {
        return add(lockout, slot, origin);
    }
    g_queue_unlink(&lockout->entries, &entry->link);
    g_queue_push_tail_link(&lockout->entries, &entry->link);
    return entry;
}

/* SLOT_NONE: all users. */
static void drop_slot(BmcLockout *lockout, unsigned slot)
{
    GList *at;
    GList *next;

    for (at = lockout->entries.head; at; at = next) {
        LockoutEntry *entry = at->data;

        next = at->next;
        if (slot == SLOT_NONE || entry->slot == slot) {
            drop(lockout, entry);
        }
    }
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();

    json_object_set_int_member(section, "disabled", bmc->lockout->disabled);
    persist_set(bmc->persist, SECTION, section);
}

static void load(Bmc *bmc)
{
    PersistReader r;
    int64_t disabled;

    persist_read(&r, bmc->persist, SECTION);
    if (persist_read_int(&r, "disabled", 0,
                         (INT64_C(1) << (BMC_USERS_MAX + 1)) - 1,
                         &disabled)) {
        bmc->lockout->disabled = disabled;
    }
}

static uint8_t channel_of(const BmcOrigin *origin)
{
    return origin->channel == BMC_CHANNEL_LAN ? LAN_CHANNEL : DATA_NONE;
}

static void report_failure(Bmc *bmc, unsigned slot, const BmcOrigin *origin)
{
    BmcLockout *lockout = bmc->lockout;
    int64_t now = clock_now_ms(bmc->clock);
    BmcEvent event = {
        .sensor = BMC_SENSOR_SECURITY,
        .sensor_type = TYPE_SECURITY,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .data = { OFFSET_OOB_PASSWORD | DATA_OEM, slot,
                  channel_of(origin) },
    };
    g_autofree char *who = NULL;
    g_autofree char *text = NULL;

    if (now < lockout->report_ms[slot]) {
        return;
    }
    lockout->report_ms[slot] = now + REPORT_MS;
    who = bmc_origin_to_string(origin);
    text = g_strdup_printf("wrong password: %s", who);
    bmc_event_add(bmc, &event, text);
}

static void report_lockout(Bmc *bmc, unsigned slot, const BmcOrigin *origin)
{
    const BmcLockoutPolicy *policy = &bmc->lockout->policy;
    g_autofree char *who = bmc_origin_to_string(origin);
    BmcEvent event = {
        .sensor = BMC_SENSOR_SESSION_AUDIT,
        .sensor_type = TYPE_SESSION_AUDIT,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .data = { OFFSET_PASSWORD_DISABLE | DATA_2_SPECIFIC, slot,
                  channel_of(origin) },
    };
    g_autofree char *text = NULL;

    if (event.data[2] != DATA_NONE) {
        event.data[0] |= DATA_3_SPECIFIC;
    }
    if (policy->lockout_s) {
        text = g_strdup_printf("%u wrong passwords: %s is locked out for "
                               "%u s", policy->threshold, who,
                               policy->lockout_s);
    } else {
        text = g_strdup_printf("%u wrong passwords: %s is disabled until it "
                               "is enabled again", policy->threshold, who);
    }
    if (policy->event) {
        bmc_event_add(bmc, &event, text);
    } else {
        g_message("users: %s", text);
    }
}

static void lock(Bmc *bmc, LockoutEntry *entry, const BmcOrigin *origin)
{
    BmcLockout *lockout = bmc->lockout;
    unsigned slot = entry->slot;

    if (lockout->policy.lockout_s) {
        entry->failures = 0;
        entry->until_ms = clock_now_ms(bmc->clock) +
                          lockout->policy.lockout_s * INT64_C(1000);
    } else {
        lockout->disabled |= 1u << slot;
        drop_slot(lockout, slot);
        save(bmc);
    }
    report_lockout(bmc, slot, origin);
}

void bmc_lockout_new(Bmc *bmc, bool reset)
{
    BmcLockout *lockout = g_new0(BmcLockout, 1);

    bmc->lockout = lockout;
    lockout->policy.threshold = DEFAULT_THRESHOLD;
    lockout->policy.reset_s = DEFAULT_RESET_S;
    lockout->policy.lockout_s = DEFAULT_LOCKOUT_S;
    lockout->table = g_hash_table_new(hash_entry, entries_equal);
    g_queue_init(&lockout->entries);
    if (reset) {
        persist_remove(bmc->persist, SECTION);
    } else {
        load(bmc);
    }
}

void bmc_lockout_free(Bmc *bmc)
{
    BmcLockout *lockout = bmc->lockout;

    if (lockout) {
        drop_slot(lockout, SLOT_NONE);
        g_hash_table_unref(lockout->table);
        g_clear_pointer(&bmc->lockout, g_free);
    }
}

void bmc_lockout_set(Bmc *bmc, const BmcLockoutPolicy *policy)
{
    bmc->lockout->policy = *policy;
    drop_slot(bmc->lockout, SLOT_NONE);
}

const BmcLockoutPolicy *bmc_lockout_get(const Bmc *bmc)
{
    return &bmc->lockout->policy;
}

bool bmc_lockout_allows(const Bmc *bmc, unsigned slot,
                        const BmcOrigin *origin)
{
    const BmcLockout *lockout = bmc->lockout;
    const LockoutEntry *entry;

    if (!counts(origin)) {
        return true;
    }
    if (lockout->disabled >> slot & 1) {
        return false;
    }
    entry = find(lockout, slot, origin);
    return !entry || clock_now_ms(bmc->clock) >= entry->until_ms;
}

bool bmc_lockout_holds(const Bmc *bmc, unsigned slot)
{
    const BmcLockout *lockout = bmc->lockout;
    int64_t now = clock_now_ms(bmc->clock);
    GList *at;

    for (at = lockout->entries.head; at; at = at->next) {
        const LockoutEntry *entry = at->data;

        if (entry->slot == slot && now < entry->until_ms) {
            return true;
        }
    }
    return lockout->disabled >> slot & 1;
}

void bmc_lockout_failed(Bmc *bmc, unsigned slot, const BmcOrigin *origin)
{
    BmcLockout *lockout = bmc->lockout;
    int64_t reset_ms = lockout->policy.reset_s * INT64_C(1000);
    int64_t now = clock_now_ms(bmc->clock);
    LockoutEntry *entry;

    g_return_if_fail(slot >= 1 && slot <= BMC_USERS_MAX);
    if (!counts(origin)) {
        return;
    }
    report_failure(bmc, slot, origin);
    if (!lockout->policy.threshold || !bmc_lockout_allows(bmc, slot, origin)) {
        return;
    }
    entry = need(lockout, slot, origin);
    if (reset_ms && now - entry->last_ms >= reset_ms) {
        entry->failures = 0;
    }
    entry->last_ms = now;
    entry->failures++;
    if (entry->failures >= lockout->policy.threshold) {
        lock(bmc, entry, origin);
    }
}

void bmc_lockout_unanswered(Bmc *bmc, const BmcOrigin *origin)
{
    int64_t now = clock_now_ms(bmc->clock);
    LockoutEntry *entry;

    if (!counts(origin)) {
        return;
    }
    entry = need(bmc->lockout, SLOT_NONE, origin);
    if (!entry->failures || now - entry->last_ms >= UNANSWERED_MS) {
        entry->failures = 0;
        entry->last_ms = now;
    }
    entry->failures++;
}

bool bmc_lockout_may_ask(const Bmc *bmc, const BmcOrigin *origin)
{
    const LockoutEntry *entry = counts(origin) ?
                                find(bmc->lockout, SLOT_NONE, origin) : NULL;

    return !entry || entry->failures < BMC_LOCKOUT_UNANSWERED_MAX ||
           clock_now_ms(bmc->clock) - entry->last_ms >= UNANSWERED_MS;
}

void bmc_lockout_succeeded(Bmc *bmc, unsigned slot, const BmcOrigin *origin)
{
    LockoutEntry *entry = counts(origin) ?
                          find(bmc->lockout, slot, origin) : NULL;

    if (entry) {
        drop(bmc->lockout, entry);
    }
}

void bmc_lockout_enable(Bmc *bmc, unsigned slot)
{
    BmcLockout *lockout = bmc->lockout;

    g_return_if_fail(slot >= 1 && slot <= BMC_USERS_MAX);
    drop_slot(lockout, slot);
    if (lockout->disabled >> slot & 1) {
        lockout->disabled &= ~(1u << slot);
        save(bmc);
    }
}
