/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The little of systemd's protocol that a service needs (sd_notify(3)). */
#ifndef QEMU_BMC_UTIL_SD_H
#define QEMU_BMC_UTIL_SD_H

#include <glib.h>
#include <stdint.h>

/**
 * sd_notify_send: tell the service manager something, e.g. "READY=1".
 * Does nothing without NOTIFY_SOCKET in the environment.
 *
 * @state: lines as sd_notify(3) has them
 */
void sd_notify_send(const char *state);

/**
 * sd_watchdog_interval_ms: how often the service manager wants a
 * "WATCHDOG=1" at the latest.
 *
 * Returns: milliseconds, or 0 when it wants none
 */
int64_t sd_watchdog_interval_ms(void);

#endif /* QEMU_BMC_UTIL_SD_H */
