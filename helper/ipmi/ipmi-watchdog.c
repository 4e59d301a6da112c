/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watchdog timer commands (IPMI 2.0 chapter 27). */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/watchdog.h"

#define CC_NOT_SET_UP 0x80

#define TIMER_DONT_LOG 0x80
/* Set: do not stop the timer. Get: it runs. */
#define TIMER_RUNS 0x40
#define TIMER_RESERVED 0x38
#define TIMER_USE_MASK 0x07

#define ACTION_RESERVED 0x88
#define ACTION_MASK 0x07
#define INTERRUPT_SHIFT 4
#define INTERRUPT_MASK 0x07

/* There is no use 0, nor 6 and 7. */
#define EXPIRED_RESERVED 0xc1

static bool interrupt_exists(unsigned interrupt)
{
    return interrupt == BMC_WATCHDOG_INTERRUPT_NONE ||
           interrupt == BMC_WATCHDOG_INTERRUPT_NMI ||
           interrupt == BMC_WATCHDOG_INTERRUPT_MESSAGE;
}

static int reset_timer(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return bmc_watchdog_start(req->bmc, &req->ctx->origin) ? IPMI_CC_OK :
           CC_NOT_SET_UP;
}

static int set_timer(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t use = byte_reader_u8(in);
    uint8_t actions = byte_reader_u8(in);
    BmcWatchdog settings = {
        .dont_log = use & TIMER_DONT_LOG,
        .use = use & TIMER_USE_MASK,
        .interrupt = actions >> INTERRUPT_SHIFT & INTERRUPT_MASK,
        .action = actions & ACTION_MASK,
        .pre_timeout_s = byte_reader_u8(in),
        .expired = byte_reader_u8(in),
        .initial = byte_reader_le16(in),
    };

    if ((use & TIMER_RESERVED) || settings.use == BMC_WATCHDOG_USE_NONE ||
        settings.use >= BMC_WATCHDOG_USE__MAX ||
        (actions & ACTION_RESERVED) ||
        settings.action >= BMC_WATCHDOG_ACTION__MAX ||
        !interrupt_exists(settings.interrupt) ||
        (settings.expired & EXPIRED_RESERVED)) {
        return IPMI_CC_INVALID_FIELD;
    }
    /* It would have had to come before the countdown began. */
    if (settings.interrupt != BMC_WATCHDOG_INTERRUPT_NONE &&
        settings.pre_timeout_s * 1000 >
        settings.initial * BMC_WATCHDOG_TICK_MS) {
        return IPMI_CC_INVALID_FIELD;
    }
    bmc_watchdog_set(req->bmc, &settings, use & TIMER_RUNS,
                     &req->ctx->origin);
    /* "The pre-timeout interrupt flag gets cleared" (section 27.6). */
    ipmi_msg_clear_flag(&req->core->msg, IPMI_MSG_FLAG_WATCHDOG);
    return IPMI_CC_OK;
}

static int get_timer(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    BmcWatchdog w;

    bmc_watchdog_get(req->bmc, &w);
    byte_writer_u8(out, (w.dont_log ? TIMER_DONT_LOG : 0) |
                   (w.running ? TIMER_RUNS : 0) | w.use);
    byte_writer_u8(out, w.interrupt << INTERRUPT_SHIFT | w.action);
    byte_writer_u8(out, w.pre_timeout_s);
    byte_writer_u8(out, w.expired);
    byte_writer_le16(out, w.initial);
    byte_writer_le16(out, w.present);
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_watchdog_commands[] = {
    { IPMI_NETFN_APP, 0x22, 0, 0, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_ROUTINE, reset_timer, "Reset Watchdog Timer" },
    { IPMI_NETFN_APP, 0x24, 6, 6, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_timer, "Set Watchdog Timer" },
    { IPMI_NETFN_APP, 0x25, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_timer, "Get Watchdog Timer" },
    { .name = NULL },
};
