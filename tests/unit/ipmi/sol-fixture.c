/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Serial over LAN with a socket as the VM's serial line and one client. */
#include "osdep.h"

#include "sol-fixture.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "codec/rmcp.h"
#include "util/secret.h"

#include "test-util.h"

void sol_settle(SolFixture *f)
{
    fixture_settle(&f->e.base);
}

void sol_advance(SolFixture *f, int64_t ms)
{
    fixture_advance(&f->e.base, ms);
}

void sol_plug(SolFixture *f)
{
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(f->path);
    g_autoptr(GError) err = NULL;

    f->listener = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0,
                               &err);
    g_assert_no_error(err);
    g_socket_bind(f->listener, addr, FALSE, &err);
    g_assert_no_error(err);
    g_socket_listen(f->listener, &err);
    g_assert_no_error(err);
}

void sol_accept_line(SolFixture *f)
{
    g_autoptr(GError) err = NULL;

    sol_settle(f);
    f->line = g_socket_accept(f->listener, NULL, &err);
    g_assert_no_error(err);
    g_socket_set_blocking(f->line, FALSE);
    sol_settle(f);
}

void sol_unplug(SolFixture *f)
{
    g_clear_object(&f->line);
    g_clear_object(&f->listener);
    g_unlink(f->path);
    sol_settle(f);
}

void sol_setup(SolFixture *f, const void *opaque)
{
    g_autoptr(GSocketAddress) addr = NULL;

    engine_fixture_setup(&f->e, NULL);
    f->path = test_dir_file(f->e.base.dir, "serial.sock");
    addr = g_unix_socket_address_new(f->path);
    sol_plug(f);
    f->console = console_new(f->e.base.bmc, addr, true);
    sol_accept_line(f);
    ipmi_sol_set_console(f->e.core->sol, f->console);
    engine_host_login(&f->host, &f->e, 17, "admin");
    g_assert_cmpint(engine_host_command(&f->host, IPMI_NETFN_APP, 0x3b, "04"), ==, 0);
}

void sol_teardown(SolFixture *f, const void *opaque)
{
    ipmi_sol_set_console(f->e.core->sol, NULL);
    g_queue_clear_full(&f->e.outbox, (GDestroyNotify)g_bytes_unref);
    console_free(f->console);
    g_clear_object(&f->line);
    g_clear_object(&f->listener);
    g_free(f->path);
    engine_fixture_teardown(&f->e, NULL);
}

void sol_activate(SolFixture *f)
{
    g_assert_cmpint(engine_host_command(&f->host, IPMI_NETFN_APP, 0x48, SOL_ACTIVATE), ==,
                    0);
}

void sol_send_as(SolFixture *f, EngineHost *host, const RmcppCrypto *crypto,
                 const SolPacket *pkt)
{
    IpmiTestClient *client = &host->client;
    uint8_t payload[SOL_HEADER_LEN + SOL_DATA_MAX];
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t iv[RMCPP_IV_LEN];
    ByteWriter p = byte_writer(payload, sizeof(payload));
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = {
        .payload_type = IPMI_PAYLOAD_SOL,
        .session_id = client->auth.managed_id,
        .sequence = ++client->sequence,
    };

    secret_random(iv, sizeof(iv));
    sol_build(&p, pkt);
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_seal(&w, crypto, &header, payload, p.len, iv);
    g_assert_false(p.failed || w.failed);
    ipmi_engine_receive(f->e.engine, &host->peer, packet, w.len);
    test_drain();
}

void sol_send_packet(SolFixture *f, uint8_t sequence, uint8_t bits,
                     const char *text)
{
    sol_send_as(f, &f->host, &f->host.client.crypto, &(SolPacket) {
        .sequence = sequence,
        .bits = bits,
        .data = (const uint8_t *)text,
        .data_len = strlen(text),
    });
}

void sol_send_ack(SolFixture *f, uint8_t acked, uint8_t accepted, uint8_t bits)
{
    sol_send_as(f, &f->host, &f->host.client.crypto, &(SolPacket) {
        .acked = acked,
        .accepted = accepted,
        .bits = bits,
    });
}

/* The next packet that was sent to a client; false if there is none. */
bool sol_take_as(SolFixture *f, EngineHost *host, const RmcppCrypto *crypto)
{
    IpmiTestClient *client = &host->client;
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    size_t len = engine_fixture_take(&f->e, packet);
    ByteWriter w = byte_writer(f->buf, sizeof(f->buf));
    RmcpMessage rmcp;
    RmcppPacket pkt;

    if (!len) {
        return false;
    }
    g_assert_true(rmcp_parse(packet, len, &rmcp, NULL));
    g_assert_true(rmcpp_parse(rmcp.data, rmcp.data_len, &pkt, NULL));
    g_assert_cmpint(pkt.header.payload_type, ==, IPMI_PAYLOAD_SOL);
    g_assert_cmpint(pkt.header.session_id, ==, client->auth.console_id);
    g_assert_cmpint(pkt.header.sequence, >, client->inbound);
    g_assert_true(rmcpp_open(crypto, &pkt, &w, NULL));
    client->inbound = pkt.header.sequence;
    g_assert_true(sol_parse(w.data, w.len, &f->pkt, NULL));
    return true;
}

bool sol_take(SolFixture *f)
{
    return sol_take_as(f, &f->host, &f->host.client.crypto);
}

void sol_expect(SolFixture *f, uint8_t sequence, uint8_t bits,
                const char *text)
{
    g_assert_true(sol_take(f));
    g_assert_cmpint(f->pkt.sequence, ==, sequence);
    g_assert_cmphex(f->pkt.bits, ==, bits);
    test_assert_bytes_equal(f->pkt.data, f->pkt.data_len, text, strlen(text));
}

void sol_expect_ack(SolFixture *f, uint8_t acked, uint8_t accepted,
                    uint8_t bits)
{
    g_assert_true(sol_take(f));
    g_assert_cmpint(f->pkt.sequence, ==, 0);
    g_assert_cmpint(f->pkt.acked, ==, acked);
    g_assert_cmpint(f->pkt.accepted, ==, accepted);
    g_assert_cmphex(f->pkt.bits, ==, bits);
}

void sol_print(SolFixture *f, const char *text)
{
    size_t len = strlen(text);

    g_assert_cmpint(g_socket_send(f->line, text, len, NULL, NULL), ==, len);
    test_drain();
}

void sol_expect_line(SolFixture *f, const char *text)
{
    char buf[1024];
    gssize n;

    test_drain();
    n = g_socket_receive(f->line, buf, sizeof(buf), NULL, NULL);
    test_assert_bytes_equal(buf, MAX(n, 0), text, strlen(text));
}
