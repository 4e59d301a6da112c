/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The in-band server, with a client in QEMU's place. */
#include "osdep.h"

#include "ipmi/ipmi-vm.h"

#include <gio/gunixsocketaddress.h>
#include <sys/stat.h>

#include "bmc/events.h"
#include "codec/vmproto.h"

#include "bmc-fixture.h"
#include "test-util.h"
#include "util/log.h"

#define WAIT_MS 2000

typedef struct VmFixture {
    TestDir *dir;
    char *path;
    Fixture base;
    IpmiCore *core;
    IpmiVm *vm;
    GSocket *sock;
} VmFixture;

static GSocket *connect_qemu(VmFixture *f)
{
    GSocket *sock = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL);
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(f->path);

    g_assert_true(g_socket_connect(sock, addr, NULL, NULL));
    g_socket_set_blocking(sock, FALSE);
    return sock;
}

static bool readable(void *opaque)
{
    return g_socket_condition_check(opaque, G_IO_IN) != 0;
}

static void send_bytes(GSocket *sock, const char *hex)
{
    g_autoptr(GBytes) bytes = test_hex(hex);
    gsize len;
    const char *data = g_bytes_get_data(bytes, &len);

    g_assert_cmpint(g_socket_send(sock, data, len, NULL, NULL), ==,
                    (gssize)len);
}

static size_t receive(GSocket *sock, uint8_t *buf, size_t size)
{
    gssize n;

    g_assert_true(test_wait_until(readable, sock, WAIT_MS));
    n = g_socket_receive(sock, (char *)buf, size, NULL, NULL);
    return MAX(n, 0);
}

static void assert_receives(GSocket *sock, const char *hex)
{
    uint8_t buf[1024];
    size_t n = receive(sock, buf, sizeof(buf));

    test_assert_hex_equal(buf, n, hex);
}

/* @opaque: the policy */
static void setup(VmFixture *f, const void *opaque)
{
    g_autoptr(GSocketAddress) addr = NULL;
    GError *err = NULL;

    f->dir = test_dir_new();
    f->path = test_dir_file(f->dir, "vm-ipmi.sock");
    fixture_init_accounts(&f->base, MACHINE_STATE_RUNNING);
    fixture_start(&f->base);
    f->core = ipmi_core_new(f->base.bmc);
    addr = g_unix_socket_address_new(f->path);
    f->vm = ipmi_vm_new(f->core, addr, GPOINTER_TO_UINT(opaque), &err);
    g_assert_no_error(err);
    f->sock = connect_qemu(f);
    assert_receives(f->sock, "ff01a1");
    send_bytes(f->sock, "ff01a1 083fa1");
    test_drain();
}

static void teardown(VmFixture *f, const void *opaque)
{
    g_clear_object(&f->sock);
    ipmi_vm_free(f->vm);
    g_assert_false(g_file_test(f->path, G_FILE_TEST_EXISTS));
    ipmi_core_free(f->core);
    fixture_clear(&f->base);
    g_free(f->path);
    test_dir_free(f->dir);
    test_drain();
}

static void test_request(VmFixture *f, const void *opaque)
{
    struct stat st;

    g_assert_cmpint(stat(f->path, &st), ==, 0);
    g_assert_cmpint(st.st_mode & 0777, ==, 0600);
    /* Get Chassis Status, in two pieces. */
    send_bytes(f->sock, "0500");
    test_drain();
    send_bytes(f->sock, "01faa0");
    assert_receives(f->sock, "05 04 01 00 61 00 40 10 45 a0");
    /* An unknown command, and a broken checksum before it. */
    send_bytes(f->sock, "061899 00a0 061899 49a0");
    assert_receives(f->sock, "06 1c 99 c1 84 a0");
}

/* The guest may do what an administrator may, and needs no session. */
static void test_control(VmFixture *f, const void *opaque)
{
    send_bytes(f->sock, "07 00 02 03 f4 a0");
    assert_receives(f->sock, "07 04 02 00 f3 a0");
    fixture_assert_log(&f->base, "reset");
    g_assert_cmpint(bmc_power_last_restart_event(f->base.bmc)->channel, ==,
                    BMC_CHANNEL_IN_BAND);
    /* There is no session that could be raised. */
    send_bytes(f->sock, "07 18 3b 04 a2 a0");
    assert_receives(f->sock, "07 1c 3b c1 e1 a0");
}

static void test_escape(VmFixture *f, const void *opaque)
{
    /* Sequence number A0 is escaped both ways. */
    send_bytes(f->sock, "aab0 18 2f 19 a0");
    assert_receives(f->sock, "aab0 1c 2f 00 08 0d a0");
}

