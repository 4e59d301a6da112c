/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chassis commands (IPMI 2.0 chapter 28). */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/boot-options.h"
#include "bmc/chassis.h"
#include "bmc/events.h"
#include "bmc/power.h"
#include "ipmi/ipmi-boot.h"

/* Get Chassis Capabilities. */
#define CAP_DIAG_INTERRUPT 0x04

/* Get Chassis Status. */
#define STATUS_POWER_ON 0x01
#define STATUS_CONTROL_FAULT 0x10
#define STATUS_POLICY_SHIFT 5
#define EVENT_AC_FAILED 0x01
#define EVENT_ON_BY_COMMAND 0x10
#define MISC_DRIVE_FAULT 0x04
#define MISC_IDENTIFY_SUPPORTED 0x40
#define MISC_IDENTIFY_SHIFT 4

/* Front panel: the power button only. */
#define PANEL_POWER_OFF 0x01
#define PANEL_ALLOWED_SHIFT 4

/* Set Power Restore Policy: no change, just tell what there is. */
#define POLICY_NO_CHANGE 0x03
#define POLICY_RESERVED 0xf8
#define POLICIES_SUPPORTED 0x07

#define ADDRESS_RESERVED 0x01

/* Get POH Counter. */
#define POH_MINUTES_PER_COUNT 60

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
    const uint8_t *addresses = bmc_chassis_get(req->bmc)->addresses;
    size_t n = BMC_CHASSIS_ADDRESSES;

    /* The bridge is left out where there is none. */
    if (!addresses[n - 1]) {
        n--;
    }
    byte_writer_u8(out, CAP_DIAG_INTERRUPT);
    byte_writer_bytes(out, addresses, n);
    return IPMI_CC_OK;
}

static int get_status(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcPowerEvent *on = bmc_power_last_restart_event(req->bmc);
    const BmcPowerEvent *off = bmc_power_last_off_event(req->bmc);
    const BmcChassis *chassis = bmc_chassis_get(req->bmc);
    uint8_t power = chassis->policy << STATUS_POLICY_SHIFT;
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
    if (bmc_power_control_failed(req->bmc)) {
        power |= STATUS_CONTROL_FAULT;
    }
    byte_writer_u8(out, power);
    byte_writer_u8(out, event);
    byte_writer_u8(out, MISC_IDENTIFY_SUPPORTED |
                   bmc_identify_state(req->bmc) << MISC_IDENTIFY_SHIFT |
                   (bmc_power_drive_failed(req->bmc) ? MISC_DRIVE_FAULT : 0));
    byte_writer_u8(out, PANEL_POWER_OFF << PANEL_ALLOWED_SHIFT |
                   (chassis->button_disabled ? PANEL_POWER_OFF : 0));
    return IPMI_CC_OK;
}

/* There is neither an intrusion sensor nor a lockout of a front panel. */
static int set_capabilities(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t addresses[BMC_CHASSIS_ADDRESSES] = { 0 };
    uint8_t flags = byte_reader_u8(in);
    size_t n = byte_reader_left(in);
    size_t i;

    if (flags) {
        return IPMI_CC_INVALID_FIELD;
    }
    for (i = 0; i < n; i++) {
        addresses[i] = byte_reader_u8(in);
        if (addresses[i] & ADDRESS_RESERVED) {
            return IPMI_CC_INVALID_FIELD;
        }
    }
    bmc_chassis_set_addresses(req->bmc, addresses);
    return ipmi_request_finish_durable(req);
}

static int set_policy(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t policy = byte_reader_u8(in);

    if ((policy & POLICY_RESERVED) || policy > POLICY_NO_CHANGE) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, POLICIES_SUPPORTED);
    if (policy == POLICY_NO_CHANGE) {
        return IPMI_CC_OK;
    }
    bmc_chassis_set_policy(req->bmc, (BmcRestorePolicy)policy,
                           &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static int set_panel(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t disabled = byte_reader_u8(in);

    if (disabled & ~PANEL_POWER_OFF) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_chassis_set_button(req->bmc, disabled, &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static int set_cycle_interval(IpmiRequest *req, ByteReader *in,
                              ByteWriter *out)
{
    bmc_chassis_set_cycle_interval(req->bmc, byte_reader_u8(in),
                                   &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static int get_poh(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint64_t counts = bmc_chassis_powered_s(req->bmc) /
                      (POH_MINUTES_PER_COUNT * 60);

    byte_writer_u8(out, POH_MINUTES_PER_COUNT);
    byte_writer_le32(out, MIN(counts, UINT32_MAX));
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
    bmc_boot_expiry_restart(req->bmc);
    req->certain = bmc_power_acknowledge;
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
    { IPMI_NETFN_CHASSIS, 0x05, 5, 6, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_capabilities, "Set Chassis Capabilities" },
    { IPMI_NETFN_CHASSIS, 0x06, 1, 1, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_policy, "Set Power Restore Policy" },
    { IPMI_NETFN_CHASSIS, 0x07, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_restart_cause, "Get System Restart Cause" },
    { IPMI_NETFN_CHASSIS, 0x08, 1, 18, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, ipmi_boot_set, "Set System Boot Options" },
    { IPMI_NETFN_CHASSIS, 0x09, 3, 3, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL, 0,
      ipmi_boot_get, "Get System Boot Options" },
    { IPMI_NETFN_CHASSIS, 0x0a, 1, 1, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_panel, "Set Front Panel Button Enables" },
    { IPMI_NETFN_CHASSIS, 0x0b, 1, 1, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_cycle_interval, "Set Power Cycle Interval" },
    { IPMI_NETFN_CHASSIS, 0x0f, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_poh, "Get POH Counter" },
    { .name = NULL },
};
