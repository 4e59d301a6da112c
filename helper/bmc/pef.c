/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PEF: which events are acted on, when, and how. */
#include "osdep.h"

#include "bmc/pef-priv.h"

#include "bmc/events.h"
#include "bmc/power.h"
#include "bmc/sel.h"
#include "util/error.h"

#define BY_PEF 0
#define BY_SOFTWARE 1

/* System Event, offset "PEF action", which is in event data 2. */
#define SENSOR_TYPE_SYSTEM_EVENT 0x12
#define SYSTEM_EVENT_PEF_ACTION 0xc4
#define NONE 0xff

/*
 * PefWaiting: an event.
 *
 * @record: its record id, 0 if it was not logged
 * @timestamp: SEL time of it
 * @answered: actions that are not to be done for it, since they have been
 * @own: it says that PEF has acted
 */
typedef struct PefWaiting {
    PefEvent event;
    uint16_t record;
    uint32_t timestamp;
    uint8_t answered;
    bool own;
} PefWaiting;

/*
 * PefRequest: a power action that is under way.
 *
 * @cancellable: cancelled when the hub is gone
 * @alert: (nullable): to be sent afterwards
 * @name: of the action
 */
typedef struct PefRequest {
    Bmc *bmc;
    GCancellable *cancellable;
    PefAlert *alert;
    const char *name;
} PefRequest;

/* By priority (section 17.1): only the first one that is asked for is done. */
static const struct {
    uint8_t bit;
    BmcPowerAction action;
    const char *name;
} actions[] = {
    { PEF_POWER_DOWN, BMC_POWER_FORCE_OFF, "power down" },
    { PEF_POWER_CYCLE, BMC_POWER_CYCLE, "power cycle" },
    { PEF_RESET, BMC_POWER_FORCE_RESTART, "reset" },
    { PEF_DIAGNOSTIC, BMC_POWER_NMI, "diagnostic interrupt" },
};

static void send_alert(Bmc *bmc, PefAlert *alert)
{
    unsigned suppressed;

    if (alert && !pef_alert_queue(bmc, alert) &&
        log_limit_allows(&bmc->pef->log, clock_now_ms(bmc->clock),
                         &suppressed)) {
        g_message("PEF: an alert is dropped, too many are waiting");
    }
}

static void run(Bmc *bmc);

static void finish_action(Bmc *bmc, GAsyncResult *res, const char *name)
{
    g_autoptr(GError) err = NULL;
    unsigned suppressed;

    bmc->pef->acting = 0;
    if (!bmc_power_request_finish(bmc, res, &err) &&
        log_limit_allows(&bmc->pef->log, clock_now_ms(bmc->clock),
                         &suppressed)) {
        g_message("PEF: %s failed: %s", name, err->message);
    }
}

static void acted(GObject *source, GAsyncResult *res, void *opaque)
{
    PefRequest *request = opaque;

    if (g_cancellable_is_cancelled(request->cancellable)) {
        g_free(request->alert);
    } else {
        finish_action(request->bmc, res, request->name);
        send_alert(request->bmc, request->alert);
        run(request->bmc);
    }
    g_object_unref(request->cancellable);
    g_free(request);
}

/* An action, and those that come after it: it makes up for them. */
static uint8_t action_and_below(size_t i)
{
    uint8_t bits = 0;

    for (; i < G_N_ELEMENTS(actions); i++) {
        bits |= actions[i].bit;
    }
    return bits;
}

static void mark_answered(void *data, void *opaque)
{
    PefWaiting *waiting = data;

    waiting->answered |= *(uint8_t *)opaque;
}

/*
 * Alerts wait for the action's end (section 17.1), and so do other events:
 * what has happened before that end does not ask for the same once more.
 */
