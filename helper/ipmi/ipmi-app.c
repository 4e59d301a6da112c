/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Application commands about the device and its channels (IPMI 2.0 chapters
 * 20 and 22).
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/sdr-repo.h"
#include "ipmi/ipmi-session.h"

#define DEVICE_ID 0x20
#define IPMI_VERSION_BCD 0x02

/* Get Channel Info (tables 6-2 and 6-3). */
#define MEDIUM_LAN 0x04
#define MEDIUM_SYSTEM 0x0c
#define PROTOCOL_IPMB 0x01
#define PROTOCOL_KCS 0x05
#define SESSIONS_MULTI 0x80
#define SESSION_COUNT_MAX 0x3f
/* The specification's own enterprise, whose protocols these are: 7154. */
#define IPMI_IANA 0x1bf2
#define INTERRUPT_UNSPECIFIED 0xff

static int get_device_id(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    char *end;
    unsigned major = g_ascii_strtoull(QEMU_BMC_VERSION, &end, 10);
    unsigned minor = *end ? g_ascii_strtoull(end + 1, NULL, 10) : 0;

    byte_writer_u8(out, DEVICE_ID);
    byte_writer_u8(out, 0); /* device revision; SDRs: in the repository */
    byte_writer_u8(out, MIN(major, 0x7f));
    minor = MIN(minor, 99);
    byte_writer_u8(out, minor / 10 << 4 | minor % 10);
    byte_writer_u8(out, IPMI_VERSION_BCD);
    byte_writer_u8(out, BMC_DEVICE_SUPPORT);
    /* Manufacturer (3) and product (2): unspecified. */
    byte_writer_bytes(out, "\0\0\0\0\0", 5);
    return IPMI_CC_OK;
}

static int get_device_guid(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t guid[IPMI_GUID_LEN];

    if (!ipmi_guid_from_uuid(bmc_uuid(req->bmc), guid)) {
        return IPMI_CC_NOT_PRESENT;
    }
    byte_writer_bytes(out, guid, sizeof(guid));
    return IPMI_CC_OK;
}

static int get_system_guid(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t guid[IPMI_GUID_LEN];

    /*
     * Without one it is zero, as in RAKP message 2 and as the guest sees it
     * (SMBIOS); clients like bmc-info give up at an error here.
     */
    ipmi_guid_from_uuid(bmc_system_uuid(req->bmc), guid);
    byte_writer_bytes(out, guid, sizeof(guid));
    return IPMI_CC_OK;
}

static int get_channel_info(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t number = byte_reader_u8(in);
    int channel = ipmi_request_channel(req, number);
    bool lan = channel == IPMI_CHANNEL_LAN;
    unsigned count = req->core->sessions->active.length;

    if (channel < 0) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, channel);
    byte_writer_u8(out, lan ? MEDIUM_LAN : MEDIUM_SYSTEM);
    byte_writer_u8(out, lan ? PROTOCOL_IPMB : PROTOCOL_KCS);
    byte_writer_u8(out, lan ? SESSIONS_MULTI | MIN(count, SESSION_COUNT_MAX) :
                   0);
    byte_writer_le16(out, IPMI_IANA);
    byte_writer_u8(out, 0);
    /* Of the system interface: its interrupts. */
    byte_writer_u8(out, lan ? 0 : INTERRUPT_UNSPECIFIED);
    byte_writer_u8(out, lan ? 0 : INTERRUPT_UNSPECIFIED);
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_app_commands[] = {
    { IPMI_NETFN_APP, 0x01, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_device_id, "Get Device ID" },
    { IPMI_NETFN_APP, 0x08, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_device_guid, "Get Device GUID" },
    { IPMI_NETFN_APP, 0x37, 0, 0, BMC_PRIVILEGE_NONE, IPMI_ON_ALL,
      IPMI_CMD_SESSIONLESS, get_system_guid, "Get System GUID" },
    { IPMI_NETFN_APP, 0x42, 1, 1, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_channel_info, "Get Channel Info" },
    { .name = NULL },
};
