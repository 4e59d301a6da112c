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

/**
 * machine_qmp_set_guest_agent: how the guest agent is found. By default it is
 * looked for over QMP. To be called before the main loop runs.
 *
 * @machine: a machine of machine_qmp_new() or machine_launch_new()
 * @off: it is left alone
 * @addr: (nullable): where QEMU listens with the agent's character device,
 *        if that cannot be found out
 */
void machine_qmp_set_guest_agent(Machine *machine, bool off,
                                 GSocketAddress *addr);

#endif /* QEMU_BMC_MACHINE_MACHINE_QMP_H */
