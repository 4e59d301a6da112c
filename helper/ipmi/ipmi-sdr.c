/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SDR repository commands (IPMI 2.0 chapter 33). The repository is made of
 * what there is, so the commands that would change it (24h to 27h, and the
 * update mode) are not there.
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/sdr-repo.h"
#include "bmc/sel.h"
#include "bmc/sensors.h"

/* Get SDR Repository Info. */
#define OPERATION_RESERVE 0x02
#define OPERATION_ALLOCATION 0x01
#define NO_FREE_SPACE 0

/* Get SDR. */
#define RECORD_FIRST 0x0000
#define RECORD_LAST 0xffff
#define WHOLE_RECORD 0xff

/* Run Initialization Agent. */
#define AGENT_RUN 0x01
#define AGENT_COMPLETED 0x01

static int get_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_u8(out, SDR_VERSION);
    byte_writer_le16(out, bmc_sdr_count(req->bmc));
    byte_writer_le16(out, NO_FREE_SPACE);
    byte_writer_le32(out, bmc_sdr_added(req->bmc));
    byte_writer_le32(out, SEL_TIME_NONE); /* nothing is ever erased */
    byte_writer_u8(out, OPERATION_RESERVE | OPERATION_ALLOCATION);
    return IPMI_CC_OK;
}

static int get_allocation_info(IpmiRequest *req, ByteReader *in,
                               ByteWriter *out)
{
    byte_writer_le16(out, bmc_sdr_count(req->bmc));
    byte_writer_le16(out, SDR_RECORD_MAX);
    byte_writer_le16(out, 0); /* free units, and the largest free block */
    byte_writer_le16(out, 0);
    byte_writer_u8(out, 1);
    return IPMI_CC_OK;
}

static int reserve(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_le16(out, bmc_sdr_reserve(req->bmc));
    return IPMI_CC_OK;
}

static const BmcSdr *find(const Bmc *bmc, uint16_t id, uint16_t *next)
{
    unsigned count = bmc_sdr_count(bmc);
    unsigned i;

    for (i = 0; i < count; i++) {
        const BmcSdr *record = bmc_sdr_nth(bmc, i);
        const BmcSdr *after = bmc_sdr_nth(bmc, i + 1);

        if (record->id == id || id == RECORD_FIRST ||
            (id == RECORD_LAST && !after)) {
            *next = after ? after->id : RECORD_LAST;
            return record;
        }
    }
    return NULL;
}

static int get_sdr(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint16_t reservation = byte_reader_le16(in);
    uint16_t id = byte_reader_le16(in);
    uint8_t offset = byte_reader_u8(in);
    uint8_t count = byte_reader_u8(in);
    const BmcSdr *record;
    uint16_t next;

    /* Reading on in a record needs one; a wrong one is never right. */
    if ((offset || reservation) && !bmc_sdr_reserved(req->bmc, reservation)) {
        return IPMI_CC_RESERVATION;
    }
    record = find(req->bmc, id, &next);
    if (!record) {
        return IPMI_CC_NOT_PRESENT;
    }
    if (offset >= record->len || !count) {
        return IPMI_CC_PARAM_RANGE;
    }
    if (count == WHOLE_RECORD || count > record->len - offset) {
        count = record->len - offset;
    }
    byte_writer_le16(out, next);
    byte_writer_bytes(out, record->data + offset, count);
    return IPMI_CC_OK;
}

/* There is one clock, the SEL's. */
static int get_time(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_le32(out, bmc_sel_time(req->bmc));
    return IPMI_CC_OK;
}

static int set_time(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint32_t seconds = byte_reader_le32(in);

    if (seconds == SEL_TIME_NONE) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_sel_set_time(req->bmc, seconds, &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static int run_agent(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t what = byte_reader_u8(in);

    if (what & ~AGENT_RUN) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, AGENT_COMPLETED);
    if (!(what & AGENT_RUN)) {
        return IPMI_CC_OK;
    }
    bmc_sensors_reset(req->bmc, &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

const IpmiCommand ipmi_sdr_commands[] = {
    { IPMI_NETFN_STORAGE, 0x20, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_info, "Get SDR Repository Info" },
    { IPMI_NETFN_STORAGE, 0x21, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_allocation_info, "Get SDR Repository Allocation Info" },
    { IPMI_NETFN_STORAGE, 0x22, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL,
      IPMI_CMD_INTERFACE | IPMI_CMD_CHANGES, reserve,
      "Reserve SDR Repository" },
    { IPMI_NETFN_STORAGE, 0x23, 6, 6, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_sdr, "Get SDR" },
    { IPMI_NETFN_STORAGE, 0x28, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_time, "Get SDR Repository Time" },
    { IPMI_NETFN_STORAGE, 0x29, 4, 4, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_time, "Set SDR Repository Time" },
    { IPMI_NETFN_STORAGE, 0x2c, 1, 1, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, run_agent, "Run Initialization Agent" },
    { .name = NULL },
};
