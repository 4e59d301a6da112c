/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stream from QEMU, whole and in pieces: the frames must be the same, and
 * those that are good must survive being built and decoded again.
 */
#include "osdep.h"

#include "codec/vmproto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_again(const VmprotoFrame *frame)
{
    uint8_t buf[VMPROTO_WIRE_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    VmprotoDecoder dec = { 0 };
    VmprotoFrame again;

    if (frame->kind == VMPROTO_MESSAGE) {
        vmproto_build_message(&w, frame);
    } else if (frame->kind == VMPROTO_COMMAND) {
        vmproto_build_command(&w, frame->cmd, frame->data, frame->data_len);
    } else {
        return;
    }
    g_assert(!w.failed);
    g_assert(vmproto_decode(&dec, buf, w.len, &again) == w.len);
    g_assert(again.kind == frame->kind);
    g_assert(again.seq == frame->seq);
    g_assert(again.netfn == frame->netfn && again.lun == frame->lun);
    g_assert(again.cmd == frame->cmd);
    g_assert(again.data_len == frame->data_len);
    g_assert(!memcmp(again.data, frame->data, frame->data_len));
}

/* A hash of all frames that come when at most @piece bytes come at once. */
static guint run(const uint8_t *data, size_t len, size_t piece)
{
    VmprotoDecoder dec = { 0 };
    guint hash = 5381;

    while (len) {
        VmprotoFrame frame;
        size_t n = MIN(piece, len);
        size_t taken = vmproto_decode(&dec, data, n, &frame);

        g_assert(taken && taken <= n);
        g_assert(frame.kind != VMPROTO_MORE || taken == n);
        data += taken;
        len -= taken;
        if (frame.kind != VMPROTO_MORE) {
            hash = hash * 33 + frame.kind;
            hash = hash * 33 + frame.cmd;
            hash = hash * 33 + frame.data_len;
            try_again(&frame);
        }
    }
    return hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    guint hash = run(data, len, SIZE_MAX);

    g_assert(run(data, len, 1) == hash);
    g_assert(run(data, len, 7) == hash);
    return 0;
}
