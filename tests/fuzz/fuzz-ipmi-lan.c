/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The whole LAN engine with a hub on a mock machine and a serial line. The
 * input is a script of steps, each a byte that says what, a byte with a
 * length, and that many bytes: datagrams as they are, payloads of messages
 * that open a session, commands outside and inside of a real session,
 * payloads of any type that are encrypted and signed with the keys of a
 * session, as Serial over LAN is, what the VM prints, time, and late answers
 * of the machine. At the end somebody must still be able to log in, unless
 * an administrator has been at work, who may have seen to it that nobody
 * can.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "codec/ipmi15.h"
#include "codec/rmcp.h"
#include "console/console.h"
#include "ipmi/ipmi-engine.h"
#include "ipmi/ipmi-sol.h"
#include "util/secret.h"

#include "bmc-fixture.h"
#include "ipmi-test-client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define STEPS_MAX 64
#define HOSTS 4

/*
 * A hub and its directory take longer than all else. It stays until an
 * administrator has been at it: others change nothing that lasts.
 */
static struct {
    Fixture base;
    GSocket *listener;
    GSocket *line; /* the VM's end */
    Console *console;
} hub;

typedef struct Fuzz {
    Fixture *base;
    IpmiCore *core;
    IpmiEngine *engine;
    IpmiTestClient client;
    IpmiPeer peer;
    uint8_t answer[IPMI_LAN_PACKET_MAX];
    size_t answer_len;
    bool admin;
} Fuzz;

typedef void (*FuzzStep)(Fuzz *f, ByteReader *r);

static void keep(void *opaque, const IpmiPeer *peer, const uint8_t *buf,
                 size_t len)
{
    Fuzz *f = opaque;

    g_assert_cmpint(len, <=, IPMI_LAN_PACKET_MAX);
    memcpy(f->answer, buf, len);
    f->answer_len = len;
}

static size_t exchange(void *opaque, const uint8_t *buf, size_t len,
                       uint8_t *answer)
{
    Fuzz *f = opaque;

    f->answer_len = 0;
    ipmi_engine_receive(f->engine, &f->peer, buf, len);
    memcpy(answer, f->answer, f->answer_len);
    return f->answer_len;
}

static void set_peer(IpmiPeer *peer, unsigned host)
{
    memset(peer, 0, sizeof(*peer));
    peer->addr.in.sin_family = AF_INET;
    peer->addr.in.sin_addr.s_addr = g_htonl(0xc0000200 + host);
    peer->addr.in.sin_port = g_htons(1000);
}

static void step_raw(Fuzz *f, ByteReader *r)
{
    IpmiPeer peer;
    size_t len;

    set_peer(&peer, byte_reader_u8(r) % HOSTS);
    len = byte_reader_left(r);
    ipmi_engine_receive(f->engine, &peer, byte_reader_take(r, len), len);
}

static void step_setup(Fuzz *f, ByteReader *r)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppHeader header = { 0 };
    uint8_t *id;
    size_t len;

    header.payload_type = byte_reader_u8(r) & IPMI_PAYLOAD_TYPE_MAX;
    len = byte_reader_left(r);
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_build(&w, &header, byte_reader_take(r, len), len);
    /* Now and then for a session that there is. */
    if (f->core->sessions->half_open.head && len >= 8 && len % 2) {
        ByteWriter patch;
        IpmiSession *session = f->core->sessions->half_open.head->data;

        id = packet + RMCP_HEADER_LEN + RMCPP_HEADER_LEN + 4;
        patch = byte_writer(id, 4);
        byte_writer_le32(&patch, session->id);
    }
    if (!w.failed) {
        ipmi_engine_receive(f->engine, &f->peer, packet, w.len);
    }
}

static void step_sessionless(Fuzz *f, ByteReader *r)
{
    uint8_t how = byte_reader_u8(r);
    uint8_t netfn = byte_reader_u8(r) & IPMI_NETFN_MAX & ~1;
    uint8_t cmd = byte_reader_u8(r);
    size_t len = byte_reader_left(r);

    if (len > IPMI15_PAYLOAD_MAX - IPMB_OVERHEAD) {
        return;
    }
    f->client.lun = how >> 1 & 3;
    ipmi_test_client_sessionless(&f->client, how & 1, netfn, cmd,
                                 byte_reader_take(r, len), len);
    f->client.lun = 0;
}

static void step_login(Fuzz *f, ByteReader *r)
{
    static const uint8_t suites[] = { 17, 3, 1, 2, 6, 7, 8, 11, 12, 15, 16 };
    uint8_t how = byte_reader_u8(r);
    bool admin = how >> 4 == 0xf;

    f->admin |= admin;
    ipmi_test_client_login(&f->client,
                           suites[(how >> 3) % G_N_ELEMENTS(suites)],
                           admin ? "admin" : "oper", FIXTURE_PASSWORD);
    if (how & 4) {
        f->client.rq_seq = 1;
        ipmi_test_client_command(&f->client, IPMI_NETFN_APP, 0x3b,
                                 admin ? "\x04" : "\x03", 1);
    }
}

