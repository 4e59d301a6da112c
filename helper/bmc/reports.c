/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports of sensors' readings. */
#include "osdep.h"

#include "bmc/reports.h"

#include <math.h>

#include "bmc/bmc-priv.h"
#include "bmc/persist-read.h"
#include "bmc/sensors.h"
#include "util/error.h"
#include "util/log.h"

#define SECTION "reports"

/*
 * Entry: a definition and what makes it.
 *
 * @report: first, so that it can be cast
 * @timer: running while it is periodic and enabled
 * @cancellable: for the sensors that are being read
 * @pending: those that have not answered
 * @fresh: of BmcReportValue: what is being read
 */
typedef struct Entry {
    BmcReport report;
    Bmc *bmc;
    ClockTimer *timer;
    GCancellable *cancellable;
    unsigned pending;
    GArray *fresh;
} Entry;

/*
 * BmcReports: all of them.
 *
 * @list: of Entry, the oldest first
 */
struct BmcReports {
    GQueue list;
    NotifierList notifiers;
};

/* @at: index of its value in Entry.fresh */
typedef struct Wait {
    Entry *entry;
    unsigned at;
} Wait;

void bmc_report_clear(BmcReport *report)
{
    g_clear_pointer(&report->id, g_free);
    g_clear_pointer(&report->name, g_free);
    g_clear_pointer(&report->user, g_free);
    g_clear_pointer(&report->interval, g_free);
    g_clear_pointer(&report->sensors, g_byte_array_unref);
    g_clear_pointer(&report->values, g_array_unref);
}

static void stop_reading(Entry *entry)
{
    if (entry->cancellable) {
        g_cancellable_cancel(entry->cancellable);
        g_clear_object(&entry->cancellable);
    }
    g_clear_pointer(&entry->fresh, g_array_unref);
    entry->pending = 0;
}

static void entry_free(void *opaque)
{
    Entry *entry = opaque;

    stop_reading(entry);
    clock_timer_stop(&entry->timer);
    bmc_report_clear(&entry->report);
    g_free(entry);
}

bool bmc_report_interval(const char *text, unsigned *seconds)
{
    static const struct {
        char unit;
        bool time; /* it stands behind the T */
        unsigned seconds;
    } units[] = {
        { 'D', false, 86400 }, { 'H', true, 3600 }, { 'M', true, 60 },
        { 'S', true, 1 },
    };
    uint64_t sum = 0;
    bool time = false;
    unsigned next = 0;

    if (*text++ != 'P') {
        return false;
    }
    while (*text) {
        uint64_t number = 0;
        unsigned digits, i;

        if (*text == 'T' && !time) {
            time = true;
            text++;
            if (!*text) {
                return false;
            }
        }
        for (digits = 0; g_ascii_isdigit(*text) && digits < 7; digits++) {
            number = number * 10 + (*text++ - '0');
        }
        for (i = next; i < G_N_ELEMENTS(units); i++) {
            if (units[i].unit == *text && units[i].time == time) {
                break;
            }
        }
        if (!digits || i == G_N_ELEMENTS(units)) {
            return false;
        }
        sum += number * units[i].seconds;
        next = i + 1;
        text++;
    }
    *seconds = sum;
    return sum >= 1 && sum <= BMC_REPORT_INTERVAL_MAX;
}

bool bmc_report_has(const BmcReport *report, uint8_t sensor)
{
    const GByteArray *list = report->sensors;

    return !list || !list->len || memchr(list->data, sensor, list->len);
}

static JsonObject *to_json(const BmcReport *report)
{
    JsonObject *object = json_object_new();
    JsonArray *sensors = json_array_new();
    unsigned i;

    json_object_set_string_member(object, "id", report->id);
    json_object_set_string_member(object, "name", report->name);
    if (report->user) {
        json_object_set_string_member(object, "user", report->user);
    }
    json_object_set_boolean_member(object, "periodic", report->periodic);
    json_object_set_boolean_member(object, "enabled", report->enabled);
    json_object_set_boolean_member(object, "log", report->log);
    json_object_set_boolean_member(object, "event", report->event);
    if (report->interval) {
        json_object_set_string_member(object, "interval", report->interval);
    }
    json_object_set_int_member(object, "updates", report->updates);
    json_object_set_int_member(object, "limit", report->limit);
    for (i = 0; report->sensors && i < report->sensors->len; i++) {
        json_array_add_int_element(sensors, report->sensors->data[i]);
    }
    json_object_set_array_member(object, "sensors", sensors);
    return object;
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    JsonArray *array = json_array_new();
    const GList *l;

    for (l = bmc->reports->list.head; l; l = l->next) {
        json_array_add_object_element(array, to_json(l->data));
    }
    json_object_set_array_member(section, "list", array);
    persist_set(bmc->persist, SECTION, section);
    bmc_changed(bmc, BMC_PART_REPORTS);
}

