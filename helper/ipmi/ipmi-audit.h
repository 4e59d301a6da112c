/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the log says about a change over IPMI. */
#ifndef QEMU_BMC_IPMI_IPMI_AUDIT_H
#define QEMU_BMC_IPMI_IPMI_AUDIT_H

#include "ipmi/ipmi-core.h"

/**
 * ipmi_audit_describe: say what a request is about: which account, channel or
 * parameter, and what is done with it. Only fields that are known are read:
 * never a password or a key.
 *
 * @command: its row
 * @data: request data, of any length
 * @len: its length in bytes
 *
 * Returns: (transfer full): "user 3, set", or "" where there is nothing to
 *          say
 */
char *ipmi_audit_describe(const IpmiCommand *command, const uint8_t *data,
                          size_t len);

#endif /* QEMU_BMC_IPMI_IPMI_AUDIT_H */
