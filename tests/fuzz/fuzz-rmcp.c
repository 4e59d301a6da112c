/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datagram as the LAN server takes it apart: RMCP, then ASF or the IPMI
 * 1.5 wrapper. What is understood is built again and must read the same.
 */
#include "osdep.h"

#include "codec/asf.h"
#include "codec/ipmi15.h"
#include "codec/rmcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_asf(const RmcpMessage *rmcp)
{
    uint8_t buf[64];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    AsfMessage msg;
    AsfPong pong;

    if (!asf_parse(rmcp->data, rmcp->data_len, &msg, NULL)) {
        return;
    }
    asf_parse_pong(&msg, &pong, NULL);
    asf_build_pong(&w, msg.tag);
    g_assert(!w.failed);
    g_assert(asf_parse(buf, w.len, &msg, NULL));
    g_assert(asf_parse_pong(&msg, &pong, NULL));
}

static void try_ipmi15(const RmcpMessage *rmcp)
{
    g_autofree uint8_t *buf = g_malloc(rmcp->data_len + 1);
    ByteWriter w = byte_writer(buf, rmcp->data_len);
    static const uint8_t password[IPMI_PASSWORD15_MAX] = "fuzz";
    uint8_t code[IPMI15_AUTH_CODE_LEN];
    Ipmi15Packet pkt, again;

    if (ipmi15_is_rmcpp(rmcp->data, rmcp->data_len) ||
        !ipmi15_parse(rmcp->data, rmcp->data_len, &pkt, NULL)) {
        return;
    }
    ipmi15_build(&w, &pkt);
    g_assert(!w.failed);
    g_assert(ipmi15_parse(buf, w.len, &again, NULL));
    g_assert(again.auth_type == pkt.auth_type);
    g_assert(again.sequence == pkt.sequence);
    g_assert(again.session_id == pkt.session_id);
    g_assert(!again.auth_code == !pkt.auth_code);
    g_assert(again.payload_len == pkt.payload_len);
    g_assert(!memcmp(again.payload, pkt.payload, pkt.payload_len));
    ipmi15_check(&pkt, password);
    if (pkt.auth_type != IPMI_AUTH_NONE && pkt.auth_type != IPMI_AUTH_OEM) {
        ipmi15_auth_code(&pkt, password, code);
        pkt.auth_code = code;
        g_assert(ipmi15_check(&pkt, password));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autoptr(GError) err = NULL;
    uint8_t ack[RMCP_HEADER_LEN];
    ByteWriter w = byte_writer(ack, sizeof(ack));
    RmcpMessage msg;

    if (!rmcp_parse(data, len, &msg, &err)) {
        g_assert(err);
        return 0;
    }
    g_assert(!err);
    g_assert(!msg.ack || !rmcp_wants_ack(&msg));
    rmcp_build_ack(&w, &msg);
    g_assert(!w.failed);
    if (msg.msg_class == RMCP_CLASS_ASF) {
        try_asf(&msg);
    } else if (msg.msg_class == RMCP_CLASS_IPMI) {
        try_ipmi15(&msg);
    }
    return 0;
}
