/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Inbound session sequence numbers (IPMI 2.0 sections 6.12.13 to 6.12.15). */
#ifndef QEMU_BMC_IPMI_IPMI_WINDOW_H
#define QEMU_BMC_IPMI_IPMI_WINDOW_H

#include <stdbool.h>
#include <stdint.h>

/**
 * IpmiWindow: the numbers that were seen; all zero for a new session.
 *
 * @last: highest number accepted
 * @seen: bit n: @last - n was accepted
 */
typedef struct IpmiWindow {
    uint32_t last;
    uint16_t seen;
} IpmiWindow;

/**
 * ipmi_window_check: whether a number would be accepted: not 0, at most 16
 * ahead of the highest, or at most 15 behind it and not seen yet.
 *
 * @window: the window
 * @sequence: the number
 *
 * Returns: true if it would
 */
bool ipmi_window_check(const IpmiWindow *window, uint32_t sequence);

/**
 * ipmi_window_accept: note a number as seen; only after ipmi_window_check()
 * and only once the packet is known to be genuine.
 *
 * @window: the window
 * @sequence: the number
 */
void ipmi_window_accept(IpmiWindow *window, uint32_t sequence);

#endif /* QEMU_BMC_IPMI_IPMI_WINDOW_H */