static void test_irq(VmFixture *f, const void *opaque)
{
    send_bytes(f->sock, "08 18 2e 01 b1 a0");
    assert_receives(f->sock, "05a1 08 1c 2e 00 ae a0");
    /* The guest is reset behind our back; QEMU connects anew. */
    g_object_unref(f->sock);
    f->sock = connect_qemu(f);
    assert_receives(f->sock, "ff01a1");
    send_bytes(f->sock, "ff01a1");
    assert_receives(f->sock, "05a1");
    send_bytes(f->sock, "08 18 2e 00 b2 a0");
    assert_receives(f->sock, "06a1 08 1c 2e 00 ae a0");
}

/* QEMU's device keeps its state over a reset, and does not tell of one. */
static void test_reset(VmFixture *f, const void *opaque)
{
    send_bytes(f->sock, "08 18 2e 01 b1 a0");
    assert_receives(f->sock, "05a1 08 1c 2e 00 ae a0");
    f->core->msg.flags = 0x08;
    notifier_list_notify(&f->core->msg.notifiers, NULL);
    assert_receives(f->sock, "02a1");
    send_bytes(f->sock, "08 18 31 af a0");
    assert_receives(f->sock, "08 1c 31 00 08 a3 a0");
    mock_machine_reset(f->base.mock, true);
    assert_receives(f->sock, "06a1 00a1");
    /* SeaBIOS resets twice. */
    mock_machine_reset(f->base.mock, true);
    send_bytes(f->sock, "08 18 2f b1 a0");
    assert_receives(f->sock, "08 1c 2f 00 08 a5 a0");
}

static void test_attention(VmFixture *f, const void *opaque)
{
    f->core->msg.flags = 0x09;
    notifier_list_notify(&f->core->msg.notifiers, NULL);
    assert_receives(f->sock, "02a1");
    send_bytes(f->sock, "08 18 30 08 a8 a0");
    assert_receives(f->sock, "08 1c 30 00 ac a0");
    send_bytes(f->sock, "08 18 30 01 af a0");
    assert_receives(f->sock, "00a1 08 1c 30 00 ac a0");
}

/* A message with its checksum, which may be a byte that must be escaped. */
static char *frame_hex(uint8_t netfn, uint8_t cmd, int cc)
{
    GString *hex = g_string_new(NULL);
    uint8_t sum = -(7 + (netfn << 2) + cmd + MAX(cc, 0));

    g_string_append_printf(hex, "07 %02x %02x", netfn << 2, cmd);
    if (cc >= 0) {
        g_string_append_printf(hex, "%02x", cc);
    }
    if (sum == 0xa0 || sum == 0xa1 || sum == 0xaa) {
        g_string_append_printf(hex, "aa%02x", sum | 0x10);
    } else {
        g_string_append_printf(hex, "%02x", sum);
    }
    g_string_append(hex, "a0");
    return g_string_free(hex, FALSE);
}

/* An event asks for attention until it has been read. */
static void test_event(VmFixture *f, const void *opaque)
{
    static const BmcEvent event = {
        .sensor = 0x20,
        .sensor_type = 1,
        .event_type = BMC_EVENT_THRESHOLD,
        .data = { 0x09, 0xff, 0xff },
    };
    uint8_t buf[64];
    size_t n;

    send_bytes(f->sock, "08 18 2e 0f a3 a0");
    assert_receives(f->sock, "05a1 08 1c 2e 00 ae a0");
    bmc_event_add(f->base.bmc, &event, "hot");
    assert_receives(f->sock, "02a1");
    bmc_event_add(f->base.bmc, &event, "hot again");
    send_bytes(f->sock, "08 18 31 af a0");
    assert_receives(f->sock, "08 1c 31 00 02 a9 a0");
    send_bytes(f->sock, "08 18 35 ab a0");
    n = receive(f->sock, buf, sizeof(buf));
    g_assert_cmpint(n, >=, 2 + 4 + SEL_RECORD_LEN + 2);
    test_assert_hex_equal(buf, 9, "00a1 08 1c 35 00 0100 02");
    send_bytes(f->sock, "08 18 35 ab a0");
    assert_receives(f->sock, "08 1c 35 80 27 a0");
    send_bytes(f->sock, "08 18 31 af a0");
    assert_receives(f->sock, "08 1c 31 00 00 ab a0");
}

static void test_no_accounts(VmFixture *f, const void *opaque)
{
    const IpmiCommand *row;
    size_t n;

    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        g_autofree char *request = NULL;
        g_autofree char *answer = NULL;

        if (!(row->flags & IPMI_CMD_ACCOUNTS) ||
            !(row->channels & IPMI_ON_SYSTEM)) {
            continue;
        }
        request = frame_hex(row->netfn, row->cmd, -1);
        send_bytes(f->sock, request);
        answer = frame_hex(row->netfn | 1, row->cmd, IPMI_CC_PRIVILEGE);
        assert_receives(f->sock, answer);
    }
    /* Power is not refused. */
    send_bytes(f->sock, "07 00 02 03 f4 a0");
    assert_receives(f->sock, "07 04 02 00 f3 a0");
}

