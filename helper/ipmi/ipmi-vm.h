/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In-band IPMI: the server that QEMU's ipmi-bmc-extern device connects to.
 * Whoever connects is the machine's inside and needs no password.
 */
#ifndef QEMU_BMC_IPMI_IPMI_VM_H
#define QEMU_BMC_IPMI_IPMI_VM_H

#include <gio/gio.h>

#include "ipmi/ipmi-core.h"

typedef struct IpmiVm IpmiVm;

/**
 * IpmiVmPolicy: what the machine's software may do (VM_IPMI_POLICY). What it
 * may not is answered with D4h.
 *
 * @IPMI_VM_FULL: all that an administrator may
 * @IPMI_VM_NO_ACCOUNTS: all but touch accounts, keys and who may log in
 * @IPMI_VM_READ_ONLY: nothing that has an effect, but to set up the system
 *                     interface itself
 */
typedef enum IpmiVmPolicy {
    IPMI_VM_FULL,
    IPMI_VM_NO_ACCOUNTS,
    IPMI_VM_READ_ONLY,
} IpmiVmPolicy;

/**
 * ipmi_vm_new: listen for QEMU. One connection is served; a new one takes
 * its place, since QEMU reconnects before we may have noticed that the old
 * one is dead.
 *
 * @core: the core; must outlive the server
 * @addr: a unix path (made with mode 0600; a dead socket in its place is
 *        replaced) or a TCP address
 * @policy: what the machine's software may do
 * @errp: BMC_ERROR_PERMISSION or BMC_ERROR_FAILED, saying what to do
 *
 * Returns: (transfer full): the server, or NULL
 */
IpmiVm *ipmi_vm_new(IpmiCore *core, GSocketAddress *addr, IpmiVmPolicy policy,
                    GError **errp);

/**
 * ipmi_vm_free: stop serving; removes the socket's path.
 *
 * @vm: the server, or NULL
 */
void ipmi_vm_free(IpmiVm *vm);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IpmiVm, ipmi_vm_free)

/**
 * ipmi_vm_address: the address that is really served.
 *
 * @vm: the server
 *
 * Returns: (transfer none): the address
 */
GSocketAddress *ipmi_vm_address(const IpmiVm *vm);

#endif /* QEMU_BMC_IPMI_IPMI_VM_H */
