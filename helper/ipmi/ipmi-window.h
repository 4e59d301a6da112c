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
 * @size: how far ahead a number may be, at most 16; 0 means 16
 */
typedef struct IpmiWindow {
    uint32_t last;
    uint16_t seen;
    uint8_t size;
} IpmiWindow;

/**
 * ipmi_window_init: begin at a number of our choice, as in IPMI 1.5.
 *
 * @window: the window
 * @first: the first number to be accepted; none before it will be
 * @size: IpmiWindow.size
 */
void ipmi_window_init(IpmiWindow *window, uint32_t first, uint8_t size);

/**
 * ipmi_window_check: whether a number would be accepted: not 0, at most 16
 * (or its size) ahead of the highest, or less than that behind it and not
 * seen yet.
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
