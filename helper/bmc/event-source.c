/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens to the machine, told as platform events (table 42-3). */
#include "osdep.h"

#include "bmc/event-source.h"

#include "bmc/bmc-priv.h"
#include "codec/ipmi.h"

#define CHANNEL_LAN 1

/* Event data 1: bytes 2 and 3 hold what the sensor type says. */
#define HAS_BYTE2 0xc0
#define HAS_BYTE3 0x30
/* Or what its maker says. */
#define HAS_OEM_BYTES 0xa0
#define NONE 0xff

#define UNIT_OFF 0x00
#define UNIT_CYCLE 0x01
#define UNIT_POWER_LOST 0x04
#define UNIT_CONTROL_FAILED 0x05
#define RESTART_CAUSE 0x07
#define OS_RUNTIME_STOP 0x01
#define ACPI_S0 0x00
#define ACPI_S3 0x03
#define ACPI_S5 0x05
#define ACPI_G3 0x07
#define ACPI_S5_OVERRIDE 0x0a
#define WATCHDOG_EXPIRED 0x00
#define WATCHDOG_RESET 0x01
#define WATCHDOG_POWER_DOWN 0x02
#define WATCHDOG_INTERRUPT 0x08
/* Byte 2 of a watchdog event: interrupt and use of the timer. */
#define WATCHDOG_USE_UNKNOWN 0x0f
#define WATCHDOG_NMI 0x20

/* Get System Restart Cause. */
#define CAUSE_UNKNOWN 0x00
#define CAUSE_COMMAND 0x01
#define CAUSE_RESET_BUTTON 0x02
#define CAUSE_BUTTON 0x03
#define CAUSE_WATCHDOG 0x04
#define CAUSE_ALWAYS 0x06
#define CAUSE_PREVIOUS 0x07
#define CAUSE_PEF_RESET 0x08
#define CAUSE_PEF_CYCLE 0x09
#define CAUSE_SOFT 0x0a

static const char *const causes[] = {
    [BMC_POWER_CAUSE_UNKNOWN] = "for an unknown reason",
    [BMC_POWER_CAUSE_REQUEST] = "as requested over ",
    [BMC_POWER_CAUSE_GUEST] = "by the guest",
    [BMC_POWER_CAUSE_WATCHDOG] = "by the guest's watchdog",
    [BMC_POWER_CAUSE_PANIC] = "by a guest panic",
    [BMC_POWER_CAUSE_QEMU] = "by the end of QEMU",
    [BMC_POWER_CAUSE_EXTERNAL] = "by somebody else on the host",
    [BMC_POWER_CAUSE_PEF] = "by a platform event filter",
    [BMC_POWER_CAUSE_ALWAYS] = "since it is always to be on",
    [BMC_POWER_CAUSE_PREVIOUS] = "since it was on before",
};

static const struct {
    const char *action;
    uint8_t data1;
    uint8_t data2;
} watchdog_actions[] = {
    { "reset", WATCHDOG_RESET, WATCHDOG_USE_UNKNOWN },
    { "shutdown", WATCHDOG_POWER_DOWN, WATCHDOG_USE_UNKNOWN },
    { "poweroff", WATCHDOG_POWER_DOWN, WATCHDOG_USE_UNKNOWN },
    { "inject-nmi", WATCHDOG_INTERRUPT, WATCHDOG_USE_UNKNOWN | WATCHDOG_NMI },
};

static void add(Bmc *bmc, BmcSensorId sensor, uint8_t type, uint8_t data1,
                uint8_t data2, uint8_t data3, const char *text)
{
    BmcEvent event = {
        .sensor = sensor,
        .sensor_type = type,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .data = { data1, data2, data3 },
    };

    event_source_add(bmc, &event, text);
}

static void acpi(Bmc *bmc, uint8_t state, const char *text)
{
    add(bmc, BMC_SENSOR_ACPI_POWER, BMC_SENSOR_TYPE_ACPI_POWER, state, NONE,
        NONE, text);
}

static char *describe(const char *what, const BmcPowerEvent *why)
{
    g_autofree char *channel = NULL;

    if (why->cause == BMC_POWER_CAUSE_REQUEST) {
        BmcOrigin origin = { .channel = why->channel };

        channel = bmc_origin_to_string(&origin);
    }
    return g_strdup_printf("%s %s%s%s%s%s", what, causes[why->cause],
                           channel ? channel : "", why->detail ? " (" : "",
                           why->detail ? why->detail : "",
                           why->detail ? ")" : "");
}

static void restart(Bmc *bmc, const BmcPowerEvent *why, const char *text)
{
    uint8_t channel;
    uint8_t cause = bmc_event_restart_cause(why, &channel);

    add(bmc, BMC_SENSOR_RESTART, BMC_SENSOR_TYPE_RESTART,
        HAS_BYTE2 | HAS_BYTE3 | RESTART_CAUSE, cause, channel, text);
}

/* Which sleep state a machine that is off has come to. */
static uint8_t off_state(const BmcPowerEvent *why)
{
    if (why->cause == BMC_POWER_CAUSE_QEMU) {
        return ACPI_G3;
    }
    if (why->action == BMC_POWER_FORCE_OFF ||
        why->action == BMC_POWER_CYCLE) {
        return ACPI_S5_OVERRIDE;
    }
    return ACPI_S5;
}

static uint8_t off_reason(const BmcPowerEvent *why)
{
    if (why->cause == BMC_POWER_CAUSE_QEMU) {
        return UNIT_POWER_LOST;
    }
    return why->action == BMC_POWER_CYCLE ? UNIT_CYCLE : UNIT_OFF;
}

