/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What to tell people whose monitor cannot be reached. */
#ifndef QEMU_BMC_QMP_QMP_HINT_H
#define QEMU_BMC_QMP_QMP_HINT_H

#include <gio/gio.h>

/**
 * qmp_hint_connect: say why a monitor could not be connected to, and what
 * to do about it.
 *
 * @addr: its address
 * @err: why, as DialerFunc has it
 *
 * Returns: (transfer full): an error of %BMC_ERROR
 */
GError *qmp_hint_connect(GSocketAddress *addr, const GError *err);

#endif /* QEMU_BMC_QMP_QMP_HINT_H */
