/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hub tells, as events: what has a message of its own here, all
 * other changes of resources in rf-event-watch.c.
 */
#include "osdep.h"

#include "redfish/rf-events-priv.h"

#include "bmc/certificate.h"
#include "bmc/events.h"
#include "bmc/flash.h"
#include "bmc/secure-boot.h"
#include "bmc/sel.h"
#include "bmc/sensors.h"
#include "bmc/subscriptions.h"
#include "redfish/rf-event-messages.h"
#include "redfish/rf-event-watch.h"
#include "redfish/rf-metric-reports.h"
#include "redfish/rf-service.h"
#include "redfish/rf-tasks.h"

#define SYSTEM "/redfish/v1/Systems/1"
#define SECURE_BOOT SYSTEM "/SecureBoot"
#define SECURE_BOOT_NEVER_KNOWN (-2)
#define CERTIFICATE RF_HTTPS_CERTIFICATES_URI "/1"
#define SENSORS "/redfish/v1/Chassis/1/Sensors"
#define SEL SYSTEM "/LogServices/SEL"
#define SEL_ENTRIES SEL "/Entries"
#define MANAGER "/redfish/v1/Managers/1"
#define SUBSCRIPTIONS RF_EVENT_SERVICE "/Subscriptions"

/*
 * RfEventSource: what was there.
 *
 * @watch: finds out what has changed of the resources
 * @power: the state of the machine that was told last
 * @subscriptions: numbers of those that are no streams, used as a set
 * @sel_count: records in the event log
 * @secure_boot: 1: is in force, 0: is not, -1: is not known, or
 *               %SECURE_BOOT_NEVER_KNOWN
 */
struct RfEventSource {
    RfEvents *events;
    Bmc *bmc;
    RfEventWatch *watch;
    BmcPowerState power;
    GHashTable *subscriptions;
    unsigned sel_count;
    int secure_boot;
    Notifier change;
    Notifier event;
    Notifier task;
    Notifier report;
    Notifier flash;
};

/* Threshold events by offset (table 42-2): what becomes of a reading. */
static const struct {
    bool known;
    bool error;
} threshold_events[] = {
    [0] = { true, false },
    [2] = { true, true },
    [4] = { true, true },
    [7] = { true, false },
    [9] = { true, true },
    [11] = { true, true },
};

static void emit_logged(RfEventSource *source, RfEventKind kind,
                        const char *type, const char *origin,
                        const char *entry, JsonObject *message)
{
    RfEvent event = {
        .message = message,
        .kind = kind,
        .type = type,
        .origin = origin,
        .log_entry = entry,
    };

    rf_events_emit(source->events, &event);
}

static void emit(RfEventSource *source, RfEventKind kind, const char *type,
                 const char *origin, JsonObject *message)
{
    emit_logged(source, kind, type, origin, NULL, message);
}

static void tell(RfResourceEvent what, const char *type, const char *uri,
                 void *opaque)
{
    RfEventKind kind = what == RF_RESOURCE_CREATED ? RF_EVENT_RESOURCE_ADDED :
                       what == RF_RESOURCE_REMOVED ? RF_EVENT_RESOURCE_REMOVED :
                       RF_EVENT_RESOURCE_UPDATED;

    emit(opaque, kind, type, uri, rf_resource_event(what, NULL, NULL));
}

static void power_changed(RfEventSource *source)
{
    static const RfResourceEvent messages[] = {
        [BMC_POWER_STATE_ON] = RF_RESOURCE_POWERED_ON,
        [BMC_POWER_STATE_OFF] = RF_RESOURCE_POWERED_OFF,
        [BMC_POWER_STATE_PAUSED] = RF_RESOURCE_PAUSED,
        [BMC_POWER_STATE_POWERING_ON] = RF_RESOURCE_POWERING_ON,
        [BMC_POWER_STATE_POWERING_OFF] = RF_RESOURCE_POWERING_OFF,
    };
    BmcPowerState state = bmc_power_state(source->bmc);

    if (state == source->power) {
        return;
    }
    source->power = state;
    /* This says more than that something has changed. */
    rf_event_watch_note(source->watch, SYSTEM);
    if (state == BMC_POWER_STATE_UNKNOWN) {
        emit(source, RF_EVENT_STATUS_CHANGE, "ComputerSystem", SYSTEM,
             rf_resource_event(RF_RESOURCE_STATE_CHANGED, SYSTEM,
                               "UnavailableOffline"));
    } else {
        emit(source, RF_EVENT_STATUS_CHANGE, "ComputerSystem", SYSTEM,
             rf_resource_event(messages[state], SYSTEM, NULL));
    }
}

static int secure_boot_now(const Bmc *bmc)
{
    bool in_force;

    return bmc_secure_boot_current(bmc, &in_force) ? in_force : -1;
}

