/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of the event log. The records are one string in base64 and
 * their texts another, a line each, so that a full log is still a small
 * number of JSON values.
 */
#include "osdep.h"

#include "bmc/sel-priv.h"

#include <json-glib/json-glib.h>

#include "bmc/persist-read.h"
#include "util/log.h"

static bool id_is_free(const BmcSel *sel, uint16_t id)
{
    unsigned i;

    for (i = 0; i < sel->entries->len; i++) {
        const BmcSelEntry *entry = sel->entries->pdata[i];

        if (entry->id == id) {
            return false;
        }
    }
    return id != SEL_ID_FIRST && id != SEL_ID_LAST;
}

/* A file that somebody has edited must not bring what add would refuse. */
static void load_records(BmcSel *sel, PersistReader *r, const char *texts)
{
    g_autofree uint8_t *bytes = NULL;
    g_auto(GStrv) lines = g_strsplit(texts, "\n", BMC_SEL_MAX + 1);
    unsigned n_lines = g_strv_length(lines);
    SelRecord record;
    size_t len;
    size_t i;

    bytes = persist_read_data(r, "records", 0, BMC_SEL_MAX * SEL_RECORD_LEN,
                              &len);
    if (bytes && len % SEL_RECORD_LEN) {
        persist_read_damaged(r, "records");
    }
    for (i = 0; bytes && i < len / SEL_RECORD_LEN; i++) {
        const uint8_t *at = bytes + i * SEL_RECORD_LEN;

        if (sel_parse(at, SEL_RECORD_LEN, &record, NULL) &&
            id_is_free(sel, record.id)) {
            g_autofree char *text =
                log_escape_line(i < n_lines ? lines[i] : "", -1,
                                BMC_SEL_TEXT_MAX);

            sel_store_entry(sel, at, text);
        } else {
            persist_read_damaged(r, "records");
        }
    }
}

void sel_store_entry(BmcSel *sel, const uint8_t bytes[SEL_RECORD_LEN],
                     const char *text)
{
    BmcSelEntry *entry = g_new0(BmcSelEntry, 1);

    entry->id = bytes[0] | bytes[1] << 8;
    memcpy(entry->bytes, bytes, SEL_RECORD_LEN);
    entry->text = g_strdup(text);
    g_ptr_array_add(sel->entries, entry);
}

void sel_store_save(Bmc *bmc)
{
    const BmcSel *sel = bmc->sel;
    JsonObject *section = json_object_new();
    g_autoptr(GByteArray) records = g_byte_array_new();
    g_autoptr(GString) texts = g_string_new(NULL);
    g_autofree char *base64 = NULL;
    unsigned i;

    for (i = 0; i < sel->entries->len; i++) {
        const BmcSelEntry *entry = sel->entries->pdata[i];

        g_byte_array_append(records, entry->bytes, SEL_RECORD_LEN);
        g_string_append_printf(texts, "%s%s", i ? "\n" : "", entry->text);
    }
    base64 = g_base64_encode(records->data, records->len);
    json_object_set_string_member(section, "records", base64);
    json_object_set_string_member(section, "texts", texts->str);
    json_object_set_int_member(section, "next", sel->next_id);
    json_object_set_boolean_member(section, "overflow", sel->overflow);
    json_object_set_int_member(section, "added", sel->added);
    json_object_set_int_member(section, "erased", sel->erased);
    json_object_set_int_member(section, "time-offset", sel->time_offset);
    json_object_set_int_member(section, "utc-offset", sel->utc_offset);
    persist_set(bmc->persist, "sel", section);
}

void sel_store_load(Bmc *bmc)
{
    BmcSel *sel = bmc->sel;
    PersistReader r;
    const char *texts = "";
    int64_t value;

    if (!persist_read(&r, bmc->persist, "sel")) {
        return;
    }
    persist_read_string(&r, "texts", &texts);
    load_records(sel, &r, texts);
    if (persist_read_int(&r, "next", 1, SEL_ID_LAST - 1, &value)) {
        sel->next_id = value;
    }
    persist_read_bool(&r, "overflow", &sel->overflow);
    if (persist_read_int(&r, "added", 0, SEL_TIME_NONE, &value)) {
        sel->added = value;
    }
    if (persist_read_int(&r, "erased", 0, SEL_TIME_NONE, &value)) {
        sel->erased = value;
    }
    if (persist_read_int(&r, "time-offset", -INT64_C(0xffffffff),
                         INT64_C(0xffffffff), &value)) {
        sel->time_offset = value;
    }
    if (persist_read_int(&r, "utc-offset", -BMC_SEL_UTC_OFFSET_MAX,
                         BMC_SEL_UTC_OFFSET_UNSPECIFIED, &value)) {
        if (value <= BMC_SEL_UTC_OFFSET_MAX ||
            value == BMC_SEL_UTC_OFFSET_UNSPECIFIED) {
            sel->utc_offset = value;
        } else {
            persist_read_damaged(&r, "utc-offset");
        }
    }
}
