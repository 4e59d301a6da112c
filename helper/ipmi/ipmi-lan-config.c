/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Set and Get LAN Configuration Parameters (IPMI 2.0 sections 23.1 and 23.2,
 * with the IPv6 parameters of errata 7). What is missing there is what a
 * host's kernel does and not we: a secondary port, gratuitous ARP, DHCPv6,
 * neighbour discovery.
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "ipmi/ipmi-lan-params.h"

#define REVISION_ONLY 0x80
#define CHANNEL 0x7f

int ipmi_lan_read_progress(IpmiRequest *req, const IpmiParam *param,
                           unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, bmc_lan_in_progress(req->bmc) ?
                   IPMI_PARAM_SET_STARTED : IPMI_PARAM_SET_COMPLETE);
    return IPMI_CC_OK;
}

/*
 * What is written holds at once; "commit write" makes the host follow, and
 * the client goes on writing. ipmitool's lan6 never ends without it.
 */
int ipmi_lan_write_progress(IpmiRequest *req, const IpmiParam *param,
                            const uint8_t *data, size_t len)
{
    switch (*data) {
    case IPMI_PARAM_SET_COMPLETE:
        bmc_lan_complete(req->bmc);
        return IPMI_CC_OK;
    case IPMI_PARAM_SET_STARTED:
        return bmc_lan_begin(req->bmc) ? IPMI_CC_OK : IPMI_PARAM_IN_PROGRESS;
    case IPMI_PARAM_SET_COMMIT:
        if (!bmc_lan_in_progress(req->bmc)) {
            return IPMI_CC_INVALID_FIELD;
        }
        bmc_lan_complete(req->bmc);
        bmc_lan_begin(req->bmc);
        return IPMI_CC_OK;
    default:
        return IPMI_CC_INVALID_FIELD;
    }
}

int ipmi_lan_read_field(IpmiRequest *req, const IpmiParam *param,
                        unsigned set, ByteWriter *out)
{
    uint8_t value[BMC_LAN_VALUE_MAX];

    if (!bmc_lan_get(req->bmc, param->arg, value)) {
        return IPMI_PARAM_UNSUPPORTED;
    }
    byte_writer_bytes(out, value, bmc_lan_field_len(param->arg));
    return IPMI_CC_OK;
}

int ipmi_lan_write_field(IpmiRequest *req, const IpmiParam *param,
                         const uint8_t *data, size_t len)
{
    return bmc_lan_set(req->bmc, param->arg, data, &req->ctx->origin,
                       NULL) ? IPMI_CC_OK : IPMI_CC_INVALID_FIELD;
}

static int set_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);

    if (ipmi_request_channel(req, channel) != IPMI_CHANNEL_LAN) {
        return IPMI_CC_INVALID_FIELD;
    }
    return ipmi_params_set(req, ipmi_lan_params, in);
}

static int get_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);

    if (ipmi_request_channel(req, channel & CHANNEL) != IPMI_CHANNEL_LAN) {
        return IPMI_CC_INVALID_FIELD;
    }
    return ipmi_params_get(req, ipmi_lan_params, channel & REVISION_ONLY, in,
                           out);
}

const IpmiCommand ipmi_lan_config_commands[] = {
    { IPMI_NETFN_TRANSPORT, 0x01, 3, 2 + IPMI_LAN_PARAM_MAX,
      BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL, IPMI_CMD_CHANGES, set_config,
      "Set LAN Configuration Parameters" },
    { IPMI_NETFN_TRANSPORT, 0x02, 4, 4, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      0, get_config, "Get LAN Configuration Parameters" },
    { .name = NULL },
};
