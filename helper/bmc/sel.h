/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The System Event Log (IPMI 2.0 chapter 31): a bounded list of records with
 * a line of text each for people, its reservation and its clock. Everything
 * but the reservation survives the process.
 */
#ifndef QEMU_BMC_BMC_SEL_H
#define QEMU_BMC_BMC_SEL_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "bmc/bmc.h"
#include "codec/sel.h"

/* Most records; the last place is kept for the event that says "full". */
#define BMC_SEL_MAX 1000
/* From so many on it is almost full. */
#define BMC_SEL_ALMOST_FULL (BMC_SEL_MAX * 9 / 10)

/* Most bytes of a record's text. */
#define BMC_SEL_TEXT_MAX 160

/* Minutes by which the SEL's clock is ahead of UTC. */
#define BMC_SEL_UTC_OFFSET_MAX 1440
#define BMC_SEL_UTC_OFFSET_UNSPECIFIED 0x07ff

/**
 * BmcSelEntry: a record.
 *
 * @id: record id, 0001h to FFFEh
 * @bytes: the record as it is on the wire
 * @text: what it says, for people; empty if nobody has said
 */
typedef struct BmcSelEntry {
    uint16_t id;
    uint8_t bytes[SEL_RECORD_LEN];
    char *text;
} BmcSelEntry;

/**
 * BmcSelInfo: the state of the log (section 31.2).
 *
 * @count: records in it
 * @overflow: events were lost because it was full
 * @added: SEL time of the latest record, or %SEL_TIME_NONE
 * @erased: SEL time of the latest deletion, or %SEL_TIME_NONE
 */
typedef struct BmcSelInfo {
    unsigned count;
    bool overflow;
    uint32_t added;
    uint32_t erased;
} BmcSelInfo;

/**
 * bmc_sel_info: the state of the log.
 *
 * @bmc: the hub
 *
 * Returns: the state
 */
BmcSelInfo bmc_sel_info(const Bmc *bmc);

/**
 * bmc_sel_nth: the records in order, the oldest first.
 *
 * @bmc: the hub
 * @n: position from 0
 *
 * Returns: (transfer none): the record, or NULL past the end; valid until
 * the log changes
 */
const BmcSelEntry *bmc_sel_nth(const Bmc *bmc, unsigned n);

/**
 * bmc_sel_find: look a record up.
 *
 * @bmc: the hub
 * @id: record id; %SEL_ID_FIRST and %SEL_ID_LAST name the oldest and the
 *      newest
 * @next: (out) (optional): id of the record after it, or %SEL_ID_LAST
 *
 * Returns: (transfer none): the record, or NULL if there is none
 */
const BmcSelEntry *bmc_sel_find(const Bmc *bmc, uint16_t id, uint16_t *next);

/**
 * bmc_sel_add: append a record. Cancels the reservation.
 *
 * @bmc: the hub
 * @record: the record; its id and, if it has one, its time are replaced
 * @text: (nullable): what it says, for people; made fit for one line
 *
 * Returns: its id, or 0 if the log is full, which sets the overflow flag
 */
uint16_t bmc_sel_add(Bmc *bmc, const SelRecord *record, const char *text);

/**
 * bmc_sel_next_id: the id that the next record will have.
 *
 * @bmc: the hub
 *
 * Returns: record id
 */
uint16_t bmc_sel_next_id(const Bmc *bmc);

/**
 * bmc_sel_delete: delete a record. The others keep their ids, so the
 * reservation holds (section 31.4.2), which clients rely on that delete
 * several records.
 *
 * @bmc: the hub
 * @id: as in bmc_sel_find()
 *
 * Returns: the deleted record's id, or 0 if there is none
 */
uint16_t bmc_sel_delete(Bmc *bmc, uint16_t id);

/**
 * bmc_sel_clear: delete all records, and log that. Cancels the reservation.
 *
 * @bmc: the hub
 * @origin: who asks
 */
void bmc_sel_clear(Bmc *bmc, const BmcOrigin *origin);

/**
 * bmc_sel_reserve: make a reservation in place of the present one (section
 * 31.4).
 *
 * @bmc: the hub
 *
 * Returns: its id, never 0
 */
uint16_t bmc_sel_reserve(Bmc *bmc);

/**
 * bmc_sel_unreserve: cancel the reservation, if there is one.
 *
 * @bmc: the hub
 */
void bmc_sel_unreserve(Bmc *bmc);

/**
 * bmc_sel_reserved: whether a reservation still holds.
 *
 * @bmc: the hub
 * @id: its id
 *
 * Returns: true if so
 */
bool bmc_sel_reserved(const Bmc *bmc, uint16_t id);

/**
 * bmc_sel_time: the SEL's clock: the host's, plus what Set SEL Time has made
 * of it.
 *
 * @bmc: the hub
 *
 * Returns: seconds since 1970
 */
uint32_t bmc_sel_time(const Bmc *bmc);

/**
 * bmc_sel_set_time: set the SEL's clock. Records that are there keep their
 * times.
 *
 * @bmc: the hub
 * @seconds: seconds since 1970
 * @origin: who asks
 */
void bmc_sel_set_time(Bmc *bmc, uint32_t seconds, const BmcOrigin *origin);

/**
 * bmc_sel_utc_offset: what somebody has said about the SEL's clock; the BMC
 * does not use it.
 *
 * @bmc: the hub
 *
 * Returns: minutes ahead of UTC, or %BMC_SEL_UTC_OFFSET_UNSPECIFIED
 */
int bmc_sel_utc_offset(const Bmc *bmc);

/**
 * bmc_sel_set_utc_offset: say by how much the SEL's clock is ahead of UTC.
 *
 * @bmc: the hub
 * @minutes: at most %BMC_SEL_UTC_OFFSET_MAX either way, or
 *           %BMC_SEL_UTC_OFFSET_UNSPECIFIED
 *
 * Returns: false if it is neither
 */
bool bmc_sel_set_utc_offset(Bmc *bmc, int minutes);

#endif /* QEMU_BMC_BMC_SEL_H */
