/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the hub tells, as events. It tells which part has changed; what in it
 * has is found by comparing with what was there before.
 */
#include "osdep.h"

#include "redfish/rf-events-priv.h"

#include "bmc/events.h"
#include "bmc/sensors.h"
#include "bmc/sessions.h"
#include "redfish/rf-event-messages.h"
#include "redfish/rf-tasks.h"

#define SYSTEM "/redfish/v1/Systems/1"
#define CHASSIS "/redfish/v1/Chassis/1"
#define SENSORS CHASSIS "/Sensors"
#define PROTOCOL "/redfish/v1/Managers/1/NetworkProtocol"
#define ACCOUNTS "/redfish/v1/AccountService/Accounts"
#define SESSIONS "/redfish/v1/SessionService/Sessions"

/*
 * Account: an account as it was.
 */
typedef struct Account {
    char name[BMC_USER_NAME_MAX + 1];
    bool enabled;
    BmcPrivilege privilege;
} Account;

/*
 * RfEventSource: what was there.
 *
 * @accounts: by slot, from 1
 * @sessions: ids, used as a set
 */
struct RfEventSource {
    RfEvents *events;
    Bmc *bmc;
    BmcPowerState power;
    Account accounts[BMC_USERS_MAX + 1];
    GHashTable *sessions;
    Notifier change;
    Notifier event;
    Notifier task;
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

static void emit(RfEventSource *source, RfEventKind kind, const char *type,
                 const char *origin, JsonObject *message)
{
    RfEvent event = {
        .message = message,
        .kind = kind,
        .type = type,
        .origin = origin,
    };

    rf_events_emit(source->events, &event);
}

static void emit_changed(RfEventSource *source, const char *type,
                         const char *origin)
{
    emit(source, RF_EVENT_RESOURCE_UPDATED, type, origin,
         rf_resource_event(RF_RESOURCE_CHANGED, NULL, NULL));
}

static void emit_added(RfEventSource *source, const char *type,
                       const char *origin)
{
    emit(source, RF_EVENT_RESOURCE_ADDED, type, origin,
         rf_resource_event(RF_RESOURCE_CREATED, NULL, NULL));
}

static void emit_removed(RfEventSource *source, const char *type,
                         const char *origin)
{
    emit(source, RF_EVENT_RESOURCE_REMOVED, type, origin,
         rf_resource_event(RF_RESOURCE_REMOVED, NULL, NULL));
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
        emit_changed(source, "ComputerSystem", SYSTEM);
        return;
    }
    source->power = state;
    if (state == BMC_POWER_STATE_UNKNOWN) {
        emit(source, RF_EVENT_STATUS_CHANGE, "ComputerSystem", SYSTEM,
             rf_resource_event(RF_RESOURCE_STATE_CHANGED, SYSTEM,
                               "UnavailableOffline"));
    } else {
        emit(source, RF_EVENT_STATUS_CHANGE, "ComputerSystem", SYSTEM,
             rf_resource_event(messages[state], SYSTEM, NULL));
    }
}

static Account account_now(const RfEventSource *source, unsigned slot)
{
    const BmcUser *user = bmc_users_get(source->bmc, slot);
    Account account = {
        .enabled = user->enabled,
        .privilege = user->privilege,
    };

    g_strlcpy(account.name, user->name, sizeof(account.name));
    return account;
}

static void users_changed(RfEventSource *source)
{
    unsigned slot;

    for (slot = 1; slot <= BMC_USERS_MAX; slot++) {
        Account *old = &source->accounts[slot];
        Account now = account_now(source, slot);
        g_autofree char *uri = g_strdup_printf(ACCOUNTS "/%u", slot);

        if (!*old->name && *now.name) {
            emit_added(source, "ManagerAccount", uri);
        } else if (*old->name && !*now.name) {
            emit_removed(source, "ManagerAccount", uri);
        } else if (!g_str_equal(old->name, now.name) ||
                   (*now.name && (old->enabled != now.enabled ||
                                  old->privilege != now.privilege))) {
            emit_changed(source, "ManagerAccount", uri);
        }
        *old = now;
    }
}

