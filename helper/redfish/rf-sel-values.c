/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPMI's events in the words of DSP0268 LogEntry. */
#include "osdep.h"

#include "redfish/rf-sel-values.h"

#define EVENT_TYPE_SPECIFIC 0x6f
#define EVENT_TYPE_OEM 0x70
#define SENSOR_TYPE_OEM 0xc0

/* The generic ones are in the order of table 42-2. */
const char *const rf_sel_codes[] = {
    "Assert", "Deassert",
    /* 01h: thresholds */
    "Lower Non-critical - going low", "Lower Non-critical - going high",
    "Lower Critical - going low", "Lower Critical - going high",
    "Lower Non-recoverable - going low",
    "Lower Non-recoverable - going high",
    "Upper Non-critical - going low", "Upper Non-critical - going high",
    "Upper Critical - going low", "Upper Critical - going high",
    "Upper Non-recoverable - going low",
    "Upper Non-recoverable - going high",
    /* 02h */
    "Transition to Idle", "Transition to Active", "Transition to Busy",
    /* 03h to 06h */
    "State Deasserted", "State Asserted",
    "Predictive Failure deasserted", "Predictive Failure asserted",
    "Limit Not Exceeded", "Limit Exceeded",
    "Performance Met", "Performance Lags",
    /* 07h: severity */
    "Transition to OK", "Transition to Non-Critical from OK",
    "Transition to Critical from less severe",
    "Transition to Non-recoverable from less severe",
    "Transition to Non-Critical from more severe",
    "Transition to Critical from Non-recoverable",
    "Transition to Non-recoverable", "Monitor", "Informational",
    /* 08h, 09h */
    "Device Removed / Device Absent", "Device Inserted / Device Present",
    "Device Disabled", "Device Enabled",
    /* 0Ah: availability */
    "Transition to Running", "Transition to In Test",
    "Transition to Power Off", "Transition to On Line",
    "Transition to Off Line", "Transition to Off Duty",
    "Transition to Degraded", "Transition to Power Save", "Install Error",
    /* 0Bh: redundancy */
    "Fully Redundant", "Redundancy Lost", "Redundancy Degraded",
    "Non-redundant:Sufficient Resources from Redundant",
    "Non-redundant:Sufficient Resources from Insufficient Resources",
    "Non-redundant:Insufficient Resources",
    "Redundancy Degraded from Fully Redundant",
    "Redundancy Degraded from Non-redundant",
    /* 0Ch: ACPI device power states */
    "D0 Power State", "D1 Power State", "D2 Power State", "D3 Power State",
    "OEM", NULL,
};
enum { CODE_ASSERT, CODE_DEASSERT, CODE_OEM = 59 };

G_STATIC_ASSERT(G_N_ELEMENTS(rf_sel_codes) == CODE_OEM + 2);

/* Where the codes of an event type begin, and how many offsets it has. */
static const struct {
    uint8_t first;
    uint8_t count;
} generic[] = {
    [0x01] = { 2, 12 },
    [0x02] = { 14, 3 },
    [0x03] = { 17, 2 },
    [0x04] = { 19, 2 },
    [0x05] = { 21, 2 },
    [0x06] = { 23, 2 },
    [0x07] = { 25, 9 },
    [0x08] = { 34, 2 },
    [0x09] = { 36, 2 },
    [0x0a] = { 38, 9 },
    [0x0b] = { 47, 8 },
    [0x0c] = { 55, 4 },
};

/* By sensor type code; 11h and 23h are both watchdogs. */
const char *const rf_sel_sensor_types[] = {
    "OEM", "Temperature", "Voltage", "Current", "Fan",
    "Physical Chassis Security", "Platform Security Violation Attempt",
    "Processor", "Power Supply / Converter", "PowerUnit", "CoolingDevice",
    "Other Units-based Sensor", "Memory", "Drive Slot/Bay",
    "POST Memory Resize", "System Firmware Progress",
    "Event Logging Disabled", "Watchdog", "System Event",
    "Critical Interrupt", "Button/Switch", "Module/Board",
    "Microcontroller/Coprocessor", "Add-in Card", "Chassis", "ChipSet",
    "Other FRU", "Cable/Interconnect", "Terminator", "SystemBoot/Restart",
    "Boot Error", "BaseOSBoot/InstallationStatus", "OS Stop/Shutdown",
    "Slot/Connector", "System ACPI PowerState", "Watchdog",
    "Platform Alert", "Entity Presence", "Monitor ASIC/IC", "LAN",
    "Management Subsystem Health", "Battery", "Session Audit",
    "Version Change", "FRUState", NULL,
};

