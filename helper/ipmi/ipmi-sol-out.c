/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SOL from the VM to the remote console. Characters are gathered until there
 * are enough or it has been long enough; while a packet is on its way they
 * are gathered anyway. No timer runs while there is nothing to send.
 */
#include "osdep.h"

#include "ipmi/ipmi-sol-priv.h"

#include "bmc/sol.h"

/* Time for the last transmission's acknowledge to come. */
#define LAST_WAIT_MS 250

static void transmit(IpmiSol *sol);

static int64_t retry_ms(const IpmiSol *sol)
{
    return bmc_sol_get(sol->core->bmc)->retry_interval *
           BMC_SOL_RETRY_UNIT_MS;
}

static void timer_over(void *opaque)
{
    IpmiSol *sol = opaque;
    SolOut *out = &sol->out;

    if (out->refused) {
        out->refused = false;
    } else if (out->tries < bmc_sol_get(sol->core->bmc)->retries) {
        out->tries++;
        transmit(sol);
        return;
    } else {
        /* Nobody is there: these characters are lost (section 26.3) */
        out->in_flight = false;
        out->overrun |= out->len > 0 || (out->bits & SOL_STATUS_OVERRUN);
        out->len = 0;
    }
    ipmi_sol_out_pump(sol);
}

static void transmit(IpmiSol *sol)
{
    SolOut *out = &sol->out;
    SolPacket pkt = {
        .sequence = out->sequence,
        .bits = out->bits,
        .data = out->data,
        .data_len = out->len,
    };
    bool last = out->tries >= bmc_sol_get(sol->core->bmc)->retries;
    int64_t wait = retry_ms(sol);

    clock_timer_start(sol->core->clock, &out->timer,
                      last ? MAX(wait, LAST_WAIT_MS) : wait, timer_over, sol);
    ipmi_sol_send(sol, &pkt);
}

static void send_next(IpmiSol *sol)
{
    SolOut *out = &sol->out;
    uint64_t lost;

    clock_timer_stop(&out->gather);
    out->len += console_reader_read(sol->reader, out->data + out->len,
                                    sizeof(out->data) - out->len, &lost);
    out->bits = out->overrun || lost ? SOL_STATUS_OVERRUN : 0;
    out->overrun = false;
    out->sequence = sol_next_sequence(out->sequence);
    out->tries = 0;
    out->since = sol->newest;
    out->in_flight = true;
    transmit(sol);
}

static void gather_over(void *opaque)
{
    IpmiSol *sol = opaque;

    if (!sol->out.in_flight && !sol->out.refused && !sol->out.paused) {
        send_next(sol);
    }
}

void ipmi_sol_out_pump(IpmiSol *sol)
{
    const BmcSolConfig *config = bmc_sol_get(sol->core->bmc);
    SolOut *out = &sol->out;
    size_t pending = console_reader_pending(sol->reader);

    if (out->in_flight || out->refused || out->paused ||
        (!out->len && !pending)) {
        return;
    }
    if (out->len || pending >= MIN(config->threshold, IPMI_SOL_CHARS)) {
        send_next(sol);
    } else if (!out->gather) {
        clock_timer_start(sol->core->clock, &out->gather,
                          config->accumulate * BMC_SOL_ACCUMULATE_UNIT_MS,
                          gather_over, sol);
    }
}

static void acknowledged(IpmiSol *sol, const SolPacket *pkt)
{
    SolOut *out = &sol->out;
    size_t accepted = MIN(pkt->accepted, out->len);
    bool refused = (pkt->bits & SOL_OP_NACK) || (out->len && !accepted);

    out->in_flight = false;
    clock_timer_stop(&out->timer);
    out->len -= accepted;
    memmove(out->data, out->data + accepted, out->len);
    if (refused && out->len) {
        /* The rest goes into a new packet when there may be room for it */
        out->refused = true;
        clock_timer_start(sol->core->clock, &out->timer,
                          MAX(retry_ms(sol), BMC_SOL_RETRY_UNIT_MS),
                          timer_over, sol);
    }
}

void ipmi_sol_out_received(IpmiSol *sol, uint32_t sequence,
                           const SolPacket *pkt)
{
    SolOut *out = &sol->out;

    if (sequence == sol->newest) {
        out->paused = pkt->bits & SOL_OP_CTS_OFF;
    }
    /* One that was delayed may mean the packet 15 before this one */
    if (out->in_flight && pkt->acked == out->sequence &&
        ipmi_sol_is_after(sequence, out->since)) {
        acknowledged(sol, pkt);
    }
    ipmi_sol_out_pump(sol);
}

void ipmi_sol_out_flush(IpmiSol *sol)
{
    SolOut *out = &sol->out;

    console_reader_skip(sol->reader);
    out->len = 0;
    out->in_flight = false;
    out->refused = false;
    ipmi_sol_out_stop(sol);
}

void ipmi_sol_out_stop(IpmiSol *sol)
{
    clock_timer_stop(&sol->out.timer);
    clock_timer_stop(&sol->out.gather);
}