static void test_read_only(VmFixture *f, const void *opaque)
{
    send_bytes(f->sock, "07 00 02 03 f4 a0");
    assert_receives(f->sock, "07 04 02 d4 1f a0");
    send_bytes(f->sock, "0500 01faa0");
    assert_receives(f->sock, "05 04 01 00 61 00 40 10 45 a0");
    /* The driver must still be able to set itself up. */
    send_bytes(f->sock, "08 18 2e 01 b1 a0");
    assert_receives(f->sock, "05a1 08 1c 2e 00 ae a0");
}

/* The guest must never wait for what does not come. */
static void test_response_netfn(VmFixture *f, const void *opaque)
{
    send_bytes(f->sock, "05 04 01 f6 a0");
    assert_receives(f->sock, "05 04 01 c1 35 a0");
}

static bool closed(void *opaque)
{
    char buf[64];

    return g_socket_receive(opaque, buf, sizeof(buf), NULL, NULL) == 0;
}

static void test_replaced(VmFixture *f, const void *opaque)
{
    GSocket *old = f->sock;

    mock_machine_hold(f->base.mock, true);
    send_bytes(old, "07 00 02 03 f4 a0");
    test_drain();
    f->sock = connect_qemu(f);
    assert_receives(f->sock, "ff01a1");
    g_assert_true(test_wait_until(closed, old, WAIT_MS));
    g_object_unref(old);
    mock_machine_hold(f->base.mock, false);
    send_bytes(f->sock, "0500 01faa0");
    assert_receives(f->sock, "05 04 01 00 61 00 40 10 45 a0");
}

/*
 * An answer leaves in time even if QMP hangs, and says what is certain: that
 * the request will be carried out, or that the setting is kept.
 */
static void test_deadline(VmFixture *f, const void *opaque)
{
    mock_machine_hold(f->base.mock, true);
    send_bytes(f->sock, "07 00 02 03 f4 a0");
    while (!f->core->pending.length) {
        g_main_context_iteration(NULL, FALSE);
    }
    clock_advance(f->base.clock, IPMI_DEFER_MS);
    assert_receives(f->sock, "07 04 02 00 f3 a0");
    send_bytes(f->sock, "07 00 08 05 80 04 00 00 00 68 a0");
    while (!f->core->pending.length) {
        g_main_context_iteration(NULL, FALSE);
    }
    clock_advance(f->base.clock, IPMI_DEFER_MS);
    assert_receives(f->sock, "07 04 08 00 ed a0");
}

static void test_rubbish(VmFixture *f, const void *opaque)
{
    g_autofree char *rubbish = g_malloc(4000);
    int i;

    memset(rubbish, 0x55, 4000);
    for (i = 0; i < 10; i++) {
        g_socket_send(f->sock, rubbish, 4000, NULL, NULL);
        test_drain();
    }
    send_bytes(f->sock, "a0 0500 01faa0");
    assert_receives(f->sock, "05 04 01 00 61 00 40 10 45 a0");
}

/* Sends a message of @len zero bytes of data. */
static void send_long(GSocket *sock, size_t len)
{
    uint8_t data[VMPROTO_MESSAGE_MAX] = { 0 };
    uint8_t wire[VMPROTO_WIRE_MAX];
    ByteWriter w = byte_writer(wire, sizeof(wire));
    VmprotoFrame frame = {
        .seq = 5,
        .netfn = IPMI_NETFN_CHASSIS,
        .cmd = 0x01,
        .data = data,
        .data_len = len,
    };

    vmproto_build_message(&w, &frame);
    g_assert_false(w.failed);
    g_assert_cmpint(g_socket_send(sock, (char *)wire, w.len, NULL, NULL), ==,
                    (gssize)w.len);
}

/* Whatever length a guest may send, it is told that it is wrong. */
static void test_long(VmFixture *f, const void *opaque)
{
    size_t len;

    for (len = 1; len <= VMPROTO_MESSAGE_MAX - 2; len++) {
        send_long(f->sock, len);
        assert_receives(f->sock, "05 04 01 c7 2f a0");
    }
}

/* Escapes that nobody sends make a frame bad, and only that one. */
static void test_bad_escape(VmFixture *f, const void *opaque)
{
    static const char *const bad[] = {
        "aaaaa0", "aa05a0", "aaa0", "aaa1", "aa", "05aaa0", "05 00 01 fb a0",
        "a0", "a1", "00a0", "aababaa0", "05 00 aaaa 01 fa a0",
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        send_bytes(f->sock, bad[i]);
        send_bytes(f->sock, "a0 05 00 01 fa a0");
        assert_receives(f->sock, "05 04 01 00 61 00 40 10 45 a0");
    }
}

