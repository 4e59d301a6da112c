/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every command of the table with any request data, as the guest sends it
 * and as an administrator does in a session, on a hub of its own. The input
 * is a script of steps: NetFn and command (any row of the table if there is no
 * such command), a byte that says how, a byte with a length, and that many
 * bytes of request data.
 *
 * Each request has one answer, in time. At the end the state must be such
 * that another helper can start from it, and must not have grown beyond
 * measure.
 */
#include "osdep.h"

#include <glib/gstdio.h>

#include "bmc/persist.h"
#include "ipmi/ipmi-engine.h"
#include "ipmi/ipmi-session.h"

#include "bmc-fixture.h"
#include "ipmi-test-client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define STEPS_MAX 64
#define ANSWER_MS 500
/* Larger ones would not be read again. */
#define STATE_MAX (512 * 1024)

/* The third byte of a step. */
#define HOW_SESSION 0x01
#define HOW_HOLD 0x02
#define HOW_SETTLE 0x04
#define HOW_RESTART 0x08
#define HOW_FAIL 0x10
#define HOW_MS 0xe0

typedef struct Fuzz {
    Fixture base;
    IpmiCore *core;
    IpmiEngine *engine;
    IpmiTestClient client;
    IpmiPeer peer;
    unsigned n_rows;
    uint8_t packet[IPMI_LAN_PACKET_MAX];
    size_t packet_len;
    unsigned answers;
} Fuzz;

static void keep(void *opaque, const IpmiPeer *peer, const uint8_t *buf,
                 size_t len)
{
    Fuzz *f = opaque;

    g_assert_cmpint(len, <=, IPMI_LAN_PACKET_MAX);
    memcpy(f->packet, buf, len);
    f->packet_len = len;
    f->answers++;
}

static void wait_for_answer(Fuzz *f)
{
    if (!f->answers) {
        test_drain();
    }
    if (!f->answers) {
        fixture_advance(&f->base, ANSWER_MS);
    }
}

static size_t exchange(void *opaque, const uint8_t *buf, size_t len,
                       uint8_t *answer)
{
    Fuzz *f = opaque;

    f->answers = 0;
    f->packet_len = 0;
    ipmi_engine_receive(f->engine, &f->peer, buf, len);
    wait_for_answer(f);
    memcpy(answer, f->packet, f->packet_len);
    return f->packet_len;
}

/* Takes one answer; nothing can be said of what is in it. */
static void take(void *opaque, uint8_t cc, const uint8_t *data, size_t len)
{
    Fuzz *f = opaque;

    g_assert_cmpint(len, <=, IPMI_RESPONSE_MAX);
    f->answers++;
}

