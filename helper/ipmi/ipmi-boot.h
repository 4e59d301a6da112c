/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System boot options (IPMI 2.0 sections 28.12 and 28.13). The boot flags
 * (parameter 5) are the hub's boot override, and it keeps the other
 * parameters but "set in progress", which is about IPMI alone.
 */
#ifndef QEMU_BMC_IPMI_IPMI_BOOT_H
#define QEMU_BMC_IPMI_IPMI_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#include "util/bytes.h"

struct IpmiRequest;

/*
 * "Set in progress" does not outlive its owner for longer than this: a
 * client that dies between "in progress" and "complete" must not lock
 * everybody else out.
 */
#define IPMI_BOOT_SET_MS 60000

/**
 * IpmiBoot: parameter 0.
 *
 * @set_in_progress: parameter 0 is "set in progress"
 * @set_since_ms: since when
 */
typedef struct IpmiBoot {
    bool set_in_progress;
    int64_t set_since_ms;
} IpmiBoot;

/**
 * ipmi_boot_set: handler of Set System Boot Options.
 *
 * @req: the request
 * @in: request data
 * @out: response data
 *
 * Returns: as IpmiHandler
 */
int ipmi_boot_set(struct IpmiRequest *req, ByteReader *in, ByteWriter *out);

/**
 * ipmi_boot_get: handler of Get System Boot Options.
 *
 * @req: the request
 * @in: request data
 * @out: response data
 *
 * Returns: as IpmiHandler
 */
int ipmi_boot_get(struct IpmiRequest *req, ByteReader *in, ByteWriter *out);

#endif /* QEMU_BMC_IPMI_IPMI_BOOT_H */
