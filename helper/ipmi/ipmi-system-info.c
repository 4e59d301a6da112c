/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What software in the machine tells the BMC and others read: system info
 * parameters (IPMI 2.0 sections 22.14a and 22.14b) and ACPI power states
 * (sections 20.6 and 20.7).
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/os-info.h"
#include "ipmi/ipmi-params.h"

#define REVISION_ONLY 0x80
#define BLOCK_SELECTOR 0xff

/* The encodings of a text: ASCII, UTF-8, UNICODE. */
#define ENCODING_MAX 2

#define ACPI_SET 0x80
#define ACPI_STATE 0x7f
#define ACPI_NO_CHANGE 0x7f

static int read_text(IpmiRequest *req, const IpmiParam *param, unsigned set,
                     ByteWriter *out)
{
    const uint8_t *data = bmc_os_info_block(req->bmc, param->number, set);

    if (!data) {
        return IPMI_CC_PARAM_RANGE;
    }
    byte_writer_u8(out, set);
    byte_writer_bytes(out, data, BMC_OS_INFO_BLOCK);
    return IPMI_CC_OK;
}

static int write_text(IpmiRequest *req, const IpmiParam *param,
                      const uint8_t *data, size_t len)
{
    uint8_t block = data[0];

    if (block == 0 && len < 1 + BMC_OS_INFO_HEAD) {
        return IPMI_CC_LENGTH;
    }
    if (block == 0 && data[1] > ENCODING_MAX) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_os_info_set_block(req->bmc, param->number, block, data + 1, len - 1);
    return IPMI_CC_OK;
}

#define TEXT(number) \
    { number, 1, 1 + BMC_OS_INFO_BLOCK, BLOCK_SELECTOR, \
      BMC_OS_INFO_BLOCKS - 1, read_text, write_text }

static const IpmiParam params[] = {
    { 0, 1, 1, 0, 0, ipmi_param_read_progress, ipmi_param_write_progress,
      IPMI_PROGRESS_SYSTEM_INFO },
    TEXT(BMC_OS_FIRMWARE),
    TEXT(BMC_OS_SYSTEM_NAME),
    TEXT(BMC_OS_PRIMARY),
    TEXT(BMC_OS_NAME),
    TEXT(BMC_OS_VERSION),
    TEXT(BMC_OS_BMC_URL),
    TEXT(BMC_OS_OS_URL),
    { .read = NULL },
};

static int set_system_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return ipmi_params_set(req, params, in);
}

static int get_system_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t what = byte_reader_u8(in);

    if (what & ~REVISION_ONLY) {
        return IPMI_CC_INVALID_FIELD;
    }
    return ipmi_params_get(req, params, what & REVISION_ONLY, in, out);
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
