/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In-band IPMI at the ports of QEMU's own KCS and BT devices, by a guest in a
 * boot sector that has no driver (tests/guests/kcs.asm).
 */
#include "osdep.h"

#include <gio/gunixsocketaddress.h>

#include "test-guest.h"
#include "util/json.h"

#define GUEST \
    "-M q35 -drive if=none,id=a,format=raw,file=@kcs.img@,snapshot=on " \
    "-device ide-hd,drive=a"
#define READY "KCS-READY"

/* QEMU's MAX_IPMI_MSG_SIZE, and what a BT length byte can say. */
#define KCS_MAX 300
#define BT_MAX 250
#define STATUS_ATTENTION 0x04
/* The guest's driver would begin to suffer; QEMU gives up after four. */
#define ANSWER_MS 1000

typedef struct Answer {
    uint8_t data[KCS_MAX];
    unsigned len;
} Answer;

static void send_bytes(TestVm *vm, const void *data, gssize len)
{
    g_assert_cmpint(g_socket_send(vm->serial, data, len, NULL, NULL), ==,
                    len);
}

static void read_bytes(TestVm *vm, uint8_t *data, gssize len)
{
    g_autoptr(GError) err = NULL;
    gssize n;

    while (len) {
        g_socket_condition_timed_wait(vm->serial, G_IO_IN,
                                      TEST_VM_WAIT_MS * 1000, NULL, &err);
        g_assert_no_error(err);
        n = g_socket_receive(vm->serial, (char *)data, len, NULL, &err);
        g_assert_no_error(err);
        g_assert_cmpint(n, >, 0);
        data += n;
        len -= n;
    }
}

/* @how is 'k' for KCS, 'b' for BT. */
static void exchange(TestVm *vm, char how, const uint8_t *request,
                     unsigned len, Answer *answer)
{
    uint8_t head[3] = { how, len & 0xff, len >> 8 };
    int64_t start;

    send_bytes(vm, head, sizeof(head));
    send_bytes(vm, request, len);
    start = g_get_monotonic_time();
    read_bytes(vm, head, sizeof(head));
    g_assert_cmpint(head[0], ==, how);
    answer->len = head[1] | head[2] << 8;
    g_assert_cmpint(answer->len, <=, sizeof(answer->data));
    read_bytes(vm, answer->data, answer->len);
    g_assert_cmpint((g_get_monotonic_time() - start) / 1000, <, ANSWER_MS);
}

static void expect(TestVm *vm, const char *request, const char *answer)
{
    g_autoptr(GBytes) bytes = test_hex(request);
    size_t len;
    const uint8_t *data = g_bytes_get_data(bytes, &len);
    Answer got;

    exchange(vm, 'k', data, len, &got);
    test_assert_hex_equal(got.data, got.len, answer);
}

static uint8_t status(TestVm *vm)
{
    uint8_t answer[2];

    send_bytes(vm, "s", 1);
    read_bytes(vm, answer, sizeof(answer));
    g_assert_cmpint(answer[0], ==, 's');
    return answer[1];
}

static void start(TestLab *lab, const char *device, const char *bmc_args)
{
    test_guest_start(lab, device, GUEST, bmc_args);
    test_vm_wait_serial(lab->vm, READY);
}

/* Every NetFn, every length: each request is answered, and at once. */
static void test_kcs(void)
{
    TestLab lab = { 0 };
    uint8_t request[KCS_MAX];
    Answer answer;
    unsigned i;

    start(&lab, "isa-ipmi-kcs", NULL);
    for (i = 0; i <= 0x3f; i++) {
        uint8_t unknown[] = { i << 2, 0xaa, 0xa0, 0xa1 };

        exchange(lab.vm, 'k', unknown, sizeof(unknown), &answer);
        g_assert_cmpint(answer.len, ==, 3);
        g_assert_cmphex(answer.data[0], ==, (i | 1) << 2);
        g_assert_cmphex(answer.data[1], ==, 0xaa);
        g_assert_cmphex(answer.data[2], ==, 0xc1);
    }
    memset(request, 0xaa, sizeof(request));
    for (i = 1; i <= KCS_MAX; i += i < 40 ? 1 : 13) {
        request[0] = 0x18;
        request[1] = 0x01;
        exchange(lab.vm, 'k', request, i, &answer);
        g_assert_cmpint(answer.len, ==, i == 2 ? 14 : 3);
        g_assert_cmphex(answer.data[2], ==, i == 2 ? 0 : 0xc7);
    }
    g_assert_cmphex(status(lab.vm) & STATUS_ATTENTION, ==, 0);
    test_lab_end(&lab);
}

static void test_bt(void)
{
    TestLab lab = { 0 };
    uint8_t request[BT_MAX] = { 0x18, 0x01 };
    Answer answer;
    unsigned i;

    start(&lab, "isa-ipmi-bt", NULL);
    for (i = 2; i <= BT_MAX; i += i < 20 ? 1 : 13) {
        exchange(lab.vm, 'b', request, i, &answer);
        g_assert_cmpint(answer.len, ==, i == 2 ? 15 : 4);
        g_assert_cmphex(answer.data[0], ==, 0x1c);
        g_assert_cmphex(answer.data[1], ==, 0x5a);
        g_assert_cmphex(answer.data[2], ==, 0x01);
        g_assert_cmphex(answer.data[3], ==, i == 2 ? 0 : 0xc7);
    }
    test_lab_end(&lab);
}

