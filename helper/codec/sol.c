/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Serial over LAN payload. */
#include "osdep.h"

#include "codec/sol.h"

#include "util/error.h"

#define SEQUENCE_MASK 0x0f
#define BITS_MASK 0x7f

bool sol_parse(const uint8_t *buf, size_t len, SolPacket *pkt, GError **errp)
{
    ByteReader r = byte_reader(buf, len);

    memset(pkt, 0, sizeof(*pkt));
    pkt->sequence = byte_reader_u8(&r) & SEQUENCE_MASK;
    pkt->acked = byte_reader_u8(&r) & SEQUENCE_MASK;
    pkt->accepted = byte_reader_u8(&r);
    pkt->bits = byte_reader_u8(&r) & BITS_MASK;
    if (r.failed) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "SOL payload of %zu bytes is too short", len);
        return false;
    }
    pkt->data_len = byte_reader_left(&r);
    pkt->data = byte_reader_take(&r, pkt->data_len);
    if (pkt->data_len > SOL_DATA_MAX) {
        g_set_error(errp, BMC_ERROR, BMC_ERROR_PROTOCOL,
                    "SOL payload with %zu characters, more than can be "
                    "acknowledged", pkt->data_len);
        return false;
    }
    if (!pkt->acked) {
        pkt->accepted = 0;
    }
    if (!pkt->sequence) {
        pkt->data_len = 0;
    }
    return true;
}

void sol_build(ByteWriter *w, const SolPacket *pkt)
{
    if (pkt->data_len > SOL_DATA_MAX) {
        w->failed = true;
        return;
    }
    byte_writer_u8(w, pkt->sequence & SEQUENCE_MASK);
    byte_writer_u8(w, pkt->acked & SEQUENCE_MASK);
    byte_writer_u8(w, pkt->acked ? pkt->accepted : 0);
    byte_writer_u8(w, pkt->bits & BITS_MASK);
    byte_writer_bytes(w, pkt->data, pkt->data_len);
}

uint8_t sol_next_sequence(uint8_t sequence)
{
    return sequence < SOL_SEQUENCE_MAX ? sequence + 1 : 1;
}
