/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What happens to the machine, and who is behind it: events are put down to
 * a request, the guest, its watchdog, QEMU or somebody else, and kept.
 */
#include "osdep.h"

#include "bmc/power-priv.h"

#include <json-glib/json-glib.h>

#include "bmc/event-source.h"
#include "bmc/persist-read.h"

/*
 * SeaBIOS resets the machine once or twice more within 50 ms of every warm
 * reset, and after a start from a warm state. Resets by the guest in this
 * time belong to the restart before them.
 */
#define FIRMWARE_RESETS_MS 2000

/* For how long a panic or watchdog event explains what happens next. */
#define HINT_LIFE_MS (120 * 1000)

static const char *const cause_names[] = {
    [BMC_POWER_CAUSE_UNKNOWN] = "for an unknown reason",
    [BMC_POWER_CAUSE_REQUEST] = "as requested",
    [BMC_POWER_CAUSE_GUEST] = "by the guest",
    [BMC_POWER_CAUSE_WATCHDOG] = "by the guest's watchdog",
    [BMC_POWER_CAUSE_PANIC] = "by a guest panic",
    [BMC_POWER_CAUSE_QEMU] = "by the end of QEMU",
    [BMC_POWER_CAUSE_EXTERNAL] = "by somebody else on the host",
    [BMC_POWER_CAUSE_PEF] = "by a platform event filter",
    [BMC_POWER_CAUSE_ALWAYS] = "since it is always to be on",
    [BMC_POWER_CAUSE_PREVIOUS] = "since it was on before",
};

static const char *const event_names[EVENT__MAX] = {
    [EVENT_LAST] = "last",
    [EVENT_OFF] = "off",
    [EVENT_RESTART] = "restart",
};

/* Microseconds: the last year that GDateTime knows. */
#define WHEN_MAX (INT64_C(253402300799) * G_USEC_PER_SEC)

/* The machine is on, and the guest does not run. */
static bool state_is_stopped(MachineState state)
{
    return state == MACHINE_STATE_PAUSED || state == MACHINE_STATE_IO_ERROR ||
           state == MACHINE_STATE_WATCHDOG ||
           state == MACHINE_STATE_PANICKED ||
           state == MACHINE_STATE_INTERNAL_ERROR;
}

/* Whether it can be told at all if a machine in that state is on. */
static bool state_is_known(MachineState state)
{
    return state != MACHINE_STATE_UNKNOWN &&
           state != MACHINE_STATE_INMIGRATE &&
           state != MACHINE_STATE_POSTMIGRATE;
}

static JsonObject *event_to_json(const BmcPowerEvent *event)
{
    JsonObject *object = json_object_new();

    json_object_set_int_member(object, "cause", event->cause);
    json_object_set_int_member(object, "action", event->action);
    json_object_set_int_member(object, "channel", event->channel);
    json_object_set_int_member(object, "when", event->when);
    if (event->detail) {
        json_object_set_string_member(object, "detail", event->detail);
    }
    return object;
}

static void event_from_json(PersistReader *r, BmcPowerEvent *event)
{
    int64_t cause;
    int64_t action;
    int64_t channel;
    int64_t when;
    const char *detail = NULL;

    if (!persist_read_int(r, "cause", 0, BMC_POWER_CAUSE__MAX - 1,
                          &cause) ||
        !persist_read_int(r, "action", 0, BMC_POWER_ACTION__MAX - 1,
                          &action) ||
        !persist_read_int(r, "channel", 0, BMC_CHANNEL_LOCAL, &channel) ||
        !persist_read_int(r, "when", 0, WHEN_MAX, &when)) {
        return;
    }
    persist_read_string(r, "detail", &detail);
    event->cause = cause;
    event->action = action;
    event->channel = channel;
    event->when = when;
    event->detail = g_strdup(detail);
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();
    unsigned i;

    if (bmc->power->known) {
        json_object_set_boolean_member(section, "on", bmc->power->was_on);
    }
    for (i = 0; i < EVENT__MAX; i++) {
        if (bmc->power->events[i].when) {
            json_object_set_object_member(
                section, event_names[i],
                event_to_json(&bmc->power->events[i]));
        }
    }
    persist_set(bmc->persist, "power", section);
}

static void clear_hint(BmcPowerControl *power)
{
    power->hint = BMC_POWER_CAUSE_UNKNOWN;
    g_clear_pointer(&power->hint_detail, g_free);
}

static void set_hint(Bmc *bmc, BmcPowerCause cause, const char *detail)
{
    clear_hint(bmc->power);
    bmc->power->hint = cause;
    bmc->power->hint_detail = g_strdup(detail);
    bmc->power->hint_until_ms = clock_now_ms(bmc->clock) + HINT_LIFE_MS;
}

static bool has_hint(const Bmc *bmc)
{
    return bmc->power->hint != BMC_POWER_CAUSE_UNKNOWN &&
           clock_now_ms(bmc->clock) < bmc->power->hint_until_ms;
}

static void store_event(BmcPowerEvent *slot, const BmcPowerEvent *event)
{
    g_free((char *)slot->detail);
    *slot = *event;
    slot->detail = g_strdup(event->detail);
}

