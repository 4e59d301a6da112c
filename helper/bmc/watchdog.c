/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The watchdog timer. */
#include "osdep.h"

#include "bmc/watchdog.h"

#include "bmc/bmc-priv.h"
#include "bmc/event-source.h"
#include "bmc/events.h"
#include "bmc/persist-read.h"
#include "bmc/power.h"
#include "util/error.h"
#include "util/log.h"

#define SECTION "watchdog"

/* Event data 1: byte 2 holds what the sensor type says. */
#define HAS_BYTE2 0xc0
#define EVENT_INTERRUPT 0x08
#define INTERRUPT_SHIFT 4
#define NONE 0xff

/*
 * BmcWatchdogTimer: the timer.
 *
 * @now: settings and state; @now.present holds while it does not run
 * @ready: it has been set up
 * @interrupted: the interrupt before its end has come
 * @left_ms: countdown that was left at @since_ms, or is while it stands still
 * @since_ms: when @timer was started
 * @timer: runs towards the interrupt or the end; NULL while the countdown
 *         stands still
 * @notifiers: bmc_watchdog_notifiers()
 * @log: who sets it up and starts it, which a driver does all the time
 */
struct BmcWatchdogTimer {
    BmcWatchdog now;
    bool ready;
    bool interrupted;
    int64_t left_ms;
    int64_t since_ms;
    ClockTimer *timer;
    NotifierList notifiers;
    LogLimit log;
};

static const char *const use_names[BMC_WATCHDOG_USE__MAX] = {
    [BMC_WATCHDOG_USE_NONE] = "unused",
    [BMC_WATCHDOG_USE_FRB2] = "BIOS FRB2",
    [BMC_WATCHDOG_USE_POST] = "BIOS/POST",
    [BMC_WATCHDOG_USE_OS_LOAD] = "OS load",
    [BMC_WATCHDOG_USE_SMS] = "SMS/OS",
    [BMC_WATCHDOG_USE_OEM] = "OEM",
};

static const struct {
    const char *name;
    BmcPowerAction power;
} actions[BMC_WATCHDOG_ACTION__MAX] = {
    [BMC_WATCHDOG_ACTION_NONE] = { "no action", BMC_POWER_ON },
    [BMC_WATCHDOG_ACTION_RESET] = { "hard reset", BMC_POWER_FORCE_RESTART },
    [BMC_WATCHDOG_ACTION_POWER_DOWN] = { "power down", BMC_POWER_FORCE_OFF },
    [BMC_WATCHDOG_ACTION_POWER_CYCLE] = { "power cycle", BMC_POWER_CYCLE },
};

static int64_t left_ms(const Bmc *bmc)
{
    const BmcWatchdogTimer *w = bmc->watchdog;
    int64_t left = w->left_ms;

    if (w->timer) {
        left -= clock_now_ms(bmc->clock) - w->since_ms;
    }
    return MAX(left, 0);
}

/* Only whether it runs, so that the next helper can say that it does not. */
static void set_running(Bmc *bmc, bool running)
{
    JsonObject *section;

    if (bmc->watchdog->now.running == running) {
        return;
    }
    bmc->watchdog->now.running = running;
    section = json_object_new();
    json_object_set_boolean_member(section, "running", running);
    persist_set(bmc->persist, SECTION, section);
}

static void add_event(Bmc *bmc, uint8_t offset, const char *text)
{
    const BmcWatchdog *now = &bmc->watchdog->now;
    BmcEvent event = {
        .sensor = BMC_SENSOR_WATCHDOG,
        .sensor_type = BMC_SENSOR_TYPE_WATCHDOG,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .data = {
            HAS_BYTE2 | offset,
            now->interrupt << INTERRUPT_SHIFT | now->use,
            NONE,
        },
    };

    if (now->dont_log) {
        g_message("%s", text);
    } else {
        bmc_event_add(bmc, &event, text);
    }
}

static void power_done(GObject *source, GAsyncResult *res, void *opaque)
{
    g_autoptr(GError) err = NULL;

    if (!g_task_propagate_boolean(G_TASK(res), &err) &&
        !bmc_error_is_cancelled(err)) {
        g_message("watchdog timer: %s", err->message);
    }
}

