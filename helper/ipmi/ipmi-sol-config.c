/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Set and Get SOL Configuration Parameters (IPMI 2.0 sections 26.2 and 26.3).
 * A parameter takes effect as it is written, for the active payload too.
 */
#include "osdep.h"

#include "bmc/lan.h"
#include "bmc/sol.h"
#include "ipmi/ipmi-commands.h"

#define REVISION 0x11
#define REVISION_ONLY 0x80
#define CHANNEL_RESERVED 0xf0

#define CC_UNSUPPORTED 0x80
#define CC_SET_IN_PROGRESS 0x81
#define CC_READ_ONLY 0x82

#define SET_COMPLETE 0
#define SET_STARTED 1

#define FORCE_ENCRYPTION 0x80
#define FORCE_AUTHENTICATION 0x40
#define PRIVILEGE_RESERVED 0x30
#define PRIVILEGE_MASK 0x0f

typedef struct SolParam {
    uint8_t len;
    /* NULL: it cannot be written. */
    int (*write)(IpmiRequest *req, const uint8_t *data, BmcSolConfig *config);
    void (*read)(const IpmiRequest *req, ByteWriter *out);
} SolParam;

static const BmcSolConfig *config_of(const IpmiRequest *req)
{
    return bmc_sol_get(req->bmc);
}

/* Its value means nothing to the hub, and is gone with the helper. */
static int write_progress(IpmiRequest *req, const uint8_t *data,
                          BmcSolConfig *config)
{
    if (data[0] > SET_STARTED) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (data[0] == SET_STARTED && req->core->sol_set_in_progress) {
        return CC_SET_IN_PROGRESS;
    }
    req->core->sol_set_in_progress = data[0] == SET_STARTED;
    return IPMI_CC_OK;
}

static void read_progress(const IpmiRequest *req, ByteWriter *out)
{
    byte_writer_u8(out, req->core->sol_set_in_progress ? SET_STARTED :
                   SET_COMPLETE);
}

static int write_enable(IpmiRequest *req, const uint8_t *data,
                        BmcSolConfig *config)
{
    if (data[0] > 1) {
        return IPMI_CC_INVALID_FIELD;
    }
    config->enabled = data[0];
    return IPMI_CC_OK;
}

static void read_enable(const IpmiRequest *req, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->enabled);
}

static int write_authentication(IpmiRequest *req, const uint8_t *data,
                                BmcSolConfig *config)
{
    if (data[0] & PRIVILEGE_RESERVED) {
        return IPMI_CC_INVALID_FIELD;
    }
    config->force_encryption = data[0] & FORCE_ENCRYPTION;
    config->force_authentication = data[0] & FORCE_AUTHENTICATION;
    config->privilege = data[0] & PRIVILEGE_MASK;
    return IPMI_CC_OK;
}

static void read_authentication(const IpmiRequest *req, ByteWriter *out)
{
    const BmcSolConfig *config = config_of(req);

    byte_writer_u8(out,
                   (config->force_encryption ? FORCE_ENCRYPTION : 0) |
                   (config->force_authentication ? FORCE_AUTHENTICATION : 0) |
                   config->privilege);
}

static int write_accumulate(IpmiRequest *req, const uint8_t *data,
                            BmcSolConfig *config)
{
    config->accumulate = data[0];
    config->threshold = data[1];
    return IPMI_CC_OK;
}

static void read_accumulate(const IpmiRequest *req, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->accumulate);
    byte_writer_u8(out, config_of(req)->threshold);
}

static int write_retry(IpmiRequest *req, const uint8_t *data,
                       BmcSolConfig *config)
{
    if (data[0] > BMC_SOL_RETRY_MAX) {
        return IPMI_CC_INVALID_FIELD;
    }
    config->retries = data[0];
    config->retry_interval = data[1];
    return IPMI_CC_OK;
}

static void read_retry(const IpmiRequest *req, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->retries);
    byte_writer_u8(out, config_of(req)->retry_interval);
}

