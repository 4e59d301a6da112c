/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The System Event Log. */
#include "osdep.h"

#include "bmc/sel.h"

#include "bmc/event-source.h"
#include "bmc/sel-priv.h"
#include "util/log.h"

/* Event Logging Disabled (type 10h); byte 3 is a percentage. */
#define EVENT_CLEARED 0x02
#define EVENT_FULL 0x04
#define EVENT_ALMOST_FULL 0x05
#define EVENT_HAS_BYTE3 0x30

static void entry_free(void *opaque)
{
    BmcSelEntry *entry = opaque;

    g_free(entry->text);
    g_free(entry);
}

static void changed(Bmc *bmc)
{
    sel_store_save(bmc);
    bmc_changed(bmc, BMC_PART_EVENTS);
}

/* Position of a record, or -1. */
static int find_index(const BmcSel *sel, uint16_t id)
{
    int n = sel->entries->len;
    int i;

    if (id == SEL_ID_FIRST || id == SEL_ID_LAST) {
        return !n ? -1 : id == SEL_ID_FIRST ? 0 : n - 1;
    }
    for (i = 0; i < n; i++) {
        if (((const BmcSelEntry *)sel->entries->pdata[i])->id == id) {
            return i;
        }
    }
    return -1;
}

static uint16_t id_after(uint16_t id)
{
    return id >= SEL_ID_LAST - 1 ? 1 : id + 1;
}

static void log_state(Bmc *bmc, uint8_t data1, uint8_t data3,
                      const char *text)
{
    BmcEvent event = {
        .sensor = BMC_SENSOR_EVENT_LOG,
        .sensor_type = BMC_SENSOR_TYPE_EVENT_LOG,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .data = { data1, 0xff, data3 },
    };

    bmc_event_audit(bmc, text);
    bmc->sel->filling = true;
    event_source_add(bmc, &event, text);
    bmc->sel->filling = false;
}

static void check_space(Bmc *bmc)
{
    unsigned count = bmc->sel->entries->len;

    if (bmc->sel->filling) {
        return;
    }
    if (count == BMC_SEL_ALMOST_FULL) {
        log_state(bmc, EVENT_ALMOST_FULL | EVENT_HAS_BYTE3,
                  count * 100 / BMC_SEL_MAX,
                  "The event log is almost full");
    } else if (count == BMC_SEL_MAX - 1) {
        log_state(bmc, EVENT_FULL, 0xff,
                  "The event log is full: further events are lost");
    }
}

void bmc_sel_new(Bmc *bmc)
{
    BmcSel *sel = g_new0(BmcSel, 1);

    bmc->sel = sel;
    sel->entries = g_ptr_array_new_with_free_func(entry_free);
    sel->next_id = 1;
    sel->added = SEL_TIME_NONE;
    sel->erased = SEL_TIME_NONE;
    sel->reservation = g_random_int_range(1, SEL_ID_LAST);
    sel_store_load(bmc);
}

void bmc_sel_free(Bmc *bmc)
{
    if (bmc->sel) {
        g_ptr_array_unref(bmc->sel->entries);
        g_clear_pointer(&bmc->sel, g_free);
    }
}

BmcSelInfo bmc_sel_info(const Bmc *bmc)
{
    return (BmcSelInfo) {
        .count = bmc->sel->entries->len,
        .overflow = bmc->sel->overflow,
        .added = bmc->sel->added,
        .erased = bmc->sel->erased,
    };
}

const BmcSelEntry *bmc_sel_nth(const Bmc *bmc, unsigned n)
{
    const GPtrArray *entries = bmc->sel->entries;

    return n < entries->len ? entries->pdata[n] : NULL;
}

const BmcSelEntry *bmc_sel_find(const Bmc *bmc, uint16_t id, uint16_t *next)
{
    int at = find_index(bmc->sel, id);
    const BmcSelEntry *after;

    if (at < 0) {
        return NULL;
    }
    after = bmc_sel_nth(bmc, at + 1);
    if (next) {
        *next = after ? after->id : SEL_ID_LAST;
    }
    return bmc_sel_nth(bmc, at);
}

