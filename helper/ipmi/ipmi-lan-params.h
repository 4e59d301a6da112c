/* SPDX-License-Identifier: GPL-2.0-or-later */
/* LAN configuration parameters (IPMI 2.0 table 23-4). */
#ifndef QEMU_BMC_IPMI_IPMI_LAN_PARAMS_H
#define QEMU_BMC_IPMI_IPMI_LAN_PARAMS_H

#include "bmc/lan.h"
#include "ipmi/ipmi-params.h"

/* Longest data of a parameter: an IPv6 address with what belongs to it. */
#define IPMI_LAN_PARAM_MAX 20

extern const IpmiParam ipmi_lan_params[];

/**
 * ipmi_lan_read_progress: IpmiParam.read of "set in progress", with which the
 * hub gathers what is written.
 *
 * @req: the request
 * @param: its row
 * @set: set selector
 * @out: its data
 *
 * Returns: a completion code
 */
int ipmi_lan_read_progress(IpmiRequest *req, const IpmiParam *param,
                           unsigned set, ByteWriter *out);

/**
 * ipmi_lan_write_progress: IpmiParam.write of it.
 *
 * @req: the request
 * @param: its row
 * @data: its data
 * @len: its length in bytes
 *
 * Returns: a completion code
 */
int ipmi_lan_write_progress(IpmiRequest *req, const IpmiParam *param,
                            const uint8_t *data, size_t len);

/**
 * ipmi_lan_read_field: IpmiParam.read of what the hub keeps as it is sent;
 * IpmiParam.arg is the BmcLanField.
 *
 * @req: the request
 * @param: its row
 * @set: set selector
 * @out: its data
 *
 * Returns: a completion code
 */
int ipmi_lan_read_field(IpmiRequest *req, const IpmiParam *param,
                        unsigned set, ByteWriter *out);

/**
 * ipmi_lan_write_field: IpmiParam.write of it.
 *
 * @req: the request
 * @param: its row
 * @data: its data
 * @len: its length in bytes
 *
 * Returns: a completion code
 */
int ipmi_lan_write_field(IpmiRequest *req, const IpmiParam *param,
                         const uint8_t *data, size_t len);

#endif /* QEMU_BMC_IPMI_IPMI_LAN_PARAMS_H */
