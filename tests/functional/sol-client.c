/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A remote console. */
#include "osdep.h"

#include "sol-client.h"

#include "codec/rmcp.h"
#include "util/secret.h"

#include "test-util.h"

#define CHARS_MAX 251
#define RESEND_US 30000
#define STEP_MS 5
#define WAIT_S 60
#define WINDOW 64

static void command(SolClient *c, uint8_t netfn, uint8_t cmd,
                    const char *data, size_t len)
{
    g_assert_cmphex(ipmi_test_client_command(&c->ipmi, netfn, cmd, data, len),
                    ==, 0);
}

static void send_packet(SolClient *c, const SolPacket *pkt)
{
    IpmiTestClient *ipmi = &c->ipmi;
    uint8_t payload[SOL_HEADER_LEN + SOL_DATA_MAX];
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t iv[RMCPP_IV_LEN];
    ByteWriter p = byte_writer(payload, sizeof(payload));
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = {
        .payload_type = IPMI_PAYLOAD_SOL,
        .session_id = ipmi->auth.managed_id,
        .sequence = ++ipmi->sequence,
    };

    secret_random(iv, sizeof(iv));
    sol_build(&p, pkt);
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_seal(&w, &ipmi->crypto, &header, payload, p.len, iv);
    g_assert_false(p.failed || w.failed);
    g_socket_send(ipmi->socket, (char *)w.data, w.len, NULL, NULL);
}

static void transmit(SolClient *c)
{
    send_packet(c, &(SolPacket) {
        .sequence = c->sequence, .bits = c->bits,
        .data = c->out->data + c->sent, .data_len = c->chunk });
    c->due = g_get_monotonic_time() + RESEND_US;
}

static void send_next(SolClient *c)
{
    c->chunk = MIN(c->out->len - c->sent, CHARS_MAX);
    c->sequence = sol_next_sequence(c->sequence);
    c->in_flight = true;
    transmit(c);
}

static void pump(SolClient *c)
{
    if (!c->in_flight && c->sent < c->out->len) {
        send_next(c);
    } else if (c->in_flight && g_get_monotonic_time() >= c->due) {
        c->resent++;
        transmit(c);
    }
}

/* One that was overtaken is an old one once more. */
static void take_characters(SolClient *c, uint32_t order,
                            const SolPacket *pkt)
{
    if (pkt->sequence != c->last) {
        if (order < c->order) {
            return;
        }
        c->last = pkt->sequence;
        g_byte_array_append(c->in, pkt->data, pkt->data_len);
    }
    c->order = MAX(c->order, order);
    send_packet(c, &(SolPacket) {
        .acked = pkt->sequence, .accepted = pkt->data_len });
}

static void take_packet(SolClient *c, uint32_t order, const SolPacket *pkt)
{
    c->status |= pkt->bits;
    /* What was refused is sent again when its time has come. */
    if (c->in_flight && pkt->acked == c->sequence &&
        !(pkt->bits & SOL_STATUS_NACK)) {
        c->sent += MIN(pkt->accepted, c->chunk);
        c->bits = 0;
        c->in_flight = false;
    }
    if (pkt->sequence) {
        take_characters(c, order, pkt);
    }
}

/* The session's window: nothing that has come already. */
static bool is_new(SolClient *c, uint32_t sequence)
{
    uint32_t last = c->ipmi.inbound;

    if (sequence > last) {
        c->seen = sequence - last < WINDOW ? c->seen << (sequence - last) : 0;
        c->seen |= 1;
        c->ipmi.inbound = sequence;
        return true;
    }
    if (last - sequence >= WINDOW ||
        (c->seen & (UINT64_C(1) << (last - sequence)))) {
        return false;
    }
    c->seen |= UINT64_C(1) << (last - sequence);
    return true;
}

