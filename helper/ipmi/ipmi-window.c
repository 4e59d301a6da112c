/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bit per number that was seen lately. Numbers are compared modulo 2^32,
 * so the window slides over the end; 0 is never used there.
 */
#include "osdep.h"

#include "ipmi/ipmi-window.h"

#define WINDOW_MAX 16

static unsigned size_of(const IpmiWindow *window)
{
    return window->size ? window->size : WINDOW_MAX;
}

void ipmi_window_init(IpmiWindow *window, uint32_t first, uint8_t size)
{
    window->last = first - 1;
    window->seen = UINT16_MAX;
    window->size = size;
}

bool ipmi_window_check(const IpmiWindow *window, uint32_t sequence)
{
    uint32_t ahead = sequence - window->last;
    uint32_t behind = window->last - sequence;

    if (sequence == 0) {
        return false;
    }
    if (ahead != 0 && ahead <= size_of(window)) {
        return true;
    }
    return behind < size_of(window) && !(window->seen >> behind & 1);
}

void ipmi_window_accept(IpmiWindow *window, uint32_t sequence)
{
    uint32_t ahead = sequence - window->last;
    uint32_t behind = window->last - sequence;

    if (ahead != 0 && ahead <= size_of(window)) {
        window->seen = ahead < WINDOW_MAX ? window->seen << ahead : 0;
        window->seen |= 1;
        window->last = sequence;
    } else if (behind < size_of(window)) {
        window->seen |= 1u << behind;
    }
}