/* Finds out who is behind a change; @fallback when nothing tells. */
static BmcPowerEvent explain(Bmc *bmc, BmcPowerCause fallback)
{
    BmcPowerControl *power = bmc->power;
    BmcPowerEvent event = {
        .cause = fallback,
    };

    if (power->stage == STAGE_OP && power->op != MACHINE_OP_BUTTON &&
        power->op != MACHINE_OP_NMI) {
        event.cause = power->request.cause;
        event.action = power->request.action;
        event.channel = power->request.channel;
    } else if (has_hint(bmc)) {
        event.cause = power->hint;
        event.detail = power->hint_detail;
        if (event.cause == BMC_POWER_CAUSE_REQUEST) {
            event.action = power->asked_request.action;
            event.channel = power->asked_request.channel;
        }
    }
    return event;
}

/*
 * Finding the machine as it was left is no event. If it is not, nobody can
 * tell when or why that has changed.
 */
static void first_look(Bmc *bmc, bool on, bool stopped)
{
    BmcPowerControl *power = bmc->power;
    bool was_known = power->known;
    bool changed = was_known && on != power->was_on;
    BmcPowerEvent event = explain(bmc, BMC_POWER_CAUSE_UNKNOWN);

    power->seen = true;
    power->known = true;
    power->was_on = on;
    power->was_stopped = stopped;
    g_info("power: the machine is %s%s", !on ? "off" : stopped ? "paused" :
           "on", !changed ? "" : on ? ", it was off when last seen" :
           ", it was on when last seen");
    if (changed) {
        event_source_power(bmc, on, &event);
        power_events_record(bmc, on ? EVENT_RESTART : EVENT_OFF, NULL,
                            &event);
    } else if (!was_known) {
        save(bmc);
    }
}

/* Puts a change between on and off down to its cause. */
static void follow_on_off(Bmc *bmc, bool on)
{
    BmcPowerControl *power = bmc->power;
    BmcPowerCause fallback = bmc->machine->state == MACHINE_STATE_GONE ?
                             BMC_POWER_CAUSE_QEMU : BMC_POWER_CAUSE_EXTERNAL;
    BmcPowerEvent event = explain(bmc, fallback);

    power->was_on = on;
    power->failed = false;
    event_source_power(bmc, on, &event);
    if (on) {
        power->settle_until_ms = clock_now_ms(bmc->clock) +
                                 FIRMWARE_RESETS_MS;
        power_events_record(bmc, EVENT_RESTART, "on", &event);
    } else {
        power_events_record(bmc, EVENT_OFF, "off", &event);
    }
}

static void follow_stopped(Bmc *bmc, bool stopped)
{
    MachineState state = bmc->machine->state;
    BmcPowerEvent event = explain(bmc, BMC_POWER_CAUSE_EXTERNAL);

    bmc->power->was_stopped = stopped;
    if (power_op_under_way(bmc->power, MACHINE_OP_STOP)) {
        return;
    }
    if (state == MACHINE_STATE_IO_ERROR ||
        state == MACHINE_STATE_INTERNAL_ERROR) {
        event.cause = BMC_POWER_CAUSE_UNKNOWN;
        event.detail = machine_state_to_string(state);
    }
    power_events_record(bmc, EVENT_LAST, stopped ? "paused" : "resumed",
                        &event);
}

/* A reset of a machine that does not run starts nothing. */
static void machine_was_reset(Bmc *bmc, const MachineEvent *event)
{
    BmcPowerControl *power = bmc->power;
    int64_t now = clock_now_ms(bmc->clock);
    BmcPowerEvent found;

    if (bmc->machine->state != MACHINE_STATE_RUNNING ||
        power_op_under_way(power, MACHINE_OP_START) ||
        power_op_under_way(power, MACHINE_OP_STOP) ||
        power_op_under_way(power, MACHINE_OP_RESET) ||
        now < (event->guest ? power->settle_until_ms :
                              power->own_until_ms)) {
        return;
    }
    found = explain(bmc, event->guest ? BMC_POWER_CAUSE_GUEST :
                                        BMC_POWER_CAUSE_EXTERNAL);
    found.action = BMC_POWER_FORCE_RESTART;
    if (event->guest && power->asked &&
        power->asked_request.action == BMC_POWER_GRACEFUL_RESTART) {
        found.cause = BMC_POWER_CAUSE_REQUEST;
        found.action = power->asked_request.action;
        found.channel = power->asked_request.channel;
    }
    power_stop_asking(power);
    power_complete_followers(power, NULL);
    power->settle_until_ms = now + FIRMWARE_RESETS_MS;
    event_source_reset(bmc, &found);
    power_events_record(bmc, EVENT_RESTART, "restarted", &found);
}