static gboolean on_datagram(GSocket *sock, GIOCondition cond, void *opaque)
{
    SolClient *c = opaque;
    uint8_t buf[IPMI_LAN_PACKET_MAX];
    uint8_t plain[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(plain, sizeof(plain));
    gssize n = g_socket_receive(sock, (char *)buf, sizeof(buf), NULL, NULL);
    RmcpMessage rmcp;
    RmcppPacket packet;
    SolPacket pkt;

    if (n <= 0) {
        return G_SOURCE_CONTINUE;
    }
    g_assert_true(rmcp_parse(buf, n, &rmcp, NULL));
    g_assert_true(rmcpp_parse(rmcp.data, rmcp.data_len, &packet, NULL));
    g_assert_true(rmcpp_open(&c->ipmi.crypto, &packet, &w, NULL));
    if (!is_new(c, packet.header.sequence)) {
        return G_SOURCE_CONTINUE;
    }
    g_assert_cmpint(packet.header.payload_type, ==, IPMI_PAYLOAD_SOL);
    g_assert_true(sol_parse(w.data, w.len, &pkt, NULL));
    take_packet(c, packet.header.sequence, &pkt);
    pump(c);
    return G_SOURCE_CONTINUE;
}

void sol_client_open(SolClient *c, GSocketAddress *server, const char *from,
                     const char *password)
{
    memset(c, 0, sizeof(*c));
    c->out = g_byte_array_new();
    c->in = g_byte_array_new();
    ipmi_test_client_init_udp(&c->ipmi, server, from);
    g_assert_cmpint(ipmi_test_client_login(&c->ipmi, 17, "admin", password),
                    ==, 0);
    command(c, IPMI_NETFN_APP, 0x3b, "\x04", 1);
    /* Retry after 20 ms, seven times. */
    command(c, IPMI_NETFN_TRANSPORT, 0x21, "\x01\x04\x07\x02", 4);
    command(c, IPMI_NETFN_APP, 0x48, "\x01\x01\xc0\x00\x00\x00", 6);
    c->seen = UINT64_MAX;
    c->source = g_socket_create_source(c->ipmi.socket, G_IO_IN, NULL);
    g_source_set_callback(c->source, G_SOURCE_FUNC(on_datagram), c, NULL);
    g_source_attach(c->source, NULL);
}

/* The answer may come behind packets of the payload; nobody needs it. */
void sol_client_logout(SolClient *c)
{
    ByteWriter w;
    uint8_t id[4];

    g_source_destroy(c->source);
    w = byte_writer(id, sizeof(id));
    byte_writer_le32(&w, c->ipmi.auth.managed_id);
    ipmi_test_client_command(&c->ipmi, IPMI_NETFN_APP, 0x3c, id, sizeof(id));
}

void sol_client_close(SolClient *c)
{
    g_source_destroy(c->source);
    g_source_unref(c->source);
    g_byte_array_unref(c->in);
    g_byte_array_unref(c->out);
    ipmi_test_client_clear(&c->ipmi);
}

void sol_client_type(SolClient *c, const void *buf, size_t len)
{
    g_byte_array_append(c->out, buf, len);
    pump(c);
}

static gboolean on_step(void *opaque)
{
    pump(opaque);
    return G_SOURCE_CONTINUE;
}

static void run_until(SolClient *c, bool (*cond)(SolClient *, const void *),
                      const void *what, unsigned seconds)
{
    int64_t end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
    unsigned step = g_timeout_add(STEP_MS, on_step, c);

    while (!cond(c, what)) {
        if (g_get_monotonic_time() > end) {
            g_error("SOL hangs: %zu of %u sent, %u received", c->sent,
                    c->out->len, c->in->len);
        }
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(step);
}

static bool is_acknowledged(SolClient *c, const void *what)
{
    return !c->in_flight && c->sent == c->out->len;
}

static bool has_received(SolClient *c, const void *len)
{
    return c->in->len >= *(const size_t *)len && is_acknowledged(c, NULL);
}

static const uint8_t *find(SolClient *c, const char *text)
{
    return memmem(c->in->data, c->in->len, text, strlen(text));
}

static bool has_text(SolClient *c, const void *text)
{
    return c->in->len && find(c, text);
}

static bool has_status(SolClient *c, const void *bits)
{
    const uint8_t want = *(const uint8_t *)bits;

    return (c->status & want) == want;
}

void sol_client_wait_status(SolClient *c, uint8_t bits)
{
    run_until(c, has_status, &bits, WAIT_S);
}

void sol_client_break(SolClient *c)
{
    g_assert_true(is_acknowledged(c, NULL));
    c->bits = SOL_OP_BREAK;
    send_next(c);
    run_until(c, is_acknowledged, NULL, WAIT_S);
}

void sol_client_run(SolClient *c, size_t len, unsigned seconds)
{
    run_until(c, has_received, &len, seconds);
}

void sol_client_expect(SolClient *c, const char *text)
{
    run_until(c, has_text, text, WAIT_S);
    g_byte_array_remove_range(c->in, 0, find(c, text) + strlen(text) -
                              c->in->data);
}