static int write_rate(IpmiRequest *req, const uint8_t *data,
                      BmcSolConfig *config)
{
    if (data[0] & 0xf0) {
        return IPMI_CC_INVALID_FIELD;
    }
    config->rate = data[0];
    return IPMI_CC_OK;
}

static void read_rate(const IpmiRequest *req, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->rate);
}

static int write_volatile_rate(IpmiRequest *req, const uint8_t *data,
                               BmcSolConfig *config)
{
    if (data[0] & 0xf0) {
        return IPMI_CC_INVALID_FIELD;
    }
    config->volatile_rate = data[0];
    return IPMI_CC_OK;
}

static void read_volatile_rate(const IpmiRequest *req, ByteWriter *out)
{
    byte_writer_u8(out, config_of(req)->volatile_rate);
}

static void read_channel(const IpmiRequest *req, ByteWriter *out)
{
    byte_writer_u8(out, IPMI_CHANNEL_LAN);
}

/* Tools write back what they have read, and that changes nothing. */
static int write_port(IpmiRequest *req, const uint8_t *data,
                      BmcSolConfig *config)
{
    unsigned port = data[0] | data[1] << 8;

    return port == bmc_lan_port(req->bmc) ? IPMI_CC_OK : CC_READ_ONLY;
}

static void read_port(const IpmiRequest *req, ByteWriter *out)
{
    byte_writer_le16(out, bmc_lan_port(req->bmc));
}

static const SolParam params[] = {
    { 1, write_progress, read_progress },
    { 1, write_enable, read_enable },
    { 1, write_authentication, read_authentication },
    { 2, write_accumulate, read_accumulate },
    { 2, write_retry, read_retry },
    { 1, write_rate, read_rate },
    { 1, write_volatile_rate, read_volatile_rate },
    { 1, NULL, read_channel },
    { 2, write_port, read_port },
};

static bool read_channel_number(const IpmiRequest *req, uint8_t byte)
{
    return ipmi_request_channel(req, byte & ~CHANNEL_RESERVED) ==
           IPMI_CHANNEL_LAN;
}

static int set_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t number = byte_reader_u8(in);
    size_t len = byte_reader_left(in);
    const uint8_t *data = byte_reader_take(in, len);
    BmcSolConfig config = *config_of(req);
    int cc;

    if ((channel & CHANNEL_RESERVED) || !read_channel_number(req, channel)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (number >= G_N_ELEMENTS(params)) {
        return CC_UNSUPPORTED;
    }
    if (!params[number].write) {
        return CC_READ_ONLY;
    }
    if (len != params[number].len) {
        return IPMI_CC_LENGTH;
    }
    cc = params[number].write(req, data, &config);
    if (cc != IPMI_CC_OK ||
        memcmp(&config, config_of(req), sizeof(config)) == 0) {
        return cc;
    }
    if (!bmc_sol_set(req->bmc, &config, &req->ctx->origin, NULL)) {
        return IPMI_CC_PARAM_RANGE;
    }
    return ipmi_request_finish_durable(req);
}

static int get_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t number = byte_reader_u8(in);
    uint8_t set = byte_reader_u8(in);
    uint8_t block = byte_reader_u8(in);
    bool revision_only = channel & REVISION_ONLY;

    channel &= ~REVISION_ONLY;
    if ((channel & CHANNEL_RESERVED) || !read_channel_number(req, channel)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (number >= G_N_ELEMENTS(params)) {
        return CC_UNSUPPORTED;
    }
    /* No parameter has sets or blocks. */
    if (set || block) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, REVISION);
    if (!revision_only) {
        params[number].read(req, out);
    }
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_sol_config_commands[] = {
    { IPMI_NETFN_TRANSPORT, 0x21, 3, 4, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_config, "Set SOL Configuration Parameters" },
    { IPMI_NETFN_TRANSPORT, 0x22, 4, 4, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_config, "Get SOL Configuration Parameters" },
    { .name = NULL },
};