static void start(Fuzz *f)
{
    fixture_start(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
    f->engine = ipmi_engine_new(f->core, keep, f);
    ipmi_test_client_init(&f->client, exchange, f);
}

static void stop(Fuzz *f)
{
    mock_machine_hold(f->base.mock, false);
    fixture_settle(&f->base);
    ipmi_test_client_clear(&f->client);
    g_clear_pointer(&f->engine, ipmi_engine_free);
    g_clear_pointer(&f->core, ipmi_core_free);
    g_clear_pointer(&f->base.bmc, bmc_free);
    test_drain();
}

static void check_size(Fuzz *f)
{
    g_autofree char *path = test_dir_file(f->base.dir, PERSIST_FILE);
    GStatBuf st;

    if (g_stat(path, &st) == 0) {
        g_assert_cmpint(st.st_size, <, STATE_MAX);
    }
}

static IpmiSession *session(Fuzz *f)
{
    IpmiSession *s = ipmi_sessions_find(f->core->sessions,
                                        f->client.auth.managed_id);

    return s && s->state == IPMI_SESSION_ACTIVE ? s : NULL;
}

static bool log_in(Fuzz *f)
{
    if (f->client.crypto.key_len && session(f)) {
        return true;
    }
    return ipmi_test_client_login(&f->client, 1, "admin",
                                  FIXTURE_PASSWORD) == 0 &&
           ipmi_test_client_command(&f->client, IPMI_NETFN_APP, 0x3b,
                                    "\x04", 1) == IPMI_CC_OK;
}

static void run_in_session(Fuzz *f, const IpmiMessage *msg)
{
    if (!log_in(f)) {
        return;
    }
    f->client.rq_seq = (f->client.rq_seq + 1) & IPMB_SEQ_MAX;
    f->client.lun = msg->lun;
    ipmi_test_client_command(&f->client, msg->netfn, msg->cmd, msg->data,
                             msg->len);
    f->client.lun = 0;
    g_assert_true(f->answers || !session(f));
}

static void run_in_band(Fuzz *f, const IpmiMessage *msg)
{
    IpmiContext ctx = {
        .channel = IPMI_CHANNEL_SYSTEM,
        .privilege = BMC_PRIVILEGE_ADMIN,
        .origin = { .channel = BMC_CHANNEL_IN_BAND },
    };

    f->answers = 0;
    ipmi_core_execute(f->core, &ctx, msg, take, f);
    wait_for_answer(f);
    g_assert_cmpuint(f->answers, ==, 1);
}

static const IpmiCommand *choose_row(Fuzz *f, ByteReader *r)
{
    uint8_t netfn = byte_reader_u8(r);
    uint8_t cmd = byte_reader_u8(r);
    const IpmiCommand *row =
        ipmi_core_find(netfn, cmd,
                       netfn == IPMI_NETFN_GROUP ? IPMI_GROUP_DCMI : 0);

    return row ? row : ipmi_core_nth((netfn ^ cmd) % f->n_rows);
}

static void step(Fuzz *f, ByteReader *r)
{
    const IpmiCommand *row = choose_row(f, r);
    uint8_t how = byte_reader_u8(r);
    size_t len = byte_reader_u8(r);
    IpmiMessage msg = { .netfn = row->netfn, .cmd = row->cmd };
    uint8_t data[UINT8_MAX + 1] = { row->group };
    size_t group = row->group ? 1 : 0;

    len = MIN(len, byte_reader_left(r));
    if (len) {
        memcpy(data + group, byte_reader_take(r, len), len);
    }
    msg.data = data;
    msg.len = group + len;
    mock_machine_hold(f->base.mock, how & HOW_HOLD);
    if (how & HOW_FAIL) {
        mock_machine_fail(f->base.mock, "list", 0);
    }
    if (how & HOW_SESSION) {
        run_in_session(f, &msg);
    } else {
        run_in_band(f, &msg);
    }
    if (how & HOW_MS) {
        clock_advance(f->base.clock, 1 << (how >> 5) * 3);
    }
    if (how & HOW_SETTLE) {
        fixture_settle(&f->base);
    }
    if (how & HOW_RESTART) {
        stop(f);
        start(f);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static bool quiet;
    ByteReader r = byte_reader(data, len);
    Fuzz f = { 0 };
    unsigned i;

    if (!quiet) {
        quiet = true;
        g_log_set_writer_func(no_writer, NULL, NULL);
        /* Where a flush costs nothing, if there is such a place. */
        if (g_access("/dev/shm", W_OK) == 0) {
            g_setenv("TMPDIR", "/dev/shm", FALSE);
        }
    }
    while (ipmi_core_nth(f.n_rows)) {
        f.n_rows++;
    }
    fixture_init_accounts(&f.base, MACHINE_STATE_RUNNING);
    f.peer.addr.in.sin_family = AF_INET;
    f.peer.addr.in.sin_addr.s_addr = g_htonl(0xc0000201);
    f.peer.addr.in.sin_port = g_htons(1000);
    start(&f);
    for (i = 0; i < STEPS_MAX && byte_reader_left(&r) >= 4; i++) {
        step(&f, &r);
    }
    stop(&f);
    check_size(&f);
    /* A warning about what it finds there would end this. */
    start(&f);
    stop(&f);
    fixture_clear(&f.base);
    return 0;
}
