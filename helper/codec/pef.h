/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of Platform Event Filtering (IPMI 2.0 sections 17.7 and 17.11). */
#ifndef QEMU_BMC_CODEC_PEF_H
#define QEMU_BMC_CODEC_PEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Actions, as in a filter, in the global control and in the capabilities. */
#define PEF_ALERT 0x01
#define PEF_POWER_DOWN 0x02
#define PEF_RESET 0x04
#define PEF_POWER_CYCLE 0x08
#define PEF_DIAGNOSTIC 0x20
#define PEF_ACTIONS (PEF_ALERT | PEF_POWER_DOWN | PEF_RESET | \
                     PEF_POWER_CYCLE | PEF_DIAGNOSTIC)

/* Bytes of a filter (table 17-2), without its number. */
#define PEF_FILTER_LEN 20
#define PEF_FILTER_CONFIG 0
#define PEF_FILTER_ACTION 1
#define PEF_FILTER_POLICY 2
#define PEF_FILTER_SEVERITY 3
#define PEF_FILTER_ENABLED 0x80

/* Bytes of an alert policy (table 17-4), without its number. */
#define PEF_POLICY_LEN 3
#define PEF_POLICY_TYPE 0
#define PEF_POLICY_TARGET 1
#define PEF_POLICY_STRING 2
#define PEF_POLICY_ENABLED 0x08

/**
 * PefEvent: an event as filters see it.
 *
 * @generator: generator id, first byte in the low half
 * @sensor_type: sensor type code
 * @sensor: sensor number
 * @trigger: event/reading type code, with bit 7 set for a deassertion
 * @data: event data 1 to 3
 */
typedef struct PefEvent {
    uint16_t generator;
    uint8_t sensor_type;
    uint8_t sensor;
    uint8_t trigger;
    uint8_t data[3];
} PefEvent;

/**
 * pef_filter_valid: whether a filter could be one of ours: no reserved bit
 * and no action that there is not.
 *
 * @filter: %PEF_FILTER_LEN bytes
 *
 * Returns: true if so
 */
bool pef_filter_valid(const uint8_t *filter);

/**
 * pef_filter_matches: whether an enabled filter is for an event.
 *
 * @filter: %PEF_FILTER_LEN bytes
 * @event: the event
 *
 * Returns: true if so
 */
bool pef_filter_matches(const uint8_t *filter, const PefEvent *event);

/**
 * pef_policy_valid: whether an alert policy could be one of ours: no
 * reserved value, and a channel that can send alerts.
 *
 * @policy: %PEF_POLICY_LEN bytes
 * @channel: the only such channel
 * @destinations: number of destinations it has, besides 0
 *
 * Returns: true if so
 */
bool pef_policy_valid(const uint8_t *policy, uint8_t channel,
                      unsigned destinations);

#endif /* QEMU_BMC_CODEC_PEF_H */
