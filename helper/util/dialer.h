/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to connect to a server that comes and goes, and doing it: at once,
 * when its path appears, or after a back-off where nothing can tell us.
 */
#ifndef QEMU_BMC_UTIL_DIALER_H
#define QEMU_BMC_UTIL_DIALER_H

#include <gio/gio.h>
#include <stdbool.h>

#include "util/clock.h"

typedef struct Dialer Dialer;

/**
 * DialerFunc: called from the main loop; may stop or free the dialer.
 *
 * @opaque: as given to dialer_new()
 * @sock: (transfer full): the connection, and the dialer rests; or NULL
 * @err: why an attempt failed, %G_IO_ERROR; the dialer goes on unless it is
 *       stopped. NULL with @sock, and without it when connect() is under way
 */
typedef void (*DialerFunc)(void *opaque, GSocket *sock, const GError *err);

/**
 * dialer_new: make a dialer, at rest.
 *
 * @addr: where to connect
 * @clock: the clock for back-off
 * @func: gets connections and failures
 * @opaque: handed to @func
 *
 * Returns: (transfer full): the dialer
 */
Dialer *dialer_new(GSocketAddress *addr, Clock *clock, DialerFunc func,
                   void *opaque);

/**
 * dialer_start: begin to try. A connection that ended early counts as a
 * failure, so that a server which drops us at once is not called all the
 * time.
 *
 * @dialer: the dialer, at rest
 * @failed: the last connection ended early
 */
void dialer_start(Dialer *dialer, bool failed);

/**
 * dialer_stop: rest.
 *
 * @dialer: the dialer
 */
void dialer_stop(Dialer *dialer);

/**
 * dialer_free: free a dialer.
 *
 * @dialer: the dialer, or NULL
 */
void dialer_free(Dialer *dialer);

#endif /* QEMU_BMC_UTIL_DIALER_H */