static unsigned count_fds(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/fd", 0, NULL);
    unsigned n = 0;

    while (g_dir_read_name(dir)) {
        n++;
    }
    return n;
}

static void test_reconnects(VmFixture *f, const void *opaque)
{
    unsigned before = count_fds();
    unsigned i;

    for (i = 0; i < 300; i++) {
        g_autoptr(GSocket) sock = connect_qemu(f);

        send_bytes(sock, "ff01a1 0500 01");
        test_drain();
    }
    test_drain();
    g_clear_object(&f->sock);
    f->sock = connect_qemu(f);
    assert_receives(f->sock, "ff01a1");
    send_bytes(f->sock, "0500 01faa0");
    assert_receives(f->sock, "05 04 01 00 61 00 40 10 45 a0");
    g_assert_cmpuint(count_fds(), ==, before);
}

static void count_answer(void *opaque, uint8_t cc, const uint8_t *data,
                         size_t len)
{
    unsigned *count = opaque;

    *count += cc == 0;
}

/*
 * A guest that asks without reading: what waits for it is bounded, everybody
 * else is served, and what it reads in the end are whole frames.
 */
static void test_never_reads(VmFixture *f, const void *opaque)
{
    static const IpmiMessage get_status = {
        .netfn = IPMI_NETFN_CHASSIS, .cmd = 0x01,
    };
    const IpmiContext ctx = {
        .channel = IPMI_CHANNEL_LAN, .privilege = BMC_PRIVILEGE_USER,
    };
    g_autoptr(GByteArray) all = g_byte_array_new();
    unsigned served = 0;
    uint8_t buf[4096];
    gssize n;
    unsigned i;

    for (i = 0; i < 20000; i++) {
        static const char request[] = "\x05\x00\x01\xfa\xa0";

        g_socket_send(f->sock, request, 5, NULL, NULL);
        if (i % 100 == 0) {
            test_drain();
            ipmi_core_execute(f->core, &ctx, &get_status, count_answer,
                              &served);
        }
    }
    g_assert_cmpuint(served, ==, 200);
    do {
        test_drain();
        n = g_socket_receive(f->sock, (char *)buf, sizeof(buf), NULL, NULL);
        if (n > 0) {
            g_byte_array_append(all, buf, n);
        }
    } while (n > 0);
    g_assert_cmpuint(all->len, <, 1024 * 1024);
    g_assert_cmpuint(all->len % 10, ==, 0);
    for (i = 0; i < all->len; i += 10) {
        test_assert_hex_equal(all->data + i, 10,
                              "05 04 01 00 61 00 40 10 45 a0");
    }
    send_bytes(f->sock, "a0 0500 01faa0");
    assert_receives(f->sock, "05 04 01 00 61 00 40 10 45 a0");
}

/* In a process of its own, whose log can be looked at. */
static void test_log_is_bounded(VmFixture *f, const void *opaque)
{
    g_autoptr(GString) too_many = g_string_new("*");
    unsigned i;

    if (g_test_subprocess()) {
        for (i = 0; i < 100; i++) {
            send_bytes(f->sock, "ff02a1");
            test_drain();
        }
        return;
    }
    for (i = 0; i <= LOG_LIMIT_PER_MINUTE; i++) {
        g_string_append(too_many, "unknown protocol version*");
    }
    g_setenv("G_MESSAGES_DEBUG", "all", TRUE);
    g_test_trap_subprocess(NULL, 0, 0);
    g_unsetenv("G_MESSAGES_DEBUG");
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*unknown protocol version*");
    g_test_trap_assert_stderr_unmatched(too_many->str);
}

#define ADD_POLICY(path, policy, func) \
    g_test_add("/ipmi/vm/" path, VmFixture, GUINT_TO_POINTER(policy), setup, \
               func, teardown)
#define ADD(path, func) ADD_POLICY(path, IPMI_VM_FULL, func)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("request", test_request);
    ADD("control", test_control);
    ADD("escape", test_escape);
    ADD("irq", test_irq);
    ADD("reset", test_reset);
    ADD("attention", test_attention);
    ADD("event", test_event);
    ADD("response-netfn", test_response_netfn);
    ADD_POLICY("no-accounts", IPMI_VM_NO_ACCOUNTS, test_no_accounts);
    ADD_POLICY("read-only", IPMI_VM_READ_ONLY, test_read_only);
    ADD("replaced", test_replaced);
    ADD("deadline", test_deadline);
    ADD("rubbish", test_rubbish);
    ADD("long", test_long);
    ADD("bad-escape", test_bad_escape);
    ADD("reconnects", test_reconnects);
    ADD("never-reads", test_never_reads);
    ADD("log-is-bounded", test_log_is_bounded);
    return g_test_run();
}
