/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The in-band server with somebody hostile in QEMU's place. The input is a
 * script of steps, each a byte that says what, a byte with a length, and
 * that many bytes: a piece of the stream, a message that is well-formed,
 * another connection, time, and late answers of the machine. At the end the
 * next connection is greeted and answered.
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "codec/vmproto.h"
#include "ipmi/ipmi-vm.h"

#include "bmc-fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define STEPS_MAX 64

typedef struct Fuzz {
    Fixture base;
    IpmiCore *core;
    IpmiVm *vm;
    char *path;
    GSocket *sock;
} Fuzz;

typedef void (*FuzzStep)(Fuzz *f, ByteReader *r);

static void call(Fuzz *f)
{
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(f->path);

    g_clear_object(&f->sock);
    f->sock = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, 0,
                           NULL);
    g_assert_true(g_socket_connect(f->sock, addr, NULL, NULL));
    g_socket_set_blocking(f->sock, FALSE);
}

/* What cannot be sent since nobody reads is lost. */
static void send_bytes(Fuzz *f, const uint8_t *buf, size_t len)
{
    g_socket_send(f->sock, (const char *)buf, len, NULL, NULL);
}

/* Reads what there is; returns true if there was an answer. */
static bool read_answers(Fuzz *f)
{
    VmprotoDecoder dec = { 0 };
    VmprotoFrame frame;
    uint8_t buf[4096];
    bool any = false;
    size_t at;
    gssize n;

    test_drain();
    while ((n = g_socket_receive(f->sock, (char *)buf, sizeof(buf), NULL,
                                 NULL)) > 0) {
        for (at = 0; at < (size_t)n;) {
            at += vmproto_decode(&dec, buf + at, n - at, &frame);
            g_assert_cmpint(frame.kind, !=, VMPROTO_BAD);
            any |= frame.kind == VMPROTO_MESSAGE;
        }
        test_drain();
    }
    return any;
}

static void step_bytes(Fuzz *f, ByteReader *r)
{
    size_t len = byte_reader_left(r);

    send_bytes(f, byte_reader_take(r, len), len);
}

static void step_message(Fuzz *f, ByteReader *r)
{
    uint8_t buf[VMPROTO_WIRE_MAX];
    ByteWriter w = byte_writer(buf, sizeof(buf));
    VmprotoFrame frame = { .kind = VMPROTO_MESSAGE };

    frame.seq = byte_reader_u8(r);
    frame.netfn = byte_reader_u8(r) & IPMI_NETFN_MAX;
    frame.lun = byte_reader_u8(r) & 3;
    frame.cmd = byte_reader_u8(r);
    frame.data_len = byte_reader_left(r);
    frame.data = byte_reader_take(r, frame.data_len);
    vmproto_build_message(&w, &frame);
    if (!w.failed) {
        send_bytes(f, buf, w.len);
    }
}

static void step_drain(Fuzz *f, ByteReader *r)
{
    test_drain();
}

static void step_read(Fuzz *f, ByteReader *r)
{
    read_answers(f);
}

static void step_call(Fuzz *f, ByteReader *r)
{
    call(f);
    test_drain();
}

static void step_time(Fuzz *f, ByteReader *r)
{
    clock_advance(f->base.clock, byte_reader_le16(r));
}

static void step_hold(Fuzz *f, ByteReader *r)
{
    mock_machine_hold(f->base.mock, byte_reader_u8(r) & 1);
}

/* An interrupt may be due: messages and the watchdog are told of by one. */
static void step_settle(Fuzz *f, ByteReader *r)
{
    fixture_settle(&f->base);
}

static const FuzzStep steps[] = {
    step_bytes, step_message, step_drain, step_read, step_call, step_time,
    step_hold, step_settle,
};

static GLogWriterOutput no_writer(GLogLevelFlags level,
                                  const GLogField *fields, gsize n_fields,
                                  void *opaque)
{
    return level & G_LOG_LEVEL_MASK & (G_LOG_LEVEL_MESSAGE |
           G_LOG_LEVEL_INFO | G_LOG_LEVEL_DEBUG) ? G_LOG_WRITER_HANDLED :
           g_log_writer_default(level, fields, n_fields, opaque);
}

static void start(Fuzz *f)
{
    g_autoptr(GSocketAddress) addr = NULL;

    fixture_init_accounts(&f->base, MACHINE_STATE_RUNNING);
    fixture_start(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
    f->path = test_dir_file(f->base.dir, "vm-ipmi.sock");
    addr = g_unix_socket_address_new(f->path);
    f->vm = ipmi_vm_new(f->core, addr, IPMI_VM_FULL, NULL);
    g_assert_nonnull(f->vm);
    call(f);
}

static void stop(Fuzz *f)
{
    g_clear_object(&f->sock);
    ipmi_vm_free(f->vm);
    ipmi_core_free(f->core);
    fixture_clear(&f->base);
    g_free(f->path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const uint8_t get_device_id[] = { 0x01, 0x18, 0x01, 0xe6, 0xa0 };
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
    start(&f);
    for (i = 0; i < STEPS_MAX && byte_reader_left(&r) >= 2; i++) {
        uint8_t what = byte_reader_u8(&r);
        size_t n = byte_reader_u8(&r);
        ByteReader part;

        n = MIN(n, byte_reader_left(&r));
        part = byte_reader(byte_reader_take(&r, n), n);
        steps[what % G_N_ELEMENTS(steps)](&f, &part);
    }
    mock_machine_hold(f.base.mock, false);
    call(&f);
    send_bytes(&f, get_device_id, sizeof(get_device_id));
    g_assert_true(read_answers(&f));
    stop(&f);
    return 0;
}
