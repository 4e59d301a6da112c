/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of Serial over LAN share; not for anybody else. */
#ifndef QEMU_BMC_IPMI_IPMI_SOL_PRIV_H
#define QEMU_BMC_IPMI_IPMI_SOL_PRIV_H

#include "codec/sol.h"
#include "ipmi/ipmi-sol.h"

#define IPMI_SOL_CHARS (IPMI_SOL_PAYLOAD_MAX - SOL_HEADER_LEN)

/**
 * SolOut: from the VM to the remote console. One packet is on its way at a
 * time.
 *
 * @data: characters of the packet, or what is left of those that were only
 *        partly accepted
 * @len: how many
 * @sequence: number of the last packet
 * @bits: status that it told of
 * @in_flight: it is not acknowledged yet
 * @refused: the remote console cannot take any more just now
 * @tries: how often it has been sent again
 * @timer: when it is sent again, or when to try what was refused
 * @gather: when what has come meanwhile is sent, however little
 * @overrun: characters were lost since the last packet
 * @paused: the remote console has taken CTS away
 * @since: IpmiSol.newest when the packet was sent first: what acknowledges it
 *         is newer than that
 */
typedef struct SolOut {
    uint8_t data[IPMI_SOL_CHARS];
    size_t len;
    uint8_t sequence;
    uint8_t bits;
    bool in_flight;
    bool refused;
    unsigned tries;
    ClockTimer *timer;
    ClockTimer *gather;
    bool overrun;
    bool paused;
    uint32_t since;
} SolOut;

/**
 * SolIn: from the remote console to the VM. A packet that the VM does not
 * take at once is answered when it has, but not too late.
 *
 * @sequence: the last packet that was answered for good, or 0; @accepted and
 *            @bits: the answer, for when the packet is sent again
 * @order: session sequence number of the newest packet
 * @held: the packet that is not answered yet, or 0; @data, @len: its
 *        characters, of which @done were taken
 * @want_break: it asks for a BREAK, which comes before its characters
 * @timer: when it is answered at the latest
 * @nack_ms: when a packet was last refused
 */
typedef struct SolIn {
    uint8_t sequence;
    uint8_t accepted;
    uint8_t bits;
    uint32_t order;
    uint8_t held;
    uint8_t data[SOL_DATA_MAX];
    size_t len;
    size_t done;
    bool want_break;
    ClockTimer *timer;
    int64_t nack_ms;
} SolIn;

/**
 * IpmiSol: the payload; all below @console means something only while
 * @session is there.
 *
 * @closing: on the sessions that close, @users: on accounts that change
 * @session: the session that it is active in, or NULL
 * @reader: its end of the line
 * @crypto: how its packets are protected
 * @newest: the highest session sequence number of its packets, or 0
 * @ending: it ends as soon as the session has its answers
 */
struct IpmiSol {
    IpmiCore *core;
    Notifier closing;
    Notifier users;
    Console *console;
    IpmiSession *session;
    ConsoleReader *reader;
    RmcppCrypto crypto;
    uint32_t newest;
    bool ending;
    SolOut out;
    SolIn in;
};

/**
 * ipmi_sol_send: send a packet.
 *
 * @sol: the payload, active
 * @pkt: the packet; whether the line is available is added to it
 */
void ipmi_sol_send(IpmiSol *sol, const SolPacket *pkt);

/**
 * ipmi_sol_out_pump: send what there is to send, if it is time.
 *
 * @sol: the payload, active
 */
void ipmi_sol_out_pump(IpmiSol *sol);

/**
 * ipmi_sol_out_received: look at what a packet says about ours.
 *
 * @sol: the payload, active
 * @sequence: its session sequence number
 * @pkt: the packet
 */
void ipmi_sol_out_received(IpmiSol *sol, uint32_t sequence,
                           const SolPacket *pkt);

/**
 * ipmi_sol_out_flush: drop what has not reached the remote console.
 *
 * @sol: the payload, active
 */
void ipmi_sol_out_flush(IpmiSol *sol);

/**
 * ipmi_sol_out_stop: stop the timers.
 *
 * @sol: the payload
 */
void ipmi_sol_out_stop(IpmiSol *sol);

/**
 * ipmi_sol_is_after: compare session sequence numbers.
 *
 * @sequence: one
 * @other: another one, or 0 for none
 *
 * Returns: true if @sequence was given later
 */
bool ipmi_sol_is_after(uint32_t sequence, uint32_t other);

/**
 * ipmi_sol_in_received: take what a packet brings, and do what it asks for.
 *
 * @sol: the payload, active
 * @sequence: its session sequence number
 * @pkt: the packet
 */
void ipmi_sol_in_received(IpmiSol *sol, uint32_t sequence,
                          const SolPacket *pkt);

/**
 * ipmi_sol_in_work: the line may have room again, or has gone.
 *
 * @sol: the payload, active
 */
void ipmi_sol_in_work(IpmiSol *sol);

/**
 * ipmi_sol_in_stop: stop the timer.
 *
 * @sol: the payload
 */
void ipmi_sol_in_stop(IpmiSol *sol);

#endif /* QEMU_BMC_IPMI_IPMI_SOL_PRIV_H */
