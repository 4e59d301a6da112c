/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The BMC's own log: what has changed of the machine and of the BMC, where
 * the System Event Log has what IPMI has an event for. The oldest entries
 * make room for new ones; nothing of it survives the process.
 */
#ifndef QEMU_BMC_BMC_JOURNAL_H
#define QEMU_BMC_BMC_JOURNAL_H

#include "bmc/bmc.h"
#include "bmc/power.h"

#define BMC_JOURNAL_MAX 200
/* The same again within so many milliseconds is not logged again. */
#define BMC_JOURNAL_QUIET_MS 10000

/**
 * BmcJournalEntry: an entry.
 *
 * @id: its number, 1 and up
 * @when: microseconds since 1970, by the host's clock
 * @part: what has changed
 * @state: %BMC_PART_POWER: the state that it has changed to
 * @text: (nullable): what has happened, for people
 */
typedef struct BmcJournalEntry {
    unsigned id;
    int64_t when;
    BmcPart part;
    BmcPowerState state;
    char *text;
} BmcJournalEntry;

/**
 * bmc_journal_nth: the entries in order, the oldest first.
 *
 * @bmc: the hub
 * @n: position from 0
 *
 * Returns: (transfer none) (nullable): the entry, until the journal changes
 */
const BmcJournalEntry *bmc_journal_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_journal_find: look an entry up.
 *
 * @bmc: the hub
 * @id: its number
 *
 * Returns: (transfer none) (nullable): the entry, until the journal changes
 */
const BmcJournalEntry *bmc_journal_find(const Bmc *bmc, unsigned id);

/**
 * bmc_journal_overflown: whether entries have made room for others since it
 * was cleared.
 *
 * @bmc: the hub
 *
 * Returns: true if so
 */
bool bmc_journal_overflown(const Bmc *bmc);

/**
 * bmc_journal_note: log what has happened, in words. For helper/bmc/ only.
 *
 * @bmc: the hub
 * @part: what it is about
 * @text: one line; copied
 */
void bmc_journal_note(Bmc *bmc, BmcPart part, const char *text);

/**
 * bmc_journal_clear: drop all entries; numbers go on.
 *
 * @bmc: the hub
 * @origin: who asks
 */
void bmc_journal_clear(Bmc *bmc, const BmcOrigin *origin);

#endif /* QEMU_BMC_BMC_JOURNAL_H */