static void act(Bmc *bmc, size_t i, PefAlert *alert)
{
    static const BmcOrigin origin = { .user = "PEF" };
    PefRequest *request = g_new0(PefRequest, 1);
    unsigned suppressed;

    bmc->pef->acting = action_and_below(i);
    g_queue_foreach(&bmc->pef->waiting, mark_answered, &bmc->pef->acting);

    if (log_limit_allows(&bmc->pef->log, clock_now_ms(bmc->clock),
                         &suppressed)) {
        g_message("PEF: %s, since an event matches a filter",
                  actions[i].name);
    }
    request->bmc = bmc;
    request->cancellable = g_object_ref(bmc->pef->cancellable);
    request->alert = alert;
    request->name = actions[i].name;
    bmc_power_request_cause_async(bmc, actions[i].action, BMC_POWER_CAUSE_PEF,
                                  &origin, bmc->pef->cancellable, acted,
                                  request);
}

static void add_event(Bmc *bmc, uint8_t what)
{
    BmcEvent event = {
        .sensor = BMC_SENSOR_PEF,
        .sensor_type = SENSOR_TYPE_SYSTEM_EVENT,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .data = { SYSTEM_EVENT_PEF_ACTION, what, NONE },
    };

    bmc_event_add(bmc, &event, "Platform event filtering has acted");
}

/* What the filters ask for; fills in @alert as far as they say. */
static uint8_t match(Bmc *bmc, const PefWaiting *waiting, PefAlert *alert)
{
    const BmcPefConfig *config = &bmc->pef->config;
    uint8_t allowed = config->actions & ~waiting->answered;
    uint8_t asked = 0;
    unsigned i;

    for (i = 0; i < BMC_PEF_FILTERS; i++) {
        const uint8_t *filter = config->filters[i];
        unsigned policy = filter[PEF_FILTER_POLICY] & 0x0f;
        uint8_t action = filter[PEF_FILTER_ACTION] & allowed;

        if (!action || !pef_filter_matches(filter, &waiting->event)) {
            continue;
        }
        asked |= action;
        if (!(action & PEF_ALERT)) {
            continue;
        }
        alert->severity = MAX(alert->severity, filter[PEF_FILTER_SEVERITY]);
        if (!(alert->policies & 1u << policy)) {
            alert->policies |= 1u << policy;
            alert->filters[policy] = i + 1;
        }
    }
    return asked;
}

static void process(Bmc *bmc, const PefWaiting *waiting)
{
    PefAlert *alert = g_new0(PefAlert, 1);
    uint8_t asked = match(bmc, waiting, alert);
    uint8_t done = asked & PEF_ALERT;
    size_t i;

    alert->event = waiting->event;
    alert->has_event = true;
    alert->timestamp = pef_alert_time(waiting->timestamp);
    if (!done) {
        g_clear_pointer(&alert, g_free);
    }
    bmc->pef->processed[BY_PEF] = waiting->record;
    pef_save_progress(bmc);
    for (i = 0; i < G_N_ELEMENTS(actions); i++) {
        if (asked & actions[i].bit) {
            done |= actions[i].bit;
            break;
        }
    }
    if (done && !waiting->own &&
        (bmc->pef->config.control & BMC_PEF_EVENTS)) {
        add_event(bmc, done);
    }
    if (i < G_N_ELEMENTS(actions)) {
        act(bmc, i, alert);
    } else {
        send_alert(bmc, alert);
    }
}

static bool is_held(const BmcPef *pef)
{
    return pef->forever || pef->postpone || pef->startup || pef->acting;
}

static void run(Bmc *bmc)
{
    PefWaiting *waiting;

    while (!is_held(bmc->pef) &&
           (waiting = g_queue_pop_head(&bmc->pef->waiting))) {
        process(bmc, waiting);
        g_free(waiting);
    }
}

static void event_added(void *opaque, const void *data)
{
    Bmc *bmc = opaque;
    BmcPef *pef = bmc->pef;
    const BmcEventNotice *notice = data;
    PefWaiting *waiting;

    if (!(pef->config.control & BMC_PEF_ENABLED) ||
        pef->waiting.length >= PEF_WAITING_MAX) {
        return;
    }
    waiting = g_new0(PefWaiting, 1);
    waiting->event.generator = notice->generator;
    waiting->event.sensor_type = notice->event.sensor_type;
    waiting->event.sensor = notice->event.sensor;
    waiting->event.trigger = notice->event.event_type |
                             (notice->event.deassert ? 0x80 : 0);
    memcpy(waiting->event.data, notice->event.data,
           sizeof(waiting->event.data));
    waiting->record = notice->record_id;
    waiting->timestamp = notice->timestamp;
    waiting->own = notice->generator == BMC_EVENT_GENERATOR &&
                   notice->event.sensor == BMC_SENSOR_PEF;
    waiting->answered = pef->acting;
    /* Of what PEF itself has done alerts may be sent, but it ends there. */
    if (waiting->own || notice->by_pef) {
        waiting->answered = action_and_below(0);
    }
    g_queue_push_tail(&pef->waiting, waiting);
    run(bmc);
}