static void machine_shut_down(Bmc *bmc, const MachineEvent *event)
{
    if (!g_strcmp0(event->detail, "guest-panic")) {
        set_hint(bmc, BMC_POWER_CAUSE_PANIC, event->detail);
    } else if (has_hint(bmc)) {
        return;
    } else if (!event->guest) {
        set_hint(bmc, BMC_POWER_CAUSE_EXTERNAL, event->detail);
    } else if (bmc->power->asked) {
        set_hint(bmc, BMC_POWER_CAUSE_REQUEST, NULL);
    } else {
        set_hint(bmc, BMC_POWER_CAUSE_GUEST, event->detail);
    }
}

/* The event and the state that it leads to come in either order. */
static void machine_gone(Bmc *bmc, const MachineEvent *event)
{
    BmcPowerControl *power = bmc->power;
    BmcPowerEvent *off = &power->events[EVENT_OFF];

    if (power->known && power->was_on) {
        if (!has_hint(bmc)) {
            set_hint(bmc, BMC_POWER_CAUSE_QEMU, event->detail);
        }
        return;
    }
    if (off->cause == BMC_POWER_CAUSE_QEMU && !off->detail &&
        event->detail) {
        BmcPowerEvent detailed = *off;

        detailed.detail = event->detail;
        store_event(off, &detailed);
        store_event(&power->events[EVENT_LAST], &detailed);
        save(bmc);
        bmc_changed(bmc, BMC_PART_POWER);
    }
}

static void machine_warned(Bmc *bmc, BmcPowerCause cause,
                           const MachineEvent *event)
{
    static const char *const harmless[] = {
        "none", "debug", "inject-nmi", "run", NULL,
    };

    if (!event->detail || !g_strv_contains(harmless, event->detail)) {
        set_hint(bmc, cause, event->detail);
    }
    g_message("power: %s: action %s", cause == BMC_POWER_CAUSE_PANIC ?
              "the guest has panicked" : "the guest's watchdog has expired",
              event->detail ? event->detail : "not known");
}

void power_events_load(Bmc *bmc)
{
    PersistReader event;
    PersistReader r;
    unsigned i;

    if (!persist_read(&r, bmc->persist, "power")) {
        return;
    }
    bmc->power->known = persist_read_bool(&r, "on", &bmc->power->was_on);
    for (i = 0; i < EVENT__MAX; i++) {
        if (persist_read_object(&event, &r, event_names[i])) {
            event_from_json(&event, &bmc->power->events[i]);
        }
    }
}

void power_events_record(Bmc *bmc, PowerEventKind which, const char *what,
                         BmcPowerEvent *event)
{
    BmcPowerControl *power = bmc->power;

    event->when = g_get_real_time();
    store_event(&power->events[EVENT_LAST], event);
    if (which != EVENT_LAST) {
        store_event(&power->events[which], event);
    }
    if (what) {
        g_message("power: %s %s%s%s%s", what, cause_names[event->cause],
                  event->detail ? " (" : "",
                  event->detail ? event->detail : "",
                  event->detail ? ")" : "");
    }
    clear_hint(power);
    save(bmc);
    bmc_changed(bmc, BMC_PART_POWER);
}

/* A reset takes a machine that was stopped through states of no meaning. */
void power_events_follow(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;
    MachineState state = bmc->machine->state;
    bool on = !machine_state_is_off(state);
    bool stopped = state_is_stopped(state);

    if (!state_is_known(state) ||
        power_op_under_way(power, MACHINE_OP_RESET)) {
        return;
    }
    if (!power->seen) {
        first_look(bmc, on, stopped);
    } else if (on != power->was_on) {
        power->was_stopped = stopped;
        follow_on_off(bmc, on);
    } else if (stopped != power->was_stopped) {
        follow_stopped(bmc, stopped);
    }
    if (!on && power->asked && power->stage == STAGE_IDLE) {
        power_guest_is_off(bmc);
    }
}

void power_events_restarted(Bmc *bmc)
{
    BmcPowerControl *power = bmc->power;

    power->was_stopped = false;
    power->settle_until_ms = clock_now_ms(bmc->clock) + FIRMWARE_RESETS_MS;
    power->own_until_ms = power->settle_until_ms;
}

void bmc_power_expect_end(Bmc *bmc)
{
    set_hint(bmc, BMC_POWER_CAUSE_QEMU, "qemu-bmc has ended it");
}

void power_events_handle(Bmc *bmc, const MachineEvent *event)
{
    switch (event->type) {
    case MACHINE_EVENT_RESET:
        machine_was_reset(bmc, event);
        break;
    case MACHINE_EVENT_SHUTDOWN:
        machine_shut_down(bmc, event);
        break;
    case MACHINE_EVENT_GONE:
        machine_gone(bmc, event);
        break;
    case MACHINE_EVENT_PANIC:
        machine_warned(bmc, BMC_POWER_CAUSE_PANIC, event);
        break;
    case MACHINE_EVENT_WATCHDOG:
        machine_warned(bmc, BMC_POWER_CAUSE_WATCHDOG, event);
        break;
    default:
        break;
    }
}

void power_events_clear(BmcPowerControl *power)
{
    unsigned i;

    clear_hint(power);
    for (i = 0; i < EVENT__MAX; i++) {
        g_clear_pointer((char **)&power->events[i].detail, g_free);
    }
}
