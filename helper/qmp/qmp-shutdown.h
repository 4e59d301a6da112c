/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ending a virtual machine gracefully, and by force when it will not. */
#ifndef QEMU_BMC_QMP_QMP_SHUTDOWN_H
#define QEMU_BMC_QMP_QMP_SHUTDOWN_H

#include "qmp/qmp-client.h"

/**
 * QmpShutdownHow: how a shutdown ended.
 *
 * @QMP_SHUTDOWN_GUEST: the guest powered off, or QEMU has ended by itself
 * @QMP_SHUTDOWN_FORCED: it did not within the time, and QEMU was told to
 *                       quit
 */
typedef enum QmpShutdownHow {
    QMP_SHUTDOWN_GUEST,
    QMP_SHUTDOWN_FORCED,
} QmpShutdownHow;

/**
 * qmp_shutdown_async: press the power button (system_powerdown), wait for
 * the guest to power off, and after a time, if wanted, end QEMU (quit).
 * When the guest has powered off already, done at once.
 *
 * @client: a client that is ready
 * @timeout_ms: milliseconds to give to the guest
 * @force: quit afterwards
 * @cancellable: ends the wait; what QEMU was told stays told; or NULL
 * @callback: called once
 * @opaque: handed to @callback
 */
void qmp_shutdown_async(QmpClient *client, unsigned timeout_ms, bool force,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback, void *opaque);

/**
 * qmp_shutdown_finish: result of qmp_shutdown_async().
 *
 * @res: as the callback got it
 * @how: set to how it ended, on success; or NULL
 * @errp: BMC_ERROR_TIMEOUT when the guest did not power off and @force was
 *        not set, or QEMU did not quit; else as qmp_client_execute_finish()
 *
 * Returns: true when the machine is off
 */
bool qmp_shutdown_finish(GAsyncResult *res, QmpShutdownHow *how,
                         GError **errp);

#endif /* QEMU_BMC_QMP_QMP_SHUTDOWN_H */
