/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The event log from the inside; for helper/bmc/sel*.c only. */
#ifndef QEMU_BMC_BMC_SEL_PRIV_H
#define QEMU_BMC_BMC_SEL_PRIV_H

#include "bmc/bmc-priv.h"
#include "bmc/sel.h"

/**
 * BmcSel: the event log.
 *
 * @entries: BmcSelEntry, the oldest first
 * @next_id: id for the next record, if it is free
 * @overflow: as in BmcSelInfo
 * @added: as in BmcSelInfo
 * @erased: as in BmcSelInfo
 * @time_offset: SEL time less host time, in seconds
 * @utc_offset: bmc_sel_utc_offset()
 * @reservation: id of the latest reservation
 * @reserved: whether it holds
 * @filling: the log itself is adding what it has to say about its state
 */
struct BmcSel {
    GPtrArray *entries;
    uint16_t next_id;
    bool overflow;
    uint32_t added;
    uint32_t erased;
    int64_t time_offset;
    int utc_offset;
    uint16_t reservation;
    bool reserved;
    bool filling;
};

/**
 * sel_store_entry: append a record as it is.
 *
 * @sel: the event log
 * @bytes: the record
 * @text: its text, fit for one line
 */
void sel_store_entry(BmcSel *sel, const uint8_t bytes[SEL_RECORD_LEN],
                     const char *text);

/**
 * sel_store_save: hand the present state to persist.
 *
 * @bmc: the hub
 */
void sel_store_save(Bmc *bmc);

/**
 * sel_store_load: read the state of an earlier helper.
 *
 * @bmc: the hub
 */
void sel_store_load(Bmc *bmc);

#endif /* QEMU_BMC_BMC_SEL_PRIV_H */
