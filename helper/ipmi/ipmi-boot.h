/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * System boot options (IPMI 2.0 sections 28.12 and 28.13). The boot flags
 * (parameter 5) are the hub's boot override; the other parameters are about
 * setting them over IPMI and are kept here.
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
 * IpmiBoot: boot option parameters besides the flags.
 *
 * @set_in_progress: parameter 0 is "set in progress"
 * @set_since_ms: since when
 * @valid_clearing: parameter 3
 * @ack: parameter 4
 * @locked: a bit per parameter: marked invalid (bit 7 of the selector)
 */
typedef struct IpmiBoot {
    bool set_in_progress;
    int64_t set_since_ms;
    uint8_t valid_clearing;
    uint8_t ack;
    uint8_t locked;
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
