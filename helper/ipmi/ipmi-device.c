/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The management controller itself: resets and self test (IPMI 2.0 sections
 * 20.2 to 20.4). A reset of this BMC is no new process: what is volatile
 * begins anew, and a cold one ends sessions, reservations and the watchdog
 * timer too.
 */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/restart.h"
#include "ipmi/ipmi-params.h"
#include "ipmi/ipmi-session.h"

#define SELF_TEST_OK 0x55
#define SELF_TEST_BROKEN 0x57
/* What cannot be kept: event log, FRU. */
#define BROKEN_SEL 0x80
#define BROKEN_FRU 0x20

/*
 * Those that were there when the reset was asked for: whoever logs in right
 * after that (a script's next line) does so at the BMC as it is afterwards.
 */
static void close_older(IpmiSessions *sessions, int64_t when)
{
    GQueue *const queues[] = { &sessions->half_open, &sessions->active };
    IpmiSession *session;
    GList *at, *next;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(queues); i++) {
        for (at = queues[i]->head; at; at = next) {
            next = at->next;
            session = at->data;
            if (session->opened_ms <= when) {
                ipmi_sessions_close(sessions, session);
            }
        }
    }
}

void ipmi_device_restart(void *opaque, const void *data)
{
    IpmiCore *core = opaque;
    const BmcRestart *restart = data;

    ipmi_msg_reset(&core->msg);
    ipmi_params_reset(core);
    if (restart->cold) {
        memset(&core->sel, 0, sizeof(core->sel));
        close_older(core->sessions, restart->asked_ms);
    }
}

static int reset(IpmiRequest *req, bool cold)
{
    bmc_restart_later(req->bmc, cold, &req->ctx->origin);
    return IPMI_CC_OK;
}

static int cold_reset(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return reset(req, true);
}

static int warm_reset(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    return reset(req, false);
}

static int self_test(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    bool ok = bmc_state_is_saved(req->bmc);

    byte_writer_u8(out, ok ? SELF_TEST_OK : SELF_TEST_BROKEN);
    byte_writer_u8(out, ok ? 0 : BROKEN_SEL | BROKEN_FRU);
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_device_commands[] = {
    { IPMI_NETFN_APP, 0x02, 0, 0, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, cold_reset, "Cold Reset" },
    { IPMI_NETFN_APP, 0x03, 0, 0, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, warm_reset, "Warm Reset" },
    { IPMI_NETFN_APP, 0x04, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      self_test, "Get Self Test Results" },
    { .name = NULL },
};
