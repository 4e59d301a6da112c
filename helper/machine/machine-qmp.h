/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine driven over QMP: attached to a QEMU that somebody else runs. */
#ifndef QEMU_BMC_MACHINE_MACHINE_QMP_H
#define QEMU_BMC_MACHINE_MACHINE_QMP_H

#include <gio/gio.h>

#include "machine/machine.h"
#include "util/clock.h"

/**
 * machine_qmp_new: a machine that attaches to a QMP socket, now or as soon
 * as it is there, and again each time QEMU is started anew.
 *
 * @addr: the socket's address
 * @clock: the clock for timeouts
 *
 * Returns: (transfer full): the machine; it connects from the main loop
 */
Machine *machine_qmp_new(GSocketAddress *addr, Clock *clock);

#endif /* QEMU_BMC_MACHINE_MACHINE_QMP_H */
