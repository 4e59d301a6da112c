/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Alerts of the real helper, as real clients set them up and a receiver gets
 * them: PET traps, their retries, and what acknowledges them. No machine is
 * needed for that.
 */
#include "osdep.h"

#include "test-vm.h"

#define GUID "00112233445546778899aabbccddeeff"
/* What ipmitool sends for "event 1": upper critical, going high. */
#define SPECIFIC "65801"
#define BINDING_LEN 53

typedef struct AlertLab {
    TestDir *dir;
    TestBmc *bmc;
    GSocket *receiver;
    uint8_t trap[512];
    gssize len;
} AlertLab;

static void ipmitool(AlertLab *f, const char *args, const char *pattern)
{
    g_autofree char *out = NULL;

    g_assert_cmpint(test_bmc_ipmitool(f->bmc, args, &out), ==, 0);
    if (!g_pattern_match_simple(pattern, out)) {
        g_error("ipmitool %s: '%s' does not match '%s'", args, out, pattern);
    }
}

/* Returns false if no trap comes in that time. */
static bool receive(AlertLab *f, unsigned ms)
{
    f->len = 0;
    if (!g_socket_condition_timed_wait(f->receiver, G_IO_IN, ms * 1000, NULL,
                                       NULL)) {
        return false;
    }
    f->len = g_socket_receive(f->receiver, (char *)f->trap, sizeof(f->trap),
                              NULL, NULL);
    g_assert_cmpint(f->len, >, BINDING_LEN);
    return true;
}

static const uint8_t *get_binding(const AlertLab *f)
{
    return f->trap + f->len - BINDING_LEN;
}

static void setup(AlertLab *f, const void *data)
{
    g_autoptr(GSocketAddress) any =
        g_inet_socket_address_new_from_string("127.0.0.1", 0);
    g_autoptr(GSocketAddress) addr = NULL;
    g_autofree char *args = NULL;

    f->dir = test_dir_new();
    f->receiver = g_socket_new(G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM,
                               G_SOCKET_PROTOCOL_UDP, NULL);
    g_assert_true(g_socket_bind(f->receiver, any, false, NULL));
    addr = g_socket_get_local_address(f->receiver, NULL);
    args = g_strdup_printf("--qmp /nonexistent/q --pef-port %u",
        g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(addr)));
    f->bmc = test_bmc_start(f->dir, args);
    ipmitool(f, "lan alert set 1 1 ipaddr 127.0.0.1", "*127.0.0.1*");
    ipmitool(f, "lan alert set 1 1 retry 2", "*");
    /* PEF on, alerts allowed, filter 1, policy 1, string 1, GUID */
    ipmitool(f, "raw 4 0x12 1 1", "*");
    ipmitool(f, "raw 4 0x12 2 1", "*");
    ipmitool(f, "raw 4 0x12 6 1 0x80 1 0 0x10 0xff 0xff 1 0xff 0xff 0xff 0xff "
             "0 0xff 0 0 0xff 0 0 0xff 0", "*");
    ipmitool(f, "raw 4 0x12 9 1 8 0x11 1", "*");
    ipmitool(f, "raw 4 0x12 13 1 1 0x48 0x65 0x6c 0x6c 0x6f", "*");
    ipmitool(f, "raw 4 0x12 10 1 0xff 0xee 0xdd 0xcc 0xbb 0xaa 0x99 0x88 "
             "0x77 0x46 0x55 0x44 0x33 0x22 0x11 0", "*");
}

static void teardown(AlertLab *f, const void *data)
{
    test_bmc_stop(f->bmc);
    test_bmc_free(f->bmc);
    g_object_unref(f->receiver);
    test_dir_free(f->dir);
}

static char *binding_as_arguments(const AlertLab *f)
{
    GString *text = g_string_new(NULL);
    size_t i;

    for (i = 0; i < BINDING_LEN; i++) {
        g_string_append_printf(text, " 0x%02x", get_binding(f)[i]);
    }
    return g_string_free(text, false);
}

/* FreeIPMI's command with this helper as the one it asks. */
static int ipmi_pet(AlertLab *f, const char *options, char **out)
{
    g_autofree char *bytes = binding_as_arguments(f);
    g_autofree char *line = g_strdup_printf(
        "ipmi-pet -D LAN_2_0 -h 127.0.0.1:%s -u admin -p password -l ADMIN "
        "--sdr-cache-directory=%s %s " SPECIFIC "%s", f->bmc->ipmi_port,
        f->dir->path, options, bytes);

    return test_run(out, line);
}

static bool has_ipmi_pet(void)
{
    g_autofree char *path = g_find_program_in_path("ipmi-pet");

    return path != NULL;
}

