/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chassis commands (IPMI 2.0 chapter 28). */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/events.h"
#include "bmc/power.h"
#include "ipmi/ipmi-boot.h"

/* Get Chassis Capabilities. */
#define CAP_DIAG_INTERRUPT 0x04

/* Get Chassis Status. */
#define STATUS_POWER_ON 0x01
#define STATUS_POLICY_UNKNOWN 0x60
#define EVENT_AC_FAILED 0x01
#define EVENT_ON_BY_COMMAND 0x10
#define MISC_IDENTIFY_SUPPORTED 0x40
#define MISC_IDENTIFY_SHIFT 4

#define IDENTIFY_DEFAULT_S 15
#define IDENTIFY_FORCE 0x01

/* Chassis Control, by its number (table 28-4). */
static const BmcPowerAction actions[] = {
    BMC_POWER_FORCE_OFF,
    BMC_POWER_ON,
    BMC_POWER_CYCLE,
    BMC_POWER_FORCE_RESTART,
    BMC_POWER_NMI,
    BMC_POWER_GRACEFUL_SHUTDOWN,
};

/* The channel that a request came on, or -1 if not over IPMI. */
static int event_channel(const BmcPowerEvent *event)
{
    if (!event->when || event->cause != BMC_POWER_CAUSE_REQUEST) {
        return -1;
    }
    switch (event->channel) {
    case BMC_CHANNEL_LAN:
        return IPMI_CHANNEL_LAN;
    case BMC_CHANNEL_IN_BAND:
        return IPMI_CHANNEL_SYSTEM;
    default:
        return -1;
    }
}

static int get_capabilities(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_u8(out, CAP_DIAG_INTERRUPT);
    byte_writer_u8(out, IPMI_ADDR_BMC); /* FRU */
    byte_writer_u8(out, IPMI_ADDR_BMC); /* SDR */
    byte_writer_u8(out, IPMI_ADDR_BMC); /* SEL */
    byte_writer_u8(out, IPMI_ADDR_BMC); /* system management */
    return IPMI_CC_OK;
}

static int get_status(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcPowerEvent *on = bmc_power_last_restart_event(req->bmc);
    const BmcPowerEvent *off = bmc_power_last_off_event(req->bmc);
    uint8_t power = STATUS_POLICY_UNKNOWN;
    uint8_t event = 0;

    switch (bmc_power_state(req->bmc)) {
    case BMC_POWER_STATE_UNKNOWN:
        /* Neither "on" nor "off" would be true. */
        return IPMI_CC_NO_RESPONSE;
    case BMC_POWER_STATE_ON:
    case BMC_POWER_STATE_PAUSED:
    case BMC_POWER_STATE_POWERING_OFF:
        power |= STATUS_POWER_ON;
        break;
    case BMC_POWER_STATE_OFF:
    case BMC_POWER_STATE_POWERING_ON:
        break;
    }
    /* A QEMU that ends on its own is what pulling the plug is to a server. */
    if (off->when && off->cause == BMC_POWER_CAUSE_QEMU) {
        event |= EVENT_AC_FAILED;
    }
    if (event_channel(on) >= 0 &&
        (on->action == BMC_POWER_ON || on->action == BMC_POWER_CYCLE)) {
        event |= EVENT_ON_BY_COMMAND;
    }
    byte_writer_u8(out, power);
    byte_writer_u8(out, event);
    byte_writer_u8(out, MISC_IDENTIFY_SUPPORTED |
                   bmc_identify_state(req->bmc) << MISC_IDENTIFY_SHIFT);
    return IPMI_CC_OK;
}

static void control_done(GObject *source, GAsyncResult *res, void *opaque)
{
    IpmiRequest *req = opaque;
    g_autoptr(GError) err = NULL;

    bmc_power_request_finish(req->bmc, res, &err);
    ipmi_request_finish(req, err);
}

static int control(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t what = byte_reader_u8(in);

    if (what >= G_N_ELEMENTS(actions)) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_power_request_async(req->bmc, actions[what], &req->ctx->origin,
                            ipmi_request_defer(req), control_done, req);
    return IPMI_DEFERRED;
}

static int identify(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    int seconds = IDENTIFY_DEFAULT_S;
    uint8_t force = 0;

    if (byte_reader_left(in)) {
        seconds = byte_reader_u8(in);
    }
    if (byte_reader_left(in)) {
        force = byte_reader_u8(in);
    }
    if (force & ~IDENTIFY_FORCE) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_identify_set(req->bmc, force ? -1 : seconds, &req->ctx->origin);
    return IPMI_CC_OK;
}

static int get_restart_cause(IpmiRequest *req, ByteReader *in,
                             ByteWriter *out)
{
    uint8_t channel;

    byte_writer_u8(out, bmc_event_restart_cause(
                            bmc_power_last_restart_event(req->bmc),
                            &channel));
    byte_writer_u8(out, channel);
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_chassis_commands[] = {
    { IPMI_NETFN_CHASSIS, 0x00, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_capabilities, "Get Chassis Capabilities" },
    { IPMI_NETFN_CHASSIS, 0x01, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_status, "Get Chassis Status" },
    { IPMI_NETFN_CHASSIS, 0x02, 1, 1, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, control, "Chassis Control" },
    { IPMI_NETFN_CHASSIS, 0x04, 0, 2, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, identify, "Chassis Identify" },
    { IPMI_NETFN_CHASSIS, 0x07, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_restart_cause, "Get System Restart Cause" },
    { IPMI_NETFN_CHASSIS, 0x08, 1, 6, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, ipmi_boot_set, "Set System Boot Options" },
    { IPMI_NETFN_CHASSIS, 0x09, 3, 3, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL, 0,
      ipmi_boot_get, "Get System Boot Options" },
    { .name = NULL },
};