static void request_power(Bmc *bmc, BmcPowerAction action)
{
    BmcOrigin origin = {
        .channel = BMC_CHANNEL_INTERNAL,
        .user = "watchdog timer",
    };

    bmc_power_request_cause_async(bmc, action, BMC_POWER_CAUSE_WATCHDOG,
                                  &origin, NULL, power_done, NULL);
}

static void expire(Bmc *bmc)
{
    BmcWatchdogTimer *w = bmc->watchdog;
    BmcWatchdogAction action = w->now.action;
    g_autofree char *text =
        g_strdup_printf("Watchdog timer (%s) has expired: %s",
                        use_names[w->now.use], actions[action].name);

    w->left_ms = 0;
    set_running(bmc, false);
    w->now.expired |= 1u << w->now.use;
    add_event(bmc, action, text);
    w->now.dont_log = false;
    if (action != BMC_WATCHDOG_ACTION_NONE) {
        request_power(bmc, actions[action].power);
    }
    bmc_changed(bmc, BMC_PART_WATCHDOG);
}

static void interrupt(Bmc *bmc)
{
    BmcWatchdogTimer *w = bmc->watchdog;
    g_autofree char *text =
        g_strdup_printf("Watchdog timer (%s) expires in %u s",
                        use_names[w->now.use], w->now.pre_timeout_s);

    w->interrupted = true;
    add_event(bmc, EVENT_INTERRUPT, text);
    if (w->now.interrupt == BMC_WATCHDOG_INTERRUPT_NMI) {
        request_power(bmc, BMC_POWER_NMI);
    } else {
        notifier_list_notify(&w->notifiers, NULL);
    }
}

static int64_t until_interrupt_ms(const BmcWatchdogTimer *w)
{
    if (w->now.interrupt == BMC_WATCHDOG_INTERRUPT_NONE || w->interrupted) {
        return 0;
    }
    return w->now.pre_timeout_s * INT64_C(1000);
}

static void follow(Bmc *bmc);

static void reached(void *opaque)
{
    Bmc *bmc = opaque;
    BmcWatchdogTimer *w = bmc->watchdog;
    bool end = !until_interrupt_ms(w);

    w->left_ms = MAX(w->left_ms - (clock_now_ms(bmc->clock) - w->since_ms),
                     0);
    if (!end) {
        interrupt(bmc);
        /* An interval of 0 is no time at all, and it is behind us. */
        follow(bmc);
    } else {
        expire(bmc);
    }
}

/* Lets the countdown pass while the guest runs, and only then. */
static void follow(Bmc *bmc)
{
    BmcWatchdogTimer *w = bmc->watchdog;
    bool pass = w->now.running &&
                bmc->machine->state == MACHINE_STATE_RUNNING;

    if (w->timer && !pass) {
        w->left_ms = left_ms(bmc);
        clock_timer_stop(&w->timer);
    } else if (!w->timer && pass) {
        w->since_ms = clock_now_ms(bmc->clock);
        clock_timer_start(bmc->clock, &w->timer,
                          MAX(w->left_ms - until_interrupt_ms(w), 0),
                          reached, bmc);
    }
}

static void count_down(Bmc *bmc)
{
    BmcWatchdogTimer *w = bmc->watchdog;

    clock_timer_stop(&w->timer);
    w->interrupted = false;
    w->left_ms = (int64_t)w->now.initial * BMC_WATCHDOG_TICK_MS;
    follow(bmc);
}

/* The software that has set it up is gone. What it was stays to be seen. */
static void machine_ended(Bmc *bmc, const char *why)
{
    BmcWatchdogTimer *w = bmc->watchdog;

    w->ready = false;
    w->now.dont_log = false;
    if (!w->now.running) {
        return;
    }
    w->left_ms = left_ms(bmc);
    clock_timer_stop(&w->timer);
    set_running(bmc, false);
    g_message("watchdog timer: stopped: %s", why);
    bmc_changed(bmc, BMC_PART_WATCHDOG);
}

