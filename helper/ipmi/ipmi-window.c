/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bit per number that was seen lately. Numbers are compared modulo 2^32,
 * so the window slides over the end; 0 is never used there.
 */
#include "osdep.h"

#include "ipmi/ipmi-window.h"

#define WINDOW_AHEAD 16
#define WINDOW_BEHIND 15

bool ipmi_window_check(const IpmiWindow *window, uint32_t sequence)
{
    uint32_t ahead = sequence - window->last;
    uint32_t behind = window->last - sequence;

    if (sequence == 0) {
        return false;
    }
    if (ahead != 0 && ahead <= WINDOW_AHEAD) {
        return true;
    }
    return behind <= WINDOW_BEHIND && !(window->seen >> behind & 1);
}

void ipmi_window_accept(IpmiWindow *window, uint32_t sequence)
{
    uint32_t ahead = sequence - window->last;
    uint32_t behind = window->last - sequence;

    if (ahead != 0 && ahead <= WINDOW_AHEAD) {
        window->seen = ahead < WINDOW_AHEAD ? window->seen << ahead : 0;
        window->seen |= 1;
        window->last = sequence;
    } else if (behind <= WINDOW_BEHIND) {
        window->seen |= 1u << behind;
    }
}