static void step_command(Fuzz *f, ByteReader *r)
{
    uint8_t seq = byte_reader_u8(r);
    uint8_t netfn = byte_reader_u8(r) & IPMI_NETFN_MAX & ~1;
    uint8_t cmd = byte_reader_u8(r);
    size_t len = byte_reader_left(r);

    if (f->client.crypto.key_len) {
        f->client.rq_seq = seq & IPMB_SEQ_MAX;
        ipmi_test_client_command(&f->client, netfn, cmd,
                                 byte_reader_take(r, len), len);
    }
}

static void step_login15(Fuzz *f, ByteReader *r)
{
    static const uint8_t types[] = {
        IPMI_AUTH_MD5, IPMI_AUTH_MD2, IPMI_AUTH_PASSWORD,
    };
    uint8_t type = types[byte_reader_u8(r) % G_N_ELEMENTS(types)];

    if (ipmi_test_client_challenge15(&f->client, type, "oper") == 0) {
        ipmi_test_client_activate15(&f->client, FIXTURE_PASSWORD,
                                    IPMI_PRIV_OPERATOR);
    }
}

static void step_command15(Fuzz *f, ByteReader *r)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t seq = byte_reader_u8(r);
    uint8_t netfn = byte_reader_u8(r) & IPMI_NETFN_MAX & ~1;
    uint8_t cmd = byte_reader_u8(r);
    size_t len = byte_reader_left(r);

    if (!f->client.auth15 || len > IPMI15_PAYLOAD_MAX - IPMB_OVERHEAD) {
        return;
    }
    f->client.rq_seq = seq & IPMB_SEQ_MAX;
    len = ipmi_test_client_seal15(&f->client,
                                  seq & 0x80 ? IPMI_AUTH_NONE :
                                  f->client.auth15, netfn, cmd,
                                  byte_reader_take(r, len), len, packet);
    ipmi_test_client_send15(&f->client, packet, len);
}

static void step_time(Fuzz *f, ByteReader *r)
{
    clock_advance(f->base->clock, byte_reader_le16(r));
}

static void step_hold(Fuzz *f, ByteReader *r)
{
    mock_machine_hold(f->base->mock, byte_reader_u8(r) & 1);
    test_drain();
}

/* A payload of any type in the session, protected as the first byte says. */
static void step_payload(Fuzz *f, ByteReader *r)
{
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    uint8_t iv[RMCPP_IV_LEN];
    ByteWriter w = byte_writer(packet, sizeof(packet));
    RmcppCrypto crypto = f->client.crypto;
    uint8_t how = byte_reader_u8(r);
    RmcppHeader header = {
        .payload_type = byte_reader_u8(r) & IPMI_PAYLOAD_TYPE_MAX,
        .session_id = f->client.auth.managed_id,
    };
    size_t len = byte_reader_left(r);

    if (!crypto.key_len) {
        return;
    }
    if (how & 1) {
        crypto.conf = IPMI_CONF_NONE;
    }
    if (how & 2) {
        crypto.integrity = IPMI_INTEGRITY_NONE;
    }
    /* What comes in the wrong order, and what comes twice. */
    f->client.sequence += how & 4 ? 3 : 1;
    header.sequence = f->client.sequence - (how >> 4 & 3);
    secret_random(iv, sizeof(iv));
    rmcp_build(&w, RMCP_SEQ_NONE, RMCP_CLASS_IPMI);
    rmcpp_seal(&w, &crypto, &header, byte_reader_take(r, len), len, iv);
    if (!w.failed) {
        ipmi_engine_receive(f->engine, &f->peer, packet, w.len);
    }
}

/* The VM reads what has come for it, or does not, and prints something. */
static void step_line(Fuzz *f, ByteReader *r)
{
    uint8_t how = byte_reader_u8(r);
    size_t len = byte_reader_left(r);
    const uint8_t *text = byte_reader_take(r, len);
    char buf[4096];
    unsigned i;

    while ((how & 1) &&
           g_socket_receive(hub.line, buf, sizeof(buf), NULL, NULL) > 0) {
        test_drain();
    }
    for (i = 0; i <= (how >> 4); i++) {
        g_socket_send(hub.line, (const char *)text, len, NULL, NULL);
    }
    test_drain();
}