static unsigned most_values(const BmcReport *report)
{
    return report->updates == BMC_REPORT_OVERWRITE ? BMC_REPORT_SENSORS_MAX
                                                   : report->limit;
}

static void keep_values(BmcReport *report, const GArray *fresh)
{
    unsigned most = most_values(report);
    unsigned room;

    if (!report->log || report->updates == BMC_REPORT_OVERWRITE) {
        g_array_set_size(report->values, 0);
    }
    room = most - MIN(most, report->values->len);
    if (report->updates == BMC_REPORT_WRAP && room < fresh->len) {
        g_array_remove_range(report->values, 0,
                             MIN(fresh->len - room, report->values->len));
        room = most - report->values->len;
    }
    g_array_append_vals(report->values, fresh->data, MIN(room, fresh->len));
}

static void drop(Entry *entry)
{
    Bmc *bmc = entry->bmc;

    if (--entry->pending) {
        return;
    }
    entry->report.when = g_get_real_time();
    entry->report.sequence++;
    keep_values(&entry->report, entry->fresh);
    stop_reading(entry);
    notifier_list_notify(&bmc->reports->notifiers, &entry->report);
}

static void was_read(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autofree Wait *wait = opaque;
    g_autoptr(GError) err = NULL;
    BmcSensorReading reading = { 0 };
    BmcReportValue *value;

    if (!bmc_sensor_read_finish(res, &reading, &err) &&
        bmc_error_is_cancelled(err)) {
        return;
    }
    value = &g_array_index(wait->entry->fresh, BmcReportValue, wait->at);
    value->available = !err && reading.available && isfinite(reading.value);
    value->value = reading.value;
    value->when = g_get_real_time();
    drop(wait->entry);
}

static void start_timer(Entry *entry);

static void make(void *opaque)
{
    Entry *entry = opaque;
    const BmcSensor *sensor;
    unsigned i;

    start_timer(entry);
    if (entry->pending) {
        return; /* the sensors are slower than the interval is long */
    }
    entry->cancellable = g_cancellable_new();
    entry->fresh = g_array_new(false, true, sizeof(BmcReportValue));
    for (i = 0; (sensor = bmc_sensor_nth(entry->bmc, i)); i++) {
        BmcReportValue value = { .sensor = sensor->number };

        if (!sensor->event_only && bmc_sensor_is_analog(sensor) &&
            bmc_report_has(&entry->report, sensor->number)) {
            g_array_append_val(entry->fresh, value);
        }
    }
    entry->pending = entry->fresh->len + 1;
    for (i = 0; i < entry->fresh->len; i++) {
        Wait *wait = g_new0(Wait, 1);

        wait->entry = entry;
        wait->at = i;
        bmc_sensor_read_async(entry->bmc,
                              g_array_index(entry->fresh, BmcReportValue,
                                            i).sensor,
                              entry->cancellable, was_read, wait);
    }
    drop(entry);
}

static void start_timer(Entry *entry)
{
    const BmcReport *report = &entry->report;

    if (report->periodic && report->enabled) {
        clock_timer_start(entry->bmc->clock, &entry->timer,
                          report->interval_s * INT64_C(1000), make, entry);
    } else {
        clock_timer_stop(&entry->timer);
    }
}

static Entry *find(const Bmc *bmc, const char *id)
{
    const GList *l;

    for (l = bmc->reports->list.head; l; l = l->next) {
        Entry *entry = l->data;

        if (g_str_equal(entry->report.id, id)) {
            return entry;
        }
    }
    return NULL;
}

static void add(Bmc *bmc, BmcReport *from)
{
    Entry *entry = g_new0(Entry, 1);

    entry->report = *from;
    entry->bmc = bmc;
    entry->report.values = g_array_new(false, true, sizeof(BmcReportValue));
    memset(from, 0, sizeof(*from));
    g_queue_push_tail(&bmc->reports->list, entry);
    start_timer(entry);
}

