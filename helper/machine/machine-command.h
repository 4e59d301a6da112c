/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine whose QEMU process somebody else starts and ends (libvirt,
 * systemd, a container runtime), and whom commands of the configuration tell
 * to. Everything else is done over QMP, as with machine-qmp.
 */
#ifndef QEMU_BMC_MACHINE_MACHINE_COMMAND_H
#define QEMU_BMC_MACHINE_MACHINE_COMMAND_H

#include <gio/gio.h>
#include <glib.h>
#include <stdbool.h>

#include "machine/machine.h"
#include "util/clock.h"

/**
 * MachineCommandConfig: what to run. The commands' environment says which
 * machine it is about: QEMU_BMC_NAME, QEMU_BMC_ACTION ("on" or "off") and
 * QEMU_BMC_QMP (the QMP socket).
 *
 * @name: name of the BMC
 * @on: (nullable): starts QEMU, paused (-S) or not, and ends when that is
 *      done or under way; without it, nothing is started
 * @off: (nullable): ends QEMU; without it, off is prelaunch, and a QEMU that
 *       hangs stays
 * @off_pauses: off is prelaunch, and @off is only for a QEMU that hangs
 * @timeout_ms: how long a command may take, and QEMU after it
 */
typedef struct MachineCommandConfig {
    const char *name;
    const char *on;
    const char *off;
    bool off_pauses;
    unsigned timeout_ms;
} MachineCommandConfig;

/**
 * machine_command_new: a machine that attaches to a QMP socket, now or as
 * soon as it is there.
 *
 * Starting it without a process runs @on, and waits for the end of the
 * command and for QMP. One that is paused then is reset and let run, after
 * those who react to %MACHINE_EVENT_STATE by setting boot indexes. A QEMU
 * that runs before the command ends counts as started.
 *
 * Stopping it runs @off; done when the command has ended and QEMU is not
 * there, or off. When the guest has powered off, @off ends what is left of
 * QEMU, unless somebody else does or starts the guest again.
 *
 * @config: what to run; copied
 * @addr: the QMP socket's address
 * @clock: the clock for timeouts
 * @errp: BMC_ERROR_USAGE, see command_parse()
 *
 * Returns: (transfer full): the machine, or NULL
 */
Machine *machine_command_new(const MachineCommandConfig *config,
                             GSocketAddress *addr, Clock *clock,
                             GError **errp);

#endif /* QEMU_BMC_MACHINE_MACHINE_COMMAND_H */
