/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of the event log. The records are one string in base64 and
 * their texts another, a line each, so that a full log is still a small
 * number of JSON values.
 */
#include "osdep.h"

#include "bmc/sel-priv.h"

#include <json-glib/json-glib.h>

#include "util/json.h"
#include "util/log.h"

static bool get_bounded(JsonObject *object, const char *name, int64_t low,
                        int64_t high, int64_t *value)
{
    return json_get_int(object, name, value) == JSON_GET_OK &&
           *value >= low && *value <= high;
}

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
static void load_records(BmcSel *sel, const char *records, const char *texts)
{
    g_autofree uint8_t *bytes = NULL;
    g_auto(GStrv) lines = g_strsplit(texts, "\n", BMC_SEL_MAX + 1);
    unsigned n_lines = g_strv_length(lines);
    SelRecord record;
    size_t len;
    size_t i;

    bytes = g_base64_decode(records, &len);
    for (i = 0; i < len / SEL_RECORD_LEN && i < BMC_SEL_MAX; i++) {
        const uint8_t *at = bytes + i * SEL_RECORD_LEN;

        if (sel_parse(at, SEL_RECORD_LEN, &record, NULL) &&
            id_is_free(sel, record.id)) {
            g_autofree char *text =
                log_escape_line(i < n_lines ? lines[i] : "", -1,
                                BMC_SEL_TEXT_MAX);

            sel_store_entry(sel, at, text);
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
    JsonObject *section = persist_get(bmc->persist, "sel");
    const char *records;
    const char *texts = "";
    int64_t value;

    if (!section) {
        return;
    }
    json_get_string(section, "texts", &texts);
    if (json_get_string(section, "records", &records) == JSON_GET_OK) {
        load_records(sel, records, texts);
    }
    if (get_bounded(section, "next", 1, SEL_ID_LAST - 1, &value)) {
        sel->next_id = value;
    }
    json_get_bool(section, "overflow", &sel->overflow);
    if (get_bounded(section, "added", 0, SEL_TIME_NONE, &value)) {
        sel->added = value;
    }
    if (get_bounded(section, "erased", 0, SEL_TIME_NONE, &value)) {
        sel->erased = value;
    }
    if (get_bounded(section, "time-offset", -INT64_C(0xffffffff),
                    INT64_C(0xffffffff), &value)) {
        sel->time_offset = value;
    }
    if (get_bounded(section, "utc-offset", -BMC_SEL_UTC_OFFSET_MAX,
                    BMC_SEL_UTC_OFFSET_UNSPECIFIED, &value) &&
        (value <= BMC_SEL_UTC_OFFSET_MAX ||
         value == BMC_SEL_UTC_OFFSET_UNSPECIFIED)) {
        sel->utc_offset = value;
    }
}