static bool id_is_fit(const char *id)
{
    return *id && strlen(id) <= BMC_REPORT_ID_MAX &&
           !id[strspn(id, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_")];
}

static void load_sensors(PersistReader *r, BmcReport *report)
{
    JsonArray *array;
    unsigned i;

    report->sensors = g_byte_array_new();
    if (!persist_read_array(r, "sensors", BMC_REPORT_SENSORS_MAX, &array)) {
        return;
    }
    for (i = 0; i < json_array_get_length(array); i++) {
        JsonNode *node = json_array_get_element(array, i);
        int64_t number = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_int(node)
                                                     : -1;
        uint8_t byte = number;

        if (number != byte) {
            persist_read_damaged(r, "sensors");
            return;
        }
        g_byte_array_append(report->sensors, &byte, 1);
    }
}

static void load_one(Bmc *bmc, PersistReader *r)
{
    g_auto(BmcReport) report = { 0 };
    int64_t updates, limit;
    const char *text;

    if (!persist_read_string(r, "id", &text) || !id_is_fit(text) ||
        !persist_read_bool(r, "periodic", &report.periodic) ||
        !persist_read_bool(r, "enabled", &report.enabled) ||
        !persist_read_bool(r, "log", &report.log) ||
        !persist_read_bool(r, "event", &report.event) ||
        !persist_read_int(r, "updates", 0, BMC_REPORT_UPDATES__MAX - 1,
                          &updates) ||
        !persist_read_int(r, "limit", 0, BMC_REPORT_APPEND_MAX, &limit)) {
        return;
    }
    report.id = g_strdup(text);
    report.updates = updates;
    report.limit = limit;
    report.name = g_strdup(persist_read_string(r, "name", &text) ? text
                                                                 : report.id);
    if (persist_read_string(r, "user", &text)) {
        report.user = g_strdup(text);
    }
    if (persist_read_string(r, "interval", &text)) {
        report.interval = g_strdup(text);
    }
    if (report.periodic && (!report.interval ||
        !bmc_report_interval(report.interval, &report.interval_s))) {
        persist_read_damaged(r, "interval");
    }
    load_sensors(r, &report);
    if (!r->damaged && !find(bmc, report.id)) {
        add(bmc, &report);
    }
}

void bmc_reports_new(Bmc *bmc)
{
    PersistReader r, sub;
    JsonArray *array;
    unsigned i;

    bmc->reports = g_new0(BmcReports, 1);
    g_queue_init(&bmc->reports->list);
    persist_read(&r, bmc->persist, SECTION);
    if (!persist_read_array(&r, "list", BMC_REPORTS_MAX, &array)) {
        return;
    }
    for (i = 0; i < json_array_get_length(array); i++) {
        if (persist_read_element(&sub, &r, "list", array, i)) {
            load_one(bmc, &sub);
        }
    }
}

void bmc_reports_free(Bmc *bmc)
{
    if (!bmc->reports) {
        return;
    }
    while (bmc->reports->notifiers.first) {
        notifier_remove(bmc->reports->notifiers.first);
    }
    g_queue_clear_full(&bmc->reports->list, entry_free);
    g_clear_pointer(&bmc->reports, g_free);
}

bool bmc_report_add(Bmc *bmc, BmcReport *from, const BmcOrigin *origin,
                    GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);

    if (bmc->reports->list.length >= BMC_REPORTS_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_LIMIT,
                    "there are %u definitions of reports already",
                    BMC_REPORTS_MAX);
        return false;
    }
    if (find(bmc, from->id)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_EXISTS,
                    "there is a definition of that id");
        return false;
    }
    g_assert(id_is_fit(from->id));
    g_message("reports: definition %s made by %s", from->id, who);
    add(bmc, from);
    save(bmc);
    return true;
}

BmcReport *bmc_report_edit(Bmc *bmc, const char *id)
{
    Entry *entry = find(bmc, id);

    return entry ? &entry->report : NULL;
}

void bmc_report_edited(Bmc *bmc, const char *id)
{
    Entry *entry = find(bmc, id);

    stop_reading(entry);
    g_array_set_size(entry->report.values, 0);
    start_timer(entry);
    save(bmc);
}

void bmc_report_remove(Bmc *bmc, const char *id)
{
    Entry *entry = find(bmc, id);

    if (entry) {
        g_message("reports: definition %s removed", id);
        g_queue_remove(&bmc->reports->list, entry);
        entry_free(entry);
        save(bmc);
    }
}

const BmcReport *bmc_report_find(const Bmc *bmc, const char *id)
{
    const Entry *entry = find(bmc, id);

    return entry ? &entry->report : NULL;
}

const BmcReport *bmc_report_nth(const Bmc *bmc, unsigned n)
{
    const Entry *entry = g_queue_peek_nth(&bmc->reports->list, n);

    return entry ? &entry->report : NULL;
}

NotifierList *bmc_report_notifiers(Bmc *bmc)
{
    return &bmc->reports->notifiers;
}
