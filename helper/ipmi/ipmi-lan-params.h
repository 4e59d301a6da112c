/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LAN configuration parameters that are more than bytes which are kept. */
#ifndef QEMU_BMC_IPMI_IPMI_LAN_PARAMS_H
#define QEMU_BMC_IPMI_IPMI_LAN_PARAMS_H

#include "bmc/lan.h"
#include "ipmi/ipmi-core.h"

/* Longest data of a parameter: an IPv6 address with what belongs to it. */
#define IPMI_LAN_PARAM_MAX 20

/**
 * IpmiLanParam: a parameter (IPMI 2.0 table 23-4).
 *
 * @number: parameter selector
 * @min: least bytes of data to set
 * @max: most bytes; 0 for one that is read only
 * @last_set: highest set selector
 * @read: writes its data, returns a completion code; NULL ends the table
 * @write: (nullable): sets it, returns a completion code; without it, a
 *         parameter that is not read only takes nothing but what it is
 */
typedef struct IpmiLanParam {
    uint8_t number;
    uint8_t min;
    uint8_t max;
    uint8_t last_set;
    int (*read)(IpmiRequest *req, unsigned set, ByteWriter *out);
    int (*write)(IpmiRequest *req, const uint8_t *data, size_t len);
} IpmiLanParam;

extern const IpmiLanParam ipmi_lan_params[];

#endif /* QEMU_BMC_IPMI_IPMI_LAN_PARAMS_H */