static void delay_over(void *opaque)
{
    run(opaque);
}

/* Software need not be waited for when the machine has gone off or anew. */
static void end_postponement(BmcPef *pef)
{
    pef->forever = false;
    clock_timer_stop(&pef->postpone);
}

static void alert_delay_over(void *opaque)
{
    pef_alert_run(opaque);
}

/* The machine starts again: leave its software time to disable PEF. */
static void restarted(Bmc *bmc)
{
    BmcPef *pef = bmc->pef;
    const BmcPefConfig *config = &pef->config;

    end_postponement(pef);
    clock_timer_stop(&pef->startup);
    clock_timer_stop(&pef->startup_alert);
    if ((config->control & BMC_PEF_STARTUP_DELAY) && config->delay_s) {
        clock_timer_start(bmc->clock, &pef->startup,
                          config->delay_s * INT64_C(1000), delay_over, bmc);
    }
    if ((config->control & BMC_PEF_ALERT_DELAY) && config->alert_delay_s) {
        clock_timer_start(bmc->clock, &pef->startup_alert,
                          config->alert_delay_s * INT64_C(1000),
                          alert_delay_over, bmc);
    }
    run(bmc);
    pef_alert_run(bmc);
}

static void machine_reset(void *opaque, const void *data)
{
    restarted(opaque);
}

static void part_changed(void *opaque, const void *data)
{
    const BmcChange *change = data;
    Bmc *bmc = opaque;
    BmcPef *pef = bmc->pef;
    bool was_on = pef->on;

    if (change->part == BMC_PART_POWER) {
        pef->on = bmc_power_state(bmc) == BMC_POWER_STATE_ON;
        if (pef->on && !was_on) {
            restarted(bmc);
        } else if (was_on && !pef->on) {
            end_postponement(pef);
            run(bmc);
        }
    } else if (change->part == BMC_PART_EVENTS &&
               bmc_sel_info(bmc).count == 0 &&
               (pef->processed[BY_PEF] != BMC_PEF_NO_RECORD ||
                pef->processed[BY_SOFTWARE] != BMC_PEF_NO_RECORD)) {
        /* Record ids begin anew */
        pef->processed[BY_PEF] = BMC_PEF_NO_RECORD;
        pef->processed[BY_SOFTWARE] = BMC_PEF_NO_RECORD;
        pef_save_progress(bmc);
    }
}

static void set_expired(void *opaque)
{
    bmc_pef_complete(opaque);
}

static void postpone_over(void *opaque)
{
    run(opaque);
}

void bmc_pef_new(Bmc *bmc)
{
    BmcPef *pef = g_new0(BmcPef, 1);

    bmc->pef = pef;
    g_queue_init(&pef->waiting);
    g_queue_init(&pef->alerts);
    pef->cancellable = g_cancellable_new();
    pef->since_ms = clock_now_ms(bmc->clock);
    pef->port = PET_PORT;
    pef->on = bmc_power_state(bmc) == BMC_POWER_STATE_ON;
    pef_load(bmc);
    notifier_list_add(bmc_event_notifiers(bmc), &pef->events, event_added,
                      bmc);
    notifier_list_add(bmc_notifiers(bmc), &pef->changes, part_changed, bmc);
    notifier_list_add(bmc_reset_notifiers(bmc), &pef->resets, machine_reset,
                      bmc);
}

