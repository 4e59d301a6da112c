/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What software in the machine needs of the system interface. A driver reads
 * messages or the event buffer for as long as their flag is set, so a flag
 * that is set while there is nothing to read would keep it busy for ever.
 */
#include "osdep.h"

#include "ipmi/ipmi-msg.h"

#include "bmc/events.h"
#include "codec/ipmb.h"
#include "ipmi/ipmi-commands.h"
#include "ipmi/ipmi-session.h"

#define CC_NO_DATA 0x80
/* Clear Message Flags: flags that can exist (section 22.3). */
#define FLAGS_DEFINED 0xeb
#define ENABLES_KNOWN 0x0f

/* Send Message: what the first byte says besides the channel. */
#define SEND_CHANNEL_MASK 0x0f
#define SEND_ENCRYPTED 0x20
#define SEND_AUTHENTICATED 0x10
#define SEND_MODE_MASK 0xc0
/* Get Message: the sender's privilege is beside the channel. */
#define PRIVILEGE_SHIFT 4

/* Get System Interface Capabilities. */
#define INTERFACE_KCS 0x01
#define KCS_VERSION_1 0x00
#define KCS_INPUT_MAX 0xff

static void set_state(IpmiMsg *msg, uint8_t enables, uint8_t flags)
{
    if (enables != msg->enables || flags != msg->flags) {
        msg->enables = enables;
        msg->flags = flags;
        notifier_list_notify(&msg->notifiers, NULL);
    }
}

static void drop_queue(IpmiMsg *msg)
{
    g_queue_clear_full(&msg->queue, (GDestroyNotify)g_bytes_unref);
}

/* The buffer holds one event; the first one stays until it is read. */
static void event_added(void *opaque, const void *data)
{
    IpmiMsg *msg = opaque;
    const BmcEventNotice *notice = data;
    SelRecord record = {
        .id = notice->record_id,
        .type = SEL_TYPE_EVENT,
        .timestamp = notice->timestamp,
        .generator = notice->generator,
        .event = {
            .evm_rev = notice->evm_rev,
            .sensor_type = notice->event.sensor_type,
            .sensor = notice->event.sensor,
            .event_type = notice->event.event_type,
            .deassert = notice->event.deassert,
        },
    };

    if (!(msg->enables & IPMI_MSG_ENABLE_EVENT_BUFFER) ||
        (msg->flags & IPMI_MSG_FLAG_EVENT)) {
        return;
    }
    memcpy(record.event.data, notice->event.data, sizeof(record.event.data));
    sel_build(&record, msg->event);
    ipmi_msg_set_flag(msg, IPMI_MSG_FLAG_EVENT);
}

void ipmi_msg_init(IpmiMsg *msg, Bmc *bmc)
{
    g_queue_init(&msg->queue);
    notifier_list_add(bmc_event_notifiers(bmc), &msg->events, event_added,
                      msg);
}

void ipmi_msg_clear(IpmiMsg *msg)
{
    notifier_remove(&msg->events);
    drop_queue(msg);
}

void ipmi_msg_reset(IpmiMsg *msg)
{
    drop_queue(msg);
    set_state(msg, 0, 0);
}

void ipmi_msg_set_flag(IpmiMsg *msg, uint8_t flag)
{
    set_state(msg, msg->enables, msg->flags | flag);
}

void ipmi_msg_clear_flag(IpmiMsg *msg, uint8_t flag)
{
    set_state(msg, msg->enables, msg->flags & ~flag);
}

bool ipmi_msg_queue(IpmiMsg *msg, const uint8_t *data, size_t len)
{
    if (msg->queue.length >= IPMI_MSG_QUEUE_MAX) {
        return false;
    }
    g_queue_push_tail(&msg->queue, g_bytes_new(data, len));
    ipmi_msg_set_flag(msg, IPMI_MSG_FLAG_RECEIVE);
    return true;
}

static int set_global_enables(IpmiRequest *req, ByteReader *in,
                              ByteWriter *out)
{
    IpmiMsg *msg = &req->core->msg;
    uint8_t enables = byte_reader_u8(in);

    if (enables & ~ENABLES_KNOWN) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_event_set_logging(req->bmc, enables & IPMI_MSG_ENABLE_LOGGING);
    set_state(msg, enables & ~IPMI_MSG_ENABLE_LOGGING, msg->flags);
    return IPMI_CC_OK;
}