static void tell_session(RfEventSource *source, const char *id,
                         void (*tell)(RfEventSource *source,
                                      const char *type, const char *origin))
{
    g_autofree char *uri = g_strconcat(SESSIONS "/", id, NULL);

    tell(source, "Session", uri);
}

static void sessions_changed(RfEventSource *source)
{
    g_autoptr(GHashTable) old = source->sessions;
    const BmcSession *session;
    GHashTableIter iter;
    void *id;
    unsigned i;

    source->sessions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                             NULL);
    for (i = 0; (session = bmc_session_nth(source->bmc, i)); i++) {
        g_hash_table_add(source->sessions, g_strdup(session->id));
    }
    g_hash_table_iter_init(&iter, source->sessions);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        if (!old || !g_hash_table_contains(old, id)) {
            tell_session(source, id, emit_added);
        }
    }
    if (!old) {
        return;
    }
    g_hash_table_iter_init(&iter, old);
    while (g_hash_table_iter_next(&iter, &id, NULL)) {
        if (!g_hash_table_contains(source->sessions, id)) {
            tell_session(source, id, emit_removed);
        }
    }
}

static void changed(void *opaque, const void *data)
{
    RfEventSource *source = opaque;
    const BmcChange *change = data;

    if (change->part == BMC_PART_USERS ||
        change->part == BMC_PART_SUBSCRIPTIONS) {
        rf_event_streams_check(source->events);
    }
    switch (change->part) {
    case BMC_PART_POWER:
        power_changed(source);
        break;
    case BMC_PART_BOOT:
    case BMC_PART_SYSTEM:
    case BMC_PART_IDENTIFY:
        emit_changed(source, "ComputerSystem", SYSTEM);
        break;
    case BMC_PART_USERS:
        users_changed(source);
        break;
    case BMC_PART_SESSIONS:
        sessions_changed(source);
        break;
    case BMC_PART_LAN:
        emit_changed(source, "ManagerNetworkProtocol", PROTOCOL);
        break;
    case BMC_PART_FRU:
        emit_changed(source, "Chassis", CHASSIS);
        break;
    default:
        break;
    }
}

static void threshold_event(RfEventSource *source, const BmcEvent *event)
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
    emit(source, RF_EVENT_ALERT, "Sensor", uri,
         rf_resource_event(id, "Reading", value));
}

/* Most other events are changes of state, which are told as such. */
static void platform_event(void *opaque, const void *data)
{
    RfEventSource *source = opaque;
    const BmcEventNotice *notice = data;
    const BmcEvent *event = &notice->event;

    if (event->event_type == BMC_EVENT_THRESHOLD) {
        threshold_event(source, event);
    } else if (!event->deassert && notice->text &&
               (event->sensor_type == BMC_SENSOR_TYPE_WATCHDOG ||
                event->sensor_type == BMC_SENSOR_TYPE_OS_STOP)) {
        emit(source, RF_EVENT_ALERT, "ComputerSystem", SYSTEM,
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

RfEventSource *rf_event_source_new(RfEvents *events, Bmc *bmc)
{
    RfEventSource *source = g_new0(RfEventSource, 1);
    unsigned slot;

    source->events = events;
    source->bmc = bmc;
    source->power = bmc_power_state(bmc);
    for (slot = 1; slot <= BMC_USERS_MAX; slot++) {
        source->accounts[slot] = account_now(source, slot);
    }
    notifier_list_add(bmc_notifiers(bmc), &source->change, changed, source);
    notifier_list_add(bmc_event_notifiers(bmc), &source->event,
                      platform_event, source);
    notifier_list_add(bmc_task_notifiers(bmc), &source->task, task_changed,
                      source);
    return source;
}

void rf_event_source_free(RfEventSource *source)
{
    if (!source) {
        return;
    }
    notifier_remove(&source->change);
    notifier_remove(&source->event);
    notifier_remove(&source->task);
    g_clear_pointer(&source->sessions, g_hash_table_unref);
    g_free(source);
}