static void log_by(Bmc *bmc, const char *what, const BmcOrigin *origin)
{
    g_autofree char *who = bmc_origin_to_string(origin);
    unsigned suppressed;

    if (log_limit_allows(&bmc->watchdog->log, clock_now_ms(bmc->clock),
                         &suppressed)) {
        g_info("watchdog timer: %s by %s", what, who);
    }
}

void bmc_watchdog_new(Bmc *bmc)
{
    PersistReader r;
    bool was_running = false;

    bmc->watchdog = g_new0(BmcWatchdogTimer, 1);
    persist_read(&r, bmc->persist, SECTION);
    if (persist_read_bool(&r, "running", &was_running) && was_running) {
        g_message("watchdog timer: it was running when the BMC was last "
                  "there, and is off now until it is set up again");
        bmc->watchdog->now.running = true;
        set_running(bmc, false);
    }
}

void bmc_watchdog_free(Bmc *bmc)
{
    if (!bmc->watchdog) {
        return;
    }
    clock_timer_stop(&bmc->watchdog->timer);
    while (bmc->watchdog->notifiers.first) {
        notifier_remove(bmc->watchdog->notifiers.first);
    }
    g_clear_pointer(&bmc->watchdog, g_free);
}

void bmc_watchdog_machine_event(Bmc *bmc, const MachineEvent *event)
{
    switch (event->type) {
    case MACHINE_EVENT_RESET:
        machine_ended(bmc, "the machine was reset");
        break;
    case MACHINE_EVENT_GONE:
        machine_ended(bmc, "QEMU has ended");
        break;
    case MACHINE_EVENT_STATE:
        if (machine_state_is_off(bmc->machine->state)) {
            machine_ended(bmc, "the machine is off");
        }
        follow(bmc);
        break;
    default:
        break;
    }
}

void bmc_watchdog_get(const Bmc *bmc, BmcWatchdog *watchdog)
{
    *watchdog = bmc->watchdog->now;
    watchdog->present = (left_ms(bmc) + BMC_WATCHDOG_TICK_MS - 1) /
                        BMC_WATCHDOG_TICK_MS;
}

void bmc_watchdog_set(Bmc *bmc, const BmcWatchdog *settings,
                      bool keep_running, const BmcOrigin *origin)
{
    BmcWatchdogTimer *w = bmc->watchdog;
    uint8_t expired = w->now.expired & ~settings->expired;
    bool running = w->now.running && keep_running;
    g_autofree char *what =
        g_strdup_printf("set up for %s, %u.%u s, %s%s",
                        use_names[settings->use], settings->initial / 10,
                        settings->initial % 10,
                        actions[settings->action].name,
                        running ? ", goes on" : "");

    set_running(bmc, running);
    w->now = *settings;
    w->now.running = running;
    w->now.expired = expired;
    w->ready = true;
    count_down(bmc);
    log_by(bmc, what, origin);
    bmc_changed(bmc, BMC_PART_WATCHDOG);
}

bool bmc_watchdog_start(Bmc *bmc, const BmcOrigin *origin)
{
    BmcWatchdogTimer *w = bmc->watchdog;
    bool was_running = w->now.running;

    if (!w->ready) {
        return false;
    }
    if (was_running && w->interrupted) {
        return true;
    }
    set_running(bmc, true);
    count_down(bmc);
    if (!was_running) {
        log_by(bmc, "started", origin);
        bmc_changed(bmc, BMC_PART_WATCHDOG);
    }
    return true;
}

void bmc_watchdog_restart(Bmc *bmc)
{
    static const BmcWatchdog none;
    BmcWatchdogTimer *w = bmc->watchdog;

    machine_ended(bmc, "the BMC was reset");
    w->now = none;
    w->left_ms = 0;
    w->interrupted = false;
    bmc_changed(bmc, BMC_PART_WATCHDOG);
}

NotifierList *bmc_watchdog_notifiers(Bmc *bmc)
{
    return &bmc->watchdog->notifiers;
}