static int get_global_enables(IpmiRequest *req, ByteReader *in,
                              ByteWriter *out)
{
    byte_writer_u8(out, req->core->msg.enables |
                   (bmc_event_logging(req->bmc) ? IPMI_MSG_ENABLE_LOGGING :
                    0));
    return IPMI_CC_OK;
}

static int clear_flags(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiMsg *msg = &req->core->msg;
    uint8_t clear = byte_reader_u8(in);

    if (clear & ~FLAGS_DEFINED) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (clear & IPMI_MSG_FLAG_RECEIVE) {
        drop_queue(msg);
    }
    set_state(msg, msg->enables, msg->flags & ~clear);
    return IPMI_CC_OK;
}

static int get_flags(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_u8(out, req->core->msg.flags);
    return IPMI_CC_OK;
}

static int get_message(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiMsg *msg = &req->core->msg;
    g_autoptr(GBytes) bytes = g_queue_pop_head(&msg->queue);

    if (!msg->queue.length) {
        set_state(msg, msg->enables, msg->flags & ~IPMI_MSG_FLAG_RECEIVE);
    }
    if (!bytes) {
        return CC_NO_DATA;
    }
    byte_writer_bytes(out, g_bytes_get_data(bytes, NULL),
                      g_bytes_get_size(bytes));
    return IPMI_CC_OK;
}

/*
 * A message for software in the machine, in the form that LAN messages have
 * (table 6-12): it is handed on with the channel, the sender's privilege and
 * the session in which software would answer. There are no other channels.
 */
static int send_message(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t how = byte_reader_u8(in);
    size_t len = byte_reader_left(in);
    const uint8_t *bytes = byte_reader_take(in, len);
    uint8_t data[IPMI_RESPONSE_MAX];
    ByteWriter w = byte_writer(data, sizeof(data));
    IpmbMessage message;

    if ((how & SEND_CHANNEL_MASK) != IPMI_CHANNEL_SYSTEM ||
        (how & (SEND_MODE_MASK | SEND_ENCRYPTED | SEND_AUTHENTICATED)) ||
        !ipmb_parse(bytes, len, &message, NULL)) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(&w, IPMI_CHANNEL_LAN |
                   req->ctx->privilege << PRIVILEGE_SHIFT);
    byte_writer_u8(&w, req->ctx->session ? req->ctx->session->handle : 0);
    byte_writer_bytes(&w, bytes, len);
    if (w.failed) {
        return IPMI_CC_LENGTH_EXCEEDED;
    }
    return ipmi_msg_queue(&req->core->msg, data, w.len) ? IPMI_CC_OK :
           IPMI_CC_NODE_BUSY;
}

static int read_event(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiMsg *msg = &req->core->msg;

    if (!(msg->flags & IPMI_MSG_FLAG_EVENT)) {
        return CC_NO_DATA;
    }
    byte_writer_bytes(out, msg->event, sizeof(msg->event));
    set_state(msg, msg->enables, msg->flags & ~IPMI_MSG_FLAG_EVENT);
    return IPMI_CC_OK;
}

/* QEMU has SSIF too, but a BMC behind it takes it for a KCS. */
static int get_interface(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    if (byte_reader_u8(in) != INTERFACE_KCS) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, 0);
    byte_writer_u8(out, KCS_VERSION_1);
    byte_writer_u8(out, KCS_INPUT_MAX);
    return IPMI_CC_OK;
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
    { IPMI_NETFN_APP, 0x33, 0, 0, BMC_PRIVILEGE_ADMIN, IPMI_ON_SYSTEM,
      IPMI_CMD_CHANGES | IPMI_CMD_INTERFACE, get_message, "Get Message" },
    { IPMI_NETFN_APP, 0x34, 1 + IPMB_OVERHEAD, IPMI_RESPONSE_MAX - 1,
      BMC_PRIVILEGE_USER, IPMI_ON_LAN, IPMI_CMD_ROUTINE, send_message,
      "Send Message" },
    { IPMI_NETFN_APP, 0x35, 0, 0, BMC_PRIVILEGE_ADMIN, IPMI_ON_SYSTEM,
      IPMI_CMD_CHANGES | IPMI_CMD_INTERFACE, read_event,
      "Read Event Message Buffer" },
    { IPMI_NETFN_APP, 0x57, 1, 1, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_interface, "Get System Interface Capabilities" },
    { .name = NULL },
};
