/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The BMC's own log. */
#include "osdep.h"

#include "bmc/journal.h"

#include "bmc/bmc-priv.h"

/*
 * What changes with every sensor event, every pat of the watchdog or with
 * the journal itself is not what somebody has done.
 */
#define PARTS_LOGGED \
    (1 << BMC_PART_POWER | 1 << BMC_PART_BOOT | 1 << BMC_PART_SYSTEM | \
     1 << BMC_PART_IDENTIFY | 1 << BMC_PART_USERS | 1 << BMC_PART_LAN | \
     1 << BMC_PART_FRU | 1 << BMC_PART_PEF | 1 << BMC_PART_SOL | \
     1 << BMC_PART_FLASH)

/*
 * BmcJournal: the log.
 *
 * @entries: BmcJournalEntry, the oldest first
 * @last_id: number of the latest entry
 * @quiet_ms: until when each part is not logged again
 * @state: the power state that was last seen
 * @overflown: bmc_journal_overflown()
 */
struct BmcJournal {
    Notifier notifier;
    GQueue entries;
    unsigned last_id;
    int64_t quiet_ms[BMC_PART__MAX];
    BmcPowerState state;
    bool overflown;
};

static void entry_free(void *opaque)
{
    BmcJournalEntry *entry = opaque;

    g_free(entry->text);
    g_free(entry);
}

static void add(Bmc *bmc, BmcPart part, const char *text)
{
    BmcJournal *journal = bmc->journal;
    BmcJournalEntry *entry;

    if (journal->entries.length >= BMC_JOURNAL_MAX) {
        entry_free(g_queue_pop_head(&journal->entries));
        journal->overflown = true;
    }
    entry = g_new0(BmcJournalEntry, 1);
    entry->id = ++journal->last_id;
    entry->when = g_get_real_time();
    entry->part = part;
    entry->state = journal->state;
    entry->text = g_strdup(text);
    g_queue_push_tail(&journal->entries, entry);
    journal->quiet_ms[part] = clock_now_ms(bmc->clock) +
                              BMC_JOURNAL_QUIET_MS;
    bmc_changed(bmc, BMC_PART_JOURNAL);
}

static bool is_repeated(const Bmc *bmc, BmcPart part)
{
    return clock_now_ms(bmc->clock) < bmc->journal->quiet_ms[part];
}

static void changed(void *opaque, const void *data)
{
    Bmc *bmc = opaque;
    BmcPart part = ((const BmcChange *)data)->part;
    BmcPowerState state = bmc_power_state(bmc);

    if (!(PARTS_LOGGED & 1 << part)) {
        return;
    }
    if (part == BMC_PART_POWER) {
        BmcPowerState before = bmc->journal->state;

        bmc->journal->state = state;
        /* What QEMU tells when it is first asked is no change. */
        if (state != before && state != BMC_POWER_STATE_UNKNOWN &&
            before != BMC_POWER_STATE_UNKNOWN) {
            add(bmc, part, NULL);
        }
    } else if (!is_repeated(bmc, part)) {
        add(bmc, part, NULL);
    }
}

void bmc_journal_note(Bmc *bmc, BmcPart part, const char *text)
{
    if (bmc->journal) {
        add(bmc, part, text);
    }
}

void bmc_journal_new(Bmc *bmc)
{
    bmc->journal = g_new0(BmcJournal, 1);
    g_queue_init(&bmc->journal->entries);
    bmc->journal->state = bmc_power_state(bmc);
    notifier_list_add(&bmc->notifiers, &bmc->journal->notifier, changed, bmc);
}

void bmc_journal_free(Bmc *bmc)
{
    if (!bmc->journal) {
        return;
    }
    notifier_remove(&bmc->journal->notifier);
    g_queue_clear_full(&bmc->journal->entries, entry_free);
    g_clear_pointer(&bmc->journal, g_free);
}

const BmcJournalEntry *bmc_journal_nth(const Bmc *bmc, unsigned n)
{
    return g_queue_peek_nth(&bmc->journal->entries, n);
}

/* They are numbered without gaps. */
const BmcJournalEntry *bmc_journal_find(const Bmc *bmc, unsigned id)
{
    const BmcJournalEntry *first = bmc_journal_nth(bmc, 0);

    return first && id >= first->id ? bmc_journal_nth(bmc, id - first->id)
                                    : NULL;
}

bool bmc_journal_overflown(const Bmc *bmc)
{
    return bmc->journal->overflown;
}

void bmc_journal_clear(Bmc *bmc, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    g_message("the BMC's log was cleared by %s", who);
    g_queue_clear_full(&bmc->journal->entries, entry_free);
    bmc->journal->overflown = false;
    bmc_changed(bmc, BMC_PART_JOURNAL);
}
