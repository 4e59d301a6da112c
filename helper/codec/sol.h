/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Serial over LAN payload (IPMI 2.0 section 15.9, table 15-2). */
#ifndef QEMU_BMC_CODEC_SOL_H
#define QEMU_BMC_CODEC_SOL_H

#include <glib.h>

#include "util/bytes.h"

#define SOL_HEADER_LEN 4
/* One byte counts the characters that were accepted. */
#define SOL_DATA_MAX 255
/* Sequence numbers go from 1 to this; 0 asks for no acknowledge. */
#define SOL_SEQUENCE_MAX 15

/* What the remote console wants: SolPacket.bits of an inbound packet. */
#define SOL_OP_NACK 0x40
#define SOL_OP_RING 0x20
#define SOL_OP_BREAK 0x10
#define SOL_OP_CTS_OFF 0x08
#define SOL_OP_DCD_DSR_OFF 0x04
#define SOL_OP_FLUSH_INBOUND 0x02
#define SOL_OP_FLUSH_OUTBOUND 0x01

/* How the BMC is: SolPacket.bits of an outbound packet. */
#define SOL_STATUS_NACK 0x40
#define SOL_STATUS_UNAVAILABLE 0x20
#define SOL_STATUS_DEACTIVATED 0x10
#define SOL_STATUS_OVERRUN 0x08
#define SOL_STATUS_BREAK 0x04

/**
 * SolPacket: a SOL packet, either way.
 *
 * @sequence: 1 to %SOL_SEQUENCE_MAX, or 0 if it wants no acknowledge
 * @acked: the packet that it acknowledges, or 0
 * @accepted: how many characters of that packet were taken
 * @bits: SOL_OP_* to the BMC, SOL_STATUS_* from it
 * @data: characters, in the caller's buffer
 * @data_len: how many, at most %SOL_DATA_MAX
 */
typedef struct SolPacket {
    uint8_t sequence;
    uint8_t acked;
    uint8_t accepted;
    uint8_t bits;
    const uint8_t *data;
    size_t data_len;
} SolPacket;

/**
 * sol_parse: read a SOL payload. Reserved bits are dropped, and so is the
 * count of accepted characters if there is nothing that it counts. A packet
 * that wants no acknowledge carries no characters.
 *
 * @buf: the payload, decrypted
 * @len: its length in bytes
 * @pkt: filled; @pkt->data points into @buf
 * @errp: BMC_ERROR_PROTOCOL
 *
 * Returns: true on success
 */
bool sol_parse(const uint8_t *buf, size_t len, SolPacket *pkt, GError **errp);

/**
 * sol_build: append a SOL payload.
 *
 * @w: where to; failed if it does not fit, or if there are too many
 *     characters
 * @pkt: the packet
 */
void sol_build(ByteWriter *w, const SolPacket *pkt);

/**
 * sol_next_sequence: the sequence number after another.
 *
 * @sequence: 0 to %SOL_SEQUENCE_MAX
 *
 * Returns: 1 to %SOL_SEQUENCE_MAX
 */
uint8_t sol_next_sequence(uint8_t sequence);

#endif /* QEMU_BMC_CODEC_SOL_H */
