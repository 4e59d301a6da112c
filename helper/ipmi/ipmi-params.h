/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Configuration parameters, one table row each: those of LAN, of Serial over
 * LAN and of the system are set and read by the same rules (IPMI 2.0
 * sections 22.14a, 22.14b, 23.1, 23.2, 26.2 and 26.3).
 */
#ifndef QEMU_BMC_IPMI_IPMI_PARAMS_H
#define QEMU_BMC_IPMI_IPMI_PARAMS_H

#include "ipmi/ipmi-core.h"

#define IPMI_PARAM_UNSUPPORTED 0x80
#define IPMI_PARAM_IN_PROGRESS 0x81
#define IPMI_PARAM_READ_ONLY 0x82

/* What "set in progress" (parameter 0) is, or is set to. */
#define IPMI_PARAM_SET_COMPLETE 0
#define IPMI_PARAM_SET_STARTED 1
#define IPMI_PARAM_SET_COMMIT 2

/* It does not outlive a client that has died by more. */
#define IPMI_PARAM_SET_MS 60000

typedef struct IpmiParam IpmiParam;

/**
 * IpmiParam: a parameter.
 *
 * @number: parameter selector
 * @min: least bytes of data to set, the set selector with them
 * @max: most bytes; 0 for one that is read only
 * @sets: bits of the set selector, with which data begins; 0 if there is none
 * @last_set: highest set selector
 * @read: writes data, beginning with the set selector if there is one, and
 *        returns a completion code; NULL ends a table
 * @write: (nullable): sets it, with the length and the set selector checked;
 *         returns a completion code. Without it, a parameter that is not read
 *         only takes nothing but what it is: clients write back what they
 *         have read
 * @arg: for @read and @write
 */
struct IpmiParam {
    uint8_t number;
    uint8_t min;
    uint8_t max;
    uint8_t sets;
    uint8_t last_set;
    int (*read)(IpmiRequest *req, const IpmiParam *param, unsigned set,
                ByteWriter *out);
    int (*write)(IpmiRequest *req, const IpmiParam *param,
                 const uint8_t *data, size_t len);
    int arg;
};

/**
 * ipmi_params_get: for handlers: read a parameter.
 *
 * @req: the request
 * @table: its parameters
 * @revision_only: only the parameter revision is asked for
 * @in: parameter, set and block selector, which end the request
 * @out: response data: parameter revision, data
 *
 * Returns: a completion code
 */
int ipmi_params_get(IpmiRequest *req, const IpmiParam *table,
                    bool revision_only, ByteReader *in, ByteWriter *out);

/**
 * ipmi_params_set: for handlers: set a parameter, and answer when it is on
 * disk.
 *
 * @req: the request
 * @table: its parameters
 * @in: parameter selector and data, which end the request
 *
 * Returns: what the handler returns
 */
int ipmi_params_set(IpmiRequest *req, const IpmiParam *table,
                    ByteReader *in);

/**
 * ipmi_param_read_progress: IpmiParam.read of a "set in progress" that means
 * nothing to the hub; IpmiParam.arg is its IpmiProgress.
 *
 * @req: the request
 * @param: its row
 * @set: set selector
 * @out: its data
 *
 * Returns: a completion code
 */
int ipmi_param_read_progress(IpmiRequest *req, const IpmiParam *param,
                             unsigned set, ByteWriter *out);

/**
 * ipmi_param_write_progress: IpmiParam.write of such a one. What is written
 * holds at once, so there is nothing to commit or to roll back.
 *
 * @req: the request
 * @param: its row
 * @data: its data
 * @len: its length in bytes
 *
 * Returns: a completion code
 */
int ipmi_param_write_progress(IpmiRequest *req, const IpmiParam *param,
                              const uint8_t *data, size_t len);

/**
 * ipmi_params_reset: the machine was reset or is gone: each "set in
 * progress" ends, those that the hub keeps too.
 *
 * @core: the core
 */
void ipmi_params_reset(IpmiCore *core);

#endif /* QEMU_BMC_IPMI_IPMI_PARAMS_H */