uint16_t bmc_sel_add(Bmc *bmc, const SelRecord *record, const char *text)
{
    BmcSel *sel = bmc->sel;
    SelRecord stamped = *record;
    uint8_t bytes[SEL_RECORD_LEN];
    g_autofree char *line = NULL;

    if (sel->entries->len >= BMC_SEL_MAX) {
        if (!sel->overflow) {
            sel->overflow = true;
            bmc_event_audit(bmc, "events are lost until it is cleared");
            sel_store_save(bmc);
            bmc_changed(bmc, BMC_PART_EVENTS);
        }
        return 0;
    }
    line = log_escape_line(text ? text : "", -1, BMC_SEL_TEXT_MAX);
    stamped.id = bmc_sel_next_id(bmc);
    sel->next_id = id_after(stamped.id);
    stamped.timestamp = bmc_sel_time(bmc);
    sel->added = stamped.timestamp;
    sel_build(&stamped, bytes);
    sel_store_entry(sel, bytes, line);
    sel->reserved = false;
    changed(bmc);
    check_space(bmc);
    return stamped.id;
}

/* There are far more ids than records. */
uint16_t bmc_sel_next_id(const Bmc *bmc)
{
    uint16_t id = bmc->sel->next_id;

    while (find_index(bmc->sel, id) >= 0) {
        id = id_after(id);
    }
    return id;
}

uint16_t bmc_sel_delete(Bmc *bmc, uint16_t id)
{
    BmcSel *sel = bmc->sel;
    int at = find_index(sel, id);

    if (at < 0) {
        return 0;
    }
    id = bmc_sel_nth(bmc, at)->id;
    g_ptr_array_remove_index(sel->entries, at);
    sel->erased = bmc_sel_time(bmc);
    changed(bmc);
    return id;
}

void bmc_sel_clear(Bmc *bmc, const BmcOrigin *origin)
{
    BmcSel *sel = bmc->sel;
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *text = g_strdup_printf("The event log was cleared by %s",
                                            who);

    g_ptr_array_set_size(sel->entries, 0);
    sel->next_id = 1;
    sel->overflow = false;
    sel->reserved = false;
    sel->erased = bmc_sel_time(bmc);
    changed(bmc);
    log_state(bmc, EVENT_CLEARED, 0xff, text);
}

uint16_t bmc_sel_reserve(Bmc *bmc)
{
    BmcSel *sel = bmc->sel;

    sel->reservation = id_after(sel->reservation);
    sel->reserved = true;
    return sel->reservation;
}

void bmc_sel_unreserve(Bmc *bmc)
{
    bmc->sel->reserved = false;
}

bool bmc_sel_reserved(const Bmc *bmc, uint16_t id)
{
    return bmc->sel->reserved && id == bmc->sel->reservation;
}

uint32_t bmc_sel_time(const Bmc *bmc)
{
    int64_t now = g_get_real_time() / G_USEC_PER_SEC + bmc->sel->time_offset;

    return CLAMP(now, 0, (int64_t)SEL_TIME_NONE - 1);
}

void bmc_sel_set_time(Bmc *bmc, uint32_t seconds, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    g_autofree char *text = NULL;
    int64_t host = g_get_real_time() / G_USEC_PER_SEC;

    bmc->sel->time_offset = seconds - host;
    text = g_strdup_printf("clock set by %s, now %" G_GINT64_FORMAT " s from "
                           "the host's", who, bmc->sel->time_offset);
    bmc_event_audit(bmc, text);
    sel_store_save(bmc);
    bmc_changed(bmc, BMC_PART_EVENTS);
}

int bmc_sel_utc_offset(const Bmc *bmc)
{
    return bmc->sel->utc_offset;
}

bool bmc_sel_set_utc_offset(Bmc *bmc, int minutes)
{
    if (minutes != BMC_SEL_UTC_OFFSET_UNSPECIFIED &&
        ABS(minutes) > BMC_SEL_UTC_OFFSET_MAX) {
        return false;
    }
    bmc->sel->utc_offset = minutes;
    sel_store_save(bmc);
    bmc_changed(bmc, BMC_PART_EVENTS);
    return true;
}