void bmc_pef_free(Bmc *bmc)
{
    BmcPef *pef = bmc->pef;

    if (!pef) {
        return;
    }
    notifier_remove(&pef->events);
    notifier_remove(&pef->changes);
    notifier_remove(&pef->resets);
    g_cancellable_cancel(pef->cancellable);
    g_object_unref(pef->cancellable);
    clock_timer_stop(&pef->progress);
    clock_timer_stop(&pef->postpone);
    clock_timer_stop(&pef->startup);
    clock_timer_stop(&pef->startup_alert);
    pef_alert_free(bmc);
    g_queue_clear_full(&pef->waiting, g_free);
    g_clear_pointer(&bmc->pef, g_free);
}

const BmcPefConfig *bmc_pef_get(const Bmc *bmc)
{
    return &bmc->pef->config;
}

bool bmc_pef_set(Bmc *bmc, const BmcPefConfig *config,
                 const BmcOrigin *origin, GError **errp)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    BmcPef *pef = bmc->pef;
    unsigned suppressed;

    if (!pef_config_valid(config)) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_INVALID,
                    "a value of the PEF configuration is not possible");
        return false;
    }
    /* As when a client writes back all that it has read */
    if (!memcmp(&pef->config, config, sizeof(*config))) {
        return true;
    }
    if (log_limit_allows(&pef->log, clock_now_ms(bmc->clock), &suppressed)) {
        g_message("PEF: configuration changed by %s", who);
    }
    pef->config = *config;
    if (!(config->control & BMC_PEF_ENABLED)) {
        g_queue_clear_full(&pef->waiting, g_free);
        g_queue_clear_full(&pef->alerts, g_free);
    }
    pef_save(bmc);
    bmc_changed(bmc, BMC_PART_PEF);
    return true;
}

bool bmc_pef_begin(Bmc *bmc)
{
    if (bmc->pef->in_progress) {
        return false;
    }
    bmc->pef->in_progress = true;
    clock_timer_start(bmc->clock, &bmc->pef->progress, BMC_PEF_SET_MS,
                      set_expired, bmc);
    return true;
}

void bmc_pef_complete(Bmc *bmc)
{
    bmc->pef->in_progress = false;
    clock_timer_stop(&bmc->pef->progress);
}

bool bmc_pef_in_progress(const Bmc *bmc)
{
    return bmc->pef->in_progress;
}

void bmc_pef_postpone(Bmc *bmc, uint8_t seconds)
{
    BmcPef *pef = bmc->pef;

    clock_timer_stop(&pef->postpone);
    pef->forever = seconds == BMC_PEF_POSTPONE_FOREVER;
    if (seconds && !pef->forever) {
        pef->postponed_until_ms = clock_now_ms(bmc->clock) +
                                  seconds * INT64_C(1000);
        clock_timer_start(bmc->clock, &pef->postpone,
                          seconds * INT64_C(1000), postpone_over, bmc);
    }
    run(bmc);
}

uint8_t bmc_pef_postponed(const Bmc *bmc)
{
    const BmcPef *pef = bmc->pef;

    if (pef->forever) {
        return BMC_PEF_POSTPONE_FOREVER;
    }
    if (!pef->postpone) {
        return 0;
    }
    return (pef->postponed_until_ms - clock_now_ms(bmc->clock) + 999) / 1000;
}

uint16_t bmc_pef_processed(const Bmc *bmc, bool software)
{
    return bmc->pef->processed[software ? BY_SOFTWARE : BY_PEF];
}

void bmc_pef_set_processed(Bmc *bmc, bool software, uint16_t record)
{
    BmcPef *pef = bmc->pef;
    GList *at = pef->waiting.head;

    pef->processed[software ? BY_SOFTWARE : BY_PEF] = record;
    pef_save_progress(bmc);
    while (at && ((PefWaiting *)at->data)->record != record) {
        at = at->next;
    }
    while (at) {
        PefWaiting *waiting = g_queue_pop_head(&pef->waiting);

        if (waiting->record == record) {
            at = NULL;
        }
        g_free(waiting);
    }
}

void bmc_pef_reset(Bmc *bmc)
{
    unsigned port = bmc->pef->port;

    bmc_pef_free(bmc);
    pef_forget(bmc);
    bmc_pef_new(bmc);
    bmc->pef->port = port;
    bmc_changed(bmc, BMC_PART_PEF);
}