/* What the guest had set up is void after a reset, whoever makes it. */
static void test_reset(void)
{
    TestLab lab = { 0 };
    Answer answer;

    start(&lab, "isa-ipmi-kcs", NULL);
    expect(lab.vm, "18 2e 01", "1c 2e 00");
    expect(lab.vm, "18 2f", "1c 2f 00 01");
    /* Afterwards nothing is enabled but event logging, as at first. */
    g_assert_cmpint(test_bmc_ipmitool(lab.bmc, "power reset", NULL), ==, 0);
    test_vm_wait_serial(lab.vm, READY);
    expect(lab.vm, "18 2f", "1c 2f 00 08");
    /* By the guest itself: Chassis Control, hard reset. */
    expect(lab.vm, "18 2e 01", "1c 2e 00");
    send_bytes(lab.vm, "k\003\000\000\002\003", 6);
    test_vm_wait_serial(lab.vm, READY);
    /* QEMU's device may still have the answer, so this one may fail. */
    exchange(lab.vm, 'k', (const uint8_t *)"\030\057", 2, &answer);
    expect(lab.vm, "18 2f", "1c 2f 00 08");
    test_lab_end(&lab);
}

static void test_read_only(void)
{
    TestLab lab = { 0 };

    start(&lab, "isa-ipmi-kcs", "--vm-ipmi-policy read-only");
    expect(lab.vm, "00 02 03", "04 02 d4");
    expect(lab.vm, "18 2e 01", "1c 2e 00");
    test_lab_end(&lab);
}

/* A monitor that never answers must not hold the guest up. */
static void test_qmp_hangs(void)
{
    TestLab lab = { .dir = test_dir_new() };
    g_autofree char *silent = test_dir_file(lab.dir, "silent.sock");
    g_autofree char *in_band = test_dir_file(lab.dir, "ipmi.sock");
    g_autofree char *bmc_args = g_strdup_printf("--qmp %s --vm-ipmi %s",
                                                silent, in_band);
    g_autofree char *vm_args = g_strdup_printf(
        "-chardev socket,id=ipmi,path=%s,reconnect=1 "
        "-device ipmi-bmc-extern,id=bmc,chardev=ipmi "
        "-device isa-ipmi-kcs,bmc=bmc " GUEST, in_band);
    g_autoptr(GSocketListener) listener = g_socket_listener_new();
    g_autoptr(GSocketAddress) addr = g_unix_socket_address_new(silent);
    Answer answer;
    static const uint8_t reset[] = { 0x00, 0x02, 0x03 };

    g_assert_true(g_socket_listener_add_address(
        listener, addr, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
        NULL, NULL, NULL));
    lab.bmc = test_bmc_start(lab.dir, bmc_args);
    lab.vm = test_vm_start(lab.dir, vm_args);
    test_bmc_wait_log(lab.bmc, "in-band IPMI: QEMU connected");
    test_vm_wait_serial(lab.vm, READY);
    exchange(lab.vm, 'k', reset, sizeof(reset), &answer);
    g_assert_cmpint(answer.len, ==, 3);
    g_assert_cmphex(answer.data[2], !=, 0);
    expect(lab.vm, "18 2f", "1c 2f 00 08");
    test_lab_end(&lab);
}

static char *in_band_port(const TestLab *lab)
{
    g_autofree char *path = test_dir_file(lab->dir, "run/endpoints.json");
    g_autofree char *text = NULL;
    g_autoptr(JsonObject) object = NULL;
    const char *value;
    size_t len;

    g_assert_true(g_file_get_contents(path, &text, &len, NULL));
    object = json_parse_object(text, len, NULL);
    g_assert_cmpint(json_get_string(object, "vm-ipmi", &value), ==,
                    JSON_GET_OK);
    return g_strdup(strrchr(value, ':') + 1);
}

static void test_tcp(void)
{
    TestLab lab = { .dir = test_dir_new() };
    g_autofree char *bmc_args = g_strdup_printf(
        "--qmp %s/qmp.sock --vm-ipmi :0", lab.dir->path);
    g_autofree char *vm_args = NULL;
    g_autofree char *port = NULL;

    lab.bmc = test_bmc_start(lab.dir, bmc_args);
    port = in_band_port(&lab);
    vm_args = g_strdup_printf(
        "-chardev socket,id=ipmi,host=127.0.0.1,port=%s,reconnect=1 "
        "-device ipmi-bmc-extern,id=bmc,chardev=ipmi "
        "-device isa-ipmi-kcs,bmc=bmc " GUEST, port);
    lab.vm = test_vm_start(lab.dir, vm_args);
    test_bmc_wait_log(lab.bmc, "in-band IPMI: QEMU connected");
    test_vm_wait_serial(lab.vm, READY);
    expect(lab.vm, "18 2f", "1c 2f 00 08");
    test_lab_end(&lab);
}

/* QEMU itself answers D2h while there is no BMC, and finds a new one. */
static void test_absent(void)
{
    TestLab lab = { 0 };

    start(&lab, "isa-ipmi-kcs", NULL);
    test_bmc_kill(lab.bmc);
    test_bmc_free(lab.bmc);
    expect(lab.vm, "18 2f", "1c 2f d2");
    test_guest_start_bmc(&lab, NULL);
    expect(lab.vm, "18 2f", "1c 2f 00 08");
    test_lab_end(&lab);
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/in-band/kcs", test_kcs);
    g_test_add_func("/in-band/bt", test_bt);
    g_test_add_func("/in-band/reset", test_reset);
    g_test_add_func("/in-band/read-only", test_read_only);
    g_test_add_func("/in-band/qmp-hangs", test_qmp_hangs);
    g_test_add_func("/in-band/tcp", test_tcp);
    g_test_add_func("/in-band/absent", test_absent);
    return g_test_run();
}
