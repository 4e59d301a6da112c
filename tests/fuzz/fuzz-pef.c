/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any filter and any event; any trap fits, and is one BER sequence. */
#include "osdep.h"

#include "codec/pef.h"
#include "codec/pet.h"

#define EVENT_LEN 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_filter(const uint8_t *filter, const uint8_t *event)
{
    uint8_t off[PEF_FILTER_LEN];
    PefEvent e = {
        .generator = event[0] | event[1] << 8,
        .sensor_type = event[2],
        .sensor = event[3],
        .trigger = event[4],
        .data = { event[5], event[6], event[7] },
    };

    pef_filter_valid(filter);
    pef_filter_matches(filter, &e);
    memcpy(off, filter, sizeof(off));
    off[PEF_FILTER_CONFIG] &= ~PEF_FILTER_ENABLED;
    g_assert(!pef_filter_matches(off, &e));
    pef_policy_valid(filter, 1, filter[3]);
}

static void try_trap(const uint8_t *data, size_t len)
{
    uint8_t buf[PET_TRAP_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    g_autofree char *text = g_strndup((const char *)data, len);
    PetTrap trap = { .text = text };

    g_strlcpy(trap.community, text, sizeof(trap.community));
    memcpy(&trap.uptime, data, 4);
    memcpy(&trap.timestamp, data + 4, 4);
    memcpy(trap.guid, data + 8, sizeof(trap.guid));
    trap.sensor_type = data[6];
    trap.event_type = data[7];
    trap.severity = data[8];
    trap.offset = data[9] & 0x0f;
    pet_build(&w, &trap);
    g_assert(!w.failed);
    g_assert(buf[0] == 0x30);
    g_assert(buf[1] < 0x80 ? w.len == buf[1] + 2u :
             buf[1] == 0x81 ? w.len == buf[2] + 3u :
             buf[1] == 0x82 && w.len == (buf[2] << 8 | buf[3]) + 4u);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len >= PEF_FILTER_LEN + EVENT_LEN) {
        try_filter(data, data + PEF_FILTER_LEN);
        try_trap(data, len);
    }
    return 0;
}
