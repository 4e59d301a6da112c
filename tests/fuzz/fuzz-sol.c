/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A SOL payload that is read must be the same when it is built again. */
#include "osdep.h"

#include "codec/sol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    uint8_t buf[SOL_HEADER_LEN + SOL_DATA_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    SolPacket pkt;
    SolPacket again;

    if (!sol_parse(data, len, &pkt, NULL)) {
        return 0;
    }
    g_assert(pkt.sequence <= SOL_SEQUENCE_MAX);
    g_assert(pkt.data_len <= SOL_DATA_MAX);
    g_assert(pkt.sequence || !pkt.data_len);
    sol_build(&w, &pkt);
    g_assert(!w.failed);
    g_assert(w.len <= len);
    g_assert(sol_parse(buf, w.len, &again, NULL));
    g_assert(again.sequence == pkt.sequence && again.acked == pkt.acked);
    g_assert(again.accepted == pkt.accepted && again.bits == pkt.bits);
    g_assert(again.data_len == pkt.data_len);
    g_assert(!memcmp(again.data, pkt.data, pkt.data_len));
    return 0;
}
