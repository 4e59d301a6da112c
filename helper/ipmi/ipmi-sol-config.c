/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Set and Get SOL Configuration Parameters (IPMI 2.0 sections 26.2 and 26.3).
 * A parameter takes effect as it is written, for the active payload too.
 */
#include "osdep.h"

#include "bmc/lan.h"
#include "bmc/sol.h"
#include "ipmi/ipmi-commands.h"
#include "ipmi/ipmi-params.h"

#define REVISION_ONLY 0x80
#define CHANNEL 0x7f

#define FORCE_ENCRYPTION 0x80
#define FORCE_AUTHENTICATION 0x40
#define PRIVILEGE_RESERVED 0x30
#define PRIVILEGE_MASK 0x0f

static const BmcSolConfig *config_of(const IpmiRequest *req)
{
    return bmc_sol_get(req->bmc);
}

static int apply(IpmiRequest *req, const BmcSolConfig *config)
{
    return bmc_sol_set(req->bmc, config, &req->ctx->origin, NULL) ?
           IPMI_CC_OK : IPMI_CC_PARAM_RANGE;
}

static int write_enable(IpmiRequest *req, const IpmiParam *param,
                        const uint8_t *data, size_t len)
{
    BmcSolConfig config = *config_of(req);

    if (data[0] > 1) {
        return IPMI_CC_INVALID_FIELD;
    }
    config.enabled = data[0];
    return apply(req, &config);
}

static int read_enable(IpmiRequest *req, const IpmiParam *param,
                       unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->enabled);
    return IPMI_CC_OK;
}

static int write_authentication(IpmiRequest *req, const IpmiParam *param,
                                const uint8_t *data, size_t len)
{
    BmcSolConfig config = *config_of(req);

    if (data[0] & PRIVILEGE_RESERVED) {
        return IPMI_CC_INVALID_FIELD;
    }
    config.force_encryption = data[0] & FORCE_ENCRYPTION;
    config.force_authentication = data[0] & FORCE_AUTHENTICATION;
    config.privilege = data[0] & PRIVILEGE_MASK;
    return apply(req, &config);
}

static int read_authentication(IpmiRequest *req, const IpmiParam *param,
                               unsigned set, ByteWriter *out)
{
    const BmcSolConfig *config = config_of(req);

    byte_writer_u8(out,
                   (config->force_encryption ? FORCE_ENCRYPTION : 0) |
                   (config->force_authentication ? FORCE_AUTHENTICATION : 0) |
                   config->privilege);
    return IPMI_CC_OK;
}

static int write_accumulate(IpmiRequest *req, const IpmiParam *param,
                            const uint8_t *data, size_t len)
{
    BmcSolConfig config = *config_of(req);

    config.accumulate = data[0];
    config.threshold = data[1];
    return apply(req, &config);
}

static int read_accumulate(IpmiRequest *req, const IpmiParam *param,
                           unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->accumulate);
    byte_writer_u8(out, config_of(req)->threshold);
    return IPMI_CC_OK;
}

static int write_retry(IpmiRequest *req, const IpmiParam *param,
                       const uint8_t *data, size_t len)
{
    BmcSolConfig config = *config_of(req);

    if (data[0] > BMC_SOL_RETRY_MAX) {
        return IPMI_CC_INVALID_FIELD;
    }
    config.retries = data[0];
    config.retry_interval = data[1];
    return apply(req, &config);
}

static int read_retry(IpmiRequest *req, const IpmiParam *param,
                      unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->retries);
    byte_writer_u8(out, config_of(req)->retry_interval);
    return IPMI_CC_OK;
}

static int write_rate(IpmiRequest *req, const IpmiParam *param,
                      const uint8_t *data, size_t len)
{
    BmcSolConfig config = *config_of(req);

    if (data[0] & 0xf0) {
        return IPMI_CC_INVALID_FIELD;
    }
    config.rate = data[0];
    return apply(req, &config);
}

static int read_rate(IpmiRequest *req, const IpmiParam *param,
                     unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->rate);
    return IPMI_CC_OK;
}

static int write_volatile_rate(IpmiRequest *req, const IpmiParam *param,
                               const uint8_t *data, size_t len)
{
    BmcSolConfig config = *config_of(req);

    if (data[0] & 0xf0) {
        return IPMI_CC_INVALID_FIELD;
    }
    config.volatile_rate = data[0];
    return apply(req, &config);
}

static int read_volatile_rate(IpmiRequest *req, const IpmiParam *param,
                              unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->volatile_rate);
    return IPMI_CC_OK;
}

static int read_channel(IpmiRequest *req, const IpmiParam *param,
                        unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, IPMI_CHANNEL_LAN);
    return IPMI_CC_OK;
}

static int read_port(IpmiRequest *req, const IpmiParam *param,
                     unsigned set, ByteWriter *out)
{
    byte_writer_le16(out, bmc_lan_port(req->bmc));
    return IPMI_CC_OK;
}

static const IpmiParam params[] = {
    { 0, 1, 1, 0, 0, ipmi_param_read_progress, ipmi_param_write_progress,
      IPMI_PROGRESS_SOL },
    { 1, 1, 1, 0, 0, read_enable, write_enable },
    { 2, 1, 1, 0, 0, read_authentication, write_authentication },
    { 3, 2, 2, 0, 0, read_accumulate, write_accumulate },
    { 4, 2, 2, 0, 0, read_retry, write_retry },
    { 5, 1, 1, 0, 0, read_rate, write_rate },
    { 6, 1, 1, 0, 0, read_volatile_rate, write_volatile_rate },
    { 7, 1, 1, 0, 0, read_channel },
    { 8, 2, 2, 0, 0, read_port },
    { .read = NULL },
};

static int set_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);

    if (ipmi_request_channel(req, channel) != IPMI_CHANNEL_LAN) {
        return IPMI_CC_INVALID_FIELD;
    }
    return ipmi_params_set(req, params, in);
}

static int get_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);

    if (ipmi_request_channel(req, channel & CHANNEL) != IPMI_CHANNEL_LAN) {
        return IPMI_CC_INVALID_FIELD;
    }
    return ipmi_params_get(req, params, channel & REVISION_ONLY, in, out);
}

const IpmiCommand ipmi_sol_config_commands[] = {
    { IPMI_NETFN_TRANSPORT, 0x21, 3, 4, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_config, "Set SOL Configuration Parameters" },
    { IPMI_NETFN_TRANSPORT, 0x22, 4, 4, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_config, "Get SOL Configuration Parameters" },
    { .name = NULL },
};
