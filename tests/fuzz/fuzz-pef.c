/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Any filter and any event; any trap fits, and is well-formed BER. */
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

/*
 * One element: its tag, then what follows it. Lengths are as short as can be,
 * and nothing points beyond @end.
 */
static const uint8_t *enter(const uint8_t *at, const uint8_t *end, uint8_t tag,
                            size_t *len)
{
    g_assert(end - at >= 2 && at[0] == tag);
    *len = at[1];
    at += 2;
    if (*len & 0x80) {
        g_assert(*len == 0x81 && at < end && *at >= 0x80);
        *len = *at++;
    }
    g_assert((size_t)(end - at) >= *len);
    return at;
}

static const uint8_t *skip(const uint8_t *at, const uint8_t *end, uint8_t tag)
{
    size_t len;

    at = enter(at, end, tag, &len);
    return at + len;
}

/* The last element of what it is in. */
static const uint8_t *enter_last(const uint8_t *at, const uint8_t *end,
                                 uint8_t tag)
{
    size_t len;

    at = enter(at, end, tag, &len);
    g_assert(at + len == end);
    return at;
}

static void check_trap(const uint8_t *at, const uint8_t *end)
{
    static const uint8_t before[] = { 0x06, 0x40, 0x02, 0x02, 0x43 };
    size_t i;

    at = enter_last(at, end, 0x30);
    at = skip(at, end, 0x02);
    at = skip(at, end, 0x04);
    at = enter_last(at, end, 0xa4);
    for (i = 0; i < sizeof(before); i++) {
        at = skip(at, end, before[i]);
    }
    at = enter_last(at, end, 0x30);
    at = enter_last(at, end, 0x30);
    at = skip(at, end, 0x06);
    at = enter_last(at, end, 0x04);
    g_assert(end - at >= PET_GUID_LEN + 31 && end[-1] == 0xc1);
}

static void try_trap(const uint8_t *data, size_t len)
{
    uint8_t buf[PET_TRAP_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    g_autofree char *text = g_strndup((const char *)data, len);
    PetTrap trap = { .text = data[0] & 1 ? text : NULL };

    /* Unterminated, if so it is */
    memcpy(trap.community, text, MIN(strlen(text) + 1,
                                     sizeof(trap.community)));
    memcpy(&trap.uptime, data, 4);
    memcpy(&trap.timestamp, data + 4, 4);
    memcpy(trap.guid, data + 8, sizeof(trap.guid));
    memcpy(trap.agent, data + 10, sizeof(trap.agent));
    memcpy(trap.data, data + 12, sizeof(trap.data));
    trap.sequence = data[4] << 8 | data[5];
    trap.source = pet_source(data[5]);
    trap.sensor_type = data[6];
    trap.event_type = data[7];
    trap.severity = data[8];
    trap.offset = data[9];
    trap.deassert = data[10] & 1;
    pet_build(&w, &trap);
    g_assert(!w.failed);
    check_trap(w.data, w.data + w.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    if (len >= PEF_FILTER_LEN + EVENT_LEN) {
        try_filter(data, data + PEF_FILTER_LEN);
        try_trap(data, len);
    }
    return 0;
}
