/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a driver in the guest needs of the system interface. Nothing puts
 * messages into the receive queue or events into a buffer, so both are
 * always empty, and of the global enables only the one that has an effect
 * here can be set; drivers find out by trying.
 */
#include "osdep.h"

#include "ipmi/ipmi-msg.h"

#include "ipmi/ipmi-commands.h"

#define CC_NO_DATA 0x80
/* Clear Message Flags: flags that can exist (section 22.3). */
#define FLAGS_DEFINED 0xeb

void ipmi_msg_reset(IpmiMsg *msg)
{
    if (msg->enables || msg->flags) {
        msg->enables = 0;
        msg->flags = 0;
        notifier_list_notify(&msg->notifiers, NULL);
    }
}

static int set_global_enables(IpmiRequest *req, ByteReader *in,
                              ByteWriter *out)
{
    IpmiMsg *msg = &req->core->msg;
    uint8_t enables = byte_reader_u8(in);

    if (enables & ~IPMI_MSG_ENABLE_RECEIVE_IRQ) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (enables != msg->enables) {
        msg->enables = enables;
        notifier_list_notify(&msg->notifiers, NULL);
    }
    return IPMI_CC_OK;
}

static int get_global_enables(IpmiRequest *req, ByteReader *in,
                              ByteWriter *out)
{
    byte_writer_u8(out, req->core->msg.enables);
    return IPMI_CC_OK;
}

static int clear_flags(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiMsg *msg = &req->core->msg;
    uint8_t clear = byte_reader_u8(in);

    if (clear & ~FLAGS_DEFINED) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (msg->flags & clear) {
        msg->flags &= ~clear;
        notifier_list_notify(&msg->notifiers, NULL);
    }
    return IPMI_CC_OK;
}

static int get_flags(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_u8(out, req->core->msg.flags);
    return IPMI_CC_OK;
}

static int queue_empty(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return CC_NO_DATA;
}

const IpmiCommand ipmi_msg_commands[] = {
    { IPMI_NETFN_APP, 0x2e, 1, 1, BMC_PRIVILEGE_ADMIN, IPMI_ON_SYSTEM,
      IPMI_CMD_CHANGES | IPMI_CMD_INTERFACE, set_global_enables,
      "Set BMC Global Enables" },
    { IPMI_NETFN_APP, 0x2f, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_global_enables, "Get BMC Global Enables" },
    { IPMI_NETFN_APP, 0x30, 1, 1, BMC_PRIVILEGE_ADMIN, IPMI_ON_SYSTEM,
      IPMI_CMD_CHANGES | IPMI_CMD_INTERFACE, clear_flags,
      "Clear Message Flags" },
    { IPMI_NETFN_APP, 0x31, 0, 0, BMC_PRIVILEGE_ADMIN, IPMI_ON_SYSTEM, 0,
      get_flags, "Get Message Flags" },
    { IPMI_NETFN_APP, 0x33, 0, 0, BMC_PRIVILEGE_ADMIN, IPMI_ON_SYSTEM, 0,
      queue_empty, "Get Message" },
    { IPMI_NETFN_APP, 0x35, 0, 0, BMC_PRIVILEGE_ADMIN, IPMI_ON_SYSTEM, 0,
      queue_empty, "Read Event Message Buffer" },
    { .name = NULL },
};
