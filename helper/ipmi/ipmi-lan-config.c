/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * LAN configuration parameters (IPMI 2.0 sections 23.1 and 23.2, table 23-4,
 * with the IPv6 parameters of errata 7): one row each. What is missing
 * there is what a host's kernel does and not we: a secondary port, gratuitous
 * ARP, DHCPv6, neighbour discovery.
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "ipmi/ipmi-lan-params.h"

#define REVISION 0x11
#define REVISION_ONLY 0x80
#define CHANNEL 0x7f

/* Set in progress. */
#define SET_COMPLETE 0
#define SET_STARTED 1
#define SET_COMMIT 2

#define CC_UNSUPPORTED 0x80
#define CC_IN_PROGRESS 0x81
#define CC_READ_ONLY 0x82

static int read_set_in_progress(IpmiRequest *req, unsigned set,
                                ByteWriter *out)
{
    byte_writer_u8(out, bmc_lan_in_progress(req->bmc) ? SET_STARTED :
                   SET_COMPLETE);
    return IPMI_CC_OK;
}

/*
 * What is written holds at once; "commit write" makes the host follow, and
 * the client goes on writing. ipmitool's lan6 never ends without it.
 */
static int write_set_in_progress(IpmiRequest *req, const uint8_t *data,
                                 size_t len)
{
    switch (*data) {
    case SET_COMPLETE:
        bmc_lan_complete(req->bmc);
        return IPMI_CC_OK;
    case SET_STARTED:
        return bmc_lan_begin(req->bmc) ? IPMI_CC_OK : CC_IN_PROGRESS;
    case SET_COMMIT:
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

/* Parameters that the hub keeps as they are sent. */
static const struct {
    uint8_t number;
    BmcLanField field;
} fields[] = {
    { 3, BMC_LAN_ADDRESS },
    { 4, BMC_LAN_SOURCE },
    { 5, BMC_LAN_MAC },
    { 6, BMC_LAN_NETMASK },
    { 12, BMC_LAN_GATEWAY },
    { 13, BMC_LAN_GATEWAY_MAC },
    { 14, BMC_LAN_BACKUP },
    { 15, BMC_LAN_BACKUP_MAC },
    { 16, BMC_LAN_COMMUNITY },
    { 21, BMC_LAN_VLAN_PRIORITY },
    { 65, BMC_LAN_ROUTER6 },
    { 66, BMC_LAN_ROUTER6_MAC },
    { 67, BMC_LAN_ROUTER6_PREFIX_LEN },
    { 68, BMC_LAN_ROUTER6_PREFIX },
};

static int find_field(uint8_t number)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (fields[i].number == number) {
            return fields[i].field;
        }
    }
    return -1;
}

static int get_field(IpmiRequest *req, BmcLanField field, ByteWriter *out)
{
    uint8_t value[BMC_LAN_VALUE_MAX];

    if (!bmc_lan_get(req->bmc, field, value)) {
        return CC_UNSUPPORTED;
    }
    byte_writer_bytes(out, value, bmc_lan_field_len(field));
    return IPMI_CC_OK;
}

static int set_field(IpmiRequest *req, BmcLanField field,
                     const uint8_t *data, size_t len)
{
    if (len != bmc_lan_field_len(field)) {
        return IPMI_CC_LENGTH;
    }
    return bmc_lan_set(req->bmc, field, data, &req->ctx->origin, NULL) ?
           IPMI_CC_OK : IPMI_CC_INVALID_FIELD;
}

static const IpmiLanParam progress_param = {
    0, 1, 1, 0, read_set_in_progress, write_set_in_progress
};

static const IpmiLanParam *find_param(uint8_t number)
{
    size_t i;

    if (number == progress_param.number) {
        return &progress_param;
    }
    for (i = 0; ipmi_lan_params[i].read; i++) {
        if (ipmi_lan_params[i].number == number) {
            return &ipmi_lan_params[i];
        }
    }
    return NULL;
}

/*
 * A parameter that cannot be changed may still be set to what it is: clients
 * write back all that they have read.
 */
static int write_fixed(IpmiRequest *req, const IpmiLanParam *param,
                       const uint8_t *data, size_t len)
{
    uint8_t buf[IPMI_RESPONSE_MAX];
    ByteWriter now = byte_writer(buf, sizeof(buf));

    return param->read(req, 0, &now) == IPMI_CC_OK && now.len == len &&
           !memcmp(buf, data, len) ? IPMI_CC_OK : CC_READ_ONLY;
}

static int set_param(IpmiRequest *req, uint8_t number, const uint8_t *data,
                     size_t len)
{
    const IpmiLanParam *param = find_param(number);
    int field = find_field(number);

    if (field >= 0) {
        return set_field(req, field, data, len);
    }
    if (!param) {
        return CC_UNSUPPORTED;
    }
    if (!param->max) {
        return CC_READ_ONLY;
    }
    if (len < param->min || len > param->max) {
        return IPMI_CC_LENGTH;
    }
    return param->write ? param->write(req, data, len) :
           write_fixed(req, param, data, len);
}

static int set_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t number = byte_reader_u8(in);
    size_t len = byte_reader_left(in);
    const uint8_t *data = byte_reader_take(in, len);
    int cc;

    if (ipmi_request_channel(req, channel) != IPMI_CHANNEL_LAN) {
        return IPMI_CC_INVALID_FIELD;
    }
    cc = set_param(req, number, data, len);
    return cc == IPMI_CC_OK ? ipmi_request_finish_durable(req) : cc;
}

static int get_param(IpmiRequest *req, uint8_t number, unsigned set,
                     unsigned block, ByteWriter *out)
{
    const IpmiLanParam *param = find_param(number);
    int field = find_field(number);

    if (field < 0 && !param) {
        return CC_UNSUPPORTED;
    }
    if (block || set > (param ? param->last_set : 0)) {
        return IPMI_CC_INVALID_FIELD;
    }
    return field >= 0 ? get_field(req, field, out) :
           param->read(req, set, out);
}

static int get_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t number = byte_reader_u8(in);
    uint8_t set = byte_reader_u8(in);
    uint8_t block = byte_reader_u8(in);
    int cc;

    if (ipmi_request_channel(req, channel & CHANNEL) != IPMI_CHANNEL_LAN) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, REVISION);
    if (channel & REVISION_ONLY) {
        return IPMI_CC_OK;
    }
    cc = get_param(req, number, set, block, out);
    if (cc != IPMI_CC_OK) {
        out->len = 0;
    }
    return cc;
}

const IpmiCommand ipmi_lan_config_commands[] = {
    { IPMI_NETFN_TRANSPORT, 0x01, 3, 2 + IPMI_LAN_PARAM_MAX,
      BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL, IPMI_CMD_CHANGES, set_config,
      "Set LAN Configuration Parameters" },
    { IPMI_NETFN_TRANSPORT, 0x02, 4, 4, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      0, get_config, "Get LAN Configuration Parameters" },
    { .name = NULL },
};