static void watchdog(Bmc *bmc, const char *action)
{
    uint8_t data1 = WATCHDOG_EXPIRED;
    uint8_t data2 = WATCHDOG_USE_UNKNOWN;
    g_autofree char *text =
        g_strdup_printf("The guest's watchdog device has expired: %s",
                        action ? action : "action not known");
    size_t i;

    for (i = 0; action && i < G_N_ELEMENTS(watchdog_actions); i++) {
        if (!strcmp(action, watchdog_actions[i].action)) {
            data1 = watchdog_actions[i].data1;
            data2 = watchdog_actions[i].data2;
        }
    }
    add(bmc, BMC_SENSOR_WATCHDOG, BMC_SENSOR_TYPE_WATCHDOG,
        HAS_BYTE2 | data1, data2, NONE, text);
}

static void follow_sleep(Bmc *bmc)
{
    MachineState state = bmc->machine->state;

    if (state == MACHINE_STATE_SUSPENDED && !bmc->asleep) {
        bmc->asleep = true;
        acpi(bmc, ACPI_S3, "The guest sleeps (S3)");
    } else if (state == MACHINE_STATE_RUNNING && bmc->asleep) {
        bmc->asleep = false;
        acpi(bmc, ACPI_S0, "The guest is awake");
    } else if (machine_state_is_off(state)) {
        bmc->asleep = false;
    }
}

void event_source_power(Bmc *bmc, bool on, const BmcPowerEvent *why)
{
    g_autofree char *text = describe(on ? "Switched on" : "Switched off",
                                     why);

    bmc->by_pef = why->cause == BMC_POWER_CAUSE_PEF;
    if (on) {
        bmc_event_set_logging(bmc, true);
        acpi(bmc, ACPI_S0, "The machine works (S0)");
        restart(bmc, why, text);
    } else {
        uint8_t state = off_state(why);

        add(bmc, BMC_SENSOR_POWER_UNIT, BMC_SENSOR_TYPE_POWER_UNIT,
            off_reason(why), NONE, NONE, text);
        acpi(bmc, state, state == ACPI_G3 ? "The machine is without power" :
             "The machine is off (S5)");
    }
    bmc->by_pef = false;
}

void event_source_power_failed(Bmc *bmc, const char *text)
{
    add(bmc, BMC_SENSOR_POWER_UNIT, BMC_SENSOR_TYPE_POWER_UNIT,
        UNIT_CONTROL_FAILED, NONE, NONE, text);
}

void event_source_reset(Bmc *bmc, const BmcPowerEvent *why)
{
    g_autofree char *text = describe("Reset", why);

    bmc_event_set_logging(bmc, true);
    bmc->by_pef = why->cause == BMC_POWER_CAUSE_PEF;
    restart(bmc, why, text);
    bmc->by_pef = false;
}

void event_source_boot(Bmc *bmc, EventBoot what, uint8_t selector,
                       bool always, const char *text)
{
    add(bmc, BMC_SENSOR_BOOT, BMC_SENSOR_TYPE_BOOT,
        HAS_OEM_BYTES | what, selector, always, text);
}

void bmc_events_machine_event(Bmc *bmc, const MachineEvent *event)
{
    g_autofree char *text = NULL;

    switch (event->type) {
    case MACHINE_EVENT_STATE:
        follow_sleep(bmc);
        break;
    case MACHINE_EVENT_PANIC:
        text = g_strdup_printf("The guest has panicked: %s",
                               event->detail ? event->detail :
                               "action not known");
        add(bmc, BMC_SENSOR_OS_STOP, BMC_SENSOR_TYPE_OS_STOP,
            OS_RUNTIME_STOP, NONE, NONE, text);
        break;
    case MACHINE_EVENT_WATCHDOG:
        watchdog(bmc, event->detail);
        break;
    default:
        break;
    }
}

/*
 * A request over Redfish or the local socket has no channel of IPMI's. The
 * only one of the helper's own is POWER_ON_AT_START.
 */
static uint8_t request_cause(const BmcPowerEvent *event, uint8_t *channel)
{
    if (event->channel == BMC_CHANNEL_INTERNAL) {
        return CAUSE_ALWAYS;
    }
    if (event->channel == BMC_CHANNEL_LAN) {
        *channel = CHANNEL_LAN;
    } else if (event->channel == BMC_CHANNEL_IN_BAND) {
        *channel = IPMI_CHANNEL_SYSTEM;
    }
    return event->action == BMC_POWER_PUSH_BUTTON ? CAUSE_BUTTON :
           CAUSE_COMMAND;
}

uint8_t bmc_event_restart_cause(const BmcPowerEvent *event, uint8_t *channel)
{
    *channel = 0;
    switch (event->cause) {
    case BMC_POWER_CAUSE_REQUEST:
        return request_cause(event, channel);
    case BMC_POWER_CAUSE_PEF:
        return event->action == BMC_POWER_CYCLE ? CAUSE_PEF_CYCLE :
               CAUSE_PEF_RESET;
    case BMC_POWER_CAUSE_EXTERNAL:
        /* system_reset is the reset button of the host's administrator. */
        return event->action == BMC_POWER_FORCE_RESTART ?
               CAUSE_RESET_BUTTON : CAUSE_UNKNOWN;
    case BMC_POWER_CAUSE_WATCHDOG:
        return CAUSE_WATCHDOG;
    case BMC_POWER_CAUSE_GUEST:
        return CAUSE_SOFT;
    case BMC_POWER_CAUSE_ALWAYS:
        return CAUSE_ALWAYS;
    case BMC_POWER_CAUSE_PREVIOUS:
        return CAUSE_PREVIOUS;
    default:
        return CAUSE_UNKNOWN;
    }
}