static void check_time(const uint8_t *binding)
{
    /* Since 1998, in network order; the two sides share a clock. */
    int64_t sent = 883612800 + ((int64_t)binding[18] << 24 |
                                binding[19] << 16 | binding[20] << 8 |
                                binding[21]);
    int64_t now = g_get_real_time() / G_USEC_PER_SEC;

    g_assert_cmpint(sent, <=, now + 1);
    g_assert_cmpint(sent, >=, now - TEST_VM_WAIT_MS / 1000);
}

static void test_trap(AlertLab *f, const void *data)
{
    uint8_t first[512];
    gssize len;
    const uint8_t *b;
    g_autofree char *out = NULL;

    ipmitool(f, "event 1", "*");
    g_assert_true(receive(f, TEST_VM_WAIT_MS));
    b = get_binding(f);
    /* How long it is depends on the time since the helper's start. */
    g_assert_cmpint(f->trap[0], ==, 0x30);
    g_assert_cmpint(f->trap[1], ==, f->len - 2);
    test_assert_hex_equal(f->trap + 2, 12, "020100 0406 7075626c6963 a4");
    g_assert_cmpint(f->trap[14], ==, f->len - 15);
    test_assert_hex_equal(f->trap + 15, 25, "0609 2b060104 01986f01 01"
                          "4004 7f000001 020106 02030101 09");
    g_assert_cmpint(f->trap[40], ==, 0x43);
    g_assert_cmpint(f->len, ==, 42 + f->trap[41] + 18 + BINDING_LEN);
    test_assert_hex_equal(b - 18, 18, "3045 3043 060a 2b060104 01986f01 0101"
                          "0435");
    test_assert_hex_equal(b, 18, GUID "0001");
    check_time(b);
    test_assert_hex_equal(b + 22, 31, "0000 20 20 10 81 30 00 00"
                          "09ffff00 00000000 ff 00000000 0000"
                          "c5 48656c6c6f c1");
    if (has_ipmi_pet()) {
        g_assert_cmpint(ipmi_pet(f, "-v", &out), ==, 0);
        g_assert_true(g_pattern_match_simple(
            "*Sensor #48*Temperature*Critical*Assertion*Upper Critical - "
            "going high*", out));
    }
    /* The number of retries, at once a second, all alike */
    len = f->len;
    memcpy(first, f->trap, len);
    g_assert_true(receive(f, TEST_VM_WAIT_MS));
    g_assert_cmpmem(f->trap, f->len, first, len);
    g_assert_true(receive(f, TEST_VM_WAIT_MS));
    g_assert_cmpmem(f->trap, f->len, first, len);
    g_assert_false(receive(f, 1500));
    /* The next event has the next number. */
    ipmitool(f, "event 1", "*");
    g_assert_true(receive(f, TEST_VM_WAIT_MS));
    test_assert_hex_equal(get_binding(f) + 16, 2, "0002");
}

static void test_acknowledge(AlertLab *f, const void *data)
{
    const uint8_t *b;
    g_autofree char *ack = NULL;

    ipmitool(f, "lan alert set 1 1 ack on", "*");
    ipmitool(f, "lan alert set 1 1 time 1", "*");
    ipmitool(f, "event 1", "*");
    g_assert_true(receive(f, TEST_VM_WAIT_MS));
    b = get_binding(f);
    ack = g_strdup_printf("raw 4 0x17 0x%02x 0x%02x 0x%02x 0x%02x 0x%02x "
                          "0x%02x 0x20 0x81 0x30 0x09 0xff 0xff",
                          b[17], b[16], b[21], b[20], b[19], b[18]);
    if (has_ipmi_pet()) {
        g_assert_cmpint(ipmi_pet(f, "--pet-acknowledge", NULL), ==, 0);
    } else {
        ipmitool(f, ack, "*");
    }
    /* One may have been on its way. */
    receive(f, 100);
    g_assert_false(receive(f, 2500));
}

/* Alert Immediate, asked for its status while it waits. */
static void test_immediate(AlertLab *f, const void *data)
{
    ipmitool(f, "lan alert set 1 1 ack on", "*");
    ipmitool(f, "lan alert set 1 1 retry 0", "*");
    ipmitool(f, "lan alert set 1 1 time 2", "*");
    ipmitool(f, "raw 4 0x16 1 0x41 0", " 00*");
    ipmitool(f, "raw 4 0x16 1 1 0x81", "*");
    g_assert_true(receive(f, TEST_VM_WAIT_MS));
    test_assert_hex_equal(f->trap + f->len - 7, 7, "c5 48656c6c6f c1");
    ipmitool(f, "raw 4 0x16 1 0x41 0", " ff*");
    g_usleep(4 * G_USEC_PER_SEC);
    ipmitool(f, "raw 4 0x16 1 0x41 0", " 03*");
    g_assert_false(receive(f, 100));
}

#define ADD(name, func) \
    g_test_add("/alerts/" name, AlertLab, NULL, setup, func, teardown)

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    ADD("trap", test_trap);
    ADD("acknowledge", test_acknowledge);
    ADD("immediate", test_immediate);
    return g_test_run();
}
