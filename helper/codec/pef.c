/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of Platform Event Filtering: what is valid, and what matches. */
#include "osdep.h"

#include "codec/pef.h"

/* The other bytes of a filter. */
#define GENERATOR 4
#define SENSOR_TYPE 6
#define SENSOR 7
#define TRIGGER 8
#define OFFSETS 9
#define DATA 11
#define DATA_STEP 3

#define ANY 0xff
/* Reserved, and "made by the manufacturer", of which there are none. */
#define CONFIG_RESERVED 0x7f
#define POLICY_RESERVED 0xf0
#define SEVERITY_MAX 0x20
#define POLICY_TYPE_MASK 0x07
#define POLICY_TYPE_MAX 4

bool pef_filter_valid(const uint8_t *filter)
{
    uint8_t severity = filter[PEF_FILTER_SEVERITY];

    return !(filter[PEF_FILTER_CONFIG] & CONFIG_RESERVED) &&
           !(filter[PEF_FILTER_ACTION] & ~PEF_ACTIONS) &&
           !(filter[PEF_FILTER_POLICY] & POLICY_RESERVED) &&
           severity <= SEVERITY_MAX && (severity & (severity - 1)) == 0;
}

/*
 * Bits whose first mask is set must be as in the second one; of the others,
 * if there are any, one must be.
 */
static bool data_matches(const uint8_t *masks, uint8_t data)
{
    uint8_t differ = (data & masks[0]) ^ masks[2];
    uint8_t loose = ~masks[1];

    return !(differ & masks[1]) && (!loose || (~differ & loose));
}

static bool byte_matches(uint8_t wanted, uint8_t value)
{
    return wanted == ANY || wanted == value;
}

bool pef_filter_matches(const uint8_t *filter, const PefEvent *event)
{
    unsigned offsets = filter[OFFSETS] | filter[OFFSETS + 1] << 8;
    size_t i;

    if (!(filter[PEF_FILTER_CONFIG] & PEF_FILTER_ENABLED) ||
        !byte_matches(filter[GENERATOR], event->generator & 0xff) ||
        !byte_matches(filter[GENERATOR + 1], event->generator >> 8) ||
        !byte_matches(filter[SENSOR_TYPE], event->sensor_type) ||
        !byte_matches(filter[SENSOR], event->sensor) ||
        !byte_matches(filter[TRIGGER], event->trigger) ||
        !(offsets & 1u << (event->data[0] & 0x0f))) {
        return false;
    }
    for (i = 0; i < sizeof(event->data); i++) {
        if (!data_matches(filter + DATA + i * DATA_STEP, event->data[i])) {
            return false;
        }
    }
    return true;
}

bool pef_policy_valid(const uint8_t *policy, uint8_t channel,
                      unsigned destinations)
{
    return (policy[PEF_POLICY_TYPE] & POLICY_TYPE_MASK) <= POLICY_TYPE_MAX &&
           policy[PEF_POLICY_TARGET] >> 4 == channel &&
           (policy[PEF_POLICY_TARGET] & 0x0f) <= destinations;
}
