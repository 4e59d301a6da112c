/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An IPMI message, as it comes and with its checksums put right, so that
 * what follows them is reached. What is understood is built again to the
 * same bytes, and a response to it must read well.
 */
#include "osdep.h"

#include "codec/ipmb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_message(const uint8_t *data, size_t len)
{
    size_t size = len + IPMB_OVERHEAD + 1;
    g_autofree uint8_t *buf = g_malloc(size);
    ByteWriter w = byte_writer(buf, size);
    g_autoptr(GError) err = NULL;
    IpmbMessage msg, rsp;

    if (!ipmb_parse(data, len, &msg, &err)) {
        g_assert(err);
        return;
    }
    g_assert(!err);
    ipmb_build(&w, &msg);
    g_assert(!w.failed);
    g_assert(w.len == len && !memcmp(buf, data, len));
    w = byte_writer(buf, size);
    ipmb_build_response(&w, &msg, 0xc1, msg.data, msg.data_len);
    g_assert(!w.failed);
    g_assert(ipmb_parse(buf, w.len, &rsp, NULL));
    g_assert(rsp.to == msg.from && rsp.from == msg.to);
    g_assert(rsp.to_lun == msg.from_lun && rsp.from_lun == msg.to_lun);
    g_assert(rsp.netfn == (msg.netfn | 1) && rsp.seq == msg.seq);
    g_assert(rsp.data_len == msg.data_len + 1 && rsp.data[0] == 0xc1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autofree uint8_t *fixed = NULL;

    try_message(data, len);
    if (len >= IPMB_OVERHEAD) {
        fixed = g_memdup2(data, len);
        fixed[2] = ipmb_checksum(fixed, 2);
        fixed[len - 1] = ipmb_checksum(fixed + 3, len - 4);
        try_message(fixed, len);
    }
    return 0;
}