const char *const rf_sel_severities[] = { "OK", "Warning", "Critical", NULL };
enum { SEVERITY_OK, SEVERITY_WARNING, SEVERITY_CRITICAL };

/*
 * Offsets that are a warning or worse: of generic event types (@sensor is
 * 0), and of the sensor types of table 42-3 whose offsets leave no doubt.
 */
static const struct {
    uint8_t event_type;
    uint8_t sensor;
    uint16_t warning;
    uint16_t critical;
} severities[] = {
    { 0x01, 0, 0x00c3, 0x0f3c },
    { 0x04, 0, 0x0002, 0 },
    { 0x05, 0, 0x0002, 0 },
    { 0x06, 0, 0x0002, 0 },
    { 0x07, 0, 0x0012, 0x006c },
    { 0x0a, 0, 0x0140, 0 },
    { 0x0b, 0, 0x00dc, 0x0022 },
    { EVENT_TYPE_SPECIFIC, 0x05, 0x003f, 0 },
    { EVENT_TYPE_SPECIFIC, 0x06, 0x003f, 0 },
    { EVENT_TYPE_SPECIFIC, 0x07, 0x0424, 0x0903 },
    { EVENT_TYPE_SPECIFIC, 0x09, 0x0020, 0x0048 },
    { EVENT_TYPE_SPECIFIC, 0x0c, 0x0031, 0x000e },
    { EVENT_TYPE_SPECIFIC, 0x0d, 0x0004, 0x0062 },
    { EVENT_TYPE_SPECIFIC, 0x0f, 0, 0x0001 },
    { EVENT_TYPE_SPECIFIC, 0x10, 0x0031, 0 },
    { EVENT_TYPE_SPECIFIC, 0x13, 0x0080, 0x0f7f },
    { EVENT_TYPE_SPECIFIC, 0x1e, 0x001f, 0 },
    { EVENT_TYPE_SPECIFIC, 0x20, 0x0030, 0x0003 },
    { EVENT_TYPE_SPECIFIC, 0x23, 0x010f, 0 },
};

int rf_sel_code(const SelEvent *event)
{
    unsigned offset = event->data[0] & 0x0f;

    if (event->event_type >= EVENT_TYPE_OEM) {
        return CODE_OEM;
    }
    if (event->deassert) {
        return CODE_DEASSERT;
    }
    if (event->event_type == EVENT_TYPE_SPECIFIC) {
        return CODE_ASSERT;
    }
    if (event->event_type >= G_N_ELEMENTS(generic) ||
        offset >= generic[event->event_type].count) {
        return -1;
    }
    return generic[event->event_type].first + offset;
}

int rf_sel_sensor_type(uint8_t type)
{
    if (type >= SENSOR_TYPE_OEM) {
        return 0;
    }
    return type && type < G_N_ELEMENTS(rf_sel_sensor_types) - 1 ? type : -1;
}

unsigned rf_sel_severity(const SelEvent *event)
{
    uint16_t bit = 1u << (event->data[0] & 0x0f);
    unsigned i;

    for (i = 0; i < G_N_ELEMENTS(severities) && !event->deassert; i++) {
        if (severities[i].event_type != event->event_type ||
            (severities[i].sensor &&
             severities[i].sensor != event->sensor_type)) {
            continue;
        }
        if (severities[i].critical & bit) {
            return SEVERITY_CRITICAL;
        }
        return severities[i].warning & bit ? SEVERITY_WARNING : SEVERITY_OK;
    }
    return SEVERITY_OK;
}