static void secure_boot_changed(RfEventSource *source)
{
    int now = secure_boot_now(source->bmc);
    bool first = source->secure_boot == SECURE_BOOT_NEVER_KNOWN;

    if (first && now < 0) {
        return;
    }
    if (!first && now != source->secure_boot &&
        bmc_secure_boot_exists(source->bmc)) {
        tell(RF_RESOURCE_CHANGED, "SecureBoot", SECURE_BOOT, source);
    }
    source->secure_boot = now;
}

static void tell_subscription(RfEventSource *source, RfResourceEvent what,
                              const void *id)
{
    g_autofree char *uri = g_strdup_printf(SUBSCRIPTIONS "/%u",
                                           GPOINTER_TO_UINT(id));

    tell(what, "EventDestination", uri, source);
}

/* Streams follow the others in the list, and nobody wants to hear of them. */
static GHashTable *subscriptions_now(const RfEventSource *source)
{
    GHashTable *set = g_hash_table_new(NULL, NULL);
    const BmcSubscription *s;
    unsigned i;

    for (i = 0; (s = bmc_subscription_nth(source->bmc, i)) && !s->stream;
         i++) {
        g_hash_table_add(set, GUINT_TO_POINTER(s->id));
    }
    return set;
}

static void subscriptions_changed(RfEventSource *source)
{
    g_autoptr(GHashTable) old = source->subscriptions;
    GHashTableIter iter;
    void *id;

    source->subscriptions = subscriptions_now(source);
    g_hash_table_iter_init(&iter, source->subscriptions);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        if (!g_hash_table_contains(old, id)) {
            tell_subscription(source, RF_RESOURCE_CREATED, id);
        }
    }
    g_hash_table_iter_init(&iter, old);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        if (!g_hash_table_contains(source->subscriptions, id)) {
            tell_subscription(source, RF_RESOURCE_REMOVED, id);
        }
    }
}

/* New records are told one by one; see platform_event(). */
static void log_changed(RfEventSource *source)
{
    unsigned count = bmc_sel_info(source->bmc).count;

    if (count < source->sel_count) {
        /* Events are about resources, and a collection is none. */
        tell(RF_RESOURCE_CHANGED, "LogService", SEL, source);
    }
    source->sel_count = count;
}

static void certificate_expires(RfEventSource *source)
{
    unsigned days = bmc_certificate_days_left(source->bmc);
    g_autofree char *text = days
        ? g_strdup_printf("expires within %u days", days + 1)
        : g_strdup("expires within a day, or has expired");

    emit(source, RF_EVENT_ALERT, "Certificate", CERTIFICATE,
         rf_resource_event(RF_RESOURCE_ERRORS_DETECTED, "ValidNotAfter",
                           text));
}

static void changed(void *opaque, const void *data)
{
    RfEventSource *source = opaque;
    const BmcChange *change = data;

    switch (change->part) {
    case BMC_PART_POWER:
        power_changed(source);
        break;
    case BMC_PART_USERS:
    case BMC_PART_TRUST:
        rf_event_streams_check(source->events);
        break;
    case BMC_PART_SUBSCRIPTIONS:
        rf_event_streams_check(source->events);
        subscriptions_changed(source);
        break;
    case BMC_PART_EVENTS:
        log_changed(source);
        break;
    case BMC_PART_FLASH:
        if (bmc_secure_boot_exists(source->bmc)) {
            tell(RF_RESOURCE_CHANGED, "SecureBoot", SECURE_BOOT, source);
        }
        break;
    case BMC_PART_SECURE_BOOT:
        secure_boot_changed(source);
        break;
    case BMC_PART_EXPIRY:
        certificate_expires(source);
        break;
    default:
        break;
    }
    rf_event_watch_changed(source->watch, change->part);
}

static void threshold_event(RfEventSource *source, const BmcEvent *event,
                            const char *entry)
{
    unsigned offset = event->data[0] & 0x0f;
    const BmcSensor *sensor = bmc_sensor_find(source->bmc, event->sensor);
    g_autofree char *uri = g_strdup_printf(SENSORS "/%02x", event->sensor);
    char value[G_ASCII_DTOSTR_BUF_SIZE];
    RfResourceEvent id;

    if (!sensor || sensor->event_only || offset >=
        G_N_ELEMENTS(threshold_events) || !threshold_events[offset].known) {
        return;
    }
    if (threshold_events[offset].error) {
        id = event->deassert ? RF_RESOURCE_ERROR_THRESHOLD_CLEARED
                             : RF_RESOURCE_ERROR_THRESHOLD_EXCEEDED;
    } else {
        id = event->deassert ? RF_RESOURCE_WARNING_THRESHOLD_CLEARED
                             : RF_RESOURCE_WARNING_THRESHOLD_EXCEEDED;
    }
    g_ascii_formatd(value, sizeof(value), "%.6g",
                    sdr_value(&sensor->factors, event->data[2]));
    emit_logged(source, RF_EVENT_ALERT, "Sensor", uri, entry,
                rf_resource_event(id, "Reading", value));
}