/* The VM goes off and on. */
static void step_state(Fuzz *f, ByteReader *r)
{
    static const MachineState states[] = {
        MACHINE_STATE_RUNNING, MACHINE_STATE_PAUSED, MACHINE_STATE_SHUTDOWN,
        MACHINE_STATE_GONE,
    };

    mock_machine_set_state(f->base->mock,
                           states[byte_reader_u8(r) % G_N_ELEMENTS(states)]);
    test_drain();
}

static const FuzzStep steps[] = {
    step_raw, step_setup, step_sessionless, step_login, step_command,
    step_time, step_hold, step_login15, step_command15, step_payload,
    step_line, step_state,
};

static void run(Fuzz *f, ByteReader *r)
{
    ByteReader part;
    size_t len;
    uint8_t what;
    unsigned i;

    for (i = 0; i < STEPS_MAX && byte_reader_left(r) >= 2; i++) {
        what = byte_reader_u8(r);
        len = byte_reader_u8(r);
        len = MIN(len, byte_reader_left(r));
        part = byte_reader(byte_reader_take(r, len), len);
        steps[what % G_N_ELEMENTS(steps)](f, &part);
        g_assert_cmpint(f->core->sessions->half_open.length, <=,
                        IPMI_HALF_OPEN_MAX);
        g_assert_cmpint(f->core->sessions->active.length, <=,
                        IPMI_SESSIONS_DEFAULT);
    }
}

static GLogWriterOutput no_writer(GLogLevelFlags level,
                                  const GLogField *fields, gsize n_fields,
                                  void *opaque)
{
    return level & G_LOG_LEVEL_MASK & (G_LOG_LEVEL_MESSAGE |
           G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG) ? G_LOG_WRITER_HANDLED :
           g_log_writer_default(level, fields, n_fields, opaque);
}

static void drop_hub(void)
{
    if (!hub.base.bmc) {
        return;
    }
    g_clear_pointer(&hub.console, console_free);
    g_clear_object(&hub.line);
    g_clear_object(&hub.listener);
    fixture_clear(&hub.base);
}

/* The VM's serial line, as QEMU's chardev makes it. */
static void plug_line(void)
{
    g_autofree char *path = test_dir_file(hub.base.dir, "serial.sock");
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(path);

    hub.listener = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                0, NULL);
    g_assert_true(g_socket_bind(hub.listener, addr, FALSE, NULL));
    g_assert_true(g_socket_listen(hub.listener, NULL));
    hub.console = console_new(hub.base.bmc, addr, true);
    fixture_settle(&hub.base);
    hub.line = g_socket_accept(hub.listener, NULL, NULL);
    g_assert_nonnull(hub.line);
    g_socket_set_blocking(hub.line, FALSE);
    test_drain();
}

static void need_hub(void)
{
    if (!hub.base.bmc) {
        fixture_init_accounts(&hub.base, MACHINE_STATE_RUNNING);
        fixture_start(&hub.base);
        plug_line();
    }
    mock_machine_set_state(hub.base.mock, MACHINE_STATE_RUNNING);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static gsize quiet;
    ByteReader r = byte_reader(data, len);
    IpmiSessionsConfig config = { .max_active = IPMI_SESSIONS_DEFAULT };
    Fuzz f = { 0 };

    if (g_once_init_enter(&quiet)) {
        g_log_set_writer_func(no_writer, NULL, NULL);
        /* Where a flush costs nothing, if there is such a place. */
        if (g_access("/dev/shm", W_OK) == 0) {
            g_setenv("TMPDIR", "/dev/shm", FALSE);
        }
        atexit(drop_hub);
        g_once_init_leave(&quiet, 1);
    }
    need_hub();
    f.base = &hub.base;
    f.core = ipmi_core_new(hub.base.bmc);
    cipher_suite_parse_list("17,16,15,12,11,8,7,6,3,2,1", &config.suites,
                            NULL);
    ipmi15_parse_auth_list("md5,md2,password", &config.auth15, NULL);
    ipmi_sessions_configure(f.core->sessions, &config);
    ipmi_sol_set_console(f.core->sol, hub.console);
    f.engine = ipmi_engine_new(f.core, keep, &f);
    ipmi_test_client_init(&f.client, exchange, &f);
    set_peer(&f.peer, 1);
    run(&f, &r);
    /* An hour later all is over, and nothing is left to wake up for. */
    mock_machine_hold(hub.base.mock, false);
    test_drain();
    clock_advance(hub.base.clock, 3600 * 1000);
    g_assert_null(f.core->sessions->timer);
    if (!f.admin) {
        g_assert_cmpint(ipmi_test_client_login(&f.client, 17, "admin",
                                               FIXTURE_PASSWORD), ==, 0);
    }
    ipmi_engine_free(f.engine);
    ipmi_core_free(f.core);
    ipmi_test_client_clear(&f.client);
    if (f.admin) {
        drop_hub();
    }
    return 0;
}
