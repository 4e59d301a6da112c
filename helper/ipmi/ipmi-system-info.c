/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What software in the machine tells the BMC and others read: system info
 * parameters (IPMI 2.0 sections 22.14a and 22.14b) and ACPI power states
 * (sections 20.6 and 20.7).
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/os-info.h"

#define CC_PARAM_UNSUPPORTED 0x80
#define CC_SET_IN_PROGRESS 0x81

#define PARAM_REVISION 0x11
#define PARAM_REVISION_ONLY 0x80
#define PARAM_SET_IN_PROGRESS 0
#define SET_COMPLETE 0
#define SET_IN_PROGRESS 1
#define SET_STATE_MASK 0x03

/* The encodings of a text: ASCII, UTF-8, UNICODE. */
#define ENCODING_MAX 2

#define ACPI_SET 0x80
#define ACPI_STATE 0x7f
#define ACPI_NO_CHANGE 0x7f

static int set_progress(IpmiRequest *req, ByteReader *in)
{
    uint8_t *progress = &req->core->system_info_progress;
    uint8_t state = byte_reader_u8(in);

    if (state & ~SET_STATE_MASK || state > SET_IN_PROGRESS) {
        /* There is nothing to roll back to, and nothing to commit. */
        return IPMI_CC_INVALID_FIELD;
    }
    if (state == SET_IN_PROGRESS && *progress == SET_IN_PROGRESS) {
        return CC_SET_IN_PROGRESS;
    }
    *progress = state;
    return IPMI_CC_OK;
}

static int set_system_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t param = byte_reader_u8(in);
    const uint8_t *data;
    unsigned block;
    size_t len;

    if (param == PARAM_SET_IN_PROGRESS) {
        return byte_reader_left(in) == 1 ? set_progress(req, in) :
               IPMI_CC_LENGTH;
    }
    if (param >= BMC_OS_TEXT__MAX) {
        return CC_PARAM_UNSUPPORTED;
    }
    block = byte_reader_u8(in);
    len = byte_reader_left(in);
    if (block == 0 && len < BMC_OS_INFO_HEAD) {
        return IPMI_CC_LENGTH;
    }
    data = byte_reader_take(in, len);
    if (block >= BMC_OS_INFO_BLOCKS) {
        return IPMI_CC_PARAM_RANGE;
    }
    if (block == 0 && data[0] > ENCODING_MAX) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_os_info_set_block(req->bmc, param, block, data, len);
    return ipmi_request_finish_durable(req);
}

static int get_system_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t what = byte_reader_u8(in);
    uint8_t param = byte_reader_u8(in);
    uint8_t set = byte_reader_u8(in);
    uint8_t block = byte_reader_u8(in);
    const uint8_t *data;

    if (what & ~PARAM_REVISION_ONLY) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (param >= BMC_OS_TEXT__MAX) {
        return CC_PARAM_UNSUPPORTED;
    }
    byte_writer_u8(out, PARAM_REVISION);
    if (what & PARAM_REVISION_ONLY) {
        return IPMI_CC_OK;
    }
    if (param == PARAM_SET_IN_PROGRESS) {
        byte_writer_u8(out, req->core->system_info_progress);
        return IPMI_CC_OK;
    }
    data = bmc_os_info_block(req->bmc, param, set);
    if (!data || block != 0) {
        out->len = 0;
        return data ? IPMI_CC_INVALID_FIELD : IPMI_CC_PARAM_RANGE;
    }
    byte_writer_u8(out, set);
    byte_writer_bytes(out, data, BMC_OS_INFO_BLOCK);
    return IPMI_CC_OK;
}

static bool is_system_state(uint8_t state)
{
    return state <= 0x0a || state == 0x20 || state == 0x21 ||
           state == BMC_ACPI_UNKNOWN;
}

static bool is_device_state(uint8_t state)
{
    return state <= 0x03 || state == BMC_ACPI_UNKNOWN;
}

/* What a byte asks to be set: -1 for nothing, -2 for what cannot be. */
static int wanted(uint8_t byte, bool (*valid)(uint8_t state))
{
    uint8_t state = byte & ACPI_STATE;

    if (!(byte & ACPI_SET) || state == ACPI_NO_CHANGE) {
        return -1;
    }
    return valid(state) ? state : -2;
}

static int set_acpi(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    int system = wanted(byte_reader_u8(in), is_system_state);
    int device = wanted(byte_reader_u8(in), is_device_state);

    if (system < -1 || device < -1) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_os_info_set_acpi(req->bmc, system, device);
    return IPMI_CC_OK;
}

static int get_acpi(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_u8(out, bmc_os_info_acpi_system(req->bmc));
    byte_writer_u8(out, bmc_os_info_acpi_device(req->bmc));
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_system_info_commands[] = {
    { IPMI_NETFN_APP, 0x06, 2, 2, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_acpi, "Set ACPI Power State" },
    { IPMI_NETFN_APP, 0x07, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_acpi, "Get ACPI Power State" },
    { IPMI_NETFN_APP, 0x58, 2, 2 + BMC_OS_INFO_BLOCK, BMC_PRIVILEGE_ADMIN,
      IPMI_ON_ALL, IPMI_CMD_CHANGES, set_system_info,
      "Set System Info Parameters" },
    { IPMI_NETFN_APP, 0x59, 4, 4, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_system_info, "Get System Info Parameters" },
    { .name = NULL },
};
