/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When to connect to a monitor, and doing it: at once, when its path
 * appears, or after a back-off where nothing can tell us.
 */
#ifndef QEMU_BMC_QMP_QMP_DIALER_H
#define QEMU_BMC_QMP_QMP_DIALER_H

#include <gio/gio.h>
#include <stdbool.h>

#include "util/clock.h"

typedef struct QmpDialer QmpDialer;

/**
 * QmpDialerFunc: called from the main loop; may stop or free the dialer.
 *
 * @opaque: as given to qmp_dialer_new()
 * @sock: (transfer full): the connection, and the dialer rests; or NULL
 * @err: why an attempt failed; the dialer goes on unless it is stopped. NULL
 *       with @sock, and without it when connect() is under way
 */
typedef void (*QmpDialerFunc)(void *opaque, GSocket *sock,
                              const GError *err);

/**
 * qmp_dialer_new: make a dialer, at rest.
 *
 * @addr: where to connect
 * @clock: the clock for back-off
 * @func: gets connections and failures
 * @opaque: handed to @func
 *
 * Returns: (transfer full): the dialer
 */
QmpDialer *qmp_dialer_new(GSocketAddress *addr, Clock *clock,
                          QmpDialerFunc func, void *opaque);

/**
 * qmp_dialer_start: begin to try. A connection that ended early counts as a
 * failure, so that a server which drops us at once is not called all the
 * time.
 *
 * @dialer: the dialer, at rest
 * @failed: the last connection ended early
 */
void qmp_dialer_start(QmpDialer *dialer, bool failed);

/**
 * qmp_dialer_stop: rest.
 *
 * @dialer: the dialer
 */
void qmp_dialer_stop(QmpDialer *dialer);

/**
 * qmp_dialer_free: free a dialer.
 *
 * @dialer: the dialer, or NULL
 */
void qmp_dialer_free(QmpDialer *dialer);

#endif /* QEMU_BMC_QMP_QMP_DIALER_H */
