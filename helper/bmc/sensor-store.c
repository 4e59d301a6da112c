/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is kept of sensors: settings that differ from those at first,
 * readings that were set, which sensors there have been, and the numbers of
 * user-defined ones.
 */
#include "osdep.h"

#include "bmc/sensor-priv.h"

#include <json-glib/json-glib.h>

#include "bmc/persist-read.h"

#define SECTION "sensors"
#define NUMBERS_SECTION "sensor-numbers"
#define SETTINGS_LEN 14
#define FLAG_EVENTS 0x01
#define FLAG_SCANNING 0x02

static char *settings_to_text(const BmcSensorSettings *settings)
{
    uint8_t buf[SETTINGS_LEN];
    ByteWriter w = byte_writer(buf, sizeof(buf));

    byte_writer_bytes(&w, settings->threshold, sizeof(settings->threshold));
    byte_writer_u8(&w, settings->threshold_mask);
    byte_writer_bytes(&w, settings->hysteresis,
                      sizeof(settings->hysteresis));
    byte_writer_u8(&w, (settings->events ? FLAG_EVENTS : 0) |
                   (settings->scanning ? FLAG_SCANNING : 0));
    byte_writer_le16(&w, settings->assert_events);
    byte_writer_le16(&w, settings->deassert_events);
    return g_base64_encode(buf, w.len);
}

static void settings_from_bytes(const uint8_t buf[SETTINGS_LEN],
                                BmcSensorSettings *settings)
{
    ByteReader r = byte_reader(buf, SETTINGS_LEN);
    uint8_t flags;

    memcpy(settings->threshold,
           byte_reader_take(&r, sizeof(settings->threshold)),
           sizeof(settings->threshold));
    settings->threshold_mask = byte_reader_u8(&r) & BMC_THRESHOLDS_ALL;
    memcpy(settings->hysteresis,
           byte_reader_take(&r, sizeof(settings->hysteresis)),
           sizeof(settings->hysteresis));
    flags = byte_reader_u8(&r);
    settings->events = flags & FLAG_EVENTS;
    settings->scanning = flags & FLAG_SCANNING;
    settings->assert_events = byte_reader_le16(&r);
    settings->deassert_events = byte_reader_le16(&r);
}

static bool settings_equal(const BmcSensorSettings *a,
                           const BmcSensorSettings *b)
{
    g_autofree char *left = settings_to_text(a);
    g_autofree char *right = settings_to_text(b);

    return g_str_equal(left, right);
}

static JsonObject *sensor_to_json(const Sensor *sensor)
{
    JsonObject *object = json_object_new();
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    if (!settings_equal(&sensor->pub.settings, &sensor->defaults)) {
        g_autofree char *text = settings_to_text(&sensor->pub.settings);

        json_object_set_string_member(object, "settings", text);
    }
    if (sensor->has_kept) {
        json_object_set_string_member(
            object, "reading",
            g_ascii_dtostr(number, sizeof(number), sensor->kept));
    }
    if (sensor->kind == SENSOR_USAGE && sensor->present) {
        json_object_set_boolean_member(object, "present", true);
    }
    return object;
}

void sensor_store_save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    const GPtrArray *list = bmc->sensors->list;
    unsigned i;

    for (i = 0; i < list->len; i++) {
        const Sensor *sensor = list->pdata[i];
        JsonObject *object = sensor_to_json(sensor);
        g_autofree char *key = g_strdup_printf("%u", sensor->pub.number);

        if (json_object_get_size(object)) {
            json_object_set_object_member(section, key, object);
        } else {
            json_object_unref(object);
        }
    }
    persist_set(bmc->persist, SECTION, section);
}

static void load_reading(Sensor *sensor, PersistReader *r, const char *text)
{
    double value;
    char *end;

    value = g_ascii_strtod(text, &end);
    if (end == text || *end ||
        !(value >= sensor->pub.min && value <= sensor->pub.max)) {
        persist_read_damaged(r, "reading");
        return;
    }
    sensor->kept = value;
    sensor->has_kept = true;
}

static void load_sensor(Sensor *sensor, PersistReader *r)
{
    uint8_t settings[SETTINGS_LEN];
    const char *text;

    if (persist_read_bytes(r, "settings", settings, sizeof(settings))) {
        settings_from_bytes(settings, &sensor->pub.settings);
        sensor->pub.settings.threshold_mask &= sensor->pub.thresholds;
        sensor->pub.settings.assert_events &= sensor->pub.events;
        sensor->pub.settings.deassert_events &= sensor->pub.deasserts;
    }
    if (sensor->kind == SENSOR_KEPT &&
        persist_read_string(r, "reading", &text)) {
        load_reading(sensor, r, text);
    }
    if (sensor->kind == SENSOR_USAGE) {
        persist_read_bool(r, "present", &sensor->present);
    }
}

void sensor_store_load(Bmc *bmc)
{
    const GPtrArray *list = bmc->sensors->list;
    PersistReader r;
    unsigned i;

    persist_read(&r, bmc->persist, SECTION);
    for (i = 0; i < list->len; i++) {
        Sensor *sensor = list->pdata[i];
        g_autofree char *key = g_strdup_printf("%u", sensor->pub.number);
        PersistReader sub;

        if (persist_read_object(&sub, &r, key)) {
            load_sensor(sensor, &sub);
        }
    }
}

void sensor_store_load_numbers(Bmc *bmc)
{
    PersistReader r;
    bool found = persist_read(&r, bmc->persist, NUMBERS_SECTION);
    GList *names = found ? json_object_get_members(r.object) : NULL;
    bool used[BMC_SENSOR_USER_LAST + 1] = { false };
    GList *link;

    /* In a file that is damaged two names may have the same number. */
    for (link = names; link; link = link->next) {
        int64_t number;

        if (!persist_read_int(&r, link->data, BMC_SENSOR_USER_FIRST,
                              BMC_SENSOR_USER_LAST, &number)) {
            continue;
        }
        if (used[number]) {
            persist_read_damaged(&r, link->data);
        } else {
            used[number] = true;
            g_hash_table_insert(bmc->sensors->numbers, g_strdup(link->data),
                                GUINT_TO_POINTER(number));
        }
    }
    g_list_free(names);
}

void sensor_store_save_numbers(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    GHashTableIter iter;
    void *name;
    void *number;

    g_hash_table_iter_init(&iter, bmc->sensors->numbers);
    while (g_hash_table_iter_next(&iter, &name, &number)) {
        json_object_set_int_member(section, name, GPOINTER_TO_UINT(number));
    }
    persist_set(bmc->persist, NUMBERS_SECTION, section);
}
