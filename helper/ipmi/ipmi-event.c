/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the event path (IPMI 2.0 chapter 29). */
#include "osdep.h"

#include "bmc/events.h"

#include "ipmi/ipmi-commands.h"

/* An event message; in-band its generator id comes first. */
#define EVENT_LEN 7
#define EVENT_LEN_IN_BAND (EVENT_LEN + 1)

/* The second byte of a generator id. */
#define GENERATOR_CHANNEL_SHIFT 12

static int set_receiver(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t address = byte_reader_u8(in);
    uint8_t lun = byte_reader_u8(in);

    /* The BMC takes events at LUN 0; to no receiver none matters. */
    if ((address != BMC_EVENT_RECEIVER_NONE && lun) || lun > 3 ||
        !bmc_event_set_receiver(req->bmc, address)) {
        return IPMI_CC_INVALID_FIELD;
    }
    return ipmi_request_finish_durable(req);
}

static int get_receiver(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_u8(out, bmc_event_receiver(req->bmc));
    byte_writer_u8(out, 0);
    return IPMI_CC_OK;
}

static int platform_event(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    bool inside = req->ctx->channel == IPMI_CHANNEL_SYSTEM;
    uint16_t generator = IPMI_ADDR_REMOTE_CONSOLE |
                         req->ctx->channel << GENERATOR_CHANNEL_SHIFT;
    SelEvent event;

    if (byte_reader_left(in) != (inside ? EVENT_LEN_IN_BAND : EVENT_LEN)) {
        return IPMI_CC_LENGTH;
    }
    if (inside) {
        generator = byte_reader_u8(in);
    }
    /* Nobody but the BMC speaks in its name. */
    if (generator == BMC_EVENT_GENERATOR || !sel_read_event(in, &event)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (!bmc_event_receive(req->bmc, &event, generator, &req->ctx->origin)) {
        return IPMI_CC_OUT_OF_SPACE;
    }
    return ipmi_request_finish_durable(req);
}

const IpmiCommand ipmi_event_commands[] = {
    { IPMI_NETFN_SENSOR, 0x00, 2, 2, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_receiver, "Set Event Receiver" },
    { IPMI_NETFN_SENSOR, 0x01, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_receiver, "Get Event Receiver" },
    { IPMI_NETFN_SENSOR, 0x02, EVENT_LEN, EVENT_LEN_IN_BAND,
      BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL, IPMI_CMD_ROUTINE, platform_event,
      "Platform Event Message" },
    { .name = NULL },
};
