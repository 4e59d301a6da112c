/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * SOL from the remote console to the VM. A VM that does not read just now
 * makes the acknowledge late rather than negative, because several clients
 * drop what was not accepted at once.
 */
#include "osdep.h"

#include "ipmi/ipmi-sol-priv.h"

/* Clients send again after 500 ms or more. */
#define HOLD_MS 300
/* Clients that repeat at once what was refused do it this often. */
#define NACK_GAP_MS 100

static void work(IpmiSol *sol, bool last);

static void send_ack(IpmiSol *sol)
{
    const SolPacket pkt = {
        .acked = sol->in.sequence,
        .accepted = sol->in.accepted,
        .bits = sol->in.bits,
    };

    ipmi_sol_send(sol, &pkt);
}

static void answer(IpmiSol *sol, uint8_t bits)
{
    SolIn *in = &sol->in;

    clock_timer_stop(&in->timer);
    in->sequence = in->held;
    in->accepted = in->done;
    in->bits = bits;
    in->held = 0;
    send_ack(sol);
    if (bits & SOL_STATUS_NACK) {
        in->nack_ms = clock_now_ms(sol->core->clock);
        /* Sent again with the same number it is another try */
        if (!in->accepted) {
            in->sequence = 0;
        }
    }
}

static void held_long_enough(void *opaque)
{
    work(opaque, true);
}

static void hold(IpmiSol *sol, int64_t ms)
{
    if (!sol->in.timer) {
        clock_timer_start(sol->core->clock, &sol->in.timer, ms,
                          held_long_enough, sol);
    }
}

static void work(IpmiSol *sol, bool last)
{
    SolIn *in = &sol->in;
    int64_t gap = in->nack_ms + NACK_GAP_MS - clock_now_ms(sol->core->clock);
    bool available = console_is_available(sol->console);

    if (in->want_break && available) {
        in->want_break = false;
        console_reader_break(sol->reader);
    }
    in->done += console_reader_write(sol->reader, in->data + in->done,
                                     in->len - in->done);
    if (in->done == in->len && !in->want_break) {
        answer(sol, 0);
    } else if (!available) {
        if (last || gap <= 0) {
            answer(sol, SOL_STATUS_NACK);
        } else {
            hold(sol, gap);
        }
    } else if (last) {
        answer(sol, in->done ? 0 : SOL_STATUS_NACK);
    } else {
        hold(sol, HOLD_MS);
    }
}

/* What a packet asks for, once however often it is sent. */
static void operate(IpmiSol *sol, const SolPacket *pkt)
{
    if (pkt->bits & SOL_OP_FLUSH_OUTBOUND) {
        ipmi_sol_out_flush(sol);
    }
    if (pkt->bits & SOL_OP_FLUSH_INBOUND) {
        console_reader_flush(sol->reader);
    }
    /* That of a packet with a number waits its turn, see work() */
    if ((pkt->bits & SOL_OP_BREAK) && !pkt->sequence) {
        console_reader_break(sol->reader);
    }
}

void ipmi_sol_in_received(IpmiSol *sol, uint32_t sequence,
                          const SolPacket *pkt)
{
    SolIn *in = &sol->in;

    if (!pkt->sequence) {
        if (sequence == sol->newest) {
            operate(sol, pkt);
            ipmi_sol_in_work(sol); /* there may be room now */
        }
        return;
    }
    if (pkt->sequence == in->held) {
        return;
    }
    if (pkt->sequence == in->sequence) {
        send_ack(sol);
        return;
    }
    /* Whoever has sent a newer one does not wait for this one any more */
    if (!ipmi_sol_is_after(sequence, in->order)) {
        return;
    }
    in->order = sequence;
    clock_timer_stop(&in->timer);
    in->held = pkt->sequence;
    in->len = pkt->data_len;
    in->done = 0;
    memcpy(in->data, pkt->data, pkt->data_len);
    operate(sol, pkt);
    in->want_break = pkt->bits & SOL_OP_BREAK;
    work(sol, false);
}

void ipmi_sol_in_work(IpmiSol *sol)
{
    if (sol->in.held) {
        work(sol, false);
    }
}

void ipmi_sol_in_stop(IpmiSol *sol)
{
    clock_timer_stop(&sol->in.timer);
}
