/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Data Center Manageability Interface 1.5: what a virtual machine has of it.
 * There is no meter of its power and no sensor of its inlet, so the commands
 * about them do not exist and their capability bits are clear.
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/asset.h"
#include "bmc/sel.h"
#include "util/error.h"

#define DCMI_MAJOR 1
#define DCMI_MINOR 5
#define DCMI_REVISION 2

#define CAPABILITIES_SUPPORTED 1
#define CAPABILITIES_PLATFORM 2
#define CAPABILITIES_POWER 3
#define CAPABILITIES_ACCESS 4
#define CAPABILITIES_AVERAGES 5

/* Manageability access: the system interface; all else of it is reserved. */
#define ACCESS_IN_BAND 0x01
#define NO_CHANNEL 0xff

/* Most bytes of a text in one command. */
#define CHUNK_MAX 16

static int get_capabilities(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    /* Number of SEL entries, no rollover; no temperature is sampled. */
    static const uint8_t platform[] = {
        BMC_SEL_MAX & 0xff, BMC_SEL_MAX >> 8, 0, 0, 0,
    };
    static const uint8_t supported[] = { 0, 0, ACCESS_IN_BAND };
    /*
     * Who would manage power, if somebody did, and of how many periods there
     * are averages: clients that list capabilities ask in any case.
     */
    static const uint8_t power[] = { IPMI_ADDR_BMC, IPMI_CHANNEL_IPMB };
    static const uint8_t averages[] = { 0 };
    static const uint8_t channels[] = {
        IPMI_CHANNEL_LAN, NO_CHANNEL, NO_CHANNEL,
    };
    static const struct {
        const uint8_t *data;
        size_t len;
    } parameters[] = {
        [CAPABILITIES_SUPPORTED] = { supported, sizeof(supported) },
        [CAPABILITIES_PLATFORM] = { platform, sizeof(platform) },
        [CAPABILITIES_POWER] = { power, sizeof(power) },
        [CAPABILITIES_AVERAGES] = { averages, sizeof(averages) },
        [CAPABILITIES_ACCESS] = { channels, sizeof(channels) },
    };
    uint8_t parameter = byte_reader_u8(in);

    if (parameter >= G_N_ELEMENTS(parameters) ||
        !parameters[parameter].data) {
        return IPMI_CC_NOT_PRESENT;
    }
    byte_writer_u8(out, DCMI_MAJOR);
    byte_writer_u8(out, DCMI_MINOR);
    byte_writer_u8(out, DCMI_REVISION);
    byte_writer_bytes(out, parameters[parameter].data,
                      parameters[parameter].len);
    return IPMI_CC_OK;
}

static int get_text(IpmiRequest *req, ByteReader *in, ByteWriter *out,
                    BmcAssetItem item)
{
    size_t offset = byte_reader_u8(in);
    size_t count = byte_reader_u8(in);
    const char *text = bmc_asset_get(req->bmc, item);
    size_t len = strlen(text);

    if (offset > len || count > CHUNK_MAX) {
        return IPMI_CC_PARAM_RANGE;
    }
    byte_writer_u8(out, len);
    byte_writer_bytes(out, text + offset, MIN(count, len - offset));
    return IPMI_CC_OK;
}

static int set_text(IpmiRequest *req, ByteReader *in, ByteWriter *out,
                    BmcAssetItem item)
{
    size_t offset = byte_reader_u8(in);
    size_t count = byte_reader_u8(in);
    size_t total = offset + count;
    const uint8_t *data = byte_reader_left(in) == count ?
                          byte_reader_take(in, count) : NULL;
    g_autoptr(GError) err = NULL;

    if (count > CHUNK_MAX) {
        return IPMI_CC_PARAM_RANGE;
    }
    if (!data) {
        return IPMI_CC_INVALID_FIELD;
    }
    /*
     * The identifier string is written with the NUL at its end, and FreeIPMI
     * writes an empty asset tag as 64 of them, in pieces.
     */
    while (count && !data[count - 1]) {
        count--;
    }
    if (!count && offset > strlen(bmc_asset_get(req->bmc, item)) &&
        total > offset && total <= BMC_ASSET_MAX + 1) {
        byte_writer_u8(out, total);
        return IPMI_CC_OK;
    }
    if (!bmc_asset_set(req->bmc, item, offset, data, count,
                       &req->ctx->origin, &err)) {
        return err->code == BMC_ERROR_LIMIT ? IPMI_CC_PARAM_RANGE :
               IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, total);
    return ipmi_request_finish_durable(req);
}

static int get_asset_tag(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return get_text(req, in, out, BMC_ASSET_TAG);
}

static int set_asset_tag(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return set_text(req, in, out, BMC_ASSET_TAG);
}

static int get_controller(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return get_text(req, in, out, BMC_ASSET_CONTROLLER);
}

static int set_controller(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return set_text(req, in, out, BMC_ASSET_CONTROLLER);
}

const IpmiCommand ipmi_dcmi_commands[] = {
    { IPMI_NETFN_GROUP, 0x01, 2, 2, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_capabilities, "Get DCMI Capabilities Info", IPMI_GROUP_DCMI },
    { IPMI_NETFN_GROUP, 0x06, 3, 3, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_asset_tag, "Get Asset Tag", IPMI_GROUP_DCMI },
    { IPMI_NETFN_GROUP, 0x08, 3, 3 + CHUNK_MAX, BMC_PRIVILEGE_OPERATOR,
      IPMI_ON_ALL, IPMI_CMD_CHANGES, set_asset_tag, "Set Asset Tag",
      IPMI_GROUP_DCMI },
    { IPMI_NETFN_GROUP, 0x09, 3, 3, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_controller, "Get Controller Id String", IPMI_GROUP_DCMI },
    { IPMI_NETFN_GROUP, 0x0a, 3, 3 + CHUNK_MAX, BMC_PRIVILEGE_ADMIN,
      IPMI_ON_ALL, IPMI_CMD_CHANGES, set_controller,
      "Set Controller Id String", IPMI_GROUP_DCMI },
    { .name = NULL },
};
