/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FRU inventory commands (IPMI 2.0 chapter 34). */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/fru.h"
#include "util/error.h"

/* Write FRU Data. */
#define CC_WRITE_PROTECTED 0x80

#define ACCESS_BY_BYTES 0x00
/* A count comes before the data. */
#define READ_MAX (IPMI_RESPONSE_MAX - 1)
/* Device id and offset come before the data. */
#define WRITE_MAX 240

static int get_area_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    size_t size;

    if (!bmc_fru_data(req->bmc, byte_reader_u8(in), &size)) {
        return IPMI_CC_NOT_PRESENT;
    }
    byte_writer_le16(out, size);
    byte_writer_u8(out, ACCESS_BY_BYTES);
    return IPMI_CC_OK;
}

static int read_data(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t id = byte_reader_u8(in);
    size_t offset = byte_reader_le16(in);
    size_t count = byte_reader_u8(in);
    size_t size;
    const uint8_t *data = bmc_fru_data(req->bmc, id, &size);

    if (!data) {
        return IPMI_CC_NOT_PRESENT;
    }
    if (!count || offset >= size) {
        return IPMI_CC_PARAM_RANGE;
    }
    count = MIN(count, size - offset);
    if (count > READ_MAX) {
        return IPMI_CC_CANNOT_RETURN;
    }
    byte_writer_u8(out, count);
    byte_writer_bytes(out, data + offset, count);
    return IPMI_CC_OK;
}

static int write_data(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t id = byte_reader_u8(in);
    size_t offset = byte_reader_le16(in);
    size_t count = byte_reader_left(in);
    const uint8_t *data = byte_reader_take(in, count);
    g_autoptr(GError) err = NULL;

    if (!bmc_fru_write(req->bmc, id, offset, data, count, &req->ctx->origin,
                       &err)) {
        switch (err->code) {
        case BMC_ERROR_NOT_FOUND:
            return IPMI_CC_NOT_PRESENT;
        case BMC_ERROR_PERMISSION:
            return CC_WRITE_PROTECTED;
        default:
            return IPMI_CC_PARAM_RANGE;
        }
    }
    byte_writer_u8(out, count);
    return ipmi_request_finish_durable(req);
}

const IpmiCommand ipmi_fru_commands[] = {
    { IPMI_NETFN_STORAGE, 0x10, 1, 1, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_area_info, "Get FRU Inventory Area Info" },
    { IPMI_NETFN_STORAGE, 0x11, 4, 4, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      read_data, "Read FRU Data" },
    { IPMI_NETFN_STORAGE, 0x12, 4, WRITE_MAX, BMC_PRIVILEGE_OPERATOR,
      IPMI_ON_ALL, IPMI_CMD_CHANGES, write_data, "Write FRU Data" },
    { .name = NULL },
};