/* Most other events are changes of state, which are told as such. */
static void platform_event(void *opaque, const void *data)
{
    RfEventSource *source = opaque;
    const BmcEventNotice *notice = data;
    const BmcEvent *event = &notice->event;
    g_autofree char *entry = NULL;

    if (notice->record_id) {
        entry = g_strdup_printf(SEL_ENTRIES "/%u", notice->record_id);
        emit_logged(source, RF_EVENT_RESOURCE_ADDED, "LogEntry", entry, entry,
                    rf_resource_event(RF_RESOURCE_CREATED, NULL, NULL));
    }
    if (event->event_type == BMC_EVENT_THRESHOLD) {
        threshold_event(source, event, entry);
    } else if (!event->deassert && notice->text &&
               (event->sensor_type == BMC_SENSOR_TYPE_WATCHDOG ||
                event->sensor_type == BMC_SENSOR_TYPE_OS_STOP)) {
        emit_logged(source, RF_EVENT_ALERT, "ComputerSystem", SYSTEM, entry,
                    rf_resource_event(RF_RESOURCE_ERRORS_DETECTED, "Status",
                                      notice->text));
    }
}

static void task_changed(void *opaque, const void *data)
{
    RfEventSource *source = opaque;
    const BmcTaskNotice *notice = data;
    g_autofree char *uri = g_strdup_printf(RF_TASKS "/%u", notice->task->id);

    emit(source, RF_EVENT_OTHER, "Task", uri,
         rf_task_message(notice->task, notice->change));
}

/* What was asked for has not come. */
static void flash_attempted(void *opaque, const void *data)
{
    RfEventSource *source = opaque;
    const BmcFlashNotice *notice = data;
    bool keys = notice->change->kind == BMC_FLASH_KEYS;

    if (notice->error &&
        !g_error_matches(notice->error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
        emit(source, RF_EVENT_ALERT, keys ? "SecureBoot" : "ComputerSystem",
             keys ? SECURE_BOOT : SYSTEM,
             rf_resource_event(RF_RESOURCE_ERRORS_DETECTED,
                               keys ? "SecureBootEnable" : "BiosVersion",
                               notice->error->message));
    }
}

static void report_made(void *opaque, const void *data)
{
    RfEventSource *source = opaque;
    const BmcReport *report = data;
    g_autofree char *uri = NULL;
    g_autofree char *definition = NULL;
    RfEvent event = { .report = true, .type = "MetricReport" };

    if (!report->event) {
        return;
    }
    uri = g_strconcat(RF_REPORTS "/", report->id, NULL);
    definition = g_strconcat(RF_REPORT_DEFINITIONS "/", report->id, NULL);
    event.message = rf_metric_report_object(source->bmc, report);
    event.origin = uri;
    event.definition = definition;
    rf_events_emit(source->events, &event);
}

RfEventSource *rf_event_source_new(RfEvents *events, Bmc *bmc)
{
    RfEventSource *source = g_new0(RfEventSource, 1);

    source->events = events;
    source->bmc = bmc;
    source->power = bmc_power_state(bmc);
    source->sel_count = bmc_sel_info(bmc).count;
    source->secure_boot = SECURE_BOOT_NEVER_KNOWN;
    secure_boot_changed(source);
    source->subscriptions = subscriptions_now(source);
    source->watch = rf_event_watch_new(bmc, events->service->families, tell,
                                       source);
    notifier_list_add(bmc_notifiers(bmc), &source->change, changed, source);
    notifier_list_add(bmc_event_notifiers(bmc), &source->event,
                      platform_event, source);
    notifier_list_add(bmc_task_notifiers(bmc), &source->task, task_changed,
                      source);
    notifier_list_add(bmc_report_notifiers(bmc), &source->report, report_made,
                      source);
    notifier_list_add(bmc_flash_notifiers(bmc), &source->flash,
                      flash_attempted, source);
    return source;
}

void rf_event_source_started(RfEventSource *source)
{
    emit(source, RF_EVENT_STATUS_CHANGE, "Manager", MANAGER,
         rf_resource_event(RF_RESOURCE_STATE_CHANGED, MANAGER, "Enabled"));
}

void rf_event_source_free(RfEventSource *source)
{
    if (!source) {
        return;
    }
    notifier_remove(&source->change);
    notifier_remove(&source->event);
    notifier_remove(&source->task);
    notifier_remove(&source->report);
    notifier_remove(&source->flash);
    rf_event_watch_free(source->watch);
    g_hash_table_unref(source->subscriptions);
    g_free(source);
}
