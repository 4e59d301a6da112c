/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules by which configuration parameters are set and read. */
#include "osdep.h"

#include "ipmi/ipmi-params.h"

#include "bmc/lan.h"
#include "bmc/pef.h"

/* Present revision 1, compatible down to 1. */
#define REVISION 0x11

static const IpmiParam *find(const IpmiParam *table, uint8_t number)
{
    const IpmiParam *param;

    for (param = table; param->read; param++) {
        if (param->number == number) {
            return param;
        }
    }
    return NULL;
}

static int check_set(const IpmiParam *param, uint8_t set)
{
    if (set & ~param->sets) {
        return IPMI_CC_INVALID_FIELD;
    }
    return set > param->last_set ? IPMI_CC_PARAM_RANGE : IPMI_CC_OK;
}

int ipmi_params_get(IpmiRequest *req, const IpmiParam *table,
                    bool revision_only, ByteReader *in, ByteWriter *out)
{
    const IpmiParam *param = find(table, byte_reader_u8(in));
    uint8_t set = byte_reader_u8(in);
    uint8_t block = byte_reader_u8(in);
    int cc;

    if (!param) {
        return IPMI_PARAM_UNSUPPORTED;
    }
    if (revision_only) {
        byte_writer_u8(out, REVISION);
        return IPMI_CC_OK;
    }
    cc = block ? IPMI_CC_INVALID_FIELD : check_set(param, set);
    if (cc != IPMI_CC_OK) {
        return cc;
    }
    byte_writer_u8(out, REVISION);
    cc = param->read(req, param, set, out);
    if (cc != IPMI_CC_OK) {
        out->len = 0;
    }
    return cc;
}

static int write_fixed(IpmiRequest *req, const IpmiParam *param,
                       const uint8_t *data, size_t len)
{
    uint8_t buf[IPMI_RESPONSE_MAX];
    ByteWriter now = byte_writer(buf, sizeof(buf));

    return param->read(req, param, 0, &now) == IPMI_CC_OK &&
           now.len == len && !memcmp(buf, data, len) ? IPMI_CC_OK :
           IPMI_PARAM_READ_ONLY;
}

int ipmi_params_set(IpmiRequest *req, const IpmiParam *table,
                    ByteReader *in)
{
    const IpmiParam *param = find(table, byte_reader_u8(in));
    size_t len = byte_reader_left(in);
    const uint8_t *data = byte_reader_take(in, len);
    int cc;

    if (!param) {
        return IPMI_PARAM_UNSUPPORTED;
    }
    if (!param->max) {
        return IPMI_PARAM_READ_ONLY;
    }
    if (len < param->min || len > param->max) {
        return IPMI_CC_LENGTH;
    }
    cc = param->sets ? check_set(param, data[0]) : IPMI_CC_OK;
    if (cc == IPMI_CC_OK) {
        cc = param->write ? param->write(req, param, data, len) :
             write_fixed(req, param, data, len);
    }
    return cc == IPMI_CC_OK ? ipmi_request_finish_durable(req) : cc;
}

static bool in_progress(const IpmiCore *core, const IpmiParam *param)
{
    return clock_now_ms(core->clock) < core->set_until_ms[param->arg];
}

int ipmi_param_read_progress(IpmiRequest *req, const IpmiParam *param,
                             unsigned set, ByteWriter *out)
{
    byte_writer_u8(out, in_progress(req->core, param) ?
                   IPMI_PARAM_SET_STARTED : IPMI_PARAM_SET_COMPLETE);
    return IPMI_CC_OK;
}

int ipmi_param_write_progress(IpmiRequest *req, const IpmiParam *param,
                              const uint8_t *data, size_t len)
{
    int64_t *until_ms = &req->core->set_until_ms[param->arg];

    switch (data[0]) {
    case IPMI_PARAM_SET_COMPLETE:
        *until_ms = 0;
        return IPMI_CC_OK;
    case IPMI_PARAM_SET_STARTED:
        if (in_progress(req->core, param)) {
            return IPMI_PARAM_IN_PROGRESS;
        }
        *until_ms = clock_now_ms(req->core->clock) + IPMI_PARAM_SET_MS;
        return IPMI_CC_OK;
    default:
        return IPMI_CC_INVALID_FIELD;
    }
}

void ipmi_params_reset(IpmiCore *core)
{
    memset(core->set_until_ms, 0, sizeof(core->set_until_ms));
    core->boot.set_in_progress = false;
    if (bmc_lan_in_progress(core->bmc)) {
        bmc_lan_complete(core->bmc);
    }
    bmc_pef_complete(core->bmc);
}
